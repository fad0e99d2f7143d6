import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { detectors, escapeHtml, fitWeibull, funnel, monitorSeries, onsetHistogram, seriesOf } from "pvsignal";
import { controlChart } from "../../src/present/chart-control.ts";
import { epidemicChart } from "../../src/present/chart-epidemic.ts";
import { forestChart } from "../../src/present/chart-forest.ts";
import { funnelChart } from "../../src/present/chart-funnel.ts";
import { heatMapChart } from "../../src/present/chart-heat-map.ts";
import { lotChart } from "../../src/present/chart-lots.ts";
import { svgFile, type Chart } from "../../src/present/chart-make.ts";
import { onsetChart } from "../../src/present/chart-onset.ts";
import { provinceChart, PROVINCE_TILES } from "../../src/present/chart-province.ts";
import { volcanoChart } from "../../src/present/chart-volcano.ts";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";
import { chartCases } from "./chart-cases.ts";
import { isValid, type Schema } from "./json-schema.ts";

const words = { zh: "标题", en: "Title" };
const cases = Object.entries(chartCases());
const code = (call: string): unknown => expect.objectContaining({ code: call });

/** Elements by name, and every attribute, of well-formed XML; anything else throws. */
function parse(xml: string): { elements: Map<string, number>; attributes: [string, string][] } {
  const elements = new Map<string, number>();
  const attributes: [string, string][] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    elements.set(tag.name, (elements.get(tag.name) ?? 0) + 1);
    attributes.push(...Object.entries<string>(tag.attributes as Record<string, string>));
  });
  parser.write(xml).close();
  return { elements, attributes };
}

describe.each(cases)("%s chart", (_, chart) => {
  test("is an image with a title, a description in both languages and a table", () => {
    const { markup } = chart.svg;
    expect(markup).toMatch(/^<svg class="pv-chart" role="img"/);
    expect(markup).toContain(`<title>${escapeHtml(`${chart.title.zh} / ${chart.title.en}`)}</title>`);
    expect(markup).toContain(`<desc>${escapeHtml(`${chart.text.zh} / ${chart.text.en}`)}</desc>`);
    expect(chart.text.zh).not.toBe(chart.text.en);
    expect(chart.table.markup).toContain('<th scope="col"');
    expect(chart.figure.markup).toContain(markup);
    expect(chart.figure.markup).toContain("<figcaption>");
  });

  test("is well-formed, has no script and no coordinate that is not a number", () => {
    const { elements, attributes } = parse(svgFile(chart, "zh"));
    expect([...elements.keys()].filter((name) => ["script", "foreignObject", "image", "a"].includes(name))).toEqual([]);
    expect(attributes.filter(([name, value]) => name.startsWith("on") || /NaN|Infinity|undefined/.test(value))).toEqual(
      [],
    );
    expect(elements.get("svg")).toBe(1);
  });

  test("as a file speaks one language", () => {
    const [zh, en] = [svgFile(chart, "zh"), svgFile(chart, "en")];
    expect(zh).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" xml:lang="zh-CN"/);
    expect(zh).not.toContain('<tspan lang="en">');
    expect(en).not.toContain('<tspan lang="zh">');
    expect(zh).toContain(`<text class="head" x="12" y="-8">${escapeHtml(chart.title.zh)}</text>`);
  });

  test("has specifications that are JSON and differ in words alone", () => {
    const { zh, en } = chart.spec;
    expect(JSON.parse(JSON.stringify(zh))).toEqual(zh);
    expect(zh.data).toEqual(en.data);
    expect(zh.title).toBe(chart.title.zh);
    expect(en.description).toBe(chart.text.en);
  });
});

