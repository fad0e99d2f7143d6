import { checkCount } from "../count/fourfold.ts";
import { digamma } from "../math/digamma.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { logGamma } from "../math/log-gamma.ts";
import { checkExpected, checkPrior, meanLog, posteriorOf, solveMixture, type GpsPrior } from "./ebgm.ts";
import { checkLengths } from "./ratio.ts";

/** Scores of many pairs. */
export interface EbgmColumns {
  readonly ebgm: Float64Array;
  readonly eb05: Float64Array;
  readonly eb95: Float64Array;
}

/**
 * EBGM, EB05 and EB95 of many pairs.
 *
 * For one prior and one count their logarithms are smooth functions of ln E. Where a stretch of ln E holds enough pairs of a
 * count, each is replaced by its interpolating polynomial of degree 7, checked at four further points to 1e-10; a stretch that
 * fails is cut in eight, and what still fails is solved pair by pair. The relative error is below 1e-9. With `exact` every pair
 * is solved, and the result has the bits of {@link ebgm}.
 *
 * @param n - counts, 0 or more
 * @param e - expected counts, 0 or more
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`, `LENGTH_MISMATCH`
 */
export function ebgmColumns(
  n: Float64Array,
  e: Float64Array,
  prior: GpsPrior,
  { exact = false }: { readonly exact?: boolean | undefined } = {},
): EbgmColumns {
  const size = checkLengths({ n, e });
  checkPrior(prior);
  const out = { ebgm: new Float64Array(size), eb05: new Float64Array(size), eb95: new Float64Array(size) };
  for (let i = 0; i < size; i++) {
    if (!(n[i]! >= 0 && Number.isSafeInteger(n[i]!))) checkCount("n", n[i]!);
    if (!(e[i]! >= 0 && e[i]! < Infinity)) checkExpected(e[i]!);
  }
  const solver = new PairSolver(prior);
  if (exact) {
    for (let i = 0; i < size; i++) {
      solver.solve(n[i]!, e[i]!);
      out.ebgm[i] = solver.ebgm;
      out.eb05[i] = solver.eb05;
      out.eb95[i] = solver.eb95;
    }
    return out;
  }
  const cells = new Cells(n, e, solver);
  for (let i = 0; i < size; i++) cells.score(n[i]!, e[i]!, out, i);
  return out;
}

/** Solves single pairs; what depends on the count alone is kept. */
class PairSolver {
  ebgm = NaN;
  eb05 = NaN;
  eb95 = NaN;
  readonly prior: GpsPrior;
  readonly #ofCount = new Map<number, CountConstants>();

  constructor(prior: GpsPrior) {
    this.prior = prior;
  }

  solve(n: number, e: number, logLow = NaN, logHigh = NaN): void {
    let c = this.#ofCount.get(n);
    if (c === undefined) this.#ofCount.set(n, (c = countConstants(n, this.prior)));
    const mixture = posteriorOf(n, e, this.prior);
    this.ebgm = Math.exp(meanLog(mixture, c.digamma1, c.digamma2));
    this.eb05 = solveMixture(
      0.05,
      mixture,
      c.low1 / mixture.rate1,
      c.low2 / mixture.rate2,
      c.logGamma1,
      c.logGamma2,
      logLow,
    );
    this.eb95 = solveMixture(
      0.95,
      mixture,
      c.high1 / mixture.rate1,
      c.high2 / mixture.rate2,
      c.logGamma1,
      c.logGamma2,
      logHigh,
    );
  }
}

/** What the posterior of a count needs that does not depend on the expectation. */
interface CountConstants {
  readonly digamma1: number;
  readonly digamma2: number;
  readonly logGamma1: number;
  readonly logGamma2: number;
  /** Quantiles of the components at rate 1: 5 % and 95 %. */
  readonly low1: number;
  readonly low2: number;
  readonly high1: number;
  readonly high2: number;
}

