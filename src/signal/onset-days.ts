import { PvError } from "../error.ts";
import { productLabels, type KeyFunction, type ProductKey } from "../count/axis.ts";
import type { Axis } from "../count/axis-builder.ts";
import type { PairCounts, PairOrigin } from "../count/pairs.ts";
import { PRECISIONS, textAt, type DateColumn, type ReportTable } from "../count/table.ts";
import { EventView, type ProductView } from "../count/view.ts";
import { NO_DAY, requireDay, type PartialDate } from "../report/date.ts";
import { DOMAINS, ROLES } from "../report/report.ts";
import type { Wording } from "../report/wording.ts";

/** Reports that give no time to onset, and why; each is counted once, under the first reason that applies. */
export interface OnsetExclusions {
  /** No product row in question has a start. */
  readonly withoutStart: number;
  /** The start is known to the month or year only. */
  readonly partialStart: number;
  /** Neither the event nor the report says when it began. */
  readonly withoutOnset: number;
  readonly partialOnset: number;
  /** The event began before the product was started. */
  readonly beforeStart: number;
  /** More days than `maximumDays`, or an onset after `asOf`. */
  readonly beyond: number;
}

/** What the reasons are called. */
export const ONSET_EXCLUSION_WORDING: Readonly<Record<keyof OnsetExclusions, Wording>> = {
  withoutStart: { zh: "无开始使用日期", en: "no start date of the product" },
  partialStart: { zh: "开始使用日期不完整", en: "start date known to the month or year only" },
  withoutOnset: { zh: "无事件发生日期", en: "no date of the event" },
  partialOnset: { zh: "事件发生日期不完整", en: "date of the event known to the month or year only" },
  beforeStart: { zh: "事件早于开始使用", en: "the event began before the product was started" },
  beyond: { zh: "超出设定的天数或截止日期", en: "beyond the longest time or the last day chosen" },
};

/** Days from start of a product to onset of an event, one value a report. */
export interface OnsetDays {
  /** Whole days from 0, ascending. */
  readonly days: Int32Array;
  /** Day each of them started from, since 1970-01-01; ascending among equal ones. */
  readonly start: Int32Array;
  /** Reports looked at: those with a value and those excluded. */
  readonly reports: number;
  readonly excluded: OnsetExclusions;
}

/** How times are read from reports. */
export interface OnsetOptions {
  /** Leave out longer times, which are often wrong years; none unless told. */
  readonly maximumDays?: number | undefined;
  /** Last day on which an event could have begun and be in the data, `YYYY-MM-DD`; later ones are left out. */
  readonly asOf?: PartialDate | undefined;
  /** Product key of the counts, where it was a function. */
  readonly productKey?: KeyFunction<ProductView> | undefined;
  /** Labels of an event row, where the counts are not of terms or codes. */
  readonly eventKey?: KeyFunction<EventView> | undefined;
}

/** Days to onset of a pair and of what it is compared with. */
export interface OnsetComparison {
  /** Reports with product and event. */
  readonly pair: OnsetDays;
  /** Reports with the product and without the event: to the first of their other events. */
  readonly otherEvents: OnsetDays;
  /** Reports with the event and without the product: from the first of their other products. */
  readonly otherProducts: OnsetDays;
}

/**
 * Days from the start of a product to the onset of an event, for the reports of a pair and its two backgrounds. The sets of
 * reports are disjoint and each report gives one value at most: earliest full start date of the rows of the product (in the
 * roles and kinds that were counted) to earliest full onset of the rows of the event. Where no row of the event has an onset,
 * the event date of the report stands for it. Dates known to the month or year give no days and are counted; nothing is
 * filled in.
 *
 * Day 0 is the day of the start. Dates that were filled in when the true one was not known (1 January, day 1 of a month) look
 * like full dates; checks of date artefacts find them.
 *
 * @param table - the reports that `counts` was counted from
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` when the counts did not come from reports, or their product or event key is
 *   a function or group that is not given again; `INVALID_ARGUMENT`; `INVALID_DATE`
 * @example
 * onsetDays(table, counts, { product: "ISOTRETINOIN", event: "Depression" }).pair.excluded.partialStart;
 */
export function onsetDays(
  table: ReportTable,
  counts: PairCounts,
  { product, event }: { readonly product: string; readonly event: string },
  options: OnsetOptions = {},
): OnsetComparison {
  const { maximumDays = Infinity } = options;
  if (!(maximumDays >= 0)) throw new PvError("INVALID_ARGUMENT", `maximumDays: 0 or more, got ${maximumDays}`);
  const last = options.asOf === undefined ? Infinity : requireDay("asOf", options.asOf);
  const { rows, products, events } = reportOrigin(counts);
  if (rows.length > 0 && rows[rows.length - 1]! >= table.size)
    throw new PvError("INVALID_ARGUMENT", `table: ${table.size} reports, fewer than were counted`);
  counts.find(product, event);
  const p = products.labels.indexOf(product);
  const e = events.labels.indexOf(event);
  const read = new DateReader(table, counts, options);
  const pair = new Collector(maximumDays, last);
  const otherEvents = new Collector(maximumDays, last);
  const otherProducts = new Collector(maximumDays, last);
  for (let i = 0; i < rows.length; i++) {
    const withProduct = has(products, i, p);
    const withEvent = has(events, i, e);
    const row = rows[i]!;
    if (withProduct && withEvent) pair.add(read.start(row, product), read.onset(row, event));
    else if (withProduct) otherEvents.add(read.start(row, product), read.onset(row, undefined));
    else if (withEvent) otherProducts.add(read.start(row, undefined), read.onset(row, event));
  }
  return { pair: pair.finish(), otherEvents: otherEvents.finish(), otherProducts: otherProducts.finish() };
}

