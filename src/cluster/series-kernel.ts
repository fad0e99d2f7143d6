import type { CountSeries } from "./series.ts";

/** What can be said of a tested point, in the order of their codes in {@link SeriesColumns}. */
export const POINT_STATES = ["tested", "insufficient-baseline", "silent", "not-fitted"] as const;

/**
 * `"tested"`: there is a bound. `"insufficient-baseline"`: too little history to have one. `"silent"`: the detector's own rule
 * keeps it from alarming, such as fewer than 5 cases in 4 weeks. `"not-fitted"`: its model did not converge. Only a tested
 * point can alarm; the other three are no statement that all is well.
 */
export type PointState = (typeof POINT_STATES)[number];

export const TESTED = 0;
export const INSUFFICIENT = 1;
export const SILENT = 2;
export const NOT_FITTED = 3;

/** Results of tested points, series after series: row s of a batch of points starts at s × points. */
export interface SeriesColumns {
  readonly observed: Float64Array;
  /** Mean without an outbreak; NaN where there is none, and given where a detector is silent. */
  readonly expected: Float64Array;
  /** A count above it alarms (CUSUM and likelihood ratios: reaching it alarms); NaN where there is none. */
  readonly upper: Float64Array;
  /** The detector's own statistic; its doc comment says which. */
  readonly statistic: Float64Array;
  /** Chance of as much without an outbreak; NaN where the method gives none. */
  readonly p: Float64Array;
  readonly alarm: Uint8Array;
  /** Index into {@link POINT_STATES}. */
  readonly state: Uint8Array;
  /** Index of the point at which the rise is estimated to have begun, for methods that tell; -1 elsewhere. */
  readonly since: Int32Array;
}

/** What a detector knows of the series it will see; every series of a batch shares it. */
export interface SeriesFrame {
  readonly step: CountSeries["step"];
  readonly startDay: number | undefined;
  readonly perYear: number;
  readonly length: number;
  /** First tested point. */
  readonly from: number;
  /** One past the last tested point. */
  readonly to: number;
  readonly levels: Float64Array | undefined;
  /** 1 for points kept out of every baseline; they are tested all the same. */
  readonly leftOut: Uint8Array | undefined;
}

/** Tests the points `from` … `to - 1` of one series and writes them to the columns from `at` on. */
export type SeriesKernel = (counts: Float64Array, out: SeriesColumns, at: number) => void;

/** A way to tell a rise in a series from its usual course. */
export interface SeriesDetector {
  readonly name: string;
  /** Every option with the value in use, for the record. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** `"divide"`: works on counts over levels; `"model"`: takes levels into its own mean. */
  readonly levels: "divide" | "model";
  /** Working memory and whatever does not depend on counts. */
  readonly prepare: (frame: SeriesFrame) => SeriesKernel;
}

export function seriesColumns(points: number): SeriesColumns {
  const numbers = (): Float64Array => new Float64Array(points).fill(NaN);
  return {
    observed: new Float64Array(points),
    expected: numbers(),
    upper: numbers(),
    statistic: numbers(),
    p: numbers(),
    alarm: new Uint8Array(points),
    state: new Uint8Array(points).fill(INSUFFICIENT),
    since: new Int32Array(points).fill(-1),
  };
}

/** Mean of the points before the first tested one that are not left out (phase 1), and their number and spread. */
export interface PhaseOne {
  mean: number;
  sd: number;
  points: number;
  /** Mean absolute difference of neighbouring points, over 2/√π: its expectation for normal data is the standard deviation. */
  movingRangeSd: number;
}

/** Fills `into`; all NaN but `points` when there is no point. */
export function phaseOne(counts: Float64Array, frame: SeriesFrame, into: PhaseOne): void {
  let points = 0;
  let mean = 0;
  let squares = 0;
  let ranges = 0;
  let previous = NaN;
  for (let i = 0; i < frame.from; i++) {
    if (frame.leftOut?.[i] === 1) continue;
    const count = counts[i]!;
    points += 1;
    const before = mean;
    mean += (count - mean) / points;
    squares += (count - before) * (count - mean);
    if (points > 1) ranges += Math.abs(count - previous);
    previous = count;
  }
  into.points = points;
  into.mean = points > 0 ? mean : NaN;
  into.sd = points > 1 ? Math.sqrt(squares / (points - 1)) : NaN;
  into.movingRangeSd = points > 1 ? (ranges / (points - 1)) * 0.886226925452758 : NaN;
}
