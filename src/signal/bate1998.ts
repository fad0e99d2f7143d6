import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, Z95 } from "./ratio.ts";

/** Bate's information component: posterior mean and standard deviation in bits, and limits by the normal approximation. */
export interface Bate1998 {
  readonly ic: number;
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
  /** The limit of the original criterion, `ic − 2·sd`. */
  readonly minus2sd: number;
}

/**
 * The first BCPNN: information component by the delta method with a prior centred on independence, γ = (n+2)²/((n1+1)(m1+1)).
 *
 * A form with γ fixed at 4 is widespread in the literature; it does not shrink rare pairs towards independence and flags most
 * of any sparse database. It is not this function.
 *
 * @param level - coverage of the limits, 0 < level < 1
 * @returns finite for every table of counts
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Bate et al. (1998) doi:10.1007/s002280050466
 * @example
 * bate1998({ a: 28, b: 942, c: 17, d: 31435 }).ic; // 3.6086
 */
export function bate1998(table: FourfoldTable, level = 0.95): Bate1998 {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const ic = bateMean(a, b, c, d);
  const sd = bateSd(a, b, c, d);
  return { ic, sd, lower: ic - z * sd, upper: ic + z * sd, minus2sd: ic - 2 * sd };
}

/** {@link bate1998} with 95 % limits of many pairs. */
export function bate1998Columns({ a, b, c, d }: FourfoldColumns): Readonly<Record<keyof Bate1998, Float64Array>> {
  const n = checkLengths({ a, b, c, d });
  const out = {
    ic: new Float64Array(n),
    sd: new Float64Array(n),
    lower: new Float64Array(n),
    upper: new Float64Array(n),
    minus2sd: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const ic = bateMean(a[i]!, b[i]!, c[i]!, d[i]!);
    const sd = bateSd(a[i]!, b[i]!, c[i]!, d[i]!);
    out.ic[i] = ic;
    out.sd[i] = sd;
    out.lower[i] = ic - Z95 * sd;
    out.upper[i] = ic + Z95 * sd;
    out.minus2sd[i] = ic - 2 * sd;
  }
  return out;
}

const prior = (n1: number, m1: number, n: number): number => ((n + 2) / (n1 + 1)) * ((n + 2) / (m1 + 1));

function bateMean(a: number, b: number, c: number, d: number): number {
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  return Math.log2((a + 1) * (((n + 2) / (n + prior(n1, m1, n))) * ((n + 2) / (n1 + 1) / (m1 + 1))));
}

function bateSd(a: number, b: number, c: number, d: number): number {
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  const g = prior(n1, m1, n);
  const pair = (n - a + g - 1) / ((a + 1) * (1 + n + g));
  const product = (n - n1 + 1) / ((n1 + 1) * (n + 3));
  const event = (n - m1 + 1) / ((m1 + 1) * (n + 3));
  return Math.sqrt(pair + product + event) / Math.LN2;
}
