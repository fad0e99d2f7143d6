import fc from "fast-check";
import { expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  countsFromRows,
  type CountOptions,
  type PairCounts,
  type PvError,
  type Report,
} from "pvsignal";
import { INTERACTION_CELLS, type InteractionTable } from "../../src/count/interaction-table.ts";
import { countTriples, tripleTable } from "../../src/count/triples.ts";
import { additiveInteraction } from "../../src/signal/additive-interaction.ts";
import { combinationRiskRatio } from "../../src/signal/combination-risk-ratio.ts";
import { multiplicativeInteraction } from "../../src/signal/multiplicative-interaction.ts";
import { omega, omegaColumns } from "../../src/signal/omega.ts";
import { screenInteractions } from "../../src/signal/screen-interactions.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";
import { goldenNumber, goldenRows } from "../golden.ts";

const of = (...cells: readonly number[]): InteractionTable =>
  Object.fromEntries(INTERACTION_CELLS.map((cell, i) => [cell, cells[i]!])) as unknown as InteractionTable;
const exchanged = (t: InteractionTable): InteractionTable => ({
  ...t,
  n101: t.n011,
  n011: t.n101,
  n100: t.n010,
  n010: t.n100,
});
const coded = (code: string): unknown => expect.objectContaining({ code });
const cell = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1_000_000 }));
const anyTable = fc.array(cell, { minLength: 8, maxLength: 8 }).map((cells) => of(...cells));

const golden = goldenRows("interactions.csv.gz");
test.each(golden.map((row, i) => [i, row] as const))("agrees with glm fits and gamma quantiles, table %i", (_, row) => {
  const table = of(...INTERACTION_CELLS.map((name) => goldenNumber(row, name)!));
  const close = (actual: number, name: string, relative: number, absolute = 0): void => {
    const expected = goldenNumber(row, name);
    if (expected !== undefined) expectClose(actual, expected, relative, absolute);
  };
  const { omega: value, omega025, omega975, expected } = omega(table);
  // The printed formula takes 1 − 1/(1 + odds), which loses the digits of rare events that odds/(1 + odds) keeps.
  close(expected, "expected", 1e-11);
  close(value, "omega", 1e-11, 1e-12);
  close(omega025, "omega025", 1e-10, 1e-11);
  close(omega975, "omega975", 1e-10, 1e-11);
  // Iterated fits stop at a relative change of the deviance of 1e-15: half the digits of a coefficient are certain.
  for (const [scale, name] of [
    ["odds", "log_or"],
    ["proportion", "log_pr"],
  ] as const) {
    const { estimate, lower, upper, z, p } = multiplicativeInteraction(table, scale);
    if (goldenNumber(row, name) === undefined) continue;
    close(Math.log(estimate), name, 1e-6, 1e-8);
    close((Math.log(upper) - Math.log(lower)) / 2 / 1.959963984540054, `${name}_se`, 1e-6);
    close(p, `${name}_p`, 1e-5);
    expect(z * goldenNumber(row, name)!).toBeGreaterThanOrEqual(0);
  }
  if (goldenNumber(row, "contrast") !== undefined) {
    const additive = additiveInteraction(table);
    close(additive.contrast, "contrast", 1e-6, 1e-10);
    close((additive.upper - additive.lower) / 2 / 1.959963984540054, "contrast_se", 1e-6);
    close(additive.p, "contrast_p", 1e-5);
  }
  const combination = combinationRiskRatio(table);
  close(combination.crr, "crr", 1e-12);
  close(combination.css, "css", 1e-12);
});

test("exchanging the products changes no bit", () => {
  fc.assert(
    fc.property(anyTable, (table) => {
      const other = exchanged(table);
      expect(omega(other)).toEqual(omega(table));
      expect(additiveInteraction(other)).toEqual(additiveInteraction(table));
      for (const scale of ["proportion", "odds"] as const)
        expect(multiplicativeInteraction(other, scale)).toEqual(multiplicativeInteraction(table, scale));
      const { crr, css, first, second } = combinationRiskRatio(table);
      expect(combinationRiskRatio(other)).toMatchObject({ crr, css, first: second, second: first });
    }),
  );
});

test("the expected count lies between that of the reports with neither product and all of them", () => {
  fc.assert(
    fc.property(anyTable, (table) => {
      const { expected } = omega(table);
      const { n111, n110, n101, n100, n011, n010, n001, n000 } = table;
      if (Number.isNaN(expected)) {
        expect(Math.min(n101 + n100, n011 + n010, n001 + n000)).toBe(0);
        return;
      }
      const both = n111 + n110;
      const largest = Math.max(n001 / (n001 + n000), n101 / (n101 + n100), n011 / (n011 + n010));
      expect(expected).toBeLessThanOrEqual(both);
      expect(expected).toBeGreaterThanOrEqual(both * largest * (1 - 1e-15));
    }),
  );
});

