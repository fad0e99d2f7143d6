import fc from "fast-check";
import { expect, test } from "vitest";
import { dayTypes, DAY_TYPES, holidayPoints, withDayTypeLevels } from "../../src/cluster/calendar.ts";
import { detectors } from "../../src/cluster/series-detectors.ts";
import { monitorSeries } from "../../src/cluster/series-monitor.ts";
import { countSeries, dailySeries, seriesOf, weeklySeries } from "../../src/cluster/series.ts";
import { isoWeekOf, isoWeekStart, stepIndex, stepIndexStart, stepName } from "../../src/cluster/weeks.ts";
import { seededRandom } from "../../src/math/random.ts";
import { dayOf, isoDay, NO_DAY } from "../../src/report/date.ts";
import { expectClose } from "../close.ts";

test.each([
  ["2004-12-31", 2004, 53],
  ["2005-01-02", 2004, 53],
  ["2005-01-03", 2005, 1],
  ["2008-12-29", 2009, 1],
  ["2010-01-03", 2009, 53],
  ["2020-12-31", 2020, 53],
  ["2021-01-04", 2021, 1],
  ["2024-12-30", 2025, 1],
])("%s lies in ISO week %i-W%i", (date, year, week) => {
  const day = dayOf(...(date.split("-").map(Number) as [number, number, number]));
  expect(isoWeekOf(day)).toEqual({ year, week });
  expect(isoDay(isoWeekStart(year, week)!) <= date).toBe(true);
});

test("71 of 400 years have a week 53", () => {
  const years = Array.from({ length: 400 }, (_, i) => 1800 + i);
  expect(years.filter((year) => isoWeekStart(year, 53) !== undefined).length).toBe(71);
});

test("a step and its running number are the same thing", () => {
  fc.assert(
    fc.property(fc.integer({ min: -60_000, max: 80_000 }), fc.constantFrom("day", "week", "month"), (day, step) => {
      const start = stepIndexStart(stepIndex(day, step), step);
      expect(start).toBeLessThanOrEqual(day);
      expect(stepIndexStart(stepIndex(day, step) + 1, step)).toBeGreaterThan(day);
      expect(stepName(start, step)).toBe(stepName(stepIndexStart(stepIndex(start, step), step), step));
    }),
  );
});

test("weeks without a report are zeros, over the turn of a year of 53 weeks", () => {
  const series = weeklySeries(["2020-12-22", "2021-01-12"], { start: "2020-W51", end: "2021-W03" });
  expect([...series.counts]).toEqual([0, 1, 0, 0, 1, 0]);
  const tested = monitorSeries(series, detectors.earsC1({ baseline: 2 }));
  expect(tested.points.map((point) => point.name)).toEqual([
    "2020-W51",
    "2020-W52",
    "2020-W53",
    "2021-W01",
    "2021-W02",
    "2021-W03",
  ]);
});

test("every day is counted once, whatever the order, or said to be outside", () => {
  const days = fc.array(fc.oneof(fc.integer({ min: 17_000, max: 17_400 }), fc.constant(NO_DAY)), { minLength: 1 });
  fc.assert(
    fc.property(days, fc.constantFrom("day", "week", "month"), (list, step) => {
      const series = countSeries(list, { step, start: "2016-10-01", end: "2017-05-31" });
      const counted = series.counts.reduce((sum, count) => sum + count, 0);
      expect(counted + series.before + series.after + series.withoutDay).toBe(list.length);
      expect(countSeries([...list].reverse(), { step, start: "2016-10-01", end: "2017-05-31" })).toEqual(series);
    }),
  );
});

