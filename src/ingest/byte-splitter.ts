import type { Encoding } from "./decode.ts";

const LF = 10;
const CR = 13;
const QUOTE = 34;
const LATIN = 0xc2;

/** What a record turned out to be. */
export const SPLIT = {
  /** Fields are known. */
  row: 0,
  /** An empty line. */
  blank: 1,
  /** Something in it that is not plain: to be read line by line. */
  unsure: 2,
  /** It does not end within the bytes given. */
  open: 3,
} as const;

/** A record of more bytes or lines is not plain. */
const LONGEST = 2 ** 19;
const MOST_LINES = 500;

/**
 * Finds the fields of one record among bytes of an encoding in which delimiters, quotes and line ends cannot be part of another
 * character. What it takes for plain is read by every reader of RFC 4180 in one way: fields without a quote, or quoted from
 * their first byte to their last; no control characters, none that decoding would repair.
 */
export class ByteSplitter {
  /** Start and end of each field; of a quoted one without its quotes, the end as `~end` where quotes in it are doubled or its line ends are CR LF. */
  readonly cuts: Int32Array;
  /** Fields found. */
  count = 0;
  /** Where the next record begins, and how many lines this one has. */
  next = 0;
  lines = 0;
  readonly #limit: number;
  readonly #quote: number;
  readonly #delimiter: number;
  readonly #plain: Uint8Array;
  readonly #quoted: Uint8Array;

  /** @param width - most fields wanted; a record with more is unsure */
  constructor(delimiter: string, quote: boolean, encoding: Encoding, width: number) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote ? QUOTE : -1;
    this.#limit = 2 * width;
    this.cuts = new Int32Array(2 * width);
    this.#plain = stops(encoding);
    this.#plain[this.#delimiter] = 1;
    this.#quoted = stops(encoding);
    if (quote) this.#plain[QUOTE] = this.#quoted[QUOTE] = 1;
  }

  /** Splits the record at `from`. The byte at `end` must be a line feed: it stops the search, and is no part of the file. */
  split(bytes: Uint8Array, from: number, end: number, final: boolean): number {
    const plain = this.#plain;
    const cuts = this.cuts;
    const limit = this.#limit;
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    let i = from;
    let f = 0;
    let lines = 1;
    for (;;) {
      const first = bytes[i]!;
      const start = i;
      if (first === quote) {
        i = this.#closing(bytes, i + 1, end);
        if (i < 0) return this.#refuse(-i, from, end, final);
        lines += this.#inside;
        cuts[f] = start + 1;
        cuts[f + 1] = this.#folded ? ~i : i;
        i++;
      } else {
        for (;;) {
          while (plain[bytes[i]!] === 0) i++;
          const stop = bytes[i]!;
          if (stop === quote && first > 0x20 && first < 0x7f) {
            i++; // within a field that did not begin with one a quote is data
          } else if (stop === LATIN && bytes[i + 1]! >= 0xa0) {
            i++; // not one of U+0080 to U+009F
          } else break;
        }
        cuts[f] = start;
        cuts[f + 1] = i;
      }
      f += 2;
      const stop = bytes[i]!;
      if (stop === delimiter && f < limit) {
        i++;
        continue;
      }
      const last = stop === CR && bytes[i + 1] === LF ? i + 1 : i;
      if (bytes[last] !== LF) return this.#refuse(last, from, end, final);
      if (last >= end && !final) return SPLIT.open;
      this.next = Math.min(last + 1, end);
      this.lines = lines;
      this.count = f >> 1;
      if (f === 2 && cuts[0] === from && cuts[1] === from) return SPLIT.blank;
      return lines > MOST_LINES || last - from > LONGEST ? SPLIT.unsure : SPLIT.row;
    }
  }

  /** Line ends in the last quoted field, and whether its bytes are not yet its text. */
  #inside = 0;
  #folded = false;

  /** Place of the quote that closes a field; the negative place of what speaks against it. */
  #closing(bytes: Uint8Array, from: number, end: number): number {
    const quoted = this.#quoted;
    let i = from;
    let inside = 0;
    let folded = false;
    for (;;) {
      while (quoted[bytes[i]!] === 0) i++;
      const stop = bytes[i]!;
      if (stop === QUOTE) {
        if (bytes[i + 1] !== QUOTE) break;
        folded = true;
        i += 2;
      } else if (stop === LF && i < end) {
        inside++;
        i++;
      } else if (stop === CR && bytes[i + 1] === LF) {
        folded = true;
        i++;
      } else if (stop === LATIN && bytes[i + 1]! >= 0xa0) {
        i++;
      } else return -i;
    }
    this.#inside = inside;
    this.#folded = folded;
    return i;
  }

  /** What is not plain may only look so because the bytes end here. */
  #refuse(at: number, from: number, end: number, final: boolean): number {
    return at + 2 >= end && !final && at - from < LONGEST ? SPLIT.open : SPLIT.unsure;
  }
}

/** Bytes at which the search stops, but for delimiter and quote: line ends, and what may stand for a character to be repaired. */
function stops(encoding: Encoding): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(1, 0, 0x20);
  table[0x09] = 0;
  table[0x7f] = 1;
  if (encoding === "utf-8") table[LATIN] = 1;
  if (encoding === "windows-1252") for (const undefinedByte of [0x81, 0x8d, 0x8f, 0x90, 0x9d]) table[undefinedByte] = 1;
  return table;
}

/** Takes the doubling off quotes and the CR off line ends, where they stand; gives the new end. */
export function foldQuoted(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === CR) continue;
    bytes[to++] = byte;
    if (byte === QUOTE) i++;
  }
  return to;
}

/** Whether fields of an encoding can be cut at a delimiter byte by byte: it is one byte, and no part of another character. */
export function isByteDelimiter(delimiter: string, encoding: Encoding): boolean {
  const code = delimiter.charCodeAt(0);
  if (delimiter.length !== 1 || code > 0x7e || (code <= 0x20 && code !== 0x09)) return false;
  // Later bytes of GB18030 are 0x30 to 0x39 and 0x40 on.
  return encoding !== "gb18030" || code < 0x30 || (code > 0x39 && code < 0x40);
}
