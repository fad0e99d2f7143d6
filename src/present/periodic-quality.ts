import type { ReportTable } from "../count/table.ts";
import { completenessSummary, type CompletenessRow } from "../quality/completeness.ts";
import { scoreForm, type FormScore } from "../quality/form-score.ts";
import type { IndicatorOptions } from "../quality/indicators.ts";
import type { TimelinessProfile } from "../quality/time-limits.ts";
import { timelinessSummary, type TimelinessRow } from "../quality/timeliness.ts";
import type { VigiGradeOptions } from "../quality/vigigrade.ts";
import type { Wording } from "../report/wording.ts";
import type { ReportPeriod } from "./periodic-period.ts";
import { indicatorBlock, type IndicatorBlock, type IndicatorTarget } from "./periodic-targets.ts";

/** Which figures of quality are wanted. */
export interface QualityOptions {
  readonly vigiGrade?: VigiGradeOptions | undefined;
  /** Forms whose marks are given; each scores the reports of its domains. */
  readonly forms?: readonly FormScore[] | undefined;
  readonly timeliness?: readonly TimelinessProfile[] | undefined;
  /** Rates per million people, shares, coverage; left out without it. */
  readonly indicators?: Omit<IndicatorOptions, "period" | "clock"> | undefined;
  readonly targets?: readonly IndicatorTarget[] | undefined;
}

/** Marks of one form. */
export interface FormRow {
  readonly form: string;
  readonly title: Wording;
  readonly reports: number;
  /** Mean of marks / full marks; null without reports. */
  readonly meanShare: number | null;
}

/** On-time figures under one set of limits; plain data. */
export interface TimelinessBlock {
  readonly profile: string;
  readonly title: Wording;
  readonly all: TimelinessRow;
  readonly rows: readonly TimelinessRow[];
  readonly otherDomain: number;
}

/** Quality of the reports of a period. */
export interface QualityBlock {
  readonly completeness: CompletenessRow;
  readonly forms: readonly FormRow[];
  readonly timeliness: readonly TimelinessBlock[];
  readonly indicators: IndicatorBlock | null;
}

/** The quality figures of some rows of a table. */
export function qualityBlock(
  table: ReportTable,
  rows: readonly number[],
  period: ReportPeriod,
  options: QualityOptions & { readonly clock: IndicatorOptions["clock"] },
): QualityBlock {
  const reports = rows.map((row) => table.report(row));
  const { forms = [], timeliness = [], indicators, targets = [], clock } = options;
  return {
    completeness: completenessSummary(reports, { ...options.vigiGrade, by: () => undefined }).all,
    forms: forms.map((form) => {
      const own = reports.filter(({ domain }) => form.domains.includes(domain));
      const sum = own.reduce((marks, report) => marks + scoreForm(report, form).marks, 0);
      const meanShare = own.length === 0 ? null : sum / own.length / form.full;
      return { form: form.name, title: form.title, reports: own.length, meanShare };
    }),
    timeliness: timeliness.map((profile) => {
      const { all, rows, otherDomain } = timelinessSummary(reports, profile);
      return { profile: profile.name, title: profile.title, all, rows, otherDomain };
    }),
    indicators: indicators === undefined ? null : indicatorBlock(reports, period, { ...indicators, clock }, targets),
  };
}
