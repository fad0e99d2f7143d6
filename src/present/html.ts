import type { Wording } from "../report/wording.ts";

/** A piece of HTML that is already safe; only {@link html}, {@link raw} and what is built on them make one. */
export interface Html {
  readonly markup: string;
}

/** Marks text as HTML. Only for markup of our own. */
export const raw = (markup: string): Html => ({ markup });

/** Escapes text for element content and quoted attributes; control characters that no HTML may hold become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (ch) => entities[ch]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Template tag: values are escaped unless they are {@link Html}; lists are joined. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return raw(strings.map((text, i) => (i === 0 ? text : asMarkup(values[i - 1]!) + text)).join(""));
}

function asMarkup(value: string | number | Html | readonly Html[]): string {
  if (typeof value === "object") return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
  return escapeHtml(String(value));
}

/** Both languages of one text; the page shows the chosen one. */
export const both = ({ zh, en }: Wording): Html => html`<span lang="zh">${zh}</span><span lang="en">${en}</span>`;

const style = `
:root { color-scheme: light dark; --ink: #1d2430; --dim: #56616f; --line: #d4dae2; --paper: #fff; --band: #f3f6f9; --mark: #b3261e; --bar: #2f6f9f; --accent: #0b5c8a; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --dim: #a3aebb; --line: #38424f; --paper: #12171e; --band: #1a212a; --mark: #ff8a80; --bar: #6fb3e0; --accent: #7cc4f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.5rem 4rem; font: 15px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.7rem; margin: 1rem 0 .3rem; } h2 { margin: 2.4rem 0 .4rem; padding-top: .6rem; border-top: 2px solid var(--line); font-size: 1.3rem; } h3 { margin: 1.6rem 0 .4rem; font-size: 1.05rem; }
p { margin: .4rem 0; max-width: 60rem; } .dim { color: var(--dim); }
nav a { margin-right: 1rem; } a { color: var(--accent); }
fieldset.language { border: 0; padding: 0; margin: .5rem 0; } fieldset.language legend { float: left; padding: 0 .6rem 0 0; color: var(--dim); } fieldset.language label { margin-right: 1rem; }
:root:has(#show-zh:checked) [lang="en"]:not(html), :root:has(#show-en:checked) [lang="zh"] { display: none; }
:root:has(#show-both:checked) [lang="zh"] + [lang="en"]::before { content: " / "; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1rem; font-size: .9rem; }
caption { text-align: left; color: var(--dim); padding-bottom: .3rem; }
th, td { padding: .28rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--dim); white-space: nowrap; } tbody tr:nth-child(even) { background: var(--band); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: .6rem 0 1.2rem; } figcaption { color: var(--dim); font-size: .9rem; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 11px; } svg .axis { stroke: var(--dim); } svg .grid { stroke: var(--line); } svg .bar { fill: var(--bar); } svg .hit { fill: var(--mark); } svg .limit { stroke: var(--bar); stroke-width: 2; }
article.alert { border-left: 4px solid var(--mark); padding: .1rem 0 .1rem 1rem; margin: 1rem 0; }
code { font-size: .85em; overflow-wrap: anywhere; }
@media print { fieldset.language, nav { display: none; } h2 { break-before: auto; } table, figure, article { break-inside: avoid; } }
`;

/**
 * One self-contained HTML document: no scripts, no outside files. A choice at the top shows Chinese, English or both.
 */
export function htmlPage({ title, body }: { readonly title: Wording; readonly body: Html }): string {
  return html`<!doctype html>
    <html lang="zh">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title.zh} · ${title.en}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>${both(title)}</h1>
          <fieldset class="language">
            <legend>语言 / Language</legend>
            <label><input type="radio" name="language" id="show-zh" /> 中文</label>
            <label><input type="radio" name="language" id="show-en" checked /> English</label>
            <label><input type="radio" name="language" id="show-both" /> 中文 + English</label>
          </fieldset>
        </header>
        <main>${body}</main>
      </body>
    </html> `.markup;
}

/** A column of a table: its head, and its cell for a row. */
export interface TableColumn<Row> {
  readonly head: Wording;
  readonly cell: (row: Row) => string | number | Html;
  /** Right-aligned, tabular figures. */
  readonly number?: boolean | undefined;
}

/** A data table with header cells, wrapped so that a wide one scrolls by itself. */
export function htmlTable<Row>(caption: Wording, columns: readonly TableColumn<Row>[], rows: readonly Row[]): Html {
  const kind = (column: TableColumn<Row>): Html => raw(column.number === true ? ' class="number"' : "");
  return html`<div class="scroll">
    <table>
      <caption>
        ${both(caption)}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" ${kind(column)}>${both(column.head)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td${kind(column)}>${column.cell(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div> `;
}
