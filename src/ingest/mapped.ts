import { PvError } from "../error.ts";
import type { IssueCode, IssueEffect } from "../report/issue.ts";
import { normaliseLot } from "../report/lot.ts";
import {
  DOMAINS,
  SERIOUSNESS,
  type Domain,
  type Outcome,
  type ReportEvent,
  type ReportProduct,
  type Role,
  type Seriousness,
  type Sex,
} from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { COMMA_TERMS, listSplitter, type TermSplitter } from "./comma-terms.ts";
import { DateReader, type DateOrder } from "./dates.ts";
import { detectEncoding, ENCODINGS, firstLine, type Encoding } from "./decode.ts";
import { splitLines } from "./delimited.ts";
import { GroupedRows } from "./grouped-rows.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { Dictionary, KeyedRows, KeyIndex } from "./keyed-rows.ts";
import { anyCase, readPatient, type AgeUnit, type PatientCodes } from "./patient.ts";
import { exactFit } from "./row-fit.ts";
import type { RowSplitter } from "./rows.ts";
import { VALUE_LIMIT, type TableSpec } from "./table.ts";

/** A column whose values stand for something: by a table of its codes, compared as they stand, or by a function. */
export interface CodedColumn<T> {
  readonly column: string;
  readonly codes: Readonly<Record<string, T>> | ((value: string) => T | undefined);
}

/** A cell that lists several values. */
export interface ListColumn {
  readonly column: string;
  /** Without one the cell is one value. */
  readonly separator?: string | RegExp;
}

/** Columns of a product. */
export interface MappedProduct {
  readonly name: string;
  readonly ingredient?: string;
  readonly manufacturer?: string;
  readonly lot?: string | ListColumn;
  /** Default `"suspect"`. */
  readonly role?: Role | CodedColumn<Role>;
  readonly code?: string;
  readonly route?: string;
  readonly dose?: string;
  readonly start?: string;
  readonly end?: string;
  readonly indication?: string;
}

/** Columns of an event. */
export interface MappedEvent extends Partial<ListColumn> {
  readonly term: string;
  /** Terms that hold the separator, beside the built-in list of MedDRA terms with a comma. */
  readonly commaTerms?: readonly string[];
  readonly code?: string;
  readonly onset?: string;
  readonly outcome?: CodedColumn<Outcome>;
}

/** Criteria of seriousness: codes in one column, or one column for each criterion. */
export type MappedSeriousness =
  | (CodedColumn<Seriousness | "none"> & ListColumn)
  | {
      readonly flags: Readonly<Record<string, Seriousness>>;
      /** Values that mean yes (default `Y`, `y`, `1`, `是`). */
      readonly yes?: readonly string[];
    };

/** A column of ages with its unit. */
export interface MappedAge {
  readonly column: string;
  /** One unit for all, or the column that names it. */
  readonly unit: AgeUnit | CodedColumn<AgeUnit>;
}

/**
 * Which column of a table means what. Columns are named as in the header, but for blanks around them. What is not named is
 * not read, so name no column with a person's name, address or number.
 */
export interface Mapping {
  /** Name space of the ids (default `""`). */
  readonly source?: string;
  readonly domain: Domain | CodedColumn<Domain>;
  readonly id: string;
  readonly version?: string;
  readonly recordId?: string;
  readonly receivedDate?: string;
  readonly eventDate?: string;
  readonly eventKey?: string;
  readonly product: string | MappedProduct;
  readonly event: string | MappedEvent;
  readonly serious?: MappedSeriousness;
  readonly unit?: string;
  readonly region?: string;
  readonly country?: string;
  readonly reporter?: string;
  /** A column of years, or a column with its unit. */
  readonly age?: string | MappedAge;
  /** Without codes `F`, `M`, `Female`, `Male`, `女`, `男` are understood. */
  readonly sex?: string | CodedColumn<Sex>;
  /** Kilograms. */
  readonly weight?: string;
  /** Kept only with the option `narrative`. */
  readonly narrative?: string;
  /** Order of the parts of all dates (default `"iso"`). */
  readonly dateFormat?: DateOrder;
  /** Default: the tab for `.tsv`, else the comma. */
  readonly delimiter?: string;
  /** Whether `"` quotes fields (default true); false makes it a character like others, and every line a record. */
  readonly quote?: boolean;
  /** Which record is the header, counted from 1 (default 1); those above are skipped. */
  readonly headerRow?: number;
  /** Default `"auto"`: UTF-8 where all of the file is valid, else GB18030, else windows-1252. */
  readonly encoding?: Encoding | "auto";
}

