import { describe, expect, test } from "vitest";
import {
  buildTable,
  findRuleClusters,
  isoDay,
  partialDay,
  profiles,
  type Report,
  type ReportProduct,
  type RuleProfile,
} from "pvsignal";
import { groupEvent } from "../../src/cluster/group-event.ts";
import { legalClocks } from "../../src/cluster/profiles-clocks.ts";
import { deadlines, dueFrom } from "../../src/cluster/rule-deadlines.ts";
import { gradeIncident, incidentCounts, incidentLevels } from "../../src/cluster/rule-incident.ts";
import { PREDICATE_COLUMNS } from "../../src/cluster/rule-profile.ts";
import { FAILURE, INJURY } from "../../src/ingest/national-device.ts";
import { criterionColumns } from "../../src/rule/criterion.ts";

const day0 = partialDay("2023-01-01")!.day;
const at = (day: number): string => isoDay(day0 + day);
const asOf = at(700);
let serial = 0;
const report = (day: number, product: Partial<ReportProduct>, rest: Partial<Report> = {}): Report => ({
  id: `R${String(serial++).padStart(4, "0")}`,
  source: "t",
  version: 1,
  domain: "drug",
  receivedDate: at(day),
  products: [{ name: "A", role: "suspect", ...product }],
  events: [{ term: "rash" }],
  serious: ["other"],
  ...rest,
});
const found = (reports: readonly Report[], profile: RuleProfile): ReturnType<typeof findRuleClusters> =>
  findRuleClusters(buildTable(reports), profile, { asOf });

describe("every profile", () => {
  const all = Object.entries(profiles) as [string, RuleProfile][];

  test.each(all)("%s says who gives its numbers, and only a Chinese text makes one official", (key, profile) => {
    expect(profile.name).toBe(key);
    expect(profile.numbers.find(({ what }) => what === "windowDays")?.value).toBe(profile.windowDays);
    for (const { status, source } of [...profile.numbers, ...profile.legal]) {
      expect(source.length).toBeGreaterThan(10);
      if (status === "official") expect(source).toMatch(/\p{Script=Han}/u);
      if (/^pvsignal/.test(source)) expect(status).toBe("default");
      if (/^open tool/.test(source)) expect(status).toBe("local");
    }
    for (const column of criterionColumns(profile.predicate)) expect(PREDICATE_COLUMNS).toContain(column);
    for (const { zh, en } of [profile.title, ...profile.legal.map(({ duty }) => duty)]) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/[a-z]/);
    }
  });

  test.each(all)("every number in the predicate of %s is among its sourced numbers", (_, { predicate, numbers }) => {
    const values = new Set(numbers.map(({ value }) => value));
    for (const [, text] of JSON.stringify(predicate).matchAll(/"right":([\d.]+)/g)) {
      // One serious report is the wording of the condition, not a threshold.
      if (text !== "1") expect(values).toContain(Number(text));
    }
  });

  test("is plain data", () => {
    expect(JSON.parse(JSON.stringify(profiles))).toEqual(profiles);
    expect(JSON.parse(JSON.stringify(legalClocks))).toEqual(legalClocks);
  });
});

test("the same drug is one maker, name, form and strength; a report that lacks one stands apart and is counted", () => {
  const maker = { manufacturer: "甲药业", form: "片剂", strength: "0.25 g" };
  const wide = { manufacturer: "甲药业 ", form: "片剂", strength: "０.25  g" };
  const region = { region: "太原" };
  const same = [report(0, maker, region), report(1, wide, region)];
  const others = [
    report(2, { ...maker, manufacturer: "乙药业" }, region),
    report(2, { ...maker, strength: "0.5 g" }, region),
    report(2, { form: "片剂", strength: "0.25 g" }, region),
  ];
  expect(found([...same, ...others], profiles.drugGroup2011).alerts).toEqual([]);
  const { alerts, incompleteProducts } = found([...same, ...others, report(9, maker, region)], profiles.drugGroup2011);
  expect(alerts.map(({ scope, reports }) => [scope.product, reports])).toEqual([["甲药业 | A | 片剂 | 0.25 g", 3]]);
  expect(incompleteProducts).toBe(1);
  // Another region is another group.
  const apart = [...same, report(9, maker, { region: "大同" })];
  expect(found(apart, profiles.drugGroup2011).alerts).toEqual([]);
});

