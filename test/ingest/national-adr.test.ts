import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readNationalAdr, type NationalOptions } from "../../src/ingest/readers-cn.node.ts";
import type { Report } from "../../src/report/report.ts";
import { tryReport } from "../../src/report/schema.ts";
import { table } from "./national-bytes.ts";
import { codes, fixture, memoryFile, ofCode, readAll, recordsRead, reportOf, type Everything } from "./reading.ts";

const file = fixture("national", "adr.csv");
const header = "报告表编码 报告类型-新的 报告类型-严重程度 通用名称 不良反应名称";
const base = { 报告表编码: "1", "报告类型-严重程度": "一般", 通用名称: "虚构片", 不良反应名称: "恶心" };

/** Reads rows that have the base columns and more. */
async function read(rows: readonly Readonly<Record<string, string>>[], options?: NationalOptions): Promise<Everything> {
  const names = [...new Set([...header.split(" "), ...rows.flatMap((row) => Object.keys(row))])];
  const text = table(names.join(" "), ...rows.map((row) => ({ ...base, ...row })));
  return readAll(readNationalAdr(memoryFile("x.csv", text), options));
}

const only = async (row: Readonly<Record<string, string>>, options?: NationalOptions): Promise<Report> => {
  const { reports } = await read([row], options);
  expect(reports).toHaveLength(1);
  return reports[0]!;
};

test("every column of the national export reaches its field", async () => {
  const { reports, issues } = await readAll(readNationalAdr(file));
  expect(reports.find((report) => report.id === "20990101000000000001")).toMatchObject({
    source: "cn-adr",
    version: 1,
    domain: "drug",
    products: [
      {
        name: "虚构注射液",
        role: "suspect",
        brand: "虚构商品",
        manufacturer: "虚构制药(测试)有限公司",
        lots: ["2103051"],
        code: "国药准字H00000000",
        form: "注射剂",
        strength: "0.5g",
        route: "静脉滴注",
        dose: "0.5g 1日2次",
        start: "2021-03-04",
        end: "2021-03-05",
        indication: "虚构感染",
        causality: "certain",
        dechallenge: "yes",
        rechallenge: "not-done",
      },
      { name: "虚构颗粒", role: "concomitant", route: "口服", dose: "10g 1日3次", start: "2021-03-01" },
    ],
    events: [
      { term: "过敏性休克", onset: "2021-03-05", outcome: "recovering" },
      { term: "皮疹", onset: "2021-03-05", outcome: "recovering" },
    ],
    receivedDate: "2021-03-09",
    eventDate: "2021-03-05",
    reportedDate: "2021-03-08",
    kind: "spontaneous",
    serious: ["life-threatening", "hospitalisation"],
    unexpected: true,
    accepted: true,
    unit: "测试市第一虚构医院",
    unitKind: "medical",
    region: "测试省测试市",
    reporter: "医生",
    patient: { ageYears: 61, sex: "female", weightKg: 58 },
    narrativeLength: 12,
  });
  for (const report of reports) expect(tryReport(report)).toEqual({ report });
  expect(ofCode(issues, "LAYOUT_DETECTED")).toEqual([
    { code: "LAYOUT_DETECTED", effect: "noted", file: "adr.csv", row: 2, detail: "national-adr; utf-8; comma" },
  ]);
});

test("read = accepted + merged + retracted + rejected", async () => {
  const { reconciliation: sum } = await loadReports(readNationalAdr(file));
  expect(sum).toMatchObject({ read: 5, accepted: 2, merged: 1, retracted: 2, rejected: 0 });
  expect(sum.read).toBe(recordsRead(await readAll(readNationalAdr(file))));
});

test("重复报告 and 删除 withdraw a report", async () => {
  const all = await readAll(readNationalAdr(file));
  expect(all.reports.filter((report) => report.retracted).map((report) => report.id)).toEqual([
    "20990101000000000003",
    "20990101000000000004",
  ]);
  expect(ofCode(all.issues, "FLAGGED_DUPLICATE")).toMatchObject([{ effect: "noted", field: "重复报告" }]);
  expect(ofCode(all.issues, "FLAGGED_DELETED")).toMatchObject([{ effect: "noted", field: "删除标识" }]);
});

test("a flag on some of a report's rows takes these rows only", async () => {
  const { reports, issues } = await read([{ 删除标识: "" }, { 通用名称: "另一虚构片", 删除标识: "删除" }]);
  expect(reports).toMatchObject([{ products: [{ name: "虚构片" }] }]);
  expect(reports[0]).not.toHaveProperty("retracted");
  expect(ofCode(issues, "FLAGGED_DELETED")).toMatchObject([{ effect: "row-rejected", row: 3 }]);
});

