import type { Issue } from "../report/issue.ts";
import type { Meter } from "./input.ts";
import type { ColumnFamily } from "./layout-family.ts";
import { HEADER_ROWS, LAYOUT_RULES, nearestLayout, searchLayout, type DetectedLayout } from "./layout.ts";
import type { OpenTable } from "./national-file.ts";
import { exactFit, isHeader, raggedRow, type FitMaker, type FittedRows, type RowFit } from "./row-fit.ts";
import type { Row, RowBlock, RowFault } from "./rows.ts";

/** A table whose header was found. */
export interface HeadedTable {
  readonly layout: DetectedLayout;
  /** Rows below the header that fit it, block by block. */
  readonly blocks: AsyncIterable<FittedRows>;
  /** Closes the table when its rows are not wanted. */
  readonly close: () => Promise<void>;
}

/**
 * Finds the header of a table.
 *
 * @returns which layout comes nearest, in words, where there is no known one; `undefined` for a table without rows
 */
export async function findHeader(table: OpenTable, meter: Meter): Promise<HeadedTable | string | undefined> {
  const blocks = table.blocks[Symbol.asyncIterator]();
  const head: { rows: Row[]; faults: RowFault[]; issues: Issue[] } = { rows: [], faults: [], issues: [] };
  while (head.rows.length < HEADER_ROWS) {
    const next = await blocks.next();
    if (next.done === true) break;
    meter.rows += next.value.rows.length;
    for (const row of next.value.rows) head.rows.push(row);
    for (const fault of next.value.faults) head.faults.push(fault);
    for (const issue of next.value.issues) head.issues.push(issue);
  }
  if (head.rows.length === 0) return undefined;
  const first = head.rows.slice(0, HEADER_ROWS).map((row) => row.cells);
  const layout = searchLayout(first);
  const close = async (): Promise<void> => {
    await blocks.return?.();
  };
  if (layout !== undefined) return { layout, blocks: fitted(table, layout, head, blocks, meter), close };
  await close();
  return nearestLayout(first);
}

async function* fitted(
  table: OpenTable,
  layout: DetectedLayout,
  head: RowBlock,
  rest: AsyncIterator<RowBlock>,
  meter: Meter,
): AsyncGenerator<FittedRows> {
  const at = layout.headerRow - 1;
  const header = head.rows[at]!;
  const names = header.cells.map((cell) => cell.trim());
  const sample = head.rows.slice(at + 1, HEADER_ROWS);
  const make = table.short ? sheetFit : exactFit();
  const width = table.short ? lastFilled(names) : commonWidth(names, sample);
  const fit = make({ file: table.base, header: names.slice(0, width), sample, lastUsed: width - 1 });
  const opening = notes(table, layout, header.line);
  try {
    yield accept(fit, table.base, { ...head, rows: head.rows.slice(at + 1), issues: [...opening, ...head.issues] });
    for (;;) {
      const next = await rest.next();
      if (next.done === true) break;
      meter.rows += next.value.rows.length;
      yield accept(fit, table.base, next.value);
    }
    const last: FittedRows = { rows: [], faults: [], issues: [] };
    fit.finish?.(last);
    yield last;
  } finally {
    await rest.return?.();
  }
}

function accept(fit: RowFit, file: string, { rows, faults, issues }: RowBlock): FittedRows {
  const out: FittedRows = { rows: [], faults: [...faults], issues: [...issues] };
  for (const row of rows) {
    if (hasTwo(row.cells)) fit.accept(row, out);
    else out.issues.push({ ...remark, file, row: row.line });
  }
  return out;
}

/** A row with one cell is a remark below or between the data, such as when the export was made. */
const remark = { code: "RAGGED_ROW", effect: "row-rejected", detail: "1 field with content" } as const;

function hasTwo(cells: readonly string[]): boolean {
  let filled = 0;
  for (const cell of cells) {
    if (cell === "" || cell.trim() === "") continue;
    filled++;
    if (filled === 2) return true;
  }
  return false;
}

const lastFilled = (names: readonly string[]): number => names.findLastIndex((name) => name !== "") + 1;

/** A header may have more empty cells at its end than the rows, or fewer; the first rows tell. */
function commonWidth(names: readonly string[], sample: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of sample) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let best = names.length;
  for (let width = lastFilled(names); width <= names.length; width++) {
    if ((counts.get(width) ?? 0) > (counts.get(best) ?? 0)) best = width;
  }
  return best;
}

/** Spreadsheets leave out empty cells at the end of a row; content beyond the header is refused. */
const sheetFit: FitMaker = ({ file, header }) => ({
  accept(row, out) {
    const cells = row.cells.slice(0, header.length);
    while (cells.length < header.length) cells.push("");
    if (row.cells.length > header.length && lastFilled(row.cells.map((cell) => cell.trim())) > header.length) {
      out.faults.push(raggedRow(row, header.length));
    } else if (isHeader(cells, header)) {
      out.issues.push({ code: "REPEATED_HEADER", effect: "noted", file, row: row.line });
    } else {
      out.rows.push(row);
    }
  },
});

/** What is worth knowing of a table before its rows: how it was read, and which columns were left. */
function notes(table: OpenTable, layout: DetectedLayout, row: number): Issue[] {
  const file = table.base;
  const detail = [layout.layout, ...table.how].join("; ");
  const found: Issue[] = [{ code: "LAYOUT_DETECTED", effect: "noted", file, row, detail }];
  const { family } = LAYOUT_RULES[layout.layout];
  const personal = [...Object.keys(layout.columns), ...Object.keys(layout.above)].filter((name) =>
    isPersonal(family, name),
  );
  if (personal.length > 0) {
    found.push({ code: "PERSONAL_FIELD", effect: "noted", file, row, detail: personal.join(", ") });
  }
  if (layout.unknown.length > 0) {
    const names = layout.unknown.map((name) => name.replace(/\s+/g, " ").slice(0, 40)).join(", ");
    found.push({ code: "UNKNOWN_COLUMN", effect: "noted", file, row, detail: names.slice(0, 500) });
  }
  return found;
}

const isPersonal = ({ keeping }: ColumnFamily, name: string): boolean =>
  ["name", "record", "phone", "birth", "contact"].includes(keeping[name] ?? "text");
