import { scopeText } from "../cluster/alert-evidence.ts";
import type { ClusterAlert } from "../cluster/alert.ts";
import type { TrackedAlert } from "../cluster/lifecycle.ts";
import { canonicalJson } from "../count/exchange-digest.ts";
import { compareText } from "../count/growing.ts";
import type { ReportTable } from "../count/table.ts";
import type { Wording } from "../report/wording.ts";
import type { TableChanges } from "./diff-reports.ts";
import { alertChangeText, type DiffKind } from "./diff-text.ts";
import { echoOptions } from "./manifest-options.ts";
import type { RunConfig } from "./run-config.ts";
import type { Run } from "./run.ts";

/**
 * Why an alert changed. `time`: no report and no expectation changed that would explain it; days went by and the window with them.
 * A dictionary counts with the options here.
 */
export type AlertCause = "options" | "retractions" | "amendments" | "reports" | "background" | "time";

/** Numbers of an alert on the day of a run. */
export interface AlertNumbers {
  readonly observed: number;
  readonly expected: number;
  readonly log10PerYear: number;
  readonly members: number;
}

/** What changed of one tracked alert. */
export interface AlertChange {
  /** Id under which the alert is tracked, the same in both runs. */
  readonly id: string;
  readonly detector: string;
  readonly profile: string;
  /** Product, lots, reactions, place in one line. */
  readonly what: string;
  readonly kind: DiffKind;
  /** On the days of the two runs; null where the condition did not hold. */
  readonly previous: AlertNumbers | null;
  readonly current: AlertNumbers | null;
  /** Change of log2(observed / expected) through each of the two, which add up to it; null unless it was found in both runs. */
  readonly parts: { readonly observed: number; readonly expected: number } | null;
  /** Ids of member reports, sorted. `joined` and `left`: reports that were in both tables unchanged. */
  readonly members: Readonly<Record<"added" | "amended" | "gone" | "joined" | "left", readonly string[]>>;
  /** The most important first. */
  readonly causes: readonly AlertCause[];
  readonly text: readonly Wording[];
}

interface Side {
  readonly run: Run;
  readonly table: ReportTable;
  readonly config: RunConfig;
}

/**
 * Compares the alerts of two runs: those whose condition held on the day of either. The second run must carry on the ledger of the
 * first, or at least know its alerts by the same ids.
 *
 * @param least - smallest change of log2(observed / expected) that counts as one
 */
export function alertChanges(previous: Side, current: Side, changes: TableChanges, least: number): AlertChange[] {
  const before = foundOn(previous.run);
  const after = foundOn(current.run);
  const ids = idsOf(previous.table, current.table, changes);
  const optionsOf = [previous.config, current.config].map(detectorOptions);
  const isOtherwise = (alert: ClusterAlert): boolean => {
    const [x, y] = optionsOf.map((of) => of(alert));
    return x !== y;
  };
  return [...new Set([...before.keys(), ...after.keys()])].sort(compareText).map((id) => {
    const [old, now] = [before.get(id)?.alert, after.get(id)?.alert];
    const alert = (now ?? old)!;
    const parts =
      old === undefined || now === undefined
        ? null
        : {
            observed: Math.log2(now.observed / old.observed),
            // From the ratio the other way round, so that a larger expectation counts against the alert.
            expected: Math.log2(old.expected / now.expected),
          };
    const change = parts === null ? 0 : parts.observed + parts.expected;
    const kind: DiffKind =
      old === undefined
        ? "new"
        : now === undefined
          ? "gone"
          : Math.abs(change) <= least
            ? "unchanged"
            : change > 0
              ? "strengthened"
              : "weakened";
    const members = memberChanges(old?.memberIds ?? [], now?.memberIds ?? [], ids);
    const content = {
      id,
      detector: alert.detector,
      profile: alert.profile,
      what: scopeText(alert),
      kind,
      previous: numbersOf(old),
      current: numbersOf(now),
      parts,
      members,
      causes: kind === "unchanged" ? [] : causesOf(kind, members, parts, isOtherwise(alert)),
    };
    return { ...content, text: alertChangeText(content) };
  });
}

