import type { Nowcast } from "../cluster/nowcast.ts";
import type { Wording } from "../report/wording.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { bandScale, linearScale, type BandScale, type Scale } from "./chart-scale.ts";
import { INK, names, quantity } from "./chart-spec.ts";
import {
  area,
  blank,
  bottomAxis,
  box,
  CHART_WIDTH,
  curve,
  group,
  leftAxis,
  legend,
  legendHeight,
  signs,
  type LegendEntry,
  type Plot,
} from "./chart-svg.ts";
import type { Html } from "./html.ts";

/** Counts of one day, week or month by both clocks. */
export interface EpidemicPoint {
  /** `2024-01-15`, `2024-W03` or `2024-01`. */
  readonly time: string;
  /** Reports whose event lies in it. */
  readonly byEvent: number;
  /** Reports that arrived in it. */
  readonly byReceipt: number;
  /** Final count by event that is expected once late reports are in, with its limits; NaN or absent where there is none. */
  readonly expected?: number | undefined;
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}

const TIME: Wording = { zh: "时间", en: "time" };
const BY_EVENT: Wording = { zh: "按事件发生日期（份）", en: "reports by event date" };
const BY_RECEIPT: Wording = { zh: "按报告接收日期（份）", en: "reports by date of receipt" };
const EXPECTED: Wording = { zh: "预计最终数（含迟报）", en: "expected final count (nowcast)" };
const LIMITS: Wording = { zh: "预计数 95% 区间", en: "its 95% interval" };

/**
 * Epidemic curve: bars by event date above, by date of receipt below, on one time axis. The nowcast (line and band) shows how far
 * the last bars by event date are still from complete. A count that is not finite is left out and marked by a dash below its place.
 *
 * @param points - equally long steps without a gap; the chart cannot know of those left out
 * @example
 * epidemicChart({ zh: "流行曲线", en: "Epidemic curve" }, [{ time: "2024-01-15", byEvent: 3, byReceipt: 1 }]).data.length; // 1
 */
