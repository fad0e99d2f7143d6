/**
 * Recurrence interval of a prospective analysis: after how many analyses, one each time step, a statistic as large is expected to
 * turn up once when nothing is wrong.
 *
 * @param p - p-value of the statistic
 * @param looks - analyses that `p` has been adjusted for: it is the chance that any of them shows as much, and one of them has the
 *   chance 1 - (1 - p)^(1/looks)
 * @returns in time steps; 1 for p = 1, `Infinity` for p = 0
 * @see Kleinman, Lazarus, Platt (2004) doi:10.1093/aje/kwh029
 * @example
 * recurrenceSteps(0.216); // 4.62963
 */
export function recurrenceSteps(p: number, looks = 1): number {
  if (p >= 1 || looks === 1) return 1 / p;
  return -1 / Math.expm1(Math.log1p(-p) / looks);
}
