import { PvError } from "../error.ts";
import type { Wording } from "../report/wording.ts";
import { checkBreaks, classInk, classLegend, classOf, classScale, type ClassBreaks } from "./chart-classes.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { INK, names, onlyWhere, quantity } from "./chart-spec.ts";
import {
  blank,
  box,
  CHART_WIDTH,
  group,
  label,
  legend,
  legendHeight,
  line,
  shortLabel,
  signs,
  words,
} from "./chart-svg.ts";

/** A score of a product and an event. */
export interface HeatCell {
  readonly product: string;
  readonly event: string;
  readonly score: number;
}

/** How {@link heatMapChart} is drawn. */
export interface HeatMapOptions {
  /** Name of the score; IC025 unless told. */
  readonly measure?: Wording | undefined;
  /** Borders of the five classes; 0, 1, 2 and 3 unless told. */
  readonly breaks?: ClassBreaks | undefined;
  /** Most products and events, those with the highest score first; 30 and 14 unless told. */
  readonly mostProducts?: number | undefined;
  readonly mostEvents?: number | undefined;
}

const IC025: Wording = { zh: "IC025", en: "IC025" };

/**
 * Scores of products (rows) and events (columns), each cell with its number, so that nobody has to tell shades apart. A cell
 * without report is empty; an undefined score is a dash in a crossed cell; infinite scores are in the outer classes and say so.
 * Products and events are ordered by their highest score, then by the order given; those beyond the most that fit are left out
 * and counted in the text.
 *
 * @throws PvError `INVALID_OPTION`; `INVALID_ARGUMENT` for a pair given twice
 * @example
 * heatMapChart({ zh: "热图", en: "Heat map" }, [{ product: "A", event: "rash", score: 1.2 }]).data.length; // 1
 */
export function heatMapChart(title: Wording, cells: readonly HeatCell[], options: HeatMapOptions = {}): Chart {
  const { measure = IC025, breaks = [0, 1, 2, 3], mostProducts = 30, mostEvents = 14 } = options;
  checkBreaks(breaks);
  for (const [name, value] of Object.entries({ mostProducts, mostEvents }))
    if (!(Number.isInteger(value) && value > 0 && value <= 60))
      throw new PvError("INVALID_OPTION", `${name}: expected a whole number from 1 to 60, got ${value}`);
  const allProducts = byScore(cells, "product");
  const allEvents = byScore(cells, "event");
  const products = allProducts.slice(0, mostProducts);
  const events = allEvents.slice(0, mostEvents);
  const rowOf = new Map(products.map((name, i) => [name, i]));
  const columnOf = new Map(events.map((name, i) => [name, i]));
  const shown = cells.filter(({ product, event }) => rowOf.has(product) && columnOf.has(event));
  const seen = new Set<string>();
  for (const { product, event } of shown) {
    const key = JSON.stringify([product, event]);
    if (seen.has(key)) throw new PvError("INVALID_ARGUMENT", `cells: ${key} is given twice`);
    seen.add(key);
  }
  const data = shown
    .map(({ product, event, score }) => ({ product, event, score }))
    .sort((p, q) => rowOf.get(p.product)! - rowOf.get(q.product)! || columnOf.get(p.event)! - columnOf.get(q.event)!);

  const [left, top, high] = [230, 132, 24];
  const wide = Math.min(72, (CHART_WIDTH - left - 70) / Math.max(1, events.length));
  const [right, bottom] = [left + wide * events.length, top + high * products.length];
  const unknown = data.filter(({ score }) => Number.isNaN(score)).length;
  const entries = [
    ...classLegend(breaks),
    ...(unknown > 0 ? [{ sign: signs.text("–"), text: { zh: "无法计算", en: "undefined" } }] : []),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${products.length} 个产品 × ${events.length} 个事件，${data.length} 格有报告，${data.filter(({ score }) => score >= breaks[0]).length} 格不低于 ${chartNumber(breaks[0])}，${unknown} 格无法计算；另有 ${allProducts.length - products.length} 个产品、${allEvents.length - events.length} 个事件未画。`,
      en: `${products.length} products × ${events.length} events: ${data.length} cells with reports, ${data.filter(({ score }) => score >= breaks[0]).length} at or above ${chartNumber(breaks[0])}, ${unknown} undefined; ${allProducts.length - products.length} products and ${allEvents.length - events.length} events not drawn.`,
    },
    fields: [
      { name: "product", head: { zh: "产品", en: "Product" } },
      { name: "event", head: { zh: "事件", en: "Event" } },
      { name: "score", head: measure },
    ],
    height: bottom + 34 + legendHeight(entries.length),
    body: group(
      words(measure, 12, 18, { look: "dim" }),
      events.map((name, i) => shortLabel(name, 138, left + wide * (i + 0.5) + 2, top - 8, { turn: -50 })),
      products.map((name, i) => shortLabel(name, left - 20, left - 8, top + high * (i + 0.5) + 4, { anchor: "end" })),
      box("cell none", left, top, right, bottom),
      data.map(({ product, event, score }) => {
        const x = left + wide * columnOf.get(event)!;
        const y = top + high * rowOf.get(product)!;
        const step = classOf(score, breaks);
        const tip = `${product} × ${event}: ${chartNumber(score)}`;
        return group(
          box(step < 0 ? "cell none" : `q${step} cell`, x, y, x + wide, y + high, tip),
          step < 0 ? line("grid", x, y + high, x + wide, y) : blank,
          label(chartNumber(score, 2), x + wide / 2, y + high / 2 + 4, {
            anchor: "middle",
            look: step < 0 ? "small" : `q${step}t small`,
          }),
        );
      }),
      legend(entries, left - 10, bottom + 24),
    ),
    view: (language) => {
      const x = names("event", null, { axis: { orient: "top", labelAngle: -50 }, sort: events });
      const y = names("product", null, { sort: products });
      return {
        width: Math.round(wide * Math.max(1, events.length)),
        height: { step: high },
        layer: [
          {
            mark: { type: "rect", stroke: INK.dim, strokeWidth: 0.6 },
            transform: [{ filter: "datum.score !== null" }],
            encoding: { x, y, color: quantity("score", measure[language], { scale: classScale(breaks) }) },
          },
          {
            mark: { type: "text", fontSize: 10 },
            transform: [{ filter: "datum.score !== null" }],
            encoding: {
              x,
              y,
              text: quantity("score", measure[language], { format: ".2~g" }),
              color: classInk("score", breaks),
            },
          },
          ...(["NaN", "Infinity", "-Infinity"] as const).map((is) => ({
            mark: { type: "text" as const, color: INK.ink, text: chartNumber(Number(is)) },
            transform: onlyWhere("score", is),
            encoding: { x, y },
          })),
        ],
      };
    },
  });
}

/** Names by their highest score, highest first; NaN is below everything. */
function byScore(cells: readonly HeatCell[], field: "product" | "event"): string[] {
  const best = new Map<string, number>();
  for (const cell of cells) {
    const score = Number.isNaN(cell.score) ? -Infinity : cell.score;
    best.set(cell[field], Math.max(best.get(cell[field]) ?? -Infinity, score));
  }
  return [...best].sort(([, p], [, q]) => (p === q ? 0 : q > p ? 1 : -1)).map(([name]) => name);
}
