import type { FourfoldColumns } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { compileCriterion, criterionColumns } from "../rule/criterion.ts";
import type { GpsPrior } from "../signal/ebgm.ts";
import { fitGps } from "../signal/gps-fit.ts";
import { measureOf, measures, type MeasureContext, type MeasureName } from "../signal/measures.ts";
import { presets, type DecisionRule } from "../signal/presets.ts";
import { screen } from "../signal/screen.ts";
import { CountedTable, PairCells, type FollowedPairs } from "./diff-cells.ts";

import type { TableChanges } from "./diff-reports.ts";
import type { ScreeningPlan } from "./run-config.ts";

/**
 * Why the score of a pair changed, in the order in which the causes are let in, one after the other: the options; the dictionary (or
 * named function) that gives products and events their names; reports of the pair withdrawn or merged away; reports of the pair
 * amended; new reports of the pair; and everything that is no report of the pair: its margins, the total, a fitted prior.
 */
export const DIFF_CAUSES = ["options", "dictionary", "retractions", "amendments", "reports", "background"] as const;
/** One of {@link DIFF_CAUSES}. */
export type DiffCause = (typeof DIFF_CAUSES)[number];

/** A score that exists for every pair, in log2 units: IC or its lower limit as they are, EBGM or EB05 as their logarithm. */
export type DiffScore = "ic" | "ic025" | "ebgm" | "eb05";

/** Score and decisions of all followed pairs in one state of the world. */
export interface ScoredState {
  readonly cells: FourfoldColumns;
  readonly score: Float64Array;
  readonly rules: readonly string[];
  /** One column a rule: 1 where the pair meets it. */
  readonly met: readonly Uint8Array[];
}

/** The plans of a screening before and after; the middle ones have the options of one run and the dictionary of the other. */
export interface PlanVariants {
  readonly previous: ScreeningPlan;
  readonly newOptions: ScreeningPlan;
  readonly newDictionary: ScreeningPlan;
  readonly current: ScreeningPlan;
  readonly optionsChanged: boolean;
  readonly dictionaryChanged: boolean;
}

/** Reports of one pair that changed, by table row. */
export interface OwnReports {
  readonly retractions: readonly number[];
  /** Rows of the current table. */
  readonly amendments: readonly number[];
  readonly reports: readonly number[];
}

/** Rules of a plan; those of `screen` unless told. */
export function rulesOf({ screen: options }: ScreeningPlan): readonly DecisionRule[] {
  const rule = options?.rule;
  if (rule === undefined) return [presets.evans];
  return Array.isArray(rule) ? (rule as readonly DecisionRule[]) : [rule as DecisionRule];
}

/**
 * Scores the followed pairs as they would be had only some of the causes of change taken place. Every such state is counted from
 * real versions of real reports: each report of the pair as it was or as it is, and the others all as they were or all as they are.
 */
export class Counterfactual {
  readonly pairs: FollowedPairs;
  /** Causes that took place at all, in order. */
  readonly active: readonly DiffCause[];
  readonly #previous: ReportTable;
  readonly #current: ReportTable;
  readonly #plans: PlanVariants;
  readonly #changes: TableChanges;
  readonly #scoreName: DiffScore;
  readonly #variants = new Map<number, Variant>();
  readonly #states = new Map<number, ScoredState>();

  constructor(
    previous: ReportTable,
    current: ReportTable,
    plans: PlanVariants,
    changes: TableChanges,
    pairs: FollowedPairs,
    scoreName: DiffScore,
  ) {
    this.pairs = pairs;
    this.#previous = previous;
    this.#current = current;
    this.#plans = plans;
    this.#changes = changes;
    this.#scoreName = scoreName;
    const took: Readonly<Record<DiffCause, boolean>> = {
      options: plans.optionsChanged,
      dictionary: plans.dictionaryChanged,
      retractions: changes.gone.length > 0,
      amendments: changes.amended.current.length > 0,
      reports: changes.added.length > 0,
      background: changes.gone.length + changes.amended.current.length + changes.added.length > 0,
    };
    this.active = DIFF_CAUSES.filter((cause) => took[cause]);
  }

  /** Reports of each pair that changed, as they are counted now. */
  own(pair: number): OwnReports {
    return this.#variant(bitsOf(["options", "dictionary"])).own[pair]!;
  }

