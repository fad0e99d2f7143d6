import { PvError } from "../error.ts";
import { normalQuantile } from "../math/normal.ts";
import { isoDay, NO_DAY, requireDay } from "../report/date.ts";

/** Day numbers of the two clocks of each report, in any order; `NO_DAY` where a clock is unknown. */
export interface LineList {
  /** When it happened. */
  readonly event: ArrayLike<number>;
  /** When it arrived. */
  readonly received: ArrayLike<number>;
}

/** Options of {@link nowcast}. */
export interface NowcastOptions {
  /** Only reports received on or before this day are known; `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Longest delay in days that is looked at; final counts are counts of reports no later than that. */
  readonly maxDelay: number;
  /** First event day to be given; `maxDelay` days before `asOf` unless told. */
  readonly from?: string | undefined;
  /** Event days, counted back from `asOf`, whose reports tell the delays; all unless told. Delays change: a month or two is usual. */
  readonly window?: number | undefined;
  /** Coverage of the interval; 0.95 unless told. */
  readonly level?: number | undefined;
  /**
   * `"full"` (unless told): the interval allows for the number still to come and for the delays being estimated.
   * `"given-delays"`: only for the number still to come, too narrow when delays rest on few reports.
   */
  readonly variance?: "full" | "given-delays" | undefined;
}

/** One event day. */
export interface NowcastDay {
  readonly day: number;
  readonly date: string;
  /** Reports with this event day received by `asOf`. */
  readonly observed: number;
  /** Share of all reports that arrive as fast as the time passed since. */
  readonly share: number;
  /** Expected final count, `observed / share`; NaN when nothing is known of such delays or nothing has arrived by them. */
  readonly expected: number;
  readonly se: number;
  /** Limits of the final count; the lower one is never below what has arrived. */
  readonly lower: number;
  readonly upper: number;
}

/** Delays as estimated. */
export interface DelayDistribution {
  /** P(delay = d) for d = 0 … maxDelay, given delay <= maxDelay. */
  readonly probability: Float64Array;
  readonly cumulative: Float64Array;
  /** Reports behind the estimate at each delay. */
  readonly atRisk: Float64Array;
}

/** Final counts expected from what has arrived. */
export interface Nowcast {
  readonly asOf: string;
  readonly maxDelay: number;
  readonly days: readonly NowcastDay[];
  readonly delay: DelayDistribution;
  /** Reports left out, and why. */
  readonly excluded: {
    readonly receivedLater: number;
    readonly withoutDay: number;
    /** Received before it happened. */
    readonly negativeDelay: number;
    readonly longerThanMaxDelay: number;
  };
}

/**
 * Expected final counts of recent event days from a line list with two clocks. Delays are estimated from all reports at hand,
 * truncated at `asOf`: the chance g(d) of a delay of d among delays up to d, from the event days old enough to have shown it,
 * gives the distribution F(d) = Π over x > d of 1 - g(x). The final count of a day is its reports over F of the days passed.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION`; `LENGTH_MISMATCH`; `EMPTY_SCOPE` when no report is known by `asOf`
 * @see Lawless (1994), Can J Stat 22(1) 15–31, for counts and their variance; Höhle, an der Heiden (2014) doi:10.1111/biom.12194
 * @example
 * nowcast({ event: [0, 0, 1, 1, 2], received: [0, 1, 1, 2, 2] }, { asOf: "1970-01-03", maxDelay: 1 }).days.at(-1)?.expected; // 2
 */
