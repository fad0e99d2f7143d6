import { PvError } from "../error.ts";
import { productLabels, type KeyFunction, type ProductLevel } from "../count/axis.ts";
import { buildTable } from "../count/build.ts";
import type { CountOptions } from "../count/count.ts";
import { Ints } from "../count/growing.ts";
import { strataOf } from "../count/strata.ts";
import type { CodedColumn, ReportTable, TableColumns } from "../count/table.ts";
import { isEventLevel } from "../count/terminology-level.ts";
import { EventView, ReportView, type ProductView } from "../count/view.ts";
import { DOMAINS, ROLES } from "../report/report.ts";
import { TermTally } from "./incremental-terms.ts";

/** How far a report came; the order of the exclusions of a count. */
export const OUT_OF_SCOPE = 0;
export const WITHOUT_PRODUCT = 1;
export const WITHOUT_EVENT = 2;
export const COMPLETE = 3;

/**
 * What reports add to a count, one after another in `data`: how far it came, its stratum (-1 for none), a bit for each domain
 * it names, then three lists, each after its length: product labels, event labels, and kinds of events with their numbers.
 * Report i begins at `offsets[i]`.
 */
export class Contributions {
  readonly data = new Ints();
  readonly offsets = new Ints();
  clear(): void {
    this.data.length = 0;
    this.offsets.length = 0;
  }
}

/** Labels of an axis, numbered in the order in which they were met. */
export class LabelNumbers {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  number = (label: string): number => {
    let number = this.#numbers.get(label);
    if (number === undefined) {
      number = this.names.length;
      this.names.push(label);
      this.#numbers.set(label, number);
    }
    return number;
  };
  find(label: string): number {
    return this.#numbers.get(label) ?? -1;
  }
}

/** Columns that levels read, first choice first. */
const productColumns: Readonly<Record<ProductLevel, ((t: TableColumns) => readonly CodedColumn[]) | undefined>> = {
  name: ({ products }) => [products.name],
  ingredient: ({ products }) => [products.ingredient, products.name],
  manufacturer: ({ products }) => [products.manufacturer],
  code: ({ products }) => [products.code],
  lot: undefined,
};

/** Reads what each report adds to the count of some options. Own functions must give the same for the same report. */
export class ContributionReader {
  readonly products = new LabelNumbers();
  readonly events = new LabelNumbers();
  readonly strata = new LabelNumbers();
  readonly terms: TermTally;
  /** Lists of the report being read. */
  readonly scratch = { products: new Ints(), events: new Ints(), kinds: new Ints() };
  readonly #options: CountOptions;
  readonly #byTable = new WeakMap<ReportTable, TableReader>();

  /** @throws PvError `INVALID_OPTION` for options that cannot be counted report by report */
  constructor(options: CountOptions) {
    const { product, event, background = "scope", unit = "report", strata, terminologies = "one" } = options;
    const refuse = (what: string): never => {
      throw new PvError("INVALID_OPTION", `${what} cannot be counted incrementally; use countPairs`);
    };
    if (typeof product === "object" || typeof event === "object") refuse("lists of report ids");
    if (background !== "scope") refuse("a comparator as background");
    if (unit !== "report") refuse(`unit ${JSON.stringify(unit)}`);
    // Fields that cannot stratify are refused here and not at the first report.
    if (strata !== undefined) strataOf(buildTable([]), new Uint32Array(0), strata);
    this.#options = options;
    this.terms = new TermTally(terminologies, isEventLevel(event) ? event : undefined, this.events.number);
  }

  /** Appends what the given rows add. */
  read(table: ReportTable, rows: Uint32Array | Int32Array, into: Contributions): void {
    let reader = this.#byTable.get(table);
    if (reader === undefined) this.#byTable.set(table, (reader = new TableReader(table, this, this.#options)));
    const first = into.offsets.length;
    for (const row of rows) {
      into.offsets.push(into.data.length);
      reader.read(row, into.data);
    }
    const { strata } = this.#options;
    if (strata === undefined) return;
    const isCounted = (i: number): boolean =>
      into.data.data[into.offsets.data[first + i]!]! >= (this.#options.universe === "all" ? WITHOUT_PRODUCT : COMPLETE);
    const counted = Uint32Array.from(rows.keys()).filter(isCounted);
    const { labels, of } = strataOf(
      table,
      counted.map((i) => rows[i]!),
      strata,
    );
    const numbers = labels.map(this.strata.number);
    counted.forEach((i, k) => (into.data.data[into.offsets.data[first + i]! + 1] = numbers[of[k]!]!));
  }
}

/** The label of each child row of a coded level: numbers of the codes are looked up once a table. */
function codedLabels(columns: readonly CodedColumn[], number: (label: string) => number): (childRow: number) => number {
  const coded = columns.map(({ codes, values }) => ({ codes, values, of: new Int32Array(values.length).fill(-1) }));
  return (j) => {
    for (const { codes, values, of } of coded) {
      const code = codes[j]!;
      if (code < 0) continue;
      if (of[code] === -1) of[code] = number(values[code]!);
      return of[code]!;
    }
    return -1;
  };
}

class TableReader {
  readonly #table: ReportTable;
  readonly #view: ReportView;
  readonly #options: CountOptions;
  readonly #roles: Uint8Array;
  readonly #domains: Uint8Array | undefined;
  readonly #addProducts: (productRow: number) => void;
  readonly #addEvent: (eventRow: number) => void;
  readonly #products: Ints;
  readonly #events: Ints;
  readonly #kinds: Ints;
  /** An event bears no label and yet makes the report complete: it has its place in the dictionary, outside the lists. */
  #isPlaced = false;

