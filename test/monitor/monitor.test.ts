import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildTable, candidateKey, countPairs, presets, recall, screen, type Report } from "pvsignal";
import { openMonitor } from "../../src/monitor/monitor.node.ts";
import { restoreMonitor } from "../../src/monitor/monitor-restore.ts";
import { createMonitor, type Monitor, type MonitorConfig } from "../../src/monitor/monitor.ts";

/** Half a year of reports on five products; from 20 May chills with one lot of A, some of them deaths. */
const reports: readonly Report[] = Array.from({ length: 900 }, (_, i): Report => {
  const isPlanted = i >= 840;
  const month = isPlanted ? (i < 855 ? "05" : "06") : `0${1 + (i % 6)}`;
  const day = isPlanted && i < 855 ? 20 + (i % 8) : 1 + ((i * 5) % 28);
  const date = `2024-${month}-${String(day).padStart(2, "0")}`;
  return {
    id: `r${String(i).padStart(4, "0")}`,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: date,
    eventDate: date,
    unit: `U${i % 40}`,
    region: `R${i % 7}`,
    products: [
      {
        name: isPlanted ? "A" : "ABCDE"[i % 5]!,
        role: "suspect",
        manufacturer: "M",
        lots: [isPlanted ? "LX" : `L${i % 9}`],
      },
    ],
    events: [{ term: isPlanted || i % 41 === 20 ? "chills" : ["rash", "fever", "itch", "nausea"][(i * 7) % 4]! }],
    serious: isPlanted && i % 10 === 0 ? ["death"] : [],
  };
});
const received = (from: string, to: string): Report[] =>
  reports.filter(({ receivedDate }) => receivedDate! > from && receivedDate! <= to);

const config: MonitorConfig = {
  screenings: { drug: { screen: { rule: [presets.evans, presets.umc] } } },
  detectors: { lots: { kind: "lots" } },
  review: { capacity: 2, perYear: 4, locale: "en" },
};
const chills = candidateKey({ kind: "pair", product: "A", event: "chills" });

async function upToMay(monitor: Monitor): Promise<Monitor> {
  await monitor.apply({ receivedOn: "2024-04-30", reports: received("", "2024-04-30") });
  await monitor.run({ asOf: "2024-04-30" });
  await monitor.apply({ receivedOn: "2024-05-31", reports: received("2024-04-30", "2024-05-31") });
  return monitor;
}

test("a centre's month: what is new is told with its cause, ranked, decided on, and reopened by new deaths", async () => {
  const monitor = await upToMay(createMonitor(config));
  const may = await monitor.run({ asOf: "2024-05-31" });
  expect(may.isKept).toBe(true);
  const change = may.diff!.screenings["drug"]!.changes.find(({ event }) => event === "chills")!;
  expect(change).toMatchObject({ product: "A", kind: "new", cause: "reports" });
  expect(may.diff!.alerts.counts.new).toBe(1);
  expect(may.review!.workload.chosen.map(({ key }) => key)).toContain(chills);
  expect(may.review!.proposals.map(({ key, state }) => [key, state])).toContainEqual([chills, "detected"]);
  await monitor.decide(...may.review!.proposals);
  const by = { key: chills, by: "group", at: "2024-06-01T09:00+08:00" };
  await monitor.decide(
    { ...by, state: "under-review", why: "first by priority", due: "2024-06-15" },
    { ...by, state: "refuted", why: "one lot, one unit", due: "2024-06-20" },
  );
  expect(monitor.overdue("2024-06-30").map(({ key }) => key)).toEqual([chills]);

  await monitor.apply({ receivedOn: "2024-06-30", reports: received("2024-05-31", "2024-06-30") });
  const june = await monitor.run({ asOf: "2024-06-30" });
  const again = june.review!.proposals.find(({ key }) => key === chills)!;
  expect(again.state).toBe("detected");
  expect(again.triggers!.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["doubled", "death"]));
  await monitor.decide(...june.review!.proposals);
  expect(recall(monitor.memory, chills)).toMatchObject({ state: "detected", reopened: 1 });
  // What has been proposed once takes no place again.
  const repeat = await monitor.run({ asOf: "2024-06-30" });
  expect(repeat.run).toEqual(june.run);
  expect(repeat.diff).toEqual(june.diff);
  expect(repeat.review!.proposals.map(({ key }) => key)).not.toContain(chills);
  expect(await monitor.verify()).toMatchObject({ ok: true, differences: [] });
});

