import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, countsFromRows, type Report } from "pvsignal";
import { seededRandom } from "../../src/math/random.ts";
import { kolmogorovSf, kolmogorovSmirnov } from "../../src/signal/kolmogorov-smirnov.ts";
import { onsetDays } from "../../src/signal/onset-days.ts";
import { ONSET_BINS, onsetHistogram } from "../../src/signal/onset-histogram.ts";
import { HAZARD_WORDING, timeToOnset } from "../../src/signal/time-to-onset.ts";
import { derivatives, logLikelihood } from "../../src/signal/weibull-likelihood.ts";
import { fitWeibull } from "../../src/signal/weibull.ts";
import { expectClose } from "../close.ts";
import { goldenBytes } from "../golden.ts";

type Numbers = Readonly<Record<string, number>>;
const golden = JSON.parse(goldenBytes("time-to-onset.json.gz").toString("utf8")) as {
  readonly times: Readonly<Record<string, readonly number[]>>;
  readonly weibull: readonly (Numbers & { readonly set: never })[];
  readonly truncated: readonly (Numbers & { readonly set: never })[];
  readonly ks: readonly (Numbers & { readonly x: never; readonly y: never })[];
};
const coded = (code: string): unknown => expect.objectContaining({ code });

// survreg and uniroot stop at relative changes of about 1e-13 of the likelihood: half of its digits for a parameter.
test.each(golden.weibull.map((row) => [row["set"], row] as const))(
  "Weibull fit of %s agrees with survreg",
  (set, row) => {
    const times = golden.times[set as unknown as string]!;
    const fit = fitWeibull(times);
    expect(fit.n).toBe(row["n"]);
    expectClose(fit.shape.estimate, row["shape"]!, 1e-8);
    expectClose(fit.shape.lower, row["shape_lo_profile"]!, 1e-8);
    expectClose(fit.shape.upper, row["shape_hi_profile"]!, 1e-8);
    expectClose(fit.scale.estimate, row["scale"]!, 1e-8);
    expectClose(fit.scale.lower, row["scale_lo"]!, 1e-7);
    expectClose(fit.scale.upper, row["scale_hi"]!, 1e-7);
    expectClose(fit.logLikelihood, row["loglik"]!, 1e-12, 1e-12);
    const { shape, limits } = fitWeibull(times, { limits: "information" });
    expect(limits).toBe("information");
    expectClose(shape.lower, row["shape_lo_wald"]!, 1e-7);
    expectClose(shape.upper, row["shape_hi_wald"]!, 1e-7);
  },
);

test.each(golden.truncated.map((row) => [row["set"], row["end"]!, row] as const))(
  "truncated fit of %s at %d reaches the optimum of optim",
  (set, end, row) => {
    const times = golden.times[set as unknown as string]!.filter((t) => t <= end);
    const fit = fitWeibull(times, { truncation: end });
    if (row["scale"]! > 1e6) {
      // The likelihood rises for ever: optim stopped somewhere on the way, with a standard error of 297 on the log scale.
      expect(fit).toMatchObject({ pattern: "undetermined", median: NaN, logLikelihood: NaN });
      return;
    }
    // Nelder–Mead locates an optimum to the root of the precision of the likelihood; differences of it give the errors.
    expectClose(fit.logLikelihood, row["loglik"]!, 1e-12);
    expectClose(fit.shape.estimate, row["shape"]!, 1e-6);
    expectClose(fit.scale.estimate, row["scale"]!, 1e-6);
    expectClose(Math.log(fit.shape.upper / fit.shape.lower) / 2 / 1.959963984540054, row["se_log_shape"]!, 1e-5);
    expectClose(Math.log(fit.scale.upper / fit.scale.lower) / 2 / 1.959963984540054, row["se_log_scale"]!, 1e-5);
    expect(fit.limits).toBe("information");
  },
);

const times = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 3, maxLength: 60 });

