import { compareText } from "../count/build.ts";
import type { Report } from "../report/report.ts";
import { logicChecks, type LogicCheck } from "./checks.ts";
import type { Wording } from "../report/wording.ts";

/** Something in a report that contradicts something else in it, or is missing. */
export interface Finding {
  readonly code: string;
  readonly wording: Wording;
  /** The values that contradict each other, the same in every language. */
  readonly details: readonly string[];
}

/**
 * Findings of the logic checks of a report's domain, in the order of the checks; empty when nothing contradicts.
 *
 * @example
 * checkReport({ id: "1", source: "", version: 1, domain: "drug", unit: "H", patient: { sex: "male", pregnant: true }, products: [{ name: "A", role: "suspect" }], events: [{ term: "rash" }] })[0].code; // "PREGNANT_MALE"
 */
export function checkReport(report: Report, checks: readonly LogicCheck[] = logicChecks): Finding[] {
  const findings: Finding[] = [];
  for (const { code, domains, wording, test } of checks) {
    if (domains !== "all" && !domains.includes(report.domain)) continue;
    const details = test(report);
    if (details.length > 0) findings.push({ code, wording, details });
  }
  return findings;
}

/** How many reports each check found something in. */
export interface FindingSummary {
  readonly reports: number;
  readonly withFindings: number;
  /** Most frequent first. `asked` counts the reports of the check's domains. */
  readonly byCode: readonly {
    readonly code: string;
    readonly wording: Wording;
    readonly reports: number;
    readonly asked: number;
  }[];
}

/** Runs the logic checks over many reports and counts the reports with each finding. */
export function checkReports(reports: Iterable<Report>, checks: readonly LogicCheck[] = logicChecks): FindingSummary {
  const found = new Map<string, number>();
  const asked = new Map<string, number>();
  let total = 0;
  let withFindings = 0;
  for (const report of reports) {
    total++;
    for (const { code, domains } of checks)
      if (domains === "all" || domains.includes(report.domain)) asked.set(code, (asked.get(code) ?? 0) + 1);
    const findings = checkReport(report, checks);
    if (findings.length > 0) withFindings++;
    for (const { code } of findings) found.set(code, (found.get(code) ?? 0) + 1);
  }
  const byCode = checks
    .map(({ code, wording }) => ({ code, wording, reports: found.get(code) ?? 0, asked: asked.get(code) ?? 0 }))
    .sort((x, y) => y.reports - x.reports || compareText(x.code, y.code));
  return { reports: total, withFindings, byCode };
}
