import { PvError } from "../error.ts";
import { independent, type FourfoldColumns } from "../count/fourfold.ts";
import type { Axis } from "../count/axis-builder.ts";
import type { PairCounts, PairOrigin } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { prrAt, refuseStrata, rrrOf } from "./masking.ts";
import { countedReports } from "./robustness-cells.ts";
import { finiteOrNull, rescore } from "./robustness-rescore.ts";
import { cellsAt, type PairCells } from "./robustness.ts";
import type { Screening, ScreenRow } from "./screen.ts";

/** Which maskers {@link findMasked} tries. */
export interface MaskingSearchOptions {
  /** Share of an event's reports that a product must have to be tried as its masker; 0.05 unless told. */
  readonly minimumShare?: number | undefined;
  /** Reports with the event that it must have; 3 unless told. */
  readonly minimumReports?: number | undefined;
}

/** A pair that meets a rule only when the reports of another product are left out. */
export interface MaskedPair {
  readonly product: string;
  readonly event: string;
  readonly masker: string;
  /** PRR without the masker's reports over PRR with them; `null` where nobody else is left who reports the event. */
  readonly ratio: number | null;
  /** Share of the event's reports that name the masker. */
  readonly share: number;
  readonly rules: readonly string[];
  readonly before: PairCells;
  readonly after: PairCells;
  readonly scores: ScreenRow["scores"];
}

/** What a search for masked pairs looked at and found. Plain data, safe for JSON. */
export interface MaskingSearch {
  /** By falling ratio (those without one first), then by product, event and masker. */
  readonly masked: readonly MaskedPair[];
  /** Products and events tried together, pairs scored without a masker, and distinct pairs found. */
  readonly tried: { readonly maskings: number; readonly scored: number };
  readonly pairs: number;
}

/**
 * Searches all pairs for those that a product hides: pairs that meet no more than some rules of the screening, and one more of
 * them when every report that names the masker is left out. Products with a large share of an event are tried as its maskers,
 * one at a time; the cells are those of a recount. Pairs whose PRR and whose reporting ratio both do not rise are passed over.
 *
 * What is found is a lead to look at and no more: it has been looked for among many, and two names of one product mask each
 * other without any meaning.
 *
 * @param table - the reports that `screening.counts` was counted from
 * @throws PvError `INVALID_OPTION` for counts that are stratified, of cells, have a comparator or did not come from reports, or a
 *   share or number out of range; `INVALID_ARGUMENT` when `table` has fewer rows than were counted
 * @see Wang et al. (2010) doi:10.2165/11584390-000000000-00000; Juhlin et al. (2013) doi:10.1002/pds.3474
 */
export function findMasked(
  screening: Screening,
  table: ReportTable,
  { minimumShare = 0.05, minimumReports = 3 }: MaskingSearchOptions = {},
): MaskingSearch {
  if (!(minimumShare > 0 && minimumShare <= 1))
    throw new PvError("INVALID_OPTION", `minimumShare: expected a share above 0, at most 1, got ${minimumShare}`);
  if (!Number.isSafeInteger(minimumReports) || minimumReports < 1)
    throw new PvError("INVALID_OPTION", `minimumReports: expected a whole number, 1 or more, got ${minimumReports}`);
  refuseStrata(screening);
  const { counts } = screening;
  const origin = countedReports(table, counts);
  if (origin.comparator !== undefined)
    throw new PvError("INVALID_OPTION", "the search compares with the whole scope; count again without a comparator");
  const batch = new Batch(screening);
  const pairsOf = pairsByEvent(counts);
  const reports = reportsOf(origin.products);
  const shared = new SharedCounts(counts, origin);
  let maskings = 0;
  for (let m = 0; m < counts.products.length; m++) {
    const events: number[] = [];
    for (let i = counts.rowOffsets[m]!; i < counts.rowOffsets[m + 1]!; i++) {
      const a = counts.a[i]!;
      if (a >= minimumReports && a >= minimumShare * counts.m1[counts.event[i]!]!) events.push(i);
    }
    if (events.length === 0) continue;
    maskings += events.length;
    shared.load(reports.report.subarray(reports.start[m], reports.start[m + 1]), events);
    for (let s = 0; s < events.length; s++) {
      const e = counts.event[events[s]!]!;
      shared.focus(s);
      for (let k = pairsOf.start[e]!; k < pairsOf.start[e + 1]!; k++) {
        const i = pairsOf.pair[k]!;
        const p = counts.product[i]!;
        if (p === m || batch.meetsAll(i)) continue;
        batch.add(i, m, shared.withBoth[p]!, shared.withProduct[p]!, counts.a[events[s]!]!, counts.n1[m]!);
      }
    }
  }
  const masked = batch.finish();
  const pairs = new Set(masked.map(({ product, event }) => `${product}\u0000${event}`)).size;
  return { masked, tried: { maskings, scored: batch.scored }, pairs };
}

