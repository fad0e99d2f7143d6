import { checkCount } from "../count/fourfold.ts";
import { PvError } from "../error.ts";
import { digamma } from "../math/digamma.ts";
import { gammaP, gammaQ, logGammaP, logGammaQ } from "../math/incomplete-gamma.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { logGamma } from "../math/log-gamma.ts";
import { negativeBinomialLogPmf } from "../math/negative-binomial.ts";

/**
 * Prior of the gamma-Poisson shrinker: the ratio λ of observed to expected is drawn from Gamma(alpha1, rate beta1) with
 * probability p, else from Gamma(alpha2, rate beta2).
 */
export interface GpsPrior {
  readonly alpha1: number;
  readonly beta1: number;
  readonly alpha2: number;
  readonly beta2: number;
  readonly p: number;
}

/** Posterior of λ for one pair. */
export interface Ebgm {
  /** Empirical Bayes geometric mean, e^E[ln λ]. */
  readonly ebgm: number;
  /** 5 % and 95 % quantiles of the posterior. */
  readonly eb05: number;
  readonly eb95: number;
  /** 2.5 % quantile. */
  readonly eb025: number;
  /** Posterior weight of the first component. */
  readonly qn: number;
  readonly postMean: number;
}

/**
 * Empirical Bayes geometric mean and quantiles for a count and its expectation under a given prior, at full precision.
 * The negative binomials are taken in the mean form and both weights are computed on their own, so that a weight near 1 does not
 * lose the other component.
 *
 * @param n - reports with product and event
 * @param e - their expected count, 0 or more (0 gives the prior shifted by n)
 * @returns finite for every allowed argument; quantiles to about 1e-14 relative
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT` naming the argument
 * @see DuMouchel (1999) doi:10.1080/00031305.1999.10474456, eqs. 6–11; DuMouchel & Pregibon (2001) doi:10.1145/502512.502526
 * @example
 * ebgm(5, 1, { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 }).eb05; // 1.10885
 */
export function ebgm(n: number, e: number, prior: GpsPrior): Ebgm {
  checkCount("n", n);
  checkExpected(e);
  checkPrior(prior);
  const posterior = posteriorOf(n, e, prior);
  return {
    ebgm: Math.exp(meanLog(posterior, digamma(posterior.shape1), digamma(posterior.shape2))),
    eb05: mixtureQuantile(0.05, posterior),
    eb95: mixtureQuantile(0.95, posterior),
    eb025: mixtureQuantile(0.025, posterior),
    qn: posterior.q1,
    postMean: (posterior.q1 * posterior.shape1) / posterior.rate1 + (posterior.q2 * posterior.shape2) / posterior.rate2,
  };
}

/**
 * Posterior probability that λ does not exceed `limit`, the probability of the null for Bayesian false-discovery rates.
 *
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`
 */
export function ebProbabilityBelow(n: number, e: number, prior: GpsPrior, limit = 1): number {
  checkCount("n", n);
  checkExpected(e);
  checkPrior(prior);
  const { q1, q2, shape1, shape2, rate1, rate2 } = posteriorOf(n, e, prior);
  return q1 * gammaP(shape1, limit * rate1) + q2 * gammaP(shape2, limit * rate2);
}

/** @throws PvError `INVALID_ARGUMENT` naming the parameter and its value */
export function checkPrior(prior: GpsPrior): void {
  for (const name of ["alpha1", "beta1", "alpha2", "beta2"] as const) {
    const value = prior[name];
    if (!(value > 0 && Number.isFinite(value))) {
      throw new PvError("INVALID_ARGUMENT", `prior.${name}: expected a positive number, got ${String(value)}`);
    }
  }
  if (!(prior.p >= 0 && prior.p <= 1)) {
    throw new PvError("INVALID_ARGUMENT", `prior.p: expected a probability, got ${String(prior.p)}`);
  }
}

/** @throws PvError `INVALID_ARGUMENT` */
export function checkExpected(e: number): void {
  if (!(e >= 0 && Number.isFinite(e)))
    throw new PvError("INVALID_ARGUMENT", `e: expected a count of 0 or more, got ${String(e)}`);
}

