import { PvError } from "../error.ts";
import { CHART_COLOURS } from "./chart-colour.ts";
import { chartNumber } from "./chart-number.ts";
import type { Json } from "./chart-spec.ts";
import { signs, type LegendEntry } from "./chart-svg.ts";

/** Four ascending borders of five classes; a value on a border belongs to the upper class. */
export type ClassBreaks = readonly [number, number, number, number];

/** @throws PvError `INVALID_OPTION` */
export function checkBreaks(breaks: ClassBreaks): ClassBreaks {
  const given: readonly number[] = breaks;
  if (given.length !== 4 || !given.every((each, i) => Number.isFinite(each) && (i === 0 || each > given[i - 1]!)))
    throw new PvError("INVALID_OPTION", `breaks: expected four ascending numbers, got ${breaks.join(", ")}`);
  return breaks;
}

/** Class 0 … 4 of a value; infinities are in the outer classes; −1 for NaN. */
export const classOf = (value: number, breaks: ClassBreaks): number =>
  Number.isNaN(value) ? -1 : breaks.filter((each) => value >= each).length;

/** A legend of the classes. */
export const classLegend = (breaks: ClassBreaks): readonly LegendEntry[] =>
  Array.from({ length: 5 }, (_, i) => {
    const [low, high] = [breaks[i - 1], breaks[i]];
    const text =
      low === undefined
        ? `< ${chartNumber(high!)}`
        : high === undefined
          ? `≥ ${chartNumber(low)}`
          : `${chartNumber(low)} – < ${chartNumber(high)}`;
    return { sign: signs.box(`q${i} cell`), text: { zh: text, en: text } };
  });

/** The classes as a scale of a specification. */
export const classScale = (breaks: ClassBreaks): { readonly [key: string]: Json } => ({
  type: "threshold",
  domain: [...breaks],
  range: CHART_COLOURS.light.classes.map(({ fill }) => fill),
});

/** Ink of the text on a class, as a condition of a specification. */
export const classInk = (field: string, breaks: ClassBreaks): { readonly [key: string]: Json } => ({
  condition: { test: `datum.${field} >= ${breaks[2]}`, value: CHART_COLOURS.light.classes[4]!.ink },
  value: CHART_COLOURS.light.ink,
});
