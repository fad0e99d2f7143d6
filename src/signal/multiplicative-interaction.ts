import { PvError } from "../error.ts";
import { checkInteraction, type InteractionTable } from "../count/interaction-table.ts";
import { normalSf } from "../math/normal.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";

/** What multiplies: proportions of reports (log-linear model) or odds (logistic model). */
export type InteractionScale = "proportion" | "odds";

/** Departure of four reporting proportions or odds from multiplying up. */
export interface MultiplicativeInteraction extends RatioInterval {
  readonly z: number;
  /** Two-sided; the sign of `z` says in which direction. */
  readonly p: number;
  readonly scale: InteractionScale;
}

/**
 * Interaction of two products on an event under the multiplicative model: the ratio (f11/f00)/((f10/f00)·(f01/f00)) of
 * reporting proportions, or of odds in place of proportions, which is the interaction term of a logistic regression on two
 * products. The saturated model fits four groups exactly, so that no iteration is needed. Wald limits on the log scale.
 *
 * Products that multiply each other's risk do not interact in this model, though they do in the additive one: Ω and the
 * additive model flag more.
 *
 * @param scale - what multiplies; `"proportion"` is the model of Thakrar et al., `"odds"` that of van Puijenbroek et al.
 * @param level - coverage of the interval, 0 < level < 1
 * @returns As a ratio of ratios: infinite with `lower` NaN and `upper` Infinity, 0 with `lower` 0 and `upper` NaN, NaN
 *   throughout when numerator and denominator are both 0 or a group is empty; `z` and `p` are NaN then. No continuity correction
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_OPTION`
 * @see Thakrar, Grundschober, Doessegger (2007) doi:10.1111/j.1365-2125.2007.02900.x; van Puijenbroek, Egberts, Meyboom,
 *   Leufkens (1999) doi:10.1046/j.1365-2125.1999.00939.x
 * @example
 * multiplicativeInteraction({ n111: 20, n110: 180, n101: 50, n100: 4950, n011: 40, n010: 1960, n001: 300, n000: 92500 }, "odds").estimate; // 1.7481
 */
export function multiplicativeInteraction(
  table: InteractionTable,
  scale: InteractionScale = "proportion",
  level = 0.95,
): MultiplicativeInteraction {
  checkInteraction(table);
  if (!Object.hasOwn(PARTS, scale))
    throw new PvError("INVALID_OPTION", `scale: "proportion" or "odds", got ${JSON.stringify(scale)}`);
  const quantile = levelQuantile(level);
  const { n111, n110, n101, n100, n011, n010, n001, n000 } = table;
  const part = PARTS[scale];
  const [both, first, second, neither] = [part(n111, n110), part(n101, n100), part(n011, n010), part(n001, n000)];
  const estimate = (both.value / (first.value * second.value)) * neither.value;
  const error = Math.sqrt(both.variance + neither.variance + (first.variance + second.variance));
  const spread = Math.exp(quantile * error);
  // An infinite or zero ratio has an infinite standard error: no evidence that can be weighed.
  const z = error === Infinity ? NaN : Math.log(estimate) / error;
  return {
    estimate,
    lower: estimate / spread,
    upper: estimate * spread,
    z,
    p: 2 * normalSf(Math.abs(z)),
    scale,
  };
}

interface Part {
  readonly value: number;
  /** Of the logarithm. */
  readonly variance: number;
}

const PARTS: Readonly<Record<InteractionScale, (having: number, without: number) => Part>> = {
  // 1/x − 1/n without the difference
  proportion: (having, without) => ({
    value: having / (having + without),
    variance: without / (having + without) / having,
  }),
  odds: (having, without) => ({ value: having / without, variance: 1 / having + 1 / without }),
};
