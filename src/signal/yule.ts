import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, ratioColumns, Z95, type RatioColumns, type RatioInterval } from "./ratio.ts";

/**
 * Yule's Q, (ad − bc) / (ad + bc), with its asymptotic interval: Q ± z·½(1 − Q²)·√(1/a + 1/b + 1/c + 1/d). It is the reporting
 * odds ratio moved to the scale from −1 to 1, (ROR − 1)/(ROR + 1), on which 0 is independence.
 *
 * @param table - counts of reports
 * @param level - coverage of the interval, 0 < level < 1
 * @returns The limits are those of the formula and may lie outside −1 … 1 in small tables. With a zero cell `estimate` is 1 or
 *   −1 and the limits are NaN: the standard error is not defined. NaN throughout when `ad` and `bc` are both 0.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Yule (1900) doi:10.1098/rsta.1900.0019; van Puijenbroek et al. (2002) doi:10.1002/pds.668 for its use on reports
 * @example
 * yuleQ({ a: 28, b: 942, c: 17, d: 31435 }).estimate; // 0.9642622
 */
export function yuleQ(table: FourfoldTable, level = 0.95): RatioInterval {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const estimate = yuleEstimate(a, b, c, d);
  const half = z * yuleError(a, b, c, d);
  return { estimate, lower: estimate - half, upper: estimate + half };
}

/** {@link yuleQ} with 95 % limits of many pairs. */
export function yuleQColumns({ a, b, c, d }: Omit<FourfoldColumns, "expected">): RatioColumns {
  const n = checkLengths({ a, b, c, d });
  const out = ratioColumns(n);
  for (let i = 0; i < n; i++) {
    const estimate = yuleEstimate(a[i]!, b[i]!, c[i]!, d[i]!);
    const half = Z95 * yuleError(a[i]!, b[i]!, c[i]!, d[i]!);
    out.estimate[i] = estimate;
    out.lower[i] = estimate - half;
    out.upper[i] = estimate + half;
  }
  return out;
}

const yuleEstimate = (a: number, b: number, c: number, d: number): number => {
  const concordant = a * d;
  const discordant = b * c;
  return (concordant - discordant) / (concordant + discordant);
};

// ½(1 − Q²) = 2·ad·bc/(ad + bc)²: the same number without the cancellation at |Q| near 1.
const yuleError = (a: number, b: number, c: number, d: number): number => {
  const concordant = a * d;
  const discordant = b * c;
  const sum = concordant + discordant;
  return 2 * (concordant / sum) * (discordant / sum) * Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d);
};
