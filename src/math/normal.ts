import { scaledNormalTail } from "./scaled-tail.ts";

/** exp(-z² / 2), the square split so that its rounding error is not magnified by z² (Cody 1969). */
function gaussian(z: number): number {
  if (Math.abs(z) > 40) return 0;
  const head = Math.trunc(z * 16) / 16;
  return Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (z - head) * (z + head));
}

/**
 * Density of the standard normal distribution.
 *
 * @param z - any number; 0 at both infinities
 * @example
 * normalPdf(1); // 0.241970724519
 */
export function normalPdf(z: number): number {
  return gaussian(z) * 0.3989422804014327;
}

/**
 * P(Z > z) of the standard normal distribution, accurate as far as doubles reach (z = 38.5).
 *
 * @param z - any number; 1 at `-Infinity`, 0 at `Infinity`
 * @see Shepherd, Laframboise (1981) doi:10.1090/S0025-5718-1981-0595058-X
 * @example
 * normalSf(5); // 2.86651571879e-7
 */
export function normalSf(z: number): number {
  if (Math.abs(z) > 40) return z > 0 ? 0 : 1;
  return z < 0 ? 1 - gaussian(z) * scaledNormalTail(-z) : gaussian(z) * scaledNormalTail(z);
}

/**
 * P(Z <= z) of the standard normal distribution.
 *
 * @param z - any number; 0 at `-Infinity`, 1 at `Infinity`
 * @example
 * normalCdf(1.96); // 0.975002104852
 */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/**
 * log P(Z > z) of the standard normal distribution, finite far beyond the point where `normalSf` is 0.
 *
 * @param z - any number; `-Infinity` above 1.9e154, where z² overflows
 * @example
 * normalLogSf(1e4); // -50000010.1293
 */
export function normalLogSf(z: number): number {
  if (z === Infinity) return -Infinity;
  return z < 0 ? Math.log1p(-normalSf(-z)) : Math.log(scaledNormalTail(z)) - 0.5 * z * z;
}

// rational approximations PPND16 of Wichura (1988), algorithm AS 241
function central(r: number): number {
  const top =
    ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) *
      r +
      13731.693765509461125) *
      r +
      1971.5909503065514427) *
      r +
      133.14166789178437745) *
      r +
    3.387132872796366608;
  const bottom =
    ((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) *
      r +
      5394.1960214247511077) *
      r +
      687.1870074920579083) *
      r +
      42.313330701600911252) *
      r +
    1;
  return top / bottom;
}

function near(r: number): number {
  const top =
    ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r +
      1.27045825245236838258) *
      r +
      3.64784832476320460504) *
      r +
      5.7694972214606914055) *
      r +
      4.6303378461565452959) *
      r +
    1.42343711074968357734;
  const bottom =
    ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r +
      0.14810397642748007459) *
      r +
      0.68976733498510000455) *
      r +
      1.6763848301838038494) *
      r +
      2.05319162663775882187) *
      r +
    1;
  return top / bottom;
}

function far(r: number): number {
  const top =
    ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r +
      0.026532189526576123093) *
      r +
      0.29656057182850489123) *
      r +
      1.7848265399172913358) *
      r +
      5.4637849111641143699) *
      r +
    6.6579046435011037772;
  const bottom =
    ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r +
      7.868691311456132591e-4) *
      r +
      0.0148753612908506148525) *
      r +
      0.13692988092273580531) *
      r +
      0.59983220655588793769) *
      r +
    1;
  return top / bottom;
}

/**
 * Quantile of the standard normal distribution.
 *
 * @param p - 0 <= p <= 1
 * @returns `-Infinity` at 0, `Infinity` at 1, `NaN` outside
 * @see Wichura (1988) algorithm AS 241 doi:10.2307/2347330
 * @example
 * normalQuantile(0.975); // 1.95996398454
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * central(0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (!(tail > 0)) return tail === 0 ? Math.sign(q) * Infinity : NaN;
  const r = Math.sqrt(-Math.log(tail));
  const z = r <= 5 ? near(r - 1.6) : far(r - 5);
  return q < 0 ? -z : z;
}

/**
 * The z with P(Z > z) = q, which `normalQuantile(1 - q)` cannot give for small q.
 *
 * @param q - 0 <= q <= 1
 * @returns `Infinity` at 0, `-Infinity` at 1, `NaN` outside
 * @example
 * normalQuantileUpper(1e-100); // 21.273453561
 */
export function normalQuantileUpper(q: number): number {
  return 0 - normalQuantile(q); // not -0 at q = 1/2
}
