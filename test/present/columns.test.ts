import { expect, test } from "vitest";
import { buildTable, countPairs, countsFromRows, exportCounts, importCounts, presets, screen } from "pvsignal";
import { toColumns, type ResultColumn, type ResultColumns } from "../../src/present/columns.ts";
import { madeUpReports } from "../engines/reports.ts";

const table = buildTable(madeUpReports(800));
const counts = countPairs(table, { domain: "all" });

const named = ({ columns }: ResultColumns, name: string): ResultColumn => columns.find((one) => one.name === name)!;

/** What a column says in a row. */
function cell(column: ResultColumn, i: number): unknown {
  if (column.type === "dictionary") return column.values[column.codes[i]!];
  if (column.type === "bool") return column.valid[i] === 1 ? column.data[i] === 1 : undefined;
  return column.data[i];
}

test("the columns of a screening say what its rows say, with Infinity and NaN as they are", () => {
  const screening = screen(counts, { measures: ["prr", "ror", "ic", "ebgm"], rule: [presets.evans, presets.umc] });
  const found = toColumns(screening);
  expect(found.rows).toBe(screening.size);
  expect(new Set(found.columns.map(({ name }) => name)).size).toBe(found.columns.length);
  let infinite = 0;
  let undecided = 0;
  for (let i = 0; i < screening.size; i++) {
    const row = screening.row(i);
    for (const name of ["product", "event", "a", "b", "c", "d", "n1", "m1", "n", "expected"] as const)
      expect(cell(named(found, name), i)).toBe(row[name]);
    for (const [name, column] of Object.entries(screening.columns)) {
      expect(cell(named(found, name), i)).toBe(column[i]);
      if (row.missing[name] === "infinite") infinite++;
    }
    for (const [name, flag] of Object.entries(row.flags)) {
      expect(cell(named(found, `rule:${name}`), i)).toBe(flag ?? undefined);
      if (flag === null) undecided++;
    }
  }
  expect([infinite > 0, undecided]).toEqual([true, screening.rules.reduce((sum, rule) => sum + rule.undecided, 0)]);
  expect(found.about).toMatchObject({ options: counts.options, excluded: counts.excluded, rules: screening.rules });
});

test("counts are 32-bit integers up to a total of 2^31 - 1, and doubles above", () => {
  const of = (n: number): ResultColumns =>
    toColumns(countsFromRows([{ product: "A", event: "x", a: 3, n1: n - 5, m1: 4 }], { n }));
  const small = of(2 ** 31 - 1);
  const large = of(2 ** 31);
  for (const name of ["a", "b", "c", "d", "n1", "m1", "n"]) {
    expect([named(small, name).type, named(large, name).type]).toEqual(["int32", "float64"]);
  }
  expect(["a", "b", "c", "d", "n1", "m1", "n"].map((name) => cell(named(large, name), 0))).toEqual([
    3,
    2 ** 31 - 8,
    1,
    4,
    2 ** 31 - 5,
    4,
    2 ** 31,
  ]);
  const vast = of(2 ** 53 - 1);
  expect(cell(named(vast, "n"), 0)).toBe(2 ** 53 - 1);
});

test("a comparator's margins and a stratified expectation are those of the pairs", () => {
  const other = [
    countPairs(table, { domain: "all", background: { products: counts.products.slice(0, 40) } }),
    countPairs(table, { domain: "all", strata: ["sex"] }),
  ];
  for (const one of other) {
    const found = toColumns(one);
    for (let i = 0; i < one.size; i += 7) {
      const row = one.row(i);
      for (const name of ["b", "c", "d", "n1", "m1", "n", "expected"] as const)
        expect(cell(named(found, name), i)).toBe(row[name]);
    }
  }
});

test("withheld counts have their upper bounds beside them", () => {
  const imported = importCounts(exportCounts(counts, { source: "A", minimumCell: 5 }));
  const found = toColumns(imported);
  let open = 0;
  for (let i = 0; i < found.rows; i++) {
    if (cell(named(found, "aUpper"), i) !== cell(named(found, "a"), i)) open++;
    expect(cell(named(found, "aUpper"), i)).toBe(imported.bounds!.a[i]);
    expect(cell(named(found, "n1Upper"), i)).toBe(imported.bounds!.n1[imported.product[i]!]);
    expect(cell(named(found, "m1Upper"), i)).toBe(imported.bounds!.m1[imported.event[i]!]);
  }
  expect(open).toBeGreaterThan(0);
});

test("plain rows have a type each column, absences only where text or yes and no are", () => {
  const found = toColumns([
    { id: "a", p: 0.1, open: true, note: null },
    { id: "b", p: null, open: undefined, note: "药" },
    { id: "a", p: -Infinity, open: false, note: "" },
  ]);
  expect(found).toEqual({
    rows: 3,
    about: {},
    columns: [
      { name: "id", type: "dictionary", codes: Int32Array.of(0, 1, 0), values: ["a", "b"] },
      { name: "p", type: "float64", data: Float64Array.of(0.1, NaN, -Infinity) },
      { name: "open", type: "bool", data: Uint8Array.of(1, 0, 0), valid: Uint8Array.of(1, 0, 1) },
      { name: "note", type: "dictionary", codes: Int32Array.of(-1, 0, 1), values: ["药", ""] },
    ],
  });
});

test("plain rows of other columns or of mixed kinds are refused", () => {
  expect(() => toColumns([{ a: 1 }, { a: 1, b: 2 }])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(() => toColumns([{ a: 1 }, { a: "1" }])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
