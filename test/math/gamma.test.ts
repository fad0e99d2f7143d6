import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digamma, trigamma } from "../../src/math/digamma.ts";
import { gammaQuantile, gammaQuantileUpper } from "../../src/math/gamma-quantile.ts";
import { gammaP, gammaQ, logGammaP, logGammaQ } from "../../src/math/incomplete-gamma.ts";
import { logGamma } from "../../src/math/log-gamma.ts";
import { expectClose } from "../close.ts";
import { logUniform } from "./arbitrary.ts";

const EPS = Number.EPSILON;
const shape = logUniform(1e-2, 1e9);
// distance from the mean in standard deviations, and as a multiple of the shape
const point = shape.chain((a) =>
  fc
    .oneof(
      fc.double({ min: -30, max: 30, noNaN: true }).map((z) => a + z * Math.sqrt(a)),
      logUniform(1e-3, 1e3).map((ratio) => a * ratio),
    )
    .filter((x) => x > 0)
    .map((x) => ({ a, x })),
);

describe("log gamma and its derivatives", () => {
  test("one more multiplies gamma by its argument", () => {
    fc.assert(
      fc.property(logUniform(1e-8, 1e8), (x) => {
        const scale = Math.abs(logGamma(x)) + Math.abs(Math.log(x)) + x * EPS * Math.abs(digamma(x));
        expectClose(logGamma(x + 1), logGamma(x) + Math.log(x), 0, 4 * EPS * (1 + scale));
      }),
    );
  });

  test("one more adds 1 / x to digamma and takes 1 / x² from trigamma", () => {
    fc.assert(
      fc.property(logUniform(1e-3, 1e6), (x) => {
        const rounding = EPS * (1 + x) * trigamma(x + 1); // of x + 1
        expectClose(digamma(x + 1), digamma(x) + 1 / x, 0, rounding + 8 * EPS * (1 / x + Math.abs(digamma(x + 1))));
        expectClose(trigamma(x + 1) + 1 / (x * x), trigamma(x), 8 * EPS);
      }),
    );
  });

  test("reflection carries them to the negative axis", () => {
    expectClose(digamma(-0.5), digamma(1.5), 1e-14);
    expectClose(trigamma(-0.5) + trigamma(1.5), Math.PI ** 2, 1e-14);
  });

  test("poles and ends", () => {
    expect([0, -0, 1, 2, Infinity].map(logGamma)).toEqual([Infinity, Infinity, 0, 0, Infinity]);
    expect([-1, -0.5, NaN].map(logGamma)).toEqual([NaN, NaN, NaN]);
    expect([0, -1, -2, Infinity, -Infinity, NaN].map(digamma)).toEqual([-Infinity, NaN, NaN, Infinity, NaN, NaN]);
    expect([0, -1, -2, Infinity, -Infinity, NaN].map(trigamma)).toEqual([Infinity, Infinity, Infinity, 0, NaN, NaN]);
    expect([5e-324, 1e-310].map(logGamma).every(Number.isFinite)).toBe(true);
  });
});

describe("incomplete gamma", () => {
  test("the tails add up to one", () => {
    fc.assert(
      fc.property(point, ({ a, x }) => {
        expectClose(gammaP(a, x) + gammaQ(a, x), 1, 4 * EPS);
      }),
    );
  });

  test("P rises and Q falls along x, across every change of method", () => {
    for (const a of [0.01, 0.3, 0.999, 1, 1.5, 7, 19.99, 20, 49.9, 200, 1e3, 1e4, 1e6]) {
      let [p, q] = [0, 1];
      for (let i = 1; i <= 600; i++) {
        const x = (i / 200) * a + i / 150;
        const [nextP, nextQ] = [gammaP(a, x), gammaQ(a, x)];
        expect(nextP).toBeGreaterThanOrEqual(p * (1 - 4e-15));
        expect(nextQ).toBeLessThanOrEqual(q * (1 + 4e-15) + 1e-300);
        [p, q] = [nextP, nextQ];
      }
    }
  });

  test("the methods meet at their borders", () => {
    const around = (a: number, x: number): void => {
      // by the recurrence P(a, x) = P(a + 1, x) + x^a exp(-x) / Γ(a + 1), which may cross the border
      const step = Math.exp(a * Math.log(x) - x - logGamma(a + 1));
      expectClose(gammaP(a, x), gammaP(a + 1, x) + step, 3e-13);
      expectClose(gammaQ(a + 1, x), gammaQ(a, x) + step, 3e-13);
    };
    for (const a of [0.5, 0.99, 5, 9.5, 19.5, 30, 45]) {
      for (const ratio of [0.42, 0.7, 1, 1.2, 1.84]) for (const nudge of [-1e-9, 1e-9]) around(a, a * (ratio + nudge));
      around(a, 1.5);
      around(a, a + 1.2 * Math.sqrt(a));
    }
  });

  test("P meets its recurrence in the shape", () => {
    fc.assert(
      fc.property(logUniform(1e-2, 500), logUniform(1e-2, 500), (a, x) => {
        const step = Math.exp(a * Math.log(x) - x - logGamma(a + 1));
        expectClose(gammaP(a, x), gammaP(a + 1, x) + step, 1e-12, 1e-300);
      }),
    );
  });

  test("logs are the logs of the values, and stay finite where these vanish", () => {
    fc.assert(
      fc.property(point, ({ a, x }) => {
        for (const [log, value] of [
          [logGammaP(a, x), gammaP(a, x)],
          [logGammaQ(a, x), gammaQ(a, x)],
        ] as const) {
          if (value > 1e-290 && value < 0.9) expectClose(log, Math.log(value), 4 * EPS, 1e-13 + 4 * EPS * a);
          expect(log).toBeLessThanOrEqual(0);
          expect(Number.isNaN(log)).toBe(false);
        }
        expect(x < a ? logGammaP(a, x) : logGammaQ(a, x)).toBeGreaterThan(-Infinity);
      }),
    );
    expect(gammaQ(3.5, 5000)).toBe(0);
    expectClose(logGammaQ(3.5, 5000), 2.5 * Math.log(5000) - 5000 - logGamma(3.5) + Math.log1p(2.5 / 5000), 1e-9);
  });

  test("a log near 0 keeps the digits of the other tail", () => {
    expectClose(logGammaP(1e-10, 1), -gammaQ(1e-10, 1), 1e-9);
    expectClose(logGammaP(1000, 1500), -gammaQ(1000, 1500), 1e-13);
    expectClose(logGammaQ(1000, 700), -gammaP(1000, 700), 1e-13);
    expectClose(logGammaQ(3, 1e-5), -gammaP(3, 1e-5), 1e-14);
  });

  test("ends and nonsense", () => {
    expect([gammaP(2, 0), gammaP(2, Infinity), gammaP(0, 0), gammaP(0, 3), gammaP(Infinity, 3)]).toEqual([
      0, 1, 1, 1, 0,
    ]);
    expect([gammaQ(2, 0), gammaQ(2, Infinity), gammaQ(0, 0), gammaQ(0, 3), gammaQ(Infinity, 3)]).toEqual([
      1, 0, 0, 0, 1,
    ]);
    expect([logGammaP(2, 0), logGammaP(2, Infinity), logGammaQ(2, Infinity)]).toEqual([-Infinity, 0, -Infinity]);
    for (const f of [gammaP, gammaQ, logGammaP, logGammaQ]) {
      expect([f(-1, 2), f(2, -1), f(NaN, 2), f(2, NaN), f(Infinity, Infinity)]).toEqual([NaN, NaN, NaN, NaN, NaN]);
    }
  });
});

