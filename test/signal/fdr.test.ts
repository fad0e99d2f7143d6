import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { fisherColumns, type PairCounts } from "pvsignal";
import { digamma, trigamma } from "../../src/math/digamma.ts";
import { normalSf } from "../../src/math/normal.ts";
import { poissonSfGe } from "../../src/math/poisson.ts";
import { seededRandom } from "../../src/math/random.ts";
import { adjustP, posteriorFdr, type AdjustMethod } from "../../src/signal/fdr.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows } from "../golden.ts";
import { goldenCounts } from "./datasets.ts";

const METHODS: readonly AdjustMethod[] = ["bonferroni", "bh", "by", "lbe"];

// Repeated values and both ends, so that ties and corners come up.
const probability = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 1, 0.5, 0.01, 0.04, 1e-300),
  fc.integer({ min: 0, max: 20 }).map((i) => i / 20),
);
const probabilities = fc.array(probability, { maxLength: 40 }).map((p) => Float64Array.from(p));
const method = fc.constantFrom(...METHODS);
const invalid = (code: string): unknown => expect.objectContaining({ code });

describe("the reference's 252 statin pairs", () => {
  const rows = goldenRows("lbe-fdr.statin46.csv.gz");
  const p = Float64Array.from(rows, (row) => goldenNumber(row, "p_one_sided")!);
  const result = adjustP(p, "lbe");

  test("the share of true nulls is the one LBE finds with a = 1", () => {
    expectClose(result.pi0!, 0.16415776514351671, 1e-13);
    expect(result.tested).toBe(252);
  });

  test("the rate of every pair is the reference's, ties taken together and made monotone", () => {
    let least = 1;
    for (let i = p.length - 1; i >= 0; i--) {
      if (p[i] !== p[i + 1]) least = Math.min(least, goldenNumber(rows[i]!, "fdr_phvid")!);
      expectClose(result.q[i]!, least, 1e-12);
    }
  });
});

describe("CAERS, 17,189 pairs", () => {
  const rows = goldenRows("caers.phvid-fdr.csv.gz");
  let counts: PairCounts;
  let p: Float64Array;
  beforeAll(async () => {
    counts = await goldenCounts("caers");
    p = fisherColumns(counts.columns()).p;
  });

  test("the location-based rate agrees with PhViD and LBE where a is above 1", () => {
    const { q, pi0 } = adjustP(p, "lbe");
    const half = p.filter((x) => x <= 0.5).length;
    let equal = 0;
    for (const row of rows) {
      const i = counts.find(row["product"]!, row["event"]!);
      const theirs = goldenNumber(row, "rfet_fdr")!;
      const rank = goldenNumber(row, "rfet_rank")!;
      expectClose(p[i]!, goldenNumber(row, "rfet_p")!, 1e-10);
      // LBE searches its a to a few digits only: the share of nulls differs by 2.4e-7.
      if (p[i]! <= 0.5) expectClose((theirs * rank) / (p[i]! * counts.size), pi0!, 1e-6);
      else expectClose(theirs, ((pi0! * counts.size) / 2 + rank - half) / rank, 1e-6);
      // Theirs is not made monotone and breaks ties by place.
      expect(q[i]).toBeLessThanOrEqual(theirs * (1 + 1e-6));
      if (q[i]! >= theirs * (1 - 1e-6)) equal++;
    }
    expect(equal).toBeGreaterThan(50);
  });

  test("listed pairs alone overstate what is found; all combinations as hypotheses do not", () => {
    const declared = (q: Float64Array): number => q.reduce((k, x) => k + (x <= 0.05 ? 1 : 0), 0);
    const all = counts.products.length * counts.events.length;
    expect(declared(adjustP(p, "lbe").q)).toBe(counts.size);
    expect(declared(adjustP(p, "bh").q)).toBe(10209);
    expect(declared(adjustP(p, "bh", undefined, all).q)).toBe(65);
    expect(declared(adjustP(p, "bonferroni", undefined, all).q)).toBe(40);
  });

  test("posterior rates agree with PhViD's for the posterior of Gould", () => {
    const { a, b, c, d } = counts.columns();
    const posterior = a.map((a_, i) => {
      const n1 = a_ + b[i]!;
      const m1 = a_ + c[i]!;
      const n = n1 + c[i]! + d[i]!;
      const prior = ((n + 2) * (n + 2)) / ((n1 + 1) * (m1 + 1));
      const mean = digamma(a_ + 1) - digamma(n + prior) - digamma(n1 + 1) - digamma(m1 + 1) + 2 * digamma(n + 2);
      const variance =
        trigamma(a_ + 1) - trigamma(n + prior) + trigamma(n1 + 1) + trigamma(m1 + 1) - 2 * trigamma(n + 2);
      return normalSf(mean / Math.sqrt(variance));
    });
    const { fdr } = posteriorFdr(posterior);
    const sorted = posterior.toSorted();
    const rates = fdr.toSorted();
    const upTo = (bound: number): number => sorted.findLastIndex((v) => v <= bound) + 1;
    let unique = 0;
    for (const row of rows) {
      const own = posterior[counts.find(row["product"]!, row["event"]!)]!;
      expectClose(own, goldenNumber(row, "bcpnn_posth0")!, 1e-9);
      const theirs = goldenNumber(row, "bcpnn_fdr")!;
      // Theirs breaks ties by place; tables with margins exchanged are ties that rounding may part.
      const before = upTo(own * (1 - 1e-10));
      const after = upTo(own * (1 + 1e-10));
      if (after - before === 1) {
        unique++;
        expectClose(rates[before]!, theirs, 1e-9);
      } else {
        expect(theirs).toBeLessThanOrEqual(rates[after - 1]! * (1 + 1e-9));
        expect(theirs).toBeGreaterThanOrEqual((rates[before - 1] ?? 0) * (1 - 1e-9));
      }
    }
    expect(unique).toBeGreaterThan(50);
  });
});

