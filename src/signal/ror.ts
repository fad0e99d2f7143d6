import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, ratioColumns, Z95, type RatioColumns, type RatioInterval } from "./ratio.ts";

/**
 * Reporting odds ratio (a/b) / (c/d) with Woolf's interval; standard error of its logarithm √(1/a + 1/b + 1/c + 1/d).
 *
 * @param level - coverage of the interval, 0 < level < 1
 * @returns `b` or `c` = 0: `estimate` Infinity, `lower` NaN, `upper` Infinity. `a` or `d` = 0: `estimate` 0, `lower` 0,
 *   `upper` NaN. NaN throughout when numerator and denominator are both 0. No continuity correction is ever added.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see van Puijenbroek et al. (2002) doi:10.1002/pds.668; Woolf (1955)
 * @example
 * ror({ a: 28, b: 942, c: 17, d: 31435 }).estimate; // 54.9632
 */
export function ror(table: FourfoldTable, level = 0.95): RatioInterval {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const estimate = rorEstimate(a, b, c, d);
  const spread = Math.exp(z * rorError(a, b, c, d));
  return { estimate, lower: estimate / spread, upper: estimate * spread };
}

/** {@link ror} with 95 % limits of many pairs. */
export function rorColumns(
  { a, b, c, d }: Omit<FourfoldColumns, "expected">,
  out: RatioColumns = ratioColumns(a.length),
): RatioColumns {
  const n = checkLengths({ a, b, c, d, ...out });
  for (let i = 0; i < n; i++) {
    const estimate = rorEstimate(a[i]!, b[i]!, c[i]!, d[i]!);
    const spread = Math.exp(Z95 * rorError(a[i]!, b[i]!, c[i]!, d[i]!));
    out.estimate[i] = estimate;
    out.lower[i] = estimate / spread;
    out.upper[i] = estimate * spread;
  }
  return out;
}

// a·d / (b·c) in this order keeps every factor below 2^53 where the counts are: the products of counts may not be.
const rorEstimate = (a: number, b: number, c: number, d: number): number => (a / b) * (d / c);

const rorError = (a: number, b: number, c: number, d: number): number => Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d);
