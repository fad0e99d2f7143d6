import type { SeededRandom } from "./random.ts";

/** Draws `n` cases into the cells of `out`, which is overwritten. */
export type MultinomialDraw = (random: SeededRandom, n: number, out: Float64Array) => void;

/**
 * Multinomial counts with probabilities proportional to the weights: binomial by binomial from the largest weight down, or, when
 * there are fewer cases than cells, case by case from an alias table. What is drawn depends on the stream alone.
 *
 * @param weights - 0 or more, finite, not all 0
 * @see Walker (1977) doi:10.1145/355744.355749 for the alias table
 */
export function multinomial(weights: Float64Array): MultinomialDraw {
  const size = weights.length;
  const order = Array.from(weights, (_, i) => i).sort((x, y) => weights[y]! - weights[x]! || x - y);
  const share = new Float64Array(size); // of what is left for this cell and those after it
  let left = 0;
  for (let k = size - 1; k >= 0; k--) {
    const weight = weights[order[k]!]!;
    left += weight;
    share[k] = left > 0 ? Math.min(1, weight / left) : 0;
  }
  const { keep, other } = aliasTable(weights, left);
  return (random, n, out) => {
    out.fill(0);
    if (n < size) {
      for (let i = 0; i < n; i++) {
        // one uniform serves twice: its whole part is the cell, its fraction the coin
        const u = random.next() * size;
        const cell = Math.floor(u);
        out[u - cell < keep[cell]! ? cell : other[cell]!]! += 1;
      }
      return;
    }
    let open = n;
    for (let k = 0; k < size && open > 0; k++) {
      const drawn = random.binomial(open, share[k]!);
      out[order[k]!] = drawn;
      open -= drawn;
    }
  };
}

function aliasTable(
  weights: Float64Array,
  total: number,
): { readonly keep: Float64Array; readonly other: Uint32Array } {
  const size = weights.length;
  const keep = weights.map((weight) => (weight / total) * size);
  const other = Uint32Array.from(weights, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < size; i++) (keep[i]! < 1 ? small : large).push(i);
  for (let from = small.pop(); from !== undefined; from = small.pop()) {
    const to = large.at(-1);
    if (to === undefined) break;
    other[from] = to;
    keep[to]! -= 1 - keep[from]!;
    if (keep[to]! < 1) small.push(large.pop()!);
  }
  return { keep, other };
}
