import type { ReportSource } from "../report/source.ts";
import { caersReports, type CaersOptions } from "./caers.ts";
import { nodePartReader } from "./csv-threads.node.ts";
import { splitCsv } from "./csv.node.ts";
import { faersReports } from "./faers.ts";
import type { ReadOptions } from "./input.ts";
import { checkMapping, mappedReports, type Mapping } from "./mapped.ts";
import { mappedColumnar } from "./mapped-bytes.ts";
import { checkMaudeOptions, maudeReports, type MaudeOptions } from "./maude.ts";
import { openReader, type Inputs } from "./open.node.ts";
import { storedReports } from "./reports.ts";
import { vaersReports } from "./vaers.ts";

export type { CaersOptions } from "./caers.ts";
export type { FileInput, InputFile, ReadOptions } from "./input.ts";
export type {
  CodedColumn,
  ListColumn,
  MappedAge,
  MappedEvent,
  MappedProduct,
  MappedSeriousness,
  Mapping,
} from "./mapped.ts";
export type { MaudeOptions } from "./maude.ts";

const text = /\.(txt|csv)$/i;
const table = /\.(csv|tsv|txt)$/i;

/**
 * Reads FAERS and legacy AERS quarterly ASCII files (2004 to now) as drug reports, one report a DEMO row.
 *
 * - `id` is caseid (CASE), `recordId` primaryid (ISR), `version` caseversion; in legacy files the follow-up number plus one.
 * - `receivedDate` is fda_dt, `eventDate` event_dt, both with the precision given; `country` is occr_country, else
 *   reporter_country; `unit` the sender (mfr_sndr); `reporter` occp_cod. FAERS has no region.
 * - Age is in years (a decade is ten), weight in kilograms from KG, LBS and GMS.
 * - `serious` holds the outcomes of OUTC, is empty without one, and absent when the quarter has no OUTC file.
 * - Products: PS and SS are suspects. One full stop at the end of a name is dropped (`METHOTREXATE.`); lots are split at the
 *   comma, and the last of a list cut at 35 characters is left out. Start is the earliest, end the latest of the courses in
 *   THER, indications of INDI are joined with `"; "`.
 * - Case ids of `DELETE…` lists come as `retractions`.
 *
 * The files of one quarter (found from `24Q1` in the name) are joined in memory and let go before the next is read.
 *
 * @param input - directory (searched with its sub-directories), files, or both; `.txt`, also gzipped
 * @throws PvError on iteration: `SOURCE_UNREADABLE`, `SOURCE_EMPTY` (no DEMO file), `UNKNOWN_LAYOUT`, `TRUNCATED_SOURCE`;
 *   at once: `INVALID_OPTION`
 * @example
 * const { table, reconciliation } = await loadReports(readFaers("faers_ascii_2024q1"));
 */
export function readFaers(input: Inputs, options: ReadOptions = {}): ReportSource {
  return openReader(input, options, /\.txt$/i, faersReports);
}

/**
 * Reads MAUDE files as device reports: the pipe-separated `mdrfoi`, `foidev` (`device`), `patient`, `foitext`,
 * `foidevproblem`, `patientproblemcode` and code tables, told apart by their headers, or one CSV in which master, device and
 * patient are joined. One report a report key of the master file; without a master file, of the device file.
 *
 * - `id` is mdr_report_key, `eventKey` event_key, `receivedDate` date_received, `eventDate` date_of_event, `version` 1. Where a
 *   key comes in several master files a `…Change` file wins.
 * - Products are suspects: `name` is brand_name, or generic_name where the brand is a placeholder (`*`, `UNK`, `N/A` …), or the
 *   product code; `ingredient` is generic_name, `code` the product code, which stays text (`0HP`).
 * - Events are device and patient problems, by name where a code table is among the files, else `device problem 1234`;
 *   a report without one gets its event type (`Death`, `Injury`, `Malfunction`, `Other`). See `eventLevel`.
 * - `serious` is the union over the outcomes of all patients, and `death` for event type D.
 * - Age, sex and weight are those of the first patient.
 * - All files are joined in memory, with `narrative` the texts too: of more than some years give one year at a time.
 *
 * @param input - directory, files, or both; `.txt` and `.csv`, also gzipped
 * @throws PvError as {@link readFaers}
 * @example
 * const { table } = await loadReports(readMaude(["mdrfoi.txt", "device2023.txt", "patient.txt", "foidevproblem.txt"]));
 */
