import { createRequire } from "node:module";
import { join } from "node:path";
import { countsFromSql, pairCountSql, type PairCounts, type PairSqlOptions } from "pvsignal";
import type { PairSqlColumns } from "../../src/count/pair-sql-rows.ts";
import type { Engine, EngineTable } from "./engine.ts";

interface Appender {
  appendVarchar(value: string): void;
  appendInteger(value: number): void;
  appendNull(): void;
  endRow(): void;
  closeSync(): void;
}
interface Chunk {
  getColumns(): readonly (readonly unknown[])[];
  getRows(): readonly (readonly unknown[])[];
}
export interface Connection {
  run(sql: string, values?: unknown): Promise<unknown>;
  stream(sql: string, values?: unknown): Promise<AsyncIterable<Chunk>>;
  runAndReadAll(sql: string): Promise<{ getRowObjects(): Record<string, unknown>[] }>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}
interface DuckDb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> };
}

/** The package, as the project or its benches have it. */
export function duckdbPackage(): DuckDb | undefined {
  for (const from of ["../../package.json", "../../bench/package.json"]) {
    try {
      return createRequire(join(import.meta.dirname, from))("@duckdb/node-api") as DuckDb;
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== "MODULE_NOT_FOUND") throw cause;
    }
  }
  return undefined;
}

export function duckdb(): { readonly start: () => Promise<DuckDbEngine> } | { readonly missing: string } {
  const found = duckdbPackage();
  if (found === undefined) return { missing: "the package @duckdb/node-api is not installed" };
  return {
    start: async () => {
      const instance = await found.DuckDBInstance.create(":memory:");
      return new DuckDbEngine(await instance.connect(), () => {
        instance.closeSync();
      });
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export class DuckDbEngine implements Engine {
  readonly dialect = "duckdb";
  readonly connection: Connection;
  readonly #close: () => void;

  constructor(connection: Connection, close: () => void) {
    this.connection = connection;
    this.#close = close;
  }

  async load({ name, columns, rows }: EngineTable): Promise<void> {
    const types = { text: "varchar", integer: "integer" };
    const list = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${types[type]}`);
    await this.connection.run(`create or replace table ${quoted(name)} (${list.join(", ")})`);
    const appender = await this.connection.createAppender(name);
    for (const row of rows) {
      for (const cell of row) {
        if (cell === undefined) appender.appendNull();
        else if (typeof cell === "number") appender.appendInteger(cell);
        else appender.appendVarchar(cell);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  async count(options: PairSqlOptions): Promise<PairCounts> {
    const { sql, parameters, echo } = pairCountSql(options);
    const chunks = await this.connection.stream(sql, parameters);
    async function* columns(): AsyncGenerator<PairSqlColumns> {
      for await (const chunk of chunks) yield chunk.getColumns() as unknown as PairSqlColumns;
    }
    return countsFromSql(columns(), echo);
  }

  stop(): Promise<void> {
    this.connection.closeSync();
    this.#close();
    return Promise.resolve();
  }
}
