import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildTable,
  findRuleClusters,
  isoDay,
  partialDay,
  PREDICATE_COLUMNS,
  parseCriterion,
  profiles,
  type Report,
  type RuleProfile,
} from "pvsignal";
import { expectClose } from "../close.ts";

const day0 = partialDay("2020-01-01")!.day;
let serial = 0;
const report = (day: number, name: string, extra: Partial<Report> & { lot?: string } = {}): Report => {
  const { lot, ...rest } = extra;
  return {
    id: `R${String(serial++).padStart(5, "0")}`,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: isoDay(day0 + day),
    products: [{ name, role: "suspect", ...(lot === undefined ? {} : { lots: [lot] }) }],
    events: [{ term: "rash" }],
    serious: [],
    ...rest,
  };
};
const watch: RuleProfile = profiles.productWatch;
const asOf = isoDay(day0 + 700);

test("a burst is one alert over its whole length, with its fullest stretch, members and history", () => {
  const quiet = [0, 100, 200, 300].map((day) => report(day, "A"));
  const burst = [400, 402, 404, 410, 420, 432, 433].map((day, i) =>
    report(day, "A", { unit: i < 5 ? "H1" : "H2", serious: i === 0 ? ["death"] : i === 1 ? ["hospitalisation"] : [] }),
  );
  const other = Array.from({ length: 70 }, (_, i) => report(i * 10, `other ${i % 35}`));
  const { alerts, groups, reports } = findRuleClusters(buildTable([...quiet, ...burst, ...other]), watch, { asOf });
  expect(alerts).toHaveLength(1);
  const [alert] = alerts;
  expect(alert).toMatchObject({
    scope: { product: "A" },
    window: { from: isoDay(day0 + 400), to: isoDay(day0 + 433), days: 34, clock: "received" },
    // The first of several stretches that hold as many.
    peak: { from: isoDay(day0 + 400), to: isoDay(day0 + 420), days: 21 },
    observed: 5,
    reports: 7,
    severity: { serious: 2, deaths: 1, notSerious: 5, unknown: 0 },
    units: { known: 7, distinct: 2, largest: "H1", largestShare: 5 / 7, oneUnitExplains: true },
    reactions: [{ term: "rash", reports: 7 }],
    baseline: { reports: 4, days: 400, state: "sufficient", earlierWindows: 0 },
    state: "closed",
    couldBelong: null,
  });
  expect(alert!.memberIds).toEqual(burst.map(({ id }) => id));
  expectClose(alert!.expected, (4.5 / 400) * 30, 1e-14);
  expect([groups, reports]).toEqual([36, 81]);
});

test("two bursts with a quiet stretch between them are two alerts, and the second knows of the first", () => {
  const days = [0, 100, 101, 102, 103, 104, 300, 301, 302, 303, 304];
  const { alerts } = findRuleClusters(buildTable(days.map((day) => report(day, "A"))), watch, { asOf });
  expect(alerts.map(({ window, baseline }) => [window.from, baseline.earlierWindows]).sort()).toEqual([
    [isoDay(day0 + 100), 0],
    [isoDay(day0 + 300), 1],
  ]);
});

test("reports of one day are judged together: their order within the day changes nothing", () => {
  const profile: RuleProfile = { ...watch, windowDays: 1, predicate: { compare: "==", left: "reports", right: 3 } };
  const { alerts } = findRuleClusters(buildTable([5, 5, 5].map((day) => report(day, "A"))), profile, { asOf });
  expect(alerts.map(({ observed }) => observed)).toEqual([3]);
  const four = findRuleClusters(buildTable([5, 5, 5, 5].map((day) => report(day, "A"))), profile, { asOf });
  expect(four.alerts).toEqual([]);
});

test("the window is a number of days, both ends included", () => {
  const profile: RuleProfile = { ...watch, windowDays: 30, predicate: { compare: ">=", left: "reports", right: 2 } };
  const alerts = (gap: number): number =>
    findRuleClusters(buildTable([report(0, "A"), report(gap, "A")]), profile, { asOf }).alerts.length;
  expect([alerts(29), alerts(30)]).toEqual([1, 0]);
});

test("nothing received after asOf is seen", () => {
  const table = buildTable([
    ...[0, 50, 100].map((day) => report(day, "A")),
    ...[600, 601, 602, 603, 604].map((day) => report(day, "A")),
  ]);
  const at = (day: number) => findRuleClusters(table, watch, { asOf: isoDay(day0 + day) });
  expect(at(603).alerts).toEqual([]);
  expect(at(603).excluded.receivedLater).toBe(1);
  expect(at(604).alerts).toMatchObject([{ state: "open" }]);
  expect(at(640).alerts).toMatchObject([{ state: "closed", id: at(604).alerts[0]!.id }]);
});

