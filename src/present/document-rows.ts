import { canonicalJson } from "../count/exchange-digest.ts";
import type { Wording } from "../report/wording.ts";
import { isFigure, type PaperDocument } from "./document.ts";
import { maskPersonal } from "./personal.ts";

/** One cell of a table of a document as a plain row. */
export interface DocumentRow {
  readonly section: string;
  readonly table: string;
  /** From 1. */
  readonly row: number;
  readonly column: string;
  /** Null where the cell is a figure. */
  readonly text: string | null;
  /** Null where the cell is text, or the figure does not exist. */
  readonly value: number | null;
  /** Where the figure comes from, as JSON; null where the cell is text. */
  readonly trace: string | null;
}

/** Every cell of every table as plain rows, for CSV, data frames and stores; the column names are those of the given language. */
export function documentRows({ sections }: PaperDocument, language: keyof Wording): DocumentRow[] {
  return sections.flatMap(({ id, tables }) =>
    tables.flatMap(({ caption, columns, rows }) =>
      rows.flatMap((cells, i) =>
        cells.map((cell, k): DocumentRow => {
          const place = { section: id, table: caption[language], row: i + 1, column: columns[k]!.head[language] };
          return typeof cell === "object" && isFigure(cell)
            ? { ...place, text: null, value: cell.value, trace: canonicalJson(cell.trace) }
            : {
                ...place,
                text: maskPersonal(typeof cell === "string" ? cell : cell[language]),
                value: null,
                trace: null,
              };
        }),
      ),
    ),
  );
}