  /** The state in which these causes have taken place and the others have not. */
  state(causes: readonly DiffCause[]): ScoredState {
    const bits = bitsOf(causes.filter((cause) => this.active.includes(cause)));
    let found = this.#states.get(bits);
    if (found === undefined) this.#states.set(bits, (found = this.#score(bits)));
    return found;
  }

  /**
   * Change of the score by cause and pair, averaged over all orders in which the causes could have been let in (Shapley 1953): unlike
   * the steps of one order it treats them alike, and it adds up as well.
   */
  shapley(): ReadonlyMap<DiffCause, Float64Array> {
    const { active } = this;
    const size = this.pairs.products.length;
    const shares = new Map(active.map((cause) => [cause, new Float64Array(size)]));
    const orders = factorial(active.length);
    for (let subset = 0; subset < 1 << active.length; subset++) {
      const inside = active.filter((_, i) => (subset & (1 << i)) !== 0);
      const weight = (factorial(inside.length) * factorial(active.length - inside.length - 1)) / orders;
      const before = this.state(inside).score;
      for (const cause of active) {
        if (inside.includes(cause)) continue;
        const after = this.state([...inside, cause]).score;
        const share = shares.get(cause)!;
        for (let k = 0; k < size; k++) share[k]! += weight * (after[k]! - before[k]!);
      }
    }
    return shares;
  }

  #variant(bits: number): Variant {
    const { optionsChanged, dictionaryChanged } = this.#plans;
    const options = optionsChanged && (bits & bitsOf(["options"])) !== 0;
    const dictionary = dictionaryChanged && (bits & bitsOf(["dictionary"])) !== 0;
    const number = Number(options) + 2 * Number(dictionary);
    let found = this.#variants.get(number);
    if (found === undefined) {
      const { previous, newOptions, newDictionary, current } = this.#plans;
      // What did not change is taken from the current plan, whose functions are then not told apart from equal ones before.
      const plan =
        options === optionsChanged && dictionary === dictionaryChanged
          ? current
          : ([previous, newOptions, newDictionary, current] as const)[number]!;
      found = new Variant(this.#previous, this.#current, plan, this.#changes, this.pairs);
      this.#variants.set(number, found);
    }
    return found;
  }

  #score(bits: number): ScoredState {
    const variant = this.#variant(bits);
    const cells = variant.cells(bits);
    const side = variant.side((bits & bitsOf(["background"])) !== 0);
    const rules = rulesOf(variant.plan);
    const names = new Set<MeasureName>();
    for (const column of [this.#scoreName, ...rules.flatMap(({ criterion }) => criterionColumns(criterion))]) {
      const measure = measureOf(column);
      if (measure !== undefined) names.add(measure);
    }
    const columns: Record<string, Float64Array> = { ...cells };
    const context: MeasureContext = { gpsPrior: () => side.prior() };
    for (const name of names) Object.assign(columns, measures[name].compute(cells, context));
    const { a, b, c, d } = cells;
    columns["n1"] = a.map((count, k) => count + b[k]!);
    columns["m1"] = a.map((count, k) => count + c[k]!);
    columns["n"] = a.map((count, k) => count + b[k]! + c[k]! + d[k]!);
    if (rules.some(({ criterion }) => criterionColumns(criterion).includes("fdr"))) columns["fdr"] = side.fdr();
    const verdicts = rules.map(({ criterion }) =>
      compileCriterion(criterion, (name) => {
        const column = columns[name]!;
        return (k) => column[k]!;
      }),
    );
    const score = columns[this.#scoreName]!;
    return {
      cells,
      score: this.#scoreName.startsWith("eb") ? score.map(Math.log2) : score,
      rules: rules.map(({ name }) => name),
      // A pair without a report is no row of a screening, so that no rule can be met.
      met: verdicts.map((verdict) => Uint8Array.from(a, (count, k) => (count > 0 && verdict(k) === 1 ? 1 : 0))),
    };
  }
}

const bitsOf = (causes: readonly DiffCause[]): number =>
  causes.reduce((bits, cause) => bits | (1 << DIFF_CAUSES.indexOf(cause)), 0);

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** One plan on both tables, with what each cause changes in the counts. */
class Variant {
  readonly plan: ScreeningPlan;
  readonly own: readonly OwnReports[];
  readonly #isStratified: boolean;
  readonly #before: PairCells;
  readonly #deltas: Readonly<Record<"retractions" | "amendments" | "reports" | "background", PairCells>>;
  readonly #sides: readonly [Side, Side];

