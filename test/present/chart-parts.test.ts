import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHART_COLOURS, type ChartColours } from "../../src/present/chart-colour.ts";
import { chartNumber } from "../../src/present/chart-number.ts";
import { bandScale, cutText, dayScale, linearScale, logScale, textWidth } from "../../src/present/chart-scale.ts";
import { expectClose } from "../close.ts";

const linear = (hex: string): number[] =>
  [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
const weighted = (weights: readonly number[], rgb: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * rgb[i]!, 0);

/** WCAG 2.2 contrast ratio. */
function contrast(p: string, q: string): number {
  const [low, high] = [p, q].map((hex) => weighted([0.2126, 0.7152, 0.0722], linear(hex))).sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** Machado, Oliveira, Fernandes (2009) doi:10.1109/TVCG.2009.113, severity 1. */
const VISION: Readonly<Record<string, readonly (readonly number[])[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** CIE L*a*b* of linear sRGB under D65. */
function lab(rgb: readonly number[]): number[] {
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f(weighted([0.4124, 0.3576, 0.1805], rgb) / 0.9505);
  const y = f(weighted([0.2126, 0.7152, 0.0722], rgb));
  const z = f(weighted([0.0193, 0.1192, 0.9505], rgb) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(Object.entries<ChartColours>(CHART_COLOURS))("colours of the %s theme", (_, colours) => {
  test("text stands out 4.5 : 1, marks 3 : 1", () => {
    for (const ink of [colours.ink, colours.dim]) expect(contrast(ink, colours.paper)).toBeGreaterThanOrEqual(4.5);
    for (const mark of [colours.main, colours.alert, colours.second, colours.third, colours.dim])
      expect(contrast(mark, colours.paper)).toBeGreaterThanOrEqual(3);
    for (const { fill, ink } of colours.classes) expect(contrast(ink, fill)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.keys(VISION))("marks differ for %s vision", (name) => {
    const seen = [colours.main, colours.alert, colours.second, colours.third].map((hex) =>
      lab(VISION[name]!.map((row) => Math.min(1, Math.max(0, weighted(row, linear(hex)))))),
    );
    for (const [i, p] of seen.entries())
      for (const q of seen.slice(i + 1)) expect(Math.hypot(...p.map((each, k) => each - q[k]!))).toBeGreaterThan(15);
  });

  test("classes run in one direction of lightness, each a visible step from the next", () => {
    const lights = colours.classes.map(({ fill }) => lab(linear(fill))[0]!);
    const steps = lights.slice(1).map((light, i) => light - lights[i]!);
    expect(new Set(steps.map(Math.sign)).size).toBe(1);
    expect(Math.min(...steps.map(Math.abs))).toBeGreaterThan(5);
  });
});

describe("numbers", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [NaN, "–"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [12345, "12345"],
    [1234567, "1.23e6"],
    [0.99999, "1"],
    [9999.6, "10000"],
    [0.00012345, "0.000123"],
    [0.000012345, "1.23e−5"],
    [-2.5, "−2.5"],
    [999999.9, "1e6"],
  ])("%d is written %s", (value, text) => {
    expect(chartNumber(value)).toBe(text);
  });

  test("are right to three digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), (value) => {
        const read = Number(chartNumber(value).replaceAll("−", "-"));
        expect(Math.abs(read - value)).toBeLessThanOrEqual(0.00501 * Math.abs(value));
      }),
    );
  });
});

describe("scales", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { maxLength: 20 });

  test("keep order, hold every value, end on ticks and can be read back", () => {
    fc.assert(
      fc.property(values, (list) => {
        const scale = linearScale(list, 0, 500);
        for (const value of list) {
          // Rounding may go past the end by some 1e-13 of a pixel; a tenth is drawn.
          expect(Math.abs(scale.at(value) - 250)).toBeLessThanOrEqual(250 + 1e-9);
        }
        const sorted = [...list].sort((p, q) => p - q).map(scale.at);
        expect(sorted).toEqual([...sorted].sort((p, q) => p - q));
        expect(scale.ticks.length).toBeGreaterThan(1);
        expect(scale.ticks.length).toBeLessThan(15);
        expectClose(scale.at(scale.back(123)), 123, 1e-6);
      }),
    );
  });

  test("a logarithmic one puts 0 and less on the low end and infinity on the high end", () => {
    const scale = logScale([0, 1, 100, Infinity], 0, 200);
    expect([0, -1, 1, 10, 100, Infinity].map(scale.at)).toEqual([0, 0, 0, 100, 200, 200]);
    expectClose(scale.back(150), 10 ** 1.5, 1e-12);
    expect(scale.ticks.map(({ label }) => label)).toEqual(["1", "2", "5", "10", "20", "50", "100"]);
  });

  test("days have ticks on first days of months", () => {
    expect(dayScale([19_700, 20_000], 0, 100).ticks.map(({ label }) => label)).toEqual([
      "2024-01",
      "2024-03",
      "2024-05",
      "2024-07",
      "2024-09",
    ]);
    expect(dayScale([0, 3], 0, 100).ticks.map(({ label }) => label)).toEqual([
      "1970-01-01",
      "1970-01-02",
      "1970-01-03",
      "1970-01-04",
    ]);
  });

  test("of names give only as many as fit", () => {
    const scale = bandScale(
      Array.from({ length: 100 }, (_, i) => `2024-W${i}`),
      0,
      600,
    );
    const gaps = scale.ticks.slice(1).map(({ at }, i) => at - scale.ticks[i]!.at);
    expect(Math.min(...gaps)).toBeGreaterThan(textWidth("2024-W99"));
  });
});

test("labels are cut to their width between characters", () => {
  expect(cutText("short", 100)).toBe("short");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 20, max: 80 }), (text, width) => {
      const cut = cutText(text, width);
      expect(textWidth(cut)).toBeLessThanOrEqual(Math.max(width, textWidth("…")));
      expect(cut).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
