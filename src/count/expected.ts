import type { SparseMargins, StrataMargins } from "./pairs.ts";

/** Numbers of the labels of one axis in the strata where they occur: stratum `stratum[k]` has `value[k]`, by ascending stratum. */
interface SparseRows {
  readonly offsets: Uint32Array;
  readonly stratum: Uint32Array;
  readonly value: Float64Array;
}

/** Some of the pairs, by the label that is walked and then by the label that is held, both ascending. */
interface PairList {
  /** Pairs of walked label w are `start[w]` to `start[w + 1]`. */
  readonly start: Uint32Array;
  readonly held: Uint32Array;
  /** Place of the pair among all pairs. */
  readonly place: Uint32Array;
}

/** How much is worked on at once; it changes no result. */
export interface ExpectedBlocks {
  /** Pairs sorted at once, unless a product alone has more. */
  readonly pairs: number;
  /** Numbers of held labels: they should stay in the cache of a core. */
  readonly tile: number;
}

/** 32 MiB of sorted pairs and 2 MiB of held labels. */
const BLOCKS: ExpectedBlocks = { pairs: 1 << 22, tile: 1 << 18 };

/** Pairs that are summed side by side. */
const LANES = 8;

/**
 * Expected counts summed over strata, Σ m1s·(n1s/ns), the definition of DuMouchel (1999) for MGPS and usual for every
 * observed-to-expected measure. Terms are added by ascending stratum; those of strata without the product or the event are 0,
 * and leaving them out changes no bit of the sum. Of each pair the label that occurs in fewer strata is walked and the other
 * one is held as a dense row. Eight pairs of a walked label are summed side by side: one sum would wait for each addition.
 *
 * Working memory: 12 bytes for each product and stratum it occurs in, and what {@link ExpectedBlocks} says.
 */
export function expectedOverStrata(
  { n, products, events }: StrataMargins,
  pairs: { readonly rowOffsets: Uint32Array; readonly event: Uint32Array },
  blocks = BLOCKS,
): Float64Array {
  const { rowOffsets, event } = pairs;
  const expected = new Float64Array(event.length);
  const weights: SparseRows = { ...products, value: shares(products, n) };
  const counts: SparseRows = { ...events, value: events.count };
  const rows = Math.max(LANES, Math.floor(blocks.tile / Math.max(1, n.length)));
  const tile = new Tile(rows, n.length);
  for (let first = 0, last = 0; first + 1 < rowOffsets.length; first = last) {
    last = first + 1;
    while (last + 1 < rowOffsets.length && rowOffsets[last + 1]! - rowOffsets[first]! <= blocks.pairs) last++;
    const { byProduct, byEvent } = split(first, last, rowOffsets, event, weights.offsets, counts.offsets);
    sumList(byProduct, weights, counts, tile, expected);
    sumList(byEvent, counts, weights, tile, expected);
  }
  return expected;
}

/** Share of each stratum's reports that name the product. */
function shares({ stratum, count }: SparseMargins, n: Float64Array): Float64Array {
  const out = new Float64Array(count.length);
  for (let k = 0; k < out.length; k++) out[k] = count[k] === 0 ? 0 : count[k]! / n[stratum[k]!]!;
  return out;
}

/** The pairs of products `first` to `last - 1`, by the side that occurs in fewer strata. */
function split(
  first: number,
  last: number,
  rowOffsets: Uint32Array,
  event: Uint32Array,
  productStrata: Uint32Array,
  eventStrata: Uint32Array,
): { readonly byProduct: PairList; readonly byEvent: PairList } {
  const nEvents = eventStrata.length - 1;
  const width = new Uint32Array(nEvents);
  for (let e = 0; e < nEvents; e++) width[e] = eventStrata[e + 1]! - eventStrata[e]!;
  const productStart = new Uint32Array(productStrata.length);
  const eventStart = new Uint32Array(nEvents + 1);
  let walked = 0;
  for (let p = first; p < last; p++) {
    const strata = productStrata[p + 1]! - productStrata[p]!;
    for (let i = rowOffsets[p]!; i < rowOffsets[p + 1]!; i++) {
      const e = event[i]!;
      if (strata < width[e]!) walked++;
      else eventStart[e + 1]!++;
    }
    productStart[p + 1] = walked;
  }
  productStart.fill(walked, last + 1);
  for (let e = 0; e < nEvents; e++) eventStart[e + 1]! += eventStart[e]!;
  const byProduct: PairList = { start: productStart, held: new Uint32Array(walked), place: new Uint32Array(walked) };
  const rest = eventStart[nEvents]!;
  const byEvent: PairList = { start: eventStart, held: new Uint32Array(rest), place: new Uint32Array(rest) };
  const next = eventStart.slice();
  let k = 0;
  for (let p = first; p < last; p++) {
    const strata = productStrata[p + 1]! - productStrata[p]!;
    for (let i = rowOffsets[p]!; i < rowOffsets[p + 1]!; i++) {
      const e = event[i]!;
      if (strata < width[e]!) {
        byProduct.held[k] = e;
        byProduct.place[k++] = i;
      } else {
        const at = next[e]!++;
        byEvent.held[at] = p;
        byEvent.place[at] = i;
      }
    }
  }
  return { byProduct, byEvent };
}

