import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { PvError } from "../error.ts";
import type { IdColumns, PairStore } from "./pair-store.ts";
import type { PairCounts } from "./pairs.ts";
import type { CountWorker } from "./parallel-crew.ts";
import { workerText } from "./parallel-task.ts";
import { countPairsWith, type WorkerCountOptions } from "./parallel.ts";
import type { ReportTable } from "./table.ts";

/** Options of {@link countPairsParallel}. */
export interface ParallelCountOptions extends WorkerCountOptions {
  /** Threads that count, as many as the machine has processors unless told; 1 counts on this thread. */
  readonly threads?: number | undefined;
  /** Workers to use instead of fresh ones. */
  readonly workers?: CountWorkers | undefined;
}

/** Worker threads that stay, for counts that follow each other or run at once. They do not keep the process alive. */
export interface CountWorkers {
  readonly workers: readonly CountWorker[];
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * `countPairs` on several threads: the very same `PairCounts`, whatever their number. The threads are ended before it returns,
 * unless they came from {@link openCountWorkers}, which saves some 50 ms a count.
 *
 * @param source - a table; a store or columns, for which the options of a table do not apply
 * @throws PvError as `countPairs`; `WORKER_FAILED`; `INVALID_OPTION` for a number of threads that is none. An abort throws the
 *   signal's reason
 * @example
 * await countPairsParallel(table, { domain: "drug", threads: 2 }); // what countPairs(table, { domain: "drug" }) gives
 */
export async function countPairsParallel(
  source: ReportTable | PairStore | IdColumns,
  options: ParallelCountOptions = {},
): Promise<PairCounts> {
  const { threads = availableParallelism(), workers, ...rest } = options;
  if (workers !== undefined) return countPairsWith(workers.workers, source, rest);
  rest.signal?.throwIfAborted();
  const own = checkedThreads(threads) === 1 ? undefined : openCountWorkers(threads);
  try {
    return await countPairsWith(own?.workers ?? [], source, rest);
  } finally {
    await own?.close();
  }
}

/**
 * Starts worker threads for {@link countPairsParallel}. To be closed by the caller.
 *
 * @throws PvError `INVALID_OPTION` for a number of threads that is none
 * @example
 * const workers = openCountWorkers(2);
 * await countPairsParallel(table, { workers });
 * await workers.close();
 */
export function openCountWorkers(threads: number = availableParallelism()): CountWorkers {
  const code = workerText(
    (answer) =>
      `const { parentPort } = require("node:worker_threads");\n` +
      `const post = (message, transfer) => parentPort.postMessage(message, transfer);\n` +
      `parentPort.on("message", (task) => ${answer}(task, post));`,
  );
  const started = Array.from(
    { length: checkedThreads(threads) },
    () => new Worker(code, { eval: true, execArgv: [], name: "pvsignal" }),
  );
  for (const worker of started) worker.unref();
  return {
    workers: started.map(asCountWorker),
    close: async () => {
      await Promise.all(started.map((worker) => worker.terminate()));
    },
  };
}

function checkedThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads;
  throw new PvError("INVALID_OPTION", `threads: expected a whole number from 1 to 1024, got ${threads}`);
}

/** A worker thread with the methods of a Web Worker. While it is listened to, it keeps the process alive. */
function asCountWorker(worker: Worker): CountWorker {
  const wrapped = { message: new Map<unknown, Listener>(), error: new Map(), messageerror: new Map() };
  let ended = false;
  worker.on("exit", () => {
    ended = true;
    for (const wrap of wrapped.error.values()) (wrap as Listener)(ENDED);
  });
  return {
    postMessage: (message) => {
      worker.postMessage(message);
    },
    addEventListener: (type, listener) => {
      const call = listener as (event: unknown) => void;
      const wrap: Listener = (value) => {
        call(type === "message" ? { data: value } : { message: String(value) });
      };
      wrapped[type].set(listener, wrap);
      worker.on(type as "message", wrap);
      worker.ref();
      if (ended && type === "error") {
        queueMicrotask(() => {
          wrap(ENDED);
        });
      }
    },
    removeEventListener: (type, listener) => {
      const wrap = wrapped[type].get(listener) as Listener | undefined;
      if (wrap !== undefined) worker.off(type, wrap);
      wrapped[type].delete(listener);
      if (wrapped.message.size === 0) worker.unref();
    },
  };
}

type Listener = (value: unknown) => void;

const ENDED = "the thread has ended";
