import { PvError } from "../error.ts";
import type { Issue } from "../report/issue.ts";
import { readLines, type Encoding, type LineBlock } from "./decode.ts";
import type { Meter, SourceFile } from "./input.ts";
import type { FitMaker, FittedRows, RowFit } from "./row-fit.ts";
import type { Row, RowFault, RowSplitter } from "./rows.ts";

/** Longest value the model takes; longer ones only in columns named in `long`. */
export const VALUE_LIMIT = 4000;
/** Records below the header that are looked at before the first is used. */
export const SAMPLE = 100;

export interface TableSpec<C extends string> {
  /** Names a column goes by, the preferred one first, in the form {@link headerName} gives. */
  readonly columns: Readonly<Record<C, readonly string[]>>;
  readonly required: readonly C[];
  readonly delimiter: string;
  readonly split: RowSplitter;
  readonly fit: FitMaker;
  /** Columns whose values are lists or free text and may pass {@link VALUE_LIMIT}. */
  readonly long?: readonly C[];
  readonly encoding?: Encoding;
  /** Compare header names as they stand, trimmed; otherwise by {@link headerName}. */
  readonly exactNames?: boolean;
  /** Which record is the header, counted from 1 (default 1). */
  readonly headerRow?: number;
  /** Header of a file that may come without one: it is used when the first field of the file is a number. */
  readonly impliedHeader?: readonly string[];
  /** Names of columns that are known but not used; a name in neither list is noted. Without it none is noted. */
  readonly known?: ReadonlySet<string>;
  /** Changes lines before they are split. */
  readonly prepare?: (blocks: AsyncIterable<LineBlock>) => AsyncIterable<LineBlock>;
}

export interface TableBlock<C extends string> {
  /** Index of each column among the cells; -1 where the file does not have it, and `cells[-1]` is `undefined`. */
  readonly columns: Readonly<Record<C, number>>;
  readonly rows: readonly Row[];
  readonly faults: readonly RowFault[];
  readonly issues: readonly Issue[];
}

/**
 * Header name in the form in which its spellings agree: lower case, everything but letters and digits as one underscore.
 *
 * @example
 * headerName(" PRI_Reported Brand/Product Name"); // "pri_reported_brand_product_name"
 */
export function headerName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

/**
 * Reads one delimited file as a table with named columns, block by block.
 *
 * @throws PvError `UNKNOWN_LAYOUT` when a required column is missing, `SOURCE_UNREADABLE`, `TRUNCATED_SOURCE`
 */
export async function* readTable<C extends string>(
  file: SourceFile,
  spec: TableSpec<C>,
  meter: Meter,
): AsyncGenerator<TableBlock<C>> {
  const lines = readLines(file, spec.encoding === undefined ? {} : { encoding: spec.encoding });
  const head: Row[] = [];
  // Faults wait as well: which of their cells is the id, the header says.
  const held: RowFault[] = [];
  let table: OpenTable<C> | undefined;
  let above = (spec.headerRow ?? 1) - 1;
  for await (const block of spec.split(spec.prepare?.(lines) ?? lines, spec.delimiter)) {
    meter.rows += block.rows.length;
    const rows = above > 0 ? block.rows.slice(above) : block.rows;
    above -= block.rows.length - rows.length;
    if (table === undefined) {
      // The header and the first records wait for each other, so that where the chunks were cut changes nothing.
      for (const row of rows) head.push(row); // a spread of so many arguments can pass the limit of the stack
      for (const fault of block.faults) held.push(fault);
      const early: FittedRows = { rows: [], faults: [], issues: [...block.issues] };
      if (head.length > SAMPLE) {
        table = new OpenTable(file.base, spec, head);
        for (const fault of held.splice(0)) early.faults.push(fault);
        table.fitAll(head, early);
      }
      yield { columns: table?.columns ?? columnIndexes(spec, []), ...early };
    } else {
      const out: FittedRows = { rows: [], faults: [...block.faults], issues: [...block.issues] };
      table.fitAll(rows, out);
      yield { columns: table.columns, ...out };
    }
  }
  const out: FittedRows = { rows: [], faults: held, issues: [] };
  if (table === undefined) {
    table = new OpenTable(file.base, spec, head);
    table.fitAll(head, out);
  }
  table.finish(out);
  yield { columns: table.columns, ...out };
}

