import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import type { Locale } from "../report/issue.ts";
import { compileCriterion, criterionColumns, criterionText, type Criterion } from "../rule/criterion.ts";
import { parseCriterion } from "../rule/parse.ts";
import type { Decision, DecisionState, EvidenceSnapshot, ReopeningTrigger } from "./decision.ts";
import type { DecisionMemory } from "./decision-fold.ts";
import { triggerText } from "./decision-wording.ts";

/** Numbers of the evidence a criterion can read: as they are now, and, with `Then`, as they were when it was decided. */
const MEASURES = ["reports", "ic025", "serious", "deaths", "score"] as const;
type Measure = (typeof MEASURES)[number];

/** Columns of a reopening criterion; `daysSince` counts from the day of the evidence decided on to that of the run. */
export const REOPENING_COLUMNS: readonly string[] = [
  ...MEASURES,
  ...MEASURES.map((name) => `${name}Then`),
  "daysSince",
];

/** When a decided candidate is to be looked at again, as data. */
export type ReopeningRule = { readonly name: string } & (
  | {
      /** The number is at least `factor` times what it was, and has grown by at least `least`. */
      readonly kind: "growth";
      readonly measure: "reports" | "serious" | "deaths";
      readonly factor: number;
      readonly least: number;
    }
  | {
      /** The number is above what it was. */
      readonly kind: "more";
      readonly measure: "reports" | "serious" | "deaths";
    }
  | {
      /** A decision rule is met that was not met, or an alert belongs to it that did not. */
      readonly kind: "newly";
      readonly list: "rules" | "alerts";
    }
  | {
      /** The number has passed the next of the steps, which ascend. */
      readonly kind: "step";
      readonly measure: "ic025" | "score";
      readonly steps: readonly number[];
    }
  | { readonly kind: "criterion"; readonly criterion: Criterion }
);

/**
 * Rules that apply unless others are given: reports doubled (and at least two more), a death more, a decision rule newly met, and
 * the next step of IC025 (0, 1.5, 3). The numbers are ours.
 */
export const reopeningRules: readonly ReopeningRule[] = [
  { name: "doubled", kind: "growth", measure: "reports", factor: 2, least: 2 },
  { name: "death", kind: "more", measure: "deaths" },
  { name: "threshold", kind: "newly", list: "rules" },
  { name: "step", kind: "step", measure: "ic025", steps: [0, 1.5, 3] },
];

/**
 * A reopening rule from the text of a criterion over {@link REOPENING_COLUMNS}.
 *
 * @throws PvError `RULE_SYNTAX`, `RULE_REFUSED`
 * @example
 * await reopeningRule("serious half", "serious >= 1.5 * seriousThen and serious >= 3");
 */
export async function reopeningRule(name: string, text: string): Promise<ReopeningRule> {
  return { name, kind: "criterion", criterion: await parseCriterion(text, REOPENING_COLUMNS) };
}

/** What a run found of each candidate. */
export interface ReviewRun {
  /** Moment the entries are to carry, with its zone. */
  readonly at: string;
  readonly candidates: readonly { readonly key: string; readonly evidence: EvidenceSnapshot }[];
}

/** Entries a run asks for. */
export interface Reopenings {
  /** By key; append them with `decideAll`. */
  readonly decisions: readonly Decision[];
  /** Rules that could not be judged because a number they need was not counted, then or now. */
  readonly undecided: readonly { readonly key: string; readonly rule: string }[];
}

const REOPENED_FROM: readonly DecisionState[] = ["refuted", "monitored", "closed"];

/**
 * Candidates that were refuted, monitored or closed and that a rule sends back to `detected`. Then is the evidence last recorded
 * with the candidate; the entry gives every rule that was met, with the numbers. Pure: nothing is written.
 *
 * @param rules - {@link reopeningRules} unless told
 * @param locale - language of `why`; the triggers say the same as data
 * @throws PvError `INVALID_OPTION` for a factor below 1, steps that do not ascend, or an unknown column; `DUPLICATE_KEY` when the
 *   run gives a candidate twice
 * @example
 * reopenings(foldDecisions([]), { at: "2024-06-30T09:00Z", candidates: [] }); // { decisions: [], undecided: [] }
 */
