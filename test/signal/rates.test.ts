import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, countsFromRows, type Report } from "pvsignal";
import { poissonRegression } from "../../src/math/poisson-regression.ts";
import { beforeAfter } from "../../src/signal/before-after.ts";
import { conditionalRatio } from "../../src/signal/conditional-ratio.ts";
import { funnel } from "../../src/signal/funnel.ts";
import { rateRatio } from "../../src/signal/rate-ratio.ts";
import { reportMonths } from "../../src/signal/report-months.ts";
import { reportingRate } from "../../src/signal/reporting-rate.ts";
import { compareRates, reportingRates } from "../../src/signal/reporting-rates.ts";
import { segmentedSeries } from "../../src/signal/segmented.ts";
import { expectClose } from "../close.ts";
import { goldenBytes } from "../golden.ts";

type Numbers = Readonly<Record<string, number>>;
const golden = JSON.parse(goldenBytes("rates.json.gz").toString("utf8"), (_, value: unknown) =>
  value === "Infinity" ? Infinity : value,
) as {
  readonly rates: readonly Numbers[];
  readonly conditional: readonly Numbers[];
  readonly segmented: readonly (Numbers & { readonly fit: never })[];
  readonly y: readonly number[];
  readonly reference: readonly number[];
};
const coded = (code: string): unknown => expect.objectContaining({ code });

// uniroot stops at 1e-13 of the logarithm of a limit or where rounding stops it; the closed forms agree to rounding.
test.each(golden.rates.map((row, i) => [i, row] as const))(
  "rates and rate ratios agree with poisson.test, case %i",
  (_, row) => {
    const first = { reports: row["x"]!, units: row["u"]! };
    const second = { reports: row["y"]!, units: row["v"]! };
    const exact = rateRatio(first, second, { limits: "exact" });
    expectClose(exact.lower, row["exact_lo"]!, 1e-9);
    expectClose(exact.upper, row["exact_hi"]!, 1e-9);
    const mid = rateRatio(first, second);
    expectClose(mid.lower, row["midp_lo"]!, 1e-9);
    expectClose(mid.upper, row["midp_hi"]!, 1e-9);
    expectClose(mid.p, row["midp"]!, 1e-10);
    const rate = reportingRate(first, 1);
    expectClose(rate.lower, row["garwood_lo"]!, 1e-10);
    expectClose(rate.upper, row["garwood_hi"]!, 1e-10);
  },
);

test.each(golden.conditional.map((row, i) => [i, row] as const))(
  "conditional odds ratios agree with the noncentral distribution, case %i",
  (_, row) => {
    const table = { a: row["x_after"]!, b: row["x_before"]!, c: row["y_after"]!, d: row["y_before"]! };
    const mid = conditionalRatio(table);
    expectClose(mid.estimate, row["mle"]!, 1e-9);
    expectClose(mid.lower, row["midp_lo"]!, 1e-9);
    expectClose(mid.upper, row["midp_hi"]!, 1e-9);
    expectClose(mid.p, row["midp"]!, 1e-9);
    const exact = conditionalRatio(table, { limits: "exact" });
    expectClose(exact.lower, row["exact_lo"]!, 1e-9);
    expectClose(exact.upper, row["exact_hi"]!, 1e-9);
  },
);

const small = fc.nat({ max: 40 });
const units = fc.double({ min: 0.01, max: 1e6, noNaN: true });