test("one form is the other, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(anyTable, { maxLength: 20 }), (tables) => {
      const columns = Object.fromEntries(
        INTERACTION_CELLS.map((name) => [name, Float64Array.from(tables, (t) => t[name])]),
      ) as Parameters<typeof omegaColumns>[0];
      const many = omegaColumns(columns);
      tables.forEach((table, i) => {
        const one = omega(table);
        expect([many.omega[i], many.omega025[i], many.omega975[i], many.expected[i]]).toEqual([
          one.omega,
          one.omega025,
          one.omega975,
          one.expected,
        ]);
      });
    }),
  );
});

test("each model finds nothing where it holds", () => {
  // Shares 1 %, 2 %, 3 %: 4 % add up, 6 % multiply.
  const adding = of(4, 96, 2, 98, 3, 97, 10, 990);
  expectClose(additiveInteraction(adding).contrast, 0, 0, 1e-16);
  const multiplying = of(6, 94, 2, 98, 3, 97, 10, 990);
  expectClose(multiplicativeInteraction(multiplying).estimate, 1, 1e-14);
  expect(additiveInteraction(multiplying).contrast).toBeGreaterThan(0.019);
  // Odds 1 : 2, products with 2 : 2 and 3 : 2 in odds: 1/2 + 1/2 + 1 = 4 : 2.
  expectClose(omega(of(20, 10, 20, 20, 30, 20, 10, 20)).expected, 20, 1e-15);
  // A product that lowers reporting lowers nothing.
  expectClose(omega(of(5, 5, 1, 99, 1, 99, 50, 50)).expected, 5, 1e-15);
});

test("zero cells and empty groups are those documented", () => {
  const none = { omega: NaN, omega025: NaN, omega975: NaN, expected: NaN };
  expect(omega(of(3, 1, 0, 0, 2, 300, 50, 9000))).toEqual(none);
  expect(omega(of(3, 1, 1, 5, 2, 300, 0, 0))).toEqual(none);
  expect(omega(of(0, 0, 1, 5, 2, 300, 4, 5))).toMatchObject({ omega: 0, expected: 0 });
  expect(omega(of(3, 1, 2, 0, 2, 300, 50, 9000)).expected).toBe(4);
  expect(omega(of(3, 1, 2, 0, 2, 0, 50, 0)).expected).toBe(4);
  expect(omega(of(3, 1, 0, 9, 0, 9, 0, 9)).expected).toBe(0);
  expect(multiplicativeInteraction(of(3, 1, 0, 9, 2, 7, 5, 9))).toMatchObject({
    estimate: Infinity,
    lower: NaN,
    upper: Infinity,
    z: NaN,
    p: NaN,
  });
  expect(multiplicativeInteraction(of(0, 4, 1, 9, 2, 7, 5, 9), "odds")).toMatchObject({
    estimate: 0,
    lower: 0,
    upper: NaN,
  });
  expect(multiplicativeInteraction(of(0, 0, 1, 9, 2, 7, 5, 9)).estimate).toBeNaN();
  expect(additiveInteraction(of(1, 1, 0, 0, 1, 1, 1, 1)).contrast).toBeNaN();
  expect(additiveInteraction(of(3, 0, 0, 5, 0, 5, 0, 5))).toEqual({
    contrast: 1,
    lower: 1,
    upper: 1,
    z: Infinity,
    p: 0,
  });
  expect(combinationRiskRatio(of(3, 1, 0, 9, 0, 7, 0, 9)).crr).toBeNaN();
});

const tryCount = (list: readonly Report[], options: CountOptions): PairCounts | undefined => {
  try {
    return countPairs(buildTable(list), { terminologies: "mix", domain: "all", ...options });
  } catch (error) {
    expect((error as PvError).code).toBe("EMPTY_SCOPE");
    return undefined;
  }
};

test("triples are the sizes of the sets of distinct reports", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.integer({ min: 1, max: 3 }), (list, minimum) => {
      const counts = tryCount(list, { roles: "all" });
      if (counts === undefined) return;
      const reports = Array.from(counts.origin!.rows, (row) => buildTable(list).report(row)).map((r) => ({
        products: new Set(r.products.map((p) => p.name)),
        events: new Set(r.events.map((e) => e.term)),
      }));
      const brute: object[] = [];
      for (const [p, first] of counts.products.entries())
        for (const second of counts.products.slice(p + 1))
          for (const event of counts.events) {
            const size = (x: boolean, y: boolean, z: boolean): number =>
              reports.filter(
                (r) => r.products.has(first) === x && r.products.has(second) === y && r.events.has(event) === z,
              ).length;
            const bits = INTERACTION_CELLS.map((name) => Array.from(name.slice(1), (digit) => digit === "1"));
            const cells = of(...bits.map(([x, y, z]) => size(x!, y!, z!)));
            expect(tripleTable(counts, { first, second, event })).toEqual(cells);
            expect(tripleTable(counts, { first: second, second: first, event })).toEqual(exchanged(cells));
            if (cells.n111 >= minimum) brute.push({ first, second, event, ...cells });
          }
      const triples = countTriples(counts, { minimum });
      expect([...triples.rows()]).toEqual(brute);
      const [name] = counts.products;
      const chosen = countTriples(counts, { minimum, products: [name!], events: counts.events.slice(0, 2) });
      expect([...chosen.rows()]).toEqual(
        [...triples.rows()].filter(
          (row) => (row.first === name || row.second === name) && counts.events.indexOf(row.event) < 2,
        ),
      );
      const between = countTriples(counts, { minimum, products: [name!], partners: counts.products.slice(-1) });
      expect(between.size).toBe(
        [...triples.rows()].filter((row) => row.first === name && row.second === counts.products.at(-1)).length,
      );
    }),
    { numRuns: 40 },
  );
});

