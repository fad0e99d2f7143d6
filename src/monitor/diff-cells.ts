import { independent, type FourfoldColumns } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";
import { strataOf } from "../count/strata.ts";
import type { ReportTable } from "../count/table.ts";
import type { ScreeningPlan } from "./run-config.ts";
import { countsOf } from "./run.ts";

/** The pairs that are followed, by number. */
export interface FollowedPairs {
  readonly products: readonly string[];
  readonly events: readonly string[];
}

/**
 * Counts of the followed pairs, or differences of such counts: `a` by pair, margins and total by pair and stratum
 * (`strata · pair + stratum`). What a report adds to them does not depend on the other reports, so that they add up.
 */
export class PairCells {
  readonly strata: number;
  readonly a: Float64Array;
  readonly n1: Float64Array;
  readonly m1: Float64Array;
  readonly n: Float64Array;

  constructor(pairs: number, strata: number) {
    this.strata = strata;
    this.a = new Float64Array(pairs);
    this.n1 = new Float64Array(pairs * strata);
    this.m1 = new Float64Array(pairs * strata);
    this.n = new Float64Array(pairs * strata);
  }

  /** Adds other counts, or takes them away. */
  add(other: PairCells, sign: 1 | -1 = 1): this {
    for (const name of ["a", "n1", "m1", "n"] as const) {
      const [mine, theirs] = [this[name], other[name]];
      for (let i = 0; i < mine.length; i++) mine[i]! += sign * theirs[i]!;
    }
    return this;
  }

  /** Cells and expected counts; expected is summed over strata, and 0 where there is no report at all. */
  columns(isStratified: boolean): FourfoldColumns {
    const size = this.a.length;
    const { strata } = this;
    const out = {
      a: this.a.slice(),
      b: new Float64Array(size),
      c: new Float64Array(size),
      d: new Float64Array(size),
      expected: new Float64Array(size),
    };
    for (let k = 0; k < size; k++) {
      let [n1, m1, n, expected] = [0, 0, 0, 0];
      for (let s = strata * k; s < strata * (k + 1); s++) {
        n1 += this.n1[s]!;
        m1 += this.m1[s]!;
        n += this.n[s]!;
        if (this.n[s]! > 0 && this.n1[s]! > 0) expected += this.m1[s]! * (this.n1[s]! / this.n[s]!);
      }
      out.b[k] = n1 - out.a[k]!;
      out.c[k] = m1 - out.a[k]!;
      out.d[k] = n - n1 - out.c[k]!;
      out.expected[k] = isStratified ? expected : n > 0 ? independent(n1, m1, n) : 0;
    }
    return out;
  }
}

/** One report's part in the counts of a pair. */
interface Part {
  readonly stratum: number;
  readonly a: number;
  readonly n1: number;
  readonly m1: number;
  readonly n: number;
}

const NO_PART: Part = { stratum: 0, a: 0, n1: 0, m1: 0, n: 0 };

/** One table counted by one plan, with what every single report adds to the followed pairs. */
export class CountedTable {
  readonly table: ReportTable;
  readonly plan: ScreeningPlan;
  /** The counts, or why there are none. */
  readonly counts: PairCounts | string;
  readonly isStratified: boolean;
  /** Labels of the strata, sorted; one without a name when there are none. */
  readonly strata: readonly string[];
  readonly #stratumOf: Uint32Array | undefined;
  /** Position of each table row among the counted reports; -1 when it is not counted. */
  readonly #position: Int32Array;
  readonly #pairs: FollowedPairs;
  /** Followed pairs by number of product, with the number of their event. */
  readonly #byProduct = new Map<number, { readonly event: number; readonly pair: number }[]>();
  readonly #productOf: Int32Array;
  readonly #eventOf: Int32Array;
  #strataNumber: Int32Array = Int32Array.of(0);

