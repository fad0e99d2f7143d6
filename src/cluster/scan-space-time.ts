import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import { shownDay } from "./scan-calendar.ts";
import { findClusters, membersOf, type ScanFinding } from "./scan-clusters.ts";
import { gumbelP, maximaMoments, type MaximaMoments } from "./scan-gumbel.ts";
import { MaximaBatches, simulateScanMaxima, type StopRequest } from "./scan-monte-carlo.ts";
import { isProspective, type ScanEcho, type ScanOptions } from "./scan-options.ts";
import { prepareSpaceTimeScan, type ScanCases, type SpaceTimePlan } from "./scan-plan.ts";
import type { ScanPlaces } from "./scan-geography.ts";
import { recurrenceSteps } from "./scan-recurrence.ts";

/** Places and a stretch of time with more (or fewer) cases than expected. It asks for assessment; it claims no cause. */
export interface ScanCluster {
  /** Ids in the order of distance from the centre, the centre's own first; empty for an analysis of time alone. */
  readonly places: readonly string[];
  readonly centre: string | null;
  /** Distance of the farthest place, in the unit of `zoneMax.radius`; longest semi-axis of an ellipse. */
  readonly radius: number | null;
  /** Longest over shortest axis, and direction of the longest in degrees from the x axis; `null` for circles. */
  readonly ellipse: { readonly shape: number; readonly angleDegrees: number } | null;
  /** First and last day; `null` without a period. */
  readonly from: PartialDate | number | null;
  readonly to: PartialDate | number | null;
  /** Time steps of the window. */
  readonly steps: number;
  readonly rate: "high" | "low";
  readonly observed: number;
  readonly expected: number;
  /** observed / expected */
  readonly ratio: number;
  /** The ratio inside over the ratio outside; `null` where there is no case outside, and for `"permutation"`, which knows no rates. */
  readonly relativeRisk: number | null;
  /** Log likelihood ratio. */
  readonly llr: number;
  /** `llr`, for ellipses times the factor of their shape: what is compared with the random maxima. */
  readonly statistic: number;
  /**
   * (1 + random maxima that reach the statistic) / (1 + replications), adjusted for all zones and windows looked at; after an early
   * stop, maxima that reach it over replications made. `null` without replications.
   */
  readonly p: number | null;
  /** `null` without replications or when all maxima are equal. */
  readonly gumbelP: number | null;
  /** Time steps between such clusters when nothing is wrong, from `p`; `null` unless the analysis is prospective. */
  readonly recurrence: number | null;
  /** Keys of the reports inside, when keys were given. */
  readonly keys: readonly string[] | null;
}

/** Distribution of the largest statistic when nothing is wrong. */
export interface ScanNull extends MaximaMoments {
  /** In the order of replications. */
  readonly maxima: Float64Array;
  /** A statistic above the value has p <= alpha; `null` where there are too few replications. */
  readonly critical: readonly { readonly alpha: number; readonly value: number | null }[];
  /** Whether `stopAfter` ended the replications early. */
  readonly stopped: boolean;
}

/** What a space-time scan finds. */
export interface SpaceTimeScan {
  /** Most likely first; none shares a place in the same time step with one before it. */
  readonly clusters: readonly ScanCluster[];
  /** `null` without replications. */
  readonly null: ScanNull | null;
  /** Cases scanned, places and time steps. */
  readonly cases: number;
  readonly places: number;
  readonly steps: number;
  /** Factor from one time step to the next that `trend: "log-linear"` took out, otherwise `null`. */
  readonly trend: number | null;
  /** Cases and controls left out, and places without coordinates. */
  readonly excluded: SpaceTimePlan["excluded"];
  readonly options: ScanEcho;
}

const ALPHAS = [0.05, 0.01, 0.001];
/** Statistics that should be equal differ by less: one found again in a replication must count. */
const TIE = 1e-10;

/**
 * Scan statistic in space, in time, or in both: circles (or ellipses, or neighbourhoods) of every size around every place, times
 * windows of every length, and the one among them that is least likely when cases fall as the model says. p-values come from the
 * largest statistics of random data sets and are adjusted for having looked everywhere.
 *
 * Zones grow by whole places, all places at one distance together. Cases whose place or day is missing, unknown or outside are
 * left out and counted. Random data sets have a random stream each: the result depends neither on the order of rows nor on how
 * replications are shared out, see `simulateScanMaxima`.
 *
 * The permutation model sees neither a rise everywhere nor a place that always has many; it takes a change of the population of
 * some places, or places that join late, for clusters.
 *
 * @param places - `null` for an analysis of time alone
 * @param signal - an `AbortSignal` or the like, asked between batches of replications
 * @throws PvError `INVALID_OPTION`, `INVALID_DATE` (period), `EMPTY_SCOPE` (no case, no control left), `INVALID_COUNT` (a count; cases
 *   where no population is), `LENGTH_MISMATCH`, `INVALID_ARGUMENT` (a single place, an id twice, what the model lacks),
 *   `UNKNOWN_TERM` (a neighbour, or population of no place); the reason of `signal` when aborted
 * @see Kulldorff (1997) doi:10.1080/03610929708831995; Kulldorff (2001) doi:10.1111/1467-985X.00186 for prospective analyses;
 *   Kulldorff et al. (2005) doi:10.1371/journal.pmed.0020059 for permutation; Kulldorff et al. (2006) doi:10.1002/sim.2490 for
 *   ellipses; Besag, Clifford (1991) doi:10.1093/biomet/78.2.301
 * @example
 * scanSpaceTime(
 *   { place: ["A", "A", "A", "B", "C", "C"], day: [9, 9, 10, 2, 4, 7] },
 *   { id: ["A", "B", "C"], x: [0, 1, 5], y: [0, 0, 0] },
 *   { model: "permutation", analysis: "prospective", period: { from: 1, to: 10 }, seed: 1 },
 * ).clusters[0]?.places; // ["A"]
 */
