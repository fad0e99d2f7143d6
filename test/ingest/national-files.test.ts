import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { PvError } from "../../src/error.ts";
import {
  readAbuse,
  readAefi,
  readNational,
  readNationalAdr,
  readNationalCosmetic,
  readNationalDevice,
  type NationalInputs,
} from "../../src/ingest/readers-cn.node.ts";
import type { SheetCell } from "../../src/ingest/sheet.ts";
import { tryReport } from "../../src/report/schema.ts";
import { exportRows, exportText, gb18030 } from "./national-bytes.ts";
import { codes, fixture, memoryFile, ofCode, readAll, recordsRead } from "./reading.ts";
import { textRow, workbookParts, zip } from "./workbook.ts";

const exports = [
  "adr.csv",
  "aefi-card.csv",
  "aefi-group.csv",
  "cosmetic.csv",
  "device-2014.csv",
  "device.csv",
  "holder-analysis.csv",
  "holder-feedback.csv",
];
const utf16 = (text: string, little: boolean): Uint8Array => {
  const bytes = new Uint8Array(2 * text.length + 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, little);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i + 2, text.charCodeAt(i), little);
  return bytes;
};
const how = async (bytes: Uint8Array | string): Promise<string | undefined> =>
  ofCode((await readAll(readNational(memoryFile("x.csv", bytes)))).issues, "LAYOUT_DETECTED")[0]?.detail;

test("the bytes d2 a9 c6 b7 b2 bb c1 bc b7 b4 d3 a6 are 药品不良反应", async () => {
  const head = gb18030("报告表编码,通用名称,不良反应名称\n1,虚构片,");
  const bytes = [0xd2, 0xa9, 0xc6, 0xb7, 0xb2, 0xbb, 0xc1, 0xbc, 0xb7, 0xb4, 0xd3, 0xa6];
  const { reports } = await readAll(readNationalAdr(memoryFile("x.csv", Uint8Array.from([...head, ...bytes]))));
  expect(reports).toMatchObject([{ id: "1", events: [{ term: "药品不良反应" }] }]);
});

test.each(exports)("%s is the same in every encoding, wherever the chunks are cut", async (name) => {
  const text = exportText(name);
  const { reports } = await readAll(readNational(fixture("national", name)));
  expect(reports.length).toBeGreaterThan(0);
  const encoded = [
    new TextEncoder().encode(text),
    new TextEncoder().encode(`\ufeff${text}`),
    gb18030(text.replaceAll("℃", "°C").replaceAll("–", "-")),
    utf16(text, true),
    utf16(text, false),
    new Uint8Array(gzipSync(text)),
  ];
  for (const bytes of encoded) {
    for (const chunk of [7, 65_536]) {
      expect((await readAll(readNational(memoryFile(name, bytes, chunk)))).reports).toEqual(reports);
    }
  }
});

test("encoding and delimiter are reported", async () => {
  const text = exportText("device-2014.csv");
  expect(await how(text)).toBe("device-2014; utf-8; comma");
  expect(await how(gb18030(text))).toBe("device-2014; gb18030; comma");
  expect(await how(utf16(text, true))).toBe("device-2014; utf-16le; comma");
  expect(await how(text.replaceAll(",", "\t"))).toBe("device-2014; utf-8; tab");
  expect(await how(text.replaceAll(",", ";"))).toBe("device-2014; utf-8; semicolon");
});

test("one bad byte costs its line its characters, not the file its encoding", async () => {
  for (const bytes of [new TextEncoder().encode(exportText("adr.csv")), gb18030(exportText("adr.csv"))]) {
    const whole = await readAll(readNational(memoryFile("x.csv", bytes)));
    const damaged = bytes.slice();
    damaged[damaged.length - 60] = 0xff;
    const { reports, issues } = await readAll(readNational(memoryFile("x.csv", damaged)));
    expect(reports).toHaveLength(whole.reports.length);
    expect(reports[0]).toEqual(whole.reports[0]);
    expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ effect: "repaired", row: 8 }]);
  }
});