test("a unit of time changes the scale alone, and the inverse of times the sign of nothing", () => {
  fc.assert(
    fc.property(times, fc.constantFrom(1 / 365.25, 24, 1e6, 1e-9), (days, unit) => {
      const fit = fitWeibull(days);
      const other = fitWeibull(days.map((day) => day * unit));
      expectClose(other.shape.estimate, fit.shape.estimate, 1e-9);
      expectClose(other.shape.lower, fit.shape.lower, 1e-7);
      expectClose(other.shape.upper, fit.shape.upper, 1e-7);
      expectClose(other.scale.estimate, fit.scale.estimate * unit, 1e-9);
      if (new Set(days).size > 1) {
        expect(fit.shape.lower).toBeLessThan(fit.shape.estimate);
        expect(fit.shape.upper).toBeGreaterThan(fit.shape.estimate);
      } else expect(fit.pattern).toBe("undetermined");
    }),
  );
});

test("the derivatives of the truncated likelihood are those of its differences", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -3, max: 0, noNaN: true }), { minLength: 2, maxLength: 8 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.boolean(),
      (logs, a, b, isTruncated) => {
        const data = {
          logTime: Float64Array.from(logs),
          logEnd: isTruncated ? new Float64Array(logs.length) : undefined,
          unit: 0,
        };
        const at = (x: number, y: number): number => logLikelihood(data, x, y);
        const h = 1e-5;
        const exact = derivatives(data, a, b);
        const size = 1 + Math.abs(exact.aa) + Math.abs(exact.bb) + Math.abs(at(a, b));
        expectClose(exact.a, (at(a + h, b) - at(a - h, b)) / (2 * h), 0, 1e-7 * size);
        expectClose(exact.b, (at(a, b + h) - at(a, b - h)) / (2 * h), 0, 1e-7 * size);
        const next = derivatives(data, a + h, b);
        const last = derivatives(data, a - h, b);
        expectClose(exact.aa, (next.a - last.a) / (2 * h), 0, 1e-5 * size);
        expectClose(exact.ab, (next.b - last.b) / (2 * h), 0, 1e-5 * size);
        expectClose(
          exact.bb,
          (derivatives(data, a, b + h).b - derivatives(data, a, b - h).b) / (2 * h),
          0,
          1e-5 * size,
        );
      },
    ),
  );
});

test("truncation far away is none, and truncated exponential times keep their shape", () => {
  const { early } = golden.times;
  const far = fitWeibull(early!, { truncation: 1e9 });
  const none = fitWeibull(early!, { limits: "information" });
  expectClose(far.shape.estimate, none.shape.estimate, 1e-8);
  expectClose(far.scale.upper, none.scale.upper, 1e-7);
  // Evenly spaced quantiles of an exponential distribution cut off at its median.
  const cut = Array.from({ length: 400 }, (_, i) => -50 * Math.log(1 - (0.5 * (i + 0.5)) / 400));
  const fit = fitWeibull(cut, { truncation: 50 * Math.LN2 });
  expect(fit.pattern).toBe("constant");
  expectClose(fit.shape.estimate, 1, 0.02);
  // Without telling of the truncation the same times look like wear-out.
  expect(fitWeibull(cut).pattern).toBe("wear-out");
});

test("the profile interval of the shape covers a constant hazard about as often as it says", () => {
  // Exponential times of 30 reports, 400 seeded trials; 95 % less three standard errors, and a hundredth for 30 being few.
  const random = seededRandom(20240701);
  let covered = 0;
  for (let trial = 0; trial < 400; trial++) {
    const drawn = Array.from({ length: 30 }, () => -40 * Math.log(1 - random.next()));
    if (fitWeibull(drawn).pattern === "constant") covered++;
  }
  expect(covered / 400).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / 400) - 0.01);
  expect(covered).toBeLessThan(400);
});

