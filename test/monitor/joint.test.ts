import fc from "fast-check";
import { expect, test } from "vitest";
import { countPairs, screen, buildTable, findLotClusters, presets, type ClusterAlert, type Report } from "pvsignal";
import type { ScreenRow } from "../../src/signal/screen.ts";
import { candidateKey } from "../../src/monitor/decision.ts";
import { jointCandidates, type JointCandidate, type JointLevel, type JointOptions } from "../../src/monitor/joint.ts";
import { jointText } from "../../src/monitor/priority-wording.ts";
import { fisherLog } from "../../src/signal/log-p.ts";
import { expectClose } from "../close.ts";

const row = (product: string, event: string, a: number, isFlagged = false, expected = 1): ScreenRow => ({
  product,
  event,
  a,
  b: 50 - a,
  c: 20,
  d: 930,
  n1: 50,
  m1: 20 + a,
  n: 1000,
  expected,
  scores: { ic025: 1 },
  missing: {},
  flags: { evans: isFlagged },
});
const alert = (id: string, scope: ClusterAlert["scope"], extra: Partial<ClusterAlert> = {}): ClusterAlert =>
  ({
    id,
    detector: "lot",
    scope,
    statistic: { name: "s", value: 1 },
    log10PerYear: -2,
    reports: 10,
    reactions: [],
    ...extra,
  }) as ClusterAlert;
const budget = { perYear: 4, sources: { "level:PT": 1, "level:HLT": 1, "detector:lot": 2, "detector:tree": 0 } };
const pt = (rows: readonly ScreenRow[]): JointLevel => ({ name: "PT", rows, hypotheses: 1000 });
const joined = (options: Partial<JointOptions> & Pick<JointOptions, "levels">): readonly JointCandidate[] =>
  jointCandidates({ budget, ...options });
const pairKey = (product: string, event: string): string => candidateKey({ kind: "pair", product, event });
const keysOf = (list: readonly JointCandidate[]): string[] => list.map(({ key }) => key).sort();
const linksOf = (list: readonly JointCandidate[], key: string): string[] =>
  list
    .find((one) => one.key === key)!
    .sources.map(({ source, link, counts, alertId }) => `${link} ${alertId ?? source}${counts ? "" : " (context)"}`);

test("a pair is a candidate by a rule, by the budget or by an alert on its reaction, and says which", () => {
  const rows = [
    row("A", "rash", 3, true),
    row("A", "fever", 15),
    row("A", "itch", 2),
    row("A", "pain", 3),
    row("B", "rash", 1),
  ];
  const found = joined({
    levels: [pt(rows)],
    alerts: [alert("x", { product: "A", reactions: ["itch", "cough"] }, { reactions: [{ term: "itch", reports: 4 }] })],
  });
  const reasons = Object.fromEntries(found.map(({ key, because }) => [key, because]));
  expect(reasons).toEqual({
    [pairKey("A", "rash")]: ["rule"],
    [pairKey("A", "fever")]: ["budget"],
    [pairKey("A", "itch")]: ["alert", "budget"],
  });
  expect(linksOf(found, pairKey("A", "itch"))).toEqual(["same level:PT", "reaction x"]);
  expect(found.find(({ key }) => key === pairKey("A", "itch"))!.sources[1]!.share).toBe(0.4);
});

test("the rate of a pair is its exact p times pairs and looks a year over its share of the budget", () => {
  const [found] = joined({ levels: [pt([row("A", "rash", 15)])], lookDays: 1 });
  const logP = fisherLog(row("A", "rash", 15)).logP;
  expectClose(found!.expectedPerYear!, (Math.exp(logP) * 1000 * 365.25) / 0.25, 1e-10);
  expect(found!.strongest).toBe("level:PT");
  const [poisson] = joined({ levels: [pt([row("A", "rash", 15)])], basis: "poisson" });
  expect(poisson!.log10PerYear).toBeLessThan(found!.log10PerYear!);
});

test("lots: one candidate each; an alert on any reaction is mentioned at the pairs its reports name, and not counted", () => {
  const rows = [row("A", "rash", 3, true), row("A", "fever", 3, true), row("B", "rash", 3, true)];
  const lots = alert("x", { product: "A", lots: ["1", "2"] }, { reactions: [{ term: "rash", reports: 5 }] });
  const found = joined({ levels: [pt(rows)], alerts: [lots] });
  const lot = (name: string): string => candidateKey({ kind: "lot", product: "A", lot: name });
  expect(keysOf(found)).toEqual(
    [lot("1"), lot("2"), pairKey("A", "rash"), pairKey("A", "fever"), pairKey("B", "rash")].sort(),
  );
  expect(linksOf(found, lot("2"))).toEqual(["lot x"]);
  expect(linksOf(found, pairKey("A", "rash"))).toEqual(["same level:PT", "members x (context)"]);
  expect(linksOf(found, pairKey("B", "rash"))).toEqual(["same level:PT"]);
});

