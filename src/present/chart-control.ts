import type { SeriesPoint } from "../cluster/series-monitor.ts";
import type { Wording } from "../report/wording.ts";
import { countBars } from "./chart-epidemic.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { bandScale, linearScale } from "./chart-scale.ts";
import { INK, names, quantity } from "./chart-spec.ts";
import {
  blank,
  bottomAxis,
  box,
  CHART_WIDTH,
  curve,
  group,
  leftAxis,
  legend,
  legendHeight,
  point,
  signs,
  type LegendEntry,
  type Plot,
} from "./chart-svg.ts";

/** What of a tested point is drawn; those of `monitorSeries` are taken as they are. */
export type ControlPoint = Pick<SeriesPoint, "index" | "name" | "observed" | "expected" | "upper" | "alarm" | "state">;

const TIME: Wording = { zh: "时间", en: "time" };
const COUNT: Wording = { zh: "报告数", en: "reports" };
const EXPECTED: Wording = { zh: "预期数", en: "expected" };
const UPPER: Wording = { zh: "控制上限", en: "upper bound" };
const UNTESTED: Wording = {
  zh: "未检验（基线不足等），不代表正常",
  en: "not tested (too little baseline, …): no all-clear",
};

const stateWords: Readonly<Record<ControlPoint["state"], Wording>> = {
  tested: { zh: "已检验", en: "tested" },
  "insufficient-baseline": { zh: "基线不足", en: "insufficient baseline" },
  silent: { zh: "规则不报警", en: "silent by rule" },
  "not-fitted": { zh: "模型未收敛", en: "not fitted" },
};

/**
 * Control chart of a monitored series: counts as bars, the expected count and the upper bound as lines, alarms as diamonds above
 * their bars. For CUSUM and likelihood ratios the bound is the count that would alarm at that point. Points that were not tested
 * have a strip below the axis and no bound, and the lines are broken there.
 *
 * @param points - of `monitorSeries`
 * @example
 * controlChart({ zh: "控制图", en: "Control chart" }, monitorSeries(seriesOf({ counts: [2, 1, 3, 2, 2, 1, 3, 9] }), detectors.earsC1()).points).data.length; // 8
 */
export function controlChart(title: Wording, points: readonly ControlPoint[]): Chart {
  const data = points.map(({ index, name, observed, expected, upper, alarm, state }) => ({
    time: name ?? String(index),
    observed,
    expected,
    upper,
    alarm,
    state,
  }));
  const plot: Plot = { left: 64, right: CHART_WIDTH - 24, top: 34, bottom: 290 };
  const x = bandScale(
    data.map(({ time }) => time),
    plot.left,
    plot.right,
  );
  const y = linearScale(
    [0, ...data.flatMap((row) => [row.observed, row.expected, row.upper])],
    plot.bottom,
    plot.top + 12,
  );
  const alarms = data.filter(({ alarm }) => alarm);
  const untested = data.filter(({ state }) => state !== "tested").length;
  const at = (field: "expected" | "upper"): (readonly [number, number] | undefined)[] =>
    data.map((row, i) => (Number.isFinite(row[field]) ? ([x.at(i), y.at(row[field])] as const) : undefined));
  const entries: readonly LegendEntry[] = [
    { sign: signs.box("fill-main"), text: COUNT },
    { sign: signs.line("line-second"), text: EXPECTED },
    { sign: signs.line("line-third dashed"), text: UPPER },
    { sign: signs.point("fill-alert", "diamond"), text: { zh: "报警", en: "alarm" } },
    ...(untested > 0 ? [{ sign: signs.box("fill-dim"), text: UNTESTED }] : []),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${data.length} 个时间点：${alarms.length} 个报警${alarms.length > 0 ? `（${listed(alarms, "、")}）` : ""}，${untested} 个未检验。`,
      en: `${data.length} points: ${alarms.length} alarms${alarms.length > 0 ? ` (${listed(alarms, ", ")})` : ""}, ${untested} not tested.`,
    },
    fields: [
      { name: "time", head: TIME },
      { name: "observed", head: COUNT },
      { name: "expected", head: EXPECTED },
      { name: "upper", head: UPPER },
      { name: "alarm", head: { zh: "报警", en: "Alarm" } },
      { name: "state", head: { zh: "状态", en: "State" }, words: stateWords },
    ],
    height: plot.bottom + 52 + legendHeight(entries.length),
    body: group(
      leftAxis(plot, y, COUNT),
      countBars(
        data.map((row) => row.observed),
        "fill-main",
        x,
        y,
        data.map((row) => row.time),
      ),
      curve("line-second", at("expected")),
      curve("line-third dashed", at("upper")),
      data.map((row, i) =>
        row.alarm && Number.isFinite(row.observed)
          ? point(
              "fill-alert",
              "diamond",
              x.at(i),
              y.at(row.observed) - 9,
              6,
              `${row.time}: ${chartNumber(row.observed)} (${chartNumber(row.upper)})`,
            )
          : blank,
      ),
      bottomAxis(plot, x, undefined, false),
      data.map((row, i) =>
        row.state === "tested"
          ? blank
          : box(
              "fill-dim",
              x.at(i) - x.step / 2,
              plot.bottom + 22,
              x.at(i) + x.step / 2,
              plot.bottom + 27,
              `${row.time}: ${stateWords[row.state].zh} / ${stateWords[row.state].en}`,
            ),
      ),
      legend(entries, 64, plot.bottom + 40),
    ),
    view: (language) => {
      const time = names("time", TIME[language], { axis: { labelOverlap: true } });
      return {
        width: 640,
        height: 260,
        layer: [
          { mark: { type: "bar", color: INK.main }, encoding: { x: time, y: quantity("observed", COUNT[language]) } },
          {
            mark: { type: "line", color: INK.second, invalid: "break-paths-filter-domains" },
            encoding: { x: time, y: quantity("expected", COUNT[language]) },
          },
          {
            mark: { type: "line", color: INK.third, strokeDash: [6, 4], invalid: "break-paths-filter-domains" },
            encoding: { x: time, y: quantity("upper", COUNT[language]) },
          },
          {
            mark: {
              type: "point",
              filled: true,
              shape: "diamond",
              size: 90,
              color: INK.alert,
              opacity: 1,
              yOffset: -9,
            },
            transform: [{ filter: "datum.alarm" }],
            encoding: { x: time, y: quantity("observed", COUNT[language]) },
          },
          {
            mark: { type: "tick", color: INK.dim, orient: "horizontal", thickness: 4 },
            transform: [{ filter: "datum.state !== 'tested'" }],
            encoding: { x: time, y: { datum: 0 } },
          },
        ],
      };
    },
  });
}

const listed = (rows: readonly { readonly time: string }[], comma: string): string =>
  rows
    .slice(0, 6)
    .map(({ time }) => time)
    .join(comma) + (rows.length > 6 ? "…" : "");
