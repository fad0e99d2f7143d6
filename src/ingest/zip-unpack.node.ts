import { createInflateRaw, crc32 } from "node:zlib";
import { PvError } from "../error.ts";
import { packedBytes, storedHeaders, type ZipEntry } from "./zip-directory.ts";

const PIECE = 2 ** 20;

/**
 * An archive in which nothing is packed: `parts` as they are, and behind them one entry of another archive, unpacked as it is
 * asked for. `onPiece` sees what is unpacked before it goes on, `onEnd` is called behind the last of it.
 */
export async function* storedArchive(
  file: string,
  bytes: Uint8Array,
  parts: ReadonlyMap<string, Uint8Array>,
  last: ZipEntry,
  { onPiece, onEnd }: { readonly onPiece: (piece: Uint8Array) => void; readonly onEnd: () => void },
): AsyncGenerator<Uint8Array> {
  const entries = [...parts].map(([name, content]) => ({ name, crc: crc32(content), size: content.length }));
  const { local, directory } = storedHeaders([...entries, last]);
  for (const [i, content] of [...parts.values()].entries()) {
    yield local[i]!;
    if (content.length > 0) yield content;
  }
  yield local[parts.size]!;
  for await (const piece of unpack(file, bytes, last)) {
    onPiece(piece);
    yield piece;
  }
  onEnd();
  yield directory;
}

/**
 * Unpacks one entry, piece by piece, and holds it to its size and its check sum.
 *
 * @throws PvError `TRUNCATED_SOURCE`, `SOURCE_UNREADABLE`
 */
export async function* unpack(file: string, bytes: Uint8Array, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const { method, encrypted, size } = entry;
  const broken = (what: string, cause?: unknown): PvError =>
    new PvError("SOURCE_UNREADABLE", `${file}: ${entry.name} is damaged (${what})`, { cause });
  if (encrypted)
    throw new PvError("SOURCE_UNREADABLE", `${file}: it is encrypted; remove the password and save it as .xlsx`);
  if (method !== 0 && method !== 8) throw new PvError("SOURCE_UNREADABLE", `${file}: packed by method ${method}`);
  const packed = packedBytes(bytes, entry, file);
  let length = 0;
  let sum = 0;
  try {
    for await (const piece of method === 0 ? slices(packed) : inflated(packed)) {
      length += piece.length;
      if (length > size) throw broken("it is longer than the directory says");
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof PvError) throw cause;
    if ((cause as { code?: unknown }).code === "Z_BUF_ERROR")
      throw new PvError("TRUNCATED_SOURCE", `${file}: ${entry.name} ends early`, { cause });
    throw broken(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (length < size) throw new PvError("TRUNCATED_SOURCE", `${file}: ${entry.name} ends early`);
  if (sum !== entry.crc) throw broken("its check sum differs");
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

async function* inflated(packed: Uint8Array): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: PIECE });
  inflate.end(packed);
  try {
    yield* inflate as AsyncIterable<Uint8Array>;
  } finally {
    inflate.destroy();
  }
}
