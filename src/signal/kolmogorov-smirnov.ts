import { PvError } from "../error.ts";

/** Two-sample test of Kolmogorov and Smirnov. */
export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distribution functions. */
  readonly statistic: number;
  /** Largest excess of the first one: how much earlier the first sample comes. */
  readonly earlier: number;
  /** Largest excess of the second one: how much later the first sample comes. */
  readonly later: number;
  /** Two-sided. */
  readonly p: number;
  /** `"exact"`: over all ways to divide the pooled values, ties included. `"asymptotic"`: too large where values are tied. */
  readonly method: "exact" | "asymptotic";
  /** Sizes of the samples. */
  readonly first: number;
  readonly second: number;
}

/** Product of the sample sizes up to which the exact p is computed unless told: a few milliseconds. */
const EXACT_LIMIT = 1_000_000;

/**
 * Two-sample test of Kolmogorov and Smirnov. Days are whole numbers, so that ties are the rule: the exact p is therefore that
 * of the permutation distribution given the pooled values, which is exact with ties, and the asymptotic one, used where both
 * samples are large, errs on the safe side.
 *
 * @param x - any order
 * @param y - any order
 * @param method - `"exact"` takes time and `"asymptotic"` accuracy; by size (product of the sizes up to a million) unless told
 * @returns NaN, with `method` `"exact"`, when a sample is empty
 * @throws PvError `INVALID_ARGUMENT` for a value that is NaN
 * @see Schröer, Trenkler (1995) doi:10.1016/0167-9473(94)00040-P for exact p values with ties; Smirnov (1948)
 *   doi:10.1214/aoms/1177730256 for the asymptotic distribution
 * @example
 * kolmogorovSmirnov([0, 1, 1, 2, 5], [1, 3, 8, 13, 21, 34]).p; // 0.10823
 */
export function kolmogorovSmirnov(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  method: KolmogorovSmirnov["method"] | "auto" = "auto",
): KolmogorovSmirnov {
  const a = sorted("x", x);
  const b = sorted("y", y);
  const m = a.length;
  const n = b.length;
  if (m === 0 || n === 0)
    return { statistic: NaN, earlier: NaN, later: NaN, p: NaN, method: "exact", first: m, second: n };
  // Distances are counted in units of 1/(m·n): whole numbers, so that equal ones are equal.
  const ends = new Uint8Array(m + n + 1);
  let above = 0;
  let below = 0;
  for (let i = 0, j = 0; i < m || j < n;) {
    const value = i < m && (j === n || a[i]! <= b[j]!) ? a[i]! : b[j]!;
    while (i < m && a[i] === value) i++;
    while (j < n && b[j] === value) j++;
    ends[i + j] = 1;
    above = Math.max(above, i * n - j * m);
    below = Math.max(below, j * m - i * n);
  }
  const distance = Math.max(above, below);
  const statistic = distance / (m * n);
  const exact = method === "auto" ? m * n <= EXACT_LIMIT : method === "exact";
  return {
    statistic,
    earlier: above / (m * n),
    later: below / (m * n),
    p: exact ? exactTail(m, n, distance, ends) : kolmogorovSf(statistic * Math.sqrt((m / (m + n)) * n)),
    method: exact ? "exact" : "asymptotic",
    first: m,
    second: n,
  };
}

function sorted(name: string, values: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(values);
  if (out.some(Number.isNaN)) throw new PvError("INVALID_ARGUMENT", `${name}: a value is not a number`);
  return out.sort();
}

/**
 * Probability that a random division of the pooled values reaches the distance. The pooled order is a path over a grid of m by
 * n; the probability of having been out of bounds before (i, j), with all paths to it equally likely, follows from the two
 * points the path can have come from. All terms are positive, so that small probabilities keep their digits. Only the ends of
 * tied groups are points of the distribution functions.
 */
function exactTail(m: number, n: number, distance: number, ends: Uint8Array): number {
  if (distance === 0) return 1;
  const reached = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      if (ends[i + j] === 1 && Math.abs(i * n - j * m) >= distance) reached[j] = 1;
      else if (i === 0) reached[j] = j === 0 ? 0 : reached[j - 1]!;
      else if (j > 0) reached[j] = (i * reached[j]! + j * reached[j - 1]!) / (i + j);
    }
  }
  return reached[n]!;
}

/**
 * P(K > x) of the Kolmogorov distribution.
 *
 * @param x - x >= 0
 * @returns 1 for x <= 0, NaN for NaN
 * @example
 * kolmogorovSf(1.36); // 0.049486
 */
export function kolmogorovSf(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1) {
    // the same function by the theta identity, which converges where the other series alternates slowly
    const t = (Math.PI * Math.PI) / (8 * x * x);
    for (let k = 1; k <= 9; k += 2) sum += Math.exp(-k * k * t);
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 6; k >= 1; k--) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
