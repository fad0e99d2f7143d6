/**
 * ln Γ(a + m) − ln Γ(a) for whole m ≥ 0 and a > 0, the logarithm of the rising factorial, without the cancellation of two
 * log-gammas: exact to a few units in the last place for a from 1e-300 to 1e15.
 *
 * @returns 0 for m = 0; NaN outside the domain
 * @see Abramowitz & Stegun 6.1.40 (Stirling's series)
 * @example
 * logRising(0.5, 3); // 0.628608659
 */
export function logRising(a: number, m: number): number {
  if (!(a > 0) || !(m >= 0)) return NaN;
  let sum = 0;
  let x = a;
  let left = m;
  // Up to the place where Stirling's series holds, or all the way when it is not far.
  while (left > 0 && (left <= 8 || x < 12)) {
    sum += Math.log(x);
    x++;
    left--;
  }
  if (left === 0) return sum;
  // (y − ½)·ln y − (x − ½)·ln x − left, y = x + left, with the large terms taken together.
  const y = x + left;
  return sum + (y - 0.5) * Math.log1p(left / x) + left * (Math.log(x) - 1) + (stirling(y) - stirling(x));
}

/**
 * ψ(a + m) − ψ(a) for whole m ≥ 0 and a > 0, without cancellation: the derivative of {@link logRising}.
 *
 * @example
 * digammaRise(0.5, 3); // 3.066666667
 */
export function digammaRise(a: number, m: number): number {
  if (!(a > 0) || !(m >= 0)) return NaN;
  let sum = 0;
  let x = a;
  let left = m;
  while (left > 0 && (left <= 8 || x < 12)) {
    sum += 1 / x;
    x++;
    left--;
  }
  if (left === 0) return sum;
  const y = x + left;
  return sum + Math.log1p(left / x) + (digammaTail(y) - digammaTail(x));
}

const stirling = (x: number): number => {
  const r = 1 / (x * x);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360)))))) / x;
};

const digammaTail = (x: number): number => {
  const r = 1 / (x * x);
  return -0.5 / x - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760))))));
};
