import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTable, findRuleClusters, isoDay, partialDay, profiles, type ClusterAlert, type Report } from "pvsignal";
import { alertStateWording, mergeAlerts, type AlertLedger, type AlertState } from "../../src/cluster/lifecycle.ts";

const day0 = partialDay("2024-01-01")!.day;
const at = (day: number): string => isoDay(day0 + day);

interface Sketch {
  readonly id: string;
  readonly members: readonly string[];
  readonly detector?: string;
  readonly product?: string;
  readonly lots?: readonly string[];
  readonly over?: boolean;
}
const window = { from: "2024-01-01", to: "2024-01-02", days: 2 };
const alert = ({ id, members, detector = "lot", product = "A", lots, over = false }: Sketch): ClusterAlert => ({
  id,
  detector,
  profile: detector,
  scope: { product, ...(lots === undefined ? {} : { lots }) },
  window: { ...window, clock: "event" },
  peak: window,
  observed: members.length,
  expected: 1,
  ratio: { estimate: members.length, lower: 0, upper: 9 },
  statistic: { name: "−log10 p", value: members.length },
  log10PerYear: -members.length,
  expectedPerYear: 10 ** -members.length,
  p: 0.1,
  baseline: { reports: 1, days: 365, state: "sufficient", earlierWindows: 0, medianPer30Days: 0, maxPer30Days: 1 },
  reports: members.length,
  severity: { serious: 0, deaths: 0, notSerious: 0, unknown: members.length },
  units: { known: 0, distinct: 0, largest: null, largestShare: null, oneUnitExplains: false },
  reactions: [],
  components: [],
  withoutLargestUnit: null,
  couldBelong: null,
  memberIds: members,
  evidence: [],
  legal: [],
  state: over ? "closed" : "open",
  reproducibility: { asOf: "2024-01-02", groupsExamined: 1, reportsExamined: 9, predicate: "", windowDays: 2 },
});
const ids = (text: string): string[] => text.split("");
/** Runs days one after another; a number is a day, the alerts those of the day. */
const run = (days: readonly (readonly [number, ...Sketch[]])[], closeAfterDays = 30): AlertLedger =>
  days.reduce<AlertLedger | null>(
    (ledger, [day, ...alerts]) => mergeAlerts(ledger, alerts.map(alert), { asOf: at(day), closeAfterDays }),
    null,
  )!;
const states = (ledger: AlertLedger, id: string): AlertState[] =>
  ledger.alerts.find((one) => one.id === id)!.history.map(({ state }) => state);

test("an alert keeps its first id while its window and lots move, and says what it gained", () => {
  const ledger = run([
    [0, { id: "x1", members: ids("abcd"), lots: ["L1"] }],
    [1, { id: "x2", members: ids("bcdef"), lots: ["L1", "L2"] }],
    [2, { id: "x3", members: ids("defgh"), lots: ["L2"] }],
    [3, { id: "x3", members: ids("defgh"), lots: ["L2"] }],
    [4],
  ]);
  expect(ledger.alerts).toHaveLength(1);
  expect(ledger.alerts[0]).toMatchObject({ id: "x1", openedOn: at(0), lastFoundOn: at(3), alert: { id: "x3" } });
  expect(states(ledger, "x1")).toEqual(["opened", "grew", "grew", "unchanged", "cooled"]);
  expect(ledger.alerts[0]!.history.map(({ gained, members, observed }) => [gained, members, observed])).toEqual([
    [4, 4, 4],
    [2, 6, 5],
    [2, 8, 5],
    [0, 8, 5],
    [0, 8, null],
  ]);
  expect(ledger.alerts[0]!.members.filter(({ since }) => since === at(2)).map(({ id }) => id)).toEqual(["g", "h"]);
});

