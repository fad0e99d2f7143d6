import { independent } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";

/** Points of a likelihood: `weight` pairs each with count `n` and expectation `e`. */
export interface GpsPoints {
  readonly n: Float64Array;
  readonly e: Float64Array;
  readonly weight: Float64Array;
}

/** Pairs with a count of 1 or more and an expectation above 0, with equal (n, e) taken together. Exact. */
export function observedPoints(counts: PairCounts): GpsPoints {
  const { a, expected } = counts.columns();
  return concatenate(byCount(a, expected).map(([n, e]) => together(n, e.sort(), undefined)));
}

/**
 * All product × event cells, the empty ones included: those have a count of 0 and the expectation of their margins, and are taken
 * together by equal margins, so that a full table costs as many points as there are distinct pairs of margins. Exact.
 */
export function allCellPoints(counts: PairCounts): GpsPoints {
  const { a, expected } = counts.columns();
  const tally = (margins: Float64Array): Map<number, number> => {
    const times = new Map<number, number>();
    for (const margin of margins) if (margin > 0) times.set(margin, (times.get(margin) ?? 0) + 1);
    return times;
  };
  const products = [...tally(counts.n1)];
  const events = [...tally(counts.m1)];
  const eventPlace = new Map(events.map(([margin], j) => [margin, j]));
  const productPlace = new Map(products.map(([margin], i) => [margin, i]));
  const empty = new Float64Array(products.length * events.length);
  products.forEach(([, times], i) => {
    events.forEach(([, others], j) => (empty[i * events.length + j] = times * others));
  });
  for (let k = 0; k < counts.size; k++) {
    if (a[k] === 0) continue;
    const i = productPlace.get(counts.n1[counts.product[k]!]!)!;
    empty[i * events.length + eventPlace.get(counts.m1[counts.event[k]!]!)!]!--;
  }
  const zeros: { readonly e: number; readonly weight: number }[] = [];
  products.forEach(([n1], i) => {
    events.forEach(([m1], j) => {
      const weight = empty[i * events.length + j]!;
      if (weight > 0) zeros.push({ e: independent(n1, m1, counts.n), weight });
    });
  });
  zeros.sort((x, y) => x.e - y.e);
  const none = together(
    0,
    Float64Array.from(zeros, ({ e }) => e),
    Float64Array.from(zeros, ({ weight }) => weight),
  );
  return concatenate([none, ...byCount(a, expected).map(([n, e]) => together(n, e.sort(), undefined))]);
}

/** Expectations of the pairs of each count, counts ascending; pairs without reports or expectation left out. */
function byCount(a: Float64Array, expected: Float64Array): [number, Float64Array][] {
  const sizes = new Map<number, number>();
  const counted = (k: number): boolean => a[k]! >= 1 && expected[k]! > 0;
  for (let k = 0; k < a.length; k++) if (counted(k)) sizes.set(a[k]!, (sizes.get(a[k]!) ?? 0) + 1);
  const groups = new Map([...sizes].map(([n, size]) => [n, { e: new Float64Array(size), at: 0 }]));
  for (let k = 0; k < a.length; k++) {
    if (!counted(k)) continue;
    const group = groups.get(a[k]!)!;
    group.e[group.at++] = expected[k]!;
  }
  return [...groups].map(([n, { e }]): [number, Float64Array] => [n, e]).sort(([x], [y]) => x - y);
}

/** Points of one count: equal expectations, ascending, taken together. */
function together(n: number, e: Float64Array, weights: Float64Array | undefined): GpsPoints {
  const distinct = new Float64Array(e.length);
  const weight = new Float64Array(e.length);
  let size = 0;
  for (let k = 0; k < e.length; k++) {
    if (size === 0 || distinct[size - 1] !== e[k]) distinct[size++] = e[k]!;
    weight[size - 1]! += weights?.[k] ?? 1;
  }
  return { n: new Float64Array(size).fill(n), e: distinct.slice(0, size), weight: weight.slice(0, size) };
}

function concatenate(parts: readonly GpsPoints[]): GpsPoints {
  const join = (columns: readonly Float64Array[]): Float64Array => {
    const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
    let at = 0;
    for (const column of columns) {
      all.set(column, at);
      at += column.length;
    }
    return all;
  };
  return {
    n: join(parts.map(({ n }) => n)),
    e: join(parts.map(({ e }) => e)),
    weight: join(parts.map(({ weight }) => weight)),
  };
}

/**
 * Data squashing: points of one count, in the order of their expectation, are replaced in runs of equal length by their weighted
 * mean. Every count may keep as many points as any other, so that rare counts keep all of theirs; about `target` remain. An
 * approximation whose error `fitGps` measures.
 *
 * @see DuMouchel & Pregibon (2001) doi:10.1145/502512.502526
 */
export function squash(points: GpsPoints, target: number): GpsPoints {
  const total = points.n.length;
  if (total <= target) return points;
  // Points are sorted by n, then e.
  const starts: number[] = [];
  for (let k = 0; k < total; k++) if (k === 0 || points.n[k] !== points.n[k - 1]) starts.push(k);
  const sizes = starts.map((from, i) => (starts[i + 1] ?? total) - from);
  const kept = (most: number): number => sizes.reduce((sum, size) => sum + Math.ceil(size / Math.ceil(size / most)), 0);
  let low = 1;
  let high = total;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (kept(middle) <= target) low = middle;
    else high = middle;
  }
  const out = { n: [] as number[], e: [] as number[], weight: [] as number[] };
  starts.forEach((from, i) => {
    const to = from + sizes[i]!;
    const run = Math.ceil(sizes[i]! / low);
    for (let k = from; k < to; k += run) {
      let weight = 0;
      let sum = 0;
      for (let j = k; j < Math.min(k + run, to); j++) {
        weight += points.weight[j]!;
        sum += points.weight[j]! * points.e[j]!;
      }
      out.n.push(points.n[from]!);
      out.e.push(sum / weight);
      out.weight.push(weight);
    }
  });
  return { n: Float64Array.from(out.n), e: Float64Array.from(out.e), weight: Float64Array.from(out.weight) };
}
