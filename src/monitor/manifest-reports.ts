import { textAt, type CodedColumn, type DateColumn, type ReportTable } from "../count/table.ts";
import type { ListColumn } from "../count/details.ts";
import { isoDay, NO_DAY } from "../report/date.ts";
import { compareText } from "../count/growing.ts";

/** Reports of one source and month of receipt. */
export interface InputPart {
  readonly source: string;
  /** `YYYY-MM`; empty for reports without a date of receipt, and the year for those known to the year. */
  readonly month: string;
  readonly reports: number;
  readonly digest: string;
}

/** What the reports of a run were, so far as a manifest tells: enough to find a change and where it lies. */
export interface InputDigest {
  readonly reports: number;
  /** 128 bits in hex; the sum of the digests of the reports, so that their order does not matter. */
  readonly digest: string;
  /** By source and month; they add up to the whole. */
  readonly parts: readonly InputPart[];
}

/** 32-bit words of a report's digest. */
export const WORDS = 4;

/**
 * A digest of each report: `WORDS` numbers a row. Every field of the report as the table keeps it counts, and nothing else: not the
 * row, not the other reports, not the code a text has in its vocabulary. Absent fields add nothing, so that a field that is new in a
 * later version of the library leaves the digests of reports without it as they are.
 *
 * Digests of reports are added up (each word mod 2^32) to that of a set: the order does not matter, and a set is brought up to date
 * by adding and subtracting. Each text is read once a vocabulary and each cell is a few multiplications, which makes it an order of
 * magnitude faster than SHA-256 over the JSON of each report. It finds every accidental change (2^-128 to miss one); like every
 * digest that stands beside the data unsigned, it proves nothing against somebody who rewrites both.
 */
export function reportDigests(table: ReportTable): Uint32Array {
  const known = digested.get(table);
  if (known !== undefined) return known;
  const { columns: c } = table;
  const lots = foldGroup(c.lots, c.lots.lot.codes.length);
  const products = foldGroup(c.products, c.products.name.codes.length);
  foldInto(products, foldGroup(c.details.products, c.products.name.codes.length), undefined, 11);
  foldInto(products, lots, c.lotOffsets, 12);
  const events = foldGroup(c.events, c.events.term.codes.length);
  foldInto(events, foldGroup(c.details.events, c.events.term.codes.length), undefined, 13);
  const reports = foldGroup(c.reports, table.size);
  foldInto(reports, foldGroup(c.details.reports, table.size), undefined, 14);
  foldInto(reports, foldGroup(c.details.lists, table.size), undefined, 15);
  foldInto(reports, products, c.productOffsets, 16);
  foldInto(reports, events, c.eventOffsets, 17);
  for (let i = 0; i < reports.length; i++) reports[i] = finish(reports[i]!);
  digested.set(table, reports);
  return reports;
}

// A table never changes: what it came to once it always comes to. A run, its verification and its difference to the next share it.
const digested = new WeakMap<ReportTable, Uint32Array>();

/** Digest of the reports of a table, in all and by source and month of receipt. */
export function inputDigest(table: ReportTable): InputDigest {
  const digests = reportDigests(table);
  const { source, received } = table.columns.reports;
  const parts = new Map<string, { reports: number; readonly sum: Uint32Array }>();
  const whole = new Uint32Array(WORDS);
  const names = new Map<number, string>();
  for (let row = 0; row < table.size; row++) {
    const day = received.day[row]!;
    let month = names.get(day);
    if (month === undefined) names.set(day, (month = day === NO_DAY ? "" : isoDay(day).slice(0, 7)));
    const key = `${textAt(source, row) ?? ""}\u0000${received.precision[row] === 3 ? month.slice(0, 4) : month}`;
    let part = parts.get(key);
    if (part === undefined) parts.set(key, (part = { reports: 0, sum: new Uint32Array(WORDS) }));
    part.reports++;
    for (let w = 0; w < WORDS; w++) {
      part.sum[w]! += digests[WORDS * row + w]!;
      whole[w]! += digests[WORDS * row + w]!;
    }
  }
  return {
    reports: table.size,
    digest: hex(whole),
    parts: [...parts.keys()].sort(compareText).map((key) => {
      const [name = "", month = ""] = key.split("\u0000");
      const { reports, sum } = parts.get(key)!;
      return { source: name, month, reports, digest: hex(sum) };
    }),
  };
}

const hex = (words: Uint32Array): string => Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");

type Column = CodedColumn | ListColumn | DateColumn | Int32Array | Uint8Array | Uint16Array | Float64Array;

