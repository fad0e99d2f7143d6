import type { PartialDate } from "./date.ts";

/**
 * Kind of product a report is about. `food` (foods and dietary supplements) is there because CAERS holds them beside
 * cosmetics, and calling them anything else would put them into a background they do not belong to.
 */
export const DOMAINS = ["drug", "vaccine", "device", "cosmetic", "food", "abuse"] as const;
/** One of {@link DOMAINS}. */
export type Domain = (typeof DOMAINS)[number];

/** Part a product played in the report. `not-given` was prescribed but not taken. */
export const ROLES = ["suspect", "interacting", "concomitant", "not-given"] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Sex of the patient; absent when the source says unknown. */
export const SEXES = ["female", "male", "other"] as const;
/** One of {@link SEXES}. */
export type Sex = (typeof SEXES)[number];

/**
 * Why a report is serious; the ICH E2B(R3) criteria, with `intervention` (FDA: to prevent permanent impairment) and
 * `unspecified` (the source says serious, such as 严重, and gives no criterion).
 */
export const SERIOUSNESS = [
  "death",
  "life-threatening",
  "hospitalisation",
  "disability",
  "congenital-anomaly",
  "intervention",
  "other",
  "unspecified",
] as const;
/** One of {@link SERIOUSNESS}. */
export type Seriousness = (typeof SERIOUSNESS)[number];

/** Outcome of an event; the ICH E2B(R3) values. */
export const OUTCOMES = [
  "recovered",
  "recovering",
  "not-recovered",
  "recovered-with-sequelae",
  "fatal",
  "unknown",
] as const;
/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** What kind of report it is; ICH E2B(R3) C.1.3. */
export const REPORT_KINDS = ["spontaneous", "study", "other"] as const;
/** One of {@link REPORT_KINDS}. */
export type ReportKind = (typeof REPORT_KINDS)[number];

/** What kind of organisation reports: 医疗机构, 经营企业, 持有人/生产企业, 接种单位, 监管机构, 个人, 其他. */
export const UNIT_KINDS = ["medical", "distributor", "holder", "vaccination", "authority", "person", "other"] as const;
/** One of {@link UNIT_KINDS}. */
export type UnitKind = (typeof UNIT_KINDS)[number];

/**
 * Causality as somebody assessed it: the six levels of the Chinese drug form (肯定 certain, 很可能 probable, 可能 possible,
 * 可能无关 unlikely, 待评价 pending, 无法评价 unassessable) and the three of the device form (与产品有关 related, 与产品无关
 * unrelated, 无法确定 undetermined).
 */
export const CAUSALITIES = [
  "certain",
  "probable",
  "possible",
  "unlikely",
  "pending",
  "unassessable",
  "related",
  "unrelated",
  "undetermined",
] as const;
/** One of {@link CAUSALITIES}. */
export type Causality = (typeof CAUSALITIES)[number];

/** What happened when the product was withdrawn or given again; `not-done` is 未停药或未减量 and 未再使用. */
export const ANSWERS = ["yes", "no", "unknown", "not-done"] as const;
/** One of {@link ANSWERS}. */
export type Answer = (typeof ANSWERS)[number];

/** One product of a report, as reported. */
export interface ReportProduct {
  /** Name as reported, trimmed. */
  readonly name: string;
  readonly role: Role;
  /** Active substance, where the source gives one apart from the name. */
  readonly ingredient?: string | undefined;
  readonly manufacturer?: string | undefined;
  /** Lot (batch) numbers as reported; a cell that lists several is split by its reader. */
  readonly lots?: readonly string[] | undefined;
  /** Code of the product in its source (industry code, product code, vaccine type, approval number). */
  readonly code?: string | undefined;
  readonly route?: string | undefined;
  readonly dose?: string | undefined;
  readonly start?: PartialDate | undefined;
  readonly end?: PartialDate | undefined;
  readonly indication?: string | undefined;
  /** Trade name, where the name is a generic one. */
  readonly brand?: string | undefined;
  /** Pharmaceutical form. */
  readonly form?: string | undefined;
  readonly strength?: string | undefined;
  /** Model and specification of a device. */
  readonly model?: string | undefined;
  readonly serial?: string | undefined;
  /** Unique device identifier, as it stood. */
  readonly udi?: string | undefined;
  /** Class in the source: 有源/无源/体外诊断试剂 of a device, 化妆品分类 of a cosmetic, 疫苗属性 of a vaccine. */
  readonly category?: string | undefined;
  /** Risk class of a device: I, II or III. */
  readonly riskClass?: string | undefined;
  readonly madeOn?: PartialDate | undefined;
  readonly expires?: PartialDate | undefined;
  readonly causality?: Causality | undefined;
  /** Did the event abate when the product was stopped or reduced? */
  readonly dechallenge?: Answer | undefined;
  /** Did it come back when the product was given again? */
  readonly rechallenge?: Answer | undefined;
  /** Only where it differs from the domain of the report: one CAERS report can name a cosmetic and a food. */
  readonly domain?: Domain | undefined;
}

