import { describe, expect, test } from "vitest";
import { detectors } from "../../src/cluster/series-detectors.ts";
import { farringtonSteps, type FarringtonModel } from "../../src/cluster/series-farrington-steps.ts";
import type { FarringtonFlexibleOptions } from "../../src/cluster/series-farrington.ts";
import type { SeriesDetector } from "../../src/cluster/series-kernel.ts";
import { monitorSeries, type SeriesMonitoring } from "../../src/cluster/series-monitor.ts";
import { seriesOf, type CountSeries } from "../../src/cluster/series.ts";
import { CUSUM_TRANSFORMS } from "../../src/cluster/series-cusum.ts";
import { expectClose } from "../close.ts";
import { goldenBytes, goldenRows, type GoldenRow } from "../golden.ts";

const inputs = JSON.parse(goldenBytes("series-counts.json.gz").toString()) as Record<
  string,
  { readonly counts: readonly number[]; readonly start?: string }
>;
const seriesNamed = (name: string): CountSeries => seriesOf(inputs[name]!);

/** Rows of a golden file, each with the results of its series, which is monitored once for all its rows. */
function monitored(
  file: string,
  detector: (row: GoldenRow) => SeriesDetector,
  from = 0,
): { readonly row: GoldenRow; readonly result: SeriesMonitoring; readonly at: number }[] {
  const results = new Map<string, SeriesMonitoring>();
  return goldenRows(file).map((row) => {
    const made = detector(row);
    const key = `${row["dataset"]!} ${made.name} ${JSON.stringify(made.options)}`;
    let result = results.get(key);
    if (result === undefined) results.set(key, (result = monitorSeries(seriesNamed(row["dataset"]!), made, { from })));
    return { row, result, at: Number(row["t"]) - 1 - from };
  });
}

const number = (row: GoldenRow, key: string): number => Number(row[key]);

// References carry 15 digits; bounds are sums of few terms, so that 1e-12 leaves room for their order only.
describe("EARS", () => {
  const z: Readonly<Record<string, { readonly alpha?: number; readonly z?: number; readonly minSigma?: number }>> = {
    C1default: { alpha: 0.001 },
    C2default: { alpha: 0.001 },
    C3default: { alpha: 0.025 },
    C1sd3: { z: 3 },
    C2sd3: { z: 3 },
    C3sd3: { z: 2 },
    C1sd3min: { z: 3, minSigma: 0.5 },
    C2sd3min: { z: 3, minSigma: 0.5 },
    C3sd3min: { z: 2, minSigma: 0.5 },
  };
  const rows = monitored("series-ears.csv.gz", (row) => {
    const options = z[`${row["method"]!}${row["variant"]!}`]!;
    if (row["method"] === "C3") return detectors.earsC3({ ...options, form: "surveillance" });
    return row["method"] === "C1" ? detectors.earsC1(options) : detectors.earsC2(options);
  });

  test("C1 and C2: bounds and alarms of surveillance", () => {
    const plain = rows.filter(({ row }) => row["method"] !== "C3");
    expect(plain.length).toBeGreaterThan(700);
    for (const { row, result, at } of plain) {
      expectClose(result.columns.upper[at]!, number(row, "upperbound"), 1e-12);
      expect(result.columns.alarm[at]).toBe(number(row, "alarm"));
    }
  });

  // Its C3 bound is built on the tested count where its own manual has the mean of the baseline: y + S (z - earlier excesses). The
  // difference is exactly y - mean, and its alarm depends on the tested count only in that it is not 0. Ours is the manual's formula.
  test("C3: the bound of surveillance once its tested count is taken for the mean", () => {
    const third = rows.filter(({ row }) => row["method"] === "C3");
    let unlike = 0;
    for (const { row, result, at } of third) {
      const point = result.points[at]!;
      const z = result.detector.options["z"] as number;
      const deviation = point.observed - point.expected;
      const earlier = monitorSeries(seriesNamed(row["dataset"]!), detectors.earsC2({ ...options(result) }));
      const excess = [1, 2].reduce((sum, back) => sum + Math.max(0, earlier.columns.statistic[at - back]! - 1), 0);
      const spread = (earlier.columns.upper[at]! - earlier.columns.expected[at]!) / z;
      const unclipped = point.expected + (spread === 0 ? 0 : spread * (z - excess));
      expectClose(point.upper, Math.max(0, unclipped), 1e-12, 1e-12);
      expectClose(Math.max(0, unclipped + deviation), number(row, "upperbound"), 1e-11, 1e-12);
      if (spread > 0) expect(excess > z && point.observed > 0 ? 1 : 0).toBe(number(row, "alarm"));
      if (point.alarm !== (row["alarm"] === "1")) unlike += 1;
    }
    expect(third.length).toBeGreaterThan(350);
    expect(unlike).toBeGreaterThan(10);
  });

  const options = (result: SeriesMonitoring): { z: number; minSigma: number } => ({
    z: result.detector.options["z"] as number,
    minSigma: result.detector.options["minSigma"] as number,
  });
});

