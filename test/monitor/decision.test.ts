import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  candidateKey,
  candidateSubject,
  DECISION_STATES,
  decisionTransitions,
  momentOf,
  type Decision,
  type DecisionEntry,
  type DecisionLog,
} from "../../src/monitor/decision.ts";
import { foldDecisions, recall } from "../../src/monitor/decision-fold.ts";
import { decide, decideAll, logHead, verifyLog } from "../../src/monitor/decision-log.ts";
import { parseDecisionLog, decisionEntryJsonSchema } from "../../src/monitor/decision-schema.ts";
import {
  decisionIssueWording,
  decisionStateWording,
  decisionText,
  overdueText,
  subjectText,
} from "../../src/monitor/decision-wording.ts";
import { dueDay, overdueItems } from "../../src/monitor/decision-due.ts";
import { canonicalJson, sha256 } from "../../src/count/exchange-digest.ts";
import { anyLog, keys, moment, snapshot } from "./decision-data.ts";

const key = keys[0]!;
const step = (state: Decision["state"], minutes: number, extra: Partial<Decision> = {}): Decision => ({
  key,
  state,
  at: moment(minutes),
  by: "王",
  why: "理由",
  ...extra,
});
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe("keys", () => {
  test("a key gives its subject back, and no two subjects share one", () => {
    const name = fc.string({ unit: "binary", maxLength: 6 });
    const subject = fc.oneof(
      fc.record({ kind: fc.constant("pair" as const), product: name, event: name }),
      fc.record({ kind: fc.constant("pair" as const), product: name, event: name, level: name }),
      fc.record({ kind: fc.constant("lot" as const), product: name, lot: name }),
      fc.record({ kind: fc.constant("alert" as const), id: name }),
    );
    fc.assert(
      fc.property(subject, subject, (x, y) => {
        expect(candidateSubject(candidateKey(x))).toEqual(x);
        expect(candidateKey(x) === candidateKey(y)).toBe(canonicalJson(x) === canonicalJson(y));
      }),
    );
  });

  test.each(["", "A", "[]", '["pair","A"]', '["pair", "A","B"]', '["pair","A",1]', '["lot","A","B","C"]', "null"])(
    "%j is no key",
    (text) => {
      expect(() => candidateSubject(text)).toThrow(code("INVALID_ARGUMENT"));
    },
  );
});

describe("moments", () => {
  test("the same instant in two zones is the same moment", () => {
    expect(momentOf("2024-06-30T00:30+08:00")).toBe(momentOf("2024-06-29T16:30:00.000Z"));
    expect(momentOf("2024-06-30T00:00:00.5-03:30")).toBe(Date.UTC(2024, 5, 30, 3, 30, 0, 500));
  });

  test.each(["2024-06-30", "2024-06-30T10:00", "2024-02-30T10:00Z", "2024-06-30T24:00Z", "2024-06-30T10:00+15:00"])(
    "%s is no moment",
    (text) => {
      expect(momentOf(text)).toBeUndefined();
      expect(() => decide([], step("detected", 0, { at: text }))).toThrow(code("INVALID_DATE"));
    },
  );
});

