import { PvError } from "../error.ts";
import { isoDay, requireDay } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { dayScale } from "./chart-scale.ts";
import { alertColour, alertShape, INK, names, quantity } from "./chart-spec.ts";
import {
  blank,
  bottomAxis,
  box,
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

/** A lot and the days of its reports. */
export interface LotLine {
  readonly lot: string;
  /** Days of its events or receipts, one a report, `YYYY-MM-DD`. */
  readonly days: readonly string[];
  /** When the lot was on the market, as far as known. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The lot has an alert: its reports are drawn as diamonds. */
  readonly marked: boolean;
}

const DAY: Wording = { zh: "日期", en: "date" };
const ROW = 26;

/**
 * One line a lot, one point a day with reports, its area growing with their number; a bar behind shows when the lot was on the
 * market. Lots stand in the order given.
 *
 * @param mostLots - lots beyond are left out and counted in the text
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION` for `mostLots`; `INVALID_ARGUMENT` for a lot given twice or ending before it starts
 * @example
 * lotChart({ zh: "批号", en: "Lots" }, [{ lot: "A1", days: ["2024-01-03", "2024-01-03"], marked: true }]).data[0]?.["count"]; // 2
 */
export function lotChart(title: Wording, lots: readonly LotLine[], mostLots = 40): Chart {
  if (!(Number.isInteger(mostLots) && mostLots > 0 && mostLots <= 200))
    throw new PvError("INVALID_OPTION", `mostLots: expected a whole number from 1 to 200, got ${mostLots}`);
  const shown = lots.slice(0, mostLots).map((each, row) => ({
    ...each,
    row,
    from: each.from === undefined ? undefined : requireDay("from", each.from),
    to: each.to === undefined ? undefined : requireDay("to", each.to),
    counts: countDays(each.days),
  }));
  if (new Set(shown.map(({ lot }) => lot)).size < shown.length)
    throw new PvError("INVALID_ARGUMENT", "lots: a lot is given twice");
  const late = shown.find(({ from = -Infinity, to = Infinity }) => to < from);
  if (late !== undefined)
    throw new PvError("INVALID_ARGUMENT", `lot ${JSON.stringify(late.lot)} ends before it starts`);
  const allDays = shown.flatMap(({ from, to, counts }) => [
    ...counts.keys(),
    ...(from === undefined ? [] : [from]),
    ...(to === undefined ? [] : [to]),
  ]);
  const plot: Plot = { left: 170, right: CHART_WIDTH - 70, top: 10, bottom: 14 + ROW * shown.length };
  const scale = dayScale(allDays, plot.left + 12, plot.right - 12);
  const largest = shown.reduce((most, { counts }) => Math.max(most, ...counts.values()), 1);
  const radius = (count: number): number => Math.max(2.5, (ROW / 2) * Math.sqrt(count / largest));
  const isUse = shown.some(({ from, to }) => from !== undefined || to !== undefined);
  const data = shown.flatMap(({ lot, marked, from, to, counts }) => {
    const market = { from: from === undefined ? null : isoDay(from), to: to === undefined ? null : isoDay(to) };
    const days = [...counts].sort(([p], [q]) => p - q);
    const points: readonly (readonly [number | undefined, number])[] = days.length === 0 ? [[undefined, 0]] : days;
    return points.map(([day, count]) => ({
      lot,
      marked,
      date: day === undefined ? null : isoDay(day),
      count,
      ...market,
    }));
  });
  const total = shown.reduce((sum, { days }) => sum + days.length, 0);
  const entries: readonly LegendEntry[] = [
    { sign: signs.point("fill-alert", "diamond"), text: { zh: "有预警的批号", en: "lot with an alert" } },
    {
      sign: signs.point("fill-main", "circle"),
      text: { zh: "其他批号（面积表示当日份数）", en: "other lots (area: reports of the day)" },
    },
    ...(isUse ? [{ sign: signs.box("grid-fill"), text: { zh: "在市期间", en: "on the market" } }] : []),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${shown.length} 个批号、${total} 份报告，其中 ${shown.filter(({ marked }) => marked).length} 个批号有预警；一个批号一天最多 ${chartNumber(largest)} 份；另有 ${lots.length - shown.length} 个批号未画。`,
      en: `${shown.length} lots, ${total} reports, lots with an alert: ${shown.filter(({ marked }) => marked).length}; at most ${chartNumber(largest)} reports of one lot on one day; lots not drawn: ${lots.length - shown.length}.`,
    },
    fields: [
      { name: "lot", head: { zh: "批号", en: "Lot" } },
      { name: "date", head: DAY },
      { name: "count", head: { zh: "份数", en: "Reports" } },
      { name: "marked", head: { zh: "预警", en: "Alert" } },
    ],
    height: plot.bottom + 44 + legendHeight(entries.length),
    body: group(
      bottomAxis(plot, scale, DAY),
      shown.map(({ lot, row, from, to, marked, counts, days }) => {
        const y = plot.top + ROW * (row + 0.5);
        return group(
          shortLabel(lot, plot.left - 20, plot.left - 10, y + 4, { anchor: "end", look: marked ? "alert-text" : "" }),
          from === undefined && to === undefined
            ? blank
            : box(
                "grid-fill",
                scale.at(from ?? -Infinity),
                y - 5,
                scale.at(to ?? Infinity),
                y + 5,
                `${from === undefined ? "?" : isoDay(from)} – ${to === undefined ? "?" : isoDay(to)}`,
              ),
          line("grid", plot.left, y, plot.right, y),
          [...counts].map(([day, count]) =>
            point(
              marked ? "fill-alert edge" : "fill-main edge",
              marked ? "diamond" : "circle",
              scale.at(day),
              y,
              radius(count),
              `${lot}, ${isoDay(day)}: ${count}`,
            ),
          ),
          label(`n = ${days.length}`, plot.right + 8, y + 4),
        );
      }),
      legend(entries, 40, plot.bottom + 44),
    ),
    view: (language) => {
      const y = names("lot", null);
      const x = { field: "date", type: "temporal" as const, title: DAY[language], timeUnit: "utcyearmonthdate" };
      return {
        width: 560,
        height: { step: ROW },
        layer: [
          {
            mark: { type: "bar", color: "#d4dae2", height: 10 },
            transform: [{ filter: "datum.from !== null && datum.to !== null" }],
            encoding: { y, x: { ...x, field: "from" }, x2: { field: "to" } },
          },
          {
            mark: { type: "point", filled: true, opacity: 1 },
            transform: [{ filter: "datum.date !== null" }],
            encoding: {
              y,
              x,
              size: quantity("count", language === "zh" ? "份数" : "reports"),
              color: alertColour("marked"),
              shape: alertShape("marked"),
            },
          },
          {
            mark: { type: "text", text: "0", color: INK.dim },
            transform: [{ filter: "datum.date === null" }],
            encoding: { y, x: { value: 6 } },
          },
        ],
      };
    },
  });
}

function countDays(days: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const date of days) {
    const day = requireDay("days", date);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return counts;
}
