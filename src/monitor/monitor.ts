import type { CountOptions } from "../count/count.ts";
import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import type { MeasureName } from "../signal/measures.ts";
import { explain, type Explanation } from "../signal/explain.ts";
import { screen, type Screening } from "../signal/screen.ts";
import { overdueItems, type OverdueItem } from "./decision-due.ts";
import { foldDecisions, type DecisionMemory } from "./decision-fold.ts";
import { decideAll } from "./decision-log.ts";
import type { Decision, DecisionLog } from "./decision.ts";
import { diffRuns, type DiffOptions, type RunDiff, type RunWithInputs } from "./diff.ts";
import { IncrementalCounts } from "./incremental.ts";
import { echoOptions } from "./manifest-options.ts";
import { inputDigest } from "./manifest-reports.ts";
import { verifyRun, type Verification } from "./manifest-verify.ts";
import { reviewOf, reviewLevels, type Review, type ReviewPlan } from "./monitor-review.ts";
import { tableAsOf, type ReportsAsOf } from "./run-as-of.ts";
import type { RunConfig, ScreeningPlan } from "./run-config.ts";
import { countsOf, runDay, type Run } from "./run.ts";
import { writeSnapshot } from "./snapshot.ts";
import type { AppliedChanges, ReportChanges } from "./state-changes.ts";
import { ReportState } from "./state.ts";
import type { HolidayCalendar } from "../cluster/calendar.ts";

/** What a monitor does day after day: screenings, detectors, and how their findings become work for people. */
export interface MonitorConfig extends RunConfig {
  /** Joins, ranks and proposes candidates after each run; without it a run ends with SDRs and alerts. */
  readonly review?: ReviewPlan | undefined;
  readonly diff?: DiffOptions | undefined;
}

/** Where a monitor keeps what it must not forget: in memory, or in a folder (`openStore` of `pvsignal/node`). */
export interface MonitorKeeper {
  readonly state: ReportState;
  readonly decisions: DecisionLog;
  /** Plain data by name. */
  readonly ledgers: Readonly<Record<string, unknown>>;
  apply(changes: ReportChanges): Promise<AppliedChanges>;
  decide(decisions: readonly Decision[]): Promise<DecisionLog>;
  keep(name: string, value: unknown): Promise<void>;
}

/** What a day gave. Plain data, safe for JSON. */
export interface MonitorRun {
  readonly run: Run;
  /** What changed since the run before, and why; null for the first one, and for a past day. */
  readonly diff: RunDiff | null;
  /** Candidates, ranked, and what goes to the reviewers; null without a plan for it. */
  readonly review: Review | null;
  /** Whether the monitor remembers it. A day before the last run is only looked back on. */
  readonly isKept: boolean;
}

/** Which day is run. */
export interface MonitorRunOptions {
  /** Only what was known by the end of this day counts; `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Moment that the entries proposed to the log carry, with its zone; the first of the day (UTC) unless told. */
  readonly at?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The score of a pair that a change touched, at the counts as they stand. Plain data. */
export interface TouchedScore {
  readonly product: string;
  readonly event: string;
  /** Reports before and after the change. */
  readonly before: number;
  readonly after: number;
  readonly expected: number;
  /** `null` where a score does not exist, and for a pair that has no report any more. */
  readonly scores: Readonly<Record<string, number | null>>;
}

/** Name under which the runs are kept. */
const RUNS = "runs";

/** The last run, and the one that it carried on from. */
interface KeptRuns {
  readonly last: Run | null;
  readonly before: Run | null;
}

/**
 * A surveillance engine that remembers: reports in all their versions, runs, and what people decided. One object serves one centre;
 * nothing is shared between two of them. Calls must not overlap, except for reads.
 */
export class Monitor {
  readonly config: MonitorConfig;
  readonly #keeper: MonitorKeeper;
  /** Configuration of the run before, when it was another one. */
  #configBefore: MonitorConfig;

  /** Use `createMonitor`, `restoreMonitor`, or `openMonitor` of `pvsignal/node`. */
  constructor(config: MonitorConfig, keeper: MonitorKeeper, configBefore: MonitorConfig = config) {
    this.config = config;
    this.#keeper = keeper;
    this.#configBefore = configBefore;
    if (config.review !== undefined) reviewLevels(config, config.review);
    for (const [name, count] of Object.entries(monitorCounts(config)))
      if (!keeper.state.watched.includes(name)) keeper.state.watch(name, count);
  }

  /** The reports with their history; change them through {@link apply} only. */
  get state(): ReportState {
    return this.#keeper.state;
  }

  get decisions(): DecisionLog {
    return this.#keeper.decisions;
  }

  /** The last run that is remembered; null before the first. */
  get lastRun(): Run | null {
    return this.#runs.last;
  }

