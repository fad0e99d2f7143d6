import { halfDeviance } from "./deviance.ts";
import { gammaP, gammaQ, logGammaP } from "./incomplete-gamma.ts";
import { stirlingError } from "./log-gamma.ts";

const LOG_TWO_PI = 1.8378770664093453;

/**
 * log P(X = k) of the Poisson distribution, accurate for means up to 1e15.
 *
 * @param k - count; `-Infinity` when negative or not an integer
 * @param lambda - mean, 0 <= lambda < ∞, otherwise `NaN`
 * @see Loader (2000), Fast and accurate computation of binomial probabilities
 * @example
 * poissonLogPmf(1e10, 1e10); // -12.4318639982
 */
export function poissonLogPmf(k: number, lambda: number): number {
  if (!(lambda >= 0 && lambda < Infinity) || Number.isNaN(k)) return NaN;
  if (k < 0 || !Number.isInteger(k)) return -Infinity;
  if (k === 0) return -lambda;
  if (lambda === 0) return -Infinity;
  return -halfDeviance(k, lambda, lambda - k) - stirlingError(k) - 0.5 * (LOG_TWO_PI + Math.log(k));
}

/**
 * P(X = k) of the Poisson distribution.
 *
 * @param k - count; 0 when negative or not an integer
 * @param lambda - mean, 0 <= lambda < ∞, otherwise `NaN`
 * @example
 * poissonPmf(3, 1.5); // 0.125510715083
 */
export function poissonPmf(k: number, lambda: number): number {
  return Math.exp(poissonLogPmf(k, lambda));
}

const isMean = (lambda: number): boolean => lambda >= 0 && lambda < Infinity;

/**
 * P(X <= k) of the Poisson distribution.
 *
 * @param k - any number, rounded down
 * @param lambda - mean, 0 <= lambda < ∞, otherwise `NaN`
 * @example
 * poissonCdf(2, 1.5); // 0.808846830538
 */
export function poissonCdf(k: number, lambda: number): number {
  if (!isMean(lambda)) return NaN;
  return k < 0 ? 0 : gammaQ(Math.floor(k) + 1, lambda);
}

/**
 * P(X >= k) of the Poisson distribution, accurate for tiny probabilities.
 *
 * @param k - any number, rounded up; 1 when not positive
 * @param lambda - mean, 0 <= lambda < ∞, otherwise `NaN`
 * @example
 * poissonSfGe(20, 10); // 0.00345434197586
 */
export function poissonSfGe(k: number, lambda: number): number {
  if (!isMean(lambda)) return NaN;
  return k <= 0 ? 1 : gammaP(Math.ceil(k), lambda);
}

/**
 * log P(X >= k) of the Poisson distribution, finite where the probability is below the smallest double.
 *
 * @param k - any number, rounded up; 0 when not positive
 * @param lambda - mean, 0 <= lambda < ∞, otherwise `NaN`
 * @example
 * poissonLogSfGe(1000, 100); // -1406.85275527
 */
export function poissonLogSfGe(k: number, lambda: number): number {
  if (!isMean(lambda)) return NaN;
  return k <= 0 ? 0 : logGammaP(Math.ceil(k), lambda);
}
