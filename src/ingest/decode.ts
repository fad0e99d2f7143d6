import type { Issue } from "../report/issue.ts";
import { decodeWindows1252, hasSuspiciousCharacter, repairCharacters } from "./characters.ts";
import type { SourceFile } from "./input.ts";

export const ENCODINGS = ["utf-8", "gb18030", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A line of more bytes than this is left out unread: no record of any known source comes near. */
export const LINE_LIMIT = 4 * 2 ** 20;
// A producer may hand over a whole file as one chunk; a string of its size could pass the limit of V8.
const BLOCK = 2 ** 20;
const LF = 10;
const CR = 13;

/** Lines completed together, without their line ends. */
export interface LineBlock {
  readonly lines: readonly string[];
  /** Line numbers in the file, counted from 1, one for each of `lines`. */
  readonly numbers: readonly number[];
  readonly issues: readonly Issue[];
  /** Numbers of lines longer than {@link LINE_LIMIT}; they are not among `lines`. */
  readonly tooLong: readonly number[];
  /** The last of `lines` has no line end: the file may have been cut off there. */
  readonly unterminated: boolean;
}

export interface DecodeOptions {
  readonly encoding?: Encoding;
  /** Take out control characters and repair mojibake (default true). */
  readonly repair?: boolean;
  /**
   * How a line that is not valid is read: in another encoding (default), or in its own with U+FFFD for the bad bytes, which is
   * better for text that is mostly not Latin.
   */
  readonly fallback?: "windows-1252" | "replace";
}

/**
 * Decodes a file into lines, however its bytes were cut. A byte order mark is dropped. A line that is not valid in its
 * encoding is read as windows-1252 (gb18030: with U+FFFD for the bad bytes) and reported as `ENCODING_FALLBACK`: one bad
 * byte costs one line its encoding, not the file.
 */
export async function* readLines(file: SourceFile, options: DecodeOptions = {}): AsyncGenerator<LineBlock> {
  const decode = blockDecoder(file.base, options);
  let pending: Uint8Array[] = [];
  let pendingLength = 0;
  let skipping = false;
  let number = 1;
  const take = (end: Uint8Array): Uint8Array => {
    const bytes = pending.length === 0 ? end : concat([...pending, end], pendingLength + end.length);
    pending = [];
    pendingLength = 0;
    return bytes;
  };
  for await (const chunk of file.open()) {
    for (let at = 0; at < chunk.length; at += BLOCK) {
      let piece = chunk.subarray(at, at + BLOCK);
      const tooLong: number[] = [];
      if (skipping || pendingLength + piece.length > LINE_LIMIT) {
        const end = piece.indexOf(LF);
        if (skipping || pendingLength + (end < 0 ? piece.length : end) > LINE_LIMIT) {
          skipping = end < 0;
          pending = [];
          pendingLength = 0;
          if (skipping) continue;
          tooLong.push(number++);
          piece = piece.subarray(end + 1);
        }
      }
      const last = piece.lastIndexOf(LF);
      if (last >= 0) {
        const block = decode(take(piece.subarray(0, last)), number, false, tooLong);
        number += block.lines.length;
        yield block;
      } else if (tooLong.length > 0) {
        yield { lines: [], numbers: [], issues: [], tooLong, unterminated: false };
      }
      const rest = piece.slice(last + 1); // a copy: the producer may use its buffer again
      if (rest.length > 0) pending.push(rest);
      pendingLength += rest.length;
    }
  }
  if (skipping) yield { lines: [], numbers: [], issues: [], tooLong: [number], unterminated: false };
  else if (pendingLength > 0) yield decode(take(new Uint8Array(0)), number, true, []);
}

/** Throws where it is strict and the bytes are not valid. */
type Decoder = (bytes: Uint8Array) => string;

export type BlockDecoder = (
  bytes: Uint8Array,
  first: number,
  unterminated: boolean,
  tooLong: readonly number[],
) => LineBlock;

/** Decodes runs of whole lines of one file; the first of the file is number 1. */
export function blockDecoder(file: string, options: DecodeOptions): BlockDecoder {
  const { encoding = "utf-8", repair = true } = options;
  // A mark inside the file is no mark but a character, and a block can begin anywhere: the mark is dropped by hand.
  const fatal = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const strict = encoding === "windows-1252" ? decodeWindows1252 : (bytes: Uint8Array) => fatal.decode(bytes);
  const replace = encoding === "gb18030" || (encoding === "utf-8" && options.fallback === "replace");
  const fallback = replace ? encoding : "windows-1252";
  const lenient = new TextDecoder(encoding === "windows-1252" ? "gb18030" : encoding, { ignoreBOM: true });
  const tolerant = replace ? (bytes: Uint8Array) => lenient.decode(bytes) : decodeWindows1252;
  return (all, first, unterminated, tooLong) => {
    const bytes = first === 1 && all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? all.subarray(3) : all;
    const issues: Issue[] = [];
    let lines = decodeWhole(strict, bytes);
    lines ??= decodeEach(strict, tolerant, bytes, (i) => {
      issues.push({ code: "ENCODING_FALLBACK", effect: "repaired", file, row: first + i, detail: fallback });
    });
    if (repair && lines.some(hasSuspiciousCharacter)) {
      lines = lines.map((line, i) => {
        if (!hasSuspiciousCharacter(line)) return line;
        const { text, control, mojibake } = repairCharacters(line);
        if (control) issues.push({ code: "CONTROL_CHARACTER", effect: "repaired", file, row: first + i });
        if (mojibake) issues.push({ code: "MOJIBAKE", effect: "repaired", file, row: first + i });
        return text;
      });
    }
    issues.sort((x, y) => (x.row ?? 0) - (y.row ?? 0));
    return { lines, numbers: lines.map((_, i) => first + i), issues, tooLong, unterminated };
  };
}

function decodeWhole(decoder: Decoder, bytes: Uint8Array): string[] | undefined {
  const text = tryDecode(decoder, bytes);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  return text.includes("\r") ? lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line)) : lines;
}

