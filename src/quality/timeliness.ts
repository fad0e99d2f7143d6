import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { daysBetween } from "./day-interval.ts";
import { wilsonShare, type Share } from "./limits.ts";
import type { ReportClock, TimeLimit, TimelinessProfile } from "./time-limits.ts";
import type { Wording } from "../report/wording.ts";

/** Whether a report came within its limit. */
export interface Timeliness {
  readonly profile: string;
  /** `in-time` and `late` hold however the dates are completed and whichever open case the report falls under. */
  readonly status: "in-time" | "late" | "unknown";
  readonly reason:
    | "known"
    /** No pair of dates of the profile's clocks. */
    | "no-clock"
    /** The second date lies before the first however both are completed. */
    | "negative"
    /** The dates, or what is known of the case, leave both possible. */
    | "imprecise";
  /** The one case it falls under; null when the report does not say enough to choose. */
  readonly case: string | null;
  /** Limits it may fall under; one when the case is known. */
  readonly limits: readonly TimeLimit[];
  readonly clock: { readonly from: ReportClock; readonly to: ReportClock } | null;
  /** Calendar days the clock can have run: least and most. */
  readonly days: { readonly least: number; readonly most: number } | null;
}

const dates: Readonly<Record<ReportClock, (report: Report) => PartialDate | undefined>> = {
  event: (r) => r.eventDate,
  aware: (r) => r.awareDate,
  reported: (r) => r.reportedDate,
  received: (r) => r.receivedDate,
};

/**
 * Whether a report came within the time its profile allows, by the first of the profile's clocks that it has both dates of.
 * A limit in days compares calendar dates; a limit in hours knows only the days, so that 2 hours can be missed for sure (more
 * than one midnight between) but never be kept for sure.
 *
 * @throws PvError `INVALID_ARGUMENT` when the profile is not for the report's domain
 * @example
 * timeliness({ id: "1", source: "", version: 1, domain: "drug", awareDate: "2024-03-01", reportedDate: "2024-03", serious: [], unexpected: false, products: [], events: [] }, timelinessProfiles.drug2011).status; // "in-time"
 */
export function timeliness(report: Report, profile: TimelinessProfile): Timeliness {
  if (!profile.domains.includes(report.domain)) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `${profile.name} is for ${profile.domains.join(", ")}, not for ${report.domain}`,
    );
  }
  const limits = possibleLimits(report, profile);
  const only = limits.length === 1 ? (limits[0] ?? null) : null;
  const base = { profile: profile.name, case: only?.case ?? null, limits };
  for (const clock of profile.clocks) {
    const days = daysBetween(dates[clock.from](report), dates[clock.to](report));
    if (days === undefined) continue;
    if (days.most < 0) return { ...base, status: "unknown", reason: "negative", clock, days };
    // What lies before the start of the clock is no time that ran.
    const ran = { least: Math.max(0, days.least), most: days.most };
    if (limits.every((limit) => isSurelyWithin(ran.most, limit)))
      return { ...base, status: "in-time", reason: "known", clock, days: ran };
    if (limits.every((limit) => isSurelyPast(ran.least, limit)))
      return { ...base, status: "late", reason: "known", clock, days: ran };
    return { ...base, status: "unknown", reason: "imprecise", clock, days: ran };
  }
  return { ...base, status: "unknown", reason: "no-clock", clock: null, days: null };
}

/** Limits in order, up to the first that surely applies. */
function possibleLimits(report: Report, profile: TimelinessProfile): TimeLimit[] {
  const possible: TimeLimit[] = [];
  for (const limit of profile.limits) {
    const applies = limit.applies(report);
    if (applies === false) continue;
    possible.push(limit);
    if (applies === true) break;
  }
  if (possible.length === 0)
    throw new PvError("INVALID_OPTION", `${profile.name}: no limit applies; the last one should apply to every report`);
  return possible;
}

