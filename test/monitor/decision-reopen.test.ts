import fc from "fast-check";
import { expect, test } from "vitest";
import { foldDecisions } from "../../src/monitor/decision-fold.ts";
import { decideAll, verifyLog } from "../../src/monitor/decision-log.ts";
import type { Decision, DecisionLog, EvidenceSnapshot } from "../../src/monitor/decision.ts";
import {
  detections,
  reopeningRule,
  reopeningRules,
  reopenings,
  type ReopeningRule,
} from "../../src/monitor/decision-reopen.ts";
import { anyLog, keys, moment, snapshot } from "./decision-data.ts";

const at = "2024-03-01T09:00+08:00";
const decided = (state: "validated" | "refuted" | "monitored" | "closed", evidence = snapshot()): DecisionLog =>
  decideAll(
    [],
    (["detected", "under-review", state] as const).map((to, i): Decision => ({
      key: keys[0]!,
      state: to,
      at: moment(i),
      by: "李",
      why: "评价",
      evidence: i === 0 ? evidence : null,
    })),
  );
const rulesMet = (now: EvidenceSnapshot, then = snapshot(), rules = reopeningRules): readonly string[] => {
  const { decisions } = reopenings(foldDecisions(decided("refuted", then)), run(now), rules);
  return decisions[0]?.triggers?.map(({ rule }) => rule) ?? [];
};
const run = (evidence: EvidenceSnapshot, key = keys[0]!): Parameters<typeof reopenings>[1] => ({
  at,
  candidates: [{ key, evidence }],
});

test("reports doubled, a new death, a rule newly met and the next step each reopen; anything less does not", () => {
  expect(rulesMet(snapshot({ reports: 7 }))).toEqual([]);
  expect(rulesMet(snapshot({ reports: 8 }))).toEqual(["doubled"]);
  expect(rulesMet(snapshot({ reports: 2 }), snapshot({ reports: 1 }))).toEqual([]);
  expect(rulesMet(snapshot({ deaths: 1 }))).toEqual(["death"]);
  expect(rulesMet(snapshot({ rules: ["umc", "evans"] }))).toEqual(["threshold"]);
  expect(rulesMet(snapshot({ rules: [] }))).toEqual([]);
  expect(rulesMet(snapshot({ ic025: 1.49 }))).toEqual([]);
  expect(rulesMet(snapshot({ ic025: 1.5 }))).toEqual(["step"]);
  expect(rulesMet(snapshot({ reports: 20, deaths: 2, ic025: 3.1, rules: ["umc"] }))).toEqual([
    "doubled",
    "death",
    "threshold",
    "step",
  ]);
});

test("the entry says what was met, then and now, and can be appended", () => {
  const log = decided("closed");
  const now = snapshot({ reports: 9, deaths: 1, asOf: "2024-02-29" });
  const { decisions } = reopenings(foldDecisions(log), run(now));
  expect(decisions).toEqual([
    {
      key: keys[0],
      state: "detected",
      at,
      by: "doubled, death",
      why: "规则“doubled”：报告数由 4 变为 9；规则“death”：死亡报告数由 0 变为 1",
      evidence: now,
      triggers: [
        { rule: "doubled", measure: "reports", then: 4, now: 9 },
        { rule: "death", measure: "deaths", then: 0, now: 1 },
      ],
    },
  ]);
  expect(reopenings(foldDecisions(log), run(now), reopeningRules, "en").decisions[0]!.why).toBe(
    'rule "doubled": reports went from 4 to 9; rule "death": reports of death went from 0 to 1',
  );
  const after = decideAll(log, decisions);
  expect(verifyLog(after).isIntact).toBe(true);
  expect(foldDecisions(after).items[0]).toMatchObject({ state: "detected", reopened: 1, evidence: now });
  expect(reopenings(foldDecisions(after), run(now)).decisions).toEqual([]);
});

test("refuted, monitored and closed reopen; validated and open candidates and unknown ones do not", () => {
  const now = run(snapshot({ reports: 40 }));
  for (const state of ["refuted", "monitored", "closed"] as const)
    expect(reopenings(foldDecisions(decided(state)), now).decisions).toHaveLength(1);
  expect(reopenings(foldDecisions(decided("validated")), now).decisions).toEqual([]);
  expect(reopenings(foldDecisions(decided("closed").slice(0, 1)), now).decisions).toEqual([]);
  expect(reopenings(foldDecisions(decided("closed")), run(snapshot({ reports: 40 }), keys[1])).decisions).toEqual([]);
});

test("a criterion of the user reads then and now", async () => {
  const rule = await reopeningRule("serious half more", "serious >= 1.5 * seriousThen and daysSince > 20");
  const met = (serious: number, asOf: string): readonly string[] =>
    rulesMet(snapshot({ serious, asOf }), snapshot({ asOf: "2024-01-31" }), [rule]);
  expect(met(3, "2024-02-29")).toEqual(["serious half more"]);
  expect(met(3, "2024-02-20")).toEqual([]);
  expect(met(2, "2024-02-29")).toEqual([]);
  await expect(reopeningRule("x", "prr > 2")).rejects.toThrow(expect.objectContaining({ code: "RULE_REFUSED" }));
});

test("a rule whose number was not counted is undecided, not silent", () => {
  const memory = foldDecisions(decided("closed", snapshot({ deaths: null, ic025: null })));
  expect(reopenings(memory, run(snapshot())).undecided).toEqual([
    { key: keys[0], rule: "death" },
    { key: keys[0], rule: "step" },
  ]);
  const bare = decided("closed").map((entry) => ({ ...entry, evidence: null }));
  expect(reopenings(foldDecisions(bare), run(snapshot())).undecided).toHaveLength(reopeningRules.length);
});

test("what is proposed is always legal, and the run's order does not matter", () => {
  fc.assert(
    fc.property(anyLog, fc.nat(60), (log, reports) => {
      const memory = foldDecisions(log);
      const candidates = keys.map((key) => ({ key, evidence: snapshot({ reports, deaths: reports % 3 }) }));
      const found = reopenings(memory, { at, candidates });
      const fresh = detections(memory, { at, candidates }, { by: "run", why: "new" });
      expect(reopenings(memory, { at, candidates: [...candidates].reverse() })).toEqual(found);
      const after = foldDecisions(decideAll(log, [...found.decisions, ...fresh]));
      expect(after.issues).toEqual([]);
      expect(after.items).toHaveLength(keys.length);
    }),
  );
});

test("wrong rules and repeated candidates are refused", () => {
  const refuse = (rule: ReopeningRule, code = "INVALID_OPTION"): void => {
    expect(() => reopenings(foldDecisions([]), { at, candidates: [] }, [rule])).toThrow(
      expect.objectContaining({ code }),
    );
  };
  refuse({ name: "x", kind: "growth", measure: "reports", factor: 0.5, least: 1 });
  refuse({ name: "x", kind: "step", measure: "ic025", steps: [1, 1] });
  refuse({ name: "x", kind: "criterion", criterion: { compare: ">", left: "prr", right: 1 } });
  const candidates = [keys[0]!, keys[0]!].map((key) => ({ key, evidence: snapshot() }));
  expect(() => reopenings(foldDecisions([]), { at, candidates })).toThrow(
    expect.objectContaining({ code: "DUPLICATE_KEY" }),
  );
});