export function epidemicChart(title: Wording, points: readonly EpidemicPoint[]): Chart {
  const data = points.map(({ time, byEvent, byReceipt, expected = NaN, lower = NaN, upper = NaN }) => ({
    time,
    byEvent,
    byReceipt,
    expected,
    lower,
    upper,
  }));
  const top: Plot = { left: 64, right: CHART_WIDTH - 24, top: 30, bottom: 240 };
  const low: Plot = { ...top, top: 284, bottom: 364 };
  const x = bandScale(
    data.map(({ time }) => time),
    top.left,
    top.right,
  );
  const y = linearScale([0, ...data.flatMap((row) => [row.byEvent, row.expected, row.upper])], top.bottom, top.top);
  const y2 = linearScale([0, ...data.map((row) => row.byReceipt)], low.bottom, low.top, 2);
  const hasNowcast = data.some(({ expected }) => Number.isFinite(expected));
  const sum = (field: "byEvent" | "byReceipt"): number =>
    data.reduce((total, row) => total + (Number.isFinite(row[field]) ? row[field] : 0), 0);
  const peak = data.reduce<(typeof data)[number] | undefined>(
    (best, row) => (row.byEvent > (best?.byEvent ?? -1) ? row : best),
    undefined,
  );
  const awaited = data.reduce(
    (total, row) => total + (row.expected >= row.byEvent && row.expected < Infinity ? row.expected - row.byEvent : 0),
    0,
  );
  const unknown = data.filter((row) => !Number.isFinite(row.byEvent) || !Number.isFinite(row.byReceipt)).length;
  const entries: readonly LegendEntry[] = [
    { sign: signs.box("fill-main"), text: { zh: "按事件日期", en: "by event date" } },
    { sign: signs.box("fill-third"), text: { zh: "按接收日期", en: "by date of receipt" } },
    ...(hasNowcast
      ? [
          { sign: signs.line("line-second"), text: EXPECTED },
          { sign: signs.box("band"), text: LIMITS },
        ]
      : []),
    ...(unknown > 0 ? [{ sign: signs.text("–"), text: { zh: "计数缺失", en: "count missing" } }] : []),
  ];
  const awaitedText: Wording = hasNowcast
    ? {
        zh: `；预计还有约 ${chartNumber(Math.round(awaited))} 份迟报`,
        en: `; about ${chartNumber(Math.round(awaited))} still to arrive`,
      }
    : { zh: "", en: "" };
  return makeChart({
    title,
    data,
    text: {
      zh: `${data[0]?.time ?? ""} 至 ${data.at(-1)?.time ?? ""}：按事件日期 ${chartNumber(sum("byEvent"))} 份，按接收日期 ${chartNumber(sum("byReceipt"))} 份；高峰 ${peak?.time ?? "–"}（${chartNumber(peak?.byEvent ?? NaN)} 份）${awaitedText.zh}${unknown > 0 ? `；${unknown} 处计数缺失` : ""}。`,
      en: `${data[0]?.time ?? ""} to ${data.at(-1)?.time ?? ""}: ${chartNumber(sum("byEvent"))} reports by event date, ${chartNumber(sum("byReceipt"))} by date of receipt; peak ${peak?.time ?? "–"} (${chartNumber(peak?.byEvent ?? NaN)})${awaitedText.en}${unknown > 0 ? `; ${unknown} counts missing` : ""}.`,
    },
    fields: [
      { name: "time", head: TIME },
      { name: "byEvent", head: BY_EVENT },
      { name: "byReceipt", head: BY_RECEIPT },
      ...(hasNowcast
        ? [
            { name: "expected", head: EXPECTED },
            { name: "lower", head: { zh: "下限", en: "Lower limit" } },
            { name: "upper", head: { zh: "上限", en: "Upper limit" } },
          ]
        : []),
    ],
    height: low.bottom + 44 + legendHeight(entries.length),
    body: group(
      leftAxis(top, y, BY_EVENT),
      countBars(
        data.map((row) => row.byEvent),
        "fill-main",
        x,
        y,
        data.map((row) => row.time),
      ),
      area(
        "band",
        data.map(({ lower, upper }, i) =>
          Number.isNaN(lower) || Number.isNaN(upper) ? undefined : ([x.at(i), y.at(lower), y.at(upper)] as const),
        ),
      ),
      curve(
        "line-second",
        data.map(({ expected }, i) => (Number.isNaN(expected) ? undefined : ([x.at(i), y.at(expected)] as const))),
      ),
      bottomAxis(top, { ...x, ticks: [] }, undefined, false),
      leftAxis(low, y2, BY_RECEIPT),
      countBars(
        data.map((row) => row.byReceipt),
        "fill-third",
        x,
        y2,
        data.map((row) => row.time),
      ),
      bottomAxis(low, x, TIME, false),
      legend(entries, 64, low.bottom + 44),
    ),
    view: (language) => {
      const time = names("time", TIME[language], { axis: { labelOverlap: true } });
      return {
        vconcat: [
          {
            width: 640,
            height: 220,
            layer: [
              {
                mark: { type: "bar", color: INK.main },
                encoding: { x: time, y: quantity("byEvent", BY_EVENT[language]) },
              },
              {
                mark: { type: "area", opacity: 0.2, color: INK.second },
                transform: [{ filter: "datum.lower !== null && datum.upper !== null" }],
                encoding: { x: time, y: quantity("lower", BY_EVENT[language]), y2: { field: "upper" } },
              },
              {
                mark: { type: "line", color: INK.second },
                transform: [{ filter: "datum.expected !== null" }],
                encoding: { x: time, y: quantity("expected", BY_EVENT[language]) },
              },
            ],
          },
          {
            width: 640,
            height: 80,
            layer: [
              {
                mark: { type: "bar", color: INK.third },
                encoding: { x: time, y: quantity("byReceipt", BY_RECEIPT[language]) },
              },
            ],
          },
        ],
      };
    },
  });
}

/** Bars of counts with tooltips; a dash at the foot where there is no count. */
export const countBars = (
  counts: readonly number[],
  look: string,
  x: BandScale,
  y: Scale,
  times: readonly string[],
): readonly Html[] => {
  const half = Math.max(0.5, Math.min(20, x.step * 0.42));
  return counts.map((count, i) =>
    !Number.isFinite(count)
      ? group(
          box(
            "fill-dim",
            x.at(i) - half,
            y.at(0) - 1,
            x.at(i) + half,
            y.at(0) - 2.5,
            `${times[i]!}: ${chartNumber(count)}`,
          ),
        )
      : count === 0
        ? blank
        : box(look, x.at(i) - half, y.at(0), x.at(i) + half, y.at(count), `${times[i]!}: ${chartNumber(count)}`),
  );
};

/**
 * Days of an epidemic curve from a nowcast and the days of receipt of the same reports. Event days are those of the nowcast;
 * reports received before the first or after the last of them are not in the curve by receipt.
 *
 * @param received - day numbers (days since 1970-01-01)
 * @example
 * epidemicPoints(nowcast({ event: [0, 1], received: [1, 1] }, { asOf: "1970-01-02", maxDelay: 1 }), [1, 1])[1]?.byReceipt; // 2
 */
export function epidemicPoints({ days }: Nowcast, received: ArrayLike<number>): EpidemicPoint[] {
  const place = new Map(days.map(({ day }, i) => [day, i]));
  const byReceipt = new Float64Array(days.length);
  for (const day of Array.from(received)) {
    const i = place.get(day);
    if (i !== undefined) byReceipt[i]!++;
  }
  return days.map(({ date, observed, expected, lower, upper }, i) => ({
    time: date,
    byEvent: observed,
    byReceipt: byReceipt[i]!,
    expected,
    lower,
    upper,
  }));
}
