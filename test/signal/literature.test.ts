import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedCount, prr, ror, rrr, type FourfoldColumns } from "pvsignal";
import {
  literatureBateGamma4,
  literatureBateGamma4Columns,
  literatureChiSquare,
  literatureChiSquareColumns,
  literatureIcExponential,
  literatureIcExponentialColumns,
  literatureMgps,
  literatureMgpsColumns,
  literaturePrrInterval,
  literaturePrrIntervalColumns,
  type LiteraturePrrVariant,
} from "../../src/signal/literature.ts";
import { Z95 } from "../../src/signal/ratio.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows } from "../golden.ts";
import { DATASETS, goldenCounts } from "./datasets.ts";

const VARIANTS: readonly LiteraturePrrVariant[] = ["historical", "double", "ror"];

describe.each(DATASETS)("%s", (dataset) => {
  test("as many pairs are flagged as in the reference", async () => {
    const columns = (await goldenCounts(dataset)).columns();
    const gamma4 = literatureBateGamma4Columns(columns).minus2sd;
    const historical = literaturePrrIntervalColumns(columns, "historical").lower;
    const likeRor = literaturePrrIntervalColumns(columns, "ror").lower;
    const mgps = literatureMgpsColumns(columns, Z95).lower;
    const flagged = (scores: Float64Array, above: number, reports: number): number =>
      scores.reduce((sum, score, i) => sum + (score > above && columns.a[i]! >= reports ? 1 : 0), 0);
    const ours = {
      "IC-2SD>0 Bate, gamma=4 (fixed)": flagged(gamma4, 0, 0),
      "IC-2SD>0 Bate gamma=4 & a>=3": flagged(gamma4, 0, 3),
      "PRR lo95>1 & a>=3 (van Puijenbroek: + last term)": flagged(historical, 1, 3),
      "PRR lo95>1 & a>=3 (ROR-type SE)": flagged(likeRor, 1, 3),
      "simplified MGPS: RRR lo95(ROR-type SE)>2 & a>=3": flagged(mgps, 2, 3),
    };
    const reference = goldenRows("signal-counts.csv").filter((row) => row["dataset"] === dataset);
    const theirs = Object.keys(ours).map((rule) => [
      rule,
      goldenNumber(
        reference.find((row) => row["rule"] === rule)!,
        "n_flagged",
      ),
    ]);
    expect(ours).toEqual(Object.fromEntries(theirs));
  });
});

test("the figures of the doc comments: CAERS and FAERS 2022 Q3", async () => {
  const caers = (await goldenCounts("caers")).columns();
  const faers = (await goldenCounts("faers22q3")).columns();
  const positive = (c: FourfoldColumns): number =>
    literatureIcExponentialColumns(c).ic025.reduce((sum, score) => sum + (score > 0 ? 1 : 0), 0);
  expect([positive(caers), positive(faers)]).toEqual([6604, 85_027]);
  const lower = literatureMgpsColumns(faers).lower;
  expect(lower.reduce((sum, score, i) => sum + (score > 2 && faers.a[i]! >= 3 ? 1 : 0), 0)).toBe(10_020);
});

const count = fc.integer({ min: 1, max: 1_000_000 });
const table = fc.record({ a: count, b: count, c: count, d: count });

test("the exponential form is positive exactly when a > E: its criterion is empty", () => {
  fc.assert(
    fc.property(table, (one) => {
      const { ic, ic025 } = literatureIcExponential(one);
      const excess = one.a * one.d - one.b * one.c;
      fc.pre(Math.abs(excess) > 1e-9 * one.a * one.d);
      expect(ic025 > 0).toBe(excess > 0);
      expectClose(
        Math.log(Math.abs(ic025 / ic)),
        Math.log(Math.exp(-1.96 * Math.sqrt(1 / one.a + 1 / one.b + 1 / one.c + 1 / one.d))),
        1e-9,
      );
    }),
  );
});

test("the one-term chi-square is the first of Pearson's four terms", () => {
  fc.assert(
    fc.property(table, (one) => {
      const expected = expectedCount(one);
      expectClose(literatureChiSquare(one), (one.a - expected) ** 2 / expected, 1e-12);
    }),
  );
});