test("patterns follow the interval of the shape", () => {
  expect(fitWeibull(golden.times["early"]!).pattern).toBe("early");
  expect(fitWeibull(golden.times["const"]!).pattern).toBe("constant");
  expect(fitWeibull(golden.times["wear"]!).pattern).toBe("wear-out");
  const none = { estimate: NaN, lower: NaN, upper: NaN };
  for (const flat of [[], [3], [4, 4, 4]])
    expect(fitWeibull(flat)).toMatchObject({ shape: none, scale: none, median: NaN, pattern: "undetermined" });
  expect(Object.keys(HAZARD_WORDING).sort()).toEqual(["constant", "early", "undetermined", "wear-out"]);
});

test.each(golden.ks.map((row, i) => [i, row] as const))("Kolmogorov–Smirnov agrees with ks.test, case %i", (_, row) => {
  const { x, y } = row as unknown as { x: number[]; y: number[] };
  const exact = kolmogorovSmirnov(x, y, "exact");
  expectClose(exact.statistic, row["d"]!, 1e-14);
  expectClose(exact.earlier, row["d_plus"]!, 1e-14, 1e-15);
  expectClose(exact.later, row["d_minus"]!, 1e-14, 1e-15);
  expectClose(exact.p, row["p_exact"]!, 1e-11);
  // The reference subtracts the distribution function from 1 and stops its series at 1e-6.
  expectClose(kolmogorovSmirnov(x, y, "asymptotic").p, row["p_asymptotic"]!, 0, 1e-6);
  expect(kolmogorovSmirnov(x, y).method).toBe("exact");
});

/** Every way to choose which pooled values are the first sample. */
function permutationP(x: readonly number[], y: readonly number[]): number {
  const pooled = [...x, ...y];
  const distance = (first: readonly number[], second: readonly number[]): number =>
    Math.max(
      ...pooled.map((v) =>
        Math.abs(
          first.filter((a) => a <= v).length * second.length - second.filter((b) => b <= v).length * first.length,
        ),
      ),
    );
  const observed = distance(x, y);
  let hits = 0;
  let total = 0;
  for (let mask = 0; mask < 1 << pooled.length; mask++) {
    const first = pooled.filter((_, i) => ((mask >> i) & 1) === 1);
    if (first.length !== x.length) continue;
    total++;
    if (
      distance(
        first,
        pooled.filter((_, i) => ((mask >> i) & 1) === 0),
      ) >= observed
    )
      hits++;
  }
  return hits / total;
}

test("the exact p counts the divisions of the pooled values, ties or not", () => {
  const sample = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sample, sample, (x, y) => {
      const { p, statistic, earlier, later } = kolmogorovSmirnov(x, y);
      expectClose(p, permutationP(x, y), 1e-13);
      expect(statistic).toBe(Math.max(earlier, later));
      const swapped = kolmogorovSmirnov(y, x);
      expectClose(swapped.p, p, 1e-13);
      expect([swapped.earlier, swapped.later]).toEqual([later, earlier]);
    }),
    { numRuns: 60 },
  );
});

test("the asymptotic tail is continuous where its series change, and bounded", () => {
  expectClose(kolmogorovSf(1 - 1e-12), kolmogorovSf(1), 1e-10);
  expectClose(kolmogorovSf(1.3580986393225507), 0.05, 1e-9);
  expectClose(kolmogorovSf(1.6276236115189503), 0.01, 1e-9);
  expect([kolmogorovSf(0), kolmogorovSf(0.05), kolmogorovSf(30)]).toEqual([1, 1, 0]);
  const large = Array.from({ length: 1500 }, (_, i) => i);
  expect(
    kolmogorovSmirnov(
      large,
      large.map((v) => v + 40),
    ),
  ).toMatchObject({ method: "asymptotic" });
  expect(kolmogorovSmirnov([], [1])).toMatchObject({ statistic: NaN, p: NaN, first: 0, second: 1 });
});

let id = 0;
const report = (
  product: Partial<Report["products"][number]>,
  event: Partial<Report["events"][number]>,
  more: Partial<Report> = {},
): Report => ({
  id: String(++id),
  source: "x",
  version: 1,
  domain: "drug",
  products: [{ name: "A", role: "suspect", ...product }],
  events: [{ term: "X", ...event }],
  ...more,
});

