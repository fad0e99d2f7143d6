import { describe, expect, test } from "vitest";
import { buildTable, detectors, isoDay, partialDay, type Report } from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";
import { findSeriesAlerts } from "../../src/cluster/series-alerts.ts";
import type { SeriesAlertOptions } from "../../src/cluster/series-alert-frame.ts";
import { at, background, report } from "./alert-data.ts";

// 2024-02-04, day 399, is a Sunday: the week of the burst is over.
const usual = background(11, 1600, 398);
const burst = (count: number, extra: (i: number) => Partial<Report> = () => ({})): Report[] =>
  Array.from({ length: count }, (_, i) =>
    report(`x${String(i).padStart(2, "0")}`, 391 + (i % 6), { unit: `X${i}`, ...extra(i) }),
  );
const options = { asOf: at(399) } satisfies SeriesAlertOptions;
const found = (reports: readonly Report[], extra: Partial<SeriesAlertOptions> = {}) =>
  findSeriesAlerts(buildTable(reports), { ...options, ...extra });

test("a burst of the last full week is an alert of its product, with the reports of that week", () => {
  const { alerts, current, states, series, belowMinCount } = found([...usual, ...burst(24)]);
  expect(current).toBe("2024-W05");
  expect(series).toBe(4);
  expect(belowMinCount).toBe(0);
  expect(states).toEqual([{ detector: "bayes", tested: 4, "insufficient-baseline": 0, silent: 0, "not-fitted": 0 }]);
  expect(alerts).toHaveLength(1);
  const [alert] = alerts;
  expect(alert).toMatchObject({
    detector: "series",
    profile: "bayes week",
    scope: { product: "A" },
    window: { from: "2024-01-29", to: "2024-02-04", days: 7, clock: "received" },
    statistic: { name: "−log10 p" },
    baseline: { state: "sufficient", earlierWindows: 0 },
    units: { oneUnitExplains: false },
  });
  expect(alert!.memberIds.filter((id) => id.startsWith("x"))).toHaveLength(24);
  // The method's p, times four series and 365 / 7 weeks.
  expect(alert!.log10PerYear).toBeCloseTo(-alert!.statistic!.value + Math.log10((4 * 365) / 7), 9);
  expect(alert!.evidence[0]!.zh).toContain("A：2024-01-29 至 2024-02-04");
  expect(JSON.parse(JSON.stringify(alert))).toEqual(alert);
});

test("a week that is not over is left out", () => {
  expect(found([...usual, ...burst(24)], { asOf: at(398) })).toMatchObject({ current: "2024-W04", alerts: [] });
  expect(found([...usual, ...burst(24)], { asOf: at(398), step: "month" }).current).toBe("2024-01");
});

test.each(Object.keys(detectors) as (keyof typeof detectors)[])(
  "%s gives an honest number or says that it cannot",
  (name) => {
    const { alerts, states } = found([...usual, ...burst(40)], { detector: name, replications: 199 });
    const [state] = states;
    expect(state!.tested + state!["insufficient-baseline"] + state!.silent + state!["not-fitted"]).toBe(4);
    if (name.startsWith("farrington")) {
      // Less than two years of history.
      expect(state!["insufficient-baseline"]).toBe(4);
      return;
    }
    const alert = alerts.find(({ scope }) => scope.product === "A");
    expect(alert!.profile).toBe(`${name} week`);
    expect(Number.isFinite(alert!.log10PerYear)).toBe(true);
    expect(alert!.expected).toBeGreaterThan(0);
    expect(alert!.observed).toBeGreaterThanOrEqual(40);
    // Simulation cannot show a chance below 1 / 200.
    const simulated = alert!.evidence.some(({ en }) => en.includes("gives no p"));
    if (simulated) expect(alert!.expectedPerYear).toBeGreaterThan((4 * 365) / 7 / 200.001);
    expect(simulated).toBe(!["bayes", "temporalScan", "changePoint"].includes(name));
  },
);

test("several detectors are several looks", () => {
  const one = found([...usual, ...burst(24)]).alerts[0]!;
  const made = detectors.bayes({ window: 26, alpha: 0.001 });
  const both = found([...usual, ...burst(24)], { detector: [made, "earsC2"] });
  expect(both.alerts.map(({ profile }) => profile).sort()).toEqual(["bayes week", "earsC2 week"]);
  expect(both.alerts.find(({ profile }) => profile === "bayes week")!.log10PerYear).toBeCloseTo(
    one.log10PerYear + Math.log10(2),
    9,
  );
});

test("reports received later change nothing, nor does the order of reports", () => {
  const later = burst(9, (i) => ({ id: `y${i}`, receivedDate: at(400) }));
  const all = found([...later, ...burst(24), ...usual].reverse(), { detector: ["bayes", "cusum"] });
  const now = found([...usual, ...burst(24)], { detector: ["bayes", "cusum"] });
  expect(all.excluded.receivedLater).toBe(now.excluded.receivedLater + 9);
  expect({ ...all, excluded: null }).toEqual({ ...now, excluded: null });
});

