import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { ReportSource } from "../report/source.ts";
import { splitCsv } from "./csv.node.ts";
import { checkE2bOptions, e2bReports, type E2bOptions } from "./e2b-read.ts";
import { checkE2bBatch, e2bXml, type E2bBatch } from "./e2b-write.ts";
import { healthCanadaReports } from "./health-canada.ts";
import type { ReadOptions } from "./input.ts";
import { openReader, type Inputs } from "./open.node.ts";
import { checkOpenFdaOptions, openFdaReports, type OpenFdaOptions } from "./openfda.ts";

/**
 * Reads ICH E2B files as drug reports: R3 (`MCCI_IN200100UV01`, one or many `PORR_IN049016UV`) and R2 (`ichicsr`, XML or
 * SGML, as FDA's public FAERS files are), told apart by their content. Each report is parsed and let go by itself; encoded
 * attachments are not kept, comments not parsed, and a damaged report costs itself only.
 *
 * R3:
 * - `id` is the worldwide id (C.1.8.1), else the sender's (C.1.1). R3 numbers no versions: `version` is the day of the most
 *   recent information (C.1.5) counted from 1900-01-01, and `recordId` the time of creation (C.1.2, in UTC where its zone is
 *   given) with C.1.1, so that of versions of one day the one created last stands. A nullification (C.1.11.1) is `retracted`.
 * - `receivedDate` is C.1.5, else C.1.4; `awareDate` C.1.4; `reportedDate` C.1.2; `eventDate` the earliest E.i.4. Dates keep
 *   their precision and the calendar day of their own zone.
 * - Products are those of the drug information alone, not past drugs and not device constituents. Role (G.k.1) and causality
 *   (G.k.9.i.2) are found by the id of the drug; the strongest of several assessments stands. `code` is the authorisation
 *   number, else the product id. A drug without a role is concomitant, and counted.
 * - A reaction with a MedDRA code has the name `meddra` gives it, else `MedDRA 10027940`: the reporter's words differ for one
 *   code. Without a code it has the words, translated (E.i.1.2) before native ones (E.i.1.1a).
 * - `serious` is the union over the reactions; empty where criteria stand and none is true.
 * - Age is D.2.2, else from birth to event where both days are known. `unit` is the sender's organisation, `reporter` the
 *   qualification of the primary source.
 * - Regional elements of China (E2B(R3) guide of 2019) are read where an observation names them by number or by name:
 *   generic name, approval number, expiry, unexpected, dechallenge, causality, category, hospital. Their XML form is assumed.
 *
 * R2: as {@link readOpenFda} reads drug events; `awareDate` is receivedate and `reportedDate` transmissiondate, but not in
 * FDA's public files, whose dates mean FDA. `source` there is `"faers"`, so that they merge with the ASCII files.
 *
 * Refused: a DOCTYPE with declarations of its own; entities other than those of XML cost their report. A DOCTYPE that names a
 * DTD is stepped over and nothing is fetched. An acknowledgement or an FDA eMDR file is an `UNKNOWN_LAYOUT` that says so.
 *
 * @param input - directory, files, or both; `.xml`, `.sgm` and `.sgml`, also gzipped
 * @throws PvError at once: `INVALID_OPTION`; on iteration: `SOURCE_UNREADABLE`, `SOURCE_EMPTY`, `UNKNOWN_LAYOUT`,
 *   `TRUNCATED_SOURCE`
 * @example
 * const { table } = await loadReports(readE2b("icsrs.xml", { meddra: namesByCode }));
 */
export function readE2b(input: Inputs, options: E2bOptions = {}): ReportSource {
  checkE2bOptions(options);
  return openReader(input, options, /\.(xml|sgml?)$/i, (context) => e2bReports(context, options));
}

