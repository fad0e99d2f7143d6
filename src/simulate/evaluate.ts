import { buildTable } from "../count/build.ts";
import { PvError } from "../error.ts";
import { seededRandom } from "../math/random.ts";
import { isoDay, requireDay } from "../report/date.ts";
import type { EvaluatedDetector } from "./evaluate-detectors.ts";
import {
  byClass,
  calibrate,
  cellResult,
  episodesOf,
  type AlarmLog,
  type CellResult,
  type Episode,
  type Verdict,
} from "./evaluate-metrics.ts";
import { PRODUCT_CLASSES, type OutbreakPlan, type ProductClass, type ProvinceOptions } from "./province-options.ts";
import { simulateProvince, type PlantedOutbreak, type SimulatedProvince } from "./province.ts";

/** Sizes of planted outbreaks, in mean extra cases. */
const SIZES = [5, 10, 20] as const;
/** An alarm counts for an outbreak from its first day to so many days after. */
const REACH = 45;
const HISTORY = 365;
const BUDGETS = [12, 26, 52, 104, 208] as const;

/** How detectors are tried. */
export interface EvaluationOptions {
  readonly detectors: readonly EvaluatedDetector[];
  /** False episodes a year that a calibrated threshold allows (default 52). */
  readonly perYear?: number | undefined;
  /** Seeds of provinces without outbreaks on which thresholds are set. */
  readonly calibrationSeeds: readonly number[];
  /** Other seeds without outbreaks, on which false episodes are counted. */
  readonly nullSeeds: readonly number[];
  /** Other seeds with outbreaks. */
  readonly outbreakSeeds: readonly number[];
  /** Outbreaks of each size in a province: busy, middle and rare products. */
  readonly outbreaks?: Readonly<Record<ProductClass, number>> | undefined;
  /** Changes to the province, such as a longer delay. */
  readonly province?: Omit<ProvinceOptions, "seed" | "outbreaks"> | undefined;
  readonly onProgress?:
    ((done: { readonly detector: string; readonly seed: number; readonly milliseconds: number }) => void) | undefined;
  /** Milliseconds since any fixed moment, for run times; without it they are null. */
  readonly now?: (() => number) | undefined;
}

/** What one detector achieved. */
export interface DetectorResult {
  readonly name: string;
  readonly threshold: number;
  /** Calibrated on other seeds, or given. */
  readonly calibrated: boolean;
  /** On the null seeds: out of sample. */
  readonly falseEpisodesPerYear: number;
  readonly falseEpisodesPer1000Reports: number;
  /** Share of the episodes in the provinces with outbreaks that belong to one. */
  readonly ppv: number | null;
  /** Share of days of an episode on which the alert keeps the id it had. */
  readonly idStability: number | null;
  /** Median days with an alarm in a false episode. */
  readonly falseEpisodeDays: number | null;
  readonly millisecondsPerDay: number | null;
  readonly classes: Readonly<Record<ProductClass, Readonly<Record<"m5" | "m10" | "m20", CellResult>>>>;
  /** Power against outbreaks of 10 cases at other budgets; empty for a rule with a threshold of its own. */
  readonly budgets: readonly BudgetPoint[];
}

/** One point of the curve of power against false episodes. */
export interface BudgetPoint {
  /** Episodes a year that the threshold was calibrated to. */
  readonly perYear: number;
  readonly threshold: number;
  readonly falseEpisodesPerYear: number;
  readonly power: Readonly<Record<ProductClass, number | null>>;
}

/** What `evaluateDetectors` gives; plain data. */
export interface Evaluation {
  readonly perYear: number;
  readonly seeds: {
    readonly calibration: readonly number[];
    readonly null: readonly number[];
    readonly outbreak: readonly number[];
  };
  readonly detectors: readonly DetectorResult[];
}

/**
 * Tries detectors on simulated provinces, day by day through a year, as a centre would run them: a year of history, a year of
 * evaluation, alarms as of every day. Thresholds are calibrated on one set of seeds to a number of false episodes a year, false
 * episodes are counted on a second, power and delay on a third with planted outbreaks. An outbreak is detected when an episode that
 * names its lot (for a detector without lots, its product) begins between its first day and 45 days later: an alarm that was on
 * before does not count. Null provinces hold a product launch and a media campaign, which are no outbreaks.
 *
 * A report corrected later stands in the table with its last version, so on the days before the correction it is missing.
 *
 * @throws PvError `INVALID_OPTION` when a seed is used twice or none is given; that of the detectors
 */
