import type { HolidayCalendar } from "../cluster/calendar.ts";
import { scopeText } from "../cluster/alert-evidence.ts";
import { deadlines } from "../cluster/rule-deadlines.ts";
import { compareText } from "../count/growing.ts";
import type { PairCounts } from "../count/pairs.ts";
import { PvError } from "../error.ts";
import { logHead } from "../monitor/decision-log.ts";
import { candidateSubject, type DecisionEntry, type DecisionLog } from "../monitor/decision.ts";
import { subjectText } from "../monitor/decision-wording.ts";
import { diffRuns, type RunDiff, type RunWithInputs } from "../monitor/diff.ts";
import { inputDigest } from "../monitor/manifest-reports.ts";
import type { RunManifest } from "../monitor/manifest.ts";
import { tableAsOf } from "../monitor/run-as-of.ts";
import { countsOf, type Run } from "../monitor/run.ts";
import { requireDay } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";
import { countFigure, type Figure } from "./figure.ts";
import { hideUnits, lineList, UnitCodes, type LineListRow, type UnitDisplay } from "./line-list.ts";
import { monthlyCounts, periodBases, PeriodCounter, type PeriodRow, type Periods } from "./periodic-counts.ts";
import { reportPeriod, type PeriodChoice } from "./periodic-period.ts";
import { PeriodicReader } from "./periodic-reader.ts";
import { maskPersonal } from "./personal.ts";
import { itemRegister, logAsOf, dayText, type RegisterRow } from "./register.ts";
import { candidates, inOrder, type Candidate, type GonePair, type PacketNews } from "./review-candidates.ts";
import {
  alertEvidence,
  alertRows,
  pairEvidence,
  type AlertEvidence,
  type EvidenceSource,
  type PairEvidence,
} from "./review-evidence.ts";

/** What a packet is made from. */
export interface ReviewOptions {
  /** The run the meeting looks at, with its reports and options. */
  readonly current: RunWithInputs;
  /** The run of the last packet; without it nothing can be called new since then, and all that stands is listed. */
  readonly previous?: RunWithInputs | undefined;
  /** What `diffRuns` said of the two, where it is at hand. */
  readonly diff?: RunDiff | undefined;
  readonly decisions?: DecisionLog | undefined;
  readonly period: PeriodChoice;
  /** Candidate keys, the most urgent first, as `rankCandidates` gives them; by strength of evidence unless told. */
  readonly order?: readonly string[] | undefined;
  /** Pairs and alerts taken into the packet, so many of each; 20 unless told. What is left out is counted. */
  readonly items?: number | undefined;
  /** Lines of each list of reports; 50 unless told. */
  readonly lines?: number | undefined;
  readonly unit?: UnitDisplay | undefined;
  readonly calendar?: HolidayCalendar | undefined;
  /** When somebody found an alert to be a real event, by id: legal clocks start then, or when it was validated. */
  readonly clockStarts?: Readonly<Record<string, string>> | undefined;
  /** Sentences on how far a result holds, by candidate key, such as those of a robustness check. */
  readonly remarks?: Readonly<Record<string, readonly Wording[]>> | undefined;
}

/** A legal clock of an item; without a start nothing runs yet. */
export interface PacketDeadline {
  readonly number: number;
  readonly key: string;
  readonly duty: Wording;
  readonly source: string;
  readonly start: string | null;
  readonly due: string | null;
  /** Past on the day of the packet; null while the clock does not run. */
  readonly isPast: boolean | null;
}

/** One pair or alert for the meeting. */
export interface PacketItem {
  /** Place in the packet, from 1. */
  readonly number: number;
  readonly key: string;
  readonly news: PacketNews;
  /** What changed since the last packet, and why. */
  readonly change: readonly Wording[];
  readonly evidence: PairEvidence | AlertEvidence;
  readonly remarks: readonly Wording[];
  readonly decisions: readonly DecisionEntry[];
  readonly lines: readonly LineListRow[];
  /** All reports of the list, shown or not. */
  readonly reports: Figure;
}

