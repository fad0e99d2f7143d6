import { checkFourfold, independent, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, ratioColumns, Z95, type RatioColumns, type RatioInterval } from "./ratio.ts";

/**
 * Relative reporting ratio a / expected, expected = n1·m1/n: the unshrunk quotient that GPS shrinks. Interval on the log scale
 * with the standard error √(1/a − 1/n1 + 1/m1 − 1/n) that treats the margins as random.
 *
 * @param level - coverage of the interval, 0 < level < 1
 * @returns `a` = 0: `estimate` 0, `lower` 0, `upper` NaN. NaN throughout when product or event has no report.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see DuMouchel (1999) doi:10.1080/00031305.1999.10474456 for the ratio
 * @example
 * rrr({ a: 28, b: 942, c: 17, d: 31435 }).estimate; // 20.7976
 */
export function rrr(table: FourfoldTable, level = 0.95): RatioInterval {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const estimate = a / independent(a + b, a + c, a + b + c + d);
  const spread = Math.exp(z * rrrError(a, b, c, d));
  return { estimate, lower: estimate / spread, upper: estimate * spread };
}

/** {@link rrr} with 95 % limits of many pairs, from their expected counts (stratified where they are). */
export function rrrColumns(
  { a, b, c, d, expected }: FourfoldColumns,
  out: RatioColumns = ratioColumns(a.length),
): RatioColumns {
  const n = checkLengths({ a, b, c, d, expected, ...out });
  for (let i = 0; i < n; i++) {
    const estimate = a[i]! / expected[i]!;
    const spread = Math.exp(Z95 * rrrError(a[i]!, b[i]!, c[i]!, d[i]!));
    out.estimate[i] = estimate;
    out.lower[i] = estimate / spread;
    out.upper[i] = estimate * spread;
  }
  return out;
}

// 1/a − 1/n1 = b/(a·n1) and 1/m1 − 1/n = (b + d)/(m1·n), without the cancellation.
const rrrError = (a: number, b: number, c: number, d: number): number =>
  Math.sqrt(b / a / (a + b) + (b + d) / (a + c) / (a + b + c + d));
