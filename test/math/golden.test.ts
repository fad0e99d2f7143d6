import { describe, expect, test } from "vitest";
import { expectClose } from "../close.ts";
import { goldenRows } from "../golden.ts";
import { mathFunction, sensitivity } from "./functions.ts";

type Numeric = (...x: number[]) => number;

const names: Readonly<Record<string, string>> = {
  lgamma: "logGamma",
  digamma: "digamma",
  trigamma: "trigamma",
  gammaP: "gammaP",
  gammaQ: "gammaQ",
  gammaQuantile: "gammaQuantile",
  betaI: "betaI",
  betaQuantile: "betaQuantile",
  normCdf: "normalCdf",
  normQuantile: "normalQuantile",
  chi2Sf: "chiSquareSf",
  chi2Cdf: "chiSquareCdf",
  chi2Quantile: "chiSquareQuantile",
  fisherGreater: "hypergeometricSfGe",
  fisherMidP: "hypergeometricMidP",
  poissonSfGe: "poissonSfGe",
};

// counts are exact, they cannot be off by a rounding unit; what rounds is the logarithm inside
const ofCounts = new Set(["fisherGreater", "fisherMidP", "poissonSfGe"]);

const rows = goldenRows("special-functions.csv").map((row) => ({
  name: row["function"] ?? "",
  args: ["x1", "x2", "x3", "x4"].flatMap((key) => (row[key] ? [Number(row[key])] : [])),
  value: row["value"] === "inf" ? Infinity : Number(row["value"]),
}));

function functionOf(name: string): Numeric {
  if (name !== "negBinomLogPmf") return mathFunction(names[name] ?? name);
  const logPmf = mathFunction("negativeBinomialLogPmf");
  return (n, alpha, beta, expected) => logPmf(n, alpha, (alpha * expected) / beta);
}

/** Allowed error: 1e-14 of the value, and two rounding units in every argument. 5e-324 is the grid below 1e-308. */
function allowed(name: string, f: Numeric, args: readonly number[], value: number): number {
  const slope = ofCounts.has(name) ? Math.abs(value * Math.log(value)) : sensitivity(f, args);
  return 1e-14 * Math.abs(value) + 2 * Number.EPSILON * slope + 5e-324;
}

/**
 * Rows whose arguments, off by two rounding units, move the value by more than 1e-12 of itself. The gamma tails lie tens of
 * standard deviations out at shapes of 1e4 and more, where x f(x) / tail is about (x - a) and the shape counts as much; log Γ has
 * zeros at 1 and 2.
 */
const illConditioned = [
  "lgamma 1.0000001",
  "lgamma 1.999999",
  "gammaP 12345.5 11110.95",
  "gammaQ 12345.5 13580.050000000001",
  "gammaQ 100000.5 110000.55",
  "gammaP 1000000 990000",
];

describe.each([...new Set(rows.map((row) => row.name))])("%s", (name) => {
  const f = functionOf(name);
  const mine = rows.filter((row) => row.name === name);

  test(`agrees with all ${mine.length} golden rows to 1e-14 and two rounding units of its arguments`, () => {
    for (const { args, value } of mine) {
      if (value === Infinity) expect(f(...args)).toBe(Infinity);
      else expectClose(f(...args), value, 0, allowed(name, f, args, value));
    }
  });

  test("agrees to 1e-12, ill-conditioned rows included; zeros are exact", () => {
    for (const { args, value } of mine) expectClose(f(...args), value, 1e-12);
  });
});

test("only the listed rows are ill-conditioned", () => {
  const found = rows.filter(({ name, args, value }) => {
    const permitted = Number.isFinite(value) ? allowed(name, functionOf(name), args, value) : 0;
    return value !== 0 && Math.abs(value) > 1e-300 && permitted > 1e-12 * Math.abs(value);
  });
  expect(found.map(({ name, args }) => [name, ...args].join(" "))).toEqual(illConditioned);
});
