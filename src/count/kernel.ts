import type { Axis } from "./axis-builder.ts";

/** Distinct reports of every pair that occurs, in rows by product: pair k of product p is `rowOffsets[p]` to `rowOffsets[p + 1]`. */
export interface SparseCounts {
  readonly rowOffsets: Uint32Array;
  readonly event: Uint32Array;
  readonly count: Uint32Array;
}

/** Entries the scatter buffer may hold: bounds the working memory at 128 MiB whatever the number of reports. */
const BUFFER_ENTRIES = 1 << 25;

/** Reports per label. */
export function labelCounts(axis: Axis): Uint32Array {
  const counts = new Uint32Array(axis.labels.length);
  for (const id of axis.ids) counts[id]!++;
  return counts;
}

/**
 * Counts the reports of every product–event pair. The events of each report are copied, in one sequential pass, to the end of
 * the stream of every product it names; each stream is then counted with a dense counter per event and a bitmap of the counters
 * touched, which also yields the pairs in order. Products are taken in blocks so that the streams fit a fixed buffer.
 */
export function countMatrix(products: Axis, events: Axis): SparseCounts {
  const nProducts = products.labels.length;
  const nReports = products.offsets.length - 1;
  const weight = new Float64Array(nProducts);
  for (let r = 0; r < nReports; r++) {
    const size = events.offsets[r + 1]! - events.offsets[r]!;
    for (let k = products.offsets[r]!; k < products.offsets[r + 1]!; k++) weight[products.ids[k]!]! += size;
  }
  const out = new PairList(nProducts, events.labels.length);
  let total = 0;
  for (const w of weight) total += w;
  let buffer = new Uint32Array(Math.min(total, BUFFER_ENTRIES));
  for (let first = 0; first < nProducts;) {
    let last = first;
    let size = 0;
    while (last < nProducts && (last === first || size + weight[last]! <= BUFFER_ENTRIES)) size += weight[last++]!;
    if (size > buffer.length) buffer = new Uint32Array(size);
    const start = new Uint32Array(last - first + 1);
    for (let p = first; p < last; p++) start[p - first + 1] = start[p - first]! + weight[p]!;
    scatter(products, events, first, last, start, buffer);
    for (let p = first; p < last; p++) out.product(p, buffer, start[p - first]!, start[p - first + 1]!);
    first = last;
  }
  return out.finish();
}

function scatter(
  products: Axis,
  events: Axis,
  first: number,
  last: number,
  start: Uint32Array,
  buffer: Uint32Array,
): void {
  const at = start.slice();
  const { offsets: po, ids: pi } = products;
  const { offsets: eo, ids: ei } = events;
  for (let r = 0; r + 1 < po.length; r++) {
    const from = eo[r]!;
    const to = eo[r + 1]!;
    for (let k = po[r]!; k < po[r + 1]!; k++) {
      const p = pi[k]!;
      if (p < first || p >= last) continue;
      let pos = at[p - first]!;
      for (let e = from; e < to; e++) buffer[pos++] = ei[e]!;
      at[p - first] = pos;
    }
  }
}

class PairList {
  readonly #rowOffsets: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #touched: Uint32Array;
  #event = new Uint32Array(1024);
  #count = new Uint32Array(1024);
  #length = 0;

  constructor(nProducts: number, nEvents: number) {
    this.#rowOffsets = new Uint32Array(nProducts + 1);
    this.#counter = new Uint32Array(nEvents);
    this.#touched = new Uint32Array((nEvents + 31) >>> 5);
  }

  product(p: number, stream: Uint32Array, from: number, to: number): void {
    const counter = this.#counter;
    const touched = this.#touched;
    for (let k = from; k < to; k++) {
      const e = stream[k]!;
      counter[e]!++;
      touched[e >>> 5]! |= 1 << (e & 31);
    }
    const room = this.#length + Math.min(to - from, counter.length);
    if (room > this.#event.length) this.#grow(room);
    let length = this.#length;
    for (let w = 0; w < touched.length; w++) {
      let bits = touched[w]!;
      if (bits === 0) continue;
      touched[w] = 0;
      while (bits !== 0) {
        const e = (w << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        this.#event[length] = e;
        this.#count[length++] = counter[e]!;
        counter[e] = 0;
      }
    }
    this.#length = length;
    this.#rowOffsets[p + 1] = length;
  }

  finish(): SparseCounts {
    return {
      rowOffsets: this.#rowOffsets,
      event: this.#event.slice(0, this.#length),
      count: this.#count.slice(0, this.#length),
    };
  }

  #grow(room: number): void {
    const size = Math.max(room, this.#event.length * 2);
    const event = new Uint32Array(size);
    const count = new Uint32Array(size);
    event.set(this.#event.subarray(0, this.#length));
    count.set(this.#count.subarray(0, this.#length));
    this.#event = event;
    this.#count = count;
  }
}