  constructor(table: ReportTable, { products, events, terms, scratch }: ContributionReader, options: CountOptions) {
    const { product = "name", event = "term", roles = ["suspect", "interacting"], domain = "all" } = options;
    this.#products = scratch.products;
    this.#events = scratch.events;
    this.#kinds = scratch.kinds;
    this.#table = table;
    this.#view = new ReportView(table);
    this.#options = options;
    this.#roles = new Uint8Array(ROLES.length + 1).fill(roles === "all" ? 1 : 0);
    if (roles !== "all") for (const role of roles) this.#roles[ROLES.indexOf(role) + 1] = 1;
    if (domain !== "all") {
      this.#domains = new Uint8Array(DOMAINS.length + 1);
      for (const one of typeof domain === "string" ? [domain] : domain) this.#domains[DOMAINS.indexOf(one) + 1] = 1;
      this.#domains[0] = 0;
    }
    const columns = typeof product === "string" ? productColumns[product]?.(table.columns) : undefined;
    if (columns !== undefined) {
      const label = codedLabels(columns, products.number);
      this.#addProducts = (j) => {
        addOnce(this.#products, label(j));
      };
    } else {
      const labels = productLabels(table, product as ProductLevel | KeyFunction<ProductView>);
      this.#addProducts = (j) => {
        for (const label of labels(j)) if (label !== "") addOnce(this.#products, products.number(label));
      };
    }
    const { dictionary } = table.columns.details.events;
    const { term, code } = table.columns.events;
    if (isEventLevel(event)) {
      const kindOf = new Map<number, number>();
      this.#addEvent = (j) => {
        const [t, c, d] = [term.codes[j]!, code.codes[j]!, dictionary.codes[j] ?? -1];
        const key = ((t + 1) * (code.values.length + 1) + c + 1) * (dictionary.values.length + 1) + d + 1;
        let kind = kindOf.get(key);
        if (kind === undefined) {
          kind = terms.kind(dictionary.values[d], term.values[t] ?? "", code.values[c]);
          kindOf.set(key, kind);
        }
        this.#kinds.push(kind);
        const { isKept, place } = terms.kinds[kind]!;
        if (!isKept || place === undefined) return;
        if (place.reason === undefined) this.#isPlaced = true;
        for (const label of place.labels) addOnce(this.#events, label);
      };
      return;
    }
    const kindOf = new Int32Array(dictionary.values.length + 1).fill(-1);
    const kind = (j: number): number => {
      const d = dictionary.codes[j] ?? -1;
      if (kindOf[d + 1] === -1) kindOf[d + 1] = terms.kind(dictionary.values[d], "", undefined);
      this.#kinds.push(kindOf[d + 1]!);
      return kindOf[d + 1]!;
    };
    if (typeof event === "string") {
      const label = codedLabels([event === "term" ? term : code], events.number);
      this.#addEvent = (j) => {
        if (terms.kinds[kind(j)]!.isKept) addOnce(this.#events, label(j));
      };
      return;
    }
    const key = event as KeyFunction<EventView>;
    const view = new EventView(table);
    this.#addEvent = (j) => {
      if (!terms.kinds[kind(j)]!.isKept) return;
      view.row = j;
      const labels = key(view);
      for (const label of typeof labels === "string" ? [labels] : (labels ?? []))
        if (label !== "") addOnce(this.#events, events.number(label));
    };
  }

  read(row: number, into: Ints): void {
    const { reports, productOffsets, products, eventOffsets } = this.#table.columns;
    const own = reports.domain[row]!;
    const domains = this.#domains;
    let bits = 1 << own;
    let isInside = domains === undefined || domains[own] === 1;
    const productEnd = productOffsets[row + 1]!;
    for (let j = productOffsets[row]!; j < productEnd; j++) {
      const domain = products.domain[j]!;
      if (domain === 0) continue;
      bits |= 1 << domain;
      // A report of another kind is in scope when one of its products is of the wanted kind.
      if (domains?.[domain] === 1) isInside = true;
    }
    this.#view.row = row;
    const { where } = this.#options;
    if (isInside && where !== undefined && !where(this.#view)) isInside = false;
    this.#products.length = 0;
    this.#events.length = 0;
    this.#kinds.length = 0;
    this.#isPlaced = false;
    if (isInside) {
      for (let j = productOffsets[row]!; j < productEnd; j++) {
        if (this.#roles[products.role[j]!] !== 1) continue;
        if (domains === undefined || domains[products.domain[j]! || own] === 1) this.#addProducts(j);
      }
      for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) this.#addEvent(j);
    }
    const isWithEvent = this.#events.length > 0 || this.#isPlaced;
    const withProduct = isWithEvent ? COMPLETE : WITHOUT_EVENT;
    into.push(!isInside ? OUT_OF_SCOPE : this.#products.length === 0 ? WITHOUT_PRODUCT : withProduct);
    into.push(-1);
    into.push(bits);
    for (const list of [this.#products, this.#events, this.#kinds]) {
      into.push(list.length);
      for (let k = 0; k < list.length; k++) into.push(list.data[k]!);
    }
  }
}

/** Adds the number of a label unless it is -1 or there already: reports name few. */
function addOnce(list: Ints, label: number): void {
  if (label < 0) return;
  for (let k = 0; k < list.length; k++) if (list.data[k] === label) return;
  list.push(label);
}
