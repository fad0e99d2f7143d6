import { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay, partialDay, type PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { diffRuns, type DiffOptions, type RunDiff } from "./diff.ts";
import { tableAsOf } from "./run-as-of.ts";
import type { RunConfig } from "./run-config.ts";
import { runDay, type Run } from "./run.ts";

/** Which days are replayed. */
export interface ReplayOptions {
  /** Days of the runs, ascending; `YYYY-MM-DD`. {@link monthEnds} gives the usual ones. */
  readonly days: Iterable<string>;
  readonly diff?: DiffOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One day of a replay. */
export interface ReplayedRun {
  readonly run: Run;
  /** What changed since the day before; null for the first. */
  readonly diff: RunDiff | null;
}

/**
 * Runs the past day by day, each day with what had been received by then and with the alerts of the day before, and says what changed
 * and why. Given reports in all their versions, corrected reports look on each day as they did then; given a table, which holds the
 * last versions only, they appear on the day of their last version.
 *
 * @throws PvError `INVALID_ARGUMENT` when the days do not ascend; others as `runSurveillance`
 * @example
 * for await (const { run, diff } of replayRuns(table, config, { days: monthEnds("2009-01", "2009-12") })) show(run, diff);
 */
export async function* replayRuns(
  reports: ReportTable | Iterable<Report>,
  config: RunConfig,
  { days, diff, signal }: ReplayOptions,
): AsyncGenerator<ReplayedRun> {
  const source = reports instanceof ReportTable ? reports : [...reports];
  let before: { readonly run: Run; readonly reports: ReportTable; readonly config: RunConfig } | undefined;
  for (const asOf of days) {
    if (before !== undefined && before.run.asOf >= asOf) {
      throw new PvError("INVALID_ARGUMENT", `days: ${asOf} comes after ${before.run.asOf}; they must ascend`);
    }
    const there = tableAsOf(source, asOf, config.undated);
    const run = await runDay(there, config, { asOf, previous: before?.run, signal });
    const now = { run, reports: there.table, config };
    yield { run, diff: before === undefined ? null : diffRuns(before, now, diff) };
    before = now;
  }
}

/**
 * The last days of the months from one to another, both included; each `YYYY-MM`.
 *
 * @throws PvError `INVALID_DATE`
 * @example
 * monthEnds("2023-12", "2024-02"); // ["2023-12-31", "2024-01-31", "2024-02-29"]
 */
export function monthEnds(from: string, to: string): PartialDate[] {
  for (const [name, month] of Object.entries({ from, to })) {
    if (partialDay(month)?.precision !== "month") {
      throw new PvError("INVALID_DATE", `${name}: expected a month YYYY-MM, got ${JSON.stringify(month)}`);
    }
  }
  const ends: PartialDate[] = [];
  const last = partialDay(to)!.day;
  for (let first = partialDay(from)!.day; first <= last;) {
    // The day 31 days after the first of a month is in the next one.
    const next = partialDay(isoDay(first + 31).slice(0, 7))!.day;
    ends.push(isoDay(next - 1));
    first = next;
  }
  return ends;
}
