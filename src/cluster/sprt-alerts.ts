import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay, requireDay } from "../report/date.ts";
import { unitsOf } from "./alert-summary.ts";
import { stableId, type AlertScope, type ClusterAlert, type Clock } from "./alert.ts";
import { log10Yearly, makeAlert, poissonRatio, type AlertBody } from "./alert-make.ts";
import { requireOneOf, requireWhole } from "./alert-scope.ts";
import { binomialSprtLlr } from "./sprt-binomial.ts";
import { conditionalSprtLlr } from "./sprt-conditional.ts";
import { sprtEvidence } from "./sprt-evidence.ts";
import { sprtPerformance } from "./sprt-performance.ts";
import { poissonSprtLlr } from "./sprt-poisson.ts";
import type { MaxSprt, MaxSprtState, SprtLook } from "./sprt-test.ts";

/** What a sequential test does not know of itself. */
export interface SprtAlertOptions {
  /** What the test watches. */
  readonly scope: AlertScope;
  /** First day of the test, and the day of its last data; `YYYY-MM-DD`. */
  readonly from: string;
  readonly asOf: string;
  /** Which day of a report put it in the test; `"event"` unless told. */
  readonly clock?: Clock | undefined;
  /** Tests run side by side, this one included; 1 unless told. */
  readonly tests?: number | undefined;
  /** The reports behind the events: severity, units and members are theirs. Without them the alert gives numbers only. */
  readonly members?: { readonly table: ReportTable; readonly ids: readonly string[] } | undefined;
}

const YEAR = 365.25;

/**
 * The alert of a sequential test that has signalled; `null` while it has not. Numbers are those of the look that signalled: the
 * events against what the design expects of as much exposure, historical rate or controls.
 *
 * `log10PerYear` is the chance that the whole test ever shows as large a log likelihood ratio without excess risk, times the tests
 * run side by side, over the years it would last to its upper limit at the pace so far. Poisson tests spend more of their error
 * early, so that it is a mean over the length of the test. `withoutLargestUnit`, where members are given, takes the unit's events
 * away and leaves what was expected, and so says the least that remains. Members received after `asOf` are left out.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` (tests, clock, `from` after `asOf`); `UNKNOWN_TERM` for a member the table
 *   does not have
 * @example
 * sprtAlert(test, { scope: { product: "A" }, from: "2024-01-01", asOf: "2024-06-30" })?.statistic?.value;
 */
export function sprtAlert(test: MaxSprt, options: SprtAlertOptions): ClusterAlert | null {
  const from = requireDay("from", options.from);
  const asOf = requireDay("asOf", options.asOf);
  const tests = requireWhole("tests", options.tests ?? 1, 1);
  const clock = options.clock ?? "event";
  requireOneOf("clock", clock, ["received", "event"]);
  if (from > asOf)
    throw new PvError("INVALID_OPTION", `from: expected no later than ${options.asOf}, got ${options.from}`);
  const { state } = test;
  if (state.status !== "signal" || state.decided === null) return null;
  const look = state.decided;
  const { design } = state;
  const expected = expectedOf(design, look);
  // The pace so far gives the length of the whole test.
  const years = (asOf - from + 1) / YEAR / Math.min(1, progressOf(design, look));
  const perYear = (llr: number): number =>
    log10Yearly(llr > 0 ? sprtPerformance(design, 1, llr).power : 1, tests, 1 / years);
  const log10PerYear = perYear(look.llr);
  const rows = membersOf(options, asOf);
  const parts = {
    detector: "sprt",
    profile: design.kind,
    scope: options.scope,
    clock,
    window: { from, to: asOf },
    observed: look.events,
    expected,
    statistic: { name: "log likelihood ratio", value: look.llr },
    log10PerYear,
    // What is expected comes from the design, not from earlier reports.
    baseline: {
      reports: design.kind === "conditional" ? design.history : 0,
      days: 0,
      state: "sufficient",
      earlierWindows: 0,
      medianPer30Days: 0,
      maxPer30Days: 0,
    },
    state: "open",
    reproducibility: {
      asOf: isoDay(asOf),
      groupsExamined: tests,
      reportsExamined: look.events,
      predicate: `log likelihood ratio >= ${state.criticalValue} at look ${look.look} of ${JSON.stringify(design)}`,
      windowDays: asOf - from + 1,
    },
  } as const;
  const body: AlertBody =
    options.members === undefined
      ? numbersOnly(parts, options)
      : makeAlert(options.members.table, {
          ...parts,
          rows,
          withoutLargestUnit: withoutLargestUnit(options.members.table, rows, design, look, perYear),
        });
  return { ...body, evidence: sprtEvidence(body, state, tests) };
}

