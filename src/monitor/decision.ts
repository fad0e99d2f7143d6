import { PvError } from "../error.ts";
import { isCalendarDate, dayOf } from "../report/date.ts";

/**
 * Where a candidate stands in its review, in the words of signal management (EU GVP Module IX): detected by a computation; under
 * review by a person; then validated (the evidence justifies further assessment), refuted, monitored (kept under watch), closed.
 */
export const DECISION_STATES = ["detected", "under-review", "validated", "refuted", "monitored", "closed"] as const;
/** One of {@link DECISION_STATES}. */
export type DecisionState = (typeof DECISION_STATES)[number];

/**
 * States a candidate may go to from where it stands; `unknown` is a candidate without an entry. To stay in a state is always
 * allowed: a note, a new due date or new evidence. A validated candidate can be taken up again, and every outcome but
 * `validated` reopens to `detected`.
 */
export const decisionTransitions: Readonly<Record<DecisionState | "unknown", readonly DecisionState[]>> = {
  unknown: ["detected"],
  detected: ["detected", "under-review"],
  "under-review": ["under-review", "validated", "refuted", "monitored", "closed"],
  validated: ["validated", "under-review", "monitored", "closed"],
  refuted: ["refuted", "detected", "closed"],
  monitored: ["monitored", "detected", "under-review", "closed"],
  closed: ["closed", "detected"],
};

/** What a decision is about: a product–event pair (at a named level of terms, unless it is the ground level), a lot, or an alert. */
export type CandidateSubject =
  | {
      readonly kind: "pair";
      readonly product: string;
      readonly event: string;
      /** Level of the terminology, such as `"SMQ"`; absent at the ground level. */
      readonly level?: string | undefined;
    }
  | { readonly kind: "lot"; readonly product: string; readonly lot: string }
  | { readonly kind: "alert"; readonly id: string };

/**
 * Key of a candidate: the same subject has the same key in every run, and no two subjects share one whatever characters names
 * hold.
 *
 * @example
 * candidateKey({ kind: "pair", product: "RISPERIDONE", event: "Gynaecomastia" }); // '["pair","RISPERIDONE","Gynaecomastia"]'
 */
export function candidateKey(subject: CandidateSubject): string {
  switch (subject.kind) {
    case "pair": {
      const { product, event, level } = subject;
      return JSON.stringify(level === undefined ? ["pair", product, event] : ["pair", product, event, level]);
    }
    case "lot":
      return JSON.stringify(["lot", subject.product, subject.lot]);
    case "alert":
      return JSON.stringify(["alert", subject.id]);
  }
}

/**
 * The subject that a key stands for.
 *
 * @throws PvError `INVALID_ARGUMENT` when the text is not a key as {@link candidateKey} writes it
 * @example
 * candidateSubject('["lot","A","20240101"]'); // { kind: "lot", product: "A", lot: "20240101" }
 */
export function candidateSubject(key: string): CandidateSubject {
  const subject = trySubject(key);
  if (subject === undefined) throw new PvError("INVALID_ARGUMENT", `not a candidate key: ${JSON.stringify(key)}`);
  return subject;
}

function trySubject(key: string): CandidateSubject | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(key);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || !parts.every((part): part is string => typeof part === "string")) return undefined;
  const [kind, first, second, level] = parts;
  const subject: CandidateSubject | undefined =
    kind === "pair" && first !== undefined && second !== undefined
      ? { kind, product: first, event: second, ...(level === undefined ? {} : { level }) }
      : kind === "lot" && first !== undefined && second !== undefined
        ? { kind, product: first, lot: second }
        : kind === "alert" && first !== undefined
          ? { kind, id: first }
          : undefined;
  // One spelling a key: another spacing or escaping would be another candidate.
  return subject !== undefined && candidateKey(subject) === key ? subject : undefined;
}

/** The numbers a decision was taken on, as they stood then. */
export interface EvidenceSnapshot {
  /** Id of the run that gave them; null when none did. */
  readonly run: string | null;
  /** Day as of which they hold, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Reports: of the pair, or of the lot or alert. */
  readonly reports: number;
  readonly ic025: number | null;
  /** Reports that are serious, and that tell of a death; null when the run did not count them. */
  readonly serious: number | null;
  readonly deaths: number | null;
  /** Priority score, out of the points of its model. */
  readonly score: number | null;
  /** Names of the decision rules that were met, and ids of the alerts that belonged to it. */
  readonly rules: readonly string[];
  readonly alerts: readonly string[];
}

/** Why a candidate was reopened: the rule, and the number it went by, then and now. */
export interface ReopeningTrigger {
  readonly rule: string;
  readonly measure: string;
  readonly then: number | null;
  readonly now: number | null;
}

/** What somebody (or a rule) decided on a candidate, before it is part of a log. */
export interface Decision {
  readonly key: string;
  readonly state: DecisionState;
  /** Moment of the decision with its zone: `2024-06-30T09:15+08:00` or `2024-06-30T01:15:00Z`. */
  readonly at: string;
  /** Who decided: a person's or group's name as the centre uses it, or the rule that did. */
  readonly by: string;
  readonly why: string;
  /** Day by which the next step is due, `YYYY-MM-DD`. */
  readonly due?: string | null | undefined;
  readonly evidence?: EvidenceSnapshot | null | undefined;
  /** Number of the earlier entry of the same candidate that this one puts right. A correction may lead to any state. */
  readonly corrects?: number | null | undefined;
  /** Reopening rules that were met, when a rule took the decision. */
  readonly triggers?: readonly ReopeningTrigger[] | undefined;
}

/** An entry of the log: a decision with its place in the chain. */
export interface DecisionEntry extends Required<{ readonly [K in keyof Decision]: Exclude<Decision[K], undefined> }> {
  /** Format of the entry. */
  readonly format: 1;
  /** Position in the log, from 0. */
  readonly seq: number;
  /** Digest of the entry before; 64 zeros for the first. */
  readonly prior: string;
  /** SHA-256 of the entry without this field, as JSON with sorted keys. */
  readonly digest: string;
}

/** An append-only log of decisions. */
export type DecisionLog = readonly DecisionEntry[];

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Milliseconds since 1970 of a moment with its zone, or `undefined` when the text is none. Without a zone two moments of two
 * offices could not be put in order, so one is asked for.
 *
 * @example
 * momentOf("2024-06-30T08:00+08:00"); // 1719705600000
 */
export function momentOf(text: string): number | undefined {
  const parts = MOMENT.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const zone = parts[8]!;
  const [zoneHours, zoneMinutes] = zone === "Z" ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  const isTime = hour! < 24 && minute! < 60 && second! < 60 && zoneHours <= 14 && zoneMinutes < 60;
  if (!isCalendarDate(year!, month, day) || !isTime) return undefined;
  const offset = (zone.startsWith("-") ? -1 : 1) * (zoneHours * 60 + zoneMinutes);
  const minutes = dayOf(year!, month!, day!) * 1440 + hour! * 60 + minute! - offset;
  return (minutes * 60 + second!) * 1000 + Number((parts[7] ?? "").padEnd(3, "0"));
}
