import { PvError } from "../error.ts";
import type { Domain, Role } from "../report/report.ts";
import type { EventKey, ProductKey } from "./axis.ts";
import type { Axis } from "./axis-builder.ts";
import { countScope, type CountScope } from "./count-scope.ts";
import { expectedOverStrata } from "./expected.ts";
import { countMatrix, labelCounts } from "./kernel.ts";
import type { BuiltStore } from "./pair-store-build.ts";
import { storeIds } from "./pair-store-rest.ts";
import { countReports } from "./pair-store-single.ts";
import { finalNumbers, type SparseCounts } from "./pair-store-streams.ts";
import { PairCounts, type CountEcho, type CountExclusions, type PairOrigin } from "./pairs.ts";
import { strataMargins, type Strata, type StrataKey } from "./strata.ts";
import type { ReportTable } from "./table.ts";
import type { TerminologyRule } from "./terminology-scope.ts";
import type { ReportView } from "./view.ts";

/** What `countPairs` counts; everything is echoed in the result. */
export interface CountOptions {
  /** What a product is; `"name"` unless told. */
  readonly product?: ProductKey | undefined;
  /** What an event is; `"term"` unless told. */
  readonly event?: EventKey | undefined;
  /** Roles a product must have had; suspect and interacting unless told. */
  readonly roles?: readonly Role[] | "all" | undefined;
  /** Kinds of product to count. May be left out when the table holds one kind only: kinds never mix unless asked. */
  readonly domain?: Domain | readonly Domain[] | "all" | undefined;
  /** Reports to count; all unless told. */
  readonly where?: ((report: ReportView) => boolean) | undefined;
  /**
   * What a product is compared with: every other report of the scope, or only the reports that name one of `products`
   * (labels of the product axis): its class, or its own comparator.
   */
  readonly background?: "scope" | { readonly products: readonly string[] } | undefined;
  /** Strata over which expected counts are summed, and of which the margins are kept; none unless told. */
  readonly strata?: StrataKey | undefined;
  /**
   * `"report"`: margins and total count distinct reports (Norén 2013). `"cell"`: margins are sums of pair counts, as PhViD,
   * pvLRT and others have it; a report with 3 products and 4 events then weighs 12. Only for comparison with such tools.
   */
  readonly unit?: "report" | "cell" | undefined;
  /**
   * Events of several terminologies are refused unless told otherwise here, or mapped by an `eventLevel`, or not used
   * (lists of report ids). Events that declare none count as a terminology of their own as soon as others declare one.
   */
  readonly terminologies?: TerminologyRule | undefined;
  /** `"complete"`: the total counts reports with at least one product and one event. `"all"`: every report of the scope. */
  readonly universe?: "complete" | "all" | undefined;
}

/**
 * Counts distinct reports for every product–event pair: a report counts once for a pair however often it lists it.
 *
 * @throws PvError `MIXED_DOMAINS` when the table holds several kinds of product and none was chosen; `EMPTY_SCOPE` when no
 *   report is left to count (the message says at which step they went); `MIXED_TERMINOLOGIES` when the events declare
 *   different terminologies (versions of one are told in `options.terminology`); `UNKNOWN_TERM`; `INVALID_OPTION`
 * @see Norén, Hopstadius, Bate (2013) doi:10.1177/0962280211403604 for the report as the unit
 * @example
 * const counts = countPairs(table, { domain: "drug", product: "ingredient" });
 * counts.pair("RISPERIDONE", "Gynaecomastia"); // { a, b, c, d, n1, m1, n, expected }
 */
export function countPairs(table: ReportTable, options: CountOptions = {}): PairCounts {
  const scope = countScope(table, options);
  const { store, pairs } = countReports(scope.input);
  return finishCounts(scopeParts(scope, store), pairs);
}

/** What a count is made of beside its pairs. */
export interface CountedParts {
  readonly store: BuiltStore;
  readonly echo: CountEcho;
  readonly excluded: CountExclusions;
  /** Table rows of the reports; absent when they did not come from a table. */
  readonly rows?: (() => Uint32Array) | undefined;
  readonly strata?: (() => Strata) | undefined;
}

/** @throws PvError `EMPTY_SCOPE` */
export function scopeParts({ echo, excluded, rows, strata }: CountScope, store: BuiltStore): CountedParts {
  return {
    store,
    echo,
    excluded: excluded(store),
    rows: () => rows(store),
    strata: strata && (() => strata(rows(store))),
  };
}

