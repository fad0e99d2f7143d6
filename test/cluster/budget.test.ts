import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClusterAlert } from "pvsignal";
import { budgetAlerts } from "../../src/cluster/budget.ts";
import { poissonSfGe } from "../../src/math/poisson.ts";
import { seededRandom } from "../../src/math/random.ts";

/** What the budget reads of an alert. */
const alert = (id: string, detector: string, perYear: number, isRule = false): ClusterAlert =>
  ({
    id,
    detector,
    statistic: isRule ? null : { name: "s", value: 1 },
    expectedPerYear: perYear,
    log10PerYear: Math.log10(perYear),
  }) as ClusterAlert;
const names = (list: readonly ClusterAlert[]): string[] => list.map(({ id }) => id);

test("each detector gets its part, alerts at its threshold pass, and rules are never cut", () => {
  const found = budgetAlerts(
    [
      alert("a", "lot", 26),
      alert("b", "lot", 27),
      alert("c", "tree", 1),
      alert("d", "tree", 30),
      alert("e", "rule", 400, true),
      alert("f", "rule", 0.1, true),
    ],
    { perYear: 52, detectors: { lot: 1, tree: 1 } },
  );
  expect([names(found.kept), names(found.cut), names(found.rules)]).toEqual([
    ["c", "a"],
    ["b", "d"],
    ["f", "e"],
  ]);
  expect(found.expectedPerYear).toBe(52);
  expect(found.detectors).toEqual([
    { detector: "lot", perYear: 26, log10PerYear: Math.log10(26), kept: 1, cut: 1 },
    { detector: "tree", perYear: 26, log10PerYear: Math.log10(26), kept: 1, cut: 1 },
  ]);
});

test("what a detector cannot use goes to the others, by their weights", () => {
  const { detectors, expectedPerYear } = budgetAlerts([], {
    perYear: 60,
    detectors: { a: { weight: 1, mostPerYear: 6 }, b: { weight: 1, mostPerYear: 20 }, c: 1, d: 3 },
  });
  // a: 6 of 10; b: 20 exceeds its 10.8; the rest by 1 : 1 : 3.
  expect(detectors.map(({ perYear }) => perYear)).toEqual([6, 10.8, 10.8, 32.4]);
  expect(expectedPerYear).toBe(60);
  const capped = budgetAlerts([], { perYear: 60, detectors: { a: { weight: 1, mostPerYear: 6 } } });
  expect(capped.expectedPerYear).toBe(6);
});

test("weight 0 lets nothing pass, not even an alert that cannot come up by chance", () => {
  const impossible = alert("x", "lot", 0);
  expect(names(budgetAlerts([impossible], { perYear: 1, detectors: { lot: 0, tree: 1 } }).cut)).toEqual(["x"]);
  expect(names(budgetAlerts([impossible, alert("y", "lot", 0)], { perYear: 1, detectors: { lot: 1 } }).kept)).toEqual([
    "x",
    "y",
  ]);
});

test("a smaller budget keeps a part of what a larger keeps; every alert is in one list; order does not matter", () => {
  const some = fc.array(
    fc.record({ perYear: fc.double({ min: 1e-9, max: 1e3, noNaN: true }), detector: fc.constantFrom("a", "b") }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(some, fc.double({ min: 0.1, max: 100, noNaN: true }), (list, perYear) => {
      const alerts = list.map((one, i) => alert(`x${i}`, one.detector, one.perYear));
      const detectors = { a: 2, b: 1 };
      const small = budgetAlerts(alerts, { perYear, detectors });
      const large = budgetAlerts(alerts, { perYear: perYear * 2, detectors });
      expect(names(large.kept)).toEqual(expect.arrayContaining(names(small.kept)));
      expect([...names(small.kept), ...names(small.cut)].sort()).toEqual(names(alerts).sort());
      expect(budgetAlerts([...alerts].reverse(), { perYear, detectors })).toEqual(small);
    }),
  );
});

test("under the null a year of daily looks holds the budget, however detectors depend on each other", () => {
  const random = seededRandom(52);
  const perYear = 20;
  const years = 200;
  // Every chance alert of detector a is found by b too; c is on its own. Rates up to 100 a year come to light.
  const counts = { a: 0, b: 0, c: 0 };
  for (let year = 0; year < years; year++) {
    for (let day = 0; day < 365; day++) {
      const alerts: ClusterAlert[] = [];
      const chance = (): number[] => Array.from({ length: random.poisson(100 / 365) }, () => random.next() * 100);
      chance().forEach((rate, i) => alerts.push(alert(`a${i}`, "a", rate), alert(`b${i}`, "b", rate)));
      chance().forEach((rate, i) => alerts.push(alert(`c${i}`, "c", rate)));
      for (const { detector } of budgetAlerts(alerts, { perYear, detectors: { a: 1, b: 1, c: 2 } }).kept) {
        counts[detector as keyof typeof counts]++;
      }
    }
  }
  // Four standard errors of a Poisson count over all years.
  const near = (count: number, rate: number): void => {
    expect(Math.abs(count - rate * years)).toBeLessThan(4 * Math.sqrt(rate * years));
  };
  near(counts.a, 5);
  near(counts.b, 5);
  near(counts.c, 10);
});

test("a Poisson test of many series every week, stating its own rate, stays within its part", () => {
  const random = seededRandom(9);
  const means = Array.from({ length: 300 }, (_, i) => 0.2 + (i % 30) / 4);
  const looks = means.length * 52;
  const years = 10;
  let kept = 0;
  for (let week = 0; week < 52 * years; week++) {
    const alerts = means.flatMap((mean, i) => {
      const p = poissonSfGe(random.poisson(mean), mean);
      return p < 0.02 ? [alert(`s${i}`, "series", p * looks)] : [];
    });
    kept += budgetAlerts(alerts, { perYear: 40, detectors: { series: 1 } }).kept.length;
  }
  // Counts are whole numbers, so the test rejects less often than it says, but not out of all proportion.
  expect(kept).toBeLessThan(40 * years + 4 * Math.sqrt(40 * years));
  expect(kept).toBeGreaterThan(10 * years);
});

test("wrong calls are refused", () => {
  const refused = (alerts: readonly ClusterAlert[], options: Parameters<typeof budgetAlerts>[1]): void => {
    expect(() => budgetAlerts(alerts, options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  };
  refused([], { perYear: 0, detectors: {} });
  refused([], { perYear: Infinity, detectors: {} });
  refused([], { perYear: 1, detectors: { a: -1 } });
  refused([], { perYear: 1, detectors: { a: { weight: 1, mostPerYear: NaN } } });
  refused([alert("x", "lot", 1)], { perYear: 1, detectors: { tree: 1 } });
});
