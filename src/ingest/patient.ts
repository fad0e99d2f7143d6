import type { Patient, Sex } from "../report/report.ts";
import type { BatchBuilder, Place } from "./batch.ts";

/** Years of an age given in a unit; a year has 365.25 days. */
const inYears = {
  decade: (age: number) => age * 10,
  year: (age: number) => age,
  month: (age: number) => age / 12,
  week: (age: number) => (age * 7) / 365.25,
  day: (age: number) => age / 365.25,
  hour: (age: number) => age / 8766,
} as const;
export type AgeUnit = keyof typeof inYears;

/** Kilograms in one unit of weight. */
const KILOGRAMS: ReadonlyMap<string, number> = new Map([
  ["KG", 1],
  ["KGS", 1],
  ["LB", 0.45359237],
  ["LBS", 0.45359237],
  ["GMS", 0.001],
  ["G", 0.001],
]);

const number = /^\d{1,9}(\.\d{0,12})?$|^\.\d{1,12}$/;

/** A look-up that ignores case; the keys of the table are in upper case. */
export function anyCase<T>(table: ReadonlyMap<string, T>): (code: string) => T | undefined {
  return (code) => table.get(code.toUpperCase());
}

/** A number written without sign, exponent or thousands separator; `undefined` for anything else. */
export function readNumber(text: string): number | undefined {
  return number.test(text) ? Number(text) : undefined;
}

export interface PatientCells {
  readonly age: string;
  readonly ageUnit: string;
  readonly sex: string;
  readonly weight?: string;
  readonly weightUnit?: string;
}

/** Codes of a source. */
export interface PatientCodes {
  readonly ages: (code: string) => AgeUnit | undefined;
  /** Units, in upper case, that say that there is none. */
  readonly noAgeUnit: ReadonlySet<string>;
  readonly sexes: (code: string) => Sex | undefined;
  /** Codes, in upper case, that say that it is not known. */
  readonly noSex: ReadonlySet<string>;
}

/**
 * Age in years, sex, weight in kilograms. An age without a unit is not guessed at (`AGE_WITHOUT_UNIT`), one outside 0 to 120
 * years is left out (`IMPLAUSIBLE_AGE`).
 */
export function readPatient(
  cells: PatientCells,
  codes: PatientCodes,
  out: BatchBuilder,
  place: Place,
): Patient | undefined {
  const ageYears = readAge(cells.age, cells.ageUnit, codes, out, place);
  const sex = readSex(cells.sex, codes, out, place);
  const weightKg = readWeight(cells.weight ?? "", (cells.weightUnit ?? "").toUpperCase(), out, place);
  if (ageYears === undefined && sex === undefined && weightKg === undefined) return undefined;
  return {
    ...(ageYears === undefined ? {} : { ageYears }),
    ...(sex === undefined ? {} : { sex }),
    ...(weightKg === undefined ? {} : { weightKg }),
  };
}

function readAge(text: string, unit: string, codes: PatientCodes, out: BatchBuilder, place: Place): number | undefined {
  if (text === "") return undefined;
  const value = readNumber(text);
  if (value === undefined) {
    out.issue("BAD_NUMBER", "value-dropped", place, "age", text);
    return undefined;
  }
  if (codes.noAgeUnit.has(unit.toUpperCase())) {
    out.issue("AGE_WITHOUT_UNIT", "value-dropped", place, "age", text, unit);
    return undefined;
  }
  const known = codes.ages(unit);
  if (known === undefined) {
    out.issue("UNKNOWN_CODE", "value-dropped", place, "age unit", unit);
    return undefined;
  }
  return plausibleAge(inYears[known](value), `${text} ${unit}`, out, place);
}

/** The age when it is one, else `undefined` and an issue. */
export function plausibleAge(years: number, shown: string, out: BatchBuilder, place: Place): number | undefined {
  if (years >= 0 && years <= 120) return years;
  out.issue("IMPLAUSIBLE_AGE", "value-dropped", place, "age", shown);
  return undefined;
}

function readSex(text: string, codes: PatientCodes, out: BatchBuilder, place: Place): Sex | undefined {
  const sex = codes.sexes(text);
  if (sex === undefined && text !== "" && !codes.noSex.has(text.toUpperCase())) {
    out.issue("UNKNOWN_CODE", "value-dropped", place, "sex", text);
  }
  return sex;
}

function readWeight(text: string, unit: string, out: BatchBuilder, place: Place): number | undefined {
  if (text === "") return undefined;
  const value = readNumber(text);
  const factor = KILOGRAMS.get(unit);
  if (value === undefined) {
    out.issue("BAD_NUMBER", "value-dropped", place, "weight", text);
    return undefined;
  }
  if (factor === undefined) {
    out.issue("UNKNOWN_CODE", "value-dropped", place, "weight unit", unit, unit === "" ? "no unit" : "");
    return undefined;
  }
  const weight = value * factor;
  if (weight > 0 && weight <= 1000) return weight;
  out.issue("BAD_NUMBER", "value-dropped", place, "weight", `${text} ${unit}`);
  return undefined;
}
