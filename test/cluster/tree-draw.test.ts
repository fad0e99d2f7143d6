import { expect, test } from "vitest";
import { drawHypergeometric } from "../../src/math/hypergeometric-draw.ts";
import { hypergeometricLogPmf } from "../../src/math/hypergeometric.ts";
import { multinomial } from "../../src/math/multinomial.ts";
import { poissonSfGe } from "../../src/math/poisson.ts";
import { seededRandom } from "../../src/math/random.ts";

const DRAWS = 60_000;

// one by one; from the mode; more than half drawn; nearly all marked; margins far apart
test.each([
  [5, 7, 30],
  [40, 10, 200],
  [60, 80, 300],
  [250, 80, 300],
  [100, 290, 300],
  [500, 1000, 1_000_000],
  [1000, 400_000, 1_000_000],
])("%i drawn of which %i of %i are marked follow the hypergeometric distribution", (drawn, marked, n) => {
  const random = seededRandom(17);
  const seen = new Map<number, number>();
  for (let i = 0; i < DRAWS; i++) {
    const x = drawHypergeometric(random, drawn, marked, n);
    seen.set(x, (seen.get(x) ?? 0) + 1);
  }
  let all = 0;
  for (let x = 0; x <= Math.min(drawn, marked); x++) {
    const p = Math.exp(hypergeometricLogPmf(x, marked, drawn, n));
    const got = seen.get(x) ?? 0;
    all += got;
    // five standard errors: some hundred values are looked at; rare ones by their own tail
    if (p * DRAWS > 10) expect(Math.abs(got / DRAWS - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / DRAWS));
    else if (got > 0) expect(poissonSfGe(got, p * DRAWS)).toBeGreaterThan(1e-7);
  }
  expect(all).toBe(DRAWS);
});

test("margins that leave no choice give the only count there is", () => {
  const random = seededRandom(1);
  expect(drawHypergeometric(random, 0, 5, 10)).toBe(0);
  expect(drawHypergeometric(random, 10, 5, 10)).toBe(5);
  expect(drawHypergeometric(random, 100, 0, 300)).toBe(0);
  expect(drawHypergeometric(random, 100, 300, 300)).toBe(100);
});

// fewer cases than cells: alias table; more: binomial by binomial
test.each([6, 60])("multinomial counts of %i cases have the right sum, means and covariances", (cases) => {
  const weights = Float64Array.of(3, 0, 1, 0.5, 2.5, 0, 4, 1);
  const total = 12;
  const draw = multinomial(weights);
  const random = seededRandom(5);
  const out = new Float64Array(weights.length);
  const sums = new Float64Array(weights.length);
  let product = 0;
  for (let i = 0; i < DRAWS; i++) {
    draw(random, cases, out);
    expect(out.reduce((sum, x) => sum + x, 0)).toBe(cases);
    for (let k = 0; k < out.length; k++) sums[k]! += out[k]!;
    product += out[0]! * out[6]!;
  }
  for (let k = 0; k < weights.length; k++) {
    const p = weights[k]! / total;
    if (p === 0) expect(sums[k]).toBe(0);
    else expect(Math.abs(sums[k]! / DRAWS - cases * p)).toBeLessThan(5 * Math.sqrt((cases * p * (1 - p)) / DRAWS));
  }
  const want = cases * (cases - 1) * (3 / total) * (4 / total);
  expect(Math.abs(product / DRAWS - want)).toBeLessThan(0.02 * want);
});