test.each(exports)("%s as rows gives the reports of the CSV", async (name) => {
  const { reports } = await readAll(readNational(fixture("national", name)));
  const rows = exportRows(name);
  // Spreadsheet readers leave out empty cells at the end and give nothing for empty ones.
  const sparse = rows.map((row): SheetCell[] =>
    row
      .slice(0, row.findLastIndex((cell) => cell !== "") + 1)
      .map((cell, i) => (cell === "" && i % 2 === 0 ? null : cell)),
  );
  // eslint-disable-next-line @typescript-eslint/require-await -- rows may come asynchronously
  const later = async function* (): AsyncGenerator<readonly SheetCell[]> {
    yield* sparse;
  };
  for (const given of [rows, sparse, later()]) {
    expect((await readAll(readNational({ name, rows: given }))).reports).toEqual(reports);
  }
});

test("a workbook gives the reports of the CSV, from the sheet 报告信息 or the one named", async () => {
  const data = exportRows("adr.csv")
    .map((row, i) => textRow(i + 1, ...row))
    .join("");
  const other = textRow(1, "别的");
  const { reports } = await readAll(readNational(fixture("national", "adr.csv")));
  const book = (name: string): Uint8Array =>
    zip(
      workbookParts([
        { name: "说明", data: other },
        { name, data },
      ]),
    );
  const found = await readAll(readNational(memoryFile("adr.xlsx", book("报告信息"))));
  expect(found.reports).toEqual(reports);
  expect(ofCode(found.issues, "LAYOUT_DETECTED")).toMatchObject([{ row: 2, detail: "national-adr; sheet" }]);
  // Whatever its name, the first bytes of a workbook tell what it is.
  const named = readNational(memoryFile("adr.csv", book("甲")), { sheet: "甲" });
  expect((await readAll(named)).reports).toEqual(reports);
  await expect(readAll(readNational(memoryFile("adr.xlsx", book("甲"))))).rejects.toMatchObject({
    code: "UNKNOWN_LAYOUT",
  });
});

test("what is opened is closed, also when it is refused or no more is wanted", async () => {
  const opened = { now: 0, ever: 0 };
  const bytes = new TextEncoder().encode(exportText("adr.csv"));
  const file = {
    name: "adr.csv",
    async *open() {
      opened.now++;
      opened.ever++;
      try {
        for (let at = 0; at < bytes.length; at += 64) yield await Promise.resolve(bytes.slice(at, at + 64));
      } finally {
        opened.now--;
      }
    },
  };
  await expect(readAll(readAefi(file))).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
  expect(opened.now).toBe(0);
  for await (const batch of readNationalAdr(file, { batchSize: 1 })) if (batch.issues.length > 0) break;
  expect(opened.now).toBe(0);
  expect(opened.ever).toBeGreaterThan(2);
});

test("a signal stops the reading of rows without end", async () => {
  const stop = new AbortController();
  // eslint-disable-next-line @typescript-eslint/require-await -- rows may come asynchronously
  const rows = async function* (): AsyncGenerator<readonly SheetCell[]> {
    yield ["报告表编码", "通用名称", "不良反应名称"];
    for (let i = 0; ; i++) {
      if (i === 3000) stop.abort(new Error("enough"));
      yield [`${i}`, "甲", "恶心"];
    }
  };
  const reading = readAll(readNational({ name: "x", rows: rows() }, { signal: stop.signal }));
  await expect(reading).rejects.toThrow("enough");
});

