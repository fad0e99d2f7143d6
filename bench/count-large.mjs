// Counts reports given as columns in a process of its own, so that the peak memory is that of one count. Arguments: reports,
// how ("store", 1 or 2 threads), and whether to count against DuckDB. Prints one JSON line.
import { existsSync, readFileSync } from "node:fs";
import { countStore, pairStoreOf } from "../dist/index.js";
import { countPairsParallel, openCountWorkers } from "../dist/node.js";
import { duckdbColumnCounter } from "./duckdb.mjs";
import { generateColumns } from "./generate.mjs";

const [reports, how, against] = process.argv.slice(2);
const n = Number(reports);
// The peak that getrusage tells begins with that of the process that started this one.
const memory = () => {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
};
const timed = async (run) => {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await run();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { result, ms, cpuMs: (user + system) / 1000 };
};

const columns = generateColumns(n);
const before = memory();
const workers = how === "2" ? openCountWorkers(2) : undefined;
const built = await timed(() => pairStoreOf(columns.products, columns.events));
const store = built.result;
const count = () => (workers === undefined ? countStore(store) : countPairsParallel(store, { workers }));
const first = how === "store" ? undefined : await timed(count);
const peak = memory();
let pairs = 0;
let increments = 0;
if (first !== undefined) {
  pairs = first.result.size;
  for (const a of first.result.a) increments += a;
}
const peer = against === "duckdb" ? await duckdbColumnCounter(columns) : undefined;
const ours = [];
const theirs = [];
for (let i = 0; i < (peer === undefined ? 2 : 3) && first !== undefined; i++) {
  const run = await timed(() =>
    workers === undefined
      ? countStore(pairStoreOf(columns.products, columns.events))
      : countPairsParallel(columns, { workers }),
  );
  const counted = await timed(count);
  ours.push({ ms: run.ms, cpuMs: run.cpuMs, countMs: counted.ms, countCpuMs: counted.cpuMs });
  if (peer === undefined) continue;
  const other = await timed(peer);
  if (other.result.pairs !== pairs || other.result.increments !== increments)
    throw new Error(`DuckDB found ${other.result.pairs} pairs and ${other.result.increments} increments`);
  theirs.push({ ms: other.ms, cpuMs: other.cpuMs });
}
await workers?.close();
const { bytes, size } = store;
console.log(
  JSON.stringify({
    n,
    size,
    bytes,
    columnsPeak: before,
    peak,
    pairs,
    increments,
    buildMs: built.ms,
    first: first?.ms,
    ours,
    theirs,
  }),
);
