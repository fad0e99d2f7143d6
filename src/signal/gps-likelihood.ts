import type { Objective } from "../math/minimise.ts";
import { digammaRise, logRising } from "../math/rising.ts";
import type { GpsPrior } from "./ebgm.ts";
import type { GpsPoints } from "./gps-points.ts";

/**
 * Which likelihood the prior is fitted to.
 * `truncated`: observed pairs, each component truncated at n ≥ 1 by itself (DuMouchel & Pregibon 2001; openEBGM's default).
 * `all-cells`: every product × event cell, the empty ones too (DuMouchel 1999; PhViD's default).
 * `whole-mixture-truncated`: observed pairs, the mixture truncated as a whole, which is consistent with the posterior weights.
 */
export type GpsLikelihood = "truncated" | "all-cells" | "whole-mixture-truncated";

/** The prior in the coordinates of the fit: ln alpha1, ln beta1, ln alpha2, ln beta2, logit p. */
export const toCoordinates = ({ alpha1, beta1, alpha2, beta2, p }: GpsPrior): Float64Array =>
  Float64Array.of(Math.log(alpha1), Math.log(beta1), Math.log(alpha2), Math.log(beta2), Math.log(p) - Math.log1p(-p));

export const toPrior = (x: ArrayLike<number>): GpsPrior => ({
  alpha1: Math.exp(x[0]!),
  beta1: Math.exp(x[1]!),
  alpha2: Math.exp(x[2]!),
  beta2: Math.exp(x[3]!),
  p: 1 / (1 + Math.exp(-x[4]!)),
});

/** What depends on the count alone, for the distinct counts in ascending order. */
interface CountTable {
  readonly distinct: Float64Array;
  readonly of: Int32Array;
  readonly logFactorial: Float64Array;
}

function countTable(n: Float64Array): CountTable {
  const distinct = Float64Array.from(new Set(n)).sort();
  const place = new Map(Array.from(distinct, (value, i) => [value, i]));
  return {
    distinct,
    of: Int32Array.from(n, (value) => place.get(value)!),
    logFactorial: distinct.map((value) => logRising(1, value)),
  };
}

/**
 * Negative log-likelihood of a two-component gamma-Poisson mixture with its gradient in the coordinates of the fit. Everything is
 * evaluated in logarithms, with log1p and expm1 where a component comes near 0 or 1.
 */