test("a product key of the caller goes before that of the profile", () => {
  const table = buildTable([0, 1, 2].map((day) => report(day, { manufacturer: `m${day}`, lots: ["L1"] })));
  expect(findRuleClusters(table, profiles.gvp2021, { asOf }).alerts).toEqual([]);
  expect(findRuleClusters(table, profiles.gvp2021, { asOf, product: "name" }).alerts).toHaveLength(1);
  expect(findRuleClusters(table, profiles.gvp2021, { asOf, product: ["name", "form"] }).incompleteProducts).toBe(3);
});

test("the similar form of the drug cluster wants one reaction in common", () => {
  const lot = { lots: ["L1"] };
  const mixed = ["rash", "fever", "nausea"].map((term, i) => report(i, lot, { events: [{ term }] }));
  const alike = [0, 1, 2].map((i) => report(i, lot, { events: [{ term: "rash" }, { term: `t${i}` }] }));
  expect(found(mixed, profiles.gvp2021).alerts).toHaveLength(1);
  expect(found(mixed, profiles.gvp2021Similar).alerts).toEqual([]);
  expect(found(alike, profiles.gvp2021Similar).alerts).toHaveLength(1);
});

test("a group AEFI is two serious reports of one clinic with the same reaction", () => {
  const vaccine = (day: number, unit: string, term: string, serious: Report["serious"] = ["other"]): Report =>
    report(day, {}, { domain: "vaccine", unit, events: [{ term }], serious });
  const run = (...reports: Report[]): number => found(reports, profiles.aefiGroup).alerts.length;
  expect(run(vaccine(0, "K", "shock"), vaccine(3, "K", "shock"))).toBe(1);
  expect(run(vaccine(0, "K", "shock"), vaccine(3, "K", "rash"))).toBe(0);
  expect(run(vaccine(0, "K", "shock"), vaccine(3, "M", "shock"))).toBe(0);
  expect(run(vaccine(0, "K", "shock"), vaccine(3, "K", "shock", []))).toBe(0);
  expect(run(vaccine(0, "K", "shock"), vaccine(30, "K", "shock"))).toBe(0);
});

test("AEFI that are not serious alarm on a rise at the clinic, not on its level", () => {
  const mild = (day: number, unit: string): Report =>
    report(day, {}, { domain: "vaccine", unit, events: [{ term: "fever" }], serious: [] });
  const busy = Array.from({ length: 300 }, (_, i) => mild(i * 2, "busy"));
  const quiet = [
    ...[10, 200, 400].map((day) => mild(day, "quiet")),
    ...[560, 561, 565, 570].map((d) => mild(d, "quiet")),
  ];
  const { alerts } = found([...busy, ...quiet], profiles.aefiNotSerious);
  expect(alerts.map(({ scope, window }) => [scope.unit, window.to])).toEqual([["quiet", at(570)]]);
  const unknown = quiet.map((r) => ({ ...r, id: `u${r.id}`, serious: undefined }));
  expect(found([...busy, ...unknown], profiles.aefiNotSerious).alerts).toEqual([]);
});

