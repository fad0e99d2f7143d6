import { writeXlsx } from "hucre/xlsx";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { cellText, type SheetCell } from "../../src/ingest/sheet.ts";
import { xlsxRows, type XlsxOptions } from "../../src/ingest/xlsx.node.ts";
import { SheetWatch } from "../../src/ingest/xlsx-pace.ts";
import { memoryFile } from "./reading.ts";
import { textRow, workbookParts, zip, type SheetSpec, type ZipForm, type ZipPart } from "./workbook.ts";

async function rowsOf(bytes: Uint8Array, options?: XlsxOptions): Promise<(readonly SheetCell[])[]> {
  const rows: (readonly SheetCell[])[] = [];
  for await (const row of xlsxRows(memoryFile("a.xlsx", bytes), options)) rows.push(row);
  return rows;
}

const sheet = (data: string, name = "s"): SheetSpec => ({ name, data });
const book = (...sheets: readonly SheetSpec[]): Uint8Array => zip(workbookParts(sheets));
const code = (expected: string, words = ""): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(words) as string });

afterEach(() => {
  vi.doUnmock("hucre/xml");
  vi.resetModules();
  vi.restoreAllMocks();
});

test("cells come as the file has them, rows that it leaves out are empty", async () => {
  const data =
    `<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1"><v>12.5</v></c></row>` +
    `<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="str"><v>公式</v></c><c r="C4" t="e"><v>#N/A</v></c>` +
    `<c r="D4" t="inlineStr"><is><r><t>甲</t></r><r><t>乙 &amp; 丙</t></r></is></c><c r="E4"/></row><row/>`;
  const parts = workbookParts([sheet(data)], { shared: ["不用", "报告编号"] });
  expect(await rowsOf(zip(parts))).toEqual([
    ["报告编号", null, 12.5],
    [],
    [],
    [true, "公式", "#N/A", "甲乙 & 丙", null],
    [],
  ]);
});

const forms: readonly (readonly [string, ZipForm])[] = [
  ["sizes before the data", {}],
  ["sizes behind the data", { descriptors: true }],
  ["ZIP64", { zip64: true }],
  ["nothing packed", { stored: true }],
];

test.each(forms)("a workbook reads the same with %s and whatever the order of its parts", async (_, form) => {
  const parts = workbookParts([sheet(textRow(1, "甲", "乙"))], { shared: ["x"] });
  for (const order of [parts, parts.toReversed()]) expect(await rowsOf(zip(order, form))).toEqual([["甲", "乙"]]);
});

test("dates are those the sheet shows, in any time zone", async () => {
  const data = `<row r="1"><c s="1"><v>45292</v></c><c s="2"><v>45292.75</v></c><c><v>45292</v></c><c s="1"><v>61</v></c></row>`;
  const [row] = await rowsOf(book(sheet(data)));
  expect(row).toEqual([
    new Date("2024-01-01T00:00:00Z"),
    new Date("2024-01-01T18:00:00Z"),
    45292,
    new Date("1900-03-01T00:00:00Z"),
  ]);
  expect(row!.map(cellText)).toEqual(["2024-01-01", "2024-01-01 18:00:00", "45292", "1900-03-01"]);
  const [old] = await rowsOf(zip(workbookParts([sheet(data)], { date1904: true })));
  expect(cellText(old![0])).toBe("2028-01-02");
});

test("a workbook written by the package comes back as it was", async () => {
  const written: SheetCell[][] = [
    ["报告编号", "日期", "年龄", "严重"],
    ["R1", new Date("2024-02-29T00:00:00Z"), 43, true],
    ["R2 <&>", null, 0.5, false],
  ];
  const bytes = await writeXlsx({
    sheets: [{ name: "报告信息", rows: written as (string | number | boolean | Date | null)[][] }],
  });
  expect(await rowsOf(bytes)).toEqual(written);
});

test("the sheet is the one asked for, else 报告信息, else the first that is not hidden", async () => {
  const one = sheet(textRow(1, "1"), "说明");
  const hidden = { ...sheet(textRow(1, "h"), "字典"), state: "hidden" };
  const reports = sheet(textRow(1, "r"), "报告信息");
  expect(await rowsOf(book(one, reports))).toEqual([["r"]]);
  expect(await rowsOf(book(hidden, one))).toEqual([["1"]]);
  expect(await rowsOf(book(hidden))).toEqual([["h"]]);
  expect(await rowsOf(book(one, hidden, reports), { sheet: "字典" })).toEqual([["h"]]);
  await expect(rowsOf(book(one), { sheet: "报告" })).rejects.toThrow(code("UNKNOWN_LAYOUT", "说明"));
  expect(await rowsOf(book(sheet("", "空")))).toEqual([]);
});