test("exchanging the sides turns a rate ratio round, and mid-p limits lie inside the exact ones", () => {
  fc.assert(
    fc.property(small, small, units, units, (x, y, u, v) => {
      const ratio = rateRatio({ reports: x, units: u }, { reports: y, units: v });
      const turned = rateRatio({ reports: y, units: v }, { reports: x, units: u });
      expectClose(turned.p, ratio.p, 1e-10);
      if (x + y === 0) return;
      expectClose(turned.lower, 1 / ratio.upper, 1e-12);
      expectClose(turned.upper, 1 / ratio.lower, 1e-12);
      const exact = rateRatio({ reports: x, units: u }, { reports: y, units: v }, { limits: "exact" });
      expect(exact.lower).toBeLessThanOrEqual(ratio.lower);
      expect(exact.upper).toBeGreaterThanOrEqual(ratio.upper);
      expect(ratio.lower).toBeLessThanOrEqual(ratio.estimate);
      expect(ratio.upper).toBeGreaterThanOrEqual(ratio.estimate);
      // The test and the limits agree about 1.
      if (Math.abs(ratio.p - 0.05) > 1e-9) expect(ratio.p < 0.05).toBe(ratio.lower > 1 || ratio.upper < 1);
    }),
  );
});

test("exchanging rows or columns turns a conditional ratio round", () => {
  fc.assert(
    fc.property(small, small, small, small, (a, b, c, d) => {
      const ratio = conditionalRatio({ a, b, c, d });
      for (const turned of [
        conditionalRatio({ a: c, b: d, c: a, d: b }),
        conditionalRatio({ a: b, b: a, c: d, d: c }),
      ]) {
        expectClose(turned.p, ratio.p, 1e-9);
        expectClose(turned.estimate, 1 / ratio.estimate, 1e-9);
        expectClose(turned.lower, 1 / ratio.upper, 1e-9);
      }
    }),
    { numRuns: 60 },
  );
});

test("zero and unknown units are NaN, not 0 or Infinity", () => {
  const none = { estimate: NaN, lower: NaN, upper: NaN };
  expect(reportingRate({ reports: 3, units: 0 })).toEqual(none);
  expect(reportingRate({ reports: 3, units: NaN })).toEqual(none);
  expect(reportingRate({ reports: 0, units: 100 }, 100)).toMatchObject({ estimate: 0, lower: 0 });
  expect(rateRatio({ reports: 3, units: 0 }, { reports: 1, units: 9 })).toEqual({ ...none, p: NaN });
  expect(rateRatio({ reports: 0, units: 5 }, { reports: 0, units: 9 })).toEqual({ ...none, p: 1 });
  expect(rateRatio({ reports: 3, units: 5 }, { reports: 0, units: 9 })).toMatchObject({
    estimate: Infinity,
    upper: Infinity,
  });
  expect(conditionalRatio({ a: 0, b: 0, c: 4, d: 5 })).toEqual({ estimate: NaN, lower: 0, upper: Infinity, p: 1 });
});

test("every row finds its denominator or is listed", () => {
  const { rows, problems, per } = reportingRates(
    [
      { product: "A", period: "2024", reports: 3 },
      { product: "A", period: "2024", reports: 2 },
      { product: "A", period: "2025", reports: 7 },
      { product: "B", period: "2024", region: "X", reports: 1 },
      { product: "C", period: "2024", reports: 4 },
    ],
    [
      { product: "A", period: "2024", units: 1e5 },
      { product: "A", period: "2024", units: 4e5 },
      { product: "B", period: "2024", units: 10 },
      { product: "B", period: "2024", region: "X", units: null },
      { product: "C", period: "2024", units: 0 },
    ],
    1e5,
  );
  expect(per).toBe(1e5);
  expect(
    rows.map(({ product, period, region, reports, units: sold, estimate }) => [
      product,
      period,
      region,
      reports,
      sold,
      estimate,
    ]),
  ).toEqual([
    ["A", "2024", undefined, 5, 5e5, 1],
    ["B", "2024", undefined, 0, 10, 0],
    ["B", "2024", "X", 1, NaN, NaN],
    ["C", "2024", undefined, 4, 0, NaN],
  ]);
  const a = { product: "A", period: "2024" };
  expect(problems).toEqual({
    withoutDenominator: [{ product: "A", period: "2025", reports: 7 }],
    withoutReports: [{ product: "B", period: "2024" }],
    unknownUnits: [{ product: "B", period: "2024", region: "X" }],
    zeroUnits: [{ product: "C", period: "2024" }],
    repeatedDenominators: [a],
    repeatedReports: [a],
  });
  const [first, second] = reportingRates(
    [
      { product: "A", reports: 15 },
      { product: "B", reports: 41 },
    ],
    [
      { product: "A", units: 19017 },
      { product: "B", units: 28010 },
    ],
  ).rows;
  const [compared] = compareRates([first!], second!);
  expect(compared).toMatchObject(rateRatio(first!, second!));
  expect(compared?.adjustedP).toBe(compared?.p);
});

