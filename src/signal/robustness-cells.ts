import { PvError } from "../error.ts";
import type { Axis } from "../count/axis-builder.ts";
import { independent, type FourfoldColumns } from "../count/fourfold.ts";
import type { PairCounts, PairOrigin } from "../count/pairs.ts";
import { strataOf, type StrataKey } from "../count/strata.ts";
import type { ReportTable } from "../count/table.ts";

/** Where a report stands for a pair; 4 is nowhere: outside the comparator and without the product. */
export const OUTSIDE = 4;

/** The counted reports as one pair sees them. */
export interface PairReports {
  /** Cell of each report: 0 to 3 for a to d, or {@link OUTSIDE}. */
  readonly cell: Uint8Array;
  /** Stratum of each report; 0 throughout without strata. */
  readonly stratum: Uint32Array;
  readonly strata: number;
  /** Reports per stratum and cell. */
  readonly total: Float64Array;
  readonly isStratified: boolean;
}

/** Groups of counted reports, to be left out one at a time: report i is in group `of[i]`, in none where that is -1. */
export interface ReportGroups {
  readonly size: number;
  readonly of: Int32Array;
}

/**
 * The reports behind some counts.
 *
 * @throws PvError `INVALID_OPTION` when there are none, or cells were counted; `INVALID_ARGUMENT` when `table` has fewer rows
 *   than were counted
 */
export function countedReports(table: ReportTable, counts: PairCounts): PairOrigin {
  const { origin } = counts;
  if (origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no reports to leave out");
  if (counts.options.unit === "cell")
    throw new PvError("INVALID_OPTION", `unit "cell": reports are left out, and these counts are of cells`);
  const last = origin.rows.at(-1) ?? -1;
  if (last >= table.size) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `table: ${table.size} reports, but row ${last} was counted; give the table the counts came from`,
    );
  }
  return origin;
}

/**
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` when the counts were stratified by a function, which they do not keep
 */
export function pairReports(
  table: ReportTable,
  counts: PairCounts,
  origin: PairOrigin,
  pair: { readonly product: string; readonly event: string },
): PairReports {
  counts.find(pair.product, pair.event);
  const { rows, comparator } = origin;
  const { strata: key } = counts.options;
  if (key === "custom") {
    throw new PvError("INVALID_OPTION", "the counts were stratified by a function; stratify by named fields instead");
  }
  const isStratified = key !== "none";
  const strata = isStratified ? strataOf(table, rows, key as StrataKey) : undefined;
  const stratum = strata?.of ?? new Uint32Array(rows.length);
  const size = strata?.labels.length ?? 1;
  const cell = new Uint8Array(rows.length).fill(3);
  mark(origin.products, origin.products.labels.indexOf(pair.product), cell, 2);
  mark(origin.events, origin.events.labels.indexOf(pair.event), cell, 1);
  const total = new Float64Array(size * 4);
  for (let i = 0; i < cell.length; i++) {
    if (cell[i]! >= 2 && comparator !== undefined && comparator[i] !== 1) cell[i] = OUTSIDE;
    else total[stratum[i]! * 4 + cell[i]!]!++;
  }
  return { cell, stratum, strata: size, total, isStratified };
}

/** Takes `step` from the cell of each report with the label. */
function mark({ offsets, ids }: Axis, label: number, cell: Uint8Array, step: number): void {
  for (let i = 0; i < cell.length; i++) {
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) if (ids[k] === label) cell[i]! -= step;
  }
}

/** Reports of each group by stratum and cell: entry (group · strata + stratum) · 4 + cell. */
export function groupCells({ cell, stratum, strata }: PairReports, { size, of }: ReportGroups): Float64Array {
  const counts = new Float64Array(size * strata * 4);
  for (let i = 0; i < cell.length; i++) {
    if (of[i]! >= 0 && cell[i] !== OUTSIDE) counts[(of[i]! * strata + stratum[i]!) * 4 + cell[i]!]!++;
  }
  return counts;
}

/** Tables of the pair after the removal of each group, from {@link groupCells}: what a recount without its reports gives. */
export function tablesWithout({ total, strata, isStratified }: PairReports, removed: Float64Array): FourfoldColumns {
  const n = removed.length / total.length;
  const out = {
    a: new Float64Array(n),
    b: new Float64Array(n),
    c: new Float64Array(n),
    d: new Float64Array(n),
    expected: new Float64Array(n),
  };
  for (let g = 0; g < n; g++) {
    for (let s = 0; s < strata; s++) {
      const at = (g * strata + s) * 4;
      const a = total[s * 4]! - removed[at]!;
      const b = total[s * 4 + 1]! - removed[at + 1]!;
      const c = total[s * 4 + 2]! - removed[at + 2]!;
      const d = total[s * 4 + 3]! - removed[at + 3]!;
      out.a[g]! += a;
      out.b[g]! += b;
      out.c[g]! += c;
      out.d[g]! += d;
      // Ordered as the expected counts of all pairs are, so that both agree.
      if (isStratified && a + b + c + d > 0) out.expected[g]! += (a + c) * ((a + b) / (a + b + c + d));
    }
    if (!isStratified) {
      const a = out.a[g]!;
      out.expected[g] = independent(a + out.b[g]!, a + out.c[g]!, a + out.b[g]! + out.c[g]! + out.d[g]!);
    }
  }
  return out;
}
