import type { Issue } from "../report/issue.ts";
import type { LineBlock } from "./decode.ts";
import { isHeader, raggedRow, type FitMaker } from "./row-fit.ts";
import { FIELD_LIMIT } from "./rows.ts";
import { headerName } from "./table.ts";

/** Tables of MAUDE; `joined` is a CSV of master, device and patient in one. */
export type MaudeTable =
  | "master"
  | "device"
  | "patient"
  | "text"
  | "deviceProblem"
  | "patientProblem"
  | "deviceCode"
  | "patientCode"
  | "joined";

const KEY = ["mdr_report_key"] as const;

/** Column aliases: file generations differ in case, length and spelling of the names. */
export const maudeColumns = {
  master: {
    key: KEY,
    eventKey: ["event_key"],
    receivedDate: ["date_received_x", "date_received"],
    eventDate: ["date_of_event"],
    type: ["event_type", "event_type_code"],
    country: ["reporter_country_code", "reporter_country"],
    region: ["reporter_state_code", "reporter_state"],
    reporter: ["reporter_occupation_code"],
  },
  device: {
    key: KEY,
    seq: ["device_sequence_number", "device_sequence_no"],
    receivedDate: ["date_received_x", "date_received"],
    brand: ["brand_name"],
    generic: ["generic_name"],
    manufacturer: ["manufacturer_d_name"],
    code: ["device_report_product_code"],
    lot: ["lot_number"],
  },
  patient: {
    key: KEY,
    seq: ["patient_sequence_number", "patient_sequence_no"],
    outcome: ["sequence_number_outcome"],
    age: ["patient_age"],
    sex: ["patient_sex"],
    weight: ["patient_weight"],
  },
  text: { key: KEY, text: ["foi_text", "text"] },
  deviceProblem: { key: KEY, problem: ["device_problem_code", "problem_code"] },
  patientProblem: { key: KEY, problem: ["problem_code", "patient_problem_code"] },
  deviceCode: {
    key: ["device_problem_code", "problem_code", "fda_code", "code"],
    term: ["device_problem_description", "problem_description", "term", "description"],
  },
  patientCode: {
    key: ["patient_problem_code", "problem_code", "fda_code", "code"],
    term: ["patient_problem_description", "problem_description", "term", "description"],
  },
} as const;

/** Headers of the files that come without one. */
export const impliedHeaders = {
  deviceProblem: ["mdr_report_key", "device_problem_code"],
  patientProblem: ["mdr_report_key", "patient_sequence_number", "problem_code", "date_added", "date_changed"],
  deviceCode: ["device_problem_code", "device_problem_description"],
  patientCode: ["patient_problem_code", "patient_problem_description"],
} as const;

/** Which table a file is, from its first line and, where that is no header, from its name. */
export function maudeTable(base: string, first: string): { table: MaudeTable; delimiter: string } | undefined {
  const delimiter = first.includes("|") ? "|" : ",";
  const cells = first.split(delimiter);
  const names = new Set(cells.map(headerName));
  const table = names.has("mdr_report_key") ? reportTable(names) : codeTable(names, cells, base);
  return table === undefined ? undefined : { table, delimiter };
}

function reportTable(names: ReadonlySet<string>): MaudeTable | undefined {
  if (names.has("brand_name")) return names.has("event_type") ? "joined" : "device";
  if (names.has("device_problem_code")) return "deviceProblem";
  if (names.has("problem_code") || names.has("patient_problem_code")) return "patientProblem";
  if (names.has("sequence_number_outcome")) return "patient";
  if (names.has("foi_text") || names.has("text")) return "text";
  return names.has("event_type") || names.has("report_source_code") ? "master" : undefined;
}

function codeTable(names: ReadonlySet<string>, cells: readonly string[], base: string): MaudeTable | undefined {
  const has = (aliases: readonly string[]): boolean => aliases.some((name) => names.has(name));
  const forPatients = /^patient/i.test(base);
  for (const table of forPatients
    ? (["patientCode", "deviceCode"] as const)
    : (["deviceCode", "patientCode"] as const)) {
    if (has(maudeColumns[table].key) && has(maudeColumns[table].term)) return table;
  }
  if (!/problem/i.test(base) || !/^\s*"?\d+(\.\d+)?"?\s*$/.test(cells[0] ?? "")) return undefined;
  const second = (cells[1] ?? "").replaceAll('"', "").trim();
  const isCode = /^(\d+(\.0*)?)?$/.test(second);
  return forPatients ? (isCode ? "patientProblem" : "patientCode") : isCode ? "deviceProblem" : "deviceCode";
}

