import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { LostRows } from "./lost-rows.ts";
import { readTable, type TableSpec } from "./table.ts";

/**
 * Rows of which several make one report, gathered by report id until all files are read: they need be neither adjacent nor
 * in one file.
 */
export class GroupedRows<C extends string> {
  readonly rows: KeyedRows<C>;
  readonly #lost: LostRows;

  constructor(rows: KeyedRows<C>) {
    this.rows = rows;
    this.#lost = new LostRows(rows.index);
  }

  /** Reads one table. A row without an id is a `MISSING_ID`. */
  async *read(
    file: SourceFile,
    spec: TableSpec<C | "key">,
    context: ReadContext,
    out: BatchBuilder,
  ): AsyncGenerator<ReportBatch> {
    this.rows.startFile(file.base);
    for await (const block of readTable(file, spec, context.meter)) {
      out.issues(block.issues);
      const { key: place } = block.columns;
      for (const fault of block.faults) this.#lost.add(fault, file.base, (fault.cells?.[place] ?? "").trim());
      for (const { cells, line } of block.rows) {
        const id = (cells[place] ?? "").trim();
        if (id === "") out.issue("MISSING_ID", "report-rejected", { file: file.base, row: line });
        else this.rows.add(id, line, cells, block.columns);
      }
      yield* out.due();
    }
    yield* out.rest();
  }

  /** Row numbers of each report, in the order in which the reports were first seen. */
  *reports(): Generator<readonly number[]> {
    for (let key = 0; key < this.rows.index.size; key++) {
      const rows = this.rows.rowsOf(key);
      if (rows.length === 0) continue;
      this.rows.index.claim(key);
      yield rows;
    }
  }

  /** Reports the records left out, after the reports. */
  lost(out: BatchBuilder): Generator<ReportBatch> {
    return this.#lost.settle(out);
  }
}