test("a follow-up is version 2 and supersedes the first report", async () => {
  const { table: reports } = await loadReports(readNationalAdr(file));
  expect(reports.size).toBe(2);
  const all = await readAll(readNationalAdr(file));
  const versions = all.reports.filter(({ id }) => id === "20990101000000000002").map(({ version }) => version);
  expect(versions).toEqual([1, 2]);
});

test("rows of a report need not be adjacent; fields of the report that disagree are a conflict", async () => {
  const { reports, issues } = await read([
    { 报告表编码: "1", 医院名称: "" },
    { 报告表编码: "2" },
    { 报告表编码: "1", 通用名称: "乙", 医院名称: "虚构医院甲" },
    { 报告表编码: "1", 通用名称: "丙", 医院名称: "虚构医院乙" },
    { 报告表编码: "1", 通用名称: "丙", 医院名称: "虚构医院甲" },
  ]);
  expect(reports.map(({ id, products }) => [id, products.map(({ name }) => name)])).toEqual([
    ["1", ["虚构片", "乙", "丙"]],
    ["2", ["虚构片"]],
  ]);
  expect(reports[0]).toMatchObject({ unit: "虚构医院甲" });
  expect(ofCode(issues, "CONFLICTING_VALUE")).toMatchObject([{ row: 5, field: "医院名称", value: "虚构医院乙" }]);
  expect(ofCode(issues, "REPEATED_RECORD")).toMatchObject([{ effect: "noted", row: 6, value: "丙" }]);
});

test.each([
  ["恶心；呕吐;皮疹*", ["恶心", "呕吐", "皮疹"]],
  ["*恶心;呕吐、腹泻", ["恶心", "呕吐、腹泻"]],
  ["恶心、呕吐，头晕,乏力", ["恶心", "呕吐", "头晕", "乏力"]],
  ["皮疹（面部、颈部）、瘙痒", ["皮疹(面部、颈部)", "瘙痒"]],
  ["血小板<3,000", ["血小板<3,000"]],
  ["皮疹）、瘙痒", ["皮疹)", "瘙痒"]],
  ["恶心\n呕吐", ["恶心", "呕吐"]],
  ["无", []],
  ["；、", []],
])("the terms of %j are %j", async (cell, terms) => {
  const { events } = await only({ 不良反应名称: cell });
  expect(events.map(({ term }) => term)).toEqual(terms);
});

test.each([
  ["痊愈", "recovered"],
  ["好转", "recovering"],
  ["未好转", "not-recovered"],
  ["无进展", "not-recovered"],
  ["未痊愈", "not-recovered"],
  ["有后遗症 表现:跛行", "recovered-with-sequelae"],
  ["死亡 直接死因:虚构", "fatal"],
  ["不详", "unknown"],
])("the outcome %s is %s", async (cell, outcome) => {
  expect((await only({ 不良反应结果: cell })).events).toEqual([{ term: "恶心", outcome }]);
});

test.each([
  ["严重", "", ["unspecified"]],
  ["严重", "导致死亡", ["death"]],
  ["严重", "致癌、致畸、致出生缺陷", ["congenital-anomaly"]],
  ["严重", "导致显著的或者永久的人体伤残或者器官功能的损伤", ["disability"]],
  ["严重", "导致住院或者住院时间延长；危及生命", ["life-threatening", "hospitalisation"]],
  ["严重", "导致其他重要医学事件，如不进行治疗可能出现上述所列情况的", ["other"]],
  ["新的严重", "", ["unspecified"]],
  ["死亡", "", ["death"]],
  ["一般", "", []],
  ["", "危及生命", ["life-threatening"]],
  ["", "", undefined],
])("level %j with criteria %j is %j", async (level, criteria, serious) => {
  const report = await only({ "报告类型-严重程度": level, 严重药品不良反应: criteria });
  expect(report.serious).toEqual(serious);
});

test("an unknown code loses its value and is counted", async () => {
  const { reports, issues } = await read([{ 不良反应结果: "虚构结果", 性别: "丁", "怀疑/并用": "其它" }]);
  expect(reports[0]).toMatchObject({ products: [{ role: "suspect" }], events: [{ term: "恶心" }] });
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([
    { effect: "value-dropped", field: "不良反应结果", value: "虚构结果" },
    { effect: "value-dropped", field: "sex", value: "丁" },
    { effect: "repaired", field: "怀疑/并用", value: "其它", detail: "suspect" },
  ]);
});

