import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  countsFromRows,
  expectedCount,
  loadReports,
  MISSING_STRATUM,
  prr,
  ror,
  type FourfoldTable,
  type PairCounts,
  type ReportTable,
  type StrataKey,
} from "pvsignal";
import { readMapped } from "pvsignal/node";
import { mantelHaenszel, type MantelHaenszel } from "../../src/signal/mantel-haenszel.ts";
import {
  mantelHaenszelColumns,
  stratifiedTables,
  type MantelHaenszelColumns,
} from "../../src/signal/stratified-tables.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { goldenNumber, goldenRows } from "../golden.ts";

/** Closed forms, but sums of differences over strata: the tolerance of the reference's README for CAERS by sex. */
const CLOSED = 1e-10;

const cell = fc.integer({ min: 0, max: 300 });
const table = fc.record({ a: cell, b: cell, c: cell, d: cell });
const positive = fc.integer({ min: 1, max: 300 });
const full = fc.record({ a: positive, b: positive, c: positive, d: positive });
const tables = fc.array(table, { minLength: 1, maxLength: 6 });

const invalid = (code: string): unknown => expect.objectContaining({ code });
const of = (a: number, b: number, c: number, d: number): FourfoldTable => ({ a, b, c, d });

describe("CAERS by sex", () => {
  let reports: ReportTable;
  let counts: PairCounts;
  let many: MantelHaenszelColumns;
  const rows = goldenRows("caers.mantel-haenszel-sex.csv.gz");
  beforeAll(async () => {
    const source = readMapped(join(import.meta.dirname, "../golden/inputs/caers.csv.gz"), {
      domain: "food",
      id: "id",
      product: { name: "product", role: "suspect" },
      event: { term: "event" },
      sex: "sex",
    });
    reports = (await loadReports(source)).table;
    counts = countPairs(reports, { strata: ["sex"] });
    many = mantelHaenszelColumns(reports, counts, ["sex"]);
  });

  test("expected counts summed over strata are those of the reference and of openEBGM's definition", () => {
    for (const row of rows) {
      const { expected } = counts.pair(row["product"]!, row["event"]!);
      expectClose(expected, goldenNumber(row, "expected_stratified")!, 1e-12);
      expectClose(expected, goldenNumber(row, "gps_E")!, 1e-12);
    }
  });

  test("ratios, limits and statistics are those of the reference", () => {
    for (const row of rows) {
      const i = counts.find(row["product"]!, row["event"]!);
      const close = (actual: number, name: string): void => {
        const wanted = goldenNumber(row, name)!;
        // The reference leaves the upper limit of an infinite odds ratio open (NaN); ours is Infinity as for a single table.
        if (name === "mh_ror_hi95" && goldenNumber(row, "mh_ror") === Infinity) expect(actual).toBe(Infinity);
        else expectClose(actual, wanted, CLOSED);
      };
      expectClose(many.expected[i]!, goldenNumber(row, "expected_stratified")!, 1e-12);
      close(many.ror.estimate[i]!, "mh_ror");
      close(many.ror.lower[i]!, "mh_ror_lo95");
      close(many.ror.upper[i]!, "mh_ror_hi95");
      close(many.prr.estimate[i]!, "mh_prr");
      close(many.prr.lower[i]!, "mh_prr_lo95");
      close(many.prr.upper[i]!, "mh_prr_hi95");
      close(many.cmh.statistic[i]!, "cmh_chi2");
      close(many.cmh.corrected[i]!, "cmh_chi2_cc");
    }
    expect(rows.length).toBeGreaterThan(500);
  });

  test("the tables of a pair are one a sex, the missing one included, and add up to the pair", () => {
    for (const row of rows.slice(0, 40)) {
      const pair = { product: row["product"]!, event: row["event"]! };
      const strata = stratifiedTables(reports, counts, ["sex"], pair);
      expect(strata.map(({ stratum }) => stratum)).toEqual([MISSING_STRATUM, "female", "male"]);
      const sum = (name: "a" | "b" | "c" | "d"): number => strata.reduce((s, { table: t }) => s + t[name], 0);
      const whole = counts.pair(pair.product, pair.event);
      expect(of(sum("a"), sum("b"), sum("c"), sum("d"))).toEqual(of(whole.a, whole.b, whole.c, whole.d));
    }
  });

  test("one pass over all pairs gives the bits of one pair at a time", () => {
    for (let i = 0; i < counts.size; i += 97) expectSame(many, i, reports, counts, ["sex"]);
  });
});

