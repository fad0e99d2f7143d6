import { expect, test } from "vitest";
import { betaI } from "../../src/math/incomplete-beta.ts";
import { poissonCdf, poissonPmf } from "../../src/math/poisson.ts";
import { chiSquareSf } from "../../src/math/chi-square.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { seededRandom } from "../../src/math/random.ts";

const draw = (n: number, next: () => number): number[] => Array.from({ length: n }, next);
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** Mean and variance within five standard errors; `kurtosis` is the fourth central moment over the squared variance. */
function expectMoments(xs: readonly number[], mu: number, variance: number, kurtosis: number): void {
  const n = xs.length;
  const v = mean(xs.map((x) => (x - mu) ** 2));
  expect(Math.abs(mean(xs) - mu)).toBeLessThan(5 * Math.sqrt(variance / n));
  expect(Math.abs(v - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / n));
}

/** Pearson's goodness of fit over cells with their probabilities. */
function fit(counts: readonly number[], probabilities: readonly number[], n: number): number {
  const x2 = counts.reduce((sum, o, i) => sum + (o - n * probabilities[i]!) ** 2 / (n * probabilities[i]!), 0);
  return chiSquareSf(x2, counts.length - 1);
}

test("a seed always gives the same numbers", () => {
  const r = seededRandom(20261122);
  expect(draw(3, r.next)).toEqual([0.9626399882331909, 0.5975311667595206, 0.812434715890524]);
  expect(draw(5, () => r.integer(1000))).toEqual([633, 928, 812, 44, 273]);
  expect(draw(2, r.normal)).toEqual([1.0262976904188053, 1.867856188431414]);
  expect([r.poisson(3), r.poisson(250), r.poisson(1e9)]).toEqual([2, 276, 1000011543]);
  expect(draw(2, r.fork(7).next)).toEqual([0.4119437478836153, 0.005845758051580163]);
});

test("seeds that differ in one bit, in sign or in fraction give other streams", () => {
  const firsts = [0, 1, -1, 2, 0.5, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 1e300, 5e-324].map((seed) =>
    seededRandom(seed).next(),
  );
  expect(new Set(firsts).size).toBe(firsts.length);
  expect(seededRandom(-0).next()).toBe(seededRandom(0).next());
});

test("uniform numbers lie in [0, 1), fill it evenly and use all 53 bits", () => {
  const xs = draw(200_000, seededRandom(1).next);
  expect(Math.min(...xs.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
  expect(xs.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53))).toBe(true);
  expect(xs.some((x) => (x * 2 ** 53) % 2 === 1)).toBe(true);
  expectMoments(xs, 0.5, 1 / 12, 1.8);
  const counts = Array<number>(64).fill(0);
  for (const x of xs) counts[Math.floor(x * 64)]! += 1;
  expect(
    fit(
      counts,
      counts.map(() => 1 / 64),
      xs.length,
    ),
  ).toBeGreaterThan(1e-6);
});

