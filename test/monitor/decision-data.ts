import fc from "fast-check";
import {
  candidateKey,
  DECISION_STATES,
  decisionTransitions,
  type Decision,
  type DecisionLog,
  type EvidenceSnapshot,
} from "../../src/monitor/decision.ts";
import { decide } from "../../src/monitor/decision-log.ts";

export const keys = [
  candidateKey({ kind: "pair", product: "甲", event: '皮疹 "x"' }),
  candidateKey({ kind: "pair", product: "甲", event: "皮疹", level: "SMQ" }),
  candidateKey({ kind: "lot", product: "甲", lot: "20240101" }),
  candidateKey({ kind: "alert", id: "00ff" }),
];

export const snapshot = (extra: Partial<EvidenceSnapshot> = {}): EvidenceSnapshot => ({
  run: "r1",
  asOf: "2024-01-31",
  reports: 4,
  ic025: 0.4,
  serious: 2,
  deaths: 0,
  score: 300,
  rules: ["evans"],
  alerts: [],
  ...extra,
});

/** Minute of an arbitrary log, so that several entries can fall on one day and one moment. */
export const moment = (minutes: number): string => {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = Math.floor(minutes / 1440);
  return `2024-01-${two(1 + day)}T${two(Math.floor((minutes % 1440) / 60))}:${two(minutes % 60)}+08:00`;
};

const number = fc.double({ min: -5, max: 5, noNaN: true }).map((x) => x + 0);
const evidence = fc.option(
  fc.record({
    run: fc.option(fc.string()),
    asOf: fc.constantFrom("2024-01-31", "2024-02-29"),
    reports: fc.nat(50),
    ic025: fc.option(number),
    serious: fc.option(fc.nat(5)),
    deaths: fc.option(fc.nat(2)),
    score: fc.option(fc.nat(1000)),
    rules: fc.uniqueArray(fc.constantFrom("evans", "umc")),
    alerts: fc.array(fc.string(), { maxLength: 2 }),
  }),
);
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((value) => value.trim() !== "");

interface Step {
  readonly key: number;
  readonly choice: number;
  readonly minutes: number;
  readonly isCorrection: boolean;
  readonly rest: Pick<Decision, "by" | "why" | "due" | "evidence">;
}
const step: fc.Arbitrary<Step> = fc.record({
  key: fc.nat(keys.length - 1),
  choice: fc.nat(50),
  minutes: fc.constantFrom(0, 0, 1, 700),
  isCorrection: fc.constantFrom(false, false, false, true),
  rest: fc.record({ by: text, why: text, due: fc.constantFrom(null, "2024-03-01"), evidence }),
});

/** A log of any legal decisions, among them corrections and several of one moment. */
export const anyLog: fc.Arbitrary<DecisionLog> = fc.array(step, { maxLength: 25 }).map((steps) => {
  let log: DecisionLog = [];
  let minutes = 0;
  for (const { key: k, choice, minutes: later, isCorrection, rest } of steps) {
    const key = keys[k]!;
    const mine = log.filter((entry) => entry.key === key);
    minutes += later;
    const at = moment(minutes);
    if (isCorrection && mine.length > 0) {
      const corrects = mine[choice % mine.length]!.seq;
      log = decide(log, { key, at, state: DECISION_STATES[choice % 6]!, corrects, ...rest });
    } else {
      const allowed = decisionTransitions[mine.at(-1)?.state ?? "unknown"];
      log = decide(log, { key, at, state: allowed[choice % allowed.length]!, ...rest });
    }
  }
  return log;
});
