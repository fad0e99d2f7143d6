import { crc32, deflateRawSync } from "node:zlib";

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packaged = "http://schemas.openxmlformats.org/package/2006";

export interface ZipPart {
  readonly name: string;
  readonly text: string | Uint8Array;
  /** What the headers say instead of the truth. */
  readonly crc?: number;
  readonly size?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Stands in the place of the packed bytes. */
  readonly packed?: Uint8Array;
}

export interface ZipForm {
  /** Sizes behind the data instead of before them, as Java writes them. */
  readonly descriptors?: boolean;
  /** Sizes and offsets in ZIP64 fields. */
  readonly zip64?: boolean;
  readonly stored?: boolean;
}

const u16 = (...values: readonly number[]): number[] => values.flatMap((v) => [v & 255, (v >>> 8) & 255]);
const u32 = (...values: readonly number[]): number[] => values.flatMap((v) => u16(v & 0xffff, v >>> 16));
const u64 = (value: number): number[] => u32(value, 0);

/** A ZIP archive of the parts, in their order. */
export function zip(
  parts: readonly ZipPart[],
  { descriptors = false, zip64 = false, stored = false }: ZipForm = {},
): Uint8Array {
  const out: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const put = (...pieces: (Uint8Array | readonly number[])[]): void => {
    for (const piece of pieces) {
      const bytes = Uint8Array.from(piece);
      out.push(bytes);
      offset += bytes.length;
    }
  };
  for (const { name, text, crc, size, flags = 0, method = stored ? 0 : 8, packed: given } of parts) {
    const raw = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const packed = given ?? (method === 8 ? deflateRawSync(raw) : raw);
    const sum = crc ?? crc32(raw);
    const told = size ?? raw.length;
    const label = new TextEncoder().encode(name);
    const at = offset;
    const bits = flags | (descriptors ? 8 : 0);
    const facts = descriptors ? u32(0, 0, 0) : u32(sum, packed.length, told);
    put(u32(0x04034b50), u16(20, bits, method, 0, 0), facts, u16(label.length, 0), label, packed);
    if (descriptors) put(u32(0x08074b50, sum, packed.length, told));
    const extra = zip64 ? [...u16(1, 24), ...u64(told), ...u64(packed.length), ...u64(at)] : [];
    const full = 0xffffffff;
    directory.push(
      Uint8Array.from([
        ...u32(0x02014b50),
        ...u16(20, 20, bits, method, 0, 0),
        ...u32(sum, zip64 ? full : packed.length, zip64 ? full : told),
        ...u16(label.length, extra.length, 0, 0, 0),
        ...u32(0, zip64 ? full : at),
        ...label,
        ...extra,
      ]),
    );
  }
  const start = offset;
  put(...directory);
  const length = offset - start;
  if (zip64) {
    const end = offset;
    put(
      u32(0x06064b50),
      u64(44),
      u16(45, 45),
      u32(0, 0),
      u64(parts.length),
      u64(parts.length),
      u64(length),
      u64(start),
    );
    put(u32(0x07064b50, 0), u64(end), u32(1));
    put(u32(0x06054b50), u16(0, 0, 0xffff, 0xffff), u32(0xffffffff, 0xffffffff), u16(0));
  } else put(u32(0x06054b50), u16(0, 0, parts.length, parts.length), u32(length, start), u16(0));
  const whole = new Uint8Array(offset);
  let at = 0;
  for (const piece of out) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export interface SheetSpec {
  readonly name: string;
  /** XML between `<sheetData>` and its end, or of the whole part when it begins with `<?xml` or `<x:`. */
  readonly data: string;
  readonly state?: string;
  readonly path?: string;
}

/** The parts of an .xlsx workbook: cell formats 0 general, 1 date, 2 date and time. */
export function workbookParts(
  sheets: readonly SheetSpec[],
  { shared, date1904 = false }: { readonly shared?: readonly string[]; readonly date1904?: boolean } = {},
): ZipPart[] {
  const path = (i: number): string => sheets[i]!.path ?? `worksheets/sheet${i + 1}.xml`;
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
  return [
    { name: "[Content_Types].xml", text: `<Types xmlns="${packaged}/content-types"/>` },
    {
      name: "_rels/.rels",
      text: `<Relationships xmlns="${packaged}/relationships">${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    },
    {
      name: "xl/workbook.xml",
      text: `<?xml version="1.0"?><workbook xmlns="${main}" xmlns:r="${office}"><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets>${sheets
        .map(
          ({ name, state }, i) =>
            `<sheet name="${name}" sheetId="${i + 1}"${state === undefined ? "" : ` state="${state}"`} r:id="rId${i + 1}"/>`,
        )
        .join("")}</sheets></workbook>`,
    },
    ...sheets.map(({ data }, i) => ({
      name: `xl/${path(i)}`,
      text: /^<(\?xml|x:)/.test(data) ? data : `<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`,
    })),
    ...(shared === undefined
      ? []
      : [
          {
            name: "xl/sharedStrings.xml",
            text: `<sst xmlns="${main}">${shared.map((t) => `<si><t>${t}</t></si>`).join("")}</sst>`,
          },
        ]),
    {
      name: "xl/styles.xml",
      text: `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      text: `<Relationships xmlns="${packaged}/relationships">${sheets.map((_, i) => relation(`rId${i + 1}`, "worksheet", path(i))).join("")}${relation("rId98", "styles", "styles.xml")}${shared === undefined ? "" : relation("rId99", "sharedStrings", "sharedStrings.xml")}</Relationships>`,
    },
  ];
}

/** A row of inline texts. */
export const textRow = (row: number, ...cells: readonly string[]): string =>
  `<row r="${row}">${cells.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join("")}</row>`;
