import type { PairRow } from "../count/pairs.ts";
import { cellReportIds } from "../count/cell-reports.ts";
import type { ReportTable } from "../count/table.ts";
import { compileCriterion, comparisons, compileExpression, criterionText } from "../rule/criterion.ts";
import type { Screening, ScreenRow } from "./screen.ts";

/** One comparison of a rule, with the numbers that decided it. */
export interface ComparisonResult {
  readonly text: string;
  /** Left side; `null` where it is infinite or does not exist. */
  readonly value: number | null;
  readonly threshold: number | null;
  readonly met: boolean | null;
  /** Value minus threshold: how far the pair is from the other verdict; `null` when either is not a finite number. */
  readonly margin: number | null;
}

/** How one rule came out on a pair, comparison by comparison. */
export interface RuleExplanation {
  readonly name: string;
  readonly criterion: string;
  readonly status: string;
  readonly source: string;
  readonly met: boolean | null;
  readonly comparisons: readonly ComparisonResult[];
}

/** Everything behind the numbers of one pair, down to the report ids. Plain data. */
export interface Explanation {
  readonly product: string;
  readonly event: string;
  readonly table: Pick<PairRow, "a" | "b" | "c" | "d" | "n1" | "m1" | "n" | "expected">;
  readonly scores: ScreenRow["scores"];
  readonly missing: ScreenRow["missing"];
  readonly rules: readonly RuleExplanation[];
  /** Ids of the reports with product and event (cell a), all of them. */
  readonly reportIds: readonly string[];
  readonly counted: Screening["options"];
  readonly excluded: Screening["excluded"];
}

/**
 * Explains one pair of a screening: its counts, every score, how each rule came out and by what margin, and the reports.
 *
 * @throws PvError `UNKNOWN_TERM` when product, event or the pair does not occur
 * @example
 * explain(screening, table, { product: "RISPERIDONE", event: "Gynaecomastia" }).reportIds;
 */
export function explain(
  screening: Screening,
  table: ReportTable,
  { product, event }: { readonly product: string; readonly event: string },
): Explanation {
  const i = screening.counts.find(product, event);
  const { a, b, c, d, n1, m1, n, expected } = screening.counts.pair(product, event);
  const cells = { a, b, c, d, n1, m1, n, expected };
  if (i < 0) {
    return {
      product,
      event,
      table: cells,
      scores: {},
      missing: {},
      rules: [],
      reportIds: [],
      counted: screening.options,
      excluded: screening.excluded,
    };
  }
  const { scores, missing, flags } = screening.row(i);
  const columnOf = (name: string): ((i: number) => number) => screening.column(name);
  const rules = screening.definitions().map((rule): RuleExplanation => ({
    name: rule.name,
    criterion: criterionText(rule.criterion),
    status: rule.status,
    source: rule.source,
    met: flags[rule.name] ?? null,
    comparisons: comparisons(rule.criterion).map((comparison) => {
      const value = compileExpression(comparison.left, columnOf)(i);
      const threshold = compileExpression(comparison.right, columnOf)(i);
      const verdict = compileCriterion(comparison, columnOf)(i);
      return {
        text: criterionText(comparison),
        value: finite(value),
        threshold: finite(threshold),
        met: verdict === 2 ? null : verdict === 1,
        margin: finite(value - threshold),
      };
    }),
  }));
  return {
    product,
    event,
    table: cells,
    scores,
    missing,
    rules,
    reportIds: cellReportIds(table, screening.counts, product, event, "a"),
    counted: screening.options,
    excluded: screening.excluded,
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
