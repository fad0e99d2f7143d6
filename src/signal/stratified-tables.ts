import { PvError } from "../error.ts";
import type { Axis } from "../count/axis-builder.ts";
import type { FourfoldTable } from "../count/fourfold.ts";
import type { PairCounts, PairOrigin, SparseMargins } from "../count/pairs.ts";
import { axisMargins, strataOf, type Strata, type StrataKey } from "../count/strata.ts";
import type { ReportTable } from "../count/table.ts";
import { chiSquareSf } from "../math/chi-square.ts";
import {
  addStratum,
  cmhOf,
  EXPECTED,
  prrErrorOf,
  prrOf,
  rorErrorOf,
  rorOf,
  STRATA,
  STRATUM_SUMS,
} from "./mantel-haenszel.ts";
import { ratioColumns, Z95, type RatioColumns } from "./ratio.ts";

/** The table of one pair among the reports of one stratum. */
export interface StratumTable {
  readonly stratum: string;
  readonly table: FourfoldTable;
}

/**
 * Fourfold tables of one pair, one a stratum, from the reports that were counted; they add up to the table of the pair.
 *
 * @param table - the reports that `counts` was counted from
 * @param counts - counts of reports against all others of the scope
 * @param strata - as in `countPairs`; reports without the value are a stratum of their own, `MISSING_STRATUM`
 * @returns every stratum with a counted report, by label, also where product or event do not occur
 * @throws PvError `UNKNOWN_TERM` when product or event occur nowhere; `INVALID_OPTION` when the counts did not come from
 *   reports, count cells or have a comparator, or for a field that cannot stratify; `INVALID_ARGUMENT` when `table` has fewer
 *   rows than were counted
 * @see Mantel, Haenszel (1959) doi:10.1093/jnci/22.4.719
 * @example
 * const strata = stratifiedTables(table, counts, ["sex"], { product: "RISPERIDONE", event: "Gynaecomastia" });
 * mantelHaenszel(strata.map(({ table }) => table));
 */
export function stratifiedTables(
  table: ReportTable,
  counts: PairCounts,
  strata: StrataKey,
  pair: { readonly product: string; readonly event: string },
): StratumTable[] {
  const { rows, products, events } = reportOrigin(table, counts);
  counts.find(pair.product, pair.event);
  const p = products.labels.indexOf(pair.product);
  const e = events.labels.indexOf(pair.event);
  const { labels, of } = strataOf(table, rows, strata);
  const cells = new Float64Array(labels.length * 4);
  for (let i = 0; i < rows.length; i++) {
    const cell = (has(products, i, p) ? 0 : 2) + (has(events, i, e) ? 0 : 1);
    cells[of[i]! * 4 + cell]!++;
  }
  return labels.map((stratum, s) => {
    const [a = 0, b = 0, c = 0, d = 0] = cells.subarray(s * 4, s * 4 + 4);
    return { stratum, table: { a, b, c, d } };
  });
}

/** Mantel–Haenszel results of many pairs, in the order of the counts; see `mantelHaenszel` for special values. */
export interface MantelHaenszelColumns {
  readonly ror: RatioColumns;
  readonly prr: RatioColumns;
  readonly cmh: {
    readonly statistic: Float64Array;
    readonly p: Float64Array;
    readonly corrected: Float64Array;
    readonly correctedP: Float64Array;
  };
  readonly expected: Float64Array;
  readonly strataUsed: Uint32Array;
}

/**
 * `mantelHaenszel` with 95 % limits of every pair, in one pass over the reports of each product; bit for bit what
 * {@link stratifiedTables} and `mantelHaenszel` give for one pair. Without the test of heterogeneity, which needs the odds
 * ratio first.
 *
 * Working memory: the incidences of both axes once more, and for the widest product twelve numbers a pair.
 *
 * @param table - the reports that `counts` was counted from
 * @param counts - counts of reports against all others of the scope
 * @param strata - as in `countPairs`; reports without the value are a stratum of their own
 * @throws PvError `INVALID_OPTION` when the counts did not come from reports, count cells or have a comparator, or for a field
 *   that cannot stratify; `INVALID_ARGUMENT` when `table` has fewer rows than were counted
 * @see Mantel, Haenszel (1959) doi:10.1093/jnci/22.4.719
 */
export function mantelHaenszelColumns(
  table: ReportTable,
  counts: PairCounts,
  strata: StrataKey,
): MantelHaenszelColumns {
  const { rows, products, events } = reportOrigin(table, counts);
  const groups = strataOf(table, rows, strata);
  const total = new Float64Array(groups.labels.length);
  for (const s of groups.of) total[s]!++;
  const order = byStratum(groups);
  const reports = reportsOf(products, order);
  const margin = axisMargins(events, groups);
  const out = emptyColumns(counts.size);
  const walk = new ProductWalk(events.labels.length);
  for (let first = 0; first < counts.size;) {
    const p = counts.product[first]!;
    let last = first + 1;
    while (last < counts.size && counts.product[last] === p) last++;
    walk.start(counts.event.subarray(first, last), margin);
    for (let k = reports.start[p]!; k < reports.start[p + 1]!;) {
      const s = groups.of[reports.report[k]!]!;
      const from = k;
      while (k < reports.start[p + 1]! && groups.of[reports.report[k]!] === s) walk.count(events, reports.report[k++]!);
      walk.close(s, k - from, total[s]!, margin);
    }
    for (let i = first; i < last; i++) write(out, i, walk.sums, (i - first) * STRATUM_SUMS);
    first = last;
  }
  return out;
}

