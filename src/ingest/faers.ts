import { PvError } from "../error.ts";
import { normaliseLot } from "../report/lot.ts";
import {
  SERIOUSNESS,
  type ReportEvent,
  type ReportProduct,
  type Role,
  type Seriousness,
  type Sex,
} from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder, type Place } from "./batch.ts";
import { childRows, orphanRows } from "./child-rows.ts";
import { DateReader } from "./dates.ts";
import { firstLine, readLines } from "./decode.ts";
import { splitLines } from "./delimited.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { Dictionary, KeyedRows, KeyIndex } from "./keyed-rows.ts";
import { ownString } from "./own-string.ts";
import { anyCase, readPatient, type AgeUnit, type PatientCodes } from "./patient.ts";
import { exactFit } from "./row-fit.ts";
import { faultIssue } from "./rows.ts";
import { headerName, readTable, VALUE_LIMIT, type TableSpec } from "./table.ts";

const known: ReadonlySet<string> = new Set(
  `i_f_cod i_f_code image mfr_dt init_fda_dt rept_cod auth_num mfr_num lit_ref age_grp e_sub rept_dt to_mfr confid death_dt
   caseid foll_seq val_vbm cum_dose_chr cum_dose_unit dechal rechal exp_dt nda_num dose_amt dose_unit dose_form dose_freq
   drug_rec_act dur dur_cod`.split(/\s+/),
);

function spec<C extends string>(
  columns: Readonly<Record<C, readonly string[]>>,
  required: readonly NoInfer<C>[],
): TableSpec<C | "key"> {
  const all = { ...columns, key: ["primaryid", "isr"] } as Readonly<Record<C | "key", readonly string[]>>;
  return {
    columns: all,
    required: ["key", ...required],
    delimiter: "$",
    split: splitLines,
    fit: exactFit(unjoin),
    known,
  };
}

/** Column aliases of each table over all generations: legacy AERS (to 2012Q3), 2012Q4 alone, 2013 and later. */
const demoSpec = spec(
  {
    caseId: ["caseid", "case"],
    version: ["caseversion"],
    followUp: ["foll_seq"],
    eventDate: ["event_dt"],
    receivedDate: ["fda_dt"],
    sender: ["mfr_sndr"],
    age: ["age"],
    ageUnit: ["age_cod"],
    sex: ["sex", "gndr_cod"],
    weight: ["wt"],
    weightUnit: ["wt_cod"],
    occupation: ["occp_cod"],
    reporterCountry: ["reporter_country"],
    country: ["occr_country"],
  },
  ["caseId", "receivedDate"],
);
type DemoColumn = keyof typeof demoSpec.columns;
const drugSpec = spec(
  {
    seq: ["drug_seq"],
    role: ["role_cod"],
    name: ["drugname"],
    ingredient: ["prod_ai"],
    route: ["route"],
    dose: ["dose_vbm"],
    lot: ["lot_num", "lot_nbr"],
  },
  ["seq", "role", "name"],
);
const reacSpec = spec({ term: ["pt"] }, ["term"]);
const outcSpec = spec({ outcome: ["outc_cod", "outc_code"] }, ["outcome"]);
const indiSpec = spec({ seq: ["indi_drug_seq", "drug_seq"], term: ["indi_pt"] }, ["seq", "term"]);
const therSpec = spec({ seq: ["dsg_drug_seq", "drug_seq"], start: ["start_dt"], end: ["end_dt"] }, ["seq", "start"]);
const rpsrSpec = spec({ source: ["rpsr_cod"] }, ["source"]);

type TableName = "demo" | "drug" | "reac" | "outc" | "indi" | "ther" | "rpsr";

/** The column by which a table is told from the others, in the order in which to ask. */
const marks: readonly (readonly [string, TableName])[] = [
  ["indi_pt", "indi"],
  ["drugname", "drug"],
  ["pt", "reac"],
  ["outc_cod", "outc"],
  ["outc_code", "outc"],
  ["rpsr_cod", "rpsr"],
  ["start_dt", "ther"],
  ["fda_dt", "demo"],
];