describe("CUSUM", () => {
  const rows = monitored(
    "series-cusum.csv.gz",
    (row) => {
      const transform = CUSUM_TRANSFORMS.find((name) => name === row["trans"])!;
      return detectors.cusum({ k: 1.04, h: 2.26, transform, mean: number(row, "m") });
    },
    52,
  );

  test("statistics and alarms of surveillance, five transforms", () => {
    for (const { row, result, at } of rows) {
      // The sum runs over up to 260 points; near 0 its error is absolute.
      expectClose(result.columns.statistic[at]!, number(row, "cusum"), 1e-11, 1e-12);
      expect(result.columns.alarm[at]).toBe(number(row, "alarm"));
    }
    expect(new Set(rows.map(({ row }) => row["trans"])).size).toBe(5);
  });

  test("bounds of surveillance, rounded up for the standard transform", () => {
    let negativeRoots = 0;
    for (const { row, result, at } of rows) {
      if (row["upperbound"] === "") continue;
      const upper = result.columns.upper[at]!;
      const reference = number(row, "upperbound");
      if (row["trans"] === "standard") expect(Math.ceil(upper)).toBe(reference);
      else if (row["trans"] === "rossi" && upper === 0 && reference > 0) {
        // Even a count of 0 is above what would be needed: Rossi's value of 0 is -1.5 √m. The reference squares a negative root.
        negativeRoots += 1;
        const m = number(row, "m");
        const before = result.columns.statistic[at - 1]!;
        expect(1.04 + 2.26 - before).toBeLessThan(-1.5 * Math.sqrt(m));
        expectClose((Math.sqrt(4 * m + 2 * Math.sqrt(m) * (3.3 - before)) - Math.sqrt(m)) ** 2, reference, 1e-9);
      } else expectClose(upper, reference, 1e-12, 1e-13);
    }
    expect(negativeRoots).toBe(1);
  });

  test("the mean of the points before the first tested one is the mean when none is told", () => {
    for (const { row, result } of rows.filter((_, i) => i % 500 === 0)) {
      const { k, h, transform } = result.detector.options as { k: number; h: number; transform: "standard" };
      const again = monitorSeries(seriesNamed(row["dataset"]!), detectors.cusum({ k, h, transform }), { from: 52 });
      again.columns.statistic.forEach((s, i) => {
        expectClose(s, result.columns.statistic[i]!, 1e-10, 1e-11);
      });
    }
  });
});

test("likelihood ratios: statistics and alarms of surveillance", () => {
  const rows = monitored(
    "series-glr.csv.gz",
    (row) => {
      const mean = number(row, "mu0");
      if (row["method"] === "glrnb") return detectors.nbGlr({ mean, dispersion: 0.25 });
      return detectors.poissonGlr({ mean, ...(row["method"] === "glrpois" ? {} : { shift: Math.LN2 }) });
    },
    52,
  );
  for (const { row, result, at } of rows) {
    expectClose(result.columns.statistic[at]!, number(row, "glr"), 1e-11, 1e-13); // absolute: c ln(c/m) - (c - m) cancels near c = m
    expect(result.columns.alarm[at]).toBe(number(row, "alarm"));
  }
  expect(rows.filter(({ row }) => row["alarm"] === "1").length).toBeGreaterThan(20);
});

