import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder, type Place } from "./batch.ts";
import { Fields } from "./e2b-fields.ts";
import { R2Mapper, recordOf } from "./e2b-r2.ts";
import { R3Mapper } from "./e2b-r3.ts";
import type { ReadContext, ReadOptions, SourceFile } from "./input.ts";
import { MessageCutter, type XmlMessage } from "./xml-messages.ts";
import type { XmlNode } from "./xml-node.ts";
import { readXmlText } from "./xml-text.ts";

/** How E2B is read. */
export interface E2bOptions extends ReadOptions {
  /**
   * Names of MedDRA codes, by code. MedDRA is licensed, so the names come from the caller; which level they are of is the
   * caller's choice. A coded reaction without a name here has the term `MedDRA 10027940`.
   */
  readonly meddra?: ReadonlyMap<string, string>;
  /** Name space of the report ids (default `"e2b"`; public FAERS files are always `"faers"`). */
  readonly source?: string;
}

/** Outermost elements that hold reports; the name of the message is one too, as a file may hold a single bare one. */
const known = /^(MCCI_IN200100UV01|PORR_IN049016UV|ichicsr|safetyreport)$/i;

/** What other outermost elements are, for the message of the error. */
const others: ReadonlyMap<string, string> = new Map([
  ["MCCI_IN200101UV01", "an E2B(R3) acknowledgement, which holds no reports"],
  ["ICHICSRACK", "an E2B(R2) acknowledgement, which holds no reports"],
  ["PORR_IN040001UV01", "an FDA eMDR device report (HL7 ICSR release 1), which is not read"],
  ["PORR_IN040002UV01", "an FDA eMDR device report (HL7 ICSR release 1), which is not read"],
]);

/**
 * @throws PvError `INVALID_OPTION`
 */
export function checkE2bOptions({ source = "e2b", meddra }: E2bOptions): void {
  if (typeof source !== "string" || source.trim() === "" || source.length > 200) {
    throw new PvError("INVALID_OPTION", "source: expected a name of 1 to 200 characters");
  }
  // Callers without types may pass a plain object.
  if (meddra !== undefined && typeof (meddra as { get?: unknown }).get !== "function") {
    throw new PvError("INVALID_OPTION", "meddra: expected a Map of names by code");
  }
}

/** E2B files of both releases; see `readE2b` for what becomes of each element. */
export async function* e2bReports(context: ReadContext, options: E2bOptions): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  let files = 0;
  for (const file of context.files) {
    const reader = new FileReader(file, context, options, out);
    yield* reader.read();
    if (reader.recognised) files++;
  }
  if (files === 0) throw new PvError("SOURCE_EMPTY", `no E2B file with content among ${context.files.length} files`);
}

class FileReader {
  recognised = false;
  readonly #file: SourceFile;
  readonly #context: ReadContext;
  readonly #out: BatchBuilder;
  readonly #cutter: MessageCutter;
  readonly #fields: Fields;
  readonly #r3: R3Mapper;
  readonly #r2: R2Mapper;

  constructor(file: SourceFile, context: ReadContext, options: E2bOptions, out: BatchBuilder) {
    this.#file = file;
    this.#context = context;
    this.#out = out;
    this.#cutter = new MessageCutter(file.base);
    this.#fields = new Fields(out);
    const source = options.source ?? "e2b";
    this.#r3 = new R3Mapper(this.#fields, context.narrative, source, options.meddra ?? new Map());
    this.#r2 = new R2Mapper(this.#fields, context.narrative, source);
  }

  async *read(): AsyncGenerator<ReportBatch> {
    const cutter = this.#cutter;
    let empty = true;
    for await (const part of readXmlText(this.#file)) {
      if (part.fallback !== undefined) {
        const place = { file: this.#file.base, row: cutter.line };
        this.#out.issue("ENCODING_FALLBACK", "repaired", place, "", "", part.fallback);
      }
      empty &&= part.text.trim() === "";
      for (const message of cutter.push(part)) yield* this.#message(message);
      if (cutter.root !== undefined && !this.#accept(cutter.root)) return;
      yield* this.#out.due();
    }
    for (const message of cutter.end()) yield* this.#message(message);
    if (cutter.root === undefined) {
      if (!this.#file.listed && !empty) throw this.#unknown("has no XML element");
    } else if (!cutter.closed && this.#accept(cutter.root)) {
      this.#out.issue("TRUNCATED_FILE", "noted", { file: this.#file.base, row: cutter.line }, cutter.root);
    }
    yield* this.#out.rest();
  }

  /** Whether the file is one to read. A file of another kind that stood in a directory is passed over. */
  #accept(root: string): boolean {
    this.recognised = known.test(root);
    if (this.recognised || this.#file.listed) return this.recognised;
    throw this.#unknown(
      `is ${others.get(root.toUpperCase()) ?? `no E2B file: its outermost element is ${root.slice(0, 60)}`}`,
    );
  }

  #unknown(what: string): PvError {
    return new PvError("UNKNOWN_LAYOUT", `${this.#file.base} ${what}; expected ichicsr or MCCI_IN200100UV01`);
  }

  *#message({ parsed, line, cut, control, mojibake }: XmlMessage): Generator<ReportBatch> {
    if (!this.#accept(this.#cutter.root ?? "")) return;
    this.#context.meter.rows++;
    const place: Place = { file: this.#file.base, row: line };
    this.#fields.place = place;
    if (control) this.#out.issue("CONTROL_CHARACTER", "repaired", place);
    if (mojibake) this.#out.issue("MOJIBAKE", "repaired", place);
    if (parsed.fault !== undefined) {
      const code = cut ? "TRUNCATED_FILE" : "INVALID_REPORT";
      this.#out.issue(code, "report-rejected", place, "", "", parsed.fault.slice(0, 200));
    } else {
      if (parsed.longTexts > 0) {
        this.#out.issue("FIELD_TOO_LONG", "value-dropped", place, "", "", `${parsed.longTexts} texts`);
      }
      const report = this.#map(parsed.root);
      if (report !== undefined) this.#out.report(report, place);
    }
    yield* this.#out.due();
  }

  #map(root: XmlNode): Report | undefined {
    return root.name.toUpperCase() === "PORR_IN049016UV" ? this.#r3.report(root) : this.#r2.report(recordOf(root));
  }
}
