import { PvError } from "../error.ts";
import { normaliseLot } from "../report/lot.ts";
import {
  SERIOUSNESS,
  type Patient,
  type ReportEvent,
  type ReportProduct,
  type Seriousness,
  type Sex,
} from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { orphanRows } from "./child-rows.ts";
import { DateReader } from "./dates.ts";
import { firstLine, type LineBlock } from "./decode.ts";
import { splitLines } from "./delimited.ts";
import type { ReadContext, ReadOptions, SourceFile } from "./input.ts";
import { KeyedRows, KeyIndex } from "./keyed-rows.ts";
import {
  impliedHeaders,
  joinContinuations,
  maudeColumns,
  maudeFit,
  maudeTable,
  type MaudeTable,
} from "./maude-tables.ts";
import { LostRows } from "./lost-rows.ts";
import { ownString } from "./own-string.ts";
import { anyCase, readPatient, type AgeUnit, type PatientCodes } from "./patient.ts";
import { exactFit } from "./row-fit.ts";
import { faultIssue, type RowSplitter } from "./rows.ts";
import { readTable, type TableSpec } from "./table.ts";

/** How MAUDE is read. */
export interface MaudeOptions extends ReadOptions {
  /**
   * What an event is: device and patient problems, else the event type where a report has none (`"problem"`, the default);
   * the event type alone; or both.
   */
  readonly eventLevel?: "problem" | "type" | "both";
}

const EVENT_LEVELS: readonly unknown[] = ["problem", "type", "both"];

const eventTypes: ReadonlyMap<string, string> = new Map([
  ["D", "Death"],
  ["DEATH", "Death"],
  ["IN", "Injury"],
  ["IL", "Injury"],
  ["IJ", "Injury"],
  ["INJURY", "Injury"],
  ["M", "Malfunction"],
  ["MALFUNCTION", "Malfunction"],
  ["O", "Other"],
  ["OTHER", "Other"],
]);

const outcomes: ReadonlyMap<string, Seriousness> = new Map([
  ["D", "death"],
  ["L", "life-threatening"],
  ["H", "hospitalisation"],
  ["S", "disability"],
  ["C", "congenital-anomaly"],
  ["R", "intervention"],
  ["O", "other"],
]);
/** Invalid data, unknown, no information, not applicable. */
const NO_OUTCOME: ReadonlySet<string> = new Set(["*", "U", "I", "A"]);

/** Stand where a name, a date or a number is missing. */
const placeholder = /^(\**|-|UNK.*|NA|N\/A|NI|NONE|NO INFORMATION|NOT APPLICABLE|INVALID DATA)$/i;
const MISSING: ReadonlySet<string> = new Set(["", "*", "NA", "NI", "N/A", "UNK"]);

const patientCodes: PatientCodes = {
  ages: anyCase(
    new Map<string, AgeUnit>([
      ["YR", "year"],
      ["YRS", "year"],
      ["MO", "month"],
      ["MON", "month"],
      ["WK", "week"],
      ["DA", "day"],
      ["DY", "day"],
      ["HR", "hour"],
    ]),
  ),
  noAgeUnit: new Set([""]),
  sexes: anyCase(
    new Map<string, Sex>([
      ["F", "female"],
      ["FEMALE", "female"],
      ["M", "male"],
      ["MALE", "male"],
    ]),
  ),
  noSex: new Set(["UNKNOWN", "UNK", "U", "*", "NI", "NA", "NOT APPLICABLE"]),
};

/**
 * @throws PvError `INVALID_OPTION`
 */
export function checkMaudeOptions({ eventLevel = "problem" }: MaudeOptions): void {
  if (EVENT_LEVELS.includes(eventLevel)) return;
  throw new PvError("INVALID_OPTION", `eventLevel: expected ${EVENT_LEVELS.join(", ")}, got ${eventLevel}`);
}

interface FoundFile {
  readonly file: SourceFile;
  readonly delimiter: string;
}

type Columns<T extends keyof typeof maudeColumns> = Exclude<keyof (typeof maudeColumns)[T], "key"> & string;

interface Tables {
  readonly master: KeyedRows<Columns<"master">>;
  readonly device: KeyedRows<Columns<"device">>;
  readonly patient: KeyedRows<Columns<"patient">>;
  readonly text: KeyedRows<Columns<"text">>;
  readonly deviceProblem: KeyedRows<Columns<"deviceProblem">>;
  readonly patientProblem: KeyedRows<Columns<"patientProblem">>;
}

