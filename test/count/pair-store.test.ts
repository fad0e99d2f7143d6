import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTable, countPairs, type CountOptions, type PairCounts, type Report } from "pvsignal";
import { countScope } from "../../src/count/count-scope.ts";
import { finishCounts, scopeParts } from "../../src/count/count.ts";
import { ownMemory, StoreBuilder } from "../../src/count/pair-store-build.ts";
import { countBuilt, countReports } from "../../src/count/pair-store-single.ts";
import { countStore, pairStore, pairStoreOf } from "../../src/count/pair-store.ts";
import type { ReportTable } from "../../src/count/table.ts";
import { seededRandom } from "../../src/math/random.ts";
import { reportsArbitrary } from "./arbitrary.ts";

const options = fc.record(
  {
    product: fc.constantFrom("name" as const, "ingredient" as const, "manufacturer" as const, "lot" as const),
    roles: fc.constantFrom("all" as const, ["suspect" as const]),
    domain: fc.constantFrom("drug" as const, "all" as const),
    universe: fc.constantFrom("complete" as const, "all" as const),
    unit: fc.constantFrom("report" as const, "cell" as const),
    where: fc.constantFrom(undefined, (r: { sex: unknown }) => r.sex === "female"),
  },
  { requiredKeys: ["domain"] },
);

/** Everything a result says, as plain values. */
function told(counts: PairCounts): unknown {
  const { products, events, rowOffsets, event, a, n1, m1, n, excluded, options: echo, origin } = counts;
  return { products, events, rowOffsets, event, a, n1, m1, n, excluded, echo, origin, rows: [...counts.rows()] };
}

const attempt = (count: () => PairCounts): unknown => {
  try {
    return told(count());
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** Pairs as sets of reports say: no columns. */
function plainPairs(reports: readonly (readonly [readonly string[], readonly string[]])[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [products, events] of reports) {
    for (const p of new Set(products)) {
      for (const e of new Set(events)) found.set(`${p} ${e}`, (found.get(`${p} ${e}`) ?? 0) + 1);
    }
  }
  return found;
}

const pairsOf = (counts: PairCounts): Map<string, number> =>
  new Map([...counts.rows()].map(({ product, event, a }) => [`${product} ${event}`, a]));

test("a store counts what its table counts, whatever the options", () => {
  fc.assert(
    fc.property(reportsArbitrary, options, (reports, chosen) => {
      const table = buildTable(reports);
      const all: CountOptions = { terminologies: "mix", ...chosen };
      expect(attempt(() => countStore(pairStore(table, all)))).toEqual(attempt(() => countPairs(table, all)));
    }),
  );
});

test("strata and a comparator outlast the store", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      for (const extra of [{ strata: ["sex"] }, { background: { products: ["P1", "P2"] } }] as const) {
        const all = { domain: "all", terminologies: "mix", ...extra } as const;
        expect(attempt(() => countStore(pairStore(table, all)))).toEqual(attempt(() => countPairs(table, all)));
      }
    }),
  );
});

test("how many labels have short numbers and how many pairs a round takes changes nothing", () => {
  fc.assert(
    fc.property(
      reportsArbitrary,
      options,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 40 }),
      (reports, chosen, common, limit) => {
        const table: ReportTable = buildTable(reports);
        const all: CountOptions = { terminologies: "mix", ...chosen };
        const narrow = (): PairCounts => {
          const scope = countScope(table, all);
          const { store, pairs } = countReports({ ...scope.input, common }, limit);
          return finishCounts(scopeParts(scope, store), pairs);
        };
        const found = attempt(narrow);
        const expected = attempt(() => countPairs(table, all));
        if (typeof expected === "string") expect(found).toBe(expected);
        else {
          // Rare labels come last in a report: the order inside a report has no meaning.
          const { origin: one, ...rest } = found as { origin: unknown };
          const { origin: other, ...want } = expected as { origin: unknown };
          expect(rest).toEqual(want);
          expect(sortedOrigin(one)).toEqual(sortedOrigin(other));
        }
      },
    ),
  );
});

