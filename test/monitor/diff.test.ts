import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  createDictionary,
  eventLevel,
  presets,
  profiles,
  screen,
  type CountOptions,
  type EventView,
  type Report,
  type ReportTable,
} from "pvsignal";
import type { DiffCause } from "../../src/monitor/diff-score.ts";
import { diffRuns, type RunDiff, type RunWithInputs, type SdrChange } from "../../src/monitor/diff.ts";
import { namedFunction } from "../../src/monitor/manifest-options.ts";
import type { RunConfig } from "../../src/monitor/run-config.ts";
import { runSurveillance } from "../../src/monitor/run.ts";
import { reportArbitrary } from "../count/arbitrary.ts";
import { expectClose } from "../close.ts";
import { report, year } from "./run-data.ts";

const asOf = "2024-12-31";
const plain: RunConfig = { screenings: { drug: { screen: { rule: [presets.evans, presets.umc] } } } };
const base = year(7, 800);

async function ran(reports: readonly Report[] | ReportTable, config = plain, day = asOf): Promise<RunWithInputs> {
  const table = Array.isArray(reports) ? buildTable(reports as readonly Report[]) : (reports as ReportTable);
  return { run: await runSurveillance(table, config, { asOf: day }), reports: table, config };
}

const pairOf = (diff: RunDiff, product: string, event: string, screening = "drug"): SdrChange =>
  diff.screenings[screening]!.changes.find((one) => one.product === product && one.event === event)!;

/** Causes that moved the score. */
const moved = ({ steps }: SdrChange): DiffCause[] =>
  steps.filter(({ change, shapley }) => change !== 0 || Math.abs(shapley!) > 1e-15).map(({ cause }) => cause);

function expectSums({ steps, score }: SdrChange): void {
  for (const name of ["change", "shapley"] as const) {
    const sum = steps.reduce((total, step) => total + step[name]!, 0);
    expectClose(sum, score.change!, 1e-12, 1e-12);
  }
}

const newOnes = (count: number, product: string, event: string, prefix = "n"): Report[] =>
  Array.from({ length: count }, (_, i) => report(`${prefix}${i}`, "2024-01-15", product, event));
const isPair = ({ products, events }: Report): boolean => products[0]!.name === "A" && events[0]!.term === "rash";
const ofPair = base.filter(isPair).map(({ id }) => id);

