import { PvError } from "../error.ts";
import { BLANK, type DuplicateColumns, type NumberColumn, type WordColumn } from "./duplicate-columns.ts";
import type { DuplicateField } from "./duplicate-fields.ts";

/** Reports that agree in a value of each of these fields are compared with each other. */
export interface Blocking {
  readonly name: string;
  readonly fields: readonly string[];
}

/** What became of one blocking. */
export interface BlockingTally {
  readonly name: string;
  /** Blocks of two and more reports. */
  readonly blocks: number;
  /** Pairs compared; one pair can come up in several blockings. */
  readonly compared: number;
  /** Blocks larger than the limit, the reports in the largest, and the pairs that were not compared. */
  readonly oversized: { readonly blocks: number; readonly largest: number; readonly pairsLeftOut: number };
}

/** Each catches duplicates that differ in what another one rests on. */
export const blockings: readonly Blocking[] = [
  { name: "links", fields: ["links"] },
  { name: "product, onset", fields: ["products", "onset"] },
  { name: "event, onset, sex", fields: ["events", "onset", "sex"] },
  { name: "product, event, sex, age", fields: ["products", "events", "sex", "age"] },
  { name: "lot, event", fields: ["lots", "events"] },
  { name: "unit, onset, age", fields: ["unit", "onset", "age"] },
];

/**
 * Walks the pairs of one blocking. A block larger than `maxBlock` is sorted by the dates of onset and every report compared with
 * the next `window` only; what that leaves out is counted.
 */
export function walkBlocks(
  { facts, columns }: DuplicateColumns,
  fields: readonly DuplicateField[],
  blocking: Blocking,
  limits: { readonly maxBlock: number; readonly window: number },
  visit: (i: number, j: number) => void,
): BlockingTally {
  const parts = blocking.fields.map((name) => {
    const place = fields.findIndex((field) => field.name === name);
    if (place < 0) throw new PvError("INVALID_OPTION", `blocking ${blocking.name}: no field is named ${name}`);
    return columns[place]!;
  });
  const heads = new Map<number, number>();
  const rows: number[] = [];
  const next: number[] = [];
  for (let i = 0; i < facts.length; i++) {
    eachKey(parts, 0, i, 0x811c9dc5, 0x1b873593, (key) => {
      const head = heads.get(key);
      // Two keys of one report can be one value by chance; a report is no pair with itself.
      if (head !== undefined && rows[head] === i) return;
      rows.push(i);
      next.push(head ?? -1);
      heads.set(key, rows.length - 1);
    });
  }
  return walkChains(heads.values(), rows, next, onsetColumn(columns, fields), blocking.name, limits, visit);
}

/** Walks the pairs of reports with one exact key. */
export function walkExact(
  { columns }: DuplicateColumns,
  fields: readonly DuplicateField[],
  name: string,
  codes: Int32Array,
  limits: { readonly maxBlock: number; readonly window: number },
  visit: (i: number, j: number) => void,
): BlockingTally {
  const heads = new Map<number, number>();
  const rows: number[] = [];
  const next: number[] = [];
  codes.forEach((code, i) => {
    if (code < 0) return;
    rows.push(i);
    next.push(heads.get(code) ?? -1);
    heads.set(code, rows.length - 1);
  });
  return walkChains(heads.values(), rows, next, onsetColumn(columns, fields), name, limits, visit);
}

function walkChains(
  heads: Iterable<number>,
  rows: readonly number[],
  next: readonly number[],
  onset: NumberColumn | undefined,
  name: string,
  { maxBlock, window }: { readonly maxBlock: number; readonly window: number },
  visit: (i: number, j: number) => void,
): BlockingTally {
  let blocks = 0;
  let compared = 0;
  let oversized = 0;
  let largest = 0;
  let pairsLeftOut = 0;
  const block: number[] = [];
  for (const head of heads) {
    block.length = 0;
    for (let at = head; at >= 0; at = next[at]!) block.push(rows[at]!);
    const size = block.length;
    if (size < 2) continue;
    blocks++;
    let reach = size;
    if (size > maxBlock) {
      oversized++;
      largest = Math.max(largest, size);
      reach = window;
      block.sort((x, y) => (onset === undefined ? 0 : onset.values[x]! - onset.values[y]!) || x - y);
    }
    let here = 0;
    for (let a = 0; a < size; a++) {
      const end = Math.min(size - 1, a + reach);
      for (let b = a + 1; b <= end; b++) {
        here++;
        if (block[a]! < block[b]!) visit(block[a]!, block[b]!);
        else visit(block[b]!, block[a]!);
      }
    }
    compared += here;
    pairsLeftOut += (size * (size - 1)) / 2 - here;
  }
  return { name, blocks, compared, oversized: { blocks: oversized, largest, pairsLeftOut } };
}

function onsetColumn(
  columns: DuplicateColumns["columns"],
  fields: readonly DuplicateField[],
): NumberColumn | undefined {
  const place = fields.findIndex(({ name, kind }) => name === "onset" && kind === "number");
  return place < 0 ? undefined : (columns[place] as NumberColumn);
}

/** Every combination of one value of each part, as 52 bits; equal bits of unequal values only mean a comparison more. */
function eachKey(
  parts: readonly (WordColumn | NumberColumn)[],
  at: number,
  row: number,
  low: number,
  high: number,
  emit: (key: number) => void,
): void {
  if (at === parts.length) {
    emit((low >>> 0) * 0x100000 + (high & 0xfffff));
    return;
  }
  const part = parts[at]!;
  if ("values" in part) {
    const value = part.values[row]!;
    if (value !== BLANK) eachKey(parts, at + 1, row, mix(low, value), mix(high, value ^ 0x5bd1e995), emit);
    return;
  }
  for (let k = part.offsets[row]!; k < part.offsets[row + 1]!; k++) {
    const id = part.ids[k]!;
    eachKey(parts, at + 1, row, mix(low, id), mix(high, id ^ 0x5bd1e995), emit);
  }
}

/** One step of 32-bit mixing (the finaliser of MurmurHash3, public domain), as a change in any bit must reach all. */
function mix(state: number, value: number): number {
  let h = Math.imul(state ^ value, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
