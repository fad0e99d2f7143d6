import type { FourfoldTable } from "../count/fourfold.ts";
import { checkInteraction, type InteractionTable } from "../count/interaction-table.ts";
import { chiSquare } from "./chi-square.ts";
import { prr } from "./prr.ts";
import type { RatioInterval } from "./ratio.ts";

/** Proportional reporting ratios of two products together and of each, and how they compare. */
export interface CombinationRiskRatio {
  /** PRR of both together over the larger of the two single ones. */
  readonly crr: number;
  /** Concomitant signal score: lower limit of the PRR of both over the larger upper limit of the single ones. */
  readonly css: number;
  /** Reports with both products against all others. */
  readonly both: RatioInterval;
  /** Reports with the first product, the second or not, against all others. */
  readonly first: RatioInterval;
  readonly second: RatioInterval;
  /** Pearson's chi-square of both products against all others. */
  readonly chiSquare: number;
}

/**
 * Combination risk ratio (CRR) and concomitant signal score (CSS): is the proportional reporting ratio of two products
 * together larger than that of either? Published criteria are n111 ≥ 3, PRR of both > 2, chi-square > 4 and CRR > 2; and
 * n111 ≥ 3 with CSS > 1, which asks that the 95 % intervals do not overlap.
 *
 * The reports with both products are also part of those of each product, so that the single ratios already hold what an
 * interaction adds. Neither score is a test of interaction: that is Ω, or one of the models.
 *
 * @param level - coverage of the intervals behind `css`, 0 < level < 1
 * @returns `crr` and `css` are NaN where a ratio or limit they need is NaN, or both sides are infinite; 0 when a single ratio
 *   is infinite. See `prr` for the ratios and `chiSquare` for the statistic
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Susuta, Takahashi (2014), Japanese Journal of Drug Informatics 16:3; Noguchi et al. (2021) doi:10.3390/ph14010004
 * @example
 * combinationRiskRatio({ n111: 20, n110: 180, n101: 50, n100: 4950, n011: 40, n010: 1960, n001: 300, n000: 92500 }).crr; // 3.3579
 */
export function combinationRiskRatio(table: InteractionTable, level = 0.95): CombinationRiskRatio {
  checkInteraction(table);
  const { n111, n110, n101, n100, n011, n010, n001, n000 } = table;
  const together: FourfoldTable = { a: n111, b: n110, c: n101 + n011 + n001, d: n100 + n010 + n000 };
  const both = prr(together, level);
  const first = prr({ a: n111 + n101, b: n110 + n100, c: n011 + n001, d: n010 + n000 }, level);
  const second = prr({ a: n111 + n011, b: n110 + n010, c: n101 + n001, d: n100 + n000 }, level);
  return {
    crr: both.estimate / Math.max(first.estimate, second.estimate),
    css: both.lower / Math.max(first.upper, second.upper),
    both,
    first,
    second,
    chiSquare: chiSquare(together).pearson,
  };
}
