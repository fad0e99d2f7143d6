import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import type { KeyIndex } from "./keyed-rows.ts";
import { faultIssue, type RowFault } from "./rows.ts";

/**
 * Records left out of a table that several records of make one report. Such a record costs its report only where it was the
 * only one of it. So they wait here until the reports are made, and then count as `row-rejected`, or once for each report
 * that has no other record as `report-rejected`.
 */
export class LostRows {
  readonly #index: KeyIndex;
  /** With the number of the report the record belonged to, or -1 where that cannot be told. */
  readonly #lost: { readonly fault: RowFault; readonly file: string; readonly key: number }[] = [];

  constructor(index: KeyIndex) {
    this.#index = index;
  }

  /** @param id - report id among the trusted cells of the record, or empty */
  add({ code, line, detail = "" }: RowFault, file: string, id: string): void {
    // Without the cells, which would keep the text they were cut from.
    this.#lost.push({ fault: { code, line, detail }, file, key: id === "" ? -1 : this.#index.add(id) });
  }

  /** The issues, to be called after the reports have claimed their keys. */
  *settle(out: BatchBuilder): Generator<ReportBatch> {
    for (const { fault, file, key } of this.#lost) {
      const known = key >= 0 && this.#index.isClaimed(key);
      if (key >= 0) this.#index.claim(key);
      out.issues([faultIssue(fault, file, known ? "row-rejected" : "report-rejected")]);
      yield* out.due();
    }
  }
}
