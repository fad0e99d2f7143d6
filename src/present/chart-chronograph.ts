import type { Wording } from "../report/wording.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { bandScale, linearScale } from "./chart-scale.ts";
import { alertColour, alertShape, INK, names, quantity } from "./chart-spec.ts";
import {
  area,
  blank,
  bottomAxis,
  box,
  CHART_WIDTH,
  curve,
  group,
  label,
  leftAxis,
  legend,
  legendHeight,
  line,
  point,
  signs,
  type LegendEntry,
  type Plot,
} from "./chart-svg.ts";

/** What was known of a pair at the end of one period, all reports up to then together. */
export interface ChronographPoint {
  /** Name of the period: `2024-Q1`, `2024-03`, `2024`. */
  readonly period: string;
  /** Reports of the pair so far. */
  readonly a: number;
  readonly ic: number;
  readonly ic025: number;
  readonly ic975: number;
}

/** How {@link chronographChart} is drawn. */
export interface ChronographOptions {
  /** Values of the lower limit that are watched; 0 unless told. Points whose lower limit passes the first are diamonds. */
  readonly thresholds?: readonly number[] | undefined;
}

const IC: Wording = { zh: "信息成分 IC（累计）", en: "information component (cumulative)" };
const A: Wording = { zh: "累计报告数 a", en: "cumulative reports a" };
/** How far below everything else limits are followed: before the first report the lower one lies near −13. */
const MARGIN = 2;
const PERIOD: Wording = { zh: "截至时期", en: "up to period" };

/**
 * The information component of one pair as it grew, with its 95 % limits and thresholds, over bars of the reports so far. Periods
 * stand side by side as given, without gaps for periods left out. Where a value is undefined the line is broken; limits that are
 * infinite or lie more than 2 below everything else run to the edge.
 *
 * @see Lindquist et al. (2000), Drug Safety 23(6):533–542, for the form of the picture
 * @example
 * chronographChart({ zh: "IC", en: "IC" }, [{ period: "2024", a: 3, ic: 1, ic025: -0.5, ic975: 2.1 }]).data.length; // 1
 */
