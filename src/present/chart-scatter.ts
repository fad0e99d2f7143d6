import type { Wording } from "../report/wording.ts";
import { makeChart, type Chart, type ChartRow } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { pointNames } from "./chart-labels.ts";
import type { Scale } from "./chart-scale.ts";
import { alertColour, alertShape, INK, onlyWhere, quantity, type Json } from "./chart-spec.ts";
import {
  bottomAxis,
  box,
  CHART_WIDTH,
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

/** A pair as a point. */
export interface ScatterPoint {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** An SDR, say: drawn as a diamond. */
  readonly marked: boolean;
}

/** What tells one kind of scatter plot from another. */
export interface ScatterFrame {
  readonly title: Wording;
  readonly xName: Wording;
  readonly yName: Wording;
  readonly xScale: (values: Iterable<number>, from: number, to: number) => Scale;
  readonly yScale: (values: Iterable<number>, from: number, to: number) => Scale;
  readonly specScale: "linear" | "log";
  /** Values at which a line is drawn. */
  readonly xLines: readonly number[];
  readonly yLines: readonly number[];
  /** Most single points; the rest is counted in squares. */
  readonly most: number;
  /** Most names. */
  readonly names: number;
}

const COLUMNS = 48;
const ROWS = 28;
const PLOT: Plot = { left: 64, right: CHART_WIDTH - 24, top: 30, bottom: 400 };

/** Where infinities stand in the specification, whose plot is 640 × 380. */
const EDGES = [
  ["x", "Infinity", 630],
  ["x", "-Infinity", 10],
  ["y", "Infinity", 8],
  ["y", "-Infinity", 372],
] as const;

interface Bin {
  readonly column: number;
  readonly row: number;
  count: number;
  marked: number;
}

/** A scatter plot of any number of points in bounded space; see `volcanoChart` for what is kept. */
export function scatterChart(points: readonly ScatterPoint[], frame: ScatterFrame): Chart {
  const known = points.filter(({ x, y }) => !Number.isNaN(x) && !Number.isNaN(y));
  const edge = known.filter(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y)).length;
  const xScale = frame.xScale(valuesOf(known, "x", frame.xLines), PLOT.left + 12, PLOT.right - 12);
  const yScale = frame.yScale(valuesOf(known, "y", frame.yLines), PLOT.bottom - 8, PLOT.top + 10);
  const ranked = known.length > frame.most ? [...known].sort(byWeight) : known;
  const single = ranked.slice(0, frame.most);
  const bins = binned(ranked.slice(frame.most), xScale, yScale);
  const largest = Math.max(1, ...bins.map(({ count }) => count));
  const inBins = known.length - single.length;
  const marked = known.filter((each) => each.marked).length;
  const unknown = points.length - known.length;

  const data: ChartRow[] = single.map((each) => ({ kind: "point", ...each, count: 1 }));
  const squares: ChartRow[] = bins.map((bin) => ({
    kind: "bin",
    ...binPlace(bin, xScale, yScale),
    marked: bin.marked > 0,
    count: bin.count,
  }));
  const entries: readonly LegendEntry[] = [
    {
      sign: signs.point("fill-alert", "diamond"),
      text: { zh: "达到信号标准", en: "signal of disproportionate reporting" },
    },
    { sign: signs.point("fill-main", "circle"), text: { zh: "未达到", en: "no such signal" } },
    ...(edge > 0
      ? [
          {
            sign: signs.point("fill-main", "right"),
            text: { zh: "数值无穷（画在边上）", en: "infinite value, drawn at the edge" },
          },
        ]
      : []),
    ...(inBins > 0
      ? [
          {
            sign: signs.box("fill-main"),
            text: {
              zh: `其余 ${inBins} 对按方格计数，越深越多`,
              en: `other ${inBins} pairs counted in squares, darker is more`,
            },
          },
        ]
      : []),
  ];
  const tips = (each: ScatterPoint): string => `${each.label}: ${chartNumber(each.x)}, ${chartNumber(each.y)}`;
  return makeChart({
    title: frame.title,
    data: [...data, ...squares],
    text: {
      zh: `共 ${points.length} 对：${marked} 对达到标准，${edge} 对数值无穷，${unknown} 对无法计算（未画）；单独画出 ${single.length} 对，其余 ${inBins} 对按方格计数。`,
      en: `${points.length} pairs: ${marked} marked, ${edge} with an infinite value, ${unknown} undefined and not drawn; ${single.length} drawn one by one, ${inBins} counted in squares.`,
    },
    tableRows: data,
    fields: [
      { name: "label", head: { zh: "产品—事件", en: "Pair" } },
      { name: "x", head: frame.xName },
      { name: "y", head: frame.yName },
      { name: "marked", head: { zh: "达到标准", en: "Marked" } },
    ],
    height: PLOT.bottom + 44 + legendHeight(entries.length),
    body: group(
      bottomAxis(PLOT, xScale, frame.xName),
      leftAxis(PLOT, yScale, frame.yName),
      bins.map((bin) => {
        const left = PLOT.left + (bin.column * (PLOT.right - PLOT.left)) / COLUMNS;
        const top = PLOT.top + (bin.row * (PLOT.bottom - PLOT.top)) / ROWS;
        const share = 0.18 + (0.72 * Math.log(bin.count)) / Math.log(largest + 1);
        return box(
          bin.marked > 0 ? "fill-alert outline-alert" : "fill-main outline-main",
          left + 0.5,
          top + 0.5,
          left + (PLOT.right - PLOT.left) / COLUMNS - 0.5,
          top + (PLOT.bottom - PLOT.top) / ROWS - 0.5,
          String(bin.count),
          share,
        );
      }),
      frame.xLines.map((value) => line("reference", xScale.at(value), PLOT.top, xScale.at(value), PLOT.bottom)),
      frame.yLines.map((value) => line("reference", PLOT.left, yScale.at(value), PLOT.right, yScale.at(value))),
      // Marked points last, so that none is covered by one that is not.
      [...single.filter((each) => !each.marked), ...single.filter((each) => each.marked)].map((each) =>
        point(
          `${each.marked ? "fill-alert" : "fill-main"} edge`,
          shapeOf(each),
          xScale.at(each.x),
          yScale.at(each.y),
          each.marked ? 5.5 : 3.5,
          tips(each),
        ),
      ),
      pointNames(
        [...single]
          .sort(byWeight)
          .slice(0, frame.names)
          .map((each) => ({ text: each.label, x: xScale.at(each.x), y: yScale.at(each.y) })),
        PLOT,
      ),
      legend(entries, 64, PLOT.bottom + 44),
    ),
    view: (language) => {
      const scale: Record<string, Json> = { type: frame.specScale };
      const x = quantity("x", frame.xName[language], { scale });
      const y = quantity("y", frame.yName[language], { scale: { zero: false } });
      return {
        width: 640,
        height: 380,
        layer: [
          ...(inBins === 0
            ? []
            : [
                {
                  mark: { type: "square" as const, size: 90 },
                  transform: [{ filter: "datum.kind === 'bin'" }],
                  encoding: {
                    x,
                    y,
                    color: alertColour("marked"),
                    opacity: {
                      field: "count",
                      type: "quantitative" as const,
                      scale: { type: "log", range: [0.2, 0.9] },
                      legend: null,
                    },
                    tooltip: [quantity("count", language === "zh" ? "对数" : "pairs")],
                  },
                },
              ]),
          {
            mark: { type: "point", filled: true, opacity: 1 },
            transform: [{ filter: "datum.kind === 'point' && datum.x !== null && datum.y !== null" }],
            encoding: {
              x,
              y,
              color: alertColour("marked"),
              shape: alertShape("marked"),
              tooltip: [
                { field: "label", type: "nominal", title: language === "zh" ? "产品—事件" : "pair" },
                quantity("x", frame.xName[language]),
                quantity("y", frame.yName[language]),
              ],
            },
          },
          ...frame.xLines.map((datum) => ({
            mark: { type: "rule" as const, color: INK.dim, strokeDash: [5, 4] },
            encoding: { x: { datum } },
          })),
          ...frame.yLines.map((datum) => ({
            mark: { type: "rule" as const, color: INK.dim, strokeDash: [5, 4] },
            encoding: { y: { datum } },
          })),
          ...EDGES.filter(([field, is]) => single.some((each) => each[field] === Number(is))).map(
            ([field, is, value]) => ({
              mark: { type: "text" as const, text: chartNumber(Number(is)), color: INK.ink },
              transform: onlyWhere(field, is),
              encoding: field === "x" ? { x: { value }, y } : { x, y: { value } },
            }),
          ),
        ],
      };
    },
  });
}

