import { createHmac } from "node:crypto";
import { PvError } from "../error.ts";
import type { ReportSource } from "../report/source.ts";
import { abuseMapping, type AbuseMapping } from "./abuse.ts";
import { splitCsv } from "./csv.node.ts";
import { resolveInputs } from "./files.node.ts";
import { batchSizeOf, type FileInput, type Meter, type ReadOptions, type SourceFile } from "./input.ts";
import type { LayoutName } from "./layout.ts";
import { ANY_LAYOUT, checkNationalOptions, nationalReports, type NationalOptions } from "./national.ts";
import { bytesOf, openSheet, openText, type OpenTable } from "./national-file.ts";
import type { LinkHash } from "./national-rows.ts";
import type { Inputs } from "./open.node.ts";
import { readMapped } from "./readers.node.ts";
import type { SheetRows } from "./sheet.ts";

export type { AbuseMapping } from "./abuse.ts";
export type { NationalOptions } from "./national.ts";
export type { SheetCell, SheetRows } from "./sheet.ts";

/** A path, a file, or rows that a spreadsheet reader or the caller holds. */
export type NationalInput = FileInput | SheetRows;
/** One input or several. */
export type NationalInputs = NationalInput | readonly NationalInput[];

/**
 * Reads drug reports of the Chinese national system: exports of monitoring centres and hospitals (药品不良反应/事件报告表), the
 * feedback file for holders (反馈码) and the holders' analysis export (是否非预期). Which one a file is its header says.
 *
 * **Files.** CSV with comma, tab or semicolon (UTF-8, UTF-16 with a mark, GB18030), `.xlsx`, or rows; the header may come after
 * title rows (see {@link detectLayout}). How a file was read is a `LAYOUT_DETECTED`; columns that are not known are noted.
 *
 * **Reports.** A row is a report × product; the rows of a report need be neither adjacent nor in one file. `id` is 唯一标识, else
 * 报告表编码 (source `cn-adr`), or 反馈码 (source `cn-adr-feedback`); 跟踪报告 is version 2 of it. An id that a spreadsheet turned
 * into a number and that lost digits is a `MANGLED_ID`, its row rejected. Fields of the report are those of its first row that
 * has them. Where all rows are flagged 重复报告 or 删除 the report is retracted; where some are, these are left out.
 *
 * **Values.** Full-width forms are made half-width. Blanks are the usual ones (`-未填写-`, `不详`, `nan` …); `无` is one but for
 * medical history. Dates on 1 January of events and of use become years unless `januaryFirst` says otherwise. Terms are cut at
 * semicolons where there is one, else at 、 and commas. `serious` holds the criteria of 严重药品不良反应, `["unspecified"]` where
 * the level is 严重 without one, nothing where it is 一般. Causality (the last of 报告单位, 县, 市, 省, 国家), dechallenge and
 * rechallenge go to the suspect products. `accepted` is whether 市评价时间 is filled. `receivedDate` is 国家中心接收时间.
 *
 * **People.** Names, birth dates, record and telephone numbers are never kept: only that they were filled in, and keyed hashes
 * with `linkSecret`. A missing age is found from the birth date.
 *
 * @throws PvError at once: `INVALID_OPTION`; on iteration: `SOURCE_UNREADABLE`, `SOURCE_EMPTY`, `TRUNCATED_SOURCE`,
 *   `UNKNOWN_LAYOUT` for a table of another kind, naming the reader for it, or the nearest layout and what it lacks;
 *   `INVALID_ARGUMENT` for cells that are none
 * @example
 * const { table, reconciliation } = await loadReports(readNationalAdr("2024.csv"));
 */
export function readNationalAdr(input: NationalInputs, options: NationalOptions = {}): ReportSource {
  return open(input, options, ["national-adr", "holder-feedback", "holder-analysis"]);
}

/**
 * Reads device reports of the Chinese national system (医疗器械不良事件报告表, and 可疑医疗器械不良事件报告表 to 2018), as
 * {@link readNationalAdr} reads drugs; source `cn-device`.
 *
 * - `serious` is `["death"]` for 死亡, `["unspecified"]` for 严重伤害, empty for 其他; where 伤害 comes twice the second, the
 *   holder's, is final. The older form gives criteria (事件后果).
 * - Events are the terms of 伤害表现 with `dictionary` `"device-injury"` and of 器械故障表现 with `"device-failure"`; 无 is none.
 *   A sentence is one term.
 * - Reports that 是否为错报误报报告 or 是否合并报告 says 是 of are retracted.
 * - `model` is 型号 and 规格, `riskClass` I, II or III, `classification` 事件原因分析, `accepted` whether the status is 审核通过.
 * - The export has no day of receipt; see {@link NationalOptions.received}.
 *
 * @throws PvError as {@link readNationalAdr}
 * @example
 * const { table } = await loadReports(readNationalDevice("devices.xlsx", { received: "reported" }));
 */
export function readNationalDevice(input: NationalInputs, options: NationalOptions = {}): ReportSource {
  return open(input, options, ["national-device", "device-2014"]);
}

/**
 * Reads cosmetic reports of the Chinese national system (化妆品不良反应报告表), as {@link readNationalAdr} reads drugs; source
 * `cn-cosmetic`.
 *
 * - Events are 自觉症状, 皮损形态, 其他损害 and 初步判断, told apart by `dictionary` (`"cosmetic-symptom"`, `"cosmetic-lesion"`,
 *   `"cosmetic-damage"`, `"cosmetic-diagnosis"`). Sites (皮损部位) have no place in the model.
 * - Where the day use began (or ended) is missing it is found from the day of the event and 潜伏期.
 * - `publicConcern` is 可能引发较大社会影响, `accepted` whether 省级评价结果 is filled; that is also the causality, else the
 *   assessment of the unit.
 *
 * @throws PvError as {@link readNationalAdr}
 * @example
 * const { table } = await loadReports(readNationalCosmetic("cosmetics.csv"));
 */
