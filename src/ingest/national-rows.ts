import type { BatchBuilder } from "./batch.ts";
import { KeyedRows, KeyIndex } from "./keyed-rows.ts";
import type { ColumnFamily, Keeping } from "./layout-family.ts";
import type { DetectedLayout } from "./layout.ts";
import { LostRows } from "./lost-rows.ts";
import { readFormDate } from "./national-dates.ts";
import { cleanText, valueOf, type BlankRule } from "./national-values.ts";
import type { ReportBatch } from "../report/source.ts";
import type { Row, RowFault } from "./rows.ts";
import { VALUE_LIMIT } from "./table.ts";

/** Makes a keyed hash of a personal item that was normalised before; at least 128 bits in hexadecimal digits. */
export type LinkHash = (kind: LinkKind, text: string) => string;
/** Personal items that can link reports about one person. */
export type LinkKind = "name" | "birth" | "record" | "phone";

/** What makes the key of a row. */
export interface RowKey {
  /** Columns that can hold the id of a report; the first that is filled counts. */
  readonly ids: readonly string[];
  /** The column that tells a follow-up from the first report. */
  readonly version?: string;
  /** A column that names a group of reports: where it is the id, the rows of a group are numbered. */
  readonly groups?: string;
}

export interface RowStoreOptions {
  readonly family: ColumnFamily;
  readonly narrative: boolean;
  readonly hash: LinkHash | undefined;
}

/** Behind the id of a follow-up, in the key of its rows; no id holds it, as control characters are taken out on reading. */
const FOLLOW_UP = "\u0001";

/** The rows of one family of layouts, of all files, gathered by report until the reports are made. */
export class NationalRows {
  readonly family: ColumnFamily;
  readonly rows: KeyedRows<string>;
  readonly #options: RowStoreOptions;
  readonly #out: BatchBuilder;
  readonly #fields: readonly string[];
  readonly #place: ReadonlyMap<string, number>;
  readonly #rules: readonly BlankRule[];
  /** Columns whose cells are kept as they stand, and cleaned when they are first asked for. */
  readonly #raw: readonly boolean[];
  /** Values of the codes of each column. */
  readonly #values: readonly (string | undefined)[][];
  readonly #lost: LostRows;
  readonly #groups = new Map<string, number>();
  readonly #files: { readonly from: number; readonly columns: ReadonlySet<string>; readonly layout: DetectedLayout }[] =
    [];

