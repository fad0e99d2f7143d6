import { PvError } from "../error.ts";
import { compareText, Doubles, Ints } from "./growing.ts";

/** Labels, numbered in the order in which they are first seen. */
export class Labels {
  readonly values: string[] = [];
  readonly #numbers = new Map<string, number>();
  number(label: string): number {
    let number = this.#numbers.get(label);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(label);
      this.#numbers.set(label, number);
    }
    return number;
  }
}

/** Labels in order, and the place of each number in it; -1 for labels that are not in it. */
export interface Ranking {
  readonly labels: readonly string[];
  readonly rank: Int32Array;
}

/** Sorts the labels whose numbers are `kept`. */
export function ranking({ values }: Labels, kept: Iterable<number>): Ranking {
  const numbers = [...new Set(kept)].sort((x, y) => compareText(values[x]!, values[y]!));
  const rank = new Int32Array(values.length).fill(-1);
  numbers.forEach((number, i) => (rank[number] = i));
  return { labels: numbers.map((number) => values[number]!), rank };
}

/** Sparse rows: those of label p are `offsets[p]` to `offsets[p + 1]`, columns ascending. */
export interface SortedCounts {
  readonly offsets: Uint32Array;
  readonly column: Uint32Array;
  readonly count: Float64Array;
}

/** Counts of a row label and a column label each, kept in 16 bytes as they come in any order. */
export class LabelledCounts {
  readonly #kind: string;
  readonly #rows: Labels;
  readonly #columns: Labels;
  readonly row = new Ints();
  readonly #column = new Ints();
  readonly #count = new Doubles();

  constructor(kind: string, rows: Labels, columns: Labels) {
    this.#kind = kind;
    this.#rows = rows;
    this.#columns = columns;
  }

  add(row: string, column: string, count: number): void {
    this.row.push(this.#rows.number(row));
    this.#column.push(this.#columns.number(column));
    this.#count.push(count);
  }

  /** Numbers of the row labels, as they came. */
  rows(): Int32Array {
    return this.row.data.subarray(0, this.row.length);
  }

  /** @throws PvError `INVALID_ARGUMENT` for a label that has no rank, and for two counts of the same labels */
  sorted(rows: Ranking, columns: Ranking): SortedCounts {
    const n = this.row.length;
    const rowOf = this.#ranks(this.row, rows, this.#rows);
    const columnOf = this.#ranks(this.#column, columns, this.#columns);
    // By column and then, keeping that order, by row: both times by counting how many come before.
    const byColumn = new Uint32Array(n);
    const before = starts(columnOf, columns.labels.length);
    for (let i = 0; i < n; i++) byColumn[before[columnOf[i]!]!++] = i;
    const offsets = starts(rowOf, rows.labels.length);
    const at = offsets.slice();
    const column = new Uint32Array(n);
    const count = new Float64Array(n);
    for (const i of byColumn) {
      const to = at[rowOf[i]!]!++;
      column[to] = columnOf[i]!;
      count[to] = this.#count.at(i);
      if (to > offsets[rowOf[i]!]! && column[to - 1] === column[to]) {
        const labels = JSON.stringify([rows.labels[rowOf[i]!], columns.labels[columnOf[i]!]]);
        throw new PvError("INVALID_ARGUMENT", `the answer has a row ${this.#kind} of ${labels} twice`);
      }
    }
    return { offsets, column, count };
  }

  #ranks({ data, length }: Ints, { rank }: Ranking, { values }: Labels): Int32Array {
    const ranks = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      ranks[i] = rank[data[i]!]!;
      if (ranks[i]! < 0) {
        throw new PvError("INVALID_ARGUMENT", `the answer lacks the margin of ${JSON.stringify(values[data[i]!])}`);
      }
    }
    return ranks;
  }
}

/** Where the items of each key begin, with the end behind. */
function starts(keys: Int32Array, n: number): Uint32Array {
  const offsets = new Uint32Array(n + 1);
  for (const key of keys) offsets[key + 1]!++;
  for (let key = 0; key < n; key++) offsets[key + 1]! += offsets[key]!;
  return offsets;
}
