import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "pvsignal";
import { checkReport, checkReports } from "../../src/quality/check-report.ts";
import { logicChecks } from "../../src/quality/checks.ts";
import { dateArtefacts } from "../../src/quality/date-artefacts.ts";
import { fourElements, validShares } from "../../src/quality/validity.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { expectClose } from "../close.ts";
import { make } from "./make.ts";

const sound = (extra: Partial<Report> = {}): Report =>
  make({
    unit: "H",
    patient: { sex: "female", ageYears: 40 },
    eventDate: "2024-03-05",
    awareDate: "2024-03-06",
    reportedDate: "2024-03-08",
    receivedDate: "2024-03-09",
    serious: ["hospitalisation"],
    products: [
      { name: "A", role: "suspect", start: "2024-03-01", end: "2024-03-05", lots: ["A101"], code: "国药准字H14020749" },
    ],
    events: [{ term: "rash", onset: "2024-03-05", outcome: "recovered" }],
    ...extra,
  });
const codes = (report: Report): string[] => checkReport(report).map(({ code }) => code);
const product = (extra: Partial<Report["products"][number]>): Report["products"] => [
  { name: "A", role: "suspect", ...extra },
];

test("a sound report has no findings", () => {
  expect(checkReport(sound())).toEqual([]);
});

const examples: [string, Report][] = [
  ["NO_PATIENT", sound({ patient: undefined })],
  ["NO_REPORTER", sound({ unit: undefined })],
  ["NO_PRODUCT", sound({ products: [] })],
  ["NO_EVENT", sound({ events: [] })],
  ["NO_SUSPECT", sound({ products: [{ name: "A", role: "concomitant" }] })],
  ["START_AFTER_ONSET", sound({ products: product({ start: "2024-03-06" }) })],
  ["STOP_BEFORE_START", sound({ products: product({ start: "2024-03-01", end: "2024-02" }) })],
  ["AWARE_BEFORE_EVENT", sound({ awareDate: "2024-03-04" })],
  ["REPORT_BEFORE_EVENT", sound({ reportedDate: "2024-02", awareDate: undefined })],
  ["REPORT_BEFORE_AWARE", sound({ reportedDate: "2024-03-05" })],
  ["FUTURE_DATE", sound({ products: product({ madeOn: "2024-04" }), eventDate: undefined })],
  ["DEATH_BEFORE_EVENT", sound({ deathDate: "2024-03-04", serious: ["death"] })],
  ["DEATH_DATE_WITHOUT_DEATH", sound({ deathDate: "2024-03-06" })],
  ["FATAL_NOT_SERIOUS", sound({ serious: [], events: [{ term: "rash", outcome: "fatal" }] })],
  ["SERIOUS_WITHOUT_CRITERION", sound({ serious: ["unspecified"] })],
  ["PREGNANT_MALE", sound({ patient: { sex: "male", pregnant: true } })],
  ["LOT_PLACEHOLDER", sound({ products: product({ lots: ["不详"] }) })],
  ["LOT_OTHER_NUMBER", sound({ products: product({ lots: ["国药准字Z20053908"] }) })],
  ["EXPIRES_BEFORE_MADE", sound({ products: product({ madeOn: "2022-05", expires: "2021" }) })],
  ["MADE_AFTER_EVENT", sound({ products: product({ madeOn: "2024-03-07" }) })],
  ["NUMBER_AGAINST_KIND", sound({ products: product({ code: "国械注准20153660603" }) })],
  ["NUMBER_AGAINST_KIND", sound({ products: product({ code: "国药准字Z20053908", category: "化学药品" }) })],
  ["NUMBER_AGAINST_KIND", sound({ domain: "vaccine", products: product({ code: "国药准字H14020749" }) })],
];

test.each(examples)("%s is found, and nothing else", (code, report) => {
  expect(codes(report)).toEqual([code]);
});

test("every check is met by one of the reports above, and worded in both languages", () => {
  expect(new Set(examples.map(([code]) => code))).toEqual(new Set(logicChecks.map(({ code }) => code)));
  expect(logicChecks.every(({ wording }) => wording.zh !== "" && wording.en !== "")).toBe(true);
});

test("what agrees is left alone: a class that fits, a bare number, a date of death with a fatal outcome", () => {
  expect(codes(sound({ products: product({ code: "国药准字Z20053908", category: "中成药" }) }))).toEqual([]);
  expect(codes(sound({ products: product({ code: "H20150001" }) }))).toEqual([]);
  expect(codes(sound({ domain: "device", products: product({ code: "国械注准20153660603" }) }))).toEqual([]);
  const fatal = sound({ deathDate: "2024-03-06", serious: ["death"], events: [{ term: "rash", outcome: "fatal" }] });
  expect(codes(fatal)).toEqual([]);
  expect(codes(sound({ serious: ["death", "unspecified"] }))).toEqual([]);
});

