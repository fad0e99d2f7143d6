import { PvError } from "../error.ts";

/**
 * A calendar date as precisely as the source knew it: `"2014"`, `"2014-03"` or `"2014-03-14"`. It has no time and no zone,
 * so it means the same day everywhere, and its length is its precision.
 */
export type PartialDate = string;

/** How much of a date is known. */
export type DatePrecision = "day" | "month" | "year";

/** Stands in typed day columns for "no date". */
export const NO_DAY = -0x80000000;

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLength = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;

/** Whether year, month and day name a day of the Gregorian calendar in the years 1800 to 2199. */
export function isCalendarDate(year: number, month = 1, day = 1): boolean {
  return year >= 1800 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
}

/** Days since 1970-01-01 of a Gregorian calendar date; pure arithmetic, no time zone. */
export function dayOf(year: number, month: number, day: number): number {
  const y = year - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leapDays + daysBeforeMonth[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0) + day - 719163;
}

/** The calendar date of a day number, as `YYYY-MM-DD`. */
export function isoDay(day: number): string {
  // Civil-from-days by 400-year eras, each starting on 1 March (Howard Hinnant, "chrono-compatible low-level date algorithms").
  const z = day + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${year}-${two(month)}-${two(dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1)}`;
}

/**
 * First day a partial date can mean, as days since 1970-01-01, with its precision; `undefined` when the text is no date.
 *
 * @example
 * partialDay("2014-03"); // { day: 16130, precision: "month" }
 */
export function partialDay(date: PartialDate): { readonly day: number; readonly precision: DatePrecision } | undefined {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  const month = Number(parts[2] ?? 1);
  const day = Number(parts[3] ?? 1);
  if (!isCalendarDate(year, month, day)) return undefined;
  return {
    day: dayOf(year, month, day),
    precision: parts[3] !== undefined ? "day" : parts[2] !== undefined ? "month" : "year",
  };
}

/** The partial date of a day column cell: cut to what was known. */
export function partialDateOf(day: number, precision: DatePrecision): PartialDate {
  return isoDay(day).slice(0, precision === "day" ? 10 : precision === "month" ? 7 : 4);
}

/**
 * Day number of an argument such as `asOf`, which must be a full date.
 *
 * @throws PvError `INVALID_DATE`
 */
export function requireDay(name: string, date: string): number {
  const found = partialDay(date);
  if (found?.precision !== "day") {
    throw new PvError("INVALID_DATE", `${name}: expected a date YYYY-MM-DD, got ${JSON.stringify(date)}`);
  }
  return found.day;
}
