import type { EventKey, ProductKey, ReportGroups } from "../count/axis.ts";
import { productLabels } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { lotFault, neighbourLots, normaliseLot } from "../report/lot.ts";
import type { AlertScope } from "./alert.ts";
import { isSuspect, reactionLabels, suspectLabels, unitDayFilter, type ScopedRows } from "./alert-scope.ts";
import type { TreeRow } from "./tree-hierarchy.ts";

/** A hierarchy of the caller's: its nodes are named as reports name reactions or products. */
export interface UserTree {
  /** What its lower nodes are in reports. */
  readonly of: "reaction" | "product";
  /** Rows in any order, as `scanTree` takes them. */
  readonly rows: readonly TreeRow[];
}

/** Which tree, and what its leaves are. */
export interface TreeNodeOptions {
  readonly tree: "maker-product-lot" | UserTree;
  /** What a product is; `"name"` unless told. */
  readonly productKey?: Exclude<ProductKey, ReportGroups> | undefined;
  /** What a reaction is; `"term"` unless told. */
  readonly reactionKey?: Exclude<EventKey, ReportGroups> | undefined;
  /** Lots this far apart in the maker's numbering are neighbours; 1 unless told, 0 for none. */
  readonly reach?: number | undefined;
  readonly unitDays?: boolean | undefined;
}

/** A report on the tree. */
export interface TreeEntry {
  readonly row: number;
  readonly day: number;
  /** Its lowest nodes, sorted. */
  readonly leaves: readonly string[];
  /** The node it counts on: its only leaf, or a node below all of its leaves. */
  readonly node: string;
  readonly counted: boolean;
}

/** A tree with the reports on it. */
export interface TreeEntries {
  readonly rows: readonly TreeRow[];
  readonly entries: readonly TreeEntry[];
  readonly scopeOf: (node: string) => AlertScope;
  /** A node and all above it. */
  readonly above: (node: string) => ReadonlySet<string>;
  /** The product a node of lots belongs to, with all its reports; `undefined` for others. */
  readonly productOf: (node: string) => string | undefined;
  /** Reports without a suspect product or reaction, and those with none that the tree has. */
  readonly withoutScope: number;
  readonly notInTree: number;
}

type Leaves = (row: number) => readonly string[];

/**
 * Puts the reports in scope on the tree. A report counts once on every node, however many of its leaves lie below.
 *
 * @param kindOf - a unit's reports of one day count once for each kind
 */
export function treeEntries(
  table: ReportTable,
  scoped: ScopedRows,
  options: TreeNodeOptions,
  kindOf: (row: number) => string,
): TreeEntries {
  const { tree, unitDays = true } = options;
  const scopes = new Map<string, AlertScope>();
  const rows: TreeRow[] = [];
  let leavesOf: Leaves;
  let isNode: (name: string) => boolean = () => true;
  if (tree === "maker-product-lot") leavesOf = productTree(table, scoped, options, rows, scopes);
  else {
    rows.push(...tree.rows);
    const names = new Set(tree.rows.map(({ node }) => node));
    isNode = (name) => names.has(name);
    leavesOf =
      tree.of === "reaction"
        ? reactionLabels(table, options.reactionKey ?? "term")
        : suspectLabels(table, options.productKey ?? "name");
    for (const node of names) scopes.set(node, tree.of === "reaction" ? { reactions: [node] } : { product: node });
  }
  const isFirst = unitDayFilter(table, scoped.day, unitDays);
  const entries: TreeEntry[] = [];
  let withoutScope = 0;
  let notInTree = 0;
  for (const row of scoped.rows) {
    const named = leavesOf(row);
    const leaves = named.filter(isNode).sort(compareText);
    if (leaves.length === 0) {
      if (named.length === 0) withoutScope++;
      else notInTree++;
      continue;
    }
    const node = leaves.length === 1 ? leaves[0]! : JSON.stringify(["together", ...leaves]);
    if (leaves.length > 1 && !scopes.has(node)) {
      for (const leaf of leaves) rows.push({ node, parent: leaf });
      scopes.set(node, merged(leaves.map((leaf) => scopes.get(leaf)!)));
    }
    entries.push({ row, day: scoped.day[row]!, leaves, node, counted: isFirst(row, `${kindOf(row)} ${node}`) });
  }
  const above = ancestors(rows);
  const productOf = (node: string): string | undefined =>
    scopes.get(node)?.lots === undefined
      ? undefined
      : [...above(node)].find(
          (name) => scopes.get(name)?.lots === undefined && scopes.get(name)?.product !== undefined,
        );
  return { rows, entries, scopeOf: (node) => scopes.get(node) ?? {}, above, productOf, withoutScope, notInTree };
}

