import { PvError } from "../error.ts";
import { PROVINCES } from "../report/identifier-province.ts";
import type { Wording } from "../report/wording.ts";
import { checkBreaks, classInk, classLegend, classOf, classScale, type ClassBreaks } from "./chart-classes.ts";
import { makeChart, type Chart } from "./chart-make.ts";
import { chartNumber } from "./chart-number.ts";
import { quantity } from "./chart-spec.ts";
import { box, group, label, legend, legendHeight, signs, words } from "./chart-svg.ts";

/** Column and row of each provincial division, by the first two digits of its code. */
const TILES: Readonly<Record<string, readonly [column: number, row: number]>> = {
  "23": [8, 0],
  "15": [5, 1],
  "21": [7, 1],
  "22": [8, 1],
  "65": [0, 2],
  "62": [2, 2],
  "64": [3, 2],
  "14": [4, 2],
  "13": [5, 2],
  "11": [6, 2],
  "12": [7, 2],
  "63": [1, 3],
  "61": [3, 3],
  "41": [4, 3],
  "37": [5, 3],
  "54": [0, 4],
  "51": [2, 4],
  "50": [3, 4],
  "42": [4, 4],
  "34": [5, 4],
  "32": [6, 4],
  "31": [7, 4],
  "53": [2, 5],
  "52": [3, 5],
  "43": [4, 5],
  "36": [5, 5],
  "33": [6, 5],
  "45": [3, 6],
  "44": [4, 6],
  "35": [5, 6],
  "71": [6, 6],
  "46": [3, 7],
  "82": [4, 7],
  "81": [5, 7],
};

/** Place of a division on the tile map. */
export interface ProvinceTile {
  /** First two digits of its GB/T 2260 code. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** From the west and from the north, from 0. */
  readonly column: number;
  readonly row: number;
}

/**
 * The 34 provincial divisions as equal tiles, each about where it lies seen from its neighbours: a picture in which Shanghai is
 * as easy to see as Xinjiang. An arrangement of this package; it shows no borders and no distances.
 *
 * @example
 * PROVINCE_TILES.length; // 34
 */
export const PROVINCE_TILES: readonly ProvinceTile[] = PROVINCES.map(({ code, zh, en }) => {
  const [column, row] = TILES[code]!;
  return { code, zh, en, column, row };
});

/** A value of a provincial division. */
export interface ProvinceValue {
  /** A division code; its first two digits count. */
  readonly code: string;
  readonly value: number;
}

/** How {@link provinceChart} is drawn. */
export interface ProvinceOptions {
  /** Name of the value with its unit; reports unless told. */
  readonly measure?: Wording | undefined;
  /** Borders of the five classes; fifths of the known values unless told. */
  readonly breaks?: ClassBreaks | undefined;
}

const REPORTS: Wording = { zh: "报告数（份）", en: "reports" };
const WIDE = 84;
const HIGH = 56;

/**
 * Values of provincial divisions as a tile map, each tile with its number. A division without a value is an empty tile; an
 * undefined value (NaN) is a dash; infinite values are in the outer classes and say so.
 *
 * @throws PvError `INVALID_ARGUMENT` for a code of no provincial division or one given twice; `INVALID_OPTION`
 * @example
 * provinceChart({ zh: "各省", en: "Provinces" }, [{ code: "140000", value: 12 }]).data[0]?.["zh"]; // "山西"
 */
