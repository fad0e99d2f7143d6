/** De-duplicated reports, as columns that can be shared between threads. See `PairStore` for the coding. */
export interface StoreColumns {
  /** By report: products in the lower four bits, events in the upper; 15 says that the number is in `long`. */
  readonly sizes: Uint8Array;
  /** Products and events of the reports that have 15 or more of either, two entries a report. */
  readonly long: Uint32Array;
  readonly products: Uint16Array;
  readonly events: Uint16Array;
  /** Where each chunk begins in these columns: report, product, event, long; one more entry for the end. */
  readonly marks: Uint32Array;
}

/** The events of each product of a chunk: product p has `stream[start[p]]` to `start[p + 1] - 3`, nothing when the starts are equal. */
export interface ChunkStreams {
  readonly start: Uint32Array;
  readonly stream: Uint16Array;
}

/** Pairs of rare labels, by product: `event[start[p]]` to `event[start[p + 1] - 1]`, repeated as often as reported. */
export interface RestStreams {
  readonly start: Uint32Array;
  readonly event: Uint32Array;
}

/** What the counting of streams needs to know. Numbers of labels are those of the vocabulary. */
export interface CountPlan {
  /** Products counted in this round. */
  readonly first: number;
  readonly last: number;
  /** Products of one claim. */
  readonly group: number;
  readonly nEvents: number;
  /** Number of event of the 16-bit numbers; absent when they are the same. */
  readonly eventOf: Uint32Array | undefined;
  /** 16-bit number of each product, -1 for a rare one; absent when they are the same. */
  readonly codeOf: Int32Array | undefined;
  readonly chunks: readonly ChunkStreams[];
  readonly rest: RestStreams | undefined;
  /** Number in the result of each event. */
  readonly finalEvent: Uint32Array;
  /** Filled with the pairs of each product. */
  readonly rowSizes: Uint32Array;
  /** One entry: the next claim. */
  readonly next: Int32Array;
}

/** Pairs of several claims, one after the other, packed: most counts are small, and a large result would be there twice. */
export interface CountedBlock {
  readonly claims: readonly number[];
  readonly event: Uint16Array | Uint32Array;
  /** 255 where the count is in `large`. */
  readonly count: Uint8Array;
  /** Place in the block and count, by place. */
  readonly large: Uint32Array;
}

/** What a worker is asked to do. `cancel` has one entry, not 0 when the answer is no longer wanted. */
export type CountTask = { readonly job: number; readonly cancel: Int32Array } & (
  | {
      readonly kind: "scatter";
      readonly store: StoreColumns;
      readonly nProducts: number;
      readonly first: number;
      readonly last: number;
      readonly before: ChunkStreams | undefined;
    }
  | { readonly kind: "count"; readonly plan: CountPlan; readonly capacity: number }
);

/** What it answers: the streams of a scatter; blocks of a count, and at last that it is done. */
export type CountAnswer = { readonly job: number } & (
  | { readonly kind: "streams"; readonly streams: ChunkStreams }
  | { readonly kind: "block"; readonly block: CountedBlock }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string }
);
