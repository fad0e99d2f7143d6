import { DECISION_STATES, decisionEntryJsonSchema, JOINT_LINKS, reportJsonSchema } from "pvsignal";
import type { Schema } from "./schema-check.ts";

const text = { type: "string" };
const number = { type: "number" };
const count = { type: "integer", minimum: 0 };
const flag = { type: "boolean" };
const day = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" };
const digest = { type: "string", pattern: "^[0-9a-f]{64}$" };
const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
const list = (items: Schema): Schema => ({ type: "array", items });
const record = (values: Schema): Schema => ({ type: "object", additionalProperties: values });
/** Every field is there, and no other. */
const object = (properties: Readonly<Record<string, Schema>>, ...optional: readonly string[]): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const wording = object({ zh: text, en: text });
const change = oneOf("new", "strengthened", "weakened", "gone", "unchanged");
const changeCounts = object({ new: count, strengthened: count, weakened: count, gone: count, unchanged: count });
const state = oneOf(...DECISION_STATES);
const evidence = object({
  run: orNull(text),
  asOf: day,
  reports: { type: "number", minimum: 0 },
  ic025: orNull(number),
  serious: orNull({ type: "number", minimum: 0 }),
  deaths: orNull({ type: "number", minimum: 0 }),
  score: orNull(number),
  rules: list(text),
  alerts: list(text),
});
const decision = object(
  {
    key: { type: "string", minLength: 1, maxLength: 10_000 },
    state,
    at: { type: "string", minLength: 1, maxLength: 40 },
    by: { type: "string", pattern: "\\S", maxLength: 400 },
    why: { type: "string", pattern: "\\S", maxLength: 10_000 },
    due: orNull(day),
    evidence: orNull(evidence),
    corrects: orNull(count),
    triggers: list(object({ rule: text, measure: text, then: orNull(number), now: orNull(number) })),
  },
  "due",
  "evidence",
  "corrects",
  "triggers",
);

const cells = { a: count, b: count, c: count, d: count, n1: count, m1: count, n: count, expected: number };
const pair = {
  product: text,
  event: text,
  ...cells,
  scores: record(orNull(number)),
  missing: record(oneOf("infinite", "undefined")),
  flags: record(orNull(flag)),
};

const alert = object({
  id: text,
  state: oneOf("opened", "grew", "unchanged", "cooled", "closed", "reopened"),
  openedOn: day,
  lastFoundOn: day,
  closedOn: orNull(day),
  detector: text,
  profile: text,
  scope: object(
    {
      maker: text,
      product: text,
      lots: list(text),
      region: text,
      places: list(text),
      unit: text,
      reactions: list(text),
    },
    ...["maker", "product", "lots", "region", "places", "unit", "reactions"],
  ),
  window: object({ from: day, to: day, days: count, clock: oneOf("received", "event") }),
  observed: count,
  expected: number,
  log10PerYear: number,
  reports: count,
  severity: object({ serious: count, deaths: count, notSerious: count, unknown: count }),
  memberIds: list(text),
  evidence: list(wording),
  relatedIds: list(text),
});

const candidate = object({
  key: text,
  rank: { type: "integer", minimum: 1 },
  score: number,
  contributions: list(
    object({ name: text, raw: orNull(number), transformed: number, weight: number, points: { type: "integer" } }),
  ),
  because: list(oneOf("rule", "alert", "budget")),
  log10PerYear: orNull(number),
  isWithinBudget: flag,
  sources: list(
    object({
      source: text,
      link: oneOf(...JOINT_LINKS),
      log10PerYear: orNull(number),
      counts: flag,
      alertId: orNull(text),
      share: orNull(number),
    }),
  ),
  isChosen: flag,
  standing: orNull(object({ state, since: text, by: text, due: orNull(day) })),
});

