import fc from "fast-check";
import { expect, test } from "vitest";
import type { PersonRow } from "../../src/cluster/tree-counts.ts";
import { scanTree, type TreeCut } from "../../src/cluster/tree-scan.ts";
import { logGamma } from "../../src/math/log-gamma.ts";
import { goldenBytes, goldenNumber, goldenRows, type GoldenRow } from "../golden.ts";
import { expectClose } from "../close.ts";

/**
 * 8,968 simulated persons with diagnoses while exposed and while not, on the part of the Swedish ICD-10 tree that has any. The
 * tree is a list of depth and name in depth-first order. A person is a line of node numbers, differences from the one before:
 * unexposed, the first of them counted from that of the person before; then after | exposed.
 */
function readDiagnoses(): {
  readonly tree: readonly { readonly node: string; readonly parent: string }[];
  readonly rows: readonly { readonly id: number; readonly node: string; readonly isExposed: boolean }[];
} {
  const [treeText = "", personText = ""] = goldenBytes("tree-diagnoses-input.txt.br").toString("utf8").split("\n\n");
  const path: string[] = [];
  const tree = treeText.split("\n").map((line) => {
    const depth = Number(line[0]);
    const node = line.slice(1);
    path[depth] = node;
    return { node, parent: depth === 0 ? "" : path[depth - 1]! };
  });
  const rows: { id: number; node: string; isExposed: boolean }[] = [];
  let before = 0;
  for (const [id, line] of personText.trimEnd().split("\n").entries()) {
    const [unexposed = "", exposed = ""] = line.split("|");
    for (const [text, isExposed] of [
      [unexposed, false],
      [exposed, true],
    ] as const) {
      if (text === "") continue;
      let number = isExposed ? 0 : before;
      for (const [i, step] of text.split(" ").entries()) {
        number += Number(step);
        if (i === 0 && !isExposed) before = number;
        rows.push({ id, node: tree[number]!.node, isExposed });
      }
    }
  }
  return { tree, rows };
}

const { tree, rows } = readDiagnoses();
const parentOf = new Map(tree.map(({ node, parent }) => [node, parent]));
const golden = goldenRows("tree-diagnoses.csv.gz");
const goldenOf = (counting: string): GoldenRow[] => golden.filter((row) => row["counting"] === counting);
const P = 1 / 11;
const REPLICATIONS = 999;
const options = { model: "bernoulli-unconditional", p: P, seed: 3, replications: REPLICATIONS } as const;

function byNode(cuts: readonly TreeCut[]): Map<string, TreeCut> {
  return new Map(cuts.flatMap((cut) => [cut.node!, ...cut.alsoNodes].map((node) => [node, cut] as const)));
}
function* upwards(node: string): Generator<string> {
  for (let at = node; at !== ""; at = parentOf.get(at)!) yield at;
}
/** As stated in the reference's own notes: four standard errors of the difference, and two ranks. */
const allowed = (p: number): number => 4 * Math.sqrt((2 * p * (1 - p)) / (REPLICATIONS + 1)) + 0.002;

test("the diagnoses are those the references were made from", () => {
  expect([tree.length, rows.length, new Set(rows.map((row) => row.id)).size]).toEqual([9942, 22_989, 8968]);
  expect(rows.filter((row) => row.isExposed).length).toBe(3082);
});

test("counting events agrees with TreeScan on all 50 nodes it lists", () => {
  const events = rows.map(({ node, isExposed }) => ({ node, cases: Number(isExposed), controls: Number(!isExposed) }));
  const { cuts } = scanTree(tree, events, options);
  const found = byNode(cuts);
  const wanted = goldenOf("event");
  expect(wanted.length).toBe(50);
  for (const [i, row] of wanted.entries()) {
    const cut = found.get(row["node"]!)!;
    expect([cut.observed, cut.outOf]).toEqual([goldenNumber(row, "cases"), goldenNumber(row, "out_of")]);
    expectClose(cut.llr, goldenNumber(row, "llr")!, 0, 1e-6);
    expectClose(cut.llr, cuts[i]!.llr, 1e-12); // no cut is missing above it
    const p = goldenNumber(row, "p")!;
    expect(Math.abs(cut.p - p)).toBeLessThan(allowed(p));
  }
});

/**
 * TreeMineR counts a person once per node, as exposed or not. Persons of these data are both, 866 of them; it then takes the state
 * of the alphabetically first diagnosis, unless that state has none on the node.
 */
