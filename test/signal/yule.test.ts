import fc from "fast-check";
import { expect, test } from "vitest";
import { ror } from "pvsignal";
import { yuleQ, yuleQColumns } from "../../src/signal/yule.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows } from "../golden.ts";

const count = fc.integer({ min: 1, max: 1_000_000 });
const table = fc.record({ a: count, b: count, c: count, d: count });
const anyCount = fc.integer({ min: 0, max: 1000 });
const anyTable = fc.record({ a: anyCount, b: anyCount, c: anyCount, d: anyCount });

test("it is the reference's odds ratio on the scale from -1 to 1", () => {
  for (const row of goldenRows("edge-cases.csv")) {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((cell) => goldenNumber(row, cell)!) as [
      number,
      number,
      number,
      number,
    ];
    const odds = goldenNumber(row, "ror")!;
    const { estimate, lower, upper } = yuleQ({ a, b, c, d });
    // Near independence ad - bc cancels in both.
    expectClose(estimate, odds === Infinity ? 1 : (odds - 1) / (odds + 1), 1e-12, 1e-15);
    if (Number.isFinite(odds) && odds > 0) {
      const half = 1.959963984540054 * 0.5 * (1 - estimate * estimate) * goldenNumber(row, "se_log_ror")!;
      expectClose(upper - estimate, half, 1e-9, 1e-15);
      expectClose(estimate - lower, half, 1e-9, 1e-15);
    }
  }
});

test("the interval is that of the log odds ratio by the delta method", () => {
  fc.assert(
    fc.property(table, (t) => {
      const { estimate, lower, upper } = yuleQ(t);
      const o = ror(t);
      const slope = 0.5 * (1 - estimate) * (1 + estimate);
      const logWidth = Math.log(o.upper) - Math.log(o.lower);
      expectClose(upper - lower, slope * logWidth, 1e-6, 1e-12);
    }),
  );
});

test("exchanged rows or columns change the sign, both together nothing", () => {
  fc.assert(
    fc.property(anyTable, ({ a, b, c, d }) => {
      const { estimate, lower, upper } = yuleQ({ a, b, c, d });
      const rows = yuleQ({ a: c, b: d, c: a, d: b });
      expectClose(rows.estimate, -estimate, 1e-14);
      expectClose(rows.lower, -upper, 1e-12, 1e-14);
      expectClose(rows.upper, -lower, 1e-12, 1e-14);
      expectClose(yuleQ({ a: d, b: c, c: b, d: a }).estimate, estimate, 1e-14);
      expect(Math.abs(estimate) <= 1 || Number.isNaN(estimate)).toBe(true);
    }),
  );
});

test("columns and single tables agree bit for bit", () => {
  fc.assert(
    fc.property(fc.array(anyTable, { maxLength: 20 }), (tables) => {
      const column = (cell: "a" | "b" | "c" | "d"): Float64Array => Float64Array.from(tables, (t) => t[cell]);
      const many = yuleQColumns({ a: column("a"), b: column("b"), c: column("c"), d: column("d") });
      tables.forEach((t, i) => {
        expect({ estimate: many.estimate[i], lower: many.lower[i], upper: many.upper[i] }).toEqual(yuleQ(t));
      });
    }),
  );
});

test("a zero cell gives 1 or -1 without limits, two in one line give nothing", () => {
  expect(yuleQ({ a: 3, b: 0, c: 5, d: 9 })).toEqual({ estimate: 1, lower: NaN, upper: NaN });
  expect(yuleQ({ a: 0, b: 3, c: 5, d: 9 })).toEqual({ estimate: -1, lower: NaN, upper: NaN });
  expect(yuleQ({ a: 0, b: 0, c: 5, d: 9 })).toEqual({ estimate: NaN, lower: NaN, upper: NaN });
});

test("the formula's limits are not cut at 1", () => {
  expect(yuleQ({ a: 3, b: 1, c: 1, d: 3 }).upper).toBeGreaterThan(1);
});

test("wider levels contain narrower ones", () => {
  const t = { a: 28, b: 942, c: 17, d: 31435 };
  expect(yuleQ(t, 0.99).lower).toBeLessThan(yuleQ(t, 0.9).lower);
  expect(yuleQ(t, 0.99).estimate).toBe(yuleQ(t, 0.9).estimate);
});

test("wrong arguments are the caller's mistake", () => {
  expect(() => yuleQ({ a: -1, b: 1, c: 1, d: 1 })).toThrow(expect.objectContaining({ code: "INVALID_COUNT" }));
  expect(() => yuleQ({ a: 1, b: 1.5, c: 1, d: 1 })).toThrow(/b: .*1\.5/);
  expect(() => yuleQ({ a: 1, b: 1, c: 1, d: 1 }, 1)).toThrow(expect.objectContaining({ code: "INVALID_LEVEL" }));
  const one = new Float64Array(1);
  expect(() => yuleQColumns({ a: one, b: one, c: one, d: new Float64Array(2) })).toThrow(
    expect.objectContaining({ code: "LENGTH_MISMATCH" }),
  );
});
