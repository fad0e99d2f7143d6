import { decodeWindows1252 } from "./characters.ts";
import { joinBytes } from "./xml-text.ts";

/** A record of more bytes than this is left out unread. */
export const RECORD_LIMIT = 16 * 2 ** 20;
/** Lists and objects within one another; the records of openFDA have 6. */
const DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** One record of a file, or why there is none. */
export interface JsonRecord {
  readonly value?: unknown;
  readonly fault?: "not JSON" | "too long" | "cut";
  /** Line of its first character. */
  readonly line: number;
  /** It was not valid UTF-8 and was read as windows-1252. */
  readonly fallback: boolean;
}

/**
 * Cuts a JSON file into its records and parses each by itself, so that memory holds one record, not the file. Records are the
 * objects in the list `results` of an object (an answer or a download of openFDA), those in a list, or objects one after the
 * other (NDJSON, a single report). A record that is no JSON costs itself, as long as its brackets balance.
 */
export class JsonCutter {
  /** Line the cutter has come to. */
  line = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** What is open, outermost first: true for a list. */
  #lists: boolean[] = [];
  /** Depth at which records stand; -1 until that is known. */
  #level = -1;
  /** The last text at depth 1 of an outer object, while it can be the key `results`. */
  #key: string | undefined;
  #isResults = false;
  #parts: Uint8Array[] = [];
  #length = 0;
  #recording = false;
  #tooLong = false;
  #damaged = false;
  #start = 1;
  /** Bytes before those that are being read, and the place of the first byte of the line. */
  #offset = 0;
  #lineBegan = 0;
  /** The last record stood on one line. */
  #oneLine = false;

  /** Whether the file ended between records with everything closed. */
  get complete(): boolean {
    return this.#depth === 0;
  }

  *push(all: Uint8Array): Generator<JsonRecord> {
    const bytes = this.#offset === 0 && all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? all.subarray(3) : all;
    const { length } = bytes;
    let from = 0; // of the record that is being collected, in these bytes
    for (let i = 0; i < length; i++) {
      if (this.#inString) {
        i = this.#string(bytes, i);
        continue;
      }
      const byte = bytes[i]!;
      if (byte === QUOTE) {
        this.#inString = true;
        if (this.#depth === 1 && this.#level < 0) this.#key = "";
      } else if (byte === LF) {
        this.#newLine(i);
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (byte === OPEN_OBJECT && this.#lineBegan === this.#offset + i && this.#level === 0 && this.#oneLine) {
          // At the beginning of a line, where objects stand one a line: the one before has no end.
          if (this.#recording) yield this.#finish(bytes.subarray(from, i));
          this.#depth = 0;
          this.#lists = [];
        }
        if (!this.#recording && byte === OPEN_OBJECT && this.#depth === Math.max(0, this.#level)) {
          this.#begin();
          from = i;
        }
        this.#open(byte === OPEN_LIST);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#close(byte === CLOSE_LIST);
        if (this.#recording && this.#depth === Math.max(0, this.#level)) {
          yield this.#finish(bytes.subarray(from, i + 1));
          if (this.#level < 0) this.#level = 0;
        }
        if (this.#depth === 0 && this.#level > 0) this.#level = -1;
      } else if (byte === COLON) {
        this.#isResults = this.#key === "results";
        this.#key = undefined;
      } else if (byte === COMMA) {
        this.#key = undefined;
        this.#isResults = false;
      }
    }
    this.#offset += length;
    if (this.#recording) this.#collect(bytes.slice(from)); // a copy: the producer may use its buffer again
  }

  /** The record the file ends in, if it does. */
  *end(): Generator<JsonRecord> {
    if (this.#recording) yield { fault: "cut", line: this.#start, fallback: false };
    this.#drop();
  }

  /** Steps through a string; gives the place of its last byte seen. */
  #string(bytes: Uint8Array, from: number): number {
    if (this.#escaped) {
      this.#escaped = false;
      return from;
    }
    let i = from;
    for (; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === QUOTE || byte === BACKSLASH || byte === LF) break;
      if (this.#key !== undefined && this.#key.length < 16) this.#key += String.fromCharCode(byte);
    }
    const byte = bytes[i];
    this.#escaped = byte === BACKSLASH;
    this.#inString = byte !== QUOTE && byte !== LF;
    if (byte !== LF) return i;
    // No JSON text holds a line break: the quote that should have closed it is missing.
    this.#newLine(i);
    this.#damaged = true;
    return i;
  }

  #newLine(i: number): void {
    this.line++;
    this.#lineBegan = this.#offset + i + 1;
  }

  #open(isList: boolean): void {
    this.#depth++;
    if (this.#depth <= DEPTH) this.#lists.push(isList);
    else this.#damaged = true;
    if (this.#level >= 0 || !isList) return;
    if (this.#depth === 1) this.#level = 1;
    else if (this.#depth === 2 && this.#isResults) this.#level = 2;
    if (this.#level === 2) this.#drop(); // the object that holds the list is no record
  }

  #close(isList: boolean): void {
    if (this.#depth <= DEPTH && this.#lists.pop() !== isList) this.#damaged = true;
    this.#depth = Math.max(0, this.#depth - 1);
  }

  #begin(): void {
    this.#recording = true;
    this.#tooLong = false;
    this.#damaged = false;
    this.#parts = [];
    this.#length = 0;
    this.#start = this.line;
  }

  #drop(): void {
    this.#recording = false;
    this.#parts = [];
    this.#length = 0;
  }

  #collect(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > RECORD_LIMIT) {
      this.#tooLong = true;
      this.#parts = [];
    } else if (!this.#tooLong) {
      this.#parts.push(bytes);
    }
  }

  #finish(end: Uint8Array): JsonRecord {
    this.#collect(end);
    const { line, fallback, text } = { line: this.#start, ...this.#text() };
    const [tooLong, damaged] = [this.#tooLong, this.#damaged];
    this.#oneLine = !damaged && line === this.line;
    this.#drop();
    if (tooLong) return { fault: "too long", line, fallback: false };
    if (damaged) return { fault: "not JSON", line, fallback };
    try {
      return { value: JSON.parse(text) as unknown, line, fallback };
    } catch {
      return { fault: "not JSON", line, fallback };
    }
  }

  #text(): { readonly text: string; readonly fallback: boolean } {
    if (this.#tooLong) return { text: "", fallback: false };
    const bytes = joinBytes(this.#parts);
    try {
      return { text: strict.decode(bytes), fallback: false };
    } catch {
      return { text: decodeWindows1252(bytes), fallback: true }; // a fatal decoder throws a TypeError at the first bad byte
    }
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
