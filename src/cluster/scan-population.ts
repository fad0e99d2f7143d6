import { PvError } from "../error.ts";
import { dayOf, partialDay, type PartialDate } from "../report/date.ts";
import type { ScanCalendar } from "./scan-calendar.ts";
import { checkLengths, locate, type ScanRows } from "./scan-data.ts";

/** Persons at risk, in columns of equal length. */
export interface ScanPopulation {
  /** Left out for an analysis of time alone. */
  readonly place?: readonly string[] | undefined;
  /** 0 or more; need not be whole. */
  readonly population: ArrayLike<number>;
  /**
   * Day of the count at the start of which it held: a date (a year alone means 1 July, a month alone its 15th day) or a number as in
   * the period. Between two counts the population runs in a straight line, before the first and after the last it stays. Left out:
   * the same at all times.
   */
  readonly date?: ArrayLike<PartialDate | number> | undefined;
  /** Covariate classes, as in the cases. Expected cases are then indirectly standardised. */
  readonly stratum?: readonly string[] | undefined;
}

/** Expected cases given directly, in columns of equal length; they are rescaled to sum to the cases. */
export interface ScanExpected {
  readonly place?: readonly string[] | undefined;
  /** A day or longer time within one time step; left out: spread over the period by days. */
  readonly day?: ArrayLike<PartialDate | number> | undefined;
  readonly expected: ArrayLike<number>;
}

/** Number of a place; `undefined` where its rows are left out, for a place without coordinates. */
export type PlaceNumber = (place: string | undefined) => number | undefined;

/**
 * Expected cases by place and time step from a population: rate of each class over all places and times, times its person-time.
 *
 * @throws PvError `LENGTH_MISMATCH`, `INVALID_ARGUMENT` (a population below 0), `INVALID_DATE`, `INVALID_COUNT` (cases of a class
 *   without population)
 */
export function expectedFromPopulation(
  { place, population, date, stratum }: ScanPopulation,
  cases: ScanRows,
  calendar: ScanCalendar,
  places: number,
  numberOf: PlaceNumber,
): Float64Array {
  const size = population.length;
  checkLengths("population", { place, date, stratum }, size);
  // classes → places → counts in the order of time
  const classes = new Map<string, Map<number, { day: number; persons: number }[]>>();
  for (let i = 0; i < size; i++) {
    const persons = population[i]!;
    if (!(persons >= 0 && persons < Infinity)) {
      throw new PvError("INVALID_ARGUMENT", `population: ${persons} in row ${i} is not a number from 0`);
    }
    const at = numberOf(place?.[i]);
    if (at === undefined) continue;
    const day = date === undefined ? 0 : countDay(date[i]!);
    if (day === undefined) {
      throw new PvError("INVALID_DATE", `population: ${JSON.stringify(date![i])} in row ${i} is no date`);
    }
    const name = stratum?.[i] ?? "";
    if (!classes.has(name)) classes.set(name, new Map());
    const counts = classes.get(name)!;
    if (!counts.has(at)) counts.set(at, []);
    const known = counts.get(at)!.find((count) => count.day === day);
    if (known === undefined) counts.get(at)!.push({ day, persons });
    else known.persons += persons;
  }
  const casesOf = new Map<string, number>();
  for (let i = 0; i < cases.place.length; i++) {
    if (cases.place[i]! < 0) continue;
    const name = stratum === undefined ? "" : (cases.stratum?.[i] ?? "");
    casesOf.set(name, (casesOf.get(name) ?? 0) + cases.count[i]!);
  }
  const steps = calendar.starts.length - 1;
  const expected = new Float64Array(places * steps);
  const personTime = new Float64Array(places * steps);
  for (const [name, persons] of [...casesOf].sort(([x], [y]) => (x < y ? -1 : 1))) {
    personTime.fill(0);
    let total = 0;
    for (const [at, counts] of classes.get(name) ?? []) {
      counts.sort((x, y) => x.day - y.day);
      for (let t = 0; t < steps; t++) {
        personTime[at * steps + t] = integral(counts, calendar.starts[t]!, calendar.starts[t + 1]!);
      }
    }
    for (const x of personTime) total += x;
    if (total === 0 && persons > 0) {
      throw new PvError(
        "INVALID_COUNT",
        `population: class ${JSON.stringify(name)} has ${persons} cases but no population`,
      );
    }
    if (total > 0) for (let i = 0; i < expected.length; i++) expected[i]! += (personTime[i]! / total) * persons;
  }
  return expected;
}

