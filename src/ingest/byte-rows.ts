import type { Issue } from "../report/issue.ts";
import { ByteCheck } from "./byte-check.ts";
import { ByteDictionary } from "./byte-dictionary.ts";
import {
  NotPlain,
  WHOLE,
  type ByteLayout,
  type ByteRange,
  type ByteTools,
  type LostRecord,
  type ReadPart,
} from "./byte-layout.ts";
import { ByteSplitter, foldQuoted, SPLIT } from "./byte-splitter.ts";
import { quoteState, RECORD_LENGTH, RECORD_LINES } from "./csv-quotes.ts";
import { blockDecoder, LINE_LIMIT, type BlockDecoder } from "./decode.ts";
import type { FittedRows } from "./row-fit.ts";
import type { LineRecords, NumberedLine, Row } from "./rows.ts";
import { VALUE_LIMIT, type OpenTable } from "./table.ts";

const LF = 10;
/** Readers of whole words may look this far behind a field. */
const SLACK = 8;
const HEADER_KEY = 1;

/**
 * Rows of one file as numbers into a dictionary a column, read from its bytes, which may have been cut anywhere. Records that
 * are plain go from bytes to numbers; all others are decoded and go the way every record goes without this: through lines,
 * quotes and the fit to the header. They take their places among the rows when {@link settle} is called.
 */
export class ByteRows {
  readonly layout: ByteLayout;
  readonly issues: Issue[] = [];
  readonly faults: LostRecord[] = [];
  readonly ids: ByteDictionary;
  readonly texts: readonly ByteDictionary[];
  /** Number of the id of each row; -1 for a place that no row took. */
  keys = new Int32Array(1024);
  lines = new Int32Array(1024);
  codes: Int32Array<ArrayBuffer>[];
  length = 0;
  /** Records seen, the header and those left out included. */
  records = 0;
  /** Line at which the first row stands that has the surplus field of all rows. */
  trailingLine = 0;
  readonly #table: OpenTable<string>;
  readonly #tools: ByteTools;
  readonly #splitter: ByteSplitter;
  readonly #check: ByteCheck;
  readonly #decode: BlockDecoder;
  #waiting: LineRecords | undefined;
  readonly #places: number[] = [];
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #line = 1;
  #care = false;
  /** Where the bytes held begin in the file, and from where on records are another's. */
  #base = 0;
  readonly #limit: number;

  /** @param table - the table with its header consumed */
  constructor(layout: ByteLayout, table: OpenTable<string>, tools: ByteTools, range: ByteRange = WHOLE) {
    const { delimiter, quote, encoding, width } = layout;
    this.layout = layout;
    this.ids = new ByteDictionary(encoding);
    this.ids.addText(layout.keyName);
    this.texts = layout.fields.map(() => new ByteDictionary(encoding));
    this.codes = layout.fields.map(() => new Int32Array(1024));
    this.#table = table;
    this.#tools = tools;
    this.#splitter = new ByteSplitter(delimiter, quote, encoding, width);
    this.#check = new ByteCheck(encoding, tools.isUtf8);
    this.#decode = blockDecoder(layout.file, { encoding });
    this.#line = range.line;
    this.#base = range.from;
    this.#limit = range.to;
  }

  /** Number of the line after those read. */
  get nextLine(): number {
    return this.#line;
  }

  /** Where the next record begins in the file. */
  get place(): number {
    return this.#base;
  }

  /** All records that begin in the range are read. */
  get done(): boolean {
    return this.#base >= this.#limit;
  }

  /** Bytes held, used or not. */
  get held(): number {
    return this.#bytes.length;
  }

