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
  return grouped(a, expected, undefined);
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
  const products = [...tally(counts.n1)].sort(([x], [y]) => x - y);
  const events = [...tally(counts.m1)].sort(([x], [y]) => x - y);
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
  const n: number[] = [];
  const e: number[] = [];
  const weight: number[] = [];
  products.forEach(([n1], i) => {
    events.forEach(([m1], j) => {
      const times = empty[i * events.length + j]!;
      if (times === 0) return;
      n.push(0);
      e.push((n1 * m1) / counts.n);
      weight.push(times);
    });
  });
  for (let k = 0; k < counts.size; k++) {
    if (a[k] === 0) continue;
    n.push(a[k]!);
    e.push(expected[k]!);
    weight.push(1);
  }
  return grouped(n, e, weight, 0);
}

/**
 * Data squashing: points of one count, in the order of their expectation, are replaced in runs by their weighted mean. Runs are
 * sized so that about `target` points remain; counts with few points are kept as they are. An approximation whose error
 * `fitGps` measures.
 *
 * @see DuMouchel & Pregibon (2001) doi:10.1145/502512.502526
 */
export function squash(points: GpsPoints, target: number): GpsPoints {
  const total = points.n.length;
  if (total <= target) return points;
  const run = Math.ceil(total / target);
  const out = { n: [] as number[], e: [] as number[], weight: [] as number[] };
  // Points are sorted by n, then e.
  for (let from = 0; from < total;) {
    let to = from;
    while (to < total && points.n[to] === points.n[from]) to++;
    const size = to - from > 20 * run ? run : 1;
    for (let k = from; k < to; k += size) {
      let weight = 0;
      let sum = 0;
      for (let j = k; j < Math.min(k + size, to); j++) {
        weight += points.weight[j]!;
        sum += points.weight[j]! * points.e[j]!;
      }
      out.n.push(points.n[from]!);
      out.e.push(sum / weight);
      out.weight.push(weight);
    }
    from = to;
  }
  return { n: Float64Array.from(out.n), e: Float64Array.from(out.e), weight: Float64Array.from(out.weight) };
}

function grouped(
  n: ArrayLike<number>,
  e: ArrayLike<number>,
  weight: ArrayLike<number> | undefined,
  least = 1,
): GpsPoints {
  const order: number[] = [];
  for (let k = 0; k < n.length; k++) if (n[k]! >= least && e[k]! > 0) order.push(k);
  order.sort((x, y) => n[x]! - n[y]! || e[x]! - e[y]!);
  const out = { n: [] as number[], e: [] as number[], weight: [] as number[] };
  for (const k of order) {
    const last = out.n.length - 1;
    if (last >= 0 && out.n[last] === n[k] && out.e[last] === e[k]) out.weight[last]! += weight?.[k] ?? 1;
    else {
      out.n.push(n[k]!);
      out.e.push(e[k]!);
      out.weight.push(weight?.[k] ?? 1);
    }
  }
  return { n: Float64Array.from(out.n), e: Float64Array.from(out.e), weight: Float64Array.from(out.weight) };
}
