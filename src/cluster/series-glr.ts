import { isPositive, isWhole, requireOption } from "./series-options.ts";
import {
  phaseOne,
  TESTED,
  type PhaseOne,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./series-kernel.ts";

/** Options of the likelihood ratio charts. */
export interface GlrOptions {
  /** Alarm at a log likelihood ratio of this; 5 unless told. */
  readonly threshold?: number | undefined;
  /** In-control mean; the mean of the points before the first tested one unless told. */
  readonly mean?: number | undefined;
  /** Logarithm of the factor by which the mean rises; the likeliest one (a generalised ratio) unless told. */
  readonly shift?: number | undefined;
  /** Points back that a change may lie, this one included; without end unless told. */
  readonly window?: number | undefined;
  /** Start again after an alarm; true unless told. */
  readonly restart?: boolean | undefined;
  /** Least number of points before the first tested one, when the mean is taken from them; 8 unless told. */
  readonly minBaseline?: number | undefined;
}

/** Options of the negative binomial likelihood ratio chart. */
export interface NbGlrOptions extends GlrOptions {
  /** α in the variance m + α m²; 0.1 unless told. */
  readonly dispersion?: number | undefined;
}

/**
 * Likelihood ratio chart for Poisson counts: the largest, over the points at which the mean may have risen and over the factor of
 * the rise, of the log likelihood ratio against the in-control mean. `statistic` is that maximum, `since` where the rise began.
 * The count that would have alarmed is not computed: `upper` is NaN.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Höhle, Paul (2008) doi:10.1016/j.csda.2008.02.015
 * @example
 * detectors.poissonGlr().options.threshold; // 5
 */
export function poissonGlr(options: GlrOptions = {}): SeriesDetector {
  return chart("poissonGlr", options, 0);
}

/**
 * {@link poissonGlr} for overdispersed counts: negative binomial with variance m + α m², the mean rising by a factor.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Höhle, Paul (2008) doi:10.1016/j.csda.2008.02.015
 * @example
 * detectors.nbGlr({ dispersion: 0.2 }).options.dispersion; // 0.2
 */
export function nbGlr(options: NbGlrOptions = {}): SeriesDetector {
  const { dispersion = 0.1 } = options;
  requireOption("nbGlr", "dispersion", dispersion, isPositive(dispersion), "a number above 0");
  return chart("nbGlr", options, dispersion);
}

interface GlrSettings {
  readonly threshold: number;
  readonly mean: number | undefined;
  readonly shift: number | undefined;
  readonly window: number;
  readonly restart: boolean;
  readonly minBaseline: number;
  /** 0 for Poisson. */
  readonly dispersion: number;
}

function chart(name: string, options: GlrOptions, dispersion: number): SeriesDetector {
  const { threshold = 5, mean, shift, window = Infinity, restart = true, minBaseline = 8 } = options;
  requireOption(name, "threshold", threshold, isPositive(threshold), "a number above 0");
  requireOption(name, "mean", mean, mean === undefined || isPositive(mean), "a number above 0");
  requireOption(name, "shift", shift, shift === undefined || isPositive(shift), "a number above 0");
  requireOption(name, "window", window, window === Infinity || isWhole(window, 1), "a whole number of 1 or more");
  requireOption(name, "minBaseline", minBaseline, isWhole(minBaseline, 1), "a whole number of 1 or more");
  const settings = { threshold, mean, shift, window, restart, minBaseline, dispersion };
  return {
    name,
    options: {
      threshold,
      window,
      restart,
      minBaseline,
      ...(mean === undefined ? {} : { mean }),
      ...(shift === undefined ? {} : { shift }),
      ...(dispersion === 0 ? {} : { dispersion }),
    },
    levels: "model",
    prepare: (frame) => kernel(settings, frame),
  };
}

function kernel(settings: GlrSettings, frame: SeriesFrame): SeriesKernel {
  const { threshold, window, restart, minBaseline, shift, dispersion } = settings;
  const { from, to, levels } = frame;
  const history: PhaseOne = { mean: NaN, sd: NaN, points: 0, movingRangeSd: NaN };
  const scaled = new Float64Array(levels === undefined ? 0 : from);
  const means = new Float64Array(to);
  return (counts, out, at) => {
    let usual = settings.mean;
    if (usual === undefined) {
      if (levels !== undefined) for (let i = 0; i < from; i++) scaled[i] = counts[i]! / levels[i]!;
      phaseOne(levels === undefined ? counts : scaled, frame, history);
      if (history.points < minBaseline || !(history.mean > 0)) return;
      usual = history.mean;
    }
    for (let t = from; t < to; t++) means[t] = levels === undefined ? usual : usual * levels[t]!;
    let start = from;
    for (let t = from; t < to; t++) {
      const i = at + t - from;
      let best = 0;
      let since = -1;
      let cases = 0;
      let mean = 0;
      let log = 0;
      for (let back = t; back >= start && back > t - window; back--) {
        const count = counts[back]!;
        cases += count;
        mean += means[back]!;
        let ratio = 0;
        if (shift !== undefined) {
          log += pointRatio(count, means[back]!, shift, dispersion);
          ratio = log;
        } else if (cases > mean) {
          ratio =
            dispersion === 0
              ? cases * Math.log(cases / mean) - (cases - mean)
              : negativeBinomialRatio(counts, means, back, t, Math.log(cases / mean), dispersion, levels !== undefined);
        }
        if (ratio > best) {
          best = ratio;
          since = back;
        }
      }
      out.state[i] = TESTED;
      out.expected[i] = means[t]!;
      out.statistic[i] = best;
      out.since[i] = since;
      if (best < threshold) continue;
      out.alarm[i] = 1;
      if (restart) start = t + 1;
    }
  };
}

/** Log likelihood ratio of one count for a mean e^shift times as large. */
function pointRatio(count: number, mean: number, shift: number, dispersion: number): number {
  if (dispersion === 0) return count * shift - mean * Math.expm1(shift);
  const risen = Math.log1p((dispersion * mean * Math.expm1(shift)) / (1 + dispersion * mean));
  return count * shift - (count + 1 / dispersion) * risen;
}

/** Largest log likelihood ratio over shifts, which is at the mean's own ratio when all means are alike. */
function negativeBinomialRatio(
  counts: Float64Array,
  means: Float64Array,
  first: number,
  last: number,
  start: number,
  dispersion: number,
  meansDiffer: boolean,
): number {
  let shift = start;
  for (let round = 0; meansDiffer && round < 50; round++) {
    let slope = 0;
    let curvature = 0;
    const factor = Math.exp(shift);
    for (let i = first; i <= last; i++) {
      const odds = dispersion * means[i]! * factor;
      const weight = counts[i]! + 1 / dispersion;
      slope += counts[i]! - (weight * odds) / (1 + odds);
      curvature += (weight * odds) / ((1 + odds) * (1 + odds));
    }
    const step = Math.max(-1, Math.min(1, slope / curvature));
    shift += step;
    if (Math.abs(step) < 1e-13) break;
  }
  let ratio = 0;
  for (let i = first; i <= last; i++) ratio += pointRatio(counts[i]!, means[i]!, shift, dispersion);
  return ratio;
}