function* valuesOf(points: readonly ScatterPoint[], axis: "x" | "y", lines: readonly number[]): Generator<number> {
  for (const each of points) yield each[axis];
  yield* lines;
}

/** Marked first, then higher, then farther from the middle, then as they came (sorting is stable). */
function byWeight(p: ScatterPoint, q: ScatterPoint): number {
  if (p.marked !== q.marked) return p.marked ? -1 : 1;
  if (p.y !== q.y) return q.y > p.y ? 1 : -1;
  const [a, b] = [Math.abs(p.x), Math.abs(q.x)];
  return a === b ? 0 : b > a ? 1 : -1;
}

const shapeOf = ({ x, y, marked }: ScatterPoint): Parameters<typeof point>[1] =>
  x === Infinity
    ? "right"
    : x === -Infinity
      ? "left"
      : y === Infinity
        ? "up"
        : y === -Infinity
          ? "down"
          : marked
            ? "diamond"
            : "circle";

function binned(points: readonly ScatterPoint[], xScale: Scale, yScale: Scale): Bin[] {
  const bins = new Map<number, Bin>();
  for (const { x, y, marked } of points) {
    const column = Math.min(COLUMNS - 1, Math.floor(((xScale.at(x) - PLOT.left) / (PLOT.right - PLOT.left)) * COLUMNS));
    const row = Math.min(ROWS - 1, Math.floor(((yScale.at(y) - PLOT.top) / (PLOT.bottom - PLOT.top)) * ROWS));
    const bin = bins.get(row * COLUMNS + column) ?? { column, row, count: 0, marked: 0 };
    bin.count++;
    if (marked) bin.marked++;
    bins.set(row * COLUMNS + column, bin);
  }
  return [...bins.values()].sort((p, q) => p.row - q.row || p.column - q.column);
}

/** The middle of a square in the units of the axes. */
function binPlace({ column, row }: Bin, xScale: Scale, yScale: Scale): { label: string; x: number; y: number } {
  return {
    label: "",
    x: xScale.back(PLOT.left + ((column + 0.5) * (PLOT.right - PLOT.left)) / COLUMNS),
    y: yScale.back(PLOT.top + ((row + 0.5) * (PLOT.bottom - PLOT.top)) / ROWS),
  };
}
