import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, countsFromRows, screen, type PairCounts, type PvError, type Report } from "pvsignal";
import { exportCounts, importCounts, type CountsFile } from "../../src/count/exchange.ts";
import { canonicalJson, sha256 } from "../../src/count/exchange-digest.ts";
import { mergeCounts } from "../../src/count/merge.ts";
import { reportArbitrary } from "./arbitrary.ts";

const many = fc.array(reportArbitrary, { minLength: 25, maxLength: 60 });

function counted(reports: readonly Report[], strata?: readonly "sex"[]): PairCounts | undefined {
  const table = buildTable(reports);
  try {
    return countPairs(table, { domain: "all", terminologies: "mix", strata });
  } catch (error) {
    expect((error as PvError).code).toBe("EMPTY_SCOPE");
    return undefined;
  }
}

/** The reports that stand, in two places that share none. */
function places(reports: readonly Report[]): {
  readonly all: Report[];
  readonly halves: readonly [Report[], Report[]];
} {
  const table = buildTable(reports);
  const all = Array.from({ length: table.size }, (_, row) => table.report(row));
  return { all, halves: [all.filter((_, i) => i % 3 === 0), all.filter((_, i) => i % 3 !== 0)] };
}

/** Through text, as a file travels. */
const sent = (counts: PairCounts, source: string, minimumCell?: number): PairCounts =>
  importCounts(JSON.stringify(exportCounts(counts, { source, minimumCell })));

test("the digest is SHA-256 of the text, whatever its length", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (let length = 0; length < 200; length++) {
    const text = "é药x".repeat(length).slice(0, length);
    expect(sha256(text)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
  }
});

test("the digest does not depend on the order of keys", () => {
  expect(canonicalJson({ b: [1, null, { d: "x", c: undefined }], a: 1 })).toBe('{"a":1,"b":[1,null,{"d":"x"}]}');
});

test("merged files give the counts and the scores of the pooled reports, also stratified", () => {
  let merges = 0;
  fc.assert(
    fc.property(many, fc.constantFrom(undefined, ["sex"] as const), (reports, strata) => {
      const { all, halves } = places(reports);
      const parts = halves.map((half) => counted(half, strata));
      const whole = counted(all, strata);
      if (whole === undefined || parts.some((part) => part === undefined)) return;
      merges++;
      const merged = mergeCounts(...parts.map((part, i) => sent(part!, `place ${i}`)));
      expect([...merged.rows()]).toEqual([...whole.rows()]);
      expect(merged.excluded).toEqual(whole.excluded);
      expect(merged.strata).toEqual(whole.strata);
      expect(merged.bounds).toBeUndefined();
      expect(merged.options).toEqual({ ...whole.options, sources: ["place 0", "place 1"] });
      expect([...screen(merged, {}).rows()]).toEqual([...screen(whole, {}).rows()]);
    }),
    { numRuns: 40 },
  );
  expect(merges).toBeGreaterThan(30);
});

