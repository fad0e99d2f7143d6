import { countPairs, finishCounts, scopeParts, type CountOptions } from "./count.ts";
import { countScope } from "./count-scope.ts";
import { StoreBuilder, type BuiltStore, type StoreInput } from "./pair-store-build.ts";
import type { ChunkStreams, CountAnswer, CountedBlock, StoreColumns } from "./pair-store-shape.ts";
import {
  assemble,
  BLOCK_PAIRS,
  countFrame,
  countPlan,
  ROUND_PAIRS,
  rounds,
  type Round,
  type SparseCounts,
} from "./pair-store-streams.ts";
import {
  columnParts,
  columnsInput,
  countStore,
  type PairStore,
  pairStoreOf,
  sharedMemory,
  type IdColumns,
} from "./pair-store.ts";
import type { PairCounts } from "./pairs.ts";
import { Crew, type CountWorker } from "./parallel-crew.ts";
import type { ReportTable } from "./table.ts";

/** Options of a count by workers. */
export interface WorkerCountOptions extends CountOptions {
  readonly signal?: AbortSignal | undefined;
  /** Pairs that the streams of one round hold at most, about; 64 Mi (128 MiB) unless told. The result does not depend on it. */
  readonly roundPairs?: number | undefined;
}

/**
 * Counts with workers: the very `PairCounts` of `countPairs` or `countStore`, whatever the number of workers. This thread reads
 * the table while the workers sort what it has read by product; then they take products one after the other until all are
 * counted. Each worker runs `pvsignal/worker`; workers may be used again and are not terminated here.
 * Without workers, or where the page is not cross-origin isolated and so has no `SharedArrayBuffer`, counts on this thread.
 *
 * @param source - a table; a store or columns, for which there are no options but `signal` and `roundPairs`
 * @throws PvError as `countPairs`; `WORKER_FAILED` when a worker throws or cannot be reached. An abort throws the signal's reason
 * @example
 * const workers = [new Worker(url, { type: "module" }), new Worker(url, { type: "module" })];
 * await countPairsWith(workers, table, { domain: "drug" });
 */
export async function countPairsWith(
  workers: readonly CountWorker[],
  source: ReportTable | PairStore | IdColumns,
  options: WorkerCountOptions = {},
): Promise<PairCounts> {
  const { signal, roundPairs = ROUND_PAIRS } = options;
  signal?.throwIfAborted();
  if (workers.length === 0 || typeof SharedArrayBuffer === "undefined") {
    if ("columns" in source) return countPairs(source, options);
    return countStore("parts" in source ? source : pairStoreOf(source.products, source.events, source));
  }
  const crew = new Crew(workers, signal);
  try {
    // Told by what they have, not by class: the two builds of the package have two classes.
    if ("parts" in source) {
      const { parts } = source;
      return finishCounts(parts, await countShared(crew, parts.store, rounds(parts.store, roundPairs), []));
    }
    const scope = "columns" in source ? countScope(source, options) : undefined;
    const input = "columns" in source ? scope!.input : columnsInput(source);
    const { store, plan, ready } = await buildShared(crew, input, roundPairs, signal);
    const parts = scope === undefined ? columnParts(input, store) : scopeParts(scope, store);
    return finishCounts(parts, await countShared(crew, store, plan, ready));
  } finally {
    crew.leave();
  }
}

/** Chunks after which the thread looks up: some 10 ms, in which nothing else runs on it. */
const CHUNKS_A_TURN = 4;

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/** De-duplicates here; workers make the streams of each chunk for the first round meanwhile. */
async function buildShared(
  crew: Crew,
  input: StoreInput,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly store: BuiltStore; readonly plan: readonly Round[]; readonly ready: readonly ChunkStreams[] }> {
  const builder = new StoreBuilder(input, sharedMemory);
  const { size } = builder.coding.products;
  const streams: Promise<ChunkStreams>[] = [];
  let plan: readonly [Round, ...Round[]] | undefined;
  for (let turn = 1; builder.next(); turn++) {
    plan ??= rounds(builder.sketch, limit);
    while (streams.length < builder.chunks) streams.push(scatter(crew, builder.columns, streams.length, size, plan[0]));
    if (turn % CHUNKS_A_TURN === 0) {
      await nextTurn();
      signal?.throwIfAborted();
    }
  }
  const store = builder.finish();
  return { store, plan: plan ?? rounds(store), ready: await Promise.all(streams) };
}

async function scatter(
  crew: Crew,
  store: StoreColumns,
  chunk: number,
  nProducts: number,
  { firstCode, lastCode }: Pick<Round, "firstCode" | "lastCode">,
  before?: ChunkStreams,
): Promise<ChunkStreams> {
  const answer = await crew.ask(crew.idlest(), {
    kind: "scatter",
    store: { ...store, marks: store.marks.slice(chunk * 4, chunk * 4 + 8) },
    nProducts,
    first: firstCode,
    last: lastCode,
    before,
  });
  if (answer.kind !== "streams") throw new Error(`expected streams, got ${answer.kind}`);
  return answer.streams;
}

/** `ready` are the streams of the first round, where there are any yet. */
async function countShared(
  crew: Crew,
  store: BuiltStore,
  plan: readonly Round[],
  ready: readonly ChunkStreams[],
): Promise<SparseCounts> {
  const frame = countFrame(store, sharedMemory);
  const { size } = store.coding.products;
  const counted: { round: Round; blocks: CountedBlock[] }[] = [];
  let chunks = ready;
  let isReady = ready.length > 0;
  for (const round of plan) {
    if (!isReady) {
      const before = chunks;
      chunks = await Promise.all(
        Array.from({ length: store.chunks }, (_, h) => scatter(crew, store.columns, h, size, round, before[h])),
      );
    }
    isReady = false;
    const blocks: CountedBlock[] = [];
    const claims = countPlan(frame, round, chunks, sharedMemory);
    const take = (answer: CountAnswer): void => {
      if (answer.kind === "block") blocks.push(answer.block);
    };
    try {
      const asked = Array.from({ length: crew.size }, (_, member) =>
        crew.ask(member, { kind: "count", plan: claims, capacity: BLOCK_PAIRS }, take),
      );
      await Promise.all(asked);
    } finally {
      // After a failure nothing more is claimed.
      Atomics.store(claims.next, 0, 1 << 30);
    }
    counted.push({ round, blocks });
  }
  return assemble(store, frame, counted);
}
