import { logDefect } from "./deviance.ts";
import { scaledNormalTail } from "./scaled-tail.ts";

const ORDERS = 11;
const TERMS = 22;

// log Γ*(a) = Σ B(2k) / (2k (2k - 1)) a^(1 - 2k), the coefficient of a^-j at index j
const LOG_STIRLING = [0, 1 / 12, 0, -1 / 360, 0, 1 / 1260, 0, -1 / 1680, 0, 1 / 1188, 0, -691 / 360360];

/** λ = 1 + Σ α_n η^n inverts η² / 2 = λ - 1 - log λ: DLMF 8.12.14 as a recurrence. */
function inverseSeries(length: number): number[] {
  const alpha = [0, 1];
  for (let n = 2; n < length; n++) {
    let sum = alpha[n - 1]!;
    for (let j = 2; j < n; j++) sum -= j * alpha[j]! * alpha[n - j + 1]!;
    alpha.push(sum / (n + 1));
  }
  return alpha;
}

const ALPHA = inverseSeries(TERMS + 2 * ORDERS + 2);

/**
 * Rows of DLMF 8.12.12, d(k,n) = (-1)^k g_k d(0,n) + (n + 2) d(k-1,n+2). The recurrence cancels, but the k-th row is divided
 * by a^k >= 20^k, far more than the digits it loses.
 */
function uniformRows(): Float64Array[] {
  const g = [1];
  for (let n = 1; n < ORDERS; n++) {
    let sum = 0;
    for (let j = 1; j <= n; j++) sum += j * LOG_STIRLING[j]! * g[n - j]!;
    g.push(sum / n);
  }
  const first = ALPHA.slice(2).map((alpha, n) => (n === 0 ? -1 / 3 : (n + 2) * alpha));
  const rows = [first];
  for (let k = 1; k < ORDERS; k++) {
    const above = rows[k - 1]!;
    const sign = k % 2 === 0 ? 1 : -1;
    rows.push(above.slice(2).map((next, n) => sign * g[k]! * first[n]! + (n + 2) * next));
  }
  return rows.map((row, k) => Float64Array.from(row.slice(0, TERMS - k)));
}

const ROWS = /* @__PURE__ */ uniformRows();

/** Where the uniform expansion is used: |η| <= 0.7, and all omitted terms are below 3e-17. */
export function isUniform(a: number, x: number): boolean {
  return a >= 20 && x > 0.42 * a && x < 1.84 * a;
}

// orders and terms kept; found by bounding |d(k,n)| η^n a^-k <= 3e-17
function correction(a: number, eta: number): number {
  const orders = a >= 1e4 ? 4 : a >= 1000 ? 5 : a >= 200 ? 6 : a >= 50 ? 8 : ORDERS;
  const size = Math.abs(eta);
  const terms = size <= 0.1 ? 11 : size <= 0.3 ? 15 : TERMS;
  let sum = 0;
  for (let k = orders - 1; k >= 0; k--) {
    const row = ROWS[k]!;
    let value = 0;
    for (let n = terms - k - 1; n >= 0; n--) value = value * eta + row[n]!;
    sum = sum / a + value;
  }
  return sum;
}

/**
 * The tail of the gamma distribution on the far side of its mean (Q for x >= a, P for x < a) without the factor
 * exp(-a (λ - 1 - log λ)), λ = x / a: Temme's uniform asymptotic expansion.
 *
 * @see Temme (1979) doi:10.1137/0510071; DLMF 8.12.3, 8.12.4, 8.12.7
 */
export function uniformTail(a: number, x: number): number {
  const r = (x - a) / a;
  const size = Math.sqrt(2 * logDefect(r));
  const tail = scaledNormalTail(size * Math.sqrt(a));
  const rest = correction(a, r < 0 ? -size : size) / Math.sqrt(2 * Math.PI * a);
  return r < 0 ? tail - rest : tail + rest;
}

/**
 * Start for the gamma quantile from the normal quantile z: the inverted uniform expansion to order a^-3.
 * Its relative error is below 1e-6 for a >= 5 and |z| < sqrt(a).
 *
 * @see Temme (1992) doi:10.1090/S0025-5718-1992-1122079-8
 */
export function uniformQuantile(a: number, z: number): number {
  const e = z / Math.sqrt(a);
  const e1 =
    -1 / 3 + e * (1 / 36 + e * (1 / 1620 + e * (-7 / 6480 + e * (5 / 18144 + e * (-2.874126e-5 - e * 6.185e-6)))));
  const e2 = -7 / 405 + e * (-7 / 2592 + e * (533 / 204120 - e * (1579 / 2099520)));
  const e3 = 449 / 102060 + e * (-63149 / 20995200 + (e * 29233) / 36741600);
  const eta = e + (e1 + (e2 + e3 / a) / a) / a;
  let value = 0;
  for (let n = 11; n >= 1; n--) value = (value + ALPHA[n]!) * eta;
  return a * (1 + value);
}
