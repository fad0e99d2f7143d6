import { PvError } from "../error.ts";
import type { PairCounts } from "./pairs.ts";
import type { ReportTable } from "./table.ts";

/** A cell of the fourfold table. */
export type Cell = "a" | "b" | "c" | "d";

/**
 * Table rows of the reports behind one cell of a pair, ascending. Cell a is product and event, b product without event,
 * c event without product, d neither (within the comparator, where one was chosen).
 *
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` when the counts did not come from reports or count cells
 */
export function cellRows(counts: PairCounts, product: string, event: string, cell: Cell): Uint32Array {
  const { origin } = counts;
  if (origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no reports behind them");
  counts.find(product, event);
  const p = counts.products.indexOf(product);
  const e = counts.events.indexOf(event);
  const wantProduct = cell === "a" || cell === "b";
  const wantEvent = cell === "a" || cell === "c";
  const { rows, products, events, comparator } = origin;
  const found: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    if (has(products, i, p) !== wantProduct || has(events, i, e) !== wantEvent) continue;
    if (wantProduct || comparator === undefined || comparator[i] === 1) found.push(rows[i]!);
  }
  return Uint32Array.from(found);
}

/** Report ids behind one cell of a pair; see {@link cellRows}. */
export function cellReportIds(
  table: ReportTable,
  counts: PairCounts,
  product: string,
  event: string,
  cell: Cell,
): string[] {
  return Array.from(cellRows(counts, product, event, cell), (row) => table.id(row));
}

function has(axis: { readonly offsets: Uint32Array; readonly ids: Uint32Array }, i: number, label: number): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (axis.ids[k] === label) return true;
  return false;
}