describe("Farrington", () => {
  test("1996: bounds, trend and alarms of surveillance", () => {
    const rows = monitored("series-farrington.csv.gz", (row) => {
      const config = row["config"]!;
      const power = config.endsWith("p23") ? "2/3" : config.endsWith("p12") ? "1/2" : "none";
      return detectors.farrington({
        years: number(row, "b"),
        alpha: config.includes("a05") ? 0.025 : 0.005,
        trend: !config.includes("notrend"),
        reweight: !config.includes("noreweight"),
        power,
        minCases: power === "1/2" ? 0 : 5,
      });
    });
    for (const { row, result, at } of rows) {
      const point = result.points[at]!;
      const upper = number(row, "upperbound");
      expect(point.state).toBe(upper === 0 ? "silent" : "tested");
      if (upper > 0) expectClose(point.upper, upper, 1e-12);
      expect(point.alarm).toBe(row["alarm"] === "1");
    }
    expect(rows.length).toBe(152);
  });

  const options = (row: GoldenRow, standardError: "quasi" | "surveillance"): FarringtonFlexibleOptions => {
    const config = row["config"]!;
    const shared = { years: 4, standardError, minCases: config.endsWith("a005") ? 0 : 5, alpha: 0.05 };
    if (config === "classic") return { ...shared, periods: 1, method: "delta", reweightAbove: 1, trendP: 0.05 };
    if (config === "flex_delta") return { ...shared, method: "delta" };
    if (config === "flex_nbPlugin") return { ...shared, method: "nbPlugin" };
    return { ...shared, method: "muan", alpha: config.endsWith("a005") ? 0.005 : 0.05 };
  };

  test("flexible: mean, bound, p, score and alarm of surveillance, with its standard error", () => {
    const rows = monitored("series-farrington-flexible.csv.gz", (row) =>
      detectors.farringtonFlexible(options(row, "surveillance")),
    );
    for (const { row, result, at } of rows) {
      const point = result.points[at]!;
      expect(point.state).toBe(row["upperbound"] === "" ? "silent" : "tested");
      expect(point.alarm).toBe(row["alarm"] === "1");
      expectClose(point.p, number(row, "pvalue"), 1e-12);
      if (point.state === "silent") continue;
      expectClose(point.expected, number(row, "expected"), 1e-12);
      expectClose(point.upper, number(row, "upperbound"), 1e-12);
      // The reference centres the score of the other methods on the log scale; ours is on the scale of counts throughout.
      if (["classic", "flex_delta"].includes(row["config"]!)) {
        expectClose(point.statistic, number(row, "score"), 1e-11, 1e-12);
      }
    }
    expect(rows.length).toBe(193);
  });

  // Without its slip in the dispersion behind standard errors: means and the plug-in bound are untouched, the other bounds are near.
  test("flexible: what does not rest on standard errors is the same with ours", () => {
    const rows = monitored("series-farrington-flexible.csv.gz", (row) =>
      detectors.farringtonFlexible(options(row, "quasi")),
    );
    for (const { row, result, at } of rows) {
      if (row["config"] === "classic" || row["upperbound"] === "") continue; // the trend is chosen by its standard error
      const point = result.points[at]!;
      expectClose(point.expected, number(row, "expected"), 1e-12);
      if (row["config"] === "flex_nbPlugin") expect(point.upper).toBe(number(row, "upperbound"));
      if (row["config"] === "flex_delta") expectClose(point.upper, number(row, "upperbound"), 0.03);
    }
  });

  test.each([0, 1])("every step of a worked week, %i", (which) => {
    interface Worked {
      readonly k: number;
      readonly referenceWeeks: readonly number[];
      readonly response: readonly number[];
      readonly seasGroup: readonly number[];
      readonly firstFit: { readonly coef: Record<string, number>; readonly phi: number };
      readonly anscombe: readonly number[];
      readonly weights: readonly number[];
      readonly refit: { readonly coef: Record<string, number>; readonly phi: number };
    }
    const worked = (JSON.parse(goldenBytes("series-farrington-worked.json.gz").toString()) as Worked[])[which]!;
    const steps = farringtonSteps(seriesNamed("agona"), worked.k - 1, { years: 4 });
    expect(Array.from(steps.index, (i) => i + 1)).toEqual(worked.referenceWeeks);
    expect([...steps.counts]).toEqual(worked.response);
    expect([...steps.group]).toEqual(worked.seasGroup);
    const sameModel = (model: FarringtonModel, { coef, phi }: Worked["firstFit"]): void => {
      expectClose(model.dispersion, phi, 1e-12);
      expectClose(model.slope, coef["wtime"]!, 1e-11);
      model.levels.forEach((level, g) => {
        const own = g === 0 ? 0 : coef[`seasgroups${g + 1}`]!;
        expectClose(level, coef["(Intercept)"]! + own + coef["wtime"]! * worked.k, 1e-11, 1e-12);
      });
    };
    sameModel(steps.first, worked.firstFit);
    sameModel(steps.refit, worked.refit);
    worked.anscombe.forEach((residual, i) => {
      expectClose(steps.residuals[i]!, residual, 1e-10, 1e-12);
    });
    worked.weights.forEach((weight, i) => {
      expectClose(steps.weights[i]!, weight, 1e-11);
    });
  });
});

