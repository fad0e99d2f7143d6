import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countsFromRows, fitGps, type GpsFit, type GpsLikelihood } from "pvsignal";
import { gpsObjective, toCoordinates, toPrior } from "../../src/signal/gps-likelihood.ts";
import { observedPoints, squash } from "../../src/signal/gps-points.ts";
import { negativeBinomialLogPmf } from "../../src/math/negative-binomial.ts";
import { digammaRise, logRising } from "../../src/math/rising.ts";
import { digamma } from "../../src/math/digamma.ts";
import { logGamma } from "../../src/math/log-gamma.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows } from "../golden.ts";
import { gpsCounts } from "./datasets.ts";

const fits = new Map<string, GpsFit>();
async function fit(dataset: string, likelihood: GpsLikelihood): Promise<GpsFit> {
  const key = `${dataset} ${likelihood}`;
  const known = fits.get(key) ?? fitGps(await gpsCounts(dataset), { likelihood });
  fits.set(key, known);
  return known;
}

test.each(goldenRows("gps-fits.csv").map((row) => [row["dataset"]!, row["likelihood"] as GpsLikelihood, row] as const))(
  "%s, %s: the optimum is at least as good as the reference's",
  async (dataset, likelihood, row) => {
    const found = await fit(dataset, likelihood);
    expect(found.negLogLik).toBeLessThanOrEqual(goldenNumber(row, "neg_loglik")! + 1e-4);
    for (const value of Object.values(found.prior)) expect(Number.isFinite(value) && value >= 0).toBe(true);
    expect(found.prior.p).toBeLessThanOrEqual(1);
    if (found.interior) {
      expect(found.hessianEigenvalues[0]).toBeGreaterThan(0);
      // Rounding of the sum limits the gradient: one part in 10^10 of the weight of all pairs, or 0.03 on a nearly flat ridge.
      expect(found.gradientNorm).toBeLessThan(Math.max(0.03, 1e-10 * found.pairs));
    } else expect(found.boundary.length).toBeGreaterThan(0);
  },
);

test("on CAERS the fit published for it is met, and a better optimum beside it", async () => {
  const { optima, negLogLik } = await fit("caers", "truncated");
  expectClose(negLogLik, 4162.180837, 1e-9);
  const published = optima.find((optimum) => Math.abs(optimum.negLogLik - 4162.45571) < 1e-4)!;
  expectClose(published.prior.alpha1, 3.25596, 1e-4);
  expectClose(published.prior.beta1, 0.39999, 1e-4);
  expectClose(published.prior.p, 0.0653, 1e-3);
});

test("boundary solutions are named", async () => {
  expect((await fit("statin1491", "truncated")).boundary).toEqual(["alpha2, beta2 → ∞ (point mass at 1.001)"]);
  expect((await fit("faers-sample1000", "truncated")).boundary).toEqual(["alpha2 → 0 (log-series)"]);
});

test("squashing says what it costs", async () => {
  const full = await fit("phvid", "truncated");
  const squashed = fitGps(await gpsCounts("phvid"), { squashTo: 10_000 });
  expect(squashed.points).toBeLessThan(20_000);
  expect(squashed.squashing!.pointsBefore).toBe(full.points);
  expect(squashed.squashing!.fullNegLogLik).toBeGreaterThanOrEqual(full.negLogLik - 1e-6);
  expectClose(squashed.squashing!.fullNegLogLik, full.negLogLik, 1e-3);
});