/** What the loader needs of a {@link KeyedRows} of any columns. */
interface RowSink {
  startFile(name: string): void;
  add(key: string, line: number, cells: readonly string[], columns: Readonly<Record<string, number>>): number;
}

/** Columns without which a file is not taken for the table its first line suggested. */
const required: Readonly<Partial<Record<MaudeTable, readonly string[]>>> = {
  device: ["brand", "generic"],
  patient: ["outcome"],
  text: ["text"],
  deviceProblem: ["problem"],
  patientProblem: ["problem"],
  deviceCode: ["term"],
  patientCode: ["term"],
};

/** MAUDE files; see `readMaude` for what becomes of each column. */
export async function* maudeReports(
  context: ReadContext,
  options: MaudeOptions,
  csv: RowSplitter,
): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  const files = await sortFiles(context.files);
  const of = (table: MaudeTable): readonly FoundFile[] => files.get(table) ?? [];
  const index = new KeyIndex();
  const rows: Tables = {
    master: new KeyedRows(index, columnsOf("master")),
    device: new KeyedRows(index, columnsOf("device")),
    patient: new KeyedRows(index, columnsOf("patient")),
    text: new KeyedRows(index, columnsOf("text")),
    deviceProblem: new KeyedRows(index, columnsOf("deviceProblem")),
    patientProblem: new KeyedRows(index, columnsOf("patientProblem")),
  };
  const lost = new LostRows(index);
  const leading = of("master").length + of("joined").length > 0 ? "master" : "device";
  for (const table of ["master", "device", "patient"] as const) {
    if (of(table).length + of("joined").length > 0) continue;
    out.issues([{ code: "MISSING_TABLE", effect: "noted", detail: table === "master" ? "mdrfoi" : table }]);
  }
  const names = { device: new Map<string, string>(), patient: new Map<string, string>() };
  for (const found of of("deviceCode")) yield* loadCodes("deviceCode", found, names.device, context, csv, out);
  for (const found of of("patientCode")) yield* loadCodes("patientCode", found, names.patient, context, csv, out);
  for (const found of of("joined")) {
    const spec = joinedSpec(found.delimiter, csv);
    const sinks = (["master", "device", "patient"] as const).map((table) => sinkOf(table, rows[table], `${table}.`));
    yield* load(found.file, spec, sinks, lost, context, out);
  }
  const tables = ["master", "device", "patient", "text", "deviceProblem", "patientProblem"] as const;
  for (const table of tables) {
    if (table === "text" && !context.narrative) continue;
    for (const { file, delimiter } of of(table)) {
      const spec = specOf(table, file.base, delimiter, csv);
      yield* load(file, spec, [sinkOf(table, rows[table], "")], table === leading ? lost : undefined, context, out);
    }
  }
  const maker = new ReportMaker(rows, names, options.eventLevel ?? "problem", out);
  const walked = rows[leading];
  for (let row = 0; row < walked.length; row++) {
    const key = walked.keyOf(row);
    if (!index.isClaimed(key)) maker.make(key, walked.file(row), walked.line(row));
    else if (leading === "master") {
      const place = { file: walked.file(row), row: walked.line(row) };
      out.issue("REPEATED_RECORD", "noted", place, "MDR_REPORT_KEY", index.text(key));
    }
    yield* out.due();
  }
  yield* lost.settle(out);
  yield* orphanRows(
    [rows.device, rows.patient, rows.text, rows.deviceProblem, rows.patientProblem],
    "MDR_REPORT_KEY",
    out,
  );
  yield* out.rest();
}

async function sortFiles(files: readonly SourceFile[]): Promise<Map<MaudeTable, FoundFile[]>> {
  const found = new Map<MaudeTable, FoundFile[]>();
  for (const file of files) {
    const first = await firstLine(file);
    if (first === undefined) continue;
    const kind = maudeTable(file.base, first);
    if (kind === undefined) {
      if (file.listed) continue;
      throw new PvError("UNKNOWN_LAYOUT", `${file.base}: no MAUDE table has the header ${first.slice(0, 200)}`);
    }
    const list = found.get(kind.table) ?? [];
    found.set(kind.table, list);
    list.push({ file, delimiter: kind.delimiter });
  }
  if (found.has("master") || found.has("device") || found.has("joined")) return found;
  throw new PvError("SOURCE_EMPTY", `no MAUDE master or device table with content among ${files.length} files`);
}

