import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readNationalDevice } from "../../src/ingest/readers-cn.node.ts";
import { tryReport } from "../../src/report/schema.ts";
import { table } from "./national-bytes.ts";
import { fixture, memoryFile, ofCode, readAll, reportOf, type Everything } from "./reading.ts";

const file = fixture("national", "device.csv");
const read = (row: Readonly<Record<string, string>>): Promise<Everything> => {
  const all = { 报告编码: "1", 产品名称: "虚构泵", 伤害: "其他", ...row };
  return readAll(readNationalDevice(memoryFile("x.csv", table(Object.keys(all).join(" "), all))));
};

test("every column of the device export reaches its field", async () => {
  const { reports } = await readAll(readNationalDevice(file));
  expect(reportOf(reports, "D20990001")).toMatchObject({
    source: "cn-device",
    domain: "device",
    products: [
      {
        name: "虚构输液泵",
        role: "suspect",
        manufacturer: "虚构器械公司",
        lots: ["220101"],
        code: "测械注准20222140001",
        model: "X-1 500ml",
        serial: "SN-1",
        udi: "(01)06901234567892",
        category: "有源",
        riskClass: "II",
        madeOn: "2022-01-01",
        expires: "2024-01-01",
        start: "2022-06-01",
        indication: "输液",
        causality: "related",
      },
    ],
    events: [
      { term: "流速不准", dictionary: "device-failure", onset: "2022-06-01" },
      { term: "报警失灵", dictionary: "device-failure", onset: "2022-06-01" },
    ],
    eventDate: "2022-06-01",
    awareDate: "2022-06-02",
    reportedDate: "2022-06-10",
    accepted: true,
    classification: "产品原因(包括说明书等)",
    unit: "虚构医院",
    unitKind: "medical",
    region: "测试省测试市",
    patient: { ageYears: 55, sex: "male" },
    narrativeLength: 8,
  });
  for (const report of reports) expect(tryReport(report)).toEqual({ report });
});

test("of two columns 伤害 the later, the holder's, is final where it is filled", async () => {
  const { reports } = await readAll(readNationalDevice(file));
  expect(reportOf(reports, "D20990001").serious).toEqual(["unspecified"]);
  expect(reportOf(reports, "D20990002").serious).toEqual(["death"]);
  expect((await read({ "伤害.1": "死亡" })).reports[0]!.serious).toEqual(["death"]);
  expect((await read({ "伤害.1": "" })).reports[0]!.serious).toEqual([]);
});

test("mistaken and merged reports are retracted, and the reconciliation adds up", async () => {
  const { reconciliation: sum } = await loadReports(readNationalDevice(file));
  expect(sum).toMatchObject({ read: 4, accepted: 2, merged: 0, retracted: 2, rejected: 0 });
  const { issues } = await readAll(readNationalDevice(file));
  expect(ofCode(issues, "FLAGGED_DELETED")).toMatchObject([{ field: "是否为错报误报报告" }]);
  expect(ofCode(issues, "FLAGGED_DUPLICATE")).toMatchObject([{ field: "是否合并报告" }]);
});

test("harm and failure are told apart; 无 is no event but a filled item; a sentence is one term", async () => {
  const { reports } = await readAll(readNationalDevice(file));
  const injured = reportOf(reports, "D20990002");
  expect(injured.events).toMatchObject([
    { term: "患者在使用过程中突发呼吸困难,经抢救无效", dictionary: "device-injury" },
  ]);
  expect(injured.filled).toEqual(expect.arrayContaining(["伤害表现", "器械故障表现", "合并用药/械情况说明"]));
  expect((await read({ 伤害表现: "皮疹、瘙痒" })).reports[0]!.events).toMatchObject([
    { term: "皮疹" },
    { term: "瘙痒" },
  ]);
});

test("the registration number and a standard's number are no lots", async () => {
  const code = "测械注准20222140001";
  const { reports, issues } = await read({
    注册证编号: code,
    产品批号: `${code}；YZB/测 0001-2014；GB/T 1234-2008；GB2021`,
  });
  expect(reports[0]!.products[0]!.lots).toEqual(["GB2021"]);
  expect(ofCode(issues, "PLACEHOLDER").map(({ effect }) => effect)).toEqual(Array(3).fill("value-dropped"));
});

test.each([
  ["Ⅰ类", "I"],
  ["Ⅱ", "II"],
  ["III类", "III"],
  ["第三类", "III"],
])("risk class %s is %s", async (cell, riskClass) => {
  expect((await read({ 管理类别: cell })).reports[0]!.products).toMatchObject([{ riskClass }]);
});

test("the form to 2018 gives criteria", async () => {
  const { reports } = await readAll(readNationalDevice(fixture("national", "device-2014.csv")));
  expect(reports).toMatchObject([
    {
      id: "O-1",
      serious: ["other"],
      unitKind: "medical",
      events: [{ term: "断裂" }],
      products: [{ start: "2012-04-01" }],
    },
    { id: "O-2", serious: ["intervention"], unitKind: "holder", events: [{ term: "移位" }] },
  ]);
  expect(reports[0]!.events[0]).not.toHaveProperty("dictionary");
});

test("personal items of patient and reporter leave only that they were filled in", async () => {
  const { reports } = await readAll(readNationalDevice(file, { linkSecret: "0123456789abcdef" }));
  const report = reportOf(reports, "D20990001");
  expect(report.links?.map((link) => link.split(":")[0])).toEqual(["name", "record"]);
  expect(report.filled).toEqual(expect.arrayContaining(["报告人", "联系人", "联系电话", "姓名", "病历号"]));
  expect(JSON.stringify(reports)).not.toContain("测试某");
});
