import { expect, test } from "vitest";
import { calendarOf } from "../../src/cluster/scan-calendar.ts";
import type { ScanPlaces } from "../../src/cluster/scan-geography.ts";
import { simulateScanMaxima } from "../../src/cluster/scan-monte-carlo.ts";
import type { ScanOptions } from "../../src/cluster/scan-options.ts";
import { prepareSpaceTimeScan, type ScanCases } from "../../src/cluster/scan-plan.ts";
import { recurrenceSteps } from "../../src/cluster/scan-recurrence.ts";
import { scanSpaceTime, spaceTimeScanResult } from "../../src/cluster/scan-space-time.ts";
import { isoDay } from "../../src/report/date.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";

const line: ScanPlaces = { id: ["a", "b", "c", "d"], x: [0, 1, 3, 7], y: [0, 0, 0, 0] };
const rows = { place: ["a", "a", "a", "b", "c", "d", "d"], day: [9, 9, 10, 2, 4, 5, 7] };
const prospective = {
  model: "permutation",
  analysis: "prospective",
  period: { from: 1, to: 10 },
  seed: 1,
  replications: 0,
} as const;
const spatial = { model: "poisson", analysis: "spatial", seed: 1, replications: 0 } as const;

const zonesOf = (places: ScanPlaces, options: Partial<ScanOptions> = {}): string[] => {
  const { id } = places;
  const plan = prepareSpaceTimeScan({ place: id, expected: { place: id, expected: id.map(() => 1) } }, places, {
    ...spatial,
    zoneMax: { share: 1 },
    ...options,
  });
  const { starts, members, closes } = plan.zones;
  const out: string[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      if (closes[i] === 1) out.push([...members.subarray(starts[row], i + 1)].map((p) => plan.ids[p]!).join(""));
    }
  }
  return out;
};

test("zones grow place by place; places at one distance come together", () => {
  expect(zonesOf({ id: ["c", "a", "b"], x: [3, 0, 1], y: [0, 0, 0] })).toEqual([
    "a",
    "ab",
    "abc",
    "b",
    "ba",
    "bac",
    "c",
    "cb",
    "cba",
  ]);
  expect(zonesOf({ id: ["a", "b", "c"], x: [0, 1, 2], y: [0, 0, 0] })).toEqual([
    "a",
    "ab",
    "abc",
    "b",
    "bac",
    "c",
    "cb",
    "cba",
  ]);
  expect(zonesOf({ id: ["a", "b", "c"], x: [0, 0, 2], y: [0, 0, 0] })).toEqual(["ab", "abc", "ab", "abc", "c", "cab"]);
});

test("zones end before the share or the radius is passed", () => {
  expect(zonesOf(line, { zoneMax: { share: 0.5 } })).toEqual(["a", "ab", "b", "ba", "c", "cb", "d", "dc"]);
  expect(zonesOf(line, { zoneMax: { share: 1, radius: 2 } })).toEqual(["a", "ab", "b", "ba", "bac", "c", "cb", "d"]);
});

test("neighbourhoods are rings of steps, and a place without a way there is never in them", () => {
  const ring: ScanPlaces = { id: ["a", "b", "c", "d", "e"], neighbours: [["b"], ["c", "d"], [], [], []] };
  expect(zonesOf(ring)).toEqual(["a", "ab", "abcd", "b", "bacd", "c", "cb", "cbad", "d", "db", "dbac", "e"]);
});

test("distances on the sphere: a degree of the equator is 6,367 km · π / 180, across the date line too", () => {
  const scan = scanSpaceTime(
    { place: ["a", "b", "a", "b"], expected: { place: ["a", "b", "c"], expected: [1, 1, 6] } },
    { id: ["a", "b", "c"], lat: [0, 0, 50], lon: [179.5, -179.5, 0] },
    spatial,
  );
  expect(scan.clusters[0]!.places).toEqual(["a", "b"]);
  expectClose(scan.clusters[0]!.radius!, (6367 * Math.PI) / 180, 1e-12);
});

