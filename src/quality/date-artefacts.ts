import { poissonLogSfGe } from "../math/poisson.ts";
import { partialDay, type PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";

/** A day on which more dates fall than the calendar explains. */
export interface DatePeak {
  readonly count: number;
  /** Dates known to the day. */
  readonly of: number;
  readonly share: number | null;
  readonly expectedShare: number;
  /** count / expected; null without dates. */
  readonly ratio: number | null;
  /** log10 of the chance of so many or more if every day of the year were as likely (Poisson). */
  readonly log10P: number | null;
}

/** What {@link dateArtefacts} found. */
export interface DateArtefacts {
  readonly reports: number;
  readonly missing: number;
  /** Known to the month or to the year only: honest, and no part of the peaks. */
  readonly monthOnly: number;
  readonly yearOnly: number;
  /** Dates on 1 January: the form's entry for "only the year is known", or for nothing known at all. */
  readonly newYear: DatePeak;
  /** Dates on day 1 of February to December: the form's entry for "only the month is known". */
  readonly firstOfMonth: DatePeak;
}

const YEAR_DAYS = 365.2425;

/**
 * Dates that were filled in rather than known: forms ask for 1 January when only the year is known and for day 1 when only the
 * month is. The share of each is set against that of an even calendar; keep such dates out of daily scans when the ratio is high.
 *
 * @param date - the date looked at; `eventDate` unless told
 */
export function dateArtefacts(
  reports: Iterable<Report>,
  date: (report: Report) => PartialDate | undefined = (report) => report.eventDate,
): DateArtefacts {
  let total = 0;
  let missing = 0;
  let monthOnly = 0;
  let yearOnly = 0;
  let exact = 0;
  let newYear = 0;
  let first = 0;
  for (const report of reports) {
    total++;
    const text = date(report);
    const read = text === undefined ? undefined : partialDay(text);
    if (text === undefined || read === undefined) missing++;
    else if (read.precision === "month") monthOnly++;
    else if (read.precision === "year") yearOnly++;
    else {
      exact++;
      if (text.endsWith("-01-01")) newYear++;
      else if (text.endsWith("-01")) first++;
    }
  }
  return {
    reports: total,
    missing,
    monthOnly,
    yearOnly,
    newYear: peak(newYear, exact, 1 / YEAR_DAYS),
    firstOfMonth: peak(first, exact, 11 / YEAR_DAYS),
  };
}

function peak(count: number, of: number, expectedShare: number): DatePeak {
  if (of === 0) return { count, of, share: null, expectedShare, ratio: null, log10P: null };
  const expected = of * expectedShare;
  return {
    count,
    of,
    share: count / of,
    expectedShare,
    ratio: count / expected,
    log10P: poissonLogSfGe(count, expected) / Math.LN10,
  };
}
