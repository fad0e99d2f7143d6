import type { ClusterAlert } from "../cluster/alert.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { Locale } from "../report/issue.ts";
import type { Screening } from "../signal/screen.ts";
import { foldDecisions } from "./decision-fold.ts";
import { detections, reopenings, type ReopeningRule, type Reopenings, type ReviewRun } from "./decision-reopen.ts";
import { momentOf, type Decision, type DecisionLog } from "./decision.ts";
import type { AlertLabels } from "./joint-links.ts";
import { jointCandidates, type JointCandidate } from "./joint.ts";
import type { EvidenceBudget } from "./multiplicity-budget.ts";
import { chooseByCapacity, type Workload } from "./priority-capacity.ts";
import { priorityFacts } from "./priority-facts.ts";
import type { PriorityModel } from "./priority-models.ts";
import { evidenceSnapshot, factSubjects, type SubjectOptions } from "./priority-subjects.ts";
import { calibrateYield } from "./priority-yield.ts";
import { rankCandidates, type Priority } from "./priority.ts";
import type { DetectorPlan, RunConfig } from "./run-config.ts";
import type { Run } from "./run.ts";

/** How findings become work for people. */
export interface ReviewPlan {
  /** Screening whose pairs are reviewed; may be left out when there is one only. Kinds of product have monitors of their own. */
  readonly ground?: string | undefined;
  /** Screenings at higher levels of the same reports, such as groups of terms, as more evidence on the pairs they cover. */
  readonly levels?: readonly ReviewLevel[] | undefined;
  /** New candidates that reviewers can take on at each run; all unless told. */
  readonly capacity?: number | undefined;
  /** Chance findings a year over everything looked at, shared evenly by screenings and statistical detectors; 52 unless told. */
  readonly perYear?: number | undefined;
  /** The budget in full, in place of `perYear`. */
  readonly budget?: EvidenceBudget | undefined;
  readonly model?: PriorityModel | undefined;
  readonly reopening?: readonly ReopeningRule[] | undefined;
  readonly labels?: AlertLabels | undefined;
  readonly isListed?: SubjectOptions["isListed"];
  /** `"poisson"` for stratified counts. */
  readonly basis?: "fisher" | "poisson" | undefined;
  /** Language of the reasons in proposed entries; `"zh"` unless told. */
  readonly locale?: Locale | undefined;
}

