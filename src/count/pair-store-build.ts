import { StoreCoding } from "./pair-store-coding.ts";
import { Deduper, type ChunkLabels } from "./pair-store-dedupe.ts";
import { CHUNK_REPORTS } from "./pair-store-kernel.ts";
import type { StoreColumns } from "./pair-store-shape.ts";
import type { RoundSource } from "./pair-store-streams.ts";
import { LabelWriter, RestBuilder } from "./pair-store-write.ts";

/** Codes of child rows, and the number of the label that each code stands for; -1 stands for none. */
export interface LabelCodes {
  readonly codes: Int32Array | Uint16Array;
  readonly number: Int32Array;
}

/** Children of reports with their labels: those of row i are `offsets[i]` to `offsets[i + 1] - 1`. */
export interface LabelColumn extends LabelCodes {
  /** Rows are places in the scope rather than rows of the table. */
  readonly byPlace?: boolean | undefined;
  /** Sorted. Labels that no counted report has are dropped from results. */
  readonly labels: readonly string[];
  readonly offsets: Uint32Array;
  /** Read where the first codes say nothing. */
  readonly second?: LabelCodes | undefined;
  /** Kind of each child row and whether a kind counts; all count unless told. */
  readonly kind?: Uint8Array | undefined;
  readonly wanted?: Uint8Array | undefined;
  /** 1 for a report that has such a child, though none with a label. */
  readonly present?: Uint8Array | undefined;
}

/** Reports to be de-duplicated. */
export interface StoreInput {
  /** Table rows in scope; absent when they are 0 to `size - 1`. */
  readonly rows: Uint32Array | undefined;
  readonly size: number;
  readonly products: LabelColumn;
  readonly events: LabelColumn;
  /** `"complete"` leaves out reports without a product or without an event. */
  readonly universe: "complete" | "all";
  /** How many labels get a 16-bit number, as many as there are unless told. */
  readonly common?: number | undefined;
}

/** Gives the memory of columns, zeroed: shared between threads or not. */
export type Allocate = (bytes: number) => ArrayBufferLike;

export const ownMemory: Allocate = (bytes) => new ArrayBuffer(bytes);

/** Pairs after which a chunk ends before it has all its reports: its streams are addressed by signed 32-bit numbers. */
const CHUNK_PAIRS = 1 << 24;

/** De-duplicated reports with their margins, numbers of labels as in the input. */
export interface BuiltStore {
  readonly columns: StoreColumns;
  readonly chunks: number;
  readonly coding: { readonly products: StoreCoding; readonly events: StoreCoding };
  /** Of each report with rare labels: its number, how many products and events, and their label numbers. */
  readonly rest: Uint32Array;
  readonly labels: { readonly products: readonly string[]; readonly events: readonly string[] };
  readonly n1: Uint32Array;
  readonly m1: Uint32Array;
  /** Reports kept. */
  readonly size: number;
  /** Pairs of all reports together. */
  readonly pairs: number;
  /** Reports of the scope with a product. */
  readonly withProduct: number;
  /** Reports of the scope with a product and an event. */
  readonly complete: number;
  /** One bit a report of the scope, set for those left out; absent when none was. */
  readonly dropped: Uint8Array | undefined;
  /** Bytes of the columns, labels and margins not included. */
  readonly bytes: number;
}

/** De-duplicates reports, chunk by chunk. */
export class StoreBuilder {
  readonly coding: { readonly products: StoreCoding; readonly events: StoreCoding };
  readonly #input: StoreInput;
  readonly #chunkReports: number;
  readonly #columns: Omit<StoreColumns, "marks">;
  readonly #products: Deduper;
  readonly #events: Deduper;
  readonly #dropped: Uint8Array;
  readonly #rest = new RestBuilder();
  #marks = new Uint32Array(64);
  #chunks = 0;
  #row = 0;
  #size = 0;
  #nProducts = 0;
  #nEvents = 0;
  #long = 0;
  #pairs = 0;
  #withProduct = 0;
  #complete = 0;

