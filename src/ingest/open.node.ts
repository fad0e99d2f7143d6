import type { ColumnBatch } from "../report/source.ts";
import { resolveInputs } from "./files.node.ts";
import { batchSizeOf, type FileInput, type Meter, type ReadContext, type ReadOptions } from "./input.ts";

/** One input or several; the order in which they are given does not matter. */
export type Inputs = FileInput | readonly FileInput[];

/** Checks the options at once and reads when the source is iterated: the inputs are resolved, then handed to the format. */
export function openReader(
  input: Inputs,
  options: ReadOptions,
  wanted: RegExp,
  reports: (context: ReadContext) => AsyncIterable<ColumnBatch>,
): AsyncGenerator<ColumnBatch> {
  const batchSize = batchSizeOf(options);
  return read(input, options, batchSize, wanted, reports);
}

async function* read(
  input: Inputs,
  { narrative = false, signal }: ReadOptions,
  batchSize: number,
  wanted: RegExp,
  reports: (context: ReadContext) => AsyncIterable<ColumnBatch>,
): AsyncGenerator<ColumnBatch> {
  const meter: Meter = { file: "", rows: 0, bytes: 0, totalBytes: undefined };
  const files = await resolveInputs(input, wanted, meter, signal);
  yield* reports({ files, meter, narrative, batchSize, signal });
}