test("days come from full dates, and what has none is counted by reason", () => {
  const list = [
    report({ start: "2024-01-01" }, { onset: "2024-01-01" }),
    report({ start: "2024-02-28" }, { onset: "2024-03-01" }),
    report({ start: "2024-01-01" }, {}, { eventDate: "2024-01-11" }),
    // the row's own onset goes before the date of the report
    report({ start: "2024-01-01" }, { onset: "2024-01-05" }, { eventDate: "2024-01-03" }),
    // earliest of several rows
    report(
      {},
      { onset: "2024-01-20" },
      {
        products: [
          { name: "A", role: "suspect", start: "2024-01-10" },
          { name: "A", role: "suspect", start: "2024-01-08" },
          { name: "A", role: "concomitant", start: "2023-01-01" },
          { name: "B", role: "suspect", start: "2023-06-01" },
        ],
      },
    ),
    report({}, { onset: "2024-01-20" }),
    report({ start: "2024-01" }, { onset: "2024-01-20" }),
    report({ start: "2024-01-01" }, {}),
    report({ start: "2024-01-01" }, { onset: "2024" }),
    report({ start: "2024-01-02" }, { onset: "2024-01-01" }),
    report({ start: "2020-01-01" }, { onset: "2024-01-01" }),
    // other event; other products, the first of which counts
    report({ start: "2024-01-01" }, { term: "Y", onset: "2024-01-31" }),
    report(
      {},
      { onset: "2024-01-31" },
      {
        products: [
          { name: "C", role: "suspect", start: "2024-01-30" },
          { name: "B", role: "interacting", start: "2024-01-24" },
          { name: "D", role: "concomitant", start: "2024-01-01" },
        ],
      },
    ),
  ];
  const table = buildTable(list);
  const counts = countPairs(table);
  const { pair, otherEvents, otherProducts } = onsetDays(
    table,
    counts,
    { product: "A", event: "X" },
    { maximumDays: 999 },
  );
  expect([...pair.days]).toEqual([0, 2, 4, 10, 12]);
  expect(pair.excluded).toEqual({
    withoutStart: 1,
    partialStart: 1,
    withoutOnset: 1,
    partialOnset: 1,
    beforeStart: 1,
    beyond: 1,
  });
  expect(pair.reports).toBe(11);
  expect([...otherEvents.days]).toEqual([30]);
  expect([...otherProducts.days]).toEqual([7]);
  const result = timeToOnset(table, counts, { product: "A", event: "X" }, { maximumDays: 999 });
  expect(result.pair.quartiles).toEqual([2, 4, 10]);
  expect(result.differs).toBeNull();
  expect(result.weibull).toEqual(fitWeibull([0.5, 2.5, 4.5, 10.5, 12.5], { truncation: 1000 }));
  expect(result.otherEvents.test).toEqual(kolmogorovSmirnov([0, 2, 4, 10, 12], [30]));
  expect(timeToOnset(table, counts, { product: "A", event: "Y" }).pair.quartiles).toEqual([30, 30, 30]);
  // As of a day, what began later is left out and the fit knows how long each report was followed.
  const { pair: early, weibull } = timeToOnset(table, counts, { product: "A", event: "X" }, { asOf: "2024-02-29" });
  expect([[...early.days], early.excluded.beyond]).toEqual([[0, 4, 10, 12, 1461], 1]);
  const followed = [...early.start].map((day) => 19782 - day + 1);
  expect(followed).toEqual([60, 60, 60, 53, 1521]);
  expect(weibull).toEqual(fitWeibull([0.5, 4.5, 10.5, 12.5, 1461.5], { truncation: followed }));
  const keyed = countPairs(table, { product: (p) => p.name.toLowerCase(), event: (e) => e.term + "!" });
  const again = onsetDays(
    table,
    keyed,
    { product: "a", event: "X!" },
    { maximumDays: 999, productKey: (p) => p.name.toLowerCase(), eventKey: (e) => e.term + "!" },
  );
  expect(again).toEqual({ pair, otherEvents, otherProducts });
  expect(() => onsetDays(table, keyed, { product: "a", event: "X!" })).toThrow(/productKey/);
  expect(() => onsetDays(table, keyed, { product: "a", event: "X!" }, { productKey: (p) => p.name })).toThrow(
    /eventKey/,
  );
  expect(() => onsetDays(table, counts, { product: "Q", event: "X" })).toThrow(coded("UNKNOWN_TERM"));
  expect(() => onsetDays(buildTable([]), counts, { product: "A", event: "X" })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() =>
    onsetDays(table, countsFromRows([{ product: "A", event: "X", a: 1 }]), { product: "A", event: "X" }),
  ).toThrow(coded("INVALID_OPTION"));
});

