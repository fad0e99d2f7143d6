import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay } from "../report/date.ts";
import { requireOneOf, requirePositive, requireWhole, type AlertScopeOptions, type ScopedRows } from "./alert-scope.ts";
import { holidayPoints, withDayTypeLevels, type HolidayCalendar } from "./calendar.ts";
import { nowcast } from "./nowcast.ts";
import { pointDay, seriesOf, type CountSeries } from "./series.ts";
import { SERIES_PARTS, seriesCounts, type SeriesRows, type SeriesTableOptions } from "./series-alert-table.ts";
import { detectors } from "./series-detectors.ts";
import type { SeriesDetector } from "./series-kernel.ts";
import { stepIndex, stepIndexStart, stepName, type SeriesStep } from "./weeks.ts";

/** A detector by its name in `detectors`, with its usual options, or one that was made with others. */
export type SeriesDetectorChoice = keyof typeof detectors | SeriesDetector;

/** How `findSeriesAlerts` looks at series. */
export interface SeriesAlertOptions extends AlertScopeOptions, SeriesTableOptions {
  /** Width of the points; `"week"` unless told. */
  readonly step?: SeriesStep | undefined;
  /** One or more; `bayes` with α = 0.001 unless told. */
  readonly detector?: SeriesDetectorChoice | readonly SeriesDetectorChoice[] | undefined;
  /** Points of history at most, the current one included: 400 days, 313 weeks or 72 months unless told. */
  readonly points?: number | undefined;
  /**
   * Last points that are tested, the current one included: charts with a memory (CUSUM, EWMA, likelihood ratios) learn from the
   * points before and run over these. 28 days, 13 weeks or 6 months unless told, at most a quarter of the series.
   */
  readonly tested?: number | undefined;
  readonly holidays?: HolidayCalendar | undefined;
  /** `"levels"`: expect less or more on them; `"leave-out"`: keep them out of baselines. Levels for days unless told. */
  readonly holidayUse?: "levels" | "leave-out" | undefined;
  /**
   * `"exclude"` (unless told): the current point is the last one that is over. `"nowcast"`, for the clock of events: it is the last
   * one of which at least half the reports are estimated to have arrived, and as much less is expected of it.
   */
  readonly incomplete?: "exclude" | "nowcast" | undefined;
  /** Longest delay in days of the nowcast; 60 unless told. */
  readonly maxDelay?: number | undefined;
  /** Fewest counted reports of an alert; 3 unless told. */
  readonly minCount?: number | undefined;
  /** Leave out alerts that come up by chance more often a year over all series; none unless told. */
  readonly perYear?: number | undefined;
  /** Random series a mean, for detectors that give no p; 999 unless told. */
  readonly replications?: number | undefined;
  /** For these; 1 unless told. */
  readonly seed?: number | undefined;
}

const POINTS: Readonly<Record<SeriesStep, number>> = { day: 400, week: 313, month: 72 };
const TESTED: Readonly<Record<SeriesStep, number>> = { day: 28, week: 13, month: 6 };
export const POINTS_PER_YEAR: Readonly<Record<SeriesStep, number>> = { day: 365, week: 365 / 7, month: 12 };
const BAYES_WINDOW: Readonly<Record<SeriesStep, number>> = { day: 28, week: 26, month: 12 };
export const LONGEST_DAYS: Readonly<Record<SeriesStep, number>> = { day: 1, week: 7, month: 31 };
const LEAST_SHARE = 0.5;
/** The options filled in. */
export interface SeriesSettings {
  readonly step: SeriesStep;
  readonly points: number;
  readonly tested: number;
  readonly detectors: readonly SeriesDetector[];
  readonly incomplete: "exclude" | "nowcast";
  readonly maxDelay: number;
  readonly minCount: number;
  readonly perYear: number;
  readonly replications: number;
  readonly seed: number;
  readonly holidayUse: "levels" | "leave-out";
  readonly unitDays: boolean;
}

/** @throws PvError `INVALID_OPTION` */
export function seriesSettings(options: SeriesAlertOptions): SeriesSettings {
  const { step = "week", incomplete = "exclude", clock = "received", by = ["product"], seed = 1 } = options;
  requireOneOf("step", step, ["day", "week", "month"]);
  requireOneOf("incomplete", incomplete, ["exclude", "nowcast"]);
  if (incomplete === "nowcast" && clock !== "event") {
    throw new PvError("INVALID_OPTION", `incomplete: "nowcast" is for the clock of events: receipts are never late`);
  }
  const holidayUse = options.holidayUse ?? (step === "day" ? "levels" : "leave-out");
  requireOneOf("holidayUse", holidayUse, ["levels", "leave-out"]);
  if (by.length === 0 || new Set(by).size < by.length) {
    throw new PvError(
      "INVALID_OPTION",
      `by: expected some of ${SERIES_PARTS.join(", ")}, each once, got ${by.join(", ")}`,
    );
  }
  for (const part of by) requireOneOf("by", part, SERIES_PARTS);
  if (!Number.isFinite(seed)) throw new PvError("INVALID_OPTION", `seed: expected a finite number, got ${seed}`);
  return {
    step,
    points: requireWhole("points", options.points ?? POINTS[step], 2, 5000),
    tested: requireWhole("tested", options.tested ?? TESTED[step], 1),
    detectors: detectorsOf(options.detector, step),
    incomplete,
    maxDelay: requireWhole("maxDelay", options.maxDelay ?? 60, 1, 3650),
    minCount: requireWhole("minCount", options.minCount ?? 3, 1),
    perYear: requirePositive("perYear", options.perYear ?? Infinity),
    replications: requireWhole("replications", options.replications ?? 999, 19, 100_000),
    seed,
    holidayUse,
    unitDays: options.unitDays ?? true,
  };
}

