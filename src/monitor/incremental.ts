import { PvError } from "../error.ts";
import type { CountOptions } from "../count/count.ts";
import { independent, type FourfoldColumns } from "../count/fourfold.ts";
import { Ints } from "../count/growing.ts";
import { expectedOverStrata } from "../count/expected.ts";
import { PairCounts, type CountEcho, type SparseMargins } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { isEventLevel } from "../count/terminology-level.ts";
import { DOMAINS, type Domain } from "../report/report.ts";
import { sparseRows, StandingLabels, type RankedLabels } from "./incremental-order.ts";
import { PairTable } from "./incremental-pairs.ts";
import {
  COMPLETE,
  ContributionReader,
  Contributions,
  OUT_OF_SCOPE,
  WITHOUT_EVENT,
  WITHOUT_PRODUCT,
} from "./incremental-read.ts";

/** Pairs whose number of reports changed. */
export interface ChangedPairs {
  /** Numbers of the pairs in the counts that gave them, ascending. */
  readonly pair: Int32Array;
  /** Reports of each pair before and after. */
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/**
 * Pair counts that follow the reports: a report added or taken away changes its own pairs, margins and strata and nothing
 * else. `counts()` equals `countPairs` over the reports that stand, in every number, order, exclusion and echo; it has no
 * `origin`. A pair keeps its number for good, so that it can be asked for again.
 *
 * @throws PvError `INVALID_OPTION` for lists of report ids, a comparator and unit `"cell"`, which do not add up report by
 *   report, and for a field that cannot stratify
 */
export class IncrementalCounts {
  readonly options: CountOptions;
  readonly #reader: ContributionReader;
  readonly #pairs = new PairTable();
  readonly #n1 = new Ints();
  readonly #m1 = new Ints();
  /** Reports by how far they came. */
  readonly #reached = new Float64Array(COMPLETE + 1);
  /** Reports that name each domain, in scope or not. */
  readonly #domains = new Float64Array(DOMAINS.length + 1);
  readonly #productStrata = new PairTable();
  readonly #eventStrata = new PairTable();
  readonly #ofStratum = new Ints();
  readonly #products: StandingLabels;
  readonly #events: StandingLabels;
  readonly #strata: StandingLabels;
  /** Per pair: the change in which it was last touched, and its count before that. */
  readonly #touchedIn = new Ints();
  readonly #before = new Ints();
  readonly #touched = new Ints();
  #change = 0;

  constructor(options: CountOptions = {}) {
    this.options = options;
    this.#reader = new ContributionReader(options);
    this.#products = new StandingLabels(this.#reader.products.names, this.#n1);
    this.#events = new StandingLabels(this.#reader.events.names, this.#m1);
    this.#strata = new StandingLabels(this.#reader.strata.names, this.#ofStratum);
  }

  /** Number of reports counted. */
  get n(): number {
    const complete = this.#reached[COMPLETE]!;
    return this.options.universe === "all"
      ? complete + this.#reached[WITHOUT_PRODUCT]! + this.#reached[WITHOUT_EVENT]!
      : complete;
  }

  /** Reads what rows of a table would add, without adding it. */
  read(table: ReportTable, rows: Uint32Array | Int32Array, into: Contributions = new Contributions()): Contributions {
    this.#reader.read(table, rows, into);
    return into;
  }

