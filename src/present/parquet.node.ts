import { open, rename, rm } from "node:fs/promises";
import { PvError } from "../error.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { Screening } from "../signal/screen.ts";
import { toColumns, type PlainRow, type ResultColumn, type ResultColumns } from "./columns.ts";

/** How `writeParquet` writes. */
export interface ParquetOptions {
  /** Rows that are encoded, held and can be skipped together; 131,072 unless told. */
  readonly rowGroupSize?: number | undefined;
  /** Compression; Snappy unless told. */
  readonly codec?: "SNAPPY" | "UNCOMPRESSED" | undefined;
  /** Put into the file beside what the result says about itself, as key and text. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Key of the metadata that holds {@link ResultColumns.about} as JSON. */
const ABOUT = "pvsignal";

/**
 * Writes a result as a Parquet file, which DuckDB, Polars, pandas, R and Spark open with types and dictionaries as they are; see
 * {@link toColumns} for the columns and their special values. What the result says about itself (echoed options, exclusions,
 * rules, prior) is in the metadata under `pvsignal` as JSON. The file appears whole or not at all; one row group is held at a time.
 *
 * The package `hyparquet-writer` encodes; it is an optional peer dependency.
 *
 * @throws PvError `OUTPUT_UNWRITABLE` also when `hyparquet-writer` is not installed; `INVALID_OPTION`; those of {@link toColumns}
 * @example
 * await writeParquet("out/screening.parquet", screening); // DuckDB: from 'out/screening.parquet' where ic025 > 0
 */
export async function writeParquet(
  path: string,
  result: Screening | PairCounts | Iterable<PlainRow> | ResultColumns,
  { rowGroupSize = 131_072, codec = "SNAPPY", metadata = {} }: ParquetOptions = {},
): Promise<void> {
  if (!(Number.isSafeInteger(rowGroupSize) && rowGroupSize > 0))
    throw new PvError("INVALID_OPTION", `rowGroupSize: expected a whole number above 0, got ${rowGroupSize}`);
  if (ABOUT in metadata)
    throw new PvError("INVALID_OPTION", `metadata: the key ${ABOUT} holds what the result says about itself`);
  const { rows, columns, about } = "about" in result ? result : toColumns(result);
  if (columns.length === 0) throw new PvError("INVALID_ARGUMENT", "expected at least one column: there is no row");
  const { ByteWriter, ParquetWriter } = await hyparquetWriter();
  const partial = `${path}.part`;
  try {
    const file = await open(partial, "w");
    try {
      const bytes = new ByteWriter();
      const flush = async (): Promise<void> => {
        for (let done = 0; done < bytes.index;) {
          const { bytesWritten } = await file.write(new Uint8Array(bytes.buffer, done, bytes.index - done));
          done += bytesWritten;
        }
        bytes.index = 0;
      };
      const writer = new ParquetWriter({
        writer: bytes,
        schema: [{ name: "root", num_children: columns.length }, ...columns.map(schemaElement)],
        codec,
        createdBy: "pvsignal",
        kvMetadata: [
          { key: ABOUT, value: JSON.stringify(about, finite) },
          ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
        ],
      });
      for (let from = 0; from < rows; from += rowGroupSize) {
        const to = Math.min(from + rowGroupSize, rows);
        const columnData = columns.map((column) => ({ name: column.name, data: block(column, from, to) }));
        await writer.write({ columnData, rowGroupSize });
        await flush();
      }
      await writer.finish();
      await flush();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new PvError("OUTPUT_UNWRITABLE", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** JSON has no number for these. */
const finite = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

type Schema = ConstructorParameters<Awaited<ReturnType<typeof hyparquetWriter>>["ParquetWriter"]>[0]["schema"];

function schemaElement({ name, type }: ResultColumn): Schema[number] {
  if (type === "dictionary")
    return {
      name,
      type: "BYTE_ARRAY",
      converted_type: "UTF8",
      logical_type: { type: "STRING" },
      repetition_type: "OPTIONAL",
    };
  if (type === "bool") return { name, type: "BOOLEAN", repetition_type: "OPTIONAL" };
  return { name, type: type === "int32" ? "INT32" : "DOUBLE", repetition_type: "REQUIRED" };
}

function block(column: ResultColumn, from: number, to: number): Int32Array | Float64Array | unknown[] {
  if (column.type === "int32" || column.type === "float64") return column.data.subarray(from, to);
  const out = new Array<unknown>(to - from);
  if (column.type === "bool") {
    for (let i = from; i < to; i++) out[i - from] = column.valid[i] === 1 ? column.data[i] === 1 : null;
  } else {
    for (let i = from; i < to; i++) out[i - from] = column.values[column.codes[i]!] ?? null;
  }
  return out;
}

/** The door of the package; loaded when the first file is written. */
async function hyparquetWriter(): Promise<typeof import("hyparquet-writer")> {
  try {
    return await import("hyparquet-writer");
  } catch (cause) {
    throw new PvError(
      "OUTPUT_UNWRITABLE",
      "writing Parquet needs the package hyparquet-writer: npm install hyparquet-writer@^0.17.0",
      { cause },
    );
  }
}