function columnsOf<T extends keyof typeof maudeColumns>(table: T): readonly Columns<T>[] {
  return Object.keys(maudeColumns[table]).filter((column) => column !== "key") as unknown as readonly Columns<T>[];
}

function specOf(
  table: Exclude<MaudeTable, "joined">,
  base: string,
  delimiter: string,
  csv: RowSplitter,
): TableSpec<string> {
  const isPiped = delimiter === "|";
  const isCode = table === "deviceCode" || table === "patientCode";
  const implied = (impliedHeaders as Partial<Record<MaudeTable, readonly string[]>>)[table];
  return {
    columns: maudeColumns[table],
    required: ["key", ...(required[table] ?? [])],
    delimiter,
    split: isPiped ? splitLines : csv,
    fit: maudeFit(table === "text"),
    long: ["text"],
    ...(implied === undefined ? {} : { impliedHeader: implied }),
    ...(isPiped && !isCode
      ? { prepare: (blocks: AsyncIterable<LineBlock>) => joinContinuations(blocks, base, table === "text") }
      : {}),
  };
}

/** Columns of the three tables side by side, as `master.type`. */
function joinedSpec(delimiter: string, csv: RowSplitter): TableSpec<string> {
  const parts = (["master", "device", "patient"] as const).flatMap((table) =>
    Object.entries(maudeColumns[table]).map(([column, names]) => [`${table}.${column}`, names] as const),
  );
  return {
    columns: { ...Object.fromEntries(parts), key: maudeColumns.master.key },
    required: ["key", "master.type", "device.brand", "device.generic"],
    delimiter,
    split: delimiter === "|" ? splitLines : csv,
    fit: exactFit(),
  };
}

interface Sink {
  readonly rows: RowSink;
  readonly columns: readonly string[];
  /** Stands before the names of its columns in the file. */
  readonly prefix: string;
}

function sinkOf(table: keyof Tables, rows: RowSink, prefix: string): Sink {
  return { rows, columns: columnsOf(table), prefix };
}

/** Reads one file into the tables. Where its rows make reports, those left out wait in `lost`. */
async function* load(
  file: SourceFile,
  spec: TableSpec<string>,
  sinks: readonly Sink[],
  lost: LostRows | undefined,
  context: ReadContext,
  out: BatchBuilder,
): AsyncGenerator<ReportBatch> {
  for (const { rows } of sinks) rows.startFile(file.base);
  for await (const block of readTable(file, spec, context.meter)) {
    out.issues(block.issues);
    const place = block.columns["key"] ?? -1;
    for (const fault of block.faults) {
      if (lost === undefined) out.issues([faultIssue(fault, file.base, "row-rejected")]);
      else lost.add(fault, file.base, reportKey(fault.cells?.[place] ?? ""));
    }
    const targets = sinks.map(({ rows, columns, prefix }) => ({
      rows,
      columns: Object.fromEntries(columns.map((column) => [column, block.columns[prefix + column] ?? -1])),
    }));
    for (const { cells, line } of block.rows) {
      const key = reportKey(cells[place] ?? "");
      if (key === "") {
        const effect = lost === undefined ? "row-rejected" : "report-rejected";
        out.issue("MISSING_ID", effect, { file: file.base, row: line }, "MDR_REPORT_KEY", cells[place]);
        continue;
      }
      for (const { rows, columns } of targets) rows.add(key, line, cells, columns);
    }
    yield* out.due();
  }
  yield* out.rest();
}

/** ` 1234567.0` is `1234567`; anything that is no number names no report. */
function reportKey(text: string): string {
  return /^\s*(\d+)(?:\.0*)?\s*$/.exec(text)?.[1] ?? "";
}

async function* loadCodes(
  table: "deviceCode" | "patientCode",
  { file, delimiter }: FoundFile,
  names: Map<string, string>,
  context: ReadContext,
  csv: RowSplitter,
  out: BatchBuilder,
): AsyncGenerator<ReportBatch> {
  for await (const { columns, ...block } of readTable(file, specOf(table, file.base, delimiter, csv), context.meter)) {
    out.issues(block.issues);
    out.issues(block.faults.map((fault) => faultIssue(fault, file.base, "row-rejected")));
    for (const { cells } of block.rows) {
      const code = reportKey(cells[columns["key"] ?? -1] ?? "");
      const term = (cells[columns["term"] ?? -1] ?? "").trim();
      if (code !== "" && term !== "" && !names.has(code)) names.set(code, ownString(term));
    }
  }
  yield* out.rest();
}

