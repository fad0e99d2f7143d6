import { PvError } from "../error.ts";
import { issueText, type Issue, type IssueCode, type IssueEffect } from "../report/issue.ts";
import type { ColumnBatch, ReadProgress, ReportSource } from "../report/source.ts";
import { compareText, TableBuilder } from "./build.ts";
import type { ReportTable } from "./table.ts";

/** Issues of one code and effect: how many there were, and the first few. */
export interface IssueCount {
  readonly code: IssueCode;
  readonly effect: IssueEffect;
  readonly count: number;
  readonly sample: readonly Issue[];
}

/**
 * Where every report record went: `read = accepted + merged + retracted + rejected`.
 * A report record is what the source holds for one version of one report (FAERS: a DEMO row; CAERS: the rows of one report id).
 */
export interface Reconciliation {
  readonly read: number;
  /** Reports in the table. */
  readonly accepted: number;
  /** Records superseded by another version of their report, or repeating it. */
  readonly merged: number;
  /** Records of reports that were withdrawn by their sender. */
  readonly retracted: number;
  /** Records that could not be used. Each has one issue whose effect is `report-rejected`. */
  readonly rejected: number;
  /** Ids on withdrawal lists, and how many of them were among the records. */
  readonly withdrawn: { readonly listed: number; readonly matched: number };
  /** Ordered by code and effect. */
  readonly issues: readonly IssueCount[];
  /** Files in the order they were read. */
  readonly files: readonly ReadProgress[];
}

/** How `loadReports` behaves while it reads. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called at most once per 4 MiB or 20,000 rows of a file, and at its end. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** Throw at the first issue that loses data instead of counting it. */
  readonly strict?: boolean | undefined;
  /** Issues kept as a sample per code and effect; 5 unless told. */
  readonly issueSample?: number | undefined;
  /**
   * Threads for sources that can use several: `readMapped`, of a file on a disk that is not compressed. One unless told. The
   * result does not depend on it.
   */
  readonly threads?: number | undefined;
}

const PROGRESS_BYTES = 4 << 20;
const PROGRESS_ROWS = 20_000;

/**
 * Reads sources to the end and builds the table. Dirty data is counted in the reconciliation, never thrown.
 *
 * @throws PvError of the reader (`SOURCE_UNREADABLE`, `SOURCE_EMPTY`, `UNKNOWN_LAYOUT`, `TRUNCATED_SOURCE`);
 *   `STRICT_ISSUE` with `strict`; `INVALID_OPTION`; the reason of `signal` when aborted
 * @example
 * const { table, reconciliation } = await loadReports(readCaers("CAERS_ASCII_2004_2013.csv.gz"));
 */
export async function loadReports(
  source: ReportSource | readonly ReportSource[],
  options: LoadOptions = {},
): Promise<{ readonly table: ReportTable; readonly reconciliation: Reconciliation }> {
  const { signal, onProgress, strict = false, issueSample = 5, threads = 1 } = options;
  checkThreads(threads);
  const builder = new TableBuilder();
  const issues = new IssueLedger(issueSample);
  const files = new Map<string, ReadProgress>();
  const shown = new Map<string, ReadProgress>();
  for (const one of isList(source) ? source : [source]) {
    signal?.throwIfAborted();
    for await (const batch of one.columns?.({ threads, strict }) ?? (one as AsyncIterable<ColumnBatch>)) {
      signal?.throwIfAborted();
      for (const issue of batch.issues) {
        if (strict && losesData(issue)) throw new PvError("STRICT_ISSUE", issueText(issue, "en"));
        issues.add(issue);
      }
      if (batch.block !== undefined) builder.addBlock(batch.block);
      for (const report of batch.reports) builder.add(report);
      for (const { source: name, id } of batch.retractions ?? []) builder.withdraw(name, id);
      const { progress } = batch;
      if (progress === undefined) continue;
      files.set(progress.file, progress);
      const last = shown.get(progress.file) ?? { bytes: 0, rows: 0 };
      if (progress.bytes - last.bytes >= PROGRESS_BYTES || progress.rows - last.rows >= PROGRESS_ROWS) {
        shown.set(progress.file, progress);
        onProgress?.(progress);
      }
    }
  }
  for (const [file, progress] of files) if (shown.get(file) !== progress) onProgress?.(progress);
  const { table, tally, unmatched } = builder.finish();
  for (const id of unmatched) issues.add({ code: "RETRACTION_UNMATCHED", effect: "noted", value: id });
  return {
    table,
    reconciliation: {
      ...tally,
      read: tally.read + issues.rejectedReports,
      rejected: issues.rejectedReports,
      issues: issues.counts(),
      files: [...files.values()],
    },
  };
}

function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new PvError("INVALID_OPTION", `threads: expected a whole number from 1 to 64, got ${threads}`);
  }
}

// Array.isArray does not narrow a readonly array away from an iterable.
const isList = (source: ReportSource | readonly ReportSource[]): source is readonly ReportSource[] =>
  Array.isArray(source);

const losesData = (issue: Issue): boolean => issue.effect.endsWith("rejected") || issue.effect === "value-dropped";

class IssueLedger {
  readonly #counts = new Map<string, { code: IssueCode; effect: IssueEffect; count: number; sample: Issue[] }>();
  readonly #sampleSize: number;
  rejectedReports = 0;

  constructor(sampleSize: number) {
    this.#sampleSize = sampleSize;
  }

  add(issue: Issue): void {
    const key = `${issue.code} ${issue.effect}`;
    let entry = this.#counts.get(key);
    if (entry === undefined) {
      entry = { code: issue.code, effect: issue.effect, count: 0, sample: [] };
      this.#counts.set(key, entry);
    }
    entry.count++;
    if (entry.sample.length < this.#sampleSize) entry.sample.push(issue);
    if (issue.effect === "report-rejected") this.rejectedReports++;
  }

  counts(): IssueCount[] {
    return [...this.#counts.entries()].sort(([x], [y]) => compareText(x, y)).map(([, entry]) => entry);
  }
}