export function provinceChart(title: Wording, values: readonly ProvinceValue[], options: ProvinceOptions = {}): Chart {
  const { measure = REPORTS } = options;
  const known = new Map<string, number>();
  for (const { code, value } of values) {
    const key = code.slice(0, 2);
    if (TILES[key] === undefined || !/^\d{2}(\d{2}){0,5}$/.test(code))
      throw new PvError(
        "INVALID_ARGUMENT",
        `code: expected that of a provincial division, got ${JSON.stringify(code)}`,
      );
    if (known.has(key)) throw new PvError("INVALID_ARGUMENT", `values: division ${key} is given twice`);
    known.set(key, value);
  }
  const breaks = checkBreaks(options.breaks ?? fifths([...known.values()].filter(Number.isFinite)));
  const tiles = PROVINCE_TILES.map((tile) => ({ ...tile, value: known.get(tile.code) }));
  const data = tiles.flatMap(({ value, ...tile }) => (value === undefined ? [] : [{ ...tile, value }]));
  const highest = data.reduce<(typeof data)[number] | undefined>(
    (best, row) => (row.value > (best?.value ?? -Infinity) ? row : best),
    undefined,
  );
  const missing = tiles.length - data.length;
  const undefinedCount = data.filter(({ value }) => Number.isNaN(value)).length;
  const [left, top] = [22, 34];
  const bottom = top + HIGH * 8;
  const entries = [
    ...classLegend(breaks),
    { sign: signs.box("cell none"), text: { zh: "无数据", en: "no data" } },
    ...(undefinedCount > 0 ? [{ sign: signs.text("–"), text: { zh: "无法计算", en: "undefined" } }] : []),
  ];
  return makeChart({
    title,
    data,
    text: {
      zh: `${data.length} 个省级单位有数据，${missing} 个无数据，${undefinedCount} 个无法计算；最高为${highest?.zh ?? "–"}（${chartNumber(highest?.value ?? NaN, 4)}）。方格只示相对位置，不表示边界和距离。`,
      en: `${data.length} provincial divisions with data, ${missing} without, ${undefinedCount} undefined; highest ${highest?.en ?? "–"} (${chartNumber(highest?.value ?? NaN, 4)}). Tiles show relative position, no borders or distances.`,
    },
    fields: [
      { name: "code", head: { zh: "代码", en: "Code" } },
      { name: "zh", head: { zh: "省级单位", en: "Chinese name" } },
      { name: "en", head: { zh: "英文名", en: "Division" } },
      { name: "value", head: measure },
    ],
    height: bottom + 12 + legendHeight(entries.length),
    body: group(
      words(measure, left, 20, { look: "dim" }),
      tiles.map(({ zh, en, column, row, value }) => {
        const x = left + WIDE * column;
        const y = top + HIGH * row;
        const step = value === undefined ? -1 : classOf(value, breaks);
        const text = value === undefined ? "" : chartNumber(value, 4);
        const ink = step < 0 ? "" : `q${step}t`;
        return group(
          box(
            step < 0 ? "cell none" : `q${step} cell`,
            x + 1.5,
            y + 1.5,
            x + WIDE - 1.5,
            y + HIGH - 1.5,
            `${zh} ${en}: ${text}`,
          ),
          label(zh, x + WIDE / 2, y + 17, { anchor: "middle", look: ink }),
          label(en, x + WIDE / 2, y + 30, { anchor: "middle", look: `${ink} small`.trim() }),
          text === ""
            ? group()
            : label(text, x + WIDE / 2, y + 46, { anchor: "middle", look: `${ink} alert-text`.trim() }),
        );
      }),
      legend(entries, left, bottom + 8),
    ),
    view: (language) => {
      const place = {
        x: { field: "column", type: "ordinal" as const, axis: null, scale: { domain: numbers(9) } },
        y: { field: "row", type: "ordinal" as const, axis: null, scale: { domain: numbers(8) } },
      };
      return {
        width: 9 * 76,
        height: 8 * 52,
        layer: [
          {
            mark: { type: "rect", stroke: "#56616f", strokeWidth: 0.6 },
            transform: [{ filter: "datum.value !== null" }],
            encoding: { ...place, color: quantity("value", measure[language], { scale: classScale(breaks) }) },
          },
          {
            mark: { type: "text", dy: -9 },
            encoding: { ...place, text: { field: language, type: "nominal" }, color: classInk("value", breaks) },
          },
          {
            mark: { type: "text", dy: 9, fontWeight: "bold" },
            transform: [{ filter: "datum.value !== null" }],
            encoding: {
              ...place,
              text: quantity("value", measure[language], { format: ".4~g" }),
              color: classInk("value", breaks),
            },
          },
          {
            mark: { type: "text", dy: 9 },
            transform: [{ filter: "datum.value === null" }],
            encoding: { ...place, text: { field: "value_is", type: "nominal" } },
          },
        ],
      };
    },
  });
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Borders that part the values into fifths, made ascending where values are equal. */
function fifths(values: readonly number[]): ClassBreaks {
  const sorted = [...values].sort((p, q) => p - q);
  let last = -Infinity;
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length))] ?? share * 5;
    const size = Math.max(1, Math.abs(last));
    last = value > last ? value : last + size * 1e-3;
    return last;
  };
  return [at(0.2), at(0.4), at(0.6), at(0.8)];
}