test("an alert without a pair or lot stands by itself; a written rule has no rate", () => {
  const found = joined({
    levels: [pt([])],
    alerts: [
      alert("region", { region: "R", reactions: ["rash"] }),
      alert("rule", { product: "A" }, { statistic: null, detector: "rule" }),
    ],
  });
  expect(found.map(({ subject, expectedPerYear, because }) => [subject, expectedPerYear, because])).toEqual([
    [{ kind: "alert", id: "region" }, expect.closeTo(0.02, 12), ["alert", "budget"]],
    [{ kind: "alert", id: "rule" }, null, ["alert"]],
  ]);
});

test("labels say what products and reaction groups of alerts mean at the ground level", () => {
  const found = joined({
    levels: [pt([row("A 10 mg", "urticaria", 2), row("A 20 mg", "rash", 2)])],
    alerts: [alert("x", { product: "A", reactions: ["skin"] })],
    labels: { products: { A: ["A 10 mg", "A 20 mg"] }, reactions: { skin: ["rash", "urticaria"] } },
  });
  expect(keysOf(found)).toEqual([pairKey("A 10 mg", "urticaria"), pairKey("A 20 mg", "rash")].sort());
});

test("a higher level joins the pairs it covers, counts where they have an excess, and else stands by itself", () => {
  const hlt: JointLevel = {
    name: "HLT",
    rows: [row("A", "skin", 15, true), row("A", "gut", 15, true), row("B", "skin", 1)],
    hypotheses: 200,
    events: { skin: ["rash", "itch"], gut: ["nausea"] },
  };
  const found = joined({
    levels: [pt([row("A", "rash", 5, true), row("A", "itch", 1, true, 1.5), row("A", "nausea", 2)]), hlt],
  });
  expect(linksOf(found, pairKey("A", "rash"))).toEqual(["same level:PT", "covers level:HLT"]);
  expect(linksOf(found, pairKey("A", "itch"))).toEqual(["same level:PT", "covers level:HLT (context)"]);
  expect(keysOf(found)).toContain(candidateKey({ kind: "pair", product: "A", event: "gut", level: "HLT" }));
  expect(found).toHaveLength(3);
  const [rash] = found.filter(({ key }) => key === pairKey("A", "rash"));
  expect(rash!.strongest).toBe("level:HLT");
});

