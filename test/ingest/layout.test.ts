import { expect, test } from "vitest";
import { detectLayout, headerForm, LAYOUTS } from "../../src/ingest/layout.ts";
import { exportRows } from "./national-bytes.ts";

test.each([
  ["adr.csv", "national-adr", 2],
  ["holder-feedback.csv", "holder-feedback", 1],
  ["holder-analysis.csv", "holder-analysis", 1],
  ["device.csv", "national-device", 1],
  ["device-2014.csv", "device-2014", 1],
  ["cosmetic.csv", "national-cosmetic", 2],
  ["aefi-card.csv", "aefi-card", 1],
  ["aefi-group.csv", "aefi-group", 4],
] as const)("%s is %s with the header in row %i", (name, layout, headerRow) => {
  const found = detectLayout(exportRows(name));
  expect(found).toMatchObject({ layout, headerRow });
  expect(found.unknown).toEqual([]);
});

test("every layout has a made-up export", () => {
  expect(LAYOUTS).toHaveLength(8);
});

const drug = ["报告表编码", "报告类型-新的", "通用名称", "不良反应名称"];

test("a header alone is enough, and numbers its columns", () => {
  const { layout, columns, missing, unknown } = detectLayout([...drug, "自编列"]);
  expect({ layout, columns, unknown }).toEqual({
    layout: "national-adr",
    columns: { 报告表编码: 0, "报告类型-新的": 1, 通用名称: 2, 不良反应名称: 3 },
    unknown: ["自编列"],
  });
  expect(missing).toContain("国家中心接收时间");
  expect(missing).not.toContain("通用名称");
});

test("title rows, line breaks, full-width blanks and forms in a header do not matter", () => {
  const messy = ["报告表\n编码　", " 报告类型－新的", "通用名称\u200b ", "不良\r\n反应名称"];
  expect(detectLayout([["某某中心导出"], [], ["2021年"], messy])).toMatchObject({
    layout: "national-adr",
    headerRow: 4,
    columns: { 报告表编码: 0, 不良反应名称: 3 },
  });
  expect(headerForm(" 性别 ＊")).toBe("性别");
});

test("the header is looked for in the first 20 rows", () => {
  const titles = (n: number): string[][] => Array.from({ length: n }, () => ["题"]);
  expect(detectLayout([...titles(19), drug]).headerRow).toBe(20);
  expect(() => detectLayout([...titles(20), drug])).toThrow(expect.objectContaining({ code: "UNKNOWN_LAYOUT" }));
});

test("the marks decide: UDI, 报告类型-新的, 光斑贴试验, 反馈码 without 报告表编码, 是否非预期", () => {
  const of = (...names: string[]): string => detectLayout(names).layout;
  expect(of("报告编码", "产品名称", "伤害", "UDI")).toBe("national-device");
  expect(of(...drug)).toBe("national-adr");
  expect(of("报告表编号", "化妆品名称", "自觉症状", "光斑贴试验")).toBe("national-cosmetic");
  expect(of("反馈码", "新的", "通用名称", "不良反应名称")).toBe("holder-feedback");
  expect(of("反馈码", ...drug)).toBe("national-adr");
  expect(of("报告表编码", "是否非预期", "通用名称", "不良反应-术语")).toBe("holder-analysis");
  expect(of(...drug, "是否非预期")).toBe("national-adr");
});

test("an older device export without UDI is known by its other columns", () => {
  expect(detectLayout(["报告编码", "产品名称", "伤害", "注册证号", "发现或获知日期"]).layout).toBe("national-device");
});

test("repeated headers are told by their place, however a program renamed them", () => {
  const head = ["报告编码", "产品名称", "UDI"];
  expect(detectLayout([...head, "伤害", "单位名称", "伤害", "单位名称"]).columns).toMatchObject({
    伤害: 3,
    单位名称: 4,
    "伤害#2": 5,
    "单位名称#2": 6,
  });
  expect(detectLayout([...head, "伤害", "伤害.1"]).columns).toMatchObject({ 伤害: 3, "伤害#2": 4 });
  expect(detectLayout([...head, "伤害", "伤害_1"]).columns).toMatchObject({ 伤害: 3, "伤害#2": 4 });
  const card = ["编码", "接种日期1", "疫苗名称1", "疫苗名称2", "疫苗名称3", "疫苗名称4", "反应发生日期"];
  expect(detectLayout(card).columns).toMatchObject({ 疫苗名称: 2, "疫苗名称#2": 3, "疫苗名称#3": 4 });
  expect(detectLayout(card).unknown).toEqual(["疫苗名称4"]);
});

test("of two names of one column the form's own counts", () => {
  expect(detectLayout([...drug, "提交日期", "报告日期"]).columns).toMatchObject({ 报告日期: 5 });
});

test("an unknown table names the nearest layout and what it lacks", () => {
  const code = "UNKNOWN_LAYOUT";
  const nearest = expect.stringMatching(/nearest is national-adr .* lacks 报告表编码 or 唯一标识;/) as string;
  expect(() => detectLayout(["报告类型-新的", "通用名称", "不良反应名称"])).toThrow(
    expect.objectContaining({ code, message: nearest }),
  );
  const none = expect.stringMatching(
    /no header of a national export in the first 20 rows; the first row with text has 2 cells/,
  ) as string;
  expect(() => detectLayout([["a", "b"]])).toThrow(expect.objectContaining({ code, message: none }));
  expect(() => detectLayout([])).toThrow(expect.objectContaining({ code }));
});

test("cells that are no text, and rows of a hundred thousand cells, are no headers", () => {
  const wide = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
  expect(detectLayout([[1, true, null, undefined, new Date(0)], wide, drug])).toMatchObject({ headerRow: 3 });
});
