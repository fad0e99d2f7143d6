import { PvError } from "../error.ts";
import type { Wording } from "../report/wording.ts";
import { chartStyle } from "./chart-colour.ts";
import { chartNumber } from "./chart-number.ts";
import { jsonRow, vegaLite, type JsonRow, type VegaLiteSpec, type VegaLiteView } from "./chart-spec.ts";
import { blank, box, CHART_WIDTH, group, words } from "./chart-svg.ts";
import { both, escapeHtml, html, htmlTable, raw, type Html } from "./html.ts";

/** A row of chart data; NaN and infinities stand for themselves. */
export type ChartRow = Readonly<Record<string, string | number | boolean | null>>;

/** One picture in every form that people and programs read. */
export interface Chart {
  readonly title: Wording;
  /** What the picture shows, in words. */
  readonly text: Wording;
  /** What is drawn, as plain rows. */
  readonly data: readonly ChartRow[];
  /** Vega-Lite v5 specifications with the data inside; see {@link jsonRow} for numbers that JSON cannot hold. */
  readonly spec: { readonly zh: VegaLiteSpec; readonly en: VegaLiteSpec };
  /** Inline SVG that shows the language chosen on an `htmlPage`, light and dark. */
  readonly svg: Html;
  /** The data as a table. */
  readonly table: Html;
  /** Picture, caption and table to unfold. */
  readonly figure: Html;
}

/** A field of the data as a column of the table. */
export interface ChartField {
  readonly name: string;
  readonly head: Wording;
  /** Words for the codes of the field. */
  readonly words?: Readonly<Record<string, Wording>> | undefined;
}

/** What a kind of chart gives; the rest is the same for all. */
export interface Drawing {
  readonly title: Wording;
  readonly text: Wording;
  readonly data: readonly ChartRow[];
  readonly fields: readonly ChartField[];
  /** Rows of the table where they are not the data. */
  readonly tableRows?: readonly ChartRow[] | undefined;
  readonly height: number;
  readonly body: Html;
  readonly view: (language: keyof Wording) => VegaLiteView;
  /** Rows of the specification where they are not the data. */
  readonly values?: readonly ChartRow[] | undefined;
}

const nothing: Wording = { zh: "无数据", en: "no data" };
const unfold: Wording = { zh: "图中数据", en: "Data of this chart" };

/** All forms of one chart. */
export function makeChart(drawing: Drawing): Chart {
  const { title, data, fields, tableRows = data, view } = drawing;
  const isEmpty = data.length === 0;
  const text = isEmpty ? nothing : drawing.text;
  const height = isEmpty ? 60 : drawing.height;
  const body = isEmpty ? words(nothing, CHART_WIDTH / 2, 34, { anchor: "middle", look: "dim" }) : drawing.body;
  const svg = html`<svg class="pv-chart" role="img" viewBox="0 0 ${CHART_WIDTH} ${height}" width="${CHART_WIDTH}" height="${height}"><title>${title.zh} / ${title.en}</title><desc>${text.zh} / ${text.en}</desc><style>${raw(chartStyle)}</style>${box("paper", 0, 0, CHART_WIDTH, height)}${body}</svg>`;
  const columns = fields.map(({ name, head, words: codes }) => ({
    head,
    cell: (row: ChartRow) => {
      const word = codes?.[String(row[name])];
      return word === undefined ? cellText(row[name] ?? null) : both(word);
    },
    number: tableRows.some((row) => typeof row[name] === "number"),
  }));
  const table = htmlTable(title, columns, tableRows);
  const values: readonly JsonRow[] = (drawing.values ?? data).map(jsonRow);
  return {
    title,
    text,
    data,
    spec: {
      zh: vegaLite("zh", title, text, values, view("zh")),
      en: vegaLite("en", title, text, values, view("en")),
    },
    svg,
    table,
    figure: html`<figure>
      ${svg}
      <figcaption><strong>${both(title)}</strong><br />${both(text)}</figcaption>
      ${isEmpty ? blank : html`<details><summary>${both(unfold)}</summary>${table}</details>`}
    </figure> `,
  };
}

const cellText = (value: string | number | boolean | null): string | Html => {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? both({ zh: "是", en: "yes" }) : both({ zh: "否", en: "no" });
  return typeof value === "number" ? chartNumber(value, 4) : value;
};

const HEAD = 28;

/**
 * A chart as the text of an SVG file in one language, with its title above the picture: to be pasted into a form, printed or
 * archived. It follows the reader's light or dark theme as the page does.
 *
 * @throws PvError `INVALID_OPTION` for another language
 * @example
 * svgFile(forestChart({ zh: "森林图", en: "Forest plot" }, []), "zh").startsWith("<svg xmlns="); // true
 */
export function svgFile({ svg, title, text }: Chart, language: keyof Wording): string {
  if (!["zh", "en"].includes(language))
    throw new PvError("INVALID_OPTION", `language: expected "zh" or "en", got ${JSON.stringify(language)}`);
  const other = language === "zh" ? "en" : "zh";
  // Text is escaped, so that no "<" stands inside a tspan but ours.
  const markup = svg.markup
    .replace(new RegExp(`<tspan lang="${other}">[^<]*</tspan>|<tspan class="both">[^<]*</tspan>`, "g"), "")
    .replace(
      /<title>[^<]*<\/title><desc>[^<]*<\/desc>/,
      () => `<title>${escapeHtml(title[language])}</title><desc>${escapeHtml(text[language])}</desc>`,
    );
  const height = Number(/ height="(\d+)"/.exec(markup)?.[1]) + HEAD;
  const head = group(
    box("paper", 0, -HEAD, CHART_WIDTH, 1),
    html`<text class="head" x="12" y="-8">${title[language]}</text>`,
  ).markup;
  return markup
    .replace(
      /^<svg[^>]*>/,
      `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${language === "zh" ? "zh-CN" : "en"}" class="pv-chart" role="img" viewBox="0 -${HEAD} ${CHART_WIDTH} ${height}" width="${CHART_WIDTH}" height="${height}">`,
    )
    .replace("</style>", () => `</style>${head}`);
}
