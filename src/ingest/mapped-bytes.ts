import { PvError } from "../error.ts";
import type { Issue } from "../report/issue.ts";
import type { ColumnBatch, ColumnOptions, ReportBatch } from "../report/source.ts";
import { BatchBuilder, IssueBuilder } from "./batch.ts";
import { byteTable, headOf, type PartReader } from "./byte-parts.ts";
import { NotPlain, type ReadPart } from "./byte-layout.ts";
import { CodedRows } from "./coded-rows.ts";
import { firstLine, type Encoding } from "./decode.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { LostRows } from "./lost-rows.ts";
import { mappedBlock } from "./mapped-block.ts";
import { mappedReports, mappedTable, storedColumns } from "./mapped.ts";
import type { Mapping } from "./mapping.ts";
import type { RowSplitter } from "./rows.ts";

const GUESSES: readonly Encoding[] = ["utf-8", "gb18030", "windows-1252"];

/** The rows of a file, and what is to be said of the file as a whole. */
interface ReadFile {
  readonly parts: readonly ReadPart[];
  readonly issues: readonly Issue[];
}

/**
 * As `mappedReports`, but from bytes to columns. What it gives is the same: a record that is not plain goes the way of lines,
 * and where the files as a whole are not (an unsafe delimiter, lines of megabytes), all is read that way from the beginning.
 */
export async function* mappedColumnar(
  context: ReadContext,
  mapping: Mapping,
  csv: RowSplitter,
  readParts: PartReader,
  options: ColumnOptions,
): AsyncGenerator<ColumnBatch> {
  let batch: ColumnBatch | undefined;
  try {
    // Nothing but progress is given before all is read, so that another way can still be taken.
    batch = columnBatch(yield* readFiles(context, mapping, csv, readParts, options.threads), context, mapping);
  } catch (cause) {
    if (!(cause instanceof NotPlain)) throw cause;
  }
  // An error is about the first issue that loses data, and which is first the way of rows decides.
  if (batch === undefined || (options.strict && batch.issues.some(losesData))) {
    context.meter.rows = 0;
    context.meter.file = "";
    yield* mappedReports(context, mapping, csv);
  } else yield batch;
}

const losesData = ({ effect }: Issue): boolean => effect.endsWith("rejected") || effect === "value-dropped";

async function* readFiles(
  context: ReadContext,
  mapping: Mapping,
  csv: RowSplitter,
  readParts: PartReader,
  threads: number,
): AsyncGenerator<ReportBatch, ReadFile[]> {
  const read: ReadFile[] = [];
  const out = new BatchBuilder(context);
  for (const file of context.files) {
    if ((await firstLine(file)) === undefined) continue;
    read.push(yield* readFile(file, context, mapping, csv, readParts, threads, out));
    yield* out.rest();
  }
  if (read.length === 0) {
    throw new PvError("SOURCE_EMPTY", `nothing in ${context.files.map((file) => file.base).join(", ")}`);
  }
  return read;
}

/** Reads one file; where its encoding is to be found, it is taken for each in turn until no byte speaks against it. */
async function* readFile(
  file: SourceFile,
  context: ReadContext,
  mapping: Mapping,
  csv: RowSplitter,
  readParts: PartReader,
  threads: number,
  out: BatchBuilder,
): AsyncGenerator<ReportBatch, ReadFile> {
  const { encoding = "auto" } = mapping;
  const { meter, narrative } = context;
  const before = meter.rows;
  for (const guess of encoding === "auto" ? GUESSES : [encoding]) {
    const guessed = encoding === "auto" && guess !== "windows-1252";
    const spec = mappedTable(file, mapping, narrative, guess, csv);
    const head = await headOf(file, spec);
    if (guessed && head.isInvalid) continue;
    const table = byteTable(file, spec, head.rows, { guessed, quote: mapping.quote !== false });
    meter.rows = before;
    try {
      const parts = yield* readParts({ file, table, context, out, threads });
      const isFound = encoding === "auto" && guess !== "utf-8";
      const found: Issue = { code: "ENCODING_FALLBACK", effect: "repaired", file: file.base, detail: guess };
      return { parts, issues: [...(isFound ? [found] : []), ...fileIssues(file, parts)] };
    } catch (cause) {
      if (!(cause instanceof NotPlain) || cause.reason !== "encoding") throw cause;
    }
  }
  throw new NotPlain("encoding");
}

/** Issues of the parts; that all rows have a surplus field is said once. */
function fileIssues({ base }: SourceFile, parts: readonly ReadPart[]): Issue[] {
  const row = parts.map((part) => part.trailingLine).find((line) => line > 0);
  return [
    ...(row === undefined ? [] : [{ code: "TRAILING_FIELD", effect: "noted", file: base, row } as const]),
    ...parts.flatMap((part) => part.issues),
  ];
}

function columnBatch(read: readonly ReadFile[], context: ReadContext, mapping: Mapping): ColumnBatch {
  const out = new IssueBuilder(context);
  for (const { issues } of read) out.issues(issues);
  const parts = read.flatMap((file) => file.parts);
  const rows = new CodedRows(storedColumns(mapping, context.narrative), parts);
  const lost = new LostRows(rows.claims());
  const block = mappedBlock(rows, mapping, context, out);
  for (const { file, faults } of parts) for (const { fault, id } of faults) lost.add(fault, file, id);
  const batches = [...lost.settle(out), ...out.rest()];
  const { progress } = batches.at(-1)!;
  return { reports: [], issues: batches.flatMap((batch) => batch.issues), progress, block };
}