test("a screening lists triples by Ω025 and agrees with the single scores", () => {
  const report = (i: number, products: readonly string[], event: string): Report => ({
    id: String(i),
    source: "x",
    version: 1,
    domain: "drug",
    products: products.map((name) => ({ name, role: "suspect" as const })),
    events: [{ term: event }],
  });
  const list = Array.from({ length: 600 }, (_, i) => {
    const products = [["A"], ["B"], ["A", "B"], ["C"], ["B", "C"], ["C", "D"]][i % 6]!;
    // A and B together have the event in half of their reports, all others in one of ten.
    return report(i, products, (i % 6 === 2 ? i % 4 === 0 : i % 7 === 0) ? "X" : "Y");
  });
  const screening = screenInteractions(countTriples(countPairs(buildTable(list))));
  const rows = screening.rows();
  expect(rows.length).toBe(screening.triples.size);
  expect(rows[0]).toMatchObject({ first: "A", second: "B", event: "X" });
  expect(screening.flagged()).toBe(rows.filter((row) => row.omega.omega025 > 0).length);
  expect(screening.rows({ above: 0, limit: 1 })).toEqual([rows[0]]);
  for (const { table, omega: scored, additive, multiplicative, combination } of rows) {
    expect(scored).toEqual(omega(table));
    expect(additive).toEqual(additiveInteraction(table));
    expect(multiplicative).toEqual(multiplicativeInteraction(table));
    expect(combination).toEqual(combinationRiskRatio(table));
  }
  // D is never reported without C: nothing to compare with, so those come last.
  expect(rows.slice(-2).map((row) => [row.second, row.omega.omega])).toEqual([
    ["D", NaN],
    ["D", NaN],
  ]);
  expect(() => screening.rows({ limit: 1.5 })).toThrow(coded("INVALID_OPTION"));
});

test("wrong calls say what is wrong", () => {
  const list: Report[] = [1, 2, 3].map((id) => ({
    id: String(id),
    source: "x",
    version: 1,
    domain: "drug",
    products: [
      { name: "A", role: "suspect" },
      { name: "B", role: "suspect" },
    ],
    events: [{ term: "X" }],
  }));
  const table = buildTable(list);
  const counts = countPairs(table);
  expect(() => omega(of(1, 2, 3, 4, 5, 6, 7, -8))).toThrow(/n000: .*-8/);
  expect(() => omega(of(1, 2, 3, 4, 5, 6, 7, 8), 1)).toThrow(coded("INVALID_LEVEL"));
  expect(() => additiveInteraction(of(0.5, 2, 3, 4, 5, 6, 7, 8))).toThrow(coded("INVALID_COUNT"));
  expect(() => multiplicativeInteraction(of(1, 2, 3, 4, 5, 6, 7, 8), "log" as never)).toThrow(coded("INVALID_OPTION"));
  expect(() => combinationRiskRatio(of(1, 2, 3, 4, 5, 6, 7, 8), 0)).toThrow(coded("INVALID_LEVEL"));
  expect(() => countTriples(counts, { minimum: 0 })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => countTriples(counts, { products: ["Z"] })).toThrow(/products: "Z"/);
  expect(() => countTriples(counts, { events: ["Z"] })).toThrow(coded("UNKNOWN_TERM"));
  expect(() => countTriples(countPairs(table, { unit: "cell" }))).toThrow(coded("INVALID_OPTION"));
  expect(() => countTriples(countPairs(table, { strata: ["sex"] }))).toThrow(coded("INVALID_OPTION"));
  expect(() => countTriples(countPairs(table, { background: { products: ["A"] } }))).toThrow(coded("INVALID_OPTION"));
  expect(() => countTriples(countsFromRows([{ product: "A", event: "X", a: 1 }]))).toThrow(/came as counts/);
  expect(() => tripleTable(counts, { first: "A", second: "A", event: "X" })).toThrow(coded("INVALID_ARGUMENT"));
  expect(() => tripleTable(counts, { first: "A", second: "Q", event: "X" })).toThrow(coded("UNKNOWN_TERM"));
  expect(countTriples(counts, { minimum: 4 }).size).toBe(0);
});
