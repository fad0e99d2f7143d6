import fc from "fast-check";
import { expect, test } from "vitest";
import { prepareTreeScan, type TreeCounts, type TreeScanOptions } from "../../src/cluster/tree-plan.ts";
import { scanTree, treeScanResult, type TreeScan } from "../../src/cluster/tree-scan.ts";
import { simulateTreeMaxima } from "../../src/cluster/tree-simulate.ts";
import { goldenBytes } from "../golden.ts";
import { expectClose } from "../close.ts";

interface GoldenCut {
  readonly node: string;
  readonly level: number | null;
  readonly observed: number;
  readonly expected: number;
  readonly rr: number;
  readonly excess: number;
  readonly llr: number;
  readonly p: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly outOf: number | null;
  readonly parent: string | null;
}
interface Golden {
  readonly input: {
    readonly tree: readonly (readonly [string, string])[];
    readonly poisson: readonly (readonly [string, number, number])[];
    readonly cases: readonly (readonly [string, number])[];
    readonly controls: readonly (readonly [string, number])[];
    readonly timed: readonly (readonly [string, number, number])[];
    readonly timeOnly: readonly (readonly [number, number])[];
  };
  readonly analyses: readonly {
    readonly name: string;
    readonly critical: number[];
    readonly cuts: readonly GoldenCut[];
  }[];
}
const golden = JSON.parse(goldenBytes("tree-scan.json.gz").toString("utf8")) as Golden;
const { input } = golden;

const tree = input.tree.map(([node, parent]) => ({ node, parent }));
const poisson = input.poisson.map(([node, cases, expected]) => ({ node, cases, expected }));
const casesOf = new Map(input.cases);
const bernoulli = input.controls.map(([node, controls]) => ({ node, cases: casesOf.get(node) ?? 0, controls }));
const timed = input.timed.map(([node, cases, time]) => ({ node, cases, time }));
const timeOnly = input.timeOnly.map(([cases, time]) => ({ cases, time }));
/** The windows that the reference's parameter files set: two points at least, and a fifth of the time gone by. */
const temporal = { period: { start: 1, end: 28 }, windows: { minLength: 2, minShareOfElapsed: 0.2 } };

const analyses: Readonly<Record<string, readonly [TreeCounts, Omit<TreeScanOptions, "seed">]>> = {
  poisson_cond: [poisson, { model: "poisson" }],
  poisson_uncond: [poisson, { model: "poisson-unconditional" }],
  bernoulli_cond: [bernoulli, { model: "bernoulli" }],
  bernoulli_uncond_half: [bernoulli, { model: "bernoulli-unconditional", p: 1 / 2 }],
  bernoulli_uncond_third: [bernoulli, { model: "bernoulli-unconditional", p: 1 / 3 }],
  treetime_nodeandtime: [timed, { model: "tree-temporal-node-time", ...temporal }],
  treetime_node: [timed, { model: "tree-temporal", ...temporal }],
  timeonly_totalcases: [timeOnly, { model: "time-only", ...temporal }],
};
const scans = new Map<string, TreeScan>();
function scanOf(name: string): TreeScan {
  const [counts, options] = analyses[name]!;
  const scan = scans.get(name) ?? scanTree(tree, counts, { ...options, seed: 20261122 });
  scans.set(name, scan);
  return scan;
}

const REPLICATIONS = 9999;
/** Four standard errors of the difference of two simulated probabilities, and one rank. */
const allowed = (p: number): number => 4 * Math.sqrt((2 * p * (1 - p)) / REPLICATIONS) + 4 / REPLICATIONS;
/**
 * Unconditional Bernoulli p-values of TreeScan 2.4 for statistics below 3 log(1/p) are too small by up to .063, about as if three
 * cases of the three trials of Leaf1 did not occur; the cause is not known. They are not compared: the exact probabilities below are.
 */
const threeOfThree = (name: string): number =>
  name === "bernoulli_uncond_half" ? 3 * Math.log(2) : name === "bernoulli_uncond_third" ? 3 * Math.log(3) : 0;

