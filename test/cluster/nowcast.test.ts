import fc from "fast-check";
import { expect, test } from "vitest";
import { nowcast, type LineList, type NowcastDay, type NowcastOptions } from "../../src/cluster/nowcast.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { seededRandom } from "../../src/math/random.ts";
import { NO_DAY, requireDay } from "../../src/report/date.ts";
import { goldenRows } from "../golden.ts";

const lineList = goldenRows("series-hus-o104.csv.gz").filter((row) => row["event"] !== "" && row["received"] !== "");
const days = (key: string): number[] =>
  lineList.map((row) => (row[key] === "NA" ? NO_DAY : requireDay(key, row[key]!)));
const hus: LineList = { event: days("event"), received: days("received") };

/** The reference's quantile: the least whole number N with Φ(N) / (1 - Φ(observed)) >= q. */
function wholeQuantile({ expected, se, observed }: NowcastDay, q: number): number {
  const above = 1 - normalCdf((observed - expected) / se);
  let n = observed;
  while (normalCdf((n - expected) / se) / above < q) n += 1;
  return n;
}

// Deterministic; the reference gives whole numbers, which are met exactly by its own rule from our mean and standard error.
test.each(goldenRows("series-nowcast.csv.gz"))("the HUS outbreak of 2011 as seen on $now: $date", (row) => {
  const result = nowcast(hus, { asOf: row["now"]!, maxDelay: Number(row["D"]), variance: "given-delays" });
  const day = result.days.find(({ date }) => date === row["date"])!;
  expect(day.observed).toBe(Number(row["observed"]));
  expect(wholeQuantile(day, 0.5)).toBe(Number(row["nowcast"]));
  expect(wholeQuantile(day, 0.025)).toBe(Number(row["ci_lo"]));
  expect(wholeQuantile(day, 0.975)).toBe(Number(row["ci_hi"]));
});

/** Reports with a delay of geometric shape up to 9 days. */
function simulate(seed: number, meanPerDay: number, end: number): LineList {
  const random = seededRandom(seed);
  const event: number[] = [];
  const received: number[] = [];
  for (let day = 0; day < end; day++) {
    for (let n = random.poisson(meanPerDay); n > 0; n--) {
      let delay = 0;
      while (delay < 9 && random.next() < 0.7) delay += 1;
      event.push(day);
      received.push(day + delay);
    }
  }
  return { event, received };
}

test("the full interval covers the final count about as often as it says; without the delays' error it does not", () => {
  const asOf = "1970-02-10"; // day 40
  const covered = { full: 0, "given-delays": 0 };
  let points = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const list = simulate(seed, 6, 60);
    for (const variance of ["full", "given-delays"] as const) {
      const result = nowcast(list, { asOf, maxDelay: 9, variance, from: "1970-02-06" });
      for (const { day, lower, upper } of result.days.slice(0, 4)) {
        const final = Array.from(list.event).filter((event) => event === day).length;
        if (final >= lower - 0.5 && final <= upper + 0.5) covered[variance] += 1;
        if (variance === "full") points += 1;
      }
    }
  }
  expect(points).toBe(1600);
  expect(covered.full / points).toBeGreaterThan(0.93);
  expect(covered.full / points).toBeLessThan(0.985);
  expect(covered["given-delays"]).toBeLessThan(covered.full);
});

test("the delay distribution is the true one, not that of the reports at hand", () => {
  const { delay } = nowcast(simulate(7, 400, 60), { asOf: "1970-02-10", maxDelay: 9 });
  const p = Array.from({ length: 10 }, (_, d) => (d < 9 ? 0.3 * 0.7 ** d : 0.7 ** 9));
  p.forEach((probability, d) => {
    expect(Math.abs(delay.probability[d]! - probability)).toBeLessThan(4 * Math.sqrt(probability / delay.atRisk[d]!));
  });
});

const list = fc.array(fc.record({ event: fc.integer({ min: 0, max: 40 }), delay: fc.integer({ min: -2, max: 14 }) }), {
  minLength: 1,
  maxLength: 200,
});
const options: NowcastOptions = { asOf: "1970-01-31", maxDelay: 10 };
const asList = (rows: readonly { readonly event: number; readonly delay: number }[]): LineList => ({
  event: [3, ...rows.map((row) => row.event)],
  received: [4, ...rows.map((row) => row.event + row.delay)],
});

test("every report is counted or left out for a reason; order does not matter; what is yet to come is not used", () => {
  fc.assert(
    fc.property(list, (rows) => {
      const result = nowcast(asList(rows), { ...options, from: "1970-01-01" });
      const counted = result.days.reduce((sum, day) => sum + day.observed, 0);
      expect(counted + Object.values(result.excluded).reduce((sum, n) => sum + n, 0)).toBe(rows.length + 1);
      expect(nowcast(asList([...rows].reverse()), { ...options, from: "1970-01-01" })).toEqual(result);
      const known = rows.filter((row) => row.event + row.delay <= 30);
      expect(nowcast(asList(known), { ...options, from: "1970-01-01" }).days).toEqual(result.days);
    }),
  );
});

test("shares add up, limits hold the expected count, and old days are complete", () => {
  fc.assert(
    fc.property(list, (rows) => {
      const result = nowcast(asList(rows), { ...options, from: "1970-01-01" });
      const known = Array.from(result.delay.probability).filter((p) => !Number.isNaN(p));
      expect(known.reduce((sum, p) => sum + p, 0)).toBeLessThan(1 + 1e-12);
      for (const day of result.days) {
        if (day.day <= 20)
          expect([day.expected, day.lower, day.upper]).toEqual([day.observed, day.observed, day.observed]);
        if (Number.isNaN(day.expected)) continue;
        expect(day.lower).toBeGreaterThanOrEqual(day.observed);
        expect(day.upper).toBeGreaterThanOrEqual(day.expected);
      }
    }),
  );
});

test("wrong calls are refused", () => {
  const call =
    (change: Partial<NowcastOptions>, rows: LineList = hus) =>
    () =>
      nowcast(rows, { asOf: "2011-06-01", maxDelay: 15, ...change });
  const code = (name: string): unknown => expect.objectContaining({ code: name });
  expect(call({ asOf: "June" })).toThrow(code("INVALID_DATE"));
  expect(call({ maxDelay: 0 })).toThrow(code("INVALID_OPTION"));
  expect(call({ level: 1 })).toThrow(code("INVALID_OPTION"));
  expect(call({ window: 15 })).toThrow(code("INVALID_OPTION"));
  expect(call({ from: "2011-06-02" })).toThrow(code("INVALID_OPTION"));
  expect(call({ asOf: "2011-01-01" })).toThrow(code("EMPTY_SCOPE"));
  expect(call({}, { event: [1], received: [] })).toThrow(code("LENGTH_MISMATCH"));
});