test("Bayes: bounds of surveillance; a count above the bound alarms", () => {
  const rows = monitored("series-bayes.csv.gz", (row) =>
    detectors.bayes(
      row["method"] === "bayes_b0_w6_actY1_a05"
        ? { window: 6, years: 0, alpha: 0.05 }
        : { window: 4, years: 2, current: false, alpha: 0.01 },
    ),
  );
  for (const { row, result, at } of rows) {
    expect(result.columns.upper[at]).toBe(number(row, "upperbound"));
    expect(result.columns.alarm[at]).toBe(number(row, "alarm"));
  }
});

test("outbreakP: the likelihood ratio of surveillance", () => {
  const rows = monitored("series-outbreakp.csv.gz", () => detectors.outbreakP(), 104);
  for (const { row, result, at } of rows) {
    // Its reference is a product of up to 600 factors; the logarithm of ours is right to 1e-15 of 60.
    expectClose(Math.exp(result.columns.statistic[at]!), number(row, "stat"), 1e-11);
    expect(result.columns.alarm[at]).toBe(number(row, "alarm"));
  }
});

describe("charts of mdsstat", () => {
  interface Charts {
    readonly event: readonly number[];
    readonly shewhart: {
      readonly statistic: number;
      readonly signal_threshold?: number;
      readonly ucl: number;
    } & Spread;
    readonly cusum: { readonly statistic: readonly number[]; readonly signal_threshold: number } & Spread;
  }
  interface Spread {
    readonly mu: number;
    readonly sigma: number;
    readonly signal: boolean;
  }
  const charts = JSON.parse(goldenBytes("series-charts.json.gz").toString()) as Charts[];

  test.each(charts)("Shewhart with the moving range of the points before, series %#", ({ event, shewhart }) => {
    const result = monitorSeries(seriesOf({ counts: event }), detectors.shewhart(), { from: event.length - 1 });
    const point = result.points[0]!;
    expectClose(point.expected, shewhart.mu, 1e-13);
    expectClose(point.statistic, shewhart.statistic, 1e-12);
    expectClose(point.upper, shewhart.mu + 3 * shewhart.sigma, 1e-13);
    expect(point.alarm).toBe(shewhart.signal);
  });

  test.each(charts)("CUSUM in units of its standard deviation, series %#", ({ event, cusum }) => {
    const { mu, sigma } = cusum;
    const chart = detectors.cusum({ k: 0.5, h: 5, transform: "standard", mean: mu, sd: sigma });
    const result = monitorSeries(seriesOf({ counts: event }), chart, { from: 1 }); // it takes no notice of the first point
    result.columns.statistic.forEach((s, i) => {
      expectClose(s * sigma, cusum.statistic[i + 1]!, 1e-12, 1e-12);
    });
    expectClose(5 * sigma, cusum.signal_threshold, 1e-13);
    expect(result.points.at(-1)!.alarm).toBe(cusum.signal);
  });
});
