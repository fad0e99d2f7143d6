import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { format } from "fast-csv";
import { PvError } from "../error.ts";
import { csvCell, type CsvValue } from "./csv-cell.ts";

/** How `writeCsv` writes. */
export interface CsvOptions {
  /** Byte order mark in front, which spreadsheets need to read Chinese text as UTF-8; written unless told otherwise. */
  readonly bom?: boolean | undefined;
}

/**
 * Writes rows as a CSV file (RFC 4180, UTF-8) that is safe to open in a spreadsheet. Columns are those of the first row. The
 * file appears whole or not at all.
 *
 * @throws PvError `OUTPUT_UNWRITABLE`
 * @example
 * await writeCsv("out/sdrs.csv", screening.sdrs().map(({ product, event, a }) => ({ product, event, a })));
 */
export async function writeCsv(
  path: string,
  rows: Iterable<Readonly<Record<string, CsvValue>>>,
  { bom = true }: CsvOptions = {},
): Promise<void> {
  const partial = `${path}.part`;
  const safe = function* (): Generator<Record<string, string>> {
    for (const row of rows)
      yield Object.fromEntries(Object.entries(row).map(([name, value]) => [csvCell(name), csvCell(value)]));
  };
  try {
    await pipeline(
      Readable.from(safe()),
      format({ headers: true, writeBOM: bom, rowDelimiter: "\r\n", includeEndRowDelimiter: true }),
      createWriteStream(partial),
    );
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new PvError("OUTPUT_UNWRITABLE", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
