import fc from "fast-check";
import { expect, test } from "vitest";
import { scanDraw } from "../../src/cluster/scan-draw.ts";
import { simulateScanMaxima } from "../../src/cluster/scan-monte-carlo.ts";
import { isProspective, type ScanAnalysis, type ScanOptions } from "../../src/cluster/scan-options.ts";
import { firstStep, prepareSpaceTimeScan, type ScanCases, type SpaceTimePlan } from "../../src/cluster/scan-plan.ts";
import { scanSpaceTime } from "../../src/cluster/scan-space-time.ts";
import { bernoulliScanLlr, poissonScanLlr } from "../../src/cluster/scan-statistic.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";

/** The statistic of every zone and window of random data set r, one by one, as the definition has it. */
function naiveMaximum(plan: SpaceTimePlan, r: number): number {
  const { options, zones, steps, base, stepCases, totalCases, totalBase } = plan;
  const from = firstStep(plan);
  const width = steps - from;
  const drawn = new Int32Array(plan.places * width);
  scanDraw(plan)(seededRandom(options.seed).fork(r), drawn);
  // sums are taken in the kernel's order, from the end where all windows end there, so that equal means equal to the bit
  const toEnd = steps === 1 || (isProspective(options.analysis) && options.looks === 1);
  const firstEnd = isProspective(options.analysis) ? width - options.looks + 1 : 1;
  let largest = 0;
  for (let row = 0; row + 1 < zones.starts.length; row++) {
    const { shape } = zones.shapes[zones.shapeOf[row]!]!;
    const penalty = Math.pow((4 * shape) / ((shape + 1) * (shape + 1)), options.ellipses?.penalty ?? 0);
    const caseSums = new Float64Array(width + 1);
    const baseSums = new Float64Array(width + 1);
    for (let i = zones.starts[row]!; i < zones.starts[row + 1]!; i++) {
      let cases = 0;
      let held = 0;
      for (let k = 0; k < width; k++) {
        const t = toEnd ? width - 1 - k : k;
        cases += drawn[zones.members[i]! * width + t]!;
        held += base[zones.members[i]! * steps + from + t]!;
        caseSums[toEnd ? t : t + 1]! += cases;
        baseSums[toEnd ? t : t + 1]! += held;
      }
      if (zones.closes[i] === 0) continue;
      for (let end = toEnd ? width : firstEnd; end <= width; end++) {
        for (let length = options.windowMin; length <= Math.min(options.windowMax, end); length++) {
          const c = Math.abs(caseSums[end]! - caseSums[end - length]!);
          const b = Math.abs(baseSums[end]! - baseSums[end - length]!);
          const expected = (totalCases / totalBase) * b;
          const isHigh = c > expected && c >= options.minCases && options.rates !== "low";
          const isLow = c < expected && options.rates !== "high";
          if (!isHigh && !isLow) continue;
          let total = totalCases;
          if (options.trend === "stratified") {
            total = 0;
            for (let t = end - length; t < end; t++) total += stepCases[from + t]!;
          }
          const llr =
            options.model === "bernoulli" ? bernoulliScanLlr(c, b, total, totalBase) : poissonScanLlr(c, b, total);
          largest = Math.max(largest, penalty * llr);
        }
      }
    }
  }
  return largest;
}

const STEPS = 12;
const ids = ["a", "b", "c", "d", "e", "f", "g"];

const instance = fc.record({
  rows: fc.array(
    fc.record({
      place: fc.nat(ids.length - 1),
      day: fc.integer({ min: 1, max: STEPS }),
      count: fc.integer({ min: 1, max: 3 }),
      stratum: fc.constantFrom("x", "y"),
    }),
    { minLength: 4, maxLength: 60 },
  ),
  x: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: ids.length, maxLength: ids.length }),
  y: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: ids.length, maxLength: ids.length }),
  population: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: ids.length, maxLength: ids.length }),
  controls: fc.array(fc.integer({ min: 1, max: STEPS }), { minLength: ids.length, maxLength: 40 }),
  model: fc.constantFrom("permutation", "poisson", "bernoulli"),
  analysis: fc.constantFrom<ScanAnalysis[]>(
    "prospective",
    "retrospective",
    "spatial",
    "temporal",
    "prospective-temporal",
  ),
  rates: fc.constantFrom("high", "low", "both"),
  trend: fc.constantFrom("none", "log-linear", "stratified"),
  share: fc.constantFrom(0.3, 0.5, 1),
  radius: fc.constantFrom(undefined, 1.5),
  windowMin: fc.integer({ min: 1, max: 2 }),
  windowMax: fc.integer({ min: 2, max: STEPS }),
  minCases: fc.integer({ min: 1, max: 3 }),
  looks: fc.integer({ min: 1, max: 4 }),
  hasStrata: fc.boolean(),
  hasEllipses: fc.boolean(),
  seed: fc.nat(),
});
type Instance = typeof instance extends fc.Arbitrary<infer T> ? T : never;

