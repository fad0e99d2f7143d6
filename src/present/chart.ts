import type { Wording } from "../report/wording.ts";
import { both, html, raw, type Html } from "./html.ts";

/** One line of a forest plot: a ratio with its limits. */
export interface ForestRow {
  readonly label: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

const text = ({ zh, en }: Wording, x: number, y: number): Html =>
  html`<text x="${x}" y="${y}"><tspan lang="zh">${zh}</tspan><tspan lang="en"> ${en}</tspan></text>`;

const fixed = (value: number): string => value.toFixed(1);

/**
 * Ratios with their limits on a logarithmic axis, as inline SVG with a text alternative. Rows whose limits do not exist are
 * drawn as a point; infinite ratios at the right edge.
 */
export function forestPlot(title: Wording, rows: readonly ForestRow[]): Html {
  const finite = rows
    .flatMap(({ estimate, lower, upper }) => [estimate, lower, upper])
    .filter((v) => Number.isFinite(v) && v > 0);
  const low = Math.min(0, Math.floor(Math.log10(Math.min(1, ...finite))));
  const high = Math.max(1, Math.ceil(Math.log10(Math.max(1, ...finite))));
  const left = 330;
  const width = 470;
  const x = (value: number): number =>
    left +
    (width * (Math.min(high, Math.max(low, Number.isFinite(value) ? Math.log10(value) : high)) - low)) / (high - low);
  const height = 22 * rows.length + 40;
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return html`<figure>
    <svg role="img" viewBox="0 0 860 ${height}" width="860" height="${height}">
      <title>${title.zh} / ${title.en}</title>
      <desc>
        ${rows.map((row) => `${row.label}: ${row.estimate.toPrecision(3)} (${row.lower.toPrecision(3)}–${row.upper.toPrecision(3)})`).join("; ")}
      </desc>
      ${decades.map((decade) => html`<line class="grid" x1="${fixed(x(10 ** decade))}" x2="${fixed(x(10 ** decade))}" y1="8" y2="${height - 28}" /><text x="${fixed(x(10 ** decade))}" y="${height - 12}" text-anchor="middle">${String(10 ** decade)}</text>`)}
      <line class="axis" x1="${fixed(x(1))}" x2="${fixed(x(1))}" y1="8" y2="${height - 28}" />
      ${rows.map((row, i) => {
        const y = 20 + 22 * i;
        const limits =
          row.lower > 0 && Number.isFinite(row.upper)
            ? html`<line class="limit" x1="${fixed(x(row.lower))}" x2="${fixed(x(row.upper))}" y1="${y}" y2="${y}" />`
            : raw("");
        return html`<text x="${left - 12}" y="${y + 4}" text-anchor="end">${shorten(row.label, 52)}</text>${limits}<circle class="bar" cx="${fixed(x(row.estimate))}" cy="${y}" r="4" />${row.estimate === Infinity ? html`<text x="${fixed(x(row.estimate) + 8)}" y="${y + 4}">∞</text>` : raw("")}`;
      })}
    </svg>
    <figcaption>${both(title)}</figcaption>
  </figure> `;
}

/** One bar of a count chart; `marked` bars are drawn in the colour of an alert. */
export interface CountBar {
  readonly label: string;
  readonly count: number;
  readonly marked: boolean;
}

/** Counts over time as bars, as inline SVG with a text alternative. */
export function countChart(title: Wording, bars: readonly CountBar[]): Html {
  const width = 800;
  const height = 130;
  const step = width / Math.max(1, bars.length);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const scale = (count: number): number => (count / most) * (height - 20);
  const every = Math.ceil(bars.length / 12);
  return html`<figure>
    <svg role="img" viewBox="0 0 ${width + 50} ${height + 24}" width="${width + 50}" height="${height + 24}">
      <title>${title.zh} / ${title.en}</title>
      <desc>
        ${bars
          .filter(({ count }) => count > 0)
          .map(({ label, count }) => `${label}: ${count}`)
          .join("; ")}
      </desc>
      <line class="axis" x1="40" x2="${width + 40}" y1="${height}" y2="${height}" />
      <line class="grid" x1="40" x2="${width + 40}" y1="20" y2="20" />
      <text x="34" y="24" text-anchor="end">${most}</text>
      <text x="34" y="${height + 4}" text-anchor="end">0</text>
      ${bars.map((bar, i) =>
        bar.count === 0
          ? raw("")
          : html`<rect
              class="${bar.marked ? "hit" : "bar"}"
              x="${fixed(40 + i * step)}"
              y="${fixed(height - scale(bar.count))}"
              width="${fixed(Math.max(1, step - 1))}"
              height="${fixed(scale(bar.count))}"
              ><title>${bar.label}: ${bar.count}</title></rect
            >`,
      )}
      ${bars.map((bar, i) => (i % every === 0 ? html`<text x="${fixed(40 + i * step)}" y="${height + 16}">${bar.label}</text>` : raw("")))}
      ${text({ zh: "份数", en: "reports" }, 40, 12)}
    </svg>
    <figcaption>${both(title)}</figcaption>
  </figure> `;
}

const shorten = (label: string, length: number): string =>
  label.length <= length ? label : `${label.slice(0, length - 1)}…`;
