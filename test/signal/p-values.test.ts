import fc from "fast-check";
import { expect, test } from "vitest";
import { chiSquare, fisher, fisherColumns } from "pvsignal";
import { chiSquareLogP, chiSquareLogPColumns, fisherLog, fisherLogColumns } from "../../src/signal/log-p.ts";
import { poissonP, poissonPColumns } from "../../src/signal/poisson-p.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";

/** Through an incomplete gamma or a hypergeometric sum; see the reference's README. */
const SPECIAL = 1e-10;

const count = fc.integer({ min: 0, max: 2000 });
const table = fc.record({ a: count, b: count, c: count, d: fc.integer({ min: 0, max: 1_000_000 }) });
const expectedCounts = fc.double({ min: 0, max: 1e4, noNaN: true });

const arguments_ = (row: GoldenRow): number[] =>
  ["x1", "x2", "x3", "x4"].map((key) => goldenNumber(row, key)).filter((x) => x !== undefined);

const functions: Readonly<Record<string, (...x: number[]) => number>> = {
  poisson: (a = NaN, expected = NaN) => poissonP(a, expected).logP,
  chiSquare: (x = NaN) => chiSquareLogP(x),
  fisher: (a = NaN, b = NaN, c = NaN, d = NaN) => fisherLog({ a, b, c, d }).logP,
  fisherMid: (a = NaN, b = NaN, c = NaN, d = NaN) => fisherLog({ a, b, c, d }).logMidP,
};

test.each(goldenRows("log-p.csv").map((row) => [row["function"]!, arguments_(row), row] as const))(
  "the logarithm of the p value agrees with 60-digit arithmetic: %s %j",
  (name, x, row) => {
    expectClose(functions[name]!(...x), goldenNumber(row, "log_p")!, 1e-13);
  },
);

test("Poisson tails agree with the special functions of the reference", () => {
  const rows = goldenRows("special-functions.csv").filter((row) => row["function"] === "poissonSfGe");
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) {
    const { p, logP } = poissonP(goldenNumber(row, "x1")!, goldenNumber(row, "x2")!);
    expectClose(p, goldenNumber(row, "value")!, SPECIAL);
    expectClose(logP, Math.log(goldenNumber(row, "value")!), SPECIAL);
  }
});

test("exact logarithms agree with the reference's p values on every edge case", () => {
  for (const row of goldenRows("edge-cases.csv")) {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((cell) => goldenNumber(row, cell)!) as [
      number,
      number,
      number,
      number,
    ];
    const { logP, logMidP } = fisherLog({ a, b, c, d });
    const p = goldenNumber(row, "fisher_p_greater")!;
    const midP = goldenNumber(row, "fisher_midp_greater")!;
    // A relative error of p is an absolute one of its logarithm.
    if (p > 1e-300) expectClose(logP, Math.log(p), 1e-13, SPECIAL);
    if (midP > 1e-300) expectClose(logMidP, Math.log(midP), 1e-13, SPECIAL);
    const x = chiSquare({ a, b, c, d });
    const chiP = goldenNumber(row, "chi2_p")!;
    if (chiP > 1e-300) expectClose(chiSquareLogP(x.pearson), Math.log(chiP), 1e-12, SPECIAL);
    else if (Number.isNaN(chiP)) expect(chiSquareLogP(x.pearson)).toBeNaN();
    else expect(chiSquareLogP(x.pearson)).toBeLessThan(-690);
  }
});

test("the logarithm is that of the probability wherever there is one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), expectedCounts, (a, expected) => {
      const { p, logP } = poissonP(a, expected);
      expect(p >= 0 && p <= 1 && logP <= 0).toBe(true);
      if (p > 1e-300) expectClose(logP, Math.log(p), 1e-12, 1e-12);
    }),
  );
  fc.assert(
    fc.property(table, (t) => {
      const { p, midP } = fisher(t);
      const { logP, logMidP } = fisherLog(t);
      if (p > 1e-300) expectClose(logP, Math.log(p), 1e-12, 1e-12);
      if (midP > 1e-300) expectClose(logMidP, Math.log(midP), 1e-12, 1e-12);
      expect(logMidP).toBeLessThanOrEqual(logP);
    }),
  );
});

