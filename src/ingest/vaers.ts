import { PvError } from "../error.ts";
import { normaliseLot } from "../report/lot.ts";
import {
  SERIOUSNESS,
  type Outcome,
  type Patient,
  type ReportEvent,
  type ReportProduct,
  type Seriousness,
  type Sex,
} from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder, type Place } from "./batch.ts";
import { childRows, orphanRows } from "./child-rows.ts";
import { DateReader } from "./dates.ts";
import { firstLine } from "./decode.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { Dictionary, KeyedRows, KeyIndex } from "./keyed-rows.ts";
import { ownString } from "./own-string.ts";
import { plausibleAge, readNumber } from "./patient.ts";
import { exactFit } from "./row-fit.ts";
import { faultIssue, type RowSplitter } from "./rows.ts";
import { headerName, readTable, type TableSpec } from "./table.ts";

const known: ReadonlySet<string> = new Set(
  `rpt_date datedied er_visit hospdays numdays lab_data v_fundby other_meds cur_ill history prior_vax splttype form_vers
   todays_date ofc_visit er_ed_visit allergies vax_site order symptomversion1 symptomversion2 symptomversion3
   symptomversion4 symptomversion5 symptom_text`.split(/\s+/),
);

const flags = {
  died: "death",
  l_threat: "life-threatening",
  hospital: "hospitalisation",
  x_stay: "hospitalisation",
  disable: "disability",
  birth_defect: "congenital-anomaly",
} as const satisfies Readonly<Record<string, Seriousness>>;
type Flag = keyof typeof flags;
const flagNames = Object.keys(flags) as readonly Flag[];

const sexes: ReadonlyMap<string, Sex> = new Map([
  ["F", "female"],
  ["M", "male"],
]);
const recovered: ReadonlyMap<string, Outcome> = new Map([
  ["Y", "recovered"],
  ["N", "not-recovered"],
]);
const UNKNOWN: ReadonlySet<string> = new Set(["", "U", "UNK"]);

const symptoms = ["symptom1", "symptom2", "symptom3", "symptom4", "symptom5"] as const;
const vaccineColumns = ["type", "name", "manufacturer", "lot", "dose", "route"] as const;

const dataColumns = {
  key: ["vaers_id"],
  receivedDate: ["recvdate"],
  state: ["state"],
  age: ["age_yrs"],
  ageYears: ["cage_yr"],
  ageMonths: ["cage_mo"],
  sex: ["sex"],
  recovered: ["recovd"],
  vaccinated: ["vax_date"],
  onset: ["onset_date"],
  administered: ["v_adminby"],
  died: ["died"],
  l_threat: ["l_threat"],
  hospital: ["hospital"],
  x_stay: ["x_stay"],
  disable: ["disable"],
  birth_defect: ["birth_defect"],
} as const;
const vaxColumns = {
  key: ["vaers_id"],
  type: ["vax_type"],
  name: ["vax_name"],
  manufacturer: ["vax_manu"],
  lot: ["vax_lot"],
  dose: ["vax_dose_series", "vax_dose"],
  route: ["vax_route"],
} as const;
const symptomColumns = {
  key: ["vaers_id"],
  symptom1: ["symptom1"],
  symptom2: ["symptom2"],
  symptom3: ["symptom3"],
  symptom4: ["symptom4"],
  symptom5: ["symptom5"],
} as const;

type TableName = "data" | "vax" | "symptoms";

/** Files of one year (or of `NonDomestic`). */
interface Year {
  readonly name: string;
  readonly files: Record<TableName, SourceFile[]>;
}

/** VAERS yearly files; see `readVaers` for what becomes of each column. */
export async function* vaersReports(context: ReadContext, csv: RowSplitter): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  for (const year of await sortFiles(context.files)) yield* yearReports(year, context, csv, out);
  yield* out.rest();
}

