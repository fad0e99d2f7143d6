import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, countPairs, presets, screen, type Report, type ReportView } from "pvsignal";
import { robustness } from "../../src/signal/robustness.ts";
import { robustnessText } from "../../src/signal/robustness-text.ts";
import { expectClose } from "../close.ts";
import { reportsArbitrary } from "../count/arbitrary.ts";

const coded = (code: string): unknown => expect.objectContaining({ code });
const rules = [presets.evans, presets.umc];

let number = 0;
const some = (n: number, product: string, event: string, rest: Partial<Report> = {}): Report[] =>
  Array.from({ length: n }, () => ({
    id: `R${String(number++).padStart(5, "0")}`,
    source: "x",
    version: 1,
    domain: "drug",
    products: [{ name: product, role: "suspect" }],
    events: [{ term: event }],
    ...rest,
  }));

/** Ten of twelve reports of the pair come from one unit. */
const planted = [
  ...some(10, "A", "rash", { unit: "H1", patient: { sex: "female" } }),
  ...some(2, "A", "rash", { unit: "H2", patient: { sex: "male" } }),
  ...some(20, "A", "fever", { unit: "H2", patient: { sex: "female" } }),
  ...some(40, "B", "rash", { unit: "H3", patient: { sex: "female" } }),
  ...some(400, "B", "fever", { unit: "H3", patient: { sex: "female" } }),
];

test("an SDR carried by one unit loses its flag without the unit", () => {
  const table = buildTable(planted);
  const screening = screen(countPairs(table), { rule: presets.evans });
  const found = robustness(screening, table, { product: "A", event: "rash" });
  const [evans] = found.rules;
  expect(evans).toMatchObject({ met: true, fragility: 6 });
  const unit = found.leaveOuts.findIndex(({ kind }) => kind === "unit");
  expect(found.leaveOuts[unit]).toMatchObject({
    label: "H1",
    removed: { reports: 10, ofPair: 10 },
    flags: { evans: false },
  });
  expect(evans!.undoneBy).toContain(unit);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(robustnessText(found).slice(0, 2)).toEqual([
    {
      zh: "A – rash：12 份报告满足规则“evans”，去掉其中 6 份即不再满足；逐一去除 3 组报告，其中 2 组使其不再满足。",
      en: "A – rash: rule evans is met by 12 reports, and without 6 of them it is no longer met; of 3 groups left out one at a time, 2 undo it.",
    },
    {
      zh: "去除单位“H1”的报告（该组合 10 份）后剩 2 份，不再满足规则“evans”。",
      en: "Without the reports of unit H1 (10 of the pair) 2 are left and rule evans is no longer met.",
    },
  ]);
});

test("suspected duplicates go but for the one that is kept, and unknown ones are named", () => {
  const table = buildTable(planted);
  const screening = screen(countPairs(table), { rule: presets.evans });
  const members = planted.slice(0, 9).map(({ id, source }) => ({ id, source }));
  const pair = { product: "A", event: "rash" };
  const found = robustness(screening, table, pair, { duplicates: [{ keeper: members[0]!, members }] });
  expect(found.leaveOuts.find(({ kind }) => kind === "duplicates")).toMatchObject({
    removed: { reports: 8, ofPair: 8 },
  });
  const ghost = [...members, { id: "none", source: "x" }];
  expect(() => robustness(screening, table, pair, { duplicates: [{ keeper: members[0]!, members: ghost }] })).toThrow(
    coded("UNKNOWN_TERM"),
  );
  expect(() => robustness(screening, table, pair, { unitShare: 0 })).toThrow(coded("INVALID_OPTION"));
  expect(() => robustness(screening, table, { product: "A", event: "none" })).toThrow(coded("UNKNOWN_TERM"));
});

test("the cells and scores are those of a recount without the reports, with strata and without", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.boolean(), fc.nat(), (reports, isStratified, pick) => {
      const table = buildTable(reports);
      const options = { domain: "all", ...(isStratified ? { strata: ["sex"] as const } : {}) } as const;
      let counts;
      try {
        counts = countPairs(table, options);
      } catch {
        return;
      }
      const { product, event } = counts.row(pick % counts.size);
      const found = robustness(screen(counts, { rule: rules }), table, { product, event }, { unitShare: 0.01 });
      for (const { kind, field, label, table: cells, scores, flags } of found.leaveOuts) {
        const value = (view: ReportView): string | undefined =>
          kind === "unit" ? view.unit : field === "sex" ? view.sex : field === "region" ? view.region : undefined;
        if (!["unit", "sex", "region"].includes(field) || cells.a === 0) continue;
        const where = (view: ReportView): boolean => (value(view) ?? "(missing)") !== label;
        const recounted = screen(countPairs(table, { ...options, where }), { rule: rules }).pair(product, event)!;
        const { a, b, c, d, n } = recounted;
        expect(cells).toMatchObject({ a, b, c, d, n });
        expectClose(cells.expected, recounted.expected, 1e-12);
        if (isStratified) continue;
        expect(scores).toEqual(recounted.scores);
        expect(flags).toEqual(recounted.flags);
      }
    }),
    { numRuns: 60 },
  );
});