function countConstants(n: number, { alpha1, alpha2 }: GpsPrior): CountConstants {
  const shape1 = alpha1 + n;
  const shape2 = alpha2 + n;
  return {
    digamma1: digamma(shape1),
    digamma2: digamma(shape2),
    logGamma1: logGamma(shape1),
    logGamma2: logGamma(shape2),
    low1: gammaQuantile(0.05, shape1),
    low2: gammaQuantile(0.05, shape2),
    high1: gammaQuantile(0.95, shape1),
    high2: gammaQuantile(0.95, shape2),
  };
}

/** Counts above this are rare enough to be solved one by one. */
const MAX_COUNT = 256;
/** Stretches of ln E are this wide. */
const WIDTH = 0.25;
const PARTS = 8;
const TERMS = 8;
/** Solving this many pairs costs as much as making and checking one polynomial. */
const WORTH = 14;
const NOT_MADE = -1;
const DIRECT = -2;
const CUT = -3;

const nodes = Float64Array.from({ length: TERMS }, (_, k) => Math.cos(((2 * k + 1) * Math.PI) / (2 * TERMS)));
const checks = Float64Array.of(-0.97, -0.4, 0.35, 0.96);

class Cells {
  readonly #solver: PairSolver;
  /** ln E of each pair in units of `WIDTH`, and its place among the stretches; -1 for pairs that are solved at once. */
  readonly #scaled: Float64Array;
  readonly #place: Int32Array;
  /** Place of the coefficients of each (count, stretch), or what to do instead. */
  readonly #state: Int32Array;
  /** For a stretch cut in eight: where its parts begin in `#parts`. */
  readonly #partsAt = new Map<number, number>();
  #parts = new Int32Array(64);
  #nParts = 0;
  #coefficients = new Float64Array(1024 * 3 * TERMS);
  #made = 0;

