import { partialDay, type PartialDate } from "../report/date.ts";
import { PvError } from "../error.ts";
import type { ReportEvent, ReportProduct, Seriousness } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder, type Place } from "./batch.ts";
import { firstLine } from "./decode.ts";
import { Fields, given } from "./e2b-fields.ts";
import type { ReadContext, SourceFile } from "./input.ts";
import { exactFit } from "./row-fit.ts";
import { faultIssue, type RowSplitter } from "./rows.ts";
import { headerName, readTable, type TableSpec } from "./table.ts";

const incidentColumns = {
  key: ["incident_id"],
  receivedDate: ["receipt_dt"],
  eventDate: ["incident_dt"],
  awareDate: ["inc_aware_dt"],
  type: ["incident_type_e"],
  severity: ["hazard_severity_code_e"],
  name: ["trade_name"],
  code: ["pref_name_code"],
  risk: ["risk_classification"],
  usage: ["usage_code_term_e"],
  company: ["company_name"],
  role: ["role_e"],
} as const;
type Column = keyof typeof incidentColumns;
/** The French columns say the same. */
const known: ReadonlySet<string> = new Set([
  "incident_type_f",
  "source_of_recall_e",
  "source_of_recall_f",
  "hazard_severity_code_f",
  "usage_code_term_f",
  "role_f",
  "mandatory_rpt",
]);

const codeColumns = { code: ["pref_name_code"], term: ["pref_desc_e"] } as const;

/** What is known of the harm; of an injury it is not known how grave it was. */
const severities: ReadonlyMap<string, readonly Seriousness[] | undefined> = new Map([
  ["DEATH", ["death"]],
  ["INJURY", undefined],
  ["POTENTIAL FOR DEATH/INJURY", []],
  ["MINIMAL/NO ADVERSE HEALTH CONSEQUENCES", []],
  ["UNASSIGNED", undefined],
]);
const UNASSIGNED = "UNASSIGNED";
const NOT_STATED = new Set(["", "UNDEFINED", "UNKNOWN"]);
/** 0 is a device without a class. */
const classes: ReadonlyMap<string, string | undefined> = new Map([
  ["0", undefined],
  ["1", "I"],
  ["2", "II"],
  ["3", "III"],
  ["4", "IV"],
]);

/** Health Canada's device incidents; see `readHealthCanada` for what becomes of each column. */
export async function* healthCanadaReports(context: ReadContext, csv: RowSplitter): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  const { incidents, codes } = await sortFiles(context.files);
  const names = new Map<string, string>();
  for (const { file, delimiter } of codes) {
    const spec: TableSpec<keyof typeof codeColumns> = {
      columns: codeColumns,
      required: ["code", "term"],
      delimiter,
      split: csv,
      fit: exactFit(),
    };
    for await (const { columns, rows, faults, issues } of readTable(file, spec, context.meter)) {
      out.issues(issues);
      out.issues(faults.map((fault) => faultIssue(fault, file.base, "row-rejected")));
      for (const { cells } of rows) names.set(trim(cells[columns.code]), trim(cells[columns.term]));
    }
    yield* out.rest();
  }
  const maker = new ReportMaker(names, out);
  for (const { file, delimiter } of incidents) {
    const spec: TableSpec<Column> = {
      columns: incidentColumns,
      required: ["key", "receivedDate", "name"],
      delimiter,
      split: csv,
      fit: exactFit(),
      known,
    };
    for await (const { columns, rows, faults, issues } of readTable(file, spec, context.meter)) {
      out.issues(issues);
      out.issues(faults.map((fault) => faultIssue(fault, file.base, "report-rejected")));
      for (const { cells, line } of rows) {
        maker.make((column) => trim(cells[columns[column]]), { file: file.base, row: line });
        yield* out.due();
      }
    }
    yield* out.rest();
  }
}

interface FoundFile {
  readonly file: SourceFile;
  readonly delimiter: string;
}

/** Tells incidents from code tables by the header. The table of IMDRF codes is known and not used: no incident names one. */
async function sortFiles(files: readonly SourceFile[]): Promise<Record<"incidents" | "codes", FoundFile[]>> {
  const sorted: Record<"incidents" | "codes", FoundFile[]> = { incidents: [], codes: [] };
  for (const file of files) {
    const header = await firstLine(file);
    if (header === undefined) continue;
    const delimiter = header.includes("|") ? "|" : ",";
    const names = new Set(header.split(delimiter).map((name) => headerName(name.replaceAll('"', ""))));
    if (names.has("incident_id") && names.has("receipt_dt")) sorted.incidents.push({ file, delimiter });
    else if (names.has("pref_name_code") && names.has("pref_desc_e")) sorted.codes.push({ file, delimiter });
    else if (!names.has("patient_dev_cd") && !file.listed) {
      throw new PvError(
        "UNKNOWN_LAYOUT",
        `${file.base}: no Health Canada table has the header ${header.slice(0, 200)}`,
      );
    }
  }
  if (sorted.incidents.length > 0) return sorted;
  throw new PvError("SOURCE_EMPTY", `no table of incidents with content among ${files.length} files`);
}

