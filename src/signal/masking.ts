import { PvError } from "../error.ts";
import { independent, type FourfoldColumns } from "../count/fourfold.ts";
import type { PairOrigin } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { countedReports, pairReports, tablesWithout } from "./robustness-cells.ts";
import { finiteOrNull, rescore } from "./robustness-rescore.ts";
import { cellsAt, type PairCells } from "./robustness.ts";
import type { Screening, ScreenRow } from "./screen.ts";

/** A pair without the reports of another product. */
export interface Masker {
  readonly masker: string;
  /**
   * Masking ratio: PRR without the masker's reports over PRR with them. Above 1 the masker hides the pair. `null` where either
   * does not exist or is infinite.
   */
  readonly ratio: number | null;
  /** Reports of the masker: all, with the event, with the product, with both. */
  readonly reports: {
    readonly all: number;
    readonly withEvent: number;
    readonly withProduct: number;
    readonly withBoth: number;
  };
  /** The cells that a recount without the masker's reports gives. */
  readonly table: PairCells;
  readonly scores: ScreenRow["scores"];
  readonly missing: ScreenRow["missing"];
  readonly flags: ScreenRow["flags"];
  /** Rules that are met without the masker's reports and not with them. */
  readonly unmasked: readonly string[];
}

/** Which products hide a pair. Plain data, safe for JSON. */
export interface Masking {
  readonly product: string;
  readonly event: string;
  readonly table: PairCells;
  /** By falling ratio, then by name. */
  readonly maskers: readonly Masker[];
}

/** How many maskers {@link masking} tells of. */
export interface MaskingOptions {
  /** At most so many; 5 unless told. */
  readonly limit?: number | undefined;
}

/**
 * Tells which products hide a pair: for every other product reported with the event, the pair is recounted without the reports
 * that name that product, those that name both products included, and scored again. Nothing is approximated: where no report
 * names both, the ratio is (1 − n_M / (n − n1)) / (1 − m_M / (m1 − a)), with n_M reports of the masker and m_M of them with the
 * event. The prior of EBGM stays that of the screening; rules that need a false discovery rate are undecided.
 *
 * @param table - the reports that `screening.counts` was counted from
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` for stratified counts, count cells, counts that did not come from reports or a
 *   limit that is not a whole number; `INVALID_ARGUMENT` when `table` has fewer rows than were counted
 * @see Maignen et al. (2014) doi:10.1002/pds.3530, doi:10.1002/pds.3529; Wang et al. (2010)
 *   doi:10.2165/11584390-000000000-00000; Juhlin et al. (2013) doi:10.1002/pds.3474
 * @example
 * explain(screening, table, pair);
 * masking(screening, table, pair).maskers[0]?.unmasked;
 */
export function masking(
  screening: Screening,
  table: ReportTable,
  { product, event }: { readonly product: string; readonly event: string },
  { limit = 5 }: MaskingOptions = {},
): Masking {
  if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new PvError("INVALID_OPTION", `limit: expected a whole number, 0 or more, got ${limit}`);
  const { counts } = screening;
  refuseStrata(screening);
  const origin = countedReports(table, counts);
  const reports = pairReports(table, counts, origin, { product, event });
  const own = counts.products.indexOf(product);
  const cells = labelCells(origin, reports.cell);
  const others: number[] = [];
  for (let p = 0; p < counts.products.length; p++)
    if (p !== own && cells[p * 4]! + cells[p * 4 + 2]! > 0) others.push(p);
  const removed = new Float64Array(others.length * 4);
  others.forEach((p, g) => {
    removed.set(cells.subarray(p * 4, p * 4 + 4), g * 4);
  });
  const whole = tablesWithout(reports, new Float64Array(4));
  const before = prrAt(whole, 0);
  const flagsBefore = rescore(screening, whole).flags(0);
  const tables = tablesWithout(reports, removed);
  const { scores, missing, flags } = rescore(screening, tables);
  const key = (g: number): number => {
    const ratio = prrAt(tables, g) / before;
    return Number.isNaN(ratio) ? -Infinity : ratio;
  };
  const order = [...others.keys()].sort((x, y) => (key(x) === key(y) ? x - y : key(y) > key(x) ? 1 : -1));
  return {
    product,
    event,
    table: cellsAt(whole, 0),
    maskers: order.slice(0, limit).map((g): Masker => {
      const [a = 0, b = 0, c = 0, d = 0] = removed.subarray(g * 4, g * 4 + 4);
      const after = flags(g);
      return {
        masker: counts.products[others[g]!]!,
        ratio: finiteOrNull(prrAt(tables, g) / before),
        reports: { all: a + b + c + d, withEvent: a + c, withProduct: a + b, withBoth: a },
        table: cellsAt(tables, g),
        scores: scores(g),
        missing: missing(g),
        flags: after,
        unmasked: Object.keys(after).filter((rule) => after[rule] === true && flagsBefore[rule] !== true),
      };
    }),
  };
}

/** @throws PvError `INVALID_OPTION` */
export function refuseStrata({ counts }: Screening): void {
  if (counts.stratified)
    throw new PvError("INVALID_OPTION", "masking is told for unstratified counts; count again without strata");
}

/** Reports of every product in each cell of the pair, in one pass. */
function labelCells({ products }: PairOrigin, cell: Uint8Array): Float64Array {
  const counts = new Float64Array(products.labels.length * 4);
  for (let i = 0; i < cell.length; i++) {
    if (cell[i]! > 3) continue;
    for (let k = products.offsets[i]!; k < products.offsets[i + 1]!; k++) counts[products.ids[k]! * 4 + cell[i]!]!++;
  }
  return counts;
}

/** Proportional reporting ratio of row i; `Infinity` when nobody else reports the event. */
export function prrAt({ a, b, c, d }: FourfoldColumns, i: number): number {
  return a[i]! / (a[i]! + b[i]!) / (c[i]! / (c[i]! + d[i]!));
}

/** Relative reporting ratio from the margins. */
export const rrrOf = (a: number, n1: number, m1: number, n: number): number => a / independent(n1, m1, n);
