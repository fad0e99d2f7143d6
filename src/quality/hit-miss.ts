import { PvError } from "../error.ts";

/**
 * The hit–miss model of two records of one case. Each record shows the true value (hit), a value drawn at random from the
 * frequencies β of the field (miss, probability a) or nothing (blank, probability b); hit is 1 − a − b.
 */
export interface MissRates {
  /** Probability a that a record shows a value drawn at random. */
  readonly miss: number;
  /** Probability b that it shows nothing; when it is not given, the other rates are those among filled records. */
  readonly blank?: number | undefined;
}

/** The hit–miss mixture model of a number: a third possibility is a value near the true one, off by a normal deviation. */
export interface DeviationRates extends MissRates {
  /** Probability that a record shows a value near the true one. */
  readonly deviation: number;
  /** Standard deviation of the error then made, in the unit of the field. */
  readonly sigma: number;
}

/**
 * Chance c that two filled records of one case are unrelated in a field: a(2 − a − 2b) / (1 − b)².
 *
 * @throws PvError `INVALID_OPTION` unless 0 < a, 0 <= b and a + b <= 1
 * @see Copas, Hilton (1990) doi:10.2307/2982975; Norén, Orre, Bate, Edwards (2007) doi:10.1007/s10618-006-0052-8
 * @example
 * missFactor({ miss: 0.1, blank: 0.5 }); // 0.36
 */
export function missFactor({ miss, blank = 0 }: MissRates): number {
  if (!(miss > 0 && blank >= 0 && blank < 1 && miss + blank <= 1))
    throw new PvError(
      "INVALID_OPTION",
      `expected miss > 0, blank >= 0 and a sum of at most 1, got ${miss} and ${blank}`,
    );
  return (miss * (2 - miss - 2 * blank)) / ((1 - blank) * (1 - blank));
}

/**
 * Weight of two records that agree, in bits: log2(c + (1 − c) / β). A rare value tells more than a frequent one.
 *
 * @param frequency - β, share of the filled records with this value, 0 < β <= 1
 * @param c - see {@link missFactor}
 * @example
 * hitWeight(0.001, 0.19); // 9.662
 */
export function hitWeight(frequency: number, c: number): number {
  return Math.log2(c + (1 - c) / frequency);
}

/**
 * Weight of two filled records that disagree, in bits: log2 c. A blank on either side weighs 0.
 *
 * @example
 * missWeight(0.19); // -2.396
 */
export function missWeight(c: number): number {
  return Math.log2(c);
}

/**
 * Weight of two numbers in the hit–miss mixture model, in bits. Of two records of one case, both may be hits (difference 0),
 * one hit and one deviation (normal, σ), two deviations (normal, σ√2), or one of them a miss (unrelated). With the frequencies
 * of the two values taken as flat within a deviation, the likelihood ratio to two unrelated records is
 * m(2 − m) + [x = y] h²/β + (1/βx + 1/βy) (h d φ(σ) + d²/2 φ(σ√2)), where h + d + m = 1 among filled records.
 *
 * @param difference - x − y, whole units
 * @param frequencyX - share of the filled records with the value x
 * @param frequencyY - share of those with the value y
 * @see Norén, Orre, Bate, Edwards (2007), hit–miss mixture model
 */
export function deviationWeight(
  difference: number,
  frequencyX: number,
  frequencyY: number,
  { miss, deviation, sigma, blank = 0 }: DeviationRates,
): number {
  const filled = 1 - blank;
  const m = miss / filled;
  const d = deviation / filled;
  const h = 1 - m - d;
  const inverse = 1 / frequencyX + 1 / frequencyY;
  const near = h * d * unitMass(difference, sigma) + 0.5 * d * d * unitMass(difference, sigma * Math.SQRT2);
  const same = difference === 0 ? (h * h) / frequencyX : 0;
  return Math.log2(m * (2 - m) + same + inverse * near);
}

/** Mass of a normal deviation on one whole unit, taken as density × 1: the units are small against σ. */
function unitMass(difference: number, sigma: number): number {
  const z = difference / sigma;
  return (Math.exp(-0.5 * z * z) / sigma) * 0.3989422804014327;
}

/** @throws PvError `INVALID_OPTION` */
export function checkDeviation(name: string, { miss, deviation, sigma, blank = 0 }: DeviationRates): void {
  if (!(miss > 0 && deviation >= 0 && sigma > 0 && blank >= 0 && blank < 1 && miss + deviation + blank < 1)) {
    throw new PvError(
      "INVALID_OPTION",
      `${name}: expected miss > 0, deviation >= 0, sigma > 0, blank >= 0 and rates that leave room for hits`,
    );
  }
}
