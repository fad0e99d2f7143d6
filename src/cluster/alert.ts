import type { PartialDate } from "../report/date.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";

/** Which date of a report a detector goes by: receipt for operation, the event for the picture. */
export type Clock = "received" | "event";

/** What an alert is about; a field is absent where the detector did not divide by it. */
export interface AlertScope {
  readonly maker?: string | undefined;
  readonly product?: string | undefined;
  readonly lots?: readonly string[] | undefined;
  readonly region?: string | undefined;
  /** Ids of the places of a spatial cluster, from its centre out; `region` then gives their names. */
  readonly places?: readonly string[] | undefined;
  readonly unit?: string | undefined;
  readonly reactions?: readonly string[] | undefined;
}

/** A stretch of days. */
export interface AlertWindow {
  /** First and last day, both included. */
  readonly from: PartialDate;
  readonly to: PartialDate;
  readonly days: number;
}

/** A deadline that starts to run for somebody when the alert is confirmed. */
export interface LegalClock {
  readonly duty: Wording;
  /** 0 is 立即 (at once); 24 a day where the text speaks of days. */
  readonly hours: number;
  /** Hours run from the moment; days are calendar days after the day, without regard to holidays. */
  readonly unit: "hours" | "days";
  /** Who gives the number. */
  readonly status: NumberStatus;
  readonly source: string;
}

/**
 * A group of reports that met a rule or passed a statistical threshold. It asks for assessment; it claims no cause. One shape for
 * every detector; plain data, safe for JSON.
 */
export interface ClusterAlert {
  /** The same group found again has the same id: detector, profile, scope and first day decide. */
  readonly id: string;
  readonly detector: string;
  readonly profile: string;
  readonly scope: AlertScope;
  /** All days on which the condition held without a gap. */
  readonly window: AlertWindow & { readonly clock: Clock };
  /** The fullest stretch of the profile's length inside the window; the numbers below belong to it. */
  readonly peak: AlertWindow;
  /** Reports in the peak. */
  readonly observed: number;
  /** Reports expected in a stretch of that length at the group's own earlier rate. */
  readonly expected: number;
  /** observed / expected, with exact 95 % Poisson limits of the observed count. */
  readonly ratio: { readonly estimate: number; readonly lower: number; readonly upper: number };
  /** What the detector measured; null for a written rule, which only is or is not met. */
  readonly statistic: { readonly name: string; readonly value: number } | null;
  /**
   * How often a year an alert as surprising as this would come up by chance, as log10: for a rule in its own group at its earlier
   * rate (Poisson scan statistic), for a statistical detector over all it looked at.
   */
  readonly log10PerYear: number;
  /** The same as a number; 0 below 1e-323. */
  readonly expectedPerYear: number;
  /** Chance of at least one in a year, 1 − e^(−expectedPerYear); of a rule not adjusted for the number of groups looked at. */
  readonly p: number;
  /** The earlier history that the expectation rests on. */
  readonly baseline: {
    readonly reports: number;
    readonly days: number;
    /** `"insufficient"`: less than 180 days or no earlier report; the expectation then leans on the prior of half a report. */
    readonly state: "sufficient" | "insufficient";
    /** Times the rule had already been met in the 365 days before the window. */
    readonly earlierWindows: number;
    /** Median and maximum of reports in the calendar-free 30-day blocks of the history. */
    readonly medianPer30Days: number;
    readonly maxPer30Days: number;
  };
  /** Over the whole window. */
  readonly reports: number;
  readonly severity: {
    readonly serious: number;
    readonly deaths: number;
    readonly notSerious: number;
    readonly unknown: number;
  };
  readonly units: {
    readonly known: number;
    readonly distinct: number;
    readonly largest: string | null;
    /** Share of the reports with a known unit that came from the largest one; null when none has a unit. */
    readonly largestShare: number | null;
    /** One unit accounts for 70 % or more. */
    readonly oneUnitExplains: boolean;
  };
  readonly reactions: readonly { readonly term: string; readonly reports: number }[];
  /** Parts of the evidence that were tested on their own, as log10 of their p; none for a written rule. */
  readonly components: readonly { readonly name: string; readonly log10P: number }[];
  /**
   * The same without the reports of the largest unit; null when no unit is known. `statistic` is that of the alert computed again,
   * where a detector has one that does not need its whole run repeated.
   */
  readonly withoutLargestUnit: {
    readonly observed: number;
    readonly log10PerYear: number;
    readonly statistic?: number | undefined;
  } | null;
  /** For lot alerts: reports of the same product in the window that give no lot and could belong. */
  readonly couldBelong: number | null;
  readonly memberIds: readonly string[];
  readonly evidence: readonly Wording[];
  readonly legal: readonly LegalClock[];
  /** `open`: the condition held within one window length of `asOf`. */
  readonly state: "open" | "closed";
  readonly reproducibility: {
    readonly asOf: PartialDate;
    readonly groupsExamined: number;
    readonly reportsExamined: number;
    /** The written condition, or the threshold of the statistic. */
    readonly predicate: string;
    readonly windowDays: number;
    /** Seed of a detector that draws random numbers. */
    readonly seed?: number | undefined;
  };
}

/** Short stable hash (FNV-1a, 2 × 32 bits) for ids; not for security. */
export function stableId(...parts: readonly string[]): string {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (const ch of parts.join("\u0000")) {
    const code = ch.codePointAt(0)!;
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (low >>> 15);
  }
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, "0");
  return hex(high) + hex(low);
}
