import fc from "fast-check";
import { expect, test } from "vitest";
import { betaQuantile } from "../../src/math/beta-quantile.ts";
import { betaI, betaQ, logBetaI, logBetaQ } from "../../src/math/incomplete-beta.ts";
import { logBeta } from "../../src/math/log-beta.ts";
import { logGamma } from "../../src/math/log-gamma.ts";
import { expectClose } from "../close.ts";
import { logUniform } from "./arbitrary.ts";

const EPS = Number.EPSILON;
const shapes = fc.record({ a: logUniform(1e-2, 1e5), b: logUniform(1e-2, 1e5) });
// multiples of 2^-30, so that 1 - x is exact
const fraction = fc.integer({ min: 1, max: 2 ** 30 - 1 }).map((k) => k / 2 ** 30);

test("the tails add up to one", () => {
  fc.assert(
    fc.property(shapes, fraction, ({ a, b }, x) => {
      expectClose(betaI(a, b, x) + betaQ(a, b, x), 1, 2e-14);
    }),
  );
});

test("exchanging the shapes reflects the distribution", () => {
  fc.assert(
    fc.property(shapes, fraction, ({ a, b }, x) => {
      expectClose(betaI(a, b, x), betaQ(b, a, 1 - x), 1e-14);
      expectClose(logBetaI(a, b, x), logBetaQ(b, a, 1 - x), 1e-14, 1e-14);
    }),
  );
});

test("shape 1 is a power", () => {
  fc.assert(
    fc.property(logUniform(1e-2, 1e4), fraction, (a, x) => {
      const log = a * Math.log(x);
      expectClose(logBetaI(a, 1, x), log, 1e-13, 1e-15);
      expectClose(betaQ(a, 1, x), -Math.expm1(log), 1e-13);
      expectClose(betaI(a, 1, x), Math.exp(log), 1e-14 + 4 * EPS * Math.abs(log), 1e-300);
    }),
  );
});

test("integer shapes are binomial tails", () => {
  for (const [a, n] of [
    [1, 4],
    [3, 10],
    [7, 12],
    [20, 40],
  ] as const) {
    const [x, y] = [0.25, 0.75];
    let term = y ** n; // P(X = 0)
    let below = 0;
    for (let k = 0; k < a; k++) {
      below += term;
      term *= ((n - k) / (k + 1)) * (x / y);
    }
    expectClose(betaQ(a, n - a + 1, x), below, 1e-13);
  }
});

test("rises along x", () => {
  for (const [a, b] of [
    [0.01, 0.01],
    [0.5, 100],
    [0.9, 0.05],
    [1, 1],
    [3, 0.5],
    [30, 4000],
    [1e4, 1e4],
  ] as const) {
    let last = 0;
    for (let i = 1; i < 400; i++) {
      const value = betaI(a, b, i / 400);
      expect(value).toBeGreaterThanOrEqual(last * (1 - 1e-14));
      last = value;
    }
  }
});

test("logs are the logs of the values, and stay finite where these vanish", () => {
  fc.assert(
    fc.property(shapes, fraction, ({ a, b }, x) => {
      const lower = betaI(a, b, x);
      if (lower > 1e-290) expectClose(logBetaI(a, b, x), Math.log(lower), 1e-14, 1e-13);
      const upper = betaQ(a, b, x);
      if (upper > 1e-290) expectClose(logBetaQ(a, b, x), Math.log(upper), 1e-14, 1e-13);
      expect(logBetaI(a, b, x)).toBeGreaterThan(-Infinity);
      expect(logBetaQ(a, b, x)).toBeGreaterThan(-Infinity);
    }),
  );
  expect(betaI(500, 1000, 1e-3)).toBe(0);
  expectClose(logBetaI(0.01, 2, 1 - 2 ** -20), -betaQ(0.01, 2, 1 - 2 ** -20), 1e-12);
});

test("log B is the sum of log gammas where these do not cancel, and loses nothing where they do", () => {
  fc.assert(
    fc.property(logUniform(1e-3, 20), logUniform(1e-3, 20), (a, b) => {
      expectClose(logBeta(a, b), logGamma(a) + logGamma(b) - logGamma(a + b), 0, 1e-13);
      expect(logBeta(a, b)).toBe(logBeta(b, a));
    }),
  );
  // B(1, b) = 1 / b and B(2, b) = 1 / (b (b + 1))
  expectClose(logBeta(1, 1e15), -Math.log(1e15), 1e-15);
  expectClose(logBeta(2, 1e10), -Math.log(1e10) - Math.log1p(1e10), 1e-15);
  // B(a, b + 1) = B(a, b) b / (a + b)
  expectClose(logBeta(1e7, 1e9 + 1), logBeta(1e7, 1e9) + Math.log(1e9 / 1.01e9), 1e-14);
});

test("the quantile inverts the smaller tail", () => {
  fc.assert(
    fc.property(shapes, fc.oneof(logUniform(1e-250, 0.5), fraction), ({ a, b }, p) => {
      const x = betaQuantile(p, a, b);
      fc.pre(x > 1e-290 && x < 1);
      const isLower = p <= 0.5;
      const log = isLower ? logBetaI : logBetaQ;
      const tail = isLower ? p : 1 - p;
      // one rounding of x on either side must enclose the tail: near 1 a double resolves no more
      const low = log(a, b, x * (1 - EPS));
      const high = x + EPS * x < 1 ? log(a, b, x * (1 + EPS)) : isLower ? 0 : -Infinity;
      const slack = 64 * EPS * (1 + Math.abs(Math.log(tail))) + 2 * EPS * (a + b) * x;
      expect(Math.min(low, high) - slack).toBeLessThanOrEqual(Math.log(tail));
      expect(Math.max(low, high) + slack).toBeGreaterThanOrEqual(Math.log(tail));
    }),
    { numRuns: 1000 },
  );
});

test("ends and nonsense", () => {
  expect([
    betaI(2, 3, 0),
    betaI(2, 3, 1),
    betaI(0, 3, 0.2),
    betaI(2, 0, 0.2),
    betaI(2, Infinity, 0.2),
    betaI(2, 0, 1),
  ]).toEqual([0, 1, 1, 0, 1, 1]);
  expect([betaQ(2, 3, 0), betaQ(2, 3, 1), betaQ(0, 3, 0.2), betaQ(2, 0, 0.2)]).toEqual([1, 0, 0, 1]);
  expect([logBetaI(2, 3, 0), logBetaI(2, 3, 1), logBetaQ(2, 3, 1)]).toEqual([-Infinity, 0, -Infinity]);
  for (const f of [betaI, betaQ, logBetaI, logBetaQ]) {
    expect([
      f(-1, 2, 0.5),
      f(1, -2, 0.5),
      f(1, 2, -0.5),
      f(1, 2, 1.5),
      f(0, 0, 0.5),
      f(NaN, 1, 0.5),
      f(1, 1, NaN),
    ]).toEqual(Array(7).fill(NaN));
  }
  expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([0, 1]);
  expect([
    betaQuantile(-1, 2, 3),
    betaQuantile(2, 2, 3),
    betaQuantile(0.5, 0, 3),
    betaQuantile(0.5, 2, Infinity),
    betaQuantile(NaN, 1, 1),
  ]).toEqual(Array(5).fill(NaN));
  expect([logBeta(0, 1), logBeta(1, Infinity), logBeta(0, Infinity), logBeta(-1, 2), logBeta(NaN, 2)]).toEqual([
    Infinity,
    -Infinity,
    NaN,
    NaN,
    NaN,
  ]);
});
