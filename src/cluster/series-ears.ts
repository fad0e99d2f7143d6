import { normalQuantileUpper } from "../math/normal.ts";
import { isPositive, isProbability, isWhole, requireOption } from "./series-options.ts";
import { TESTED, type SeriesDetector, type SeriesFrame, type SeriesKernel } from "./series-kernel.ts";

/** Options of EARS C1, C2 and C3. */
export interface EarsOptions {
  /** Points in the baseline; 7 unless told. */
  readonly baseline?: number | undefined;
  /** Standard deviations of the bound: 3 for C1 and C2, 2 for C3 unless told. Not together with `alpha`. */
  readonly z?: number | undefined;
  /** One-sided error instead of `z`: the bound lies at the normal quantile of 1 - alpha. */
  readonly alpha?: number | undefined;
  /** Least standard deviation in use; 0 unless told. The baseline of a rare product is often all zeros. */
  readonly minSigma?: number | undefined;
}

/** Options of EARS C3. */
export interface EarsC3Options extends EarsOptions {
  /**
   * `"cdc"` (unless told): the excesses over 1 of C2 at this and the two points before add up to more than z. `"surveillance"`:
   * C2 itself plus the two earlier excesses exceeds z; the two agree but where C2 is below 1.
   */
  readonly form?: "cdc" | "surveillance" | undefined;
}

interface EarsSettings {
  readonly name: "earsC1" | "earsC2" | "earsC3";
  readonly lag: number;
  readonly lookback: number;
  readonly form: "plain" | "cdc" | "surveillance";
}

/**
 * EARS C1: a count above mean + z standard deviations (n - 1) of the 7 points before it. `statistic` is the number of standard
 * deviations, infinite when they are 0. Points left out of baselines are skipped and the baseline reaches further back.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Hutwagner, Thompson, Seeman, Treadwell (2003) doi:10.1007/PL00022319
 * @example
 * detectors.earsC1({ alpha: 0.001 }).options.z; // 3.09023230617
 */
export function earsC1(options: EarsOptions = {}): SeriesDetector {
  return ears({ name: "earsC1", lag: 0, lookback: 0, form: "plain" }, 3, options);
}

/**
 * EARS C2: {@link earsC1} with a baseline that ends three points earlier, so that the first days of an outbreak do not hide it.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Hutwagner, Thompson, Seeman, Treadwell (2003) doi:10.1007/PL00022319
 * @example
 * detectors.earsC2().options.z; // 3
 */
export function earsC2(options: EarsOptions = {}): SeriesDetector {
  return ears({ name: "earsC2", lag: 2, lookback: 0, form: "plain" }, 3, options);
}

/**
 * EARS C3: C2 of this and the two points before taken together; `statistic` is that sum. `upper` is `-Infinity` in the CDC form
 * when the two points before suffice for an alarm by themselves. Two published forms differ and are told apart by `form`.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Hutwagner, Thompson, Seeman, Treadwell (2003) doi:10.1007/PL00022319; Salmon, Schumacher, Höhle (2016)
 *   doi:10.18637/jss.v070.i10
 * @example
 * detectors.earsC3({ form: "surveillance" }).options.form; // "surveillance"
 */
export function earsC3(options: EarsC3Options = {}): SeriesDetector {
  const form = options.form ?? "cdc";
  requireOption("earsC3", "form", form, ["cdc", "surveillance"].includes(form), `"cdc" or "surveillance"`);
  return ears({ name: "earsC3", lag: 2, lookback: 2, form }, 2, options);
}

function ears(settings: EarsSettings, usualZ: number, options: EarsOptions): SeriesDetector {
  const { name, lag, form } = settings;
  const { baseline = 7, minSigma = 0, alpha } = options;
  requireOption(name, "baseline", baseline, isWhole(baseline, 2), "a whole number of 2 or more");
  requireOption(name, "minSigma", minSigma, minSigma >= 0 && minSigma < Infinity, "a number of 0 or more");
  requireOption(name, "alpha", alpha, alpha === undefined || isProbability(alpha), "between 0 and 1");
  requireOption(name, "z", options.z, options.z === undefined || alpha === undefined, "left out when alpha is given");
  const z = options.z ?? (alpha === undefined ? usualZ : normalQuantileUpper(alpha));
  requireOption(name, "z", z, isPositive(z), "a number above 0");
  return {
    name,
    options: { baseline, z, minSigma, lag, ...(form === "plain" ? {} : { form }) },
    levels: "divide",
    prepare: (frame) => kernel(settings, baseline, z, minSigma, frame),
  };
}

/** Deviations from the mean in standard deviations, where a spread of 0 leaves no or an infinite one. */
function deviation(count: number, mean: number, sd: number): number {
  return count === mean ? 0 : (count - mean) / sd;
}

function kernel(
  { lag, lookback, form }: EarsSettings,
  baseline: number,
  z: number,
  minSigma: number,
  { from, to, leftOut }: SeriesFrame,
): SeriesKernel {
  const window = new Float64Array(baseline);
  let mean = 0;
  let sd = 0;
  /** The baseline of a point; false when there is not enough history. */
  const describe = (counts: Float64Array, t: number): boolean => {
    let found = 0;
    for (let i = t - 1 - lag; i >= 0 && found < baseline; i--) {
      if (leftOut?.[i] === 1) continue;
      window[found] = counts[i]!;
      found += 1;
    }
    if (found < baseline) return false;
    let sum = 0;
    for (let i = 0; i < baseline; i++) sum += window[i]!;
    mean = sum / baseline;
    let squares = 0;
    for (let i = 0; i < baseline; i++) squares += (window[i]! - mean) * (window[i]! - mean);
    sd = Math.max(minSigma, Math.sqrt(squares / (baseline - 1)));
    return true;
  };
  return (counts, out, at) => {
    for (let t = from; t < to; t++) {
      let earlier = 0;
      let isKnown = true;
      for (let back = 1; back <= lookback && isKnown; back++) {
        isKnown = t >= back && describe(counts, t - back);
        if (isKnown) earlier += Math.max(0, deviation(counts[t - back]!, mean, sd) - 1);
      }
      if (!isKnown || !describe(counts, t)) continue;
      const i = at + t - from;
      const own = deviation(counts[t]!, mean, sd);
      out.state[i] = TESTED;
      out.expected[i] = mean;
      if (form === "cdc") {
        const statistic = earlier + Math.max(0, own - 1);
        out.statistic[i] = statistic;
        out.upper[i] = earlier > z ? -Infinity : mean + sd * (z + 1 - earlier);
        out.alarm[i] = statistic > z ? 1 : 0;
      } else {
        // A spread of 0 allows no count above the mean, however the points before were.
        const upper = mean + (sd === 0 ? 0 : sd * (z - earlier));
        out.statistic[i] = earlier + own;
        out.upper[i] = Math.max(0, upper);
        out.alarm[i] = counts[t]! > Math.max(0, upper) ? 1 : 0;
      }
    }
  };
}
