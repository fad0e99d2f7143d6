import { PvError } from "../error.ts";
import { checkFourfold, independent, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, ratioColumns, Z95, type RatioColumns, type RatioInterval } from "./ratio.ts";

// Forms that circulate in publications and are wrong, or dangerous outside the setting they were meant for. They are here so
// that a published number can be reproduced and compared; none is a method of this package. Flags are counted on FDA CAERS 2012
// (17,189 pairs) and FAERS 2022 Q3 (111,118 pairs).

/** Information component of {@link literatureBateGamma4}, in bits. */
export interface LiteratureBateGamma4 {
  readonly ic: number;
  readonly sd: number;
  readonly minus2sd: number;
}

/**
 * Bate's information component with γ fixed at 4, as many publications print it:
 * E = log2[(a+1)(n+2)² / ((n+4)(n1+1)(m1+1))], V with 3 and 5 where γ − 1 and 1 + γ belong.
 *
 * What is wrong: the prior is no longer centred on independence, so nothing shrinks rare pairs. IC − 2SD > 0 flags 16,135 of the
 * 17,189 pairs of CAERS (94 %) against 195 with `bate1998`, and 67,726 of FAERS 2022 Q3 against 12,368. With a >= 3 added, 347
 * and 17,192.
 *
 * @returns finite for every table of counts
 * @throws PvError `INVALID_COUNT`
 * @see PMC8959618, table 2, for the form; Bate et al. (1998) doi:10.1007/s002280050466 for the method
 * @example
 * literatureBateGamma4({ a: 1, b: 0, c: 0, d: 3355 }).minus2sd; // 7.18024
 */
export function literatureBateGamma4(table: FourfoldTable): LiteratureBateGamma4 {
  checkFourfold(table);
  const { a, b, c, d } = table;
  const ic = gamma4Mean(a, b, c, d);
  const sd = gamma4Sd(a, b, c, d);
  return { ic, sd, minus2sd: ic - 2 * sd };
}

/** {@link literatureBateGamma4} of many pairs. */
export function literatureBateGamma4Columns({
  a,
  b,
  c,
  d,
}: FourfoldColumns): Readonly<Record<keyof LiteratureBateGamma4, Float64Array>> {
  const n = checkLengths({ a, b, c, d });
  const out = { ic: new Float64Array(n), sd: new Float64Array(n), minus2sd: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const ic = gamma4Mean(a[i]!, b[i]!, c[i]!, d[i]!);
    const sd = gamma4Sd(a[i]!, b[i]!, c[i]!, d[i]!);
    out.ic[i] = ic;
    out.sd[i] = sd;
    out.minus2sd[i] = ic - 2 * sd;
  }
  return out;
}

function gamma4Mean(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  return Math.log2(((a + 1) / (a + b + 1)) * ((n + 2) / (a + c + 1)) * ((n + 2) / (n + 4)));
}

function gamma4Sd(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  const pair = (n - a + 3) / ((a + 1) * (n + 5));
  const product = (c + d + 1) / ((a + b + 1) * (n + 3));
  const event = (b + d + 1) / ((a + c + 1) * (n + 3));
  return Math.sqrt(pair + product + event) / Math.LN2;
}

/**
 * "IC025 = e^(ln(IC) − 1.96 √(1/a + 1/b + 1/c + 1/d))" with IC = log2(a/E).
 *
 * What is wrong: the logarithm is taken of a value that is a logarithm already, and a power of e is above 0 whatever the data, so
 * the criterion IC025 > 0 says nothing: it flags every pair with a > E and no empty cell, 6,604 of CAERS
 * (257 with `ic`) and 85,027 of FAERS 2022 Q3 (11,799).
 *
 * @returns `ic025` is NaN where a < E, and 0 where b or c or d is 0
 * @throws PvError `INVALID_COUNT`
 * @see PMC9096025, table 1; PMC11255655, table 2; doi:10.1038/s41598-025-87678-1, table 2
 * @example
 * literatureIcExponential({ a: 1, b: 2000, c: 1000, d: 3000000 }).ic025; // 0.082175
 */
export function literatureIcExponential(table: FourfoldTable): { readonly ic: number; readonly ic025: number } {
  checkFourfold(table);
  const { a, b, c, d } = table;
  const ic = Math.log2(a / independent(a + b, a + c, a + b + c + d));
  return { ic, ic025: ic * Math.exp(-1.96 * fourCells(a, b, c, d)) };
}

/** {@link literatureIcExponential} of many pairs. */
export function literatureIcExponentialColumns({ a, b, c, d, expected }: FourfoldColumns): {
  readonly ic: Float64Array;
  readonly ic025: Float64Array;
} {
  const n = checkLengths({ a, b, c, d, expected });
  const out = { ic: new Float64Array(n), ic025: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const ic = Math.log2(a[i]! / expected[i]!);
    out.ic[i] = ic;
    out.ic025[i] = ic * Math.exp(-1.96 * fourCells(a[i]!, b[i]!, c[i]!, d[i]!));
  }
  return out;
}

const fourCells = (a: number, b: number, c: number, d: number): number => Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d);

/**
 * What many publications call MGPS or EBGM: a·n / ((a + c)(a + b)) with the lower limit e^(ln − 1.64 √(1/a + 1/b + 1/c + 1/d)).
 *
 * What is wrong: this is the relative reporting ratio with the standard error of the odds ratio. Nothing is shrunk, nothing is
 * Bayesian. Lower limit > 2 with a >= 3 flags 10,020 pairs of FAERS 2022 Q3 (9,059 at 1.96 standard errors) against 4,289 with
 * EB05 >= 2 of the real method.
 *
 * @param z - standard errors between estimate and lower limit, 0 or more
 * @returns `lower` is 0 where a, b, c or d is 0; NaN throughout when product or event has no report
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`
 * @see PMC9096025, table 1; PMC11255655, table 2; doi:10.1186/s40360-025-00902-6
 * @example
 * literatureMgps({ a: 28, b: 942, c: 17, d: 31435 }).lower; // 12.5244
 */