/** Alerts whose condition held on the day of a run. */
function foundOn({ alerts, asOf }: Run): ReadonlyMap<string, TrackedAlert> {
  return new Map(
    alerts.alerts
      .filter(({ state, lastFoundOn }) => lastFoundOn === asOf && state !== "closed" && state !== "cooled")
      .map((one) => [one.id, one]),
  );
}

const numbersOf = (alert: ClusterAlert | undefined): AlertNumbers | null =>
  alert === undefined
    ? null
    : {
        observed: alert.observed,
        expected: alert.expected,
        log10PerYear: alert.log10PerYear,
        members: alert.memberIds.length,
      };

interface ChangedIds {
  readonly added: ReadonlySet<string>;
  readonly gone: ReadonlySet<string>;
  readonly amended: ReadonlySet<string>;
}

/** Members are known by id alone; where two sources use one id, a change of either shows. */
function idsOf(previous: ReportTable, current: ReportTable, { added, gone, amended }: TableChanges): ChangedIds {
  const names = (table: ReportTable, rows: Int32Array): ReadonlySet<string> =>
    new Set(Array.from(rows, (row) => table.id(row)));
  return { added: names(current, added), gone: names(previous, gone), amended: names(current, amended.current) };
}

function memberChanges(before: readonly string[], after: readonly string[], ids: ChangedIds): AlertChange["members"] {
  const [old, now] = [new Set(before), new Set(after)];
  const fresh = [...now].filter((id) => !old.has(id));
  const lost = [...old].filter((id) => !now.has(id));
  const sorted = (list: readonly string[]): string[] => [...list].sort(compareText);
  const isOther = (id: string): boolean => ids.added.has(id) || ids.amended.has(id) || ids.gone.has(id);
  return {
    added: sorted(fresh.filter((id) => ids.added.has(id))),
    amended: sorted([...new Set([...old, ...now])].filter((id) => ids.amended.has(id))),
    gone: sorted(lost.filter((id) => ids.gone.has(id))),
    joined: sorted(fresh.filter((id) => !isOther(id))),
    left: sorted(lost.filter((id) => !isOther(id))),
  };
}

/** Smaller changes of log2 of the expected count go without saying: every day adds to the history. */
const LEAST_EXPECTED = 0.01;

function causesOf(
  kind: DiffKind,
  members: AlertChange["members"],
  parts: AlertChange["parts"],
  optionsChanged: boolean,
): AlertCause[] {
  const isUp = kind === "new" || kind === "strengthened";
  const weights: [AlertCause, number][] = [
    ["options", optionsChanged ? Infinity : 0],
    ["reports", isUp ? members.added.length : 0],
    ["retractions", isUp ? 0 : members.gone.length],
    ["amendments", members.amended.length],
  ];
  const causes = weights
    .filter(([, weight]) => weight > 0)
    .sort(([, x], [, y]) => (x === y ? 0 : y > x ? 1 : -1))
    .map(([cause]) => cause);
  if (parts !== null && Math.abs(parts.expected) > LEAST_EXPECTED && parts.expected > 0 === isUp) {
    if (Math.abs(parts.expected) > Math.abs(parts.observed)) causes.unshift("background");
    else causes.push("background");
  }
  if (members.left.length > 0 && !isUp) causes.push("time");
  if (causes.length === 0) causes.push(kind === "new" ? "background" : "time");
  return causes;
}

/** What the options say of the detector of an alert, as text to be compared. */
function detectorOptions({ detectors = {}, lifecycle, budget }: RunConfig): (alert: ClusterAlert) => string {
  const shared = canonicalJson(echoOptions({ lifecycle, budget }));
  const plans = Object.values(detectors).map((plan) => ({ plan, text: canonicalJson(echoOptions(plan)) }));
  return ({ profile, statistic }) =>
    shared +
    plans
      .filter(({ plan }) =>
        statistic === null ? plan.kind === "rules" && plan.profile.name === profile : plan.kind !== "rules",
      )
      .map(({ text }) => text)
      .sort(compareText)
      .join();
}