export function readNationalCosmetic(input: NationalInputs, options: NationalOptions = {}): ReportSource {
  return open(input, options, ["national-cosmetic"]);
}

/**
 * Reads vaccine reports: tables of AEFI case cards (疑似预防接种异常反应个案报告卡, with the columns of the investigation form
 * where there are any) and of the register of group events. Answers may be numbers of the card or their words.
 *
 * - `id` is 编码 (14 digits), of which the first six are the `division`; in a group register without it the number of the group
 *   and of the line. `eventKey` is the number of the group, which may stand above the header.
 * - Up to three vaccines, all suspects; `start` is 接种日期. 1 January is a day like others here.
 * - Events are the diagnoses (see {@link NationalOptions.diagnoses}) and the classes of fever, redness and induration, with
 *   codes `fever-1` to `induration-3`.
 * - `serious` holds death (转归) and hospitalisation; `classification` is 反应分类, else 初步分类. Active surveillance is a study.
 *
 * @throws PvError as {@link readNationalAdr}
 * @example
 * const { table } = await loadReports(readAefi("aefi.csv"));
 */
export function readAefi(input: NationalInputs, options: NationalOptions = {}): ReportSource {
  return open(input, options, ["aefi-card", "aefi-group"]);
}

/**
 * Reads any of the Chinese national exports, each file as what its header says it is. Reports of different systems have
 * different sources, so files of all kinds can be given together.
 *
 * @throws PvError as {@link readNationalAdr}
 * @example
 * const { table } = await loadReports(readNational(["drugs.csv", "devices.csv", "cosmetics.xlsx"]));
 */
export function readNational(input: NationalInputs, options: NationalOptions = {}): ReportSource {
  return open(input, options, ANY_LAYOUT);
}

/**
 * Reads a drug-abuse survey with one row a person × substance as reports of domain `abuse`, by a mapping of its columns;
 * otherwise as {@link readMapped}.
 *
 * @throws PvError as {@link readMapped}
 * @example
 * const source = readAbuse("survey.csv", { id: "编号", substance: "滥用物质", event: "滥用后果", sex: "性别" });
 */
export function readAbuse(input: Inputs, mapping: AbuseMapping, options: ReadOptions = {}): ReportSource {
  return readMapped(input, abuseMapping(mapping), options);
}

const wanted = /\.(csv|tsv|txt|xlsx)$/i;

function open(input: NationalInputs, options: NationalOptions, expected: readonly LayoutName[]): ReportSource {
  const batchSize = batchSizeOf(options);
  checkNationalOptions(options);
  return read(input, options, batchSize, expected);
}

async function* read(
  input: NationalInputs,
  options: NationalOptions,
  batchSize: number,
  expected: readonly LayoutName[],
): ReportSource {
  const { narrative = false, signal, linkSecret } = options;
  const meter: Meter = { file: "", rows: 0, bytes: 0, totalBytes: undefined };
  const all = isList(input) ? input : [input];
  const sheets = all.filter(isSheet);
  const files = all.filter((one): one is FileInput => !isSheet(one));
  const resolved = files.length === 0 && sheets.length > 0 ? [] : await resolveInputs(files, wanted, meter, signal);
  const sources = [...resolved, ...sheets].sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
  const hash = linkSecret === undefined ? undefined : keyedHash(linkSecret);
  const openOne = (source: SourceFile | SheetRows): Promise<OpenTable | undefined> =>
    isSheet(source) ? Promise.resolve(openSheet(source, meter)) : openFile(source, options, meter);
  yield* nationalReports({ sources, open: openOne, meter, narrative, batchSize, signal, hash }, expected, options);
}

// Array.isArray does not narrow a readonly array away from the other possibilities.
const isList = (input: NationalInputs): input is readonly NationalInput[] => Array.isArray(input);

function isSheet(value: unknown): value is SheetRows {
  const sheet = value as Partial<SheetRows> | null | undefined;
  if (typeof sheet !== "object" || sheet === null || !("rows" in sheet)) return false;
  const { name, rows } = sheet as { name: unknown; rows: object | null | undefined };
  const iterable =
    typeof rows === "object" && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows);
  if (typeof name === "string" && iterable) return true;
  throw new PvError("INVALID_ARGUMENT", "input: expected { name, rows } with rows that can be iterated");
}

/** Workbooks are told by their first bytes, whatever the name says; so are those of the old kind, which xlsxRows refuses. */
async function openFile(file: SourceFile, options: NationalOptions, meter: Meter): Promise<OpenTable | undefined> {
  const [a, b] = await bytesOf(file, 4);
  const workbook = /\.xlsx?(\.gz)?$/i.test(file.base) || (a === 0x50 && b === 0x4b) || (a === 0xd0 && b === 0xcf);
  if (!workbook) return openText(file, splitCsv);
  const { xlsxRows } = await import("./xlsx.node.ts");
  const { sheet, signal } = options;
  const rows = xlsxRows(file, {
    ...(sheet === undefined ? {} : { sheet }),
    ...(signal === undefined ? {} : { signal }),
  });
  return openSheet({ name: file.base, rows }, meter, file.listed);
}

/** HMAC-SHA256, of which 128 bits are kept. The kind goes in, so that one number as record and as telephone differs. */
function keyedHash(secret: string): LinkHash {
  return (kind, text) => createHmac("sha256", secret).update(`${kind}\0${text}`).digest("hex").slice(0, 32);
}
