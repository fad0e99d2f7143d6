import { PvError } from "../error.ts";
import type { PairCounts } from "../count/pairs.ts";
import { PRECISIONS, type ReportTable } from "../count/table.ts";
import { isoDay, NO_DAY } from "../report/date.ts";

/** Reports by month of receipt. */
export interface ReportMonths {
  /** `YYYY-MM`, every month from the first report of the scope to the last, without gaps. */
  readonly months: readonly string[];
  /** Reports with product and event. */
  readonly pair: Float64Array;
  /** Reports with the product. */
  readonly product: Float64Array;
  /** Reports with the event. */
  readonly event: Float64Array;
  /** All counted reports. */
  readonly all: Float64Array;
  /** Reports with product or event or neither that have no month of receipt. */
  readonly undated: number;
}

/**
 * Monthly series of a pair and of what it can be measured against, for `segmentedSeries` and reporting rates by period. A date
 * known to the month is enough; one known to the year is not.
 *
 * @param table - the reports that `counts` was counted from
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` when the counts did not come from reports; `INVALID_ARGUMENT`
 * @example
 * reportMonths(table, counts, { product: "A", event: "Rash" }).months[0];
 */
export function reportMonths(
  table: ReportTable,
  counts: PairCounts,
  { product, event }: { readonly product: string; readonly event: string },
): ReportMonths {
  if (counts.origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no dates behind them");
  const { rows, products, events } = counts.origin;
  if (rows.length > 0 && rows[rows.length - 1]! >= table.size)
    throw new PvError("INVALID_ARGUMENT", `table: ${table.size} reports, fewer than were counted`);
  counts.find(product, event);
  const p = products.labels.indexOf(product);
  const e = events.labels.indexOf(event);
  const { received } = table.columns.reports;
  const month = Int32Array.from(rows, (row) => {
    const day = received.day[row]!;
    if (day === NO_DAY || PRECISIONS[received.precision[row]! - 1] === "year") return -1;
    const date = isoDay(day);
    return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  });
  const dated = month.filter((number) => number >= 0).sort();
  const first = dated[0] ?? 0;
  const length = dated.length === 0 ? 0 : dated[dated.length - 1]! - first + 1;
  const series = (): Float64Array => new Float64Array(length);
  const out = { pair: series(), product: series(), event: series(), all: series() };
  for (let i = 0; i < rows.length; i++) {
    if (month[i]! < 0) continue;
    const at = month[i]! - first;
    const withProduct = products.ids.subarray(products.offsets[i], products.offsets[i + 1]).includes(p);
    const withEvent = events.ids.subarray(events.offsets[i], events.offsets[i + 1]).includes(e);
    out.all[at]!++;
    if (withProduct) out.product[at]!++;
    if (withEvent) out.event[at]!++;
    if (withProduct && withEvent) out.pair[at]!++;
  }
  return {
    months: Array.from({ length }, (_, k) => {
      const number = first + k;
      return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
    }),
    ...out,
    undated: rows.length - dated.length,
  };
}
