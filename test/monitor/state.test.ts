import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { screen } from "pvsignal";
import { expect, test } from "vitest";
import { countPairs, type CountOptions } from "../../src/count/count.ts";
import type { PairCounts } from "../../src/count/pairs.ts";
import type { ReportTable } from "../../src/count/table.ts";
import { eventLevel } from "../../src/count/terminology-level.ts";
import { createTermLists } from "../../src/report/dictionary-lists.ts";
import { ReportState } from "../../src/monitor/state.ts";
import { smallDictionary } from "../report/synthetic.ts";
import { batchesArbitrary, changesOf } from "./arbitrary.ts";
import { NaiveState } from "./naive-state.ts";

const meddra = smallDictionary();
const allergies = createTermLists("list,term,scope\nAllergy,p-urticaria,narrow\n", meddra, {
  name: "SMQ",
  version: "1",
  columns: { list: "list", term: "term", scope: "scope" },
});
const counts: Readonly<Record<string, CountOptions>> = {
  plain: {},
  everything: { domain: "all", terminologies: "mix" },
  vaccines: { domain: "vaccine", product: "ingredient", roles: "all", universe: "all", terminologies: "mix" },
  strata: {
    domain: ["drug", "vaccine"],
    product: "lot",
    roles: "all",
    strata: ["sex", "year"],
    where: (report) => report.serious !== undefined || report.sex === "male",
    terminologies: { undeclared: "D1" },
  },
  functions: {
    domain: "drug",
    product: (product) => [product.name, product.manufacturer ?? ""],
    event: (event) => (event.term === "fits" ? undefined : [event.term, `any ${event.dictionary ?? ""}`]),
    strata: (report) => report.region,
    universe: "all",
    terminologies: "mix",
  },
  one: { domain: "all", roles: "all", terminologies: { only: "D1" } },
  level: {
    domain: "all",
    event: eventLevel(meddra, "PT", { unmapped: "keep", accept: ["D2"] }),
    terminologies: "mix",
  },
  // Terms of the dictionary that are in no list leave their reports in the background.
  lists: {
    domain: "all",
    roles: "all",
    event: eventLevel(meddra, allergies, { unmapped: "drop", accept: ["D1", "D2"] }),
    terminologies: "mix",
  },
  strict: { domain: "all", event: eventLevel(meddra, "SOC", { accept: ["D1", "D2"] }) },
};

const attempt = <T>(work: () => T): T | { readonly failed: unknown } => {
  try {
    return work();
  } catch (error) {
    return { failed: (error as { code?: unknown }).code };
  }
};

/** Everything that counts tell, but for the rows they came from. */
const told = (found: PairCounts): unknown => ({
  products: found.products,
  events: found.events,
  product: found.product,
  event: found.event,
  a: found.a,
  n1: found.n1,
  m1: found.m1,
  n: found.n,
  options: found.options,
  excluded: found.excluded,
  stratified: found.stratified,
  cells: found.columns(),
});

/** As `toEqual`, which takes a hundred times as long to find that nothing differs. */
function expectSame(found: unknown, expected: unknown, what?: string): void {
  if (!isDeepStrictEqual(found, expected)) expect(found, what).toEqual(expected);
}

function expectCounts(state: ReportState, table: ReportTable): void {
  for (const [name, options] of Object.entries(counts)) {
    const found = attempt(() => told(state.counts(name)));
    expectSame(
      found,
      attempt(() => told(countPairs(table, options))),
      name,
    );
  }
}

/** Scores of the touched pairs against a full screening of the same counts, bit for bit. */
function expectScores(state: ReportState, touched: Readonly<Record<string, { readonly pair: Int32Array }>>): void {
  const measures = ["prr", "ror", "rrr", "chiSquare", "ic", "bate1998", "poisson", "yule"] as const;
  for (const name of ["everything", "strata"]) {
    const full = attempt(() => screen(state.counts(name), { measures }));
    if ("failed" in full) continue;
    const { pair, scores, cells } = state.rescore(name, touched[name]!.pair, { measures });
    pair.forEach((number, i) => {
      const { product, event, a } = state.incremental(name).pairAt(number);
      const at = a === 0 ? -1 : full.counts.find(product, event);
      expectSame(cells.a[i], at < 0 ? 0 : full.counts.a[at]);
      for (const [column, values] of Object.entries(scores))
        expectSame(values[i], at < 0 ? NaN : full.columns[column]![at], `${column} of ${product} × ${event}`);
    });
  }
}

// The long form of the same property: PV_STATE_RUNS=10000 npm run unit -- test/monitor/state.test.ts
const numRuns = Number(process.env["PV_STATE_RUNS"] ?? 100);
const timeout = Math.max(120_000, 2_000 * numRuns);

test(
  "after any sequence of changes the state equals one built anew from all that is known, on every day",
  () => {
    fc.assert(
      fc.property(batchesArbitrary, fc.nat(), (batches, draw) => {
        const changes = changesOf(batches);
        let state = new ReportState({ counts });
        const naive = new NaiveState();
        const seen = new Map<string, ReportTable>();
        let refused = 0;
        changes.forEach((batch, i) => {
          const applied = state.apply(batch);
          naive.apply(batch);
          refused += applied.refused.length;
          // A file of past reports may add to what was known on past days, and is told to; nothing else may.
          if (batch.knownOn === "receivedDate") seen.clear();
          seen.set(batch.receivedOn, state.table());
          if ((draw + i) % 4 === 0) expectScores(state, applied.touched);
          if ((draw + i) % 7 === 0) state = ReportState.fromSections(state.sections(), { counts });
        });
        const table = naive.table();
        expectSame(state.table().columns, table.columns);
        expect(state.size).toBe(table.size);
        expect(refused).toBe(naive.refused);
        expectCounts(state, table);
        for (const day of new Set(["2009-06-30", "2023-12-31", ...naive.days])) {
          expectSame(state.table(day).columns, naive.table(day).columns, day);
          if (seen.has(day)) expectSame(state.table(day).columns, seen.get(day)!.columns, day);
        }
      }),
      { numRuns },
    );
  },
  timeout,
);