export function evaluateDetectors(options: EvaluationOptions): Evaluation {
  const { calibrationSeeds, nullSeeds, outbreakSeeds, perYear = 52 } = options;
  const seeds = [...calibrationSeeds, ...nullSeeds, ...outbreakSeeds];
  if (new Set(seeds).size !== seeds.length)
    throw new PvError("INVALID_OPTION", "a seed is used twice: the figures would not be out of sample");
  for (const [name, list] of Object.entries({ calibrationSeeds, nullSeeds, outbreakSeeds })) {
    if (list.length === 0) throw new PvError("INVALID_OPTION", `${name}: expected at least one seed`);
  }
  return {
    perYear,
    seeds: { calibration: calibrationSeeds, null: nullSeeds, outbreak: outbreakSeeds },
    detectors: new Evaluator(options, perYear).results(),
  };
}

/** A simulated province and the alarms of every detector in it; let go before the next one is made. */
interface Trial {
  readonly province: SimulatedProvince;
  readonly logs: readonly AlarmLog[];
}

/** What is kept of the trials for one detector at one threshold. */
interface Tally {
  readonly threshold: number;
  readonly wrong: Episode[];
  readonly verdicts: Verdict[];
  right: number;
  episodes: number;
}

class Evaluator {
  readonly #options: EvaluationOptions;
  readonly #perYear: number;
  readonly #milliseconds: number[];
  #days = 0;

  constructor(options: EvaluationOptions, perYear: number) {
    this.#options = options;
    this.#perYear = perYear;
    this.#milliseconds = options.detectors.map(() => 0);
  }

