import { PvError } from "../error.ts";
import { binomialSprtLlr, maxSprtBinomial } from "./sprt-binomial.ts";
import { conditionalMaxSprt, conditionalSprtLlr } from "./sprt-conditional.ts";
import type { MaxSprtDesign } from "./sprt-performance.ts";
import { maxSprtPoisson, poissonSprtLlr } from "./sprt-poisson.ts";
import { reaches } from "./sprt-recursion.ts";

/** New data since the look before. */
export interface SprtIncrement {
  /** New events; of a binomial test, the cases among them. */
  readonly events: number;
  /** New events expected without excess risk, for `"poisson"`; new exposure in the historical exposure, for `"conditional"`. */
  readonly expected?: number | undefined;
  /** New controls, for `"binomial"`. */
  readonly controls?: number | undefined;
}

/**
 * `"open"`: go on. `"signal"`: the critical value was reached. `"ended"`: the upper limit came without a signal.
 */
export type SprtStatus = "open" | "signal" | "ended";

/** One look at a sequential test. */
export interface SprtLook {
  /** 1 for the first. */
  readonly look: number;
  /** Cumulative, as `SprtIncrement`. */
  readonly events: number;
  readonly expected: number | null;
  readonly controls: number | null;
  /** Of the cumulative data. */
  readonly llr: number;
  /** Observed over expected; cases over controls times the ratio; event rate over the historical one. `null` where nothing is expected yet. */
  readonly relativeRisk: number | null;
  readonly status: SprtStatus;
  /** Why the look was not a signal although the statistic reached the critical value; otherwise `null`. */
  readonly withheld: "too-few-events" | "before-delay" | "beyond-upper-limit" | null;
}

/** All there is to know about a running test: plain JSON. */
export interface MaxSprtState {
  readonly version: 1;
  readonly design: MaxSprtDesign;
  readonly criticalValue: number;
  readonly attainedAlpha: number;
  readonly looks: number;
  readonly events: number;
  /** 0 for a binomial test. */
  readonly expected: number;
  /** 0 for the others. */
  readonly controls: number;
  readonly status: SprtStatus;
  /** The look that decided; `null` while the test is open. */
  readonly decided: SprtLook | null;
}

/**
 * A running sequential test; made by `createMaxSprt` or `resumeMaxSprt`.
 *
 * The critical value is for watching continuously; looking less often signals falsely less often still.
 */
export class MaxSprt {
  #state: MaxSprtState;

  /** Use `createMaxSprt` or `resumeMaxSprt`. */
  constructor(state: MaxSprtState) {
    this.#state = state;
  }

  /** To be stored and given to `resumeMaxSprt`. It does not change afterwards. */
  get state(): MaxSprtState {
    return this.#state;
  }

  /**
   * Adds data and looks. A decided test stays decided: later data change the statistic only. Data beyond the upper limit are not
   * tested, because the error they would add is not in alpha: split the last batch at the limit.
   *
   * @throws PvError `INVALID_COUNT` for a number of events or controls that is not whole, or negative; `INVALID_ARGUMENT` for
   *   expected counts or exposure that are missing, negative (the cumulative number cannot fall), not finite, or 0 in all while
   *   there are events
   */
  add(increment: SprtIncrement): SprtLook {
    const { kind } = this.#state.design;
    const isBinomial = kind === "binomial";
    const counts = [["events", increment.events] as const, ["controls", increment.controls] as const];
    for (const [name, value] of counts.slice(0, isBinomial ? 2 : 1)) {
      if (!(Number.isSafeInteger(value) && value! >= 0)) {
        throw new PvError("INVALID_COUNT", `${name}: expected a whole number from 0, got ${value}`);
      }
    }
    const { expected = NaN } = increment;
    if (!isBinomial && !(expected >= 0 && expected < Infinity)) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `expected: a finite number from 0 that is new since the last look, got ${increment.expected}`,
      );
    }
    const foreign = isBinomial ? increment.expected : increment.controls;
    if (foreign !== undefined) {
      throw new PvError("INVALID_ARGUMENT", `${isBinomial ? "expected" : "controls"}: not for a ${kind} test`);
    }
    const before = this.#state;
    const cumulative = {
      looks: before.looks + 1,
      events: before.events + increment.events,
      expected: isBinomial ? 0 : before.expected + expected,
      controls: isBinomial ? before.controls + increment.controls! : 0,
    };
    if (!isBinomial && cumulative.expected === 0 && cumulative.events > 0) {
      throw new PvError("INVALID_ARGUMENT", `expected: 0 so far, but ${cumulative.events} events were seen`);
    }
    const look = lookAt(before, cumulative);
    this.#state = {
      ...before,
      ...cumulative,
      status: look.status,
      decided: before.decided ?? (look.status === "open" ? null : look),
    };
    return look;
  }
}

