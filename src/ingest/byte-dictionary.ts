import { grown, hashOf, indexOfBytes, isAscii, LITTLE, mayBeBlank, padded, TAIL } from "./byte-words.ts";
import { decodeWindows1252 } from "./characters.ts";
import type { Encoding } from "./decode.ts";

/** Numbers in one slot of the table: hash, code, place of the first word, length in bytes. One cache line a probe. */
const SLOT = 4;
const EMPTY = -1;
const encoder = new TextEncoder();
const BULK = 2 ** 14;

/**
 * Numbers the texts of a column in the order in which they are first seen, straight from the bytes of their cells: a text is
 * decoded, trimmed and compared as text only when its bytes are new. 0 is the empty text. Bytes differ and the text is one
 * where blanks surround it, and in GB18030 for a few characters; such bytes get the number that the text has.
 */
export class ByteDictionary {
  readonly encoding: Encoding;
  readonly #decode: (bytes: Uint8Array) => string;
  #table = new Int32Array(64 * SLOT).fill(EMPTY);
  #mask = 63;
  #used = 0;
  /** Bytes of all texts, each padded to whole words with zeros. */
  #words = new Int32Array(256);
  #wordsLength = 0;
  /** The same memory, byte by byte. */
  #kept = new Uint8Array(this.#words.buffer);
  /** Of each text, in UTF-8: place of its first word, and length in bytes. */
  #starts = new Int32Array(16);
  #lengths = new Int32Array(16);
  #size = 1;
  /** Texts that are not ASCII, where the bytes of the file are not UTF-8. */
  readonly #foreign = new Map<string, number>();
  #ascii = true;
  /** Texts from 3 on have come in ascending order, and are not in the table. */
  #isOrdered = true;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
    const strict = new TextDecoder(encoding, { ignoreBOM: true });
    this.#decode = encoding === "windows-1252" ? decodeWindows1252 : (bytes) => strict.decode(bytes);
  }

  /** How many texts there are, with the empty one. */
  get size(): number {
    return this.#size;
  }

  /** The number of the text whose bytes are those from `start` to `end` of the view; up to three bytes behind are read. */
  add(view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    const hash = hashOf(view, start, length);
    const table = this.#table;
    const words = this.#words;
    const whole = (length - 1) >> 2;
    const tail = TAIL[length & 3]!;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT;
      const code = table[at + 1]!;
      if (code < 0) return this.#miss(view, start, end, hash);
      if (table[at] !== hash || table[at + 3] !== length) continue;
      let w = table[at + 2]!;
      let p = start;
      const last = w + whole;
      while (w < last && words[w] === view.getInt32(p, LITTLE)) {
        w++;
        p += 4;
      }
      if (w === last && words[w] === (view.getInt32(p, LITTLE) & tail)) return code;
    }
  }

  /**
   * As {@link add}, for texts that often come in ascending order, as ids do: one above the last cannot be known, so it is kept
   * without a look into the table, which is made up for at the first that is not above it. Texts 1 and 2 are in the table.
   */
  addOrdered(view: DataView, start: number, end: number): number {
    const last = this.#size - 1;
    if (!this.#isOrdered || last < 2) return this.add(view, start, end);
    const length = end - start;
    const order = this.#compare(view, start, length, last);
    if (order === 0) return last;
    if (order > 0 && this.#compare(view, start, length, 1) !== 0) {
      const place = this.#keep(view, start, length);
      if (this.#isAscii(place, length) && !this.#mayBeOther(place, length)) return this.#number(place, length);
      this.#wordsLength = place;
    }
    this.#disorder();
    return this.add(view, start, end);
  }

  /** Above 0 where the bytes are longer than those of a text, or as long and higher; 0 where they are the same. */
  #compare(view: DataView, start: number, length: number, code: number): number {
    if (length !== this.#lengths[code]) return length - this.#lengths[code]!;
    const words = this.#words;
    const tail = TAIL[length & 3]!;
    const from = this.#starts[code]!;
    const last = (length - 1) >> 2;
    let w = 0;
    while (w < last && words[from + w] === view.getInt32(start + 4 * w, LITTLE)) w++;
    if (w === last && words[from + w] === (view.getInt32(start + 4 * w, LITTLE) & tail)) return 0;
    for (let i = 4 * w; i < length; i++) {
      const difference = view.getUint8(start + i) - this.#kept[4 * from + i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Puts into the table what came in order. */
  #disorder(): void {
    this.#isOrdered = false;
    const view = new DataView(this.#words.buffer);
    for (let code = 3; code < this.#size; code++) {
      const length = this.#lengths[code]!;
      if (++this.#used * 2 > this.#mask) this.#grow();
      this.#put(hashOf(view, this.#starts[code]! * 4, length), code, this.#starts[code]!, length);
    }
  }

  /** The number of a trimmed text. */
  addText(text: string): number {
    if (text === "") return 0;
    if (this.encoding === "utf-8" || isAscii(text)) return this.#addBytes(encoder.encode(text));
    return this.#foreign.get(text) ?? this.#addForeign(text);
  }

  /** The numbers that the texts of another dictionary have in this one, by their numbers there. */
  addAll(other: ByteDictionary): Int32Array {
    const numbers = new Int32Array(other.#size);
    const view = new DataView(other.#words.buffer);
    if (this.encoding === "utf-8" || other.#ascii) {
      // Padding follows every text, so the bytes read behind its end are within the view.
      for (let code = 1; code < other.#size; code++) {
        const start = other.#starts[code]! * 4;
        numbers[code] = this.addOrdered(view, start, start + other.#lengths[code]!);
      }
      return numbers;
    }
    for (const [code, text] of other.texts().entries()) numbers[code] = this.addText(text);
    return numbers;
  }

  /** All texts, by their numbers. */
  texts(): string[] {
    const texts = new Array<string>(this.#size).fill("");
    const bytes = this.#kept;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let code = 1; code < this.#size;) {
      const from = this.#starts[code]! * 4;
      let after = code + 1;
      while (after < this.#size && this.#starts[after]! * 4 - from < BULK) after++;
      const to = this.#starts[after - 1]! * 4 + this.#lengths[after - 1]!;
      const block = bytes.subarray(from, to);
      // In ASCII a character is a byte: many texts are decoded at once and cut up, which costs no copy.
      const whole = isAscii(block) ? decoder.decode(block) : undefined;
      for (; code < after; code++) {
        const start = this.#starts[code]! * 4 - from;
        const end = start + this.#lengths[code]!;
        texts[code] = whole?.slice(start, end) ?? decoder.decode(block.subarray(start, end));
      }
    }
    return texts;
  }

  /** One text. */
  text(code: number): string {
    const start = this.#starts[code]! * 4;
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      new Uint8Array(this.#words.buffer, start, this.#lengths[code]),
    );
  }

  /**
   * Cuts every text at a separator, without decoding it. Parts are trimmed and numbered in a dictionary of their own; those of
   * text k are `codes[offsets[k]]` to `codes[offsets[k + 1]]`, empty ones left out. Without a separator a text is its one part.
   */
  split(separator: string | undefined): {
    offsets: Int32Array<ArrayBuffer>;
    codes: Int32Array<ArrayBuffer>;
    parts: ByteDictionary;
  } {
    const offsets = new Int32Array(this.#size + 1);
    if (separator === undefined) {
      const codes = new Int32Array(this.#size - 1);
      for (let code = 1; code < this.#size; code++) {
        codes[code - 1] = code;
        offsets[code + 1] = code;
      }
      return { offsets, codes, parts: this };
    }
    const parts = new ByteDictionary("utf-8");
    const cut = encoder.encode(separator);
    const bytes = this.#kept;
    const view = new DataView(this.#words.buffer);
    let codes = new Int32Array(this.#size * 2);
    let length = 0;
    for (let code = 1; code < this.#size; code++) {
      const start = this.#starts[code]! * 4;
      const end = start + this.#lengths[code]!;
      for (let from = start; from <= end;) {
        const to = indexOfBytes(bytes, cut, from, end);
        const part = parts.add(view, from, to);
        if (length === codes.length) codes = grown(codes, length * 2);
        if (part > 0) codes[length++] = part;
        from = to + cut.length;
      }
      offsets[code + 1] = length;
    }
    return { offsets, codes: codes.subarray(0, length), parts };
  }

  /** What another thread needs to make the same dictionary of. */
  store(): StoredDictionary {
    return {
      encoding: this.encoding,
      words: this.#words.slice(0, this.#wordsLength + 1),
      starts: this.#starts.slice(0, this.#size),
      lengths: this.#lengths.slice(0, this.#size),
      ascii: this.#ascii,
    };
  }

  /** A dictionary of stored texts, to be read only: by {@link texts} and by {@link addAll} of another. */
  static stored({ encoding, words, starts, lengths, ascii }: StoredDictionary): ByteDictionary {
    const dictionary = new ByteDictionary(encoding);
    dictionary.#words = words;
    dictionary.#kept = new Uint8Array(words.buffer);
    dictionary.#wordsLength = words.length - 1;
    dictionary.#starts = starts;
    dictionary.#lengths = lengths;
    dictionary.#size = starts.length;
    dictionary.#ascii = ascii;
    return dictionary;
  }

  /** Bytes that were not seen before: the text may be known all the same. */
  #miss(view: DataView, start: number, end: number, hash: number): number {
    if (this.#isOrdered && this.#size > 2) {
      this.#disorder();
      return this.add(view, start, end);
    }
    const place = this.#keep(view, start, end - start);
    const text = this.#mayBeOther(place, end - start) ? this.#otherText(place, end - start) : undefined;
    // Other bytes of a text are kept for themselves, to be known the next time.
    const code = text === undefined ? this.#number(place, end - start) : this.addText(text);
    if (++this.#used * 2 > this.#mask) this.#grow();
    this.#put(hash, code, place, end - start);
    return code;
  }

  /** Whether the bytes could stand for a shorter text, or for one that has other bytes too: nothing but a quick look. */
  #mayBeOther(place: number, length: number): boolean {
    const bytes = this.#kept;
    const first = place * 4;
    const last = first + length - 1;
    if (bytes[first]! <= 0x20 || bytes[last]! <= 0x20) return true;
    if (this.#isAscii(place, length)) return false;
    return (
      this.encoding !== "utf-8" ||
      mayBeBlank(bytes[first]!, bytes[first + 1]!) ||
      (length > 1 && mayBeBlank(bytes[last - 1]!, bytes[last]!)) ||
      (length > 2 && mayBeBlank(bytes[last - 2]!, bytes[last - 1]!))
    );
  }

  /** The text of bytes, unless they are the bytes it is kept in. */
  #otherText(place: number, length: number): string | undefined {
    const text = this.#decode(this.#kept.subarray(place * 4, place * 4 + length)).trim();
    const isKeptSo = this.encoding === "utf-8" || this.#isAscii(place, length);
    return isKeptSo && encoder.encode(text).length === length ? undefined : text;
  }

  #addBytes(bytes: Uint8Array): number {
    return this.add(padded(bytes), 0, bytes.length);
  }

  #addForeign(text: string): number {
    const bytes = encoder.encode(text);
    const code = this.#number(this.#keep(padded(bytes), 0, bytes.length), bytes.length);
    this.#foreign.set(text, code);
    return code;
  }

  /** Gives bytes that are kept a number of their own. */
  #number(place: number, length: number): number {
    if (this.#size === this.#starts.length) {
      this.#starts = grown(this.#starts, this.#size * 2);
      this.#lengths = grown(this.#lengths, this.#size * 2);
    }
    const code = this.#size++;
    this.#ascii &&= this.#isAscii(place, length);
    this.#starts[code] = place;
    this.#lengths[code] = length;
    return code;
  }

  /** Copies bytes word by word: for a few of them that is faster than any view. */
  #keep(view: DataView, start: number, length: number): number {
    const at = this.#wordsLength;
    const next = at + ((length + 3) >> 2);
    // One word more, so that a reader may look behind the last text.
    if (next >= this.#words.length) {
      this.#words = grown(this.#words, Math.max(next + 1, this.#words.length * 2));
      this.#kept = new Uint8Array(this.#words.buffer);
    }
    const words = this.#words;
    for (let w = at, p = start; w < next; w++, p += 4) words[w] = view.getInt32(p, LITTLE);
    words[next - 1]! &= TAIL[length & 3]!;
    this.#wordsLength = next;
    return at;
  }

  #isAscii(place: number, length: number): boolean {
    const words = this.#words;
    let all = 0;
    for (let w = place, end = place + ((length + 3) >> 2); w < end; w++) all |= words[w]!;
    return (all & 0x80808080) === 0;
  }

  #put(hash: number, code: number, place: number, length: number): void {
    let slot = hash & this.#mask;
    while (this.#table[slot * SLOT + 1]! >= 0) slot = (slot + 1) & this.#mask;
    this.#table[slot * SLOT] = hash;
    this.#table[slot * SLOT + 1] = code;
    this.#table[slot * SLOT + 2] = place;
    this.#table[slot * SLOT + 3] = length;
  }

  #grow(): void {
    const old = this.#table;
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Int32Array((this.#mask + 1) * SLOT).fill(EMPTY);
    for (let at = 0; at < old.length; at += SLOT) {
      if (old[at + 1]! >= 0) this.#put(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
  }
}

/** The texts of a dictionary as arrays that can go to another thread. */
export interface StoredDictionary {
  readonly encoding: Encoding;
  readonly words: Int32Array<ArrayBuffer>;
  readonly starts: Int32Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly ascii: boolean;
}
