import fc from "fast-check";
import { expect, test } from "vitest";
import { countQuantileUpper, negativeBinomialSfGe } from "../../src/math/count-quantile.ts";
import { gaussLegendre } from "../../src/math/gauss-legendre.ts";
import { linearSolve } from "../../src/math/linear-solve.ts";
import { negativeBinomialLogPmf } from "../../src/math/negative-binomial.ts";
import { QuasiPoisson } from "../../src/math/quasi-poisson.ts";
import { seededRandom } from "../../src/math/random.ts";
import { studentTwoSided } from "../../src/math/student-t.ts";
import { expectClose } from "../close.ts";

test.each([
  [1, 1, 0.5], // Cauchy: 1/2 lies beyond 1
  [2, 2, 0.1835034190722739], // 1 - 2 / √(4 + 2) · ... = 1 - t / √(2 + t²)
  [0, 7, 1],
  [Infinity, 3, 0],
])("P(|T| > %d) with %d degrees of freedom", (t, df, p) => {
  expectClose(studentTwoSided(t, df), p, 1e-14);
  expectClose(studentTwoSided(-t, df), p, 1e-14);
});

const size = fc.oneof(fc.double({ min: 0.01, max: 500, noNaN: true }), fc.constant(Infinity));
const mean = fc.double({ min: 0.001, max: 2000, noNaN: true });

test("the quantile is the smallest count that leaves no more than q above it", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 0.999, noNaN: true }), size, mean, (q, shape, m) => {
      const x = countQuantileUpper(q, shape, m);
      expect(negativeBinomialSfGe(x + 1, shape, m)).toBeLessThanOrEqual(q);
      if (x > 0) expect(negativeBinomialSfGe(x, shape, m)).toBeGreaterThan(q);
    }),
  );
});

test("upper tails of the negative binomial are the sums of its terms", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      size,
      fc.double({ min: 0.01, max: 20, noNaN: true }),
      (k, shape, m) => {
        let below = 0;
        for (let n = 0; n < k; n++) below += Math.exp(negativeBinomialLogPmf(n, shape, m));
        expectClose(negativeBinomialSfGe(k, shape, m), 1 - below, 1e-10, 1e-13);
      },
    ),
  );
});

test("n nodes integrate polynomials of degree 2n - 1 exactly", () => {
  for (const n of [1, 2, 5, 20]) {
    const { nodes, weights } = gaussLegendre(n, -1, 3);
    for (let degree = 0; degree < 2 * n; degree++) {
      const sum = nodes.reduce((total, x, i) => total + weights[i]! * (x / 3) ** degree, 0);
      const exact = (3 / (degree + 1)) * (1 - (-1 / 3) ** (degree + 1));
      expectClose(sum, exact, 1e-12, 1e-13);
    }
  }
});

test("a linear system is solved", () => {
  const random = seededRandom(3);
  const n = 12;
  const x = Float64Array.from({ length: n }, () => random.normal());
  const matrix = Float64Array.from({ length: n * n }, () => random.normal());
  const right = Float64Array.from({ length: n }, (_, i) => x.reduce((sum, xj, j) => sum + matrix[i * n + j]! * xj, 0));
  linearSolve(matrix, right).forEach((value, i) => {
    expectClose(value, x[i]!, 1e-10, 1e-12);
  });
});

/** Newton's method for the same model with the full matrix, to the end. */
function newton(y: Float64Array, design: readonly (readonly number[])[], weight: Float64Array, offset: Float64Array) {
  const k = design[0]!.length;
  const beta = new Float64Array(k);
  const information = new Float64Array(k * k);
  beta.fill(Math.log(y.reduce((sum, count) => sum + count, 0) / y.length + 0.1), 0, k - 1);
  for (let round = 0; round < 100; round++) {
    information.fill(0);
    const score = new Float64Array(k);
    y.forEach((count, i) => {
      const m = Math.exp(offset[i]! + design[i]!.reduce((sum, x, j) => sum + x * beta[j]!, 0));
      for (let a = 0; a < k; a++) {
        score[a]! += weight[i]! * design[i]![a]! * (count - m);
        for (let b = 0; b < k; b++) information[a * k + b]! += weight[i]! * m * design[i]![a]! * design[i]![b]!;
      }
    });
    linearSolve(information.slice(), score).forEach((step, j) => (beta[j]! += step));
  }
  const variance = (x: readonly number[]): number => {
    const solved = linearSolve(information.slice(), Float64Array.from(x));
    return x.reduce((sum, value, j) => sum + value * solved[j]!, 0);
  };
  return { beta, variance };
}

test("the arrowhead fit is the fit of the full matrix", () => {
  const random = seededRandom(17);
  for (const groups of [1, 3, 5]) {
    const n = 60;
    const fit = new QuasiPoisson(n, groups);
    fit.n = n;
    const design: number[][] = [];
    for (let i = 0; i < n; i++) {
      fit.group[i] = i % groups;
      fit.time[i] = i - 70;
      fit.offset[i] = 0.3 * random.next();
      fit.weight[i] = 0.5 + random.next();
      fit.y[i] = random.poisson(Math.exp(1 + 0.2 * fit.group[i]! + 0.01 * i));
      design.push([...Array.from({ length: groups }, (_, g) => (g === fit.group[i]! ? 1 : 0)), fit.time[i]!]);
    }
    expect(fit.fit(true)).toBe(true);
    const { beta, variance } = newton(fit.y, design, fit.weight, fit.offset);
    // The fit stops when the deviance changes by 1e-8, at which coefficients are within its square root's order of the end.
    expectClose(fit.slope, beta[groups]!, 1e-5);
    fit.level.forEach((level, g) => {
      expectClose(level, beta[g]!, 1e-5);
    });
    for (let i = 0; i < n; i += 7) {
      expectClose(fit.unitVariance(fit.group[i]!, fit.time[i]!), variance(design[i]!), 1e-3);
    }
    let leverage = 0;
    for (let i = 0; i < n; i++) leverage += fit.leverage(i);
    expectClose(leverage, groups + 1, 1e-10); // the trace of a hat matrix is the number of parameters
    expect(fit.degreesOfFreedom).toBe(n - groups - 1);
  }
});
