import { PvError } from "../error.ts";
import { gaussLegendre } from "../math/gauss-legendre.ts";
import { linearSolve } from "../math/linear-solve.ts";
import { normalCdf, normalPdf } from "../math/normal.ts";

/** A one-sided CUSUM of standard normal values. */
export interface CusumDesign {
  readonly k: number;
  readonly h: number;
}

/** An EWMA chart of standard normal values with the asymptotic limit. */
export interface EwmaDesign {
  readonly lambda: number;
  /** Standard deviations of the average between mean and bound. */
  readonly limit: number;
  /** `"one"`: alarms above only, as the detector `ewma` does; `"two"`: alarms on either side. */
  readonly sided: "one" | "two";
}

/**
 * Average number of points to an alarm of a chart whose state moves by S' = a·S + b·X with X normal(μ, 1): the solution of
 * L(s) = 1 + L(low)·P(S' <= low) + ∫ L(y) f(y | s) dy, the second term only with a reflecting lower end, on quadrature nodes.
 */
function runLength(
  density: (to: number, from: number) => number,
  below: ((from: number) => number) | undefined,
  low: number,
  high: number,
  start: number,
  nodes: number,
): number {
  const rule = gaussLegendre(nodes, low, high);
  const n = below === undefined ? nodes : nodes + 1;
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n).fill(1);
  const place = (i: number): number => (i < nodes ? rule.nodes[i]! : low);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < nodes; j++) matrix[i * n + j] = -rule.weights[j]! * density(rule.nodes[j]!, place(i));
    if (below !== undefined) matrix[i * n + nodes] = -below(place(i));
    matrix[i * n + i]! += 1;
  }
  const lengths = linearSolve(matrix, right);
  let length = 1 + (below === undefined ? 0 : below(start) * lengths[nodes]!);
  for (let j = 0; j < nodes; j++) length += rule.weights[j]! * density(rule.nodes[j]!, start) * lengths[j]!;
  return length;
}

/**
 * Average run length of a one-sided CUSUM, S = max(0, S + X - k), of normal values with mean `mean` and standard deviation 1: the
 * number of points to an alarm at S > h, from S = 0.
 *
 * @throws PvError `INVALID_ARGUMENT` unless k >= 0, 0 < h <= 50 and the mean is finite
 * @see Page (1954) doi:10.1093/biomet/41.1-2.100; integral equation by quadrature: Vance (1986), J Qual Technol 18(3) 189–193
 * @example
 * cusumRunLength({ k: 0.5, h: 4 }); // 335.367577627
 */
export function cusumRunLength({ k, h }: CusumDesign, mean = 0): number {
  if (!(k >= 0 && k < Infinity && h > 0 && h <= 50 && Math.abs(mean) < Infinity)) {
    throw new PvError("INVALID_ARGUMENT", `expected k >= 0, 0 < h <= 50 and a finite mean, got ${k}, ${h}, ${mean}`);
  }
  const drift = k - mean;
  return runLength(
    (to, from) => normalPdf(to - from + drift),
    (from) => normalCdf(drift - from),
    0,
    h,
    0,
    40 + Math.ceil(6 * h),
  );
}

/**
 * Average run length of an EWMA chart of normal values with mean `mean` and standard deviation 1, from an average of 0.
 *
 * @throws PvError `INVALID_ARGUMENT` unless 0 < lambda <= 1, 0 < limit <= 10 and the mean is finite
 * @see Crowder (1987) doi:10.1080/00401706.1987.10488267
 * @example
 * Math.round(ewmaRunLength({ lambda: 0.1, limit: 2.7, sided: "two" })); // 369
 */