test("more reports or fewer expected never raise the Poisson p value", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.double({ min: 0.001, max: 400, noNaN: true }), (a, expected) => {
      const { logP } = poissonP(a, expected);
      expect(poissonP(a + 1, expected).logP).toBeLessThanOrEqual(logP);
      expect(poissonP(a, expected * 0.9).logP).toBeLessThanOrEqual(logP);
    }),
  );
});

test("exchanging product and event changes no bit", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      expect(fisherLog({ a, b: c, c: b, d })).toEqual(fisherLog({ a, b, c, d }));
    }),
  );
});

test("columns and single calls agree bit for bit", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(table, expectedCounts), { maxLength: 12 }), (pairs) => {
      const column = (cell: "a" | "b" | "c" | "d"): Float64Array => Float64Array.from(pairs, ([t]) => t[cell]);
      const columns = { a: column("a"), b: column("b"), c: column("c"), d: column("d") };
      const expected = Float64Array.from(pairs, ([, e]) => e);
      const poisson = poissonPColumns({ a: columns.a, expected });
      const exact = fisherLogColumns(columns);
      const chi = chiSquareLogPColumns(expected);
      pairs.forEach(([t, e], i) => {
        expect({ p: poisson.p[i], logP: poisson.logP[i] }).toEqual(poissonP(t.a, e));
        expect({ logP: exact.logP[i], logMidP: exact.logMidP[i] }).toEqual(fisherLog(t));
        expect(chi[i]).toBe(chiSquareLogP(e));
      });
    }),
  );
});

test("far below the smallest double the order of pairs is still there", () => {
  const expected = 1.5;
  const logs = [1000, 2000, 5000].map((a) => poissonP(a, expected));
  expect(logs.map(({ p }) => p)).toEqual([0, 0, 0]);
  expect(logs[0]!.logP).toBeGreaterThan(logs[1]!.logP);
  expect(logs[1]!.logP).toBeGreaterThan(logs[2]!.logP);
  const huge = { a: 20000, b: 5000, c: 30000, d: 19945000 };
  expect(fisher(huge).p).toBe(0);
  expect(fisherLog(huge).logP).toBeLessThan(-100_000);
  expect(fisherColumns({ ...one(huge), expected: new Float64Array(1) }).p[0]).toBe(0);
});

const one = (t: { a: number; b: number; c: number; d: number }): Record<"a" | "b" | "c" | "d", Float64Array> => ({
  a: Float64Array.of(t.a),
  b: Float64Array.of(t.b),
  c: Float64Array.of(t.c),
  d: Float64Array.of(t.d),
});

test("special values are those documented", () => {
  expect(poissonP(0, 0)).toEqual({ p: 1, logP: 0 });
  expect(poissonP(0, 7)).toEqual({ p: 1, logP: 0 });
  expect(poissonP(1, 0)).toEqual({ p: 0, logP: -Infinity });
  expect(poissonP(1, NaN)).toEqual({ p: NaN, logP: NaN });
  expect(chiSquareLogP(0)).toBe(0);
  expect(chiSquareLogP(Infinity)).toBe(-Infinity);
  expect(chiSquareLogP(NaN)).toBeNaN();
  expect(chiSquareLogPColumns(Float64Array.of(-1))[0]).toBeNaN();
  expect(fisherLog({ a: 0, b: 5, c: 5, d: 90 }).logP).toBe(0);
  expect(fisherLog({ a: 0, b: 0, c: 0, d: 0 })).toEqual({ logP: 0, logMidP: Math.log(0.5) });
});

test("wrong arguments are the caller's mistake", () => {
  const invalid = (code: string): unknown => expect.objectContaining({ code });
  expect(() => poissonP(1.5, 1)).toThrow(invalid("INVALID_COUNT"));
  expect(() => poissonP(1, -0.5)).toThrow(invalid("INVALID_ARGUMENT"));
  expect(() => poissonP(1, -0.5)).toThrow(/expected: .*-0\.5/);
  expect(() => poissonP(1, Infinity)).toThrow(invalid("INVALID_ARGUMENT"));
  expect(() => chiSquareLogP(-1)).toThrow(/statistic: .*-1/);
  expect(() => fisherLog({ a: NaN, b: 1, c: 1, d: 1 })).toThrow(invalid("INVALID_COUNT"));
  expect(() => poissonPColumns({ a: new Float64Array(1), expected: new Float64Array(2) })).toThrow(
    invalid("LENGTH_MISMATCH"),
  );
});