/** Odd multipliers, one a word: the fractions of the roots of 2, 3, 5 and 7. */
const MULTIPLIER = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef373, 0xa54ff53b);

/** One number into a word, in order: rotation and multiplication make a swap of two numbers show. */
function mixed(state: number, value: number, word: number): number {
  const x = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d ^ MULTIPLIER[word]!);
  const y = state ^ x ^ (x >>> 13);
  return (Math.imul((y << 13) | (y >>> 19), 5 + 2 * word) + 0x9e3779b9 + word) | 0;
}

/** Spreads every bit over the word. */
function finish(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Digest of a text: its code units and its length. */
function textWords(text: string): Uint32Array {
  const words = MULTIPLIER.slice();
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let w = 0; w < WORDS; w++) words[w] = mixed(words[w]!, unit + 1, w);
  }
  for (let w = 0; w < WORDS; w++) words[w] = finish(mixed(words[w]!, text.length, w));
  return words;
}

/** The columns of a group, folded to `WORDS` numbers a row; each under its name, whatever the order of the columns. */
function foldGroup(group: object, rows: number): Uint32Array {
  const state = new Uint32Array(WORDS * rows);
  for (const [name, column] of Object.entries(group as Readonly<Record<string, Column>>)) {
    const salt = textWords(name);
    // Adding up what each column gives makes their order, and that of fields in code, no matter.
    if ("offsets" in column) addLists(state, column, salt);
    else if ("codes" in column) addCoded(state, column, salt);
    else if ("day" in column) addDates(state, column, salt);
    else addNumbers(state, column, salt);
  }
  return state;
}

function add(state: Uint32Array, row: number, value: number, second: number, salt: Uint32Array): void {
  for (let w = 0; w < WORDS; w++) {
    const at = WORDS * row + w;
    state[at] = (state[at]! + finish(mixed(mixed(salt[w]!, value, w), second, w))) | 0;
  }
}

function addCoded(state: Uint32Array, { codes, values }: CodedColumn, salt: Uint32Array): void {
  const words = new Uint32Array(WORDS * values.length);
  values.forEach((text, code) => {
    textWords(text).forEach((word, w) => (words[WORDS * code + w] = finish(mixed(salt[w]!, word, w))));
  });
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) continue;
    for (let w = 0; w < WORDS; w++) state[WORDS * row + w]! += words[WORDS * code + w]!;
  }
}

function addLists(state: Uint32Array, { offsets, codes, values }: ListColumn, salt: Uint32Array): void {
  const words = values.map(textWords);
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (offsets[row] === offsets[row + 1]) continue;
    for (let w = 0; w < WORDS; w++) {
      let x = salt[w]!;
      for (let k = offsets[row]!; k < offsets[row + 1]!; k++) x = mixed(x, words[codes[k]!]![w]!, w);
      state[WORDS * row + w]! += finish(x);
    }
  }
}

function addDates(state: Uint32Array, { day, precision }: DateColumn, salt: Uint32Array): void {
  for (let row = 0; row < day.length; row++) if (day[row] !== NO_DAY) add(state, row, day[row]!, precision[row]!, salt);
}

/** Zero, the code of an absent enumeration, and NaN add nothing; the version of a report is at least a number of its own. */
function addNumbers(
  state: Uint32Array,
  column: Int32Array | Uint8Array | Uint16Array | Float64Array,
  salt: Uint32Array,
): void {
  if (!(column instanceof Float64Array)) {
    for (let row = 0; row < column.length; row++) if (column[row] !== 0) add(state, row, column[row]!, 0, salt);
    return;
  }
  const bits = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) continue;
    // Little-endian on purpose: the digest must not depend on the machine. A 0 is told from absence by the second word.
    bits.setFloat64(0, value === 0 ? 0 : value, true);
    add(state, row, bits.getInt32(0, true), bits.getInt32(4, true) ^ 0x5bd1e995, salt);
  }
}

/** Folds the digests of a row's children into the row in their order, or those of another group of the same rows. */
function foldInto(state: Uint32Array, children: Uint32Array, offsets: Uint32Array | undefined, kind: number): void {
  const rows = state.length / WORDS;
  for (let row = 0; row < rows; row++) {
    const from = offsets === undefined ? row : offsets[row]!;
    const to = offsets === undefined ? row + 1 : offsets[row + 1]!;
    for (let w = 0; w < WORDS; w++) {
      if (offsets === undefined && children[WORDS * row + w] === 0) continue;
      let x = Math.imul(kind, MULTIPLIER[w]!);
      for (let child = from; child < to; child++) x = mixed(x, children[WORDS * child + w]!, w);
      state[WORDS * row + w]! += finish(x);
    }
  }
}
