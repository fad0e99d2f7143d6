import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay } from "../report/date.ts";
import { unitsOf } from "./alert-summary.ts";
import type { ClusterAlert } from "./alert.ts";
import { baselineOf, log10Yearly, makeAlert, maximaP, type AlertBody } from "./alert-make.ts";
import {
  reactionLabels,
  requireOneOf,
  requirePositive,
  requireWhole,
  scopedRows,
  suspectLabels,
  type AlertExclusions,
  type AlertScopeOptions,
  type ScopedRows,
} from "./alert-scope.ts";
import type { StopRequest } from "./scan-monte-carlo.ts";
import { bernoulliScanLlr, poissonScanLlr } from "./scan-statistic.ts";
import { treeEntries, type TreeEntries, type TreeEntry, type TreeNodeOptions } from "./tree-alert-nodes.ts";
import { treeEvidence } from "./tree-evidence.ts";
import { scanTree, type TreeCut, type TreeScan } from "./tree-scan.ts";

/** How `findTreeAlerts` looks at a tree. */
export interface TreeAlertOptions extends AlertScopeOptions, TreeNodeOptions {
  /** Results depend on it and on nothing else that is random. */
  readonly seed: number;
  /**
   * `"tree-temporal-node-time"` (unless told): more in the window than the node's own total and the course of all reports say.
   * `"tree-temporal"`: than the node's own total spread evenly, weekdays, holidays and a general rise included. `"bernoulli"`: a
   * larger share of the reports of interest than elsewhere on the tree, over the whole period.
   */
  readonly model?: "tree-temporal-node-time" | "tree-temporal" | "bernoulli" | undefined;
  /** For `"bernoulli"`: reports with this product (or reaction) are held against all others. */
  readonly interest?: { readonly product: string } | { readonly reaction: string } | undefined;
  /** Days of the period that ends with `asOf`; 365 unless told. */
  readonly days?: number | undefined;
  /** Longest window in days; 30 unless told. */
  readonly maxWindow?: number | undefined;
  /** Windows last until `asOf` (`true` unless told), or lie anywhere. */
  readonly prospective?: boolean | undefined;
  /** Nodes and windows with fewer counted reports are not looked at; 3 unless told. */
  readonly minCases?: number | undefined;
  /** 999 unless told. */
  readonly replications?: number | undefined;
  /** Alert when as much comes up by chance at most so many times a year; 1 unless told. */
  readonly perYear?: number | undefined;
  /** How often a year the scan is made; 365 unless told. */
  readonly looksPerYear?: number | undefined;
  /** `"strongest"` (unless told): of nodes that share most of their reports the strongest stays; `"all"`: every one. */
  readonly nested?: "strongest" | "all" | undefined;
}

/** Alerts of one tree, and what was looked at. */
export interface TreeAlerts {
  /** Most surprising first, then by id. */
  readonly alerts: readonly ClusterAlert[];
  readonly asOf: string;
  readonly scan: TreeScan;
  readonly reports: number;
  readonly excluded: AlertExclusions & {
    /** No suspect product, or no reaction. */
    readonly withoutScope: number;
    /** None that the tree has. */
    readonly notInTree: number;
  };
}

/**
 * Finds nodes of a hierarchy (maker → product → neighbouring lots → lot, or a tree of reactions or products) with more reports in
 * the last days, or a larger share of the reports of interest, than expected, at any level at once.
 *
 * A report counts once on every node above its products, lots or reactions, and a unit's equal reports of one day count once. Lots
 * come and go, so that a lot now in use stands out from its own year: the lot detector `findLotClusters` allows for that, this scan
 * says so and is for the levels above. A report without a lot counts for its product.
 *
 * `log10PerYear` is the chance of the cut (adjusted for all nodes and windows), by rank or beyond the random maxima by the Gumbel
 * distribution, times the looks a year. `withoutLargestUnit` has the log likelihood ratio of the same node and window once all
 * reports of that unit are taken out. For `"bernoulli"` the baseline is the node's reports that are not of interest.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`; `EMPTY_SCOPE` when no report is left, or none of interest, or none other; for a
 *   tree given `UNKNOWN_TERM`, `INVALID_ARGUMENT` as `scanTree`
 * @see Kulldorff et al. (2013) doi:10.1002/pds.3423
 * @example
 * findTreeAlerts(table, { asOf: "2024-06-30", tree: "maker-product-lot", seed: 1 }).alerts[0]?.scope.product;
 */
export function findTreeAlerts(
  table: ReportTable,
  options: TreeAlertOptions & { readonly signal?: StopRequest | undefined },
): TreeAlerts {
  const settings = settingsOf(options);
  const scoped = scopedRows(table, options, settings.days);
  const isCase = caseTest(table, options);
  const tree = treeEntries(table, scoped, options, (row) => String(isCase(row)));
  if (tree.entries.length === 0) {
    throw new PvError(
      "EMPTY_SCOPE",
      `no report is on the tree: ${tree.withoutScope} name nothing, ${tree.notInTree} nothing that it has`,
    );
  }
  const run = new TreeRun(table, scoped, tree, settings, options, isCase);
  const scan = run.scan(options.signal);
  return {
    alerts: run.alerts(scan),
    asOf: options.asOf,
    scan,
    reports: tree.entries.length,
    excluded: { ...scoped.excluded, withoutScope: tree.withoutScope, notInTree: tree.notInTree },
  };
}

