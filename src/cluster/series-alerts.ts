import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay } from "../report/date.ts";
import { unitsOf } from "./alert-summary.ts";
import type { ClusterAlert } from "./alert.ts";
import { baselineOf, log10Yearly, makeAlert } from "./alert-make.ts";
import { scopedRows, type AlertExclusions, type ScopedRows } from "./alert-scope.ts";
import { InControlChance } from "./series-alert-chance.ts";
import {
  alertFrame,
  LONGEST_DAYS,
  POINTS_PER_YEAR,
  seriesSettings,
  type AlertFrame,
  type SeriesAlertOptions,
  type SeriesSettings,
} from "./series-alert-frame.ts";
import { seriesCounts, seriesTable, type SeriesRows } from "./series-alert-table.ts";
import { seriesEvidence } from "./series-evidence.ts";
import { POINT_STATES, type PointState, type SeriesDetector } from "./series-kernel.ts";
import { monitorSeriesBatch, type SeriesBatchMonitoring } from "./series-monitor.ts";
import { stepIndex, type SeriesStep } from "./weeks.ts";

/** Alerts of one run, and what it looked at. */
export interface SeriesAlerts {
  /** Most surprising first, then by id. */
  readonly alerts: readonly ClusterAlert[];
  readonly asOf: string;
  readonly step: SeriesStep;
  /** First point, and the current one. */
  readonly from: string;
  readonly current: string;
  readonly incomplete: "exclude" | "nowcast";
  /** Share of its reports that the current point is expected to have received. */
  readonly received: number;
  readonly series: number;
  /** Series with fewer reports in the tested points than an alert needs: looked at, and not tested. */
  readonly belowMinCount: number;
  /** The others by what could be said of their current point, for each detector. */
  readonly states: readonly ({ readonly detector: string } & Readonly<Record<PointState, number>>)[];
  readonly reports: number;
  /** `withoutScope`: reports that lack what series are divided by. */
  readonly excluded: AlertExclusions & { readonly withoutScope: number };
}

/** Their expected count is that of the window from `since` on, not of the point. */
const OF_WINDOWS: ReadonlySet<string> = new Set(["temporalScan", "changePoint"]);

/**
 * Finds series (a product, a product with a reaction, …) whose current day, week or month has more reports than their earlier course
 * explains: from the reports to gapless series, to a detector, to alerts.
 *
 * Points without a report are zeros from the first report of anything on. A point that is not over is left out, or its expectation
 * lowered by the share of reports estimated to have arrived; which is said in the result. A unit's reports of one day count once.
 *
 * `log10PerYear` is the chance of the current point times all series, the detectors and the points a year. The chance is the
 * method's p where it gives one and does not come from counts divided by a level below 1. Elsewhere it is the share of random
 * Poisson series of the same mean and levels that alarm as strongly, which for the alarm itself is one over the run length in control; it is never below 1 / (replications + 1).
 * `withoutLargestUnit` is the detector run again on the series without that unit; where it gives no p and does not alarm, the chance
 * is 1. Where a method expects 0, half a report in the history is expected.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`; `EMPTY_SCOPE` when no report, or fewer than two points, are left
 * @example
 * findSeriesAlerts(table, { asOf: "2024-06-30", by: ["product", "reaction"] }).alerts[0]?.evidence[0]?.en;
 */
export function findSeriesAlerts(table: ReportTable, options: SeriesAlertOptions): SeriesAlerts {
  const settings = seriesSettings(options);
  const { step } = settings;
  const scoped = scopedRows(table, options, settings.points * LONGEST_DAYS[step]);
  const sorted = seriesTable(table, scoped, options);
  if (sorted.series.length === 0) {
    throw new PvError("EMPTY_SCOPE", `no report names what series are divided by: ${sorted.withoutScope} do not`);
  }
  const frame = alertFrame(table, scoped, sorted.series, settings, options);
  const run = new SeriesRun(table, scoped, sorted.series, frame, settings);
  const results = settings.detectors.map((detector, number) => run.detect(detector, number));
  const alerts = results.flatMap(({ alerts: found }) => found);
  alerts.sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id));
  return {
    alerts,
    asOf: options.asOf,
    step,
    from: frame.nameOf(0),
    current: frame.nameOf(frame.length - 1),
    incomplete: settings.incomplete,
    received: frame.received,
    series: sorted.series.length,
    belowMinCount: sorted.series.length - run.chosen.length,
    states: results.map(({ states }) => states),
    reports: sorted.reports,
    excluded: { ...scoped.excluded, withoutScope: sorted.withoutScope },
  };
}

