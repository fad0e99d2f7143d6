/**
 * File readers and writers of pvsignal. Everything that does not touch a file is in `pvsignal`.
 *
 * @packageDocumentation
 */
export { type AbuseMapping } from "./ingest/abuse.ts";
export { type CaersOptions } from "./ingest/caers.ts";
export { type E2bOptions } from "./ingest/e2b-read.ts";
export { type E2bBatch } from "./ingest/e2b-write.ts";
export { type FileInput, type InputFile, type ReadOptions } from "./ingest/input.ts";
export {
  type CodedColumn,
  type ListColumn,
  type MappedAge,
  type MappedEvent,
  type MappedProduct,
  type MappedSeriousness,
  type Mapping,
} from "./ingest/mapping.ts";
export { type MaudeOptions } from "./ingest/maude.ts";
export { type NationalOptions } from "./ingest/national.ts";
export { type Inputs } from "./ingest/open.node.ts";
export { type OpenFdaOptions } from "./ingest/openfda.ts";
export {
  readAbuse,
  readAefi,
  readNational,
  readNationalAdr,
  readNationalCosmetic,
  readNationalDevice,
  type NationalInput,
  type NationalInputs,
} from "./ingest/readers-cn.node.ts";
export { readE2b, readHealthCanada, readOpenFda, writeE2b } from "./ingest/readers-icsr.node.ts";
export { readCaers, readFaers, readMapped, readMaude, readReports, readVaers } from "./ingest/readers.node.ts";
export { type SheetCell, type SheetRows } from "./ingest/sheet.ts";
export { xlsxRows, type XlsxOptions } from "./ingest/xlsx.node.ts";

export {
  countPairsParallel,
  openCountWorkers,
  type CountWorkers,
  type ParallelCountOptions,
} from "./count/parallel.node.ts";

export { openMonitor, type OpenMonitor } from "./monitor/monitor.node.ts";
export { openStore, type OpenStoreOptions } from "./monitor/snapshot-store.node.ts";

export { type CsvValue } from "./present/csv-cell.ts";
export { writeCsv, type CsvOptions } from "./present/csv.node.ts";
export { writeParquet, type ParquetOptions } from "./present/parquet.node.ts";
