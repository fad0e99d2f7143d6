import { expect, test } from "vitest";
import { buildTable, createMaxSprt, sprtPerformance, type MaxSprtDesign } from "pvsignal";
import { sprtAlert, type SprtAlertOptions } from "../../src/cluster/sprt-alerts.ts";
import { expectClose } from "../close.ts";
import { at, report } from "./alert-data.ts";

const poisson: MaxSprtDesign = { kind: "poisson", alpha: 0.05, upper: 10, minEvents: 4 };
const options = {
  scope: { product: "V", reactions: ["seizure"] },
  from: at(0),
  asOf: at(99),
} satisfies SprtAlertOptions;
const signalled = (design: MaxSprtDesign, step: Parameters<ReturnType<typeof createMaxSprt>["add"]>[0]) => {
  const test = createMaxSprt(design);
  test.add(step);
  return test;
};

test("a test that has not signalled gives no alert", () => {
  expect(sprtAlert(signalled(poisson, { events: 2, expected: 2 }), options)).toBeNull();
  expect(sprtAlert(signalled(poisson, { events: 2, expected: 10 }), options)).toBeNull();
});

test("a signal is an alert with the numbers of the look that decided", () => {
  const running = signalled(poisson, { events: 9, expected: 2 });
  running.add({ events: 5, expected: 5 });
  const alert = sprtAlert(running, { ...options, tests: 3 })!;
  expect(alert).toMatchObject({
    detector: "sprt",
    profile: "poisson",
    scope: options.scope,
    window: { from: at(0), to: at(99), days: 100, clock: "event" },
    observed: 9,
    expected: 2,
    statistic: { name: "log likelihood ratio" },
    severity: { unknown: 9 },
    withoutLargestUnit: null,
    reproducibility: { groupsExamined: 3 },
  });
  expectClose(alert.statistic!.value, 9 * Math.log(9 / 2) - 7, 1e-12);
  // A fifth of the way in 100 days: the whole test takes 500.
  const chance = sprtPerformance(poisson, 1, alert.statistic!.value).power;
  expectClose(alert.expectedPerYear, (3 * chance * 365.25) / 500, 1e-9);
  expect(chance).toBeLessThan(0.05);
  expect(alert.evidence[0]!.zh).toContain("累计 9 例，按给定的预期数预期 2");
  expect(JSON.parse(JSON.stringify(alert))).toEqual(alert);
});

test.each<[MaxSprtDesign, Parameters<typeof signalled>[1], number, number]>([
  [{ kind: "binomial", alpha: 0.05, ratio: 3, maxEvents: 40 }, { events: 9, controls: 3 }, 3, 12 / 40],
  [{ kind: "conditional", alpha: 0.05, history: 20, upperRatio: 1 }, { events: 12, expected: 0.1 }, 2, 0.1],
  [{ kind: "conditional", alpha: 0.05, history: 20, maxEvents: 24 }, { events: 12, expected: 0.1 }, 2, 0.5],
])("%o expects what its design says", (design, step, expected, progress) => {
  const alert = sprtAlert(signalled(design, step), options)!;
  expectClose(alert.expected, expected, 1e-12);
  const chance = sprtPerformance(design, 1, alert.statistic!.value).power;
  expectClose(alert.expectedPerYear, (chance * 365.25 * progress) / 100, 1e-9);
});

test("members say who reported; without the largest unit less is left of the same expectation", () => {
  const reports = Array.from({ length: 9 }, (_, i) =>
    report(`r${i}`, 10 * i, {
      unit: i < 7 ? "H1" : `H${i}`,
      serious: ["hospitalisation"],
      events: [{ term: "seizure" }],
    }),
  );
  const late = report("r9", 99, { unit: "H9" });
  const table = buildTable([...reports, late]);
  const ids = [...reports, late].map(({ id }) => id);
  const alert = sprtAlert(signalled(poisson, { events: 9, expected: 2 }), { ...options, members: { table, ids } })!;
  expect(alert.memberIds).toEqual(ids.slice(0, 9));
  expect(alert).toMatchObject({
    severity: { serious: 9 },
    units: { largest: "H1", oneUnitExplains: true },
    reactions: [{ term: "seizure", reports: 9 }],
    // Two events where two are expected say nothing: every such test gets there.
    withoutLargestUnit: { observed: 2, statistic: 0 },
  });
  expectClose(alert.withoutLargestUnit!.log10PerYear, Math.log10(365.25 / 500), 1e-12);
  expect(alert.evidence.some(({ zh }) => zh.includes("除去后剩 2"))).toBe(true);
});

test.each<[Partial<SprtAlertOptions>, string]>([
  [{ from: "soon" }, "INVALID_DATE"],
  [{ from: at(100) }, "INVALID_OPTION"],
  [{ tests: 0 }, "INVALID_OPTION"],
  [{ clock: "wall" as never }, "INVALID_OPTION"],
  [{ members: { table: buildTable([]), ids: ["no such"] } }, "UNKNOWN_TERM"],
])("wrong call %# is refused", (extra, code) => {
  expect(() => sprtAlert(signalled(poisson, { events: 9, expected: 2 }), { ...options, ...extra })).toThrow(
    expect.objectContaining({ code }),
  );
});
