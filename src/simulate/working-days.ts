import { isoDay, requireDay } from "../report/date.ts";
import type { DaysOff } from "./province-options.ts";

/** Which days an office works on. */
export class WorkingDays {
  readonly #off = new Set<number>();

  constructor(daysOff: readonly DaysOff[]) {
    for (const { from, to } of daysOff) {
      for (let day = requireDay("from", from); day <= requireDay("to", to); day++) this.#off.add(day);
    }
  }

  /** Saturday, Sunday, or a holiday. */
  isOff(day: number): boolean {
    return this.#off.has(day) || (((day + 3) % 7) + 7) % 7 >= 5;
  }

  /** The day a report sent on `day` is received: one in four comes in on a day off, the others on the next working days. */
  next(day: number, u: number): number {
    if (!this.isOff(day) || u < 0.25) return day;
    let next = day;
    while (this.isOff(next)) next++;
    // What waited over a long holiday is worked off in up to five days.
    const waited = Math.min(5, next - day);
    let catchUp = next + Math.floor(((u - 0.25) / 0.75) * waited);
    while (this.isOff(catchUp)) catchUp++;
    return catchUp;
  }

  /** The third-last day of the month of `day`, or the day itself after that. */
  monthEnd(day: number): number {
    const month = isoDay(day).slice(0, 7);
    let last = day;
    while (isoDay(last + 1).startsWith(month)) last++;
    return Math.max(day, last - 2);
  }
}