test("numbers, dates and truth of a sheet are read; ids that lost digits are not", async () => {
  const header = [
    "报告表编码",
    "通用名称",
    "不良反应名称",
    "报告日期",
    "首次获知时间",
    "市评价时间",
    "年龄",
    "年龄单位",
  ];
  const date = new Date("2021-03-05T00:00:00Z");
  const timed = new Date("2021-03-05T23:30:00Z");
  const rows: SheetCell[][] = [
    header,
    [20210000001, "甲", "恶心", date, timed, true, 35, "岁"],
    [202103050000012, "甲", "恶心", 44260, 44260.5, null, 6, "月"],
    [1234567890123456, "甲", "恶心"],
    [1234567890123450, "甲", "恶心"],
    [2 ** 53 + 2, "甲", "恶心"],
    [1e22, "甲", "恶心"],
    [undefined, "甲", "恶心", new Date(NaN)],
    ["x", "甲", "恶心", new Date(NaN)],
  ];
  const { reports, issues } = await readAll(readNationalAdr({ name: "x", rows }));
  expect(reports).toMatchObject([
    {
      id: "20210000001",
      reportedDate: "2021-03-05",
      awareDate: "2021-03-05",
      accepted: true,
      patient: { ageYears: 35 },
    },
    { id: "202103050000012", reportedDate: "2021-03-05", awareDate: "2021-03-05", patient: { ageYears: 0.5 } },
    { id: "1234567890123456" },
    { id: "x" },
  ]);
  expect(ofCode(issues, "MANGLED_ID").map(({ effect }) => effect)).toEqual(Array(3).fill("report-rejected"));
  expect(ofCode(issues, "MISSING_ID")).toHaveLength(1);
  expect(ofCode(issues, "BAD_DATE")).toHaveLength(1);
});

test.each([
  [readNationalAdr, "device.csv", /expected national-adr or .*found national-device: read it with readNationalDevice/],
  [readNationalDevice, "cosmetic.csv", /found national-cosmetic: read it with readNationalCosmetic/],
  [readNationalCosmetic, "aefi-card.csv", /found aefi-card: read it with readAefi/],
  [readAefi, "adr.csv", /found national-adr: read it with readNationalAdr/],
])("%o given %s says what it is", async (reader, name, message) => {
  const reading = readAll(reader(fixture("national", name)));
  await expect(reading).rejects.toMatchObject({
    code: "UNKNOWN_LAYOUT",
    message: expect.stringMatching(message) as unknown,
  });
});

test("readNational reads a folder of all kinds; each reader takes its own from it", async () => {
  const folder = fixture("national");
  const all = await readAll(readNational(folder));
  const sources = [...new Set(all.reports.map((report) => report.source))].sort();
  expect(sources).toEqual(["cn-adr", "cn-adr-feedback", "cn-aefi", "cn-cosmetic", "cn-device"]);
  const cosmetics = await readAll(readNationalCosmetic(folder));
  expect(cosmetics.reports.map((report) => report.source)).toEqual(["cn-cosmetic", "cn-cosmetic"]);
  expect(ofCode(cosmetics.issues, "SKIPPED_FILE")).toHaveLength(exports.length - 1);
  const { reconciliation: sum } = await loadReports(readNational(folder));
  expect(sum.read).toBe(recordsRead(all));
  expect(sum.read).toBe(sum.accepted + sum.merged + sum.retracted + sum.rejected);
});

test("the order of the inputs does not matter", async () => {
  const inputs = exports.map((name) => fixture("national", name));
  const { reports } = await readAll(readNational(inputs));
  expect((await readAll(readNational(inputs.toReversed()))).reports).toEqual(reports);
});

test("an input without content, and one that is none, are told apart", async () => {
  await expect(readAll(readNational(memoryFile("x.csv", " \n\n")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readNational({ name: "x", rows: [] }))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readNational([]))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readNational("nowhere.csv"))).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  await expect(readAll(readNational(memoryFile("x.csv", "a,b,c\n1,2,3\n")))).rejects.toMatchObject({
    code: "UNKNOWN_LAYOUT",
  });
  for (const input of [{ name: "x", rows: 7 }, { name: "x", rows: [7] }, { name: "x", rows: [[{}]] }, 7]) {
    const reading = readAll(readNational(input as unknown as NationalInputs));
    await expect(reading).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});