  constructor(
    previous: ReportTable,
    current: ReportTable,
    plan: ScreeningPlan,
    { added, gone, amended }: TableChanges,
    pairs: FollowedPairs,
  ) {
    this.plan = plan;
    const before = new CountedTable(previous, plan, pairs);
    const after = new CountedTable(current, plan, pairs);
    const strata = [...new Set([...before.strata, ...after.strata])].sort();
    before.useStrata(strata);
    after.useStrata(strata);
    this.#isStratified = before.isStratified;
    const size = pairs.products.length;
    const empty = (): PairCells => new PairCells(size, strata.length);
    const own = Array.from({ length: size }, () => ({
      retractions: [] as number[],
      amendments: [] as number[],
      reports: [] as number[],
    }));
    const [retractions, amendments, reports] = [empty(), empty(), empty()];
    for (const row of gone) {
      for (const pair of before.pairsOf(row)) {
        own[pair]!.retractions.push(row);
        before.addReport(retractions, row, pair, -1);
      }
    }
    amended.current.forEach((row, i) => {
      const old = amended.previous[i]!;
      for (const pair of new Set([...before.pairsOf(old), ...after.pairsOf(row)])) {
        own[pair]!.amendments.push(row);
        before.addReport(amendments, old, pair, -1);
        after.addReport(amendments, row, pair, 1);
      }
    });
    for (const row of added) {
      for (const pair of after.pairsOf(row)) {
        own[pair]!.reports.push(row);
        after.addReport(reports, row, pair, 1);
      }
    }
    this.own = own;
    this.#before = before.cells(strata.length);
    const background = after
      .cells(strata.length)
      .add(this.#before, -1)
      .add(retractions, -1)
      .add(amendments, -1)
      .add(reports, -1);
    this.#deltas = { retractions, amendments, reports, background };
    const sides = [before, after].map(({ counts }) => counts);
    this.#sides = [new Side(sides[0]!, sides[1]!, plan, pairs), new Side(sides[1]!, sides[0]!, plan, pairs)];
  }

  cells(bits: number): FourfoldColumns {
    const cells = new PairCells(this.#before.a.length, this.#before.strata).add(this.#before);
    for (const [cause, delta] of Object.entries(this.#deltas) as [DiffCause, PairCells][])
      if ((bits & bitsOf([cause])) !== 0) cells.add(delta);
    return cells.columns(this.#isStratified);
  }

  /** What depends on all pairs together: as it was, or as it is. */
  side(isCurrent: boolean): Side {
    return this.#sides[isCurrent ? 1 : 0];
  }
}

class Side {
  readonly #counts: PairCounts | string;
  readonly #plan: ScreeningPlan;
  readonly #pairs: FollowedPairs;
  #prior: GpsPrior | undefined;
  #fdr: Float64Array | undefined;

  /** @param other - the other side, for a prior where this one has nothing to fit it to */
  constructor(counts: PairCounts | string, other: PairCounts | string, plan: ScreeningPlan, pairs: FollowedPairs) {
    this.#counts = typeof counts === "string" ? other : counts;
    this.#plan = plan;
    this.#pairs = pairs;
  }

  prior(): GpsPrior {
    const counts = this.#counts;
    this.#prior ??= this.#plan.screen?.prior ?? (typeof counts === "string" ? undefined : fitGps(counts).prior);
    if (this.#prior === undefined) throw new PvError("EMPTY_SCOPE", "neither run has a pair to fit a prior to");
    return this.#prior;
  }

  /** The `fdr` column at the followed pairs; NaN for those that do not occur. */
  fdr(): Float64Array {
    if (this.#fdr !== undefined) return this.#fdr;
    const column = new Float64Array(this.#pairs.products.length).fill(NaN);
    const counts = this.#counts;
    if (typeof counts !== "string") {
      const { columns } = screen(counts, { ...this.#plan.screen, measures: [] });
      const number = new Map<string, number>();
      for (let i = 0; i < counts.size; i++)
        number.set(pairKey(counts.products[counts.product[i]!]!, counts.events[counts.event[i]!]!), i);
      column.forEach((_, k) => {
        const i = number.get(pairKey(this.#pairs.products[k]!, this.#pairs.events[k]!));
        if (i !== undefined) column[k] = columns["fdr"]![i]!;
      });
    }
    this.#fdr = column;
    return column;
  }
}

/** One name for a product and an event. */
export const pairKey = (product: string, event: string): string => `${product}\u0000${event}`;