test("it is closed so many days after its last new member, found or not, and reopened by a new one only", () => {
  const same = { id: "x", members: ids("abc") };
  const found = run(
    [
      [0, same],
      [5, same],
      [9, same],
      [10, same],
      [11, same],
    ],
    10,
  );
  expect(states(found, "x")).toEqual(["opened", "unchanged", "unchanged", "closed"]);
  expect(found.alerts[0]!.closedOn).toBe(at(10));
  expect(states(run([[0, same], [9], [10], [11]], 10), "x")).toEqual(["opened", "cooled", "closed"]);
  const again = run([[0, same], [12], [20, same], [21, { id: "y", members: ids("abcd") }]], 10);
  expect(states(again, "x")).toEqual(["opened", "closed", "reopened"]);
  expect(again.alerts[0]).toMatchObject({ id: "x", state: "reopened", closedOn: null });
  expect(again.alerts).toHaveLength(1);
});

test("a chronic alert stays one id, and a new rise in it is growth", () => {
  const members = (day: number): string[] => Array.from({ length: 20 }, (_, i) => `r${day + i}`);
  const days = Array.from({ length: 200 }, (_, day) => day);
  const ledger = run(days.map((day) => [day, { id: `x${day}`, members: members(day) }] as const));
  expect(ledger.alerts.map(({ id, state }) => [id, state])).toEqual([["x0", "grew"]]);
});

test("two that become one: the older keeps its id and names the other, which is closed for good", () => {
  const ledger = run([
    [0, { id: "young-name", members: ids("abc"), lots: ["L1"] }],
    [1, { id: "young-name", members: ids("abc"), lots: ["L1"] }, { id: "a", members: ids("defghij"), lots: ["L2"] }],
    [2, { id: "b", members: ids("abcdefghij"), lots: ["L1", "L2"] }],
    [3, { id: "a", members: ids("defghij"), lots: ["L2"] }],
  ]);
  const [older, younger] = ledger.alerts;
  expect(older).toMatchObject({ id: "young-name", absorbed: ["a"], state: "unchanged" });
  expect(younger).toMatchObject({ id: "a", absorbedBy: "young-name", state: "closed", closedOn: at(2) });
  expect(ledger.alerts).toHaveLength(2);
});

test("what was absorbed never comes back: after a new parting the lesser part is an alert of its own", () => {
  const both = [
    { id: "a", members: ids("abc") },
    { id: "b", members: ids("defg") },
  ];
  const ledger = run([
    [0, both[1]!],
    [1, ...both],
    [2, { id: "c", members: ids("abcdefg") }],
    [9, { id: "d", members: ids("abchi") }, both[1]!],
  ]);
  expect(ledger.alerts.map(({ id, state, splitFrom }) => [id, state, splitFrom])).toEqual([
    ["b", "unchanged", null],
    ["a", "closed", null],
    ["d", "opened", "b"],
  ]);
});

test("an open alert goes before a closed one that is older", () => {
  const ledger = run([
    [0, { id: "old", members: ids("abcd") }],
    [40],
    [41, { id: "new", members: ids("defghij") }],
    [42, { id: "x", members: ids("abcdefghij") }],
  ]);
  expect(ledger.alerts.map(({ id, state, absorbedBy }) => [id, state, absorbedBy])).toEqual([
    ["old", "closed", null],
    ["new", "grew", null],
  ]);
});

test("one that becomes two: the larger share keeps the id, the other names where it came from", () => {
  const ledger = run([
    [0, { id: "x", members: ids("abcdefgh") }],
    [1, { id: "a", members: ids("abc") }, { id: "b", members: ids("defgh") }],
  ]);
  expect(ledger.alerts.map(({ id, alert, splitFrom }) => [id, alert.id, splitFrom])).toEqual([
    ["x", "b", null],
    ["a", "a", "x"],
  ]);
});

