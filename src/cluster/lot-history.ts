import type { LotMarks } from "./lot-marks.ts";

/** Longest delay and longest life of a lot that are told apart, in days. */
const LONGEST = 400;
const BIN = 10;
const BINS = 30;
/** Days of receipt that must have passed before the delays of an event day count as complete. */
const MATURE = 90;
/** Lots whose first report is older than this have shown most of their life. */
const LOT_LIFE = 230;
const ENOUGH_LOTS = 50;
const ENOUGH_MARKS = 200;
/** A lot's use never falls below a tenth of a lot used evenly over 150 days: old packs turn up. */
const LEAST_USE = 0.1 / 150;

/** What reports received up to a day say about delays and about the life of lots; shared by all products. */
export interface LotHistory {
  readonly asOf: number;
  /** Share of reports received within k days of the event, k from 0 to 400. */
  readonly received: Float64Array;
  /** Share of a lot's reports that falls on one day `age` days after its first report; 0 or less is the day of the first. */
  readonly use: (age: number) => number;
  /** Shape of the gamma distribution of lot sizes within a product. */
  readonly lotShape: number;
  /** Reports of each reaction group per counted report, over all products. */
  readonly groupShare: Float64Array;
  /** Lots whose life the curve of use was learnt from; too few, and it is flat. */
  readonly lots: number;
}

/** Learns from marks received on or before `asOf`. */
export function lotHistory(marks: LotMarks, asOf: number): LotHistory {
  const delays = new Float64Array(LONGEST + 1);
  const groupCounts = new Float64Array(marks.groups.length);
  const bins = new Float64Array(BINS);
  let counted = 0;
  let delayed = 0;
  let lots = 0;
  let marksOfLots = 0;
  let squaredMeans = 0;
  let excess = 0;
  for (const product of marks.products) {
    const first = new Int32Array(product.lots.length).fill(0x7fffffff);
    const size = new Int32Array(product.lots.length);
    const end = received(product.received, asOf);
    for (let i = 0; i < end; i++) {
      for (let j = product.offsets[i]!; j < product.offsets[i + 1]!; j++) groupCounts[product.groups[j]!]!++;
      if (product.counts[i] === 0) continue;
      counted++;
      const event = product.event[i]!;
      if (event <= asOf - MATURE && event > asOf - MATURE - 365) {
        delays[Math.min(LONGEST, product.received[i]! - event)]!++;
        delayed++;
      }
      const lot = product.lot[i]!;
      if (lot < 0) continue;
      size[lot]!++;
      if (event < first[lot]!) first[lot] = event;
    }
    const grown: number[] = [];
    for (let lot = 0; lot < size.length; lot++) {
      if (first[lot]! <= asOf - LOT_LIFE && first[lot]! > asOf - LOT_LIFE - 500) grown.push(lot);
    }
    if (grown.length < 3) continue;
    const mean = grown.reduce((sum, lot) => sum + size[lot]!, 0) / grown.length;
    lots += grown.length;
    squaredMeans += (grown.length - 1) * mean * mean;
    for (const lot of grown) excess += (size[lot]! - mean) ** 2;
    excess -= (grown.length - 1) * mean;
    const isGrown = new Set(grown.filter((lot) => size[lot]! >= 5));
    const counts = new Set<number>();
    for (let i = 0; i < end; i++) {
      const lot = product.lot[i]!;
      if (product.counts[i] === 0 || !isGrown.has(lot)) continue;
      // Every lot has a report on the day of its first report: that one says nothing about its life.
      if (product.event[i] === first[lot] && !counts.has(lot)) {
        counts.add(lot);
        continue;
      }
      const bin = Math.floor((product.event[i]! - first[lot]!) / BIN);
      if (bin < BINS) bins[bin]! += 1 / (size[lot]! - 1);
      marksOfLots++;
    }
  }
  return {
    asOf,
    received: cumulated(delays, delayed),
    use: useCurve(bins, marksOfLots),
    lotShape: lots < ENOUGH_LOTS || excess <= 0 ? 4 : Math.min(10, Math.max(1, squaredMeans / excess)),
    groupShare: groupCounts.map((count) => count / Math.max(1, counted)),
    lots,
  };
}

/** Sum over event days of the share of their reports that is in by now. */
export function receivedBetween({ asOf, received: in_ }: LotHistory, from: number, to: number): number {
  let sum = 0;
  for (let day = from; day <= to; day++) sum += in_[Math.min(LONGEST, asOf - day)]!;
  return sum;
}

/** Number of leading entries that are `day` or earlier. */
export function received(days: Int32Array, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]! <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cumulated(delays: Float64Array, total: number): Float64Array {
  // Nothing known yet: everything is taken as received at once, so that no count is thought to be incomplete.
  if (total === 0) return new Float64Array(LONGEST + 1).fill(1);
  let sum = 0;
  return delays.map((count) => (sum += count) / total);
}

function useCurve(bins: Float64Array, marks: number): (age: number) => number {
  if (marks < ENOUGH_MARKS) return (age) => (age <= 200 ? 1 / 200 : LEAST_USE);
  const total = bins.reduce((sum, weight) => sum + weight, 0);
  const perDay = bins.map((weight) => Math.max(LEAST_USE, weight / total / BIN));
  return (age) => (age <= 0 ? perDay[0]! : age < BINS * BIN ? perDay[Math.floor(age / BIN)]! : LEAST_USE);
}