const patientCodes: PatientCodes = {
  ages: anyCase(
    new Map<string, AgeUnit>([
      ["DEC", "decade"],
      ["YR", "year"],
      ["MON", "month"],
      ["WK", "week"],
      ["DY", "day"],
      ["HR", "hour"],
    ]),
  ),
  noAgeUnit: new Set([""]),
  sexes: anyCase(
    new Map<string, Sex>([
      ["F", "female"],
      ["M", "male"],
    ]),
  ),
  noSex: new Set(["UNK", "NS"]),
};

const roles: ReadonlyMap<string, Role> = new Map([
  ["PS", "suspect"],
  ["SS", "suspect"],
  ["C", "concomitant"],
  ["I", "interacting"],
  ["DN", "not-given"],
]);

const outcomes: ReadonlyMap<string, Seriousness> = new Map([
  ["DE", "death"],
  ["LT", "life-threatening"],
  ["HO", "hospitalisation"],
  ["DS", "disability"],
  ["CA", "congenital-anomaly"],
  ["RI", "intervention"],
  ["OT", "other"],
]);

const NO_COUNTRY = "COUNTRY NOT SPECIFIED"; // the code NA is Namibia
/** FDA cuts the list of lots of a drug here. */
const LOT_LIST_LENGTH = 35;
const LOTS = 1000;

/** Files of one quarter. */
interface Quarter {
  readonly name: string;
  readonly files: Map<TableName, SourceFile[]>;
}

/**
 * FAERS and legacy AERS quarterly ASCII files. The tables of one quarter are joined and let go before the next is read.
 * See `readFaers` for what becomes of each column.
 */
export async function* faersReports(context: ReadContext): AsyncGenerator<ReportBatch> {
  const { quarters, lists } = await sortFiles(context.files);
  const out = new BatchBuilder(context);
  for (const quarter of quarters) yield* quarterReports(quarter, context, out);
  for (const list of lists) yield* withdrawnCases(list, out);
  yield* out.rest();
}

