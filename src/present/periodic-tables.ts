import { PvError } from "../error.ts";
import { countFigure, type Figure, type ReportSelection } from "./figure.ts";
import { readPeriod, type PeriodicOptions } from "./periodic.ts";
import type { ReportPeriod } from "./periodic-period.ts";
import type { PeriodicReader, ReadingOptions } from "./periodic-reader.ts";

/** Counts of one event, or of all, in one stretch of time. */
export interface TabulationCells {
  readonly serious: Figure;
  readonly notSerious: Figure;
  /** The report does not say. */
  readonly unknown: Figure;
  /** Reports of death; they are among the serious ones where the source has it so. */
  readonly deaths: Figure;
  readonly total: Figure;
}

/** One line of a summary tabulation. */
export interface TabulationRow {
  /** Null in the line of all reports. */
  readonly event: string | null;
  readonly interval: TabulationCells;
  readonly cumulative: TabulationCells;
}

/** Interval and cumulative summary tabulations of one product, as a periodic safety update report has them. */
export interface Tabulations {
  readonly format: "pvsignal-tabulations";
  readonly version: 1;
  readonly product: string;
  readonly asOf: string;
  readonly clock: ReportSelection["clock"];
  readonly interval: ReportPeriod;
  /** Reports, not events: one report with two events counts once in the line of each and once here. */
  readonly all: TabulationRow;
  /** Every event ever reported with the product, by name. */
  readonly rows: readonly TabulationRow[];
}

/**
 * Reports with a product by event and seriousness: in the period, and from the start of the data to its end (PSUR; ICH E2C(R2) gives
 * such tables by event and seriousness). Reports without a usable date are in neither.
 *
 * @param options - `product` is a label of the product axis, whose key is `productKey`
 * @throws PvError `UNKNOWN_TERM` when no report names the product; `INVALID_DATE`, `INVALID_OPTION`
 */
export function periodicTables(
  options: Pick<PeriodicOptions, "table" | "period" | "asOf"> &
    Omit<ReadingOptions, "product"> & {
      readonly product: string;
      readonly productKey?: ReadingOptions["product"];
    },
): Tabulations {
  const { product, productKey, ...rest } = options;
  const { reader, period } = readPeriod({ ...rest, product: productKey });
  if (!reader.axis("product").labels.includes(product))
    throw new PvError("UNKNOWN_TERM", `no report names the product ${JSON.stringify(product)}`);
  const ever = reader.rows({ from: null, to: period.to, where: { product } });
  const inPeriod = new Set(reader.rows({ from: period.from, to: period.to, where: { product } }));
  const tallies = { interval: new Tally(reader), cumulative: new Tally(reader) };
  for (const row of ever) {
    tallies.cumulative.add(row);
    if (inPeriod.has(row)) tallies.interval.add(row);
  }
  const { labels } = reader.axis("event");
  const line = (code: number | null): TabulationRow => {
    const event = code === null ? null : labels[code]!;
    const where = event === null ? { product } : { product, event };
    return {
      event,
      interval: tallies.interval.cells(code, { from: period.from, to: period.to, where }),
      cumulative: tallies.cumulative.cells(code, { from: null, to: period.to, where }),
    };
  };
  return {
    format: "pvsignal-tabulations",
    version: 1,
    product,
    asOf: options.asOf,
    clock: reader.clock,
    interval: period,
    all: line(null),
    // Labels are sorted, and so are their numbers.
    rows: tallies.cumulative.events().map(line),
  };
}

/** What the columns of a tabulation add to a selection, in the order of the tallies. */
const parts = [
  { seriousness: "serious" },
  { seriousness: "not-serious" },
  { seriousness: null },
  { criterion: "death" },
  {},
] as const satisfies readonly ReportSelection["where"][];

/** Reports by event and part, in one pass over the rows. */
class Tally {
  readonly #reader: PeriodicReader;
  readonly #counts = new Map<number | null, Uint32Array>();

  constructor(reader: PeriodicReader) {
    this.#reader = reader;
  }

  add(row: number): void {
    const reader = this.#reader;
    const has = parts.map((where) => reader.matches(row, where));
    const { offsets, ids } = reader.axis("event");
    for (const code of [null, ...ids.subarray(offsets[row], offsets[row + 1])]) {
      let counts = this.#counts.get(code);
      if (counts === undefined) this.#counts.set(code, (counts = new Uint32Array(parts.length)));
      has.forEach((yes, i) => (counts[i]! += Number(yes)));
    }
  }

  /** Numbers of the events that occur, ascending. */
  events(): number[] {
    return [...this.#counts.keys()].filter((code) => code !== null).sort((x, y) => x - y);
  }

  cells(code: number | null, { from, to, where }: Omit<ReportSelection, "clock">): TabulationCells {
    const [serious, notSerious, unknown, deaths, total] = parts.map((extra, i): Figure => {
      const of = { from, to, clock: this.#reader.clock, where: { ...where, ...extra } };
      return countFigure(this.#counts.get(code)?.[i] ?? 0, { kind: "reports", of });
    });
    return { serious: serious!, notSerious: notSerious!, unknown: unknown!, deaths: deaths!, total: total! };
  }
}
