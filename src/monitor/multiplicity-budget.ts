import { PvError } from "../error.ts";

/**
 * How many chance findings a year are bearable over everything that is looked at, and how the sources share them: every level of
 * a screening (`"level:PT"`) and every statistical detector (`"detector:lot"`) that is run, with its weight, said beforehand.
 */
export interface EvidenceBudget {
  readonly perYear: number;
  readonly sources: Readonly<Record<string, number>>;
}

/** A year in days, as the alerts count it. */
const YEAR = 365.25;

/**
 * How many chance findings a year a screening lets through at a p value: every hypothesis is tested at every look, so p·H at each
 * look and p·H·365.25/days in a year, whatever the looks have in common.
 *
 * @param log10P - log10 of the p value of one pair
 * @param hypotheses - pairs that could have been listed, such as products × events
 * @param lookDays - days since the look before
 * @returns log10 of the number a year
 * @throws PvError `INVALID_ARGUMENT`
 * @example
 * screeningRate(-6, 10000, 7); // -0.2825078
 */
export function screeningRate(log10P: number, hypotheses: number, lookDays: number): number {
  if (!(log10P <= 0)) throw new PvError("INVALID_ARGUMENT", `log10P: expected 0 or less, got ${log10P}`);
  if (!(hypotheses >= 1 && hypotheses < Infinity))
    throw new PvError("INVALID_ARGUMENT", `hypotheses: expected 1 or more, got ${hypotheses}`);
  if (!(lookDays > 0 && lookDays < Infinity))
    throw new PvError("INVALID_ARGUMENT", `lookDays: expected a number of days above 0, got ${lookDays}`);
  return log10P + Math.log10(hypotheses) + Math.log10(YEAR / lookDays);
}

/** What several sources together say of a candidate, in the currency of the budget. */
export interface JointRate {
  /** log10 of how many findings a year as surprising as this come up by chance over all sources; null without any source. */
  readonly log10PerYear: number | null;
  /** The same as a number; 0 below 1e-323. */
  readonly expectedPerYear: number | null;
  /** The source that decides. */
  readonly source: string | null;
  readonly isWithinBudget: boolean;
}

/**
 * Joins the sources of one candidate under one budget: the smallest of rate / share over its sources, the share of a source being
 * its weight over the sum of weights. A candidate is within the budget when that is at most `perYear`; it is then within the part
 * of at least one source.
 *
 * What it promises: under the null, findings within the budget number at most `perYear` a year in expectation, over measures,
 * levels, detectors and repeated looks at growing data, *whatever their dependence*. Each source lets through at most its share of
 * `perYear` (a screening because p·H adds up over pairs and looks, a detector because its alerts state how often a year they come
 * up by chance), and expectations add up under any dependence. A source that found nothing does not enter, but its share was set
 * aside for it: that is the price of having looked. A finding shared by several candidates (a level above several pairs, an alert
 * on several lots) is one finding. The price is paid in full: with 52 weekly looks at growing data, which are much alike, a
 * simulation of a screening by itself let through 0.3 a year of the 4 allowed, and still found a planted excess in weeks.
 *
 * Why not others. Benjamini–Hochberg at each look holds the share of false ones in one list, and a pair looked at fifty times is
 * fifty lists. LORD and SAFFRON spend wealth over a stream but need p values independent of, or valid given, the past, which the
 * same pair a week later is not. Group-sequential boundaries (Lan, DeMets) and e-values gain power from knowing how looks hang
 * together; they need an information fraction, or an expected count known before the week, that a spontaneous-report database
 * does not have. An equal spending of the error by elapsed time with Bonferroni over looks needs none of it, and the number of
 * looks need not be known beforehand: twice as many looks halve the part of each.
 *
 * @param rates - sources that found something, with log10 of their own rate a year
 * @throws PvError `INVALID_OPTION` for a budget or weight that is none, or a source without a weight
 * @see Gordon, Glazko, Qiu, Yakovlev (2007) doi:10.1214/07-AOAS102; Genovese, Roeder, Wasserman (2006)
 *   doi:10.1093/biomet/93.3.509; Lan, DeMets (1983) doi:10.1093/biomet/70.3.659; Ramdas et al. (2018) arXiv:1802.09098 (SAFFRON)
 * @example
 * jointRate([{ source: "level:PT", log10PerYear: -3 }], { perYear: 12, sources: { "level:PT": 1, "detector:lot": 1 } }).expectedPerYear; // 0.002
 */
export function jointRate(
  rates: readonly { readonly source: string; readonly log10PerYear: number }[],
  budget: EvidenceBudget,
): JointRate {
  const shares = budgetShares(budget);
  let log10PerYear: number | null = null;
  let source: string | null = null;
  for (const rate of rates) {
    const share = shareOf(shares, rate.source);
    const joint = share > 0 ? rate.log10PerYear - Math.log10(share) : Infinity;
    if (Number.isNaN(joint)) throw new PvError("INVALID_ARGUMENT", `${rate.source}: the rate is not a number`);
    if (joint < (log10PerYear ?? Infinity)) {
      log10PerYear = joint;
      source = rate.source;
    }
  }
  return {
    log10PerYear,
    expectedPerYear: log10PerYear === null ? null : 10 ** log10PerYear,
    source,
    isWithinBudget: log10PerYear !== null && log10PerYear <= Math.log10(budget.perYear),
  };
}

/**
 * Largest p value that a screening lets through at one look, as log10: its share of the budget, for the days since the look before,
 * over its hypotheses.
 *
 * @throws PvError as {@link jointRate} and {@link screeningRate}
 * @example
 * lookThreshold({ perYear: 12, sources: { "level:PT": 1 } }, "level:PT", 10000, 7); // -4.638311
 */
export function lookThreshold(budget: EvidenceBudget, source: string, hypotheses: number, lookDays: number): number {
  const share = shareOf(budgetShares(budget), source);
  return Math.log10(budget.perYear * share) - screeningRate(0, hypotheses, lookDays);
}

function shareOf(shares: ReadonlyMap<string, number>, source: string): number {
  const share = shares.get(source);
  if (share === undefined) {
    throw new PvError(
      "INVALID_OPTION",
      `budget.sources: ${JSON.stringify(source)} found something but has no weight; name every source that is run`,
    );
  }
  return share;
}

/** Shares of the sources; they add up to 1. */
function budgetShares({ perYear, sources }: EvidenceBudget): ReadonlyMap<string, number> {
  if (!(perYear > 0 && perYear < Infinity))
    throw new PvError("INVALID_OPTION", `budget.perYear: expected a number above 0, got ${perYear}`);
  const entries = Object.entries(sources);
  let sum = 0;
  for (const [source, weight] of entries) {
    if (!(weight >= 0 && weight < Infinity))
      throw new PvError("INVALID_OPTION", `budget.sources: ${source}: expected a weight from 0, got ${weight}`);
    sum += weight;
  }
  if (!(sum > 0)) throw new PvError("INVALID_OPTION", "budget.sources: no source has a weight above 0");
  return new Map(entries.map(([source, weight]) => [source, weight / sum]));
}
