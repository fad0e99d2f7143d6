import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changePoints } from "../../src/cluster/series-change-point.ts";
import { detectors } from "../../src/cluster/series-detectors.ts";
import { farringtonSteps } from "../../src/cluster/series-farrington-steps.ts";
import type { SeriesColumns, SeriesDetector } from "../../src/cluster/series-kernel.ts";
import { monitorSeries, monitorSeriesBatch } from "../../src/cluster/series-monitor.ts";
import { windowRatio } from "../../src/cluster/series-temporal-scan.ts";
import { seriesOf, type SeriesInput } from "../../src/cluster/series.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";
import { goldenBytes } from "../golden.ts";

/** Every detector, with settings that let short series be tested. */
const every: readonly SeriesDetector[] = [
  detectors.earsC1(),
  detectors.earsC2({ minSigma: 0.5 }),
  detectors.earsC3(),
  detectors.earsC3({ form: "surveillance" }),
  detectors.shewhart(),
  detectors.ewma(),
  detectors.cusum(),
  detectors.cusum({ transform: "anscombeNegBin", restart: true }),
  detectors.poissonGlr({ window: 20 }),
  detectors.poissonGlr({ shift: 0.5 }),
  detectors.nbGlr(),
  detectors.farrington({ years: 3 }),
  detectors.farringtonFlexible({ years: 3 }),
  detectors.farringtonFlexible({ years: 3, method: "muan", minCases: 0 }),
  detectors.farringtonFlexible({ years: 3, method: "delta", trendP: 0.05, periods: 4 }),
  detectors.temporalScan({ maxWindow: 4, replications: 99 }),
  detectors.changePoint({ history: 40, replications: 99, alpha: 0.02 }),
  detectors.bayes({ years: 1 }),
  detectors.outbreakP(),
];
const named = every.map((detector, i) => [`${detector.name} ${i}`, detector] as const);

// Years of 12 points: three years of history are then short.
const perYear = 12;
const length = 56;
const from = 42;
const row = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 12 }), { minLength: length, maxLength: length }),
  fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: length, maxLength: length }),
  fc.constant(new Array<number>(length).fill(0)),
  fc.array(fc.integer({ min: 0, max: 400 }), { minLength: length, maxLength: length }),
);
const rows = fc.array(row, { minLength: 1, maxLength: 4 });
const leftOut = fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: length, maxLength: length });
const blank = { step: "point", startDay: undefined, perYear } as const;
const levels = Float64Array.from({ length }, (_, i) => 0.5 + (i % 3));

function slice(columns: SeriesColumns, series: number, points: number): unknown[] {
  return Object.values(columns).map((column) => (column as Float64Array).slice(series * points, (series + 1) * points));
}

