import { canonicalJson, sha256 } from "../count/exchange-digest.ts";
import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import {
  candidateSubject,
  decisionTransitions,
  momentOf,
  type Decision,
  type DecisionEntry,
  type DecisionLog,
  type EvidenceSnapshot,
} from "./decision.ts";

/** Stands for the entry before the first. */
const GENESIS = "0".repeat(64);

/**
 * Appends one decision to a log. Nothing that is in the log changes; a mistake is put right by a new entry that `corrects` it.
 *
 * @returns a new log; the given one stays as it is
 * @throws PvError `ILLEGAL_TRANSITION` when the candidate cannot go to that state from where it stands, or a correction names no
 *   earlier entry of the candidate; `INVALID_DATE` for a moment without a zone, one before the log's last, or a due day that is
 *   none; `INVALID_ARGUMENT` for a key that is none, an empty `by` or `why`, or a number of the evidence that is not finite, or
 *   negative where it counts reports
 * @example
 * decide([], { key: '["alert","7"]', state: "detected", at: "2024-06-30T09:00Z", by: "run 12", why: "new" }).length; // 1
 */
export function decide(log: DecisionLog, decision: Decision): DecisionLog {
  return decideAll(log, [decision]);
}

/**
 * Appends decisions in their order, all of them or none.
 *
 * @throws PvError as {@link decide}
 */
export function decideAll(log: DecisionLog, decisions: readonly Decision[]): DecisionLog {
  const entries = [...log];
  const wanted = new Set(decisions.map(({ key }) => key));
  const last = new Map<string, DecisionEntry>();
  for (const entry of log) if (wanted.has(entry.key)) last.set(entry.key, entry);
  for (const decision of decisions) {
    checkDecision(decision, last.get(decision.key), entries);
    const entry = sealed(decision, entries.length, logHead(entries));
    entries.push(entry);
    last.set(entry.key, entry);
  }
  return entries;
}

/**
 * Digest of the last entry, which stands for the whole log: a run that records it can prove later that nothing was cut off.
 *
 * @example
 * logHead([]).length; // 64
 */
export function logHead(log: DecisionLog): string {
  return log.at(-1)?.digest ?? GENESIS;
}

/** What is wrong with an entry of a log. */
export interface LogFault {
  /** Position in the log. */
  readonly index: number;
  readonly key: string;
  /**
   * `content`: the entry is not what its digest says. `link`: the entry before is not the one it was written after.
   * `sequence`: its number is not its position. `head`: the log does not end with the entry it should.
   */
  readonly fault: "content" | "link" | "sequence" | "head";
}

/** Whether a log is as it was written. */
export interface LogCheck {
  readonly isIntact: boolean;
  readonly entries: number;
  readonly head: string;
  /** In the order of the log. */
  readonly faults: readonly LogFault[];
}

/**
 * Checks the chain of a log. Any change, deletion, insertion or exchange of entries breaks a digest or a link, and the entry is
 * named. What a chain cannot see by itself is that its end was cut off, or rewritten from some entry on with fresh digests: for
 * that, keep the head elsewhere (`logHead`, such as in the manifest of each run) and give it here.
 *
 * @param head - digest that the log must end with, where it is known
 * @example
 * verifyLog([]).isIntact; // true
 */
export function verifyLog(log: DecisionLog, head?: string): LogCheck {
  const faults: LogFault[] = [];
  let prior = GENESIS;
  log.forEach((entry, index) => {
    const add = (fault: LogFault["fault"]): void => void faults.push({ index, key: entry.key, fault });
    if (digestOf(entry) !== entry.digest) add("content");
    if (entry.prior !== prior) add("link");
    if (entry.seq !== index) add("sequence");
    prior = entry.digest;
  });
  if (head !== undefined && prior !== head) {
    faults.push({ index: log.length - 1, key: log.at(-1)?.key ?? "", fault: "head" });
  }
  return { isIntact: faults.length === 0, entries: log.length, head: prior, faults };
}

function digestOf(entry: DecisionEntry): string {
  const content: Record<string, unknown> = { ...entry };
  delete content["digest"];
  return sha256(canonicalJson(content));
}

function sealed(decision: Decision, seq: number, prior: string): DecisionEntry {
  const { key, state, at, by, why, due = null, evidence = null, corrects = null, triggers = [] } = decision;
  const entry = {
    format: 1,
    seq,
    key,
    state,
    at,
    by,
    why,
    due,
    evidence,
    corrects,
    triggers,
    prior,
    digest: "",
  } as const;
  return { ...entry, digest: digestOf(entry) };
}

function checkDecision(decision: Decision, before: DecisionEntry | undefined, entries: readonly DecisionEntry[]): void {
  const { key, state, at, by, why, due, evidence, corrects } = decision;
  candidateSubject(key);
  if (by.trim() === "" || why.trim() === "")
    throw new PvError("INVALID_ARGUMENT", `${key}: a decision says who took it and why`);
  const moment = momentOf(at);
  if (moment === undefined) {
    throw new PvError(
      "INVALID_DATE",
      `at: expected a moment with its zone (2024-06-30T09:15+08:00), got ${JSON.stringify(at)}`,
    );
  }
  const latest = entries.at(-1);
  if (latest !== undefined && moment < (momentOf(latest.at) ?? -Infinity)) {
    throw new PvError(
      "INVALID_DATE",
      `at: expected no earlier than the last entry of the log, ${latest.at}, got ${at}`,
    );
  }
  if (due !== undefined && due !== null) requireDay("due", due);
  if (evidence !== undefined && evidence !== null) checkEvidence(evidence);
  if (corrects !== undefined && corrects !== null) {
    const target = entries[corrects];
    if (target?.key !== key)
      throw new PvError("ILLEGAL_TRANSITION", `${key}: entry ${corrects} is no earlier entry of this candidate`);
    return;
  }
  const allowed = decisionTransitions[before?.state ?? "unknown"];
  if (!allowed.includes(state)) {
    throw new PvError(
      "ILLEGAL_TRANSITION",
      `${key}: expected ${allowed.join(", ")} after ${before?.state ?? "no entry"}, got ${state}`,
    );
  }
}

function checkEvidence(evidence: EvidenceSnapshot): void {
  requireDay("evidence.asOf", evidence.asOf);
  for (const name of ["reports", "ic025", "serious", "deaths", "score"] as const) {
    const value = evidence[name];
    const least = name === "ic025" || name === "score" ? -Infinity : 0;
    if (value !== null && !(Number.isFinite(value) && value >= least))
      throw new PvError("INVALID_ARGUMENT", `evidence.${name}: expected a finite number or null, got ${value}`);
  }
}
