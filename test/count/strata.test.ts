import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, MISSING_STRATUM, ReportTable, type StratumField } from "pvsignal";
import { expectedOverStrata, type ExpectedBlocks } from "../../src/count/expected.ts";
import type { SparseMargins, StrataMargins } from "../../src/count/pairs.ts";
import { axisMargins, strataMargins, strataOf } from "../../src/count/strata.ts";
import { ReportView } from "../../src/count/view.ts";
import { reportsArbitrary } from "./arbitrary.ts";

/** Reports of each label (rows) in each stratum (columns); many are 0. */
const matrix = (labels: number, strata: number): fc.Arbitrary<number[][]> =>
  fc.array(
    fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9_999 })), {
      minLength: strata,
      maxLength: strata,
    }),
    { minLength: labels, maxLength: labels },
  );

const sparse = (rows: readonly (readonly number[])[], withZeros: boolean): SparseMargins => {
  const offsets = new Uint32Array(rows.length + 1);
  const cells = rows.flatMap((row, i) => {
    const found = [...row.entries()].filter(([, count]) => withZeros || count > 0);
    offsets[i + 1] = offsets[i]! + found.length;
    return found;
  });
  return {
    offsets,
    stratum: Uint32Array.from(cells, ([s]) => s),
    count: Float64Array.from(cells, ([, count]) => count),
  };
};

const strataArbitrary = fc
  .record({ strata: fc.integer({ min: 1, max: 12 }), labels: fc.integer({ min: 1, max: 40 }) })
  .chain(({ strata, labels }) =>
    fc.record({
      products: matrix(1 + (labels % 9), strata),
      events: matrix(labels, strata),
      n: fc.array(fc.integer({ min: 9_999, max: 1_000_003 }), { minLength: strata, maxLength: strata }),
      listed: fc.array(fc.boolean(), { minLength: 8, maxLength: 31 }),
      withZeros: fc.boolean(),
    }),
  );

/** The definition as three loops over every product, listed event and stratum. */
function plainSums(products: number[][], events: number[][], n: number[], pairs: [number, number][]): number[] {
  return pairs.map(([p, e]) => {
    let sum = 0;
    for (let s = 0; s < n.length; s++) sum += events[e]![s]! * (products[p]![s]! / n[s]!);
    return sum;
  });
}

const blocks: readonly (ExpectedBlocks | undefined)[] = [
  undefined,
  { pairs: 1, tile: 1 },
  { pairs: 10, tile: 100 },
  { pairs: 1000, tile: 1 },
];

test("expected counts are the plain triple sum bit for bit, whatever the blocks", () => {
  let bothSides = 0;
  fc.assert(
    fc.property(strataArbitrary, ({ products, events, n, listed, withZeros }) => {
      const pairs = products.flatMap((_, p) =>
        events.flatMap((_, e): [number, number][] =>
          listed[(p * events.length + e) % listed.length] === true ? [[p, e]] : [],
        ),
      );
      const rowOffsets = new Uint32Array(products.length + 1);
      for (const [p] of pairs) rowOffsets[p + 1]!++;
      for (let p = 0; p < products.length; p++) rowOffsets[p + 1]! += rowOffsets[p]!;
      const margins: StrataMargins = {
        labels: n.map((_, s) => `s${s}`),
        n: Float64Array.from(n),
        products: sparse(products, withZeros),
        events: sparse(events, withZeros),
      };
      const list = { rowOffsets, event: Uint32Array.from(pairs, ([, e]) => e) };
      const plain = Float64Array.from(plainSums(products, events, n, pairs));
      for (const block of blocks) expect(expectedOverStrata(margins, list, block)).toEqual(plain);
      const occupied = (row: number[]): number => row.filter((count) => count > 0).length;
      const sides = new Set(pairs.map(([p, e]) => occupied(products[p]!) < occupied(events[e]!)));
      if (!withZeros && sides.size === 2) bothSides++;
    }),
  );
  expect(bothSides).toBeGreaterThan(20);
});

test("without strata, labels or pairs there is nothing to expect", () => {
  const none: SparseMargins = { offsets: new Uint32Array(1), stratum: new Uint32Array(0), count: new Float64Array(0) };
  const empty: StrataMargins = { labels: [], n: new Float64Array(0), products: none, events: none };
  expect(expectedOverStrata(empty, { rowOffsets: new Uint32Array(1), event: new Uint32Array(0) })).toHaveLength(0);
});