describe("gamma quantile", () => {
  const tail = fc.oneof(logUniform(1e-300, 0.5), logUniform(1e-3, 0.5));

  test("inverts the smaller tail to the rounding of x and of the tail", () => {
    fc.assert(
      fc.property(shape, tail, fc.boolean(), (a, p, isLower) => {
        const x = isLower ? gammaQuantile(p, a) : gammaQuantileUpper(p, a);
        fc.pre(x > 1e-300);
        const log = isLower ? logGammaP : logGammaQ;
        // d log tail / d log x, by differences
        const slope = Math.abs(log(a, x * (1 + 1e-8)) - log(a, x * (1 - 1e-8))) / 2e-8;
        expectClose(log(a, x), Math.log(p), 0, EPS * (slope + a + 20 + 4 * Math.abs(Math.log(p))));
      }),
      { numRuns: 2000 },
    );
  });

  test("p and 1 - p name one quantile; the rate divides", () => {
    fc.assert(
      fc.property(logUniform(0.1, 1e6), fc.integer({ min: 1, max: 1023 }), logUniform(1e-3, 1e3), (a, k, rate) => {
        const p = k / 1024;
        expect(gammaQuantile(p, a)).toBe(gammaQuantileUpper(1 - p, a));
        expectClose(gammaQuantile(p, a, rate), gammaQuantile(p, a) / rate, 1e-15);
      }),
    );
  });

  test("shape 1 is the exponential distribution", () => {
    for (const p of [1e-300, 1e-20, 1e-3, 0.3, 0.5, 0.9, 1 - 1e-10])
      expectClose(gammaQuantile(p, 1), -Math.log1p(-p), 1e-15);
    expectClose(gammaQuantileUpper(1e-300, 1), -Math.log(1e-300), 1e-15);
  });

  test("rises with p, from the smallest to the nearest to one", () => {
    for (const a of [0.01, 0.2, 0.5, 1, 4.99, 5, 25, 1e3, 1e9]) {
      const xs = [5e-324, 1e-300, 1e-100, 1e-20, 1e-9, 1e-3, 0.1, 0.4, 0.5, 0.500001, 0.9, 0.999, 1 - 1e-9, 1 - EPS];
      const quantiles = [
        ...xs.map((p) => gammaQuantile(p, a)),
        ...[1e-20, 1e-100, 1e-300, 5e-324].map((q) => gammaQuantileUpper(q, a)),
      ];
      for (let i = 1; i < quantiles.length; i++) {
        if (quantiles[i] !== 0) expect(quantiles[i]).toBeGreaterThan(quantiles[i - 1]!);
      }
    }
  });

  test("a tiny shape comes down to the smallest doubles, then to 0", () => {
    const a = 0.01;
    const x = gammaQuantile(1e-3, a); // 5.6e-301
    expectClose(Math.pow(x, a) / Math.exp(logGamma(a + 1)), 1e-3, 1e-14);
    expect(gammaQuantile(1e-4, a)).toBe(0);
  });

  test("ends and nonsense", () => {
    expect([gammaQuantile(0, 3), gammaQuantile(1, 3), gammaQuantile(0.5, 0)]).toEqual([0, Infinity, 0]);
    expect([gammaQuantileUpper(0, 3), gammaQuantileUpper(1, 3)]).toEqual([Infinity, 0]);
    const nonsense: readonly (readonly [p: number, shape: number, rate: number])[] = [
      [-0.1, 1, 1],
      [1.1, 1, 1],
      [NaN, 1, 1],
      [0.5, -1, 1],
      [0.5, NaN, 1],
      [0.5, 1, 0],
      [0.5, Infinity, 1],
    ];
    for (const args of nonsense) {
      expect(gammaQuantile(...args)).toBeNaN();
      expect(gammaQuantileUpper(...args)).toBeNaN();
    }
  });
});
