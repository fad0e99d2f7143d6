import { PvError } from "../error.ts";
import { AxisBuilder, type Axis } from "./axis-builder.ts";
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

/** The axis restricted to some of its reports (positions, ascending); labels that no longer occur are dropped. */
export function restrictAxis(axis: Axis, positions: Uint32Array): Axis {
  const used = new Uint8Array(axis.labels.length);
  let length = 0;
  for (const i of positions) {
    for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) {
      used[axis.ids[k]!] = 1;
      length++;
    }
  }
  const renumbered = new Uint32Array(used.length);
  const labels: string[] = [];
  for (let code = 0; code < used.length; code++) {
    if (used[code] === 0) continue;
    renumbered[code] = labels.length;
    labels.push(axis.labels[code]!);
  }
  const offsets = new Uint32Array(positions.length + 1);
  const ids = new Uint32Array(length);
  for (let i = 0, at = 0; i < positions.length; i++) {
    for (let k = axis.offsets[positions[i]!]!; k < axis.offsets[positions[i]! + 1]!; k++)
      ids[at++] = renumbered[axis.ids[k]!]!;
    offsets[i + 1] = at;
  }
  return { labels, offsets, ids };
}
