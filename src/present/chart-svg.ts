import type { Wording } from "../report/wording.ts";
import { px } from "./chart-number.ts";
import { cutText, type Scale } from "./chart-scale.ts";
import { html, raw, type Html } from "./html.ts";

/** Width of every chart in pixels; the height follows from what is drawn. */
export const CHART_WIDTH = 800;

/** Nothing. */
export const blank: Html = raw("");

/** Pieces one after the other. */
export const group = (...parts: readonly (Html | readonly Html[])[]): Html => html`${parts.flat()}`;

/** How a text is set. */
export interface TextStyle {
  readonly anchor?: "start" | "middle" | "end" | undefined;
  readonly look?: string | undefined;
  /** Degrees, clockwise. */
  readonly turn?: number | undefined;
}

const textPlace = (x: number, y: number, { anchor = "start", look = "", turn = 0 }: TextStyle): Html =>
  raw(
    `x="${px(x)}" y="${px(y)}"` +
      (anchor === "start" ? "" : ` text-anchor="${anchor}"`) +
      (look === "" ? "" : ` class="${look}"`) +
      (turn === 0 ? "" : ` transform="rotate(${turn} ${px(x)} ${px(y)})"`),
  );

/** Text that is the same in every language. */
export const label = (text: string, x: number, y: number, style: TextStyle = {}): Html =>
  html`<text ${textPlace(x, y, style)}>${text}</text>`;

/** Text of which the page shows the chosen language, or both. */
export const words = ({ zh, en }: Wording, x: number, y: number, style: TextStyle = {}): Html =>
  zh === en
    ? label(zh, x, y, style)
    : html`<text ${textPlace(x, y, style)}><tspan lang="zh">${zh}</tspan><tspan class="both"> / </tspan><tspan lang="en">${en}</tspan></text>`;

/** A label cut to a width, with the whole of it as a tooltip. */
export function shortLabel(text: string, width: number, x: number, y: number, style: TextStyle = {}): Html {
  const short = cutText(text, width);
  if (short === text) return label(text, x, y, style);
  return html`<text ${textPlace(x, y, style)}>${short}<title>${text}</title></text>`;
}

/** A straight line. */
export const line = (look: string, x1: number, y1: number, x2: number, y2: number): Html =>
  raw(`<line class="${look}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`);

/** A rectangle between two corners in any order, with a tooltip where there is one. */
export function box(look: string, x1: number, y1: number, x2: number, y2: number, tip = "", opacity = 1): Html {
  const place =
    `x="${px(Math.min(x1, x2))}" y="${px(Math.min(y1, y2))}" width="${px(Math.abs(x2 - x1))}" height="${px(Math.abs(y2 - y1))}"` +
    (opacity === 1 ? "" : ` fill-opacity="${opacity.toFixed(2)}"`);
  return tip === ""
    ? raw(`<rect class="${look}" ${place}/>`)
    : html`<rect class="${raw(look)}" ${raw(place)}><title>${tip}</title></rect>`;
}

/** Shapes of points: alerts differ from the rest by shape as well as by colour. */
export const SHAPES = {
  circle: (x: number, y: number, r: number) =>
    `M${px(x - r)} ${px(y)}a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 ${px(-2 * r)} 0z`,
  diamond: (x: number, y: number, r: number) =>
    `M${px(x)} ${px(y - r)}L${px(x + r)} ${px(y)}L${px(x)} ${px(y + r)}L${px(x - r)} ${px(y)}z`,
  square: (x: number, y: number, r: number) => `M${px(x - r)} ${px(y - r)}H${px(x + r)}V${px(y + r)}H${px(x - r)}z`,
  /** Points where the value went: off the axis to the right, to the left, upwards and downwards. */
  right: (x: number, y: number, r: number) => `M${px(x)} ${px(y - r)}L${px(x + r)} ${px(y)}L${px(x)} ${px(y + r)}z`,
  left: (x: number, y: number, r: number) => `M${px(x)} ${px(y - r)}L${px(x - r)} ${px(y)}L${px(x)} ${px(y + r)}z`,
  up: (x: number, y: number, r: number) => `M${px(x - r)} ${px(y)}L${px(x)} ${px(y - r)}L${px(x + r)} ${px(y)}z`,
  down: (x: number, y: number, r: number) => `M${px(x - r)} ${px(y)}L${px(x)} ${px(y + r)}L${px(x + r)} ${px(y)}z`,
  cross: (x: number, y: number, r: number) =>
    `M${px(x - r)} ${px(y - r)}L${px(x + r)} ${px(y + r)}M${px(x - r)} ${px(y + r)}L${px(x + r)} ${px(y - r)}`,
} as const;

