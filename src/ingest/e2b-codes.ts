import type { Answer, Causality, Outcome, ReportKind, Role, Seriousness, UnitKind } from "../report/report.ts";

/** G.k.1 and R2 B.4.k.1, drug role. */
export const ROLE_CODES: ReadonlyMap<string, Role> = new Map([
  ["1", "suspect"],
  ["2", "concomitant"],
  ["3", "interacting"],
  ["4", "not-given"],
]);

/** C.1.3 and R2 A.1.4, type of report; `undefined` is "not available to sender". */
export const KIND_CODES: ReadonlyMap<string, ReportKind | undefined> = new Map([
  ["1", "spontaneous"],
  ["2", "study"],
  ["3", "other"],
  ["4", undefined],
]);

/** E.i.7. R2 B.2.i.8 has the same codes, and 6 for unknown. */
export const OUTCOME_CODES: ReadonlyMap<string, Outcome> = new Map([
  ["0", "unknown"],
  ["1", "recovered"],
  ["2", "recovering"],
  ["3", "not-recovered"],
  ["4", "recovered-with-sequelae"],
  ["5", "fatal"],
  ["6", "unknown"],
]);

/** G.k.9.i.4, did the reaction recur on re-administration. */
export const RECHALLENGE_CODES: ReadonlyMap<string, Answer> = new Map([
  ["1", "yes"],
  ["2", "no"],
  ["3", "unknown"],
  ["4", "not-done"],
]);

/** G.k.8 and R2 B.4.k.16: with the dose increased or unchanged, whether the event abates without the drug was not tried. */
export const DOSE_KEPT: ReadonlySet<string> = new Set(["3", "4"]);

/** C.3.1 and R2 A.3.1.1, type of sender. */
export const SENDER_CODES: ReadonlyMap<string, UnitKind> = new Map([
  ["1", "holder"],
  ["2", "authority"],
  ["3", "medical"],
  ["4", "authority"],
  ["5", "other"],
  ["6", "other"],
  ["7", "person"],
]);

/** E.i.3.2a–f by the code of the observation that carries it (code system ICH …2.1.1.19). */
export const SERIOUSNESS_CODES: ReadonlyMap<string, Seriousness> = new Map([
  ["34", "death"],
  ["21", "life-threatening"],
  ["33", "hospitalisation"],
  ["35", "disability"],
  ["12", "congenital-anomaly"],
  ["26", "other"],
]);

/** Words in which causality is stated, in lower case: the field is free text, and senders name the method's own levels. */
export const CAUSALITY_WORDS: ReadonlyMap<string, Causality> = new Map<string, Causality>([
  ...words("certain", "certain", "definite", "definitely related", "肯定"),
  ...words("probable", "probable", "probably related", "probable/likely", "likely", "很可能"),
  ...words("possible", "possible", "possibly related", "可能"),
  ...words("unlikely", "unlikely", "unlikely related", "doubtful", "可能无关"),
  ...words("pending", "pending", "conditional", "conditional/unclassified", "unclassified", "待评价"),
  ...words("unassessable", "unassessable", "unassessable/unclassifiable", "not assessable", "无法评价"),
  ...words("related", "related", "suspected", "reasonable possibility", "yes", "相关", "有关"),
  ...words(
    "unrelated",
    "unrelated",
    "not related",
    "not suspected",
    "no reasonable possibility",
    "not reasonable possibility",
    "none",
    "no",
    "无关",
    "不相关",
  ),
  ...words("undetermined", "undetermined", "unknown", "not reported", "无法确定", "不详"),
]);

function words(causality: Causality, ...texts: readonly string[]): [string, Causality][] {
  return texts.map((text) => [text, causality]);
}

/** Of several assessments of one product the one that says most for a causal relation stands. */
export const CAUSALITY_ORDER: readonly Causality[] = [
  "certain",
  "probable",
  "related",
  "possible",
  "undetermined",
  "pending",
  "unassessable",
  "unlikely",
  "unrelated",
];

/** Of several answers about one product, one for each reaction, the first of these stands. */
export const ANSWER_ORDER: readonly Answer[] = ["yes", "no", "unknown", "not-done"];
