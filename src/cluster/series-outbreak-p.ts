import { requireOption } from "./series-options.ts";
import { TESTED, type SeriesDetector } from "./series-kernel.ts";

/** Options of outbreakP. */
export interface OutbreakPOptions {
  /** Likelihood ratio at which it alarms; 100 unless told. */
  readonly threshold?: number | undefined;
}

/**
 * The outbreak detector of Frisén and others: Poisson means that never fall (isotonic regression of the whole series up to the
 * tested point) against one mean. `statistic` is the logarithm of the likelihood ratio; `since` the start of the last and highest
 * stretch. It knows no season and never falls silent after a rise: for comparison, and for the first rise of a season.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Frisén, Andersson, Schiöler (2009), Stat Med 28(3) 476–493
 * @example
 * detectors.outbreakP().options.threshold; // 100
 */
export function outbreakP({ threshold = 100 }: OutbreakPOptions = {}): SeriesDetector {
  requireOption("outbreakP", "threshold", threshold, threshold > 1 && threshold < Infinity, "a number above 1");
  return {
    name: "outbreakP",
    options: { threshold },
    levels: "divide",
    prepare: ({ from, to, leftOut }) => {
      const sum = new Float64Array(to);
      const points = new Float64Array(to);
      const start = new Int32Array(to);
      return (counts, out, at) => {
        let blocks = 0;
        let total = 0;
        let used = 0;
        for (let t = 0; t < to; t++) {
          if (leftOut?.[t] !== 1 || t >= from) {
            sum[blocks] = counts[t]!;
            points[blocks] = 1;
            start[blocks] = t;
            total += counts[t]!;
            used += 1;
            blocks += 1;
          }
          // Neighbouring stretches out of order become one (pool adjacent violators).
          for (let b = blocks - 1; b > 0 && sum[b - 1]! * points[b]! >= sum[b]! * points[b - 1]!; b--) {
            sum[b - 1]! += sum[b]!;
            points[b - 1]! += points[b]!;
            blocks -= 1;
          }
          if (t < from || used < 2) continue;
          const mean = total / used;
          let ratio = 0;
          for (let b = 0; b < blocks; b++) if (sum[b]! > 0) ratio += sum[b]! * Math.log(sum[b]! / points[b]! / mean);
          const i = at + t - from;
          out.state[i] = TESTED;
          out.expected[i] = mean;
          out.statistic[i] = Math.max(0, ratio);
          out.since[i] = blocks > 1 ? start[blocks - 1]! : -1;
          out.alarm[i] = ratio >= Math.log(threshold) ? 1 : 0;
        }
      };
    },
  };
}
