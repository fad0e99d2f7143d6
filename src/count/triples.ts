import { PvError } from "../error.ts";
import type { Axis } from "./axis-builder.ts";
import {
  disjointCells,
  INTERACTION_CELLS,
  type InteractionColumns,
  type InteractionTable,
} from "./interaction-table.ts";
import { countMatrix, labelCounts } from "./kernel.ts";
import type { PairCounts, PairOrigin } from "./pairs.ts";

/** One triple with its names. */
export interface TripleRow extends InteractionTable {
  readonly first: string;
  readonly second: string;
  readonly event: string;
}

/** Which triples {@link countTriples} lists. */
export interface TripleOptions {
  /** Least number of reports with both products and the event, at least 1; 3 unless told. */
  readonly minimum?: number | undefined;
  /** One product of the pair is among these; any unless told. */
  readonly products?: readonly string[] | undefined;
  /** And the other one is among these; any unless told. */
  readonly partners?: readonly string[] | undefined;
  /** Events to count; all unless told. */
  readonly events?: readonly string[] | undefined;
}

type TripleColumns = Pick<TripleCounts, "first" | "second" | "event" | "n111" | "both" | "firstEvent" | "secondEvent">;

/**
 * Three-way counts, in the order of first product, second product and event, the first product being the one that sorts
 * first: a pair of products is listed once. Immutable.
 */
export class TripleCounts {
  /** The counts of product–event pairs that the triples were counted beside; the margins are theirs. */
  readonly counts: PairCounts;
  /** Number of triples. */
  readonly size: number;
  /** Number of product, `first[i] < second[i]`. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** Number of event. */
  readonly event: Uint32Array;
  /** Reports with both products and the event. */
  readonly n111: Uint32Array;
  /** Reports with both products. */
  readonly both: Uint32Array;
  /** Reports with the first product and the event, the second product or not. */
  readonly firstEvent: Uint32Array;
  readonly secondEvent: Uint32Array;
  readonly minimum: number;

  constructor(counts: PairCounts, columns: TripleColumns, minimum: number) {
    this.counts = counts;
    this.size = columns.event.length;
    this.first = columns.first;
    this.second = columns.second;
    this.event = columns.event;
    this.n111 = columns.n111;
    this.both = columns.both;
    this.firstEvent = columns.firstEvent;
    this.secondEvent = columns.secondEvent;
    this.minimum = minimum;
  }

  /** The eight cells of all triples, one column each. */
  columns(): InteractionColumns {
    const column = (): Float64Array => new Float64Array(this.size);
    const out = {
      n111: column(),
      n110: column(),
      n101: column(),
      n100: column(),
      n011: column(),
      n010: column(),
      n001: column(),
      n000: column(),
    };
    for (let i = 0; i < this.size; i++) {
      const cells = this.#cells(i);
      for (const cell of INTERACTION_CELLS) out[cell][i] = cells[cell];
    }
    return out;
  }

  /** One triple by its number. */
  row(i: number): TripleRow {
    if (!(i >= 0 && i < this.size)) throw new RangeError(`triple ${i} of ${this.size}`);
    const { products, events } = this.counts;
    return {
      first: products[this.first[i]!]!,
      second: products[this.second[i]!]!,
      event: events[this.event[i]!]!,
      ...this.#cells(i),
    };
  }

  /** All triples as plain rows. */
  *rows(): IterableIterator<TripleRow> {
    for (let i = 0; i < this.size; i++) yield this.row(i);
  }

  #cells(i: number): InteractionTable {
    const { n1, m1, n } = this.counts;
    return disjointCells(
      { n111: this.n111[i]!, both: this.both[i]!, firstEvent: this.firstEvent[i]!, secondEvent: this.secondEvent[i]! },
      { first: n1[this.first[i]!]!, second: n1[this.second[i]!]!, event: m1[this.event[i]!]!, n },
    );
  }
}

