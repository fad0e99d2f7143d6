import { buildTable } from "./build.ts";
import type { ListColumn } from "./details.ts";
import { compareText } from "./growing.ts";
import { ReportTable, type CodedColumn, type DateColumn, type TableColumns } from "./table.ts";

/** Rows of one table, in any order. */
export interface PickedRows {
  readonly table: ReportTable;
  readonly rows: Uint32Array | Int32Array;
}

/** A gathered table, and where each of its rows came from: row `row[i]` of part `part[i]`. */
export interface GatheredRows {
  readonly table: ReportTable;
  readonly part: Uint32Array;
  readonly row: Uint32Array;
}

/**
 * Gathers rows of several tables into one, in the order of source and id. Where no two rows are of one report, the result
 * equals `buildTable` of these reports column for column: the same order, and vocabularies that hold what occurs and nothing
 * else. Versions of one report, should there be several, stay beside each other in the order of `parts`; nothing is resolved.
 *
 * @example
 * pickRows([{ table: buildTable([{ id: "1", source: "", version: 1, domain: "drug", products: [], events: [] }]), rows: Uint32Array.of(0) }]).size; // 1
 */
export function pickRows(parts: readonly PickedRows[]): ReportTable {
  return gatherRows(parts).table;
}

/** {@link pickRows} that also tells where each row came from. */
export function gatherRows(parts: readonly PickedRows[]): GatheredRows {
  if (parts.length === 0) return gatherRows([{ table: buildTable([]), rows: new Uint32Array(0) }]);
  const tables = parts.map(({ table }) => table.columns);
  const reports = reportRows(parts);
  const products = childRows(
    reports,
    tables.map((t) => t.productOffsets),
  );
  const lots = childRows(
    products,
    tables.map((t) => t.lotOffsets),
  );
  const events = childRows(
    reports,
    tables.map((t) => t.eventOffsets),
  );
  const group = <G extends object>(of: (t: TableColumns) => G, rows: Rows): G =>
    gatherGroup(tables.map(of), rows, false);
  const details = <G extends object>(of: (t: TableColumns["details"]) => G, rows: Rows): G =>
    gatherGroup(
      tables.map((t) => of(t.details)),
      rows,
      true,
    );
  const table = new ReportTable({
    reports: group((t) => t.reports, reports),
    productOffsets: products.offsets,
    products: group((t) => t.products, products),
    lotOffsets: lots.offsets,
    lots: group((t) => t.lots, lots),
    eventOffsets: events.offsets,
    events: group((t) => t.events, events),
    details: {
      reports: details((d) => d.reports, reports),
      lists: details((d) => d.lists, reports),
      products: details((d) => d.products, products),
      events: details((d) => d.events, events),
    },
  });
  const part = new Uint32Array(reports.size);
  const row = new Uint32Array(reports.size);
  reports.from.forEach((from, p) => {
    const to = reports.to[p]!;
    for (let k = 0; k < from.length; k++) {
      part[to[k]!] = p;
      row[to[k]!] = from[k]!;
    }
  });
  return { table, part, row };
}

/** Where rows come from and go to, by part: row `from[p][k]` of part p becomes row `to[p][k]`. */
interface Rows {
  readonly size: number;
  readonly from: readonly (Uint32Array | Int32Array)[];
  readonly to: readonly Uint32Array[];
}

function reportRows(parts: readonly PickedRows[]): Rows {
  const from = parts.map(({ rows }) => rows);
  const size = from.reduce((sum, rows) => sum + rows.length, 0);
  const key = (of: (t: TableColumns["reports"]) => CodedColumn): { codes: Int32Array; values: number } => {
    const columns = parts.map(({ table }) => of(table.columns.reports));
    const { values, renumbered } = unite(columns, from);
    const codes = new Int32Array(size);
    let at = 0;
    columns.forEach((column, p) => {
      for (const row of from[p]!) codes[at++] = renumber(renumbered[p]!, column.codes[row]!);
    });
    return { codes, values: values.length };
  };
  // Two stable counting sorts: by id, then by source. Code -1 is the empty text, which comes first.
  let order = Uint32Array.from({ length: size }, (_, i) => i);
  for (const { codes, values } of [key((r) => r.id), key((r) => r.source)]) {
    const start = new Uint32Array(values + 2);
    for (const code of codes) start[code + 2]!++;
    for (let v = 1; v < start.length; v++) start[v]! += start[v - 1]!;
    const sorted = new Uint32Array(size);
    for (const i of order) sorted[start[codes[i]! + 1]!++] = i;
    order = sorted;
  }
  const place = new Uint32Array(size);
  for (let i = 0; i < size; i++) place[order[i]!] = i;
  let at = 0;
  return { size, from, to: from.map((rows) => place.subarray(at, (at += rows.length))) };
}

/** The child rows of the given rows, in the order the parents come to stand in, with the offsets that cut them up. */
function childRows(
  parents: Rows,
  offsetsOf: readonly Uint32Array[],
): Rows & { readonly offsets: Uint32Array<ArrayBuffer> } {
  const offsets = new Uint32Array(parents.size + 1);
  const lengths = parents.from.map((rows, p) => {
    const of = offsetsOf[p]!;
    const to = parents.to[p]!;
    let length = 0;
    for (let k = 0; k < rows.length; k++) {
      const own = of[rows[k]! + 1]! - of[rows[k]!]!;
      offsets[to[k]! + 1] = own;
      length += own;
    }
    return length;
  });
  for (let i = 0; i < parents.size; i++) offsets[i + 1]! += offsets[i]!;
  const from = lengths.map((length) => new Uint32Array(length));
  const to = lengths.map((length) => new Uint32Array(length));
  parents.from.forEach((rows, p) => {
    const of = offsetsOf[p]!;
    const parentTo = parents.to[p]!;
    const childFrom = from[p]!;
    const childTo = to[p]!;
    for (let k = 0, c = 0; k < rows.length; k++) {
      const end = of[rows[k]! + 1]!;
      let at = offsets[parentTo[k]!]!;
      for (let j = of[rows[k]!]!; j < end; j++) {
        childFrom[c] = j;
        childTo[c++] = at++;
      }
    }
  });
  return { size: offsets[parents.size]!, from, to, offsets };
}

