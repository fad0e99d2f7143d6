import { PvError } from "../error.ts";
import {
  addRows,
  count,
  gatherPersons,
  gatherTimes,
  nodeNumbers,
  type ControlRow,
  type ExpectedRow,
  type PersonRow,
  type TimedRow,
} from "./tree-counts.ts";
import {
  branchesOf,
  packLists,
  readTree,
  type Branches,
  type Hierarchy,
  type Lists,
  type TreeRow,
} from "./tree-hierarchy.ts";
import { checkWindows, type TreeWindows, type WindowLimits } from "./tree-windows.ts";

/**
 * What is held fixed and what is random when nothing is wrong:
 *
 * - `"poisson"`: the number of cases is fixed; they fall on nodes in proportion to the expected counts.
 * - `"poisson-unconditional"`: the cases of each node are Poisson with the expected count given.
 * - `"bernoulli"`: the numbers of cases and of controls are fixed; which of them is a case is random.
 * - `"bernoulli-unconditional"`: each is a case with probability `p`.
 * - `"tree-temporal"`: the cases of each node are fixed; their times are uniform over the period.
 * - `"tree-temporal-node-time"`: the cases of each node and of each point of time are fixed; times are permuted over cases.
 * - `"time-only"`: the number of cases is fixed; their times are uniform over the period. There is no tree.
 */
export const TREE_MODELS = [
  "poisson",
  "poisson-unconditional",
  "bernoulli",
  "bernoulli-unconditional",
  "tree-temporal",
  "tree-temporal-node-time",
  "time-only",
] as const;

/** One of {@link TREE_MODELS}. */
export type TreeModel = (typeof TREE_MODELS)[number];

/** How a scan is to be made. */
export interface TreeScanOptions {
  readonly model: TreeModel;
  /** Any finite number; results depend on it and on nothing else that is random. */
  readonly seed: number;
  /** Random data sets, 9999 unless told. */
  readonly replications?: number | undefined;
  /**
   * `"event"` (default): every case of a node counts, and again at each node above. `"person"`: a person counts once per node;
   * for the Bernoulli models only, whose cases and controls are then persons, each with all of their nodes.
   */
  readonly countPer?: "event" | "person" | undefined;
  /** Probability that one is a case, 0 < p < 1: required by and only for `"bernoulli-unconditional"`. */
  readonly p?: number | undefined;
  /** First and last point of time: required by and only for the temporal models. */
  readonly period?: { readonly start: number; readonly end: number } | undefined;
  /** Only for the temporal models. */
  readonly windows?: TreeWindows | undefined;
  /** Cuts with fewer cases are not looked at, neither in the data nor in replications; 2 unless told. */
  readonly minCases?: number | undefined;
}

/** The options of a scan with everything that was left out filled in. */
export interface TreeScanEcho {
  readonly model: TreeModel;
  readonly seed: number;
  readonly replications: number;
  readonly countPer: "event" | "person";
  readonly p: number | null;
  readonly period: { readonly start: number; readonly end: number } | null;
  readonly windows: WindowLimits | null;
  readonly minCases: number;
}

/** Rows of counts; which kind depends on the model. */
export type TreeCounts = readonly ExpectedRow[] | readonly ControlRow[] | readonly PersonRow[] | readonly TimedRow[];

/** Cases and base (expected counts or trials) by cell and by branch. */
export interface CountSample {
  readonly kind: "count";
  readonly cellBase: Float64Array;
  readonly branchCases: Float64Array;
  readonly branchBase: Float64Array;
  readonly cases: number;
  readonly base: number;
}

/** Persons with the branches they are on. */
export interface PersonSample {
  readonly kind: "person";
  readonly persons: Lists;
  readonly branchCases: Float64Array;
  readonly branchBase: Float64Array;
  readonly cases: number;
  readonly base: number;
}

