import type { Wording } from "../report/wording.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { logScale } from "./chart-scale.ts";
import { alertColour, alertShape, INK, names, onlyWhere, quantity } from "./chart-spec.ts";
import {
  blank,
  bottomAxis,
  CHART_WIDTH,
  group,
  label,
  legend,
  legendHeight,
  line,
  point,
  shortLabel,
  signs,
  type LegendEntry,
  type Plot,
} from "./chart-svg.ts";
import type { ForestRow } from "./chart.ts";

/** How {@link forestChart} is drawn. */
export interface ForestOptions {
  /** Name of the axis; a ratio unless told. */
  readonly measure?: Wording | undefined;
  /** The ratio of no effect; 1 unless told. Rows whose lower limit lies above it are drawn as diamonds. */
  readonly reference?: number | undefined;
}

const RATIO: Wording = { zh: "比值（95% 区间，对数轴）", en: "ratio (95% interval, log axis)" };
const ROW = 22;

/**
 * Ratios with their limits, one line a row, on a logarithmic axis. An infinite ratio is an arrow at the right edge, a ratio of 0
 * one at the left edge, an undefined one (NaN) a dash on its line without any mark; limits that do not exist or run off are cut
 * at the edge or left out, never drawn as 0.
 *
 * @example
 * forestChart({ zh: "森林图", en: "Forest plot" }, [{ label: "A", estimate: 2, lower: 1.2, upper: 3.3 }]).data.length; // 1
 */
export function forestChart(title: Wording, rows: readonly ForestRow[], options: ForestOptions = {}): Chart {
  const { measure = RATIO, reference = 1 } = options;
  const data = rows.map(({ label: name, estimate, lower, upper }) => ({
    label: name,
    estimate,
    lower,
    upper,
    above: lower > reference,
  }));
  const plot: Plot = { left: 250, right: CHART_WIDTH - 150, top: 10, bottom: 14 + ROW * rows.length };
  const scale = logScale(
    [reference, ...rows.flatMap((row) => [row.estimate, row.lower, row.upper])],
    plot.left,
    plot.right,
  );
  const body = data.map((row, i) => {
    const y = plot.top + ROW * (i + 0.5);
    const { estimate, lower, upper, above } = row;
    const look = above ? "alert" : "main";
    const value =
      chartNumber(estimate) +
      (Number.isNaN(lower) && Number.isNaN(upper) ? "" : ` (${chartNumber(lower)}–${chartNumber(upper)})`);
    const x = scale.at(estimate);
    const hasLimits = lower >= 0 && upper > 0 && !Number.isNaN(estimate);
    return group(
      shortLabel(row.label, plot.left - 20, plot.left - 12, y + 4, { anchor: "end" }),
      hasLimits ? line(`line-${look}`, scale.at(lower), y, scale.at(upper), y) : blank,
      Number.isNaN(estimate)
        ? blank
        : estimate === Infinity
          ? point(`fill-${look}`, "right", plot.right - 6, y, 7, `${row.label}: ${value}`)
          : estimate <= 0
            ? point(`fill-${look}`, "left", plot.left + 6, y, 7, `${row.label}: ${value}`)
            : point(`fill-${look}`, above ? "diamond" : "circle", x, y, above ? 6 : 4.5, `${row.label}: ${value}`),
      label(value, plot.right + 12, y + 4),
    );
  });
  const above = data.filter((row) => row.above);
  const count = (is: (value: number) => boolean): number => data.filter((row) => is(row.estimate)).length;
  const infinite = count((value) => value === Infinity);
  const unknown = count(Number.isNaN);
  const entries: readonly LegendEntry[] = [
    {
      sign: signs.point("fill-alert", "diamond"),
      text: { zh: `下限大于 ${chartNumber(reference)}`, en: `lower limit above ${chartNumber(reference)}` },
    },
    { sign: signs.point("fill-main", "circle"), text: { zh: "其他", en: "others" } },
    ...(infinite > 0
      ? [
          {
            sign: signs.point("fill-main", "right"),
            text: { zh: "比值无穷大（无对照报告）", en: "infinite (no comparator)" },
          },
        ]
      : []),
    ...(unknown > 0 ? [{ sign: signs.text("–"), text: { zh: "无法计算", en: "undefined" } }] : []),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `共 ${data.length} 行，${above.length} 行下限大于 ${chartNumber(reference)}，${infinite} 行比值无穷大，${unknown} 行无法计算。`,
      en: `${data.length} rows: ${above.length} with a lower limit above ${chartNumber(reference)}, ${infinite} infinite, ${unknown} undefined.`,
    },
    fields: [
      { name: "label", head: { zh: "项目", en: "Item" } },
      { name: "estimate", head: { zh: "估计值", en: "Estimate" } },
      { name: "lower", head: { zh: "下限", en: "Lower limit" } },
      { name: "upper", head: { zh: "上限", en: "Upper limit" } },
    ],
    height: plot.bottom + 44 + legendHeight(entries.length),
    body: group(
      bottomAxis(plot, scale, measure),
      line("reference", scale.at(reference), plot.top, scale.at(reference), plot.bottom),
      body,
      legend(entries, 40, plot.bottom + 44),
    ),
    view: (language) => {
      const y = names("label", null);
      const x = { scale: { type: "log" } };
      return {
        width: 480,
        height: { step: ROW },
        layer: [
          {
            mark: { type: "rule", color: INK.dim, strokeDash: [5, 4] },
            encoding: { x: { datum: reference } },
          },
          {
            mark: { type: "rule", strokeWidth: 2 },
            transform: [{ filter: "datum.lower > 0 && datum.upper > 0" }],
            encoding: {
              y,
              x: quantity("lower", measure[language], x),
              x2: { field: "upper" },
              color: alertColour("above"),
            },
          },
          {
            mark: { type: "point", filled: true, size: 70, opacity: 1 },
            transform: [{ filter: "datum.estimate > 0" }],
            encoding: {
              y,
              x: quantity("estimate", measure[language], x),
              color: alertColour("above"),
              shape: alertShape("above"),
            },
          },
          {
            mark: { type: "text", text: "∞", color: INK.ink },
            transform: onlyWhere("estimate", "Infinity"),
            encoding: { y, x: { value: 474 } },
          },
        ],
      };
    },
  });
}
