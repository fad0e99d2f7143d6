import { SERIOUS_KNOWN, type ReportTable } from "../count/table.ts";
import { SERIOUSNESS } from "../report/report.ts";

/** Bit of a death in the seriousness column. */
export const DEATH = 1 << SERIOUSNESS.indexOf("death");

/** Running counts of the reports inside the sliding window. */
export class WindowCounter {
  readonly #serious: Uint16Array;
  readonly #unit: Int32Array;
  readonly #clock: Int32Array;
  readonly #units = new Map<number, number>();
  readonly #unitDays = new Map<string, number>();
  readonly #counts: Record<string, number> = { reports: 0, serious: 0, deaths: 0 };

  constructor(table: ReportTable, clock: Int32Array) {
    this.#serious = table.columns.reports.serious;
    this.#unit = table.columns.reports.unit.codes;
    this.#clock = clock;
  }

  add(row: number): void {
    this.#change(row, 1);
  }

  remove(row: number): void {
    this.#change(row, -1);
  }

  value(name: string): number {
    if (name === "units") return this.#units.size;
    return name === "unitDays" ? this.#unitDays.size : this.#counts[name]!;
  }

  #change(row: number, by: 1 | -1): void {
    const bits = this.#serious[row]!;
    this.#counts["reports"]! += by;
    if ((bits & ~SERIOUS_KNOWN) !== 0) this.#counts["serious"]! += by;
    if ((bits & DEATH) !== 0) this.#counts["deaths"]! += by;
    const unit = this.#unit[row]!;
    // A report without a unit counts for itself: it may have come from anywhere.
    if (unit >= 0) shift(this.#units, unit, by);
    shift(this.#unitDays, unit >= 0 ? `${unit} ${this.#clock[row]!}` : `row ${row}`, by);
  }
}

function shift<Key>(counts: Map<Key, number>, key: Key, by: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