  constructor(n: Float64Array, e: Float64Array, solver: PairSolver) {
    this.#solver = solver;
    let low = Infinity;
    let high = -Infinity;
    for (const value of e) {
      if (value === 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const first = low <= high ? Math.floor(Math.log(low) / WIDTH) : 0;
    const perCount = low <= high ? Math.floor(Math.log(high) / WIDTH) - first + 2 : 1;
    const visits = new Int32Array((MAX_COUNT + 1) * perCount);
    this.#scaled = new Float64Array(n.length);
    this.#place = new Int32Array(n.length);
    for (let i = 0; i < n.length; i++) {
      if (!(n[i]! <= MAX_COUNT && e[i]! > 0)) {
        this.#place[i] = -1;
        continue;
      }
      const scaled = Math.log(e[i]!) / WIDTH;
      const place = n[i]! * perCount + Math.floor(scaled) - first;
      this.#scaled[i] = scaled;
      this.#place[i] = place;
      visits[place]!++;
    }
    this.#state = visits.map((count) => (count >= WORTH ? NOT_MADE : DIRECT));
  }

  score(n: number, e: number, out: EbgmColumns, i: number): void {
    const place = this.#place[i]!;
    if (place >= 0) {
      let state = this.#state[place]!;
      const scaled = this.#scaled[i]!;
      let from = Math.floor(scaled);
      let width = 1;
      if (state === NOT_MADE) {
        state = this.#make(n, from, 1);
        if (state === DIRECT) {
          this.#partsAt.set(place, this.#newParts());
          state = CUT;
        }
        this.#state[place] = state;
      }
      if (state === CUT) {
        const part = Math.min(PARTS - 1, Math.floor((scaled - from) * PARTS));
        const at = this.#partsAt.get(place)! + part;
        width = 1 / PARTS;
        from += part * width;
        state = this.#parts[at]!;
        if (state === NOT_MADE) {
          state = this.#make(n, from, width);
          this.#parts[at] = state;
        }
      }
      if (state >= 0) {
        const t = (2 * (scaled - from)) / width - 1;
        const at = state * 3 * TERMS;
        const c = this.#coefficients;
        out.ebgm[i] = Math.exp(polynomial(c, at, t));
        out.eb05[i] = Math.exp(polynomial(c, at + TERMS, t));
        out.eb95[i] = Math.exp(polynomial(c, at + 2 * TERMS, t));
        return;
      }
    }
    const solver = this.#solver;
    solver.solve(n, e);
    out.ebgm[i] = solver.ebgm;
    out.eb05[i] = solver.eb05;
    out.eb95[i] = solver.eb95;
  }

  #newParts(): number {
    if (this.#nParts + PARTS > this.#parts.length) {
      const grown = new Int32Array(this.#parts.length * 2);
      grown.set(this.#parts);
      this.#parts = grown;
    }
    const at = this.#nParts;
    this.#parts.fill(NOT_MADE, at, at + PARTS);
    this.#nParts += PARTS;
    return at;
  }

  /** Makes and checks the polynomials of one stretch, in units of `WIDTH`; its number, or `DIRECT` when a check fails. */
  #make(n: number, from: number, width: number): number {
    const solver = this.#solver;
    // Each solution is a good guess for the next node, and the polynomial for the checks.
    const at = (t: number, logLow: number, logHigh: number): void => {
      solver.solve(n, Math.exp((from + ((t + 1) / 2) * width) * WIDTH), logLow, logHigh);
    };
    const values = [new Float64Array(TERMS), new Float64Array(TERMS), new Float64Array(TERMS)] as const;
    for (let k = 0; k < TERMS; k++) {
      at(nodes[k]!, k > 0 ? values[1][k - 1]! : NaN, k > 0 ? values[2][k - 1]! : NaN);
      values[0][k] = Math.log(solver.ebgm);
      values[1][k] = Math.log(solver.eb05);
      values[2][k] = Math.log(solver.eb95);
    }
    const length = (this.#made + 1) * 3 * TERMS;
    if (length > this.#coefficients.length) {
      const grown = new Float64Array(this.#coefficients.length * 2);
      grown.set(this.#coefficients);
      this.#coefficients = grown;
    }
    const start = this.#made * 3 * TERMS;
    values.forEach((v, f) => {
      interpolate(v, this.#coefficients, start + f * TERMS);
    });
    for (const t of checks) {
      const guess = (f: number): number => polynomial(this.#coefficients, start + f * TERMS, t);
      at(t, guess(1), guess(2));
      const wanted = [solver.ebgm, solver.eb05, solver.eb95];
      for (let f = 0; f < 3; f++) {
        // Written so that NaN fails.
        if (!(Math.abs(guess(f) - Math.log(wanted[f]!)) <= 1e-10)) return DIRECT;
      }
    }
    return this.#made++;
  }
}

/** Monomial coefficients of the polynomial through the values at the Chebyshev nodes. */
function interpolate(values: Float64Array, out: Float64Array, at: number): void {
  const chebyshev = new Float64Array(TERMS);
  for (let j = 0; j < TERMS; j++) {
    let sum = 0;
    for (let k = 0; k < TERMS; k++) sum += values[k]! * Math.cos((j * (2 * k + 1) * Math.PI) / (2 * TERMS));
    chebyshev[j] = (sum * (j === 0 ? 1 : 2)) / TERMS;
  }
  // T(j+1) = 2t·T(j) − T(j−1), in monomials; degree 7 on [−1, 1] loses less than two digits by it.
  let before = new Float64Array(TERMS);
  let current = new Float64Array(TERMS);
  before[0] = 1;
  current[1] = 1;
  out.fill(0, at, at + TERMS);
  out[at] = chebyshev[0]!;
  for (let j = 1; j < TERMS; j++) {
    for (let k = 0; k < TERMS; k++) out[at + k]! += chebyshev[j]! * current[k]!;
    const next = new Float64Array(TERMS);
    for (let k = 0; k < TERMS; k++) next[k] = (k > 0 ? 2 * current[k - 1]! : 0) - before[k]!;
    [before, current] = [current, next];
  }
}

function polynomial(c: Float64Array, at: number, t: number): number {
  return (
    ((((((c[at + 7]! * t + c[at + 6]!) * t + c[at + 5]!) * t + c[at + 4]!) * t + c[at + 3]!) * t + c[at + 2]!) * t +
      c[at + 1]!) *
      t +
    c[at]!
  );
}
