import { NO_DAY, partialDay, type PartialDate } from "../report/date.ts";
import { DOMAINS, OUTCOMES, ROLES, SERIOUSNESS, SEXES, type Report } from "../report/report.ts";
import {
  PRECISIONS,
  ReportTable,
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

/** A growing column of one kind; `take` gives its values at the given rows, in their order, `at` one value to compare. */
interface Column<Taken> {
  take(rows: Int32Array): Taken;
  at(row: number): string | number;
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
    const taken = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.data[row]!;
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
    const taken = new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.codes.data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.codes.data[row]!;
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
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.#data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.#data[row]!;
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
    const used: number[] = [];
    const number = new Int32Array(this.values.length).fill(-1);
    const codes = this.codes.take(rows);
    for (const code of codes) {
      if (code < 0 || number[code] !== -1) continue;
      number[code] = used.length;
      used.push(code);
    }
    used.sort((x, y) => compareText(this.values[x]!, this.values[y]!));
    for (let i = 0; i < used.length; i++) number[used[i]!] = i;
    for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = number[codes[i]!]!;
    return { codes, values: used.map((code) => this.values[code]!) };
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
  at(row: number): string {
    return `${this.day.at(row)} ${this.#precision.at(row)}`;
  }
}

/** Code-unit order: the same on every machine and in every locale. */
export const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

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
  /** Number of the case of each id, by source. */
  readonly #cases = new Map<string, Map<string, number>>();
  /** For each case: the row that stands for it, and how many records it had. */
  readonly #standing = new Ints();
  readonly #records = new Ints();
  readonly #withdrawn = new Map<string, Set<string>>();
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
    let cases = this.#cases.get(report.source);
    if (cases === undefined) this.#cases.set(report.source, (cases = new Map<string, number>()));
    const number = cases.get(report.id);
    if (number === undefined) {
      cases.set(report.id, this.#standing.length);
      this.#standing.push(row);
      this.#records.push(1);
      return;
    }
    this.#records.data[number]!++;
    if (this.#supersedes(row, this.#standing.data[number]!)) this.#standing.data[number] = row;
  }

  /** Withdraws every version of a report, whether it comes before or after. */
  withdraw(source: string, id: string): void {
    const ids = this.#withdrawn.get(source);
    if (ids === undefined) this.#withdrawn.set(source, new Set([id]));
    else ids.add(id);
  }

  /** The table of what stands, and where every record went. `unmatched` are withdrawn ids that no record had. */
  finish(): { readonly table: ReportTable; readonly tally: BuildTally; readonly unmatched: readonly string[] } {
    let listed = 0;
    const unmatched: string[] = [];
    for (const [source, ids] of this.#withdrawn) {
      listed += ids.size;
      for (const id of ids) {
        const number = this.#cases.get(source)?.get(id);
        if (number === undefined) unmatched.push(id);
        else this.#retracted.data[this.#standing.data[number]!] = 1;
      }
    }
    const rows: number[] = [];
    let merged = 0;
    let retracted = 0;
    for (let number = 0; number < this.#standing.length; number++) {
      const row = this.#standing.data[number]!;
      if (this.#retracted.data[row] === 1) retracted += this.#records.data[number]!;
      else {
        rows.push(row);
        merged += this.#records.data[number]! - 1;
      }
    }
    const { id, source } = this.#reports;
    // An array's sort takes linear time on rows that are in order already, as files mostly are; a typed array's does not.
    rows.sort((x, y) => compareText(source.at(x), source.at(y)) || compareText(id.at(x), id.at(y)));
    return {
      table: new ReportTable(this.#take(Int32Array.from(rows))),
      tally: {
        read: this.#read,
        accepted: rows.length,
        merged,
        retracted,
        withdrawn: { listed, matched: listed - unmatched.length },
      },
      unmatched: unmatched.sort(compareText),
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
    return this.#content(row) > this.#content(other);
  }

  #content(row: number): string {
    const values = (group: Record<string, Column<unknown>>, at: number): unknown[] =>
      Object.values(group).map((column) => column.at(at));
    const children = (offsets: Ints, of: number, content: (at: number) => unknown): unknown[] => {
      const found: unknown[] = [];
      for (let j = offsets.data[of]!; j < offsets.data[of + 1]!; j++) found.push(content(j));
      return found;
    };
    return JSON.stringify([
      values(this.#reports, row),
      children(this.#productOffsets, row, (j) => [
        values(this.#products, j),
        children(this.#lotOffsets, j, (k) => values(this.#lots, k)),
      ]),
      children(this.#eventOffsets, row, (j) => values(this.#events, j)),
    ]);
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