describe("the likelihood", () => {
  const point = fc.record({
    n: fc.integer({ min: 0, max: 40 }),
    e: fc.double({ min: 0.01, max: 50, noNaN: true }),
    weight: fc.integer({ min: 1, max: 5 }),
  });
  const points = fc.array(point, { minLength: 1, maxLength: 20 });
  const coordinates = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 5, maxLength: 5 });

  test("is the one written in the papers", () => {
    fc.assert(
      fc.property(points, coordinates, (list, x) => {
        const { alpha1, beta1, alpha2, beta2, p } = toPrior(x);
        const columns = (least: number) => {
          const kept = list.filter(({ n }) => n >= least);
          return {
            n: Float64Array.from(kept, ({ n }) => n),
            e: Float64Array.from(kept, ({ e }) => e),
            weight: Float64Array.from(kept, ({ weight }) => weight),
            kept,
          };
        };
        const pmf = (n: number, alpha: number, beta: number, e: number): number =>
          Math.exp(negativeBinomialLogPmf(n, alpha, (alpha * e) / beta));
        const direct: Record<GpsLikelihood, (n: number, e: number) => number> = {
          "all-cells": (n, e) => p * pmf(n, alpha1, beta1, e) + (1 - p) * pmf(n, alpha2, beta2, e),
          truncated: (n, e) =>
            (p * pmf(n, alpha1, beta1, e)) / (1 - pmf(0, alpha1, beta1, e)) +
            ((1 - p) * pmf(n, alpha2, beta2, e)) / (1 - pmf(0, alpha2, beta2, e)),
          "whole-mixture-truncated": (n, e) =>
            (p * pmf(n, alpha1, beta1, e) + (1 - p) * pmf(n, alpha2, beta2, e)) /
            (1 - p * pmf(0, alpha1, beta1, e) - (1 - p) * pmf(0, alpha2, beta2, e)),
        };
        for (const likelihood of ["all-cells", "truncated", "whole-mixture-truncated"] as const) {
          const { kept, ...data } = columns(likelihood === "all-cells" ? 0 : 1);
          const value = gpsObjective(data, likelihood)(Float64Array.from(x), new Float64Array(5));
          const wanted = -kept.reduce((sum, { n, e, weight }) => sum + weight * Math.log(direct[likelihood](n, e)), 0);
          fc.pre(Number.isFinite(wanted));
          // The direct form loses digits where 1 − f(0) cancels.
          expectClose(value, wanted, 1e-9, 1e-9);
        }
      }),
    );
  });

  test("has the gradient it says", () => {
    fc.assert(
      fc.property(
        points,
        coordinates,
        fc.constantFrom<GpsLikelihood>("all-cells", "truncated", "whole-mixture-truncated"),
        (list, x, likelihood) => {
          const kept = list.filter(({ n }) => n >= (likelihood === "all-cells" ? 0 : 1));
          const f = gpsObjective(
            {
              n: Float64Array.from(kept, ({ n }) => n),
              e: Float64Array.from(kept, ({ e }) => e),
              weight: Float64Array.from(kept, ({ weight }) => weight),
            },
            likelihood,
          );
          const gradient = new Float64Array(5);
          const at = Float64Array.from(x);
          const scale = Math.abs(f(at, gradient)) + 1;
          for (let i = 0; i < 5; i++) {
            const h = 1e-5;
            const moved = (by: number): number =>
              f(
                at.map((v, j) => (j === i ? v + by : v)),
                new Float64Array(5),
              );
            expectClose(gradient[i]!, (moved(h) - moved(-h)) / (2 * h), 1e-5, 1e-7 * scale);
          }
        },
      ),
    );
  });

  test("does not mind extreme priors", () => {
    const f = gpsObjective(
      { n: Float64Array.of(1, 3, 5000), e: Float64Array.of(1e-4, 3, 4000), weight: Float64Array.of(10, 2, 1) },
      "truncated",
    );
    for (const corner of [-18, 18]) {
      for (const other of [-18, 18]) {
        const gradient = new Float64Array(5);
        expect(Number.isFinite(f(Float64Array.of(corner, corner, other, other, corner), gradient))).toBe(true);
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

test("coordinates and priors are two names of the same thing", () => {
  const prior = { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 };
  const back = toPrior(toCoordinates(prior));
  for (const name of Object.keys(prior) as (keyof typeof prior)[]) expectClose(back[name], prior[name], 1e-14);
});

test("equal points are taken together without loss; squashing keeps weight and expectation", () => {
  const counts = countsFromRows(
    Array.from({ length: 400 }, (_, i) => ({ product: `P${i % 20}`, event: `E${i % 19}`, a: 1 + (i % 3) })),
  );
  const points = observedPoints(counts);
  const total = (column: Float64Array, weight: Float64Array): number =>
    column.reduce((sum, v, i) => sum + v * weight[i]!, 0);
  expect(points.weight.reduce((x, y) => x + y, 0)).toBe(counts.size);
  const small = squash(points, 50);
  expectClose(total(small.e, small.weight), total(points.e, points.weight), 1e-12);
  expect(total(small.n, small.weight)).toBe(total(points.n, points.weight));
});

test("rising factorials and their derivatives agree with differences of log-gamma and digamma", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 4, noNaN: true }).map(Math.exp),
      fc.integer({ min: 0, max: 3000 }),
      (a, m) => {
        expectClose(logRising(a, m), logGamma(a + m) - logGamma(a), 1e-12, 1e-11);
        expectClose(digammaRise(a, m), digamma(a + m) - digamma(a), 1e-12, 1e-12);
      },
    ),
  );
});

test("mistakes are named", async () => {
  const counts = await gpsCounts("lovastatin");
  expect(() => fitGps(counts, { squashTo: 3 })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => fitGps(counts, { starts: [{ alpha1: -1, beta1: 1, alpha2: 1, beta2: 1, p: 0.5 }] })).toThrow(
    "prior.alpha1",
  );
});