  /** Adds (`sign` 1) or takes away (-1) the contribution that begins at `at`. */
  add({ data: { data } }: Contributions, at: number, sign: 1 | -1): void {
    const reached = data[at]!;
    this.#reached[reached]! += sign;
    for (let domain = 1, bits = data[at + 2]! >> 1; bits !== 0; domain++, bits >>= 1)
      if ((bits & 1) === 1) this.#domains[domain]! += sign;
    if (reached === OUT_OF_SCOPE) return;
    const products = at + 4;
    const productEnd = products + data[at + 3]!;
    const events = productEnd + 1;
    const eventEnd = events + data[productEnd]!;
    const kindEnd = eventEnd + 1 + data[eventEnd]!;
    for (let k = eventEnd + 1; k < kindEnd; k++) this.#reader.terms.kinds[data[k]!]!.events += sign;
    if (reached !== COMPLETE && this.options.universe !== "all") return;
    const stratum = data[at + 1]!;
    for (let i = products; i < productEnd; i++) {
      addAt(this.#n1, data[i]!, sign);
      if (stratum >= 0) addPair(this.#productStrata, data[i]!, stratum, sign);
      for (let k = events; k < eventEnd; k++) this.#addPair(data[i]!, data[k]!, sign);
    }
    for (let k = events; k < eventEnd; k++) {
      addAt(this.#m1, data[k]!, sign);
      if (stratum >= 0) addPair(this.#eventStrata, data[k]!, stratum, sign);
    }
    if (stratum >= 0) addAt(this.#ofStratum, stratum, sign);
  }

  /** The pairs whose counts differ from those at the last call. */
  takeChanges(): ChangedPairs {
    const { count } = this.#pairs;
    const isChanged = (pair: number): boolean => count.data[pair] !== this.#before.data[pair];
    const pair = this.#touched.data.slice(0, this.#touched.length).filter(isChanged).sort();
    this.#touched.length = 0;
    this.#change++;
    return { pair, before: this.#before.take(pair), after: count.take(pair) };
  }

  /** Product and event of a pair, with its reports now. */
  pairAt(pair: number): { readonly product: string; readonly event: string; readonly a: number } {
    const { products, events } = this.#reader;
    return {
      product: products.names[this.#pairs.first.data[pair]!]!,
      event: events.names[this.#pairs.second.data[pair]!]!,
      a: this.#pairs.count.data[pair]!,
    };
  }

  /** Number of a pair, or -1 when product and event never occurred together. */
  find(product: string, event: string): number {
    return this.#pairs.find(this.#reader.products.find(product), this.#reader.events.find(event));
  }

  /**
   * Cells and expected counts of some pairs as they stand now; those of a pair without reports tell what would be expected.
   *
   * @throws PvError `MIXED_DOMAINS`, `MIXED_TERMINOLOGIES`, `EMPTY_SCOPE` as `countPairs` does
   */
  cells(pairs: ArrayLike<number>): FourfoldColumns {
    this.#presentDomains();
    if (!isEventLevel(this.options.event)) this.#reader.terms.echo(false);
    const { n } = this;
    const size = pairs.length;
    const column = (): Float64Array => new Float64Array(size);
    const cells = { a: column(), b: column(), c: column(), d: column(), expected: column() };
    const strata = this.options.strata === undefined ? undefined : this.#strata.inOrder();
    for (let i = 0; i < size; i++) {
      const [p, e] = [this.#pairs.first.data[pairs[i]!]!, this.#pairs.second.data[pairs[i]!]!];
      const [a, n1, m1] = [this.#pairs.count.data[pairs[i]!]!, this.#n1.data[p]!, this.#m1.data[e]!];
      cells.a[i] = a;
      cells.b[i] = n1 - a;
      cells.c[i] = m1 - a;
      cells.d[i] = n - n1 - (m1 - a);
      cells.expected[i] = strata === undefined ? independent(n1, m1, n) : this.#expected(p, e, strata);
    }
    return cells;
  }

  /**
   * The counts of all pairs.
   *
   * @throws PvError `MIXED_DOMAINS`, `EMPTY_SCOPE`, `MIXED_TERMINOLOGIES`, `UNKNOWN_TERM` as `countPairs` does
   */
  counts(): PairCounts {
    const echo = this.#echo();
    const [outOfScope, withoutProduct, withoutEvent, complete] = this.#reached as unknown as number[];
    const excluded = { outOfScope: outOfScope!, withoutProduct: withoutProduct!, withoutEvent: withoutEvent! };
    if (complete === 0) {
      throw new PvError(
        "EMPTY_SCOPE",
        `no report is left to count: ${excluded.outOfScope} outside domain and where, ${excluded.withoutProduct} without a product in the chosen roles and level, ${excluded.withoutEvent} without an event`,
      );
    }
    const products = this.#products.ranked();
    const events = this.#events.ranked();
    const pairs = sparseRows(this.#pairs, products, events);
    const { n } = this;
    return new PairCounts({
      products: products.labels,
      events: events.labels,
      rowOffsets: pairs.offsets,
      event: pairs.column,
      a: pairs.count,
      n1: products.count,
      m1: events.count,
      n,
      echo,
      excluded,
      expected: this.options.strata === undefined ? undefined : this.#allExpected(products, events, pairs),
    });
  }

  #addPair(product: number, event: number, sign: 1 | -1): void {
    const pair = this.#pairs.number(product, event);
    while (this.#touchedIn.length <= pair) {
      this.#touchedIn.push(-1);
      this.#before.push(0);
    }
    const { data } = this.#pairs.count;
    if (this.#touchedIn.data[pair] !== this.#change) {
      this.#touchedIn.data[pair] = this.#change;
      this.#before.data[pair] = data[pair]!;
      this.#touched.push(pair);
    }
    data[pair]! += sign;
  }

  /** Σ over strata of n1·m1/n, in the order of the strata: adding nothing where a product has none leaves the bits alone. */
  #expected(product: number, event: number, strata: readonly number[]): number {
    let sum = 0;
    for (const stratum of strata) {
      const n1 = this.#productStrata.of(product, stratum);
      if (n1 === 0) continue;
      const m1 = this.#eventStrata.of(event, stratum);
      if (m1 !== 0) sum += m1 * (n1 / this.#ofStratum.data[stratum]!);
    }
    return sum;
  }

  #allExpected(
    products: RankedLabels,
    events: RankedLabels,
    pairs: { readonly offsets: Uint32Array; readonly column: Uint32Array },
  ): Float64Array {
    const strata = this.#strata.ranked();
    const margins = (table: PairTable, of: RankedLabels): SparseMargins => {
      const { offsets, column, count } = sparseRows(table, of, strata);
      return { offsets, stratum: column, count: Float64Array.from(count) };
    };
    return expectedOverStrata(
      {
        labels: strata.labels,
        n: strata.count,
        products: margins(this.#productStrata, products),
        events: margins(this.#eventStrata, events),
      },
      { rowOffsets: pairs.offsets, event: pairs.column },
    );
  }

  #presentDomains(): readonly Domain[] | "all" {
    const { domain } = this.options;
    if (domain !== undefined) return domain === "all" || typeof domain !== "string" ? domain : [domain];
    const present = DOMAINS.filter((_, i) => this.#domains[i + 1]! > 0);
    if (present.length <= 1) return present;
    throw new PvError(
      "MIXED_DOMAINS",
      `the reports are of ${present.join(", ")}: choose one with domain, or "all" to compare them with each other on purpose`,
    );
  }

  #echo(): CountEcho {
    const { product = "name", event = "term", where, strata, roles, universe = "complete" } = this.options;
    const domains = this.#presentDomains();
    const level = isEventLevel(event) ? event : undefined;
    const { terms } = this.#reader;
    const terminology = terms.echo(level !== undefined);
    const mapping = terms.mapping();
    const isTold = mapping !== undefined || terminology.declared.length > 0 || terminology.rule !== "one";
    return {
      product: typeof product === "string" ? product : "custom",
      event:
        level === undefined
          ? typeof event === "string"
            ? event
            : "custom"
          : `${level.dictionary.label} ${level.level}`,
      roles: roles ?? ["suspect", "interacting"],
      domains,
      where: where === undefined ? "all" : "custom",
      background: "scope",
      strata: strata === undefined ? "none" : typeof strata === "function" ? "custom" : strata,
      unit: "report",
      universe,
      ...(isTold ? { terminology: mapping === undefined ? terminology : { ...terminology, mapping } } : {}),
    };
  }
}

function addAt(counts: Ints, label: number, sign: 1 | -1): void {
  while (counts.length <= label) counts.push(0);
  counts.data[label]! += sign;
}

function addPair(table: PairTable, first: number, second: number, sign: 1 | -1): void {
  const pair = table.number(first, second);
  table.count.data[pair]! += sign;
}
