import { buildTable, compareText } from "../count/build.ts";
import { listAt, type ListColumn } from "../count/details.ts";
import { textAt, type CodedColumn, type DateColumn, type ReportTable, type TableColumns } from "../count/table.ts";
import type { Report } from "../report/report.ts";

/** A version of a report where it lies; tables do not hold whether it is retracted. */
export interface StoredVersion {
  readonly table: ReportTable;
  readonly row: number;
  readonly isRetracted: boolean;
}

/**
 * Which of two versions of one report stands, in the order of `buildTable`: version, day of receipt, record id (the longer one
 * is later), retraction, content. Positive when `x` supersedes `y`, 0 when they are the same record.
 */
export function compareVersions(x: StoredVersion, y: StoredVersion): number {
  const [mine, theirs] = [x.table.columns.reports, y.table.columns.reports];
  const newer =
    mine.version[x.row]! - theirs.version[y.row]! || mine.received.day[x.row]! - theirs.received.day[y.row]!;
  if (newer !== 0) return newer;
  const [recordId, other] = [textAt(mine.recordId, x.row) ?? "", textAt(theirs.recordId, y.row) ?? ""];
  return (
    recordId.length - other.length ||
    compareText(recordId, other) ||
    Number(x.isRetracted) - Number(y.isRetracted) ||
    (isSame(x.table.columns, x.row, y.table.columns, y.row)
      ? 0
      : compareContent(x.table.report(x.row), y.table.report(y.row)))
  );
}

/** The builder of tables knows the order of contents; it is asked only about records that differ in nothing else. */
function compareContent(x: Report, y: Report): number {
  const standing = (reports: readonly Report[]): string => JSON.stringify(buildTable(reports).report(0));
  const first = standing([x, y]);
  // Contents that differ only in what does not matter leave standing whichever came first.
  if (first !== standing([y, x])) return 0;
  return first === JSON.stringify(x) ? 1 : -1;
}

/** Whether two rows say the same: the case of a file that is sent again, so that no report is put together for it. */
function isSame(x: TableColumns, i: number, y: TableColumns, j: number): boolean {
  const isSameGroup = (of: (t: TableColumns) => object, at: number, other: number): boolean =>
    agree(of(x) as Group, at, of(y) as Group, other);
  const [p, q, products] = [
    x.productOffsets[i]!,
    y.productOffsets[j]!,
    x.productOffsets[i + 1]! - x.productOffsets[i]!,
  ];
  const [e, f, events] = [x.eventOffsets[i]!, y.eventOffsets[j]!, x.eventOffsets[i + 1]! - x.eventOffsets[i]!];
  if (y.productOffsets[j + 1]! - q !== products || y.eventOffsets[j + 1]! - f !== events) return false;
  if (!isSameGroup((t) => t.reports, i, j) || !isSameGroup((t) => t.details.reports, i, j)) return false;
  if (!isSameGroup((t) => t.details.lists, i, j)) return false;
  for (let k = 0; k < events; k++) {
    if (!isSameGroup((t) => t.events, e + k, f + k) || !isSameGroup((t) => t.details.events, e + k, f + k))
      return false;
  }
  for (let k = 0; k < products; k++) {
    if (!isSameGroup((t) => t.products, p + k, q + k)) return false;
    if (!isSameGroup((t) => t.details.products, p + k, q + k)) return false;
    const [l, m, lots] = [x.lotOffsets[p + k]!, y.lotOffsets[q + k]!, x.lotOffsets[p + k + 1]! - x.lotOffsets[p + k]!];
    if (y.lotOffsets[q + k + 1]! - m !== lots) return false;
    for (let lot = 0; lot < lots; lot++) if (!isSameGroup((t) => t.lots, l + lot, m + lot)) return false;
  }
  return true;
}

type Group = Readonly<Record<string, CodedColumn | DateColumn | ListColumn | Uint8Array | Int32Array | Float64Array>>;

function agree(x: Group, i: number, y: Group, j: number): boolean {
  for (const name in x) {
    const [mine, theirs] = [x[name]!, y[name]!];
    if ("offsets" in mine) {
      if (JSON.stringify(listAt(mine, i)) !== JSON.stringify(listAt(theirs as ListColumn, j))) return false;
    } else if ("codes" in mine) {
      if (textAt(mine, i) !== textAt(theirs as CodedColumn, j)) return false;
    } else if ("day" in mine) {
      const date = theirs as DateColumn;
      if (mine.day[i] !== date.day[j] || mine.precision[i] !== date.precision[j]) return false;
    } else if (!Object.is(mine[i], (theirs as Uint8Array)[j])) return false;
  }
  return true;
}
