import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "pvsignal";
import { completenessSummary } from "../../src/quality/completeness.ts";
import { COMPLETENESS_DIMENSIONS, vigiGrade, vigiGradeWeights } from "../../src/quality/vigigrade.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { expectClose } from "../close.ts";
import { make } from "./make.ts";

const full = (): Report =>
  make({
    kind: "spontaneous",
    reporter: "physician",
    division: "420106",
    narrativeLength: 300,
    patient: { sex: "female", ageYears: 40 },
    products: [{ name: "A", role: "suspect", start: "2024-03-01", dose: "5 mg", indication: "fever" }],
    events: [{ term: "rash", onset: "2024-03-05", outcome: "recovered" }],
  });

test("a report that says everything scores 1", () => {
  expect(vigiGrade(full())).toMatchObject({ score: 1, wellDocumented: true });
});

const without: readonly [string, number, (r: Report) => Report][] = [
  ["time to onset", 0.5, (r) => ({ ...r, events: [{ term: "rash", outcome: "recovered" }] })],
  ["indication", 0.7, (r) => ({ ...r, products: r.products.map((p) => ({ ...p, indication: undefined })) })],
  ["outcome", 0.7, (r) => ({ ...r, events: [{ ...r.events[0]!, outcome: "unknown" }] })],
  ["sex", 0.7, (r) => ({ ...r, patient: { ageYears: 40 } })],
  ["age", 0.7, (r) => ({ ...r, patient: { sex: "female" } })],
  ["dose", 0.9, (r) => ({ ...r, products: r.products.map((p) => ({ ...p, dose: undefined })) })],
  ["country", 0.9, (r) => ({ ...r, division: undefined })],
  ["reporter", 0.9, (r) => ({ ...r, reporter: undefined })],
  ["report type", 0.9, (r) => ({ ...r, kind: undefined })],
  ["comments", 0.9, (r) => ({ ...r, narrativeLength: 19 })],
];

test.each(without)("without %s the score is %d", (_, score, change) => {
  expectClose(vigiGrade(change(full())).score!, score, 1e-15);
});

test("time to onset is imprecise by how many days it leaves open, and missing when it would be negative", () => {
  const at = (start: string, onset: string): number =>
    vigiGrade({
      ...full(),
      products: [{ ...full().products[0]!, start }],
      events: [{ term: "rash", onset, outcome: "recovered" }],
    }).score!;
  expectClose(at("2024-03", "2024-04-20"), 0.9, 1e-15);
  expectClose(at("2024-03", "2024-04"), 0.7, 1e-15);
  expectClose(at("2023", "2024-04-01"), 0.7, 1e-15);
  expectClose(at("2024-03-06", "2024-03-05"), 0.5, 1e-15);
  expectClose(at("2024-03", "2024-03-05"), 0.9, 1e-15);
});

test("everything missing leaves the product of all, and an age group costs less than no age", () => {
  const bare = make();
  expectClose(vigiGrade(bare).score!, 0.5 * 0.7 ** 4 * 0.9 ** 5, 1e-15);
  expectClose(vigiGrade(bare, { hasAgeGroup: () => true }).score!, 0.5 * 0.7 ** 3 * 0.9 ** 6, 1e-15);
});

test("the score is the mean over the pairs of suspect products and events", () => {
  const [product] = full().products;
  const report = {
    ...full(),
    products: [product!, { name: "B", role: "suspect" as const }, { name: "C", role: "concomitant" as const }],
  };
  const { score, pairs } = vigiGrade(report);
  expect(pairs.map((pair) => pair.product)).toEqual(["A", "B"]);
  expectClose(score!, (1 + 0.5 * 0.7 * 0.9) / 2, 1e-15);
  expect(vigiGrade({ ...full(), products: [{ name: "C", role: "concomitant" }] })).toEqual({
    score: null,
    wellDocumented: false,
    pairs: [],
  });
});

test("every pair is the product of 1 − its penalties", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      for (const report of reports) {
        for (const { score, penalties } of vigiGrade(report).pairs) {
          expectClose(
            score,
            COMPLETENESS_DIMENSIONS.reduce((product, d) => product * (1 - penalties[d]), 1),
            1e-14,
          );
        }
      }
    }),
  );
});

test("a penalty outside 0 to 1 is the caller's mistake", () => {
  expect(() => vigiGrade(full(), { weights: { ...vigiGradeWeights, sex: 1.2 } })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

test("a summary counts every report once, and lacks what its reports lack", () => {
  const reports = [
    { ...full(), unit: "B" },
    { ...full(), unit: "B", reporter: undefined },
    { ...full(), unit: "A", products: [] },
    make(),
  ];
  const { all, rows } = completenessSummary(reports);
  expect(rows.map(({ key, reports: n, scored }) => [key, n, scored])).toEqual([
    ["A", 1, 0],
    ["B", 2, 2],
    [null, 1, 1],
  ]);
  expect(rows[0]).toMatchObject({ meanScore: null, wellDocumented: { share: null } });
  expect(rows[1]!.lacking).toMatchObject({ reporter: 0.5, sex: 0 });
  expectClose(rows[1]!.meanScore!, 0.95, 1e-15);
  expect(all).toMatchObject({ reports: 4, scored: 3, wellDocumented: { count: 2, of: 3 } });
  expect(() => completenessSummary(reports, { by: "moon" as "unit" })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
