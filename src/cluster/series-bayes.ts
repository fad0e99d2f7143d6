import { countQuantileUpper, negativeBinomialSfGe } from "../math/count-quantile.ts";
import { isProbability, isWhole, requireOption } from "./series-options.ts";
import { TESTED, type SeriesDetector } from "./series-kernel.ts";

/** Options of the Bayesian baseline. */
export interface BayesOptions {
  /** Points just before the tested one; 6 unless told. */
  readonly window?: number | undefined;
  /** Years back with 2 · window + 1 points around the same time; 0 unless told. */
  readonly years?: number | undefined;
  /** Whether the points just before are used; true unless told. */
  readonly current?: boolean | undefined;
  /** One-sided error; 0.05 unless told. */
  readonly alpha?: number | undefined;
}

/**
 * The simple baseline of Bayes: the Poisson mean of earlier points with Jeffreys' prior predicts a negative binomial count, size
 * sum + 1/2; `upper` is its 1 - α quantile, and a count above it alarms. `p` is P(a count as large); `statistic` the expected
 * count. For comparison with other detectors.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Höhle (2007) doi:10.1007/s00180-007-0074-8
 * @example
 * detectors.bayes().options.window; // 6
 */
export function bayes(options: BayesOptions = {}): SeriesDetector {
  const { window = 6, years = 0, current = true, alpha = 0.05 } = options;
  requireOption("bayes", "window", window, isWhole(window, 1), "a whole number of 1 or more");
  requireOption("bayes", "years", years, isWhole(years, 0) && (years > 0 || current), "1 or more, or current");
  requireOption("bayes", "alpha", alpha, isProbability(alpha), "between 0 and 1");
  return {
    name: "bayes",
    options: { window, years, current, alpha },
    levels: "divide",
    prepare:
      ({ from, to, perYear, leftOut }) =>
      (counts, out, at) => {
        for (let t = from; t < to; t++) {
          if (t - years * perYear - (years > 0 ? window : 0) < 0 || (current && t < window)) continue;
          let sum = 0;
          let points = 0;
          const add = (first: number, last: number): void => {
            for (let i = first; i <= last; i++) {
              if (leftOut?.[i] === 1) continue;
              sum += counts[i]!;
              points += 1;
            }
          };
          if (current) add(t - window, t - 1);
          for (let year = 1; year <= years; year++) add(t - year * perYear - window, t - year * perYear + window);
          if (points === 0) continue;
          const i = at + t - from;
          const size = sum + 0.5;
          const mean = size / points;
          out.state[i] = TESTED;
          out.expected[i] = mean;
          out.statistic[i] = mean;
          const upper = countQuantileUpper(alpha, size, mean);
          out.upper[i] = upper;
          out.p[i] = negativeBinomialSfGe(counts[t]!, size, mean);
          out.alarm[i] = counts[t]! > upper ? 1 : 0;
        }
      },
  };
}