/** Columns of the report, of its products and of its events, by the names used below; `flag…` are seriousness flags. */
type Column = string;

const DATE_ORDERS: readonly string[] = ["iso", "mdy", "dmy", "ymd-compact"] satisfies readonly DateOrder[];
const sexes: ReadonlyMap<string, Sex> = new Map([
  ["F", "female"],
  ["M", "male"],
  ["FEMALE", "female"],
  ["MALE", "male"],
  ["女", "female"],
  ["男", "male"],
  ["女性", "female"],
  ["男性", "male"],
]);
const NO_SEX = new Set(["U", "UNK", "UNKNOWN", "NOT AVAILABLE", "NS", "未知", "不详"]);
const YES: readonly string[] = ["Y", "y", "1", "是"];

/**
 * Checks a mapping before anything is read.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function checkMapping(mapping: Mapping): void {
  const refuse = (field: string, expected: string): never => {
    throw new PvError("INVALID_OPTION", `mapping.${field}: expected ${expected}`);
  };
  // A mapping can come from a JSON file, so its types are no promise.
  const { id, product, event, domain, encoding, dateFormat, delimiter, headerRow } = mapping as Partial<Mapping>;
  if (typeof id !== "string" || id === "") refuse("id", "the name of a column");
  if (typeof product !== "string" && typeof product?.name !== "string") refuse("product", "the name of a column");
  if (typeof event !== "string" && typeof event?.term !== "string") refuse("event", "the name of a column");
  if (typeof domain === "string" ? !DOMAINS.includes(domain) : typeof domain?.column !== "string") {
    refuse("domain", `one of ${DOMAINS.join(", ")}, or a column with codes`);
  }
  if (encoding !== undefined && encoding !== "auto" && !ENCODINGS.includes(encoding)) {
    refuse("encoding", `auto or one of ${ENCODINGS.join(", ")}`);
  }
  if (dateFormat !== undefined && !DATE_ORDERS.includes(dateFormat)) {
    refuse("dateFormat", `one of ${DATE_ORDERS.join(", ")}`);
  }
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    refuse("delimiter", "one character other than a quote or a line end");
  }
  if (headerRow !== undefined && (!Number.isInteger(headerRow) || headerRow < 1)) {
    refuse("headerRow", "a whole number from 1 on");
  }
}

/** Any delimited table; see `readMapped`. */
export async function* mappedReports(
  context: ReadContext,
  mapping: Mapping,
  csv: RowSplitter,
): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  const { key, ...columns } = mappedColumns(mapping, context.narrative);
  const stored = Object.keys(columns);
  const groups = new GroupedRows<Column>(new KeyedRows(new KeyIndex(), stored));
  let empty = 0;
  for (const file of context.files) {
    if ((await firstLine(file)) === undefined) {
      empty++;
      continue;
    }
    const encoding = await encodingOf(file, mapping, out);
    const spec: TableSpec<Column> = {
      columns: { key, ...columns },
      required: ["key", ...stored],
      delimiter: mapping.delimiter ?? (/\.tsv(\.gz)?$/i.test(file.base) ? "\t" : ","),
      split: mapping.quote === false ? splitLines : csv,
      fit: exactFit(),
      long: ["term", "serious", "narrative", "lot"],
      exactNames: true,
      headerRow: mapping.headerRow ?? 1,
      encoding,
    };
    yield* groups.read(file, spec, context, out);
  }
  if (empty === context.files.length) {
    throw new PvError("SOURCE_EMPTY", `nothing in ${context.files.map((file) => file.base).join(", ")}`);
  }
  const maker = new ReportMaker(groups.rows, mapping, context.narrative, out);
  for (const rows of groups.reports()) {
    maker.make(rows);
    yield* out.due();
  }
  yield* groups.lost(out);
  yield* out.rest();
}

