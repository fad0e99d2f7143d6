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

/** Every reader returns one; it can be iterated once. Stopping the iteration closes the files. */
export type ReportSource = AsyncIterable<ReportBatch>;
