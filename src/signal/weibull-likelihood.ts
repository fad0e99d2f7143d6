/** Times to fit, in a unit of their own: logarithms of time over exp(`unit`). */
export interface WeibullData {
  readonly logTime: Float64Array;
  /** Where each time is truncated; absent when none is. */
  readonly logEnd: Float64Array | undefined;
  readonly unit: number;
}

/** First and second derivatives of the log-likelihood: `a` by the log of the shape, `b` by the log of the scale. */
export interface WeibullDerivatives {
  readonly a: number;
  readonly b: number;
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
}

/**
 * Log-likelihood of times t given to be at most their truncation T: Σ log f(t) − log F(T), with
 * f(t) = (k/t)·u·e^(−u), u = (t/λ)^k and F(T) = 1 − e^(−w), w = (T/λ)^k.
 */
export function logLikelihood({ logTime, logEnd }: WeibullData, logShape: number, logScale: number): number {
  const k = Math.exp(logShape);
  let sum = logTime.length * logShape;
  for (let i = 0; i < logTime.length; i++) {
    const logU = k * (logTime[i]! - logScale);
    sum += logU - Math.exp(logU) - logTime[i]!;
    if (logEnd !== undefined) sum -= logCdf(k * (logEnd[i]! - logScale));
  }
  return sum;
}

/** log(1 − e^(−w)) of log w; where w is tiny it is log w. */
function logCdf(logW: number): number {
  return logW < -30 ? logW : Math.log(-Math.expm1(-Math.exp(logW)));
}

/** {@link logLikelihood} differentiated twice. */
export function derivatives({ logTime, logEnd }: WeibullData, logShape: number, logScale: number): WeibullDerivatives {
  const k = Math.exp(logShape);
  const n = logTime.length;
  let a = n;
  let b = -n * k;
  let aa = 0;
  let ab = -n * k;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const logU = k * (logTime[i]! - logScale);
    const u = Math.exp(logU);
    a += logU - u * logU;
    b += k * u;
    aa += logU - u * logU * (logU + 1);
    ab += k * u * (logU + 1);
    bb -= k * k * u;
    if (logEnd === undefined) continue;
    const logW = k * (logEnd[i]! - logScale);
    const w = Math.exp(logW);
    // h = d log F/d log w, and its derivative by log w; both vanish where the truncation is far away
    const h = w > 700 ? 0 : logW < -30 ? 1 : w / Math.expm1(w);
    const slope = h === 0 ? 0 : h * (1 - w - h);
    const pull = h === 0 ? 0 : h * logW;
    const bend = slope === 0 ? 0 : slope * logW;
    a -= pull;
    b += k * h;
    aa -= logW === Infinity ? 0 : bend * logW + pull;
    ab += k * (bend + h);
    bb -= k * k * slope;
  }
  return { a, b, aa, ab, bb };
}