test("an old workbook is refused with a cure", async () => {
  const old = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
  await expect(readAll(readNational(memoryFile("x.csv", old)))).rejects.toMatchObject({
    code: "SOURCE_UNREADABLE",
    message: expect.stringContaining("save it as .xlsx") as unknown,
  });
});

const small: SheetCell[][] = [
  ["报告表编码", "通用名称", "不良反应名称"],
  ["1", "甲", "恶心"],
];

test("hostile rows end in an issue", async () => {
  const wide = Array.from({ length: 100_000 }, (_, i) => `${i}`);
  const rows: SheetCell[][] = [
    ...small,
    ["2", "乙\u0000丙", "恶\u0007心"],
    ["3", "丁\ud800", "\udc00头晕"],
    ["4", ...wide],
    ["5", "戊", `${"长".repeat(5000)};皮疹`],
    ["6", "己".repeat(5000), "皮疹"],
    ["7".repeat(500), "庚", "皮疹"],
    ["报告表编码", "通用名称", "不良反应名称"],
    ["8", "辛", "皮疹", "", null, " "],
  ];
  const all = await readAll(readNationalAdr({ name: "x", rows }));
  for (const report of all.reports) expect(tryReport(report)).toEqual({ report });
  expect(all.reports.map(({ id }) => id)).toEqual(["1", "2", "3", "5", "6", "8"]);
  expect(all.reports[1]).toMatchObject({ products: [{ name: "乙丙" }], events: [{ term: "恶心" }] });
  expect(all.reports[2]).toMatchObject({ products: [{ name: "丁\ufffd" }], events: [{ term: "\ufffd头晕" }] });
  expect(codes(all.issues)).toEqual([
    "CONTROL_CHARACTER",
    "FIELD_TOO_LONG",
    "LAYOUT_DETECTED",
    "MOJIBAKE",
    "NO_PRODUCT",
    "RAGGED_ROW",
    "REPEATED_HEADER",
  ]);
  const { reconciliation: sum } = await loadReports(readNationalAdr({ name: "x", rows }));
  expect(sum).toMatchObject({ read: 8, accepted: 6, rejected: 2 });
});

test("hostile lines end in an issue", async () => {
  const text = [
    "报告表编码,通用名称,不良反应名称",
    "1,甲,恶心",
    `2,${"x,".repeat(100_000)}`,
    '3,"没有结尾的引号,恶心',
    "4,乙,恶心,多一列",
    "5,丙",
    "6,\u0000丁,恶心",
    "7,戊,恶心",
  ].join("\n");
  const all = await readAll(readNationalAdr(memoryFile("x.csv", text)));
  expect(all.reports.map(({ id }) => id)).toEqual(["1", "6", "7"]);
  expect(ofCode(all.issues, "RAGGED_ROW").map(({ row, effect }) => [row, effect])).toEqual([
    [3, "report-rejected"],
    [5, "report-rejected"],
    [6, "report-rejected"],
  ]);
  expect(codes(all.issues)).toEqual(["BAD_QUOTE", "CONTROL_CHARACTER", "LAYOUT_DETECTED", "RAGGED_ROW"]);
  const { reconciliation: sum } = await loadReports(readNationalAdr(memoryFile("x.csv", text)));
  expect(sum).toMatchObject({ read: 7, accepted: 3, rejected: 4 });
});

test("a header with more empty cells at its end than the rows, or fewer, loses no row", async () => {
  const read = async (header: string, row: string): Promise<number> =>
    (await readAll(readNationalAdr(memoryFile("x.csv", `${header}\n${row}\n${row.replace("1", "2")}\n`)))).reports
      .length;
  const header = "报告表编码,通用名称,不良反应名称";
  expect(await read(`${header},,,`, "1,甲,恶心")).toBe(2);
  expect(await read(`${header},,,`, "1,甲,恶心,,,")).toBe(2);
  expect(await read(header, "1,甲,恶心,")).toBe(2);
});

