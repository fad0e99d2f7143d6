import { gaussLegendre } from "../math/gauss-legendre.ts";
import { negativeBinomialLogPmf } from "../math/negative-binomial.ts";
import { poissonLogPmf } from "../math/poisson.ts";

/** A process that counts events over time, as the recursion needs it. */
export interface CountProcess {
  /** P(m more events by `to` | j events at `from`), m = 0 … out.length - 1; returns how many are written, the rest is negligible. */
  readonly increments: (j: number, from: number, to: number, out: Float64Array) => number;
  /** Fills `out[k]` with what a chance of k events at a time is to be multiplied by; 1 when left out. */
  readonly weights?: (time: number, out: Float64Array) => void;
}

/** Chances beyond this are left out of sums. */
const NEGLIGIBLE = 1e-22;
/** Chances of none below this are not a start for a recursion. */
const TINY = 1e-290;
/** The chance of no signal is smooth between two latest times, and so is a weight in the share of the last gap. */
const TIME_RULE = gaussLegendre(12, 0, 1);
const SHARE_RULE = gaussLegendre(40, 0, 1);

/** A Poisson process of the rate given per unit of time. */
export function poissonProcess(rate: number): CountProcess {
  return {
    increments(_, from, to, out) {
      const mean = rate * (to - from);
      let mass = Math.exp(-mean);
      if (mass < TINY) return fill(out, mean, (m) => poissonLogPmf(m, mean));
      for (let m = 0; m < out.length; m++) {
        if (mass < NEGLIGIBLE && m > mean) return m;
        out[m] = mass;
        mass *= mean / (m + 1);
      }
      return out.length;
    },
  };
}

/**
 * Where the historical period ends: at its last event (Li and Kulldorff 2010), just before the next one, or, as a calendar date
 * does, somewhere between the two, anywhere alike.
 */
export type HistoryEnd = "at-event" | "between-events" | "before-event";

/**
 * Events of a Poisson process whose unknown rate is known only from a historical period with so many events, which took the unit
 * of time; at `factor` times that rate.
 *
 * For a period that ends with its last event the rate integrates out: j events by `from` leave a gamma distribution of shape
 * history + j, and increments are negative binomial. How the period ends enters the chance of a path only by the count and the
 * time at its end, through E(V^k e^(-τV)) of the period V in units of the mean gap: another end is a weight.
 */
export function pooledProcess(history: number, factor: number, end: HistoryEnd): CountProcess {
  const increments: CountProcess["increments"] = (j, from, to, out) => {
    const size = history + j;
    const p = (factor * (to - from)) / (1 + factor * to);
    const mean = (size * factor * (to - from)) / (1 + factor * from);
    let mass = Math.exp(size * Math.log1p(-p));
    if (mass < TINY) return fill(out, mean, (m) => negativeBinomialLogPmf(m, size, mean));
    for (let m = 0; m < out.length; m++) {
      if (mass < NEGLIGIBLE && m > mean) return m;
      out[m] = mass;
      mass *= (p * (size + m)) / (m + 1);
    }
    return out.length;
  };
  if (end === "at-event") return { increments };
  // V = G + share·E with G gamma of shape history, E exponential: E((G + aE)^k)/E(G^k) = 1 + a k/(history + k - 1) · (same of k - 1)
  const add = (scaled: number, share: number, weight: number, out: Float64Array): void => {
    const a = (share * (1 + scaled)) / (1 + scaled * share);
    const scale = weight / (1 + scaled * share);
    let ratio = 1;
    for (let k = 0; k < out.length; k++) {
      if (k > 0) ratio = 1 + ((a * k) / (history + k - 1)) * ratio;
      out[k]! += scale * ratio;
    }
  };
  return {
    increments,
    weights(time, out) {
      out.fill(0);
      if (end === "before-event") add(factor * time, 1, 1, out);
      else for (const [i, share] of SHARE_RULE.nodes.entries()) add(factor * time, share, SHARE_RULE.weights[i]!, out);
    },
  };
}