function expectSame(
  many: MantelHaenszelColumns,
  i: number,
  reports: ReportTable,
  counts: PairCounts,
  key: StrataKey,
): void {
  const { product, event } = counts.row(i);
  const single = mantelHaenszel(stratifiedTables(reports, counts, key, { product, event }).map((s) => s.table));
  const ratio = (columns: MantelHaenszelColumns["ror"]): MantelHaenszel["ror"] => ({
    estimate: columns.estimate[i]!,
    lower: columns.lower[i]!,
    upper: columns.upper[i]!,
  });
  expect({
    ror: ratio(many.ror),
    prr: ratio(many.prr),
    cmh: {
      statistic: many.cmh.statistic[i],
      p: many.cmh.p[i],
      corrected: many.cmh.corrected[i],
      correctedP: many.cmh.correctedP[i],
    },
    expected: many.expected[i],
    strataUsed: many.strataUsed[i],
  }).toEqual({
    ror: single.ror,
    prr: single.prr,
    cmh: single.cmh,
    expected: single.expected,
    strataUsed: single.strataUsed,
  });
}

test("the worked example of the SAS documentation, migraine by sex", () => {
  const result = mantelHaenszel([of(16, 11, 5, 20), of(12, 16, 7, 19)]);
  const rounded = (x: number): number => Number(x.toFixed(4));
  expect([result.ror.estimate, result.ror.lower, result.ror.upper].map(rounded)).toEqual([3.3132, 1.4456, 7.5934]);
  expect([result.prr.estimate, result.prr.lower, result.prr.upper].map(rounded)).toEqual([2.1636, 1.2336, 3.7948]);
  expect([result.cmh.statistic, result.cmh.p].map(rounded)).toEqual([8.3052, 0.004]);
  expect([result.breslowDay.statistic, result.breslowDay.p].map(rounded)).toEqual([1.4929, 0.2218]);
  expect(result.breslowDay.df).toBe(1);
});

test("the worked example of R's mantelhaen.test, admissions to Berkeley by department", () => {
  const result = mantelHaenszel([
    of(512, 313, 89, 19),
    of(353, 207, 17, 8),
    of(120, 205, 202, 391),
    of(138, 279, 131, 244),
    of(53, 138, 94, 299),
    of(22, 351, 24, 317),
  ]);
  expect(Number(result.ror.estimate.toPrecision(7))).toBe(0.9046968);
  expect(Number(result.ror.lower.toPrecision(7))).toBe(0.7719074);
  expect(Number(result.ror.upper.toPrecision(8))).toBe(1.0603298);
  expect(Number(result.cmh.statistic.toFixed(4))).toBe(1.5246);
  expect(Number(result.cmh.corrected.toFixed(4))).toBe(1.4269);
  expect(Number(result.breslowDay.statistic.toFixed(3))).toBe(18.826);
  expect(result.breslowDay.df).toBe(5);
});

