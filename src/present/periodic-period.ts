import { isoWeekOf, isoWeekStart, mondayOf } from "../cluster/weeks.ts";
import { PvError } from "../error.ts";
import { dayOf, isoDay, requireDay } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";

/** Kinds of calendar period a report can be about. */
export const PERIOD_KINDS = ["week", "month", "quarter", "half-year", "year"] as const;
/** One of {@link PERIOD_KINDS}. */
export type PeriodKind = (typeof PERIOD_KINDS)[number];

/** A period of days, both ends included, with the name it goes by. */
export interface ReportPeriod {
  readonly kind: PeriodKind | "days";
  /** `2024-W07`, `2024-02`, `2024-Q1`, `2024-H1`, `2024`, or `2024-01-05/2024-03-04`. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

/** What period is wanted: the last one of a kind that was over by the end of the day of the report, or given days. */
export type PeriodChoice = PeriodKind | { readonly from: string; readonly to: string };

/** Why there is nothing to compare with. */
export type BaseMissing = "no-such-week" | "before-data" | "zero";

/** The reasons in words. */
export const baseMissingWording: Readonly<Record<BaseMissing, Wording>> = {
  "no-such-week": { zh: "上一年没有第 53 周", en: "the year before has no week 53" },
  "before-data": { zh: "对比期早于数据起始日", en: "the period starts before the data do" },
  zero: { zh: "基数为 0", en: "from 0" },
};

const monthsOf: Readonly<Record<Exclude<PeriodKind, "week">, number>> = {
  month: 1,
  quarter: 3,
  "half-year": 6,
  year: 12,
};
const two = (n: number): string => String(n).padStart(2, "0");

/**
 * The period a report is about. Of a kind, it is the last whole one that was over by the end of `asOf`: asked on 31 March, the
 * quarter is the first of that year; asked on 30 March, the last of the year before. Weeks are ISO weeks.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` for a kind that is none, or days that end before they start or after `asOf`
 * @example
 * reportPeriod("quarter", "2024-05-15").name; // "2024-Q1"
 */
export function reportPeriod(choice: PeriodChoice, asOf: string): ReportPeriod {
  const today = requireDay("asOf", asOf);
  if (typeof choice === "object") return givenDays(choice, today);
  if (choice === "week") {
    const monday = mondayOf(today + 1) - 7;
    return weekFrom(monday);
  }
  const length = (monthsOf as Partial<Record<string, number>>)[choice];
  if (length === undefined) {
    throw new PvError(
      "INVALID_OPTION",
      `period: expected ${PERIOD_KINDS.join(", ")} or days, got ${JSON.stringify(choice)}`,
    );
  }
  // Tomorrow's unit is the first that is not over yet.
  const month = Math.floor(monthIndex(isoDay(today + 1)) / length) * length;
  return monthsFrom(month - length, length);
}

/** The period just before: the unit before of its kind; of whole months as many months, otherwise as many days. */
export function periodBefore({ kind, from, to, days }: ReportPeriod): ReportPeriod {
  const first = requireDay("from", from);
  if (kind === "week") return weekFrom(first - 7);
  const length = wholeMonths(from, to);
  return length === undefined ? daysFrom(first - days, first - 1) : monthsFrom(monthIndex(from) - length, length);
}

/**
 * The same period of the year before: the week of the same number, the same whole months, or the same dates; 29 February becomes the
 * 28th. `undefined` for week 53 when that year has none.
 *
 * @example
 * periodLastYear(reportPeriod("month", "2024-02-29")).to; // "2023-02-28"
 */
export function periodLastYear({ kind, from, to }: ReportPeriod): ReportPeriod | undefined {
  if (kind === "week") {
    const { year, week } = isoWeekOf(requireDay("from", from));
    const monday = isoWeekStart(year - 1, week);
    return monday === undefined ? undefined : weekFrom(monday);
  }
  const length = wholeMonths(from, to);
  if (length !== undefined) return monthsFrom(monthIndex(from) - 12, length);
  return daysFrom(requireDay("from", yearBefore(from)), requireDay("to", yearBefore(to)));
}

/** Share of a year that a period is, by days; a leap year has 366. Days of several years count each with their own year. */
export function yearPart({ from, to }: Pick<ReportPeriod, "from" | "to">): number {
  let part = 0;
  const first = requireDay("from", from);
  const last = requireDay("to", to);
  for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year++) {
    const start = dayOf(year, 1, 1);
    const end = dayOf(year, 12, 31);
    part += (Math.min(last, end) - Math.max(first, start) + 1) / (end - start + 1);
  }
  return part;
}

function givenDays({ from, to }: { readonly from: string; readonly to: string }, today: number): ReportPeriod {
  const first = requireDay("period.from", from);
  const last = requireDay("period.to", to);
  if (last < first) throw new PvError("INVALID_OPTION", `period: ends on ${to}, before it starts on ${from}`);
  if (last > today) throw new PvError("INVALID_OPTION", `period: ends on ${to}, after the day of the report`);
  const length = wholeMonths(from, to);
  return length === undefined ? daysFrom(first, last) : monthsFrom(monthIndex(from), length);
}

/** Months since year 0. */
const monthIndex = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
const monthStart = (month: number): number => dayOf(Math.floor(month / 12), (month % 12) + 1, 1);

/** Number of months when the days are whole months. */
function wholeMonths(from: string, to: string): number | undefined {
  if (!from.endsWith("-01") || !isoDay(requireDay("to", to) + 1).endsWith("-01")) return undefined;
  return monthIndex(to) - monthIndex(from) + 1;
}

const yearBefore = (day: string): string => {
  const before = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return day.endsWith("02-29") ? `${before.slice(0, 4)}-02-28` : before;
};

function monthsFrom(month: number, length: number): ReportPeriod {
  const first = monthStart(month);
  const last = monthStart(month + length) - 1;
  const year = Math.floor(month / 12);
  const place = month % 12;
  const isUnit = place % length === 0;
  const named =
    length === 1
      ? ({ kind: "month", name: `${year}-${two(place + 1)}` } as const)
      : length === 3 && isUnit
        ? ({ kind: "quarter", name: `${year}-Q${place / 3 + 1}` } as const)
        : length === 6 && isUnit
          ? ({ kind: "half-year", name: `${year}-H${place / 6 + 1}` } as const)
          : length === 12 && isUnit
            ? ({ kind: "year", name: String(year) } as const)
            : undefined;
  return named === undefined ? daysFrom(first, last) : { ...named, ...spanOf(first, last) };
}

function weekFrom(monday: number): ReportPeriod {
  const { year, week } = isoWeekOf(monday);
  return { kind: "week", name: `${year}-W${two(week)}`, ...spanOf(monday, monday + 6) };
}

const daysFrom = (first: number, last: number): ReportPeriod => ({
  kind: "days",
  name: `${isoDay(first)}/${isoDay(last)}`,
  ...spanOf(first, last),
});

const spanOf = (first: number, last: number): Pick<ReportPeriod, "from" | "to" | "days"> => ({
  from: isoDay(first),
  to: isoDay(last),
  days: last - first + 1,
});
