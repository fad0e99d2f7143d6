import { Ints } from "../count/growing.ts";

/**
 * Counts by pair of numbers (product × event, label × stratum). A pair keeps its number for good, also when its count returns
 * to 0. Open addressing on 32-bit columns: 20 to 32 bytes a pair, no object, and no limit but the memory.
 */
export class PairTable {
  readonly first = new Ints();
  readonly second = new Ints();
  readonly count = new Ints();
  /** Pair numbers by hash, -1 where free; at most two thirds are taken. */
  #slots = new Int32Array(1 << 10).fill(-1);

  get size(): number {
    return this.count.length;
  }

  /** Number of a pair, or -1. */
  find(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(first, second) & mask; ; slot = (slot + 1) & mask) {
      const pair = this.#slots[slot]!;
      if (pair < 0 || (this.first.data[pair] === first && this.second.data[pair] === second)) return pair;
    }
  }

  /** Number of a pair, which gets one with count 0 if it has none. */
  number(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(first, second) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const pair = this.#slots[slot]!;
      if (pair < 0) break;
      if (this.first.data[pair] === first && this.second.data[pair] === second) return pair;
    }
    const pair = this.count.length;
    this.#slots[slot] = pair;
    this.first.push(first);
    this.second.push(second);
    this.count.push(0);
    if (3 * this.count.length > 2 * this.#slots.length) this.#grow();
    return pair;
  }

  /** Count of a pair; 0 for one that never occurred. */
  of(first: number, second: number): number {
    const pair = this.find(first, second);
    return pair < 0 ? 0 : this.count.data[pair]!;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.count.length; pair++) {
      let slot = hash(this.first.data[pair]!, this.second.data[pair]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = pair;
    }
    this.#slots = slots;
  }
}

function hash(first: number, second: number): number {
  let h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
