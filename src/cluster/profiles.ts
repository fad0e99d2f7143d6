import type { Domain } from "../report/report.ts";
import type { Criterion } from "../rule/criterion.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";
import type { Clock, LegalClock } from "./alert.ts";

/** One number of a profile and where it comes from. */
export interface SourcedNumber {
  readonly what: string;
  readonly value: number;
  readonly status: NumberStatus;
  readonly source: string;
}

/**
 * A written cluster condition as data. Copy one and change it to make a local profile: `{ ...profiles.gvp2021, windowDays: 14 }`
 * (and say so in `numbers`).
 */
export interface RuleProfile {
  readonly name: string;
  readonly title: Wording;
  readonly domains: readonly Domain[] | "all";
  readonly clock: Clock;
  readonly windowDays: number;
  /** Groups are formed by product and by each of these. */
  readonly groupBy: readonly ("lot" | "region" | "unit")[];
  /** With `lot`: how far apart in the maker's numbering lots may be to count as adjacent; 0 is the same lot only. */
  readonly lotReach: number;
  /** Met by a window; reads `reports`, `serious`, `deaths`, `units`, `unitDays`. */
  readonly predicate: Criterion;
  /** Where each number comes from; a default is never called official. */
  readonly numbers: readonly SourcedNumber[];
  readonly basis: string;
  readonly legal: readonly LegalClock[];
}

/** Columns a profile's predicate can read, for `parseCriterion`. `unitDays` counts one per reporting unit and day. */
export const PREDICATE_COLUMNS = ["reports", "serious", "deaths", "units", "unitDays"] as const;

const atLeast = (left: string, right: number): Criterion => ({ compare: ">=", left, right });
const ours = "pvsignal: no text gives this number; set it to your centre's";

/** Profiles named after the text they follow. Where a text gives no number, ours stands in and its status says `default`. */
export const profiles = {
  gvp2021: {
    name: "gvp2021",
    title: { zh: "药品不良反应聚集性事件（同一批号或相邻批号）", en: "drug cluster: same or adjacent lot (GVP 2021)" },
    domains: ["drug"],
    clock: "received",
    windowDays: 30,
    groupBy: ["lot"],
    lotReach: 1,
    predicate: { any: [{ all: [atLeast("reports", 3), atLeast("serious", 1)] }, atLeast("reports", 5)] },
    numbers: [
      {
        what: "windowDays",
        value: 30,
        status: "local",
        source: "open tool used by monitoring staff; the text says 短期内 (a short time)",
      },
      {
        what: "reports with a serious one",
        value: 3,
        status: "local",
        source: "open tool used by monitoring staff; the text says 多例 (several)",
      },
      {
        what: "reports",
        value: 5,
        status: "local",
        source: "open tool used by monitoring staff; the text says 多例 (several)",
      },
      { what: "lotReach", value: 1, status: "default", source: `${ours}; the text says 相邻批号 (adjacent lots)` },
    ],
    basis: "药物警戒质量管理规范 (2021-12-01) 第六十一条、第八十九条、第一百三十二条",
    legal: [
      {
        duty: {
          zh: "持有人立即开展调查和处置，并报告所在地省级药品监督管理部门",
          en: "holder investigates and acts at once and reports to the provincial authority",
        },
        hours: 0,
        source: "药物警戒质量管理规范 第八十九条",
      },
    ],
  },
  deviceGroup2018: {
    name: "deviceGroup2018",
    title: { zh: "群体医疗器械不良事件", en: "group device event" },
    domains: ["device"],
    clock: "received",
    windowDays: 30,
    groupBy: [],
    lotReach: 0,
    predicate: atLeast("serious", 3),
    numbers: [
      {
        what: "serious reports",
        value: 3,
        status: "official",
        source:
          "医疗器械注册人开展不良事件监测工作指南 (2020 年第 25 号) 群体不良事件报告表 注意事项 3.1: 人数一般在 3 例（含）以上",
      },
      {
        what: "windowDays",
        value: 30,
        status: "default",
        source: `${ours}; the text says 相对集中的时间 (a relatively short time)`,
      },
    ],
    basis: "医疗器械不良事件监测和再评价管理办法 (2018) 第四条、第三十一至三十三条",
    legal: [
      {
        duty: {
          zh: "电话或传真报告所在地省级药品监督管理部门和卫生行政部门",
          en: "report by phone or fax to the provincial drug and health authorities",
        },
        hours: 12,
        source: "第三十一条",
      },
      { duty: { zh: "逐例报告", en: "report every single case" }, hours: 24, source: "第三十一条" },
      {
        duty: { zh: "持有人完成自查并报告", en: "holder finishes its self-check and reports" },
        hours: 168,
        source: "第三十二条",
      },
    ],
  },
  aefiGroup: {
    name: "aefiGroup",
    title: { zh: "群体性疑似预防接种异常反应（同一接种单位）", en: "group AEFI: serious, one vaccination unit" },
    domains: ["vaccine"],
    clock: "received",
    windowDays: 30,
    groupBy: ["unit"],
    lotReach: 0,
    predicate: atLeast("serious", 2),
    numbers: [
      {
        what: "serious reports of one vaccination unit",
        value: 2,
        status: "official",
        source:
          "湖南省药品监督管理局 2023-01-13: 短时间内同一接种单位 2 例及以上相同或类似临床症状的严重疑似预防接种异常反应",
      },
      { what: "windowDays", value: 30, status: "default", source: `${ours}; the text says 短时间内 (a short time)` },
    ],
    basis: "全国疑似预防接种异常反应监测方案; 疫苗管理法 第五十五条",
    legal: [
      {
        duty: { zh: "报告县级卫生健康和药品监督管理部门", en: "report to the county health and drug authorities" },
        hours: 2,
        source: "监测方案（二手来源，未核对原文）",
      },
    ],
  },
  productWatch: {
    name: "productWatch",
    title: { zh: "同一产品短期内报告集中", en: "reports of one product close together" },
    domains: "all",
    clock: "received",
    windowDays: 30,
    groupBy: [],
    lotReach: 0,
    predicate: { any: [{ all: [atLeast("reports", 3), atLeast("serious", 1)] }, atLeast("reports", 5)] },
    numbers: [
      { what: "windowDays", value: 30, status: "default", source: ours },
      { what: "reports with a serious one", value: 3, status: "default", source: ours },
      { what: "reports", value: 5, status: "default", source: ours },
    ],
    basis: "none: a screening aid for products without lots",
    legal: [],
  },
} as const satisfies Record<string, RuleProfile>;
