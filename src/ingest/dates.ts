import { isCalendarDate, type PartialDate } from "../report/date.ts";
import { ownString } from "./own-string.ts";

/** Order of the parts of a date of digits and separators. A year of four digits may stand in front in all of them. */
export type DateOrder = "iso" | "mdy" | "dmy" | "ymd-compact";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

const compact = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:\d{6})?)?)?(?:\.0+)?$/;
const yearFirst = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ].*)?$/;
const yearLast = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ].*)?$/;
const monthAndYear = /^(\d{1,2})[-/.](\d{4})$/;
const monthName = /^(\d{1,2})[- ]([A-Z]{3})[- ](\d{4}|\d{2})(?:[T ].*)?$/i;

/**
 * Reads a date with the precision it was given in. Times are dropped and no zone is applied. A year of two digits is 1969 to
 * 2068 (the POSIX rule). Understood in every order: `2014`, `201403`, `20140314`, `2014-03-14`, `2014/03/14 00:00:00.000`,
 * `14-MAR-14`; and, by `order`, `3/14/2014`, `14/3/2014` and `3/2014`.
 *
 * @returns `undefined` when the text is no date, or no day of the calendar
 */
export function readDate(text: string, order: DateOrder): PartialDate | undefined {
  const ymd = compact.exec(text) ?? yearFirst.exec(text);
  if (ymd !== null) return join(Number(ymd[1]), ymd[2], ymd[3]);
  const named = monthName.exec(text);
  if (named !== null) {
    const month = MONTHS.indexOf(named[2]!.toUpperCase()) + 1;
    return month === 0 ? undefined : join(fullYear(named[3]!), String(month), named[1]);
  }
  if (order !== "mdy" && order !== "dmy") return undefined;
  const parts = yearLast.exec(text);
  if (parts !== null) {
    const [, first, second, year] = parts;
    return order === "mdy" ? join(fullYear(year!), first, second) : join(fullYear(year!), second, first);
  }
  const month = monthAndYear.exec(text);
  return month === null ? undefined : join(Number(month[2]), month[1], undefined);
}

function fullYear(text: string): number {
  const year = Number(text);
  return text.length === 4 ? year : year < 69 ? 2000 + year : 1900 + year;
}

function join(year: number, month: string | undefined, day: string | undefined): PartialDate | undefined {
  if (!isCalendarDate(year, month === undefined ? 1 : Number(month), day === undefined ? 1 : Number(day))) {
    return undefined;
  }
  const two = (part: string): string => part.padStart(2, "0");
  return month === undefined
    ? `${year}`
    : day === undefined
      ? `${year}-${two(month)}`
      : `${year}-${two(month)}-${two(day)}`;
}

/** {@link readDate} with a memory: a source repeats the same few thousand dates. */
export class DateReader {
  readonly #order: DateOrder;
  readonly #known = new Map<string, PartialDate | undefined>();

  constructor(order: DateOrder) {
    this.#order = order;
  }

  read(text: string): PartialDate | undefined {
    const known = this.#known.get(text);
    if (known !== undefined || this.#known.has(text)) return known;
    const date = readDate(text, this.#order);
    if (this.#known.size >= 50_000) this.#known.clear();
    this.#known.set(ownString(text), date);
    return date;
  }
}