  /**
   * Takes in what the centre learnt: reports to add or amend, withdrawals, merges of confirmed duplicates and their reversal. Only
   * the counts of touched pairs are changed. Records seen before change nothing.
   *
   * What is learnt on the day of the last run after it was made takes that run back: it no longer is what the day gave, and the
   * next one is compared with, and carries on from, the run before it.
   *
   * @throws PvError `INVALID_DATE` for a day before that of an earlier change, or not after the run before the last one
   */
  async apply(changes: ReportChanges): Promise<AppliedChanges> {
    const day = requireDay("receivedOn", changes.receivedOn);
    const { last, before } = this.#runs;
    if (last !== null && before !== null && day <= requireDay("asOf", before.asOf)) {
      throw new PvError(
        "INVALID_DATE",
        `receivedOn: the runs of ${before.asOf} and ${last.asOf} are made; what was known on ${changes.receivedOn} can no longer change`,
      );
    }
    return this.#keeper.apply(changes);
  }

  /**
   * Scores of the pairs that a change touched, within milliseconds of it. Each number has the bits that a full screening of the
   * same reports gives (EBGM: see `rescorePairs`).
   *
   * @param name - of the screening
   * @throws PvError `INVALID_ARGUMENT` for a screening whose counts are not kept step by step
   */
  touchedScores(
    name: string,
    applied: AppliedChanges,
    measures: readonly MeasureName[] = ["prr", "ror", "chiSquare", "ic"],
  ): readonly TouchedScore[] {
    const touched = applied.touched[name];
    const counts = this.state.incremental(name);
    if (touched === undefined) return [];
    const prior = this.lastRun?.screenings[name]?.prior ?? undefined;
    const { cells, scores } = this.state.rescore(name, touched.pair, { measures, prior });
    return Array.from(touched.pair, (pair, i) => ({
      ...counts.pairAt(pair),
      before: touched.before[i]!,
      after: touched.after[i]!,
      expected: cells.expected[i]!,
      scores: Object.fromEntries(
        Object.entries(scores).map(([column, values]) => [column, Number.isFinite(values[i]) ? values[i]! : null]),
      ),
    }));
  }

  /**
   * One day of surveillance on what was known by its end. A day after the last run is carried on from it, compared with it and
   * remembered; the day of the last run is made anew; a day before it is only looked back on, by itself.
   *
   * @throws PvError `INVALID_DATE`; those of `runSurveillance`; the reason of `signal`
   */
  async run({ asOf, at, signal }: MonitorRunOptions): Promise<MonitorRun> {
    const day = requireDay("asOf", asOf);
    const { last } = this.#runs;
    const isKept = last === null || day >= requireDay("asOf", last.asOf);
    const before = isKept ? this.#standingBefore(day) : null;
    const reports = this.#reportsOf(asOf);
    const screenings = new Map<string, Screening>();
    const run = await runDay(reports, this.config, { asOf, previous: before?.run, signal }, screenings);
    const diff =
      before === null ? null : diffRuns(before, { run, reports: reports.table, config: this.config }, this.config.diff);
    const { review: plan } = this.config;
    const lookDays = before === null ? undefined : day - requireDay("asOf", before.run.asOf);
    const inputs = { run, table: reports.table, screenings, decisions: this.decisions, lookDays, at };
    const review = plan === undefined ? null : reviewOf(inputs, plan, this.config);
    if (isKept) {
      await this.#keeper.keep(RUNS, { last: run, before: before?.run ?? null } satisfies KeptRuns);
      this.#configBefore = this.config;
    }
    return { run, diff, review, isKept };
  }

  /**
   * Makes a remembered run again from the reports as they were known, and says what is not as its manifest has it.
   *
   * @throws PvError `INVALID_ARGUMENT` before the first run
   */
  async verify(): Promise<Verification> {
    const { last, before } = this.#runs;
    if (last === null) throw new PvError("INVALID_ARGUMENT", "there is no run to verify yet");
    const reports = this.state.table(last.asOf);
    return verifyRun(last.manifest, { reports, config: this.config, previous: before ?? undefined });
  }

