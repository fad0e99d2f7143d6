import { PvError } from "../error.ts";
import { chiSquareQuantile } from "../math/chi-square.ts";
import { minimise } from "../math/minimise.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";
import { derivatives, logLikelihood, type WeibullData } from "./weibull-likelihood.ts";

/**
 * How the hazard runs over time, read from the interval of the shape: below 1 it falls (early failure), above 1 it rises
 * (wear-out), around 1 nothing can be said against a constant one.
 */
export type HazardPattern = "early" | "constant" | "wear-out" | "undetermined";

/** A Weibull distribution fitted to times. */
export interface WeibullFit {
  /** Number of times. */
  readonly n: number;
  readonly shape: RatioInterval;
  /** Time by which 63.2 % have occurred, in the unit of the times. */
  readonly scale: RatioInterval;
  readonly median: number;
  readonly pattern: HazardPattern;
  readonly logLikelihood: number;
  /** How the interval of the shape was made; that of the scale always comes from the observed information. */
  readonly limits: "profile" | "information";
}

/** How {@link fitWeibull} fits. */
export interface WeibullOptions {
  /** Coverage of the intervals; 0.95 unless told. */
  readonly level?: number | undefined;
  /**
   * Longest time that could have been seen, one for all or one each: later ones are not in the data at all, as when reporting
   * stops some time after the start. None unless told.
   */
  readonly truncation?: number | ArrayLike<number> | undefined;
  /** Interval of the shape: by its profile likelihood unless told, and always by the information where times are truncated. */
  readonly limits?: WeibullFit["limits"] | undefined;
}

/**
 * Fits a Weibull distribution to times by maximum likelihood: shape k and scale λ of the distribution function
 * 1 − exp(−(t/λ)^k). Reports only exist of events that happened, so that nothing is censored; what has not been reported yet
 * can be taken into account as truncation on the right.
 *
 * Wald limits come from the observed information on the log scale. Where everybody who will have the event has had it, times
 * are complete; where the start of a product is recent, late events are still to come and the shape without truncation is too
 * large.
 *
 * @param times - positive; days counted from 0 need a shift, see `timeToOnset`
 * @returns NaN throughout, with pattern `"undetermined"`, when fewer than two times differ or the truncated likelihood has no
 *   maximum (the times look as if they went on far beyond the truncation)
 * @throws PvError `INVALID_ARGUMENT` for a time that is not positive and finite, or beyond its truncation; `LENGTH_MISMATCH`;
 *   `INVALID_LEVEL`; `INVALID_OPTION`
 * @see Cornelius, Sauzet, Evans (2012), Drug Safety 35:599, and Sauzet et al. (2013), Drug Safety 36:995, for the shape as a
 *   signal; Leroy et al. (2014) doi:10.1186/1471-2288-14-17 for truncation of reported times
 * @example
 * fitWeibull([1, 2, 2, 3, 5, 8, 13, 21, 34, 55]).shape.estimate; // 0.845269
 */
export function fitWeibull(times: ArrayLike<number>, options: WeibullOptions = {}): WeibullFit {
  const { level = 0.95, truncation, limits = "profile" } = options;
  const z = levelQuantile(level);
  if (!["profile", "information"].includes(limits))
    throw new PvError("INVALID_OPTION", `limits: "profile" or "information", got ${JSON.stringify(limits)}`);
  const data = prepared(times, truncation);
  const n = data.logTime.length;
  const used = data.logEnd === undefined ? limits : "information";
  const best = isSpread(data) ? (data.logEnd === undefined ? complete(data) : truncated(data)) : undefined;
  const information = best === undefined ? undefined : derivatives(data, best.logShape, best.logScale);
  const determinant = information === undefined ? NaN : information.aa * information.bb - information.ab ** 2;
  if (best === undefined || information === undefined || !(determinant > 0 && information.aa < 0)) {
    const none = { estimate: NaN, lower: NaN, upper: NaN };
    return { n, shape: none, scale: none, median: NaN, pattern: "undetermined", logLikelihood: NaN, limits: used };
  }
  const shape =
    used === "profile"
      ? profileLimits(data, Math.exp(best.logShape), chiSquareQuantile(level, 1))
      : wald(best.logShape, z * Math.sqrt(-information.bb / determinant));
  const scale = wald(best.logScale + data.unit, z * Math.sqrt(-information.aa / determinant));
  return {
    n,
    shape,
    scale,
    median: scale.estimate * Math.LN2 ** (1 / shape.estimate),
    pattern: shape.upper < 1 ? "early" : shape.lower > 1 ? "wear-out" : "constant",
    logLikelihood: logLikelihood(data, best.logShape, best.logScale) - n * data.unit,
    limits: used,
  };
}

const wald = (log: number, distance: number): RatioInterval => ({
  estimate: Math.exp(log),
  lower: Math.exp(log - distance),
  upper: Math.exp(log + distance),
});

