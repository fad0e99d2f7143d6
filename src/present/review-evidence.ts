import { cellRows } from "../count/cell-reports.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { scopeText } from "../cluster/alert-evidence.ts";
import type { TrackedAlert } from "../cluster/lifecycle.ts";
import type { Run } from "../monitor/run.ts";
import type { Wording } from "../report/wording.ts";
import { figure, type Figure, type Trace } from "./figure.ts";
import { hideUnits } from "./line-list.ts";
import type { ReportPeriod } from "./periodic-period.ts";
import type { PeriodicReader } from "./periodic-reader.ts";

/** What a run says of a product–event pair. */
export interface PairEvidence {
  readonly kind: "pair";
  readonly screening: string;
  readonly product: string;
  readonly event: string;
  /** Counts of reports: product and event, product, event, all. */
  readonly cells: { readonly a: Figure; readonly n1: Figure; readonly m1: Figure; readonly n: Figure };
  readonly expected: Figure;
  /** In the order of the screening. */
  readonly scores: readonly { readonly name: string; readonly value: Figure }[];
  readonly rules: readonly { readonly name: string; readonly criterion: string; readonly source: string }[];
  readonly serious: Figure;
  readonly deaths: Figure;
  /** Reports of the pair received in the period. */
  readonly inPeriod: Figure;
  /** Alerts that share reports with the pair, most shared first. */
  readonly clusters: readonly { readonly id: string; readonly what: string; readonly shared: Figure }[];
}

/** What a run says of an alert. */
export interface AlertEvidence {
  readonly kind: "alert";
  readonly id: string;
  readonly detector: string;
  readonly profile: string;
  readonly what: string;
  readonly window: { readonly from: string; readonly to: string; readonly days: number };
  readonly state: TrackedAlert["state"];
  readonly openedOn: string;
  /** Reports that ever belonged to it, and those that joined it in the period. */
  readonly members: Figure;
  readonly gained: Figure;
  readonly observed: Figure;
  readonly expected: Figure;
  readonly ratio: { readonly estimate: Figure; readonly lower: Figure; readonly upper: Figure };
  readonly log10PerYear: Figure;
  readonly serious: Figure;
  readonly deaths: Figure;
  readonly units: Figure;
  /** The written condition, or the threshold of the statistic. */
  readonly predicate: string;
  /** The sentences of the detector, without the names of units. */
  readonly sentences: readonly Wording[];
}

/** What evidence is drawn from: the reports of the run's day, its counts, and the run itself. */
export interface EvidenceSource {
  readonly reader: PeriodicReader;
  readonly run: Run;
  readonly counts: Readonly<Record<string, PairCounts>>;
  readonly period: ReportPeriod;
}

const everything = (clock: PeriodicReader["clock"], to: string, where: object): Trace => ({
  kind: "reports",
  of: { from: null, to, clock, where },
});

