import { Ints } from "../count/growing.ts";

/**
 * Numbers of reports by source and id: open addressing over 32-bit columns, so that no Map ends at 2^24 entries. Keys are not
 * kept here; where a hash agrees, the owner says whether the key does.
 */
export class KeyIndex {
  /** Hash of each number. */
  readonly hashes: Ints;
  readonly #isKey: (number: number, source: string, id: string) => boolean;
  #slots = new Int32Array(1 << 10).fill(-1);

  constructor(isKey: (number: number, source: string, id: string) => boolean, hashes = new Ints()) {
    this.#isKey = isKey;
    this.hashes = hashes;
    while (3 * hashes.length > 2 * this.#slots.length) this.#slots = new Int32Array(this.#slots.length * 2);
    this.#fill();
  }

  /** Number of a key, or -1. */
  find(source: string, id: string): number {
    const hash = hashOf(source, id);
    const mask = this.#slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!;
      if (number < 0 || (this.hashes.data[number] === hash && this.#isKey(number, source, id))) return number;
    }
  }

  /** Gives the next number to a key that has none. */
  add(source: string, id: string): number {
    const number = this.hashes.length;
    this.hashes.push(hashOf(source, id));
    if (3 * this.hashes.length > 2 * this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2);
      this.#fill();
    } else this.#place(number);
    return number;
  }

  #fill(): void {
    this.#slots.fill(-1);
    for (let number = 0; number < this.hashes.length; number++) this.#place(number);
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(this.hashes.data[number]!) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number;
  }
}

/** FNV-1a over the code units of source and id, signed as the columns hold it. */
function hashOf(source: string, id: string): number {
  let h = 0x811c9dc5 | 0;
  for (let i = 0; i < source.length; i++) h = Math.imul(h ^ source.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ 0x10000, 0x01000193);
  for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193);
  return h;
}

/** Ids that count up differ in few bits of FNV's low end. */
function spread(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return h ^ (h >>> 15);
}