  constructor(table: ReportTable, plan: ScreeningPlan, pairs: FollowedPairs) {
    this.table = table;
    this.plan = plan;
    this.counts = countsOf(table, plan);
    this.#pairs = pairs;
    this.#position = new Int32Array(table.size).fill(-1);
    this.#productOf = new Int32Array(pairs.products.length).fill(-1);
    this.#eventOf = new Int32Array(pairs.products.length).fill(-1);
    const strata = plan.count?.strata;
    this.isStratified = strata !== undefined;
    const { counts } = this;
    if (typeof counts === "string") {
      this.strata = this.isStratified ? [] : [""];
      return;
    }
    const { rows } = counts.origin!;
    rows.forEach((row, i) => (this.#position[row] = i));
    const found = strata === undefined ? undefined : strataOf(table, rows, strata);
    this.strata = found?.labels ?? [""];
    this.#stratumOf = found?.of;
    const [products, events] = [numbered(counts.products), numbered(counts.events)];
    pairs.products.forEach((name, pair) => {
      const product = products.get(name) ?? -1;
      const event = events.get(pairs.events[pair]!) ?? -1;
      this.#productOf[pair] = product;
      this.#eventOf[pair] = event;
      if (product < 0 || event < 0) return;
      const list = this.#byProduct.get(product);
      if (list === undefined) this.#byProduct.set(product, [{ event, pair }]);
      else list.push({ event, pair });
    });
  }

  /** Numbers the strata as in a list that has all of them. */
  useStrata(labels: readonly string[]): void {
    const number = numbered(labels);
    this.#strataNumber = Int32Array.from(this.strata, (label) => number.get(label)!);
  }

  /** Counts of all followed pairs. */
  cells(strata: number): PairCells {
    const cells = new PairCells(this.#pairs.products.length, strata);
    const { counts } = this;
    if (typeof counts === "string") return cells;
    const { products, events, comparator, rows } = counts.origin!;
    const isCell = counts.options.unit === "cell";
    const inside = (i: number): boolean => comparator === undefined || comparator[i] === 1;
    const width = (axis: typeof products, i: number): number => axis.offsets[i + 1]! - axis.offsets[i]!;
    const n1 = new Float64Array(counts.products.length * strata);
    const shared = new Float64Array(counts.products.length);
    const m1 = new Float64Array(counts.events.length * strata);
    const n = new Float64Array(strata);
    const both = new Float64Array(cells.a.length);
    for (let i = 0; i < rows.length; i++) {
      const s = this.#stratum(i);
      const is = inside(i);
      const [nProducts, nEvents] = isCell ? [width(products, i), width(events, i)] : [1, 1];
      if (is) n[s]! += nProducts * nEvents;
      for (let k = products.offsets[i]!; k < products.offsets[i + 1]!; k++) {
        const product = products.ids[k]!;
        n1[strata * product + s]! += nEvents;
        if (is) shared[product]!++;
      }
      if (is)
        for (let k = events.offsets[i]!; k < events.offsets[i + 1]!; k++) m1[strata * events.ids[k]! + s]! += nProducts;
      this.eachPair(i, (pair) => {
        cells.a[pair]!++;
        if (is) both[pair]!++;
      });
    }
    for (let pair = 0; pair < cells.a.length; pair++) {
      const [product, event] = [this.#productOf[pair]!, this.#eventOf[pair]!];
      for (let s = 0; s < strata; s++) {
        const at = strata * pair + s;
        cells.n[at] = n[s]!;
        if (product >= 0) cells.n1[at] = n1[strata * product + s]!;
        if (event >= 0) cells.m1[at] = m1[strata * event + s]!;
      }
      if (comparator === undefined) continue;
      // A comparator has no strata. Its reports and the product's own make the background, each once.
      if (product >= 0) cells.n[pair]! += n1[product]! - shared[product]!;
      cells.m1[pair]! += cells.a[pair]! - both[pair]!;
    }
    return cells;
  }

  /** Calls back for every followed pair of which the counted report at a position has product and event. */
  eachPair(i: number, of: (pair: number) => void): void {
    const { products, events } = (this.counts as PairCounts).origin!;
    for (let k = products.offsets[i]!; k < products.offsets[i + 1]!; k++) {
      for (const { event, pair } of this.#byProduct.get(products.ids[k]!) ?? []) if (has(events, i, event)) of(pair);
    }
  }

  /** Followed pairs of which the report in a table row has product and event. */
  pairsOf(row: number): number[] {
    const found: number[] = [];
    const i = this.#position[row]!;
    if (i >= 0) this.eachPair(i, (pair) => found.push(pair));
    return found;
  }

  /** Adds what the report in a table row adds to one pair, or takes it away. */
  addReport(cells: PairCells, row: number, pair: number, sign: 1 | -1): void {
    const { stratum, a, n1, m1, n } = this.#part(row, pair);
    const at = cells.strata * pair + stratum;
    cells.a[pair]! += sign * a;
    cells.n1[at]! += sign * n1;
    cells.m1[at]! += sign * m1;
    cells.n[at]! += sign * n;
  }

  #part(row: number, pair: number): Part {
    const i = this.#position[row]!;
    if (i < 0) return NO_PART;
    const { products, events, comparator } = (this.counts as PairCounts).origin!;
    const hasProduct = has(products, i, this.#productOf[pair]!);
    const hasEvent = has(events, i, this.#eventOf[pair]!);
    const inside = comparator === undefined || comparator[i] === 1 || hasProduct;
    const isCell = (this.counts as PairCounts).options.unit === "cell";
    const nProducts = isCell ? products.offsets[i + 1]! - products.offsets[i]! : 1;
    const nEvents = isCell ? events.offsets[i + 1]! - events.offsets[i]! : 1;
    return {
      stratum: this.#stratum(i),
      a: hasProduct && hasEvent ? 1 : 0,
      n1: hasProduct ? nEvents : 0,
      m1: hasEvent && inside ? nProducts : 0,
      n: inside ? nProducts * nEvents : 0,
    };
  }

  #stratum(i: number): number {
    return this.#stratumOf === undefined ? 0 : this.#strataNumber[this.#stratumOf[i]!]!;
  }
}

const numbered = (names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((name, i) => [name, i]));

function has(axis: { readonly offsets: Uint32Array; readonly ids: Uint32Array }, i: number, id: number): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (axis.ids[k] === id) return true;
  return false;
}
