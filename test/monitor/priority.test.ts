import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTable, countPairs, type Report } from "pvsignal";
import { candidateKey, type Decision } from "../../src/monitor/decision.ts";
import { decideAll } from "../../src/monitor/decision-log.ts";
import { chooseByCapacity } from "../../src/monitor/priority-capacity.ts";
import { idRows, pairRows, priorityFacts, type PriorityFacts } from "../../src/monitor/priority-facts.ts";
import { priorityModels, type PriorityModel } from "../../src/monitor/priority-models.ts";
import { rankText, workloadText } from "../../src/monitor/priority-wording.ts";
import { calibrateYield, expectedYield } from "../../src/monitor/priority-yield.ts";
import { rankCandidates, transformed } from "../../src/monitor/priority.ts";
import { expectClose } from "../close.ts";
import { moment, snapshot } from "./decision-data.ts";

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const keyOf = (n: number): string => candidateKey({ kind: "pair", product: "A", event: `e${n}` });
const facts = (extra: Partial<PriorityFacts> = {}): PriorityFacts => ({
  key: keyOf(0),
  reports: 4,
  ic025: 1.5,
  informative: 2,
  recent: 3,
  narratives: 1,
  countries: 1,
  regions: 3,
  units: 4,
  largestUnitShare: 0.5,
  serious: 3,
  deaths: 1,
  unlisted: 1,
  firstSeen: "2024-01-01",
  daysKnown: 73,
  clusters: 3,
  alerts: 1,
  ...extra,
});
const count = fc.nat(40);
const anyFacts: fc.Arbitrary<Omit<PriorityFacts, "key">> = fc.record({
  reports: count,
  ic025: fc.option(fc.double({ min: -10, max: 6, noNaN: true }).map((x) => x + 0)),
  informative: count,
  recent: count,
  narratives: count,
  countries: count,
  regions: count,
  units: count,
  largestUnitShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  serious: fc.option(count),
  deaths: fc.option(count),
  unlisted: fc.constantFrom(0, 1, null),
  firstSeen: fc.constant(null),
  daysKnown: fc.option(fc.nat(2000)),
  clusters: fc.double({ min: 0, max: 20, noNaN: true }).map((x) => x + 0),
  alerts: count,
});
const models = Object.values(priorityModels) as readonly PriorityModel[];
const anyList = fc
  .array(anyFacts, { maxLength: 30 })
  .map((list) => list.map((one, i): PriorityFacts => ({ key: keyOf(i), ...one })));

