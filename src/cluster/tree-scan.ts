import { PvError } from "../error.ts";
import { gumbelP, maximaMoments, type MaximaMoments } from "./scan-gumbel.ts";
import type { StopRequest } from "./scan-monte-carlo.ts";
import type { TreeRow } from "./tree-hierarchy.ts";
import {
  prepareTreeScan,
  type CountSample,
  type PersonSample,
  type TimedSample,
  type TreeCounts,
  type TreeScanEcho,
  type TreeScanOptions,
  type TreeScanPlan,
} from "./tree-plan.ts";
import {
  addBranch,
  branchLlr,
  expectedCases,
  fewestInExcess,
  simulateTreeMaxima,
  windowTools,
} from "./tree-simulate.ts";
import { windowStarts } from "./tree-windows.ts";

/** A node, or a node and a window of time, with more cases than expected. */
export interface TreeCut {
  /** `null` for `"time-only"`. */
  readonly node: string | null;
  readonly parents: readonly string[];
  /** Other nodes, mostly above, with exactly the same counted nodes below them: the numbers are theirs too. */
  readonly alsoNodes: readonly string[];
  /** 1 for a root. */
  readonly level: number;
  /** Cases of the node; of the temporal models, in the window. */
  readonly observed: number;
  readonly expected: number;
  /** What the cases are out of: trials of the Bernoulli models, all cases of the node of the temporal ones, otherwise `null`. */
  readonly outOf: number | null;
  /**
   * Rate inside over rate outside for the conditional models, observed over expected for the unconditional ones, the cross ratio
   * of node and window for `"tree-temporal-node-time"`; `null` where nothing is left outside to divide by.
   */
  readonly relativeRisk: number | null;
  /** Observed cases above what the rate outside, or the expected count of the unconditional models, would give. */
  readonly excess: number | null;
  /** Log likelihood ratio. */
  readonly llr: number;
  /** (1 + random maxima that reach the statistic) / (1 + replications): adjusted for all nodes and windows looked at. */
  readonly p: number;
  /** From a Gumbel distribution with the mean and spread of the random maxima: says more than `p` where it is small. `null` when all maxima are equal. */
  readonly gumbelP: number | null;
  /** First and last point of time; `null` for models without. */
  readonly window: { readonly start: number; readonly end: number } | null;
  /** The most likely cut above this one in the list that shares counted nodes with it, or `null`. */
  readonly overlaps: string | null;
}

/** The random maxima of a scan. */
export interface TreeScanNull {
  /** In the order of replications. */
  readonly maxima: Float64Array;
  readonly mean: number;
  readonly sd: number;
  /** A statistic above the value has p <= alpha; `value` is `null` where there are too few replications. */
  readonly critical: readonly { readonly alpha: number; readonly value: number | null }[];
}

/** What a tree scan finds. */
export interface TreeScan {
  /**
   * Every cut with an excess, most likely first: one for the nodes that hold the same counts, named
   * after the deepest of them; with its best window; of `"time-only"` one for each last point.
   */
  readonly cuts: readonly TreeCut[];
  readonly null: TreeScanNull;
  /** Nodes of the tree, nodes with something counted on or below them, and distinct ones among these. */
  readonly nodes: { readonly all: number; readonly counted: number; readonly distinct: number };
  readonly cases: number;
  readonly options: TreeScanEcho;
}

const ALPHAS = [0.05, 0.01, 0.001, 0.0001];
/** Statistics that should be equal differ by less: one found again in a replication must count. */
const TIE = 1e-10;

/**
 * Tree-based scan statistic: which nodes of a hierarchy (reactions, products, maker → product → lot) have more cases than
 * expected, at any level at once, with p-values adjusted for having looked at all of them. Every node is a cut; what is counted
 * on a node counts on all nodes above, once, even where several ways lead up.
 *
 * Nodes may hold counts at any level. Random data sets follow the model; each has its own random stream, see
 * `simulateTreeMaxima` for many threads.
 *
 * @param tree - rows in any order; `null` for `"time-only"`
 * @param counts - rows that fit the model: cases and expected for the Poisson models; cases and controls, or persons, for the
 *   Bernoulli models; cases and time for the temporal models
 * @param options - `signal` can stop the work: it is asked every few data sets
 * @throws PvError `INVALID_OPTION`; for the tree `EMPTY_SCOPE`, `UNKNOWN_TERM`, `INVALID_ARGUMENT` (cycle); for the counts
 *   `UNKNOWN_TERM` (node), `INVALID_COUNT`, `INVALID_ARGUMENT` (expected, time), `EMPTY_SCOPE` (no case, no control); the reason
 *   of `signal` when aborted
 * @see Kulldorff, Fang, Walsh (2003) doi:10.1111/1541-0420.00039; Kulldorff et al. (2013) doi:10.1002/pds.3423; Abrams, Kleinman, Kulldorff (2010) doi:10.1186/1476-072X-9-61 for Gumbel
 * @example
 * scanTree(
 *   [{ node: "all" }, { node: "skin", parent: "all" }, { node: "rash", parent: "skin" }, { node: "fever", parent: "all" }],
 *   [{ node: "rash", cases: 12, expected: 4 }, { node: "fever", cases: 8, expected: 16 }],
 *   { model: "poisson", seed: 1, replications: 999 },
 * ).cuts[0]?.p; // 0.001
 */
