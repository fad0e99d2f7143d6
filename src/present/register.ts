import type { HolidayCalendar } from "../cluster/calendar.ts";
import { overdueItems } from "../monitor/decision-due.ts";
import { foldDecisions } from "../monitor/decision-fold.ts";
import { subjectText } from "../monitor/decision-wording.ts";
import type { DecisionLog, DecisionState } from "../monitor/decision.ts";
import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";
import { maskPersonal } from "./personal.ts";

/** One numbered item of the register (清单销号): it stays on the list until it is closed. */
export interface RegisterRow {
  /** Year of opening and running number in it, in the order of the log: `2024-003`. It never changes. */
  readonly number: string;
  /** Candidate key; masked where a name in it looks like personal data. */
  readonly key: string;
  readonly subject: Wording;
  /** Day of the first entry. */
  readonly opened: string;
  readonly state: DecisionState;
  /** Day since which it has been in this state. */
  readonly since: string;
  readonly due: string | null;
  /** Calendar days past the due day; 0 when it is not overdue. */
  readonly overdueDays: number;
  /** The same in working days; null without a calendar. */
  readonly overdueWorkingDays: number | null;
  /** Null while it is open. Refuted and closed items are off the list; a reopened one is back on it. */
  readonly closedOn: string | null;
  /** Who made the last entry. */
  readonly responsible: string;
  readonly reopened: number;
  readonly entries: number;
}

/** How the register is made. */
export interface RegisterOptions {
  readonly asOf: string;
  readonly calendar?: HolidayCalendar | undefined;
  /** Name of a candidate; that of its key unless told. */
  readonly subject?: ((key: string) => Wording) | undefined;
}

/** States in which nothing is left to do. */
const settled: ReadonlySet<DecisionState> = new Set(["refuted", "closed"]);

/**
 * The register of all candidates anybody has decided on, as of a day, in the order of their numbers. Later entries of the log do not
 * count. The day of an entry is that of its own zone.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` as `overdueItems`
 * @example
 * itemRegister([], { asOf: "2024-06-30" }); // []
 */
export function itemRegister(
  log: DecisionLog,
  { asOf, calendar, subject = subjectText }: RegisterOptions,
): RegisterRow[] {
  requireDay("asOf", asOf);
  const memory = foldDecisions(logAsOf(log, asOf));
  const overdue = new Map(overdueItems(memory, asOf, calendar).map((item) => [item.key, item]));
  const perYear = new Map<string, number>();
  return memory.items.map((item): RegisterRow => {
    const opened = dayText(item.firstDetected);
    const year = opened.slice(0, 4);
    const number = (perYear.get(year) ?? 0) + 1;
    perYear.set(year, number);
    const isSettled = settled.has(item.state);
    // A refuted item needs no further step, though the log keeps the day it had been due.
    const late = isSettled ? undefined : overdue.get(item.key);
    const name = subject(item.key);
    return {
      number: `${year}-${String(number).padStart(3, "0")}`,
      key: maskPersonal(item.key),
      subject: { zh: maskPersonal(name.zh), en: maskPersonal(name.en) },
      opened,
      state: item.state,
      since: dayText(item.since),
      due: item.due,
      overdueDays: late?.days ?? 0,
      overdueWorkingDays: calendar === undefined ? null : (late?.workingDays ?? 0),
      closedOn: isSettled ? dayText(item.since) : null,
      responsible: maskPersonal(item.by),
      reopened: item.reopened,
      entries: item.entries.length,
    };
  });
}

/** Entries up to the end of a day, each day being that of the entry's own zone. */
export const logAsOf = (log: DecisionLog, asOf: string): DecisionLog => log.filter(({ at }) => dayText(at) <= asOf);

/** The day of a moment as it was written. */
export function dayText(at: string): string {
  const day = at.slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(at))
    throw new PvError("INVALID_DATE", `expected a moment, got ${JSON.stringify(at)}`);
  return day;
}
