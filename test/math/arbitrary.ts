import fc from "fast-check";

/** Numbers spread evenly over orders of magnitude. */
export function logUniform(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map((u) => Math.min(max, Math.exp(u)));
}
