import { NO_DAY, partialDay, type PartialDate } from "../report/date.ts";
import { DOMAINS, OUTCOMES, ROLES, SERIOUSNESS, SEXES, type Report } from "../report/report.ts";
import {
  PRECISIONS,
  ReportTable,
  reportAt,
  SERIOUS_KNOWN,
  type CodedColumn,
  type DateColumn,
  type TableColumns,
} from "./table.ts";

/** What became of the report records given to a builder: `read = accepted + merged + retracted`. */
export interface BuildTally {
  readonly read: number;
  /** Reports in the table. */
  readonly accepted: number;
  /** Records superseded by another version of their report, or equal to it. */
  readonly merged: number;
  /** Records of reports that were withdrawn. */
  readonly retracted: number;
  /** Ids named by withdrawal lists, and how many of them were among the records. */
  readonly withdrawn: { readonly listed: number; readonly matched: number };
}

/** A growing column of one kind; `take` gives its values at the given rows, in their order. */
interface Column<Taken> {
  take(rows: Int32Array): Taken;
}

// One class for integers and one for doubles: a column class used with several array kinds turns its stores megamorphic.
class Ints implements Column<Int32Array> {
  data = new Int32Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }
  take(rows: Int32Array): Int32Array {
    return rows.map((row) => this.data[row]!);
  }
}

/** Index + 1 into a list of words; 0 is absent. */
class Enums implements Column<Uint8Array> {
  readonly codes = new Ints();
  readonly #list: readonly string[];
  constructor(list: readonly string[]) {
    this.#list = list;
  }
  push(value: string | undefined): void {
    this.codes.push(value === undefined ? 0 : this.#list.indexOf(value) + 1);
  }
  take(rows: Int32Array): Uint8Array {
    return Uint8Array.from(rows, (row) => this.codes.data[row]!);
  }
}

class Doubles implements Column<Float64Array> {
  #data = new Float64Array(1024);
  #length = 0;
  push(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.#length++] = value;
  }
  take(rows: Int32Array): Float64Array {
    return Float64Array.from(rows, (row) => this.#data[row]!);
  }
}

class Coded implements Column<CodedColumn> {
  readonly codes = new Ints();
  readonly values: string[] = [];
  readonly #index = new Map<string, number>();
  push(value: string | undefined): void {
    if (value === undefined || value === "") {
      this.codes.push(-1);
      return;
    }
    let code = this.#index.get(value);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(value);
      this.#index.set(value, code);
    }
    this.codes.push(code);
  }
  at(row: number): string {
    return this.values[this.codes.data[row]!] ?? "";
  }
  /** Only the values that occur in `rows`, sorted: the vocabulary does not remember the order of reading or what was dropped. */
  take(rows: Int32Array): CodedColumn {
    const used = [...new Set(rows.map((row) => this.codes.data[row]!))].filter((code) => code >= 0);
    used.sort((x, y) => compareText(this.values[x]!, this.values[y]!));
    const renumbered = new Map(used.map((code, i) => [code, i] as const));
    return {
      codes: rows.map((row) => renumbered.get(this.codes.data[row]!) ?? -1),
      values: used.map((code) => this.values[code]!),
    };
  }
}

class Dates implements Column<DateColumn> {
  readonly day = new Ints();
  readonly #precision = new Enums(PRECISIONS);
  push(date: PartialDate | undefined): void {
    const found = date === undefined ? undefined : partialDay(date);
    this.day.push(found?.day ?? NO_DAY);
    this.#precision.push(found?.precision);
  }
  take(rows: Int32Array): DateColumn {
    return { day: this.day.take(rows), precision: this.#precision.take(rows) };
  }
}

/** Code-unit order: the same on every machine and in every locale. */
export const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

const caseKey = (source: string, id: string): string => `${source}\u0000${id}`;

/** Child rows of the given parents, in their order, and the offsets that cut them up. */
function childRows(
  parents: Int32Array,
  offsets: Int32Array,
): { readonly rows: Int32Array; readonly offsets: Uint32Array } {
  const cut = new Uint32Array(parents.length + 1);
  for (let i = 0; i < parents.length; i++) cut[i + 1] = cut[i]! + offsets[parents[i]! + 1]! - offsets[parents[i]!]!;
  const rows = new Int32Array(cut[parents.length]!);
  for (let i = 0, k = 0; i < parents.length; i++) {
    for (let j = offsets[parents[i]!]!; j < offsets[parents[i]! + 1]!; j++) rows[k++] = j;
  }
  return { rows, offsets: cut };
}

type Taken<Group> = { readonly [K in keyof Group]: Group[K] extends Column<infer T> ? T : never };

function take<Group extends Record<string, Column<unknown>>>(group: Group, rows: Int32Array): Taken<Group> {
  return Object.fromEntries(Object.entries(group).map(([name, column]) => [name, column.take(rows)])) as Taken<Group>;
}

/**
 * Turns reports into a {@link ReportTable}. Of several records of one report the highest version stays, then the latest
 * received, then the highest record id; a report whose standing record is retracted, or whose id a withdrawal list names, is out.
 * The result does not depend on the order in which records are added.
 */
export class TableBuilder {
  readonly #reports = {
    id: new Coded(),
    source: new Coded(),
    recordId: new Coded(),
    version: new Ints(),
    domain: new Enums(DOMAINS),
    received: new Dates(),
    event: new Dates(),
    eventKey: new Coded(),
    unit: new Coded(),
    region: new Coded(),
    country: new Coded(),
    reporter: new Coded(),
    sex: new Enums(SEXES),
    ageYears: new Doubles(),
    weightKg: new Doubles(),
    serious: new Ints(),
    narrative: new Coded(),
  };
  readonly #products = {
    name: new Coded(),
    role: new Enums(ROLES),
    ingredient: new Coded(),
    manufacturer: new Coded(),
    code: new Coded(),
    route: new Coded(),
    dose: new Coded(),
    indication: new Coded(),
    start: new Dates(),
    end: new Dates(),
    domain: new Enums(DOMAINS),
  };
  readonly #lots = { lot: new Coded() };
  readonly #events = { term: new Coded(), code: new Coded(), onset: new Dates(), outcome: new Enums(OUTCOMES) };
  readonly #productOffsets = new Ints();
  readonly #lotOffsets = new Ints();
  readonly #eventOffsets = new Ints();
  readonly #retracted = new Ints();
  /** For each (source, id): the row that stands for it, and how many records the report had. */
  readonly #cases = new Map<string, { row: number; records: number }>();
  readonly #withdrawn = new Set<string>();
  #read = 0;

