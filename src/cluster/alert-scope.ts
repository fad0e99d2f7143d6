import { productLabels, type EventKey, type ProductKey, type ReportGroups } from "../count/axis.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { EventView } from "../count/view.ts";
import { PvError } from "../error.ts";
import { NO_DAY, requireDay } from "../report/date.ts";
import { DOMAINS, ROLES, type Domain } from "../report/report.ts";
import type { Clock } from "./alert.ts";

/** What the statistical detectors are told of the reports they look at. */
export interface AlertScopeOptions {
  /** Only reports received on or before this day count; `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Which day of a report counts; `"received"` unless told. */
  readonly clock?: Clock | undefined;
  /** Only these kinds of product; all unless told. */
  readonly domains?: readonly Domain[] | "all" | undefined;
  /** Count a unit's reports of one day and product once; `true` unless told. Reports without a unit count each. */
  readonly unitDays?: boolean | undefined;
}

/** Reports left out, and why. */
export interface AlertExclusions {
  readonly otherDomain: number;
  readonly receivedLater: number;
  /** No day of receipt, or one known only to the month or year: nobody can say whether it was there by `asOf`. */
  readonly withoutReceipt: number;
  /** On the clock of events: no exact day, or one after the receipt. */
  readonly withoutExactDate: number;
  /** Earlier than the days looked at. */
  readonly beforePeriod: number;
}

/** Rows in scope, ascending, with the day that counts. */
export interface ScopedRows {
  readonly asOf: number;
  readonly clock: Clock;
  readonly rows: Int32Array;
  /** Day numbers by table row. */
  readonly day: Int32Array;
  readonly excluded: AlertExclusions;
}

/**
 * @param days - length of the period that ends with `asOf`
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`, `EMPTY_SCOPE`
 */
export function scopedRows(table: ReportTable, options: AlertScopeOptions, days: number): ScopedRows {
  const asOf = requireDay("asOf", options.asOf);
  const { clock = "received", domains = "all" } = options;
  requireOneOf("clock", clock, ["received", "event"]);
  const { reports } = table.columns;
  const day = clock === "received" ? reports.received.day : reports.event.day;
  const excluded = { otherDomain: 0, receivedLater: 0, withoutReceipt: 0, withoutExactDate: 0, beforePeriod: 0 };
  const rows: number[] = [];
  for (let row = 0; row < table.size; row++) {
    const received = reports.received.day[row]!;
    if (domains !== "all" && !domains.includes(DOMAINS[reports.domain[row]! - 1]!)) excluded.otherDomain++;
    else if (received === NO_DAY || reports.received.precision[row] !== 1) excluded.withoutReceipt++;
    else if (received > asOf) excluded.receivedLater++;
    else if (clock === "event" && (day[row] === NO_DAY || reports.event.precision[row] !== 1 || day[row]! > received))
      excluded.withoutExactDate++;
    else if (day[row]! <= asOf - days) excluded.beforePeriod++;
    else rows.push(row);
  }
  if (rows.length === 0) {
    throw new PvError("EMPTY_SCOPE", `no report is left as of ${options.asOf}: ${JSON.stringify(excluded)}`);
  }
  return { asOf, clock, rows: Int32Array.from(rows), day, excluded };
}

/** Distinct labels of the suspect and interacting products of a report. */
export function suspectLabels(
  table: ReportTable,
  key: Exclude<ProductKey, ReportGroups>,
): (row: number) => readonly string[] {
  const { productOffsets, products } = table.columns;
  const labelsOf = productLabels(table, key);
  return (row) => {
    const found = new Set<string>();
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      if (isSuspect(products.role[j]!)) for (const label of labelsOf(j)) if (label !== "") found.add(label);
    }
    return [...found];
  };
}

/** Whether a product row's role is one that a reaction is put down to. */
export function isSuspect(code: number): boolean {
  const role = ROLES[code - 1];
  return role === "suspect" || role === "interacting";
}

/** Distinct labels of the reactions of a report. */
export function reactionLabels(
  table: ReportTable,
  key: Exclude<EventKey, ReportGroups>,
): (row: number) => readonly string[] {
  const { eventOffsets, events } = table.columns;
  const view = new EventView(table);
  return (row) => {
    const found = new Set<string>();
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      view.row = j;
      const names = typeof key === "string" ? textAt(events[key], j) : key(view);
      for (const name of names === undefined ? [] : typeof names === "string" ? [names] : names)
        if (name !== "") found.add(name);
    }
    return [...found];
  };
}

/** Says of each report and label whether it counts: with unit-days, the first of its unit, day and label does. */
export function unitDayFilter(
  table: ReportTable,
  day: Int32Array,
  unitDays: boolean,
): (row: number, label: string) => boolean {
  const { codes } = table.columns.reports.unit;
  const seen = new Set<string>();
  return (row, label) => {
    if (!unitDays || codes[row]! < 0) return true;
    const key = `${codes[row]} ${day[row]} ${label}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

/** @throws PvError `INVALID_OPTION` */
export function requireWhole(name: string, value: number, from: number, to = Number.MAX_SAFE_INTEGER): number {
  if (!(Number.isSafeInteger(value) && value >= from && value <= to)) {
    throw new PvError("INVALID_OPTION", `${name}: expected a whole number from ${from} to ${to}, got ${value}`);
  }
  return value;
}

/** @throws PvError `INVALID_OPTION` */
export function requirePositive(name: string, value: number): number {
  if (!(value > 0)) throw new PvError("INVALID_OPTION", `${name}: expected a number above 0, got ${value}`);
  return value;
}

/** @throws PvError `INVALID_OPTION` */
export function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new PvError("INVALID_OPTION", `${name}: expected ${allowed.join(", ")}, got ${JSON.stringify(value)}`);
  }
}
