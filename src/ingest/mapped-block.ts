import type { BlockDate, BlockText, ReportBlock } from "../report/block.ts";
import { DOMAINS, ROLES } from "../report/report.ts";
import type { BatchBuilder } from "./batch.ts";
import type { CodedRows } from "./coded-rows.ts";
import type { ReadContext } from "./input.ts";
import { IntList } from "./int-list.ts";
import { ColumnMeanings } from "./mapped-columns.ts";
import { PRODUCT_COLUMNS, ReportMaker, SINGLE_COLUMNS } from "./mapped-make.ts";
import { MappedValues } from "./mapped-values.ts";
import type { Column, Mapping } from "./mapping.ts";

type Ints = Int32Array<ArrayBuffer>;

/** Lists longer than this do not fit the model. */
const LIST_LIMIT = 10_000;
const SUSPECT = ROLES.indexOf("suspect") + 1;
/** Rows of a report up to which they are compared each with each. */
const FEW = 16;

/** Rows of each id, linked in their order. */
class Groups {
  /** The first row of each report, in the order of the file. */
  readonly heads: IntList;
  readonly #next: Ints | undefined;

  constructor({ keys, length, idCount }: CodedRows) {
    const tail = new Int32Array(idCount).fill(-1);
    let next: Ints | undefined;
    this.heads = new IntList(length);
    for (let row = 0; row < length; row++) {
      const key = keys[row]!;
      if (key < 0) continue;
      if (tail[key]! < 0) this.heads.push(row);
      else (next ??= new Int32Array(length).fill(-1))[tail[key]!] = row;
      tail[key] = row;
    }
    this.#next = next;
  }

  next(row: number): number {
    return this.#next === undefined ? -1 : this.#next[row]!;
  }
}

/**
 * Makes a block of the rows, column by column: what a text means was found once for all rows that have it. Reports of which
 * anything is to be said are made as well in the way of rows, which says it; `out` gets the issues, and the reports are let go.
 */
