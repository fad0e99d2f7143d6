import { beforeAll, describe, expect, test } from "vitest";
import {
  bate1998,
  chiSquare,
  expectedCount,
  fisher,
  ic,
  parseCriterion,
  CRITERION_COLUMNS,
  prr,
  ror,
  rrr,
  screen,
  type DecisionRule,
  type FourfoldTable,
  type PairCounts,
  type Screening,
} from "pvsignal";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";
import { DATASETS, goldenCounts, type Dataset } from "./datasets.ts";

/** Closed forms: a handful of roundings. */
const CLOSED = 1e-12;
/** Through an incomplete gamma, a quantile or a hypergeometric sum. */
const SPECIAL = 1e-10;
/** IC crosses 0: half a unit in the 12th decimal of a bit, whatever the value. */
const BIT = 1e-12;

/** R's value near the end of the range of doubles is itself wrong in the fifth digit (1.1850e-317 against 1.1849e-317). */
const SUBNORMAL = 1e-310;

const cellsOf = (row: GoldenRow): FourfoldTable => {
  const cell = (name: string): number => goldenNumber(row, name)!;
  return { a: cell("a"), b: cell("b"), c: cell("c"), d: cell("d") };
};

function checkTable(row: GoldenRow): void {
  const table = cellsOf(row);
  const close = (actual: number, name: string, relative: number, absolute = 0): void => {
    const wanted = goldenNumber(row, name);
    if (wanted !== undefined) expectClose(actual, wanted, relative, absolute);
  };
  const p = prr(table);
  close(p.estimate, "prr", CLOSED);
  close(p.lower, "prr_lo95", CLOSED);
  close(p.upper, "prr_hi95", CLOSED);
  const o = ror(table);
  close(o.estimate, "ror", CLOSED);
  close(o.lower, "ror_lo95", CLOSED);
  close(o.upper, "ror_hi95", CLOSED);
  const r = rrr(table);
  close(r.estimate, "rrr", CLOSED);
  close(r.lower, "rrr_lo95", CLOSED);
  close(r.upper, "rrr_hi95", CLOSED);
  const x = chiSquare(table);
  // Near independence a − E cancels: what is left of it carries the rounding of a and E, so the error of its square is bounded
  // by the rounding of n·(a/E), not by the statistic itself.
  const cancelled = 1e-13 * (table.a + 1);
  close(x.pearson, "chi2", CLOSED, cancelled);
  close(x.yates, "chi2_yates", CLOSED, cancelled);
  // The tail at x has the condition number x/2: an error of the statistic grows by that much. Subnormal numbers have fewer digits.
  close(x.pearsonP, "chi2_p", SPECIAL + 1e-15 * x.pearson, SUBNORMAL);
  close(x.yatesP, "chi2_yates_p", SPECIAL + 1e-15 * x.yates, SUBNORMAL);
  const expected = expectedCount(table);
  close(expected, "expected", CLOSED);
  const i = ic(table.a, expected);
  close(i.ic, "ic_oe", CLOSED, BIT);
  close(i.ic025, "ic025_oe_gamma", SPECIAL, BIT);
  close(i.ic975, "ic975_oe_gamma", SPECIAL, BIT);
  const b = bate1998(table);
  close(b.ic, "ic_bate1998", CLOSED, BIT);
  close(b.sd, "sd_bate1998", CLOSED);
  close(b.minus2sd, "ic_minus_2sd_bate1998", CLOSED, 2 * BIT);
  close(b.lower, "ic025_bate1998", CLOSED, 2 * BIT);
  close(b.upper, "ic975_bate1998", CLOSED, 2 * BIT);
  const f = fisher(table);
  close(f.p, "fisher_p_greater", SPECIAL, SUBNORMAL);
  close(f.midP, "fisher_midp_greater", SPECIAL, SUBNORMAL);
}

test.each(goldenRows("edge-cases.csv").map((row) => [row["case"]!, row] as const))("edge case %s", (_, row) => {
  checkTable(row);
});

const rule = async (name: string, text: string): Promise<DecisionRule> => ({
  name,
  criterion: await parseCriterion(text, CRITERION_COLUMNS),
  status: "paper",
  source: "reference",
});

/** Rules of signal-counts.csv that this version computes, in the words of our criteria. */
const flagRules: readonly (readonly [string, string])[] = [
  ["a>=3", "a >= 3"],
  ["Evans: PRR>=2 & chi2(Pearson)>=4 & a>=3", "prr >= 2 and chi2 >= 4 and a >= 3"],
  ["Evans: PRR>=2 & chi2(Yates)>=4 & a>=3", "prr >= 2 and chi2Yates >= 4 and a >= 3"],
  ["same, infinite PRR (c=0) excluded", "prr >= 2 and chi2Yates >= 4 and a >= 3 and c > 0"],
  ["PRR lo95>1 & a>=3 (delta, minus last term)", "prrLower > 1 and a >= 3"],
  ["PRR lo95>1 & a>=5", "prrLower > 1 and a >= 5"],
  ["ROR lo95>1 & a>=3", "rorLower > 1 and a >= 3"],
  ["ROR lo95>1 & a>=5", "rorLower > 1 and a >= 5"],
  ["IC025>0 gamma o/e", "ic025 > 0"],
  ["IC025>0 approx o/e (3.3, 2)", "icApprox025 > 0"],
  ["IC025>0 Gould normal", "gouldLower > 0"],
  ["IC-2SD>0 Bate 1998 (data-dependent gamma)", "bateMinus2sd > 0"],
  ["Fisher one-sided p<=0.05", "fisherP <= 0.05"],
];