async function sortFiles(files: readonly SourceFile[]): Promise<{ quarters: Quarter[]; lists: SourceFile[] }> {
  const quarters = new Map<string, Quarter>();
  const lists: SourceFile[] = [];
  let empty = 0;
  for (const file of files) {
    if (isWithdrawalList(file.name)) {
      lists.push(file);
      continue;
    }
    const header = await firstLine(file);
    const names = new Set(header?.split("$").map(headerName));
    const named = /^(demo|drug|reac|outc|indi|ther|rpsr)/i.exec(file.base)?.[1]?.toLowerCase() as TableName | undefined;
    const table =
      named ?? (names.has("primaryid") || names.has("isr") ? marks.find(([mark]) => names.has(mark))?.[1] : undefined);
    if (header === undefined) empty++;
    if (header === undefined || (table === undefined && file.listed)) continue;
    if (table === undefined) {
      throw new PvError("UNKNOWN_LAYOUT", `${file.base}: no FAERS table has the header ${header.slice(0, 200)}`);
    }
    const name = /\d{2}q[1-4]/i.exec(file.base)?.[0].toUpperCase() ?? "";
    const quarter = quarters.get(name) ?? { name, files: new Map<TableName, SourceFile[]>() };
    quarters.set(name, quarter);
    quarter.files.set(table, [...(quarter.files.get(table) ?? []), file]);
  }
  const sorted = [...quarters.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
  if (lists.length === 0 && !sorted.some((quarter) => quarter.files.has("demo"))) {
    const seen = files
      .map((file) => file.base)
      .join(", ")
      .slice(0, 500);
    throw new PvError("SOURCE_EMPTY", `no FAERS DEMO table among ${files.length} files (${empty} empty): ${seen}`);
  }
  return { quarters: sorted, lists };
}

/** `Deleted/DELETE22Q4.txt`: case ids that FDA withdrew. */
function isWithdrawalList(name: string): boolean {
  return name.split(/[/\\]/).some((part) => /^delete/i.test(part));
}

async function* quarterReports(quarter: Quarter, context: ReadContext, out: BatchBuilder): AsyncGenerator<ReportBatch> {
  const index = new KeyIndex();
  const rows: Children = {
    drug: new KeyedRows(index, ["seq", "role", "name", "ingredient", "route", "dose", "lot"]),
    reac: new KeyedRows(index, ["term"]),
    outc: new KeyedRows(index, ["outcome"]),
    indi: new KeyedRows(index, ["seq", "term"]),
    ther: new KeyedRows(index, ["seq", "start", "end"]),
    rpsr: new KeyedRows(index, []),
  };
  const files = (name: TableName): readonly SourceFile[] => quarter.files.get(name) ?? [];
  for (const name of ["demo", "drug", "reac", "outc"] as const) {
    if (quarter.files.has(name)) continue;
    out.issues([{ code: "MISSING_TABLE", effect: "noted", detail: `${name.toUpperCase()} ${quarter.name}`.trim() }]);
  }
  yield* childRows(files("drug"), drugSpec, rows.drug, context, out);
  yield* childRows(files("reac"), reacSpec, rows.reac, context, out);
  yield* childRows(files("outc"), outcSpec, rows.outc, context, out);
  yield* childRows(files("indi"), indiSpec, rows.indi, context, out);
  yield* childRows(files("ther"), therSpec, rows.ther, context, out);
  yield* childRows(files("rpsr"), rpsrSpec, rows.rpsr, context, out); // read for its orphans: `reporter` is occp_cod
  const maker = new ReportMaker(rows, quarter.files.has("outc"), out);
  for (const file of files("demo")) {
    for await (const { columns, ...block } of readTable(file, demoSpec, context.meter)) {
      out.issues(block.issues);
      out.issues(block.faults.map((fault) => faultIssue(fault, file.base, "report-rejected")));
      for (const { cells, line } of block.rows) {
        maker.make((column) => (cells[columns[column]] ?? "").trim(), { file: file.base, row: line });
        yield* out.due();
      }
    }
    yield* out.rest();
  }
  yield* orphanRows([rows.drug, rows.reac, rows.outc, rows.indi, rows.ther, rows.rpsr], "primaryid", out);
}

/**
 * Two records on one line, because a line end was lost. The id of the second stands where the last field of the first is, and
 * where lines do not end with the separator the two run together.
 */
function unjoin(cells: readonly string[], width: number): readonly (readonly string[])[] | undefined {
  const middle = (cells[width - 1] ?? "").trim();
  const first = cells.slice(0, width - 1);
  const second = cells.slice(width);
  const caseId = (second[0] ?? "").trim();
  // Since 2012 the key is the case id followed by the version, and the case id is the next field.
  const key = /^\d{4,12}$/.test(caseId) ? new RegExp(`^(.*?)(${caseId}\\d{1,3})$`).exec(middle) : null;
  if (key !== null) {
    return [
      [...first, key[1]!],
      [key[2]!, ...second],
    ];
  }
  // Before, all that is known is that an ISR has seven digits.
  return /^\d{7}$/.test(middle)
    ? [
        [...first, ""],
        [middle, ...second],
      ]
    : undefined;
}

interface Children {
  readonly drug: KeyedRows<"seq" | "role" | "name" | "ingredient" | "route" | "dose" | "lot">;
  readonly reac: KeyedRows<"term">;
  readonly outc: KeyedRows<"outcome">;
  readonly indi: KeyedRows<"seq" | "term">;
  readonly ther: KeyedRows<"seq" | "start" | "end">;
  readonly rpsr: KeyedRows<never>;
}

/** Makes the report of one DEMO row from the rows of the other tables with its key. */
class ReportMaker {
  readonly #rows: Children;
  readonly #outcomesKnown: boolean;
  readonly #out: BatchBuilder;
  readonly #dates = new DateReader("ymd-compact");
  /** Senders, countries and occupations repeat; one copy of each is kept. */
  readonly #names = new Dictionary();

  constructor(rows: Children, outcomesKnown: boolean, out: BatchBuilder) {
    this.#rows = rows;
    this.#outcomesKnown = outcomesKnown;
    this.#out = out;
  }

  make(at: (column: DemoColumn) => string, place: Place): void {
    const id = at("caseId");
    const recordId = at("key");
    if (id === "" || recordId === "") {
      this.#out.issue("MISSING_ID", "report-rejected", place, id === "" ? "caseid" : "primaryid");
      return;
    }
    const key = this.#rows.drug.index.find(recordId);
    if (key >= 0) this.#rows.drug.index.claim(key);
    const patient = readPatient(
      { age: at("age"), ageUnit: at("ageUnit"), sex: at("sex"), weight: at("weight"), weightUnit: at("weightUnit") },
      patientCodes,
      this.#out,
      place,
    );
    const unit = this.#name(at("sender"));
    const country = this.#country(at("country")) ?? this.#country(at("reporterCountry"));
    const reporter = this.#name(at("occupation"));
    const receivedDate = this.#date(at("receivedDate"), "fda_dt", place);
    const eventDate = this.#date(at("eventDate"), "event_dt", place);
    const serious = this.#outcomesKnown ? this.#serious(key) : undefined;
    this.#out.report(
      {
        id: ownString(id),
        source: "faers",
        version: this.#version(at("version"), at("followUp"), place),
        recordId: ownString(recordId),
        domain: "drug",
        ...(receivedDate === undefined ? {} : { receivedDate }),
        ...(eventDate === undefined ? {} : { eventDate }),
        products: this.#products(key),
        events: this.#events(key),
        ...(serious === undefined ? {} : { serious }),
        ...(unit === undefined ? {} : { unit }),
        ...(country === undefined ? {} : { country }),
        ...(reporter === undefined ? {} : { reporter }),
        ...(patient === undefined ? {} : { patient }),
      },
      place,
    );
  }

  #name(text: string): string | undefined {
    return text === "" ? undefined : this.#names.text(this.#names.add(text));
  }

  #country(text: string): string | undefined {
    return text.toUpperCase() === NO_COUNTRY ? undefined : this.#name(text);
  }

  #date(text: string, field: string, place: Place): string | undefined {
    if (text === "") return undefined;
    const date = this.#dates.read(text);
    if (date === undefined) this.#out.issue("BAD_DATE", "value-dropped", place, field, text);
    return date;
  }

  /** caseversion; in legacy AERS the number of the follow-up plus one, so that a first report without a number is version 1. */
  #version(version: string, followUp: string, place: Place): number {
    const text = version === "" ? followUp : version;
    if (text === "") return 1;
    if (/^\d{1,6}$/.test(text)) return version === "" ? Number(text) + 1 : Number(text);
    this.#out.issue("BAD_NUMBER", "value-dropped", place, version === "" ? "foll_seq" : "caseversion", text);
    return 1;
  }

  #serious(key: number): Seriousness[] {
    const { outc } = this.#rows;
    const met = new Set<Seriousness>();
    for (const row of outc.rowsOf(key)) {
      const code = outc.text(row, "outcome").toUpperCase();
      const found = outcomes.get(code);
      if (found !== undefined) met.add(found);
      else if (code !== "") this.#out.rowIssue("UNKNOWN_CODE", "value-dropped", outc, row, "outc_cod", code);
    }
    return SERIOUSNESS.filter((criterion) => met.has(criterion));
  }

  #events(key: number): ReportEvent[] {
    const { reac } = this.#rows;
    const seen = new Set<number>();
    const events: ReportEvent[] = [];
    for (const row of reac.rowsOf(key)) {
      const term = reac.text(row, "term");
      if (term === "") continue;
      if (seen.has(reac.code(row, "term"))) this.#out.rowIssue("REPEATED_TERM", "noted", reac, row, "pt", term);
      else events.push({ term });
      seen.add(reac.code(row, "term"));
    }
    return events;
  }

  #products(key: number): ReportProduct[] {
    const { drug, indi, ther } = this.#rows;
    const indications = bySequence(indi, key);
    const courses = bySequence(ther, key);
    const products: ReportProduct[] = [];
    const seen = new Set<string>();
    const sequences = new Set<string>();
    for (const row of drug.rowsOf(key)) {
      const seq = drug.text(row, "seq");
      sequences.add(seq);
      const signature = drug.signature(row);
      if (seen.has(signature)) {
        this.#out.rowIssue("REPEATED_RECORD", "noted", drug, row, "drug_seq", seq);
        continue;
      }
      seen.add(signature);
      const product = this.#product(row, indications.get(seq) ?? [], courses.get(seq) ?? []);
      if (product !== undefined) products.push(product);
    }
    for (const [rows, bySeq] of [
      [indi, indications],
      [ther, courses],
    ] as const) {
      for (const [seq, strays] of bySeq) {
        if (sequences.has(seq)) continue;
        for (const row of strays) this.#out.rowIssue("ORPHAN_ROW", "row-rejected", rows, row, "drug_seq", seq);
      }
    }
    return products;
  }

  #product(row: number, indications: readonly number[], courses: readonly number[]): ReportProduct | undefined {
    const { drug, indi } = this.#rows;
    const ingredient = drug.value(row, "ingredient");
    const name = withoutFullStop(drug.text(row, "name")) || ingredient;
    if (name === undefined) {
      this.#out.rowIssue("PLACEHOLDER", "row-rejected", drug, row, "drugname", "", "no name");
      return undefined;
    }
    const lots = this.#lots(row);
    const route = drug.value(row, "route");
    const dose = drug.value(row, "dose");
    const start = this.#dateOf(courses, "start").sort().at(0);
    const end = this.#dateOf(courses, "end").sort().at(-1);
    const terms = new Set(indications.map((other) => indi.text(other, "term")).filter((term) => term !== ""));
    const indication = [...terms].join("; ");
    return {
      name,
      role: this.#role(row),
      ...(ingredient === undefined ? {} : { ingredient }),
      ...(lots.length === 0 ? {} : { lots }),
      ...(route === undefined ? {} : { route }),
      ...(dose === undefined ? {} : { dose }),
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      ...(indication === "" ? {} : { indication: indication.slice(0, VALUE_LIMIT) }),
    };
  }

  #role(row: number): Role {
    const code = this.#rows.drug.text(row, "role").toUpperCase();
    const role = roles.get(code);
    if (role === undefined)
      this.#out.rowIssue("UNKNOWN_CODE", "repaired", this.#rows.drug, row, "role_cod", code, "concomitant");
    return role ?? "concomitant";
  }

  #dateOf(courses: readonly number[], column: "start" | "end"): string[] {
    const { ther } = this.#rows;
    return courses.flatMap((row) => {
      const text = ther.text(row, column);
      const date = text === "" ? undefined : this.#dates.read(text);
      if (text !== "" && date === undefined)
        this.#out.rowIssue("BAD_DATE", "value-dropped", ther, row, `${column}_dt`, text);
      return date ?? [];
    });
  }

  #lots(row: number): string[] {
    const { drug } = this.#rows;
    const text = drug.text(row, "lot");
    if (text === "") return [];
    const parts = text.split(",").map((part) => part.trim());
    if (text.length === LOT_LIST_LENGTH && parts.length > 1) {
      const lost = parts.pop() ?? "";
      this.#out.rowIssue("TRUNCATED_LIST", lost === "" ? "noted" : "value-dropped", drug, row, "lot_num", lost);
    }
    const lots = new Set(parts.filter((lot) => normaliseLot(lot) !== undefined));
    if (lots.size <= LOTS) return [...lots];
    this.#out.rowIssue("TRUNCATED_LIST", "value-dropped", drug, row, "lot_num", "", `${lots.size} lots`);
    return [...lots].slice(0, LOTS);
  }
}

