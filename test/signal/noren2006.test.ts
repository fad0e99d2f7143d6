import fc from "fast-check";
import { expect, test } from "vitest";
import { type FourfoldTable } from "pvsignal";
import { icNoren2006, icNoren2006Columns } from "../../src/signal/noren2006.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";

const cellsOf = (row: GoldenRow): FourfoldTable => {
  const cell = (name: string): number => goldenNumber(row, name)!;
  return { a: cell("a"), b: cell("b"), c: cell("c"), d: cell("d") };
};
const rows = goldenRows("ic-noren2006.csv.gz");
const datasets = [...new Set(rows.map((row) => row["dataset"]!))];

test.each(datasets)("estimate, mean, exact limits and probability agree with the reference: %s", (dataset) => {
  for (const row of rows.filter((r) => r["dataset"] === dataset)) {
    const one = icNoren2006(cellsOf(row));
    const close = (actual: number, name: string, relative: number, absolute: number): void => {
      const wanted = goldenNumber(row, name);
      if (wanted !== undefined) expectClose(actual, wanted, relative, absolute);
    };
    close(one.ic, "ic_map_noren2006", 1e-12, 1e-12);
    close(one.mean, "ic_mean_noren2006", 1e-10, 1e-12);
    close(one.ic025, "ic025_exact", 0, 1e-8);
    close(one.ic975, "ic975_exact", 0, 1e-8);
    close(one.pNotPositive, "p_ic_le_0_exact", 1e-8, 0);
  }
});

// No, or hardly any, comparator: the integrand of the reference's 60 × 60 rule has a kink there, see golden/README.md.
const DEGENERATE = ["zero-d", "all-reports-same-drug", "all-reports-same-event", "everything-a", "near-total"];

test.each(goldenRows("edge-cases.csv").map((row) => [row["case"]!, row] as const))("edge case %s", (name, row) => {
  const one = icNoren2006(cellsOf(row));
  expectClose(one.ic, goldenNumber(row, "ic_map_noren2006")!, 1e-12, 1e-12);
  expectClose(one.mean, goldenNumber(row, "ic_mean_noren2006")!, 1e-10, 1e-12);
  expect(one.ic025).toBeLessThanOrEqual(one.ic975);
  expect(one.pNotPositive >= 0 && one.pNotPositive <= 1).toBe(true);
  const [lower, upper] = [goldenNumber(row, "ic025_noren2006_exact"), goldenNumber(row, "ic975_noren2006_exact")];
  if (DEGENERATE.includes(name)) return;
  if (lower !== undefined) expectClose(one.ic025, lower, 0, 1e-8);
  if (upper !== undefined) expectClose(one.ic975, upper, 0, 1e-8);
});

test.each([
  [999, 1, 1, 999],
  [10, 90, 0, 0],
  [10, 0, 90, 0],
  [1003, 13230904, 3, 128190],
  [6, 0, 836, 2514],
  [0, 3, 5, 2000],
])("2.5 % of draws from the posterior lie beyond each limit: %d %d %d %d", (a, b, c, d) => {
  const { ic025, ic975, pNotPositive } = icNoren2006({ a, b, c, d });
  const n = a + b + c + d;
  const prior10 = (0.5 * (n - a - c + 0.5)) / (a + c + 0.5);
  const prior01 = (0.5 * (n - a - b + 0.5)) / (a + b + 0.5);
  const shapes = [a + 0.5, b + prior10, c + prior01, d + 2 * prior10 * prior01];
  const random = seededRandom(20261122);
  const draws = 60_000;
  const beyond = [0, 0, 0];
  for (let i = 0; i < draws; i++) {
    const [p11, p10, p01, p00] = shapes.map((shape) => gammaDraw(shape, random)) as [number, number, number, number];
    // 2^IC − 1 without the cancellation near independence
    const ic = Math.log1p((p11 * p00 - p10 * p01) / ((p11 + p10) * (p11 + p01))) / Math.LN2;
    if (ic <= ic025) beyond[0]! += 1;
    if (ic > ic975) beyond[1]! += 1;
    if (ic <= 0) beyond[2]! += 1;
  }
  const error = (p: number): number => 4.5 * Math.sqrt((p * (1 - p)) / draws) + 1 / draws;
  expect(Math.abs(beyond[0]! / draws - 0.025)).toBeLessThan(error(0.025));
  expect(Math.abs(beyond[1]! / draws - 0.025)).toBeLessThan(error(0.025));
  // draws that underflow to a tie count as not positive
  if (d > 0) expect(Math.abs(beyond[2]! / draws - pNotPositive)).toBeLessThan(error(pNotPositive));
});

/** Marsaglia and Tsang (2000); below shape 1 from the shape above. */
function gammaDraw(shape: number, random: ReturnType<typeof seededRandom>): number {
  if (shape < 1) return gammaDraw(shape + 1, random) * Math.pow(1 - random.next(), 1 / shape);
  const k = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * k)) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + k - k * v + k * Math.log(v)) return k * v;
  }
}

test("a table without association has probability one half", () => {
  // symmetric table: p11/p1. and p01/p0. have the same distribution
  expectClose(icNoren2006({ a: 10, b: 10, c: 10, d: 10 }).pNotPositive, 0.5, 1e-12);
});

