import fc from "fast-check";
import { expect, test } from "vitest";
import { isoDay, type Report } from "pvsignal";
import { timelinessProfiles, type TimelinessProfile } from "../../src/quality/time-limits.ts";
import { timeliness, timelinessSummary } from "../../src/quality/timeliness.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { make } from "./make.ts";

const { drug2011, drugReceipt, device2018, cosmetic2022, aefi } = timelinessProfiles;
const after = (days: number, extra: Partial<Report> = {}): Report =>
  make({ awareDate: "2024-01-10", reportedDate: isoDay(19732 + days), ...extra });
const plain = { serious: [], unexpected: false } as const;

test.each<[string, Partial<Report>, number]>([
  ["death", { serious: ["death"], unexpected: false }, 1],
  ["new-or-serious", { serious: ["hospitalisation"], unexpected: false }, 15],
  ["new-or-serious", { serious: [], unexpected: true }, 15],
  ["other", plain, 30],
])("drug: %s is in time on the last day and late on the next", (name, extra, limit) => {
  expect(timeliness(after(limit, extra), drug2011)).toMatchObject({
    status: "in-time",
    case: name,
    clock: { from: "aware", to: "reported" },
  });
  expect(timeliness(after(limit + 1, extra), drug2011)).toMatchObject({ status: "late", case: name });
});

test.each<[keyof typeof timelinessProfiles, Report["domain"], Partial<Report>, number]>([
  ["device2018", "device", { serious: ["death"] }, 7],
  ["device2018", "device", { serious: [] }, 20],
  ["device2018", "device", { serious: ["death"], country: "US" }, 30],
  ["cosmetic2022", "cosmetic", { serious: [] }, 30],
  ["cosmetic2022", "cosmetic", { serious: ["other"] }, 15],
  ["cosmetic2022", "cosmetic", { serious: ["other"], publicConcern: true }, 3],
])("%s: the limit of %s %o is %d days", (name, domain, extra, limit) => {
  const profile = timelinessProfiles[name];
  expect(timeliness(after(limit, { domain, ...extra }), profile).status).toBe("in-time");
  expect(timeliness(after(limit + 1, { domain, ...extra }), profile).status).toBe("late");
});

test("two hours cannot be kept for sure when only days are known, but they can be missed", () => {
  const death = { domain: "vaccine", serious: ["death"] } as const;
  expect([0, 1, 2].map((days) => timeliness(after(days, death), aefi).status)).toEqual(["unknown", "unknown", "late"]);
  const other = { domain: "vaccine", serious: [] } as const;
  expect([0, 1, 2, 3].map((days) => timeliness(after(days, other), aefi).status)).toEqual([
    "in-time",
    "in-time",
    "unknown",
    "late",
  ]);
});

test("the tool's clock runs from the report to its receipt", () => {
  const report = make({ ...plain, awareDate: "2024-01-01", reportedDate: "2024-03-01", receivedDate: "2024-03-20" });
  expect(timeliness(report, drugReceipt)).toMatchObject({
    status: "in-time",
    clock: { from: "reported", to: "received" },
  });
  expect(timeliness(report, drug2011)).toMatchObject({ status: "late", days: { least: 60, most: 60 } });
});

test("dates known in part decide only when every completion agrees", () => {
  const at = (awareDate: string, reportedDate: string): string =>
    timeliness(make({ ...plain, awareDate, reportedDate }), drug2011).status;
  expect(at("2024-01-05", "2024-01")).toBe("in-time");
  expect(at("2024-01-05", "2024-02")).toBe("unknown");
  expect(at("2024-01", "2024-03-05")).toBe("late");
});

test("an open case decides only when all its limits agree, and dates that run backwards decide nothing", () => {
  expect(timeliness(after(10), drug2011)).toMatchObject({ status: "unknown", case: null, reason: "imprecise" });
  expect(timeliness(after(31), drug2011)).toMatchObject({ status: "late", case: null });
  expect(timeliness(after(10, { unexpected: true, serious: [] }), drug2011)).toMatchObject({ status: "in-time" });
  expect(timeliness(after(-3, plain), drug2011)).toMatchObject({ status: "unknown", reason: "negative" });
  expect(timeliness(make(plain), drug2011)).toMatchObject({ status: "unknown", reason: "no-clock", clock: null });
});

test("a summary counts every report once and bounds the share by what cannot be told", () => {
  const reports = [after(3, plain), after(40, plain), make(plain), after(10), after(1, { domain: "device" })];
  const { all, rows, clocks, otherDomain } = timelinessSummary(reports, drug2011);
  expect(all).toMatchObject({
    reports: 4,
    inTime: 1,
    late: 1,
    cannotTell: 2,
    onTime: { share: 0.5 },
    lowest: 0.25,
    highest: 0.75,
  });
  expect(rows.map(({ case: name, reports: n }) => [name, n])).toEqual([
    ["death", 0],
    ["new-or-serious", 0],
    ["other", 3],
    [null, 1],
  ]);
  expect(clocks).toEqual({ "aware → reported": 3, none: 1 });
  expect(otherDomain).toBe(1);
});

test("knowing less of the dates never turns late into in time or back", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.constantFrom(4, 7), (reports, cut) => {
      for (const report of reports) {
        if (report.domain !== "drug") continue;
        const known = timeliness(report, drug2011).status;
        const awareDate = report.awareDate?.slice(0, cut);
        const less = timeliness(
          { ...report, awareDate, receivedDate: report.receivedDate?.slice(0, cut) },
          drug2011,
        ).status;
        // Dates that run backwards at full length say nothing; they may, cut, leave a time that ran.
        if (known !== "unknown") expect([known, "unknown"]).toContain(less);
      }
    }),
  );
});

test("numbers that are no law say so", () => {
  expect(drug2011.limits.map(({ status }) => status)).toEqual(["local", "official", "official"]);
  const statuses = (profile: TimelinessProfile): Set<string> => new Set(profile.limits.map(({ status }) => status));
  expect([drugReceipt, device2018, cosmetic2022].map((profile) => [...statuses(profile)])).toEqual([
    ["local"],
    ["official"],
    ["official"],
  ]);
  expect(() => timeliness(make({ domain: "device" }), drug2011)).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