test("margins of each stratum are the reports counted one by one", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      if (table.size === 0) return;
      const counts = countAll(table);
      if (counts === undefined) return;
      const { rows, products, events } = counts.origin!;
      const strata = strataOf(table, rows, ["sex", "year"]);
      const margins = strataMargins(products, events, strata);
      expect(counts.strata).toEqual(margins);
      for (const [axis, found] of [
        [products, margins.products],
        [events, margins.events],
      ] as const) {
        const plain = axis.labels.map(() => strata.labels.map(() => 0));
        strata.of.forEach((s, r) => {
          for (const label of axis.ids.subarray(axis.offsets[r], axis.offsets[r + 1])) plain[label]![s]!++;
        });
        expect(found).toEqual(sparse(plain, false));
        expect(axisMargins(axis, strata)).toEqual(found);
      }
      expect([...margins.n]).toEqual(strata.labels.map((_, s) => strata.of.filter((x) => x === s).length));
    }),
  );
});

function countAll(table: ReportTable) {
  try {
    return countPairs(table, { domain: "all", terminologies: "mix", strata: ["sex", "year"] });
  } catch (error) {
    expect(error).toMatchObject({ code: "EMPTY_SCOPE" });
    return undefined;
  }
}

/** Fields as a report shows them, one at a time and as text. */
const shown: Readonly<Record<StratumField, (r: ReportView) => string | undefined>> = {
  sex: (r) => r.sex,
  ageBand: ({ ageYears: age }) =>
    age === undefined
      ? undefined
      : age < 5
        ? "0-4"
        : age < 15
          ? "5-14"
          : age < 45
            ? "15-44"
            : age < 65
              ? "45-64"
              : "65+",
  year: (r) => r.receivedDate?.slice(0, 4),
  region: (r) => r.region,
  country: (r) => r.country,
  unit: (r) => r.unit,
  domain: (r) => r.domain,
};
const FIELDS = Object.keys(shown) as StratumField[];

test("fields read from columns give the strata that fields read as text give, in the same order", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.subarray(FIELDS), fc.integer({ min: 1, max: 3 }), (reports, fields, every) => {
      const table = buildTable(reports);
      const rows = Uint32Array.from({ length: Math.ceil(table.size / every) }, (_, i) => i * every);
      const text = (r: ReportView): string => fields.map((f) => shown[f](r) ?? MISSING_STRATUM).join(" / ");
      const view = new ReportView(table);
      const labels = Array.from(rows, (row) => {
        view.row = row;
        return text(view);
      });
      const sorted = [...new Set(labels)].sort();
      const expected = { labels: sorted, of: Uint32Array.from(labels, (label) => sorted.indexOf(label)) };
      expect(strataOf(table, rows, fields)).toEqual(expected);
      expect(strataOf(table, rows, text)).toEqual(expected);
    }),
  );
});

const report = (id: string, patient: object, rest: object = {}) => ({
  ...{ id, source: "s", version: 1, domain: "drug" as const, products: [], events: [] },
  ...{ patient, ...rest },
});

test("values that read alike are one stratum, and ages at a limit belong to the band above", () => {
  const ages = [0, 4.99, 5, 14.9, 15, 44.9, 45, 64.9, 65, 120, undefined];
  const table = buildTable(ages.map((ageYears, i) => report(String(10 + i), { ageYears })));
  const { labels, of } = strataOf(table, Uint32Array.from(ages.keys()), ["ageBand"]);
  expect(Array.from(of, (s) => labels[s])).toEqual(
    ["0-4", "0-4", "5-14", "5-14", "15-44", "15-44", "45-64", "45-64", "65+", "65+"].concat(MISSING_STRATUM),
  );
  const alike = buildTable([
    report("1", {}, { region: "a / b", unit: "c" }),
    report("2", {}, { region: "a", unit: "b / c" }),
    report("3", {}, { region: MISSING_STRATUM, unit: "c" }),
    report("4", {}, { unit: "c" }),
  ]);
  expect(strataOf(alike, Uint32Array.of(0, 1, 2, 3), ["region", "unit"])).toEqual({
    labels: ["(missing) / c", "a / b / c"],
    of: Uint32Array.of(1, 1, 0, 0),
  });
});

test("more combinations of values than a table holds are numbered by a map", () => {
  const size = 2100;
  const table = buildTable(
    Array.from({ length: size }, (_, i) => report(String(i), {}, { region: `r${i}`, unit: `u${(i * 7) % size}` })),
  );
  const { labels, of } = strataOf(
    table,
    Uint32Array.from({ length: size }, (_, i) => i),
    ["region", "unit"],
  );
  const names = Array.from({ length: size }, (_, row) => {
    const { region, unit } = table.report(row);
    return `${region} / ${unit}`;
  });
  expect(Array.from(of, (s) => labels[s])).toEqual(names);
  expect(labels).toEqual([...names].sort());
});

test("a field that cannot stratify is refused by name", () => {
  const table = buildTable([report("1", {})]);
  expect(() => strataOf(table, Uint32Array.of(0), ["sex", "weight" as StratumField])).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining('"weight"') as string }),
  );
});
