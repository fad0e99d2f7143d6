import { PvError } from "../error.ts";
import type { QuasiPoisson } from "../math/quasi-poisson.ts";
import { BaselineFit, emptyBaseline } from "./series-farrington-fit.ts";
import { referencePoints } from "./series-farrington-reference.ts";
import { farringtonSettings, type FarringtonFlexibleOptions } from "./series-farrington.ts";
import type { CountSeries } from "./series.ts";

/** A fitted baseline model. */
export interface FarringtonModel {
  /** Log mean of each season group at the tested point; NaN for a group without points. */
  readonly levels: Float64Array;
  /** Change of the log mean a point; 0 without a trend. */
  readonly slope: number;
  /** Pearson statistic over degrees of freedom, before it is held at 1 or more. */
  readonly dispersion: number;
}

/** How the bound of one point comes about. */
export interface FarringtonSteps {
  /** Indices of the reference points, earliest first, their counts and their season groups from 1; the last group is the point's own. */
  readonly index: Int32Array;
  readonly counts: Float64Array;
  readonly group: Uint8Array;
  readonly first: FarringtonModel;
  /** Standardised Anscombe residuals of the first fit; empty when nothing is reweighted. */
  readonly residuals: Float64Array;
  readonly weights: Float64Array;
  readonly refit: FarringtonModel;
  readonly mean: number;
  /** Standard error of the logarithm of the mean. */
  readonly logSe: number;
  readonly dispersion: number;
  readonly hasTrend: boolean;
}

/**
 * Every step of {@link farringtonFlexible} for one point, to be shown or checked.
 *
 * @param at - index of the point
 * @throws PvError `INVALID_OPTION`; `INVALID_ARGUMENT` when the point is outside the series; `EMPTY_SCOPE` when its history is too
 *   short or holds too few points for the model
 */
export function farringtonSteps(
  series: CountSeries,
  at: number,
  options: FarringtonFlexibleOptions = {},
): FarringtonSteps {
  const settings = farringtonSettings(options);
  const { counts } = series;
  if (!(Number.isInteger(at) && at >= 0 && at < counts.length)) {
    throw new PvError("INVALID_ARGUMENT", `expected an index from 0 to ${counts.length - 1}, got ${at}`);
  }
  const frame = { ...series, length: counts.length, from: at, to: at + 1, leftOut: undefined };
  const reference = referencePoints(frame, at, settings);
  if (reference === undefined) {
    throw new PvError("EMPTY_SCOPE", `point ${at} needs ${settings.years} years of history before it`);
  }
  const fit = new BaselineFit(frame, settings, reference.index.length, settings.periods, settings.years);
  const baseline = emptyBaseline();
  const models: FarringtonModel[] = [];
  let residuals = new Float64Array(0);
  let weights = new Float64Array(reference.index.length).fill(1);
  const model = (from: QuasiPoisson): FarringtonModel => ({
    levels: from.level.slice(),
    slope: from.slope,
    dispersion: from.dispersion,
  });
  fit.predict(counts, at, reference, baseline, {
    first: (from) => {
      models.length = 0;
      models.push(model(from));
    },
    residuals: (found, given) => {
      residuals = found;
      weights = given;
    },
    refit: (from) => models.push(model(from)),
  });
  const first = models[0];
  if (!baseline.isFitted || first === undefined) {
    throw new PvError("EMPTY_SCOPE", `the baseline of point ${at} could not be fitted`);
  }
  return {
    index: reference.index,
    counts: Float64Array.from(reference.index, (i) => counts[i]!),
    group: reference.group.map((group) => group + 1),
    first,
    residuals,
    weights,
    refit: models[1] ?? first,
    mean: baseline.mean,
    logSe: baseline.logSe,
    dispersion: baseline.dispersion,
    hasTrend: baseline.hasTrend,
  };
}
