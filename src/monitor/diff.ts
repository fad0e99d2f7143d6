import { compareText } from "../count/growing.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { Wording } from "../report/wording.ts";
import { alertChanges, type AlertChange } from "./diff-alerts.ts";
import type { FollowedPairs } from "./diff-cells.ts";
import { planVariants } from "./diff-plans.ts";
import { tableChanges, type TableChanges } from "./diff-reports.ts";
import { Counterfactual, pairKey, type DiffCause, type DiffScore, type ScoredState } from "./diff-score.ts";
import { sdrChangeText, type DiffKind } from "./diff-text.ts";
import type { Json } from "./manifest-options.ts";
import { inputDigest } from "./manifest-reports.ts";
import { jsonDifferences } from "./manifest-verify.ts";
import { tableAsOf } from "./run-as-of.ts";
import type { RunConfig, ScreeningPlan } from "./run-config.ts";
import type { Run } from "./run.ts";

/** A run with what it was made from. */
export interface RunWithInputs {
  readonly run: Run;
  /** As they were given to the run; what was received after its day does not count. */
  readonly reports: ReportTable | Iterable<Report>;
  readonly config: RunConfig;
}

/** How runs are compared. */
export interface DiffOptions {
  /** The score whose change is explained; `"ic"` unless told. */
  readonly score?: DiffScore | undefined;
  /** Smallest change, in log2 units, that counts as one; 0.1 (7 %) unless told. Every new report moves every score a little. */
  readonly leastChange?: number | undefined;
  /** List what is unchanged, too. */
  readonly unchanged?: boolean | undefined;
}

/** Counts of a pair in one run. */
export interface PairNumbers {
  readonly a: number;
  readonly n1: number;
  readonly m1: number;
  readonly n: number;
  readonly expected: number;
}

/** One cause let in after those before it. */
export interface DiffStep {
  readonly cause: DiffCause;
  /** Change of the score in this step; the steps add up to the whole change. Null when a score does not exist. */
  readonly change: number | null;
  /** Change through this cause averaged over all orders; these add up as well. */
  readonly shapley: number | null;
  /** Score after the step, and the rules that are then met. */
  readonly score: number | null;
  readonly rules: readonly string[];
  /** Reports of the pair that this cause is about, and the ids of the first 20. */
  readonly reports: number;
  readonly ids: readonly string[];
}

/** What changed of one product–event pair that is or was an SDR. */
export interface SdrChange {
  readonly product: string;
  readonly event: string;
  readonly kind: DiffKind;
  /** For new and gone the cause that decided the rule; otherwise the one that moved the score most in the direction it went. */
  readonly cause: DiffCause | null;
  readonly score: {
    readonly name: DiffScore;
    readonly previous: number | null;
    readonly current: number | null;
    readonly change: number | null;
  };
  readonly steps: readonly DiffStep[];
  /** The step after which the pair was, or was not, an SDR for good; null when that did not change. */
  readonly flippedBy: DiffCause | null;
  readonly rules: { readonly gained: readonly string[]; readonly lost: readonly string[] };
  readonly cells: { readonly previous: PairNumbers; readonly current: PairNumbers };
  readonly text: readonly Wording[];
}

/** How many of each kind. */
export type ChangeCounts = Readonly<Record<DiffKind, number>>;

/** What changed in one screening. */
export interface ScreeningDiff {
  readonly counts: ChangeCounts;
  /** New, strengthened, weakened, gone; within each the largest change first. */
  readonly changes: readonly SdrChange[];
}

/** What changed between two runs, and why. Plain data, safe for JSON. */
export interface RunDiff {
  readonly previous: string;
  readonly current: string;
  readonly score: DiffScore;
  readonly leastChange: number;
  readonly reports: {
    readonly added: number;
    readonly amended: number;
    readonly gone: number;
    readonly same: number;
  };
  /** Options, terminologies and versions that differ, by path. */
  readonly options: readonly { readonly at: string; readonly previous: Json; readonly current: Json }[];
  readonly screenings: Readonly<Record<string, ScreeningDiff>>;
  readonly alerts: { readonly counts: ChangeCounts; readonly changes: readonly AlertChange[] };
}