/** One event (reaction, device problem) of a report. */
export interface ReportEvent {
  readonly term: string;
  readonly code?: string | undefined;
  /** Terminology of the term, with its version, such as `"MedDRA 27.0 LLT"`; absent when the source does not say. */
  readonly dictionary?: string | undefined;
  readonly onset?: PartialDate | undefined;
  readonly outcome?: Outcome | undefined;
}

/** What the analysis needs to know of the patient; nothing that names one. */
export interface Patient {
  readonly ageYears?: number | undefined;
  readonly sex?: Sex | undefined;
  readonly weightKg?: number | undefined;
  readonly pregnant?: boolean | undefined;
}

/**
 * One safety report (case) in one version, whatever the product kind. `source` and `id` name the case; a higher `version`
 * replaces a lower one. Fields the source does not give are absent: nothing is filled in.
 */
export interface Report {
  readonly id: string;
  /** Name space of `id`, such as `"faers"`; reports of different sources never merge. */
  readonly source: string;
  readonly version: number;
  /** Id of this version in its source (FAERS primaryid); decides between equal versions received on one day. */
  readonly recordId?: string | undefined;
  readonly domain: Domain;
  /** Withdrawn by its sender: kept out of the table, counted in the reconciliation. */
  readonly retracted?: boolean | undefined;
  /** The day the centre received this version; the operational clock. */
  readonly receivedDate?: PartialDate | undefined;
  /** The day the event began; the epidemiological clock. */
  readonly eventDate?: PartialDate | undefined;
  /** The day the reporting unit learnt of the event; the legal clock starts here. */
  readonly awareDate?: PartialDate | undefined;
  /** The day the unit sent the report. */
  readonly reportedDate?: PartialDate | undefined;
  readonly deathDate?: PartialDate | undefined;
  readonly kind?: ReportKind | undefined;
  /** Key shared by several reports about one event (MAUDE EVENT_KEY). */
  readonly eventKey?: string | undefined;
  readonly products: readonly ReportProduct[];
  readonly events: readonly ReportEvent[];
  /** Criteria met; empty when the source gives criteria and none is met; absent when nothing is known. */
  readonly serious?: readonly Seriousness[] | undefined;
  /** New (新的): not in the label, or worse or more frequent than it says. Absent when the source does not say. */
  readonly unexpected?: boolean | undefined;
  /** May cause wide social impact (可能引发较大社会影响), the third level of the cosmetic rules. */
  readonly publicConcern?: boolean | undefined;
  /** Accepted as valid by the rule of its system (market review filled, 审核通过 …). */
  readonly accepted?: boolean | undefined;
  /** Class the source gives the case: 反应分类 of an AEFI investigation, 事件原因分析 of a device report. */
  readonly classification?: string | undefined;
  /** The reporting organisation: hospital, clinic, company, state programme. */
  readonly unit?: string | undefined;
  readonly unitKind?: UnitKind | undefined;
  readonly region?: string | undefined;
  /** Six-digit code of the administrative division (GB/T 2260). */
  readonly division?: string | undefined;
  readonly country?: string | undefined;
  /** Qualification of the reporter, in the code of the source. */
  readonly reporter?: string | undefined;
  readonly patient?: Patient | undefined;
  /** Free text, kept only when the caller asks for it. */
  readonly narrative?: string | undefined;
  /** Characters of the free text, kept or not. */
  readonly narrativeLength?: number | undefined;
  /** Items of the form that hold a value, by the names of its header; of personal ones only that they were filled. */
  readonly filled?: readonly string[] | undefined;
  /** Keyed hashes of personal items (`"name:9f2c…"`), made on reading when the caller gives a secret; for finding duplicates. */
  readonly links?: readonly string[] | undefined;
}