/** Reports of one masker per product: all of them, and those with one of its events. */
class SharedCounts {
  readonly withProduct: Uint32Array;
  readonly withBoth: Uint32Array;
  readonly #counts: PairCounts;
  readonly #origin: PairOrigin;
  /** Place of an event among those chosen, -1 for the others. */
  readonly #place: Int32Array;
  #chosen: number[] = [];
  #reports: Uint32Array = new Uint32Array(0);
  #having: number[][] = [];
  #touched: Uint32Array = new Uint32Array(0);

  constructor(counts: PairCounts, origin: PairOrigin) {
    this.#counts = counts;
    this.#origin = origin;
    this.withProduct = new Uint32Array(counts.products.length);
    this.withBoth = new Uint32Array(counts.products.length);
    this.#place = new Int32Array(counts.events.length).fill(-1);
  }

  load(reports: Uint32Array, pairs: readonly number[]): void {
    const { products, events } = this.#origin;
    for (const r of this.#reports) clear(products, r, this.withProduct);
    for (const e of this.#chosen) this.#place[e] = -1;
    this.#chosen = pairs.map((i) => this.#counts.event[i]!);
    this.#chosen.forEach((e, s) => (this.#place[e] = s));
    this.#having = pairs.map(() => []);
    this.#reports = reports;
    for (const r of reports) {
      for (let k = products.offsets[r]!; k < products.offsets[r + 1]!; k++) this.withProduct[products.ids[k]!]!++;
      for (let k = events.offsets[r]!; k < events.offsets[r + 1]!; k++) {
        const s = this.#place[events.ids[k]!]!;
        if (s >= 0) this.#having[s]!.push(r);
      }
    }
  }

  focus(s: number): void {
    const { products } = this.#origin;
    for (const r of this.#touched) clear(products, r, this.withBoth);
    this.#touched = Uint32Array.from(this.#having[s]!);
    for (const r of this.#touched)
      for (let k = products.offsets[r]!; k < products.offsets[r + 1]!; k++) this.withBoth[products.ids[k]!]!++;
  }
}

function clear({ offsets, ids }: Axis, report: number, counter: Uint32Array): void {
  for (let k = offsets[report]!; k < offsets[report + 1]!; k++) counter[ids[k]!] = 0;
}

/** Pairs that are scored together. */
const CHUNK = 1 << 15;

const NAMES = ["a", "b", "c", "d", "expected"] as const;

/** Collects tables, scores them together and keeps those that meet a rule they did not meet before. */
class Batch {
  scored = 0;
  readonly #screening: Screening;
  readonly #cells: FourfoldColumns;
  readonly #met: Uint8Array[];
  readonly #after: FourfoldColumns;
  readonly #pair = new Uint32Array(CHUNK);
  readonly #masker = new Uint32Array(CHUNK);
  readonly #found: MaskedPair[] = [];
  #size = 0;

  constructor(screening: Screening) {
    this.#screening = screening;
    this.#cells = screening.counts.columns();
    this.#met = screening
      .definitions()
      .map(({ name }) =>
        Uint8Array.from({ length: screening.size }, (_, i) => Number(screening.verdict(name, i) === 1)),
      );
    const column = (): Float64Array => new Float64Array(CHUNK);
    this.#after = { a: column(), b: column(), c: column(), d: column(), expected: column() };
  }

  /** Nothing of such a pair can be hidden. */
  meetsAll(i: number): boolean {
    return this.#met.every((met) => met[i] === 1);
  }

  /** Takes the masker's reports away: with product and event, with the product, with the event, all. */
  add(i: number, masker: number, withBoth: number, withProduct: number, withEvent: number, all: number): void {
    const { a, b, c, d } = this.#cells;
    const n1 = a[i]! + b[i]!;
    const m1 = a[i]! + c[i]!;
    const n = n1 + c[i]! + d[i]!;
    const a2 = a[i]! - withBoth;
    if (a2 === 0) return;
    const n12 = n1 - withProduct;
    const m12 = m1 - withEvent;
    const n2 = n - all;
    const k = this.#size;
    const after = this.#after;
    after.a[k] = a2;
    after.b[k] = n12 - a2;
    after.c[k] = m12 - a2;
    after.d[k] = n2 - n12 - (m12 - a2);
    after.expected[k] = independent(n12, m12, n2);
    if (!(prrAt(after, k) > prrAt(this.#cells, i)) && !(rrrOf(a2, n12, m12, n2) > rrrOf(a[i]!, n1, m1, n))) return;
    this.#pair[k] = i;
    this.#masker[k] = masker;
    this.#size++;
    if (this.#size === CHUNK) this.#flush();
  }

  finish(): MaskedPair[] {
    this.#flush();
    const key = ({ ratio }: MaskedPair): number => ratio ?? Infinity;
    // Found by masker; the pairs of the counts stand by product and event.
    return this.#found.sort((x, y) =>
      key(x) === key(y)
        ? byText(x.product, y.product) || byText(x.event, y.event) || byText(x.masker, y.masker)
        : key(y) > key(x)
          ? 1
          : -1,
    );
  }

  #flush(): void {
    const size = this.#size;
    this.#size = 0;
    this.scored += size;
    const after = Object.fromEntries(
      NAMES.map((name) => [name, this.#after[name].slice(0, size)]),
    ) as unknown as FourfoldColumns;
    const { verdict, scores } = rescore(this.#screening, after);
    const { counts } = this.#screening;
    const rules = this.#screening.definitions();
    for (let k = 0; k < size; k++) {
      const i = this.#pair[k]!;
      const met = rules.filter((_, r) => this.#met[r]![i] === 0 && verdict(r, k) === 1);
      if (met.length === 0) continue;
      const before = cellsAt(this.#cells, i);
      const table = cellsAt(after, k);
      this.#found.push({
        product: counts.products[counts.product[i]!]!,
        event: counts.events[counts.event[i]!]!,
        masker: counts.products[this.#masker[k]!]!,
        ratio: finiteOrNull(prrAt(after, k) / prrAt(this.#cells, i)),
        share: (before.m1 - table.m1) / before.m1,
        rules: met.map(({ name }) => name),
        before,
        after: table,
        scores: scores(k),
      });
    }
  }
}

const byText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

/** Pairs of event e are `pair[start[e]]` to `pair[start[e + 1] - 1]`, by product. */
function pairsByEvent(counts: PairCounts): { readonly start: Uint32Array; readonly pair: Uint32Array } {
  const start = new Uint32Array(counts.events.length + 1);
  for (const e of counts.event) start[e + 1]!++;
  for (let e = 0; e < counts.events.length; e++) start[e + 1]! += start[e]!;
  const next = start.slice();
  const pair = new Uint32Array(counts.size);
  for (let i = 0; i < counts.size; i++) pair[next[counts.event[i]!]!++] = i;
  return { start, pair };
}

/** Reports of label p are `report[start[p]]` to `report[start[p + 1] - 1]`. */
function reportsOf({ labels, offsets, ids }: Axis): { readonly start: Uint32Array; readonly report: Uint32Array } {
  const start = new Uint32Array(labels.length + 1);
  for (const id of ids) start[id + 1]!++;
  for (let p = 0; p < labels.length; p++) start[p + 1]! += start[p]!;
  const next = start.slice();
  const report = new Uint32Array(ids.length);
  for (let i = 0; i + 1 < offsets.length; i++)
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) report[next[ids[k]!]!++] = i;
  return { start, report };
}
