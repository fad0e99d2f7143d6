import { dayOf, partialDay, type PartialDate } from "../report/date.ts";

/** First and last day a partial date can mean, as days since 1970-01-01, both included. */
export interface DayInterval {
  readonly first: number;
  readonly last: number;
}

/**
 * The days a partial date can mean; `undefined` when it is absent or no date.
 *
 * @example
 * dayInterval("2024-02"); // { first: 19754, last: 19782 }
 */
export function dayInterval(date: PartialDate | undefined): DayInterval | undefined {
  const start = date === undefined ? undefined : partialDay(date);
  if (date === undefined || start === undefined) return undefined;
  if (start.precision === "day") return { first: start.day, last: start.day };
  const year = Number(date.slice(0, 4));
  const month = start.precision === "month" ? Number(date.slice(5, 7)) : 12;
  const next = month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1);
  return { first: start.day, last: next - 1 };
}

/**
 * Days from one date to another: the least and the most that any completion of the two allows. `undefined` when one is missing.
 *
 * @example
 * daysBetween("2024-01-10", "2024-02"); // { least: 22, most: 50 }
 */
export function daysBetween(
  from: PartialDate | undefined,
  to: PartialDate | undefined,
): { readonly least: number; readonly most: number } | undefined {
  const a = dayInterval(from);
  const b = dayInterval(to);
  return a === undefined || b === undefined ? undefined : { least: b.first - a.last, most: b.last - a.first };
}

/**
 * Whether `later` lies before `earlier` however the two are completed; `false` when one is missing.
 *
 * @example
 * isImpossibleOrder("2024-04", "2024-03-31"); // true
 */
export function isImpossibleOrder(earlier: PartialDate | undefined, later: PartialDate | undefined): boolean {
  const days = daysBetween(earlier, later);
  return days !== undefined && days.most < 0;
}
