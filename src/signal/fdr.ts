import { PvError } from "../error.ts";
import { digamma } from "../math/digamma.ts";
import { logGamma } from "../math/log-gamma.ts";
import { checkLengths } from "./ratio.ts";

/** Ways to account for the number of tests; see {@link adjustP}. */
export type AdjustMethod = "bonferroni" | "bh" | "by" | "lbe";

/** p values adjusted for the number of tests. */
export interface AdjustedP {
  /** Smallest level at which the pair is declared; NaN where it was not tested. */
  readonly q: Float64Array;
  /** Pairs that were tested: chosen, and with a p value. */
  readonly tested: number;
  /** Pairs chosen but without a p value (NaN), which were left out of the tests. */
  readonly undefinedP: number;
  /** Number of hypotheses that was adjusted for: `tested`, unless told. */
  readonly hypotheses: number;
  /** Estimated share of true null hypotheses among the tested ones; null for methods that do not estimate it. */
  readonly pi0: number | null;
  readonly method: AdjustMethod;
}

/**
 * Adjusts p values for their number. The order of the pairs changes no bit, equal p values get equal q values, and q never
 * falls where p rises.
 *
 * - `"bonferroni"`: min(1, m·p), the family-wise error rate.
 * - `"bh"`: Benjamini and Hochberg, min over r ≥ rank of m·p/r; the false discovery rate of independent or positively dependent
 *   tests.
 * - `"by"`: Benjamini and Yekutieli, the same times 1 + 1/2 + … + 1/m; any dependence.
 * - `"lbe"`: location-based estimator of Dalmasso, Broët and Moreau in the form of Ahmed et al. for one-sided p values of
 *   over-reporting, which it requires. With t = 2·min(p, 1 − p), π0 = Σ(−log(1 − t))^a / (m·Γ(a + 1)), at most 1, a ≥ 1 being
 *   the largest with (Γ(2a + 1)/Γ(a + 1)² − 1)/m ≤ 0.05², or 1 (m < 400). For the r pairs up to p, the rate is π0·m·p/r when
 *   p ≤ ½; beyond, with h pairs up to ½, (π0·m/2 + r − h)/r. It is an estimate, not a bound: q may be below p. A p value of
 *   exactly ½ makes π0 1.
 *
 * What is tested matters more than the method. A screen lists pairs with a ≥ 1, and a p value that is seen only because a ≥ 1
 * is not uniform under the null: in sparse data all of them are small. All four methods are then anti-conservative, because
 * the combinations of product and event that were not listed were hypotheses as well, with p = 1. `"lbe"` is worst: it reads π0
 * from the same p values (0.05 in CAERS, where it declares every pair). Testing only pairs with a ≥ 3 does not help: given
 * a ≥ 3 no p value can exceed P(X ≥ 3). The remedy is `hypotheses`, the number of all combinations that could have been
 * listed, such as products × events: with it `"bonferroni"`, `"bh"` and `"by"` keep what they promise, on the safe side
 * because counts are discrete. A minimum count then belongs in the rule, beside q, not into `tested`.
 *
 * @param p - p values; NaN is untested, and counted
 * @param method - see above
 * @param tested - 1 where a pair is tested, 0 where not; every pair unless told
 * @param hypotheses - number of hypotheses when p = 1 for those not listed; not with `"lbe"`
 * @returns `q` NaN where untested. `pi0` NaN when nothing is tested
 * @throws PvError `INVALID_ARGUMENT` for a p value outside 0 … 1, an unknown method, fewer hypotheses than tests or hypotheses
 *   with `"lbe"`; `LENGTH_MISMATCH`
 * @see Benjamini, Hochberg (1995) doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini, Yekutieli (2001)
 *   doi:10.1214/aos/1013699998; Dalmasso, Broët, Moreau (2005) doi:10.1093/bioinformatics/bti063; Ahmed et al. (2010)
 *   doi:10.1111/j.1541-0420.2009.01262.x
 * @example
 * adjustP(Float64Array.of(0.02, 0.01, 0.04), "bh").q[0]; // 0.03
 */
