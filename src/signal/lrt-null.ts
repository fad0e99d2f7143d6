import { PvError } from "../error.ts";
import { independent } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";
import { poissonSfGe } from "../math/poisson.ts";
import { seededRandom, type SeededRandom } from "../math/random.ts";
import { checkForm, logLr, lrtColumns, type LrtForm } from "./lrt.ts";

/** How {@link lrtMaximumTest} simulates. */
export interface LrtMaximumOptions {
  /** Any finite number; the same seed gives the same p-values to the bit. */
  readonly seed: number;
  readonly form?: Exclude<LrtForm, "huang2011-event"> | undefined;
  /**
   * `"recomputed"` (default): the whole table is random and E follows from the margins of every random table, as in pvLRT.
   * `"fixed"`: the product totals stay, the events of a product are drawn with the probabilities m1/n and E stays (Huang 2011).
   */
  readonly expected?: "recomputed" | "fixed" | undefined;
  /** Products tested; all when left out. Leave out a column of "other products" here, not in the counts. */
  readonly products?: readonly string[] | undefined;
  /** `"product"` (default): the maximum over the events of one product. `"all"`: over all events of all products tested. */
  readonly maximum?: "product" | "all" | undefined;
  /** Random tables, 9999 by default. */
  readonly replications?: number | undefined;
  /** Stop once this many random maxima have reached the largest observed one (Besag, Clifford 1991); never by default. */
  readonly stopAfter?: number | undefined;
}

/** What {@link lrtMaximumTest} finds, one row a pair of the counts, with the options echoed. */
export interface LrtMaximumTest {
  readonly logLr: Float64Array;
  /** NaN for pairs of products that were not tested. */
  readonly p: Float64Array;
  /** Random tables behind `p`: fewer than asked for where the test stopped early, 0 where nothing was tested. */
  readonly replications: Uint32Array;
  readonly options: Required<{
    readonly [K in keyof Omit<LrtMaximumOptions, "stopAfter">]: NonNullable<LrtMaximumOptions[K]>;
  }> & {
    readonly stopAfter: number | undefined;
  };
}

/**
 * Likelihood ratio test for all pairs at once: the log likelihood ratio of a pair against the distribution of the largest one
 * when product and event are independent, by simulation. p = (1 + #{maximum >= logLr}) / (1 + random tables); after an early
 * stop #{maximum >= logLr} / (random tables). A pair with p <= α is a signal at family-wise error α.
 *
 * The model knows counts whose margins are sums of cells. Counts of reports are not (a report with two events is in two cells
 * and once in n1), so they are refused; `countsFromRows` of their `product`, `event` and `a` gives counts of cells.
 *
 * Work grows with products × events × replications; where a product has fewer reports than there are events, with its reports.
 *
 * @throws PvError `INVALID_ARGUMENT`; `UNKNOWN_TERM` for a product that does not occur
 * @see Huang, Zalkikar, Tiwari (2011) doi:10.1198/jasa.2011.ap10243; Chakraborty et al. (2022) doi:10.1002/sim.9575;
 *   Besag, Clifford (1991) doi:10.1093/biomet/78.2.301
 * @example
 * lrtMaximumTest(countsFromRows([
 *   { product: "A", event: "rash", a: 9 }, { product: "A", event: "fever", a: 9 },
 *   { product: "B", event: "rash", a: 9 }, { product: "B", event: "fever", a: 90 },
 * ]), { seed: 1, replications: 999 }).p[1]; // 0.001
 */
