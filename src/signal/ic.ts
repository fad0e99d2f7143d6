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
  const logRate = Math.log2(expected + 0.5);
  return {
    ic: Math.log2(a + 0.5) - logRate,
    ic025: Math.log2(gammaQuantile(level === 0.95 ? 0.025 : tail, a + 0.5)) - logRate,
    ic975: Math.log2(gammaQuantile(level === 0.95 ? 0.975 : 1 - tail, a + 0.5)) - logRate,
  };
}

/** Largest count whose quantiles are kept in a table; counts above it are rare and solved one by one. */
const TABLE_LIMIT = 5000;

/** Columns of {@link icColumns}. */
export interface IcColumns {
  readonly ic: Float64Array;
  readonly ic025: Float64Array;
  readonly ic975: Float64Array;
}

/** {@link ic} with 95 % limits of many pairs. The quantiles depend on the count alone, so each is solved once. */
export function icColumns(
  a: Float64Array,
  expected: Float64Array,
  out: IcColumns = {
    ic: new Float64Array(a.length),
    ic025: new Float64Array(a.length),
    ic975: new Float64Array(a.length),
  },
): IcColumns {
  const n = checkLengths({ a, expected, ic: out.ic, ic025: out.ic025, ic975: out.ic975 });
  // log2 of a + ½ and of both quantiles; NaN marks a count not yet solved.
  const table = new Float64Array(3 * TABLE_LIMIT).fill(NaN);
  for (let i = 0; i < n; i++) {
    const count = a[i]!;
    const logRate = Math.log2(expected[i]! + 0.5);
    if (count < TABLE_LIMIT) {
      const at = 3 * count;
      if (Number.isNaN(table[at]!)) {
        table[at] = Math.log2(count + 0.5);
        table[at + 1] = Math.log2(gammaQuantile(0.025, count + 0.5));
        table[at + 2] = Math.log2(gammaQuantile(0.975, count + 0.5));
      }
      out.ic[i] = table[at]! - logRate;
      out.ic025[i] = table[at + 1]! - logRate;
      out.ic975[i] = table[at + 2]! - logRate;
    } else {
      out.ic[i] = Math.log2(count + 0.5) - logRate;
      out.ic025[i] = Math.log2(gammaQuantile(0.025, count + 0.5)) - logRate;
      out.ic975[i] = Math.log2(gammaQuantile(0.975, count + 0.5)) - logRate;
    }
  }
  return out;
}
