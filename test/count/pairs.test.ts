import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildTable,
  cellReportIds,
  countPairs,
  countsFromRows,
  type CountOptions,
  type PvError,
  type Report,
  type ReportTable,
} from "pvsignal";
import { reportsArbitrary } from "./arbitrary.ts";
import { expectClose } from "../close.ts";

/** The definition, written out: sets of report ids, no columns, no tricks. */
function bruteForce(table: ReportTable, of: { domain?: string; comparator?: readonly string[] } = {}) {
  const reports = Array.from({ length: table.size }, (_, row) => table.report(row)).map((r) => ({
    id: `${r.source} ${r.id}`,
    sex: r.patient?.sex ?? "(missing)",
    products: new Set(
      r.products
        .filter((p) => p.role === "suspect" || p.role === "interacting")
        .filter((p) => of.domain === undefined || (p.domain ?? r.domain) === of.domain)
        .map((p) => p.name),
    ),
    events: new Set(r.events.map((e) => e.term)),
  }));
  const complete = reports.filter((r) => r.products.size > 0 && r.events.size > 0);
  const has = (r: (typeof complete)[number], p: string, e: string): [boolean, boolean] => [
    r.products.has(p),
    r.events.has(e),
  ];
  const names = (key: "products" | "events"): string[] => [...new Set(complete.flatMap((r) => [...r[key]]))].sort();
  const rows = names("products").flatMap((p) =>
    names("events").flatMap((e) => {
      const scope = complete.filter(
        (r) => r.products.has(p) || of.comparator === undefined || of.comparator.some((q) => r.products.has(q)),
      );
      const cell = (x: boolean, y: boolean): number =>
        scope.filter((r) => has(r, p, e)[0] === x && has(r, p, e)[1] === y).length;
      const [a, b, c, d] = [cell(true, true), cell(true, false), cell(false, true), cell(false, false)];
      const strata = [...new Set(scope.map((r) => r.sex))].sort();
      const expected = strata.reduce((sum, sex) => {
        const s = scope.filter((r) => r.sex === sex);
        return sum + (s.filter((r) => r.products.has(p)).length * s.filter((r) => r.events.has(e)).length) / s.length;
      }, 0);
      return a === 0 ? [] : [{ product: p, event: e, a, b, c, d, expected }];
    }),
  );
  return { rows, n: complete.length };
}

const tryCount = (table: ReportTable, options: CountOptions) => {
  try {
    return countPairs(table, { terminologies: "mix", ...options });
  } catch (error) {
    expect((error as PvError).code).toBe("EMPTY_SCOPE");
    return undefined;
  }
};

test("pair counts are the sizes of the sets of distinct reports", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      for (const domain of ["drug", "vaccine", "all"] as const) {
        const brute = bruteForce(table, domain === "all" ? {} : { domain });
        const counts = tryCount(table, { domain, strata: ["sex"] });
        if (counts === undefined) expect(brute.n).toBe(0);
        else {
          const rows = [...counts.rows()];
          expect(rows.map(({ product, event, a, b, c, d }) => ({ product, event, a, b, c, d }))).toEqual(
            brute.rows.map(({ product, event, a, b, c, d }) => ({ product, event, a, b, c, d })),
          );
          rows.forEach((row, i) => {
            expectClose(row.expected, brute.rows[i]!.expected, 1e-12);
          });
          expect(counts.n).toBe(brute.n);
          const plain = countPairs(table, { domain, terminologies: "mix" });
          for (const row of plain.rows()) expectClose(row.expected, (row.n1 * row.m1) / row.n, 1e-15);
        }
      }
    }),
  );
});

test("a comparator restricts what a product is compared with, and shared reports count once", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      const everything = tryCount(table, { domain: "all" });
      if (everything === undefined) return;
      const comparator = everything.products.slice(0, 2);
      const counts = countPairs(table, { domain: "all", terminologies: "mix", background: { products: comparator } });
      const expected = bruteForce(table, { comparator }).rows.map(({ product, event, a, b, c, d }) => ({
        product,
        event,
        a,
        b,
        c,
        d,
      }));
      expect([...counts.rows()].map(({ product, event, a, b, c, d }) => ({ product, event, a, b, c, d }))).toEqual(
        expected,
      );
    }),
  );
});

