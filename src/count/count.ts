import { PvError } from "../error.ts";
import { DOMAINS, ROLES, type Domain, type Role } from "../report/report.ts";
import { eventAxis, productAxis, restrictAxis, type EventKey, type ProductKey } from "./axis.ts";
import type { Axis } from "./axis-builder.ts";
import { countMatrix, labelCounts, type SparseCounts } from "./kernel.ts";
import { PairCounts, type CountEcho } from "./pairs.ts";
import { strataOf, stratifiedExpected, type StrataKey } from "./strata.ts";
import type { ReportTable } from "./table.ts";
import { levelAxis } from "./terminology-axis.ts";
import { isEventLevel } from "./terminology-level.ts";
import { terminologyScope, type TerminologyEcho, type TerminologyRule } from "./terminology-scope.ts";
import { ReportView } from "./view.ts";

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
  /** Strata over which expected counts are summed; none unless told. */
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
  const {
    product = "name",
    event = "term",
    roles = ["suspect", "interacting"],
    background = "scope",
    unit = "report",
    universe = "complete",
    terminologies = "one",
  } = options;
  const domains = chosenDomains(table, options.domain);
  const scope = rowsInScope(table, domains, options.where);
  const isCounted = productFilter(table, roles, domains);
  let products = productAxis(table, scope, product, isCounted);
  const level = isEventLevel(event) ? event : undefined;
  const terms = terminologyScope(table, scope, terminologies, level !== undefined || typeof event === "object");
  const placed = level === undefined ? undefined : levelAxis(table, scope, level, terms.keep);
  let events = placed?.axis ?? eventAxis(table, scope, event, terms.keep);
  const complete = completeReports(products, events);
  const excluded = {
    outOfScope: table.size - scope.length,
    withoutProduct: scope.length - complete.withProduct,
    withoutEvent: complete.withProduct - complete.positions.length,
  };
  if (complete.positions.length === 0) throw new PvError("EMPTY_SCOPE", emptyScope(table, excluded, options));
  let rows = scope;
  if (universe === "complete") {
    products = restrictAxis(products, complete.positions);
    events = restrictAxis(events, complete.positions);
    rows = complete.positions.map((i) => scope[i]!);
  }
  const pairs = countMatrix(products, events);
  const echo: CountEcho = {
    product: keyName(product),
    event: level === undefined ? keyName(event) : `${level.dictionary.label} ${level.level}`,
    roles,
    domains,
    where: options.where === undefined ? "all" : "custom",
    background,
    strata: options.strata === undefined ? "none" : typeof options.strata === "function" ? "custom" : options.strata,
    unit,
    universe,
    ...terminologyEcho(terms.echo, placed?.mapping),
  };
  const base = {
    products: products.labels,
    events: events.labels,
    rowOffsets: pairs.rowOffsets,
    event: pairs.event,
    a: pairs.count,
    echo,
    excluded,
  };
  if (unit === "cell") {
    if (options.strata !== undefined || background !== "scope") {
      throw new PvError("INVALID_OPTION", `unit "cell" has neither strata nor a comparator`);
    }
    return new PairCounts({
      ...base,
      ...cellMargins(pairs, products.labels.length, events.labels.length),
      origin: { rows, products, events },
    });
  }
  const margins = {
    n1: Float64Array.from(labelCounts(products)),
    m1: Float64Array.from(labelCounts(events)),
    n: rows.length,
  };
  if (background !== "scope") {
    if (options.strata !== undefined) throw new PvError("INVALID_OPTION", "strata and a comparator cannot be combined");
    const comparator = membership(products, background.products);
    return new PairCounts({
      ...base,
      ...margins,
      comparator: comparatorMargins(products, events, pairs, margins.n1, comparator),
      origin: { rows, products, events, comparator },
    });
  }
  const expected =
    options.strata === undefined
      ? undefined
      : stratifiedExpected(products, events, strataOf(table, rows, options.strata), pairs);
  return new PairCounts({ ...base, ...margins, expected, origin: { rows, products, events } });
}