test("every report is in a row or in a list, whatever the names", () => {
  const key = fc.record({ product: fc.constantFrom("A", "B", 'A","x'), period: fc.constantFrom(undefined, "1", "2") });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, small)),
      fc.array(fc.tuple(key, fc.option(fc.nat({ max: 5 })))),
      (counts, sales) => {
        const { rows, problems } = reportingRates(
          counts.map(([k, reports]) => ({ ...k, reports })),
          sales.map(([k, sold]) => ({ ...k, units: sold })),
        );
        const sum = (list: readonly { readonly reports: number }[]): number =>
          list.reduce((s, row) => s + row.reports, 0);
        expect(sum(rows) + sum(problems.withoutDenominator)).toBe(counts.reduce((s, [, reports]) => s + reports, 0));
      },
    ),
  );
});

test("funnel limits are the interpolated Poisson quantiles", () => {
  // 12 and 0.5 expected; quantiles by qpois and ppois of R.
  const { rows, target, withoutUnits } = funnel(
    [
      { label: "A", reports: 24, units: 12e4 },
      { label: "B", reports: 0, units: 5e3 },
      { label: "C", reports: 0, units: 115e3 },
      { label: "D", reports: 3, units: 0 },
      { label: "E", reports: 3, units: NaN },
    ],
    1e4,
  );
  expect(target).toBe(1);
  expect(withoutUnits).toEqual(["D", "E"]);
  const [a, b, , d] = rows;
  expect(a?.expected).toBe(12);
  expectClose(a!.limits[0]!.lower * 12, 5.1828389721921049, 1e-12);
  expectClose(a!.limits[0]!.upper * 12, 18.769455592441542, 1e-12);
  expectClose(a!.limits[1]!.lower * 12, 2.269981914649319, 1e-11);
  expectClose(a!.limits[1]!.upper * 12, 23.600675257508264, 1e-11);
  expect(b?.limits[0]?.lower).toBe(0);
  expectClose(b!.limits[0]!.upper * 0.5, 1.8600259114609996, 1e-12);
  // 2·P(X >= 24) − P(X = 24) by ppois and dpois
  expectClose(a!.p, 0.0021585123837045, 1e-12);
  expect(d).toMatchObject({ rate: NaN, expected: NaN, p: NaN });
  expect(funnel([]).target).toBeNaN();
});

test.each(golden.segmented.map((row) => [row["fit"], row] as const))(
  "segmented series %s agrees with glm",
  (name, row) => {
    const fit = name as unknown as string;
    const options = {
      plain: {},
      offset: { reference: golden.reference },
      season: { reference: golden.reference, season: { length: 12, harmonics: 2 } },
    }[fit]!;
    const series = segmentedSeries(golden.y, 20, options);
    const scale = row["dispersion"]! > 1 ? Math.sqrt(row["dispersion"]!) : 1;
    expectClose(series.dispersion, row["dispersion"]!, 1e-9);
    expect(series.isScaled).toBe(scale > 1);
    for (const [effect, key] of [
      [series.trend, "time"],
      [series.level, "level"],
      [series.slope, "slope"],
    ] as const) {
      expectClose(Math.log(effect.estimate), row[key]!, 1e-8);
      expectClose(Math.log(effect.upper / effect.lower) / 2 / 1.959963984540054, row[`se_${key}`]! * scale, 1e-8);
    }
    expect([...series.counterfactual.subarray(0, 20)]).toEqual([...series.fitted.subarray(0, 20)]);
    expectClose(series.fitted[20]! / series.counterfactual[20]!, series.level.estimate, 1e-12);
  },
);