test("runs, scores and explanations are those of the reports alone", async () => {
  const monitor = await upToMay(createMonitor(config));
  const { run } = await monitor.run({ asOf: "2024-05-31" });
  const table = buildTable(received("", "2024-05-31"));
  const whole = screen(countPairs(table), { rule: [presets.evans, presets.umc] });
  expect(run.screenings["drug"]!.sdrs).toEqual(whole.rows().filter(({ flags }) => Object.values(flags).includes(true)));
  const applied = await monitor.apply({
    receivedOn: "2024-06-01",
    reports: [{ ...reports[0]!, id: "new", receivedDate: "2024-06-01", events: [{ term: "itch" }] }],
  });
  const [one, ...rest] = monitor.touchedScores("drug", applied);
  expect(rest).toEqual([]);
  const now = screen(
    countPairs(
      buildTable([...table.reports(), monitor.state.history({ source: "t", id: "new" })!.versions[0]!.report]),
    ),
  );
  const row = now.pair("A", "itch")!;
  expect(one).toMatchObject({ product: "A", event: "itch", before: row.a - 1, after: row.a, expected: row.expected });
  expect(one!.scores).toEqual(row.scores);
  expect(monitor.explain("drug", { product: "A", event: "itch" }).reportIds).toContain("new");
  expect(monitor.explain("drug", { product: "A", event: "itch", asOf: "2024-05-31" }).reportIds).not.toContain("new");
  expect(() => monitor.explain("device", { product: "A", event: "itch" })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});

test("a past day shows what was known then, whatever came later, and is not remembered", async () => {
  const monitor = await upToMay(createMonitor(config));
  const may = await monitor.run({ asOf: "2024-05-31" });
  await monitor.apply({ receivedOn: "2024-06-30", reports: received("2024-05-31", "2024-06-30") });
  const correction = { ...reports[850]!, version: 2, receivedDate: "2024-06-29", events: [{ term: "itch" }] } as const;
  await monitor.apply({ receivedOn: "2024-06-30", reports: [correction], withdraw: [{ source: "t", id: "r0845" }] });
  await monitor.run({ asOf: "2024-06-30" });
  const back = await monitor.run({ asOf: "2024-05-31" });
  expect(back).toMatchObject({ isKept: false, diff: null });
  expect(back.run.screenings).toEqual(may.run.screenings);
  expect(back.run.manifest.input).toEqual(may.run.manifest.input);
  expect(monitor.lastRun!.asOf).toBe("2024-06-30");
});

test("what is learnt on a day that was run takes the run back; before the run before it nothing can be learnt", async () => {
  const monitor = await upToMay(createMonitor(config));
  const early = await monitor.run({ asOf: "2024-05-31" });
  const late = { ...reports[899]!, id: "late", receivedDate: "2024-05-31" } as const;
  await monitor.apply({ receivedOn: "2024-05-31", reports: [late] });
  expect((await monitor.verify()).ok).toBe(false);
  const again = await monitor.run({ asOf: "2024-05-31" });
  expect(again.diff!.previous).toBe("2024-04-30");
  expect(again.run.reports).toBe(early.run.reports + 1);
  expect((await monitor.verify()).ok).toBe(true);
  await monitor.apply({ receivedOn: "2024-05-31", reports: [{ ...late, id: "later" }] });
  const june = await monitor.run({ asOf: "2024-06-02" });
  expect(june.diff!.previous).toBe("2024-04-30");
  await monitor.run({ asOf: "2024-06-03" });
  await expect(monitor.apply({ receivedOn: "2024-06-01", reports: [] })).rejects.toThrow(
    expect.objectContaining({ code: "INVALID_DATE" }),
  );
});

test("a snapshot, and a folder closed and opened, go on as if nothing had happened", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pvsignal-monitor-"));
  try {
    const straight = await upToMay(createMonitor(config));
    const may = await straight.run({ asOf: "2024-05-31" });
    await straight.decide(...may.review!.proposals);
    const restored = await restoreMonitor([...straight.snapshot()], config);
    let { monitor, store } = await openMonitor(folder, config);
    await upToMay(monitor);
    await store.snapshot();
    await monitor.decide(...(await monitor.run({ asOf: "2024-05-31" })).review!.proposals);
    await store.close();
    ({ monitor, store } = await openMonitor(folder, config));
    const results = [];
    for (const one of [straight, restored, monitor]) {
      expect(one.lastRun).toEqual(may.run);
      await one.apply({ receivedOn: "2024-06-30", reports: received("2024-05-31", "2024-06-30") });
      results.push({ ...(await one.run({ asOf: "2024-06-30" })), decisions: one.decisions });
    }
    await store.close();
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("another configuration is told as a cause of its own when the one before is given", async () => {
  const monitor = await upToMay(createMonitor(config));
  await monitor.run({ asOf: "2024-05-31" });
  const strict = { ...config, screenings: { drug: { screen: { rule: presets.mhra } } } };
  const changed = await restoreMonitor([...monitor.snapshot()], strict, { configBefore: config });
  const { diff } = await changed.run({ asOf: "2024-06-01" });
  expect(diff!.options.length).toBeGreaterThan(0);
  const causes = diff!.screenings["drug"]!.changes.map(({ cause }) => cause);
  expect(new Set(causes)).toEqual(new Set(["options"]));
});

test("a review needs to know its ground", () => {
  const screenings = { drug: {}, device: { count: { domain: "device" } } } as const;
  expect(() => createMonitor({ screenings, review: {} })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(createMonitor({ screenings, review: { ground: "device" } }).lastRun).toBeNull();
});

test("counts that cannot be kept step by step are counted at each run", async () => {
  const monitor = createMonitor({ screenings: { cells: { count: { unit: "cell" } } } });
  const applied = await monitor.apply({ receivedOn: "2024-06-30", reports });
  expect(() => monitor.touchedScores("cells", applied)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  const { run } = await monitor.run({ asOf: "2024-06-30" });
  expect(run.screenings["cells"]!.options!.unit).toBe("cell");
});
