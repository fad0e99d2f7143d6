import { PvError } from "../error.ts";
import { compareText } from "./build.ts";
import { checkCount } from "./fourfold.ts";
import { PairCounts } from "./pairs.ts";

/** One counted pair. Margins come with every row or with none. */
export interface CountRow {
  readonly product: string;
  readonly event: string;
  readonly a: number;
  readonly n1?: number | undefined;
  readonly m1?: number | undefined;
}

/**
 * Pair counts that were counted elsewhere. With `n1` and `m1` on every row and the total `n`, they are reports, as an engine
 * counted them. Without, margins and total are sums of the cells given (unit "cell"), which is all a bare count table can tell;
 * A row with a = 0 stays a pair. Rows of the same pair are added up.
 *
 * @throws PvError `INVALID_COUNT` (also a cell above its margin, or margins that do not fit into `n`), `INVALID_ARGUMENT` (margins
 *   on some rows only, or contradictory), `EMPTY_SCOPE`
 * @example
 * countsFromRows([{ product: "A", event: "rash", a: 4 }, { product: "B", event: "rash", a: 6 }]).n; // 10
 */
export function countsFromRows(
  rows: Iterable<CountRow>,
  options: { readonly n?: number | undefined } = {},
): PairCounts {
  const cells = new Map<string, Map<string, number>>();
  const n1 = new Map<string, number>();
  const m1 = new Map<string, number>();
  const { n } = options;
  if (n !== undefined) checkCount("n", n);
  for (const row of rows) {
    checkCount("a", row.a);
    if ((row.n1 === undefined) !== (n === undefined) || (row.m1 === undefined) !== (n === undefined)) {
      throw new PvError("INVALID_ARGUMENT", "give n1 and m1 on every row together with n, or none of them");
    }
    margin(n1, "n1", row.product, row.n1 ?? row.a, n !== undefined);
    margin(m1, "m1", row.event, row.m1 ?? row.a, n !== undefined);
    let events = cells.get(row.product);
    if (events === undefined) cells.set(row.product, (events = new Map<string, number>()));
    events.set(row.event, (events.get(row.event) ?? 0) + row.a);
  }
  const products = [...n1.keys()].sort(compareText);
  const events = [...m1.keys()].sort(compareText);
  const eventNumber = new Map(events.map((name, i) => [name, i]));
  const rowOffsets = new Uint32Array(products.length + 1);
  const event: number[] = [];
  const a: number[] = [];
  products.forEach((product, p) => {
    const row = [...cells.get(product)!].map(([name, count]) => [eventNumber.get(name)!, count] as const);
    for (const [e, count] of row.sort(([x], [y]) => x - y)) {
      event.push(e);
      a.push(count);
    }
    rowOffsets[p + 1] = event.length;
  });
  if (a.every((count) => count === 0)) throw new PvError("EMPTY_SCOPE", "no pair has a count above 0");
  const total = n ?? a.reduce((sum, count) => sum + count, 0);
  if (n !== undefined) checkMargins(products, events, rowOffsets, event, a, n1, m1, n);
  return new PairCounts({
    products,
    events,
    rowOffsets,
    event: Uint32Array.from(event),
    a: Float64Array.from(a),
    n1: Float64Array.from(products, (name) => n1.get(name)!),
    m1: Float64Array.from(events, (name) => m1.get(name)!),
    n: total,
    echo: {
      product: "as counted",
      event: "as counted",
      roles: "all",
      domains: "all",
      where: "all",
      background: "scope",
      strata: "none",
      unit: n === undefined ? "cell" : "report",
      universe: "complete",
    },
    excluded: { outOfScope: 0, withoutProduct: 0, withoutEvent: 0 },
  });
}

/** A cell larger than a margin, or margins that do not fit into the total, would make a negative cell. */
export function checkMargins(
  products: readonly string[],
  events: readonly string[],
  rowOffsets: Uint32Array,
  event: ArrayLike<number>,
  a: ArrayLike<number>,
  n1: ReadonlyMap<string, number>,
  m1: ReadonlyMap<string, number>,
  n: number,
): void {
  const columns = events.map((name) => m1.get(name)!);
  products.forEach((product, p) => {
    const row = n1.get(product)!;
    for (let i = rowOffsets[p]!; i < rowOffsets[p + 1]!; i++) {
      const [count, column] = [a[i]!, columns[event[i]!]!];
      if (count <= row && count <= column && row + column - count <= n) continue;
      const pair = `${JSON.stringify(product)} × ${JSON.stringify(events[event[i]!])}`;
      if (count > row || count > column) {
        throw new PvError("INVALID_COUNT", `a of ${pair}: ${count} is more than its margin, n1 ${row} or m1 ${column}`);
      }
      throw new PvError("INVALID_COUNT", `n: ${n} is too small for ${pair} with a ${count}, n1 ${row}, m1 ${column}`);
    }
  });
}

function margin(margins: Map<string, number>, name: string, label: string, value: number, given: boolean): void {
  if (given) checkCount(name, value);
  const before = margins.get(label);
  if (given && before !== undefined && before !== value) {
    throw new PvError("INVALID_ARGUMENT", `${name} of ${JSON.stringify(label)} is given as ${before} and as ${value}`);
  }
  margins.set(label, given ? value : (before ?? 0) + value);
}
