import { compareText } from "./build.ts";

/**
 * Report → labels, without repeats: labels of `rows[i]` are `ids[offsets[i]]` to `ids[offsets[i + 1] - 1]`.
 * Labels are sorted, so their numbers do not depend on the order of input.
 */
export interface Axis {
  readonly labels: readonly string[];
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
  /** 1 for a report that counts though none of what it has bears a label: it belongs to the background. */
  readonly present?: Uint8Array | undefined;
}

/** Collects the labels of one report after another; a label counts once a report. */
export class AxisBuilder {
  readonly #codes = new Map<string, number>();
  readonly #labels: string[] = [];
  /** Per label, the report that had it last; -1 when none had. */
  #stamp = new Int32Array(1024).fill(-1);
  readonly #offsets: Uint32Array;
  #ids = new Uint32Array(1024);
  #length = 0;
  #report = 0;

  constructor(reports: number) {
    this.#offsets = new Uint32Array(reports + 1);
  }

  /** Number of a label for {@link add}. */
  code(label: string): number {
    let code = this.#codes.get(label);
    if (code === undefined) {
      code = this.#labels.length;
      this.#codes.set(label, code);
      this.#labels.push(label);
      if (code === this.#stamp.length) {
        const grown = new Int32Array(code * 2).fill(-1, code);
        grown.set(this.#stamp);
        this.#stamp = grown;
      }
    }
    return code;
  }

  add(code: number): void {
    if (this.#stamp[code] === this.#report) return;
    this.#stamp[code] = this.#report;
    if (this.#length === this.#ids.length) {
      const grown = new Uint32Array(this.#length * 2);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#length++] = code;
  }

  /** Ends the current report. */
  close(): void {
    this.#offsets[++this.#report] = this.#length;
  }

  /** The axis of all reports, with only the labels that occur, sorted. */
  axis(): Axis {
    const used = this.#labels.map((_, code) => code).filter((code) => this.#stamp[code]! >= 0);
    used.sort((x, y) => compareText(this.#labels[x]!, this.#labels[y]!));
    const renumbered = new Uint32Array(this.#labels.length);
    used.forEach((code, i) => (renumbered[code] = i));
    const ids = this.#ids.slice(0, this.#length);
    for (let k = 0; k < ids.length; k++) ids[k] = renumbered[ids[k]!]!;
    return { labels: used.map((code) => this.#labels[code]!), offsets: this.#offsets, ids };
  }
}