async function encodingOf(file: SourceFile, { encoding = "auto" }: Mapping, out: BatchBuilder): Promise<Encoding> {
  if (encoding !== "auto") return encoding;
  const found = await detectEncoding(file);
  if (found !== "utf-8") {
    out.issues([{ code: "ENCODING_FALLBACK", effect: "repaired", file: file.base, detail: found }]);
  }
  return found;
}

/** Header names of the mapped columns by the names the maker uses. */
function mappedColumns(
  mapping: Mapping,
  narrative: boolean,
): Record<Column, readonly [string]> & { key: readonly [string] } {
  const product = productOf(mapping);
  const event = eventOf(mapping);
  const { serious, age, sex, domain } = mapping;
  const flags = serious !== undefined && "flags" in serious ? Object.keys(serious.flags) : [];
  const named: Readonly<Record<Column, string | undefined>> = {
    key: mapping.id,
    version: mapping.version,
    recordId: mapping.recordId,
    receivedDate: mapping.receivedDate,
    eventDate: mapping.eventDate,
    eventKey: mapping.eventKey,
    unit: mapping.unit,
    region: mapping.region,
    country: mapping.country,
    reporter: mapping.reporter,
    weight: mapping.weight,
    narrative: narrative ? mapping.narrative : undefined,
    domain: typeof domain === "string" ? undefined : domain.column,
    age: typeof age === "string" ? age : age?.column,
    ageUnit: typeof age === "object" && typeof age.unit === "object" ? age.unit.column : undefined,
    sex: typeof sex === "string" ? sex : sex?.column,
    serious: serious !== undefined && "column" in serious ? serious.column : undefined,
    ...Object.fromEntries(flags.map((name, i) => [`flag${i}`, name])),
    name: product.name,
    ingredient: product.ingredient,
    manufacturer: product.manufacturer,
    lot: typeof product.lot === "string" ? product.lot : product.lot?.column,
    role: typeof product.role === "object" ? product.role.column : undefined,
    code: product.code,
    route: product.route,
    dose: product.dose,
    start: product.start,
    end: product.end,
    indication: product.indication,
    term: event.term,
    termCode: event.code,
    onset: event.onset,
    outcome: event.outcome?.column,
  };
  const entries = Object.entries(named).flatMap(([column, name]) =>
    name === undefined ? [] : [[column, [name.trim()] as const] as const],
  );
  return Object.fromEntries(entries) as Record<Column, readonly [string]> & { key: readonly [string] };
}

const productOf = ({ product }: Mapping): MappedProduct => (typeof product === "string" ? { name: product } : product);
const eventOf = ({ event }: Mapping): MappedEvent => (typeof event === "string" ? { term: event } : event);

/** A look-up in the caller's table that finds nothing it inherits, or the caller's function. */
function coder<T>(codes: CodedColumn<T>["codes"]): (value: string) => T | undefined {
  if (typeof codes === "function") return codes;
  const table = new Map(Object.entries(codes));
  return (value) => table.get(value);
}

class ReportMaker {
  readonly #rows: KeyedRows<Column>;
  readonly #mapping: Mapping;
  readonly #narrative: boolean;
  readonly #out: BatchBuilder;
  readonly #has: ReadonlySet<Column>;
  readonly #flags: readonly (readonly [Column, Seriousness])[];
  readonly #dates: DateReader;
  readonly #patient: PatientCodes;
  readonly #role: (value: string) => Role | undefined;
  readonly #domain: (value: string) => Domain | undefined;
  readonly #outcome: (value: string) => Outcome | undefined;
  readonly #serious: (value: string) => Seriousness | "none" | undefined;
  readonly #terms: TermSplitter;
  readonly #lots: TermSplitter;
  readonly #seriousList: TermSplitter;
  /** Terms and lots are cut from lists; one copy of each is kept instead. */
  readonly #pieces = new Dictionary();