type Numbers = Int32Array | Uint8Array | Uint16Array | Float64Array;
type AnyColumn = Numbers | CodedColumn | DateColumn | ListColumn;

/** @param isSparse - a coded column that says nothing in these rows takes no room */
function gatherGroup<G extends object>(groups: readonly G[], rows: Rows, isSparse: boolean): G {
  return Object.fromEntries(
    Object.keys(groups[0]!).map((name) => {
      const columns = groups.map((group) => (group as Readonly<Record<string, AnyColumn>>)[name]!);
      return [name, gatherColumn(columns, rows, isSparse)];
    }),
  ) as G;
}

/** All columns are of the kind of the first. */
function gatherColumn(columns: readonly AnyColumn[], rows: Rows, isSparse: boolean): AnyColumn {
  const first = columns[0]!;
  if ("offsets" in first) return gatherLists(columns as readonly ListColumn[], rows);
  if ("values" in first && "codes" in first) return gatherCoded(columns as readonly CodedColumn[], rows, isSparse);
  if ("day" in first) {
    const dates = columns as readonly DateColumn[];
    return {
      day: gatherNumbers(
        new Int32Array(rows.size),
        dates.map((date) => date.day),
        rows,
      ),
      precision: gatherNumbers(
        new Uint8Array(rows.size),
        dates.map((date) => date.precision),
        rows,
      ),
    };
  }
  const numbers = columns as readonly Numbers[];
  const { size } = rows;
  if (first instanceof Int32Array) return gatherNumbers(new Int32Array(size), numbers, rows);
  if (first instanceof Uint8Array) return gatherNumbers(new Uint8Array(size), numbers, rows);
  if (first instanceof Uint16Array) return gatherNumbers(new Uint16Array(size), numbers, rows);
  return gatherNumbers(new Float64Array(size), numbers, rows);
}

function gatherNumbers<T extends Numbers>(out: T, columns: readonly Numbers[], { from, to }: Rows): T {
  columns.forEach((column, p) => {
    const source = from[p]!;
    const target = to[p]!;
    for (let k = 0; k < source.length; k++) out[target[k]!] = column[source[k]!]!;
  });
  return out;
}

function gatherCoded(columns: readonly CodedColumn[], rows: Rows, isSparse: boolean): CodedColumn {
  const { values, renumbered } = unite(columns, rows.from);
  if (values.length === 0 && isSparse) return { codes: new Int32Array(0), values: [] };
  const codes = new Int32Array(rows.size);
  columns.forEach((column, p) => {
    const source = rows.from[p]!;
    const target = rows.to[p]!;
    const number = renumbered[p]!;
    for (let k = 0; k < source.length; k++) codes[target[k]!] = renumber(number, column.codes[source[k]!] ?? -1);
  });
  return { codes, values };
}

function gatherLists(columns: readonly ListColumn[], rows: Rows): ListColumn {
  const filled = columns.map(({ offsets }, p) => {
    if (offsets.length > 0) return offsets;
    let rowCount = 0;
    for (const row of rows.from[p]!) rowCount = Math.max(rowCount, row + 1);
    return new Uint32Array(rowCount + 1);
  });
  const entries = childRows(rows, filled);
  if (entries.size === 0) return { offsets: new Uint32Array(0), codes: new Int32Array(0), values: [] };
  return { offsets: entries.offsets, ...gatherCoded(columns, entries, false) };
}

const renumber = (number: Int32Array, code: number): number => (code < 0 ? -1 : number[code]!);

/** The values that occur in the given rows of any column, sorted, and per column the new number of each of its codes. */
function unite(
  columns: readonly CodedColumn[],
  rows: readonly (Uint32Array | Int32Array)[],
): { readonly values: string[]; readonly renumbered: readonly Int32Array[] } {
  const texts: string[] = [];
  const columnOf: number[] = [];
  const codeOf: number[] = [];
  const renumbered = columns.map(({ codes, values }, p) => {
    const number = new Int32Array(values.length).fill(-1);
    if (values.length === 0) return number;
    for (const row of rows[p]!) {
      const code = codes[row] ?? -1;
      if (code >= 0) number[code] = 0;
    }
    for (let code = 0; code < values.length; code++) {
      if (number[code] !== 0) continue;
      texts.push(values[code]!);
      columnOf.push(p);
      codeOf.push(code);
    }
    return number;
  });
  // Vocabularies are sorted as they come, so that an array's sort, which finds runs, has only to merge them.
  const order = Array.from(texts, (_, i) => i).sort((x, y) => compareText(texts[x]!, texts[y]!));
  const values: string[] = [];
  for (const i of order) {
    if (values.length === 0 || values[values.length - 1] !== texts[i]) values.push(texts[i]!);
    renumbered[columnOf[i]!]![codeOf[i]!] = values.length - 1;
  }
  return { values, renumbered };
}
