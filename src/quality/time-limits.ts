import type { Domain, Report } from "../report/report.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";

/** Dates of a report that a clock can start or stop at. */
export type ReportClock = "event" | "aware" | "reported" | "received";

/** One case of a time limit. */
export interface TimeLimit {
  readonly case: string;
  readonly wording: Wording;
  /** Whether a report falls under it; `undefined` when the report does not say enough. */
  readonly applies: (report: Report) => boolean | undefined;
  readonly limit: number;
  /** Calendar days between the two dates, or hours between the two moments (which dates tell only roughly). */
  readonly unit: "days" | "hours";
  readonly status: NumberStatus;
  readonly source: string;
}

/** Time limits of one domain. */
export interface TimelinessProfile {
  readonly name: string;
  readonly title: Wording;
  readonly domains: readonly Domain[];
  /** The first pair of dates that a report has both of is its clock. */
  readonly clocks: readonly { readonly from: ReportClock; readonly to: ReportClock }[];
  /** The first that applies counts; the last should apply to everything. */
  readonly limits: readonly TimeLimit[];
}

const isDeath = (r: Report): boolean | undefined =>
  r.serious?.includes("death") === true || r.events.some(({ outcome }) => outcome === "fatal")
    ? true
    : r.serious === undefined
      ? undefined
      : false;
const isSerious = (r: Report): boolean | undefined =>
  r.serious === undefined ? isDeath(r) : r.serious.length > 0 || isDeath(r) === true;

/** Three-valued or: true when one is, unknown when none is true and one unknown. */
const either = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false;

/** New is an entry that is made or left blank on most forms; a source that says nothing of it leaves the case open. */
const isNewOrSerious = (r: Report): boolean | undefined => either(isSerious(r), r.unexpected);

const HOME = new Set(["CN", "CHN", "156", "CHINA", "中国"]);
/** A report that names no country is taken as one from home, as national exports name none. */
const isAbroad = (r: Report): boolean => r.country !== undefined && !HOME.has(r.country.toUpperCase());

const always = (): boolean => true;
const learnt = [
  { from: "aware", to: "reported" },
  { from: "aware", to: "received" },
] as const;
const adr2011 = "药品不良反应报告和监测管理办法 (2011) 第二十一条";
const device2018 = "医疗器械不良事件监测和再评价管理办法 (2018)";
const cosmetic2022 = "化妆品不良反应监测管理办法 (2022)";
const aefi = "全国疑似预防接种异常反应监测方案（二手来源，未核对原文）";
const tool = "open tool used by monitoring staff";

/** Time limits named after their text; where a text gives no number of days, the status says whose number stands in. */
export const timelinessProfiles = {
  drug2011: {
    name: "drug2011",
    title: { zh: "药品不良反应报告时限", en: "time limits of drug reports" },
    domains: ["drug"],
    clocks: learnt,
    limits: [
      {
        case: "death",
        wording: { zh: "死亡（立即）", en: "death (at once)" },
        applies: isDeath,
        limit: 1,
        unit: "days",
        status: "local",
        source: `${adr2011}: 立即 (at once); one day is the number of an ${tool}`,
      },
      {
        case: "new-or-serious",
        wording: { zh: "新的、严重", en: "new or serious" },
        applies: isNewOrSerious,
        limit: 15,
        unit: "days",
        status: "official",
        source: adr2011,
      },
      {
        case: "other",
        wording: { zh: "其他", en: "other" },
        applies: always,
        limit: 30,
        unit: "days",
        status: "official",
        source: adr2011,
      },
    ],
  },
  drugReceipt: {
    name: "drugReceipt",
    title: { zh: "药品报告：报告日期至国家中心接收时间", en: "drug reports: from the report to its receipt" },
    domains: ["drug"],
    clocks: [{ from: "reported", to: "received" }],
    limits: [
      {
        case: "death",
        wording: { zh: "死亡", en: "death" },
        applies: isDeath,
        limit: 1,
        unit: "days",
        status: "local",
        source: tool,
      },
      {
        case: "new-or-serious",
        wording: { zh: "新的、严重", en: "new or serious" },
        applies: isNewOrSerious,
        limit: 15,
        unit: "days",
        status: "local",
        source: tool,
      },
      {
        case: "other",
        wording: { zh: "一般", en: "general" },
        applies: always,
        limit: 30,
        unit: "days",
        status: "local",
        source: tool,
      },
    ],
  },
  device2018: {
    name: "device2018",
    title: { zh: "医疗器械不良事件报告时限", en: "time limits of device reports" },
    domains: ["device"],
    clocks: learnt,
    limits: [
      {
        case: "abroad",
        wording: { zh: "境外发生", en: "event abroad" },
        applies: isAbroad,
        limit: 30,
        unit: "days",
        status: "official",
        source: device2018,
      },
      {
        case: "death",
        wording: { zh: "导致死亡", en: "death" },
        applies: isDeath,
        limit: 7,
        unit: "days",
        status: "official",
        source: device2018,
      },
      {
        case: "other",
        wording: {
          zh: "导致或可能导致严重伤害、可能导致死亡",
          en: "serious injury, or possible serious injury or death",
        },
        applies: always,
        limit: 20,
        unit: "days",
        status: "official",
        source: device2018,
      },
    ],
  },
  cosmetic2022: {
    name: "cosmetic2022",
    title: { zh: "化妆品不良反应报告时限", en: "time limits of cosmetic reports" },
    domains: ["cosmetic"],
    clocks: learnt,
    limits: [
      {
        case: "public-concern",
        wording: { zh: "可能引发较大社会影响", en: "may cause wide social impact" },
        // Only the newest form asks; one that does not ask has no such reports.
        applies: (r) => r.publicConcern === true,
        limit: 3,
        unit: "days",
        status: "official",
        source: cosmetic2022,
      },
      {
        case: "serious",
        wording: { zh: "严重", en: "severe" },
        applies: isSerious,
        limit: 15,
        unit: "days",
        status: "official",
        source: cosmetic2022,
      },
      {
        case: "other",
        wording: { zh: "一般", en: "ordinary" },
        applies: always,
        limit: 30,
        unit: "days",
        status: "official",
        source: cosmetic2022,
      },
    ],
  },
  aefi: {
    name: "aefi",
    title: { zh: "疑似预防接种异常反应报告时限", en: "time limits of AEFI reports" },
    domains: ["vaccine"],
    clocks: learnt,
    limits: [
      {
        case: "urgent",
        wording: {
          zh: "死亡、严重残疾、对社会有重大影响",
          en: "death, severe disability, major social impact",
        },
        applies: (r) => {
          const told = either(isDeath(r), r.serious === undefined ? undefined : r.serious.includes("disability"));
          return r.publicConcern === true ? true : told;
        },
        limit: 2,
        unit: "hours",
        status: "official",
        source: aefi,
      },
      {
        case: "other",
        wording: { zh: "其他", en: "other" },
        applies: always,
        limit: 48,
        unit: "hours",
        status: "official",
        source: aefi,
      },
    ],
  },
} as const satisfies Record<string, TimelinessProfile>;
