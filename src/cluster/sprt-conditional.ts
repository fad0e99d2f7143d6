import { checkAlpha, checkPositive, checkWhole } from "./sprt-check.ts";
import {
  pooledProcess,
  reaches,
  runBoundary,
  smallestCriticalValue,
  type Boundary,
  type HistoryEnd,
} from "./sprt-recursion.ts";
import { PvError } from "../error.ts";

/** A conditional MaxSPRT: the rate without excess risk is known from historical events only. */
export interface ConditionalMaxSprtDesign {
  /** Chance of a false signal over the whole test, 0 < alpha < 0.5. */
  readonly alpha: number;
  /** Historical events, 1 or more. */
  readonly history: number;
  /** How the historical period ends; `"between-events"` unless told, as one with calendar dates does. */
  readonly historyEnd?: HistoryEnd | undefined;
  /** Surveillance ends when the exposure (person-time, doses) is so many times that of the historical events … */
  readonly upperRatio?: number | undefined;
  /** … or with so many events: one of the two. */
  readonly maxEvents?: number | undefined;
  /** No signal with fewer events; 1 unless told. */
  readonly minEvents?: number | undefined;
  /** No signal before the exposure is so many times the historical one; 0 unless told. */
  readonly delay?: number | undefined;
}

/** Critical value of a conditional MaxSPRT. */
export interface ConditionalMaxSprt {
  /** Signal when the log likelihood ratio reaches it. */
  readonly criticalValue: number;
  /** Exact chance of a false signal; below alpha where no critical value gives alpha itself. */
  readonly attainedAlpha: number;
  /** So many events signal while the exposure is no more than `ratio` times the historical one. */
  readonly boundary: readonly { readonly events: number; readonly ratio: number }[];
  readonly design: {
    readonly alpha: number;
    readonly history: number;
    readonly historyEnd: HistoryEnd;
    readonly upperRatio: number | null;
    readonly maxEvents: number | null;
    readonly minEvents: number;
    readonly delay: number;
  };
}

/**
 * Log likelihood ratio of the conditional MaxSPRT for k events and n historical ones, with the exposure τ times the historical:
 * n log(n (1 + τ)/(n + k)) + k log(k (1 + τ)/(τ (n + k))); 0 unless k/n > τ.
 *
 * @example
 * conditionalSprtLlr(4, 20, 0.05); // 2.3404240215
 */
export function conditionalSprtLlr(events: number, history: number, ratio: number): number {
  if (!(events > history * ratio)) return 0;
  const all = events + history;
  return history * Math.log((history / all) * (1 + ratio)) + events * Math.log((events / all) * ((1 + ratio) / ratio));
}

/**
 * Critical value of the conditional maximised sequential probability ratio test, watched continuously.
 *
 * History and surveillance are one Poisson process of unknown rate; the exposure that the n historical events took is random.
 * With the rate integrated out, the number of events at τ times that exposure is a Markov process with negative binomial
 * increments, so the recursion of the Poisson MaxSPRT applies and is exact: no table and no simulation is needed. How the
 * historical period ends matters with few events: of history 20, alpha .05 becomes .046 or .054 at the ends of the range.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Li, Kulldorff (2010) doi:10.1002/sim.3780; Silva, Li, Kulldorff (2019) doi:10.1080/07474946.2019.1574446
 * @example
 * conditionalMaxSprt({ alpha: 0.05, history: 20, upperRatio: 0.5 }).criticalValue; // 3.41919
 */
export function conditionalMaxSprt(design: ConditionalMaxSprtDesign): ConditionalMaxSprt {
  const full = checkConditional(design);
  const chance = (criticalValue: number): number =>
    runBoundary(pooledProcess(full.history, 1, full.historyEnd), conditionalBoundary(full, criticalValue)).signal;
  const criticalValue = smallestCriticalValue(full.alpha, chance);
  const { first, latest } = conditionalBoundary(full, criticalValue);
  return {
    criticalValue,
    attainedAlpha: chance(criticalValue),
    boundary: latest.map((ratio, i) => ({ events: first + i, ratio })),
    design: full,
  };
}

/** @throws PvError `INVALID_OPTION` */
export function checkConditional(design: ConditionalMaxSprtDesign): ConditionalMaxSprt["design"] {
  const { alpha, history, historyEnd = "between-events", upperRatio, maxEvents, minEvents = 1, delay = 0 } = design;
  checkAlpha(alpha);
  checkWhole("history", history);
  checkWhole("minEvents", minEvents);
  if (!["at-event", "between-events", "before-event"].includes(historyEnd)) {
    throw new PvError(
      "INVALID_OPTION",
      `historyEnd: expected at-event, between-events or before-event, got ${historyEnd}`,
    );
  }
  if ((upperRatio === undefined) === (maxEvents === undefined)) {
    throw new PvError("INVALID_OPTION", "expected one of upperRatio and maxEvents");
  }
  if (upperRatio !== undefined) checkPositive("upperRatio", upperRatio);
  if (maxEvents !== undefined) checkWhole("maxEvents", maxEvents);
  if (maxEvents !== undefined && maxEvents < minEvents) {
    throw new PvError("INVALID_OPTION", `maxEvents: expected at least minEvents = ${minEvents}, got ${maxEvents}`);
  }
  if (!(delay >= 0 && delay < (upperRatio ?? Infinity))) {
    throw new PvError("INVALID_OPTION", `delay: expected 0 <= delay < upperRatio, got ${delay}`);
  }
  if (delay > 0 && maxEvents !== undefined) {
    throw new PvError("INVALID_OPTION", "delay: only with upperRatio: the events may be used up before it ends");
  }
  return { alpha, history, historyEnd, upperRatio: upperRatio ?? null, maxEvents: maxEvents ?? null, minEvents, delay };
}

/** Latest exposure ratio at which each count signals, up to the end of the test. */
export function conditionalBoundary(design: ConditionalMaxSprt["design"], criticalValue: number): Boundary {
  const { history, minEvents, delay } = design;
  const upper = design.upperRatio ?? Infinity;
  const last = design.maxEvents ?? Infinity;
  let first = minEvents;
  const signals = (events: number): boolean =>
    events > history * delay && reaches(conditionalSprtLlr(events, history, delay), criticalValue);
  while (delay > 0 && !signals(first)) first++;
  const latest: number[] = [];
  for (let events = first; ; events++) {
    const ratio = latestRatio(events, history, criticalValue);
    latest.push(Math.min(ratio, upper));
    if (ratio >= upper || events === last) return { start: delay, first, latest };
  }
}

/** The ratio τ < k/n whose statistic is the critical value. */
function latestRatio(events: number, history: number, criticalValue: number): number {
  if (criticalValue === 0) return events / history;
  const all = events + history;
  const constant = history * Math.log(history / all) + events * Math.log(events / all);
  // (n + k) log(1 + e^y) - k y + constant is convex and falls: Newton's steps from below the root, where it is at least
  // -k y + constant, come up to it
  let y = (constant - criticalValue) / events;
  for (let i = 0; i < 200; i++) {
    const ratio = Math.exp(y);
    const value = all * Math.log1p(ratio) - events * y + constant - criticalValue;
    const step = value / ((all * ratio) / (1 + ratio) - events);
    y -= step;
    if (Math.abs(step) <= 1e-15 * Math.max(1, Math.abs(y))) break;
  }
  return Math.exp(y);
}