test("every alert is with a candidate, every pair that meets a rule too, and the order of input changes nothing", () => {
  const name = fc.constantFrom("A", "B");
  const event = fc.constantFrom("rash", "itch", "fever");
  const rows = fc.uniqueArray(
    fc.record({ product: name, event, a: fc.integer({ min: 1, max: 20 }), isFlagged: fc.boolean() }),
    { selector: ({ product, event: term }) => `${product} ${term}` },
  );
  const alerts = fc.uniqueArray(
    fc.record({
      id: fc.nat(0xffff).map((n) => n.toString(16)),
      product: fc.option(name, { nil: undefined }),
      lots: fc.option(fc.array(fc.constantFrom("1", "2"), { minLength: 1, maxLength: 3 }), { nil: undefined }),
      reactions: fc.option(fc.array(event, { minLength: 1 }), { nil: undefined }),
      isRule: fc.boolean(),
      log10PerYear: fc.oneof(fc.double({ min: -20, max: 3, noNaN: true }), fc.constant(-Infinity)),
    }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(rows, alerts, (list, drawn) => {
      const made = drawn.map(({ id, product, lots, reactions, isRule, log10PerYear }) =>
        alert(id, { product, lots, reactions }, { log10PerYear, ...(isRule ? { statistic: null } : {}) }),
      );
      const level = list.map((one) => row(one.product, one.event, one.a, one.isFlagged));
      const found = joined({ levels: [pt(level)], alerts: made });
      const linked = new Set(found.flatMap(({ sources }) => sources.map(({ alertId }) => alertId)));
      for (const { id } of made) expect(linked).toContain(id);
      for (const one of list.filter(({ isFlagged }) => isFlagged))
        expect(keysOf(found)).toContain(pairKey(one.product, one.event));
      expect(new Set(keysOf(found)).size).toBe(found.length);
      expect(joined({ levels: [pt([...level].reverse())], alerts: [...made].reverse() })).toEqual(found);
      expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      for (const one of found) {
        const own = one.sources.filter(({ counts }) => counts).map(({ log10PerYear }) => log10PerYear!);
        expect(one.log10PerYear === null).toBe(own.length === 0);
        // No source can make a candidate less likely than its share of the budget allows.
        if (own.length > 0) expect(one.log10PerYear!).toBeGreaterThanOrEqual(Math.min(...own));
        expect(one.because.length).toBeGreaterThan(0);
      }
    }),
  );
});

test("from reports: a pair with a planted excess and the lot behind it, each joined with its own evidence", () => {
  const reports: Report[] = Array.from({ length: 900 }, (_, i): Report => {
    const isPlanted = i >= 860;
    const day = String(1 + (i % 28)).padStart(2, "0");
    const month = isPlanted ? "06" : `0${1 + (i % 6)}`;
    return {
      id: `r${String(i).padStart(4, "0")}`,
      source: "t",
      version: 1,
      domain: "drug",
      receivedDate: `2024-${month}-${day}`,
      eventDate: `2024-${month}-${day}`,
      unit: `U${i % 40}`,
      products: [
        {
          name: isPlanted ? "A" : "ABCDE"[i % 5]!,
          role: "suspect",
          manufacturer: "M",
          lots: [isPlanted ? "LX" : `L${i % 9}`],
        },
      ],
      events: [{ term: isPlanted || i % 40 === 0 ? "chills" : ["rash", "fever", "itch", "nausea"][(i * 7) % 4]! }],
      serious: [],
    };
  });
  const table = buildTable(reports);
  const counts = countPairs(table);
  const screening = screen(counts, { rule: presets.evans });
  const { alerts } = findLotClusters(table, { asOf: "2024-06-30" });
  const found = jointCandidates({
    levels: [{ name: "PT", rows: screening.rows(), hypotheses: counts.products.length * counts.events.length }],
    alerts,
    budget: { perYear: 4, sources: { "level:PT": 1, "detector:lot": 1 } },
  });
  const pair = found.find(({ key }) => key === pairKey("A", "chills"))!;
  expect(pair.because).toContain("rule");
  expect(pair.isWithinBudget).toBe(true);
  expect(pair.sources.some(({ link }) => link === "reaction" || link === "members")).toBe(true);
  expect(found.some(({ subject }) => subject.kind === "lot" && subject.lot === "LX")).toBe(true);
});

test("wrong calls are refused", () => {
  const refused = (options: JointOptions, code: string): void => {
    expect(() => jointCandidates(options)).toThrow(expect.objectContaining({ code }));
  };
  refused({ levels: [], budget }, "INVALID_OPTION");
  refused({ levels: [pt([]), pt([])], budget }, "INVALID_OPTION");
  refused({ levels: [pt([row("A", "x", 5)])], budget: { perYear: 1, sources: { x: 1 } } }, "INVALID_OPTION");
  refused({ levels: [pt([row("A", "x", 5), row("A", "x", 5)])], budget }, "DUPLICATE_KEY");
  refused({ levels: [{ ...pt([row("A", "x", 5)]), hypotheses: 0 }], budget }, "INVALID_ARGUMENT");
  refused({ levels: [pt([])], alerts: [alert("x", {}, { detector: "new" })], budget }, "INVALID_OPTION");
});

test("a candidate in words", () => {
  const [found] = joined({
    levels: [pt([row("A", "rash", 3, true)])],
    alerts: [alert("x", { product: "A" }, { reactions: [{ term: "rash", reports: 5 }] })],
  }).filter(({ subject }) => subject.kind === "pair");
  expect(jointText({ ...found!, expectedPerYear: 0.25 })).toEqual({
    zh: "A – rash：达到判定规则。证据：level:PT（本组合），detector:lot（涉及该产品的预警，部分报告提及该事件，不计入）。在全部检测范围内，如此突出的对象预期每年因偶然出现 0.25 个（主要依据 level:PT）。",
    en: "A – rash: a decision rule is met. Evidence: level:PT (the pair itself), detector:lot (an alert on the product some of whose reports name the event, not counted). Over everything looked at, 0.25 candidates a year as prominent are expected by chance (decided by level:PT).",
  });
});
