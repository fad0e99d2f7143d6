import { describe, expect, test } from "vitest";
import { buildTable, isoDay, partialDay, type Report } from "pvsignal";
import {
  countCandidate,
  evaluateDetectors,
  lotCandidate,
  plantOutbreaks,
  simulateProvince,
  simulatedGroup,
} from "pvsignal/simulate";

const small = { days: 420, reportsPerDay: 30, products: 40 } as const;

describe("a simulated province", () => {
  const province = simulateProvince({
    seed: 3,
    ...small,
    outbreaks: [{ class: "middle", cases: 30, day: 380, neighbourShare: 0.3 }],
  });

  test("is the same to the bit for the same seed, and another for another", () => {
    const again = simulateProvince({
      seed: 3,
      ...small,
      outbreaks: [{ class: "middle", cases: 30, day: 380, neighbourShare: 0.3 }],
    });
    expect(again).toEqual(province);
    expect(simulateProvince({ seed: 4, ...small }).reports.length).not.toBe(province.reports.length);
  });

  test("has about as many cases as asked for, 4 % of them twice, 2 % corrected", () => {
    const cases = province.reports.filter(({ id, version }) => !id.endsWith("-b") && version === 1).length;
    // Weekday factors average 1; four standard deviations of the Poisson count and of the factors.
    expect(Math.abs(cases / (420 * 30) - 1)).toBeLessThan(0.05);
    const share = (of: (report: Report) => boolean): number => province.reports.filter(of).length / cases;
    expect(Math.abs(share(({ id, version }) => id.endsWith("-b") && version === 1) - 0.04)).toBeLessThan(0.008);
    expect(Math.abs(share(({ version }) => version === 2) - 0.02)).toBeLessThan(0.006);
  });

  test("labels its outbreak: lot, neighbour, reaction, reports", () => {
    const [outbreak] = province.truth.outbreaks;
    const ids = new Set(outbreak!.reportIds);
    const cases = province.reports.filter(({ id }) => ids.has(id));
    expect(outbreak!.lots).toHaveLength(2);
    expect(cases.length).toBe(new Set(cases.map(({ id, version }) => `${id} ${version}`)).size);
    expect(new Set(cases.map(({ products }) => products[0]!.name))).toEqual(new Set([outbreak!.product]));
    const lots = new Set(cases.flatMap(({ products }) => products[0]!.lots ?? []));
    expect([...lots].sort()).toEqual([...outbreak!.lots].sort());
    const inGroup = cases.filter(({ events }) =>
      events.some(({ term }) => simulatedGroup(term) === outbreak!.group),
    ).length;
    expect(inGroup / cases.length).toBeGreaterThan(0.5);
    expect(new Set(cases.map(({ unit }) => unit)).size).toBeGreaterThan(4);
  });

  test("few reports come in on days off, and batch units upload at the end of the month", () => {
    const byDay = new Map<string, number>();
    for (const { receivedDate } of province.reports) byDay.set(receivedDate!, (byDay.get(receivedDate!) ?? 0) + 1);
    const festival = Array.from({ length: 7 }, (_, i) => byDay.get(isoDay(partialDay("2022-10-01")!.day + i)) ?? 0);
    const before = Array.from({ length: 5 }, (_, i) => byDay.get(isoDay(partialDay("2022-09-19")!.day + i)) ?? 0);
    const mean = (list: number[]): number => list.reduce((sum, count) => sum + count, 0) / list.length;
    expect(mean(festival)).toBeLessThan(0.6 * mean(before));
  });
});

test("evaluation tells a detector from a rule, out of sample, and refuses a seed used twice", () => {
  const options = {
    detectors: [
      lotCandidate("lot", { threshold: 4 }),
      countCandidate("3 of one lot in 30 days", { by: "lot", days: 30, unitDays: false, atLeast: 3 }),
    ],
    calibrationSeeds: [11],
    nullSeeds: [12],
    outbreakSeeds: [13],
    outbreaks: { busy: 0, middle: 0, rare: 1 },
    perYear: 20,
    province: { ...small, days: 480 },
  } as const;
  const { detectors } = evaluateDetectors(options);
  const [lot, rule] = detectors;
  expect(lot!.calibrated).toBe(true);
  expect(rule!.threshold).toBe(3);
  expect(rule!.falseEpisodesPerYear).toBeGreaterThan(3 * lot!.falseEpisodesPerYear);
  expect(lot!.classes.rare.m20).toMatchObject({ outbreaks: 1, power: 1 });
  expect(lot!.classes.busy.m20).toMatchObject({ outbreaks: 0, power: null });
  expect(() => evaluateDetectors({ ...options, nullSeeds: [11] })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

describe("outbreaks planted in given reports", () => {
  const background = simulateProvince({ seed: 5, ...small }).reports.filter(({ version }) => version === 1);
  const model = background.find(({ products }) => products[0]!.lots !== undefined)!;
  const product = model.products[0]!.name;
  const lot = model.products[0]!.lots![0]!;
  const plan = { product, lot, term: "drug-20 term-8", from: "2023-02-01", cases: 20 };

  test("leave the background as it was and take delays and units from it", () => {
    const { reports, planted } = plantOutbreaks(background, { seed: 1, outbreaks: [plan] });
    expect(reports.slice(0, background.length)).toEqual(background);
    const added = reports.slice(background.length);
    expect(added.map(({ id }) => id)).toEqual(planted[0]);
    const units = new Set(background.filter(({ products }) => products[0]!.name === product).map(({ unit }) => unit));
    for (const report of added) {
      expect(report.products[0]!.name).toBe(product);
      expect(units.has(report.unit)).toBe(true);
      expect(report.receivedDate! >= report.eventDate!).toBe(true);
    }
    expect(buildTable(reports).size).toBe(buildTable(background).size + added.length);
  });

  test("of an unknown lot are refused", () => {
    const unknown = { seed: 1, outbreaks: [{ ...plan, lot: "none" }] };
    expect(() => plantOutbreaks(background, unknown)).toThrow(expect.objectContaining({ code: "UNKNOWN_TERM" }));
  });
});

test.each([
  { seed: NaN },
  { days: 0 },
  { lotsKnown: 2 },
  { outbreaks: [{ class: "busy", cases: 0, day: 1 }] },
  { products: 1.5 },
])("options %j are refused", (options) => {
  expect(() => simulateProvince({ seed: 1, ...(options as object) })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
