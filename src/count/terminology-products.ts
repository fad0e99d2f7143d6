import type { Dictionary } from "../report/dictionary.ts";
import type { ProductNormaliser } from "../report/product-name.ts";
import type { NearTerm } from "../report/terminology-nearest.ts";
import { productLabels, type KeyFunction, type ProductLevel } from "./axis.ts";
import type { ReportTable } from "./table.ts";
import { atLevel, type UnmappedRule } from "./terminology-level.ts";
import type { ProductView } from "./view.ts";
import { PvError } from "../error.ts";

type TextLevel = Extract<ProductLevel, "name" | "ingredient">;

/** What {@link productLevel} may be told. */
export interface ProductLevelOptions {
  /** Normalises the name before it is looked up; without it the name as reported is. */
  readonly normalise?: ProductNormaliser | undefined;
  /** What is looked up: the ingredient (its name where a report gives none), or the name. The ingredient unless told. */
  readonly of?: TextLevel | undefined;
  /** `"error"` unless told. */
  readonly unmapped?: UnmappedRule | undefined;
}

/**
 * Products by their normalised names, as a product key for `countPairs`.
 *
 * @example
 * countPairs(table, { product: productKey(productNames({ strengths: "strip" })) });
 */
export function productKey(normalise: ProductNormaliser, of: TextLevel = "name"): KeyFunction<ProductView> {
  const names = new Map<string, string>();
  return (product) => {
    const text = textOf(product, of);
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = normalise(text).name));
    return name;
  };
}

/**
 * Products at a level of a hierarchy (ATC): a product counts at every place it has there, and ATC gives a substance one for
 * each use. Several ingredients in one text are the caller's to split.
 *
 * @throws PvError `INVALID_OPTION` for a level the dictionary does not have; the key throws `UNKNOWN_TERM` for a product
 *   without a place when `unmapped` is `"error"`
 */
export function productLevel(
  dictionary: Dictionary,
  level: string,
  options: ProductLevelOptions = {},
): KeyFunction<ProductView> {
  const { normalise, of = "ingredient", unmapped = "error" } = options;
  const place = atLevel(dictionary, level, "all", "all");
  const known = new Map<string, readonly string[]>();
  return (product) => {
    const text = textOf(product, of);
    let labels = known.get(text);
    if (labels === undefined) {
      const name = normalise?.(text).name ?? text;
      const found = place(dictionary.numbersOf(name));
      if ("reason" in found && unmapped === "error")
        throw new PvError(
          "UNKNOWN_TERM",
          `product ${JSON.stringify(name)} has no place at ${level} of ${dictionary.label} (${found.reason}); mapProducts lists all such`,
        );
      labels = "labels" in found ? found.labels : unmapped === "keep" ? [name] : [];
      known.set(text, labels);
    }
    return labels;
  };
}

const textOf = (product: ProductView, of: TextLevel): string =>
  of === "ingredient" ? (product.ingredient ?? product.name) : product.name;

/** A product name that led nowhere. */
export interface UnmappedProduct {
  /** As normalised. */
  readonly name: string;
  /** The spellings it was found under, up to ten. */
  readonly spellings: readonly string[];
  /** Product rows and reports that have it. */
  readonly rows: number;
  readonly reports: number;
  /** Names of the hierarchy that look like it; empty without one. */
  readonly near: readonly NearTerm[];
}

/** How the products of a table fit an alias table or a hierarchy. */
export interface ProductMapping {
  readonly rows: { readonly total: number; readonly mapped: number };
  /** Different normalised names. */
  readonly names: { readonly total: number; readonly mapped: number };
  /** By falling number of reports. */
  readonly unmapped: readonly UnmappedProduct[];
}

/**
 * Lists the products of a table that no alias leads anywhere for, or, with a dictionary, that have no place in it.
 */
export function mapProducts(
  table: ReportTable,
  normalise: ProductNormaliser,
  options: { readonly of?: TextLevel; readonly dictionary?: Dictionary; readonly near?: number } = {},
): ProductMapping {
  const { of = "name", dictionary, near = 3 } = options;
  const textsOf = productLabels(table, of);
  const { productOffsets } = table.columns;
  interface Tally {
    readonly spellings: Set<string>;
    readonly mapped: boolean;
    rows: number;
    reports: number;
    last: number;
  }
  const tallies = new Map<string, Tally>();
  const names = new Map<string, { readonly name: string; readonly mapped: boolean }>();
  for (let row = 0; row < table.size; row++) {
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      for (const text of textsOf(j)) {
        let found = names.get(text);
        if (found === undefined) names.set(text, (found = normalise(text)));
        const { name } = found;
        let tally = tallies.get(name);
        if (tally === undefined) {
          const mapped = dictionary === undefined ? found.mapped : dictionary.numbersOf(name).length > 0;
          tallies.set(name, (tally = { spellings: new Set(), mapped, rows: 0, reports: 0, last: -1 }));
        }
        tally.spellings.add(text);
        tally.rows++;
        if (tally.last !== row) tally.reports++;
        tally.last = row;
      }
    }
  }
  const all = [...tallies];
  const sum = (list: readonly (readonly [string, Tally])[]): number =>
    list.reduce((rows, [, tally]) => rows + tally.rows, 0);
  const mapped = all.filter(([, tally]) => tally.mapped);
  const unmapped = all
    .filter(([, tally]) => !tally.mapped)
    .sort(([x, a], [y, b]) => b.reports - a.reports || (x < y ? -1 : 1))
    .map(([name, { spellings, rows, reports }]) => ({
      name,
      spellings: [...spellings].sort().slice(0, 10),
      rows,
      reports,
      near: dictionary === undefined || near === 0 ? [] : dictionary.nearest(name, near),
    }));
  return {
    rows: { total: sum(all), mapped: sum(mapped) },
    names: { total: all.length, mapped: mapped.length },
    unmapped,
  };
}
