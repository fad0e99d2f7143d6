import { PvError } from "../error.ts";
import { compareText } from "./growing.ts";
import { mergeEchoes } from "./exchange-echo.ts";
import { PairCounts } from "./pairs.ts";

/** What changed since counts were made. */
export interface CountChange {
  /** Counts of new reports and of the new versions of old ones; none of them in the base. */
  readonly added?: PairCounts | undefined;
  /** Counts of what leaves the base: old versions of reports, as they were counted, and reports withdrawn. */
  readonly removed?: PairCounts | undefined;
}

/**
 * The counts after a change, without counting the others again: equal to a count of all reports that stand, number for number
 * and in the same order. Takes the time of copying the base. Labels and pairs that no report has any more are gone; there is no
 * `origin`. All counts must have been made with the same options, and what is removed must be in the base: of single reports
 * counts cannot tell, but a cell, a margin or a total below 0 is refused. Tallies of terminologies in `options` are of all
 * events ever added.
 *
 * @throws PvError `INVALID_ARGUMENT` for options that differ; `INVALID_OPTION` for counts with strata, a comparator or withheld
 *   cells; `INVALID_COUNT` when more is removed than there is; `EMPTY_SCOPE` when nothing is left
 * @example
 * addToCounts(countsFromRows([{ product: "A", event: "rash", a: 4 }]), {
 *   added: countsFromRows([{ product: "A", event: "rash", a: 2 }]),
 * }).pair("A", "rash").a; // 6
 */
export function addToCounts(base: PairCounts, { added, removed }: CountChange): PairCounts {
  const changes = [added, removed].filter((counts) => counts !== undefined);
  for (const counts of [base, ...changes]) checkPlain(counts);
  const echo = mergeEchoes(added === undefined ? [base.options] : [base.options, added.options]);
  if (removed !== undefined) mergeEchoes([base.options, removed.options]);
  const products = changedLabels("product", base, added, removed);
  const events = changedLabels("event", base, added, removed);
  const n = base.n + (added?.n ?? 0) - (removed?.n ?? 0);
  const excluded = (of: keyof PairCounts["excluded"]): number =>
    base.excluded[of] + (added?.excluded[of] ?? 0) - (removed?.excluded[of] ?? 0);
  if (n < 0) throw tooMuch("reports in all", n);
  if (n === 0) throw new PvError("EMPTY_SCOPE", "no report is left to count: all were removed");
  const delta = changedPairs(products, events, added, removed);
  return new PairCounts({
    products: products.labels,
    events: events.labels,
    ...changeRows(base, delta, products, events, n),
    n1: products.margin,
    m1: events.margin,
    n,
    echo,
    excluded: {
      outOfScope: excluded("outOfScope"),
      withoutProduct: excluded("withoutProduct"),
      withoutEvent: excluded("withoutEvent"),
    },
  });
}

const tooMuch = (what: string, left: number): PvError =>
  new PvError("INVALID_COUNT", `more was removed than there is: ${what} would be ${left}`);

function checkPlain(counts: PairCounts): void {
  if (counts.stratified || counts.options.background !== "scope" || counts.bounds !== undefined) {
    throw new PvError(
      "INVALID_OPTION",
      "counts with strata, a comparator or withheld cells cannot be changed: mergeCounts adds up strata, countPairs counts again",
    );
  }
}

interface ChangedLabels {
  readonly labels: readonly string[];
  readonly margin: Float64Array;
  /** New number of each label of the base, -1 where it is gone; `undefined` when all keep theirs. */
  readonly fromBase: Int32Array | undefined;
  readonly fromAdded: Int32Array;
  readonly fromRemoved: Int32Array;
}

function changedLabels(
  kind: "product" | "event",
  base: PairCounts,
  added: PairCounts | undefined,
  removed: PairCounts | undefined,
): ChangedLabels {
  const [names, sums] = kind === "product" ? (["products", "n1"] as const) : (["events", "m1"] as const);
  const old = base[names];
  const plus = added?.[names] ?? [];
  const minus = removed?.[names] ?? [];
  // One walk over three sorted lists.
  const labels: string[] = [];
  const margin: number[] = [];
  const fromBase = new Int32Array(old.length);
  const fromAdded = new Int32Array(plus.length);
  const fromRemoved = new Int32Array(minus.length);
  for (let i = 0, j = 0, k = 0; i < old.length || j < plus.length || k < minus.length;) {
    const isNew = i === old.length || (j < plus.length && compareText(plus[j]!, old[i]!) < 0);
    const label = isNew ? (plus[j] ?? minus[k]!) : old[i]!;
    let sum = 0;
    const number = labels.length;
    if (i < old.length && old[i] === label) {
      sum += base[sums][i]!;
      fromBase[i++] = number;
    }
    if (j < plus.length && plus[j] === label) {
      sum += added![sums][j]!;
      fromAdded[j++] = number;
    }
    if (k < minus.length && compareText(minus[k]!, label) <= 0) {
      if (minus[k] !== label) throw tooMuch(`${kind} ${JSON.stringify(minus[k])}`, -removed![sums][k]!);
      sum -= removed![sums][k]!;
      fromRemoved[k++] = number;
    }
    if (sum < 0) throw tooMuch(`${kind} ${JSON.stringify(label)}`, sum);
    if (sum > 0) {
      labels.push(label);
      margin.push(sum);
    } else {
      if (i > 0 && old[i - 1] === label) fromBase[i - 1] = -1;
      if (j > 0 && plus[j - 1] === label) fromAdded[j - 1] = -1;
      if (k > 0 && minus[k - 1] === label) fromRemoved[k - 1] = -1;
    }
  }
  const isSame = labels.length === old.length && fromBase.every((number, i) => number === i);
  return {
    labels: isSame ? old : labels,
    margin: Float64Array.from(margin),
    fromBase: isSame ? undefined : fromBase,
    fromAdded,
    fromRemoved,
  };
}

