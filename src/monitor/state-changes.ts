import { compareText } from "../count/build.ts";
import type { ReportTable } from "../count/table.ts";
import type { ConfirmedDuplicate } from "../quality/apply-duplicates.ts";
import type { ReportKey } from "../quality/duplicate-columns.ts";
import type { Report } from "../report/report.ts";
import type { ChangedPairs, IncrementalCounts } from "./incremental.ts";

/**
 * What a centre learns at one time. Records are facts: a record seen before changes nothing, and an older version of a report
 * joins its history. Withdrawals and merges are decisions, taken after the records of the same batch in the order of the fields.
 */
export interface ReportChanges {
  /** Day on which the centre learnt of it, `YYYY-MM-DD`; never before the day of an earlier call. */
  readonly receivedOn: string;
  /** Records to add or amend; a table when there are many. */
  readonly reports?: Iterable<Report> | ReportTable | undefined;
  /** Withdrawals that no longer hold. */
  readonly reinstate?: Iterable<ReportKey> | undefined;
  /** Reports withdrawn in every version, those to come included; also before any has arrived. */
  readonly withdraw?: Iterable<ReportKey> | undefined;
  /** Merged reports that are cases of their own after all. */
  readonly unmerge?: Iterable<ReportKey> | undefined;
  /** Confirmed duplicates: while merged, `drop` does not count, as long as the one it is merged into is there. */
  readonly merge?: Iterable<ConfirmedDuplicate> | undefined;
  /**
   * Day from which the records count as known: `receivedOn` unless told. `"receivedDate"` is for a file of past reports: each
   * is known from its own day of receipt (the last that it can mean), at the latest from `receivedOn`.
   */
  readonly knownOn?: "receivedOn" | "receivedDate" | undefined;
  /** Stops the work with nothing changed; once the records are read, the change is made as a whole. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of a report. A report is its version that counts: `amended` means that another version counts now. */
export const CHANGE_KINDS = ["added", "amended", "retracted", "restored", "merged", "unmerged", "ignored"] as const;
/** One of {@link CHANGE_KINDS}. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/**
 * Why nothing changed: everything was known; an older version; no version has arrived; the report is withdrawn, retracted or
 * merged; the one it was merged into is not there; the decisions of one batch cancel out.
 */
export const IGNORED_REASONS = [
  "repeat",
  "older-version",
  "not-arrived",
  "withdrawn",
  "retracted",
  "merged",
  "kept-absent",
  "undone",
] as const;
/** One of {@link IGNORED_REASONS}. */
export type IgnoredReason = (typeof IGNORED_REASONS)[number];

/** One report and what became of it. */
export interface ReportChange extends ReportKey {
  readonly kind: ChangeKind;
  /** Only of an ignored one. */
  readonly reason?: IgnoredReason | undefined;
}

/**
 * Input that could not be used. `unknown-report`: a merge names a report that never arrived. `merged-elsewhere`: it is merged
 * into another one. `circle`: it would stand for itself.
 */
export type RefusalReason =
  | "missing-id"
  | "invalid-version"
  | "unknown-report"
  | "same-report"
  | "merged-elsewhere"
  | "circle"
  | "not-merged"
  | "not-withdrawn";

/** One thing that was refused; nothing was changed by it. */
export interface Refusal extends ReportKey {
  readonly what: "report" | "reinstate" | "withdraw" | "unmerge" | "merge";
  readonly reason: RefusalReason;
}

/** Pairs of one count that have more or fewer reports than before. */
export class TouchedPairs implements ChangedPairs {
  readonly size: number;
  readonly pair: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly #counts: IncrementalCounts;

  constructor(counts: IncrementalCounts, { pair, before, after }: ChangedPairs) {
    this.size = pair.length;
    this.pair = pair;
    this.before = before;
    this.after = after;
    this.#counts = counts;
  }

  /** The pairs as plain rows, by product and event. */
  rows(): { readonly product: string; readonly event: string; readonly before: number; readonly after: number }[] {
    const rows = Array.from(this.pair, (pair, i) => {
      const { product, event } = this.#counts.pairAt(pair);
      return { product, event, before: this.before[i]!, after: this.after[i]! };
    });
    return rows.sort((x, y) => compareText(x.product, y.product) || compareText(x.event, y.event));
  }
}

/** By report: indexes into {@link CHANGE_KINDS} and, of ignored ones, into {@link IGNORED_REASONS}. */
export interface ChangeColumns {
  readonly report: Int32Array;
  readonly kind: Uint8Array;
  readonly reason: Uint8Array;
}

/** What one call changed. */
export class AppliedChanges {
  readonly receivedOn: string;
  /** Reports of each kind of change. */
  readonly tally: Readonly<Record<ChangeKind, number>>;
  readonly refused: readonly Refusal[];
  /** By name of the count. */
  readonly touched: Readonly<Record<string, TouchedPairs>>;
  readonly #changes: ChangeColumns;
  readonly #key: (report: number) => ReportKey;

  constructor(
    receivedOn: string,
    changes: ChangeColumns,
    key: (report: number) => ReportKey,
    refused: readonly Refusal[],
    touched: Readonly<Record<string, TouchedPairs>>,
  ) {
    this.receivedOn = receivedOn;
    this.refused = refused;
    this.touched = touched;
    this.#changes = changes;
    this.#key = key;
    const counts = new Float64Array(CHANGE_KINDS.length);
    for (const kind of changes.kind) counts[kind]!++;
    this.tally = Object.fromEntries(CHANGE_KINDS.map((kind, i) => [kind, counts[i]!])) as Record<ChangeKind, number>;
  }

  /** What became of each report, in the order in which the changes named them. */
  *changes(): IterableIterator<ReportChange> {
    const { report, kind: kinds, reason } = this.#changes;
    for (let i = 0; i < report.length; i++) {
      const { source, id } = this.#key(report[i]!);
      const kind = CHANGE_KINDS[kinds[i]!]!;
      yield kind === "ignored" ? { source, id, kind, reason: IGNORED_REASONS[reason[i]!]! } : { source, id, kind };
    }
  }
}
