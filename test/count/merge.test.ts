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
  type ReportTable,
} from "pvsignal";
import { mergeCounts } from "../../src/count/merge.ts";
import { PairCounts as Counts } from "../../src/count/pairs.ts";
import { reportArbitrary } from "./arbitrary.ts";

/** Everything a count tells, with the kinds of its arrays, but for where the reports are. */
const told = (counts: PairCounts) => ({
  products: counts.products,
  events: counts.events,
  product: counts.product,
  event: counts.event,
  a: counts.a,
  n1: counts.n1,
  m1: counts.m1,
  n: counts.n,
  options: counts.options,
  excluded: counts.excluded,
  strata: counts.strata,
  bounds: counts.bounds,
  columns: counts.columns(),
});

const options: readonly (CountOptions & { readonly terminologies: "mix" })[] = [
  { domain: "all", terminologies: "mix" },
  { domain: "drug", terminologies: "mix", product: "ingredient", roles: "all", universe: "all" },
  { domain: "all", terminologies: "mix", unit: "cell" },
  { domain: "all", terminologies: "mix", strata: ["sex", "year"] },
  { domain: ["drug", "vaccine"], terminologies: "mix", strata: (r) => r.region, where: (r) => r.sex !== "male" },
];

function count(table: ReportTable, of: CountOptions): PairCounts | undefined {
  try {
    return countPairs(table, of);
  } catch (error) {
    expect((error as PvError).code).toBe("EMPTY_SCOPE");
    return undefined;
  }
}

/** Standing reports of a table, cut into shards by a list of numbers. */
function shards(table: ReportTable, cut: readonly number[]): ReportTable[] {
  const lists: Report[][] = [[], [], []];
  for (let row = 0; row < table.size; row++) lists[cut[row % cut.length]!]!.push(table.report(row));
  return lists.map(buildTable);
}

/** Enough reports that no shard is empty most of the time. */
const manyArbitrary = fc.array(reportArbitrary, { minLength: 25, maxLength: 60 });
const cutArbitrary = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 17 });

test("merging the counts of a partition is counting the whole, bit for bit, whatever the order", () => {
  let merges = 0;
  fc.assert(
    fc.property(manyArbitrary, cutArbitrary, (reports, cut) => {
      const table = buildTable(reports);
      for (const of of options) {
        const whole = count(table, of);
        const parts = shards(table, cut).map((shard) => count(shard, of));
        if (whole === undefined || parts.some((part) => part === undefined)) continue;
        const [x, y, z] = parts as [PairCounts, PairCounts, PairCounts];
        merges++;
        const merged = told(mergeCounts(x, y, z));
        expect(merged).toEqual(told(whole));
        expect(told(mergeCounts(mergeCounts(x, y), z))).toEqual(merged);
        expect(told(mergeCounts(x, mergeCounts(z, y)))).toEqual(merged);
        expect(told(mergeCounts(z, x, y))).toEqual(merged);
      }
    }),
    { numRuns: 60 },
  );
  expect(merges).toBeGreaterThan(100);
});

test("one shard merged alone is itself, without its reports", () => {
  const alone = countsFromRows([{ product: "A", event: "x", a: 2 }]);
  expect(told(mergeCounts(alone))).toEqual(told(alone));
});

const report = (id: string, product: string, event: string, dictionary?: string): Report => ({
  id,
  source: "s",
  version: 1,
  domain: "drug",
  products: [{ name: product, role: "suspect" }],
  events: [{ term: event, ...(dictionary === undefined ? {} : { dictionary }) }],
});
const counted = (of: CountOptions = {}, ...reports: readonly Report[]): PairCounts =>
  countPairs(buildTable(reports.length > 0 ? reports : [report("1", "A", "x")]), of);

test.each<[string, CountOptions, CountOptions]>([
  ["unit", {}, { unit: "cell" }],
  ["product", {}, { product: "ingredient" }],
  ["event", {}, { event: (e) => e.term }],
  ["roles", {}, { roles: "all" }],
  ["domains", {}, { domain: "all" }],
  ["where", {}, { where: () => true }],
  ["universe", {}, { universe: "all" }],
  ["terminology rule", {}, { terminologies: "mix" }],
])("shards counted with another %s are refused by name", (name, one, other) => {
  expect(() => mergeCounts(counted(one), counted(other, report("2", "A", "x")))).toThrow(
    expect.objectContaining({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(new RegExp(`^${name} differs`)) as string,
    }),
  );
});

test("the order in which roles are listed is no difference", () => {
  const x = counted({ roles: ["suspect", "interacting"] });
  const y = counted({ roles: ["interacting", "suspect"] }, report("2", "A", "x"));
  expect(mergeCounts(x, y).options).toEqual(mergeCounts(y, x).options);
});

test("shards of one terminology each do not become a count of two", () => {
  const x = counted({}, report("1", "A", "x", "MedDRA 27.0"));
  const y = counted({}, report("2", "A", "x", "WHO-ART"));
  const silent = counted({}, report("3", "A", "x"));
  for (const pair of [
    [x, y],
    [x, silent],
    [silent, x],
  ] as const) {
    expect(() => mergeCounts(...pair)).toThrow(expect.objectContaining({ code: "MIXED_TERMINOLOGIES" }));
  }
  const later = counted({}, report("4", "A", "x", "MedDRA 27.1"));
  expect(mergeCounts(x, later).options.terminology?.declared).toEqual([
    { name: "MedDRA", versions: ["27.0", "27.1"], events: 2 },
  ]);
});

test("counts that do not add up are refused", () => {
  const other = counted({}, report("2", "A", "x"));
  const comparator = counted({ background: { products: ["A"] } });
  const { products, events, rowOffsets, event, a, n1, m1, n, options: echo, excluded } = other;
  const parts = { products, events, rowOffsets, event, a, n1, m1, n, echo, excluded };
  const withoutMargins = new Counts({ ...parts, expected: Float64Array.of(1) });
  for (const one of [comparator, withoutMargins]) {
    expect(() => mergeCounts(one, other)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  }
  const stratified = counted({ strata: ["sex"] });
  expect(() => mergeCounts(stratified, other)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^strata differs/) as string }),
  );
  expect(() => mergeCounts()).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(() => mergeCounts(other, other)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("sums stay exact up to 2^53 - 1 and are refused above", () => {
  const of = (a: number): PairCounts => countsFromRows([{ product: "A", event: "x", a }]);
  expect(mergeCounts(of(2 ** 53 - 2), of(1)).a[0]).toBe(2 ** 53 - 1);
  expect(() => mergeCounts(of(2 ** 53 - 1), of(1))).toThrow(expect.objectContaining({ code: "INVALID_COUNT" }));
});