test("time steps are counted back from the end of the period; the first may be short", () => {
  const starts = (options: Partial<ScanOptions>): string[] =>
    [...calendarOf({ ...prospective, ...options }).starts].map(isoDay);
  expect(starts({ period: { from: "2024-01-01", to: "2024-01-10" }, timeStep: 7 })).toEqual([
    "2024-01-01",
    "2024-01-04",
    "2024-01-11",
  ]);
  expect(starts({ period: { from: "2023-11-15", to: "2024-02" }, timeStep: "month" })).toEqual([
    "2023-11-15",
    "2023-12-01",
    "2024-01-01",
    "2024-02-01",
    "2024-03-01",
  ]);
  expect(starts({ period: { from: "2023-10", to: "2024-01-30" }, timeStep: "month" })).toEqual([
    "2023-10-01",
    "2023-10-31",
    "2023-11-30",
    "2023-12-31",
    "2024-01-31",
  ]);
  expect(starts({ period: { from: "2022", to: "2023" }, timeStep: "year" })).toEqual([
    "2022-01-01",
    "2023-01-01",
    "2024-01-01",
  ]);
});

test("cases that cannot be used are counted, each under one reason", () => {
  const scan = scanSpaceTime(
    {
      place: ["a", "a", "", null, "x", "lost", "a", "a", "b", "a"],
      day: [
        "2024-01-02",
        "2024-01-31",
        "2024-01-02",
        "2024-01-02",
        "2024-01-02",
        "2024-01-02",
        "2024-01",
        null,
        "2023",
        "bad",
      ],
      count: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    },
    { id: ["a", "b", "lost"], lat: [1, 2, NaN], lon: [3, 4, 5] },
    { ...prospective, period: { from: "2024-01-01", to: "2024-01-31" } },
  );
  expect(scan.cases).toBe(3);
  expect(scan.places).toBe(2);
  expect(scan.excluded).toEqual({
    cases: {
      withoutPlace: 12,
      unknownPlace: 16,
      withoutCoordinates: 32,
      withoutDay: 640,
      vagueDay: 64,
      outOfPeriod: 256,
    },
    controls: null,
    places: 1,
  });
});

test("a month is a time step of its own when steps are months", () => {
  const scan = scanSpaceTime({ place: ["a", "b", "a"], day: ["2024-01", "2024-02-03", "2024"] }, line, {
    ...prospective,
    period: { from: "2024-01", to: "2024-03" },
    timeStep: "month",
    windowMax: 2,
  });
  expect([scan.cases, scan.steps, scan.excluded.cases.vagueDay]).toEqual([2, 3, 1]);
});

test("population runs in straight lines between counts; a year alone is 1 July", () => {
  const base = (population: ScanCases["population"]): Float64Array =>
    prepareSpaceTimeScan(
      { place: ["a", "b"], day: ["2020", "2021"], count: [50, 50], population },
      { id: ["a", "b"], x: [0, 1], y: [0, 0] },
      { ...spatial, analysis: "retrospective", period: { from: "2019", to: "2022" }, timeStep: "year", windowMax: 2 },
    ).base;
  const plan = base({ place: ["a", "a", "b"], date: ["2020", "2021", "2020"], population: [100, 200, 150] });
  const days = [365, 366, 365, 365]; // 182 of those of 2020 and 181 of 2021 lie before 1 July
  const personDays = [
    100 * 365,
    100 * 182 + 184 * (100 + ((100 / 365) * 184) / 2),
    181 * (200 - ((100 / 365) * 181) / 2) + 184 * 200,
    200 * 365,
    ...days.map((d) => d * 150),
  ];
  const total = personDays.reduce((sum, x) => sum + x, 0);
  for (const [i, x] of personDays.entries()) expectClose(plan[i]!, (100 * x) / total, 1e-13);
});

