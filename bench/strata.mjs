// What strata cost: their margins, and expected counts summed over them.
import { countPairs, ReportTable } from "../dist/index.js";
import { generateTable } from "./generate.mjs";
import { measure, rows, short } from "./report.mjs";

const YEARS = 22;
const SEXES = 3;
const AGES = 9;

/** The table with 22 years × 3 sexes × 9 ages as units: 594 strata, where the library's own fields would have 22 × 3 × 5. */
function withStrata(table) {
  const { reports } = table.columns;
  const values = [];
  for (let year = 0; year < YEARS; year++)
    for (let sex = 0; sex < SEXES; sex++)
      for (let age = 0; age < AGES; age++) values.push(`${2008 + year} ${sex} ${age}`);
  const codes = Int32Array.from({ length: table.size }, (_, i) => {
    const year = Math.min(YEARS - 1, Math.floor((reports.received.day[i] - 14_000) / 365));
    return (year * SEXES + reports.sex[i]) * AGES + Math.min(AGES - 1, Math.floor(reports.ageYears[i] / 10));
  });
  return new ReportTable({ ...table.columns, reports: { ...reports, unit: { codes, values } } });
}

/** Σ m1s·(n1s/ns) as it is written: the strata of the event against all strata of the product, one pair after the other. */
function plainExpected({ strata, product, event }) {
  const { n, products, events } = strata;
  const weight = new Float64Array(n.length);
  const expected = new Float64Array(event.length);
  for (let i = 0; i < event.length; i++) {
    const p = product[i];
    if (i === 0 || product[i - 1] !== p) {
      weight.fill(0);
      for (let k = products.offsets[p]; k < products.offsets[p + 1]; k++)
        weight[products.stratum[k]] = products.count[k] / n[products.stratum[k]];
    }
    let sum = 0;
    for (let k = events.offsets[event[i]]; k < events.offsets[event[i] + 1]; k++)
      sum += events.count[k] * weight[events.stratum[k]];
    expected[i] = sum;
  }
  return expected;
}

const differences = (x, y) => x.reduce((found, value, i) => found + (Object.is(value, y[i]) ? 0 : 1), 0);
const median = (times) => [...times].sort((x, y) => x - y)[times.length >> 1];

/** CPU milliseconds of all threads, and what came out. */
function timed(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, cpu: (user + system) / 1000 };
}

/** Counts with and without strata in turn; the difference is what the strata cost, from reading them to the last sum. */
function stratify(n) {
  const table = withStrata(generateTable(n));
  const of = { roles: "all" };
  const times = { without: [], with: [], plain: [] };
  let size = 0;
  for (let i = 0; i < 3; i++) {
    times.without.push(timed(() => countPairs(table, of).size).cpu);
    const { result: counts, cpu } = timed(() => countPairs(table, { ...of, strata: ["unit"] }));
    times.with.push(cpu);
    size = counts.size;
    if (i > 0) continue;
    const { result: plain, cpu: plainCpu } = timed(() => plainExpected(counts));
    times.plain.push(plainCpu);
    const wrong = differences(counts.columns().expected, plain);
    if (wrong > 0) throw new Error(`${wrong} of ${size} expected counts differ from the plain sum`);
    if (counts.strata.labels.length !== YEARS * SEXES * AGES) throw new Error(`${counts.strata.labels.length} strata`);
  }
  const ours = median(times.with) - median(times.without);
  const plain = median(times.plain);
  const name = `594 strata, ${short(size)} pairs of ${short(n)} reports`;
  rows.push({
    name,
    ours: size / (ours / 1000),
    peer: size / (plain / 1000),
    ratio: plain / ours,
    unit: "pairs/s",
    checked: true,
    medianMs: ours,
    peerMedianMs: plain,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
  });
  console.log(
    `${name.padEnd(46)} ${short(size / (ours / 1000)).padStart(8)} pairs/s  strata, margins and sums ${ours.toFixed(0)} ms of CPU, plain sums alone ${plain.toFixed(0)} ms: ${(plain / ours).toFixed(1)} times as fast  checked bit for bit`,
  );
}

export async function benchStrata({ quick }) {
  console.log("\n# strata: their margins, and expected counts summed over them");
  for (const n of quick ? [100_000] : [100_000, 1_000_000]) {
    const table = generateTable(n);
    const plain = countPairs(table);
    await measure(`count ${short(n)} reports in sex × age × year`, {
      unit: "reports",
      amount: n,
      run: () => countPairs(table, { strata: ["sex", "ageBand", "year"] }),
      check: (counts) => counts.size === plain.size || "strata changed the pairs",
    });
  }
  for (const n of quick ? [100_000] : [230_000, 5_000_000]) stratify(n);
}
