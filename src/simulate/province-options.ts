import { PvError } from "../error.ts";

/** A stretch of days off, both ends included; `YYYY-MM-DD`. */
export interface DaysOff {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/** A planted outbreak: extra cases of one lot (or of it and its neighbour), most of them with one kind of reaction. */
export interface OutbreakPlan {
  /** `"busy"`, `"middle"` or `"rare"`: the class of product it is drawn from. */
  readonly class: ProductClass;
  /** Mean of the Poisson number of extra cases. */
  readonly cases: number;
  /** Day after `start` on which its first cases fall. */
  readonly day: number;
  /** Days over which the cases fall (default 14). */
  readonly days?: number | undefined;
  /** Share of the cases in one reaction group (default 0.7); the others follow the profile of the product. */
  readonly groupShare?: number | undefined;
  /** Share of the cases that give their lot (default 0.8). */
  readonly lotKnown?: number | undefined;
  /** Share of the cases that belong to the next lot of the series (default 0). */
  readonly neighbourShare?: number | undefined;
}

/** Products by how often they are reported: the first tenth, the next three tenths, the others. */
export const PRODUCT_CLASSES = ["busy", "middle", "rare"] as const;
/** One of {@link PRODUCT_CLASSES}. */
export type ProductClass = (typeof PRODUCT_CLASSES)[number];

/** What a simulated province looks like. Everything but the seed has a default. */
export interface ProvinceOptions {
  readonly seed: number;
  /** First day of events (default `2022-01-01`). */
  readonly start?: string | undefined;
  /** Days of events (default 730: a year of history and a year to evaluate). */
  readonly days?: number | undefined;
  /** Mean number of events a day that get reported (default 150). */
  readonly reportsPerDay?: number | undefined;
  /** Products; 3 in 4 are drugs, 1 in 6 devices, 1 in 12 vaccines (default 240). */
  readonly products?: number | undefined;
  /** Shape of the gamma distribution of reporting rates among products (default 0.6; smaller is more skewed). */
  readonly productSkew?: number | undefined;
  /** Mean number of lots a product releases in a year (default 13). */
  readonly lotsPerYear?: number | undefined;
  /** Reaction groups of each kind of product (default 20), of eight terms each. */
  readonly reactionGroups?: number | undefined;
  /** Reporting units (default 300) in 117 counties. */
  readonly units?: number | undefined;
  /** Share of units that upload a month's reports on its last days (default 0.12). */
  readonly batchUnits?: number | undefined;
  /** Median of the log-normal delay from event to receipt, in days (default 3). */
  readonly medianDelay?: number | undefined;
  /** Standard deviation of its logarithm (default 0.9). */
  readonly delaySpread?: number | undefined;
  /** Share of reports that give their lot, on average over units (default 0.65). */
  readonly lotsKnown?: number | undefined;
  /** Share of cases reported a second time under another id (default 0.04). */
  readonly duplicates?: number | undefined;
  /** Share of reports that are sent again, corrected, under the same id (default 0.02). */
  readonly corrections?: number | undefined;
  /** Days off; few reports come in then, and more in the five days after. Without them the usual two weeks a year. */
  readonly daysOff?: readonly DaysOff[] | undefined;
  readonly outbreaks?: readonly OutbreakPlan[] | undefined;
  /** A product that comes to market and takes off from this day on. */
  readonly launchDay?: number | undefined;
  /** A busy product whose reports of all lots triple for three weeks from this day on: news, not an outbreak. */
  readonly campaignDay?: number | undefined;
}

/** The options with their defaults. */
export type Province = {
  readonly [K in Exclude<keyof ProvinceOptions, "launchDay" | "campaignDay">]-?: NonNullable<ProvinceOptions[K]>;
} & Pick<ProvinceOptions, "launchDay" | "campaignDay">;

// Spring Festival moves with the moon; Golden Week does not. As announced for 2020 to 2026.
const SPRING: readonly (readonly [string, string])[] = [
  ["2020-01-24", "2020-01-30"],
  ["2021-02-11", "2021-02-17"],
  ["2022-01-31", "2022-02-06"],
  ["2023-01-21", "2023-01-27"],
  ["2024-02-10", "2024-02-17"],
  ["2025-01-28", "2025-02-04"],
  ["2026-02-15", "2026-02-23"],
];
const DAYS_OFF: readonly DaysOff[] = [
  ...SPRING.map(([from, to]) => ({ from, to, name: "春节" })),
  ...SPRING.map(([from]) => ({ from: `${from.slice(0, 4)}-10-01`, to: `${from.slice(0, 4)}-10-07`, name: "国庆" })),
];

/**
 * Fills in the defaults and checks them.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function provinceOf(options: ProvinceOptions): Province {
  const province: Province = {
    seed: options.seed,
    start: options.start ?? "2022-01-01",
    days: options.days ?? 730,
    reportsPerDay: options.reportsPerDay ?? 150,
    products: options.products ?? 240,
    productSkew: options.productSkew ?? 0.6,
    lotsPerYear: options.lotsPerYear ?? 13,
    reactionGroups: options.reactionGroups ?? 20,
    units: options.units ?? 300,
    batchUnits: options.batchUnits ?? 0.12,
    medianDelay: options.medianDelay ?? 3,
    delaySpread: options.delaySpread ?? 0.9,
    lotsKnown: options.lotsKnown ?? 0.65,
    duplicates: options.duplicates ?? 0.04,
    corrections: options.corrections ?? 0.02,
    daysOff: options.daysOff ?? DAYS_OFF,
    outbreaks: options.outbreaks ?? [],
    launchDay: options.launchDay,
    campaignDay: options.campaignDay,
  };
  const refuse = (name: string, expected: string, got: unknown): never => {
    throw new PvError("INVALID_OPTION", `${name}: expected ${expected}, got ${String(got)}`);
  };
  if (!Number.isFinite(province.seed)) refuse("seed", "a number", province.seed);
  for (const name of ["days", "products", "reactionGroups", "units"] as const) {
    if (!Number.isInteger(province[name]) || province[name] < 1)
      refuse(name, "a whole number from 1 on", province[name]);
  }
  for (const name of ["reportsPerDay", "productSkew", "lotsPerYear", "medianDelay"] as const) {
    if (!(province[name] > 0 && province[name] < 1e6)) refuse(name, "a positive number", province[name]);
  }
  if (!(province.delaySpread >= 0 && province.delaySpread < 5)) refuse("delaySpread", "0 to 5", province.delaySpread);
  for (const name of ["batchUnits", "lotsKnown", "duplicates", "corrections"] as const) {
    if (!(province[name] >= 0 && province[name] <= 1)) refuse(name, "a share from 0 to 1", province[name]);
  }
  for (const [i, plan] of province.outbreaks.entries()) {
    if (!(plan.cases > 0)) refuse(`outbreaks[${i}].cases`, "a positive number", plan.cases);
    if (!(plan.day >= 0 && plan.day < province.days)) refuse(`outbreaks[${i}].day`, "a day of the period", plan.day);
    if (!PRODUCT_CLASSES.includes(plan.class)) refuse(`outbreaks[${i}].class`, PRODUCT_CLASSES.join(", "), plan.class);
  }
  return province;
}