describe("steps", () => {
  test("every step that the table does not provide for is refused, every other is taken", () => {
    const path: Readonly<Record<string, readonly Decision["state"][]>> = {
      unknown: [],
      detected: ["detected"],
      "under-review": ["detected", "under-review"],
      validated: ["detected", "under-review", "validated"],
      refuted: ["detected", "under-review", "refuted"],
      monitored: ["detected", "under-review", "monitored"],
      closed: ["detected", "under-review", "closed"],
    };
    for (const [from, states] of Object.entries(path)) {
      const log = decideAll(
        [],
        states.map((state, i) => step(state, i)),
      );
      for (const to of DECISION_STATES) {
        const taken = (): DecisionLog => decide(log, step(to, 60));
        if (decisionTransitions[from as "unknown"].includes(to)) expect(taken()).toHaveLength(log.length + 1);
        else expect(taken).toThrow(code("ILLEGAL_TRANSITION"));
      }
    }
  });

  test("a correction may lead anywhere, and names an entry of its own candidate", () => {
    const log = decideAll([], [step("detected", 0), step("under-review", 1), step("refuted", 2)]);
    const right = decide(log, step("validated", 3, { corrects: 2 }));
    expect(recall(foldDecisions(right), key)).toMatchObject({ state: "validated", corrected: [2], reopened: 0 });
    expect(right.slice(0, 3)).toEqual(log);
    for (const corrects of [3, -1, 0.5]) {
      expect(() => decide(log, step("validated", 3, { corrects }))).toThrow(code("ILLEGAL_TRANSITION"));
    }
    expect(() => decide(log, step("detected", 3, { key: keys[1]!, corrects: 1 }))).toThrow(code("ILLEGAL_TRANSITION"));
  });

  test("all decisions of a call are appended, or none", () => {
    const log = decide([], step("detected", 5));
    expect(() => decideAll(log, [step("under-review", 6), step("detected", 7)])).toThrow(code("ILLEGAL_TRANSITION"));
    expect(log).toHaveLength(1);
  });

  test.each([
    ["INVALID_ARGUMENT", { by: " " }],
    ["INVALID_ARGUMENT", { why: "" }],
    ["INVALID_ARGUMENT", { key: "A" }],
    ["INVALID_ARGUMENT", { evidence: snapshot({ ic025: Infinity }) }],
    ["INVALID_ARGUMENT", { evidence: snapshot({ deaths: -1 }) }],
    ["INVALID_DATE", { evidence: snapshot({ asOf: "2024" }) }],
    ["INVALID_DATE", { due: "2024-13-01" }],
    ["INVALID_DATE", { at: moment(9) }],
  ] as const)("%s for %o", (wanted, extra) => {
    const log = decide([], step("detected", 10, { key: keys[1]! }));
    expect(() => decide(log, step("detected", 10, extra))).toThrow(code(wanted));
  });
});

describe("the reducer", () => {
  test("a prefix with the rest on top is the whole, and JSON changes nothing", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(25), (log, cut) => {
        const whole = foldDecisions(log);
        expect(foldDecisions(log.slice(cut), foldDecisions(log.slice(0, cut)))).toEqual(whole);
        expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
        const read = parseDecisionLog(JSON.parse(JSON.stringify(log)));
        expect(read).toEqual(log);
        expect(verifyLog(read)).toEqual({ isIntact: true, entries: log.length, head: logHead(log), faults: [] });
        expect(whole.issues).toEqual([]);
      }),
    );
  });

  test("the state is that of the last entry, every entry is kept once and in order, also those of one moment", () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const { items } = foldDecisions(log);
        for (const item of items) {
          const mine = log.filter((entry) => entry.key === item.key);
          expect(item.entries).toEqual(mine.map(({ seq }) => seq));
          expect(item.state).toBe(mine.at(-1)!.state);
          expect(item.firstDetected).toBe(mine[0]!.at);
        }
        expect(items.flatMap(({ entries }) => entries).sort((x, y) => x - y)).toEqual(log.map(({ seq }) => seq));
      }),
    );
  });

  test("a note keeps the day the state was entered; a new due date and new evidence replace the old", () => {
    const log = decideAll(
      [],
      [
        step("detected", 0, { evidence: snapshot() }),
        step("under-review", 5, { due: "2024-02-01" }),
        step("under-review", 9, { due: "2024-02-15", why: "等待随访" }),
      ],
    );
    expect(foldDecisions(log).items).toEqual([
      {
        key,
        state: "under-review",
        since: moment(5),
        at: moment(9),
        by: "王",
        why: "等待随访",
        due: "2024-02-15",
        evidence: snapshot(),
        firstDetected: moment(0),
        reopened: 0,
        entries: [0, 1, 2],
        corrected: [],
      },
    ]);
  });

  test("what decide would have refused is taken from a foreign log, and counted", () => {
    const own = decideAll([], [step("detected", 5), step("under-review", 6)]);
    const foreign: DecisionLog = [
      { ...own[0]!, state: "validated" },
      { ...own[1]!, at: moment(2), corrects: 7 },
      { ...own[1]!, state: "detected" },
    ];
    const memory = foldDecisions(foreign);
    expect(memory.items[0]).toMatchObject({ state: "detected", entries: [0, 1, 2] });
    expect(memory.issues).toEqual([
      { code: "ILLEGAL_TRANSITION", index: 0, key, from: null, to: "validated" },
      { code: "TIME_BACKWARDS", index: 1, key, from: "validated", to: "under-review" },
      { code: "UNKNOWN_CORRECTION", index: 1, key, from: "validated", to: "under-review" },
      { code: "ILLEGAL_TRANSITION", index: 2, key, from: "under-review", to: "detected" },
    ]);
  });
});

