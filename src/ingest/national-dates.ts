import { isCalendarDate, isoDay, type PartialDate } from "../report/date.ts";

/** What becomes of dates that forms are filled with when the day is not known. */
export interface FilledDates {
  /**
   * 1 January, which the forms ask for when only the year is known and which was entered for a missing date: as the year
   * (`"as-year"`, the default), which keeps it out of scans by day, or as it stands (`"as-day"`). A date with a time of day
   * other than 00:00 was not filled in and stays a day.
   */
  readonly januaryFirst?: "as-year" | "as-day";
  /**
   * Day 1 of the other months, which the forms ask for when the day is not known: as it stands (`"as-day"`, the default,
   * because one true date in thirty is a day 1), or as the month (`"as-month"`).
   */
  readonly monthFirst?: "as-day" | "as-month";
}

/** A date of a national export. */
export interface FormDate {
  readonly date: PartialDate;
  /** A time of day other than midnight stood behind it. */
  readonly timed: boolean;
}

const parts =
  /^(\d{4})(?:([-/.年])(\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[T ]?(上午|下午|AM|PM)? ?(\d{1,2}[:时].*))?$/i;
const compact = /^(\d{4})(\d{2})(?:(\d{2})(\d{6})?)?$/;
const serial = /^(\d{5})(?:\.(\d+))?$/;
/** Day 0 of the 1900 date system of spreadsheets, as days since 1970-01-01, valid from 1 March 1900 on. */
const SERIAL_ZERO = -25569;

/**
 * Reads a date as the national systems, spreadsheets and people write it: `2021-03-05`, `2021/3/5 08:30:00`, `2021.3`, `2021`,
 * `2021年3月5日8时`, `20210305`, a spreadsheet serial (`44260`, 1900 system, years 1927 to 2099), blanks anywhere. `00` for the
 * day or the month means that it is not known.
 *
 * @returns `undefined` when it is no date, or no day of the calendar
 * @example
 * readFormDate(" 2021 年 3 月 5 日 "); // { date: "2021-03-05", timed: false }
 */
export function readFormDate(text: string): FormDate | undefined {
  const tidy = text
    .normalize("NFKC")
    .trim()
    .replace(/\s*([-/.年月日:时])\s*/gu, "$1")
    .replace(/\s+/gu, " ");
  const number = serial.exec(tidy);
  if (number !== null) return fromSerial(Number(number[1]), number[2]);
  const joined = compact.exec(tidy.replace(/\.0+$/, ""));
  if (joined !== null) return fromParts(joined[1]!, joined[2], joined[3], joined[4]);
  const found = parts.exec(tidy);
  return found === null ? undefined : fromParts(found[1]!, found[3], found[4], found[6]);
}

function fromSerial(days: number, fraction: string | undefined): FormDate | undefined {
  if (days < 10_000 || days > 73_050) return undefined;
  return { date: isoDay(days + SERIAL_ZERO), timed: fraction !== undefined && /[1-9]/.test(fraction) };
}

function fromParts(year: string, month = "00", day = "00", time = ""): FormDate | undefined {
  const m = Number(month);
  const d = Number(day);
  if (m === 0 && d !== 0) return undefined;
  if (!isCalendarDate(Number(year), m === 0 ? 1 : m, d === 0 ? 1 : d)) return undefined;
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = m === 0 ? year : d === 0 ? `${year}-${two(m)}` : `${year}-${two(m)}-${two(d)}`;
  return { date, timed: /[1-9]/.test(time.slice(0, 8)) };
}

/**
 * The date as precisely as it can be taken at its word: dates that look filled in lose their day, or day and month.
 */
export function withoutFilling({ date, timed }: FormDate, { januaryFirst, monthFirst }: FilledDates): PartialDate {
  if (timed || date.length < 10 || !date.endsWith("-01")) return date;
  if (date.endsWith("-01-01")) return januaryFirst === "as-day" ? date : date.slice(0, 4);
  return monthFirst === "as-month" ? date.slice(0, 7) : date;
}
