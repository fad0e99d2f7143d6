import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isoDay, partialDay, type Report } from "pvsignal";
import { createDivisions } from "../../src/report/division.ts";
import { ageBand, ageBands } from "../../src/quality/age-bands.ts";
import { countyCoverage } from "../../src/quality/coverage.ts";
import type { DivisionList } from "../../src/quality/division-list.ts";
import { indicators } from "../../src/quality/indicators.ts";
import { binomialLimits, poissonLimits, wilsonShare } from "../../src/quality/limits.ts";
import { funnelFlag, perMillion, unionShare } from "../../src/quality/rates.ts";
import { silentGroups } from "../../src/quality/silence.ts";
import { unitSheets } from "../../src/quality/unit-sheets.ts";
import { yearChange } from "../../src/quality/year-change.ts";
import { expectClose } from "../close.ts";
import { make } from "./make.ts";

const csv = gunzipSync(readFileSync(join(import.meta.dirname, "../fixtures/divisions/cn-2023.csv.gz"))).toString(
  "utf8",
);
const divisions: DivisionList = createDivisions(csv, { vintage: "2023-06-30" });

describe("published figures", () => {
  test.each([
    [1_328_000, 1_340.1e6, 0, 991],
    [1_499_000, 1_339.6e6, 0, 1119],
    [108_321, 58.44e6, 1, 1853.5],
    [946_200, 1_410e6, 0, 671],
    [3_713, 58.9e6, 0, 63],
  ])("%d reports of %d people", (reports, people, digits, published) => {
    expect(Number(perMillion(reports, people).toFixed(digits))).toBe(published);
  });

  test("new or serious is a union, not the sum of the two shares", () => {
    const {
      firstShare,
      secondShare,
      union,
      unionShare: share,
    } = unionShare({ first: 21_801, second: 22_286, both: 1_599, total: 108_321 });
    const percent = (part: number): string => (100 * part).toFixed(2);
    expect([percent(firstShare!), percent(secondShare!), union, percent(share!)]).toEqual([
      "20.13",
      "20.57",
      42_488,
      "39.22",
    ]);
    expect(percent(firstShare! + secondShare!)).toBe("40.70");
  });

  test("380 severe of 3,713 device reports", () => {
    expect((100 * wilsonShare(380, 3_713).share!).toFixed(1)).toBe("10.2");
  });

  test("Shanxi has 121 county rows, of which 4 are statistical zones: coverage is out of 117", () => {
    const rows = csv.split("\n").filter((line) => /^14\d{4},[^,]*,county,/.test(line));
    expect(rows).toHaveLength(121);
    const codes = rows.map((line) => line.slice(0, 6));
    const { covered, silent, otherCodes } = countyCoverage(codes, divisions, "140000");
    expect([covered.count, covered.of, silent]).toEqual([117, 117, []]);
    expect(otherCodes).toHaveLength(4);
    const half = countyCoverage(codes.slice(0, 60), divisions, "140000");
    expect(half.silent.length).toBe(117 - half.covered.count);
    expect(half.vintage).toBe("2023-06-30");
  });
});

test("limits agree with published examples", () => {
  // Newcombe (1998), method 3: 81/263, 15/148, 0/20, 1/29.
  for (const [x, n, lower, upper] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const share = wilsonShare(x, n);
    expect([share.lower!.toFixed(4), share.upper!.toFixed(4)]).toEqual([lower.toFixed(4), upper.toFixed(4)]);
  }
  // Garwood's limits of 10 and 0; Clopper and Pearson's of 0 of 10 is 1 − 0.025^(1/10).
  expect([poissonLimits(10).lower.toFixed(3), poissonLimits(10).upper.toFixed(3)]).toEqual(["4.795", "18.390"]);
  expectClose(poissonLimits(0).upper, -Math.log(0.025), 1e-12);
  expectClose(binomialLimits(0, 10).upper, 1 - 0.025 ** 0.1, 1e-12);
  expect(wilsonShare(0, 0)).toMatchObject({ share: null, lower: null, upper: null });
});