/** A point with a tooltip. */
export function point(look: string, shape: keyof typeof SHAPES, x: number, y: number, r: number, tip = ""): Html {
  const path = SHAPES[shape](x, y, r);
  return tip === ""
    ? raw(`<path class="${look}" d="${path}"/>`)
    : html`<path class="${raw(look)}" d="${raw(path)}"><title>${tip}</title></path>`;
}

/** A line through points; `undefined` breaks it, so that what is missing is not bridged. A lone point becomes a short dash. */
export function curve(look: string, points: readonly (readonly [x: number, y: number] | undefined)[]): Html {
  let path = "";
  points.forEach((at, i) => {
    if (at === undefined) return;
    const [x, y] = at;
    const begins = points[i - 1] === undefined;
    path +=
      begins && points[i + 1] === undefined
        ? `M${px(x - 3)} ${px(y)}L${px(x + 3)} ${px(y)}`
        : `${begins ? "M" : "L"}${px(x)} ${px(y)}`;
  });
  return path === "" ? blank : raw(`<path class="${look}" d="${path}"/>`);
}

/** The area between two lines over the same places. */
export function area(
  look: string,
  points: readonly (readonly [x: number, low: number, high: number] | undefined)[],
): Html {
  const parts: string[] = [];
  let run: (readonly [number, number, number])[] = [];
  const close = (): void => {
    // A lone place still has a width.
    const places =
      run.length === 1 ? run.flatMap(([x, l, h]) => [[x - 3, l, h] as const, [x + 3, l, h] as const]) : run;
    if (places.length > 0) {
      const top = places.map(([x, , high]) => `${px(x)} ${px(high)}`);
      const bottom = places.map(([x, low]) => `${px(x)} ${px(low)}`).reverse();
      parts.push(`M${[...top, ...bottom].join("L")}z`);
    }
    run = [];
  };
  for (const at of points) {
    if (at === undefined) close();
    else run.push(at);
  }
  close();
  return parts.length === 0 ? blank : raw(`<path class="${look}" d="${parts.join("")}"/>`);
}

/** Where the data are drawn. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A horizontal axis below the plot, with its name, if any, in the middle and grid lines unless told. */
export const bottomAxis = (plot: Plot, scale: Scale, name: Wording | undefined, grid = true): Html =>
  group(
    scale.ticks.map(({ at, label: text }) =>
      group(
        grid ? line("grid", at, plot.top, at, plot.bottom) : line("axis", at, plot.bottom, at, plot.bottom + 4),
        label(text, at, plot.bottom + 16, { anchor: "middle" }),
      ),
    ),
    line("axis", plot.left, plot.bottom, plot.right, plot.bottom),
    name === undefined
      ? blank
      : words(name, (plot.left + plot.right) / 2, plot.bottom + 34, { anchor: "middle", look: "dim" }),
  );

/** A vertical axis left of the plot, its name above it. */
export const leftAxis = (plot: Plot, scale: Scale, name: Wording): Html =>
  group(
    scale.ticks.map(({ at, label: text }) =>
      group(line("grid", plot.left, at, plot.right, at), label(text, plot.left - 6, at + 4, { anchor: "end" })),
    ),
    line("axis", plot.left, plot.top, plot.left, plot.bottom),
    words(name, Math.max(4, plot.left - 40), plot.top - 12, { look: "dim" }),
  );

/** An entry of a legend: its sign is drawn around the given place. */
export interface LegendEntry {
  readonly sign: (x: number, y: number) => Html;
  readonly text: Wording;
}

/** Rows of a legend of so many entries. */
export const legendHeight = (entries: number): number => 18 * Math.ceil(entries / 2) + (entries > 0 ? 10 : 0);

/** Entries in two columns, wide enough for both languages side by side. */
export const legend = (entries: readonly LegendEntry[], left: number, top: number): Html =>
  group(
    entries.map(({ sign, text }, i) => {
      const x = left + (i % 2) * ((CHART_WIDTH - left) / 2);
      const y = top + 10 + 18 * Math.floor(i / 2);
      return group(sign(x + 10, y), words(text, x + 26, y + 4));
    }),
  );

/** Signs of legends. */
export const signs = {
  point: (look: string, shape: keyof typeof SHAPES) => (x: number, y: number) => point(look, shape, x, y, 5),
  line: (look: string) => (x: number, y: number) => line(look, x - 10, y, x + 10, y),
  box: (look: string) => (x: number, y: number) => box(look, x - 8, y - 6, x + 8, y + 6),
  text: (text: string) => (x: number, y: number) => label(text, x, y + 4, { anchor: "middle" }),
} as const;
