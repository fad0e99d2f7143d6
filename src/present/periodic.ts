import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { RunManifest } from "../monitor/manifest.ts";
import { inputDigest, type InputDigest } from "../monitor/manifest-reports.ts";
import { tableAsOf } from "../monitor/run-as-of.ts";
import type { Run } from "../monitor/run.ts";
import type { ReportClock } from "../quality/time-limits.ts";
import type { Report } from "../report/report.ts";
import { PERIODIC_AXES, type Figure, type PeriodicAxis } from "./figure.ts";
import {
  monthlyCounts,
  periodBases,
  PeriodCounter,
  type PeriodCounts,
  type PeriodRow,
  type Periods,
} from "./periodic-counts.ts";
import { periodicNews, type PeriodicNews } from "./periodic-news.ts";
import { reportPeriod, type PeriodChoice } from "./periodic-period.ts";
import { qualityBlock, type QualityBlock, type QualityOptions } from "./periodic-quality.ts";
import { PeriodicReader, type ReadingOptions } from "./periodic-reader.ts";

/** What a periodic report is about. */
export interface PeriodicOptions extends ReadingOptions {
  readonly table: ReportTable | Iterable<Report>;
  readonly period: PeriodChoice;
  /** Day of the report: what was received later does not count; `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly axes?: readonly PeriodicAxis[] | undefined;
  /** Values listed of each axis; 20 unless told. */
  readonly top?: number | undefined;
  /** Months of the course in time; 13 unless told, so that the same month of the year before is seen. */
  readonly months?: number | undefined;
  readonly quality?: QualityOptions | undefined;
  /** Runs at the end of the period and of the one before, for what is new. */
  readonly runs?: { readonly current: Run; readonly previous?: Run | undefined } | undefined;
}

/** A weekly, monthly, quarterly, half-yearly or yearly report. Plain data, safe for JSON; the same input gives the same bytes. */
export interface PeriodicReport extends Periods {
  readonly format: "pvsignal-periodic-report";
  readonly version: 1;
  readonly asOf: string;
  readonly clock: ReportClock;
  /** Of the reports that had been received by the day. */
  readonly input: Pick<InputDigest, "reports" | "digest">;
  /** Manifest of the run that the news are taken from. */
  readonly manifest: RunManifest | null;
  /** Reports that are in no period: without a date, or with one too vague to say whether they lie in this one. */
  readonly leftOut: { readonly withoutReceipt: number; readonly withoutDate: number; readonly imprecise: number };
  readonly total: PeriodRow;
  readonly counts: readonly PeriodCounts[];
  readonly months: readonly { readonly month: string; readonly reports: Figure }[];
  readonly news: PeriodicNews | null;
  readonly quality: QualityBlock;
}

/**
 * The figures of a period: reports by division, product, event, seriousness and reporter with their change on the period before and on
 * the same period of the year before, new SDRs and alerts, quality, and indicators against targets.
 *
 * A report counts in a period when its date lies wholly inside: one known to the month counts in that month, its quarter and its year,
 * and in no week; a period that its date overlaps without lying inside leaves it out, counted in `leftOut.imprecise`. All counts are
 * of what had been received by `asOf`, those of the earlier periods too, so they may be higher than they were told at their time.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`; `INVALID_ARGUMENT` when the run is of a later day than `asOf`
 * @example
 * periodicReport({ table: [], period: "quarter", asOf: "2024-05-15" }).period.to; // "2024-03-31"
 */
export function periodicReport(options: PeriodicOptions): PeriodicReport {
  const { asOf, top = 20, months = 13, runs } = options;
  for (const [name, value] of Object.entries({ top, months })) {
    if (!Number.isInteger(value) || value < 1)
      throw new PvError("INVALID_OPTION", `${name}: expected a whole number from 1, got ${value}`);
  }
  if (runs !== undefined && runs.current.asOf > asOf)
    throw new PvError("INVALID_ARGUMENT", `the run is of ${runs.current.asOf}, later than ${asOf}`);
  const { reader, period, rows, withoutReceipt, withoutDate, imprecise } = readPeriod(options);
  const periods = periodBases(reader, period);
  const counter = new PeriodCounter(reader, periods);
  const { reports, digest } = inputDigest(reader.table);
  return {
    format: "pvsignal-periodic-report",
    version: 1,
    ...periods,
    asOf,
    clock: reader.clock,
    input: { reports, digest },
    manifest: runs?.current.manifest ?? null,
    leftOut: { withoutReceipt, withoutDate, imprecise },
    total: counter.total(),
    counts: (options.axes ?? PERIODIC_AXES).map((axis) => counter.by(axis, top)),
    months: monthlyCounts(reader, period, months),
    news: runs === undefined ? null : periodicNews(runs, period, top),
    quality: qualityBlock(reader.table, rows, period, { ...options.quality, clock: reader.clock }),
  };
}

/** The reader of a report's table, its period, and the rows in it. */
export function readPeriod(options: Pick<PeriodicOptions, "table" | "period" | "asOf"> & ReadingOptions): ReturnType<
  PeriodicReader["rowsWithin"]
> & {
  readonly reader: PeriodicReader;
  readonly period: ReturnType<typeof reportPeriod>;
  readonly withoutReceipt: number;
} {
  // By another clock than receipt, a report without a day of receipt still has its place in time.
  const undated = (options.clock ?? "received") === "received" ? "leave-out" : "keep";
  const { table, withoutReceipt } = tableAsOf(options.table, options.asOf, undated);
  const reader = new PeriodicReader(table, options);
  const period = reportPeriod(options.period, options.asOf);
  return { reader, period, withoutReceipt, ...reader.rowsWithin(period.from, period.to) };
}
