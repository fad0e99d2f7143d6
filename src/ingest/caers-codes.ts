import type { Role, Seriousness, Sex } from "../report/report.ts";
import { anyCase, type AgeUnit, type PatientCodes } from "./patient.ts";

/** Outcomes of CAERS and of openFDA food events in upper case; `undefined` is an outcome that is no criterion of seriousness. */
export const CAERS_OUTCOMES: ReadonlyMap<string, Seriousness | undefined> = new Map([
  ["DEATH", "death"],
  ["LIFE THREATENING", "life-threatening"],
  ["HOSPITALIZATION", "hospitalisation"],
  ["DISABILITY", "disability"],
  ["CONGENITAL ANOMALY", "congenital-anomaly"],
  ["REQ. INTERVENTION TO PRVNT PERM. IMPRMNT.", "intervention"],
  ["REQUIRED INTERVENTION", "intervention"],
  ["SERIOUS INJURIES/ ILLNESS", "other"],
  ["OTHER SERIOUS (IMPORTANT MEDICAL EVENTS)", "other"],
  ["OTHER SERIOUS OR IMPORTANT MEDICAL EVENT", "other"],
  ["OTHER SERIOUS OUTCOME", "other"],
  ["OTHER SERIOUSNESS", "other"],
  ["NON-SERIOUS INJURIES/ ILLNESS", undefined],
  ["VISITED AN ER", undefined],
  ["VISITED EMERGENCY ROOM", undefined],
  ["PATIENT VISITED ER", undefined],
  ["VISITED A HEALTH CARE PROVIDER", undefined],
  ["PATIENT VISITED HEALTHCARE PROVIDER", undefined],
  ["OTHER OUTCOME", undefined],
  ["ALLERGIC REACTION", undefined],
  ["NONE", undefined],
]);

/** Roles of CAERS and of openFDA food events in upper case. */
export const CAERS_ROLES: ReadonlyMap<string, Role> = new Map([
  ["SUSPECT", "suspect"],
  ["CONCOMITANT", "concomitant"],
]);

/** How they write age and sex. */
export const CAERS_PATIENT: PatientCodes = {
  ages: anyCase(
    new Map<string, AgeUnit>([
      ["DAY(S)", "day"],
      ["WEEK(S)", "week"],
      ["MONTH(S)", "month"],
      ["YEAR(S)", "year"],
      ["DECADE(S)", "decade"],
    ]),
  ),
  noAgeUnit: new Set(["", "NOT AVAILABLE", "UNKNOWN"]),
  sexes: anyCase(
    new Map<string, Sex>([
      ["FEMALE", "female"],
      ["F", "female"],
      ["MALE", "male"],
      ["M", "male"],
    ]),
  ),
  noSex: new Set(["", "NOT AVAILABLE", "NOT REPORTED", "UNKNOWN", "U"]),
};
