import type { ClusterAlert } from "../cluster/alert.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { EvidenceSnapshot } from "./decision.ts";
import type { JointCandidate, JointSource } from "./joint.ts";
import { idRows, pairRows, type FactSubject } from "./priority-facts.ts";
import type { Priority } from "./priority.ts";

/** Where the reports of candidates are found. */
export interface SubjectOptions {
  /** Counts of each level by its name, as they were screened. */
  readonly counts: Readonly<Record<string, PairCounts>>;
  /** The alerts that were joined. */
  readonly alerts?: readonly ClusterAlert[] | undefined;
  /** Whether the event of a pair is in the label or on a list of known ones; `undefined` where nobody knows. */
  readonly isListed?: ((product: string, event: string) => boolean | undefined) | undefined;
}

/**
 * The reports behind joint candidates, for `priorityFacts`: those of the cell for a pair, the members of its alerts for a lot or an
 * alert. Alerts that only mention a pair (`members`) do not count among its clusters. In the order of the candidates.
 *
 * @throws PvError `INVALID_OPTION` for a level without counts, or counts that did not come from reports; `UNKNOWN_TERM`
 * @example
 * factSubjects(buildTable([]), [], { counts: {} }); // []
 */
export function factSubjects(
  table: ReportTable,
  candidates: readonly JointCandidate[],
  { counts, alerts = [], isListed }: SubjectOptions,
): readonly FactSubject[] {
  const rows = new Map<string, Uint32Array>();
  const byLevel = new Map<string, JointCandidate[]>();
  const others: JointCandidate[] = [];
  for (const one of candidates) {
    const source = ownSource(one);
    if (source === undefined) others.push(one);
    else byLevel.set(source.source, [...(byLevel.get(source.source) ?? []), one]);
  }
  for (const [source, list] of byLevel) {
    const level = counts[source.slice("level:".length)];
    if (level === undefined) throw new PvError("INVALID_OPTION", `counts: nothing for ${JSON.stringify(source)}`);
    const found = pairRows(
      level,
      list.map((one) => ownSource(one)!.row!),
    );
    list.forEach(({ key }, i) => rows.set(key, found[i]!));
  }
  const members = new Map(alerts.map(({ id, memberIds }) => [id, memberIds]));
  const idsOf = ({ sources }: JointCandidate): string[] =>
    sources.flatMap(({ alertId }) => (alertId === null ? [] : (members.get(alertId) ?? [])));
  const found = idRows(table, others.map(idsOf));
  others.forEach(({ key }, i) => rows.set(key, found[i]!));
  return candidates.map((one) => {
    const { key, subject, sources } = one;
    return {
      key,
      rows: rows.get(key)!,
      ic025: ownSource(one)?.row?.scores["ic025"] ?? null,
      isListed: subject.kind === "pair" ? isListed?.(subject.product, subject.event) : undefined,
      alerts: sources.flatMap(({ alertId, link, log10PerYear }) =>
        // A written rule has no rate of its own: it counts as an alert, not as a surprise.
        alertId === null || link === "members" ? [] : [log10PerYear ?? 0],
      ),
    };
  });
}

/**
 * What a decision on a candidate is taken on: its numbers as of a run, to be kept with the entry.
 *
 * @param priority - of the same candidate
 * @throws PvError `INVALID_ARGUMENT` when the two are of different candidates
 */
export function evidenceSnapshot(
  candidate: JointCandidate,
  priority: Priority,
  { run, asOf }: Pick<EvidenceSnapshot, "run" | "asOf">,
): EvidenceSnapshot {
  if (candidate.key !== priority.key)
    throw new PvError("INVALID_ARGUMENT", `the priority is of ${priority.key}, the candidate ${candidate.key}`);
  const { reports, ic025, serious, deaths } = priority.facts;
  const flags = Object.entries(ownSource(candidate)?.row?.flags ?? {});
  return {
    run,
    asOf,
    reports,
    ic025,
    serious,
    deaths,
    score: priority.score,
    rules: flags.filter(([, isMet]) => isMet === true).map(([name]) => name),
    alerts: candidate.sources.flatMap(({ alertId, link }) => (alertId === null || link === "members" ? [] : [alertId])),
  };
}

/** The screening of the pair itself. */
const ownSource = ({ sources }: JointCandidate): JointSource | undefined =>
  sources.find(({ link, row }) => link === "same" && row !== null);