describe("ranking", () => {
  test("the points of every candidate add up to its score exactly, whole and within their weights", () => {
    fc.assert(
      fc.property(anyList, fc.constantFrom(...models), (list, model) => {
        const ranked = rankCandidates(list, model);
        for (const { score, contributions } of ranked) {
          const points = contributions.map((one) => one.points);
          expect(points.reduce((sum, one) => sum + one, 0)).toBe(score);
          expect([...points].reverse().reduce((sum, one) => sum + one, 0)).toBe(score);
          for (const one of contributions) {
            expect(Number.isInteger(one.points) && one.points >= 0 && one.points <= one.weight).toBe(true);
            expect(one.points).toBe(Math.round(one.weight * one.transformed));
          }
        }
        expect(ranked.map(({ rank }) => rank)).toEqual(list.map((_, i) => i + 1));
        expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).sort((x, y) => y - x));
        expect(rankCandidates([...list].reverse(), model)).toEqual(ranked);
        expect(JSON.parse(JSON.stringify(ranked))).toEqual(ranked);
      }),
    );
  });

  test("more of any one aspect never lowers the score", () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.constantFrom(...models),
        fc.nat(20),
        fc.double({ min: 0, max: 30, noNaN: true }),
        (one, model, c, more) => {
          const { measure, transform, name } = model.components[c % model.components.length]!;
          const raw = one[measure];
          if (raw === null) return;
          const isFalling = transform.kind === "ramp" && transform.from > transform.to;
          const moved = { key: keyOf(1), ...one, [measure]: isFalling ? raw - more : raw + more };
          const [before, after] = [{ key: keyOf(0), ...one }, moved].map((each) => rankCandidates([each], model)[0]!);
          expect([name, after!.score >= before!.score]).toEqual([name, true]);
        },
      ),
    );
  });

  test("a candidate worked by hand", () => {
    const [found] = rankCandidates([facts()]);
    expect(Object.fromEntries(found!.contributions.map(({ name, points }) => [name, points]))).toEqual({
      disproportionality: 125, // 250 · 1.5/3
      informative: 50, // 100 · 2/(2 + 2)
      recent: 50, // 100 · 3/(3 + 3)
      narratives: 6, // 25 · 1/(1 + 3)
      regions: 38, // 75 · (3 − 1)/(5 − 1)
      units: 32, // 75 · (4 − 1)/(8 − 1)
      deaths: 50, // 100 · 1/(1 + 1)
      serious: 38, // 75 · 3/(3 + 3)
      unlisted: 75,
      newness: 20, // 25 · (365 − 73)/365
      clusters: 50, // 100 · 3/6
    });
    expect(found!.score).toBe(534);
  });

  test("models are out of 1,000 points, and what is not known gives none and is shown", () => {
    for (const { components } of models) expect(components.reduce((sum, { weight }) => sum + weight, 0)).toBe(1000);
    const [found] = rankCandidates([facts({ ic025: null })]);
    expect(found!.contributions[0]).toEqual({
      name: "disproportionality",
      raw: null,
      transformed: 0,
      weight: 250,
      points: 0,
    });
    expect(found!.score).toBe(409);
  });

  test("ties are put in the order of IC025, reports and key", () => {
    const flat: PriorityModel = {
      ...priorityModels.centre,
      components: [{ ...priorityModels.centre.components[0]!, measure: "alerts" }],
    };
    const list = [
      facts({ key: keyOf(5), ic025: null, reports: 99 }),
      facts({ key: keyOf(4), ic025: 1 }),
      facts({ key: keyOf(3), ic025: 1 }),
      facts({ key: keyOf(2), ic025: 1, reports: 5 }),
      facts({ key: keyOf(1), ic025: 2, reports: 1 }),
    ];
    expect(rankCandidates(list, flat).map(({ key }) => key)).toEqual([1, 2, 3, 4, 5].map(keyOf));
  });

  test("transformations: ends, beyond them, and infinity", () => {
    const at = (raw: number): number => transformed({ kind: "ramp", from: 1, to: 5 }, raw);
    expect([-3, 1, 3, 5, Infinity].map(at)).toEqual([0, 0, 0.5, 1, 1]);
    expect([0, 365, 900].map((raw) => transformed({ kind: "ramp", from: 365, to: 0 }, raw))).toEqual([1, 0, 0]);
    expect([-1, 0, 2, Infinity].map((raw) => transformed({ kind: "saturating", half: 2 }, raw))).toEqual([
      0, 0, 0.5, 1,
    ]);
  });

  test("models and candidates that make no sense are refused", () => {
    const [first] = priorityModels.centre.components;
    const refused = (components: PriorityModel["components"]): void => {
      expect(() => rankCandidates([], { ...priorityModels.centre, components })).toThrow(code("INVALID_OPTION"));
    };
    refused([]);
    refused([first!, first!]);
    refused([{ ...first!, weight: -1 }]);
    refused([{ ...first!, weight: 0.5 }]);
    refused([{ ...first!, transform: { kind: "ramp", from: 1, to: 1 } }]);
    refused([{ ...first!, transform: { kind: "saturating", half: 0 } }]);
    expect(() => rankCandidates([facts(), facts()])).toThrow(code("DUPLICATE_KEY"));
  });
});

