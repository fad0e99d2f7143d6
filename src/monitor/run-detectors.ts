import { findRuleClusters } from "../cluster/rules.ts";
import type { ClusterAlert } from "../cluster/alert.ts";
import { findLotClusters } from "../cluster/lots.ts";
import { findPlaceClusters } from "../cluster/scan-alerts.ts";
import { findSeriesAlerts } from "../cluster/series-alerts.ts";
import { findTreeAlerts } from "../cluster/tree-alerts.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { DetectorPlan } from "./run-config.ts";

/** What one detector looked at on the day of a run. */
export interface DetectorRun {
  readonly kind: DetectorPlan["kind"];
  /** Reports it looked at. */
  readonly reports: number;
  /** Reports it left out, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Alerts it found whose condition holds on the day, and those that `perYear` left out of them. */
  readonly found: number;
  readonly tooOften: number;
  /** Why it had nothing to look at; null when it had. */
  readonly empty: string | null;
}

interface Found {
  readonly alerts: readonly ClusterAlert[];
  readonly reports: number;
  readonly excluded: Readonly<Record<string, number>>;
}

const found = ({ alerts, reports, excluded }: Omit<Found, "excluded"> & { readonly excluded: object }): Found => ({
  alerts,
  reports,
  excluded: Object.fromEntries(Object.entries(excluded) as [string, number][]),
});

const finders: {
  readonly [Kind in DetectorPlan["kind"]]: (
    table: ReportTable,
    plan: Extract<DetectorPlan, { kind: Kind }>,
    asOf: string,
  ) => Found;
} = {
  rules: (table, { profile, options }, asOf) => found(findRuleClusters(table, profile, { ...options, asOf })),
  lots: (table, { options }, asOf) => found(findLotClusters(table, { ...options, asOf })),
  series: (table, { options }, asOf) => found(findSeriesAlerts(table, { ...options, asOf })),
  places: (table, { options }, asOf) => found(findPlaceClusters(table, { ...options, asOf })),
  tree: (table, { options }, asOf) => found(findTreeAlerts(table, { ...options, asOf })),
};

/**
 * Runs one detector on the reports of a day. Only alerts whose condition holds on the day go on: stretches of the past were alerts of
 * earlier runs.
 */
export function runDetector(
  table: ReportTable,
  plan: DetectorPlan,
  asOf: string,
): { readonly alerts: readonly ClusterAlert[]; readonly run: DetectorRun } {
  const { kind, perYear = Infinity } = plan;
  if (!Object.hasOwn(finders, kind)) {
    throw new PvError(
      "INVALID_OPTION",
      `kind: expected ${Object.keys(finders).join(", ")}, got ${JSON.stringify(kind)}`,
    );
  }
  if (!(perYear > 0)) throw new PvError("INVALID_OPTION", `perYear: expected a number above 0, got ${perYear}`);
  const find = finders[kind] as (table: ReportTable, plan: DetectorPlan, asOf: string) => Found;
  try {
    const { alerts, reports, excluded } = find(table, plan, asOf);
    const open = alerts.filter(({ state }) => state === "open");
    const rare = open.filter(({ expectedPerYear }) => expectedPerYear <= perYear);
    return {
      alerts: rare,
      run: { kind, reports, excluded, found: open.length, tooOften: open.length - rare.length, empty: null },
    };
  } catch (cause) {
    // A young database has nothing of a kind yet: that is said, and the rest of the run goes on.
    if (!(cause instanceof PvError) || cause.code !== "EMPTY_SCOPE") throw cause;
    return { alerts: [], run: { kind, reports: 0, excluded: {}, found: 0, tooOften: 0, empty: cause.message } };
  }
}
