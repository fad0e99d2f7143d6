import fc from "fast-check";
import { expect, test } from "vitest";
import { chiSquareCdf, chiSquareLogSf, chiSquareQuantile, chiSquareSf } from "../../src/math/chi-square.ts";
import { gammaP, gammaQ } from "../../src/math/incomplete-gamma.ts";
import { negativeBinomialLogPmf } from "../../src/math/negative-binomial.ts";
import { normalSf } from "../../src/math/normal.ts";
import { poissonCdf, poissonLogPmf, poissonLogSfGe, poissonPmf, poissonSfGe } from "../../src/math/poisson.ts";
import { expectClose } from "../close.ts";
import { logUniform } from "./arbitrary.ts";

const count = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1_000_000 }));

test("chi-square with one degree of freedom is both normal tails, with two it is exponential", () => {
  fc.assert(
    fc.property(logUniform(1e-6, 1300), (x) => {
      expectClose(chiSquareSf(x, 1), 2 * normalSf(Math.sqrt(x)), 1e-15 + 4e-16 * x);
      expectClose(chiSquareSf(x, 1), gammaQ(0.5, x / 2), 2e-14);
      expectClose(chiSquareSf(x, 2), Math.exp(-x / 2), 1e-14);
      expectClose(chiSquareLogSf(x, 1), Math.log(chiSquareSf(x, 1)), 1e-14, 1e-15);
      expectClose(chiSquareCdf(x, 1) + chiSquareSf(x, 1), 1, 1e-15);
    }),
  );
});

test("the chi-square quantile inverts the distribution", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (k, p) => {
      expectClose(chiSquareCdf(chiSquareQuantile(p, k), k), p, 1e-13);
    }),
  );
});

test("chi-square ends and nonsense", () => {
  expect([chiSquareSf(0, 1), chiSquareSf(Infinity, 1), chiSquareSf(3, 0), chiSquareCdf(3, 0)]).toEqual([1, 0, 0, 1]);
  expect([
    chiSquareSf(-1, 1),
    chiSquareSf(NaN, 1),
    chiSquareSf(1, -1),
    chiSquareCdf(-1, 2),
    chiSquareLogSf(-1, 2),
    chiSquareQuantile(2, 1),
  ]).toEqual(Array(6).fill(NaN));
});

test("Poisson tails are incomplete gammas and meet at each count", () => {
  fc.assert(
    fc.property(count, logUniform(1e-3, 1e6), (k, lambda) => {
      expect(poissonSfGe(k, lambda)).toBe(gammaP(k, lambda));
      expectClose(poissonSfGe(k + 1, lambda) + poissonCdf(k, lambda), 1, 1e-15);
      const tail = poissonSfGe(k, lambda);
      if (tail > 1e-290) expectClose(poissonLogSfGe(k, lambda), Math.log(tail), 1e-14, 1e-12);
      expect(poissonLogSfGe(k, lambda)).toBeGreaterThan(-Infinity);
    }),
  );
});

test("Poisson probabilities are the steps of the tail", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), logUniform(1e-2, 400), (k, lambda) => {
      expectClose(poissonSfGe(k, lambda), poissonSfGe(k + 1, lambda) + poissonPmf(k, lambda), 1e-12, 1e-300);
    }),
  );
});

test("Poisson ratios of neighbours hold at a mean of 1e10", () => {
  const lambda = 1e10;
  for (const k of [1e10 - 3e5, 1e10, 1e10 + 3e5]) {
    expectClose(poissonLogPmf(k + 1, lambda) - poissonLogPmf(k, lambda), Math.log(lambda / (k + 1)), 0, 1e-14);
  }
  expectClose(poissonPmf(1e10, lambda), 1 / Math.sqrt(2 * Math.PI * 1e10), 1e-10);
});

test("Poisson ends and nonsense", () => {
  expect([poissonPmf(0, 0), poissonPmf(1, 0), poissonPmf(-1, 2), poissonPmf(1.5, 2), poissonPmf(Infinity, 2)]).toEqual([
    1, 0, 0, 0, 0,
  ]);
  expect([
    poissonCdf(-1, 2),
    poissonCdf(Infinity, 2),
    poissonCdf(3, 0),
    poissonSfGe(-2, 2),
    poissonSfGe(0, 0),
    poissonSfGe(1, 0),
  ]).toEqual([0, 1, 1, 1, 1, 0]);
  expect([poissonLogSfGe(0, 2), poissonLogSfGe(1, 0), poissonLogSfGe(Infinity, 2)]).toEqual([0, -Infinity, -Infinity]);
  expect(poissonSfGe(1.5, 3)).toBe(poissonSfGe(2, 3));
  expect(poissonCdf(1.5, 3)).toBe(poissonCdf(1, 3));
  for (const f of [poissonPmf, poissonLogPmf, poissonCdf, poissonSfGe, poissonLogSfGe]) {
    expect([f(1, -1), f(1, NaN), f(1, Infinity), f(NaN, 1)]).toEqual([NaN, NaN, NaN, NaN]);
  }
});

test("negative binomial ratios of neighbours", () => {
  fc.assert(
    fc.property(count, logUniform(1e-6, 1e8), logUniform(1e-3, 1e9), (n, size, mean) => {
      const step = Math.log(((n + size) / (n + 1)) * (mean / (size + mean)));
      const [here, next] = [negativeBinomialLogPmf(n, size, mean), negativeBinomialLogPmf(n + 1, size, mean)];
      expectClose(next - here, step, 1e-13, 1e-14 + 1e-15 * Math.abs(here));
    }),
  );
});

test("negative binomial probabilities add up to one", () => {
  for (const [size, mean] of [
    [1e-6, 3],
    [0.2, 5],
    [3.26, 0.8],
    [1e8, 20],
  ] as const) {
    let sum = 0;
    for (let n = 0; n < 2000; n++) sum += Math.exp(negativeBinomialLogPmf(n, size, mean));
    // what is left beyond n = 2000 falls like (mean / (size + mean))^n
    if (mean / (size + mean) < 0.98) expectClose(sum, 1, 1e-12);
    else expect(sum).toBeLessThanOrEqual(1 + 1e-12);
  }
});

test("a large size turns the negative binomial into the Poisson distribution", () => {
  for (const [n, mean] of [
    [0, 2],
    [7, 3.5],
    [1e6, 1e6],
  ] as const) {
    expect(negativeBinomialLogPmf(n, Infinity, mean)).toBe(poissonLogPmf(n, mean));
    expectClose(negativeBinomialLogPmf(n, 1e300, mean), poissonLogPmf(n, mean), 1e-14);
  }
});

test("negative binomial ends and nonsense", () => {
  const f = negativeBinomialLogPmf;
  expect([f(0, 2, 0), f(1, 2, 0), f(-1, 2, 3), f(0.5, 2, 3)]).toEqual([-0, -Infinity, -Infinity, -Infinity]);
  expect([f(1, 0, 1), f(1, -1, 1), f(1, 1, -1), f(1, 1, Infinity), f(NaN, 1, 1), f(1, NaN, 1)]).toEqual(
    Array(6).fill(NaN),
  );
});
