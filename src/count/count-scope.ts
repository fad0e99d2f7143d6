import { PvError } from "../error.ts";
import { DOMAINS, ROLES, type Domain, type Role } from "../report/report.ts";
import { eventColumn, productColumn, type EventKey, type ProductKey } from "./axis.ts";
import type { CountOptions } from "./count.ts";
import type { BuiltStore, StoreInput } from "./pair-store-build.ts";
import type { CountEcho, CountExclusions } from "./pairs.ts";
import { strataOf, type Strata } from "./strata.ts";
import type { ReportTable } from "./table.ts";
import { levelAxis } from "./terminology-axis.ts";
import { isEventLevel } from "./terminology-level.ts";
import { terminologyScope, type TerminologyEcho, type TerminologyScope } from "./terminology-scope.ts";
import { ReportView } from "./view.ts";

/** The reports of a table that the options choose, ready to be de-duplicated. */
export interface CountScope {
  readonly input: StoreInput;
  readonly echo: CountEcho;
  /** What was left out; throws when nothing is left. */
  readonly excluded: (store: BuiltStore) => CountExclusions;
  /** Table rows of the kept reports. */
  readonly rows: (store: BuiltStore) => Uint32Array;
  /** Stratum of each of these rows; absent when there are no strata. */
  readonly strata: ((rows: Uint32Array) => Strata) | undefined;
}

