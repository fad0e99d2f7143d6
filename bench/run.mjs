// npm run bench [-- count|score|ingest|cluster|monitor] [--quick] [--slow] [--json FILE]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { benchCluster } from "./cluster.mjs";
import { benchCount } from "./count.mjs";
import { benchIngest } from "./ingest.mjs";
import { benchIngestCsv } from "./ingest-csv.mjs";
import { benchMonitor } from "./monitor.mjs";
import { printMachine, rows } from "./report.mjs";
import { benchScore } from "./score.mjs";
import { benchStrata } from "./strata.mjs";

const inTurn =
  (...parts) =>
  async (options) => {
    for (const part of parts) await part(options);
  };
const benches = {
  count: inTurn(benchCount, benchStrata),
  score: benchScore,
  ingest: inTurn(benchIngest, benchIngestCsv),
  cluster: benchCluster,
  monitor: benchMonitor,
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    slow: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no bench called ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
printMachine();
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) await benches[name](values);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
