import { PvError } from "../error.ts";
import { compareText } from "./build.ts";
import { checkCount } from "./fourfold.ts";
import { checkMargins } from "./from-rows.ts";
import { expectedOverStrata, sparseMargins } from "./merge.ts";
import { PairCounts, type CountEcho, type StrataMargins } from "./pairs.ts";

type SqlCount = number | bigint | string;

/** A row of the answer to `pairCountSql`, by name or in the order of its columns. Drivers give counts as any of the three kinds. */
export type PairSqlRow =
  | {
      readonly kind: string;
      readonly stratum: string;
      readonly product: string;
      readonly event: string;
      readonly reports: SqlCount;
    }
  | readonly [kind: string, stratum: string, product: string, event: string, reports: SqlCount];

const single = ["known", "scope", "with product", "complete"] as const;
type Single = (typeof single)[number];
const kinds: ReadonlySet<string> = new Set([...single, "total", "product", "event", "pair"]);

/**
 * Reads the answer to `pairCountSql`, in any order of rows, as a stream or a list. The counts are those that `countPairs` gives
 * for the same reports; they have no `origin`, but keep the margins of each stratum, so that shards merge.
 *
 * @param echo - as `pairCountSql` gave it
 * @throws PvError `EMPTY_SCOPE` when no report was counted; `INVALID_COUNT` for counts that are none or do not fit each
 *   other; `INVALID_ARGUMENT` for an answer with strange, repeated or missing rows
 *   (with universe `"all"` a missing pair cannot be told from a pair that does not occur)
 */
export async function countsFromSql(
  rows: AsyncIterable<PairSqlRow> | Iterable<PairSqlRow>,
  echo: CountEcho,
): Promise<PairCounts> {
  const once = new Map<string, number>();
  const total = new Map<string, number>();
  const products = new Map<string, Map<string, number>>();
  const events = new Map<string, Map<string, number>>();
  const cells = new Map<string, Map<string, number>>();
  for await (const row of rows) {
    const { kind, stratum, product, event, reports } = named(row);
    const count = wholeCount(kind, reports);
    if (kind === "total") put(total, stratum, count, kind);
    else if (kind === "product") put(under(products, product), stratum, count, kind);
    else if (kind === "event") put(under(events, event), stratum, count, kind);
    else if (kind === "pair") put(under(cells, product), event, count, kind);
    else put(once, kind, count, kind);
  }
  const absent = single.find((kind) => !once.has(kind));
  if (absent !== undefined) throw new PvError("INVALID_ARGUMENT", `the answer lacks its row ${JSON.stringify(absent)}`);
  const of = (kind: Single): number => once.get(kind)!;
  if (of("complete") === 0) {
    throw new PvError(
      "EMPTY_SCOPE",
      `no report to count: ${of("known")} known, ${of("scope")} in scope, ${of("with product")} of them with a product`,
    );
  }
  const n = sum(total);
  const expectedTotal = of(echo.universe === "all" ? "scope" : "complete");
  if (n !== expectedTotal)
    throw new PvError("INVALID_ARGUMENT", `the totals of the strata make ${n}, not ${expectedTotal}`);
  const productNames = [...products.keys()].sort(compareText);
  const eventNames = [...events.keys()].sort(compareText);
  const eventNumber = new Map(eventNames.map((name, i) => [name, i]));
  const offsets = new Uint32Array(productNames.length + 1);
  const event: number[] = [];
  const a: number[] = [];
  productNames.forEach((product, p) => {
    const row = [...(cells.get(product) ?? [])].map(([name, count]) => [known(eventNumber, name), count] as const);
    cells.delete(product);
    for (const [e, count] of row.sort(([x], [y]) => x - y)) {
      event.push(e);
      a.push(count);
    }
    offsets[p + 1] = event.length;
  });
  const [stray] = cells.keys();
  if (stray !== undefined)
    throw new PvError("INVALID_ARGUMENT", `the answer lacks the margin of ${JSON.stringify(stray)}`);
  const n1 = sums(products);
  const m1 = sums(events);
  checkMargins(productNames, eventNames, offsets, event, a, n1, m1, n);
  if (echo.universe === "complete") checkComplete(offsets, event, a, productNames, n1, eventNames, m1);
  const strata = echo.strata === "none" ? undefined : strataMargins(total, productNames, products, eventNames, events);
  const events32 = Uint32Array.from(event);
  return new PairCounts({
    products: productNames,
    events: eventNames,
    rowOffsets: offsets,
    event: events32,
    a: a.every((count) => count < 2 ** 32) ? Uint32Array.from(a) : Float64Array.from(a),
    n1: Float64Array.from(productNames, (name) => n1.get(name)!),
    m1: Float64Array.from(eventNames, (name) => m1.get(name)!),
    n,
    expected: strata && expectedOverStrata(strata, { rowOffsets: offsets, event: events32 }),
    strata,
    echo,
    excluded: {
      outOfScope: difference(of("known"), of("scope")),
      withoutProduct: difference(of("scope"), of("with product")),
      withoutEvent: difference(of("with product"), of("complete")),
    },
  });
}