test("a series that follows the model is found exactly", () => {
  // 8·1.5^t, then at once twice as many and no trend: whole numbers all along.
  const rises = [16, 24, 36, 54, 162, 162, 162];
  const fit = poissonRegression(rises, [
    rises.map(() => 1),
    [0, 1, 2, 3, 4, 5, 6],
    [0, 0, 0, 0, 1, 1, 1],
    [0, 0, 0, 0, 0, 1, 2],
  ]);
  expect(fit.converged).toBe(true);
  expectClose(fit.deviance, 0, 0, 1e-10);
  const { trend, level, slope } = segmentedSeries(rises, 4);
  expectClose(trend.estimate, 1.5, 1e-10);
  expectClose(level.estimate, 2, 1e-10);
  expectClose(slope.estimate, 1 / 1.5, 1e-10);
  const never = segmentedSeries([5, 6, 4, 5, 0, 0, 0, 0], 4);
  expect(never.level.estimate).toBeNaN();
  expect(never.converged).toBe(false);
});

let id = 0;
const report = (products: readonly string[], event: string, receivedDate?: string): Report => ({
  id: String(++id),
  source: "x",
  version: 1,
  domain: "drug",
  ...(receivedDate === undefined ? {} : { receivedDate }),
  products: products.map((name) => ({ name, role: "suspect" as const })),
  events: [{ term: event }],
});
const many = (n: number, make: () => Report): Report[] => Array.from({ length: n }, make);

test("before and after are counted by day of receipt, and what has no place is counted too", () => {
  const table = buildTable([
    ...many(4, () => report(["A"], "X", "2023-05-31")),
    ...many(20, () => report(["A"], "Y", "2022-06-01")),
    ...many(9, () => report(["A"], "X", "2023-06-01")),
    ...many(10, () => report(["A"], "Y", "2024-05-30")),
    ...many(7, () => report(["B"], "X", "2023-07-01")),
    ...many(3, () => report(["B"], "Y", "2023-01-01")),
    report(["A"], "X", "2022-05-31"),
    report(["A"], "X", "2024-05-31"),
    report(["A"], "X"),
    report(["A"], "Y", "2023-06"),
  ]);
  const counts = countPairs(table);
  const pair = { product: "A", event: "X" };
  const result = beforeAfter(table, counts, pair, { date: "2023-06-01" });
  expect(result.before).toMatchObject({ pair: 4, reference: 20, days: 365 });
  expect(result.after).toMatchObject({ pair: 9, reference: 10, days: 365 });
  expect(result.excluded).toEqual({ undated: 1, partial: 1, outside: 2 });
  expect(result.relative).toEqual(conditionalRatio({ a: 9, b: 4, c: 10, d: 20 }));
  expect(result.perDay).toEqual(rateRatio({ reports: 9, units: 365 }, { reports: 4, units: 365 }));
  const others = beforeAfter(table, counts, pair, {
    date: "2023-06-01",
    reference: { products: ["B"] },
    limits: "exact",
  });
  expect([others.before.reference, others.after.reference]).toEqual([3, 7]);
  expect(others.relative).toEqual(conditionalRatio({ a: 9, b: 4, c: 7, d: 3 }, { limits: "exact" }));
  const scope = beforeAfter(table, counts, pair, { date: "2023-06-01", reference: "scope" });
  expect([scope.before.reference, scope.after.reference]).toEqual([23, 17]);
  // The same days of the two years before.
  const season = beforeAfter(table, counts, pair, { date: "2024-05-01", windowDays: 60, seasons: 2 });
  expect(season.after.windows).toEqual([{ from: 19844, until: 19904 }]);
  expect(season.before.windows).toEqual([
    { from: 19113, until: 19173 },
    { from: 19478, until: 19538 },
  ]);
  expect([season.before.pair, season.before.reference, season.before.days]).toEqual([14, 20, 120]);
  expect(beforeAfter(table, counts, pair, { date: "2024-02-29", windowDays: 9, seasons: 1 }).before.windows).toEqual([
    { from: 19416, until: 19425 },
  ]);
  expect(beforeAfter(table, counts, pair, { date: "2023-06-01", gapDays: 1 }).after.pair).toBe(1);
  const months = reportMonths(table, counts, pair);
  expect([months.months[0], months.months.at(-1), months.months.length, months.undated]).toEqual([
    "2022-05",
    "2024-05",
    25,
    1,
  ]);
  expect([months.pair[13], months.product[13], months.event[13], months.all[13]]).toEqual([9, 10, 9, 10]);
  expect(months.all.reduce((sum, n) => sum + n, 0)).toBe(table.size - 1);
  expect(() => beforeAfter(table, counts, pair, { date: "2023-06" })).toThrow(coded("INVALID_DATE"));
  expect(() => beforeAfter(table, counts, pair, { date: "2023-06-01", seasons: 1, windowDays: 400 })).toThrow(/365/);
  expect(() => beforeAfter(table, counts, pair, { date: "2023-06-01", windowDays: 0 })).toThrow(
    coded("INVALID_OPTION"),
  );
  expect(() => beforeAfter(table, counts, pair, { date: "2023-06-01", reference: { products: ["Q"] } })).toThrow(
    coded("UNKNOWN_TERM"),
  );
  const given = countsFromRows([{ product: "A", event: "X", a: 1 }]);
  expect(() => beforeAfter(table, given, pair, { date: "2023-06-01" })).toThrow(coded("INVALID_OPTION"));
  expect(() => reportMonths(table, given, pair)).toThrow(coded("INVALID_OPTION"));
  expect(() => reportMonths(buildTable([]), counts, pair)).toThrow(coded("INVALID_ARGUMENT"));
});