/**
 * Reads openFDA adverse events as JSON: answers and downloads with `meta` and `results`, bare lists, NDJSON, single reports.
 * Memory holds one record, so a download need not be cut. Drug, device and food (cosmetic) events are told apart by their
 * fields and have the `source` of the files they come from, so that they merge with those.
 *
 * - Drug events: `id` is safetyreportid. Numbers with a check digit (`4322505-4`) are ISR numbers of legacy AERS; the digit is
 *   cut, and their `source` is `"aers-isr"`, as they are another series than the case ids of `"faers"`.
 * - `receivedDate` is the later of receivedate and receiptdate; openFDA gives no date of the event. `unit` is duplicatesource.
 * - `serious` holds the criteria set to 1; `unspecified` where only `serious` is.
 * - Products: `ingredient` is activesubstancename, `code` drugauthorizationnumb, `route` the ICH code. Harmonised names of the
 *   `openfda` block are not used, as it lists all products of a name. One full stop at the end of a name is dropped.
 * - `^` in terms and indications becomes an apostrophe; `dictionary` is `MedDRA 24.1 PT`.
 * - Device events are read as by `readMaude`, food and cosmetic events as by `readCaers`; terms that were cut at their comma
 *   are joined again.
 *
 * @param input - directory, files, or both; `.json`, `.ndjson` and `.jsonl`, also gzipped
 * @throws PvError as {@link readE2b}
 * @example
 * const { table } = await loadReports(readOpenFda("drug-event-0001-of-0035.json.gz"));
 */
export function readOpenFda(input: Inputs, options: OpenFdaOptions = {}): ReportSource {
  checkOpenFdaOptions(options);
  return openReader(input, options, /\.(json|ndjson|jsonl)$/i, (context) => openFdaReports(context, options));
}

/**
 * Reads Health Canada's medical device incidents as device reports, one report an incident, with the table of device types
 * (`PREF_NAME_CODE_TABLE.dsv`) for generic names if it is among the files. Counts of incidents give no incidence and do not
 * compare devices.
 *
 * - `receivedDate` is RECEIPT_DT, `eventDate` INCIDENT_DT, `awareDate` INC_AWARE_DT; one after receipt is noted
 *   (`DATE_ORDER`) and kept. `classification` is INCIDENT_TYPE_E.
 * - Products are the devices of TRADE_NAME, all suspects: `code` PREF_NAME_CODE, `ingredient` its name, `riskClass` I to IV,
 *   `category` USAGE_CODE_TERM_E. Lists of one length are matched; a list of another length is left out, unless it is one
 *   value for all. `manufacturer` is given where exactly one company has that role.
 * - The event is the severity, as the extract names no problem; `UNASSIGNED` is none. `serious` is `death`, or empty for
 *   potential and minimal harm; of an injury it is not known.
 *
 * @param input - directory, files, or both; `.csv`, `.dsv` and `.txt`, also gzipped
 * @throws PvError as {@link readE2b}
 * @example
 * const { table } = await loadReports(readHealthCanada(["incidents.csv.gz", "PREF_NAME_CODE_TABLE.dsv"]));
 */
export function readHealthCanada(input: Inputs, options: ReadOptions = {}): ReportSource {
  return openReader(input, options, /\.(csv|dsv|txt)$/i, (context) => healthCanadaReports(context, splitCsv));
}

/**
 * Writes drug and vaccine reports as one E2B(R3) batch file. {@link readE2b} gives back what R3 has a place for: ids, dates,
 * kind, products with role, ingredient, holder, authorisation number, lots, strength, form, route, dose, times, indication,
 * causality and rechallenge, events with code, onset and outcome, seriousness, sender, reporter, country, age, sex, weight,
 * narrative. The version number is not written, nor what only regional elements hold. The seriousness of the report stands at
 * its first reaction. A submission to an authority needs more than the model holds (C.1.8.2, the names of reporter and sender).
 *
 * The file appears whole or not at all.
 *
 * @param batch - what the batch says of itself; the time is an argument
 * @throws PvError `INVALID_ARGUMENT`, `INVALID_REPORT` (a device, cosmetic or food report), `OUTPUT_UNWRITABLE`
 * @example
 * await writeE2b("out/batch.xml", reports, { sender: "HOLDER", receiver: "CDR", created: "20240131083000+0800" });
 */
export async function writeE2b(
  path: string,
  reports: Iterable<Report> | AsyncIterable<Report>,
  batch: E2bBatch,
): Promise<void> {
  checkE2bBatch(batch);
  const partial = `${path}.part`;
  try {
    await pipeline(Readable.from(e2bXml(reports, batch)), createWriteStream(partial));
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    if (cause instanceof PvError) throw cause;
    throw new PvError("OUTPUT_UNWRITABLE", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
