import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTable, countPairs, loadReports, type PairCounts, type Report } from "pvsignal";
import { readCaers } from "pvsignal/node";
import { countsFromSql, type PairSqlRow } from "../../src/count/pair-sql-rows.ts";
import { pairCountSql, type PairSqlOptions } from "../../src/count/pair-sql.ts";
import { SQL_DIALECTS, type SqlDialect } from "../../src/count/pair-sql-dialect.ts";
import { keepStrata, mergeCounts } from "../../src/count/merge.ts";
import { reportArbitrary } from "./arbitrary.ts";

interface Connection {
  run(sql: string, values?: unknown): Promise<unknown>;
  stream(sql: string, values?: unknown): Promise<{ yieldRows(): AsyncIterable<unknown[][]> }>;
  createAppender(table: string): Promise<{
    appendVarchar(value: string): void;
    appendNull(): void;
    endRow(): void;
    closeSync(): void;
  }>;
}
type DuckDB = {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> };
};

function installed(): DuckDB | undefined {
  try {
    return createRequire(join(import.meta.dirname, "../../bench/package.json"))("@duckdb/node-api") as DuckDB;
  } catch {
    return undefined;
  }
}
const duckdb = installed();

/** Hostile on purpose: names with every quote there is. */
const names = { products: 'drug"; drop', events: "re`ac'--", reports: "de\\mo\n  x" };
const columns = {
  report: "report id",
  product: "pro\nduct",
  event: "e'v",
  role: 'ro"le',
  domain: "kind",
  reportDomain: "kind of report",
};
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const options: PairSqlOptions = {
  dialect: "duckdb",
  tables: names,
  columns,
  roles: { suspect: ["suspect"], interacting: ["interacting"] },
};

async function loaded(connection: Connection, reports: Iterable<Report>): Promise<void> {
  const create = async (table: string, of: readonly string[]) => {
    await connection.run(
      `create or replace table ${quoted(table)} (${of.map((c) => `${quoted(c)} varchar`).join(", ")})`,
    );
    const appender = await connection.createAppender(table);
    return {
      add: (...values: (string | undefined)[]) => {
        for (const value of values) {
          if (value === undefined) appender.appendNull();
          else appender.appendVarchar(value);
        }
        appender.endRow();
      },
      close: () => {
        appender.closeSync();
      },
    };
  };
  const p = await create(names.products, [columns.report, columns.product, columns.role, columns.domain]);
  const e = await create(names.events, [columns.report, columns.event]);
  const r = await create(names.reports, [columns.report, "sex", "year", "kind of report"]);
  for (const report of reports) {
    const id = JSON.stringify([report.source, report.id]);
    r.add(id, report.patient?.sex, report.receivedDate?.slice(0, 4), report.domain);
    for (const one of report.products) p.add(id, one.name, one.role, one.domain ?? report.domain);
    for (const one of report.events) e.add(id, one.term);
  }
  for (const one of [p, e, r]) one.close();
}

async function answer(connection: Connection, of: PairSqlOptions): Promise<PairCounts> {
  const { sql, parameters, echo } = pairCountSql(of);
  const result = await connection.stream(sql, parameters);
  async function* rows(): AsyncGenerator<PairSqlRow> {
    for await (const chunk of result.yieldRows()) yield* chunk as unknown as PairSqlRow[];
  }
  return countsFromSql(rows(), echo);
}

const told = ({ products, events, product, event, a, n1, m1, n, options: echo, excluded, strata }: PairCounts) => ({
  ...{ products, events, product, event, a, n1, m1, n, excluded, strata },
  echo: { ...echo, terminology: undefined },
});

const cases = [
  [{ domain: "all" }, {}],
  [
    { domain: "all", roles: "all", universe: "all" },
    { roles: undefined, universe: "all" },
  ],
  [{ domain: "drug" }, { domain: { drug: ["drug"] } }],
  [
    { domain: ["cosmetic", "vaccine", "food"] },
    { domain: { cosmetic: ["cosmetic"], vaccine: ["vaccine"], food: ["food"] } },
  ],
  [{ domain: "all", strata: ["sex", "year"] }, { strata: { sex: "sex", year: "year" } }],
  [
    { domain: "all", where: (r: { sex: string | undefined }) => r.sex === "female" },
    { where: [{ column: "sex", is: "in", value: ["female", "'; drop table x --"] }] },
  ],
] as const satisfies readonly (readonly [object, Partial<PairSqlOptions>])[];

function embedded(table: ReturnType<typeof buildTable>, of: (typeof cases)[number][0]): PairCounts | "EMPTY_SCOPE" {
  try {
    const counts = countPairs(table, { terminologies: "mix", ...of });
    return "strata" in of ? keepStrata(counts, table, of.strata) : counts;
  } catch (error) {
    expect(error).toMatchObject({ code: "EMPTY_SCOPE" });
    return "EMPTY_SCOPE";
  }
}

