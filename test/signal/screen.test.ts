import { describe, expect, test } from "vitest";
import {
  allOf,
  anyOf,
  buildTable,
  countPairs,
  countsFromRows,
  CRITERION_COLUMNS,
  ebgm,
  explain,
  parseCriterion,
  presets,
  screen,
  type DecisionRule,
  type GpsPrior,
  type Report,
} from "pvsignal";
import { criterionColumns, criterionText } from "../../src/rule/criterion.ts";
import { expectClose } from "../close.ts";
import { goldenNumber, goldenRows } from "../golden.ts";
import { gpsCounts } from "./datasets.ts";

const counts = countsFromRows([
  { product: "A", event: "rash", a: 28 },
  { product: "A", event: "other", a: 942 },
  { product: "B", event: "rash", a: 17 },
  { product: "B", event: "other", a: 31_435 },
  { product: "C", event: "only here", a: 5 },
]);

test("rows are safe for JSON: what does not exist is null, with the reason beside it", () => {
  const row = screen(counts, { rule: presets.ema }).pair("C", "only here")!;
  expect(row.scores["prr"]).toBeNull();
  expect(row.missing).toMatchObject({ prr: "infinite", prrLower: "undefined", ror: "infinite" });
  expect(JSON.parse(JSON.stringify(row))).toEqual(row);
});

test("an undecided rule is null, neither met nor not met, and is counted", () => {
  const screening = screen(counts, { rule: [presets.ema, presets.umc] });
  expect(screening.pair("C", "only here")!.flags).toEqual({ ema: null, umc: true });
  expect(screening.rules.map(({ name, flagged, undecided }) => [name, flagged, undecided])).toEqual([
    ["ema", 2, 1],
    ["umc", 2, 0],
  ]);
});

test("measures that a rule reads are computed without being asked for", () => {
  const screening = screen(counts, { measures: [], rule: presets.lareb });
  expect(screening.measures).toEqual(["ror"]);
  expect(screening.gps).toBeNull();
});

test("rows sort by any column, missing values last, ties in the order of product and event", () => {
  const screening = screen(counts);
  const names = (sort: string): string[] => screening.rows({ sort }).map(({ product, event }) => `${product} ${event}`);
  expect(names("a")[0]).toBe("B other");
  expect(names("prrLower").at(-1)).toBe("C only here");
  expect(names("prr")[0]).toBe("C only here");
  expect(screening.rows({ limit: 2 }).map(({ product, event }) => `${product} ${event}`)).toEqual([
    "A other",
    "A rash",
  ]);
  expect(screening.rows({ flaggedBy: "evans" }).map(({ event }) => event)).toEqual(["rash", "only here"]);
  expect(screening.sdrs().map(({ event }) => event)).toEqual(["rash", "only here"]);
});

