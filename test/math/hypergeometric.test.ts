import fc from "fast-check";
import { expect, test } from "vitest";
import {
  hypergeometricLogMidP,
  hypergeometricLogPmf,
  hypergeometricLogSfGe,
  hypergeometricMidP,
  hypergeometricSfGe,
} from "../../src/math/hypergeometric.ts";
import { expectClose } from "../close.ts";

const table = fc
  .integer({ min: 1, max: 1e10 })
  .chain((n) =>
    fc.tuple(fc.integer({ min: 0, max: n }), fc.integer({ min: 0, max: n })).map(([n1, m1]) => ({ n, n1, m1 })),
  )
  .chain(({ n, n1, m1 }) => {
    const [lowest, highest] = [Math.max(0, n1 + m1 - n), Math.min(n1, m1)];
    const mean = Math.min(highest, Math.max(lowest, Math.round((n1 / n) * m1)));
    const spread = Math.ceil(20 * Math.sqrt(mean + 1));
    return fc
      .integer({ min: Math.max(lowest, mean - spread), max: Math.min(highest, mean + spread) })
      .map((a) => ({ a, n1, m1, n }));
  });

function choose(n: number, k: number): bigint {
  let value = 1n;
  for (let i = 0; i < k; i++) value = (value * BigInt(n - i)) / BigInt(i + 1);
  return value;
}

/** Quotient of two integers of any size, to the last digit of a double. */
function quotient(top: bigint, bottom: bigint): number {
  const digits = bottom.toString().length - top.toString().length + 40;
  return Number(`${(top * 10n ** BigInt(digits)) / bottom}e-${digits}`);
}

test("agrees with exact enumeration of small tables", () => {
  for (const n of [1, 2, 7, 12, 40, 90]) {
    for (let n1 = 0; n1 <= n; n1 += Math.ceil(n / 8)) {
      for (let m1 = 0; m1 <= n; m1 += Math.ceil(n / 9)) {
        const [lowest, highest] = [Math.max(0, n1 + m1 - n), Math.min(n1, m1)];
        const all = choose(n, m1);
        let tail = 0n;
        for (let a = highest; a >= lowest; a--) {
          const ways = choose(n1, a) * choose(n - n1, m1 - a);
          tail += ways;
          expectClose(Math.exp(hypergeometricLogPmf(a, n1, m1, n)), quotient(ways, all), 1e-13);
          expectClose(hypergeometricSfGe(a, n1, m1, n), quotient(tail, all), 1e-13);
          expectClose(hypergeometricMidP(a, n1, m1, n), quotient(2n * tail - ways, 2n * all), 1e-13);
        }
        expect(tail).toBe(all);
      }
    }
  }
});

test("exchanging product and event changes no bit", () => {
  fc.assert(
    fc.property(table, ({ a, n1, m1, n }) => {
      for (const f of [hypergeometricLogPmf, hypergeometricSfGe, hypergeometricLogSfGe, hypergeometricMidP]) {
        expect(f(a, n1, m1, n)).toBe(f(a, m1, n1, n));
      }
    }),
  );
});

test("the upper tail of the mirrored table is the rest", () => {
  fc.assert(
    fc.property(table, ({ a, n1, m1, n }) => {
      expectClose(hypergeometricSfGe(a, n1, m1, n) + hypergeometricSfGe(n1 - a + 1, n1, n - m1, n), 1, 1e-12);
      expectClose(hypergeometricMidP(a, n1, m1, n) + hypergeometricMidP(n1 - a, n1, n - m1, n), 1, 1e-12);
    }),
  );
});

test("probabilities are the steps of the tail, for sums and for integrals", () => {
  fc.assert(
    fc.property(table, ({ a, n1, m1, n }) => {
      const here = hypergeometricSfGe(a, n1, m1, n);
      const point = Math.exp(hypergeometricLogPmf(a, n1, m1, n));
      // each side is the exponential of a logarithm, whose rounding it magnifies
      const relative = 1e-14 + 4 * Number.EPSILON * Math.abs(Math.log(point));
      expectClose(here, hypergeometricSfGe(a + 1, n1, m1, n) + point, relative, 1e-300);
      expectClose(hypergeometricMidP(a, n1, m1, n), here - point / 2, relative, 1e-300);
    }),
  );
});