function planOf(given: Instance, replications: number, scale = 1): SpaceTimePlan {
  const isTemporal = given.analysis.endsWith("temporal");
  const hasTime = given.analysis !== "spatial";
  const model = given.model === "permutation" && (isTemporal || !hasTime) ? "poisson" : given.model;
  const cases: ScanCases = {
    place: given.rows.map((row) => ids[row.place]!),
    day: given.rows.map((row) => row.day),
    count: given.rows.map((row) => row.count * scale),
    stratum: given.rows.map((row) => row.stratum),
    ...(model === "bernoulli" && {
      controls: { place: given.controls.map((_, i) => ids[i % ids.length]!), day: given.controls },
    }),
    ...(model === "poisson" && {
      population: { ...(isTemporal ? {} : { place: ids }), population: given.population },
    }),
  };
  const options: ScanOptions = {
    model,
    analysis: given.analysis,
    seed: given.seed,
    replications,
    period: { from: 1, to: STEPS },
    rates: given.rates,
    minCases: given.minCases,
    windowMin: given.windowMin,
    windowMax: given.windowMax,
    ...(!isTemporal && {
      zoneMax: { share: given.share, radius: given.radius },
      ...(given.hasEllipses && { ellipses: { shapes: [2, 4], angles: [3, 2] } }),
    }),
    ...(model === "permutation" && given.hasStrata && { strata: "weekday" }),
    ...(model === "poisson" && hasTime && !(isTemporal && given.trend === "stratified") && { trend: given.trend }),
    ...(isProspective(given.analysis) && { looks: given.looks }),
  };
  return prepareSpaceTimeScan(cases, isTemporal ? null : { id: ids, x: given.x, y: given.y }, options);
}

test("random maxima are to the bit those of looking at every zone and window one by one", () => {
  fc.assert(
    fc.property(instance, (given) => {
      const plan = planOf(given, 40);
      const maxima = simulateScanMaxima(plan, 0, 40);
      for (let r = 0; r < 40; r++) expect(maxima[r]).toBe(naiveMaximum(plan, r));
    }),
    { numRuns: 150 },
  );
});

test("the same with counts that need a whole word", () => {
  fc.assert(
    fc.property(instance, (given) => {
      const plan = planOf({ ...given, model: "poisson" }, 6, 5_000);
      const maxima = simulateScanMaxima(plan, 0, 6);
      for (let r = 0; r < 6; r++) expect(maxima[r]).toBe(naiveMaximum(plan, r));
    }),
    { numRuns: 10 },
  );
});

test("replications put together from pieces are the whole", () => {
  fc.assert(
    fc.property(instance, fc.nat(60), (given, cut) => {
      const plan = planOf(given, 60);
      const pieces = [...simulateScanMaxima(plan, 0, cut), ...simulateScanMaxima(plan, cut, 60)];
      expect(pieces).toEqual([...simulateScanMaxima(plan, 0, 60)]);
    }),
    { numRuns: 40 },
  );
});

test("a plan survives being posted to a worker", () => {
  const plan = planOf(fc.sample(instance, { numRuns: 1, seed: 5 })[0]!, 20);
  expect(simulateScanMaxima(structuredClone(plan), 0, 20)).toEqual(simulateScanMaxima(plan, 0, 20));
});

