import type { WindowStatistic } from "./scan-statistic.ts";

/** What thresholds are asked for. */
export interface ThresholdQuestion {
  readonly statistic: WindowStatistic;
  readonly level: number;
  readonly total: number;
  /** Base of everything; where cases are part of it, a whole number. */
  readonly totalBase: number;
  /** Cases per unit of base when nothing is wrong. */
  readonly perBase: number;
  /** Largest base of a window. */
  readonly largest: number;
  readonly isBernoulli: boolean;
}

/*
 * Which counts can reach a level of the statistic, looked up by the base of the window. The answers are on the safe side: a count
 * they leave out is below the level, one they name may be a little below it too.
 *
 * For a given count the statistic falls as the base grows up to the count's own share and rises beyond it, so that each count has
 * one largest base (or smallest, for low rates) that reaches the level; these bases rise with the count. Large counts are tabulated
 * with gaps, far smaller than the excess that reaches a level.
 */

/** The next count to tabulate. */
const nextCount = (c: number): number => c + Math.max(1, Math.floor(0.05 * Math.sqrt(c)));

/** Least counts that are a high rate and can reach the level. */
export class ScanThresholds {
  readonly #counts: Float64Array;
  /** Largest base at which the count reaches the level; above all bases at the end. */
  readonly #cuts: Float64Array;
  readonly #guide: Int32Array;
  readonly #buckets: number;

  constructor({ statistic, level, total, perBase, largest, isBernoulli }: ThresholdQuestion, minCases: number) {
    const counts = [minCases - 1];
    const cuts = [0];
    let cut = 0;
    for (let c = minCases; c <= total && cut < largest; c = c < total ? Math.min(total, nextCount(c)) : Infinity) {
      const from = Math.max(cut, isBernoulli ? c : 0); // cases are part of the base
      cut = crossing((base) => statistic(c, base, total) - level, from, c / perBase) * (1 + SAFETY);
      counts.push(c);
      cuts.push(cut);
    }
    counts.push(Infinity);
    cuts.push(Infinity);
    this.#counts = Float64Array.from(counts);
    this.#cuts = Float64Array.from(cuts);
    this.#guide = new Int32Array(Math.min(1 << 16, 4 * cuts.length) + 2);
    this.#buckets = (this.#guide.length - 2) / largest;
    let i = 0;
    for (let bucket = 0; bucket < this.#guide.length; bucket++) {
      while (cuts[i]! < bucket / this.#buckets) i++;
      this.#guide[bucket] = Math.max(0, i - 1);
    }
  }

  /** Least count that can reach the level. */
  least(base: number): number {
    const cuts = this.#cuts;
    let i = this.#guide[Math.min(Math.floor(base * this.#buckets), this.#guide.length - 1)]!;
    while (cuts[i]! < base) i++;
    return this.#counts[i - 1]! + 1; // base is above 0 and so beyond the first cut
  }
}

/** Greatest counts that are a low rate and can reach the level. */
export class ScanLowThresholds {
  readonly #counts: Float64Array;
  /** Smallest base at which the count reaches the level. */
  readonly #cuts: Float64Array;

  constructor({ statistic, level, total, totalBase, perBase, largest, isBernoulli }: ThresholdQuestion) {
    const counts: number[] = [];
    const cuts: number[] = [];
    let cut = 0;
    for (let c = 0; c < total && cut <= largest; c = c < total - 1 ? Math.min(total - 1, nextCount(c)) : total) {
      const ends = totalBase - (isBernoulli ? total - c : 0); // the other cases are outside
      cut = crossing((base) => level - statistic(c, base, total), Math.max(cut, c / perBase), ends) * (1 - SAFETY);
      counts.push(c);
      cuts.push(cut);
    }
    counts.push(total);
    this.#counts = Float64Array.from(counts);
    this.#cuts = Float64Array.from(cuts);
  }

  /** Greatest count that can reach the level, or -1. */
  greatest(base: number): number {
    let low = -1;
    let high = this.#cuts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#cuts[middle]! <= base) low = middle;
      else high = middle;
    }
    return low < 0 ? -1 : this.#counts[low + 1]! - 1;
  }
}

/** More than the error of a crossing and of the statistic itself. */
const SAFETY = 1e-8;

/** Where a function that falls from above 0 to below 0 between two points crosses 0, or just beyond: regula falsi with bisection. */
function crossing(f: (x: number) => number, from: number, to: number): number {
  let a = from > 0 ? from : to * 1e-300;
  let b = to;
  let fa = f(a);
  let fb = f(b);
  if (!(fa > 0)) return a;
  if (!(fb < 0)) return b;
  for (let i = 0; i < 200 && b - a > 1e-10 * b; i++) {
    const line = (a * fb - b * fa) / (fb - fa);
    // near the ends the line says nothing about a function with a pole there
    const x = i % 3 === 2 || !(line > a && line < b) ? (a + b) / 2 : line;
    const fx = f(x);
    if (fx > 0) {
      a = x;
      fa = fx;
      fb /= 2;
    } else {
      b = x;
      fb = fx;
      fa /= 2;
    }
  }
  return b;
}
