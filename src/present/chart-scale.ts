import { dayOf, isoDay } from "../report/date.ts";
import { chartNumber } from "./chart-number.ts";

/** A place on an axis with its label. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** From values to pixels. What lies outside, infinities too, is put on the nearer end; NaN has no place and must not be asked for. */
export interface Scale {
  readonly at: (value: number) => number;
  /** The value at a pixel. */
  readonly back: (pixel: number) => number;
  readonly ticks: readonly Tick[];
  /** The pixels of the low and the high end. */
  readonly from: number;
  readonly to: number;
}

const finiteRange = (values: Iterable<number>): [low: number, high: number] => {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
};

const between = (low: number, high: number, from: number, to: number): Pick<Scale, "at" | "back" | "from" | "to"> => {
  const slope = (to - from) / (high - low);
  return {
    at: (value) => from + (Math.min(high, Math.max(low, value)) - low) * slope,
    back: (pixel) => low + (pixel - from) / slope,
    from,
    to,
  };
};

/** A linear axis that holds all finite values and ends on round numbers. */
export function linearScale(values: Iterable<number>, from: number, to: number, tickCount = 5): Scale {
  const [least, most] = finiteRange(values);
  const size = Math.max(Math.abs(least), Math.abs(most));
  // Below that, ticks would no longer be different numbers.
  const span = most - least > Math.max(1e-300, 1e-10 * size) ? most - least : Math.max(1, size);
  const rough = span / tickCount;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  const place = between(first * step, last * step, from, to);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { ...place, ticks: ticks.map((value) => ({ at: place.at(value), label: chartNumber(value, 6) })) };
}

/** A logarithmic axis over whole decades that holds all finite positive values; zero and less are put on the low end. */
export function logScale(values: Iterable<number>, from: number, to: number): Scale {
  const logs: number[] = [];
  for (const value of values) if (value > 0 && value < Infinity) logs.push(Math.log10(value));
  const [least, most] = finiteRange(logs);
  const low = Math.floor(least + 1e-9);
  const high = Math.max(low + 1, Math.ceil(most - 1e-9));
  const place = between(low, high, from, to);
  const at = (value: number): number => place.at(value > 0 ? Math.log10(value) : low);
  const back = (pixel: number): number => 10 ** place.back(pixel);
  const every = Math.ceil((high - low) / 8);
  const factors = high - low <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => i)
    .filter((i) => i % every === 0)
    .flatMap((i) => factors.map((factor) => Number(`${factor}e${low + i}`)))
    .filter((value) => Math.log10(value) <= high + 1e-9);
  return { ...place, at, back, ticks: ticks.map((value) => ({ at: at(value), label: chartNumber(value) })) };
}

/** Equal places for named points; only as many names as fit are given. */
export interface BandScale extends Scale {
  /** Width of one place. */
  readonly step: number;
}

/** Places 0, 1, 2 … in a row; `at` is the middle of a place. */
export function bandScale(names: readonly string[], from: number, to: number): BandScale {
  const step = (to - from) / Math.max(1, names.length);
  const at = (i: number): number => from + (i + 0.5) * step;
  const widest = names.reduce((most, name) => Math.max(most, textWidth(name)), 0);
  const every = Math.max(1, Math.ceil((widest + 12) / step));
  const ticks = names.flatMap((label, i) => (i % every === 0 ? [{ at: at(i), label }] : []));
  return { at, back: (pixel) => (pixel - from) / step - 0.5, from, to, step, ticks };
}

/** Steps between dates on an axis, in months; days and weeks below. */
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240];

/** An axis of day numbers with dates at the beginnings of months, or every so many days where it is short. */
export function dayScale(days: Iterable<number>, from: number, to: number, tickCount = 8): Scale {
  const [first, last] = finiteRange(days);
  const place = between(first, Math.max(first + 1, last), from, to);
  const { at } = place;
  const span = Math.max(1, last - first);
  const dayStep = [1, 2, 7, 14].find((step) => span / step <= tickCount);
  if (dayStep !== undefined) {
    const starts = Array.from({ length: Math.floor(span / dayStep) + 1 }, (_, i) => first + i * dayStep);
    return { ...place, ticks: starts.map((day) => ({ at: at(day), label: isoDay(day) })) };
  }
  const step = MONTH_STEPS.find((months) => span / 30.44 / months <= tickCount) ?? 600;
  const month = (day: number): number => Number(isoDay(day).slice(0, 4)) * 12 + Number(isoDay(day).slice(5, 7)) - 1;
  const ticks: Tick[] = [];
  for (let m = Math.ceil(month(first) / step) * step; m <= month(last); m += step) {
    const day = dayOf(Math.floor(m / 12), (m % 12) + 1, 1);
    if (day >= first) ticks.push({ at: at(day), label: isoDay(day).slice(0, step % 12 === 0 ? 4 : 7) });
  }
  return { ...place, ticks };
}

/** Characters as wide as they are high: Chinese, Japanese, Korean and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** About how wide a text is, in pixels; there is no font to ask. */
export function textWidth(text: string, size = 11): number {
  let width = 0;
  for (const ch of text)
    width += WIDE.test(ch) ? 1 : /[A-Z0-9mwMW@%&]/.test(ch) ? 0.66 : /[ilI.,;:'|!()[\]]/.test(ch) ? 0.34 : 0.55;
  return width * size;
}

/** The text, or as much of it as fits with `…` behind; never half a character. */
export function cutText(text: string, width: number, size = 11): string {
  if (textWidth(text, size) <= width) return text;
  let used = textWidth("…", size);
  let out = "";
  for (const ch of text) {
    used += textWidth(ch, size);
    if (used > width) break;
    out += ch;
  }
  return `${out.trimEnd()}…`;
}