  constructor(options: RowStoreOptions, out: BatchBuilder) {
    const { family } = options;
    this.family = family;
    this.#options = options;
    this.#out = out;
    this.#fields = Object.keys(family.columns);
    this.rows = new KeyedRows(new KeyIndex(), this.#fields);
    this.#lost = new LostRows(this.rows.index);
    this.#place = new Map(this.#fields.map((field, i) => [field, i]));
    this.#values = this.#fields.map(() => []);
    this.#raw = this.#fields.map((field) => (family.keeping[field] ?? "date") === "date");
    this.#rules = this.#fields.map((field) => ({
      none: family.noneAnswers.has(field),
      unknown: family.unknownAnswers.has(field),
    }));
  }

  /** The rows added from now on come from this table. */
  startTable(name: string, layout: DetectedLayout, key: RowKey): RowWriter {
    this.rows.startFile(name);
    const columns = new Set([...Object.keys(layout.columns), ...Object.keys(layout.above)]);
    this.#files.push({ from: this.rows.length, columns, layout });
    return new RowWriter(this.#steps(layout), key, this.#options, {
      file: name,
      rows: this.rows,
      lost: this.#lost,
      groups: this.#groups,
      out: this.#out,
    });
  }

  #steps(layout: DetectedLayout): readonly Step[] {
    const { family } = this.#options;
    return this.#fields.map((field, i) => ({
      field,
      index: layout.columns[field] ?? -1,
      above: layout.above[field] ?? "",
      keeping: family.keeping[field] ?? "text",
      long: family.lists.has(field),
      rule: this.#rules[i]!,
    }));
  }

  /** Row numbers of each report, in the order in which the reports were first seen. */
  *reports(): Generator<readonly number[]> {
    for (let key = 0; key < this.rows.index.size; key++) {
      const rows = this.rows.rowsOf(key);
      if (rows.length === 0) continue;
      this.rows.index.claim(key);
      yield rows;
    }
  }

  /** Reports the records left out, after the reports. */
  lost(): Generator<ReportBatch> {
    return this.#lost.settle(this.#out);
  }

  /** Id of the report a row belongs to, and whether it is a follow-up. */
  idOf(row: number): { readonly id: string; readonly followUp: boolean } {
    const key = this.rows.index.text(this.rows.keyOf(row));
    return key.endsWith(FOLLOW_UP) ? { id: key.slice(0, -1), followUp: true } : { id: key, followUp: false };
  }

  /** Whether the table of a row has a column. */
  has(row: number, field: string): boolean {
    return this.#files.findLast(({ from }) => from <= row)?.columns.has(field) === true;
  }

  layoutOf(row: number): DetectedLayout["layout"] {
    return this.#files.findLast(({ from }) => from <= row)!.layout.layout;
  }

  /** The value of a cell, cleaned; empty where it is blank or only says that there is none. */
  value(row: number, field: string): string {
    return this.valueAt(row, this.#place.get(field)!);
  }

  /** As {@link value}, for the column of a place in the table of columns. */
  valueAt(row: number, place: number): string {
    const known = this.#values[place]!;
    const code = this.rows.codeAt(row, place);
    const found = known[code];
    if (found !== undefined) return found;
    const raw = this.rows.textOfCode(place, code);
    const value = this.#raw[place] === true ? this.#clean(raw, place) : raw;
    // Codes come in the order in which rows were added, so the list has no holes for long.
    while (known.length < code) known.push(undefined);
    known[code] = value;
    return value;
  }

  #clean(raw: string, place: number): string {
    const list = this.family.lists.has(this.#fields[place]!);
    return valueOf(cleanText(list ? raw.replace(/\s*\n\s*/g, ";") : raw), this.#rules[place]!);
  }
}

/** How one column becomes a stored value. */
interface Step {
  readonly field: string;
  /** Index among the cells, -1 where the table does not have it. */
  readonly index: number;
  /** Value that stood above the header, for all rows. */
  readonly above: string;
  readonly keeping: Keeping;
  /** It holds a list and may pass the limit of a value. */
  readonly long: boolean;
  readonly rule: BlankRule;
}

/** NFKC can make one character eighteen; below this length no value grows over the limit. */
const SAFE_LENGTH = Math.floor(VALUE_LIMIT / 18);

interface RowTarget {
  readonly file: string;
  readonly rows: KeyedRows<string>;
  readonly lost: LostRows;
  /** How many rows each group of reports has had. */
  readonly groups: Map<string, number>;
  readonly out: BatchBuilder;
}

/** Stores the rows of one table, without what is not needed of them. */
export class RowWriter {
  readonly #steps: readonly Step[];
  readonly #ids: readonly Step[];
  readonly #version: Step | undefined;
  readonly #key: RowKey;
  readonly #options: RowStoreOptions;
  readonly #target: RowTarget;
  /** The last cell of a column and what was kept of it: rows repeat their cells, and a hash is dear. */
  readonly #last = new Map<string, { readonly cell: string; readonly kept: string }>();

  constructor(steps: readonly Step[], key: RowKey, options: RowStoreOptions, target: RowTarget) {
    this.#steps = steps;
    this.#ids = key.ids.flatMap((field) => steps.filter((step) => step.field === field && isThere(step)));
    this.#version = steps.find((step) => step.field === key.version && isThere(step));
    this.#key = key;
    this.#options = options;
    this.#target = target;
  }

  add({ cells, line }: Row): void {
    const { file, out } = this.#target;
    const place = { file, row: line };
    const found = this.#id(cells);
    if (found === undefined) {
      out.issue("MISSING_ID", "report-rejected", place);
      return;
    }
    const effect = ID_EFFECTS[found.state];
    if (effect !== undefined) out.issue("MANGLED_ID", effect, place, found.field, found.raw);
    if (found.state === "lost") return;
    if (found.id.length > ID_LIMIT) {
      out.issue("FIELD_TOO_LONG", "report-rejected", place, found.field, "", `${found.id.length} characters`);
      return;
    }
    const steps = this.#steps;
    const values: string[] = [];
    for (let i = 0; i < steps.length; i++) values.push(this.#kept(steps[i]!, cells, line));
    const id = found.field === this.#key.groups ? this.#numbered(found.id) : found.id;
    this.#target.rows.addValues(id + this.#suffix(cells), line, values);
  }

  /** A record that was left out; its report is told by the cells that can be trusted. */
  lose(fault: RowFault): void {
    const { cells = [] } = fault;
    const found = this.#id(cells);
    const known = found === undefined || found.state === "lost" ? "" : found.id + this.#suffix(cells);
    this.#target.lost.add(fault, this.#target.file, known);
  }

  #numbered(group: string): string {
    const number = (this.#target.groups.get(group) ?? 0) + 1;
    this.#target.groups.set(group, number);
    return `${group}-${number}`;
  }

  #id(cells: readonly string[]): (ReadId & { readonly field: string; readonly raw: string }) | undefined {
    for (const step of this.#ids) {
      const raw = cellOf(step, cells);
      const text = valueOf(cleanText(raw), step.rule).replaceAll(" ", "");
      if (text !== "") return { ...readId(text), field: step.field, raw };
    }
    return undefined;
  }

  #suffix(cells: readonly string[]): string {
    return this.#version !== undefined && cellOf(this.#version, cells).includes("跟踪") ? FOLLOW_UP : "";
  }

  #kept(step: Step, cells: readonly string[], line: number): string {
    const cell = cellOf(step, cells);
    if (cell === "") return "";
    switch (step.keeping) {
      case "text":
        return step.long || cell.length <= SAFE_LENGTH ? cell : this.#short(step, cell, line);
      case "date":
        return cell.length <= SAFE_LENGTH ? withoutTime(cell) : this.#short(step, cell, line);
      case "narrative":
        return this.#narrative(cell, step.rule);
      case "presence":
      case "contact":
        return this.#presence(step, cell);
      case "birth":
        return isFilled(cell, step.rule) ? (readFormDate(cell)?.date ?? "1") : "";
      case "name":
      case "record":
      case "phone":
        return this.#linked(step, step.keeping, cell);
    }
  }

  #short(step: Step, cell: string, line: number): string {
    const text = cleanText(cell);
    if (text.length <= VALUE_LIMIT) return text;
    const place = { file: this.#target.file, row: line };
    this.#target.out.issue("FIELD_TOO_LONG", "value-dropped", place, step.field, "", `${text.length} characters`);
    return "";
  }

  #narrative(cell: string, rule: BlankRule): string {
    const text = cell.trim();
    if (text.length < 20 && !isFilled(text, rule)) return "";
    return this.#options.narrative ? text : String(text.length);
  }

  #presence(step: Step, cell: string): string {
    const last = this.#last.get(step.field);
    if (last?.cell === cell) return last.kept;
    const kept = isFilled(cell, step.rule) ? "1" : "";
    this.#last.set(step.field, { cell, kept });
    return kept;
  }

  #linked(step: Step, kind: "name" | "record" | "phone", cell: string): string {
    const last = this.#last.get(step.field);
    if (last?.cell === cell) return last.kept;
    const { hash } = this.#options;
    const filled = isFilled(cell, step.rule);
    const kept = filled ? (hash?.(kind, linkText(kind, cell)) ?? "1") : "";
    this.#last.set(step.field, { cell, kept });
    return kept;
  }
}