/** Cases with their times. */
export interface TimedSample {
  readonly kind: "time";
  /** The cases of cell i are positions `starts[i]` to `starts[i + 1] - 1` of `times`. */
  readonly starts: Int32Array;
  readonly times: Int32Array;
  readonly branchCases: Float64Array;
  readonly cases: number;
}

/**
 * A scan ready to run: checked, plain data that can be posted to a worker. See `simulateTreeMaxima`.
 */
export interface TreeScanPlan {
  readonly options: TreeScanEcho;
  /** `null` for `"time-only"`. */
  readonly hierarchy: Hierarchy | null;
  readonly branches: Branches;
  readonly sample: CountSample | PersonSample | TimedSample;
}

/**
 * Checks a tree, its counts and the options of a scan, and gathers the counts up the tree.
 *
 * @throws PvError see `scanTree`
 */
export function prepareTreeScan(
  tree: readonly TreeRow[] | null,
  counts: TreeCounts,
  options: TreeScanOptions,
): TreeScanPlan {
  const echo = checkOptions(options);
  if (echo.model === "time-only") return timeOnlyPlan(counts as readonly TimedRow[], echo);
  if (tree === null) throw new PvError("INVALID_ARGUMENT", `tree: only "time-only" goes without one`);
  const hierarchy = readTree(tree);
  const numberOf = nodeNumbers(hierarchy.names);
  if (echo.period !== null) {
    const { counted, starts, times } = gatherTimes(counts as readonly TimedRow[], echo.period, numberOf);
    const branches = branchesOf(hierarchy, counted);
    const perCell = Float64Array.from(counted, (_, cell) => starts[cell + 1]! - starts[cell]!);
    const branchCases = sumOver(branches.cells, perCell);
    requireCases(times.length);
    return {
      options: echo,
      hierarchy,
      branches,
      sample: { kind: "time", starts, times, branchCases, cases: times.length },
    };
  }
  if (echo.countPer === "person") {
    const { counted, cells, isCase } = gatherPersons(counts as readonly PersonRow[], numberOf);
    const branches = branchesOf(hierarchy, counted);
    return { options: echo, hierarchy, branches, sample: personSample(branches, cells, isCase, echo) };
  }
  const isPoisson = echo.model === "poisson" || echo.model === "poisson-unconditional";
  const columns = isPoisson
    ? addRows(counts as readonly ExpectedRow[], numberOf, checkExpected)
    : addRows(counts as readonly ControlRow[], numberOf, (row, i) => row.cases + count("controls", row.controls, i));
  const branches = branchesOf(hierarchy, columns.counted);
  const cases = sum(columns.cases);
  const total = sum(columns.base);
  requireCases(cases);
  if (echo.model === "bernoulli") requireControls(total - cases);
  // the conditional Poisson model compares with shares of the expected counts
  const scale = echo.model === "poisson" ? cases / total : 1;
  const base = columns.base.map((value) => value * scale);
  return {
    options: echo,
    hierarchy,
    branches,
    sample: {
      kind: "count",
      cellBase: base,
      branchCases: sumOver(branches.cells, columns.cases),
      branchBase: sumOver(branches.cells, base),
      cases,
      base: echo.model === "poisson" ? cases : total,
    },
  };
}

function timeOnlyPlan(counts: readonly TimedRow[], options: TreeScanEcho): TreeScanPlan {
  const { starts, times } = gatherTimes(counts, options.period!, () => 0);
  requireCases(times.length);
  const one: Lists = packLists([[0]]);
  return {
    options,
    hierarchy: null,
    branches: { ofNode: Int32Array.of(0), cells: one, ofCell: one },
    sample: { kind: "time", starts, times, branchCases: Float64Array.of(times.length), cases: times.length },
  };
}