/** A packet for a risk review meeting. Plain data, safe for JSON; the same input gives the same bytes. */
export interface ReviewPacket extends Periods {
  readonly format: "pvsignal-review-packet";
  readonly version: 1;
  readonly asOf: string;
  /** Day of the run of the last packet; null for a first packet. */
  readonly since: string | null;
  readonly manifest: RunManifest;
  readonly previousManifest: RunManifest | null;
  /** Digest of the last entry of the decision log that was known. */
  readonly logHead: string;
  readonly total: PeriodRow;
  readonly months: readonly { readonly month: string; readonly reports: Figure }[];
  readonly summary: Readonly<
    Record<"newPairs" | "strongerPairs" | "gonePairs" | "newAlerts" | "open" | "overdue", Figure>
  >;
  readonly items: readonly PacketItem[];
  /** Found, but beyond the number of items; and pairs whose names hold what looks like personal data, which are not shown at all. */
  readonly leftOut: { readonly pairs: number; readonly alerts: number; readonly personal: number };
  /** SDRs of the last packet that are no longer. */
  readonly gone: readonly GonePair[];
  /** Entries of the period. */
  readonly decisions: readonly DecisionEntry[];
  readonly deadlines: readonly PacketDeadline[];
  readonly register: readonly RegisterRow[];
}

/**
 * A packet for a risk review meeting (风险会商): what is new since the last one, the evidence of every item with a list of its reports,
 * what was decided before, what is open and overdue, and the register. Every number says where it comes from; `recountFigures` counts
 * it again.
 *
 * @throws PvError `INVALID_ARGUMENT` when the table is not the one of the run, or the last packet is later than this one;
 *   `INVALID_DATE`, `INVALID_OPTION`
 */
export function reviewPacket(options: ReviewOptions): ReviewPacket {
  const { current, previous, items = 20, lines = 50, unit = "hidden", remarks = {} } = options;
  const { run, config } = current;
  for (const [name, value] of Object.entries({ items, lines })) {
    if (!Number.isInteger(value) || value < 0)
      throw new PvError("INVALID_OPTION", `${name}: expected a whole number from 0, got ${value}`);
  }
  const { table } = tableAsOf(current.reports, run.asOf, config.undated);
  if (inputDigest(table).digest !== run.manifest.input.digest)
    throw new PvError("INVALID_ARGUMENT", "these are not the reports of the run: their digest is another");
  if (previous !== undefined && previous.run.asOf > run.asOf)
    throw new PvError("INVALID_ARGUMENT", `the last packet is of ${previous.run.asOf}, later than ${run.asOf}`);
  const reader = new PeriodicReader(table, {});
  const period = reportPeriod(options.period, run.asOf);
  const periods = periodBases(reader, period);
  const decisions = logAsOf(options.decisions ?? [], run.asOf);
  const subject = subjectIn(run);
  const register = itemRegister(decisions, { asOf: run.asOf, calendar: options.calendar, subject });
  const open = new Set(register.filter(({ closedOn }) => closedOn === null).map(({ key }) => key));
  const diff = options.diff ?? (previous === undefined ? null : diffRuns(previous, current));
  const source: EvidenceSource = { reader, run, counts: countsByName(current, table), period };
  const found = candidates(run, diff, open, period.from, period.to);
  const pairs = inOrder(found.pairs, options.order ?? []);
  const alerts = inOrder(found.alerts, options.order ?? []);
  const memberRows = alertRows(table, run);
  const units = new UnitCodes(unit);
  const taken = [...alerts.slice(0, items), ...pairs.slice(0, items)].map((candidate, i): PacketItem => {
    const { key, news, change, screening } = candidate;
    const pair = screening === null ? null : pairEvidence(source, screening, candidate.place, memberRows);
    const evidence = pair?.evidence ?? alertEvidence(source, candidate.place);
    const rows = pair?.rows ?? memberRows.get(run.alerts.alerts[candidate.place]!.id) ?? [];
    return {
      number: i + 1,
      key,
      news,
      change,
      evidence,
      remarks: remarks[key] ?? [],
      decisions: decisions.filter((entry) => entry.key === key).map(masked),
      lines: lineList(table, rows.slice(0, lines), units),
      reports: evidence.kind === "pair" ? evidence.cells.a : evidence.members,
    };
  });
  const keysOf = (list: readonly { readonly key: string }[]): string[] => [...new Set(list.map(({ key }) => key))];
  const figureOf = (keys: readonly string[]): Figure => countFigure(keys.length, { kind: "candidates", keys });
  const kind = (list: readonly Candidate[], ...kinds: readonly PacketNews[]): Figure =>
    figureOf(keysOf(list.filter(({ news }) => kinds.includes(news))));
  return {
    format: "pvsignal-review-packet",
    version: 1,
    ...periods,
    asOf: run.asOf,
    since: diff?.previous ?? null,
    manifest: run.manifest,
    previousManifest: previous?.run.manifest ?? null,
    logHead: logHead(decisions),
    total: new PeriodCounter(reader, periods).total(),
    months: monthlyCounts(reader, period, 13),
    summary: {
      newPairs: kind(pairs, "new", "standing"),
      strongerPairs: kind(pairs, "strengthened"),
      gonePairs: figureOf(keysOf(found.gone)),
      newAlerts: kind(alerts, "new", "standing"),
      open: figureOf([...open].map(maskPersonal).sort(compareText)),
      overdue: figureOf(keysOf(register.filter(({ overdueDays }) => overdueDays > 0))),
    },
    items: taken,
    leftOut: {
      pairs: Math.max(0, pairs.length - items),
      alerts: Math.max(0, alerts.length - items),
      personal: found.personal,
    },
    gone: found.gone,
    decisions: decisions.filter(({ at }) => dayText(at) >= period.from && dayText(at) <= period.to).map(masked),
    deadlines: taken.flatMap((item) => clocksOf(item, run, options.clockStarts ?? {})),
    register,
  };
}