/** Rows of a report by the number of the drug they speak of. */
function bySequence<C extends string>(rows: KeyedRows<C | "seq">, key: number): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const row of rows.rowsOf(key)) {
    const seq = rows.text(row, "seq");
    const list = found.get(seq);
    if (list === undefined) found.set(seq, [row]);
    else list.push(row);
  }
  return found;
}

/** `METHOTREXATE.` is `METHOTREXATE`; a name with another stop in it, such as `ST. JOHN'S WORT EXT.`, stays. */
function withoutFullStop(name: string): string {
  return name.indexOf(".") === name.length - 1 ? name.slice(0, -1).trimEnd() : name;
}

/** Case ids that FDA withdrew, one a line below a blank one. */
async function* withdrawnCases(file: SourceFile, out: BatchBuilder): AsyncGenerator<ReportBatch> {
  for await (const block of readLines(file)) {
    out.issues(block.issues);
    for (const [i, line] of block.lines.entries()) {
      const id = line.trim().replace(/\$$/, "");
      if (/^\d{1,20}$/.test(id)) out.retract("faers", ownString(id));
      else if (id !== "" && !/^(caseid|case|primaryid)$/i.test(id)) {
        out.issue("MISSING_ID", "row-rejected", { file: file.base, row: block.numbers[i]! }, "caseid", id);
      }
    }
    yield* out.due();
  }
  yield* out.rest();
}