function treeMinerCounts(): Map<string, { cases: number; controls: number }> {
  const persons = new Map<number, (typeof rows)[number][]>();
  for (const row of rows) persons.set(row.id, [...(persons.get(row.id) ?? []), row]);
  const counts = new Map<string, { cases: number; controls: number }>();
  for (const own of persons.values()) {
    const sorted = [...own].sort((x, y) =>
      x.node < y.node ? -1 : x.node > y.node ? 1 : Number(x.isExposed) - Number(y.isExposed),
    );
    const first = sorted[0]!.isExposed;
    const state = new Map<string, boolean>();
    for (const isExposed of [first, !first]) {
      for (const row of own) {
        if (row.isExposed !== isExposed) continue;
        for (const node of upwards(row.node)) if (!state.has(node)) state.set(node, isExposed);
      }
    }
    for (const [node, isExposed] of state) {
      const entry = counts.get(node) ?? { cases: 0, controls: 0 };
      counts.set(node, entry);
      entry[isExposed ? "cases" : "controls"] += 1;
    }
  }
  return counts;
}

test("counting persons agrees with TreeMineR on every node where nobody is both exposed and not", () => {
  // one unit for a person's time exposed and one for the time not
  const persons = rows.map(({ id, node, isExposed }) => ({
    person: `${id}${isExposed ? "e" : "u"}`,
    node,
    isCase: isExposed,
  }));
  const { cuts } = scanTree(tree, persons, { ...options, countPer: "person" });
  const found = byNode(cuts);
  const theirs = treeMinerCounts();
  let same = 0;
  let both = 0;
  for (const row of goldenOf("person")) {
    const cut = found.get(row["node"]!)!;
    const cases = goldenNumber(row, "cases")!;
    const outOf = goldenNumber(row, "out_of")!;
    const counted = theirs.get(row["node"]!)!;
    expect([counted.cases, counted.cases + counted.controls]).toEqual([cases, outOf]);
    if (cut.outOf === outOf) {
      same++;
      expect(cut.observed).toBe(cases);
      expectClose(cut.llr, goldenNumber(row, "llr")!, 1e-11);
    } else {
      both++;
      // who is both is two units here: one more control or one more case
      expect(cut.outOf).toBeGreaterThan(outOf);
      expect(cut.observed).toBeGreaterThanOrEqual(cases);
      expect(cut.observed - cases).toBeLessThanOrEqual(cut.outOf! - outOf);
    }
  }
  expect([same, both]).toEqual([168, 32]);
});

/** P(some node has a statistic above `llr`) where each node draws on its own; nodes by their number of persons. */
function exactFlatP(nodes: ReadonlyMap<number, number>, llr: number, countsAllCases: boolean): number {
  let logQuiet = 0;
  for (const [n, count] of nodes) {
    const statistic = (k: number): number =>
      k * Math.log(k / (n * P)) + (k === n ? 0 : (n - k) * Math.log((n - k) / (n * (1 - P))));
    // the statistic rises above n P: from some count on all are above
    let least = Math.max(2, Math.floor(n * P) + 1);
    while (least <= n && statistic(least) <= llr + 1e-9) least++;
    let above = 0;
    for (let k = least; k <= n; k++) {
      const mass = Math.exp(
        logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(P) + (n - k) * Math.log1p(-P),
      );
      if (k < n || countsAllCases) above += mass;
      if (mass < 1e-18) break;
    }
    logQuiet += count * Math.log1p(-above);
  }
  return -Math.expm1(logQuiet);
}

test("its statistics agree with TreeMineR on all 200 nodes for its own counts, and p with the exact one of its null", () => {
  // TreeMineR draws the cases of every node on its own, as if no node lay below another: a tree without branches
  const flat = [...treeMinerCounts()].map(([node, counts]) => ({ node, ...counts }));
  const { cuts, null: distribution } = scanTree(
    flat.map(({ node }) => ({ node })),
    flat,
    options,
  );
  const found = byNode(cuts);
  const sizes = new Map<number, number>();
  for (const { cases, controls } of flat) sizes.set(cases + controls, (sizes.get(cases + controls) ?? 0) + 1);
  const wanted = goldenOf("person");
  expect(wanted.length).toBe(200);
  const single = (p: number): number => 4 * Math.sqrt((p * (1 - p)) / (REPLICATIONS + 1)) + 0.002;
  let farApart = 0;
  const known = new Map<number, readonly [number, number]>();
  for (const row of wanted) {
    const llr = goldenNumber(row, "llr")!;
    const cut = found.get(row["node"]!)!;
    expectClose(cut.llr, llr, 1e-11);
    // its p counts only maxima above the statistic, not those equal to it
    const above = distribution.maxima.filter((maximum) => maximum > llr + 1e-9).length;
    const both = known.get(llr) ?? [exactFlatP(sizes, llr, true), exactFlatP(sizes, llr, false)];
    known.set(llr, both);
    const [exact, theirs] = both;
    expect(Math.abs((1 + above) / (REPLICATIONS + 1) - exact)).toBeLessThan(single(exact));
    // and it never sees a node on which all are cases: 0 log 0 is not a number there, and is left out of the maximum
    expect(Math.abs(goldenNumber(row, "p")! - theirs)).toBeLessThan(single(theirs));
    if (Math.abs(exact - theirs) > 0.03) farApart++;
  }
  expect(farApart).toBeGreaterThan(10);
});

