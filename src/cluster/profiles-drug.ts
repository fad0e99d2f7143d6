import { legalClocks } from "./profiles-clocks.ts";
import { SAME_DRUG } from "./rule-product.ts";
import { atLeast, ours, type RuleProfile } from "./rule-profile.ts";

const gvp = "药物警戒质量管理规范 (2021-12-01) 第六十一条、第八十九条、第一百三十二条";
const tool = "open tool used by monitoring staff";
const gvpNumbers = [
  {
    what: "windowDays",
    value: 30,
    status: "local",
    source: `${tool}; the text says 短期内 (a short time)`,
  },
  {
    what: "reports with a serious one",
    value: 3,
    status: "local",
    source: `${tool}; the text says 多例 (several)`,
  },
  { what: "reports", value: 5, status: "local", source: `${tool}; the text says 多例 (several)` },
  { what: "lotReach", value: 1, status: "default", source: `${ours}; the text says 相邻批号 (adjacent lots)` },
] as const;

/** Profiles of drugs. */
export const drugProfiles = {
  gvp2021: {
    name: "gvp2021",
    title: { zh: "药品不良反应聚集性事件（同一批号或相邻批号）", en: "drug cluster: same or adjacent lot (GVP 2021)" },
    domains: ["drug"],
    clock: "received",
    windowDays: 30,
    sameProduct: SAME_DRUG,
    groupBy: ["lot"],
    lotReach: 1,
    // The likeness of the clinical picture is left to the assessor here: two hospitals word one picture in two ways.
    predicate: { any: [{ all: [atLeast("reports", 3), atLeast("serious", 1)] }, atLeast("reports", 5)] },
    numbers: gvpNumbers,
    basis: gvp,
    legal: [legalClocks.drugCluster],
  },
  gvp2021Similar: {
    name: "gvp2021Similar",
    title: {
      zh: "药品不良反应聚集性事件（同一批号或相邻批号，临床表现相似）",
      en: "drug cluster: same or adjacent lot, similar reactions (GVP 2021)",
    },
    domains: ["drug"],
    clock: "received",
    windowDays: 30,
    sameProduct: SAME_DRUG,
    groupBy: ["lot"],
    lotReach: 1,
    predicate: { any: [{ all: [atLeast("similar", 3), atLeast("serious", 1)] }, atLeast("similar", 5)] },
    numbers: gvpNumbers,
    basis: `${gvp}: 临床表现相似 is taken as one shared reaction`,
    legal: [legalClocks.drugCluster],
  },
  drugGroup2011: {
    name: "drugGroup2011",
    title: { zh: "药品群体不良事件（同一药品、同一地区）", en: "group drug event: one drug, one region (Order 81)" },
    domains: ["drug"],
    clock: "received",
    windowDays: 30,
    sameProduct: SAME_DRUG,
    groupBy: ["region"],
    lotReach: 0,
    predicate: atLeast("serious", 3),
    numbers: [
      {
        what: "serious reports",
        value: 3,
        status: "default",
        source: `${ours}; the text says 一定数量人群 (a number of people); 3 is the number for devices`,
      },
      { what: "windowDays", value: 30, status: "default", source: `${ours}; the text says 相对集中的时间` },
    ],
    basis: "药品不良反应报告和监测管理办法 (卫生部令第81号, 2011) 药品群体不良事件、同一药品的定义（二手来源）",
    legal: [legalClocks.drugGroup, legalClocks.drugGroupInvestigation],
  },
} as const satisfies Record<string, RuleProfile>;