const recordStart = /^\s*\d{2,}(\.\d+)?\s*\|/;

/** A record whose lines are being joined. */
class OpenRecord {
  readonly line: number;
  readonly #parts: string[];
  #length: number;
  #fields: number;

  constructor(text: string, line: number) {
    this.line = line;
    this.#parts = [text];
    this.#length = text.length;
    this.#fields = fieldCount(text);
  }

  get text(): string {
    return this.#parts.join(" ");
  }

  /** Adds a line when the whole stays a possible record: not too long, and of no more than `width` fields. */
  join(text: string, width: number): boolean {
    const fields = this.#fields + fieldCount(text) - 1;
    if (fields > width || this.#length + text.length > FIELD_LIMIT) return false;
    this.#parts.push(text);
    this.#length += text.length + 1;
    this.#fields = fields;
    return true;
  }
}

const fieldCount = (text: string): number => text.split("|").length;

/**
 * Joins lines that do not begin like a record (a key and a separator) to the line before: a line break stood inside a value.
 * Where the line before was complete already, and the table is not that of the texts, such a line is no continuation but
 * something foreign: it stays a line, to be refused for its number of fields.
 */
export async function* joinContinuations(
  blocks: AsyncIterable<LineBlock>,
  file: string,
  isText: boolean,
): AsyncGenerator<LineBlock> {
  let header: string | undefined;
  let width = 0;
  let open: OpenRecord | undefined;
  let cut = false;
  for await (const block of blocks) {
    const lines: string[] = [];
    const numbers: number[] = [];
    const issues: Issue[] = [...block.issues];
    for (const [i, text] of block.lines.entries()) {
      if (text.trim() === "") continue;
      const line = block.numbers[i]!;
      const starts = header === undefined || recordStart.test(text) || text.trim() === header;
      if (header !== undefined && !starts && open?.join(text, width) === true) {
        issues.push({ code: "CONTINUED_LINE", effect: "repaired", file, row: line });
        continue;
      }
      if (open !== undefined) {
        lines.push(open.text);
        numbers.push(open.line);
      }
      if (header === undefined || text.trim() === header) {
        // Nothing continues a header.
        header = text.trim();
        width = isText ? Infinity : fieldCount(text);
        open = undefined;
        lines.push(text);
        numbers.push(line);
      } else {
        open = new OpenRecord(text, line);
      }
    }
    cut = block.unterminated;
    yield { lines, numbers, issues, tooLong: block.tooLong, unterminated: false };
  }
  if (open !== undefined) {
    yield { lines: [open.text], numbers: [open.line], issues: [], tooLong: [], unterminated: cut };
  }
}

/**
 * Records of MAUDE may be shorter than the header: device rows of some years end with the last field that existed then. One
 * that holds every column in use is taken, and the number of short ones is noted. In the text table surplus separators belong
 * to the text, its last column; elsewhere a record of more fields is refused.
 */
export function maudeFit(isText: boolean): FitMaker {
  return ({ file, header, lastUsed }) => {
    const width = header.length;
    let short = 0;
    let trailing = false;
    return {
      accept(row, out) {
        const { cells, line } = row;
        if (isHeader(cells, header)) {
          out.issues.push({ code: "REPEATED_HEADER", effect: "noted", file, row: line });
        } else if (cells.length > width && isText) {
          out.rows.push({ cells: [...cells.slice(0, width - 1), cells.slice(width - 1).join("|")], line });
          out.issues.push({ code: "SURPLUS_DELIMITER", effect: "repaired", file, row: line });
        } else if (cells.length > lastUsed && cells.length <= width) {
          if (cells.length < width) short++;
          out.rows.push(row);
        } else if (cells.length === width + 1 && cells[width] === "") {
          if (!trailing) out.issues.push({ code: "TRAILING_FIELD", effect: "noted", file, row: line });
          trailing = true;
          out.rows.push(row);
        } else {
          out.faults.push(raggedRow(row, width));
        }
      },
      finish(out) {
        if (short === 0) return;
        out.issues.push({ code: "RAGGED_ROW", effect: "noted", file, detail: `${short} rows shorter than the header` });
      },
    };
  };
}
