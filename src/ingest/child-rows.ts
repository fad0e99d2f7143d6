import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { faultIssue } from "./rows.ts";
import { readTable, type TableSpec } from "./table.ts";

/**
 * Reads tables whose rows belong to reports of another table, and keeps their rows by key. A row that cannot be used is
 * `row-rejected`: its report stays. Yields batches of issues and progress.
 */
export async function* childRows<C extends string>(
  files: readonly SourceFile[],
  spec: TableSpec<C | "key">,
  rows: KeyedRows<C>,
  context: ReadContext,
  out: BatchBuilder,
): AsyncGenerator<ReportBatch> {
  for (const file of files) {
    rows.startFile(file.base);
    for await (const block of readTable(file, spec, context.meter)) {
      out.issues(block.issues);
      out.issues(block.faults.map((fault) => faultIssue(fault, file.base, "row-rejected")));
      for (const { cells, line } of block.rows) {
        const key = (cells[block.columns.key] ?? "").trim();
        if (key === "") out.issue("MISSING_ID", "row-rejected", { file: file.base, row: line });
        else rows.add(key, line, cells, block.columns);
      }
      yield* out.due();
    }
    yield* out.rest();
  }
}

/** Reports every row whose key no report claimed, once all reports are made. */
export function* orphanRows(
  tables: readonly Pick<KeyedRows<never>, "index" | "orphans" | "keyOf" | "file" | "line">[],
  field: string,
  out: BatchBuilder,
): Generator<ReportBatch> {
  for (const rows of tables) {
    for (const row of rows.orphans()) {
      const key = rows.index.text(rows.keyOf(row));
      out.issue("ORPHAN_ROW", "row-rejected", { file: rows.file(row), row: rows.line(row) }, field, key);
      yield* out.due();
    }
  }
}
