import { PvError } from "../error.ts";
import type { Issue } from "../report/issue.ts";
import { hasSuspiciousCharacter, repairCharacters } from "./characters.ts";
import { readLines, type Encoding, type LineBlock } from "./decode.ts";
import type { Meter, SourceFile } from "./input.ts";
import { HEADER_ROWS, knownColumns } from "./layout.ts";
import type { Row, RowBlock, RowSplitter } from "./rows.ts";
import { cellText, type SheetCell, type SheetRows } from "./sheet.ts";

/** A table before its header is known. */
export interface OpenTable {
  /** Name as issues show it. */
  readonly base: string;
  /** Found in a directory, so a table of another kind is no mistake of the caller. */
  readonly listed: boolean;
  /** How it was read, in words that are the same in every language: encoding and delimiter, or `sheet`. */
  readonly how: readonly string[];
  /** Its rows may be shorter than the header, because spreadsheets do not keep empty cells at the end. */
  readonly short: boolean;
  readonly blocks: AsyncIterable<RowBlock>;
}

const DELIMITERS = [",", "\t", ";"] as const;
const delimiterNames: Readonly<Record<string, string>> = { ",": "comma", "\t": "tab", ";": "semicolon" };
const HEAD_BYTES = 2 ** 18;

/**
 * Opens a delimited text: encoding (UTF-8, UTF-16 with a mark, GB18030) and delimiter are found from its beginning.
 *
 * @returns `undefined` for a file without content
 */
export async function openText(file: SourceFile, csv: RowSplitter): Promise<OpenTable | undefined> {
  const head = await bytesOf(file, HEAD_BYTES);
  const utf16 = utf16Of(head);
  const text: SourceFile = utf16 === undefined ? file : { ...file, open: () => transcode(file, utf16) };
  const encoding = utf16 === undefined ? await encodingOf(file) : "utf-8";
  const read = { encoding, fallback: "replace" } as const;
  const lines = await firstLines(text, read);
  if (lines.lines.every((line) => line.trim() === "")) return undefined;
  const delimiter = await delimiterOf(lines, csv);
  return {
    base: file.base,
    listed: file.listed,
    how: [utf16 ?? encoding, delimiterNames[delimiter] ?? delimiter],
    short: false,
    blocks: csv(readLines(text, read), delimiter),
  };
}

/** The first bytes of a file. */
export async function bytesOf(file: SourceFile, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let got = 0;
  for await (const chunk of file.open()) {
    chunks.push(chunk.slice(0, length - got));
    got += chunks.at(-1)!.length;
    if (got >= length) break;
  }
  const whole = new Uint8Array(got);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

async function* transcode(file: SourceFile, encoding: "utf-16le" | "utf-16be"): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of file.open()) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}

/** How many bytes that are not ASCII have to be valid before an encoding is believed. */
const PROOF = 4096;

/** UTF-8 or GB18030: the one in which the first bytes that are not ASCII are valid; bad lines further on cost only themselves. */
async function encodingOf(file: SourceFile): Promise<Encoding> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let seen = 0;
  for await (const chunk of file.open()) {
    try {
      utf8.decode(chunk, { stream: true });
    } catch {
      return (await badShare(file)) > BAD ? "gb18030" : "utf-8";
    }
    for (const byte of chunk) if (byte >= 0x80) seen++;
    if (seen >= PROOF) return "utf-8";
  }
  return "utf-8";
}

/** A UTF-8 text with some damage has few characters that cannot be read; GB18030 read as UTF-8 has hardly any other. */
const BAD = 0.1;

async function badShare(file: SourceFile): Promise<number> {
  const text = new TextDecoder("utf-8").decode(await bytesOf(file, HEAD_BYTES));
  let foreign = 0;
  let bad = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) foreign++;
    if (code === 0xfffd) bad++;
  }
  return foreign === 0 ? 1 : bad / foreign;
}

async function firstLines(
  file: SourceFile,
  options: { readonly encoding: Encoding; readonly fallback: "replace" },
): Promise<LineBlock> {
  const head = await bytesOf(file, HEAD_BYTES);
  const lines: string[] = [];
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(head);
  };
  for await (const block of readLines({ ...file, open }, options)) lines.push(...block.lines.slice(0, 500));
  if (head.length === HEAD_BYTES && lines.length > 1) lines.pop(); // the head may end in the middle of it
  return { lines, numbers: lines.map((_, i) => i + 1), issues: [], tooLong: [], unterminated: false };
}

/** The delimiter that gives the header the most names that are known. */
async function delimiterOf(lines: LineBlock, csv: RowSplitter): Promise<string> {
  let best: string = DELIMITERS[0];
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const rows: Row[] = [];
    const one = async function* (): AsyncGenerator<LineBlock> {
      yield await Promise.resolve(lines);
    };
    for await (const block of csv(one(), delimiter)) rows.push(...block.rows.slice(0, HEADER_ROWS));
    const known = knownColumns(rows.map((row) => row.cells));
    if (known > most) {
      best = delimiter;
      most = known;
    }
  }
  return best;
}

const BLOCK = 500;

/** Opens rows that a spreadsheet reader, or the caller, already cut into cells. */
export function openSheet(sheet: SheetRows, meter: Meter, listed = false): OpenTable {
  return { base: sheet.name, listed, how: ["sheet"], short: true, blocks: sheetBlocks(sheet, meter) };
}

async function* sheetBlocks({ name, rows }: SheetRows, meter: Meter): AsyncGenerator<RowBlock> {
  if (meter.file !== name) Object.assign(meter, { file: name, rows: 0, bytes: 0, totalBytes: undefined });
  let block: { rows: Row[]; faults: []; issues: Issue[] } = { rows: [], faults: [], issues: [] };
  let line = 0;
  for await (const cells of rows) {
    line++;
    const row = sheetRow(cells, name, line, block.issues);
    if (row !== undefined) block.rows.push(row);
    if (block.rows.length < BLOCK) continue;
    yield block;
    block = { rows: [], faults: [], issues: [] };
  }
  yield block;
}

/** Halves of a pair of code units without the other one: no character. */
const halves = /\p{Cs}/u;
const allHalves = /\p{Cs}/gu;

// Array.isArray would turn the cells into any.
const isArray = (value: unknown): boolean => Array.isArray(value);

function sheetRow(cells: readonly SheetCell[], file: string, line: number, issues: Issue[]): Row | undefined {
  if (!isArray(cells)) throw new PvError("INVALID_ARGUMENT", `${file} row ${line}: expected an array of cells`);
  let filled = false;
  let control = false;
  let mojibake = false;
  const texts: string[] = [];
  for (let i = 0; i < cells.length; i++) {
    let text = cellText(cells[i]);
    if (text === undefined) {
      const expected = "expected text, a number, a truth value, a date or nothing";
      throw new PvError("INVALID_ARGUMENT", `${file} row ${line}, cell ${i + 1}: ${expected}`);
    }
    if (hasSuspiciousCharacter(text)) {
      const repaired = repairCharacters(text);
      control ||= repaired.control;
      mojibake ||= repaired.mojibake;
      text = repaired.text;
    }
    if (halves.test(text)) {
      mojibake = true;
      text = text.replace(allHalves, "\ufffd");
    }
    filled ||= text !== "" && text.trim() !== "";
    texts.push(text);
  }
  if (control) issues.push({ code: "CONTROL_CHARACTER", effect: "repaired", file, row: line });
  if (mojibake) issues.push({ code: "MOJIBAKE", effect: "repaired", file, row: line });
  return filled ? { cells: texts, line } : undefined;
}