export function readMaude(input: Inputs, options: MaudeOptions = {}): ReportSource {
  checkMaudeOptions(options);
  return openReader(input, options, text, (context) => maudeReports(context, options, splitCsv));
}

/**
 * Reads FDA CAERS files (foods, supplements, cosmetics) in the old and the new column names, one report a report id. The rows
 * of a report (one a product) need not be adjacent, nor in one file.
 *
 * - Domain is `cosmetic` for industry code 53, else `food`; that of the report is that of its first suspect product.
 * - `receivedDate` is the created date, `eventDate` the start of the event. Product `code` is the industry code.
 * - Terms are split at `", "` but for terms that hold a comma ({@link CaersOptions.commaTerms}). Products and terms that
 *   repeat within a report count once.
 * - `serious` holds the ICH criteria among the outcomes; a visit to an emergency room is none. It is absent where the
 *   outcome is empty.
 * - Products named `REDACTED` or `EXEMPTION 4` are left out, as the name lumps unrelated products.
 * - Age in years; without a unit it is not converted, above 120 years it is left out.
 *
 * @param input - directory, files, or both; `.csv`, also gzipped
 * @throws PvError as {@link readFaers}
 * @example
 * const { table } = await loadReports(readCaers("CAERS_ASCII_2004_2013.csv.gz"));
 */
export function readCaers(input: Inputs, options: CaersOptions = {}): ReportSource {
  return openReader(input, options, text, (context) => caersReports(context, options, splitCsv));
}

/**
 * Reads VAERS yearly files (`1997VAERSDATA.csv`, `…VAX.csv`, `…SYMPTOMS.csv`) as vaccine reports, one report a DATA row.
 *
 * - `id` is VAERS_ID with its leading zeros; `receivedDate` RECVDATE, `eventDate` ONSET_DATE, `region` STATE, `reporter`
 *   V_ADMINBY (the kind of place that gave the vaccine). VAERS names no unit.
 * - Age is AGE_YRS, else CAGE_YR plus CAGE_MO (a fraction of a year).
 * - Products: `name` is VAX_NAME, `ingredient` and `code` VAX_TYPE, the usual level of analysis; all are suspects; `start` is
 *   VAX_DATE.
 * - `serious` holds the criteria flagged `Y`; empty means none was. A visit to an emergency room is no criterion.
 * - RECOVD Y or N becomes the outcome of every event of the report.
 *
 * The three files of one year are joined in memory and let go before the next year is read.
 *
 * @param input - directory, files, or both; `.csv`, also gzipped
 * @throws PvError as {@link readFaers}
 * @example
 * const { table } = await loadReports(readVaers("vaers"));
 */
export function readVaers(input: Inputs, options: ReadOptions = {}): ReportSource {
  return openReader(input, options, text, (context) => vaersReports(context, splitCsv));
}

/**
 * Reads reports of this library's own model from NDJSON, one a line, checked against the schema. Fields the model does not
 * know are dropped, and so is the narrative unless it is asked for. A line that is no report is one `INVALID_REPORT`.
 *
 * @param input - directory, files, or both; `.ndjson` and `.jsonl`, also gzipped
 * @throws PvError `SOURCE_UNREADABLE`, `SOURCE_EMPTY`, `TRUNCATED_SOURCE`, `INVALID_OPTION`
 * @example
 * const { table } = await loadReports(readReports("reports.ndjson.gz"));
 */
export function readReports(input: Inputs, options: ReadOptions = {}): ReportSource {
  return openReader(input, options, /\.(ndjson|jsonl)$/i, storedReports);
}

/**
 * Reads any delimited table with one row a report × product, or report × product × event; rows with one id are one report,
 * wherever they stand. Only the columns named in the mapping are read.
 *
 * @param mapping - which column means what; see {@link Mapping}
 * @throws PvError at once: `INVALID_OPTION`; on iteration: as {@link readFaers}, `UNKNOWN_LAYOUT` naming the columns missing
 * @example
 * const { table } = await loadReports(
 *   readMapped("faers22q3.csv.gz", { source: "faers", domain: "drug", id: "case_id", product: "product", event: "event" }),
 * );
 */
export function readMapped(input: Inputs, mapping: Mapping, options: ReadOptions = {}): ReportSource {
  checkMapping(mapping);
  const source = openReader(input, options, table, (context) => mappedReports(context, mapping, splitCsv));
  return {
    [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
    columns: (how) =>
      openReader(input, options, table, (context) => mappedColumnar(context, mapping, splitCsv, nodePartReader(), how)),
  };
}