describe("the chain", () => {
  const filled = anyLog.filter((log) => log.length > 1);

  test("the digest is that of the entry with sorted keys", () => {
    const [entry] = decide([], step("detected", 0));
    const { digest, ...content } = entry!;
    expect(digest).toBe(sha256(canonicalJson(content)));
    expect(entry!.prior).toBe("0".repeat(64));
  });

  test("any change of one field is found and the entry named", () => {
    const change = fc.constantFrom<(entry: DecisionEntry) => DecisionEntry>(
      (entry) => ({ ...entry, why: `${entry.why}.` }),
      (entry) => ({ ...entry, by: `${entry.by} ` }),
      (entry) => ({ ...entry, at: entry.at.replace("2024", "2023") }),
      (entry) => ({ ...entry, state: entry.state === "closed" ? "detected" : "closed" }),
      (entry) => ({ ...entry, due: entry.due === null ? "2024-03-02" : null }),
      (entry) => ({ ...entry, key: entry.key === keys[3] ? keys[2]! : keys[3]! }),
      (entry) => ({ ...entry, evidence: entry.evidence === null ? snapshot() : null }),
      (entry) => ({ ...entry, corrects: (entry.corrects ?? 0) + 1 }),
      (entry) => ({ ...entry, triggers: [{ rule: "r", measure: "reports", then: 1, now: 2 }] }),
      (entry) => ({ ...entry, prior: sha256(entry.prior) }),
      (entry) => ({ ...entry, digest: sha256(entry.digest) }),
      (entry) => ({ ...entry, seq: entry.seq + 1 }),
    );
    fc.assert(
      fc.property(filled, fc.nat(), change, (log, place, edit) => {
        const index = place % log.length;
        const tampered = log.map((entry, i) => (i === index ? edit(entry) : entry));
        const { isIntact, faults } = verifyLog(tampered);
        expect(isIntact).toBe(false);
        expect(faults[0]!.index).toBe(index);
      }),
    );
  });

  test("a change under a fresh digest breaks the link of the next entry; of the last entry, the head", () => {
    fc.assert(
      fc.property(filled, fc.nat(), (log, place) => {
        const index = place % log.length;
        const { digest, ...content } = { ...log[index]!, why: `${log[index]!.why}.` };
        const forged = { ...content, digest: sha256(canonicalJson(content)) };
        expect(forged.digest).not.toBe(digest);
        const { faults } = verifyLog(
          log.map((entry, i) => (i === index ? forged : entry)),
          logHead(log),
        );
        expect(faults).toEqual([
          index === log.length - 1
            ? { index, key: forged.key, fault: "head" }
            : { index: index + 1, key: log[index + 1]!.key, fault: "link" },
        ]);
      }),
    );
  });

  test("a deletion, a repetition and an exchange of any two entries are found", () => {
    fc.assert(
      fc.property(filled, fc.nat(), fc.nat(), (log, x, y) => {
        const head = logHead(log);
        const [i, j] = [x % log.length, y % log.length];
        expect(verifyLog(log.toSpliced(i, 1), head).isIntact).toBe(false);
        if (i < log.length - 1) expect(verifyLog(log.toSpliced(i, 1)).faults[0]!.index).toBe(i);
        expect(verifyLog(log.toSpliced(i, 0, log[i]!)).faults[0]!.index).toBe(i + 1);
        if (i === j) return;
        const exchanged = log.with(i, log[j]!).with(j, log[i]!);
        expect(verifyLog(exchanged).faults[0]!.index).toBe(Math.min(i, j));
      }),
    );
  });

  test("only a head kept elsewhere shows that the end was cut off", () => {
    const log = decideAll([], [step("detected", 0), step("under-review", 1)]);
    expect(verifyLog(log.slice(0, 1)).isIntact).toBe(true);
    expect(verifyLog(log.slice(0, 1), logHead(log)).faults).toEqual([{ index: 0, key, fault: "head" }]);
  });
});

