import { open, type FileHandle } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { ReportBatch } from "../report/source.ts";
import { ByteDictionary } from "./byte-dictionary.ts";
import { byteRows, partReader, type PartReader, type PartsToRead } from "./byte-parts.ts";
import { NotPlain, type ReadPart } from "./byte-layout.ts";
import type { ByteRows } from "./byte-rows.ts";
import { nodeTools } from "./byte-tools.node.ts";
import type { RangeAnswer, RangeResult, RangeTask } from "./csv-worker.node.ts";
import { unreadable } from "./files.node.ts";

/** Bytes that are read at a time. */
const CHUNK = 2 ** 18;
/** A thread is not worth its start for less. */
const SMALLEST_RANGE = 8 * 2 ** 20;

/**
 * Reads files on a disk in ranges, each in a thread of its own but for the first; other inputs from one chunk to the next. Where
 * the first record of a range begins is a guess of its thread, which the end of the range before confirms; a range that began
 * wrongly, or whose thread failed, is read again here. So the rows are the same for any number of threads.
 */
export function nodePartReader(smallestRange = SMALLEST_RANGE, start: RangeStarter = startWorker): PartReader {
  const inTurn = partReader(nodeTools);
  return async function* (task) {
    const { file, table, threads } = task;
    const { path, size = 0 } = file;
    if (path === undefined) return yield* inTurn(task);
    const handle = await open(path).catch((cause: unknown) => {
      throw unreadable(file.name, cause);
    });
    const workers: RangeWorker[] = [];
    try {
      const source: OpenFile = { ...task, handle, size };
      if (!(await handle.stat()).isFile() || (await isGzip(source))) return yield* inTurn(task);
      const count = Math.max(1, Math.min(threads, Math.floor(size / smallestRange)));
      const ends = Array.from({ length: count }, (_, k) =>
        k === count - 1 ? Infinity : Math.floor((size * (k + 1)) / count),
      );
      for (let k = 1; k < count; k++) {
        const range = { from: ends[k - 1]!, to: ends[k]!, line: table.layout.headerLine + 1 };
        workers.push(start({ path, table, range }));
      }
      return yield* readRanges(source, ends, workers);
    } finally {
      await Promise.all(workers.map((worker) => worker.end()));
      await handle.close();
    }
  };
}

interface OpenFile extends PartsToRead {
  readonly handle: FileHandle;
  readonly size: number;
}

async function* readRanges(
  source: OpenFile,
  ends: readonly number[],
  workers: readonly RangeWorker[],
): AsyncGenerator<ReportBatch, readonly ReadPart[]> {
  const { table, context, out, size } = source;
  const { meter, signal } = context;
  const { headerLine } = table.layout;
  const before = meter.rows;
  const parts: ReadPart[] = [];
  let records = 0;
  let next = { from: 0, line: 1 };
  meter.bytes = 0;
  meter.totalBytes = size;
  for (const [k, to] of ends.entries()) {
    const answer = await workers[k - 1]?.result;
    signal?.throwIfAborted();
    if (answer !== undefined && "notPlain" in answer && answer.notPlain === "encoding") throw new NotPlain("encoding");
    // A range that began wrongly may have ended for other reasons, and one that began above the header took it for a record.
    const found = answer !== undefined && "result" in answer ? answer.result : undefined;
    if (found?.from === next.from && next.line > headerLine) {
      parts.push(shifted(found, next.line - (headerLine + 1)));
      records += found.records;
      next = { from: found.to, line: next.line + found.lines };
    } else if (next.from < to) {
      const rows = byteRows(table, nodeTools, { ...next, to });
      yield* readHere(source, rows, Math.min(size, to), before + records);
      parts.push(rows.part());
      records += rows.records;
      next = { from: rows.place, line: rows.nextLine };
    }
    meter.bytes = Math.min(size, to);
    meter.rows = before + records;
    yield* out.due();
  }
  return parts;
}