/** Sums over strata of the pairs of one product. */
class ProductWalk {
  sums = new Float64Array(0);
  /** Reports of the current stratum with the product, per event. */
  readonly #counter: Uint32Array;
  /** Per pair, the next stratum of its event. */
  #cursor = new Uint32Array(0);
  #event: Uint32Array = new Uint32Array(0);

  constructor(nEvents: number) {
    this.#counter = new Uint32Array(nEvents);
  }

  start(event: Uint32Array, margin: SparseMargins): void {
    this.#event = event;
    if (event.length > this.#cursor.length) {
      this.#cursor = new Uint32Array(event.length * 2);
      this.sums = new Float64Array(event.length * 2 * STRATUM_SUMS);
    }
    this.sums.fill(0, 0, event.length * STRATUM_SUMS);
    for (let i = 0; i < event.length; i++) this.#cursor[i] = margin.offsets[event[i]!]!;
  }

  count(events: Axis, report: number): void {
    for (let k = events.offsets[report]!; k < events.offsets[report + 1]!; k++) this.#counter[events.ids[k]!]!++;
  }

  /** Ends a stratum of which `n1` reports name the product. Events of the product outside it add 0 and are passed over. */
  close(s: number, n1: number, n: number, margin: SparseMargins): void {
    const event = this.#event;
    for (let i = 0; i < event.length; i++) {
      const e = event[i]!;
      const end = margin.offsets[e + 1]!;
      let k = this.#cursor[i]!;
      while (k < end && margin.stratum[k]! < s) k++;
      this.#cursor[i] = k;
      if (k === end || margin.stratum[k] !== s) continue;
      const m1 = margin.count[k]!;
      const a = this.#counter[e]!;
      this.#counter[e] = 0;
      addStratum(this.sums, i * STRATUM_SUMS, a, n1 - a, m1 - a, n - n1 - (m1 - a));
    }
  }
}

const emptyColumns = (n: number): MantelHaenszelColumns => ({
  ror: ratioColumns(n),
  prr: ratioColumns(n),
  cmh: {
    statistic: new Float64Array(n),
    p: new Float64Array(n),
    corrected: new Float64Array(n),
    correctedP: new Float64Array(n),
  },
  expected: new Float64Array(n),
  strataUsed: new Uint32Array(n),
});

function write(out: MantelHaenszelColumns, i: number, sums: Float64Array, at: number): void {
  const ror = rorOf(sums, at);
  const rorSpread = Math.exp(Z95 * rorErrorOf(sums, at));
  out.ror.estimate[i] = ror;
  out.ror.lower[i] = ror / rorSpread;
  out.ror.upper[i] = ror * rorSpread;
  const prr = prrOf(sums, at);
  const prrSpread = Math.exp(Z95 * prrErrorOf(sums, at));
  out.prr.estimate[i] = prr;
  out.prr.lower[i] = prr / prrSpread;
  out.prr.upper[i] = prr * prrSpread;
  const statistic = cmhOf(sums, at, 0);
  const corrected = cmhOf(sums, at, 0.5);
  out.cmh.statistic[i] = statistic;
  out.cmh.p[i] = chiSquareSf(statistic, 1);
  out.cmh.corrected[i] = corrected;
  out.cmh.correctedP[i] = chiSquareSf(corrected, 1);
  out.expected[i] = sums[at + EXPECTED]!;
  out.strataUsed[i] = sums[at + STRATA]!;
}

function reportOrigin(table: ReportTable, counts: PairCounts): PairOrigin {
  const { origin } = counts;
  if (origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no reports to stratify");
  if (counts.options.unit === "cell")
    throw new PvError("INVALID_OPTION", `unit "cell": strata are made of reports, and these counts are of cells`);
  if (origin.comparator !== undefined)
    throw new PvError("INVALID_OPTION", "strata and a comparator cannot be combined");
  const { rows } = origin;
  if (rows.length > 0 && rows[rows.length - 1]! >= table.size) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `table: ${table.size} reports, but row ${rows[rows.length - 1]!} was counted; give the table the counts came from`,
    );
  }
  return origin;
}

function has(axis: Axis, i: number, label: number): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (axis.ids[k] === label) return true;
  return false;
}

/** Positions of all reports, by stratum. */
function byStratum({ labels, of }: Strata): Uint32Array {
  const at = new Uint32Array(labels.length + 1);
  for (const s of of) at[s + 1]!++;
  for (let s = 0; s < labels.length; s++) at[s + 1]! += at[s]!;
  const order = new Uint32Array(of.length);
  for (let i = 0; i < of.length; i++) order[at[of[i]!]!++] = i;
  return order;
}

/** Label → reports: those of label i are `report[start[i]]` to `report[start[i + 1] - 1]`. */
interface Reports {
  readonly start: Uint32Array;
  readonly report: Uint32Array;
}

/** The axis the other way round, reports in the given order. */
function reportsOf(axis: Axis, order: Uint32Array): Reports {
  const start = new Uint32Array(axis.labels.length + 1);
  for (const id of axis.ids) start[id + 1]!++;
  for (let i = 0; i < axis.labels.length; i++) start[i + 1]! += start[i]!;
  const at = start.slice();
  const report = new Uint32Array(axis.ids.length);
  for (const i of order) {
    for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) report[at[axis.ids[k]!]!++] = i;
  }
  return { start, report };
}