  constructor(rows: KeyedRows<Column>, mapping: Mapping, narrative: boolean, out: BatchBuilder) {
    const product = productOf(mapping);
    const event = eventOf(mapping);
    const { serious } = mapping;
    this.#rows = rows;
    this.#mapping = mapping;
    this.#narrative = narrative;
    this.#out = out;
    this.#has = new Set(Object.keys(mappedColumns(mapping, narrative)));
    const flags = serious !== undefined && "flags" in serious ? Object.values(serious.flags) : [];
    this.#flags = flags.map((criterion, i) => [`flag${i}`, criterion]);
    this.#dates = new DateReader(mapping.dateFormat ?? "iso");
    this.#patient = patientCodes(mapping);
    this.#role = typeof product.role === "object" ? coder(product.role.codes) : () => undefined;
    this.#domain = typeof mapping.domain === "object" ? coder(mapping.domain.codes) : () => undefined;
    this.#outcome = event.outcome === undefined ? () => undefined : coder(event.outcome.codes);
    this.#serious = serious !== undefined && "column" in serious ? coder(serious.codes) : () => undefined;
    this.#terms = splitterOf(event.separator, [...COMMA_TERMS, ...(event.commaTerms ?? [])]);
    this.#lots = splitterOf(typeof product.lot === "object" ? product.lot.separator : undefined, []);
    this.#seriousList = splitterOf(serious !== undefined && "column" in serious ? serious.separator : undefined, []);
  }

  make(group: readonly number[]): void {
    const rows = this.#rows;
    const first = group[0]!;
    const place = { file: rows.file(first), row: rows.line(first) };
    for (const column of ["version", "receivedDate", "eventDate", "unit", "region", "country", "age", "sex"] as const) {
      if (!this.#has.has(column)) continue;
      const other = group.find((row) => rows.code(row, column) !== rows.code(first, column));
      if (other !== undefined) this.#issue("CONFLICTING_VALUE", "noted", other, column, rows.text(other, column));
    }
    this.#noteRepeated(group);
    const of = (column: Column): string | undefined => (this.#has.has(column) ? rows.value(first, column) : undefined);
    const found = this.#domainOf(group);
    if (found === undefined) {
      this.#issue("UNKNOWN_CODE", "report-rejected", first, "domain", of("domain") ?? "");
      return;
    }
    const { domain, products } = found;
    const patient = readPatient(
      {
        age: of("age") ?? "",
        ageUnit: of("ageUnit") ?? "",
        sex: of("sex") ?? "",
        weight: of("weight") ?? "",
        weightUnit: "KG",
      },
      this.#patient,
      this.#out,
      place,
    );
    const texts = {
      recordId: of("recordId"),
      eventKey: of("eventKey"),
      unit: of("unit"),
      region: of("region"),
      country: of("country"),
      reporter: of("reporter"),
      receivedDate: this.#date(first, "receivedDate"),
      eventDate: this.#date(first, "eventDate"),
      narrative: this.#narrative ? of("narrative") : undefined,
    };
    const serious = this.#seriousness(group);
    this.#out.report(
      {
        id: rows.index.text(rows.keyOf(first)),
        source: this.#mapping.source ?? "",
        version: this.#version(first),
        domain,
        products,
        events: this.#events(group),
        ...given(texts),
        ...(serious === undefined ? {} : { serious }),
        ...(patient === undefined ? {} : { patient }),
      },
      place,
    );
  }

  #noteRepeated(group: readonly number[]): void {
    const seen = new Set<string>();
    for (const row of group.length > 1 ? group : []) {
      const signature = this.#rows.signature(row);
      if (seen.has(signature)) this.#issue("REPEATED_RECORD", "noted", row, "name", this.#rows.text(row, "name"));
      seen.add(signature);
    }
  }

