import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildTable, countsFromSql, pairCountSql, type PairSqlRow } from "pvsignal";
import { duckdb, type DuckDbEngine } from "./duckdb.ts";
import { madeUpReports, more, options, tablesOf } from "./reports.ts";
import { countsAsEmbedded, expectSame } from "./same-counts.ts";

const found = duckdb();
const missing = "missing" in found ? found.missing : undefined;

describe.skipIf(missing !== undefined)(`DuckDB${missing === undefined ? "" : `, skipped: ${missing}`}`, () => {
  let engine: DuckDbEngine | undefined;
  beforeAll(async () => {
    if ("start" in found) engine = await found.start();
  });
  afterAll(async () => engine?.stop());

  countsAsEmbedded(() => engine!);

  test("rows and pieces of columns tell the same", async () => {
    for (const table of tablesOf(buildTable(madeUpReports(2000)))) await engine!.load(table);
    const of = { ...options, strata: { sex: more.sex }, dialect: "duckdb" } as const;
    const { sql, parameters, echo } = pairCountSql(of);
    const chunks = await engine!.connection.stream(sql, parameters);
    async function* rows(): AsyncGenerator<PairSqlRow> {
      for await (const chunk of chunks) yield* chunk.getRows() as unknown as PairSqlRow[];
    }
    const counts = await countsFromSql(rows(), echo);
    expect(counts.size).toBeGreaterThan(1000);
    expectSame(counts, await engine!.count(of));
  });
});