describe("capacity", () => {
  test("exactly min(capacity, new candidates) are chosen, none of those left scores more, and all are accounted for", () => {
    fc.assert(
      fc.property(anyList, fc.nat(40), fc.nat(5), (list, capacity, busy) => {
        const ranked = rankCandidates(list);
        const taken = new Set(list.slice(0, busy).map(({ key }) => key));
        const open = ranked.filter(({ key }) => !taken.has(key));
        const { chosen, threshold, cutOff } = chooseByCapacity([...ranked].reverse(), { capacity, taken });
        expect(chosen).toEqual(open.slice(0, capacity));
        expect(chosen).toHaveLength(Math.min(capacity, open.length));
        expect(threshold).toBe(chosen.length === 0 ? null : Math.min(...chosen.map(({ score }) => score)));
        expect(cutOff.count + chosen.length).toBe(open.length);
        expect(cutOff.best).toEqual(open[capacity] ?? null);
        for (const { score } of open.slice(capacity)) expect(score).toBeLessThanOrEqual(threshold ?? Infinity);
        expect(cutOff.atThreshold).toBe(open.slice(capacity).filter(({ score }) => score === threshold).length);
      }),
    );
    for (const capacity of [-1, 1.5, NaN])
      expect(() => chooseByCapacity([], { capacity })).toThrow(code("INVALID_OPTION"));
  });

  const review = (n: number, score: number | null, outcome: Decision["state"]): Decision[] =>
    (["detected", "under-review", outcome] as const).map((state, i) => ({
      key: keyOf(n),
      state,
      at: moment(0),
      by: "x",
      why: "y",
      evidence: i === 0 ? snapshot({ score }) : null,
    }));

  test("the yield is read from the first outcome of each review, at the score it was reviewed with", () => {
    const more = { key: keyOf(0), at: moment(0), by: "x", why: "y" };
    const log = decideAll(
      [],
      [
        ...review(0, 100, "refuted"),
        ...review(1, 500, "validated"),
        ...review(2, 500, "monitored"),
        ...review(3, null, "closed"),
        { ...more, key: keyOf(1), state: "closed" },
        { ...more, state: "detected", evidence: snapshot({ score: 550 }) },
        { ...more, state: "under-review", evidence: snapshot({ score: 900 }) },
        { ...more, state: "validated" },
        // What was called monitored had been validated.
        { ...more, key: keyOf(2), state: "validated", corrects: 8 },
      ],
    );
    expect(calibrateYield(log)).toEqual({
      bands: [
        { from: 0, reviewed: 1, validated: 0 },
        { from: 200, reviewed: 0, validated: 0 },
        { from: 400, reviewed: 2, validated: 2 },
        { from: 600, reviewed: 0, validated: 0 },
        { from: 800, reviewed: 1, validated: 1 },
      ],
      withoutScore: 1,
    });
    expect(() => calibrateYield([], [1, 1])).toThrow(code("INVALID_OPTION"));
    expect(() => calibrateYield([], [])).toThrow(code("INVALID_OPTION"));
  });

  test("the expected yield has exact limits: a band of 9 reviews with 2 validated", () => {
    const calibration = {
      bands: [
        { from: 0, reviewed: 9, validated: 2 },
        { from: 500, reviewed: 0, validated: 0 },
      ],
      withoutScore: 0,
    };
    const found = expectedYield([1, 2, 3, 4], calibration)!;
    expectClose(found.expected, 1, 1e-14);
    // By the meaning of the limits: 2 or more of 9 at the lower one, 2 or fewer at the upper one have a chance of 2.5 %.
    const chance = (k: number, p: number): number => [1, 9, 36][k]! * p ** k * (1 - p) ** (9 - k);
    const [low, high] = [found.lower / 4, found.upper / 4];
    expectClose(1 - chance(0, low) - chance(1, low), 0.025, 1e-10);
    expectClose(chance(0, high) + chance(1, high) + chance(2, high), 0.025, 1e-10);
    const mixed = expectedYield([1, 900], calibration)!;
    expect(mixed).toMatchObject({ withoutHistory: 1, level: 0.95 });
    expect(mixed.upper).toBeGreaterThan(1.6);
    expect(expectedYield([1], { bands: [{ from: 0, reviewed: 0, validated: 0 }], withoutScore: 3 })).toBeNull();
    expect(() => expectedYield([1], calibration, 1)).toThrow(code("INVALID_LEVEL"));
  });
});

