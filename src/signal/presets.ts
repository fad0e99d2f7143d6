import type { Comparison, Criterion } from "../rule/criterion.ts";

/**
 * Where a threshold comes from. `paper`: a publication gives it. `regulator`: a regulator's own text, or a table that quotes it.
 * `practice`: common practice, without a text that fixes it.
 */
export type ThresholdStatus = "paper" | "regulator" | "practice";

/** A decision rule: its criterion as data, and where its numbers come from. A pair that meets it is an SDR, never a "signal". */
export interface DecisionRule {
  readonly name: string;
  readonly criterion: Criterion;
  readonly status: ThresholdStatus;
  readonly source: string;
}

/**
 * A rule that is met when one of the rules is.
 *
 * @example
 * anyOf("either", [presets.evans, presets.umc]).criterion;
 */
export const anyOf = (name: string, rules: readonly DecisionRule[]): DecisionRule => combined(name, "any", rules);

/** A rule that is met when all of the rules are, such as the "all four" of many FAERS papers. */
export const allOf = (name: string, rules: readonly DecisionRule[]): DecisionRule => combined(name, "all", rules);

function combined(name: string, kind: "any" | "all", rules: readonly DecisionRule[]): DecisionRule {
  const criteria = rules.map(({ criterion }) => criterion);
  const source = rules.map((rule) => `${rule.name}: ${rule.source}`).join("; ");
  return { name, criterion: kind === "any" ? { any: criteria } : { all: criteria }, status: "practice", source };
}

const at = (left: string, compare: Comparison, right: number): Criterion => ({ compare, left, right });

/**
 * Decision rules in use. Infinity meets `>=`, so a pair whose event nobody else reports passes a PRR threshold; a value that
 * does not exist (NaN) meets nothing, and such pairs are counted as undecided.
 */
export const presets = {
  evans: {
    name: "evans",
    criterion: { all: [at("a", ">=", 3), at("prr", ">=", 2), at("chi2Yates", ">=", 4)] },
    status: "paper",
    source:
      "Evans, Waller, Davis 2001, doi:10.1002/pds.677: PRR at least 2, chi-square (Yates) at least 4, 3 or more reports",
  },
  mhra: {
    name: "mhra",
    criterion: { all: [at("a", ">=", 3), at("prr", ">=", 2), at("chi2Yates", ">=", 4)] },
    status: "practice",
    source:
      "the rule of Evans 2001 as the UK authority used it before it moved to EBGM; kept under its own name because it may part from it",
  },
  mhraEb: {
    name: "mhraEb",
    criterion: { all: [at("a", ">=", 3), at("ebgm", ">=", 2.5), at("eb05", ">=", 1.8)] },
    status: "regulator",
    source:
      "UK authority: EBGM at least 2.5, EB05 at least 1.8, 3 or more reports, as tabled by Candore et al. 2015 (PMC4982893, Table 1)",
  },
  fda: {
    name: "fda",
    criterion: at("eb05", ">=", 2),
    status: "practice",
    source: "Szarfman, Machado, O'Neill 2002: EB05 at least 2; quoted in papers of the FDA, no primary text at hand",
  },
  ema: {
    name: "ema",
    criterion: { all: [at("a", ">=", 5), at("prrLower", ">=", 1)] },
    status: "regulator",
    source:
      "EudraVigilance: lower 95 % limit of PRR at least 1 and 5 or more reports, as tabled by Candore et al. 2015 (PMC4982893, Table 1)",
  },
  umc: {
    name: "umc",
    criterion: at("ic025", ">", 0),
    status: "paper",
    source:
      "Uppsala Monitoring Centre: lower 95 % credibility limit of IC above 0; Norén, Hopstadius, Bate 2013, doi:10.1177/0962280211403604",
  },
  china: {
    name: "china",
    criterion: { all: [at("a", ">=", 3), at("prr", ">=", 2), at("chi2", ">=", 4)] },
    status: "practice",
    source:
      "Jiangsu ADR centre, Chin J Pharmacoepidemiol 2006(2):77-80: PRR at least 2, chi-square at least 4, 3 or more reports; the correction is not stated there, Pearson is taken",
  },
  lareb: {
    name: "lareb",
    criterion: { all: [at("a", ">=", 3), at("rorLower", ">", 1)] },
    status: "practice",
    source:
      "Netherlands Pharmacovigilance Centre Lareb: lower 95 % limit of ROR above 1 and 3 or more reports; no primary text at hand",
  },
} as const satisfies Record<string, DecisionRule>;