/**
 * Counts distinct reports for pairs of products and an event, over the reports, products and events of `counts`. Scope,
 * roles, levels and kinds are those the counts were made with.
 *
 * Two passes of the counting kernel: product pairs first, of which those with fewer than `minimum` reports are dropped, then
 * the events of what is left. Working memory: the product pairs of all reports, those of reports with many products included.
 *
 * @param counts - from `countPairs`: counts of reports against all others
 * @throws PvError `INVALID_OPTION` when the counts did not come from reports, count cells, are stratified or have a
 *   comparator; `INVALID_ARGUMENT` for a `minimum` below 1; `UNKNOWN_TERM` for a product or event that does not occur
 * @example
 * const counts = countPairs(table, { product: "ingredient" });
 * countTriples(counts, { products: ["WARFARIN"], minimum: 5 }).row(0); // { first, second, event, n111, … n000 }
 */
export function countTriples(counts: PairCounts, options: TripleOptions = {}): TripleCounts {
  const { minimum = 3 } = options;
  if (!Number.isSafeInteger(minimum) || minimum < 1)
    throw new PvError("INVALID_ARGUMENT", `minimum: a whole number of reports from 1, got ${minimum}`);
  const { products, events } = reportOrigin(counts);
  const one = members("products", products.labels, options.products);
  const other = members("partners", products.labels, options.partners);
  const wanted = members("events", events.labels, options.events);
  const isPair = (p: number, q: number): boolean => (one(p) && other(q)) || (one(q) && other(p));
  const frequent = onlyLabels(products, labelCounts(products), minimum);
  const pairs = productPairs(frequent, minimum, isPair);
  const matrix = countMatrix(pairsOfReports(frequent, pairs), events);
  const found: number[] = [];
  const pairOf: number[] = [];
  for (let k = 0; k < pairs.first.length; k++) {
    for (let i = matrix.rowOffsets[k]!; i < matrix.rowOffsets[k + 1]!; i++) {
      if (matrix.count[i]! < minimum || !wanted(matrix.event[i]!)) continue;
      found.push(i);
      pairOf.push(k);
    }
  }
  const event = Uint32Array.from(found, (i) => matrix.event[i]!);
  const first = Uint32Array.from(pairOf, (k) => pairs.first[k]!);
  const second = Uint32Array.from(pairOf, (k) => pairs.second[k]!);
  return new TripleCounts(
    counts,
    {
      first,
      second,
      event,
      n111: Uint32Array.from(found, (i) => matrix.count[i]!),
      both: Uint32Array.from(pairOf, (k) => pairs.both[k]!),
      firstEvent: pairCounts(counts, first, event),
      secondEvent: pairCounts(counts, second, event),
    },
    minimum,
  );
}

/**
 * The eight cells of one triple, whether it occurs or not; first and second product as given.
 *
 * @throws PvError `UNKNOWN_TERM`; `INVALID_ARGUMENT` when both products are the same; `INVALID_OPTION` as `countTriples`
 */
export function tripleTable(
  counts: PairCounts,
  { first, second, event }: { readonly first: string; readonly second: string; readonly event: string },
): InteractionTable {
  const { products, events } = reportOrigin(counts);
  if (first === second)
    throw new PvError("INVALID_ARGUMENT", `two different products are needed, got ${JSON.stringify(first)} twice`);
  const firstEvent = counts.pair(first, event).a;
  const secondEvent = counts.pair(second, event).a;
  const p = products.labels.indexOf(first);
  const q = products.labels.indexOf(second);
  const e = events.labels.indexOf(event);
  let both = 0;
  let n111 = 0;
  for (let i = 0; i + 1 < products.offsets.length; i++) {
    if (!has(products, i, p) || !has(products, i, q)) continue;
    both++;
    if (has(events, i, e)) n111++;
  }
  const { n1, m1, n } = counts;
  return disjointCells({ n111, both, firstEvent, secondEvent }, { first: n1[p]!, second: n1[q]!, event: m1[e]!, n });
}

