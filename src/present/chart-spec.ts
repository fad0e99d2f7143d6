import type { Wording } from "../report/wording.ts";
import { CHART_COLOURS } from "./chart-colour.ts";

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** How a field is measured. */
export type VegaLiteType = "quantitative" | "temporal" | "ordinal" | "nominal";

/** A channel of an encoding: a field, a datum or a constant value. */
export interface VegaLiteChannel {
  readonly [key: string]: Json | undefined;
  readonly field?: string;
  readonly type?: VegaLiteType;
}

/** A mark with its properties. */
export interface VegaLiteMark {
  readonly [key: string]: Json | undefined;
  readonly type: "area" | "bar" | "circle" | "line" | "point" | "rect" | "rule" | "square" | "text" | "tick";
}

/** One layer. */
export interface VegaLiteLayer {
  readonly [key: string]: Json | undefined;
  readonly mark: VegaLiteMark;
  readonly encoding?: { readonly [channel: string]: VegaLiteChannel | readonly VegaLiteChannel[] };
  readonly transform?: readonly { readonly [key: string]: Json }[];
}

/** Layers over each other, or such pictures below each other. */
export type VegaLiteView =
  | {
      readonly layer: readonly VegaLiteLayer[];
      readonly width: number;
      readonly height: number | { readonly step: number };
    }
  | {
      readonly vconcat: readonly {
        readonly layer: readonly VegaLiteLayer[];
        readonly width: number;
        readonly height: number;
      }[];
    };

/** A Vega-Lite v5 specification with its data inside; plain JSON. */
export type VegaLiteSpec = VegaLiteView & {
  readonly $schema: "https://vega.github.io/schema/vega-lite/v5.json";
  readonly title: string;
  readonly description: string;
  readonly background: string;
  readonly data: { readonly values: readonly JsonRow[] };
  readonly config: { readonly [key: string]: Json };
};

/** A row of JSON: a number that is not finite is `null`, and the field `NAME_is` says which it was. */
export type JsonRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The row without numbers that JSON cannot hold.
 *
 * @example
 * jsonRow({ estimate: Infinity, a: 3 }); // { estimate: null, estimate_is: "Infinity", a: 3 }
 */
export function jsonRow(row: Readonly<Record<string, string | number | boolean | null>>): JsonRow {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, string | number | boolean | null][] =>
      typeof value === "number" && !Number.isFinite(value)
        ? [
            [name, null],
            [`${name}_is`, String(value)],
          ]
        : [[name, value]],
    ),
  );
}

const { ink, dim, grid, paper } = CHART_COLOURS.light;
const config: { readonly [key: string]: Json } = {
  axis: { labelColor: ink, titleColor: dim, gridColor: grid, domainColor: dim, tickColor: dim, labelLimit: 260 },
  legend: { labelColor: ink, titleColor: dim },
  title: { color: ink, anchor: "start" },
  view: { stroke: null },
};

/** A specification of one language. */
export function vegaLite(
  language: keyof Wording,
  title: Wording,
  text: Wording,
  values: readonly JsonRow[],
  view: VegaLiteView,
): VegaLiteSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: title[language],
    description: text[language],
    background: paper,
    config,
    data: { values },
    ...view,
  };
}

const { main, alert, second } = CHART_COLOURS.light;
/** Colours of specifications, which know no theme. */
export const INK = { main, alert, second, third: CHART_COLOURS.light.third, dim, ink } as const;

/** A quantitative channel. */
export const quantity = (field: string, title: string, more: Readonly<Record<string, Json>> = {}): VegaLiteChannel => ({
  field,
  type: "quantitative",
  title,
  ...more,
});

/** A channel of names in the order of the data. */
export const names = (
  field: string,
  title: string | null,
  more: Readonly<Record<string, Json>> = {},
): VegaLiteChannel => ({
  field,
  type: "nominal",
  title,
  sort: null,
  ...more,
});

/** Colour of marks whose field is true; two colours, one mark. */
export const alertColour = (field: string): VegaLiteChannel => ({
  field,
  type: "nominal",
  legend: null,
  scale: { domain: [false, true], range: [main, alert] },
});

/** Shape of marks whose field is true. */
export const alertShape = (field: string): VegaLiteChannel => ({
  field,
  type: "nominal",
  legend: null,
  scale: { domain: [false, true], range: ["circle", "diamond"] },
});

/** Keeps the rows of which the field was the given number that JSON cannot hold. */
export const onlyWhere = (
  field: string,
  is: "Infinity" | "-Infinity" | "NaN",
): readonly { readonly [key: string]: Json }[] => [{ filter: `datum.${field}_is === '${is}'` }];
