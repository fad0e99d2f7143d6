import fc from "fast-check";
import { expect, test } from "vitest";
import { expectedCount } from "pvsignal";
import { lrt, lrtColumns, type LrtForm } from "../../src/signal/lrt.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";

const cellsOf = (row: GoldenRow): { a: number; b: number; c: number; d: number } => {
  const cell = (name: string): number => goldenNumber(row, name)!;
  return { a: cell("a"), b: cell("b"), c: cell("c"), d: cell("d") };
};
const FORMS: readonly LrtForm[] = ["huang2011", "huang2011-event", "poisson"];

test("event-total and Poisson forms agree with the reference", () => {
  for (const row of [...goldenRows("gould-lrt.csv.gz"), ...goldenRows("edge-cases.csv")]) {
    const table = cellsOf(row);
    const close = (form: LrtForm, name: string): void => {
      const wanted = goldenNumber(row, name);
      // near a = E the reference's logarithms cancel: what is left carries the rounding of a ln a
      if (wanted !== undefined) expectClose(lrt(table, form).logLr, wanted, 1e-10, 1e-14 * (1 + table.a + table.c));
    };
    close("huang2011-event", "loglr_huang2011");
    close("poisson", "loglr_poisson");
  }
});

test("product-total and Poisson forms agree with pvLRT's p-q and rrr", () => {
  const inputs = { statin46: "statin46.csv", lovastatin: "lovastatin.csv.gz", statin1491: "statin1491.csv.gz" };
  for (const [dataset, file] of Object.entries(inputs)) {
    const n1 = new Map<string, number>();
    const m1 = new Map<string, number>();
    let n = 0;
    for (const row of goldenRows(`inputs/${file}`)) {
      const count = Number(row["count"]);
      n1.set(row["product"]!, (n1.get(row["product"]!) ?? 0) + count);
      m1.set(row["event"]!, (m1.get(row["event"]!) ?? 0) + count);
      n += count;
    }
    for (const row of goldenRows("lrt.csv.gz").filter((r) => r["dataset"] === dataset)) {
      const a = goldenNumber(row, "n11")!;
      const b = n1.get(row["product"]!)! - a;
      const c = m1.get(row["event"]!)! - a;
      const table = { a, b, c, d: n - a - b - c };
      expectClose(lrt(table, "poisson").logLr, goldenNumber(row, "loglr_rrr")!, 1e-10, 1e-13 * (1 + a));
      // the reference's p-q form adds two large terms of opposite sign
      expectClose(lrt(table).logLr, goldenNumber(row, "loglr_pq")!, 1e-10, 1e-14 * (1 + a + b));
    }
  }
});

const cell = fc.integer({ min: 0, max: 1_000_000 });
const table = fc.record({ a: cell, b: cell, c: cell, d: fc.integer({ min: 1, max: 1_000_000 }) });

test("it is 0 up to a = E, positive above, and grows with a", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      for (const form of FORMS) {
        const { logLr } = lrt({ a, b, c, d }, form);
        expect(logLr >= 0).toBe(true);
        expect(logLr > 0).toBe(a > expectedCount({ a, b, c, d }));
        if (b > 0 && c > 0)
          expect(lrt({ a: a + 1, b: b - 1, c: c - 1, d: d + 1 }, form).logLr).toBeGreaterThanOrEqual(logLr);
      }
    }),
  );
});

test("product and event exchanged exchange the two totals", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      const other = { a, b: c, c: b, d };
      expectClose(lrt({ a, b, c, d }).logLr, lrt(other, "huang2011-event").logLr, 1e-9, 1e-9);
      expectClose(lrt({ a, b, c, d }, "poisson").logLr, lrt(other, "poisson").logLr, 1e-9, 1e-9);
    }),
  );
});

test("close to independence the digits stay: (a − E)²/2E to first order", () => {
  // a − E = 1 at E = 10^6: ln(a/E) leaves ten digits fewer
  const one = { a: 1_000_001, b: 999_999, c: 999_999, d: 1_000_001 };
  const x = 1e-6;
  const exact = 1e6 * (x ** 2 / 2 - x ** 3 / 6 + x ** 4 / 12);
  expectClose(lrt(one, "poisson").logLr, exact, 1e-9);
});

test("0 · ln 0 is 0: a product with one event only has a finite statistic", () => {
  expectClose(lrt({ a: 5, b: 0, c: 50, d: 1000 }).logLr, 5 * Math.log(1055 / 55), 1e-12);
  expectClose(lrt({ a: 5, b: 100, c: 0, d: 1000 }, "huang2011-event").logLr, 5 * Math.log(1105 / 105), 1e-12);
  expect(lrt({ a: 0, b: 0, c: 0, d: 0 }).logLr).toBeNaN();
});

test("columns are the single form bit for bit", () => {
  fc.assert(
    fc.property(fc.array(table, { maxLength: 20 }), fc.constantFrom(...FORMS), (tables, form) => {
      const columns = {
        a: Float64Array.from(tables, (t) => t.a),
        b: Float64Array.from(tables, (t) => t.b),
        c: Float64Array.from(tables, (t) => t.c),
        d: Float64Array.from(tables, (t) => t.d),
        expected: Float64Array.from(tables, expectedCount),
      };
      expect([...lrtColumns(columns, form).logLr]).toEqual(tables.map((one) => lrt(one, form).logLr));
    }),
  );
});

test("a wrong call is named", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  expect(() => lrt({ a: -1, b: 1, c: 1, d: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => lrt({ a: 1, b: 1, c: 1, d: 1 }, "x" as "poisson")).toThrow(code("INVALID_ARGUMENT"));
});
