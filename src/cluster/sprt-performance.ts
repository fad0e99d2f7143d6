import { PvError } from "../error.ts";
import { checkBinomial, maxSprtBinomial, runBinomial, type MaxSprtBinomialDesign } from "./sprt-binomial.ts";
import {
  checkConditional,
  conditionalBoundary,
  conditionalMaxSprt,
  type ConditionalMaxSprtDesign,
} from "./sprt-conditional.ts";
import { checkPoisson, maxSprtPoisson, poissonBoundary, type MaxSprtPoissonDesign } from "./sprt-poisson.ts";
import { poissonProcess, pooledProcess, runBoundary } from "./sprt-recursion.ts";

/** A sequential test of any of the three kinds. */
export type MaxSprtDesign =
  | ({ readonly kind: "poisson" } & MaxSprtPoissonDesign)
  | ({ readonly kind: "binomial" } & MaxSprtBinomialDesign)
  | ({ readonly kind: "conditional" } & ConditionalMaxSprtDesign);

/** What a sequential test does when the risk is so many times what it should be. */
export interface SprtPerformance {
  readonly relativeRisk: number;
  /** Chance of a signal before the end; at relative risk 1 the chance of a false one. */
  readonly power: number;
  /**
   * Expected time of the signal, given there is one; `null` where there never is. In events expected without excess risk
   * (`"poisson"`), events (`"binomial"`) or times the historical exposure (`"conditional"`).
   */
  readonly timeToSignal: number | null;
  /** Expected time of the end, with a signal or without, in the same unit; `null` for a test ended by a number of events. */
  readonly duration: number | null;
  readonly criticalValue: number;
}

/**
 * Power, expected time to signal and expected length of a sequential test at a relative risk, by the recursion that gives its
 * critical value.
 *
 * @param criticalValue - that of the design unless given
 * @throws PvError `INVALID_OPTION`
 * @see Kulldorff et al. (2011) doi:10.1080/07474946.2011.539924
 * @example
 * sprtPerformance({ kind: "poisson", alpha: 0.05, upper: 5, minEvents: 4 }, 2).power; // 0.530935774
 */
export function sprtPerformance(design: MaxSprtDesign, relativeRisk: number, criticalValue?: number): SprtPerformance {
  if (!(relativeRisk > 0 && relativeRisk < Infinity)) {
    throw new PvError("INVALID_OPTION", `relativeRisk: expected a finite number above 0, got ${relativeRisk}`);
  }
  if (criticalValue !== undefined && !(criticalValue >= 0 && criticalValue < Infinity)) {
    throw new PvError("INVALID_OPTION", `criticalValue: expected a finite number from 0, got ${criticalValue}`);
  }
  switch (design.kind) {
    case "poisson": {
      const full = checkPoisson(design);
      const cv = criticalValue ?? maxSprtPoisson(design).criticalValue;
      const { signal, time } = runBoundary(poissonProcess(relativeRisk), poissonBoundary(full, cv), true);
      return performance(relativeRisk, cv, signal, time, full.upper);
    }
    case "binomial": {
      const full = checkBinomial(design);
      const cv = criticalValue ?? maxSprtBinomial(design).criticalValue;
      const { signal, events } = runBinomial(full, cv, relativeRisk);
      return performance(relativeRisk, cv, signal, events, full.maxEvents);
    }
    case "conditional": {
      const full = checkConditional(design);
      const cv = criticalValue ?? conditionalMaxSprt(design).criticalValue;
      const process = pooledProcess(full.history, relativeRisk, full.historyEnd);
      const { signal, time } = runBoundary(process, conditionalBoundary(full, cv), true);
      return performance(relativeRisk, cv, signal, time, full.upperRatio);
    }
  }
}

/** @param end - time of the end without a signal; `null` where it is random */
function performance(
  relativeRisk: number,
  criticalValue: number,
  power: number,
  time: number,
  end: number | null,
): SprtPerformance {
  return {
    relativeRisk,
    power,
    timeToSignal: end === null || power === 0 ? null : (time - (1 - power) * end) / power,
    duration: end === null ? null : time,
    criticalValue,
  };
}
