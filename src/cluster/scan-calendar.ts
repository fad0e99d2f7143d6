import { PvError } from "../error.ts";
import { dayOf, isoDay, partialDay, type PartialDate } from "../report/date.ts";
import type { ScanOptions } from "./scan-options.ts";

/** The time steps of a period, first to last. */
export interface ScanCalendar {
  /** Step i is the days `starts[i]` to `starts[i + 1] - 1`. */
  readonly starts: Int32Array;
  /** Whether days are shown as dates, as the period was given. */
  readonly dated: boolean;
}

/** First and last day that a date can mean. */
export interface DaySpan {
  readonly first: number;
  readonly last: number;
}

/** The days of a date known to the day, month or year, or of a number; `undefined` when it is neither. */
export function daySpan(date: PartialDate | number): DaySpan | undefined {
  if (typeof date === "number") return Number.isSafeInteger(date) ? { first: date, last: date } : undefined;
  const found = partialDay(date);
  if (found === undefined) return undefined;
  const { day, precision } = found;
  return { first: day, last: precision === "day" ? day : addMonths(day, precision === "month" ? 1 : 12) - 1 };
}

/** First day of the month `months` later; `day` is the first of a month. */
function addMonths(day: number, months: number): number {
  const iso = isoDay(day);
  const count = Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1 + months;
  return dayOf(Math.floor(count / 12), (((count % 12) + 12) % 12) + 1, 1);
}

/**
 * Cuts a period into steps counted back from its end, so that the first step may be short. Months and years end on the day of
 * the month on which the period ends.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`
 */
export function calendarOf({ period, timeStep = 1, analysis }: ScanOptions): ScanCalendar {
  if (period === undefined) {
    if (analysis === "spatial") return { starts: Int32Array.of(0, 1), dated: false };
    throw new PvError("INVALID_OPTION", `period: only a spatial analysis goes without`);
  }
  const from = daySpan(period.from);
  const to = daySpan(period.to);
  if (from === undefined || to === undefined || typeof period.from !== typeof period.to || from.first > to.last) {
    throw new PvError(
      "INVALID_DATE",
      `period: expected two dates or two whole numbers in order, got ${JSON.stringify(period)}`,
    );
  }
  const end = to.last + 1;
  const dated = typeof period.from === "string";
  if (analysis === "spatial") return { starts: Int32Array.of(from.first, end), dated };
  const months = timeStep === "month" ? 1 : timeStep === "year" ? 12 : 0;
  if (typeof timeStep === "number" ? !(Number.isSafeInteger(timeStep) && timeStep >= 1) : months === 0 || !dated) {
    throw new PvError(
      "INVALID_OPTION",
      `timeStep: expected a whole number of days or, for a period of dates, "month" or "year", got ${JSON.stringify(timeStep)}`,
    );
  }
  const starts = [end];
  for (let k = 1; starts.at(-1)! > from.first; k++) {
    const start = typeof timeStep === "number" ? end - k * timeStep : monthsBefore(end, k * months);
    starts.push(Math.max(start, from.first));
  }
  return { starts: Int32Array.from(starts.reverse()), dated };
}

/** The same day of the month `months` earlier, or the last day before it where the month is too short. */
function monthsBefore(day: number, months: number): number {
  const offset = Number(isoDay(day).slice(8, 10)) - 1;
  const first = addMonths(day - offset, -months);
  return Math.min(first + offset, addMonths(first, 1) - 1);
}

/** Step that holds a day, or -1. */
export function stepOf({ starts }: ScanCalendar, day: number): number {
  if (day < starts[0]! || day >= starts.at(-1)!) return -1;
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= day) low = middle;
    else high = middle;
  }
  return low;
}

/** A day as the period was given: a date or a number. */
export function shownDay(calendar: ScanCalendar, day: number): PartialDate | number {
  return calendar.dated ? isoDay(day) : day;
}
