import { AxisBuilder, type Axis } from "../count/axis-builder.ts";
import { eventAxis, productAxis, type EventKey, type ProductKey } from "../count/axis.ts";
import { dateAt, textAt, type ReportTable } from "../count/table.ts";
import { ReportView } from "../count/view.ts";
import { PvError } from "../error.ts";
import { dayInterval } from "../quality/day-interval.ts";
import type { DivisionList, QualityLevel } from "../quality/division-list.ts";
import type { ReportClock } from "../quality/time-limits.ts";
import { requireDay } from "../report/date.ts";
import { DOMAINS, ROLES, type Domain } from "../report/report.ts";
import type { PeriodicAxis, ReportSelection } from "./figure.ts";
import { isPersonal, maskPersonal } from "./personal.ts";

/** How the reports of a document are read. */
export interface ReadingOptions {
  /** Date that places a report in time; `"received"` unless told. */
  readonly clock?: ReportClock | undefined;
  /** Only reports about this kind of product; all unless told. */
  readonly domain?: Domain | undefined;
  /** What a product is; suspect and interacting ones count. `"name"` unless told. */
  readonly product?: ProductKey | undefined;
  /** What an event is; `"term"` unless told. */
  readonly event?: EventKey | undefined;
  /** Divisions are rolled up to `level` (`"city"` unless told) of this list; without it the codes stand as they are. */
  readonly divisions?: DivisionList | undefined;
  readonly level?: QualityLevel | undefined;
}

/** Keys of the axis of seriousness. */
export const SERIOUSNESS_KEYS = ["serious", "not-serious"] as const;

/** Values of one report on the axes that its own fields give. */
type Reader = (view: ReportView) => string | readonly string[] | undefined;

const readers: Readonly<Record<Exclude<PeriodicAxis, "product" | "event" | "division">, Reader>> = {
  domain: (r) => r.domain,
  region: (r) => r.region && maskPersonal(r.region),
  seriousness: ({ serious }) => serious && SERIOUSNESS_KEYS[serious.length > 0 ? 0 : 1],
  criterion: (r) => r.serious,
  unitKind: (r) => r.unitKind,
  reporter: (r) => r.reporter && maskPersonal(r.reporter),
};

/** Days that a report can be of, by row; `last` lies before `first` where no date is known. */
interface RowDays {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/** Reads a table along the axes of a periodic report; each axis is made when it is first asked for. */
export class PeriodicReader {
  readonly table: ReportTable;
  readonly clock: ReportClock;
  readonly #options: ReadingOptions;
  readonly #days: RowDays;
  readonly #axes = new Map<PeriodicAxis, Axis>();
  readonly #codes = new Map<PeriodicAxis, ReadonlyMap<string, number>>();
  readonly #inDomain: (row: number) => boolean;

  constructor(table: ReportTable, options: ReadingOptions) {
    const { clock = "received", domain } = options;
    this.table = table;
    this.clock = clock;
    this.#options = options;
    this.#days = rowDays(table, clock);
    const code = domain === undefined ? 0 : DOMAINS.indexOf(domain) + 1;
    if (domain !== undefined && code === 0)
      throw new PvError(
        "INVALID_OPTION",
        `domain: expected one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain)}`,
      );
    this.#inDomain = (row) => code === 0 || table.columns.reports.domain[row] === code;
  }

