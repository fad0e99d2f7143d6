import type { Funnel } from "../signal/funnel.ts";
import type { Wording } from "../report/wording.ts";
import { pointNames } from "./chart-labels.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { linearScale, logScale } from "./chart-scale.ts";
import { alertColour, alertShape, INK, quantity } from "./chart-spec.ts";
import {
  blank,
  bottomAxis,
  CHART_WIDTH,
  curve,
  group,
  leftAxis,
  legend,
  legendHeight,
  line,
  point,
  signs,
  type LegendEntry,
  type Plot,
} from "./chart-svg.ts";

const DASHES = ["line-second", "line-third dashed", "line-dim dashed"] as const;
const PLOT: Plot = { left: 64, right: CHART_WIDTH - 24, top: 30, bottom: 350 };
const ALL: Wording = { zh: "合计水平", en: "all together" };

/**
 * Funnel plot of reporting rates over the units of each place, with the control limits of {@link Funnel}. Limits are joined
 * between the places; each is exact at a place. Places outside the widest limits are diamonds with their names. Places without
 * known units cannot be drawn; the text counts them.
 *
 * @param unit - what a unit is
 * @example
 * funnelChart({ zh: "漏斗图", en: "Funnel" }, funnel([{ label: "A", reports: 4, units: 1e5 }, { label: "B", reports: 20, units: 1e5 }], 1e5)).data.length; // 2
 */
export function funnelChart(title: Wording, result: Funnel, unit: Wording = { zh: "单位数", en: "units" }): Chart {
  const levels = result.rows[0]?.limits.map(({ level }) => level) ?? [];
  const widest = levels.indexOf(Math.max(...levels));
  const known = result.rows.filter(({ rate }) => Number.isFinite(rate)).sort((p, q) => p.units - q.units);
  const data = known.map(({ label: place, reports, units, rate, expected, limits, p }) => ({
    place,
    reports,
    units,
    rate,
    expected,
    p,
    ...Object.fromEntries(
      limits.flatMap(({ lower, upper }, i) => [[`lower${i}`, lower] as const, [`upper${i}`, upper] as const]),
    ),
    outside: limits[widest] !== undefined && (rate < limits[widest].lower || rate > limits[widest].upper),
  }));
  const x = logScale(
    known.map(({ units }) => units),
    PLOT.left + 10,
    PLOT.right - 10,
  );
  const y = linearScale(
    [
      0,
      result.target,
      ...known.flatMap(({ rate, limits }) => [rate, ...limits.flatMap((each) => [each.lower, each.upper])]),
    ],
    PLOT.bottom,
    PLOT.top + 8,
  );
  const outside = data.filter((row) => row.outside);
  const rateName: Wording = {
    zh: `报告率（每 ${chartNumber(result.per)} ${unit.zh}）`,
    en: `reports per ${chartNumber(result.per)} ${unit.en}`,
  };
  const xName: Wording = { zh: `${unit.zh}（对数轴）`, en: `${unit.en} (log axis)` };
  const percent = (level: number): string => `${chartNumber(level * 100, 4)}%`;
  const entries: readonly LegendEntry[] = [
    {
      sign: signs.point("fill-alert", "diamond"),
      text: { zh: "在最宽控制限之外", en: "outside the widest limits" },
    },
    { sign: signs.point("fill-main", "circle"), text: { zh: "在控制限之内", en: "inside" } },
    { sign: signs.line("reference"), text: ALL },
    ...levels.map((level, i) => ({
      sign: signs.line(DASHES[i % DASHES.length]!),
      text: { zh: `${percent(level)} 控制限`, en: `${percent(level)} limits` },
    })),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${data.length} 个单位，合计水平 ${chartNumber(result.target)}；${outside.length} 个在最宽控制限之外${outside.length > 0 ? `（${listed(outside, "、")}）` : ""}；${result.withoutUnits.length} 个缺分母，未画。`,
      en: `${data.length} places, ${chartNumber(result.target)} all together; ${outside.length} outside the widest limits${outside.length > 0 ? ` (${listed(outside, ", ")})` : ""}; ${result.withoutUnits.length} without known units, not drawn.`,
    },
    fields: [
      { name: "place", head: { zh: "单位", en: "Place" } },
      { name: "reports", head: { zh: "报告数", en: "Reports" } },
      { name: "units", head: unit },
      { name: "rate", head: rateName },
      ...levels.flatMap((level, i) => [
        { name: `lower${i}`, head: { zh: `${percent(level)} 下限`, en: `${percent(level)} lower` } },
        { name: `upper${i}`, head: { zh: `${percent(level)} 上限`, en: `${percent(level)} upper` } },
      ]),
      { name: "p", head: { zh: "p 值", en: "p" } },
    ],
    height: PLOT.bottom + 44 + legendHeight(entries.length),
    body: group(
      bottomAxis(PLOT, x, xName),
      leftAxis(PLOT, y, rateName),
      Number.isFinite(result.target)
        ? line("reference", PLOT.left, y.at(result.target), PLOT.right, y.at(result.target))
        : blank,
      levels.flatMap((_, i) =>
        (["lower", "upper"] as const).map((side) =>
          curve(
            DASHES[i % DASHES.length]!,
            known.map(({ units, limits }) =>
              Number.isFinite(limits[i]![side]) ? ([x.at(units), y.at(limits[i]![side])] as const) : undefined,
            ),
          ),
        ),
      ),
      data.map((row) => {
        const [cx, cy] = [x.at(row.units), y.at(row.rate)];
        return point(
          row.outside ? "fill-alert edge" : "fill-main edge",
          row.outside ? "diamond" : "circle",
          cx,
          cy,
          row.outside ? 6 : 4,
          `${row.place}: ${chartNumber(row.rate)} (${chartNumber(row.reports)}/${chartNumber(row.units)})`,
        );
      }),
      pointNames(
        outside.map(({ place, units, rate }) => ({ text: place, x: x.at(units), y: y.at(rate) })),
        PLOT,
      ),
      legend(entries, 64, PLOT.bottom + 44),
    ),
    view: (language) => {
      const units = quantity("units", xName[language], { scale: { type: "log" } });
      return {
        width: 640,
        height: 320,
        layer: [
          ...(Number.isFinite(result.target)
            ? [
                {
                  mark: { type: "rule" as const, color: INK.dim, strokeDash: [5, 4] },
                  encoding: { y: { datum: result.target } },
                },
              ]
            : []),
          ...levels.flatMap((_, i) =>
            ["lower", "upper"].map((side) => ({
              mark: {
                type: "line" as const,
                color: i === 0 ? INK.second : INK.third,
                strokeDash: i === 0 ? [] : [6, 4],
              },
              encoding: { x: units, y: quantity(`${side}${i}`, rateName[language]) },
            })),
          ),
          {
            mark: { type: "point", filled: true, opacity: 1, size: 60 },
            encoding: {
              x: units,
              y: quantity("rate", rateName[language]),
              color: alertColour("outside"),
              shape: alertShape("outside"),
              tooltip: [
                { field: "place", type: "nominal", title: language === "zh" ? "单位" : "place" },
                quantity("rate", rateName[language]),
              ],
            },
          },
        ],
      };
    },
  });
}

const listed = (rows: readonly { readonly place: string }[], comma: string): string =>
  rows
    .slice(0, 6)
    .map(({ place }) => place)
    .join(comma) + (rows.length > 6 ? "…" : "");