/** Times in units of their geometric mean, so that no power of them overflows before its time. */
function prepared(times: ArrayLike<number>, truncation: WeibullOptions["truncation"]): WeibullData {
  const n = times.length;
  const logTime = Float64Array.from(times, (time) => {
    if (!(time > 0 && time < Infinity))
      throw new PvError("INVALID_ARGUMENT", `times: expected positive numbers, got ${String(time)}`);
    return Math.log(time);
  });
  if (typeof truncation === "object" && truncation.length !== n)
    throw new PvError("LENGTH_MISMATCH", `truncation has ${truncation.length} values, times has ${n}`);
  const unit = n === 0 ? 0 : logTime.reduce((sum, v) => sum + v, 0) / n;
  const logEnd =
    truncation === undefined
      ? undefined
      : logTime.map((log, i) => {
          const end = typeof truncation === "number" ? truncation : truncation[i]!;
          if (!(end >= times[i]!))
            throw new PvError("INVALID_ARGUMENT", `truncation: ${end} is before the time ${times[i]!}`);
          return Math.log(end) - unit;
        });
  return { logTime: logTime.map((log) => log - unit), logEnd, unit };
}

const isSpread = ({ logTime }: WeibullData): boolean => logTime.some((log) => log !== logTime[0]);

interface LogParameters {
  readonly logShape: number;
  readonly logScale: number;
}

/** Σ of t^k, and of t^k·log t over it, of the power k; times are divided by the longest, so that no power overflows. */
function powerMean({ logTime }: WeibullData, k: number): { readonly logMean: number; readonly meanLog: number } {
  const longest = logTime.reduce((most, v) => Math.max(most, v), -Infinity);
  let sum = 0;
  let weighted = 0;
  for (const log of logTime) {
    const power = Math.exp(k * (log - longest));
    sum += power;
    weighted += power * log;
  }
  return { logMean: k * longest + Math.log(sum / logTime.length), meanLog: weighted / sum };
}

/** The score of the shape with the scale at its best, Σ t^k log t/Σ t^k − 1/k − mean log t, rises: one root, by bisection. */
function complete(data: WeibullData): LogParameters {
  // The mean of the logarithms is 0 by the choice of the unit.
  const isAbove = (logShape: number): boolean => {
    const k = Math.exp(logShape);
    return powerMean(data, k).meanLog * k > 1;
  };
  const logShape = rootBetween(isAbove, ...bracket(isAbove, 1));
  const k = Math.exp(logShape);
  return { logShape, logScale: powerMean(data, k).logMean / k };
}

/** Where the profile likelihood has fallen by half the quantile on either side. */
function profileLimits(data: WeibullData, shape: number, quantile: number): RatioInterval {
  const n = data.logTime.length;
  const at = Math.log(shape);
  // log-likelihood of the shape with the scale at its best, without constants
  const profile = (logShape: number): number => n * (logShape - powerMean(data, Math.exp(logShape)).logMean);
  const floor = profile(at) - quantile / 2;
  const isOut = (distance: number): boolean => profile(at + distance) < floor;
  const isOutBelow = (distance: number): boolean => profile(at - distance) < floor;
  return {
    estimate: shape,
    lower: Math.exp(at - rootBetween(isOutBelow, ...bracket(isOutBelow, 0.1))),
    upper: Math.exp(at + rootBetween(isOut, ...bracket(isOut, 0.1))),
  };
}

/** An interval around the place from which on a condition holds, searched outwards from 0. */
function bracket(isAbove: (x: number) => boolean, step: number): [low: number, high: number] {
  const isDown = isAbove(0);
  let near = 0;
  let far = isDown ? -step : step;
  for (let width = 2 * step; isAbove(far) === isDown; width *= 2) {
    near = far;
    far += isDown ? -width : width;
  }
  return isDown ? [far, near] : [near, far];
}

function rootBetween(isAbove: (x: number) => boolean, low: number, high: number): number {
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Quasi-Newton from the fit without truncation; none when no parameters are better than a scale beyond all bounds. */
function truncated(data: WeibullData): LogParameters | undefined {
  const start = complete(data);
  const n = data.logTime.length;
  const found = minimise(
    (x, gradient) => {
      const { a, b } = derivatives(data, x[0]!, x[1]!);
      gradient[0] = -a / n;
      gradient[1] = -b / n;
      return -logLikelihood(data, x[0]!, x[1]!) / n;
    },
    [start.logShape, start.logScale],
    { bound: 20, maxStep: 1, gradientTolerance: 1e-10, decrement: 1e-18, maxEvaluations: 500 },
  );
  const [logShape, logScale] = found.x as unknown as readonly [number, number];
  return -found.value * n > unboundedScale(data) + 1e-6 ? { logShape, logScale } : undefined;
}

/** The likelihood that is approached as the scale grows: f(t)/F(T) becomes k·t^(k−1)/T^k, at its best in k. */
function unboundedScale({ logTime, logEnd }: WeibullData): number {
  const n = logTime.length;
  const reach = logTime.reduce((sum, log, i) => sum + logEnd![i]! - log, 0);
  const k = n / reach;
  return n * Math.log(k) - k * reach - logTime.reduce((sum, log) => sum + log, 0);
}
