import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildTable,
  deviceForm2019,
  isoDay,
  presets,
  profiles,
  runSurveillance,
  timelinessProfiles,
  yearChange,
  type Report,
  type RunConfig,
} from "pvsignal";
import { documentMarkdown } from "../../src/present/document-markdown.ts";
import { figuresOf, periodicSource, recount, recountFigures } from "../../src/present/figure-recount.ts";
import { figureText, type PeriodicAxis } from "../../src/present/figure.ts";
import { periodicDocument, tabulationsDocument } from "../../src/present/periodic-document.ts";
import {
  periodBefore,
  periodLastYear,
  PERIOD_KINDS,
  reportPeriod,
  yearPart,
} from "../../src/present/periodic-period.ts";
import { periodicTables } from "../../src/present/periodic-tables.ts";
import { indicatorTargets } from "../../src/present/periodic-targets.ts";
import { periodicReport, type PeriodicOptions, type PeriodicReport } from "../../src/present/periodic.ts";
import { requireDay } from "../../src/report/date.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { report, year } from "../monitor/run-data.ts";

const names = (kind: (typeof PERIOD_KINDS)[number], asOf: string): (string | undefined)[] => {
  const period = reportPeriod(kind, asOf);
  return [period.name, periodBefore(period).name, periodLastYear(period)?.name];
};

describe("periods", () => {
  test.each([
    ["month", "2024-03-30", ["2024-02", "2024-01", "2023-02"]],
    ["month", "2024-03-31", ["2024-03", "2024-02", "2023-03"]],
    ["quarter", "2024-03-30", ["2023-Q4", "2023-Q3", "2022-Q4"]],
    ["quarter", "2024-03-31", ["2024-Q1", "2023-Q4", "2023-Q1"]],
    ["half-year", "2024-06-30", ["2024-H1", "2023-H2", "2023-H1"]],
    ["year", "2024-12-30", ["2023", "2022", "2022"]],
    ["week", "2021-01-03", ["2020-W53", "2020-W52", undefined]],
    ["week", "2021-01-02", ["2020-W52", "2020-W51", "2019-W52"]],
  ] as const)(
    "the last whole %s by the end of %s, the one before, the one of the year before",
    (kind, asOf, expected) => {
      expect(names(kind, asOf)).toEqual(expected);
    },
  );

  test("29 February: whole months stay whole, single days become the 28th", () => {
    expect(periodLastYear(reportPeriod("month", "2024-02-29"))).toMatchObject({ from: "2023-02-01", to: "2023-02-28" });
    expect(periodLastYear(reportPeriod("month", "2025-02-28"))).toMatchObject({ from: "2024-02-01", to: "2024-02-29" });
    const days = reportPeriod({ from: "2024-02-20", to: "2024-02-29" }, "2024-03-01");
    expect(periodLastYear(days)).toMatchObject({ from: "2023-02-20", to: "2023-02-28", days: 9 });
    expect(periodBefore(days)).toMatchObject({ from: "2024-02-10", to: "2024-02-19", days: 10 });
  });

  test("given days that are whole months are compared with as many months", () => {
    const two = reportPeriod({ from: "2024-03-01", to: "2024-04-30" }, "2024-04-30");
    expect(periodBefore(two)).toMatchObject({ from: "2024-01-01", to: "2024-02-29" });
    expect(reportPeriod({ from: "2024-01-01", to: "2024-03-31" }, "2024-12-31").name).toBe("2024-Q1");
  });

  test("a period of a kind is over by the day, its successor is not, and the one before ends where it starts", () => {
    fc.assert(
      fc.property(fc.integer({ min: -25_000, max: 60_000 }), fc.constantFrom(...PERIOD_KINDS), (day, kind) => {
        const period = reportPeriod(kind, isoDay(day));
        const last = requireDay("to", period.to);
        expect(last).toBeLessThanOrEqual(day);
        expect(reportPeriod(kind, period.to)).toEqual(period);
        expect(requireDay("to", periodBefore(period).to)).toBe(requireDay("from", period.from) - 1);
        expect(reportPeriod(kind, isoDay(last - 1))).toEqual(periodBefore(period));
        expect(last - requireDay("from", period.from) + 1).toBe(period.days);
      }),
    );
  });

  test("parts of a year add up to the year, leap or not", () => {
    for (const of of [2023, 2024]) {
      const quarters = ["03-31", "06-30", "09-30", "12-31"].map((end) => reportPeriod("quarter", `${of}-${end}`));
      expectClose(
        quarters.reduce((sum, quarter) => sum + yearPart(quarter), 0),
        1,
        1e-15,
      );
    }
    expect(yearPart({ from: "2023-12-31", to: "2024-01-01" })).toBe(1 / 365 + 1 / 366);
  });

  test("days the wrong way round, or after the day of the report, are refused", () => {
    for (const period of [
      { from: "2024-02-01", to: "2024-01-01" },
      { from: "2024-01-01", to: "2024-02-01" },
      "decade" as "year",
    ])
      expect(() => reportPeriod(period, "2024-01-31")).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(() => reportPeriod("month", "2024-02")).toThrow(expect.objectContaining({ code: "INVALID_DATE" }));
  });
});

