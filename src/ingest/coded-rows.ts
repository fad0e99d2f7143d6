import { ByteDictionary, type StoredDictionary } from "./byte-dictionary.ts";
import type { Claims } from "./lost-rows.ts";
import type { MappedRows } from "./mapped-make.ts";
import type { Column } from "./mapping.ts";

/** Rows of one file, or of a range of it: a number for the id and one for each column. */
export interface RowPart {
  readonly file: string;
  readonly length: number;
  readonly keys: Int32Array<ArrayBuffer>;
  readonly lines: Int32Array<ArrayBuffer>;
  readonly codes: readonly Int32Array<ArrayBuffer>[];
  readonly ids: ByteDictionary;
  readonly texts: readonly ByteDictionary[];
}

/** A part as arrays that can go to another thread. */
export type StoredPart = Omit<RowPart, "ids" | "texts"> & {
  readonly ids: StoredDictionary;
  readonly texts: readonly StoredDictionary[];
};

/** Rows of all files under one numbering, to be read as texts by those who make reports of them. */
export class CodedRows implements MappedRows {
  readonly length: number;
  /** Number of the id of each row, -1 where there is none. */
  readonly keys: Int32Array<ArrayBuffer>;
  readonly codes: readonly Int32Array<ArrayBuffer>[];
  readonly dictionaries: readonly ByteDictionary[];
  readonly #texts: (readonly string[] | undefined)[];
  readonly #ids: ByteDictionary;
  readonly #lines: Int32Array<ArrayBuffer>;
  readonly #place: ReadonlyMap<Column, number>;
  readonly #files: { readonly name: string; readonly from: number }[] = [];
  readonly #idTexts: readonly string[];

  constructor(columns: readonly Column[], parts: readonly RowPart[]) {
    this.#place = new Map(columns.map((column, i) => [column, i]));
    this.length = parts.reduce((sum, part) => sum + part.length, 0);
    let from = 0;
    for (const part of parts) {
      this.#files.push({ name: part.file, from });
      from += part.length;
    }
    const first = parts[0];
    this.#ids = first?.ids ?? new ByteDictionary("utf-8");
    this.keys = joined(
      parts,
      (part) => part.keys,
      (part) => (part === first ? undefined : this.#ids.addAll(part.ids)),
    );
    this.#lines = joined(
      parts,
      (part) => part.lines,
      () => undefined,
    );
    const texts = columns.map((_, c) => first?.texts[c] ?? new ByteDictionary("utf-8"));
    this.codes = columns.map((_, c) =>
      joined(
        parts,
        (part) => part.codes[c]!,
        (part) => (part === first ? undefined : texts[c]!.addAll(part.texts[c]!)),
      ),
    );
    this.dictionaries = texts;
    this.#texts = texts.map(() => undefined);
    this.#idTexts = this.#ids.texts();
  }

  get idCount(): number {
    return this.#ids.size;
  }

  id(key: number): string {
    return this.#idTexts[key]!;
  }

  place(column: Column): number {
    return this.#place.get(column) ?? -1;
  }

  idOf(row: number): string {
    return this.#idTexts[this.keys[row]!]!;
  }

  file(row: number): string {
    return this.#files.findLast(({ from }) => from <= row)?.name ?? "";
  }

  line(row: number): number {
    return this.#lines[row]!;
  }

  code(row: number, column: Column): number {
    return this.codes[this.#place.get(column)!]![row]!;
  }

  /** All texts of a column, by their numbers. */
  texts(place: number): readonly string[] {
    return (this.#texts[place] ??= this.dictionaries[place]!.texts());
  }

  text(row: number, column: Column): string {
    const c = this.#place.get(column)!;
    const code = this.codes[c]![row]!;
    return this.#texts[c]?.[code] ?? this.dictionaries[c]!.text(code);
  }

  value(row: number, column: Column): string | undefined {
    const text = this.text(row, column);
    return text === "" ? undefined : text;
  }

  signature(row: number): string {
    return this.codes.map((column) => column[row]!).join();
  }

  /** Which ids have rows, for the records that were left out. */
  claims(): Claims {
    const claimed = new Set<number>();
    const known = new Uint8Array(this.idCount);
    for (let row = 0; row < this.length; row++) if (this.keys[row]! >= 0) known[this.keys[row]!] = 1;
    return {
      add: (id) => this.#ids.addText(id),
      isClaimed: (key) => known[key] === 1 || claimed.has(key),
      claim: (key) => claimed.add(key),
    };
  }
}

/** A column of all parts, in the numbers of the first; as it is where there is but one. */
function joined(
  parts: readonly RowPart[],
  column: (part: RowPart) => Int32Array<ArrayBuffer>,
  numbers: (part: RowPart) => Int32Array | undefined,
): Int32Array<ArrayBuffer> {
  if (parts.length === 1) return column(parts[0]!);
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    const values = column(part);
    const number = numbers(part);
    if (number === undefined) all.set(values.subarray(0, part.length), at);
    else for (let i = 0; i < part.length; i++) all[at + i] = values[i]! < 0 ? -1 : number[values[i]!]!;
    at += part.length;
  }
  return all;
}
