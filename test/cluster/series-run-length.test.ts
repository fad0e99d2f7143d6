import { expect, test } from "vitest";
import { cusumDesign, cusumRunLength, ewmaDesign, ewmaRunLength } from "../../src/cluster/run-length.ts";
import { detectors } from "../../src/cluster/series-detectors.ts";
import { monitorSeries } from "../../src/cluster/series-monitor.ts";
import { seriesOf } from "../../src/cluster/series.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";
import { goldenRows } from "../golden.ts";

// The reference solves the same integral equation on 30 to 50 nodes; its longest runs (160,000 points) agree to 3e-11.
test("average run lengths agree with R's spc", () => {
  const rows = goldenRows("series-arl.csv.gz");
  for (const row of rows) {
    const [k, h, mu] = [Number(row["k"]), Number(row["h"]), Number(row["mu"])];
    const length =
      row["chart"] === "cusum-one-sided"
        ? cusumRunLength({ k, h }, mu)
        : ewmaRunLength({ lambda: k, limit: h, sided: row["chart"] === "ewma-one-sided" ? "one" : "two" }, mu);
    expectClose(length, Number(row["arl"]), 1e-10);
  }
  expect(rows.length).toBe(200);
});

test.each([20, 200, 370, 5000, 1e6])(
  "a design for a false alarm in %d points has that run length",
  (falseAlarmEvery) => {
    for (const shift of [0.5, 1, 2]) {
      const design = cusumDesign({ falseAlarmEvery, shift });
      expect(design.k).toBe(shift / 2);
      expectClose(cusumRunLength(design), falseAlarmEvery, 1e-9);
      expect(design.delay).toBeLessThan(falseAlarmEvery);
    }
    for (const sided of ["one", "two"] as const) {
      expectClose(ewmaRunLength(ewmaDesign({ falseAlarmEvery, lambda: 0.2, sided })), falseAlarmEvery, 1e-9);
    }
  },
);

test("the CUSUM and the EWMA detector have the run length that they are designed for", () => {
  const random = seededRandom(11);
  const { k, h } = cusumDesign({ falseAlarmEvery: 50 });
  const { lambda, limit } = ewmaDesign({ falseAlarmEvery: 50, lambda: 0.2 });
  const cusum = detectors.cusum({ k, h, transform: "standard", mean: 1000, sd: 1 });
  const ewma = detectors.ewma({ lambda, limit, limits: "asymptotic", mean: 1000, sd: 1 });
  const runs = 2000;
  const lengths = { cusum: [] as number[], ewma: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const series = seriesOf({ counts: Array.from({ length: 1500 }, () => 1000 + random.normal()) });
    lengths.cusum.push(monitorSeries(series, cusum).alarms[0]!.index + 1);
    lengths.ewma.push(monitorSeries(series, ewma).alarms[0]!.index + 1);
  }
  for (const found of [lengths.cusum, lengths.ewma]) {
    const mean = found.reduce((sum, length) => sum + length, 0) / runs;
    const sd = Math.sqrt(found.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (runs - 1));
    expect(Math.abs(mean - 50)).toBeLessThan((4 * sd) / Math.sqrt(runs));
  }
});

test("impossible designs are refused", () => {
  const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as unknown;
  for (const call of [
    () => cusumDesign({ falseAlarmEvery: 1 }),
    () => cusumDesign({ falseAlarmEvery: 100, shift: 0 }),
    () => cusumRunLength({ k: -1, h: 4 }),
    () => ewmaRunLength({ lambda: 0, limit: 3, sided: "one" }),
    () => ewmaDesign({ falseAlarmEvery: NaN, lambda: 0.1 }),
  ]) {
    expect(call).toThrow(refused);
  }
});