test("a prefix on every tag and unusual part names are read too", async () => {
  const data = `<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c t="str"><x:v>甲</x:v></x:c></x:row></x:sheetData></x:worksheet>\n`;
  expect(await rowsOf(book(sheet(data)))).toEqual([["甲"]]);
  expect(await rowsOf(book({ ...sheet(textRow(1, "乙")), path: "worksheets/报告.xml" }))).toEqual([["乙"]]);
});

test("where the bytes were cut changes nothing", async () => {
  const bytes = book(sheet(textRow(1, "甲", "乙") + textRow(2, "丙")));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (chunk) => {
      const rows: (readonly SheetCell[])[] = [];
      for await (const row of xlsxRows(memoryFile("a.xlsx", bytes, chunk))) rows.push(row);
      expect(rows).toEqual([["甲", "乙"], ["丙"]]);
    }),
    { numRuns: 20 },
  );
});

const good = book(sheet(textRow(1, "甲")));
const ole = (text: string): Uint8Array => {
  const bytes = new Uint8Array(2048);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  for (let i = 0; i < text.length; i++) bytes[1024 + 2 * i] = text.charCodeAt(i);
  return bytes;
};
const changed = (change: (parts: ZipPart[]) => ZipPart[], form?: ZipForm): Uint8Array =>
  zip(change(workbookParts([sheet(textRow(1, "甲"))])), form);
const withSheet = (change: Partial<ZipPart>): Uint8Array =>
  changed((parts) => parts.map((part) => (part.name.includes("sheet1") ? { ...part, ...change } : part)));

const refused: readonly (readonly [string, string, string, Uint8Array])[] = [
  ["an .xls workbook", "SOURCE_UNREADABLE", "save it as .xlsx", ole("Workbook")],
  ["an encrypted workbook", "SOURCE_UNREADABLE", "password", ole("EncryptedPackage")],
  ["HTML under another name", "SOURCE_UNREADABLE", "HTML", new TextEncoder().encode("\n <html><table>")],
  ["a text file", "SOURCE_UNREADABLE", "not an .xlsx", new TextEncoder().encode("报告编号,产品\n")],
  ["no bytes", "SOURCE_EMPTY", "", new Uint8Array(0)],
  ["another ZIP", "SOURCE_UNREADABLE", "[Content_Types].xml", zip([{ name: "a.txt", text: "a" }])],
  ["a part twice", "SOURCE_UNREADABLE", "twice", changed((parts) => [...parts, parts[3]!])],
  [
    "a missing sheet",
    "SOURCE_UNREADABLE",
    "missing",
    changed((parts) => parts.filter(({ name }) => !name.includes("sheet1"))),
  ],
  ["a wrong check sum", "SOURCE_UNREADABLE", "check sum", withSheet({ crc: 1 })],
  ["more bytes than were told", "SOURCE_UNREADABLE", "longer", withSheet({ size: 20 })],
  ["fewer bytes than were told", "TRUNCATED_SOURCE", "ends early", withSheet({ size: 1000 })],
  ["data that is not packed", "SOURCE_UNREADABLE", "damaged", withSheet({ packed: new Uint8Array(99).fill(7) })],
  ["an encrypted entry", "SOURCE_UNREADABLE", "encrypted", withSheet({ flags: 1 })],
  ["an unknown packing", "SOURCE_UNREADABLE", "method 12", withSheet({ method: 12 })],
  [
    "a sheet cut in a cell",
    "TRUNCATED_SOURCE",
    "ends early",
    book(sheet(`<?xml version="1.0"?><worksheet><sheetData>${textRow(1, "甲")}<row r="2"><c><v>1`)),
  ],
  ["mixed-up tags", "SOURCE_UNREADABLE", "1 of 2 rows", book(sheet(`${textRow(1, "甲")}<row r="2"><c><v>1</v></c>`))],
  ["a row that no sheet has", "SOURCE_UNREADABLE", "no sheet has", book(sheet(textRow(9e15, "甲")))],
  ["a column that no sheet has", "SOURCE_UNREADABLE", "column", book(sheet(`<row><c r="ZZZZ1"><v>1</v></c></row>`))],
  [
    "rows that would fill the memory",
    "SOURCE_UNREADABLE",
    "column ZZ",
    book(sheet(`<row><c r="XFD1"><v>1</v></c></row>`.repeat(5000))),
  ],
];

