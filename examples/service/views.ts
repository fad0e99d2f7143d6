import {
  logHead,
  type Decision,
  type Monitor,
  type MonitorRun,
  type Priority,
  type Run,
  type RunDiff,
  type TrackedAlert,
} from "pvsignal";

/** What of a run is shown beside the run itself. It is kept in the folder: after a restart the same is shown. */
export interface Shown {
  /** Of the run that it belongs to. */
  readonly resultDigest: string;
  readonly asOf: string;
  /** Length of the log of decisions at the time of the run. */
  readonly entries: number;
  readonly candidates: readonly object[];
  readonly capacity: number;
  readonly cutOff: number;
  readonly proposals: readonly Decision[];
  readonly changes: object;
}

/** Summary of a run, as its request is answered. */
export const runView = ({ run, diff, review, isKept }: MonitorRun): object => ({
  asOf: run.asOf,
  isKept,
  reports: run.reports,
  sdrs: Object.fromEntries(Object.entries(run.screenings).map(([name, { sdrs }]) => [name, sdrs.length])),
  alerts: run.alerts.alerts.filter(({ state }) => state !== "closed").length,
  candidates: review?.candidates.length ?? 0,
  proposals: review?.proposals.length ?? 0,
  changes:
    diff === null
      ? null
      : {
          screenings: Object.fromEntries(Object.entries(diff.screenings).map(([name, { counts }]) => [name, counts])),
          alerts: diff.alerts.counts,
        },
  resultDigest: run.manifest.resultDigest,
});

/** What to keep of a run. */
export function shownOf({ run, diff, review }: MonitorRun, entries: number): Shown {
  const joint = new Map(review?.candidates.map((one) => [one.key, one]));
  const chosen = new Set(review?.workload.chosen.map(({ key }) => key));
  const candidateView = ({ key, rank, score, contributions }: Priority): object => {
    const { because, log10PerYear, isWithinBudget, sources } = joint.get(key)!;
    return {
      key,
      rank,
      score,
      contributions,
      because,
      log10PerYear,
      isWithinBudget,
      sources: sources.map(({ source, link, log10PerYear: rate, counts, alertId, share }) => ({
        source,
        link,
        log10PerYear: rate,
        counts,
        alertId,
        share,
      })),
      isChosen: chosen.has(key),
    };
  };
  return {
    resultDigest: run.manifest.resultDigest,
    asOf: run.asOf,
    entries,
    candidates: review?.ranked.map(candidateView) ?? [],
    capacity: review?.workload.capacity ?? 0,
    cutOff: review?.workload.cutOff.count ?? 0,
    proposals: review?.proposals ?? [],
    changes: changesView(run.asOf, diff),
  };
}

/** Candidates with where they stand now, and the proposals that nobody has acted on. */
export function candidatesView(shown: Shown, monitor: Monitor, limit: number): object {
  const standing = new Map(
    monitor.memory.items.map(({ key, state, since, by, due }) => [key, { state, since, by, due }]),
  );
  const acted = new Set(monitor.decisions.slice(shown.entries).map(({ key }) => key));
  return {
    asOf: shown.asOf,
    total: shown.candidates.length,
    capacity: shown.capacity,
    cutOff: shown.cutOff,
    candidates: shown.candidates
      .slice(0, limit)
      .map((one) => ({ ...one, standing: standing.get((one as { readonly key: string }).key) ?? null })),
    proposals: shown.proposals.filter(({ key }) => !acted.has(key)),
  };
}

/** The pairs of a run that meet a rule. */
export function sdrsView({ asOf, screenings }: Run, limit: number): object {
  const sdrs = Object.entries(screenings).flatMap(([screening, one]) => one.sdrs.map((row) => ({ screening, ...row })));
  return { asOf, total: sdrs.length, sdrs: sdrs.slice(0, limit) };
}

/** The alerts of a run, the youngest first; closed ones only when asked for. */
export function alertsView({ asOf, alerts: ledger }: Run, isAll: boolean, limit: number): object {
  const alerts = ledger.alerts.filter(({ state }) => isAll || state !== "closed").reverse();
  return { asOf, total: alerts.length, alerts: alerts.slice(0, limit).map(alertView) };
}

function alertView({ id, state, openedOn, lastFoundOn, closedOn, alert, relatedIds }: TrackedAlert): object {
  const { detector, profile, scope, window, observed, expected, log10PerYear } = alert;
  const { reports, severity, memberIds, evidence } = alert;
  return {
    ...{ id, state, openedOn, lastFoundOn, closedOn, detector, profile, scope, window },
    ...{ observed, expected, log10PerYear, reports, severity, memberIds, evidence, relatedIds },
  };
}

function changesView(asOf: string, diff: RunDiff | null): object {
  if (diff === null) return { asOf, previous: null, reports: null, screenings: {}, alerts: null };
  const { previous, reports, screenings, alerts } = diff;
  const changes = alerts.changes.map(({ id, what, detector, kind, text }) => ({ id, what, detector, kind, text }));
  return { asOf, previous, reports, screenings, alerts: { counts: alerts.counts, changes } };
}

/** The log, and who is late as of a day. */
export const decisionsView = (monitor: Monitor, asOf: string | undefined): object => ({
  entries: monitor.decisions,
  head: logHead(monitor.decisions),
  overdue: asOf === undefined ? null : monitor.overdue(asOf),
});