describe("one cause alone is recognised alone", () => {
  let before: RunWithInputs;
  beforeAll(async () => {
    before = await ran(base);
  });

  test.each<[string, () => readonly Report[], DiffCause, string]>([
    ["new reports of the pair", () => [...base, ...newOnes(30, "A", "rash")], "reports", "strengthened"],
    ["new reports of others", () => [...base, ...newOnes(300, "B", "fever")], "background", "strengthened"],
    [
      "others amended",
      () => base.map((one) => (one.products[0]!.name === "B" ? { ...one, events: [{ term: "rash" }] } : one)),
      "background",
      "weakened",
    ],
    ["others withdrawn", () => base.filter((one, i) => isPair(one) || i % 2 === 0), "background", "weakened"],
    [
      "reports of the pair amended",
      () => base.map((one) => (ofPair.slice(0, 20).includes(one.id) ? { ...one, events: [{ term: "fever" }] } : one)),
      "amendments",
      "weakened",
    ],
    [
      "reports of the pair withdrawn",
      () => base.filter(({ id }) => !ofPair.slice(0, 20).includes(id)),
      "retractions",
      "weakened",
    ],
  ])("%s", async (_, reports, cause, kind) => {
    const diff = diffRuns(before, await ran(reports()), { leastChange: 0 });
    const change = pairOf(diff, "A", "rash");
    expect(moved(change)).toEqual([cause]);
    expect(change).toMatchObject({ kind, cause, flippedBy: null });
    expectSums(change);
    const step = change.steps.find((one) => one.cause === cause)!;
    expect(step.change).toBe(change.score.change);
    if (cause !== "background") expect(step.reports).toBe(cause === "reports" ? 30 : 20);
  });

  test("a change that no count reads is no change of any score", async () => {
    const diff = diffRuns(before, await ran(base.map((one) => ({ ...one, unit: "H1" }))));
    expect(diff.reports).toEqual({
      added: 0,
      amended: expect.any(Number) as number,
      gone: 0,
      same: expect.any(Number) as number,
    });
    expect(diff.reports.amended).toBeGreaterThan(500);
    expect(diff.screenings["drug"]!.changes).toEqual([]);
  });

  test("options: a rule that flags less, reports of serious cases only", async () => {
    const stricter: RunConfig = {
      screenings: {
        drug: { screen: { rule: [{ ...presets.evans, criterion: { compare: ">=", left: "a", right: 1000 } }] } },
      },
    };
    const rule = diffRuns(before, await ran(base, stricter));
    expect(rule.options.map(({ at }) => at)).toEqual(["screenings.drug.screen.rule"]);
    expect(pairOf(rule, "A", "rash")).toMatchObject({ kind: "gone", cause: "options", flippedBy: "options" });
    expect(moved(pairOf(rule, "A", "rash"))).toEqual([]);
    const serious: RunConfig = {
      screenings: { drug: { ...plain.screenings!["drug"], count: { where: (r) => (r.serious ?? []).length > 0 } } },
    };
    const where = pairOf(diffRuns(before, await ran(base, serious)), "A", "rash");
    expect(moved(where)).toEqual(["options"]);
    expectSums(where);
    const none = diffRuns(before, await ran(base, {}));
    expect(none.screenings["drug"]!.counts).toMatchObject({ new: 0, gone: before.run.screenings["drug"]!.sdrs.length });
    expect(pairOf(none, "A", "rash").cause).toBe("options");
    expect(pairOf(diffRuns(await ran(base, {}), before), "A", "rash")).toMatchObject({ kind: "new", cause: "options" });
  });

  test("dictionary: another version of a named function, and not the options", async () => {
    const skin = (version: string, terms: readonly string[]): RunConfig => ({
      screenings: {
        drug: {
          screen: { rule: presets.umc },
          count: {
            event: namedFunction("skin", version, ({ term }: EventView) => (terms.includes(term) ? "rash" : term)),
          },
        },
      },
    });
    const diff = diffRuns(await ran(base, skin("1", ["rash"])), await ran(base, skin("2", ["rash", "itch"])));
    expect(diff.options.map(({ at }) => at)).toContain("screenings.drug.count.event.version");
    const change = pairOf(diff, "A", "rash");
    expect(moved(change)).toEqual(["dictionary"]);
    expect(change.cause).toBe("dictionary");
    const both = await ran(base, {
      screenings: {
        drug: {
          ...skin("2", ["rash", "itch"]).screenings!["drug"],
          screen: { rule: presets.evans },
          count: { ...skin("2", ["rash", "itch"]).screenings!["drug"]!.count, universe: "all", roles: ["suspect"] },
        },
      },
    });
    const mixed = diffRuns(await ran(base, skin("1", ["rash"])), both, { unchanged: true });
    expect(pairOf(mixed, "A", "rash").steps.map(({ cause }) => cause)).toEqual(["options", "dictionary"]);
    expectSums(pairOf(mixed, "A", "rash"));
  });
});

describe("a new version of a terminology", () => {
  const medical = (skin: readonly string[], extra: readonly string[] = []): CountOptions => ({
    event: eventLevel(
      createDictionary(
        [
          ...skin.map((PT) => ({ PT, SOC: "Skin" })),
          ...["rash", "itch", "fever", "nausea", "chills", "headache", ...extra]
            .filter((PT) => !skin.includes(PT))
            .map((PT) => ({ PT, SOC: `Other ${PT}` })),
        ],
        {
          name: "Made-up",
          version: String(skin.length + extra.length),
          layout: {
            shape: "paths",
            levels: [
              { level: "PT", name: "PT" },
              { level: "SOC", name: "SOC" },
            ],
            preferred: "PT",
          },
        },
      ),
      "SOC",
    ),
  });
  const by = (count: CountOptions): RunConfig => ({ screenings: { drug: { count, screen: { rule: presets.umc } } } });

  test("is told from new reports, even of terms that the old version does not have", async () => {
    const x = await ran(base, by(medical(["rash"])));
    const y = await ran([...base, ...newOnes(5, "A", "redness")], by(medical(["rash", "itch", "redness"], ["glow"])));
    const diff = diffRuns(x, y, { leastChange: 0 });
    expect(diff.options.map(({ at }) => at)).toEqual([
      "screenings.drug.count.event.dictionary",
      "vocabularies.screenings.drug.count.event.digest",
      "vocabularies.screenings.drug.count.event.label",
    ]);
    const change = pairOf(diff, "A", "Skin");
    // In the steps the dictionary comes first. Seen from the other end the reports are none of the pair, and moved its background.
    expect(change.steps.filter((step) => step.change !== 0).map(({ cause }) => cause)).toEqual([
      "dictionary",
      "reports",
    ]);
    expect(moved(change)).toEqual(["dictionary", "reports", "background"]);
    expect(change.steps.find(({ cause }) => cause === "reports")!.reports).toBe(5);
    expectSums(change);
  });
});

