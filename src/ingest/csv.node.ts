import { parseString } from "fast-csv";
import type { LineBlock } from "./decode.ts";
import { RECORD_LENGTH, RECORD_LINES, quoteState } from "./csv-quotes.ts";
import { tooLongField, tooLongLine } from "./delimited.ts";
import { FIELD_LIMIT, type LineRecords, type NumberedLine, type Row, type RowBlock, type RowFault } from "./rows.ts";

/** A record with quotes in it, waiting for fast-csv. */
interface QuotedRecord extends NumberedLine {
  /** Place among the rows of the block. */
  readonly at: number;
}

/**
 * Splits CSV (RFC 4180 quotes, `""` for a quote) into records. Records without a quote are cut at the delimiter; the others
 * go through fast-csv, a block at a time. A record that fast-csv refuses, and a line with a quote that never closes, is a
 * `BAD_QUOTE` fault and costs itself only: reading goes on at the next line.
 */
export async function* splitCsv(blocks: AsyncIterable<LineBlock>, delimiter: string): AsyncGenerator<RowBlock> {
  let open: NumberedLine[] = [];
  let openLength = 0;
  for await (const block of blocks) {
    const records = new RecordBlock(delimiter);
    for (const line of block.tooLong) records.faults.push(tooLongLine(line));
    const last = block.unterminated ? block.lines.length - 1 : -1;
    // Lines that have to be read anew because the record they were thought to continue turned out to be none.
    const again: NumberedLine[] = [];
    for (let i = 0; i < block.lines.length || again.length > 0;) {
      const next = again.pop() ?? { text: block.lines[i]!, line: block.numbers[i]!, cut: i++ === last };
      if (open.length === 0 && !next.text.includes('"')) {
        records.addPlain(next);
        continue;
      }
      const state = quoteState(next.text, delimiter, open.length > 0);
      open.push(next);
      openLength += next.text.length + 1;
      const overlong = open.length > RECORD_LINES || openLength > RECORD_LENGTH;
      if (state === "open" && !overlong) continue;
      if (state === "closed" && !overlong) records.addQuoted(open);
      else again.push(...records.reject(open));
      open = [];
      openLength = 0;
    }
    yield await records.finish(block);
  }
  // Open at the end of the file: the first line has the bad quote, the others are read on their own.
  for (let rest = open; rest.length > 0;) {
    const records = new RecordBlock(delimiter);
    const again = records.reject(rest);
    rest = [];
    for (let next = again.pop(); next !== undefined; next = again.pop()) {
      if (rest.length === 0 && !next.text.includes('"')) {
        records.addPlain(next);
        continue;
      }
      const state = quoteState(next.text, delimiter, rest.length > 0);
      rest.push(next);
      if (state === "open") continue;
      if (state === "closed") records.addQuoted(rest);
      else again.push(...records.reject(rest));
      rest = [];
    }
    yield await records.finish({ issues: [] });
  }
}

/** The records of a block, of which those with quotes wait for fast-csv. */
export class RecordBlock implements LineRecords {
  readonly faults: RowFault[] = [];
  readonly #delimiter: string;
  readonly #rows: (Row | undefined)[] = [];
  readonly #quoted: QuotedRecord[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  addPlain({ text, line, cut }: NumberedLine): void {
    if (text.trim() === "") return;
    this.#add(text.split(this.#delimiter), line, cut);
  }

  addQuoted(lines: readonly NumberedLine[]): void {
    const at = this.#rows.push(undefined) - 1;
    const text = lines.map((part) => part.text).join("\n");
    this.#quoted.push({ text, line: lines[0]!.line, cut: lines.at(-1)!.cut, at });
  }

  /** Faults the first line and gives the others back, last first, to be read anew. */
  reject(lines: readonly NumberedLine[]): NumberedLine[] {
    this.#badQuote(lines[0]!);
    return lines.slice(1).reverse();
  }

  async finish({ issues }: Pick<LineBlock, "issues">): Promise<RowBlock> {
    if (this.#quoted.length > 0) await this.#parseQuoted();
    return { rows: this.#rows.filter((row) => row !== undefined), faults: this.faults, issues };
  }

  async #parseQuoted(): Promise<void> {
    const whole = await parse(this.#quoted.map((record) => record.text).join("\n"), this.#delimiter);
    for (const [i, record] of this.#quoted.entries()) {
      const found = whole?.length === this.#quoted.length ? whole[i] : await parseOne(record.text, this.#delimiter);
      if (found === undefined) this.#badQuote(record);
      else this.#rows[record.at] = this.#row(found, record.line, record.cut);
    }
  }

  #add(cells: readonly string[], line: number, cut: boolean): void {
    this.#rows.push(this.#row(cells, line, cut));
  }

  #row(cells: readonly string[], line: number, cut: boolean): Row | undefined {
    if (!cells.some((cell) => cell.length > FIELD_LIMIT)) return cut ? { cells, line, cut } : { cells, line };
    this.faults.push(tooLongField(line));
    return undefined;
  }

  #badQuote({ text, line }: NumberedLine): void {
    // Before the first quote the delimiters count; the cell that the quote stands in is not to be trusted.
    const cells = text.slice(0, text.indexOf('"')).split(this.#delimiter).slice(0, -1);
    this.faults.push({ code: "BAD_QUOTE", line, cells });
  }
}

async function parseOne(text: string, delimiter: string): Promise<readonly string[] | undefined> {
  const rows = await parse(text, delimiter);
  return rows?.length === 1 ? rows[0] : undefined;
}

/** The records of a text as fast-csv reads them; `undefined` when it refuses. */
function parse(text: string, delimiter: string): Promise<readonly string[][] | undefined> {
  return new Promise((resolve) => {
    const rows: string[][] = [];
    parseString<string[], string[]>(text, { headers: false, delimiter, ignoreEmpty: false })
      .on("data", (row: string[]) => rows.push(row))
      .on("error", () => {
        resolve(undefined);
      })
      .on("end", () => {
        resolve(rows);
      });
  });
}