test("wrong arguments are the caller's mistake", () => {
  expect(() => reportingRate({ reports: 1.5, units: 3 })).toThrow(coded("INVALID_COUNT"));
  expect(() => reportingRate({ reports: 1, units: -3 })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => reportingRate({ reports: 1, units: 3 }, 0)).toThrow(/per/);
  expect(() => rateRatio({ reports: 1, units: 3 }, { reports: 1, units: Infinity })).toThrow(/second\.units/);
  expect(() => rateRatio({ reports: 1, units: 3 }, { reports: 1, units: 3 }, { limits: "wald" as never })).toThrow(
    coded("INVALID_OPTION"),
  );
  expect(() => conditionalRatio({ a: 1, b: 2, c: 3, d: 4 }, { level: 1 })).toThrow(coded("INVALID_LEVEL"));
  expect(() => reportingRates([{ product: "", reports: 1 }], [])).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => funnel([{ label: "A", reports: 1, units: 2 }], 1, [2])).toThrow(coded("INVALID_LEVEL"));
  expect(() => segmentedSeries([1, 2, 3, 4, 5], 1)).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => segmentedSeries([1, 2, 3, 4], 2)).toThrow(/4 periods/);
  expect(() => segmentedSeries([1, 2, 3, 4, 5, 6], 3, { reference: [1, 2, 3, 4, 5] })).toThrow(
    coded("LENGTH_MISMATCH"),
  );
  expect(() => segmentedSeries([1, 2, 3, 4, 5, 6], 3, { reference: [1, 2, 3, 4, 5, 0] })).toThrow(/join periods/);
  expect(() => segmentedSeries([1, 2, 3, 4, 5, 6], 3, { season: { length: 12, harmonics: 6 } })).toThrow(
    coded("INVALID_OPTION"),
  );
});
