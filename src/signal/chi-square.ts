import { checkFourfold, independent, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { chiSquareSf } from "../math/chi-square.ts";
import { checkLengths } from "./ratio.ts";

/** Statistics of a fourfold table with their upper-tail probabilities at one degree of freedom. */
export interface ChiSquare {
  readonly pearson: number;
  readonly pearsonP: number;
  readonly yates: number;
  readonly yatesP: number;
}

/**
 * Chi-square of a fourfold table: Pearson's, and with Yates' continuity correction clamped, so that it is 0 and not positive
 * where observed and expected differ by less than one half. It is two-sided: a product with too few reports scores as well.
 *
 * @returns NaN throughout when a margin is 0
 * @throws PvError `INVALID_COUNT`
 * @see Yates (1934) doi:10.2307/2983604; Evans, Waller, Davis (2001) doi:10.1002/pds.677 for its use beside PRR
 * @example
 * chiSquare({ a: 28, b: 942, c: 17, d: 31435 }).yates; // 524.4647
 */
export function chiSquare(table: FourfoldTable): ChiSquare {
  checkFourfold(table);
  const { a, b, c, d } = table;
  const distance = distanceOf(a, b, c, d);
  const variance = varianceOf(a, b, c, d);
  const reduced = distance - Math.min(0.5, distance);
  const pearson = (distance * distance) / variance;
  const yates = (reduced * reduced) / variance;
  return { pearson, pearsonP: chiSquareSf(pearson, 1), yates, yatesP: chiSquareSf(yates, 1) };
}

/** Columns of {@link chiSquareColumns}. */
export interface ChiSquareColumns {
  readonly pearson: Float64Array;
  readonly yates: Float64Array;
}

/** {@link chiSquare} statistics of many pairs. */
export function chiSquareColumns(
  { a, b, c, d }: Omit<FourfoldColumns, "expected">,
  out: ChiSquareColumns = { pearson: new Float64Array(a.length), yates: new Float64Array(a.length) },
): ChiSquareColumns {
  const n = checkLengths({ a, b, c, d, pearson: out.pearson, yates: out.yates });
  for (let i = 0; i < n; i++) {
    const distance = distanceOf(a[i]!, b[i]!, c[i]!, d[i]!);
    const variance = varianceOf(a[i]!, b[i]!, c[i]!, d[i]!);
    const reduced = distance - Math.min(0.5, distance);
    out.pearson[i] = (distance * distance) / variance;
    out.yates[i] = (reduced * reduced) / variance;
  }
  return out;
}

/** |a − E|; all four cells lie this far from their expectation. */
const distanceOf = (a: number, b: number, c: number, d: number): number =>
  Math.abs(a - independent(a + b, a + c, a + b + c + d));

/** Reciprocal of the sum of reciprocal expectations of the cells: E·(n0/n)·(m0/n). */
function varianceOf(a: number, b: number, c: number, d: number): number {
  const n = a + b + c + d;
  return independent(a + b, a + c, n) * ((c + d) / n) * ((b + d) / n);
}
