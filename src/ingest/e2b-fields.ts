import { partialDay, type PartialDate } from "../report/date.ts";
import type { IssueCode, IssueEffect } from "../report/issue.ts";
import { normaliseLot } from "../report/lot.ts";
import { SERIOUSNESS, type Patient, type ReportEvent, type ReportProduct, type Seriousness } from "../report/report.ts";
import type { BatchBuilder, Place } from "./batch.ts";
import { DateReader } from "./dates.ts";
import { ownString } from "./own-string.ts";
import { readPatient, type PatientCells, type PatientCodes } from "./patient.ts";
import { VALUE_LIMIT } from "./table.ts";

/** Time of day and zone after the date: `20220614101010.123-0500`, `2022-06-14T10:10:10Z`. */
const timeOfDay = /^(\d{8})\d{2,6}(?:\.\d+)?(?:[+-]\d{4})?$|^(\d{4}(?:\d{2}){0,2})[+-]\d{4}$/;

/** Makes values of the model from texts of one report; what does not fit is counted. */
export class Fields {
  readonly #out: BatchBuilder;
  readonly #dates = new DateReader("iso");
  place: Place = { file: "", row: 0 };

  constructor(out: BatchBuilder) {
    this.#out = out;
  }

  issue(code: IssueCode, effect: IssueEffect, field = "", value = "", detail = ""): void {
    this.#out.issue(code, effect, this.place, field, value, detail);
  }

  /** The text trimmed; `undefined` when there is none, or more than a value of the model may hold. */
  text(field: string, text: string | undefined): string | undefined {
    const value = text?.trim() ?? "";
    if (value === "") return undefined;
    if (value.length <= VALUE_LIMIT) return ownString(value);
    this.issue("FIELD_TOO_LONG", "value-dropped", field, "", `${value.length} characters`);
    return undefined;
  }

  /** The calendar date as it stood where it was written; times and zones are dropped. */
  date(field: string, text: string | undefined): PartialDate | undefined {
    const value = text?.trim() ?? "";
    if (value === "") return undefined;
    const parts = timeOfDay.exec(value);
    const date = this.#dates.read(parts?.[1] ?? parts?.[2] ?? value);
    if (date === undefined) this.issue("BAD_DATE", "value-dropped", field, value);
    return date;
  }

  /** The meaning of a code; one that the table lacks is dropped and counted. */
  code<T>(field: string, code: string | undefined, table: ReadonlyMap<string, T>): T | undefined {
    const value = code?.trim() ?? "";
    if (value === "") return undefined;
    if (!table.has(value)) this.issue("UNKNOWN_CODE", "value-dropped", field, value);
    return table.get(value);
  }

  /** Lots of one product; entries that name none are left out. */
  lots(texts: Iterable<string | undefined>): string[] {
    const lots = new Set<string>();
    for (const text of texts) {
      for (const lot of (text ?? "").split(/[,;]/)) {
        const value = this.text("lot", lot);
        if (value !== undefined && normaliseLot(value) !== undefined) lots.add(value);
      }
    }
    if (lots.size <= 1000) return [...lots];
    this.issue("TRUNCATED_LIST", "value-dropped", "lot", "", `${lots.size} lots`);
    return [...lots].slice(0, 1000);
  }

  /** Several texts as one, each once. */
  joined(field: string, texts: Iterable<string | undefined>): string | undefined {
    const known = new Set<string>();
    for (const text of texts) if (text !== undefined && text.trim() !== "") known.add(text.trim());
    return this.text(field, [...known].join("; "));
  }

  patient(cells: PatientCells, codes: PatientCodes): Patient | undefined {
    return readPatient(cells, codes, this.#out, this.place);
  }

  /** Products without exact repetitions. */
  products(products: readonly ReportProduct[]): ReportProduct[] {
    const seen = new Set<string>();
    return products.filter((product) => {
      const key = JSON.stringify(product);
      if (seen.has(key)) this.issue("REPEATED_RECORD", "noted", "product", product.name);
      return seen.size < seen.add(key).size;
    });
  }

  /** Events with each term once; of a term that repeats the first stands. */
  events(events: readonly ReportEvent[]): ReportEvent[] {
    const seen = new Set<string>();
    return events.filter(({ term }) => {
      if (seen.has(term)) this.issue("REPEATED_TERM", "noted", "reaction", term);
      return seen.size < seen.add(term).size;
    });
  }
}

/** The entries that have a value. */
export function given<T extends Readonly<Record<string, unknown>>>(
  values: T,
): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** The date whose first possible day is the earliest. */
export function earliest(dates: Iterable<PartialDate | undefined>): PartialDate | undefined {
  return furthest(dates, -1);
}

/** The date whose first possible day is the latest. */
export function latest(dates: Iterable<PartialDate | undefined>): PartialDate | undefined {
  return furthest(dates, 1);
}

function furthest(dates: Iterable<PartialDate | undefined>, sign: 1 | -1): PartialDate | undefined {
  let found: PartialDate | undefined;
  let day = 0;
  for (const date of dates) {
    const first = date === undefined ? undefined : partialDay(date)?.day;
    if (first !== undefined && (found === undefined || sign * (first - day) > 0)) {
      found = date;
      day = first;
    }
  }
  return found;
}

/** The criteria in the order of the model. */
export function criteria(met: ReadonlySet<Seriousness>): Seriousness[] {
  return SERIOUSNESS.filter((criterion) => met.has(criterion));
}