export function ewmaRunLength({ lambda, limit, sided }: EwmaDesign, mean = 0): number {
  if (!(lambda > 0 && lambda <= 1 && limit > 0 && limit <= 10 && Math.abs(mean) < Infinity)) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `expected 0 < lambda <= 1, 0 < limit <= 10 and a finite mean, got ${lambda}, ${limit}, ${mean}`,
    );
  }
  const sd = Math.sqrt(lambda / (2 - lambda));
  const high = limit * sd;
  const density = (to: number, from: number): number => normalPdf((to - (1 - lambda) * from) / lambda - mean) / lambda;
  // A one-sided average is held at 6 of its standard deviations below 0, where it hardly comes, to keep the range finite.
  const low = sided === "two" ? -high : -6 * sd;
  const nodes = 40 + Math.ceil((6 * (high - low)) / lambda);
  const below = (from: number): number => normalCdf((low - (1 - lambda) * from) / lambda - mean);
  return runLength(density, sided === "two" ? undefined : below, low, high, 0, nodes);
}

/** What a chart is to do. */
export interface DesignTarget {
  /** Average number of points between false alarms. */
  readonly falseAlarmEvery: number;
}

/**
 * k and h of a one-sided CUSUM: k half the shift it is to find soonest, h such that standard normal values alarm once in
 * `falseAlarmEvery` points on average.
 *
 * @param target - `shift` in standard deviations, 1 unless told
 * @returns also the average number of points to an alarm under that shift
 * @throws PvError `INVALID_ARGUMENT` unless 2 <= falseAlarmEvery <= 1e9 and 0 < shift <= 10
 * @see Page (1954) doi:10.1093/biomet/41.1-2.100
 * @example
 * cusumDesign({ falseAlarmEvery: 500 }).h; // 4.38912974
 */
export function cusumDesign({
  falseAlarmEvery,
  shift = 1,
}: DesignTarget & { readonly shift?: number | undefined }): CusumDesign & { readonly delay: number } {
  checkTarget(falseAlarmEvery);
  if (!(shift > 0 && shift <= 10))
    throw new PvError("INVALID_ARGUMENT", `shift: expected 0 < shift <= 10, got ${shift}`);
  const k = shift / 2;
  const h = solve((at) => Math.log(cusumRunLength({ k, h: at }) / falseAlarmEvery), 1e-6, 50);
  return { k, h, delay: cusumRunLength({ k, h }, shift) };
}

/**
 * Limit of an EWMA chart such that standard normal values alarm once in `falseAlarmEvery` points on average.
 *
 * @throws PvError `INVALID_ARGUMENT` unless 2 <= falseAlarmEvery <= 1e9 and 0 < lambda <= 1
 * @see Crowder (1989), J Qual Technol 21(3) 155–162
 * @example
 * ewmaDesign({ falseAlarmEvery: 500, lambda: 0.2, sided: "two" }).limit; // 2.96217837978
 */
export function ewmaDesign({
  falseAlarmEvery,
  lambda,
  sided = "one",
}: DesignTarget & { readonly lambda: number; readonly sided?: "one" | "two" | undefined }): EwmaDesign {
  checkTarget(falseAlarmEvery);
  const lengthAt = (limit: number): number => ewmaRunLength({ lambda, limit, sided });
  return { lambda, sided, limit: solve((at) => Math.log(lengthAt(at) / falseAlarmEvery), 1e-6, 10) };
}

function checkTarget(length: number): void {
  if (!(length >= 2 && length <= 1e9)) {
    throw new PvError("INVALID_ARGUMENT", `falseAlarmEvery: expected 2 to 1e9 points, got ${length}`);
  }
}

/** Root of an increasing function by the method of Illinois, a guarded regula falsi. */
function solve(f: (x: number) => number, low: number, high: number): number {
  let [a, b, fa] = [low, low, f(low)];
  let fb = fa;
  while (fb < 0 && b < high) {
    [a, fa] = [b, fb];
    b = Math.min(high, b + 1);
    fb = f(b);
  }
  if (!(fa <= 0 && fb >= 0))
    throw new PvError("INVALID_ARGUMENT", "no chart of this kind has so few or so many false alarms");
  for (let i = 0; i < 200 && b - a > 1e-12 * b; i++) {
    const x = (a * fb - b * fa) / (fb - fa);
    const fx = f(x);
    if (Math.abs(fx) < 1e-13) return x;
    if (fx < 0) {
      [a, fa] = [x, fx];
      fb /= 2;
    } else {
      [b, fb] = [x, fx];
      fa /= 2;
    }
  }
  return (a + b) / 2;
}
