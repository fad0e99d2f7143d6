import type { FourfoldColumns } from "../count/fourfold.ts";
import { compileCriterion, type Verdict } from "../rule/criterion.ts";
import { measures, type MeasureContext } from "./measures.ts";
import type { Screening } from "./screen.ts";

/** Scores and verdicts of tables other than those that were screened. */
export interface Rescored {
  readonly scores: (i: number) => Readonly<Record<string, number | null>>;
  readonly missing: (i: number) => Readonly<Record<string, "infinite" | "undefined">>;
  /** Per rule: met, not met, or `null` when a value it needs does not exist. */
  readonly flags: (i: number) => Readonly<Record<string, boolean | null>>;
  /** Verdict of the rule with this place among the rules of the screening. */
  readonly verdict: (rule: number, i: number) => Verdict;
}

/**
 * Scores other tables as a screening scored its own: with its measures, its rules and its prior, which is not fitted again. A
 * false discovery rate belongs to all pairs together and does not exist for single tables: column `fdr` is NaN, and rules that
 * read it are undecided unless the rest of them decides.
 */
export function rescore(screening: Screening, cells: FourfoldColumns): Rescored {
  const context: MeasureContext = { gpsPrior: () => screening.gps!.prior };
  const columns: Record<string, Float64Array> = {};
  for (const name of screening.measures) Object.assign(columns, measures[name].compute(cells, context));
  if ("fdr" in screening.columns) columns["fdr"] = new Float64Array(cells.a.length).fill(NaN);
  const columnOf = (name: string): ((i: number) => number) => {
    if (name === "n1") return (i) => cells.a[i]! + cells.b[i]!;
    if (name === "m1") return (i) => cells.a[i]! + cells.c[i]!;
    if (name === "n") return (i) => cells.a[i]! + cells.b[i]! + cells.c[i]! + cells.d[i]!;
    const column = name in cells ? cells[name as keyof FourfoldColumns] : columns[name]!;
    return (i) => column[i]!;
  };
  const rules = screening.definitions();
  const decide = rules.map(({ criterion }) => compileCriterion(criterion, columnOf));
  return {
    scores: (i) =>
      Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, finiteOrNull(column[i]!)])),
    missing: (i) =>
      Object.fromEntries(
        Object.entries(columns)
          .filter(([, column]) => !Number.isFinite(column[i]!))
          .map(([name, column]) => [name, Number.isNaN(column[i]!) ? "undefined" : "infinite"]),
      ),
    flags: (i) =>
      Object.fromEntries(
        rules.map(({ name }, r) => {
          const verdict = decide[r]!(i);
          return [name, verdict === 2 ? null : verdict === 1];
        }),
      ),
    verdict: (rule, i) => decide[rule]!(i),
  };
}

export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
