import { PvError } from "../error.ts";
import { checkCount } from "../count/fourfold.ts";
import type { Wording } from "../report/wording.ts";
import { rateRatio, type RateRatio, type RateRatioLimits } from "./rate-ratio.ts";
import { reportingRate } from "./reporting-rate.ts";
import { holm } from "./holm.ts";
import type { RatioInterval } from "./ratio.ts";

/** What reports and denominators are matched by: the text must be the same, character by character. */
export interface RateKey {
  readonly product: string;
  /** Such as `"2024"` or `"2024-03"`. */
  readonly period?: string | undefined;
  readonly region?: string | undefined;
}

/** Reports of a product in a period and region. */
export interface ReportRow extends RateKey {
  readonly reports: number;
}

/** Units of a product in a period and region: packages sold, doses, defined daily doses, devices in use. */
export interface DenominatorRow extends RateKey {
  /** 0 or more; null or NaN where unknown. */
  readonly units: number | null;
}

/** A reporting rate; estimate and limits are per `per` units. */
export interface RateRow extends RateKey, RatioInterval {
  readonly reports: number;
  /** NaN where unknown. */
  readonly units: number;
}

/** What could not be matched or measured. Nothing of it is left out of the rows but what has no denominator. */
export interface RateProblems {
  /** Reports for which there is no denominator row. */
  readonly withoutDenominator: readonly ReportRow[];
  /** Denominator rows without a report row: their rate is 0 by that, which a name that does not match would also make it. */
  readonly withoutReports: readonly RateKey[];
  /** Keys whose units are unknown in at least one row. */
  readonly unknownUnits: readonly RateKey[];
  /** Keys whose units are 0. */
  readonly zeroUnits: readonly RateKey[];
  /** Keys with several denominator rows, which were added up. */
  readonly repeatedDenominators: readonly RateKey[];
  /** Keys with several report rows, which were added up. */
  readonly repeatedReports: readonly RateKey[];
}

/** What the problems are called. */
export const RATE_PROBLEM_WORDING: Readonly<Record<keyof RateProblems, Wording>> = {
  withoutDenominator: { zh: "有报告而无分母数据", en: "reports without a denominator" },
  withoutReports: { zh: "有分母数据而无报告", en: "denominator without reports" },
  unknownUnits: { zh: "分母未知", en: "units unknown" },
  zeroUnits: { zh: "分母为零", en: "units are zero" },
  repeatedDenominators: { zh: "分母数据重复，已相加", en: "several denominators of one key, added up" },
  repeatedReports: { zh: "报告数据重复，已相加", en: "several report counts of one key, added up" },
};

/** Reporting rates with everything that did not fit. */
export interface ReportingRates {
  readonly per: number;
  /** One a denominator key, in the order they come first. */
  readonly rows: readonly RateRow[];
  readonly problems: RateProblems;
}

/**
 * Joins reports with their denominators and gives the rate of each. Names are matched as they stand; nothing is guessed, and
 * what does not match is listed. Several rows of one key add up, of sales by package as of reports by unit.
 *
 * A report can name several products and is counted for each of them; rates of products therefore do not add up to a rate of
 * all. Denominators of one call must measure the same: doses are not packages.
 *
 * @param per - units a rate is for
 * @param level - coverage of the limits, 0 < level < 1
 * @returns rates are NaN where units are 0 or unknown, see `reportingRate`
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`, `INVALID_ARGUMENT` for negative or infinite units
 * @example
 * reportingRates([{ product: "A", reports: 3 }], [{ product: "A", units: 60000 }, { product: "a", units: 5 }]).problems.withoutReports; // [{ product: "a" }]
 */
export function reportingRates(
  reports: readonly ReportRow[],
  denominators: readonly DenominatorRow[],
  per = 10_000,
  level = 0.95,
): ReportingRates {
  const found = groupRows(reports, (row) => {
    checkCount("reports", row.reports);
    return row.reports;
  });
  const units = groupRows(denominators, (row) => row.units ?? NaN);
  const rows = [...units].map(([key, { first, sum }]): RateRow => {
    const counted = found.get(key)?.sum ?? 0;
    return {
      ...keyOf(first),
      reports: counted,
      units: sum,
      ...reportingRate({ reports: counted, units: sum }, per, level),
    };
  });
  const keys = (rows: Groups, isListed: (key: string, group: Group) => boolean): RateKey[] =>
    [...rows].filter(([key, group]) => isListed(key, group)).map(([, { first }]) => keyOf(first));
  return {
    per,
    rows,
    problems: {
      withoutDenominator: [...found]
        .filter(([key]) => !units.has(key))
        .map(([, { first, sum }]) => ({ ...keyOf(first), reports: sum })),
      withoutReports: keys(units, (key) => !found.has(key)),
      unknownUnits: keys(units, (_, { sum }) => Number.isNaN(sum)),
      zeroUnits: keys(units, (_, { sum }) => sum === 0),
      repeatedDenominators: keys(units, (_, { size }) => size > 1),
      repeatedReports: keys(found, (_, { size }) => size > 1),
    },
  };
}

/** A row against a reference. */
export interface RateComparison extends RateRatio {
  readonly row: RateRow;
  /** Holm's adjustment over the rows that have a p value. */
  readonly adjustedP: number;
}

/**
 * Rate ratio of each row to a reference: another product of the same period, or the same product in another.
 *
 * @throws PvError as `rateRatio`
 * @example
 * const [a, b] = reportingRates(reports, sales).rows;
 * compareRates([a], b)[0].estimate;
 */
export function compareRates(
  rows: readonly RateRow[],
  reference: RateRow,
  options: { readonly level?: number; readonly limits?: RateRatioLimits } = {},
): RateComparison[] {
  const ratios = rows.map((row) => rateRatio(row, reference, options));
  const adjusted = holm(ratios.map(({ p }) => p));
  return ratios.map((ratio, i) => ({ row: rows[i]!, ...ratio, adjustedP: adjusted[i]! }));
}

interface Group {
  readonly first: RateKey;
  readonly sum: number;
  readonly size: number;
}
type Groups = ReadonlyMap<string, Group>;

function groupRows<Row extends RateKey>(rows: readonly Row[], value: (row: Row) => number): Groups {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    if (row.product === "") throw new PvError("INVALID_ARGUMENT", "product: a row has no name");
    // a separator that no name holds
    const key = JSON.stringify([row.product, row.period ?? null, row.region ?? null]);
    const group = groups.get(key);
    groups.set(key, {
      first: group?.first ?? row,
      sum: (group?.sum ?? 0) + value(row),
      size: (group?.size ?? 0) + 1,
    });
  }
  return groups;
}

const keyOf = ({ product, period, region }: RateKey): RateKey => ({
  product,
  ...(period === undefined ? {} : { period }),
  ...(region === undefined ? {} : { region }),
});