export function scanTree(
  tree: readonly TreeRow[] | null,
  counts: TreeCounts,
  options: TreeScanOptions & { readonly signal?: StopRequest | undefined },
): TreeScan {
  const plan = prepareTreeScan(tree, counts, options);
  return treeScanResult(plan, simulateTreeMaxima(plan, 0, plan.options.replications, options.signal));
}

/**
 * Cuts of a prepared scan against the maxima of all its replications.
 *
 * @throws PvError `LENGTH_MISMATCH` unless there is one maximum for each replication
 */
export function treeScanResult(plan: TreeScanPlan, maxima: Float64Array): TreeScan {
  const { options, hierarchy, branches, sample } = plan;
  if (maxima.length !== options.replications) {
    throw new PvError("LENGTH_MISMATCH", `expected ${options.replications} maxima, got ${maxima.length}`);
  }
  const found = sample.kind === "time" ? timedFindings(plan, sample) : countFindings(plan, sample);
  found.sort((x, y) => y.llr - x.llr || x.node - y.node);
  const inference = new Inference(maxima);
  const overlaps = overlapOf(plan, found);
  const cuts = found.map((finding, i): TreeCut => {
    const { node, alsoNodes, observed, expected, outOf, relativeRisk, excess, llr, window } = finding;
    return {
      node: hierarchy === null ? null : hierarchy.names[node]!,
      parents: hierarchy === null ? [] : hierarchy.parents[node]!.map((parent) => hierarchy.names[parent]!),
      alsoNodes: hierarchy === null ? [] : alsoNodes.map((other) => hierarchy.names[other]!),
      level: hierarchy === null ? 1 : hierarchy.levels[node]!,
      observed,
      expected,
      outOf,
      relativeRisk,
      excess,
      llr,
      p: inference.p(llr),
      gumbelP: inference.gumbelP(llr),
      window,
      overlaps: overlaps[i]!,
    };
  });
  let counted = 0;
  for (const branch of branches.ofNode) if (branch >= 0) counted++;
  return {
    cuts,
    null: { maxima, ...inference.moments, critical: inference.critical() },
    nodes: { all: hierarchy?.names.length ?? 0, counted, distinct: branches.cells.starts.length - 1 },
    cases: sample.cases,
    options,
  };
}

interface Finding {
  readonly node: number;
  readonly alsoNodes: readonly number[];
  readonly branch: number;
  readonly observed: number;
  readonly expected: number;
  readonly outOf: number | null;
  readonly relativeRisk: number | null;
  readonly excess: number | null;
  readonly llr: number;
  readonly window: { readonly start: number; readonly end: number } | null;
}

/** Numbers of a branch, for all nodes that are on it. */
type BranchFinding = Omit<Finding, "node" | "alsoNodes" | "branch">;

/** Gives each branch the name of its deepest node, the first by name among these. */
function named({ hierarchy, branches }: TreeScanPlan, findings: readonly (BranchFinding | undefined)[]): Finding[] {
  const out: Finding[] = [];
  const nodes: number[][] = findings.map(() => []);
  for (const [node, branch] of branches.ofNode.entries()) if (branch >= 0) nodes[branch]!.push(node);
  const levels = hierarchy!.levels;
  for (const [branch, finding] of findings.entries()) {
    if (finding === undefined) continue;
    const [node, ...alsoNodes] = nodes[branch]!.sort((x, y) => levels[y]! - levels[x]! || x - y);
    out.push({ node: node!, alsoNodes, branch, ...finding });
  }
  return out;
}

function countFindings(plan: TreeScanPlan, sample: CountSample | PersonSample): Finding[] {
  const { options } = plan;
  const llr = branchLlr(options, sample);
  const isPoisson = options.model === "poisson" || options.model === "poisson-unconditional";
  const isConditional = options.model === "poisson" || options.model === "bernoulli";
  const all = expectedCases(options, sample, sample.base);
  const findings = Array.from(sample.branchCases, (observed, branch): BranchFinding | undefined => {
    const base = sample.branchBase[branch]!;
    if (observed < fewestInExcess(options, sample, base)) return undefined;
    const expected = expectedCases(options, sample, base);
    const outside = isConditional ? (sample.cases - observed) / (all - expected) : 1;
    return {
      observed,
      expected,
      outOf: isPoisson ? null : base,
      relativeRisk: ratio(observed / expected, outside),
      excess: observed - expected * outside,
      llr: llr(observed, base),
      window: null,
    };
  });
  return named(plan, findings);
}