export function nowcast(list: LineList, options: NowcastOptions): Nowcast {
  const { maxDelay, level = 0.95, window = Infinity, variance = "full" } = options;
  const asOf = requireDay("asOf", options.asOf);
  if (list.event.length !== list.received.length) {
    throw new PvError(
      "LENGTH_MISMATCH",
      `expected as many event as received days, got ${list.event.length} and ${list.received.length}`,
    );
  }
  if (!(Number.isInteger(maxDelay) && maxDelay >= 1)) {
    throw new PvError("INVALID_OPTION", `maxDelay: expected a whole number of 1 or more, got ${maxDelay}`);
  }
  if (!(level > 0 && level < 1)) throw new PvError("INVALID_OPTION", `level: expected 0 < level < 1, got ${level}`);
  if (!(window > maxDelay))
    throw new PvError("INVALID_OPTION", `window: expected more days than maxDelay, got ${window}`);
  if (!["full", "given-delays"].includes(variance)) {
    throw new PvError("INVALID_OPTION", `variance: expected "full" or "given-delays", got ${JSON.stringify(variance)}`);
  }
  const from = options.from === undefined ? asOf - maxDelay : requireDay("first event day", options.from);
  if (from > asOf) throw new PvError("INVALID_OPTION", `from ${options.from ?? ""} lies after asOf ${options.asOf}`);

  const excluded = { receivedLater: 0, withoutDay: 0, negativeDelay: 0, longerThanMaxDelay: 0 };
  const observed = new Float64Array(asOf - from + 1);
  const exactly = new Float64Array(maxDelay + 1); // reports with delay d, of days old enough to show it
  // triangle[d]: reports with delay d or less of days just d old, added up to "days at least d old" below
  const upTo = new Float64Array(maxDelay + 1);
  let known = 0;
  for (let i = 0; i < list.event.length; i++) {
    const event = list.event[i]!;
    const received = list.received[i]!;
    const delay = received - event;
    if (event === NO_DAY || received === NO_DAY) excluded.withoutDay += 1;
    else if (received > asOf) excluded.receivedLater += 1;
    else if (delay < 0) excluded.negativeDelay += 1;
    else if (delay > maxDelay) excluded.longerThanMaxDelay += 1;
    else {
      known += 1;
      if (event >= from) observed[event - from]! += 1;
      const age = asOf - event;
      if (age >= window) continue;
      exactly[delay]! += 1;
      for (let d = delay; d <= maxDelay && d <= age; d++) upTo[d]! += 1;
    }
  }
  if (known === 0)
    throw new PvError("EMPTY_SCOPE", `no report with a delay of up to ${maxDelay} days by ${options.asOf}`);

  const { share, spread, delay } = delays(exactly, upTo);
  const z = normalQuantile((1 + level) / 2);
  const days = Array.from(observed, (count, i): NowcastDay => {
    const day = from + i;
    const age = Math.min(asOf - day, maxDelay);
    const f = share[age]!;
    const expected = f > 0 ? count / f : NaN;
    const toCome = (expected * (1 - f)) / f;
    const delayVariance = variance === "full" ? expected * expected * spread[age]! : 0;
    const se = Math.sqrt(toCome + delayVariance);
    return {
      day,
      date: isoDay(day),
      observed: count,
      share: f,
      expected,
      se,
      lower: Math.max(count, expected - z * se),
      upper: expected + z * se,
    };
  });
  return { asOf: options.asOf, maxDelay, days, delay, excluded };
}

/** F, the variance of log F, and the delays themselves. */
function delays(
  exactly: Float64Array,
  atRisk: Float64Array,
): { readonly share: Float64Array; readonly spread: Float64Array; readonly delay: DelayDistribution } {
  const longest = exactly.length - 1;
  const share = new Float64Array(longest + 1);
  const spread = new Float64Array(longest + 1);
  const probability = new Float64Array(longest + 1);
  share[longest] = 1;
  for (let d = longest; d >= 0; d--) {
    // No day is old enough, or none has a report: nothing is known of shorter delays either.
    const g = atRisk[d]! > 0 ? exactly[d]! / atRisk[d]! : NaN;
    probability[d] = d === 0 ? share[0]! : share[d]! * g;
    if (d === 0) break;
    share[d - 1] = share[d]! * (1 - g);
    spread[d - 1] = spread[d]! + g / ((1 - g) * atRisk[d]!);
  }
  return { share, spread, delay: { probability, cumulative: share, atRisk } };
}
