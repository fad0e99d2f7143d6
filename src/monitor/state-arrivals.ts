import { TableBuilder } from "../count/build.ts";
import { pickRows } from "../count/pick.ts";
import { PRECISIONS, ReportTable, textAt } from "../count/table.ts";
import { dayOf, isoDay, NO_DAY } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import type { Refusal, ReportChanges } from "./state-changes.ts";
import type { ArrivingVersions } from "./state-records.ts";

/** Records frozen into columns at a time. */
const CHUNK = 1 << 16;

/**
 * Records as tables in which no report occurs twice: of the records of one report the first ones make one table, the second
 * ones the next. Those that cannot be told apart from others, or ordered, are refused.
 *
 * @throws the reason of `signal`
 */
export function arrivals(
  { reports, knownOn, signal }: ReportChanges,
  receivedOn: number,
  refused: Refusal[],
): ArrivingVersions[] {
  const found: ArrivingVersions[] = [];
  const take = (table: ReportTable, isRetracted: (row: number) => boolean): void => {
    found.push({
      table,
      isRetracted,
      knownOn: knownOn === "receivedDate" ? (row) => Math.min(receivedOn, receiptDay(table, row)) : () => receivedOn,
    });
  };
  if (reports instanceof ReportTable) {
    take(withIds(reports, refused), () => false);
    return found;
  }
  let layers: Layer[] = [];
  let timesSeen = new Map<string, number>();
  let size = 0;
  const freeze = (): void => {
    for (const { builder, retracted } of layers) {
      const { table } = builder.finish();
      take(table, retracted.size === 0 ? () => false : (row) => retracted.has(nameOf(table, row)));
    }
    layers = [];
    timesSeen = new Map();
    size = 0;
  };
  for (const report of reports ?? []) {
    const fault = report.id === "" ? "missing-id" : isVersion(report.version) ? undefined : "invalid-version";
    if (fault !== undefined) {
      refused.push({ what: "report", reason: fault, source: report.source, id: report.id });
      continue;
    }
    const name = `${report.source}\u0000${report.id}`;
    const times = timesSeen.get(name) ?? 0;
    timesSeen.set(name, times + 1);
    const layer = (layers[times] ??= { builder: new TableBuilder(), retracted: new Set() });
    if (report.retracted === true) {
      layer.retracted.add(name);
      layer.builder.add({ ...report, retracted: undefined });
    } else layer.builder.add(report);
    if (++size < CHUNK) continue;
    signal?.throwIfAborted();
    freeze();
  }
  freeze();
  return found;
}

interface Layer {
  readonly builder: TableBuilder;
  readonly retracted: Set<string>;
}

const nameOf = (table: ReportTable, row: number): string =>
  `${textAt(table.columns.reports.source, row) ?? ""}\u0000${table.id(row)}`;

/** Versions are kept in 32 bits. */
const isVersion = (version: Report["version"]): boolean => Number.isInteger(version) && (version | 0) === version;

function withIds(table: ReportTable, refused: Refusal[]): ReportTable {
  const { id, source } = table.columns.reports;
  if (!id.codes.includes(-1)) return table;
  id.codes.forEach((code, row) => {
    if (code >= 0) return;
    refused.push({ what: "report", reason: "missing-id", source: textAt(source, row) ?? "", id: "" });
  });
  return pickRows([{ table, rows: Uint32Array.from(id.codes.keys()).filter((row) => id.codes[row]! >= 0) }]);
}

/** The last day that the date of receipt can mean: before it, nobody can be sure that the report was there. */
function receiptDay(table: ReportTable, row: number): number {
  const { day, precision } = table.columns.reports.received;
  const first = day[row]!;
  if (first === NO_DAY) return Infinity;
  const known = PRECISIONS[precision[row]! - 1];
  if (known === "day") return first;
  const [year, month] = [Number(isoDay(first).slice(0, 4)), Number(isoDay(first).slice(5, 7))];
  return (known === "month" && month < 12 ? dayOf(year, month + 1, 1) : dayOf(year + 1, 1, 1)) - 1;
}