  /** Records wait for {@link settle}, which must be called before more bytes are given. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * Reads on. The chunk is copied, so the caller may use it again.
   *
   * @throws NotPlain
   */
  push(chunk: Uint8Array): void {
    this.#hold(chunk);
    this.#read(false);
    if (this.#end > LINE_LIMIT) throw new NotPlain("size");
  }

  /** Reads what is left at the end of the file. */
  finish(): void {
    this.#read(true);
  }

  /** Room for about so many rows, if there is an estimate. */
  reserve(rows: number): void {
    if (rows <= this.keys.length) return;
    this.keys = larger(this.keys, rows);
    this.lines = larger(this.lines, rows);
    this.codes = this.codes.map((column) => larger(column, rows));
  }

  /** Reads the records that wait. */
  async settle(): Promise<void> {
    if (this.#waiting === undefined) return;
    const { rows, faults } = await this.#waiting.finish({ issues: [] });
    this.#waiting = undefined;
    this.records += rows.length;
    const out: FittedRows = { rows: [], faults: [...faults], issues: [] };
    this.#table.fitAll(
      rows.filter((row) => row.line > this.layout.headerLine),
      out,
    );
    for (const issue of out.issues) {
      if (issue.code === "TRAILING_FIELD") this.#noteTrailing(issue.row ?? 0);
      else this.issues.push(issue);
    }
    for (const fault of out.faults) {
      this.faults.push({ fault, id: (fault.cells?.[this.layout.key] ?? "").trim() });
    }
    this.#place(out.rows);
  }

  /** What was read, without the room for more. */
  part(): ReadPart {
    const { issues, faults, trailingLine, length, ids, texts } = this;
    const keys = this.keys.subarray(0, length);
    const lines = this.lines.subarray(0, length);
    const codes = this.codes.map((column) => column.subarray(0, length));
    return { file: this.layout.file, length, keys, lines, codes, ids, texts, issues, faults, trailingLine };
  }

  #place(rows: readonly Row[]): void {
    let next = 0;
    for (const { cells, line } of rows) {
      while (this.lines[this.#places[next]!] !== line) next++;
      const at = this.#places[next]!;
      const id = (cells[this.layout.key] ?? "").trim();
      if (id === "") {
        this.issues.push({ code: "MISSING_ID", effect: "report-rejected", file: this.layout.file, row: line });
        continue;
      }
      this.keys[at] = this.ids.addText(id);
      for (const [c, field] of this.layout.fields.entries()) {
        this.codes[c]![at] = this.texts[c]!.addText((cells[field] ?? "").trim());
      }
    }
    this.#places.length = 0;
  }

  #noteTrailing(line: number): void {
    if (this.trailingLine === 0 || line < this.trailingLine) this.trailingLine = line;
  }

  #hold(chunk: Uint8Array): void {
    const needed = this.#end + chunk.length + SLACK;
    if (needed > this.#bytes.length) {
      const more = new Uint8Array(Math.max(needed, Math.min(this.#bytes.length * 2, 2 ** 20)));
      more.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = more;
      this.#view = new DataView(more.buffer);
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #read(final: boolean): void {
    const bytes = this.#bytes;
    const end = this.#end;
    bytes[end] = LF;
    const whole = final || end === 0 ? end : bytes.lastIndexOf(LF, end - 1) + 1;
    this.#judge(bytes.subarray(0, whole));
    let at = 0;
    if (this.#line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && end >= 3) at = 3;
    const splitter = this.#splitter;
    while (at < end) {
      // A record without a line end in sight is not begun.
      if (at >= whole || this.#base + at >= this.#limit) break;
      const found = splitter.split(bytes, at, end, final);
      if (found === SPLIT.open) break;
      if (found === SPLIT.blank) {
        this.#line++;
        at = splitter.next;
      } else if (found === SPLIT.row && this.#accept(at)) {
        this.#line += splitter.lines;
        at = splitter.next;
      } else {
        const next = this.#readLines(at, final);
        if (next < 0) break;
        at = next;
      }
    }
    bytes.copyWithin(0, at, end);
    this.#end = end - at;
    this.#base += at;
  }

  /** Looks at all that may be read in this turn, what was left from the last included. */
  #judge(bytes: Uint8Array): void {
    const verdict = this.#check.verdict(bytes);
    if (verdict === "invalid" && this.layout.guessed) throw new NotPlain("encoding");
    this.#care = verdict !== "clean";
  }

  /** Takes the record the splitter found, unless something in it is to be worded by the way of lines. */
  #accept(from: number): boolean {
    const { width, key, fields, limited, trailing, headerLine } = this.layout;
    const { cuts, count, next } = this.#splitter;
    if (count !== width || this.#line <= headerLine) return false;
    if (this.#care && !this.#check.isClean(this.#bytes.subarray(from, next))) return false;
    if (trailing && cuts[2 * width - 2] !== cuts[2 * width - 1]) return false;
    if (next - from > VALUE_LIMIT) {
      for (const field of limited) if (fieldEnd(cuts[2 * field + 1]!) - cuts[2 * field]! > VALUE_LIMIT) return false;
    }
    // From here on bytes may be folded where they stand, so nothing may be left to find but what the id tells.
    if (cuts[2 * key + 1]! < 0) return false;
    const row = this.length;
    const view = this.#view;
    const id = this.ids.addOrdered(view, cuts[2 * key]!, cuts[2 * key + 1]!);
    if (id <= HEADER_KEY) return false;
    if (row === this.keys.length) this.reserve(Math.ceil(row * 1.5));
    this.keys[row] = id;
    this.lines[row] = this.#line;
    const { codes, texts } = this;
    for (let c = 0; c < fields.length; c++) {
      const field = fields[c]!;
      let end = cuts[2 * field + 1]!;
      if (end < 0) end = this.#fold(field);
      codes[c]![row] = texts[c]!.add(view, cuts[2 * field]!, end);
    }
    if (trailing) this.#noteTrailing(this.#line);
    this.length++;
    this.records++;
    return true;
  }

  /** End of a field, after its quotes were folded where they had to be. */
  #fold(field: number): number {
    const { cuts } = this.#splitter;
    const end = cuts[2 * field + 1]!;
    if (end >= 0) return end;
    return (cuts[2 * field + 1] = foldQuoted(this.#bytes, cuts[2 * field]!, ~end));
  }

  /**
   * Decodes the lines of one record, from a place where a record begins, and leaves them waiting. A quote that does not close
   * costs its first line: the next record begins below it.
   *
   * @returns where the next record begins; -1 when the bytes end before the record does
   */
  #readLines(from: number, final: boolean): number {
    const { delimiter, quote } = this.layout;
    const waiting = (this.#waiting ??= this.#tools.records(delimiter));
    const first = this.#lineAt(from, this.#line, final);
    if (first === undefined) return -1;
    const place = (): void => {
      if (this.length === this.keys.length) this.reserve(Math.ceil(this.length * 1.5));
      this.keys[this.length] = -1;
      this.lines[this.length] = this.#line;
      this.#places.push(this.length++);
    };
    if (!quote || !first.text.includes('"')) {
      place();
      waiting.addPlain(first);
      this.#pass(1, first.issues);
      return first.next;
    }
    const open: NumberedLine[] = [];
    const issues: Issue[] = [];
    let length = 0;
    for (let line = first; ;) {
      const state = quoteState(line.text, delimiter, open.length > 0);
      open.push(line);
      issues.push(...line.issues);
      length += line.text.length + 1;
      if (open.length > RECORD_LINES || length > RECORD_LENGTH || state === "bad") break;
      if (state === "closed") {
        place();
        waiting.addQuoted(open);
        this.#pass(open.length, issues);
        return line.next;
      }
      const { next } = line;
      if (next >= this.#end && final) break;
      const more = this.#lineAt(next, this.#line + open.length, final);
      if (more === undefined) return -1;
      line = more;
    }
    waiting.reject(open);
    this.#pass(1, first.issues);
    return first.next;
  }

  #pass(lines: number, issues: readonly Issue[]): void {
    this.#line += lines;
    for (const issue of issues) this.issues.push(issue);
  }

  #lineAt(from: number, line: number, final: boolean): DecodedLine | undefined {
    const found = this.#bytes.indexOf(LF, from);
    const cut = found >= this.#end;
    if (cut && !final) return undefined;
    if (found - from > LINE_LIMIT) throw new NotPlain("size");
    // The byte order mark is dropped by the decoder, which knows the first line by its number.
    const start = line === 1 ? 0 : from;
    const { lines, issues } = this.#decode(this.#bytes.subarray(start, found), line, cut, []);
    return { text: lines[0]!, line, cut, issues, next: cut ? this.#end : found + 1 };
  }
}

interface DecodedLine extends NumberedLine {
  readonly issues: readonly Issue[];
  readonly next: number;
}

const fieldEnd = (end: number): number => (end < 0 ? ~end : end);

function larger(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(array);
  return grown;
}
