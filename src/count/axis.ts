import { PvError } from "../error.ts";
import { AxisBuilder, type Axis } from "./axis-builder.ts";
import { compareText } from "./growing.ts";
import type { LabelColumn } from "./pair-store-build.ts";
import type { CodedColumn, ReportTable, TableColumns } from "./table.ts";
import { EventView, ProductView } from "./view.ts";

/** Keys of a product or event row: one, several (a term and its groups), or none (the row is left out). */
export type KeyFunction<View> = (view: View) => string | readonly string[] | undefined;

/** Named lists of report ids, to be used as exposures or events of their own. */
export interface ReportGroups {
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/**
 * What a product is. `ingredient` falls back to the name where a report gives no ingredient; `lot` is product name and lot,
 * joined by `" # "`, and leaves out products without a lot.
 */
export type ProductLevel = "name" | "ingredient" | "manufacturer" | "lot" | "code";
/** What a product is: a level, a function, or lists of report ids. */
export type ProductKey = ProductLevel | KeyFunction<ProductView> | ReportGroups;
/** What an event is: its term or code, a function, or lists of report ids. */
export type EventKey = "term" | "code" | KeyFunction<EventView> | ReportGroups;

const productLevels: Readonly<Record<ProductLevel, KeyFunction<ProductView>>> = {
  name: (p) => p.name,
  ingredient: (p) => p.ingredient ?? p.name,
  manufacturer: (p) => p.manufacturer,
  code: (p) => p.code,
  lot: (p) => p.lots.map((lot) => `${p.name} # ${lot}`),
};

/** Levels that read coded columns, first choice first: they need no text at all while counting. */
const productColumns = {
  name: ({ products }: TableColumns) => [products.name],
  ingredient: ({ products }: TableColumns) => [products.ingredient, products.name],
  manufacturer: ({ products }: TableColumns) => [products.manufacturer],
  code: ({ products }: TableColumns) => [products.code],
  lot: undefined,
} as const satisfies Record<ProductLevel, unknown>;
const eventColumns = {
  term: ({ events }: TableColumns) => [events.term],
  code: ({ events }: TableColumns) => [events.code],
} as const;

/** Labels of one product row, by its number; empty where the key leaves it out. */
export function productLabels(
  table: ReportTable,
  key: Exclude<ProductKey, ReportGroups>,
): (productRow: number) => readonly string[] {
  const of = typeof key === "function" ? key : productLevels[key];
  const view = new ProductView(table);
  return (row) => {
    view.row = row;
    const labels = of(view);
    return labels === undefined ? [] : typeof labels === "string" ? [labels] : labels;
  };
}

/** The product axis over the given reports; `keep` says which product rows count. */
export function productAxis(
  table: ReportTable,
  rows: Uint32Array,
  key: ProductKey,
  keep: (productRow: number) => boolean,
): Axis {
  if (typeof key === "object") return groupAxis(table, rows, key);
  const offsets = table.columns.productOffsets;
  const columns = typeof key === "string" ? productColumns[key]?.(table.columns) : undefined;
  if (columns !== undefined) return codedAxis(rows, offsets, columns, keep);
  const labels = productLabels(table, key);
  return keyedAxis(rows, offsets, (row) => (keep(row) ? labels(row) : []));
}

/** The event axis over the given reports; `keep` says which event rows count, all unless told. */
export function eventAxis(
  table: ReportTable,
  rows: Uint32Array,
  key: EventKey,
  keep?: (eventRow: number) => boolean,
): Axis {
  if (typeof key === "object") return groupAxis(table, rows, key);
  const offsets = table.columns.eventOffsets;
  if (typeof key === "string") return codedAxis(rows, offsets, eventColumns[key](table.columns), keep);
  const view = new EventView(table);
  return keyedAxis(rows, offsets, (row) => {
    if (keep !== undefined && !keep(row)) return [];
    view.row = row;
    const labels = key(view);
    return labels === undefined ? [] : typeof labels === "string" ? [labels] : labels;
  });
}

function keyedAxis(
  rows: Uint32Array,
  childOffsets: Uint32Array,
  labelsOf: (childRow: number) => readonly string[],
): Axis {
  const found = new AxisBuilder(rows.length);
  for (const row of rows) {
    for (let j = childOffsets[row]!; j < childOffsets[row + 1]!; j++) {
      for (const label of labelsOf(j)) if (label !== "") found.add(found.code(label));
    }
    found.close();
  }
  return found.axis();
}

function codedAxis(
  rows: Uint32Array,
  childOffsets: Uint32Array,
  columns: readonly CodedColumn[],
  keep: ((childRow: number) => boolean) | undefined,
): Axis {
  const found = new AxisBuilder(rows.length);
  const coded = columns.map(({ codes, values }) => ({
    codes,
    number: Int32Array.from(values, (label) => found.code(label)),
  }));
  const [first, second] = coded;
  for (const row of rows) {
    for (let j = childOffsets[row]!; j < childOffsets[row + 1]!; j++) {
      if (keep !== undefined && !keep(j)) continue;
      const code = first!.codes[j]!;
      if (code >= 0) found.add(first!.number[code]!);
      else if (second !== undefined && second.codes[j]! >= 0) found.add(second.number[second.codes[j]!]!);
    }
    found.close();
  }
  return found.axis();
}

function groupAxis(table: ReportTable, rows: Uint32Array, { groups }: ReportGroups): Axis {
  const rowOf = new Map<string, number>();
  for (let row = 0; row < table.size; row++) rowOf.set(table.id(row), row);
  const groupsOf = new Map<number, string[]>();
  for (const [name, ids] of Object.entries(groups)) {
    for (const id of new Set(ids)) {
      const row = rowOf.get(id);
      if (row === undefined)
        throw new PvError("UNKNOWN_TERM", `group ${JSON.stringify(name)}: no report has the id ${JSON.stringify(id)}`);
      const names = groupsOf.get(row);
      if (names === undefined) groupsOf.set(row, [name]);
      else names.push(name);
    }
  }
  const found = new AxisBuilder(rows.length);
  for (const row of rows) {
    for (const name of groupsOf.get(row) ?? []) found.add(found.code(name));
    found.close();
  }
  return found.axis();
}

/**
 * What `productAxis` gives, in the form that the counting reads: levels that stand in columns are taken as they are. `rows` are
 * the reports in scope, absent when all are.
 */
export function productColumn(
  table: ReportTable,
  rows: Uint32Array | undefined,
  key: ProductKey,
  filter: { readonly kind: Uint8Array; readonly wanted: Uint8Array } | undefined,
): LabelColumn {
  const columns = typeof key === "string" ? productColumns[key]?.(table.columns) : undefined;
  if (columns !== undefined) return codedColumn(table.columns.productOffsets, columns, filter);
  const keep = (row: number): boolean => filter === undefined || filter.wanted[filter.kind[row]!] === 1;
  return axisColumn(productAxis(table, rows ?? allRows(table), key, keep));
}

/** The same for events, of a key or of an axis that was made already. */
export function eventColumn(
  table: ReportTable,
  rows: Uint32Array | undefined,
  key: EventKey | Axis,
  keep: ((eventRow: number) => boolean) | undefined,
): LabelColumn {
  if (typeof key === "object" && "offsets" in key) return axisColumn(key);
  if (typeof key !== "string") return axisColumn(eventAxis(table, rows ?? allRows(table), key, keep));
  const { eventOffsets, events } = table.columns;
  const kind = keep && Uint8Array.from(events.term.codes, (_, row) => Number(keep(row)));
  return codedColumn(eventOffsets, eventColumns[key](table.columns), kind && { kind, wanted: Uint8Array.of(0, 1) });
}

const allRows = (table: ReportTable): Uint32Array => Uint32Array.from({ length: table.size }, (_, row) => row);

/** An axis as a column: its numbers are those of its labels, and its rows are places in the scope. */
export function axisColumn({ labels, offsets, ids, present }: Axis): LabelColumn {
  return {
    labels,
    offsets,
    codes: new Int32Array(ids.buffer, ids.byteOffset, ids.length),
    number: Int32Array.from(labels, (_, i) => i),
    byPlace: true,
    present,
  };
}

function codedColumn(
  offsets: Uint32Array,
  columns: readonly CodedColumn[],
  filter: { readonly kind: Uint8Array; readonly wanted: Uint8Array } | undefined,
): LabelColumn {
  const labels = vocabulary(columns.map(({ values }) => values));
  const [first, second] = columns.map(({ codes, values }) => ({ codes, number: numbersOf(values, labels) }));
  return { labels, offsets, ...first!, second, ...filter };
}

/** The labels of the lists, each once, sorted. */
export function vocabulary(lists: readonly (readonly string[])[]): readonly string[] {
  const [only] = lists;
  // The vocabulary of a table is sorted and without repeats.
  if (lists.length === 1 && only!.every((label, i) => i === 0 || compareText(only![i - 1]!, label) < 0)) return only!;
  return [...new Set(lists.flat())].sort(compareText);
}

export function numbersOf(values: readonly string[], labels: readonly string[]): Int32Array {
  if (values === labels) return Int32Array.from(labels, (_, i) => i);
  const number = new Map(labels.map((label, i) => [label, i]));
  return Int32Array.from(values, (label) => number.get(label)!);
}
