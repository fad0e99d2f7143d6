import { halfDeviance } from "./deviance.ts";
import { isUniform, uniformTail } from "./gamma-uniform.ts";
import { logGamma, logGammaOnePlus, stirlingError } from "./log-gamma.ts";

// Every tail is the term x^a exp(-x) / Γ(a + 1) times a well-behaved sum, so values and logs share their sums.

const LOG_TWO_PI = 1.8378770664093453;

/** log of x^a exp(-x) / Γ(a + 1); saddle-point form for a >= 10. */
export function logLeadingTerm(a: number, x: number): number {
  if (a < 10) return a * Math.log(x) - x - logGamma(a + 1);
  return -halfDeviance(a, x, x - a) - stirlingError(a) - 0.5 * (LOG_TWO_PI + Math.log(a));
}

/** x^a exp(-x) / Γ(a + 1). */
export function leadingTerm(a: number, x: number): number {
  // separate factors are exact to a few units; one exponential would magnify the rounding of a log x and x
  if (a < 10 && x < 700) return Math.pow(x, a) * Math.exp(-x - logGamma(a + 1));
  return Math.exp(logLeadingTerm(a, x));
}

// Beyond this point Q comes from the continued fraction. Just before it Q = 1 - P still has P <= 0.9.
function isUpper(a: number, x: number): boolean {
  return a < 1 ? x >= 1.5 : x >= a + 1.2 * Math.sqrt(a);
}

/** Σ x^n / ((a + 1) … (a + n)), DLMF 8.7.1 and 8.11.4. */
function lowerSum(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  let b = a;
  do {
    b += 1;
    term *= x / b;
    sum += term;
  } while (term > 1e-17 * sum);
  return sum;
}

/** a times the continued fraction DLMF 8.9.2 in its even form, by Steed's recurrence. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let d = 1 / b;
  let delta = d;
  let sum = d;
  for (let n = 1; n < 10_000; n++) {
    const c = n * (a - n);
    b += 2;
    const next = 1 / (b + c * d);
    delta *= -c * d * next;
    d = next;
    sum += delta;
    if (Math.abs(delta) < 1e-17 * sum) break;
  }
  return a * sum;
}

/** Q for a < 1 and x < 1.5, where P may be close to 1: both parts of 1 - P are kept small, DLMF 8.7.1. */
function smallShapeUpper(a: number, x: number): number {
  const logPower = a * Math.log(x) - logGammaOnePlus(a);
  let term = 1;
  let sum = 0;
  let n = 0;
  let part: number;
  do {
    n += 1;
    term *= -x / n;
    part = term / (a + n);
    sum -= part;
  } while (Math.abs(part) > 1e-17 * sum);
  return Math.exp(logPower) * a * sum - Math.expm1(logPower);
}

/** P(a, x) for 0 < a, x < ∞, given the leading term. */
export function lowerTail(a: number, x: number, leading: number): number {
  if (isUniform(a, x)) {
    const tail = leading * Math.exp(stirlingError(a)) * Math.sqrt(2 * Math.PI * a) * uniformTail(a, x);
    return x < a ? tail : 1 - tail;
  }
  return isUpper(a, x) ? 1 - leading * upperFraction(a, x) : leading * lowerSum(a, x);
}

/** Q(a, x) for 0 < a, x < ∞, given the leading term. */
export function upperTail(a: number, x: number, leading: number): number {
  if (isUniform(a, x)) {
    const tail = leading * Math.exp(stirlingError(a)) * Math.sqrt(2 * Math.PI * a) * uniformTail(a, x);
    return x < a ? 1 - tail : tail;
  }
  if (isUpper(a, x)) return leading * upperFraction(a, x);
  return a < 1 ? smallShapeUpper(a, x) : 1 - leading * lowerSum(a, x);
}

/** -1 outside the domain, 0 where P is 0, 1 where P is 1, 2 where it is to be computed. */
function domain(a: number, x: number): -1 | 0 | 1 | 2 {
  if (!(a >= 0 && x >= 0) || (a === Infinity && x === Infinity)) return -1;
  if (a === 0 || x === Infinity) return 1;
  return x === 0 || a === Infinity ? 0 : 2;
}

/**
 * Regularised lower incomplete gamma function P(a, x), the distribution function of the gamma distribution.
 *
 * @param a - shape, a >= 0; at 0 all mass lies at 0 and P is 1
 * @param x - x >= 0
 * @returns `NaN` outside the domain and when both are `Infinity`. Computed directly where it is small.
 * @see DLMF 8.7.1 (series), 8.9.2 (continued fraction), 8.12 (Temme's uniform expansion)
 * @example
 * gammaP(3.5, 1.2); // 0.065562920422
 */
export function gammaP(a: number, x: number): number {
  const kind = domain(a, x);
  if (kind === 2) return lowerTail(a, x, leadingTerm(a, x));
  return kind < 0 ? NaN : kind;
}

/**
 * Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), computed directly where it is small.
 *
 * @param a - shape, a >= 0; at 0 all mass lies at 0 and Q is 0
 * @param x - x >= 0
 * @returns `NaN` outside the domain and when both are `Infinity`
 * @see DLMF 8.7.1 (series), 8.9.2 (continued fraction), 8.12 (Temme's uniform expansion)
 * @example
 * gammaQ(3.5, 20); // 0.00000125879038737
 */
export function gammaQ(a: number, x: number): number {
  const kind = domain(a, x);
  if (kind === 2) return upperTail(a, x, leadingTerm(a, x));
  return kind < 0 ? NaN : 1 - kind;
}

/** log of the uniform tail with its exponential. */
function logUniform(a: number, x: number): number {
  return Math.log(uniformTail(a, x)) - halfDeviance(a, x, x - a);
}

/**
 * log P(a, x), finite where P itself is below the smallest double.
 *
 * @param a - shape, a >= 0
 * @param x - x >= 0
 * @returns `-Infinity` where P is exactly 0, `NaN` outside the domain
 * @example
 * logGammaP(1000, 100); // -1406.85275527
 */
export function logGammaP(a: number, x: number): number {
  const kind = domain(a, x);
  if (kind !== 2) return kind < 0 ? NaN : Math.log(kind);
  if (isUniform(a, x)) return x < a ? logUniform(a, x) : Math.log1p(-Math.exp(logUniform(a, x)));
  if (isUpper(a, x)) return Math.log1p(-leadingTerm(a, x) * upperFraction(a, x));
  if (a < 1) {
    const upper = smallShapeUpper(a, x);
    if (upper < 0.5) return Math.log1p(-upper);
  }
  return logLeadingTerm(a, x) + Math.log(lowerSum(a, x));
}

/**
 * log Q(a, x), finite where Q itself is below the smallest double.
 *
 * @param a - shape, a >= 0
 * @param x - x >= 0
 * @returns `-Infinity` where Q is exactly 0, `NaN` outside the domain
 * @example
 * logGammaQ(3.5, 1000); // -983.929084782
 */
export function logGammaQ(a: number, x: number): number {
  const kind = domain(a, x);
  if (kind !== 2) return kind < 0 ? NaN : Math.log(1 - kind);
  if (isUniform(a, x)) return x < a ? Math.log1p(-Math.exp(logUniform(a, x))) : logUniform(a, x);
  if (isUpper(a, x)) return logLeadingTerm(a, x) + Math.log(upperFraction(a, x));
  return a < 1 ? Math.log(smallShapeUpper(a, x)) : Math.log1p(-leadingTerm(a, x) * lowerSum(a, x));
}