/** Nodes are JSON lists, so that no name of a product can be taken for another's. */
const nodeName = (...parts: readonly string[]): string => JSON.stringify(parts);

function productTree(
  table: ReportTable,
  { rows: inScope }: ScopedRows,
  { productKey = "name", reach = 1 }: TreeNodeOptions,
  rows: TreeRow[],
  scopes: Map<string, AlertScope>,
): Leaves {
  const { products, productOffsets, lotOffsets, lots } = table.columns;
  const labelsOf = productLabels(table, productKey);
  const lotsOfProduct = new Map<string, Set<string>>();
  const leaves = new Map<number, string[]>();
  for (const row of inScope) {
    const own = new Set<string>();
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      if (!isSuspect(products.role[j]!)) continue;
      const maker = textAt(products.manufacturer, j) ?? "";
      const named = new Set<string>();
      for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
        const raw = lots.lot.values[lots.lot.codes[k]!]!;
        const lot = normaliseLot(raw);
        if (lot !== undefined && lotFault(raw, { registration: textAt(products.code, j) }) === undefined)
          named.add(lot);
      }
      for (const label of labelsOf(j)) {
        if (label === "") continue;
        const product = nodeName("product", maker, label);
        let known = lotsOfProduct.get(product);
        if (known === undefined) {
          lotsOfProduct.set(product, (known = new Set()));
          const above = nodeName("maker", maker);
          if (maker === "") rows.push({ node: product });
          else {
            if (!scopes.has(above)) rows.push({ node: above });
            scopes.set(above, { maker });
            rows.push({ node: product, parent: above });
          }
          scopes.set(product, { ...(maker === "" ? {} : { maker }), product: label });
        }
        for (const lot of named) {
          known.add(lot);
          own.add(nodeName("lot", maker, label, lot));
        }
        if (named.size === 0) own.add(product);
      }
    }
    leaves.set(row, [...own]);
  }
  for (const [product, names] of lotsOfProduct) addLots(product, names, reach, rows, scopes);
  return (row) => leaves.get(row)!;
}

/** Lots below their neighbourhoods, or below the product when they have no neighbour. */
function addLots(
  product: string,
  names: ReadonlySet<string>,
  reach: number,
  rows: TreeRow[],
  scopes: Map<string, AlertScope>,
): void {
  const [, maker, label] = JSON.parse(product) as [string, string, string];
  const scope = scopes.get(product)!;
  const sorted = [...names].sort(compareText);
  const inNeighbourhood = new Set<string>();
  if (reach > 0) {
    for (const lots of neighbourLots(sorted, reach).values()) {
      if (lots.length < 2) continue;
      const group = [...lots].sort(compareText);
      const node = nodeName("lots", maker, label, ...group);
      if (scopes.has(node)) continue;
      scopes.set(node, { ...scope, lots: group });
      rows.push({ node, parent: product });
      for (const lot of group) {
        inNeighbourhood.add(lot);
        rows.push({ node: nodeName("lot", maker, label, lot), parent: node });
      }
    }
  }
  for (const lot of sorted) {
    const node = nodeName("lot", maker, label, lot);
    scopes.set(node, { ...scope, lots: [lot] });
    if (!inNeighbourhood.has(lot)) rows.push({ node, parent: product });
  }
}

/** What reports share that are on several leaves: products and makers are named together. */
function merged(scopes: readonly AlertScope[]): AlertScope {
  const all = (of: (scope: AlertScope) => readonly (string | undefined)[]): string[] =>
    [...new Set(scopes.flatMap(of))].filter((name) => name !== undefined).sort(compareText);
  const makers = all(({ maker }) => [maker]);
  const products = all(({ product }) => [product]);
  const lots = all(({ lots: own }) => own ?? []);
  const reactions = all(({ reactions: own }) => own ?? []);
  return {
    ...(makers.length > 0 ? { maker: makers.join(" + ") } : {}),
    ...(products.length > 0 ? { product: products.join(" + ") } : {}),
    ...(lots.length > 0 ? { lots } : {}),
    ...(reactions.length > 0 ? { reactions } : {}),
  };
}

function ancestors(rows: readonly TreeRow[]): (node: string) => ReadonlySet<string> {
  const parents = new Map<string, string[]>();
  for (const { node, parent } of rows) {
    if (parent === undefined || parent === "") continue;
    const own = parents.get(node);
    if (own === undefined) parents.set(node, [parent]);
    else own.push(parent);
  }
  const known = new Map<string, ReadonlySet<string>>();
  return (node) => {
    let found = known.get(node);
    if (found === undefined) {
      const all = new Set([node]);
      // A set goes on to what is added while it is walked.
      for (const one of all) for (const parent of parents.get(one) ?? []) all.add(parent);
      known.set(node, (found = all));
    }
    return found;
  };
}
