import { PvError } from "../error.ts";
import { vocabulary, numbersOf } from "./axis.ts";
import { finishCounts, occurring, scopeParts, type CountedParts, type CountOptions } from "./count.ts";
import { countScope } from "./count-scope.ts";
import { ownMemory, StoreBuilder, type Allocate, type LabelColumn, type StoreInput } from "./pair-store-build.ts";
import { countBuilt } from "./pair-store-single.ts";
import type { CountEcho, CountExclusions, PairCounts } from "./pairs.ts";
import type { ReportTable } from "./table.ts";

/** Memory that worker threads can see, where there is such. */
export const sharedMemory: Allocate = (bytes) =>
  typeof SharedArrayBuffer === "undefined" ? ownMemory(bytes) : new SharedArrayBuffer(bytes);

/**
 * The products and events of each report in scope, without repeats: all that counting pairs needs, in 1 byte a report and 2
 * bytes a product or event of it (12 bytes for reports of 2.9 products and 2.8 events). Numbers of products and events take
 * 16 bits; of a vocabulary of more than 65,536 labels the rarest ones are kept beside, at 4 bytes each and 12 a report that has
 * any. Reports with 15 or more products or events take 8 bytes more. Immutable.
 */
export class PairStore {
  /** Products that occur, sorted. */
  readonly products: readonly string[];
  readonly events: readonly string[];
  /** Number of reports. */
  readonly size: number;
  /** Product–event pairs of all reports together, each as often as it is reported. */
  readonly increments: number;
  /** Memory of the reports, without labels and margins. */
  readonly bytes: number;
  readonly options: CountEcho;
  readonly excluded: CountExclusions;
  /** What `countStore` and the workers read. */
  readonly parts: CountedParts;

  constructor(parts: CountedParts) {
    const { store } = parts;
    this.products = occurring(store.labels.products, store.n1);
    this.events = occurring(store.labels.events, store.m1);
    this.size = store.size;
    this.increments = store.pairs;
    this.bytes = store.bytes;
    this.options = parts.echo;
    this.excluded = parts.excluded;
    this.parts = parts;
  }
}

/**
 * De-duplicates the reports of a table once, to be counted with {@link countStore} or by workers. Keeps the table only where
 * strata are asked for.
 *
 * @throws PvError as `countPairs`
 * @example
 * pairStore(table, { domain: "drug" }).size; // reports counted
 */
export function pairStore(table: ReportTable, options: CountOptions = {}): PairStore {
  const scope = countScope(table, options);
  return new PairStore(scopeParts(scope, buildStore(scope.input)));
}

/**
 * Counts a store on this thread: what `countPairs` gives for the same table and options. Working memory is bounded: 128 MiB and
 * 5 bytes a pair that occurs, 7 with more than 65,536 events.
 *
 * @throws PvError as `countPairs` for options that exclude each other
 */
export function countStore(store: PairStore): PairCounts {
  return finishCounts(store.parts, countBuilt(store.parts.store));
}

/** Products or events of reports as numbers: those of report i are `ids[offsets[i]]` to `ids[offsets[i + 1] - 1]`, repeats allowed. */
export interface IdColumn {
  /** Name of each number, in any order, without repeats. */
  readonly labels: readonly string[];
  /** One more than there are reports, ascending from 0. */
  readonly offsets: Uint32Array;
  /** A negative number says nothing. */
  readonly ids: Uint16Array | Uint32Array | Int32Array;
}

/** How reports given as columns are counted. */
export interface IdColumnOptions {
  /** `"complete"`: only reports with at least one product and one event count. `"all"`: every report. */
  readonly universe?: "complete" | "all" | undefined;
}

/**
 * The store of reports that are numbered columns already, without a `ReportTable`: 20 million reports need the memory of the
 * columns and of the store only. What is counted must have been chosen before: scope, roles, one version a report.
 *
 * @throws PvError `INVALID_ARGUMENT` for offsets that do not fit, ids without a label, and labels given twice;
 *   `EMPTY_SCOPE` when no report has both a product and an event
 * @example
 * countStore(pairStoreOf(
 *   { labels: ["A", "B"], offsets: Uint32Array.of(0, 1, 3), ids: Uint16Array.of(0, 0, 1) },
 *   { labels: ["rash"], offsets: Uint32Array.of(0, 1, 2), ids: Uint16Array.of(0, 0) },
 * )).pair("A", "rash").a; // 2
 */
export function pairStoreOf(products: IdColumn, events: IdColumn, options: IdColumnOptions = {}): PairStore {
  const input = columnsInput({ products, events, ...options });
  return new PairStore(columnParts(input, buildStore(input)));
}

/** Reports as columns, with how they are counted. */
export interface IdColumns extends IdColumnOptions {
  readonly products: IdColumn;
  readonly events: IdColumn;
}

/** @throws PvError `INVALID_ARGUMENT` */
export function columnsInput({ products, events, universe = "complete" }: IdColumns): StoreInput {
  const size = products.offsets.length - 1;
  if (size < 0 || events.offsets.length !== products.offsets.length) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `expected offsets of as many reports, got ${products.offsets.length} and ${events.offsets.length} entries`,
    );
  }
  return {
    rows: undefined,
    size,
    products: idColumn("products", products),
    events: idColumn("events", events),
    universe,
  };
}

/** @throws PvError `EMPTY_SCOPE` */
export function columnParts({ size, universe }: StoreInput, store: CountedParts["store"]): CountedParts {
  if (store.complete === 0) {
    throw new PvError("EMPTY_SCOPE", `no report is left to count: none of ${size} has both a product and an event`);
  }
  return {
    store,
    excluded: {
      outOfScope: 0,
      withoutProduct: size - store.withProduct,
      withoutEvent: store.withProduct - store.complete,
    },
    echo: {
      product: "custom",
      event: "custom",
      roles: "all",
      domains: "all",
      where: "all",
      background: "scope",
      strata: "none",
      unit: "report",
      universe,
    },
  };
}

function idColumn(name: string, { labels, offsets, ids }: IdColumn): LabelColumn {
  const wrong = (what: string): PvError => new PvError("INVALID_ARGUMENT", `${name}: ${what}`);
  if (offsets[0] !== 0 || offsets.at(-1) !== ids.length) throw wrong(`expected offsets from 0 to ${ids.length}`);
  for (let i = 1; i < offsets.length; i++)
    if (offsets[i]! < offsets[i - 1]!) throw wrong(`offsets fall at report ${i - 1}`);
  let [largest, least] = [-1, -1];
  for (const id of ids) {
    if (id > largest) largest = id;
    if (id < least) least = id;
  }
  if (largest >= labels.length) throw wrong(`id ${largest} has no label, there are ${labels.length}`);
  const sorted = vocabulary([labels]);
  if (sorted.length < labels.length) throw wrong("a label is given twice");
  let codes = ids instanceof Uint32Array ? new Int32Array(ids.buffer, ids.byteOffset, ids.length) : ids;
  if (least < -1) codes = codes.map((id) => Math.max(id, -1));
  return { labels: sorted, offsets, codes, number: numbersOf(labels, sorted) };
}

function buildStore(input: StoreInput): CountedParts["store"] {
  const builder = new StoreBuilder(input, sharedMemory);
  while (builder.next());
  return builder.finish();
}
