import { axisColumn } from "./axis.ts";
import type { Axis } from "./axis-builder.ts";
import { countReports } from "./pair-store-single.ts";
import type { SparseCounts } from "./pair-store-streams.ts";

export type { SparseCounts } from "./pair-store-streams.ts";

/** Reports per label. */
export function labelCounts(axis: Axis): Uint32Array {
  const counts = new Uint32Array(axis.labels.length);
  for (const id of axis.ids) counts[id]!++;
  return counts;
}

/** Counts the reports of every product–event pair of two axes of the same reports; all labels keep their numbers. */
export function countMatrix(products: Axis, events: Axis): SparseCounts {
  const { store, pairs } = countReports({
    rows: undefined,
    size: products.offsets.length - 1,
    products: axisColumn(products),
    events: axisColumn(events),
    universe: "all",
  });
  const rowOffsets = new Uint32Array(store.n1.length + 1);
  for (let p = 0, row = 0; p < store.n1.length; p++) {
    if (store.n1[p]! > 0) row++;
    rowOffsets[p + 1] = pairs.rowOffsets[row]!;
  }
  const number = Uint32Array.from(store.m1.keys()).filter((e) => store.m1[e]! > 0);
  if (number.length < store.m1.length) {
    for (let i = 0; i < pairs.event.length; i++) pairs.event[i] = number[pairs.event[i]!]!;
  }
  return { rowOffsets, event: pairs.event, count: pairs.count };
}
