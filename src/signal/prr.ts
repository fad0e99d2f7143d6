import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { checkLengths, levelQuantile, ratioColumns, Z95, type RatioColumns, type RatioInterval } from "./ratio.ts";

/**
 * Proportional reporting ratio (a/n1) / (c/n0) with a Wald interval on the log scale; standard error of log PRR by the delta
 * method, √(1/a − 1/n1 + 1/c − 1/n0).
 *
 * The standard error vanishes when every report of both groups has the event (b = d = 0) and is small when b = 0: one report of
 * a product can then have a narrow interval, so a rule needs a minimum count beside a limit.
 *
 * @param table - counts of reports, not of events within reports
 * @param level - coverage of the interval, 0 < level < 1
 * @returns `c` = 0: `estimate` Infinity, `lower` NaN, `upper` Infinity. `a` = 0: `estimate` 0, `lower` 0, `upper` NaN.
 *   All NaN when the product or the comparator has no report. No continuity correction is ever added.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Evans, Waller, Davis (2001) doi:10.1002/pds.677
 * @example
 * prr({ a: 28, b: 942, c: 17, d: 31435 }).estimate; // 53.4055
 */
export function prr(table: FourfoldTable, level = 0.95): RatioInterval {
  checkFourfold(table);
  const z = levelQuantile(level);
  const { a, b, c, d } = table;
  const estimate = prrEstimate(a, b, c, d);
  const spread = Math.exp(z * prrError(a, b, c, d));
  return { estimate, lower: estimate / spread, upper: estimate * spread };
}

/** {@link prr} with 95 % limits of many pairs. */
export function prrColumns(
  { a, b, c, d }: Omit<FourfoldColumns, "expected">,
  out: RatioColumns = ratioColumns(a.length),
): RatioColumns {
  const n = checkLengths({ a, b, c, d, ...out });
  for (let i = 0; i < n; i++) {
    const estimate = prrEstimate(a[i]!, b[i]!, c[i]!, d[i]!);
    const spread = Math.exp(Z95 * prrError(a[i]!, b[i]!, c[i]!, d[i]!));
    out.estimate[i] = estimate;
    out.lower[i] = estimate / spread;
    out.upper[i] = estimate * spread;
  }
  return out;
}

const prrEstimate = (a: number, b: number, c: number, d: number): number => a / (a + b) / (c / (c + d));

// 1/a − 1/n1 = b/(a·n1): the same number without the cancellation, and exactly 0 when b is 0.
const prrError = (a: number, b: number, c: number, d: number): number => Math.sqrt(b / a / (a + b) + d / c / (c + d));