export function lrtMaximumTest(counts: PairCounts, options: LrtMaximumOptions): LrtMaximumTest {
  const { seed, form = "huang2011", expected = "recomputed", maximum = "product", replications = 9999 } = options;
  const { stopAfter, products = counts.products } = options;
  checkForm(form, ["huang2011", "poisson"]);
  checkSums(counts);
  oneOf("expected", expected, ["recomputed", "fixed"]);
  oneOf("maximum", maximum, ["product", "all"]);
  whole("replications", replications);
  if (stopAfter !== undefined) whole("stopAfter", stopAfter);
  if (!Number.isFinite(seed)) throw new PvError("INVALID_ARGUMENT", `seed: expected a finite number, got ${seed}`);
  const tested = products.map((name) => productNumber(counts, name)).sort((x, y) => x - y);

  const logLrs = lrtColumns(counts.columns(), form).logLr;
  const families = familiesOf(counts, logLrs, tested, maximum);
  const draw = expected === "fixed" ? fixedTables(counts, tested, form) : randomTables(counts, tested, form);
  const random = seededRandom(seed);
  const maxima = new Float64Array(tested.length);
  let open = families.length;
  for (let r = 1; r <= replications && open > 0; r++) {
    draw(random, maxima);
    for (const family of families) {
      if (family.stopped) continue;
      let largest = 0;
      for (const column of family.columns) largest = Math.max(largest, maxima[column]!);
      // a random table that repeats the observed one may differ in the last digits
      family.atLeast[countAtMost(family.sorted, largest * (1 + 1e-12))]! += 1;
      family.replications = r;
      if (family.sorted.length > 0 && largest * (1 + 1e-12) >= family.sorted.at(-1)!) family.exceeded += 1;
      if (stopAfter !== undefined && family.exceeded >= stopAfter) {
        family.stopped = true;
        open--;
      }
    }
  }

  const out = {
    logLr: logLrs,
    p: new Float64Array(counts.size).fill(NaN),
    replications: new Uint32Array(counts.size),
  };
  for (const { pairs, sorted, atLeast, replications: used, stopped } of families) {
    // pairs in ascending order of their statistic; atLeast[k]: maxima that reach exactly the k smallest
    let exceeding = atLeast[sorted.length]!;
    for (let k = sorted.length - 1; k >= 0; k--) {
      const i = pairs[k]!;
      out.p[i] = stopped ? exceeding / used : (1 + exceeding) / (1 + used);
      out.replications[i] = used;
      exceeding += atLeast[k]!;
    }
  }
  const names = tested.map((p) => counts.products[p]!);
  return { ...out, options: { seed, form, expected, products: names, maximum, replications, stopAfter } };
}

/**
 * P(at least one event of the product reaches the statistic of the pair) for independent Poisson(E) counts with E held fixed,
 * 1 − Π P(Poisson(E) < k*), for every pair: the fixed-margin approximation to `lrtMaximumTest`, without simulation.
 *
 * It is a different null hypothesis: E does not follow the random table. Against pvLRT, which recomputes E, it differs by up to
 * 0.03 in tables of a drug class within FAERS and by up to 0.15 in a table of two columns.
 *
 * @param products - the maximum is over the events of all these products together
 * @returns NaN for pairs of other products
 * @throws PvError `UNKNOWN_TERM`
 * @example
 * fixedMarginMaximumP(countsFromRows([
 *   { product: "A", event: "rash", a: 9 }, { product: "A", event: "fever", a: 9 },
 *   { product: "B", event: "rash", a: 9 }, { product: "B", event: "fever", a: 90 },
 * ]), "A")[1]; // 0.0033
 */
