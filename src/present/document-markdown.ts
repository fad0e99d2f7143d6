import type { Wording } from "../report/wording.ts";
import { isFigure, type DocumentCell, type DocumentChart, type DocumentTable, type PaperDocument } from "./document.ts";
import { figureText } from "./figure.ts";
import { maskPersonal } from "./personal.ts";

/**
 * A document as Markdown in one language; charts become the lines of their data. Characters that Markdown or HTML would take as marks
 * are escaped, so that a name from a report stays a name.
 */
export function documentMarkdown({ title, sections }: PaperDocument, language: keyof Wording): string {
  const lines = [`# ${escaped(title[language])}`];
  for (const { level, heading, text, charts, tables } of sections) {
    lines.push(`${"#".repeat(level)} ${escaped(heading[language])}`);
    lines.push(...text.map((sentence) => escaped(sentence[language])));
    lines.push(...charts.map((chart) => chartLines(chart, language)));
    lines.push(...tables.map((table) => tableLines(table, language)));
  }
  return `${lines.join("\n\n")}\n`;
}

const escaped = (text: string): string =>
  maskPersonal(text)
    .replace(/[\\`*_[\]<>|#~]/g, "\\$&")
    .replace(/\s*[\r\n]+\s*/g, " ");

function chartLines(chart: DocumentChart, language: keyof Wording): string {
  const ratio = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "–");
  const lines =
    chart.kind === "counts"
      ? chart.bars.map(({ label, count }) => `- ${escaped(label)}: ${count}`)
      : chart.rows.map(
          (row) => `- ${escaped(row.label)}: ${ratio(row.estimate)} (${ratio(row.lower)}–${ratio(row.upper)})`,
        );
  return `${escaped(chart.title[language])}\n\n${lines.length === 0 ? "–" : lines.join("\n")}`;
}

function tableLines({ caption, columns, rows }: DocumentTable, language: keyof Wording): string {
  if (rows.length === 0) return `${escaped(caption[language])}: –`;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${escaped(caption[language])}**`,
    "",
    line(columns.map(({ head }) => escaped(head[language]))),
    line(columns.map(({ number }) => (number === true ? "---:" : "---"))),
    ...rows.map((row) => line(row.map((cell) => cellText(cell, language)))),
  ].join("\n");
}

const cellText = (cell: DocumentCell, language: keyof Wording): string =>
  typeof cell === "string" ? escaped(cell) : isFigure(cell) ? figureText(cell) : escaped(cell[language]);
