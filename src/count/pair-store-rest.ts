import type { BuiltStore } from "./pair-store-build.ts";
import type { RestStreams } from "./pair-store-shape.ts";

/** Calls with the 16-bit numbers and the rare labels of each report of a store, in order. */
function eachRare(
  store: BuiltStore,
  visit: (productFrom: number, productTo: number, eventFrom: number, eventTo: number, rest: number) => void,
): void {
  const { rest, columns, size } = store;
  const { sizes, long } = columns;
  let [product, event, l, k] = [0, 0, 0, 0];
  for (let r = 0; r < size && k < rest.length; r++) {
    let np = sizes[r]! & 15;
    let ne = sizes[r]! >>> 4;
    if (np === 15 || ne === 15) {
      np = long[l]!;
      ne = long[l + 1]!;
      l += 2;
    }
    if (rest[k] === r) {
      visit(product, product + np, event, event + ne, k);
      k += 3 + rest[k + 1]! + rest[k + 2]!;
    }
    product += np;
    event += ne;
  }
}

/** The pairs in which the product or the event is rare, by product; `undefined` when no label is rare. */
export function restStreams(store: BuiltStore, allocate: (bytes: number) => ArrayBufferLike): RestStreams | undefined {
  const { rest, columns, coding, labels } = store;
  if (rest.length === 0) return undefined;
  const productOf = coding.products.labelOf;
  const eventOf = coding.events.labelOf;
  const nProducts = labels.products.length;
  const start = new Uint32Array(allocate((nProducts + 1) * 4));
  eachRare(store, (p0, p1, e0, e1, k) => {
    const [rareProducts, rareEvents] = [rest[k + 1]!, rest[k + 2]!];
    for (let i = p0; i < p1; i++) start[(productOf?.[columns.products[i]!] ?? columns.products[i]!) + 1]! += rareEvents;
    for (let i = k + 3; i < k + 3 + rareProducts; i++) start[rest[i]! + 1]! += e1 - e0 + rareEvents;
  });
  for (let p = 0; p < nProducts; p++) start[p + 1]! += start[p]!;
  const at = start.slice();
  const event = new Uint32Array(allocate(start[nProducts]! * 4));
  eachRare(store, (p0, p1, e0, e1, k) => {
    const firstEvent = k + 3 + rest[k + 1]!;
    const end = firstEvent + rest[k + 2]!;
    for (let i = p0; i < p1; i++) {
      const p = productOf?.[columns.products[i]!] ?? columns.products[i]!;
      for (let j = firstEvent; j < end; j++) event[at[p]!++] = rest[j]!;
    }
    for (let i = k + 3; i < firstEvent; i++) {
      const p = rest[i]!;
      for (let j = e0; j < e1; j++) event[at[p]!++] = eventOf?.[columns.events[j]!] ?? columns.events[j]!;
      for (let j = firstEvent; j < end; j++) event[at[p]!++] = rest[j]!;
    }
  });
  return { start, event };
}

/** Labels of each kept report, as numbers of the vocabulary: the 16-bit ones first, then the rare ones. */
export function storeIds(
  store: BuiltStore,
  kind: "products" | "events",
): { readonly offsets: Uint32Array; readonly ids: Uint32Array } {
  const { columns, rest, size } = store;
  const { sizes, long } = columns;
  const labelOf = store.coding[kind].labelOf;
  const codes = columns[kind];
  const isProduct = kind === "products";
  const offsets = new Uint32Array(size + 1);
  for (let r = 0, l = 0, k = 0; r < size; r++) {
    const np = sizes[r]! & 15;
    const ne = sizes[r]! >>> 4;
    let n = isProduct ? np : ne;
    if (np === 15 || ne === 15) {
      n = long[isProduct ? l : l + 1]!;
      l += 2;
    }
    if (rest[k] === r) {
      n += rest[isProduct ? k + 1 : k + 2]!;
      k += 3 + rest[k + 1]! + rest[k + 2]!;
    }
    offsets[r + 1] = offsets[r]! + n;
  }
  const ids = new Uint32Array(offsets[size]!);
  for (let r = 0, at = 0, from = 0, k = 0; r < size; r++) {
    let common = offsets[r + 1]! - offsets[r]!;
    let rare = 0;
    let first = 0;
    if (rest[k] === r) {
      rare = rest[isProduct ? k + 1 : k + 2]!;
      first = k + 3 + (isProduct ? 0 : rest[k + 1]!);
      k += 3 + rest[k + 1]! + rest[k + 2]!;
    }
    common -= rare;
    for (let i = 0; i < common; i++) ids[at++] = labelOf === undefined ? codes[from + i]! : labelOf[codes[from + i]!]!;
    from += common;
    for (let i = 0; i < rare; i++) ids[at++] = rest[first + i]!;
  }
  return { offsets, ids };
}
