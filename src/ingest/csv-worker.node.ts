import { open, type FileHandle } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { StoredDictionary } from "./byte-dictionary.ts";
import { byteRows, type ByteTable } from "./byte-parts.ts";
import { NotPlain, type ByteRange, type ReadPart } from "./byte-layout.ts";
import { ByteSplitter, SPLIT } from "./byte-splitter.ts";
import { nodeTools } from "./byte-tools.node.ts";

/** Bytes that are read at a time. */
const CHUNK = 2 ** 18;
/** Bytes within which a record is expected to begin. */
const SEARCH = 2 ** 19;

/** A range of a file to be read. */
export interface RangeTask {
  readonly path: string;
  readonly table: ByteTable;
  readonly range: ByteRange;
}

/** What became of it: where it began and ended, lines and records counted from its beginning. */
export interface RangeResult {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  readonly records: number;
  readonly part: Omit<ReadPart, "ids" | "texts">;
  readonly ids: StoredDictionary;
  readonly texts: readonly StoredDictionary[];
}

/** The rows, or why the file is not to be read so. */
export type RangeAnswer = { readonly result: RangeResult } | { readonly notPlain: NotPlain["reason"] };

// A thread has this for its task; where the file is imported otherwise, there is none.
const task = workerData as Partial<RangeTask> | null;
if (parentPort !== null && task?.table !== undefined) {
  const port = parentPort;
  // A rejection ends the thread, which its starter hears of.
  void readRangeOf(task as RangeTask).then((answer) => {
    port.postMessage(answer, "result" in answer ? [...buffersOf(answer.result)] : []);
  });
}

/** Reads a range from the file. */
export async function readRangeOf(task: RangeTask): Promise<RangeAnswer> {
  const handle = await open(task.path);
  try {
    return { result: await readRange(handle, task) };
  } catch (cause) {
    if (!(cause instanceof NotPlain)) throw cause;
    return { notPlain: cause.reason };
  } finally {
    await handle.close();
  }
}

async function readRange(handle: FileHandle, { table, range }: RangeTask): Promise<RangeResult> {
  const from = await firstRecord(handle, table, range.from);
  const rows = byteRows(table, nodeTools, { ...range, from });
  const { size } = await handle.stat();
  const share = Math.min(range.to, size) - from;
  const buffer = new Uint8Array(CHUNK);
  for (let at = from; !rows.done;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) break;
    rows.push(buffer.subarray(0, bytesRead));
    if (rows.waits) await rows.settle();
    if (at - from < 8 * CHUNK) rows.reserve(Math.ceil((rows.length / (at + bytesRead - from)) * share * 1.02));
    at += bytesRead;
  }
  if (!rows.done) rows.finish();
  await rows.settle();
  const { ids, texts, ...part } = rows.part();
  return {
    from,
    to: rows.place,
    lines: rows.nextLine - range.line,
    records: rows.records,
    part: {
      ...part,
      keys: part.keys.slice(),
      lines: part.lines.slice(),
      codes: part.codes.map((column) => column.slice()),
    },
    ids: ids.store(),
    texts: texts.map((dictionary) => dictionary.store()),
  };
}

/**
 * Where a record begins at or behind a place: below the first line end after which a record of the right width follows. Within
 * a quoted text that is a guess, which the reader of the range before checks.
 */
async function firstRecord(handle: FileHandle, { layout }: ByteTable, from: number): Promise<number> {
  const buffer = new Uint8Array(SEARCH + 1);
  const { bytesRead } = await handle.read(buffer, 0, SEARCH, from - 1);
  buffer[bytesRead] = 10;
  const splitter = new ByteSplitter(layout.delimiter, layout.quote, layout.encoding, layout.width);
  const first = buffer.indexOf(10) + 1;
  for (let at = first; at > 0 && at < bytesRead; at = buffer.indexOf(10, at) + 1) {
    const found = splitter.split(buffer, at, bytesRead, false);
    if (found === SPLIT.row && splitter.count === layout.width) return from - 1 + at;
  }
  return from - 1 + first;
}

function* buffersOf({ part, ids, texts }: RangeResult): Generator<ArrayBuffer> {
  for (const { buffer } of [part.keys, part.lines, ...part.codes]) yield buffer;
  for (const { words, starts, lengths } of [ids, ...texts]) {
    for (const { buffer } of [words, starts, lengths]) yield buffer;
  }
}