describe("several causes", () => {
  /** Everything at once: withdrawn, amended and new reports, of the pair and of others. */
  const later = [
    ...base
      .filter((_, i) => i % 11 !== 0)
      .map((one, i) => (i % 7 === 0 ? { ...one, events: [{ term: i % 2 === 0 ? "rash" : "itch" }] } : one)),
    ...newOnes(25, "A", "rash"),
    ...newOnes(40, "C", "rash", "c"),
    ...newOnes(12, "F", "fever", "f"),
  ];
  const counts: readonly (readonly [string, CountOptions])[] = [
    ["plain", {}],
    ["by strata", { strata: ["unit"] }],
    ["against a comparator", { background: { products: ["B", "C"] } }],
    ["by cells", { unit: "cell" }],
    ["with all reports as background", { universe: "all" }],
  ];

  test.each(counts)("add up, and begin and end at the scores of the runs: %s", async (_, count) => {
    const config: RunConfig = {
      screenings: {
        drug: {
          count,
          screen: {
            measures: ["ic", "ebgm"],
            rule: [presets.evans, presets.umc],
            prior: { alpha1: 0.2, beta1: 0.1, alpha2: 2, beta2: 4, p: 0.3 },
          },
        },
      },
    };
    const several = (one: Report, i: number): Report =>
      i % 3 === 0
        ? {
            ...one,
            events: [...one.events, { term: "chills" }],
            products: [...one.products, { name: "E", role: "suspect" }],
          }
        : one;
    const [x, y] = [await ran(base.map(several), config), await ran(later.map(several), config)];
    for (const score of ["ic", "ic025", "eb05"] as const) {
      const { changes } = diffRuns(x, y, { score, unchanged: true }).screenings["drug"]!;
      expect(changes.length).toBeGreaterThan(1);
      for (const change of changes) {
        expectSums(change);
        for (const [side, state] of [
          [x, "previous"],
          [y, "current"],
        ] as const) {
          const row = screen(countPairs(side.reports as ReportTable, count), config.screenings!["drug"]!.screen).pair(
            change.product,
            change.event,
          )!;
          const expected = row.scores[score]!;
          expectClose(change.score[state]!, score === "eb05" ? Math.log2(expected) : expected, 1e-12, 1e-12);
          const { a, n1, m1, n, expected: e } = row;
          expect({ ...change.cells[state], expected: 0 }).toEqual({ a, n1, m1, n, expected: 0 });
          expectClose(change.cells[state].expected, e, 1e-14);
          const rules = Object.keys(row.flags).filter((rule) => row.flags[rule] === true);
          if (state === "current") expect(change.steps.at(-1)!.rules).toEqual(rules);
        }
      }
    }
  });

  test("a rule on the false discovery rate and a fitted prior move with the background", async () => {
    const config: RunConfig = {
      screenings: {
        drug: {
          screen: {
            measures: ["ebgm"],
            fdr: { of: "fisher" },
            rule: [
              presets.fda,
              { ...presets.umc, name: "fdr", criterion: { compare: "<=", left: "fdr", right: 0.05 } },
            ],
          },
        },
      },
    };
    const [x, y] = [await ran(base, config), await ran([...base, ...newOnes(300, "B", "fever")], config)];
    const diff = diffRuns(x, y, { score: "ebgm", unchanged: true });
    for (const change of diff.screenings["drug"]!.changes) {
      expectSums(change);
      const row = y.run.screenings["drug"]!.sdrs.find(
        ({ product, event }) => product === change.product && event === change.event,
      );
      if (row !== undefined) expectClose(change.score.current!, Math.log2(row.scores["ebgm"]!), 1e-12);
      expect(change.steps.at(-1)!.rules).toEqual(
        row === undefined ? [] : Object.keys(row.flags).filter((rule) => row.flags[rule] === true),
      );
    }
    expect(moved(pairOf(diff, "A", "rash"))).toEqual(["background"]);
  });

  test("new and gone trade places when the runs do, and shares turn their sign", async () => {
    const [x, y] = [await ran(base), await ran(later)];
    const [there, back] = [diffRuns(x, y, { unchanged: true }), diffRuns(y, x, { unchanged: true })];
    const mirror = {
      new: "gone",
      gone: "new",
      strengthened: "weakened",
      weakened: "strengthened",
      unchanged: "unchanged",
    };
    const causes: Readonly<Partial<Record<DiffCause, DiffCause>>> = { reports: "retractions", retractions: "reports" };
    expect(there.screenings["drug"]!.counts.new + there.screenings["drug"]!.counts.gone).toBeGreaterThan(0);
    for (const change of there.screenings["drug"]!.changes) {
      const other = pairOf(back, change.product, change.event);
      expect(other.kind).toBe(mirror[change.kind]);
      for (const { cause, shapley } of change.steps) {
        const same = other.steps.find((step) => step.cause === (causes[cause] ?? cause))!;
        expectClose(same.shapley!, -shapley!, 1e-12, 1e-12);
      }
    }
  });

  test("a run differs in nothing from itself", async () => {
    const x = await ran(later, { ...plain, detectors: { watch: { kind: "rules", profile: profiles.productWatch } } });
    const diff = diffRuns(x, x);
    expect(diff.reports).toMatchObject({ added: 0, amended: 0, gone: 0 });
    expect(diff.options).toEqual([]);
    expect(diff.screenings["drug"]!.changes).toEqual([]);
    expect(diff.alerts.changes).toEqual([]);
    expect(diff.alerts.counts.unchanged).toBe(x.run.detectors["watch"]!.found);
  });

  test("add up on any two tables", async () => {
    const config: RunConfig = {
      screenings: {
        all: {
          count: { domain: "all", terminologies: "mix", strata: ["sex"] },
          screen: { rule: { ...presets.umc, criterion: { compare: ">=", left: "a", right: 1 } } },
        },
      },
      undated: "keep",
    };
    const many = fc.array(reportArbitrary, { minLength: 5, maxLength: 40, size: "max" });
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(many, many, async (x, y) => {
        const diff = diffRuns(await ran(x, config), await ran(y, config), { leastChange: 0, unchanged: true });
        for (const change of diff.screenings["all"]!.changes) {
          expectSums(change);
          steps += change.steps.length;
          const { a, n1, m1, n } = change.cells.current;
          expect(Math.min(a, n1 - a, m1 - a, n - n1 - m1 + a)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 15 },
    );
    expect(steps).toBeGreaterThan(200);
  });

  test("runs and reports that do not belong together are refused", async () => {
    const x = await ran(base);
    expect(() => diffRuns(x, { ...x, reports: later })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(() => diffRuns(x, x, { score: "prr" as never })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
    expect(() => diffRuns(x, x, { leastChange: NaN })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("alerts", () => {
  const config: RunConfig = { detectors: { watch: { kind: "rules", profile: profiles.productWatch } } };
  const two = (n: number): string => String(n).padStart(2, "0");
  const slow = Array.from({ length: 24 }, (_, i) =>
    report(`s${two(i)}`, `202${2 + Math.floor(i / 12)}-${two(1 + (i % 12))}-10`, "X", "rash"),
  );
  const burst = Array.from({ length: 9 }, (_, i) => report(`b${i}`, `2024-01-${two(5 + i)}`, "X", "rash"));
  const both = async (
    x: readonly Report[],
    y: readonly Report[],
    next = config,
    days = ["2024-01-20", "2024-01-25"],
  ): Promise<RunDiff> => {
    const before = await ran(x, config, days[0]);
    const table = buildTable(y);
    const run = await runSurveillance(table, next, { asOf: days[1]!, previous: before.run });
    return diffRuns(before, { run, reports: table, config: next });
  };

  test("new through new reports", async () => {
    const { alerts } = await both(slow, [...slow, ...burst]);
    expect(alerts.counts.new).toBe(1);
    expect(alerts.changes[0]).toMatchObject({
      kind: "new",
      what: "X",
      causes: ["reports"],
      previous: null,
      parts: null,
    });
    expect(alerts.changes[0]!.members.added).toEqual(burst.map(({ id }) => id));
  });

  test("stronger through new reports, weaker through withdrawals and amendments, gone through time", async () => {
    const start = [...slow, ...burst.slice(0, 6)];
    const more = await both(start, [...slow, ...burst]);
    expect(more.alerts.changes[0]).toMatchObject({ kind: "strengthened", causes: ["reports"] });
    const { parts, previous, current } = more.alerts.changes[0]!;
    expectClose(
      parts!.observed + parts!.expected,
      Math.log2((current!.observed / current!.expected) * (previous!.expected / previous!.observed)),
      1e-12,
    );
    const less = await both([...slow, ...burst], [...slow, ...burst.slice(0, 6)]);
    expect(less.alerts.changes[0]).toMatchObject({ kind: "weakened", causes: ["retractions"] });
    expect(less.alerts.changes[0]!.members.gone).toEqual(["b6", "b7", "b8"]);
    const amended = burst.map((one, i) =>
      i > 5 ? { ...one, products: [{ name: "Y", role: "suspect" as const }] } : one,
    );
    expect((await both([...slow, ...burst], [...slow, ...amended])).alerts.changes[0]).toMatchObject({
      kind: "weakened",
      causes: ["amendments"],
    });
    const quiet = await both([...slow, ...burst], [...slow, ...burst], config, ["2024-01-20", "2024-06-30"]);
    expect(quiet.alerts.changes[0]).toMatchObject({ kind: "gone", current: null, causes: ["time"] });
  });

  test("background: more history alone moves what is expected", async () => {
    const old = Array.from({ length: 40 }, (_, i) => report(`o${two(i)}`, `2022-0${1 + (i % 9)}-20`, "X", "rash"));
    const { alerts } = await both([...slow, ...burst], [...slow, ...old, ...burst], config, [
      "2024-01-20",
      "2024-01-20",
    ]);
    expect(alerts.changes[0]).toMatchObject({
      kind: "weakened",
      causes: ["background"],
      members: { added: [], gone: [] },
    });
    expect(alerts.changes[0]!.parts!.observed).toBe(0);
    expect(alerts.changes[0]!.parts!.expected).toBeLessThan(-0.5);
  });

  test("options of its own detector, and not of another", async () => {
    const wider: RunConfig = {
      detectors: { watch: { kind: "rules", profile: profiles.productWatch, options: { historyDays: 400 } } },
    };
    const { alerts, options } = await both([...slow, ...burst], [...slow, ...burst], wider, [
      "2024-01-20",
      "2024-01-20",
    ]);
    expect(options.map(({ at }) => at)).toEqual(["detectors.watch.options"]);
    expect(alerts.changes.every(({ causes }) => causes[0] === "options")).toBe(true);
    const other: RunConfig = { detectors: { ...config.detectors, lots: { kind: "lots" } } };
    const same = await both([...slow, ...burst.slice(0, 6)], [...slow, ...burst], other);
    expect(same.alerts.changes[0]!.causes).toEqual(["reports"]);
  });
});

test("every kind of change reads well in both languages", async () => {
  const watch: RunConfig = {
    ...plain,
    detectors: { watch: { kind: "rules", profile: profiles.productWatch } },
  };
  const x = await ran(base, watch, "2024-03-10");
  const kept = base.filter(({ id }) => !ofPair.slice(0, 5).includes(id));
  const later = [
    ...kept.map((one) => (ofPair.slice(5, 8).includes(one.id) ? { ...one, events: [{ term: "itch" }] } : one)),
    ...newOnes(9, "A", "rash"),
    ...newOnes(30, "F", "fever", "f").map((one, i) => ({ ...one, receivedDate: `2024-03-${10 + (i % 20)}` })),
  ];
  const y = await ran(later, watch, "2024-03-31");
  const told = (of: RunDiff): string[] =>
    [
      ...of.screenings["drug"]!.changes.filter(({ product, event }) =>
        /^(A rash|F fever)$/.test(`${product} ${event}`),
      ),
      ...of.alerts.changes,
    ].flatMap(({ text }) => text.flatMap(({ zh, en }) => [zh, en]));
  expect(told(diffRuns(x, y, { leastChange: 0.001 }))).toMatchInlineSnapshot(`
    [
      "F – fever：新出现的不相称报告信号（SDR）；IC −0.07 → 0.67；报告 21 → 51 份，预期 22.1 → 31.8 份。",
      "F – fever: new SDR; IC −0.07 → 0.67; 21 → 51 reports, 22.1 → 31.8 expected.",
      "IC 变化 +0.74，依次为：新报告（30 份） +0.74，背景变化 +0.00。",
      "Change of IC +0.74, step by step: new reports (30) +0.74, background moved +0.00.",
      "规则（umc）在“新报告”这一步开始满足。",
      "The rule (umc) came to be met at the step “new reports”.",
      "A – rash：SDR 增强；IC 1.26 → 1.29；报告 73 → 74 份，预期 30.2 → 30 份。",
      "A – rash: SDR strengthened; IC 1.26 → 1.29; 73 → 74 reports, 30.2 → 30 expected.",
      "IC 变化 +0.03，依次为：报告撤回或合并（5 份） −0.02，报告修订（3 份） −0.04，新报告（9 份） +0.03，背景变化 +0.06。",
      "Change of IC +0.03, step by step: reports withdrawn or merged (5) −0.02, reports amended (3) −0.04, new reports (9) +0.03, background moved +0.06.",
      "F（rule）：新预警；观察数 / 预期数 – → 30 / 9.64。",
      "F (rule): new alert; observed / expected – → 30 / 9.64.",
      "成员报告：新报告 30 份。",
      "Its reports: 30 new.",
      "原因：新报告。",
      "Causes: new reports.",
    ]
  `);
  expect(told(diffRuns(y, x, { leastChange: 0.001 }))).toMatchInlineSnapshot(`
    [
      "A – rash：SDR 减弱；IC 1.29 → 1.26；报告 74 → 73 份，预期 30 → 30.2 份。",
      "A – rash: SDR weakened; IC 1.29 → 1.26; 74 → 73 reports, 30 → 30.2 expected.",
      "IC 变化 −0.03，依次为：报告撤回或合并（9 份） −0.04，报告修订（3 份） +0.04，新报告（5 份） +0.02，背景变化 −0.05。",
      "Change of IC −0.03, step by step: reports withdrawn or merged (9) −0.04, reports amended (3) +0.04, new reports (5) +0.02, background moved −0.05.",
      "F – fever：不再是不相称报告信号（SDR）；IC 0.67 → −0.07；报告 51 → 21 份，预期 31.8 → 22.1 份。",
      "F – fever: no longer an SDR; IC 0.67 → −0.07; 51 → 21 reports, 31.8 → 22.1 expected.",
      "IC 变化 −0.74，依次为：报告撤回或合并（30 份） −0.73，背景变化 −0.01。",
      "Change of IC −0.74, step by step: reports withdrawn or merged (30) −0.73, background moved −0.01.",
      "规则（umc）在“报告撤回或合并”这一步不再满足。",
      "The rule (umc) ceased to be met at the step “reports withdrawn or merged”.",
      "F（rule）：条件不再成立；观察数 / 预期数 30 / 9.64 → –。",
      "F (rule): the condition no longer holds; observed / expected 30 / 9.64 → –.",
      "成员报告：撤回或合并 30 份。",
      "Its reports: 30 withdrawn or merged.",
      "原因：报告撤回或合并。",
      "Causes: reports withdrawn or merged.",
    ]
  `);
});

test("steps as they are told add up as they are told", async () => {
  const x = await ran(base);
  const y = await ran([...base.slice(40), ...newOnes(9, "A", "rash"), ...newOnes(30, "F", "fever", "f")]);
  const hundredths = (text: string): number => Math.round(100 * Number(text.replace("−", "-").replace("+", "")));
  let sentences = 0;
  for (const { text } of diffRuns(x, y, { leastChange: 0, unchanged: true }).screenings["drug"]!.changes) {
    const [whole, ...parts] = [...(text[1]?.en ?? "").matchAll(/[+−]\d+\.\d\d/g)].map(([number]) => hundredths(number));
    if (whole === undefined) continue;
    sentences++;
    expect(parts.reduce((sum, one) => sum + one, 0)).toBe(whole);
  }
  expect(sentences).toBeGreaterThan(1);
});
