import { PvError } from "../error.ts";
import { poissonCdf, poissonSfGe } from "../math/poisson.ts";
import { checkCount, poissonLimits } from "./limits.ts";

/**
 * Reports per million people.
 *
 * @param reports - a count
 * @param people - of one named list and year; the published figures only come out with the right one
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT` unless people > 0
 * @example
 * perMillion(1_499_000, 1_339_600_000); // 1119
 */
export function perMillion(reports: number, people: number): number {
  checkCount("reports", reports);
  checkPeople(people);
  return (reports / people) * 1e6;
}

/** @throws PvError `INVALID_ARGUMENT` */
export function checkPeople(people: number): void {
  if (!(people > 0 && people < Infinity))
    throw new PvError("INVALID_ARGUMENT", `people: expected a number above 0, got ${people}`);
}

/** Shares of two properties that a report can have both of, such as new and serious. */
export interface UnionShare {
  readonly first: number;
  readonly second: number;
  readonly both: number;
  /** Reports with either: first + second − both. */
  readonly union: number;
  readonly total: number;
  /** As parts of 1; null without reports. */
  readonly firstShare: number | null;
  readonly secondShare: number | null;
  readonly unionShare: number | null;
}

/**
 * Share of reports with either of two properties. New-or-serious is a union: the sum of the two shares counts the reports that
 * are both twice.
 *
 * @throws PvError `INVALID_COUNT` when a count is no count, `both` exceeds one of the two, or the union exceeds the total
 * @example
 * unionShare({ first: 21801, second: 22286, both: 1599, total: 108321 }).union; // 42488
 */
export function unionShare({
  first,
  second,
  both,
  total,
}: {
  readonly first: number;
  readonly second: number;
  readonly both: number;
  readonly total: number;
}): UnionShare {
  checkCount("first", first);
  checkCount("second", second);
  checkCount("both", both);
  checkCount("total", total);
  const union = first + second - both;
  if (both > first || both > second || union > total) {
    throw new PvError(
      "INVALID_COUNT",
      `expected both <= first, both <= second and a union within the total, got ${first}, ${second}, ${both} of ${total}`,
    );
  }
  const of = (count: number): number | null => (total === 0 ? null : count / total);
  return { first, second, both, union, total, firstShare: of(first), secondShare: of(second), unionShare: of(union) };
}

/** Whether a count is out of line with what its size lets expect, so that small places are not ranked on noise. */
export type FunnelFlag = "low" | "within" | "high";

/**
 * Place of a Poisson count in the funnel around its expectation: `"low"` or `"high"` when the chance of a count so low or so high
 * is below `tail`; 0.001 unless told, the usual outer limit of 99.8 %.
 *
 * @param expected - `NaN` and values that are no mean give `"within"`
 * @see Spiegelhalter (2005) doi:10.1002/sim.1970
 * @example
 * funnelFlag(30, 2.9); // "high"
 */
export function funnelFlag(count: number, expected: number, tail = 0.001): FunnelFlag {
  if (poissonSfGe(count, expected) < tail) return "high";
  return poissonCdf(count, expected) < tail ? "low" : "within";
}

/** Reports per million with exact limits, and the place in the funnel of all of them. */
export interface PopulationRate {
  readonly people: number | null;
  readonly perMillion: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly funnel: FunnelFlag | null;
}

/**
 * Rate of a count among people over some years, with exact Poisson limits; every number null when the people are not known.
 *
 * @param overall - rate of all, reports a person and year; null leaves the funnel out
 */
export function populationRate(
  count: number,
  people: number | undefined,
  years: number,
  overall: number | null,
): PopulationRate {
  if (people === undefined) return { people: null, perMillion: null, lower: null, upper: null, funnel: null };
  checkPeople(people);
  const limits = poissonLimits(count);
  const scale = 1e6 / (people * years);
  return {
    people,
    perMillion: count * scale,
    lower: limits.lower * scale,
    upper: limits.upper * scale,
    funnel: overall === null ? null : funnelFlag(count, overall * people * years),
  };
}