test.each(refused)("%s is refused", async (_, expected, words, bytes) => {
  await expect(rowsOf(bytes)).rejects.toThrow(code(expected, words));
});

test("a file cut off anywhere is refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 4, max: good.length - 1 }), async (length) => {
      await expect(rowsOf(good.slice(0, length))).rejects.toThrow(code("TRUNCATED_SOURCE"));
    }),
    { numRuns: 50 },
  );
});

test("damage gives a typed error or the rows, never anything else", async () => {
  const bytes = book(sheet(Array.from({ length: 30 }, (_, i) => textRow(i + 1, `甲${i}`, "乙")).join("")));
  const whole = await rowsOf(bytes);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = bytes.slice();
      damaged[at] = damaged[at]! ^ change;
      const result = await rowsOf(damaged).catch((error: unknown) => error as { code?: unknown });
      if (Array.isArray(result)) expect(result).toEqual(whole);
      else expect(["SOURCE_UNREADABLE", "TRUNCATED_SOURCE", "UNKNOWN_LAYOUT"]).toContain(result.code);
    }),
    { numRuns: 100 },
  );
});

test("bombs are refused before they fill the memory", async () => {
  const zeros = withSheet({ text: new Uint8Array(70 * 2 ** 20) });
  await expect(rowsOf(zeros)).rejects.toThrow(code("SOURCE_UNREADABLE", "no row within"));
  await expect(rowsOf(zeros, { maxBytes: 2 ** 20 })).rejects.toThrow(code("SOURCE_UNREADABLE", "maxBytes"));
  const strings = workbookParts([sheet(textRow(1, "甲"))], { shared: [] }).map((part) =>
    part.name === "xl/sharedStrings.xml" ? { ...part, text: `<sst>${"<si/>".repeat(4_000_001)}</sst>` } : part,
  );
  await expect(rowsOf(zip(strings))).rejects.toThrow(code("SOURCE_UNREADABLE", "tags"));
  await expect(rowsOf(good, { maxBytes: 100 })).rejects.toThrow(code("SOURCE_UNREADABLE", "100 bytes"));
  await expect(rowsOf(good, { maxBytes: 0 })).rejects.toThrow(code("INVALID_OPTION"));
});

test("nothing is unpacked ahead of a consumer that waits", async () => {
  const text = "甲".repeat(300);
  const bytes = book(sheet(Array.from({ length: 15_000 }, (_, i) => textRow(i + 1, text)).join("")));
  const pieces = vi.spyOn(SheetWatch.prototype, "piece");
  const rows = xlsxRows(memoryFile("a.xlsx", bytes));
  await rows.next();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(pieces.mock.calls.length).toBeLessThan(5); // of 14, a megabyte each
  let count = 1;
  for await (const { length } of rows) count += length;
  expect(count).toBe(15_000);
  expect(pieces.mock.calls.length).toBeGreaterThan(12);
});

test("an aborted reading throws the reason, a stopped one ends without a trace", async () => {
  const bytes = book(sheet(Array.from({ length: 5000 }, (_, i) => textRow(i + 1, "甲")).join("")));
  const abort = new AbortController();
  const rows = xlsxRows(memoryFile("a.xlsx", bytes), { signal: abort.signal });
  await rows.next();
  abort.abort(new Error("enough"));
  await expect(rows.next()).rejects.toThrow("enough");
  for await (const row of xlsxRows(memoryFile("a.xlsx", bytes))) {
    expect(row).toEqual(["甲"]);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20)); // an unhandled rejection would fail the run
});

test("without the package the error says which one to install", async () => {
  vi.resetModules();
  vi.doMock("hucre/xml", () => {
    throw new Error("Cannot find package 'hucre'");
  });
  const { xlsxRows: read } = await import("../../src/ingest/xlsx.node.ts");
  await expect(read(memoryFile("a.xlsx", good)).next()).rejects.toThrow(code("SOURCE_UNREADABLE", "npm install hucre"));
});

test("a file that cannot be opened is unreadable", async () => {
  const file = {
    name: "a.xlsx",
    // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
    async *open(): AsyncGenerator<Uint8Array> {
      throw new Error("EACCES");
    },
  };
  await expect(xlsxRows(file).next()).rejects.toThrow(code("SOURCE_UNREADABLE", "EACCES"));
});
