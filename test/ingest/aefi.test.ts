import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readAefiCode } from "../../src/ingest/aefi.ts";
import { readAefi, type NationalOptions } from "../../src/ingest/readers-cn.node.ts";
import type { Report } from "../../src/report/report.ts";
import { tryReport } from "../../src/report/schema.ts";
import { table } from "./national-bytes.ts";
import { fixture, memoryFile, ofCode, readAll, reportOf } from "./reading.ts";

const card = fixture("national", "aefi-card.csv");
const one = async (row: Readonly<Record<string, string>>, options?: NationalOptions): Promise<Report> => {
  const all = { 编码: "11010520210012", 疫苗名称: "虚构疫苗", 反应发生日期: "2021-03-02", ...row };
  const { reports } = await readAll(readAefi(memoryFile("x.csv", table(Object.keys(all).join(" "), all)), options));
  return reports[0]!;
};

test("a card has up to three vaccines, the most suspect first, and its classes are events", async () => {
  const { reports } = await readAll(readAefi(card));
  const more = { onset: "2021-03-02", outcome: "recovering" };
  expect(reportOf(reports, "11010520210012")).toMatchObject({
    source: "cn-aefi",
    domain: "vaccine",
    division: "110105",
    products: [
      {
        name: "虚构百日咳疫苗",
        role: "suspect",
        manufacturer: "虚构生物",
        lots: ["202011A"],
        strength: "1",
        route: "肌内注射",
        dose: "第2剂 0.5",
        start: "2021-03-01",
      },
      { name: "虚构脊灰疫苗", role: "suspect", manufacturer: "虚构生物乙", lots: ["202012B"], dose: "第2剂" },
    ],
    events: [
      { term: "临床诊断05", code: "05", ...more },
      { term: "发热≥38.6℃", code: "fever-3", ...more },
      { term: "局部红肿≤2.5cm", code: "redness-1", ...more },
    ],
    eventDate: "2021-03-02",
    awareDate: "2021-03-02",
    reportedDate: "2021-03-03",
    kind: "spontaneous",
    serious: ["hospitalisation"],
    classification: "异常反应",
    unit: "虚构疾控中心",
    patient: { sex: "male", ageYears: 0.5, pregnant: false },
  });
  for (const report of reports) expect(tryReport(report)).toEqual({ report });
});

test("answers in words mean what their numbers mean", async () => {
  const { reports } = await readAll(readAefi(card));
  expect(reportOf(reports, "11010520210013")).toMatchObject({
    products: [{ start: "2021-01-01", dose: "第1剂" }],
    events: [
      { term: "过敏性皮疹", outcome: "recovered" },
      { term: "发热37.6–38.5℃", code: "fever-2" },
      { term: "局部红肿>5.0cm", code: "redness-3" },
    ],
    serious: [],
    kind: "study",
    classification: "一般反应",
    patient: { sex: "female", pregnant: true },
  });
});

test.each([
  ["1", "1痊愈", "recovered"],
  ["2", "2.好转", "recovering"],
  ["3", "后遗症", "recovered-with-sequelae"],
  ["4", "死亡", "fatal"],
  ["5", "不详", "unknown"],
])("outcome %s is %s", async (number, text, outcome) => {
  for (const cell of [number, text]) {
    expect((await one({ 初步临床诊断: "甲", 病人转归: cell })).events).toMatchObject([{ outcome }]);
  }
});

test("serious is death and hospital stay, and not known without either answer", async () => {
  expect((await one({ 是否住院: "1", 病人转归: "4" })).serious).toEqual(["death", "hospitalisation"]);
  expect((await one({ 是否住院: "2" })).serious).toEqual([]);
  expect(await one({ 病人转归: "5" })).not.toHaveProperty("serious");
});

test.each([
  ["1", "一般反应"],
  ["2", "异常反应"],
  ["3", "疫苗质量事故"],
  ["4", "实施差错事故"],
  ["5偶合症", "偶合症"],
  ["6", "心因性反应"],
  ["7", "不明原因"],
  ["待定", "待定"],
])("class %s is %s", async (cell, classification) => {
  expect(await one({ 初步分类: "2", 反应分类: cell })).toMatchObject({ classification });
});