export function literatureMgps(table: FourfoldTable, z = 1.64): { readonly estimate: number; readonly lower: number } {
  checkFourfold(table);
  checkQuantile(z);
  const { a, b, c, d } = table;
  const estimate = a / independent(a + b, a + c, a + b + c + d);
  return { estimate, lower: estimate * Math.exp(-z * fourCells(a, b, c, d)) };
}

/** {@link literatureMgps} of many pairs. */
export function literatureMgpsColumns(
  { a, b, c, d, expected }: FourfoldColumns,
  z = 1.64,
): { readonly estimate: Float64Array; readonly lower: Float64Array } {
  checkQuantile(z);
  const n = checkLengths({ a, b, c, d, expected });
  const out = { estimate: new Float64Array(n), lower: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    const estimate = a[i]! / expected[i]!;
    out.estimate[i] = estimate;
    out.lower[i] = estimate * Math.exp(-z * fourCells(a[i]!, b[i]!, c[i]!, d[i]!));
  }
  return out;
}

function checkQuantile(z: number): void {
  if (!(z >= 0 && z < Infinity)) throw new PvError("INVALID_ARGUMENT", `z: expected a number from 0, got ${z}`);
}

/**
 * "χ² = (a − E)² / E".
 *
 * What is wrong: only one of the four terms of Pearson's statistic. It is always smaller, by the factor (n − n1)(n − m1)/n², which
 * matters as soon as product or event is frequent.
 *
 * @returns NaN when product or event has no report
 * @throws PvError `INVALID_COUNT`
 * @see PMC9096025, table 1
 * @example
 * literatureChiSquare({ a: 28, b: 942, c: 17, d: 31435 }); // 527.68
 */
export function literatureChiSquare(table: FourfoldTable): number {
  checkFourfold(table);
  const { a, b, c, d } = table;
  return oneTerm(a, independent(a + b, a + c, a + b + c + d));
}

/** {@link literatureChiSquare} of many pairs. */
export function literatureChiSquareColumns({ a, expected }: Pick<FourfoldColumns, "a" | "expected">): Float64Array {
  const n = checkLengths({ a, expected });
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = oneTerm(a[i]!, expected[i]!);
  return out;
}

const oneTerm = (a: number, expected: number): number => ((a - expected) / expected) * (a - expected);

/** Standard errors of log PRR other than the delta method's; see {@link literaturePrrInterval}. */
export type LiteraturePrrVariant = "historical" | "double" | "ror";

/**
 * PRR with another standard error of its logarithm than the delta method's √(1/a − 1/n1 + 1/c − 1/n0), which `prr` uses:
 *
 * - `"historical"`: √(1/a − 1/n1 + 1/c + 1/n0), the sign of the last term turned; hardly different in a large database
 *   (CAERS: 353 pairs with lower limit > 1 and a >= 3, against 354).
 * - `"double"`: √(1/a + 1/n1 + 1/c + 1/n0), always too wide; where every report of the product has the event it counts 1/a twice.
 * - `"ror"`: √(1/a + 1/b + 1/c + 1/d), the standard error of the odds ratio (CAERS: 283 pairs, FAERS 2022 Q3: 15,043 against
 *   15,533). Where b = 0 the interval has no end.
 *
 * @returns `estimate` as `prr`; limits NaN or without end where a cell in a denominator is 0
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_ARGUMENT`
 * @see van Puijenbroek et al. (2002) doi:10.1002/pds.668 for "historical"; PMC8721046 and PMC8824435, table 1, for "ror"
 * @example
 * literaturePrrInterval({ a: 28, b: 942, c: 17, d: 31435 }, "ror").lower; // 29.1311
 */
export function literaturePrrInterval(
  table: FourfoldTable,
  variant: LiteraturePrrVariant,
  level = 0.95,
): RatioInterval {
  checkFourfold(table);
  const error = prrError(variant);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const estimate = a / (a + b) / (c / (c + d));
  const spread = Math.exp(z * error(a, b, c, d));
  return { estimate, lower: estimate / spread, upper: estimate * spread };
}

/** {@link literaturePrrInterval} with 95 % limits of many pairs. */
export function literaturePrrIntervalColumns(
  { a, b, c, d }: FourfoldColumns,
  variant: LiteraturePrrVariant,
): RatioColumns {
  const n = checkLengths({ a, b, c, d });
  const error = prrError(variant);
  const out = ratioColumns(n);
  for (let i = 0; i < n; i++) {
    const estimate = a[i]! / (a[i]! + b[i]!) / (c[i]! / (c[i]! + d[i]!));
    const spread = Math.exp(Z95 * error(a[i]!, b[i]!, c[i]!, d[i]!));
    out.estimate[i] = estimate;
    out.lower[i] = estimate / spread;
    out.upper[i] = estimate * spread;
  }
  return out;
}

function prrError(variant: LiteraturePrrVariant): (a: number, b: number, c: number, d: number) => number {
  switch (variant) {
    case "historical":
      return (a, b, c, d) => Math.sqrt(b / a / (a + b) + 1 / c + 1 / (c + d));
    case "double":
      return (a, b, c, d) => Math.sqrt(1 / a + 1 / (a + b) + 1 / c + 1 / (c + d));
    case "ror":
      return fourCells;
    default:
      throw new PvError(
        "INVALID_ARGUMENT",
        `variant: expected "historical", "double" or "ror", got ${String(variant satisfies never)}`,
      );
  }
}