const cellNumbers = object({ a: count, n1: count, m1: count, n: count, expected: number });
const sdrChange = object({
  product: text,
  event: text,
  kind: change,
  cause: orNull(text),
  score: object({ name: text, previous: orNull(number), current: orNull(number), change: orNull(number) }),
  steps: list(
    object({
      cause: text,
      change: orNull(number),
      shapley: orNull(number),
      score: orNull(number),
      rules: list(text),
      reports: count,
      ids: list(text),
    }),
  ),
  flippedBy: orNull(text),
  rules: object({ gained: list(text), lost: list(text) }),
  cells: object({ previous: cellNumbers, current: cellNumbers }),
  text: list(wording),
});
const alertChange = object({ id: text, what: text, detector: text, kind: change, text: list(wording) });

const page = (name: string, items: Schema): Schema => object({ asOf: day, total: count, [name]: list(items) });

const bodies: Readonly<Record<string, Schema>> = {
  error: object({ code: { type: "string", pattern: "^[A-Z_]+$" }, message: text }),
  health: object({
    status: { const: "ok" },
    library: text,
    reports: count,
    decisions: count,
    lastDay: orNull(day),
    lastRun: orNull(object({ asOf: day, resultDigest: digest })),
    recovered: object({ snapshot: flag, replayed: count, cut: flag }),
  }),
  schemas: object({ schemas: list(text) }),
  applied: object({
    receivedOn: day,
    lines: count,
    accepted: count,
    rejected: count,
    issues: list(
      object({
        code: oneOf("INVALID_REPORT", "UNKNOWN_COLUMN"),
        count,
        sample: list(object({ line: { type: "integer", minimum: 1 }, message: text })),
      }),
    ),
    tally: record(count),
    refused: list(object({ source: text, id: text, what: text, reason: text })),
    touchedPairs: count,
  }),
  run: object({
    asOf: day,
    isKept: flag,
    reports: count,
    sdrs: record(count),
    alerts: count,
    candidates: count,
    proposals: count,
    changes: orNull(object({ screenings: record(changeCounts), alerts: changeCounts })),
    resultDigest: digest,
  }),
  sdrs: page("sdrs", object({ screening: text, ...pair })),
  alerts: page("alerts", alert),
  candidates: object({
    asOf: day,
    total: count,
    capacity: count,
    cutOff: count,
    candidates: list(candidate),
    proposals: list(decision),
  }),
  explanation: object({
    screening: text,
    product: text,
    event: text,
    table: object(cells),
    scores: pair.scores,
    missing: pair.missing,
    rules: list(
      object({
        name: text,
        criterion: text,
        status: text,
        source: text,
        met: orNull(flag),
        comparisons: list(
          object({
            text,
            value: orNull(number),
            threshold: orNull(number),
            met: orNull(flag),
            margin: orNull(number),
          }),
        ),
      }),
    ),
    reportIds: list(text),
    // How it was counted and what was left out, as the library says it.
    counted: { type: "object" },
    excluded: record(count),
  }),
  changes: object({
    asOf: day,
    previous: orNull(day),
    reports: orNull(object({ added: count, amended: count, gone: count, same: count })),
    screenings: record(object({ counts: changeCounts, changes: list(sdrChange) })),
    alerts: orNull(object({ counts: changeCounts, changes: list(alertChange) })),
  }),
  decision,
  "decisions-request": { type: "array", items: decision, minItems: 1, maxItems: 1000 },
  decisions: object({
    entries: list(decisionEntryJsonSchema()),
    head: digest,
    overdue: orNull(list(object({ key: text, state, due: day, days: count, workingDays: orNull(count), by: text }))),
  }),
  decided: object({ added: count, entries: count, head: digest }),
  report: reportJsonSchema(),
  "decision-entry": decisionEntryJsonSchema(),
};

/** JSON Schemas (draft 2020-12) of everything that the service takes and gives, by name. */
export const schemas: ReadonlyMap<string, Schema> = new Map(
  Object.entries(bodies).map(([name, schema]) => [
    name,
    { $schema: "https://json-schema.org/draft/2020-12/schema", title: name, ...schema },
  ]),
);

/** The schema of a name that exists. */
export function schemaOf(name: string): Schema {
  const schema = schemas.get(name);
  if (schema === undefined) throw new Error(`there is no schema called ${name}`);
  return schema;
}