test("expected cases are standardised indirectly by class, and sum to the cases", () => {
  const plan = prepareSpaceTimeScan(
    {
      place: ["a", "b", "b"],
      count: [10, 20, 30],
      stratum: ["young", "young", "old"],
      population: {
        place: ["a", "b", "a", "b"],
        population: [100, 200, 50, 50],
        stratum: ["young", "young", "old", "old"],
      },
    },
    { id: ["a", "b"], x: [0, 1], y: [0, 0] },
    spatial,
  );
  expectClose(plan.base[0]!, 30 / 3 + 15, 1e-14);
  expectClose(plan.base[1]!, 20 + 15, 1e-14);
});

test("a trend that is there is found and taken out", () => {
  const day = Array.from({ length: 40 }, (_, t) => t + 1);
  const count = day.map((t) => Math.round(1000 * 1.05 ** t));
  const scan = scanSpaceTime({ day, count }, null, {
    ...spatial,
    analysis: "temporal",
    period: { from: 1, to: 40 },
    trend: "log-linear",
  });
  expectClose(scan.trend!, 1.05, 1e-4);
  expect(scan.clusters[0]!.llr).toBeLessThan(0.01);
  expect(
    scanSpaceTime({ day, count }, null, { ...spatial, analysis: "temporal", period: { from: 1, to: 40 } }).clusters[0]!
      .llr,
  ).toBeGreaterThan(1000);
});

test("permuting within kinds of day removes a cluster that is only a weekday of a place", () => {
  const place: string[] = [];
  const day: string[] = [];
  for (let d = 0; d < 28; d++) {
    for (let k = 0; k < 6; k++) {
      place.push(d % 7 === 6 ? "a" : ["b", "c", "d"][k % 3]!);
      day.push(isoDay(19_723 + d));
    }
  }
  const options = { ...prospective, period: { from: day[0]!, to: day.at(-1)! } };
  const plain = scanSpaceTime({ place, day }, line, options).clusters[0]!;
  expect([plain.places, plain.from, plain.observed]).toEqual([["a"], day.at(-1), 6]);
  const kinds = Array.from({ length: 28 }, (_, d) => (d % 7 === 6 ? "free" : "working"));
  expect(scanSpaceTime({ place, day }, line, { ...options, strata: kinds }).clusters).toEqual([]);
  expect(scanSpaceTime({ place, day }, line, { ...options, strata: "weekday" }).clusters).toEqual([]);
});

test("clusters name the reports in them", () => {
  const [first] = scanSpaceTime(
    { ...rows, key: ["r1", "r2", "r3", "r4", "r5", "r6", "r7"] },
    line,
    prospective,
  ).clusters;
  expect(first).toMatchObject({ places: ["a"], centre: "a", radius: 0, from: 9, to: 10, steps: 2, observed: 3 });
  expect(first!.keys).toEqual(["r1", "r2", "r3"]);
  expectClose(first!.expected, 9 / 7, 1e-14);
  expect([first!.p, first!.gumbelP, first!.recurrence]).toEqual([null, null, null]);
});

test("low rates: a place without a case is a cluster where many are expected", () => {
  const cases = { place: ["a", "b", "d"], count: [20, 20, 20], expected: { place: line.id, expected: [1, 1, 1, 1] } };
  const low = scanSpaceTime(cases, line, { ...spatial, rates: "low" });
  expect(low.clusters[0]).toMatchObject({ places: ["c"], observed: 0, rate: "low", relativeRisk: 0 });
  expect(scanSpaceTime(cases, line, { ...spatial, rates: "both" }).clusters[0]).toEqual({ ...low.clusters[0]! });
});

