import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import { betaI } from "../math/incomplete-beta.ts";
import { betaQuantile } from "../math/beta-quantile.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";

/** Reports and what they are measured against: units sold, doses given, patient-days, days of observation. */
export interface Exposure {
  readonly reports: number;
  readonly units: number;
}

/** Ratio of two rates. */
export interface RateRatio extends RatioInterval {
  /** Two-sided mid-p value of a ratio of 1. */
  readonly p: number;
}

/** Limits of {@link rateRatio}. */
export type RateRatioLimits = "mid-p" | "exact";

/**
 * Ratio of two reporting rates with limits from the conditional distribution: given the sum of the reports, the reports of the
 * first are binomial with the odds of their share being the ratio times the ratio of the units. `"exact"` limits (Clopper and
 * Pearson's) cover at least as often as they say, `"mid-p"` limits about as often. The units are taken as known.
 *
 * @param level - coverage of the limits, 0 < level < 1
 * @returns 0 with `lower` 0 without a report of the first, Infinity with `upper` Infinity without one of the second; all NaN
 *   without any report (`p` 1), or where units are 0 or unknown (NaN)
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_ARGUMENT` for negative or infinite units, `INVALID_OPTION`
 * @see Lehmann, Romano (2005), Testing Statistical Hypotheses, § 4.5; Lancaster (1961) doi:10.1080/01621459.1961.10482105
 *   for mid-p; Clopper, Pearson (1934) doi:10.1093/biomet/26.4.404
 * @example
 * rateRatio({ reports: 15, units: 19017 }, { reports: 41, units: 28010 }).estimate; // 0.53886
 */
export function rateRatio(
  first: Exposure,
  second: Exposure,
  { level = 0.95, limits = "mid-p" }: { readonly level?: number; readonly limits?: RateRatioLimits } = {},
): RateRatio {
  const [u, v] = [checkExposure("first", first), checkExposure("second", second)];
  levelQuantile(level);
  if (limits !== "mid-p" && (limits as string) !== "exact")
    throw new PvError("INVALID_OPTION", `limits: "mid-p" or "exact", got ${JSON.stringify(limits)}`);
  const x = first.reports;
  const y = second.reports;
  if (!(u > 0 && v > 0)) return { estimate: NaN, lower: NaN, upper: NaN, p: NaN };
  if (x + y === 0) return { estimate: NaN, lower: NaN, upper: NaN, p: 1 };
  const scale = v / u;
  const tail = (1 - level) / 2;
  const share = u / (u + v);
  return {
    estimate: (x / y) * scale,
    lower: lowerOdds(x, y, tail, limits) * scale,
    // The upper limit is the lower one of the second over the first.
    upper: scale / lowerOdds(y, x, tail, limits),
    p: Math.min(1, 2 * Math.min(midTail(x, y, share), midTail(y, x, v / (u + v)))),
  };
}

/** @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT` */
export function checkExposure(name: string, { reports, units }: Exposure): number {
  checkCount(`${name}.reports`, reports);
  if (units < 0 || units === Infinity)
    throw new PvError("INVALID_ARGUMENT", `${name}.units: 0 or more, or NaN where unknown, got ${units}`);
  return units;
}

/** P(X > x) + ½·P(X = x) of X binomial out of x + y. */
const midTail = (x: number, y: number, share: number): number =>
  (atLeast(x, y, share) + atLeast(x + 1, y - 1, share)) / 2;

/** P(X >= x) out of x + y. */
const atLeast = (x: number, y: number, share: number): number => (x <= 0 ? 1 : y < 0 ? 0 : betaI(x, y + 1, share));

/** Odds of the share at which x or more out of x + y become as improbable as `tail`. */
function lowerOdds(x: number, y: number, tail: number, limits: RateRatioLimits): number {
  if (x === 0) return 0;
  const exact = betaQuantile(tail, x, y + 1) / betaQuantile(1 - tail, y + 1, x);
  if (limits === "exact") return exact;
  // The mid-p limit lies above the exact one; doubling finds an upper end, bisection on the log scale the rest.
  let low = Math.log(exact);
  let high = low + 0.5;
  const isBeyond = (logOdds: number): boolean => midTail(x, y, 1 / (1 + Math.exp(-logOdds))) > tail;
  for (let step = 0.5; !isBeyond(high); step *= 2) high += step;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (isBeyond(middle)) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}
