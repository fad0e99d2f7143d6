import { medianSorted } from "simple-statistics";
import type { EventKey, ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { isoDay, NO_DAY, requireDay } from "../report/date.ts";
import { compileCriterion, criterionColumns, criterionText } from "../rule/criterion.ts";
import { reactionsOf, severityOf, unitsOf } from "./alert-summary.ts";
import { stableId, type AlertWindow, type ClusterAlert } from "./alert.ts";
import { ruleEvidence } from "./evidence.ts";
import { needsReactions, reactionsByRow, RuleWindow, type ReactionsOf } from "./rule-columns.ts";
import { groupReports, reportsInScope, type ReportGroup } from "./rule-groups.ts";
import type { RuleProductKey } from "./rule-product.ts";
import { PREDICATE_COLUMNS, type RuleProfile } from "./rule-profile.ts";
import { logExpectedScanWindows } from "./scan-expectation.ts";

/** The day and the products of a run of `findRuleClusters`. */
export interface RuleClusterOptions {
  /** Only reports received on or before this day are looked at; `YYYY-MM-DD`. */
  readonly asOf: string;
  /** What a product is; what the profile calls the same product unless told, or else `"name"`. */
  readonly product?: RuleProductKey | undefined;
  /** What makes reactions alike, for predicates that read `similar…`; `"term"` unless told. */
  readonly reaction?: Exclude<EventKey, ReportGroups> | undefined;
  /** Days of history before a window that its expectation rests on; 1,095 unless told. */
  readonly historyDays?: number | undefined;
}

/** Alerts of one run, and what the run looked at. */
export interface RuleClusters {
  /** Most surprising first: by how rare such a stretch is at the group's own earlier rate, then by id. */
  readonly alerts: readonly ClusterAlert[];
  readonly profile: RuleProfile;
  readonly asOf: string;
  /** Groups that had at least one report. */
  readonly groups: number;
  readonly reports: number;
  /** Reports left out, and why. */
  readonly excluded: {
    readonly otherDomain: number;
    readonly receivedLater: number;
    /** No date on the profile's clock, or one known only to the month or year. */
    readonly withoutExactDate: number;
    /** No product in a suspect role, or none of the profile's category, or none with what the profile groups by. */
    readonly withoutScope: number;
  };
  /** Reports looked at whose product lacks a part of its key, such as the maker. */
  readonly incompleteProducts: number;
}

/** The chance that a year holds a stretch this full is taken over one year, whatever the data cover. */
const YEAR = 365;
const ENOUGH_HISTORY_DAYS = 180;

/**
 * Finds the groups of reports that meet a written condition: same product (and lot neighbourhood, region, unit as the profile
 * says), close in time, with enough reports, serious ones, deaths or units. The window slides day by day; overlapping windows
 * that meet the condition are one alert. Because plain count rules fire constantly for busy products, every alert states how
 * often its group would show so full a stretch by its own earlier rate.
 *
 * @throws PvError `INVALID_DATE` for `asOf`; `EMPTY_SCOPE` when no report is left to look at; `INVALID_OPTION`;
 *   `UNKNOWN_MEASURE` for a predicate that reads no column of {@link PREDICATE_COLUMNS}
 * @example
 * findRuleClusters(table, profiles.gvp2021, { asOf: "2024-06-30" }).alerts[0]?.evidence[0]?.en;
 */
export function findRuleClusters(table: ReportTable, profile: RuleProfile, options: RuleClusterOptions): RuleClusters {
  const asOf = requireDay("asOf", options.asOf);
  const historyDays = options.historyDays ?? 1095;
  if (
    !Number.isInteger(profile.windowDays) ||
    profile.windowDays < 1 ||
    !Number.isInteger(historyDays) ||
    historyDays < 1
  ) {
    throw new PvError(
      "INVALID_OPTION",
      `windowDays and historyDays: whole numbers of days, got ${profile.windowDays} and ${historyDays}`,
    );
  }
  const chosen = reportsInScope(table, profile, asOf);
  const columns = columnsOf(profile);
  const { groups, incomplete } = groupReports(
    table,
    profile,
    chosen.rows,
    options.product ?? profile.sameProduct ?? "name",
  );
  const grouped = new Set<number>();
  for (const group of groups) for (const row of group.rows) grouped.add(row);
  const excluded = { ...chosen.excluded, withoutScope: chosen.rows.length - grouped.size };
  if (grouped.size === 0) {
    throw new PvError(
      "EMPTY_SCOPE",
      `no report is left for ${profile.name} as of ${options.asOf}: ${JSON.stringify(excluded)}`,
    );
  }
  const reactions: ReactionsOf = columns.some(needsReactions)
    ? reactionsByRow(table, chosen.rows, options.reaction ?? "term")
    : () => new Uint32Array(0);
  const run = new RuleRun(table, profile, asOf, historyDays, {
    groups: groups.length,
    reports: grouped.size,
    columns,
    reactions,
  });
  const alerts = dropContained(groups.flatMap((group) => run.alerts(group)));
  alerts.sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id));
  return {
    alerts,
    profile,
    asOf: options.asOf,
    groups: groups.length,
    reports: grouped.size,
    excluded,
    incompleteProducts: incomplete,
  };
}

