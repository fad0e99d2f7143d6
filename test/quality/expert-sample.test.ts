import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "pvsignal";
import { expertSample } from "../../src/quality/expert-sample.ts";
import { expectClose } from "../close.ts";
import { make } from "./make.ts";

const of = (n: number, unit: string, extra: Partial<Report> = {}): Report[] =>
  Array.from({ length: n }, (_, i) =>
    make({ id: `${unit}-${extra.serious?.[0] ?? "none"}-${i}`, unit, serious: [], ...extra }),
  );
const reports = [
  ...of(50, "A"),
  ...of(30, "B"),
  ...of(1, "C"),
  ...of(1, "D"),
  ...of(6, "A", { serious: ["other"] }),
  ...of(2, "E", { serious: ["other"] }),
  ...of(3, "A", { serious: ["death"] }),
  make({ id: "silent", unit: "F", serious: undefined }),
];
const sizes = { death: 3, serious: { share: 0.5 }, ordinary: 8 } as const;

test("strata have their own sizes, and no report is drawn twice", () => {
  const sample = expertSample(reports, { sizes, experts: 3, seed: 5 });
  expect(sample.strata).toEqual({
    death: { reports: 3, asked: 3, drawn: 3 },
    serious: { reports: 8, asked: 4, drawn: 4 },
    ordinary: { reports: 83, asked: 8, drawn: 8 },
  });
  expect(new Set(sample.reports.map(({ id }) => id)).size).toBe(15);
  expect(sample.seriousUnknown).toBe(1);
  const loads = [0, 1, 2].map((expert) => sample.reports.filter((entry) => entry.expert === expert).length);
  expect(loads).toEqual([5, 5, 5]);
});

test("the same seed gives the same sample whatever the order, another seed another one", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(reports, { minLength: reports.length }),
      fc.constantFrom("coverage", "random"),
      (order, scheme) => {
        const options = { sizes, experts: 2, seed: 9, scheme } as const;
        expect(expertSample(order, options)).toEqual(expertSample(reports, options));
      },
    ),
    { numRuns: 30 },
  );
  const ids = (seed: number): string[] => expertSample(reports, { sizes, seed }).reports.map(({ id }) => id);
  expect(ids(1)).not.toEqual(ids(2));
});

test("coverage sees every unit that can be seen", () => {
  for (let seed = 0; seed < 30; seed++) {
    const { units, reports: drawn } = expertSample(reports, {
      sizes: { ordinary: 4, serious: 2 },
      scheme: "coverage",
      seed,
    });
    // A and E come with the serious ones, so four of B, C, D and F remain for the ordinary ones.
    expect(units).toEqual({ all: 6, drawn: 6 });
    expect(drawn).toHaveLength(6);
  }
});

test("plain random gives every report of a stratum the same chance", () => {
  const counts = new Map<string, number>();
  const draws = 4000;
  for (let seed = 0; seed < draws; seed++) {
    for (const { id } of expertSample(reports.slice(82, 90), { sizes: { serious: 2 }, seed }).reports)
      counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect(counts.size).toBe(8);
  // Binomial(4000, 1/4): 5 standard deviations are 137.
  for (const count of counts.values()) expectClose(count, draws / 4, 0, 137);
});

test("a share per unit takes some of every unit", () => {
  const { reports: drawn } = expertSample(reports, { sizes: { ordinary: { sharePerUnit: 0.1 } } });
  const per = new Map<string | null, number>();
  for (const { unit } of drawn) per.set(unit, (per.get(unit) ?? 0) + 1);
  expect(Object.fromEntries(per)).toEqual({ A: 5, B: 3, C: 1, D: 1, F: 1 });
});

test("asking for more than there is gives all there is, and says so", () => {
  expect(expertSample(reports, { sizes: { death: 10 } }).strata.death).toEqual({ reports: 3, asked: 10, drawn: 3 });
  for (const wrong of [{ sizes: { death: -1 } }, { sizes: { death: { share: 2 } } }, { sizes: {}, experts: 0 }])
    expect(() => expertSample(reports, wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});
