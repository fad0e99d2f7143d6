import { seededRandom } from "../math/random.ts";
import type { CountSeries } from "./series.ts";
import type { SeriesDetector } from "./series-kernel.ts";
import { monitorSeriesBatch } from "./series-monitor.ts";

/** The stretch of points that real series are tested on. */
export interface ChanceFrame extends Pick<CountSeries, "step" | "startDay" | "perYear" | "levels"> {
  readonly length: number;
  readonly from: number;
  readonly leftOut: Uint8Array | undefined;
}

/**
 * Chance of an alarm as strong on the last point of a series in control, for detectors that give no p: random Poisson series of the
 * same mean and levels run through the same points, and those counted that alarm there as strongly (with as small a p, or as large a
 * statistic of a detector without), (1 + reached) / (1 + replications). Series in control that vary more than Poisson alarm more often.
 *
 * Means are rounded to a grid of steps of 12 %, so that like series share a simulation.
 */
export class InControlChance {
  readonly #frame: ChanceFrame;
  readonly #replications: number;
  readonly #seed: number;
  readonly #strengths = new Map<string, Float64Array>();

  constructor(frame: ChanceFrame, replications: number, seed: number) {
    this.#frame = frame;
    this.#replications = replications;
    this.#seed = seed;
  }

  /**
   * @param number - of the detector among those of the run
   * @param strength - −log10 p of the alarm, or its statistic; NaN counts every alarm
   */
  chance(detector: SeriesDetector, number: number, mean: number, strength: number): number {
    const step = Math.round(Math.log(mean) / GRID);
    const key = `${number} ${step}`;
    let values = this.#strengths.get(key);
    if (values === undefined)
      this.#strengths.set(key, (values = this.#simulate(detector, Math.exp(step * GRID), step)));
    let reached = 0;
    const least = Number.isNaN(strength)
      ? -Infinity
      : strength === Infinity
        ? Infinity
        : strength - 1e-9 * Math.abs(strength);
    for (const value of values) if (!(value < least)) reached++;
    return (1 + reached) / (1 + this.#replications);
  }

  /** Strengths of the alarms among the random series. */
  #simulate(detector: SeriesDetector, mean: number, step: number): Float64Array {
    const { length, from, leftOut, levels } = this.#frame;
    const counts = new Float64Array(length * this.#replications);
    const random = seededRandom(this.#seed).fork(1_000_000 + step);
    for (let i = 0; i < counts.length; i++) counts[i] = random.poisson(mean * (levels?.[i % length] ?? 1));
    const batch = monitorSeriesBatch({ ...this.#frame, counts, length }, detector, { from, leftOut });
    const found: number[] = [];
    for (let s = 0; s < batch.series; s++) {
      const last = (s + 1) * batch.points - 1;
      if (batch.columns.alarm[last] !== 1) continue;
      const p = batch.columns.p[last]!;
      found.push(Number.isNaN(p) ? batch.columns.statistic[last]! : -Math.log10(Math.max(p, 1e-300)));
    }
    return Float64Array.from(found);
  }
}

const GRID = Math.log(1.12);
