import { checkFourfold, type FourfoldTable } from "../count/fourfold.ts";
import { ic, type InformationComponent } from "./ic.ts";
import { multiplicativeInteraction } from "./multiplicative-interaction.ts";
import type { RatioInterval } from "./ratio.ts";

/** How a pair is reported in one group of reports and in another. */
export interface SubgroupDifference {
  /** Reporting odds ratio in the group over that outside. */
  readonly ratio: RatioInterval;
  readonly z: number;
  /** Two-sided p value of the interaction. */
  readonly p: number;
  /** Observed against expected in the group, shrunk, in bits. */
  readonly shrunk: InformationComponent;
  /** Reports of the pair in the group if its reporting odds ratio there were that outside. */
  readonly expected: number;
}

/**
 * Compares the reporting of a pair in a group of reports (women, a region, a reporter type) with the rest: the ratio of the
 * two reporting odds ratios with the test of interaction, and a shrunk observed-to-expected ratio that stays near 0 where the
 * group has few reports. The expected count takes the group's own odds of the event without the product, times the odds ratio
 * outside. A group in which product or event are common is thereby no group in which the two go together.
 *
 * The limits of `shrunk` take the expected count as known, which is optimistic where the rest is small; the ratio is not.
 *
 * @param inside - table of the pair among the reports of the group
 * @param outside - the same among the reports that are compared, none of them in the group
 * @param level - coverage of the intervals, 0 < level < 1
 * @returns a ratio of ratios is infinite, 0 or NaN as `multiplicativeInteraction` says, and `z` and `p` are NaN then, without
 *   any continuity correction; `shrunk` is finite unless the odds outside, or the odds without the product, do not exist (NaN)
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Altman, Bland (2003) doi:10.1136/bmj.326.7382.219 for the test; Norén, Hopstadius, Bate (2013)
 *   doi:10.1177/0962280211403604 for shrinkage of observed-to-expected ratios of any kind
 * @example
 * subgroupDifference({ a: 20, b: 180, c: 50, d: 4950 }, { a: 40, b: 1960, c: 300, d: 92500 }).ratio.estimate; // 1.7481
 */
export function subgroupDifference(inside: FourfoldTable, outside: FourfoldTable, level = 0.95): SubgroupDifference {
  checkFourfold(inside);
  checkFourfold(outside);
  const cells = {
    n111: inside.a,
    n110: inside.b,
    n101: inside.c,
    n100: inside.d,
    n011: outside.a,
    n010: outside.b,
    n001: outside.c,
    n000: outside.d,
  };
  const { estimate, lower, upper, z, p } = multiplicativeInteraction(cells, "odds", level);
  const odds = (inside.c / inside.d) * (outside.a / outside.b) * (outside.d / outside.c);
  const expected = (inside.a + inside.b) * (odds === Infinity ? 1 : odds / (1 + odds));
  return { ratio: { estimate, lower, upper }, z, p, shrunk: ic(inside.a, expected, level), expected };
}
