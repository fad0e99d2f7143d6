import { PvError } from "../error.ts";
import { NO_DAY, requireDay } from "../report/date.ts";
import { stepIndex, stepIndexStart, stepName, stepStart, type SeriesStep } from "./weeks.ts";

/** Counts at equally spaced times, without a gap: a point without reports is a 0 that stands in its place. */
export interface CountSeries {
  readonly counts: Float64Array;
  /** `"point"` when the series has no calendar: points are then known by their index alone. */
  readonly step: SeriesStep | "point";
  /** Day number of the first point; `undefined` exactly when `step` is `"point"`. */
  readonly startDay: number | undefined;
  /** Points a year, by which season is found in a series without a calendar: 52, 365 or 12. */
  readonly perYear: number;
  /** What a point is expected to get relative to an ordinary one (day types, exposure); all 1 when `undefined`. */
  readonly levels: Float64Array | undefined;
}

/** What {@link seriesOf} takes. */
export interface SeriesInput {
  /** Finite numbers of 0 and more; fractions are allowed (weighted counts). */
  readonly counts: ArrayLike<number>;
  /** First point: `2024-01-15`, `2024-W03` or `2024-01`. With a full date and a step of a week, the week it lies in. */
  readonly start?: string | undefined;
  /** `"week"` unless told, when there is a start. */
  readonly step?: SeriesStep | undefined;
  readonly perYear?: number | undefined;
  /** Finite numbers above 0, one a point. */
  readonly levels?: ArrayLike<number> | undefined;
}

const POINTS_PER_YEAR: Readonly<Record<SeriesStep | "point", number>> = { day: 365, week: 52, month: 12, point: 52 };

/**
 * A series of counts, checked and with its calendar.
 *
 * @throws PvError `INVALID_COUNT` for a count that is negative or not finite, `INVALID_DATE`, `INVALID_ARGUMENT` (levels, perYear),
 *   `LENGTH_MISMATCH` (levels), `INVALID_OPTION` (step without start)
 * @example
 * seriesOf({ counts: [3, 0, 5], start: "2020-W52" }).startDay; // 18617
 */
export function seriesOf({ counts, start, step, perYear, levels }: SeriesInput): CountSeries {
  if (step !== undefined && start === undefined) {
    throw new PvError("INVALID_OPTION", `step ${JSON.stringify(step)} needs a start; got none`);
  }
  if (step !== undefined && !(step in POINTS_PER_YEAR)) {
    throw new PvError("INVALID_OPTION", `step: expected "day", "week" or "month", got ${JSON.stringify(step)}`);
  }
  const unit = start === undefined ? "point" : (step ?? "week");
  const period = perYear ?? POINTS_PER_YEAR[unit];
  if (!(Number.isInteger(period) && period >= 1)) {
    throw new PvError("INVALID_ARGUMENT", `perYear: expected a whole number of points, got ${String(perYear)}`);
  }
  return {
    counts: checkedCounts(counts),
    step: unit,
    startDay: start === undefined || unit === "point" ? undefined : stepStart("start", start, unit),
    perYear: period,
    levels: levels === undefined ? undefined : checkedLevels(levels, counts.length),
  };
}

/** A copy as doubles; the series must not change when the caller's array does. */
export function checkedCounts(counts: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(counts);
  const bad = copy.findIndex((count) => !(count >= 0 && count < Infinity));
  if (bad >= 0) {
    throw new PvError("INVALID_COUNT", `counts[${bad}]: expected a finite number of 0 or more, got ${counts[bad]}`);
  }
  return copy;
}

function checkedLevels(levels: ArrayLike<number>, length: number): Float64Array {
  if (levels.length !== length) {
    throw new PvError("LENGTH_MISMATCH", `expected ${length} levels, one a point, got ${levels.length}`);
  }
  const copy = Float64Array.from(levels);
  const bad = copy.findIndex((level) => !(level > 0 && level < Infinity));
  if (bad >= 0) {
    throw new PvError("INVALID_ARGUMENT", `levels[${bad}]: expected a finite number above 0, got ${levels[bad]}`);
  }
  return copy;
}