/** From any moment of one day to any of a day `days` later less than (days + 1) × 24 hours pass. */
const isSurelyWithin = (days: number, { limit, unit }: TimeLimit): boolean =>
  unit === "days" ? days <= limit : (days + 1) * 24 <= limit;
/** … and more than (days − 1) × 24. */
const isSurelyPast = (days: number, { limit, unit }: TimeLimit): boolean =>
  unit === "days" ? days > limit : (days - 1) * 24 >= limit;

/** On-time figures of one case. */
export interface TimelinessRow {
  /** Null for the reports whose case is open. */
  readonly case: string | null;
  readonly wording: Wording;
  readonly reports: number;
  readonly inTime: number;
  readonly late: number;
  readonly cannotTell: number;
  /** In time among those that can be told, with its Wilson interval. */
  readonly onTime: Share;
  /** The share if all that cannot be told were late, and if all were in time; null without reports. */
  readonly lowest: number | null;
  readonly highest: number | null;
}

/** On-time figures of many reports. */
export interface TimelinessSummary {
  readonly profile: TimelinessProfile;
  readonly all: TimelinessRow;
  /** In the order of the profile's limits, the open case last; every limit has its row. */
  readonly rows: readonly TimelinessRow[];
  /** Reports by the clock used: `"aware → reported"`; without any clock under `"none"`. */
  readonly clocks: Readonly<Record<string, number>>;
  /** Reports whose dates run backwards; they are among those that cannot be told. */
  readonly negative: number;
  /** Left out: reports of other domains. */
  readonly otherDomain: number;
}

/** On-time share by case, with what cannot be told counted apart and bounding the share. */
export function timelinessSummary(reports: Iterable<Report>, profile: TimelinessProfile): TimelinessSummary {
  const cases = new Map<string | null, { inTime: number; late: number; cannotTell: number }>();
  const open: Wording = { zh: "类别不明", en: "case open" };
  const clocks = new Map<string, number>();
  let negative = 0;
  let otherDomain = 0;
  for (const report of reports) {
    if (!profile.domains.includes(report.domain)) {
      otherDomain++;
      continue;
    }
    const found = timeliness(report, profile);
    let tally = cases.get(found.case);
    if (tally === undefined) cases.set(found.case, (tally = { inTime: 0, late: 0, cannotTell: 0 }));
    if (found.status === "in-time") tally.inTime++;
    else if (found.status === "late") tally.late++;
    else tally.cannotTell++;
    if (found.reason === "negative") negative++;
    const clock = found.clock === null ? "none" : `${found.clock.from} → ${found.clock.to}`;
    clocks.set(clock, (clocks.get(clock) ?? 0) + 1);
  }
  const none = { inTime: 0, late: 0, cannotTell: 0 };
  const rows = profile.limits.map((limit) => row(limit.case, limit.wording, cases.get(limit.case) ?? none));
  if (cases.has(null)) rows.push(row(null, open, cases.get(null) ?? none));
  const sum = [...cases.values()].reduce(
    (all, one) => ({
      inTime: all.inTime + one.inTime,
      late: all.late + one.late,
      cannotTell: all.cannotTell + one.cannotTell,
    }),
    none,
  );
  return {
    profile,
    all: row(null, { zh: "合计", en: "all" }, sum),
    rows,
    clocks: Object.fromEntries([...clocks].sort(([x], [y]) => (x < y ? -1 : 1))),
    negative,
    otherDomain,
  };
}

function row(
  name: string | null,
  wording: Wording,
  { inTime, late, cannotTell }: { inTime: number; late: number; cannotTell: number },
): TimelinessRow {
  const reports = inTime + late + cannotTell;
  return {
    case: name,
    wording,
    reports,
    inTime,
    late,
    cannotTell,
    onTime: wilsonShare(inTime, inTime + late),
    lowest: reports === 0 ? null : inTime / reports,
    highest: reports === 0 ? null : (inTime + cannotTell) / reports,
  };
}
