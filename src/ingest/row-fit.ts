import type { Issue } from "../report/issue.ts";
import type { Row, RowFault } from "./rows.ts";

/** Rows that fit the header, and what became of the others. */
export interface FittedRows {
  readonly rows: Row[];
  readonly faults: RowFault[];
  readonly issues: Issue[];
}

/** Decides which records fit the header of their table. Values are never moved to another column silently. */
export interface RowFit {
  /** Fields of every record that fits as it is; one more than the header where all end with an empty one. */
  readonly width?: number;
  accept(row: Row, out: FittedRows): void;
  /** Called once at the end of the file. */
  finish?(out: FittedRows): void;
}

export interface HeaderFacts {
  readonly file: string;
  readonly header: readonly string[];
  /** The first records below the header, to find a habit of the file that its header does not show. */
  readonly sample: readonly Row[];
  /** Largest index of a column that is used. */
  readonly lastUsed: number;
}

export type FitMaker = (facts: HeaderFacts) => RowFit;

/** Splits a record that holds two into their cells; `undefined` when it does not. */
export type Unjoin = (cells: readonly string[], width: number) => readonly (readonly string[])[] | undefined;

/**
 * Records must be as wide as the header. In some files (legacy AERS) all of them have one more, empty field: that is found
 * from the first records and noted once. A single record with a surplus empty field is refused, because a delimiter inside a
 * value looks the same.
 */
export function exactFit(unjoin?: Unjoin): FitMaker {
  return ({ file, header, sample }) => {
    const n = header.length;
    const trailing = sample.filter((row) => row.cells.length === n + 1 && row.cells[n] === "").length;
    const plain = sample.filter((row) => row.cells.length === n).length;
    const width = trailing > plain ? n + 1 : n;
    let noted = width === n;
    return {
      width,
      accept(row, out) {
        const { cells, line } = row;
        if (isHeader(cells, header)) {
          out.issues.push({ code: "REPEATED_HEADER", effect: "noted", file, row: line });
        } else if (cells.length === width && (width === n || cells[n] === "")) {
          if (!noted) out.issues.push({ code: "TRAILING_FIELD", effect: "noted", file, row: line });
          noted = true;
          out.rows.push(row);
        } else {
          const parts = cells.length === 2 * width - 1 ? unjoin?.(cells, width) : undefined;
          if (parts === undefined) {
            out.faults.push(raggedRow(row, n));
          } else {
            out.rows.push(...parts.map((part) => ({ cells: part, line })));
            out.issues.push({ code: "JOINED_LINES", effect: "repaired", file, row: line });
          }
        }
      },
    };
  };
}

/** The fault of a record of another width; one that ends with the file without a line end was cut off there. */
export function raggedRow({ cells, line, cut }: Row, expected: number): RowFault {
  const code = cut === true && cells.length < expected ? "TRUNCATED_FILE" : "RAGGED_ROW";
  return { code, line, cells, detail: `${cells.length} fields, expected ${expected}` };
}

/** Whether a record repeats the header, as where files were joined with their headers left in. */
export function isHeader(cells: readonly string[], header: readonly string[]): boolean {
  return cells.length === header.length && cells.every((cell, i) => cell.trim() === header[i]);
}
