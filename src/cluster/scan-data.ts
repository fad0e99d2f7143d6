import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import { daySpan, stepOf, type ScanCalendar } from "./scan-calendar.ts";

/** Columns of equal length, one row one or more persons. */
export interface ScanColumns {
  /** Ids of places; needed unless the analysis is of time alone. */
  readonly place?: readonly (string | null | undefined)[] | undefined;
  /** Dates, or numbers as in the period (days since 1970-01-01 for a period of dates); needed unless there is no period. */
  readonly day?: ArrayLike<PartialDate | number | null | undefined> | undefined;
  /** Whole numbers; 1 each unless told. */
  readonly count?: ArrayLike<number> | undefined;
  /**
   * Covariate class of the row, for instance age group and sex: for `"poisson"` expected cases are standardised by it, for
   * `"permutation"` dates are permuted within it.
   */
  readonly stratum?: readonly string[] | undefined;
}

/** Rows left out, in persons (the sum of `count`). */
export interface ScanExclusions {
  readonly withoutPlace: number;
  /** Places that are not among those given. */
  readonly unknownPlace: number;
  readonly withoutCoordinates: number;
  readonly withoutDay: number;
  /** Known to the month or year where the time step is shorter. */
  readonly vagueDay: number;
  readonly outOfPeriod: number;
}

/** Rows that can be used, by number of place and of time step. */
export interface ScanRows {
  /** -1 for rows left out. */
  readonly place: Int32Array;
  readonly step: Int32Array;
  /** First day; equal for all days that the date can mean where `exact`. */
  readonly day: Float64Array;
  readonly count: Float64Array;
  readonly stratum: readonly string[] | undefined;
  readonly excluded: ScanExclusions;
  readonly total: number;
}

/** What rows are read against. */
export interface ScanFrame {
  readonly calendar: ScanCalendar;
  readonly hasPeriod: boolean;
  /** Numbers of places by id; `undefined` for an analysis of time alone, which puts everything in place 0. */
  readonly numberOf: ReadonlyMap<string, number> | undefined;
  readonly withoutCoordinates: ReadonlySet<string>;
  /** Dates must name a day, not a month. */
  readonly exactDays: boolean;
}

/** @throws PvError `LENGTH_MISMATCH`, `INVALID_COUNT`, `INVALID_ARGUMENT` when a column is missing */
export function readRows(name: string, columns: ScanColumns, frame: ScanFrame): ScanRows {
  const { calendar, hasPeriod, numberOf, withoutCoordinates, exactDays } = frame;
  const { place, day, count, stratum } = columns;
  if (numberOf !== undefined && place === undefined) throw new PvError("INVALID_ARGUMENT", `${name}: place is missing`);
  if (hasPeriod && day === undefined) throw new PvError("INVALID_ARGUMENT", `${name}: day is missing`);
  const size = (place ?? day ?? count ?? []).length;
  checkLengths(name, { place, day, count, stratum }, size);
  const excluded = {
    withoutPlace: 0,
    unknownPlace: 0,
    withoutCoordinates: 0,
    withoutDay: 0,
    vagueDay: 0,
    outOfPeriod: 0,
  };
  const rows = {
    place: new Int32Array(size).fill(-1),
    step: new Int32Array(size),
    day: new Float64Array(size),
    count: new Float64Array(size),
  };
  let total = 0;
  for (let i = 0; i < size; i++) {
    const persons = count === undefined ? 1 : count[i]!;
    if (!(Number.isSafeInteger(persons) && persons >= 0)) {
      throw new PvError("INVALID_COUNT", `${name}: count ${persons} in row ${i} is not a whole number from 0`);
    }
    const id = place?.[i] ?? "";
    const at = numberOf === undefined ? 0 : (numberOf.get(id) ?? -1);
    const when = hasPeriod ? locate(calendar, day![i], exactDays) : 0;
    if (numberOf !== undefined && id === "") excluded.withoutPlace += persons;
    else if (at < 0) excluded[withoutCoordinates.has(id) ? "withoutCoordinates" : "unknownPlace"] += persons;
    else if (typeof when === "string") excluded[when] += persons;
    else {
      rows.place[i] = at;
      rows.step[i] = when;
      rows.count[i] = persons;
      rows.day[i] = hasPeriod ? daySpan(day![i]!)!.first : 0;
      total += persons;
    }
  }
  return { ...rows, stratum, excluded, total };
}

/** Step of a date, or why it has none. */
export function locate(
  calendar: ScanCalendar,
  date: PartialDate | number | null | undefined,
  exactDays = false,
): number | "withoutDay" | "vagueDay" | "outOfPeriod" {
  const span = date === null || date === undefined ? undefined : daySpan(date);
  if (span === undefined) return "withoutDay";
  if (span.last < calendar.starts[0]! || span.first >= calendar.starts.at(-1)!) return "outOfPeriod";
  const step = stepOf(calendar, span.first);
  if (step < 0 || step !== stepOf(calendar, span.last) || (exactDays && span.first !== span.last)) return "vagueDay";
  return step;
}

/** @throws PvError `LENGTH_MISMATCH` */
export function checkLengths(
  name: string,
  columns: Readonly<Record<string, ArrayLike<unknown> | undefined>>,
  size: number,
): void {
  for (const [column, values] of Object.entries(columns)) {
    if (values !== undefined && values.length !== size) {
      throw new PvError("LENGTH_MISMATCH", `${name}: ${column} has ${values.length} values, expected ${size}`);
    }
  }
}