describe("reading", () => {
  const [entry] = decide([], step("detected", 0, { evidence: snapshot() }));
  test.each([
    ["a list", { entries: [] }],
    ["entry 1: state", [entry, { ...entry, state: "confirmed" }]],
    ["entry 0: at", [{ ...entry, at: "2024-01-01" }]],
    ["entry 0: evidence.ic025", [{ ...entry, evidence: { ...snapshot(), ic025: "x" } }]],
    ["entry 0: key", [{ ...entry, key: "A" }]],
    ["entry 0", [{ ...entry, note: "more" }]],
    ["entry 0", [null]],
  ])("%s is what does not fit", (message, value) => {
    expect(() => parseDecisionLog(value)).toThrow(code("CORRUPT_LOG"));
    expect(() => parseDecisionLog(value)).toThrow(message);
  });

  test("the JSON Schema names every field of an entry", () => {
    const { properties, additionalProperties } = decisionEntryJsonSchema();
    expect(Object.keys(properties as object).sort()).toEqual(Object.keys(entry!).sort());
    expect(additionalProperties).toBe(false);
  });
});

describe("due days", () => {
  const golden = { holidays: [{ from: "2024-10-01", to: "2024-10-07", name: "国庆节" }], workdays: ["2024-10-12"] };

  test("working days leave out weekends and holidays and count the Saturday worked in exchange", () => {
    expect(dueDay("2024-09-30", { workingDays: 5, calendar: golden })).toBe("2024-10-12");
    expect(dueDay("2024-09-30", { workingDays: 5 })).toBe("2024-10-07");
    expect(dueDay("2024-09-30", { days: 5 })).toBe("2024-10-05");
    expect(dueDay("2024-10-05", { workingDays: 0, calendar: golden })).toBe("2024-10-05");
    expect(() => dueDay("2024-09-30", { days: -1 })).toThrow(code("INVALID_OPTION"));
    const never = { holidays: [{ from: "2000-01-01", to: "2099-12-31", name: "x" }] };
    expect(() => dueDay("2024-09-30", { workingDays: 1, calendar: never })).toThrow(code("INVALID_OPTION"));
  });

  test("overdue is what is open and past its day, the longest first", () => {
    const log = decideAll(
      [],
      [
        step("detected", 0, { due: "2024-10-04" }),
        step("detected", 0, { key: keys[1]!, due: "2024-09-27" }),
        step("detected", 0, { key: keys[2]!, due: "2024-10-08" }),
        step("detected", 0, { key: keys[3]! }),
        step("under-review", 1, { key: keys[1]!, due: "2024-09-27" }),
        step("closed", 2, { key: keys[1]!, due: "2024-09-27" }),
      ],
    );
    const memory = foldDecisions(log);
    expect(overdueItems(memory, "2024-10-08")).toEqual([
      { key, state: "detected", due: "2024-10-04", days: 4, workingDays: null, by: "王" },
    ]);
    expect(overdueItems(memory, "2024-10-07", golden)).toEqual([]);
    expect(overdueItems(memory, "2024-10-09", golden).map(({ workingDays }) => workingDays)).toEqual([2, 1]);
    expect(overdueText(overdueItems(memory, "2024-10-09", golden)[0]!)).toEqual({
      zh: '甲 – 皮疹 "x"（检出）应于 2024-10-04 前处理，已逾期 5 天（2 个工作日）。',
      en: '甲 – 皮疹 "x" (detected) was due on 2024-10-04, 5 days ago (2 working days).',
    });
  });
});

describe("wording", () => {
  test("every state and issue has words in both languages", () => {
    expect(DECISION_STATES.map((state) => decisionStateWording[state].zh)).toEqual([
      "检出",
      "评审中",
      "确认",
      "否定",
      "持续监测",
      "关闭",
    ]);
    for (const { zh, en } of [...Object.values(decisionStateWording), ...Object.values(decisionIssueWording)])
      expect(`${zh}|${en}`).toMatch(/^[\u4e00-\u9fff]+\|[a-z ]+$/);
    expect(keys.map((one) => subjectText(one).zh)).toEqual([
      '甲 – 皮疹 "x"',
      "甲 – 皮疹 [SMQ]",
      "甲 批号 20240101",
      "预警 00ff",
    ]);
  });

  test("an entry as a sentence", () => {
    const log = decideAll(
      [],
      [
        step("detected", 0, { key: keys[2]! }),
        step("under-review", 1, { key: keys[2]!, corrects: 0, due: "2024-02-01" }),
      ],
    );
    expect(decisionText(log[1]!)).toEqual({
      zh: "2024-01-01T00:01+08:00 王：甲 批号 20240101 → 评审中（更正第 0 条）。理由：理由；期限 2024-02-01。",
      en: "2024-01-01T00:01+08:00 王: 甲 lot 20240101 → under review (corrects entry 0). Reason: 理由; due 2024-02-01.",
    });
  });
});
