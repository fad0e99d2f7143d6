import { halfDeviance } from "../math/deviance.ts";
import { checkAlpha, checkPositive, checkWhole } from "./sprt-check.ts";
import { poissonProcess, reaches, runBoundary, smallestCriticalValue, type Boundary } from "./sprt-recursion.ts";
import { PvError } from "../error.ts";

/** A Poisson MaxSPRT. */
export interface MaxSprtPoissonDesign {
  /** Chance of a false signal over the whole test, 0 < alpha < 0.5. */
  readonly alpha: number;
  /** Surveillance ends when so many events are expected without excess risk. */
  readonly upper: number;
  /** No signal with fewer events; 1 unless told. Asking for some, such as 4, gains power and costs little time. */
  readonly minEvents?: number | undefined;
  /** No signal before so many events are expected; 0 unless told. */
  readonly delay?: number | undefined;
}

/** A point of the boundary: so many events signal while no more than `expected` are expected. */
export interface PoissonBoundaryPoint {
  readonly events: number;
  readonly expected: number;
}

/** Critical value of a Poisson MaxSPRT. */
export interface MaxSprtPoisson {
  /** Signal when the log likelihood ratio reaches it. 0: every excess is a signal, and alpha is not used up even so. */
  readonly criticalValue: number;
  /** Exact chance of a false signal; below alpha where no critical value gives alpha itself. */
  readonly attainedAlpha: number;
  readonly boundary: readonly PoissonBoundaryPoint[];
  readonly design: Required<{ readonly [K in keyof MaxSprtPoissonDesign]: number }>;
}

/**
 * Log likelihood ratio of the Poisson MaxSPRT, (μ - c) + c log(c/μ), for c events where μ are expected; 0 unless c > μ.
 *
 * @example
 * poissonSprtLlr(4, 1); // 2.54517744448
 */
export function poissonSprtLlr(events: number, expected: number): number {
  return events > expected ? (expected === 0 ? Infinity : halfDeviance(events, expected, expected - events)) : 0;
}

/**
 * Critical value of the maximised sequential probability ratio test for Poisson counts against a known expected count, watched
 * continuously: the chance of ever reaching it when there is no excess risk is alpha at most, by exact recursion.
 *
 * With a delay the chance jumps where a count at its end stops to signal, and often no value gives alpha itself: the value is then
 * the smallest on the safe side of the jump.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Kulldorff et al. (2011) doi:10.1080/07474946.2011.539924; Kulldorff, Silva (2017), REVSTAT 15(3), 373–394, for `minEvents` and
 *   `delay`
 * @example
 * maxSprtPoisson({ alpha: 0.05, upper: 5 }).criticalValue; // 3.297182797
 */
export function maxSprtPoisson(design: MaxSprtPoissonDesign): MaxSprtPoisson {
  const full = checkPoisson(design);
  const chance = (criticalValue: number): number =>
    runBoundary(poissonProcess(1), poissonBoundary(full, criticalValue)).signal;
  const criticalValue = smallestCriticalValue(full.alpha, chance);
  const { first, latest } = poissonBoundary(full, criticalValue);
  return {
    criticalValue,
    attainedAlpha: chance(criticalValue),
    boundary: latest.map((expected, i) => ({ events: first + i, expected })),
    design: full,
  };
}

/** @throws PvError `INVALID_OPTION` */
export function checkPoisson({
  alpha,
  upper,
  minEvents = 1,
  delay = 0,
}: MaxSprtPoissonDesign): MaxSprtPoisson["design"] {
  checkAlpha(alpha);
  checkPositive("upper", upper);
  checkWhole("minEvents", minEvents);
  if (!(delay >= 0 && delay < upper)) {
    throw new PvError("INVALID_OPTION", `delay: expected 0 <= delay < upper = ${upper}, got ${delay}`);
  }
  return { alpha, upper, minEvents, delay };
}

/** Latest expected count at which each count signals, up to the end of the test. */
export function poissonBoundary(design: MaxSprtPoisson["design"], criticalValue: number): Boundary {
  const { upper, minEvents, delay } = design;
  let first = minEvents;
  while (delay > 0 && !(first > delay && reaches(poissonSprtLlr(first, delay), criticalValue))) first++;
  const latest: number[] = [];
  for (let events = first; ; events++) {
    const expected = latestExpected(events, criticalValue);
    latest.push(Math.min(expected, upper));
    if (expected >= upper) return { start: delay, first, latest };
  }
}

/** The expected count μ < c whose statistic is the critical value: with μ = c e^(-y), e^(-y) - 1 + y = cv/c. */
function latestExpected(events: number, criticalValue: number): number {
  if (criticalValue === 0) return events;
  const height = criticalValue / events;
  // the left side is convex and rises: Newton's steps from beyond the root come down to it
  let y = height + Math.sqrt(2 * height);
  for (let i = 0; i < 60; i++) {
    const step = (Math.expm1(-y) + y - height) / -Math.expm1(-y);
    y -= step;
    if (Math.abs(step) <= 1e-15 * y) break;
  }
  return events * Math.exp(-y);
}