/** A day, or why there is none. */
type Found = number | "missing" | "partial";

class Collector {
  readonly #maximum: number;
  readonly #last: number;
  readonly #values: { readonly start: number; readonly days: number }[] = [];
  #reports = 0;
  readonly #excluded = {
    withoutStart: 0,
    partialStart: 0,
    withoutOnset: 0,
    partialOnset: 0,
    beforeStart: 0,
    beyond: 0,
  };

  constructor(maximum: number, last: number) {
    this.#maximum = maximum;
    this.#last = last;
  }

  add(start: Found, onset: Found): void {
    this.#reports++;
    const excluded = this.#excluded;
    if (start === "missing") excluded.withoutStart++;
    else if (start === "partial") excluded.partialStart++;
    else if (onset === "missing") excluded.withoutOnset++;
    else if (onset === "partial") excluded.partialOnset++;
    else if (onset < start) excluded.beforeStart++;
    else if (onset - start > this.#maximum || onset > this.#last) excluded.beyond++;
    else this.#values.push({ start, days: onset - start });
  }

  finish(): OnsetDays {
    const values = this.#values.sort((x, y) => x.days - y.days || x.start - y.start);
    return {
      days: Int32Array.from(values, (value) => value.days),
      start: Int32Array.from(values, (value) => value.start),
      reports: this.#reports,
      excluded: { ...this.#excluded },
    };
  }
}

/** Earliest full date among some rows, read through the product and event keys of the counts. */
class DateReader {
  readonly #table: ReportTable;
  readonly #isCounted: (productRow: number, row: number) => boolean;
  readonly #productLabels: (productRow: number) => readonly string[];
  readonly #eventLabels: (eventRow: number) => readonly string[];

  constructor(table: ReportTable, counts: PairCounts, { productKey, eventKey }: OnsetOptions) {
    this.#table = table;
    const { roles, domains } = counts.options;
    const { products, reports } = table.columns;
    const roleWanted = ROLES.map((role) => roles === "all" || roles.includes(role));
    const domainWanted = DOMAINS.map((domain) => domains === "all" || domains.includes(domain));
    this.#isCounted = (j, row) =>
      roleWanted[products.role[j]! - 1] === true &&
      domainWanted[(products.domain[j]! || reports.domain[row]!) - 1] === true;
    this.#productLabels = productLabels(table, productKey ?? productLevel(counts));
    this.#eventLabels = eventLabels(table, counts, eventKey);
  }

  /** Start of a product; of any counted product when none is named. */
  start(row: number, product: string | undefined): Found {
    const { productOffsets, products } = this.#table.columns;
    const found = new Earliest();
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      if (!this.#isCounted(j, row)) continue;
      if (product === undefined || this.#productLabels(j).includes(product)) found.see(products.start, j);
    }
    return found.day();
  }

  /** Onset of an event; of any event when none is named. The event date of the report where no such row has an onset. */
  onset(row: number, event: string | undefined): Found {
    const { eventOffsets, events, reports } = this.#table.columns;
    const found = new Earliest();
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++)
      if (event === undefined || this.#eventLabels(j).includes(event)) found.see(events.onset, j);
    if (found.day() === "missing") found.see(reports.event, row);
    return found.day();
  }
}

class Earliest {
  #day = Infinity;
  #isPartial = false;

  see(column: DateColumn, row: number): void {
    if (column.day[row] === NO_DAY) return;
    if (PRECISIONS[column.precision[row]! - 1] === "day") this.#day = Math.min(this.#day, column.day[row]!);
    else this.#isPartial = true;
  }

  day(): Found {
    return this.#day < Infinity ? this.#day : this.#isPartial ? "partial" : "missing";
  }
}

const LEVELS: ReadonlySet<string> = new Set(["name", "ingredient", "manufacturer", "lot", "code"]);

function productLevel(counts: PairCounts): Exclude<ProductKey, object> {
  const { product } = counts.options;
  if (LEVELS.has(product)) return product as Exclude<ProductKey, object>;
  throw new PvError("INVALID_OPTION", `the counts have a product key of their own (${product}): give it as productKey`);
}

function eventLabels(
  table: ReportTable,
  counts: PairCounts,
  key: KeyFunction<EventView> | undefined,
): (eventRow: number) => readonly string[] {
  const { events } = table.columns;
  const one = (label: string | undefined): readonly string[] => (label === undefined ? [] : [label]);
  if (key !== undefined) {
    const view = new EventView(table);
    return (row) => {
      view.row = row;
      const labels = key(view);
      return typeof labels === "object" ? labels : one(labels);
    };
  }
  const { event } = counts.options;
  if (event === "term") return (row) => one(textAt(events.term, row));
  if (event === "code") return (row) => one(textAt(events.code, row));
  throw new PvError("INVALID_OPTION", `the counts are not of terms or codes (${event}): give the labels as eventKey`);
}

function reportOrigin(counts: PairCounts): PairOrigin {
  if (counts.origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no dates behind them");
  return counts.origin;
}

function has(axis: Axis, i: number, label: number): boolean {
  for (let k = axis.offsets[i]!; k < axis.offsets[i + 1]!; k++) if (axis.ids[k] === label) return true;
  return false;
}
