import {
  decisionTransitions,
  momentOf,
  type DecisionEntry,
  type DecisionLog,
  type DecisionState,
  type EvidenceSnapshot,
} from "./decision.ts";

/** Where one candidate stands, and how it came there. */
export interface CandidateMemory {
  readonly key: string;
  readonly state: DecisionState;
  /** Moment it came into this state; notes and new due dates do not move it. */
  readonly since: string;
  /** Of the last entry. */
  readonly at: string;
  readonly by: string;
  readonly why: string;
  readonly due: string | null;
  /** The last evidence any entry gave. */
  readonly evidence: EvidenceSnapshot | null;
  readonly firstDetected: string;
  /** Times it came back to `detected` after an outcome. */
  readonly reopened: number;
  /** Numbers of all its entries, in order. */
  readonly entries: readonly number[];
  /** Numbers of those that a later entry corrected. */
  readonly corrected: readonly number[];
}

/** Something in a log that `decide` would have refused. The entry counts all the same. */
export interface DecisionIssue {
  readonly code: "ILLEGAL_TRANSITION" | "UNKNOWN_CORRECTION" | "TIME_BACKWARDS";
  /** Position of the entry in the log. */
  readonly index: number;
  readonly key: string;
  readonly from: DecisionState | null;
  readonly to: DecisionState;
}

/** The present state of all candidates. Plain data, safe for JSON. */
export interface DecisionMemory {
  /** In the order of their first entries. */
  readonly items: readonly CandidateMemory[];
  /** Entries folded. */
  readonly entries: number;
  /** Moment of the latest entry; null at the start. */
  readonly latest: string | null;
  readonly issues: readonly DecisionIssue[];
}

const EMPTY: DecisionMemory = { items: [], entries: 0, latest: null, issues: [] };

/**
 * Folds a log into the present state of every candidate. Pure, and in steps as well as at once: the memory of a prefix with the
 * rest folded on top is the memory of the whole. Entries take effect in the order of the log, also those of one moment.
 *
 * A log from elsewhere may hold steps that {@link decide} would refuse. What people decided stands: the state is taken, and the
 * step is listed in `issues`. Whether the log was tampered with is for `verifyLog` to say.
 *
 * @param before - memory of the entries before these
 * @example
 * foldDecisions([]).items.length; // 0
 */
export function foldDecisions(log: DecisionLog, before: DecisionMemory = EMPTY): DecisionMemory {
  const items = new Map(before.items.map((item) => [item.key, item]));
  const issues = [...before.issues];
  let latest = before.latest;
  log.forEach((entry, i) => {
    const index = before.entries + i;
    const item = items.get(entry.key);
    const from = item?.state ?? null;
    const add = (code: DecisionIssue["code"]): void =>
      void issues.push({ code, index, key: entry.key, from, to: entry.state });
    if (latest !== null && (momentOf(entry.at) ?? -Infinity) < (momentOf(latest) ?? -Infinity)) add("TIME_BACKWARDS");
    else latest = entry.at;
    if (entry.corrects !== null) {
      if (item?.entries.includes(entry.corrects) !== true) add("UNKNOWN_CORRECTION");
    } else if (!decisionTransitions[from ?? "unknown"].includes(entry.state)) add("ILLEGAL_TRANSITION");
    items.set(entry.key, item === undefined ? started(entry, index) : continued(item, entry, index));
  });
  return { items: [...items.values()], entries: before.entries + log.length, latest, issues };
}

/** The memory of one candidate, or `undefined`. */
export function recall(memory: DecisionMemory, key: string): CandidateMemory | undefined {
  return memory.items.find((item) => item.key === key);
}

function started(entry: DecisionEntry, index: number): CandidateMemory {
  const { key, state, at, by, why, due, evidence } = entry;
  return {
    key,
    state,
    since: at,
    at,
    by,
    why,
    due,
    evidence,
    firstDetected: at,
    reopened: 0,
    entries: [index],
    corrected: [],
  };
}

function continued(item: CandidateMemory, entry: DecisionEntry, index: number): CandidateMemory {
  const { state, at, by, why, due, evidence, corrects } = entry;
  const isReopened = corrects === null && state === "detected" && item.state !== "detected";
  return {
    ...item,
    state,
    since: state === item.state ? item.since : at,
    at,
    by,
    why,
    due,
    evidence: evidence ?? item.evidence,
    reopened: item.reopened + (isReopened ? 1 : 0),
    entries: [...item.entries, index],
    corrected:
      corrects !== null && item.entries.includes(corrects) && !item.corrected.includes(corrects)
        ? [...item.corrected, corrects]
        : item.corrected,
  };
}
