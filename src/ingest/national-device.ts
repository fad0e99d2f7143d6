import type { Report, ReportEvent, ReportProduct, Seriousness, UnitKind } from "../report/report.ts";
import { CAUSALITY_CODES, CONSEQUENCE_CODES, INJURY_CODES, RISK_CODES, UNIT_CODES } from "./national-codes.ts";
import { COMMON_FLAGS, type Flag, type NationalForm } from "./national-form.ts";
import { given, placeOf, type MakeOptions } from "./national-make.ts";

const FLAGS: readonly Flag[] = [
  ...COMMON_FLAGS,
  { field: "是否为错报误报报告", values: ["是"], code: "FLAGGED_DELETED" },
  { field: "是否合并报告", values: ["是"], code: "FLAGGED_DUPLICATE" },
];
/** Stand in place of a terminology, so that harm to the patient and failure of the device can be counted apart. */
export const INJURY = "device-injury";
export const FAILURE = "device-failure";
/** What makes two rows of a report two products. */
const OWN = "产品名称 注册证编号 型号 规格 产品批号 产品编号 UDI 上市许可持有人名称".split(" ");
/** Standards stand in lot columns by mistake. */
const STANDARD = /^(?:YZB\/.+|(?:YY|GB)(?:\/T)? ?\d{3,5}(?:\.\d+)?-\d{4})$/i;

/** The report of the rows of one device report. */
export function deviceReport(form: NationalForm, all: readonly number[], options: MakeOptions): Report {
  const first = all[0]!;
  const { rows: group, retracted } = form.standing(all, FLAGS);
  const one = (field: string): string => form.one(group, field);
  const maybe = (field: string): string | undefined => form.maybe(group, field);
  const onset = form.formDate(first, "事件发生日期", one("事件发生日期"));
  const reportedDate = form.date(first, "报告日期", one("报告日期"));
  const status = one("经营企业使用单位报告状态");
  return {
    id: form.rows.idOf(first).id,
    source: "cn-device",
    version: 1,
    domain: "device",
    ...(retracted ? { retracted } : {}),
    products: form.distinct(group, OWN, "产品名称").flatMap((row) => product(form, row)),
    events: events(form, group, given({ onset })),
    ...given({
      receivedDate: options.received(reportedDate),
      eventDate: onset,
      awareDate: form.date(first, "发现或获知日期", one("发现或获知日期")),
      reportedDate,
      serious: seriousness(form, group),
      accepted: form.rows.has(first, "经营企业使用单位报告状态") ? status === "审核通过" : undefined,
      classification: maybe("事件原因分析"),
      unit: maybe("单位名称"),
      unitKind: unitKind(form, group),
      ...placeOf(one("上报单位所属地区")),
      patient: form.patient(group, { age: "年龄", unit: "年龄类型" }, onset),
      links: form.links(group),
    }),
    ...form.narrative(group, "使用过程"),
    filled: form.filled(group),
  };
}

/** The holder's word, where there is one, is the final one. */
function seriousness(form: NationalForm, group: readonly number[]): readonly Seriousness[] | undefined {
  const first = group[0]!;
  const later = form.one(group, "伤害#2");
  const field = later === "" ? "伤害" : "伤害#2";
  const level = form.code(INJURY_CODES, first, field, later === "" ? form.one(group, "伤害") : later);
  return level ?? form.code(CONSEQUENCE_CODES, first, "事件后果", form.one(group, "事件后果"));
}

function events(form: NationalForm, group: readonly number[], more: Omit<ReportEvent, "term">): ReportEvent[] {
  const found = [
    ...form.events(group, "伤害表现", { ...more, dictionary: INJURY }, true),
    ...form.events(group, "器械故障表现", { ...more, dictionary: FAILURE }, true),
  ];
  return found.length > 0 ? found : [...form.events(group, "事件主要表现", more, true)];
}

function unitKind(form: NationalForm, group: readonly number[]): UnitKind | undefined {
  const kind = form.code(UNIT_CODES, group[0]!, "经营企业或使用单位", form.one(group, "经营企业或使用单位"));
  return kind ?? (form.one(group, "医疗机构类别") === "" ? undefined : "medical");
}

function product(form: NationalForm, row: number): ReportProduct[] {
  const value = (field: string): string => form.rows.value(row, field);
  const maybe = (field: string): string | undefined => value(field) || undefined;
  const name = value("产品名称");
  if (name === "") return [];
  const code = value("注册证编号").replaceAll(" ", "");
  const noLot = (lot: string): boolean => STANDARD.test(lot) || (code !== "" && lot.replaceAll(" ", "") === code);
  const risk = form.code(RISK_CODES, row, "管理类别", value("管理类别"));
  const model = [value("型号"), value("规格")].filter((part) => part !== "");
  return [
    {
      name,
      role: "suspect",
      ...given({
        manufacturer: maybe("上市许可持有人名称"),
        lots: form.lots(row, "产品批号", noLot),
        code: code || undefined,
        model: [...new Set(model)].join(" ") || undefined,
        serial: maybe("产品编号"),
        udi: value("UDI").replaceAll(" ", "") || undefined,
        category: maybe("产品类别"),
        riskClass: risk,
        madeOn: form.date(row, "生产日期", value("生产日期")),
        expires: form.date(row, "有效期至", value("有效期至")),
        start: form.formDate(row, "器械使用日期", value("器械使用日期")),
        end: form.formDate(row, "停用日期", value("停用日期")),
        indication: maybe("预期治疗疾病或作用"),
        causality: form.code(CAUSALITY_CODES, row, "关联性评价", value("关联性评价")),
      }),
    },
  ];
}
