import { PvError } from "../error.ts";
import { isoDay, NO_DAY } from "../report/date.ts";
import { DOMAINS, SEXES } from "../report/report.ts";
import type { Axis } from "./axis-builder.ts";
import { compareText } from "./build.ts";
import type { SparseMargins, StrataMargins } from "./pairs.ts";
import type { CodedColumn, ReportColumns, ReportTable } from "./table.ts";
import { ReportView } from "./view.ts";

/** Report fields that can stratify. `year` is the year of receipt; `ageBand` is the banding of the Chinese annual reports. */
export type StratumField = "sex" | "ageBand" | "year" | "region" | "country" | "unit" | "domain";
/** Fields that stratify together, or a function that names the stratum of a report. */
export type StrataKey = readonly StratumField[] | ((report: ReportView) => string | undefined);

/** What a report without the value is put under: missing is a stratum of its own, never spread over the others. */
export const MISSING_STRATUM = "(missing)";

/** Upper ages (exclusive, in years) of the bands in use: 0–4, 5–14, 15–44, 45–64, 65 and more. */
const AGE_BANDS = [
  [5, "0-4"],
  [15, "5-14"],
  [45, "15-44"],
  [65, "45-64"],
  [Infinity, "65+"],
] as const;

/** A value of each report, as a number into texts; texts may repeat. */
interface Coded {
  readonly codes: Uint32Array;
  readonly texts: readonly string[];
}

const fields: Readonly<Record<StratumField, (columns: ReportColumns, rows: Uint32Array) => Coded>> = {
  sex: ({ sex }, rows) => enumerated(sex, SEXES, rows),
  ageBand: ({ ageYears }, rows) => banded(ageYears, rows),
  year: ({ received }, rows) => years(received.day, rows),
  region: ({ region }, rows) => texts(region, rows),
  country: ({ country }, rows) => texts(country, rows),
  unit: ({ unit }, rows) => texts(unit, rows),
  domain: ({ domain }, rows) => enumerated(domain, DOMAINS, rows),
};

function enumerated(column: Uint8Array, names: readonly string[], rows: Uint32Array): Coded {
  const codes = new Uint32Array(rows.length);
  for (let i = 0; i < codes.length; i++) {
    const code = column[rows[i]!]!;
    codes[i] = code <= names.length ? code : 0;
  }
  return { codes, texts: [MISSING_STRATUM, ...names] };
}

function texts({ codes: column, values }: CodedColumn, rows: Uint32Array): Coded {
  const codes = new Uint32Array(rows.length);
  for (let i = 0; i < codes.length; i++) codes[i] = column[rows[i]!]! + 1;
  return { codes, texts: [MISSING_STRATUM, ...values] };
}

function banded(ageYears: Float64Array, rows: Uint32Array): Coded {
  const below = Float64Array.from(AGE_BANDS, ([limit]) => limit);
  const codes = new Uint32Array(rows.length);
  for (let i = 0; i < codes.length; i++) {
    const age = ageYears[rows[i]!]!;
    let band = 0;
    while (band < below.length && !(age < below[band]!)) band++;
    codes[i] = band;
  }
  // An age that is not known is below none of them.
  return { codes, texts: [...AGE_BANDS.map(([, name]) => name), MISSING_STRATUM] };
}

/** Days for which the years are kept in a table: the calendar of this library has fewer. */
const CALENDAR_DAYS = 1 << 18;

function years(day: Int32Array, rows: Uint32Array): Coded {
  const codes = new Uint32Array(rows.length);
  // Codes of the days around the epoch, and of any other day that a table made by hand may hold.
  const near = new Int32Array(CALENDAR_DAYS).fill(-1);
  const far = new Map([[NO_DAY, 0]]);
  const names = [MISSING_STRATUM];
  for (let i = 0; i < codes.length; i++) {
    const d = day[rows[i]!]!;
    const at = d + CALENDAR_DAYS / 2;
    const isNear = at >= 0 && at < CALENDAR_DAYS;
    let code = isNear ? near[at]! : (far.get(d) ?? -1);
    if (code < 0) {
      code = names.push(isoDay(d).slice(0, 4)) - 1;
      if (isNear) near[at] = code;
      else far.set(d, code);
    }
    codes[i] = code;
  }
  return merged({ codes, texts: names });
}

/** Stratum of each report, as a number into sorted labels. */
export interface Strata {
  readonly labels: readonly string[];
  readonly of: Uint32Array;
}

/** @throws PvError `INVALID_OPTION` for a field that cannot stratify */
export function strataOf(table: ReportTable, rows: Uint32Array, key: StrataKey): Strata {
  const { codes, texts } = merged(typeof key === "function" ? named(table, rows, key) : joined(table, rows, key));
  const order = Uint32Array.from(texts.keys()).sort((x, y) => compareText(texts[x]!, texts[y]!));
  const number = new Uint32Array(order.length);
  order.forEach((code, i) => (number[code] = i));
  for (let i = 0; i < codes.length; i++) codes[i] = number[codes[i]!]!;
  return { labels: Array.from(order, (code) => texts[code]!), of: codes };
}

function named(table: ReportTable, rows: Uint32Array, key: Exclude<StrataKey, readonly StratumField[]>): Coded {
  const view = new ReportView(table);
  const found = new Map<string, number>();
  const codes = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    view.row = rows[i]!;
    const label = key(view) ?? MISSING_STRATUM;
    let code = found.get(label);
    if (code === undefined) found.set(label, (code = found.size));
    codes[i] = code;
  }
  return { codes, texts: [...found.keys()] };
}

