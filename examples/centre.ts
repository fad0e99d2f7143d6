/**
 * A monitoring centre's day in two parts. First an export of the national system (made up, eight lines): read, reconciled, checked
 * for quality. Then a year of a simulated province with one bad lot in it: lot alerts day by day, one record an alert.
 *
 *   npx tsx examples/centre.ts
 */
import { join } from "node:path";
import {
  alertStateWording,
  buildTable,
  checkReports,
  isoDay,
  issueText,
  loadReports,
  lotDetector,
  mergeAlerts,
  partialDay,
  timelinessProfiles,
  timelinessSummary,
  vigiGrade,
  type AlertLedger,
} from "pvsignal";
import { readNational } from "pvsignal/node";
import { simulatedGroup, simulateProvince } from "pvsignal/simulate";

const { table, reconciliation } = await loadReports(readNational(join(import.meta.dirname, "data/made-up-adr.csv")));
const { read, accepted, merged, retracted, rejected } = reconciliation;
console.log(`read ${read} = accepted ${accepted} + merged ${merged} + retracted ${retracted} + rejected ${rejected}`);
for (const { count, sample } of reconciliation.issues) console.log(`  ${count} × ${issueText(sample[0]!, "zh")}`);

for (const report of table.reports()) {
  const { score, wellDocumented } = vigiGrade(report);
  console.log(`${report.id}: completeness ${score?.toFixed(2) ?? "–"}${wellDocumented ? ", well documented" : ""}`);
}
for (const { code, wording, reports } of checkReports(table.reports()).byCode) {
  console.log(`  ${code} ${wording.zh} / ${wording.en}: ${reports}`);
}
const { all } = timelinessSummary(table.reports(), timelinessProfiles.drug2011);
console.log(`in time ${all.inTime}, late ${all.late}, cannot be told ${all.cannotTell}`);

const province = simulateProvince({
  seed: 7,
  days: 480,
  reportsPerDay: 60,
  products: 60,
  outbreaks: [{ class: "middle", cases: 20, day: 400 }],
});
const [outbreak] = province.truth.outbreaks;
console.log(`\nplanted: ${outbreak!.product} lot ${outbreak!.lots.join()} ${outbreak!.group}, from ${outbreak!.from}`);
const detector = lotDetector(buildTable(province.reports), { reactionGroup: ({ term }) => simulatedGroup(term) });
let ledger: AlertLedger | null = null;
const first = partialDay(outbreak!.from)!.day;
for (let day = first; day < first + 30; day++) {
  const asOf = isoDay(day);
  ledger = mergeAlerts(ledger, detector.run(asOf).alerts, { asOf });
  for (const { state, alert } of ledger.alerts) {
    if (state !== "opened") continue;
    console.log(`${asOf} ${alertStateWording[state].zh} / ${alertStateWording[state].en}`);
    for (const { zh, en } of alert.evidence) console.log(`  ${zh}\n  ${en}`);
  }
}
