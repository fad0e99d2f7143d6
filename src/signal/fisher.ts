import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { hypergeometricMidP, hypergeometricSfGe } from "../math/hypergeometric.ts";
import { checkLengths } from "./ratio.ts";

/**
 * One-sided exact test of Fisher for over-reporting, with all margins fixed: the probability of `a` or more reports with
 * product and event if the two were independent. `midP` counts the observed table half, which takes away most of the
 * conservatism of the exact test in sparse tables.
 *
 * @returns 1 when the observed count is the smallest that the margins allow
 * @throws PvError `INVALID_COUNT`
 * @see Ahmed et al. (2010) doi:10.1111/j.1541-0420.2009.01262.x
 * @example
 * fisher({ a: 5, b: 0, c: 50, d: 1000 }).p; // 3.2245264307692e-7
 */
export function fisher(table: FourfoldTable): { readonly p: number; readonly midP: number } {
  checkFourfold(table);
  const { a, b, c, d } = table;
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  return { p: hypergeometricSfGe(a, n1, m1, n), midP: hypergeometricMidP(a, n1, m1, n) };
}

/** {@link fisher} of many pairs. */
export function fisherColumns({ a, b, c, d }: FourfoldColumns): {
  readonly p: Float64Array;
  readonly midP: Float64Array;
} {
  const n = checkLengths({ a, b, c, d });
  const out = { p: new Float64Array(n), midP: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const n1 = a[i]! + b[i]!;
    const m1 = a[i]! + c[i]!;
    const total = n1 + c[i]! + d[i]!;
    out.p[i] = hypergeometricSfGe(a[i]!, n1, m1, total);
    out.midP[i] = hypergeometricMidP(a[i]!, n1, m1, total);
  }
  return out;
}
