import fc from "fast-check";
import { expect, test } from "vitest";
import { deviationWeight, hitWeight, missFactor, missWeight } from "../../src/quality/hit-miss.ts";
import { expectClose } from "../close.ts";

const rates = fc
  .tuple(fc.double({ min: 0.01, max: 0.5, noNaN: true }), fc.double({ min: 0, max: 0.45, noNaN: true }))
  .map(([miss, blank]) => ({ miss, blank }));
const frequencies = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 })
  .map((counts) => counts.map((n) => n / counts.reduce((a, b) => a + b)));

/** P(both filled, x and y) for two records of one case, by summing over the true value and what each record did. */
function joint(
  beta: readonly number[],
  { miss, blank }: { miss: number; blank: number },
  x: number,
  y: number,
): number {
  const shows = (t: number, value: number): number => (t === value ? 1 - miss - blank : 0) + miss * beta[value]!;
  return beta.reduce((sum, p, t) => sum + p * shows(t, x) * shows(t, y), 0);
}

test("weights are the log likelihood ratio of the model, summed over the true values", () => {
  fc.assert(
    fc.property(frequencies, rates, (beta, r) => {
      const c = missFactor(r);
      const filled = (1 - r.blank) ** 2;
      for (let x = 0; x < beta.length; x++) {
        for (let y = 0; y < beta.length; y++) {
          const ratio = joint(beta, r, x, y) / (filled * beta[x]! * beta[y]!);
          expectClose(x === y ? hitWeight(beta[x]!, c) : missWeight(c), Math.log2(ratio), 1e-9, 1e-9);
        }
      }
    }),
  );
});

test("agreement weighs more the rarer the value, disagreement against", () => {
  const c = missFactor({ miss: 0.1 });
  expect(hitWeight(0.001, c)).toBeGreaterThan(hitWeight(0.1, c));
  expectClose(hitWeight(1, c), 0, 1e-15, 1e-15);
  expect(missWeight(c)).toBeLessThan(0);
});

test("weights of numbers agree with the sum over the true values where the frequencies are flat", () => {
  const [miss, deviation, sigma] = [0.04, 0.1, 10];
  const hit = 1 - miss - deviation;
  const values = 4000;
  const beta = 1 / values;
  const phi = (z: number): number => Math.exp(-0.5 * (z / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
  const shows = (t: number, x: number): number => (t === x ? hit : 0) + deviation * phi(x - t) + miss * beta;
  const x = values / 2;
  for (const difference of [0, 1, 5, 20, 40, 400]) {
    let sum = 0;
    for (let t = 0; t < values; t++) sum += beta * shows(t, x) * shows(t, x + difference);
    expectClose(
      deviationWeight(difference, beta, beta, { miss, deviation, sigma }),
      Math.log2(sum / beta / beta),
      1e-9,
      1e-9,
    );
  }
});

test("rates that leave no room are the caller's mistake", () => {
  for (const wrong of [{ miss: 0 }, { miss: 0.6, blank: 0.5 }, { miss: 0.1, blank: -0.1 }, { miss: NaN }])
    expect(() => missFactor(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});
