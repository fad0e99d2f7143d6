import { PvError } from "../error.ts";
import { stepName, stepStart } from "./weeks.ts";
import { checkedCounts, pointDay, pointIndex, type CountSeries } from "./series.ts";
import {
  POINT_STATES,
  seriesColumns,
  type PointState,
  type SeriesColumns,
  type SeriesDetector,
  type SeriesFrame,
} from "./series-kernel.ts";

/** Which points are tested. */
export interface MonitorOptions {
  /** First tested point: an index from 0, or a date, week or month of the series; 0 unless told. */
  readonly from?: number | string | undefined;
  /** Last tested point, included; the last of the series unless told. */
  readonly to?: number | string | undefined;
  /** 1 for points kept out of every baseline (holidays, a known outbreak); see `holidayPoints`. They are tested all the same. */
  readonly leftOut?: ArrayLike<number> | undefined;
}

/** One tested point of one series. */
export interface SeriesPoint {
  readonly index: number;
  /** `2024-01-15`, `2024-W03` or `2024-01`; `undefined` for a series without a calendar. */
  readonly name: string | undefined;
  readonly observed: number;
  readonly expected: number;
  readonly upper: number;
  readonly statistic: number;
  readonly p: number;
  readonly alarm: boolean;
  readonly state: PointState;
  /** Index of the point at which the rise is estimated to have begun. */
  readonly since: number | undefined;
}

/** Results of one series. */
export interface SeriesMonitoring {
  readonly detector: { readonly name: string; readonly options: SeriesDetector["options"] };
  /** Index of the first tested point; columns start there. */
  readonly from: number;
  readonly columns: SeriesColumns;
  readonly points: readonly SeriesPoint[];
  readonly alarms: readonly SeriesPoint[];
}

/** Results of many series: columns of series × points, series after series. */
export interface SeriesBatchMonitoring {
  readonly detector: { readonly name: string; readonly options: SeriesDetector["options"] };
  readonly series: number;
  readonly from: number;
  /** Tested points of each series. */
  readonly points: number;
  readonly columns: SeriesColumns;
}

/** Many series of one calendar, counts series after series. */
export interface SeriesBatch extends Pick<CountSeries, "step" | "startDay" | "perYear" | "levels"> {
  readonly counts: ArrayLike<number>;
  /** Points of each series; `counts` holds a whole number of series. */
  readonly length: number;
}

/**
 * Tests every point of a series from `from` to `to` against the points before it. A baseline never holds the tested point or a
 * later one, so that a result does not change when the series grows.
 *
 * @throws PvError `INVALID_ARGUMENT` (from, to), `INVALID_DATE`, `LENGTH_MISMATCH` (leftOut)
 * @example
 * monitorSeries(seriesOf({ counts: [2, 1, 3, 2, 2, 1, 3, 9] }), detectors.earsC1(), { from: 7 }).alarms.length; // 1
 */
export function monitorSeries(
  series: CountSeries,
  detector: SeriesDetector,
  options: MonitorOptions = {},
): SeriesMonitoring {
  const frame = frameOf(series, series.counts.length, options);
  const columns = seriesColumns(frame.to - frame.from);
  run(series.counts, frame, detector, columns);
  const points = Array.from({ length: frame.to - frame.from }, (_, i) => pointAt(series, columns, frame.from, i));
  return {
    detector: { name: detector.name, options: detector.options },
    from: frame.from,
    columns,
    points,
    alarms: points.filter((point) => point.alarm),
  };
}

/**
 * {@link monitorSeries} for thousands of series of one calendar: typed arrays in and out, and the same numbers to the last bit.
 *
 * @throws PvError as {@link monitorSeries}; `INVALID_COUNT`; `LENGTH_MISMATCH` when `counts` is not a whole number of series
 */