  constructor() {
    this.#productOffsets.push(0);
    this.#lotOffsets.push(0);
    this.#eventOffsets.push(0);
  }

  /** Adds one report record. */
  add(report: Report): void {
    const row = this.#read++;
    this.#append(report);
    const key = caseKey(report.source, report.id);
    const standing = this.#cases.get(key);
    if (standing === undefined) {
      this.#cases.set(key, { row, records: 1 });
      return;
    }
    standing.records++;
    if (this.#supersedes(row, standing.row)) standing.row = row;
  }

  /** Withdraws every version of a report, whether it comes before or after. */
  withdraw(source: string, id: string): void {
    this.#withdrawn.add(caseKey(source, id));
  }

  /** The table of what stands, and where every record went. `unmatched` are withdrawn ids that no record had. */
  finish(): { readonly table: ReportTable; readonly tally: BuildTally; readonly unmatched: readonly string[] } {
    const standing: number[] = [];
    let merged = 0;
    let retracted = 0;
    for (const [key, { row, records }] of this.#cases) {
      if (this.#retracted.data[row] === 1 || this.#withdrawn.has(key)) retracted += records;
      else {
        standing.push(row);
        merged += records - 1;
      }
    }
    const { id, source } = this.#reports;
    const rows = Int32Array.from(standing).sort(
      (x, y) => compareText(source.at(x), source.at(y)) || compareText(id.at(x), id.at(y)),
    );
    const missing = [...this.#withdrawn].filter((key) => !this.#cases.has(key)).sort(compareText);
    return {
      table: new ReportTable(this.#take(rows)),
      tally: {
        read: this.#read,
        accepted: standing.length,
        merged,
        retracted,
        withdrawn: { listed: this.#withdrawn.size, matched: this.#withdrawn.size - missing.length },
      },
      unmatched: missing.map((key) => key.slice(key.indexOf("\u0000") + 1)),
    };
  }

  #append(report: Report): void {
    const r = this.#reports;
    r.id.push(report.id);
    r.source.push(report.source);
    r.recordId.push(report.recordId);
    r.version.push(report.version);
    r.domain.push(report.domain);
    r.received.push(report.receivedDate);
    r.event.push(report.eventDate);
    r.eventKey.push(report.eventKey);
    r.unit.push(report.unit);
    r.region.push(report.region);
    r.country.push(report.country);
    r.reporter.push(report.reporter);
    r.sex.push(report.patient?.sex);
    r.ageYears.push(report.patient?.ageYears ?? NaN);
    r.weightKg.push(report.patient?.weightKg ?? NaN);
    let bits = report.serious === undefined ? 0 : SERIOUS_KNOWN;
    for (const criterion of report.serious ?? []) bits |= 1 << SERIOUSNESS.indexOf(criterion);
    r.serious.push(bits);
    r.narrative.push(report.narrative);
    this.#retracted.push(report.retracted === true ? 1 : 0);
    const p = this.#products;
    for (const product of report.products) {
      p.name.push(product.name);
      p.role.push(product.role);
      p.ingredient.push(product.ingredient);
      p.manufacturer.push(product.manufacturer);
      p.code.push(product.code);
      p.route.push(product.route);
      p.dose.push(product.dose);
      p.indication.push(product.indication);
      p.start.push(product.start);
      p.end.push(product.end);
      p.domain.push(product.domain === report.domain ? undefined : product.domain);
      for (const lot of product.lots ?? []) this.#lots.lot.push(lot);
      this.#lotOffsets.push(this.#lots.lot.codes.length);
    }
    this.#productOffsets.push(p.name.codes.length);
    const e = this.#events;
    for (const event of report.events) {
      e.term.push(event.term);
      e.code.push(event.code);
      e.onset.push(event.onset);
      e.outcome.push(event.outcome);
    }
    this.#eventOffsets.push(e.term.codes.length);
  }

  #supersedes(row: number, other: number): boolean {
    const { version, received, recordId } = this.#reports;
    const newer = version.data[row]! - version.data[other]! || received.day.data[row]! - received.day.data[other]!;
    if (newer !== 0) return newer > 0;
    const mine = recordId.at(row);
    const theirs = recordId.at(other);
    // Record ids are digit strings of growing length, so the longer one is the later one.
    const later =
      mine.length - theirs.length ||
      compareText(mine, theirs) ||
      this.#retracted.data[row]! - this.#retracted.data[other]!;
    if (later !== 0) return later > 0;
    // Nothing in the data tells which is later: the content decides, so that the order of reading does not.
    const both = this.#take(Int32Array.of(row, other));
    return JSON.stringify(reportAt(both, 0)) > JSON.stringify(reportAt(both, 1));
  }

  #take(rows: Int32Array): TableColumns {
    const products = childRows(rows, this.#productOffsets.data);
    const lots = childRows(products.rows, this.#lotOffsets.data);
    const events = childRows(rows, this.#eventOffsets.data);
    const { serious, ...reports } = this.#reports;
    return {
      reports: { ...take(reports, rows), serious: Uint8Array.from(serious.take(rows)) },
      productOffsets: products.offsets,
      products: take(this.#products, products.rows),
      lotOffsets: lots.offsets,
      lots: take(this.#lots, lots.rows),
      eventOffsets: events.offsets,
      events: take(this.#events, events.rows),
    };
  }
}

/**
 * Builds a table from reports in memory. Versions and retractions are resolved as in `loadReports`.
 *
 * @example
 * buildTable([{ id: "1", source: "", version: 1, domain: "drug", products: [{ name: "A", role: "suspect" }], events: [{ term: "rash" }] }]).size; // 1
 */
export function buildTable(reports: Iterable<Report>): ReportTable {
  const builder = new TableBuilder();
  for (const report of reports) builder.add(report);
  return builder.finish().table;
}
