import type { PairCounts } from "../count/pairs.ts";
import { PvError } from "../error.ts";
import { minimise, symmetricEigenvalues, type Minimum, type Objective } from "../math/minimise.ts";
import { checkPrior, type GpsPrior } from "./ebgm.ts";
import { gpsObjective, toCoordinates, toPrior, type GpsLikelihood } from "./gps-likelihood.ts";
import { allCellPoints, observedPoints, squash, type GpsPoints } from "./gps-points.ts";

/** How the prior is fitted. */
export interface FitGpsOptions {
  /** `"truncated"` unless told. */
  readonly likelihood?: GpsLikelihood | undefined;
  /** Starting points beside the automatic ones. */
  readonly starts?: readonly GpsPrior[] | undefined;
  /** Fit to about so many squashed points instead of all; the error this makes is reported. Off unless told. */
  readonly squashTo?: number | undefined;
}

/** One optimum that was met. */
export interface GpsOptimum {
  readonly prior: GpsPrior;
  readonly negLogLik: number;
  /** Starts that ended here. */
  readonly starts: number;
}

/** The fitted prior and how far to trust it. Plain data. */
export interface GpsFit {
  readonly prior: GpsPrior;
  readonly negLogLik: number;
  readonly likelihood: GpsLikelihood;
  /** Largest component of the gradient in ln α, ln β, logit p. */
  readonly gradientNorm: number;
  /** Eigenvalues of the Hessian in the same coordinates, ascending; a positive smallest one makes it a minimum. */
  readonly hessianEigenvalues: readonly number[];
  /** False when a parameter ran to a boundary: the mixture is degenerate there, see `boundary`. */
  readonly interior: boolean;
  /** What ran away, in words: `"alpha1 → 0 (log-series)"`, `"alpha2, beta2 → ∞ (point mass at 0.98)"`, `"p → 1"`. */
  readonly boundary: readonly string[];
  /** Every distinct optimum that was met, best first. */
  readonly optima: readonly GpsOptimum[];
  /** Starts tried, and how many ended at the best optimum. */
  readonly starts: number;
  readonly agreed: number;
  /** Pairs behind the likelihood, and points after taking equal ones together (and squashing). */
  readonly pairs: number;
  readonly points: number;
  /** With squashing: negative log-likelihood of the fitted prior on all points, and the difference to the squashed value. */
  readonly squashing: {
    readonly pointsBefore: number;
    readonly fullNegLogLik: number;
    readonly difference: number;
  } | null;
  readonly evaluations: number;
}

/** A coordinate beyond this has run away: e^12 is 160,000. */
const RUNAWAY = 12;
const BOUND = 18;
/** Optima closer than this in negative log-likelihood are one. */
const SAME = 1e-4;
/** Above so many points, the search runs on squashed points and only its ends are refined on all. */
const SEARCH_POINTS = 4000;

/** Starts used by DuMouchel (1999) and in common use since, and some that spread over shapes and weights. */
const STARTS: readonly GpsPrior[] = [
  { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 },
  { alpha1: 0.2, beta1: 0.1, alpha2: 2, beta2: 4, p: 1 / 3 },
  { alpha1: 0.1, beta1: 0.1, alpha2: 10, beta2: 10, p: 0.2 },
  { alpha1: 0.5, beta1: 0.3, alpha2: 5, beta2: 5, p: 1 / 3 },
  { alpha1: 20, beta1: 2, alpha2: 1.5, beta2: 1.5, p: 0.03 },
  { alpha1: 3, beta1: 0.4, alpha2: 2, beta2: 2, p: 0.07 },
  { alpha1: 1, beta1: 1, alpha2: 0.05, beta2: 0.02, p: 0.7 },
  { alpha1: 0.02, beta1: 0.01, alpha2: 0.5, beta2: 0.5, p: 0.5 },
  { alpha1: 500, beta1: 500, alpha2: 0.4, beta2: 0.05, p: 0.6 },
  { alpha1: 0.3, beta1: 0.2, alpha2: 5000, beta2: 5000, p: 0.8 },
  { alpha1: 0.3, beta1: 0.2, alpha2: 200_000, beta2: 200_000, p: 0.8 },
];

