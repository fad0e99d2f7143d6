import type { Issue, IssueCode, IssueEffect } from "../report/issue.ts";
import type { LineBlock } from "./decode.ts";

/** A field of more characters than this is refused. */
export const FIELD_LIMIT = 2 ** 20;

/** One record of a delimited file, before anything is known about its columns. */
export interface Row {
  readonly cells: readonly string[];
  /** Line number in the file at which it begins. */
  readonly line: number;
  /** It ends with the file, without a line end. */
  readonly cut?: boolean;
}

/** A record that could not be used. What effect that has depends on the table, so it is no issue yet. */
export interface RowFault {
  readonly code: IssueCode;
  readonly line: number;
  readonly detail?: string;
  /** The cells as far as they can be trusted, to find out which report lost the record. */
  readonly cells?: readonly string[];
}

export interface RowBlock {
  readonly rows: readonly Row[];
  readonly faults: readonly RowFault[];
  readonly issues: readonly Issue[];
}

/** Splits lines into records: `splitLines` where quotes are data, `splitCsv` where they quote. */
export type RowSplitter = (blocks: AsyncIterable<LineBlock>, delimiter: string) => AsyncIterable<RowBlock>;

/** A line before it is split. */
export interface NumberedLine {
  readonly text: string;
  readonly line: number;
  /** It ends with the file, without a line end. */
  readonly cut: boolean;
}

/** Takes lines of which it is known where their records begin and end, and splits them. */
export interface LineRecords {
  /** One line without quotes, or of a file without quoting; a blank one is no record. */
  addPlain(line: NumberedLine): void;
  /** The lines of one record with quotes. */
  addQuoted(lines: readonly NumberedLine[]): void;
  /** A record whose quotes do not close: its first line is at fault. */
  reject(lines: readonly NumberedLine[]): unknown;
  /** The records and faults, each kind in the order in which they came. */
  finish(block: Pick<LineBlock, "issues">): Promise<RowBlock>;
}

/** The issue of a record left out; `effect` is `report-rejected` where the record was a report. */
export function faultIssue(fault: RowFault, file: string, effect: IssueEffect): Issue {
  const { code, line: row, detail } = fault;
  return detail === undefined || detail === "" ? { code, effect, file, row } : { code, effect, file, row, detail };
}