const ID_LIMIT = 400;
const ID_EFFECTS = { whole: undefined, repaired: "repaired", doubtful: "noted", lost: "report-rejected" } as const;
const isThere = ({ index, above }: Step): boolean => index >= 0 || above !== "";
const cellOf = ({ index, above }: Step, cells: readonly string[]): string =>
  index < 0 ? above : (cells[index] ?? "").trim();
const isFilled = (cell: string, rule: BlankRule): boolean => valueOf(cleanText(cell), rule) !== "";

const timed = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?)$/;

/** A date and time of the national systems with noon for any time but midnight: thousands of times are of no use. */
function withoutTime(cell: string): string {
  const parts = timed.exec(cell);
  return parts === null ? cell : /[1-9]/.test(parts[2]!) ? `${parts[1]!} 12:00` : parts[1]!;
}

/** A personal item in the form in which two spellings of it agree. */
function linkText(kind: "name" | "record" | "phone", cell: string): string {
  const text = cleanText(cell).replaceAll(" ", "").toLowerCase();
  return kind === "phone" ? text.replace(/\D/g, "") || text : text;
}

type ReadId = { readonly id: string; readonly state: "whole" | "repaired" | "doubtful" } | { readonly state: "lost" };

const exponent = /^(\d)(?:\.(\d+))?E\+(\d{1,3})$/i;

/**
 * An id as a spreadsheet may have left it. `123.0` is repaired. In `1.23457E+14` digits are lost, and with them which report
 * it is, unless all of them are written out; a whole number of 19 digits and more that ends with zeros after the fifteenth
 * has probably lost some, but can be what it is.
 */
export function readId(text: string): ReadId {
  const written = exponent.exec(text);
  if (written !== null) {
    const [, first = "", rest = "", power = ""] = written;
    return rest.length === Number(power) && rest.length < 15
      ? { id: first + rest, state: "repaired" }
      : { state: "lost" };
  }
  if (/^\d+\.0+$/.test(text)) return { id: text.slice(0, text.indexOf(".")), state: "repaired" };
  return { id: text, state: /^\d{15}0{4,}$/.test(text) ? "doubtful" : "whole" };
}