test("a pair that comes sooner than both backgrounds differs", () => {
  const day = (n: number): string => `2024-01-${String(1 + n).padStart(2, "0")}`;
  const list = Array.from({ length: 12 }, (_, i) => [
    report({ start: "2024-01-01" }, { onset: day(i % 3) }),
    report({ start: "2024-01-01" }, { term: "Y", onset: day(5 + i) }),
    report({ name: "B", start: "2024-01-01" }, { onset: day(8 + i) }),
  ]).flat();
  const table = buildTable(list);
  const result = timeToOnset(table, countPairs(table), { product: "A", event: "X" });
  expect(result.differs).toBe(true);
  expect(result.otherEvents.test).toMatchObject({ statistic: 1, earlier: 1, later: 0, method: "exact" });
  expect(result.pair.histogram.map((bin) => bin.count)).toEqual([4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
  const other = timeToOnset(table, countPairs(table), { product: "B", event: "X" });
  expect(other.differs).toBeNull();
  expect(other.otherEvents.test.p).toBeNaN();
});

test("bars hold every value once", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3000 })), (days) => {
      const bins = onsetHistogram(days);
      expect(bins.map((bin) => bin.from)).toEqual(ONSET_BINS);
      expect(bins.map((bin) => bin.count)).toEqual(
        bins.map((bin) => days.filter((day) => day >= bin.from && day < bin.until).length),
      );
      if (days.length > 0) expect(bins.at(-1)?.cumulative).toBe(1);
    }),
  );
});

test("wrong arguments are the caller's mistake", () => {
  expect(() => fitWeibull([1, 0])).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => fitWeibull([1, 5], { truncation: 4 })).toThrow(/before the time 5/);
  expect(() => fitWeibull([1, 5], { truncation: [4] })).toThrow(coded("LENGTH_MISMATCH"));
  expect(() => fitWeibull([1, 5], { level: 2 })).toThrow(coded("INVALID_LEVEL"));
  expect(() => fitWeibull([1, 5], { limits: "exact" as never })).toThrow(coded("INVALID_OPTION"));
  expect(() => kolmogorovSmirnov([NaN], [1])).toThrow(/x: /);
  expect(() => onsetHistogram([1], [1, 2])).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => onsetHistogram([-1])).toThrow(coded("INVALID_ARGUMENT"));
  const table = buildTable([report({}, {})]);
  const counts = countPairs(table);
  const pair = { product: "A", event: "X" };
  expect(() => timeToOnset(table, counts, pair, { shift: 0 })).toThrow(coded("INVALID_OPTION"));
  expect(() => timeToOnset(table, counts, pair, { alpha: 1 })).toThrow(coded("INVALID_OPTION"));
  expect(() => timeToOnset(table, counts, pair, { minimum: 0 })).toThrow(coded("INVALID_OPTION"));
  expect(() => timeToOnset(table, counts, pair, { asOf: "2024-01" })).toThrow(coded("INVALID_DATE"));
  expect(() => timeToOnset(table, counts, pair, { maximumDays: -1 })).toThrow(coded("INVALID_ARGUMENT"));
});