/** A table whose header and first records are known. */
export class OpenTable<C extends string> {
  readonly columns: Readonly<Record<C, number>>;
  /** Fields of a record that fits, where the fit has a fixed width. */
  readonly width: number | undefined;
  /** Columns of the header. */
  readonly headerWidth: number;
  readonly #fit: RowFit;
  readonly #limited: readonly number[];
  #headerSeen: boolean;
  readonly #opening: Issue[] = [];

  constructor(file: string, spec: TableSpec<C>, head: readonly Row[]) {
    const first = head[0]?.cells ?? [];
    const implied = /^\s*\d+(\.\d+)?\s*$/.test(first[0] ?? "") ? spec.impliedHeader : undefined;
    this.#headerSeen = implied !== undefined;
    const header = implied ?? trimHeader(first);
    this.headerWidth = header.length;
    const names = spec.exactNames === true ? header : header.map(headerName);
    this.columns = columnIndexes(spec, names);
    const missing = spec.required.filter((column) => this.columns[column] < 0);
    if (missing.length > 0) {
      const wanted = missing.map((column) => spec.columns[column][0] ?? column).join(", ");
      const found = header.map((name) => name.slice(0, 40)).join(", ");
      throw new PvError("UNKNOWN_LAYOUT", `${file}: no column ${wanted}; found ${found.slice(0, 2000)}`);
    }
    const used = (Object.keys(this.columns) as C[]).filter((column) => this.columns[column] >= 0);
    this.#limited = used.filter((column) => spec.long?.includes(column) !== true).map((column) => this.columns[column]);
    const lastUsed = Math.max(...used.map((column) => this.columns[column]));
    this.#fit = spec.fit({ file, header, sample: head.slice(implied === undefined ? 1 : 0, SAMPLE), lastUsed });
    this.width = this.#fit.width;
    const taken = new Set<number>(used.map((column) => this.columns[column]));
    const unknown = header.filter((name, i) => name !== "" && !taken.has(i) && spec.known?.has(names[i]!) === false);
    if (unknown.length > 0) {
      const detail = unknown.join(", ").slice(0, 500);
      this.#opening.push({ code: "UNKNOWN_COLUMN", effect: "noted", file, row: 1, detail });
    }
  }

  fitAll(rows: readonly Row[], out: FittedRows): void {
    out.issues.push(...this.#opening.splice(0));
    const before = out.rows.length;
    for (const row of rows) {
      if (this.#headerSeen) this.#fit.accept(row, out);
      this.#headerSeen = true;
    }
    const accepted = out.rows.splice(before);
    for (const row of accepted) {
      const long = this.#limited.some((i) => (row.cells[i]?.length ?? 0) > VALUE_LIMIT);
      const { cells, line } = row;
      if (long) out.faults.push({ code: "FIELD_TOO_LONG", line, cells, detail: `more than ${VALUE_LIMIT} characters` });
      else out.rows.push(row);
    }
  }

  finish(out: FittedRows): void {
    this.#fit.finish?.(out);
  }
}

/** A header may end with the delimiter; a last column without a name is none. */
function trimHeader(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  if (names.length > 1 && names.at(-1) === "") names.pop();
  return names;
}

function columnIndexes<C extends string>(spec: TableSpec<C>, names: readonly string[]): Readonly<Record<C, number>> {
  const place = new Map<string, number>();
  for (const [i, name] of names.entries()) if (!place.has(name)) place.set(name, i);
  const indexOf = (aliases: readonly string[]): number => {
    const found = aliases.find((alias) => place.has(alias));
    return found === undefined ? -1 : place.get(found)!;
  };
  const entries = Object.entries<readonly string[]>(spec.columns).map(([column, names]) => [column, indexOf(names)]);
  return Object.fromEntries(entries) as Record<C, number>;
}