export function adjustP(p: Float64Array, method: AdjustMethod, tested?: Uint8Array, hypotheses?: number): AdjustedP {
  const { sorted, undefinedP } = chosen("p", p, tested);
  const n = sorted.length;
  const m = hypotheses ?? n;
  if (hypotheses !== undefined) {
    if (method === "lbe")
      throw new PvError("INVALID_ARGUMENT", `hypotheses: "lbe" estimates from the p values of all hypotheses`);
    if (!Number.isSafeInteger(m) || m < n)
      throw new PvError("INVALID_ARGUMENT", `hypotheses: a whole number not below the ${n} tested, got ${m}`);
  }
  let pi0: number | null = null;
  let rate: (p: number, rank: number) => number;
  switch (method) {
    case "bonferroni":
      rate = (p) => p * m;
      break;
    case "bh":
      rate = (p, rank) => p * (m / rank);
      break;
    case "by": {
      const weight = harmonic(m);
      rate = (p, rank) => p * ((m / rank) * weight);
      break;
    }
    case "lbe": {
      const share = (pi0 = nullShare(sorted));
      const half = firstAbove(sorted, 0.5);
      rate = (p, rank) => (p <= 0.5 ? share * p * (m / rank) : ((share * m) / 2 + (rank - half)) / rank);
      break;
    }
    default:
      throw new PvError("INVALID_ARGUMENT", `method: one of bonferroni, bh, by, lbe, got ${String(method)}`);
  }
  // From the largest p down: ties are reached at their last rank first, which is their common rank.
  const adjusted = new Float64Array(n);
  let least = 1;
  for (let i = n - 1; i >= 0; i--) {
    if (i === n - 1 || sorted[i] !== sorted[i + 1]) least = Math.min(least, rate(sorted[i]!, i + 1));
    adjusted[i] = least;
  }
  return { q: spread(p, tested, sorted, adjusted), tested: n, undefinedP, hypotheses: m, pi0, method };
}

/** Error rates of declaring a pair and all that are at least as probable, estimated from posterior probabilities. */
export interface PosteriorFdr {
  /** Estimated share of false ones among the declared. */
  readonly fdr: Float64Array;
  /** Estimated share of missed ones among those not declared; NaN when all are declared. */
  readonly fnr: Float64Array;
  /** Estimated share of the true ones that are declared; NaN when no pair can be true. */
  readonly sensitivity: Float64Array;
  /** Estimated share of the false ones that are not declared; NaN when no pair can be false. */
  readonly specificity: Float64Array;
  /** Pairs that were ranked. */
  readonly tested: number;
  /** Pairs chosen but without a probability (NaN), which were left out. */
  readonly undefinedP: number;
}

/**
 * Error rates for Bayesian measures: pairs are ranked by the posterior probability v that there is no over-reporting, and for
 * each pair the cut is drawn right after it and its equals. With D the declared pairs and U the others,
 * FDR = Σ_D v / |D|, FNR = Σ_U (1 − v) / |U|, sensitivity = Σ_D (1 − v) / Σ (1 − v), specificity = Σ_U v / Σ v.
 *
 * The rates are as good as the prior: they hold on average over it and need no adjustment for the number of pairs. A prior that
 * was fitted to the listed pairs (a ≥ 1) as if they were all there are makes them too small.
 *
 * @param probabilityNotPositive - P(no over-reporting | data), such as P(λ ≤ 1) or P(IC ≤ 0); NaN is left out, and counted
 * @param tested - 1 where a pair is ranked, 0 where not; every pair unless told
 * @returns NaN where not ranked; equal probabilities have equal rates
 * @throws PvError `INVALID_ARGUMENT` for a probability outside 0 … 1; `LENGTH_MISMATCH`
 * @see Müller et al. (2004) doi:10.1198/016214504000001646; Ahmed et al. (2009) doi:10.1002/sim.3586
 * @example
 * posteriorFdr(Float64Array.of(0.02, 0.1, 0.6)).fdr[1]; // 0.06
 */
