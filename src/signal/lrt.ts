import { PvError } from "../error.ts";
import { checkFourfold, independent, type FourfoldColumns, type FourfoldTable } from "../count/fourfold.ts";
import { halfDeviance } from "../math/deviance.ts";
import { checkLengths } from "./ratio.ts";

/**
 * What is held fixed: the product total (`"huang2011"`, the paper's n.j, pvLRT's "p-q"), the event total (`"huang2011-event"`),
 * or nothing (`"poisson"`, pvLRT's "rrr").
 */
export type LrtForm = "huang2011" | "huang2011-event" | "poisson";

const FORMS: readonly LrtForm[] = ["huang2011", "huang2011-event", "poisson"];

/** @throws PvError `INVALID_ARGUMENT` unless the form is one of those allowed */
export function checkForm(form: LrtForm, allowed: readonly LrtForm[] = FORMS): void {
  if (!allowed.includes(form)) {
    throw new PvError("INVALID_ARGUMENT", `form: expected ${allowed.join(", ")}, got ${form}`);
  }
}

/**
 * Log likelihood ratio of a pair against independence, one-sided: 0 unless a > E.
 *
 * - `"huang2011"`: a ln(a/E) + (n1 − a) ln((n1 − a)/(n1 − E)), the product total n1 = a + b fixed. The statistic of the paper,
 *   whose maximum is taken over the events of one product.
 * - `"huang2011-event"`: the same with the event total m1 = a + c, for the maximum over the products of one event.
 * - `"poisson"`: a ln(a/E) − (a − E).
 *
 * 0 · ln 0 counts as 0. This is a statistic, not a test: its p-value is that of the maximum, see `lrtMaximumTest`.
 *
 * @param table - counts
 * @returns NaN when there is no report at all
 * @throws PvError `INVALID_COUNT`, `INVALID_ARGUMENT`
 * @see Huang, Zalkikar, Tiwari (2011) doi:10.1198/jasa.2011.ap10243; Chakraborty et al. (2022) doi:10.1002/sim.9575
 * @example
 * lrt({ a: 28, b: 942, c: 17, d: 31435 }).logLr; // 58.691899
 */
export function lrt(table: FourfoldTable, form: LrtForm = "huang2011"): { readonly logLr: number } {
  checkFourfold(table);
  checkForm(form);
  const { a, b, c, d } = table;
  const n1 = a + b;
  const m1 = a + c;
  return { logLr: logLr(a, independent(n1, m1, n1 + c + d), fixedTotal(form, n1, m1)) };
}

/** {@link lrt} of many pairs, from their expected counts (stratified where they are). */
export function lrtColumns(
  { a, b, c, d, expected }: FourfoldColumns,
  form: LrtForm = "huang2011",
): { readonly logLr: Float64Array } {
  const n = checkLengths({ a, b, c, d, expected });
  checkForm(form);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    out[i] = logLr(a[i]!, expected[i]!, fixedTotal(form, a[i]! + b[i]!, a[i]! + c[i]!));
  }
  return { logLr: out };
}

const fixedTotal = (form: LrtForm, n1: number, m1: number): number =>
  form === "poisson" ? Infinity : form === "huang2011" ? n1 : m1;

/**
 * Log likelihood ratio of `a` against `expected` given the total they are part of. The differences of observed and expected of
 * the two parts cancel, so the statistic is a sum of two half deviances, which lose no digits near a = E.
 *
 * @param total - `Infinity` for the Poisson form
 */
export function logLr(a: number, expected: number, total: number): number {
  if (!(a > expected)) return Number.isNaN(expected) ? NaN : 0;
  if (expected === 0) return Infinity;
  const excess = expected - a;
  const own = halfDeviance(a, expected, excess);
  if (total === Infinity) return own;
  const rest = total - a;
  return own + (rest > 0 ? halfDeviance(rest, total - expected, -excess) : total - expected);
}