export function reopenings(
  memory: DecisionMemory,
  run: ReviewRun,
  rules: readonly ReopeningRule[] = reopeningRules,
  locale: Locale = "zh",
): Reopenings {
  rules.forEach(checkRule);
  const judges = rules.map((rule) => ({ name: rule.name, judge: judgeOf(rule) }));
  const items = new Map(memory.items.map((item) => [item.key, item]));
  const decisions: Decision[] = [];
  const undecided: { key: string; rule: string }[] = [];
  for (const { key, evidence } of sortedCandidates(run)) {
    const item = items.get(key);
    if (item === undefined || !REOPENED_FROM.includes(item.state)) continue;
    const triggers: ReopeningTrigger[] = [];
    for (const { name, judge } of judges) {
      const found = item.evidence === null ? null : judge(item.evidence, evidence);
      if (found === null) undecided.push({ key, rule: name });
      else triggers.push(...found.map((one) => ({ rule: name, ...one })));
    }
    if (triggers.length === 0) continue;
    const why = triggers.map((trigger) => triggerText(trigger)[locale]).join(locale === "zh" ? "；" : "; ");
    const by = [...new Set(triggers.map(({ rule }) => rule))].join(", ");
    decisions.push({ key, state: "detected", at: run.at, by, why, evidence, triggers });
  }
  return { decisions, undecided };
}

/**
 * The entries of candidates that no log knows yet: `detected`, with the evidence of the run.
 *
 * @throws PvError `DUPLICATE_KEY` when the run gives a candidate twice
 * @example
 * detections(foldDecisions([]), { at: "2024-06-30T09:00Z", candidates: [] }, { by: "run 1", why: "new" }).length; // 0
 */
export function detections(
  memory: DecisionMemory,
  run: ReviewRun,
  { by, why }: Pick<Decision, "by" | "why">,
): readonly Decision[] {
  const known = new Set(memory.items.map(({ key }) => key));
  return sortedCandidates(run)
    .filter(({ key }) => !known.has(key))
    .map(({ key, evidence }) => ({ key, state: "detected", at: run.at, by, why, evidence }));
}

function sortedCandidates({ candidates }: ReviewRun): ReviewRun["candidates"] {
  const sorted = [...candidates].sort((x, y) => compareText(x.key, y.key));
  sorted.forEach(({ key }, i) => {
    if (i > 0 && sorted[i - 1]!.key === key) throw new PvError("DUPLICATE_KEY", `the run gives ${key} twice`);
  });
  return sorted;
}

type Found = readonly Omit<ReopeningTrigger, "rule">[];
/** What of a rule is met; null when it cannot be judged. */
type Judge = (then: EvidenceSnapshot, now: EvidenceSnapshot) => Found | null;

function judgeOf(rule: ReopeningRule): Judge {
  switch (rule.kind) {
    case "growth":
      return compared(rule.measure, (then, now) => now >= rule.factor * then && now - then >= rule.least);
    case "more":
      return compared(rule.measure, (then, now) => now > then);
    case "step": {
      const stepOf = (value: number): number => rule.steps.filter((step) => value >= step).length;
      return compared(rule.measure, (then, now) => stepOf(now) > stepOf(then));
    }
    case "newly":
      return (then, now) =>
        now[rule.list]
          .filter((name) => !then[rule.list].includes(name))
          .map((name) => ({ measure: name, then: 0, now: 1 }));
    case "criterion":
      return criterionJudge(rule.criterion);
  }
}

const compared =
  (measure: Measure, isMet: (then: number, now: number) => boolean): Judge =>
  (then, now) => {
    const [before, after] = [then[measure], now[measure]];
    if (before === null || after === null) return null;
    return isMet(before, after) ? [{ measure, then: before, now: after }] : [];
  };

function criterionJudge(criterion: Criterion): Judge {
  const values = new Map<string, number>();
  const decide = compileCriterion(criterion, (name) => () => values.get(name) ?? NaN);
  const text = criterionText(criterion);
  return (then, now) => {
    for (const name of MEASURES) {
      values.set(name, now[name] ?? NaN);
      values.set(`${name}Then`, then[name] ?? NaN);
    }
    values.set("daysSince", requireDay("asOf", now.asOf) - requireDay("asOf", then.asOf));
    const verdict = decide(0);
    return verdict === 2 ? null : verdict === 1 ? [{ measure: text, then: 0, now: 1 }] : [];
  };
}

function checkRule(rule: ReopeningRule): void {
  const fault = (what: string): PvError => new PvError("INVALID_OPTION", `rule ${JSON.stringify(rule.name)}: ${what}`);
  if (rule.kind === "growth" && !(rule.factor >= 1 && rule.least >= 0))
    throw fault(`expected a factor of 1 or more and a growth of 0 or more, got ${rule.factor} and ${rule.least}`);
  if (rule.kind === "step" && !rule.steps.every((step, i) => i === 0 || step > rule.steps[i - 1]!))
    throw fault(`expected ascending steps, got ${rule.steps.join(", ")}`);
  if (rule.kind === "criterion") {
    const unknown = criterionColumns(rule.criterion).find((name) => !REOPENING_COLUMNS.includes(name));
    if (unknown !== undefined) throw fault(`${unknown} is not one of ${REOPENING_COLUMNS.join(", ")}`);
  }
}