  constructor(input: StoreInput, allocate: Allocate) {
    const { products, events, rows } = input;
    const nProducts = childCount(products, input);
    const nEvents = childCount(events, input);
    this.#input = input;
    this.coding = {
      products: new StoreCoding(products, input.common),
      events: new StoreCoding(events, input.common),
    };
    // With many products a chunk has as many reports more, so that the starts of its streams stay small beside them.
    this.#chunkReports = Math.min(Math.max(CHUNK_REPORTS, this.coding.products.size * 4), Math.max(1, input.size));
    this.#columns = {
      sizes: new Uint8Array(allocate(input.size)),
      long: new Uint32Array(allocate(8 * Math.floor(nProducts / 15 + nEvents / 15 + 1))),
      products: new Uint16Array(allocate(2 * nProducts)),
      // A copy reads four events at least, and up to one beyond the last.
      events: new Uint16Array(allocate(2 * nEvents + 16)),
    };
    this.#products = new Deduper(products, rows, this.#chunkReports);
    this.#events = new Deduper(events, rows, this.#chunkReports);
    this.#dropped = new Uint8Array((input.size + 7) >>> 3);
  }

  /** Pairs of all reports, as the chunks so far let expect. */
  get expectedPairs(): number {
    return (this.#pairs / Math.max(1, this.#row)) * this.#input.size;
  }

  /** The chunks so far, with the pairs that they let expect. */
  get sketch(): RoundSource {
    const { products, events } = this.#input;
    return {
      columns: this.columns,
      chunks: this.#chunks,
      coding: this.coding,
      labels: { products: products.labels, events: events.labels },
      pairs: this.expectedPairs,
    };
  }

  get chunks(): number {
    return this.#chunks;
  }

  /** The columns so far. */
  get columns(): StoreColumns {
    return { ...this.#columns, marks: this.#marks };
  }

  /** Takes more reports, of one chunk as a rule and of several where they are long; false when there are none left. */
  next(): boolean {
    if (this.#row >= this.#input.size) return false;
    const to = Math.min(this.#input.size, this.#row + this.#chunkReports);
    this.#take(to, this.#products.chunk(this.#row, to), this.#events.chunk(this.#row, to));
    this.#row = to;
    return true;
  }

  #take(to: number, products: ChunkLabels, events: ChunkLabels): void {
    const isComplete = this.#input.universe === "complete";
    const { present } = this.#input.events;
    const productOut = new LabelWriter(products.labels, this.coding.products, this.#columns.products, this.#nProducts);
    const eventOut = new LabelWriter(events.labels, this.coding.events, this.#columns.events, this.#nEvents);
    const { sizes, long } = this.#columns;
    let [withProduct, complete, pairs, size] = [0, 0, 0, this.#size];
    for (let i = this.#row; i < to; i++) {
      const np = products.sizes[i - this.#row]!;
      const ne = events.sizes[i - this.#row]!;
      const hasEvent = ne > 0 || present?.[i] === 1;
      withProduct += Number(np > 0);
      complete += Number(np > 0 && hasEvent);
      if (isComplete && (np === 0 || !hasEvent)) {
        productOut.leaveOut(np, this.#products.margin);
        eventOut.leaveOut(ne, this.#events.margin);
        this.#dropped[i >>> 3]! |= 1 << (i & 7);
        continue;
      }
      const [shortProducts, shortEvents] = [productOut.keep(np), eventOut.keep(ne)];
      if (shortProducts < np || shortEvents < ne) this.#rest.add(size, productOut.rare, eventOut.rare);
      if (shortProducts < 15 && shortEvents < 15) sizes[size++] = shortProducts | (shortEvents << 4);
      else {
        sizes[size++] = Math.min(shortProducts, 15) | (Math.min(shortEvents, 15) << 4);
        long[this.#long++] = shortProducts;
        long[this.#long++] = shortEvents;
      }
      pairs += np * ne;
      if (pairs < CHUNK_PAIRS) continue;
      this.#pairs += pairs;
      pairs = 0;
      this.#mark(size, productOut, eventOut);
    }
    this.#pairs += pairs;
    this.#withProduct += withProduct;
    this.#complete += complete;
    this.#mark(size, productOut, eventOut);
  }

  /** Ends a chunk. */
  #mark(size: number, products: LabelWriter, events: LabelWriter): void {
    this.#size = size;
    this.#nProducts = products.flush();
    this.#nEvents = events.flush();
    this.#chunks++;
    if (this.#chunks * 4 + 4 > this.#marks.length) {
      const grown = new Uint32Array(this.#marks.length * 2);
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks.set([this.#size, this.#nProducts, this.#nEvents, this.#long], this.#chunks * 4);
  }

  /** To be called when {@link next} has returned false. */
  finish(): BuiltStore {
    const { products, events, size: scope } = this.#input;
    const rest = this.#rest.finish();
    const dropped = this.#size === scope ? undefined : this.#dropped;
    return {
      columns: this.columns,
      chunks: this.#chunks,
      coding: this.coding,
      rest,
      labels: { products: products.labels, events: events.labels },
      n1: this.#products.margin.subarray(0, products.labels.length),
      m1: this.#events.margin.subarray(0, events.labels.length),
      size: this.#size,
      pairs: this.#pairs,
      withProduct: this.#withProduct,
      complete: this.#complete,
      dropped,
      bytes:
        this.#size +
        2 * (this.#nProducts + this.#nEvents) +
        4 * (this.#long + rest.length + 4 * (this.#chunks + 1)) +
        (dropped?.length ?? 0),
    };
  }
}

function childCount({ offsets, byPlace }: LabelColumn, { rows, size }: StoreInput): number {
  if (rows === undefined || byPlace === true) return offsets[size]! - offsets[0]!;
  let count = 0;
  for (const row of rows) count += offsets[row + 1]! - offsets[row]!;
  return count;
}
