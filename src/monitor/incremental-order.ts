import { compareText } from "../count/build.ts";
import type { Ints } from "../count/growing.ts";
import type { PairTable } from "./incremental-pairs.ts";

/** Labels that occur, sorted, with their reports; and the place of each label by its number, -1 where it occurs no longer. */
export interface RankedLabels {
  readonly labels: readonly string[];
  readonly count: Float64Array;
  readonly rank: Int32Array;
}

/** The labels of an axis that have reports, in the order in which counts list them. */
export class StandingLabels {
  readonly #names: readonly string[];
  readonly #count: Ints;
  /** Numbers of all labels by their text. */
  readonly #sorted: number[] = [];

  constructor(names: readonly string[], count: Ints) {
    this.#names = names;
    this.#count = count;
  }

  /** Numbers of the labels that occur, by their text. */
  inOrder(): number[] {
    const names = this.#names;
    if (this.#sorted.length < names.length) {
      while (this.#sorted.length < names.length) this.#sorted.push(this.#sorted.length);
      this.#sorted.sort((x, y) => compareText(names[x]!, names[y]!));
    }
    const { data } = this.#count;
    return this.#sorted.filter((label) => data[label]! > 0);
  }

  ranked(): RankedLabels {
    const order = this.inOrder();
    const rank = new Int32Array(this.#names.length).fill(-1);
    order.forEach((label, i) => (rank[label] = i));
    return {
      labels: order.map((label) => this.#names[label]!),
      count: Float64Array.from(order, (label) => this.#count.data[label]!),
      rank,
    };
  }
}

/** The counts above 0 of a table as sparse rows, by the rank of the first and then of the second number. */
export function sparseRows(
  { first, second, count }: PairTable,
  rows: RankedLabels,
  columns: RankedLabels,
): { readonly offsets: Uint32Array; readonly column: Uint32Array; readonly count: Uint32Array } {
  // Two stable counting sorts: by column, then by row.
  const columnStart = new Uint32Array(columns.labels.length + 1);
  const offsets = new Uint32Array(rows.labels.length + 1);
  let size = 0;
  for (let pair = 0; pair < count.length; pair++) {
    if (count.data[pair] === 0) continue;
    columnStart[columns.rank[second.data[pair]!]! + 1]!++;
    offsets[rows.rank[first.data[pair]!]! + 1]!++;
    size++;
  }
  for (let c = 0; c < columns.labels.length; c++) columnStart[c + 1]! += columnStart[c]!;
  for (let r = 0; r < rows.labels.length; r++) offsets[r + 1]! += offsets[r]!;
  const byColumn = new Uint32Array(size);
  for (let pair = 0; pair < count.length; pair++) {
    if (count.data[pair] !== 0) byColumn[columnStart[columns.rank[second.data[pair]!]!]!++] = pair;
  }
  const at = offsets.slice();
  const column = new Uint32Array(size);
  const counts = new Uint32Array(size);
  for (const pair of byColumn) {
    const place = at[rows.rank[first.data[pair]!]!]!++;
    column[place] = columns.rank[second.data[pair]!]!;
    counts[place] = count.data[pair]!;
  }
  return { offsets, column, count: counts };
}