test("the worked example of Benjamini and Hochberg: 4 of 15 declared at 0.05, 3 by Bonferroni", () => {
  const p = Float64Array.of(
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.324,
    0.4262,
    0.5719,
    0.6528,
    0.759,
    1,
  );
  const declared = (m: AdjustMethod): number => adjustP(p, m).q.filter((q) => q <= 0.05).length;
  expect([declared("bh"), declared("bonferroni")]).toEqual([4, 3]);
  const { q } = adjustP(p, "bh");
  expectClose(q[3]!, (0.0095 * 15) / 4, 1e-15);
  expectClose(adjustP(p, "by").q[0]!, 0.0001 * 15 * 3.3182289932289932, 1e-14);
});

test("q is at least p and at most 1, and never falls where p rises", () => {
  fc.assert(
    fc.property(probabilities, method, fc.nat({ max: 1000 }), (p, m, more) => {
      for (const hypotheses of m === "lbe" ? [undefined] : [undefined, p.length + more]) {
        const { q } = adjustP(p, m, undefined, hypotheses);
        const order = Array.from(p.keys()).sort((i, j) => p[i]! - p[j]!);
        order.forEach((i, k) => {
          expect(q[i]! >= (m === "lbe" ? 0 : p[i]!) && q[i]! <= 1).toBe(true);
          if (k === 0) return;
          const j = order[k - 1]!;
          if (p[j] === p[i]) expect(q[j]).toBe(q[i]);
          else expect(q[j]).toBeLessThanOrEqual(q[i]!);
        });
      }
    }),
  );
});

