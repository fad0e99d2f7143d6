import { PvError } from "../error.ts";
import type { FourfoldColumns } from "../count/fourfold.ts";
import type { CountEcho, CountExclusions, PairCounts, PairRow } from "../count/pairs.ts";
import { compileCriterion, criterionColumns, criterionText, type Verdict } from "../rule/criterion.ts";
import type { GpsPrior } from "./ebgm.ts";
import { fitGps, type GpsFit } from "./gps-fit.ts";
import {
  COUNT_COLUMNS,
  measureOf,
  measures,
  type MeasureContext,
  type MeasureName,
  type ScoreColumns,
} from "./measures.ts";
import { presets, type DecisionRule } from "./presets.ts";
import { screenFdr, type FdrOptions, type FdrSummary } from "./screen-fdr.ts";

/** What `screen` computes and decides. */
export interface ScreenOptions {
  /** Measures to compute; those of the rules are added. PRR, ROR, chi-square and IC unless told. */
  readonly measures?: readonly MeasureName[] | undefined;
  /** Rules that make a pair an SDR; Evans' rule unless told. They can read the column `fdr` when `fdr` is asked for. */
  readonly rule?: DecisionRule | readonly DecisionRule[] | undefined;
  /** Prior for EBGM; fitted to these counts (`fitGps`) unless given. */
  readonly prior?: GpsPrior | undefined;
  /** Accounts for the number of pairs looked at: adds the column `fdr`. */
  readonly fdr?: FdrOptions | undefined;
}

/** One pair of a screening, safe for JSON: where a number does not exist it is `null` and `missing` says why. */
export interface ScreenRow extends PairRow {
  readonly scores: Readonly<Record<string, number | null>>;
  /** Reason for each `null` score: `"infinite"` or `"undefined"`. */
  readonly missing: Readonly<Record<string, "infinite" | "undefined">>;
  /** Per rule: met, not met, or `null` when undecided because a value it needs does not exist. */
  readonly flags: Readonly<Record<string, boolean | null>>;
}

/** Which rows of a screening, and in what order. */
export interface RowsOptions {
  /** Score or count column to rank by, highest first; ties and missing values keep the order of product and event. */
  readonly sort?: string | undefined;
  /** Only pairs that meet this rule. */
  readonly flaggedBy?: string | undefined;
  readonly limit?: number | undefined;
}

/** How a rule came out over all pairs. */
export interface RuleResult {
  readonly name: string;
  readonly criterion: string;
  readonly status: string;
  readonly source: string;
  /** Pairs that meet the rule. */
  readonly flagged: number;
  /** Pairs the rule could not decide because a value it needs does not exist. */
  readonly undecided: number;
}

/**
 * Scores and decisions for every pair of some counts. A flagged pair is a signal of disproportionate reporting (SDR): a number
 * that crossed a threshold. It becomes a signal only when a person has assessed it.
 */
export class Screening {
  readonly counts: PairCounts;
  /** Number of pairs. */
  readonly size: number;
  readonly measures: readonly MeasureName[];
  readonly rules: readonly RuleResult[];
  /** Options of the counts, echoed. */
  readonly options: CountEcho;
  readonly excluded: CountExclusions;
  /** Prior behind EBGM, and its fit unless the prior was given; `null` when nothing needed it. */
  readonly gps: { readonly prior: GpsPrior; readonly fit: GpsFit | null } | null;
  /** How multiplicity was accounted for; `null` unless asked for. */
  readonly fdr: FdrSummary | null;
  /** All scores, one typed column each; Infinity and NaN as the measures define them. */
  readonly columns: ScoreColumns;
  readonly #cells: FourfoldColumns;
  readonly #verdicts: ReadonlyMap<string, Uint8Array>;
  readonly #definitions: readonly DecisionRule[];

