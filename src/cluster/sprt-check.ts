import { PvError } from "../error.ts";

function refuse(name: string, wanted: string, got: number): never {
  throw new PvError("INVALID_OPTION", `${name}: expected ${wanted}, got ${got}`);
}

/** @throws PvError `INVALID_OPTION` unless 0 < alpha < 0.5 */
export function checkAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 0.5)) refuse("alpha", "0 < alpha < 0.5", alpha);
}

/** @throws PvError `INVALID_OPTION` unless the number is above 0 and finite */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) refuse(name, "a finite number above 0", value);
}

/** @throws PvError `INVALID_OPTION` unless the number is whole and at least 1 */
export function checkWhole(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) refuse(name, "a whole number from 1", value);
}