test("the tool's condition takes passive devices by lot and active ones without", () => {
  const device = (day: number, category: string | undefined, lot: string): Report =>
    report(day, { manufacturer: "甲", code: "国械注准1", category, lots: [lot] }, { domain: "device" });
  const spread = (category?: string): Report[] => [0, 1, 2].map((i) => device(i, category, `LOT${i * 50}`));
  expect(found(spread("无源"), profiles.toolLot30).alerts).toEqual([]);
  expect(found(spread("有源"), profiles.toolActive30).alerts).toHaveLength(1);
  expect(found([...spread("有源"), device(5, undefined, "Z")], profiles.toolLot30).excluded.withoutScope).toBe(3);
  const one = [0, 40, 80].map((day) => device(day, "无源", "LOT1"));
  expect(found(one, profiles.toolLot30).alerts).toEqual([]);
  expect(found(one, profiles.toolLot90).alerts).toHaveLength(1);
});

describe("deadlines", () => {
  test("hours run from the minute over the end of a year, days to the end of a day", () => {
    expect(dueFrom(legalClocks.deviceGroup, "2023-12-31T23:59")).toBe("2024-01-01T11:59");
    expect(dueFrom(legalClocks.deviceGroupCases, "2024-02-28T08:05")).toBe("2024-02-29T08:05");
    expect(dueFrom(legalClocks.deviceGroupCases, "2024-02-28")).toBe("2024-02-29T00:00");
    expect(dueFrom(legalClocks.deviceSerious, "2024-02-28")).toBe("2024-03-19");
    expect(dueFrom(legalClocks.drugCluster, "2024-02-28T08:05")).toBe("2024-02-28T08:05");
  });

  test("those of an alert come in the order in which they run out", () => {
    const [alert] = found(
      [0, 1, 2].map((day) => report(day, {}, { domain: "device" })),
      profiles.deviceGroup2018,
    ).alerts;
    expect(deadlines(alert!, "2024-05-01T18:00").map(({ clock, due }) => [clock.hours, due])).toEqual([
      [12, "2024-05-02T06:00"],
      [24, "2024-05-02T18:00"],
      [168, "2024-05-08"],
    ]);
    expect(deadlines(alert!)[0]).toMatchObject({ start: asOf, due: `${asOf}T12:00` });
  });

  test.each(["2024-02-30", "2024-02", "2024-02-03T24:00", "2024-02-03 08:00", "2024-02-03T08:00Z"])(
    "%s starts no clock",
    (start) => {
      expect(() => dueFrom(legalClocks.deviceGroup, start)).toThrow(expect.objectContaining({ code: "INVALID_DATE" }));
    },
  );
});

describe("incident levels", () => {
  test.each([
    [50, 0, 0, "I"],
    [49, 0, 0, "II"],
    [30, 0, 0, "II"],
    [20, 0, 0, "III"],
    [10, 0, 0, "IV"],
    [9, 0, 0, null],
    [2, 2, 0, "IV"],
    [3, 3, 0, "III"],
    [5, 5, 0, "II"],
    [10, 10, 0, "I"],
    [1, 1, 1, "II"],
    [3, 3, 3, "I"],
  ] as const)("%i people, %i very serious, %i deaths on one lot: %s", (people, verySerious, deathsOnOneLot, level) => {
    expect(gradeIncident({ people, verySerious, deathsOnOneLot }).level).toBe(level);
  });

  test("no number of them is called official, and each level asks for less than the one above", () => {
    for (const { thresholds } of incidentLevels)
      for (const { status } of thresholds) expect(status).not.toBe("official");
    const from = (i: number, count: string): number =>
      incidentLevels[i]!.thresholds.find((one) => one.count === count)?.from ?? 0;
    for (let i = 1; i < incidentLevels.length; i++) {
      for (const count of ["people", "verySerious"]) expect(from(i, count)).toBeLessThan(from(i - 1, count));
    }
  });

  test("a local table takes their place, and counts come from the reports of the alert", () => {
    const reports = [
      report(0, { lots: ["L1"] }, { serious: ["death"] }),
      report(1, { lots: ["l1"] }, { serious: ["death", "life-threatening"] }),
      report(2, { lots: ["L2"] }, { serious: ["death"] }),
      report(3, { lots: ["L1"] }, { serious: ["disability"] }),
      report(4, { lots: ["L1"] }, { serious: ["hospitalisation"] }),
      report(5, {}, { serious: undefined }),
    ];
    const [alert] = found(reports, profiles.productWatch).alerts;
    const counts = incidentCounts(alert!, buildTable(reports));
    expect(counts).toEqual({ people: 6, verySerious: 4, deathsOnOneLot: 2 });
    const grade = gradeIncident(counts, [
      {
        level: "III",
        title: { zh: "本地", en: "local" },
        thresholds: [{ count: "people", from: 6, status: "local", source: "plan of the city" }],
      },
    ]);
    expect(grade).toMatchObject({ level: "III", met: [{ count: "people" }] });
    expect(() => incidentCounts(alert!, buildTable(reports.slice(1)))).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(() => gradeIncident({ ...counts, people: 1.5 })).toThrow(expect.objectContaining({ code: "INVALID_COUNT" }));
  });
});

