import { PvError } from "../error.ts";
import type { Domain, Report } from "../report/report.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";

/** A fault a machine can find in an item that is filled. */
export interface FormCheck {
  readonly wording: Wording;
  /** Marks of the item it takes. */
  readonly loses: number;
  readonly fails: (report: Report) => boolean;
}

/** Marks for the length of a free text: the share of the item's marks from that many characters on. */
export interface LengthStep {
  readonly atLeast: number;
  readonly share: number;
}

/** One item of a form. */
export interface FormItem {
  readonly item: string;
  readonly marks: number;
  /** Names of the form's header; any of them in `report.filled` means that the item holds a value. */
  readonly filled: readonly string[];
  /** Whether a field of the model shows that the item holds a value. */
  readonly value?: ((report: Report) => boolean) | undefined;
  readonly checks?: readonly FormCheck[] | undefined;
  /** For a free text: rising steps, in place of full marks for presence. */
  readonly length?: readonly LengthStep[] | undefined;
  /** What only a reader can judge: the marks say that something is there, not that it is good. */
  readonly unjudged?: Wording | undefined;
}

/** A form score as data; make one with {@link defineForm}. */
export interface FormScore {
  readonly name: string;
  readonly title: Wording;
  readonly domains: readonly Domain[];
  /** Sum of the marks of all items. */
  readonly full: number;
  readonly items: readonly FormItem[];
  readonly basis: string;
  /** Where the marks come from, and where the thresholds and losses of the checks do. */
  readonly status: { readonly marks: NumberStatus; readonly checks: NumberStatus };
}

/** Marks of one item. */
export interface ItemMarks {
  readonly item: string;
  readonly full: number;
  readonly marks: number;
  readonly present: boolean;
  /** `checked`: faults were looked for; `presence`: filled or not is all that was looked at; `length`: by length of text. */
  readonly judged: "checked" | "presence" | "length";
  /** Why marks were lost, and what is left to a reader. */
  readonly reasons: readonly Wording[];
}

/** Marks of a report on a form. */
export interface FormMarks {
  readonly form: string;
  readonly full: number;
  readonly marks: number;
  /** marks / full × 100. */
  readonly percent: number;
  /** Marks of those given that rest on presence or length alone. */
  readonly unjudged: number;
  readonly items: readonly ItemMarks[];
}

/**
 * Checks a form score: item names once each, marks above 0 that add up to `full`, losses within the item, steps that rise.
 *
 * @throws PvError `INVALID_OPTION` naming the item
 */
export function defineForm(form: FormScore): FormScore {
  const names = new Set<string>();
  let sum = 0;
  for (const { item, marks, checks, length } of form.items) {
    if (names.has(item)) throw new PvError("INVALID_OPTION", `${form.name}: the item ${item} is there twice`);
    names.add(item);
    if (!(marks > 0 && marks < Infinity))
      throw new PvError("INVALID_OPTION", `${form.name}, ${item}: expected marks above 0, got ${marks}`);
    if (checks?.some(({ loses }) => !(loses >= 0 && loses <= marks)) === true)
      throw new PvError("INVALID_OPTION", `${form.name}, ${item}: a check must lose between 0 and ${marks} marks`);
    length?.forEach(({ atLeast, share }, i) => {
      const before = length[i - 1];
      if (!(share >= 0 && share <= 1) || (before !== undefined && !(atLeast > before.atLeast && share >= before.share)))
        throw new PvError(
          "INVALID_OPTION",
          `${form.name}, ${item}: the steps of length must rise, with shares of 0 to 1`,
        );
    });
    sum += marks;
  }
  if (Math.abs(sum - form.full) > 1e-9)
    throw new PvError(
      "INVALID_OPTION",
      `${form.name}: the marks add up to ${sum}, not to the full marks of ${form.full}`,
    );
  return form;
}

/**
 * Marks a report by a form score, item by item. An item holds a value when `report.filled` names it or a field of the model
 * shows it; then faults a machine can find take their marks. What only a reader can judge is said, not guessed.
 *
 * @throws PvError `INVALID_ARGUMENT` when the form is not for the report's domain
 */
export function scoreForm(report: Report, form: FormScore): FormMarks {
  if (!form.domains.includes(report.domain))
    throw new PvError("INVALID_ARGUMENT", `${form.name} is for ${form.domains.join(", ")}, not for ${report.domain}`);
  const filled = new Set(report.filled ?? []);
  const items = form.items.map((item) => itemMarks(item, report, filled));
  const marks = items.reduce((sum, item) => sum + item.marks, 0);
  return {
    form: form.name,
    full: form.full,
    marks,
    percent: (marks / form.full) * 100,
    unjudged: items.reduce((sum, item) => sum + (item.judged === "checked" ? 0 : item.marks), 0),
    items,
  };
}

function itemMarks(entry: FormItem, report: Report, filled: ReadonlySet<string>): ItemMarks {
  const { item, marks: full, checks = [], length, unjudged } = entry;
  const judged = length !== undefined ? "length" : checks.length > 0 ? "checked" : "presence";
  const present = entry.filled.some((name) => filled.has(name)) || entry.value?.(report) === true;
  if (!present) {
    return {
      item,
      full,
      marks: 0,
      present,
      judged,
      reasons: [{ zh: `${item}：未填写`, en: `${item}: not filled in` }],
    };
  }
  const reasons: Wording[] = [];
  let marks = full;
  if (length !== undefined) {
    const characters = report.narrativeLength ?? report.narrative?.length ?? 0;
    const step = length.findLast(({ atLeast }) => characters >= atLeast);
    marks = full * (step?.share ?? 0);
    if (marks < full) {
      const enough = length.find(({ share }) => share === 1)?.atLeast ?? Infinity;
      reasons.push({
        zh: `${item}：仅 ${characters} 字，满分需不少于 ${enough} 字`,
        en: `${item}: ${characters} characters only, full marks need ${enough}`,
      });
    }
  }
  for (const { loses, wording, fails } of checks) {
    if (!fails(report)) continue;
    marks = Math.max(0, marks - loses);
    reasons.push({ zh: `${item}：${wording.zh}（扣 ${loses} 分）`, en: `${item}: ${wording.en} (−${loses})` });
  }
  if (unjudged !== undefined) reasons.push(unjudged);
  return { item, full, marks, present, judged, reasons };
}
