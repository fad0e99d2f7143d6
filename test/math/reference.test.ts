import { describe, test } from "vitest";
import { expectClose } from "../close.ts";
import { mathFunction, sensitivity } from "./functions.ts";
import { reference } from "./reference.ts";

describe.each([...new Set(reference.map(([name]) => name))])("%s", (name) => {
  const f = mathFunction(name);
  const isOfCounts = /^(hypergeometric|poisson|negativeBinomial)/.test(name);

  test("agrees with 40-digit values to 1e-14 and two rounding units of its arguments", () => {
    for (const [row, args, value] of reference) {
      if (row !== name) continue;
      // a probability of counts is the exponential of its logarithm; a log already carries its own scale
      const scale = name.includes("Log") ? 0 : Math.abs(value * Math.log(value));
      const slope = isOfCounts ? scale : sensitivity(f, args);
      expectClose(f(...args), value, 1e-14, 1e-14 * Math.abs(value) + 2 * Number.EPSILON * slope);
    }
  });
});
