import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  loadReports,
  mergeCounts,
  pairCountSql,
  type CountOptions,
  type PairCounts,
  type PairSqlOptions,
  type ReportTable,
} from "pvsignal";
import { readCaers, readFaers } from "pvsignal/node";
import { reportArbitrary } from "../count/arbitrary.ts";
import type { Engine } from "./engine.ts";
import { columns, hostileReports, madeUpReports, more, names, options, tablesOf } from "./reports.ts";

/** Reports of the made-up set; a million is counted with PV_ENGINE_REPORTS=1000000. */
export const MADE_UP = Number(process.env["PV_ENGINE_REPORTS"] ?? 50_000);
/** Milliseconds that a test of them may take. */
export const MADE_UP_TIMEOUT = 120_000 + MADE_UP;

interface Case {
  readonly name: string;
  readonly embedded: CountOptions;
  readonly sql: Partial<PairSqlOptions>;
}

const year = ({ receivedDate }: { receivedDate?: string | undefined }): number =>
  receivedDate === undefined ? NaN : Number(receivedDate.slice(0, 4));

export const cases: readonly Case[] = [
  { name: "suspect and interacting roles", embedded: { domain: "all" }, sql: {} },
  {
    name: "every role, every report of the scope",
    embedded: { domain: "all", roles: "all", universe: "all" },
    sql: { roles: undefined, universe: "all" },
  },
  { name: "one kind", embedded: { domain: "drug" }, sql: { domain: { drug: ["drug"] } } },
  {
    name: "several kinds, only suspects",
    embedded: { domain: ["cosmetic", "vaccine", "food", "device"], roles: ["suspect"] },
    sql: {
      domain: { cosmetic: ["cosmetic"], vaccine: ["vaccine"], food: ["food"], device: ["de'vice", "device"] },
      roles: { suspect: options.roles.suspect },
    },
  },
  {
    name: "strata of sex and year",
    embedded: { domain: "all", strata: ["sex", "year"] },
    sql: { strata: { sex: more.sex, year: more.year } },
  },
  {
    name: "a kind, a stratum and every report of the scope",
    embedded: { domain: "drug", strata: ["sex"], universe: "all" },
    sql: { domain: { drug: ["drug"] }, strata: { sex: more.sex }, universe: "all" },
  },
  {
    name: "a list of hostile values",
    embedded: { domain: "all", where: (r) => r.sex === "female" },
    sql: {
      where: [{ column: more.sex, is: "in", value: ["female", "'; drop table x --", "\\", "\\' or 1=1 --", "女"] }],
    },
  },
  {
    name: "not in a list, by which absent values are left out too",
    embedded: { domain: "all", where: (r) => r.sex === "male" },
    sql: { where: [{ column: more.sex, is: "not in", value: ["female", "{p1:String}"] }] },
  },
  {
    name: "comparisons of a number, whole or not, and presence",
    embedded: { domain: "all", where: (r) => year(r) >= 2006 && year(r) < 2009 && r.sex !== undefined },
    sql: {
      where: [
        { column: more.year, is: ">=", value: 2006 },
        { column: more.year, is: "<", value: 2008.5 },
        { column: more.sex, is: "not null" },
      ],
    },
  },
  {
    name: "absence, and unequal",
    embedded: { domain: "all", where: (r) => r.sex === undefined && year(r) < 2006 },
    sql: {
      where: [
        { column: more.sex, is: "null" },
        { column: more.year, is: "<>", value: 2006 },
        { column: more.year, is: "<=", value: 2006 },
        { column: more.year, is: "<", value: 3_000_000_000 },
      ],
    },
  },
  {
    name: "ingredients",
    embedded: { domain: "all", product: "ingredient" },
    sql: { columns: { ...columns, product: more.ingredient }, level: { product: "ingredient" } },
  },
];

function embedded(table: ReportTable, of: CountOptions): PairCounts | "EMPTY_SCOPE" {
  try {
    return countPairs(table, { terminologies: "mix", ...of });
  } catch (error) {
    expect(error).toMatchObject({ code: "EMPTY_SCOPE" });
    return "EMPTY_SCOPE";
  }
}

/** Every number, label and echo is the same; columns are compared one by one, because a diff of a million numbers is no help. */
export function expectSame(got: PairCounts, expected: PairCounts): void {
  const { a, b, c, d, expected: expectedCounts } = expected.columns();
  const other = got.columns();
  const pairs: readonly (readonly [string, ArrayLike<unknown>, ArrayLike<unknown>])[] = [
    ["products", got.products, expected.products],
    ["events", got.events, expected.events],
    ["product", got.product, expected.product],
    ["event", got.event, expected.event],
    ["n1", got.n1, expected.n1],
    ["m1", got.m1, expected.m1],
    ["a", other.a, a],
    ["b", other.b, b],
    ["c", other.c, c],
    ["d", other.d, d],
    ["expected", other.expected, expectedCounts],
  ];
  for (const [name, mine, theirs] of pairs) {
    expect(`${name} ${mine.length}`).toBe(`${name} ${theirs.length}`);
    for (let i = 0; i < mine.length; i++)
      if (mine[i] !== theirs[i]) expect([name, i, mine[i]]).toEqual([name, i, theirs[i]]);
  }
  expect(got.a.constructor).toBe(expected.a.constructor);
  expect([got.n, got.excluded]).toEqual([expected.n, expected.excluded]);
  expect(got.strata).toEqual(expected.strata);
  expect({ ...got.options, terminology: undefined }).toEqual({ ...expected.options, terminology: undefined });
}