  /** Products, and the domain of the first suspect one; `undefined` when no row has a domain. */
  #domainOf(group: readonly number[]): { domain: Domain; products: ReportProduct[] } | undefined {
    const { domain: constant } = this.#mapping;
    const products = this.#products(group);
    if (typeof constant === "string") return { domain: constant, products: products.map((entry) => entry.product) };
    const first =
      products.find((entry) => entry.product.role === "suspect" && entry.domain !== undefined) ??
      products.find((entry) => entry.domain !== undefined);
    const domain =
      first?.domain ?? group.map((row) => this.#domain(this.#rows.text(row, "domain"))).find((d) => d !== undefined);
    if (domain === undefined) return undefined;
    const own = ({ product, domain: d }: (typeof products)[number]): ReportProduct =>
      d === undefined || d === domain ? product : { ...product, domain: d };
    return { domain, products: products.map(own) };
  }

  #version(row: number): number {
    const text = this.#has.has("version") ? this.#rows.text(row, "version") : "";
    if (/^\d{1,9}$/.test(text)) return Number(text);
    if (text !== "") this.#issue("BAD_NUMBER", "value-dropped", row, "version", text);
    return 1;
  }

  #date(row: number, column: Column): string | undefined {
    const text = this.#has.has(column) ? this.#rows.text(row, column) : "";
    if (text === "") return undefined;
    const date = this.#dates.read(text);
    if (date === undefined) this.#issue("BAD_DATE", "value-dropped", row, column, text);
    return date;
  }

  #products(group: readonly number[]): { readonly product: ReportProduct; readonly domain: Domain | undefined }[] {
    const rows = this.#rows;
    // One row a product and event repeats the product: rows that agree in all its columns are one product.
    const own = productColumns.filter((column) => this.#has.has(column));
    const seen = new Set<string>();
    return group.flatMap((row) => {
      const name = rows.value(row, "name");
      const key = own.map((column) => rows.code(row, column)).join();
      if (name === undefined || seen.has(key)) return [];
      seen.add(key);
      const text = (column: Column): string | undefined =>
        this.#has.has(column) ? rows.value(row, column) : undefined;
      const lots = this.#lots(text("lot") ?? "").filter(
        (lot) => normaliseLot(lot) !== undefined && lot.length <= VALUE_LIMIT,
      );
      const texts = {
        ingredient: text("ingredient"),
        manufacturer: text("manufacturer"),
        code: text("code"),
        route: text("route"),
        dose: text("dose"),
        start: this.#date(row, "start"),
        end: this.#date(row, "end"),
        indication: text("indication"),
      };
      if (lots.length > LOTS) this.#issue("TRUNCATED_LIST", "value-dropped", row, "lot", "", `${lots.length} lots`);
      const product: ReportProduct = {
        name,
        role: this.#roleOf(row),
        ...given(texts),
        ...(lots.length === 0 ? {} : { lots: [...new Set(lots.slice(0, LOTS))].map((lot) => this.#piece(lot)) }),
      };
      const code = text("domain");
      const domain = code === undefined ? undefined : this.#domain(code);
      if (code !== undefined && domain === undefined) this.#issue("UNKNOWN_CODE", "value-dropped", row, "domain", code);
      return { product, domain };
    });
  }

  #roleOf(row: number): Role {
    const { role } = productOf(this.#mapping);
    if (typeof role === "string") return role;
    if (role === undefined) return "suspect";
    const code = this.#rows.text(row, "role");
    const found = this.#role(code);
    if (found === undefined && code !== "") this.#issue("UNKNOWN_CODE", "repaired", row, "role", code, "suspect");
    return found ?? "suspect";
  }

  #events(group: readonly number[]): ReportEvent[] {
    const rows = this.#rows;
    const own = eventColumns.filter((column) => this.#has.has(column));
    const seen = new Set<string>();
    const events = new Map<string, ReportEvent>();
    for (const row of group) {
      const key = own.map((column) => rows.code(row, column)).join();
      if (seen.has(key)) continue;
      seen.add(key);
      const terms = new Set<string>();
      for (const term of this.#terms(rows.text(row, "term"))) {
        if (term.length > VALUE_LIMIT) this.#issue("FIELD_TOO_LONG", "value-dropped", row, "term", term);
        else if (terms.has(term)) this.#issue("REPEATED_TERM", "noted", row, "term", term);
        else terms.add(term);
      }
      const code = this.#has.has("termCode") && terms.size === 1 ? rows.value(row, "termCode") : undefined;
      const onset = this.#date(row, "onset");
      const outcome = this.#outcomeOf(row);
      for (const term of terms) {
        if (!events.has(term)) events.set(term, { term: this.#piece(term), ...given({ code, onset, outcome }) });
      }
    }
    return [...events.values()];
  }

  #outcomeOf(row: number): Outcome | undefined {
    const code = this.#has.has("outcome") ? this.#rows.text(row, "outcome") : "";
    const outcome = this.#outcome(code);
    if (code !== "" && outcome === undefined) this.#issue("UNKNOWN_CODE", "value-dropped", row, "outcome", code);
    return outcome;
  }

  /** The union over the rows; absent when the columns are empty on all of them. */
  #seriousness(group: readonly number[]): Seriousness[] | undefined {
    const { serious } = this.#mapping;
    if (serious === undefined) return undefined;
    const rows = this.#rows;
    const met = new Set<Seriousness>();
    let known = false;
    if ("flags" in serious) {
      const yes = new Set(serious.yes ?? YES);
      for (const [column, criterion] of this.#flags)
        if (group.some((row) => yes.has(rows.text(row, column)))) met.add(criterion);
      known = true;
    } else {
      for (const row of group) {
        for (const code of this.#seriousList(rows.text(row, "serious"))) {
          const criterion = this.#serious(code);
          if (criterion === undefined) this.#issue("UNKNOWN_CODE", "value-dropped", row, "serious", code);
          else known = true;
          if (criterion !== undefined && criterion !== "none") met.add(criterion);
        }
      }
    }
    return known ? SERIOUSNESS.filter((criterion) => met.has(criterion)) : undefined;
  }

  #piece(text: string): string {
    return this.#pieces.text(this.#pieces.add(text));
  }

  #issue(code: IssueCode, effect: IssueEffect, row: number, column: Column, value: string, detail = ""): void {
    const place = { file: this.#rows.file(row), row: this.#rows.line(row) };
    this.#out.issue(code, effect, place, column, value, detail);
  }
}

const LOTS = 1000;
const productColumns = `name ingredient manufacturer lot role code route dose start end indication domain`.split(" ");
const eventColumns = ["term", "termCode", "onset", "outcome"];

function splitterOf(separator: string | RegExp | undefined, wholeTerms: readonly string[]): TermSplitter {
  if (separator !== undefined) return listSplitter(separator, wholeTerms);
  return (cell) => (cell === "" ? [] : [cell]);
}

function patientCodes({ age, sex }: Mapping): PatientCodes {
  const unit = typeof age === "object" ? age.unit : "year";
  const unitCode: (code: string) => AgeUnit | undefined = typeof unit === "object" ? coder(unit.codes) : () => unit;
  const sexCode: (code: string) => Sex | undefined = typeof sex === "object" ? coder(sex.codes) : anyCase(sexes);
  return {
    ages: unitCode,
    noAgeUnit: typeof unit === "object" ? new Set([""]) : new Set(),
    sexes: sexCode,
    noSex: NO_SEX,
  };
}

/** The entries that have a value. */
function given<T extends Readonly<Record<string, unknown>>>(
  values: T,
): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
