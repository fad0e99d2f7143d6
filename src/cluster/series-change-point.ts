import { PvError } from "../error.ts";
import type { CountSeries } from "./series.ts";

/** Options of {@link changePoints}. */
export interface ChangePointsOptions {
  /** Least number of points of a segment; 4 unless told. */
  readonly minLength?: number | undefined;
  /** What a further change must add to twice the log likelihood; 2·ln n unless told (one more mean and one more place). */
  readonly penalty?: number | undefined;
}

/** A stretch of a series with one mean. */
export interface SeriesSegment {
  /** Index of its first point. */
  readonly from: number;
  /** Index of its last point. */
  readonly to: number;
  /** Mean count of a point of level 1. */
  readonly mean: number;
  readonly cases: number;
}

/**
 * Cuts a series into stretches of constant Poisson mean: the cut that makes the penalised likelihood largest, found exactly by
 * PELT. It says since when a series is as it is; it is no test, and overdispersed counts are cut too often unless the penalty
 * is raised by their dispersion.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Killick, Fearnhead, Eckley (2012) doi:10.1080/01621459.2012.737745
 * @example
 * changePoints(seriesOf({ counts: [1, 2, 1, 2, 1, 9, 8, 9, 9, 8] })).map((segment) => segment.mean); // [1.4, 8.6]
 */
export function changePoints(
  { counts, levels }: Pick<CountSeries, "counts" | "levels">,
  options: ChangePointsOptions = {},
): readonly SeriesSegment[] {
  const n = counts.length;
  const { minLength = 4, penalty = 2 * Math.log(Math.max(n, 1)) } = options;
  if (!(Number.isInteger(minLength) && minLength >= 1)) {
    throw new PvError("INVALID_OPTION", `minLength: expected a whole number of 1 or more, got ${minLength}`);
  }
  if (!(penalty >= 0 && penalty < Infinity)) {
    throw new PvError("INVALID_OPTION", `penalty: expected a number of 0 or more, got ${penalty}`);
  }
  const cases = new Float64Array(n + 1);
  const level = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    cases[i + 1] = cases[i]! + counts[i]!;
    level[i + 1] = level[i]! + (levels?.[i] ?? 1);
  }
  /** -2 log likelihood of the points from … to - 1 but for what does not depend on the cut. */
  const cost = (from: number, to: number): number => {
    const sum = cases[to]! - cases[from]!;
    return sum > 0 ? -2 * sum * Math.log(sum / (level[to]! - level[from]!)) : 0;
  };
  const best = new Float64Array(n + 1).fill(Infinity);
  const cut = new Int32Array(n + 1);
  best[0] = -penalty;
  // A place that is worse by the penalty than the newest cut can never be best again (Killick et al., theorem 3.1), once that cut
  // is far enough away to be one itself.
  let candidates = [{ from: 0, last: Infinity }];
  for (let to = 1; to <= n; to++) {
    candidates = candidates.filter(({ last }) => to <= last);
    for (const { from } of candidates) {
      if (to - from < minLength && !(from === 0 && to === n)) continue;
      const value = best[from]! + cost(from, to) + penalty;
      if (value < best[to]!) {
        best[to] = value;
        cut[to] = from;
      }
    }
    for (const candidate of candidates) {
      const { from, last } = candidate;
      const isWorse = to - from >= minLength && best[from]! + cost(from, to) > best[to]!;
      if (isWorse && last === Infinity) candidate.last = to + minLength - 1;
    }
    candidates.push({ from: to, last: Infinity });
  }
  const segments: SeriesSegment[] = [];
  for (let to = n; to > 0; to = cut[to]!) {
    const from = cut[to]!;
    const sum = cases[to]! - cases[from]!;
    segments.push({ from, to: to - 1, mean: sum / (level[to]! - level[from]!), cases: sum });
  }
  return segments.reverse();
}