test("one unit's pile of a day counts once; day after day it is named, with what is left without it", () => {
  expect(found([...usual, ...burst(24, () => ({ unit: "X", receivedDate: at(395) }))]).alerts).toEqual([]);
  const [alert] = found([...usual, ...burst(24, () => ({ unit: "X" }))], { unitDays: false }).alerts;
  expect(alert!.units).toMatchObject({ largest: "X", oneUnitExplains: true });
  expect(alert!.withoutLargestUnit!.observed).toBe(alert!.observed - 24);
  expect(alert!.withoutLargestUnit!.log10PerYear).toBeGreaterThan(0);
  expect(alert!.evidence.some(({ en }) => en.includes("may be a batch upload"))).toBe(true);
});

test("by product and reaction the scope names both, and the few are counted", () => {
  const { alerts, series, belowMinCount } = found([...usual, ...burst(12, () => ({ events: [{ term: "shock" }] }))], {
    by: ["product", "reaction"],
    minCount: 5,
  });
  expect(series).toBe(25);
  expect(belowMinCount).toBeLessThan(25);
  expect(alerts[0]!.scope).toEqual({ product: "A", reactions: ["shock"] });
  expect(alerts[0]!.baseline.state).toBe("insufficient");
  expect(alerts[0]!.evidence.some(({ zh }) => zh.includes("既往资料不足"))).toBe(true);
});

describe("by the day of the event", () => {
  const late = (i: number): Partial<Report> => ({ receivedDate: at(391 + (i % 6) + 3 * (i % 5)) });

  test("recent days are said to be incomplete", () => {
    const { alerts, received } = found([...usual, ...burst(30)], { clock: "event" });
    expect(received).toBe(1);
    expect(alerts[0]!.evidence.at(-1)!.en).toContain("not complete yet");
  });

  test("a nowcast lowers what is expected of a point by the reports still to come", () => {
    const delayed = usual.map((one, i) => {
      const day = partialDay(one.eventDate!)!.day;
      return { ...one, receivedDate: isoDay(day + ((i * 7) % 9)) };
    });
    const run = found([...delayed, ...burst(40, late)], { clock: "event", incomplete: "nowcast", asOf: at(400) });
    expect(run.current).toBe("2024-W05");
    expect(run.received).toBeGreaterThan(0.5);
    expect(run.received).toBeLessThan(0.9);
    // Nearly half of the reports are still to come: without that knowledge the week looks usual.
    const raw = found([...delayed, ...burst(40, late)], { clock: "event", asOf: at(400) });
    expect(raw.alerts).toEqual([]);
    expect(run.alerts).toHaveLength(1);
    expect(run.alerts[0]!.scope.product).toBe("A");
    expect(run.alerts[0]!.evidence.some(({ en }) => en.includes("the expectation allows for it"))).toBe(true);
  });
});

test("holidays are left out of baselines by the week and are levels by the day", () => {
  const holidays = { holidays: [{ from: "2023-10-01", to: "2023-10-07", name: "国庆" }] };
  for (const step of ["week", "day"] as const) {
    const run = found([...usual, ...burst(30, () => ({ receivedDate: at(399) }))], {
      holidays,
      step,
      detector: "cusum",
    });
    expect(run.alerts.some(({ scope }) => scope.product === "A")).toBe(true);
  }
});

test("series in control alarm about as often as they say", () => {
  // Expected at most 10 times a year over 40 series is a p of 0.0048 a look: of 40 × 25 looks 5, and 14 has chance 0.001.
  const products = Array.from({ length: 40 }, (_, i) => `P${i}`);
  let alarms = 0;
  for (let seed = 0; seed < 25; seed++) {
    alarms += findSeriesAlerts(buildTable(background(500 + seed, 5000, 400, products)), {
      asOf: at(399),
      perYear: 10,
      minCount: 1,
      detector: detectors.bayes({ window: 26, alpha: 0.01 }),
    }).alerts.length;
  }
  expect(alarms).toBeLessThan(14);
  expect(alarms).toBeGreaterThan(0);
});

test.each<[Partial<SeriesAlertOptions>, string]>([
  [{ asOf: "2020-01-01" }, "EMPTY_SCOPE"],
  [{ asOf: at(5) }, "EMPTY_SCOPE"],
  [{ asOf: "2024" }, "INVALID_DATE"],
  [{ step: "year" as never }, "INVALID_OPTION"],
  [{ detector: "oracle" as never }, "INVALID_OPTION"],
  [{ detector: [] }, "INVALID_OPTION"],
  [{ by: [] }, "INVALID_OPTION"],
  [{ by: ["product", "product"] }, "INVALID_OPTION"],
  [{ by: ["region"] }, "EMPTY_SCOPE"],
  [{ incomplete: "nowcast" }, "INVALID_OPTION"],
  [{ minCount: 0 }, "INVALID_OPTION"],
])("%o is refused with %s", (extra, code) => {
  expect(() => found(usual, extra)).toThrow(expect.objectContaining({ code }));
});

test("products and reactions of a simulated province of 20,000 reports run", () => {
  const table = buildTable(simulateProvince({ seed: 5, days: 365, reportsPerDay: 55 }).reports);
  const run = findSeriesAlerts(table, {
    asOf: "2022-12-31",
    by: ["product", "reaction"],
    detector: ["bayes", "earsC2"],
  });
  expect(run.series).toBeGreaterThan(5000);
});
