import { compareText } from "../count/growing.ts";
import { binomialLimits } from "../quality/limits.ts";
import { isoDay, requireDay } from "../report/date.ts";
import { countFigure, figure, type Figure, type PeriodicAxis, type ReportSelection, type Trace } from "./figure.ts";
import { periodBefore, periodLastYear, type BaseMissing, type ReportPeriod } from "./periodic-period.ts";
import type { PeriodicReader } from "./periodic-reader.ts";

/** A period compared with; `missing` says why it cannot be. */
export interface PeriodBase {
  readonly period: ReportPeriod | null;
  readonly missing: Exclude<BaseMissing, "zero"> | null;
}

/** Change against a base. */
export interface PeriodChange {
  readonly before: Figure;
  /** (now − before) / before. */
  readonly change: Figure;
  /** Exact 95 % limits of the change given the sum of the two counts (both Poisson), whatever the lengths of the periods. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly missing: BaseMissing | null;
}

/** Reports that have one value of an axis. */
export interface PeriodRow {
  /** Null for the reports without a value. */
  readonly key: string | null;
  readonly now: Figure;
  readonly previous: PeriodChange;
  readonly lastYear: PeriodChange;
}

/** Reports by one axis. One that has several values counts once with each, so the rows may add up to more than the total. */
export interface PeriodCounts {
  readonly axis: PeriodicAxis;
  /** Most reports first, then by key; the reports without a value last. */
  readonly rows: readonly PeriodRow[];
  /** Values that occur in the period beyond those listed. */
  readonly notListed: number;
}

/** The period with what it is compared with. */
export interface Periods {
  readonly period: ReportPeriod;
  readonly previous: PeriodBase;
  readonly lastYear: PeriodBase;
}

/** The bases of a period. One that starts before the month of the first report of the data says nothing of a change. */
export function periodBases(reader: PeriodicReader, period: ReportPeriod): Periods {
  const first = reader.firstDay();
  const base = (found: ReportPeriod | undefined): PeriodBase => {
    if (found === undefined) return { period: null, missing: "no-such-week" };
    // Data of a month may begin with a report on its third day.
    const isCovered = first !== undefined && found.from.slice(0, 7) >= isoDay(first).slice(0, 7);
    return { period: found, missing: isCovered ? null : "before-data" };
  };
  return { period, previous: base(periodBefore(period)), lastYear: base(periodLastYear(period)) };
}

/** Counts of the whole period, and by axis. */
export class PeriodCounter {
  readonly #reader: PeriodicReader;
  readonly #periods: Periods;
  readonly #now: readonly number[];
  readonly #previous: readonly number[];
  readonly #lastYear: readonly number[];

  constructor(reader: PeriodicReader, periods: Periods) {
    this.#reader = reader;
    this.#periods = periods;
    const rows = ({ period, missing }: PeriodBase): readonly number[] =>
      period === null || missing !== null ? [] : reader.rowsWithin(period.from, period.to).rows;
    this.#now = reader.rowsWithin(periods.period.from, periods.period.to).rows;
    this.#previous = rows(periods.previous);
    this.#lastYear = rows(periods.lastYear);
  }

  /** All reports of the period. */
  total(): PeriodRow {
    return this.#row(null, {}, this.#now.length, this.#previous.length, this.#lastYear.length);
  }

  /** Reports by axis, the `top` most frequent values. */
  by(axis: PeriodicAxis, top: number): PeriodCounts {
    const { labels } = this.#reader.axis(axis);
    const [now, previous, lastYear] = [this.#now, this.#previous, this.#lastYear].map((rows) =>
      this.#tally(axis, rows),
    );
    const found = [...now!.keys()].filter((code) => code >= 0);
    found.sort((x, y) => now!.get(y)! - now!.get(x)! || compareText(labels[x]!, labels[y]!));
    const listed = found.slice(0, top);
    const row = (code: number): PeriodRow => {
      const key = code < 0 ? null : labels[code]!;
      return this.#row(key, { [axis]: key }, now!.get(code) ?? 0, previous!.get(code) ?? 0, lastYear!.get(code) ?? 0);
    };
    return {
      axis,
      rows: [...listed.map(row), ...(now!.has(-1) ? [row(-1)] : [])],
      notListed: found.length - listed.length,
    };
  }

  /** Reports by label number; -1 for those without one. */
  #tally(axis: PeriodicAxis, rows: readonly number[]): Map<number, number> {
    const { offsets, ids } = this.#reader.axis(axis);
    const counts = new Map<number, number>();
    const add = (code: number): unknown => counts.set(code, (counts.get(code) ?? 0) + 1);
    for (const row of rows) {
      if (offsets[row] === offsets[row + 1]) add(-1);
      for (let k = offsets[row]!; k < offsets[row + 1]!; k++) add(ids[k]!);
    }
    return counts;
  }

  #row(
    key: string | null,
    where: ReportSelection["where"],
    now: number,
    previous: number,
    lastYear: number,
  ): PeriodRow {
    const { period, previous: before, lastYear: yearBefore } = this.#periods;
    const trace = ({ from, to }: Pick<ReportPeriod, "from" | "to">): Trace => ({
      kind: "reports",
      of: { from, to, clock: this.#reader.clock, where },
    });
    const change = (base: PeriodBase, count: number): PeriodChange =>
      changeOf(now, trace(period), base, count, trace(base.period ?? period));
    return {
      key,
      now: countFigure(now, trace(period)),
      previous: change(before, previous),
      lastYear: change(yearBefore, lastYear),
    };
  }
}

function changeOf(now: number, nowTrace: Trace, base: PeriodBase, before: number, trace: Trace): PeriodChange {
  const missing = base.missing ?? (before === 0 ? "zero" : null);
  const figures = {
    before: countFigure(base.missing === null ? before : null, trace),
    change: figure(missing === null ? (now - before) / before : null, "percent", {
      kind: "change",
      now: nowTrace,
      before: trace,
    }),
  };
  if (missing !== null) return { ...figures, lower: null, upper: null, missing };
  // Given the sum, the first of two Poisson counts is binomial; its odds are the ratio of the two means.
  const { lower, upper } = binomialLimits(now, now + before);
  const odds = (p: number): number => p / (1 - p) - 1;
  return { ...figures, lower: odds(lower), upper: odds(upper), missing };
}

/** Reports by month, so many months up to the one the period ends in; a month that the period cuts off counts up to its end. */
export function monthlyCounts(
  reader: PeriodicReader,
  { to }: Pick<ReportPeriod, "to">,
  months: number,
): readonly { readonly month: string; readonly reports: Figure }[] {
  const end = requireDay("to", to);
  const starts: string[] = [];
  for (let day = end; starts.length < months;) {
    const month = isoDay(day).slice(0, 7);
    starts.unshift(month);
    day = requireDay("month", `${month}-01`) - 1;
  }
  return starts.map((month, i) => {
    const next = starts[i + 1];
    const last = next === undefined ? to : isoDay(requireDay("month", `${next}-01`) - 1);
    const of = { from: `${month}-01`, to: last, clock: reader.clock, where: {} };
    return { month, reports: countFigure(reader.rowsWithin(of.from, of.to).rows.length, { kind: "reports", of }) };
  });
}
