import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import { pointDay, pointIndex, type CountSeries } from "./series.ts";
import { stepStart, weekdayOf } from "./weeks.ts";

/** A holiday, from its first to its last day (`YYYY-MM-DD`). */
export interface Holiday {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/** Holidays of the years that a series covers. Moving feasts (Spring Festival) are listed year by year: none is built in. */
export interface HolidayCalendar {
  readonly holidays: readonly Holiday[];
  /** Days after a holiday in which what it held up is reported; 0 unless told. */
  readonly catchUpDays?: number | undefined;
  /** Weekend days that are worked in exchange; they count as the Friday of their week. */
  readonly workdays?: readonly string[] | undefined;
}

/** Kinds of points that differ in what is reported, in the order of the codes of {@link dayTypes}. */
export const DAY_TYPES = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
  "holiday",
  "catch-up",
  "ordinary",
] as const;

const [FRIDAY, HOLIDAY, CATCH_UP, ORDINARY] = [4, 7, 8, 9];

/**
 * Type of each point as an index into {@link DAY_TYPES}. A day is a holiday, a catch-up day or a weekday; a week or month is a
 * holiday when it holds a day of one, catch-up when it only holds a catch-up day, and else ordinary.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`; `INVALID_ARGUMENT` for a series without a calendar
 */
export function dayTypes(series: CountSeries, calendar: HolidayCalendar): Uint8Array {
  const n = series.counts.length;
  const end = pointDay(series, n);
  if (series.startDay === undefined || end === undefined) {
    throw new PvError("INVALID_ARGUMENT", "a series without a start has no holidays; give its start");
  }
  const byDay = series.step === "day";
  const types = Uint8Array.from({ length: n }, (_, i) => (byDay ? weekdayOf(series.startDay! + i) - 1 : ORDINARY));
  const { holidays, catchUpDays = 0, workdays = [] } = calendar;
  if (!(Number.isInteger(catchUpDays) && catchUpDays >= 0)) {
    throw new PvError("INVALID_OPTION", `catchUpDays: expected a whole number of 0 or more, got ${catchUpDays}`);
  }
  const mark = (from: number, to: number, type: number): void => {
    for (let day = Math.max(from, series.startDay!); day <= to && day < end; day++)
      types[pointIndex(series, day)!] = type;
  };
  if (byDay)
    for (const workday of workdays) mark(requireDay("workdays", workday), requireDay("workdays", workday), FRIDAY);
  const spans = holidays.map(({ from, to, name }) => {
    const span = [requireDay(`holiday ${name}`, from), requireDay(`holiday ${name}`, to)] as const;
    if (span[1] < span[0])
      throw new PvError("INVALID_OPTION", `holiday ${name} ends before it begins: ${from} to ${to}`);
    return span;
  });
  // Holidays last: one may begin while another is being caught up.
  for (const [, to] of spans) mark(to + 1, to + catchUpDays, CATCH_UP);
  for (const [from, to] of spans) mark(from, to, HOLIDAY);
  return types;
}

/**
 * 1 for points with a holiday or catch-up day: the `leftOut` of `monitorSeries`.
 *
 * @throws PvError as {@link dayTypes}
 */
export function holidayPoints(series: CountSeries, calendar: HolidayCalendar): Uint8Array {
  return dayTypes(series, calendar).map((type) => (type === HOLIDAY || type === CATCH_UP ? 1 : 0));
}

/** Options of {@link withDayTypeLevels}. */
export interface DayTypeOptions {
  /** First point that is to be tested, index or date: only points before it tell the levels. */
  readonly before: number | string;
  /** Points of the overall mean added to each type, which draws types with few points towards 1; 2 unless told. */
  readonly shrinkage?: number | undefined;
}

/**
 * The series with a level for each point: mean count of its day type over the mean of all points, both over the points before the
 * first tested one, (sum + s·m) / ((points + s)·m) with s points of shrinkage and m the mean of all. Detectors then work on counts
 * over levels or take the levels into their mean, and give bounds on the scale of the counts. Levels are all 1 when there is no
 * case before; a type without a case or with few has a level above 0 by the shrinkage.
 *
 * @throws PvError as {@link dayTypes}; `INVALID_OPTION` unless shrinkage is above 0
 */
export function withDayTypeLevels(
  series: CountSeries,
  calendar: HolidayCalendar,
  options: DayTypeOptions,
): CountSeries {
  const { before, shrinkage = 2 } = options;
  if (!(shrinkage > 0 && shrinkage < Infinity)) {
    throw new PvError("INVALID_OPTION", `shrinkage: expected a number above 0, got ${shrinkage}`);
  }
  const types = dayTypes(series, calendar);
  const step = series.step === "point" ? "day" : series.step;
  const place = typeof before === "number" ? before : pointIndex(series, stepStart("before", before, step))!;
  const end = Math.max(0, Math.min(place, series.counts.length));
  const sums = new Float64Array(DAY_TYPES.length);
  const points = new Float64Array(DAY_TYPES.length);
  let total = 0;
  for (let i = 0; i < end; i++) {
    sums[types[i]!]! += series.counts[i]!;
    points[types[i]!]! += 1;
    total += series.counts[i]!;
  }
  const mean = total / end;
  const levels = Float64Array.from(types, (type) =>
    total > 0 ? (sums[type]! + shrinkage * mean) / ((points[type]! + shrinkage) * mean) : 1,
  );
  return { ...series, levels };
}
