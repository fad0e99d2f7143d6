import { PvError } from "../error.ts";

/**
 * Report counts of one product–event pair against all others.
 *
 * |             | event | other events |
 * | ----------- | ----- | ------------ |
 * | product     | `a`   | `b`          |
 * | other       | `c`   | `d`          |
 *
 * `n1 = a + b` is the product margin, `m1 = a + c` the event margin, `n` the total.
 */
export interface FourfoldTable {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Many fourfold tables, one a row. All columns have one length. */
export interface FourfoldColumns {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
  readonly d: Float64Array;
  /** Expected count of `a`: n1·m1/n, or its sum over strata. */
  readonly expected: Float64Array;
}

/**
 * Refuses a table whose cells are not counts: whole numbers from 0 to 2^53 - 1.
 *
 * @throws PvError `INVALID_COUNT` naming the cell and its value
 */
export function checkFourfold(table: FourfoldTable): void {
  for (const cell of ["a", "b", "c", "d"] as const) checkCount(cell, table[cell]);
}

/** @throws PvError `INVALID_COUNT` naming the argument and its value */
export function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new PvError("INVALID_COUNT", `${name}: expected a whole number of reports, 0 or more, got ${String(value)}`);
  }
}

/**
 * Expected count of reports with product and event if the two were independent, n1·m1/n, ordered so that no product of
 * margins passes 2^53. NaN when there are no reports at all.
 *
 * @example
 * expectedCount({ a: 28, b: 942, c: 17, d: 31435 }); // 1.3463
 */
export function expectedCount({ a, b, c, d }: FourfoldTable): number {
  return independent(a + b, a + c, a + b + c + d);
}

/** n1·m1/n; the factor nearer to n is divided first. */
export function independent(n1: number, m1: number, n: number): number {
  const product = n1 * m1;
  return product <= Number.MAX_SAFE_INTEGER ? product / n : n1 >= m1 ? (n1 / n) * m1 : (m1 / n) * n1;
}
