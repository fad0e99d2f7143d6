import type { Report } from "../report/report.ts";
import {
  EVENT_DETAILS,
  PRODUCT_DETAILS,
  REPORT_DETAILS,
  REPORT_LISTS,
  type DetailColumns,
  type ListColumn,
} from "./details.ts";
import { Coded, compareText, Ints, take, type Column } from "./growing.ts";
import type { CodedColumn } from "./table.ts";

/** A coded column that takes no room until a row says something. */
class SparseCoded implements Column<CodedColumn> {
  readonly #column = new Coded();
  set(row: number, value: string): void {
    this.#fillTo(row);
    this.#column.push(value);
  }
  take(rows: Int32Array): CodedColumn {
    if (this.#column.codes.length === 0) return { codes: new Int32Array(0), values: [] };
    this.#fillTo(rows.reduce((last, row) => Math.max(last, row + 1), 0));
    return this.#column.take(rows);
  }
  at(row: number): string {
    return row < this.#column.codes.length ? this.#column.at(row) : "";
  }
  #fillTo(row: number): void {
    while (this.#column.codes.length < row) this.#column.push(undefined);
  }
}

/** A list of strings a report; no room until a report has one. */
class Lists implements Column<ListColumn> {
  readonly #entries = new Coded();
  /** Where the entries of a row begin; rows after the last have none. */
  readonly #starts = new Ints();
  set(row: number, values: readonly string[]): void {
    while (this.#starts.length <= row) this.#starts.push(this.#entries.codes.length);
    for (const value of values) this.#entries.push(value);
  }
  take(rows: Int32Array): ListColumn {
    if (this.#starts.length === 0) return { offsets: new Uint32Array(0), codes: new Int32Array(0), values: [] };
    const offsets = new Uint32Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i]! + this.#end(rows[i]!) - this.#start(rows[i]!);
    const entries = new Int32Array(offsets[rows.length]!);
    for (let i = 0, k = 0; i < rows.length; i++) {
      for (let j = this.#start(rows[i]!); j < this.#end(rows[i]!); j++) entries[k++] = j;
    }
    return { offsets, ...this.#entries.take(entries) };
  }
  at(row: number): string {
    const values: string[] = [];
    for (let j = this.#start(row); j < this.#end(row); j++) values.push(this.#entries.at(j));
    return JSON.stringify(values.sort(compareText));
  }
  #start(row: number): number {
    return row < this.#starts.length ? this.#starts.data[row]! : this.#entries.codes.length;
  }
  #end(row: number): number {
    return this.#start(row + 1);
  }
}

const sparse = <K extends string>(kinds: Readonly<Record<K, unknown>>): Record<K, SparseCoded> =>
  Object.fromEntries(Object.keys(kinds).map((name) => [name, new SparseCoded()])) as Record<K, SparseCoded>;

/** Collects the fields that most sources leave empty. */
export class DetailsBuilder {
  readonly reports = { ...sparse(REPORT_DETAILS), pregnant: new SparseCoded() };
  readonly lists = { filled: new Lists(), links: new Lists() } satisfies Record<(typeof REPORT_LISTS)[number], Lists>;
  readonly products = sparse(PRODUCT_DETAILS);
  readonly events = sparse(EVENT_DETAILS);

  /** Adds what a report has; its row, and the rows of its first product and event. */
  add(report: Report, row: number, productRow: number, eventRow: number): void {
    set(this.reports, REPORT_NAMES, report, row);
    if (report.patient?.pregnant !== undefined) this.reports.pregnant.set(row, String(report.patient.pregnant));
    for (const name of REPORT_LISTS) {
      const values = report[name];
      if (values !== undefined && values.length > 0) this.lists[name].set(row, values);
    }
    for (const [i, product] of report.products.entries()) set(this.products, PRODUCT_NAMES, product, productRow + i);
    for (const [i, event] of report.events.entries()) set(this.events, EVENT_NAMES, event, eventRow + i);
  }

  /** What tells two records apart when nothing else does. */
  reportContent(row: number): readonly unknown[] {
    return [...Object.values(this.reports), ...Object.values(this.lists)].map((column) => column.at(row));
  }

  take(rows: Int32Array, productRows: Int32Array, eventRows: Int32Array): DetailColumns {
    return {
      reports: take(this.reports, rows),
      lists: take(this.lists, rows),
      products: take(this.products, productRows),
      events: take(this.events, eventRows),
    };
  }
}

const REPORT_NAMES = Object.keys(REPORT_DETAILS) as (keyof typeof REPORT_DETAILS)[];
const PRODUCT_NAMES = Object.keys(PRODUCT_DETAILS) as (keyof typeof PRODUCT_DETAILS)[];
const EVENT_NAMES = Object.keys(EVENT_DETAILS) as (keyof typeof EVENT_DETAILS)[];

function set<K extends string>(
  columns: Readonly<Record<K, SparseCoded>>,
  names: readonly K[],
  record: Readonly<Partial<Record<K, string | number | boolean | undefined>>>,
  row: number,
): void {
  for (const name of names) {
    const value = record[name];
    if (value !== undefined) columns[name].set(row, String(value));
  }
}
