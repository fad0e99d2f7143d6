import type { PairCounts, PairSqlOptions } from "pvsignal";

/** A table to fill: its name and columns, and rows of text, whole numbers and absences. */
export interface EngineTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, "text" | "integer">>;
  readonly rows: Iterable<readonly Cell[]>;
}
export type Cell = string | number | undefined;

/** An engine that runs, with what the tests ask of it. */
export interface Engine {
  readonly dialect: PairSqlOptions["dialect"];
  /** Creates the table, in place of one of the same name, and fills it. */
  load(table: EngineTable): Promise<void>;
  count(options: PairSqlOptions): Promise<PairCounts>;
  stop(): Promise<void>;
}

/** An engine of this machine, or why there is none. */
export type Found = { readonly start: () => Promise<Engine> } | { readonly missing: string };

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Rows as text that PostgreSQL and ClickHouse read, in pieces. */
export function* tabSeparated(rows: Iterable<readonly Cell[]>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const row of rows) {
    const cells = row.map((cell) =>
      cell === undefined ? "\\N" : String(cell).replace(/[\\\t\n\r]/g, (character) => escapes[character]!),
    );
    text += `${cells.join("\t")}\n`;
    if (text.length < 1 << 18) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}
