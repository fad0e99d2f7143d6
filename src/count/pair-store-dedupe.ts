import type { LabelColumn } from "./pair-store-build.ts";

/** Distinct labels of the reports of one chunk. */
export interface ChunkLabels {
  /** Report after report; the array is used again for the next chunk. */
  readonly labels: Int32Array;
  readonly length: number;
  /** Labels of each report of the chunk. */
  readonly sizes: Uint32Array;
}

/**
 * Takes repeats out of the labels of reports, a chunk of reports at a time, and counts the reports of each label. The loop
 * runs over the children of all reports and has no branch to mispredict: what does not count goes to a label of its own.
 */
export class Deduper {
  /** Reports by label; one more entry for what does not count. */
  readonly margin: Uint32Array;
  readonly #column: LabelColumn;
  readonly #rows: Uint32Array | undefined;
  /** Report that had a label last, by label. */
  readonly #seen: Int32Array;
  /** Label of each code, of code -1 first; absent when codes are labels. */
  readonly #number: Int32Array | undefined;
  readonly #sizes: Uint32Array;
  readonly #starts: Uint32Array;
  #codes = new Int32Array(0);
  #begins = new Uint8Array(0);
  #out = new Int32Array(0);

  constructor(column: LabelColumn, rows: Uint32Array | undefined, chunkReports: number) {
    const none = column.labels.length;
    this.#column = column;
    this.#rows = column.byPlace === true ? undefined : rows;
    this.margin = new Uint32Array(none + 1);
    this.#seen = new Int32Array(none + 1).fill(-1);
    if (!this.#isGathered && column.number.some((v, code) => v !== code)) {
      const number = column.number.map((v) => (v < 0 ? none : v));
      this.#number = new Int32Array(number.length + 1).fill(none);
      this.#number.set(number, 1);
    }
    this.#sizes = new Uint32Array(chunkReports);
    this.#starts = new Uint32Array(chunkReports + 1);
  }

  /** Whether children are put together report by report, because they do not stand in one piece or not in one column. */
  get #isGathered(): boolean {
    return this.#rows !== undefined || this.#column.second !== undefined;
  }

  chunk(from: number, to: number): ChunkLabels {
    const { offsets, codes, kind, wanted } = this.#column;
    if (this.#isGathered) {
      this.#gather(from, to);
      return this.#dedupe(from, to, this.#starts.subarray(0, to - from + 1), this.#codes, 0, undefined, undefined);
    }
    const starts = offsets.subarray(from, to + 1);
    const first = starts[0]!;
    if (codes instanceof Int32Array) return this.#dedupe(from, to, starts, codes, first, kind, wanted);
    // One kind of array: a loop that meets two is twice as slow.
    const last = starts[to - from]!;
    if (this.#codes.length < last - first) this.#codes = new Int32Array(last - first + 4096);
    this.#codes.set(codes.subarray(first, last));
    return this.#dedupe(from, to, starts, this.#codes, 0, kind?.subarray(first, last), wanted);
  }

  /** Labels of the chunk's reports one after the other, -1 for what does not count. */
  #gather(from: number, to: number): void {
    const { offsets, codes, number, second, kind, wanted } = this.#column;
    const starts = this.#starts;
    const rows = this.#rows;
    for (let i = 0; i < to - from; i++) {
      const row = rows === undefined ? from + i : rows[from + i]!;
      starts[i + 1] = starts[i]! + offsets[row + 1]! - offsets[row]!;
    }
    if (this.#codes.length < starts[to - from]!) this.#codes = new Int32Array(starts[to - from]! + 4096);
    const out = this.#codes;
    for (let i = 0, at = 0; i < to - from; i++) {
      const row = rows === undefined ? from + i : rows[from + i]!;
      for (let j = offsets[row]!, end = offsets[row + 1]!; j < end; j++) {
        let v = -1;
        if (kind === undefined || wanted![kind[j]!] === 1) {
          if (codes[j]! >= 0) v = number[codes[j]!]!;
          else if (second !== undefined && second.codes[j]! >= 0) v = second.number[second.codes[j]!]!;
        }
        out[at++] = v;
      }
    }
  }

  /** `codes` and `kind` of the first child stand at `base`; starts count from those of the first report. */
  #dedupe(
    from: number,
    to: number,
    starts: Uint32Array,
    codes: Int32Array,
    base: number,
    kind: Uint8Array | undefined,
    wanted: Uint8Array | undefined,
  ): ChunkLabels {
    const reports = to - from;
    const first = starts[0]!;
    const length = starts[reports]! - first;
    if (this.#out.length <= length) {
      this.#out = new Int32Array(length + 4096);
      this.#begins = new Uint8Array(length + 4096);
    }
    const begins = this.#begins.fill(0, 0, length + 1);
    const [number, seen, margin, out] = [this.#number, this.#seen, this.margin, this.#out];
    const sizes = this.#sizes.fill(0, 0, reports);
    const none = seen.length - 1;
    let isFlat = true;
    for (let i = 0; i < reports; i++) {
      const at = starts[i]! - first;
      const before = begins[at]!;
      // A byte counts the reports that begin here: more than 255 without a child in a row do not fit.
      if (before === 255) isFlat = false;
      begins[at] = before + 1;
    }
    if (!isFlat) return this.#dedupeSparse(from, to, starts, codes, base, kind, wanted);
    let written = 0;
    if (kind === undefined) {
      for (let k = 0, r = -1; k < length; k++) {
        r += begins[k]!;
        const c = codes[base + k]!;
        const v = number !== undefined ? number[c + 1]! : c < 0 ? none : c;
        const isNew = (seen[v] === from + r ? 0 : 1) & (v === none ? 0 : 1);
        seen[v] = from + r;
        out[written] = v;
        written += isNew;
        margin[v]! += isNew;
        sizes[r]! += isNew;
      }
    } else {
      for (let k = 0, r = -1; k < length; k++) {
        r += begins[k]!;
        const c = wanted![kind[base + k]!] === 0 ? -1 : codes[base + k]!;
        const v = number !== undefined ? number[c + 1]! : c < 0 ? none : c;
        const isNew = (seen[v] === from + r ? 0 : 1) & (v === none ? 0 : 1);
        seen[v] = from + r;
        out[written] = v;
        written += isNew;
        margin[v]! += isNew;
        sizes[r]! += isNew;
      }
    }
    return { labels: out, length: written, sizes };
  }

  /** The same, report by report, for chunks in which hundreds of reports in a row have no child. */
  #dedupeSparse(
    from: number,
    to: number,
    starts: Uint32Array,
    codes: Int32Array,
    base: number,
    kind: Uint8Array | undefined,
    wanted: Uint8Array | undefined,
  ): ChunkLabels {
    const [number, seen, margin, out, sizes] = [this.#number, this.#seen, this.margin, this.#out, this.#sizes];
    const none = seen.length - 1;
    const shift = base - starts[0]!;
    let written = 0;
    for (let i = 0; i < to - from; i++) {
      for (let k = starts[i]! + shift; k < starts[i + 1]! + shift; k++) {
        if (kind !== undefined && wanted![kind[k]!] === 0) continue;
        const c = codes[k]!;
        const v = number !== undefined ? number[c + 1]! : c < 0 ? none : c;
        if (v === none || seen[v] === from + i) continue;
        seen[v] = from + i;
        margin[v]!++;
        out[written++] = v;
        sizes[i]!++;
      }
    }
    return { labels: out, length: written, sizes };
  }
}
