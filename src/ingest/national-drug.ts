import type { Answer, Causality, Report, ReportProduct, Seriousness } from "../report/report.ts";
import { SERIOUSNESS } from "../report/report.ts";
import {
  ANSWER_CODES,
  CAUSALITY_CODES,
  codeOf,
  criteriaOf,
  DRUG_CRITERIA,
  KIND_CODES,
  OUTCOME_CODES,
  ROLE_CODES,
  SEVERITY_CODES,
  UNIT_CODES,
} from "./national-codes.ts";
import { COMMON_FLAGS, type NationalForm } from "./national-form.ts";
import { given, placeOf, type MakeOptions } from "./national-make.ts";

/** Assessments in the order in which they are made; the last that is filled is final. */
const LEVELS = ["报告单位评价", "县评价", "市评价", "省评价", "国家评价"] as const;
/** What makes two rows of a report two products. */
const OWN = [
  ..."怀疑/并用 批准文号 商品名称 通用名称 剂型 规格 生产厂家 生产批号 用量 用量单位 用法-日 用法-次 用法用量".split(
    " ",
  ),
  ..."给药途径 用药开始时间 用药终止时间 用药原因".split(" "),
];

/** The report of the rows of one drug report. */
export function drugReport(form: NationalForm, all: readonly number[], options: MakeOptions): Report {
  const first = all[0]!;
  const { id, followUp } = form.rows.idOf(first);
  const { rows: group, retracted } = form.standing(all, COMMON_FLAGS);
  const one = (field: string): string => form.one(group, field);
  const maybe = (field: string): string | undefined => form.maybe(group, field);
  const onset = form.formDate(first, "不良反应发生时间", one("不良反应发生时间"));
  const outcome = form.code(OUTCOME_CODES, first, "不良反应结果", one("不良反应结果"));
  const reportedDate = form.date(first, "报告日期", one("报告日期"));
  const receivedDate = form.date(first, "国家中心接收时间", one("国家中心接收时间"));
  const serious = seriousness(form, group);
  const patient = form.patient(group, { age: "年龄", unit: "年龄单位", weight: "体重", birth: "出生日期" }, onset);
  const pregnant = one("相关重要信息").includes("妊娠") ? true : undefined;
  return {
    id,
    source: form.rows.layoutOf(first) === "holder-feedback" ? "cn-adr-feedback" : "cn-adr",
    version: followUp ? 2 : 1,
    domain: "drug",
    ...(retracted ? { retracted } : {}),
    products: form.distinct(group, OWN, "通用名称").flatMap((row) => product(form, row)),
    events: [...form.events(group, "不良反应名称", given({ onset, outcome, dictionary: options.dictionary }))],
    ...given({
      receivedDate: receivedDate ?? options.received(reportedDate),
      eventDate: onset,
      awareDate: form.date(first, "首次获知时间", one("首次获知时间")),
      reportedDate,
      deathDate: form.date(first, "死亡时间", one("死亡时间")),
      kind: form.code(KIND_CODES, first, "信息来源", one("信息来源")),
      serious,
      unexpected: unexpected(form, group),
      accepted: form.rows.has(first, "市评价时间") ? one("市评价时间") !== "" : undefined,
      unit: maybe("医院名称"),
      unitKind: form.code(UNIT_CODES, first, "报告单位类别", one("报告单位类别")),
      ...placeOf(one("报告地区名称")),
      country: one("境外报告/境内报告").includes("境内") ? "CN" : undefined,
      reporter: maybe("报告人职业"),
      patient: pregnant === undefined ? patient : { ...patient, pregnant },
      links: form.links(group),
    }),
    ...form.narrative(group, "不良反应过程描述"),
    filled: form.filled(group),
  };
}