describe("specifications", () => {
  const schema = JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, "../fixtures/vega-lite-v5-schema.json.gz"))).toString("utf8"),
  ) as Schema;

  test.each(cases)("of the %s chart agree with the schema of Vega-Lite v5", (_, { spec }) => {
    expect(isValid(spec.zh, schema, schema)).toBe(true);
    expect(isValid(spec.en, schema, schema)).toBe(true);
  });

  test("that are wrong do not", () => {
    const { en } = chartCases()["onset"]!.spec;
    const layer = "layer" in en ? en.layer[0]! : undefined;
    expect(isValid({ ...en, layer: [{ ...layer, mark: { type: "pie" } }] }, schema, schema)).toBe(false);
    expect(isValid({ ...en, layer: [{ ...layer, encoding: { x: { field: 3 } } }] }, schema, schema)).toBe(false);
    expect(isValid({ ...en, layer: [{ ...layer, encoding: { z: { field: "a" } } }] }, schema, schema)).toBe(false);
    expect(isValid({ ...en, data: undefined, layer: "none" }, schema, schema)).toBe(false);
  });
});

test("hostile names stay text everywhere", () => {
  const hostile = `</style><script>alert("1")</script>]]>&'\u0000<tspan lang="en">`;
  for (const [, chart] of Object.entries(chartCases(hostile))) {
    const { elements } = parse(svgFile(chart, "en"));
    expect(elements.has("script")).toBe(false);
    for (const markup of [chart.svg.markup, chart.figure.markup]) {
      expect(markup).not.toContain("<script");
      expect(markup.match(/<\/style>/g)).toHaveLength(1);
    }
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const chart = forestChart({ zh: name, en: name }, [{ label: name, estimate: 1, lower: 0.5, upper: 2 }]);
      parse(svgFile(chart, "zh"));
    }),
    { numRuns: 100 },
  );
});

test("the same data give the same bytes", () => {
  expect(JSON.stringify(chartCases())).toBe(JSON.stringify(chartCases()));
});

test("without data there is a chart that says so", () => {
  for (const chart of [
    forestChart(words, []),
    volcanoChart(words, []),
    heatMapChart(words, []),
    epidemicChart(words, []),
    controlChart(words, []),
    lotChart(words, []),
    provinceChart(words, []),
    funnelChart(words, funnel([])),
    onsetChart(words, []),
  ]) {
    expect(chart.text.en).toBe("no data");
    parse(svgFile(chart, "en"));
  }
});

test("another language is the caller's mistake", () => {
  expect(() => svgFile(cases[0]![1], "fr" as "en")).toThrow(code("INVALID_OPTION"));
});

const paths = (chart: Chart, look: string): string[] =>
  [...chart.svg.markup.matchAll(/<path class="([^"]*)" d="([^"]*)"><title>([^<]*)/g)]
    .filter(([, classes]) => classes!.split(" ").includes(look))
    .map(([, , d, tip]) => `${tip}|${d}`);

describe("values that are not numbers", () => {
  test("in a forest plot: infinite on the right edge, 0 on the left, undefined without a mark", () => {
    const { forest } = chartCases();
    const marks = [...paths(forest!, "fill-main"), ...paths(forest!, "fill-alert")];
    expect(marks).toHaveLength(4);
    expect(marks.find((mark) => mark.startsWith("B"))).toBe("B: ∞|M644 36L651 43L644 50z");
    expect(marks.find((mark) => mark.startsWith("C: 0"))).toBe("C: 0 (0–2)|M256 58L249 65L256 72z");
    expect(marks.some((mark) => mark.startsWith("D"))).toBe(false);
    expect(forest!.text.en).toBe("5 rows: 1 with a lower limit above 1, 1 infinite, 1 undefined.");
    expect(forest!.spec.en.data.values[1]).toMatchObject({ estimate: null, estimate_is: "Infinity", lower_is: "NaN" });
  });

  test("in a series break the lines and are no bar of height 0", () => {
    const { markup } = epidemicChart(words, [
      { time: "1", byEvent: 2, byReceipt: 1, expected: 3, lower: 2, upper: 4 },
      { time: "2", byEvent: NaN, byReceipt: 0 },
      { time: "3", byEvent: 1, byReceipt: 2, expected: 3, lower: 2, upper: 4 },
      { time: "4", byEvent: 1, byReceipt: 2, expected: 3, lower: 2, upper: 4 },
    ]).svg;
    expect(/<path class="line-second" d="([^"]*)"/.exec(markup)![1]!.match(/M/g)).toHaveLength(2);
    expect(markup).toContain("<title>2: –</title>");
    expect(markup.match(/<rect class="fill-main"[^>]*><title>/g)).toHaveLength(3);
  });
});