test.each(golden.analyses)("$name agrees with TreeScan in every cut it prints", ({ name, cuts }) => {
  const scan = scanOf(name);
  // TreeScan leaves out cuts that every replication reaches, and that one is not known to one in 10,000
  expect(scan.cuts.length).toBeGreaterThanOrEqual(cuts.length);
  for (const cut of scan.cuts.slice(cuts.length)) expect(cut.p).toBeGreaterThan(0.999);
  for (const [i, want] of cuts.entries()) {
    const cut = scan.cuts[i]!;
    expect(cut.node ?? "All").toBe(want.node);
    expect([cut.observed, cut.window?.start ?? null, cut.window?.end ?? null]).toEqual([
      want.observed,
      want.start,
      want.end,
    ]);
    expect(cut.outOf).toBe(want.outOf);
    if (want.level !== null) expect([cut.level, cut.parents[0] ?? null]).toEqual([want.level, want.parent]);
    // printed to six significant figures or decimals, and to two decimals
    expectClose(cut.llr, want.llr, 0, 1e-6);
    expectClose(cut.expected, want.expected, 0, 0.00501);
    expectClose(cut.relativeRisk!, want.rr, 0, 0.00501);
    expectClose(cut.excess!, want.excess, 0, 0.00501);
    if (want.llr > threeOfThree(name)) expect(Math.abs(cut.p - want.p)).toBeLessThan(allowed(want.p));
  }
});

test.each(golden.analyses.filter(({ cuts }) => cuts.length > 0))(
  "$name: the maxima pass TreeScan's critical values as often as they should",
  ({ name, critical }) => {
    const { maxima } = scanOf(name).null;
    const [, , at01, at05] = critical;
    for (const [alpha, value] of [
      [0.01, at01!],
      [0.05, at05!],
    ] as const) {
      // a discrete distribution has ties at the value: fewer lie above, more reach it
      const above = maxima.filter((x) => x > value + 1e-5).length / REPLICATIONS;
      const reach = maxima.filter((x) => x >= value - 1e-5).length / REPLICATIONS;
      expect(above).toBeLessThan(alpha + allowed(alpha));
      expect(reach).toBeGreaterThan(alpha - allowed(alpha));
    }
  },
);

/** Exact P(some node reaches the statistic): counts of the leaves are independent, so subtrees without a signal multiply. */
function exactP(llr: number, p: number): number {
  const trials = new Map(bernoulli.map(({ node, cases, controls }) => [node, cases + controls]));
  const reaches = (c: number, n: number): boolean => {
    if (c < 2 || c <= n * p * (1 + 1e-12)) return false;
    const rest = c === n ? 0 : (n - c) * Math.log((n - c) / (n * (1 - p)));
    return c * Math.log(c / (n * p)) + rest >= llr - 1e-9;
  };
  const quiet = (node: string): number[] => {
    let chances = [1];
    const n = trials.get(node);
    if (n !== undefined) {
      for (let i = 0; i < n; i++) chances = times(chances, [1 - p, p]);
    }
    for (const child of tree) if (child.parent === node) chances = times(chances, quiet(child.node));
    return chances.map((chance, c) => (reaches(c, chances.length - 1) ? 0 : chance));
  };
  return 1 - quiet("Root").reduce((sum, chance) => sum + chance, 0);
}
function times(x: readonly number[], y: readonly number[]): number[] {
  const out = new Array<number>(x.length + y.length - 1).fill(0);
  for (const [i, a] of x.entries()) for (const [j, b] of y.entries()) out[i + j]! += a * b;
  return out;
}

test.each([
  ["bernoulli_uncond_half", 1 / 2],
  ["bernoulli_uncond_third", 1 / 3],
] as const)("%s: p agrees with exact enumeration up the tree", (name, p) => {
  let compared = 0;
  for (const cut of scanOf(name).cuts) {
    const exact = exactP(cut.llr, p);
    expect(Math.abs(cut.p - exact)).toBeLessThan(
      4 * Math.sqrt((exact * (1 - exact)) / REPLICATIONS) + 2 / REPLICATIONS,
    );
    compared++;
  }
  expect(compared).toBeGreaterThan(8);
});