export function fixedMarginMaximumP(counts: PairCounts, products: string | readonly string[]): Float64Array {
  const tested = (typeof products === "string" ? [products] : products).map((name) => productNumber(counts, name));
  const cells: number[] = [];
  for (const p of tested) {
    for (const m1 of counts.m1) {
      const cell = independent(counts.n1[p]!, m1, counts.n);
      if (cell > 0) cells.push(cell);
    }
  }
  const statistic = lrtColumns(counts.columns(), "poisson").logLr;
  const isTested = new Set(tested);
  const pairs = Array.from(statistic, (_, i) => i).filter((i) => isTested.has(counts.product[i]!));
  const values = Float64Array.from(new Set(pairs.map((i) => statistic[i]!))).sort();
  const logNone = new Float64Array(values.length);
  let first = 0; // values below have their answer, 1
  while (first < values.length && values[first] === 0) logNone[first++] = -Infinity;
  for (const cell of cells) {
    let k = 0;
    let none = 0;
    for (let v = first; v < values.length; v++) {
      const next = smallestReaching(values[v]!, cell, k);
      if (next !== k || k === 0) none = Math.log1p(-poissonSfGe(next, cell));
      k = next;
      logNone[v]! += none;
    }
    while (first < values.length && logNone[first]! < -50) first++;
  }
  const p = new Map(Array.from(values, (value, v) => [value, -Math.expm1(logNone[v]!)]));
  const out = new Float64Array(counts.size).fill(NaN);
  for (const i of pairs) out[i] = p.get(statistic[i]!)!;
  return out;
}

/** The smallest count from `from` on, above `expected`, whose Poisson statistic reaches `value` > 0, up to its rounding. */
function smallestReaching(value: number, expected: number, from: number): number {
  const target = value * (1 - 1e-12);
  const reaches = (a: number): boolean => logLr(a, expected, Infinity) >= target;
  let a = Math.max(from, Math.floor(expected) + 1);
  if (reaches(a)) return a;
  let step = 1;
  while (!reaches(a + step)) {
    a += step;
    step *= 2;
  }
  // a does not reach, a + step does
  let high = a + step;
  while (high - a > 1) {
    const middle = Math.floor((a + high) / 2);
    if (reaches(middle)) high = middle;
    else a = middle;
  }
  return high;
}

interface Family {
  /** Positions in the list of tested products. */
  readonly columns: readonly number[];
  /** Pairs by ascending statistic, and the statistics. */
  readonly pairs: readonly number[];
  readonly sorted: Float64Array;
  /** How many maxima reach exactly the k smallest statistics. */
  readonly atLeast: Float64Array;
  replications: number;
  exceeded: number;
  stopped: boolean;
}

function familiesOf(
  counts: PairCounts,
  logLrs: Float64Array,
  tested: readonly number[],
  maximum: "product" | "all",
): Family[] {
  const column = new Map(tested.map((p, k) => [p, k]));
  const pairs: number[][] = maximum === "all" ? [[]] : tested.map(() => []);
  for (let i = 0; i < counts.size; i++) {
    const k = column.get(counts.product[i]!);
    if (k !== undefined) pairs[maximum === "all" ? 0 : k]!.push(i);
  }
  return pairs.map((list, k) => {
    list.sort((x, y) => logLrs[x]! - logLrs[y]!);
    return {
      columns: maximum === "all" ? tested.map((_, j) => j) : [k],
      pairs: list,
      sorted: Float64Array.from(list, (i) => logLrs[i]!),
      atLeast: new Float64Array(list.length + 1),
      replications: 0,
      exceeded: 0,
      stopped: false,
    };
  });
}