async function sortFiles(files: readonly SourceFile[]): Promise<Year[]> {
  const years = new Map<string, Year>();
  for (const file of files) {
    const header = await firstLine(file);
    if (header === undefined) continue;
    const named = /^(.*)VAERS(DATA|VAX|SYMPTOMS)/i.exec(file.base);
    const names = new Set(header.split(",").map(headerName));
    const table = (named?.[2]?.toLowerCase() as TableName | undefined) ?? tableOf(names);
    if (table === undefined) {
      if (file.listed) continue;
      throw new PvError("UNKNOWN_LAYOUT", `${file.base}: no VAERS table has the header ${header.slice(0, 200)}`);
    }
    const name = (named?.[1] ?? "").toUpperCase();
    const year = years.get(name) ?? { name, files: { data: [], vax: [], symptoms: [] } };
    years.set(name, year);
    year.files[table].push(file);
  }
  const sorted = [...years.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
  if (!sorted.some((year) => year.files.data.length > 0)) {
    throw new PvError("SOURCE_EMPTY", `no VAERS DATA table with content among ${files.length} files`);
  }
  return sorted;
}

function tableOf(names: ReadonlySet<string>): TableName | undefined {
  if (!names.has("vaers_id")) return undefined;
  return names.has("vax_type")
    ? "vax"
    : names.has("symptom1")
      ? "symptoms"
      : names.has("recvdate")
        ? "data"
        : undefined;
}

interface Children {
  readonly vax: KeyedRows<(typeof vaccineColumns)[number]>;
  readonly symptoms: KeyedRows<(typeof symptoms)[number]>;
}

async function* yearReports(
  year: Year,
  context: ReadContext,
  csv: RowSplitter,
  out: BatchBuilder,
): AsyncGenerator<ReportBatch> {
  const index = new KeyIndex();
  const rows: Children = { vax: new KeyedRows(index, vaccineColumns), symptoms: new KeyedRows(index, symptoms) };
  for (const name of ["data", "vax", "symptoms"] as const) {
    if (year.files[name].length > 0) continue;
    out.issues([{ code: "MISSING_TABLE", effect: "noted", detail: `${year.name}VAERS${name.toUpperCase()}` }]);
  }
  const common = { delimiter: ",", split: csv, fit: exactFit(), known };
  const vaxSpec: TableSpec<keyof typeof vaxColumns> = { ...common, columns: vaxColumns, required: ["key", "type"] };
  const symptomSpec: TableSpec<keyof typeof symptomColumns> = {
    ...common,
    columns: symptomColumns,
    required: ["key", "symptom1"],
  };
  yield* childRows(year.files.vax, vaxSpec, rows.vax, context, out);
  yield* childRows(year.files.symptoms, symptomSpec, rows.symptoms, context, out);
  const maker = new ReportMaker(rows, context.narrative, out);
  const columns = { ...dataColumns, narrative: ["symptom_text"] as const };
  for (const file of year.files.data) {
    const spec: TableSpec<keyof typeof columns> = {
      ...common,
      columns,
      required: ["key", "receivedDate"],
      long: ["narrative"],
    };
    for await (const { columns: places, ...block } of readTable(file, spec, context.meter)) {
      out.issues(block.issues);
      out.issues(block.faults.map((fault) => faultIssue(fault, file.base, "report-rejected")));
      const flagged = flagNames.filter((name) => places[name] >= 0);
      for (const { cells, line } of block.rows) {
        const at = (column: keyof typeof columns): string => (cells[places[column]] ?? "").trim();
        maker.make(at, flagged, { file: file.base, row: line });
        yield* out.due();
      }
    }
    yield* out.rest();
  }
  yield* orphanRows([rows.vax, rows.symptoms], "VAERS_ID", out);
}

type DataCell = (column: keyof typeof dataColumns | "narrative") => string;

/** Makes the report of one DATA row from the vaccines and symptoms with its id. */
class ReportMaker {
  readonly #rows: Children;
  readonly #narrative: boolean;
  readonly #out: BatchBuilder;
  readonly #dates = new DateReader("mdy");
  readonly #names = new Dictionary();

  constructor(rows: Children, narrative: boolean, out: BatchBuilder) {
    this.#rows = rows;
    this.#narrative = narrative;
    this.#out = out;
  }

  make(at: DataCell, flagged: readonly Flag[], place: Place): void {
    const id = at("key");
    if (id === "") {
      this.#out.issue("MISSING_ID", "report-rejected", place, "VAERS_ID");
      return;
    }
    const key = this.#rows.vax.index.find(id);
    if (key >= 0) this.#rows.vax.index.claim(key);
    const receivedDate = this.#date(at("receivedDate"), "RECVDATE", place);
    const eventDate = this.#date(at("onset"), "ONSET_DATE", place);
    const region = this.#name(at("state"));
    const reporter = this.#name(at("administered"));
    const patient = this.#patient(at, place);
    const narrative = this.#narrative ? at("narrative") : "";
    const met = new Set<Seriousness>(
      flagged.filter((flag) => this.#isSet(at(flag), flag, place)).map((flag) => flags[flag]),
    );
    this.#out.report(
      {
        id: ownString(id),
        source: "vaers",
        version: 1,
        domain: "vaccine",
        ...(receivedDate === undefined ? {} : { receivedDate }),
        ...(eventDate === undefined ? {} : { eventDate }),
        products: this.#products(key, this.#date(at("vaccinated"), "VAX_DATE", place)),
        events: this.#events(key, this.#recovered(at("recovered"), place)),
        ...(flagged.length === 0 ? {} : { serious: SERIOUSNESS.filter((criterion) => met.has(criterion)) }),
        ...(region === undefined ? {} : { region }),
        ...(reporter === undefined ? {} : { reporter }),
        ...(patient === undefined ? {} : { patient }),
        ...(narrative === "" ? {} : { narrative: ownString(narrative) }),
      },
      place,
    );
  }

  #name(text: string): string | undefined {
    return text === "" ? undefined : this.#names.text(this.#names.add(text));
  }

  #date(text: string, field: string, place: Place): string | undefined {
    if (text === "") return undefined;
    const date = this.#dates.read(text);
    if (date === undefined) this.#out.issue("BAD_DATE", "value-dropped", place, field, text);
    return date;
  }

  /** A flag is `Y` or empty; empty means no or unknown. */
  #isSet(text: string, field: string, place: Place): boolean {
    if (text.toUpperCase() === "Y") return true;
    if (text !== "" && text.toUpperCase() !== "N") this.#out.issue("UNKNOWN_CODE", "value-dropped", place, field, text);
    return false;
  }

  #recovered(text: string, place: Place): Outcome | undefined {
    const code = text.toUpperCase();
    const outcome = recovered.get(code);
    if (outcome === undefined && !UNKNOWN.has(code))
      this.#out.issue("UNKNOWN_CODE", "value-dropped", place, "RECOVD", text);
    return outcome;
  }

  #patient(at: DataCell, place: Place): Patient | undefined {
    const ageYears = this.#age(at, place);
    const code = at("sex").toUpperCase();
    const sex = sexes.get(code);
    if (sex === undefined && !UNKNOWN.has(code))
      this.#out.issue("UNKNOWN_CODE", "value-dropped", place, "SEX", at("sex"));
    if (ageYears === undefined && sex === undefined) return undefined;
    return { ...(ageYears === undefined ? {} : { ageYears }), ...(sex === undefined ? {} : { sex }) };
  }

  /** AGE_YRS; else the calculated age, whose CAGE_MO is the fraction of a year, written `.2`. */
  #age(at: DataCell, place: Place): number | undefined {
    const text = at("age");
    const parts = text === "" ? [at("ageYears"), at("ageMonths")].filter((part) => part !== "") : [text];
    if (parts.length === 0) return undefined;
    const numbers = parts.map(readNumber);
    const years = numbers.reduce<number>((sum, part) => sum + (part ?? NaN), 0);
    if (!Number.isNaN(years)) return plausibleAge(years, parts.join(" + "), this.#out, place);
    this.#out.issue("BAD_NUMBER", "value-dropped", place, text === "" ? "CAGE_YR" : "AGE_YRS", parts.join(" + "));
    return undefined;
  }

  #products(key: number, start: string | undefined): ReportProduct[] {
    const { vax } = this.#rows;
    const seen = new Set<string>();
    const products: ReportProduct[] = [];
    for (const row of vax.rowsOf(key)) {
      const name = vax.value(row, "name") ?? vax.value(row, "type");
      if (name === undefined) {
        this.#out.rowIssue("PLACEHOLDER", "row-rejected", vax, row, "VAX_NAME", "", "no name and no type");
        continue;
      }
      const signature = vax.signature(row);
      if (seen.has(signature)) {
        this.#out.rowIssue("REPEATED_RECORD", "noted", vax, row, "VAX_NAME", name);
        continue;
      }
      seen.add(signature);
      const [type, manufacturer, route] = [
        vax.value(row, "type"),
        vax.value(row, "manufacturer"),
        vax.value(row, "route"),
      ];
      const lot = vax.text(row, "lot");
      const dose = vax.text(row, "dose");
      products.push({
        name,
        role: "suspect",
        ...(type === undefined ? {} : { ingredient: type, code: type }),
        ...(manufacturer === undefined ? {} : { manufacturer }),
        ...(normaliseLot(lot) === undefined ? {} : { lots: [lot] }),
        ...(route === undefined ? {} : { route }),
        ...(UNKNOWN.has(dose.toUpperCase()) ? {} : { dose }),
        ...(start === undefined ? {} : { start }),
      });
    }
    return products;
  }

  #events(key: number, outcome: Outcome | undefined): ReportEvent[] {
    const rows = this.#rows.symptoms;
    const terms = new Set<string>();
    for (const row of rows.rowsOf(key)) {
      for (const column of symptoms) {
        const term = rows.text(row, column);
        if (term === "") continue;
        if (terms.has(term)) this.#out.rowIssue("REPEATED_TERM", "noted", rows, row, column.toUpperCase(), term);
        terms.add(term);
      }
    }
    return [...terms].map((term) => (outcome === undefined ? { term } : { term, outcome }));
  }
}
