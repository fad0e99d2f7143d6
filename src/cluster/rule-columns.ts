import { eventAxis, type EventKey, type ReportGroups } from "../count/axis.ts";
import { SERIOUS_KNOWN, type ReportTable } from "../count/table.ts";
import { betaI } from "../math/incomplete-beta.ts";
import { WindowCounter } from "./window-counter.ts";

/** Reactions of a table row, as numbers without repeats. */
export type ReactionsOf = (row: number) => Uint32Array;

/** Reactions of the given rows under a key. */
export function reactionsByRow(
  table: ReportTable,
  rows: Uint32Array,
  key: Exclude<EventKey, ReportGroups>,
): ReactionsOf {
  const { offsets, ids } = eventAxis(table, rows, key);
  const position = new Map<number, number>();
  rows.forEach((row, i) => position.set(row, i));
  return (row) => {
    const i = position.get(row)!;
    return ids.subarray(offsets[i], offsets[i + 1]);
  };
}

/** How often each value is there, and the largest of these numbers; adding and removing take constant time. */
class LargestCount {
  readonly #counts = new Map<number, number>();
  /** `#having[n]`: values that are there n times. */
  readonly #having: number[] = [];
  largest = 0;

  change(value: number, by: 1 | -1): void {
    const before = this.#counts.get(value) ?? 0;
    const after = before + by;
    this.#counts.set(value, after);
    this.#having[before] = (this.#having[before] ?? 0) - 1;
    this.#having[after] = (this.#having[after] ?? 0) + 1;
    if (after > this.largest) this.largest = after;
    else if (before === this.largest && this.#having[before] === 0) this.largest = after;
  }
}

const anyReport = (): boolean => true;

/** Columns of the largest number of alike reports, and which reports they count. */
const alike: Readonly<Record<string, (bits: number) => boolean>> = {
  similar: anyReport,
  similarSerious: (bits) => (bits & ~SERIOUS_KNOWN) !== 0,
  similarNotSerious: (bits) => bits === SERIOUS_KNOWN,
};

/** Columns of a rate against the group's own history, and which reports they count. */
const rated: Readonly<Record<string, (bits: number) => boolean>> = {
  reportsP: anyReport,
  notSeriousP: (bits) => bits === SERIOUS_KNOWN,
};

/** Whether a column needs the reactions of reports. */
export const needsReactions = (column: string): boolean => column in alike;

/** What the sliding window of one group holds, by column of the predicate; only columns that are read are kept up. */
export class RuleWindow {
  readonly #serious: Uint16Array;
  readonly #clock: Int32Array;
  readonly #counter: WindowCounter;
  readonly #reactions: ReactionsOf;
  readonly #alike: readonly { readonly name: string; readonly counts: LargestCount }[];
  readonly #rates: readonly { readonly name: string; window: number; past: number }[];
  readonly #past: number[] = [];
  #pastStart = 0;
  #notSerious = 0;
  readonly #days: { readonly window: number; readonly history: number; readonly first: number };
  #historyLength = 0;

  /** @param days - lengths of window and history, and the first day of observation */
  constructor(
    table: ReportTable,
    clock: Int32Array,
    columns: readonly string[],
    reactions: ReactionsOf,
    days: { readonly window: number; readonly history: number; readonly first: number },
  ) {
    this.#serious = table.columns.reports.serious;
    this.#clock = clock;
    this.#counter = new WindowCounter(table, clock);
    this.#reactions = reactions;
    this.#alike = columns.filter((name) => name in alike).map((name) => ({ name, counts: new LargestCount() }));
    this.#rates = columns.filter((name) => name in rated).map((name) => ({ name, window: 0, past: 0 }));
    this.#days = days;
  }

  add(row: number): void {
    this.#counter.add(row);
    this.#change(row, 1);
  }

  /** A report that leaves the window becomes history. */
  remove(row: number): void {
    this.#counter.remove(row);
    this.#change(row, -1);
    if (this.#rates.length === 0) return;
    this.#past.push(row);
    for (const rate of this.#rates) if (rated[rate.name]!(this.#serious[row]!)) rate.past++;
  }

  /** Ends a day: history reaches from the day before the window as far back as it may. */
  closeDay(day: number): void {
    if (this.#rates.length === 0) return;
    const windowStart = day - this.#days.window + 1;
    const start = Math.max(this.#days.first, windowStart - this.#days.history);
    this.#historyLength = Math.max(0, windowStart - start);
    for (; this.#pastStart < this.#past.length; this.#pastStart++) {
      const row = this.#past[this.#pastStart]!;
      if (this.#clock[row]! >= start) break;
      for (const rate of this.#rates) if (rated[rate.name]!(this.#serious[row]!)) rate.past--;
    }
  }

  value(name: string): number {
    if (name === "notSerious") return this.#notSerious;
    const similar = this.#alike.find((one) => one.name === name);
    if (similar !== undefined) return similar.counts.largest;
    const rate = this.#rates.find((one) => one.name === name);
    if (rate === undefined) return this.#counter.value(name);
    if (rate.window === 0) return 1;
    // N ~ Poisson(rate · window) with rate ~ Gamma(past + 1/2, days) is negative binomial; its tail is an incomplete beta.
    const { window } = this.#days;
    return betaI(rate.window, rate.past + 0.5, window / (window + this.#historyLength));
  }

  #change(row: number, by: 1 | -1): void {
    const bits = this.#serious[row]!;
    if (bits === SERIOUS_KNOWN) this.#notSerious += by;
    for (const { name, counts } of this.#alike) {
      if (alike[name]!(bits)) for (const reaction of this.#reactions(row)) counts.change(reaction, by);
    }
    for (const rate of this.#rates) if (rated[rate.name]!(bits)) rate.window += by;
  }
}