function reportOrigin(counts: PairCounts): PairOrigin {
  const { origin } = counts;
  if (origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no reports to count triples in");
  if (counts.options.unit === "cell")
    throw new PvError("INVALID_OPTION", `unit "cell": triples are counted in reports, and these counts are of cells`);
  if (counts.stratified || origin.comparator !== undefined)
    throw new PvError("INVALID_OPTION", "three-way counts have neither strata nor a comparator");
  return origin;
}

function members(
  option: string,
  labels: readonly string[],
  names: readonly string[] | undefined,
): (label: number) => boolean {
  if (names === undefined) return () => true;
  const number = new Map(labels.map((label, i) => [label, i]));
  const wanted = new Uint8Array(labels.length);
  for (const name of names) {
    const label = number.get(name);
    if (label === undefined)
      throw new PvError("UNKNOWN_TERM", `${option}: ${JSON.stringify(name)} does not occur in the counts`);
    wanted[label] = 1;
  }
  return (label) => wanted[label] === 1;
}

/** The axis with only the labels of at least `minimum` reports; their numbers stay. */
function onlyLabels(axis: Axis, count: Uint32Array, minimum: number): Axis {
  const offsets = new Uint32Array(axis.offsets.length);
  const ids = new Uint32Array(axis.ids.length);
  let length = 0;
  for (let i = 0; i + 1 < axis.offsets.length; i++) {
    for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) {
      const id = axis.ids[k]!;
      if (count[id]! >= minimum) ids[length++] = id;
    }
    offsets[i + 1] = length;
  }
  return { labels: axis.labels, offsets, ids: ids.subarray(0, length) };
}

/** Product pairs, by first product and then by second: those of product p are `rowOffsets[p]` to `rowOffsets[p + 1]`. */
interface ProductPairs {
  readonly rowOffsets: Uint32Array;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly both: Uint32Array;
}

function productPairs(products: Axis, minimum: number, isPair: (p: number, q: number) => boolean): ProductPairs {
  const together = countMatrix(products, products);
  const nProducts = products.labels.length;
  const rowOffsets = new Uint32Array(nProducts + 1);
  const first: number[] = [];
  const at: number[] = [];
  for (let p = 0; p < nProducts; p++) {
    for (let i = together.rowOffsets[p]!; i < together.rowOffsets[p + 1]!; i++) {
      const q = together.event[i]!;
      if (q <= p || together.count[i]! < minimum || !isPair(p, q)) continue;
      first.push(p);
      at.push(i);
    }
    rowOffsets[p + 1] = at.length;
  }
  return {
    rowOffsets,
    first: Uint32Array.from(first),
    second: Uint32Array.from(at, (i) => together.event[i]!),
    both: Uint32Array.from(at, (i) => together.count[i]!),
  };
}

/** Report → numbers of its product pairs. */
function pairsOfReports(products: Axis, { rowOffsets, first, second }: ProductPairs): Axis {
  const offsets = new Uint32Array(products.offsets.length);
  let ids = new Uint32Array(1024);
  let length = 0;
  for (let r = 0; r + 1 < products.offsets.length; r++) {
    const from = products.offsets[r]!;
    const to = products.offsets[r + 1]!;
    const room = length + ((to - from) * (to - from - 1)) / 2;
    if (room > ids.length) {
      const grown = new Uint32Array(Math.max(room, ids.length * 2));
      grown.set(ids.subarray(0, length));
      ids = grown;
    }
    for (let k = from; k < to; k++) {
      const p = products.ids[k]!;
      const end = rowOffsets[p + 1]!;
      if (rowOffsets[p] === end) continue;
      for (let l = from; l < to; l++) {
        const q = products.ids[l]!;
        if (q <= p) continue;
        const pair = lowerBound(second, q, rowOffsets[p]!, end);
        if (pair < end && second[pair] === q) ids[length++] = pair;
      }
    }
    offsets[r + 1] = length;
  }
  return { labels: new Array<string>(first.length).fill(""), offsets, ids: ids.subarray(0, length) };
}

/** Reports of each product–event pair; every one of them occurs. */
function pairCounts(counts: PairCounts, product: Uint32Array, event: Uint32Array): Uint32Array {
  const start = new Uint32Array(counts.products.length + 1);
  for (const p of counts.product) start[p + 1]!++;
  for (let p = 0; p < counts.products.length; p++) start[p + 1]! += start[p]!;
  return Uint32Array.from(product, (p, i) => {
    return counts.a[lowerBound(counts.event, event[i]!, start[p]!, start[p + 1]!)]!;
  });
}

/** First place from `low` to `high` that is not below `value`. */
function lowerBound(sorted: Uint32Array, value: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function has(axis: Axis, i: number, label: number): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (axis.ids[k] === label) return true;
  return false;
}
