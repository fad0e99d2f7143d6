import { betaI } from "./incomplete-beta.ts";
import { normalQuantileUpper } from "./normal.ts";
import { poissonSfGe } from "./poisson.ts";

/**
 * P(X >= k) of the negative binomial distribution given by its mean: a Poisson count whose rate is gamma distributed with shape
 * `size` and mean `mean`.
 *
 * @param k - any number, rounded up; 1 when not positive
 * @param size - shape of the rate, size > 0; the Poisson distribution at `Infinity`
 * @param mean - 0 <= mean < ∞
 * @returns `NaN` outside the domain
 * @example
 * negativeBinomialSfGe(4, 1.5, 0.815); // 0.0320156384985
 */
export function negativeBinomialSfGe(k: number, size: number, mean: number): number {
  if (!(size > 0 && mean >= 0 && mean < Infinity) || Number.isNaN(k)) return NaN;
  if (size === Infinity) return poissonSfGe(k, mean);
  if (k <= 0) return 1;
  return mean === 0 ? 0 : betaI(Math.ceil(k), size, mean / (size + mean));
}

/**
 * The smallest count x with P(X > x) <= q of a negative binomial (or, with `size` infinite, Poisson) distribution: its 1 - q
 * quantile, exact for small q.
 *
 * @param q - 0 < q <= 1
 * @param size - shape of the rate, size > 0
 * @param mean - 0 <= mean < ∞; from 1e12 on the quantile is that of the Cornish–Fisher expansion, whole numbers being no finer there
 * @returns `NaN` outside the domain
 * @example
 * countQuantileUpper(0.01, 1.5, 4); // 17
 */
export function countQuantileUpper(q: number, size: number, mean: number): number {
  if (!(q > 0 && q <= 1 && size > 0 && mean >= 0 && mean < Infinity)) return NaN;
  if (mean === 0 || q === 1) return 0;
  const variance = mean + (mean * mean) / size;
  const skew = (1 + (2 * mean) / size) / Math.sqrt(variance);
  const z = normalQuantileUpper(q);
  const guess = Math.floor(mean + Math.sqrt(variance) * (z + (skew * (z * z - 1)) / 6)); // Cornish, Fisher (1938)
  if (mean >= 1e12) return Number.isNaN(guess) ? Infinity : guess;
  let x = Math.max(0, guess);
  const isEnough = (at: number): boolean => negativeBinomialSfGe(at + 1, size, mean) <= q;
  let step = 1;
  if (isEnough(x)) {
    while (x > 0 && isEnough(Math.max(0, x - step))) {
      x = Math.max(0, x - step);
      step *= 2;
    }
    return x === 0 ? 0 : smallest(Math.max(0, x - step), x, isEnough);
  }
  while (!isEnough(x + step)) {
    x += step;
    step *= 2;
  }
  return smallest(x, x + step, isEnough);
}

/** Bisection between a count that is not enough (or 0) and one that is. */
function smallest(low: number, high: number, isEnough: (x: number) => boolean): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
