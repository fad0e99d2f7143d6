import { checkCount } from "../count/fourfold.ts";
import { chiSquareSf } from "../math/chi-square.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";

/** Whether groups of reports have an event at the same odds. */
export interface Heterogeneity {
  /** Cochran's Q of the log odds, weighted by their inverse variance. */
  readonly q: number;
  readonly df: number;
  readonly p: number;
  /** Share of the variation between groups that chance does not explain, max(0, (Q − df)/Q). */
  readonly iSquared: number;
  /** Inverse-variance mean of the odds of the event. */
  readonly pooled: RatioInterval;
  /** Groups in Q: with reports that have the event and reports that have not. */
  readonly used: number;
  /** Pearson's chi-square of all groups with reports, those with a zero included. */
  readonly chiSquare: number;
  readonly chiSquareDf: number;
  readonly chiSquareP: number;
}

/**
 * Heterogeneity of the odds of an event between disjoint groups of reports, such as the brands of one ingredient. A group with
 * a zero has no log odds and is not part of Q and I²; Pearson's statistic takes it in, and is the better guide where counts
 * are small.
 *
 * @param groups - reports with and without the event
 * @param level - coverage of the pooled odds, 0 < level < 1
 * @returns Q, its p and I² are NaN with fewer than two usable groups, I² is 0 where Q is; the pooled odds are NaN without one;
 *   the chi-square is NaN with fewer than two groups, or when all reports or none have the event
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Cochran (1954) doi:10.2307/3001666; Higgins, Thompson (2002) doi:10.1002/sim.1186
 * @example
 * heterogeneity([{ having: 20, without: 500 }, { having: 9, without: 100 }, { having: 30, without: 900 }]).q; // 6.36005
 */
export function heterogeneity(
  groups: readonly { readonly having: number; readonly without: number }[],
  level = 0.95,
): Heterogeneity {
  const z = levelQuantile(level);
  let weights = 0;
  let sum = 0;
  let having = 0;
  let without = 0;
  for (const group of groups) {
    checkCount("having", group.having);
    checkCount("without", group.without);
    having += group.having;
    without += group.without;
    if (group.having === 0 || group.without === 0) continue;
    const weight = weightOf(group);
    weights += weight;
    sum += weight * Math.log(group.having / group.without);
  }
  const inQ = groups.filter((group) => group.having > 0 && group.without > 0);
  const mean = sum / weights;
  const q =
    inQ.length < 2
      ? NaN
      : inQ.reduce((total, group) => total + weightOf(group) * (Math.log(group.having / group.without) - mean) ** 2, 0);
  const df = Math.max(0, inQ.length - 1);
  const filled = groups.filter((group) => group.having + group.without > 0);
  const share = having / (having + without);
  const chiSquare =
    filled.length < 2
      ? NaN
      : filled.reduce((total, group) => {
          const expected = (group.having + group.without) * share;
          return total + ((group.having - expected) / expected) * ((group.having - expected) / (1 - share));
        }, 0);
  const spread = Math.exp(z / Math.sqrt(weights));
  const estimate = Math.exp(mean);
  return {
    q,
    df,
    p: chiSquareSf(q, df),
    iSquared: q === 0 ? 0 : Math.max(0, (q - df) / q),
    pooled: { estimate, lower: estimate / spread, upper: estimate * spread },
    used: inQ.length,
    chiSquare,
    chiSquareDf: Math.max(0, filled.length - 1),
    chiSquareP: chiSquareSf(chiSquare, Math.max(0, filled.length - 1)),
  };
}

const weightOf = ({ having, without }: { readonly having: number; readonly without: number }): number =>
  1 / (1 / having + 1 / without);
