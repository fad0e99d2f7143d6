/**
 * Holm's adjustment of p values for their number: the family-wise error rate whatever the dependence, and never less powerful
 * than Bonferroni's.
 *
 * @param p - NaN is untested, stays NaN and does not count
 * @returns in the order of `p`; the k-th smallest of m times m − k + 1, at most 1 and never below a smaller one's
 * @see Holm (1979), Scandinavian Journal of Statistics 6:65
 * @example
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holm(p: readonly number[]): number[] {
  const order = Array.from(p.keys())
    .filter((i) => !Number.isNaN(p[i]!))
    .sort((i, j) => p[i]! - p[j]! || i - j);
  const adjusted = new Array<number>(p.length).fill(NaN);
  let least = 0;
  order.forEach((i, k) => {
    least = Math.max(least, Math.min(1, p[i]! * (order.length - k)));
    adjusted[i] = least;
  });
  return adjusted;
}
