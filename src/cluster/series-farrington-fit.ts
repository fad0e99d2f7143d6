import { QuasiPoisson } from "../math/quasi-poisson.ts";
import { studentTwoSided } from "../math/student-t.ts";
import type { ReferencePoints } from "./series-farrington-reference.ts";
import type { SeriesFrame } from "./series-kernel.ts";

/** How the baseline of a tested point is modelled. */
export interface BaselineRule {
  /** Whether a trend may be in the model. */
  readonly trend: boolean;
  /** Two-sided p of the slope up to which a trend stays; 1 keeps it always. */
  readonly trendP: number;
  /** Standardised Anscombe residual above which a point counts less; undefined when none does. */
  readonly reweightAbove: number | undefined;
  /** Dispersion behind standard errors; see `FarringtonFlexibleOptions`. */
  readonly standardError: "quasi" | "surveillance";
}

/** A fitted baseline, predicted to the tested point. */
export interface Baseline {
  isFitted: boolean;
  mean: number;
  /** Standard error of the logarithm of the mean. */
  logSe: number;
  dispersion: number;
  hasTrend: boolean;
  slope: number;
  /** No case in the season group of the tested point: its mean is 0 or as good as 0. */
  isEmpty: boolean;
  /** Number of points in that group. */
  points: number;
}

/** Told of the steps as they are taken, those of a model that is given up included. */
export interface FitSteps {
  readonly first: (fit: QuasiPoisson) => void;
  readonly residuals: (residuals: Float64Array<ArrayBuffer>, weights: Float64Array<ArrayBuffer>) => void;
  readonly refit: (fit: QuasiPoisson) => void;
}

/** To be filled by {@link BaselineFit}. */
export function emptyBaseline(): Baseline {
  return {
    isFitted: false,
    mean: NaN,
    logSe: NaN,
    dispersion: NaN,
    hasTrend: false,
    slope: NaN,
    isEmpty: false,
    points: 0,
  };
}

/** Quasi-Poisson baselines with working memory for the largest one. */
export class BaselineFit {
  readonly #fit: QuasiPoisson;
  readonly #residuals: Float64Array<ArrayBuffer>;
  readonly #rule: BaselineRule;
  readonly #frame: SeriesFrame;
  readonly #years: number;

  constructor(frame: SeriesFrame, rule: BaselineRule, capacity: number, groups: number, years: number) {
    this.#fit = new QuasiPoisson(capacity, groups);
    this.#residuals = new Float64Array(capacity);
    this.#rule = rule;
    this.#frame = frame;
    this.#years = years;
  }

  /** Fits the reference points of `at` and fills `into`. */
  predict(counts: Float64Array, at: number, reference: ReferencePoints, into: Baseline, steps?: FitSteps): void {
    const group = this.#load(counts, at, reference, into);
    const rule = this.#rule;
    const fit = this.#fit;
    let largest = 0;
    for (let i = 0; i < fit.n; i++) largest = Math.max(largest, fit.y[i]!);
    if (fit.n > 0 && largest === 0) {
      // The log mean of nothing but zeros is -∞ and no fit converges to it; the mean itself is 0.
      Object.assign(into, { isFitted: true, mean: 0, logSe: 0, dispersion: 1, hasTrend: false, slope: 0 });
      return;
    }
    let isFitted = this.#weighted(rule.trend, steps);
    if (rule.trend && fit.hasSlope) {
      const isLikely = rule.trendP >= 1 || this.#slopeP() < rule.trendP;
      // Three years at least, and no mean above every count seen (Farrington et al. 1996).
      const mean = isFitted ? Math.exp(fit.level[group]! + this.#offset(at)) : NaN;
      if (!(isFitted && isLikely && this.#years >= 3 && mean <= largest)) isFitted = this.#weighted(false, steps);
    }
    into.isFitted = isFitted && fit.degreesOfFreedom > 0;
    into.mean = Math.exp(fit.level[group]! + this.#offset(at));
    into.dispersion = Math.max(1, fit.dispersion);
    into.logSe = Math.sqrt(fit.unitVariance(group, 0) * this.#scale());
    into.hasTrend = fit.hasSlope;
    into.slope = fit.slope;
  }

  #offset(at: number): number {
    return this.#frame.levels === undefined ? 0 : Math.log(this.#frame.levels[at]!);
  }

  /** Copies the reference points in; the group of the tested point is returned. */
  #load(counts: Float64Array, at: number, { index, group }: ReferencePoints, into: Baseline): number {
    const fit = this.#fit;
    const { leftOut } = this.#frame;
    const own = this.#ownGroup;
    let n = 0;
    let cases = 0;
    let points = 0;
    for (let i = 0; i < index.length; i++) {
      const place = index[i]!;
      if (leftOut?.[place] === 1) continue;
      fit.y[n] = counts[place]!;
      fit.time[n] = place - at;
      fit.group[n] = group[i]!;
      fit.offset[n] = this.#offset(place);
      if (group[i] === own) {
        cases += counts[place]!;
        points += 1;
      }
      n += 1;
    }
    fit.n = n;
    into.isEmpty = cases === 0;
    into.points = points;
    return own;
  }

  get #ownGroup(): number {
    return this.#fit.level.length - 1;
  }

  /** First fit, weights from its residuals, refit. */
  #weighted(withTrend: boolean, steps?: FitSteps): boolean {
    const fit = this.#fit;
    const above = this.#rule.reweightAbove;
    fit.weight.fill(1, 0, fit.n);
    if (!fit.fit(withTrend) && !(withTrend && fit.fit(false))) return false;
    steps?.first(fit);
    if (above === undefined) return true;
    const dispersion = Math.max(1, fit.dispersion);
    const residuals = this.#residuals;
    let total = 0;
    for (let i = 0; i < fit.n; i++) {
      const mean = fit.mu[i]!;
      const root = Math.sqrt(mean);
      // Anscombe residual 3/2 (y^2/3 - m^2/3) / m^1/6, standardised
      const ratio = Math.cbrt(fit.y[i]! / mean);
      const residual = (1.5 * root * (ratio * ratio - 1)) / Math.sqrt(dispersion * (1 - fit.leverage(i)));
      residuals[i] = residual;
      const weight = residual > above ? 1 / (residual * residual) : 1;
      fit.weight[i] = weight;
      total += weight;
    }
    const share = fit.n / total;
    for (let i = 0; i < fit.n; i++) fit.weight[i]! *= share;
    steps?.residuals(residuals.slice(0, fit.n), fit.weight.slice(0, fit.n));
    if (!fit.fit(fit.hasSlope)) return false;
    steps?.refit(fit);
    return true;
  }

  /** Dispersion behind the standard error of the mean. */
  #scale(): number {
    return this.#rule.standardError === "quasi" ? Math.max(1, this.#fit.dispersion) : this.#unweightedDispersion();
  }

  #slopeP(): number {
    const fit = this.#fit;
    const scale = this.#rule.standardError === "quasi" ? fit.dispersion : this.#unweightedDispersion();
    return studentTwoSided(fit.slope / Math.sqrt(scale * fit.slopeUnitVariance), fit.degreesOfFreedom);
  }

  /** Squared relative residuals by weight over degrees of freedom: the Pearson statistic without its factor of the mean. */
  #unweightedDispersion(): number {
    const fit = this.#fit;
    let sum = 0;
    for (let i = 0; i < fit.n; i++) {
      const residual = (fit.y[i]! - fit.mu[i]!) / fit.mu[i]!;
      sum += fit.weight[i]! * residual * residual;
    }
    return sum / fit.degreesOfFreedom;
  }
}