const survivors = new Set([
  "SOURCE_UNREADABLE",
  "SOURCE_EMPTY",
  "UNKNOWN_LAYOUT",
  "TRUNCATED_SOURCE",
  "INVALID_ARGUMENT",
]);
async function survives(input: () => NationalInputs): Promise<void> {
  const all = await readAll(readNational(input())).catch((error: unknown) => {
    if (!(error instanceof PvError) || !survivors.has(error.code)) throw error;
    return undefined;
  });
  if (all === undefined) return;
  for (const report of all.reports) expect(tryReport(report)).toEqual({ report });
  const { reconciliation: sum } = await loadReports(readNational(input()));
  expect(sum.read).toBe(recordsRead(all));
  expect(sum.read).toBe(sum.accepted + sum.merged + sum.retracted + sum.rejected);
}

test("damaged bytes of any export are survived, and what comes fits the model", async () => {
  const files = exports.flatMap((name) => [
    new TextEncoder().encode(exportText(name)),
    gb18030(exportText(name).replaceAll("℃", "°C").replaceAll("–", "-")),
  ]);
  const place = fc.double({ min: 0, max: 0.999, noNaN: true });
  const flips = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), flips, place, async (bytes, at, end) => {
      const damaged = bytes.slice(0, end > 0.9 ? Math.floor(end * bytes.length) : bytes.length);
      for (const [where, value] of at) damaged[Math.floor(where * damaged.length)] = value;
      await survives(() => memoryFile("x.csv", damaged));
    }),
    { numRuns: 60 },
  );
});

test("cells of any kind below a good header are survived", async () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(
      "不详",
      "无",
      "2021-01-01",
      "44260",
      "恶心；呕吐",
      "死亡",
      "-1",
      "1E+5",
      "1.2E+20",
      "*;、",
      "严重",
      "(",
    ),
    fc.double(),
    fc.boolean(),
    fc.date({ noInvalidDate: false }),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...exports),
      fc.array(fc.array(cell, { maxLength: 70 }), { maxLength: 8 }),
      async (name, rows) => {
        const header = exportRows(name).slice(
          0,
          name === "aefi-group.csv" ? 4 : name === "adr.csv" || name === "cosmetic.csv" ? 2 : 1,
        );
        await survives(() => ({ name, rows: [...header, ...rows] }));
      },
    ),
    { numRuns: 60 },
  );
});

test("a directory of other files has nothing to read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "national-"));
  try {
    writeFileSync(join(folder, "other.csv"), "a,b\n1,2\n");
    await expect(readAll(readNational(folder))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an abuse survey is read by the caller's mapping", async () => {
  const text =
    "编号,性别,物质,途径,后果\n1,男,虚构物质甲,口服,焦虑\n1,男,虚构物质乙,烫吸,焦虑\n2,女,虚构物质甲,口服,失眠\n";
  const mapping = { id: "编号", substance: { name: "物质", route: "途径" }, event: "后果", sex: "性别" };
  const { reports } = await readAll(readAbuse(memoryFile("x.csv", gb18030(text)), mapping));
  expect(reports).toEqual([
    {
      id: "1",
      source: "cn-abuse",
      version: 1,
      domain: "abuse",
      products: [
        { name: "虚构物质甲", role: "suspect", route: "口服" },
        { name: "虚构物质乙", role: "suspect", route: "烫吸" },
      ],
      events: [{ term: "焦虑" }],
      patient: { sex: "male" },
    },
    {
      id: "2",
      source: "cn-abuse",
      version: 1,
      domain: "abuse",
      products: [{ name: "虚构物质甲", role: "suspect", route: "口服" }],
      events: [{ term: "失眠" }],
      patient: { sex: "female" },
    },
  ]);
  expect(() => readAbuse("x.csv", { id: "编号", substance: "", event: "后果" })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
