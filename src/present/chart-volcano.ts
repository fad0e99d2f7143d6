import { PvError } from "../error.ts";
import type { Wording } from "../report/wording.ts";
import type { Chart } from "./chart-make.ts";
import { linearScale, logScale } from "./chart-scale.ts";
import { scatterChart } from "./chart-scatter.ts";

/** A pair of a volcano plot. */
export interface VolcanoPoint {
  readonly label: string;
  /** PRR, ROR or any other ratio; Infinity and 0 are put on the edge. */
  readonly ratio: number;
  /** Natural logarithm of the p value, as `fisherLog` and `chiSquareLogP` give it, which is finite where p itself is 0. */
  readonly logP: number;
  readonly marked: boolean;
}

/** A pair of an IC plot. */
export interface IcPoint {
  readonly label: string;
  /** Reports with product and event. */
  readonly a: number;
  readonly ic: number;
  readonly marked: boolean;
}

/** How much of a scatter plot is drawn. */
export interface ScatterOptions {
  /** Most pairs drawn one by one; 400 unless told. */
  readonly most?: number | undefined;
  /** Most pairs named in the picture; 12 unless told. */
  readonly names?: number | undefined;
}

/**
 * Volcano plot: log2 of the ratio against −log10 of the p value. Of more than `most` pairs the picture, the data and the
 * specification keep those that are marked, then those with the smallest p, then those with the most extreme ratio; the others
 * are counted in 48 × 28 squares, so that a hundred thousand pairs stay a page. Infinite values are arrows at the edge, or
 * counted in its squares; pairs with a ratio or p value of NaN are counted in the text and not drawn.
 *
 * @throws PvError `INVALID_OPTION`
 * @example
 * volcanoChart({ zh: "火山图", en: "Volcano plot" }, [{ label: "A × B", ratio: 4, logP: -20, marked: true }]).data[0]?.["x"]; // 2
 */
export function volcanoChart(title: Wording, points: readonly VolcanoPoint[], options: ScatterOptions = {}): Chart {
  return scatterChart(
    points.map(({ label, ratio, logP, marked }) => ({
      label,
      x: Math.log2(ratio),
      // + 0, because −log10(1) is −0
      y: -logP / Math.LN10 + 0,
      marked,
    })),
    {
      title,
      xName: { zh: "比值的 log2", en: "log2 of the ratio" },
      yName: { zh: "p 值的 −log10", en: "−log10 of p" },
      xScale: linearScale,
      yScale: linearScale,
      specScale: "linear",
      xLines: [0],
      yLines: [],
      ...checked(options),
    },
  );
}

/**
 * Information component against the number of reports, on a logarithmic axis of reports; bounded as {@link volcanoChart} is,
 * higher IC before lower.
 *
 * @throws PvError `INVALID_OPTION`
 * @example
 * icChart({ zh: "IC", en: "IC" }, [{ label: "A × B", a: 12, ic: NaN, marked: false }]).data.length; // 0
 */
export function icChart(title: Wording, points: readonly IcPoint[], options: ScatterOptions = {}): Chart {
  return scatterChart(
    points.map(({ label, a, ic, marked }) => ({ label, x: a, y: ic, marked })),
    {
      title,
      xName: { zh: "报告数 a（对数轴）", en: "reports a (log axis)" },
      yName: { zh: "信息成分 IC", en: "information component" },
      xScale: logScale,
      yScale: linearScale,
      specScale: "log",
      xLines: [],
      yLines: [0],
      ...checked(options),
    },
  );
}

function checked({ most = 400, names = 12 }: ScatterOptions): { readonly most: number; readonly names: number } {
  for (const [name, value] of [
    ["most", most],
    ["names", names],
  ] as const)
    if (!(Number.isInteger(value) && value >= 0 && value <= 5000))
      throw new PvError("INVALID_OPTION", `${name}: expected a whole number from 0 to 5000, got ${value}`);
  return { most, names };
}