/** @throws PvError as `countPairs` does, but for what only the count can tell */
export function countScope(table: ReportTable, options: CountOptions): CountScope {
  const {
    product = "name",
    event = "term",
    roles = ["suspect", "interacting"],
    background = "scope",
    unit = "report",
    universe = "complete",
    terminologies = "one",
    strata,
  } = options;
  const present = presentDomains(table);
  const domains = chosenDomains(present, options.domain);
  const rows = rowsInScope(table, present, domains, options.where);
  const size = rows?.length ?? table.size;
  const products = productColumn(table, rows, product, productRows(table, present, roles, domains));
  const level = isEventLevel(event) ? event : undefined;
  const terms = termsInScope(table, rows, terminologies, level !== undefined || typeof event === "object");
  const placed = level === undefined ? undefined : levelAxis(table, rows ?? allRows(table), level, terms.keep);
  const events = eventColumn(table, rows, placed === undefined ? event : placed.axis, terms.keep);
  const tableSize = table.size;
  const echo: CountEcho = {
    product: keyName(product),
    event: level === undefined ? keyName(event) : `${level.dictionary.label} ${level.level}`,
    roles,
    domains,
    where: options.where === undefined ? "all" : "custom",
    background,
    strata: strata === undefined ? "none" : typeof strata === "function" ? "custom" : strata,
    unit,
    universe,
    ...terminologyEcho(terms.echo, placed?.mapping),
  };
  return {
    input: { rows, size, products, events, universe },
    echo,
    excluded: exclusions(tableSize, size, present, options.domain),
    rows: keptRows(rows, size),
    strata: strata === undefined ? undefined : (kept) => strataOf(table, kept, strata),
  };
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

const allRows = (table: ReportTable): Uint32Array => Uint32Array.from({ length: table.size }, (_, row) => row);

/** When no event declares a terminology and none is asked for, there is nothing to look for in the rows. */
function termsInScope(
  table: ReportTable,
  rows: Uint32Array | undefined,
  rule: NonNullable<CountOptions["terminologies"]>,
  isMapped: boolean,
): TerminologyScope {
  const isSilent = rule === "one" && !isMapped && table.columns.details.events.dictionary.values.length === 0;
  return terminologyScope(table, isSilent ? new Uint32Array(0) : (rows ?? allRows(table)), rule, isMapped);
}

/** Of a kind of child: the kind of each row, and which kinds count. */
export interface RowFilter {
  readonly kind: Uint8Array;
  readonly wanted: Uint8Array;
}

/** The domains of reports and of products that differ from their report, by code; 0 is none. */
interface PresentDomains {
  readonly reports: Uint8Array;
  readonly products: Uint8Array;
  readonly names: readonly Domain[];
}

function presentDomains(table: ReportTable): PresentDomains {
  const reports = codesOf(table.columns.reports.domain);
  const products = codesOf(table.columns.products.domain);
  return { reports, products, names: DOMAINS.filter((_, i) => reports[i + 1] === 1 || products[i + 1] === 1) };
}

/** 1 for each code that occurs. Columns of enumerations are nearly constant, so four entries are looked at together. */
export function codesOf(column: Uint8Array): Uint8Array {
  const found = new Uint8Array(256);
  const isAligned = column.byteOffset % 4 === 0;
  const words = isAligned ? new Int32Array(column.buffer, column.byteOffset, column.length >>> 2) : new Int32Array(0);
  for (let w = 0, last = -1; w < words.length; w++) {
    if (w > 0 && words[w] === last) continue;
    last = words[w]!;
    for (let k = w * 4; k < w * 4 + 4; k++) found[column[k]!] = 1;
  }
  for (let k = words.length * 4; k < column.length; k++) found[column[k]!] = 1;
  return found;
}

function chosenDomains(present: PresentDomains, domain: CountOptions["domain"]): readonly Domain[] | "all" {
  if (domain === "all") return "all";
  if (domain !== undefined) return typeof domain === "string" ? [domain] : domain;
  if (present.names.length > 1) {
    throw new PvError(
      "MIXED_DOMAINS",
      `the table holds ${present.names.join(", ")}: choose one with domain, or "all" to compare them with each other on purpose`,
    );
  }
  return present.names;
}

/** Rows in scope; `undefined` when all are. */
function rowsInScope(
  table: ReportTable,
  present: PresentDomains,
  domains: readonly Domain[] | "all",
  where: CountOptions["where"],
): Uint32Array | undefined {
  const { reports, products, productOffsets } = table.columns;
  const wanted = domains === "all" ? undefined : domainCodes(domains);
  const isAny = wanted === undefined || present.reports.every((found, code) => found === 0 || wanted[code] === 1);
  if (isAny && where === undefined) return undefined;
  const view = new ReportView(table);
  const rows = new Uint32Array(table.size);
  let size = 0;
  for (let row = 0; row < table.size; row++) {
    if (wanted !== undefined) {
      let inside = wanted[reports.domain[row]!] === 1;
      // A report of another kind is in scope when one of its products is of the wanted kind.
      for (let j = productOffsets[row]!; !inside && j < productOffsets[row + 1]!; j++)
        inside = wanted[products.domain[j]!] === 1;
      if (!inside) continue;
    }
    view.row = row;
    if (where === undefined || where(view)) rows[size++] = row;
  }
  return size === table.size ? undefined : rows.slice(0, size);
}

function domainCodes(domains: readonly Domain[]): Uint8Array {
  const wanted = new Uint8Array(256);
  for (const domain of domains) wanted[DOMAINS.indexOf(domain) + 1] = 1;
  wanted[0] = 0;
  return wanted;
}

/** Which product rows count; `undefined` when all do. */
function productRows(
  table: ReportTable,
  present: PresentDomains,
  roles: readonly Role[] | "all",
  domains: readonly Domain[] | "all",
): RowFilter | undefined {
  const { products, productOffsets, reports } = table.columns;
  const roleWanted = new Uint8Array(256).fill(roles === "all" ? 1 : 0);
  if (roles !== "all") for (const role of roles) roleWanted[ROLES.indexOf(role) + 1] = 1;
  const isAnyRole = codesOf(products.role).every((is, code) => is === 0 || roleWanted[code] === 1);
  const ofRole = isAnyRole ? undefined : { kind: products.role, wanted: roleWanted };
  if (domains === "all") return ofRole;
  const domainWanted = domainCodes(domains);
  const isAny = (found: Uint8Array): boolean => found.every((is, code) => is === 0 || domainWanted[code] === 1);
  if (isAny(present.reports) && isAny(present.products.map((is, code) => (code === 0 ? 0 : is)))) return ofRole;
  const kind = new Uint8Array(products.role.length);
  for (let row = 0; row < table.size; row++) {
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const domain = products.domain[j]! || reports.domain[row]!;
      kind[j] = domainWanted[domain] === 1 ? roleWanted[products.role[j]!]! : 0;
    }
  }
  return { kind, wanted: Uint8Array.of(0, 1) };
}

function exclusions(
  tableSize: number,
  size: number,
  present: PresentDomains,
  domain: CountOptions["domain"],
): CountScope["excluded"] {
  return ({ withProduct, complete }) => {
    const excluded = {
      outOfScope: tableSize - size,
      withoutProduct: size - withProduct,
      withoutEvent: withProduct - complete,
    };
    if (complete > 0) return excluded;
    const steps = `${tableSize} reports, ${excluded.outOfScope} outside domain and where, ${excluded.withoutProduct} without a product in the chosen roles and level, ${excluded.withoutEvent} without an event`;
    const has = present.names.join(", ") || "no report";
    const asked = domain === undefined || domain === "all" ? "" : `; the table holds ${has}`;
    throw new PvError("EMPTY_SCOPE", `no report is left to count: ${steps}${asked}`);
  };
}

function keptRows(rows: Uint32Array | undefined, size: number): CountScope["rows"] {
  return ({ dropped, size: kept }) => {
    const found = new Uint32Array(kept);
    for (let i = 0, at = 0; i < size; i++) {
      if (dropped !== undefined && (dropped[i >>> 3]! & (1 << (i & 7))) !== 0) continue;
      found[at++] = rows === undefined ? i : rows[i]!;
    }
    return found;
  };
}