function decodeEach(
  strict: Decoder,
  tolerant: Decoder,
  bytes: Uint8Array,
  onFallback: (index: number) => void,
): string[] {
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length;) {
    const found = bytes.indexOf(LF, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end > start && bytes[end - 1] === CR ? end - 1 : end);
    const text = tryDecode(strict, line);
    if (text === undefined) onFallback(lines.length);
    lines.push(text ?? tolerant(line));
    start = end + 1;
  }
  return lines;
}

function tryDecode(decoder: Decoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder(bytes);
  } catch {
    return undefined; // a fatal decoder throws a TypeError at the first bad byte
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Reads a file once to find which encoding all of it is valid in: UTF-8, else GB18030, else windows-1252 (which nothing is
 * invalid in). A file in pure ASCII is UTF-8.
 */
export async function detectEncoding(file: SourceFile): Promise<Encoding> {
  let candidates = (["utf-8", "gb18030"] as const).map((encoding) => ({
    encoding,
    decoder: new TextDecoder(encoding, { fatal: true }),
  }));
  const survivors = (bytes: Uint8Array, stream: boolean): typeof candidates =>
    candidates.filter(({ decoder }) => {
      try {
        decoder.decode(bytes, { stream });
        return true;
      } catch {
        return false;
      }
    });
  for await (const chunk of file.open()) {
    for (let at = 0; at < chunk.length && candidates.length > 0; at += BLOCK) {
      candidates = survivors(chunk.subarray(at, at + BLOCK), true);
    }
    if (candidates.length === 0) break;
  }
  return survivors(new Uint8Array(0), false)[0]?.encoding ?? "windows-1252";
}

/**
 * The first line that is not blank, for telling one table from another; `undefined` when there is none.
 */
export async function firstLine(file: SourceFile): Promise<string | undefined> {
  for await (const block of readLines({ ...file, open: () => head(file) })) {
    const line = block.lines.find((text) => text.trim() !== "");
    if (line !== undefined) return line;
  }
  return undefined;
}

async function* head(file: SourceFile): AsyncGenerator<Uint8Array> {
  let left = 2 ** 18;
  for await (const chunk of file.open()) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
