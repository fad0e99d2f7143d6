import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { checkLengths, levelQuantile } from "./ratio.ts";

/** Information component in bits, with its credibility limits. */
export interface InformationComponent {
  readonly ic: number;
  readonly ic025: number;
  readonly ic975: number;
}

/**
 * Information component as a shrunk observed-to-expected ratio, log2((a + ½)/(E + ½)), with exact limits from the gamma
 * posterior: log2 of the quantiles of Gamma(a + ½, rate E + ½). This is what the Uppsala Monitoring Centre uses.
 *
 * IC025 > 0 cannot happen below three reports: with a = 2 and E → 0 it is −0.267.
 *
 * @param a - reports with product and event
 * @param expected - their expected count, `expectedCount(table)` or a stratified sum; not negative
 * @param level - coverage of the limits, 0 < level < 1; the names of the fields stay those of 95 %
 * @returns finite for every count and expectation; NaN throughout when `expected` is NaN
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`, `INVALID_LEVEL`
 * @see Norén, Hopstadius, Bate (2013) doi:10.1177/0962280211403604
 * @example
 * ic(28, 1.3463).ic; // 3.9483
 */
export function ic(a: number, expected: number, level = 0.95): InformationComponent {
  checkCount("a", a);
  if (expected < 0) throw new PvError("INVALID_ARGUMENT", `expected: a count of 0 or more, got ${expected}`);
  levelQuantile(level);
  const tail = (1 - level) / 2;
  const rate = expected + 0.5;
  return {
    ic: Math.log2((a + 0.5) / rate),
    ic025: Math.log2(gammaQuantile(level === 0.95 ? 0.025 : tail, a + 0.5) / rate),
    ic975: Math.log2(gammaQuantile(level === 0.95 ? 0.975 : 1 - tail, a + 0.5) / rate),
  };
}

/** Largest count whose quantiles are kept in a table; counts above it are rare and solved one by one. */
const TABLE_LIMIT = 5000;

/** {@link ic} with 95 % limits of many pairs. The quantiles depend on the count alone, so each is solved once. */
export function icColumns(
  a: Float64Array,
  expected: Float64Array,
): { readonly ic: Float64Array; readonly ic025: Float64Array; readonly ic975: Float64Array } {
  const n = checkLengths({ a, expected });
  const out = { ic: new Float64Array(n), ic025: new Float64Array(n), ic975: new Float64Array(n) };
  const lower = new Float64Array(TABLE_LIMIT);
  const upper = new Float64Array(TABLE_LIMIT);
  for (let i = 0; i < n; i++) {
    const count = a[i]!;
    const rate = expected[i]! + 0.5;
    const shape = count + 0.5;
    let low: number;
    let high: number;
    if (count < TABLE_LIMIT) {
      // 0 marks a place not yet solved: no quantile of a shape of ½ or more is 0.
      low = lower[count]! || (lower[count] = gammaQuantile(0.025, shape));
      high = upper[count]! || (upper[count] = gammaQuantile(0.975, shape));
    } else {
      low = gammaQuantile(0.025, shape);
      high = gammaQuantile(0.975, shape);
    }
    out.ic[i] = Math.log2(shape / rate);
    out.ic025[i] = Math.log2(low / rate);
    out.ic975[i] = Math.log2(high / rate);
  }
  return out;
}
