import { logBetaI } from "../math/incomplete-beta.ts";
import { poissonLogSfGe } from "../math/poisson.ts";
import { received, receivedBetween, type LotHistory } from "./lot-history.ts";
import type { ProductMarks } from "./lot-marks.ts";

/** How the windows of a lot are looked at. */
export interface LotScanSettings {
  /** Lengths of event-day windows. */
  readonly windows: readonly number[];
  /** Windows that begin more than so many days before `asOf` are past. */
  readonly lookback: number;
  /** Fewest unit-days in a window. */
  readonly least: number;
  /** Days of receipt that the profile and the lot size of a product are taken from. */
  readonly historyDays: number;
}

/** The most surprising window of a lot or of neighbouring lots. */
export interface LotWindow {
  readonly lots: readonly number[];
  /** Index into the groups; null for reports of any reaction. */
  readonly group: number | null;
  /** First and last event day. */
  readonly from: number;
  readonly to: number;
  readonly observed: number;
  /** Unit-days of any reaction in the window. */
  readonly observedAny: number;
  readonly expected: number;
  /** Shape of the gamma distribution of the rate behind `expected`. */
  readonly shape: number;
  /** log10 of the chance of as many. */
  readonly log10P: number;
  /** Windows and groups that were looked at for these lots. */
  readonly tests: number;
  /** Unit-days of the lots before the window. */
  readonly before: number;
  /** Reports of the other lots, and of no lot, in the window, over what was expected of them. */
  readonly productFactor: number;
}

/** Weight of the profile over all products, in unit-days, against a product's own. */
const PROFILE_PRIOR = 30;
/** Unit-days that a general rise of the product must outweigh. */
const RISE_PRIOR = 10;
/** Weight of the product's profile against that of a lot, in unit-days. */
const SHARE_PRIOR = 10;
/** Lots worth of prior for the mean lot size of a product. */
const SIZE_PRIOR = 2;

/** log10 of P(X >= count) for a Poisson count whose rate is gamma distributed. */
export function log10Tail(count: number, mean: number, shape: number): number {
  if (count <= 0) return 0;
  const log = shape > 1e7 ? poissonLogSfGe(count, mean) : logBetaI(count, shape, mean / (mean + shape));
  return log / Math.LN10;
}

interface LotSeen {
  /** Marks received by the day, in the order of receipt. */
  readonly marks: Int32Array;
  /** Share of its reports that have an event before each day since the first of the lookback and are in by now. */
  readonly life: Float64Array;
}

/** What a product's earlier reports say, as of one day. */
export class ProductScan {
  readonly #marks: ProductMarks;
  readonly #history: LotHistory;
  readonly #settings: LotScanSettings;
  readonly #end: number;
  /** Reports per group for a report of the product. */
  readonly #profile: Float64Array;
  readonly #lotSize: number;
  /** Unit-days a day of receipt over the history. */
  readonly #perDay: number;
  readonly #lots = new Map<number, LotSeen>();
  /** Running counts of the product's unit-days by event day, from the first day of interest on. */
  readonly #counted: Int32Array;
  readonly #firstDay: number;
  /** First day on which a window may begin. */
  readonly #since: number;

