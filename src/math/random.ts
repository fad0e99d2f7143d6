import { halfDeviance } from "./deviance.ts";
import { stirlingError } from "./log-gamma.ts";
import { poissonLogPmf } from "./poisson.ts";

/** A deterministic stream of random numbers; drawing from it changes only itself. */
export type SeededRandom = Readonly<{
  /** Uniform on [0, 1): a multiple of 2^-53. */
  next: () => number;
  /** Uniform on 0 … below - 1 without bias; `NaN` unless 1 <= below <= 2^53 is an integer. */
  integer: (below: number) => number;
  /** Standard normal. */
  normal: () => number;
  /** Poisson count; `NaN` unless 0 <= mean < ∞. */
  poisson: (mean: number) => number;
  /** Successes in n trials of probability p; `NaN` unless 0 <= n <= 2^53 is an integer and 0 <= p <= 1. */
  binomial: (n: number, p: number) => number;
  /** A stream of its own for each label. It depends on the seed and the labels only, not on what was drawn before. */
  fork: (label: number) => SeededRandom;
}>;

const TWO_32 = 4294967296;
const LOG_TWO_PI = 1.8378770664093453;

/** One step of 32-bit mixing with full avalanche: the finaliser of MurmurHash3 (Appleby, public domain). */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The 64 bits of a number folded into a key of three words. */
function absorb([k0, k1, k2]: readonly [number, number, number], x: number): [number, number, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x + 0); // -0 and 0 are one label
  let a = k0;
  let b = k1;
  let c = k2;
  for (const word of [view.getInt32(0), view.getInt32(4)]) {
    a = mix((a ^ word) + 0x9e3779b9);
    b = mix((b ^ a) + 0x7f4a7c15);
    c = mix((c ^ b) + 0x3c6ef372);
    a ^= c;
  }
  return [a, b, c];
}

/**
 * A reproducible random generator: the small fast counting generator sfc32 with normal, Poisson and binomial variates on top. Uniform
 * numbers and integers use integer arithmetic alone; the others use transcendental functions only to compare, so that
 * their values do not depend on the last digit of an engine's logarithm.
 *
 * @param seed - any finite number; different numbers give different streams
 * @see sfc32 of Doty-Humphrey (PractRand, public domain); Leva (1992) doi:10.1145/138351.138364 for the normal;
 *   Hörmann (1993) doi:10.1016/0167-6687(93)90997-4, algorithm PTRS, for the Poisson; Hörmann (1993)
 *   doi:10.1080/00949659308811496, algorithm BTRS, for the binomial
 * @example
 * seededRandom(1).next(); // 0.9689741182441296
 */
export function seededRandom(seed: number): SeededRandom {
  return stream(absorb([0x243f6a88, 0x85a308d3, 0x13198a2e], seed));
}

function stream(key: readonly [number, number, number]): SeededRandom {
  let [a, b, c] = key;
  let counter = 1;

  function word(): number {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }

  for (let i = 0; i < 15; i++) word();

  const bits53 = (): number => (word() >>> 5) * 67108864 + (word() >>> 6);
  const next = (): number => bits53() / 9007199254740992;

  function integer(below: number): number {
    if (!(Number.isInteger(below) && below >= 1 && below <= 9007199254740992)) return NaN;
    const isSmall = below <= TWO_32;
    const range = isSmall ? TWO_32 : 9007199254740992;
    const limit = range - (range % below);
    for (;;) {
      const draw = isSmall ? word() : bits53();
      if (draw < limit) return draw % below;
    }
  }

  // ratio of uniforms with Leva's quadratic bounds, which leave the logarithm to 1 in 100 draws
  function normal(): number {
    for (;;) {
      const u = 1 - next();
      const v = 1.7156 * (next() - 0.5);
      const x = u - 0.449871;
      const y = Math.abs(v) + 0.386595;
      const q = x * x + y * (0.196 * y - 0.25472 * x);
      if (q < 0.27597 || (q <= 0.27846 && v * v <= -4 * u * u * Math.log(u))) return v / u;
    }
  }

  function poisson(mean: number): number {
    if (!(mean >= 0 && mean < Infinity)) return NaN;
    return mean < 10 ? smallPoisson(mean) : largePoisson(mean);
  }

  // arrivals of rate 1 before `mean`
  function smallPoisson(mean: number): number {
    const limit = Math.exp(-mean);
    let product = next();
    let k = 0;
    while (product > limit) {
      product *= next();
      k += 1;
    }
    return k;
  }

  function largePoisson(mean: number): number {
    const spread = 0.931 + 2.53 * Math.sqrt(mean);
    const skew = -0.059 + 0.02483 * spread;
    const inverseAlpha = 1.1239 + 1.1328 / (spread - 3.4);
    const inside = 0.9277 - 3.6224 / (spread - 2);
    for (;;) {
      const u = next() - 0.5;
      const v = 1 - next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * skew) / us + spread) * u + mean + 0.43);
      if (us >= 0.07 && v <= inside) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverseAlpha) / (skew / (us * us) + spread)) <= poissonLogPmf(k, mean)) return k;
    }
  }

  function binomial(n: number, p: number): number {
    if (!(Number.isInteger(n) && n >= 0 && n <= 9007199254740992 && p >= 0 && p <= 1)) return NaN;
    if (p > 0.5) return n - binomial(n, 1 - p);
    return n * p < 10 ? smallBinomial(n, p) : largeBinomial(n, p);
  }

  // inversion of the distribution function, from 0 upwards
  function smallBinomial(n: number, p: number): number {
    if (p === 0) return 0;
    const odds = p / (1 - p);
    const none = Math.exp(n * Math.log1p(-p));
    for (;;) {
      let rest = next();
      let mass = none;
      for (let k = 0; k <= Math.min(n, 110); k++) {
        if (rest < mass) return k;
        rest -= mass;
        mass *= (odds * (n - k)) / (k + 1);
      }
    }
  }

  function largeBinomial(n: number, p: number): number {
    const sd = Math.sqrt(n * p * (1 - p));
    const spread = 1.15 + 2.53 * sd;
    const skew = -0.0873 + 0.0248 * spread + 0.01 * p;
    const alpha = (2.83 + 5.1 / spread) * sd;
    const inside = 0.92 - 4.2 / spread;
    const mode = Math.floor((n + 1) * p);
    const top = binomialLogPmf(mode, n, p);
    for (;;) {
      const u = next() - 0.5;
      const v = 1 - next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * skew) / us + spread) * u + n * p + 0.5);
      if (us >= 0.07 && v <= inside) return k;
      if (k < 0 || k > n) continue;
      if (Math.log((v * alpha) / (skew / (us * us) + spread)) <= binomialLogPmf(k, n, p) - top) return k;
    }
  }

  return { next, integer, normal, poisson, binomial, fork: (label) => stream(absorb(key, label)) };
}

/** log P(X = k) of the binomial distribution without what does not depend on k, in saddle-point form (Loader 2000); 0 < p < 1. */
function binomialLogPmf(k: number, n: number, p: number): number {
  const excess = n * p - k;
  return part(k, n * p, excess) + part(n - k, n * (1 - p), -excess);
}

function part(k: number, mean: number, excess: number): number {
  if (k === 0) return -mean;
  return -halfDeviance(k, mean, excess) - stirlingError(k) - 0.5 * (LOG_TWO_PI + Math.log(k));
}
