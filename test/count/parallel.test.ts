import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildTable, countPairs, loadReports, type CountOptions, type PairCounts, type ReportTable } from "pvsignal";
import { readCaers } from "pvsignal/node";
import { countStore, pairStore, pairStoreOf } from "../../src/count/pair-store.ts";
import type { CountWorker } from "../../src/count/parallel-crew.ts";
import { countPairsParallel, openCountWorkers, type CountWorkers } from "../../src/count/parallel.node.ts";
import { countPairsWith } from "../../src/count/parallel.ts";
import { reportsArbitrary } from "./arbitrary.ts";

/** The bytes of a column: element by element, a comparison of a million numbers takes a minute. */
const bytes = (column: ArrayBufferView): string =>
  Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString("latin1");

/** Everything a result says, as plain values. */
function told(counts: PairCounts): unknown {
  const { products, events, rowOffsets, event, a, n1, m1, n, excluded, options, origin } = counts;
  const axes = [origin?.products, origin?.events];
  return {
    names: [products, events, ...axes.map((axis) => axis?.labels)].map((names) => names?.join("\n")),
    columns: [rowOffsets, event, a, n1, m1].map(bytes),
    origin: [origin?.rows, ...axes.flatMap((axis) => [axis?.offsets, axis?.ids])].map((ids) => ids && bytes(ids)),
    expected: bytes(counts.columns().expected),
    rest: { n, excluded, options },
  };
}

const attempt = async (count: () => PairCounts | Promise<PairCounts>): Promise<unknown> => {
  try {
    return told(await count());
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const crews: CountWorkers[] = [];
beforeAll(() => {
  for (const threads of [1, 2, 3]) crews.push(openCountWorkers(threads));
});
afterAll(async () => {
  for (const crew of crews) await crew.close();
});

test("any number of workers gives the counts of one thread, in one round and in many", async () => {
  await fc.assert(
    fc.asyncProperty(
      reportsArbitrary,
      fc.constantFrom<CountOptions>(
        { domain: "all" },
        { domain: "drug", roles: "all", universe: "all" },
        { domain: "all", strata: ["sex"], product: "lot" },
        { domain: "all", unit: "cell" },
        { domain: "all", background: { products: ["P1"] } },
      ),
      fc.constantFrom(1, 20, undefined),
      async (reports, chosen, roundPairs) => {
        const table = buildTable(reports);
        const options: CountOptions = { terminologies: "mix", ...chosen };
        const one = await attempt(() => countPairs(table, options));
        for (const workers of crews) {
          expect(await attempt(() => countPairsParallel(table, { ...options, workers, roundPairs }))).toEqual(one);
          if (typeof one === "string") continue;
          const store = pairStore(table, options);
          expect(await attempt(() => countPairsParallel(store, { workers, roundPairs }))).toEqual(one);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe("real reports", () => {
  let table: ReportTable;
  beforeAll(async () => {
    const file = join(import.meta.dirname, "../../examples/data/CAERS_ASCII_2004_2013.csv.gz");
    table = (await loadReports(readCaers(file))).table;
  });

  test("are counted alike by 1, 2 and 4 fresh threads", async () => {
    const one = told(countPairs(table, { domain: "all" }));
    for (const threads of [1, 2, 4])
      expect(told(await countPairsParallel(table, { domain: "all", threads }))).toEqual(one);
  });

  test("are counted alike by counts that share workers at the same time", async () => {
    const workers = crews[1]!;
    const [x, y] = await Promise.all([
      countPairsParallel(table, { domain: "all", workers }),
      countPairsParallel(table, { domain: "cosmetic", workers }),
    ]);
    expect(told(x)).toEqual(told(countPairs(table, { domain: "all" })));
    expect(told(y)).toEqual(told(countPairs(table, { domain: "cosmetic" })));
  });
});

/** Reports enough for many chunks. */
function manyReports(n: number): Parameters<typeof pairStoreOf> {
  const labels = (of: number): string[] => Array.from({ length: of }, (_, i) => String(100_000 + i));
  const offsets = Uint32Array.from({ length: n + 1 }, (_, i) => i * 2);
  const ids = (of: number, step: number): Uint16Array => Uint16Array.from({ length: n * 2 }, (_, i) => (i * step) % of);
  return [
    { labels: labels(997), offsets, ids: ids(997, 31) },
    { labels: labels(4001), offsets, ids: ids(4001, 57) },
  ];
}

test("labels beyond 16 bits and many chunks are counted alike", async () => {
  const labels = Array.from({ length: 70_000 }, (_, i) => String(100_000 + i));
  const [products, events] = manyReports(300_000);
  const ids = Uint32Array.from(events.ids, (_, i) => ((i * i) % 70_001) % 70_000);
  const store = pairStoreOf(products, { ...events, labels, ids });
  const one = told(countStore(store));
  const columns = { products, events: { ...events, labels, ids } };
  expect(told(await countPairsWith([], columns))).toEqual(one);
  for (const workers of crews) {
    expect(told(await countPairsParallel(columns, { workers, roundPairs: 400_000 }))).toEqual(one);
    const counts = await countPairsParallel(store, { workers, roundPairs: 500_000 });
    expect(told(counts)).toEqual(one);
  }
});

test("an abort throws its reason, ends fresh threads and leaves shared ones usable", async () => {
  const store = pairStoreOf(...manyReports(400_000));
  const reason = new Error("enough");
  const workers = crews[1]!;
  await expect(countPairsParallel(store, { workers, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  for (const wait of [0, 5, 20]) {
    const stop = new AbortController();
    const counting = countPairsParallel(store, { workers, signal: stop.signal, roundPairs: 100_000 });
    const ended = expect(counting).rejects.toBe(reason);
    await delay(wait);
    stop.abort(reason);
    await ended;
  }
  expect((await countPairsParallel(store, { workers })).n).toBe(store.size);
  const stop = new AbortController();
  const counting = countPairsParallel(store, { threads: 2, signal: stop.signal });
  const ended = expect(counting).rejects.toBe(reason);
  stop.abort(reason);
  await ended;
});

test("a thread that has ended is told, not waited for", async () => {
  const store = pairStoreOf(...manyReports(1_000));
  const failing: CountWorker = {
    postMessage: () => undefined,
    removeEventListener: () => undefined,
    addEventListener: (type, listener) => {
      if (type === "error")
        setTimeout(() => {
          (listener as (event: unknown) => void)({ message: "out of memory" });
        }, 1);
    },
  };
  await expect(countPairsWith([failing], store)).rejects.toMatchObject({ code: "WORKER_FAILED" });
  const closed = openCountWorkers(2);
  await closed.close();
  await expect(countPairsParallel(store, { workers: closed })).rejects.toMatchObject({ code: "WORKER_FAILED" });
});

test("a number of threads that is none is refused", async () => {
  const store = pairStoreOf(...manyReports(10));
  for (const threads of [0, 1.5, NaN, -2]) {
    await expect(countPairsParallel(store, { threads })).rejects.toMatchObject({ code: "INVALID_OPTION" });
  }
});

test("without workers, or without shared memory, this thread counts", async () => {
  const store = pairStoreOf(...manyReports(1_000));
  const one = told(countStore(store));
  expect(told(await countPairsWith([], store))).toEqual(one);
  const shared = globalThis.SharedArrayBuffer;
  try {
    // @ts-expect-error a page without cross-origin isolation has none
    delete globalThis.SharedArrayBuffer;
    expect(told(await countPairsWith(crews[0]!.workers, pairStoreOf(...manyReports(1_000))))).toEqual(one);
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
});
