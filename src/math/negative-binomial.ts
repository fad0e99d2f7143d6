import { halfDeviance } from "./deviance.ts";
import { stirlingError } from "./log-gamma.ts";
import { poissonLogPmf } from "./poisson.ts";

const LOG_TWO_PI = 1.8378770664093453;

/**
 * log P(X = n) of the negative binomial distribution given by its mean: a Poisson count whose rate is gamma distributed with
 * shape `size` and mean `mean`.
 *
 * @param n - count; `-Infinity` when negative or not an integer
 * @param size - shape of the rate, size > 0; the Poisson distribution at `Infinity`
 * @param mean - 0 <= mean < ∞
 * @returns `NaN` outside the domain
 * @see Loader (2000): size / (n + size) times a binomial probability in saddle-point form
 * @example
 * negativeBinomialLogPmf(3, 3.26, 0.815); // -3.05639380141
 */
export function negativeBinomialLogPmf(n: number, size: number, mean: number): number {
  if (!(size > 0 && mean >= 0 && mean < Infinity) || Number.isNaN(n)) return NaN;
  if (size === Infinity) return poissonLogPmf(n, mean);
  if (n < 0 || !Number.isInteger(n)) return -Infinity;
  if (n === 0) return -size * Math.log1p(mean / size);
  if (mean === 0) return -Infinity;
  const total = n + size;
  // expected counts total p and total (1 - p), p = size / (size + mean); they differ from size and n by ± excess
  const p = size / (size + mean);
  const excess = p * (n - mean);
  const deviance = halfDeviance(size, total * p, excess) + halfDeviance(n, total * (mean / (size + mean)), -excess);
  const remainders = stirlingError(total) - stirlingError(size) - stirlingError(n);
  return 0.5 * (Math.log(size / total / n) - LOG_TWO_PI) + remainders - deviance;
}