describe("a volcano plot", () => {
  const draws = seededRandom(5);
  const random = (): number => draws.next();
  const points = Array.from({ length: 20_000 }, (_, i) => {
    const ratio = i % 500 === 0 ? NaN : Math.exp(4 * (random() - 0.5));
    return { label: `pair ${i}`, ratio, logP: -30 * random() * Math.abs(Math.log(ratio)), marked: i % 1000 === 7 };
  });
  const chart = volcanoChart(words, points);

  test("of many pairs keeps the marked and the extreme ones and counts the others", () => {
    const single = chart.data.filter(({ kind }) => kind === "point");
    const squares = chart.data.filter(({ kind }) => kind === "bin");
    expect(single).toHaveLength(400);
    expect(single.filter(({ marked }) => marked)).toHaveLength(20);
    expect(squares.length).toBeLessThanOrEqual(48 * 28);
    expect(squares.reduce((sum, { count }) => sum + Number(count), 0)).toBe(20_000 - 40 - 400);
    const unmarked = points
      .filter(({ marked, logP }) => !marked && !Number.isNaN(logP))
      .map(({ logP }) => -logP / Math.LN10);
    const least = Math.min(...single.filter(({ marked }) => !marked).map(({ y }) => Number(y)));
    expectClose(least, unmarked.sort((p, q) => q - p)[379]!, 1e-15);
    expect(chart.text.en).toContain("40 undefined and not drawn");
  });

  test("stays a page whatever the number of pairs", () => {
    expect(chart.svg.markup.length).toBeLessThan(250_000);
    expect(JSON.stringify(chart.spec.en).length).toBeLessThan(250_000);
  });

  test("of few pairs draws each, with log2 of its ratio", () => {
    const few = volcanoChart(words, [{ label: "A", ratio: 8, logP: Math.log(1e-5), marked: false }]);
    expectClose(Number(few.data[0]!["x"]), 3, 1e-15);
    expectClose(Number(few.data[0]!["y"]), 5, 1e-14);
  });

  test("takes a sensible number of points", () => {
    expect(() => volcanoChart(words, [], { most: -1 })).toThrow(code("INVALID_OPTION"));
  });
});

describe("a heat map", () => {
  test("puts the highest scores first and says what it left out", () => {
    const cells = Array.from({ length: 40 }, (_, i) => ({ product: `p${i}`, event: `e${i % 3}`, score: i / 10 }));
    const chart = heatMapChart(words, cells, { mostProducts: 5, mostEvents: 2 });
    expect(chart.data.map(({ product, event }) => `${product} ${event}`)).toEqual([
      "p39 e0",
      "p38 e2",
      "p36 e0",
      "p35 e2",
    ]);
    expect(chart.text.en).toContain("35 products and 1 events not drawn");
  });

  test("refuses a pair given twice and borders that do not ascend", () => {
    const cell = { product: "A", event: "B", score: 1 };
    expect(() => heatMapChart(words, [cell, cell])).toThrow(code("INVALID_ARGUMENT"));
    expect(() => heatMapChart(words, [cell], { breaks: [0, 1, 1, 2] })).toThrow(code("INVALID_OPTION"));
  });
});

