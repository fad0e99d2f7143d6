import { compareText } from "../count/build.ts";
import type { Report } from "../report/report.ts";
import { countyCoverage, sentinelCoverage, type CountyCoverage, type SentinelCoverage } from "./coverage.ts";
import { clockDate, isWithin, periodDays, type DivisionList, type Period, type QualityLevel } from "./division-list.ts";
import { AgeBandCounter, type AgeBand } from "./age-bands.ts";
import { populationRate, unionShare, type PopulationRate, type UnionShare } from "./rates.ts";
import type { ReportClock } from "./time-limits.ts";

/** People by division code. */
export interface Population {
  /** Which count of people, such as `"2010 census"`: a rate without it cannot be compared. */
  readonly vintage: string;
  readonly of: Readonly<Record<string, number>>;
  /** People of the whole area, where `of` has no entry for it. */
  readonly total?: number | undefined;
}

/** What {@link indicators} is about. */
export interface IndicatorOptions {
  readonly divisions: DivisionList;
  readonly population: Population;
  readonly period: Period;
  /** Level of the rows; `"city"` unless told. */
  readonly level?: QualityLevel | undefined;
  /** Code of the division it is all about; the whole list unless told. */
  readonly within?: string | undefined;
  /** Date that places a report in time; `"received"` unless told. */
  readonly clock?: ReportClock | undefined;
  /** Sentinel units, by the names the reports use. */
  readonly sentinels?: readonly string[] | undefined;
}

/** Counts and shares of one division and year, or of the whole. */
export interface IndicatorRow {
  /** Null in the total. */
  readonly division: { readonly code: string; readonly name: string } | null;
  /** Null in the total. */
  readonly year: number | null;
  readonly reports: number;
  readonly units: number;
  /** `first` is new, `second` serious; reports that do not say are in neither. */
  readonly newOrSerious: UnionShare;
  readonly newUnknown: number;
  readonly seriousUnknown: number;
  /** Of the part of the year that the period covers, not scaled up to a year. */
  readonly rate: PopulationRate;
}

/** Indicators of a period. */
export interface Indicators {
  readonly period: Period;
  readonly clock: ReportClock;
  readonly populationVintage: string;
  readonly divisionVintage: string;
  readonly total: IndicatorRow;
  /** By division code, then year; the divisions of the list and the years that occur. */
  readonly rows: readonly IndicatorRow[];
  readonly coverage: CountyCoverage;
  readonly sentinels: SentinelCoverage | null;
  readonly ageBands: readonly AgeBand[];
  /** Reports left out, and why; those without a usable division are in the total but in no row. */
  readonly excluded: {
    readonly withoutDate: number;
    readonly outsidePeriod: number;
    /** Lie in another division than `within`, or do not say in which. */
    readonly outsideArea: number;
  };
  readonly withoutDivision: number;
  readonly unknownDivision: number;
}

class Tally {
  reports = 0;
  first = 0;
  second = 0;
  both = 0;
  newUnknown = 0;
  seriousUnknown = 0;
  readonly units = new Set<string>();

  add(report: Report): void {
    this.reports++;
    const isNew = report.unexpected === true;
    const isSerious = (report.serious?.length ?? 0) > 0;
    if (isNew) this.first++;
    if (isSerious) this.second++;
    if (isNew && isSerious) this.both++;
    if (report.unexpected === undefined) this.newUnknown++;
    if (report.serious === undefined) this.seriousUnknown++;
    if (report.unit !== undefined) this.units.add(report.unit);
  }

  row(division: IndicatorRow["division"], year: number | null, rate: PopulationRate): IndicatorRow {
    const { reports, first, second, both, newUnknown, seriousUnknown } = this;
    return {
      division,
      year,
      reports,
      units: this.units.size,
      newOrSerious: unionShare({ first, second, both, total: reports }),
      newUnknown,
      seriousUnknown,
      rate,
    };
  }
}

/**
 * The usual indicators of a period, in one pass: reports per million by division and year with exact limits and their place in the
 * funnel, new, serious and new-or-serious shares, county coverage with the silent counties, sentinel coverage, age bands.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION` for the period; `INVALID_ARGUMENT` for a number of people that is none
 */
export function indicators(reports: Iterable<Report>, options: IndicatorOptions): Indicators {
  const { divisions, population, period, within, level = "city", clock = "received" } = options;
  const days = periodDays(period);
  const date = clockDate[clock];
  const excluded = { withoutDate: 0, outsidePeriod: 0, outsideArea: 0 };
  const total = new Tally();
  const cells = new Map<string, { division: { code: string; name: string }; year: number; tally: Tally }>();
  const codes = new Set<string>();
  const byUnit = new Map<string, number>();
  const bands = new AgeBandCounter();
  let withoutDivision = 0;
  let unknownDivision = 0;
  for (const report of reports) {
    const text = date(report);
    const inside = isWithin(text, days);
    if (inside !== true || text === undefined) {
      if (inside === false) excluded.outsidePeriod++;
      else excluded.withoutDate++;
      continue;
    }
    const code = report.division;
    if (within !== undefined && (code === undefined || !liesIn(divisions, code, within))) {
      excluded.outsideArea++;
      continue;
    }
    total.add(report);
    bands.add(report);
    if (report.unit !== undefined) byUnit.set(report.unit, (byUnit.get(report.unit) ?? 0) + 1);
    if (code === undefined) {
      withoutDivision++;
      continue;
    }
    codes.add(code);
    const division = divisions.rollUp(code, level);
    if (division === undefined) {
      unknownDivision++;
      continue;
    }
    const year = Number(text.slice(0, 4));
    const key = `${division.code} ${year}`;
    let cell = cells.get(key);
    if (cell === undefined)
      cells.set(key, (cell = { division: { code: division.code, name: division.name }, year, tally: new Tally() }));
    cell.tally.add(report);
  }
  const people = within === undefined ? population.total : (population.of[within] ?? population.total);
  return {
    period,
    clock,
    populationVintage: population.vintage,
    divisionVintage: divisions.vintage,
    total: total.row(null, null, populationRate(total.reports, people, 1, null)),
    rows: rowsOf([...cells.values()], population),
    coverage: countyCoverage(codes, divisions, within),
    sentinels: options.sentinels === undefined ? null : sentinelCoverage(byUnit, total.reports, options.sentinels),
    ageBands: bands.rows(),
    excluded,
    withoutDivision,
    unknownDivision,
  };
}

const liesIn = (divisions: DivisionList, code: string, within: string): boolean =>
  code === within ||
  (["county", "city", "province"] as const).some((at) => divisions.rollUp(code, at)?.code === within);

function rowsOf(
  cells: readonly { division: { code: string; name: string }; year: number; tally: Tally }[],
  population: Population,
): IndicatorRow[] {
  // The funnel of a year is that of the divisions whose people are known.
  const overall = new Map<number, { reports: number; people: number }>();
  for (const { division, year, tally } of cells) {
    const people = population.of[division.code];
    if (people === undefined) continue;
    const sum = overall.get(year) ?? { reports: 0, people: 0 };
    overall.set(year, { reports: sum.reports + tally.reports, people: sum.people + people });
  }
  return [...cells]
    .sort((x, y) => compareText(x.division.code, y.division.code) || x.year - y.year)
    .map(({ division, year, tally }) => {
      const sum = overall.get(year);
      const rate = sum === undefined ? null : sum.reports / sum.people;
      return tally.row(division, year, populationRate(tally.reports, population.of[division.code], 1, rate));
    });
}
