import { buildTable, countPairs } from "../dist/index.js";
import { generateTable } from "./generate.mjs";
import { duckdbCounter } from "./duckdb.mjs";
import { compare, measure, short } from "./report.mjs";

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

export async function benchCount({ quick }) {
  console.log("\n# count: distinct reports of every pair, de-duplication and margins included");
  for (const n of quick ? [100_000] : [100_000, 1_000_000, 5_000_000, 20_000_000]) {
    const table = generateTable(n);
    const first = countPairs(table);
    const increments = first.a.reduce((sum, a) => sum + a, 0);
    console.log(`${short(n)} reports, ${short(increments)} pair increments, ${short(first.size)} pairs`);
    const brute = n <= 1_000_000 ? sortedKeys(table) : undefined;
    const run = () => countPairs(table);
    const check = (counts) =>
      brute === undefined
        ? (counts.size === first.size && counts.n === table.size) || "two runs differ"
        : (counts.size === brute.distinct && increments === brute.increments) || `expected ${brute.distinct} pairs`;
    const iterations = n >= 5_000_000 ? 3 : 5;
    const duckdb = n <= 5_000_000 ? await duckdbCounter(table) : undefined;
    if (duckdb === undefined)
      await measure(`count ${short(n)} reports`, { unit: "reports", amount: n, iterations, run, check });
    else {
      const same = (found) =>
        (found.pairs === first.size && found.increments === increments) || "DuckDB counted something else";
      await compare(`count ${short(n)} reports, against DuckDB (2 threads)`, {
        unit: "reports",
        amount: n,
        iterations,
        run,
        check,
        peer: duckdb,
        checkPeer: same,
      });
    }
    if (n > 1_000_000) continue;
    await measure(`count ${short(n)} reports, sex × age × year strata`, {
      unit: "reports",
      amount: n,
      run: () => countPairs(table, { strata: ["sex", "ageBand", "year"] }),
      check: (counts) => counts.size === first.size || "strata changed the pairs",
    });
    if (n > 100_000) continue;
    const reports = Array.from({ length: n }, (_, i) => ({ ...table.report(i), id: String(i) }));
    await measure(`build a table of ${short(n)} reports`, {
      unit: "reports",
      amount: n,
      run: () => buildTable(reports),
      check: (built) => built.size === n || `built ${built.size}`,
    });
  }
}