describe.each(named)("%s", (_, detector) => {
  test("the batch gives each series what it gets alone, in any order", () => {
    fc.assert(
      fc.property(rows, leftOut, fc.boolean(), (list, out, withLevels) => {
        const input = { ...blank, length, levels: withLevels ? levels : undefined };
        const options = { from, leftOut: out };
        const batch = monitorSeriesBatch({ ...input, counts: list.flat() }, detector, options);
        const turned = monitorSeriesBatch({ ...input, counts: [...list].reverse().flat() }, detector, options);
        list.forEach((counts, s) => {
          const alone: SeriesInput = { counts, perYear, ...(withLevels ? { levels } : {}) };
          const single = slice(monitorSeries(seriesOf(alone), detector, options).columns, 0, length - from);
          expect(slice(batch.columns, s, batch.points)).toEqual(single);
          expect(slice(turned.columns, list.length - 1 - s, batch.points)).toEqual(single);
        });
      }),
      { numRuns: 30 },
    );
  });

  test("a result does not change when the series grows, and only a tested point alarms", () => {
    fc.assert(
      fc.property(row, fc.integer({ min: from, max: length - 1 }), (counts, to) => {
        const grown = monitorSeries(seriesOf({ counts, perYear }), detector, { from, to });
        const then = monitorSeries(seriesOf({ counts: counts.slice(0, to + 1), perYear }), detector, { from });
        expect(then.points).toEqual(grown.points);
        for (const point of grown.points) {
          if (point.state !== "tested") {
            expect([point.alarm, point.upper]).toEqual([false, NaN]);
          } else if (!Number.isNaN(point.upper) && !["cusum", "ewma"].includes(detector.name)) {
            expect(point.alarm).toBe(point.observed > point.upper);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test("a far larger count alarms once there is history, and a short history is said to be short", () => {
    const random = seededRandom(5);
    const counts = Array.from({ length }, () => random.poisson(6));
    counts[from] = 300;
    // What looks for lasting change is given one.
    if (detector.name === "changePoint") counts.fill(300, from);
    const result = monitorSeries(seriesOf({ counts, perYear }), detector, { from });
    expect(result.alarms.length).toBeGreaterThan(0);
    const young = monitorSeries(seriesOf({ counts: [300], perYear }), detector);
    expect(young.points[0]).toMatchObject({ state: "insufficient-baseline", alarm: false, observed: 300 });
    expect(young.points[0]!.upper).toBeNaN();
  });
});

test("upper of a CUSUM is the count that brings it to h", () => {
  for (const transform of [
    "standard",
    "rossi",
    "anscombe",
    "anscombe2nd",
    "pearsonNegBin",
    "anscombeNegBin",
  ] as const) {
    const detector = detectors.cusum({ transform, mean: 7, dispersion: 0.3 });
    const { upper } = monitorSeries(seriesOf({ counts: [9, 10] }), detector).points[1]!;
    const reached = monitorSeries(seriesOf({ counts: [9, upper] }), detector).points[1]!;
    expectClose(reached.statistic, 4, 1e-12);
  }
});

test("upper of an EWMA is the count that brings it to its exact limit", () => {
  const detector = detectors.ewma({ mean: 10, sd: 2, lambda: 0.3, limit: 2.5 });
  const { upper } = monitorSeries(seriesOf({ counts: [12, 11, 10] }), detector).points[2]!;
  expectClose(monitorSeries(seriesOf({ counts: [12, 11, upper] }), detector).points[2]!.statistic, 2.5, 1e-12);
  // First point: the average is λ·y + (1 - λ)·mean, its standard deviation λ·sd.
  expectClose(monitorSeries(seriesOf({ counts: [10] }), detector).points[0]!.upper, 10 + 2.5 * 2, 1e-14);
});

test("a negative binomial ratio of varying means is the largest over the factor", () => {
  const counts = [30, 5, 40, 12];
  const spread = [2, 0.5, 1, 1.5];
  const detector = detectors.nbGlr({ mean: 10, dispersion: 0.4, threshold: 1e9 });
  const best = monitorSeries(seriesOf({ counts, levels: spread }), detector).points[3]!;
  const at = (log: number, start: number): number =>
    counts.slice(start).reduce((sum, y, i) => {
      const m = 10 * spread[start + i]!;
      return sum + y * log - (y + 2.5) * Math.log((1 + 0.4 * m * Math.exp(log)) / (1 + 0.4 * m));
    }, 0);
  let largest = 0;
  for (let start = 0; start < 4; start++) {
    for (let log = 0; log < 2; log += 1e-4) largest = Math.max(largest, at(log, start));
  }
  expectClose(best.statistic, largest, 1e-7); // the grid misses the top by half a step at most
});

describe("temporal scan", () => {
  /** P(the largest ratio of the windows ending now is at least this) by listing all ways to place the cases. */
  function enumerate(ratio: number, cases: number, shares: readonly number[], longest: number): number {
    let p = 0;
    const place = (point: number, left: number, log: number, placed: readonly number[]): void => {
      if (point === shares.length - 1) {
        const all = [...placed, left];
        let chance = log + left * Math.log(shares[point]!);
        for (let k = 2; k <= left; k++) chance -= Math.log(k);
        let count = 0;
        let share = 0;
        let largest = 0;
        for (let w = 1; w <= longest; w++) {
          count += all[w - 1]!;
          share += shares[w - 1]!;
          if (count >= 2) largest = Math.max(largest, windowRatio(count, cases, share));
        }
        if (largest >= ratio - 1e-9) p += Math.exp(chance);
        return;
      }
      let term = log;
      for (let k = 0; k <= left; k++) {
        if (k > 0) term += Math.log(shares[point]!) - Math.log(k);
        place(point + 1, left - k, term, [...placed, k]);
      }
    };
    let factorial = 0;
    for (let k = 2; k <= cases; k++) factorial += Math.log(k);
    place(0, cases, factorial, []);
    return p;
  }

  test.each([[[1, 0, 2, 1, 0, 3]], [[0, 0, 1, 1, 4, 1]], [[2, 1, 0, 1, 0, 5]]])(
    "p is the exact one for %j",
    (counts) => {
      for (const spread of [undefined, [1, 2, 1, 0.5, 1, 3]]) {
        const series = seriesOf({ counts, ...(spread === undefined ? {} : { levels: spread }) });
        const detector = detectors.temporalScan({ maxWindow: 3, minHistory: 4 });
        const point = monitorSeries(series, detector, { from: 5 }).points[0]!;
        const total = (spread ?? counts.map(() => 1)).reduce((sum, level) => sum + level, 0);
        const shares = (spread ?? counts.map(() => 1)).map((level) => level / total).reverse();
        const cases = counts.reduce((sum, count) => sum + count, 0);
        if (point.statistic > 0) expectClose(point.p, enumerate(point.statistic, cases, shares, 3), 1e-12);
        else expect(point.p).toBe(1);
      }
    },
  );

  test("the last week of Salmonella Agona: SaTScan 10.3.2 has 0.196675, p 0.599 of 999 replications", () => {
    const { agona } = JSON.parse(goldenBytes("series-counts.json.gz").toString()) as {
      readonly agona: { readonly counts: readonly number[] };
    };
    const series = seriesOf(agona);
    const point = monitorSeries(series, detectors.temporalScan(), { from: 311 }).points[0]!;
    expectClose(point.statistic, 0.196675, 5e-6);
    expectClose(point.expected, 2.875, 1e-12);
    expect(Math.abs(point.p - 0.599)).toBeLessThan(4 * Math.sqrt((0.6 * 0.4) / 1000));
  });

  test("a p too long to sum up is simulated, near that of Poisson counts, and the same every time", () => {
    const random = seededRandom(8);
    const counts = Array.from({ length: 40 }, (_, i) => random.poisson(i < 36 ? 5000 : 5060));
    const detector = detectors.temporalScan({ replications: 1999 });
    const point = monitorSeries(seriesOf({ counts }), detector, { from: 39 }).points[0]!;
    expect(monitorSeries(seriesOf({ counts }), detector, { from: 39 }).points[0]!.p).toBe(point.p);
    const runs = 1999;
    let reached = 0;
    for (let run = 0; run < runs; run++) {
      const drawn = Array.from({ length: 40 }, () => random.poisson(5000));
      const total = drawn.reduce((sum, count) => sum + count, 0);
      let last = 0;
      let largest = 0;
      for (let w = 1; w <= 12; w++) {
        last += drawn[40 - w]!;
        largest = Math.max(largest, windowRatio(last, total, w / 40));
      }
      if (largest >= point.statistic) reached += 1;
    }
    const p = reached / runs;
    expect(point.p).toBeGreaterThan(0.01);
    expect(point.p).toBeLessThan(0.9);
    expect(Math.abs(point.p - p)).toBeLessThan(4 * Math.sqrt((2 * p * (1 - p)) / runs) + 0.002);
  });

  test("without an outbreak p is at most alpha no more often than alpha says", () => {
    const random = seededRandom(9);
    const runs = 4000;
    let alarms = 0;
    const detector = detectors.temporalScan({ alpha: 0.05 });
    for (let run = 0; run < runs; run++) {
      const counts = Array.from({ length: 40 }, () => random.poisson(3));
      if (monitorSeries(seriesOf({ counts }), detector, { from: 39 }).alarms.length > 0) alarms += 1;
    }
    expect(alarms / runs).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
    expect(alarms / runs).toBeGreaterThan(0.025); // discrete, so below 0.05, but not by much
  });
});

describe("change points", () => {
  test("PELT finds the best cut of all", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 3 }), (list, minLength) => {
        const penalty = 2;
        const cost = (from: number, to: number): number => {
          const sum = list.slice(from, to).reduce((a, b) => a + b, 0);
          return sum > 0 ? -2 * sum * Math.log(sum / (to - from)) : 0;
        };
        const best = (to: number): number => {
          let least = to < minLength && to < list.length ? Infinity : cost(0, to);
          for (let cut = minLength; cut <= to - minLength; cut++)
            least = Math.min(least, best(cut) + penalty + cost(cut, to));
          return least;
        };
        const found = changePoints(seriesOf({ counts: list }), { minLength, penalty });
        const total = found.reduce((sum, s) => sum + cost(s.from, s.to + 1), penalty * (found.length - 1));
        expectClose(total, best(list.length), 1e-10, 1e-10);
        expect(found[0]!.from).toBe(0);
        expect(found.at(-1)!.to).toBe(list.length - 1);
      }),
    );
  });

  test("the detector names the place", () => {
    const random = seededRandom(2);
    const counts = Array.from({ length: 80 }, (_, i) => random.poisson(i < 55 ? 5 : 11));
    const point = monitorSeries(seriesOf({ counts }), detectors.changePoint(), { from: 79 }).points[0]!;
    expect(point.alarm).toBe(true);
    expect(Math.abs(point.since! - 55)).toBeLessThan(5);
    expect(changePoints(seriesOf({ counts })).map((segment) => segment.from)).toContain(point.since);
  });
});

describe("Farrington", () => {
  const random = seededRandom(21);
  const quiet = Array.from({ length: 300 }, (_, i) => random.poisson(4 + 2 * Math.sin((2 * Math.PI * i) / 52)));

  test("an outbreak in the past raises the bound far less when it is weighted down", () => {
    const counts = quiet.map((count, i) => (i >= 186 && i < 192 ? count + 40 : count)); // two years before the tested week
    const upper = (list: readonly number[], reweight: boolean): number =>
      monitorSeries(seriesOf({ counts: list }), detectors.farringtonFlexible({ method: "delta", reweight }), {
        from: 292,
        to: 292,
      }).points[0]!.upper;
    const calm = upper(quiet, true);
    expect(upper(counts, true) - calm).toBeLessThan(0.25 * (upper(counts, false) - calm));
  });

  test("an outbreak of the last 26 weeks does not raise its own bound", () => {
    const counts = quiet.map((count, i) => (i >= 280 ? count + 40 : count));
    const bound = (list: readonly number[]): number =>
      monitorSeries(seriesOf({ counts: list }), detectors.farringtonFlexible(), { from: 299 }).points[0]!.upper;
    expect(bound(counts)).toBe(bound(quiet));
  });

  test("fewer than 5 cases in 4 weeks is silence, which is no alarm and no all-clear", () => {
    const counts = [...new Array<number>(299).fill(0), 4];
    const point = monitorSeries(seriesOf({ counts }), detectors.farringtonFlexible(), { from: 299 }).points[0]!;
    expect(point).toMatchObject({ state: "silent", alarm: false });
    counts[299] = 5;
    for (const method of ["delta", "nbPlugin", "muan"] as const) {
      const first = monitorSeries(seriesOf({ counts }), detectors.farringtonFlexible({ method }), { from: 299 });
      expect(first.points[0]).toMatchObject({ state: "tested", alarm: true });
      expect(first.points[0]!.upper).toBeLessThan(5);
    }
  });

  test("a mean that is not known to within a factor of 1,000 gives muan no bound, and says so", () => {
    const counts = new Array<number>(300).fill(0);
    counts[40] = 1; // one case in the season of the tested week, five years ago
    counts[299] = 9;
    const point = (method: "muan" | "nbPlugin"): unknown =>
      monitorSeries(seriesOf({ counts }), detectors.farringtonFlexible({ method }), { from: 299 }).points[0];
    expect(point("muan")).toMatchObject({ state: "insufficient-baseline", alarm: false, upper: NaN });
    expect(point("nbPlugin")).toMatchObject({ state: "tested", alarm: true });
  });

  test("with a calendar the reference weeks are those nearest to the same date, so 53 weeks do not shift the season", () => {
    const start = "2013-W01";
    const peak = (week: string): number => Number(week.slice(6)); // count = ISO week: any shift shows
    const blank = seriesOf({ counts: new Float64Array(420), start });
    const names = monitorSeries(blank, detectors.earsC1()).points.map((point) => point.name!);
    const series = seriesOf({ counts: names.map(peak), start });
    const at = names.indexOf("2019-W30");
    const steps = farringtonSteps(series, at, { halfWindow: 0 });
    const own = Array.from(steps.index).filter((_, i) => steps.group[i] === 10);
    expect(own.map((i) => names[i])).toEqual(["2014-W30", "2015-W30", "2016-W30", "2017-W30", "2018-W30"]);
    const plain = farringtonSteps(seriesOf({ counts: series.counts }), at, { halfWindow: 0 });
    const shifted = Array.from(plain.index).filter((_, i) => plain.group[i] === 10);
    expect(names[shifted[0]!]).toBe("2014-W31");
  });

  test("daily and monthly series refer to the same date and month", () => {
    const months = seriesOf({ counts: new Array<number>(90).fill(3), start: "2015-01", step: "month" });
    const steps = farringtonSteps(months, 72, { halfWindow: 0, periods: 3, pastLeftOut: 2 });
    expect(Array.from(steps.index).filter((_, i) => steps.group[i] === 3)).toEqual([12, 24, 36, 48, 60]);
    const days = seriesOf({ counts: new Array<number>(1600).fill(3), start: "2020-02-29", step: "day" });
    const daily = farringtonSteps(days, 1461, { halfWindow: 0, periods: 1, years: 3 }); // 2024-02-29
    expect([...daily.index]).toEqual([366, 731, 1096]); // 1 March, where there is no 29 February
  });

  test("levels enter as an offset: doubled levels halve the baseline's mean, and the bound follows the level", () => {
    const plain = monitorSeries(seriesOf({ counts: quiet }), detectors.farringtonFlexible(), { from: 299 }).points[0]!;
    const double = monitorSeries(
      seriesOf({ counts: quiet, levels: new Array<number>(300).fill(2) }),
      detectors.farringtonFlexible(),
      { from: 299 },
    ).points[0]!;
    expectClose(double.expected, plain.expected, 1e-7); // the fit stops at 1e-8 of the deviance
    const busy = new Array<number>(300).fill(1);
    busy[299] = 3;
    const point = monitorSeries(seriesOf({ counts: quiet, levels: busy }), detectors.farringtonFlexible(), {
      from: 299,
    });
    expectClose(point.points[0]!.expected, 3 * plain.expected, 1e-12);
  });
});

test("points are named and chosen by date", () => {
  const series = seriesOf({ counts: new Array<number>(60).fill(2), start: "2020-W50" });
  const result = monitorSeries(series, detectors.earsC1(), { from: "2020-W53", to: "2021-01-10" });
  expect(result.points.map((point) => point.name)).toEqual(["2020-W53", "2021-W01"]);
  expect(result.from).toBe(3);
});

test("wrong calls are refused", () => {
  const code = (name: string): unknown => expect.objectContaining({ code: name });
  const series = seriesOf({ counts: [1, 2, 3] });
  const c1 = detectors.earsC1();
  expect(() => seriesOf({ counts: [1, -1] })).toThrow(code("INVALID_COUNT"));
  expect(() => seriesOf({ counts: [1, NaN] })).toThrow(code("INVALID_COUNT"));
  expect(() => seriesOf({ counts: [1], step: "week" })).toThrow(code("INVALID_OPTION"));
  expect(() => seriesOf({ counts: [1], start: "2021-W53" })).toThrow(code("INVALID_DATE"));
  expect(() => seriesOf({ counts: [1], levels: [0] })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => seriesOf({ counts: [1], levels: [1, 1] })).toThrow(code("LENGTH_MISMATCH"));
  expect(() => seriesOf({ counts: [1], perYear: 0 })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => monitorSeries(series, c1, { from: 3 })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => monitorSeries(series, c1, { from: "2024-W01" })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => monitorSeries(series, c1, { leftOut: [0] })).toThrow(code("LENGTH_MISMATCH"));
  expect(() => monitorSeriesBatch({ ...blank, levels: undefined, counts: [1, 2, 3], length: 2 }, c1)).toThrow(
    code("LENGTH_MISMATCH"),
  );
  expect(() => farringtonSteps(series, 2)).toThrow(code("EMPTY_SCOPE"));
  expect(() => farringtonSteps(series, 3)).toThrow(code("INVALID_ARGUMENT"));
  expect(() => changePoints(series, { minLength: 0 })).toThrow(code("INVALID_OPTION"));
  for (const make of [
    () => detectors.earsC1({ baseline: 1 }),
    () => detectors.earsC1({ z: 3, alpha: 0.01 }),
    () => detectors.earsC3({ form: "usa" as "cdc" }),
    () => detectors.cusum({ h: 0 }),
    () => detectors.cusum({ sd: 2 }),
    () => detectors.ewma({ lambda: 0 }),
    () => detectors.shewhart({ spread: "x" as "sd" }),
    () => detectors.poissonGlr({ shift: 0 }),
    () => detectors.nbGlr({ dispersion: 0 }),
    () => detectors.farrington({ years: 0 }),
    () => detectors.farringtonFlexible({ method: "x" as "muan" }),
    () => detectors.farringtonFlexible({ alpha: 1 }),
    () => detectors.temporalScan({ maxWindow: 5, history: 3 }),
    () => detectors.changePoint({ alpha: 0 }),
    () => detectors.bayes({ current: false }),
    () => detectors.outbreakP({ threshold: 1 }),
  ]) {
    expect(make).toThrow(code("INVALID_OPTION"));
  }
});
