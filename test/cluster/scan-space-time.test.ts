import { expect, test } from "vitest";
import { gumbelP } from "../../src/cluster/scan-gumbel.ts";
import type { ScanPlaces } from "../../src/cluster/scan-geography.ts";
import type { ScanOptions } from "../../src/cluster/scan-options.ts";
import type { ScanCases } from "../../src/cluster/scan-plan.ts";
import { scanSpaceTime } from "../../src/cluster/scan-space-time.ts";
import { bernoulliScanLlr, poissonScanLlr } from "../../src/cluster/scan-statistic.ts";
import { expectClose } from "../close.ts";
import { goldenBytes } from "../golden.ts";

interface GoldenCluster {
  readonly observed: number;
  readonly expected: number;
  readonly statistic: number;
  readonly llr?: number;
  readonly relativeRisk?: number;
  readonly p: number;
  readonly gumbelP: number | null;
  readonly recurrence?: string;
  readonly places?: readonly string[];
  readonly radius?: number;
  readonly shape?: number;
  readonly angle?: number;
  readonly from?: string;
  readonly to?: string;
}
interface GoldenAnalysis {
  readonly name: string;
  readonly data: string;
  readonly options: Omit<ScanOptions, "seed">;
  readonly clusters: readonly GoldenCluster[];
  readonly mean: number;
  readonly sd: number;
  readonly critical: readonly number[];
}
interface Located {
  readonly id: string[];
  readonly lat: number[];
  readonly lon: number[];
}
interface Golden {
  readonly inputs: {
    readonly nyc: Located & { readonly place: string[]; readonly day: string[]; readonly count: number[] };
    /** Cases are rows of county, year, class, count; populations by year, county, class. */
    readonly nm: Located & { readonly cases: number[][]; readonly population: number[][][]; readonly years: number[] };
    readonly nhumberside: { readonly id: string[]; readonly x: number[]; readonly y: number[] } & Record<
      "cases" | "controls",
      number[]
    >;
    readonly ny: Located & Record<"x" | "y" | "population" | "cases", number[]>;
  };
  readonly analyses: readonly GoldenAnalysis[];
  readonly smerc: Record<string, readonly Record<"cases" | "expected" | "rr" | "loglikrat", number>[]>;
  readonly scanstatistics: {
    readonly counts: number[][];
    readonly ids: string[];
    readonly lat: number[];
    readonly lon: number[];
    readonly top: readonly { readonly places: string[]; readonly steps: number; readonly score: number }[];
  };
  readonly simulatedMaxima: number[];
}

const golden = JSON.parse(goldenBytes("scan-space-time.json.gz").toString("utf8")) as Golden;
const { nyc, nm, nhumberside, ny } = golden.inputs;

function newMexico(isPoisson: boolean): ScanCases {
  const cases = {
    place: nm.cases.map(([county]) => nm.id[county!]!),
    day: nm.cases.map(([, year]) => String(year)),
    stratum: nm.cases.map(([, , stratum]) => String(stratum)),
    count: nm.cases.map(([, , , count]) => count!),
  };
  if (!isPoisson) return cases;
  const rows = nm.years.flatMap((year, y) =>
    nm.id.flatMap((place, p) =>
      nm.population[y]![p]!.map((population, stratum) => ({ place, year: String(year), population, stratum })),
    ),
  );
  return {
    ...cases,
    population: {
      place: rows.map((row) => row.place),
      date: rows.map((row) => row.year),
      population: rows.map((row) => row.population),
      stratum: rows.map((row) => String(row.stratum)),
    },
  };
}

const nyCases: ScanCases = { place: ny.id, count: ny.cases, population: { place: ny.id, population: ny.population } };

const inputs: Record<string, (options: GoldenAnalysis["options"]) => [ScanCases, ScanPlaces | null]> = {
  nyc: ({ analysis }) => [nyc, analysis.endsWith("temporal") ? null : nyc],
  nm: ({ model, analysis }) => [newMexico(model === "poisson"), analysis === "temporal" ? null : nm],
  nhumberside: () => [
    {
      place: nhumberside.id,
      count: nhumberside.cases,
      controls: { place: nhumberside.id, count: nhumberside.controls },
    },
    nhumberside,
  ],
  "ny-sphere": () => [nyCases, { id: ny.id, lat: ny.lat, lon: ny.lon }],
  "ny-plane": () => [nyCases, { id: ny.id, x: ny.x, y: ny.y }],
};

/** The reference's second cluster of this analysis is not the best window that does not overlap the first; see the next test. */
const FIRST_ONLY = "nyc-temporal-retrospective";
/** The expected cases printed for time-stratified analyses are not those of the statistic printed; see below. */
const STRATIFIED = "nm-poisson-spacetime-timestratified";

