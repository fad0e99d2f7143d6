import { detailsAt, EVENT_DETAILS, listAt, PRODUCT_DETAILS, REPORT_DETAILS, type DetailColumns } from "./details.ts";
import { NO_DAY, partialDateOf, type DatePrecision, type PartialDate } from "../report/date.ts";
import {
  DOMAINS,
  OUTCOMES,
  ROLES,
  SERIOUSNESS,
  SEXES,
  type Domain,
  type Report,
  type ReportEvent,
  type ReportProduct,
} from "../report/report.ts";

/** A column of strings: `codes[i]` points into `values`, or is -1 where the report says nothing. */
export interface CodedColumn {
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/** A column of partial dates: first possible day since 1970-01-01 (`NO_DAY` when absent) and how exact it is. */
export interface DateColumn {
  readonly day: Int32Array;
  /** Index + 1 into {@link PRECISIONS}; 0 is absent. */
  readonly precision: Uint8Array;
}

export const PRECISIONS: readonly DatePrecision[] = ["day", "month", "year"];

/** Set in `serious` when the source said anything about seriousness; the lower bits follow {@link SERIOUSNESS}. */
export const SERIOUS_KNOWN = 0x8000;

/** One entry a report. Enumerations hold index + 1 into their list, 0 is absent. */
export interface ReportColumns {
  readonly id: CodedColumn;
  readonly source: CodedColumn;
  readonly recordId: CodedColumn;
  readonly version: Int32Array;
  readonly domain: Uint8Array;
  readonly received: DateColumn;
  readonly event: DateColumn;
  readonly eventKey: CodedColumn;
  readonly unit: CodedColumn;
  readonly region: CodedColumn;
  readonly country: CodedColumn;
  readonly reporter: CodedColumn;
  readonly sex: Uint8Array;
  /** NaN when absent. */
  readonly ageYears: Float64Array;
  readonly weightKg: Float64Array;
  /** Bits after {@link SERIOUSNESS}, with {@link SERIOUS_KNOWN}. */
  readonly serious: Uint16Array;
  readonly narrative: CodedColumn;
}

/** One entry a product row of a report. */
export interface ProductColumns {
  readonly name: CodedColumn;
  readonly role: Uint8Array;
  readonly ingredient: CodedColumn;
  readonly manufacturer: CodedColumn;
  readonly code: CodedColumn;
  readonly route: CodedColumn;
  readonly dose: CodedColumn;
  readonly indication: CodedColumn;
  readonly start: DateColumn;
  readonly end: DateColumn;
  /** 0 where the product has the domain of its report. */
  readonly domain: Uint8Array;
}

/** One entry an event row of a report. */
export interface EventColumns {
  readonly term: CodedColumn;
  readonly code: CodedColumn;
  readonly onset: DateColumn;
  readonly outcome: Uint8Array;
}

/**
 * Structure of arrays. Product rows of report i are `productOffsets[i]` to `productOffsets[i + 1]`, event rows likewise;
 * lots of product row j are `lotOffsets[j]` to `lotOffsets[j + 1]`.
 */
export interface TableColumns {
  readonly reports: ReportColumns;
  readonly productOffsets: Uint32Array;
  readonly products: ProductColumns;
  readonly lotOffsets: Uint32Array;
  readonly lots: { readonly lot: CodedColumn };
  readonly eventOffsets: Uint32Array;
  readonly events: EventColumns;
  readonly details: DetailColumns;
}

/**
 * Reports as typed columns, one row a report, in the order of source and id: the same reports give the same table whatever
 * order they came in. Built by `buildTable` or `loadReports`; immutable.
 */
export class ReportTable {
  /** Number of reports. */
  readonly size: number;
  readonly columns: TableColumns;

  constructor(columns: TableColumns) {
    this.size = columns.reports.version.length;
    this.columns = columns;
  }

  /** The domains that occur, in the order of {@link DOMAINS}. */
  domains(): Domain[] {
    const seen = new Set<number>(this.columns.reports.domain);
    for (const code of this.columns.products.domain) if (code !== 0) seen.add(code);
    return DOMAINS.filter((_, i) => seen.has(i + 1));
  }

  /** The report in row `row`, as it was read. */
  report(row: number): Report {
    if (!(row >= 0 && row < this.size)) throw new RangeError(`row ${row} of a table of ${this.size} reports`);
    return reportAt(this.columns, row);
  }

