import { PvError } from "../error.ts";
import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { chiSquareLogSf } from "../math/chi-square.ts";
import { hypergeometricLogMidP, hypergeometricLogSfGe } from "../math/hypergeometric.ts";
import { checkLengths } from "./ratio.ts";

/**
 * Natural logarithm of the upper tail of chi-square with one degree of freedom: the p value behind `chiSquare`, as a number that
 * still ranks pairs where the p value itself is 0 (statistics above 1,480).
 *
 * @param statistic - a chi-square statistic, not negative
 * @returns 0 for a statistic of 0, −Infinity for an infinite one, NaN for NaN (a zero margin)
 * @throws PvError `INVALID_ARGUMENT` for a negative statistic
 * @see DLMF 7.12.1: the tail is erfc(√(x/2))
 * @example
 * chiSquareLogP(22187); // -11098.7294673
 */
export function chiSquareLogP(statistic: number): number {
  if (statistic < 0) throw new PvError("INVALID_ARGUMENT", `statistic: 0 or more, got ${statistic}`);
  return chiSquareLogSf(statistic, 1);
}

/** {@link chiSquareLogP} of many statistics; NaN for a negative one. */
export function chiSquareLogPColumns(statistic: Float64Array): Float64Array {
  return statistic.map((value) => chiSquareLogSf(value, 1));
}

/** Natural logarithms of the one-sided exact p value and its mid-p form. */
export interface FisherLog {
  readonly logP: number;
  readonly logMidP: number;
}

/**
 * Natural logarithms of the two p values of `fisher`, finite where they are below the smallest double.
 *
 * @returns `logP` 0 when the observed count is the smallest that the margins allow; both are never −Infinity, because the
 *   observed table is always possible
 * @throws PvError `INVALID_COUNT`
 * @see Ahmed et al. (2010) doi:10.1111/j.1541-0420.2009.01262.x; Lancaster (1961) doi:10.1080/01621459.1961.10482105 for mid-p
 * @example
 * fisherLog({ a: 500, b: 500, c: 500, d: 998500 }).logP; // -2917.61527687
 */
export function fisherLog(table: FourfoldTable): FisherLog {
  checkFourfold(table);
  const { a, b, c, d } = table;
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  return { logP: hypergeometricLogSfGe(a, n1, m1, n), logMidP: hypergeometricLogMidP(a, n1, m1, n) };
}

/** {@link fisherLog} of many pairs. */
export function fisherLogColumns({ a, b, c, d }: Omit<FourfoldColumns, "expected">): {
  readonly logP: Float64Array;
  readonly logMidP: Float64Array;
} {
  const n = checkLengths({ a, b, c, d });
  const out = { logP: new Float64Array(n), logMidP: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const n1 = a[i]! + b[i]!;
    const m1 = a[i]! + c[i]!;
    const total = n1 + c[i]! + d[i]!;
    out.logP[i] = hypergeometricLogSfGe(a[i]!, n1, m1, total);
    out.logMidP[i] = hypergeometricLogMidP(a[i]!, n1, m1, total);
  }
  return out;
}
