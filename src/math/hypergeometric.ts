import { halfDeviance } from "./deviance.ts";
import { stirlingError } from "./log-gamma.ts";

const TWO_PI = 6.283185307179586;

// Gauss–Legendre rule with 16 nodes, the positive half
const NODES = [
  0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438, 0.755404408355003,
  0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
] as const;
const WEIGHTS = [
  0.1894506104550685, 0.18260341504492358, 0.16915651939500254, 0.14959598881657674, 0.12462897125553388,
  0.09515851168249279, 0.062253523938647894, 0.027152459411754096,
] as const;

/** The fixed margins of a fourfold table and its support. n1 <= m1, so that exchanging the margins changes no bit. */
interface Margins {
  readonly n1: number;
  readonly m1: number;
  readonly n: number;
  readonly lowest: number;
  readonly highest: number;
}

const isCount = (x: number): boolean => Number.isInteger(x) && x >= 0;

function margins(n1: number, m1: number, n: number): Margins | undefined {
  if (!(isCount(n1) && isCount(m1) && isCount(n) && n1 <= n && m1 <= n)) return undefined;
  return {
    n1: Math.min(n1, m1),
    m1: Math.max(n1, m1),
    n,
    lowest: Math.max(0, n1 - (n - m1)),
    highest: Math.min(n1, m1),
  };
}

/** Rounding error of the product x y, exact for integers below 2^53 (Dekker 1971). */
function productError(x: number, y: number, product: number): number {
  const sx = 134217729 * x;
  const sy = 134217729 * y;
  const xh = sx - (sx - x);
  const yh = sy - (sy - y);
  const xl = x - xh;
  const yl = y - yh;
  return xh * yh - product + xh * yl + xl * yh + xl * yl;
}

/**
 * a - n1 m1 / n. With national counts both products pass 2^53, and an error of one unit in them would cost as many digits of
 * the probability as its z value and standard deviation have together.
 */
function excess(a: number, { n1, m1, n }: Margins): number {
  const left = a * n;
  const right = n1 * m1;
  return (left - right + (productError(a, n, left) - productError(n1, m1, right))) / n;
}

/** Half the likelihood ratio statistic of the table, plus the Stirling remainders of its cells. */
function cellSum(a: number, d: number, { n1, m1, n }: Margins): number {
  const n2 = n - n1;
  const m2 = n - m1;
  return (
    cell(a, (n1 / n) * m1, -d) +
    cell(n1 - a, (n1 / n) * m2, d) +
    cell(m1 - a, (n2 / n) * m1, d) +
    cell(m2 - n1 + a, (n2 / n) * m2, -d)
  );
}

function cell(observed: number, expected: number, missing: number): number {
  return observed === 0 ? expected : halfDeviance(observed, expected, missing) + stirlingError(observed);
}

/** 2π times the count from the square root of Stirling's formula, which 0! does not have. */
const root = (observed: number): number => (observed === 0 ? 1 : TWO_PI * observed);

function logPmf(a: number, margin: Margins): number {
  const { n1, m1, n, lowest, highest } = margin;
  if (lowest === highest) return 0;
  const n2 = n - n1;
  const m2 = n - m1;
  const outer = stirlingError(n1) + stirlingError(n2) + stirlingError(m1) + stirlingError(m2) - stirlingError(n);
  const roots =
    ((root(n1) / root(n)) * root(n2) * root(m1) * root(m2)) /
    (root(a) * root(n1 - a) * root(m1 - a) * root(m2 - n1 + a));
  return 0.5 * Math.log(roots) + outer - cellSum(a, excess(a, margin), margin);
}

/** P(X >= a) / P(X = a) for a above the mean: the ratios of neighbours only fall from there on. */
function tailRatio(a: number, margin: Margins): number {
  const { n1, m1, n } = margin;
  const d = excess(a, margin);
  const sigma = Math.sqrt(((n1 / n) * m1 * ((n - n1) / n) * (n - m1)) / (n - 1));
  const z = d / sigma;
  // terms until the density has fallen by exp(-37)
  const needed = (Math.sqrt(z * z + 75) - z) * sigma;
  return needed > 3000 ? smoothTailRatio(a, d, sigma, margin) : summedTailRatio(a, margin);
}

