import type { AlertState } from "../cluster/lifecycle.ts";
import type { ReportClock } from "../quality/time-limits.ts";
import type { Domain, Seriousness, Sex, UnitKind } from "../report/report.ts";
import type { Wording } from "../report/wording.ts";
import type { PeriodicAxis } from "./figure.ts";
import type { SERIOUSNESS_KEYS } from "./periodic-reader.ts";
import type { PacketNews } from "./review-candidates.ts";

/** What a report says nothing of. */
export const notStated: Wording = { zh: "未填写", en: "not stated" };

/** Axes as the heading of their column. */
export const axisWording: Readonly<Record<PeriodicAxis, Wording>> = {
  domain: { zh: "类别", en: "kind of product" },
  division: { zh: "行政区划", en: "division" },
  region: { zh: "地区", en: "region" },
  product: { zh: "产品", en: "product" },
  event: { zh: "不良反应/事件", en: "event" },
  seriousness: { zh: "严重程度", en: "seriousness" },
  criterion: { zh: "严重情形", en: "criterion of seriousness" },
  unitKind: { zh: "报告来源", en: "kind of reporting unit" },
  reporter: { zh: "报告人", en: "reporter" },
};

export const domainWording: Readonly<Record<Domain, Wording>> = {
  drug: { zh: "药品", en: "drugs" },
  vaccine: { zh: "疫苗", en: "vaccines" },
  device: { zh: "医疗器械", en: "devices" },
  cosmetic: { zh: "化妆品", en: "cosmetics" },
  food: { zh: "食品与膳食补充剂", en: "foods and supplements" },
  abuse: { zh: "药物滥用", en: "drug abuse" },
};

export const seriousnessWording: Readonly<Record<(typeof SERIOUSNESS_KEYS)[number], Wording>> = {
  serious: { zh: "严重", en: "serious" },
  "not-serious": { zh: "一般", en: "not serious" },
};

export const criterionWording: Readonly<Record<Seriousness, Wording>> = {
  death: { zh: "死亡", en: "death" },
  "life-threatening": { zh: "危及生命", en: "life-threatening" },
  hospitalisation: { zh: "住院或住院时间延长", en: "hospitalisation" },
  disability: { zh: "残疾或器官损伤", en: "disability" },
  "congenital-anomaly": { zh: "出生缺陷", en: "congenital anomaly" },
  intervention: { zh: "需干预以避免永久损害", en: "intervention required" },
  other: { zh: "其他重要医学事件", en: "other medically important" },
  unspecified: { zh: "严重（未说明情形）", en: "serious, criterion not given" },
};

export const unitKindWording: Readonly<Record<UnitKind, Wording>> = {
  medical: { zh: "医疗机构", en: "medical institutions" },
  distributor: { zh: "经营企业", en: "distributors" },
  holder: { zh: "持有人/生产企业", en: "holders and makers" },
  vaccination: { zh: "接种单位", en: "vaccination clinics" },
  authority: { zh: "监管机构", en: "authorities" },
  person: { zh: "个人", en: "persons" },
  other: { zh: "其他", en: "others" },
};

export const sexWording: Readonly<Record<Sex, Wording>> = {
  female: { zh: "女", en: "female" },
  male: { zh: "男", en: "male" },
  other: { zh: "其他", en: "other" },
};

export const clockWording: Readonly<Record<ReportClock, Wording>> = {
  received: { zh: "接收日期", en: "day of receipt" },
  event: { zh: "发生日期", en: "day of the event" },
  aware: { zh: "获知日期", en: "day of awareness" },
  reported: { zh: "报告日期", en: "day of reporting" },
};

export const newsWording: Readonly<Record<PacketNews, Wording>> = {
  new: { zh: "新出现", en: "new" },
  strengthened: { zh: "增强", en: "strengthened" },
  weakened: { zh: "减弱", en: "weakened" },
  gone: { zh: "消失", en: "gone" },
  open: { zh: "未销号", en: "still open" },
  standing: { zh: "现有（首次提交）", en: "standing (first packet)" },
};

/** States of tracked alerts, short enough for a cell. */
export const trackedWording: Readonly<Record<AlertState, Wording>> = {
  opened: { zh: "新出现", en: "opened" },
  grew: { zh: "增长", en: "grew" },
  unchanged: { zh: "无变化", en: "unchanged" },
  cooled: { zh: "降温", en: "cooled" },
  closed: { zh: "关闭", en: "closed" },
  reopened: { zh: "重新出现", en: "reopened" },
};

const byAxis: Readonly<Partial<Record<PeriodicAxis, Readonly<Record<string, Wording>>>>> = {
  domain: domainWording,
  seriousness: seriousnessWording,
  criterion: criterionWording,
  unitKind: unitKindWording,
};

/** The name of a value of an axis; a division by `divisionName`, where the list of divisions is at hand. */
export function keyWording(
  axis: PeriodicAxis,
  key: string | null,
  divisionName?: (code: string) => string | undefined,
): Wording {
  if (key === null) return notStated;
  const name = axis === "division" ? divisionName?.(key) : undefined;
  const text = name === undefined ? key : `${name} ${key}`;
  return byAxis[axis]?.[key] ?? { zh: text, en: text };
}
