import { partialDay, type PartialDate } from "../report/date.ts";
import type { IssueCode, IssueEffect } from "../report/issue.ts";
import { normaliseLot } from "../report/lot.ts";
import type { Patient, ReportEvent } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import type { BatchBuilder } from "./batch.ts";
import { Dictionary } from "./keyed-rows.ts";
import { AGE_UNITS, codeOf, SEX_CODES, type CodeTable } from "./national-codes.ts";
import { readFormDate, withoutFilling, type FilledDates, type FormDate } from "./national-dates.ts";
import type { LinkHash, NationalRows } from "./national-rows.ts";
import { splitTerms } from "./national-values.ts";
import { readNumber, readPatient, type AgeUnit, type PatientCodes } from "./patient.ts";
import { VALUE_LIMIT } from "./table.ts";

/** So few dates on one day of the month are no peak. */
const FEW = 5;
/** Lots beyond this do not fit the model. */
const LOTS = 1000;

/** What the makers of all families read from the rows of a report: dates, codes, lists, the patient, what was filled in. */
export class NationalForm {
  readonly rows: NationalRows;
  readonly #out: BatchBuilder;
  readonly #dates: FilledDates;
  readonly #hash: LinkHash | undefined;
  readonly #narrative: boolean;
  readonly #items: readonly { readonly name: string; readonly place: number }[];
  readonly #knownDates = new Map<string, FormDate | undefined>();
  readonly #knownTerms = new Map<string, readonly string[]>();
  /** Terms and lots are cut from lists; one copy of each is kept instead. */
  readonly #pieces = new Dictionary();
  /** How many full dates of a column there were, and how many of them on day 1 of a month but January. */
  readonly #days = new Map<string, { all: number; first: number }>();
  readonly #filled = new Map<string, readonly string[]>();

  constructor(
    rows: NationalRows,
    options: { readonly dates: FilledDates; readonly hash: LinkHash | undefined; readonly narrative: boolean },
    out: BatchBuilder,
  ) {
    this.rows = rows;
    this.#out = out;
    this.#dates = options.dates;
    this.#hash = options.hash;
    this.#narrative = options.narrative;
    this.#items = Object.keys(rows.family.columns)
      .map((name, place) => ({ name, place }))
      .filter(({ name }) => !rows.family.system.has(name));
  }

  issue(code: IssueCode, effect: IssueEffect, row: number, field: string, value = "", detail = ""): void {
    const { rows } = this.rows;
    this.#out.issue(code, effect, { file: rows.file(row), row: rows.line(row) }, field, value, detail);
  }

  /** The value of a report's field: that of its first row that has one. Another one on a later row is a conflict. */
  one(group: readonly number[], field: string): string {
    let value = "";
    for (const row of group) {
      const here = this.rows.value(row, field);
      if (here === "" || here === value) continue;
      if (value !== "") {
        this.issue("CONFLICTING_VALUE", "noted", row, field, this.rows.family.keeping[field] === undefined ? here : "");
        break;
      }
      value = here;
    }
    return value;
  }

  /** As {@link one}, absent where empty. */
  maybe(group: readonly number[], field: string): string | undefined {
    const value = this.one(group, field);
    return value === "" ? undefined : value;
  }

  /** A code from a table; a cell that fits none is dropped and counted. */
  code<T>(table: CodeTable<T>, row: number, field: string, cell: string): T | undefined {
    if (cell === "") return undefined;
    const found = codeOf(table, cell);
    if (found === undefined) this.issue("UNKNOWN_CODE", "value-dropped", row, field, cell);
    return found;
  }

  /** A date as it stands. */
  date(row: number, field: string, cell: string): PartialDate | undefined {
    return this.#read(row, field, cell)?.date;
  }