/** Reads rows on this thread, about as far as `to`; the next bytes are fetched while those at hand are read. */
async function* readHere(source: OpenFile, rows: ByteRows, to: number, before: number): AsyncGenerator<ReportBatch> {
  const { meter } = source.context;
  const from = rows.place;
  let [buffer, spare] = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  let fetched = readAt(source, buffer, from);
  try {
    for (let at = from; !rows.done;) {
      const length = await fetched;
      if (length === 0) break;
      at += length;
      fetched = readAt(source, spare, at);
      rows.push(buffer.subarray(0, length));
      [buffer, spare] = [spare, buffer];
      if (rows.waits) await rows.settle();
      if (at - from < 8 * CHUNK) rows.reserve(Math.ceil((rows.length / (at - from)) * (to - from) * 1.02));
      meter.bytes = Math.min(at, to);
      meter.rows = before + rows.records;
      yield* source.out.due();
    }
  } finally {
    await fetched.catch(() => undefined); // the file is closed next
  }
  if (!rows.done) rows.finish();
  await rows.settle();
}

async function readAt({ handle, file, context }: OpenFile, buffer: Uint8Array, at: number): Promise<number> {
  context.signal?.throwIfAborted();
  try {
    return (await handle.read(buffer, 0, buffer.length, at)).bytesRead;
  } catch (cause) {
    throw unreadable(file.name, cause);
  }
}

async function isGzip(source: OpenFile): Promise<boolean> {
  const head = new Uint8Array(2);
  await readAt(source, head, 0);
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** A range that is being read. */
export interface RangeWorker {
  /** `undefined` where the thread failed: its range is then read as if there were no thread. */
  readonly result: Promise<RangeAnswer | undefined>;
  end(): Promise<unknown>;
}

/** Begins to read a range somewhere else. */
export type RangeStarter = (task: RangeTask) => RangeWorker;

/** Begins to read a range on a thread. */
export function startWorker(task: RangeTask): RangeWorker {
  const worker = thread(task);
  const result = new Promise<RangeAnswer | undefined>((resolve) => {
    worker.on("message", resolve);
    worker.on("error", () => {
      resolve(undefined);
    });
    worker.on("exit", () => {
      resolve(undefined);
    });
  });
  return { result, end: () => worker.terminate() };
}

/** What the tests run TypeScript with. */
const LOADER = "tsx/esm/api";

/** A thread with the worker file that lies beside this one: built in the same format, or as TypeScript among the sources. */
function thread(task: RangeTask): Worker {
  const own = typeof __filename === "string" ? pathToFileURL(__filename) : new URL(import.meta.url);
  const options = { workerData: task, name: "pvsignal-csv", execArgv: [] };
  if (!own.pathname.endsWith(".ts")) {
    return new Worker(new URL(own.pathname.endsWith(".cjs") ? "./csv-worker.cjs" : "./csv-worker.js", own), options);
  }
  const url = JSON.stringify(new URL("./csv-worker.node.ts", own).href);
  const code = `import(${JSON.stringify(LOADER)}).then(({ tsImport }) => tsImport(${url}, ${url}))`;
  return new Worker(code, { ...options, eval: true });
}

/** The part of a thread, its lines counted from the beginning of the file. */
function shifted({ part, ids, texts }: RangeResult, by: number): ReadPart {
  const { lines, keys, issues, faults, trailingLine } = part;
  for (let row = 0; row < lines.length; row++) lines[row]! += by;
  return {
    ...part,
    keys,
    lines,
    issues: issues.map((issue) => (issue.row === undefined ? issue : { ...issue, row: issue.row + by })),
    faults: faults.map(({ fault, id }) => ({ fault: { ...fault, line: fault.line + by }, id })),
    trailingLine: trailingLine === 0 ? 0 : trailingLine + by,
    ids: ByteDictionary.stored(ids),
    texts: texts.map((stored) => ByteDictionary.stored(stored)),
  };
}