/** Makes the report of one key from its rows in all tables. */
class ReportMaker {
  readonly #rows: Tables;
  readonly #names: Readonly<Record<"device" | "patient", ReadonlyMap<string, string>>>;
  readonly #level: "problem" | "type" | "both";
  readonly #out: BatchBuilder;
  readonly #dates = new DateReader("mdy");
  /** Problems without a name, as text; they repeat. */
  readonly #unnamed = new Map<string, string>();

  constructor(
    rows: Tables,
    names: Readonly<Record<"device" | "patient", ReadonlyMap<string, string>>>,
    level: "problem" | "type" | "both",
    out: BatchBuilder,
  ) {
    this.#rows = rows;
    this.#names = names;
    this.#level = level;
    this.#out = out;
  }

  make(key: number, file: string, line: number): void {
    const { master, device, patient, text } = this.#rows;
    master.index.claim(key);
    const place = { file, row: line };
    const main = latest(master, key)[0];
    const devices = latest(device, key);
    const patients = latest(patient, key);
    const of = (column: Columns<"master">): string | undefined =>
      main === undefined || MISSING.has(master.text(main, column).toUpperCase())
        ? undefined
        : master.value(main, column);
    const type = this.#type(main);
    const [first] = devices;
    const receivedDate =
      (main === undefined ? undefined : this.#date(master, main, "receivedDate")) ??
      (first === undefined ? undefined : this.#date(device, first, "receivedDate"));
    const eventDate = main === undefined ? undefined : this.#date(master, main, "eventDate");
    const [eventKey, region, country, reporter] = [of("eventKey"), of("region"), of("country"), of("reporter")];
    const serious = this.#serious(patients, type);
    const who = this.#patient(patients);
    const narrative = latest(text, key)
      .map((row) => text.text(row, "text"))
      .join("\n");
    this.#out.report(
      {
        id: master.index.text(key),
        source: "maude",
        version: 1,
        domain: "device",
        ...(receivedDate === undefined ? {} : { receivedDate }),
        ...(eventDate === undefined ? {} : { eventDate }),
        ...(eventKey === undefined ? {} : { eventKey }),
        products: this.#products(devices),
        events: this.#events(key, type),
        ...(serious === undefined ? {} : { serious }),
        ...(region === undefined ? {} : { region }),
        ...(country === undefined ? {} : { country }),
        ...(reporter === undefined ? {} : { reporter }),
        ...(who === undefined ? {} : { patient: who }),
        ...(narrative === "" ? {} : { narrative }),
      },
      place,
    );
  }

  #type(main: number | undefined): string | undefined {
    const { master } = this.#rows;
    const code = main === undefined ? "" : master.text(main, "type");
    if (main === undefined || MISSING.has(code.toUpperCase())) return undefined;
    const type = eventTypes.get(code.toUpperCase());
    if (type === undefined) this.#out.rowIssue("UNKNOWN_CODE", "value-dropped", master, main, "EVENT_TYPE", code);
    return type;
  }

