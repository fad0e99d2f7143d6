import type { StoreCoding } from "./pair-store-coding.ts";

/** Writes the labels of a chunk's reports as 16-bit numbers, whole runs of reports at a time where none is rare. */
export class LabelWriter {
  /** Rare labels of the report kept last. */
  rare: number[] = [];
  readonly #labels: Int32Array;
  readonly #codeOf: Int32Array | undefined;
  readonly #out: Uint16Array;
  #written: number;
  /** Labels before this one are written or left out. */
  #done = 0;
  #read = 0;

  constructor(labels: Int32Array, { codeOf }: StoreCoding, out: Uint16Array, written: number) {
    this.#labels = labels;
    this.#codeOf = codeOf;
    this.#out = out;
    this.#written = written;
  }

  /** Keeps the next labels; how many of them have a 16-bit number. */
  keep(n: number): number {
    if (this.#codeOf === undefined) {
      this.#read += n;
      return n;
    }
    const before = this.#written;
    this.rare.length = 0;
    for (const end = this.#read + n; this.#read < end; this.#read++) {
      const label = this.#labels[this.#read]!;
      const code = this.#codeOf[label]!;
      if (code < 0) this.rare.push(label);
      else this.#out[this.#written++] = code;
    }
    this.#done = this.#read;
    return this.#written - before;
  }

  /** Passes over the next labels and takes them out of the margin. */
  leaveOut(n: number, margin: Uint32Array): void {
    this.flush();
    for (const end = this.#read + n; this.#read < end; this.#read++) margin[this.#labels[this.#read]!]!--;
    this.#done = this.#read;
  }

  /** Writes what was kept; how many numbers are written altogether. */
  flush(): number {
    if (this.#read > this.#done) {
      this.#out.set(this.#labels.subarray(this.#done, this.#read), this.#written);
      this.#written += this.#read - this.#done;
      this.#done = this.#read;
    }
    return this.#written;
  }
}

/** Collects the rare labels of reports: of each report its number, how many products and events, and the labels. */
export class RestBuilder {
  #rest = new Uint32Array(0);
  #length = 0;

  add(report: number, products: readonly number[], events: readonly number[]): void {
    const length = this.#length + 3 + products.length + events.length;
    if (length > this.#rest.length) {
      const grown = new Uint32Array(Math.max(length, 1024, this.#rest.length * 2));
      grown.set(this.#rest);
      this.#rest = grown;
    }
    this.#rest.set([report, products.length, events.length], this.#length);
    this.#rest.set(products, this.#length + 3);
    this.#rest.set(events, this.#length + 3 + products.length);
    this.#length = length;
  }

  finish(): Uint32Array {
    return this.#rest.subarray(0, this.#length);
  }
}