test("a series needs days or a span", () => {
  expect(() => dailySeries([])).toThrow(expect.objectContaining({ code: "EMPTY_SCOPE" }));
  expect(() => dailySeries(["2024-01"])).toThrow(expect.objectContaining({ code: "INVALID_DATE" }));
  expect(() => dailySeries([], { start: "2024-02-01", end: "2024-01-01" })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
  expect([...dailySeries([], { start: "2024-01-31", end: "2024-02-01" }).counts]).toEqual([0, 0]);
});

// Spring Festival and National Day of two years: moving feasts are listed, not computed.
const calendar = {
  holidays: [
    { from: "2023-01-21", to: "2023-01-27", name: "Spring Festival" },
    { from: "2023-09-29", to: "2023-10-06", name: "Golden Week" },
    { from: "2024-02-10", to: "2024-02-17", name: "Spring Festival" },
  ],
  catchUpDays: 7,
  workdays: ["2023-01-28", "2023-01-29"],
};

test("days are holidays, catch-up days or weekdays", () => {
  const series = seriesOf({ counts: new Float64Array(20), start: "2023-01-18", step: "day" });
  expect(Array.from(dayTypes(series, calendar), (type) => DAY_TYPES[type])).toEqual([
    ...["wednesday", "thursday", "friday"],
    ...Array<string>(7).fill("holiday"),
    ...Array<string>(7).fill("catch-up"),
    ...["saturday", "sunday", "monday"],
  ]);
  const worked = dayTypes(series, { ...calendar, catchUpDays: 0 });
  expect(Array.from(worked.slice(10, 13), (type) => DAY_TYPES[type])).toEqual(["friday", "friday", "monday"]);
});

test("a week with a holiday is one, and the week after it is caught up in", () => {
  const series = seriesOf({ counts: new Float64Array(5), start: "2023-W02" });
  expect([...holidayPoints(series, calendar)]).toEqual([0, 1, 1, 1, 0]);
  expect(Array.from(dayTypes(series, calendar), (type) => DAY_TYPES[type])).toEqual([
    "ordinary",
    "holiday",
    "holiday",
    "catch-up",
    "ordinary",
  ]);
});

/** Two years of daily counts with weekday, holiday and catch-up factors. */
function daily(mean: number, seed: number): ReturnType<typeof seriesOf> {
  const random = seededRandom(seed);
  const blank = seriesOf({ counts: new Float64Array(425), start: "2023-01-01", step: "day" });
  const factors = [1.3, 1.2, 1.1, 1.1, 1.2, 0.4, 0.3, 0.2, 1.9];
  const counts = Array.from(dayTypes(blank, calendar), (type) => random.poisson(mean * factors[type]!));
  return seriesOf({ counts, start: "2023-01-01", step: "day" });
}

test("levels are the means of day types over the mean of all, drawn towards 1", () => {
  const series = daily(100, 3);
  const before = 400;
  const { levels } = withDayTypeLevels(series, calendar, { before, shrinkage: 1e-9 });
  const types = dayTypes(series, calendar);
  const mean = series.counts.subarray(0, before).reduce((sum, count) => sum + count, 0) / before;
  for (const type of [0, 5, 7, 8]) {
    const of = Array.from(series.counts.subarray(0, before)).filter((_, i) => types[i] === type);
    expectClose(levels![types.indexOf(type)]!, of.reduce((sum, count) => sum + count, 0) / of.length / mean, 1e-9);
  }
  const drawn = withDayTypeLevels(series, calendar, { before, shrinkage: 1e9 }).levels!;
  expect(drawn.every((level) => Math.abs(level - 1) < 1e-4)).toBe(true);
});

test("levels rest on the points before the tested ones alone", () => {
  const series = daily(20, 4);
  const changed = { ...series, counts: series.counts.map((count, i) => (i < 300 ? count : count * 50)) };
  expect(withDayTypeLevels(changed, calendar, { before: 300 }).levels).toEqual(
    withDayTypeLevels(series, calendar, { before: 300 }).levels,
  );
});

test("with levels a catch-up week after the festival no longer alarms, and a real rise still does", () => {
  const series = daily(30, 5);
  const from = "2024-02-18"; // catching up after the second Spring Festival
  const to = "2024-02-24";
  const detector = detectors.shewhart({ spread: "poisson" });
  expect(monitorSeries(series, detector, { from, to }).alarms.length).toBeGreaterThan(0);
  const levelled = withDayTypeLevels(series, calendar, { before: from });
  const tested = monitorSeries(levelled, detector, { from, to });
  expect(tested.alarms.length).toBe(0);
  const risen = { ...levelled, counts: levelled.counts.map((count, i) => (i < 413 ? count : count * 3)) };
  const found = monitorSeries(risen, detector, { from, to });
  expect(found.alarms.length).toBeGreaterThan(4);
  for (const point of found.points) expect(point.observed > point.upper).toBe(point.alarm); // on the scale of the counts
});

test("holidays left out of baselines change no count and are tested themselves", () => {
  const series = daily(30, 6);
  const leftOut = holidayPoints(series, calendar);
  const all = monitorSeries(series, detectors.earsC1(), { from: "2023-10-14" });
  const without = monitorSeries(series, detectors.earsC1(), { from: "2023-10-14", leftOut });
  expect(without.columns.observed).toEqual(all.columns.observed);
  // The seven days before are all holiday or catch-up: the baseline reaches back to the week before them.
  const week = Array.from(series.counts).slice(264, 271);
  expectClose(without.columns.expected[0]!, week.reduce((sum, count) => sum + count, 0) / 7, 1e-14);
  expect(all.columns.expected[0]).not.toBe(without.columns.expected[0]);
});

test("a calendar needs a series with one", () => {
  const series = seriesOf({ counts: [1, 2] });
  expect(() => dayTypes(series, calendar)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  const backwards = { holidays: [{ from: "2023-02-02", to: "2023-02-01", name: "x" }] };
  const dated = seriesOf({ counts: [1, 2], start: "2023-01-01", step: "day" });
  expect(() => dayTypes(dated, backwards)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => dayTypes(dated, { holidays: [], catchUpDays: -1 })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
