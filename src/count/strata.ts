import { PvError } from "../error.ts";
import type { ReportTable } from "./table.ts";
import { compareText } from "./build.ts";
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

const fields: Readonly<Record<StratumField, (report: ReportView) => string | undefined>> = {
  sex: (r) => r.sex,
  ageBand: (r) => {
    const age = r.ageYears;
    return age === undefined ? undefined : AGE_BANDS.find(([below]) => age < below)?.[1];
  },
  year: (r) => r.receivedDate?.slice(0, 4),
  region: (r) => r.region,
  country: (r) => r.country,
  unit: (r) => r.unit,
  domain: (r) => r.domain,
};

/** Stratum of each report, as a number into sorted labels. */
export interface Strata {
  readonly labels: readonly string[];
  readonly of: Uint32Array;
}

/** @throws PvError `INVALID_OPTION` for a field that cannot stratify */
export function strataOf(table: ReportTable, rows: Uint32Array, key: StrataKey): Strata {
  const view = new ReportView(table);
  const read = typeof key === "function" ? key : joined(key);
  const codes = new Map<string, number>();
  const of = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    view.row = rows[i]!;
    const label = read(view) ?? MISSING_STRATUM;
    let code = codes.get(label);
    if (code === undefined) codes.set(label, (code = codes.size));
    of[i] = code;
  }
  const labels = [...codes.keys()].sort(compareText);
  const renumbered = new Uint32Array(labels.length);
  labels.forEach((label, i) => (renumbered[codes.get(label)!] = i));
  return { labels, of: of.map((code) => renumbered[code]!) };
}

function joined(names: readonly StratumField[]): (report: ReportView) => string {
  const parts = names.map((name) => {
    const read = (fields as Partial<typeof fields>)[name];
    if (read === undefined) {
      throw new PvError(
        "INVALID_OPTION",
        `strata: ${JSON.stringify(name)} is not one of ${Object.keys(fields).join(", ")}`,
      );
    }
    return read;
  });
  return (report) => parts.map((read) => read(report) ?? MISSING_STRATUM).join(" / ");
}

/** Margins per stratum, sparse: stratum s of label i is `stratum[k]` with `count[k]` reports, k from `offsets[i]`. */
interface StratumMargins {
  readonly offsets: Uint32Array;
  readonly stratum: Uint32Array;
  readonly count: Float64Array;
}

/**
 * Expected counts summed over strata: Σ n1s·m1s/ns, the definition of DuMouchel (1999) for MGPS and usual for every
 * observed-to-expected measure.
 */
export function stratifiedExpected(
  products: { readonly labels: readonly string[]; readonly offsets: Uint32Array; readonly ids: Uint32Array },
  events: { readonly labels: readonly string[]; readonly offsets: Uint32Array; readonly ids: Uint32Array },
  strata: Strata,
  pairs: { readonly rowOffsets: Uint32Array; readonly event: Uint32Array },
): Float64Array {
  const total = new Float64Array(strata.labels.length);
  for (const s of strata.of) total[s]!++;
  const n1 = stratumMargins(products, strata);
  const m1 = stratumMargins(events, strata);
  const expected = new Float64Array(pairs.event.length);
  const weight = new Float64Array(strata.labels.length);
  for (let p = 0; p < products.labels.length; p++) {
    for (let k = n1.offsets[p]!; k < n1.offsets[p + 1]!; k++)
      weight[n1.stratum[k]!] = n1.count[k]! / total[n1.stratum[k]!]!;
    for (let i = pairs.rowOffsets[p]!; i < pairs.rowOffsets[p + 1]!; i++) {
      const e = pairs.event[i]!;
      let sum = 0;
      for (let k = m1.offsets[e]!; k < m1.offsets[e + 1]!; k++) sum += m1.count[k]! * weight[m1.stratum[k]!]!;
      expected[i] = sum;
    }
    for (let k = n1.offsets[p]!; k < n1.offsets[p + 1]!; k++) weight[n1.stratum[k]!] = 0;
  }
  return expected;
}

function stratumMargins(
  axis: { readonly labels: readonly string[]; readonly offsets: Uint32Array; readonly ids: Uint32Array },
  strata: Strata,
): StratumMargins {
  // A counting sort of the (label, stratum) incidences by label, then a dense counter over the strata of each label.
  const start = new Uint32Array(axis.labels.length + 1);
  for (const id of axis.ids) start[id + 1]!++;
  for (let i = 0; i < axis.labels.length; i++) start[i + 1]! += start[i]!;
  const at = start.slice();
  const incidence = new Uint32Array(axis.ids.length);
  for (let r = 0; r + 1 < axis.offsets.length; r++) {
    for (let k = axis.offsets[r]!; k < axis.offsets[r + 1]!; k++) incidence[at[axis.ids[k]!]!++] = strata.of[r]!;
  }
  const offsets = new Uint32Array(axis.labels.length + 1);
  const stratum: number[] = [];
  const count: number[] = [];
  const counter = new Float64Array(strata.labels.length);
  for (let i = 0; i < axis.labels.length; i++) {
    const touched: number[] = [];
    for (let k = start[i]!; k < start[i + 1]!; k++) if (counter[incidence[k]!]!++ === 0) touched.push(incidence[k]!);
    for (const s of touched.sort((x, y) => x - y)) {
      stratum.push(s);
      count.push(counter[s]!);
      counter[s] = 0;
    }
    offsets[i + 1] = stratum.length;
  }
  return { offsets, stratum: Uint32Array.from(stratum), count: Float64Array.from(count) };
}