function detectorsOf(choice: SeriesAlertOptions["detector"], step: SeriesStep): readonly SeriesDetector[] {
  if (choice === undefined) return [detectors.bayes({ window: BAYES_WINDOW[step], alpha: 0.001 })];
  const list = Array.isArray(choice) ? (choice as readonly SeriesDetectorChoice[]) : [choice as SeriesDetectorChoice];
  if (list.length === 0) throw new PvError("INVALID_OPTION", "detector: expected at least one");
  return list.map((one) => {
    if (typeof one !== "string") return one;
    requireOneOf("detector", one, Object.keys(detectors));
    return detectors[one]();
  });
}

/** The points that all series share. */
export interface AlertFrame extends Pick<CountSeries, "step" | "perYear" | "levels"> {
  readonly startDay: number;
  readonly length: number;
  /** First tested point. */
  readonly from: number;
  readonly leftOut: Uint8Array | undefined;
  readonly counts: Float64Array;
  readonly received: number;
  readonly nameOf: (point: number) => string;
  readonly dayOf: (point: number) => number;
}

/** @throws PvError `EMPTY_SCOPE`, `INVALID_OPTION`, `INVALID_DATE` (holidays) */
export function alertFrame(
  table: ReportTable,
  scoped: ScopedRows,
  series: readonly SeriesRows[],
  settings: SeriesSettings,
  { holidays }: SeriesAlertOptions,
): AlertFrame {
  const { step, points, tested } = settings;
  const { asOf, day, rows } = scoped;
  let earliest = asOf;
  for (const row of rows) earliest = Math.min(earliest, day[row]!);
  const now = stepIndex(asOf, step);
  const isOver = stepIndex(asOf + 1, step) > now;
  const shares = settings.incomplete === "nowcast" ? arrived(table, scoped, step, settings.maxDelay) : undefined;
  let last = isOver || shares !== undefined ? now : now - 1;
  while (shares !== undefined && last > now - points && shares(last) < LEAST_SHARE) last--;
  const first = Math.max(stepIndex(earliest, step), last - points + 1);
  const length = last - first + 1;
  if (length < 2) {
    throw new PvError(
      "EMPTY_SCOPE",
      `no two ${step}s that are over by ${isoDay(asOf)} hold reports; nothing to compare`,
    );
  }
  const from = length - Math.min(tested, Math.max(1, Math.floor(length / 4)));
  const counts = seriesCounts(series, day, step, first, length);
  const pooled = new Float64Array(length);
  for (let i = 0; i < counts.length; i++) pooled[i % length]! += counts[i]!;
  let calendar: CountSeries = seriesOf({ counts: pooled, start: isoDay(stepIndexStart(first, step)), step });
  const useLevels = holidays !== undefined && settings.holidayUse === "levels";
  if (useLevels) calendar = withDayTypeLevels(calendar, holidays, { before: from });
  let { levels } = calendar;
  if (shares !== undefined)
    levels = Float64Array.from({ length }, (_, i) => (calendar.levels?.[i] ?? 1) * Math.max(shares(first + i), 1e-3));
  return {
    step,
    startDay: calendar.startDay!,
    perYear: calendar.perYear,
    levels,
    length,
    from,
    leftOut: holidays !== undefined && !useLevels ? holidayPoints(calendar, holidays) : undefined,
    counts,
    received: shares?.(last) ?? 1,
    nameOf: (point) => stepName(pointDay(calendar, point)!, step),
    dayOf: (point) => pointDay(calendar, point)!,
  };
}

/** Estimated share of the reports of a point that arrived by `asOf`, from the delays of all reports in scope. */
function arrived(
  table: ReportTable,
  { asOf, rows, day }: ScopedRows,
  step: SeriesStep,
  maxDelay: number,
): (index: number) => number {
  const { received } = table.columns.reports;
  const list = {
    event: Int32Array.from(rows, (row) => day[row]!),
    received: Int32Array.from(rows, (row) => received.day[row]!),
  };
  const { days } = nowcast(list, { asOf: isoDay(asOf), maxDelay, window: 3 * maxDelay });
  const shareOf = (at: number): number => {
    if (at > asOf) return 0;
    const share = at < days[0]!.day ? 1 : days[at - days[0]!.day]!.share;
    return Number.isNaN(share) ? 0 : share;
  };
  return (index) => {
    const start = stepIndexStart(index, step);
    const end = stepIndexStart(index + 1, step);
    let sum = 0;
    for (let at = start; at < end; at++) sum += shareOf(at);
    return sum / (end - start);
  };
}