describe.each(DATASETS)("%s", (dataset: Dataset) => {
  let counts: PairCounts;
  let screening: Screening;
  beforeAll(async () => {
    counts = await goldenCounts(dataset);
    screening = screen(counts, {
      measures: ["prr", "ror", "rrr", "chiSquare", "ic", "bate1998", "fisher"],
      rule: await Promise.all(flagRules.map(([name, text]) => rule(name, text))),
    });
  });

  test("every measure agrees with the reference on the sampled pairs", () => {
    for (const row of goldenRows(`${dataset}.pairs.csv.gz`)) checkTable(row);
  });

  test("our own counting gives the reference's cells", () => {
    for (const row of goldenRows(`${dataset}.pairs.csv.gz`)) {
      const { a, b, c, d } = counts.pair(row["product"]!, row["event"]!);
      expect({ a, b, c, d }).toEqual(cellsOf(row));
    }
  });

  test("as many pairs are flagged, and left undecided, as in the reference", () => {
    const reference = goldenRows("signal-counts.csv").filter((row) => row["dataset"] === dataset);
    const ours = screening.rules.map(({ name, flagged, undecided }) => ({
      name,
      pairs: counts.size,
      flagged,
      undecided,
    }));
    const theirs = flagRules.map(([name]) => {
      const row = reference.find((r) => r["rule"] === name)!;
      return {
        name,
        pairs: goldenNumber(row, "n_pairs"),
        flagged: goldenNumber(row, "n_flagged"),
        undecided: goldenNumber(row, "n_undefined"),
      };
    });
    expect(ours).toEqual(theirs);
  });

  const aggregateColumns: Readonly<Record<string, string>> = {
    n11: "a",
    expected: "expected",
    prr: "prr",
    prr_lo95: "prrLower",
    prr_hi95: "prrUpper",
    ror: "ror",
    ror_lo95: "rorLower",
    ror_hi95: "rorUpper",
    rrr: "rrr",
    chi2: "chi2",
    chi2_yates: "chi2Yates",
    ic_oe: "ic",
    ic025_oe_gamma: "ic025",
    ic975_oe_gamma: "ic975",
    ic_bate1998: "bateIc",
    fisher_p_greater: "fisherP",
    fisher_midp_greater: "fisherMidP",
  };

  test("sums, extremes and special values over all pairs agree with the reference", () => {
    const rows = goldenRows("aggregates.csv").filter((row) => row["dataset"] === dataset);
    let checked = 0;
    for (const row of rows) {
      const name = aggregateColumns[row["statistic"]!];
      if (name === undefined) continue;
      checked++;
      const read = screening.column(name);
      const summary = {
        n_finite: 0,
        n_nan: 0,
        n_inf: 0,
        sum_finite: 0,
        sum_abs_finite: 0,
        min_finite: Infinity,
        max_finite: -Infinity,
      };
      for (let i = 0; i < screening.size; i++) {
        const value = read(i);
        if (Number.isNaN(value)) summary.n_nan++;
        else if (!Number.isFinite(value)) summary.n_inf++;
        else {
          summary.n_finite++;
          summary.sum_finite += value;
          summary.sum_abs_finite += Math.abs(value);
          summary.min_finite = Math.min(summary.min_finite, value);
          summary.max_finite = Math.max(summary.max_finite, value);
        }
      }
      expect({ name, finite: summary.n_finite, nan: summary.n_nan, inf: summary.n_inf }).toEqual({
        name,
        finite: goldenNumber(row, "n_finite"),
        nan: goldenNumber(row, "n_nan"),
        inf: goldenNumber(row, "n_inf"),
      });
      const scale = goldenNumber(row, "sum_abs_finite")!;
      // Sums of up to 10^5 terms: rounding grows with the sum of absolute values, not with the sum.
      expectClose(summary.sum_finite, goldenNumber(row, "sum_finite")!, 1e-11, 1e-11 * scale);
      expectClose(summary.sum_abs_finite, scale, 1e-11);
      expectClose(summary.max_finite, goldenNumber(row, "max_finite")!, SPECIAL, BIT);
      expectClose(summary.min_finite, goldenNumber(row, "min_finite")!, SPECIAL, 1e-13);
    }
    expect(checked).toBeGreaterThanOrEqual(10);
  });
});
