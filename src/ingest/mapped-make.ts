import type { IssueCode, IssueEffect } from "../report/issue.ts";
import {
  SERIOUSNESS,
  type Domain,
  type Outcome,
  type ReportEvent,
  type ReportProduct,
  type Role,
  type Seriousness,
} from "../report/report.ts";
import type { BatchBuilder } from "./batch.ts";
import { Dictionary, type KeyedRows } from "./keyed-rows.ts";
import { MappedValues } from "./mapped-values.ts";
import { mappedColumns, type Column, type Mapping } from "./mapping.ts";
import { readPatient } from "./patient.ts";
import { VALUE_LIMIT } from "./table.ts";

/** The most lots of a product that the model takes. */
export const LOTS = 1000;
/** Columns in which the rows of a report should agree. */
export const SINGLE_COLUMNS: readonly Column[] = "version receivedDate eventDate unit region country age sex".split(
  " ",
);
/** Columns of a product: rows that agree in all of them are one product. */
export const PRODUCT_COLUMNS: readonly Column[] =
  "name ingredient manufacturer lot role code route dose start end indication domain".split(" ");
const EVENT_COLUMNS: readonly Column[] = ["term", "termCode", "onset", "outcome"];

/** Rows of texts by column, of which several can make a report. */
export type MappedRows = Pick<KeyedRows<Column>, "idOf" | "file" | "line" | "text" | "value" | "code" | "signature">;

/** Makes reports of rows, and words what is wrong with them. */
export class ReportMaker {
  readonly #rows: MappedRows;
  readonly #mapping: Mapping;
  readonly #narrative: boolean;
  readonly #out: BatchBuilder;
  readonly #has: ReadonlySet<Column>;
  readonly #values: MappedValues;
  /** Terms and lots are cut from lists; one copy of each is kept instead. */
  readonly #pieces = new Dictionary();

  constructor(rows: MappedRows, mapping: Mapping, narrative: boolean, out: BatchBuilder) {
    this.#rows = rows;
    this.#mapping = mapping;
    this.#narrative = narrative;
    this.#out = out;
    this.#has = new Set(Object.keys(mappedColumns(mapping, narrative)));
    this.#values = new MappedValues(mapping);
  }

  make(group: readonly number[]): void {
    const rows = this.#rows;
    const first = group[0]!;
    const place = { file: rows.file(first), row: rows.line(first) };
    for (const column of SINGLE_COLUMNS) {
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
      this.#values.patient,
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
        id: rows.idOf(first),
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
      first?.domain ??
      group.map((row) => this.#values.domain(this.#rows.text(row, "domain"))).find((d) => d !== undefined);
    if (domain === undefined) return undefined;
    const own = ({ product, domain: d }: (typeof products)[number]): ReportProduct =>
      d === undefined || d === domain ? product : { ...product, domain: d };
    return { domain, products: products.map(own) };
  }

  #version(row: number): number {
    const text = this.#has.has("version") ? this.#rows.text(row, "version") : "";
    const version = this.#values.version(text);
    if (version === undefined && text !== "") this.#issue("BAD_NUMBER", "value-dropped", row, "version", text);
    return version ?? 1;
  }

  #date(row: number, column: Column): string | undefined {
    const text = this.#has.has(column) ? this.#rows.text(row, column) : "";
    if (text === "") return undefined;
    const date = this.#values.dates.read(text);
    if (date === undefined) this.#issue("BAD_DATE", "value-dropped", row, column, text);
    return date;
  }

  #products(group: readonly number[]): { readonly product: ReportProduct; readonly domain: Domain | undefined }[] {
    const rows = this.#rows;
    // One row a product and event repeats the product: rows that agree in all its columns are one product.
    const own = PRODUCT_COLUMNS.filter((column) => this.#has.has(column));
    const seen = new Set<string>();
    return group.flatMap((row) => {
      const name = rows.value(row, "name");
      const key = own.map((column) => rows.code(row, column)).join();
      if (name === undefined || seen.has(key)) return [];
      seen.add(key);
      const text = (column: Column): string | undefined =>
        this.#has.has(column) ? rows.value(row, column) : undefined;
      const lots = this.#values.lots(text("lot") ?? "");
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
      const domain = code === undefined ? undefined : this.#values.domain(code);
      if (code !== undefined && domain === undefined) this.#issue("UNKNOWN_CODE", "value-dropped", row, "domain", code);
      return { product, domain };
    });
  }

  #roleOf(row: number): Role {
    const { constantRole } = this.#values;
    if (constantRole !== undefined) return constantRole;
    const code = this.#rows.text(row, "role");
    const found = this.#values.role(code);
    if (found === undefined && code !== "") this.#issue("UNKNOWN_CODE", "repaired", row, "role", code, "suspect");
    return found ?? "suspect";
  }

  #events(group: readonly number[]): ReportEvent[] {
    const rows = this.#rows;
    const own = EVENT_COLUMNS.filter((column) => this.#has.has(column));
    const seen = new Set<string>();
    const events = new Map<string, ReportEvent>();
    for (const row of group) {
      const key = own.map((column) => rows.code(row, column)).join();
      if (seen.has(key)) continue;
      seen.add(key);
      const terms = new Set<string>();
      for (const term of this.#values.terms(rows.text(row, "term"))) {
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
    const outcome = this.#values.outcome(code);
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
      const { yes, flags } = this.#values;
      for (const [column, criterion] of flags)
        if (group.some((row) => yes.has(rows.text(row, column)))) met.add(criterion);
      known = true;
    } else {
      for (const row of group) {
        for (const code of this.#values.seriousList(rows.text(row, "serious"))) {
          const criterion = this.#values.serious(code);
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

/** The entries that have a value. */
function given<T extends Readonly<Record<string, unknown>>>(
  values: T,
): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
