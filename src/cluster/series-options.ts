import { PvError } from "../error.ts";

/** Refuses an option of a detector that is not what was expected. */
export function requireOption(detector: string, name: string, value: unknown, isFine: boolean, expected: string): void {
  if (!isFine) {
    throw new PvError("INVALID_OPTION", `${detector}: ${name} must be ${expected}, got ${String(value)}`);
  }
}

export const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
export const isProbability = (value: number): boolean => value > 0 && value < 1;
export const isPositive = (value: number): boolean => value > 0 && value < Infinity;
