import type { Allocate, BuiltStore } from "./pair-store-build.ts";
import type { ChunkStreams, CountedBlock, CountPlan } from "./pair-store-shape.ts";
import { restStreams } from "./pair-store-rest.ts";

/** Distinct reports of every pair that occurs, in rows by product: pair k of product p is `rowOffsets[p]` to `rowOffsets[p + 1]`. */
export interface SparseCounts {
  readonly rowOffsets: Uint32Array;
  readonly event: Uint32Array;
  readonly count: Uint32Array;
}

/** Pairs that the streams of one round hold at most: 128 MiB of working memory, whatever the number of reports. */
export const ROUND_PAIRS = 64 << 20;

/** Pairs a thread counts before it hands them over. */
export const BLOCK_PAIRS = 1 << 18;

/** Products `first` to `last - 1`, and the 16-bit numbers among them. */
export interface Round {
  readonly first: number;
  readonly last: number;
  readonly firstCode: number;
  readonly lastCode: number;
}

/** What rounds are cut by: a store, or the chunks of one so far. */
export type RoundSource = Pick<BuiltStore, "columns" | "chunks" | "coding" | "labels" | "pairs">;

/** Cuts the products into rounds of about as many pairs, so that the streams of a round have about `limit` at most. */
export function rounds(store: RoundSource, limit = ROUND_PAIRS): readonly [Round, ...Round[]] {
  const nProducts = store.labels.products.length;
  const { labelOf, size: nCodes } = store.coding.products;
  const wanted = Math.max(1, Math.ceil(store.pairs / limit));
  const whole = { first: 0, last: nProducts, firstCode: 0, lastCode: nCodes };
  if (wanted === 1) return [whole];
  const weight = sampleWeights(store, nCodes);
  let total = 0;
  for (const w of weight) total += w;
  const found: Round[] = [];
  let [firstCode, sum] = [0, 0];
  for (let code = 0; code < nCodes; code++) {
    sum += weight[code]!;
    if (code + 1 < nCodes && sum < ((found.length + 1) * total) / wanted) continue;
    const lastCode = code + 1;
    const last = lastCode === nCodes ? nProducts : labelOf === undefined ? lastCode : labelOf[lastCode]!;
    found.push({ first: found.at(-1)?.last ?? 0, last, firstCode, lastCode });
    firstCode = lastCode;
  }
  return found as [Round, ...Round[]];
}

/** Pairs by product in every 16th chunk. */
function sampleWeights(store: RoundSource, nCodes: number): Float64Array {
  const { sizes, long, products, marks } = store.columns;
  const weight = new Float64Array(nCodes);
  for (let h = 0; h < store.chunks; h += 16) {
    let k = marks[h * 4 + 1]!;
    let l = marks[h * 4 + 3]!;
    for (let r = marks[h * 4]!; r < marks[h * 4 + 4]!; r++) {
      let np = sizes[r]! & 15;
      let ne = sizes[r]! >>> 4;
      if (np === 15 || ne === 15) {
        np = long[l]!;
        ne = long[l + 1]!;
        l += 2;
      }
      for (const end = k + np; k < end; k++) weight[products[k]!]! += ne;
    }
  }
  return weight;
}

/** What is the same in every round. */
export type CountFrame = Pick<
  CountPlan,
  "group" | "nEvents" | "eventOf" | "codeOf" | "rest" | "finalEvent" | "rowSizes"
>;

export function countFrame(store: BuiltStore, allocate: Allocate): CountFrame {
  const nProducts = store.labels.products.length;
  const share = <T extends Uint32Array | Int32Array>(column: T | undefined): T | undefined => {
    if (column === undefined) return undefined;
    const kind = column.constructor as new (buffer: ArrayBufferLike) => T;
    const copy = new kind(allocate(column.byteLength));
    copy.set(column);
    return copy;
  };
  return {
    group: Math.max(4, nProducts >>> 11),
    nEvents: store.labels.events.length,
    eventOf: share(store.coding.events.labelOf),
    codeOf: share(store.coding.products.codeOf),
    rest: restStreams(store, allocate),
    finalEvent: share(finalNumbers(store.m1))!,
    rowSizes: new Uint32Array(allocate(nProducts * 4)),
  };
}

/** Number in the result of each label: the labels that occur, in their order. */
export function finalNumbers(margin: Uint32Array): Uint32Array {
  const number = new Uint32Array(margin.length);
  for (let label = 0, next = 0; label < margin.length; label++) {
    number[label] = next;
    if (margin[label]! > 0) next++;
  }
  return number;
}

export function countPlan(
  frame: CountFrame,
  { first, last }: Round,
  chunks: readonly ChunkStreams[],
  allocate: Allocate,
): CountPlan {
  return { ...frame, first, last, chunks, next: new Int32Array(allocate(4)) };
}

/** Puts the blocks of all rounds in the order of products; products without a report have no row. */
export function assemble(
  store: BuiltStore,
  { rowSizes, group }: CountFrame,
  counted: readonly { readonly round: Round; readonly blocks: readonly CountedBlock[] }[],
): SparseCounts {
  const start = new Float64Array(rowSizes.length + 1);
  for (let p = 0; p < rowSizes.length; p++) start[p + 1] = start[p]! + rowSizes[p]!;
  const event = new Uint32Array(start[rowSizes.length]!);
  const count = new Uint32Array(event.length);
  for (const { round, blocks } of counted) {
    for (const block of blocks) {
      let at = 0;
      let l = 0;
      for (let i = 0; i < block.claims.length;) {
        // Claims that follow each other are copied as one.
        let j = i + 1;
        while (j < block.claims.length && block.claims[j] === block.claims[j - 1]! + 1) j++;
        const from = start[round.first + block.claims[i]! * group]!;
        const to = start[Math.min(round.last, round.first + (block.claims[j - 1]! + 1) * group)]!;
        event.set(block.event.subarray(at, at + to - from), from);
        count.set(block.count.subarray(at, at + to - from), from);
        for (; l < block.large.length && block.large[l]! < at + to - from; l += 2)
          count[from + block.large[l]! - at] = block.large[l + 1]!;
        at += to - from;
        i = j;
      }
    }
  }
  const rowOffsets = new Uint32Array(labelsThatOccur(store.n1) + 1);
  for (let p = 0, row = 0; p < rowSizes.length; p++) if (store.n1[p]! > 0) rowOffsets[++row] = start[p + 1]!;
  return { rowOffsets, event, count };
}

function labelsThatOccur(margin: Uint32Array): number {
  let found = 0;
  for (const n of margin) if (n > 0) found++;
  return found;
}
