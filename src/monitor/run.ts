import { budgetAlerts, type DetectorBudget } from "../cluster/budget.ts";
import type { ClusterAlert } from "../cluster/alert.ts";
import { mergeAlerts, type AlertLedger } from "../cluster/lifecycle.ts";
import { compareText } from "../count/growing.ts";
import { countPairs } from "../count/count.ts";
import type { CountEcho, CountExclusions, PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { GpsPrior } from "../signal/ebgm.ts";
import type { FdrSummary } from "../signal/screen-fdr.ts";
import { screen, type RuleResult, type Screening, type ScreenRow } from "../signal/screen.ts";
import { manifestOf, resultDigest, type RunManifest } from "./manifest.ts";
import { tableAsOf, type ReportsAsOf } from "./run-as-of.ts";
import type { RunConfig, ScreeningPlan } from "./run-config.ts";
import { runDetector, type DetectorRun } from "./run-detectors.ts";

/** Result of one screening: the pairs that meet a rule, and how many were looked at. */
export interface ScreeningRun {
  /** What was counted; null when there was nothing to count. */
  readonly options: CountEcho | null;
  readonly excluded: CountExclusions | null;
  /** Reports counted, and pairs that occur. */
  readonly n: number;
  readonly pairs: number;
  readonly measures: readonly string[];
  readonly rules: readonly RuleResult[];
  readonly prior: GpsPrior | null;
  readonly fdr: FdrSummary | null;
  /** By product and event. */
  readonly sdrs: readonly ScreenRow[];
  /** Why there was nothing to count; null when there was. */
  readonly empty: string | null;
}

/** What became of the chance budget, with the statistical alerts that were beyond it. */
export interface BudgetRun {
  readonly expectedPerYear: number;
  readonly detectors: readonly DetectorBudget[];
  readonly cut: readonly { readonly id: string; readonly detector: string; readonly log10PerYear: number | null }[];
}

/** What a run found. */
export interface RunResults {
  readonly screenings: Readonly<Record<string, ScreeningRun>>;
  readonly detectors: Readonly<Record<string, DetectorRun>>;
  /** Every alert so far, with its history. */
  readonly alerts: AlertLedger;
  readonly budget: BudgetRun | null;
}

/** One day of surveillance: what was known on it, what it gave, and what it was made of. Plain data, safe for JSON. */
export interface Run extends RunResults {
  readonly asOf: string;
  /** Reports received by the day. */
  readonly reports: number;
  /** Reports without any date of receipt: left out, or kept when `undated` says so. */
  readonly withoutReceipt: number;
  readonly manifest: RunManifest;
}

/** The day of a run, and what is known already. */
export interface RunOptions {
  /** Only what had been received by the end of this day counts; `YYYY-MM-DD`. */
  readonly asOf: string;
  /** The run before: its alerts are carried on. */
  readonly previous?: Pick<Run, "asOf" | "alerts" | "manifest"> | undefined;
  /** Counts of the reports of the day by name of screening, where they are at hand; `verifyRun` counts again. */
  readonly counts?: Readonly<Record<string, PairCounts>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One day of surveillance: the reports received by `asOf` are counted, scored and decided on, detectors look for clusters, alerts are
 * held to their budget and carried on from the run before. What was received later cannot change a run. Where a screening or a
 * detector has nothing to look at, its result says so in `empty`.
 *
 * With a `signal`, other work gets its turn between the steps, and the signal is heard there.
 *
 * @param reports - a table; or reports in all their versions, where a past day must show corrected reports as they were
 * @throws PvError `INVALID_DATE`; `INVALID_ARGUMENT` when `previous` is of a later day; `INVALID_OPTION` and others of the steps;
 *   the reason of `signal` when aborted
 * @example
 * const run = await runSurveillance(table, { screenings: { drug: { screen: { rule: presets.umc } } } }, { asOf: "2024-06-30" });
 */
export async function runSurveillance(
  reports: ReportTable | Iterable<Report>,
  config: RunConfig,
  options: RunOptions,
): Promise<Run> {
  options.signal?.throwIfAborted();
  return runDay(tableAsOf(reports, options.asOf, config.undated), config, options);
}

/**
 * The same on reports that were received by the day.
 *
 * @param kept - takes the screenings by name, for those who need more of them than the pairs that meet a rule
 */
export async function runDay(
  { table, withoutReceipt }: ReportsAsOf,
  config: RunConfig,
  { asOf, previous, counts = {}, signal }: RunOptions,
  kept?: Map<string, Screening>,
): Promise<Run> {
  checkConfig(config, counts);
  const step = turn(signal);
  const screenings: Record<string, ScreeningRun> = {};
  for (const [name, plan] of byName(config.screenings)) {
    await step();
    screenings[name] = runScreening(table, plan, counts[name], (screening) => kept?.set(name, screening));
  }
  const detectors: Record<string, DetectorRun> = {};
  const found = new Map<string, ClusterAlert>();
  for (const [name, plan] of byName(config.detectors)) {
    await step();
    const { alerts, run } = runDetector(table, plan, asOf);
    detectors[name] = run;
    for (const alert of alerts) {
      // Two detectors of one kind can find the same group; the rarer finding stands for it.
      const other = found.get(alert.id);
      if (other === undefined || alert.log10PerYear < other.log10PerYear) found.set(alert.id, alert);
    }
  }
  await step();
  const within = withinBudget([...found.values()], config);
  const { budget } = within;
  const alerts = mergeAlerts(previous?.alerts ?? null, within.kept, { ...config.lifecycle, asOf });
  await step();
  const results: RunResults = { screenings, detectors, alerts, budget };
  const manifest = manifestOf({
    table,
    config,
    asOf,
    previous: previous === undefined ? null : { asOf: previous.asOf, digest: resultDigest(previous.alerts) },
    results,
  });
  return { asOf, reports: table.size, withoutReceipt, ...results, manifest };
}

function checkConfig({ screenings, detectors }: RunConfig, counts: Readonly<Record<string, PairCounts>>): void {
  const unknown = Object.keys(counts).find((name) => !Object.hasOwn(screenings ?? {}, name));
  if (unknown !== undefined) {
    throw new PvError("INVALID_OPTION", `counts: no screening is called ${JSON.stringify(unknown)}`);
  }
  const profiles = new Set<string>();
  for (const plan of Object.values(detectors ?? {})) {
    if (plan.kind !== "rules") continue;
    if (profiles.has(plan.profile.name)) {
      throw new PvError("INVALID_OPTION", `two detectors have a profile called ${JSON.stringify(plan.profile.name)}`);
    }
    profiles.add(plan.profile.name);
  }
}

/** Entries by name, so that the order in which they were written does not matter. */
const byName = <T>(plans: Readonly<Record<string, T>> | undefined): [string, T][] =>
  Object.entries(plans ?? {}).sort(([x], [y]) => compareText(x, y));

/** Lets waiting events through, then looks whether to stop. */
const turn = (signal: AbortSignal | undefined) => async (): Promise<void> => {
  if (signal === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal.throwIfAborted();
};

function runScreening(
  table: ReportTable,
  plan: ScreeningPlan,
  given: PairCounts | undefined,
  keep: (screening: Screening) => void,
): ScreeningRun {
  const counts = given ?? countsOf(table, plan);
  if (typeof counts === "string") {
    const nothing = { options: null, excluded: null, n: 0, pairs: 0, measures: [], rules: [], prior: null, fdr: null };
    return { ...nothing, sdrs: [], empty: counts };
  }
  const result = screen(counts, plan.screen);
  keep(result);
  const { measures, rules, options, excluded, gps, fdr } = result;
  const flagged: number[] = [];
  for (let i = 0; i < result.size; i++) if (rules.some(({ name }) => result.verdict(name, i) === 1)) flagged.push(i);
  return {
    options,
    excluded,
    n: counts.n,
    pairs: counts.size,
    measures,
    rules,
    prior: gps?.prior ?? null,
    fdr,
    sdrs: flagged.map((i) => result.row(i)),
    empty: null,
  };
}

/** Counts of a plan, or the reason why there are none. */
export function countsOf(table: ReportTable, plan: ScreeningPlan): PairCounts | string {
  try {
    return countPairs(table, plan.count);
  } catch (cause) {
    if (cause instanceof PvError && cause.code === "EMPTY_SCOPE") return cause.message;
    throw cause;
  }
}

function withinBudget(
  alerts: readonly ClusterAlert[],
  config: RunConfig,
): { readonly kept: readonly ClusterAlert[]; readonly budget: BudgetRun | null } {
  if (config.budget === undefined) return { kept: alerts, budget: null };
  const { kept, rules, cut, expectedPerYear, detectors } = budgetAlerts(alerts, config.budget);
  return {
    kept: [...rules, ...kept],
    budget: {
      expectedPerYear,
      detectors,
      cut: cut.map(({ id, detector, log10PerYear }) => ({
        id,
        detector,
        log10PerYear: Number.isFinite(log10PerYear) ? log10PerYear : null,
      })),
    },
  };
}