test("withheld counts never leave, and the truth lies within the stated bounds, before and after merging", () => {
  let withheld = 0;
  fc.assert(
    fc.property(many, fc.integer({ min: 2, max: 5 }), (reports, k) => {
      const { all, halves } = places(reports);
      const parts = halves.map((half) => counted(half));
      const whole = counted(all);
      if (whole === undefined || parts.some((part) => part === undefined || part.n < k)) return;
      for (const part of parts) {
        const file = exportCounts(part!, { source: "x", minimumCell: k });
        for (const value of [...file.a, ...file.n1, ...file.m1])
          expect(value === null || value === 0 || value >= k).toBe(true);
      }
      const imports = parts.map((part, i) => sent(part!, String(i), k));
      const checked: readonly (readonly [PairCounts, PairCounts])[] = [
        ...imports.map((one, i) => [one, parts[i]!] as const),
        [mergeCounts(...imports), whole],
      ];
      for (const [one, truth] of checked) {
        expect([one.products, one.events, one.n, one.size]).toEqual([
          truth.products,
          truth.events,
          truth.n,
          truth.size,
        ]);
        const bounds = one.bounds!;
        let open = 0;
        for (const [lower, exact, upper] of [
          [one.a, truth.a, bounds.a],
          [one.n1, truth.n1, bounds.n1],
          [one.m1, truth.m1, bounds.m1],
        ] as const) {
          exact.forEach((value, i) => {
            expect(lower[i]).toBeLessThanOrEqual(value);
            expect(upper[i]).toBeGreaterThanOrEqual(value);
            if (lower[i] !== upper[i]) open++;
          });
        }
        const { minimumCell, pairs, products, events } = one.options.suppression!;
        expect(minimumCell).toBe(k);
        expect(pairs + products + events).toBe(open);
        withheld += open;
        // The lower bounds are themselves tables of counts.
        for (const { a, b, c, d } of one.rows()) expect(Math.min(a, b, c, d)).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 60 },
  );
  expect(withheld).toBeGreaterThan(100);
});

test("a withheld and an open file merge: the bounds are those of the withheld one and the rest", () => {
  const row = (a: number) => [{ product: "A", event: "x", a, n1: 6, m1: 7 }];
  const merged = mergeCounts(
    sent(countsFromRows(row(2), { n: 20 }), "north", 5),
    sent(countsFromRows(row(6), { n: 20 }), "south"),
  );
  expect([merged.a[0], merged.bounds?.a[0], merged.n1[0], merged.bounds?.n1[0]]).toEqual([7, 10, 12, 12]);
  expect(merged.options.suppression).toEqual({ minimumCell: 5, pairs: 1, products: 0, events: 0 });
});

test("no id of a report is in a file", () => {
  const report = (id: string): Report => ({
    id,
    source: "registry-of-patients",
    version: 1,
    domain: "drug",
    narrative: "a private story",
    products: [{ name: "A", role: "suspect" }],
    events: [{ term: "x" }],
  });
  const text = JSON.stringify(exportCounts(counted([report("case-4711"), report("case-4712")])!, { source: "north" }));
  expect(text).not.toMatch(/4711|registry|private/);
});

const file = exportCounts(
  countsFromRows(
    [
      { product: "A", event: "x", a: 3 },
      { product: "B", event: "y", a: 4 },
    ],
    {},
  ),
  { source: "north" },
);
const signed = (changes: object): unknown => {
  const content = { ...file, ...changes, digest: undefined };
  return { ...content, digest: sha256(canonicalJson(content)) };
};
const refused = (given: unknown, code: string): void => {
  expect(() => importCounts(given)).toThrow(expect.objectContaining({ code }));
};

test("a file changed anywhere is refused", () => {
  const text = JSON.stringify(file);
  refused(text.slice(0, -3), "CORRUPT_COUNTS");
  for (const [from, to] of [
    ['"n":7', '"n":8'],
    ['"A"', '"AA"'],
    ['"north"', '"south"'],
    ['"a":[3,4]', '"a":[4,3]'],
  ] as const) {
    expect(text).toContain(from);
    refused(text.replace(from, to), "CORRUPT_COUNTS");
  }
});

test("another format or version is told apart from damage", () => {
  for (const given of [null, {}, 7, [], { ...file, version: 2 }, { ...file, format: "x" }])
    refused(given, "UNKNOWN_LAYOUT");
});

test.each<[string, Partial<Record<keyof CountsFile, unknown>>]>([
  ["labels out of order", { products: ["B", "A"] }],
  ["a label missing", { products: ["A"] }],
  ["a count that is none", { a: [3, -4] }],
  ["a cell above its margin", { a: [3, 5] }],
  ["a withheld count without a limit", { a: [3, null] }],
  ["an event there is not", { event: [0, 2] }],
  ["pairs that do not add up", { pairs: [1, 2] }],
  ["strata that were not counted", { strata: { labels: [], n: [], products: {}, events: {} } }],
  ["a part missing", { excluded: undefined }],
  ["another kind of part", { a: 4 }],
])("a file written wrong, with a digest that fits, is refused: %s", (_, changes) => {
  refused(signed(changes), "CORRUPT_COUNTS");
});

test("files of one source do not merge", () => {
  expect(() => mergeCounts(importCounts(file), importCounts(file))).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});

test("what cannot be withheld honestly is refused", () => {
  const rows = countsFromRows([{ product: "A", event: "x", a: 3, n1: 4, m1: 5 }], { n: 9 });
  for (const minimumCell of [1, 2.5, NaN, 10]) {
    expect(() => exportCounts(rows, { source: "s", minimumCell })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  }
  const cells = countsFromRows([{ product: "A", event: "x", a: 3 }]);
  expect(() => exportCounts(cells, { source: "s", minimumCell: 2 })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
  expect(() => exportCounts(sent(rows, "s", 4), { source: "t" })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
  expect(() => exportCounts(rows, { source: "" })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