/**
 * Fits the five-parameter prior of GPS/MGPS by maximum likelihood, from several starts, in ln/logit coordinates with analytic
 * gradients. It does not throw on hard data: a parameter that runs to a boundary is kept there and named. The CAERS set of
 * openEBGM's manual shows why several starts are needed: the optimum published for it is only a local one.
 *
 * Components are ordered so that the first has the larger mean.
 *
 * @throws PvError `EMPTY_SCOPE` when there is no pair with a positive expectation; `INVALID_ARGUMENT` for a start that is no
 *   prior; `INVALID_OPTION`
 * @see DuMouchel (1999) doi:10.1080/00031305.1999.10474456, eqs. 4, 5, 12; DuMouchel & Pregibon (2001) doi:10.1145/502512.502526
 * @example
 * const { prior, interior, optima } = fitGps(counts);
 * ebgm(12, 1.9, prior).eb05;
 */
export function fitGps(counts: PairCounts, options: FitGpsOptions = {}): GpsFit {
  const { likelihood = "truncated", squashTo } = options;
  for (const start of options.starts ?? []) checkPrior(start);
  if (squashTo !== undefined && !(squashTo >= 50)) {
    throw new PvError("INVALID_OPTION", `squashTo: expected 50 points or more, got ${squashTo}`);
  }
  if (likelihood === "all-cells" && counts.stratified) {
    throw new PvError(
      "INVALID_OPTION",
      "all-cells needs the expectation of empty cells, which stratified counts do not hold",
    );
  }
  const full = likelihood === "all-cells" ? allCellPoints(counts) : observedPoints(counts);
  if (full.n.length === 0) throw new PvError("EMPTY_SCOPE", "no pair has a positive expected count");
  return fitPoints(full, likelihood, [...(options.starts ?? []), ...STARTS], squashTo);
}

/** {@link fitGps} on points. */
export function fitPoints(
  full: GpsPoints,
  likelihood: GpsLikelihood,
  starts: readonly GpsPrior[],
  squashTo: number | undefined,
): GpsFit {
  const points = squashTo === undefined ? full : squash(full, squashTo);
  const objective = gpsObjective(points, likelihood);
  const few = squash(points, SEARCH_POINTS);
  const search = few === points ? objective : gpsObjective(few, likelihood);
  const total = points.weight.reduce((sum, w) => sum + w, 0);
  // Rounding of a sum over `total` terms limits how small a gradient can be told from 0.
  const gradientTolerance = Math.max(1e-7, 1e-12 * total);
  const limits = { bound: BOUND, maxStep: 2, gradientTolerance, decrement: 1e-9 };
  let evaluations = 0;
  const ends = starts.map((start) => {
    const found = minimise(search, toCoordinates(start), { ...limits, decrement: 1e-6, maxEvaluations: 400 });
    evaluations += found.evaluations;
    return found;
  });
  const groups = distinct(ends);
  // Each end is carried to all points by way of a finer squashing: from there Newton's method needs few passes over all of them.
  const middle = squash(points, 10 * SEARCH_POINTS);
  const stages = middle === points ? [objective] : [gpsObjective(middle, likelihood), objective];
  const refined = groups.map(({ best, members }) => {
    let at = best;
    for (const stage of few === points ? [] : stages) {
      const gradient = new Float64Array(5);
      at = newton(stage, { ...at, value: stage(at.x, gradient), gradient }, gradientTolerance);
      if (Math.max(...at.gradient.map(Math.abs)) > 1e-9 * total) {
        at = minimise(stage, at.x, { ...limits, maxEvaluations: stage === objective ? 60 : 300 });
        evaluations += at.evaluations;
      }
    }
    const found = few === points ? minimise(objective, at.x, { ...limits, maxEvaluations: 600 }) : at;
    return { best: newton(objective, found, gradientTolerance), members };
  });
  const merged = distinct(refined.flatMap(({ best, members }) => Array<Minimum>(members).fill(best)));
  const [best] = merged;
  const x = ordered(best!.best.x);
  const gradient = new Float64Array(5);
  const negLogLik = objective(x, gradient);
  const boundary = runaways(x);
  const prior = toPrior(x);
  return {
    prior,
    negLogLik,
    likelihood,
    gradientNorm: Math.max(...gradient.map(Math.abs)),
    hessianEigenvalues: symmetricEigenvalues(hessian(objective, x), 5),
    interior: boundary.length === 0,
    boundary,
    optima: merged.map(({ best: { x: at, value }, members }) => ({
      prior: toPrior(ordered(at)),
      negLogLik: value,
      starts: members,
    })),
    starts: starts.length,
    agreed: best!.members,
    pairs: total,
    points: points.n.length,
    squashing:
      points === full
        ? null
        : ((): GpsFit["squashing"] => {
            const fullNegLogLik = gpsObjective(full, likelihood)(x, new Float64Array(5));
            return { pointsBefore: full.n.length, fullNegLogLik, difference: fullNegLogLik - negLogLik };
          })(),
    evaluations,
  };
}