test("the unconditional Poisson model agrees with independent Poisson leaves", () => {
  // two leaves and their sum: P(no node reaches) is a sum over the two counts
  const rows = [
    { node: "a", cases: 9, expected: 3 },
    { node: "b", cases: 4, expected: 2.5 },
  ];
  const scan = scanTree([{ node: "top" }, { node: "a", parent: "top" }, { node: "b", parent: "top" }], rows, {
    model: "poisson-unconditional",
    seed: 5,
  });
  const llr = (c: number, mu: number): number => (c > mu && c >= 2 ? c * Math.log(c / mu) - (c - mu) : 0);
  const pmf = (k: number, mu: number): number => {
    let value = Math.exp(-mu);
    for (let i = 1; i <= k; i++) value *= mu / i;
    return value;
  };
  expect(scan.cuts.map((cut) => cut.node)).toEqual(["a", "top", "b"]);
  for (const cut of scan.cuts) {
    let quiet = 0;
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b < 40; b++) {
        const largest = Math.max(llr(a, 3), llr(b, 2.5), llr(a + b, 5.5));
        if (largest < cut.llr - 1e-9) quiet += pmf(a, 3) * pmf(b, 2.5);
      }
    }
    expectClose(cut.llr, llr(cut.observed, cut.expected), 1e-12);
    expect(Math.abs(cut.p - (1 - quiet))).toBeLessThan(
      4 * Math.sqrt((quiet * (1 - quiet)) / REPLICATIONS) + 2 / REPLICATIONS,
    );
  }
});

const small = { replications: 199, seed: 8 } as const;

test("pieces of the simulation put together are the whole, in any cut", () => {
  for (const [counts, options] of Object.values(analyses)) {
    const plan = prepareTreeScan(tree, counts, { ...options, ...small });
    const whole = simulateTreeMaxima(plan, 0, 199);
    const cuts = [0, 1, 40, 41, 150, 199];
    const pieces = cuts.slice(1).map((to, i) => simulateTreeMaxima(structuredClone(plan), cuts[i]!, to));
    expect(pieces.flatMap((piece) => [...piece])).toEqual([...whole]);
    expect(treeScanResult(plan, whole)).toEqual(scanTree(tree, counts, { ...options, ...small }));
  }
});

test("the order of rows changes nothing, the seed does", () => {
  for (const [counts, options] of Object.values(analyses)) {
    const one = scanTree(tree, counts, { ...options, ...small });
    const reversed = [...counts].reverse() as TreeCounts;
    expect(scanTree([...tree].reverse(), reversed, { ...options, ...small })).toEqual(one);
    expect(scanTree(tree, counts, { ...options, ...small, seed: 9 }).null.maxima).not.toEqual(one.null.maxima);
  }
});

test("rows of one node add up, whatever their order", () => {
  const split = poisson.flatMap(({ node, cases, expected }) => [
    { node, cases: 0, expected: expected * 0.1 },
    { node, cases, expected: expected * 0.7 },
    { node, cases: 0, expected: expected * 0.2 },
  ]);
  const one = scanTree(tree, split, { model: "poisson", ...small });
  const two = scanTree(tree, [...split].reverse(), { model: "poisson", ...small });
  expect(two).toEqual(one);
  const whole = scanTree(tree, poisson, { model: "poisson", ...small });
  for (const [i, cut] of one.cuts.entries()) expectClose(cut.llr, whole.cuts[i]!.llr, 1e-12);
});

test("the unit of the expected counts does not matter to the conditional Poisson model", () => {
  const one = scanTree(tree, poisson, { model: "poisson", ...small });
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (unit) => {
      const scaled = poisson.map((row) => ({ ...row, expected: row.expected * unit }));
      const two = scanTree(tree, scaled, { model: "poisson", ...small });
      expect(two.cuts.map(({ node, p }) => [node, p])).toEqual(one.cuts.map(({ node, p }) => [node, p]));
      for (const [i, cut] of two.cuts.entries()) expectClose(cut.llr, one.cuts[i]!.llr, 1e-11);
    }),
    { numRuns: 20 },
  );
});

