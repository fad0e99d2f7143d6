import { linearSolve } from "./linear-solve.ts";

/** A fitted Poisson regression with a log link. */
export interface PoissonRegression {
  readonly coefficients: Float64Array;
  /** Inverse of the information at the optimum, row after row. */
  readonly covariance: Float64Array;
  readonly fitted: Float64Array;
  readonly deviance: number;
  /** Pearson statistic over degrees of freedom; NaN when there are none. */
  readonly dispersion: number;
  readonly converged: boolean;
}

/**
 * Poisson regression with a log link and any design, by iteratively reweighted least squares from y + 0.1. Made for designs of
 * a few columns: the normal equations are solved as they stand.
 *
 * @param y - counts
 * @param design - columns as long as `y`, an intercept included if one is wanted
 * @param offset - added to the linear predictor; 0 unless given
 * @returns `converged` is false when 50 steps did not settle the deviance to 1e-13 of itself, as when a coefficient runs to
 *   infinity, or when the columns are linearly dependent; the rest is then as far as it came
 * @see Nelder, Wedderburn (1972) doi:10.2307/2344614
 * @example
 * poissonRegression([2, 3, 6, 7], [[1, 1, 1, 1], [0, 0, 1, 1]]).coefficients[1]; // 0.955511
 */
export function poissonRegression(
  y: ArrayLike<number>,
  design: readonly ArrayLike<number>[],
  offset?: ArrayLike<number>,
): PoissonRegression {
  const n = y.length;
  const k = design.length;
  const shift = (i: number): number => offset?.[i] ?? 0;
  const eta = Float64Array.from(y, (count) => Math.log(count + 0.1));
  const fitted = Float64Array.from(y, (count) => count + 0.1);
  let coefficients = new Float64Array(k);
  let deviance = Infinity;
  let converged = false;
  for (let step = 0; step < 50 && !converged; step++) {
    const right = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      const mean = fitted[i]!;
      const working = eta[i]! - shift(i) + (y[i]! - mean) / mean;
      for (let a = 0; a < k; a++) right[a]! += design[a]![i]! * mean * working;
    }
    coefficients = Float64Array.from(linearSolve(information(design, fitted), right));
    let next = 0;
    for (let i = 0; i < n; i++) {
      let at = shift(i);
      for (let a = 0; a < k; a++) at += coefficients[a]! * design[a]![i]!;
      eta[i] = at;
      const mean = (fitted[i] = Math.exp(at));
      next += y[i]! > 0 ? 2 * (y[i]! * (Math.log(y[i]!) - at) - (y[i]! - mean)) : 2 * mean;
    }
    if (!Number.isFinite(next)) break;
    converged = Math.abs(next - deviance) <= 1e-13 * (Math.abs(next) + 1);
    deviance = next;
  }
  const covariance = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    const unit = new Float64Array(k);
    unit[a] = 1;
    covariance.set(linearSolve(information(design, fitted), unit), a * k);
  }
  let pearson = 0;
  for (let i = 0; i < n; i++) pearson += ((y[i]! - fitted[i]!) / fitted[i]!) * (y[i]! - fitted[i]!);
  return {
    coefficients,
    covariance,
    fitted,
    deviance,
    dispersion: n > k ? pearson / (n - k) : NaN,
    // A mean of practically 0 is a coefficient on its way to infinity, where the deviance settles all the same.
    converged: converged && covariance.every(Number.isFinite) && fitted.every((mean) => mean > 1e-10),
  };
}

function information(design: readonly ArrayLike<number>[], weight: Float64Array): Float64Array {
  const k = design.length;
  const out = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = a; b < k; b++) {
      let sum = 0;
      for (let i = 0; i < weight.length; i++) sum += design[a]![i]! * design[b]![i]! * weight[i]!;
      out[a * k + b] = out[b * k + a] = sum;
    }
  }
  return out;
}
