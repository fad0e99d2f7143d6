import fc from "fast-check";
import { expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  countsFromRows,
  mantelHaenszel,
  MISSING_STRATUM,
  ror,
  type PairCounts,
  type Report,
} from "pvsignal";
import { seededRandom } from "../../src/math/random.ts";
import { compareMembers } from "../../src/signal/class-comparison.ts";
import { conditionalRatio } from "../../src/signal/conditional-ratio.ts";
import { heterogeneity } from "../../src/signal/heterogeneity.ts";
import { holm } from "../../src/signal/holm.ts";
import { ic } from "../../src/signal/ic.ts";
import { subgroupDifference } from "../../src/signal/subgroup-difference.ts";
import { compareSubgroups } from "../../src/signal/subgroups.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { goldenNumber, goldenRows } from "../golden.ts";

const coded = (code: string): unknown => expect.objectContaining({ code });
const cell = fc.integer({ min: 0, max: 500 });
const tableOf = fc.record({ a: cell, b: cell, c: cell, d: cell });

test.each(goldenRows("interactions.csv.gz").map((row, i) => [i, row] as const))(
  "the ratio of odds ratios is the interaction of a logistic regression, case %i",
  (_, row) => {
    if (goldenNumber(row, "log_or") === undefined) return;
    const at = (name: string): number => goldenNumber(row, name)!;
    const inside = { a: at("n111"), b: at("n110"), c: at("n101"), d: at("n100") };
    const outside = { a: at("n011"), b: at("n010"), c: at("n001"), d: at("n000") };
    const { ratio, p } = subgroupDifference(inside, outside);
    // An iterated fit: half the digits of its coefficients are certain.
    expectClose(Math.log(ratio.estimate), at("log_or"), 1e-6, 1e-8);
    expectClose(p, at("log_or_p"), 1e-5);
  },
);

test("the shrunk difference is observed against the odds ratio outside", () => {
  const inside = { a: 12, b: 88, c: 100, d: 900 };
  const outside = { a: 30, b: 970, c: 200, d: 9800 };
  const { shrunk, expected, ratio } = subgroupDifference(inside, outside);
  const odds = ((100 / 900) * (30 * 9800)) / (970 * 200);
  expectClose(expected, (100 * odds) / (1 + odds), 1e-14);
  expect(shrunk).toEqual(ic(12, expected));
  expectClose(ratio.estimate, ror(inside).estimate / ror(outside).estimate, 1e-14);
  // One report in a group without others: the ratio is large and the shrunk difference is not.
  const lone = subgroupDifference({ a: 1, b: 1, c: 1, d: 50 }, outside);
  expect(lone.ratio.estimate).toBeGreaterThan(30);
  expect(lone.shrunk.ic025).toBeLessThan(0);
  expect(subgroupDifference(inside, { a: 0, b: 0, c: 2, d: 3 })).toMatchObject({ expected: NaN, z: NaN, p: NaN });
  expect(subgroupDifference({ a: 2, b: 3, c: 5, d: 0 }, outside).expected).toBe(5);
});

test("equal odds ratios differ in nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (cells, k) => {
        const [a, b, c, d] = cells as [number, number, number, number];
        const { ratio, expected, p } = subgroupDifference({ a, b, c, d }, { a: a * k, b: b * k, c: c * k, d: d * k });
        expectClose(ratio.estimate, 1, 1e-12);
        expectClose(expected, a, 1e-12);
        expectClose(p, 1, 1e-9);
      },
    ),
  );
});

test("Holm's adjustment is the step-down of Bonferroni", () => {
  expect(holm([])).toEqual([]);
  expect(holm([0.5, NaN, 0.02])).toEqual([0.5, NaN, 0.04]);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(NaN)), { maxLength: 12 }),
      (p) => {
        const adjusted = holm(p);
        const known = p.filter((v) => !Number.isNaN(v));
        const slow = p.map((v) =>
          Number.isNaN(v)
            ? NaN
            : Math.max(...known.filter((w) => w <= v).map((w) => Math.min(1, w * known.filter((u) => u >= w).length))),
        );
        adjusted.forEach((v, i) => {
          expectClose(v, slow[i]!, 1e-15);
        });
      },
    ),
  );
});