/** 严重 gives no criterion by itself; the criteria stand in a column of their own, if at all. */
function seriousness(form: NationalForm, group: readonly number[]): readonly Seriousness[] | undefined {
  const first = group[0]!;
  const level = form.code(SEVERITY_CODES, first, "报告类型-严重程度", levelOf(form.one(group, "报告类型-严重程度")));
  const cell = form.one(group, "严重药品不良反应");
  const criteria = criteriaOf(DRUG_CRITERIA, cell);
  // The column can also repeat the level.
  if (criteria.length === 0 && cell !== "" && !/^(是|否|一般|严重.*|非严重)$/.test(cell)) {
    form.issue("UNKNOWN_CODE", "value-dropped", first, "严重药品不良反应", cell);
  }
  if (level === "death") return SERIOUSNESS.filter((name) => name === "death" || criteria.includes(name));
  if (level === "ordinary") {
    if (criteria.length > 0) form.issue("CONFLICTING_VALUE", "noted", first, "严重药品不良反应", cell, "一般");
    return criteria;
  }
  if (level === "serious" || criteria.length > 0) return criteria.length > 0 ? criteria : ["unspecified"];
  return undefined;
}

/** The level in a cell that can also say 新的; empty when it says nothing else. */
const levelOf = (cell: string): string => cell.replace(/新的?[、,;]?/, "");

function unexpected(form: NationalForm, group: readonly number[]): boolean | undefined {
  const first = group[0]!;
  if (form.rows.has(first, "报告类型-新的")) return /^(新的?|是|Y)/.test(form.one(group, "报告类型-新的"));
  const cell = form.one(group, "是否非预期");
  if (/^非|^是|新的/.test(cell)) return true;
  if (/^预期|^否|已知/.test(cell)) return false;
  return form.one(group, "报告类型-严重程度").startsWith("新的") ? true : undefined;
}

function product(form: NationalForm, row: number): ReportProduct[] {
  const value = (field: string): string => form.rows.value(row, field);
  const maybe = (field: string): string | undefined => value(field) || undefined;
  const name = value("通用名称") || value("商品名称");
  if (name === "") return [];
  const cell = value("怀疑/并用");
  const role = codeOf(ROLE_CODES, cell) ?? "suspect";
  if (cell !== "" && codeOf(ROLE_CODES, cell) === undefined) {
    form.issue("UNKNOWN_CODE", "repaired", row, "怀疑/并用", cell, "suspect");
  }
  const suspect = role !== "concomitant";
  return [
    {
      name,
      role,
      ...given({
        brand: value("通用名称") === "" ? undefined : maybe("商品名称"),
        manufacturer: maybe("生产厂家"),
        lots: form.lots(row, "生产批号"),
        code: value("批准文号").replaceAll(" ", "") || undefined,
        form: maybe("剂型"),
        strength: maybe("规格"),
        route: maybe("给药途径"),
        dose: dose(value),
        start: form.formDate(row, "用药开始时间", value("用药开始时间")),
        end: form.formDate(row, "用药终止时间", value("用药终止时间")),
        indication: maybe("用药原因"),
        causality: suspect ? causality(form, row) : undefined,
        dechallenge: suspect ? answer(form, row, "停药减药后反应是否减轻或消失") : undefined,
        rechallenge: suspect ? answer(form, row, "再次使用可疑药是否出现同样反应") : undefined,
      }),
    },
  ];
}

/** `0.5g 1日3次`; the columns say how many times in how many days. */
function dose(value: (field: string) => string): string | undefined {
  const amount = `${value("用量")}${value("用量") === "" ? "" : value("用量单位")}`;
  const days = value("用法-日");
  const times = value("用法-次");
  const schedule =
    days === "" && times === "" ? "" : `${days === "" ? "" : `${days}日`}${times === "" ? "" : `${times}次`}`;
  const text = [amount, schedule].filter((part) => part !== "").join(" ");
  return text || value("用法用量") || undefined;
}

function causality(form: NationalForm, row: number): Causality | undefined {
  const field = LEVELS.findLast((level) => form.rows.value(row, level) !== "");
  return field === undefined ? undefined : form.code(CAUSALITY_CODES, row, field, form.rows.value(row, field));
}

const answer = (form: NationalForm, row: number, field: string): Answer | undefined =>
  form.code(ANSWER_CODES, row, field, form.rows.value(row, field));