  constructor(marks: ProductMarks, history: LotHistory, settings: LotScanSettings) {
    this.#marks = marks;
    this.#history = history;
    this.#settings = settings;
    const { asOf } = history;
    const { historyDays, lookback, windows } = settings;
    this.#end = received(marks.received, asOf);
    const to = received(marks.received, asOf - 30);
    const from = received(marks.received, asOf - 30 - historyDays);
    const profile = new Float64Array(history.groupShare.length);
    let counted = 0;
    let known = 0;
    for (let i = from; i < to; i++) {
      for (let j = marks.offsets[i]!; j < marks.offsets[i + 1]!; j++) profile[marks.groups[j]!]!++;
      counted += marks.counts[i]!;
      if (marks.lot[i]! >= 0) known += marks.counts[i]!;
    }
    for (let g = 0; g < profile.length; g++) {
      profile[g] = (profile[g]! + PROFILE_PRIOR * history.groupShare[g]!) / (counted + PROFILE_PRIOR);
    }
    this.#profile = profile;
    const newest = Math.max(...windows) - 1 + lookback;
    this.#firstDay = asOf - newest;
    this.#since = asOf - lookback + 1;
    this.#counted = new Int32Array(newest + 2);
    // An event is received on its day at the earliest, so what is older by receipt is older by event.
    for (let i = this.#end - 1; i >= 0 && marks.received[i]! >= this.#firstDay; i--) {
      const day = marks.event[i]! - this.#firstDay;
      if (day >= 0) this.#counted[day + 1]! += marks.counts[i]!;
    }
    let begun = 0;
    for (const list of marks.ofLot) if (list.length > 0 && list[0]! >= from && list[0]! < to) begun++;
    for (let d = 1; d < this.#counted.length; d++) this.#counted[d]! += this.#counted[d - 1]!;
    this.#lotSize = (known + SIZE_PRIOR + 0.2) / (begun + SIZE_PRIOR);
    this.#perDay = counted / Math.max(1, Math.min(historyDays, asOf - 30 - (marks.received[0] ?? asOf)));
  }

  /** Lots with a report of the last days that a window could hold. */
  activeLots(): number[] {
    const { received: receivedOn, event, lot } = this.#marks;
    const active = new Set<number>();
    for (let i = this.#end - 1; i >= 0 && receivedOn[i]! >= this.#since; i--) {
      if (lot[i]! >= 0 && event[i]! >= this.#since) active.add(lot[i]!);
    }
    return [...active].sort((x, y) => x - y);
  }

  /** The most surprising window of the given lots taken together; undefined when none holds enough. */
  best(lots: readonly number[]): LotWindow | undefined {
    const { event, counts, offsets, groups } = this.#marks;
    const { asOf } = this.#history;
    const { windows, lookback, least } = this.#settings;
    const own = lots.flatMap((lot) => [...this.#seen(lot).marks]).sort((x, y) => event[x]! - event[y]! || x - y);
    const first = own.findIndex((i) => event[i]! > asOf - lookback);
    if (first < 0) return undefined;
    let found: Omit<LotWindow, "tests"> | undefined;
    let tests = 0;
    const inGroup = new Map<number, number>();
    for (let at = first; at < own.length; at++) {
      const from = event[own[at]!]!;
      if (at > first && event[own[at - 1]!] === from) continue;
      const before = this.#before(own, at);
      // A window of one reaction begins with that reaction.
      const begins = new Set<number>();
      for (let k = at; k < own.length && event[own[k]!] === from; k++) {
        for (let j = offsets[own[k]!]!; j < offsets[own[k]! + 1]!; j++) begins.add(groups[j]!);
      }
      let previous = -Infinity;
      for (const window of windows) {
        // A window that reaches beyond the day of looking ends with it; the longer ones are then the same.
        const to = Math.min(from + window - 1, asOf);
        if (to === previous) continue;
        previous = to;
        inGroup.clear();
        let observedAny = 0;
        for (let k = at; k < own.length && event[own[k]!]! <= to; k++) {
          observedAny += counts[own[k]!]!;
          for (let j = offsets[own[k]!]!; j < offsets[own[k]! + 1]!; j++) {
            inGroup.set(groups[j]!, (inGroup.get(groups[j]!) ?? 0) + 1);
          }
        }
        if (observedAny < least) continue;
        const { mean, shape, factor } = this.#expected(lots, from, to, observedAny);
        const test = (group: number | null, observed: number, expected: number): void => {
          tests++;
          const log10P = log10Tail(observed, expected, shape);
          if (found !== undefined && log10P >= found.log10P) return;
          found = {
            lots,
            group,
            from,
            to,
            observed,
            observedAny,
            expected,
            shape,
            log10P,
            before,
            productFactor: factor,
          };
        };
        test(null, observedAny, mean);
        for (const [group, observed] of inGroup) {
          if (observed >= least && begins.has(group)) test(group, observed, mean * this.#share(group, own, at, before));
        }
      }
    }
    return found === undefined ? undefined : { ...found, tests };
  }

  /** Marks of a window, earliest receipt first. */
  members({ lots, group, from, to }: Pick<LotWindow, "lots" | "group" | "from" | "to">): number[] {
    const { event, offsets, groups } = this.#marks;
    return lots
      .flatMap((lot) => [...this.#seen(lot).marks])
      .filter((i) => event[i]! >= from && event[i]! <= to)
      .filter((i) => group === null || groups.subarray(offsets[i], offsets[i + 1]).includes(group))
      .sort((x, y) => x - y);
  }

  /** Share of a reaction group: that of the product, or that of the lots themselves before the window where it was higher. */
  #share(group: number, own: readonly number[], at: number, before: number): number {
    const { offsets, groups } = this.#marks;
    const usual = this.#profile[group]!;
    let earlier = 0;
    for (let i = 0; i < at; i++) {
      for (let j = offsets[own[i]!]!; j < offsets[own[i]! + 1]!; j++) if (groups[j] === group) earlier++;
    }
    return Math.max(usual, (earlier + SHARE_PRIOR * usual) / (before + SHARE_PRIOR));
  }

  /** Unit-days before the window. */
  #before(own: readonly number[], at: number): number {
    let sum = 0;
    for (let i = 0; i < at; i++) sum += this.#marks.counts[own[i]!]!;
    return sum;
  }

  /**
   * Unit-days expected of the lots between two event days among what has been received: for each lot the posterior mean of its
   * size, given its earlier reports and the lots of the product before it, times the share of its life that falls on the days,
   * times the share of reports that are in by now. A rise of the rest of the product raises it; a fall does not lower it.
   */
  #expected(
    lots: readonly number[],
    from: number,
    to: number,
    observed: number,
  ): { mean: number; shape: number; factor: number } {
    const { lotShape } = this.#history;
    let mean = 0;
    let variance = 0;
    for (const lot of lots) {
      const { marks: list, life } = this.#seen(lot);
      let earlier = 0;
      const lived = life[from - this.#since]!;
      const share = life[to + 1 - this.#since]! - lived;
      for (const i of list) if (this.#marks.event[i]! < from) earlier += this.#marks.counts[i]!;
      const shape = lotShape + earlier;
      const lotMean = (shape / (lotShape / this.#lotSize + lived)) * share;
      mean += lotMean;
      variance += (lotMean * lotMean) / shape;
    }
    const complete = receivedBetween(this.#history, from, to);
    const others = this.#between(from, to) - observed;
    const factor = Math.max(1, (others + RISE_PRIOR) / (this.#perDay * complete + RISE_PRIOR));
    return { mean: mean * factor, shape: (mean * mean) / variance, factor };
  }

  /** A lot as it is seen on the day; built once, as every window of it asks for it. */
  #seen(lot: number): LotSeen {
    let seen = this.#lots.get(lot);
    if (seen !== undefined) return seen;
    const all = this.#marks.ofLot[lot]!;
    const marks = all.subarray(0, received(all, this.#end - 1));
    const { asOf, received: in_, use } = this.#history;
    let begun = asOf;
    for (const i of marks) begun = Math.min(begun, this.#marks.event[i]!);
    const life = new Float64Array(asOf - this.#since + 2);
    let sum = 0;
    for (let day = begun; day < this.#since; day++) sum += use(day - begun) * in_[Math.min(400, asOf - day)]!;
    life[0] = sum;
    for (let day = this.#since; day <= asOf; day++) {
      if (day >= begun) sum += use(day - begun) * in_[Math.min(400, asOf - day)]!;
      life[day - this.#since + 1] = sum;
    }
    seen = { marks, life };
    this.#lots.set(lot, seen);
    return seen;
  }

  #between(from: number, to: number): number {
    const at = (day: number): number =>
      this.#counted[Math.min(this.#counted.length - 1, Math.max(0, day - this.#firstDay))]!;
    return at(to + 1) - at(from);
  }
}
