import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ebgm, ebgmColumns, type GpsPrior } from "pvsignal";
import { ebProbabilityBelow, mixtureQuantile, posteriorOf } from "../../src/signal/ebgm.ts";
import { gammaP } from "../../src/math/incomplete-gamma.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";

const priorOf = (row: GoldenRow): GpsPrior => {
  const [alpha1, beta1, alpha2, beta2, p] = ["alpha1", "beta1", "alpha2", "beta2", "P"].map((name) =>
    goldenNumber(row, name)!,
  );
  return { alpha1: alpha1!, beta1: beta1!, alpha2: alpha2!, beta2: beta2!, p: p! };
};

/** The reference is good to about 1e-14; two thousand roundings and a quantile solved to the last place stay below this. */
const TIGHT = 1e-12;

test("every score agrees with 40-digit values at four fixed priors, counts to 20,000 and expectations from 1e-6 to 30,000", () => {
  const rows = goldenRows("gps-fixed-theta.csv.gz");
  expect(rows.length).toBeGreaterThan(250);
  for (const row of rows) {
    const [n, e] = [goldenNumber(row, "N")!, goldenNumber(row, "E")!];
    const scores = ebgm(n, e, priorOf(row));
    for (const name of ["qn", "ebgm", "eb05", "eb95"] as const)
      expectClose(scores[name], goldenNumber(row, name)!, TIGHT);
    expectClose(ebProbabilityBelow(n, e, priorOf(row)), goldenNumber(row, "p_lambda_le_1")!, TIGHT, 1e-300);
  }
});

test("every score agrees on sampled pairs of the reference data sets, degenerate priors included", () => {
  for (const row of goldenRows("gps-scores.csv.gz")) {
    const scores = ebgm(goldenNumber(row, "N")!, goldenNumber(row, "E")!, priorOf(row));
    for (const [name, key] of [
      ["qn", "qn"],
      ["ebgm", "ebgm"],
      ["eb05", "eb05"],
      ["eb95", "eb95"],
      ["eb025", "eb025"],
      ["postMean", "post_mean"],
    ] as const) {
      expectClose(scores[name], goldenNumber(row, key)!, 1e-9, 1e-300);
    }
  }
});

test("the weight stays exact where a component is nearly a point mass (60-digit values)", () => {
  const point = {
    alpha1: 72845281445.7593,
    beta1: 52979922297.94171,
    alpha2: 14.946405004667431,
    beta2: 59.68357727719883,
    p: 0.007150429487650994,
  };
  expectClose(ebgm(10, 16.295999999999999, point).qn, 0.00110362636796128459, 1e-13);
  expectClose(ebgm(3, 9.348, point).qn, 0.0000351265218959410433, 1e-13);
});

const prior: fc.Arbitrary<GpsPrior> = fc.record({
  alpha1: fc.double({ min: -5, max: 5, noNaN: true }).map(Math.exp),
  beta1: fc.double({ min: -5, max: 5, noNaN: true }).map(Math.exp),
  alpha2: fc.double({ min: -5, max: 5, noNaN: true }).map(Math.exp),
  beta2: fc.double({ min: -5, max: 5, noNaN: true }).map(Math.exp),
  p: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
});
const count = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5000 }));
const expected = fc.double({ min: -7, max: 7, noNaN: true }).map(Math.exp);

test("a quantile has its probability below it", () => {
  fc.assert(
    fc.property(prior, count, expected, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (theta, n, e, p) => {
      const mixture = posteriorOf(n, e, theta);
      const x = mixtureQuantile(p, mixture);
      fc.pre(x > 1e-300);
      const below =
        mixture.q1 * gammaP(mixture.shape1, x * mixture.rate1) + mixture.q2 * gammaP(mixture.shape2, x * mixture.rate2);
      // The probability answers to the last place of x with the density there: shape times as much, at most.
      expectClose(below, p, 1e-11 + 1e-15 * (n + 200));
    }),
  );
});

test("quantiles are in order, rise with the count and fall with the expectation", () => {
  fc.assert(
    fc.property(prior, count, expected, (theta, n, e) => {
      const here = ebgm(n, e, theta);
      expect(here.eb025 <= here.eb05 && here.eb05 < here.eb95).toBe(true);
      const more = ebgm(n + 1, e, theta);
      const wider = ebgm(n, e * 1.1, theta);
      const slack = 1 + 1e-11;
      expect(more.ebgm * slack > here.ebgm && more.eb05 * slack > here.eb05).toBe(true);
      expect(wider.ebgm < here.ebgm * slack && wider.eb95 < here.eb95 * slack).toBe(true);
    }),
  );
});