describe("a province map", () => {
  test("has 34 tiles, none on another", () => {
    expect(new Set(PROVINCE_TILES.map(({ column, row }) => `${column} ${row}`)).size).toBe(34);
    expect(PROVINCE_TILES.every(({ column, row }) => column >= 0 && column < 9 && row >= 0 && row < 8)).toBe(true);
  });

  test("keeps north above south and west before east within the mainland's corners", () => {
    const at = (name: string): { column: number; row: number } => PROVINCE_TILES.find(({ en }) => en === name)!;
    expect(at("Heilongjiang").row).toBeLessThan(at("Hainan").row);
    expect(at("Xinjiang").column).toBeLessThan(at("Shanghai").column);
    expect(at("Beijing").row).toBeLessThan(at("Guangdong").row);
  });

  test("draws every division, with or without a value", () => {
    const { province } = chartCases();
    expect(province!.data).toHaveLength(3);
    expect(province!.svg.markup.match(/<rect [^>]*><title>/g)).toHaveLength(34);
    expect(province!.text.en).toContain("3 provincial divisions with data, 31 without, 1 undefined");
  });

  test("refuses codes of no province and one given twice", () => {
    expect(() => provinceChart(words, [{ code: "99", value: 1 }])).toThrow(code("INVALID_ARGUMENT"));
    expect(() => provinceChart(words, [{ code: "constructor", value: 1 }])).toThrow(code("INVALID_ARGUMENT"));
    const twice = ["14", "140100"].map((each) => ({ code: each, value: 1 }));
    expect(() => provinceChart(words, twice)).toThrow(code("INVALID_ARGUMENT"));
  });
});

describe("charts of results", () => {
  test("a control chart marks each alarm and each point that was not tested", () => {
    const { points, alarms } = monitorSeries(seriesOf({ counts: [2, 1, 3, 2, 2, 1, 3, 9] }), detectors.earsC1());
    const chart = controlChart(words, points);
    expect(paths(chart, "fill-alert")).toHaveLength(alarms.length);
    expect(chart.text.en).toBe(
      `8 points: 1 alarms (7), ${points.filter(({ state }) => state !== "tested").length} not tested.`,
    );
  });

  test("an onset chart expects as many reports as there are", () => {
    const days = [0, 0, 1, 2, 3, 5, 8, 13, 40, 90, 400];
    const fit = fitWeibull(days.map((day) => day + 0.5));
    const { data } = onsetChart(words, onsetHistogram(days), fit);
    expectClose(
      data.reduce((sum, { fitted }) => sum + Number(fitted), 0),
      days.length,
      1e-12,
    );
    // 1 − exp(−(t/λ)^k) at the median is one half.
    const half = onsetChart(words, onsetHistogram(days, [0, fit.median]), fit).data[0]!["fitted"];
    expectClose(Number(half), days.length / 2, 1e-12);
  });

  test("a funnel plot marks the places outside the widest limits and counts those without units", () => {
    const places = [38, 40, 37, 95].map((reports, i) => ({ label: `P${i}`, reports, units: 1e5 }));
    const chart = funnelChart(words, funnel([...places, { label: "Q", reports: 1, units: 0 }]));
    expect(chart.data.filter(({ outside }) => outside).map(({ place }) => place)).toEqual(["P3"]);
    expect(chart.text.en).toContain("1 without known units");
  });

  test("a lot chart counts reports by day and refuses impossible lots", () => {
    const lot = { lot: "A", days: ["2024-01-03", "2024-01-01", "2024-01-03"], marked: false };
    expect(lotChart(words, [lot]).data).toMatchObject([
      { date: "2024-01-01", count: 1 },
      { date: "2024-01-03", count: 2 },
    ]);
    expect(() => lotChart(words, [{ ...lot, days: ["2024-02-30"] }])).toThrow(code("INVALID_DATE"));
    expect(() => lotChart(words, [lot, lot])).toThrow(code("INVALID_ARGUMENT"));
    expect(() => lotChart(words, [{ ...lot, from: "2024-02-01", to: "2024-01-01" }])).toThrow(code("INVALID_ARGUMENT"));
    expect(lotChart(words, [lot, { ...lot, lot: "B" }], 1).text.en).toContain("lots not drawn: 1");
  });
});
