import { PvError } from "../error.ts";
import { countQuantileUpper } from "../math/count-quantile.ts";
import { poissonCdf, poissonPmf, poissonSfGe } from "../math/poisson.ts";
import { checkExposure, type Exposure } from "./rate-ratio.ts";
import { levelQuantile } from "./ratio.ts";

/** One place of a funnel plot. */
export interface FunnelRow extends Exposure {
  readonly label: string;
  /** Per `per` units; NaN where the units are 0 or unknown, as all that follows. */
  readonly rate: number;
  /** Reports expected at the rate of all places together. */
  readonly expected: number;
  /** Control limits of the rate, one a level; the lower one is never below 0. */
  readonly limits: readonly { readonly level: number; readonly lower: number; readonly upper: number }[];
  /** Two-sided mid-p value of the place's count against the expected one. */
  readonly p: number;
}

/** A funnel plot of reporting rates. */
export interface Funnel {
  /** Rate of all places with known units together, per `per` units; NaN when there are none. */
  readonly target: number;
  readonly per: number;
  /** In the order given. */
  readonly rows: readonly FunnelRow[];
  /** Labels of places without known units, which are neither judged nor part of the target. */
  readonly withoutUnits: readonly string[];
}

/**
 * Control limits of reporting rates around the rate of all places together, for a funnel plot over the units. Limits are
 * quantiles of the Poisson distribution with a mean of target times units, interpolated between counts.
 *
 * Reporting habits differ between places far more than chance does: many places outside the limits are a finding about
 * reporting, not about the product.
 *
 * @param levels - coverage of each pair of limits
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_ARGUMENT`
 * @see Spiegelhalter (2005) doi:10.1002/sim.1970
 * @example
 * funnel([{ label: "A", reports: 4, units: 1e5 }, { label: "B", reports: 20, units: 1e5 }], 1e5).target; // 12
 */
export function funnel(
  places: readonly (Exposure & { readonly label: string })[],
  per = 10_000,
  levels: readonly number[] = [0.95, 0.998],
): Funnel {
  if (!(per > 0 && per < Infinity)) throw new PvError("INVALID_ARGUMENT", `per: a positive number, got ${per}`);
  for (const level of levels) levelQuantile(level);
  const known = places.filter((place) => checkExposure(place.label, place) > 0);
  const units = known.reduce((sum, place) => sum + place.units, 0);
  const each = known.reduce((sum, place) => sum + place.reports, 0) / units;
  const rows = places.map(({ label, reports, units: own }) => {
    const isKnown = own > 0;
    const expected = isKnown ? each * own : NaN;
    return {
      label,
      reports,
      units: own,
      rate: isKnown ? (reports / own) * per : NaN,
      expected,
      limits: levels.map((level) => ({
        level,
        lower: (quantile((1 - level) / 2, expected) / own) * per,
        upper: (quantile((1 + level) / 2, expected) / own) * per,
      })),
      p: Math.min(
        1,
        2 * Math.min(poissonSfGe(reports, expected), poissonCdf(reports, expected)) - poissonPmf(reports, expected),
      ),
    };
  });
  return {
    target: units > 0 ? each * per : NaN,
    per,
    rows,
    withoutUnits: places.filter((place) => !(place.units > 0)).map((place) => place.label),
  };
}

/** The p quantile of a Poisson count, moved down from the count that passes p by the share of its probability beyond p. */
function quantile(p: number, mean: number): number {
  const count = countQuantileUpper(1 - p, Infinity, mean);
  const beyond = poissonCdf(count, mean) - p;
  return Math.max(0, count - beyond / poissonPmf(count, mean));
}
