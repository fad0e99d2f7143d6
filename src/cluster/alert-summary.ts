import { compareText } from "../count/build.ts";
import { SERIOUS_KNOWN, textAt, type ReportTable } from "../count/table.ts";
import type { ClusterAlert } from "./alert.ts";
import { DEATH } from "./window-counter.ts";

/** One unit with this share of the reports may explain an alert by itself: a batch upload, a campaign of one hospital. */
const ONE_UNIT_SHARE = 0.7;

/** Seriousness over the given reports. */
export function severityOf(table: ReportTable, members: readonly number[]): ClusterAlert["severity"] {
  const { serious } = table.columns.reports;
  const severity = { serious: 0, deaths: 0, notSerious: 0, unknown: 0 };
  for (const row of members) {
    const bits = serious[row]!;
    if ((bits & SERIOUS_KNOWN) === 0) severity.unknown++;
    else if (bits === SERIOUS_KNOWN) severity.notSerious++;
    else severity.serious++;
    if ((bits & DEATH) !== 0) severity.deaths++;
  }
  return severity;
}

/** Reporting units over the given reports. */
export function unitsOf(table: ReportTable, members: readonly number[]): ClusterAlert["units"] {
  const { unit } = table.columns.reports;
  const counts = tally(members.map((row) => textAt(unit, row)).filter((name) => name !== undefined));
  const known = counts.reduce((sum, [, count]) => sum + count, 0);
  const [largest, count] = counts[0] ?? [null, 0];
  const largestShare = known === 0 ? null : count / known;
  return {
    known,
    distinct: counts.length,
    largest,
    largestShare,
    oneUnitExplains: largestShare !== null && largestShare >= ONE_UNIT_SHARE,
  };
}

/** The five most frequent terms over the given reports, each counted once a report. */
export function reactionsOf(table: ReportTable, members: readonly number[]): ClusterAlert["reactions"] {
  const { eventOffsets, events } = table.columns;
  const terms: string[] = [];
  for (const row of members) {
    const own = new Set<string>();
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) own.add(textAt(events.term, j) ?? "");
    terms.push(...own);
  }
  return tally(terms)
    .slice(0, 5)
    .map(([term, reports]) => ({ term, reports }));
}

/** Values with their counts, most frequent first, then by name. */
function tally(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([x, m], [y, n]) => n - m || compareText(x, y));
}