test("a node below two parents counts once above them, on both ways", () => {
  const dag = [
    { node: "top" },
    { node: "heart", parent: "top" },
    { node: "lung", parent: "top" },
    { node: "embolism", parent: "heart" },
    { node: "embolism", parent: "lung" },
    { node: "cough", parent: "lung" },
    { node: "palpitation", parent: "heart" },
  ];
  const rows = [
    { node: "embolism", cases: 9, controls: 3 },
    { node: "cough", cases: 4, controls: 10 },
    { node: "palpitation", cases: 2, controls: 8 },
  ];
  const { cuts } = scanTree(dag, rows, { model: "bernoulli-unconditional", p: 0.2, ...small });
  const of = (node: string): unknown => {
    const cut = cuts.find((c) => c.node === node);
    return [cut?.observed, cut?.outOf, cut?.level, cut?.parents, cut?.overlaps];
  };
  expect(of("embolism")).toEqual([9, 12, 3, ["heart", "lung"], null]);
  expect(of("heart")).toEqual([11, 22, 2, ["top"], "embolism"]);
  expect(of("lung")).toEqual([13, 26, 2, ["top"], "embolism"]);
  expect(of("top")).toEqual([15, 36, 1, [], "embolism"]);
  expect(of("cough")).toEqual([4, 14, 3, ["lung"], "lung"]);
});

test("nodes with the same counts are one cut, named after the deepest", () => {
  const { cuts, nodes } = scanTree(
    [
      { node: "root" },
      { node: "group", parent: "root" },
      { node: "leaf", parent: "group" },
      { node: "empty", parent: "root" },
    ],
    [{ node: "leaf", cases: 5, controls: 2 }],
    { model: "bernoulli-unconditional", p: 0.5, ...small },
  );
  expect(cuts.map(({ node, alsoNodes }) => [node, alsoNodes])).toEqual([["leaf", ["group", "root"]]]);
  expect(nodes).toEqual({ all: 4, counted: 3, distinct: 1 });
});

test("nodes in the middle of the tree may hold counts", () => {
  const { cuts } = scanTree(
    [{ node: "skin" }, { node: "rash", parent: "skin" }],
    [
      { node: "skin", cases: 3, expected: 1 },
      { node: "rash", cases: 4, expected: 1 },
    ],
    { model: "poisson-unconditional", ...small },
  );
  expect(cuts.map(({ node, observed }) => [node, observed])).toEqual([
    ["skin", 7],
    ["rash", 4],
  ]);
});

/** Statistic of every allowed window, one after the other. */
function bestByForce(
  rows: readonly { readonly node: string; readonly cases: number; readonly time: number }[],
  node: string,
  isNodeTime: boolean,
  allowedWindow: (start: number, end: number) => boolean,
): number {
  const leaves = new Set([node]);
  for (let grew = true; grew;) {
    grew = false;
    for (const row of tree) {
      if (leaves.has(row.parent) && !leaves.has(row.node)) grew = Boolean(leaves.add(row.node));
    }
  }
  const total = rows.reduce((sum, row) => sum + row.cases, 0);
  const own = rows.filter((row) => leaves.has(row.node));
  const ownTotal = own.reduce((sum, row) => sum + row.cases, 0);
  let best = 0;
  for (let start = 1; start <= 28; start++) {
    for (let end = start; end <= 28; end++) {
      if (!allowedWindow(start, end)) continue;
      const within = (list: typeof rows): number =>
        list.reduce((sum, row) => sum + (row.time >= start && row.time <= end ? row.cases : 0), 0);
      const c = within(own);
      const all = isNodeTime ? total : ownTotal;
      const mu = isNodeTime ? (ownTotal * within(rows)) / total : (ownTotal * (end - start + 1)) / 28;
      if (c < 2 || c <= mu + 1e-9) continue;
      best = Math.max(best, c * Math.log(c / mu) + (c === all ? 0 : (all - c) * Math.log((all - c) / (all - mu))));
    }
  }
  return best;
}

