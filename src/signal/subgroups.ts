import type { FourfoldTable } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";
import { MISSING_STRATUM, type StrataKey } from "../count/strata.ts";
import type { ReportTable } from "../count/table.ts";
import { holm } from "./holm.ts";
import { mantelHaenszel, type BreslowDay } from "./mantel-haenszel.ts";
import type { RatioInterval } from "./ratio.ts";
import { ror } from "./ror.ts";
import { stratifiedTables } from "./stratified-tables.ts";
import { subgroupDifference, type SubgroupDifference } from "./subgroup-difference.ts";

/** One group of reports; a row of a forest plot. */
export interface SubgroupRow extends RatioInterval {
  /** Name of the group. */
  readonly label: string;
  readonly table: FourfoldTable;
  /** Against all other groups together; null for reports without the value, which are compared with nobody. */
  readonly difference: SubgroupDifference | null;
  /** p of the difference, adjusted for the number of groups after Holm. */
  readonly adjustedP: number;
}

/** How a pair is reported in each of several groups. */
export interface SubgroupComparison {
  /** Every group with a counted report, by name; estimate and limits are the reporting odds ratio in the group. */
  readonly rows: readonly SubgroupRow[];
  /** Mantel–Haenszel odds ratio over the groups, without the reports of unknown group. */
  readonly common: RatioInterval;
  /** Test that the odds ratio is the same in all of them. */
  readonly homogeneity: BreslowDay;
}

/**
 * Scores a pair within each group of reports and each group against the rest. Reports without the value are listed as a group
 * of their own, and are part of neither side of a comparison nor of the test of homogeneity.
 *
 * Two groups give one comparison seen from both sides: Holm's adjustment then counts it twice.
 *
 * @param table - the reports that `counts` was counted from
 * @param strata - what divides the reports, as in `countPairs`
 * @param level - coverage of the intervals, 0 < level < 1
 * @throws PvError as `stratifiedTables`; `INVALID_LEVEL`
 * @see Breslow, Day (1980) IARC Scientific Publications 32; Altman, Bland (2003) doi:10.1136/bmj.326.7382.219
 * @example
 * compareSubgroups(table, counts, ["sex"], { product: "RISPERIDONE", event: "Gynaecomastia" }).homogeneity.taroneP;
 */
export function compareSubgroups(
  table: ReportTable,
  counts: PairCounts,
  strata: StrataKey,
  pair: { readonly product: string; readonly event: string },
  level = 0.95,
): SubgroupComparison {
  const groups = stratifiedTables(table, counts, strata, pair);
  const known = groups.filter(({ stratum }) => stratum !== MISSING_STRATUM).map((group) => group.table);
  const total = known.reduce(sum, { a: 0, b: 0, c: 0, d: 0 });
  const differences = groups.map(({ stratum, table: inside }) =>
    stratum === MISSING_STRATUM ? null : subgroupDifference(inside, rest(total, inside), level),
  );
  const adjusted = holm(differences.map((difference) => difference?.p ?? NaN));
  const { ror: common, breslowDay } = mantelHaenszel(known, level);
  return {
    rows: groups.map(({ stratum, table: inside }, i) => ({
      label: stratum,
      ...ror(inside, level),
      table: inside,
      difference: differences[i]!,
      adjustedP: adjusted[i]!,
    })),
    common,
    homogeneity: breslowDay,
  };
}

const sum = (x: FourfoldTable, y: FourfoldTable): FourfoldTable => ({
  a: x.a + y.a,
  b: x.b + y.b,
  c: x.c + y.c,
  d: x.d + y.d,
});

const rest = (total: FourfoldTable, part: FourfoldTable): FourfoldTable => ({
  a: total.a - part.a,
  b: total.b - part.b,
  c: total.c - part.c,
  d: total.d - part.d,
});
