import fc from "fast-check";
import { expect, test } from "vitest";
import { isoDay, partialDay } from "pvsignal";
import { dayOf, isCalendarDate, partialDateOf, requireDay } from "../../src/report/date.ts";

test("a partial date keeps how much of it is known, and means its first possible day", () => {
  expect(partialDay("2014")).toEqual({ day: dayOf(2014, 1, 1), precision: "year" });
  expect(partialDay("2014-03")).toEqual({ day: 16130, precision: "month" });
  expect(partialDay("2014-03-14")).toEqual({ day: 16143, precision: "day" });
});

test.each([
  "",
  "2014-13",
  "2014-02-29",
  "2014-00",
  "14-01-01",
  "2014-1-1",
  "20140101",
  "2014-01-01T00:00",
  "1700",
  "NaN",
])("%j is no date", (text) => {
  expect(partialDay(text)).toBeUndefined();
});

test("days agree with the calendar of the host in UTC, 1800 to 2199", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_091, max: 83_000 }), (day) => {
      const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
      expect(isoDay(day)).toBe(text);
      expect(partialDay(text)).toEqual({ day, precision: "day" });
    }),
  );
});

test("leap years follow the Gregorian rule", () => {
  expect([1900, 2000, 2023, 2024, 2100].map((year) => isCalendarDate(year, 2, 29))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("cutting a date to its precision gives it back", () => {
  for (const text of ["2014", "2014-03", "2014-03-14"]) {
    const { day, precision } = partialDay(text)!;
    expect(partialDateOf(day, precision)).toBe(text);
  }
});

test("an argument that is not a full date is refused by name", () => {
  expect(requireDay("asOf", "1970-01-02")).toBe(1);
  expect(() => requireDay("asOf", "2014-03")).toThrow('asOf: expected a date YYYY-MM-DD, got "2014-03"');
});
