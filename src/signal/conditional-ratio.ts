import { PvError } from "../error.ts";
import { checkFourfold, type FourfoldTable } from "../count/fourfold.ts";
import { levelQuantile } from "./ratio.ts";
import type { RateRatio, RateRatioLimits } from "./rate-ratio.ts";

/**
 * Odds ratio of a fourfold table with limits from its conditional distribution: given all margins, cell a is distributed as
 * a noncentral hypergeometric count. The estimate is the conditional maximum of the likelihood, slightly nearer to 1 than
 * a·d/(b·c). Limits are `"exact"` (Fisher's, cover at least as often as they say) or `"mid-p"` (about as often).
 *
 * The time grows with the smaller margin; up to a hundred thousand it is a matter of a second.
 *
 * @param level - coverage of the limits, 0 < level < 1
 * @returns 0 or Infinity where cell a is the least or the largest that the margins allow, with that as one of the limits; NaN,
 *   with limits 0 and Infinity and `p` 1, where the margins allow one value only
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_OPTION`
 * @see Cornfield (1956), Proceedings of the Third Berkeley Symposium 4:135; Lancaster (1961)
 *   doi:10.1080/01621459.1961.10482105 for mid-p
 * @example
 * conditionalRatio({ a: 12, b: 5, c: 300, d: 400 }).estimate; // 3.19493
 */
export function conditionalRatio(
  table: FourfoldTable,
  { level = 0.95, limits = "mid-p" }: { readonly level?: number; readonly limits?: RateRatioLimits } = {},
): RateRatio {
  checkFourfold(table);
  levelQuantile(level);
  if (limits !== "mid-p" && (limits as string) !== "exact")
    throw new PvError("INVALID_OPTION", `limits: "mid-p" or "exact", got ${JSON.stringify(limits)}`);
  const { a, b, c, d } = table;
  const count = new NoncentralCount(a, a + b, a + c, b + d);
  if (count.size === 1) return { estimate: NaN, lower: 0, upper: Infinity, p: 1 };
  const tail = (1 - level) / 2;
  const share = limits === "exact" ? 1 : 0.5;
  const isLeast = count.at === 0;
  const isMost = count.at === count.size - 1;
  const central = count.sides(0);
  return {
    estimate: isLeast ? 0 : isMost ? Infinity : Math.exp(root((logOdds) => count.sides(logOdds).pull > 0)),
    lower: isLeast ? 0 : Math.exp(root((logOdds) => count.sides(logOdds).upper(share) > tail)),
    upper: isMost ? Infinity : Math.exp(root((logOdds) => count.sides(logOdds).lower(share) < tail)),
    p: Math.min(1, 2 * Math.min(central.upper(0.5), central.lower(0.5))),
  };
}

/** What lies on both sides of the observed value. */
interface Sides {
  /** Distance of the mean from the observed value, up to a positive factor; its sign is exact. */
  readonly pull: number;
  /** Probability of larger values and of a share of the observed one. */
  readonly upper: (share: number) => number;
  readonly lower: (share: number) => number;
}

/** All values of cell a that the margins allow, from the least on. */
class NoncentralCount {
  /** Place of the observed value. */
  readonly at: number;
  readonly size: number;
  /** Logarithms of the central probabilities, up to a constant. */
  readonly #log: Float64Array;

  constructor(a: number, row: number, first: number, second: number) {
    const least = Math.max(0, row - second);
    this.at = a - least;
    this.size = Math.min(row, first) - least + 1;
    this.#log = new Float64Array(this.size);
    for (let i = 1; i < this.size; i++) {
      const x = least + i;
      this.#log[i] = this.#log[i - 1]! + Math.log(((row - x + 1) / x) * ((first - x + 1) / (second - row + x)));
    }
  }

  sides(logOdds: number): Sides {
    let most = -Infinity;
    for (let i = 0; i < this.size; i++) most = Math.max(most, this.#log[i]! + i * logOdds);
    let below = 0;
    let above = 0;
    // Both sides are summed apart: their difference is small where the estimate lies.
    let pullDown = 0;
    let pullUp = 0;
    for (let i = 0; i < this.size; i++) {
      if (i === this.at) continue;
      const weight = Math.exp(this.#log[i]! + i * logOdds - most);
      if (i < this.at) {
        below += weight;
        pullDown += weight * (this.at - i);
      } else {
        above += weight;
        pullUp += weight * (i - this.at);
      }
    }
    const own = Math.exp(this.#log[this.at]! + this.at * logOdds - most);
    const sum = below + own + above;
    return {
      pull: pullUp - pullDown,
      upper: (share) => (above + share * own) / sum,
      lower: (share) => (below + share * own) / sum,
    };
  }
}

/** Where a condition that holds for all large arguments begins to hold. */
function root(isAbove: (x: number) => boolean): number {
  let low = -1;
  let high = 1;
  while (!isAbove(high)) high *= 2;
  while (isAbove(low)) low *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