function sortedOrigin(origin: unknown): unknown {
  const { rows, products, events } = origin as NonNullable<PairCounts["origin"]>;
  const lists = ({ labels, offsets, ids }: typeof products): string[][] =>
    Array.from(rows, (_, i) => Array.from(ids.subarray(offsets[i], offsets[i + 1]), (id) => labels[id]!).sort());
  return { rows, products: lists(products), events: lists(events) };
}

describe("reports of any length and vocabularies beyond 16 bits", () => {
  const random = seededRandom(11).next;
  const draw = (n: number): number => Math.floor(random() * n);
  const label = (kind: string, i: number): string => kind + String(i).padStart(6, "0");
  const vocabulary = 70_000;
  // Half of the draws from a few labels, half from all: common and rare labels meet in one report.
  const pick = (): number => (random() < 0.5 ? draw(50) * 1000 : draw(vocabulary));
  const lists = Array.from({ length: 30_000 }, (_, i) => {
    const size = i % 97 === 0 ? 14 + draw(30) : draw(4);
    const [np, ne] = i % 2 === 0 ? [size, draw(4)] : [draw(4), size];
    return [Array.from({ length: np }, pick), Array.from({ length: ne }, pick)] as const;
  });
  const column = (
    kind: string,
    side: 0 | 1,
    ids: typeof Uint32Array | typeof Int32Array,
  ): Parameters<typeof pairStoreOf>[0] => ({
    labels: Array.from({ length: vocabulary }, (_, i) => label(kind, i)),
    offsets: lists.reduce(
      (sums, of, i) => {
        sums[i + 1] = sums[i]! + of[side].length;
        return sums;
      },
      new Uint32Array(lists.length + 1),
    ),
    ids: ids.from(lists.flatMap((of) => of[side])),
  });
  const expected = plainPairs(
    lists.map(([p, e]) => [p.map((i) => label("P", i)), e.map((i) => label("E", i))] as const),
  );

  test("are counted exactly from columns", () => {
    const store = pairStoreOf(column("P", 0, Uint32Array), column("E", 1, Int32Array));
    const counts = countStore(store);
    expect(pairsOf(counts)).toEqual(expected);
    expect(counts.n).toBe(lists.filter(([p, e]) => p.length > 0 && e.length > 0).length);
    expect(store.increments).toBe(Float64Array.from(counts.a).reduce((sum, a) => sum + a, 0));
    for (let i = 1; i < counts.events.length; i++) expect(counts.events[i - 1]! < counts.events[i]!).toBe(true);
    for (let i = 1; i < counts.size; i++) {
      const [p, q] = [counts.product[i - 1]!, counts.product[i]!];
      if (p > q || (p === q && counts.event[i - 1]! >= counts.event[i]!)) expect.fail(`pair ${i} is out of order`);
    }
  });

  test("are counted exactly from a table", () => {
    const reports = lists.slice(0, 3_000).map(([p, e], i): Report => ({
      id: String(i),
      source: "s",
      version: 1,
      domain: "drug",
      products: p.map((id) => ({ name: label("P", id), role: "suspect" })),
      events: e.map((id) => ({ term: label("E", id) })),
    }));
    const counts = countPairs(buildTable(reports));
    expect(pairsOf(counts)).toEqual(
      plainPairs(reports.map((r) => [r.products.map(({ name }) => name), r.events.map(({ term }) => term)] as const)),
    );
  });
});

test("a table of several chunks counts in one round and in many as it does by sets", () => {
  const random = seededRandom(3).next;
  const n = 140_000;
  const ids = (of: number): Uint16Array => Uint16Array.from({ length: n * 2 }, () => Math.floor(random() ** 3 * of));
  const offsets = Uint32Array.from({ length: n + 1 }, (_, i) => i * 2);
  const labels = (kind: string, of: number): string[] => Array.from({ length: of }, (_, i) => `${kind}${1000 + i}`);
  const [p, e] = [ids(40), ids(300)];
  const input = { labels: labels("P", 40), offsets, ids: p };
  const store = pairStoreOf(input, { labels: labels("E", 300), offsets, ids: e });
  const counts = countStore(store);
  const lists = Array.from({ length: n }, (_, i): [string[], string[]] => [
    [input.labels[p[2 * i]!]!, input.labels[p[2 * i + 1]!]!],
    [`E${1000 + e[2 * i]!}`, `E${1000 + e[2 * i + 1]!}`],
  ]);
  expect(pairsOf(counts)).toEqual(plainPairs(lists));
  const one = countBuilt(store.parts.store);
  expect(store.parts.store.chunks).toBe(3);
  for (const limit of [1_000, 50_000, 300_000]) expect(countBuilt(store.parts.store, limit)).toEqual(one);
});

