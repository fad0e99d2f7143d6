import { checkFourfold, independent, type FourfoldTable } from "../count/fourfold.ts";
import { chiSquareSf } from "../math/chi-square.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";

/** Cochran–Mantel–Haenszel test of a common odds ratio of 1, one degree of freedom. */
export interface CochranMantelHaenszel {
  readonly statistic: number;
  readonly p: number;
  /** With 0.5 taken off the distance |Σ(a − E)|, down to 0. */
  readonly corrected: number;
  readonly correctedP: number;
}

/** Test that the odds ratio is the same in all strata. */
export interface BreslowDay {
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
  /** The statistic with Tarone's correction, never above it. */
  readonly tarone: number;
  readonly taroneP: number;
}

/** What strata say together about one pair. */
export interface MantelHaenszel {
  readonly ror: RatioInterval;
  readonly prr: RatioInterval;
  readonly cmh: CochranMantelHaenszel;
  readonly breslowDay: BreslowDay;
  /** Expected count of `a`, Σ n1·m1/n over strata. */
  readonly expected: number;
  /** Strata with four positive margins, the only ones that inform the odds ratio, its tests and `df`. */
  readonly strataUsed: number;
}

/**
 * Mantel–Haenszel odds ratio (Robins–Breslow–Greenland limits) and ratio of proportions (Greenland–Robins limits) over
 * strata, with the test of Cochran, Mantel and Haenszel and the heterogeneity test of Breslow and Day.
 *
 * A stratum counts for what it can inform and adds exactly 0 to the rest. No product, no other product or no event in it:
 * nothing (but it is part of `expected`, where its share is 0 or the observed count). Every report with the event: only the
 * ratio of proportions, where both are 1. Four positive margins: everything. No continuity correction is ever added to cells.
 *
 * @param tables - one table a stratum, in any number; empty ones do no harm
 * @param level - coverage of the intervals, 0 < level < 1
 * @returns As with a single table: an infinite estimate has `lower` NaN and `upper` Infinity, an estimate of 0 has `lower` 0
 *   and `upper` NaN; NaN throughout when no stratum informs it. `cmh` is NaN without such a stratum. `breslowDay` has no
 *   continuity correction and is NaN, but for `df`, when fewer than two strata are used or the odds ratio is 0 or infinite.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Mantel, Haenszel (1959) doi:10.1093/jnci/22.4.719; Robins, Breslow, Greenland (1986) doi:10.2307/2531052;
 *   Greenland, Robins (1985) doi:10.2307/2530643; Breslow, Day (1980) IARC Scientific Publications 32, eq. 4.30;
 *   Tarone (1985) doi:10.1093/biomet/72.1.91
 * @example
 * mantelHaenszel([{ a: 16, b: 11, c: 5, d: 20 }, { a: 12, b: 16, c: 7, d: 19 }]).ror.estimate; // 3.3132
 */
export function mantelHaenszel(tables: readonly FourfoldTable[], level = 0.95): MantelHaenszel {
  const z = levelQuantile(level);
  const sums = new Float64Array(STRATUM_SUMS);
  for (const table of tables) {
    checkFourfold(table);
    addStratum(sums, 0, table.a, table.b, table.c, table.d);
  }
  const ror = rorOf(sums, 0);
  const prr = prrOf(sums, 0);
  const statistic = cmhOf(sums, 0, 0);
  const corrected = cmhOf(sums, 0, 0.5);
  return {
    ror: interval(ror, Math.exp(z * rorErrorOf(sums, 0))),
    prr: interval(prr, Math.exp(z * prrErrorOf(sums, 0))),
    cmh: { statistic, p: chiSquareSf(statistic, 1), corrected, correctedP: chiSquareSf(corrected, 1) },
    breslowDay: breslowDay(tables, ror, sums[STRATA]!),
    expected: sums[EXPECTED]!,
    strataUsed: sums[STRATA]!,
  };
}

const interval = (estimate: number, spread: number): RatioInterval => ({
  estimate,
  lower: estimate / spread,
  upper: estimate * spread,
});

// Places of the sums over strata of one pair.
const R = 0;
const S = 1;
const PR = 2;
const PS_QR = 3;
const QS = 4;
const PRR_TOP = 5;
const PRR_BOTTOM = 6;
const PRR_VARIANCE = 7;
const DISTANCE = 8;
const VARIANCE = 9;
/** Place of the expected count among the sums. */
export const EXPECTED = 10;
/** Place of the number of strata used among the sums. */
export const STRATA = 11;
/** Numbers that {@link addStratum} keeps of one pair. */
export const STRATUM_SUMS = 12;