test("clusters of one scan share no place in the same time step", () => {
  const random = seededRandom(8);
  const day = Array.from({ length: 300 }, () => 1 + random.integer(30));
  const id = Array.from({ length: 15 }, (_, i) => `p${i}`);
  const place = day.map(() => id[random.integer(15)]!);
  const scan = scanSpaceTime(
    { place, day },
    { id, x: id.map((_, i) => i % 4), y: id.map((_, i) => i >> 2) },
    { ...prospective, analysis: "retrospective", period: { from: 1, to: 30 }, maxClusters: 30 },
  );
  expect(scan.clusters.length).toBeGreaterThan(3);
  const cells = scan.clusters.flatMap(({ places, from, to }) =>
    places.flatMap((p) => Array.from({ length: Number(to) - Number(from) + 1 }, (_, k) => `${p} ${Number(from) + k}`)),
  );
  expect(new Set(cells).size).toBe(cells.length);
  const statistics = scan.clusters.map(({ statistic }) => statistic);
  expect(statistics).toEqual([...statistics].sort((x, y) => y - x));
});

test("critical values have the p-values they are named for", () => {
  const plan = prepareSpaceTimeScan(rows, line, { ...prospective, replications: 999 });
  const maxima = Float64Array.from({ length: 999 }, (_, i) => 999 - i);
  const scan = spaceTimeScanResult(plan, maxima);
  expect(scan.null!.critical).toEqual([
    { alpha: 0.05, value: 950 },
    { alpha: 0.01, value: 990 },
    { alpha: 0.001, value: 999 },
  ]);
  expect(
    spaceTimeScanResult({ ...plan, options: { ...plan.options, replications: 9 } }, maxima.slice(0, 9)).null!
      .critical[0]!.value,
  ).toBeNull();
  expect(() => spaceTimeScanResult(plan, maxima.slice(1))).toThrow(
    expect.objectContaining({ code: "LENGTH_MISMATCH" }),
  );
});

test("a sequential test stops at the replication that settles it, whatever the batches", () => {
  const options = { ...prospective, replications: 500 };
  const full = scanSpaceTime(rows, line, options);
  const largest = full.clusters[0]!.statistic;
  const reached = [...full.null!.maxima].map((x) => x >= largest * (1 - 1e-10));
  const stopAfter = 5;
  let at = 0;
  for (let seen = 0; seen < stopAfter; at++) if (reached[at]!) seen++;
  const early = scanSpaceTime(rows, line, { ...options, stopAfter });
  expect(early.null!.stopped).toBe(true);
  expect([...early.null!.maxima]).toEqual([...full.null!.maxima.slice(0, at)]);
  expect(early.clusters[0]!.p).toBe(stopAfter / at);
  const never = scanSpaceTime(rows, line, { ...options, stopAfter: 501 });
  expect({ ...never, options: null }).toEqual({ ...full, options: null });
});

test("earlier looks make maxima larger and are spread out again in the recurrence interval", () => {
  const options = { ...prospective, replications: 199 };
  const once = scanSpaceTime(rows, line, options);
  const often = scanSpaceTime(rows, line, { ...options, looks: 5 });
  expect(often.null!.mean).toBeGreaterThan(once.null!.mean);
  const p = often.clusters[0]!.p!;
  expectClose(often.clusters[0]!.recurrence!, 1 / (1 - (1 - p) ** (1 / 5)), 1e-12);
  expect(often.clusters[0]!.statistic).toBe(once.clusters[0]!.statistic);
  expect([recurrenceSteps(1), recurrenceSteps(0.25), recurrenceSteps(0)]).toEqual([1, 4, Infinity]);
});

