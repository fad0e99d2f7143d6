import { PvError } from "../error.ts";
import { partialDay, requireDay, type PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { dayInterval, type DayInterval } from "./day-interval.ts";
import type { ReportClock } from "./time-limits.ts";

/** Levels of administrative divisions. */
export type QualityLevel = "province" | "city" | "county";

/** What figures by division need of a list of divisions; `createDivisions` makes one. */
export interface DivisionList {
  readonly vintage: string;
  /** The division of a level that a code belongs to; `undefined` when the list does not have the code or it lies above the level. */
  readonly rollUp: (code: string, level: QualityLevel) => { readonly code: string; readonly name: string } | undefined;
  /** Counties below a division, or of the whole list, without statistical zones. */
  readonly counties: (code?: string) => readonly { readonly code: string; readonly name: string }[];
}

/** Days a figure is about, both included. */
export interface Period {
  readonly from: PartialDate;
  readonly to: PartialDate;
}

/** @throws PvError `INVALID_DATE`, `INVALID_OPTION` when the period ends before it starts */
export function periodDays({ from, to }: Period): DayInterval {
  const first = requireDay("period.from", from);
  const last = requireDay("period.to", to);
  if (last < first) throw new PvError("INVALID_OPTION", `period: ends on ${to}, before it starts on ${from}`);
  return { first, last };
}

/** Which date places a report in time. */
export const clockDate: Readonly<Record<ReportClock, (report: Report) => PartialDate | undefined>> = {
  event: (r) => r.eventDate,
  aware: (r) => r.awareDate,
  reported: (r) => r.reportedDate,
  received: (r) => r.receivedDate,
};

/** Whether a report lies in a period: `undefined` when it has no date, or one too vague to say. */
export function isWithin(date: PartialDate | undefined, period: DayInterval): boolean | undefined {
  const days = dayInterval(date);
  if (days === undefined) return undefined;
  if (days.first >= period.first && days.last <= period.last) return true;
  return days.last < period.first || days.first > period.last ? false : undefined;
}

/** First possible day of a date known to the day; `undefined` otherwise. */
export function exactDay(date: PartialDate | undefined): number | undefined {
  const read = date === undefined ? undefined : partialDay(date);
  return read?.precision === "day" ? read.day : undefined;
}