test("integers are even over their range, small and beyond 32 bits", () => {
  const r = seededRandom(2);
  const counts = Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[r.integer(7)]! += 1;
  expect(
    fit(
      counts,
      counts.map(() => 1 / 7),
      70_000,
    ),
  ).toBeGreaterThan(1e-6);
  const below = 3 * 2 ** 50;
  const large = draw(50_000, () => r.integer(below));
  expect(large.every((x) => Number.isInteger(x) && x >= 0 && x < below)).toBe(true);
  expectMoments(
    large.map((x) => x / below),
    0.5,
    1 / 12,
    1.8,
  );
  expect([r.integer(1), r.integer(0), r.integer(-1), r.integer(1.5), r.integer(NaN), r.integer(2 ** 54)]).toEqual([
    0,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
});

test("normal numbers have the normal distribution", () => {
  const n = 200_000;
  const xs = draw(n, seededRandom(3).normal);
  expectMoments(xs, 0, 1, 3);
  const edges = [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3];
  const cdf = [0, ...edges.map(normalCdf), 1];
  const counts = Array<number>(10).fill(0);
  for (const x of xs) counts[edges.filter((edge) => edge < x).length]! += 1;
  expect(
    fit(
      counts,
      counts.map((_, i) => cdf[i + 1]! - cdf[i]!),
      n,
    ),
  ).toBeGreaterThan(1e-6);
});

test.each([0.05, 1, 9.9, 10, 33.3, 400, 1e6, 1e12])("Poisson counts of mean %d have its distribution", (lambda) => {
  const n = 40_000;
  const r = seededRandom(4);
  const xs = draw(n, () => r.poisson(lambda));
  expect(xs.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
  expectMoments(xs, lambda, lambda, 3 + 1 / lambda);
  if (lambda > 1000) return;
  const low = Math.max(0, Math.floor(lambda - 3 * Math.sqrt(lambda)));
  const high = Math.ceil(lambda + 3 * Math.sqrt(lambda)) + 1;
  const probabilities = [
    poissonCdf(low, lambda),
    ...Array.from({ length: high - low - 1 }, (_, i) => poissonPmf(low + 1 + i, lambda)),
  ];
  probabilities.push(1 - poissonCdf(high - 1, lambda));
  const counts = probabilities.map(() => 0);
  for (const x of xs) counts[Math.min(Math.max(x, low), high) - low]! += 1;
  expect(fit(counts, probabilities, n)).toBeGreaterThan(1e-6);
});

test.each([
  [7, 0.3],
  [40, 0.5],
  [1000, 0.004],
  [1000, 0.996],
  [25, 0.45],
  [300, 0.2],
  [1_000_000, 0.0001],
  [64_000_000, 0.31],
  [2 ** 53, 1e-15],
  [2 ** 50, 0.5],
])("binomial counts of %d trials have its distribution at %d", (trials, p) => {
  const n = 40_000;
  const r = seededRandom(9);
  const xs = draw(n, () => r.binomial(trials, p));
  const variance = trials * p * (1 - p);
  expect(xs.every((x) => Number.isInteger(x) && x >= 0 && x <= trials)).toBe(true);
  expectMoments(xs, trials * p, variance, 3 + (1 - 6 * p * (1 - p)) / variance);
  if (variance > 1000) return;
  // P(X <= k) is an incomplete beta function
  const cdf = (k: number): number => betaI(trials - k, k + 1, 1 - p);
  const low = Math.max(0, Math.floor(trials * p - 3 * Math.sqrt(variance)));
  const high = Math.min(trials, Math.ceil(trials * p + 3 * Math.sqrt(variance)) + 1);
  const probabilities = [cdf(low)];
  for (let k = low + 1; k < high; k++) probabilities.push(cdf(k) - cdf(k - 1));
  probabilities.push(1 - cdf(high - 1));
  const counts = probabilities.map(() => 0);
  for (const x of xs) counts[Math.min(Math.max(x, low), high) - low]! += 1;
  const kept = probabilities.map((q, i) => [q, counts[i]!] as const).filter(([q]) => q > 1e-9);
  expect(
    fit(
      kept.map(([, count]) => count),
      kept.map(([q]) => q),
      n,
    ),
  ).toBeGreaterThan(1e-6);
});

test("binomial counts are certain at probability 0 and 1, and NaN outside the domain", () => {
  const r = seededRandom(10);
  expect([r.binomial(5, 0), r.binomial(5, 1), r.binomial(0, 0.5)]).toEqual([0, 5, 0]);
  expect([
    r.binomial(-1, 0.5),
    r.binomial(1.5, 0.5),
    r.binomial(5, -0.1),
    r.binomial(5, NaN),
    r.binomial(5, 1.1),
  ]).toEqual(Array(5).fill(NaN));
});

test("a Poisson mean of 0 gives 0, one outside the domain NaN", () => {
  const r = seededRandom(5);
  expect([r.poisson(0), r.poisson(-1), r.poisson(NaN), r.poisson(Infinity)]).toEqual([0, NaN, NaN, NaN]);
});

test("a fork depends on seed and label only, not on what was drawn", () => {
  const [fresh, used] = [seededRandom(6), seededRandom(6)];
  draw(1000, used.next);
  expect(draw(10, fresh.fork(3).next)).toEqual(draw(10, used.fork(3).next));
  draw(10, fresh.fork(4).next);
  expect(fresh.next()).toBe(seededRandom(6).next());
});

test("forks, their parent and their children are uncorrelated", () => {
  const n = 20_000;
  const parent = seededRandom(7);
  const streams = [
    parent,
    parent.fork(0),
    parent.fork(1),
    parent.fork(2),
    parent.fork(1).fork(2),
    parent.fork(2).fork(1),
    seededRandom(8),
  ];
  const columns = streams.map(({ next }) => draw(n, next).map((x) => (x - 0.5) * Math.sqrt(12)));
  for (const [i, x] of columns.entries()) {
    for (const y of columns.slice(i + 1)) {
      expect(Math.abs(mean(x.map((value, k) => value * y[k]!)))).toBeLessThan(5 / Math.sqrt(n));
    }
  }
});