test.each([
  ["发热(腋温℃)", "1", "fever-1"],
  ["发热(腋温℃)", "37.1-37.5", "fever-1"],
  ["发热(腋温℃)", "38.2", "fever-2"],
  ["发热(腋温℃)", "≥38.6", "fever-3"],
  ["发热(腋温℃)", "36.5", undefined],
  ["发热(腋温℃)", "4", undefined],
  ["局部红肿(直径cm)", "≤2.5", "redness-1"],
  ["局部红肿(直径cm)", "2.6～5.0", "redness-2"],
  ["局部红肿(直径cm)", "6cm", "redness-3"],
  ["局部硬结(直径cm)", "3cm", "induration-2"],
  ["局部硬结(直径cm)", "无", undefined],
])("%s %s is %s", async (field, cell, code) => {
  expect((await one({ [field]: cell })).events.map((event) => event.code)).toEqual(code === undefined ? [] : [code]);
});

test("diagnosis codes take the names the caller gives", async () => {
  const options = { diagnoses: { "5": "虚构诊断" } };
  expect((await one({ 初步临床诊断: "05" }, options)).events).toMatchObject([{ term: "虚构诊断", code: "05" }]);
});

test("the number of a case or a group says county and year", async () => {
  expect(readAefiCode("110105202103")).toEqual({ kind: "group", division: "110105", year: 2021, serial: "03" });
  for (const code of ["1101052021001", "11010518210012", "x1010520210012", ""])
    expect(readAefiCode(code)).toBeUndefined();
  const odd = { 编码: "虚构1", 疫苗名称: "虚构疫苗", 反应发生日期: "2021-03-02" };
  const { reports, issues } = await readAll(readAefi(memoryFile("x.csv", table("编码 疫苗名称 反应发生日期", odd))));
  expect(reports).toMatchObject([{ id: "虚构1" }]);
  expect(reports[0]).not.toHaveProperty("division");
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([{ effect: "noted", value: "虚构1" }]);
});

test("the lines of a group register are cases that share a key and what stands above the header", async () => {
  const file = fixture("national", "aefi-group.csv");
  const { reports, issues } = await readAll(readAefi(file));
  expect(reports.map(({ id }) => id)).toEqual(["110105202103-1", "110105202103-2", "110105202103-3"]);
  for (const report of reports) {
    expect(report).toMatchObject({
      eventKey: "110105202103",
      division: "110105",
      region: "测试省测试县",
      products: [{ name: "虚构乙脑疫苗", manufacturer: "虚构生物", lots: ["J210101"], start: "2021-05-01" }],
    });
  }
  expect(reports[1]!.events.map(({ term }) => term)).toEqual(["晕厥", "呕吐"]);
  expect(ofCode(issues, "RAGGED_ROW")).toMatchObject([{ effect: "row-rejected", row: 8 }]);
  const { reconciliation: sum } = await loadReports(readAefi(file));
  expect(sum).toMatchObject({ read: 3, accepted: 3, merged: 0, retracted: 0, rejected: 0 });
});

test("a register as a plain table works too, with its own case numbers where it has them", async () => {
  const text = table(
    "群体性AEFI编码 编码 疫苗名称 接种人数 反应发生人数 反应发生日期 初步临床诊断",
    { 群体性AEFI编码: "110105202103", 编码: "11010520210012", 疫苗名称: "甲", 初步临床诊断: "晕厥" },
    { 群体性AEFI编码: "110105202103", 疫苗名称: "甲", 初步临床诊断: "晕厥" },
    { 群体性AEFI编码: "110105202103", 疫苗名称: "甲", 初步临床诊断: "晕厥" },
  );
  const { reports } = await readAll(readAefi(memoryFile("x.csv", text)));
  expect(reports.map(({ id }) => id)).toEqual(["11010520210012", "110105202103-1", "110105202103-2"]);
});
