import type { Seriousness } from "../report/report.ts";

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
