import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import { poissonLogSfGe, poissonSfGe } from "../math/poisson.ts";
import { checkLengths } from "./ratio.ts";

/** A one-sided probability and its natural logarithm, which stays a number where the probability is too small for one. */
export interface PoissonP {
  readonly p: number;
  readonly logP: number;
}

/**
 * One-sided Poisson test for over-reporting: P(X >= a) when X is Poisson with the expected count as its mean. The expected
 * count is taken as known; where it comes from few reports the exact test of Fisher is the more honest one.
 *
 * @param a - reports with product and event
 * @param expected - their expected count, `expectedCount(table)` or a stratified sum; not negative
 * @returns `p` 1 and `logP` 0 for `a` = 0, whatever is expected; `p` 0 and `logP` −Infinity when reports came where none were
 *   expected. Below about 1e-308 `p` is 0 and `logP` still exact. NaN when `expected` is NaN.
 * @throws PvError `INVALID_COUNT`; `INVALID_ARGUMENT` for a negative or infinite `expected`
 * @see DuMouchel (1999) doi:10.1080/00031305.1999.10474456 for the Poisson model of report counts
 * @example
 * poissonP(28, 1.3463).logP; // -60.8625
 */
export function poissonP(a: number, expected: number): PoissonP {
  checkCount("a", a);
  if (expected < 0 || expected === Infinity)
    throw new PvError("INVALID_ARGUMENT", `expected: a finite count of 0 or more, got ${expected}`);
  return { p: poissonSfGe(a, expected), logP: poissonLogSfGe(a, expected) };
}

/** {@link poissonP} of many pairs. */
export function poissonPColumns({ a, expected }: { readonly a: Float64Array; readonly expected: Float64Array }): {
  readonly p: Float64Array;
  readonly logP: Float64Array;
} {
  const n = checkLengths({ a, expected });
  const out = { p: new Float64Array(n), logP: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    out.p[i] = poissonSfGe(a[i]!, expected[i]!);
    out.logP[i] = poissonLogSfGe(a[i]!, expected[i]!);
  }
  return out;
}
