import { PvError } from "../error.ts";

/** Days of one bar. */
export interface OnsetBin {
  /** First day of the bar. */
  readonly from: number;
  /** First day after it; Infinity for the last one. */
  readonly until: number;
  readonly count: number;
  /** Share of all values up to the end of the bar; NaN when there are none. */
  readonly cumulative: number;
}

/** First days of the bars unless told: day 0, day 1, days 2–3, to a week, two, a month, two, a quarter, half a year, a year. */
export const ONSET_BINS: readonly number[] = [0, 1, 2, 4, 8, 15, 31, 61, 91, 181, 366];

/**
 * Counts days to onset into bars for a chart.
 *
 * @param days - 0 or more
 * @param from - first day of each bar, ascending from 0
 * @throws PvError `INVALID_ARGUMENT` for bars that do not ascend from 0 or a day below 0
 * @example
 * onsetHistogram([0, 0, 3, 40], [0, 1, 31]).map((bin) => bin.count); // [2, 1, 1]
 */
export function onsetHistogram(days: ArrayLike<number>, from: readonly number[] = ONSET_BINS): OnsetBin[] {
  if (from[0] !== 0 || from.some((day, i) => i > 0 && !(day > from[i - 1]!)))
    throw new PvError("INVALID_ARGUMENT", `from: expected days ascending from 0, got ${from.join(", ")}`);
  const counts = new Float64Array(from.length);
  for (const day of Array.from(days)) {
    if (!(day >= 0)) throw new PvError("INVALID_ARGUMENT", `days: expected 0 or more, got ${day}`);
    let bin = 0;
    while (bin + 1 < from.length && day >= from[bin + 1]!) bin++;
    counts[bin]!++;
  }
  let sum = 0;
  return from.map((first, i) => {
    sum += counts[i]!;
    return { from: first, until: from[i + 1] ?? Infinity, count: counts[i]!, cumulative: sum / days.length };
  });
}