function columnsOf({ predicate }: RuleProfile): readonly string[] {
  const columns = criterionColumns(predicate);
  for (const name of columns) {
    if ((PREDICATE_COLUMNS as readonly string[]).includes(name)) continue;
    throw new PvError(
      "UNKNOWN_MEASURE",
      `predicate: ${JSON.stringify(name)} is not one of ${PREDICATE_COLUMNS.join(", ")}`,
    );
  }
  return columns;
}

/** What a run looks at, once for all groups. */
interface Examined {
  readonly groups: number;
  readonly reports: number;
  readonly columns: readonly string[];
  readonly reactions: ReactionsOf;
}

class RuleRun {
  readonly #table: ReportTable;
  readonly #profile: RuleProfile;
  readonly #asOf: number;
  readonly #historyDays: number;
  readonly #examined: Examined;
  readonly #clock: Int32Array;
  readonly #firstDay: number;

  constructor(table: ReportTable, profile: RuleProfile, asOf: number, historyDays: number, examined: Examined) {
    this.#table = table;
    this.#profile = profile;
    this.#asOf = asOf;
    this.#historyDays = historyDays;
    this.#examined = examined;
    const { received, event } = table.columns.reports;
    this.#clock = profile.clock === "received" ? received.day : event.day;
    // Observation starts with the first report of anything: before it, silence of a product means nothing.
    let first = asOf;
    for (const day of received.day) if (day !== NO_DAY && day < first) first = day;
    this.#firstDay = first;
  }

