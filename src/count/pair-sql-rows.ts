import { PvError } from "../error.ts";
import { checkCount } from "./fourfold.ts";
import { checkMargins } from "./from-rows.ts";
import { LabelledCounts, Labels, ranking, type SortedCounts } from "./labelled-counts.ts";
import { expectedOverStrata } from "./expected.ts";
import { PairCounts, type CountEcho, type SparseMargins } from "./pairs.ts";

type SqlCount = number | bigint | string;

/** A row of the answer to `pairCountSql`, by name or in the order of its columns. Drivers give counts as any of the three kinds. */
export type PairSqlRow =
  | {
      readonly kind: string;
      readonly stratum: string;
      readonly product: string;
      readonly event: string;
      readonly reports: SqlCount;
    }
  | readonly [kind: string, stratum: string, product: string, event: string, reports: SqlCount];

/** Many rows of the answer as columns, by name or in their order, all of the same length: what columnar drivers hand over. */
export type PairSqlColumns =
  | {
      readonly kind: ArrayLike<string>;
      readonly stratum: ArrayLike<string>;
      readonly product: ArrayLike<string>;
      readonly event: ArrayLike<string>;
      readonly reports: ArrayLike<SqlCount>;
    }
  | readonly [
      kind: readonly string[],
      stratum: readonly string[],
      product: readonly string[],
      event: readonly string[],
      reports: ArrayLike<SqlCount>,
    ];

const single = ["known", "scope", "with product", "complete"] as const;
type Single = (typeof single)[number];

/**
 * Reads the answer to `pairCountSql`, in any order of rows, as a stream or a list, row by row or in pieces of columns. The
 * counts are those that `countPairs` gives for the same reports; they have no `origin`, but keep the margins of each stratum,
 * so that shards merge. Memory is a few tens of bytes a pair, and each label once: the answer itself is never held.
 *
 * @param echo - as `pairCountSql` gave it
 * @throws PvError `EMPTY_SCOPE` when no report was counted; `INVALID_COUNT` for counts that are none or do not fit each
 *   other; `INVALID_ARGUMENT` for an answer with strange, repeated or missing rows
 *   (with universe `"all"` a missing pair cannot be told from a pair that does not occur); `LENGTH_MISMATCH`
 */
export async function countsFromSql(
  rows: AsyncIterable<PairSqlRow | PairSqlColumns> | Iterable<PairSqlRow | PairSqlColumns>,
  echo: CountEcho,
): Promise<PairCounts> {
  const answer = new Answer();
  if (Symbol.asyncIterator in rows) for await (const piece of rows) take(answer, piece);
  else for (const piece of rows) take(answer, piece);
  return answer.counts(echo);
}

function take(answer: Answer, piece: PairSqlRow | PairSqlColumns): void {
  const [kind, stratum, product, event, reports] =
    "kind" in piece ? [piece.kind, piece.stratum, piece.product, piece.event, piece.reports] : piece;
  if (!isColumn(kind)) {
    answer.add(kind, stratum as string, product as string, event as string, reports as SqlCount);
    return;
  }
  const columns = [stratum, product, event, reports] as readonly ArrayLike<unknown>[];
  const wrong = columns.find((column) => !isColumn(column) || column.length !== kind.length);
  if (wrong !== undefined) throw new PvError("LENGTH_MISMATCH", `expected 5 columns of length ${kind.length}`);
  for (let i = 0; i < kind.length; i++) {
    answer.add(
      kind[i]!,
      (stratum as ArrayLike<string>)[i]!,
      (product as ArrayLike<string>)[i]!,
      (event as ArrayLike<string>)[i]!,
      (reports as ArrayLike<SqlCount>)[i]!,
    );
  }
}

const isColumn = (value: string | ArrayLike<unknown>): value is ArrayLike<string> =>
  typeof value === "object" && (value as object | null) !== null;

/** The rows of an answer, sorted out by kind as they come. */
class Answer {
  readonly #once = new Map<string, number>();
  readonly #total = new Map<string, number>();
  readonly #products = new Labels();
  readonly #events = new Labels();
  readonly #strata = new Labels();
  readonly #ofProduct = new LabelledCounts("product", this.#products, this.#strata);
  readonly #ofEvent = new LabelledCounts("event", this.#events, this.#strata);
  readonly #cells = new LabelledCounts("pair", this.#products, this.#events);