/** People write into reasons what they have before them. */
const masked = (entry: DecisionEntry): DecisionEntry => ({
  ...entry,
  key: maskPersonal(entry.key),
  by: maskPersonal(entry.by),
  why: maskPersonal(entry.why),
});

/** Name of a candidate, with what an alert is about where the run has it. */
function subjectIn(run: Run): (key: string) => Wording {
  const names = new Map(run.alerts.alerts.map(({ id, alert }) => [id, hideUnits(scopeText(alert), alert)]));
  return (key) => {
    const of = candidateSubject(key);
    const name = of.kind === "alert" ? names.get(of.id) : undefined;
    return name === undefined ? subjectText(key) : { zh: `预警 ${name}`, en: `alert ${name}` };
  };
}

/** Counts of the screenings of the run, made again from its reports. */
export function countsByName(
  { run, config }: RunWithInputs,
  table: Parameters<typeof countsOf>[0],
): Record<string, PairCounts> {
  const found: Record<string, PairCounts> = {};
  for (const [name, plan] of Object.entries(config.screenings ?? {})) {
    if (run.screenings[name] === undefined) continue;
    const counts = countsOf(table, plan);
    if (typeof counts !== "string") found[name] = counts;
  }
  return found;
}

function clocksOf(item: PacketItem, run: Run, starts: Readonly<Record<string, string>>): PacketDeadline[] {
  const { evidence, number, key, decisions } = item;
  if (evidence.kind !== "alert") return [];
  const alert = run.alerts.alerts.find(({ id }) => id === evidence.id)!.alert;
  const confirmed = decisions.find(({ state }) => state === "validated")?.at.slice(0, 16);
  const start = starts[evidence.id] ?? confirmed ?? null;
  const today = requireDay("asOf", run.asOf);
  return deadlines(alert, start ?? run.asOf).map(({ clock, due }) => ({
    number,
    key,
    duty: clock.duty,
    source: clock.source,
    start,
    due: start === null ? null : due,
    isPast: start === null ? null : requireDay("due", due.slice(0, 10)) < today,
  }));
}
