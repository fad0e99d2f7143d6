import { gammaQuantile } from "./gamma-quantile.ts";
import { gammaP, gammaQ, logGammaQ } from "./incomplete-gamma.ts";
import { scaledNormalTail } from "./scaled-tail.ts";

/**
 * P(X <= x) of the chi-square distribution.
 *
 * @param x - x >= 0
 * @param k - degrees of freedom, k >= 0; at 0 all mass lies at 0
 * @returns `NaN` outside the domain
 * @example
 * chiSquareCdf(3.841458820694124, 1); // 0.95
 */
export function chiSquareCdf(x: number, k: number): number {
  return gammaP(k / 2, x / 2);
}

/**
 * P(X > x) of the chi-square distribution, accurate for tiny probabilities.
 *
 * @param x - x >= 0
 * @param k - degrees of freedom, k >= 0; at 0 all mass lies at 0
 * @returns `NaN` outside the domain
 * @example
 * chiSquareSf(500, 1); // 9.50539776655e-111
 */
export function chiSquareSf(x: number, k: number): number {
  // one degree of freedom is both normal tails
  if (k === 1 && x >= 0 && x < Infinity) return 2 * Math.exp(-0.5 * x) * scaledNormalTail(Math.sqrt(x));
  return gammaQ(k / 2, x / 2);
}

/**
 * log P(X > x) of the chi-square distribution, finite far beyond the point where `chiSquareSf` is 0.
 *
 * @param x - x >= 0
 * @param k - degrees of freedom, k >= 0
 * @returns `-Infinity` where the tail is exactly 0, `NaN` outside the domain
 * @example
 * chiSquareLogSf(22740, 1); // -11375.2417757
 */
export function chiSquareLogSf(x: number, k: number): number {
  return logGammaQ(k / 2, x / 2);
}

/**
 * Quantile of the chi-square distribution.
 *
 * @param p - 0 <= p <= 1
 * @param k - degrees of freedom, 0 <= k < ∞
 * @returns `Infinity` at p = 1, `NaN` outside the domain
 * @example
 * chiSquareQuantile(0.95, 2); // 5.99146454711
 */
export function chiSquareQuantile(p: number, k: number): number {
  return 2 * gammaQuantile(p, k / 2);
}
