import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { requireDay } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";
import { kolmogorovSmirnov, type KolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { onsetDays, type OnsetDays, type OnsetOptions } from "./onset-days.ts";
import { onsetHistogram, type OnsetBin } from "./onset-histogram.ts";
import { fitWeibull, type HazardPattern, type WeibullFit, type WeibullOptions } from "./weibull.ts";

/** Days to onset with their quartiles. */
export interface OnsetSummary extends OnsetDays {
  /** NaN when there is no value. */
  readonly quartiles: readonly [lower: number, median: number, upper: number];
  readonly histogram: readonly OnsetBin[];
}

/** When an event begins after the start of a product, and whether that is unlike the background. */
export interface TimeToOnset {
  readonly pair: OnsetSummary;
  /** Of days plus `shift`. */
  readonly weibull: WeibullFit;
  readonly otherEvents: OnsetSummary & { readonly test: KolmogorovSmirnov };
  readonly otherProducts: OnsetSummary & { readonly test: KolmogorovSmirnov };
  /** Both tests below `alpha`; null when one of them has fewer than `minimum` values on either side. */
  readonly differs: boolean | null;
  readonly shift: number;
  readonly alpha: number;
  readonly minimum: number;
}

/** How {@link timeToOnset} reads, fits and tests. */
export interface TimeToOnsetOptions extends OnsetOptions, Pick<WeibullOptions, "level" | "limits"> {
  /** Added to every day before the fit, which needs positive times; half a day unless told, the middle of the day. */
  readonly shift?: number | undefined;
  /** First days of the bars of the histograms. */
  readonly bins?: readonly number[] | undefined;
  /** Level of each of the two tests; 0.05 unless told. */
  readonly alpha?: number | undefined;
  /** Least number of values on each side for a verdict; 5 unless told. */
  readonly minimum?: number | undefined;
}

/**
 * Time from start of a product to onset of an event: distribution, Weibull shape, and two-sample tests against the other
 * events of the product and against the same event of other products. A pair whose times are unlike both backgrounds is a
 * candidate whether or not it is disproportionally reported; the shape says whether the risk falls or rises with time.
 *
 * With `asOf` each time is fitted as truncated on that day: what began later could not be in the data. With `maximumDays` it is
 * truncated there as well, so that leaving out long times does not make the shape larger than it is. The tests are not
 * corrected for it, which does no harm as long as the reports that are compared started at similar times.
 *
 * Spontaneous reports favour what happens soon. That bends all times of a product alike, which is why the pair is compared
 * with other reports and not with a constant hazard alone.
 *
 * @param table - the reports that `counts` was counted from
 * @returns tests without values are NaN; see `fitWeibull` and `kolmogorovSmirnov`
 * @throws PvError as `onsetDays`, `fitWeibull` and `onsetHistogram`; `INVALID_OPTION` for `shift`, `alpha` or `minimum`
 * @see Van Holle, Zeinoun, Bauchau, Verstraeten (2012) doi:10.1002/pds.3226; Van Holle, Bauchau (2014)
 *   doi:10.1002/pds.3502
 * @example
 * timeToOnset(table, counts, { product: "MMR", event: "Rash" }).otherEvents.test.p;
 */
export function timeToOnset(
  table: ReportTable,
  counts: PairCounts,
  pair: { readonly product: string; readonly event: string },
  options: TimeToOnsetOptions = {},
): TimeToOnset {
  const { shift = 0.5, alpha = 0.05, minimum = 5, bins } = options;
  if (!(shift > 0 && shift < Infinity)) throw new PvError("INVALID_OPTION", `shift: a positive number, got ${shift}`);
  if (!(alpha > 0 && alpha < 1)) throw new PvError("INVALID_OPTION", `alpha: between 0 and 1, got ${alpha}`);
  if (!(Number.isSafeInteger(minimum) && minimum >= 1))
    throw new PvError("INVALID_OPTION", `minimum: a whole number from 1, got ${minimum}`);
  const found = onsetDays(table, counts, pair, options);
  const { days } = found.pair;
  const compared = (other: OnsetDays): OnsetSummary & { readonly test: KolmogorovSmirnov } => ({
    ...summary(other, bins),
    test: kolmogorovSmirnov(days, other.days),
  });
  const otherEvents = compared(found.otherEvents);
  const otherProducts = compared(found.otherProducts);
  const isEnough = [days, otherEvents.days, otherProducts.days].every((values) => values.length >= minimum);
  return {
    pair: summary(found.pair, bins),
    weibull: fitWeibull(
      Float64Array.from(days, (day) => day + shift),
      { level: options.level, limits: options.limits, truncation: ends(found.pair, options, shift) },
    ),
    otherEvents,
    otherProducts,
    differs: isEnough ? otherEvents.test.p < alpha && otherProducts.test.p < alpha : null,
    shift,
    alpha,
    minimum,
  };
}

/** What a hazard pattern is called. */
export const HAZARD_WORDING: Readonly<Record<HazardPattern, Wording>> = {
  early: { zh: "早期失效型（风险随时间下降）", en: "early failure (the hazard falls with time)" },
  constant: { zh: "随机失效型（风险不随时间变化）", en: "random failure (no change of the hazard is shown)" },
  "wear-out": { zh: "耗损失效型（风险随时间上升）", en: "wear-out (the hazard rises with time)" },
  undetermined: { zh: "无法判断", en: "cannot be determined" },
};

/**
 * How long each time could have been: to the end of the last day, counted from its start, and of the longest day that was
 * asked for; the shift where that is more than a day.
 */
function ends(
  { start }: OnsetDays,
  { asOf, maximumDays = Infinity }: OnsetOptions,
  shift: number,
): Float64Array | undefined {
  const last = asOf === undefined ? Infinity : requireDay("asOf", asOf);
  if (last === Infinity && maximumDays === Infinity) return undefined;
  return Float64Array.from(start, (day) => Math.min(last - day, maximumDays) + Math.max(1, shift));
}

const summary = (onset: OnsetDays, bins: readonly number[] | undefined): OnsetSummary => ({
  ...onset,
  quartiles: [quantile(onset.days, 0.25), quantile(onset.days, 0.5), quantile(onset.days, 0.75)],
  histogram: onsetHistogram(onset.days, bins),
});

/** Linear between the values on either side, type 7 of Hyndman and Fan; ascending values. */
function quantile(values: Int32Array, p: number): number {
  const at = (values.length - 1) * p;
  const low = Math.floor(at);
  if (low < 0) return NaN;
  const value = values[low]!;
  return at === low ? value : value + (at - low) * (values[low + 1]! - value);
}