test("published: Norén et al. 2006 table III, point estimates to the digits printed", () => {
  const round = (a: number, b: number, c: number, d: number): number =>
    Math.round(icNoren2006({ a, b, c, d }).ic * 100) / 100;
  expect(round(25, 1101, 62, 571385)).toBe(5.25);
  expect(round(203, 29865, 305, 124836)).toBe(1.04);
  expect(round(0, 5232, 3, 74905)).toBe(-0.48);
  // the printed limits 4.64 and 0.87 are the paper's approximation
  expectClose(icNoren2006({ a: 25, b: 1101, c: 62, d: 571385 }).ic025, 4.6497834026, 0, 1e-10);
  expectClose(icNoren2006({ a: 203, b: 29865, c: 305, d: 124836 }).ic025, 0.8804165257, 0, 1e-10);
  expectClose(icNoren2006({ a: 0, b: 5232, c: 3, d: 74905 }).ic025, -10.36390729, 0, 1e-10);
});

const cell = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100_000 }));
const table = fc.record({
  a: cell,
  b: cell,
  c: cell,
  d: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1e9 })),
});
const runs = { numRuns: 60 };

test("product and event exchanged change nothing", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      const one = icNoren2006({ a, b, c, d });
      const two = icNoren2006({ a, b: c, c: b, d });
      expectClose(one.ic025, two.ic025, 0, 1e-10);
      expectClose(one.ic975, two.ic975, 0, 1e-10);
      expectClose(one.pNotPositive, two.pNotPositive, 1e-9, 1e-300);
    }),
    runs,
  );
});

test("one report more of the pair, with the same margins, raises everything", () => {
  fc.assert(
    fc.property(table, ({ a, b, c, d }) => {
      const more = icNoren2006({ a: a + 1, b, c, d: d + 1 });
      const less = icNoren2006({ a, b: b + 1, c: c + 1, d });
      expect(more.ic).toBeGreaterThan(less.ic);
      expect(more.ic025).toBeGreaterThan(less.ic025 - 1e-10);
      expect(more.ic975).toBeGreaterThan(less.ic975 - 1e-10);
      expect(more.pNotPositive).toBeLessThanOrEqual(less.pNotPositive + 1e-10);
    }),
    runs,
  );
});

test.each([
  [{ a: 0, b: 40, c: 14, d: 1 }, 1.1435754e-13],
  [{ a: 1, b: 39, c: 13, d: 2 }, 8.7040043e-11],
  [{ a: 0, b: 41, c: 15, d: 1 }, 2.2671604e-14],
  [{ a: 1, b: 40, c: 14, d: 2 }, 1.8928968e-11],
])("%j: P(IC <= 0) is right where it is near 1 (30-digit quadrature)", (one, complement) => {
  expectClose(icNoren2006(one).pNotPositive, 1 - complement, 0, 2e-12);
});

test("a first guess that hits the limit by chance is the limit", () => {
  expectClose(icNoren2006({ a: 10, b: 78_854, c: 30, d: 569_924_427 }, 0.8).ic975, 4.871725678454265, 1e-10);
});

test("a wider level has wider limits, and the limits are where the probability says 0 lies", () => {
  fc.assert(
    fc.property(table, (one) => {
      const [narrow, wide] = [icNoren2006(one, 0.8), icNoren2006(one, 0.95)];
      expect(wide.ic025).toBeLessThan(narrow.ic025 + 1e-10);
      expect(wide.ic975).toBeGreaterThan(narrow.ic975 - 1e-10);
      if (Math.abs(wide.ic025) > 1e-9) expect(wide.ic025 > 0).toBe(wide.pNotPositive < 0.025);
      if (Math.abs(wide.ic975) > 1e-9) expect(wide.ic975 < 0).toBe(wide.pNotPositive > 0.975);
    }),
    runs,
  );
});

test("columns are the single form bit for bit", () => {
  fc.assert(
    fc.property(fc.array(table, { maxLength: 4 }), (tables) => {
      const column = (name: keyof FourfoldTable): Float64Array => Float64Array.from(tables, (t) => t[name]);
      const out = icNoren2006Columns({
        a: column("a"),
        b: column("b"),
        c: column("c"),
        d: column("d"),
        expected: new Float64Array(tables.length),
      });
      tables.forEach((one, i) => {
        expect({
          ic: out.ic[i],
          mean: out.mean[i],
          ic025: out.ic025[i],
          ic975: out.ic975[i],
          pNotPositive: out.pNotPositive[i],
        }).toEqual(icNoren2006(one));
      });
    }),
    runs,
  );
});

test("national totals do not slow it down or lose digits", () => {
  const one = icNoren2006({ a: 250_000, b: 750_000, c: 999_750_000, d: 9_000_000_000 });
  expectClose(one.ic025, 1.3171292725269164, 0, 1e-8);
  expect(one.pNotPositive).toBe(0);
});

test("a wrong call is named", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  expect(() => icNoren2006({ a: 0.5, b: 1, c: 1, d: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => icNoren2006({ a: 1, b: 1, c: 1, d: 1 }, 0)).toThrow(code("INVALID_LEVEL"));
});
