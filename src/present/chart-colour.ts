/** Colours of one theme, as `#rrggbb`. */
export interface ChartColours {
  readonly paper: string;
  /** Text; at least 4.5 : 1 against the paper, as `dim`. */
  readonly ink: string;
  /** Axes and lesser text. */
  readonly dim: string;
  /** Grid lines, which carry no information of their own. */
  readonly grid: string;
  /** Marks; at least 3 : 1 against the paper. */
  readonly main: string;
  readonly alert: string;
  readonly second: string;
  readonly third: string;
  /** Fills of classes from low to high with the text that stands on them, at least 4.5 : 1. */
  readonly classes: readonly { readonly fill: string; readonly ink: string }[];
}

/**
 * Colours of the charts: Okabe and Ito's set, which stays apart for all common kinds of colour vision, each theme taking those
 * that stand out enough from its paper. Classes are steps of one blue, told apart by lightness.
 *
 * @see Okabe, Ito (2008), Color Universal Design; WCAG 2.2 success criteria 1.4.3 and 1.4.11 for the ratios
 * @example
 * CHART_COLOURS.light.alert; // "#d55e00"
 */
export const CHART_COLOURS: { readonly light: ChartColours; readonly dark: ChartColours } = {
  light: {
    paper: "#ffffff",
    ink: "#1d2430",
    dim: "#56616f",
    grid: "#d4dae2",
    main: "#0072b2",
    alert: "#d55e00",
    second: "#00825f",
    third: "#b0568a",
    classes: [
      { fill: "#eef4f9", ink: "#1d2430" },
      { fill: "#c4dcee", ink: "#1d2430" },
      { fill: "#8dbde0", ink: "#1d2430" },
      { fill: "#1f6ea8", ink: "#ffffff" },
      { fill: "#0a3d66", ink: "#ffffff" },
    ],
  },
  dark: {
    paper: "#12171e",
    ink: "#e7ebf0",
    dim: "#a3aebb",
    grid: "#38424f",
    main: "#56b4e9",
    alert: "#e69f00",
    second: "#2fc99a",
    third: "#cc79a7",
    classes: [
      { fill: "#1c2833", ink: "#e7ebf0" },
      { fill: "#1f4260", ink: "#e7ebf0" },
      { fill: "#245f8f", ink: "#ffffff" },
      { fill: "#6fb3e0", ink: "#0b1016" },
      { fill: "#cfe8f9", ink: "#0b1016" },
    ],
  },
};

const variables = (colours: ChartColours): string =>
  [
    ...(["paper", "ink", "dim", "grid", "main", "alert", "second", "third"] as const).map(
      (name) => `--pv-${name}:${colours[name]}`,
    ),
    ...colours.classes.map(({ fill, ink }, i) => `--pv-q${i}:${fill};--pv-q${i}t:${ink}`),
  ].join(";");

const classRules = CHART_COLOURS.light.classes
  .map((_, i) => `.pv-chart .q${i}{fill:var(--pv-q${i})}.pv-chart text.q${i}t{fill:var(--pv-q${i}t)}`)
  .join("");

/** Style that every chart carries, so that one pasted elsewhere looks the same; paper is always printed light. */
export const chartStyle =
  `.pv-chart{${variables(CHART_COLOURS.light)};font:11px system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif}` +
  `@media screen and (prefers-color-scheme:dark){.pv-chart{${variables(CHART_COLOURS.dark)}}}` +
  `@media print{.pv-chart{print-color-adjust:exact;-webkit-print-color-adjust:exact}}` +
  `.pv-chart text{fill:var(--pv-ink);font-size:11px}.pv-chart text.dim{fill:var(--pv-dim)}.pv-chart text.small{font-size:10px}` +
  `.pv-chart text.head{font-size:14px;font-weight:600}.pv-chart text.alert-text{font-weight:600}` +
  `.pv-chart .paper{fill:var(--pv-paper)}.pv-chart .axis{stroke:var(--pv-dim);fill:none}.pv-chart .grid{stroke:var(--pv-grid);fill:none}` +
  `.pv-chart .reference{stroke:var(--pv-dim);stroke-dasharray:5 4;fill:none}` +
  ["main", "alert", "second", "third", "dim"]
    .map(
      (name) =>
        `.pv-chart .fill-${name}{fill:var(--pv-${name})}.pv-chart .line-${name}{stroke:var(--pv-${name});stroke-width:1.8;fill:none}.pv-chart .outline-${name}{stroke:var(--pv-${name});stroke-width:.8}`,
    )
    .join("") +
  `.pv-chart .dashed{stroke-dasharray:6 4}.pv-chart .band{fill:var(--pv-second);fill-opacity:.2;stroke:var(--pv-second);stroke-width:1}` +
  `.pv-chart .edge{stroke:var(--pv-paper);stroke-width:.8}.pv-chart .cell{stroke:var(--pv-dim);stroke-width:.6}.pv-chart .none{fill:none}.pv-chart .grid-fill{fill:var(--pv-grid)}` +
  classRules +
  `:root:has(#show-zh:checked) .pv-chart .both,:root:has(#show-en:checked) .pv-chart .both{display:none}`;
