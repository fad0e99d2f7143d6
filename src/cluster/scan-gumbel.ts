const EULER = 0.5772156649015329;

/** Mean and standard deviation (n - 1) of the random maxima of a scan. */
export interface MaximaMoments {
  readonly mean: number;
  readonly sd: number;
}

/** @returns `sd` 0 for a single value, both `NaN` for none */
export function maximaMoments(maxima: Float64Array): MaximaMoments {
  const n = maxima.length;
  let mean = 0;
  for (const x of maxima) mean += x / n;
  let squares = 0;
  for (const x of maxima) squares += (x - mean) * (x - mean);
  return n === 0 ? { mean: NaN, sd: NaN } : { mean, sd: Math.sqrt(squares / Math.max(1, n - 1)) };
}

/**
 * p-value of a scan statistic from the Gumbel distribution that has the mean and the standard deviation of its random maxima. It can
 * be far below 1 / (replications + 1); it is an approximation, good where it was studied (circular scans).
 *
 * @returns `NaN` unless sd > 0
 * @see Abrams, Kleinman, Kulldorff (2010) doi:10.1186/1476-072X-9-61
 * @example
 * gumbelP(10.979758, { mean: 6.56443772, sd: 1.48819513 }); // 0.012417
 */
export function gumbelP(statistic: number, { mean, sd }: MaximaMoments): number {
  if (!(sd > 0)) return NaN;
  const scale = (sd * Math.sqrt(6)) / Math.PI;
  const mode = mean - EULER * scale;
  return -Math.expm1(-Math.exp((mode - statistic) / scale));
}