describe("the form of a group event", () => {
  const pump = { manufacturer: "甲", start: "2024-01-03", lots: ["L1"], serial: "S1" };
  const events = [
    { term: "出血", dictionary: INJURY },
    { term: "断裂", dictionary: FAILURE },
  ];
  const reports = [
    report(500, pump, { domain: "device", region: "太原", eventDate: "2024-04-02", events }),
    report(
      501,
      { ...pump, start: "2023-12", lots: ["Ｌ１"] },
      { domain: "device", region: "大同", eventDate: "2024", events },
    ),
    report(
      502,
      { ...pump, start: "2024-01-02", serial: undefined },
      { domain: "device", region: "太原", eventDate: "2024-04-01" },
    ),
    report(
      503,
      {},
      {
        domain: "device",
        products: [
          { name: "A", role: "suspect" },
          { name: "B", role: "suspect", start: "2020-01-01", lots: ["X"] },
          { name: "A", role: "concomitant", start: "2019-01-01", lots: ["Y"] },
        ],
      },
    ),
  ];
  const table = buildTable(reports);
  const [alert] = findRuleClusters(table, profiles.deviceGroup2018, { asOf }).alerts.filter(
    ({ scope }) => scope.product === "A",
  );

  test("is filled from the alert's product in the reports", () => {
    const event = groupEvent(alert!, table);
    expect(event).toMatchObject({
      alertId: alert!.id,
      product: "A",
      peopleExposed: null,
      peopleAffected: 4,
      regions: [
        { value: "太原", reports: 2 },
        { value: "大同", reports: 1 },
      ],
      // Exact days go before 2023-12, which could be any day of the month.
      firstUse: "2024-01-02",
      firstEvent: "2024-04-01",
      lots: [{ value: "L1", reports: 3 }],
      serials: [{ value: "S1", reports: 2 }],
      harm: [
        { value: "rash", reports: 2 },
        { value: "出血", reports: 2 },
      ],
      failures: [{ value: "断裂", reports: 2 }],
    });
    expect(event.missing.map(({ zh }) => zh)).toEqual(["用械（用药）人数"]);
    expect(event.items.find(({ item }) => item.zh === "批号/编号")?.value).toBe("L1 (3)");
    expect(groupEvent(alert!, table, { peopleExposed: 120 })).toMatchObject({ peopleExposed: 120, missing: [] });
  });

  test("leaves out lots beyond the scope, and refuses what it cannot know", () => {
    expect(groupEvent({ ...alert!, scope: { product: "A", lots: ["Z9"] } }, table).lots).toEqual([]);
    const refused = (code: string, call: () => unknown): void => {
      expect(call).toThrow(expect.objectContaining({ code }));
    };
    refused("INVALID_ARGUMENT", () => groupEvent({ ...alert!, memberIds: ["nobody"] }, table));
    refused("INVALID_ARGUMENT", () => groupEvent(alert!, table, { product: "manufacturer" }));
    refused("INVALID_COUNT", () => groupEvent(alert!, table, { peopleExposed: -1 }));
  });
});