const of = (some: readonly Report[], more: Partial<PeriodicOptions> = {}): PeriodicReport =>
  periodicReport({ table: some, period: "month", asOf: "2024-03-31", ...more });

describe("what counts in a period", () => {
  const dated = (date: string | undefined): Report =>
    report(String(date), "2024-01-01", "A", "rash", { receivedDate: date });

  test("first and last day count, the days around do not", () => {
    const some = ["2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01"].map(dated);
    expect(of(some).total.now.value).toBe(2);
    expect(of(some, { asOf: "2024-04-30" }).total.now.value).toBe(1);
  });

  test("a date known to the month counts in its month and quarter, in no week, and is told where it could belong", () => {
    const some = [dated("2024-03"), dated("2024"), dated(undefined)];
    // The year 2024 is not over: that report may come later than the day, so nobody can have seen it.
    expect(of(some).total.now.value).toBe(1);
    expect(of(some).leftOut).toEqual({ withoutReceipt: 1, withoutDate: 0, imprecise: 0 });
    expect(of(some, { period: "quarter" }).total.now.value).toBe(1);
    expect(of(some, { period: "week" }).total.now.value).toBe(0);
    expect(of(some, { period: "week" }).leftOut.imprecise).toBe(1);
    expect(of(some, { period: "year", asOf: "2024-12-31" }).total.now.value).toBe(2);
    expect(of(some, { asOf: "2024-12-31", period: { from: "2024-03-01", to: "2024-03-31" } }).leftOut.imprecise).toBe(
      1,
    );
  });

  test("by the day of the event a report without a day of receipt has its place", () => {
    const one = report("1", "2024-03-01", "A", "rash", { receivedDate: undefined, eventDate: "2024-03-05" });
    expect(of([one], { clock: "event" }).total.now.value).toBe(1);
    expect(of([one]).leftOut.withoutReceipt).toBe(1);
  });

  test("without any report every count is 0 and says so", () => {
    const empty = of([]);
    expect(empty.total.now.value).toBe(0);
    expect(empty.total.previous.missing).toBe("before-data");
    expect(empty.counts.every(({ rows }) => rows.length === 0)).toBe(true);
    expect(documentMarkdown(periodicDocument(empty), "zh")).toContain("对比期早于数据起始日");
  });
});

describe("change", () => {
  const some = [
    ...Array.from({ length: 10 }, (_, i) => report(`a${i}`, "2024-02-10", "A", "rash")),
    ...Array.from({ length: 15 }, (_, i) => report(`b${i}`, "2024-03-10", "A", "rash")),
    report("c", "2024-03-10", "B", "fever"),
  ];
  const product = (found: PeriodicReport, axis: PeriodicAxis = "product") =>
    found.counts.find((one) => one.axis === axis)!.rows;

  test("is told with exact limits, as yearChange tells it", () => {
    const shifted = some.map((one) => ({ ...one, receivedDate: one.receivedDate!.replace("2024-02", "2023-03") }));
    const { all } = yearChange(shifted, { year: 2024, months: [3] });
    expect(all.before).toBe(10);
    const { lastYear } = of(shifted).total;
    expect([lastYear.change.value, lastYear.lower, lastYear.upper]).toEqual([all.change, all.lower, all.upper]);
    expect(product(of(some))[0]!.previous.change.value).toBe(0.5);
  });

  test("has a reason where it does not exist", () => {
    const [, b] = product(of(some));
    expect(b!.previous).toMatchObject({ before: { value: 0 }, change: { value: null }, missing: "zero" });
    expect(b!.lastYear).toMatchObject({ before: { value: null }, change: { value: null }, missing: "before-data" });
    const week = periodicReport({ table: year(3, 50), period: "week", asOf: "2021-01-03" });
    expect(week.lastYear).toEqual({ period: null, missing: "no-such-week" });
  });

  test("values beyond the top are counted, reports without a value stand last", () => {
    const top = product(of(some, { top: 1 }));
    expect(top.map(({ key }) => key)).toEqual(["A"]);
    expect(of(some, { top: 1 }).counts.find(({ axis }) => axis === "product")!.notListed).toBe(1);
    expect(product(of(some), "seriousness")).toMatchObject([{ key: null, now: { value: 16 } }]);
  });
});

const config: RunConfig = {
  screenings: { drug: { screen: { measures: ["ic"], rule: [presets.umc] } } },
  detectors: { watch: { kind: "rules", profile: profiles.productWatch } },
};
const reports: readonly Report[] = year(11, 500).map((one, i) => ({
  ...one,
  division: i % 3 === 0 ? "140100" : i % 3 === 1 ? "140200" : undefined,
  unitKind: i % 2 === 0 ? "medical" : "holder",
  awareDate: one.receivedDate,
  reportedDate: one.receivedDate,
}));
const table = buildTable(reports);
const september = await runSurveillance(table, config, { asOf: "2023-09-30" });
const december = await runSurveillance(table, config, { asOf: "2023-12-31", previous: september });
const divisions = {
  vintage: "test",
  rollUp: (code: string) => ({ code, name: code === "140100" ? "太原市" : "大同市" }),
  counties: () => [],
};
const options: PeriodicOptions = {
  table,
  period: "quarter",
  asOf: "2023-12-31",
  top: 3,
  months: 4,
  divisions,
  runs: { current: december, previous: september },
  quality: {
    forms: [deviceForm2019],
    timeliness: [timelinessProfiles.drug2011],
    indicators: { divisions, population: { vintage: "test census", of: {}, total: 400_000 } },
    targets: indicatorTargets,
  },
};
const whole = periodicReport(options);

