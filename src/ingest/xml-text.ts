import { PvError } from "../error.ts";
import { decodeWindows1252 } from "./characters.ts";
import type { SourceFile } from "./input.ts";

/** Text of an XML file. */
export interface TextPart {
  readonly text: string;
  /** How its bytes were read that were not valid in the encoding of the file. */
  readonly fallback?: "windows-1252" | "U+FFFD" | undefined;
}

/** As much of a file as the declaration can stand in. */
const HEAD = 1024;
// A producer may hand over a whole file as one chunk; a string of its size could pass the limit of V8.
const BLOCK = 2 ** 18;
/** A run of bytes without `<` longer than this is decoded as far as it came. */
const RUN = 2 ** 20;
const LT = 0x3c;

/** Labels that promise UTF-8, and ASCII, which is a part of it. */
const UTF8 = /^(utf-?8|unicode-1-1-utf-8|us-ascii|ascii)$/i;
const WINDOWS_1252 = /^(iso-?8859-1|latin-?1|windows-1252|cp-?1252)$/i;

/**
 * Decodes an XML file, however its bytes were cut: by byte order mark, else by the encoding of the XML declaration, else as
 * UTF-8. A run between two `<` that is not valid UTF-8 is read as windows-1252: one bad byte costs its run the encoding, not
 * the file.
 *
 * @throws PvError `UNKNOWN_LAYOUT` when the declaration names an encoding that is not known
 */
export async function* readXmlText(file: SourceFile): AsyncGenerator<TextPart> {
  const chunks = file.open()[Symbol.asyncIterator]();
  try {
    const head: Uint8Array[] = [];
    let length = 0;
    while (length < HEAD) {
      const next = await chunks.next();
      if (next.done === true) break;
      head.push(next.value.slice()); // a copy: the producer may use its buffer again
      length += next.value.length;
    }
    const start = joinBytes(head);
    const decoder = decoderOf(start, file.base);
    yield* inBlocks(start, decoder);
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      yield* inBlocks(next.value, decoder);
    }
    yield* decoder.end();
  } finally {
    await chunks.return?.();
  }
}

interface ChunkDecoder {
  push(bytes: Uint8Array): Iterable<TextPart>;
  end(): Iterable<TextPart>;
}

function* inBlocks(bytes: Uint8Array, decoder: ChunkDecoder): Generator<TextPart> {
  for (let at = 0; at < bytes.length; at += BLOCK) yield* decoder.push(bytes.subarray(at, at + BLOCK));
}

function decoderOf(head: Uint8Array, file: string): ChunkDecoder {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return new Utf8Decoder();
  if ((a === 0xff && b === 0xfe) || (a === LT && b === 0)) return streamDecoder("utf-16le");
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === LT)) return streamDecoder("utf-16be");
  const declaration = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    decodeWindows1252(head.subarray(0, HEAD)),
  );
  // UTF-16 cannot have been what the declaration was written in, as it was read byte by byte.
  const label = declaration?.[1] ?? "utf-8";
  if (UTF8.test(label) || /^utf-?16|^ucs-?2/i.test(label)) return new Utf8Decoder();
  if (WINDOWS_1252.test(label)) return plainDecoder(decodeWindows1252);
  try {
    return streamDecoder(label);
  } catch {
    throw new PvError("UNKNOWN_LAYOUT", `${file}: the XML declaration names an encoding that is not known: ${label}`);
  }
}

const plainDecoder = (decode: (bytes: Uint8Array) => string): ChunkDecoder => ({
  push: (bytes) => [{ text: decode(bytes) }],
  end: () => [],
});

/** Encodings whose invalid bytes become U+FFFD. */
function streamDecoder(label: string): ChunkDecoder {
  const decoder = new TextDecoder(label);
  const part = (text: string): TextPart[] =>
    text === "" ? [] : [text.includes("\ufffd") ? { text, fallback: "U+FFFD" } : { text }];
  return {
    push: (bytes) => part(decoder.decode(bytes, { stream: true })),
    end: () => part(decoder.decode()),
  };
}

class Utf8Decoder implements ChunkDecoder {
  // A mark inside the file is no mark but a character, and a block can begin anywhere: the mark is dropped by hand.
  readonly #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #pending: Uint8Array[] = [];
  #pendingLength = 0;
  #first = true;

  *push(bytes: Uint8Array): Generator<TextPart> {
    // Up to the last `<`, so that where the chunks were cut does not decide what a bad byte spoils.
    const last = bytes.lastIndexOf(LT);
    if (last >= 0 && this.#pendingLength + last > 0) {
      yield* this.#decode(this.#take(bytes.subarray(0, last)));
      this.#keep(bytes.subarray(last));
    } else {
      this.#keep(bytes);
    }
    if (this.#pendingLength <= RUN) return;
    const all = this.#take(new Uint8Array(0));
    const cut = wholeCharacters(all);
    yield* this.#decode(all.subarray(0, cut));
    this.#keep(all.subarray(cut));
  }

  *end(): Generator<TextPart> {
    if (this.#pendingLength > 0) yield* this.#decode(this.#take(new Uint8Array(0)));
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pending.push(bytes.slice());
    this.#pendingLength += bytes.length;
  }

  #take(end: Uint8Array): Uint8Array {
    const bytes = this.#pending.length === 0 ? end : joinBytes([...this.#pending, end]);
    this.#pending = [];
    this.#pendingLength = 0;
    return bytes;
  }

  *#decode(all: Uint8Array): Generator<TextPart> {
    const marked = this.#first && all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf;
    this.#first = false;
    const bytes = marked ? all.subarray(3) : all;
    const whole = this.#try(bytes);
    if (whole !== undefined) {
      yield { text: whole };
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const next = bytes.indexOf(LT, at + 1);
      const run = bytes.subarray(at, next < 0 ? bytes.length : next);
      const text = this.#try(run);
      yield text === undefined ? { text: decodeWindows1252(run), fallback: "windows-1252" } : { text };
      at += run.length;
    }
  }

  #try(bytes: Uint8Array): string | undefined {
    try {
      return this.#strict.decode(bytes);
    } catch {
      return undefined; // a fatal decoder throws a TypeError at the first bad byte
    }
  }
}

/** How many bytes hold whole characters of UTF-8: a sequence begun at the end is left for the next block. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The bytes of several chunks in one. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
