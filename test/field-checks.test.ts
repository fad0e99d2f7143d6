import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  countyCoverage,
  createDivisions,
  creditCheckCharacter,
  deviceForm2019,
  gs1CheckDigit,
  loadReports,
  parseApprovalNumber,
  perMillion,
  unionShare,
  wilsonShare,
  type Report,
} from "pvsignal";
import { readNationalAdr, type InputFile } from "pvsignal/node";

// Published figures and known values of the field, in one place, through the public entries alone.

test.each([
  ["national 2014", 1_328_000, 1340.1e6, 0, 991],
  ["national 2018, same census", 1_499_000, 1339.6e6, 0, 1119],
  ["Hubei 2024", 108_321, 58.44e6, 1, 1853.5],
  ["national devices 2024", 946_200, 1410e6, 0, 671],
  ["Anhui devices, 1–5/2018", 3713, 58.9e6, 0, 63],
])("reports per million, %s", (_, reports, people, digits, expected) => {
  expect(Number(perMillion(reports, people).toFixed(digits))).toBe(expected);
});

test("new or serious is a union, not a sum (Hubei 2024)", () => {
  const {
    union,
    firstShare,
    secondShare,
    unionShare: share,
  } = unionShare({ first: 21_801, second: 22_286, both: 1599, total: 108_321 });
  expect(union).toBe(42_488);
  expect([firstShare, secondShare, share].map((value) => (value! * 100).toFixed(2))).toEqual([
    "20.13",
    "20.57",
    "39.22",
  ]);
  expect(((firstShare! + secondShare!) * 100).toFixed(2)).toBe("40.70");
});

test("share of severe device reports (Anhui, 1–5/2018)", () => {
  expect((wilsonShare(380, 3713).share! * 100).toFixed(1)).toBe("10.2");
});

test("counties of Shanxi: 121 rows, of which 4 statistical zones", () => {
  const list = gunzipSync(readFileSync(join(import.meta.dirname, "fixtures/divisions/cn-2023.csv.gz"))).toString(
    "utf8",
  );
  const divisions = createDivisions(list, { vintage: "2023-06-30" });
  const rows = divisions.rows.filter(({ code, level }) => level === "county" && code.startsWith("14"));
  expect(rows).toHaveLength(121);
  expect(rows.filter(({ statisticalZone }) => statisticalZone)).toHaveLength(4);
  expect(countyCoverage([], divisions, "140000").covered.of).toBe(117);
});

test.each([
  ["0690123456789", 2],
  ["8690111000002", 0],
])("check digit of %s", (body, digit) => {
  expect(gs1CheckDigit(body)).toBe(digit);
});

test.each([
  ["91350100M000100Y4", "3"],
  ["91110000600037341", "L"],
])("check character of the credit code %s", (body, character) => {
  expect(creditCheckCharacter(body)).toBe(character);
});

test("GB18030 bytes of 药品不良反应", () => {
  const bytes = Uint8Array.from([0xd2, 0xa9, 0xc6, 0xb7, 0xb2, 0xbb, 0xc1, 0xbc, 0xb7, 0xb4, 0xd3, 0xa6]);
  expect(new TextDecoder("gb18030").decode(bytes)).toBe("药品不良反应");
});

test.each([
  ["国药准字Ｚ20053908", "国药准字Z20053908"],
  ["国药准字 HJ20150001", "国药准字HJ20150001"],
])("approval number %s in its one form", (raw, canonical) => {
  expect(parseApprovalNumber(raw)).toMatchObject({ ok: true, canonical });
});

test("H14020749 is a number of Shanxi, renumbered in 2002", () => {
  expect(parseApprovalNumber("国药准字H14020749")).toMatchObject({ ok: true, province: { code: "14" }, year: 2002 });
});

test("an outcome 未好转 is not recovered, not recovering", async () => {
  const text = [
    "报告表编码,报告类型-新的,报告类型-严重程度,怀疑/并用,通用名称,不良反应名称,不良反应结果,国家中心接收时间",
    "A1,,一般,怀疑,虚构片,皮疹,未好转,2024-03-01 08:00:00",
    "A2,,一般,怀疑,虚构片,皮疹,好转,2024-03-01 08:00:00",
  ].join("\r\n");
  const bytes = new TextEncoder().encode(text);
  const file: InputFile = {
    name: "adr.csv",
    size: bytes.length,
    async *open() {
      await Promise.resolve();
      yield bytes;
    },
  };
  const { table } = await loadReports(readNationalAdr(file));
  const outcome = (row: number): Report["events"][number]["outcome"] => table.report(row).events[0]?.outcome;
  expect([outcome(0), outcome(1)]).toEqual(["not-recovered", "recovering"]);
});

test("full marks of the device form", () => {
  expect(deviceForm2019.full).toBe(92);
});
