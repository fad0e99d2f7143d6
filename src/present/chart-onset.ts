import type { OnsetBin } from "../signal/onset-histogram.ts";
import type { WeibullFit } from "../signal/weibull.ts";
import type { Wording } from "../report/wording.ts";
import { countBars } from "./chart-epidemic.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { bandScale, linearScale } from "./chart-scale.ts";
import { INK, names, quantity } from "./chart-spec.ts";
import {
  bottomAxis,
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

const DAYS: Wording = { zh: "发生时间（天）", en: "days to onset" };
const COUNT: Wording = { zh: "报告数", en: "reports" };
const FITTED: Wording = { zh: "Weibull 拟合应有数", en: "expected by the Weibull fit" };

/**
 * Days to onset: the bars of a histogram with the counts that a fitted Weibull distribution expects in each of them. Bars are of
 * unequal length in days and stand side by side, so heights are counts, not densities, and the fit is given as counts too:
 * n · (F(until) − F(from)). With days shifted by half a day before the fit, as `timeToOnset` does, whole days and bars agree. A fit
 * of truncated times expects what would be seen without truncation.
 *
 * @param fit - of the same times; without one, or with one that did not converge, there are only bars
 * @see Weibull distribution function 1 − exp(−(t/λ)^k)
 * @example
 * onsetChart({ zh: "发生时间", en: "Onset" }, onsetHistogram([0, 0, 3, 40], [0, 1, 31])).data[2]?.["bin"]; // "31+"
 */
export function onsetChart(title: Wording, histogram: readonly OnsetBin[], fit?: WeibullFit): Chart {
  const n = histogram.reduce((sum, { count }) => sum + count, 0);
  const [shape, scale] = [fit?.shape.estimate ?? NaN, fit?.scale.estimate ?? NaN];
  const below = (day: number): number => (day === Infinity ? 1 : -Math.expm1(-((day / scale) ** shape)));
  const data = histogram.map(({ from, until, count, cumulative }) => ({
    bin:
      until === Infinity
        ? `${chartNumber(from)}+`
        : until === from + 1
          ? chartNumber(from)
          : `${chartNumber(from)}–${chartNumber(until - 1)}`,
    from,
    until,
    count,
    cumulative,
    fitted: n * (below(until) - below(from)),
  }));
  const hasFit = data.some(({ fitted }) => Number.isFinite(fitted));
  const plot: Plot = { left: 64, right: CHART_WIDTH - 24, top: 30, bottom: 270 };
  const x = bandScale(
    data.map(({ bin }) => bin),
    plot.left,
    plot.right,
  );
  const y = linearScale([0, ...data.flatMap(({ count, fitted }) => [count, fitted])], plot.bottom, plot.top);
  const half = data.find(({ cumulative }) => cumulative >= 0.5);
  const entries: readonly LegendEntry[] = [
    { sign: signs.box("fill-main"), text: COUNT },
    ...(hasFit ? [{ sign: signs.line("line-alert"), text: FITTED }] : []),
  ];
  const shapeText =
    fit === undefined ? "" : `${chartNumber(shape)} (${chartNumber(fit.shape.lower)}–${chartNumber(fit.shape.upper)})`;
  const fitText: Wording =
    fit === undefined
      ? { zh: "", en: "" }
      : hasFit
        ? { zh: `；Weibull 形状参数 ${shapeText}`, en: `; Weibull shape ${shapeText}` }
        : { zh: "；Weibull 未能拟合", en: "; no Weibull fit" };
  return makeChart({
    title,
    data,
    text: {
      zh: `${n} 份有发生时间；半数不晚于 ${half?.bin ?? "–"} 天${fitText.zh}。`,
      en: `${n} reports with a time to onset; half of them by day ${half?.bin ?? "–"}${fitText.en}.`,
    },
    fields: [
      { name: "bin", head: DAYS },
      { name: "count", head: COUNT },
      { name: "cumulative", head: { zh: "累计比例", en: "Cumulative share" } },
      ...(hasFit ? [{ name: "fitted", head: FITTED }] : []),
    ],
    height: plot.bottom + 44 + legendHeight(entries.length),
    body: group(
      leftAxis(plot, y, COUNT),
      countBars(
        data.map(({ count }) => count),
        "fill-main",
        x,
        y,
        data.map(({ bin }) => bin),
      ),
      hasFit
        ? group(
            curve(
              "line-alert",
              data.map(({ fitted }, i) => [x.at(i), y.at(fitted)] as const),
            ),
            data.map(({ bin, fitted }, i) =>
              point("fill-alert edge", "square", x.at(i), y.at(fitted), 3.5, `${bin}: ${chartNumber(fitted)}`),
            ),
          )
        : group(),
      bottomAxis(plot, x, DAYS, false),
      legend(entries, 64, plot.bottom + 44),
    ),
    view: (language) => {
      const bins = names("bin", DAYS[language], { axis: { labelAngle: 0 } });
      return {
        width: 640,
        height: 240,
        layer: [
          { mark: { type: "bar", color: INK.main }, encoding: { x: bins, y: quantity("count", COUNT[language]) } },
          ...(hasFit
            ? [
                {
                  mark: { type: "line" as const, color: INK.alert, point: { shape: "square", color: INK.alert } },
                  encoding: { x: bins, y: quantity("fitted", COUNT[language]) },
                },
              ]
            : []),
        ],
      };
    },
  });
}