export function gpsObjective(points: GpsPoints, likelihood: GpsLikelihood): Objective {
  const { n, e, weight } = points;
  const counts = countTable(n);
  const logE = e.map(Math.log);
  const size = counts.distinct.length;
  // ln Γ(α+n)/(Γ(α) n!) and ψ(α+n) − ψ(α) of both components.
  const rise1 = new Float64Array(size);
  const rise2 = new Float64Array(size);
  const slope1 = new Float64Array(size);
  const slope2 = new Float64Array(size);
  const componentTruncated = likelihood === "truncated";
  const mixtureTruncated = likelihood === "whole-mixture-truncated";
  return (x, gradient) => {
    const { alpha1, beta1, alpha2, beta2, p } = toPrior(x);
    const logP = -Math.log1p(Math.exp(-x[4]!));
    const logNotP = -Math.log1p(Math.exp(x[4]!));
    const notP = Math.exp(logNotP);
    accumulate(alpha1, counts, rise1, slope1);
    accumulate(alpha2, counts, rise2, slope2);
    const logBeta1 = x[1]!;
    const logBeta2 = x[3]!;
    let value = 0;
    let gAlpha1 = 0;
    let gBeta1 = 0;
    let gAlpha2 = 0;
    let gBeta2 = 0;
    let gP = 0;
    for (let i = 0; i < n.length; i++) {
      const ni = n[i]!;
      const k = counts.of[i]!;
      const b1 = -Math.log1p(e[i]! / beta1); // ln β/(β+E)
      const b2 = -Math.log1p(e[i]! / beta2);
      const r1 = beta1 / (beta1 + e[i]!);
      const r2 = beta2 / (beta2 + e[i]!);
      let log1 = rise1[k]! + (alpha1 + ni) * b1 + ni * (logE[i]! - logBeta1);
      let log2 = rise2[k]! + (alpha2 + ni) * b2 + ni * (logE[i]! - logBeta2);
      // Derivatives by ln α and ln β.
      let dAlpha1 = alpha1 * (slope1[k]! + b1);
      let dAlpha2 = alpha2 * (slope2[k]! + b2);
      let dBeta1 = alpha1 - (alpha1 + ni) * r1;
      let dBeta2 = alpha2 - (alpha2 + ni) * r2;
      const zero1 = alpha1 * b1; // ln f(0)
      const zero2 = alpha2 * b2;
      if (componentTruncated) {
        const seen1 = -Math.expm1(zero1);
        const seen2 = -Math.expm1(zero2);
        // f(0)/(1 − f(0)); where f(0) is tiny its digits do not matter.
        const odds1 = (1 - seen1) / seen1;
        const odds2 = (1 - seen2) / seen2;
        log1 -= Math.log(seen1);
        log2 -= Math.log(seen2);
        dAlpha1 += odds1 * zero1;
        dAlpha2 += odds2 * zero2;
        dBeta1 += odds1 * alpha1 * (1 - r1);
        dBeta2 += odds2 * alpha2 * (1 - r2);
      }
      const w1 = logP + log1;
      const w2 = logNotP + log2;
      const larger = w1 > w2 ? w1 : w2;
      const share = Math.exp(-Math.abs(w1 - w2));
      const logMixture = larger + Math.log1p(share);
      const q1 = w1 > w2 ? 1 / (1 + share) : share / (1 + share);
      const q2 = w1 > w2 ? share / (1 + share) : 1 / (1 + share);
      let term = logMixture;
      let tAlpha1 = q1 * dAlpha1;
      let tBeta1 = q1 * dBeta1;
      let tAlpha2 = q2 * dAlpha2;
      let tBeta2 = q2 * dBeta2;
      let tP = q1 * notP - q2 * p;
      if (mixtureTruncated) {
        const f1 = Math.exp(zero1);
        const f2 = Math.exp(zero2);
        const seen = -p * Math.expm1(zero1) - notP * Math.expm1(zero2);
        term -= Math.log(seen);
        tAlpha1 += (p * f1 * zero1) / seen;
        tBeta1 += (p * f1 * alpha1 * (1 - r1)) / seen;
        tAlpha2 += (notP * f2 * zero2) / seen;
        tBeta2 += (notP * f2 * alpha2 * (1 - r2)) / seen;
        tP += (p * notP * (f1 - f2)) / seen;
      }
      const w = weight[i]!;
      value -= w * term;
      gAlpha1 -= w * tAlpha1;
      gBeta1 -= w * tBeta1;
      gAlpha2 -= w * tAlpha2;
      gBeta2 -= w * tBeta2;
      gP -= w * tP;
    }
    gradient[0] = gAlpha1;
    gradient[1] = gBeta1;
    gradient[2] = gAlpha2;
    gradient[3] = gBeta2;
    gradient[4] = gP;
    return value;
  };
}

/** Fills the tables of one component by stepping from one distinct count to the next. */
function accumulate(
  alpha: number,
  { distinct, logFactorial }: CountTable,
  rise: Float64Array,
  slope: Float64Array,
): void {
  let at = 0;
  let sum = 0;
  let derivative = 0;
  for (let k = 0; k < distinct.length; k++) {
    const step = distinct[k]! - at;
    sum += logRising(alpha + at, step);
    derivative += digammaRise(alpha + at, step);
    at = distinct[k]!;
    rise[k] = sum - logFactorial[k]!;
    slope[k] = derivative;
  }
}
