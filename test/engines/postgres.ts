import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { countsFromSql, pairCountSql, type PairCounts, type PairSqlOptions } from "pvsignal";
import type { PairSqlColumns } from "../../src/count/pair-sql-rows.ts";
import { tabSeparated, type Engine, type EngineTable, type Found } from "./engine.ts";
import { PostgresConnection } from "./postgres-wire.ts";
import { newFolder, otherUser, program, start, type Server } from "./server.ts";

const DEBIAN = "/usr/lib/postgresql";

export function postgres(): Found {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((x, y) => Number(y) - Number(x)) : [];
  const folders = versions.map((version) => join(DEBIAN, version, "bin"));
  const initdb = program("initdb", folders);
  const server = program("postgres", folders);
  if (initdb === undefined || server === undefined) return { missing: "no initdb and postgres (package postgresql)" };
  const user = otherUser("postgres", "nobody");
  if (process.getuid?.() === 0 && user === undefined)
    return { missing: "the server refuses root, and there is neither a user postgres nor nobody" };
  return {
    start: async () => {
      const folder = newFolder("postgres", user);
      const data = join(folder, "data");
      const options = ["--auth=trust", "--username=pv", "--encoding=UTF8", "--locale=C", "--no-sync"];
      const made = spawnSync(initdb, ["-D", data, ...options], { ...user, cwd: folder, encoding: "utf8" });
      if (made.status !== 0) {
        rmSync(folder, { recursive: true, force: true });
        throw new Error(`initdb failed: ${made.stderr}`);
      }
      const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "work_mem=256MB", "jit=off"];
      const command = [server, "-D", data, "-k", folder, "-h", "", ...settings.flatMap((one) => ["-c", one])] as const;
      let connection: PostgresConnection | undefined;
      const running = await start(
        folder,
        [...command],
        async () => {
          const socket = join(folder, ".s.PGSQL.5432");
          if (!existsSync(socket)) return false;
          const tried = new PostgresConnection(socket, "pv");
          await tried.ready();
          connection = tried;
          return true;
        },
        { user, signal: "INT" },
      );
      return new PostgresEngine(connection!, running);
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export class PostgresEngine implements Engine {
  readonly dialect = "postgres";
  readonly connection: PostgresConnection;
  readonly #server: Server;

  constructor(connection: PostgresConnection, server: Server) {
    this.connection = connection;
    this.#server = server;
  }

  async load({ name, columns, rows }: EngineTable): Promise<void> {
    const list = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${type}`);
    await this.connection.run(
      `drop table if exists ${quoted(name)}; create unlogged table ${quoted(name)} (${list.join(", ")})`,
    );
    await this.connection.copy(quoted(name), tabSeparated(rows));
    await this.connection.run(`analyze ${quoted(name)}`);
  }

  async count(options: PairSqlOptions): Promise<PairCounts> {
    const { sql, parameters, echo } = pairCountSql(options);
    return countsFromSql(this.#columns(sql, parameters), echo);
  }

  async *#columns(sql: string, parameters: readonly (string | number)[]): AsyncGenerator<PairSqlColumns> {
    for await (const rows of this.connection.query(sql, parameters)) yield transposed(rows);
  }

  async stop(): Promise<void> {
    this.connection.close();
    await this.#server.stop();
  }
}

const transposed = (rows: readonly (readonly string[])[]): PairSqlColumns =>
  [0, 1, 2, 3, 4].map((i) => rows.map((row) => row[i]!)) as unknown as PairSqlColumns;
