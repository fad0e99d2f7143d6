import type { ReportBlock } from "../report/block.ts";
import { DOMAINS, OUTCOMES, ROLES, SERIOUSNESS, SEXES, type Report } from "../report/report.ts";
import { DetailsBuilder } from "./details-builder.ts";
import { Coded, compareText, Dates, Doubles, Enums, Ints, take, type Column } from "./growing.ts";
import { ReportTable, SERIOUS_KNOWN, type TableColumns } from "./table.ts";

export { compareText } from "./growing.ts";

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

/** 0, 1, 2 … */
function counting(size: number): Int32Array<ArrayBuffer> {
  const numbers = new Int32Array(size);
  for (let i = 0; i < size; i++) numbers[i] = i;
  return numbers;
}

/** Adds the ends of lists to those before; an empty column keeps the array that it is given. */
function appendOffsets(offsets: Ints, base: number, more: Int32Array<ArrayBuffer>): void {
  offsets.length--; // the last end is the first start
  offsets.append(base === 0 ? more : more.map((end) => base + end));
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
  readonly #details = new DetailsBuilder();
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
  /** Rows from the first on whose cases are not yet among `#cases`. */
  #unindexed = 0;

  constructor() {
    this.#productOffsets.push(0);
    this.#lotOffsets.push(0);
    this.#eventOffsets.push(0);
  }

  /** Adds one report record. */
  add(report: Report): void {
    const row = this.#read++;
    this.#append(report);
    this.#stand(this.#casesOf(report.source), report.id, row);
  }

  /** Adds the reports of a block, the arrays of which are kept. */
  addBlock(block: ReportBlock): void {
    const from = this.#read;
    this.#appendBlock(block);
    this.#read += block.size;
    if (from === 0) {
      // No id repeats within a block: the cases are its rows, and are indexed when something else comes.
      this.#unindexed = block.size;
      this.#standing.append(counting(block.size));
      this.#records.append(new Int32Array(block.size).fill(1));
      return;
    }
    const cases = this.#casesOf(block.source);
    for (let i = 0; i < block.size; i++) this.#stand(cases, block.id[i]!, from + i);
  }

  /** Numbers of the cases of a source by id. */
  #casesOf(source: string): Map<string, number> {
    const { id, source: sources } = this.#reports;
    const rows = this.#unindexed;
    this.#unindexed = 0;
    for (let row = 0; row < rows; row++) this.#casesOf(sources.at(row)).set(id.at(row), row);
    let cases = this.#cases.get(source);
    if (cases === undefined) this.#cases.set(source, (cases = new Map<string, number>()));
    return cases;
  }

  #stand(cases: Map<string, number>, id: string, row: number): void {
    const number = cases.get(id);
    if (number === undefined) {
      cases.set(id, this.#standing.length);
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
        const number = this.#casesOf(source).get(id);
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
    this.#details.add(report, r.id.codes.length, this.#products.name.codes.length, this.#events.term.codes.length);
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

  #appendBlock(block: ReportBlock): void {
    const { size, products: from, events: happened } = block;
    const [r, p, e] = [this.#reports, this.#products, this.#events];
    appendOffsets(this.#productOffsets, p.name.codes.length, block.productOffsets);
    appendOffsets(this.#lotOffsets, this.#lots.lot.codes.length, block.lotOffsets);
    appendOffsets(this.#eventOffsets, e.term.codes.length, block.eventOffsets);
    r.id.append({ codes: counting(size), values: block.id }, size);
    r.source.append(block.source === "" ? undefined : { codes: new Int32Array(size), values: [block.source] }, size);
    r.recordId.append(block.recordId, size);
    r.version.append(block.version);
    r.domain.append(block.domain, size);
    r.received.append(block.received, size);
    r.event.append(block.event, size);
    r.eventKey.append(block.eventKey, size);
    r.unit.append(block.unit, size);
    r.region.append(block.region, size);
    r.country.append(block.country, size);
    r.reporter.append(block.reporter, size);
    r.sex.append(block.sex, size);
    r.ageYears.append(block.ageYears, size);
    r.weightKg.append(block.weightKg, size);
    r.serious.append(block.serious?.map((bits) => (bits < 0 ? 0 : SERIOUS_KNOWN | bits)) ?? new Int32Array(size));
    r.narrative.append(block.narrative, size);
    this.#retracted.append(new Int32Array(size));
    const named = from.role.length;
    p.name.append(from.name, named);
    p.role.append(from.role, named);
    p.ingredient.append(from.ingredient, named);
    p.manufacturer.append(from.manufacturer, named);
    p.code.append(from.code, named);
    p.route.append(from.route, named);
    p.dose.append(from.dose, named);
    p.indication.append(from.indication, named);
    p.start.append(from.start, named);
    p.end.append(from.end, named);
    p.domain.append(from.domain, named);
    this.#lots.lot.append(block.lots, block.lots.codes.length);
    const terms = happened.term.codes.length;
    e.term.append(happened.term, terms);
    e.code.append(happened.code, terms);
    e.onset.append(happened.onset, terms);
    e.outcome.append(happened.outcome, terms);
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
      this.#details.reportContent(row),
      children(this.#productOffsets, row, (j) => [
        values(this.#products, j),
        values(this.#details.products, j),
        children(this.#lotOffsets, j, (k) => values(this.#lots, k)),
      ]),
      children(this.#eventOffsets, row, (j) => [values(this.#events, j), values(this.#details.events, j)]),
    ]);
  }

  #take(rows: Int32Array): TableColumns {
    const products = childRows(rows, this.#productOffsets.data);
    const lots = childRows(products.rows, this.#lotOffsets.data);
    const events = childRows(rows, this.#eventOffsets.data);
    const { serious, ...reports } = this.#reports;
    return {
      reports: { ...take(reports, rows), serious: Uint16Array.from(serious.take(rows)) },
      productOffsets: products.offsets,
      products: take(this.#products, products.rows),
      lotOffsets: lots.offsets,
      lots: take(this.#lots, lots.rows),
      eventOffsets: events.offsets,
      events: take(this.#events, events.rows),
      details: this.#details.take(rows, products.rows, events.rows),
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
