import { halfDeviance } from "../math/deviance.ts";
import type { ScanModel } from "./scan-options.ts";

/** x log(x / m) + m - x, also at x = 0. */
function half(x: number, m: number, excess: number): number {
  return x === 0 ? m : halfDeviance(x, m, excess);
}

/**
 * Log likelihood ratio of the Poisson scan statistic and of the space-time permutation scan statistic: c log(c/μ) +
 * (C - c) log((C - c)/(C - μ)), for high and for low rates alike.
 *
 * @param cases - c, inside the window
 * @param expected - μ, 0 < μ < C
 * @param total - C, all cases, to which the expected cases sum
 * @see Kulldorff (1997) doi:10.1080/03610929708831995; Kulldorff et al. (2005) doi:10.1371/journal.pmed.0020059
 * @example
 * poissonScanLlr(4, 0.67010309278, 194); // 3.845418
 */
export function poissonScanLlr(cases: number, expected: number, total: number): number {
  const excess = cases - expected;
  return half(cases, expected, -excess) + half(total - cases, total - expected, excess);
}

/**
 * Log likelihood ratio of the Bernoulli scan statistic, one proportion of cases inside and another outside against one for all.
 *
 * @param cases - c, cases inside the window
 * @param size - n, cases and controls inside
 * @param totalCases - C
 * @param totalSize - N, all cases and controls
 * @see Kulldorff, Nagarwalla (1995) doi:10.1002/sim.4780140809
 * @example
 * bernoulliScanLlr(4, 4, 62, 203); // 4.836516
 */
export function bernoulliScanLlr(cases: number, size: number, totalCases: number, totalSize: number): number {
  const expected = (totalCases / totalSize) * size;
  const excess = cases - expected;
  return (
    half(cases, expected, -excess) +
    half(size - cases, size - expected, excess) +
    half(totalCases - cases, totalCases - expected, excess) +
    half(totalSize - size - totalCases + cases, totalSize - size - totalCases + expected, -excess)
  );
}

/** Statistic of one window; `base` is what the model measures it against: expected cases, or cases and controls. */
export type WindowStatistic = (cases: number, base: number, totalCases: number) => number;

/** @param totalBase - all cases and controls, for the Bernoulli model */
export function windowStatistic(model: ScanModel, totalBase: number): WindowStatistic {
  return model === "bernoulli"
    ? (cases, base, total) => bernoulliScanLlr(cases, base, total, totalBase)
    : poissonScanLlr;
}