export function scanSpaceTime(
  cases: ScanCases,
  places: ScanPlaces | null,
  options: ScanOptions,
  signal?: StopRequest,
): SpaceTimeScan {
  const plan = prepareSpaceTimeScan(cases, places, options);
  const { replications, stopAfter } = plan.options;
  if (stopAfter === null) return resultOf(plan, simulateScanMaxima(plan, 0, replications, signal), false);
  const largest = (findClusters(plan)[0]?.statistic ?? 0) * (1 - TIE);
  const batches = new MaximaBatches(plan);
  const maxima = new Float64Array(replications);
  let reached = 0;
  for (let done = 0; done < replications;) {
    signal?.throwIfAborted();
    const next = Math.min(replications, done + batches.size);
    for (const value of batches.maxima(done, next)) {
      maxima[done++] = value;
      if (value >= largest) reached++;
      if (reached === stopAfter) return resultOf(plan, maxima.slice(0, done), true);
    }
  }
  return resultOf(plan, maxima, false);
}

/**
 * Clusters of a prepared scan against the maxima of all its replications.
 *
 * @throws PvError `LENGTH_MISMATCH` unless there is one maximum for each replication
 */
export function spaceTimeScanResult(plan: SpaceTimePlan, maxima: Float64Array): SpaceTimeScan {
  const { replications } = plan.options;
  if (maxima.length !== replications) {
    throw new PvError("LENGTH_MISMATCH", `expected ${replications} maxima, got ${maxima.length}`);
  }
  return resultOf(plan, maxima, false);
}

function resultOf(plan: SpaceTimePlan, maxima: Float64Array, stopped: boolean): SpaceTimeScan {
  const sorted = maxima.slice().sort();
  const moments = maximaMoments(maxima);
  const rank = (statistic: number): number | null => {
    if (maxima.length === 0) return null;
    const reached = maxima.length - firstAtLeast(sorted, statistic * (1 - TIE));
    return stopped ? reached / maxima.length : (1 + reached) / (1 + maxima.length);
  };
  return {
    clusters: findClusters(plan).map((finding) => clusterOf(plan, finding, rank(finding.statistic), moments)),
    null:
      maxima.length === 0
        ? null
        : {
            ...moments,
            maxima,
            critical: ALPHAS.map((alpha) => ({ alpha, value: criticalValue(sorted, alpha) })),
            stopped,
          },
    cases: plan.totalCases,
    places: plan.ids.length,
    steps: plan.steps,
    trend: plan.trend,
    excluded: plan.excluded,
    options: plan.options,
  };
}

function clusterOf(plan: SpaceTimePlan, finding: ScanFinding, p: number | null, moments: MaximaMoments): ScanCluster {
  const { ids, zones, options, calendar } = plan;
  const { observed, llr, statistic, first, last } = finding;
  const expected = (plan.totalCases / plan.totalBase) * finding.base;
  const members = [...membersOf(plan, finding)];
  const isPlaced = ids.length > 0;
  const shape = zones.shapes[zones.shapeOf[finding.row]!]!;
  const gumbel = p === null ? NaN : gumbelP(statistic, moments);
  const hasDays = options.period !== null;
  return {
    places: isPlaced ? members.map((place) => ids[place]!) : [],
    centre: isPlaced ? ids[zones.centre[finding.row]!]! : null,
    radius: isPlaced ? zones.distance[finding.end - 1]! : null,
    ellipse: shape.shape === 1 ? null : { shape: shape.shape, angleDegrees: (shape.angle * 180) / Math.PI },
    from: hasDays ? shownDay(calendar, calendar.starts[first]!) : null,
    to: hasDays ? shownDay(calendar, calendar.starts[last + 1]! - 1) : null,
    steps: last - first + 1,
    rate: observed > expected ? "high" : "low",
    observed,
    expected,
    ratio: observed / expected,
    relativeRisk: relativeRisk(plan, finding, expected),
    llr,
    statistic,
    p,
    gumbelP: Number.isNaN(gumbel) ? null : gumbel,
    recurrence: p === null || !isProspective(options.analysis) ? null : recurrenceSteps(p, options.looks),
    keys: keysOf(plan, finding, new Set(members)),
  };
}

function relativeRisk(plan: SpaceTimePlan, { observed, first, last }: ScanFinding, expected: number): number | null {
  const { model, trend } = plan.options;
  if (model === "permutation") return null;
  let total = plan.totalCases;
  if (trend === "stratified") {
    total = 0;
    for (let t = first; t <= last; t++) total += plan.stepCases[t]!;
  }
  return observed === total ? null : observed / expected / ((total - observed) / (total - expected));
}

function keysOf({ rows }: SpaceTimePlan, { first, last }: ScanFinding, members: ReadonlySet<number>): string[] | null {
  if (rows === null) return null;
  return rows.key.filter((_, i) => members.has(rows.place[i]!) && rows.step[i]! >= first && rows.step[i]! <= last);
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Exceeding the maximum of rank alpha · (replications + 1) from above gives p <= alpha. */
function criticalValue(sorted: Float64Array, alpha: number): number | null {
  const rank = Math.floor(alpha * (sorted.length + 1) * (1 + 1e-12));
  return rank < 1 ? null : sorted[sorted.length - rank]!;
}
