import * as z from "zod";
import { PvError } from "../error.ts";
import { partialDay } from "../report/date.ts";
import { candidateSubject, DECISION_STATES, momentOf, type DecisionLog } from "./decision.ts";

const text = z.string().regex(/\S/);
const day = z.string().refine((value) => partialDay(value)?.precision === "day", "not a date YYYY-MM-DD");
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);
const key = z.string().refine((value) => {
  try {
    candidateSubject(value);
    return true;
  } catch {
    return false;
  }
}, "not a candidate key");

const evidenceSchema = z.strictObject({
  run: z.string().nullable(),
  asOf: day,
  reports: z.number().min(0),
  ic025: z.number().nullable(),
  serious: z.number().min(0).nullable(),
  deaths: z.number().min(0).nullable(),
  score: z.number().nullable(),
  rules: z.array(z.string()),
  alerts: z.array(z.string()),
});

const triggerSchema = z.strictObject({
  rule: z.string(),
  measure: z.string(),
  then: z.number().nullable(),
  now: z.number().nullable(),
});

/**
 * zod schema of one entry of a decision log. Unknown fields are refused, not dropped: the digest covers the whole entry, and one
 * with a field less would no longer be the one that was written.
 */
export const decisionEntrySchema = z.strictObject({
  format: z.literal(1),
  seq: count,
  key,
  state: z.enum(DECISION_STATES),
  at: z.string().refine((value) => momentOf(value) !== undefined, "not a moment with its zone"),
  by: text,
  why: text,
  due: day.nullable(),
  evidence: evidenceSchema.nullable(),
  corrects: count.nullable(),
  triggers: z.array(triggerSchema),
  prior: digest,
  digest,
});

/**
 * Reads a decision log from data, such as parsed JSON. The form of every entry is checked; the chain is checked by `verifyLog`,
 * the legality of the steps by `foldDecisions`.
 *
 * @throws PvError `CORRUPT_LOG` naming the first entry and field that do not fit
 * @example
 * parseDecisionLog([]).length; // 0
 */
export function parseDecisionLog(value: unknown): DecisionLog {
  if (!Array.isArray(value)) throw new PvError("CORRUPT_LOG", "a decision log is a list of entries");
  return value.map((one: unknown, index) => {
    const result = decisionEntrySchema.safeParse(one);
    if (result.success) return result.data;
    const fault = result.error.issues[0];
    throw new PvError(
      "CORRUPT_LOG",
      `entry ${index}: ${fault?.path.join(".") ?? ""}: ${fault?.message ?? "not an entry"}`,
    );
  });
}

/** JSON Schema (draft 2020-12) of one entry of a decision log. */
export function decisionEntryJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(decisionEntrySchema, { io: "input", unrepresentable: "any" });
}