const leaves = ["A1", "A2", "B1", "B2", "C"] as const;
const smallTree = [
  { node: "all" },
  { node: "A", parent: "all" },
  { node: "B", parent: "all" },
  { node: "A1", parent: "A" },
  { node: "A2", parent: "A" },
  { node: "A2", parent: "B" },
  { node: "B1", parent: "B" },
  { node: "B2", parent: "B" },
  { node: "C", parent: "all" },
];
const below: Readonly<Record<string, readonly string[]>> = {
  all: leaves,
  A: ["A1", "A2"],
  B: ["A2", "B1", "B2"],
  ...Object.fromEntries(leaves.map((leaf) => [leaf, [leaf]])),
};
const personRows = fc
  .array(fc.record({ person: fc.integer({ min: 0, max: 19 }), node: fc.constantFrom(...leaves) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list): PersonRow[] => [
    { person: "0", node: "C", isCase: true },
    { person: "1", node: "C", isCase: false },
    ...list.map(({ person, node }) => ({ person: String(person), node, isCase: person % 2 === 0 })),
  ]);

test("a person counts once per node however many leaves and rows lead there, and never more than events", () => {
  fc.assert(
    fc.property(personRows, fc.boolean(), (list, isConditional) => {
      const common = { seed: 1, replications: 5, minCases: 1 } as const;
      const model = isConditional
        ? ({ model: "bernoulli" } as const)
        : ({ model: "bernoulli-unconditional", p: 1e-6 } as const);
      const { cuts } = scanTree(smallTree, list, { ...common, ...model, countPer: "person" });
      const events = scanTree(
        smallTree,
        list.map(({ node, isCase }) => ({ node, cases: Number(isCase), controls: Number(!isCase) })),
        { ...common, model: "bernoulli-unconditional", p: 1e-6 },
      );
      const eventCuts = byNode(events.cuts);
      for (const [node, cut] of byNode(cuts)) {
        const on = list.filter((row) => below[node]!.includes(row.node));
        expect(cut.outOf).toBe(new Set(on.map((row) => row.person)).size);
        expect(cut.observed).toBe(new Set(on.filter((row) => row.isCase).map((row) => row.person)).size);
        expect(cut.observed).toBeLessThanOrEqual(eventCuts.get(node)!.observed);
      }
      if (!isConditional) {
        const withCases = Object.keys(below).filter((node) =>
          list.some((row) => row.isCase && below[node]!.includes(row.node)),
        );
        expect([...byNode(cuts).keys()].sort()).toEqual(withCases.sort());
      }
    }),
  );
});

test("persons keep all their nodes together when cases are drawn", () => {
  // every person has both leaves: in each random data set the two nodes and their parent have the same count
  const pairs = Array.from({ length: 30 }, (_, i) =>
    ["A1", "B1"].map((node) => ({ person: String(i), node, isCase: i < 10 })),
  ).flat();
  const { cuts, nodes, cases } = scanTree(smallTree, pairs, { ...options, countPer: "person" });
  expect(cuts.map(({ observed, outOf }) => [observed, outOf])).toEqual([
    [10, 30],
    [10, 30],
    [10, 30],
  ]);
  expect([nodes.distinct, cases]).toEqual([3, 10]);
  // exact: one binomial count of 30 with probability 1/11 decides the maximum
  let exact = 0;
  for (
    let k = 10, mass = 30_045_015 * P ** 10 * (1 - P) ** 20;
    k <= 30;
    mass *= ((30 - k) / (k + 1)) * (P / (1 - P)), k++
  )
    exact += mass;
  expect(Math.abs(cuts[0]!.p - (exact + 1 / (REPLICATIONS + 1)))).toBeLessThan(
    4 * Math.sqrt(exact / REPLICATIONS) + 1 / REPLICATIONS,
  );
});

test("the same persons in another order are the same scan; a person on both sides is refused", () => {
  const list = rows
    .slice(0, 300)
    .map(({ id, node, isExposed }) => ({ person: `${id}/${isExposed}`, node, isCase: isExposed }));
  list.push({ person: "case", node: "A00", isCase: true }, { person: "control", node: "A00", isCase: false });
  const common = { model: "bernoulli", countPer: "person", seed: 2, replications: 50 } as const;
  expect(scanTree(tree, [...list].reverse(), common)).toEqual(scanTree(tree, list, common));
  expect(() => scanTree(tree, [...list, { person: "case", node: "A00", isCase: false }], common)).toThrow(
    expect.objectContaining({ code: "INVALID_COUNT" }),
  );
  const noControls = [{ person: "case", node: "A00", isCase: true }];
  expect(() => scanTree(tree, noControls, common)).toThrow(expect.objectContaining({ code: "EMPTY_SCOPE" }));
});