  #date<C extends string>(rows: KeyedRows<C>, row: number, column: NoInfer<C>): string | undefined {
    const text = rows.text(row, column);
    if (MISSING.has(text.toUpperCase())) return undefined;
    const date = this.#dates.read(text);
    if (date === undefined) this.#out.rowIssue("BAD_DATE", "value-dropped", rows, row, column, text);
    return date;
  }

  #products(devices: readonly number[]): ReportProduct[] {
    const { device } = this.#rows;
    const seen = new Set<string>();
    return devices.flatMap((row) => {
      const signature = device.signature(row);
      if (seen.has(signature)) {
        this.#out.rowIssue("REPEATED_RECORD", "noted", device, row, "BRAND_NAME", device.text(row, "brand"));
        return [];
      }
      seen.add(signature);
      const known = (column: Columns<"device">): string | undefined => {
        const text = device.text(row, column);
        return placeholder.test(text) ? undefined : text;
      };
      const [brand, generic, manufacturer, code] = [
        known("brand"),
        known("generic"),
        known("manufacturer"),
        known("code"),
      ];
      const name = brand ?? generic ?? code;
      const lot = device.text(row, "lot");
      if (brand === undefined && generic === undefined) {
        const effect = name === undefined ? "row-rejected" : "repaired";
        this.#out.rowIssue("PLACEHOLDER", effect, device, row, "BRAND_NAME", device.text(row, "brand"), name ?? "");
      }
      if (name === undefined) return [];
      if (name.includes("¿")) this.#out.rowIssue("MOJIBAKE", "noted", device, row, "BRAND_NAME", name);
      const product: ReportProduct = {
        name,
        role: "suspect",
        ...(generic === undefined ? {} : { ingredient: generic }),
        ...(manufacturer === undefined ? {} : { manufacturer }),
        ...(placeholder.test(lot) || normaliseLot(lot) === undefined ? {} : { lots: [lot] }),
        ...(code === undefined ? {} : { code }),
      };
      return [product];
    });
  }

  #events(key: number, type: string | undefined): ReportEvent[] {
    const events = new Map<string, ReportEvent>();
    if (this.#level !== "type") {
      this.#problems(this.#rows.deviceProblem, key, "device", events);
      this.#problems(this.#rows.patientProblem, key, "patient", events);
    }
    if (type !== undefined && (this.#level !== "problem" || events.size === 0)) events.set(type, { term: type });
    return [...events.values()];
  }

  #problems(
    rows: KeyedRows<"problem">,
    key: number,
    kind: "device" | "patient",
    events: Map<string, ReportEvent>,
  ): void {
    for (const row of latest(rows, key)) {
      const text = rows.text(row, "problem");
      if (MISSING.has(text.toUpperCase())) continue;
      const code = reportKey(text) || text;
      const term = this.#names[kind].get(code) ?? this.#nameless(`${kind} problem ${code}`);
      if (!events.has(term)) events.set(term, { term, code });
    }
  }

  #nameless(term: string): string {
    const known = this.#unnamed.get(term);
    if (known === undefined) this.#unnamed.set(term, term);
    return known ?? term;
  }

  /**
   * Union over the patients, whose outcome lists accumulate (`1. L; 2. R`, `D;H`). A malfunction without an outcome has none;
   * of an injury without one nothing is known.
   */
  #serious(patients: readonly number[], type: string | undefined): Seriousness[] | undefined {
    const { patient } = this.#rows;
    const met = new Set<Seriousness>(type === "Death" ? ["death"] : []);
    for (const row of patients) {
      for (const part of patient
        .text(row, "outcome")
        .toUpperCase()
        .split(/[;,\s]+/)) {
        const code = part.replace(/^\d+\.?/, "");
        const criterion = outcomes.get(code);
        if (criterion !== undefined) met.add(criterion);
        else if (code !== "" && !NO_OUTCOME.has(code)) {
          this.#out.rowIssue("UNKNOWN_CODE", "value-dropped", patient, row, "SEQUENCE_NUMBER_OUTCOME", code);
        }
      }
    }
    if (met.size === 0 && type !== "Malfunction") return undefined;
    return SERIOUSNESS.filter((criterion) => met.has(criterion));
  }

  /** Age, sex and weight of the first patient. */
  #patient(patients: readonly number[]): Patient | undefined {
    const { patient } = this.#rows;
    const [row] = patients;
    if (row === undefined) return undefined;
    const [age, ageUnit] = amount(patient.text(row, "age"));
    const [weight, weightUnit] = amount(patient.text(row, "weight"));
    const cells = { age, ageUnit, weight, weightUnit, sex: patient.text(row, "sex") };
    return readPatient(cells, patientCodes, this.#out, { file: patient.file(row), row: patient.line(row) });
  }
}

/** Rows of a key; where some come from a `…Change` file, those, as they replace the others. */
function latest<C extends string>(rows: KeyedRows<C>, key: number): number[] {
  const all = rows.rowsOf(key);
  const changed = all.filter((row) => /change/i.test(rows.file(row)));
  return changed.length > 0 ? changed : all;
}

/** `62 YR` as number and unit. */
function amount(text: string): readonly [amount: string, unit: string] {
  if (MISSING.has(text.toUpperCase())) return ["", ""];
  const parts = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text);
  return parts === null ? [text, ""] : [parts[1]!, parts[2]!];
}
