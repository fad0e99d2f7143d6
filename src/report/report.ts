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

/** Why a report is serious; the ICH E2B(R3) criteria, with `intervention` (FDA: to prevent permanent impairment). */
export const SERIOUSNESS = [
  "death",
  "life-threatening",
  "hospitalisation",
  "disability",
  "congenital-anomaly",
  "intervention",
  "other",
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
  /** Only where it differs from the domain of the report: one CAERS report can name a cosmetic and a food. */
  readonly domain?: Domain | undefined;
}

/** One event (reaction, device problem) of a report. */
export interface ReportEvent {
  readonly term: string;
  readonly code?: string | undefined;
  readonly onset?: PartialDate | undefined;
  readonly outcome?: Outcome | undefined;
}

/** What the analysis needs to know of the patient; nothing that names one. */
export interface Patient {
  readonly ageYears?: number | undefined;
  readonly sex?: Sex | undefined;
  readonly weightKg?: number | undefined;
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
  /** Key shared by several reports about one event (MAUDE EVENT_KEY). */
  readonly eventKey?: string | undefined;
  readonly products: readonly ReportProduct[];
  readonly events: readonly ReportEvent[];
  /** Criteria met; empty when the source gives criteria and none is met; absent when nothing is known. */
  readonly serious?: readonly Seriousness[] | undefined;
  /** The reporting organisation: hospital, clinic, company, state programme. */
  readonly unit?: string | undefined;
  readonly region?: string | undefined;
  readonly country?: string | undefined;
  /** Qualification of the reporter, in the code of the source. */
  readonly reporter?: string | undefined;
  readonly patient?: Patient | undefined;
  /** Free text, kept only when the caller asks for it. */
  readonly narrative?: string | undefined;
}
