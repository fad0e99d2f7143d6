import { PvError } from "../error.ts";
import { dayOf, isCalendarDate, isoDay, partialDay } from "../report/date.ts";

/** Width of the points of a series. Weeks are ISO weeks, Monday to Sunday; months are calendar months. */
export type SeriesStep = "day" | "week" | "month";

/** ISO weekday of a day number, 1 = Monday … 7 = Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** Day number of the Monday of the week that a day lies in. */
export function mondayOf(day: number): number {
  return day - weekdayOf(day) + 1;
}

/**
 * ISO 8601 week of a day number. A week belongs to the year that holds its Thursday, so that years have 52 or 53 weeks and
 * 1 January may lie in week 52 or 53 of the year before.
 *
 * @example
 * isoWeekOf(18628); // { year: 2020, week: 53 }
 */
export function isoWeekOf(day: number): { readonly year: number; readonly week: number } {
  const thursday = mondayOf(day) + 3;
  const year = Number(isoDay(thursday).slice(0, 4));
  return { year, week: Math.floor((thursday - dayOf(year, 1, 1)) / 7) + 1 };
}

/**
 * Day number of the Monday of an ISO week; `undefined` when the year has no such week (53 weeks are rare).
 *
 * @example
 * isoWeekStart(2020, 53); // 18624
 */
export function isoWeekStart(year: number, week: number): number | undefined {
  if (!isCalendarDate(year) || !Number.isInteger(week) || week < 1 || week > 53) return undefined;
  const monday = mondayOf(dayOf(year, 1, 4)) + 7 * (week - 1); // 4 January always lies in week 1
  return week === 53 && isoWeekOf(monday).week !== 53 ? undefined : monday;
}

/**
 * First day of the point that a text names: `2024-01-15`, `2024-W03` or `2024-01`, for any step. A full date names the week or
 * month it lies in.
 *
 * @throws PvError `INVALID_DATE`
 */
export function stepStart(name: string, text: string, step: SeriesStep): number {
  const week = /^(\d{4})-W(\d{2})$/.exec(text);
  const day = week === null ? partialDay(text)?.day : isoWeekStart(Number(week[1]), Number(week[2]));
  if (day === undefined || (week === null && text.length < 7)) {
    throw new PvError("INVALID_DATE", `${name}: expected YYYY-MM-DD, YYYY-MM or YYYY-Www, got ${JSON.stringify(text)}`);
  }
  return stepIndexStart(stepIndex(day, step), step);
}

/** Running number of the day, week or month that a day lies in: days and weeks since 1970-01-01, months since year 0. */
export function stepIndex(day: number, step: SeriesStep): number {
  if (step === "day") return day;
  if (step === "week") return Math.floor((day + 3) / 7);
  const [year, month] = isoDay(day).split("-");
  return Number(year) * 12 + Number(month) - 1;
}

/** First day of the day, week or month with this running number. */
export function stepIndexStart(index: number, step: SeriesStep): number {
  if (step === "day") return index;
  return step === "week" ? 7 * index - 3 : dayOf(Math.floor(index / 12), (index % 12) + 1, 1);
}

/** Name of the day, week or month that starts on a day: `2024-01-15`, `2024-W03`, `2024-01`. */
export function stepName(day: number, step: SeriesStep): string {
  if (step === "day") return isoDay(day);
  if (step === "month") return isoDay(day).slice(0, 7);
  const { year, week } = isoWeekOf(day);
  return `${year}-W${String(week).padStart(2, "0")}`;
}