test("the so-called MGPS is the relative reporting ratio; the PRR variants change the width only", () => {
  fc.assert(
    fc.property(table, (one) => {
      expect(literatureMgps(one).estimate).toBe(rrr(one).estimate);
      expectClose(literatureMgps(one, 0).lower, rrr(one).estimate, 1e-14);
      for (const variant of VARIANTS) {
        const wrong = literaturePrrInterval(one, variant);
        const right = prr(one);
        expect(wrong.estimate).toBe(right.estimate);
        if (variant !== "ror") expect(wrong.lower).toBeLessThanOrEqual(right.lower * (1 + 1e-12));
      }
      const odds = ror(one);
      const like = literaturePrrInterval(one, "ror");
      expectClose(like.upper / like.estimate, odds.upper / odds.estimate, 1e-12);
    }),
  );
});

test("historical and double standard errors are as printed", () => {
  const { a, b, c, d } = { a: 28, b: 942, c: 17, d: 31435 };
  const width = (variant: LiteraturePrrVariant): number => {
    const { estimate, upper } = literaturePrrInterval({ a, b, c, d }, variant);
    return Math.log(upper / estimate) / Z95;
  };
  expectClose(width("historical"), Math.sqrt(1 / a - 1 / (a + b) + 1 / c + 1 / (c + d)), 1e-12);
  expectClose(width("double"), Math.sqrt(1 / a + 1 / (a + b) + 1 / c + 1 / (c + d)), 1e-12);
  expectClose(width("ror"), Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), 1e-12);
});

test("γ = 4 does not shrink: one report in a large database is flagged, where Bate 1998 is far below 0", () => {
  expect(literatureBateGamma4({ a: 1, b: 0, c: 0, d: 3355 }).minus2sd).toBeGreaterThan(4);
  const { ic, sd } = literatureBateGamma4({ a: 28, b: 942, c: 17, d: 31435 });
  const n = 32422;
  expectClose(ic, Math.log2((29 * (n + 2) ** 2) / ((n + 4) * 971 * 46)), 1e-12);
  const variance = (n - 28 + 3) / (29 * (n + 5)) + (n - 970 + 1) / (971 * (n + 3)) + (n - 45 + 1) / (46 * (n + 3));
  expectClose(sd, Math.sqrt(variance) / Math.LN2, 1e-12);
});

test("columns are the single form bit for bit", () => {
  const cell = fc.integer({ min: 0, max: 1000 });
  const any = fc.record({ a: cell, b: cell, c: cell, d: cell });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), (tables) => {
      const columns = {
        a: Float64Array.from(tables, (t) => t.a),
        b: Float64Array.from(tables, (t) => t.b),
        c: Float64Array.from(tables, (t) => t.c),
        d: Float64Array.from(tables, (t) => t.d),
        expected: Float64Array.from(tables, expectedCount),
      };
      const gamma4 = literatureBateGamma4Columns(columns);
      const exponential = literatureIcExponentialColumns(columns);
      const mgps = literatureMgpsColumns(columns);
      const chiSquare = literatureChiSquareColumns(columns);
      const intervals = VARIANTS.map((variant) => literaturePrrIntervalColumns(columns, variant));
      tables.forEach((one, i) => {
        expect({ ic: gamma4.ic[i], sd: gamma4.sd[i], minus2sd: gamma4.minus2sd[i] }).toEqual(literatureBateGamma4(one));
        expect({ ic: exponential.ic[i], ic025: exponential.ic025[i] }).toEqual(literatureIcExponential(one));
        expect({ estimate: mgps.estimate[i], lower: mgps.lower[i] }).toEqual(literatureMgps(one));
        expect(chiSquare[i]).toBe(literatureChiSquare(one));
        intervals.forEach((out, v) => {
          expect({ estimate: out.estimate[i], lower: out.lower[i], upper: out.upper[i] }).toEqual(
            literaturePrrInterval(one, VARIANTS[v]!),
          );
        });
      });
    }),
  );
});

test("a wrong call is named", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  const one = { a: 1, b: 1, c: 1, d: 1 };
  for (const f of [literatureBateGamma4, literatureIcExponential, literatureMgps, literatureChiSquare]) {
    expect(() => f({ ...one, a: -1 })).toThrow(code("INVALID_COUNT"));
  }
  expect(() => literatureMgps(one, -1)).toThrow(code("INVALID_ARGUMENT"));
  expect(() => literaturePrrInterval(one, "ror", 2)).toThrow(code("INVALID_LEVEL"));
  expect(() => literaturePrrInterval(one, "x" as "ror")).toThrow(code("INVALID_ARGUMENT"));
});
