import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";

/**
 * What is held fixed when nothing is wrong:
 *
 * - `"permutation"`: the cases of every place and of every time step; dates are permuted over cases. Needs cases only.
 * - `"poisson"`: the number of cases; they fall on places and times in proportion to the expected counts.
 * - `"bernoulli"`: the cases and controls together of every place and time step; which of them are cases is random.
 */
export type ScanModel = "permutation" | "poisson" | "bernoulli";

/**
 * Which windows are looked at. `"spatial"` has no time; `"temporal"` and `"prospective-temporal"` have no places; the prospective
 * forms look only at windows that last until the end of the period.
 */
export type ScanAnalysis = "prospective" | "retrospective" | "spatial" | "temporal" | "prospective-temporal";

/** Elliptic zones beside the circles: longest over shortest axis, and how many directions of each. */
export interface ScanEllipses {
  /** 1.5, 2, 3, 4, 5 unless told. */
  readonly shapes?: readonly number[] | undefined;
  /** Directions, evenly spread over 180 degrees: 4, 6, 9, 12, 15 unless told. */
  readonly angles?: readonly number[] | undefined;
  /** Exponent a of the penalty (4s/(s+1)²)^a by which the statistic of shape s is multiplied; 0.5 unless told, 0 for none. */
  readonly penalty?: number | undefined;
}

/** How a scan is to be made. */
export interface ScanOptions {
  readonly model: ScanModel;
  readonly analysis: ScanAnalysis;
  /** Any finite number; results depend on it and on nothing else that is random. */
  readonly seed: number;
  /** First and last day, both included: dates, or numbers of any unit (day numbers, week 1 to 312). Only `"spatial"` goes without. */
  readonly period?: { readonly from: PartialDate | number; readonly to: PartialDate | number } | undefined;
  /** Width of a time step: a number of days (units), `"month"` or `"year"`; 1 unless told. Counted back from the end of the period. */
  readonly timeStep?: number | "month" | "year" | undefined;
  /** Shortest window in time steps; 1 unless told. */
  readonly windowMin?: number | undefined;
  /** Longest window, in time steps or as a share of the period; half of the period unless told. */
  readonly windowMax?: number | { readonly share: number } | undefined;
  /**
   * Largest zone: share of what is at risk (cases for `"permutation"`, expected cases for `"poisson"`, cases and controls for
   * `"bernoulli"`), 0.5 unless told, and radius: kilometres for latitudes, the coordinates' own unit for x and y, steps for neighbours.
   */
  readonly zoneMax?: { readonly share?: number | undefined; readonly radius?: number | undefined } | undefined;
  /** Only for places with x and y. */
  readonly ellipses?: ScanEllipses | undefined;
  /** `"high"` unless told. */
  readonly rates?: "high" | "low" | "both" | undefined;
  /** Zones of high rates with fewer cases are not looked at, neither in the data nor in replications; 2 unless told. */
  readonly minCases?: number | undefined;
  /**
   * Only for `"permutation"`: dates are permuted within days of one kind. `"weekday"`, or a label for each day of the period from
   * the first to the last, for instance working day, weekend, holiday.
   */
  readonly strata?: "weekday" | readonly string[] | undefined;
  /**
   * Only for `"poisson"`: `"log-linear"` takes out the trend fitted to the cases; `"stratified"` keeps the cases of every time step and
   * compares places within the time of the window only.
   */
  readonly trend?: "none" | "log-linear" | "stratified" | undefined;
  /** Random data sets, 999 unless told; 0 gives no p-values. */
  readonly replications?: number | undefined;
  /**
   * Only for the prospective forms: how many times the analysis has been made since surveillance began, this time included, once
   * each time step. Replications then look at the windows of all those times. 1 unless told.
   */
  readonly looks?: number | undefined;
  /** Stop once this many random maxima have reached the largest statistic observed (Besag, Clifford 1991); never unless told. */
  readonly stopAfter?: number | undefined;
  /** Clusters reported at most; 10 unless told. */
  readonly maxClusters?: number | undefined;
}

/** The options of a scan with everything that was left out filled in. */
export interface ScanEcho {
  readonly model: ScanModel;
  readonly analysis: ScanAnalysis;
  readonly seed: number;
  readonly period: { readonly from: PartialDate | number; readonly to: PartialDate | number } | null;
  readonly timeStep: number | "month" | "year";
  readonly windowMin: number;
  /** In time steps. */
  readonly windowMax: number;
  readonly zoneMax: { readonly share: number; readonly radius: number | null } | null;
  readonly ellipses: {
    readonly shapes: readonly number[];
    readonly angles: readonly number[];
    readonly penalty: number;
  } | null;
  readonly rates: "high" | "low" | "both";
  readonly minCases: number;
  readonly strata: "weekday" | readonly string[] | null;
  readonly trend: "none" | "log-linear" | "stratified";
  readonly replications: number;
  readonly looks: number;
  readonly stopAfter: number | null;
  readonly maxClusters: number;
}

/** Whether windows must last until the end of the period. */
export const isProspective = (analysis: ScanAnalysis): boolean => analysis.startsWith("prospective");
/** Whether the analysis is of time alone. */
export const isTemporal = (analysis: ScanAnalysis): boolean => analysis.endsWith("temporal");

