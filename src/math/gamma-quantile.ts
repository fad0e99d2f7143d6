import { uniformQuantile } from "./gamma-uniform.ts";
import { leadingTerm, logGammaP, logGammaQ, logLeadingTerm, lowerTail, upperTail } from "./incomplete-gamma.ts";
import { logGamma, logGammaOnePlus } from "./log-gamma.ts";
import { normalQuantile } from "./normal.ts";

/** Root of x^a / Γ(a + 1) = p, which lies at or below the quantile. */
function powerStart(a: number, p: number): number {
  if (a < 1) return Math.pow(p * Math.exp(-logGammaOnePlus(a)), 1 / a);
  return Math.exp((Math.log(p) + logGamma(a + 1)) / a);
}

/** A start for tail = P or Q, tail <= 1/2; a few digits or more, see the table in DiDonato and Morris (1986). */
function start(a: number, tail: number, isLower: boolean): number {
  if (a < 0.5) {
    if (!isLower) {
      const y = -Math.log(tail) - logGamma(a);
      if (y > 1.5) return y - (1 - a) * Math.log(y);
    }
    const x = powerStart(a, isLower ? tail : 1 - tail);
    return x * (1 + x / (a + 1));
  }
  const z = isLower ? normalQuantile(tail) : -normalQuantile(tail);
  if (a >= 5 && z * z < a) return uniformQuantile(a, z);
  const t = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a)); // Wilson, Hilferty (1931)
  if (t > 0.5) return a * t * t * t;
  const x = powerStart(a, tail);
  return x < 0.5 * (a + 1) ? x * (1 + x / (a + 1)) : x;
}

/**
 * Halley's method for log P or log Q as a function of u = log x. The gamma density in u is log-concave, hence both functions
 * are concave: a Newton step always lands on the flank where the next ones approach the root monotonically, and on the
 * other flank Halley's step is the shorter one. No bracket is needed, and deep tails converge as fast as the middle.
 */
function solve(a: number, tail: number, isLower: boolean): number {
  let x = start(a, tail, isLower);
  for (let i = 0; i < 60 && x > 0 && x < Infinity; i++) {
    const leading = leadingTerm(a, x);
    let error: number; // log of the ratio, attained to wanted
    let slope: number; // |d log tail / du|
    if (leading > 1e-305 && tail > 1e-305) {
      const value = isLower ? lowerTail(a, x, leading) : upperTail(a, x, leading);
      error = Math.log(value / tail);
      slope = (a * leading) / value;
    } else {
      const value = isLower ? logGammaP(a, x) : logGammaQ(a, x);
      error = value - Math.log(tail);
      slope = a * Math.exp(logLeadingTerm(a, x) - value);
    }
    // d log slope / du is a - x minus (P) or plus (Q) the slope
    const bend = isLower ? error * (slope - (a - x)) : error * (slope + (a - x));
    const step = -error / Math.max(slope + 0.5 * bend, 0.5 * slope);
    const du = isLower ? step : -step;
    x *= Math.exp(du);
    // the cubic error of the step is at most half of this; a step cut short by the maximum is far larger than the bound
    if ((1 + a + x) * Math.abs(du * du * du) < 2e-16) break;
  }
  return x;
}

function quantile(lower: number, upper: number, shape: number, rate: number): number {
  if (!(lower >= 0 && upper >= 0 && shape >= 0 && shape < Infinity && rate > 0)) return NaN;
  if (shape === 0 || lower === 0) return 0;
  if (upper === 0) return Infinity;
  return (lower <= upper ? solve(shape, lower, true) : solve(shape, upper, false)) / rate;
}

/**
 * Quantile of the gamma distribution.
 *
 * @param p - 0 <= p <= 1
 * @param shape - 0 <= shape < ∞; at 0 all mass lies at 0
 * @param rate - inverse scale, rate > 0
 * @returns `Infinity` at p = 1, `NaN` outside the domain; 0 when the quantile is below the smallest double
 * @see Temme (1992) doi:10.1090/S0025-5718-1992-1122079-8, DiDonato, Morris (1986) doi:10.1145/22721.23109 for the starts
 * @example
 * gammaQuantile(0.025, 28.5, 1.88); // 10.1134949352
 */
export function gammaQuantile(p: number, shape: number, rate = 1): number {
  return quantile(p, 1 - p, shape, rate);
}

/**
 * The x that a gamma variable exceeds with probability q; keeps its digits for tiny q.
 *
 * @param q - 0 <= q <= 1
 * @param shape - 0 <= shape < ∞
 * @param rate - inverse scale, rate > 0
 * @returns `Infinity` at q = 0, 0 at q = 1, `NaN` outside the domain
 * @example
 * gammaQuantileUpper(1e-100, 28.5); // 323.014688609
 */
export function gammaQuantileUpper(q: number, shape: number, rate = 1): number {
  return quantile(1 - q, q, shape, rate);
}
