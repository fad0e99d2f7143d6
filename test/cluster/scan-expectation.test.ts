import { expect, test } from "vitest";
import { logExpectedScanWindows } from "../../src/cluster/scan-expectation.ts";
import { seededRandom } from "../../src/math/random.ts";

/** Separate crossings of "k events within the window" in simulated Poisson processes. */
function simulate(
  k: number,
  windowDays: number,
  ratePerDay: number,
  days: number,
  runs: number,
): { atLeastOne: number; error: number } {
  const random = seededRandom(20240607);
  let hits = 0;
  for (let run = 0; run < runs; run++) {
    const times = Array.from({ length: random.poisson(ratePerDay * days) }, () => random.next() * days).sort(
      (x, y) => x - y,
    );
    if (times.some((time, i) => i >= k - 1 && time - times[i - k + 1]! <= windowDays)) hits++;
  }
  const p = hits / runs;
  return { atLeastOne: p, error: Math.sqrt((p * (1 - p)) / runs) };
}

test.each([
  [3, 30, 0.01],
  [5, 30, 0.05],
  [8, 30, 0.1],
  [6, 14, 0.1],
])("the chance of %i reports in %i days at %d a day agrees with simulation", (k, windowDays, ratePerDay) => {
  const { atLeastOne, error } = simulate(k, windowDays, ratePerDay, 365, 40_000);
  const formula = -Math.expm1(-Math.exp(logExpectedScanWindows({ k, windowDays, ratePerDay, days: 365 })));
  // Four standard errors of the simulation, and the 8 % that the approximation is known to be short by.
  expect(Math.abs(formula - atLeastOne)).toBeLessThan(4 * error + 0.08 * atLeastOne);
});

test("it falls with the count, rises with the rate, and stays a number far in the tail", () => {
  const at = (k: number, ratePerDay = 0.02): number =>
    logExpectedScanWindows({ k, windowDays: 30, ratePerDay, days: 365 });
  expect(at(4)).toBeGreaterThan(at(5));
  expect(at(5, 0.03)).toBeGreaterThan(at(5));
  expect(at(2000, 0.4)).toBeLessThan(-5000);
  expect(at(2000, 0.4)).toBeGreaterThan(-20_000);
  expect(at(3, 0)).toBe(-Infinity);
  expect(at(3, 0.2)).toBe(Math.log(365 / 30));
});