test("an alert that was over when first found is recorded as closed, and no id is given twice", () => {
  const old = { id: "old", members: ids("abc"), over: true };
  const ledger = run([
    [0, old],
    [1, old],
    [2, old],
  ]);
  expect(ledger.alerts).toMatchObject([{ id: "old", state: "closed", closedOn: at(0) }]);
  expect(ledger.alerts[0]!.history).toHaveLength(1);
  const moved = run([
    [0, { id: "x", members: ids("abc"), lots: ["L1"] }],
    [1, { id: "y", members: ids("bcd"), lots: ["L2"] }, { id: "x", members: ids("uvw"), lots: ["L1"] }],
  ]);
  expect(moved.alerts.map(({ alert }) => alert.id).sort()).toEqual(["x", "y"]);
  expect(new Set(moved.alerts.map(({ id }) => id)).size).toBe(2);
});

test("without common reports the same scope goes on while it is open", () => {
  const ledger = run([
    [0, { id: "x", members: ids("abc"), lots: ["L1"] }],
    [5, { id: "y", members: ids("def"), lots: ["L1"] }],
    [50],
    [51, { id: "z", members: ids("ghi"), lots: ["L1"] }],
  ]);
  expect(ledger.alerts.map(({ id, state }) => [id, state])).toEqual([
    ["x", "closed"],
    ["z", "opened"],
  ]);
});

test("alerts of other detectors and products are never merged; those on one lot or the same reports are linked", () => {
  const ledger = run([
    [
      0,
      { id: "lot", members: ids("abc"), lots: ["L1"] },
      { id: "rule", members: ids("abc"), lots: ["L1"], detector: "rule" },
      { id: "other-lot", members: ids("xyz"), lots: ["L9"], detector: "rule" },
      { id: "product", members: ids("q"), detector: "series" },
      { id: "B", members: ids("ab"), product: "B", detector: "scan" },
    ],
  ]);
  const related = Object.fromEntries(ledger.alerts.map(({ id, relatedIds }) => [id, relatedIds]));
  expect(related).toEqual({
    lot: ["B", "product", "rule"],
    rule: ["B", "lot", "product"],
    "other-lot": ["product"],
    product: ["lot", "other-lot", "rule"],
    B: ["lot", "rule"],
  });
});

