import { normalQuantileUpper } from "../math/normal.ts";
import {
  countBound,
  deltaBound,
  FARRINGTON_POWERS,
  type FarringtonBound,
  type FarringtonMethod,
  type FarringtonPower,
  type Prediction,
} from "./series-farrington-bound.ts";
import { BaselineFit, emptyBaseline, type BaselineRule } from "./series-farrington-fit.ts";
import { referencePoints, type ReferenceRule } from "./series-farrington-reference.ts";
import { isProbability, isWhole, requireOption } from "./series-options.ts";
import {
  INSUFFICIENT,
  NOT_FITTED,
  SILENT,
  TESTED,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./series-kernel.ts";

/** Options of Farrington's method. */
export interface FarringtonOptions {
  /** Years of history; 5 unless told. */
  readonly years?: number | undefined;
  /** Points on either side of the same time of year; 3 unless told. */
  readonly halfWindow?: number | undefined;
  /** One-sided error of the bound. */
  readonly alpha?: number | undefined;
  /** Whether a trend may be in the model; true unless told. */
  readonly trend?: boolean | undefined;
  /** Whether past outbreaks count less, by their residuals; true unless told. */
  readonly reweight?: boolean | undefined;
  /** Scale on which a count is taken to be normal; `"2/3"` unless told. */
  readonly power?: FarringtonPower | undefined;
  /** No test below this many cases ... */
  readonly minCases?: number | undefined;
  /** ... in this many points up to the tested one; 5 in 4 unless told. */
  readonly minCasesPoints?: number | undefined;
}

/** Options of the flexible method. */
export interface FarringtonFlexibleOptions extends FarringtonOptions {
  /** `"nbPlugin"` unless told. */
  readonly method?: FarringtonMethod | undefined;
  /** Groups that a year is cut into; 10 unless told. 1 leaves all but the same time of year out. */
  readonly periods?: number | undefined;
  /** Points before the tested one that are left out; 26 unless told. */
  readonly pastLeftOut?: number | undefined;
  /** Standardised residual above which a past point counts less; 2.58 unless told. */
  readonly reweightAbove?: number | undefined;
  /** Two-sided p of the slope up to which the trend stays; 1 (always) unless told. */
  readonly trendP?: number | undefined;
  /**
   * `"quasi"` (unless told): standard errors with the dispersion of the fit. `"surveillance"`: with the relative residuals by
   * weight in its place, as the R package surveillance has it after reweighting (1.20 to 1.26), for comparison with it. It makes
   * bounds of `"delta"` and `"muan"` and the p value of a slope differ; `"nbPlugin"` does not use them.
   */
  readonly standardError?: "quasi" | "surveillance" | undefined;
}

/** All options of a Farrington detector, checked. */
export type FarringtonSettings = ReferenceRule &
  BaselineRule & {
    readonly method: FarringtonMethod;
    readonly power: FarringtonPower;
    readonly alpha: number;
    readonly minCases: number;
    readonly minCasesPoints: number;
  };

/**
 * Farrington's method of 1996: a quasi-Poisson regression on the same weeks (±3) of the last 5 years, with a trend when it is
 * significant at 5 %, past outbreaks weighted down (standardised residual above 1), and a bound that allows for the spread of
 * the count and of the mean on the scale of the power 2/3. `statistic` is (count - mean) / (upper - mean); a point with fewer
 * than 5 cases in its last 4 is silent. The error is one-sided; 0.025 unless told, the half of the usual two-sided 0.05.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Farrington, Andrews, Beale, Catchpole (1996) doi:10.2307/2983331
 * @example
 * detectors.farrington({ years: 4 }).options.halfWindow; // 3
 */
export function farrington(options: FarringtonOptions = {}): SeriesDetector {
  return detector(
    "farrington",
    settingsOf("farrington", {
      alpha: 0.025,
      ...options,
      method: "delta",
      periods: 1,
      pastLeftOut: options.halfWindow ?? 3, // nothing of the current year
      reweightAbove: 1,
      trendP: 0.05,
    }),
  );
}

/**
 * The flexible Farrington method: all weeks of the last 5 years in 10 seasonal groups, the trend always kept (but for a mean above
 * every count seen), the last 26 weeks left out, only residuals above 2.58 weighted down, and a negative binomial bound.
 * `statistic` is (count - mean) / (upper - mean) on the scale of counts. One-sided error 0.01 unless told.
 *
 * When no case lies in the season group of the tested point, its mean is as good as 0 and has no standard error: `"muan"` then takes
 * the exact upper limit of a Poisson mean, -ln(α) / points, for its quantile. A baseline whose mean has a quantile above 1,000
 * times the mean is insufficient for `"muan"`. When no case lies in the whole baseline the mean is 0 and the bounds of `"delta"`
 * and `"nbPlugin"` are 0: the first cases alarm as soon as there are 5 in 4 weeks.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Noufaily, Enki, Farrington, Garthwaite, Andrews, Charlett (2013) doi:10.1002/sim.5595
 * @example
 * detectors.farringtonFlexible({ method: "muan" }).options.periods; // 10
 */
export function farringtonFlexible(options: FarringtonFlexibleOptions = {}): SeriesDetector {
  return detector("farringtonFlexible", farringtonSettings(options));
}

/** Options of the flexible method with every value filled in and checked. */
export function farringtonSettings(options: FarringtonFlexibleOptions): FarringtonSettings {
  return settingsOf("farringtonFlexible", options);
}

function settingsOf(name: string, options: FarringtonFlexibleOptions): FarringtonSettings {
  const { years = 5, halfWindow = 3, periods = 10, pastLeftOut = 26, alpha = 0.01, method = "nbPlugin" } = options;
  const { power = "2/3", trend = true, trendP = 1, reweight = true, reweightAbove = 2.58 } = options;
  const { minCases = 5, minCasesPoints = 4, standardError = "quasi" } = options;
  requireOption(name, "years", years, isWhole(years, 1), "a whole number of 1 or more");
  requireOption(name, "halfWindow", halfWindow, isWhole(halfWindow, 0), "a whole number of 0 or more");
  requireOption(name, "periods", periods, isWhole(periods, 1) && periods <= 100, "a whole number from 1 to 100");
  requireOption(name, "pastLeftOut", pastLeftOut, isWhole(pastLeftOut, 0), "a whole number of 0 or more");
  requireOption(name, "alpha", alpha, isProbability(alpha), "between 0 and 1");
  requireOption(name, "method", method, ["delta", "nbPlugin", "muan"].includes(method), "delta, nbPlugin or muan");
  requireOption(name, "power", power, FARRINGTON_POWERS.includes(power), `one of ${FARRINGTON_POWERS.join(", ")}`);
  requireOption(name, "trendP", trendP, trendP > 0 && trendP <= 1, "above 0 and at most 1");
  requireOption(name, "reweightAbove", reweightAbove, reweightAbove > 0, "a number above 0");
  requireOption(name, "minCases", minCases, minCases >= 0, "a number of 0 or more");
  requireOption(name, "minCasesPoints", minCasesPoints, isWhole(minCasesPoints, 1), "a whole number of 1 or more");
  const isStandardError = ["quasi", "surveillance"].includes(standardError);
  requireOption(name, "standardError", standardError, isStandardError, `"quasi" or "surveillance"`);
  return {
    years,
    halfWindow,
    periods,
    pastLeftOut,
    alpha,
    method,
    power,
    trend,
    trendP,
    reweightAbove: reweight ? reweightAbove : undefined,
    minCases,
    minCasesPoints,
    standardError,
  };
}

function detector(name: string, settings: FarringtonSettings): SeriesDetector {
  const { reweightAbove, ...rest } = settings;
  return {
    name,
    options: {
      ...rest,
      reweight: reweightAbove !== undefined,
      ...(reweightAbove === undefined ? {} : { reweightAbove }),
    },
    levels: "model",
    prepare: (frame) => kernel(settings, frame),
  };
}

/** Log of the factor by which a mean may be uncertain before a bound on it says nothing. */
const MOST_UNCERTAIN = Math.log(1000);

function kernel(settings: FarringtonSettings, frame: SeriesFrame): SeriesKernel {
  const { from, to } = frame;
  const { alpha, method, power, minCases, minCasesPoints } = settings;
  const references = Array.from({ length: to - from }, (_, i) => referencePoints(frame, from + i, settings));
  const capacity = references.reduce((most, points) => Math.max(most, points?.index.length ?? 0), 0);
  const fit = new BaselineFit(frame, settings, capacity, settings.periods, settings.years);
  const baseline = emptyBaseline();
  const bound: FarringtonBound = { upper: NaN, p: NaN };
  const at: { -readonly [K in keyof Prediction]: Prediction[K] } = {
    count: 0,
    mean: 0,
    logSe: 0,
    dispersion: 1,
    alpha,
    z: normalQuantileUpper(alpha),
  };
  return (counts, out, offset) => {
    for (let t = from; t < to; t++) {
      const i = offset + t - from;
      const reference = references[t - from];
      if (reference === undefined || reference.index.length === 0) continue;
      let recent = 0;
      for (let j = Math.max(0, t - minCasesPoints + 1); j <= t; j++) recent += counts[j]!;
      fit.predict(counts, t, reference, baseline);
      if (baseline.points === 0 || !baseline.isFitted) {
        out.state[i] = baseline.points === 0 ? INSUFFICIENT : NOT_FITTED;
        continue;
      }
      const { mean } = baseline;
      at.count = counts[t]!;
      at.mean = mean;
      at.logSe = baseline.logSe;
      at.dispersion = baseline.dispersion;
      if (method === "delta") deltaBound(at, power, bound);
      else {
        if (method === "muan") {
          if (!baseline.isEmpty && at.z * baseline.logSe > MOST_UNCERTAIN) continue;
          at.mean = baseline.isEmpty ? -Math.log(alpha) / baseline.points : mean * Math.exp(at.z * baseline.logSe);
        }
        countBound(at, bound);
      }
      out.expected[i] = mean;
      out.p[i] = bound.p;
      if (recent < minCases) {
        out.state[i] = SILENT;
        continue;
      }
      out.state[i] = TESTED;
      out.upper[i] = bound.upper;
      out.statistic[i] = counts[t] === mean ? 0 : (counts[t]! - mean) / (bound.upper - mean);
      out.alarm[i] = counts[t]! > bound.upper ? 1 : 0;
    }
  };
}
