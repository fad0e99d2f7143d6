import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, test, vi } from "vitest";
import { buildTable, countPairs, countsFromRows, presets, screen } from "pvsignal";
import { toColumns } from "../../src/present/columns.ts";
import { writeParquet } from "../../src/present/parquet.node.ts";
import { duckdb } from "../engines/duckdb.ts";
import { hostileReports, madeUpReports } from "../engines/reports.ts";

const folder = mkdtempSync(join(tmpdir(), "pvsignal-parquet-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const at = (name: string): string => join(folder, name);

const counts = countPairs(buildTable([...madeUpReports(600), ...hostileReports()]), { domain: "all" });
const screening = screen(counts, {
  measures: ["prr", "ror", "ic", "ebgm"],
  rule: [presets.evans, { ...presets.umc, name: 'it\'s "UMC"' }],
});

/** A row of the screening as a file should give it. */
function expectedRow(i: number): Record<string, unknown> {
  const flags = Object.entries(screening.row(i).flags).map(([name, flag]) => [`rule:${name}`, flag] as const);
  const scores = Object.entries(screening.columns).map(([name, column]) => [name, column[i]] as const);
  return { ...counts.row(i), ...Object.fromEntries<unknown>([...scores, ...flags]) };
}

test("a screening read back has every number, label and flag, over several row groups", async () => {
  const path = at("screening.parquet");
  await writeParquet(path, screening, { rowGroupSize: 1000, metadata: { made: "某省" } });
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  expect(metadata.row_groups.length).toBe(Math.ceil(screening.size / 1000));
  const encodings = metadata.row_groups[0]!.columns[0]!.meta_data!.encodings;
  expect(encodings).toContain("RLE_DICTIONARY");
  const rows = await parquetReadObjects({ file });
  expect(rows.length).toBe(screening.size);
  rows.forEach((row, i) => {
    expect(row).toStrictEqual(expectedRow(i));
  });
  const told = Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]));
  expect(told["made"]).toBe("某省");
  const about = JSON.parse(told["pvsignal"]!) as unknown;
  expect(about).toMatchObject({ options: counts.options, excluded: counts.excluded, n: counts.n });
  expect(about).toMatchObject({ rules: screening.rules, gps: { prior: screening.gps!.prior } });
});

test("counts, columns and plain rows are written too, absences as such, large totals exactly", async () => {
  const large = countsFromRows([{ product: "A", event: "x", a: 3, n1: 5, m1: 4 }], { n: 2 ** 53 - 1 });
  await writeParquet(at("large.parquet"), large);
  const [row] = await parquetReadObjects({ file: await asyncBufferFromFile(at("large.parquet")) });
  expect(row).toStrictEqual({ ...large.row(0) });
  const plain = [
    { id: "a", p: 0.1, open: true, note: null },
    { id: null, p: NaN, open: null, note: "" },
  ];
  await writeParquet(at("plain.parquet"), plain);
  await writeParquet(at("columns.parquet"), toColumns(plain), { codec: "UNCOMPRESSED" });
  for (const name of ["plain.parquet", "columns.parquet"])
    expect(await parquetReadObjects({ file: await asyncBufferFromFile(at(name)) })).toStrictEqual(plain);
});

const engine = duckdb();
const skipped = "missing" in engine ? `, skipped: ${engine.missing}` : "";

describe.skipIf(skipped !== "")(`DuckDB${skipped}`, () => {
  test("finds the same types, sums, special values, labels and flags", async () => {
    if ("missing" in engine) return;
    const path = at("duckdb.parquet");
    await writeParquet(path, screening, { rowGroupSize: 2000 });
    const running = await engine.start();
    try {
      const read = async (sql: string): Promise<Record<string, unknown>[]> =>
        (await running.connection.runAndReadAll(sql)).getRowObjects();
      const types = await read(`describe select * from '${path}'`);
      const typeOf = new Map(types.map((row) => [row["column_name"], row["column_type"]]));
      expect(["product", "a", "n", "prr", 'rule:it\'s "UMC"'].map((name) => typeOf.get(name))).toEqual([
        ...["VARCHAR", "INTEGER", "INTEGER", "DOUBLE", "BOOLEAN"],
      ]);
      const rows = await read(`select * from '${path}'`);
      expect(rows.length).toBe(screening.size);
      rows.forEach((row, i) => {
        expect(row).toEqual(expectedRow(i));
      });
      const special = Object.entries(screening.columns).map(([name, column]) => ({
        name,
        infinite: column.filter((value) => Math.abs(value) === Infinity).length,
        undefined: column.filter((value) => Number.isNaN(value)).length,
      }));
      expect([special.some((one) => one.infinite > 0), special.some((one) => one.undefined > 0)]).toEqual([true, true]);
      for (const { name, ...expected } of special) {
        const [found] = await read(
          `select count(*) filter (isinf("${name}"))::integer as infinite,
                  count(*) filter (isnan("${name}"))::integer as undefined from '${path}'`,
        );
        expect({ name, ...found }).toEqual({ name, ...expected });
      }
      const [told] = await read(
        `select decode(value) as about from parquet_kv_metadata('${path}') where key = 'pvsignal'`,
      );
      expect(JSON.parse(String(told!["about"]))).toMatchObject({ n: counts.n });
    } finally {
      await running.stop();
    }
  });
});

test("a file appears whole or not at all, and errors say which file", async () => {
  const path = at("no such folder/x.parquet");
  await expect(writeParquet(path, counts)).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  await expect(writeParquet(path, counts)).rejects.toThrow(path);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test.each<[string, Parameters<typeof writeParquet>[1], Parameters<typeof writeParquet>[2], string]>([
  ["nothing to write", [], {}, "INVALID_ARGUMENT"],
  ["no row group", counts, { rowGroupSize: 0 }, "INVALID_OPTION"],
  ["own metadata under the key that is taken", counts, { metadata: { pvsignal: "" } }, "INVALID_OPTION"],
])("%s is refused", async (_, result, options, code) => {
  await expect(writeParquet(at("refused.parquet"), result, options)).rejects.toMatchObject({ code });
});

test("without the package the error says what to install", async () => {
  vi.doMock("hyparquet-writer", () => {
    throw new Error("Cannot find package 'hyparquet-writer'");
  });
  try {
    await expect(writeParquet(at("none.parquet"), counts)).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
      message: expect.stringContaining("npm install hyparquet-writer@") as string,
    });
  } finally {
    vi.doUnmock("hyparquet-writer");
  }
});
