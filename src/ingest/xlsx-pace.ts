import { PvError } from "../error.ts";

/** A row is far smaller; what fills more without ending one is no sheet, however it goes on. */
const ROW_LIMIT = 64 * 2 ** 20;
/** Rows in a piece of which one reaches beyond column ZZ: the parser makes 128 KiB of each, be it ever so empty. */
const FAR_ROWS = 2000;
// A cell or row number, r="AB12" or r="12", is plain; anything else may stand for a column far to the right.
const notPlain = /["'\s]r\s*=(?!\s*["']?\$?[A-Za-z]{0,2}\$?\d{1,7}["'\s/>])/;
const rowTag = /<(?:[\w.-]{1,20}:)?row[\s/>]/g;
/** Characters kept from one piece to the next: more than a tag name, a cell number or the end of a sheet takes. */
const TAIL = 128;

/**
 * Lets a parser have bytes only while somebody waits for a row. A parser that is handed a stream does not wait for its
 * consumer by itself: before a slow one it would pile up the rows of the whole sheet.
 */
export class Pace {
  #open: (() => void) | undefined;
  #opened: Promise<void> = Promise.resolve();
  #stopped = false;

  /** Somebody waits for a row. */
  resume(): void {
    this.#open?.();
    this.#open = undefined;
  }

  /** The row has come. */
  rest(): void {
    if (this.#open === undefined && !this.#stopped) this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Nobody will wait again. */
  stop(): void {
    this.#stopped = true;
    this.resume();
  }

  /** The pieces as a stream that asks for none ahead of time. */
  stream(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          await this.#opened;
          const next = this.#stopped ? undefined : await pieces.next();
          if (next === undefined || next.done === true) controller.close();
          else controller.enqueue(next.value);
        },
      },
      { highWaterMark: 0 },
    );
  }
}

/** Watches the text of a sheet for what a lenient parser would take time or memory without end for, or not notice. */
export class SheetWatch {
  readonly #file: string;
  readonly #paced: boolean;
  readonly #latin1 = new TextDecoder("latin1");
  #bytesSinceRow = 0;
  #rows = 0;
  #tags = 0;
  #tail = "";

  constructor(file: string, paced: boolean) {
    this.#file = file;
    this.#paced = paced;
  }

  /** The parser gave a row. */
  row(): void {
    this.#bytesSinceRow = 0;
    this.#rows++;
  }

  /** @throws PvError `SOURCE_UNREADABLE` */
  piece(bytes: Uint8Array): void {
    this.#bytesSinceRow += bytes.length;
    if (this.#paced && this.#bytesSinceRow > ROW_LIMIT)
      throw new PvError("SOURCE_UNREADABLE", `${this.#file}: no row within ${ROW_LIMIT} bytes of the sheet`);
    const before = this.#tail.length;
    const text = this.#tail + this.#latin1.decode(bytes);
    this.#tail = text.slice(-TAIL);
    let tags = 0;
    rowTag.lastIndex = 0;
    for (let found = rowTag.exec(text); found !== null; found = rowTag.exec(text)) {
      if (rowTag.lastIndex > before) tags++;
    }
    this.#tags += tags;
    if (tags <= FAR_ROWS) return;
    const far = notPlain.exec(text);
    if (far !== null && far.index <= text.length - TAIL)
      throw new PvError("SOURCE_UNREADABLE", `${this.#file}: ${tags} nearly empty rows reach beyond column ZZ`);
  }

  /** @throws PvError `TRUNCATED_SOURCE` when the text does not end as a sheet does */
  end(): void {
    if (!/<\/(?:[\w.-]+:)?worksheet\s*>\s*$/.test(this.#tail))
      throw new PvError("TRUNCATED_SOURCE", `${this.#file}: the text of the sheet ends early`);
  }

  /** @throws PvError `SOURCE_UNREADABLE` when the text began more rows than the parser gave */
  compare(): void {
    if (this.#rows < this.#tags)
      throw new PvError(
        "SOURCE_UNREADABLE",
        `${this.#file}: the sheet is damaged, ${this.#rows} of ${this.#tags} rows could be read`,
      );
  }
}