export function chronographChart(
  title: Wording,
  points: readonly ChronographPoint[],
  { thresholds = [0] }: ChronographOptions = {},
): Chart {
  const watched = thresholds[0] ?? 0;
  const data = points.map(({ period, a, ic, ic025, ic975 }) => ({
    period,
    a,
    ic,
    ic025,
    ic975,
    above: ic025 > watched,
  }));
  const upper: Plot = { left: 64, right: CHART_WIDTH - 24, top: 30, bottom: 270 };
  const lower: Plot = { ...upper, top: 312, bottom: 392 };
  const x = bandScale(
    data.map(({ period }) => period),
    upper.left,
    upper.right,
  );
  const floor = Math.min(...thresholds, ...data.map(({ ic }) => (Number.isFinite(ic) ? ic : Infinity))) - MARGIN;
  const y = linearScale(
    [...thresholds, ...data.flatMap((row) => [row.ic, Math.max(row.ic025, floor), row.ic975])],
    upper.bottom,
    upper.top,
  );
  const bars = linearScale([0, ...data.map(({ a }) => a)], lower.bottom, lower.top, 2);
  const half = Math.min(12, x.step * 0.4);
  const first = data.find(({ above }) => above);
  const entries: readonly LegendEntry[] = [
    { sign: signs.line("line-main"), text: { zh: "IC", en: "IC" } },
    { sign: signs.box("band"), text: { zh: "95% 区间", en: "95% interval" } },
    {
      sign: signs.point("fill-alert", "diamond"),
      text: { zh: `下限大于 ${chartNumber(watched)}`, en: `lower limit above ${chartNumber(watched)}` },
    },
    { sign: signs.line("reference"), text: { zh: "阈值", en: "threshold" } },
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${data.length} 个时期；${first === undefined ? `下限未超过 ${chartNumber(watched)}` : `下限自 ${first.period} 起首次大于 ${chartNumber(watched)}（a = ${chartNumber(first.a)}）`}；末期 IC ${chartNumber(data.at(-1)?.ic ?? NaN)}（${chartNumber(data.at(-1)?.ic025 ?? NaN)}–${chartNumber(data.at(-1)?.ic975 ?? NaN)}）。`,
      en: `${data.length} periods; ${first === undefined ? `the lower limit never passed ${chartNumber(watched)}` : `the lower limit first passed ${chartNumber(watched)} in ${first.period} (a = ${chartNumber(first.a)})`}; last IC ${chartNumber(data.at(-1)?.ic ?? NaN)} (${chartNumber(data.at(-1)?.ic025 ?? NaN)} to ${chartNumber(data.at(-1)?.ic975 ?? NaN)}).`,
    },
    fields: [
      { name: "period", head: PERIOD },
      { name: "a", head: A },
      { name: "ic", head: { zh: "IC", en: "IC" } },
      { name: "ic025", head: { zh: "IC025", en: "IC025" } },
      { name: "ic975", head: { zh: "IC975", en: "IC975" } },
    ],
    height: lower.bottom + 44 + legendHeight(entries.length),
    body: group(
      leftAxis(upper, y, IC),
      area(
        "band",
        data.map(({ ic025, ic975 }, i) =>
          Number.isNaN(ic025) || Number.isNaN(ic975) ? undefined : ([x.at(i), y.at(ic025), y.at(ic975)] as const),
        ),
      ),
      thresholds.map((value) =>
        group(
          line("reference", upper.left, y.at(value), upper.right, y.at(value)),
          label(chartNumber(value), upper.right + 4, y.at(value) + 4, { look: "dim" }),
        ),
      ),
      curve(
        "line-main",
        data.map(({ ic }, i) => (Number.isNaN(ic) ? undefined : ([x.at(i), y.at(ic)] as const))),
      ),
      data.map(({ period, ic, ic025, above }, i) =>
        Number.isNaN(ic)
          ? label("–", x.at(i), upper.bottom - 4, { anchor: "middle" })
          : point(
              above ? "fill-alert edge" : "fill-main edge",
              above ? "diamond" : "circle",
              x.at(i),
              y.at(ic),
              above ? 5.5 : 3.5,
              `${period}: IC ${chartNumber(ic)}, IC025 ${chartNumber(ic025)}`,
            ),
      ),
      leftAxis(lower, bars, A),
      data.map(({ period, a }, i) =>
        Number.isFinite(a)
          ? box("fill-main", x.at(i) - half, bars.at(0), x.at(i) + half, bars.at(a), `${period}: ${chartNumber(a)}`)
          : blank,
      ),
      bottomAxis(lower, x, PERIOD, false),
      legend(entries, 64, lower.bottom + 44),
    ),
    view: (language) => {
      const time = names("period", PERIOD[language]);
      return {
        vconcat: [
          {
            width: 640,
            height: 240,
            layer: [
              {
                mark: { type: "area", opacity: 0.2, color: INK.second },
                encoding: { x: time, y: quantity("ic025", IC[language]), y2: { field: "ic975" } },
              },
              ...thresholds.map((datum) => ({
                mark: { type: "rule" as const, color: INK.dim, strokeDash: [5, 4] },
                encoding: { y: { datum } },
              })),
              {
                mark: { type: "line", color: INK.main, invalid: "break-paths-filter-domains" },
                encoding: { x: time, y: quantity("ic", IC[language]) },
              },
              {
                mark: { type: "point", filled: true, opacity: 1, size: 60 },
                transform: [{ filter: "datum.ic !== null" }],
                encoding: {
                  x: time,
                  y: quantity("ic", IC[language]),
                  color: alertColour("above"),
                  shape: alertShape("above"),
                },
              },
            ],
          },
          {
            width: 640,
            height: 80,
            layer: [{ mark: { type: "bar", color: INK.main }, encoding: { x: time, y: quantity("a", A[language]) } }],
          },
        ],
      };
    },
  });
}