/** Evidence of the SDR with this place in its screening, and the rows of its reports. */
export function pairEvidence(
  { reader, run, counts, period }: EvidenceSource,
  screening: string,
  place: number,
  memberRows: ReadonlyMap<string, readonly number[]>,
): { readonly evidence: PairEvidence; readonly rows: readonly number[] } {
  const { sdrs, rules } = run.screenings[screening]!;
  const row = sdrs[place]!;
  const { product, event } = row;
  const at = ["screenings", screening, "sdrs", place];
  const cell = (name: "a" | "n1" | "m1" | "n"): Figure =>
    figure(row[name], "count", { kind: "cell", screening, product, event, cell: name });
  const rows = Array.from(cellRows(counts[screening]!, product, event, "a"));
  const own = new Set(rows);
  const a: Trace = cell("a").trace;
  const sharedWith = (other: Trace, others: readonly number[]): Figure =>
    figure(
      others.reduce((sum, r) => sum + Number(own.has(r)), 0),
      "count",
      { kind: "shared", of: [a, other] },
    );
  const selected = (where: object): Figure => {
    const trace = everything(reader.clock, run.asOf, where);
    return sharedWith(trace, reader.rows({ from: null, to: run.asOf, where }));
  };
  const clusters = run.alerts.alerts.flatMap(({ id, alert }) => {
    const shared = sharedWith({ kind: "alert", id }, memberRows.get(id) ?? []);
    return shared.value === 0 ? [] : [{ id, what: hideUnits(scopeText(alert), alert), shared }];
  });
  const days = { from: period.from, to: period.to, where: {} };
  return {
    rows,
    evidence: {
      kind: "pair",
      screening,
      product,
      event,
      cells: { a: cell("a"), n1: cell("n1"), m1: cell("m1"), n: cell("n") },
      expected: figure(row.expected, "decimal", { kind: "run", at: [...at, "expected"] }),
      scores: Object.entries(row.scores).map(([name, value]) => ({
        name,
        value: figure(value, "decimal", { kind: "run", at: [...at, "scores", name] }),
      })),
      rules: rules
        .filter(({ name }) => row.flags[name] === true)
        .map(({ name, criterion, source }) => ({ name, criterion, source })),
      serious: selected({ seriousness: "serious" }),
      deaths: selected({ criterion: "death" }),
      inPeriod: sharedWith({ kind: "reports", of: { ...days, clock: reader.clock } }, reader.rows(days)),
      clusters: clusters.sort((x, y) => y.shared.value! - x.shared.value! || (x.id < y.id ? -1 : 1)),
    },
  };
}

/** Evidence of the alert with this place in the ledger. */
export function alertEvidence({ run, period }: EvidenceSource, place: number): AlertEvidence {
  const tracked = run.alerts.alerts[place]!;
  const { id, alert, state, openedOn, members } = tracked;
  const of = (value: number | null, style: Figure["style"], ...at: readonly string[]): Figure =>
    figure(value, style, { kind: "run", at: ["alerts", "alerts", place, "alert", ...at] });
  const { from, to } = period;
  const { ratio, severity, units, window } = alert;
  const gained = members.filter(({ since }) => since >= from && since <= to).length;
  return {
    kind: "alert",
    id,
    detector: alert.detector,
    profile: alert.profile,
    what: hideUnits(scopeText(alert), alert),
    window: { from: window.from, to: window.to, days: window.days },
    state,
    openedOn,
    members: figure(members.length, "count", { kind: "alert", id }),
    gained: figure(gained, "count", { kind: "alert", id, from, to }),
    observed: of(alert.observed, "count", "observed"),
    expected: of(alert.expected, "decimal", "expected"),
    ratio: {
      estimate: of(ratio.estimate, "decimal", "ratio", "estimate"),
      lower: of(ratio.lower, "decimal", "ratio", "lower"),
      upper: of(ratio.upper, "decimal", "ratio", "upper"),
    },
    log10PerYear: of(alert.log10PerYear, "decimal", "log10PerYear"),
    serious: of(severity.serious, "count", "severity", "serious"),
    deaths: of(severity.deaths, "count", "severity", "deaths"),
    units: of(units.distinct, "count", "units", "distinct"),
    predicate: alert.reproducibility.predicate,
    sentences: alert.evidence.map(({ zh, en }) => ({ zh: hideUnits(zh, alert), en: hideUnits(en, alert) })),
  };
}

/** Rows of the members of every alert, ascending; members that the table no longer has (withdrawn, merged) are missing. */
export function alertRows(table: ReportTable, run: Run): Map<string, readonly number[]> {
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < table.size; row++) {
    const id = table.id(row);
    const rows = rowsOf.get(id);
    if (rows === undefined) rowsOf.set(id, [row]);
    else rows.push(row);
  }
  return new Map(
    run.alerts.alerts.map(({ id, members }) => [
      id,
      // Members are known by id alone: where two sources have one, the alert cannot mean both, and the first stands for it.
      members.flatMap((member) => rowsOf.get(member.id)?.slice(0, 1) ?? []).sort((x, y) => x - y),
    ]),
  );
}
