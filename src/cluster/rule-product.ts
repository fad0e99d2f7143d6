import { productLabels, type ProductKey, type ReportGroups } from "../count/axis.ts";
import { textAt, type CodedColumn, type ReportTable } from "../count/table.ts";

/** What a product key can be made of. `code` is the licence: approval, registration or filing number. */
export type ProductPart = "name" | "ingredient" | "manufacturer" | "code" | "brand" | "form" | "strength" | "model";

/**
 * The same drug (同一药品) of Order 81 of 2011: one maker, name, form and strength.
 *
 * @see 药品不良反应报告和监测管理办法 (2011), definition of a group drug event
 */
export const SAME_DRUG = ["manufacturer", "name", "form", "strength"] as const satisfies readonly ProductPart[];

/** What a product is to a run of rules: a key of counting, or parts. */
export type RuleProductKey = Exclude<ProductKey, ReportGroups> | readonly ProductPart[];

/** Labels of product rows, and whether a row has all the parts of its label. */
export interface ProductNaming {
  readonly labels: (productRow: number) => readonly string[];
  readonly isComplete: (productRow: number) => boolean;
}

/**
 * Names products by a key. By parts, the label is the parts that are there, joined by `" | "`, with characters and blanks made
 * uniform: a row that lacks a part is a product of its own beside those that have it, because nobody can say which it is.
 */
export function productNaming(table: ReportTable, key: RuleProductKey): ProductNaming {
  if (typeof key !== "object") return { labels: productLabels(table, key), isComplete: () => true };
  const columns = key.map((part) => columnOf(table, part));
  const partsOf = (row: number): string[] =>
    columns.flatMap((column) => {
      const text = (textAt(column, row) ?? "").normalize("NFKC").replace(/\s+/g, " ").trim();
      return text === "" ? [] : [text];
    });
  return {
    labels: (row) => {
      const parts = partsOf(row);
      return parts.length === 0 ? [] : [parts.join(" | ")];
    },
    isComplete: (row) => partsOf(row).length === columns.length,
  };
}

function columnOf({ columns }: ReportTable, part: ProductPart): CodedColumn {
  switch (part) {
    case "name":
    case "ingredient":
    case "manufacturer":
    case "code":
      return columns.products[part];
    case "brand":
    case "form":
    case "strength":
    case "model":
      return columns.details.products[part];
  }
}