  results(): DetectorResult[] {
    const { detectors, calibrationSeeds, nullSeeds, outbreakSeeds } = this.#options;
    const calibration = calibrationSeeds.map((seed) => this.#trial(seed, []).logs.map(withoutMembers));
    // The wanted budget first, then those of the curve.
    const tallies = detectors.map((detector, d): Tally[] => {
      const logs = calibration.map((trial) => trial[d]!);
      const thresholds =
        detector.threshold === undefined
          ? [this.#perYear, ...BUDGETS].map((perYear) => calibrate(logs, perYear))
          : [detector.threshold];
      return thresholds.map((threshold) => ({ threshold, wrong: [], verdicts: [], right: 0, episodes: 0 }));
    });
    let nullDays = 0;
    let nullReports = 0;
    for (const seed of nullSeeds) {
      const { province, logs } = this.#trial(seed, []);
      nullDays += logs[0]!.days.length;
      nullReports += evaluated(province);
      for (const [d, list] of tallies.entries()) {
        for (const tally of list) tally.wrong.push(...episodesOf(withoutMembers(logs[d]!), tally.threshold));
      }
    }
    for (const seed of outbreakSeeds) {
      const trial = this.#trial(seed, this.#plan(seed));
      for (const [d, list] of tallies.entries()) {
        for (const tally of list) {
          const { verdicts, right, episodes } = judge(trial.province, episodesOf(trial.logs[d]!, tally.threshold));
          tally.verdicts.push(...verdicts);
          tally.right += right;
          tally.episodes += episodes;
        }
      }
    }
    return detectors.map((detector, d) => this.#result(detector, d, tallies[d]!, nullDays / 365, nullReports));
  }

  #result(
    detector: EvaluatedDetector,
    d: number,
    [wanted, ...others]: readonly Tally[],
    years: number,
    reports: number,
  ): DetectorResult {
    const { threshold, wrong, verdicts, right, episodes } = wanted!;
    const kept = wrong.reduce((sum, { sameId }) => sum + sameId, 0);
    const later = wrong.reduce((sum, { days }) => sum + days - 1, 0);
    const lengths = wrong.map(({ days }) => days).sort((x, y) => x - y);
    const random = seededRandom(20_260_101).fork(d);
    const cell = (kind: ProductClass, cases: number): CellResult =>
      cellResult(
        verdicts.filter((verdict) => verdict.class === kind && verdict.cases === cases),
        random.integer,
      );
    const point = (tally: Tally, i: number): BudgetPoint => {
      const power = (kind: ProductClass): number | null => {
        const mine = tally.verdicts.filter((verdict) => verdict.class === kind && verdict.cases === 10);
        return mine.length === 0 ? null : mine.filter(({ detected }) => detected).length / mine.length;
      };
      return {
        perYear: BUDGETS[i]!,
        threshold: tally.threshold,
        falseEpisodesPerYear: tally.wrong.length / years,
        power: byClass(power),
      };
    };
    return {
      name: detector.name,
      threshold,
      calibrated: detector.threshold === undefined,
      falseEpisodesPerYear: wrong.length / years,
      falseEpisodesPer1000Reports: (1000 * wrong.length) / reports,
      ppv: episodes === 0 ? null : right / episodes,
      idStability: later === 0 ? null : kept / later,
      falseEpisodeDays: lengths.length === 0 ? null : lengths[lengths.length >> 1]!,
      millisecondsPerDay: this.#options.now === undefined ? null : this.#milliseconds[d]! / this.#days,
      classes: byClass((kind) => ({ m5: cell(kind, 5), m10: cell(kind, 10), m20: cell(kind, 20) })),
      budgets: others.map(point),
    };
  }

  #trial(seed: number, outbreaks: readonly OutbreakPlan[]): Trial {
    const { detectors, now, onProgress, province: changes = {} } = this.#options;
    // What is no outbreak but looks like one belongs into the provinces without.
    const news = outbreaks.length === 0 ? { launchDay: HISTORY + 55, campaignDay: HISTORY + 135 } : {};
    const province = simulateProvince({ ...changes, ...news, seed, outbreaks });
    const table = buildTable(province.reports);
    const start = requireDay("start", province.options.start);
    const last = province.options.days - 1;
    const days = Array.from({ length: last - HISTORY + 1 }, (_, i) => HISTORY + i);
    this.#days += days.length;
    const logs = detectors.map((detector, d): AlarmLog => {
      const begun = now?.() ?? 0;
      const run = detector.prepare(table);
      const alarms = days.map((day) => run(isoDay(start + day)));
      const milliseconds = (now?.() ?? 0) - begun;
      this.#milliseconds[d]! += milliseconds;
      onProgress?.({ detector: detector.name, seed, milliseconds });
      return { days, alarms };
    });
    return { province, logs };
  }

  /** Outbreaks of all classes and sizes, spread over the year so that each has its 45 days. */
  #plan(seed: number): OutbreakPlan[] {
    const random = seededRandom(seed).fork(77);
    const counts = this.#options.outbreaks ?? { busy: 4, middle: 6, rare: 6 };
    const span = (this.#options.province?.days ?? 730) - HISTORY - REACH - 14;
    return PRODUCT_CLASSES.flatMap((kind) =>
      SIZES.flatMap((cases) =>
        Array.from({ length: counts[kind] }, () => ({
          class: kind,
          cases,
          day: HISTORY + 15 + random.integer(span - 15),
        })),
      ),
    );
  }
}

const evaluated = ({ options }: SimulatedProvince): number => options.reportsPerDay * (options.days - HISTORY);

/** The same alarms without their reports: all that thresholds and false episodes need. */
const withoutMembers = ({ days, alarms }: AlarmLog): AlarmLog => ({
  days,
  alarms: alarms.map((list) => list.map((alarm) => ({ ...alarm, memberIds: [] }))),
});

function judge(
  province: SimulatedProvince,
  episodes: readonly Episode[],
): { readonly verdicts: Verdict[]; readonly right: number; readonly episodes: number } {
  const right = new Set<Episode>();
  const start = requireDay("start", province.options.start);
  const verdicts = province.truth.outbreaks.map((outbreak): Verdict => {
    const day = outbreak.plan.day;
    const mine = episodes.filter(
      ({ product, lots }) =>
        product === outbreak.product && (lots.size === 0 || outbreak.lots.some((lot) => lots.has(lot))),
    );
    const found = mine.find(({ from }) => from >= day && from <= day + REACH);
    for (const episode of mine) if (episode.from >= day && episode.from <= day + REACH) right.add(episode);
    return verdictOf(outbreak, found, start);
  });
  return { verdicts, right: right.size, episodes: episodes.length };
}

function verdictOf(outbreak: PlantedOutbreak, found: Episode | undefined, start: number): Verdict {
  const planted = new Set(outbreak.reportIds);
  const shared = found === undefined ? 0 : [...found.members].filter((id) => planted.has(id)).length;
  const first = requireDay("firstCase", outbreak.firstCase ?? outbreak.from) - start;
  return {
    class: outbreak.class,
    cases: outbreak.plan.cases,
    detected: found !== undefined,
    delay: found === undefined ? null : found.from - outbreak.plan.day,
    delayFromFirstCase: found === undefined ? null : found.from - first,
    rightLot: found !== undefined && found.first.lots.every((lot) => outbreak.lots.includes(lot)),
    overlap: found === undefined ? 0 : shared / (found.members.size + planted.size - shared),
    withinWeek: found !== undefined && found.from - outbreak.plan.day <= 7,
  };
}
