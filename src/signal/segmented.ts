import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import { normalSf } from "../math/normal.ts";
import { poissonRegression } from "../math/poisson-regression.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";

/** A factor of the reporting, with its test. */
export interface SegmentedEffect extends RatioInterval {
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/** An interrupted time series. */
export interface SegmentedSeries {
  /** Factor per period before the change. */
  readonly trend: SegmentedEffect;
  /** Factor at once in the first period of the change. */
  readonly level: SegmentedEffect;
  /** Factor by which the trend per period is multiplied from then on. */
  readonly slope: SegmentedEffect;
  /** Pearson statistic over degrees of freedom. */
  readonly dispersion: number;
  /** Whether standard errors were multiplied by the root of the dispersion, which is done where it is above 1. */
  readonly isScaled: boolean;
  readonly fitted: Float64Array;
  /** What the model expects without the change; equal to `fitted` before it. */
  readonly counterfactual: Float64Array;
  readonly converged: boolean;
}

/** How {@link segmentedSeries} models a series. */
export interface SegmentedOptions {
  /** Counts that carry the reporting volume, one a period and all positive: their logarithm is the offset. None unless told. */
  readonly reference?: ArrayLike<number> | undefined;
  /** Periods of a year, such as 12, and pairs of sine and cosine; no season unless told. */
  readonly season?: { readonly length: number; readonly harmonics: number } | undefined;
  /** Coverage of the intervals; 0.95 unless told. */
  readonly level?: number | undefined;
}

/**
 * Segmented Poisson regression of a series of counts: a trend, and from a given period on a change of level and of trend. With
 * a reference series it asks whether the share of the reports changed and not their number.
 *
 * What else changed at the same time is in the effect as well. Counts that follow each other are taken as independent;
 * overdispersion widens the limits, autocorrelation does not.
 *
 * @param counts - one a period, in order, without gaps
 * @param change - number of the first period after the change
 * @returns effects are NaN where the fit did not converge, as for a segment without a report
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `LENGTH_MISMATCH`; `INVALID_ARGUMENT` for fewer than two periods on a side,
 *   fewer periods than coefficients or a reference that is not positive; `INVALID_OPTION` for a season
 * @see Wagner, Soumerai, Zhang, Ross-Degnan (2002) doi:10.1046/j.1365-2710.2002.00430.x; Bernal, Cummins, Gasparrini (2017)
 *   doi:10.1093/ije/dyw098
 * @example
 * segmentedSeries([5, 6, 5, 7, 12, 14, 13, 15], 4).level.estimate; // 1.73186
 */
export function segmentedSeries(
  counts: ArrayLike<number>,
  change: number,
  options: SegmentedOptions = {},
): SegmentedSeries {
  const { reference, season, level = 0.95 } = options;
  const quantile = levelQuantile(level);
  const n = counts.length;
  for (let i = 0; i < n; i++) checkCount(`counts[${i}]`, counts[i]!);
  if (!Number.isSafeInteger(change) || change < 2 || change > n - 2)
    throw new PvError("INVALID_ARGUMENT", `change: two periods are needed on either side of it, got ${change} of ${n}`);
  const design = segmentColumns(n, change, season);
  if (design.length >= n)
    throw new PvError("INVALID_ARGUMENT", `${n} periods do not determine ${design.length} coefficients`);
  const fit = poissonRegression(counts, design, logReference(n, reference));
  const isScaled = fit.dispersion > 1;
  const k = design.length;
  const effect = (a: number): SegmentedEffect => {
    if (!fit.converged) return { estimate: NaN, lower: NaN, upper: NaN, z: NaN, p: NaN };
    const value = fit.coefficients[a]!;
    const error = Math.sqrt(fit.covariance[a * k + a]! * (isScaled ? fit.dispersion : 1));
    const z = value / error;
    return {
      estimate: Math.exp(value),
      lower: Math.exp(value - quantile * error),
      upper: Math.exp(value + quantile * error),
      z,
      p: 2 * normalSf(Math.abs(z)),
    };
  };
  return {
    trend: effect(1),
    level: effect(2),
    slope: effect(3),
    dispersion: fit.dispersion,
    isScaled,
    fitted: fit.fitted,
    counterfactual: fit.fitted.map(
      (mean, i) => mean * Math.exp(-fit.coefficients[2]! * design[2]![i]! - fit.coefficients[3]! * design[3]![i]!),
    ),
    converged: fit.converged,
  };
}

/** Intercept, time, after the change, time since the change, and the season. */
function segmentColumns(n: number, change: number, season: SegmentedOptions["season"]): Float64Array[] {
  const column = (value: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => value(i));
  const columns = [
    column(() => 1),
    column((i) => i),
    column((i) => (i >= change ? 1 : 0)),
    column((i) => Math.max(0, i - change)),
  ];
  if (season === undefined) return columns;
  const { length, harmonics } = season;
  if (!(length > 2) || !Number.isSafeInteger(harmonics) || harmonics < 1 || harmonics >= length / 2)
    throw new PvError("INVALID_OPTION", `season: length above 2 and harmonics from 1 to below half of it`);
  for (let h = 1; h <= harmonics; h++) {
    columns.push(
      column((i) => Math.sin((2 * Math.PI * h * i) / length)),
      column((i) => Math.cos((2 * Math.PI * h * i) / length)),
    );
  }
  return columns;
}

function logReference(n: number, reference: ArrayLike<number> | undefined): Float64Array | undefined {
  if (reference === undefined) return undefined;
  if (reference.length !== n)
    throw new PvError("LENGTH_MISMATCH", `reference has ${reference.length} periods, counts has ${n}`);
  return Float64Array.from(reference, (value, i) => {
    if (!(value > 0 && value < Infinity))
      throw new PvError(
        "INVALID_ARGUMENT",
        `reference[${i}]: a positive number, got ${value}; join periods without any`,
      );
    return Math.log(value);
  });
}
