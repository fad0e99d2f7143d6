import { betaI } from "./incomplete-beta.ts";

/**
 * P(|T| > t) of Student's t distribution with `df` degrees of freedom.
 *
 * @param t - any number, its sign does not matter; 0 at infinity
 * @param df - degrees of freedom, df > 0, otherwise `NaN`
 * @example
 * studentTwoSided(2.5, 10); // 0.03144684
 */
export function studentTwoSided(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) return NaN;
  if (Math.abs(t) === Infinity) return 0;
  return betaI(df / 2, 0.5, df / (df + t * t));
}
