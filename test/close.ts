import { expect } from "vitest";

/**
 * Relative comparison that names both numbers and the error when it fails. NaN equals NaN, infinities must agree in sign.
 * `absolute` is for points near a zero of the function, where a relative error means nothing.
 */
export function expectClose(actual: number, expected: number, relative: number, absolute = 0): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const error = Math.abs(actual - expected);
  const ok = error <= relative * Math.abs(expected) || error <= absolute;
  if (!ok || Number.isNaN(actual) !== Number.isNaN(expected)) {
    expect.fail(
      `got ${actual}, expected ${expected}: relative error ${error / Math.abs(expected)}, allowed ${relative} (or ${absolute} absolute)`,
    );
  }
}
