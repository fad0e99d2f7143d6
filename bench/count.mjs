import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { addToCounts, buildTable, countPairs, countStore, pairStore, pairStoreOf } from "../dist/index.js";
import { countPairsParallel, openCountWorkers } from "../dist/node.js";
import { duckdbCounter } from "./duckdb.mjs";
import { generateColumns, generateTable } from "./generate.mjs";
import { compare, measure, rows, short } from "./report.mjs";

/** Pair counts by the plainest means: a sorted list of packed pair keys, de-duplicated per report. */
function sortedKeys(table) {
  const { productOffsets, products, eventOffsets, events } = table.columns;
  const keys = [];
  for (let i = 0; i < table.size; i++) {
    const ps = new Set();
    for (let j = productOffsets[i]; j < productOffsets[i + 1]; j++)
      if (products.role[j] <= 2) ps.add(products.name.codes[j]);
    const es = new Set(events.term.codes.subarray(eventOffsets[i], eventOffsets[i + 1]));
    for (const p of ps) for (const e of es) keys.push(p * 20_000 + e);
  }
  const sorted = Float64Array.from(keys).sort();
  let distinct = 0;
  for (let k = 0; k < sorted.length; k++) if (k === 0 || sorted[k] !== sorted[k - 1]) distinct++;
  return { distinct, increments: sorted.length };
}

const sameNumbers = (x, y) => x.length === y.length && x.every((value, i) => value === y[i]);
const same = (x, y) =>
  (x.n === y.n &&
    [x.rowOffsets, x.event, x.a].every((column, i) => sameNumbers(column, [y.rowOffsets, y.event, y.a][i]))) ||
  "not the counts of one thread";

export async function benchCount({ quick, slow }) {
  console.log("\n# count: distinct reports of every pair, de-duplication and margins included");
  const workers = openCountWorkers(2);
  try {
    for (const n of quick ? [100_000] : [100_000, 1_000_000, 5_000_000]) await benchSize(n, workers);
  } finally {
    await workers.close();
  }
  await benchChange(quick ? 100_000 : 5_000_000);
  for (const n of quick ? [200_000] : [2_000_000, 20_000_000]) await benchLarge(n, slow && n > 2_000_000);
}

async function benchSize(n, workers) {
  const table = generateTable(n, 1, true);
  const first = countPairs(table);
  const increments = first.a.reduce((sum, a) => sum + a, 0);
  console.log(`${short(n)} reports, ${short(increments)} pair increments, ${short(first.size)} pairs`);
  if (n <= 1_000_000) {
    const brute = sortedKeys(table);
    if (first.size !== brute.distinct || increments !== brute.increments)
      throw new Error(`expected ${brute.distinct} pairs, ${brute.increments} increments`);
  }
  const store = pairStore(table);
  console.log(`store: ${(store.bytes / store.size).toFixed(1)} bytes a report`);
  const peer = await duckdbCounter(table);
  const checkPeer = (found) =>
    (found.pairs === first.size && found.increments === increments) || "DuckDB counted something else";
  const ways = [
    ["from the table, 1 thread", () => countPairs(table)],
    ["from the table, 2 threads", () => countPairsParallel(table, { workers })],
    ["from the table, 2 fresh threads", () => countPairsParallel(table, { threads: 2 })],
    ["from the store, 1 thread", () => countStore(store)],
    ["from the store, 2 threads", () => countPairsParallel(store, { workers })],
  ];
  for (const [name, run] of ways) {
    const what = {
      unit: "increments",
      amount: increments,
      iterations: 5,
      run,
      check: (counts) => same(counts, first),
    };
    const title = `count ${short(n)} reports ${name}`;
    if (peer === undefined) await measure(title, what);
    else await compare(`${title}, against DuckDB (2 threads)`, { ...what, peer, checkPeer });
  }
  if (n > 1_000_000) return;
  const usual = generateTable(n);
  const plain = countPairs(usual);
  await measure(`count ${short(n)} reports, half of the products concomitant, sex × age × year strata`, {
    unit: "reports",
    amount: n,
    run: () => countPairs(usual, { strata: ["sex", "ageBand", "year"] }),
    check: (counts) => counts.size === plain.size || "strata changed the pairs",
  });
  if (n > 100_000) return;
  const reports = Array.from({ length: n }, (_, i) => ({ ...table.report(i), id: String(i) }));
  await measure(`build a table of ${short(n)} reports`, {
    unit: "reports",
    amount: n,
    run: () => buildTable(reports),
    check: (built) => built.size === n || `built ${built.size}`,
  });
}

/** Adds 2,000 reports to the counts of many. */
async function benchChange(n) {
  const batch = 2_000;
  const columns = generateColumns(n + batch);
  const part = ({ labels, offsets, ids }, from, to) => ({
    labels,
    offsets: offsets.slice(from, to + 1).map((at) => at - offsets[from]),
    ids: ids.subarray(offsets[from], offsets[to]),
  });
  const count = (from, to) => countStore(pairStoreOf(part(columns.products, from, to), part(columns.events, from, to)));
  const base = count(0, n);
  const whole = count(0, n + batch);
  await measure(`count ${short(batch)} reports and add them to ${short(base.size)} pairs`, {
    unit: "reports",
    amount: batch,
    iterations: 7,
    run: () => addToCounts(base, { added: count(n, n + batch) }),
    check: (counts) => same(counts, whole),
  });
}

/** Columns to counts in a process of its own: time, memory, bytes a report. */
async function benchLarge(n, against) {
  for (const threads of [1, 2]) {
    const script = join(import.meta.dirname, "count-large.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, [script, n, threads, against ? "duckdb" : "alone"]);
    const { bytes, size, peak, pairs, increments, ours, theirs } = JSON.parse(stdout);
    const best = (runs, key) => Math.min(...runs.map((run) => run[key]));
    const ratio = theirs.length > 0 ? best(theirs, "ms") / best(ours, "ms") : null;
    const name = `count ${short(n)} reports from columns, ${threads} thread${threads > 1 ? "s" : ""}`;
    const rate = increments / (best(ours, "ms") / 1000);
    rows.push({
      name,
      ours: rate,
      peer: theirs.length > 0 ? increments / (best(theirs, "ms") / 1000) : null,
      ratio,
      unit: "increments/s",
      checked: true,
      minMs: best(ours, "ms"),
      cpuMs: best(ours, "cpuMs"),
      storeBytesPerReport: bytes / size,
      peakBytesPerReport: peak / n,
    });
    console.log(
      `${name}: ${short(increments)} increments, ${short(pairs)} pairs, ${best(ours, "ms").toFixed(0)} ms (CPU ${best(ours, "cpuMs").toFixed(0)} ms), ` +
        `of which counting the store ${best(ours, "countMs").toFixed(0)} ms; store ${(bytes / size).toFixed(1)}, peak of the process ${(peak / n).toFixed(1)} bytes a report` +
        (ratio === null ? "" : `; DuckDB ${best(theirs, "ms").toFixed(0)} ms: ${ratio.toFixed(1)} times as fast`),
    );
  }
}
