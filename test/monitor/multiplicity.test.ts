import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hypergeometricLogSfGe } from "../../src/math/hypergeometric.ts";
import { seededRandom } from "../../src/math/random.ts";
import { jointRate, lookThreshold, screeningRate } from "../../src/monitor/multiplicity-budget.ts";
import { combineP, harmonicFactor } from "../../src/monitor/multiplicity.ts";
import { expectClose } from "../close.ts";

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe("combined p values", () => {
  test("the harmonic factor is that of the worst joint distribution, found on its own", () => {
    // The worst case has Σ 1/p constant: one p in (0, c), the others in (1 − (K − 1)c, 1), and the mean of 1/p over the body
    // (c, 1 − (K − 1)c) equal to that constant over K (Wang, Peng, Yang 2013, doi:10.1007/s00780-012-0200-5).
    for (const k of [3, 4, 5, 10, 50, 1000]) {
      const end = (c: number): number => (k - 1) / (1 - (k - 1) * c) + 1 / c;
      const excess = (c: number): number => (k / (1 - k * c)) * Math.log((1 - (k - 1) * c) / c) - end(c);
      let [low, high] = [1e-9, 1 / k - 1e-9];
      const isLow = excess(low) < 0;
      for (let i = 0; i < 200; i++) {
        const middle = (low + high) / 2;
        if (excess(middle) < 0 === isLow) low = middle;
        else high = middle;
      }
      expectClose(harmonicFactor(k), end(low) / k, 1e-8);
    }
    expect([0, 1, 2].map(harmonicFactor)).toEqual([1, 1, 2]);
    // Its ratio to ln K falls to 1, and it stays below the simple bound e·ln K of the paper.
    const ratios = [3, 10, 100, 1e4, 1e8, 1e15].map((k) => harmonicFactor(k) / Math.log(k));
    ratios.forEach((ratio, i) => {
      expect(ratio).toBeLessThan(i === 0 ? Math.E : ratios[i - 1]!);
      expect(ratio).toBeGreaterThan(1);
    });
  });

  test("one source alone is itself; p = 1 for none; smaller p values never combine to a larger one", () => {
    const logs = fc.array(fc.double({ min: -400, max: 0, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(logs, fc.nat(7), fc.double({ min: 0, max: 50, noNaN: true }), (list, place, less) => {
        for (const method of ["bonferroni", "harmonic", "cauchy"] as const) {
          expect(combineP([], { method }).p).toBe(1);
          const alone = combineP([list[0]!], { method });
          if (method !== "cauchy") expectClose(alone.log10P, list[0]! + 0, 1e-12);
          const lower = list.map((log, i) => (i === place % list.length ? log - less : log));
          expect(combineP(lower, { method }).log10P).toBeLessThanOrEqual(combineP(list, { method }).log10P + 1e-12);
          expect(combineP([...list].reverse(), { method }).log10P).toBeCloseTo(combineP(list, { method }).log10P, 9);
        }
      }),
    );
  });

  test("numbers worked by hand", () => {
    expectClose(combineP([-2, 0]).p, 0.02, 1e-12);
    expectClose(combineP([-2, 0], { weights: [0.8, 0.2] }).p, 0.0125, 1e-12);
    expect(combineP([-2, -1], { weights: [0, 1] }).log10P).toBe(-1);
    // 2 · 2 / (100 + 10)
    expectClose(combineP([-2, -1], { method: "harmonic" }).p, 4 / 110, 1e-12);
    // Both p = 0.01: the mean of equal tangents is the tangent.
    expectClose(combineP([-2, -2], { method: "cauchy" }).p, 0.01, 1e-12);
    expectClose(combineP([-300, -300], { method: "cauchy" }).log10P, -300, 1e-12);
    expect(combineP([-Infinity, 0]).p).toBe(0);
    expect(combineP([-Infinity, 0], { method: "harmonic" }).p).toBe(0);
    expect(combineP([-1]).holds).toBe("any dependence");
  });

  test("under the null the methods for any dependence hold their level, copies, opposites and shifts included", () => {
    const random = seededRandom(3);
    const k = 6;
    const draws = 40_000;
    const joints: Readonly<Record<string, () => number[]>> = {
      independent: () => Array.from({ length: k }, () => random.next()),
      copies: () => Array<number>(k).fill(random.next()),
      opposites: () => {
        const u = random.next();
        return Array.from({ length: k }, (_, i) => (i % 2 === 0 ? u : 1 - u));
      },
      shifts: () => {
        const u = random.next();
        return Array.from({ length: k }, (_, i) => (u + i / k) % 1);
      },
    };
    for (const [name, draw] of Object.entries(joints)) {
      const hits = { bonferroni: 0, harmonic: 0, mean: 0 };
      for (let i = 0; i < draws; i++) {
        const p = draw();
        const logs = p.map((one) => Math.log10(one));
        if (combineP(logs).p <= 0.05) hits.bonferroni++;
        if (combineP(logs, { method: "harmonic" }).p <= 0.05) hits.harmonic++;
      }
      // Four standard errors.
      const most = 0.05 * draws + 4 * Math.sqrt(0.05 * 0.95 * draws);
      expect([name, hits.bonferroni <= most, hits.harmonic <= most]).toEqual([name, true, true]);
      // Shifts are Bonferroni's worst case: it is exact there, so the test could fail.
      if (name === "shifts") expect(hits.bonferroni).toBeGreaterThan(0.045 * draws);
    }
  });

  test("wrong calls are refused", () => {
    expect(() => combineP([0.1])).toThrow(code("INVALID_ARGUMENT"));
    expect(() => combineP([NaN])).toThrow(code("INVALID_ARGUMENT"));
    expect(() => combineP([-1], { weights: [1, 0] })).toThrow(code("LENGTH_MISMATCH"));
    expect(() => combineP([-1, -1], { weights: [1, 1] })).toThrow(code("INVALID_OPTION"));
    expect(() => combineP([-1], { method: "harmonic", weights: [1] })).toThrow(code("INVALID_OPTION"));
    expect(() => combineP([-1], { method: "fisher" as "cauchy" })).toThrow(code("INVALID_OPTION"));
    expect(() => harmonicFactor(1.5)).toThrow(code("INVALID_ARGUMENT"));
  });
});

describe("the budget", () => {
  const budget = { perYear: 12, sources: { "level:PT": 2, "level:HLT": 1, "detector:lot": 1 } };

  test("a p at the threshold of a look is exactly within the budget", () => {
    const threshold = lookThreshold(budget, "level:PT", 20_000, 7);
    expectClose(10 ** threshold, (12 * 0.5 * 7) / 365.25 / 20_000, 1e-12);
    const at = (log: number): boolean =>
      jointRate([{ source: "level:PT", log10PerYear: screeningRate(log, 20_000, 7) }], budget).isWithinBudget;
    expect([at(threshold - 1e-9), at(threshold + 1e-9)]).toEqual([true, false]);
    // Twice as many looks, half the part of each.
    expectClose(10 ** lookThreshold(budget, "level:PT", 20_000, 3.5), 10 ** threshold / 2, 1e-12);
  });

  test("the source with the smallest rate for its share decides; without a source there is no rate", () => {
    const rate = jointRate(
      [
        { source: "level:PT", log10PerYear: 0 },
        { source: "detector:lot", log10PerYear: -0.2 },
      ],
      budget,
    );
    expect(rate.source).toBe("level:PT");
    expectClose(rate.expectedPerYear!, 2, 1e-12);
    expect(jointRate([], budget)).toEqual({
      log10PerYear: null,
      expectedPerYear: null,
      source: null,
      isWithinBudget: false,
    });
    const none = { perYear: 1, sources: { a: 0, b: 1 } };
    expect(jointRate([{ source: "a", log10PerYear: -50 }], none).isWithinBudget).toBe(false);
  });

  test("wrong budgets are refused", () => {
    const refused = (perYear: number, sources: Record<string, number>): void => {
      expect(() => jointRate([{ source: "a", log10PerYear: 0 }], { perYear, sources })).toThrow(code("INVALID_OPTION"));
    };
    refused(0, { a: 1 });
    refused(1, { a: -1 });
    refused(1, { a: 0 });
    refused(1, { b: 1 });
    expect(() => screeningRate(0.1, 10, 7)).toThrow(code("INVALID_ARGUMENT"));
    expect(() => screeningRate(-1, 0, 7)).toThrow(code("INVALID_ARGUMENT"));
    expect(() => screeningRate(-1, 10, 0)).toThrow(code("INVALID_ARGUMENT"));
  });
});

describe("a year of weekly looks at growing data", () => {
  const [products, events, weekly] = [15, 20, 120];
  const hypotheses = products * events;
  // Terms are drawn from skewed frequencies.
  const drawn = (u: number, size: number): number => Math.min(size - 1, Math.floor(size * u * u));

  /** Looks at which each pair is below the limit first, over one year; events of product 3 are event 5 more often by `planted`. */
  function year(seed: number, limits: readonly number[], planted = 0): { found: number[]; plantedWeek: number | null } {
    const random = seededRandom(seed);
    const a = new Int32Array(hypotheses);
    const [n1, m1] = [new Int32Array(products), new Int32Array(events)];
    const found = limits.map(() => new Set<number>());
    let plantedWeek: number | null = null;
    let n = 0;
    for (let week = 1; week <= 52; week++) {
      for (let i = 0; i < weekly; i++) {
        const product = drawn(random.next(), products);
        const u = random.next();
        const event = product === 3 && random.next() < planted ? 15 : drawn(u, events);
        a[product * events + event]!++;
        n1[product]!++;
        m1[event]!++;
        n++;
      }
      for (let pair = 0; pair < hypotheses; pair++) {
        const [product, event] = [Math.floor(pair / events), pair % events];
        const [x, y, count] = [n1[product]!, m1[event]!, a[pair]!];
        if (count * n <= x * y) continue;
        const log = hypergeometricLogSfGe(count, x, y, n) / Math.LN10;
        limits.forEach((limit, i) => {
          if (log > limit) return;
          found[i]!.add(pair);
          if (i === 0 && pair === 3 * events + 15) plantedWeek ??= week;
        });
      }
    }
    return { found: found.map((set) => set.size), plantedWeek };
  }

  const perYear = 4;
  const budgeted = lookThreshold({ perYear, sources: { "level:PT": 1 } }, "level:PT", hypotheses, 7);
  const once = Math.log10(perYear / hypotheses);

  test("false candidates stay within the budget, where a threshold for one look would not", () => {
    const years = 30;
    const totals = [0, 0];
    for (let i = 0; i < years; i++) year(100 + i, [budgeted, once]).found.forEach((count, j) => (totals[j]! += count));
    const noise = 4 * Math.sqrt(perYear * years);
    // Measured: 9 in 30 years, where the budget allows 120 and a level for one look lets through 509.
    expect(totals[0]).toBeLessThan(perYear * years + noise);
    // Each look at its own level lets through more than the budget: the looks have to be paid for.
    expect(totals[1]).toBeGreaterThan(perYear * years + noise);
  });

  test("a planted excess is found all the same, in nearly every year and in time", () => {
    const weeks = Array.from({ length: 20 }, (_, i) => year(500 + i, [budgeted], 0.12).plantedWeek);
    const found = weeks.filter((week) => week !== null);
    expect(found.length).toBeGreaterThanOrEqual(19);
    expect(found.sort((x, y) => x - y)[Math.floor(found.length / 2)]).toBeLessThan(26);
  });
});
