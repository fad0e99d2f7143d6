import { isoDay, partialDay, type PartialDate } from "../report/date.ts";
import type { Report, ReportEvent, ReportProduct, Seriousness } from "../report/report.ts";
import { CAUSALITY_CODES, codeOf, OUTCOME_CODES, UNIT_CODES, type CodeTable } from "./national-codes.ts";
import { COMMON_FLAGS, type NationalForm } from "./national-form.ts";
import { given, placeOf, type MakeOptions } from "./national-make.ts";

/** Columns that list events, and what stands in place of a terminology, so that they can be counted apart. */
export const COSMETIC_EVENTS = [
  ["自觉症状", "cosmetic-symptom"],
  ["皮损形态", "cosmetic-lesion"],
  ["其他损害", "cosmetic-damage"],
  ["初步判断", "cosmetic-diagnosis"],
] as const;
/** What makes two rows of a report two products. */
const OWN = "化妆品名称 化妆品分类 生产企业 生产批号 特殊化妆品注册证书编号/普通化妆品备案编号".split(" ");

/** The report of the rows of one cosmetic report. */
export function cosmeticReport(form: NationalForm, all: readonly number[], options: MakeOptions): Report {
  const first = all[0]!;
  const { rows: group, retracted } = form.standing(all, COMMON_FLAGS);
  const one = (field: string): string => form.one(group, field);
  const onset = form.formDate(first, "不良反应发生日期", one("不良反应发生日期"));
  const outcome = form.code(OUTCOME_CODES, first, "转归", one("转归"));
  const reportedDate = form.date(first, "报告日期", one("报告日期"));
  const receivedDate = form.date(first, "国家中心接收时间", one("国家中心接收时间"));
  const level = one("报告类型");
  return {
    id: form.rows.idOf(first).id,
    source: "cn-cosmetic",
    version: 1,
    domain: "cosmetic",
    ...(retracted ? { retracted } : {}),
    products: form.distinct(group, OWN, "化妆品名称").flatMap((row) => product(form, row, onset)),
    events: COSMETIC_EVENTS.flatMap(([field, dictionary]): readonly ReportEvent[] =>
      form.events(group, field, given({ onset, outcome, dictionary }), field === "初步判断"),
    ),
    ...given({
      receivedDate: receivedDate ?? options.received(reportedDate),
      eventDate: onset,
      awareDate: form.date(first, "发现或获知日期", one("发现或获知日期")),
      reportedDate,
      serious: onlyPublic.test(level) ? undefined : form.code(LEVELS, first, "报告类型", level),
      publicConcern: level.includes("社会影响") ? true : undefined,
      accepted: form.rows.has(first, "省级评价结果") ? one("省级评价结果") !== "" : undefined,
      unit: form.maybe(group, "报告单位名称"),
      unitKind: form.code(UNIT_CODES, first, "报告单位类型", one("报告单位类型")),
      ...placeOf(one("报告地区")),
      reporter: form.maybe(group, "报告人职业"),
      patient: form.patient(group, { age: "年龄", unit: "年龄单位", weight: "体重", birth: "出生日期" }, onset),
      links: form.links(group),
    }),
    ...form.narrative(group, "过程描述补充说明"),
    filled: form.filled(group),
  };
}

/** The third level says nothing of the harm to the person. */
const onlyPublic = /^(?!.*(?:严重|一般)).*社会影响/;
const LEVELS: CodeTable<readonly Seriousness[]> = [
  [/严重/, ["unspecified"]],
  [/一般/, []],
];

function product(form: NationalForm, row: number, onset: PartialDate | undefined): ReportProduct[] {
  const value = (field: string): string => form.rows.value(row, field);
  const name = value("化妆品名称");
  if (name === "") return [];
  const field = value("省级评价结果") === "" ? "上报单位评价结果" : "省级评价结果";
  const { start, end } = latent(form, row, onset);
  return [
    {
      name,
      role: "suspect",
      ...given({
        manufacturer: value("生产企业") || undefined,
        lots: form.lots(row, "生产批号"),
        code: value("特殊化妆品注册证书编号/普通化妆品备案编号").replaceAll(" ", "") || undefined,
        category: value("化妆品分类") || undefined,
        start: form.formDate(row, "开始使用日期", value("开始使用日期")) ?? start,
        end: form.formDate(row, "停用日期", value("停用日期")) ?? end,
        causality: form.code(CAUSALITY_CODES, row, field, value(field)),
      }),
    },
  ];
}

/** When use began or ended by the 潜伏期, for reports that give it in place of the date. */
function latent(
  form: NationalForm,
  row: number,
  onset: PartialDate | undefined,
): { readonly start?: PartialDate; readonly end?: PartialDate } {
  const cell = form.rows.value(row, "潜伏期");
  const latency = cell === "" ? undefined : readLatency(cell);
  if (cell !== "" && latency === undefined) form.issue("BAD_NUMBER", "value-dropped", row, "潜伏期", cell);
  if (latency === undefined || onset?.length !== 10) return {};
  const day = partialDay(onset)!.day - Math.floor(latency.hours / 24);
  // A latency in months is no count of days.
  const date = isoDay(day).slice(0, latency.unit === "month" ? 7 : 10);
  return latency.from === "stop" ? { end: date } : { start: date };
}

const latencyParts = /(\d+(?:\.\d+)?) ?(小时|天|日|周|个?月|年)/;
const hoursIn: CodeTable<readonly [unit: "hour" | "day" | "month", hours: number]> = [
  [/小时/, ["hour", 1]],
  [/天|日/, ["day", 24]],
  [/周/, ["day", 168]],
  [/月/, ["month", 730.5]],
  [/年/, ["month", 8766]],
];

/**
 * Time between the use of a cosmetic and the reaction: `"3天"`, `"开始使用后2小时"`, `"停止使用1个月"`. Counted from the beginning of use
 * where the cell does not say otherwise; a month has 730.5 hours.
 *
 * @returns `undefined` where the cell holds no number with a unit
 * @example
 * readLatency("停止使用后3天"); // { hours: 72, unit: "day", from: "stop" }
 */
export function readLatency(
  cell: string,
): { readonly hours: number; readonly unit: "hour" | "day" | "month"; readonly from: "start" | "stop" } | undefined {
  const parts = latencyParts.exec(cell);
  if (parts === null) return undefined;
  const [unit, hours] = codeOf(hoursIn, parts[2]!)!;
  return { hours: Number(parts[1]) * hours, unit, from: /停/.test(cell) ? "stop" : "start" };
}
