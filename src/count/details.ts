import type { Report, ReportEvent, ReportProduct } from "../report/report.ts";
import type { CodedColumn } from "./table.ts";

/** How a detail is stored as text: as it stands, as `true` or `false`, or as a number. */
type DetailKind = "text" | "flag" | "number";

/** Fields that most sources leave empty, and how each is kept. A column that no row fills costs nothing. */
export const REPORT_DETAILS = {
  awareDate: "text",
  reportedDate: "text",
  deathDate: "text",
  kind: "text",
  unexpected: "flag",
  publicConcern: "flag",
  accepted: "flag",
  classification: "text",
  unitKind: "text",
  division: "text",
  narrativeLength: "number",
} as const satisfies Partial<Record<keyof Report, DetailKind>>;

/** As {@link REPORT_DETAILS}, for products. */
export const PRODUCT_DETAILS = {
  brand: "text",
  form: "text",
  strength: "text",
  model: "text",
  serial: "text",
  udi: "text",
  category: "text",
  riskClass: "text",
  madeOn: "text",
  expires: "text",
  causality: "text",
  dechallenge: "text",
  rechallenge: "text",
} as const satisfies Partial<Record<keyof ReportProduct, DetailKind>>;

/** As {@link REPORT_DETAILS}, for events. */
export const EVENT_DETAILS = { dictionary: "text" } as const satisfies Partial<Record<keyof ReportEvent, DetailKind>>;

/** Lists of a report. */
export const REPORT_LISTS = ["filled", "links"] as const satisfies readonly (keyof Report)[];

/** Values of row i are `values[codes[j]]` for j from `offsets[i]` to `offsets[i + 1]`; all empty when no report has any. */
export interface ListColumn {
  readonly offsets: Uint32Array;
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/** Columns of the fields that most sources leave empty; one without any value has no codes, so read them with `textAt`. */
export interface DetailColumns {
  readonly reports: Readonly<Record<keyof typeof REPORT_DETAILS | "pregnant", CodedColumn>>;
  readonly lists: Readonly<Record<(typeof REPORT_LISTS)[number], ListColumn>>;
  readonly products: Readonly<Record<keyof typeof PRODUCT_DETAILS, CodedColumn>>;
  readonly events: Readonly<Record<keyof typeof EVENT_DETAILS, CodedColumn>>;
}

/** The details of one row as the fields they came from. */
export function detailsAt<K extends string>(
  kinds: Readonly<Record<K, DetailKind>>,
  columns: Readonly<Record<NoInfer<K>, CodedColumn>>,
  row: number,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(kinds) as K[]) {
    const { codes, values } = columns[name];
    const code = codes[row] ?? -1;
    if (code < 0) continue;
    const text = values[code]!;
    const kind = kinds[name];
    found[name] = kind === "text" ? text : kind === "flag" ? text === "true" : Number(text);
  }
  return found;
}

/** The list of one row, `undefined` when it is empty. */
export function listAt(column: ListColumn, row: number): string[] | undefined {
  const from = column.offsets[row] ?? 0;
  const to = column.offsets[row + 1] ?? 0;
  if (from === to) return undefined;
  return Array.from(column.codes.subarray(from, to), (code) => column.values[code]!);
}