type Cell = (column: Column) => string;

class ReportMaker {
  readonly #names: ReadonlyMap<string, string>;
  readonly #out: BatchBuilder;
  readonly #fields: Fields;

  constructor(names: ReadonlyMap<string, string>, out: BatchBuilder) {
    this.#names = names;
    this.#out = out;
    this.#fields = new Fields(out);
  }

  make(at: Cell, place: Place): void {
    const fields = this.#fields;
    fields.place = place;
    const id = wholeNumber(at("key"));
    if (id === "") {
      fields.issue("MISSING_ID", "report-rejected", "INCIDENT_ID");
      return;
    }
    const receivedDate = fields.date("RECEIPT_DT", at("receivedDate"));
    const eventDate = fields.date("INCIDENT_DT", at("eventDate"));
    const awareDate = fields.date("INC_AWARE_DT", at("awareDate"));
    this.#order("INCIDENT_DT", eventDate, receivedDate);
    this.#order("INC_AWARE_DT", awareDate, receivedDate);
    const severity = at("severity").toUpperCase();
    const isKnown = severities.has(severity);
    if (!isKnown && severity !== "") fields.issue("UNKNOWN_CODE", "noted", "HAZARD_SEVERITY_CODE_E", severity);
    const events: ReportEvent[] = severity === "" || severity === UNASSIGNED ? [] : [{ term: severity }];
    const serious = severities.get(severity);
    const products = fields.products(this.#products(at));
    const classification = fields.text("INCIDENT_TYPE_E", at("type"));
    this.#out.report(
      {
        id: fields.text("INCIDENT_ID", id) ?? id,
        source: "health-canada",
        version: 1,
        domain: "device",
        products,
        events,
        ...given({ receivedDate, eventDate, awareDate, classification, serious: serious && [...serious] }),
      },
      place,
    );
  }

  #order(field: string, date: PartialDate | undefined, receivedDate: PartialDate | undefined): void {
    const day = date === undefined ? undefined : partialDay(date)?.day;
    const received = receivedDate === undefined ? undefined : partialDay(receivedDate)?.day;
    if (day !== undefined && received !== undefined && day > received) {
      this.#fields.issue("DATE_ORDER", "noted", field, date, `received ${receivedDate ?? ""}`);
    }
  }

  /** A cell lists several devices; what stands in lists of another length cannot be told apart and is left out. */
  #products(at: Cell): ReportProduct[] {
    const fields = this.#fields;
    const names = listIn(at("name"));
    const [codes, risks, usages] = (["code", "risk", "usage"] as const).map((column) => listIn(at(column)));
    const manufacturers = companies(at("company"), at("role"), "(MANUFACTURER)");
    const pick = (list: readonly string[] | undefined, i: number): string | undefined =>
      list?.length === names.length ? list[i] : list?.length === 1 ? list[0] : undefined;
    return names.flatMap((text, i) => {
      const name = fields.text("TRADE_NAME", text);
      if (name === undefined) return [];
      const code = fields.text("PREF_NAME_CODE", pick(codes, i));
      const usage = pick(usages, i) ?? "";
      return [
        {
          name,
          role: "suspect" as const,
          ...given({
            code,
            ingredient: code === undefined ? undefined : fields.text("PREF_DESC_E", this.#names.get(code)),
            manufacturer: manufacturers.length === 1 ? fields.text("COMPANY_NAME", manufacturers[0]) : undefined,
            riskClass: fields.code("RISK_CLASSIFICATION", wholeNumber(pick(risks, i) ?? ""), classes),
            category: NOT_STATED.has(usage.toUpperCase()) ? undefined : fields.text("USAGE_CODE_TERM_E", usage),
          }),
        },
      ];
    });
  }
}

const listIn = (text: string): string[] =>
  text
    .split(";")
    .map(trim)
    .filter((part) => part !== "");

/** Companies that played a part, where names and parts are lists of one length. */
function companies(names: string, roles: string, role: string): string[] {
  const [companyList, roleList] = [listIn(names), listIn(roles)];
  return companyList.length === roleList.length ? companyList.filter((_, i) => roleList[i] === role) : [];
}

const trim = (text: string | undefined): string => text?.trim() ?? "";

/** A number that a spreadsheet made a fraction (`10.0`). */
const wholeNumber = (text: string): string => text.replace(/^(\d+)\.0+$/, "$1");
