import type { ReportBlock } from "./block.ts";
import type { Issue } from "./issue.ts";
import type { Report } from "./report.ts";

/** How far a reader has come, for progress display. */
export interface ReadProgress {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Size of the input where known; compressed size for `.gz`. */
  readonly totalBytes?: number | undefined;
}

/**
 * Reports and issues a reader completed together. `retractions` are ids that a list withdrew without sending the report again
 * (FAERS DELETE files); they apply to every version, whenever they arrive.
 */
export interface ReportBatch {
  readonly reports: readonly Report[];
  readonly issues: readonly Issue[];
  readonly retractions?: readonly { readonly source: string; readonly id: string }[] | undefined;
  readonly progress?: ReadProgress | undefined;
}

/** A batch of which reports come as columns; the reports of a block are not among `reports`. */
export interface ColumnBatch extends ReportBatch {
  readonly block?: ReportBlock | undefined;
}

/** How a source is to be read as columns. */
export interface ColumnOptions {
  /** Threads that may be used. */
  readonly threads: number;
  /** Give the first issue that loses data where reading row by row would give it. */
  readonly strict: boolean;
}

/** Every reader returns one; it can be iterated once. Stopping the iteration closes the files. */
export interface ReportSource extends AsyncIterable<ReportBatch> {
  /**
   * Gives the same reports, issues and retractions, those of large plain files as columns. `loadReports` takes this way where
   * there is one; the source is then not iterated.
   */
  readonly columns?: ((options: ColumnOptions) => AsyncIterable<ColumnBatch>) | undefined;
}
