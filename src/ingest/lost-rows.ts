import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import type { KeyIndex } from "./keyed-rows.ts";
import { ownString } from "./own-string.ts";
import { faultIssue, type RowFault } from "./rows.ts";

/** Numbers report ids and knows which of them reports have claimed. */
export type Claims = Pick<KeyIndex, "add" | "isClaimed" | "claim">;

/**
 * Records left out of a table that several records of make one report. Such a record costs its report only where it was the
 * only one of it. So they wait here until the reports are made, and then count as `row-rejected`, or once for each report
 * that has no other record as `report-rejected`.
 */
export class LostRows {
  readonly #index: Claims;
  readonly #lost: { readonly fault: RowFault; readonly file: string; readonly id: string; readonly part: number }[] =
    [];
  #part = 0;
  #file = "";

  constructor(index: Claims) {
    this.#index = index;
  }

  /** @param id - report id among the trusted cells of the record, or empty */
  add({ code, line, detail = "" }: RowFault, file: string, id: string): void {
    if (file !== this.#file) this.#part++;
    this.#file = file;
    // Without the cells, which would keep the text they were cut from.
    this.#lost.push({ fault: { code, line, detail }, file, id: ownString(id), part: this.#part });
  }

  /**
   * The issues in the order of the files and lines, which no cutting of the bytes changes; to be called after the reports
   * have claimed their keys.
   */
  *settle(out: BatchBuilder): Generator<ReportBatch> {
    const index = this.#index;
    for (const { fault, file, id } of this.#lost.sort((x, y) => x.part - y.part || x.fault.line - y.fault.line)) {
      const key = id === "" ? -1 : index.add(id);
      const known = key >= 0 && index.isClaimed(key);
      if (key >= 0) index.claim(key);
      out.issues([faultIssue(fault, file, known ? "row-rejected" : "report-rejected")]);
      yield* out.due();
    }
  }
}
