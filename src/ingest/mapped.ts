import { PvError } from "../error.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { detectEncoding, firstLine, type Encoding } from "./decode.ts";
import { splitLines } from "./delimited.ts";
import { GroupedRows } from "./grouped-rows.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { KeyedRows, KeyIndex } from "./keyed-rows.ts";
import { ReportMaker } from "./mapped-make.ts";
import { mappedColumns, type Column, type Mapping } from "./mapping.ts";
import { exactFit } from "./row-fit.ts";
import type { RowSplitter } from "./rows.ts";
import type { TableSpec } from "./table.ts";

export { checkMapping } from "./mapping.ts";
export type {
  CodedColumn,
  ListColumn,
  MappedAge,
  MappedEvent,
  MappedProduct,
  MappedSeriousness,
  Mapping,
} from "./mapping.ts";

/** Any delimited table; see `readMapped`. */
export async function* mappedReports(
  context: ReadContext,
  mapping: Mapping,
  csv: RowSplitter,
): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  const stored = storedColumns(mapping, context.narrative);
  const groups = new GroupedRows<Column>(new KeyedRows(new KeyIndex(), stored));
  let empty = 0;
  for (const file of context.files) {
    if ((await firstLine(file)) === undefined) {
      empty++;
      continue;
    }
    const encoding = await encodingOf(file, mapping, out);
    yield* groups.read(file, mappedTable(file, mapping, context.narrative, encoding, csv), context, out);
  }
  if (empty === context.files.length) {
    throw new PvError("SOURCE_EMPTY", `nothing in ${context.files.map((file) => file.base).join(", ")}`);
  }
  const maker = new ReportMaker(groups.rows, mapping, context.narrative, out);
  for (const rows of groups.reports()) {
    maker.make(rows);
    yield* out.due();
  }
  yield* groups.lost(out);
  yield* out.rest();
}

/** The columns that are kept of each row, beside its id. */
export function storedColumns(mapping: Mapping, narrative: boolean): Column[] {
  return Object.keys(mappedColumns(mapping, narrative)).filter((column) => column !== "key");
}

/** How a file is read as the table of a mapping. */
export function mappedTable(
  file: Pick<SourceFile, "base">,
  mapping: Mapping,
  narrative: boolean,
  encoding: Encoding,
  csv: RowSplitter,
): TableSpec<Column> {
  const columns = mappedColumns(mapping, narrative);
  return {
    columns,
    required: Object.keys(columns),
    delimiter: mapping.delimiter ?? (/\.tsv(\.gz)?$/i.test(file.base) ? "\t" : ","),
    split: mapping.quote === false ? splitLines : csv,
    fit: exactFit(),
    long: ["term", "serious", "narrative", "lot"],
    exactNames: true,
    headerRow: mapping.headerRow ?? 1,
    encoding,
  };
}

async function encodingOf(file: SourceFile, { encoding = "auto" }: Mapping, out: BatchBuilder): Promise<Encoding> {
  if (encoding !== "auto") return encoding;
  const found = await detectEncoding(file);
  if (found !== "utf-8") {
    out.issues([{ code: "ENCODING_FALLBACK", effect: "repaired", file: file.base, detail: found }]);
  }
  return found;
}