function fill(out: Float64Array, mean: number, logPmf: (m: number) => number): number {
  for (let m = 0; m < out.length; m++) {
    out[m] = Math.exp(logPmf(m));
    if (m > mean && out[m]! < NEGLIGIBLE) return m;
  }
  return out.length;
}

/** When a count signals. */
export interface Boundary {
  /** The test starts here: signals at this time are those of counts that are already large enough. 0 without delay. */
  readonly start: number;
  /** The smallest count that signals, and the latest time at which it does so: `latest[i]` belongs to count first + i. Rising. */
  readonly first: number;
  readonly latest: readonly number[];
}

/** What becomes of a process under a boundary. */
export interface BoundaryRun {
  /** Chance of a signal. */
  readonly signal: number;
  /** Expected time of the end, with or without a signal; `NaN` unless asked for. */
  readonly time: number;
}

/**
 * Exact chance that a process crosses a boundary, by recursion over the counts that have not signalled: between two latest times
 * only one more count signals, so the count at each latest time decides. The last latest time is the end of the test.
 */
export function runBoundary(process: CountProcess, boundary: Boundary, withTime = false): BoundaryRun {
  const { first, latest } = boundary;
  const size = first + latest.length;
  const out = new Float64Array(size);
  let alive = new Float64Array(size);
  let next = new Float64Array(size);
  alive[0] = 1;
  let elapsed = boundary.start;
  let time = 0;
  let lowest = 0; // counts below have a negligible chance
  let width = 1; // and from here on none

  const weights = new Float64Array(size).fill(1);
  const stillAlive = (to: number, count: number): number => {
    process.weights?.(to, weights.subarray(0, count));
    let sum = 0;
    for (let j = lowest; j < width; j++) {
      const written = process.increments(j, time, to, out.subarray(0, count - j));
      let below = 0;
      for (let m = 0; m < written; m++) below += out[m]! * weights[j + m]!;
      sum += alive[j]! * below;
    }
    return sum;
  };
  const advance = (to: number, count: number): void => {
    next.fill(0, 0, count);
    for (let j = lowest; j < width; j++) {
      const here = alive[j]!;
      const written = process.increments(j, time, to, out.subarray(0, count - j));
      for (let m = 0; m < written; m++) next[j + m]! += here * out[m]!;
    }
    while (lowest < count - 1 && next[lowest]! < NEGLIGIBLE) lowest++;
    [alive, next] = [next, alive];
    width = count;
    time = to;
  };

  // nobody looks before the start: counts that are too large by then signal there
  if (boundary.start > 0) advance(boundary.start, first);
  for (const [i, to] of latest.entries()) {
    const count = first + i;
    if (to <= time) continue;
    if (withTime) {
      for (const [k, node] of TIME_RULE.nodes.entries()) {
        elapsed += TIME_RULE.weights[k]! * (to - time) * stillAlive(time + node * (to - time), count);
      }
    }
    advance(to, count);
  }
  process.weights?.(time, weights.subarray(0, width));
  let left = 0; // without a signal
  for (let k = lowest; k < width; k++) left += alive[k]! * weights[k]!;
  return { signal: Math.max(0, 1 - left), time: withTime ? elapsed : NaN };
}

/** Largest relative amount by which a statistic may miss a critical value and still reach it: the rounding of logarithms. */
const ROUNDING = 1e-12;

/** Whether a statistic is a signal: the critical value itself is. */
export function reaches(llr: number, criticalValue: number): boolean {
  return llr >= criticalValue * (1 - ROUNDING);
}

/**
 * The smallest critical value whose chance of a false signal is not above alpha: exact where the chance is continuous in it,
 * otherwise on the safe side of the jump. 0 when a signal at every excess is not too much.
 *
 * @param chance - falls with the critical value
 */
export function smallestCriticalValue(alpha: number, chance: (criticalValue: number) => number): number {
  if (chance(0) <= alpha) return 0;
  let low = 0;
  let high = 4;
  while (chance(high) > alpha) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (chance(middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