async function load(engine: Engine, ...of: Parameters<typeof tablesOf>): Promise<void> {
  for (const table of tablesOf(...of)) await engine.load(table);
}

/** Counts each case in the engine and here; how many had something to count. */
async function expectCases(engine: Engine, table: ReportTable): Promise<number> {
  let counted = 0;
  for (const { name, embedded: of, sql } of cases) {
    const expected = embedded(table, of);
    const got = engine.count({ ...options, ...sql, dialect: engine.dialect });
    if (expected === "EMPTY_SCOPE") await expect(got, name).rejects.toMatchObject({ code: "EMPTY_SCOPE" });
    else expectSame(await got, expected);
    if (expected !== "EMPTY_SCOPE") counted++;
  }
  return counted;
}

const data = join(import.meta.dirname, "../../examples/data");
export const caers = async (): Promise<ReportTable> =>
  (await loadReports(readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz"), { redacted: "keep" }))).table;

/** The tests that every engine has to pass. `engine` is asked for when the engine runs. */
export function countsAsEmbedded(engine: () => Engine): void {
  test("CAERS 2004–2013, all of it, counts as in the embedded path", async () => {
    const table = await caers();
    await load(engine(), table);
    expect(await expectCases(engine(), table)).toBe(9);
  });

  test.each([
    "../fixtures/faers/faers-2022q4",
    "../fixtures/faers/faers-2012q4",
    "../../examples/data/faers-ascii-2017q2",
  ])("FAERS reports of %s count as in the embedded path", async (folder) => {
    const { table } = await loadReports(readFaers(join(import.meta.dirname, folder)));
    await load(engine(), table);
    expect(await expectCases(engine(), table)).toBeGreaterThanOrEqual(6);
  });

  test("labels and ids of quotes, escapes, comments, places and other scripts come back as they are", async () => {
    const table = buildTable(hostileReports());
    await load(engine(), table);
    expect(await expectCases(engine(), table)).toBeGreaterThanOrEqual(9);
  });

  test("random reports count as in the embedded path", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reportArbitrary, { minLength: 5, maxLength: 40 }), async (reports) => {
        const table = buildTable(reports);
        await load(engine(), table);
        await expectCases(engine(), table);
      }),
      { numRuns: 3 },
    );
  });

  test(
    `${MADE_UP} made-up reports count as in the embedded path, whole and as three shards merged`,
    async () => {
      const table = buildTable(madeUpReports(MADE_UP));
      await load(engine(), table);
      const { dialect } = engine();
      const whole = { ...options, strata: { sex: more.sex, year: more.year }, dialect } as const;
      const expected = embedded(table, { domain: "all", strata: ["sex", "year"] }) as PairCounts;
      expectSame(await engine().count(whole), expected);
      const shards: PairCounts[] = [];
      for (const shard of [0, 1, 2]) {
        await load(engine(), table, (row) => row % 3 === shard);
        shards.push(await engine().count(whole));
      }
      expectSame(mergeCounts(...shards), expected);
    },
    MADE_UP_TIMEOUT,
  );

  test("without a report table the reports are those that have a product or an event", async () => {
    const table = buildTable(
      [...madeUpReports(300)].filter(({ products, events }) => products.length + events.length > 0),
    );
    await load(engine(), table);
    const tables = { products: names.products, events: names.events };
    const others = { ...columns, reportDomain: undefined };
    const got = await engine().count({ ...options, tables, columns: others, dialect: engine().dialect });
    expectSame(got, embedded(table, { domain: "all" }) as PairCounts);
  });

  test("a qualified table is found by its parts", async () => {
    const schema = { duckdb: "main", postgres: "public", clickhouse: "default", spark: "default" }[engine().dialect];
    const table = buildTable(madeUpReports(100));
    await load(engine(), table);
    const tables = {
      products: [schema, names.products],
      events: [schema, names.events],
      reports: [schema, names.reports],
    };
    const got = await engine().count({ ...options, tables, dialect: engine().dialect });
    expectSame(got, embedded(table, { domain: "all" }) as PairCounts);
  });

  test("the engine refuses a column that is not there", async () => {
    await load(engine(), buildTable(madeUpReports(10)));
    const wrong = { ...options, columns: { ...columns, event: "no such column" }, dialect: engine().dialect };
    expect(pairCountSql(wrong).sql).toContain("no such column");
    await expect(engine().count(wrong)).rejects.toThrow(/no such column/);
  });
}
