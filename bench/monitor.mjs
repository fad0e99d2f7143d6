import { countPairs, ReportState, ReportTable, screen } from "../dist/index.js";
import { generateTable } from "./generate.mjs";
import { measure, short } from "./report.mjs";

const SOURCE = "made-up";
const DAY = "2026-11-22";
const MEASURES = ["prr", "ror", "chiSquare", "ic", "ebgm"];
const NEW_REPORTS = 40_000;

const idOf = (i) => `R${String(i).padStart(9, "0")}`;

/** Generated reports with ids, as they come from a file: sorted. */
function withIds(table) {
  const n = table.size;
  const { columns } = table;
  const id = {
    codes: Int32Array.from({ length: n }, (_, i) => i),
    values: Array.from({ length: n }, (_, i) => idOf(i)),
  };
  const source = { codes: new Int32Array(n), values: [SOURCE] };
  return new ReportTable({ ...columns, reports: { ...columns.reports, id, source } });
}

/** A stream of changes: new reports, later versions of old ones and retractions, 90 : 8 : 2. */
function changesFrom(n) {
  const source = generateTable(n + NEW_REPORTS);
  let turn = 0;
  const next = () => {
    const report = { ...source.report(n + (turn % NEW_REPORTS)), id: idOf(n + turn), source: SOURCE };
    const old = idOf((turn * 7919) % n);
    turn++;
    if (turn % 50 === 0) return { ...report, id: old, version: 3, retracted: true };
    return turn % 50 < 5 ? { ...report, id: old, version: 2 } : report;
  };
  return (count) => Array.from({ length: count }, next);
}

const sameCounts = (state, name, options) => {
  const [ours, anew] = [state.counts(name), countPairs(state.table(), options)];
  const same =
    ours.n === anew.n &&
    ours.size === anew.size &&
    ours.a.every((a, i) => a === anew.a[i] && ours.event[i] === anew.event[i] && ours.product[i] === anew.product[i]);
  return same || `the counts differ from those counted anew: ${ours.size} and ${anew.size} pairs`;
};

export async function benchMonitor({ quick }) {
  const n = quick ? 100_000 : 1_000_000;
  console.log("\n# monitor: what changes when reports come in; every version is kept");
  const table = withIds(generateTable(n));
  const options = {};
  const load = () => {
    const state = new ReportState({ counts: { all: options } });
    state.apply({ receivedOn: DAY, reports: table });
    return state;
  };
  await measure(`load ${short(n)} reports`, {
    unit: "reports",
    amount: n,
    iterations: 3,
    run: load,
    check: (state) => state.size === n || `${state.size} reports`,
  });
  // Buffers are let go some time after what held them.
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.memoryUsage().arrayBuffers;
  };
  const heldBy = async (make) => {
    const before = await settled();
    const made = make();
    return { made, bytes: ((await settled()) - before) / n };
  };
  const bare = await heldBy(() => {
    const state = new ReportState();
    state.apply({ receivedOn: DAY, reports: table });
    return state;
  });
  const { made: state, bytes } = await heldBy(load);
  const { size } = state.counts("all");
  const { prior } = screen(countPairs(table), { measures: ["ebgm"] }).gps;
  console.log(`${short(bare.made.size)} reports, ${short(size)} pairs`);
  if (globalThis.gc !== undefined) {
    const pair = ((bytes - bare.bytes) * n) / size;
    console.log(`beside the table: ${bare.bytes.toFixed(0)} bytes a report; counts: ${pair.toFixed(0)} bytes a pair`);
  }
  const changes = changesFrom(n);
  const scored = (count) => {
    const reports = changes(count);
    return () => {
      const { touched } = state.apply({ receivedOn: DAY, reports });
      return state.rescore("all", touched.all.pair, { measures: MEASURES, prior });
    };
  };
  // Reports are made outside the time that is taken; what is timed is the change and the scores of the pairs it touched.
  const timed = async (name, count, times) => {
    const works = Array.from({ length: times + 3 }, () => scored(count));
    let turn = 0;
    await measure(name, {
      unit: "reports",
      amount: count,
      iterations: times,
      run: () => works[turn++](),
      check: ({ pair, scores }) => (pair.length > 0 && scores.ic025.length === pair.length) || "nothing was scored",
    });
  };
  await timed("one report: changed counts and scores", 1, 301);
  await timed("a day of 1,000 reports: counts and scores", 1_000, 15);
  const verdict = sameCounts(state, "all", options);
  if (verdict !== true) throw new Error(verdict);
  const again = Array.from({ length: 1_000 }, (_, row) => table.report(row));
  await measure("one day's records again: nothing changes", {
    unit: "reports",
    amount: again.length,
    run: () => state.apply({ receivedOn: DAY, reports: again }),
    check: ({ tally }) => tally.added + tally.amended === 0 || `${tally.added + tally.amended} changed something`,
  });
  await measure("all counts as columns", {
    unit: "pairs",
    amount: size,
    run: () => state.counts("all"),
    check: (counts) => counts.size >= size * 0.9 || `${counts.size} pairs`,
  });
  await measure("the table of what counts now", {
    unit: "reports",
    amount: n,
    run: () => state.table(),
    check: (now) => now.size === state.size || `${now.size} reports`,
  });
  await measure("save to sections", {
    unit: "reports",
    amount: n,
    run: () => [...state.sections()].reduce((sum, { bytes }) => sum + bytes.length, 0),
    check: (bytes) => bytes > n * 50 || `${bytes} bytes`,
  });
  const sections = [...state.sections()].map(({ name, bytes }) => ({ name, bytes: bytes.slice() }));
  console.log(`${short(sections.reduce((sum, { bytes }) => sum + bytes.length, 0))} bytes saved`);
  await measure("restore from sections, counts included", {
    unit: "reports",
    amount: n,
    iterations: 3,
    run: () => ReportState.fromSections(sections, { counts: { all: options } }),
    check: (restored) => restored.size === state.size || `${restored.size} reports`,
  });
}
