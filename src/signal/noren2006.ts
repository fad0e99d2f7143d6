import { checkFourfold, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { halfDeviance } from "../math/deviance.ts";
import { digamma, trigamma } from "../math/digamma.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { betaLowerTail, betaQ, logBetaLowerTail, logBetaTerm } from "../math/incomplete-beta.ts";
import { stirlingError } from "../math/log-gamma.ts";
import { normalPdf, normalQuantile } from "../math/normal.ts";
import { checkLengths, levelQuantile, Z95 } from "./ratio.ts";

/** Information component of Norén's Dirichlet posterior, in bits. */
export interface IcNoren2006 {
  /** log2 of the ratio of posterior means, the point estimate of the paper. */
  readonly ic: number;
  /** Posterior mean of the information component. */
  readonly mean: number;
  readonly ic025: number;
  readonly ic975: number;
  /** Posterior probability that the information component is 0 or less. */
  readonly pNotPositive: number;
}

/**
 * BCPNN with a Dirichlet prior on the four cells: prior mean at independence of the observed margins, (n1 + ½)/(n + 1) and
 * (m1 + ½)/(n + 1), and weight ½ on the cell of the pair. The limits are exact quantiles of the posterior, not draws from it and
 * not the paper's own approximation, which is up to 0.7 bits away where the pair has no report.
 *
 * The posterior needs no simulation. With logit R = logit V − ln ω, V ~ Beta(γ11, γ10), ω ~ Beta(γ01, γ11 + γ10) and
 * Z ~ Beta(γ11 + γ10 + γ01, γ00) independent, IC = log2 R − log2 Z; V is integrated by its distribution function, the other two
 * numerically.
 *
 * @param table - counts of reports
 * @param level - coverage of the limits, 0 < level < 1; the names of the fields stay those of 95 %
 * @returns finite for every table of counts; the limits are good to about 1e-9 bits
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Norén, Bate, Orre, Edwards (2006) doi:10.1002/sim.2473
 * @example
 * icNoren2006({ a: 25, b: 1101, c: 62, d: 571385 }).ic025; // 4.6497834
 */
export function icNoren2006(table: FourfoldTable, level = 0.95): IcNoren2006 {
  checkFourfold(table);
  const z = levelQuantile(level);
  return posterior(table.a, table.b, table.c, table.d, z, (1 - level) / 2);
}

/** {@link icNoren2006} with 95 % limits of many pairs. */
export function icNoren2006Columns({ a, b, c, d }: FourfoldColumns): Readonly<Record<keyof IcNoren2006, Float64Array>> {
  const n = checkLengths({ a, b, c, d });
  const out = {
    ic: new Float64Array(n),
    mean: new Float64Array(n),
    ic025: new Float64Array(n),
    ic975: new Float64Array(n),
    pNotPositive: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const row = posterior(a[i]!, b[i]!, c[i]!, d[i]!, Z95, (1 - 0.95) / 2);
    out.ic[i] = row.ic;
    out.mean[i] = row.mean;
    out.ic025[i] = row.ic025;
    out.ic975[i] = row.ic975;
    out.pNotPositive[i] = row.pNotPositive;
  }
  return out;
}

function posterior(a: number, b: number, c: number, d: number, z: number, tail: number): IcNoren2006 {
  const n1 = a + b;
  const m1 = a + c;
  const n = n1 + c + d;
  const prior10 = (0.5 * (n - m1 + 0.5)) / (m1 + 0.5);
  const prior01 = (0.5 * (n - n1 + 0.5)) / (n1 + 0.5);
  const g11 = a + 0.5;
  // R does not change when product and event are exchanged; ω with the larger shape is the narrower and the smoother variable
  const g10 = Math.min(b + prior10, c + prior01);
  const g01 = Math.max(b + prior10, c + prior01);
  const g00 = d + 2 * prior10 * prior01;
  const any = g11 + g10 + g01;
  const all = any + g00;
  const ic = Math.log2((g11 / (g11 + g10)) * (all / (g11 + g01)));
  const mean = (digamma(g11) - digamma(g11 + g10) + (digamma(all) - digamma(g11 + g01))) / Math.LN2;
  const law = new Law(g11, g10, g01, g00);
  const ic025 = law.quantile(tail, -z, mean);
  return {
    ic,
    mean,
    ic025,
    // a distribution narrower than the digits of a double may turn its limits round
    ic975: Math.max(ic025, law.quantile(1 - tail, z, mean)),
    pNotPositive: probabilityNotPositive(g11, g10, g01, g00),
  };
}

/** A probability with its derivative. */
interface Cdf {
  p: number;
  slope: number;
}

/** Above this ratio of the width of Z to that of R at its bound 1 the integrand over Z is too crooked for Gauss nodes. */
const CROOKED = 0.12;
/** Scale of the finest grid over R. */
const FINEST = 0.0625;

/** Distribution of IC·ln 2 = ln R − ln Z. */
class Law {
  readonly #g11: number;
  readonly #g01: number;
  readonly #g1: number;
  readonly #gZ: number;
  readonly #g00: number;
  readonly #v: BetaKernel;
  readonly #z: BetaKernel;
  readonly #sdLogitR: number;
  readonly #sdLnZ: number;
  readonly #omega: BetaNodes;
  readonly #cells = new Map<number, Cdf>();
  #vNodes: BetaNodes | undefined;

  constructor(g11: number, g10: number, g01: number, g00: number) {
    this.#g11 = g11;
    this.#g01 = g01;
    this.#g1 = g11 + g10;
    this.#gZ = g11 + g10 + g01;
    this.#g00 = g00;
    this.#v = betaKernel(g11, g10);
    this.#z = betaKernel(this.#gZ, g00);
    const varianceV = trigamma(g11) + trigamma(g10);
    const varianceOmega = Math.max(0, trigamma(g01) - trigamma(this.#gZ));
    this.#sdLogitR = Math.sqrt(varianceV + varianceOmega);
    this.#sdLnZ = Math.sqrt(Math.max(0, trigamma(this.#gZ) - trigamma(this.#gZ + g00)));
    this.#omega = betaNodes(g01, this.#g1, Math.sqrt(varianceV));
  }

  /** Standard deviation in bits, to first order. */
  get #sd(): number {
    const one = this.#centreShare;
    return Math.hypot(one * this.#sdLogitR, this.#sdLnZ) / Math.LN2;
  }

  /** 1 − R at the middle of the distribution. */
  get #centreShare(): number {
    const odds = ((this.#g11 / (this.#g1 - this.#g11)) * this.#gZ) / this.#g01;
    return 1 / (1 + odds);
  }

  /** P(IC <= t) and its derivative. */
  cdf(t: number, out: Cdf): void {
    const theta = Math.pow(2, t);
    // 1 − θ Z at the mean of Z, but not nearer to the bound than Z is wide
    const atMean = (theta * this.#g00) / (this.#gZ + this.#g00) - Math.expm1(t * Math.LN2);
    const rest = Math.min(1 - 1e-9, Math.max(atMean, 0.5 * this.#sdLnZ, 1e-300));
    const crooked = this.#sdLnZ === 0 ? 0 : this.#sdLnZ / rest;
    const width = rest * this.#sdLogitR;
    if (crooked <= CROOKED) this.#overZ(betaNodes(this.#gZ, this.#g00, width), this.#omega, t, out);
    else if (theta <= 1) this.#overZ(betaNodes(this.#gZ, this.#g00, width, true), this.#omega, t, out);
    else if (this.#sdLogitR <= 0.25 * Math.min(1, crooked)) this.#overV(t, out);
    else this.#overR(t, rest, Math.min(1, crooked), out);
  }

  /** Where Z is the widest of the three, it is the one integrated by its distribution function; θ > 1. */
  #overV(t: number, out: Cdf): void {
    const theta = Math.pow(2, t);
    const excess = Math.expm1(t * Math.LN2);
    const v = (this.#vNodes ??= betaNodes(this.#g11, this.#g1 - this.#g11, 0, true));
    let p = 0;
    let slope = 0;
    for (let i = 0; i < v.x.length; i++) {
      if (v.y[i] === 0) continue;
      const odds = v.x[i]! / v.y[i]!;
      for (let j = 0; j < this.#omega.x.length; j++) {
        const weight = v.weight[i]! * this.#omega.weight[j]!;
        const o = odds / this.#omega.x[j]!;
        const rest = 1 / (1 + o);
        const x = (o * rest) / theta;
        const y = (excess + rest) / theta;
        const term = this.#z.term(x, y);
        p += weight * betaLowerTail(this.#g00, this.#gZ, y, x, term);
        slope += (weight * term) / y;
      }
    }
    out.p = p;
    out.slope = slope * Math.LN2;
  }

  #overZ(z: BetaNodes, omega: BetaNodes, t: number, out: Cdf): void {
    const theta = Math.pow(2, t);
    const excess = Math.expm1(t * Math.LN2);
    let p = 0;
    let slope = 0;
    const inner: Cdf = { p: 0, slope: 0 };
    for (let k = 0; k < z.x.length; k++) {
      const r = theta * z.x[k]!;
      const weight = z.weight[k]!;
      const rest = theta * z.y[k]! - excess; // 1 - θ Z with the digits of 1 - Z
      if (rest <= 0) {
        p += weight;
        continue;
      }
      this.#belowR(Math.log(r / rest), omega, inner);
      p += weight * inner.p;
      slope += (weight * inner.slope) / rest;
    }
    out.p = p;
    out.slope = slope * Math.LN2;
  }

  /**
   * Where R can come near its bound 1 within the width of Z, P(R <= θ Z) has a branch point inside; in ℓ = logit(θ Z) it has none.
   */
  #overR(t: number, centreRest: number, scale: number, out: Cdf): void {
    const theta = Math.pow(2, t);
    const excess = Math.expm1(t * Math.LN2);
    // nested grids, so that what was evaluated for one t serves the next
    const stride = Math.max(1, 2 ** Math.floor(Math.log2(scale / FINEST)));
    const h = 0.12 * FINEST * stride;
    let p = 0;
    let slope = 0;
    const last = { p: 0 }; // of the node before: whether R lies in the upper half of its distribution
    const add = (k: number): number => {
      const e = Math.exp(-Math.abs(k * h));
      const r = k > 0 ? 1 / (1 + e) : e / (1 + e);
      const rest = k > 0 ? e / (1 + e) : 1 / (1 + e);
      const y = (excess + rest) / theta;
      const weight = this.#z.term(r / theta, y) / y;
      if (weight < 1e-30) return 0;
      let cell = this.#cells.get(k * stride);
      if (cell === undefined) {
        cell = { p: 0, slope: 0 };
        this.#belowR(k * h, this.#omega, cell);
        this.#cells.set(k * stride, cell);
      }
      last.p = cell.p;
      p += weight * rest * cell.p;
      slope += weight * cell.slope;
      return weight * (rest * cell.p + cell.slope);
    };
    const start = Math.round(Math.log((1 - centreRest) / centreRest) / h);
    for (let k = start; k * h < 80; k++) if (add(k) < 1e-16 && last.p > 0.5) break;
    for (let k = start - 1; k * h > -80; k--) if (add(k) < 1e-16) break;
    out.p = betaQ(this.#gZ, this.#g00, 1 / theta) + h * p;
    out.slope = h * slope * Math.LN2;
  }

  /** P(logit R <= ℓ) and its derivative. */
  #belowR(l: number, omega: BetaNodes, out: Cdf): void {
    let p = 0;
    let slope = 0;
    const odds = Math.exp(l);
    const v = this.#v;
    for (let j = 0; j < omega.x.length; j++) {
      const weight = omega.weight[j]!;
      const o = odds * omega.x[j]!;
      const y = 1 / (1 + o);
      const x = o * y;
      if (x === 0) continue;
      if (y === 0) {
        p += weight;
        continue;
      }
      const term = v.term(x, y);
      p += weight * v.lower(x, y, term);
      slope += weight * term;
    }
    out.p = p;
    out.slope = slope;
  }

  /** Newton's method for the normal quantile of P(IC <= t), which is nearly straight in t, inside a bracket. */
  quantile(p: number, z: number, mean: number): number {
    const sd = this.#sd;
    const shape = (Math.log(gammaQuantile(p, this.#g11)) - digamma(this.#g11)) / Math.sqrt(trigamma(this.#g11));
    let t = mean + sd * shape;
    let low = -Infinity;
    let high = Infinity;
    let reach = sd;
    let before = Infinity;
    const at: Cdf = { p: 0, slope: 0 };
    for (let i = 0; i < 200; i++) {
      this.cdf(t, at);
      if (at.p > p) high = t;
      else low = t;
      const u = normalQuantile(Math.min(at.p, 1));
      const error = Math.abs(u - z);
      const move = ((u - z) * normalPdf(u)) / at.slope;
      // Done before the bracket is asked: at the root rounding decides on which side of it t lies.
      if (error < 0.01 && Math.abs(move) < 1e-13) return t - move;
      let next = t - move;
      // A distribution with hardly any comparator has a bound near 0, where the quantile is anything but straight.
      if (!(next > low && next < high && Math.abs(next - t) < 4 * reach && error <= 0.5 * before)) {
        if (high < Infinity && low > -Infinity) next = 0.5 * (low + high);
        else next = high === Infinity ? t + (reach *= 2) : t - (reach *= 2);
      }
      before = error;
      const step = Math.abs(next - t);
      t = next;
      if ((error < 0.01 && error * step < 1e-13) || high - low < 1e-13) break;
    }
    return t;
  }
}

/**
 * P(IC <= 0), accurate where it is tiny. The information component is 0 or less just where the odds ratio is 1 or less, that is
 * where p11/p1. <= p01/p0., two independent beta variables: one sum by the trapezoidal rule over the logit of the sharper one,
 * from its largest term, which is found by climbing since all terms are log-concave.
 */
function probabilityNotPositive(g11: number, g10: number, g01: number, g00: number): number {
  const sdV = Math.sqrt(trigamma(g11) + trigamma(g10));
  const sdW = Math.sqrt(trigamma(g01) + trigamma(g00));
  const overV = sdV <= sdW;
  const [a, b] = overV ? [g11, g10] : [g01, g00];
  const decay = overV ? g10 + g00 : g00;
  // Fine enough that 1e-13 is left of the rule's own error where the probability is near 1 (measured against 30-digit quadrature).
  const h = Math.min(0.3 * sdV, 0.3 * sdW, 0.24);
  const centre = Math.log(a / b);
  const term = (k: number): number => {
    const w = centre + k * h;
    const e = Math.exp(-Math.abs(w));
    const x = (w > 0 ? 1 : e) / (1 + e);
    const y = (w > 0 ? e : 1) / (1 + e);
    if (x === 0 || y === 0) return -Infinity;
    const other = overV ? logBetaLowerTail(g00, g01, y, x) : logBetaLowerTail(g11, g10, x, y);
    return logBetaTerm(a, b, x, y) + other;
  };
  let peak = 0;
  let top = term(0);
  for (let stride = 64; stride >= 1; stride /= 4) {
    for (const way of [stride, -stride]) {
      for (let value = term(peak + way); value > top; value = term(peak + way)) {
        top = value;
        peak += way;
      }
    }
  }
  let sum = 1;
  for (let k = peak - 1, part = 1; part > 1e-17; k--) sum += part = Math.exp(term(k) - top);
  for (let k = peak + 1, part = 1; part > 1e-17; k++) {
    sum += part = Math.exp(term(k) - top);
    if (centre + k * h > 60) {
      // From here on the terms are a geometric series, which may be a long one.
      sum -= part + part / Math.expm1(-decay * h);
      break;
    }
  }
  return Math.min(1, h * Math.exp(top) * sum);
}

/** The parts of a beta distribution that are evaluated many times over with the same shapes. */
interface BetaKernel {
  /** x^a y^b / B(a, b), y = 1 - x. */
  readonly term: (x: number, y: number) => number;
  /** P(X <= x), given the term. */
  readonly lower: (x: number, y: number, term: number) => number;
}

function betaKernel(a: number, b: number): BetaKernel {
  const n = a + b;
  // 2π within the root: Stirling's formula of the beta function in front, its remainders behind
  const front =
    Math.sqrt((Math.min(a, b) / n) * (Math.max(a, b) / 6.283185307179586)) *
    Math.exp(stirlingError(n) - (stirlingError(a) + stirlingError(b)));
  return {
    term(x, y) {
      const drift = x <= 0.5 ? a - n * x : n * y - b;
      return front * Math.exp(-halfDeviance(a, n * x, -drift) - halfDeviance(b, n * y, drift));
    },
    lower: (x, y, term) => betaLowerTail(a, b, x, y, term),
  };
}

/** Nodes of an integral over a beta distribution: points x, y = 1 - x, and weights. */
interface BetaNodes {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

/**
 * Nodes for the expectation of a function of ln x that changes over a distance of `width`: Gauss nodes where that is wide
 * against the distribution, the trapezoidal rule in logit x otherwise.
 */
function betaNodes(a: number, b: number, width: number, trapezoid = false): BetaNodes {
  const sd = Math.sqrt(Math.max(0, trigamma(a) - trigamma(a + b)));
  const ratio = sd / width;
  if (!trapezoid && ratio < 0.5 && a > 10) return gaussNodes(a, b, gaussSize(ratio));
  return trapezoidNodes(a, b, (width * (a + b)) / b);
}

function gaussSize(ratio: number): number {
  return Math.min(24, Math.ceil(27.6 / Math.log1p(1 / (ratio * ratio))) + 1);
}

/** The rule of Gauss for the beta distribution: eigenvalues of its Jacobi matrix about the mean (Golub, Welsch 1969). */
function gaussNodes(a: number, b: number, size: number): BetaNodes {
  const s = a + b - 2;
  const diagonal = new Float64Array(size);
  const off = new Float64Array(size);
  for (let k = 1; k < size; k++) {
    const q = 2 * k + s;
    diagonal[k] = (((2 * k * (k + s + 1)) / (s + 2)) * ((b - a) / q)) / (q + 2);
    off[k - 1] = Math.sqrt((k / q) * ((k + a - 1) / q) * ((k + b - 1) / (q + 1)) * ((k + s) / (q - 1)));
  }
  const first = new Float64Array(size);
  first[0] = 1;
  diagonalise(diagonal, off, first);
  const mean = a / (a + b);
  const rest = b / (a + b);
  return { x: diagonal.map((t) => mean + t), y: diagonal.map((t) => rest - t), weight: first.map((v) => v * v) };
}

/** Eigenvalues and first components of the eigenvectors of a symmetric tridiagonal matrix, by implicit QL steps. */
function diagonalise(d: Float64Array, e: Float64Array, first: Float64Array): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let round = 0; round < 60; round++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > 2e-16 * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        const z = first[i + 1]!;
        first[i + 1] = s * first[i]! + c * z;
        first[i] = c * first[i]! - s * z;
      }
      if (r === 0 && i >= l) continue;
      d[l] = d[l]! - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** |logit x| from which x does not differ from 0 or 1. */
const LIMIT = 160;

function trapezoidNodes(a: number, b: number, width: number): BetaNodes {
  const sd = Math.sqrt(trigamma(a) + trigamma(b));
  const h = Math.min(0.5 * sd, 0.5 * (width || sd), 0.4);
  const centre = Math.log(a / b);
  const xs: number[] = [];
  const ys: number[] = [];
  const weights: number[] = [];
  const add = (w: number): boolean => {
    const e = Math.exp(-Math.abs(w));
    const small = e / (1 + e);
    const large = 1 / (1 + e);
    const x = w > 0 ? large : small;
    const y = w > 0 ? small : large;
    const log = logBetaTerm(a, b, x, y);
    if (log < -40) return false;
    xs.push(x);
    ys.push(y);
    weights.push(h * Math.exp(log));
    return true;
  };
  for (let k = -1; centre + k * h > -LIMIT && add(centre + k * h); k--);
  let k = 0;
  while (centre + k * h < LIMIT && add(centre + k * h)) k++;
  if (centre + k * h >= LIMIT) {
    // what lies beyond is 1 to all digits
    xs.push(1);
    ys.push(0);
    weights.push(1 - weights.reduce((sum, weight) => sum + weight, 0));
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys), weight: Float64Array.from(weights) };
}
