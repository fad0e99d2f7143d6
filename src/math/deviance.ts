/**
 * r - log(1 + r), never negative, without cancellation near 0.
 *
 * @param r - r > -1
 * @see Loader (2000): log(1 + r) = 2 artanh v with v = r / (2 + r), hence r - log(1 + r) = r v - 2 (v³/3 + v⁵/5 + …)
 */
export function logDefect(r: number): number {
  if (!(Math.abs(r) < 0.4)) return r - Math.log1p(r);
  const v = r / (2 + r);
  const w = v * v;
  // |v| <= 1/4: the first omitted term is 1e-17 of the sum
  const series =
    1 / 3 +
    w *
      (1 / 5 +
        w *
          (1 / 7 +
            w *
              (1 / 9 +
                w * (1 / 11 + w * (1 / 13 + w * (1 / 15 + w * (1 / 17 + w * (1 / 19 + w * (1 / 21 + w / 23)))))))));
  return r * v - 2 * v * w * series;
}

/**
 * Half the Poisson deviance, x log(x / m) + m - x.
 *
 * @param x - observed, x > 0
 * @param m - expected, m > 0
 * @param excess - m - x, given by the caller because it often knows it more exactly than the two numbers tell
 * @see Loader (2000), the function D0
 */
export function halfDeviance(x: number, m: number, excess: number): number {
  const r = excess / x;
  return Math.abs(r) < 0.4 ? x * logDefect(r) : x * Math.log(x / m) + excess;
}
