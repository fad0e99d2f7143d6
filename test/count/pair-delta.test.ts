import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, type CountOptions, type PairCounts, type PvError, type Report } from "pvsignal";
import { addToCounts } from "../../src/count/pair-delta.ts";
import { reportsArbitrary } from "./arbitrary.ts";

const told = (counts: PairCounts): unknown => {
  const { products, events, rowOffsets, event, a, n1, m1, n, excluded, options } = counts;
  const echo = { ...options, terminology: undefined };
  return { products, events, rowOffsets, event, a, n1, m1, n, excluded, echo, rows: [...counts.rows()] };
};

const tryCount = (reports: readonly Report[], options: CountOptions): PairCounts | undefined => {
  try {
    return countPairs(buildTable(reports), options);
  } catch (error) {
    expect((error as PvError).code).toBe("EMPTY_SCOPE");
    return undefined;
  }
};

test("counts after a change are the count of the reports that stand", () => {
  let tried = 0;
  fc.assert(
    fc.property(
      reportsArbitrary,
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }),
      fc.constantFrom<CountOptions>(
        { domain: "all" },
        { domain: "drug", universe: "all" },
        { domain: "all", unit: "cell" },
      ),
      (reports, part, chosen) => {
        const options: CountOptions = { terminologies: "mix", ...chosen };
        // The standing version of each report; the kinds: stays, is new, is withdrawn, has a new version with other contents.
        const standing = [...buildTable(reports).reports()];
        const kind = (...kinds: number[]): Report[] => standing.filter((_, i) => kinds.includes(part[i % 60]!));
        const changed = (list: readonly Report[]): Report[] => list.map((r) => ({ ...r, events: r.events.slice(1) }));
        const base = tryCount(kind(0, 2, 3), options);
        const added = tryCount([...kind(1), ...changed(kind(3))], options);
        const removed = tryCount(kind(2, 3), options);
        const want = tryCount([...kind(0, 1), ...changed(kind(3))], options);
        // A side without a single complete report has no counts, so its exclusions are not known either.
        if (base === undefined || added === undefined || removed === undefined || want === undefined) return;
        tried++;
        expect(told(addToCounts(base, { added, removed }))).toEqual(told(want));
      },
    ),
    { numRuns: 300 },
  );
  expect(tried).toBeGreaterThan(20);
});

const report = (id: string, products: readonly string[], events: readonly string[]): Report => ({
  id,
  source: "s",
  version: 1,
  domain: "drug",
  products: products.map((name) => ({ name, role: "suspect" })),
  events: events.map((term) => ({ term })),
});
const count = (...reports: readonly Report[]): PairCounts => countPairs(buildTable(reports));

test("what only the removed reports had is gone, and what only the new ones have is in its place", () => {
  const [x, y, z] = [
    report("1", ["B"], ["b", "d"]),
    report("2", ["D"], ["d"]),
    report("3", ["A", "C"], ["a", "c", "e"]),
  ];
  expect(told(addToCounts(count(x, y), { added: count(z), removed: count(y) }))).toEqual(told(count(x, z)));
  expect(told(addToCounts(count(x, y, z), { removed: count(z) }))).toEqual(told(count(x, y)));
  expect(told(addToCounts(count(x, y), {}))).toEqual(told(count(x, y)));
});

test("removing what is not there is the caller's mistake", () => {
  const base = count(report("1", ["A"], ["x"]), report("2", ["B"], ["y"]));
  const wrong: unknown = expect.objectContaining({ code: "INVALID_COUNT" });
  expect(() => addToCounts(base, { removed: count(report("3", ["C"], ["x"])) })).toThrow(wrong);
  expect(() => addToCounts(base, { removed: count(report("3", ["A"], ["y"])) })).toThrow(wrong);
  const two = count(report("1", ["A"], ["x"]), report("2", ["A"], ["y"]), report("3", ["B"], ["y"]));
  expect(() => addToCounts(two, { removed: count(report("4", ["B"], ["x"])) })).toThrow(wrong);
  expect(() => addToCounts(base, { removed: base })).toThrow(expect.objectContaining({ code: "EMPTY_SCOPE" }));
});

test("counts of other options, with strata or a comparator are refused", () => {
  const table = buildTable([report("1", ["A"], ["x"])]);
  const base = countPairs(table);
  expect(() => addToCounts(base, { added: countPairs(table, { roles: "all" }) })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
  for (const options of [{ strata: ["sex"] }, { background: { products: ["A"] } }] as const) {
    expect(() => addToCounts(countPairs(table, options), { added: base })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  }
});
