// Guards against a loss of speed: ratios of ours to the plain way in one run on the same data, never times. Each pair of ways is run
// in turn, the best of several counts, results are compared first; a ratio below its limit is measured once more before it fails.
// Limits are about half of what a quiet machine showed, see the README.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "fast-csv";
import { addToCounts, buildTable, countPairs, loadReports, prr, ror, screen } from "../dist/index.js";
import { readMapped } from "../dist/node.js";
import { generateTable, mix } from "./generate.mjs";

const ROUNDS = 5;

/** Reports of every pair by a Map, with a Set for each report. */
function mapCount(table) {
  const { productOffsets, products, eventOffsets, events } = table.columns;
  const counts = new Map();
  for (let i = 0; i < table.size; i++) {
    const ps = new Set();
    for (let j = productOffsets[i]; j < productOffsets[i + 1]; j++)
      if (products.role[j] <= 2) ps.add(products.name.codes[j]);
    const es = new Set(events.term.codes.subarray(eventOffsets[i], eventOffsets[i + 1]));
    for (const p of ps) for (const e of es) counts.set(p * 20_000 + e, (counts.get(p * 20_000 + e) ?? 0) + 1);
  }
  return counts;
}

/** Σ n1s·m1s/ns, all strata of every pair. */
function plainExpected({ strata, product, event, size }) {
  const { n, products, events } = strata;
  const dense = ({ offsets, stratum, count }, of) => {
    const row = new Float64Array(n.length);
    for (let k = offsets[of]; k < offsets[of + 1]; k++) row[stratum[k]] = count[k];
    return row;
  };
  const rows = Array.from({ length: events.offsets.length - 1 }, (_, e) => dense(events, e));
  const expected = new Float64Array(size);
  let own = new Float64Array(n.length);
  for (let i = 0; i < size; i++) {
    if (i === 0 || product[i] !== product[i - 1]) own = dense(products, product[i]).map((count, s) => count / n[s]);
    let sum = 0;
    for (let s = 0; s < n.length; s++) sum += own[s] * rows[event[i]][s];
    expected[i] = sum;
  }
  return expected;
}

const sum = (list) => list.reduce((total, value) => total + value, 0);

/** Each is two ways to one result: `[name, least ratio, ours, plain, whether two results agree]`. */
function* comparisons(folder) {
  const table = generateTable(100_000);
  yield [
    "count pairs, against a Map",
    2.5,
    () => countPairs(table),
    () => mapCount(table),
    (counts, map) => counts.size === map.size && sum(counts.a) === sum([...map.values()]),
  ];
  const counts = countPairs(table);
  yield [
    "PRR and ROR of all pairs, against one call a pair",
    1.8,
    () => screen(counts, { measures: ["prr", "ror"], rule: [] }).columns,
    () => {
      const out = { prr: new Float64Array(counts.size), ror: new Float64Array(counts.size) };
      let i = 0;
      for (const row of counts.rows()) {
        out.prr[i] = prr(row).estimate;
        out.ror[i++] = ror(row).estimate;
      }
      return out;
    },
    (ours, plain) =>
      ours.prr.every((value, i) => Object.is(value, plain.prr[i]) && Object.is(ours.ror[i], plain.ror[i])),
  ];
  const strata = { strata: ["sex", "ageBand", "year"] };
  const stratified = countPairs(table, strata);
  yield [
    "a count over 330 strata, against the plain sum alone",
    2,
    () => countPairs(table, strata).columns().expected,
    () => plainExpected(stratified),
    (ours, plain) => ours.every((value, i) => Math.abs(value - plain[i]) <= 1e-9 * plain[i]),
  ];
  const batch = generateTable(1_000, 2);
  yield [
    "1,000 reports more, against a count anew",
    1.3,
    () => addToCounts(counts, { added: countPairs(batch) }),
    () => [countPairs(table), countPairs(batch)],
    (ours, [whole, part]) => ours.n === whole.n + part.n && sum(ours.a) === sum(whole.a) + sum(part.a),
  ];
  const path = join(folder, "reports.csv");
  const lines = ["id,received,product,events,outcome,narrative"];
  for (let i = 0; i < 60_000; i++) {
    const day = `2024-0${1 + (mix(1, i, 0) % 9)}-1${mix(1, i, 1) % 10}`;
    const event = `反应${mix(1, i, 2) % 500};反应${mix(1, i, 3) % 500}`;
    lines.push(`R${i},${day},药品${mix(1, i, 4) % 900},${event},好转,"第 ${i} 例, 患者用药后"`);
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
  const mapping = {
    source: "guard",
    domain: "drug",
    id: "id",
    received: "received",
    product: { name: "product", role: "suspect" },
    event: { term: "events", separator: ";" },
  };
  yield [
    "a file to a table, against fast-csv and one object a row",
    2.5,
    () => loadReports(readMapped(path, mapping)),
    async () => {
      const reports = [];
      for await (const row of createReadStream(path).pipe(parse({ headers: true }))) {
        reports.push({
          id: row.id,
          source: "guard",
          version: 1,
          domain: "drug",
          receivedDate: row.received,
          products: [{ name: row.product, role: "suspect" }],
          events: row.events.split(";").map((term) => ({ term })),
        });
      }
      return buildTable(reports);
    },
    ({ table: ours }, plain) => ours.size === plain.size && countPairs(ours).size === countPairs(plain).size,
  ];
}

async function ratio(ours, plain, agree) {
  if (!agree(await ours(), await plain())) throw new Error("the two ways disagree");
  const best = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [k, run] of [ours, plain].entries()) {
      const start = performance.now();
      await run();
      best[k] = Math.min(best[k], performance.now() - start);
    }
  }
  return best[1] / best[0];
}

const folder = mkdtempSync(join(tmpdir(), "pvsignal-guard-"));
let failed = 0;
try {
  for (const [name, least, ours, plain, agree] of comparisons(folder)) {
    let found = await ratio(ours, plain, agree);
    if (found < least) found = Math.max(found, await ratio(ours, plain, agree));
    if (found < least) failed++;
    console.log(`${found < least ? "SLOW" : "ok  "} ${found.toFixed(1).padStart(6)}×  (at least ${least}×)  ${name}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (failed > 0) {
  console.error(`${failed} of the ratios fell below their limits`);
  process.exit(1);
}
