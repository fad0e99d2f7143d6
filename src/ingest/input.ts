import { PvError } from "../error.ts";

/**
 * A file that is not (or not any longer) on a disk: an upload, a download, a text in memory.
 * `open` is called more than once: the first line is looked at before the file is read.
 *
 * @example
 * const bytes = new TextEncoder().encode("primaryid$caseid$fda_dt\n");
 * const file: InputFile = { name: "DEMO24Q1.txt", size: bytes.length, async *open() { yield bytes; } };
 */
export interface InputFile {
  /** File name, with or without folders; the readers look for table, quarter and `.gz` in it. */
  readonly name: string;
  /** Size in bytes where known, for progress display. */
  readonly size?: number;
  open(): AsyncIterable<Uint8Array>;
}

/** What a reader is given: a path (of a file, or of a directory that is searched with its sub-directories) or a file. */
export type FileInput = string | InputFile;

/** What every reader takes. */
export interface ReadOptions {
  /** Keep the free text of a report. By default it is never kept, because it can name people. */
  readonly narrative?: boolean;
  /** Stops reading; the iteration then throws the reason of the signal. */
  readonly signal?: AbortSignal;
  /** About how many reports a batch holds, 1 to 100,000 (default 1,000). */
  readonly batchSize?: number;
}

/** An input after paths are resolved: `open` gives decompressed bytes and counts them. */
export interface SourceFile extends InputFile {
  /** Name without folders, as issues show it. */
  readonly base: string;
  /** Found in a directory, so a file of another kind is no mistake of the caller. */
  readonly listed: boolean;
  /** Where it lies on a disk. */
  readonly path?: string | undefined;
}

/** How far a reader has come in the file it is in; the openers and table readers write it, the batches carry a copy. */
export interface Meter {
  file: string;
  rows: number;
  bytes: number;
  totalBytes: number | undefined;
}

/** What the pure format readers need from their surroundings. */
export interface ReadContext {
  readonly files: readonly SourceFile[];
  readonly meter: Meter;
  readonly narrative: boolean;
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * @throws PvError `INVALID_OPTION`
 */
export function batchSizeOf(options: ReadOptions): number {
  const size = options.batchSize ?? 1000;
  if (!Number.isInteger(size) || size < 1 || size > 100_000) {
    throw new PvError("INVALID_OPTION", `batchSize: expected an integer from 1 to 100000, got ${size}`);
  }
  return size;
}
