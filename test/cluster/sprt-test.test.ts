import fc from "fast-check";
import { expect, test } from "vitest";
import type { MaxSprtDesign } from "../../src/cluster/sprt-performance.ts";
import { createMaxSprt, resumeMaxSprt, type MaxSprtState, type SprtIncrement } from "../../src/cluster/sprt-test.ts";
import { poissonSprtLlr } from "../../src/cluster/sprt-poisson.ts";

const designs: readonly MaxSprtDesign[] = [
  { kind: "poisson", alpha: 0.05, upper: 10, minEvents: 4 },
  { kind: "poisson", alpha: 0.05, upper: 6, delay: 2 },
  { kind: "binomial", alpha: 0.05, ratio: 3, maxEvents: 40, minEvents: 2 },
  { kind: "conditional", alpha: 0.05, history: 12, upperRatio: 0.8 },
  { kind: "conditional", alpha: 0.05, history: 12, maxEvents: 15 },
];
const increments = fc.array(
  fc.record({
    events: fc.integer({ min: 0, max: 3 }),
    expected: fc.double({ min: 0.01, max: 1.5, noNaN: true }),
    controls: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 20 },
);
function fit(design: MaxSprtDesign, { events, expected, controls }: Required<SprtIncrement>): SprtIncrement {
  if (design.kind === "binomial") return { events, controls };
  return { events, expected: design.kind === "conditional" ? expected! / 12 : expected };
}

test("a test resumed from its stored state after every look goes on as if never interrupted", () => {
  fc.assert(
    fc.property(fc.constantFrom(...designs), increments, (design, list) => {
      const whole = createMaxSprt(design);
      let stored = JSON.stringify(createMaxSprt(design).state);
      for (const increment of list) {
        const resumed = resumeMaxSprt(JSON.parse(stored) as MaxSprtState);
        expect(resumed.add(fit(design, increment))).toEqual(whole.add(fit(design, increment)));
        stored = JSON.stringify(resumed.state);
        expect(JSON.parse(stored)).toEqual(whole.state);
      }
    }),
    { numRuns: 60 },
  );
});

test("a signal is the first look that reaches the critical value with events, delay and limit respected, and it stays", () => {
  fc.assert(
    fc.property(increments, (list) => {
      const design = { kind: "poisson", alpha: 0.05, upper: 6, minEvents: 3, delay: 1 } as const;
      const running = createMaxSprt(design);
      let decided = false;
      let events = 0;
      let expected = 0;
      for (const increment of list) {
        events += increment.events;
        expected += increment.expected;
        const look = running.add({ events: increment.events, expected: increment.expected });
        const llr = poissonSprtLlr(events, expected);
        expect(look.llr).toBe(llr);
        const may = events >= 3 && expected >= 1 && expected <= 6;
        const isSignal = may && llr >= running.state.criticalValue;
        if (!decided) {
          expect(look.status).toBe(isSignal ? "signal" : expected >= 6 ? "ended" : "open");
          expect(look.withheld !== null).toBe(!may && llr >= running.state.criticalValue);
          decided = look.status !== "open";
          if (decided) expect(running.state.decided).toEqual(look);
        } else {
          expect(look.status).toBe(running.state.decided!.status);
          expect(look.look).toBeGreaterThan(running.state.decided!.look);
        }
      }
    }),
  );
});

test("a story: five events where one was expected, once four are asked for", () => {
  const running = createMaxSprt({ kind: "poisson", alpha: 0.05, upper: 10, minEvents: 4 });
  expect(running.add({ events: 2, expected: 0.1 })).toMatchObject({
    look: 1,
    status: "open",
    withheld: "too-few-events",
  });
  expect(running.add({ events: 1, expected: 0.4 })).toMatchObject({ look: 2, status: "open", relativeRisk: 6 });
  expect(running.add({ events: 2, expected: 0.6 })).toMatchObject({
    look: 3,
    status: "signal",
    events: 5,
    withheld: null,
  });
  expect(running.add({ events: 0, expected: 50 })).toMatchObject({ look: 4, status: "signal", llr: 0 });
  expect(running.state.decided).toMatchObject({ look: 3, events: 5 });
});

test("the upper limit ends the test; data beyond it are not tested", () => {
  const quiet = createMaxSprt({ kind: "poisson", alpha: 0.05, upper: 1 });
  for (let i = 0; i < 9; i++) expect(quiet.add({ events: 0, expected: 0.1 }).status).toBe("open");
  // ten tenths are the limit although their sum in binary is not
  expect(quiet.add({ events: 1, expected: 0.1 })).toMatchObject({ status: "ended", withheld: null });

  const beyond = createMaxSprt({ kind: "poisson", alpha: 0.05, upper: 1 });
  expect(beyond.add({ events: 30, expected: 1.1 })).toMatchObject({ status: "ended", withheld: "beyond-upper-limit" });

  const exactly = createMaxSprt({ kind: "binomial", alpha: 0.05, ratio: 1, maxEvents: 10 });
  expect(exactly.add({ events: 9, controls: 1 })).toMatchObject({ status: "signal", relativeRisk: 9 });
  const over = createMaxSprt({ kind: "binomial", alpha: 0.05, ratio: 1, maxEvents: 10 });
  expect(over.add({ events: 11, controls: 0 })).toMatchObject({ status: "ended", relativeRisk: null });

  const early = createMaxSprt({ kind: "conditional", alpha: 0.05, history: 20, upperRatio: 1, delay: 0.2 });
  expect(early.add({ events: 12, expected: 0.1 })).toMatchObject({ status: "open", withheld: "before-delay" });
  expect(early.add({ events: 0, expected: 0.1 })).toMatchObject({ status: "signal", withheld: null });
});

test("the outcome that is next to the critical value is not enough, the next one is", () => {
  // N = 10, 1:1: the critical value lies next above 4 log 2, so four cases of four are no signal, five of five are
  const running = createMaxSprt({ kind: "binomial", alpha: 0.05, ratio: 1, maxEvents: 10 });
  expect(running.add({ events: 4, controls: 0 }).status).toBe("open");
  expect(running.add({ events: 1, controls: 0 }).status).toBe("signal");
});

test("the state does not change behind the holder's back", () => {
  const running = createMaxSprt(designs[0]!);
  const before = running.state;
  const copy = JSON.stringify(before);
  running.add({ events: 1, expected: 1 });
  expect(JSON.stringify(before)).toBe(copy);
  expect(running.state).not.toEqual(before);
});

test("wrong data, a falling cumulative expectation and foreign states are refused and change nothing", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  const running = createMaxSprt(designs[0]!);
  running.add({ events: 1, expected: 1 });
  const before = JSON.stringify(running.state);
  expect(() => running.add({ events: -1, expected: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => running.add({ events: 0.5, expected: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => running.add({ events: 1, expected: -0.5 })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => running.add({ events: 1, expected: NaN })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => running.add({ events: 1 })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => running.add({ events: 1, expected: 1, controls: 1 })).toThrow(code("INVALID_ARGUMENT"));
  expect(() => createMaxSprt(designs[0]!).add({ events: 1, expected: 0 })).toThrow(code("INVALID_ARGUMENT"));
  const matched = createMaxSprt(designs[2]!);
  expect(() => matched.add({ events: 1 })).toThrow(code("INVALID_COUNT"));
  expect(() => matched.add({ events: 1, controls: 1, expected: 1 })).toThrow(code("INVALID_ARGUMENT"));
  expect(JSON.stringify(running.state)).toBe(before);

  expect(() => createMaxSprt({ ...designs[0]!, kind: "other" } as unknown as MaxSprtDesign)).toThrow(
    code("INVALID_OPTION"),
  );
  const state = running.state;
  for (const wrong of [
    null,
    {},
    { ...state, version: 2 },
    { ...state, events: -1 },
    { ...state, expected: NaN },
    { ...state, status: "signal" },
    { ...state, criticalValue: 1 },
    { ...state, design: { kind: "other" } },
  ]) {
    expect(() => resumeMaxSprt(wrong as unknown as MaxSprtState)).toThrow(code("INVALID_ARGUMENT"));
  }
});