test("causality is the last assessment that is filled, for suspects", async () => {
  const levels = {
    报告人评价: "肯定",
    报告单位评价: "可能",
    县评价: "很可能",
    市评价: "可能无关",
    省评价: "不详",
    国家评价: "",
  };
  const { reports } = await read([
    { ...levels, "怀疑/并用": "怀疑" },
    { ...levels, "怀疑/并用": "合并", 通用名称: "乙" },
  ]);
  expect(reports[0]!.products).toEqual([
    { name: "虚构片", role: "suspect", causality: "unlikely" },
    { name: "乙", role: "concomitant" },
  ]);
  expect((await only({ 报告人评价: "肯定" })).products[0]).not.toHaveProperty("causality");
});

test("accepted is whether the market review is dated, and is not known without its column", async () => {
  expect(await only({ 市评价时间: "2021-01-02" })).toMatchObject({ accepted: true });
  expect(await only({ 市评价时间: "" })).toMatchObject({ accepted: false });
  expect(await only({})).not.toHaveProperty("accepted");
});

test.each([
  ["2021-03-05", "2021-03-05"],
  [" 2021/3/5 ", "2021-03-05"],
  ["2021-03-05 08:30:00", "2021-03-05"],
  ["2021 - 03 - 05 08:30", "2021-03-05"],
  ["２０２１年３月５日", "2021-03-05"],
  ["2021年3月5日8时30分", "2021-03-05"],
  ["2021年3月", "2021-03"],
  ["2021.3", "2021-03"],
  ["2021", "2021"],
  ["20210305", "2021-03-05"],
  ["202103", "2021-03"],
  ["44260", "2021-03-05"],
  ["44260.354", "2021-03-05"],
  ["2021-03-00", "2021-03"],
  ["2021-00-00", "2021"],
])("the date %j is %s", async (cell, date) => {
  expect(await only({ 报告日期: cell })).toMatchObject({ reportedDate: date });
});

test.each(["2021-02-30", "明天", "44260x", "99999", "2021-13-01", "3/5/2021"])("%j is no date", async (cell) => {
  const { reports, issues } = await read([{ 报告日期: cell }]);
  expect(reports[0]).not.toHaveProperty("reportedDate");
  expect(ofCode(issues, "BAD_DATE")).toMatchObject([{ effect: "value-dropped", field: "报告日期", value: cell }]);
});

test("1 January of an event or of use loses its day unless asked otherwise, or a time of day stands behind it", async () => {
  const row = { 不良反应发生时间: "2021-01-01", 用药开始时间: "2021/1/1 00:00:00", 报告日期: "2021-01-01" };
  const { reports, issues } = await read([row]);
  expect(reports[0]).toMatchObject({ eventDate: "2021", reportedDate: "2021-01-01", products: [{ start: "2021" }] });
  expect(ofCode(issues, "DATE_ARTEFACT")).toMatchObject([
    { effect: "repaired", field: "不良反应发生时间", value: "2021-01-01", detail: "2021" },
    { effect: "repaired", field: "用药开始时间" },
  ]);
  expect(await only(row, { januaryFirst: "as-day" })).toMatchObject({ eventDate: "2021-01-01" });
  expect(await only({ 不良反应发生时间: "2021-01-01 14:05:00" })).toMatchObject({ eventDate: "2021-01-01" });
});

test("day 1 of other months stays unless asked otherwise, and a peak there is noted once", async () => {
  expect(await only({ 不良反应发生时间: "2021-04-01" })).toMatchObject({ eventDate: "2021-04-01" });
  expect(await only({ 不良反应发生时间: "2021-04-01" }, { monthFirst: "as-month" })).toMatchObject({
    eventDate: "2021-04",
  });
  const days = ["04-01", "05-01", "06-01", "07-01", "08-01", "04-02", "04-03", "04-04", "04-05", "04-06"];
  const { issues } = await read(days.map((day, i) => ({ 报告表编码: `${i}`, 不良反应发生时间: `2021-${day}` })));
  expect(ofCode(issues, "DATE_ARTEFACT")).toEqual([
    {
      code: "DATE_ARTEFACT",
      effect: "noted",
      field: "不良反应发生时间",
      detail: "5 of 10 on day 1 of a month, 0.3 expected",
    },
  ]);
});