test("an unknown pair, column, measure or rule is named", () => {
  const screening = screen(counts);
  expect(screening.pair("C", "rash")).toBeUndefined();
  expect(() => screening.pair("C", "rush")).toThrow('near: "rash"');
  expect(() => screening.rows({ sort: "ebgm" })).toThrow(expect.objectContaining({ code: "UNKNOWN_MEASURE" }));
  expect(() => screening.rows({ flaggedBy: "umc" })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => screen(counts, { measures: ["prrr" as "prr"] })).toThrow(
    expect.objectContaining({ code: "UNKNOWN_MEASURE" }),
  );
  expect(() => screen(counts, { rule: [presets.evans, presets.evans] })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

test("every preset names its source, reads known columns and prints as text that reads back", async () => {
  for (const rule of Object.values(presets) as DecisionRule[]) {
    expect(rule.source.length).toBeGreaterThan(20);
    for (const column of criterionColumns(rule.criterion)) expect(CRITERION_COLUMNS).toContain(column);
    expect(await parseCriterion(criterionText(rule.criterion), CRITERION_COLUMNS)).toEqual(rule.criterion);
  }
});

test("rules combine: any of, all of", () => {
  const rules = [presets.evans, presets.umc];
  const screening = screen(counts, { rule: [...rules, anyOf("any", rules), allOf("all", rules)] });
  for (const { flags } of screening.rows()) {
    expect(flags["any"]).toBe(flags["evans"] === true || flags["umc"] === true);
    expect(flags["all"]).toBe(flags["evans"] === true && flags["umc"] === true);
  }
});

describe("EBGM", () => {
  test("takes the given prior, or fits one and shows the fit", () => {
    const prior = { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 };
    const given = screen(counts, { rule: presets.fda, prior });
    expect(given.gps).toEqual({ prior, fit: null });
    const row = given.pair("A", "rash")!;
    expectClose(row.scores["eb05"]!, ebgm(row.a, row.expected, prior).eb05, 1e-9);
    expect(screen(counts, { rule: presets.fda }).gps!.fit!.negLogLik).toBeGreaterThan(0);
  });

  const priors = new Map<string, GpsPrior>();
  for (const row of goldenRows("gps-scores.csv.gz")) {
    const value = (name: string): number => goldenNumber(row, name)!;
    priors.set(row["dataset"]!, {
      alpha1: value("alpha1"),
      beta1: value("beta1"),
      alpha2: value("alpha2"),
      beta2: value("beta2"),
      p: value("P"),
    });
  }
  const rule = async (name: string, text: string): Promise<DecisionRule> => ({
    name,
    criterion: await parseCriterion(text, CRITERION_COLUMNS),
    status: "paper",
    source: "reference",
  });
  test.each(["caers", "faers22q3", "faers-sample1000", "phvid", "statin46"])(
    "%s: as many pairs are flagged as in the reference, all pairs at its prior",
    async (dataset) => {
      const rules = await Promise.all([
        rule("EB05>=2 (optimum.full / squashed theta)", "eb05 >= 2"),
        rule("EB05>1", "eb05 > 1"),
        rule("EBGM>=2.5 & EB05>=1.8 & a>=3", "ebgm >= 2.5 and eb05 >= 1.8 and a >= 3"),
      ]);
      const screening = screen(await gpsCounts(dataset), { measures: [], rule: rules, prior: priors.get(dataset) });
      const reference = goldenRows("signal-counts.csv").filter((row) => row["dataset"] === dataset);
      expect(screening.rules.map(({ name, flagged }) => [name, flagged])).toEqual(
        rules.map(({ name }) => [
          name,
          goldenNumber(
            reference.find((row) => row["rule"] === name)!,
            "n_flagged",
          ),
        ]),
      );
    },
  );
});

describe("multiplicity", () => {
  const many = countsFromRows(
    Array.from({ length: 900 }, (_, i) => ({
      product: `P${i % 30}`,
      event: `E${Math.floor(i / 30)}`,
      a: 1 + ((i * i) % 7) + (i % 31 === 0 ? 40 : 0),
    })),
  );

  test.each(["fisher", "fisherMidP", "prr", "ror", "chi2Yates", "ic", "ebgm"] as const)(
    "is judged by %s over the tested pairs only",
    (of) => {
      const screening = screen(many, { fdr: { of, minimumA: 4 } });
      const column = screening.columns["fdr"]!;
      const a = screening.column("a");
      let tested = 0;
      for (let i = 0; i < screening.size; i++) {
        expect(Number.isNaN(column[i]!)).toBe(a(i) < 4);
        if (a(i) >= 4) tested++;
      }
      expect(screening.fdr).toMatchObject({
        of,
        minimumA: 4,
        tested,
        undefinedP: 0,
        method: of === "ic" || of === "ebgm" ? "posterior" : "bh",
      });
      // The planted diagonal is declared, and little else.
      const declared = screening.rows().filter(({ scores }) => scores["fdr"] !== null && scores["fdr"]! <= 0.05);
      expect(declared.length).toBeGreaterThanOrEqual(25);
      expect(declared.length).toBeLessThan(60);
    },
  );

  test("rules can read it", async () => {
    const criterion = await parseCriterion("a >= 3 and fdr <= 0.05", CRITERION_COLUMNS);
    const rule: DecisionRule = { name: "own", criterion, status: "practice", source: "test" };
    const screening = screen(many, { rule, fdr: { of: "fisherMidP", method: "by" } });
    expect(screening.rules[0]!.flagged).toBeGreaterThan(20);
    expect(() => screen(many, { rule })).toThrow(expect.objectContaining({ code: "UNKNOWN_MEASURE" }));
  });

  test("all combinations are adjusted for unless told otherwise", () => {
    const tested = screen(many, { fdr: { of: "fisher", hypotheses: "tested" } });
    const all = screen(many, { fdr: { of: "fisher" } });
    expect(all.fdr!.hypotheses).toBe(900);
    expect(tested.fdr!.hypotheses).toBe(tested.fdr!.tested);
    for (let i = 0; i < many.size; i++) {
      const [x, y] = [tested.columns["fdr"]![i]!, all.columns["fdr"]![i]!];
      expect(Number.isNaN(x) || y >= x).toBe(true);
    }
  });

  test("an unknown basis, or a method where probabilities need none, is refused", () => {
    expect(() => screen(many, { fdr: { of: "prrr" as "prr" } })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
    expect(() => screen(many, { fdr: { of: "prr", method: "lbe" } })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
    expect(screen(many, { fdr: { of: "fisher", method: "lbe" } }).fdr!.pi0).toBeGreaterThan(0);
    expect(() => screen(many, { fdr: { of: "ic", method: "bh" } })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});

describe("an explanation", () => {
  const report = (id: string, product: string, ...terms: string[]): Report => ({
    id,
    source: "t",
    version: 1,
    domain: "drug",
    products: [{ name: product, role: "suspect" }],
    events: terms.map((term) => ({ term })),
  });
  const table = buildTable([
    ...["1", "2", "3", "4"].map((id) => report(id, "A", "rash")),
    ...Array.from({ length: 30 }, (_, i) => report(`x${i}`, "B", i === 0 ? "rash" : "itch")),
  ]);
  const screening = screen(countPairs(table), { rule: [presets.evans, presets.ema] });

  test("gives the table, each comparison with its margin, and all report ids", () => {
    const found = explain(screening, table, { product: "A", event: "rash" });
    expect(found.table).toMatchObject({ a: 4, b: 0, c: 1, d: 29 });
    expect(found.reportIds).toEqual(["1", "2", "3", "4"]);
    expect(found.rules.map(({ name, met }) => [name, met])).toEqual([
      ["evans", true],
      ["ema", false],
    ]);
    expect(found.rules[1]!.comparisons[0]).toEqual({ text: "a >= 5", value: 4, threshold: 5, met: false, margin: -1 });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test("of a pair that never occurs has a count of 0 and no reports", () => {
    expect(explain(screening, table, { product: "A", event: "itch" })).toMatchObject({
      table: { a: 0, b: 4, c: 29, d: 1 },
      reportIds: [],
      rules: [],
    });
  });

  test("of an unknown term is refused", () => {
    expect(() => explain(screening, table, { product: "Z", event: "itch" })).toThrow(
      expect.objectContaining({ code: "UNKNOWN_TERM" }),
    );
  });
});
