import { PvError } from "../error.ts";

/**
 * How p values of one null hypothesis are put together.
 * `"bonferroni"`: the smallest over its weight. `"harmonic"`: the harmonic mean times the smallest factor that keeps it a p value
 * whatever the dependence. `"cauchy"`: the Cauchy combination, exact when independent and close under dependence for small p only.
 */
export type CombineMethod = "bonferroni" | "harmonic" | "cauchy";

/** One p value out of several. */
export interface CombinedP {
  readonly method: CombineMethod;
  /** Whether it is a p value whatever the dependence of the sources, or only about one when it is small. */
  readonly holds: "any dependence" | "small p only";
  readonly p: number;
  readonly log10P: number;
}

/**
 * Combines p values of dependent sources. The result tests that *none* of the sources shows anything; it says nothing of which one
 * does. Sources that were planned but gave nothing belong in the list with p = 1 (log10 0): to combine only what was found would
 * be to choose by the result.
 *
 * The default holds under any dependence, which is what measures, levels and detectors over the same reports need: PRR and IC of
 * one pair are nearly the same number, and no method that multiplies p values (Fisher, Stouffer) survives that.
 *
 * @param log10P - log10 of each p value, 0 or less
 * @param options - `weights` add up to 1 and are fixed beforehand; equal unless told, and always equal with `"harmonic"`
 * @returns `p` 1 for no source at all
 * @throws PvError `INVALID_ARGUMENT` for a p value above 1 or NaN; `INVALID_OPTION` for an unknown method or weights that are
 *   negative, do not add up to 1 or go with `"harmonic"`; `LENGTH_MISMATCH`
 * @see Vovk, Wang (2020) doi:10.1093/biomet/asaa027 for the harmonic mean; Liu, Xie (2020) doi:10.1080/01621459.2018.1554485 for
 *   the Cauchy combination; Genovese, Roeder, Wasserman (2006) doi:10.1093/biomet/93.3.509 for weights
 * @example
 * combineP([-4, 0, -1]).log10P; // -3.522879
 */
export function combineP(
  log10P: readonly number[],
  options: { readonly method?: CombineMethod | undefined; readonly weights?: readonly number[] | undefined } = {},
): CombinedP {
  const { method = "bonferroni", weights } = options;
  const k = log10P.length;
  log10P.forEach((value, i) => {
    if (!(value <= 0)) throw new PvError("INVALID_ARGUMENT", `log10P[${i}]: expected 0 or less, got ${value}`);
  });
  if (weights !== undefined) checkWeights(weights, k, method);
  const weight = (i: number): number => weights?.[i] ?? 1 / k;
  const finished = (log: number, holds: CombinedP["holds"]): CombinedP => {
    const capped = Math.min(0, log);
    return { method, holds, p: 10 ** capped, log10P: capped };
  };
  switch (method) {
    case "bonferroni": {
      let least = Infinity;
      log10P.forEach((value, i) => (least = Math.min(least, weight(i) > 0 ? value - Math.log10(weight(i)) : Infinity)));
      return finished(least, "any dependence");
    }
    case "harmonic":
      return finished(Math.log10(harmonicFactor(k)) - logMeanInverse(log10P, weight), "any dependence");
    case "cauchy":
      return finished(cauchy(log10P, weight), "small p only");
    default:
      throw new PvError("INVALID_OPTION", `method: one of bonferroni, harmonic, cauchy, got ${String(method)}`);
  }
}

/**
 * Smallest factor a(K) for which a(K) times the harmonic mean of K p values is a p value under any dependence:
 * (y + K)² / ((y + 1)·K) with y the positive root of y² = K·((y + 1)·ln(y + 1) − y); 2 for K = 2 and 1 for one.
 *
 * @throws PvError `INVALID_ARGUMENT` for a K that is no whole number of 0 or more
 * @see Vovk, Wang (2020) doi:10.1093/biomet/asaa027
 * @example
 * harmonicFactor(3); // 2.745644
 */
export function harmonicFactor(k: number): number {
  if (!Number.isSafeInteger(k) || k < 0) throw new PvError("INVALID_ARGUMENT", `k: a whole number from 0, got ${k}`);
  if (k <= 2) return Math.max(1, k);
  const excess = (y: number): number => y * y - k * ((y + 1) * Math.log1p(y) - y);
  let low = 1e-9;
  let high = k;
  while (excess(high) < 0) high *= 2;
  // Below the root the square is the smaller: K/2·y² > y² near 0 for K > 2.
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  const y = (low + high) / 2;
  return (y + k) ** 2 / ((y + 1) * k);
}

/** log10 of Σ w/p, from the largest term so that nothing overflows. */
function logMeanInverse(log10P: readonly number[], weight: (i: number) => number): number {
  let most = 0;
  for (const value of log10P) most = Math.max(most, -value);
  if (most === Infinity) return Infinity;
  let sum = 0;
  log10P.forEach((value, i) => (sum += weight(i) * 10 ** (-value - most)));
  return log10P.length === 0 ? 0 : most + Math.log10(sum);
}

/** Below this the tangent is the inverse of π·p to the last digit. */
const SMALL_LOG10 = -9;

function cauchy(log10P: readonly number[], weight: (i: number) => number): number {
  if (log10P.length === 0) return 0;
  if (log10P.some((value) => value < SMALL_LOG10)) return -logMeanInverse(log10P, weight);
  let sum = 0;
  log10P.forEach((value, i) => {
    // A p of exactly 1 would outweigh everything: at most 1 − 1/K counts, as the authors propose.
    const p = Math.min(10 ** value, 1 - 1 / Math.max(2, log10P.length));
    sum += weight(i) * Math.tan((0.5 - p) * Math.PI);
  });
  return Math.log10(sum > 1 ? Math.atan(1 / sum) / Math.PI : 0.5 - Math.atan(sum) / Math.PI);
}

function checkWeights(weights: readonly number[], k: number, method: CombineMethod): void {
  if (method === "harmonic") throw new PvError("INVALID_OPTION", "weights: the factor holds for equal weights only");
  if (weights.length !== k) throw new PvError("LENGTH_MISMATCH", `expected ${k} weights, got ${weights.length}`);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.some((weight) => !(weight >= 0)) || Math.abs(sum - 1) > 1e-9)
    throw new PvError("INVALID_OPTION", `weights: expected numbers from 0 that add up to 1, got ${weights.join(", ")}`);
}