  add(kind: string, stratum: string, product: string, event: string, reports: SqlCount): void {
    if (typeof stratum !== "string" || typeof product !== "string" || typeof event !== "string")
      throw strange(kind, stratum, product, event);
    const count = wholeCount(kind, reports);
    if (kind === "pair") this.#cells.add(product, event, count);
    else if (kind === "product") this.#ofProduct.add(product, stratum, count);
    else if (kind === "event") this.#ofEvent.add(event, stratum, count);
    else if (kind === "total") put(this.#total, kind, stratum, count);
    else if ((single as readonly string[]).includes(kind)) put(this.#once, kind, kind, count);
    else throw strange(kind, stratum, product, event);
  }

  counts(echo: CountEcho): PairCounts {
    const once = this.#once;
    const absent = single.find((kind) => !once.has(kind));
    if (absent !== undefined)
      throw new PvError("INVALID_ARGUMENT", `the answer lacks its row ${JSON.stringify(absent)}`);
    const of = (kind: Single): number => once.get(kind)!;
    if (of("complete") === 0) {
      throw new PvError(
        "EMPTY_SCOPE",
        `no report to count: ${of("known")} known, ${of("scope")} in scope, ${of("with product")} of them with a product`,
      );
    }
    const n = sum(this.#total.values());
    const expectedTotal = of(echo.universe === "all" ? "scope" : "complete");
    if (n !== expectedTotal)
      throw new PvError("INVALID_ARGUMENT", `the totals of the strata make ${n}, not ${expectedTotal}`);
    const strata = ranking(
      this.#strata,
      [...this.#total.keys()].map((label) => this.#strata.number(label)),
    );
    const products = ranking(this.#products, this.#ofProduct.rows());
    const events = ranking(this.#events, this.#ofEvent.rows());
    const ofProduct = this.#ofProduct.sorted(products, strata);
    const ofEvent = this.#ofEvent.sorted(events, strata);
    const { offsets, column: event, count: a } = this.#cells.sorted(products, events);
    const n1 = rowSums(ofProduct);
    const m1 = rowSums(ofEvent);
    const byLabel = (labels: readonly string[], margins: Float64Array): ReadonlyMap<string, number> =>
      new Map(labels.map((label, i) => [label, margins[i]!]));
    const labelled = [byLabel(products.labels, n1), byLabel(events.labels, m1)] as const;
    checkMargins(products.labels, events.labels, offsets, event, a, ...labelled, n);
    if (echo.universe === "complete") {
      const ofPairs = new Float64Array(m1.length);
      for (let i = 0; i < a.length; i++) ofPairs[event[i]!]! += a[i]!;
      mustCover(products.labels, rowSums({ offsets, count: a }), n1);
      mustCover(events.labels, ofPairs, m1);
    }
    const margins =
      echo.strata === "none"
        ? undefined
        : {
            labels: strata.labels,
            n: Float64Array.from(strata.labels, (label) => this.#total.get(label)!),
            products: sparse(ofProduct),
            events: sparse(ofEvent),
          };
    return new PairCounts({
      products: products.labels,
      events: events.labels,
      rowOffsets: offsets,
      event,
      a: a.every((count) => count < 2 ** 32) ? Uint32Array.from(a) : a,
      n1,
      m1,
      n,
      expected: margins && expectedOverStrata(margins, { rowOffsets: offsets, event }),
      strata: margins,
      echo,
      excluded: {
        outOfScope: difference(of("known"), of("scope")),
        withoutProduct: difference(of("scope"), of("with product")),
        withoutEvent: difference(of("with product"), of("complete")),
      },
    });
  }
}

const sparse = ({ offsets, column, count }: SortedCounts): SparseMargins => ({ offsets, stratum: column, count });

/** Every complete report has a product and an event, so the cells of a label make its margin at least, or rows are missing. */
function mustCover(labels: readonly string[], cells: Float64Array, margins: Float64Array): void {
  const short = labels.findIndex((_, i) => cells[i]! < margins[i]!);
  if (short < 0) return;
  throw new PvError(
    "INVALID_ARGUMENT",
    `the answer lacks pairs: those of ${JSON.stringify(labels[short])} make ${cells[short]} of ${margins[short]} reports`,
  );
}

function strange(...row: readonly unknown[]): PvError {
  return new PvError(
    "INVALID_ARGUMENT",
    `expected rows kind, stratum, product, event, reports, got ${JSON.stringify(row)}`,
  );
}

function wholeCount(kind: string, value: SqlCount): number {
  const count = typeof value === "string" && !/^\d+$/.test(value) ? NaN : Number(value);
  if (!(Number.isSafeInteger(count) && count >= 0)) checkCount(`reports of a row ${JSON.stringify(kind)}`, count);
  return count;
}

function put(map: Map<string, number>, kind: string, key: string, count: number): void {
  if (map.has(key))
    throw new PvError("INVALID_ARGUMENT", `the answer has a row ${kind} of ${JSON.stringify(key)} twice`);
  map.set(key, count);
}

function sum(counts: Iterable<number>): number {
  let all = 0;
  for (const count of counts) all += count;
  checkCount("sum over strata", all);
  return all;
}

const rowSums = ({ offsets, count }: Pick<SortedCounts, "offsets" | "count">): Float64Array =>
  Float64Array.from({ length: offsets.length - 1 }, (_, i) => sum(count.subarray(offsets[i], offsets[i + 1])));

function difference(all: number, part: number): number {
  checkCount("reports left out", all - part);
  return all - part;
}