function timedFindings(plan: TreeScanPlan, sample: TimedSample): Finding[] {
  const { options, branches } = plan;
  if (options.model === "time-only") return timeOnlyFindings(options, sample);
  const { search, llr } = windowTools(options, sample);
  const first = options.period!.start;
  const findings = Array.from(sample.branchCases, (cases, branch): BranchFinding | undefined => {
    addBranch(search, branches.cells, branch, sample.starts, sample.times);
    llr.cases = cases;
    const value = search.largest(llr.llr, 0);
    if (!(value > 0)) return undefined;
    const { start, end, inside } = search;
    const expected = llr.expected(start, end);
    const inWindow = options.model === "tree-temporal" ? undefined : llr.inWindow(start, end);
    return {
      observed: inside,
      expected,
      outOf: cases,
      ...(inWindow === undefined
        ? againstOutside(inside, expected, cases)
        : crossRatio(inside, cases - inside, inWindow - inside, sample.cases - cases - inWindow + inside)),
      llr: value,
      window: { start: start + first, end: end + first },
    };
  });
  return named(plan, findings);
}

/** For each last point the best first one. */
function timeOnlyFindings(options: TreeScanEcho, sample: TimedSample): Finding[] {
  const { llr } = windowTools(options, sample);
  const { earliest, latest } = windowStarts(options.period!, options.windows!);
  const first = options.period!.start;
  const before = new Int32Array(latest.length + 1);
  for (const time of sample.times) before[time + 1]! += 1;
  for (let t = 0; t < latest.length; t++) before[t + 1]! += before[t]!;
  llr.cases = sample.cases;
  const out: Finding[] = [];
  for (let end = 0; end < latest.length; end++) {
    let best: Finding | undefined;
    for (let start = latest[end]!; start >= earliest[end]!; start--) {
      const observed = before[end + 1]! - before[start]!;
      const value = observed >= options.minCases ? llr.llr(observed, start, end) : 0;
      if (!(value > (best?.llr ?? 0))) continue;
      const expected = llr.expected(start, end);
      best = {
        node: 0,
        alsoNodes: [],
        branch: 0,
        observed,
        expected,
        outOf: sample.cases,
        ...againstOutside(observed, expected, sample.cases),
        llr: value,
        window: { start: start + first, end: end + first },
      };
    }
    if (best !== undefined) out.push(best);
  }
  return out;
}

function ratio(inside: number, outside: number): number | null {
  return outside > 0 ? inside / outside : null;
}

function againstOutside(observed: number, expected: number, all: number): Pick<Finding, "relativeRisk" | "excess"> {
  const outside = (all - observed) / (all - expected);
  return { relativeRisk: ratio(observed / expected, outside), excess: observed - expected * outside };
}

/** a in node and window, b in the node only, c in the window only, d in neither. */
function crossRatio(a: number, b: number, c: number, d: number): Pick<Finding, "relativeRisk" | "excess"> {
  return { relativeRisk: ratio(a * d, b * c), excess: d > 0 ? a - (b * c) / d : null };
}

/** The strongest earlier cut that shares a counted node, by cut. */
function overlapOf({ hierarchy, branches }: TreeScanPlan, found: readonly Finding[]): (string | null)[] {
  if (hierarchy === null) return found.map(() => null);
  const { starts, items } = branches.cells;
  const coveredBy = new Int32Array(branches.ofCell.starts.length - 1).fill(found.length);
  return found.map(({ branch }, i) => {
    let strongest = found.length;
    for (let k = starts[branch]!; k < starts[branch + 1]!; k++) {
      const cell = items[k]!;
      strongest = Math.min(strongest, coveredBy[cell]!);
      coveredBy[cell] = Math.min(coveredBy[cell]!, i);
    }
    return strongest === found.length ? null : hierarchy.names[found[strongest]!.node]!;
  });
}

/** p-values and critical values from random maxima. */
class Inference {
  readonly moments: MaximaMoments;
  readonly #sorted: Float64Array;

  constructor(maxima: Float64Array) {
    this.#sorted = Float64Array.from(maxima).sort();
    this.moments = maximaMoments(maxima);
  }

  p(llr: number): number {
    const sorted = this.#sorted;
    const least = llr - TIE * Math.max(1, llr);
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < least) low = middle + 1;
      else high = middle;
    }
    return (1 + sorted.length - low) / (1 + sorted.length);
  }

  gumbelP(llr: number): number | null {
    return this.moments.sd > 0 ? gumbelP(llr, this.moments) : null;
  }

  critical(): TreeScanNull["critical"] {
    const n = this.#sorted.length;
    return ALPHAS.map((alpha) => {
      const rank = Math.floor(alpha * (n + 1) + 1e-9);
      return { alpha, value: rank >= 1 ? this.#sorted[n - rank]! : null };
    });
  }
}
