import { PvError } from "../error.ts";
import { normalQuantile } from "../math/normal.ts";

/** A ratio with its interval. See each measure for what Infinity and NaN mean. */
export interface RatioInterval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** The same for many pairs. */
export interface RatioColumns {
  readonly estimate: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** 97.5 % point of the normal distribution. */
export const Z95 = 1.959963984540054;

/**
 * Half-width of a central interval in standard deviations.
 *
 * @throws PvError `INVALID_LEVEL` unless 0 < level < 1
 */
export function levelQuantile(level: number): number {
  if (!(level > 0 && level < 1))
    throw new PvError("INVALID_LEVEL", `level: expected 0 < level < 1, got ${String(level)}`);
  return level === 0.95 ? Z95 : normalQuantile((1 + level) / 2);
}

/** Empty columns for `n` pairs. */
export const ratioColumns = (n: number): RatioColumns => ({
  estimate: new Float64Array(n),
  lower: new Float64Array(n),
  upper: new Float64Array(n),
});

/** @throws PvError `LENGTH_MISMATCH` */
export function checkLengths(columns: Readonly<Record<string, { readonly length: number }>>): number {
  const [first, ...rest] = Object.entries(columns);
  const n = first?.[1].length ?? 0;
  for (const [name, column] of rest) {
    if (column.length !== n) {
      throw new PvError("LENGTH_MISMATCH", `column ${name} has ${column.length} rows, ${first?.[0] ?? ""} has ${n}`);
    }
  }
  return n;
}
