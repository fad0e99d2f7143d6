// Power, delay and false episodes of the lot detector beside plain rules, on simulated provinces.
//   npm run evaluate [-- --full] [--json FILE] [--delay DAYS]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { countCandidate, evaluateDetectors, lotCandidate } from "../dist/simulate.js";

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    json: { type: "string" },
    delay: { type: "string" },
  },
});
const seeds = (from, count) => Array.from({ length: count }, (_, i) => from + i);
const size = values.full ? { calibration: 4, null: 4, outbreak: 16 } : { calibration: 2, null: 2, outbreak: 4 };
const started = performance.now();
const evaluation = evaluateDetectors({
  detectors: [
    lotCandidate("lot"),
    lotCandidate("lot, single lots", { reach: 0 }),
    countCandidate("3 of one lot in 30 days", { by: "lot", days: 30, unitDays: false, atLeast: 3 }),
    countCandidate("reports of one lot in 30 days", { by: "lot", days: 30, unitDays: false }),
    countCandidate("unit-days of one lot in 30 days", { by: "lot", days: 30, unitDays: true }),
    countCandidate("reports of one product in 30 days", { by: "product", days: 30, unitDays: false }),
  ],
  // A little below the 52 that are wanted, so that chance in the calibration does not carry the count on other seeds above it.
  perYear: 47,
  calibrationSeeds: seeds(101, size.calibration),
  nullSeeds: seeds(201, size.null),
  outbreakSeeds: seeds(301, size.outbreak),
  ...(values.delay === undefined ? {} : { province: { medianDelay: Number(values.delay) } }),
  now: () => performance.now(),
  onProgress: ({ detector, seed, milliseconds }) =>
    process.stderr.write(`${detector}, seed ${seed}: ${(milliseconds / 1000).toFixed(1)} s\n`),
});
const shown = (value, digits = 2) => (value === null ? "–" : value.toFixed(digits));
for (const {
  name,
  threshold,
  calibrated,
  falseEpisodesPerYear,
  ppv,
  idStability,
  millisecondsPerDay,
  classes,
  budgets,
} of evaluation.detectors) {
  console.log(
    `\n${name}: threshold ${shown(threshold)}${calibrated ? " (calibrated)" : ""}, ${shown(falseEpisodesPerYear, 0)} false episodes a year, PPV ${shown(ppv)}, id kept ${shown(idStability)}, ${shown(millisecondsPerDay, 1)} ms a day`,
  );
  for (const [kind, sizes] of Object.entries(classes)) {
    const cells = Object.entries(sizes).map(([m, cell]) => {
      const [low, high] = cell.powerLimits ?? [null, null];
      return `${m}: ${shown(cell.power)} [${shown(low)}–${shown(high)}], ${shown(cell.medianDelayDays, 0)} d (90 %: ${shown(cell.p90DelayDays, 0)}; from the first case ${shown(cell.medianDelayFromFirstCaseDays, 0)}), lot right ${shown(cell.correctLotShare)}`;
    });
    console.log(`  ${kind.padEnd(6)} ${cells.join(" | ")}`);
  }
  for (const { perYear, threshold: at, falseEpisodesPerYear: wrong, power } of budgets) {
    const cells = Object.entries(power).map(([kind, value]) => `${kind} ${shown(value)}`);
    console.log(
      `  budget ${perYear}: threshold ${shown(at)}, ${shown(wrong, 0)} false; power at 10 cases: ${cells.join(", ")}`,
    );
  }
}
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ mode: values.full ? "full" : "quick", ...evaluation }, null, 2)}\n`);
}