  /** A date that can have been filled in because the form asks for one. */
  formDate(row: number, field: string, cell: string): PartialDate | undefined {
    const found = this.#read(row, field, cell);
    if (found === undefined) return undefined;
    const date = withoutFilling(found, this.#dates);
    if (date !== found.date) this.issue("DATE_ARTEFACT", "repaired", row, field, found.date, date);
    if (date.length === 10) {
      const count = this.#days.get(field) ?? { all: 0, first: 0 };
      count.all++;
      if (date.endsWith("-01") && !date.endsWith("-01-01")) count.first++;
      this.#days.set(field, count);
    }
    return date;
  }

  #read(row: number, field: string, cell: string): FormDate | undefined {
    if (cell === "") return undefined;
    let found = this.#knownDates.get(cell);
    if (found === undefined && !this.#knownDates.has(cell)) {
      found = readFormDate(cell);
      if (this.#knownDates.size >= 50_000) this.#knownDates.clear();
      this.#knownDates.set(cell, found);
    }
    if (found === undefined) this.issue("BAD_DATE", "value-dropped", row, field, cell);
    return found;
  }

  /** Says, once a column, that day 1 of the months holds more dates than chance explains (by three standard deviations). */
  *artefacts(): Generator<ReportBatch> {
    for (const [field, { all, first }] of this.#days) {
      // 11 of the 365 days are a day 1 of a month other than January.
      const expected = (all * 11) / 365;
      if (first < FEW || first <= expected + 3 * Math.sqrt(expected)) continue;
      const detail = `${first} of ${all} on day 1 of a month, ${expected.toFixed(1)} expected`;
      this.#out.issues([{ code: "DATE_ARTEFACT", effect: "noted", field, detail }]);
    }
    yield* this.#out.due();
  }

  /** The terms a cell lists, each once. */
  terms(row: number, field: string, cell: string, free = false): string[] {
    if (cell === "") return [];
    let parts = this.#knownTerms.get(cell);
    if (parts === undefined) {
      parts = splitTerms(cell, free);
      if (this.#knownTerms.size >= 50_000) this.#knownTerms.clear();
      this.#knownTerms.set(cell, parts);
    }
    const terms: string[] = [];
    for (const part of parts) {
      if (part.length > VALUE_LIMIT) this.issue("FIELD_TOO_LONG", "value-dropped", row, field, part);
      else if (terms.includes(part)) this.issue("REPEATED_TERM", "noted", row, field, part);
      else terms.push(this.#pieces.text(this.#pieces.add(part)));
    }
    return terms;
  }

  /** Events of the terms of all rows of a report, each term once. */
  events(
    group: readonly number[],
    field: string,
    more: Omit<ReportEvent, "term"> = {},
    free = false,
  ): readonly ReportEvent[] {
    const events = new Map<string, ReportEvent>();
    let last = "";
    for (const row of group) {
      const cell = this.rows.value(row, field);
      if (cell === last) continue;
      last = cell;
      for (const term of this.terms(row, field, cell, free)) if (!events.has(term)) events.set(term, { term, ...more });
    }
    return [...events.values()];
  }

  /** Rows of a report that are a product each; rows that agree in what makes a product are one. */
  distinct(group: readonly number[], own: readonly string[], name: string): readonly number[] {
    if (group.length === 1) return group;
    const seen = new Set<string>();
    return group.filter((row) => {
      const key = own.map((field) => this.rows.rows.code(row, field)).join();
      const known = seen.has(key);
      if (known) this.issue("REPEATED_RECORD", "noted", row, name, this.rows.value(row, name));
      seen.add(key);
      return !known;
    });
  }

  /** Lots in a cell, without what names none; digits that a spreadsheet rounded away make it no lot. */
  lots(row: number, field: string, noLot: (lot: string) => boolean = () => false): string[] | undefined {
    const lots = new Set<string>();
    for (const part of splitTerms(this.rows.value(row, field))) {
      const lot = part.replace(/^(\d+)\.0+$/, "$1");
      if (/^\d(\.\d+)?E\+\d+$/i.test(lot)) this.issue("MANGLED_ID", "value-dropped", row, field, lot);
      else if (noLot(lot)) this.issue("PLACEHOLDER", "value-dropped", row, field, lot);
      else if (normaliseLot(lot) !== undefined && lot.length <= VALUE_LIMIT) lots.add(lot);
    }
    if (lots.size > LOTS) this.issue("TRUNCATED_LIST", "value-dropped", row, field, "", `${lots.size} lots`);
    if (lots.size === 0) return undefined;
    return [...lots].slice(0, LOTS).map((lot) => this.#pieces.text(this.#pieces.add(lot)));
  }

  /** Age, sex and weight; an age that is missing is found from the date of birth and the day of the event. */
  patient(
    group: readonly number[],
    fields: { readonly age: string; readonly unit: string; readonly weight?: string; readonly birth?: string },
    onset: PartialDate | undefined,
  ): Patient | undefined {
    const row = group[0]!;
    const place = { file: this.rows.rows.file(row), row: this.rows.rows.line(row) };
    const age = ageCells(this.one(group, fields.age), this.one(group, fields.unit));
    const sex = this.one(group, "性别");
    const weight = fields.weight === undefined ? "" : kilograms(this.one(group, fields.weight));
    const cells = { ...age, sex, weight, weightUnit: "KG" };
    const patient = readPatient(cells, patientCodes, this.#out, place);
    const birth = fields.birth === undefined ? "" : this.one(group, fields.birth);
    if (patient?.ageYears !== undefined || age.age !== "") return patient;
    const ageYears = yearsBetween(birth, onset);
    return ageYears === undefined ? patient : { ...patient, ageYears };
  }

  /** The free text, and its length. */
  narrative(group: readonly number[], field: string): { narrative?: string; narrativeLength?: number } {
    const text = group.map((row) => this.rows.value(row, field)).find((value) => value !== "");
    if (text === undefined) return this.rows.has(group[0]!, field) ? { narrativeLength: 0 } : {};
    return this.#narrative ? { narrative: text, narrativeLength: text.length } : { narrativeLength: Number(text) };
  }

  /** Names of the items of the form that hold a value on any row of the report. */
  filled(group: readonly number[]): readonly string[] {
    let bits = "";
    for (const { place } of this.#items) {
      let filled = "0";
      for (const row of group) {
        if (this.rows.valueAt(row, place) === "") continue;
        filled = "1";
        break;
      }
      bits += filled;
    }
    let items = this.#filled.get(bits);
    if (items === undefined) {
      items = this.#items.filter((_, i) => bits[i] === "1").map(({ name }) => name);
      this.#filled.set(bits, items);
    }
    return items;
  }

  /** Keyed hashes of the personal items; absent without a secret. */
  links(group: readonly number[]): readonly string[] | undefined {
    if (this.#hash === undefined) return undefined;
    const links = new Set<string>();
    for (const [field, keeping] of Object.entries(this.rows.family.keeping)) {
      if (keeping !== "name" && keeping !== "record" && keeping !== "phone" && keeping !== "birth") continue;
      for (const row of group) {
        const value = this.rows.value(row, field);
        if (value === "" || value === "1") continue;
        links.add(`${keeping}:${keeping === "birth" ? this.#hash("birth", value) : value}`);
      }
    }
    return links.size === 0 ? undefined : [...links];
  }

  /**
   * Rows of a report without those the source flags as not to be counted. Where all are flagged the report is withdrawn.
   */
  standing(group: readonly number[], flags: readonly Flag[]): { rows: readonly number[]; retracted: boolean } {
    const flagged = (row: number): Flag | undefined =>
      flags.find(({ field, values }) => values.includes(this.rows.value(row, field)));
    const rows = group.filter((row) => flagged(row) === undefined);
    if (rows.length === group.length) return { rows, retracted: false };
    const retracted = rows.length === 0;
    for (const row of retracted ? group.slice(0, 1) : group) {
      const flag = flagged(row);
      if (flag === undefined) continue;
      this.issue(flag.code, retracted ? "noted" : "row-rejected", row, flag.field, this.rows.value(row, flag.field));
    }
    return { rows: retracted ? group : rows, retracted };
  }
}

/** A column by whose value the source says that a report is not to be counted. */
export interface Flag {
  readonly field: string;
  readonly values: readonly string[];
  readonly code: "FLAGGED_DUPLICATE" | "FLAGGED_DELETED";
}

export const COMMON_FLAGS: readonly Flag[] = [
  { field: "删除标识", values: ["删除", "已删除", "是"], code: "FLAGGED_DELETED" },
  { field: "重复报告", values: ["重复报告", "重复", "是"], code: "FLAGGED_DUPLICATE" },
];

const patientCodes: PatientCodes = {
  ages: (unit) => codeOf<AgeUnit>(AGE_UNITS, unit),
  noAgeUnit: new Set([""]),
  sexes: (sex) => codeOf(SEX_CODES, sex),
  noSex: new Set(["3", "9", "0", "未说明", "其他"]),
};

const ageParts = /^(-?\d+(?:\.\d+)?) ?(岁|周岁|年|个?月|周|天|日|小时|时)?(?:龄|大)?$/;

/** Number and unit of an age; the unit can stand behind the number, and -1 says that it is not known. */
export function ageCells(cell: string, unit: string): { readonly age: string; readonly ageUnit: string } {
  const parts = ageParts.exec(cell);
  if (parts === null) return { age: cell, ageUnit: unit };
  const [, age = "", own] = parts;
  return age.startsWith("-") ? { age: "", ageUnit: "" } : { age, ageUnit: own ?? unit };
}

const weightParts = /^(-?\d+(?:\.\d+)?) ?(KG|公斤|千克|斤|市斤|G|克)?$/i;
const inKilograms: Readonly<Record<string, number>> = { 斤: 0.5, 市斤: 0.5, G: 0.001, 克: 0.001 };

/** Kilograms as text; a unit may stand behind the number, and 0 or less says that the weight is not known. */
export function kilograms(cell: string): string {
  const parts = weightParts.exec(cell);
  if (parts === null) return cell;
  const factor = inKilograms[(parts[2] ?? "").toUpperCase()] ?? 1;
  const value = readNumber(parts[1]!);
  if (value === undefined || value === 0) return "";
  return factor === 1 ? parts[1]! : String(value * factor);
}

/** Years between two full dates, to hundredths; `undefined` where one is not full or they are in the wrong order. */
function yearsBetween(birth: string, onset: PartialDate | undefined): number | undefined {
  if (birth.length !== 10 || onset?.length !== 10 || birth > onset) return undefined;
  const years = (partialDay(onset)!.day - partialDay(birth)!.day) / 365.25;
  return years <= 120 ? Math.round(years * 100) / 100 : undefined;
}