describe("whatever the days bring", () => {
  const sketch = fc.record({
    members: fc.uniqueArray(fc.constantFrom(...ids("abcdefghijklmnop")), { minLength: 1, maxLength: 9 }),
    lots: fc.constantFrom(["L1"], ["L2"], ["L1", "L2"]),
    detector: fc.constantFrom("lot", "rule"),
    over: fc.boolean(),
  });
  // Ids are few, so that groups come back under ids that were given before.
  const today = fc.uniqueArray(fc.tuple(fc.constantFrom(...ids("stuvwxyz")), sketch), {
    selector: ([id]) => id,
    maxLength: 5,
  });
  const days = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), today), { minLength: 1, maxLength: 10 });
  const ledgers = (list: readonly (readonly [number, readonly (readonly [string, Omit<Sketch, "id">])[]])[]) => {
    const steps: { readonly ledger: AlertLedger; readonly found: ClusterAlert[]; readonly asOf: string }[] = [];
    let day = 0;
    for (const [gap, sketches] of list) {
      day += gap;
      const found = sketches.map(([id, rest]) => alert({ id, ...rest }));
      const asOf = at(day);
      steps.push({
        ledger: mergeAlerts(steps.at(-1)?.ledger ?? null, found, { asOf, closeAfterDays: 14 }),
        found,
        asOf,
      });
    }
    return steps;
  };

  test("ids are unique, every alert found is carried by one record, and nothing vanishes without being closed", () => {
    fc.assert(
      fc.property(days, (list) => {
        let before: AlertLedger | null = null;
        for (const { ledger, found, asOf } of ledgers(list)) {
          const known = new Set(ledger.alerts.map(({ id }) => id));
          expect(known.size).toBe(ledger.alerts.length);
          for (const { id } of before?.alerts ?? []) expect(known.has(id)).toBe(true);
          for (const one of found) {
            const carriers = ledger.alerts.filter(
              ({ alert: last, members }) =>
                last.detector === one.detector &&
                one.memberIds.every((member) => members.some(({ id }) => id === member)),
            );
            expect(carriers.length).toBeGreaterThan(0);
          }
          for (const one of ledger.alerts) {
            const last = one.history.at(-1)!;
            expect(last.state).toBe(one.state);
            expect(one.state === "closed").toBe(one.closedOn !== null);
            if (one.state !== "closed") expect(last.day).toBe(asOf);
            expect(one.history.map(({ day }) => day)).toEqual([...new Set(one.history.map(({ day }) => day))].sort());
            expect(one.history.reduce((sum, { gained }) => sum + gained, 0)).toBe(one.members.length);
          }
          before = ledger;
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the same day twice changes nothing", () => {
    fc.assert(
      fc.property(days, (list) => {
        for (const { ledger, found, asOf } of ledgers(list)) {
          expect(mergeAlerts(ledger, found, { asOf, closeAfterDays: 14 })).toEqual(ledger);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the order of both lists changes nothing, the input is left as it was, and JSON keeps it", () => {
    fc.assert(
      fc.property(days, (list) => {
        let before: AlertLedger | null = null;
        for (const { ledger, found, asOf } of ledgers(list)) {
          const turned: AlertLedger | null = before && { ...before, alerts: [...before.alerts].reverse() };
          const copy = JSON.stringify(turned);
          expect(mergeAlerts(turned, [...found].reverse(), { asOf, closeAfterDays: 14 })).toEqual(ledger);
          expect(JSON.stringify(turned)).toBe(copy);
          expect(JSON.parse(JSON.stringify(ledger))).toEqual(ledger);
          before = ledger;
        }
      }),
      { numRuns: 150 },
    );
  });
});

test("a rule run every day gives one tracked alert per burst, whose members are all its reports", () => {
  const report = (id: string, day: number): Report => ({
    id,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: at(day),
    products: [{ name: "A", role: "suspect" }],
    events: [{ term: "rash" }],
    serious: [],
  });
  const bursts = [100, 102, 104, 106, 108, 120, 200, 201, 202, 203, 204].map((day) => report(`r${day}`, day));
  const table = buildTable([report("first", 0), ...bursts]);
  let ledger: AlertLedger | null = null;
  for (let day = 95; day < 250; day++) {
    const { alerts } = findRuleClusters(table, profiles.productWatch, { asOf: at(day) });
    ledger = mergeAlerts(ledger, alerts, { asOf: at(day) });
  }
  expect(ledger!.alerts.map(({ openedOn, closedOn, members }) => [openedOn, closedOn, members.length])).toEqual([
    [at(108), at(150), 6],
    [at(204), at(234), 5],
  ]);
});

test("every state has words in both languages", () => {
  const all: AlertState[] = ["opened", "grew", "unchanged", "cooled", "closed", "reopened"];
  expect(Object.keys(alertStateWording).sort()).toEqual([...all].sort());
  for (const { zh, en } of Object.values(alertStateWording)) {
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).toMatch(/[a-z]/);
  }
});

test("wrong calls are refused", () => {
  const refused = (code: string, call: () => unknown): void => {
    expect(call).toThrow(expect.objectContaining({ code }));
  };
  const one = alert({ id: "x", members: ids("abc") });
  refused("INVALID_DATE", () => mergeAlerts(null, [], { asOf: "2024-01" }));
  refused("INVALID_OPTION", () => mergeAlerts(null, [], { asOf: at(0), closeAfterDays: 0 }));
  refused("INVALID_OPTION", () => mergeAlerts(null, [], { asOf: at(0), leastOverlap: 0 }));
  refused("INVALID_ARGUMENT", () => mergeAlerts(null, [one, one], { asOf: at(0) }));
  refused("INVALID_ARGUMENT", () => mergeAlerts(run([[5]]), [], { asOf: at(4) }));
});
