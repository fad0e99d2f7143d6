import { detectors, monitorSeries, monitorSeriesBatch, seriesOf } from "../dist/index.js";
import { time } from "./cluster-time.mjs";
import { generateSeries } from "./generate-cluster.mjs";

const same = (x, y) => x === y || (Number.isNaN(x) && Number.isNaN(y));

/** Batch and single form agree bit for bit on some of the series, and at least `tested` points were tested. */
function agreesWithSingle(batch, detector, from, tested) {
  return (result) => {
    for (const s of [0, Math.floor(result.series / 2), result.series - 1]) {
      const counts = batch.counts.slice(s * batch.length, (s + 1) * batch.length);
      const { points } = monitorSeries(seriesOf({ counts, perYear: batch.perYear }), detector, { from });
      for (const [i, point] of points.entries()) {
        const at = s * result.points + i;
        const agrees =
          same(point.upper, result.columns.upper[at]) && same(point.statistic, result.columns.statistic[at]);
        if (!agrees) return `series ${s}, point ${i}: batch and single form differ`;
      }
    }
    const done = result.columns.upper.reduce((count, upper) => count + (Number.isNaN(upper) ? 0 : 1), 0);
    return done >= tested * result.columns.upper.length || `only ${done} of ${result.columns.upper.length} tested`;
  };
}

async function series(name, { counts, length, perYear, from, detector, tested = 0.99, plain, ...options }) {
  const batch = { ...seriesOf({ counts: [0], perYear }), counts, length };
  const points = (counts.length / length) * (length - from);
  const agrees = agreesWithSingle(batch, detector, from, tested);
  return time(`${name}, ${counts.length / length} series × ${length - from}`, {
    unit: "points",
    amount: points,
    run: () => monitorSeriesBatch(batch, detector, { from }),
    check: (result) => {
      const verdict = agrees(result);
      return verdict === true && plain !== undefined ? plain(result.columns) : verdict;
    },
    ...options,
    // targets and references are told for one point
    ...(options.target === undefined ? {} : { target: options.target * points }),
  });
}

export async function benchSeries({ quick }) {
  const weeks = 52 * 7;
  const farrington = { perYear: 52, length: weeks, from: weeks - 52, detector: detectors.farringtonFlexible() };
  const reference = "10 ms a series-week, R surveillance";
  await series("Farrington flexible, about 20 a week", {
    ...farrington,
    counts: generateSeries(quick ? 10 : 200, weeks, 20),
    target: 0.4,
    reference,
  });
  // Without the floor of 5 cases in 4 weeks every week of a rare product is fitted; some have nothing to fit.
  await series("Farrington flexible, about 0.2 a week, all fitted", {
    ...farrington,
    detector: detectors.farringtonFlexible({ minCases: 0 }),
    counts: generateSeries(quick ? 10 : 200, weeks, 0.2),
    tested: 0.9,
    target: 0.4,
    reference,
  });
  await series("Farrington flexible muan, about 2 a week, all fitted", {
    ...farrington,
    detector: detectors.farringtonFlexible({ method: "muan", minCases: 0 }),
    counts: generateSeries(quick ? 10 : 200, weeks, 2),
    tested: 0.9,
    target: 0.4,
    reference,
  });
  await series("Farrington 1996, about 20 a week", {
    ...farrington,
    detector: detectors.farrington(),
    counts: generateSeries(quick ? 10 : 200, weeks, 20),
    reference: "3.6 ms a series-week, R surveillance",
  });
  const days = 365;
  const counts = generateSeries(quick ? 200 : 5_000, days, 3);
  const daily = { counts, length: days, perYear: 365, from: 28 };
  const at = (s, t) => counts[s * days + t];
  await series("EARS C1", {
    ...daily,
    detector: detectors.earsC1(),
    plain: ({ upper }) => {
      const baseline = Array.from({ length: 7 }, (_, k) => at(3, 28 + 5 - 1 - k));
      const mean = baseline.reduce((sum, x) => sum + x, 0) / 7;
      const sd = Math.sqrt(baseline.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 6);
      return Math.abs(upper[3 * (days - 28) + 5] - (mean + 3 * sd)) < 1e-12 || "not mean + 3 standard deviations";
    },
  });
  await series("EARS C2", { ...daily, detector: detectors.earsC2() });
  await series("EARS C3", {
    ...daily,
    detector: detectors.earsC3(),
    tested: 0.95,
    reference: "0.37 s for 50 series × 300, R surveillance",
  });
  await series("CUSUM", {
    ...daily,
    detector: detectors.cusum({ transform: "standard", mean: 3 }),
    plain: ({ statistic }) => {
      let sum = 0;
      for (let t = 28; t < days; t++) {
        sum = Math.max(0, sum + (at(5, t) - 3) / Math.sqrt(3) - 0.5);
        if (Math.abs(statistic[5 * (days - 28) + t - 28] - sum) > 1e-9) return `day ${t}: not the sum`;
      }
      return true;
    },
  });
  await series("CUSUM, Rossi transform, mean from the first 28 days", { ...daily, detector: detectors.cusum() });
}
