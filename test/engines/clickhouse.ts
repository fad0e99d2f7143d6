import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { countsFromSql, pairCountSql, type PairCounts, type PairSql, type PairSqlOptions } from "pvsignal";
import type { PairSqlRow } from "../../src/count/pair-sql-rows.ts";
import { tabSeparated, type Engine, type EngineTable } from "./engine.ts";
import { freePort, newFolder, program, start, type Server } from "./server.ts";

/** The cluster that both servers know: one shard each. */
export const CLUSTER = "both";

/** Two servers; the tests of one use the first. */
export function clickhouse(): { readonly start: () => Promise<readonly ClickHouseEngine[]> } | { missing: string } {
  const server = program("clickhouse-server", ["/usr/sbin", "/usr/local/bin"]);
  if (server === undefined) return { missing: "no clickhouse-server (package clickhouse-server)" };
  return {
    start: async () => {
      const ports = await Promise.all([1, 2].map(async () => ({ http: await freePort(), tcp: await freePort() })));
      const started = await Promise.allSettled(ports.map(async (own) => running(server, own, ports)));
      const engines = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const failed = started.find((one) => one.status === "rejected");
      if (failed === undefined) return engines;
      await Promise.all(engines.map(async (engine) => engine.stop()));
      throw failed.reason;
    },
  };
}

interface Ports {
  readonly http: number;
  readonly tcp: number;
}

/** The server keeps idle connections: while a test makes reports it would not notice that one was closed. */
async function running(server: string, own: Ports, all: readonly Ports[]): Promise<ClickHouseEngine> {
  const folder = newFolder("clickhouse");
  const shards = all.map(({ tcp }) => `<shard><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`);
  const path = (name: string): string => `${join(folder, name)}/`;
  writeFileSync(
    join(folder, "config.xml"),
    `<yandex>
  <logger><level>warning</level><log>${folder}/server.log</log><errorlog>${folder}/error.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host><http_port>${own.http}</http_port><tcp_port>${own.tcp}</tcp_port>
  <path>${path("data")}</path><tmp_path>${path("tmp")}</tmp_path><user_files_path>${path("files")}</user_files_path>
  <keep_alive_timeout>3600</keep_alive_timeout><mark_cache_size>67108864</mark_cache_size><timezone>UTC</timezone>
  <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
  <remote_servers><${CLUSTER}>${shards.join("")}</${CLUSTER}></remote_servers>
</yandex>`,
  );
  writeFileSync(
    join(folder, "users.xml"),
    `<yandex><profiles><default><max_memory_usage>8000000000</max_memory_usage></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas></yandex>`,
  );
  const address = `http://127.0.0.1:${own.http}/`;
  const ready = async (): Promise<boolean> => (await fetch(`${address}ping`)).ok;
  const found = await start(folder, [server, `--config-file=${join(folder, "config.xml")}`], ready);
  return new ClickHouseEngine(address, found);
}

export const quoted = (name: string): string => `\`${name.replace(/[\\`]/g, "\\$&")}\``;

export class ClickHouseEngine implements Engine {
  readonly dialect = "clickhouse";
  readonly #address: string;
  readonly #server: Server;

  constructor(address: string, server: Server) {
    this.#address = address;
    this.#server = server;
  }

  async run(sql: string, body?: Uint8Array): Promise<string> {
    return (await this.post(sql, body)).text();
  }

  async post(sql: string, body?: Uint8Array): Promise<Response> {
    const response = await fetch(
      body === undefined ? this.#address : `${this.#address}?query=${encodeURIComponent(sql)}`,
      {
        method: "POST",
        body: body ?? sql,
      },
    );
    if (!response.ok) throw new Error(await response.text());
    return response;
  }

  async load({ name, columns, rows }: EngineTable): Promise<void> {
    const types = { text: "Nullable(String)", integer: "Nullable(Int32)" };
    const list = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${types[type]}`);
    await this.run(`drop table if exists ${quoted(name)}`);
    await this.run(`create table ${quoted(name)} (${list.join(", ")}) engine = Log`);
    for (const piece of tabSeparated(rows)) await this.run(`insert into ${quoted(name)} format TabSeparated`, piece);
  }

  async count(options: PairSqlOptions): Promise<PairCounts> {
    const statement = pairCountSql(options);
    const response = await this.post(`${written(statement)}\nformat TabSeparated`);
    return countsFromSql(rows(response), statement.echo);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/**
 * The statement with its values written in: the server of Debian is older than bound values (`param_p1` of 19.14). Everything
 * else of the statement is as generated; a quoted name that looks like a place stays a name.
 */
export function written({ sql, named }: PairSql): string {
  return sql.replace(/`(?:\\.|[^`\\])*`|\{(p\d+):\w+\}/gsu, (found: string, name: string | undefined) => {
    if (name === undefined) return found;
    const value = named[name]!;
    return typeof value === "number" ? String(value) : `'${value.replace(/[\\']/g, "\\$&")}'`;
  });
}

const unescaped: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", "0": "\0" };

async function* rows(response: Response): AsyncGenerator<PairSqlRow> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const cells = line.split("\t");
      yield (line.includes("\\")
        ? cells.map((cell) => cell.replace(/\\(.)/gs, (_, c: string) => unescaped[c] ?? c))
        : cells) as unknown as PairSqlRow;
    }
  }
  if (rest !== "") throw new Error(`the answer broke off: ${rest}`);
}
