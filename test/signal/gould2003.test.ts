import fc from "fast-check";
import { expect, test } from "vitest";
import { expectedCount } from "pvsignal";
import { gould2003, gould2003Columns } from "../../src/signal/gould2003.ts";
import { icApproximate, icApproximateColumns } from "../../src/signal/ic-approximate.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";

/** The components cross 0: a unit in the 12th decimal of a bit, whatever the value. */
const BIT = 1e-12;
const rows = [...goldenRows("gould-lrt.csv.gz"), ...goldenRows("edge-cases.csv")];
const cellsOf = (row: GoldenRow): { a: number; b: number; c: number; d: number } => {
  const cell = (name: string): number => goldenNumber(row, name)!;
  return { a: cell("a"), b: cell("b"), c: cell("c"), d: cell("d") };
};
const cell = fc.integer({ min: 0, max: 1_000_000 });
const table = fc.record({ a: cell, b: cell, c: cell, d: cell });
const columnsOf = (
  tables: readonly { a: number; b: number; c: number; d: number }[],
): Record<"a" | "b" | "c" | "d" | "expected", Float64Array> => ({
  a: Float64Array.from(tables, (t) => t.a),
  b: Float64Array.from(tables, (t) => t.b),
  c: Float64Array.from(tables, (t) => t.c),
  d: Float64Array.from(tables, (t) => t.d),
  expected: Float64Array.from(tables, expectedCount),
});

test("Gould's moments, limits and probability agree with the reference", () => {
  for (const row of rows) {
    const { ic, sd, lower, upper, pNotPositive } = gould2003(cellsOf(row));
    const close = (actual: number, name: string, absolute: number): void => {
      const wanted = goldenNumber(row, name);
      if (wanted !== undefined) expectClose(actual, wanted, 1e-10, absolute);
    };
    close(ic, "ic_gould2003", BIT);
    close(sd, "sd_gould2003", 0);
    close(lower, "ic025_gould2003", BIT);
    close(upper, "ic975_gould2003", BIT);
    const wanted = goldenNumber(row, "p_ic_le_0_gould2003");
    // a normal tail at z has the condition number z², and z comes from digamma and trigamma
    if (wanted !== undefined) expectClose(pNotPositive, wanted, 1e-10 * (1 + (ic / sd) ** 2), 1e-300);
  }
});

test("the approximate limits agree with the reference", () => {
  for (const row of rows) {
    const cells = cellsOf(row);
    const expected = expectedCount(cells);
    if (Number.isNaN(expected)) continue;
    const { ic, ic025, ic975 } = icApproximate(cells.a, expected);
    expectClose(ic, goldenNumber(row, "ic_oe")!, 1e-12, BIT);
    expectClose(ic025, goldenNumber(row, "ic025_oe_approx")!, 1e-12, BIT);
    expectClose(ic975, goldenNumber(row, "ic975_oe_approx")!, 1e-12, BIT);
  }
});

test("product and event exchanged change nothing", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      expectClose(gould2003({ a, b, c, d }).ic, gould2003({ a, b: c, c: b, d }).ic, 1e-12, BIT);
      expectClose(gould2003({ a, b, c, d }).sd, gould2003({ a, b: c, c: b, d }).sd, 1e-12);
    }),
  );
});

test("one report more of the pair, with the same margins, raises the component", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      const more = gould2003({ a: a + 1, b, c, d: d + 1 });
      const less = gould2003({ a, b: b + 1, c: c + 1, d });
      expect(more.ic).toBeGreaterThan(less.ic);
      expect(icApproximate(a + 1, 3).ic025).toBeGreaterThan(icApproximate(a, 3).ic025);
    }),
  );
});

test("columns are the single form bit for bit", () => {
  fc.assert(
    fc.property(fc.array(table, { maxLength: 20 }), (tables) => {
      const columns = columnsOf(tables);
      const gould = gould2003Columns(columns);
      const approximate = icApproximateColumns(columns.a, columns.expected);
      tables.forEach((one, i) => {
        expect({
          ic: gould.ic[i],
          sd: gould.sd[i],
          lower: gould.lower[i],
          upper: gould.upper[i],
          pNotPositive: gould.pNotPositive[i],
        }).toEqual(gould2003(one));
        expect({ ic: approximate.ic[i], ic025: approximate.ic025[i], ic975: approximate.ic975[i] }).toEqual(
          icApproximate(one.a, columns.expected[i]!),
        );
      });
    }),
  );
});

test("another level gives other limits around the same value", () => {
  const one = { a: 5, b: 20, c: 30, d: 4000 };
  const [narrow, wide] = [gould2003(one, 0.5), gould2003(one, 0.99)];
  expect(narrow.ic).toBe(wide.ic);
  expect(narrow.lower).toBeGreaterThan(wide.lower);
});

test("a wrong call is named", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  expect(() => gould2003({ a: -1, b: 1, c: 1, d: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => gould2003({ a: 1, b: 1, c: 1, d: 1 }, 1)).toThrow(code("INVALID_LEVEL"));
  expect(() => icApproximate(0.5, 1)).toThrow(code("INVALID_COUNT"));
  expect(() => icApproximate(1, -1)).toThrow(code("INVALID_ARGUMENT"));
  expect(() => icApproximateColumns(new Float64Array(1), new Float64Array(2))).toThrow(code("LENGTH_MISMATCH"));
});
