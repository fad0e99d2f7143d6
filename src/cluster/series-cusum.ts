import { isPositive, isWhole, requireOption } from "./series-options.ts";
import {
  phaseOne,
  TESTED,
  type PhaseOne,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./series-kernel.ts";

/** Ways to standardise a count for a CUSUM. */
export type CusumTransform =
  "standard" | "rossi" | "anscombe" | "anscombe2nd" | "pearsonNegBin" | "anscombeNegBin" | "none";

/** A transformation of a count with mean m towards a standard normal, and its inverse, clipped at a count of 0. */
interface Transform {
  readonly forward: (count: number, mean: number, dispersion: number) => number;
  readonly back: (z: number, mean: number, dispersion: number) => number;
}

const atLeastZero = (x: number): number => (x > 0 ? x : 0);
const power = (x: number): number => Math.cbrt(x) ** 2; // x to the 2/3
const unpower = (x: number): number => (x > 0 ? Math.sqrt(x) * x : 0); // x to the 3/2
const sixth = (x: number): number => Math.sqrt(Math.cbrt(x));

const transforms: Readonly<Record<CusumTransform, Transform>> = {
  /** (y - m) / √m */
  standard: {
    forward: (y, m) => (y - m) / Math.sqrt(m),
    back: (z, m) => atLeastZero(m + z * Math.sqrt(m)),
  },
  /** Rossi, Lampugnani, Marchi (1999): the mean of the standard and the square root transformation */
  rossi: {
    forward: (y, m) => (y - 3 * m + 2 * Math.sqrt(y * m)) / (2 * Math.sqrt(m)),
    back: (z, m) => {
      const root = Math.sqrt(atLeastZero(4 * m + 2 * Math.sqrt(m) * z)) - Math.sqrt(m);
      return root > 0 ? root * root : 0;
    },
  },
  /** Anscombe residual of the Poisson distribution: 3/2 (y^2/3 - m^2/3) / m^1/6 */
  anscombe: {
    forward: (y, m) => (1.5 * (power(y) - power(m))) / sixth(m),
    back: (z, m) => unpower((z * sixth(m)) / 1.5 + power(m)),
  },
  /** The same with the mean of y^2/3 to second order, m^2/3 - m^-1/3 / 9 */
  anscombe2nd: {
    forward: (y, m) => (1.5 * (power(y) - power(m) + 1 / (9 * Math.cbrt(m)))) / sixth(m),
    back: (z, m) => unpower((z * sixth(m)) / 1.5 + power(m) - 1 / (9 * Math.cbrt(m))),
  },
  /** (y - m) / √(m + α m²) */
  pearsonNegBin: {
    forward: (y, m, a) => (y - m) / Math.sqrt(m + a * m * m),
    back: (z, m, a) => atLeastZero(m + z * Math.sqrt(m + a * m * m)),
  },
  /** Anscombe residual of the negative binomial distribution with variance m + α m² (Hilbe, Negative Binomial Regression) */
  anscombeNegBin: {
    forward: (y, m, a) =>
      ((3 / a) * (power(1 + a * y) - power(1 + a * m)) + 3 * (power(y) - power(m))) / (2 * sixth(m + a * m * m)),
    back: (z, m, a) => rootOf((y) => transforms.anscombeNegBin.forward(y, m, a) - z, m),
  },
  /** The count itself: k and h are then in counts. */
  none: { forward: (y) => y, back: (z) => atLeastZero(z) },
};

/** Names of {@link CusumTransform}. */
export const CUSUM_TRANSFORMS = Object.keys(transforms) as CusumTransform[];

/** The count at which an increasing function is 0; 0 when it is positive there. */
function rootOf(f: (y: number) => number, start: number): number {
  if (f(0) >= 0) return 0;
  let high = Math.max(1, start);
  while (f(high) < 0) high *= 2;
  let low = 0;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return high;
}

/** Options of the CUSUM. */
export interface CusumOptions {
  /** Reference value: half the shift to be found, in standard deviations; 0.5 unless told. */
  readonly k?: number | undefined;
  /** Decision interval; 4 unless told, with k 0.5 a false alarm in 336 points of standard normal data. See `cusumDesign`. */
  readonly h?: number | undefined;
  /** `"rossi"` unless told. */
  readonly transform?: CusumTransform | undefined;
  /** In-control mean; the mean of the points before the first tested one unless told. */
  readonly mean?: number | undefined;
  /** Standard deviation, for the transform `"standard"` only; √mean unless told. */
  readonly sd?: number | undefined;
  /** α in the variance m + α m² of the negative binomial transforms; 0.1 unless told. */
  readonly dispersion?: number | undefined;
  /** Start again from 0 after an alarm; false unless told. */
  readonly restart?: boolean | undefined;
  /** Least number of points before the first tested one, when the mean is taken from them; 8 unless told. */
  readonly minBaseline?: number | undefined;
}

/**
 * One-sided CUSUM of standardised counts: S = max(0, S + z - k), an alarm when S >= h; `statistic` is S, `since` the point after S
 * was last 0, `upper` the count that would bring S to h. The mean is fixed before the first tested point.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Page (1954) doi:10.1093/biomet/41.1-2.100; Rossi, Lampugnani, Marchi (1999), Stat Med 18(16) 2111–2122
 * @example
 * detectors.cusum({ k: 1.04, h: 2.26 }).options.transform; // "rossi"
 */
export function cusum(options: CusumOptions = {}): SeriesDetector {
  const { k = 0.5, h = 4, transform = "rossi", mean, sd, dispersion = 0.1, restart = false, minBaseline = 8 } = options;
  requireOption("cusum", "k", k, k >= 0 && k < Infinity, "a number of 0 or more");
  requireOption("cusum", "h", h, isPositive(h), "a number above 0");
  requireOption("cusum", "transform", transform, transform in transforms, `one of ${CUSUM_TRANSFORMS.join(", ")}`);
  requireOption("cusum", "mean", mean, mean === undefined || isPositive(mean), "a number above 0");
  const sdIsFine = sd === undefined || (isPositive(sd) && transform === "standard");
  requireOption("cusum", "sd", sd, sdIsFine, `a number above 0, with transform "standard" only`);
  requireOption("cusum", "dispersion", dispersion, isPositive(dispersion), "a number above 0");
  requireOption("cusum", "minBaseline", minBaseline, isWhole(minBaseline, 1), "a whole number of 1 or more");
  const settings = { k, h, transform, mean, sd, dispersion, restart, minBaseline };
  return {
    name: "cusum",
    options: {
      k,
      h,
      transform,
      restart,
      minBaseline,
      ...(mean === undefined ? {} : { mean }),
      ...(sd === undefined ? {} : { sd }),
      ...(transform.endsWith("NegBin") ? { dispersion } : {}),
    },
    levels: "model",
    prepare: (frame) => kernel(settings, frame),
  };
}

interface CusumSettings {
  readonly k: number;
  readonly h: number;
  readonly transform: CusumTransform;
  readonly mean: number | undefined;
  readonly sd: number | undefined;
  readonly dispersion: number;
  readonly restart: boolean;
  readonly minBaseline: number;
}

function kernel(settings: CusumSettings, frame: SeriesFrame): SeriesKernel {
  const { k, h, sd, dispersion, restart, minBaseline } = settings;
  const { forward, back }: Transform =
    sd === undefined
      ? transforms[settings.transform]
      : { forward: (y, m) => (y - m) / sd, back: (z, m) => atLeastZero(m + z * sd) };
  const { from, to, levels } = frame;
  const history: PhaseOne = { mean: NaN, sd: NaN, points: 0, movingRangeSd: NaN };
  const scaled = new Float64Array(levels === undefined ? 0 : from);
  return (counts, out, at) => {
    let usual = settings.mean;
    if (usual === undefined) {
      if (levels !== undefined) for (let i = 0; i < from; i++) scaled[i] = counts[i]! / levels[i]!;
      phaseOne(levels === undefined ? counts : scaled, frame, history);
      if (history.points < minBaseline || !(history.mean > 0)) return; // a mean of 0 has no standard deviation to count in
      usual = history.mean;
    }
    let sum = 0;
    let since = -1;
    for (let t = from; t < to; t++) {
      const i = at + t - from;
      const mean = levels === undefined ? usual : usual * levels[t]!;
      out.state[i] = TESTED;
      out.expected[i] = mean;
      out.upper[i] = back(h + k - sum, mean, dispersion);
      if (sum === 0) since = t;
      sum = Math.max(0, sum + forward(counts[t]!, mean, dispersion) - k);
      out.statistic[i] = sum;
      if (sum > 0) out.since[i] = since;
      if (sum < h) continue;
      out.alarm[i] = 1;
      if (restart) sum = 0;
    }
  };
}
