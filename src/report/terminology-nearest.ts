import { termKey } from "./terminology.ts";

/** A name of a vocabulary that looks like another one. */
export interface NearTerm {
  readonly name: string;
  /** Dice coefficient of the two sets of letter pairs, 0 to 1. */
  readonly similarity: number;
}

/** Below this share of common letter pairs two terms have nothing to do with each other. */
const LEAST = 0.4;

/**
 * Finds names that look like a given one among many: Dice coefficient over the sets of pairs of neighbouring letters (with the
 * edges of the word), after `termKey`. Chinese characters also count one by one, because a term may have only two.
 *
 * The names that share a pair are counted list by list, without comparing any two names: the cost is the number of
 * occurrences of the text's pairs in the vocabulary, and nothing is missed.
 */
export class NearTerms {
  readonly #names: readonly string[];
  readonly #sizes: Uint16Array;
  readonly #number: ReadonlyMap<string, number>;
  /** Names that have pair g: `#lists[#offsets[g]]` to `#lists[#offsets[g + 1]]`. */
  readonly #offsets: Uint32Array;
  readonly #lists: Uint32Array;
  readonly #common: Uint16Array;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sizes = new Uint16Array(names.length);
    this.#common = new Uint16Array(names.length);
    const number = new Map<string, number>();
    const lengths: number[] = [];
    const sets = names.map((name, i) => {
      const grams = gramsOf(name);
      this.#sizes[i] = grams.length;
      return Uint32Array.from(grams, (gram) => {
        let g = number.get(gram);
        if (g === undefined) {
          number.set(gram, (g = number.size));
          lengths.push(0);
        }
        lengths[g]!++;
        return g;
      });
    });
    this.#number = number;
    this.#offsets = new Uint32Array(lengths.length + 1);
    for (const [g, length] of lengths.entries()) this.#offsets[g + 1] = this.#offsets[g]! + length;
    this.#lists = new Uint32Array(this.#offsets[lengths.length]!);
    const at = this.#offsets.slice();
    for (const [i, set] of sets.entries()) for (const g of set) this.#lists[at[g]!++] = i;
  }

  /** The names most like a text, best first; equal ones by length and spelling. The text itself is not left out. */
  find(text: string, limit = 3): NearTerm[] {
    if (limit < 1) return [];
    const grams = gramsOf(text);
    const common = this.#common;
    const lists = this.#lists;
    for (const gram of grams) {
      const g = this.#number.get(gram);
      if (g === undefined) continue;
      for (let k = this.#offsets[g]!, end = this.#offsets[g + 1]!; k < end; k++) common[lists[k]!]!++;
    }
    const best: { readonly i: number; readonly similarity: number }[] = [];
    let floor = LEAST;
    for (let i = 0; i < common.length; i++) {
      const shared = common[i]!;
      if (shared === 0) continue;
      common[i] = 0;
      const similarity = (2 * shared) / (grams.length + this.#sizes[i]!);
      if (similarity < floor) continue;
      best.push({ i, similarity });
      best.sort((x, y) => y.similarity - x.similarity || this.#compare(x.i, y.i));
      if (best.length > limit) best.pop();
      if (best.length === limit) floor = best[limit - 1]!.similarity;
    }
    return best.map(({ i, similarity }) => ({ name: this.#names[i]!, similarity }));
  }

  #compare(x: number, y: number): number {
    const [a, b] = [this.#names[x]!, this.#names[y]!];
    return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  }
}

/** Longer texts are compared by their beginning; no term comes near, and counts stay below 2^16. */
const LONGEST = 1000;

/** Pairs of neighbours with the edges, and Chinese (or other ideographic) characters by themselves. */
function gramsOf(text: string): string[] {
  const letters = Array.from(termKey(text)).slice(0, LONGEST);
  const grams = new Set(letters.filter((letter) => letter >= "\u2e80"));
  for (let i = 0; i <= letters.length; i++) grams.add(`${letters[i - 1] ?? "^"}${letters[i] ?? "$"}`);
  return [...grams];
}
