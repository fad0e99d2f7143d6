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
    if (this.length === this.data.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
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
  readonly values: string[] = [];
  readonly #index = new Map<string, number>();
  push(value: string | undefined): void {
    if (value === undefined || value === "") {
      this.codes.push(-1);
      return;
    }
    let code = this.#index.get(value);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(value);
      this.#index.set(value, code);
    }
    this.codes.push(code);
  }
  at(row: number): string {
    return this.values[this.codes.data[row]!] ?? "";
  }
  /** Only the values that occur in `rows`, sorted: the vocabulary does not remember the order of reading or what was dropped. */
  take(rows: Int32Array): CodedColumn {
    const used: number[] = [];
    const number = new Int32Array(this.values.length).fill(-1);
    const codes = this.codes.take(rows);
    for (const code of codes) {
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
