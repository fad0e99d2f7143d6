import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, loadReports, presets, screen, type Report } from "pvsignal";
import { readCaers } from "pvsignal/node";
import { masking } from "../../src/signal/masking.ts";
import { findMasked } from "../../src/signal/masking-search.ts";
import { maskingText } from "../../src/signal/masking-text.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";

const coded = (code: string): unknown => expect.objectContaining({ code });

let number = 0;
const some = (n: number, products: readonly string[], event: string): Report[] =>
  Array.from({ length: n }, () => ({
    id: `R${String(number++).padStart(5, "0")}`,
    source: "x",
    version: 1,
    domain: "drug",
    products: products.map((name) => ({ name, role: "suspect" as const })),
    events: [{ term: event }],
  }));

const background = [...some(10, ["A"], "rash"), ...some(90, ["A"], "fever"), ...some(20, ["B"], "rash")];
/** M has most of the reports of rash. */
const masked = buildTable([
  ...background,
  ...some(980, ["B"], "fever"),
  ...some(300, ["M"], "rash"),
  ...some(100, ["M"], "fever"),
]);

test("a pair hidden by one product is found, with the product, and a table without it finds none", () => {
  const screening = screen(countPairs(masked), { rule: presets.evans });
  expect(screening.pair("A", "rash")!.flags).toEqual({ evans: false });
  const search = findMasked(screening, masked);
  expect(search.masked.map(({ product, event, masker }) => [product, event, masker])).toEqual([
    ["A", "rash", "M"],
    // The other side of it: beside M, of which a quarter is fever, A has 3.6 times as much; B hides that.
    ["A", "fever", "B"],
  ]);
  const found = masking(screening, masked, { product: "A", event: "rash" });
  const [masker] = found.maskers;
  expect(masker).toMatchObject({
    masker: "M",
    unmasked: ["evans"],
    reports: { all: 400, withEvent: 300, withBoth: 0 },
  });
  expectClose(masker!.ratio!, (1 - 400 / 1400) / (1 - 300 / 320), 1e-13);
  expect(search.masked[0]!.ratio).toBe(masker!.ratio);
  expect(maskingText(found)[0]).toEqual({
    zh: "A – rash：rash 的报告中 91% 涉及“M”；去除其 400 份报告后PRR 变为 11.4 倍，并满足规则“evans”。",
    en: "A – rash: 91 % of the reports of rash name M; without its 400 reports the PRR is 11.4 times as large, and the pair meets rule evans.",
  });
  expect(maskingText({ ...found, maskers: [] })).toEqual([
    { zh: "A – rash：没有产品掩蔽该组合。", en: "A – rash: no product hides this pair." },
  ]);
  const clear = buildTable([
    ...some(10, ["A"], "rash"),
    ...some(90, ["A"], "fever"),
    ...["B", "C"].flatMap((name) => [...some(49, [name], "rash"), ...some(490, [name], "fever")]),
  ]);
  expect(findMasked(screen(countPairs(clear), { rule: presets.evans }), clear).masked).toEqual([]);
});

test("counts that hold no reports or were stratified are refused", () => {
  const screening = screen(countPairs(masked, { strata: ["sex"] }));
  expect(() => findMasked(screening, masked)).toThrow(coded("INVALID_OPTION"));
  expect(() => masking(screening, masked, { product: "A", event: "rash" })).toThrow(coded("INVALID_OPTION"));
});

test("cells and verdicts are those of a recount without the masker's reports, and the search misses none", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const table = buildTable(reports);
      const options = { domain: "all", roles: "all" } as const;
      let counts;
      try {
        counts = countPairs(table, options);
      } catch {
        return;
      }
      const rule = { ...presets.evans, name: "low", criterion: { compare: ">=", left: "prr", right: 1.5 } } as const;
      const screening = screen(counts, { rule });
      const expected: string[] = [];
      for (const masker of counts.products) {
        const names = new Set<string>();
        for (const report of table.reports())
          if (report.products.some(({ name }) => name === masker)) names.add(`${report.source} ${report.id}`);
        let without;
        try {
          without = screen(
            countPairs(table, { ...options, where: ({ source, id }) => !names.has(`${source} ${id}`) }),
            { rule },
          );
        } catch {
          continue;
        }
        for (const row of without.rows()) {
          const { product, event } = row;
          const found = masking(screening, table, { product, event }, { limit: Infinity });
          const one = found.maskers.find((other) => other.masker === masker);
          if (one === undefined) continue;
          const { a, b, c, d, n1, m1, n, expected: e } = row;
          expect(one.table).toEqual({ a, b, c, d, n1, m1, n, expected: e });
          expect(one.flags).toEqual(row.flags);
          if (one.unmasked.length > 0) expected.push(`${product} ${event} ${masker}`);
        }
      }
      const { masked: all } = findMasked(screening, table, { minimumShare: 1e-9, minimumReports: 1 });
      expect(all.map(({ product, event, masker }) => `${product} ${event} ${masker}`).sort()).toEqual(expected.sort());
    }),
    { numRuns: 25 },
  );
});

test("CAERS 2004-2013: variants of one brand hide each other, beside few others", async () => {
  const file = join(import.meta.dirname, "../../examples/data/CAERS_ASCII_2004_2013.csv.gz");
  const { table } = await loadReports(readCaers(file));
  const screening = screen(countPairs(table, { domain: "food" }), { rule: presets.evans });
  const { masked: found, pairs } = findMasked(screening, table);
  expect([found.length, pairs]).toEqual([15, 11]);
  expect(found[0]).toMatchObject({
    product: "HYDROXYCUT",
    event: "RHABDOMYOLYSIS",
    masker: "HYDROXYCUT REGULAR RAPID RELEASE CAPLETS",
  });
  const { maskers } = masking(screening, table, found[0]!, { limit: 1 });
  expect(maskers[0]).toMatchObject({ masker: found[0]!.masker, ratio: found[0]!.ratio, unmasked: ["evans"] });
});
