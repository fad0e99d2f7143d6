/** Bytes in parts, cut anywhere. */
export type ByteChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Takes bytes in the lengths that a format asks for out of chunks that were cut anywhere. */
export class ByteSource {
  readonly #chunks: Iterator<Uint8Array> | AsyncIterator<Uint8Array>;
  #chunk = new Uint8Array();
  #at = 0;
  #offset = 0;

  constructor(chunks: ByteChunks) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next bytes, fewer than asked for only at the end. They may be part of a chunk: use them before it is overwritten. */
  async take(length: number): Promise<Uint8Array> {
    if (this.#at === this.#chunk.length) await this.#next();
    if (this.#at + length <= this.#chunk.length) {
      this.#offset += length;
      return this.#chunk.subarray(this.#at, (this.#at += length));
    }
    // Room for what arrives, not for what is asked for: a length may be damaged, or a lie.
    let taken = new Uint8Array(Math.min(length, 1 << 20));
    let filled = 0;
    while (filled < length && (this.#at < this.#chunk.length || (await this.#next()))) {
      const part = this.#chunk.subarray(this.#at, this.#at + Math.min(length - filled, this.#chunk.length - this.#at));
      if (filled + part.length > taken.length) {
        const grown = new Uint8Array(Math.min(length, 2 * (filled + part.length)));
        grown.set(taken);
        taken = grown;
      }
      taken.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    this.#offset += filled;
    return taken.subarray(0, filled);
  }

  /** Lets the source go; a file is closed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value as Uint8Array<ArrayBuffer>;
      this.#at = 0;
      if (this.#chunk.length > 0) return true;
    }
  }
}

/** Puts a whole number below 2^53 in eight bytes, low byte first. */
export function putCount(view: DataView, at: number, count: number): void {
  view.setUint32(at, count % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(count / 2 ** 32), true);
}

/** The number that {@link putCount} put there. */
export const countAt = (view: DataView, at: number): number =>
  view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Runs of bytes as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
