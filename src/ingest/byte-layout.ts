import type { Issue } from "../report/issue.ts";
import type { ByteTest } from "./byte-check.ts";
import type { RowPart } from "./coded-rows.ts";
import type { Encoding } from "./decode.ts";
import type { LineRecords, RowFault } from "./rows.ts";

/** Thrown where the bytes are not what they were taken for; the file is then read in another way. */
export class NotPlain extends Error {
  override readonly name = "NotPlain";
  readonly reason: "encoding" | "layout" | "size";
  constructor(reason: NotPlain["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/** What is known of a file before its rows are read. */
export interface ByteLayout {
  readonly file: string;
  readonly encoding: Encoding;
  /** The encoding is a guess, to be given up at the first byte against it. */
  readonly guessed: boolean;
  readonly delimiter: string;
  readonly quote: boolean;
  /** Fields of a record. */
  readonly width: number;
  /** The last field is empty, and the header does not have it. */
  readonly trailing: boolean;
  /** Places of the id and of the columns that are read, among the fields. */
  readonly key: number;
  readonly fields: readonly number[];
  /** Places of the fields that {@link VALUE_LIMIT} holds for. */
  readonly limited: readonly number[];
  /** Name of the id in the header, and the line of the header. */
  readonly keyName: string;
  readonly headerLine: number;
}

/** Rows of a file or of a range of it, and what was wrong with others. */
export interface ReadPart extends RowPart {
  readonly issues: readonly Issue[];
  readonly faults: readonly LostRecord[];
  /** Line of the first row with the surplus field of all, 0 where there is none. */
  readonly trailingLine: number;
}

/** A record left out, and the id of its report as far as it is known. */
export interface LostRecord {
  readonly fault: RowFault;
  readonly id: string;
}

/** The records that begin from `from` on and before `to`; the first stands on a line of this number. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/** All of a file. */
export const WHOLE: ByteRange = { from: 0, to: Infinity, line: 1 };

/** Ways that depend on where the library runs. */
export interface ByteTools {
  readonly records: (delimiter: string) => LineRecords;
  readonly isUtf8?: ByteTest | undefined;
}
