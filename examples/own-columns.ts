// Any delimited file, with a typed mapping; a criterion of one's own; a list of report ids as the exposure.
import { join } from "node:path";
import { countPairs, CRITERION_COLUMNS, loadReports, parseCriterion, screen } from "pvsignal";
import { readMapped } from "pvsignal/node";

const file = join(import.meta.dirname, "data/faers-2022q3-ps.csv.gz");
const source = readMapped(file, {
  domain: "drug",
  id: "case_id",
  product: { name: "product", role: "suspect" },
  event: { term: "events", separator: ";" },
});
const { table } = await loadReports(source);

const criterion = await parseCriterion("a >= 5 and prrLower > 2 and (ic025 > 1 or chi2Yates >= 10)", CRITERION_COLUMNS);
const own = { name: "own", criterion, status: "practice", source: "this example" } as const;
const screening = screen(countPairs(table), { rule: own });
console.log(screening.rules[0]);

const groups = { "first hundred cases": Array.from({ length: 100 }, (_, row) => table.id(row)) };
const [strongest] = screen(countPairs(table, { product: { groups } })).rows({ sort: "ic", limit: 1 });
console.log(strongest?.event, strongest?.a);