// Printed: statistics to 6 decimals, expected cases, ratios and radii to 2 (below 0.1 to 2 digits).
test.each(golden.analyses.map((analysis) => [analysis.name, analysis] as const))(
  "%s: places, dates and statistics of every cluster are those of SaTScan",
  (name, { data, options, clusters }) => {
    const [cases, places] = inputs[data]!(options);
    const scan = scanSpaceTime(cases, places, { ...options, seed: 1, replications: 0 });
    expect(scan.null).toBeNull();
    const compared = name === FIRST_ONLY ? clusters.slice(0, 1) : clusters;
    for (const [i, reference] of compared.entries()) {
      const cluster = scan.clusters[i]!;
      expect(cluster.places).toEqual(reference.places ?? []);
      if (reference.from !== undefined) expect([cluster.from, cluster.to]).toEqual([reference.from, reference.to]);
      expect(cluster.observed).toBe(reference.observed);
      expectClose(cluster.statistic, reference.statistic, 0, 0.51e-6);
      if (reference.llr !== undefined) expectClose(cluster.llr, reference.llr, 0, 0.51e-6);
      if (name !== STRATIFIED) expectClose(cluster.expected, reference.expected, 0, 0.00501);
      if (reference.radius !== undefined) expectClose(cluster.radius!, reference.radius, 0, 0.00501);
      if (reference.relativeRisk !== undefined) expectClose(cluster.relativeRisk!, reference.relativeRisk, 0, 0.00501);
      else expect(cluster.relativeRisk).toBeNull();
      expect(cluster.ellipse?.shape ?? 1).toBe(reference.shape ?? 1);
      if (reference.angle !== undefined) {
        expectClose(((cluster.ellipse!.angleDegrees + 90) % 180) - 90, reference.angle, 0, 0.01);
      }
    }
  },
);

test("the second temporal cluster of the reference has the statistic it states, but a better window is free", () => {
  const reference = golden.analyses.find(({ name }) => name === FIRST_ONLY)!;
  const { observed, statistic } = reference.clusters[1]!;
  expectClose(poissonScanLlr(observed, (194 * 4) / 24, 194), statistic, 0, 0.51e-6); // 20 to 23 November
  const found = scanSpaceTime(nyc, null, { ...reference.options, seed: 1, replications: 0 }).clusters[1]!;
  expect([found.from, found.to, found.observed]).toEqual(["2001-11-20", "2001-11-20", 15]);
  expect(found.statistic).toBeGreaterThan(statistic);
});

test("time-stratified: expected cases and statistic belong together", () => {
  const { options } = golden.analyses.find(({ name }) => name === STRATIFIED)!;
  const scan = scanSpaceTime(...inputs["nm"]!(options), { ...options, seed: 1, replications: 0 });
  const { observed, expected, llr } = scan.clusters[0]!;
  const inWindow = nm.cases.reduce((sum, [, year, , count]) => sum + (year! >= 1983 && year! <= 1990 ? count! : 0), 0);
  expectClose(poissonScanLlr(observed, expected, inWindow), llr, 1e-12);
  expectClose(expected, 297.255927178713, 1e-12); // Σ over years of the year's cases times the population-based share
});

/** |p - p'| that two simulations of 999 may differ by: four standard errors of the difference and two ranks. */
const allowed = (p: number): number => 4 * Math.sqrt((2 * p * (1 - p)) / 1000) + 0.002;

// Those that take seconds are left out; these cover every model, analysis and way of drawing.
test.each(
  golden.analyses
    .filter(({ name }) => !/50pct|elliptic|lonlat|xy|retrospective-3km-7d$/.test(name))
    .map((analysis) => [analysis.name, analysis] as const),
)("%s: p-values and random maxima are like those of SaTScan", (name, { data, options, clusters, mean, sd }) => {
  const scan = scanSpaceTime(...inputs[data]!(options), { ...options, seed: 20_240_607 });
  const maxima = scan.null!;
  expect(Math.abs(maxima.mean - mean)).toBeLessThan(4 * sd * Math.sqrt(2 / 999));
  // variance of a standard deviation from the fourth moment of our own maxima: they are far from normal
  let fourth = 0;
  for (const x of maxima.maxima) fourth += ((x - maxima.mean) / maxima.sd) ** 4 / 999;
  expect(Math.abs(maxima.sd - sd)).toBeLessThan(4 * sd * Math.sqrt((2 * (fourth - 1)) / 4 / 999));
  for (const [i, reference] of (name === FIRST_ONLY ? clusters.slice(0, 1) : clusters).entries()) {
    const cluster = scan.clusters[i]!;
    expect(Math.abs(cluster.p! - reference.p)).toBeLessThan(allowed(reference.p));
    expectClose(cluster.gumbelP!, gumbelP(cluster.statistic, maxima), 0);
  }
});