describe.skipIf(duckdb === undefined)("DuckDB (skipped when @duckdb/node-api is not installed in bench)", () => {
  const connected = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const instance = await duckdb!.DuckDBInstance.create(":memory:");
    try {
      return await work(await instance.connect());
    } finally {
      instance.closeSync();
    }
  };

  test("counts of real reports are those of the embedded path, and shards counted apart merge to them", async () => {
    const file = join(import.meta.dirname, "../../examples/data/CAERS_ASCII_2004_2013.csv.gz");
    const { table: all } = await loadReports(readCaers(file, { redacted: "keep" }));
    const reports = Array.from({ length: 3000 }, (_, i) => all.report(i * 12));
    const table = buildTable(reports);
    await connected(async (connection) => {
      await loaded(connection, reports);
      for (const [of, sql] of cases) {
        const expected = embedded(table, of);
        if (expected === "EMPTY_SCOPE") continue;
        expect(told(await answer(connection, { ...options, ...sql }))).toEqual(told(expected));
      }
      await loaded(connection, reports.slice(0, 1300));
      const head = await answer(connection, { ...options, ...cases[4][1] });
      await loaded(connection, reports.slice(1300));
      const tail = await answer(connection, { ...options, ...cases[4][1] });
      const whole = embedded(table, cases[4][0]) as PairCounts;
      const merged = mergeCounts(head, tail);
      expect(told(merged)).toEqual(told(whole));
      expect(merged.columns()).toEqual(whole.columns());
    });
  }, 60_000);

  test("counts of random reports are those of the embedded path", async () => {
    await connected(async (connection) => {
      await fc.assert(
        fc.asyncProperty(fc.array(reportArbitrary, { minLength: 5, maxLength: 40 }), async (reports) => {
          const table = buildTable(reports);
          await loaded(
            connection,
            Array.from({ length: table.size }, (_, row) => table.report(row)),
          );
          for (const [of, sql] of cases) {
            const expected = embedded(table, of);
            const got = answer(connection, { ...options, ...sql });
            if (expected === "EMPTY_SCOPE") await expect(got).rejects.toMatchObject({ code: "EMPTY_SCOPE" });
            else expect(told(await got)).toEqual(told(expected));
          }
        }),
        { numRuns: 8 },
      );
    });
  }, 60_000);
});

/** The text without what is quoted, and what was quoted: an own reading of the quoting rules of each engine. */
function scanned(sql: string, dialect: SqlDialect): { readonly skeleton: string; readonly names: readonly string[] } {
  const mark = dialect === "duckdb" || dialect === "postgres" ? '"' : "`";
  const found: string[] = [];
  let skeleton = "";
  for (let i = 0; i < sql.length; i++) {
    if (sql.charAt(i) === "'") {
      const end = sql.indexOf("'", i + 1);
      skeleton += sql.slice(i, end + 1);
      i = end;
    } else if (sql.charAt(i) === mark) {
      let name = "";
      for (i++; ; i++) {
        if (i >= sql.length) throw new Error("a name is not closed");
        if (dialect === "clickhouse" && sql.charAt(i) === "\\") name += sql.charAt(++i);
        else if (sql.charAt(i) !== mark) name += sql.charAt(i);
        else if (dialect !== "clickhouse" && sql.charAt(i + 1) === mark) name += sql.charAt(i++);
        else break;
      }
      skeleton += "<name>";
      found.push(name);
    } else skeleton += sql.charAt(i);
  }
  return { skeleton, names: found };
}

const full = (dialect: SqlDialect, name: (plain: string) => string, value: string): PairSqlOptions => ({
  dialect,
  tables: { products: [name("safety"), name("drug")], events: name("reac"), reports: name("demo") },
  columns: {
    report: name("primaryid"),
    product: name("drugname"),
    event: name("pt"),
    role: name("role_cod"),
    domain: name("kind"),
    reportDomain: name("report_kind"),
  },
  roles: { suspect: [value, "SS"], interacting: ["I"] },
  domain: { drug: [value] },
  strata: { sex: name("sex"), region: name("region") },
  where: [
    { column: name("year"), is: ">=", value: 2004 },
    { column: name("country"), is: "not in", value: [value] },
    { column: name("deleted"), is: "null" },
  ],
});

