import { canonicalJson } from "../count/exchange-digest.ts";
import { countChart, forestPlot } from "./chart.ts";
import { isFigure, type DocumentCell, type DocumentChart, type DocumentTable, type PaperDocument } from "./document.ts";
import { figureText } from "./figure.ts";
import { both, html, htmlPage, htmlTable, raw, type Html } from "./html.ts";
import { maskPersonal } from "./personal.ts";

/**
 * A document as one self-contained HTML page: no script, no outside file, Chinese and English to choose from, tables with captions and
 * head cells, charts with a text beside them. Every figure carries its origin as JSON in `data-trace`.
 */
export function documentHtml({ title, sections }: PaperDocument): string {
  const contents = sections.filter(({ level }) => level === 2);
  const body = html`<nav>${contents.map(({ id, heading }) => html`<a href="#${id}">${both(heading)}</a> `)}</nav>
${sections.map(
  ({ id, level, heading, text, charts, tables }) => html`<section id="${id}">
${level === 2 ? html`<h2>${both(heading)}</h2>` : html`<h3>${both(heading)}</h3>`}
${text.map((sentence) => html`<p>${both({ zh: maskPersonal(sentence.zh), en: maskPersonal(sentence.en) })}</p>\n`)}${charts.map(chart)}${tables.map(table)}</section>
`,
)}`;
  return htmlPage({ title, body });
}

const chart = (drawn: DocumentChart): Html =>
  drawn.kind === "counts" ? countChart(drawn.title, drawn.bars) : forestPlot(drawn.title, drawn.rows);

function table({ caption, columns, rows }: DocumentTable): Html {
  if (rows.length === 0) return html`<p class="dim">${both(caption)}: –</p>`;
  return htmlTable(
    caption,
    columns.map((column, i) => ({ ...column, cell: (row: readonly DocumentCell[]) => cellHtml(row[i]!) })),
    rows,
  );
}

function cellHtml(cell: DocumentCell): string | Html {
  if (typeof cell === "string") return maskPersonal(cell);
  if (!isFigure(cell)) return both({ zh: maskPersonal(cell.zh), en: maskPersonal(cell.en) });
  return cell.value === null
    ? raw("–")
    : html`<data value="${String(cell.value)}" data-trace="${canonicalJson(cell.trace)}">${figureText(cell)}</data>`;
}