test("Benjamini-Hochberg is never above Bonferroni nor Benjamini-Yekutieli, and more hypotheses never lower q", () => {
  fc.assert(
    fc.property(probabilities, fc.nat({ max: 1000 }), (p, more) => {
      const q = (m: AdjustMethod, n?: number): Float64Array => adjustP(p, m, undefined, n).q;
      const [bh, by, bonferroni] = [q("bh"), q("by"), q("bonferroni")];
      for (let i = 0; i < p.length; i++) {
        expect(bh[i]).toBeLessThanOrEqual(by[i]!);
        expect(bh[i]).toBeLessThanOrEqual(bonferroni[i]!);
        expect(bonferroni[i]).toBe(Math.min(1, p.length * p[i]!));
      }
      for (const m of ["bh", "by", "bonferroni"] as const) {
        const stricter = q(m, p.length + more);
        q(m).forEach((x, i) => {
          expect(stricter[i]).toBeGreaterThanOrEqual(x);
        });
      }
    }),
  );
});

test("Benjamini-Hochberg declares what its step-up rule declares", () => {
  fc.assert(
    fc.property(probabilities, fc.constantFrom(0.01, 0.05, 0.2), (p, level) => {
      const sorted = Array.from(p).sort((x, y) => x - y);
      let largest = 0;
      // Clear of the boundary, where p·m/r <= level and p <= level·r/m may round differently.
      const close = sorted.some((x, i) => Math.abs((x * p.length) / (i + 1) - level) < 1e-12);
      sorted.forEach((x, i) => {
        if ((x * p.length) / (i + 1) <= level) largest = i + 1;
      });
      if (!close) expect(adjustP(p, "bh").q.filter((q) => q <= level).length).toBe(largest);
    }),
  );
});

