import fc from "fast-check";
import { expect, test } from "vitest";
import { partialDay } from "pvsignal";
import { dayInterval, daysBetween, isImpossibleOrder } from "../../src/quality/day-interval.ts";

const date = fc
  .tuple(
    fc.integer({ min: 2019, max: 2021 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.nat(2),
  )
  .map(([y, m, d, cut]) =>
    `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`.slice(0, [10, 7, 4][cut]),
  );

/** Every day a partial date can mean, by trying all. */
function completions(text: string): number[] {
  const two = (n: number): string => String(n).padStart(2, "0");
  const days: number[] = [];
  for (let m = 1; m <= 12; m++) {
    for (let d = 1; d <= 31; d++) {
      const full = `${text.slice(0, 4)}-${two(m)}-${two(d)}`;
      const read = partialDay(full);
      if (read !== undefined && full.startsWith(text)) days.push(read.day);
    }
  }
  return days;
}

test("the interval of a partial date is its first and last completion", () => {
  fc.assert(
    fc.property(date, (text) => {
      const days = completions(text);
      expect(dayInterval(text)).toEqual({ first: days[0], last: days.at(-1) });
    }),
  );
});

test("an order is impossible exactly when no completion of the two dates allows it", () => {
  fc.assert(
    fc.property(date, date, (x, y) => {
      const xs = completions(x);
      const ys = completions(y);
      const possible = Math.max(...ys) >= Math.min(...xs);
      expect(isImpossibleOrder(x, y)).toBe(!possible);
      expect(daysBetween(x, y)).toEqual({
        least: Math.min(...ys) - Math.max(...xs),
        most: Math.max(...ys) - Math.min(...xs),
      });
    }),
  );
});

test("a missing date and a text that is no date contradict nothing", () => {
  expect(isImpossibleOrder(undefined, "2020")).toBe(false);
  expect(isImpossibleOrder("2020-13", "2019")).toBe(false);
  expect(dayInterval("2023-02-29")).toBeUndefined();
});
