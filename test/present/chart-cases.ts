import { detectors, fitWeibull, funnel, monitorSeries, nowcast, onsetHistogram, seriesOf } from "pvsignal";
import { chronographChart } from "../../src/present/chart-chronograph.ts";
import { controlChart } from "../../src/present/chart-control.ts";
import { epidemicChart, epidemicPoints } from "../../src/present/chart-epidemic.ts";
import { forestChart } from "../../src/present/chart-forest.ts";
import { funnelChart } from "../../src/present/chart-funnel.ts";
import { heatMapChart } from "../../src/present/chart-heat-map.ts";
import { lotChart } from "../../src/present/chart-lots.ts";
import type { Chart } from "../../src/present/chart-make.ts";
import { onsetChart } from "../../src/present/chart-onset.ts";
import { provinceChart } from "../../src/present/chart-province.ts";
import { icChart, volcanoChart } from "../../src/present/chart-volcano.ts";

const title = (name: string): { zh: string; en: string } => ({ zh: `${name}图`, en: `${name} chart` });

/** One small chart of each kind, with NaN and infinities where they can stand; `name` is put wherever a name can. */
export function chartCases(name = "某药 × rash"): Readonly<Record<string, Chart>> {
  const days = [0, 0, 1, 2, 2, 3, 5, 8, 13, 40, 90];
  const event = [0, 0, 1, 1, 2, 3, 3, 4, 5];
  const received = [0, 2, 1, 3, 4, 3, 5, 5, 5];
  return {
    forest: forestChart(title(name), [
      { label: name, estimate: 4, lower: 2, upper: 8 },
      { label: "B", estimate: Infinity, lower: NaN, upper: NaN },
      { label: "C", estimate: 0, lower: 0, upper: 2 },
      { label: "D", estimate: NaN, lower: NaN, upper: NaN },
      { label: "E", estimate: 9, lower: 0.5, upper: Infinity },
    ]),
    volcano: volcanoChart(
      title(name),
      [
        { label: name, ratio: 4, logP: -20, marked: true },
        { label: "B", ratio: Infinity, logP: -9, marked: true },
        { label: "C", ratio: 0, logP: 0, marked: false },
        { label: "D", ratio: NaN, logP: NaN, marked: false },
        { label: "E", ratio: 2, logP: -Infinity, marked: false },
        { label: "F", ratio: 1, logP: 0, marked: false },
      ],
      { most: 4 },
    ),
    ic: icChart(title(name), [
      { label: name, a: 12, ic: 2.5, marked: true },
      { label: "B", a: 1, ic: -Infinity, marked: false },
    ]),
    heat: heatMapChart(title(name), [
      { product: name, event: name, score: 2.4 },
      { product: name, event: "B", score: NaN },
      { product: "C", event: "B", score: Infinity },
      { product: "C", event: "D", score: -Infinity },
    ]),
    chronograph: chronographChart(
      title(name),
      [
        { period: "2024-Q1", a: 0, ic: NaN, ic025: NaN, ic975: NaN },
        { period: "2024-Q2", a: 2, ic: 0.8, ic025: -Infinity, ic975: 2 },
        { period: name, a: 9, ic: 1.9, ic025: 0.8, ic975: 2.7 },
      ],
      { thresholds: [0, 1] },
    ),
    epidemic: epidemicChart(title(name), [
      ...epidemicPoints(nowcast({ event, received }, { asOf: "1970-01-06", maxDelay: 5 }), received),
      { time: name, byEvent: NaN, byReceipt: 3 },
    ]),
    control: controlChart(title(name), [
      ...monitorSeries(seriesOf({ counts: [2, 1, 3, 2, 2, 1, 3, 9] }), detectors.earsC1()).points,
      { index: 8, name, observed: 1, expected: NaN, upper: NaN, alarm: false, state: "not-fitted" },
    ]),
    lots: lotChart(title(name), [
      { lot: name, days: ["2024-01-03", "2024-01-03", "2024-02-29"], from: "2023-12-01", marked: true },
      { lot: "B", days: [], from: "2023-12-01", to: "2024-04-30", marked: false },
    ]),
    province: provinceChart(title(name), [
      { code: "140000", value: 12 },
      { code: "31", value: NaN },
      { code: "44", value: Infinity },
    ]),
    funnel: funnelChart(
      title(name),
      funnel([
        { label: name, reports: 4, units: 1e5 },
        { label: "B", reports: 60, units: 2e5 },
        { label: "C", reports: 1, units: 0 },
      ]),
    ),
    onset: onsetChart(title(name), onsetHistogram(days), fitWeibull(days.map((day) => day + 0.5))),
  };
}