export function mappedBlock(rows: CodedRows, mapping: Mapping, context: ReadContext, out: BatchBuilder): ReportBlock {
  const maker = new ReportMaker(rows, mapping, context.narrative, out);
  const values = new MappedValues(mapping);
  const columns = new ColumnMeanings(rows, values, context);
  const meaning = {
    received: columns.dates("receivedDate"),
    event: columns.dates("eventDate"),
    start: columns.dates("start"),
    end: columns.dates("end"),
    onset: columns.dates("onset"),
    version: columns.version(),
    role: columns.role(),
    domain: columns.domain(),
    outcome: columns.outcome(),
    sex: columns.sex(),
    weight: columns.weight(),
    serious: columns.serious(),
    flags: columns.flags(),
    terms: columns.terms(),
    lots: columns.lots(),
  };
  const { codes } = rows;
  const place = (column: Column): number => rows.place(column);
  const codesOf = (column: Column): Ints | undefined => codes[place(column)];
  const watched = columns.faulty.flatMap((faulty, c) => (faulty === undefined ? [] : [{ codes: codes[c]!, faulty }]));
  const singles = SINGLE_COLUMNS.flatMap((column) => codesOf(column) ?? []);
  const productCodes = PRODUCT_COLUMNS.flatMap((column) => codesOf(column) ?? []);
  const [names, termCells] = [codesOf("name")!, codesOf("term")!];
  const roleCells = codesOf("role");
  const domainCells = codesOf("domain");
  const seriousCells = codesOf("serious");
  const hasAge = place("age") >= 0;
  const constantRole = values.constantRole === undefined ? 0 : ROLES.indexOf(values.constantRole) + 1;
  const constantDomain = typeof mapping.domain === "string" ? DOMAINS.indexOf(mapping.domain) + 1 : 0;
  const hasSerious = mapping.serious !== undefined;
  const hasFlags = mapping.serious !== undefined && "flags" in mapping.serious;
  const ownDomain = (row: number): number =>
    domainCells === undefined || domainCells[row] === 0 ? 0 : meaning.domain![domainCells[row]!]!;
  const roleAt = (row: number): number => (roleCells === undefined ? constantRole : meaning.role![roleCells[row]!]!);

  const groups = new Groups(rows);
  const n = groups.heads.length;
  const [reportRows, productRows, eventRows, eventTerms] = [n, n, n, n].map((room) => new IntList(room)) as [
    IntList,
    IntList,
    IntList,
    IntList,
  ];
  const productOffsets = new IntList(n + 1);
  const eventOffsets = new IntList(n + 1);
  const [domains, productDomains, serious] = [new IntList(n), new IntList(n), new IntList(n)];
  const ages = hasAge ? new Float64Array(n) : undefined;
  const stamp = new Int32Array(meaning.terms.values.length).fill(-1);
  const group: number[] = [];
  productOffsets.push(0);
  eventOffsets.push(0);

  for (let g = 0; g < n; g++) {
    const head = groups.heads.data[g]!;
    // The list is kept as it is where it can be: most reports have one row, and a list made empty is made anew.
    let members = 0;
    for (let row = head; row >= 0; row = groups.next(row)) group[members++] = row;
    if (group.length !== members) group.length = members;
    const firstProduct = productRows.length;
    const firstEvent = eventRows.length;
    const seen = group.length > FEW ? new Set<string>() : undefined;
    let isFaulty = group.length > 1 && disagrees(group, singles, codes);
    let bits = hasFlags ? 0 : -1;
    let anyDomain = constantDomain;
    for (const row of group) {
      for (const { codes: cells, faulty } of watched) isFaulty ||= faulty[cells[row]!] === 1;
      if (names[row] !== 0 && isNewProduct(row, productRows, firstProduct, productCodes, seen)) productRows.push(row);
      const cell = termCells[row]!;
      for (let k = meaning.terms.offsets[cell]!; k < meaning.terms.offsets[cell + 1]!; k++) {
        const term = meaning.terms.codes[k]!;
        if (stamp[term] === g) continue;
        stamp[term] = g;
        eventRows.push(row);
        eventTerms.push(term);
      }
      if (seriousCells !== undefined) {
        const met = meaning.serious![seriousCells[row]!]!;
        if (met >= 0) bits = (bits < 0 ? 0 : bits) | met;
      }
      for (const [c, met] of meaning.flags) bits = (bits < 0 ? 0 : bits) | met[codes[c]![row]!]!;
      if (anyDomain === 0) anyDomain = meaning.domain![domainCells![row]!]!;
    }
    const products = productRows.length - firstProduct;
    const events = eventRows.length - firstEvent;
    const age = hasAge ? columns.age(head) : NaN;
    isFaulty ||= products === 0 || events === 0 || products > LIST_LIMIT || events > LIST_LIMIT || columns.ageIsFaulty;
    if (isFaulty) maker.make(group);
    const domain = constantDomain || leadingDomain(productRows, firstProduct, roleAt, ownDomain) || anyDomain;
    if (domain === 0 || products > LIST_LIMIT || events > LIST_LIMIT) {
      productRows.length = productDomains.length = firstProduct;
      eventRows.length = eventTerms.length = firstEvent;
      continue;
    }
    if (ages !== undefined) ages[reportRows.length] = age;
    reportRows.push(head);
    domains.push(domain);
    serious.push(bits);
    for (let j = firstProduct; j < productRows.length; j++) {
      const own = constantDomain > 0 ? 0 : ownDomain(productRows.data[j]!);
      productDomains.push(own === domain ? 0 : own);
    }
    productOffsets.push(productRows.length);
    eventOffsets.push(eventRows.length);
  }

  const at = reportRows.taken();
  const products = productRows.taken();
  const events = eventRows.taken();
  const size = at.length;
  const text = (column: Column, picked: Ints): BlockText | undefined => {
    const c = place(column);
    if (c < 0) return undefined;
    const picks = new Int32Array(picked.length);
    const cells = codes[c]!;
    for (let i = 0; i < picks.length; i++) picks[i] = cells[picked[i]!]! - 1;
    return { codes: picks, values: rows.texts(c).slice(1) };
  };
  const ints = (column: Column, by: Ints | undefined, picked: Ints): Ints | undefined =>
    by === undefined ? undefined : looked(codesOf(column)!, by, picked);
  const dates = (column: Column, by: BlockDate | undefined, picked: Ints): BlockDate | undefined =>
    by === undefined
      ? undefined
      : {
          day: looked(codesOf(column)!, by.day, picked),
          precision: looked(codesOf(column)!, by.precision, picked),
        };
  const ids = new Array<string>(size);
  for (let i = 0; i < size; i++) ids[i] = rows.idOf(at[i]!);
  const weightCells = codesOf("weight");
  const lots = lotsOf(codesOf("lot"), meaning.lots, products);
  return {
    source: mapping.source ?? "",
    size,
    id: ids,
    recordId: text("recordId", at),
    version: ints("version", meaning.version, at) ?? new Int32Array(size).fill(1),
    domain: domains.taken(),
    received: dates("receivedDate", meaning.received, at),
    event: dates("eventDate", meaning.event, at),
    eventKey: text("eventKey", at),
    unit: text("unit", at),
    region: text("region", at),
    country: text("country", at),
    reporter: text("reporter", at),
    sex: ints("sex", meaning.sex, at),
    ageYears: ages?.subarray(0, size),
    weightKg:
      weightCells === undefined ? undefined : Float64Array.from(at, (row) => meaning.weight![weightCells[row]!]!),
    serious: hasSerious ? serious.taken() : undefined,
    narrative: context.narrative ? text("narrative", at) : undefined,
    productOffsets: productOffsets.taken(),
    products: {
      name: text("name", products)!,
      role: ints("role", meaning.role, products) ?? new Int32Array(products.length).fill(constantRole || SUSPECT),
      ingredient: text("ingredient", products),
      manufacturer: text("manufacturer", products),
      code: text("code", products),
      route: text("route", products),
      dose: text("dose", products),
      indication: text("indication", products),
      start: dates("start", meaning.start, products),
      end: dates("end", meaning.end, products),
      domain: productDomains.taken(),
    },
    lotOffsets: lots.offsets,
    lots: lots.lots,
    eventOffsets: eventOffsets.taken(),
    events: {
      term: { codes: eventTerms.taken(), values: meaning.terms.values },
      code: singleTermCodes(text("termCode", events), termCells, meaning.terms.offsets, events),
      onset: dates("onset", meaning.onset, events),
      outcome: ints("outcome", meaning.outcome, events),
    },
  };
}

