import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bate1998,
  bate1998Columns,
  chiSquare,
  chiSquareColumns,
  fisher,
  fisherColumns,
  ic,
  icColumns,
  prr,
  prrColumns,
  ror,
  rorColumns,
  rrr,
  rrrColumns,
  expectedCount,
  type FourfoldTable,
} from "pvsignal";
import { expectClose } from "../close.ts";

const single = { prr, ror, rrr, chiSquare, bate1998, fisher };

describe.each(Object.entries(single))("%s", (_, measure) => {
  test.each([
    ["a", -1],
    ["b", 0.5],
    ["c", NaN],
    ["d", Infinity],
    ["a", 2 ** 53],
  ] as const)("refuses %s = %d, naming both", (cell, value) => {
    expect(() => measure({ a: 1, b: 1, c: 1, d: 1, [cell]: value })).toThrow(
      expect.objectContaining({
        code: "INVALID_COUNT",
        message: expect.stringMatching(`^${cell}: .*${value}`) as string,
      }),
    );
  });
});

test.each([0, 1, -0.1, 1.5, NaN])("a level of %d is refused", (level) => {
  const one = { a: 1, b: 1, c: 1, d: 1 };
  for (const measure of [prr, ror, rrr, bate1998])
    expect(() => measure(one, level)).toThrow(expect.objectContaining({ code: "INVALID_LEVEL" }));
  expect(() => ic(1, 1, level)).toThrow(expect.objectContaining({ code: "INVALID_LEVEL" }));
});

test("columns of different lengths are refused", () => {
  const [one, two] = [Float64Array.of(1), Float64Array.of(1, 2)];
  for (const columns of [prrColumns, rorColumns, rrrColumns, chiSquareColumns, bate1998Columns, fisherColumns]) {
    expect(() => columns({ a: one, b: one, c: two, d: one, expected: one })).toThrow(
      expect.objectContaining({ code: "LENGTH_MISMATCH" }),
    );
  }
  expect(() => icColumns(one, two)).toThrow(expect.objectContaining({ code: "LENGTH_MISMATCH" }));
});

const cell = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 6000 }),
  fc.integer({ min: 0, max: 2_000_000_000 }),
);
const table: fc.Arbitrary<FourfoldTable> = fc.record({ a: cell, b: cell, c: cell, d: cell });

test("columns are the single form bit for bit", () => {
  fc.assert(
    fc.property(fc.array(table, { maxLength: 20 }), (tables) => {
      const column = (name: keyof FourfoldTable): Float64Array => Float64Array.from(tables, (t) => t[name]);
      const columns = {
        a: column("a"),
        b: column("b"),
        c: column("c"),
        d: column("d"),
        expected: Float64Array.from(tables, expectedCount),
      };
      const at = (out: object, i: number): unknown =>
        Object.fromEntries(Object.entries(out).map(([name, values]) => [name, (values as Float64Array)[i]]));
      tables.forEach((one, i) => {
        expect(at(prrColumns(columns), i)).toEqual(prr(one));
        expect(at(rorColumns(columns), i)).toEqual(ror(one));
        expect(at(rrrColumns(columns), i)).toEqual(rrr(one));
        expect(at(chiSquareColumns(columns), i)).toEqual({
          pearson: chiSquare(one).pearson,
          yates: chiSquare(one).yates,
        });
        expect(at(bate1998Columns(columns), i)).toEqual(bate1998(one));
        expect(at(fisherColumns(columns), i)).toEqual(fisher(one));
        expect(at(icColumns(columns.a, columns.expected), i)).toEqual(ic(one.a, columns.expected[i]!));
      });
    }),
    { numRuns: 60 },
  );
});

const positive = fc.integer({ min: 1, max: 1_000_000 });
const full = fc.record({ a: positive, b: positive, c: positive, d: positive });
const swapRows = ({ a, b, c, d }: FourfoldTable): FourfoldTable => ({ a: c, b: d, c: a, d: b });
const transpose = ({ a, b, c, d }: FourfoldTable): FourfoldTable => ({ a, b: c, c: b, d });

test("exposed and unexposed swapped give the reciprocal of PRR and ROR, limits exchanged", () => {
  fc.assert(
    fc.property(full, (one) => {
      for (const measure of [prr, ror]) {
        const [here, there] = [measure(one), measure(swapRows(one))];
        expectClose(there.estimate, 1 / here.estimate, 1e-14);
        expectClose(there.lower, 1 / here.upper, 1e-13);
      }
    }),
  );
});

test("product and event exchanged change neither ROR, RRR, chi-square, IC, Bate nor Fisher", () => {
  fc.assert(
    fc.property(full, (one) => {
      const other = transpose(one);
      expectClose(ror(other).estimate, ror(one).estimate, 1e-14);
      expectClose(rrr(other).estimate, rrr(one).estimate, 1e-14);
      expectClose(chiSquare(other).pearson, chiSquare(one).pearson, 1e-9, 1e-9);
      expectClose(ic(one.a, expectedCount(other)).ic025, ic(one.a, expectedCount(one)).ic025, 1e-12, 1e-12);
      expectClose(bate1998(other).lower, bate1998(one).lower, 1e-11, 1e-11);
      expectClose(fisher(other).midP, fisher(one).midP, 1e-9, 1e-300);
    }),
    { numRuns: 100 },
  );
});

test("one report more of the pair, with the same margins, raises every measure", () => {
  fc.assert(
    fc.property(full, ({ a, b, c, d }) => {
      const [less, more] = [
        { a, b: b + 1, c: c + 1, d },
        { a: a + 1, b, c, d: d + 1 },
      ];
      for (const measure of [prr, ror, rrr]) expect(measure(more).estimate).toBeGreaterThan(measure(less).estimate);
      const [e] = [expectedCount(less)];
      expect(ic(more.a, e).ic025).toBeGreaterThan(ic(less.a, e).ic025);
      expect(bate1998(more).ic).toBeGreaterThan(bate1998(less).ic);
      expect(fisher(more).p).toBeLessThanOrEqual(fisher(less).p);
    }),
    { numRuns: 100 },
  );
});

test("IC shrinks the observed-to-expected ratio towards 1, and its limits enclose it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 0.001, max: 5000, noNaN: true }), (a, e) => {
      const { ic: value, ic025, ic975 } = ic(a, e);
      const ratio = Math.log2(a / e);
      expect(Math.abs(value) <= Math.abs(ratio) + 1e-12).toBe(true);
      expect(ic025 < value && value < ic975).toBe(true);
    }),
  );
});