test("a single component shrinks between its prior mean and n/e", () => {
  fc.assert(
    fc.property(prior, count, expected, (theta, n, e) => {
      const { postMean } = ebgm(n, e, { ...theta, p: 1 });
      const [low, high] = [n / e, theta.alpha1 / theta.beta1].sort((x, y) => x - y);
      expect(postMean >= low! * (1 - 1e-12) && postMean <= high! * (1 + 1e-12)).toBe(true);
    }),
  );
});

test("the two components are alike: swapping them changes nothing", () => {
  fc.assert(
    fc.property(prior, count, expected, (theta, n, e) => {
      const { alpha1, beta1, alpha2, beta2, p } = theta;
      const swapped = ebgm(n, e, { alpha1: alpha2, beta1: beta2, alpha2: alpha1, beta2: beta1, p: 1 - p });
      const here = ebgm(n, e, theta);
      for (const name of ["ebgm", "eb05", "eb95", "postMean"] as const)
        expectClose(swapped[name], here[name], 1e-10, 1e-290);
    }),
  );
});

describe("columns", () => {
  // Deterministic, dense in E so that polynomials are made, with transitions between components.
  const n = Float64Array.from({ length: 60_000 }, (_, i) => (i % 7 === 0 ? i % 300 : i % 12));
  const e = Float64Array.from({ length: 60_000 }, (_, i) =>
    i % 997 === 0 ? 0 : Math.exp(((i * 2_654_435_761) % 4_294_967_296) / 4e8 - 6),
  );
  const priors: GpsPrior[] = [
    { alpha1: 3.26, beta1: 0.4, alpha2: 2.02, beta2: 1.91, p: 0.0652 },
    { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 },
    { alpha1: 57.8, beta1: 65.7, alpha2: 1.5e-8, beta2: 0.0013, p: 0.946 },
    { alpha1: 0.19, beta1: 0.16, alpha2: 205_746, beta2: 205_442, p: 0.767 },
  ];

  test.each(priors)("agree with the single form to 1e-9, and bit for bit when exact: %j", (theta) => {
    const fast = ebgmColumns(n, e, theta);
    const exact = ebgmColumns(n, e, theta, { exact: true });
    for (let i = 0; i < n.length; i++) {
      for (const name of ["ebgm", "eb05", "eb95"] as const) expectClose(fast[name][i]!, exact[name][i]!, 1e-9, 1e-300);
    }
    for (let i = 0; i < n.length; i += 101) {
      const { ebgm: mean, eb05, eb95 } = ebgm(n[i]!, e[i]!, theta);
      expect([exact.ebgm[i], exact.eb05[i], exact.eb95[i]]).toEqual([mean, eb05, eb95]);
    }
  });

  test("splitting a column changes nothing beyond the same bound", () => {
    const whole = ebgmColumns(n, e, priors[0]!);
    const half = ebgmColumns(n.subarray(30_000), e.subarray(30_000), priors[0]!);
    for (let i = 0; i < half.eb05.length; i++) expectClose(half.eb05[i]!, whole.eb05[i + 30_000]!, 1e-9);
  });

  test("empty columns are fine; wrong ones are refused", () => {
    expect(ebgmColumns(new Float64Array(0), new Float64Array(0), priors[0]!).ebgm).toHaveLength(0);
    expect(() => ebgmColumns(Float64Array.of(1), Float64Array.of(1, 2), priors[0]!)).toThrow(
      expect.objectContaining({ code: "LENGTH_MISMATCH" }),
    );
    expect(() => ebgmColumns(Float64Array.of(1.5), Float64Array.of(1), priors[0]!)).toThrow(
      expect.objectContaining({ code: "INVALID_COUNT" }),
    );
    expect(() => ebgmColumns(Float64Array.of(1), Float64Array.of(NaN), priors[0]!)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

test.each([
  [-1, 1, {}, "INVALID_COUNT"],
  [0.5, 1, {}, "INVALID_COUNT"],
  [1, -1, {}, "INVALID_ARGUMENT"],
  [1, Infinity, {}, "INVALID_ARGUMENT"],
  [1, 1, { alpha1: 0 }, "INVALID_ARGUMENT"],
  [1, 1, { beta2: NaN }, "INVALID_ARGUMENT"],
  [1, 1, { p: 1.1 }, "INVALID_ARGUMENT"],
])("ebgm(%d, %d, %j) is refused", (n, e, change, code) => {
  const theta = { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1, ...change };
  expect(() => ebgm(n, e, theta)).toThrow(expect.objectContaining({ code }));
});
