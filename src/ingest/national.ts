import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { aefiReport } from "./aefi.ts";
import { BatchBuilder } from "./batch.ts";
import type { ReadContext, ReadOptions, SourceFile } from "./input.ts";
import { AEFI_COLUMNS } from "./layout-aefi.ts";
import { COSMETIC_COLUMNS } from "./layout-cosmetic.ts";
import { DEVICE_COLUMNS } from "./layout-device.ts";
import { DRUG_COLUMNS } from "./layout-drug.ts";
import type { ColumnFamily } from "./layout-family.ts";
import { LAYOUT_RULES, LAYOUTS, type LayoutName } from "./layout.ts";
import { cosmeticReport } from "./national-cosmetic.ts";
import type { FilledDates } from "./national-dates.ts";
import { deviceReport } from "./national-device.ts";
import { drugReport } from "./national-drug.ts";
import type { OpenTable } from "./national-file.ts";
import { NationalForm } from "./national-form.ts";
import type { MakeOptions } from "./national-make.ts";
import { NationalRows, type LinkHash, type RowKey } from "./national-rows.ts";
import { findHeader } from "./national-table.ts";
import type { SheetRows } from "./sheet.ts";

/** What the readers of the Chinese national exports take. */
export interface NationalOptions extends ReadOptions, FilledDates {
  /** Sheet of a workbook; unless told 报告信息, or else the first. */
  readonly sheet?: string;
  /**
   * Secret of at least 16 characters. With it names, dates of birth, record numbers and telephone numbers of patients become
   * keyed hashes in `report.links`, for finding duplicates; without it only whether they were filled in is kept.
   */
  readonly linkSecret?: string;
  /** Terminology of the reaction terms with its version, such as `"MedDRA 27.0 PT"`; the exports do not say. */
  readonly dictionary?: string;
  /**
   * `"reported"` takes the day a report was sent (报告日期) as the day it was received where the export has no 国家中心接收时间;
   * `"stated"` (default) leaves the day of receipt out.
   */
  readonly received?: "stated" | "reported";
  /** Names of the two-digit diagnosis codes of the AEFI card. */
  readonly diagnoses?: Readonly<Record<string, string>>;
}

/** What the pure readers need from their surroundings. */
export interface NationalContext extends Omit<ReadContext, "files"> {
  /** Files, and rows in memory, in the order of their names. */
  readonly sources: readonly (SourceFile | SheetRows)[];
  /** Opens one; `undefined` where it has no content. */
  readonly open: (source: SourceFile | SheetRows) => Promise<OpenTable | undefined>;
  readonly hash: LinkHash | undefined;
}

/** Reader of each layout, named when a file is given to another one. */
const READERS: Readonly<Record<LayoutName, string>> = {
  "national-device": "readNationalDevice",
  "national-adr": "readNationalAdr",
  "national-cosmetic": "readNationalCosmetic",
  "aefi-group": "readAefi",
  "aefi-card": "readAefi",
  "holder-feedback": "readNationalAdr",
  "holder-analysis": "readNationalAdr",
  "device-2014": "readNationalDevice",
};

const KEYS: Readonly<Record<LayoutName, RowKey>> = {
  "national-adr": { ids: ["唯一标识", "报告表编码"], version: "首次/跟踪报告" },
  "holder-analysis": { ids: ["唯一标识", "报告表编码", "反馈码"], version: "首次/跟踪报告" },
  "holder-feedback": { ids: ["反馈码"], version: "首次/跟踪报告" },
  "national-device": { ids: ["报告编码"] },
  "device-2014": { ids: ["报告编码"] },
  "national-cosmetic": { ids: ["报告表编号"] },
  "aefi-card": { ids: ["编码"] },
  "aefi-group": { ids: ["编码", "群体编码"], groups: "群体编码" },
};

type Maker = (form: NationalForm, rows: readonly number[], options: MakeOptions) => Report;
const MAKERS: ReadonlyMap<ColumnFamily, Maker> = new Map([
  [DRUG_COLUMNS, drugReport],
  [DEVICE_COLUMNS, deviceReport],
  [COSMETIC_COLUMNS, cosmeticReport],
  [AEFI_COLUMNS, aefiReport],
]);