/** A mixture of two gamma distributions with weights that add up to 1. */
export interface GammaMixture {
  readonly q1: number;
  readonly q2: number;
  readonly shape1: number;
  readonly shape2: number;
  readonly rate1: number;
  readonly rate2: number;
}

/** Posterior of λ: eq. 7 and the text before it. */
export function posteriorOf(n: number, e: number, { alpha1, beta1, alpha2, beta2, p }: GpsPrior): GammaMixture {
  const odds =
    Math.log(p) +
    negativeBinomialLogPmf(n, alpha1, (alpha1 * e) / beta1) -
    (Math.log1p(-p) + negativeBinomialLogPmf(n, alpha2, (alpha2 * e) / beta2));
  return {
    q1: 1 / (1 + Math.exp(-odds)),
    q2: 1 / (1 + Math.exp(odds)),
    shape1: alpha1 + n,
    shape2: alpha2 + n,
    rate1: beta1 + e,
    rate2: beta2 + e,
  };
}

/** E[ln λ]: eq. 9. The digammas of the shapes are handed in because a column shares them. */
export function meanLog({ q1, q2, rate1, rate2 }: GammaMixture, digamma1: number, digamma2: number): number {
  return q1 * (digamma1 - Math.log(rate1)) + q2 * (digamma2 - Math.log(rate2));
}

/**
 * Quantile of a mixture of two gamma distributions. It lies between the quantiles of the components; Newton's method on the
 * logarithm of the nearer tail as a function of ln x, kept inside the bracket, which shrinks by bisection where a step leaves it.
 */
export function mixtureQuantile(p: number, mixture: GammaMixture): number {
  const { shape1, shape2, rate1, rate2 } = mixture;
  const x1 = gammaQuantile(p, shape1) / rate1;
  const x2 = gammaQuantile(p, shape2) / rate2;
  return solveMixture(p, mixture, x1, x2, logGamma(shape1), logGamma(shape2));
}

/** As {@link mixtureQuantile}, from the component quantiles, the log-gammas of the shapes and a guess of ln x, where there is one. */
export function solveMixture(
  p: number,
  { q1, q2, shape1, shape2, rate1, rate2 }: GammaMixture,
  x1: number,
  x2: number,
  logGamma1: number,
  logGamma2: number,
  logGuess = NaN,
): number {
  if (q2 === 0 || x1 === x2) return x1;
  if (q1 === 0) return x2;
  const upper = p > 0.5;
  const target = Math.log(upper ? 1 - p : p);
  let low = Math.log(Math.min(x1, x2));
  let high = Math.log(Math.max(x1, x2));
  if (!Number.isFinite(low)) low = -745;
  let t = logGuess > low && logGuess < high ? logGuess : q1 * Math.log(x1 || 5e-324) + q2 * Math.log(x2 || 5e-324);
  for (let iteration = 0; iteration < 200; iteration++) {
    const x = Math.exp(t);
    const y1 = x * rate1;
    const y2 = x * rate2;
    let tail = upper
      ? q1 * gammaQ(shape1, y1) + q2 * gammaQ(shape2, y2)
      : q1 * gammaP(shape1, y1) + q2 * gammaP(shape2, y2);
    let logTail = Math.log(tail);
    if (tail < 1e-290) {
      const l1 = Math.log(q1) + (upper ? logGammaQ(shape1, y1) : logGammaP(shape1, y1));
      const l2 = Math.log(q2) + (upper ? logGammaQ(shape2, y2) : logGammaP(shape2, y2));
      logTail = Math.max(l1, l2) + Math.log1p(Math.exp(-Math.abs(l1 - l2)));
      tail = Math.exp(logTail);
    }
    const error = logTail - target;
    if (error === 0) return x;
    // The tail falls with x when it is the upper one.
    if (error > 0 === upper) low = t;
    else high = t;
    // x·density: d tail / d ln x.
    const density =
      q1 * Math.exp(shape1 * Math.log(y1) - y1 - logGamma1) + q2 * Math.exp(shape2 * Math.log(y2) - y2 - logGamma2);
    const slope = (upper ? -density : density) / tail;
    let next = t - error / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const moved = Math.abs(next - t);
    t = next;
    if (moved <= 2e-16 * Math.max(1, Math.abs(t)) || high - low <= 4e-16 * Math.abs(high)) break;
  }
  return Math.exp(t);
}