function joined(table: ReportTable, rows: Uint32Array, names: readonly StratumField[]): Coded {
  const readers = names.map((name) => {
    const read = (fields as Partial<typeof fields>)[name];
    if (read === undefined) {
      throw new PvError(
        "INVALID_OPTION",
        `strata: ${JSON.stringify(name)} is not one of ${Object.keys(fields).join(", ")}`,
      );
    }
    return read;
  });
  const { reports } = table.columns;
  const [first, ...rest] = readers;
  if (first === undefined) return { codes: new Uint32Array(rows.length), texts: [""] };
  // Field by field, with new numbers for the values that occur: no number outgrows the reports.
  let strata = first(reports, rows);
  for (const read of rest) strata = crossed(occurring(strata), occurring(read(reports, rows)));
  return strata;
}

/** Entries of the table of pairs of values; above it a map is used. */
const CROSS_TABLE = 1 << 22;

function crossed(x: Coded, y: Coded): Coded {
  const width = y.texts.length;
  const size = x.texts.length * width;
  const table = size <= CROSS_TABLE ? new Int32Array(size).fill(-1) : undefined;
  const map = new Map<number, number>();
  const codes = new Uint32Array(x.codes.length);
  const texts: string[] = [];
  for (let i = 0; i < codes.length; i++) {
    const both = x.codes[i]! * width + y.codes[i]!;
    let code = table === undefined ? (map.get(both) ?? -1) : table[both]!;
    if (code < 0) {
      code = texts.push(`${x.texts[x.codes[i]!]!} / ${y.texts[y.codes[i]!]!}`) - 1;
      if (table === undefined) map.set(both, code);
      else table[both] = code;
    }
    codes[i] = code;
  }
  return { codes, texts };
}

/** Only the texts that occur. */
function occurring({ codes, texts }: Coded): Coded {
  const number = new Int32Array(texts.length).fill(-1);
  const used: string[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (number[code]! < 0) number[code] = used.push(texts[code]!) - 1;
    codes[i] = number[code]!;
  }
  return { codes, texts: used };
}

/** Only the texts that occur, and each of them once. */
function merged(coded: Coded): Coded {
  const { codes, texts } = occurring(coded);
  const first = new Map<string, number>();
  const number = Uint32Array.from(texts, (text) => {
    const code = first.get(text) ?? first.size;
    first.set(text, code);
    return code;
  });
  if (first.size < texts.length) for (let i = 0; i < codes.length; i++) codes[i] = number[codes[i]!]!;
  return { codes, texts: [...first.keys()] };
}

/** Margins of both axes in each stratum. */
export function strataMargins(products: Axis, events: Axis, strata: Strata): StrataMargins {
  const n = new Float64Array(strata.labels.length);
  for (const s of strata.of) n[s]!++;
  return {
    labels: strata.labels,
    n,
    products: axisMargins(products, strata),
    events: axisMargins(events, strata),
  };
}

/**
 * Reports of each label in each stratum, 12 bytes for each label and stratum it occurs in. The labels of all reports are copied
 * to the stream of their stratum (4 bytes each, until this returns); along the streams a label has a new stratum when the one
 * it had last is another.
 */
export function axisMargins(axis: Axis, strata: Strata): SparseMargins {
  const nLabels = axis.labels.length;
  const { start, stream } = byStratum(axis, strata);
  const last = new Int32Array(nLabels).fill(-1);
  const offsets = new Uint32Array(nLabels + 1);
  for (let s = 0; s + 1 < start.length; s++) {
    for (let k = start[s]!; k < start[s + 1]!; k++) {
      const label = stream[k]!;
      if (last[label] === s) continue;
      last[label] = s;
      offsets[label + 1]!++;
    }
  }
  for (let i = 0; i < nLabels; i++) offsets[i + 1]! += offsets[i]!;
  const stratum = new Uint32Array(offsets[nLabels]!);
  const count = new Float64Array(stratum.length);
  const next = offsets.slice();
  last.fill(-1);
  for (let s = 0; s + 1 < start.length; s++) {
    for (let k = start[s]!; k < start[s + 1]!; k++) {
      const label = stream[k]!;
      if (last[label] !== s) {
        last[label] = s;
        stratum[next[label]!++] = s;
      }
      count[next[label]! - 1]!++;
    }
  }
  return { offsets, stratum, count };
}

/** Labels of the reports of each stratum, those of stratum s from `start[s]` to `start[s + 1]`. */
function byStratum(
  { offsets, ids }: Axis,
  { labels, of }: Strata,
): { readonly start: Uint32Array; readonly stream: Uint32Array } {
  const start = new Uint32Array(labels.length + 1);
  for (let r = 0; r < of.length; r++) start[of[r]! + 1]! += offsets[r + 1]! - offsets[r]!;
  for (let s = 0; s < labels.length; s++) start[s + 1]! += start[s]!;
  const next = start.slice();
  const stream = new Uint32Array(ids.length);
  for (let r = 0; r < of.length; r++) {
    const s = of[r]!;
    let to = next[s]!;
    for (let k = offsets[r]!; k < offsets[r + 1]!; k++) stream[to++] = ids[k]!;
    next[s] = to;
  }
  return { start, stream };
}