test("the search over windows misses none, whatever their limits", () => {
  const limits = fc.record({
    minLength: fc.integer({ min: 1, max: 6 }),
    extra: fc.integer({ min: 0, max: 21 }),
    minShareOfElapsed: fc.constantFrom(0, 0.2, 0.35, 0.5),
    starts: fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 28 })),
    ends: fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 28 })),
    isRestricted: fc.boolean(),
  });
  const leafRows = fc.array(
    fc.record({
      node: fc.constantFrom("Leaf1", "Leaf5", "Leaf8", "Leaf9"),
      cases: fc.integer({ min: 1, max: 3 }),
      time: fc.integer({ min: 1, max: 28 }),
    }),
    { minLength: 1, maxLength: 14 },
  );
  fc.assert(
    fc.property(
      leafRows,
      limits,
      fc.boolean(),
      (rows, { minLength, extra, minShareOfElapsed, starts, ends, isRestricted }, nt) => {
        const maxLength = Math.min(27, minLength + extra);
        const range = ([x, y]: readonly [number, number]): { readonly from: number; readonly to: number } =>
          isRestricted ? { from: Math.min(x, y), to: Math.max(x, y) } : { from: 1, to: 28 };
        const start = range(starts);
        const end = range(ends);
        const { cuts } = scanTree(tree, rows, {
          model: nt ? "tree-temporal-node-time" : "tree-temporal",
          period: temporal.period,
          windows: { minLength, maxLength, minShareOfElapsed, start, end },
          seed: 1,
          replications: 1,
        });
        const allowedWindow = (s: number, e: number): boolean =>
          s >= start.from &&
          s <= start.to &&
          e >= end.from &&
          e <= end.to &&
          e - s + 1 >= Math.max(minLength, minShareOfElapsed * e - 1e-9) &&
          e - s + 1 <= maxLength;
        for (const node of ["Leaf1", "Leaf9", "Node3", "Root"]) {
          const found = cuts.find((cut) => cut.node === node || cut.alsoNodes.includes(node));
          expectClose(found?.llr ?? 0, bestByForce(rows, node, nt, allowedWindow), 1e-9, 1e-9);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("the replications of the temporal models look at the same windows as the data", () => {
  for (const model of ["tree-temporal", "tree-temporal-node-time"] as const) {
    // a data set whose times cannot be permuted into another is its own replication
    const rows = [{ node: "Leaf1", time: 3, cases: 4 }];
    const options = { model, ...temporal, seed: 1, replications: 20 } as const;
    const { cuts, null: distribution } = scanTree(tree, rows, options);
    if (model === "tree-temporal-node-time") {
      expect(cuts).toEqual([]); // all cases at one point: no window has an excess
      expect([...distribution.maxima]).toEqual(new Array<number>(20).fill(0));
    } else {
      for (const maximum of distribution.maxima) expect(maximum).toBeLessThanOrEqual(cuts[0]!.llr + 1e-9);
    }
  }
});

test("every row of the result holds together", () => {
  for (const name of Object.keys(analyses)) {
    const scan = scanOf(name);
    expect(scan.null.maxima.length).toBe(REPLICATIONS);
    for (const [i, cut] of scan.cuts.entries()) {
      expect(cut.observed).toBeGreaterThan(cut.expected);
      expect(cut.p).toBeGreaterThanOrEqual(1 / (REPLICATIONS + 1));
      expect(cut.p).toBeLessThanOrEqual(1);
      if (i > 0) expect(cut.llr).toBeLessThanOrEqual(scan.cuts[i - 1]!.llr);
      // the Gumbel distribution with the moments of the maxima
      const scale = (scan.null.sd * Math.sqrt(6)) / Math.PI;
      const exponent = (scan.null.mean - 0.5772156649015329 * scale - cut.llr) / scale;
      expectClose(cut.gumbelP!, 1 - Math.exp(-Math.exp(exponent)), 1e-6, 1e-12);
    }
    for (const { alpha, value } of scan.null.critical) {
      expect(scan.null.maxima.filter((x) => x > value!).length + 1).toBeLessThanOrEqual(
        alpha * (REPLICATIONS + 1) + 1e-6,
      );
    }
  }
  expect(
    scanTree(tree, poisson, { model: "poisson", seed: 1, replications: 99 }).null.critical.map((c) => c.value === null),
  ).toEqual([false, false, true, true]);
});

test("a wrong call is named", () => {
  const code = (c: string): unknown => expect.objectContaining({ code: c });
  const options = { model: "poisson", seed: 1, replications: 9 } as const;
  const row = { node: "Leaf1", cases: 2, expected: 1 };
  const bad = (
    rows: TreeCounts,
    more: object = {},
    rowsOfTree: readonly { node: string; parent?: string }[] | null = tree,
  ) => {
    return (): unknown => scanTree(rowsOfTree, rows, { ...options, ...more });
  };
  expect(bad([row], {}, [])).toThrow(code("EMPTY_SCOPE"));
  expect(bad([row], {}, [{ node: "" }])).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([row], {}, [{ node: "Leaf1", parent: "Nobody" }])).toThrow(code("UNKNOWN_TERM"));
  expect(
    bad([row], {}, [
      { node: "Leaf1", parent: "B" },
      { node: "B", parent: "C" },
      { node: "C", parent: "B" },
    ]),
  ).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([row], {}, [{ node: "Leaf1", parent: "Leaf1" }])).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([row], {}, null)).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([{ ...row, node: "Leaf99" }])).toThrow(code("UNKNOWN_TERM"));
  expect(bad([{ ...row, cases: -1 }])).toThrow(code("INVALID_COUNT"));
  expect(bad([{ ...row, cases: 1.5 }])).toThrow(code("INVALID_COUNT"));
  expect(bad([{ ...row, expected: NaN }])).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([{ ...row, expected: 0 }])).toThrow(code("INVALID_COUNT"));
  expect(bad([])).toThrow(code("EMPTY_SCOPE"));
  expect(bad([{ ...row, cases: 0 }])).toThrow(code("EMPTY_SCOPE"));
  expect(bad([{ node: "Leaf1", cases: 2, controls: 0 }], { model: "bernoulli" })).toThrow(code("EMPTY_SCOPE"));
  expect(bad([{ node: "Leaf1", cases: 2, controls: -1 }], { model: "bernoulli" })).toThrow(code("INVALID_COUNT"));
  expect(bad([row], { model: "other" })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { seed: Infinity })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { replications: 0 })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { minCases: 0 })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { p: 0.5 })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { model: "bernoulli-unconditional" })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { model: "bernoulli-unconditional", p: 1 })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { countPer: "person" })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { countPer: "family" })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { period: temporal.period })).toThrow(code("INVALID_OPTION"));
  expect(bad([row], { windows: {} })).toThrow(code("INVALID_OPTION"));
  const when = { node: "Leaf1", time: 29 };
  expect(bad([when], { model: "tree-temporal" })).toThrow(code("INVALID_OPTION"));
  expect(bad([when], { model: "tree-temporal", ...temporal })).toThrow(code("INVALID_ARGUMENT"));
  expect(bad([{ node: "Leaf1", time: 2, cases: 0.5 }], { model: "time-only", ...temporal })).toThrow(
    code("INVALID_COUNT"),
  );
  for (const windows of [
    { minLength: 0 },
    { minLength: 5, maxLength: 4 },
    { maxLength: 28 },
    { minShareOfElapsed: 2 },
    { start: { from: 0, to: 3 } },
    { end: { from: 9, to: 8 } },
  ]) {
    expect(bad([{ node: "Leaf1", time: 2 }], { model: "tree-temporal", period: temporal.period, windows })).toThrow(
      code("INVALID_OPTION"),
    );
  }
  const plan = prepareTreeScan(tree, poisson, options);
  expect(() => simulateTreeMaxima(plan, 0, 10)).toThrow(code("INVALID_ARGUMENT"));
  expect(() => treeScanResult(plan, new Float64Array(8))).toThrow(code("LENGTH_MISMATCH"));
  expect(() => scanTree(tree, poisson, { ...options, signal: AbortSignal.abort(new Error("enough")) })).toThrow(
    "enough",
  );
});
