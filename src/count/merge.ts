import { PvError } from "../error.ts";
import { compareText } from "./build.ts";
import { mergeEchoes } from "./exchange-echo.ts";
import { expectedOverStrata } from "./expected.ts";
import { PairCounts, type PairBounds, type SparseMargins, type StrataMargins } from "./pairs.ts";

/**
 * Adds up counts of disjoint shards: no report may be in two of them, which the counts themselves cannot tell, so shards are
 * cut by report id. The result equals the count of all reports together, number for number and in the same order; it has no
 * `origin`, because the reports are elsewhere. Vocabularies are united, cells, margins, totals, exclusions and strata added.
 * The options must agree; own functions (`"custom"`) are taken to be the same. Of terms without a place in a dictionary
 * (`terminology.mapping.without.terms`) the sum is told, which counts a term once a shard. With withheld counts, lower and
 * upper bounds are added.
 *
 * @throws PvError `INVALID_ARGUMENT` without counts, for the same counts or source twice, and for options that differ (the
 *   message names them); `INVALID_OPTION` for counts with a comparator, or with expected counts but without the margins of
 *   each stratum; `MIXED_TERMINOLOGIES`; `INVALID_COUNT` for a sum above 2^53 - 1
 * @example
 * mergeCounts(countsFromRows([{ product: "A", event: "rash", a: 4 }]), countsFromRows([{ product: "A", event: "rash", a: 5 }])).n; // 9
 */
export function mergeCounts(...counts: readonly PairCounts[]): PairCounts {
  const [first] = counts;
  if (first === undefined) throw new PvError("INVALID_ARGUMENT", "expected counts to merge, got none");
  if (new Set(counts).size < counts.length) {
    throw new PvError("INVALID_ARGUMENT", "the same counts were given twice: shards must be disjoint");
  }
  for (const one of counts) checkMergeable(one);
  const echo = mergeEchoes(counts.map(({ options }) => options));
  const products = united(counts.map((one) => one.products));
  const events = united(counts.map((one) => one.events));
  const isBounded = counts.some(({ bounds }) => bounds !== undefined);
  const pairs = addRows(
    products,
    events.labels.length,
    counts.map((one, s) => ({
      offsets: rowOffsets(one),
      column: one.event,
      columnMap: events.maps[s]!,
      values: isBounded ? [one.a, one.bounds?.a ?? one.a] : [one.a],
    })),
  );
  const margins = (side: "n1" | "m1", of: United, upper: boolean): Float64Array =>
    addLabels(
      of,
      counts.map((one) => (upper ? (one.bounds?.[side] ?? one[side]) : one[side])),
      side,
    );
  const a = pairs.values[0]!;
  let largest = 0;
  for (const value of a) largest = Math.max(largest, checkSum("a", value));
  const isSmall = largest < 2 ** 32 && counts.every((one) => one.a instanceof Uint32Array);
  const strata = mergeStrata(counts, products, events);
  const n1 = margins("n1", products, false);
  const m1 = margins("m1", events, false);
  const bounds: PairBounds | undefined = isBounded
    ? { a: pairs.values[1]!, n1: margins("n1", products, true), m1: margins("m1", events, true) }
    : undefined;
  if (bounds !== undefined) for (const value of bounds.a) checkSum("a", value);
  const sum = (name: string, of: (one: PairCounts) => number): number =>
    checkSum(
      name,
      counts.reduce((total, one) => total + of(one), 0),
    );
  return new PairCounts({
    products: products.labels,
    events: events.labels,
    rowOffsets: pairs.offsets,
    event: pairs.column,
    a: isSmall ? Uint32Array.from(a) : a,
    n1,
    m1,
    n: sum("n", (one) => one.n),
    expected: strata && expectedOverStrata(strata, { rowOffsets: pairs.offsets, event: pairs.column }),
    strata,
    bounds,
    echo:
      bounds === undefined
        ? echo
        : {
            ...echo,
            suppression: {
              minimumCell: echo.suppression?.minimumCell ?? 0,
              pairs: differing(a, bounds.a),
              products: differing(n1, bounds.n1),
              events: differing(m1, bounds.m1),
            },
          },
    excluded: {
      outOfScope: sum("outOfScope", (one) => one.excluded.outOfScope),
      withoutProduct: sum("withoutProduct", (one) => one.excluded.withoutProduct),
      withoutEvent: sum("withoutEvent", (one) => one.excluded.withoutEvent),
    },
  });
}

/** Where the pairs of each product begin. */
export function rowOffsets(counts: PairCounts): Uint32Array {
  const offsets = new Uint32Array(counts.products.length + 1);
  for (const p of counts.product) offsets[p + 1]!++;
  for (let p = 0; p < counts.products.length; p++) offsets[p + 1]! += offsets[p]!;
  return offsets;
}