test.each([
  ["35", "岁", 35],
  ["6", "月", 0.5],
  ["6个月", "", 0.5],
  ["35岁", "", 35],
  ["８", "天", 8 / 365.25],
  ["8", "日", 8 / 365.25],
  ["12", "小时", 12 / 8766],
  ["-1", "岁", undefined],
  ["不详", "岁", undefined],
  ["35", "", undefined],
])("age %s %s is %d years", async (age, unit, years) => {
  expect((await only({ 年龄: age, 年龄单位: unit })).patient?.ageYears).toEqual(years);
});

test.each([
  ["58", 58],
  ["58kg", 58],
  ["58 公斤", 58],
  ["116斤", 58],
  ["3400g", 3.4],
  ["0", undefined],
  ["-1", undefined],
  ["未填写", undefined],
])("weight %s is %d kg", async (cell, weight) => {
  expect((await only({ 体重: cell })).patient?.weightKg).toEqual(weight);
});

test("blanks of all kinds are missing; 无 is an answer in a history and no lot", async () => {
  for (const blank of ["nan", "-", "未填写", "-未填写-", "不详", "不知道", "不清楚", "不清", "不明", "无", "　"]) {
    const report = await only({ 生产批号: blank, 生产厂家: blank, 医院名称: blank });
    expect(report.products).toEqual([{ name: "虚构片", role: "suspect" }]);
    expect(report).not.toHaveProperty("unit");
    expect(report.filled).not.toContain("生产批号");
  }
  expect((await only({ "既往药品不良反应/事件": "无" })).filled).toContain("既往药品不良反应/事件");
  expect((await only({ 年龄: "-1" })).filled).not.toContain("年龄");
});

test("an id that lost digits in a spreadsheet is refused, one that lost none is repaired", async () => {
  const { reports, issues } = await read(
    ["1.23457E+14", "2.0E+1", "123.0", "'0012", "1.23E+2", "2021310000123450000", "", "不详"].map((id) => ({
      报告表编码: id,
    })),
  );
  expect(reports.map(({ id }) => id)).toEqual(["20", "123", "0012", "2021310000123450000"]);
  expect(ofCode(issues, "MANGLED_ID").map(({ effect, value }) => [effect, value])).toEqual([
    ["report-rejected", "1.23457E+14"],
    ["repaired", "2.0E+1"],
    ["repaired", "123.0"],
    ["repaired", "1.23E+2"],
    ["noted", "2021310000123450000"],
  ]);
  expect(ofCode(issues, "MISSING_ID")).toHaveLength(2);
});

test("lots that a spreadsheet made numbers are repaired or dropped, several are split", async () => {
  const { reports, issues } = await read([{ 生产批号: "210305.0；A-1/2；2.10E+07" }]);
  expect(reports[0]!.products[0]!.lots).toEqual(["210305", "A-1/2"]);
  expect(ofCode(issues, "MANGLED_ID")).toMatchObject([
    { effect: "value-dropped", field: "生产批号", value: "2.10E+07" },
  ]);
});

test("唯一标识 is the id where it is there, else 报告表编码", async () => {
  const { reports } = await read([
    { 唯一标识: "U1", 报告表编码: "9" },
    { 唯一标识: "", 报告表编码: "9" },
  ]);
  expect(reports.map(({ id }) => id)).toEqual(["U1", "9"]);
});

test("without a generic name the brand is the name", async () => {
  expect((await only({ 通用名称: "", 商品名称: "虚构商品" })).products).toEqual([
    { name: "虚构商品", role: "suspect" },
  ]);
});

const people = {
  患者姓名: "测试某",
  出生日期: "1990/1/5",
  "病历号/门诊号": "ab 12",
  联系电话: "000-1234",
  报告人签名: "测试医",
};
const secret = "0123456789abcdef";

test("personal columns are noted once and never kept", async () => {
  const { reports, issues } = await read([people, { ...people, 报告表编码: "2" }], { narrative: true });
  expect(ofCode(issues, "PERSONAL_FIELD")).toMatchObject([
    { effect: "noted", detail: "患者姓名, 出生日期, 病历号/门诊号, 联系电话, 报告人签名" },
  ]);
  const kept = JSON.stringify({ reports, issues });
  for (const value of ["测试某", "1990", "ab 12", "1234", "测试医"]) expect(kept).not.toContain(value);
  expect(reports[0]!.filled).toEqual(expect.arrayContaining(["患者姓名", "出生日期", "联系电话", "报告人签名"]));
  expect(reports[0]).not.toHaveProperty("links");
});