interface Settings {
  readonly model: NonNullable<TreeAlertOptions["model"]>;
  readonly days: number;
  readonly maxWindow: number;
  readonly prospective: boolean;
  readonly minCases: number;
  readonly replications: number;
  readonly perYear: number;
  readonly looksPerYear: number;
  readonly unitDays: boolean;
  readonly nested: "strongest" | "all";
}

function settingsOf(options: TreeAlertOptions): Settings {
  const { model = "tree-temporal-node-time", nested = "strongest", interest } = options;
  requireOneOf("model", model, ["tree-temporal-node-time", "tree-temporal", "bernoulli"]);
  requireOneOf("nested", nested, ["strongest", "all"]);
  if ((interest !== undefined) !== (model === "bernoulli")) {
    throw new PvError("INVALID_OPTION", `interest: required by and only for the bernoulli model, got ${model}`);
  }
  requireWhole("reach", options.reach ?? 1, 0, 100);
  const days = requireWhole("days", options.days ?? 365, 2, 3650);
  return {
    model,
    days,
    maxWindow: requireWhole("maxWindow", options.maxWindow ?? Math.min(30, days - 1), 1, days - 1),
    prospective: options.prospective ?? true,
    minCases: requireWhole("minCases", options.minCases ?? 3, 1),
    replications: requireWhole("replications", options.replications ?? 999, 19),
    perYear: requirePositive("perYear", options.perYear ?? 1),
    looksPerYear: requirePositive("looksPerYear", options.looksPerYear ?? 365),
    unitDays: options.unitDays ?? true,
    nested,
  };
}

function interestOf({ interest }: TreeAlertOptions): string | undefined {
  return interest === undefined ? undefined : "product" in interest ? interest.product : interest.reaction;
}

/** Whether a report is of interest; every one is where nothing is held against others. */
function caseTest(table: ReportTable, options: TreeAlertOptions): (row: number) => boolean {
  const { interest, productKey = "name", reactionKey = "term" } = options;
  if (interest === undefined) return () => true;
  const labels = "product" in interest ? suspectLabels(table, productKey) : reactionLabels(table, reactionKey);
  const wanted = interestOf(options)!;
  return (row) => labels(row).includes(wanted);
}

class TreeRun {
  readonly #table: ReportTable;
  readonly #scoped: ScopedRows;
  readonly #tree: TreeEntries;
  readonly #settings: Settings;
  readonly #seed: number;
  readonly #interest: string;
  readonly #start: number;
  readonly #isCase: (row: number) => boolean;

  constructor(
    table: ReportTable,
    scoped: ScopedRows,
    tree: TreeEntries,
    settings: Settings,
    options: TreeAlertOptions,
    isCase: (row: number) => boolean,
  ) {
    this.#table = table;
    this.#scoped = scoped;
    this.#tree = tree;
    this.#settings = settings;
    this.#seed = options.seed;
    this.#start = scoped.asOf - settings.days + 1;
    this.#interest = interestOf(options) ?? "";
    this.#isCase = isCase;
  }

  scan(signal: StopRequest | undefined): TreeScan {
    const { model, replications, minCases, maxWindow, prospective } = this.#settings;
    const { rows } = this.#tree;
    const { asOf } = this.#scoped;
    const counted = this.#tree.entries.filter((entry) => entry.counted);
    const common = { seed: this.#seed, replications, minCases, signal };
    if (model === "bernoulli") {
      const persons = counted.flatMap(({ row, leaves }) => {
        const isCase = this.#isCase(row);
        return leaves.map((node) => ({ node, person: String(row), isCase }));
      });
      return scanTree(rows, persons, { ...common, model, countPer: "person" });
    }
    return scanTree(
      rows,
      counted.map(({ node, day }) => ({ node, time: day })),
      {
        ...common,
        model,
        period: { start: this.#start, end: asOf },
        windows: { maxLength: maxWindow, ...(prospective ? { end: { from: asOf, to: asOf } } : {}) },
      },
    );
  }

  alerts(scan: TreeScan): ClusterAlert[] {
    const { looksPerYear, perYear, nested } = this.#settings;
    const alerts: ClusterAlert[] = [];
    const kept: ReadonlySet<string>[] = [];
    for (const cut of scan.cuts) {
      const log10PerYear = log10Yearly(maximaP(cut.llr, scan.null.maxima), 1, looksPerYear);
      // Cuts come by falling statistic.
      if (log10PerYear > Math.log10(perYear)) break;
      const alert = this.#alert(scan, cut, log10PerYear);
      const shares = (own: ReadonlySet<string>): boolean => {
        const both = alert.memberIds.filter((id) => own.has(id)).length;
        return both * 2 > Math.min(own.size, alert.memberIds.length);
      };
      if (nested === "strongest" && kept.some(shares)) continue;
      kept.push(new Set(alert.memberIds));
      alerts.push(alert);
    }
    return alerts.sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id));
  }

