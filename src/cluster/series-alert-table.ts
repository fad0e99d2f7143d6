import type { EventKey, ProductKey, ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import type { AlertScope } from "./alert.ts";
import { reactionLabels, suspectLabels, unitDayFilter, type ScopedRows } from "./alert-scope.ts";
import { stepIndex, type SeriesStep } from "./weeks.ts";

/** What series are divided by. */
export const SERIES_PARTS = ["product", "reaction", "region", "unit"] as const;
/** One of {@link SERIES_PARTS}. */
export type SeriesPart = (typeof SERIES_PARTS)[number];

/** How reports are sorted into series. */
export interface SeriesTableOptions {
  /** `["product"]` unless told; `["product", "reaction"]` for every product with every reaction, and so on. */
  readonly by?: readonly SeriesPart[] | undefined;
  /** What a product is; `"name"` unless told. */
  readonly product?: Exclude<ProductKey, ReportGroups> | undefined;
  /** What reactions are taken together; `"term"` unless told. */
  readonly reactionGroup?: Exclude<EventKey, ReportGroups> | undefined;
  readonly unitDays?: boolean | undefined;
}

/** Reports of one series. */
export interface SeriesRows {
  readonly scope: AlertScope;
  /** Table rows, ascending. */
  readonly rows: number[];
  /** 1 where the row counts, 0 where another of its unit and day does. */
  readonly counted: number[];
}

/** Series in the order of their names. */
export interface SeriesTable {
  readonly series: readonly SeriesRows[];
  /** Reports in some series, and those that lack what series are divided by. */
  readonly reports: number;
  readonly withoutScope: number;
}

/** Sorts the reports in scope into series. A report is in every series that its products, reactions, region and unit name. */
export function seriesTable(table: ReportTable, { rows, day }: ScopedRows, options: SeriesTableOptions): SeriesTable {
  const { by = ["product"], product = "name", reactionGroup = "term", unitDays = true } = options;
  const { region, unit } = table.columns.reports;
  const one = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
  const readers: Readonly<Record<SeriesPart, (row: number) => readonly string[]>> = {
    product: suspectLabels(table, product),
    reaction: reactionLabels(table, reactionGroup),
    region: (row) => one(textAt(region, row)),
    unit: (row) => one(textAt(unit, row)),
  };
  const isFirst = unitDayFilter(table, day, unitDays);
  const found = new Map<string, SeriesRows>();
  let reports = 0;
  for (const row of rows) {
    let scopes: readonly (readonly string[])[] = [[]];
    for (const part of by) {
      const labels = readers[part](row);
      scopes = scopes.flatMap((scope) => labels.map((label) => [...scope, label]));
    }
    if (scopes.length > 0) reports++;
    for (const scope of scopes) {
      const key = scope.join("\u0000");
      let own = found.get(key);
      if (own === undefined) found.set(key, (own = { scope: scopeOf(by, scope), rows: [], counted: [] }));
      own.rows.push(row);
      own.counted.push(isFirst(row, key) ? 1 : 0);
    }
  }
  const series = [...found.keys()].sort(compareText).map((key) => found.get(key)!);
  return { series, reports, withoutScope: rows.length - reports };
}

function scopeOf(by: readonly SeriesPart[], labels: readonly string[]): AlertScope {
  return Object.fromEntries(
    by.map((part, i) => (part === "reaction" ? ["reactions", [labels[i]!]] : [part, labels[i]!])),
  ) as AlertScope;
}

/** Counts of all series, series after series, from the point `first` on. */
export function seriesCounts(
  series: readonly SeriesRows[],
  day: Int32Array,
  step: SeriesStep,
  first: number,
  length: number,
): Float64Array {
  const counts = new Float64Array(series.length * length);
  // Names of months are dear: each day is placed once.
  const placeOf = new Map<number, number>();
  const place = (at: number): number => {
    let found = placeOf.get(at);
    if (found === undefined) placeOf.set(at, (found = stepIndex(at, step) - first));
    return found;
  };
  for (const [s, { rows, counted }] of series.entries()) {
    for (let i = 0; i < rows.length; i++) {
      const at = place(day[rows[i]!]!);
      if (counted[i] === 1 && at >= 0 && at < length) counts[s * length + at]! += 1;
    }
  }
  return counts;
}