  /**
   * Appends what people decided to the log; all of it or nothing.
   *
   * @throws PvError those of `decide`
   */
  async decide(...decisions: readonly Decision[]): Promise<DecisionMemory> {
    return foldDecisions(await this.#keeper.decide(decisions));
  }

  /** Where every candidate stands. */
  get memory(): DecisionMemory {
    return foldDecisions(this.decisions);
  }

  /**
   * Candidates whose due day has passed.
   *
   * @throws PvError `INVALID_DATE`
   */
  overdue(asOf: string, calendar?: HolidayCalendar): readonly OverdueItem[] {
    return overdueItems(this.memory, asOf, calendar);
  }

  /**
   * Everything behind the numbers of one pair, down to the report ids, as of a day or now.
   *
   * @throws PvError `INVALID_ARGUMENT` for a screening that is none; `EMPTY_SCOPE`; `UNKNOWN_TERM`
   */
  explain(
    name: string,
    { product, event, asOf }: { readonly product: string; readonly event: string; readonly asOf?: string | undefined },
  ): Explanation {
    const plan = this.#plan(name);
    const { table } = asOf === undefined ? { table: this.state.table() } : this.#reportsOf(asOf);
    const counts = countsOf(table, plan);
    if (typeof counts === "string") throw new PvError("EMPTY_SCOPE", counts);
    return explain(screen(counts, plan.screen), table, { product, event });
  }

  /**
   * The whole memory as bytes, in chunks, for {@link restoreMonitor}: reports with their history, runs, decisions. Take them all
   * before the next change.
   */
  snapshot(): Generator<Uint8Array> {
    const { state, decisions, ledgers } = this.#keeper;
    return writeSnapshot({ state, decisions, ledgers, config: echoOptions(this.config).options });
  }

  #plan(name: string): ScreeningPlan {
    const plans = this.config.screenings ?? {};
    if (Object.hasOwn(plans, name)) return plans[name]!;
    throw new PvError(
      "INVALID_ARGUMENT",
      `no screening is called ${JSON.stringify(name)}; there are ${Object.keys(plans).join(", ")}`,
    );
  }

  /** What had been received by a day, by what was known then. */
  #reportsOf(asOf: string): ReportsAsOf {
    return tableAsOf(this.state.table(asOf), asOf, this.config.undated);
  }

  /** The newest remembered run before a day whose reports are still those of its day, with what it was made from. */
  #standingBefore(day: number): RunWithInputs | null {
    const { last, before } = this.#runs;
    for (const run of [last, before]) {
      if (run === null || requireDay("asOf", run.asOf) >= day) continue;
      const reports = this.state.table(run.asOf);
      const { table } = tableAsOf(reports, run.asOf, this.#configBefore.undated);
      if (inputDigest(table).digest === run.manifest.input.digest) return { run, reports, config: this.#configBefore };
    }
    return null;
  }

  get #runs(): KeptRuns {
    return (this.#keeper.ledgers[RUNS] as KeptRuns | undefined) ?? { last: null, before: null };
  }
}

/**
 * The counts that a monitor keeps step by step: those of its screenings, except where a comparator, cells or groups of reports
 * need a count from scratch (at each run). Give them to `openStore`.
 */
export function monitorCounts({ screenings }: RunConfig): Readonly<Record<string, CountOptions>> {
  return Object.fromEntries(
    Object.entries(screenings ?? {}).flatMap(([name, { count = {} }]) => {
      try {
        return [[name, new IncrementalCounts(count).options] as const];
      } catch (cause) {
        if (cause instanceof PvError && cause.code === "INVALID_OPTION") return [];
        throw cause;
      }
    }),
  );
}

/** Everything in memory. */
export class MemoryKeeper implements MonitorKeeper {
  readonly state: ReportState;
  decisions: DecisionLog;
  readonly #ledgers: Record<string, unknown>;

  constructor(
    state: ReportState = new ReportState(),
    decisions: DecisionLog = [],
    ledgers: Readonly<Record<string, unknown>> = {},
  ) {
    this.state = state;
    this.decisions = decisions;
    this.#ledgers = { ...ledgers };
  }

  get ledgers(): Readonly<Record<string, unknown>> {
    return this.#ledgers;
  }

  apply(changes: ReportChanges): Promise<AppliedChanges> {
    return settled(() => this.state.apply(changes));
  }

  decide(decisions: readonly Decision[]): Promise<DecisionLog> {
    return settled(() => (this.decisions = decideAll(this.decisions, decisions)));
  }

  keep(name: string, value: unknown): Promise<void> {
    this.#ledgers[name] = value;
    return Promise.resolve();
  }
}

const settled = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });

/**
 * A monitor that begins with nothing, in memory, or on a keeper of its own such as a folder.
 *
 * @throws PvError `INVALID_OPTION` for a review that names no screening
 * @example
 * const monitor = createMonitor({ screenings: { drug: { count: { domain: "drug" } } }, review: { capacity: 40 } });
 * await monitor.apply({ receivedOn: "2026-03-02", reports });
 * const { run, diff, review } = await monitor.run({ asOf: "2026-03-02" });
 */
export function createMonitor(config: MonitorConfig, keeper: MonitorKeeper = new MemoryKeeper()): Monitor {
  return new Monitor(config, keeper);
}