/** Whether rows of one report differ where they should agree, or repeat each other; when there are many, they are taken to. */
function disagrees(group: readonly number[], singles: readonly Ints[], all: readonly Ints[]): boolean {
  if (group.length > FEW) return true;
  const head = group[0]!;
  for (let i = 1; i < group.length; i++) {
    for (const cells of singles) if (cells[group[i]!] !== cells[head]) return true;
    for (let j = 0; j < i; j++) if (agrees(group[i]!, group[j]!, all)) return true;
  }
  return false;
}

function agrees(row: number, other: number, columns: readonly Ints[]): boolean {
  for (const cells of columns) if (cells[row] !== cells[other]) return false;
  return true;
}

/** Whether no product of the report has been read from a row that agrees in all columns of a product. */
function isNewProduct(
  row: number,
  products: IntList,
  from: number,
  columns: readonly Ints[],
  seen: Set<string> | undefined,
): boolean {
  if (seen !== undefined) return seen.size < seen.add(columns.map((cells) => cells[row]!).join()).size;
  for (let j = from; j < products.length; j++) if (agrees(row, products.data[j]!, columns)) return false;
  return true;
}

/** The domain of the first suspect product that has one, else of the first that has one; 0 for none. */
function leadingDomain(
  products: IntList,
  from: number,
  roleAt: (row: number) => number,
  domainAt: (row: number) => number,
): number {
  let first = 0;
  for (let j = from; j < products.length; j++) {
    const domain = domainAt(products.data[j]!);
    if (domain === 0) continue;
    if (roleAt(products.data[j]!) === SUSPECT) return domain;
    first ||= domain;
  }
  return first;
}

function looked(cells: Ints, by: Ints, picked: Ints): Ints {
  const found = new Int32Array(picked.length);
  for (let i = 0; i < found.length; i++) found[i] = by[cells[picked[i]!]!]!;
  return found;
}

function lotsOf(
  cells: Ints | undefined,
  meaning: ReturnType<ColumnMeanings["lots"]>,
  products: Ints,
): { offsets: Ints; lots: BlockText } {
  const offsets = new Int32Array(products.length + 1);
  if (cells === undefined || meaning === undefined) return { offsets, lots: { codes: new Int32Array(0), values: [] } };
  for (let j = 0; j < products.length; j++) {
    const cell = cells[products[j]!]!;
    offsets[j + 1] = offsets[j]! + meaning.offsets[cell + 1]! - meaning.offsets[cell]!;
  }
  const codes = new Int32Array(offsets[products.length]!);
  for (let j = 0, k = 0; j < products.length; j++) {
    const cell = cells[products[j]!]!;
    for (let m = meaning.offsets[cell]!; m < meaning.offsets[cell + 1]!; m++) codes[k++] = meaning.codes[m]!;
  }
  return { offsets, lots: { codes, values: meaning.values } };
}

/** Codes of terms, which a cell gives only where it holds one term. */
function singleTermCodes(
  found: BlockText | undefined,
  termCells: Ints,
  offsets: Ints,
  events: Ints,
): BlockText | undefined {
  if (found === undefined) return undefined;
  for (let j = 0; j < events.length; j++) {
    const cell = termCells[events[j]!]!;
    if (offsets[cell + 1]! - offsets[cell]! !== 1) found.codes[j] = -1;
  }
  return found;
}
