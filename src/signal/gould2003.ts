import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { digamma, trigamma } from "../math/digamma.ts";
import { normalCdf } from "../math/normal.ts";
import { checkLengths, levelQuantile, Z95 } from "./ratio.ts";

/** Gould's information component: exact posterior moments in bits, limits by the normal approximation. */
export interface Gould2003 {
  readonly ic: number;
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
  /** P(IC <= 0) by the normal approximation. */
  readonly pNotPositive: number;
}

/**
 * BCPNN with the exact mean (digamma) and variance (trigamma) of the log of three independent beta variables, under the priors
 * of Bate 1998: α1 = β1 = 1, α = β = 2, γ11 = 1, γ = (n+2)²/((n1+1)(m1+1)).
 *
 * The limits are normal, the posterior is not: at one report the lower limit is about 1 bit too high in a large database.
 *
 * @param table - counts of reports
 * @param level - coverage of the limits, 0 < level < 1
 * @returns finite for every table of counts
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Gould (2003) doi:10.1002/pds.791
 * @example
 * gould2003({ a: 28, b: 942, c: 17, d: 31435 }).ic; // 3.599984
 */
export function gould2003(table: FourfoldTable, level = 0.95): Gould2003 {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const g = gamma(a, b, c, d);
  const ic = mean(a, b, c, d, g);
  const sd = deviation(a, b, c, d, g);
  return { ic, sd, lower: ic - z * sd, upper: ic + z * sd, pNotPositive: normalCdf(-ic / sd) };
}

/** {@link gould2003} with 95 % limits of many pairs. */
export function gould2003Columns({ a, b, c, d }: FourfoldColumns): Readonly<Record<keyof Gould2003, Float64Array>> {
  const n = checkLengths({ a, b, c, d });
  const out = {
    ic: new Float64Array(n),
    sd: new Float64Array(n),
    lower: new Float64Array(n),
    upper: new Float64Array(n),
    pNotPositive: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const g = gamma(a[i]!, b[i]!, c[i]!, d[i]!);
    const ic = mean(a[i]!, b[i]!, c[i]!, d[i]!, g);
    const sd = deviation(a[i]!, b[i]!, c[i]!, d[i]!, g);
    out.ic[i] = ic;
    out.sd[i] = sd;
    out.lower[i] = ic - Z95 * sd;
    out.upper[i] = ic + Z95 * sd;
    out.pNotPositive[i] = normalCdf(-ic / sd);
  }
  return out;
}

function gamma(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  return ((n + 2) / (a + b + 1)) * ((n + 2) / (a + c + 1));
}

function mean(a: number, b: number, c: number, d: number, g: number): number {
  const n = a + b + c + d;
  const pair = digamma(a + 1) - digamma(n + g);
  const product = digamma(a + b + 1) - digamma(n + 2);
  const event = digamma(a + c + 1) - digamma(n + 2);
  return (pair - product - event) / Math.LN2;
}

function deviation(a: number, b: number, c: number, d: number, g: number): number {
  const n = a + b + c + d;
  const pair = trigamma(a + 1) - trigamma(n + g);
  const product = trigamma(a + b + 1) - trigamma(n + 2);
  const event = trigamma(a + c + 1) - trigamma(n + 2);
  return Math.sqrt(pair + product + event) / Math.LN2;
}
