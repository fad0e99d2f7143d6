import type { ReportTable } from "../count/table.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { isoDay } from "../report/date.ts";
import { reactionsOf, severityOf, unitsOf } from "./alert-summary.ts";
import { stableId, type AlertScope, type AlertWindow, type ClusterAlert, type Clock } from "./alert.ts";
import { gumbelP, maximaMoments } from "./scan-gumbel.ts";

/** An alert before its sentences are written. */
export type AlertBody = Omit<ClusterAlert, "evidence">;

/** What a statistical detector knows of an alert; the rest follows from the member reports. */
export interface AlertParts {
  readonly detector: string;
  readonly profile: string;
  readonly scope: AlertScope;
  readonly clock: Clock;
  /** Day numbers, both included. */
  readonly window: { readonly from: number; readonly to: number };
  /** Unless told, the window. */
  readonly peak?: { readonly from: number; readonly to: number } | undefined;
  readonly observed: number;
  /** Above 0. */
  readonly expected: number;
  readonly statistic: ClusterAlert["statistic"];
  readonly log10PerYear: number;
  readonly baseline: ClusterAlert["baseline"];
  /** Table rows of the members. */
  readonly rows: readonly number[];
  readonly withoutLargestUnit: ClusterAlert["withoutLargestUnit"];
  readonly couldBelong?: number | null | undefined;
  readonly components?: ClusterAlert["components"] | undefined;
  readonly state: ClusterAlert["state"];
  readonly reproducibility: ClusterAlert["reproducibility"];
}

/** Puts an alert together; what its reports say of severity, units and reactions is counted over all members. */
export function makeAlert(table: ReportTable, parts: AlertParts): AlertBody {
  const { detector, profile, scope, clock, observed, expected, log10PerYear, rows } = parts;
  const expectedPerYear = 10 ** log10PerYear;
  const window = alertWindow(parts.window);
  return {
    id: stableId(detector, profile, JSON.stringify(scope), window.from),
    detector,
    profile,
    scope,
    window: { ...window, clock },
    peak: alertWindow(parts.peak ?? parts.window),
    observed,
    expected,
    ratio: poissonRatio(observed, expected),
    statistic: parts.statistic,
    log10PerYear,
    expectedPerYear,
    p: -Math.expm1(-expectedPerYear),
    baseline: parts.baseline,
    reports: rows.length,
    severity: severityOf(table, rows),
    units: unitsOf(table, rows),
    reactions: reactionsOf(table, rows),
    components: parts.components ?? [],
    withoutLargestUnit: parts.withoutLargestUnit,
    couldBelong: parts.couldBelong ?? null,
    memberIds: rows.map((row) => table.id(row)),
    legal: [],
    state: parts.state,
    reproducibility: parts.reproducibility,
  };
}

/** observed / expected with exact 95 % Poisson limits of the observed count. */
export function poissonRatio(observed: number, expected: number): ClusterAlert["ratio"] {
  return {
    estimate: observed / expected,
    lower: observed > 0 ? gammaQuantile(0.025, observed) / expected : 0,
    upper: gammaQuantile(0.975, observed + 1) / expected,
  };
}

const alertWindow = ({ from, to }: { readonly from: number; readonly to: number }): AlertWindow => ({
  from: isoDay(from),
  to: isoDay(to),
  days: to - from + 1,
});

const ENOUGH_HISTORY_DAYS = 180;

/**
 * Earlier history of a group.
 *
 * @param days - days of its counted reports, in any order
 * @param start - first day looked at
 * @param before - first day of the alert
 */
export function baselineOf(days: Iterable<number>, start: number, before: number): ClusterAlert["baseline"] {
  const length = Math.max(0, before - start);
  const blocks = new Array<number>(Math.max(1, Math.ceil(length / 30))).fill(0);
  let reports = 0;
  let first = before;
  for (const day of days) {
    if (day < start || day >= before) continue;
    reports++;
    first = Math.min(first, day);
    blocks[Math.floor((before - 1 - day) / 30)]!++;
  }
  blocks.sort((x, y) => x - y);
  return {
    reports,
    days: length,
    // A group seen for the first time shortly before has no usual course, however long the table is.
    state: before - first >= ENOUGH_HISTORY_DAYS ? "sufficient" : "insufficient",
    earlierWindows: 0,
    medianPer30Days: (blocks[(blocks.length - 1) >> 1]! + blocks[blocks.length >> 1]!) / 2,
    maxPer30Days: blocks.at(-1)!,
  };
}

/** Least chance that is told apart from 0. */
const LEAST_P = 1e-300;

/**
 * log10 of how often a year something as extreme comes up by chance over all that was looked at: the chance of one look at one
 * series, place set or tree, times the number of them, times the looks a year. It counts looks: a chance finding that lasts
 * several looks counts several times, so that of distinct alerts there are fewer.
 */
export function log10Yearly(p: number, looked: number, looksPerYear: number): number {
  return Math.log10(Math.min(1, Math.max(p, LEAST_P))) + Math.log10(looked * looksPerYear);
}

/** Statistics that should be equal differ by less. */
const TIE = 1e-10;

/**
 * Chance of a statistic from the random maxima of its scan: by rank while a random maximum reaches it, beyond all of them from the
 * Gumbel distribution with their mean and spread, never above 1 / (replications + 1).
 *
 * @param stopped - whether the replications ended early (Besag, Clifford 1991)
 * @see Abrams, Kleinman, Kulldorff (2010) doi:10.1186/1476-072X-9-61
 */
export function maximaP(statistic: number, maxima: Float64Array, stopped = false): number {
  const least = statistic * (1 - TIE);
  let reached = 0;
  for (const value of maxima) if (value >= least) reached++;
  if (reached > 0) return stopped ? reached / maxima.length : (1 + reached) / (1 + maxima.length);
  const beyond = gumbelP(statistic, maximaMoments(maxima));
  return Math.min(1 / (1 + maxima.length), Number.isNaN(beyond) ? 1 : beyond);
}