/** Ends grouped by their value, best first. */
function distinct(ends: readonly Minimum[]): { readonly best: Minimum; readonly members: number }[] {
  const sorted = ends.filter(({ value }) => Number.isFinite(value)).sort((x, y) => x.value - y.value);
  const groups: { best: Minimum; members: number }[] = [];
  for (const end of sorted) {
    const last = groups.at(-1);
    if (last !== undefined && end.value - last.best.value <= SAME) last.members++;
    else groups.push({ best: end, members: 1 });
  }
  return groups;
}

/** Components in the order of their means, alpha/beta, the larger first. */
function ordered(x: Float64Array): Float64Array {
  return x[0]! - x[1]! >= x[2]! - x[3]! ? x : Float64Array.of(x[2]!, x[3]!, x[0]!, x[1]!, -x[4]!);
}

/** A few damped Newton steps: they take a small gradient down to rounding. */
function newton(objective: Objective, from: Minimum, tolerance: number): Minimum {
  let { x, value, gradient } = from;
  for (let step = 0; step < 8 && Math.max(...gradient.map(Math.abs)) > tolerance * 1e-2; step++) {
    const h = hessian(objective, x);
    const [smallest = 0] = symmetricEigenvalues(h, 5);
    const shift = smallest > 1e-8 ? 0 : 1e-6 - smallest;
    const move = solve(h, gradient, shift);
    const largestMove = Math.max(...move.map(Math.abs));
    if (!Number.isFinite(largestMove)) break;
    const scale = Math.min(1, 1 / largestMove);
    const next = x.map((v, i) => Math.min(BOUND, Math.max(-BOUND, v - scale * move[i]!)));
    const nextGradient = new Float64Array(5);
    const nextValue = objective(next, nextGradient);
    // At the minimum the value is flat: a step that only shrinks the gradient is a good one.
    const shrinks = Math.max(...nextGradient.map(Math.abs)) < Math.max(...gradient.map(Math.abs));
    if (!(nextValue <= value + 1e-12 * Math.abs(value)) || !(shrinks || nextValue < value)) break;
    [x, value, gradient] = [next, nextValue, nextGradient];
  }
  return { ...from, x, value, gradient };
}

/** Hessian by central differences of the analytic gradient. */
function hessian(objective: Objective, x: Float64Array): Float64Array {
  const h = new Float64Array(25);
  const step = 1e-4;
  for (let i = 0; i < 5; i++) {
    const up = new Float64Array(5);
    const down = new Float64Array(5);
    objective(
      x.map((v, j) => (j === i ? v + step : v)),
      up,
    );
    objective(
      x.map((v, j) => (j === i ? v - step : v)),
      down,
    );
    for (let j = 0; j < 5; j++) h[i * 5 + j] = (up[j]! - down[j]!) / (2 * step);
  }
  for (let i = 0; i < 5; i++)
    for (let j = 0; j < i; j++) h[i * 5 + j] = h[j * 5 + i] = (h[i * 5 + j]! + h[j * 5 + i]!) / 2;
  return h;
}

/** (H + shift·I)⁻¹ g by elimination with pivoting. */
function solve(h: Float64Array, g: Float64Array, shift: number): Float64Array {
  const n = g.length;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => h[i * n + j]! + (i === j ? shift : 0)),
    g[i]!,
  ]);
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? i + k : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return Float64Array.from(rows, (row, i) => row[n]! / row[i]!);
}

/** Which parameters ran away, in words. */
function runaways(x: Float64Array): string[] {
  const found: string[] = [];
  for (const [alpha, beta, name] of [
    [x[0]!, x[1]!, "1"],
    [x[2]!, x[3]!, "2"],
  ] as const) {
    if (alpha > RUNAWAY || beta > RUNAWAY) {
      found.push(`alpha${name}, beta${name} → ∞ (point mass at ${Math.exp(alpha - beta).toPrecision(4)})`);
    } else if (alpha < -RUNAWAY) found.push(`alpha${name} → 0 (log-series)`);
    else if (beta < -RUNAWAY) found.push(`beta${name} → 0`);
  }
  if (Math.abs(x[4]!) > RUNAWAY) found.push(`p → ${x[4]! > 0 ? 1 : 0}`);
  return found;
}