describe("facts", () => {
  const report = (id: string, receivedDate: string | undefined, extra: Partial<Report> = {}): Report => ({
    id,
    source: "t",
    version: 1,
    domain: "drug",
    ...(receivedDate === undefined ? {} : { receivedDate }),
    products: [{ name: "A", role: "suspect" }],
    events: [{ term: "rash" }],
    ...extra,
  });
  const full: Partial<Report> = {
    products: [{ name: "A", role: "suspect", start: "2024-01-01", dose: "1", indication: "pain" }],
    events: [{ term: "rash", onset: "2024-01-03", outcome: "recovered" }],
    patient: { sex: "female", ageYears: 40 },
    country: "CN",
    reporter: "physician",
    kind: "spontaneous",
    narrativeLength: 80,
  };
  const table = buildTable([
    report("1", "2020-01-01", { unit: "H1", region: "R1", serious: ["death"] }),
    report("2", "2024-01-10", { ...full, unit: "H1", region: "R2", serious: ["hospitalisation"], unexpected: true }),
    report("3", "2024-02-01", { unit: "H2", events: [{ term: "rash", outcome: "fatal" }], unexpected: false }),
    report("4", "2024-07-01", { unit: "H3", region: "R3", country: "US" }),
    report("5", undefined, { serious: [] }),
    report("6", "2024-03-01", { events: [{ term: "fever" }] }),
  ]);
  const counts = countPairs(table);

  test("what the reports of a pair say, none received after the day asked for", () => {
    const [rash] = pairRows(counts, [{ product: "A", event: "rash" }]);
    expect(
      priorityFacts(table, [{ key: "k", rows: rash!, ic025: 0.7, alerts: [-2.5, 1] }], { asOf: "2024-06-30" }),
    ).toEqual([
      {
        key: "k",
        reports: 4,
        ic025: 0.7,
        informative: 1,
        recent: 2,
        narratives: 1,
        countries: 1,
        regions: 2,
        units: 2,
        largestUnitShare: 2 / 3,
        serious: 3,
        deaths: 2,
        unlisted: 1,
        firstSeen: "2020-01-01",
        daysKnown: 1642,
        clusters: 2.5,
        alerts: 2,
      },
    ]);
  });

  test("what nobody said is null, the label outranks the reports, and completeness can be given", () => {
    const rows = idRows(table, [["6"], ["2"], []]);
    const completeness = new Float64Array(table.size).fill(1);
    const found = priorityFacts(
      table,
      [
        { key: "a", rows: rows[0]!, ic025: -Infinity, alerts: [-Infinity] },
        { key: "b", rows: rows[1]!, isListed: true },
        { key: "c", rows: rows[2]! },
      ],
      { asOf: "2024-06-30", completeness },
    );
    expect(found[0]).toMatchObject({
      ic025: null,
      serious: null,
      deaths: null,
      unlisted: null,
      informative: 1,
      clusters: 9999,
    });
    expect(found[1]).toMatchObject({ unlisted: 0, reports: 1 });
    expect(found[2]).toMatchObject({
      reports: 0,
      firstSeen: null,
      daysKnown: null,
      largestUnitShare: null,
      ic025: null,
    });
    const refused = (options: Parameters<typeof priorityFacts>[2], wanted: string): void => {
      expect(() => priorityFacts(table, [], options)).toThrow(code(wanted));
    };
    refused({ asOf: "2024-06" }, "INVALID_DATE");
    refused({ asOf: "2024-06-30", recentDays: 0 }, "INVALID_OPTION");
    refused({ asOf: "2024-06-30", informativeFrom: 2 }, "INVALID_OPTION");
    refused({ asOf: "2024-06-30", completeness: new Float64Array(1) }, "LENGTH_MISMATCH");
  });

  test("rows of pairs are those of the cell, a pair asked for twice included; ids that are gone give none", () => {
    const pairs = ["rash", "fever", "rash"].map((event) => ({ product: "A", event }));
    expect(pairRows(counts, pairs).map((rows) => Array.from(rows, (row) => table.id(row)))).toEqual([
      ["1", "2", "3", "4", "5"],
      ["6"],
      ["1", "2", "3", "4", "5"],
    ]);
    expect(() => pairRows(counts, [{ product: "B", event: "rash" }])).toThrow(code("UNKNOWN_TERM"));
    expect(idRows(table, [["9", "3", "3", "1"]]).map((rows) => Array.from(rows))).toEqual([[0, 2]]);
  });
});

describe("wording", () => {
  test("a rank in words", () => {
    const [found] = rankCandidates([facts({ deaths: null, largestUnitShare: 0.75 })]);
    expect(rankText(found!)).toEqual({
      zh: "A – e0：第 1 位，484 分（满分 1000），4 份报告。得分：报告不相称性（IC025） 1.5（+125），说明书未载 1（+75），信息完整的报告 2（+50），近期报告 3（+50），聚集性预警强度 3（+50），涉及地区 3（+38），严重报告 3（+38），报告单位 4（+32），首次报告距今天数 73（+20），有过程描述的报告 1（+6）。未知：死亡报告。已知单位的报告中 75% 来自同一单位。",
      en: "A – e0: rank 1, 484 of 1000 points, 4 reports. Points: disproportionate reporting (IC025) 1.5 (+125), not in the label 1 (+75), informative reports 2 (+50), recent reports 3 (+50), strength of cluster alerts 3 (+50), regions 3 (+38), serious reports 3 (+38), reporting organisations 4 (+32), days since the first report 73 (+20), reports with a narrative 1 (+6). Not known: reports of death. 75 % of the reports with a known unit come from one.",
    });
  });

  test("a week's work in words", () => {
    const ranked = rankCandidates([facts(), facts({ key: keyOf(1), deaths: 0 }), facts({ key: keyOf(2), deaths: 0 })]);
    const calibration = { bands: [{ from: 0, reviewed: 9, validated: 2 }], withoutScore: 0 };
    expect(workloadText(chooseByCapacity(ranked, { capacity: 2, calibration }))).toEqual({
      zh: "选取 2 个，分数线 484 分。1 个未纳入，其中最高 484 分（A – e2），1 个与分数线同分。按既往评审结果，预期确认 0.5 个（95% 区间 0.0563–1.2）。",
      en: "2 chosen, threshold 484 points. 1 were left out, the best with 484 points (A – e2), 1 of them level with the threshold. By earlier reviews 0.5 are expected to be validated (95 % limits 0.0563–1.2).",
    });
    expect(workloadText(chooseByCapacity([], { capacity: 2 })).zh).toBe("未选取任何对象；0 个未纳入。");
  });

  test("every component has words in both languages", () => {
    for (const { components } of models)
      for (const { wording } of components)
        expect(`${wording.zh}|${wording.en}`).toMatch(/[\u4e00-\u9fff].*\|[A-Za-z ]/);
  });
});
