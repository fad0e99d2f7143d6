import { drawHypergeometric } from "../math/hypergeometric-draw.ts";
import { multinomial } from "../math/multinomial.ts";
import { seededRandom, type SeededRandom } from "../math/random.ts";
import { PvError } from "../error.ts";
import type { StopRequest } from "./scan-monte-carlo.ts";
import type { Lists } from "./tree-hierarchy.ts";
import {
  bernoulliLlr,
  conditionalBernoulliLlr,
  conditionalPoissonLlr,
  poissonLlr,
  type BranchLlr,
} from "./tree-llr.ts";
import type { CountSample, PersonSample, TimedSample, TreeScanEcho, TreeScanPlan } from "./tree-plan.ts";
import { WindowModel, WindowSearch, windowStarts } from "./tree-windows.ts";

/** Data sets between two questions whether to go on. */
const BATCH = 16;

/**
 * The largest statistic of each of the random data sets `from` to `to - 1` of a scan. Data set r has a random stream of its own:
 * pieces computed anywhere, put one after the other, are the whole bit for bit. Give pieces to workers, or make them one by one
 * to stay responsive.
 *
 * @param signal - asked every few data sets
 * @throws PvError `INVALID_ARGUMENT` unless 0 <= from <= to <= replications; the reason of `signal` when aborted
 * @example
 * const plan = prepareTreeScan(tree, counts, { model: "poisson", seed: 1 });
 * treeScanResult(plan, simulateTreeMaxima(plan, 0, 9999)); // what scanTree gives
 */
export function simulateTreeMaxima(plan: TreeScanPlan, from: number, to: number, signal?: StopRequest): Float64Array {
  const { replications, seed } = plan.options;
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= replications)) {
    throw new PvError("INVALID_ARGUMENT", `expected 0 <= from <= to <= ${replications}, got ${from} and ${to}`);
  }
  const next = maximumOf(plan);
  const random = seededRandom(seed);
  return Float64Array.from({ length: to - from }, (_, i) => {
    if (i % BATCH === 0) signal?.throwIfAborted();
    return next(random.fork(from + i));
  });
}

/** The largest statistic of a random data set; the value depends on the stream alone. */
type Replication = (random: SeededRandom) => number;

function maximumOf(plan: TreeScanPlan): Replication {
  const { sample } = plan;
  switch (sample.kind) {
    case "count":
      return countReplication(plan, sample);
    case "person":
      return personReplication(plan, sample);
    case "time":
      return timeReplication(plan, sample);
  }
}

/** Statistic of the branches under the model of the plan; only for models of counts. */
export function branchLlr(options: TreeScanEcho, sample: CountSample | PersonSample): BranchLlr {
  if (options.model === "poisson-unconditional") return poissonLlr;
  if (options.model === "poisson") return conditionalPoissonLlr(sample.cases);
  return options.p === null ? conditionalBernoulliLlr(sample.cases, sample.base) : bernoulliLlr(options.p);
}

/** Cases expected on a branch with the base given. */
export function expectedCases({ model, p }: TreeScanEcho, sample: CountSample | PersonSample, base: number): number {
  if (model === "poisson" || model === "poisson-unconditional") return base;
  return base * (p ?? sample.cases / sample.base);
}

/** Fewest cases of a branch that are an excess: more than expected, by more than the rounding of sums. */
export function fewestInExcess(options: TreeScanEcho, sample: CountSample | PersonSample, base: number): number {
  const isAll = options.p === null && options.model !== "poisson-unconditional" && base >= sample.base * (1 - 1e-12);
  if (isAll) return Infinity; // a conditional model has nothing to compare the whole with
  return Math.max(options.minCases, Math.floor(expectedCases(options, sample, base) * (1 + 1e-12)) + 1);
}

function countReplication(plan: TreeScanPlan, sample: CountSample): Replication {
  const { options, branches } = plan;
  const cells = new Float64Array(sample.cellBase.length);
  const sums = new Float64Array(sample.branchBase.length);
  const draw = cellDraw(options, sample);
  const largest = largestBranch(options, sample);
  const { starts, items } = branches.ofCell;
  return (random) => {
    draw(random, cells);
    sums.fill(0);
    for (let cell = 0; cell < cells.length; cell++) {
      const cases = cells[cell]!;
      if (cases === 0) continue;
      const end = starts[cell + 1]!;
      for (let k = starts[cell]!; k < end; k++) sums[items[k]!]! += cases;
    }
    return largest(sums);
  };
}

function cellDraw(options: TreeScanEcho, sample: CountSample): (random: SeededRandom, cells: Float64Array) => void {
  const { cellBase, cases, base } = sample;
  const p = options.p;
  if (options.model === "poisson" || options.model === "poisson-unconditional") {
    const isConditional = options.model === "poisson";
    const spread = multinomial(cellBase);
    return (random, cells) => {
      spread(random, isConditional ? cases : random.poisson(base), cells);
    };
  }
  if (p !== null) {
    return (random, cells) => {
      for (let i = 0; i < cells.length; i++) {
        const trials = cellBase[i]!;
        cells[i] = trials === 1 ? Number(random.next() < p) : random.binomial(trials, p);
      }
    };
  }
  return (random, cells) => {
    let open = base;
    let marked = cases;
    for (let i = 0; i < cells.length; i++) {
      const drawn = drawHypergeometric(random, cellBase[i]!, marked, open);
      cells[i] = drawn;
      marked -= drawn;
      open -= cellBase[i]!;
    }
  };
}

