import { compareText } from "../count/build.ts";
import { binomialLimits, poissonLimits, wilsonShare, type Share } from "./limits.ts";
import { clockDate, exactDay, isWithin, periodDays, type Period } from "./division-list.ts";
import { groupOf, type Grouping } from "./grouping.ts";
import { isoDay, type PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import type { FunnelFlag } from "./rates.ts";
import type { ReportClock } from "./time-limits.ts";
import { vigiGrade, type VigiGradeOptions } from "./vigigrade.ts";

/** Sheet of one unit (or division, region …). */
export interface UnitSheet {
  readonly key: string;
  readonly reports: number;
  /** Exact Poisson limits of the count. */
  readonly lower: number;
  readonly upper: number;
  readonly serious: Share;
  readonly newOnes: Share;
  readonly wellDocumented: Share;
  /**
   * Place of the serious share among all: `"low"` or `"high"` when its exact 99.8 % limits leave out the overall share. A unit
   * with a handful of reports is `"within"` whatever its share, and is not to be ranked by it.
   */
  readonly seriousFunnel: FunnelFlag;
  readonly first: PartialDate | null;
  readonly last: PartialDate | null;
}

/**
 * Sheets of the units that reported in a period, by name. Shares are of the reports that say; they carry Wilson intervals.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`
 */
export function unitSheets(
  reports: Iterable<Report>,
  options: {
    readonly period: Period;
    readonly by?: Grouping | undefined;
    readonly clock?: ReportClock | undefined;
    readonly completeness?: VigiGradeOptions | undefined;
  },
): { readonly sheets: readonly UnitSheet[]; readonly withoutUnit: number; readonly withoutDate: number } {
  const days = periodDays(options.period);
  const read = groupOf(options.by ?? "unit");
  const date = clockDate[options.clock ?? "received"];
  const tallies = new Map<string, Tally>();
  const all = new Tally();
  let withoutUnit = 0;
  let withoutDate = 0;
  for (const report of reports) {
    const text = date(report);
    const inside = isWithin(text, days);
    if (inside !== true) {
      if (inside === undefined) withoutDate++;
      continue;
    }
    const key = read(report);
    if (key === undefined) {
      withoutUnit++;
      continue;
    }
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = new Tally()));
    const day = exactDay(text);
    const { score, wellDocumented } = vigiGrade(report, options.completeness);
    tally.add(report, day, score === null ? undefined : wellDocumented);
    all.add(report, day, undefined);
  }
  const sheets = [...tallies]
    .sort(([x], [y]) => compareText(x, y))
    .map(([key, tally]) => tally.sheet(key, all.seriousKnown === 0 ? 0 : all.serious / all.seriousKnown));
  return { sheets, withoutUnit, withoutDate };
}

class Tally {
  reports = 0;
  serious = 0;
  seriousKnown = 0;
  #new = 0;
  #newKnown = 0;
  #well = 0;
  #scored = 0;
  #first = Infinity;
  #last = -Infinity;

  add(report: Report, day: number | undefined, well: boolean | undefined): void {
    this.reports++;
    if (report.serious !== undefined) {
      this.seriousKnown++;
      if (report.serious.length > 0) this.serious++;
    }
    if (report.unexpected !== undefined) {
      this.#newKnown++;
      if (report.unexpected) this.#new++;
    }
    if (well !== undefined) {
      this.#scored++;
      if (well) this.#well++;
    }
    if (day === undefined) return;
    this.#first = Math.min(this.#first, day);
    this.#last = Math.max(this.#last, day);
  }

  sheet(key: string, overallSerious: number): UnitSheet {
    return {
      key,
      reports: this.reports,
      ...poissonLimits(this.reports),
      serious: wilsonShare(this.serious, this.seriousKnown),
      newOnes: wilsonShare(this.#new, this.#newKnown),
      wellDocumented: wilsonShare(this.#well, this.#scored),
      seriousFunnel: funnelShare(this.serious, this.seriousKnown, overallSerious),
      first: this.#first === Infinity ? null : isoDay(this.#first),
      last: this.#last === -Infinity ? null : isoDay(this.#last),
    };
  }
}

function funnelShare(count: number, of: number, overall: number): FunnelFlag {
  if (of === 0) return "within";
  const { lower, upper } = binomialLimits(count, of, 0.998);
  return lower > overall ? "high" : upper < overall ? "low" : "within";
}
