import type { ReportClock } from "../quality/time-limits.ts";

/** What reports are counted by. */
export const PERIODIC_AXES = [
  "domain",
  "division",
  "region",
  "product",
  "event",
  "seriousness",
  "criterion",
  "unitKind",
  "reporter",
] as const;
/** One of {@link PERIODIC_AXES}. */
export type PeriodicAxis = (typeof PERIODIC_AXES)[number];

/** Which reports of a table a count is of. */
export interface ReportSelection {
  /** First day; null for all that came before, whatever is known of their date. */
  readonly from: string | null;
  /** Last day, included. */
  readonly to: string;
  readonly clock: ReportClock;
  /** The value a report has on each axis; null stands for the reports that have none. */
  readonly where: Readonly<Partial<Record<PeriodicAxis, string | null>>>;
}

/**
 * Where a figure comes from, so that anybody can count it again: a selection of reports, a cell of the fourfold table of a
 * screening, the members of an alert, a place in the run the manifest vouches for, or arithmetic on such figures.
 */
export type Trace =
  | { readonly kind: "reports"; readonly of: ReportSelection }
  /** `a` has product and event, `n1` the product, `m1` the event; `n` is the whole scope. */
  | {
      readonly kind: "cell";
      readonly screening: string;
      readonly product: string;
      readonly event: string;
      readonly cell: "a" | "n1" | "m1" | "n";
    }
  /** All reports that ever belonged to an alert; with days, those that joined it on one of them. */
  | { readonly kind: "alert"; readonly id: string; readonly from?: string; readonly to?: string }
  /** Reports that belong to both. */
  | { readonly kind: "shared"; readonly of: readonly [Trace, Trace] }
  /** A number of the run, by its path. */
  | { readonly kind: "run"; readonly at: readonly (string | number)[] }
  /** A number of the quality or indicator block, by its path. */
  | { readonly kind: "quality"; readonly at: readonly (string | number)[] }
  /** (now − before) / before. */
  | { readonly kind: "change"; readonly now: Trace; readonly before: Trace }
  /** Candidates that the run or the decision log has, by key. */
  | { readonly kind: "candidates"; readonly keys: readonly string[] };

/** How a figure is written. */
export type FigureStyle = "count" | "decimal" | "percent";

/** A number of a document with its origin; null where it does not exist. */
export interface Figure {
  readonly value: number | null;
  readonly style: FigureStyle;
  readonly trace: Trace;
}

/** A count of reports of a selection. */
export const countFigure = (value: number | null, trace: Trace): Figure => ({ value, style: "count", trace });

/** Any other number; infinities and what is undefined become null, so that the document is JSON. */
export const figure = (value: number | null | undefined, style: FigureStyle, trace: Trace): Figure => ({
  value: value !== null && value !== undefined && Number.isFinite(value) ? value : null,
  style,
  trace,
});

/**
 * A figure as text, the same in every language and place: counts in full, shares as per cent with one digit, other numbers with three
 * significant digits.
 *
 * @example
 * figureText({ value: -0.125, style: "percent", trace: { kind: "run", at: [] } }); // "−12.5%"
 */
export function figureText({ value, style }: Pick<Figure, "value" | "style">): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  const text =
    style === "count"
      ? String(size)
      : style === "percent"
        ? `${(100 * size).toFixed(1)}%`
        : size >= 1000
          ? String(Math.round(size))
          : size !== 0 && size < 0.001
            ? size.toExponential(1)
            : String(Number(size.toPrecision(3)));
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}
