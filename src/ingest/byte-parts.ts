import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import { NotPlain, type ByteLayout, type ByteRange, type ByteTools, type ReadPart } from "./byte-layout.ts";
import { ByteRows } from "./byte-rows.ts";
import { isByteDelimiter } from "./byte-splitter.ts";
import { readLines } from "./decode.ts";
import { splitLines } from "./delimited.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { exactFit } from "./row-fit.ts";
import type { Row } from "./rows.ts";
import { OpenTable, SAMPLE, type TableSpec } from "./table.ts";

/** Pieces in which the beginning of a file is looked at. */
const PIECE = 2 ** 14;
/** Bytes that are read at a time. */
const CHUNK = 2 ** 18;

/** A file that is about to be read. */
export interface PartsToRead {
  readonly file: SourceFile;
  readonly table: ByteTable;
  readonly context: ReadContext;
  /** Gives progress while it reads. */
  readonly out: BatchBuilder;
  readonly threads: number;
}

/** Reads the rows of a file, in one part or in several. */
export type PartReader = (task: PartsToRead) => AsyncGenerator<ReportBatch, readonly ReadPart[]>;

/** What is known of a file from its first records; plain values, which can go to another thread. */
export interface ByteTable {
  readonly layout: ByteLayout;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly long: readonly string[];
  readonly head: readonly Row[];
}

/** The header and the first records below it. */
export async function headOf(
  file: SourceFile,
  spec: TableSpec<string>,
): Promise<{ readonly rows: readonly Row[]; readonly isInvalid: boolean }> {
  const { encoding = "utf-8" } = spec;
  const rows: Row[] = [];
  let isInvalid = false;
  let above = (spec.headerRow ?? 1) - 1;
  for await (const block of spec.split(
    readLines({ ...file, open: () => pieces(file, PIECE) }, { encoding }),
    spec.delimiter,
  )) {
    isInvalid ||= block.issues.some((issue) => issue.code === "ENCODING_FALLBACK");
    for (const row of block.rows) {
      if (above > 0) above--;
      else rows.push(row);
    }
    if (rows.length > SAMPLE) break;
  }
  return { rows, isInvalid };
}

/**
 * The layout of a file for reading it byte by byte.
 *
 * @throws PvError `UNKNOWN_LAYOUT`
 * @throws NotPlain where it cannot be read so
 */
export function byteTable(
  file: SourceFile,
  spec: TableSpec<string>,
  head: readonly Row[],
  { guessed, quote }: { readonly guessed: boolean; readonly quote: boolean },
): ByteTable {
  const { encoding = "utf-8", delimiter } = spec;
  if (!isByteDelimiter(delimiter, encoding)) throw new NotPlain("layout");
  const table = openTable(file.base, spec, head, guessed);
  const { key = -1, ...others } = table.columns;
  const header = head[0]!;
  const long = spec.long ?? [];
  const layout: ByteLayout = {
    file: file.base,
    encoding,
    guessed,
    delimiter,
    quote,
    width: table.width!,
    trailing: table.width! > table.headerWidth,
    key,
    fields: Object.values(others),
    limited: Object.entries(table.columns).flatMap(([column, place]) => (long.includes(column) ? [] : [place])),
    keyName: header.cells[key]!.trim(),
    headerLine: header.line,
  };
  return { layout, columns: spec.columns, long, head: head.slice(0, SAMPLE) };
}

function openTable(file: string, spec: TableSpec<string>, head: readonly Row[], guessed: boolean): OpenTable<string> {
  try {
    return new OpenTable(file, spec, head);
  } catch (cause) {
    // In another encoding the header may say what is looked for.
    throw guessed ? new NotPlain("layout") : cause;
  }
}

/** A reader of the bytes of a table. */
export function byteRows({ layout, columns, long, head }: ByteTable, tools: ByteTools, range?: ByteRange): ByteRows {
  const { file, delimiter } = layout;
  const required = Object.keys(columns);
  const spec = { columns, required, delimiter, split: splitLines, fit: exactFit(), long, exactNames: true };
  const table = new OpenTable(file, spec, head);
  table.fitAll(head.slice(0, 1), { rows: [], faults: [], issues: [] }); // the header
  return new ByteRows(layout, table, tools, range);
}

/** Reads a file from its beginning to its end. */
export function partReader(tools: ByteTools): PartReader {
  return async function* ({ file, table, context, out }) {
    const rows = byteRows(table, tools);
    const { meter } = context;
    const before = meter.rows;
    let bytes = 0;
    for await (const chunk of pieces(file, CHUNK)) {
      rows.push(chunk);
      if (rows.waits) await rows.settle();
      bytes += chunk.length;
      if (file.size !== undefined && bytes < 8 * CHUNK)
        rows.reserve(Math.ceil((rows.length / bytes) * file.size * 1.02));
      meter.rows = before + rows.records;
      yield* out.due();
    }
    rows.finish();
    await rows.settle();
    meter.rows = before + rows.records;
    return [rows.part()];
  };
}

/** The bytes of a file in pieces of limited size: a producer may hand over the whole file at once. */
async function* pieces(file: SourceFile, size: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of file.open()) {
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  }
}
