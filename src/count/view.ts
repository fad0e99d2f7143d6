import type { PartialDate } from "../report/date.ts";
import {
  DOMAINS,
  OUTCOMES,
  ROLES,
  SERIOUSNESS,
  SEXES,
  type Domain,
  type Outcome,
  type Role,
  type Seriousness,
  type Sex,
  type UnitKind,
} from "../report/report.ts";
import { dateAt, SERIOUS_KNOWN, textAt, type ReportTable } from "./table.ts";

/** One report as `where` and strata functions see it; the same object is moved from row to row, so do not keep it. */
export class ReportView {
  row = 0;
  readonly #table: ReportTable;
  constructor(table: ReportTable) {
    this.#table = table;
  }
  get id(): string {
    return this.#table.id(this.row);
  }
  get source(): string {
    return textAt(this.#table.columns.reports.source, this.row) ?? "";
  }
  get domain(): Domain {
    return DOMAINS[this.#table.columns.reports.domain[this.row]! - 1]!;
  }
  get sex(): Sex | undefined {
    return SEXES[this.#table.columns.reports.sex[this.row]! - 1];
  }
  get ageYears(): number | undefined {
    const age = this.#table.columns.reports.ageYears[this.row]!;
    return Number.isNaN(age) ? undefined : age;
  }
  get unit(): string | undefined {
    return textAt(this.#table.columns.reports.unit, this.row);
  }
  get region(): string | undefined {
    return textAt(this.#table.columns.reports.region, this.row);
  }
  /** Six-digit code of the administrative division. */
  get division(): string | undefined {
    return textAt(this.#table.columns.details.reports.division, this.row);
  }
  get unitKind(): UnitKind | undefined {
    return textAt(this.#table.columns.details.reports.unitKind, this.row) as UnitKind | undefined;
  }
  /** New (新的), or `undefined` when the source does not say. */
  get unexpected(): boolean | undefined {
    const text = textAt(this.#table.columns.details.reports.unexpected, this.row);
    return text === undefined ? undefined : text === "true";
  }
  get country(): string | undefined {
    return textAt(this.#table.columns.reports.country, this.row);
  }
  get reporter(): string | undefined {
    return textAt(this.#table.columns.reports.reporter, this.row);
  }
  get receivedDate(): PartialDate | undefined {
    return dateAt(this.#table.columns.reports.received, this.row);
  }
  get eventDate(): PartialDate | undefined {
    return dateAt(this.#table.columns.reports.event, this.row);
  }
  /** Criteria met, or `undefined` when the source said nothing. */
  get serious(): readonly Seriousness[] | undefined {
    const bits = this.#table.columns.reports.serious[this.row]!;
    return (bits & SERIOUS_KNOWN) === 0 ? undefined : SERIOUSNESS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  }
}

/** One product row as key functions see it; moved from row to row, so do not keep it. */
export class ProductView {
  row = 0;
  readonly #table: ReportTable;
  constructor(table: ReportTable) {
    this.#table = table;
  }
  get name(): string {
    return textAt(this.#table.columns.products.name, this.row) ?? "";
  }
  get ingredient(): string | undefined {
    return textAt(this.#table.columns.products.ingredient, this.row);
  }
  get manufacturer(): string | undefined {
    return textAt(this.#table.columns.products.manufacturer, this.row);
  }
  get code(): string | undefined {
    return textAt(this.#table.columns.products.code, this.row);
  }
  get role(): Role {
    return ROLES[this.#table.columns.products.role[this.row]! - 1]!;
  }
  get lots(): readonly string[] {
    const { lotOffsets, lots } = this.#table.columns;
    const found: string[] = [];
    for (let k = lotOffsets[this.row]!; k < lotOffsets[this.row + 1]!; k++)
      found.push(lots.lot.values[lots.lot.codes[k]!]!);
    return found;
  }
}

/** One event row as key functions see it; moved from row to row, so do not keep it. */
export class EventView {
  row = 0;
  readonly #table: ReportTable;
  constructor(table: ReportTable) {
    this.#table = table;
  }
  get term(): string {
    return textAt(this.#table.columns.events.term, this.row) ?? "";
  }
  get code(): string | undefined {
    return textAt(this.#table.columns.events.code, this.row);
  }
  /** Terminology of the term as it was declared, or the mark of the form's question. */
  get dictionary(): string | undefined {
    return textAt(this.#table.columns.details.events.dictionary, this.row);
  }
  get outcome(): Outcome | undefined {
    return OUTCOMES[this.#table.columns.events.outcome[this.row]! - 1];
  }
}