  constructor(
    counts: PairCounts,
    names: readonly MeasureName[],
    rules: readonly DecisionRule[],
    { prior, fdr }: Pick<ScreenOptions, "prior" | "fdr"> = {},
  ) {
    this.counts = counts;
    this.size = counts.size;
    this.measures = names;
    this.options = counts.options;
    this.excluded = counts.excluded;
    this.#cells = counts.columns();
    let gps: { prior: GpsPrior; fit: GpsFit | null } | null = null;
    const context: MeasureContext = {
      gpsPrior: () => {
        if (gps === null) {
          const fit = prior === undefined ? fitGps(counts) : null;
          gps = { prior: prior ?? fit!.prior, fit };
        }
        return gps.prior;
      },
    };
    const columns: Record<string, Float64Array> = {};
    for (const name of names) Object.assign(columns, measures[name].compute(this.#cells, context));
    if (fdr === undefined) this.fdr = null;
    else {
      const adjusted = screenFdr(this.#cells, counts.products.length * counts.events.length, fdr, context);
      columns["fdr"] = adjusted.column;
      this.fdr = adjusted.summary;
    }
    this.columns = columns;
    this.gps = gps;
    this.#definitions = rules;
    const verdicts = new Map<string, Uint8Array>();
    this.rules = rules.map((rule) => {
      const decide = compileCriterion(rule.criterion, (name) => this.column(name));
      const column = new Uint8Array(this.size);
      let flagged = 0;
      let undecided = 0;
      for (let i = 0; i < this.size; i++) {
        const verdict = decide(i);
        column[i] = verdict;
        if (verdict === 1) flagged++;
        else if (verdict === 2) undecided++;
      }
      verdicts.set(rule.name, column);
      const { name, status, source } = rule;
      return { name, criterion: criterionText(rule.criterion), status, source, flagged, undecided };
    });
    this.#verdicts = verdicts;
  }

  /**
   * Reads one column, of counts or of scores.
   *
   * @throws PvError `UNKNOWN_MEASURE`
   */
  column(name: string): (i: number) => number {
    const { counts } = this;
    const cells = this.#cells;
    if (name === "n1") return (i) => cells.a[i]! + cells.b[i]!;
    if (name === "m1") return (i) => cells.a[i]! + cells.c[i]!;
    if (name === "n") return (i) => cells.a[i]! + cells.b[i]! + cells.c[i]! + cells.d[i]!;
    const column = name in cells ? cells[name as keyof FourfoldColumns] : this.columns[name];
    if (column === undefined) {
      const has = [...COUNT_COLUMNS, ...Object.keys(this.columns)].join(", ");
      throw new PvError(
        "UNKNOWN_MEASURE",
        `${JSON.stringify(name)} is not a column of this screening of ${counts.size} pairs; there are ${has}`,
      );
    }
    return (i) => column[i]!;
  }

  /** Rules of this screening with their criteria. */
  definitions(): readonly DecisionRule[] {
    return this.#definitions;
  }

  /** How one rule decided on pair `i`. */
  verdict(rule: string, i: number): Verdict {
    const column = this.#verdicts.get(rule);
    if (column === undefined) {
      throw new PvError(
        "INVALID_OPTION",
        `rule ${JSON.stringify(rule)} is not one of ${[...this.#verdicts.keys()].join(", ")}`,
      );
    }
    return column[i] as Verdict;
  }

  /** One pair by its number. */
  row(i: number): ScreenRow {
    const scores: Record<string, number | null> = {};
    const missing: Record<string, "infinite" | "undefined"> = {};
    for (const [name, column] of Object.entries(this.columns)) {
      const value = column[i]!;
      scores[name] = Number.isFinite(value) ? value : null;
      if (!Number.isFinite(value)) missing[name] = Number.isNaN(value) ? "undefined" : "infinite";
    }
    const flags: Record<string, boolean | null> = {};
    for (const [name, column] of this.#verdicts) flags[name] = column[i] === 2 ? null : column[i] === 1;
    return { ...this.counts.row(i), scores, missing, flags };
  }

  /** Pairs as plain rows, by product and event unless sorted. For millions of pairs read `columns` instead. */
  rows({ sort, flaggedBy, limit = Infinity }: RowsOptions = {}): ScreenRow[] {
    const chosen: number[] = [];
    for (let i = 0; i < this.size; i++) if (flaggedBy === undefined || this.verdict(flaggedBy, i) === 1) chosen.push(i);
    if (sort !== undefined) {
      const value = this.column(sort);
      const key = (i: number): number => (Number.isNaN(value(i)) ? -Infinity : value(i));
      chosen.sort((x, y) => (key(x) === key(y) ? x - y : key(y) > key(x) ? 1 : -1));
    }
    return chosen.slice(0, limit).map((i) => this.row(i));
  }

  /** The SDRs: pairs that meet at least one rule, ranked by `sort` (IC025 where it was computed, else a). */
  sdrs({
    sort = "ic025" in this.columns ? "ic025" : "a",
    limit = Infinity,
  }: Omit<RowsOptions, "flaggedBy"> = {}): ScreenRow[] {
    const value = this.column(sort);
    const key = (i: number): number => (Number.isNaN(value(i)) ? -Infinity : value(i));
    const chosen: number[] = [];
    for (let i = 0; i < this.size; i++)
      if ([...this.#verdicts.values()].some((column) => column[i] === 1)) chosen.push(i);
    chosen.sort((x, y) => (key(x) === key(y) ? x - y : key(y) > key(x) ? 1 : -1));
    return chosen.slice(0, limit).map((i) => this.row(i));
  }

  /**
   * The row of one pair, or `undefined` when product and event are known but never occur together.
   *
   * @throws PvError `UNKNOWN_TERM`
   */
  pair(product: string, event: string): ScreenRow | undefined {
    const i = this.counts.find(product, event);
    return i < 0 ? undefined : this.row(i);
  }
}

/**
 * Scores every pair and applies decision rules.
 *
 * @throws PvError `UNKNOWN_MEASURE` for a measure, or a column of a rule, that does not exist
 * @example
 * const screening = screen(countPairs(table), { rule: [presets.evans, presets.umc] });
 * screening.sdrs({ limit: 20 });
 */
export function screen(counts: PairCounts, options: ScreenOptions = {}): Screening {
  const rules = options.rule === undefined ? [presets.evans] : isOneRule(options.rule) ? [options.rule] : options.rule;
  const wanted = new Set<MeasureName>(options.measures ?? ["prr", "ror", "chiSquare", "ic"]);
  for (const name of wanted) {
    if (!Object.hasOwn(measures, name)) {
      throw new PvError(
        "UNKNOWN_MEASURE",
        `measure ${JSON.stringify(name)} is not one of ${Object.keys(measures).join(", ")}`,
      );
    }
  }
  const names = new Set<string>();
  for (const rule of rules) {
    if (names.has(rule.name)) throw new PvError("INVALID_OPTION", `two rules are called ${JSON.stringify(rule.name)}`);
    names.add(rule.name);
    for (const column of criterionColumns(rule.criterion)) {
      const measure = measureOf(column);
      if (measure !== undefined) wanted.add(measure);
    }
  }
  const ordered = (Object.keys(measures) as MeasureName[]).filter((name) => wanted.has(name));
  return new Screening(counts, ordered, rules, options);
}

const isOneRule = (rule: DecisionRule | readonly DecisionRule[]): rule is DecisionRule => !Array.isArray(rule);
