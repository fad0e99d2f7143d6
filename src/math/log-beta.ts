import { logGamma, logGammaDrop, stirlingError } from "./log-gamma.ts";

const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * Natural logarithm of the beta function, without the cancellation of three log Γ when an argument is large.
 *
 * @param a - a >= 0
 * @param b - b >= 0
 * @returns `Infinity` when an argument is 0, `-Infinity` when one is `Infinity`, `NaN` outside the domain or for 0 and `Infinity`
 * @see DiDonato, Morris (1992) doi:10.1145/131766.131776, section on ln B(a, b); DLMF 5.12.1
 * @example
 * logBeta(28.5, 4.5e5); // -304.766275541
 */
export function logBeta(a: number, b: number): number {
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  if (!(low >= 0) || (low === 0 && high === Infinity)) return NaN;
  if (low === 0) return Infinity;
  if (high === Infinity) return -Infinity;
  if (low < 10) return logGamma(low) + logGammaDrop(low, high);
  const sum = low + high;
  const powers = (low - 0.5) * Math.log(low / sum) - high * Math.log1p(low / high) - 0.5 * Math.log(high);
  return powers + HALF_LOG_TWO_PI + (stirlingError(low) + stirlingError(high) - stirlingError(sum));
}
