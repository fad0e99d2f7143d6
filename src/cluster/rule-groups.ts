import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { NO_DAY } from "../report/date.ts";
import { neighbourLots, normaliseLot } from "../report/lot.ts";
import { DOMAINS, ROLES } from "../report/report.ts";
import type { AlertScope } from "./alert.ts";
import { productNaming, type RuleProductKey } from "./rule-product.ts";
import type { RuleProfile } from "./rule-profile.ts";

/** Reports that share what a profile groups by. */
export interface ReportGroup {
  readonly scope: AlertScope;
  /** Table rows by day, then by row. */
  readonly rows: readonly number[];
  /** For groups by lot: rows of the same product and place that give no lot. */
  readonly lotless: readonly number[] | null;
}

/** Rows a profile looks at as of a day, and how many it does not, by reason. */
export function reportsInScope(
  table: ReportTable,
  profile: RuleProfile,
  asOf: number,
): {
  readonly rows: Uint32Array;
  readonly excluded: {
    readonly otherDomain: number;
    readonly receivedLater: number;
    readonly withoutExactDate: number;
  };
} {
  const { reports } = table.columns;
  const clock = profile.clock === "received" ? reports.received : reports.event;
  const rows: number[] = [];
  const excluded = { otherDomain: 0, receivedLater: 0, withoutExactDate: 0 };
  for (let row = 0; row < table.size; row++) {
    if (profile.domains !== "all" && !profile.domains.includes(DOMAINS[reports.domain[row]! - 1]!))
      excluded.otherDomain++;
    else if (reports.received.day[row]! > asOf || clock.day[row]! > asOf) excluded.receivedLater++;
    else if (clock.day[row] === NO_DAY || clock.precision[row] !== 1) excluded.withoutExactDate++;
    else rows.push(row);
  }
  return { rows: Uint32Array.from(rows), excluded };
}

/** A product in one place: its reports, and those of each lot. */
interface Family {
  readonly scope: AlertScope;
  readonly all: Set<number>;
  readonly byLot: Map<string, Set<number>>;
  readonly lotless: Set<number>;
}

/**
 * Groups by product and by what the profile names, ordered by their names. Only suspect and interacting products form groups.
 * `incomplete` counts reports with such a product that lacks a part of its key.
 */
export function groupReports(
  table: ReportTable,
  profile: RuleProfile,
  rows: Uint32Array,
  product: RuleProductKey,
): { readonly groups: ReportGroup[]; readonly incomplete: number } {
  const { reports, products, productOffsets, lotOffsets, lots, details } = table.columns;
  const naming = productNaming(table, product);
  const { category } = profile;
  const ofCategory = (productRow: number): boolean => {
    if (category === undefined) return true;
    const own = textAt(details.products.category, productRow) ?? "";
    return "only" in category ? category.only.includes(own) : !category.except.includes(own);
  };
  const incomplete = new Set<number>();
  const byRegion = profile.groupBy.includes("region");
  const byUnit = profile.groupBy.includes("unit");
  const families = new Map<string, Family>();
  for (const row of rows) {
    const region = byRegion ? textAt(reports.region, row) : undefined;
    const unit = byUnit ? textAt(reports.unit, row) : undefined;
    if ((byRegion && region === undefined) || (byUnit && unit === undefined)) continue;
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const role = ROLES[products.role[j]! - 1];
      if ((role !== "suspect" && role !== "interacting") || !ofCategory(j)) continue;
      if (!naming.isComplete(j)) incomplete.add(row);
      for (const label of naming.labels(j)) {
        const scope: AlertScope = {
          product: label,
          ...(region === undefined ? {} : { region }),
          ...(unit === undefined ? {} : { unit }),
        };
        const key = JSON.stringify(scope);
        let family = families.get(key);
        if (family === undefined)
          families.set(key, (family = { scope, all: new Set(), byLot: new Map(), lotless: new Set() }));
        family.all.add(row);
        let named = false;
        for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
          const lot = normaliseLot(lots.lot.values[lots.lot.codes[k]!]!);
          if (lot === undefined) continue;
          named = true;
          const list = family.byLot.get(lot);
          if (list === undefined) family.byLot.set(lot, new Set([row]));
          else list.add(row);
        }
        if (!named) family.lotless.add(row);
      }
    }
  }
  const clock = profile.clock === "received" ? reports.received.day : reports.event.day;
  const order = (list: Iterable<number>): number[] => [...new Set(list)].sort((x, y) => clock[x]! - clock[y]! || x - y);
  const groups = [...families.keys()].sort(compareText).flatMap((key): ReportGroup[] => {
    const { scope, all, byLot, lotless } = families.get(key)!;
    if (!profile.groupBy.includes("lot")) return [{ scope, rows: order(all), lotless: null }];
    const neighbourhoods = new Map<string, readonly string[]>();
    for (const lots of neighbourLots([...byLot.keys()].sort(compareText), profile.lotReach).values()) {
      neighbourhoods.set(JSON.stringify(lots), lots);
    }
    return [...neighbourhoods.values()].map((lots) => ({
      scope: { ...scope, lots },
      rows: order(lots.flatMap((lot) => [...byLot.get(lot)!])),
      lotless: [...lotless],
    }));
  });
  return { groups, incomplete: incomplete.size };
}
