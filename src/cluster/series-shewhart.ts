import { isPositive, isWhole, requireOption } from "./series-options.ts";
import {
  phaseOne,
  TESTED,
  type PhaseOne,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./series-kernel.ts";

/**
 * Spread of the points before the first tested one: their standard deviation (n - 1), the mean absolute difference of neighbours
 * over 2/√π, which a slow drift does not widen, or √mean.
 */
export type ChartSpread = "sd" | "moving-range" | "poisson";

/** Options of the Shewhart chart. */
export interface ShewhartOptions {
  /** Standard deviations between mean and bound; 3 unless told. */
  readonly limit?: number | undefined;
  /** `"moving-range"` unless told. */
  readonly spread?: ChartSpread | undefined;
  /** In-control mean and standard deviation; from the points before the first tested one unless told. */
  readonly mean?: number | undefined;
  readonly sd?: number | undefined;
  /** Least number of points before the first tested one, unless mean and sd are told; 8 unless told. */
  readonly minBaseline?: number | undefined;
}

/** Options of the EWMA chart. */
export interface EwmaOptions extends ShewhartOptions {
  /** Weight of the newest point, 0 < lambda <= 1; 0.2 unless told. */
  readonly lambda?: number | undefined;
  /**
   * `"exact"` (unless told): limits with the variance the average really has at each point, narrow at first.
   * `"asymptotic"`: the wide limit of later points from the start.
   */
  readonly limits?: "exact" | "asymptotic" | undefined;
}

const spreads: Readonly<Record<ChartSpread, (history: PhaseOne) => number>> = {
  sd: ({ sd }) => sd,
  "moving-range": ({ movingRangeSd }) => movingRangeSd,
  poisson: ({ mean }) => Math.sqrt(mean),
};

/**
 * Shewhart chart: a count above mean + 3 standard deviations, both from the points before the first tested one. `statistic` is
 * the number of standard deviations.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Shewhart (1931), Economic Control of Quality of Manufactured Product
 * @example
 * monitorSeries(seriesOf({ counts: [5, 4, 6, 5, 4, 6, 5, 5, 12] }), detectors.shewhart(), { from: 8 }).columns.upper[0]; // 8.03849231584
 */
export function shewhart(options: ShewhartOptions = {}): SeriesDetector {
  const settings = checked("shewhart", { ...options, lambda: 1, limits: "exact" });
  const { limit, spread, minBaseline, given } = settings;
  return {
    name: "shewhart",
    options: { limit, spread, minBaseline, ...given },
    levels: "divide",
    prepare: (frame) => kernel(settings, frame),
  };
}

/**
 * EWMA chart: e = λ·count + (1 - λ)·e from the mean on, an alarm above mean + L·sd·√(λ/(2 - λ)·(1 - (1 - λ)^2t)) at the t-th
 * tested point. `statistic` is the average in its own standard deviations, `upper` the count that would bring it to the limit.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Roberts (1959) doi:10.1080/00401706.1959.10489860; Lucas, Saccucci (1990) doi:10.1080/00401706.1990.10484583
 * @example
 * detectors.ewma().options.limits; // "exact"
 */
export function ewma(options: EwmaOptions = {}): SeriesDetector {
  const settings = checked("ewma", options);
  const { limit, spread, minBaseline, lambda, limits, given } = settings;
  return {
    name: "ewma",
    options: { lambda, limit, limits, spread, minBaseline, ...given },
    levels: "divide",
    prepare: (frame) => kernel(settings, frame),
  };
}

interface ChartSettings {
  readonly limit: number;
  readonly spread: ChartSpread;
  readonly minBaseline: number;
  readonly lambda: number;
  readonly limits: "exact" | "asymptotic";
  readonly mean: number | undefined;
  readonly sd: number | undefined;
  readonly given: Readonly<Record<string, number>>;
}

function checked(name: string, options: EwmaOptions): ChartSettings {
  const { limit = 3, spread = "moving-range", mean, sd, minBaseline = 8, lambda = 0.2, limits = "exact" } = options;
  requireOption(name, "limit", limit, isPositive(limit), "a number above 0");
  requireOption(name, "spread", spread, spread in spreads, `one of ${Object.keys(spreads).join(", ")}`);
  requireOption(name, "mean", mean, mean === undefined || (mean >= 0 && mean < Infinity), "a number of 0 or more");
  requireOption(name, "sd", sd, sd === undefined || isPositive(sd), "a number above 0");
  requireOption(name, "minBaseline", minBaseline, isWhole(minBaseline, 2), "a whole number of 2 or more");
  requireOption(name, "lambda", lambda, lambda > 0 && lambda <= 1, "above 0 and at most 1");
  requireOption(name, "limits", limits, ["exact", "asymptotic"].includes(limits), `"exact" or "asymptotic"`);
  const given = { ...(mean === undefined ? {} : { mean }), ...(sd === undefined ? {} : { sd }) };
  return { limit, spread, minBaseline, lambda, limits, mean, sd, given };
}

function kernel(settings: ChartSettings, frame: SeriesFrame): SeriesKernel {
  const { limit, minBaseline, lambda, limits } = settings;
  const { from, to } = frame;
  const history: PhaseOne = { mean: NaN, sd: NaN, points: 0, movingRangeSd: NaN };
  const kept = 1 - lambda;
  return (counts, out, at) => {
    phaseOne(counts, frame, history);
    if ((settings.mean === undefined || settings.sd === undefined) && history.points < minBaseline) return;
    const mean = settings.mean ?? history.mean;
    const sd = settings.sd ?? spreads[settings.spread](settings.mean === undefined ? history : { ...history, mean });
    let average = mean;
    let fading = 1; // (1 - λ)^2t
    for (let t = from; t < to; t++) {
      const i = at + t - from;
      fading *= kept * kept;
      const scale = sd * Math.sqrt((lambda / (2 - lambda)) * (limits === "exact" ? 1 - fading : 1));
      const bound = mean + limit * scale;
      out.state[i] = TESTED;
      out.expected[i] = mean;
      out.upper[i] = (bound - kept * average) / lambda;
      average = lambda * counts[t]! + kept * average;
      out.statistic[i] = average === mean ? 0 : (average - mean) / scale;
      out.alarm[i] = average > bound ? 1 : 0;
    }
  };
}
