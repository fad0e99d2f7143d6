import { PvError } from "../error.ts";
import type { FourfoldTable } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";
import { conditionalRatio } from "./conditional-ratio.ts";
import { heterogeneity, type Heterogeneity } from "./heterogeneity.ts";
import { holm } from "./holm.ts";
import { levelQuantile, type RatioInterval } from "./ratio.ts";
import { ror } from "./ror.ts";

/** One member against the others; a row of a forest plot. Estimate and limits are the reporting odds ratio. */
export interface MemberRow extends RatioInterval {
  readonly label: string;
  /** The member against the reports of the other members that do not name it. */
  readonly table: FourfoldTable;
  /** Two-sided mid-p value of the conditional odds ratio. */
  readonly p: number;
  /** Adjusted for the number of members after Holm. */
  readonly adjustedP: number;
  /** More often than the others, at the level told; never on fewer than `minimum` reports of the pair. */
  readonly standsOut: boolean;
}

/** How an event is reported with each member of a class, or each brand of an ingredient. */
export interface ClassComparison {
  /** In the order given. */
  readonly rows: readonly MemberRow[];
  /** Between the members, over the reports that name one of them only. */
  readonly heterogeneity: Heterogeneity;
  /** Reports that name a member. */
  readonly reports: number;
  /** Reports that name several: part of each of their rows, not of the heterogeneity. */
  readonly shared: number;
  /** Members that occur in no counted report, which have no row. */
  readonly absent: readonly string[];
}

/** How {@link compareMembers} decides. */
export interface MemberOptions {
  /** Coverage of the intervals; 0.95 unless told. */
  readonly level?: number | undefined;
  /** Family-wise error rate of `standsOut`; 0.05 unless told. */
  readonly alpha?: number | undefined;
  /** Least number of reports of the pair for `standsOut`; 3 unless told. */
  readonly minimum?: number | undefined;
}

/**
 * Compares products with each other and with nothing else: the members of a class, the brands of one ingredient, its
 * manufacturers. Each is held against the reports of the others, as `countPairs` does with these products as background, and
 * the member that differs is found by leaving each out in turn. What is common to the class (indication, patients, how it is
 * reported) cancels; what is an effect of the class is not seen.
 *
 * Brands or manufacturers of an ingredient come from a product key of their own:
 * `countPairs(table, { product: (p) => (p.ingredient === "X" ? p.manufacturer : undefined) })`.
 *
 * @param counts - from `countPairs`: counts of reports, without a comparator
 * @param members - labels of products
 * @returns for the ratio see `ror`
 * @throws PvError `UNKNOWN_TERM` when the event occurs nowhere, `INVALID_OPTION` when the counts did not come from reports,
 *   count cells or have a comparator; `INVALID_ARGUMENT` for fewer than two members or a repeated one; `INVALID_LEVEL`
 * @example
 * compareMembers(counts, { event: "Rash", members: ["BRAND A", "BRAND B"] }).heterogeneity.iSquared;
 */
export function compareMembers(
  counts: PairCounts,
  { event, members }: { readonly event: string; readonly members: readonly string[] },
  { level = 0.95, alpha = 0.05, minimum = 3 }: MemberOptions = {},
): ClassComparison {
  const { origin } = counts;
  if (origin === undefined || counts.options.unit === "cell" || origin.comparator !== undefined)
    throw new PvError("INVALID_OPTION", "members are compared in reports: counts of reports without a comparator");
  if (members.length < 2 || new Set(members).size < members.length)
    throw new PvError("INVALID_ARGUMENT", "members: two or more different products");
  if (!(alpha > 0 && alpha < 1)) throw new PvError("INVALID_OPTION", `alpha: between 0 and 1, got ${alpha}`);
  levelQuantile(level);
  const { products, events } = origin;
  const e = events.labels.indexOf(event);
  if (e < 0) throw new PvError("UNKNOWN_TERM", `event ${JSON.stringify(event)} does not occur in the counts`);
  const number = new Map(products.labels.map((label, i) => [label, i]));
  const present = members.filter((label) => number.has(label));
  const place = new Map(present.map((label, i) => [number.get(label)!, i]));
  // Reports with and without the event: of each member, of each alone, of all together.
  const cells = { having: new Float64Array(present.length), without: new Float64Array(present.length) };
  const alone = present.map(() => ({ having: 0, without: 0 }));
  const total = { having: 0, without: 0 };
  let shared = 0;
  for (let i = 0; i + 1 < products.offsets.length; i++) {
    const named: number[] = [];
    for (let k = products.offsets[i]!; k < products.offsets[i + 1]!; k++) {
      const at = place.get(products.ids[k]!);
      if (at !== undefined) named.push(at);
    }
    if (named.length === 0) continue;
    const side = events.ids.subarray(events.offsets[i], events.offsets[i + 1]).includes(e) ? "having" : "without";
    total[side]++;
    for (const at of named) cells[side][at]!++;
    if (named.length === 1) alone[named[0]!]![side]++;
    else shared++;
  }
  const tables = present.map((_, i): FourfoldTable => {
    const [a, b] = [cells.having[i]!, cells.without[i]!];
    return { a, b, c: total.having - a, d: total.without - b };
  });
  const p = tables.map((table) => conditionalRatio(table, { level }).p);
  const adjusted = holm(p);
  return {
    rows: tables.map((table, i): MemberRow => ({
      label: present[i]!,
      ...ror(table, level),
      table,
      p: p[i]!,
      adjustedP: adjusted[i]!,
      standsOut: adjusted[i]! < alpha && table.a >= minimum && table.a * table.d > table.b * table.c,
    })),
    heterogeneity: heterogeneity(alone, level),
    reports: total.having + total.without,
    shared,
    absent: members.filter((label) => !number.has(label)),
  };
}
