import type { HolidayCalendar } from "../cluster/calendar.ts";
import { weekdayOf } from "../cluster/weeks.ts";
import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { isoDay, requireDay } from "../report/date.ts";
import type { DecisionState } from "./decision.ts";
import type { DecisionMemory } from "./decision-fold.ts";

/** A candidate whose due day has passed. */
export interface OverdueItem {
  readonly key: string;
  readonly state: DecisionState;
  readonly due: string;
  /** Calendar days after the due day; 1 on the day after. */
  readonly days: number;
  /** Working days after the due day; null unless a calendar was given. */
  readonly workingDays: number | null;
  readonly by: string;
}

/**
 * Candidates whose due day lies before `asOf`, the longest overdue first. A closed candidate is never overdue. With a calendar, one
 * that is only past by days off (a due day on a Saturday, asked on Sunday) is not overdue yet.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` for a holiday that ends before it begins
 * @example
 * overdueItems(foldDecisions([]), "2024-06-30").length; // 0
 */
export function overdueItems(memory: DecisionMemory, asOf: string, calendar?: HolidayCalendar): readonly OverdueItem[] {
  const today = requireDay("asOf", asOf);
  const isWorked = calendar === undefined ? null : workedDays(calendar);
  const found: OverdueItem[] = [];
  for (const { key, state, due, by } of memory.items) {
    if (due === null || state === "closed") continue;
    const days = today - requireDay("due", due);
    if (days <= 0) continue;
    let workingDays: number | null = null;
    if (isWorked !== null) {
      workingDays = 0;
      for (let day = today - days + 1; day <= today; day++) if (isWorked(day)) workingDays++;
    }
    if (workingDays === 0) continue;
    found.push({ key, state, due, days, workingDays, by });
  }
  return found.sort((x, y) => y.days - x.days || compareText(x.key, y.key));
}

/**
 * The day so many calendar or working days after a day. The day itself does not count. Working days are Monday to Friday and the
 * weekend days worked in exchange, without holidays; without a calendar every Monday to Friday is one.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` for a number of days that is no whole number from 0 to 10,000, or a calendar
 *   that leaves no working day in ten years
 * @example
 * dueDay("2024-09-30", { workingDays: 3, calendar: { holidays: [{ from: "2024-10-01", to: "2024-10-07", name: "国庆节" }] } }); // "2024-10-10"
 */
export function dueDay(
  from: string,
  after: { readonly days: number } | { readonly workingDays: number; readonly calendar?: HolidayCalendar | undefined },
): string {
  let day = requireDay("from", from);
  const wanted = "days" in after ? after.days : after.workingDays;
  if (!(Number.isInteger(wanted) && wanted >= 0 && wanted <= 10_000))
    throw new PvError("INVALID_OPTION", `days: expected a whole number from 0 to 10,000, got ${wanted}`);
  if ("days" in after) return isoDay(day + wanted);
  const isWorked = workedDays(after.calendar ?? { holidays: [] });
  for (let left = wanted, idle = 0; left > 0;) {
    day++;
    if (isWorked(day)) {
      left--;
      idle = 0;
    } else if (++idle > 3653) throw new PvError("INVALID_OPTION", "the calendar leaves no working day in ten years");
  }
  return isoDay(day);
}

/** Whether an office works on a day number. */
function workedDays({ holidays, workdays = [] }: HolidayCalendar): (day: number) => boolean {
  const worked = new Set(workdays.map((day) => requireDay("workdays", day)));
  const spans = holidays.map(({ from, to, name }) => {
    const span = [requireDay(`holiday ${name}`, from), requireDay(`holiday ${name}`, to)] as const;
    if (span[1] < span[0])
      throw new PvError("INVALID_OPTION", `holiday ${name} ends before it begins: ${from} to ${to}`);
    return span;
  });
  return (day) => worked.has(day) || (weekdayOf(day) <= 5 && !spans.some(([from, to]) => from <= day && day <= to));
}