test.each(["zh", "en"] as const)("the text of a periodic report stays as it is: %s", async (language) => {
  const document = periodicDocument(whole, { divisionName: (code) => divisions.rollUp(code).name });
  // The digests of the last section change with the version of the library.
  const sections = document.sections.filter(({ id }) => id !== "provenance");
  await expect(documentMarkdown({ ...document, sections }, language)).toMatchFileSnapshot(
    `../golden/periodic-report.${language}.txt`,
  );
});

test("every figure is counted again, those of counts from report ids", () => {
  const { figures, byReportIds, wrong } = recountFigures(whole, options);
  expect(wrong).toEqual([]);
  expect(figures).toBeGreaterThan(50);
  expect(byReportIds).toBeGreaterThan(30);
  // The document adds figures of quality to those of the report.
  const source = periodicSource(options, { run: december, reports: table, config });
  for (const { value, trace } of figuresOf(periodicDocument(whole)))
    if (value !== null) expect(recount(trace, source)).toBe(value);
});

test("a quarter is held against its share of the yearly target", () => {
  const [drug] = whole.quality.indicators!.targets;
  const count = reports.filter(({ receivedDate }) => receivedDate! >= "2023-10-01").length;
  expect(drug!.perMillion.value).toBe(count / 0.4);
  expectClose(drug!.dueByNow, (1200 * 92) / 365, 1e-15);
  expectClose(drug!.reached.value!, count / 0.4 / ((1200 * 92) / 365), 1e-15);
  expect(drug!.isMet).toBe(count / 0.4 >= (1200 * 92) / 365);
  expect(whole.quality.indicators!.targets[1]!.reached.value).toBe(0);
});

test("any reports give counts that add up, and that their ids give again", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.constantFrom(...PERIOD_KINDS), (some, period) => {
      const asked = { table: some, period, asOf: "2024-12-31", top: 1000 };
      const found = periodicReport(asked);
      expect(recountFigures(found, asked).wrong).toEqual([]);
      for (const axis of ["domain", "seriousness", "division"]) {
        const sum = found.counts.find((one) => one.axis === axis)!.rows.reduce((n, { now }) => n + now.value!, 0);
        expect(sum).toBe(found.total.now.value);
      }
      expect(JSON.stringify(periodicReport({ ...asked, table: [...some].reverse() }))).toBe(JSON.stringify(found));
    }),
    { numRuns: 40 },
  );
});

describe("tabulations", () => {
  const tables = periodicTables({ table, period: "quarter", asOf: "2023-12-31", product: "A" });
  test("interval lies within cumulative, seriousness adds up, and both are counted again", () => {
    const source = periodicSource({ table, period: "quarter", asOf: "2023-12-31" });
    for (const { interval, cumulative } of [tables.all, ...tables.rows])
      for (const cells of [interval, cumulative]) {
        expect(cells.serious.value! + cells.notSerious.value! + cells.unknown.value!).toBe(cells.total.value);
        expect(interval.total.value!).toBeLessThanOrEqual(cumulative.total.value!);
        for (const { value, trace } of figuresOf(cells)) expect(recount(trace, source)).toBe(value);
      }
    const own = reports.filter(({ products }) => products[0]!.name === "A");
    expect(tables.all.cumulative.total.value).toBe(own.length);
    expect(tables.rows.map(({ event }) => event)).toEqual(
      [...new Set(own.map(({ events }) => events[0]!.term))].sort(),
    );
    expect(documentMarkdown(tabulationsDocument(tables), "en")).toContain("cumulative: serious");
  });

  test("a product that nobody names is refused", () => {
    expect(() => periodicTables({ table, period: "year", asOf: "2023-12-31", product: "Z" })).toThrow(
      expect.objectContaining({ code: "UNKNOWN_TERM" }),
    );
  });
});

test("numbers are written the same everywhere", () => {
  const text = (value: number | null, style: "count" | "decimal" | "percent"): string => figureText({ value, style });
  expect([text(12345, "count"), text(null, "count"), text(-0.0004, "percent"), text(0.5, "percent")]).toEqual([
    "12345",
    "–",
    "0.0%",
    "50.0%",
  ]);
  expect([text(-1.2345, "decimal"), text(0.00012, "decimal"), text(1234.6, "decimal"), text(0, "decimal")]).toEqual([
    "−1.23",
    "1.2e-4",
    "1235",
    "0",
  ]);
});
