import { describe, expect, test } from "vitest";
import { buildTable, createDivisions, type Report } from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";
import type { PlaceClusterOptions } from "../../src/cluster/scan-alert-products.ts";
import { findPlaceClusters } from "../../src/cluster/scan-alerts.ts";
import { expectClose } from "../close.ts";
import { at, background, grid, places, report } from "./alert-data.ts";

const usual = background(3, 2500, 398);
/** Twelve reports of A in two neighbouring counties in the last days, of as many units. */
const burst = (extra: (i: number) => Partial<Report> = () => ({})): Report[] =>
  Array.from({ length: 12 }, (_, i) =>
    report(`x${i}`, 393 + (i % 5), { division: i % 2 === 0 ? "140303" : "140304", unit: `X${i}`, ...extra(i) }),
  );
const options = { asOf: at(400), places, seed: 7 } satisfies PlaceClusterOptions;
const found = (reports: readonly Report[], extra: Partial<PlaceClusterOptions> = {}) =>
  findPlaceClusters(buildTable(reports), { ...options, ...extra });

describe.each(["permutation", "bernoulli"] as const)("by the %s model", (model) => {
  test("a burst in neighbouring counties is an alert with its places, days and reports", () => {
    const { alerts, products } = found([...usual, ...burst()], { model });
    expect(products).toBe(4);
    expect(alerts).toHaveLength(1);
    const [alert] = alerts;
    expect(alert).toMatchObject({
      detector: "place-scan",
      profile: model,
      scope: { product: "A" },
      window: { to: at(400), clock: "received" },
      units: { oneUnitExplains: false },
      state: "open",
      reproducibility: { asOf: at(400), seed: 7, groupsExamined: 4 },
    });
    expect(alert!.scope.places).toEqual(expect.arrayContaining(["140303", "140304"]));
    expect(alert!.scope.places!.length).toBeLessThan(9);
    expect(alert!.memberIds.filter((id) => id.startsWith("x")).length).toBeGreaterThanOrEqual(11);
    expect(alert!.observed).toBeGreaterThan(2 * alert!.expected);
    expect(alert!.log10PerYear).toBeLessThan(-0.5);
    expect(alert!.evidence[0]!.zh).toContain("140303");
    expect(alert!.evidence[0]!.en).toContain("were expected from");
  });

  test("what is left without the largest unit has the log likelihood ratio of data without it", () => {
    const piled = burst((i) => (i < 6 ? { unit: "X0" } : {}));
    const { alerts } = found([...usual, ...piled], { model });
    const [alert] = alerts;
    expect(alert!.units.largest).toBe("X0");
    // One a unit, day of receipt and product, without the unit; then the formulas of the papers.
    const seen = new Set<string>();
    const left = [...usual, ...piled].filter(({ unit, receivedDate, products, eventDate }) => {
      const key = `${unit} ${receivedDate} ${products[0]!.name}`;
      if (unit === "X0" || seen.has(key) || receivedDate! > at(400) || eventDate! < at(34)) return false;
      seen.add(key);
      return true;
    });
    const isIn = ({ division, receivedDate }: Report): boolean =>
      alert!.scope.places!.includes(division!) && receivedDate! >= alert!.window.from;
    const cases = left.filter(({ products }) => products[0]!.name === "A");
    const c = cases.filter(isIn).length;
    const total = cases.length;
    const term = (k: number, mean: number): number => (k === 0 ? 0 : k * Math.log(k / mean));
    const size = left.filter(isIn).length;
    const inPlaces = cases.filter(({ division }) => alert!.scope.places!.includes(division!)).length;
    const inDays = cases.filter(({ receivedDate }) => receivedDate! >= alert!.window.from).length;
    const mean = model === "bernoulli" ? (total * size) / left.length : (inPlaces * inDays) / total;
    let llr = term(c, mean) + term(total - c, total - mean);
    if (model === "bernoulli") {
      const others = left.length - total;
      llr += term(size - c, size - mean) + term(others - size + c, others - size + mean);
    }
    expect(alert!.withoutLargestUnit!.observed).toBe(c);
    expectClose(alert!.withoutLargestUnit!.statistic!, llr, 1e-9);
    expect(alert!.withoutLargestUnit!.log10PerYear).toBeGreaterThan(alert!.log10PerYear);
  });

  test("without a cluster one look in ten reaches a chance of one in ten", () => {
    // 365 looks and one product: expected 36.5 times a year is p = 0.1 a look. 40 looks: more than 10 has chance 0.002.
    let alarms = 0;
    for (let seed = 0; seed < 40; seed++) {
      const table = buildTable(background(1000 + seed, 900, 118, ["A", "B", "C"]));
      const run = findPlaceClusters(table, {
        asOf: at(119),
        places,
        seed,
        model,
        product: "A",
        days: 119,
        maxWindow: 14,
        replications: 99,
        perYear: 36.5,
      });
      if (run.alerts.length > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
    expect(alarms).toBeGreaterThan(0);
  }, 60_000);
});

test("reports received later change nothing, nor does the order of reports", () => {
  const later = burst().map((one, i) => ({ ...one, id: `y${i}`, receivedDate: at(401) }));
  const all = found([...later, ...burst(), ...usual].reverse());
  const now = found([...usual, ...burst()]);
  expect(all.excluded.receivedLater).toBe(12);
  expect({ ...all, excluded: null }).toEqual({ ...now, excluded: null });
});

test("by the day of the event, a report not yet received does not count and the last days are said to be incomplete", () => {
  const { alerts } = found([...usual, ...burst()], { clock: "event", asOf: at(399) });
  expect(alerts[0]!.window).toMatchObject({ to: at(399), clock: "event" });
  expect(alerts[0]!.memberIds.filter((id) => id.startsWith("x"))).toHaveLength(12);
  expect(alerts[0]!.evidence.at(-2)!.en).toContain("not complete yet");
  const early = found([...usual, ...burst()], { clock: "event", asOf: at(396), perYear: 1e6 });
  expect(early.alerts.flatMap(({ memberIds }) => memberIds).filter((id) => id.startsWith("x")).length).toBeLessThan(7);
});

test("one unit's pile of a day counts once; day after day it is named", () => {
  const pile = found([...usual, ...burst(() => ({ unit: "H9", receivedDate: at(399), division: "140303" }))]);
  expect(pile.alerts).toEqual([]);
  const all = found([...usual, ...burst(() => ({ unit: "H9", receivedDate: at(399), division: "140303" }))], {
    unitDays: false,
  });
  expect(all.alerts[0]).toMatchObject({ units: { oneUnitExplains: true, largest: "H9" } });
  expect(all.alerts[0]!.evidence.some(({ en }) => en.includes("come from one (H9)"))).toBe(true);
  expect(all.alerts[0]!.withoutLargestUnit!.log10PerYear).toBeGreaterThan(0);
});

describe("with a list of divisions", () => {
  const rows = [
    { code: "140000", name: "山西省", level: "province", parent: "" },
    ...[1, 2, 3, 4, 5, 6].map((i) => ({
      code: `140${i}00`,
      name: `${"甲乙丙丁戊己"[i - 1]!}市`,
      level: "city" as const,
      parent: "140000",
    })),
    ...grid.map(({ code }) => ({ code, name: `县${code}`, level: "county" as const, parent: `${code.slice(0, 4)}00` })),
  ] as const;
  const divisions = (without: readonly string[], above: readonly string[] = []) =>
    createDivisions(rows, {
      vintage: "made up",
      places: [
        ...grid.filter(({ code }) => !without.includes(code)),
        ...above.map((code) => ({ code, lat: 36.6, lon: 112.9 })),
      ],
    });
  const odd = [
    report("z1", 398, { division: "140300", unit: "Z1" }),
    report("z2", 398, { division: "999999", unit: "Z2" }),
    report("z3", 398, { unit: "Z3" }),
  ];

  test("counties have names, and reports that cannot be placed are counted", () => {
    const { alerts, excluded } = found([...usual, ...burst(), ...odd], { places: divisions([]) });
    expect(alerts[0]!.scope.region).toMatch(/^县14030\d(、县14030\d)+$/);
    expect(excluded).toMatchObject({ withoutPlace: 1, unknownPlace: 1, aboveLevel: 1, withoutCoordinates: 0 });
  });

  test("a county without a centre is left out and counted, or stands at the centre above and is flagged", () => {
    const list = divisions(["140304"], ["140300"]);
    const out = found([...usual, ...burst()], { places: list });
    expect(out.excluded.withoutCoordinates).toBeGreaterThan(6);
    expect(out.alerts.flatMap(({ scope }) => scope.places)).not.toContain("140304");
    const above = found([...usual, ...burst()], { places: list, withoutCentre: "above" });
    expect(above.atCentreAbove).toEqual(["140304"]);
    expect(above.alerts[0]!.scope.places).toContain("140304");
    expect(above.alerts[0]!.evidence.some(({ zh }) => zh.startsWith("县140304 缺少坐标"))).toBe(true);
  });

  test("no coordinates at all is the caller's mistake", () => {
    expect(() => found(usual, { places: divisions(grid.map(({ code }) => code)) })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    const nowhere = { id: places.id, lat: places.id.map(() => NaN), lon: places.id.map(() => NaN) };
    expect(() => found(usual, { places: nowhere })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

test("days are permuted within their kind: a calendar and weekdays are taken", () => {
  const holidays = { holidays: [{ from: "2023-10-01", to: "2023-10-07", name: "国庆" }] };
  for (const dayTypes of ["weekday", holidays] as const) {
    const { alerts, scans } = found([...usual, ...burst()], { dayTypes, product: "A" });
    expect(alerts[0]!.memberIds.filter((id) => id.startsWith("x")).length).toBeGreaterThanOrEqual(11);
    expect(scans[0]!.scan.options.strata).not.toBeNull();
  }
});

test.each<[Partial<PlaceClusterOptions>, string]>([
  [{ asOf: "2020-01-01" }, "EMPTY_SCOPE"],
  [{ asOf: "yesterday" }, "INVALID_DATE"],
  [{ product: "no such" }, "EMPTY_SCOPE"],
  [{ days: 1 }, "INVALID_OPTION"],
  [{ maxWindow: 365 }, "INVALID_OPTION"],
  [{ perYear: 0 }, "INVALID_OPTION"],
  [{ seed: NaN }, "INVALID_OPTION"],
  [{ model: "poisson" as never }, "INVALID_OPTION"],
  [{ model: "bernoulli", dayTypes: "weekday" }, "INVALID_OPTION"],
  [{ places: { id: ["x"], lat: [1], lon: [1] } }, "EMPTY_SCOPE"],
])("%o is refused with %s", (extra, code) => {
  expect(() => found(usual, extra)).toThrow(expect.objectContaining({ code }));
});

test("every product of a simulated province of 20,000 reports is scanned", () => {
  const province = simulateProvince({ seed: 5, days: 365, reportsPerDay: 55, products: 40 });
  const codes = [...new Set(province.reports.map(({ division }) => division!))].sort();
  const at36 = { id: codes, x: codes.map((_, i) => i % 11), y: codes.map((_, i) => Math.floor(i / 11)) };
  const table = buildTable(province.reports);
  const run = findPlaceClusters(table, { asOf: "2022-12-31", places: at36, seed: 1 });
  expect(run.scans.length).toBeGreaterThan(30);
}, 60_000);
