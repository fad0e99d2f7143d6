import { Buffer } from "node:buffer";
import { PvError } from "../error.ts";
import type { InputFile } from "./input.ts";
import type { SheetCell } from "./sheet.ts";
import { Pace, SheetWatch } from "./xlsx-pace.ts";
import { zipEntries } from "./zip-directory.ts";
import { storedArchive, unpack } from "./zip-unpack.node.ts";

/** What {@link xlsxRows} may be told. */
export interface XlsxOptions {
  /** Name of the sheet; unless told `报告信息`, or the first one that is not hidden where there is none of that name. */
  readonly sheet?: string | undefined;
  /** Stops reading; the iteration then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Most bytes the file may have, and the parts read from it after unpacking (default 2 GiB). */
  readonly maxBytes?: number | undefined;
}

const PREFERRED = "报告信息";
const MIB = 2 ** 20;
/** Everything but the sheet is held in memory as text and as a tree. */
const PARTS_LIMIT = 256 * MIB;
const TAG_LIMIT = 4_000_000;
const LAST_ROW = 1_048_576;

/**
 * The rows of one sheet of an .xlsx file, read as they are asked for. Cells come as the file has them: a number is a `Date`
 * (its UTC parts are those the sheet shows) only where the cell's format is one of dates, an empty cell is `null`, rows end
 * with their last cell. A row that the file leaves out is an empty one, so that the n-th row is row n of the sheet.
 *
 * The package `hucre` reads the sheet; it is an optional peer dependency. The archive is unpacked here, so that sizes are
 * bounded, check sums hold, and nothing is unpacked before it is wanted. The file itself is held in memory while it is packed.
 *
 * @throws PvError `SOURCE_UNREADABLE` for a file that is no .xlsx (.xls, encrypted, something else), is damaged or too large, or
 *   when `hucre` is not installed; `TRUNCATED_SOURCE` when it ends early; `UNKNOWN_LAYOUT` when it has no sheet of that name;
 *   `INVALID_OPTION`
 * @example
 * for await (const row of xlsxRows({ name: "2024.xlsx", open: () => createReadStream("2024.xlsx") })) console.log(row);
 */
export async function* xlsxRows(
  file: InputFile,
  options: XlsxOptions = {},
): AsyncGenerator<readonly SheetCell[], void, undefined> {
  const { name } = file;
  const { signal, maxBytes = 2048 * MIB } = options;
  if (!(maxBytes > 0 && maxBytes <= 4095 * MIB))
    throw new PvError("INVALID_OPTION", `maxBytes: expected more than 0 and at most ${4095 * MIB}, got ${maxBytes}`);
  const bytes = await collect(file, maxBytes, signal);
  refuseOthers(name, bytes);
  const workbook = await openWorkbook(name, bytes, maxBytes, options.sheet);
  const { streamXlsxRows } = await hucre();
  const watch = new SheetWatch(name, workbook.paced);
  const archive = workbook.archive(watch);
  const pace = new Pace();
  const rows = streamXlsxRows(pace.stream(archive), { sheet: workbook.sheet, maxInputBytes: 3 * PARTS_LIMIT });
  let expected = 0;
  try {
    for (;;) {
      pace.resume();
      const next = await rows.next();
      pace.rest();
      signal?.throwIfAborted();
      if (next.done === true) break;
      watch.row();
      const { index, values } = next.value;
      if (index >= LAST_ROW) throw new PvError("SOURCE_UNREADABLE", `${name}: no sheet has a row ${index + 1}`);
      for (; expected < index; expected++) yield [];
      expected++;
      yield values;
    }
    // The parser ends with the last row and reads on past mistakes: only what is left shows whether the sheet was whole.
    while ((await archive.next()).done !== true) signal?.throwIfAborted();
    watch.compare();
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(name, cause);
  } finally {
    pace.stop();
    await rows.return(undefined).catch(() => undefined);
    await archive.return(undefined);
  }
}

