import type { FourfoldColumns } from "../count/fourfold.ts";
import type { PairRow } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { countedReports, groupCells, pairReports, tablesWithout, type PairReports } from "./robustness-cells.ts";
import { leaveOutGroups, type GroupName, type RobustnessOptions } from "./robustness-groups.ts";
import { rescore } from "./robustness-rescore.ts";
import type { Screening, ScreenRow } from "./screen.ts";

/** Cells, margins, total and expected count of a pair. */
export type PairCells = Omit<PairRow, "product" | "event">;

/** The pair without one group of reports. */
export interface LeaveOut extends GroupName {
  /** Reports left out: of all that were counted, and of those with product and event. */
  readonly removed: { readonly reports: number; readonly ofPair: number };
  /** The cells that a recount without these reports gives. */
  readonly table: PairCells;
  readonly scores: ScreenRow["scores"];
  readonly missing: ScreenRow["missing"];
  readonly flags: ScreenRow["flags"];
}

/** How firmly one rule stands on a pair. */
export interface RuleRobustness {
  readonly name: string;
  /** As screened. */
  readonly met: boolean | null;
  /** Numbers of the leave-outs without which a rule that was met is no longer met, or undecided. */
  readonly undoneBy: readonly number[];
  /** Of these the one with the fewest reports of the pair, then the fewest in all; `null` when nothing undoes the rule. */
  readonly smallest: number | null;
  /**
   * How many reports with product and event must go until the rule is no longer met. Where expected counts are stratified, the
   * next report is taken where it lowers the expected count least, which is near the smallest number but need not be it.
   * `null` when the rule was not met, or is met with none of them left.
   */
  readonly fragility: number | null;
}

/** What becomes of a pair without this or that group of its reports. Plain data, safe for JSON. */
export interface Robustness {
  readonly product: string;
  readonly event: string;
  readonly table: PairCells;
  readonly leaveOuts: readonly LeaveOut[];
  readonly rules: readonly RuleRobustness[];
}

/**
 * Recounts and rescores one pair without the largest reporting unit (and every unit with a large share), the products named
 * most often beside it, suspected duplicates, and one stratum, one kind of reporter and one kind of report at a time. All
 * counted reports of the group go, not only those of the pair: the cells are those of a count of the others. Reports that do
 * not say their sex, region or reporter are a stratum `(missing)`; an unknown unit is not a unit.
 *
 * The prior of EBGM stays that of the screening. A false discovery rate does not exist for a single pair: rules that need it
 * are undecided, and count as undone.
 *
 * @param table - the reports that `screening.counts` was counted from
 * @throws PvError `UNKNOWN_TERM` when product or event occur nowhere, or a suspected duplicate is not in the table;
 *   `INVALID_OPTION` for a share or number out of range, a field that cannot stratify, counts that did not come from reports,
 *   count cells, or were stratified by a function; `INVALID_ARGUMENT` when `table` has fewer rows than were counted
 * @see Walsh et al. (2014) doi:10.1016/j.jclinepi.2013.10.019 for the number of events a finding hangs on (fragility)
 * @example
 * explain(screening, table, pair);
 * robustness(screening, table, pair, { duplicates: findDuplicates(table).groups }).rules[0]?.fragility;
 */
export function robustness(
  screening: Screening,
  table: ReportTable,
  { product, event }: { readonly product: string; readonly event: string },
  options: RobustnessOptions = {},
): Robustness {
  const { counts } = screening;
  const origin = countedReports(table, counts);
  const reports = pairReports(table, counts, origin, { product, event });
  const groups = leaveOutGroups(table, origin, product, reports, options);
  const leaveOuts = groups.flatMap((group) => leftOut(screening, reports, group.names, groupCells(reports, group)));
  const whole = tablesWithout(reports, new Float64Array(reports.total.length));
  const rescored = rescore(screening, whole);
  const at = counts.find(product, event);
  const screened = at < 0 ? rescored.flags(0) : screening.row(at).flags;
  const rules = screening.definitions().map(({ name }, r): RuleRobustness => {
    const met = screened[name] ?? null;
    const undoneBy = met === true ? [...leaveOuts.keys()].filter((k) => leaveOuts[k]!.flags[name] !== true) : [];
    return {
      name,
      met,
      undoneBy,
      smallest: smallestOf(leaveOuts, undoneBy),
      fragility: met === true ? fragilityOf(screening, reports, r) : null,
    };
  });
  return { product, event, table: cellsAt(whole, 0), leaveOuts, rules };
}

function leftOut(
  screening: Screening,
  reports: PairReports,
  names: readonly GroupName[],
  removed: Float64Array,
): LeaveOut[] {
  const tables = tablesWithout(reports, removed);
  const { scores, missing, flags } = rescore(screening, tables);
  const width = reports.total.length;
  return names.map((name, g) => {
    const own = removed.subarray(g * width, (g + 1) * width);
    return {
      ...name,
      removed: {
        reports: own.reduce((sum, n) => sum + n, 0),
        ofPair: own.filter((_, k) => k % 4 === 0).reduce(add, 0),
      },
      table: cellsAt(tables, g),
      scores: scores(g),
      missing: missing(g),
      flags: flags(g),
    };
  });
}

const add = (x: number, y: number): number => x + y;

/** One row of columns as cells with margins. */
export function cellsAt(columns: FourfoldColumns, i: number): PairCells {
  const { a, b, c, d } = { a: columns.a[i]!, b: columns.b[i]!, c: columns.c[i]!, d: columns.d[i]! };
  return { a, b, c, d, n1: a + b, m1: a + c, n: a + b + c + d, expected: columns.expected[i]! };
}

function smallestOf(leaveOuts: readonly LeaveOut[], chosen: readonly number[]): number | null {
  const size = (k: number): LeaveOut["removed"] => leaveOuts[k]!.removed;
  const [first = null] = [...chosen].sort(
    (x, y) => size(x).ofPair - size(y).ofPair || size(x).reports - size(y).reports || x - y,
  );
  return first;
}

/** Numbers of removed reports that are scored together. */
const CHUNK = 256;

function fragilityOf(screening: Screening, reports: PairReports, rule: number): number | null {
  const width = reports.total.length;
  const gone = new Float64Array(width);
  let left = 0;
  for (let k = 0; k < width; k += 4) left += reports.total[k]!;
  for (let removed = 0; removed < left;) {
    const size = Math.min(CHUNK, left - removed);
    const chunk = new Float64Array(size * width);
    for (let g = 0; g < size; g++) {
      gone[cheapest(reports, gone)]!++;
      chunk.set(gone, g * width);
    }
    const { verdict } = rescore(screening, tablesWithout(reports, chunk));
    for (let g = 0; g < size; g++) if (verdict(rule, g) !== 1) return removed + g + 1;
    removed += size;
  }
  return null;
}

/** The cell a of the stratum in which one report less lowers the expected count least. */
function cheapest({ total }: PairReports, gone: Float64Array): number {
  let best = -1;
  let least = Infinity;
  for (let at = 0; at < total.length; at += 4) {
    const a = total[at]! - gone[at]!;
    if (a <= 0) continue;
    const n1 = a + total[at + 1]!;
    const m1 = a + total[at + 2]!;
    const n = n1 + total[at + 2]! + total[at + 3]!;
    const loss = (n1 * m1) / n - (n > 1 ? ((n1 - 1) * (m1 - 1)) / (n - 1) : 0);
    if (loss < least) {
      least = loss;
      best = at;
    }
  }
  return best;
}
