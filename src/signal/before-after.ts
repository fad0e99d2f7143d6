import { PvError } from "../error.ts";
import type { Axis } from "../count/axis-builder.ts";
import type { PairCounts } from "../count/pairs.ts";
import { PRECISIONS, type ReportTable } from "../count/table.ts";
import { dayOf, isoDay, NO_DAY, requireDay, type PartialDate } from "../report/date.ts";
import { conditionalRatio } from "./conditional-ratio.ts";
import { rateRatio, type RateRatio, type RateRatioLimits } from "./rate-ratio.ts";

/** Days from the first to before the last, as days since 1970-01-01. */
export interface DayWindow {
  readonly from: number;
  readonly until: number;
}

/** Reports in the windows of one side. */
export interface PeriodCount {
  readonly windows: readonly DayWindow[];
  /** Days in the windows. */
  readonly days: number;
  /** Reports with product and event. */
  readonly pair: number;
  /** Reports they are measured against. */
  readonly reference: number;
}

/** Reporting of a pair after a date against before. */
export interface BeforeAfter {
  readonly before: PeriodCount;
  readonly after: PeriodCount;
  /** Ratio of the odds of the pair among pair and reference reports, after over before: volume of reporting removed. */
  readonly relative: RateRatio;
  /** Ratio of reports of the pair per day: volume of reporting not removed. */
  readonly perDay: RateRatio;
  /** Reports of the pair or the reference that are in no window, and why. */
  readonly excluded: {
    /** Without a date of receipt. */
    readonly undated: number;
    /** Received on a day that is known to the month or year only. */
    readonly partial: number;
    readonly outside: number;
  };
}

/** What {@link beforeAfter} compares. */
export interface BeforeAfterOptions {
  /** First day of the after side, `YYYY-MM-DD`. */
  readonly date: PartialDate;
  /** Days of the after side, and of the before side or each of its windows; 365 unless told. */
  readonly windowDays?: number | undefined;
  /**
   * Number of earlier years whose same calendar days make the before side, which takes out the season; 0, the days right
   * before the date, unless told. Needs windows of 365 days or fewer.
   */
  readonly seasons?: number | undefined;
  /** Days after the date that are left out, while the change sets in; 0 unless told. */
  readonly gapDays?: number | undefined;
  /**
   * What the pair is measured against: the other reports of the product, the reports of some products (its class) without
   * those of the pair, or every other report of the scope. `"product"` unless told.
   */
  readonly reference?: "product" | "scope" | { readonly products: readonly string[] } | undefined;
  readonly level?: number | undefined;
  readonly limits?: RateRatioLimits | undefined;
}

/**
 * Compares the reports of a pair after a date, such as the day a product entered central procurement, with those before, by
 * date of receipt. Sales usually change on such days: the relative ratio asks whether the event takes a larger share of the
 * reports, which sales as such do not change.
 *
 * @param table - the reports that `counts` was counted from
 * @returns see `conditionalRatio` and `rateRatio`
 * @throws PvError `UNKNOWN_TERM`; `INVALID_DATE`; `INVALID_OPTION` for windows that are not possible, or counts that did not
 *   come from reports; `INVALID_ARGUMENT`; `INVALID_LEVEL`
 * @example
 * beforeAfter(table, counts, { product: "A", event: "Rash" }, { date: "2021-06-01", seasons: 2 }).relative.lower;
 */
export function beforeAfter(
  table: ReportTable,
  counts: PairCounts,
  pair: { readonly product: string; readonly event: string },
  options: BeforeAfterOptions,
): BeforeAfter {
  const { reference = "product", level = 0.95, limits = "mid-p" } = options;
  const { before, after } = windows(options);
  if (counts.origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no dates behind them");
  const { rows, products, events } = counts.origin;
  if (rows.length > 0 && rows[rows.length - 1]! >= table.size)
    throw new PvError("INVALID_ARGUMENT", `table: ${table.size} reports, fewer than were counted`);
  counts.find(pair.product, pair.event);
  const p = new Set([products.labels.indexOf(pair.product)]);
  const e = new Set([events.labels.indexOf(pair.event)]);
  const members =
    reference === "product" ? p : reference === "scope" ? undefined : labelSet(products, reference.products);
  const sides = [before, after].map((list) => ({ windows: list, pair: 0, reference: 0 }));
  const excluded = { undated: 0, partial: 0, outside: 0 };
  const { received } = table.columns.reports;
  for (let i = 0; i < rows.length; i++) {
    const isPair = hasAny(products, i, p) && hasAny(events, i, e);
    if (!isPair && members !== undefined && !hasAny(products, i, members)) continue;
    const day = received.day[rows[i]!]!;
    const side = sides.find((one) => one.windows.some(({ from, until }) => day >= from && day < until));
    if (day === NO_DAY) excluded.undated++;
    else if (PRECISIONS[received.precision[rows[i]!]! - 1] !== "day") excluded.partial++;
    else if (side === undefined) excluded.outside++;
    else if (isPair) side.pair++;
    else side.reference++;
  }
  const [first, last] = sides.map((side): PeriodCount => ({
    ...side,
    days: side.windows.reduce((sum, { from, until }) => sum + until - from, 0),
  })) as [PeriodCount, PeriodCount];
  return {
    before: first,
    after: last,
    relative: conditionalRatio(
      { a: last.pair, b: first.pair, c: last.reference, d: first.reference },
      { level, limits },
    ),
    perDay: rateRatio(
      { reports: last.pair, units: last.days },
      { reports: first.pair, units: first.days },
      { level, limits },
    ),
    excluded,
  };
}

function windows(options: BeforeAfterOptions): { readonly before: DayWindow[]; readonly after: DayWindow[] } {
  const { windowDays = 365, seasons = 0, gapDays = 0 } = options;
  const date = requireDay("date", options.date);
  for (const [name, value, least] of [
    ["windowDays", windowDays, 1],
    ["seasons", seasons, 0],
    ["gapDays", gapDays, 0],
  ] as const)
    if (!Number.isSafeInteger(value) || value < least)
      throw new PvError("INVALID_OPTION", `${name}: a whole number from ${least}, got ${value}`);
  const start = date + gapDays;
  const after = [{ from: start, until: start + windowDays }];
  if (seasons === 0) return { before: [{ from: date - windowDays, until: date }], after };
  if (windowDays + gapDays > 365)
    throw new PvError(
      "INVALID_OPTION",
      `seasons: the same days of earlier years are before the date only up to 365 days`,
    );
  const before = Array.from({ length: seasons }, (_, k) => {
    const from = yearsBefore(start, k + 1);
    return { from, until: Math.min(from + windowDays, k === 0 ? date : yearsBefore(start, k)) };
  });
  return { before: before.reverse(), after };
}

/** The same calendar day some years before; 28 February for 29 February. */
function yearsBefore(day: number, years: number): number {
  const [year = 0, month = 0, date = 0] = isoDay(day).split("-").map(Number);
  return dayOf(year - years, month, month === 2 && date === 29 ? 28 : date);
}

function labelSet(products: Axis, names: readonly string[]): ReadonlySet<number> {
  return new Set(
    names.map((name) => {
      const label = products.labels.indexOf(name);
      if (label < 0)
        throw new PvError("UNKNOWN_TERM", `reference: product ${JSON.stringify(name)} does not occur in the counts`);
      return label;
    }),
  );
}

function hasAny(axis: Axis, i: number, labels: ReadonlySet<number>): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (labels.has(axis.ids[k]!)) return true;
  return false;
}