const tryCount = (list: readonly Report[]): PairCounts | undefined => {
  try {
    return countPairs(buildTable(list), { terminologies: "mix", domain: "all", roles: "all" });
  } catch {
    return undefined; // nothing to count
  }
};

test("subgroups of any reports: tables add up, and the missing are compared with nobody", () => {
  fc.assert(
    fc.property(reportsArbitrary, (list) => {
      const counts = tryCount(list);
      if (counts === undefined) return;
      const table = buildTable(list);
      for (let i = 0; i < Math.min(5, counts.size); i++) {
        const { product, event, a, b, c, d } = counts.row(i);
        const { rows, common, homogeneity } = compareSubgroups(table, counts, ["sex"], { product, event });
        const total = (name: "a" | "b" | "c" | "d"): number => rows.reduce((sum, row) => sum + row.table[name], 0);
        expect([total("a"), total("b"), total("c"), total("d")]).toEqual([a, b, c, d]);
        const known = rows.filter((row) => row.label !== MISSING_STRATUM);
        expect({ common, homogeneity }).toEqual({
          common: mantelHaenszel(known.map((row) => row.table)).ror,
          homogeneity: mantelHaenszel(known.map((row) => row.table)).breslowDay,
        });
        for (const row of rows) {
          expect(row).toMatchObject(ror(row.table));
          if (row.label === MISSING_STRATUM) expect([row.difference, row.adjustedP]).toEqual([null, NaN]);
          else {
            const others = known.filter((other) => other !== row).map((other) => other.table);
            const rest = others.reduce((x, y) => ({ a: x.a + y.a, b: x.b + y.b, c: x.c + y.c, d: x.d + y.d }), {
              a: 0,
              b: 0,
              c: 0,
              d: 0,
            });
            expect(row.difference).toEqual(subgroupDifference(row.table, rest));
          }
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("heterogeneity of three brands is that computed by hand in R", () => {
  // R 4.2.2: th <- log(h/w); v <- 1/h + 1/w; mu <- sum(th/v)/sum(1/v); Q <- sum((th-mu)^2/v); chisq.test(rbind(h, w))
  const R = {
    q: 6.3600505809452796,
    p: 0.041584603413599264,
    i2: 0.68553709211181391,
    pooled: [0.041005022597203913, 0.031594743372335733, 0.053218089426529197],
    chi: 6.7902532565907041,
    chiP: 0.033536307257844088,
  };
  const groups = [
    { having: 20, without: 500 },
    { having: 9, without: 100 },
    { having: 30, without: 900 },
  ];
  const result = heterogeneity(groups);
  expectClose(result.q, R.q, 1e-12);
  expectClose(result.p, R.p, 1e-11);
  expectClose(result.iSquared, R.i2, 1e-12);
  expectClose(result.pooled.estimate, R.pooled[0]!, 1e-13);
  expectClose(result.pooled.lower, R.pooled[1]!, 1e-12);
  expectClose(result.pooled.upper, R.pooled[2]!, 1e-12);
  expectClose(result.chiSquare, R.chi, 1e-12);
  expectClose(result.chiSquareP, R.chiP, 1e-11);
  const withZero = heterogeneity([...groups, { having: 0, without: 40 }, { having: 0, without: 0 }]);
  expect(withZero).toMatchObject({ q: result.q, used: 3, df: 2, chiSquareDf: 3 });
  expect(withZero.chiSquare).toBeGreaterThan(result.chiSquare);
  expect(heterogeneity([groups[0]!])).toMatchObject({ q: NaN, p: NaN, iSquared: NaN, chiSquare: NaN, df: 0 });
  expect(heterogeneity([groups[0]!, groups[0]!])).toMatchObject({ iSquared: 0, used: 2 });
  expect(
    heterogeneity([
      { having: 0, without: 3 },
      { having: 0, without: 5 },
    ]).chiSquareP,
  ).toBeNaN();
});

test("members against each other are the counts with these products as background", () => {
  fc.assert(
    fc.property(reportsArbitrary, (list) => {
      const counts = tryCount(list);
      if (counts === undefined || counts.products.length < 2) return;
      const members = counts.products.slice(0, 3);
      const event = counts.events[0]!;
      const compared = compareMembers(counts, { event, members: [...members, "nobody"] });
      expect(compared.absent).toEqual(["nobody"]);
      const options = { terminologies: "mix", domain: "all", roles: "all", background: { products: members } } as const;
      const background = countPairs(buildTable(list), options);
      for (const row of compared.rows) {
        if (background.find(row.label, event) < 0) {
          expect(row.table.a).toBe(0);
          continue;
        }
        const { a, b, c, d } = background.pair(row.label, event);
        expect(row.table).toEqual({ a, b, c, d });
        expect(row.p).toBe(conditionalRatio({ a, b, c, d }).p);
        expect(row.table.a + row.table.b + row.table.c + row.table.d).toBe(compared.reports);
      }
    }),
    { numRuns: 60 },
  );
});

test("one manufacturer with twice the share stands out, and only that one", () => {
  let id = 0;
  const of = (manufacturer: string, event: string): Report => ({
    id: String(++id),
    source: "x",
    version: 1,
    domain: "drug",
    products: [{ name: "N", ingredient: "I", manufacturer, role: "suspect" }],
    events: [{ term: event }],
  });
  const list = ["A", "B", "C", "D"].flatMap((maker) => {
    const share = maker === "C" ? 2 : 5;
    return Array.from({ length: 100 }, (_, i) => of(maker, i % share === 0 ? "X" : "Y"));
  });
  const counts = countPairs(buildTable(list), { product: (p) => (p.ingredient === "I" ? p.manufacturer : undefined) });
  const result = compareMembers(counts, { event: "X", members: ["A", "B", "C", "D"] });
  expect(result.rows.map((row) => row.standsOut)).toEqual([false, false, true, false]);
  expect(result.rows[2]?.table).toEqual({ a: 50, b: 50, c: 60, d: 240 });
  expect(result.rows.map((row) => row.adjustedP)).toEqual(holm(result.rows.map((row) => row.p)));
  expect(result).toMatchObject({ reports: 400, shared: 0, absent: [] });
  expect(result.heterogeneity.p).toBeLessThan(1e-6);
  expect(compareMembers(counts, { event: "X", members: ["A", "C"] }, { minimum: 51 }).rows[1]?.standsOut).toBe(false);
  expect(() => compareMembers(counts, { event: "X", members: ["A"] })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => compareMembers(counts, { event: "X", members: ["A", "A"] })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => compareMembers(counts, { event: "Z", members: ["A", "B"] })).toThrow(coded("UNKNOWN_TERM"));
  expect(() => compareMembers(counts, { event: "X", members: ["A", "B"] }, { alpha: 0 })).toThrow(
    coded("INVALID_OPTION"),
  );
  const given = countsFromRows([{ product: "A", event: "X", a: 1 }]);
  expect(() => compareMembers(given, { event: "X", members: ["A", "B"] })).toThrow(coded("INVALID_OPTION"));
});

test("no difference is found where there is none more often than the level says", () => {
  // Three members of one share: the family-wise rate of a conditional mid-p test stays near 5 %; 400 seeded trials.
  const random = seededRandom(20240702);
  let wrong = 0;
  for (let trial = 0; trial < 400; trial++) {
    const tables = [60, 90, 120].map((n) => {
      const having = random.binomial(n, 0.15);
      return { having, without: n - having };
    });
    const total = {
      having: tables.reduce((s, t) => s + t.having, 0),
      without: tables.reduce((s, t) => s + t.without, 0),
    };
    const p = tables.map(
      (t) =>
        conditionalRatio({ a: t.having, b: t.without, c: total.having - t.having, d: total.without - t.without }).p,
    );
    if (Math.min(...holm(p)) < 0.05) wrong++;
  }
  // 5 % and three standard errors of 400 trials.
  expect(wrong / 400).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400));
  expect(wrong).toBeGreaterThan(0);
});

test("wrong counts are the caller's mistake", () => {
  fc.assert(
    fc.property(tableOf, (table) => {
      expect(() => subgroupDifference({ ...table, a: -1 }, table)).toThrow(coded("INVALID_COUNT"));
      expect(() => subgroupDifference(table, { ...table, d: 0.5 })).toThrow(coded("INVALID_COUNT"));
    }),
    { numRuns: 5 },
  );
  expect(() => heterogeneity([{ having: 1.5, without: 2 }])).toThrow(coded("INVALID_COUNT"));
  expect(() => heterogeneity([], 7)).toThrow(coded("INVALID_LEVEL"));
});