test("reports without a product or an event, hundreds in a row, are left out or kept", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 400 }),
          fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
          fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
        ),
        { minLength: 1, maxLength: 6 },
      ),
      fc.constantFrom("complete" as const, "all" as const),
      fc.constantFrom("products" as const, "events" as const, "both" as const),
      (runs, universe, empty) => {
        const lists = runs.flatMap(([n, p, e]): [number[], number[]][] => [
          ...Array.from({ length: n }, (): [number[], number[]] => [
            empty === "events" ? [1] : [],
            empty === "products" ? [2] : [],
          ]),
          [p, e],
        ]);
        const side = (kind: string, of: 0 | 1): Parameters<typeof pairStoreOf>[0] => {
          const offsets = new Uint32Array(lists.length + 1);
          lists.forEach((list, i) => (offsets[i + 1] = offsets[i]! + list[of].length));
          const ids = Uint16Array.from(lists.flatMap((list) => list[of]));
          return { labels: ["0", "1", "2", "3", "4", "5"].map((i) => kind + i), offsets, ids };
        };
        const complete = lists.filter(([p, e]) => p.length > 0 && e.length > 0);
        if (complete.length === 0) return;
        const counts = countStore(pairStoreOf(side("P", 0), side("E", 1), { universe }));
        expect(pairsOf(counts)).toEqual(
          plainPairs(lists.map(([p, e]) => [p.map((i) => `P${i}`), e.map((i) => `E${i}`)] as const)),
        );
        expect(counts.n).toBe(universe === "all" ? lists.length : complete.length);
        const scope = universe === "all" ? lists : complete;
        expect([...counts.n1]).toEqual(
          counts.products.map((name) => scope.filter(([p]) => p.some((i) => `P${i}` === name)).length),
        );
      },
    ),
  );
});

test("a store takes 1 byte a report and 2 bytes a distinct product or event of it", () => {
  const offsets = Uint32Array.of(0, 2, 4);
  const store = pairStoreOf(
    { labels: ["A", "B"], offsets, ids: Uint16Array.of(0, 0, 0, 1) },
    { labels: ["x", "y"], offsets, ids: Uint16Array.of(0, 1, 1, 1) },
  );
  const marks = 4 * 4 * 2;
  expect(store.bytes - marks).toBe(2 + 2 * (3 + 3));
});

test("columns that do not fit are the caller's mistake", () => {
  const fine = { labels: ["A"], offsets: Uint32Array.of(0, 1), ids: Uint16Array.of(0) };
  const of = (change: Partial<typeof fine>) => () => pairStoreOf({ ...fine, ...change }, fine);
  const wrong: unknown = expect.objectContaining({ code: "INVALID_ARGUMENT" });
  expect(of({ offsets: Uint32Array.of(0, 1, 1) })).toThrow(wrong);
  expect(of({ offsets: Uint32Array.of(1, 1) })).toThrow(wrong);
  expect(of({ offsets: Uint32Array.of(0, 0) })).toThrow(wrong);
  expect(of({ ids: Uint16Array.of(1) })).toThrow(wrong);
  expect(of({ labels: ["A", "A"] })).toThrow(wrong);
  expect(() => pairStoreOf({ ...fine, ids: Uint32Array.of(2 ** 31) }, fine)).toThrow(wrong);
  expect(() => pairStoreOf({ ...fine, ids: Int32Array.of(-1) }, fine)).toThrow(
    expect.objectContaining({ code: "EMPTY_SCOPE" }),
  );
});

test("the chunks of a store hold its reports one after the other", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const scope = countScope(buildTable(reports), { domain: "all", terminologies: "mix" });
      const builder = new StoreBuilder(scope.input, ownMemory);
      while (builder.next());
      const { columns, chunks, size } = builder.finish();
      expect(columns.marks[chunks * 4]).toBe(size);
    }),
  );
});