test("without history the expectation rests on the prior and says so", () => {
  const { alerts } = findRuleClusters(
    buildTable([report(0, "old"), ...[600, 601, 602, 603, 604].map((day) => report(day, "new"))]),
    watch,
    { asOf },
  );
  expect(alerts[0]).toMatchObject({ observed: 5, baseline: { reports: 0, days: 600, state: "insufficient" } });
  expectClose(alerts[0]!.expected, (0.5 / 600) * 30, 1e-14);
});

describe("lots", () => {
  const gvp: RuleProfile = profiles.gvp2021;
  test("adjacent lots of one product form a neighbourhood; another series does not", () => {
    const table = buildTable([
      ...[10, 11, 12].map((day) => report(day, "A", { lot: "20190101" })),
      ...[13, 14].map((day) => report(day, "A", { lot: " ２０１９０１０２ " })),
      ...[10, 11, 12, 13].map((day) => report(day, "A", { lot: "X7" })),
      report(12, "A"),
      report(12, "B", { lot: "20190101" }),
    ]);
    const { alerts, excluded } = findRuleClusters(table, gvp, { asOf });
    expect(alerts.map(({ scope, reports, couldBelong }) => ({ scope, reports, couldBelong }))).toEqual([
      { scope: { product: "A", lots: ["20190101", "20190102"] }, reports: 5, couldBelong: 1 },
    ]);
    expect(excluded.withoutScope).toBe(1);
  });

  test("the same group found through two neighbourhoods is reported once", () => {
    const lots = ["L01", "L02", "L03"];
    const table = buildTable(
      lots.flatMap((lot, i) => [10, 11].map((day) => report(day + i, "A", { lot, serious: ["death"] }))),
    );
    const { alerts } = findRuleClusters(table, gvp, { asOf });
    expect(alerts.map(({ scope }) => scope.lots)).toEqual([["L01", "L02", "L03"]]);
  });
});

test("a profile by unit groups by unit and counts reports without one as left out", () => {
  const aefi: RuleProfile = profiles.aefiGroup;
  const vaccine = (day: number, unit?: string): Report =>
    report(day, "V", { domain: "vaccine", serious: ["other"], ...(unit === undefined ? {} : { unit }) });
  const { alerts, excluded } = findRuleClusters(
    buildTable([vaccine(0, "K1"), vaccine(3, "K1"), vaccine(3, "K2"), vaccine(4)]),
    aefi,
    { asOf },
  );
  expect(alerts.map(({ scope, severity }) => [scope.unit, severity.serious])).toEqual([["K1", 2]]);
  expect(excluded.withoutScope).toBe(1);
});

test("concomitant products form no cluster, and imprecise dates are counted out", () => {
  const reports = Array.from({ length: 6 }, (_, i) => report(i, "A"));
  const concomitant = reports.map((r) => ({ ...r, products: [{ name: "A", role: "concomitant" as const }] }));
  expect(() => findRuleClusters(buildTable(concomitant), watch, { asOf })).toThrow(
    expect.objectContaining({ code: "EMPTY_SCOPE" }),
  );
  const monthly = [
    ...reports,
    ...reports.map((r) => ({ ...r, id: `M${r.id}`, receivedDate: "2020-01" })),
    { ...reports[0]!, id: "none", receivedDate: undefined },
  ];
  expect(findRuleClusters(buildTable(monthly), watch, { asOf }).excluded.withoutExactDate).toBe(7);
});

test("unit-days count a hospital once a day", async () => {
  const profile: RuleProfile = { ...watch, predicate: await parseCriterion("unitDays >= 3", PREDICATE_COLUMNS) };
  const batch = Array.from({ length: 9 }, () => report(5, "A", { unit: "H" }));
  expect(findRuleClusters(buildTable(batch), profile, { asOf }).alerts).toEqual([]);
  const spread = [5, 6, 7].map((day) => report(day, "A", { unit: "H" }));
  expect(findRuleClusters(buildTable(spread), profile, { asOf }).alerts).toHaveLength(1);
});