/** Adds one stratum to the sums of the pair that begin at `at`. */
export function addStratum(sums: Float64Array, at: number, a: number, b: number, c: number, d: number): void {
  const n1 = a + b;
  const n0 = c + d;
  const m1 = a + c;
  const m0 = b + d;
  const n = n1 + n0;
  if (n1 === 0 || m1 === 0) return;
  sums[at + EXPECTED]! += independent(n1, m1, n);
  if (n0 === 0) return;
  sums[at + PRR_TOP]! += (a * n0) / n;
  sums[at + PRR_BOTTOM]! += (c * n1) / n;
  // m1·n1·n0 − a·c·n = a·d·n1 + b·c·n0: the numerator of Greenland and Robins without its cancellation.
  sums[at + PRR_VARIANCE]! += (((a * d) / n) * n1 + ((b * c) / n) * n0) / n;
  if (m0 === 0) return;
  const r = (a * d) / n;
  const s = (b * c) / n;
  const p = (a + d) / n;
  const q = (b + c) / n;
  sums[at + R]! += r;
  sums[at + S]! += s;
  sums[at + PR]! += p * r;
  sums[at + PS_QR]! += p * s + q * r;
  sums[at + QS]! += q * s;
  // a − E = (a·d − b·c)/n
  sums[at + DISTANCE]! += (a * d - b * c) / n;
  sums[at + VARIANCE]! += (((n1 * n0) / n) * ((m1 * m0) / n)) / (n - 1);
  sums[at + STRATA]!++;
}

/** Mantel–Haenszel odds ratio from the sums. */
export const rorOf = (sums: Float64Array, at: number): number => sums[at + R]! / sums[at + S]!;

/** Standard error of its logarithm, Robins, Breslow and Greenland; Infinity when the estimate is 0 or infinite. */
export function rorErrorOf(sums: Float64Array, at: number): number {
  const r = sums[at + R]!;
  const s = sums[at + S]!;
  if (r === 0 || s === 0) return r === s ? NaN : Infinity;
  return Math.sqrt(sums[at + PR]! / (2 * r * r) + sums[at + PS_QR]! / (2 * r * s) + sums[at + QS]! / (2 * s * s));
}

/** Mantel–Haenszel ratio of proportions from the sums. */
export const prrOf = (sums: Float64Array, at: number): number => sums[at + PRR_TOP]! / sums[at + PRR_BOTTOM]!;

/** Standard error of its logarithm, Greenland and Robins; Infinity when the estimate is 0 or infinite. */
export const prrErrorOf = (sums: Float64Array, at: number): number =>
  Math.sqrt(sums[at + PRR_VARIANCE]! / sums[at + PRR_TOP]! / sums[at + PRR_BOTTOM]!);

/** Cochran–Mantel–Haenszel statistic from the sums; the correction is clamped as in `chiSquare`. */
export function cmhOf(sums: Float64Array, at: number, correction: number): number {
  const distance = Math.abs(sums[at + DISTANCE]!);
  const reduced = distance - Math.min(correction, distance);
  return (reduced / sums[at + VARIANCE]!) * reduced;
}

function breslowDay(tables: readonly FourfoldTable[], ratio: number, strata: number): BreslowDay {
  const df = Math.max(0, strata - 1);
  if (df === 0 || !(ratio > 0 && ratio < Infinity)) return { statistic: NaN, df, p: NaN, tarone: NaN, taroneP: NaN };
  let statistic = 0;
  let distance = 0;
  let variance = 0;
  for (const { a, b, c, d } of tables) {
    const n1 = a + b;
    const n0 = c + d;
    const m1 = a + c;
    const m0 = b + d;
    if (n1 === 0 || n0 === 0 || m1 === 0 || m0 === 0) continue;
    const fitted = fittedCell(ratio, n1, m1, n0, m0);
    const spread =
      1 /
      (1 / fitted +
        1 / fittedCell(1 / ratio, n1, m0, n0, m1) +
        1 / fittedCell(1 / ratio, n0, m1, n1, m0) +
        1 / fittedCell(ratio, n0, m0, n1, m1));
    statistic += ((a - fitted) / spread) * (a - fitted);
    distance += a - fitted;
    variance += spread;
  }
  const tarone = Math.max(0, statistic - (distance / variance) * distance);
  return { statistic, df, p: chiSquareSf(statistic, df), tarone, taroneP: chiSquareSf(tarone, df) };
}

/**
 * The cell x with x·(n0 − m1 + x) = ratio·(n1 − x)·(m1 − x): the expected count of a table with these margins and this odds
 * ratio. The discriminant is written as a sum of terms that are all positive.
 */
function fittedCell(ratio: number, n1: number, m1: number, n0: number, m0: number): number {
  const linear = n0 - m1 + ratio * (n1 + m1);
  const apart = ratio * (n1 - m1);
  const root = Math.sqrt(apart * apart + 2 * ratio * (n0 * n1 + m0 * m1) + (n0 - m1) * (n0 - m1));
  // A negative linear term implies ratio < 1.
  return linear >= 0 ? (2 * ratio * n1 * m1) / (linear + root) : (root - linear) / (2 * (1 - ratio));
}
