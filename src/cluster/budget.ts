import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import type { ClusterAlert } from "./alert.ts";

/** The part a detector has in the budget. */
export interface DetectorShare {
  readonly weight: number;
  /** Chance alerts a year that its own threshold lets through at most; what it cannot use of its part goes to the others. */
  readonly mostPerYear?: number | undefined;
}

/** How many chance alerts a year are bearable, and how detectors share them. */
export interface BudgetOptions {
  readonly perYear: number;
  /**
   * Every statistical detector that is run, by `ClusterAlert.detector`, whether or not it has an alert today, with its weight.
   * It must be said beforehand: parts given only to detectors that happen to have an alert would let through more than the budget.
   */
  readonly detectors: Readonly<Record<string, number | DetectorShare>>;
}

/** What the budget came to for one detector. */
export interface DetectorBudget {
  readonly detector: string;
  /** Alerts pass when `expectedPerYear` is at most this: chance alerts a year to expect of the detector. */
  readonly perYear: number;
  /** The same as log10, to be compared with `log10PerYear`; -Infinity for weight 0. */
  readonly log10PerYear: number;
  readonly kept: number;
  readonly cut: number;
}

/** Alerts divided by a budget. */
export interface BudgetedAlerts {
  /** Statistical alerts within the budget, the furthest below the threshold of its detector first. */
  readonly kept: readonly ClusterAlert[];
  /** Statistical alerts beyond it, the nearest first. */
  readonly cut: readonly ClusterAlert[];
  /** Alerts of written rules: never cut, most surprising first; each states how often its own group would show as much. */
  readonly rules: readonly ClusterAlert[];
  /** Chance episodes a year to expect of all statistical detectors together; never above the budget. */
  readonly expectedPerYear: number;
  readonly detectors: readonly DetectorBudget[];
}

/**
 * Holds all statistical detectors to one budget of chance alerts a year. Detector d gets the part T_d of the budget (by weight, the
 * parts adding up to at most the budget) and its alerts pass when their `expectedPerYear` is at most T_d.
 *
 * Why a plain threshold and not Benjamini–Hochberg. `expectedPerYear` already counts every look of the year and everything the
 * detector looked at, so the chance alerts of detector d at or below T_d number T_d a year by its meaning, and expectations add up
 * whatever the dependence between detectors, lots and days: the sum is at most the budget. Benjamini–Hochberg holds the share of
 * false alerts in one list, not their number; it moves the threshold with what else is found that day (a large true outbreak would
 * let chance alerts through, a quiet day hold a true one back), and the same episode looked at again every day is counted again.
 * A centre plans hours, which are a number a year.
 *
 * The promise is as good as each detector's `expectedPerYear`, and is for episodes: an episode on several days is one when the
 * alerts have been tracked with `mergeAlerts`. A written rule is a duty, not a test: it is met or not, and its alerts are handed
 * back beside the others. What tells a written rule is that it has no statistic.
 *
 * @throws PvError `INVALID_OPTION` for the budget or a weight, or when a detector with an alert has no weight
 * @see Gordon, Glazko, Qiu, Yakovlev (2007) doi:10.1214/07-AOAS102: holding the expected number of false findings;
 *   Genovese, Roeder, Wasserman (2006) doi:10.1093/biomet/93.3.509: weights fixed beforehand
 * @example
 * budgetAlerts([], { perYear: 52, detectors: { lot: 3, tree: 1 } }).detectors[0].perYear; // 39
 */
export function budgetAlerts(alerts: readonly ClusterAlert[], options: BudgetOptions): BudgetedAlerts {
  const parts = partsOf(options);
  const rules: ClusterAlert[] = [];
  const kept: Placed[] = [];
  const cut: Placed[] = [];
  for (const alert of alerts) {
    if (alert.statistic === null) {
      rules.push(alert);
      continue;
    }
    const perYear = parts.get(alert.detector);
    if (perYear === undefined) {
      throw new PvError(
        "INVALID_OPTION",
        `detectors: ${JSON.stringify(alert.detector)} has an alert but no weight; name every detector that is run`,
      );
    }
    const excess = alert.log10PerYear - Math.log10(perYear);
    // A weight of 0 lets nothing pass, not even an alert that cannot come up by chance.
    (perYear > 0 && excess <= 0 ? kept : cut).push({ alert, excess });
  }
  const count = (list: readonly Placed[], detector: string): number =>
    list.filter(({ alert }) => alert.detector === detector).length;
  return {
    kept: ranked(kept),
    cut: ranked(cut),
    rules: [...rules].sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id)),
    expectedPerYear: [...parts.values()].reduce((sum, perYear) => sum + perYear, 0),
    detectors: [...parts].map(([detector, perYear]) => ({
      detector,
      perYear,
      log10PerYear: Math.log10(perYear),
      kept: count(kept, detector),
      cut: count(cut, detector),
    })),
  };
}

interface Placed {
  readonly alert: ClusterAlert;
  /** log10 of how often too often it comes up. */
  readonly excess: number;
}

/** Two alerts of -Infinity are equal; their difference would be NaN. */
const compare = (x: number, y: number): number => (x < y ? -1 : x > y ? 1 : 0);

const ranked = (list: readonly Placed[]): ClusterAlert[] =>
  [...list]
    .sort((x, y) => compare(x.excess, y.excess) || compareText(x.alert.id, y.alert.id))
    .map(({ alert }) => alert);

/** Parts of the budget by detector, sorted by name: by weight, what a detector cannot use going to the others by theirs. */
function partsOf({ perYear, detectors }: BudgetOptions): Map<string, number> {
  if (!(perYear > 0 && perYear < Infinity)) {
    throw new PvError("INVALID_OPTION", `perYear: expected a number of alerts above 0, got ${perYear}`);
  }
  const shares = Object.entries(detectors)
    .map(([detector, share]) => ({
      detector,
      weight: typeof share === "number" ? share : share.weight,
      most: typeof share === "number" ? Infinity : (share.mostPerYear ?? Infinity),
    }))
    .sort((x, y) => compareText(x.detector, y.detector));
  for (const { detector, weight, most } of shares) {
    if (!(weight >= 0 && weight < Infinity && most >= 0)) {
      throw new PvError(
        "INVALID_OPTION",
        `detectors: ${detector}: expected a weight and a rate from 0, got ${weight} and ${most}`,
      );
    }
  }
  const parts = new Map(shares.map(({ detector }) => [detector, 0]));
  let open = shares.filter(({ weight }) => weight > 0);
  let left = perYear;
  // Those that cannot use their part are settled first; each round settles one or more, or all.
  while (open.length > 0) {
    const total = open.reduce((sum, { weight }) => sum + weight, 0);
    const part = (weight: number): number => (left * weight) / total;
    const full = open.filter(({ weight, most }) => most < part(weight));
    if (full.length === 0) {
      for (const { detector, weight } of open) parts.set(detector, part(weight));
      break;
    }
    for (const { detector, most } of full) {
      parts.set(detector, most);
      left -= most;
    }
    open = open.filter((share) => !full.includes(share));
  }
  return parts;
}