/** Every complete report has a product and an event, so the cells of a label make its margin at least, or rows are missing. */
function checkComplete(
  offsets: Uint32Array,
  event: readonly number[],
  a: readonly number[],
  productNames: readonly string[],
  n1: ReadonlyMap<string, number>,
  eventNames: readonly string[],
  m1: ReadonlyMap<string, number>,
): void {
  const ofEvent = new Float64Array(eventNames.length);
  productNames.forEach((product, p) => {
    let ofProduct = 0;
    for (let i = offsets[p]!; i < offsets[p + 1]!; i++) {
      ofProduct += a[i]!;
      ofEvent[event[i]!]! += a[i]!;
    }
    mustCover(product, ofProduct, n1.get(product)!);
  });
  eventNames.forEach((name, e) => {
    mustCover(name, ofEvent[e]!, m1.get(name)!);
  });
}

function mustCover(label: string, cells: number, margin: number): void {
  if (cells >= margin) return;
  throw new PvError(
    "INVALID_ARGUMENT",
    `the answer lacks pairs: those of ${JSON.stringify(label)} make ${cells} of ${margin} reports`,
  );
}

function named(row: PairSqlRow): Exclude<PairSqlRow, readonly unknown[]> {
  if (!("kind" in row)) {
    const [kind, stratum, product, event, reports] = row;
    return named({ kind, stratum, product, event, reports });
  }
  const { kind, stratum, product, event } = row;
  if (!kinds.has(kind) || [stratum, product, event].some((text) => typeof text !== "string")) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `expected rows kind, stratum, product, event, reports, got ${JSON.stringify([kind, stratum, product, event])}`,
    );
  }
  return row;
}

function wholeCount(kind: string, value: SqlCount): number {
  const count = typeof value === "string" && !/^\d+$/.test(value) ? NaN : Number(value);
  checkCount(`reports of a row ${JSON.stringify(kind)}`, count);
  return count;
}

function under(map: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = new Map<string, number>()));
  return found;
}

function put(map: Map<string, number>, key: string, count: number, kind: string): void {
  if (map.has(key))
    throw new PvError("INVALID_ARGUMENT", `the answer has a row ${kind} of ${JSON.stringify(key)} twice`);
  map.set(key, count);
}

function known(numbers: ReadonlyMap<string, number>, name: string): number {
  const found = numbers.get(name);
  if (found === undefined)
    throw new PvError("INVALID_ARGUMENT", `the answer lacks the margin of ${JSON.stringify(name)}`);
  return found;
}

const sum = (map: ReadonlyMap<string, number>): number => {
  const all = [...map.values()].reduce((x, y) => x + y, 0);
  checkCount("sum over strata", all);
  return all;
};
const sums = (maps: ReadonlyMap<string, ReadonlyMap<string, number>>): ReadonlyMap<string, number> =>
  new Map([...maps].map(([name, map]) => [name, sum(map)]));

function difference(all: number, part: number): number {
  checkCount("reports left out", all - part);
  return all - part;
}

function strataMargins(
  total: ReadonlyMap<string, number>,
  productNames: readonly string[],
  products: ReadonlyMap<string, ReadonlyMap<string, number>>,
  eventNames: readonly string[],
  events: ReadonlyMap<string, ReadonlyMap<string, number>>,
): StrataMargins {
  const labels = [...total.keys()].sort(compareText);
  const number = new Map(labels.map((label, i) => [label, i]));
  const side = (
    names: readonly string[],
    of: ReadonlyMap<string, ReadonlyMap<string, number>>,
  ): StrataMargins["products"] =>
    sparseMargins(
      names.map((name) => new Map([...of.get(name)!].map(([label, count]) => [known(number, label), count]))),
    );
  return {
    labels,
    n: Float64Array.from(labels, (label) => total.get(label)!),
    products: side(productNames, products),
    events: side(eventNames, events),
  };
}
