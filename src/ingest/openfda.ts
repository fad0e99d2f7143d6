import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { Fields } from "./e2b-fields.ts";
import { R2Mapper, type R2Record } from "./e2b-r2.ts";
import type { ReadContext, ReadOptions, SourceFile } from "./input.ts";
import { JsonCutter, RECORD_LIMIT, type JsonRecord } from "./json-records.ts";
import { openFdaDevice, type EventLevel } from "./openfda-device.ts";
import { FoodMapper } from "./openfda-food.ts";

/** How openFDA is read. */
export interface OpenFdaOptions extends ReadOptions {
  /** What an event of a device report is; as in `MaudeOptions`. */
  readonly eventLevel?: EventLevel;
  /** Terms with a comma that the built-in list lacks; the food and cosmetic answers cut terms at every comma. */
  readonly commaTerms?: readonly string[];
  /** Keep food and cosmetic products whose name FDA blacked out (default `"drop"`). */
  readonly redacted?: "drop" | "keep";
}

const EVENT_LEVELS: readonly unknown[] = ["problem", "type", "both"];

/**
 * @throws PvError `INVALID_OPTION`
 */
export function checkOpenFdaOptions({ eventLevel = "problem", redacted = "drop" }: OpenFdaOptions): void {
  if (!EVENT_LEVELS.includes(eventLevel)) {
    throw new PvError("INVALID_OPTION", `eventLevel: expected ${EVENT_LEVELS.join(", ")}, got ${eventLevel}`);
  }
  if (!(["drop", "keep"] as readonly unknown[]).includes(redacted)) {
    throw new PvError("INVALID_OPTION", `redacted: expected drop or keep, got ${redacted}`);
  }
}

/** openFDA adverse event files; see `readOpenFda` for what becomes of each field. */
export async function* openFdaReports(context: ReadContext, options: OpenFdaOptions): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  let found = false;
  for (const file of context.files) {
    const reader = new FileReader(file, context, options, out);
    yield* reader.read();
    found ||= reader.recognised;
  }
  if (!found) throw new PvError("SOURCE_EMPTY", `no openFDA report among ${context.files.length} files`);
}

class FileReader {
  recognised = false;
  readonly #file: SourceFile;
  readonly #context: ReadContext;
  readonly #out: BatchBuilder;
  readonly #fields: Fields;
  readonly #cutter = new JsonCutter();
  readonly #drugs: R2Mapper;
  readonly #foods: FoodMapper;
  readonly #level: EventLevel;
  #damaged = 0;

  constructor(file: SourceFile, context: ReadContext, options: OpenFdaOptions, out: BatchBuilder) {
    this.#file = file;
    this.#context = context;
    this.#out = out;
    this.#fields = new Fields(out);
    this.#drugs = new R2Mapper(this.#fields, context.narrative, "faers");
    this.#foods = new FoodMapper(this.#fields, options);
    this.#level = options.eventLevel ?? "problem";
  }

  async *read(): AsyncGenerator<ReportBatch> {
    const cutter = this.#cutter;
    let bytes = 0;
    for await (const chunk of this.#file.open()) {
      bytes += chunk.length;
      for (let at = 0; at < chunk.length; at += BLOCK) {
        for (const record of cutter.push(chunk.subarray(at, at + BLOCK))) {
          this.#record(record);
          yield* this.#out.due();
        }
        if (!this.recognised && this.#file.listed && this.#damaged > OTHERS) return;
      }
      yield* this.#out.due();
    }
    for (const record of cutter.end()) this.#record(record);
    if (!this.recognised && bytes > 0 && !this.#file.listed) {
      throw new PvError("UNKNOWN_LAYOUT", `${this.#file.base}: no drug, device or food event of openFDA in it`);
    }
    if (this.recognised && !cutter.complete) {
      this.#out.issue("TRUNCATED_FILE", "noted", { file: this.#file.base, row: cutter.line });
    }
    yield* this.#out.rest();
  }

  #record({ value, fault, line, fallback }: JsonRecord): void {
    const place = { file: this.#file.base, row: line };
    this.#fields.place = place;
    if (fallback) this.#out.issue("ENCODING_FALLBACK", "repaired", place, "", "", "windows-1252");
    const record = fault === undefined ? (value as R2Record) : undefined;
    const make = record === undefined ? undefined : this.#mapper(record);
    // Records of a file that is none of openFDA's are not reports that were lost.
    if (make === undefined && !this.recognised && this.#file.listed) {
      this.#damaged++;
      return;
    }
    this.#context.meter.rows++;
    if (fault !== undefined) {
      const code = fault === "cut" ? "TRUNCATED_FILE" : fault === "too long" ? "FIELD_TOO_LONG" : "INVALID_REPORT";
      const detail = fault === "too long" ? `more than ${RECORD_LIMIT} bytes` : fault;
      this.#out.issue(code, "report-rejected", place, "", "", detail);
    } else if (make === undefined) {
      this.#out.issue("INVALID_REPORT", "report-rejected", place, "", "", "neither drug, device nor food event");
    } else {
      this.recognised = true;
      const report = make();
      if (report !== undefined) this.#out.report(report, place);
    }
  }

  #mapper(record: R2Record): (() => Report | undefined) | undefined {
    if ("safetyreportid" in record) return () => this.#drugs.report(record, true);
    if ("mdr_report_key" in record) {
      return () => openFdaDevice(record, this.#fields, this.#level, this.#context.narrative);
    }
    if ("report_number" in record && ("products" in record || "reactions" in record)) {
      return () => this.#foods.report(record);
    }
    return undefined;
  }
}

const BLOCK = 2 ** 20;
/** A file of a directory in which so many records are no reports is another file. */
const OTHERS = 1000;