test("replications stop when asked to", () => {
  const controller = new AbortController();
  controller.abort(new Error("not wanted"));
  expect(() => scanSpaceTime(rows, line, { ...prospective, replications: 99 }, controller.signal)).toThrow(
    "not wanted",
  );
  const plan = prepareSpaceTimeScan(rows, line, { ...prospective, replications: 99 });
  expect(() => simulateScanMaxima(plan, 0, 99, controller.signal)).toThrow("not wanted");
  expect(() => simulateScanMaxima(plan, 5, 100)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("all cases in one place and step: nothing can be a cluster", () => {
  const scan = scanSpaceTime({ place: ["a", "a"], day: [3, 3] }, line, { ...prospective, replications: 9 });
  expect(scan.clusters).toEqual([]);
  expect([...scan.null!.maxima]).toEqual(new Array(9).fill(0));
});

test.each<[string, ScanCases, ScanPlaces | null, Partial<ScanOptions>, string]>([
  ["no case", { place: [], day: [] }, line, {}, "EMPTY_SCOPE"],
  ["no case in the period", { place: ["a"], day: [11] }, line, {}, "EMPTY_SCOPE"],
  ["one place", { place: ["a"], day: [1] }, { id: ["a"], x: [0], y: [0] }, {}, "INVALID_ARGUMENT"],
  ["a place twice", rows, { id: ["a", "a"], x: [0, 1], y: [0, 0] }, {}, "INVALID_ARGUMENT"],
  ["a latitude beyond the pole", rows, { id: ["a", "b"], lat: [0, 91], lon: [0, 0] }, {}, "INVALID_ARGUMENT"],
  ["a neighbour that is no place", rows, { id: ["a", "b"], neighbours: [["z"], []] }, {}, "UNKNOWN_TERM"],
  ["no places", rows, null, {}, "INVALID_ARGUMENT"],
  ["columns of two lengths", { ...rows, count: [1] }, line, {}, "LENGTH_MISMATCH"],
  ["coordinates of two lengths", rows, { id: ["a", "b"], x: [0, 1], y: [0] }, {}, "LENGTH_MISMATCH"],
  ["half a case", { place: ["a"], day: [1], count: [0.5] }, line, {}, "INVALID_COUNT"],
  ["no day", { place: ["a"] }, line, {}, "INVALID_ARGUMENT"],
  ["no period", rows, line, { period: undefined }, "INVALID_OPTION"],
  ["a period that ends first", rows, line, { period: { from: 5, to: 4 } }, "INVALID_DATE"],
  ["a period of text", rows, line, { period: { from: "x", to: "y" } }, "INVALID_DATE"],
  ["months of numbers", rows, line, { timeStep: "month" }, "INVALID_OPTION"],
  ["half a step", rows, line, { timeStep: 0.5 }, "INVALID_OPTION"],
  ["a window longer than the longest", rows, line, { windowMin: 6 }, "INVALID_OPTION"],
  ["a share of 0", rows, line, { zoneMax: { share: 0 } }, "INVALID_OPTION"],
  ["looks without a prospect", rows, line, { analysis: "retrospective", looks: 2 }, "INVALID_OPTION"],
  ["a permutation without times", rows, line, { analysis: "spatial" }, "INVALID_OPTION"],
  ["a label too few", rows, line, { strata: ["x"] }, "LENGTH_MISMATCH"],
  ["a trend of a permutation", rows, line, { trend: "log-linear" }, "INVALID_OPTION"],
  ["no seed", rows, line, { seed: NaN }, "INVALID_OPTION"],
  ["no population", rows, line, { model: "poisson" }, "INVALID_ARGUMENT"],
  ["no controls", rows, line, { model: "bernoulli" }, "INVALID_ARGUMENT"],
  ["no control left", { ...rows, controls: { place: ["z"], day: [1] } }, line, { model: "bernoulli" }, "EMPTY_SCOPE"],
  ["a population of a permutation", { ...rows, population: { population: [1] } }, line, {}, "INVALID_ARGUMENT"],
  [
    "cases without population",
    { ...rows, population: { place: ["a", "b", "c", "d"], population: [0, 1, 1, 1] } },
    line,
    { model: "poisson" },
    "INVALID_COUNT",
  ],
  [
    "a population of no place",
    { ...rows, population: { place: ["a", "z"], population: [1, 1] } },
    line,
    { model: "poisson" },
    "UNKNOWN_TERM",
  ],
  [
    "ellipses on the sphere",
    rows,
    { id: ["a", "b", "c", "d"], lat: [0, 1, 2, 3], lon: [0, 0, 0, 0] },
    { ellipses: {} },
    "INVALID_OPTION",
  ],
])("%s is the caller's mistake", (_, cases, places, options, code) => {
  expect(() => scanSpaceTime(cases, places, { ...prospective, ...options })).toThrow(expect.objectContaining({ code }));
});