test("one stratum is the table itself", () => {
  fc.assert(
    fc.property(table, fc.constantFrom(0.8, 0.95), (t, level) => {
      const result = mantelHaenszel([t], level);
      const [o, p] = [ror(t, level), prr(t, level)];
      const n = t.a + t.b + t.c + t.d;
      const { a, b, c, d } = t;
      for (const name of ["estimate", "lower", "upper"] as const) {
        if (a + b > 0 && a + c > 0 && c + d > 0) expectClose(result.prr[name], p[name], 1e-12);
        // A zero margin leaves the odds ratio without information; ad/(bc) of such a table is 0/0 as well.
        expectClose(result.ror[name], o[name], 1e-12);
      }
      if ((a + b) * (c + d) * (a + c) * (b + d) > 0) {
        expectClose(result.expected, expectedCount(t), 1e-14);
        const pearson = ((a * d - b * c) ** 2 * n) / ((a + b) * (c + d) * (a + c) * (b + d));
        expectClose(result.cmh.statistic, (pearson * (n - 1)) / n, 1e-12);
        expect(result.breslowDay).toEqual({ statistic: NaN, df: 0, p: NaN, tarone: NaN, taroneP: NaN });
      } else expect(result.cmh.statistic).toBeNaN();
    }),
  );
});

test("strata that cannot inform change no bit of what they cannot inform, wherever they stand", () => {
  const empty = fc.constantFrom(of(0, 0, 0, 0), of(0, 0, 4, 9), of(0, 7, 0, 3), of(0, 0, 0, 5), of(0, 3, 0, 0));
  fc.assert(
    fc.property(tables, empty, fc.nat(), (list, extra, place) => {
      const at = place % (list.length + 1);
      expect(mantelHaenszel([...list.slice(0, at), extra, ...list.slice(at)])).toEqual(mantelHaenszel(list));
    }),
  );
  fc.assert(
    fc.property(tables, positive, positive, (list, a, b) => {
      const before = mantelHaenszel(list);
      // Every report names the product: only the expected count knows of it.
      const noComparator = mantelHaenszel([...list, of(a, b, 0, 0)]);
      expect({ ...noComparator, expected: 0 }).toEqual({ ...before, expected: 0 });
      expectClose(noComparator.expected, before.expected + a, 1e-12);
      // Every report has the event: it says something of proportions and nothing of odds.
      const allEvents = mantelHaenszel([...list, of(a, 0, b, 0)]);
      expect({ ...allEvents, expected: 0, prr: 0 }).toEqual({ ...before, expected: 0, prr: 0 });
    }),
  );
});

test("the order of strata does not matter", () => {
  fc.assert(
    fc.property(tables, (list) => {
      const there = mantelHaenszel(list);
      const back = mantelHaenszel(list.toReversed());
      for (const name of ["estimate", "lower", "upper"] as const) {
        expectClose(back.ror[name], there.ror[name], 1e-12);
        expectClose(back.prr[name], there.prr[name], 1e-12);
      }
      expectClose(back.cmh.statistic, there.cmh.statistic, 1e-9, 1e-12);
      expectClose(back.breslowDay.statistic, there.breslowDay.statistic, 1e-9, 1e-9);
    }),
  );
});

test("exposed and unexposed exchanged give the reciprocal and the same tests", () => {
  fc.assert(
    fc.property(fc.array(full, { minLength: 1, maxLength: 5 }), (list) => {
      const there = mantelHaenszel(list);
      const back = mantelHaenszel(list.map(({ a, b, c, d }) => of(c, d, a, b)));
      for (const name of ["ror", "prr"] as const) {
        expectClose(back[name].estimate, 1 / there[name].estimate, 1e-12);
        expectClose(back[name].lower, 1 / there[name].upper, 1e-12);
        expectClose(back[name].upper, 1 / there[name].lower, 1e-12);
      }
      expect(back.cmh).toEqual(there.cmh);
      expectClose(back.breslowDay.statistic, there.breslowDay.statistic, 1e-9, 1e-9);
      expectClose(back.breslowDay.tarone, there.breslowDay.tarone, 1e-9, 1e-9);
    }),
  );
});

