import { buildTable, findLotClusters, findRuleClusters, lotDetector, profiles } from "../dist/index.js";
import { simulatedGroup, simulateProvince } from "../dist/simulate.js";
import { time } from "./cluster-time.mjs";

const START = "2022-01-01";
const day = (n) => new Date(Date.parse(START) + n * 864e5).toISOString().slice(0, 10);
const reactionGroup = ({ term }) => simulatedGroup(term);

/** Three years of a province with 60,000 reports a year, or 6,000; six outbreaks in the last weeks. */
export function generateProvince(perYear) {
  const days = 1_095;
  const { reports, truth } = simulateProvince({
    seed: 1,
    start: START,
    days,
    reportsPerDay: perYear / 365,
    outbreaks: ["busy", "middle", "rare", "busy", "middle", "rare"].map((kind, i) => ({
      class: kind,
      cases: 20,
      day: days - 40 + 3 * i,
    })),
  });
  return { table: buildTable(reports), truth, asOf: day(days - 1), year: days - 365 };
}

export async function benchLots({ quick }) {
  const perYear = quick ? 5_000 : 60_000;
  const { table, truth, asOf, year } = generateProvince(perYear);
  const size = `${table.size.toLocaleString("en")} reports of three years`;
  const hit = ({ product, lots, reportIds }, alerts) => {
    const own = new Set(reportIds);
    return alerts.some(
      (alert) =>
        alert.scope.product === product &&
        alert.scope.lots?.some((lot) => lots.includes(lot)) &&
        alert.memberIds.filter((id) => own.has(id)).length * 2 > alert.memberIds.length,
    );
  };
  const finds = ({ alerts, reports }) => {
    const found = truth.outbreaks.filter((outbreak) => hit(outbreak, alerts)).length;
    return (
      (found >= 4 && reports > 0.9 * table.size) || `${found} of ${truth.outbreaks.length} planted outbreaks found`
    );
  };
  const options = { reactionGroup };
  const target = quick ? undefined : 1_000;
  await time(`lots of one day, from the table, ${size}`, {
    unit: "reports",
    amount: table.size,
    run: () => findLotClusters(table, { ...options, asOf }),
    check: finds,
    target,
  });
  await time("the same by single terms, as without a terminology", {
    unit: "reports",
    amount: table.size,
    run: () => findLotClusters(table, { asOf }),
    check: ({ alerts }) => alerts.length > 0 || "no alert",
    target,
  });
  const detector = lotDetector(table, options);
  await time("lots of one day, detector made before", {
    unit: "reports",
    amount: table.size,
    run: () => detector.run(asOf),
    check: (clusters) =>
      JSON.stringify(clusters) === JSON.stringify(findLotClusters(table, { ...options, asOf })) ||
      "the detector remembers",
    target,
  });
  const every = quick ? 60 : 7;
  const days = Array.from({ length: Math.ceil(365 / every) }, (_, k) => day(year + k * every));
  await time(`lots, a year replayed every ${every} days`, {
    unit: "days",
    amount: days.length,
    runs: 1,
    run: () => days.map((one) => detector.run(one)),
    check: (all) => all.every(({ asOf: done }, k) => done === days[k]) || "days are missing",
  });
  for (const [name, profile] of [
    ["gvp2021, product × lot", profiles.gvp2021],
    ["productWatch, product", profiles.productWatch],
  ]) {
    await time(`written rule ${name}, ${size}`, {
      unit: "reports",
      amount: table.size,
      run: () => findRuleClusters(table, profile, { asOf, product: "name" }),
      check: ({ alerts }) => {
        const drugs = truth.outbreaks.filter(({ product }) => alerts.some((alert) => alert.scope.product === product));
        const wrong = alerts.find(({ memberIds, reports }) => new Set(memberIds).size !== reports);
        return (
          (drugs.length > 0 && wrong === undefined) || "no planted outbreak among the alerts, or members counted twice"
        );
      },
    });
  }
}
