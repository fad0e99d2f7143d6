import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { isoDay, requireDay, type PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { clockDate, exactDay } from "./division-list.ts";
import { groupOf, type Grouping } from "./grouping.ts";
import type { ReportClock } from "./time-limits.ts";

/** A unit or division that reported before and has gone silent. */
export interface SilentGroup {
  readonly key: string;
  /** Reports of the earlier stretch. */
  readonly before: number;
  readonly lastDay: PartialDate;
  /** Reports that its earlier rate lets expect in the silent stretch. */
  readonly expected: number;
  /** Chance of no report at all if it went on as before. */
  readonly p: number;
}

/** What {@link silentGroups} looked at. */
export interface Silence {
  /** Least probable silence first. */
  readonly groups: readonly SilentGroup[];
  /** Groups with an earlier report, silent or not. */
  readonly active: number;
  /** How many of them would be silent by chance if all went on as before: the sum of their chances. */
  readonly expectedSilent: number;
  readonly withoutDate: number;
}

/**
 * Units or divisions with earlier reports and none in the last `windowDays`. The rate is not known but estimated from n reports in
 * `historyDays`; with a gamma prior (½, 0) the chance of none is (history / (history + window))^(n + ½), larger than the Poisson
 * value at the observed rate, as it should be for few reports. A unit that reports in batches falls silent more often than that.
 *
 * @param options - `asOf` ends the window of `windowDays` (90 unless told), before which lie `historyDays` (365)
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`
 */
export function silentGroups(
  reports: Iterable<Report>,
  options: {
    readonly asOf: PartialDate;
    readonly windowDays?: number | undefined;
    readonly historyDays?: number | undefined;
    readonly by?: Grouping | undefined;
    readonly clock?: ReportClock | undefined;
  },
): Silence {
  const asOf = requireDay("asOf", options.asOf);
  const { windowDays = 90, historyDays = 365 } = options;
  if (!Number.isInteger(windowDays) || windowDays < 1 || !Number.isInteger(historyDays) || historyDays < 1) {
    throw new PvError(
      "INVALID_OPTION",
      `expected whole days, got windowDays ${windowDays}, historyDays ${historyDays}`,
    );
  }
  const read = groupOf(options.by ?? "unit");
  const date = clockDate[options.clock ?? "received"];
  const seen = new Map<string, { before: number; inWindow: number; last: number }>();
  let withoutDate = 0;
  for (const report of reports) {
    const key = read(report);
    if (key === undefined) continue;
    const day = exactDay(date(report));
    if (day === undefined) {
      withoutDate++;
      continue;
    }
    const age = asOf - day;
    if (age < 0 || age >= windowDays + historyDays) continue;
    const tally = seen.get(key) ?? { before: 0, inWindow: 0, last: day };
    if (age < windowDays) tally.inWindow++;
    else tally.before++;
    tally.last = Math.max(tally.last, day);
    seen.set(key, tally);
  }
  const chance = (before: number): number => Math.pow(historyDays / (historyDays + windowDays), before + 0.5);
  const active = [...seen].filter(([, { before }]) => before > 0);
  const groups = active
    .filter(([, { inWindow }]) => inWindow === 0)
    .map(([key, { before, last }]) => ({
      key,
      before,
      lastDay: isoDay(last),
      expected: (before / historyDays) * windowDays,
      p: chance(before),
    }))
    .sort((x, y) => x.p - y.p || compareText(x.key, y.key));
  // Added from the smallest up, so that the sum does not depend on the order of the reports.
  const chances = active.map(([, { before }]) => chance(before)).sort((x, y) => x - y);
  return {
    groups,
    active: active.length,
    expectedSilent: chances.reduce((sum, p) => sum + p, 0),
    withoutDate,
  };
}
