import { PvError } from "../error.ts";
import { gammaQuantile, gammaQuantileUpper } from "../math/gamma-quantile.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";
import { checkExposure, type Exposure } from "./rate-ratio.ts";

/**
 * Reports per so many units with exact limits of a Poisson count (Garwood's). A reporting rate is no incidence: what is not
 * reported is not in it, and its denominator is what was sold or given, not who took it.
 *
 * @param per - units the rate is for, such as 100,000 doses
 * @param level - coverage of the limits, 0 < level < 1
 * @returns `lower` 0 without a report; NaN throughout where the units are 0 or unknown (NaN)
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_ARGUMENT` for negative or infinite units or a `per` not positive
 * @see Garwood (1936) doi:10.1093/biomet/28.3-4.437
 * @example
 * reportingRate({ reports: 10, units: 200000 }, 100000).upper; // 9.19518
 */
export function reportingRate(exposure: Exposure, per = 10_000, level = 0.95): RatioInterval {
  const units = checkExposure("exposure", exposure);
  levelQuantile(level);
  if (!(per > 0 && per < Infinity)) throw new PvError("INVALID_ARGUMENT", `per: a positive number, got ${per}`);
  if (!(units > 0)) return { estimate: NaN, lower: NaN, upper: NaN };
  const { reports } = exposure;
  const tail = (1 - level) / 2;
  const each = per / units;
  return {
    estimate: reports * each,
    lower: gammaQuantile(tail, reports) * each,
    upper: gammaQuantileUpper(tail, reports + 1) * each,
  };
}