/**
 * What is new, stronger, weaker or gone from one run to the next, each with its causes.
 *
 * For every pair that is an SDR in either run the score is computed again as it would have been with only the first of the causes,
 * then with the first two, and so on in the order of {@link DIFF_CAUSES}, each time from real versions of real reports: the changes
 * of the steps add up to the whole change, and the rules met after each step show which one made, or unmade, the SDR. What falls to a
 * cause in one order can fall to another in a different one; so the average over all orders (`shapley`) stands beside the steps. It
 * adds up too, and comparing the runs the other way round gives its negative.
 *
 * A report belongs to a pair when it has, or had, product and event: its coming, going or amendment is a cause of its own. All other
 * reports, by the margins and the total, and through a fitted prior or an adjustment for multiplicity, are the background.
 *
 * A screening that only one run has shows its SDRs as new or gone through the options.
 *
 * @throws PvError `INVALID_ARGUMENT` when reports and run do not belong together; `INVALID_OPTION`; others as `countPairs`
 * @example
 * diffRuns({ run: march, reports: table, config }, { run: april, reports: table, config }).screenings["drug"]?.changes;
 */
export function diffRuns(previous: RunWithInputs, current: RunWithInputs, options: DiffOptions = {}): RunDiff {
  const { score = "ic", leastChange = 0.1, unchanged = false } = options;
  if (!["ic", "ic025", "ebgm", "eb05"].includes(score)) {
    throw new PvError("INVALID_OPTION", `score: expected ic, ic025, ebgm or eb05, got ${JSON.stringify(score)}`);
  }
  if (!(leastChange >= 0)) throw new PvError("INVALID_OPTION", `leastChange: expected 0 or more, got ${leastChange}`);
  const [before, after] = [sideOf("previous", previous), sideOf("current", current)];
  const changes = tableChanges(before.table, after.table);
  const names = new Set([...Object.keys(before.run.screenings), ...Object.keys(after.run.screenings)]);
  const kept = <T extends { readonly kind: DiffKind }>(list: readonly T[]): T[] =>
    list.filter(({ kind }) => unchanged || kind !== "unchanged");
  const screenings: Record<string, ScreeningDiff> = {};
  for (const name of [...names].sort(compareText)) {
    const all = screeningChanges(name, before, after, changes, { score, leastChange });
    screenings[name] = { counts: tally(all), changes: kept(all) };
  }
  const alerts = alertChanges(before, after, changes, leastChange);
  alerts.sort((x, y) => KINDS.indexOf(x.kind) - KINDS.indexOf(y.kind));
  return {
    previous: before.run.asOf,
    current: after.run.asOf,
    score,
    leastChange,
    reports: {
      added: changes.added.length,
      amended: changes.amended.current.length,
      gone: changes.gone.length,
      same: changes.same,
    },
    options: optionChanges(before.run, after.run),
    screenings,
    alerts: { counts: tally(alerts), changes: kept(alerts) },
  };
}

const KINDS: readonly DiffKind[] = ["new", "strengthened", "weakened", "gone", "unchanged"];

const tally = (list: readonly { readonly kind: DiffKind }[]): ChangeCounts => {
  const counts: Record<DiffKind, number> = { new: 0, strengthened: 0, weakened: 0, gone: 0, unchanged: 0 };
  for (const { kind } of list) counts[kind]++;
  return counts;
};

interface Side {
  readonly run: Run;
  readonly table: ReportTable;
  readonly config: RunConfig;
}

function sideOf(name: string, { run, reports, config }: RunWithInputs): Side {
  const { table } = tableAsOf(reports, run.asOf, config.undated);
  if (inputDigest(table).digest !== run.manifest.input.digest) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `${name}: the ${table.size} reports received by ${run.asOf} are not those of the run, which had ${run.reports}`,
    );
  }
  return { run, table, config };
}

function optionChanges(previous: Run, current: Run): RunDiff["options"] {
  const facts = ({ manifest: { library, options, functions, vocabularies } }: Run): Json => ({
    library,
    options,
    functions: Object.fromEntries(functions.map(({ path, name, version }) => [path, { name, version }])),
    vocabularies: Object.fromEntries(vocabularies.map(({ path, label, digest }) => [path, { label, digest }])),
  });
  return jsonDifferences(facts(previous), facts(current)).map(({ at, expected, found }) => ({
    at: at.replace(/^options\./, ""),
    previous: expected,
    current: found,
  }));
}

const IDS_TOLD = 20;

