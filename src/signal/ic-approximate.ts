import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import type { InformationComponent } from "./ic.ts";
import { checkLengths } from "./ratio.ts";

/**
 * Information component log2((a + ½)/(E + ½)) with the closed approximation of its 95 % limits,
 * ic − 3.3 x^-½ − 2 x^-3/2 and ic + 2.4 x^-½ − 0.5 x^-3/2 with x = a + ½. For results that others computed this way; use `ic`
 * for exact limits. The approximation is within 0.05 bits from one report on; without any
 * report the lower limit is 0.33 and the upper 0.35 bits too low.
 *
 * @param a - reports with product and event
 * @param expected - their expected count, not negative
 * @returns finite for every count and expectation; NaN throughout when `expected` is NaN
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`
 * @see Norén, Hopstadius, Bate (2013) doi:10.1177/0962280211403604
 * @example
 * icApproximate(28, 1.3463).ic025; // 3.31696
 */
export function icApproximate(a: number, expected: number): InformationComponent {
  checkCount("a", a);
  if (expected < 0) throw new PvError("INVALID_ARGUMENT", `expected: a count of 0 or more, got ${expected}`);
  const x = a + 0.5;
  const ic = Math.log2(x / (expected + 0.5));
  return { ic, ic025: ic - below(x), ic975: ic + above(x) };
}

/** {@link icApproximate} of many pairs. */
export function icApproximateColumns(
  a: Float64Array,
  expected: Float64Array,
): Readonly<Record<keyof InformationComponent, Float64Array>> {
  const n = checkLengths({ a, expected });
  const out = { ic: new Float64Array(n), ic025: new Float64Array(n), ic975: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const x = a[i]! + 0.5;
    const ic = Math.log2(x / (expected[i]! + 0.5));
    out.ic[i] = ic;
    out.ic025[i] = ic - below(x);
    out.ic975[i] = ic + above(x);
  }
  return out;
}

const below = (x: number): number => (3.3 + 2 / x) / Math.sqrt(x);

const above = (x: number): number => (2.4 - 0.5 / x) / Math.sqrt(x);