/** A higher level, and what its groups cover. */
export interface ReviewLevel {
  /** Name of its screening. */
  readonly screening: string;
  readonly events?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly products?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What a run means for the reviewers. Plain data, safe for JSON. */
export interface Review {
  readonly budget: EvidenceBudget;
  /** The least probable first. */
  readonly candidates: readonly JointCandidate[];
  /** The most urgent first. */
  readonly ranked: readonly Priority[];
  /** What goes to the reviewers, what was cut off, and the yield to expect by what became of earlier ones. */
  readonly workload: Workload;
  /**
   * Entries that the run asks for: new candidates among those chosen, and decided ones that new evidence reopens. Nothing is
   * written until they are given to `decide`. Candidates cut off are not forgotten: they are candidates of the next run.
   */
  readonly proposals: readonly Decision[];
  readonly undecided: Reopenings["undecided"];
}

/** What a review is made of. */
export interface ReviewInputs {
  readonly run: Run;
  /** As of the run. */
  readonly table: ReportTable;
  readonly screenings: ReadonlyMap<string, Screening>;
  readonly decisions: DecisionLog;
  /** Days since the look before. */
  readonly lookDays: number | undefined;
  /** Moment that proposed entries carry. */
  readonly at: string | undefined;
}

/** Names under which the alerts of statistical detectors come; written rules have no rate and need no share. */
const DETECTOR_NAMES: Readonly<Record<DetectorPlan["kind"], string | null>> = {
  rules: null,
  lots: "lot",
  series: "series",
  places: "place-scan",
  tree: "tree-scan",
};

/**
 * The screenings of a review, the ground first.
 *
 * @throws PvError `INVALID_OPTION` when one is named that does not exist, or none is named and there are several
 */
export function reviewLevels(
  { screenings = {} }: RunConfig,
  { ground, levels = [] }: ReviewPlan,
): readonly ReviewLevel[] {
  const names = Object.keys(screenings);
  const base =
    ground ??
    (names.length - levels.length === 1
      ? names.find((name) => !levels.some((one) => one.screening === name))
      : undefined);
  if (base === undefined) {
    throw new PvError(
      "INVALID_OPTION",
      `review.ground: name one of the screenings ${names.join(", ") || "(there is none)"}`,
    );
  }
  const all = [{ screening: base }, ...levels];
  for (const { screening } of all) {
    if (!names.includes(screening)) {
      throw new PvError("INVALID_OPTION", `review: no screening is called ${JSON.stringify(screening)}`);
    }
  }
  return all;
}

/** Joins, ranks and chooses what a run found, and says which entries it asks for. */
export function reviewOf(
  { run, table, screenings, decisions, lookDays, at }: ReviewInputs,
  plan: ReviewPlan,
  config: RunConfig,
): Review {
  const named = reviewLevels(config, plan);
  const budget = plan.budget ?? evenBudget(named, config, plan.perYear ?? 52);
  const alerts: ClusterAlert[] = run.alerts.alerts
    .filter(({ state }) => state !== "closed")
    // The id of the first day stands for the alert in every later run.
    .map(({ id, alert }) => ({ ...alert, id }));
  const levels = named.flatMap(({ screening, ...covers }) => {
    const found = screenings.get(screening);
    if (found === undefined) return [];
    const { products, events } = found.counts;
    return [{ ...covers, name: screening, rows: found.rows(), hypotheses: products.length * events.length }];
  });
  const candidates =
    levels.length === 0
      ? []
      : jointCandidates({ levels, alerts, budget, lookDays, basis: plan.basis, labels: plan.labels });
  const counts = Object.fromEntries([...screenings].map(([name, screening]) => [name, screening.counts]));
  const subjects = factSubjects(table, candidates, { counts, alerts, isListed: plan.isListed });
  const ranked = rankCandidates(priorityFacts(table, subjects, { asOf: run.asOf }), plan.model);
  const memory = foldDecisions(decisions);
  const known = new Set(memory.items.map(({ key }) => key));
  const workload = chooseByCapacity(ranked, {
    capacity: plan.capacity ?? ranked.length,
    taken: known,
    calibration: calibrateYield(decisions),
  });
  const priorities = new Map(ranked.map((one) => [one.key, one]));
  const chosen = new Set(workload.chosen.map(({ key }) => key));
  const evidence: ReviewRun = {
    at: momentAfter(at ?? `${run.asOf}T00:00Z`, memory.latest),
    candidates: candidates
      .filter(({ key }) => chosen.has(key) || known.has(key))
      .map((one) => ({
        key: one.key,
        evidence: evidenceSnapshot(one, priorities.get(one.key)!, {
          run: run.manifest.resultDigest.slice(0, 16),
          asOf: run.asOf,
        }),
      })),
  };
  const again = reopenings(memory, evidence, plan.reopening, plan.locale);
  const why = plan.locale === "en" ? "found by the run" : "运行检出";
  const fresh = detections(memory, evidence, { by: `run ${run.asOf}`, why });
  return {
    budget,
    candidates,
    ranked,
    workload,
    proposals: [...again.decisions, ...fresh],
    undecided: again.undecided,
  };
}

function evenBudget(levels: readonly ReviewLevel[], { detectors = {} }: RunConfig, perYear: number): EvidenceBudget {
  const sources: Record<string, number> = {};
  for (const { screening } of levels) sources[`level:${screening}`] = 1;
  for (const { kind } of Object.values(detectors)) {
    const name = DETECTOR_NAMES[kind];
    if (name !== null) sources[`detector:${name}`] = 1;
  }
  return { perYear, sources };
}

/** The moment given, or the first of the day of the run; the log's last when that is later: entries are in the order of time. */
function momentAfter(moment: string, latest: string | null): string {
  const at = momentOf(moment);
  if (at === undefined) {
    throw new PvError(
      "INVALID_DATE",
      `at: expected a moment with its zone (2024-06-30T09:15+08:00), got ${JSON.stringify(moment)}`,
    );
  }
  return latest !== null && momentOf(latest)! > at ? latest : moment;
}
