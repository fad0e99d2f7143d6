import type { LegalClock } from "./alert.ts";

const order81 = "药品不良反应报告和监测管理办法 (卫生部令第81号, 2011)";
const gvp = "药物警戒质量管理规范 (2021-12-01)";
const device = "医疗器械不良事件监测和再评价管理办法 (2018)";
const cosmetic = "化妆品不良反应监测管理办法 (2022-10-01)";
const aefi = "全国疑似预防接种异常反应监测方案（二手来源，未核对原文）";

/**
 * Deadlines of the Chinese rules as data, for groups and for the single reports in them. They start when somebody learns of the
 * event; an alert starts none until it has been looked at and found to be one. Limits in working days, which bind the monitoring
 * centres, are not among them.
 */
export const legalClocks = {
  drugCluster: {
    duty: {
      zh: "持有人立即开展调查和处置，并报告所在地省级药品监督管理部门",
      en: "holder investigates and acts at once and reports to the provincial authority",
    },
    hours: 0,
    unit: "hours",
    status: "official",
    source: `${gvp} 第八十九条: 立即`,
  },
  drugGroup: {
    duty: {
      zh: "立即电话或传真报告县级药品监督管理部门、卫生行政部门和监测机构",
      en: "report at once by phone or fax to the county drug and health authorities and the monitoring centre",
    },
    hours: 0,
    unit: "hours",
    status: "official",
    source: `${order81} 第二十七条: 立即`,
  },
  drugGroupInvestigation: {
    duty: { zh: "生产企业完成调查报告", en: "maker finishes its report of the investigation" },
    hours: 168,
    unit: "days",
    status: "official",
    source: `${order81} 第二十九条`,
  },
  drugDeath: {
    duty: { zh: "死亡病例立即报告", en: "report a death at once" },
    hours: 0,
    unit: "hours",
    status: "official",
    source: `${order81} 第二十一条: 立即`,
  },
  drugDeathInvestigation: {
    duty: { zh: "死亡病例完成调查报告", en: "finish the report of the investigation of a death" },
    hours: 360,
    unit: "days",
    status: "official",
    source: `${order81}（二手来源，未核对条文）`,
  },
  drugSerious: {
    duty: { zh: "新的、严重的药品不良反应个例报告", en: "report a new or serious reaction" },
    hours: 360,
    unit: "days",
    status: "official",
    source: `${order81} 第二十一条; ${gvp} 第四十九条 (严重)`,
  },
  drugOther: {
    duty: { zh: "其他药品不良反应个例报告", en: "report another reaction" },
    hours: 720,
    unit: "days",
    status: "official",
    source: `${order81} 第二十一条; ${gvp} 第四十九条 (非严重)`,
  },
  deviceGroup: {
    duty: {
      zh: "电话或传真报告所在地省级药品监督管理部门和卫生行政部门",
      en: "report by phone or fax to the provincial drug and health authorities",
    },
    hours: 12,
    unit: "hours",
    status: "official",
    source: `${device} 第三十一条`,
  },
  deviceGroupCases: {
    duty: { zh: "逐例报告", en: "report every single case" },
    hours: 24,
    unit: "hours",
    status: "official",
    source: `${device} 第三十一条`,
  },
  deviceGroupSelfCheck: {
    duty: { zh: "持有人完成自查并报告", en: "holder finishes its self-check and reports" },
    hours: 168,
    unit: "days",
    status: "official",
    source: `${device} 第三十二条`,
  },
  deviceDeath: {
    duty: { zh: "导致死亡的可疑医疗器械不良事件个例报告", en: "report a death" },
    hours: 168,
    unit: "days",
    status: "official",
    source: `${device} 第二十五条`,
  },
  deviceSerious: {
    duty: {
      zh: "导致严重伤害、可能导致严重伤害或死亡的个例报告",
      en: "report a serious injury, or what could lead to one or to death",
    },
    hours: 480,
    unit: "days",
    status: "official",
    source: `${device} 第二十五条`,
  },
  cosmeticConcern: {
    duty: {
      zh: "可能引发较大社会影响的化妆品不良反应报告",
      en: "report reactions that may have a wide social impact",
    },
    hours: 72,
    unit: "days",
    status: "official",
    source: cosmetic,
  },
  cosmeticConcernSelfCheck: {
    duty: { zh: "注册人、备案人完成自查（较大社会影响）", en: "holder finishes its self-check (wide social impact)" },
    hours: 240,
    unit: "days",
    status: "official",
    source: cosmetic,
  },
  cosmeticSerious: {
    duty: { zh: "严重化妆品不良反应报告", en: "report a severe reaction" },
    hours: 360,
    unit: "days",
    status: "official",
    source: cosmetic,
  },
  cosmeticSeriousSelfCheck: {
    duty: { zh: "注册人、备案人完成自查（严重）", en: "holder finishes its self-check (severe)" },
    hours: 480,
    unit: "days",
    status: "official",
    source: cosmetic,
  },
  cosmeticOther: {
    duty: { zh: "一般化妆品不良反应报告", en: "report an ordinary reaction" },
    hours: 720,
    unit: "days",
    status: "official",
    source: cosmetic,
  },
  aefiGroup: {
    duty: { zh: "报告县级卫生健康和药品监督管理部门", en: "report to the county health and drug authorities" },
    hours: 2,
    unit: "hours",
    status: "official",
    source: aefi,
  },
  aefiInvestigation: {
    duty: { zh: "县级疾控机构开展调查", en: "county centre for disease control begins its investigation" },
    hours: 48,
    unit: "hours",
    status: "official",
    source: aefi,
  },
} as const satisfies Record<string, LegalClock>;
