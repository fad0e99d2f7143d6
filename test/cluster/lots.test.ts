import { describe, expect, test } from "vitest";
import { buildTable, findLotClusters, isoDay, lotDetector, partialDay, type Report } from "pvsignal";
import { expectClose } from "../close.ts";
import { simulatedGroup, simulateProvince } from "pvsignal/simulate";

const day0 = partialDay("2022-01-01")!.day;
const group = (event: { readonly term: string }): string => simulatedGroup(event.term);
const province = simulateProvince({
  seed: 7,
  days: 480,
  reportsPerDay: 60,
  products: 60,
  outbreaks: [
    { class: "middle", cases: 25, day: 400 },
    { class: "rare", cases: 20, day: 420 },
  ],
});
const table = buildTable(province.reports);
const at = (day: number): string => isoDay(day0 + day);

describe("in a simulated province", () => {
  test.each([0, 1])("planted outbreak %i is found by its lot and reaction, with most of its reports", (i) => {
    const outbreak = province.truth.outbreaks[i]!;
    const { alerts } = findLotClusters(table, { asOf: at(445), reactionGroup: group });
    const found = alerts.find(
      ({ scope }) => scope.product === outbreak.product && scope.lots!.includes(outbreak.lots[0]!),
    );
    expect(found?.scope.reactions).toEqual([outbreak.group]);
    const planted = new Set(outbreak.reportIds);
    expect(found!.memberIds.filter((id) => planted.has(id)).length).toBeGreaterThan(0.5 * planted.size * 0.5);
    expect(found!.observed).toBeGreaterThan(5 * found!.expected);
    expect(found!.evidence[0]!.zh).toContain(`批号 ${found!.scope.lots!.join(", ")}`);
  });

  test("it is not found on the day before its first case", () => {
    for (const { product, lots, from } of province.truth.outbreaks) {
      const { alerts } = findLotClusters(table, { asOf: isoDay(partialDay(from)!.day - 1), reactionGroup: group });
      expect(alerts.filter(({ scope }) => scope.product === product && scope.lots!.includes(lots[0]!))).toEqual([]);
    }
  });

  test("reports received after the day change nothing", () => {
    const asOf = at(440);
    const known = buildTable(
      province.reports.filter(({ receivedDate, version }) => receivedDate! <= asOf && version === 1),
    );
    const all = buildTable(province.reports.filter(({ version }) => version === 1));
    const now = findLotClusters(known, { asOf, reactionGroup: group });
    const then = findLotClusters(all, { asOf, reactionGroup: group });
    // Only what was left out differs.
    expect({ ...then, excluded: null }).toEqual({ ...now, excluded: null });
  });

  test("a detector run day after day says what a single call says; the order of the reports does not matter", () => {
    const detector = lotDetector(table, { reactionGroup: group });
    detector.run(at(430));
    const turned = buildTable([...province.reports].reverse());
    expect(detector.run(at(444))).toEqual(findLotClusters(turned, { asOf: at(444), reactionGroup: group }));
  });

  test("a higher threshold leaves the more surprising alerts", () => {
    const many = findLotClusters(table, { asOf: at(445), reactionGroup: group, threshold: 3 }).alerts;
    const few = findLotClusters(table, { asOf: at(445), reactionGroup: group, threshold: 6 }).alerts;
    expect(few.length).toBeLessThan(many.length);
    expect(few.every(({ statistic }) => statistic!.value >= 6)).toBe(true);
    expect(few.map(({ id }) => id)).toEqual(many.filter(({ statistic }) => statistic!.value >= 6).map(({ id }) => id));
  });
});

let serial = 0;
const report = (
  event: number,
  received: number,
  extra: Partial<Report> & { lot?: string; term?: string } = {},
): Report => {
  const { lot, term = "rash", ...rest } = extra;
  return {
    id: `R${String(serial++).padStart(5, "0")}`,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: at(received),
    eventDate: at(event),
    products: [{ name: "A", role: "suspect", ...(lot === undefined ? {} : { lots: [lot] }) }],
    events: [{ term }],
    serious: [],
    unit: `H${serial % 40}`,
    ...rest,
  };
};
/** Two years of one product: a lot every 30 days, a report every 4 days from the lot of the day, half with a lot. */
const quiet = Array.from({ length: 180 }, (_, i) =>
  report(i * 4, i * 4 + 2, {
    term: ["rash", "nausea", "fever", "itch"][i % 4]!,
    lot: i % 2 === 0 ? `L${100 + Math.floor((i * 4) / 30)}` : undefined,
  } as never),
);
const burst = (count: number, extra: (i: number) => Parameters<typeof report>[2]): Report[] =>
  Array.from({ length: count }, (_, i) => report(700 + i, 703 + i, { lot: "L123", term: "anaphylaxis", ...extra(i) }));
const alertsOf = (reports: readonly Report[], options = {}): ReturnType<typeof findLotClusters> =>
  findLotClusters(buildTable(reports), { asOf: at(715), ...options });