  alerts(group: ReportGroup): ClusterAlert[] {
    const { windowDays } = this.#profile;
    const { columns, reactions } = this.#examined;
    const counter = new RuleWindow(this.#table, this.#clock, columns, reactions, {
      window: windowDays,
      history: this.#historyDays,
      first: this.#firstDay,
    });
    const met = compileCriterion(this.#profile.predicate, (name) => () => counter.value(name));
    // A stretch [first, last] of positions in group.rows whose windows all met the condition, with its fullest window.
    const stretches: { first: number; last: number; peakFirst: number; peakLast: number }[] = [];
    let start = 0;
    for (let i = 0; i < group.rows.length; i++) {
      const day = this.#clock[group.rows[i]!]!;
      counter.add(group.rows[i]!);
      while (day - this.#clock[group.rows[start]!]! >= windowDays) counter.remove(group.rows[start++]!);
      const nextDay = i + 1 < group.rows.length ? this.#clock[group.rows[i + 1]!]! : Infinity;
      // The verdict is taken once a day, when all its reports are in.
      if (nextDay === day) continue;
      counter.closeDay(day);
      if (met(0) !== 1) continue;
      const open = stretches.at(-1);
      if (open !== undefined && start <= open.last) {
        open.last = i;
        if (i - start > open.peakLast - open.peakFirst) [open.peakFirst, open.peakLast] = [start, i];
      } else stretches.push({ first: start, last: i, peakFirst: start, peakLast: i });
    }
    return stretches.map((stretch, s) => {
      const from = this.#clock[group.rows[stretch.first]!]!;
      const earlier = stretches.slice(0, s).filter(({ last }) => this.#clock[group.rows[last]!]! >= from - YEAR).length;
      return this.#alert(group, stretch, earlier);
    });
  }

  #alert(
    group: ReportGroup,
    stretch: { readonly first: number; readonly last: number; readonly peakFirst: number; readonly peakLast: number },
    earlierWindows: number,
  ): ClusterAlert {
    const { windowDays, name, clock, predicate, legal } = this.#profile;
    const dayAt = (position: number): number => this.#clock[group.rows[position]!]!;
    const members = group.rows.slice(stretch.first, stretch.last + 1);
    const from = dayAt(stretch.first);
    const to = dayAt(stretch.last);
    const observed = stretch.peakLast - stretch.peakFirst + 1;
    const peakFrom = dayAt(stretch.peakFirst);
    const history = this.#history(group, peakFrom);
    const expected = history.ratePerDay * windowDays;
    const logPerYear = this.#logPerYear(observed, history.ratePerDay);
    const peak = group.rows.slice(stretch.peakFirst, stretch.peakLast + 1);
    const units = unitsOf(this.#table, members);
    const others = peak.filter((row) => textAt(this.#table.columns.reports.unit, row) !== units.largest).length;
    const lotless = group.lotless?.filter((row) => this.#clock[row]! >= from && this.#clock[row]! <= to);
    const found: Omit<ClusterAlert, "evidence"> = {
      id: stableId("rule", name, JSON.stringify(group.scope), isoDay(from)),
      detector: "rule",
      profile: name,
      scope: group.scope,
      window: { ...window(from, to), clock },
      peak: window(peakFrom, dayAt(stretch.peakLast)),
      observed,
      expected,
      ratio: {
        estimate: observed / expected,
        lower: gammaQuantile(0.025, observed) / expected,
        upper: gammaQuantile(0.975, observed + 1) / expected,
      },
      statistic: null,
      log10PerYear: logPerYear / Math.LN10,
      expectedPerYear: Math.exp(logPerYear),
      p: -Math.expm1(-Math.exp(logPerYear)),
      baseline: { ...history.summary, earlierWindows },
      reports: members.length,
      severity: severityOf(this.#table, members),
      units,
      components: [],
      withoutLargestUnit:
        units.largest === null
          ? null
          : { observed: others, log10PerYear: this.#logPerYear(others, history.ratePerDay) / Math.LN10 },
      reactions: reactionsOf(this.#table, members),
      couldBelong: lotless?.length ?? null,
      memberIds: members.map((row) => this.#table.id(row)),
      legal,
      state: this.#asOf - to < windowDays ? "open" : "closed",
      reproducibility: {
        asOf: isoDay(this.#asOf),
        groupsExamined: this.#examined.groups,
        reportsExamined: this.#examined.reports,
        predicate: criterionText(predicate),
        windowDays,
      },
    };
    return { ...found, evidence: ruleEvidence(found) };
  }

  /** log of the stretches a year that hold `k` reports or more. */
  #logPerYear(k: number, ratePerDay: number): number {
    const { windowDays } = this.#profile;
    // A stretch without a report is met every day.
    return k === 0 ? Math.log(YEAR) : logExpectedScanWindows({ k, windowDays, ratePerDay, days: YEAR });
  }

  #history(
    group: ReportGroup,
    before: number,
  ): { readonly ratePerDay: number; readonly summary: Omit<ClusterAlert["baseline"], "earlierWindows"> } {
    const start = Math.max(this.#firstDay, before - this.#historyDays);
    const days = before - start;
    const blocks = new Array<number>(Math.max(1, Math.ceil(days / 30))).fill(0);
    let reports = 0;
    for (const row of group.rows) {
      const day = this.#clock[row]!;
      if (day < start || day >= before) continue;
      reports++;
      blocks[Math.min(blocks.length - 1, Math.floor((before - 1 - day) / 30))]!++;
    }
    blocks.sort((x, y) => x - y);
    return {
      // Posterior mean under Jeffreys' prior: half a report stands in for a history of none.
      ratePerDay: (reports + 0.5) / Math.max(days, 1),
      summary: {
        reports,
        days,
        state: days >= ENOUGH_HISTORY_DAYS && reports > 0 ? "sufficient" : "insufficient",
        medianPer30Days: medianSorted(blocks),
        maxPer30Days: blocks.at(-1)!,
      },
    };
  }
}

const window = (from: number, to: number): AlertWindow => ({ from: isoDay(from), to: isoDay(to), days: to - from + 1 });

/** Neighbourhoods overlap, so one group of reports can be found through several lots: the largest stays. */
function dropContained(alerts: ClusterAlert[]): ClusterAlert[] {
  const byScope = new Map<string, ClusterAlert[]>();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.scope.product, alert.scope.region, alert.scope.unit]);
    const list = byScope.get(key);
    if (list === undefined) byScope.set(key, [alert]);
    else list.push(alert);
  }
  return [...byScope.values()].flatMap((list) => {
    if (list[0]?.scope.lots === undefined) return list;
    const kept: { alert: ClusterAlert; members: ReadonlySet<string> }[] = [];
    for (const alert of [...list].sort((x, y) => y.reports - x.reports || compareText(x.id, y.id))) {
      if (kept.some(({ members }) => alert.memberIds.every((id) => members.has(id)))) continue;
      kept.push({ alert, members: new Set(alert.memberIds) });
    }
    return kept.map(({ alert }) => alert);
  });
}
