import { betaLowerTail, logBetaLowerTail, logBetaTerm } from "./incomplete-beta.ts";
import { logBeta } from "./log-beta.ts";
import { normalQuantile } from "./normal.ts";

/** Start for log(x / (1 - x)), to be refined by a solver that converges from everywhere. */
function start(a: number, b: number, lower: number, upper: number): number {
  if (a >= 1 && b >= 1) {
    // Abramowitz, Stegun 26.5.22
    const z = lower <= upper ? -normalQuantile(lower) : normalQuantile(upper);
    const s = 1 / (2 * a - 1);
    const t = 1 / (2 * b - 1);
    const h = 2 / (s + t);
    const k = (z * z - 3) / 6;
    const w = (z * Math.sqrt(Math.max(h + k, 0))) / h - (t - s) * (k + 5 / 6 - 2 / (3 * h));
    return Math.log(a / b) - 2 * w;
  }
  // leading powers at both ends: x^a / (a B) = lower and y^b / (b B) = upper; the smaller claim is the truer one
  const logX = (Math.log(lower) + Math.log(a) + logBeta(a, b)) / a;
  const logY = (Math.log(upper) + Math.log(b) + logBeta(a, b)) / b;
  if (logX <= logY) return logX - Math.log1p(-Math.min(Math.exp(logX), 0.9));
  return Math.log1p(-Math.min(Math.exp(logY), 0.9)) - logY;
}

/**
 * Quantile of the beta distribution.
 *
 * @param p - 0 <= p <= 1
 * @param a - 0 < a < ∞
 * @param b - 0 < b < ∞
 * @returns 0 at p = 0, 1 at p = 1, `NaN` outside the domain; 1 when the quantile is nearer to 1 than doubles resolve
 * @see Abramowitz, Stegun (1964) 26.5.22 for the start
 * @example
 * betaQuantile(0.025, 3.5, 10000); // 0.0000844793305622
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0 && a < Infinity && b < Infinity)) return NaN;
  if (p === 0 || p === 1) return p;
  const isLower = p <= 0.5;
  const tail = isLower ? p : 1 - p;
  const logTail = Math.log(tail);
  // Halley's method for the log of the smaller tail over w = log(x / (1 - x)), in which the beta density is log-concave;
  // gamma-quantile.ts says why that needs no bracket
  let odds = Math.exp(start(a, b, p, 1 - p));
  let x = odds / (1 + odds);
  for (let i = 0; i < 80 && odds > 0 && odds < Infinity; i++) {
    const y = 1 / (1 + odds);
    x = odds * y;
    const logTerm = logBetaTerm(a, b, x, y);
    const term = Math.exp(logTerm);
    let error: number; // log of the ratio, attained to wanted
    let slope: number; // |d log tail / dw|
    if (term > 1e-305 && tail > 1e-305) {
      const value = isLower ? betaLowerTail(a, b, x, y, term) : betaLowerTail(b, a, y, x, term);
      error = Math.log(value / tail);
      slope = term / value;
    } else {
      const value = isLower ? logBetaLowerTail(a, b, x, y) : logBetaLowerTail(b, a, y, x);
      error = value - logTail;
      slope = Math.exp(logTerm - value);
    }
    const drift = x <= 0.5 ? a - (a + b) * x : (a + b) * y - b;
    const bend = error * (isLower ? slope - drift : slope + drift);
    const step = -error / Math.max(slope + 0.5 * bend, 0.5 * slope);
    const dw = isLower ? step : -step;
    odds *= Math.exp(dw);
    x = odds / (1 + odds);
    // the cubic error of the step in units of log x and log y, whose scale is 1 / sqrt of the smaller shape
    if ((1 + Math.min(a, b)) * Math.abs(dw * dw * dw) < 1e-16) break;
  }
  return odds === Infinity ? 1 : x;
}