  /** Rows inside a period, and reports that cannot be told in or out because their date is missing or too vague. */
  rowsWithin(from: string | null, to: string): { rows: number[]; withoutDate: number; imprecise: number } {
    const start = from === null ? -Infinity : requireDay("from", from);
    const end = requireDay("to", to);
    const { first, last } = this.#days;
    const rows: number[] = [];
    let withoutDate = 0;
    let imprecise = 0;
    for (let row = 0; row < this.table.size; row++) {
      if (!this.#inDomain(row)) continue;
      if (last[row]! < first[row]!) withoutDate++;
      else if (first[row]! >= start && last[row]! <= end) rows.push(row);
      else if (first[row]! <= end && last[row]! >= start) imprecise++;
    }
    return { rows, withoutDate, imprecise };
  }

  /** First day that any dated report can be of; `undefined` without one. */
  firstDay(): number | undefined {
    let least = Infinity;
    const { first, last } = this.#days;
    for (let row = 0; row < first.length; row++)
      if (this.#inDomain(row) && last[row]! >= first[row]! && first[row]! < least) least = first[row]!;
    return least === Infinity ? undefined : least;
  }

  /** Labels of every report of the table on an axis. */
  axis(name: PeriodicAxis): Axis {
    let axis = this.#axes.get(name);
    if (axis === undefined) this.#axes.set(name, (axis = this.#make(name)));
    return axis;
  }

  /** Rows of a selection. */
  rows({ from, to, where }: Pick<ReportSelection, "from" | "to" | "where">): number[] {
    return this.rowsWithin(from, to).rows.filter((row) => this.matches(row, where));
  }

  /** Whether the report of a row has a value on each axis, or none where null is asked for. */
  matches(row: number, where: ReportSelection["where"]): boolean {
    for (const name in where) {
      const { offsets, ids } = this.axis(name as PeriodicAxis);
      const start = offsets[row]!;
      const end = offsets[row + 1]!;
      const code = this.#code(name as PeriodicAxis, where[name as PeriodicAxis] ?? null);
      if (code === null) {
        if (start !== end) return false;
        continue;
      }
      let isThere = false;
      for (let k = start; k < end; k++) if (ids[k] === code) isThere = true;
      if (!isThere) return false;
    }
    return true;
  }

  /** Report ids of a selection, ascending by source and id. */
  ids(selection: Pick<ReportSelection, "from" | "to" | "where">): string[] {
    return this.rows(selection).map((row) => this.table.id(row));
  }

  /** Number of a label of an axis; -1 when no report has it, null for no label at all. */
  #code(name: PeriodicAxis, key: string | null): number | null {
    if (key === null) return null;
    let codes = this.#codes.get(name);
    if (codes === undefined) {
      codes = new Map(this.axis(name).labels.map((label, code) => [label, code]));
      this.#codes.set(name, codes);
    }
    return codes.get(key) ?? -1;
  }

  #make(name: PeriodicAxis): Axis {
    const { table } = this;
    const { product = "name", event = "term" } = this.#options;
    const all = Uint32Array.from({ length: table.size }, (_, row) => row);
    if (name === "product") {
      const { role } = table.columns.products;
      const kept = new Set([ROLES.indexOf("suspect") + 1, ROLES.indexOf("interacting") + 1]);
      return masked(productAxis(table, all, product, (row) => kept.has(role[row]!)));
    }
    if (name === "event") return masked(eventAxis(table, all, event));
    const read: Reader = name === "division" ? (r) => this.#divisionOf(r.division) : readers[name];
    const view = new ReportView(table);
    const found = new AxisBuilder(table.size);
    for (let row = 0; row < table.size; row++) {
      view.row = row;
      const labels = read(view) ?? [];
      for (const label of typeof labels === "string" ? [labels] : labels)
        if (label !== "") found.add(found.code(label));
      found.close();
    }
    return found.axis();
  }

  #divisionOf(code: string | undefined): string | undefined {
    const { divisions, level = "city" } = this.#options;
    return code === undefined || divisions === undefined ? code : divisions.rollUp(code, level)?.code;
  }
}

/** The axis with names that look like personal data masked: what they leave alike becomes one. */
function masked(axis: Axis): Axis {
  if (!axis.labels.some(isPersonal)) return axis;
  const reports = axis.offsets.length - 1;
  const found = new AxisBuilder(reports);
  for (let row = 0; row < reports; row++) {
    for (let k = axis.offsets[row]!; k < axis.offsets[row + 1]!; k++)
      found.add(found.code(maskPersonal(axis.labels[axis.ids[k]!]!)));
    found.close();
  }
  return found.axis();
}

function rowDays(table: ReportTable, clock: ReportClock): RowDays {
  const { reports, details } = table.columns;
  const read: Readonly<Record<ReportClock, (row: number) => string | undefined>> = {
    received: (row) => dateAt(reports.received, row),
    event: (row) => dateAt(reports.event, row),
    aware: (row) => textAt(details.reports.awareDate, row),
    reported: (row) => textAt(details.reports.reportedDate, row),
  };
  const first = new Float64Array(table.size);
  const last = new Float64Array(table.size).fill(-1);
  for (let row = 0; row < table.size; row++) {
    const days = dayInterval(read[clock](row));
    if (days === undefined) first[row] = 0;
    else {
      first[row] = days.first;
      last[row] = days.last;
    }
  }
  return { first, last };
}