export function posteriorFdr(probabilityNotPositive: Float64Array, tested?: Uint8Array): PosteriorFdr {
  const { sorted, undefinedP } = chosen("probabilityNotPositive", probabilityNotPositive, tested);
  const n = sorted.length;
  // Sums over those not declared are added up from the far end, where differences of totals would cancel.
  const falseAfter = new Float64Array(n + 1);
  const trueAfter = new Float64Array(n + 1);
  for (let i = n - 1; i >= 0; i--) {
    falseAfter[i] = falseAfter[i + 1]! + sorted[i]!;
    trueAfter[i] = trueAfter[i + 1]! + (1 - sorted[i]!);
  }
  const fdr = new Float64Array(n);
  const fnr = new Float64Array(n);
  const sensitivity = new Float64Array(n);
  const specificity = new Float64Array(n);
  let falseOnes = 0;
  let trueOnes = 0;
  let highest = 0;
  for (let from = 0; from < n;) {
    let to = from;
    for (; to < n && sorted[to] === sorted[from]; to++) {
      falseOnes += sorted[to]!;
      trueOnes += 1 - sorted[to]!;
    }
    // The mean of a growing sorted set cannot fall; its rounding could.
    highest = Math.max(highest, falseOnes / to);
    fdr.fill(highest, from, to);
    fnr.fill(trueAfter[to]! / (n - to), from, to);
    sensitivity.fill(trueOnes / (trueOnes + trueAfter[to]!), from, to);
    specificity.fill(falseAfter[to]! / (falseOnes + falseAfter[to]!), from, to);
    from = to;
  }
  const out = (values: Float64Array): Float64Array => spread(probabilityNotPositive, tested, sorted, values);
  return {
    fdr: out(fdr),
    fnr: out(fnr),
    sensitivity: out(sensitivity),
    specificity: out(specificity),
    tested: n,
    undefinedP,
  };
}

/** The tested probabilities in ascending order. */
function chosen(
  name: string,
  p: Float64Array,
  tested: Uint8Array | undefined,
): { readonly sorted: Float64Array; readonly undefinedP: number } {
  if (tested !== undefined) checkLengths({ [name]: p, tested });
  const sorted = new Float64Array(p.length);
  let n = 0;
  let undefinedP = 0;
  for (let i = 0; i < p.length; i++) {
    if (tested?.[i] === 0) continue;
    const value = p[i]!;
    if (Number.isNaN(value)) undefinedP++;
    else if (value >= 0 && value <= 1)
      sorted[n++] = value + 0; // -0 becomes 0
    else throw new PvError("INVALID_ARGUMENT", `${name}[${i}]: a probability from 0 to 1, got ${value}`);
  }
  return { sorted: sorted.slice(0, n).sort(), undefinedP };
}

/** Values of the sorted probabilities, back in the places of the tested ones; NaN in the others. */
function spread(
  p: Float64Array,
  tested: Uint8Array | undefined,
  sorted: Float64Array,
  values: Float64Array,
): Float64Array {
  const out = new Float64Array(p.length).fill(NaN);
  for (let i = 0; i < p.length; i++) {
    if (tested?.[i] !== 0 && !Number.isNaN(p[i])) out[i] = values[firstAbove(sorted, p[i]!) - 1]!;
  }
  return out;
}

/** Number of sorted values up to `bound`. */
function firstAbove(sorted: Float64Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1 + 1/2 + … + 1/m. */
const harmonic = (m: number): number => Math.max(1, digamma(m + 1) + 0.5772156649015329);

/** Largest standard deviation of the estimated share of true nulls: the value its authors propose. */
const LBE_DEVIATION = 0.05;

/** Location-based estimate of the share of true null hypotheses from sorted one-sided p values. */
function nullShare(sorted: Float64Array): number {
  const m = sorted.length;
  if (m === 0) return NaN;
  const power = lbePower(m);
  let sum = 0;
  for (const p of sorted) sum += Math.pow(-Math.log1p(-2 * Math.min(p, 1 - p)), power);
  return Math.min(1, sum / m / Math.exp(logGamma(power + 1)));
}

function lbePower(m: number): number {
  const bound = Math.log1p(m * LBE_DEVIATION * LBE_DEVIATION);
  const isWithin = (a: number): boolean => logGamma(2 * a + 1) - 2 * logGamma(a + 1) <= bound;
  let low = 1;
  // Γ(2a + 1)/Γ(a + 1)² grows by a factor of more than 2 with every 1 in a.
  let high = 2 + bound / Math.LN2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (isWithin(middle)) low = middle;
    else high = middle;
  }
  return low;
}