/** An alarm of the current point. */
interface Alarm {
  /** First point of the window, and the first day it lies in. */
  readonly since: number;
  readonly observed: number;
  readonly expected: number;
  /** −log10 p of detectors that give one, otherwise their own statistic. */
  readonly strength: number;
  readonly hasP: boolean;
  readonly chance: number;
  readonly chanceFrom: "p" | "simulation";
}

class SeriesRun {
  readonly #table: ReportTable;
  readonly #scoped: ScopedRows;
  readonly #series: readonly SeriesRows[];
  readonly #frame: AlertFrame;
  readonly #settings: SeriesSettings;
  readonly #inControl: InControlChance;
  /** Series that could give an alert. */
  readonly chosen: readonly number[];

  constructor(
    table: ReportTable,
    scoped: ScopedRows,
    series: readonly SeriesRows[],
    frame: AlertFrame,
    settings: SeriesSettings,
  ) {
    this.#table = table;
    this.#scoped = scoped;
    this.#series = series;
    this.#frame = frame;
    this.#settings = settings;
    this.#inControl = new InControlChance(frame, settings.replications, settings.seed);
    this.chosen = Array.from(series, (_, s) => s).filter((s) => sum(this.#counts(s), frame.from) >= settings.minCount);
  }

  #counts(s: number): Float64Array {
    return this.#frame.counts.subarray(s * this.#frame.length, (s + 1) * this.#frame.length);
  }

  detect(
    detector: SeriesDetector,
    number: number,
  ): { readonly alerts: ClusterAlert[]; readonly states: SeriesAlerts["states"][number] } {
    const states = { tested: 0, "insufficient-baseline": 0, silent: 0, "not-fitted": 0 };
    const alerts: ClusterAlert[] = [];
    const { length } = this.#frame;
    const counts = new Float64Array(this.chosen.length * length);
    for (const [i, s] of this.chosen.entries()) counts.set(this.#counts(s), i * length);
    const batch = this.#monitor(detector, counts);
    for (const [i, s] of this.chosen.entries()) {
      states[POINT_STATES[batch.columns.state[(i + 1) * batch.points - 1]!]!]++;
      const alarm = this.#alarm(detector, number, batch, i, this.#counts(s));
      if (alarm === undefined || alarm.observed < this.#settings.minCount) continue;
      const log10PerYear = this.#perYear(alarm.chance);
      if (log10PerYear > Math.log10(this.#settings.perYear)) continue;
      alerts.push(this.#alert(detector, number, s, alarm, earlierAlarms(batch, i), log10PerYear));
    }
    return { alerts, states: { detector: detector.name, ...states } };
  }

  #monitor(detector: SeriesDetector, counts: Float64Array): SeriesBatchMonitoring {
    const { from, leftOut } = this.#frame;
    return monitorSeriesBatch({ ...this.#frame, counts }, detector, { from, leftOut });
  }

  #perYear(chance: number): number {
    const looked = this.#series.length * this.#settings.detectors.length;
    return log10Yearly(chance, looked, POINTS_PER_YEAR[this.#settings.step]);
  }

  /** What row `i` of a batch says of the current point; `undefined` without an alarm. */
  #alarm(
    detector: SeriesDetector,
    number: number,
    { columns, points }: SeriesBatchMonitoring,
    i: number,
    counts: Float64Array,
  ): Alarm | undefined {
    const at = (i + 1) * points - 1;
    if (columns.alarm[at] !== 1) return undefined;
    const { length, levels } = this.#frame;
    const last = length - 1;
    const since = columns.since[at]! < 0 ? last : columns.since[at]!;
    const level = (from: number, to: number): number => {
      let all = 0;
      for (let t = from; t <= to; t++) all += levels?.[t] ?? 1;
      return all;
    };
    const ofWindow = OF_WINDOWS.has(detector.name);
    const first = ofWindow ? since : last;
    // Half a report stands in for a history of none.
    const mean = (sum(counts.subarray(0, first), 0) + 0.5) / Math.max(level(0, first - 1), 1e-9);
    const given = columns.expected[at]!;
    const p = columns.p[at]!;
    const hasP = !Number.isNaN(p);
    const strength = hasP ? -Math.log10(Math.max(p, 1e-300)) : columns.statistic[at]!;
    // Counts divided by a level below 1 look larger than they are, and their p smaller.
    const isOwnP = hasP && (detector.levels === "model" || (levels?.[last] ?? 1) >= 1);
    return {
      since,
      observed: ofWindow ? sum(counts, since) : counts[last]!,
      expected: given > 0 ? given : mean * level(first, last),
      strength,
      hasP,
      chance: isOwnP ? p : this.#inControl.chance(detector, number, mean, strength),
      chanceFrom: isOwnP ? "p" : "simulation",
    };
  }

  #alert(
    detector: SeriesDetector,
    number: number,
    s: number,
    alarm: Alarm,
    earlierWindows: number,
    log10PerYear: number,
  ): ClusterAlert {
    const { asOf, day, clock, rows: inScope } = this.#scoped;
    const { step, unitDays, seed } = this.#settings;
    const { dayOf, nameOf, length, received } = this.#frame;
    const own = this.#series[s]!;
    const window = { from: dayOf(alarm.since), to: Math.min(asOf, dayOf(length) - 1) };
    const rows = own.rows.filter((row) => day[row]! >= window.from && day[row]! <= window.to);
    const earlier = own.rows.filter((_, i) => own.counted[i] === 1).map((row) => day[row]!);
    const body = makeAlert(this.#table, {
      detector: "series",
      profile: `${detector.name} ${step}`,
      scope: own.scope,
      clock,
      window,
      peak: OF_WINDOWS.has(detector.name) ? window : { from: dayOf(length - 1), to: window.to },
      observed: alarm.observed,
      expected: alarm.expected,
      statistic: Number.isFinite(alarm.strength)
        ? { name: alarm.hasP ? "−log10 p" : detector.name, value: alarm.strength }
        : null,
      log10PerYear,
      baseline: { ...baselineOf(earlier, dayOf(0), window.from), earlierWindows },
      rows,
      withoutLargestUnit: this.#withoutLargestUnit(detector, number, own, rows, alarm.since),
      state: "open",
      reproducibility: {
        asOf: isoDay(asOf),
        groupsExamined: this.#series.length,
        reportsExamined: inScope.length,
        predicate: `${detector.name} ${JSON.stringify(detector.options)}`,
        windowDays: window.to - dayOf(length - 1) + 1,
        seed,
      },
    });
    const evidence = seriesEvidence(body, {
      detector: detector.name,
      unitDays,
      series: this.#series.length,
      point: nameOf(length - 1),
      chanceFrom: alarm.chanceFrom,
      received,
    });
    return { ...body, evidence };
  }

  #withoutLargestUnit(
    detector: SeriesDetector,
    number: number,
    own: SeriesRows,
    members: readonly number[],
    since: number,
  ): ClusterAlert["withoutLargestUnit"] {
    const { largest } = unitsOf(this.#table, members);
    if (largest === null) return null;
    const { unit } = this.#table.columns.reports;
    const stays = own.rows.map((row) => textAt(unit, row) !== largest);
    const others = {
      scope: own.scope,
      rows: own.rows.filter((_, i) => stays[i]),
      counted: own.counted.filter((_, i) => stays[i]),
    };
    const { step } = this.#settings;
    const { startDay, length } = this.#frame;
    const counts = seriesCounts([others], this.#scoped.day, step, stepIndex(startDay, step), length);
    const batch = this.#monitor(detector, counts);
    const at = batch.points - 1;
    const alarm = this.#alarm(detector, number, batch, 0, counts);
    const p = batch.columns.p[at]!;
    return {
      observed: sum(counts, OF_WINDOWS.has(detector.name) ? since : length - 1),
      log10PerYear: this.#perYear(alarm?.chance ?? (Number.isNaN(p) ? 1 : p)),
    };
  }
}

function sum(counts: Float64Array, from: number): number {
  let all = 0;
  for (let i = from; i < counts.length; i++) all += counts[i]!;
  return all;
}

/** Runs of alarms among the tested points before the one that the current point ends. */
function earlierAlarms({ columns, points }: SeriesBatchMonitoring, i: number): number {
  const alarms = columns.alarm.subarray(i * points, (i + 1) * points);
  let runs = 0;
  for (let t = 0; t < points; t++) if (alarms[t] === 1 && alarms[t - 1] !== 1) runs++;
  return Math.max(0, runs - 1);
}
