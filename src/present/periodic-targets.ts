import { PvError } from "../error.ts";
import { indicators, type IndicatorOptions, type Indicators } from "../quality/indicators.ts";
import type { Domain, Report } from "../report/report.ts";
import type { NumberStatus } from "../report/wording.ts";
import { figure, type Figure } from "./figure.ts";
import { yearPart, type ReportPeriod } from "./periodic-period.ts";

/** How many reports per million people and year a plan asks for. */
export interface IndicatorTarget {
  readonly domain: Domain;
  /** Where the plan starts from, and where it wants to get. */
  readonly baseline: number | null;
  readonly target: number;
  readonly status: NumberStatus;
  readonly source: string;
}

const plan = "planning figures in use at monitoring centres; no text of a plan was at hand to check them";

/** Reports per million people and year: from where to where. Replace them by those of the plan that binds the centre. */
export const indicatorTargets: readonly IndicatorTarget[] = [
  { domain: "drug", baseline: 1000, target: 1200, status: "local", source: plan },
  { domain: "device", baseline: 300, target: 400, status: "local", source: plan },
  { domain: "cosmetic", baseline: 50, target: 60, status: "local", source: plan },
];

/** A target against what was reached. */
export interface TargetRow extends IndicatorTarget {
  readonly reports: Figure;
  /** Reports of the period per million people; null when the people are not known. */
  readonly perMillion: Figure;
  /** Target for a stretch of a year as long as the period, by days. */
  readonly dueByNow: number;
  /** `perMillion` / `dueByNow`. */
  readonly reached: Figure;
  readonly isMet: boolean | null;
}

/** Indicators of the period: of all reports, and each target with those of its kind of product. */
export interface IndicatorBlock {
  readonly all: Indicators;
  readonly targets: readonly TargetRow[];
}

/**
 * Indicators of a period against targets that are told per year: a period is measured against its share of the year, without regard
 * to season.
 *
 * @throws PvError `INVALID_OPTION` for a target that is not above 0; others as `indicators`
 */
export function indicatorBlock(
  reports: readonly Report[],
  period: ReportPeriod,
  options: Omit<IndicatorOptions, "period">,
  targets: readonly IndicatorTarget[],
): IndicatorBlock {
  const asked = { ...options, period: { from: period.from, to: period.to } };
  const part = yearPart(period);
  return {
    all: indicators(reports, asked),
    targets: targets.map((one, i): TargetRow => {
      if (!(one.target > 0)) throw new PvError("INVALID_OPTION", `target of ${one.domain}: expected a number above 0`);
      const { total } = indicators(
        reports.filter(({ domain }) => domain === one.domain),
        asked,
      );
      const dueByNow = one.target * part;
      const reached = total.rate.perMillion === null ? null : total.rate.perMillion / dueByNow;
      const at = (name: string): Figure["trace"] => ({
        kind: "quality",
        at: ["indicators", "targets", i, name, "value"],
      });
      return {
        ...one,
        reports: figure(total.reports, "count", at("reports")),
        perMillion: figure(total.rate.perMillion, "decimal", at("perMillion")),
        dueByNow,
        reached: figure(reached, "percent", at("reached")),
        isMet: reached === null ? null : reached >= 1,
      };
    }),
  };
}