test("random data sets keep what the model holds fixed", () => {
  fc.assert(
    fc.property(instance, fc.nat(5), (given, r) => {
      const plan = planOf(
        { ...given, analysis: given.analysis.endsWith("temporal") ? "temporal" : "retrospective" },
        10,
      );
      const { steps, places, cases, base, options } = plan;
      const drawn = new Int32Array(places * steps);
      scanDraw(plan)(seededRandom(options.seed).fork(r), drawn);
      const sum = (of: ArrayLike<number>, keep: (i: number) => boolean): number =>
        Array.from(of).reduce((all, x, i) => (keep(i) ? all + x : all), 0);
      expect(sum(drawn, () => true)).toBe(plan.totalCases);
      for (let t = 0; t < steps; t++) {
        if (options.model !== "permutation" && options.trend !== "stratified") continue;
        expect(sum(drawn, (i) => i % steps === t)).toBe(sum(cases, (i) => i % steps === t));
      }
      for (let p = 0; p < places; p++) {
        if (options.model !== "permutation") continue;
        expect(sum(drawn, (i) => Math.floor(i / steps) === p)).toBe(sum(cases, (i) => Math.floor(i / steps) === p));
      }
      if (options.model === "bernoulli") for (const [i, x] of drawn.entries()) expect(x).toBeLessThanOrEqual(base[i]!);
    }),
    { numRuns: 60 },
  );
});

test("random data sets have the expected cases as their mean", () => {
  for (const model of ["permutation", "poisson", "bernoulli"] as const) {
    const given = { ...fc.sample(instance, { numRuns: 1, seed: 11 })[0]!, model, analysis: "retrospective" as const };
    const plan = planOf({ ...given, trend: "none", hasStrata: true }, 1);
    const total = new Float64Array(plan.cases.length);
    const drawn = new Int32Array(plan.cases.length);
    const draw = scanDraw(plan);
    const runs = 20_000;
    for (let r = 0; r < runs; r++) {
      draw(seededRandom(3).fork(r), drawn);
      for (let i = 0; i < drawn.length; i++) total[i]! += drawn[i]!;
    }
    for (const [i, base] of plan.base.entries()) {
      const mean = (plan.totalCases / plan.totalBase) * base;
      // no cell varies more than a Poisson count of its mean
      expectClose(total[i]! / runs, mean, 0, 5 * Math.sqrt(mean / runs));
    }
  }
});

test("the result depends neither on the order of the rows nor on that of the places", () => {
  fc.assert(
    fc.property(instance, fc.nat(), (given, seed) => {
      const random = seededRandom(seed);
      const shuffled = given.rows.map((row) => ({ row, at: random.next() })).sort((a, b) => a.at - b.at);
      const one = planOf(given, 25);
      const other = planOf({ ...given, rows: shuffled.map(({ row }) => row) }, 25);
      expect(simulateScanMaxima(other, 0, 25)).toEqual(simulateScanMaxima(one, 0, 25));
      expect(other.base).toEqual(one.base);
    }),
    { numRuns: 40 },
  );
  const rows = { place: ["a", "a", "b", "c", "c"], day: [9, 10, 3, 4, 5] };
  const options = { model: "permutation", analysis: "prospective", period: { from: 1, to: 10 }, seed: 2 } as const;
  expect(scanSpaceTime(rows, { id: ["c", "a", "b"], x: [5, 0, 1], y: [0, 0, 0] }, options)).toEqual(
    scanSpaceTime(rows, { id: ["a", "b", "c"], x: [0, 1, 5], y: [0, 0, 0] }, options),
  );
});

test("when nothing is wrong, p <= α in a share α of analyses", () => {
  const random = seededRandom(99);
  const runs = 600;
  let atMost = 0;
  for (let run = 0; run < runs; run++) {
    const day = Array.from({ length: 120 }, () => 1 + random.integer(30));
    const place = day.map(() => ids[random.integer(ids.length)]!);
    const scan = scanSpaceTime(
      { place, day },
      { id: ids, x: [0, 1, 2, 3, 4, 5, 6], y: [0, 0, 0, 0, 0, 0, 0] },
      { model: "permutation", analysis: "prospective", period: { from: 1, to: 30 }, seed: run, replications: 19 },
    );
    if ((scan.clusters[0]?.p ?? 1) <= 0.2) atMost++;
  }
  // exactly 0.2 but for ties, which make it rarer
  expect(atMost / runs).toBeLessThan(0.2 + 4 * Math.sqrt(0.16 / runs));
  expect(atMost / runs).toBeGreaterThan(0.2 - 4 * Math.sqrt(0.16 / runs));
});
