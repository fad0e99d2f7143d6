import type { Issue, IssueCode, IssueEffect } from "../report/issue.ts";
import type { Report } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import type { ReadContext } from "./input.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { ownString } from "./own-string.ts";

const PROGRESS_BYTES = 4 * 2 ** 20;
/** Lists longer than this do not fit the model. */
const LIST_LIMIT = 10_000;

/** Where a value stood, for the issues about it. */
export interface Place {
  readonly file: string;
  readonly row: number;
}

/** Collects reports and issues into batches of a readable size. */
export class BatchBuilder {
  readonly #context: ReadContext;
  #reports: Report[] = [];
  #issues: Issue[] = [];
  #retractions: { source: string; id: string }[] = [];
  #file = "";
  #bytes = 0;

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /** Adds a report; one without products or events is noted, one with more of them than the model takes is rejected. */
  report(report: Report, place: Place): void {
    const { products, events } = report;
    if (products.length > LIST_LIMIT || events.length > LIST_LIMIT) {
      this.issue("INVALID_REPORT", "report-rejected", place, "", report.id, `over ${LIST_LIMIT} products or events`);
      return;
    }
    if (products.length === 0) this.issue("NO_PRODUCT", "noted", place, "", report.id);
    if (events.length === 0) this.issue("NO_EVENT", "noted", place, "", report.id);
    this.keep(report);
  }

  protected keep(report: Report): void {
    this.#reports.push(report);
  }

  /** Adds an issue; `field`, `value` and `detail` are left out where empty. */
  issue(code: IssueCode, effect: IssueEffect, place: Place, field = "", value = "", detail = ""): void {
    this.#issues.push({
      code,
      effect,
      file: place.file,
      row: place.row,
      ...(field === "" ? {} : { field }),
      ...(value === "" ? {} : { value: ownString(value.slice(0, 80)) }),
      ...(detail === "" ? {} : { detail }),
    });
  }

  /** Adds an issue about a row of a joined table. */
  rowIssue<C extends string>(
    code: IssueCode,
    effect: IssueEffect,
    rows: KeyedRows<C>,
    row: number,
    field: string,
    value: string,
    detail = "",
  ): void {
    this.issue(code, effect, { file: rows.file(row), row: rows.line(row) }, field, value, detail);
  }

  issues(issues: Iterable<Issue>): void {
    for (const issue of issues) this.#issues.push(issue);
  }

  retract(source: string, id: string): void {
    this.#retractions.push({ source, id });
  }

  /** The batch when it is large enough or progress is due, else nothing: `yield* batches.due()`. */
  *due(): Generator<ReportBatch> {
    const { batchSize, meter } = this.#context;
    const full =
      this.#reports.length >= batchSize ||
      this.#issues.length >= 4 * batchSize ||
      this.#retractions.length >= 10 * batchSize ||
      meter.file !== this.#file ||
      meter.bytes - this.#bytes >= PROGRESS_BYTES;
    if (full) yield this.#take();
  }

  /** The batch as it is, to be called at the end of each file and of the source. */
  *rest(): Generator<ReportBatch> {
    yield this.#take();
  }

  #take(): ReportBatch {
    const { meter, signal } = this.#context;
    signal?.throwIfAborted();
    this.#file = meter.file;
    this.#bytes = meter.bytes;
    const { file, rows, bytes, totalBytes } = meter;
    const batch: ReportBatch = {
      reports: this.#reports,
      issues: this.#issues,
      ...(this.#retractions.length === 0 ? {} : { retractions: this.#retractions }),
      ...(file === "" ? {} : { progress: { file, rows, bytes, ...(totalBytes === undefined ? {} : { totalBytes }) } }),
    };
    this.#reports = [];
    this.#issues = [];
    this.#retractions = [];
    return batch;
  }
}

/** Collects the issues of reports, and lets the reports go. */
export class IssueBuilder extends BatchBuilder {
  protected override keep(): void {
    // what the report holds is in columns already
  }
}