/**
 * Checks the options before anything is read.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function checkNationalOptions(options: NationalOptions): void {
  const refuse = (name: string, expected: string): never => {
    throw new PvError("INVALID_OPTION", `${name}: expected ${expected}`);
  };
  const oneOf = (name: "januaryFirst" | "monthFirst" | "received", values: readonly string[]): void => {
    const value = options[name];
    if (value !== undefined && !values.includes(value)) refuse(name, values.join(" or "));
  };
  oneOf("januaryFirst", ["as-year", "as-day"]);
  oneOf("monthFirst", ["as-day", "as-month"]);
  oneOf("received", ["stated", "reported"]);
  for (const name of ["sheet", "dictionary"] as const) {
    if (options[name] !== undefined && options[name].trim() === "") refuse(name, "a name");
  }
  // A short secret would let anyone try all telephone numbers.
  if (options.linkSecret !== undefined && options.linkSecret.length < 16) {
    refuse("linkSecret", "at least 16 characters");
  }
}

/** The Chinese national exports; see the readers for what becomes of each column. */
export async function* nationalReports(
  context: NationalContext,
  expected: readonly LayoutName[],
  options: NationalOptions,
): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder({ ...context, files: [] });
  const stores = new Map<ColumnFamily, NationalRows>();
  for (const source of context.sources) {
    const table = await context.open(source);
    const found = table === undefined ? undefined : await findHeader(table, context.meter);
    if (table === undefined || found === undefined) continue;
    const fault = typeof found === "string" ? found : misplaced(found.layout.layout, expected);
    if (typeof found === "string" || fault !== undefined) {
      if (typeof found !== "string") await found.close();
      if (!table.listed) throw new PvError("UNKNOWN_LAYOUT", `${table.base}: ${fault ?? ""}`);
      out.issues([{ code: "SKIPPED_FILE", effect: "noted", file: table.base, detail: (fault ?? "").slice(0, 200) }]);
      continue;
    }
    const { layout, blocks } = found;
    const { family } = LAYOUT_RULES[layout.layout];
    const store =
      stores.get(family) ?? new NationalRows({ family, narrative: context.narrative, hash: context.hash }, out);
    stores.set(family, store);
    const writer = store.startTable(table.base, layout, KEYS[layout.layout]);
    for await (const block of blocks) {
      context.signal?.throwIfAborted();
      out.issues(block.issues);
      for (const fault of block.faults) writer.lose(fault);
      for (const row of block.rows) writer.add(row);
      yield* out.due();
    }
    yield* out.rest();
  }
  if (stores.size === 0) {
    const names = context.sources.map((source) => ("base" in source ? source.base : source.name));
    throw new PvError("SOURCE_EMPTY", `no table to read in ${names.slice(0, 20).join(", ")}`);
  }
  for (const [family, store] of stores) yield* reportsOf(family, store, context, options, out);
  yield* out.rest();
}

function misplaced(layout: LayoutName, expected: readonly LayoutName[]): string | undefined {
  if (expected.includes(layout)) return undefined;
  return `expected ${expected.join(" or ")}, found ${layout}: read it with ${READERS[layout]} or readNational`;
}

function* reportsOf(
  family: ColumnFamily,
  store: NationalRows,
  { narrative, hash }: NationalContext,
  options: NationalOptions,
  out: BatchBuilder,
): Generator<ReportBatch> {
  const form = new NationalForm(store, { dates: options, hash, narrative }, out);
  const make = MAKERS.get(family)!;
  const asReceived = options.received === "reported";
  const makeOptions: MakeOptions = {
    dictionary: options.dictionary,
    received: (reported: PartialDate | undefined) => (asReceived ? reported : undefined),
    diagnoses: new Map(Object.entries(options.diagnoses ?? {}).map(([code, name]) => [code.padStart(2, "0"), name])),
  };
  for (const rows of store.reports()) {
    const first = rows[0]!;
    out.report(make(form, rows, makeOptions), { file: store.rows.file(first), row: store.rows.line(first) });
    yield* out.due();
  }
  yield* form.artefacts();
  yield* store.lost();
}

/** All layouts there are. */
export const ANY_LAYOUT: readonly LayoutName[] = LAYOUTS;