test("with a secret personal items become keyed hashes in which spellings agree", async () => {
  const { links = [] } = await only(people, { linkSecret: secret });
  expect(links.map((link) => link.replace(/[0-9a-f]{32}$/, "#"))).toEqual(["name:#", "birth:#", "record:#", "phone:#"]);
  const spelled = {
    ...people,
    患者姓名: " 测试　某",
    出生日期: "1990年1月5日",
    "病历号/门诊号": "ＡＢ12",
    联系电话: "0001234",
  };
  expect((await only(spelled, { linkSecret: secret })).links).toEqual(links);
  expect((await only(people, { linkSecret: `${secret}!` })).links).not.toEqual(links);
  expect((await only({ 患者姓名: "不详", 出生日期: "无" }, { linkSecret: secret })).links).toBeUndefined();
});

test("a missing age is found from the birth date", async () => {
  const row = { 出生日期: "1990-01-05", 不良反应发生时间: "2021-04-02" };
  expect(await only(row)).toMatchObject({ patient: { ageYears: 31.24 } });
  expect(await only({ ...row, 年龄: "30", 年龄单位: "岁" })).toMatchObject({ patient: { ageYears: 30 } });
  expect((await only({ ...row, 出生日期: "2022-01-05" })).patient).toBeUndefined();
});

test("the narrative is kept when asked for, its length always", async () => {
  const row = { 不良反应过程描述: "虚构的一段，过程" };
  expect(await only(row)).toMatchObject({ narrativeLength: 8 });
  expect(await only(row)).not.toHaveProperty("narrative");
  expect(await only(row, { narrative: true })).toMatchObject({ narrative: "虚构的一段，过程", narrativeLength: 8 });
  expect(await only({ 不良反应过程描述: "未填写" })).toMatchObject({ narrativeLength: 0 });
});

test("the holders' files have renamed columns", async () => {
  const feedback = await readAll(readNationalAdr(fixture("national", "holder-feedback.csv")));
  expect(feedback.reports).toMatchObject([
    {
      id: "F-虚构-0001",
      source: "cn-adr-feedback",
      kind: "other",
      unexpected: true,
      serious: ["unspecified"],
      products: [{ manufacturer: "虚构持有人", lots: ["A01", "A02"], dose: "1支 7日1次", start: "2022-05-06" }],
      events: [{ term: "发热" }, { term: "寒战" }],
      patient: { ageYears: 0.5, sex: "female" },
    },
  ]);
  const { reports } = await readAll(readNationalAdr(fixture("national", "holder-analysis.csv")));
  expect(reportOf(reports, "H0001")).toMatchObject({
    unexpected: true,
    kind: "study",
    awareDate: "2023-02-01",
    reportedDate: "2023-02-10",
    eventDate: "2023-01",
    serious: ["congenital-anomaly"],
    products: [{ dose: "每日一次", indication: "虚构适应症", causality: "unassessable" }],
    events: [
      { term: "头痛", outcome: "unknown" },
      { term: "先天性异常", outcome: "unknown" },
    ],
  });
  expect(reportOf(reports, "H0001")).not.toHaveProperty("country");
  expect(reportOf(reports, "H0002")).toMatchObject({ unexpected: false, country: "CN", serious: [] });
});

test("the terminology is the caller's word; the day of receipt can be the day of the report", async () => {
  expect(await only({ 报告日期: "2021-03-05" }, { dictionary: "WHO-ART", received: "reported" })).toMatchObject({
    receivedDate: "2021-03-05",
    events: [{ term: "恶心", dictionary: "WHO-ART" }],
  });
  expect(await only({ 报告日期: "2021-03-05" })).not.toHaveProperty("receivedDate");
});

test("a region of six digits is a division; pregnancy stands in the history", async () => {
  expect(await only({ 报告地区名称: "440100", 相关重要信息: "吸烟史；妊娠期" })).toMatchObject({
    division: "440100",
    patient: { pregnant: true },
  });
});

test("columns that are not known are noted, and blank cells in a used one do not matter", async () => {
  const { issues } = await read([{ 自编列: "x" }]);
  expect(codes(issues)).toEqual(["LAYOUT_DETECTED", "UNKNOWN_COLUMN"]);
  expect(ofCode(issues, "UNKNOWN_COLUMN")).toMatchObject([{ detail: "自编列" }]);
});

test.each([
  [{ linkSecret: "short" }],
  [{ januaryFirst: "never" }],
  [{ monthFirst: "as-year" }],
  [{ received: "maybe" }],
  [{ sheet: " " }],
  [{ batchSize: 0 }],
])("the option %j is refused at once", (options) => {
  expect(() => readNationalAdr("nowhere.csv", options as NationalOptions)).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