test("every cell leads back to as many report ids as it counts", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      const counts = tryCount(table, { domain: "all" });
      for (const row of counts === undefined ? [] : [...counts.rows()].slice(0, 5)) {
        for (const cell of ["a", "b", "c", "d"] as const) {
          expect(cellReportIds(table, counts!, row.product, row.event, cell)).toHaveLength(row[cell]);
        }
      }
    }),
  );
});

test("columns and rows tell the same", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const counts = tryCount(buildTable(reports), { domain: "all" });
      if (counts === undefined) return;
      const { a, b, c, d, expected } = counts.columns();
      [...counts.rows()].forEach((row, i) => {
        expect([a[i], b[i], c[i], d[i], expected[i]]).toEqual([row.a, row.b, row.c, row.d, row.expected]);
        expect(counts.find(row.product, row.event)).toBe(i);
      });
    }),
  );
});

const report = (id: string, products: Report["products"], terms: string[], extra: Partial<Report> = {}): Report => ({
  id,
  source: "t",
  version: 1,
  domain: "drug",
  products,
  events: terms.map((term) => ({ term })),
  ...extra,
});
const suspect = (name: string, extra: Partial<Report["products"][number]> = {}): Report["products"][number] => ({
  name,
  role: "suspect",
  ...extra,
});

describe("options", () => {
  const table = buildTable([
    report(
      "1",
      [suspect("A", { ingredient: "x", lots: ["L1", "L2"] }), { name: "B", role: "concomitant" }],
      ["rash", "rash", "itch"],
    ),
    report("2", [suspect("a", { ingredient: "x", manufacturer: "M" })], ["rash"]),
    report("3", [suspect("C")], ["itch"], { region: "north" }),
    report("4", [suspect("C")], []),
    report("5", [], ["rash"]),
  ]);

  test("a repeated term counts its report once", () => {
    expect(countPairs(table).pair("A", "rash")).toMatchObject({ a: 1, b: 0, c: 1, d: 1, n: 3 });
  });

  test("reports without product or event are left out of the total, counted, and can be kept", () => {
    expect(countPairs(table).excluded).toEqual({ outOfScope: 0, withoutProduct: 1, withoutEvent: 1 });
    const all = countPairs(table, { universe: "all" });
    expect([all.n, all.pair("C", "itch").n1, all.pair("A", "rash").m1]).toEqual([5, 2, 3]);
  });

  test("concomitant products count only when asked for", () => {
    expect(() => countPairs(table).pair("B", "rash")).toThrow(expect.objectContaining({ code: "UNKNOWN_TERM" }));
    expect(countPairs(table, { roles: "all" }).pair("B", "rash").a).toBe(1);
    expect(countPairs(table, { roles: ["concomitant"] }).n).toBe(1);
  });

  test("levels are keys: ingredient falls back to the name, lot needs a lot", () => {
    expect(countPairs(table, { product: "ingredient" }).products).toEqual(["C", "x"]);
    expect(countPairs(table, { product: "ingredient" }).pair("x", "rash").a).toBe(2);
    expect(countPairs(table, { product: "lot" }).products).toEqual(["A # L1", "A # L2"]);
    expect(countPairs(table, { product: "manufacturer" }).products).toEqual(["M"]);
  });

  test("a key function can put a term under itself and under its groups, counting reports at each level", () => {
    const counts = countPairs(table, { event: (e) => [e.term, "any skin reaction"] });
    expect(counts.pair("A", "any skin reaction")).toMatchObject({ a: 1, m1: 3 });
  });

  test("a list of report ids can be the exposure", () => {
    const counts = countPairs(table, { product: { groups: { "lot recall": ["1", "2"], other: ["3"] } } });
    expect(counts.pair("lot recall", "rash")).toMatchObject({ a: 2, b: 0, c: 0, d: 1 });
    expect(() => countPairs(table, { product: { groups: { x: ["nope"] } } })).toThrow(
      expect.objectContaining({ code: "UNKNOWN_TERM" }),
    );
  });

  test("where restricts the reports, and nothing left is an error that says where they went", () => {
    expect(countPairs(table, { where: (r) => r.region === "north" }).n).toBe(1);
    expect(() => countPairs(table, { where: () => false })).toThrow("5 outside domain and where");
    expect(() => countPairs(table, { domain: "device" })).toThrow(expect.objectContaining({ code: "EMPTY_SCOPE" }));
  });

  test("cell counting adds up pair counts instead of reports", () => {
    const counts = countPairs(table, { unit: "cell" });
    expect([counts.n, counts.pair("A", "rash").n1, counts.pair("A", "rash").m1]).toEqual([4, 2, 2]);
    expect(counts.options.unit).toBe("cell");
  });

  test("an unknown term names what is near", () => {
    expect(() => countPairs(table).pair("A", "rsh")).toThrow('near: "rash"');
  });

  test("a known pair that never occurs has a count of 0", () => {
    expect(countPairs(table).pair("C", "rash")).toMatchObject({ a: 0, b: 1, c: 2, d: 0 });
  });
});

