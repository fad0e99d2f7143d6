import type { BlockDate, BlockText } from "../report/block.ts";
import { NO_DAY, partialDay, type PartialDate } from "../report/date.ts";
import { PRECISIONS, type CodedColumn, type DateColumn } from "./table.ts";

/** A growing column of one kind; `take` gives its values at the given rows, in their order, `at` one value to compare. */
export interface Column<Taken> {
  take(rows: Int32Array): Taken;
  at(row: number): string | number;
}

/** Integers. */
// One class for integers and one for doubles: a column class used with several array kinds turns its stores megamorphic.
export class Ints implements Column<Int32Array> {
  data = new Int32Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length * 2);
    this.data[this.length++] = value;
  }
  /** Adds many at once; an empty column keeps the array that it is given. */
  append(values: Int32Array<ArrayBuffer>): void {
    if (this.length === 0 && values.length > 0) this.data = values;
    else {
      if (this.length + values.length > this.data.length) this.#grow(2 * (this.length + values.length));
      this.data.set(values, this.length);
    }
    this.length += values.length;
  }
  #grow(room: number): void {
    const grown = new Int32Array(room);
    grown.set(this.data);
    this.data = grown;
  }
  take(rows: Int32Array): Int32Array {
    const taken = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.data[row]!;
  }
}

/** Index + 1 into a list of words; 0 is absent. */
export class Enums implements Column<Uint8Array> {
  readonly codes = new Ints();
  readonly #list: readonly string[];
  constructor(list: readonly string[]) {
    this.#list = list;
  }
  push(value: string | undefined): void {
    this.codes.push(value === undefined ? 0 : this.#list.indexOf(value) + 1);
  }
  /** Adds many that are numbered so; `undefined` for so many absent ones. */
  append(codes: Int32Array<ArrayBuffer> | undefined, size: number): void {
    this.codes.append(codes ?? new Int32Array(size));
  }
  take(rows: Int32Array): Uint8Array {
    const taken = new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.codes.data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.codes.data[row]!;
  }
}

/** Doubles. */
export class Doubles implements Column<Float64Array> {
  #data = new Float64Array(1024);
  #length = 0;
  push(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.#length++] = value;
  }
  /** As that of {@link Enums}. */
  append(values: Float64Array<ArrayBuffer> | undefined, size: number): void {
    const more = values ?? new Float64Array(size).fill(NaN);
    if (this.#length === 0 && size > 0) this.#data = more;
    else {
      if (this.#length + size > this.#data.length) {
        const grown = new Float64Array(2 * (this.#length + size));
        grown.set(this.#data);
        this.#data = grown;
      }
      this.#data.set(more, this.#length);
    }
    this.#length += size;
  }
  take(rows: Int32Array): Float64Array {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.#data[rows[i]!]!;
    return taken;
  }
  at(row: number): number {
    return this.#data[row]!;
  }
}

/** Strings, each kept once. */
export class Coded implements Column<CodedColumn> {
  readonly codes = new Ints();
  values: string[] = [];
  readonly #index = new Map<string, number>();
  /** Values of a block are looked up by nobody until something else comes: how many are in the index. */
  #indexed = 0;
  push(value: string | undefined): void {
    this.codes.push(value === undefined || value === "" ? -1 : this.#code(value));
  }
  /** Adds many; an empty column keeps the arrays that it is given. */
  append(block: BlockText | undefined, size: number): void {
    if (block === undefined) this.codes.append(new Int32Array(size).fill(-1));
    else if (this.values.length === 0) {
      this.values = block.values;
      this.codes.append(block.codes);
    } else {
      const number = Int32Array.from(block.values, (value) => this.#code(value));
      this.codes.append(block.codes.map((code) => (code < 0 ? -1 : number[code]!)));
    }
  }
  #code(value: string): number {
    for (; this.#indexed < this.values.length; this.#indexed++)
      this.#index.set(this.values[this.#indexed]!, this.#indexed);
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    this.#index.set(value, this.values.length);
    this.#indexed++;
    return this.values.push(value) - 1;
  }
  at(row: number): string {
    return this.values[this.codes.data[row]!] ?? "";
  }
  /** Only the values that occur in `rows`, sorted: the vocabulary does not remember the order of reading or what was dropped. */
  take(rows: Int32Array): CodedColumn {
    const used: number[] = [];
    const number = new Int32Array(this.values.length).fill(-1);
    const codes = this.codes.take(rows);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code < 0 || number[code] !== -1) continue;
      number[code] = used.length;
      used.push(code);
    }
    used.sort((x, y) => compareText(this.values[x]!, this.values[y]!));
    for (let i = 0; i < used.length; i++) number[used[i]!] = i;
    for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = number[codes[i]!]!;
    return { codes, values: used.map((code) => this.values[code]!) };
  }
}

/** Partial dates. */
export class Dates implements Column<DateColumn> {
  readonly day = new Ints();
  readonly #precision = new Enums(PRECISIONS);
  push(date: PartialDate | undefined): void {
    const found = date === undefined ? undefined : partialDay(date);
    this.day.push(found?.day ?? NO_DAY);
    this.#precision.push(found?.precision);
  }
  append(block: BlockDate | undefined, size: number): void {
    this.day.append(block?.day ?? new Int32Array(size).fill(NO_DAY));
    this.#precision.append(block?.precision, size);
  }
  take(rows: Int32Array): DateColumn {
    return { day: this.day.take(rows), precision: this.#precision.take(rows) };
  }
  at(row: number): string {
    return `${this.day.at(row)} ${this.#precision.at(row)}`;
  }
}

/** Code-unit order: the same on every machine and in every locale. */
export const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

/** What the columns of a group give. */
export type Taken<Group> = { readonly [K in keyof Group]: Group[K] extends Column<infer T> ? T : never };

/** Takes the same rows of every column of a group. */
export function take<Group extends Record<string, Column<unknown>>>(group: Group, rows: Int32Array): Taken<Group> {
  return Object.fromEntries(Object.entries(group).map(([name, column]) => [name, column.take(rows)])) as Taken<Group>;
}
