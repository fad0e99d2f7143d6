import { PvError } from "../error.ts";
import type { Domain, Role } from "../report/report.ts";
import type { Axis } from "./axis-builder.ts";
import { independent, type FourfoldColumns, type FourfoldTable } from "./fourfold.ts";
import { nearest } from "./nearest.ts";
import type { TerminologyEcho } from "./terminology-scope.ts";

/** What was counted, echoed from the options so that a result explains itself. Functions appear as `"custom"`. */
export interface CountEcho {
  readonly product: string;
  readonly event: string;
  readonly roles: readonly Role[] | "all";
  readonly domains: readonly Domain[] | "all";
  readonly where: "all" | "custom";
  readonly background: "scope" | { readonly products: readonly string[] };
  readonly strata: "none" | "custom" | readonly string[];
  readonly unit: "report" | "cell";
  readonly universe: "complete" | "all";
  /** Terminologies of the events; absent when no event declares one and nothing was asked for. */
  readonly terminology?: TerminologyEcho | undefined;
  /** Names of the counts that were exchanged and imported, sorted; absent when none were. */
  readonly sources?: readonly string[] | undefined;
  /** What was withheld before exchange; absent when nothing was. Withheld numbers stand at their lower bounds. */
  readonly suppression?: SuppressionEcho | undefined;
}

/** Numbers that are known between bounds only, because counts below `minimumCell` were withheld. */
export interface SuppressionEcho {
  /** The largest limit among the counts. */
  readonly minimumCell: number;
  /** Pairs, product margins and event margins whose bounds differ. */
  readonly pairs: number;
  readonly products: number;
  readonly events: number;
}

/** Reports per label and stratum, sparse: label i has `count[k]` reports in `stratum[k]`, k from `offsets[i]`, by stratum. */
export interface SparseMargins {
  readonly offsets: Uint32Array;
  readonly stratum: Uint32Array;
  readonly count: Float64Array;
}

/** Margins and totals per stratum, from which expected counts follow; they add up over disjoint reports. */
export interface StrataMargins {
  /** Sorted. */
  readonly labels: readonly string[];
  readonly n: Float64Array;
  readonly products: SparseMargins;
  readonly events: SparseMargins;
}

/** Upper bounds of `a` by pair and of the margins by label; the counts themselves are the lower bounds. */
export interface PairBounds {
  readonly a: Float64Array;
  readonly n1: Float64Array;
  readonly m1: Float64Array;
}

/** Reports of the scope that were not counted, and why. */
export interface CountExclusions {
  /** Reports outside `domain` or `where`. */
  readonly outOfScope: number;
  /** Reports in scope without a product in the chosen roles and level. */
  readonly withoutProduct: number;
  /** Reports in scope with such a product but without an event. */
  readonly withoutEvent: number;
}

/** One pair with its cells, margins, total and expected count. */
export interface PairRow extends FourfoldTable {
  readonly product: string;
  readonly event: string;
  readonly n1: number;
  readonly m1: number;
  readonly n: number;
  readonly expected: number;
}

/** Where the counts came from, kept so that every cell can be followed back to its reports. */
export interface PairOrigin {
  /** Table rows of the counted reports, ascending. */
  readonly rows: Uint32Array;
  readonly products: Axis;
  readonly events: Axis;
  /** Reports of the comparator, as positions in `rows`; absent when every report is background. */
  readonly comparator?: Uint8Array | undefined;
}

/** The parts of a {@link PairCounts}. */
export interface PairParts {
  readonly products: readonly string[];
  readonly events: readonly string[];
  /** Pairs of product p are `rowOffsets[p]` to `rowOffsets[p + 1]`, by ascending event. */
  readonly rowOffsets: Uint32Array;
  readonly event: Uint32Array;
  readonly a: Uint32Array | Float64Array;
  readonly n1: Float64Array;
  readonly m1: Float64Array;
  readonly n: number;
  /** Only when stratified: Σ over strata. */
  readonly expected?: Float64Array | undefined;
  /** Only with a comparator: event margin per pair and total per product over comparator and product together. */
  readonly comparator?: { readonly m1: Float64Array; readonly n: Float64Array } | undefined;
  readonly echo: CountEcho;
  readonly excluded: CountExclusions;
  readonly origin?: PairOrigin | (() => PairOrigin) | undefined;
  /** Only when stratified: margins of each stratum, 12 bytes for each label and stratum it occurs in. */
  readonly strata?: StrataMargins | undefined;
  /** Only when counts were withheld before exchange. */
  readonly bounds?: PairBounds | undefined;
}

/**
 * Counts of all product–event pairs that occur together at least once, as typed columns in the order of product and event.
 * Immutable. `a` counts reports (or what `options.unit` says); margins and total follow from the options echoed in `options`.
 */
export class PairCounts {
  readonly products: readonly string[];
  readonly events: readonly string[];
  /** Number of pairs. */
  readonly size: number;
  readonly event: Uint32Array;
  readonly a: Uint32Array | Float64Array;
  /** Product margins, by number of product. */
  readonly n1: Float64Array;
  /** Event margins, by number of event. */
  readonly m1: Float64Array;
  readonly n: number;
  readonly options: CountEcho;
  readonly excluded: CountExclusions;
  readonly #parts: PairParts;
  #productIndex: ReadonlyMap<string, number> | undefined;
  #eventIndex: ReadonlyMap<string, number> | undefined;
  #product: Uint32Array | undefined;
  #origin: PairOrigin | undefined;

