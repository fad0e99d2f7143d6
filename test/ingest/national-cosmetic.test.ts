import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readLatency } from "../../src/ingest/national-cosmetic.ts";
import { readNationalCosmetic } from "../../src/ingest/readers-cn.node.ts";
import { tryReport } from "../../src/report/schema.ts";
import { table } from "./national-bytes.ts";
import { fixture, memoryFile, ofCode, readAll, reportOf, type Everything } from "./reading.ts";

const file = fixture("national", "cosmetic.csv");
const read = (row: Readonly<Record<string, string>>): Promise<Everything> => {
  const all = { 报告表编号: "1", 化妆品名称: "虚构面霜", 自觉症状: "瘙痒", ...row };
  return readAll(readNationalCosmetic(memoryFile("x.csv", table(Object.keys(all).join(" "), all))));
};

test("every column of the cosmetic export reaches its field", async () => {
  const { reports } = await readAll(readNationalCosmetic(file));
  expect(reportOf(reports, "990001")).toMatchObject({
    source: "cn-cosmetic",
    domain: "cosmetic",
    products: [
      {
        name: "虚构面霜",
        manufacturer: "虚构日化",
        lots: ["L220101"],
        code: "测G妆网备字2022000001",
        category: "普通化妆品",
        start: "2022-03-01",
        causality: "certain",
      },
    ],
    events: [
      { term: "瘙痒", dictionary: "cosmetic-symptom" },
      { term: "灼热感", dictionary: "cosmetic-symptom" },
      { term: "红斑", dictionary: "cosmetic-lesion" },
      { term: "丘疹", dictionary: "cosmetic-lesion" },
      { term: "化妆品接触性皮炎", dictionary: "cosmetic-diagnosis" },
    ],
    serious: [],
    accepted: true,
    eventDate: "2022-03-03",
    reportedDate: "2022-03-10",
    unit: "虚构皮肤病医院",
    unitKind: "medical",
    region: "测试省",
    patient: { ageYears: 28, sex: "female" },
    narrativeLength: 4,
  });
  for (const report of reports) expect(tryReport(report)).toEqual({ report });
  const { reconciliation: sum } = await loadReports(readNationalCosmetic(file));
  expect(sum).toMatchObject({ read: 2, accepted: 2, merged: 0, retracted: 0, rejected: 0 });
});

test("a report is valid once the province assessed it; until then the unit's word is the causality", async () => {
  const { reports } = await readAll(readNationalCosmetic(file));
  expect(reportOf(reports, "990002")).toMatchObject({ accepted: false, products: [{ causality: "possible" }] });
});

test.each([
  ["一般", [], undefined],
  ["严重", ["unspecified"], undefined],
  ["严重、可能引发较大社会影响", ["unspecified"], true],
  ["可能引发较大社会影响", undefined, true],
])("the level %s", async (level, serious, publicConcern) => {
  const { reports, issues } = await read({ 报告类型: level });
  expect(reports[0]!.serious).toEqual(serious);
  expect(reports[0]!.publicConcern).toEqual(publicConcern);
  expect(ofCode(issues, "UNKNOWN_CODE")).toEqual([]);
});

test.each([
  ["2小时", 2, "hour", "start"],
  ["3天", 72, "day", "start"],
  ["停止使用后1个月", 730.5, "month", "stop"],
  ["开始使用 1.5 日", 36, "day", "start"],
])("the latency %s is %d hours", (cell, hours, unit, from) => {
  expect(readLatency(cell)).toEqual({ hours, unit, from });
});

test("where the day of use is missing it is found from the latency", async () => {
  const day = { 不良反应发生日期: "2022-05-10", 开始使用日期: "", 停用日期: "" };
  const product = async (row: Readonly<Record<string, string>>): Promise<unknown> =>
    (await read({ ...day, ...row })).reports[0]!.products[0];
  expect(await product({ 潜伏期: "3天" })).toMatchObject({ start: "2022-05-07" });
  expect(await product({ 潜伏期: "5小时" })).toMatchObject({ start: "2022-05-10" });
  expect(await product({ 潜伏期: "1月" })).toMatchObject({ start: "2022-04" });
  expect(await product({ 潜伏期: "停用3天" })).toMatchObject({ end: "2022-05-07" });
  expect(await product({ 潜伏期: "3天", 开始使用日期: "2022-05-01" })).toMatchObject({ start: "2022-05-01" });
  expect(await product({ 潜伏期: "3天", 不良反应发生日期: "2022-05" })).not.toHaveProperty("start");
  expect(ofCode((await read({ 潜伏期: "很久" })).issues, "BAD_NUMBER")).toMatchObject([{ value: "很久" }]);
});