test("Gumbel p-values from the moments of the reference are those it prints", () => {
  let compared = 0;
  for (const { clusters, mean, sd } of golden.analyses) {
    for (const { statistic, gumbelP: printed } of clusters) {
      if (printed === null) continue;
      expectClose(gumbelP(statistic, { mean, sd }), printed, 0.06, 0.0051);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(60);
});

test("recurrence intervals are those of the reference's p-values", () => {
  const { options, clusters } = golden.analyses.find(({ name }) => name === "nyc-stp-prospective-3km-7d")!;
  const scan = scanSpaceTime(nyc, nyc, { ...options, seed: 1, replications: 99 });
  expect(scan.clusters[0]!.recurrence).toBe(1 / scan.clusters[0]!.p!);
  expect(clusters.map(({ p }) => Math.round(1 / p))).toEqual([5, 2, 1, 1]);
  expect(clusters.map(({ recurrence }) => recurrence)).toEqual(["5 days", "2 days", "1 day", "1 day"]);
});

test("the random maxima have the distribution of the reference's (two-sample Kolmogorov–Smirnov)", () => {
  const { options } = golden.analyses.find(({ name }) => name === "nyc-stp-prospective-3km-7d")!;
  const ours = scanSpaceTime(nyc, nyc, { ...options, seed: 77 })
    .null!.maxima.slice()
    .sort();
  const theirs = golden.simulatedMaxima;
  let gap = 0;
  for (const x of theirs) {
    const share = (all: ArrayLike<number>): number => Array.from(all).filter((y) => y <= x + 1e-6).length / all.length;
    gap = Math.max(gap, Math.abs(share(ours) - share(theirs)));
  }
  expect(gap).toBeLessThan(1.95 * Math.sqrt(2 / 999)); // 0.1 %
});

// smerc evaluates in double precision; its binomial statistic subtracts sums of some 7,000 from each other.
test.each([
  ["poisson_lonlat_ub50", "sphere", 0.5, 1e-11],
  ["poisson_xy_ub50", "plane", 0.5, 1e-11],
  ["poisson_xy_ub10", "plane", 0.1, 1e-11],
  ["binomial_xy_ub50", "plane", 0.5, 2e-9],
] as const)("New York, %s: clusters are those of smerc", (name, where, share, tolerance) => {
  const isPoisson = name.startsWith("poisson");
  const cases: ScanCases = isPoisson
    ? nyCases
    : {
        place: ny.id,
        count: ny.cases,
        controls: { place: ny.id, count: ny.population.map((persons, i) => persons - ny.cases[i]!) },
      };
  const scan = scanSpaceTime(
    cases,
    where === "plane" ? { id: ny.id, x: ny.x, y: ny.y } : { id: ny.id, lat: ny.lat, lon: ny.lon },
    {
      model: isPoisson ? "poisson" : "bernoulli",
      analysis: "spatial",
      zoneMax: { share },
      seed: 1,
      replications: 0,
    },
  );
  for (const [i, reference] of golden.smerc[name]!.entries()) {
    const cluster = scan.clusters[i]!;
    expect(cluster.observed).toBe(reference.cases);
    expectClose(cluster.expected, reference.expected, 1e-11);
    expectClose(cluster.relativeRisk!, reference.rr, 1e-11);
    expectClose(cluster.llr, reference.loglikrat, tolerance);
  }
});

test("statistics are those of SpatialEpi, and of 40-digit arithmetic where SpatialEpi loses digits", () => {
  expectClose(poissonScanLlr(1900, 1673.64866678906, 10279), 17.6628831253954, 1e-13);
  expectClose(poissonScanLlr(2359, 2200.96106640114, 10279), 7.09894423264595, 1e-13);
  expectClose(poissonScanLlr(175, 55, 536), 98.9510964709227, 1e-13);
  expectClose(bernoulliScanLlr(2359, 2399367, 10279, 12281054), 36.5705106083396, 1e-9);
  expectClose(bernoulliScanLlr(2359, 2399367, 10279, 12281054), 36.57051062639595885, 1e-14);
  expectClose(bernoulliScanLlr(1900, 2068414, 10279, 12281054), 9.657778634770000211, 1e-14);
});

test("space-time permutation: the ten best zones of scanstatistics have our statistics, and none of ours is better", () => {
  const { counts, ids, lat, lon, top } = golden.scanstatistics;
  const rows = counts.flatMap((row, t) => row.map((count, i) => ({ place: ids[i]!, day: t + 1, count })));
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  const sum = (keep: (row: (typeof rows)[number]) => boolean): number =>
    rows.reduce((all, row) => (keep(row) ? all + row.count : all), 0);
  for (const { places, steps, score } of top) {
    const inside = sum((row) => places.includes(row.place) && row.day > 4 - steps);
    const expected = (sum((row) => places.includes(row.place)) * sum((row) => row.day > 4 - steps)) / total;
    expectClose(poissonScanLlr(inside, expected, total), score, 1e-12);
  }
  const scan = scanSpaceTime(
    { place: rows.map((row) => row.place), day: rows.map((row) => row.day), count: rows.map((row) => row.count) },
    { id: ids, lat, lon },
    {
      model: "permutation",
      analysis: "prospective",
      period: { from: 1, to: 4 },
      windowMax: 4,
      zoneMax: { share: 1 },
      seed: 1,
      replications: 0,
    },
  );
  expectClose(scan.clusters[0]!.llr, top[0]!.score, 1e-12);
});