async function collect(file: InputFile, maxBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of file.open()) {
      signal?.throwIfAborted();
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(file.name, maxBytes);
      chunks.push(chunk.slice());
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(file.name, cause);
  }
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const magic = (bytes: Uint8Array, ...expected: readonly number[]): boolean => expected.every((b, i) => bytes[i] === b);

function refuseOthers(name: string, bytes: Uint8Array): void {
  if (bytes.length === 0) throw new PvError("SOURCE_EMPTY", `${name}: the file is empty`);
  if (magic(bytes, 0x50, 0x4b, 3, 4)) return;
  if (!magic(bytes, 0xd0, 0xcf, 0x11, 0xe0)) {
    const text = new TextDecoder().decode(bytes.subarray(0, 512)).trimStart();
    const looks = text.startsWith("<") ? "it looks like HTML or XML" : "it does not begin like one";
    throw new PvError("SOURCE_UNREADABLE", `${name}: not an .xlsx workbook (${looks}); open it and save it as .xlsx`);
  }
  // The old container is what .xls files are, and also what an encrypted .xlsx is wrapped in.
  const encrypted = Buffer.from(bytes.buffer).includes("EncryptedPackage", 0, "utf16le");
  const what = encrypted ? "encrypted; remove the password and" : "an .xls workbook of the old format; open it and";
  throw new PvError("SOURCE_UNREADABLE", `${name}: it is ${what} save it as .xlsx`);
}

/** The door of the package; loaded when the first file is read. */
async function hucre(): Promise<typeof import("hucre/xlsx")> {
  try {
    return await import("hucre/xlsx");
  } catch (cause) {
    throw missingPeer(cause);
  }
}

async function hucreXml(): Promise<typeof import("hucre/xml")> {
  try {
    return await import("hucre/xml");
  } catch (cause) {
    throw missingPeer(cause);
  }
}

const missingPeer = (cause: unknown): PvError =>
  new PvError("SOURCE_UNREADABLE", `reading .xlsx needs the package hucre: npm install hucre@^1.0.0`, { cause });

interface OpenWorkbook {
  readonly sheet: string;
  /** The parts have the names that the package streams; others it reads whole before the first row. */
  readonly paced: boolean;
  /** The parts that the sheet needs, and it, as an archive in which nothing is packed and the sheet comes last. */
  readonly archive: (watch: SheetWatch) => AsyncGenerator<Uint8Array>;
}

async function openWorkbook(
  name: string,
  bytes: Uint8Array,
  maxBytes: number,
  wanted: string | undefined,
): Promise<OpenWorkbook> {
  const entries = zipEntries(bytes, name);
  const parts = new Map<string, Uint8Array>();
  let left = Math.min(PARTS_LIMIT, maxBytes);
  const part = async (path: string): Promise<Uint8Array> => {
    const known = parts.get(path);
    if (known !== undefined) return known;
    const entry = entries.get(path);
    if (entry === undefined)
      throw new PvError("SOURCE_UNREADABLE", `${name}: not an .xlsx workbook, ${path} is missing`);
    if (entry.size > left) throw tooLarge(name, left, path);
    left -= entry.size;
    const chunks: Uint8Array[] = [];
    for await (const chunk of unpack(name, bytes, entry)) chunks.push(chunk);
    const whole = joined(chunks);
    parts.set(path, whole);
    return whole;
  };
  const { readXml } = await hucreXml();
  const elements = async (path: string, tag: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const xml = await part(path);
    try {
      return readXml(xml, { rowTag: tag, stripNamespaces: true }).data;
    } catch (cause) {
      throw unreadable(name, cause);
    }
  };
  await part("[Content_Types].xml");
  const book = targets(await elements("_rels/.rels", "Relationship"), "").find(({ type }) => type === "officeDocument");
  if (book === undefined)
    throw new PvError("SOURCE_UNREADABLE", `${name}: not an .xlsx workbook, it names no workbook`);
  const folder = book.path.slice(0, book.path.lastIndexOf("/") + 1);
  const rels = `${folder}_rels/${book.path.slice(folder.length)}.rels`;
  const related = targets(await elements(rels, "Relationship"), folder);
  const sheets = (await elements(book.path, "sheet")).map((sheet) => ({
    name: attribute(sheet, "name"),
    hidden: attribute(sheet, "state").toLowerCase().includes("hidden"),
    path: related.find(({ type, id }) => type === "worksheet" && id === attribute(sheet, "id"))?.path,
  }));
  const chosen = chooseSheet(name, sheets, wanted);
  const path = chosen.path ?? "";
  const entry = entries.get(path);
  if (entry === undefined) throw new PvError("SOURCE_UNREADABLE", `${name}: the sheet ${chosen.name} is missing`);
  let paced = book.path === "xl/workbook.xml" && /^xl\/worksheets\/sheet\d+\.xml$/i.test(path);
  for (const { type, path: other } of related.filter((one) => one.type === "sharedStrings" || one.type === "styles")) {
    if (other !== `xl/${type}.xml` || !entries.has(other)) paced = false;
    if (entries.has(other)) refuseTags(name, other, await part(other));
  }
  const most = paced ? maxBytes : Math.min(maxBytes, PARTS_LIMIT);
  if (entry.size > most) throw tooLarge(name, most, path);
  return {
    sheet: chosen.name,
    paced,
    archive: (watch) =>
      storedArchive(name, bytes, parts, entry, {
        onPiece: (piece) => {
          watch.piece(piece);
        },
        onEnd: () => {
          watch.end();
        },
      }),
  };
}

