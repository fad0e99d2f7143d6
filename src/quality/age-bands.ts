import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";

/** Lower ages in years of the bands in use, each up to the next: 4.5 years is 0–4, so that no age falls between. */
export const ageBandStarts: readonly number[] = [0, 5, 15, 45, 65];

/** One age band. */
export interface AgeBand {
  /** `"0-4"`, …, `"65+"`; null for reports without an age. */
  readonly band: string | null;
  readonly reports: number;
  /** Of the reports with an age; null for those without. */
  readonly share: number | null;
}

/**
 * Band of an age: whole years lived decide, so a child is 4 until its fifth birthday.
 *
 * @throws PvError `INVALID_ARGUMENT` for a negative age; `INVALID_OPTION` unless the starts begin at 0 and rise
 * @example
 * ageBand(4.5); // "0-4"
 */
export function ageBand(ageYears: number, starts: readonly number[] = ageBandStarts): string {
  checkStarts(starts);
  if (!(ageYears >= 0))
    throw new PvError("INVALID_ARGUMENT", `ageYears: expected a number of at least 0, got ${ageYears}`);
  const place = starts.findLastIndex((start) => ageYears >= start);
  return label(starts, place);
}

/** Counts reports by age band. */
export class AgeBandCounter {
  readonly #starts: readonly number[];
  readonly #counts: number[];
  #missing = 0;

  constructor(starts: readonly number[] = ageBandStarts) {
    checkStarts(starts);
    this.#starts = starts;
    this.#counts = new Array<number>(starts.length).fill(0);
  }

  add({ patient }: Report): void {
    const age = patient?.ageYears;
    const place = age === undefined ? -1 : this.#starts.findLastIndex((start) => age >= start);
    if (place < 0) this.#missing++;
    else this.#counts[place]!++;
  }

  /** In rising order, every band with its row, the reports without an age last. */
  rows(): AgeBand[] {
    const known = this.#counts.reduce((sum, count) => sum + count, 0);
    return [
      ...this.#counts.map((reports, i) => ({
        band: label(this.#starts, i),
        reports,
        share: known === 0 ? null : reports / known,
      })),
      { band: null, reports: this.#missing, share: null },
    ];
  }
}

/** Reports by age band, in rising order, every band with its row, those without an age last. */
export function ageBands(reports: Iterable<Report>, starts: readonly number[] = ageBandStarts): AgeBand[] {
  const counter = new AgeBandCounter(starts);
  for (const report of reports) counter.add(report);
  return counter.rows();
}

const label = (starts: readonly number[], place: number): string => {
  const next = starts[place + 1];
  return next === undefined ? `${starts[place]!}+` : `${starts[place]!}-${next - 1}`;
};

function checkStarts(starts: readonly number[]): void {
  if (starts[0] !== 0 || starts.some((start, i) => !Number.isInteger(start) || (i > 0 && start <= starts[i - 1]!)))
    throw new PvError(
      "INVALID_OPTION",
      `starts: expected whole years that begin at 0 and rise, got ${starts.join(", ")}`,
    );
}
