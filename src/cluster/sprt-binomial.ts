import { halfDeviance } from "../math/deviance.ts";
import { checkAlpha, checkPositive, checkWhole } from "./sprt-check.ts";
import { reaches, smallestCriticalValue } from "./sprt-recursion.ts";
import { PvError } from "../error.ts";

/** A binomial MaxSPRT: each event is a case or a control. */
export interface MaxSprtBinomialDesign {
  /** Chance of a false signal over the whole test, 0 < alpha < 0.5. */
  readonly alpha: number;
  /** Controls for each case when there is no excess risk: an event is a case with probability 1/(1 + ratio). */
  readonly ratio: number;
  /** Surveillance ends with so many events, cases and controls together; at most 5000. */
  readonly maxEvents: number;
  /** No signal with fewer cases; 1 unless told. */
  readonly minEvents?: number | undefined;
}

/** Critical value of a binomial MaxSPRT. */
export interface MaxSprtBinomial {
  /** Signal when the log likelihood ratio reaches it. It lies next above a value that the data can take and that is not enough. */
  readonly criticalValue: number;
  /** Exact chance of a false signal. */
  readonly attainedAlpha: number;
  /** Fewest cases that signal, for each number of events from 1 on; `null` where none do. */
  readonly boundary: readonly (number | null)[];
  readonly design: Required<{ readonly [K in keyof MaxSprtBinomialDesign]: number }>;
}

/**
 * Log likelihood ratio of the binomial MaxSPRT, c log(c/(n p)) + (n - c) log((n - c)/(n (1 - p))) with p = 1/(1 + ratio); 0 unless
 * c/n > p.
 *
 * @example
 * binomialSprtLlr(4, 4, 1); // 2.77258872224
 */
export function binomialSprtLlr(cases: number, events: number, ratio: number): number {
  const expected = events / (1 + ratio);
  // a proportion that equals p must not seem to exceed it
  if (!(cases > expected * (1 + 1e-14))) return 0;
  const rest = events - cases;
  const expectedRest = events - expected;
  return (
    halfDeviance(cases, expected, expected - cases) +
    (rest === 0 ? expectedRest : halfDeviance(rest, expectedRest, cases - expected))
  );
}

/**
 * Critical value of the maximised sequential probability ratio test for cases among matched events, watched event by event, by
 * exact recursion. Because counts are whole, alpha is attained from below: the value is the smallest one that keeps to it.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Kulldorff et al. (2011) doi:10.1080/07474946.2011.539924
 * @example
 * maxSprtBinomial({ alpha: 0.05, ratio: 1, maxEvents: 10 }).attainedAlpha; // 0.041015625
 */
export function maxSprtBinomial(design: MaxSprtBinomialDesign): MaxSprtBinomial {
  const full = checkBinomial(design);
  const chance = (criticalValue: number): number => runBinomial(full, criticalValue, 1).signal;
  const criticalValue = smallestCriticalValue(full.alpha, chance);
  return {
    criticalValue,
    attainedAlpha: chance(criticalValue),
    boundary: Array.from({ length: full.maxEvents }, (_, i) => fewestCases(full, criticalValue, i + 1)),
    design: full,
  };
}

/** @throws PvError `INVALID_OPTION` */
export function checkBinomial({
  alpha,
  ratio,
  maxEvents,
  minEvents = 1,
}: MaxSprtBinomialDesign): MaxSprtBinomial["design"] {
  checkAlpha(alpha);
  checkPositive("ratio", ratio);
  checkWhole("maxEvents", maxEvents);
  checkWhole("minEvents", minEvents);
  if (maxEvents > 5000) throw new PvError("INVALID_OPTION", `maxEvents: expected at most 5000, got ${maxEvents}`);
  return { alpha, ratio, maxEvents, minEvents };
}

function fewestCases(
  { ratio, minEvents }: MaxSprtBinomial["design"],
  criticalValue: number,
  events: number,
): number | null {
  // the statistic rises with the cases above the expected count
  let low = Math.max(minEvents, Math.floor(events / (1 + ratio))) - 1;
  let high = events + 1;
  const signals = (cases: number): boolean => {
    const llr = binomialSprtLlr(cases, events, ratio);
    return llr > 0 && reaches(llr, criticalValue);
  };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (signals(middle)) high = middle;
    else low = middle;
  }
  return high > events ? null : high;
}

/** Chance of a signal and expected number of events at the end when cases are `relativeRisk` times as likely as the ratio says. */
export function runBinomial(
  design: MaxSprtBinomial["design"],
  criticalValue: number,
  relativeRisk: number,
): { readonly signal: number; readonly events: number } {
  const p = relativeRisk / (relativeRisk + design.ratio);
  const alive = new Float64Array(design.maxEvents + 2);
  alive[0] = 1;
  let width = 1;
  let signal = 0;
  let events = 0;
  for (let n = 1; n <= design.maxEvents; n++) {
    for (let c = 0; c < width; c++) events += alive[c]!;
    for (let c = width; c >= 1; c--) alive[c] = alive[c]! * (1 - p) + alive[c - 1]! * p;
    alive[0] = alive[0] * (1 - p);
    width++;
    const bound = fewestCases(design, criticalValue, n);
    while (bound !== null && width > bound) {
      width--;
      signal += alive[width]!;
      alive[width] = 0;
    }
  }
  return { signal, events };
}