interface SheetInfo {
  readonly name: string;
  readonly hidden: boolean;
  readonly path: string | undefined;
}

function chooseSheet(file: string, sheets: readonly SheetInfo[], wanted: string | undefined): SheetInfo {
  const chosen =
    wanted === undefined
      ? (sheets.find(({ name }) => name === PREFERRED) ?? sheets.find(({ hidden }) => !hidden) ?? sheets[0])
      : sheets.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const names = sheets.map(({ name }) => JSON.stringify(name)).join(", ");
  throw new PvError(
    "UNKNOWN_LAYOUT",
    wanted === undefined
      ? `${file}: the workbook has no sheet`
      : `${file}: no sheet ${JSON.stringify(wanted)}; it has ${names || "none"}`,
  );
}

/** An attribute whatever its name space; the XML reader gives attributes as `@name`. */
function attribute(element: Readonly<Record<string, unknown>>, name: string): string {
  const key = Object.keys(element).find(
    (one) => one === `@${name}` || (one.startsWith("@") && one.endsWith(`:${name}`)),
  );
  const value = key === undefined ? undefined : element[key];
  return typeof value === "string" ? value : "";
}

interface Target {
  readonly id: string;
  /** Last word of the type; the address before it differs between the two kinds of OOXML. */
  readonly type: string;
  readonly path: string;
}

function targets(relationships: readonly Readonly<Record<string, unknown>>[], folder: string): Target[] {
  return relationships.map((one) => {
    const target = attribute(one, "Target");
    const path: string[] = [];
    for (const step of (target.startsWith("/") ? target : folder + target).split("/")) {
      if (step === "..") path.pop();
      else if (step !== "" && step !== ".") path.push(step);
    }
    return {
      id: attribute(one, "Id"),
      type: attribute(one, "Type").split("/").at(-1) ?? "",
      path: path.join("/"),
    };
  });
}

function refuseTags(name: string, path: string, xml: Uint8Array): void {
  let tags = 0;
  for (let at = xml.indexOf(0x3c); at >= 0; at = xml.indexOf(0x3c, at + 1)) tags++;
  if (tags > TAG_LIMIT)
    throw new PvError(
      "SOURCE_UNREADABLE",
      `${name}: ${path} has ${tags} tags, more than ${TAG_LIMIT}; save it as CSV or split it`,
    );
}

function tooLarge(name: string, limit: number, part?: string): PvError {
  const what = part === undefined ? "the file" : `unpacked, ${part}`;
  return new PvError("SOURCE_UNREADABLE", `${name}: ${what} has more than ${limit} bytes; see maxBytes`);
}

function unreadable(name: string, cause: unknown): PvError {
  if (cause instanceof PvError) return cause;
  return new PvError("SOURCE_UNREADABLE", `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