  constructor(parts: PairParts) {
    this.products = parts.products;
    this.events = parts.events;
    this.size = parts.event.length;
    this.event = parts.event;
    this.a = parts.a;
    this.n1 = parts.n1;
    this.m1 = parts.m1;
    this.n = parts.n;
    this.options = parts.echo;
    this.excluded = parts.excluded;
    this.#parts = parts;
  }

  /** Where the counts came from; absent when they came as counts. */
  get origin(): PairOrigin | undefined {
    const { origin } = this.#parts;
    return (this.#origin ??= typeof origin === "function" ? origin() : origin);
  }

  /** Number of product of each pair. */
  get product(): Uint32Array {
    if (this.#product === undefined) {
      const { rowOffsets } = this.#parts;
      this.#product = new Uint32Array(this.size);
      for (let p = 0; p < this.products.length; p++) this.#product.fill(p, rowOffsets[p], rowOffsets[p + 1]);
    }
    return this.#product;
  }

  /** Pairs of product p are `rowOffsets[p]` to `rowOffsets[p + 1] - 1`, by ascending event. */
  get rowOffsets(): Uint32Array {
    return this.#parts.rowOffsets;
  }

  /** Margins of each stratum, from which the expected counts follow; absent when unstratified. */
  get strata(): StrataMargins | undefined {
    return this.#parts.strata;
  }

  /** Upper bounds where counts were withheld before exchange; absent when every count is exact. */
  get bounds(): PairBounds | undefined {
    return this.#parts.bounds;
  }

  get stratified(): boolean {
    return this.#parts.expected !== undefined;
  }

  /** Cells and expected counts of all pairs, one column each. */
  columns(): FourfoldColumns {
    const { comparator, expected } = this.#parts;
    const { size, product } = this;
    const out = {
      a: Float64Array.from(this.a),
      b: new Float64Array(size),
      c: new Float64Array(size),
      d: new Float64Array(size),
      expected: expected?.slice() ?? new Float64Array(size),
    };
    for (let i = 0; i < size; i++) {
      const p = product[i]!;
      const a = this.a[i]!;
      const n1 = this.n1[p]!;
      const m1 = comparator === undefined ? this.m1[this.event[i]!]! : comparator.m1[i]!;
      const n = comparator === undefined ? this.n : comparator.n[p]!;
      out.b[i] = n1 - a;
      out.c[i] = m1 - a;
      out.d[i] = n - n1 - (m1 - a);
      if (expected === undefined) out.expected[i] = independent(n1, m1, n);
    }
    return out;
  }

  /** One pair by its number. */
  row(i: number): PairRow {
    const { comparator, expected } = this.#parts;
    if (!(i >= 0 && i < this.size)) throw new RangeError(`pair ${i} of ${this.size}`);
    const p = this.product[i]!;
    const e = this.event[i]!;
    const m1 = comparator?.m1[i] ?? this.m1[e]!;
    const n = comparator?.n[p] ?? this.n;
    return pairRow(this.products[p]!, this.events[e]!, this.a[i]!, this.n1[p]!, m1, n, expected?.[i]);
  }

  /** All pairs as plain rows, by product and event. */
  *rows(): IterableIterator<PairRow> {
    for (let i = 0; i < this.size; i++) yield this.row(i);
  }

  /**
   * Number of a pair, or -1 when product and event are known but never occur together.
   *
   * @throws PvError `UNKNOWN_TERM` when the product or the event occurs nowhere in the counts; the message names near ones
   */
  find(product: string, event: string): number {
    this.#productIndex ??= new Map(this.products.map((name, i) => [name, i]));
    this.#eventIndex ??= new Map(this.events.map((name, i) => [name, i]));
    const p = known("product", product, this.#productIndex, this.products);
    const e = known("event", event, this.#eventIndex, this.events);
    let low = this.#parts.rowOffsets[p]!;
    let high = this.#parts.rowOffsets[p + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.event[middle]! < e) low = middle + 1;
      else high = middle;
    }
    return low < this.#parts.rowOffsets[p + 1]! && this.event[low] === e ? low : -1;
  }

  /**
   * The counts of one pair; `a` is 0 when product and event never occur together.
   *
   * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` for an unlisted pair of stratified or comparator counts, whose
   *   expected count is only kept for pairs that occur
   */
  pair(product: string, event: string): PairRow {
    const i = this.find(product, event);
    if (i >= 0) return this.row(i);
    if (this.#parts.expected !== undefined || this.#parts.comparator !== undefined) {
      throw new PvError(
        "INVALID_OPTION",
        `${product} and ${event} never occur together; their expected count was not kept`,
      );
    }
    const n1 = this.n1[this.products.indexOf(product)]!;
    return pairRow(product, event, 0, n1, this.m1[this.events.indexOf(event)]!, this.n, undefined);
  }
}

function pairRow(
  product: string,
  event: string,
  a: number,
  n1: number,
  m1: number,
  n: number,
  expected: number | undefined,
): PairRow {
  return {
    product,
    event,
    a,
    b: n1 - a,
    c: m1 - a,
    d: n - n1 - (m1 - a),
    n1,
    m1,
    n,
    expected: expected ?? independent(n1, m1, n),
  };
}

function known(kind: string, name: string, index: ReadonlyMap<string, number>, names: readonly string[]): number {
  const found = index.get(name);
  if (found !== undefined) return found;
  const near = nearest(name, names);
  const hint = near.length > 0 ? `; near: ${near.map((n) => JSON.stringify(n)).join(", ")}` : "";
  throw new PvError("UNKNOWN_TERM", `${kind} ${JSON.stringify(name)} does not occur in the counts${hint}`);
}
