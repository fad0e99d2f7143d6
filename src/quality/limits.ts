import { PvError } from "../error.ts";
import { betaQuantile } from "../math/beta-quantile.ts";
import { gammaQuantile, gammaQuantileUpper } from "../math/gamma-quantile.ts";
import { normalQuantile } from "../math/normal.ts";

/** A share of a whole with its limits; all three are null when the whole is 0. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** @throws PvError `INVALID_LEVEL` */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new PvError("INVALID_LEVEL", `expected 0 < level < 1, got ${level}`);
}

/** @throws PvError `INVALID_COUNT` */
export function checkCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new PvError("INVALID_COUNT", `${name}: expected a whole number of at least 0, got ${count}`);
}

/**
 * Share with the Wilson score interval, which stays inside 0 to 1 and does not collapse for small counts.
 *
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Wilson (1927) doi:10.1080/01621459.1927.10502953; Newcombe (1998) method 3, whose 81 of 263 is the example
 * @example
 * wilsonShare(81, 263).upper; // 0.3662
 */
export function wilsonShare(count: number, of: number, level = 0.95): Share {
  checkCount("count", count);
  checkCount("of", of);
  checkLevel(level);
  if (count > of) throw new PvError("INVALID_COUNT", `count: ${count} is more than the whole of ${of}`);
  if (of === 0) return { count, of, share: null, lower: null, upper: null };
  const z = normalQuantile((1 + level) / 2);
  const share = count / of;
  const centre = share + (z * z) / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  // The two ends are 0 and 1 exactly; the formula leaves a rounding error there.
  return {
    count,
    of,
    share,
    lower: count === 0 ? 0 : (centre - spread) / scale,
    upper: count === of ? 1 : (centre + spread) / scale,
  };
}

/**
 * Exact limits of the mean of a Poisson count.
 *
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Garwood (1936) doi:10.1093/biomet/28.3-4.437
 * @example
 * poissonLimits(10).upper; // 18.39
 */
export function poissonLimits(count: number, level = 0.95): { readonly lower: number; readonly upper: number } {
  checkCount("count", count);
  checkLevel(level);
  const tail = (1 - level) / 2;
  return {
    lower: count === 0 ? 0 : gammaQuantile(tail, count),
    upper: gammaQuantileUpper(tail, count + 1),
  };
}

/**
 * Exact limits of a binomial share.
 *
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Clopper, Pearson (1934) doi:10.1093/biomet/26.4.404
 * @example
 * binomialLimits(0, 10).upper; // 0.3085
 */
export function binomialLimits(
  count: number,
  of: number,
  level = 0.95,
): { readonly lower: number; readonly upper: number } {
  checkCount("count", count);
  checkCount("of", of);
  checkLevel(level);
  if (count > of || of === 0)
    throw new PvError("INVALID_COUNT", `expected a count within a whole above 0, got ${count} of ${of}`);
  const tail = (1 - level) / 2;
  return {
    lower: count === 0 ? 0 : betaQuantile(tail, count, of - count + 1),
    upper: count === of ? 1 : betaQuantile(1 - tail, count + 1, of - count),
  };
}