const keyName = (key: ProductKey | EventKey): string =>
  typeof key === "string" ? key : typeof key === "function" ? "custom" : "groups";

/** Nothing where there is nothing to tell. */
function terminologyEcho(
  echo: TerminologyEcho,
  mapping: TerminologyEcho["mapping"],
): { readonly terminology?: TerminologyEcho } {
  if (mapping !== undefined) return { terminology: { ...echo, mapping } };
  return echo.declared.length > 0 || echo.rule !== "one" ? { terminology: echo } : {};
}

function chosenDomains(table: ReportTable, domain: CountOptions["domain"]): readonly Domain[] | "all" {
  if (domain === "all") return "all";
  if (domain !== undefined) return typeof domain === "string" ? [domain] : domain;
  const present = table.domains();
  if (present.length > 1) {
    throw new PvError(
      "MIXED_DOMAINS",
      `the table holds ${present.join(", ")}: choose one with domain, or "all" to compare them with each other on purpose`,
    );
  }
  return present;
}

function rowsInScope(
  table: ReportTable,
  domains: readonly Domain[] | "all",
  where: CountOptions["where"],
): Uint32Array {
  const { reports, products, productOffsets } = table.columns;
  const wanted = domainCodes(domains);
  const view = new ReportView(table);
  const rows: number[] = [];
  for (let row = 0; row < table.size; row++) {
    if (wanted !== undefined) {
      let inside = wanted[reports.domain[row]!] === 1;
      // A report of another kind is in scope when one of its products is of the wanted kind.
      for (let j = productOffsets[row]!; !inside && j < productOffsets[row + 1]!; j++)
        inside = wanted[products.domain[j]!] === 1;
      if (!inside) continue;
    }
    view.row = row;
    if (where === undefined || where(view)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

function domainCodes(domains: readonly Domain[] | "all"): Uint8Array | undefined {
  if (domains === "all") return undefined;
  const wanted = new Uint8Array(DOMAINS.length + 1);
  for (const domain of domains) wanted[DOMAINS.indexOf(domain) + 1] = 1;
  wanted[0] = 0;
  return wanted;
}

function productFilter(
  table: ReportTable,
  roles: readonly Role[] | "all",
  domains: readonly Domain[] | "all",
): (productRow: number) => boolean {
  const { products, productOffsets, reports } = table.columns;
  const roleWanted = new Uint8Array(ROLES.length + 1).fill(roles === "all" ? 1 : 0);
  if (roles !== "all") for (const role of roles) roleWanted[ROLES.indexOf(role) + 1] = 1;
  const domainWanted = domainCodes(domains);
  if (domainWanted === undefined) return (j) => roleWanted[products.role[j]!] === 1;
  const domainOf = new Uint8Array(products.role.length);
  for (let row = 0; row < table.size; row++) {
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++)
      domainOf[j] = products.domain[j]! || reports.domain[row]!;
  }
  return (j) => roleWanted[products.role[j]!] === 1 && domainWanted[domainOf[j]!] === 1;
}

function completeReports(
  products: Axis,
  events: Axis,
): { readonly positions: Uint32Array; readonly withProduct: number } {
  const positions: number[] = [];
  let withProduct = 0;
  for (let i = 0; i + 1 < products.offsets.length; i++) {
    if (products.offsets[i + 1] === products.offsets[i]) continue;
    withProduct++;
    if (events.offsets[i + 1] !== events.offsets[i] || events.present?.[i] === 1) positions.push(i);
  }
  return { positions: Uint32Array.from(positions), withProduct };
}

function emptyScope(table: ReportTable, excluded: PairCounts["excluded"], options: CountOptions): string {
  const { outOfScope, withoutProduct, withoutEvent } = excluded;
  const steps = `${table.size} reports, ${outOfScope} outside domain and where, ${withoutProduct} without a product in the chosen roles and level, ${withoutEvent} without an event`;
  const has = table.domains().join(", ") || "no report";
  const asked = options.domain === undefined || options.domain === "all" ? "" : `; the table holds ${has}`;
  return `no report is left to count: ${steps}${asked}`;
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