test("shares and unions that cannot be are the caller's mistake", () => {
  for (const wrong of [
    () => unionShare({ first: 1, second: 1, both: 2, total: 5 }),
    () => unionShare({ first: 3, second: 3, both: 0, total: 5 }),
    () => unionShare({ first: 1.5, second: 1, both: 0, total: 5 }),
    () => wilsonShare(6, 5),
    () => perMillion(-1, 5),
  ])
    expect(wrong).toThrow(expect.objectContaining({ code: "INVALID_COUNT" }));
  expect(() => perMillion(1, 0)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

const report = (division: string | undefined, receivedDate: string, extra: Partial<Report> = {}): Report =>
  make({ division, receivedDate, serious: [], unexpected: false, ...extra });

describe("indicators of a period", () => {
  const reports = [
    report("140105", "2023-02-01", { unit: "A", unexpected: true, serious: ["death"] }),
    report("140105", "2023-03-01", { unit: "A", serious: ["other"], patient: { ageYears: 4.5 } }),
    report("140106", "2024-03-01", { unit: "B", unexpected: true }),
    report("140271", "2023-03-01", { unit: "C" }),
    report("110101", "2023-03-01"),
    report(undefined, "2023-03-01"),
    report("140000", "2023-03-01", { serious: undefined, unexpected: undefined }),
    report("140105", "2022-12-31"),
    report("140105", "2023"),
    report("140105", "2022"),
    make({ division: "140105" }),
  ];
  const options = {
    divisions,
    population: { vintage: "made up", of: { "140000": 34_910_000, "140100": 5_000_000, "140200": 3_000_000 } },
    period: { from: "2023-01-01", to: "2024-12-31" },
    within: "140000",
    sentinels: ["A", "C", "Z"],
  };
  const found = indicators(reports, options);

  test("every report is counted once: in a row, without a row, or left out with a reason", () => {
    expect(found.total.reports).toBe(6);
    expect(found.excluded).toEqual({ withoutDate: 1, outsidePeriod: 2, outsideArea: 2 });
    expect([found.withoutDivision, found.unknownDivision]).toEqual([0, 1]);
    expect(found.rows.map(({ division, year, reports: n, units }) => [division?.name, year, n, units])).toEqual([
      ["太原市", 2023, 3, 1],
      ["太原市", 2024, 1, 1],
      ["大同市", 2023, 1, 1],
    ]);
  });

  test("rates name their people, shares are unions, unknowns are told apart", () => {
    expect([found.populationVintage, found.divisionVintage]).toEqual(["made up", "2023-06-30"]);
    expectClose(found.total.rate.perMillion!, 6 / 34.91, 1e-14);
    expect(found.total.newOrSerious).toMatchObject({ first: 2, second: 2, both: 1, union: 3, total: 6 });
    expect([found.total.newUnknown, found.total.seriousUnknown]).toEqual([1, 1]);
    expectClose(found.rows[0]!.rate.upper!, poissonLimits(3).upper / 5, 1e-14);
    expect(found.rows.every(({ rate }) => rate.funnel === "within")).toBe(true);
    expect(indicators(reports, { ...options, population: { vintage: "none", of: {} } }).rows[0]!.rate).toEqual({
      people: null,
      perMillion: null,
      lower: null,
      upper: null,
      funnel: null,
    });
  });

  test("counties, sentinels and ages", () => {
    expect(found.coverage.covered).toMatchObject({ count: 2, of: 117 });
    expect(found.coverage.silent).toHaveLength(115);
    expect(found.coverage.otherCodes).toEqual(["140000", "140271"]);
    expect(found.sentinels).toMatchObject({
      covered: { count: 2, of: 3 },
      silent: ["Z"],
      reports: { count: 3, of: 6 },
    });
    expect(found.ageBands[0]).toEqual({ band: "0-4", reports: 1, share: 1 });
  });

  test("a period that runs backwards is refused", () => {
    expect(() => indicators([], { ...options, period: { from: "2024-01-01", to: "2023-01-01" } })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
    expect(() => indicators([], { ...options, period: { from: "2024", to: "2025-01-01" } })).toThrow(
      expect.objectContaining({ code: "INVALID_DATE" }),
    );
  });
});

test("no age falls between two bands", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 149, noNaN: true }), (age) => {
      const band = ageBand(age);
      const [low = NaN, high = NaN] = band.split(/[-+]/).map(Number);
      expect(age).toBeGreaterThanOrEqual(low);
      if (!band.endsWith("+")) expect(age).toBeLessThan(high + 1);
    }),
  );
  expect([4, 4.99, 5, 14.9, 15, 44, 45, 64.5, 65].map((age) => ageBand(age))).toEqual([
    "0-4",
    "0-4",
    "5-14",
    "5-14",
    "15-44",
    "15-44",
    "45-64",
    "45-64",
    "65+",
  ]);
  const bands = ageBands([make({ patient: { ageYears: 70 } }), make()]);
  expect(bands.map(({ band, reports: n }) => [band, n])).toEqual([
    ["0-4", 0],
    ["5-14", 0],
    ["15-44", 0],
    ["45-64", 0],
    ["65+", 1],
    [null, 1],
  ]);
  expect(() => ageBand(3, [1, 5])).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => ageBand(-1)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("a small unit is not out of line for a share that chance explains", () => {
  const of = (unit: string, serious: number, all: number): Report[] =>
    Array.from({ length: all }, (_, i) =>
      make({ unit, receivedDate: "2024-05-01", serious: i < serious ? ["other"] : [], unexpected: i === 0 }),
    );
  const { sheets, withoutUnit } = unitSheets(
    [...of("big", 100, 1000), ...of("small", 2, 3), ...of("odd", 60, 100), make({ receivedDate: "2024-05-01" })],
    { period: { from: "2024-01-01", to: "2024-12-31" } },
  );
  expect(sheets.map(({ key, reports: n, seriousFunnel }) => [key, n, seriousFunnel])).toEqual([
    ["big", 1000, "low"],
    ["odd", 100, "high"],
    ["small", 3, "within"],
  ]);
  expect(sheets[0]).toMatchObject({ first: "2024-05-01", last: "2024-05-01", newOnes: { count: 1, of: 1000 } });
  expect(withoutUnit).toBe(1);
});

test("the funnel flags what chance does not explain, on both sides", () => {
  expect([funnelFlag(0, 5), funnelFlag(0, 7), funnelFlag(13, 5), funnelFlag(14, 5)]).toEqual([
    "within",
    "low",
    "within",
    "high",
  ]);
});

test("a unit that fell silent is listed by how unlikely that is, small ones last", () => {
  const asOf = "2024-12-31";
  const end = partialDay(asOf)!.day;
  const of = (unit: string, n: number, last: number): Report[] =>
    Array.from({ length: n }, (_, i) => make({ unit, receivedDate: isoDay(end - last - Math.floor((i * 360) / n)) }));
  const reports = [
    ...of("busy", 40, 91),
    ...of("rare", 1, 200),
    ...of("going", 40, 3),
    ...of("ended", 9, 900),
    make({ unit: "busy" }),
  ];
  const { groups, active, expectedSilent, withoutDate } = silentGroups(reports, { asOf });
  expect(groups.map(({ key, before }) => [key, before])).toEqual([
    ["busy", 40],
    ["rare", 1],
  ]);
  expectClose(groups[0]!.p, (365 / 455) ** 40.5, 1e-13);
  expect(groups[0]).toMatchObject({ lastDay: isoDay(end - 91) });
  expect([active, withoutDate]).toEqual([3, 1]);
  expectClose(expectedSilent, (365 / 455) ** 40.5 + (365 / 455) ** 1.5 + (365 / 455) ** 30.5, 0.01, 0.01);
  expect(() => silentGroups([], { asOf, windowDays: 0 })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});

test("change on year compares the same months", () => {
  const at = (date: string, n: number, division?: string): Report[] =>
    Array.from({ length: n }, () => report(division, date));
  const reports = [
    ...at("2023-02-10", 4, "140105"),
    ...at("2024-03-10", 6, "140105"),
    ...at("2024-07-01", 9, "140105"),
    ...at("2024-05", 2),
    ...at("2024", 1),
  ];
  const { all, rows, withoutMonth } = yearChange(reports, { year: 2024, months: [1, 2, 3, 4, 5] });
  expect(rows.map(({ key, reports: n, before, change }) => [key, n, before, change])).toEqual([
    ["140105", 6, 4, 0.5],
    [null, 2, 0, null],
  ]);
  expect(all).toMatchObject({ reports: 8, before: 4, change: 1 });
  expect(withoutMonth).toBe(1);
  expect(rows[0]!.lower!).toBeLessThan(0.5);
  expect(rows[0]!.upper!).toBeGreaterThan(0.5);
  expect(rows[1]!.upper).toBeNull();
  expect(() => yearChange([], { year: 2024, months: [13] })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