test("the order of input changes nothing", () => {
  const reports = Array.from({ length: 60 }, (_, i) =>
    report((i * 37) % 120, `P${i % 3}`, { lot: `L${i % 7}`, unit: `U${i % 4}` }),
  );
  const expected = findRuleClusters(buildTable(reports), profiles.gvp2021, { asOf });
  fc.assert(
    fc.property(fc.shuffledSubarray(reports, { minLength: reports.length }), (shuffled) => {
      expect(findRuleClusters(buildTable(shuffled), profiles.gvp2021, { asOf })).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test("mistakes are named", () => {
  const table = buildTable([report(0, "A")]);
  expect(() => findRuleClusters(table, watch, { asOf: "2020-1-1" })).toThrow(
    expect.objectContaining({ code: "INVALID_DATE" }),
  );
  expect(() => findRuleClusters(table, { ...watch, windowDays: 0 }, { asOf })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
  expect(() => findRuleClusters(table, profiles.aefiGroup, { asOf })).toThrow(
    expect.objectContaining({ code: "EMPTY_SCOPE" }),
  );
  expect(() =>
    findRuleClusters(table, { ...watch, predicate: { compare: ">", left: "patients", right: 1 } }, { asOf }),
  ).toThrow(expect.objectContaining({ code: "UNKNOWN_MEASURE" }));
});

describe("columns of a predicate", () => {
  const reactions = ["rash", "fever", "nausea"];
  const some = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 60 }),
      terms: fc.subarray(reactions, { minLength: 1 }),
      serious: fc.constantFrom<Report["serious"][]>(undefined, [], ["death"]),
    }),
    { minLength: 1, maxLength: 25 },
  );
  const kinds: Readonly<Record<string, (r: Report) => boolean>> = {
    similar: () => true,
    similarSerious: (r) => (r.serious?.length ?? 0) > 0,
    similarNotSerious: (r) => r.serious?.length === 0,
  };

  test.each(Object.keys(kinds))("%s is the largest number of such reports with one reaction in some window", (name) => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 5 }), (list, least) => {
        const reports = list.map(({ day, terms, serious }) =>
          report(day, "A", { events: terms.map((term) => ({ term })), serious }),
        );
        const byDay = (r: Report): number => partialDay(r.receivedDate!)!.day - day0;
        const windows = reports.map((last) =>
          reports.filter((r) => byDay(last) - byDay(r) >= 0 && byDay(last) - byDay(r) < 10),
        );
        const isMet = windows.some((window) =>
          reactions.some(
            (term) => window.filter((r) => kinds[name]!(r) && r.events.some((e) => e.term === term)).length >= least,
          ),
        );
        const profile: RuleProfile = {
          ...watch,
          windowDays: 10,
          predicate: { compare: ">=", left: name, right: least },
        };
        expect(findRuleClusters(buildTable(reports), profile, { asOf }).alerts.length > 0).toBe(isMet);
      }),
      { numRuns: 60 },
    );
  });

  test("reactions can be taken together", () => {
    const table = buildTable(["rash", "hives", "itch"].map((term, i) => report(i, "A", { events: [{ term }] })));
    const profile: RuleProfile = { ...watch, predicate: { compare: ">=", left: "similar", right: 3 } };
    expect(findRuleClusters(table, profile, { asOf }).alerts).toEqual([]);
    expect(findRuleClusters(table, profile, { asOf, reaction: () => "skin" }).alerts).toHaveLength(1);
  });

  test("notSeriousP is the tail at the group's own earlier rate of such reports, integrated over what that rate can be", () => {
    // 4 not serious and 9 serious in the 100 days before the window of 10 days, which ends on day 109 with k more.
    const past = [5, 20, 60, 90].map((day) => report(day, "A"));
    const serious = Array.from({ length: 9 }, (_, i) => report(i * 10, "A", { serious: ["death"] }));
    const first = report(0, "other");
    const k = 3;
    const now = Array.from({ length: k }, () => report(109, "A"));
    // Composite midpoint rule over rate · day ~ Gamma(4.5) and the Poisson tail of 3 or more.
    const steps = 200_000;
    const width = 60 / steps;
    let tail = 0;
    let mass = 0;
    for (let i = 0; i < steps; i++) {
      const total = (i + 0.5) * width;
      const density = Math.exp(3.5 * Math.log(total) - total);
      const mean = (total / 100) * 10;
      tail += density * (1 - Math.exp(-mean) * (1 + mean + (mean * mean) / 2));
      mass += density;
    }
    const p = tail / mass;
    const table = buildTable([first, ...past, ...serious, ...now]);
    const alerts = (bound: number): number =>
      findRuleClusters(
        table,
        {
          ...watch,
          windowDays: 10,
          predicate: {
            all: [
              { compare: ">=", left: "notSerious", right: k },
              { compare: "<=", left: "notSeriousP", right: bound },
            ],
          },
        },
        { asOf },
      ).alerts.length;
    // The rule of integration is good to far better than this.
    expect([alerts(p * (1 + 1e-6)), alerts(p * (1 - 1e-6))]).toEqual([1, 0]);
  });

  test("without history nothing has increased, and history older than historyDays is forgotten", () => {
    const profile: RuleProfile = { ...watch, predicate: { compare: "<=", left: "reportsP", right: 0.01 } };
    const burst = [0, 1, 2, 3, 4].map((day) => report(day, "A"));
    expect(findRuleClusters(buildTable(burst), profile, { asOf }).alerts).toEqual([]);
    // Busy long ago, quiet for 300 days, then four in a window.
    const busy = Array.from({ length: 100 }, (_, i) => report(i, "A"));
    const later = [450, 451, 452, 453].map((day) => report(day, "A"));
    const run = (historyDays: number): number =>
      findRuleClusters(buildTable([...busy, ...later]), profile, { asOf, historyDays }).alerts.filter(
        ({ window }) => window.from >= isoDay(day0 + 450),
      ).length;
    expect([run(1095), run(200)]).toEqual([0, 1]);
  });
});
