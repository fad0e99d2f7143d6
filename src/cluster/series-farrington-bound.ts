import { countQuantileUpper, negativeBinomialSfGe } from "../math/count-quantile.ts";
import { normalSf } from "../math/normal.ts";

/** Bound, p value and count scale of a tested point, from the mean, its standard error and the dispersion. */
export interface FarringtonBound {
  upper: number;
  p: number;
}

/** What a bound is computed from. */
export interface Prediction {
  readonly count: number;
  /** Mean without an outbreak. */
  readonly mean: number;
  /** Standard error of the logarithm of the mean. */
  readonly logSe: number;
  /** At least 1. */
  readonly dispersion: number;
  /** One-sided error, and its normal quantile. */
  readonly alpha: number;
  readonly z: number;
}

/**
 * How the bound is found. `"delta"`: normal on the scale of a power of the count, with the variance of the count and of the
 * mean. `"nbPlugin"`: quantile of a negative binomial with the mean as it is. `"muan"`: the same with the mean at its own upper
 * quantile.
 */
export type FarringtonMethod = "delta" | "nbPlugin" | "muan";

/** Power of the count in which the delta method takes it to be normal. */
export type FarringtonPower = "2/3" | "1/2" | "none";

const powers: Readonly<
  Record<FarringtonPower, { readonly exponent: number; readonly sd: (m: number, tau: number) => number }>
> = {
  "2/3": { exponent: 2 / 3, sd: (m, tau) => Math.sqrt((4 / 9) * Math.cbrt(m) * tau) },
  "1/2": { exponent: 1 / 2, sd: (_, tau) => Math.sqrt(tau / 4) },
  none: { exponent: 1, sd: (m, tau) => Math.sqrt(m * tau) },
};

/** Names of {@link FarringtonPower}. */
export const FARRINGTON_POWERS = Object.keys(powers) as readonly FarringtonPower[];

/**
 * Normal bound on the scale of a power. The variance of the count is τ·mean, τ = φ + se² / mean, with se the standard error of the
 * mean.
 *
 * @see Farrington et al. (1996) doi:10.2307/2983331
 */
export function deltaBound(at: Prediction, power: FarringtonPower, out: FarringtonBound): void {
  const { exponent, sd } = powers[power];
  const tau = at.dispersion + at.mean * at.logSe * at.logSe;
  const spread = sd(at.mean, tau);
  const centre = Math.pow(at.mean, exponent);
  out.upper = Math.pow(centre + at.z * spread, 1 / exponent);
  const above = Math.pow(at.count, exponent) - centre;
  out.p = above === 0 ? 0.5 : normalSf(above / spread); // the spread of a mean of 0 is 0
}

/**
 * Bound from the negative binomial distribution with variance φ·mean, Poisson when φ is 1.
 *
 * @param at - `mean` is the mean itself or its upper quantile
 * @see Noufaily et al. (2013) doi:10.1002/sim.5595; Salmon, Schumacher, Höhle (2016) doi:10.18637/jss.v070.i10 for the
 *   quantile of the mean
 */
export function countBound(at: Prediction, out: FarringtonBound): void {
  const size = at.dispersion > 1 ? at.mean / (at.dispersion - 1) : Infinity;
  out.upper = at.mean < Infinity ? countQuantileUpper(at.alpha, size, at.mean) : Infinity;
  out.p = at.mean < Infinity ? negativeBinomialSfGe(at.count, size, at.mean) : 1;
}