test("kinds of product do not mix unless asked", () => {
  const table = buildTable([
    report("1", [suspect("A")], ["rash"]),
    report("2", [suspect("V")], ["rash"], { domain: "vaccine" }),
  ]);
  expect(() => countPairs(table)).toThrow(expect.objectContaining({ code: "MIXED_DOMAINS" }));
  expect(countPairs(table, { domain: "vaccine" }).n).toBe(1);
  expect(countPairs(table, { domain: "all" }).n).toBe(2);
});

describe("counts that were counted elsewhere", () => {
  test("without margins they add up cells; a zero cell that was given stays a pair", () => {
    const counts = countsFromRows([
      { product: "A", event: "rash", a: 4 },
      { product: "A", event: "itch", a: 0 },
      { product: "B", event: "rash", a: 6 },
      { product: "A", event: "rash", a: 1 },
    ]);
    expect([counts.n, counts.size, counts.options.unit]).toEqual([11, 3, "cell"]);
    expect(counts.pair("A", "itch")).toMatchObject({ a: 0, n1: 5, m1: 0 });
  });

  test("with margins they are taken as reports, however large", () => {
    const counts = countsFromRows([{ product: "A", event: "rash", a: 4e9, n1: 5e9, m1: 6e9 }], { n: 1e10 });
    expect(counts.pair("A", "rash")).toEqual({
      product: "A",
      event: "rash",
      a: 4e9,
      b: 1e9,
      c: 2e9,
      d: 3e9,
      n1: 5e9,
      m1: 6e9,
      n: 1e10,
      expected: 3e9,
    });
  });

  test.each([
    [[{ product: "A", event: "e", a: 1.5 }], {}, "INVALID_COUNT"],
    [[{ product: "A", event: "e", a: -1 }], {}, "INVALID_COUNT"],
    [[{ product: "A", event: "e", a: 1, n1: 2 }], {}, "INVALID_ARGUMENT"],
    [[{ product: "A", event: "e", a: 1 }], { n: 3 }, "INVALID_ARGUMENT"],
    [
      [
        { product: "A", event: "e", a: 1, n1: 2, m1: 2 },
        { product: "A", event: "f", a: 1, n1: 3, m1: 2 },
      ],
      { n: 9 },
      "INVALID_ARGUMENT",
    ],
    [[{ product: "A", event: "e", a: 5, n1: 4, m1: 9 }], { n: 20 }, "INVALID_COUNT"],
    [[{ product: "A", event: "e", a: 5, n1: 9, m1: 4 }], { n: 20 }, "INVALID_COUNT"],
    [[{ product: "A", event: "e", a: 5, n1: 9, m1: 9 }], { n: 12 }, "INVALID_COUNT"],
    [[{ product: "A", event: "e", a: NaN }], {}, "INVALID_COUNT"],
    [[], {}, "EMPTY_SCOPE"],
  ])("%j %j is refused", (rows, options, code) => {
    expect(() => countsFromRows(rows, options)).toThrow(expect.objectContaining({ code }));
  });
});