function personReplication({ options }: TreeScanPlan, sample: PersonSample): Replication {
  const sums = new Float64Array(sample.branchBase.length);
  const largest = largestBranch(options, sample);
  const { starts, items } = sample.persons;
  const count = sample.base;
  const p = options.p;
  return (random) => {
    sums.fill(0);
    let left = sample.cases;
    for (let person = 0; person < count; person++) {
      if (p === null) {
        // one after the other, each with the chance that the numbers left give
        if (!(random.next() * (count - person) < left)) continue;
        left--;
      } else if (!(random.next() < p)) continue;
      const end = starts[person + 1]!;
      for (let k = starts[person]!; k < end; k++) sums[items[k]!]! += 1;
    }
    return largest(sums);
  };
}

/** Replications that teach how large a maximum is at least. */
const LEARNING = 16;

/**
 * The largest statistic over the branches. The statistic rises with the count, so a branch is looked at only from a count on;
 * once some maxima are known, from the count that reaches a value nearly every maximum passes. A data set that does not is
 * searched again without: the result is the same.
 */
function largestBranch(options: TreeScanEcho, sample: CountSample | PersonSample): (sums: Float64Array) => number {
  const llr = branchLlr(options, sample);
  const base = sample.branchBase;
  const excess = base.map((value) => fewestInExcess(options, sample, value));
  const most = options.model === "poisson-unconditional" ? Infinity : sample.cases;
  const isTrials = options.model === "bernoulli" || options.model === "bernoulli-unconditional";
  const learned: number[] = [];
  let floor = 0;
  let from = excess;
  const search = (sums: Float64Array, least: Float64Array): number => {
    let best = 0;
    for (let b = 0; b < sums.length; b++) {
      if (sums[b]! >= least[b]!) best = Math.max(best, llr(sums[b]!, base[b]!));
    }
    return best;
  };
  return (sums) => {
    let best = search(sums, from);
    if (floor > 0 && best < floor) best = search(sums, excess);
    if (floor === 0) {
      learned.push(best);
      if (learned.length === LEARNING) {
        floor = Math.min(...learned) * 0.97;
        const bound = floor;
        from = excess.map((least, b) => fewestReaching(bound, least, isTrials ? base[b]! : most, base[b]!, llr));
      }
    }
    return best;
  };
}

/** Smallest count from `least` to `most` whose statistic reaches `value`; Infinity when there is none. */
function fewestReaching(value: number, least: number, most: number, base: number, llr: BranchLlr): number {
  if (!(least <= most)) return Infinity;
  let low = least - 1;
  let step = 1;
  while (llr(Math.min(most, low + step), base) < value) {
    if (low + step >= most) return Infinity;
    low += step;
    step *= 2;
  }
  let high = Math.min(most, low + step);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (llr(middle, base) < value) low = middle;
    else high = middle;
  }
  return high;
}

/** Windows of the branches of timed cases. */
export function windowTools(
  { period, windows, minCases, model }: TreeScanEcho,
  sample: TimedSample,
): { readonly search: WindowSearch; readonly llr: WindowModel } {
  const points = period!.end - period!.start + 1;
  let perPoint: Int32Array | undefined;
  if (model === "tree-temporal-node-time") {
    perPoint = new Int32Array(points);
    for (const time of sample.times) perPoint[time]! += 1;
  }
  return {
    search: new WindowSearch(windowStarts(period!, windows!), minCases),
    llr: new WindowModel(points, sample.cases, perPoint),
  };
}

/** Hands the cases of a branch to a search. */
export function addBranch(
  search: WindowSearch,
  cells: Lists,
  branch: number,
  starts: Int32Array,
  times: Int32Array,
): void {
  const last = cells.starts[branch + 1]!;
  for (let k = cells.starts[branch]!; k < last; k++) {
    const cell = cells.items[k]!;
    const end = starts[cell + 1]!;
    for (let i = starts[cell]!; i < end; i++) search.add(times[i]!);
  }
}

function timeReplication({ options, branches }: TreeScanPlan, sample: TimedSample): Replication {
  const { search, llr } = windowTools(options, sample);
  const { branchCases, starts } = sample;
  const points = options.period!.end - options.period!.start + 1;
  const times = new Int32Array(sample.times.length);
  // large branches first: what they reach spares the small ones that cannot
  const order = Array.from(branchCases, (_, b) => b)
    .filter((b) => branchCases[b]! >= options.minCases)
    .sort((x, y) => branchCases[y]! - branchCases[x]! || x - y);
  const ceilings = branchCases.map((cases) => llr.ceiling(cases, options.windows!.minLength));
  const permutes = options.model === "tree-temporal-node-time";
  return (random) => {
    if (permutes) {
      times.set(sample.times);
      for (let i = times.length - 1; i > 0; i--) {
        const k = random.integer(i + 1);
        const time = times[i]!;
        times[i] = times[k]!;
        times[k] = time;
      }
    } else {
      for (let i = 0; i < times.length; i++) times[i] = random.integer(points);
    }
    let best = 0;
    for (const branch of order) {
      if (ceilings[branch]! < best) continue;
      addBranch(search, branches.cells, branch, starts, times);
      llr.cases = branchCases[branch]!;
      best = search.largest(llr.llr, best);
    }
    return best;
  };
}
