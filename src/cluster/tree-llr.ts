import { halfDeviance } from "../math/deviance.ts";

/** x log(x / m) + m - x, also at x = 0. */
function half(x: number, m: number): number {
  return x === 0 ? m : halfDeviance(x, m, m - x);
}

/** Statistic of a branch with `cases`; `base` is its expected count or its number of trials. */
export type BranchLlr = (cases: number, base: number) => number;

/** c log(c/μ) - (c - μ). */
export const poissonLlr: BranchLlr = half;

/** c log(c/μ) + (C - c) log((C - c)/(C - μ)), with expected counts that sum to the C cases. */
export function conditionalPoissonLlr(total: number): BranchLlr {
  return (cases, expected) => half(cases, expected) + half(total - cases, total - expected);
}

/** c log(c/(np)) + (n - c) log((n - c)/(n(1 - p))). */
export function bernoulliLlr(p: number): BranchLlr {
  return (cases, trials) => half(cases, trials * p) + half(trials - cases, trials * (1 - p));
}

/** Log likelihood ratio of one proportion inside and another outside against one for all N trials with C cases. */
export function conditionalBernoulliLlr(totalCases: number, totalTrials: number): BranchLlr {
  const p = totalCases / totalTrials;
  return (cases, trials) => {
    const rest = totalTrials - trials;
    const restCases = totalCases - cases;
    return (
      half(cases, trials * p) +
      half(trials - cases, trials * (1 - p)) +
      half(restCases, rest * p) +
      half(rest - restCases, rest * (1 - p))
    );
  };
}
