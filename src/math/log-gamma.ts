const HALF_LOG_TWO_PI = 0.9189385332046727;

// log Γ(1 + t) / (t (t - 1)) on 0 <= t <= 1 in powers of u = 2t - 1: a Chebyshev fit of 60-digit values, truncated
// below 1e-17. The two zeros of log Γ stay factored out, so the relative error holds at them as well.
const FACTOR_EVEN = [
  0.4831289505409809, 0.015727850268641094, 0.0010498186644547402, 8.510090373499432e-5, 7.511391855641883e-6,
  6.948428064186312e-7, 6.623878077265301e-8, 6.430260727636965e-9, 6.566403819263112e-10, 5.0258222095609345e-11,
  1.1586115295157278e-11,
] as const;
const FACTOR_ODD = [
  -0.07297994795715304, -0.003913560937626182, -0.0002945507015196472, -2.5094328668947195e-5, -2.2742474102383936e-6,
  -2.1386323384115519e-7, -2.0621027431854287e-8, -2.016947955623982e-9, -2.0874620693971093e-10,
  -1.5395748006420787e-11, -3.803618166622364e-12,
] as const;

/**
 * log Γ(1 + t) without loss near its zeros at t = 0 and t = 1.
 *
 * @param t - 0 <= t <= 1; nothing else is checked
 */
export function logGammaOnePlus(t: number): number {
  const u = 2 * t - 1;
  const v = u * u;
  let even = 0;
  let odd = 0;
  for (let k = 10; k >= 0; k--) {
    even = even * v + FACTOR_EVEN[k]!;
    odd = odd * v + FACTOR_ODD[k]!;
  }
  return t * (t - 1) * (even + u * odd);
}

// B(2k) / (2k (2k - 1)) of Stirling's series, DLMF 5.11.1; at x = 10 the first omitted term is 2e-18
function stirlingSeries(x: number): number {
  const w = 1 / (x * x);
  return (
    (1 / 12 -
      w *
        (1 / 360 -
          w *
            (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - w * (691 / 360360 - w * (1 / 156 - (w * 3617) / 122400))))))) /
    x
  );
}

/**
 * Remainder of Stirling's formula: log Γ(x + 1) - ((x + 1/2) log x - x + log(2π) / 2).
 *
 * @param x - x > 0
 * @returns `Infinity` at 0
 * @see DLMF 5.11.1; the δ(n) of Loader (2000), Fast and accurate computation of binomial probabilities
 */
export function stirlingError(x: number): number {
  if (x >= 10) return stirlingSeries(x);
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI;
}

/**
 * Natural logarithm of the gamma function on the positive axis.
 *
 * @param x - x >= 0
 * @returns `Infinity` at 0 and at `Infinity`, `NaN` below 0. The relative error is a few 1e-16 everywhere,
 *   the zeros at 1 and 2 included.
 * @see DLMF 5.5.1 (recurrence), 5.11.1 (Stirling)
 * @example
 * logGamma(10.5); // 13.9406252194
 */
export function logGamma(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === Infinity) return Infinity;
  if (x >= 10) return (x - 0.5) * (Math.log(x) - 1) + (HALF_LOG_TWO_PI - 0.5) + stirlingSeries(x);
  if (x < 1) return logGammaOnePlus(x) - Math.log(x);
  let product = 1;
  let y = x;
  while (y >= 2) {
    y -= 1;
    product *= y;
  }
  return Math.log(product) + logGammaOnePlus(y - 1);
}

/**
 * log Γ(b) - log Γ(a + b) without cancellation between the two; proportional to `a` when `a` is small.
 *
 * @param a - a > 0
 * @param b - b > 0
 */
export function logGammaDrop(a: number, b: number): number {
  let shift = 0;
  let low = b;
  while (low < 10) {
    shift += Math.log1p(a / low);
    low += 1;
  }
  const high = low + a;
  return (
    shift - (low - 0.5) * Math.log1p(a / low) - a * (Math.log(high) - 1) + (stirlingSeries(low) - stirlingSeries(high))
  );
}
