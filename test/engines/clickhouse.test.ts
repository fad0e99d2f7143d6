import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildTable, countPairs, mergeCounts } from "pvsignal";
import { clickhouse, CLUSTER, quoted, type ClickHouseEngine } from "./clickhouse.ts";
import { columns, madeUpReports, more, options, tablesOf } from "./reports.ts";
import { caers, countsAsEmbedded, expectSame, MADE_UP, MADE_UP_TIMEOUT } from "./same-counts.ts";

const found = clickhouse();
const missing = "missing" in found ? found.missing : undefined;

describe.skipIf(missing !== undefined)(`ClickHouse${missing === undefined ? "" : `, skipped: ${missing}`}`, () => {
  let servers: readonly ClickHouseEngine[] = [];
  beforeAll(async () => {
    if ("start" in found) servers = await found.start();
  });
  afterAll(async () => Promise.all(servers.map(async (server) => server.stop())));

  countsAsEmbedded(() => servers[0]!);

  test.each([
    ["CAERS 2004–2013", caers],
    [`${MADE_UP} made-up reports`, () => Promise.resolve(buildTable(madeUpReports(MADE_UP)))],
  ])(
    "%s on two servers, cut by parity of the report: the distributed table and the merged shards tell the same",
    async (_, reports) => {
      const table = await reports();
      const local = (name: string): string => `${name} local`;
      for (const [s, server] of servers.entries()) {
        for (const one of tablesOf(table, (row) => row % 2 === s, local)) {
          await server.load(one);
          const all = one.name.slice(0, -" local".length);
          await server.run(`drop table if exists ${quoted(all)}`);
          const engine = `Distributed(${CLUSTER}, default, ${quoted(one.name)})`;
          await server.run(`create table ${quoted(all)} as ${quoted(one.name)} engine = ${engine}`);
        }
      }
      const of = { ...options, columns, strata: { sex: more.sex, year: more.year }, dialect: "clickhouse" } as const;
      const whole = countPairs(table, { domain: "all", terminologies: "mix", strata: ["sex", "year"] });
      for (const server of servers) expectSame(await server.count(of), whole);
      const { products, events, reports: demo } = options.tables;
      const tables = { products: local(products), events: local(events), reports: local(demo) };
      const shards = await Promise.all(servers.map(async (server) => server.count({ ...of, tables })));
      expect(shards[0]!.n + shards[1]!.n).toBe(whole.n);
      expectSame(mergeCounts(...shards), whole);
    },
    MADE_UP_TIMEOUT,
  );
});