test("a burst in one lot is an alert with its window, units and the reports that could belong", () => {
  const lotless = [report(702, 705, { term: "anaphylaxis" }), report(703, 704, { term: "anaphylaxis", lot: "不详" })];
  const { alerts, lotEntries } = alertsOf([...quiet, ...burst(8, () => ({})), ...lotless]);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({
    detector: "lot",
    scope: { product: "A", lots: ["L123"], reactions: ["anaphylaxis"] },
    window: { from: at(700), clock: "event" },
    observed: 8,
    reports: 8,
    couldBelong: 2,
    units: { distinct: 8, oneUnitExplains: false },
    state: "open",
  });
  expect(lotEntries).toEqual({ placeholders: 1, otherNumbers: 0 });
  // All 8 reports of the days that give a lot: those of L123 are the 8 of anaphylaxis, the others (of L123, too) have none.
  const share = alerts[0]!.components.find(({ name }) => name.startsWith("reaction share"))!;
  const days = [...quiet].filter(
    ({ eventDate, products }) => eventDate! >= at(700) && eventDate! <= at(715) && products[0]!.lots,
  );
  const own = days.filter(({ products }) => products[0]!.lots![0] === "L123").length;
  const all = 8 + days.length;
  // Hypergeometric: all 8 of the reaction among the 8 + own of the lot.
  let log10 = 0;
  for (let i = 0; i < 8; i++) log10 += Math.log10((8 + own - i) / (all - i));
  expectClose(share.log10P, log10, 1e-12, 1e-12);
});

test("a window ends with the day of looking", () => {
  for (const day of [705, 709]) {
    const { alerts } = findLotClusters(buildTable([...quiet, ...burst(8, () => ({}))]), {
      asOf: at(day),
      threshold: 1,
    });
    for (const { window } of alerts) expect(window.to <= at(day)).toBe(true);
  }
});

test("one unit's pile on one event day counts once and raises nothing", () => {
  expect(
    alertsOf([...quiet, ...burst(12, () => ({ unit: "H1", eventDate: at(705), receivedDate: at(706) }))]).alerts,
  ).toEqual([]);
});

test("one unit that reports day after day is named, with what is left without it", () => {
  const [alert] = alertsOf([...quiet, ...burst(8, () => ({ unit: "H1" }))]).alerts;
  expect(alert).toMatchObject({
    units: { oneUnitExplains: true, largestShare: 1 },
    withoutLargestUnit: { observed: 0 },
  });
  expect(alert!.evidence.some(({ en }) => en.includes("come from one unit (H1); without it 0 unit-days"))).toBe(true);
});

test("reports that look the same under two numbers count once", () => {
  const patient = (i: number): Partial<Report> => ({
    eventDate: at(700 + Math.floor(i / 4)),
    patient: { ageYears: 30 + Math.floor(i / 4), sex: "female" },
  });
  const { alerts, excluded } = alertsOf([...quiet, ...burst(8, patient)]);
  expect(excluded.suspectedDuplicates).toBe(6);
  expect(alerts).toEqual([]);
});

test("neighbouring lots are found together when neither stands out alone", () => {
  const split = burst(6, (i) => ({ lot: i % 2 === 0 ? "L123" : "L124" }));
  const alone = alertsOf([...quiet, ...split], { reach: 0, threshold: 10 }).alerts;
  const together = alertsOf([...quiet, ...split], { reach: 1, threshold: 10 }).alerts;
  expect(alone).toEqual([]);
  expect(together[0]?.scope.lots).toEqual(["L123", "L124"]);
});

test("a lot that has long had many reports does not alarm for going on", () => {
  const chronic = Array.from({ length: 120 }, (_, i) => report(600 + i, 602 + i, { lot: "L900", term: "anaphylaxis" }));
  const began = alertsOf([...quiet, ...chronic.slice(0, 15)], {}).alerts;
  const early = findLotClusters(buildTable([...quiet, ...chronic]), { asOf: at(612) }).alerts;
  const later = findLotClusters(buildTable([...quiet, ...chronic]), { asOf: at(718), lookback: 30 }).alerts;
  expect(began).toEqual([]);
  expect(early[0]?.scope.lots).toEqual(["L900"]);
  expect(later).toEqual([]);
});

test("a lot field full of registration numbers is counted, not taken for a lot", () => {
  const { alerts, lotEntries, withLot } = alertsOf(burst(9, () => ({ lot: "国械注准20153640012" })));
  expect(alerts).toEqual([]);
  expect(lotEntries).toEqual({ placeholders: 0, otherNumbers: 9 });
  expect(withLot).toBe(0);
});

test("the day of receipt stands in for an event day that is missing, imprecise or later than receipt", () => {
  const { receiptStandsIn } = alertsOf([
    report(700, 703),
    report(700, 703, { eventDate: "2023" }),
    report(710, 703),
    report(700, 703, { eventDate: undefined }),
  ]);
  expect(receiptStandsIn).toBe(3);
});

test("wrong calls are refused", () => {
  const reports = buildTable(quiet);
  const refused = (options: object, code: string): void => {
    expect(() => findLotClusters(reports, { asOf: at(700), ...options })).toThrow(expect.objectContaining({ code }));
  };
  refused({ asOf: "2022-02-30" }, "INVALID_DATE");
  refused({ windows: [] }, "INVALID_OPTION");
  refused({ windows: [0] }, "INVALID_OPTION");
  refused({ threshold: 0 }, "INVALID_OPTION");
  refused({ least: 1 }, "INVALID_OPTION");
  refused({ asOf: "2001-01-01" }, "EMPTY_SCOPE");
  refused({ domains: ["vaccine"] }, "EMPTY_SCOPE");
});
