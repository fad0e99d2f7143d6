import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import { clockDate } from "./division-list.ts";
import { groupOf, type Grouping } from "./grouping.ts";
import { binomialLimits } from "./limits.ts";
import type { ReportClock } from "./time-limits.ts";

/** Change of one group on the year before. */
export interface YearChange {
  /** Null for the reports that name no group. */
  readonly key: string | null;
  readonly reports: number;
  readonly before: number;
  /** (reports − before) / before; null when there was none before. */
  readonly change: number | null;
  /** Exact 95 % limits of the change, given the sum of the two years; null without reports, `upper` also when none was before. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Change on year for the same months: those of `year` against those of `year − 1`.
 *
 * @param options - `months` 1 to 12, all unless told
 * @returns all reports together, and each group by name, the reports without one last
 * @throws PvError `INVALID_OPTION`
 */
export function yearChange(
  reports: Iterable<Report>,
  options: {
    readonly year: number;
    readonly months?: readonly number[] | undefined;
    readonly by?: Grouping | undefined;
    readonly clock?: ReportClock | undefined;
  },
): { readonly all: YearChange; readonly rows: readonly YearChange[]; readonly withoutMonth: number } {
  const { year, months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] } = options;
  if (!Number.isInteger(year) || months.length === 0 || months.some((m) => !Number.isInteger(m) || m < 1 || m > 12))
    throw new PvError("INVALID_OPTION", `expected a year and months 1 to 12, got ${year} and ${months.join(", ")}`);
  const read = groupOf(options.by ?? "division");
  const date = clockDate[options.clock ?? "received"];
  const wanted = new Set(months);
  const groups = new Map<string | null, [number, number]>();
  let now = 0;
  let before = 0;
  let withoutMonth = 0;
  for (const report of reports) {
    const text = date(report);
    if (text === undefined || text.length < 7) {
      withoutMonth++;
      continue;
    }
    const back = year - Number(text.slice(0, 4));
    if ((back !== 0 && back !== 1) || !wanted.has(Number(text.slice(5, 7)))) continue;
    if (back === 0) now++;
    else before++;
    const key = read(report) ?? null;
    const counts = groups.get(key) ?? [0, 0];
    counts[back]++;
    groups.set(key, counts);
  }
  const keys = [...groups.keys()].sort((x, y) =>
    x === null ? (y === null ? 0 : 1) : y === null ? -1 : compareText(x, y),
  );
  return {
    all: change(null, now, before),
    rows: keys.map((key) => change(key, ...groups.get(key)!)),
    withoutMonth,
  };
}

function change(key: string | null, reports: number, before: number): YearChange {
  if (reports + before === 0) return { key, reports, before, change: null, lower: null, upper: null };
  // Given the sum, the first of two Poisson counts is binomial; its odds are the ratio of the two means.
  const { lower, upper } = binomialLimits(reports, reports + before);
  const odds = (p: number): number => p / (1 - p) - 1;
  return {
    key,
    reports,
    before,
    change: before === 0 ? null : (reports - before) / before,
    lower: odds(lower),
    upper: before === 0 ? null : odds(upper),
  };
}
