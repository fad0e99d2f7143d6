import * as betaQuantile from "../../src/math/beta-quantile.ts";
import * as chiSquare from "../../src/math/chi-square.ts";
import * as digamma from "../../src/math/digamma.ts";
import * as gammaQuantile from "../../src/math/gamma-quantile.ts";
import * as hypergeometric from "../../src/math/hypergeometric.ts";
import * as incompleteBeta from "../../src/math/incomplete-beta.ts";
import * as incompleteGamma from "../../src/math/incomplete-gamma.ts";
import * as logBeta from "../../src/math/log-beta.ts";
import * as logGamma from "../../src/math/log-gamma.ts";
import * as negativeBinomial from "../../src/math/negative-binomial.ts";
import * as normal from "../../src/math/normal.ts";
import * as poisson from "../../src/math/poisson.ts";

type Numeric = (...x: number[]) => number;

const named: Readonly<Record<string, unknown>> = {
  ...betaQuantile,
  ...chiSquare,
  ...digamma,
  ...gammaQuantile,
  ...hypergeometric,
  ...incompleteBeta,
  ...incompleteGamma,
  ...logBeta,
  ...logGamma,
  ...negativeBinomial,
  ...normal,
  ...poisson,
};

/** A function of the math room by its name, for tables that name functions. */
export function mathFunction(name: string): Numeric {
  const found = named[name];
  if (typeof found !== "function") throw new Error(`no function ${name}`);
  return found as Numeric;
}

/**
 * Σ |x_i ∂f/∂x_i| by central differences: the change of f when every argument is off by a relative 1. Multiplied by the
 * rounding unit it is the error that no algorithm can avoid, because the arguments themselves are rounded.
 */
export function sensitivity(f: Numeric, args: readonly number[]): number {
  const h = 2 ** -20;
  let sum = 0;
  for (const [i, x] of args.entries()) {
    const moved = Math.abs(f(...args.with(i, x * (1 + h))) - f(...args.with(i, x * (1 - h)))) / (2 * h);
    if (Number.isFinite(moved)) sum += moved;
  }
  return sum;
}