test("ratios of neighbours hold to the last digits at 1e10 reports", () => {
  fc.assert(
    fc.property(table, ({ a, n1, m1, n }) => {
      fc.pre(a < Math.min(n1, m1));
      const [here, next] = [hypergeometricLogPmf(a, n1, m1, n), hypergeometricLogPmf(a + 1, n1, m1, n)];
      const step = Math.log(((n1 - a) / (a + 1)) * ((m1 - a) / (n - n1 - m1 + a + 1)));
      expectClose(next - here, step, 1e-14, 2e-14 + 2e-15 * Math.abs(here));
    }),
  );
});

test("logs are the logs of the values, and stay finite where these vanish", () => {
  fc.assert(
    fc.property(table, ({ a, n1, m1, n }) => {
      const [tail, mid] = [hypergeometricSfGe(a, n1, m1, n), hypergeometricMidP(a, n1, m1, n)];
      if (tail > 1e-290) expectClose(hypergeometricLogSfGe(a, n1, m1, n), Math.log(tail), 1e-13, 1e-15);
      if (mid > 1e-290) expectClose(hypergeometricLogMidP(a, n1, m1, n), Math.log(mid), 1e-13, 1e-15);
      expect(hypergeometricLogSfGe(a, n1, m1, n)).toBeGreaterThan(-Infinity);
      expect(hypergeometricLogMidP(a, n1, m1, n)).toBeGreaterThan(-Infinity);
    }),
  );
  expect(hypergeometricSfGe(500, 1000, 1000, 1e6)).toBe(0);
  // all marked drawn: one term, 1 / C(1e6, 1000)
  expectClose(hypergeometricLogSfGe(1000, 1000, 1000, 1e6), hypergeometricLogPmf(1000, 1000, 1000, 1e6), 1e-15);
  expectClose(hypergeometricLogPmf(1, 1, 1, 1e10), -Math.log(1e10), 1e-15);
});

test("one standard deviation is answered in microseconds even for margins of 1e9 in 1e10", () => {
  const start = performance.now();
  for (let i = 0; i < 100; i++) expect(hypergeometricSfGe(1e8 + i, 1e9, 1e9, 1e10)).toBeLessThan(0.51);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("ends of the support and nonsense", () => {
  expect([hypergeometricSfGe(0, 5, 5, 20), hypergeometricSfGe(-3, 5, 5, 20), hypergeometricSfGe(6, 5, 5, 20)]).toEqual([
    1, 1, 0,
  ]);
  expect([
    hypergeometricSfGe(7, 10, 12, 15),
    hypergeometricLogSfGe(7, 10, 12, 15),
    hypergeometricLogSfGe(11, 10, 12, 15),
  ]).toEqual([1, 0, -Infinity]);
  expect([
    hypergeometricMidP(-1, 5, 5, 20),
    hypergeometricMidP(6, 5, 5, 20),
    hypergeometricMidP(0, 0, 5, 20),
    hypergeometricMidP(0, 0, 0, 0),
  ]).toEqual([1, 0, 0.5, 0.5]);
  expect([hypergeometricLogMidP(-1, 5, 5, 20), hypergeometricLogMidP(6, 5, 5, 20)]).toEqual([0, -Infinity]);
  expect([
    hypergeometricLogPmf(0, 0, 5, 20),
    hypergeometricLogPmf(5, 20, 5, 20),
    hypergeometricLogPmf(6, 5, 5, 20),
    hypergeometricLogPmf(1.5, 5, 5, 20),
  ]).toEqual([0, 0, -Infinity, -Infinity]);
  expect(hypergeometricSfGe(2.5, 10, 12, 50)).toBe(hypergeometricSfGe(3, 10, 12, 50));
  for (const f of [
    hypergeometricLogPmf,
    hypergeometricSfGe,
    hypergeometricLogSfGe,
    hypergeometricMidP,
    hypergeometricLogMidP,
  ]) {
    expect([
      f(1, 5, 5, 4),
      f(1, 5, -1, 9),
      f(1, 2.5, 2, 9),
      f(NaN, 5, 5, 20),
      f(1, NaN, 5, 20),
      f(1, 5, 5, Infinity),
    ]).toEqual(Array(6).fill(NaN));
  }
});