/** @throws PvError `INVALID_OPTION` for counts that do not add up */
export function checkMergeable(counts: PairCounts): void {
  if (counts.options.background !== "scope") {
    throw new PvError(
      "INVALID_OPTION",
      "counts with a comparator do not add up: pairs that one shard lacks have no comparator margin there",
    );
  }
  if (counts.stratified && counts.strata === undefined) {
    throw new PvError(
      "INVALID_OPTION",
      "expected counts over strata do not add up, and these counts came without the margins of each stratum",
    );
  }
}

/** How many of the numbers are known between bounds only. */
export function differing(lower: ArrayLike<number>, upper: ArrayLike<number>): number {
  let found = 0;
  for (let i = 0; i < lower.length; i++) if (lower[i] !== upper[i]) found++;
  return found;
}

interface United {
  readonly labels: readonly string[];
  /** By shard: number in the union of each label of the shard. */
  readonly maps: readonly Uint32Array[];
}

function united(lists: readonly (readonly string[])[]): United {
  const labels = [...new Set(lists.flat())].sort(compareText);
  const number = new Map(labels.map((label, i) => [label, i]));
  return { labels, maps: lists.map((list) => Uint32Array.from(list, (label) => number.get(label)!)) };
}

function addLabels(of: United, columns: readonly Float64Array[], name: string): Float64Array {
  const out = new Float64Array(of.labels.length);
  columns.forEach((column, s) => {
    const map = of.maps[s]!;
    for (let i = 0; i < column.length; i++) out[map[i]!]! += column[i]!;
  });
  for (const value of out) checkSum(name, value);
  return out;
}

interface ShardRows {
  readonly offsets: Uint32Array;
  readonly column: Uint32Array;
  readonly columnMap: Uint32Array;
  readonly values: readonly ArrayLike<number>[];
}

interface AddedRows {
  readonly offsets: Uint32Array;
  readonly column: Uint32Array;
  readonly values: readonly Float64Array[];
}

/** Adds sparse rows of equal labels, columns ascending: a dense counter a row, of which only what was touched is swept. */
function addRows(rows: United, nColumns: number, shards: readonly ShardRows[]): AddedRows {
  const size = shards.reduce((sum, { column }) => sum + column.length, 0);
  const local = rows.maps.map((map) => {
    const inverse = new Int32Array(rows.labels.length).fill(-1);
    map.forEach((to, from) => (inverse[to] = from));
    return inverse;
  });
  const kinds = shards[0]!.values.length;
  const offsets = new Uint32Array(rows.labels.length + 1);
  const column = new Uint32Array(size);
  const values = Array.from({ length: kinds }, () => new Float64Array(size));
  const counter = Array.from({ length: kinds }, () => new Float64Array(nColumns));
  const seen = new Uint8Array(nColumns);
  let at = 0;
  for (let r = 0; r < rows.labels.length; r++) {
    const start = at;
    shards.forEach((shard, s) => {
      const from = local[s]![r]!;
      if (from < 0) return;
      for (let k = shard.offsets[from]!; k < shard.offsets[from + 1]!; k++) {
        const c = shard.columnMap[shard.column[k]!]!;
        if (seen[c] === 0) {
          seen[c] = 1;
          column[at++] = c;
        }
        for (let v = 0; v < kinds; v++) counter[v]![c]! += shard.values[v]![k]!;
      }
    });
    column.subarray(start, at).sort();
    for (let i = start; i < at; i++) {
      const c = column[i]!;
      seen[c] = 0;
      for (let v = 0; v < kinds; v++) {
        values[v]![i] = counter[v]![c]!;
        counter[v]![c] = 0;
      }
    }
    offsets[r + 1] = at;
  }
  return { offsets, column: column.slice(0, at), values: values.map((of) => of.slice(0, at)) };
}

function mergeStrata(counts: readonly PairCounts[], products: United, events: United): StrataMargins | undefined {
  const shards = counts.flatMap(({ strata }) => strata ?? []);
  if (shards.length === 0) return undefined;
  const strata = united(shards.map(({ labels }) => labels));
  const side = (of: United, name: "products" | "events"): SparseMargins => {
    const added = addRows(
      of,
      strata.labels.length,
      shards.map((one, s) => ({
        offsets: one[name].offsets,
        column: one[name].stratum,
        columnMap: strata.maps[s]!,
        values: [one[name].count],
      })),
    );
    return { offsets: added.offsets, stratum: added.column, count: added.values[0]! };
  };
  return {
    labels: strata.labels,
    n: addLabels(
      strata,
      shards.map(({ n }) => n),
      "n of a stratum",
    ),
    products: side(products, "products"),
    events: side(events, "events"),
  };
}

function checkSum(name: string, value: number): number {
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  throw new PvError("INVALID_COUNT", `${name}: the sum ${value} is above 2^53 - 1 and would no longer be exact`);
}
