import { halfDeviance } from "./deviance.ts";
import { logGammaDrop, logGammaOnePlus, stirlingError } from "./log-gamma.ts";

// x and y = 1 - x are passed side by side: near 1 only y carries the digits. The upper tail of (a, b, x, y) is the lower
// tail of (b, a, y, x), so only lower tails are written.

const TWO_PI = 6.283185307179586;

/** a - (a + b) x, the distance from the mean. */
function drift(a: number, b: number, x: number, y: number): number {
  return x <= 0.5 ? a - (a + b) * x : (a + b) * y - b;
}

/** log of x^a y^b / B(a, b) in saddle-point form (Loader 2000). */
export function logBetaTerm(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const d = drift(a, b, x, y);
  const deviance = halfDeviance(a, n * x, -d) + halfDeviance(b, n * y, d);
  // symmetric to the last bit in (a, x) and (b, y)
  const root = (Math.min(a, b) / n) * (Math.max(a, b) / TWO_PI);
  return 0.5 * Math.log(root) + (stirlingError(n) - (stirlingError(a) + stirlingError(b))) - deviance;
}

/** True where the continued fraction of the lower tail converges fast. Swapping (a, x) and (b, y) negates it. */
function isLower(a: number, b: number, x: number): boolean {
  return x * (a + b + 2) <= a + 1;
}

/** x^a y^b / B(a, b) over I_x(a, b): equation 9 of DiDonato and Morris (1992), by Steed's recurrence. */
function fraction(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const d1 = drift(a, b, x, y) + 1; // positive in the region of isLower
  let sum = (a * d1) / (a + 1);
  let d = 0;
  let delta = 0;
  for (let m = 1; m < 200_000; m++) {
    const q = a + 2 * m - 1;
    const s = (m * (b - m) * x) / q;
    const numerator = (((a + m - 1) * (n + m - 1)) / q) * s * x;
    const denominator = m + s + ((a + m) * (d1 + m * (1 + y))) / (q + 2);
    const next = 1 / (denominator + numerator * d);
    delta = m === 1 ? numerator * next : -numerator * d * next * delta;
    d = next;
    sum += delta;
    if (Math.abs(delta) < 1e-17 * sum) break;
  }
  return sum;
}

/** The upper tail for a < 1 in the region of isLower, where it may be tiny: 1 - P with both parts kept small, DLMF 8.17.7. */
function smallShapeUpper(a: number, b: number, x: number): number {
  const logPower = a * Math.log(x) - logGammaOnePlus(a) - logGammaDrop(a, b);
  let term = 1;
  let sum = 0;
  let k = 0;
  let part: number;
  do {
    k += 1;
    term *= ((k - b) / k) * x;
    part = term / (a + k);
    sum += part;
  } while (Math.abs(part) > 1e-17 * Math.abs(sum));
  return -Math.expm1(logPower) - Math.exp(logPower) * a * sum;
}

/** Lower tail for 0 < a, b < ∞ and 0 < x < 1, given x^a y^b / B(a, b). */
export function betaLowerTail(a: number, b: number, x: number, y: number, term: number): number {
  if (isLower(a, b, x)) return term / fraction(a, b, x, y);
  return b < 1 ? smallShapeUpper(b, a, y) : 1 - term / fraction(b, a, y, x);
}

/** log of the lower tail for 0 < a, b < ∞ and 0 < x < 1; above 1/2 it is taken from the upper tail. */
export function logBetaLowerTail(a: number, b: number, x: number, y: number): number {
  if (isLower(a, b, x)) {
    const upper = a < 1 ? smallShapeUpper(a, b, x) : 1;
    return upper < 0.5 ? Math.log1p(-upper) : logBetaTerm(a, b, x, y) - Math.log(fraction(a, b, x, y));
  }
  const upper = Math.exp(logBetaTerm(a, b, x, y)) / fraction(b, a, y, x);
  return b < 1 && upper > 0.5 ? Math.log(smallShapeUpper(b, a, y)) : Math.log1p(-upper);
}

/** -1 outside the domain, 0 or 1 where the lower tail is exactly that, 2 where it is to be computed. */
function domain(a: number, b: number, x: number): -1 | 0 | 1 | 2 {
  if (!(a >= 0 && b >= 0 && x >= 0 && x <= 1)) return -1;
  const massAtZero = a === 0 || b === Infinity;
  const massAtOne = b === 0 || a === Infinity;
  if (massAtZero && massAtOne) return -1;
  if (massAtZero || x === 1) return 1;
  return massAtOne || x === 0 ? 0 : 2;
}

/**
 * Regularised incomplete beta function I_x(a, b), the distribution function of the beta distribution.
 *
 * @param a - a >= 0; at 0 all mass lies at 0
 * @param b - b >= 0; at 0 all mass lies at 1
 * @param x - 0 <= x <= 1
 * @returns `NaN` outside the domain and when both shapes are 0 or both `Infinity`. Computed directly where it is small.
 * @see DiDonato, Morris (1992) doi:10.1145/131766.131776
 * @example
 * betaI(3.5, 1e4, 2e-4); // 0.220326268794
 */
export function betaI(a: number, b: number, x: number): number {
  const kind = domain(a, b, x);
  if (kind !== 2) return kind < 0 ? NaN : kind;
  return betaLowerTail(a, b, x, 1 - x, Math.exp(logBetaTerm(a, b, x, 1 - x)));
}

/**
 * Upper tail 1 - I_x(a, b) of the beta distribution, computed directly where it is small.
 *
 * @param a - a >= 0; at 0 all mass lies at 0
 * @param b - b >= 0; at 0 all mass lies at 1
 * @param x - 0 <= x <= 1
 * @returns `NaN` outside the domain and when both shapes are 0 or both `Infinity`
 * @example
 * betaQ(3.5, 1e4, 5e-3); // 9.51809148148e-19
 */
export function betaQ(a: number, b: number, x: number): number {
  const kind = domain(a, b, x);
  if (kind !== 2) return kind < 0 ? NaN : 1 - kind;
  return betaLowerTail(b, a, 1 - x, x, Math.exp(logBetaTerm(a, b, x, 1 - x)));
}

/**
 * log I_x(a, b), finite where I_x(a, b) itself is below the smallest double.
 *
 * @param a - a >= 0
 * @param b - b >= 0
 * @param x - 0 <= x <= 1
 * @returns `-Infinity` where the tail is exactly 0, `NaN` outside the domain
 * @example
 * logBetaI(500, 1000, 0.01); // -1362.06294977
 */
export function logBetaI(a: number, b: number, x: number): number {
  const kind = domain(a, b, x);
  if (kind !== 2) return kind < 0 ? NaN : Math.log(kind);
  return logBetaLowerTail(a, b, x, 1 - x);
}

/**
 * log(1 - I_x(a, b)), finite where the tail itself is below the smallest double.
 *
 * @param a - a >= 0
 * @param b - b >= 0
 * @param x - 0 <= x <= 1
 * @returns `-Infinity` where the tail is exactly 0, `NaN` outside the domain
 * @example
 * logBetaQ(3.5, 1e4, 0.5); // -6911.37910879
 */
export function logBetaQ(a: number, b: number, x: number): number {
  const kind = domain(a, b, x);
  if (kind !== 2) return kind < 0 ? NaN : Math.log(1 - kind);
  return logBetaLowerTail(b, a, 1 - x, x);
}
