import {
  SERIOUSNESS,
  type Answer,
  type Causality,
  type Outcome,
  type ReportKind,
  type Role,
  type Seriousness,
  type Sex,
  type UnitKind,
} from "../report/report.ts";
import type { AgeUnit } from "./patient.ts";

/** Code tables of the national forms: a cell has the code of the first entry of which it contains the words. */
export type CodeTable<T> = readonly (readonly [words: RegExp, code: T])[];

/** The code of a cleaned cell; `undefined` where no entry fits. */
export function codeOf<T>(table: CodeTable<T>, cell: string): T | undefined {
  for (const [words, code] of table) if (words.test(cell)) return code;
  return undefined;
}

/** What a drug was in the report. */
export const ROLE_CODES: CodeTable<Role> = [
  [/怀疑|可疑/, "suspect"],
  [/相互作用/, "interacting"],
  [/并用|合并/, "concomitant"],
];

/** Worst first: a cell that names several outcomes has the worst. 未好转 holds 好转, and 未痊愈 holds 痊愈. */
export const OUTCOME_CODES: CodeTable<Outcome> = [
  [/死亡/, "fatal"],
  [/(?<!无)后遗症/, "recovered-with-sequelae"],
  [/未(见)?好转|无好转|无进展|未(痊|治)?愈/, "not-recovered"],
  [/好转|缓解/, "recovering"],
  [/痊愈|治愈/, "recovered"],
  [/不详|不明|未知|不清/, "unknown"],
];

/** Level of the report. */
export const SEVERITY_CODES: CodeTable<"serious" | "death" | "ordinary"> = [
  [/死亡/, "death"],
  [/严重/, "serious"],
  [/一般/, "ordinary"],
];

/** Criteria of 严重药品不良反应; one cell can name several, and one criterion holds 、 itself. */
export const DRUG_CRITERIA: CodeTable<Seriousness> = [
  [/死亡/, "death"],
  [/危及生命/, "life-threatening"],
  [/住院/, "hospitalisation"],
  [/伤残|残疾|永久|器官功能/, "disability"],
  [/致癌|致畸|出生缺陷|先天/, "congenital-anomaly"],
  [/其[他它](有意义的|严重的)?重要医学事件|重要医学事件/, "other"],
];

/** Harm of a device report. No criterion is given for 严重伤害, which stands for any of three. */
export const INJURY_CODES: CodeTable<readonly Seriousness[]> = [
  [/死亡/, ["death"]],
  [/严重/, ["unspecified"]],
  [/其[他它]|无|一般/, []],
];

/** 事件后果 of the device form to 2018. */
export const CONSEQUENCE_CODES: CodeTable<readonly Seriousness[]> = [
  [/死亡/, ["death"]],
  [/危及生命/, ["life-threatening"]],
  [/可能导致.*永久/, ["other"]],
  [/避免.*永久|需要.*治疗/, ["intervention"]],
  [/永久/, ["disability"]],
  [/其[他它]|无/, []],
];

/** Levels of causality; 很可能 and 可能无关 hold 可能. */
export const CAUSALITY_CODES: CodeTable<Causality> = [
  [/与产品有关|^有关$/, "related"],
  [/可能无关/, "unlikely"],
  [/与产品无关|^无关$/, "unrelated"],
  [/无法确定/, "undetermined"],
  [/很(有)?可能/, "probable"],
  [/可能/, "possible"],
  [/肯定/, "certain"],
  [/待评价/, "pending"],
  [/无法评价/, "unassessable"],
];

/** Answers about withdrawal and giving again. */
export const ANSWER_CODES: CodeTable<Answer> = [
  [/未停药|未减量|未再(次)?使用/, "not-done"],
  [/不明|不详|不清/, "unknown"],
  [/^是/, "yes"],
  [/^否/, "no"],
];

/** What kind of organisation reports. */
export const UNIT_CODES: CodeTable<UnitKind> = [
  [/接种单位/, "vaccination"],
  [/监管|监测|疾控|疾病预防/, "authority"],
  [/经营/, "distributor"],
  [/生产|持有人|注册人|备案人/, "holder"],
  [/医疗|卫生|医院|使用单位|诊所/, "medical"],
  [/个人|患者|亲友|消费者/, "person"],
  [/其[他它]/, "other"],
];

/** Where a case comes from. Cases in the literature can be either, so they are neither. */
export const KIND_CODES: CodeTable<ReportKind> = [
  [/研究|项目/, "study"],
  [/文献|其[他它]/, "other"],
  [/医疗|经营|监管|个人|患者|亲友|持有人|生产/, "spontaneous"],
];

export const SEX_CODES: CodeTable<Sex> = [
  [/^男|^1$/, "male"],
  [/^女|^2$/, "female"],
];

export const AGE_UNITS: CodeTable<AgeUnit> = [
  [/^(岁|年|周岁)$/, "year"],
  [/^个?月$/, "month"],
  [/^(周|星期)$/, "week"],
  [/^[天日]$/, "day"],
  [/^(小时|时)$/, "hour"],
];

/** Risk class of a device in Roman digits. */
export const RISK_CODES: CodeTable<string> = [
  [/III|三|3/, "III"],
  [/II|二|2/, "II"],
  [/I|一|1/, "I"],
];

/** Yes or no. */
export const FLAG_CODES: CodeTable<boolean> = [
  [/^(是|有|Y|YES|TRUE|1)$/i, true],
  [/^(否|无|N|NO|FALSE|0)$/i, false],
];

/** Criteria a cell names, in the order of the model. */
export function criteriaOf(table: CodeTable<Seriousness>, cell: string): Seriousness[] {
  const met = new Set(table.filter(([words]) => words.test(cell)).map(([, criterion]) => criterion));
  return SERIOUSNESS.filter((criterion) => met.has(criterion));
}
