import type { LabelColumn } from "./pair-store-build.ts";

/** Numbers that 16 bits hold. */
export const COMMON_LABELS = 1 << 16;

/**
 * 16-bit numbers of labels. A vocabulary that fits keeps its numbers; of a larger one the most frequent 65,536 labels get a
 * number, in their order, and the others are rare: they are kept apart with all their bits.
 */
export class StoreCoding {
  /** How many labels have a 16-bit number. */
  readonly size: number;
  /** 16-bit number of each label, -1 for a rare one; absent when it is the number of the label. */
  readonly codeOf: Int32Array | undefined;
  readonly labelOf: Uint32Array | undefined;

  constructor(column: LabelColumn, common = COMMON_LABELS) {
    const n = column.labels.length;
    this.size = Math.min(n, common);
    if (n <= common) return;
    const seen = new Float64Array(n);
    const { number, second } = column;
    for (const code of column.codes) if (code >= 0 && number[code]! >= 0) seen[number[code]!]!++;
    for (const code of second?.codes ?? []) if (code >= 0 && second!.number[code]! >= 0) seen[second!.number[code]!]!++;
    const limit = seen.slice().sort()[n - common]!;
    let above = 0;
    for (const count of seen) if (count > limit) above++;
    let ties = common - above;
    this.codeOf = new Int32Array(n).fill(-1);
    this.labelOf = new Uint32Array(common);
    for (let label = 0, code = 0; label < n; label++) {
      if (seen[label]! < limit || (seen[label] === limit && ties-- <= 0)) continue;
      this.labelOf[code] = label;
      this.codeOf[label] = code++;
    }
  }
}
