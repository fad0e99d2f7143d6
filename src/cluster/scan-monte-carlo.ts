import { PvError } from "../error.ts";
import { seededRandom } from "../math/random.ts";
import type { SpaceTimePlan } from "./scan-plan.ts";
import { ScanSweep } from "./scan-sweep.ts";

/** Something that can say that the result is no longer wanted, such as an `AbortSignal`. */
export interface StopRequest {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/**
 * The largest statistic of each of the random data sets `from` to `to - 1` of a scan. Data set r has a random stream of its own:
 * pieces computed anywhere, put one after the other, are the whole bit for bit. Give pieces to workers, or make them one by one to
 * stay responsive.
 *
 * @param signal - asked between batches of some ten to some hundred data sets
 * @throws PvError `INVALID_ARGUMENT` unless 0 <= from <= to <= replications; the reason of `signal` when aborted
 * @example
 * const plan = prepareSpaceTimeScan(cases, places, { model: "permutation", analysis: "prospective", period, seed: 1 });
 * spaceTimeScanResult(plan, simulateScanMaxima(plan, 0, 999)); // what scanSpaceTime gives
 */
export function simulateScanMaxima(plan: SpaceTimePlan, from: number, to: number, signal?: StopRequest): Float64Array {
  const { replications } = plan.options;
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= replications)) {
    throw new PvError("INVALID_ARGUMENT", `expected 0 <= from <= to <= ${replications}, got ${from} and ${to}`);
  }
  const maxima = new Float64Array(to - from);
  const batches = new MaximaBatches(plan);
  for (let done = from; done < to;) {
    signal?.throwIfAborted();
    const next = Math.min(to, done + batches.size);
    maxima.set(batches.maxima(done, next), done - from);
    done = next;
  }
  return maxima;
}

/** Computes maxima batch by batch and learns from them above which level those of the next will lie. */
export class MaximaBatches {
  readonly #sweep: ScanSweep;
  readonly #seed: number;
  /** Levels to try one after the other on the data sets that do not exceed the one before. */
  #levels = FIRST_LEVELS;
  #isPilot = true;

  constructor(plan: SpaceTimePlan) {
    this.#sweep = new ScanSweep(plan);
    this.#seed = plan.options.seed;
  }

  /** Data sets of the next batch. */
  get size(): number {
    return this.#isPilot ? Math.min(PILOT, this.#sweep.capacity) : this.#sweep.capacity;
  }

  /** @param to - at most `size` beyond `from` */
  maxima(from: number, to: number): Float64Array {
    const root = seededRandom(this.#seed);
    const out = new Float64Array(to - from);
    let open = Array.from(out, (_, i) => i);
    for (let k = 0; open.length > 0; k++) {
      const level = this.#levels[k] ?? 0;
      const found = this.#sweep.maxima(
        open.map((i) => root.fork(from + i)),
        level,
      );
      for (const [k, i] of open.entries()) out[i] = found[k]!;
      if (level === 0) break;
      open = open.filter((i) => !(out[i]! > level));
    }
    if (this.#isPilot) {
      const sorted = out.slice().sort();
      this.#levels = [sorted[Math.floor(sorted.length * EXCEEDED_LATER)]!, sorted[0]! * 0.9, sorted[0]! / 2];
      this.#isPilot = false;
    }
    return out;
  }
}

/** First guesses; where none holds, every excess is looked at. */
const FIRST_LEVELS: readonly number[] = [6, 3, 1.5, 0.5];
/** Data sets of the first batch, which shows where the maxima lie. */
const PILOT = 32;
/**
 * Share of data sets that are looked at again with a lower level. A high level leaves few statistics to compute for the others,
 * which saves more than the second look costs.
 */
const EXCEEDED_LATER = 0.2;