/** Changed pairs by product and event, in new numbers; -1 stands for a label that is gone. */
interface ChangedPairs {
  readonly rowOffsets: Uint32Array;
  readonly event: Uint32Array;
  readonly change: Float64Array;
  /** What is taken from pairs of products that are gone. */
  readonly lost: number;
}

function changedPairs(
  products: ChangedLabels,
  events: ChangedLabels,
  added: PairCounts | undefined,
  removed: PairCounts | undefined,
): ChangedPairs {
  const rows: Map<number, number>[] = [];
  let lost = 0;
  const take = (counts: PairCounts | undefined, p: Int32Array, e: Int32Array, sign: number): void => {
    for (let row = 0; counts !== undefined && row < counts.products.length; row++) {
      const product = p[row]!;
      for (let i = counts.rowOffsets[row]!; i < counts.rowOffsets[row + 1]!; i++) {
        const event = e[counts.event[i]!]!;
        const change = sign * counts.a[i]!;
        if (product < 0 || event < 0) lost += change;
        else {
          const row = (rows[product] ??= new Map());
          row.set(event, (row.get(event) ?? 0) + change);
        }
      }
    }
  };
  take(added, products.fromAdded, events.fromAdded, 1);
  take(removed, products.fromRemoved, events.fromRemoved, -1);
  const rowOffsets = new Uint32Array(products.labels.length + 1);
  const event: number[] = [];
  const change: number[] = [];
  for (let p = 0; p < products.labels.length; p++) {
    for (const [e, by] of [...(rows[p] ?? [])].sort(([x], [y]) => x - y)) {
      if (by === 0) continue;
      event.push(e);
      change.push(by);
    }
    rowOffsets[p + 1] = event.length;
  }
  return { rowOffsets, event: Uint32Array.from(event), change: Float64Array.from(change), lost };
}

function changeRows(
  base: PairCounts,
  delta: ChangedPairs,
  products: ChangedLabels,
  events: ChangedLabels,
  n: number,
): { readonly rowOffsets: Uint32Array; readonly event: Uint32Array; readonly a: Uint32Array | Float64Array } {
  const size = base.size + delta.event.length;
  const event = new Uint32Array(size);
  // No cell of distinct reports is above their number; cells of cells may be.
  const isSmall = base.a instanceof Uint32Array && n < 2 ** 32;
  const a = isSmall ? new Uint32Array(size) : new Float64Array(size);
  const rowOffsets = new Uint32Array(products.labels.length + 1);
  const oldRow = inverse(products);
  const oldEvent = events.fromBase === undefined ? undefined : inverse(events);
  let at = 0;
  let lost = delta.lost;
  const copy = (from: number, to: number): void => {
    const { fromBase } = events;
    if (fromBase === undefined) {
      event.set(base.event.subarray(from, to), at);
      a.set(base.a.subarray(from, to), at);
      at += to - from;
      return;
    }
    for (let i = from; i < to; i++) {
      const e = fromBase[base.event[i]!]!;
      if (e < 0) lost += base.a[i]!;
      else {
        event[at] = e;
        a[at++] = base.a[i]!;
      }
    }
  };
  for (let p = 0; p < products.labels.length; p++) {
    const row = oldRow?.[p] ?? (oldRow === undefined ? p : -1);
    let from = row < 0 ? 0 : base.rowOffsets[row]!;
    const end = row < 0 ? 0 : base.rowOffsets[row + 1]!;
    for (let d = delta.rowOffsets[p]!; d < delta.rowOffsets[p + 1]!; d++) {
      const wanted = delta.event[d]!;
      const old = oldEvent === undefined ? wanted : oldEvent[wanted]!;
      // A label that is new has no pairs in the base, but its place is before the first label after it.
      const place = firstFrom(base.event, from, end, old >= 0 ? old : nextOld(oldEvent!, wanted, base.events.length));
      copy(from, place);
      const isThere = place < end && old >= 0 && base.event[place] === old;
      const value = delta.change[d]! + (isThere ? base.a[place]! : 0);
      if (value < 0) throw tooMuch(`${products.labels[p]!} and ${events.labels[wanted]!}`, value);
      if (value > 0) {
        event[at] = wanted;
        a[at++] = value;
      }
      from = isThere ? place + 1 : place;
    }
    copy(from, end);
    rowOffsets[p + 1] = at;
  }
  products.fromBase?.forEach((number, row) => {
    if (number < 0) for (let i = base.rowOffsets[row]!; i < base.rowOffsets[row + 1]!; i++) lost += base.a[i]!;
  });
  if (lost !== 0) throw new PvError("INVALID_COUNT", "the pairs that were removed do not fit their margins");
  return at === size ? { rowOffsets, event, a } : { rowOffsets, event: event.subarray(0, at), a: a.subarray(0, at) };
}

/** Number in the base of each label, -1 for a new one; `undefined` when all are the same. */
function inverse({ fromBase, labels }: ChangedLabels): Int32Array | undefined {
  if (fromBase === undefined) return undefined;
  const old = new Int32Array(labels.length).fill(-1);
  fromBase.forEach((number, i) => {
    if (number >= 0) old[number] = i;
  });
  return old;
}

function nextOld(old: Int32Array, from: number, last: number): number {
  for (let i = from; i < old.length; i++) if (old[i]! >= 0) return old[i]!;
  return last;
}

/** First place of a number that is at least `wanted`, in ascending numbers; looks near `from` first. */
function firstFrom(numbers: Uint32Array, from: number, end: number, wanted: number): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < end && numbers[high]! < wanted) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = Math.min(high, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