type Design = MaxSprtState["design"];

/** Events expected without excess risk. */
function expectedOf(design: Design, look: SprtLook): number {
  if (design.kind === "binomial") return (look.events + look.controls!) / (1 + design.ratio);
  return design.kind === "conditional" ? design.history * look.expected! : look.expected!;
}

/** Share of the way to the upper limit. */
function progressOf(design: Design, look: SprtLook): number {
  if (design.kind === "poisson") return look.expected! / design.upper;
  if (design.kind === "binomial") return (look.events + look.controls!) / design.maxEvents;
  return design.upperRatio === undefined ? look.events / design.maxEvents! : look.expected! / design.upperRatio;
}

function llrOf(design: Design, events: number, look: SprtLook): number {
  switch (design.kind) {
    case "poisson":
      return poissonSprtLlr(events, look.expected!);
    case "binomial":
      return binomialSprtLlr(events, events + look.controls!, design.ratio);
    case "conditional":
      return conditionalSprtLlr(events, design.history, look.expected!);
  }
}

function membersOf({ members }: SprtAlertOptions, asOf: number): number[] {
  if (members === undefined) return [];
  const { table } = members;
  const rowOf = new Map<string, number>();
  for (let row = 0; row < table.size; row++) rowOf.set(table.id(row), row);
  const rows = [...new Set(members.ids)].map((id) => {
    const row = rowOf.get(id);
    if (row === undefined) throw new PvError("UNKNOWN_TERM", `members: no report has the id ${JSON.stringify(id)}`);
    return row;
  });
  return rows.filter((row) => table.columns.reports.received.day[row]! <= asOf).sort((x, y) => x - y);
}

function withoutLargestUnit(
  table: ReportTable,
  rows: readonly number[],
  design: Design,
  look: SprtLook,
  perYear: (llr: number) => number,
): ClusterAlert["withoutLargestUnit"] {
  const { largest } = unitsOf(table, rows);
  if (largest === null) return null;
  const own = rows.filter((row) => textAt(table.columns.reports.unit, row) === largest).length;
  const observed = Math.max(0, look.events - own);
  const statistic = observed > 0 ? Math.max(0, llrOf(design, observed, look)) : 0;
  return { observed, log10PerYear: perYear(statistic), statistic };
}

/** The alert of a test whose reports are not at hand: nothing is known of severity or units. */
function numbersOnly(
  parts: Omit<Parameters<typeof makeAlert>[1], "rows" | "withoutLargestUnit">,
  { from, asOf }: SprtAlertOptions,
): AlertBody {
  const { detector, profile, scope, clock, observed, expected, log10PerYear } = parts;
  const window = { from, to: asOf, days: parts.window.to - parts.window.from + 1 };
  const expectedPerYear = 10 ** log10PerYear;
  return {
    id: stableId(detector, profile, JSON.stringify(scope), from),
    detector,
    profile,
    scope,
    window: { ...window, clock },
    peak: window,
    observed,
    expected,
    ratio: poissonRatio(observed, expected),
    statistic: parts.statistic,
    log10PerYear,
    expectedPerYear,
    p: -Math.expm1(-expectedPerYear),
    baseline: parts.baseline,
    reports: observed,
    severity: { serious: 0, deaths: 0, notSerious: 0, unknown: observed },
    units: { known: 0, distinct: 0, largest: null, largestShare: null, oneUnitExplains: false },
    reactions: [],
    components: [],
    withoutLargestUnit: null,
    couldBelong: null,
    memberIds: [],
    legal: [],
    state: parts.state,
    reproducibility: parts.reproducibility,
  };
}