/** What {@link countSeries} is told beside the days. */
export interface SeriesSpan {
  readonly step: SeriesStep;
  /** First point, as in {@link seriesOf}; the point of the earliest day unless told. */
  readonly start?: string | undefined;
  /** Last point; the point of the latest day unless told. A service should tell it: quiet weeks at the end are zeros. */
  readonly end?: string | undefined;
}

/** A series made of days, and what did not fit into it. */
export interface CountedSeries extends CountSeries {
  /** Days before the first and after the last point, which are not counted. */
  readonly before: number;
  readonly after: number;
  /** Entries without a day (`NO_DAY`). */
  readonly withoutDay: number;
}

/**
 * Counts days into a gapless series: a day, week or month without an entry is a 0. Weeks are ISO weeks, so a year has 52 or 53.
 *
 * @param days - day numbers (days since 1970-01-01), in any order, or dates `YYYY-MM-DD`
 * @throws PvError `EMPTY_SCOPE` when neither days nor start and end say where the series lies; `INVALID_DATE`;
 *   `INVALID_ARGUMENT` when the end lies before the start
 * @example
 * countSeries(["2020-12-31", "2021-01-14", "2021-01-12"], { step: "week" }).counts.join(" "); // "1 0 2"
 */
export function countSeries(
  days: ArrayLike<number> | readonly string[],
  { step, start, end }: SeriesSpan,
): CountedSeries {
  const numbers = Array.from(days as ArrayLike<number | string>, (day) =>
    typeof day === "number" ? day : requireDay("days", day),
  );
  let low = start === undefined ? Infinity : stepIndex(stepStart("start", start, step), step);
  let high = end === undefined ? -Infinity : stepIndex(stepStart("end", end, step), step);
  let withoutDay = 0;
  const places = numbers.map((day) => {
    if (day === NO_DAY) withoutDay += 1;
    return day === NO_DAY ? NaN : stepIndex(day, step);
  });
  for (const place of places) {
    if (Number.isNaN(place)) continue;
    if (start === undefined) low = Math.min(low, place);
    if (end === undefined) high = Math.max(high, place);
  }
  if (low === Infinity || high === -Infinity) {
    throw new PvError("EMPTY_SCOPE", "no day to count; expected a day, or a start and an end");
  }
  if (high < low) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `the last point (${nameAt(high, step)}) lies before the first (${nameAt(low, step)})`,
    );
  }
  const counts = new Float64Array(high - low + 1);
  let before = 0;
  let after = 0;
  for (const place of places) {
    if (place < low) before += 1;
    else if (place > high) after += 1;
    else if (!Number.isNaN(place)) counts[place - low]! += 1;
  }
  const startDay = stepIndexStart(low, step);
  return { ...seriesOf({ counts, start: stepName(startDay, step), step }), before, after, withoutDay };
}

/** {@link countSeries} by ISO week. */
export function weeklySeries(
  days: ArrayLike<number> | readonly string[],
  span: Omit<SeriesSpan, "step"> = {},
): CountedSeries {
  return countSeries(days, { ...span, step: "week" });
}

/** {@link countSeries} by day. */
export function dailySeries(
  days: ArrayLike<number> | readonly string[],
  span: Omit<SeriesSpan, "step"> = {},
): CountedSeries {
  return countSeries(days, { ...span, step: "day" });
}

const nameAt = (index: number, step: SeriesStep): string => stepName(stepIndexStart(index, step), step);

/** First day of a point; `undefined` for a series without a calendar. */
export function pointDay(series: Pick<CountSeries, "step" | "startDay">, index: number): number | undefined {
  const { step, startDay } = series;
  if (step === "point" || startDay === undefined) return undefined;
  return stepIndexStart(stepIndex(startDay, step) + index, step);
}

/** Index of the point that a day lies in; it may lie outside the series. */
export function pointIndex(series: Pick<CountSeries, "step" | "startDay">, day: number): number | undefined {
  const { step, startDay } = series;
  return step === "point" || startDay === undefined ? undefined : stepIndex(day, step) - stepIndex(startDay, step);
}