function screeningChanges(
  name: string,
  before: Side,
  after: Side,
  changes: TableChanges,
  { score: scoreName, leastChange }: { readonly score: DiffScore; readonly leastChange: number },
): SdrChange[] {
  const [old, now] = [before, after].map(({ config }) => config.screenings?.[name]);
  const pairs = followed([...(before.run.screenings[name]?.sdrs ?? []), ...(after.run.screenings[name]?.sdrs ?? [])]);
  // A screening that was not there decided nothing: the plan of the other run, without a rule.
  const without = (plan: ScreeningPlan | undefined): ScreeningPlan => ({
    ...plan,
    screen: { ...plan?.screen, rule: [] },
  });
  const plans = planVariants(old ?? without(now), now ?? without(old));
  const world = new Counterfactual(before.table, after.table, plans, changes, pairs, scoreName);
  const states = [world.state([]), ...world.active.map((_, i) => world.state(world.active.slice(0, i + 1)))];
  const shares = world.shapley();
  const found = pairs.products.map((product, k): SdrChange => {
    const own = world.own(k);
    const reportsOf: Readonly<Partial<Record<DiffCause, readonly string[]>>> = {
      retractions: own.retractions.map((row) => before.table.id(row)),
      amendments: own.amendments.map((row) => after.table.id(row)),
      reports: own.reports.map((row) => after.table.id(row)),
    };
    const [first, last] = [states[0]!, states.at(-1)!];
    const steps = world.active.map((cause, i): DiffStep => {
      const ids = reportsOf[cause] ?? [];
      const state = states[i + 1]!;
      return {
        cause,
        change: finite(state.score[k]! - states[i]!.score[k]!),
        shapley: finite(shares.get(cause)![k]!),
        score: finite(state.score[k]!),
        rules: rulesMet(state, k),
        reports: ids.length,
        ids: ids.slice(0, IDS_TOLD),
      };
    });
    const [rulesBefore, rulesAfter] = [rulesMet(first, k), rulesMet(last, k)];
    const rules = {
      gained: rulesAfter.filter((rule) => !rulesBefore.includes(rule)),
      lost: rulesBefore.filter((rule) => !rulesAfter.includes(rule)),
    };
    const change = finite(last.score[k]! - first.score[k]!);
    const kind = kindOf(rulesBefore.length > 0, rulesAfter.length > 0, change ?? 0, leastChange, rules);
    const flippedBy = kind === "new" || kind === "gone" ? flip(world.active, states, k) : null;
    const content = {
      product,
      event: pairs.events[k]!,
      kind,
      cause: kind === "unchanged" ? null : (flippedBy ?? strongest(steps, change ?? 0)),
      score: { name: scoreName, previous: finite(first.score[k]!), current: finite(last.score[k]!), change },
      steps,
      flippedBy,
      rules,
      cells: { previous: numbersOf(first, k), current: numbersOf(last, k) },
    };
    return { ...content, text: sdrChangeText(content) };
  });
  const size = ({ score }: SdrChange): number => Math.abs(score.change ?? 0);
  return found.sort((x, y) => KINDS.indexOf(x.kind) - KINDS.indexOf(y.kind) || size(y) - size(x));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function followed(sdrs: readonly { readonly product: string; readonly event: string }[]): FollowedPairs {
  const names = [...new Set(sdrs.map(({ product, event }) => pairKey(product, event)))].sort(compareText);
  const split = names.map((key) => key.split("\u0000") as [string, string]);
  return { products: split.map(([product]) => product), events: split.map(([, event]) => event) };
}

const rulesMet = ({ rules, met }: ScoredState, k: number): string[] => rules.filter((_, i) => met[i]![k] === 1);

function numbersOf({ cells: { a, b, c, d, expected } }: ScoredState, k: number): PairNumbers {
  const n1 = a[k]! + b[k]!;
  const m1 = a[k]! + c[k]!;
  return { a: a[k]!, n1, m1, n: n1 + c[k]! + d[k]!, expected: expected[k]! };
}

function kindOf(
  was: boolean,
  is: boolean,
  change: number,
  least: number,
  { gained, lost }: SdrChange["rules"],
): DiffKind {
  if (was !== is) return is ? "new" : "gone";
  if (Math.abs(change) > least) return change > 0 ? "strengthened" : "weakened";
  // The score stayed, and so did the SDR; but a rule more or less is something to be told.
  return gained.length > lost.length ? "strengthened" : lost.length > gained.length ? "weakened" : "unchanged";
}

/** The last cause at which the pair came to be, or ceased to be, an SDR. */
function flip(causes: readonly DiffCause[], states: readonly ScoredState[], k: number): DiffCause | null {
  const isSdr = (i: number): boolean => states[i]!.met.some((column) => column[k] === 1);
  for (let i = causes.length; i > 0; i--) if (isSdr(i) !== isSdr(i - 1)) return causes[i - 1]!;
  return null;
}

/** The cause with the largest share in the direction of the change. */
function strongest(steps: readonly DiffStep[], change: number): DiffCause | null {
  const share = ({ shapley }: DiffStep): number => (shapley ?? 0) * (change < 0 ? -1 : 1);
  const [best] = [...steps].sort((x, y) => share(y) - share(x));
  return best?.cause ?? null;
}
