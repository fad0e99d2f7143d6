import { createReadStream, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { PvError } from "../error.ts";
import type { FileInput, InputFile, Meter, SourceFile } from "./input.ts";

const CHUNK = 2 ** 18;

/**
 * Turns paths, directories and files given by the caller into files to read, in the order of their names, so that the order
 * in which they were given does not matter. Bytes are decompressed where they begin like gzip, whatever the name says.
 *
 * @param wanted - which files of a directory to take, by name without `.gz`
 * @throws PvError `SOURCE_UNREADABLE` for a missing path, `SOURCE_EMPTY` for a directory without such files,
 *   `INVALID_ARGUMENT` for an input that is neither path nor file
 */
export async function resolveInputs(
  input: FileInput | readonly FileInput[],
  wanted: RegExp,
  meter: Meter,
  signal: AbortSignal | undefined,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const one of isList(input) ? input : [input]) {
    if (typeof one === "string") {
      files.push(...(await resolvePath(one, wanted)).map(({ path, size, listed }) => fromPath(path, size, listed)));
    } else if (isInputFile(one)) {
      files.push({
        ...facts(one.name, false),
        ...(one.size === undefined ? {} : { size: one.size }),
        open: () => one.open(),
      });
    } else {
      throw new PvError("INVALID_ARGUMENT", "input: expected a path or a file { name, open }");
    }
  }
  if (files.length === 0) throw new PvError("SOURCE_EMPTY", "no input file was given");
  files.sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
  return files.map((file) => ({ ...file, open: () => gunzip(file, metered(file, meter, signal)) }));
}

// Array.isArray does not narrow a readonly array away from the other possibilities.
const isList = (input: FileInput | readonly FileInput[]): input is readonly FileInput[] => Array.isArray(input);

// Callers without types can pass anything.
function isInputFile(value: unknown): value is InputFile {
  const file = value as Partial<InputFile> | null | undefined;
  return typeof file === "object" && file !== null && typeof file.name === "string" && typeof file.open === "function";
}

function facts(name: string, listed: boolean): Pick<SourceFile, "name" | "base" | "listed"> {
  return { name, base: basename(name.replaceAll("\\", "/")), listed };
}

interface FoundPath {
  readonly path: string;
  readonly size: number;
  readonly listed: boolean;
}

async function resolvePath(path: string, wanted: RegExp): Promise<FoundPath[]> {
  const info = await stats(path);
  if (!info.isDirectory()) return [{ path, size: info.size, listed: false }];
  const found: FoundPath[] = [];
  for (const entry of await listing(path)) {
    if (!wanted.test(entry.replace(/\.gz$/i, ""))) continue;
    const below = join(path, entry);
    const { size, isFile } = await stats(below).then((s) => ({ size: s.size, isFile: s.isFile() }));
    if (isFile) found.push({ path: below, size, listed: true });
  }
  if (found.length === 0)
    throw new PvError("SOURCE_EMPTY", `${path}: no file in it looks like one to read (${wanted.source})`);
  return found;
}

async function listing(path: string): Promise<string[]> {
  try {
    return (await readdir(path, { recursive: true, encoding: "utf8" })).sort();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function stats(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function fromPath(path: string, size: number, listed: boolean): SourceFile {
  return { ...facts(path, listed), path, size, open: () => createReadStream(path, { highWaterMark: CHUNK }) };
}

/** Counts bytes, stops on the signal, and turns whatever goes wrong below into a `SOURCE_UNREADABLE`. */
async function* metered(file: SourceFile, meter: Meter, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (meter.file !== file.base) meter.rows = 0;
  meter.file = file.base;
  meter.bytes = 0;
  meter.totalBytes = file.size;
  try {
    for await (const chunk of file.open()) {
      signal?.throwIfAborted();
      if (!((chunk as unknown) instanceof Uint8Array)) throw new TypeError("open() must give chunks of bytes");
      meter.bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(file.name, cause);
  }
}

async function* gunzip(file: SourceFile, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Two bytes tell; they may come in two chunks.
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const [first, second] = head.flatMap((chunk) => [...chunk.subarray(0, 2)]);
  const all = prepend(head, chunks);
  if (first !== 0x1f || second !== 0x8b) yield* all;
  else yield* inflate(file, all);
}

async function* prepend(head: readonly Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* inflate(file: SourceFile, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: true });
  const inflated = createGunzip({ chunkSize: CHUNK });
  const failures: Error[] = [];
  source.on("error", (error) => {
    failures.push(error);
    inflated.destroy(error);
  });
  try {
    yield* source.pipe(inflated) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (failures[0] !== undefined) throw failures[0]; // the file itself could not be read, or the caller stopped
    const code = (cause as { code?: unknown }).code;
    if (code === "Z_BUF_ERROR")
      throw new PvError("TRUNCATED_SOURCE", `${file.name}: the gzip data ends early`, { cause });
    throw unreadable(file.name, cause);
  } finally {
    source.destroy();
    inflated.destroy();
  }
}

/** What went wrong below, as an error of this library. */
export function unreadable(name: string, cause: unknown): PvError {
  if (cause instanceof PvError) return cause;
  return new PvError("SOURCE_UNREADABLE", `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
