import fc from "fast-check";
import { expect, test } from "vitest";
import {
  normalCdf,
  normalLogSf,
  normalPdf,
  normalQuantile,
  normalQuantileUpper,
  normalSf,
} from "../../src/math/normal.ts";
import { expectClose } from "../close.ts";
import { logUniform } from "./arbitrary.ts";

const EPS = Number.EPSILON;
const z = fc.double({ min: -37, max: 37, noNaN: true });

test("the upper tail at z is the lower tail at -z, and both add up to one", () => {
  fc.assert(
    fc.property(z, (x) => {
      expect(normalSf(x)).toBe(normalCdf(-x));
      expectClose(normalSf(x) + normalCdf(x), 1, 2 * EPS);
    }),
  );
});

test("falls along z", () => {
  let last = 1;
  for (let x = -9; x <= 38; x += 1 / 128) {
    expect(normalSf(x)).toBeLessThanOrEqual(last * (1 + 4 * EPS));
    last = normalSf(x);
  }
});

test("the tail shrinks at the rate of the density", () => {
  for (const x of [-3, -1, 0, 0.5, 2, 4, 7.99, 8.01, 20]) {
    const h = 1e-4;
    expectClose((normalSf(x - h) - normalSf(x + h)) / (2 * h), normalPdf(x), 1e-6);
  }
});

test("the log tail is the log of the tail, and stays finite where that vanishes", () => {
  fc.assert(
    fc.property(z, (x) => {
      expectClose(normalLogSf(x), Math.log(normalSf(x)), 4 * EPS, EPS);
    }),
  );
  expectClose(normalLogSf(1e8), -0.5e16 - Math.log(1e8) - 0.5 * Math.log(2 * Math.PI), 1e-15);
  expectClose(normalLogSf(-10), -normalSf(10), 1e-15);
});

test("the quantile inverts the smaller tail", () => {
  fc.assert(
    fc.property(logUniform(1e-300, 0.5), (p) => {
      const x = normalQuantile(p);
      expectClose(normalCdf(x), p, 4 * EPS * (1 + x * x));
      expect(normalQuantileUpper(p)).toBe(0 - x);
    }),
    { numRuns: 1000 },
  );
});

test("the quantile is odd about one half", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 20 - 1 }), (k) => {
      expect(normalQuantile(k / 2 ** 20)).toBe(0 - normalQuantile(1 - k / 2 ** 20));
    }),
  );
});

test("ends and nonsense", () => {
  expect([-Infinity, Infinity, -50, 50, NaN].map(normalSf)).toEqual([1, 0, 1, 0, NaN]);
  expect([-Infinity, Infinity, NaN].map(normalCdf)).toEqual([0, 1, NaN]);
  expect([-Infinity, Infinity, NaN].map(normalPdf)).toEqual([0, 0, NaN]);
  expect([-Infinity, Infinity, NaN].map(normalLogSf)).toEqual([-0, -Infinity, NaN]);
  expect([0, 1, 0.5, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, 0, NaN, NaN, NaN]);
  expect([0, 1, 0.5, -0.1, 1.1, NaN].map(normalQuantileUpper)).toEqual([Infinity, -Infinity, 0, NaN, NaN, NaN]);
  expect(normalQuantile(5e-324)).toBeLessThan(-38);
});
