// Reads files to a table in a process of its own, so that its peak memory is that of one reader.
//   node bench/ingest-read.mjs '{ "reader": "readFaers", "input": ["…"], "arguments": [], "runs": 3, "seconds": 30 }'
import { loadReports } from "../dist/index.js";
import * as readers from "../dist/node.js";

const { reader, input, arguments: rest, runs, seconds } = JSON.parse(process.argv[2]);
const times = [];
const processor = [];
let reconciliation;
let peak;
// Long ones are read fewer times.
for (let spent = 0; times.length < runs && spent < seconds * 1000; spent += times.at(-1)) {
  const start = performance.now();
  const used = process.cpuUsage();
  const loaded = await loadReports(readers[reader](input, ...rest));
  times.push(performance.now() - start);
  const { user, system } = process.cpuUsage(used);
  processor.push((user + system) / 1000);
  ({ reconciliation } = loaded);
  if (loaded.table.size !== reconciliation.accepted) throw new Error(`${loaded.table.size} reports in the table`);
  // Later runs may find the table of an earlier one not yet collected.
  peak ??= process.resourceUsage().maxRSS / 1024;
}
const { read, accepted, merged, retracted, rejected, issues } = reconciliation;
// A repair is no loss: the readers of the national exports take 1 January for the year alone.
const losses = issues
  .filter(({ effect }) => effect !== "noted" && effect !== "repaired")
  .map(({ code, effect, count }) => ({ code, effect, count }));
console.log(JSON.stringify({ times, processor, peak, read, accepted, merged, retracted, rejected, losses }));