function personSample(
  branches: Branches,
  cells: readonly (readonly number[])[],
  isCase: Uint8Array,
  options: TreeScanEcho,
): PersonSample {
  const { starts, items } = branches.ofCell;
  const seen = new Int32Array(branches.cells.starts.length - 1).fill(-1);
  const branchCases = new Float64Array(seen.length);
  const branchBase = new Float64Array(seen.length);
  const persons = cells.map((list, person) => {
    const own: number[] = [];
    for (const cell of list) {
      for (let k = starts[cell]!; k < starts[cell + 1]!; k++) {
        const branch = items[k]!;
        if (seen[branch] === person) continue;
        seen[branch] = person;
        own.push(branch);
        branchBase[branch]! += 1;
        branchCases[branch]! += isCase[person]!;
      }
    }
    return own;
  });
  const cases = isCase.reduce((total, one) => total + one, 0);
  requireCases(cases);
  if (options.model === "bernoulli") requireControls(cells.length - cases);
  return { kind: "person", persons: packLists(persons), branchCases, branchBase, cases, base: cells.length };
}

function checkExpected({ cases, expected }: ExpectedRow, row: number): number {
  if (!(expected >= 0 && expected < Infinity)) {
    throw new PvError("INVALID_ARGUMENT", `counts row ${row}: expected: a finite number from 0, got ${expected}`);
  }
  if (expected === 0 && cases > 0) {
    throw new PvError("INVALID_COUNT", `counts row ${row}: ${cases} cases where 0 are expected`);
  }
  return expected;
}

function requireCases(cases: number): void {
  if (!(cases > 0)) throw new PvError("EMPTY_SCOPE", "counts: expected at least one case, got none");
}

function requireControls(controls: number): void {
  if (!(controls > 0)) throw new PvError("EMPTY_SCOPE", "counts: expected at least one control, got none");
}

function sum(column: Float64Array): number {
  return column.reduce((total, value) => total + value, 0);
}

/** Sums of a column of cells over lists of cells. */
function sumOver({ starts, items }: Lists, column: Float64Array): Float64Array {
  return Float64Array.from({ length: starts.length - 1 }, (_, branch) => {
    let total = 0;
    for (let k = starts[branch]!; k < starts[branch + 1]!; k++) total += column[items[k]!]!;
    return total;
  });
}

function checkOptions(options: TreeScanOptions): TreeScanEcho {
  const { model, seed, replications = 9999, countPer = "event", p, period, windows, minCases = 2 } = options;
  const refuse = (message: string): never => {
    throw new PvError("INVALID_OPTION", message);
  };
  if (!TREE_MODELS.includes(model)) refuse(`model: expected one of ${TREE_MODELS.join(", ")}, got ${model}`);
  if (!Number.isFinite(seed)) refuse(`seed: expected a finite number, got ${seed}`);
  for (const [name, value] of [
    ["replications", replications],
    ["minCases", minCases],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= 1)) refuse(`${name}: expected a whole number from 1, got ${value}`);
  }
  const isBernoulli = model === "bernoulli" || model === "bernoulli-unconditional";
  if (!["event", "person"].includes(countPer)) {
    refuse(`countPer: expected event or person, got ${countPer}`);
  }
  if (countPer === "person" && !isBernoulli) refuse(`countPer: "person" needs a Bernoulli model, got ${model}`);
  if ((p !== undefined) !== (model === "bernoulli-unconditional")) {
    refuse(`p: required by and only for "bernoulli-unconditional", got ${p} for ${model}`);
  }
  if (p !== undefined && !(p > 0 && p < 1)) refuse(`p: expected 0 < p < 1, got ${p}`);
  const isTemporal = model === "tree-temporal" || model === "tree-temporal-node-time" || model === "time-only";
  if ((period !== undefined) !== isTemporal)
    refuse(`period: required by and only for the temporal models, got ${model}`);
  if (windows !== undefined && !isTemporal) refuse(`windows: only for the temporal models, got ${model}`);
  return {
    model,
    seed,
    replications,
    countPer,
    p: p ?? null,
    period: period === undefined ? null : { start: period.start, end: period.end },
    windows: period === undefined ? null : checkWindows(period, windows ?? {}),
    minCases,
  };
}
