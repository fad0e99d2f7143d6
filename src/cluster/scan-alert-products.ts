import type { ProductKey, ReportGroups } from "../count/axis.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import {
  requireOneOf,
  requirePositive,
  requireWhole,
  suspectLabels,
  unitDayFilter,
  type AlertScopeOptions,
  type ScopedRows,
} from "./alert-scope.ts";
import type { HolidayCalendar } from "./calendar.ts";
import type { PlacedReports, PlaceOptions } from "./scan-alert-places.ts";
import type { ScanOptions } from "./scan-options.ts";

/** How `findPlaceClusters` looks at places. */
export interface PlaceClusterOptions extends AlertScopeOptions, PlaceOptions {
  /** Results depend on it and on nothing else that is random. */
  readonly seed: number;
  /** Only this product, or these; every product with `minCases` or more unless told. */
  readonly product?: string | readonly string[] | undefined;
  /** What a product is; `"name"` unless told. */
  readonly productKey?: Exclude<ProductKey, ReportGroups> | undefined;
  /**
   * `"permutation"` (unless told): the product's reports alone, place and time unrelated when nothing is wrong. `"bernoulli"`: the
   * product's reports against all others of the same places and days, which takes out how busily a place reports.
   */
  readonly model?: "permutation" | "bernoulli" | undefined;
  /** Days of the period that ends with `asOf`; 365 unless told. */
  readonly days?: number | undefined;
  /** Longest window in days; 30 unless told. All windows last until `asOf`. */
  readonly maxWindow?: number | undefined;
  /** Largest zone; half of what is at risk unless told. */
  readonly zoneMax?: ScanOptions["zoneMax"];
  /** Permute days within their kind, for `"permutation"` only. */
  readonly dayTypes?: "weekday" | HolidayCalendar | undefined;
  /** Products with fewer counted reports in the period are not scanned, and zones with fewer than 3 not looked at; 5 unless told. */
  readonly minCases?: number | undefined;
  /** 999 unless told; a product that is clearly unremarkable takes fewer. */
  readonly replications?: number | undefined;
  /** Alert when as much comes up by chance at most so many times a year, over all products; 1 unless told. */
  readonly perYear?: number | undefined;
  /** How often a year the scan is made; 365 unless told. */
  readonly looksPerYear?: number | undefined;
}

/** The options filled in. */
export interface PlaceSettings {
  readonly days: number;
  readonly maxWindow: number;
  readonly minCases: number;
  readonly replications: number;
  readonly perYear: number;
  readonly looksPerYear: number;
  readonly model: "permutation" | "bernoulli";
  readonly unitDays: boolean;
}

/** @throws PvError `INVALID_OPTION` */
export function placeSettings(options: PlaceClusterOptions): PlaceSettings {
  const { model = "permutation", unitDays = true, withoutCentre = "leave-out", placeOf = "division" } = options;
  requireOneOf("model", model, ["permutation", "bernoulli"]);
  requireOneOf("withoutCentre", withoutCentre, ["leave-out", "above"]);
  requireOneOf("placeOf", placeOf, ["division", "region"]);
  const days = requireWhole("days", options.days ?? 365, 2, 3650);
  if (options.dayTypes !== undefined && model !== "permutation") {
    throw new PvError("INVALID_OPTION", `dayTypes: only for the permutation model, got ${model}`);
  }
  if (!Number.isFinite(options.seed))
    throw new PvError("INVALID_OPTION", `seed: expected a finite number, got ${options.seed}`);
  return {
    days,
    maxWindow: requireWhole("maxWindow", options.maxWindow ?? Math.min(30, days - 1), 1, days - 1),
    minCases: requireWhole("minCases", options.minCases ?? 5, 2),
    replications: requireWhole("replications", options.replications ?? 999, 19),
    perYear: requirePositive("perYear", options.perYear ?? 1),
    looksPerYear: requirePositive("looksPerYear", options.looksPerYear ?? 365),
    model,
    unitDays,
  };
}

/** Reports of one product with a usable place and day. */
export interface ProductRows {
  /** Table rows, ascending. */
  readonly rows: number[];
  /** 1 where the row counts, 0 where another of its unit and day does. */
  readonly counted: number[];
}

/** What is scanned. */
export interface PlaceMarks {
  readonly byProduct: ReadonlyMap<string, ProductRows>;
  /** For `"bernoulli"`: rows with at least one product that counts, with these products. */
  readonly all: readonly {
    readonly row: number;
    readonly labels: readonly string[];
    readonly counts: readonly boolean[];
  }[];
  readonly reports: number;
  readonly withoutProduct: number;
}

/** Sorts the reports that have a place by product. */
export function productMarks(
  table: ReportTable,
  { rows, day }: ScopedRows,
  { place }: PlacedReports,
  { productKey = "name", unitDays = true, model = "permutation" }: PlaceClusterOptions,
): PlaceMarks {
  const labelsOf = suspectLabels(table, productKey);
  const isFirst = unitDayFilter(table, day, unitDays);
  const byProduct = new Map<string, ProductRows>();
  const all: { row: number; labels: readonly string[]; counts: boolean[] }[] = [];
  let reports = 0;
  let withoutProduct = 0;
  for (const row of rows) {
    if (place[row]! < 0) continue;
    const labels = labelsOf(row);
    if (labels.length === 0) withoutProduct++;
    else reports++;
    const counts = labels.map((label) => {
      const first = isFirst(row, label);
      let own = byProduct.get(label);
      if (own === undefined) byProduct.set(label, (own = { rows: [], counted: [] }));
      own.rows.push(row);
      own.counted.push(first ? 1 : 0);
      return first;
    });
    if (model === "bernoulli" && counts.includes(true)) all.push({ row, labels, counts });
  }
  return { byProduct, all, reports, withoutProduct };
}
