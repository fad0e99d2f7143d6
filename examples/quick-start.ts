import { countPairs, explain, loadReports, presets, screen } from "pvsignal";
import { readVaers } from "pvsignal/node";

const { table, reconciliation } = await loadReports(readVaers("examples/data"));
const counts = countPairs(table, { product: "ingredient" });
const screening = screen(counts, { rule: [presets.evans, presets.umc] });
for (const { product, event, a, expected, scores } of screening.sdrs({ limit: 3 })) {
  console.log(product, event, a, expected.toFixed(2), scores["prr"]?.toFixed(2), scores["ic025"]?.toFixed(2));
}
console.log(explain(screening, table, { product: "VARCEL", event: "Dermatitis bullous" }).rules[0]);
console.log(
  reconciliation.read,
  "=",
  reconciliation.accepted,
  "+",
  reconciliation.merged,
  "+",
  reconciliation.rejected,
);
