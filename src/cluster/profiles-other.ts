import { legalClocks } from "./profiles-clocks.ts";
import { atLeast, ours, type RuleProfile } from "./rule-profile.ts";

/** Profiles of devices, cosmetics and vaccines. */
export const otherProfiles = {
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
    legal: [legalClocks.deviceGroup, legalClocks.deviceGroupCases, legalClocks.deviceGroupSelfCheck],
  },
  cosmeticCluster2022: {
    name: "cosmeticCluster2022",
    title: {
      zh: "化妆品不良反应聚集（可能引发较大社会影响）",
      en: "cosmetic cluster that may have a wide social impact",
    },
    domains: ["cosmetic"],
    clock: "received",
    windowDays: 30,
    groupBy: [],
    lotReach: 0,
    predicate: { any: [{ all: [atLeast("similar", 3), atLeast("serious", 1)] }, atLeast("similar", 5)] },
    numbers: [
      { what: "windowDays", value: 30, status: "default", source: ours },
      { what: "similar reports with a serious one", value: 3, status: "default", source: ours },
      { what: "similar reports", value: 5, status: "default", source: ours },
    ],
    basis: "化妆品不良反应监测管理办法 (2022-10-01): gives the deadlines, but no number of people for 较大社会影响",
    legal: [legalClocks.cosmeticConcern, legalClocks.cosmeticConcernSelfCheck],
  },
  aefiGroup: {
    name: "aefiGroup",
    title: {
      zh: "群体性疑似预防接种异常反应（同一接种单位）",
      en: "group AEFI: serious and alike, one vaccination unit",
    },
    domains: ["vaccine"],
    clock: "received",
    windowDays: 30,
    groupBy: ["unit"],
    lotReach: 0,
    predicate: atLeast("similarSerious", 2),
    numbers: [
      {
        what: "serious reports with the same reaction",
        value: 2,
        status: "official",
        source:
          "湖南省药品监督管理局 2023-01-13: 短时间内同一接种单位 2 例及以上相同或类似临床症状的严重疑似预防接种异常反应",
      },
      { what: "windowDays", value: 30, status: "default", source: `${ours}; the text says 短时间内 (a short time)` },
    ],
    basis: "全国疑似预防接种异常反应监测方案; 疫苗管理法 第五十五条",
    legal: [legalClocks.aefiGroup, legalClocks.aefiInvestigation],
  },
  aefiNotSerious: {
    name: "aefiNotSerious",
    title: {
      zh: "同一接种单位同种疫苗非严重疑似预防接种异常反应明显增多",
      en: "AEFI that are not serious clearly increased: one vaccine, one vaccination unit",
    },
    domains: ["vaccine"],
    clock: "received",
    windowDays: 30,
    groupBy: ["unit"],
    lotReach: 0,
    predicate: { all: [atLeast("similarNotSerious", 3), { compare: "<=", left: "notSeriousP", right: 0.001 }] },
    numbers: [
      {
        what: "not serious reports with the same reaction",
        value: 3,
        status: "default",
        source: `${ours}; the text says 明显增多 (clearly increased)`,
      },
      {
        what: "chance of as many at the unit's own earlier rate, at most",
        value: 0.001,
        status: "default",
        source: `${ours}; the text says 明显增多 (clearly increased)`,
      },
      { what: "windowDays", value: 30, status: "default", source: `${ours}; the text says 短时间内 (a short time)` },
    ],
    basis: "湖南省药品监督管理局 2023-01-13 (群体性疑似预防接种异常反应); 全国疑似预防接种异常反应监测方案",
    legal: [legalClocks.aefiGroup, legalClocks.aefiInvestigation],
  },
} as const satisfies Record<string, RuleProfile>;