test("Breslow and Day's fitted counts solve the common odds ratio, by bisection", () => {
  fc.assert(
    fc.property(fc.array(full, { minLength: 2, maxLength: 5 }), (list) => {
      const { ror: common, breslowDay } = mantelHaenszel(list);
      let statistic = 0;
      let distance = 0;
      let variance = 0;
      for (const { a, b, c, d } of list) {
        let low = Math.max(0, a - d);
        let high = Math.min(a + b, a + c);
        for (let i = 0; i < 200; i++) {
          const x = (low + high) / 2;
          if (x * (d - a + x) < common.estimate * (a + b - x) * (a + c - x)) low = x;
          else high = x;
        }
        const v = 1 / (1 / low + 1 / (a + b - low) + 1 / (a + c - low) + 1 / (d - a + low));
        statistic += (a - low) ** 2 / v;
        distance += a - low;
        variance += v;
      }
      expectClose(breslowDay.statistic, statistic, 1e-7, 1e-9);
      expectClose(breslowDay.tarone, statistic - distance ** 2 / variance, 1e-7, 1e-9);
      expect(breslowDay.tarone).toBeLessThanOrEqual(breslowDay.statistic);
      expect(breslowDay.p).toBeLessThanOrEqual(breslowDay.taroneP);
    }),
  );
});

test("strata of one odds ratio are homogeneous, whatever their margins", () => {
  // Odds ratio 4 exactly in each.
  const { ror: common, breslowDay } = mantelHaenszel([of(20, 10, 10, 20), of(4, 1, 100, 100), of(40, 10, 3, 3)]);
  expectClose(common.estimate, 4, 1e-14);
  expectClose(breslowDay.statistic, 0, 0, 1e-20);
  expectClose(breslowDay.p, 1, 1e-9);
});

test("special values are those documented", () => {
  const nothing = mantelHaenszel([]);
  const none = { estimate: NaN, lower: NaN, upper: NaN };
  expect(nothing.ror).toEqual(none);
  expect(nothing.prr).toEqual(none);
  expect(nothing.cmh).toEqual({ statistic: NaN, p: NaN, corrected: NaN, correctedP: NaN });
  expect(nothing.breslowDay).toEqual({ statistic: NaN, df: 0, p: NaN, tarone: NaN, taroneP: NaN });
  expect([nothing.expected, nothing.strataUsed]).toEqual([0, 0]);
  const unreported = mantelHaenszel([of(3, 4, 0, 20), of(1, 0, 0, 7)]);
  expect(unreported.ror).toEqual({ estimate: Infinity, lower: NaN, upper: Infinity });
  expect(unreported.prr).toEqual({ estimate: Infinity, lower: NaN, upper: Infinity });
  expect(unreported.breslowDay).toEqual({ statistic: NaN, df: 1, p: NaN, tarone: NaN, taroneP: NaN });
  expect(unreported.cmh.p).toBeGreaterThan(0);
  const never = mantelHaenszel([of(0, 4, 2, 20), of(0, 3, 5, 7)]);
  expect(never.ror).toEqual({ estimate: 0, lower: 0, upper: NaN });
  expect(never.prr).toEqual({ estimate: 0, lower: 0, upper: NaN });
  expect(mantelHaenszel([of(10, 10, 10, 10), of(5, 5, 6, 6)]).cmh.corrected).toBe(0);
});

test("national counts lose no digits", () => {
  const large = [of(41_000, 13_000_000, 700_000, 9_000_000_000), of(82_000, 26_000_000, 1_400_000, 18_000_000_000)];
  const result = mantelHaenszel(large);
  expectClose(result.ror.estimate, ror(large[0]!).estimate, 1e-13);
  expectClose(result.breslowDay.statistic, 0, 0, 1e-9);
  expect(result.strataUsed).toBe(2);
});

