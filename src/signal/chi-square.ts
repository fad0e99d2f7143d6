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
  const pearson = statistic(a, b, c, d, 0);
  const yates = statistic(a, b, c, d, 0.5);
  return { pearson, pearsonP: chiSquareSf(pearson, 1), yates, yatesP: chiSquareSf(yates, 1) };
}

/** {@link chiSquare} statistics of many pairs. */
export function chiSquareColumns({ a, b, c, d }: FourfoldColumns): {
  readonly pearson: Float64Array;
  readonly yates: Float64Array;
} {
  const n = checkLengths({ a, b, c, d });
  const pearson = new Float64Array(n);
  const yates = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    pearson[i] = statistic(a[i]!, b[i]!, c[i]!, d[i]!, 0);
    yates[i] = statistic(a[i]!, b[i]!, c[i]!, d[i]!, 0.5);
  }
  return { pearson, yates };
}

function statistic(a: number, b: number, c: number, d: number, correction: number): number {
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  const n0 = c + d;
  const m0 = b + d;
  // All four cells lie the same distance from their expectation.
  const expected = independent(n1, m1, n);
  const distance = Math.abs(a - expected);
  const reduced = distance - Math.min(correction, distance);
  return (
    reduced *
    reduced *
    (1 / expected + 1 / independent(n1, m0, n) + 1 / independent(n0, m1, n) + 1 / independent(n0, m0, n))
  );
}
