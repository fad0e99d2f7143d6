import { ownString } from "./own-string.ts";

// A JavaScript Map holds at most 2^24 entries; MAUDE alone has more reports than that.
const MAP_LIMIT = 2 ** 23;

/** A growing column of 32-bit integers. */
export class IntColumn {
  length = 0;
  #values = new Int32Array(64);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }
}

/** Numbers texts in the order in which they are first seen. */
export class Dictionary {
  readonly #texts: string[] = [];
  readonly #maps: Map<string, number>[] = [new Map<string, number>()];
  // Neighbouring rows repeat keys, roles and routes; comparing is cheaper than hashing.
  #lastText: string | undefined;
  #lastNumber = -1;

  get size(): number {
    return this.#texts.length;
  }

  /** The number of the text, or -1. */
  find(text: string): number {
    for (const map of this.#maps) {
      const found = map.get(text);
      if (found !== undefined) return found;
    }
    return -1;
  }

  /** The number of the text; a new text is copied, so that it does not keep the block alive it was cut from. */
  add(text: string): number {
    if (text === this.#lastText) return this.#lastNumber;
    const found = this.find(text);
    this.#lastNumber = found >= 0 ? found : this.#append(text);
    this.#lastText = this.#texts[this.#lastNumber]!;
    return this.#lastNumber;
  }

  #append(text: string): number {
    const own = ownString(text);
    if (this.#maps.at(-1)!.size >= MAP_LIMIT) this.#maps.push(new Map());
    this.#maps.at(-1)!.set(own, this.#texts.length);
    return this.#texts.push(own) - 1;
  }

  text(number: number): string {
    return this.#texts[number]!;
  }
}

/**
 * The keys that join the tables of one set of files. Each key has a number; a report marks its key as claimed, and rows of
 * keys that no report claimed are orphans.
 */
export class KeyIndex {
  readonly #keys = new Dictionary();
  readonly #claimed = new IntColumn();

  get size(): number {
    return this.#keys.size;
  }

  add(key: string): number {
    return this.#keys.add(key);
  }

  find(key: string): number {
    return this.#keys.find(key);
  }

  text(number: number): string {
    return this.#keys.text(number);
  }

  claim(number: number): void {
    while (this.#claimed.length <= number) this.#claimed.push(0);
    this.#claimed.set(number, 1);
  }

  isClaimed(number: number): boolean {
    return number < this.#claimed.length && this.#claimed.at(number) === 1;
  }
}

/**
 * Rows of one or more files, kept until the report they belong to is made: each cell is a number in the dictionary of its
 * column, and the rows of a key are linked in the order in which they came. A row costs 4 bytes a column and 12 more.
 */
export class KeyedRows<C extends string> {
  readonly index: KeyIndex;
  readonly #columns: readonly C[];
  readonly #codes: readonly IntColumn[];
  readonly #texts: readonly Dictionary[];
  readonly #place: ReadonlyMap<C, number>;
  readonly #key = new IntColumn();
  readonly #line = new IntColumn();
  readonly #next = new IntColumn();
  readonly #head = new IntColumn();
  readonly #tail = new IntColumn();
  readonly #files: { readonly name: string; readonly from: number }[] = [];

  constructor(index: KeyIndex, columns: readonly C[]) {
    this.index = index;
    this.#columns = columns;
    this.#codes = columns.map(() => new IntColumn());
    this.#texts = columns.map(() => new Dictionary());
    this.#place = new Map(columns.map((column, i) => [column, i]));
  }

  get length(): number {
    return this.#key.length;
  }

  /** The rows added from now on come from this file. */
  startFile(name: string): void {
    this.#files.push({ name, from: this.length });
  }

  /** Adds the row `cells[columns[c]]` for each column c of the table, trimmed; a column the file lacks is empty. */
  add(key: string, line: number, cells: readonly string[], columns: Readonly<Record<C, number>>): number {
    const row = this.#start(key, line);
    for (const [i, column] of this.#columns.entries()) {
      this.#codes[i]!.push(this.#texts[i]!.add((cells[columns[column]] ?? "").trim()));
    }
    return row;
  }

  /** Adds a row of values that stand in the order of the columns and are trimmed. */
  addValues(key: string, line: number, values: readonly string[]): number {
    const row = this.#start(key, line);
    for (let i = 0; i < values.length; i++) this.#codes[i]!.push(this.#texts[i]!.add(values[i]!));
    return row;
  }

  #start(key: string, line: number): number {
    const keyNumber = this.index.add(key);
    const row = this.#key.length;
    this.#key.push(keyNumber);
    this.#line.push(line);
    this.#next.push(-1);
    while (this.#head.length <= keyNumber) {
      this.#head.push(-1);
      this.#tail.push(-1);
    }
    const tail = this.#tail.at(keyNumber);
    if (tail < 0) this.#head.set(keyNumber, row);
    else this.#next.set(tail, row);
    this.#tail.set(keyNumber, row);
    return row;
  }

  /** Row numbers of a key, first to last. */
  rowsOf(keyNumber: number): number[] {
    const rows: number[] = [];
    if (keyNumber < 0 || keyNumber >= this.#head.length) return rows;
    for (let row = this.#head.at(keyNumber); row >= 0; row = this.#next.at(row)) rows.push(row);
    return rows;
  }

  text(row: number, column: C): string {
    const i = this.#place.get(column)!;
    return this.#texts[i]!.text(this.#codes[i]!.at(row));
  }

  /** As {@link text}, but `undefined` for an empty cell. */
  value(row: number, column: C): string | undefined {
    const text = this.text(row, column);
    return text === "" ? undefined : text;
  }

  /** Number of the cell's text in the dictionary of its column: equal numbers are equal texts. */
  code(row: number, column: C): number {
    return this.#codes[this.#place.get(column)!]!.at(row);
  }

  /** As {@link code}, for the column of a place among the columns. */
  codeAt(row: number, place: number): number {
    return this.#codes[place]!.at(row);
  }

  /** The text of a code in the dictionary of a column. */
  textOfCode(place: number, code: number): string {
    return this.#texts[place]!.text(code);
  }

  /** A text that is the same for two rows when they agree in every column. */
  signature(row: number): string {
    return this.#codes.map((column) => column.at(row)).join();
  }

  keyOf(row: number): number {
    return this.#key.at(row);
  }

  /** The text of the key. */
  idOf(row: number): string {
    return this.index.text(this.#key.at(row));
  }

  line(row: number): number {
    return this.#line.at(row);
  }

  file(row: number): string {
    return this.#files.findLast(({ from }) => from <= row)?.name ?? "";
  }

  /** Rows whose key no report claimed. */
  *orphans(): Generator<number> {
    for (let row = 0; row < this.length; row++) if (!this.index.isClaimed(this.#key.at(row))) yield row;
  }
}
