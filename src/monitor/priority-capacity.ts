import { PvError } from "../error.ts";
import type { Priority } from "./priority.ts";
import { expectedYield, type ExpectedYield, type YieldCalibration } from "./priority-yield.ts";

/** What goes to the reviewers and what does not. Plain data. */
export interface Workload {
  readonly capacity: number;
  /** min(capacity, candidates), the most urgent first. */
  readonly chosen: readonly Priority[];
  /** Score of the last one chosen; null when none is. */
  readonly threshold: number | null;
  readonly cutOff: {
    readonly count: number;
    /** The most urgent one that did not fit in. */
    readonly best: Priority | null;
    /** How many of them have the score of the threshold: only the order of ties kept them out. */
    readonly atThreshold: number;
    /** Expected yield of what was cut off, when a calibration is given. */
    readonly expected: ExpectedYield | null;
  };
  /** Expected yield of what was chosen, when a calibration is given and knows anything. */
  readonly expected: ExpectedYield | null;
}

/** Whom to leave out, and what is known of yields. */
export interface CapacityOptions {
  /** Candidates to review in the period. */
  readonly capacity: number;
  /** Keys that are not new: somebody works on them or has decided; they take no place. */
  readonly taken?: ReadonlySet<string> | undefined;
  readonly calibration?: YieldCalibration | undefined;
  /** Coverage of the intervals of the yield; 0.95 unless told. */
  readonly level?: number | undefined;
}

/**
 * Sets the threshold by what reviewers can do: the `capacity` most urgent new candidates, and an account of those left. Ties at the
 * threshold are decided by the ranking, which is the same whatever the order of input.
 *
 * @param ranked - from `rankCandidates`; the order given does not matter
 * @throws PvError `INVALID_OPTION` for a capacity that is no whole number from 0; `INVALID_LEVEL`
 * @example
 * chooseByCapacity([], { capacity: 40 }).threshold; // null
 */
export function chooseByCapacity(ranked: readonly Priority[], options: CapacityOptions): Workload {
  const { capacity, taken, calibration, level } = options;
  if (!(Number.isSafeInteger(capacity) && capacity >= 0))
    throw new PvError("INVALID_OPTION", `capacity: expected a whole number from 0, got ${capacity}`);
  const open = ranked.filter(({ key }) => taken?.has(key) !== true).sort((x, y) => x.rank - y.rank);
  const chosen = open.slice(0, capacity);
  const rest = open.slice(capacity);
  const threshold = chosen.at(-1)?.score ?? null;
  const yieldOf = (list: readonly Priority[]): ExpectedYield | null =>
    calibration === undefined
      ? null
      : expectedYield(
          list.map(({ score }) => score),
          calibration,
          level,
        );
  return {
    capacity,
    chosen,
    threshold,
    cutOff: {
      count: rest.length,
      best: rest[0] ?? null,
      atThreshold: rest.filter(({ score }) => score === threshold).length,
      expected: yieldOf(rest),
    },
    expected: yieldOf(chosen),
  };
}