/**
 * Starts a sequential test: computes the critical value of the design, then takes data as they come.
 *
 * @throws PvError `INVALID_OPTION`
 * @example
 * createMaxSprt({ kind: "poisson", alpha: 0.05, upper: 10, minEvents: 4 }).add({ events: 5, expected: 1.1 }).status; // "signal"
 */
export function createMaxSprt(design: MaxSprtDesign): MaxSprt {
  const { criticalValue, attainedAlpha } = criticalValueOf(design);
  return new MaxSprt({
    version: 1,
    design: JSON.parse(JSON.stringify(design)) as MaxSprtDesign,
    criticalValue,
    attainedAlpha,
    looks: 0,
    events: 0,
    expected: 0,
    controls: 0,
    status: "open",
    decided: null,
  });
}

/**
 * Goes on with a stored test as if it had not been interrupted. The critical value is computed again from the design: a state that
 * another one was written into is refused.
 *
 * @param state - what `state` gave, also after JSON
 * @throws PvError `INVALID_ARGUMENT` for what is not such a state; `INVALID_OPTION` for its design
 */
export function resumeMaxSprt(state: MaxSprtState): MaxSprt {
  const given = state as Partial<MaxSprtState> | null;
  const numbers = [given?.looks, given?.events, given?.expected, given?.controls];
  const isState =
    given?.version === 1 &&
    ["poisson", "binomial", "conditional"].includes(given.design?.kind ?? "") &&
    numbers.every((value) => Number.isFinite(value) && value! >= 0) &&
    ["open", "signal", "ended"].includes(given.status ?? "") &&
    (given.decided === null) === (given.status === "open");
  if (!isState) throw new PvError("INVALID_ARGUMENT", "state: expected what MaxSprt.state gave, version 1");
  const { criticalValue } = criticalValueOf(state.design);
  if (!(Math.abs(criticalValue - state.criticalValue) <= 1e-9 * criticalValue)) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `state: critical value ${state.criticalValue} is not that of its design, ${criticalValue}`,
    );
  }
  return new MaxSprt(JSON.parse(JSON.stringify(state)) as MaxSprtState);
}

function criticalValueOf(design: MaxSprtDesign): { readonly criticalValue: number; readonly attainedAlpha: number } {
  switch (design.kind) {
    case "poisson":
      return maxSprtPoisson(design);
    case "binomial":
      return maxSprtBinomial(design);
    case "conditional":
      return conditionalMaxSprt(design);
    default:
      throw new PvError(
        "INVALID_OPTION",
        `kind: expected poisson, binomial or conditional, got ${String((design as { readonly kind: unknown }).kind)}`,
      );
  }
}

type Cumulative = Pick<MaxSprtState, "looks" | "events" | "expected" | "controls">;

function lookAt(before: MaxSprtState, now: Cumulative): SprtLook {
  const { design } = before;
  const { llr, relativeRisk, time, end } = measure(design, now);
  const delay = design.kind === "binomial" ? 0 : (design.delay ?? 0);
  const reached = llr > 0 && reaches(llr, before.criticalValue);
  // sums of decimals miss a limit they should meet
  const isBeyond = time > end * (1 + 1e-12);
  const isAtEnd = time >= end * (1 - 1e-12);
  const isEarly = time < delay * (1 - 1e-12);
  const withheld = isBeyond
    ? "beyond-upper-limit"
    : now.events < (design.minEvents ?? 1)
      ? "too-few-events"
      : isEarly
        ? "before-delay"
        : null;
  const status: SprtStatus = reached && withheld === null ? "signal" : isAtEnd ? "ended" : "open";
  return {
    look: now.looks,
    events: now.events,
    expected: design.kind === "binomial" ? null : now.expected,
    controls: design.kind === "binomial" ? now.controls : null,
    llr,
    relativeRisk,
    status: before.decided === null ? status : before.status,
    withheld: before.decided === null && reached ? withheld : null,
  };
}

/** The statistic, the risk, and where the test stands between its start and its end. */
function measure(
  design: MaxSprtDesign,
  { events, expected, controls }: Cumulative,
): { readonly llr: number; readonly relativeRisk: number | null; readonly time: number; readonly end: number } {
  switch (design.kind) {
    case "poisson":
      return {
        llr: poissonSprtLlr(events, expected),
        relativeRisk: expected > 0 ? events / expected : null,
        time: expected,
        end: design.upper,
      };
    case "binomial":
      return {
        llr: binomialSprtLlr(events, events + controls, design.ratio),
        relativeRisk: controls > 0 ? (events * design.ratio) / controls : null,
        time: events + controls,
        end: design.maxEvents,
      };
    case "conditional":
      return {
        llr: conditionalSprtLlr(events, design.history, expected),
        relativeRisk: expected > 0 ? events / design.history / expected : null,
        time: design.upperRatio === undefined ? events : expected,
        end: design.upperRatio ?? design.maxEvents!,
      };
  }
}
