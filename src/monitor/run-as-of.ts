import { buildTable } from "../count/build.ts";
import type { ListColumn } from "../count/details.ts";
import { PRECISIONS, ReportTable, type CodedColumn, type DateColumn } from "../count/table.ts";
import { isoDay, NO_DAY, partialDay, requireDay, type DatePrecision } from "../report/date.ts";
import type { Report } from "../report/report.ts";

/** What becomes of reports without a day of receipt: nobody can say whether they were there on a past day. */
export type UndatedRule = "leave-out" | "keep";

/** The reports that had been received by a day. */
export interface ReportsAsOf {
  readonly table: ReportTable;
  /** Reports without any date of receipt, left out or kept as `undated` says. */
  readonly withoutReceipt: number;
}

/**
 * The reports that had been received by the end of a day, as a table like any other. A report whose receipt is known to the month or
 * year only counts from the last day that it can mean. A report without one is left out unless `undated` is `"keep"`, and counted.
 *
 * From a table, which holds the last version of each report, a report corrected later is out until its last version came. From the
 * reports themselves, every version that was received counts from its own day until the next one came, so that a past day looks
 * exactly as it did; give them all versions, the retracted ones too.
 *
 * @throws PvError `INVALID_DATE`
 * @example
 * tableAsOf([{ id: "1", source: "", version: 1, domain: "drug", receivedDate: "2024-05", products: [], events: [] }], "2024-05-30").table.size; // 0
 */
export function tableAsOf(
  reports: ReportTable | Iterable<Report>,
  asOf: string,
  undated: UndatedRule = "leave-out",
): ReportsAsOf {
  const today = requireDay("asOf", asOf);
  let withoutReceipt = 0;
  if (!(reports instanceof ReportTable)) {
    const there: Report[] = [];
    const bare = new Set<string>();
    for (const report of reports) {
      const received = report.receivedDate === undefined ? undefined : partialDay(report.receivedDate);
      if (received === undefined) bare.add(`${report.source}\u0000${report.id}`);
      if (received === undefined ? undated === "keep" : lastDay(received.day, received.precision) <= today)
        there.push(report);
    }
    return { table: buildTable(there), withoutReceipt: bare.size };
  }
  const { day, precision } = reports.columns.reports.received;
  const rows: number[] = [];
  for (let row = 0; row < reports.size; row++) {
    if (day[row] === NO_DAY) {
      withoutReceipt++;
      if (undated === "keep") rows.push(row);
    } else if (lastDay(day[row]!, PRECISIONS[precision[row]! - 1]!) <= today) rows.push(row);
  }
  return { table: rows.length === reports.size ? reports : selectRows(reports, Int32Array.from(rows)), withoutReceipt };
}

/** Last day a partial date can mean, from its first. */
function lastDay(first: number, precision: DatePrecision): number {
  if (precision === "day") return first;
  const [year = 0, month = 0] = isoDay(first).split("-").map(Number);
  const next = precision === "year" || month === 12 ? `${year + 1}-01-01` : `${year}-${two(month + 1)}-01`;
  return partialDay(next)!.day - 1;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** The table of some rows, ascending: equal in every column to the table built of their reports alone. */
export function selectRows(table: ReportTable, rows: Int32Array): ReportTable {
  const c = table.columns;
  const products = childRows(rows, c.productOffsets);
  const lots = childRows(products.rows, c.lotOffsets);
  const events = childRows(rows, c.eventOffsets);
  return new ReportTable({
    reports: selected(c.reports, rows),
    productOffsets: products.offsets,
    products: selected(c.products, products.rows),
    lotOffsets: lots.offsets,
    lots: selected(c.lots, lots.rows),
    eventOffsets: events.offsets,
    events: selected(c.events, events.rows),
    details: {
      reports: selected(c.details.reports, rows, true),
      lists: selected(c.details.lists, rows, true),
      products: selected(c.details.products, products.rows, true),
      events: selected(c.details.events, events.rows, true),
    },
  });
}

type Column = CodedColumn | ListColumn | DateColumn | Int32Array | Uint8Array | Uint16Array | Float64Array;

/** @param sparse - columns that no row fills have no codes */
function selected<Group extends { readonly [K in keyof Group]: Column }>(
  group: Group,
  rows: Int32Array,
  sparse = false,
): Group {
  const entries = Object.entries(group as Readonly<Record<string, Column>>);
  return Object.fromEntries(entries.map(([name, column]) => [name, one(column, rows, sparse)])) as unknown as Group;
}

function one(column: Column, rows: Int32Array, sparse: boolean): Column {
  if ("offsets" in column) return listed(column, rows);
  if ("codes" in column) {
    const { codes, values } = column;
    const found = coded(
      rows.map((row) => codes[row] ?? -1),
      values,
    );
    return sparse && found.values.length === 0 ? { codes: new Int32Array(0), values: [] } : found;
  }
  if ("day" in column) return { day: numbers(column.day, rows), precision: numbers(column.precision, rows) };
  return numbers(column, rows);
}

function numbers<Numbers extends Int32Array | Uint8Array | Uint16Array | Float64Array>(
  values: Numbers,
  rows: Int32Array,
): Numbers {
  const taken = values.slice(0, rows.length) as Numbers;
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}

/** Only the values that occur, in their order, which is sorted. `codes` is changed. */
function coded(codes: Int32Array, values: readonly string[]): CodedColumn {
  const number = new Int32Array(values.length).fill(-1);
  for (const code of codes) if (code >= 0) number[code] = 0;
  const used: string[] = [];
  for (let code = 0; code < values.length; code++) {
    if (number[code] !== 0) continue;
    number[code] = used.length;
    used.push(values[code]!);
  }
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = number[codes[i]!]!;
  return { codes, values: used };
}

function listed({ offsets, codes, values }: ListColumn, rows: Int32Array): ListColumn {
  const children = childRows(rows, offsets);
  if (children.rows.length === 0) return { offsets: new Uint32Array(0), codes: new Int32Array(0), values: [] };
  return {
    offsets: children.offsets,
    ...coded(
      children.rows.map((entry) => codes[entry]!),
      values,
    ),
  };
}

/** Child rows of the given parents in their order, and the offsets that cut them up. */
function childRows(
  parents: Int32Array,
  offsets: Uint32Array,
): { readonly rows: Int32Array; readonly offsets: Uint32Array } {
  const cut = new Uint32Array(parents.length + 1);
  const start = (row: number): number => offsets[row] ?? 0;
  for (let i = 0; i < parents.length; i++) cut[i + 1] = cut[i]! + start(parents[i]! + 1) - start(parents[i]!);
  const rows = new Int32Array(cut[parents.length]!);
  for (let i = 0, k = 0; i < parents.length; i++)
    for (let j = start(parents[i]!); j < start(parents[i]! + 1); j++) rows[k++] = j;
  return { rows, offsets: cut };
}

/** Names of the reports by row, the same in every table: source and id. Tables are in their order. */
export const reportKeys = ({ columns }: ReportTable): readonly string[] => {
  const { source, id } = columns.reports;
  return Array.from(
    id.codes,
    (code, row) => `${source.values[source.codes[row]!] ?? ""}\u0000${id.values[code] ?? ""}`,
  );
};