test("one product may come before one event and after another", () => {
  const events = [
    { term: "rash", onset: "2024-02-01" },
    { term: "nausea", onset: "2024-03-05" },
  ];
  expect(codes(sound({ products: product({ start: "2024-03-01" }), events }))).toEqual([]);
});

const DATED = new Set([
  "START_AFTER_ONSET",
  "STOP_BEFORE_START",
  "AWARE_BEFORE_EVENT",
  "REPORT_BEFORE_EVENT",
  "REPORT_BEFORE_AWARE",
  "FUTURE_DATE",
  "DEATH_BEFORE_EVENT",
  "EXPIRES_BEFORE_MADE",
  "MADE_AFTER_EVENT",
]);

test("knowing less of a date never adds a finding about dates", () => {
  const vague = (date: string | undefined, cut: number): string | undefined => date?.slice(0, cut);
  fc.assert(
    fc.property(reportsArbitrary, fc.constantFrom(4, 7), (reports, cut) => {
      for (const report of reports) {
        const less: Report = {
          ...report,
          receivedDate: vague(report.receivedDate, cut),
          eventDate: vague(report.eventDate, cut),
          awareDate: vague(report.awareDate, cut),
          products: report.products.map((p) => ({ ...p, start: vague(p.start, cut), madeOn: vague(p.madeOn, cut) })),
          events: report.events.map((e) => ({ ...e, onset: vague(e.onset, cut) })),
        };
        const before = new Set(codes(report));
        expect(codes(less).filter((code) => DATED.has(code) && !before.has(code))).toEqual([]);
      }
    }),
  );
});

test("the summary counts reports, each finding against the reports it was asked of", () => {
  const summary = checkReports([
    sound(),
    sound({ serious: ["unspecified"] }),
    sound({ domain: "device", serious: ["unspecified"], products: [] }),
  ]);
  expect(summary).toMatchObject({ reports: 3, withFindings: 2 });
  expect(summary.byCode.find(({ code }) => code === "SERIOUS_WITHOUT_CRITERION")).toMatchObject({
    reports: 1,
    asked: 2,
  });
  expect(summary.byCode[0]).toMatchObject({ code: "NO_PRODUCT", reports: 1, asked: 3 });
});

test("dates that were filled in show as peaks on 1 January and on day 1", () => {
  const even = Array.from({ length: 365 }, (_, i) => make({ eventDate: dateOf(i) }));
  const calm = dateArtefacts(even);
  expect(calm.newYear).toMatchObject({ count: 1, of: 365 });
  expectClose(calm.newYear.ratio!, 365.2425 / 365, 1e-14);
  expect(calm.firstOfMonth.count).toBe(11);
  expect(calm.newYear.log10P).toBeGreaterThan(-1);
  const filled = [
    ...even,
    ...Array.from({ length: 40 }, () => make({ eventDate: "2023-01-01" })),
    make({ eventDate: "2023" }),
    make({ eventDate: "2023-05" }),
    make(),
  ];
  const found = dateArtefacts(filled);
  expect(found).toMatchObject({ reports: 408, missing: 1, monthOnly: 1, yearOnly: 1 });
  expect(found.newYear).toMatchObject({ count: 41, of: 405 });
  expect(found.newYear.log10P).toBeLessThan(-40);
  expect(dateArtefacts([]).newYear).toMatchObject({ share: null, ratio: null, log10P: null });
});

const dateOf = (i: number): string => {
  const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  let day = i;
  let month = 0;
  while (day >= lengths[month]!) day -= lengths[month++]!;
  return `2023-${String(month + 1).padStart(2, "0")}-${String(day + 1).padStart(2, "0")}`;
};

test("the four elements count personal items by their having been filled in", () => {
  expect(fourElements(make({ filled: ["患者姓名", "报告人"] }))).toEqual({
    patient: true,
    reporter: true,
    product: true,
    event: true,
  });
  expect(fourElements(make())).toEqual({ patient: false, reporter: false, product: true, event: true });
});

test("reports of which nothing was decided are neither valid nor invalid", () => {
  const reports = [true, true, false, undefined].map((accepted) => make({ accepted }));
  expect(validShares([...reports, make({ domain: "device" })])).toEqual([
    { domain: "drug", submitted: 4, accepted: 2, refused: 1, unknown: 1, complete: 0, share: 0.5, decidedShare: 2 / 3 },
    { domain: "device", submitted: 1, accepted: 0, refused: 0, unknown: 1, complete: 0, share: 0, decidedShare: null },
  ]);
});
