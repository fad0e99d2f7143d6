import { compareText } from "../count/build.ts";
import { wilsonShare, type Share } from "./limits.ts";
import type { DivisionList } from "./division-list.ts";

/** Counties that reported among those of a list. */
export interface CountyCoverage {
  /** Counties with at least one report, of the list's counties; statistical zones are in neither. */
  readonly covered: Share;
  /** Counties without any report, by code. */
  readonly silent: readonly { readonly code: string; readonly name: string }[];
  /** Which list: a coverage without it means nothing. */
  readonly vintage: string;
  /** Codes that reported and are no county of the list: zones, codes of higher levels, codes of another list. */
  readonly otherCodes: readonly string[];
}

/**
 * County coverage.
 *
 * @param codes - division codes of the reports
 * @param within - division the coverage is about; the whole list unless told
 */
export function countyCoverage(codes: Iterable<string>, divisions: DivisionList, within?: string): CountyCoverage {
  const counties = divisions.counties(within);
  const names = new Set(counties.map(({ code }) => code));
  const seen = new Set<string>();
  const other = new Set<string>();
  for (const code of codes) (names.has(code) ? seen : other).add(code);
  return {
    covered: wilsonShare(seen.size, names.size),
    silent: counties
      .filter(({ code }) => !seen.has(code))
      .map(({ code, name }) => ({ code, name }))
      .sort((x, y) => compareText(x.code, y.code)),
    vintage: divisions.vintage,
    otherCodes: [...other].sort(compareText),
  };
}

/** Sentinel units that reported. */
export interface SentinelCoverage {
  readonly covered: Share;
  readonly silent: readonly string[];
  /** Reports that came from sentinel units, of all. */
  readonly reports: Share;
}

/** Coverage of a list of sentinel units (哨点). */
export function sentinelCoverage(
  reportsByUnit: ReadonlyMap<string, number>,
  reports: number,
  sentinels: Iterable<string>,
): SentinelCoverage {
  const list = [...new Set(sentinels)].sort(compareText);
  const silent = list.filter((unit) => (reportsByUnit.get(unit) ?? 0) === 0);
  const own = list.reduce((sum, unit) => sum + (reportsByUnit.get(unit) ?? 0), 0);
  return { covered: wilsonShare(list.length - silent.length, list.length), silent, reports: wilsonShare(own, reports) };
}