test.each(SQL_DIALECTS)("the statement for %s is the one on file", async (dialect) => {
  const { sql, parameters, named } = pairCountSql(full(dialect, (name) => name, "PS"));
  await expect(`${sql}\n`).toMatchFileSnapshot(`../golden/pair-sql-${dialect}.sql`);
  expect(parameters).toEqual(["PS", "SS", "I", "PS", 2004, "PS", "PS", "PS"]);
  expect(Object.values(named)).toEqual(parameters);
  // Every value has its place, in order, and brackets close.
  const places = [...sql.matchAll(/\$(\d+)|:p(\d+)|\{p(\d+):\w+\}/g)].map((m) => Number(m[1] ?? m[2] ?? m[3]));
  expect(places).toEqual(parameters.map((_, i) => i + 1));
  let depth = 0;
  for (const c of scanned(sql, dialect).skeleton) {
    depth += c === "(" ? 1 : c === ")" ? -1 : 0;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
});

const hostile = fc.string({
  unit: fc.constantFrom(
    '"',
    "`",
    "'",
    "\\",
    ";",
    "-",
    "/",
    "*",
    "\n",
    "$",
    ":",
    "{",
    "}",
    "(",
    ")",
    ".",
    " ",
    "a",
    "药",
  ),
  minLength: 1,
  maxLength: 12,
});

test("no name leaves its quotes and no value enters the text", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SQL_DIALECTS), hostile, hostile, (dialect, part, value) => {
      const plain = scanned(pairCountSql(full(dialect, (name) => name, "PS")).sql, dialect);
      const { sql, parameters } = pairCountSql(full(dialect, (name) => part + name, value));
      const got = scanned(sql, dialect);
      expect(got.skeleton).toBe(plain.skeleton);
      expect(got.names).toEqual(plain.names.map((name) => part + name));
      expect(pairCountSql(full(dialect, (name) => part + name, "PS")).sql).toBe(sql);
      expect(parameters.filter((one) => one === value).length).toBeGreaterThanOrEqual(5);
    }),
    { numRuns: 500 },
  );
});

test.each<[string, object]>([
  ["dialect", { dialect: "mysql" }],
  ["empty name", { tables: { ...names, products: "" } }],
  ["NUL in a name", { tables: { ...names, events: "a\u0000b" } }],
  ["half a character", { columns: { ...columns, event: "\ud800" } }],
  ["a role there is not", { roles: { culprit: ["PS"] } }],
  ["no codes", { roles: { suspect: [] } }],
  ["a role without its column", { columns: { report: "r", product: "p", event: "e" } }],
  ["a comparison that is text", { where: [{ column: "x", is: "= 1 or 1 =", value: 1 }] }],
  ["a value that cannot be bound", { where: [{ column: "x", is: "=", value: NaN }] }],
  [
    "strata without reports",
    {
      tables: { products: "p", events: "e" },
      columns: { report: "r", product: "p", event: "e", role: "o" },
      strata: { sex: "sex" },
    },
  ],
])("refused: %s", (_, change) => {
  expect(() => pairCountSql({ ...options, ...change })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

const { echo } = pairCountSql(options);
const answered: readonly PairSqlRow[] = [
  ["known", "", "", "", 9n],
  ["scope", "", "", "", "8"],
  ["with product", "", "", "", 7],
  { kind: "complete", stratum: "", product: "", event: "", reports: 5 },
  ["total", "", "", "", 5],
  ["product", "", "A", "", 3],
  ["event", "", "", "x", 4],
  ["product", "", "B", "", 2],
  ["pair", "", "A", "x", 3],
  ["pair", "", "B", "x", 1],
  ["pair", "", "B", "y", 1],
  ["event", "", "", "y", 1],
];

test("an answer is read in any order, counts as numbers, big integers or digits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...answered], { minLength: answered.length }), async (rows) => {
      const counts = await countsFromSql(rows, echo);
      expect([...counts.rows()].map((r) => [r.product, r.event, r.a, r.b, r.c, r.d])).toEqual([
        ["A", "x", 3, 0, 1, 1],
        ["B", "x", 1, 1, 3, 0],
        ["B", "y", 1, 1, 0, 3],
      ]);
      expect(counts.excluded).toEqual({ outOfScope: 1, withoutProduct: 1, withoutEvent: 2 });
    }),
    { numRuns: 20 },
  );
});

test.each(answered.map((_, i) => i))("an answer without row %i is refused", async (i) => {
  const rest = answered.filter((_, j) => j !== i);
  await expect(countsFromSql(rest, echo)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test.each<[string, PairSqlRow, string]>([
  ["repeated", ["pair", "", "A", "x", 3], "INVALID_ARGUMENT"],
  ["of no kind", ["pairs", "", "A", "y", 1], "INVALID_ARGUMENT"],
  ["with an absent label", ["pair", "", null as unknown as string, "y", 1], "INVALID_ARGUMENT"],
  ["of no count", ["event", "", "", "z", "1.5"], "INVALID_COUNT"],
  ["of a count past 2^53", ["event", "", "", "z", 2n ** 53n], "INVALID_COUNT"],
])("a row %s is refused", async (_, row, code) => {
  await expect(countsFromSql([...answered, row], echo)).rejects.toMatchObject({ code });
});
