import {
  issueCodeText,
  issueEffectText,
  type Explanation,
  type Reconciliation,
  type RuleClusters,
  type Screening,
} from "pvsignal";
import { flagsOf, shown } from "./scores.ts";

export const say = (text = ""): void => {
  console.log(text);
};

export function reportReconciliation(rec: Reconciliation): void {
  const { read, accepted, merged, retracted, rejected } = rec;
  say(`  read ${read} = accepted ${accepted} + merged ${merged} + retracted ${retracted} + rejected ${rejected}`);
  for (const { code, effect, count, sample } of rec.issues) {
    const example = sample[0]?.value === undefined ? "" : `, e.g. ${JSON.stringify(sample[0].value.slice(0, 40))}`;
    say(
      `    ${String(count).padStart(6)} × ${code}: ${issueCodeText(code, "en")} (${issueEffectText(effect, "en")}${example})`,
    );
  }
}

export function reportSdrs(title: string, screening: Screening): void {
  const { counts, rules: results } = screening;
  say(
    `\n  ${title}: ${counts.n} reports, ${counts.products.length} products, ${counts.events.length} events, ${counts.size} pairs`,
  );
  for (const { name, flagged, undecided } of results)
    say(`    ${name.padEnd(6)} flags ${flagged} pairs, cannot decide ${undecided}`);
  say(
    `    ${"product × event".padEnd(58)}     a  expected      PRR      ROR      χ²Y  IC [IC025, IC975]     flagged by`,
  );
  for (const row of screening.sdrs({ limit: 10 })) {
    const pair = `${row.product} × ${row.event}`.slice(0, 58).padEnd(58);
    const numbers = [shown(row, "prr"), shown(row, "ror"), shown(row, "chi2Yates")]
      .map((text) => text.padStart(9))
      .join("");
    say(
      `    ${pair}${String(row.a).padStart(6)}${row.expected.toFixed(2).padStart(10)}${numbers}  ${shown(row, "ic")} [${shown(row, "ic025")}, ${shown(row, "ic975")}]  ${flagsOf(row)}`,
    );
  }
}

export function reportExplanation(explanation: Explanation): void {
  const { product, event, table, rules: decided, reportIds } = explanation;
  say(
    `\n  Why ${product} × ${event}: a ${table.a}, b ${table.b}, c ${table.c}, d ${table.d}; expected ${table.expected.toFixed(3)}`,
  );
  for (const { name, met, comparisons } of decided) {
    const parts = comparisons.map(
      ({ text, value, margin }) =>
        `${text}: ${value?.toFixed(2) ?? "∞ or missing"} (margin ${margin?.toFixed(2) ?? "–"})`,
    );
    say(`    ${name.padEnd(6)} ${met === null ? "undecided" : met ? "met" : "not met"} – ${parts.join("; ")}`);
  }
  say(
    `    reports: ${reportIds.slice(0, 12).join(", ")}${reportIds.length > 12 ? ` … ${reportIds.length} in all` : ""}`,
  );
}

export function reportClusters(found: RuleClusters, show: number): void {
  const { alerts, profile, groups } = found;
  say(
    `\n  Cluster alerts (${profile.name}, as of ${found.asOf}): ${alerts.length} among ${groups} groups; the most surprising:`,
  );
  for (const alert of alerts.slice(0, show)) {
    const what = [alert.scope.product, alert.scope.lots?.join("+")].filter((part) => part !== undefined).join(" # ");
    say(
      `    ${what.slice(0, 34).padEnd(34)} ${alert.peak.from} … ${alert.peak.to}  ${String(alert.observed).padStart(4)} reports, ${alert.expected.toFixed(2).padStart(7)} expected, serious ${alert.severity.serious}, deaths ${alert.severity.deaths}, 10^${alert.log10PerYear.toFixed(0)} times a year`,
    );
  }
}
