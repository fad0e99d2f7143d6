import { PvError } from "../error.ts";
import { isoDay, partialDay } from "../report/date.ts";
import type { ClusterAlert, LegalClock } from "./alert.ts";

/** A legal clock that was started, and when it runs out. */
export interface Deadline {
  readonly clock: LegalClock;
  /** As given: `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM`. */
  readonly start: string;
  /** In the form of {@link dueFrom}. */
  readonly due: string;
}

const MINUTES_A_DAY = 1440;

/**
 * When a legal clock runs out. Dates and times are those of the place: there is no zone and no clock of the machine.
 *
 * @param start - day or minute at which somebody learnt of the event, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`
 * @returns a day for limits in days, which may be used to its end (holidays count like other days); a minute for limits in hours.
 *   Where only the day of the start is known, hours run from its first minute: the true deadline is then never before this one.
 *   The start itself where the duty is to be done at once.
 * @throws PvError `INVALID_DATE`
 * @example
 * dueFrom(legalClocks.deviceGroup, "2024-02-28T15:30"); // "2024-02-29T03:30"
 * dueFrom(legalClocks.deviceGroupSelfCheck, "2024-02-28T15:30"); // "2024-03-06"
 * dueFrom(legalClocks.aefiGroup, "2024-02-28"); // "2024-02-28T02:00"
 */
export function dueFrom(clock: Pick<LegalClock, "hours" | "unit">, start: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):([0-5]\d))?$/.exec(start);
  const day = parts === null ? undefined : partialDay(parts[1]!)?.day;
  if (parts === null || day === undefined) {
    throw new PvError("INVALID_DATE", `start: expected YYYY-MM-DD or YYYY-MM-DDTHH:MM, got ${JSON.stringify(start)}`);
  }
  if (clock.hours === 0) return start;
  if (clock.unit === "days") return isoDay(day + Math.ceil(clock.hours / 24));
  const minutes = Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0) + Math.round(clock.hours * 60);
  const two = (n: number): string => String(n).padStart(2, "0");
  const rest = minutes % MINUTES_A_DAY;
  return `${isoDay(day + Math.floor(minutes / MINUTES_A_DAY))}T${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
}

/**
 * Deadlines of an alert, the earliest first, once it has been found to be an event of the kind its profile is about.
 *
 * @param start - when that was learnt; the day the alert was computed unless told
 * @throws PvError `INVALID_DATE`
 */
export function deadlines(
  alert: Pick<ClusterAlert, "legal" | "reproducibility">,
  start: string = alert.reproducibility.asOf,
): readonly Deadline[] {
  const found = alert.legal.map((clock) => ({ clock, start, due: dueFrom(clock, start) }));
  // A day without a time lasts to its end.
  const end = ({ clock, due }: Deadline): string => (clock.hours > 0 && due.length === 10 ? `${due}T24:00` : due);
  return found.sort((x, y) => (end(x) < end(y) ? -1 : end(x) > end(y) ? 1 : 0));
}
