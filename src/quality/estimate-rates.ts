import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import {
  BLANK,
  duplicateColumns,
  type DuplicateColumns,
  type NumberColumn,
  type ReportKey,
  type WordColumn,
} from "./duplicate-columns.ts";
import { duplicateFields, type DuplicateField } from "./duplicate-fields.ts";

/** Rates of one field as confirmed duplicates show them. */
export interface EstimatedRates {
  readonly field: string;
  /** Share of blanks among all reports. */
  readonly blank: number;
  /** Pairs (for lists, words of pairs) that both sides fill. */
  readonly compared: number;
  /** Of those, the ones that differ. */
  readonly differ: number;
  /** Among filled records, as is the deviation. */
  readonly miss: number;
  readonly deviation: number | null;
  readonly sigma: number | null;
}

const SMALLEST = 1e-3;

/**
 * Miss and blank rates from confirmed duplicate pairs. For words the share of disagreement d among filled pairs estimates
 * c (1 − Σβ²), and c gives the miss rate; for numbers exact agreement estimates h², differences beyond `far` × σ of the present
 * rates the misses, and the rest the deviations with their spread. With few pairs the estimates are shrunk towards the field's present
 * rates by a weight of `prior` pairs.
 *
 * @returns the fields with their new rates, and what they rest on
 * @throws PvError `EMPTY_SCOPE` when no pair is among the reports
 * @see Norén, Orre, Bate, Edwards (2007), section on parameter estimation
 */
export function estimateRates(
  reports: Iterable<Report>,
  confirmed: readonly (readonly [ReportKey, ReportKey])[],
  options: {
    readonly fields?: readonly DuplicateField[] | undefined;
    readonly prior?: number | undefined;
    readonly far?: number | undefined;
  } = {},
): { readonly fields: readonly DuplicateField[]; readonly rates: readonly EstimatedRates[] } {
  const fields = options.fields ?? duplicateFields;
  const prior = options.prior ?? 20;
  const far = options.far ?? 4;
  if (!(prior >= 0 && far > 0))
    throw new PvError("INVALID_OPTION", `expected prior >= 0 and far > 0, got ${prior} and ${far}`);
  const data = duplicateColumns(reports, fields, []);
  const pairs = placesOf(data, confirmed);
  if (pairs.length === 0) throw new PvError("EMPTY_SCOPE", "no confirmed pair has both of its reports among the data");
  const rates = fields.map((field, f) =>
    field.kind === "number"
      ? numberRates(field, data.columns[f] as NumberColumn, pairs, { prior, far, size: data.facts.length })
      : wordRates(field, data.columns[f] as WordColumn, pairs, { prior, size: data.facts.length }),
  );
  return { fields: fields.map((field, f) => withRates(field, rates[f]!)), rates };
}

function withRates(field: DuplicateField, { miss, deviation, sigma }: EstimatedRates): DuplicateField {
  return field.kind === "number"
    ? {
        ...field,
        rates: { miss, deviation: deviation ?? field.rates.deviation, sigma: sigma ?? field.rates.sigma },
      }
    : { ...field, rates: { miss } };
}

function placesOf(
  { facts }: DuplicateColumns,
  confirmed: readonly (readonly [ReportKey, ReportKey])[],
): [number, number][] {
  const nameOf = ({ source, id }: ReportKey): string => `${source}\u0000${id}`;
  const places = new Map(facts.map(({ key }, i) => [nameOf(key), i]));
  return confirmed.flatMap(([x, y]) => {
    const i = places.get(nameOf(x));
    const j = places.get(nameOf(y));
    return i === undefined || j === undefined || i === j ? [] : [[i, j] satisfies [number, number]];
  });
}

/** c = a'(2 − a') with a' the miss rate among filled records. */
const missOf = (c: number): number => 1 - Math.sqrt(1 - Math.min(1, c));

function wordRates(
  field: Exclude<DuplicateField, { readonly kind: "number" }>,
  { offsets, ids, counts, filled }: WordColumn,
  pairs: readonly (readonly [number, number])[],
  { prior, size }: { readonly prior: number; readonly size: number },
): EstimatedRates {
  let compared = 0;
  let differ = 0;
  for (const [i, j] of pairs) {
    const x = ids.subarray(offsets[i], offsets[i + 1]);
    const y = ids.subarray(offsets[j], offsets[j + 1]);
    if (x.length === 0 || y.length === 0) continue;
    const other = new Set(y);
    const common = x.reduce((n, id) => n + (other.has(id) ? 1 : 0), 0);
    if (field.kind === "category") {
      compared++;
      differ += common > 0 ? 0 : 1;
    } else {
      compared += x.length + y.length - common;
      differ += x.length + y.length - 2 * common;
    }
  }
  const blank = size === 0 ? 0 : 1 - filled / size;
  // Lists are compared word by word; a word there or not there agrees by chance too seldom to matter.
  const chance = field.kind === "category" ? counts.reduce((sum, n) => sum + (n / filled) ** 2, 0) : 0;
  const before = field.rates.miss * (2 - field.rates.miss);
  const c = (differ + prior * before * (1 - chance)) / ((compared + prior) * Math.max(1 - chance, 1e-6));
  const miss = compared + prior === 0 ? field.rates.miss : missOf(c);
  return { field: field.name, blank, compared, differ, miss: clamp(miss), deviation: null, sigma: null };
}

function numberRates(
  field: Extract<DuplicateField, { readonly kind: "number" }>,
  { values, filled }: NumberColumn,
  pairs: readonly (readonly [number, number])[],
  { prior, far, size }: { readonly prior: number; readonly far: number; readonly size: number },
): EstimatedRates {
  const { sigma } = field.rates;
  let same = 0;
  let beyond = 0;
  let squares = 0;
  let near = 0;
  for (const [i, j] of pairs) {
    if (values[i] === BLANK || values[j] === BLANK) continue;
    const difference = Math.abs(values[i]! - values[j]!);
    if (difference === 0) same++;
    else if (difference > far * sigma) beyond++;
    else {
      near++;
      squares += difference * difference;
    }
  }
  const compared = same + near + beyond;
  const blank = size === 0 ? 0 : 1 - filled / size;
  const { miss: m0, deviation: d0 } = field.rates;
  const n = Math.max(compared + prior, 1e-9);
  const m = missOf((beyond + prior * m0 * (2 - m0)) / n);
  const h = Math.sqrt((same + prior * (1 - m0 - d0) ** 2) / n);
  return {
    field: field.name,
    blank,
    compared,
    differ: near + beyond,
    miss: clamp(m),
    deviation: Math.max(0, Math.min(1 - h - m, 0.9)),
    // Most near pairs are one hit and one deviation, whose difference has the spread σ itself.
    sigma: Math.sqrt((squares + prior * sigma * sigma) / Math.max(near + prior, 1e-9)),
  };
}

const clamp = (miss: number): number => Math.min(Math.max(miss, SMALLEST), 0.95);