/** The counts of a store's pairs, with margins as the options want them. */
export function finishCounts({ store, echo, excluded, rows, strata }: CountedParts, pairs: SparseCounts): PairCounts {
  const products = occurring(store.labels.products, store.n1);
  const events = occurring(store.labels.events, store.m1);
  const axes = once(() => storeAxes(store, products, events));
  const origin = rows && ((): PairOrigin => ({ rows: rows(), ...axes() }));
  const base = { products, events, rowOffsets: pairs.rowOffsets, event: pairs.event, a: pairs.count, echo, excluded };
  if (echo.unit === "cell") {
    if (strata !== undefined || echo.background !== "scope") {
      throw new PvError("INVALID_OPTION", `unit "cell" has neither strata nor a comparator`);
    }
    return new PairCounts({ ...base, ...cellMargins(pairs, products.length, events.length), origin });
  }
  const margins = {
    n1: Float64Array.from(store.n1).filter((n) => n > 0),
    m1: Float64Array.from(store.m1).filter((n) => n > 0),
    n: store.size,
  };
  if (echo.background !== "scope") {
    if (strata !== undefined) throw new PvError("INVALID_OPTION", "strata and a comparator cannot be combined");
    const comparator = membership(axes().products, echo.background.products);
    return new PairCounts({
      ...base,
      ...margins,
      comparator: comparatorMargins(axes().products, axes().events, pairs, margins.n1, comparator),
      origin: origin && ((): PairOrigin => ({ ...origin(), comparator })),
    });
  }
  if (strata === undefined) return new PairCounts({ ...base, ...margins, origin });
  const kept = strataMargins(axes().products, axes().events, strata());
  return new PairCounts({ ...base, ...margins, expected: expectedOverStrata(kept, pairs), strata: kept, origin });
}

/** Labels that reports have. */
export function occurring(labels: readonly string[], margin: Uint32Array): readonly string[] {
  return margin.includes(0) ? labels.filter((_, i) => margin[i]! > 0) : labels;
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

function storeAxes(
  store: BuiltStore,
  products: readonly string[],
  events: readonly string[],
): { readonly products: Axis; readonly events: Axis } {
  const axis = (kind: "products" | "events", labels: readonly string[], margin: Uint32Array): Axis => {
    const { offsets, ids } = storeIds(store, kind);
    if (labels.length < margin.length) {
      const number = finalNumbers(margin);
      for (let k = 0; k < ids.length; k++) ids[k] = number[ids[k]!]!;
    }
    return { labels, offsets, ids };
  };
  return { products: axis("products", products, store.n1), events: axis("events", events, store.m1) };
}

function cellMargins(
  pairs: SparseCounts,
  nProducts: number,
  nEvents: number,
): { n1: Float64Array; m1: Float64Array; n: number } {
  const n1 = new Float64Array(nProducts);
  const m1 = new Float64Array(nEvents);
  let n = 0;
  for (let p = 0; p < nProducts; p++) {
    for (let i = pairs.rowOffsets[p]!; i < pairs.rowOffsets[p + 1]!; i++) {
      n1[p]! += pairs.count[i]!;
      m1[pairs.event[i]!]! += pairs.count[i]!;
      n += pairs.count[i]!;
    }
  }
  return { n1, m1, n };
}

function membership(products: Axis, names: readonly string[]): Uint8Array {
  const wanted = new Uint8Array(products.labels.length);
  for (const name of names) {
    const code = products.labels.indexOf(name);
    if (code < 0)
      throw new PvError("UNKNOWN_TERM", `background: product ${JSON.stringify(name)} does not occur in the scope`);
    wanted[code] = 1;
  }
  const member = new Uint8Array(products.offsets.length - 1);
  for (let i = 0; i < member.length; i++) {
    for (let k = products.offsets[i]!; k < products.offsets[i + 1]!; k++)
      if (wanted[products.ids[k]!] === 1) member[i] = 1;
  }
  return member;
}

/** Margins over the union of the comparator's reports and the product's own. */
function comparatorMargins(
  products: Axis,
  events: Axis,
  pairs: SparseCounts,
  n1: Float64Array,
  comparator: Uint8Array,
): { m1: Float64Array; n: Float64Array } {
  const positions = Uint32Array.from(comparator.keys()).filter((i) => comparator[i] === 1);
  // The same labels, with only the comparator's reports in them: what a product shares with its comparator counts once.
  const inside = countMatrix(onlyReports(products, comparator), onlyReports(events, comparator));
  const shared = labelCounts(onlyReports(products, comparator));
  const eventTotal = labelCounts(onlyReports(events, comparator));
  const m1 = new Float64Array(pairs.event.length);
  for (let p = 0; p < products.labels.length; p++) {
    let k = inside.rowOffsets[p]!;
    for (let i = pairs.rowOffsets[p]!; i < pairs.rowOffsets[p + 1]!; i++) {
      const e = pairs.event[i]!;
      const both = k < inside.rowOffsets[p + 1]! && inside.event[k] === e ? inside.count[k++]! : 0;
      m1[i] = eventTotal[e]! + pairs.count[i]! - both;
    }
  }
  return { m1, n: n1.map((count, p) => positions.length + count - shared[p]!) };
}

function onlyReports(axis: Axis, member: Uint8Array): Axis {
  const offsets = new Uint32Array(axis.offsets.length);
  const ids: number[] = [];
  for (let i = 0; i < member.length; i++) {
    if (member[i] === 1) for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) ids.push(axis.ids[k]!);
    offsets[i + 1] = ids.length;
  }
  return { labels: axis.labels, offsets, ids: Uint32Array.from(ids) };
}
