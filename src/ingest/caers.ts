import { PvError } from "../error.ts";
import type { IssueCode, IssueEffect } from "../report/issue.ts";
import {
  SERIOUSNESS,
  type Domain,
  type ReportEvent,
  type ReportProduct,
  type Role,
  type Seriousness,
} from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { CAERS_OUTCOMES, CAERS_PATIENT, CAERS_ROLES } from "./caers-codes.ts";
import { COMMA_TERMS, listSplitter, type TermSplitter } from "./comma-terms.ts";
import { DateReader } from "./dates.ts";
import { firstLine } from "./decode.ts";
import { GroupedRows } from "./grouped-rows.ts";
import type { ReadContext, ReadOptions, SourceFile } from "./input.ts";
import { Dictionary, KeyedRows, KeyIndex } from "./keyed-rows.ts";
import { readPatient } from "./patient.ts";
import { exactFit } from "./row-fit.ts";
import type { RowSplitter } from "./rows.ts";
import { headerName, VALUE_LIMIT, type TableSpec } from "./table.ts";

/** How CAERS is read. */
export interface CaersOptions extends ReadOptions {
  /** Terms with a comma that the built-in list lacks, such as `"FOO, BAR TYPE"`; upper or lower case. */
  readonly commaTerms?: readonly string[];
  /** Keep products whose name FDA blacked out (default `"drop"`): all of them together look like one product. */
  readonly redacted?: "drop" | "keep";
}

/** Names of the release to 2017 and of the later ones, in the form of `headerName`. */
const columns = {
  key: ["ra_report", "report_id", "report_number"],
  receivedDate: [
    "ra_caers_created_date",
    "caers_created_date",
    "date_fda_first_received_report",
    "date_first_received_by_fda",
  ],
  eventDate: ["aec_event_start_date", "date_event_occurred", "date_of_event", "event_date"],
  role: ["pri_product_role", "product_type", "product_role"],
  product: ["pri_reported_brand_product_name", "product", "product_name"],
  industry: ["pri_fda_industry_code", "product_code", "industry_code"],
  age: ["ci_age_at_adverse_event", "patient_age", "age"],
  ageUnit: ["ci_age_unit", "age_units", "age_unit"],
  sex: ["ci_gender", "sex", "gender"],
  outcomes: ["aec_one_row_outcomes", "case_outcome", "outcome", "outcomes"],
  terms: [
    "sym_one_row_coded_symptoms",
    "meddra_preferred_terms",
    "case_meddra_preferred_terms",
    "symptoms",
    "meddra_terms",
  ],
} as const;
type Column = Exclude<keyof typeof columns, "key">;
const stored = Object.keys(columns).filter((column) => column !== "key") as readonly Column[];
/** Columns that should agree on all rows of a report. */
const ofReport = [
  "receivedDate",
  "eventDate",
  "age",
  "ageUnit",
  "sex",
  "outcomes",
] as const satisfies readonly Column[];
const known: ReadonlySet<string> = new Set(["pri_fda_industry_name", "description"]);