const MODELS: readonly ScanModel[] = ["permutation", "poisson", "bernoulli"];
const ANALYSES: readonly ScanAnalysis[] = [
  "prospective",
  "retrospective",
  "spatial",
  "temporal",
  "prospective-temporal",
];

/**
 * @param steps - time steps of the period
 * @throws PvError `INVALID_OPTION`
 */
export function echoOptions(options: ScanOptions, steps: number): ScanEcho {
  const { model, analysis, seed, rates = "high", trend = "none", ellipses, strata = null } = options;
  oneOf("model", model, MODELS);
  oneOf("analysis", analysis, ANALYSES);
  oneOf("rates", rates, ["high", "low", "both"]);
  oneOf("trend", trend, ["none", "log-linear", "stratified"]);
  demand(Number.isFinite(seed), `seed: expected a finite number, got ${seed}`);
  const hasPlaces = !isTemporal(analysis);
  demand(model !== "permutation" || (hasPlaces && analysis !== "spatial"), `permutation needs places and times`);
  demand(strata === null || model === "permutation", `strata: only for the permutation model`);
  demand(trend === "none" || model === "poisson", `trend: only for the poisson model`);
  demand(trend === "none" || analysis !== "spatial", `trend: a spatial analysis has no time`);
  demand(
    trend !== "stratified" || hasPlaces,
    `trend: "stratified" keeps the cases of every time step, nothing is left to find in time alone`,
  );
  const windowMin = analysis === "spatial" ? 1 : whole("windowMin", options.windowMin ?? 1, 1);
  const windowMax = analysis === "spatial" ? 1 : longest(options.windowMax ?? { share: 0.5 }, steps);
  demand(
    windowMin <= windowMax,
    `windowMin ${windowMin} exceeds windowMax ${windowMax} (of ${steps} time steps in the period)`,
  );
  const looks = whole("looks", options.looks ?? 1, 1);
  demand(looks === 1 || isProspective(analysis), `looks: only for prospective analyses`);
  demand(looks <= steps, `looks: ${looks} are more than the ${steps} time steps of the period`);
  demand(hasPlaces || ellipses === undefined, `ellipses: a temporal analysis has no places`);
  const stopAfter = options.stopAfter === undefined ? null : whole("stopAfter", options.stopAfter, 1);
  return {
    model,
    analysis,
    seed,
    period: options.period ?? null,
    timeStep: options.timeStep ?? 1,
    windowMin,
    windowMax,
    zoneMax: hasPlaces ? zoneLimits(options.zoneMax ?? {}) : null,
    ellipses: ellipses === undefined ? null : shapesOf(ellipses),
    rates,
    minCases: whole("minCases", options.minCases ?? 2, 1),
    strata,
    trend,
    replications: whole("replications", options.replications ?? 999, 0),
    looks,
    stopAfter,
    maxClusters: whole("maxClusters", options.maxClusters ?? 10, 1),
  };
}

function longest(windowMax: NonNullable<ScanOptions["windowMax"]>, steps: number): number {
  if (typeof windowMax === "number") return Math.min(whole("windowMax", windowMax, 1), steps);
  const { share } = windowMax;
  demand(share > 0 && share <= 1, `windowMax: expected 0 < share <= 1, got ${share}`);
  // 0.3 of 10 steps is 3 steps, though 0.3 * 10 may fall short of it
  return Math.max(1, Math.floor(share * steps * (1 + 1e-12)));
}

function zoneLimits({ share = 0.5, radius }: NonNullable<ScanOptions["zoneMax"]>): NonNullable<ScanEcho["zoneMax"]> {
  demand(share > 0 && share <= 1, `zoneMax.share: expected 0 < share <= 1, got ${share}`);
  demand(radius === undefined || radius >= 0, `zoneMax.radius: expected 0 or more, got ${radius ?? ""}`);
  return { share, radius: radius ?? null };
}

function shapesOf({
  shapes = [1.5, 2, 3, 4, 5],
  angles = [4, 6, 9, 12, 15],
  penalty = 0.5,
}: ScanEllipses): NonNullable<ScanEcho["ellipses"]> {
  demand(shapes.length === angles.length, `ellipses: expected as many angles as shapes`);
  for (const shape of shapes) demand(shape > 1 && shape < Infinity, `ellipses.shapes: expected above 1, got ${shape}`);
  for (const count of angles) whole("ellipses.angles", count, 1);
  demand(penalty >= 0 && penalty < Infinity, `ellipses.penalty: expected 0 or more, got ${penalty}`);
  return { shapes: [...shapes], angles: [...angles], penalty };
}

function whole(name: string, value: number, least: number): number {
  demand(Number.isSafeInteger(value) && value >= least, `${name}: expected a whole number from ${least}, got ${value}`);
  return value;
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  demand(allowed.includes(value), `${name}: expected ${allowed.join(", ")}, got ${JSON.stringify(value)}`);
}

function demand(holds: boolean, message: string): void {
  if (!holds) throw new PvError("INVALID_OPTION", message);
}