export function monitorSeriesBatch(
  batch: SeriesBatch,
  detector: SeriesDetector,
  options: MonitorOptions = {},
): SeriesBatchMonitoring {
  const { length } = batch;
  if (!(Number.isInteger(length) && length > 0) || batch.counts.length % length !== 0) {
    throw new PvError(
      "LENGTH_MISMATCH",
      `expected counts of whole series of ${length} points, got ${batch.counts.length} counts`,
    );
  }
  const counts = checkedCounts(batch.counts);
  const frame = frameOf(batch, length, options);
  const points = frame.to - frame.from;
  const series = counts.length / length;
  const columns = seriesColumns(series * points);
  run(counts, frame, detector, columns);
  return { detector: { name: detector.name, options: detector.options }, series, from: frame.from, points, columns };
}

function run(counts: Float64Array, frame: SeriesFrame, detector: SeriesDetector, columns: SeriesColumns): void {
  const { length, from, to, levels } = frame;
  const divides = detector.levels === "divide" && levels !== undefined;
  const kernel = detector.prepare(divides ? { ...frame, levels: undefined } : frame);
  const scaled = new Float64Array(divides ? length : 0);
  const points = to - from;
  for (let s = 0; s * length < counts.length; s++) {
    const row = counts.subarray(s * length, (s + 1) * length);
    if (divides) for (let i = 0; i < length; i++) scaled[i] = row[i]! / levels[i]!;
    kernel(divides ? scaled : row, columns, s * points);
    for (let i = 0; i < points; i++) {
      const at = s * points + i;
      columns.observed[at] = row[from + i]!;
      if (!divides) continue;
      columns.expected[at]! *= levels[from + i]!;
      columns.upper[at]! *= levels[from + i]!;
    }
  }
}

function frameOf(
  series: Pick<CountSeries, "step" | "startDay" | "perYear" | "levels">,
  length: number,
  { from = 0, to = length - 1, leftOut }: MonitorOptions,
): SeriesFrame {
  const first = placeOf(series, "first tested point", from);
  const last = placeOf(series, "last tested point", to);
  if (!(first >= 0 && first <= last && last < length)) {
    throw new PvError("INVALID_ARGUMENT", `expected 0 <= from <= to < ${length}, got from ${first}, to ${last}`);
  }
  for (const [name, column] of [
    ["leftOut", leftOut],
    ["levels", series.levels],
  ] as const) {
    if (column !== undefined && column.length !== length) {
      throw new PvError("LENGTH_MISMATCH", `${name}: expected ${length} values, got ${column.length}`);
    }
  }
  return {
    step: series.step,
    startDay: series.startDay,
    perYear: series.perYear,
    length,
    from: first,
    to: last + 1,
    levels: series.levels,
    leftOut: leftOut === undefined ? undefined : Uint8Array.from(leftOut, (mark) => (mark === 0 ? 0 : 1)),
  };
}

function placeOf(series: Pick<CountSeries, "step" | "startDay">, name: string, place: number | string): number {
  if (typeof place === "number") {
    if (!Number.isInteger(place)) throw new PvError("INVALID_ARGUMENT", `${name}: expected an index, got ${place}`);
    return place;
  }
  const { step } = series;
  if (step === "point") {
    throw new PvError("INVALID_ARGUMENT", `${name}: a series without a start has no dates; give an index`);
  }
  return pointIndex(series, stepStart(name, place, step))!;
}

function pointAt(series: CountSeries, columns: SeriesColumns, from: number, i: number): SeriesPoint {
  const day = pointDay(series, from + i);
  const since = columns.since[i]!;
  return {
    index: from + i,
    name: day === undefined || series.step === "point" ? undefined : stepName(day, series.step),
    observed: columns.observed[i]!,
    expected: columns.expected[i]!,
    upper: columns.upper[i]!,
    statistic: columns.statistic[i]!,
    p: columns.p[i]!,
    alarm: columns.alarm[i] === 1,
    state: POINT_STATES[columns.state[i]!]!,
    since: since < 0 ? undefined : since,
  };
}