function countAtMost(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Fills the maxima of the tested products from a fresh random table. */
type Draw = (random: SeededRandom, maxima: Float64Array) => void;

function fixedTables(counts: PairCounts, tested: readonly number[], form: LrtForm): Draw {
  const events = multinomial(counts.m1);
  const cell = new Float64Array(counts.m1.length);
  return (random, maxima) => {
    for (const [k, p] of tested.entries()) {
      const n1 = counts.n1[p]!;
      events(random, n1, cell);
      let largest = 0;
      for (let e = 0; e < cell.length; e++) {
        const a = cell[e]!;
        if (a === 0) continue;
        const expected = independent(n1, counts.m1[e]!, counts.n);
        if (a > expected) largest = Math.max(largest, logLr(a, expected, form === "poisson" ? Infinity : n1));
      }
      maxima[k] = largest;
    }
  };
}

function randomTables(counts: PairCounts, tested: readonly number[], form: LrtForm): Draw {
  const size = counts.m1.length;
  const events = multinomial(counts.m1);
  // the products that are not tested are one column: only their event totals matter
  const margins = tested.map((p) => counts.n1[p]!);
  const rest = counts.n - margins.reduce((sum, n1) => sum + n1, 0);
  const products = multinomial(Float64Array.from([...margins, rest]));
  const totals = new Float64Array(tested.length + 1);
  const cells = Array.from(totals, () => new Float64Array(size));
  const m1 = new Float64Array(size);
  return (random, maxima) => {
    products(random, counts.n, totals);
    m1.fill(0);
    for (const [k, column] of cells.entries()) {
      events(random, totals[k]!, column);
      for (let e = 0; e < size; e++) m1[e]! += column[e]!;
    }
    for (let k = 0; k < tested.length; k++) {
      const column = cells[k]!;
      const n1 = totals[k]!;
      let largest = 0;
      for (let e = 0; e < size; e++) {
        const a = column[e]!;
        if (a === 0) continue;
        const expected = independent(n1, m1[e]!, counts.n);
        if (a > expected) largest = Math.max(largest, logLr(a, expected, form === "poisson" ? Infinity : n1));
      }
      maxima[k] = largest;
    }
  };
}

/**
 * Multinomial counts with probabilities proportional to the weights: binomial by binomial from the largest weight down, or,
 * when there are fewer cases than cells, case by case from an alias table (Walker 1977).
 */
function multinomial(weights: Float64Array): (random: SeededRandom, n: number, out: Float64Array) => void {
  const size = weights.length;
  const order = Array.from(weights, (_, i) => i).sort((x, y) => weights[y]! - weights[x]! || x - y);
  const share = new Float64Array(size); // of what is left for this cell and those after it
  let left = 0;
  for (let k = size - 1; k >= 0; k--) {
    const weight = weights[order[k]!]!;
    left += weight;
    share[k] = left > 0 ? Math.min(1, weight / left) : 0;
  }
  const alias = aliasTable(weights, left);
  return (random, n, out) => {
    out.fill(0);
    if (n < size) {
      for (let i = 0; i < n; i++) {
        const cell = random.integer(size);
        const hit = random.next() < alias.keep[cell]! ? cell : alias.other[cell]!;
        out[hit]! += 1;
      }
      return;
    }
    let open = n;
    for (let k = 0; k < size && open > 0; k++) {
      const drawn = random.binomial(open, share[k]!);
      out[order[k]!] = drawn;
      open -= drawn;
    }
  };
}

function aliasTable(
  weights: Float64Array,
  total: number,
): { readonly keep: Float64Array; readonly other: Uint32Array } {
  const size = weights.length;
  const keep = weights.map((weight) => (weight / total) * size);
  const other = Uint32Array.from(weights, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < size; i++) (keep[i]! < 1 ? small : large).push(i);
  for (let from = small.pop(); from !== undefined; from = small.pop()) {
    const to = large.at(-1);
    if (to === undefined) break;
    other[from] = to;
    keep[to]! -= 1 - keep[from]!;
    if (keep[to]! < 1) small.push(large.pop()!);
  }
  return { keep, other };
}

function productNumber(counts: PairCounts, name: string): number {
  const p = counts.products.indexOf(name);
  if (p < 0) throw new PvError("UNKNOWN_TERM", `product ${JSON.stringify(name)} does not occur in the counts`);
  return p;
}

function checkSums(counts: PairCounts): void {
  if (counts.options.unit !== "cell") {
    throw new PvError(
      "INVALID_ARGUMENT",
      `counts: margins must be sums of cells, got unit ${JSON.stringify(counts.options.unit)}; countsFromRows without margins makes them`,
    );
  }
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new PvError("INVALID_ARGUMENT", `${name}: expected ${allowed.join(" or ")}, got ${value}`);
  }
}

function whole(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new PvError("INVALID_ARGUMENT", `${name}: expected a whole number from 1, got ${value}`);
  }
}