test("reports in any strata: one pass gives the bits of one pair at a time, and the pair's own table", () => {
  const keys: readonly StrataKey[] = [["sex"], ["sex", "ageBand", "region"], [], (r) => r.id];
  fc.assert(
    fc.property(
      reportsArbitrary,
      fc.constantFrom(...keys),
      fc.constantFrom("all" as const, "complete" as const),
      (list, key, universe) => {
        const reports = buildTable(list);
        let counts: PairCounts;
        try {
          counts = countPairs(reports, { domain: "all", roles: "all", universe });
        } catch {
          return; // nothing to count
        }
        const many = mantelHaenszelColumns(reports, counts, key);
        const stratified = countPairs(reports, { domain: "all", roles: "all", universe, strata: key }).columns();
        for (let i = 0; i < counts.size; i++) {
          expectSame(many, i, reports, counts, key);
          expectClose(many.expected[i]!, stratified.expected[i]!, 1e-12);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("one stratum of all reports is the unstratified analysis", () => {
  fc.assert(
    fc.property(reportsArbitrary, (list) => {
      const reports = buildTable(list);
      let counts: PairCounts;
      try {
        counts = countPairs(reports, { domain: "all", roles: "all" });
      } catch {
        return; // nothing to count
      }
      for (let i = 0; i < counts.size; i++) {
        const { product, event, a, b, c, d } = counts.row(i);
        expect(stratifiedTables(reports, counts, [], { product, event })).toEqual([
          { stratum: "", table: { a, b, c, d } },
        ]);
      }
    }),
    { numRuns: 30 },
  );
});

test("a pair that never occurs has tables too", () => {
  const report = (
    id: string,
    product: string,
    event: string,
    sex: "female" | "male",
  ): Parameters<typeof buildTable>[0] extends Iterable<infer R> ? R : never => ({
    id,
    source: "x",
    version: 1,
    domain: "drug",
    products: [{ name: product, role: "suspect" }],
    events: [{ term: event }],
    patient: { sex },
  });
  const reports = buildTable([
    report("1", "A", "X", "female"),
    report("2", "B", "Y", "male"),
    report("3", "B", "Y", "female"),
  ]);
  const counts = countPairs(reports);
  const strata = stratifiedTables(reports, counts, ["sex"], { product: "A", event: "Y" });
  expect(strata).toEqual([
    { stratum: "female", table: of(0, 1, 1, 0) },
    { stratum: "male", table: of(0, 0, 1, 0) },
  ]);
  const pair = { product: "A", event: "X" };
  expect(() => stratifiedTables(reports, counts, ["sex"], { product: "C", event: "X" })).toThrow(
    invalid("UNKNOWN_TERM"),
  );
  expect(() => stratifiedTables(reports, counts, ["colour"] as never, pair)).toThrow(invalid("INVALID_OPTION"));
  const cells = countPairs(reports, { unit: "cell" });
  expect(() => mantelHaenszelColumns(reports, cells, ["sex"])).toThrow(invalid("INVALID_OPTION"));
  const compared = countPairs(reports, { background: { products: ["B"] } });
  expect(() => stratifiedTables(reports, compared, ["sex"], pair)).toThrow(invalid("INVALID_OPTION"));
  const given = countsFromRows([{ product: "A", event: "X", a: 1 }]);
  expect(() => mantelHaenszelColumns(reports, given, ["sex"])).toThrow(/came as counts/);
  expect(() => mantelHaenszelColumns(buildTable([]), counts, ["sex"])).toThrow(invalid("INVALID_ARGUMENT"));
});

test("wrong arguments are the caller's mistake", () => {
  expect(() => mantelHaenszel([of(1, 2, 3, 4), of(1, -2, 3, 4)])).toThrow(invalid("INVALID_COUNT"));
  expect(() => mantelHaenszel([of(1, 2, 3, 0.5)])).toThrow(/d: .*0\.5/);
  expect(() => mantelHaenszel([], 0)).toThrow(invalid("INVALID_LEVEL"));
});
