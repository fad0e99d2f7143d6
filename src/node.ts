/**
 * File readers and writers of pvsignal. Everything that does not touch a file is in `pvsignal`.
 *
 * @packageDocumentation
 */
export { readCaers, readFaers, readMapped, readMaude, readReports, readVaers } from "./ingest/readers.node.ts";
export { type CsvValue } from "./present/csv-cell.ts";
export { writeCsv, type CsvOptions } from "./present/csv.node.ts";