function summedTailRatio(a: number, { n1, m1, n, highest }: Margins): number {
  let term = 1;
  let sum = 1;
  const rest = n - n1 - m1;
  for (let k = a; k < highest; k++) {
    term *= ((n1 - k) / (k + 1)) * ((m1 - k) / (rest + k + 1));
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return sum;
}

/**
 * The same for standard deviations of hundreds and more: Euler–Maclaurin, DLMF 2.10.1, with the integral by Gauss–Legendre panels.
 * The first omitted term is below 1e-16 of the sum.
 */
function smoothTailRatio(a: number, d: number, sigma: number, { n1, m1, n, highest }: Margins): number {
  const b = n1 - a;
  const c = m1 - a;
  const rest = n - n1 - c;
  const logRatio = (k: number): number => Math.log(((n1 - k) / (k + 1)) * ((m1 - k) / (n - n1 - m1 + k + 1)));
  const after = logRatio(a);
  const before = logRatio(a - 1);
  const slope = 0.5 * (after + before);
  const bend = after - before;
  const half = Math.min(1.5 * sigma, 3 / Math.max(-slope, 1e-300));
  // P(X = a + t) / P(X = a), the log odds ratio from the exact a d - b c = n d: a difference of two log probabilities would
  // carry the rounding error of both
  const logOdds = Math.log1p(((d / b) * n) / c);
  const remainders = stirlingError(a) + stirlingError(b) + stirlingError(c) + stirlingError(rest);
  const density = (t: number): number => {
    if (a + t >= highest) return 0;
    const [a1, b1, c1, rest1] = [a + t, b - t, c - t, rest + t];
    const deviance =
      halfDeviance(a1, a, -t) + halfDeviance(b1, b, t) + halfDeviance(c1, c, t) + halfDeviance(rest1, rest, -t);
    const moved = stirlingError(a1) + stirlingError(b1) + stirlingError(c1) + stirlingError(rest1);
    return (
      Math.exp(remainders - moved - deviance - t * logOdds) * Math.sqrt((a / a1) * (b / b1) * (c / c1) * (rest / rest1))
    );
  };
  let integral = 0;
  for (let middle = half; ; middle += 2 * half) {
    let panel = 0;
    for (let i = 0; i < 8; i++) {
      const step = half * NODES[i]!;
      panel += WEIGHTS[i]! * (density(middle - step) + density(middle + step));
    }
    integral += half * panel;
    if (!(half * panel > 1e-17 * integral)) break;
  }
  return integral + 0.5 - slope / 12 + (slope * (slope * slope + 3 * bend)) / 720;
}

/** The table with the second column exchanged: X becomes n1 - X, and lower tails become upper tails. */
function mirrored(a: number, { n1, m1, n }: Margins): readonly [number, Margins] {
  const m2 = n - m1;
  return [n1 - a, { n1, m1: m2, n, lowest: Math.max(0, n1 - m1), highest: Math.min(n1, m2) }];
}

/** P(X < a) for lowest < a <= mean. */
function below(a: number, margin: Margins): number {
  const [b, mirror] = mirrored(a - 1, margin);
  return Math.exp(logPmf(b, mirror)) * tailRatio(b, mirror);
}

const isAboveMean = (a: number, margin: Margins): boolean => excess(a, margin) > 0;

/**
 * log P(X = a) when m1 of n are drawn and n1 of the n are marked; accurate for n up to 1e15, where differences of log Γ fail.
 *
 * @param a - marked ones drawn; `-Infinity` outside the support or when not an integer
 * @param n1 - marked, an integer from 0 to n
 * @param m1 - drawn, an integer from 0 to n
 * @param n - all
 * @returns `NaN` when the margins are no such integers
 * @see Loader (2000), Fast and accurate computation of binomial probabilities: three saddle-point binomials; their deviances
 *   add up to the likelihood ratio statistic of the fourfold table
 * @example
 * hypergeometricLogPmf(3, 10, 20, 1000); // -7.22298296024
 */
export function hypergeometricLogPmf(a: number, n1: number, m1: number, n: number): number {
  const margin = margins(n1, m1, n);
  if (margin === undefined || Number.isNaN(a)) return NaN;
  if (!Number.isInteger(a) || a < margin.lowest || a > margin.highest) return -Infinity;
  return logPmf(a, margin);
}

/**
 * P(X >= a), the one-sided p value of Fisher's exact test for the table with margins n1, m1 and n.
 *
 * @param a - marked ones drawn, rounded up; exactly 1 at and below the lowest possible count, 0 above the highest
 * @param n1 - marked, an integer from 0 to n
 * @param m1 - drawn, an integer from 0 to n
 * @param n - all
 * @returns `NaN` when the margins are no such integers
 * @example
 * hypergeometricSfGe(3, 10, 20, 1000); // 0.000752352962404
 */
export function hypergeometricSfGe(a: number, n1: number, m1: number, n: number): number {
  const margin = margins(n1, m1, n);
  const k = Math.ceil(a);
  if (margin === undefined || Number.isNaN(k)) return NaN;
  if (k <= margin.lowest) return 1;
  if (k > margin.highest) return 0;
  return isAboveMean(k, margin) ? Math.exp(logPmf(k, margin)) * tailRatio(k, margin) : 1 - below(k, margin);
}

/**
 * log P(X >= a), finite where the probability is below the smallest double.
 *
 * @param a - marked ones drawn, rounded up; 0 at and below the lowest possible count, `-Infinity` above the highest
 * @param n1 - marked, an integer from 0 to n
 * @param m1 - drawn, an integer from 0 to n
 * @param n - all
 * @returns `NaN` when the margins are no such integers
 * @example
 * hypergeometricLogSfGe(500, 1000, 1000, 1e6); // -2917.61527687
 */
export function hypergeometricLogSfGe(a: number, n1: number, m1: number, n: number): number {
  const margin = margins(n1, m1, n);
  const k = Math.ceil(a);
  if (margin === undefined || Number.isNaN(k)) return NaN;
  if (k <= margin.lowest) return 0;
  if (k > margin.highest) return -Infinity;
  return isAboveMean(k, margin) ? logPmf(k, margin) + Math.log(tailRatio(k, margin)) : Math.log1p(-below(k, margin));
}

/**
 * Mid-P value P(X > a) + P(X = a) / 2 of Fisher's exact test.
 *
 * @param a - marked ones drawn, an integer; 1 below the support, 0 above it
 * @param n1 - marked, an integer from 0 to n
 * @param m1 - drawn, an integer from 0 to n
 * @param n - all
 * @returns `NaN` when the margins are no such integers or a is not
 * @see Lancaster (1961) doi:10.1080/01621459.1961.10482105
 * @example
 * hypergeometricMidP(3, 3, 3, 2000); // 3.75563156954e-10
 */
export function hypergeometricMidP(a: number, n1: number, m1: number, n: number): number {
  const margin = margins(n1, m1, n);
  if (margin === undefined || !Number.isInteger(a)) return NaN;
  if (a < margin.lowest) return 1;
  if (a > margin.highest) return 0;
  const point = Math.exp(logPmf(a, margin));
  if (isAboveMean(a, margin)) return point * (tailRatio(a, margin) - 0.5);
  return 1 - (a === margin.lowest ? 0 : below(a, margin)) - 0.5 * point;
}

/**
 * log of the mid-P value, finite where the probability is below the smallest double.
 *
 * @param a - marked ones drawn, an integer; 0 below the support, `-Infinity` above it
 * @param n1 - marked, an integer from 0 to n
 * @param m1 - drawn, an integer from 0 to n
 * @param n - all
 * @returns `NaN` when the margins are no such integers or a is not
 * @example
 * hypergeometricLogMidP(500, 1000, 1000, 1e6); // -2918.30792443
 */
export function hypergeometricLogMidP(a: number, n1: number, m1: number, n: number): number {
  const margin = margins(n1, m1, n);
  if (margin === undefined || !Number.isInteger(a)) return NaN;
  if (a < margin.lowest) return 0;
  if (a > margin.highest) return -Infinity;
  if (isAboveMean(a, margin)) return logPmf(a, margin) + Math.log(tailRatio(a, margin) - 0.5);
  return Math.log1p(-(a === margin.lowest ? 0 : below(a, margin)) - 0.5 * Math.exp(logPmf(a, margin)));
}