  #alert(scan: TreeScan, cut: TreeCut, log10PerYear: number): ClusterAlert {
    const { model, days, maxWindow, perYear, looksPerYear, unitDays } = this.#settings;
    const { asOf, clock, rows: inScope } = this.#scoped;
    const node = cut.node!;
    const window = { from: cut.window?.start ?? this.#start, to: cut.window?.end ?? asOf };
    const below = this.#tree.entries.filter((entry) => this.#tree.above(entry.node).has(node));
    const within = below.filter(({ day, row }) => day >= window.from && day <= window.to && this.#isCase(row));
    const rows = within.map(({ row }) => row);
    const body: AlertBody = makeAlert(this.#table, {
      detector: "tree-scan",
      profile: model,
      scope: this.#scopeOf(node),
      clock,
      window,
      observed: cut.observed,
      expected: cut.expected,
      statistic: { name: "log likelihood ratio", value: cut.llr },
      log10PerYear,
      baseline: this.#baseline(below, window.from),
      rows,
      withoutLargestUnit: this.#withoutLargestUnit(scan, node, window, rows),
      couldBelong: this.#couldBelong(node, window),
      state: asOf - window.to < maxWindow ? "open" : "closed",
      reproducibility: {
        asOf: isoDay(asOf),
        groupsExamined: scan.nodes.counted,
        reportsExamined: inScope.length,
        predicate: `expected by chance at most ${perYear} times a year, ${looksPerYear} looks`,
        windowDays: model === "bernoulli" ? days : maxWindow,
        seed: this.#seed,
      },
    });
    const evidence = treeEvidence(body, {
      model,
      unitDays,
      nodes: scan.nodes.counted,
      days,
      interest: this.#interest,
    });
    return { ...body, evidence };
  }

  #scopeOf(node: string): ClusterAlert["scope"] {
    const scope = this.#tree.scopeOf(node);
    if (this.#settings.model !== "bernoulli") return scope;
    // The node and what it was crossed with.
    return scope.reactions === undefined
      ? { ...scope, reactions: [this.#interest] }
      : { ...scope, product: this.#interest };
  }

  #baseline(below: readonly TreeEntry[], from: number): ClusterAlert["baseline"] {
    if (this.#settings.model !== "bernoulli") {
      const days = below.filter(({ counted }) => counted).map(({ day }) => day);
      return baselineOf(days, this.#start, from);
    }
    const others = below.filter(({ counted, row }) => counted && !this.#isCase(row)).map(({ day }) => day);
    const baseline = baselineOf(others, this.#start, this.#scoped.asOf + 1);
    return { ...baseline, state: others.length > 0 ? "sufficient" : "insufficient" };
  }

  /** The same node and window once all reports of the unit are taken out, everywhere. */
  #withoutLargestUnit(
    scan: TreeScan,
    node: string,
    window: { readonly from: number; readonly to: number },
    members: readonly number[],
  ): ClusterAlert["withoutLargestUnit"] {
    const { largest } = unitsOf(this.#table, members);
    if (largest === null) return null;
    const { unit } = this.#table.columns.reports;
    const { model, days, looksPerYear } = this.#settings;
    // Inside is the node; of interest is the window, or a case.
    const n = { all: 0, inside: 0, ofInterest: 0, both: 0 };
    for (const { row, day, counted, node: own } of this.#tree.entries) {
      if (!counted || textAt(unit, row) === largest) continue;
      const inside = this.#tree.above(own).has(node);
      const ofInterest = model === "bernoulli" ? this.#isCase(row) : day >= window.from && day <= window.to;
      n.all++;
      if (inside) n.inside++;
      if (ofInterest) n.ofInterest++;
      if (inside && ofInterest) n.both++;
    }
    const length = window.to - window.from + 1;
    const expected =
      model === "tree-temporal" ? (n.inside * length) / days : n.all === 0 ? 0 : (n.inside * n.ofInterest) / n.all;
    let statistic = 0;
    if (n.both > expected) {
      statistic =
        model === "bernoulli"
          ? bernoulliScanLlr(n.both, n.inside, n.ofInterest, n.all)
          : poissonScanLlr(n.both, expected, model === "tree-temporal" ? n.inside : n.all);
    }
    const p = statistic > 0 ? maximaP(statistic, scan.null.maxima) : 1;
    return { observed: n.both, log10PerYear: log10Yearly(p, 1, looksPerYear), statistic };
  }

  /** Reports of the product of a node of lots that give no lot. */
  #couldBelong(node: string, window: { readonly from: number; readonly to: number }): number | null {
    const product = this.#tree.productOf(node);
    if (product === undefined) return null;
    return this.#tree.entries.filter(
      ({ leaves, day, row }) => leaves.includes(product) && day >= window.from && day <= window.to && this.#isCase(row),
    ).length;
  }
}
