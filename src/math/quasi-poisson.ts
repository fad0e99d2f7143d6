/**
 * A quasi-Poisson regression with a log link, a mean for each group and, if wanted, one slope in time. The normal equations of
 * this design are an arrowhead, solved in closed form in one pass over the points, so that nothing is allocated and no matrix is
 * built. Iteratively reweighted least squares start from y + 0.1, stop when the deviance changes by less than 1e-8 of itself,
 * and take variances and the Pearson statistic with the weights of the last step: the rules of R's `glm`, without which results
 * differ from it in the sixth digit.
 *
 * @see Nelder, Wedderburn (1972) doi:10.2307/2344614; McCullagh, Nelder (1989), Generalized Linear Models, § 2.5 and 4.5
 */
export class QuasiPoisson {
  /** Points in use. */
  n = 0;
  readonly y: Float64Array<ArrayBuffer>;
  /** Time, best measured from the point that is predicted: the group means are means at time 0. */
  readonly time: Float64Array<ArrayBuffer>;
  /** 0 … groups - 1. */
  readonly group: Uint8Array;
  /** Added to the linear predictor. */
  readonly offset: Float64Array<ArrayBuffer>;
  readonly weight: Float64Array<ArrayBuffer>;
  readonly mu: Float64Array<ArrayBuffer>;

  slope = 0;
  hasSlope = false;
  /** Log mean at time 0 of each group; NaN for a group without points. */
  readonly level: Float64Array<ArrayBuffer>;
  iterations = 0;
  /** Pearson statistic over degrees of freedom; NaN when there are none. */
  dispersion = NaN;
  degreesOfFreedom = 0;

  readonly #groups: number;
  readonly #eta: Float64Array;
  readonly #working: Float64Array;
  readonly #sum: Float64Array;
  readonly #sumT: Float64Array;
  readonly #sumTT: Float64Array;
  readonly #sumZ: Float64Array;
  readonly #sumTZ: Float64Array;
  #scatter = 0;

  constructor(capacity: number, groups: number) {
    const column = (): Float64Array<ArrayBuffer> => new Float64Array(capacity);
    const perGroup = (): Float64Array<ArrayBuffer> => new Float64Array(groups);
    this.#groups = groups;
    this.y = column();
    this.time = column();
    this.group = new Uint8Array(capacity);
    this.offset = column();
    this.weight = column();
    this.mu = column();
    this.#eta = column();
    this.#working = column();
    this.level = perGroup();
    this.#sum = perGroup();
    this.#sumT = perGroup();
    this.#sumTT = perGroup();
    this.#sumZ = perGroup();
    this.#sumTZ = perGroup();
  }

  /** Fits the first `n` points; false when it did not converge in 25 steps. */
  fit(withSlope: boolean): boolean {
    const { n, y, time, group, offset, weight, mu } = this;
    const eta = this.#eta;
    let logs = 0; // the part of the deviance that does not change
    let deviance = 0;
    for (let i = 0; i < n; i++) {
      const yi = y[i]!;
      const start = yi + 0.1;
      mu[i] = start;
      eta[i] = Math.log(start);
      if (yi > 0) logs += weight[i]! * (yi * Math.log(yi) - yi);
      deviance += weight[i]! * (start - yi * eta[i]!);
    }
    deviance = 2 * (deviance + logs);
    this.hasSlope = withSlope;
    let isConverged = false;
    for (this.iterations = 1; this.iterations <= 25; this.iterations++) {
      this.#accumulate();
      this.#solve();
      let next = 0;
      for (let i = 0; i < n; i++) {
        const at = offset[i]! + this.level[group[i]!]! + this.slope * time[i]!;
        const mean = Math.exp(at);
        eta[i] = at;
        mu[i] = mean;
        next += weight[i]! * (mean - y[i]! * at);
      }
      next = 2 * (next + logs);
      if (!(Math.abs(next) < Infinity)) break;
      if (Math.abs(next - deviance) < 1e-8 * (Math.abs(next) + 0.1)) {
        isConverged = true;
        break;
      }
      deviance = next;
    }
    this.#summarise();
    return isConverged;
  }

  #accumulate(): void {
    const { n, y, time, group, offset, weight, mu } = this;
    const eta = this.#eta;
    const working = this.#working;
    const [s, st, stt, sz, stz] = [this.#sum, this.#sumT, this.#sumTT, this.#sumZ, this.#sumTZ];
    s.fill(0);
    st.fill(0);
    stt.fill(0);
    sz.fill(0);
    stz.fill(0);
    for (let i = 0; i < n; i++) {
      const mean = mu[i]!;
      const w = weight[i]! * mean;
      const z = eta[i]! - offset[i]! + (y[i]! - mean) / mean;
      const t = time[i]!;
      const g = group[i]!;
      working[i] = w;
      s[g]! += w;
      st[g]! += w * t;
      stt[g]! += w * t * t;
      sz[g]! += w * z;
      stz[g]! += w * t * z;
    }
  }

  #solve(): void {
    const [s, st, stt, sz, stz] = [this.#sum, this.#sumT, this.#sumTT, this.#sumZ, this.#sumTZ];
    let scatter = 0;
    let product = 0;
    for (let g = 0; g < this.#groups; g++) {
      if (s[g] === 0) continue;
      scatter += stt[g]! - (st[g]! * st[g]!) / s[g]!;
      product += stz[g]! - (st[g]! * sz[g]!) / s[g]!;
    }
    this.#scatter = scatter;
    this.slope = this.hasSlope && scatter > 0 ? product / scatter : 0;
    for (let g = 0; g < this.#groups; g++) this.level[g] = (sz[g]! - this.slope * st[g]!) / s[g]!;
  }

  #summarise(): void {
    const { n, y, mu, weight } = this;
    let pearson = 0;
    let points = 0;
    for (let i = 0; i < n; i++) {
      const residual = (y[i]! - mu[i]!) / mu[i]!;
      pearson += this.#working[i]! * residual * residual;
      if (weight[i]! > 0) points += 1;
    }
    let parameters = this.hasSlope ? 1 : 0;
    for (let g = 0; g < this.#groups; g++) if (this.#sum[g]! > 0) parameters += 1;
    this.degreesOfFreedom = points - parameters;
    this.dispersion = this.degreesOfFreedom > 0 ? pearson / this.degreesOfFreedom : NaN;
  }

  /** Diagonal element of the hat matrix of a point. */
  leverage(i: number): number {
    return this.#working[i]! * this.unitVariance(this.group[i]!, this.time[i]!);
  }

  /** Variance of the linear predictor of a group at a time, for dispersion 1. */
  unitVariance(group: number, time: number): number {
    const away = time - this.#sumT[group]! / this.#sum[group]!;
    return 1 / this.#sum[group]! + (this.hasSlope ? (away * away) / this.#scatter : 0);
  }

  /** Variance of the slope, for dispersion 1. */
  get slopeUnitVariance(): number {
    return 1 / this.#scatter;
  }
}