/** Dense rows of consecutive labels. */
class Tile {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;

  constructor(rows: number, width: number) {
    this.rows = rows;
    this.width = width;
    this.values = new Float64Array(rows * width);
  }

  load({ offsets, stratum, value }: SparseRows, first: number, last: number): void {
    this.values.fill(0);
    for (let label = first; label < last; label++) {
      const row = (label - first) * this.width;
      for (let k = offsets[label]!; k < offsets[label + 1]!; k++) this.values[row + stratum[k]!] = value[k]!;
    }
  }
}

/** Sums the pairs of a list, a tile of held labels after the other. */
function sumList(list: PairList, walked: SparseRows, held: SparseRows, tile: Tile, out: Float64Array): void {
  if (list.held.length === 0) return;
  const next = list.start.slice();
  const nHeld = held.offsets.length - 1;
  for (let first = 0; first < nHeld; first += tile.rows) {
    const last = Math.min(nHeld, first + tile.rows);
    tile.load(held, first, last);
    for (let w = 0; w + 1 < list.start.length; w++) {
      const from = next[w]!;
      const end = list.start[w + 1]!;
      let to = from;
      while (to < end && list.held[to]! < last) to++;
      if (to === from) continue;
      next[w] = to;
      for (let k = from; k < to; k += LANES) {
        if (to - k > LANES / 2) sumEight(list, k, to - 1, walked, w, tile, first, out);
        else sumFour(list, k, to - 1, walked, w, tile, first, out);
      }
    }
  }
}

/** Sums pairs k to k + 7 of the list; what lies beyond `end` is the pair at `end` once more. */
function sumEight(
  { held, place }: PairList,
  k: number,
  end: number,
  { offsets, stratum, value }: SparseRows,
  w: number,
  { width, values }: Tile,
  first: number,
  out: Float64Array,
): void {
  const k1 = Math.min(k + 1, end);
  const k2 = Math.min(k + 2, end);
  const k3 = Math.min(k + 3, end);
  const k4 = Math.min(k + 4, end);
  const k5 = Math.min(k + 5, end);
  const k6 = Math.min(k + 6, end);
  const k7 = Math.min(k + 7, end);
  const r0 = (held[k]! - first) * width;
  const r1 = (held[k1]! - first) * width;
  const r2 = (held[k2]! - first) * width;
  const r3 = (held[k3]! - first) * width;
  const r4 = (held[k4]! - first) * width;
  const r5 = (held[k5]! - first) * width;
  const r6 = (held[k6]! - first) * width;
  const r7 = (held[k7]! - first) * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const last = offsets[w + 1]!;
  for (let j = offsets[w]!; j < last; j++) {
    const s = stratum[j]!;
    const x = value[j]!;
    s0 += x * values[r0 + s]!;
    s1 += x * values[r1 + s]!;
    s2 += x * values[r2 + s]!;
    s3 += x * values[r3 + s]!;
    s4 += x * values[r4 + s]!;
    s5 += x * values[r5 + s]!;
    s6 += x * values[r6 + s]!;
    s7 += x * values[r7 + s]!;
  }
  out[place[k]!] = s0;
  out[place[k1]!] = s1;
  out[place[k2]!] = s2;
  out[place[k3]!] = s3;
  out[place[k4]!] = s4;
  out[place[k5]!] = s5;
  out[place[k6]!] = s6;
  out[place[k7]!] = s7;
}

/** {@link sumEight} of four. */
function sumFour(
  { held, place }: PairList,
  k: number,
  end: number,
  { offsets, stratum, value }: SparseRows,
  w: number,
  { width, values }: Tile,
  first: number,
  out: Float64Array,
): void {
  const k1 = Math.min(k + 1, end);
  const k2 = Math.min(k + 2, end);
  const k3 = Math.min(k + 3, end);
  const r0 = (held[k]! - first) * width;
  const r1 = (held[k1]! - first) * width;
  const r2 = (held[k2]! - first) * width;
  const r3 = (held[k3]! - first) * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const last = offsets[w + 1]!;
  for (let j = offsets[w]!; j < last; j++) {
    const s = stratum[j]!;
    const x = value[j]!;
    s0 += x * values[r0 + s]!;
    s1 += x * values[r1 + s]!;
    s2 += x * values[r2 + s]!;
    s3 += x * values[r3 + s]!;
  }
  out[place[k]!] = s0;
  out[place[k1]!] = s1;
  out[place[k2]!] = s2;
  out[place[k3]!] = s3;
}
