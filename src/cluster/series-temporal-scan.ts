import { seededRandom } from "../math/random.ts";
import { isProbability, isWhole, requireOption } from "./series-options.ts";
import {
  TESTED,
  type SeriesColumns,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./series-kernel.ts";

/** Options of the temporal scan. */
export interface TemporalScanOptions {
  /** Longest window, in points; 12 unless told. */
  readonly maxWindow?: number | undefined;
  /** Points looked at, the windows included; all points up to the tested one unless told. */
  readonly history?: number | undefined;
  /** Least number of points looked at; three times the longest window unless told. */
  readonly minHistory?: number | undefined;
  /** Alarm at p of this or less; 0.001 unless told. */
  readonly alpha?: number | undefined;
  /** Least number of cases in a window; 2 unless told. */
  readonly minCases?: number | undefined;
  /** Simulated series behind a p value that is too large a sum to work out; 9,999 unless told. */
  readonly replications?: number | undefined;
  /** Seed of the simulation; 1 unless told. */
  readonly seed?: number | undefined;
}

/** Options of the change point detector. */
export interface ChangePointOptions extends Omit<TemporalScanOptions, "maxWindow" | "minHistory"> {
  /** Least number of points on either side of the change; 8 unless told. */
  readonly minSegment?: number | undefined;
}

interface ScanSettings {
  readonly minWindow: number;
  /** Longest window of so many points looked at. */
  readonly maxWindow: (points: number) => number;
  readonly history: number;
  readonly minHistory: number;
  readonly alpha: number;
  readonly minCases: number;
  readonly replications: number;
  readonly seed: number;
}

/**
 * Temporal scan: the windows that end with the tested point, 1 to 12 points long, against the rest of the history, given its total
 * (multinomial, shares by the levels). `statistic` is the largest log likelihood ratio, `since` the start of its window,
 * `expected` what that window would hold on average and `observed` stays the count of the point. `p` allows for having looked at
 * all windows and is exact; where the exact sum would be longer than 2·10⁶ terms it is the seeded Monte Carlo rank. `upper` is NaN.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Kulldorff (2001) doi:10.1111/1467-985X.00186, windows that end now
 * @example
 * detectors.temporalScan().options.maxWindow; // 12
 */
export function temporalScan(options: TemporalScanOptions = {}): SeriesDetector {
  const { maxWindow = 12 } = options;
  requireOption("temporalScan", "maxWindow", maxWindow, isWhole(maxWindow, 1), "a whole number of 1 or more");
  const { minHistory = 3 * maxWindow } = options;
  const isLonger = isWhole(minHistory, maxWindow + 1);
  requireOption("temporalScan", "minHistory", minHistory, isLonger, "a whole number above maxWindow");
  return scan("temporalScan", { ...options, minWindow: 1, maxWindow: () => maxWindow, minHistory }, { maxWindow });
}

/**
 * Change point: has the mean of the series risen at some time and stayed up? The largest log likelihood ratio of two Poisson means
 * against one, over all places with at least 8 points on either side, which is {@link temporalScan} with windows that long;
 * `since` is the place, `p` exact as there. For where means changed in hindsight, in either direction, see `changePoints`.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Worsley (1983) doi:10.1093/biomet/70.2.455
 * @example
 * detectors.changePoint().options.minSegment; // 8
 */
export function changePoint(options: ChangePointOptions = {}): SeriesDetector {
  const { minSegment = 8 } = options;
  requireOption("changePoint", "minSegment", minSegment, isWhole(minSegment, 1), "a whole number of 1 or more");
  const windows = { minWindow: minSegment, maxWindow: (points: number) => points - minSegment };
  return scan("changePoint", { ...options, ...windows, minHistory: 2 * minSegment }, { minSegment });
}

function scan(
  name: string,
  options: Partial<Record<"history" | "alpha" | "minCases" | "replications" | "seed", number | undefined>> &
    Pick<ScanSettings, "minWindow" | "maxWindow" | "minHistory">,
  named: Readonly<Record<string, number>>,
): SeriesDetector {
  const { minWindow, maxWindow, minHistory, history = Infinity, alpha = 0.001, minCases = 2 } = options;
  const { replications = 9999, seed = 1 } = options;
  const isHistory = history === Infinity || isWhole(history, minHistory);
  requireOption(name, "history", history, isHistory, `a whole number of ${minHistory} or more`);
  requireOption(name, "alpha", alpha, isProbability(alpha), "between 0 and 1");
  requireOption(name, "minCases", minCases, isWhole(minCases, 1), "a whole number of 1 or more");
  requireOption(name, "replications", replications, isWhole(replications, 1), "a whole number of 1 or more");
  requireOption(name, "seed", seed, Number.isFinite(seed), "a finite number");
  const settings = { minWindow, maxWindow, minHistory, history, alpha, minCases, replications, seed };
  return {
    name,
    options: { ...named, minHistory, history, alpha, minCases, replications, seed },
    levels: "model",
    prepare: (frame) => kernel(settings, frame),
  };
}

/** Log likelihood ratio of c of n cases where the mean is n·share; 0 unless there are more than that. */
export function windowRatio(cases: number, total: number, share: number): number {
  const mean = total * share;
  if (cases <= mean) return 0;
  const rest = total - cases;
  return cases * Math.log(cases / mean) + (rest > 0 ? rest * Math.log(rest / (total - mean)) : 0);
}

const MOST_TERMS = 2e6;

function kernel(settings: ScanSettings, { from, to, levels, leftOut }: SeriesFrame): SeriesKernel {
  const shares = new Float64Array(to); // of the last 1, 2, … points looked at
  const places = new Int32Array(to);
  const sums = new Float64Array(to);
  const test = (counts: Float64Array, t: number, out: SeriesColumns, i: number): void => {
    let points = 0;
    let level = 0;
    let total = 0;
    for (let back = t; back >= 0 && points < settings.history; back--) {
      if (leftOut?.[back] === 1 && back !== t) continue;
      level += levels?.[back] ?? 1;
      total += counts[back]!;
      shares[points] = level;
      sums[points] = total;
      places[points] = back;
      points += 1;
    }
    const longest = Math.min(settings.maxWindow(points), points - 1);
    if (points < settings.minHistory || longest < settings.minWindow) return;
    let best = 0;
    let width = 0;
    for (let w = settings.minWindow; w <= longest; w++) {
      const share = shares[w - 1]! / level;
      if (sums[w - 1]! < settings.minCases) continue;
      const ratio = windowRatio(sums[w - 1]!, total, share);
      if (ratio <= best) continue;
      best = ratio;
      width = w;
    }
    for (let w = 0; w < points; w++) shares[w]! /= level;
    const p = best === 0 ? 1 : maximumP(best, total, shares, longest, settings, t);
    out.state[i] = TESTED;
    out.expected[i] = total * (width > 0 ? shares[width - 1]! : shares[0]!);
    out.statistic[i] = best;
    out.p[i] = p;
    out.since[i] = width > 0 ? places[width - 1]! : -1;
    out.alarm[i] = p <= settings.alpha ? 1 : 0;
  };
  return (counts, out, at) => {
    for (let t = from; t < to; t++) test(counts, t, out, at + t - from);
  };
}

/**
 * P(the largest ratio is at least `ratio`) for `total` cases on points with these shares. The cases of the last w points are a
 * Markov chain in w: given c, those of the next point back are binomial. What stays below the limit of every window is summed up.
 */
function maximumP(
  ratio: number,
  total: number,
  shares: Float64Array,
  longest: number,
  settings: ScanSettings,
  t: number,
): number {
  const cases = Math.round(total); // counts that are weighted sums: the null is that of whole cases
  const { minWindow } = settings;
  const limits = new Int32Array(longest + 1).fill(cases + 1);
  let terms = 0;
  for (let w = minWindow; w <= longest; w++) {
    limits[w] = limitOf(ratio, cases, shares[w - 1]!, settings.minCases);
    terms += Math.pow(Math.min(limits[w]!, cases + 1), 2);
  }
  if (terms > MOST_TERMS) return simulatedP(ratio, cases, shares, longest, limits, settings, t);
  let alive = new Float64Array(cases + 1);
  let next = new Float64Array(cases + 1);
  alive[0] = 1;
  let top = 0; // largest count with a chance
  let crossed = 0;
  let before = 0;
  for (let w = minWindow; w <= longest; w++) {
    const share = (shares[w - 1]! - before) / (1 - before);
    before = shares[w - 1]!;
    const limit = limits[w]!;
    next.fill(0);
    let reached = 0;
    for (let c = 0; c <= top; c++) {
      const chance = alive[c]!;
      if (chance === 0) continue;
      const left = cases - c;
      const odds = share / (1 - share);
      let mass = Math.exp(left * Math.log1p(-share));
      if (mass === 0) {
        reached += spread(chance, c, left, share, limit, next);
        continue;
      }
      let below = 0;
      for (let more = 0; more <= left && c + more < limit; more++) {
        next[c + more]! += chance * mass;
        below += mass;
        mass *= (odds * (left - more)) / (more + 1);
      }
      if (c + left >= limit) reached += chance * upperMass(below, mass, odds, left, limit - c);
    }
    crossed += reached;
    top = Math.min(limit - 1, cases);
    [alive, next] = [next, alive];
  }
  return Math.min(1, crossed);
}

/** The upper tail of a binomial from `start` on, its first term being `mass`: summed up where it is small, so that it keeps its digits. */
function upperMass(below: number, mass: number, odds: number, n: number, start: number): number {
  if (below < 0.5) return 1 - below;
  let sum = 0;
  let term = mass;
  for (let more = Math.max(0, start); more <= n && term > 1e-18 * sum; more++) {
    sum += term;
    term *= (odds * (n - more)) / (more + 1);
  }
  return sum;
}

/** The same step when the chance of no case is below the smallest double: from the mode outwards, scaled to 1. */
function spread(chance: number, c: number, n: number, share: number, limit: number, next: Float64Array): number {
  const mode = Math.floor((n + 1) * share);
  const odds = share / (1 - share);
  const terms = new Float64Array(n + 1);
  terms[mode] = 1;
  let sum = 1;
  for (let k = mode; k < n; k++) sum += terms[k + 1] = (terms[k]! * odds * (n - k)) / (k + 1);
  for (let k = mode; k > 0; k--) sum += terms[k - 1] = (terms[k]! * k) / (odds * (n - k + 1));
  let reached = 0;
  for (let k = 0; k <= n; k++) {
    const mass = (chance * terms[k]!) / sum;
    if (c + k < limit) next[c + k]! += mass;
    else reached += mass;
  }
  return reached;
}

/** Smallest count whose ratio reaches `ratio`, up to rounding; one more than the total when none does. */
function limitOf(ratio: number, total: number, share: number, minCases: number): number {
  const reached = ratio - 1e-9 * Math.max(1, ratio);
  let low = Math.floor(total * share);
  let high = total + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (windowRatio(middle, total, share) >= reached) high = middle;
    else low = middle;
  }
  return Math.max(minCases, high);
}

function simulatedP(
  ratio: number,
  cases: number,
  shares: Float64Array,
  longest: number,
  limits: Int32Array,
  { minWindow, replications, seed }: ScanSettings,
  t: number,
): number {
  const random = seededRandom(seed).fork(t); // the same draws for every series of a batch, in any order
  let reached = 0;
  for (let run = 0; run < replications; run++) {
    let count = 0;
    let before = 0;
    for (let w = minWindow; w <= longest; w++) {
      count += random.binomial(cases - count, Math.min(1, (shares[w - 1]! - before) / (1 - before)));
      before = shares[w - 1]!;
      if (count < limits[w]!) continue;
      reached += 1;
      break;
    }
  }
  return ratio > 0 ? (1 + reached) / (1 + replications) : 1;
}
