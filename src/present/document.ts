import type { Wording } from "../report/wording.ts";
import type { CountBar, ForestRow } from "./chart.ts";
import type { Figure } from "./figure.ts";

/** A cell of a document: text as it is, text in both languages, or a figure with its origin. No bare number can stand in one. */
export type DocumentCell = string | Wording | Figure;

/** A table of a document. */
export interface DocumentTable {
  readonly caption: Wording;
  readonly columns: readonly { readonly head: Wording; readonly number?: boolean }[];
  readonly rows: readonly (readonly DocumentCell[])[];
}

/** A chart of a document, as the data that it draws. */
export type DocumentChart =
  | { readonly kind: "counts"; readonly title: Wording; readonly bars: readonly CountBar[] }
  | { readonly kind: "forest"; readonly title: Wording; readonly rows: readonly ForestRow[] };

/** A part of a document under its heading. */
export interface DocumentSection {
  /** Anchor, unique in the document. */
  readonly id: string;
  readonly level: 2 | 3;
  readonly heading: Wording;
  readonly text: readonly Wording[];
  readonly charts: readonly DocumentChart[];
  readonly tables: readonly DocumentTable[];
}

/** A document as headings, sentences, tables and charts, before it is written in a form. Plain data, safe for JSON. */
export interface PaperDocument {
  readonly title: Wording;
  readonly sections: readonly DocumentSection[];
}

/** A section; what it does not have may be left out. */
export const section = (
  part: Pick<DocumentSection, "id" | "heading"> & Partial<Omit<DocumentSection, "id" | "heading">>,
): DocumentSection => ({ level: 2, text: [], charts: [], tables: [], ...part });

/** Whether a cell is a figure. */
export const isFigure = (cell: DocumentCell): cell is Figure => typeof cell === "object" && "trace" in cell;

/** A text that is the same in both languages. */
export const same = (text: string): Wording => ({ zh: text, en: text });
