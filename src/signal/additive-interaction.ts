import { checkInteraction, type InteractionTable } from "../count/interaction-table.ts";
import { normalSf } from "../math/normal.ts";
import { levelQuantile } from "./ratio.ts";

/** Departure of four reporting proportions from adding up. */
export interface AdditiveInteraction {
  /** f11 − f10 − f01 + f00, in reports with the event per report. */
  readonly contrast: number;
  readonly lower: number;
  readonly upper: number;
  readonly z: number;
  /** Two-sided; the sign of `z` says in which direction. */
  readonly p: number;
}

/**
 * Interaction of two products on an event under the additive model: share of reports with the event with both products, less
 * what each product alone adds to the share with neither. The maximum likelihood fit of the linear model with an interaction
 * term to four proportions is the proportions themselves, so that no iteration is needed. Wald limits and test.
 *
 * @param level - coverage of the interval, 0 < level < 1
 * @returns NaN throughout when one of the four groups has no report. When each group has the event in all or none of its
 *   reports, the standard error is 0 and the limits are the contrast itself; `z` is then infinite, or NaN for a contrast of 0
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Thakrar, Grundschober, Doessegger (2007) doi:10.1111/j.1365-2125.2007.02900.x
 * @example
 * additiveInteraction({ n111: 20, n110: 180, n101: 50, n100: 4950, n011: 40, n010: 1960, n001: 300, n000: 92500 }).z; // 3.40778
 */
export function additiveInteraction(table: InteractionTable, level = 0.95): AdditiveInteraction {
  checkInteraction(table);
  const quantile = levelQuantile(level);
  const { n111, n110, n101, n100, n011, n010, n001, n000 } = table;
  const f11 = n111 / (n111 + n110);
  const f10 = n101 / (n101 + n100);
  const f01 = n011 / (n011 + n010);
  const f00 = n001 / (n001 + n000);
  const contrast = f11 + f00 - (f10 + f01);
  const variance =
    spread(f11, n110, n111) + spread(f00, n000, n001) + (spread(f10, n100, n101) + spread(f01, n010, n011));
  const error = Math.sqrt(variance);
  const z = contrast / error;
  return {
    contrast,
    lower: contrast - quantile * error,
    upper: contrast + quantile * error,
    z,
    p: 2 * normalSf(Math.abs(z)),
  };
}

/** Variance of a proportion, f(1 − f)/n without forming 1 − f. */
const spread = (f: number, without: number, having: number): number =>
  (f * (without / (having + without))) / (having + without);
