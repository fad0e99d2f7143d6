import { scopeText } from "../cluster/alert-evidence.ts";
import { compareText } from "../count/growing.ts";
import type { Run } from "../monitor/run.ts";
import { figure, type Figure } from "./figure.ts";
import type { ReportPeriod } from "./periodic-period.ts";
import { hideUnits } from "./line-list.ts";
import { isPersonal } from "./personal.ts";

/** Scores told of a pair in a list, the first that the screening has. */
export const LEAD_SCORES = ["ic025", "eb05", "prrLower", "rorLower", "ic", "ebgm", "prr", "ror"] as const;

/** An SDR that an earlier run did not have. */
export interface NewSdr {
  readonly screening: string;
  readonly product: string;
  readonly event: string;
  readonly reports: Figure;
  readonly expected: Figure;
  /** The first of {@link LEAD_SCORES} that was computed; null when none was. */
  readonly score: { readonly name: string; readonly value: Figure } | null;
}

/** An alert that was opened in the period. */
export interface NewAlert {
  readonly id: string;
  readonly detector: string;
  readonly what: string;
  readonly openedOn: string;
  readonly state: string;
  readonly reports: Figure;
  readonly observed: Figure;
  readonly expected: Figure;
}

/** What two runs say is new. */
export interface PeriodicNews {
  /** Day of the earlier run; null when there is none, and then every SDR would be new: none is listed. */
  readonly since: string | null;
  /** Highest score first. */
  readonly sdrs: readonly NewSdr[];
  readonly sdrsFound: number;
  readonly alerts: readonly NewAlert[];
  readonly alertsFound: number;
}

/** SDRs that are new since the earlier run, and alerts opened in the period. */
export function periodicNews(
  { current, previous }: { readonly current: Run; readonly previous?: Run | undefined },
  { from, to }: Pick<ReportPeriod, "from" | "to">,
  top: number,
): PeriodicNews {
  const sdrs = previous === undefined ? [] : newSdrs(current, previous);
  const alerts = newAlerts(current, from, to);
  return {
    since: previous?.asOf ?? null,
    sdrs: sdrs.slice(0, top),
    sdrsFound: sdrs.length,
    alerts: alerts.slice(0, top),
    alertsFound: alerts.length,
  };
}

/** The score told of a pair, with the path of its number in the run. */
export function leadScore(
  scores: Readonly<Record<string, number | null>>,
  at: readonly (string | number)[],
): NewSdr["score"] {
  const name = LEAD_SCORES.find((score) => typeof scores[score] === "number");
  return name === undefined
    ? null
    : { name, value: figure(scores[name], "decimal", { kind: "run", at: [...at, "scores", name] }) };
}

function newSdrs(current: Run, previous: Run): NewSdr[] {
  const found = Object.keys(current.screenings)
    .sort(compareText)
    .flatMap((screening) => {
      const pair = ({ product, event }: { readonly product: string; readonly event: string }): string =>
        JSON.stringify([product, event]);
      const known = new Set((previous.screenings[screening]?.sdrs ?? []).map(pair));
      return current.screenings[screening]!.sdrs.flatMap((row, i): NewSdr[] => {
        if (known.has(pair(row)) || isPersonal(pair(row))) return [];
        const at = ["screenings", screening, "sdrs", i];
        const { product, event, a } = row;
        return [
          {
            screening,
            product,
            event,
            reports: figure(a, "count", { kind: "cell", screening, product, event, cell: "a" }),
            expected: figure(row.expected, "decimal", { kind: "run", at: [...at, "expected"] }),
            score: leadScore(row.scores, at),
          },
        ];
      });
    });
  const value = ({ score }: NewSdr): number => score?.value.value ?? -Infinity;
  return found.sort(
    (x, y) => value(y) - value(x) || compareText(x.product, y.product) || compareText(x.event, y.event),
  );
}

function newAlerts(run: Run, from: string, to: string): NewAlert[] {
  return run.alerts.alerts.flatMap(({ id, openedOn, state, alert }, i): NewAlert[] => {
    if (openedOn < from || openedOn > to) return [];
    const at = (name: string): Figure["trace"] => ({ kind: "run", at: ["alerts", "alerts", i, "alert", name] });
    return [
      {
        id,
        detector: alert.detector,
        what: hideUnits(scopeText(alert), alert),
        openedOn,
        state,
        reports: figure(run.alerts.alerts[i]!.members.length, "count", { kind: "alert", id }),
        observed: figure(alert.observed, "count", at("observed")),
        expected: figure(alert.expected, "decimal", at("expected")),
      },
    ];
  });
}