  /** All reports, one at a time, in the order of the rows. */
  *reports(): Generator<Report> {
    for (let row = 0; row < this.size; row++) yield reportAt(this.columns, row);
  }

  /** Report id of a row. */
  id(row: number): string {
    const { id } = this.columns.reports;
    return id.values[id.codes[row]!]!;
  }

  /** Row of a report id, or -1. Where two sources use the same id, name the source. */
  rowOf(id: string, source?: string): number {
    // Rows are sorted by source and id; a linear pass over a small column beats keeping a second index alive.
    const c = this.columns.reports;
    const code = c.id.values.indexOf(id);
    if (code < 0) return -1;
    for (let row = 0; row < this.size; row++) {
      if (c.id.codes[row] === code && (source === undefined || c.source.values[c.source.codes[row]!] === source))
        return row;
    }
    return -1;
  }
}

/** Text of a coded column, `undefined` where it says nothing. */
export const textAt = (column: CodedColumn, row: number): string | undefined => {
  const code = column.codes[row] ?? -1;
  return code < 0 ? undefined : column.values[code];
};

/** Partial date of a date column, `undefined` where there is none. */
export const dateAt = (column: DateColumn, row: number): PartialDate | undefined => {
  const day = column.day[row]!;
  return day === NO_DAY ? undefined : partialDateOf(day, PRECISIONS[column.precision[row]! - 1]!);
};

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/** Drops absent fields, so that a rebuilt report equals the one that was read. */
function present<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** Rebuilds the report of one row from its columns. */
export function reportAt(columns: TableColumns, row: number): Report {
  const { reports: c, products: p, events: e, details } = columns;
  const products: ReportProduct[] = [];
  for (let j = columns.productOffsets[row]!; j < columns.productOffsets[row + 1]!; j++) {
    const lots: string[] = [];
    for (let k = columns.lotOffsets[j]!; k < columns.lotOffsets[j + 1]!; k++)
      lots.push(columns.lots.lot.values[columns.lots.lot.codes[k]!]!);
    products.push(
      present<ReportProduct>({
        name: textAt(p.name, j) ?? "",
        role: ROLES[p.role[j]! - 1] ?? "suspect",
        ingredient: textAt(p.ingredient, j),
        manufacturer: textAt(p.manufacturer, j),
        lots: lots.length > 0 ? lots : undefined,
        code: textAt(p.code, j),
        route: textAt(p.route, j),
        dose: textAt(p.dose, j),
        start: dateAt(p.start, j),
        end: dateAt(p.end, j),
        indication: textAt(p.indication, j),
        ...detailsAt(PRODUCT_DETAILS, details.products, j),
        domain: DOMAINS[p.domain[j]! - 1],
      }),
    );
  }
  const events: ReportEvent[] = [];
  for (let j = columns.eventOffsets[row]!; j < columns.eventOffsets[row + 1]!; j++) {
    events.push(
      present<ReportEvent>({
        term: textAt(e.term, j) ?? "",
        code: textAt(e.code, j),
        ...detailsAt(EVENT_DETAILS, details.events, j),
        onset: dateAt(e.onset, j),
        outcome: OUTCOMES[e.outcome[j]! - 1],
      }),
    );
  }
  const serious = c.serious[row]!;
  const patient = present({
    ageYears: known(c.ageYears[row]!),
    sex: SEXES[c.sex[row]! - 1],
    weightKg: known(c.weightKg[row]!),
    ...detailsAt({ pregnant: "flag" }, details.reports, row),
  });
  return present<Report>({
    id: textAt(c.id, row) ?? "",
    source: textAt(c.source, row) ?? "",
    version: c.version[row]!,
    recordId: textAt(c.recordId, row),
    domain: DOMAINS[c.domain[row]! - 1] ?? "drug",
    receivedDate: dateAt(c.received, row),
    eventDate: dateAt(c.event, row),
    eventKey: textAt(c.eventKey, row),
    ...detailsAt(REPORT_DETAILS, details.reports, row),
    products,
    events,
    serious: (serious & SERIOUS_KNOWN) === 0 ? undefined : SERIOUSNESS.filter((_, bit) => (serious & (1 << bit)) !== 0),
    unit: textAt(c.unit, row),
    region: textAt(c.region, row),
    country: textAt(c.country, row),
    reporter: textAt(c.reporter, row),
    patient: Object.keys(patient).length > 0 ? patient : undefined,
    narrative: textAt(c.narrative, row),
    filled: listAt(details.lists.filled, row),
    links: listAt(details.lists.links, row),
  });
}
