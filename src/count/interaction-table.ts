import { checkCount } from "./fourfold.ts";

/**
 * Report counts of two products and one event. The digits say, in this order, whether the first product, the second product
 * and the event are in the report: `n101` counts reports with the first product and the event, without the second product.
 * All eight cells are disjoint and add up to the total.
 */
export interface InteractionTable {
  readonly n111: number;
  readonly n110: number;
  readonly n101: number;
  readonly n100: number;
  readonly n011: number;
  readonly n010: number;
  readonly n001: number;
  readonly n000: number;
}

/** The eight cells of many triples, one a row. */
export type InteractionColumns = Readonly<Record<keyof InteractionTable, Float64Array>>;

/** The cells, in the order they are written. */
export const INTERACTION_CELLS = ["n111", "n110", "n101", "n100", "n011", "n010", "n001", "n000"] as const;

/** @throws PvError `INVALID_COUNT` naming the cell and its value */
export function checkInteraction(table: InteractionTable): void {
  for (const cell of INTERACTION_CELLS) checkCount(cell, table[cell]);
}

/** The disjoint cells from overlapping counts: reports with the first product and the event include those with the second. */
export function disjointCells(
  { n111, both, firstEvent, secondEvent }: Record<"n111" | "both" | "firstEvent" | "secondEvent", number>,
  margin: Record<"first" | "second" | "event" | "n", number>,
): InteractionTable {
  const n110 = both - n111;
  const n101 = firstEvent - n111;
  const n011 = secondEvent - n111;
  const n100 = margin.first - both - n101;
  const n010 = margin.second - both - n011;
  const n001 = margin.event - firstEvent - n011;
  return {
    n111,
    n110,
    n101,
    n100,
    n011,
    n010,
    n001,
    n000: margin.n - margin.first - margin.second + both - n001,
  };
}