const COSMETICS = "53";
const redactedName = /^(REDACTED|EXEMPTION 4)$/i;
/** FDA's export turned the typographic apostrophe into one or both of these. */
const damagedApostrophe = /¿`|(?<=\p{L})¿(?=S\b)/giu;

/** CAERS files, all releases; see `readCaers` for what becomes of each column. */
export async function* caersReports(
  context: ReadContext,
  options: CaersOptions,
  csv: RowSplitter,
): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  const groups = new GroupedRows(new KeyedRows(new KeyIndex(), stored));
  const spec: TableSpec<Column | "key"> = {
    columns,
    required: ["key", "product", "terms"],
    delimiter: ",",
    split: csv,
    fit: exactFit(),
    long: ["outcomes", "terms"],
    known,
  };
  for (const file of await caersFiles(context.files)) yield* groups.read(file, spec, context, out);
  const maker = new ReportMaker(groups.rows, options, out);
  for (const rows of groups.reports()) {
    maker.make(rows);
    yield* out.due();
  }
  yield* groups.lost(out);
  yield* out.rest();
}

async function caersFiles(files: readonly SourceFile[]): Promise<SourceFile[]> {
  const taken: SourceFile[] = [];
  for (const file of files) {
    const header = await firstLine(file);
    if (header === undefined) continue;
    const names = new Set(header.split(",").map(headerName));
    const isCaers = (["key", "product", "terms"] as const).every((column) => columns[column].some((n) => names.has(n)));
    if (isCaers || !file.listed) taken.push(file);
  }
  if (taken.length === 0) throw new PvError("SOURCE_EMPTY", `no CAERS table with content among ${files.length} files`);
  return taken;
}

class ReportMaker {
  readonly #rows: KeyedRows<Column>;
  readonly #out: BatchBuilder;
  readonly #split: TermSplitter;
  readonly #keepRedacted: boolean;
  readonly #dates = new DateReader("mdy");
  /** Terms are cut from lists; one copy of each is kept instead. */
  readonly #terms = new Dictionary();

  constructor(rows: KeyedRows<Column>, { commaTerms = [], redacted = "drop" }: CaersOptions, out: BatchBuilder) {
    this.#rows = rows;
    this.#out = out;
    this.#split = listSplitter(", ", [...COMMA_TERMS, ...commaTerms]);
    this.#keepRedacted = redacted === "keep";
  }

  make(group: readonly number[]): void {
    const rows = this.#rows;
    const first = group[0]!;
    for (const column of ofReport) {
      const other = group.find((row) => rows.code(row, column) !== rows.code(first, column));
      if (other !== undefined) this.#issue("CONFLICTING_VALUE", "noted", other, column, rows.text(other, column));
    }
    const place = { file: rows.file(first), row: rows.line(first) };
    const receivedDate = this.#date(first, "receivedDate");
    const eventDate = this.#date(first, "eventDate");
    const patient = readPatient(
      { age: rows.text(first, "age"), ageUnit: rows.text(first, "ageUnit"), sex: rows.text(first, "sex") },
      CAERS_PATIENT,
      this.#out,
      place,
    );
    const all = this.#products(group);
    const domain = (all.find((product) => product.role === "suspect") ?? all[0])?.domain ?? "food";
    const products = all.map(({ domain: own, ...product }) => (own === domain ? product : { ...product, domain: own }));
    const serious = this.#serious(first);
    this.#out.report(
      {
        id: rows.index.text(rows.keyOf(first)),
        source: "caers",
        version: 1,
        domain,
        ...(receivedDate === undefined ? {} : { receivedDate }),
        ...(eventDate === undefined ? {} : { eventDate }),
        products,
        events: this.#events(group),
        ...(serious === undefined ? {} : { serious }),
        ...(patient === undefined ? {} : { patient }),
      },
      place,
    );
  }

  #date(row: number, column: "receivedDate" | "eventDate"): string | undefined {
    const text = this.#rows.text(row, column);
    if (text === "") return undefined;
    const date = this.#dates.read(text);
    if (date === undefined) this.#issue("BAD_DATE", "value-dropped", row, column, text);
    return date;
  }

  #products(group: readonly number[]): (ReportProduct & { readonly domain: Domain })[] {
    const rows = this.#rows;
    const products = new Map<string, ReportProduct & { readonly domain: Domain }>();
    for (const row of group) {
      const name = this.#name(row);
      if (name === undefined) continue;
      const role = this.#role(row);
      const key = `${role}\n${name}`;
      if (products.has(key)) {
        this.#issue("REPEATED_RECORD", "noted", row, "product", name);
        continue;
      }
      const code = rows.value(row, "industry");
      const domain = code === COSMETICS ? "cosmetic" : "food";
      products.set(key, { name, role, domain, ...(code === undefined ? {} : { code }) });
    }
    return [...products.values()];
  }

  #name(row: number): string | undefined {
    const text = this.#rows.text(row, "product");
    if (text === "") return undefined;
    if (redactedName.test(text)) {
      this.#issue("REDACTED", this.#keepRedacted ? "noted" : "row-rejected", row, "product", text);
      return this.#keepRedacted ? text : undefined;
    }
    if (!text.includes("¿")) return text;
    const name = text.replace(damagedApostrophe, "'");
    this.#issue("MOJIBAKE", name.includes("¿") ? "noted" : "repaired", row, "product", text);
    return name;
  }

  #role(row: number): Role {
    const text = this.#rows.text(row, "role");
    const role = CAERS_ROLES.get(text.toUpperCase());
    if (role === undefined && text !== "") this.#issue("UNKNOWN_CODE", "repaired", row, "role", text, "suspect");
    return role ?? "suspect";
  }

  #events(group: readonly number[]): ReportEvent[] {
    const rows = this.#rows;
    const terms = new Set<string>();
    const read = new Set<number>();
    for (const row of group) {
      // The same list stands on every row of the report, sometimes in another order.
      if (read.has(rows.code(row, "terms"))) continue;
      read.add(rows.code(row, "terms"));
      const here = new Set<string>();
      for (const term of this.#split(rows.text(row, "terms"))) {
        if (term.length > VALUE_LIMIT) this.#issue("FIELD_TOO_LONG", "value-dropped", row, "terms", term);
        else if (here.has(term)) this.#issue("REPEATED_TERM", "noted", row, "terms", term);
        else here.add(term);
      }
      for (const term of here) terms.add(term);
    }
    return [...terms].map((term) => ({ term: this.#terms.text(this.#terms.add(term)) }));
  }

  #serious(row: number): Seriousness[] | undefined {
    const text = this.#rows.text(row, "outcomes");
    if (text === "") return undefined;
    const met = new Set<Seriousness>();
    for (const outcome of text.split(",").map((part) => part.trim())) {
      const criterion = CAERS_OUTCOMES.get(outcome.toUpperCase());
      if (criterion !== undefined) met.add(criterion);
      else if (outcome !== "" && !CAERS_OUTCOMES.has(outcome.toUpperCase())) {
        this.#issue("UNKNOWN_CODE", "value-dropped", row, "outcomes", outcome);
      }
    }
    return SERIOUSNESS.filter((criterion) => met.has(criterion));
  }

  #issue(code: IssueCode, effect: IssueEffect, row: number, field: string, value: string, detail = ""): void {
    this.#out.issue(code, effect, { file: this.#rows.file(row), row: this.#rows.line(row) }, field, value, detail);
  }
}