test("the order of pairs changes no bit", () => {
  fc.assert(
    fc.property(probabilities, method, fc.integer(), (p, m, seed) => {
      const random = seededRandom(seed);
      const order = Array.from(p.keys());
      for (let i = order.length - 1; i > 0; i--) {
        const j = random.integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      const shuffled = Float64Array.from(order, (i) => p[i]!);
      const [there, back] = [adjustP(p, m), adjustP(shuffled, m)];
      expect(back.pi0).toBe(there.pi0);
      expect(back.q).toEqual(Float64Array.from(order, (i) => there.q[i]!));
      const [rates, moved] = [posteriorFdr(p), posteriorFdr(shuffled)];
      for (const name of ["fdr", "fnr", "sensitivity", "specificity"] as const)
        expect(moved[name]).toEqual(Float64Array.from(order, (i) => rates[name][i]!));
    }),
  );
});

test("pairs that are not tested, or have no p value, change no bit of the others", () => {
  const extra = fc.array(fc.tuple(probability, fc.boolean(), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(extra, method, (list, m) => {
      const p = Float64Array.from(list, ([x, , isNaN]) => (isNaN ? NaN : x));
      const tested = Uint8Array.from(list, ([, isTested]) => (isTested ? 1 : 0));
      const kept = Array.from(p.keys()).filter((i) => tested[i] === 1 && !Number.isNaN(p[i]));
      const alone = Float64Array.from(kept, (i) => p[i]!);
      const all = adjustP(p, m, tested);
      const few = adjustP(alone, m);
      expect(all).toMatchObject({ tested: kept.length, hypotheses: kept.length, pi0: few.pi0, method: m });
      expect(all.undefinedP).toBe(Array.from(p.keys()).filter((i) => tested[i] === 1 && Number.isNaN(p[i])).length);
      const places = new Float64Array(p.length).fill(NaN);
      kept.forEach((i, k) => (places[i] = few.q[k]!));
      expect(all.q).toEqual(places);
      const rates = posteriorFdr(p, tested);
      expect(rates.tested).toBe(kept.length);
      expect(Float64Array.from(kept, (i) => rates.fdr[i]!)).toEqual(posteriorFdr(alone).fdr);
      expect(rates.fdr.filter((x) => Number.isNaN(x)).length).toBe(p.length - kept.length);
    }),
  );
});

test("posterior rates are the means that their formulas say", () => {
  fc.assert(
    fc.property(probabilities, (v) => {
      const rates = posteriorFdr(v);
      const sum = (list: readonly number[]): number => list.reduce((s, x) => s + x, 0);
      for (let i = 0; i < v.length; i++) {
        const declared = Array.from(v).filter((x) => x <= v[i]!);
        const others = Array.from(v).filter((x) => x > v[i]!);
        const positive = (list: readonly number[]): number => sum(list.map((x) => 1 - x));
        expectClose(rates.fdr[i]!, sum(declared) / declared.length, 1e-13);
        expectClose(rates.fnr[i]!, positive(others) / others.length, 1e-13);
        expectClose(rates.sensitivity[i]!, positive(declared) / (positive(declared) + positive(others)), 1e-13);
        expectClose(rates.specificity[i]!, sum(others) / (sum(declared) + sum(others)), 1e-13);
        expect(rates.fdr[i]).toBeLessThanOrEqual(v[i]! + 1e-15);
      }
      const order = Array.from(v.keys()).sort((i, j) => v[i]! - v[j]!);
      for (let k = 1; k < order.length; k++)
        expect(rates.fdr[order[k - 1]!]).toBeLessThanOrEqual(rates.fdr[order[k]!]!);
    }),
  );
});

describe("simulated under the null", () => {
  const level = 0.1;
  /** Four standard errors of a mean of `runs` proportions. */
  const slack = (rate: number, runs: number): number => 4 * Math.sqrt((rate * (1 - rate)) / runs);

  test("independent tests, a fifth of them with an effect: rates stay at or below the level", () => {
    const random = seededRandom(20240101);
    const [m, effects, runs] = [100, 20, 1500];
    const wrong = { bonferroni: 0, bh: 0, by: 0 };
    for (let run = 0; run < runs; run++) {
      const p = Float64Array.from({ length: m }, (_, i) => normalSf(random.normal() + (i < effects ? 3 : 0)));
      for (const name of ["bonferroni", "bh", "by"] as const) {
        const { q } = adjustP(p, name);
        let [found, mistaken] = [0, 0];
        for (let i = 0; i < m; i++) {
          if (q[i]! > level) continue;
          found++;
          if (i >= effects) mistaken++;
        }
        if (name === "bonferroni") wrong.bonferroni += mistaken > 0 ? 1 : 0;
        else wrong[name] += found === 0 ? 0 : mistaken / found;
      }
    }
    // For independent tests the rate of Benjamini and Hochberg is exactly level·m0/m.
    const exact = (level * (m - effects)) / m;
    expect(Math.abs(wrong.bh / runs - exact)).toBeLessThan(slack(exact, runs));
    expect(wrong.bonferroni / runs).toBeLessThan(exact + slack(exact, runs));
    expect(wrong.by / runs).toBeLessThan(wrong.bh / runs);
  });

  test("all correlated: Benjamini-Yekutieli and Bonferroni stay below the level", () => {
    const random = seededRandom(7);
    const [m, runs] = [60, 1500];
    const wrong = { bonferroni: 0, by: 0 };
    for (let run = 0; run < runs; run++) {
      const common = random.normal();
      // Pairs of opposite sign: negative dependence as well.
      const p = Float64Array.from({ length: m }, (_, i) =>
        normalSf(Math.sqrt(0.7) * (i % 2 === 0 ? common : -common) + Math.sqrt(0.3) * random.normal()),
      );
      for (const name of ["bonferroni", "by"] as const) if (adjustP(p, name).q.some((q) => q <= level)) wrong[name]++;
    }
    expect(wrong.by / runs).toBeLessThan(level + slack(level, runs));
    expect(wrong.bonferroni / runs).toBeLessThan(level + slack(level, runs));
  });

  /** Share of data sets without any effect in which something is declared; `tests` chooses and adjusts. */
  function falseAlarms(
    highest: number,
    tests: (p: Float64Array, a: Float64Array, m: number) => Float64Array,
  ): { readonly rate: number; readonly runs: number } {
    const random = seededRandom(11);
    const [m, runs] = [2000, 200];
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const p: number[] = [];
      const a: number[] = [];
      for (let i = 0; i < m; i++) {
        const expected = 0.001 + highest * (i / m);
        const count = random.poisson(expected);
        if (count === 0) continue;
        p.push(poissonSfGe(count, expected));
        a.push(count);
      }
      if (tests(Float64Array.from(p), Float64Array.from(a), m).some((q) => q <= level)) alarms++;
    }
    return { rate: alarms / runs, runs };
  }

  test("sparse counts tested because they occurred: something is always found, with a count of three as well", () => {
    expect(falseAlarms(0.05, (p) => adjustP(p, "bh").q).rate).toBeGreaterThan(0.9);
    expect(falseAlarms(0.05, (p) => adjustP(p, "lbe").q).rate).toBeGreaterThan(0.9);
    const three = (p: Float64Array, a: Float64Array): Float64Array =>
      adjustP(
        p,
        "bh",
        Uint8Array.from(a, (count) => (count >= 3 ? 1 : 0)),
      ).q;
    expect(falseAlarms(0.5, three).rate).toBeGreaterThan(0.9);
  });

  test.each(["bonferroni", "bh", "by"] as const)("with all combinations as hypotheses %s holds its level", (name) => {
    for (const highest of [0.05, 0.5]) {
      const { rate, runs } = falseAlarms(highest, (p, _, m) => adjustP(p, name, undefined, m).q);
      expect(rate).toBeLessThan(level + slack(level, runs));
    }
  });
});

test("special values are those documented", () => {
  for (const name of METHODS) {
    expect(adjustP(new Float64Array(0), name)).toMatchObject({ tested: 0, undefinedP: 0, hypotheses: 0 });
    expect(adjustP(Float64Array.of(NaN, NaN), name)).toMatchObject({ tested: 0, undefinedP: 2 });
    expect(Array.from(adjustP(Float64Array.of(NaN, 0), name).q)).toEqual([NaN, 0]);
  }
  expect(adjustP(new Float64Array(0), "lbe").pi0).toBeNaN();
  expect(adjustP(Float64Array.of(0.2), "bh")).toMatchObject({ pi0: null, q: Float64Array.of(0.2) });
  expect(adjustP(Float64Array.of(-0), "by").q[0]).toBe(0);
  // One p value of exactly one half makes the two-sided one 1 and its logarithm infinite: every null is taken as true.
  expect(adjustP(Float64Array.of(0.01, 0.5), "lbe").pi0).toBe(1);
  const all = posteriorFdr(Float64Array.of(0, 0));
  expect(Array.from(all.fdr)).toEqual([0, 0]);
  expect([all.fnr[0], all.sensitivity[0], all.specificity[0]]).toEqual([NaN, 1, NaN]);
  expect(posteriorFdr(Float64Array.of(1)).sensitivity[0]).toBeNaN();
});

test("wrong arguments are the caller's mistake", () => {
  const p = Float64Array.of(0.1, 0.2);
  expect(() => adjustP(Float64Array.of(0.1, 1.5), "bh")).toThrow(/p\[1\]: .*1\.5/);
  expect(() => adjustP(Float64Array.of(-0.1), "bh")).toThrow(invalid("INVALID_ARGUMENT"));
  expect(adjustP(Float64Array.of(0.1, 7), "bh", Uint8Array.of(1, 0)).q[0]).toBe(0.1);
  expect(() => adjustP(p, "holm" as AdjustMethod)).toThrow(/method: .*holm/);
  expect(() => adjustP(p, "bh", new Uint8Array(3))).toThrow(invalid("LENGTH_MISMATCH"));
  expect(() => adjustP(p, "bh", undefined, 1)).toThrow(/hypotheses: .*got 1/);
  expect(() => adjustP(p, "bh", undefined, 2.5)).toThrow(invalid("INVALID_ARGUMENT"));
  expect(() => adjustP(p, "lbe", undefined, 10)).toThrow(invalid("INVALID_ARGUMENT"));
  expect(() => posteriorFdr(Float64Array.of(2))).toThrow(/probabilityNotPositive\[0\]: .*2/);
  expect(() => posteriorFdr(p, new Uint8Array(1))).toThrow(invalid("LENGTH_MISMATCH"));
});