function countDay(date: PartialDate | number): number | undefined {
  if (typeof date === "number") return Number.isFinite(date) ? date : undefined;
  const found = partialDay(date);
  if (found === undefined) return undefined;
  if (found.precision === "year") return dayOf(Number(date.slice(0, 4)), 7, 1);
  return found.precision === "month" ? found.day + 14 : found.day;
}

/** Area from day `from` to day `to` under straight lines between the counts. */
function integral(
  counts: readonly { readonly day: number; readonly persons: number }[],
  from: number,
  to: number,
): number {
  const first = counts[0]!;
  const last = counts.at(-1)!;
  let area = first.persons * Math.max(0, Math.min(to, first.day) - from);
  area += last.persons * Math.max(0, to - Math.max(from, last.day));
  for (let i = 1; i < counts.length; i++) {
    const a = counts[i - 1]!;
    const b = counts[i]!;
    const low = Math.max(from, a.day);
    const high = Math.min(to, b.day);
    if (high <= low) continue;
    const middle = (low + high) / 2;
    area += (high - low) * (a.persons + ((b.persons - a.persons) * (middle - a.day)) / (b.day - a.day));
  }
  return area;
}

/**
 * Expected cases by place and time step as given, not yet rescaled.
 *
 * @throws PvError `LENGTH_MISMATCH`, `INVALID_ARGUMENT`, `INVALID_DATE`
 */
export function expectedAsGiven(
  { place, day, expected }: ScanExpected,
  calendar: ScanCalendar,
  places: number,
  numberOf: PlaceNumber,
): Float64Array {
  checkLengths("expected", { place, day }, expected.length);
  const { starts } = calendar;
  const steps = starts.length - 1;
  const days = starts[steps]! - starts[0]!;
  const out = new Float64Array(places * steps);
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i]!;
    if (!(value >= 0 && value < Infinity)) {
      throw new PvError("INVALID_ARGUMENT", `expected: ${value} in row ${i} is not a number from 0`);
    }
    const at = numberOf(place?.[i]);
    if (at === undefined) continue;
    if (day === undefined) {
      for (let t = 0; t < steps; t++) out[at * steps + t]! += (value * (starts[t + 1]! - starts[t]!)) / days;
      continue;
    }
    const step = locate(calendar, day[i]);
    if (typeof step === "string") {
      throw new PvError("INVALID_DATE", `expected: ${JSON.stringify(day[i])} in row ${i} lies in no time step`);
    }
    out[at * steps + step]! += value;
  }
  return out;
}

/** The same for every day of the period: what an analysis of time alone expects when nothing is said. */
export function expectedByDays({ starts }: ScanCalendar): Float64Array {
  return Float64Array.from({ length: starts.length - 1 }, (_, t) => starts[t + 1]! - starts[t]!);
}

/**
 * Multiplies expected cases by a trend exp(a + b·step) fitted to the cases of the time steps by Poisson regression.
 *
 * @returns the change from one step to the next, exp(b)
 */
export function takeOutTrend(expected: Float64Array, stepCases: Float64Array): number {
  const steps = stepCases.length;
  const offset = new Float64Array(steps);
  for (let i = 0; i < expected.length; i++) offset[i % steps]! += expected[i]!;
  // a is profiled out: its score equation is solved by rescaling
  let slope = 0;
  for (let round = 0; round < 100; round++) {
    let mass = 0;
    let first = 0;
    let second = 0;
    let cases = 0;
    let weighted = 0;
    for (let t = 0; t < steps; t++) {
      const m = offset[t]! * Math.exp(slope * (t - (steps - 1) / 2));
      mass += m;
      first += m * t;
      second += m * t * t;
      cases += stepCases[t]!;
      weighted += stepCases[t]! * t;
    }
    const mean = first / mass;
    const spread = second / mass - mean * mean;
    if (!(spread > 0)) break; // one time step holds everything
    const move = (weighted / cases - mean) / spread;
    slope += Math.max(-1, Math.min(1, move));
    if (Math.abs(move) < 1e-14) break;
  }
  for (let i = 0; i < expected.length; i++) expected[i]! *= Math.exp(slope * ((i % steps) - (steps - 1) / 2));
  return Math.exp(slope);
}
