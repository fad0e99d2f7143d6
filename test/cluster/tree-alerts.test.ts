import { describe, expect, test } from "vitest";
import { buildTable, type Report } from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";
import { findTreeAlerts, type TreeAlertOptions } from "../../src/cluster/tree-alerts.ts";
import { expectClose } from "../close.ts";
import { at, background, report } from "./alert-data.ts";

const usual = background(21, 1500, 398);
type Extra = Partial<Report> & { readonly lots?: readonly string[] | undefined; readonly name?: string };
/** Reports of the last fortnight of product A and its maker. */
const burst = (count: number, extra: (i: number) => Extra = () => ({})): Report[] =>
  Array.from({ length: count }, (_, i) => {
    const { lots = ["L30"], name = "A", ...rest } = extra(i);
    return report(`x${String(i).padStart(2, "0")}`, 386 + (i % 12), {
      unit: `X${i}`,
      products: [{ name, role: "suspect", manufacturer: "maker of A", lots: [...lots] }],
      ...rest,
    });
  });
const options = { asOf: at(400), tree: "maker-product-lot", seed: 5 } satisfies TreeAlertOptions;
const found = (reports: readonly Report[], extra: Partial<TreeAlertOptions> = {}) =>
  findTreeAlerts(buildTable(reports), { ...options, ...extra });

describe.each(["tree-temporal", "tree-temporal-node-time"] as const)("by the %s model", (model) => {
  test("a burst of one lot is an alert of that lot", () => {
    const lotless = burst(3, () => ({ lots: [] })).map((one) => ({ ...one, id: `n${one.id}`, unit: `N${one.id}` }));
    const { alerts } = found([...usual, ...burst(16), ...lotless], { model });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      detector: "tree-scan",
      profile: model,
      scope: { maker: "maker of A", product: "A", lots: ["L30"] },
      window: { to: at(400) },
      couldBelong: 3,
      state: "open",
      baseline: { state: "sufficient" },
    });
    expect(alerts[0]!.memberIds.filter((id) => id.startsWith("x"))).toHaveLength(16);
    expect(alerts[0]!.log10PerYear).toBeLessThan(-1);
    expect(alerts[0]!.evidence.some(({ en }) => en.includes("give no lot and could belong"))).toBe(true);
    expect(alerts[0]!.evidence.some(({ en }) => en.startsWith("Lots come and go"))).toBe(true);
  });

  test("a burst over all lots is an alert of the product, over new products one of the maker", () => {
    const spread = burst(70, (i) => ({ lots: [`L${10 * (1 + (i % 5))}`] }));
    expect(found([...usual, ...spread], { model }).alerts[0]!.scope).toEqual({ maker: "maker of A", product: "A" });
    const maker = burst(60, (i) => ({ name: `A${i % 8}`, lots: [] }));
    expect(found([...usual, ...maker], { model }).alerts[0]!.scope).toEqual({ maker: "maker of A" });
  });

  test("what is left without the largest unit has the log likelihood ratio of data without it", () => {
    const piled = burst(24, (i) => (i % 3 === 0 ? { unit: "X0" } : {}));
    const [alert] = found([...usual, ...piled], { model }).alerts;
    expect(alert!.units.largest).toBe("X0");
    const seen = new Set<string>();
    const left = [...usual, ...piled].filter(({ unit, receivedDate, products, eventDate }) => {
      const key = JSON.stringify([unit, receivedDate, products]);
      if (unit === "X0" || seen.has(key) || eventDate! < at(34)) return false;
      seen.add(key);
      return true;
    });
    const inNode = left.filter(
      ({ products: [one] }) => one!.name === "A" && one!.lots!.some((lot) => alert!.scope.lots!.includes(lot)),
    );
    const inWindow = ({ receivedDate }: Report): boolean => receivedDate! >= alert!.window.from;
    const c = inNode.filter(inWindow).length;
    const total = model === "tree-temporal" ? inNode.length : left.length;
    const share = model === "tree-temporal" ? alert!.window.days / 365 : left.filter(inWindow).length / left.length;
    const mean = inNode.length * share;
    expect(alert!.withoutLargestUnit!.observed).toBe(c);
    const llr = c * Math.log(c / mean) + (total - c) * Math.log((total - c) / (total - mean));
    expectClose(alert!.withoutLargestUnit!.statistic!, llr, 1e-9);
    expect(alert!.withoutLargestUnit!.log10PerYear).toBeGreaterThan(alert!.log10PerYear);
  });

  test("without a cluster one look in ten reaches a chance of one in ten", () => {
    // 36.5 times a year of 365 looks is p = 0.1: of 40 more than 10 have chance 0.002.
    let alarms = 0;
    for (let seed = 0; seed < 40; seed++) {
      const run = findTreeAlerts(buildTable(background(3000 + seed, 400, 118)), {
        ...options,
        asOf: at(119),
        days: 118,
        model,
        seed,
        replications: 99,
        perYear: 36.5,
        clock: "event",
      });
      if (run.alerts.length > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
    if (model === "tree-temporal-node-time") expect(alarms).toBeGreaterThan(0);
  });
});

test("neighbouring lots are one alert when both have it, and a report of two lots counts once", () => {
  const split = burst(20, (i) => ({ lots: i % 3 === 0 ? ["M101"] : i % 3 === 1 ? ["M102"] : ["M101", "M102"] }));
  const { alerts } = found([...usual, ...split]);
  expect(alerts[0]!.scope.lots).toEqual(["M101", "M102"]);
  expect(alerts[0]!.observed).toBe(20);
  expect(alerts[0]!.baseline.state).toBe("insufficient");
  expect(alerts[0]!.evidence.some(({ en }) => en.includes("a new product or lot looks like a cluster too"))).toBe(true);
});

describe("on a tree of reactions", () => {
  const rows = [
    { node: "all" },
    { node: "skin", parent: "all" },
    { node: "general", parent: "all" },
    ...["rash", "itch"].map((node) => ({ node, parent: "skin" })),
    ...["fever", "chills", "headache"].map((node) => ({ node, parent: "general" })),
  ];
  const tree = { of: "reaction", rows } as const;
  const chills = burst(60, (i) => ({ events: [{ term: ["fever", "chills", "headache"][i % 3]! }] }));

  test("a burst of related reactions is an alert of the node above them", () => {
    const { alerts, excluded } = found([...usual, ...chills], { tree });
    expect(alerts[0]!.scope.reactions).toEqual(["general"]);
    expect(excluded.notInTree).toBeGreaterThan(100);
  });

  test("a product of interest is held against all others", () => {
    const { alerts } = found([...usual, ...burst(40, () => ({ events: [{ term: "chills" }, { term: "fever" }] }))], {
      tree,
      model: "bernoulli",
      interest: { product: "A" },
    });
    expect(alerts[0]!.scope).toMatchObject({ product: "A" });
    expect(["general", "chills", "fever"]).toContain(alerts[0]!.scope.reactions![0]);
    expect(alerts[0]!.reports).toBeGreaterThanOrEqual(40);
    expect(alerts[0]!.evidence[0]!.zh).toContain("按“A”在全部报告中所占比例");
    expect(alerts[0]!.withoutLargestUnit!.statistic).toBeLessThan(alerts[0]!.statistic!.value);
  });
});

test("a reaction of interest is held against all others on the tree of products", () => {
  const reports = [
    ...usual,
    ...burst(40, () => ({ events: [{ term: "shock" }] })),
    report("s1", 300, { events: [{ term: "shock" }] }),
  ];
  const { alerts } = found(reports, { model: "bernoulli", interest: { reaction: "shock" } });
  expect(alerts[0]!.scope).toEqual({ maker: "maker of A", product: "A", lots: ["L30"], reactions: ["shock"] });
  expect(alerts[0]!.observed).toBe(40);
});

test("reports received later change nothing, nor does the order of reports", () => {
  const later = burst(9, (i) => ({ id: `y${i}`, receivedDate: at(401) }));
  const all = found([...later, ...burst(16), ...usual].reverse());
  const now = found([...usual, ...burst(16)]);
  expect(all.excluded.receivedLater).toBe(9);
  expect({ ...all, excluded: null }).toEqual({ ...now, excluded: null });
});

test("one unit's pile of a day counts once; day after day it is named", () => {
  expect(found([...usual, ...burst(20, () => ({ unit: "X", receivedDate: at(398) }))]).alerts).toEqual([]);
  const [alert] = found([...usual, ...burst(20, () => ({ unit: "X" }))], { unitDays: false }).alerts;
  expect(alert!.units).toMatchObject({ largest: "X", oneUnitExplains: true });
  expect(alert!.withoutLargestUnit!.log10PerYear).toBeGreaterThan(0);
});

test("nested nodes are one alert, or all of them when told", () => {
  const all = found([...usual, ...burst(40)], { nested: "all" }).alerts;
  expect(all.length).toBeGreaterThan(1);
  expect(found([...usual, ...burst(40)]).alerts).toHaveLength(1);
});

test.each<[Partial<TreeAlertOptions>, string]>([
  [{ asOf: "2020-01-01" }, "EMPTY_SCOPE"],
  [{ asOf: "soon" }, "INVALID_DATE"],
  [{ model: "bernoulli" }, "INVALID_OPTION"],
  [{ interest: { product: "A" } }, "INVALID_OPTION"],
  [{ model: "bernoulli", interest: { product: "no such" } }, "EMPTY_SCOPE"],
  [{ maxWindow: 400 }, "INVALID_OPTION"],
  [{ seed: NaN }, "INVALID_OPTION"],
  [{ reach: -1 }, "INVALID_OPTION"],
  [{ tree: { of: "reaction", rows: [{ node: "none of them" }] } }, "EMPTY_SCOPE"],
  [{ tree: { of: "reaction", rows: [{ node: "rash", parent: "lost" }] } }, "UNKNOWN_TERM"],
])("%o is refused with %s", (extra, code) => {
  expect(() => found(usual, extra)).toThrow(expect.objectContaining({ code }));
});

test("trees of 20,000 reports of a simulated province hold every report", () => {
  const table = buildTable(simulateProvince({ seed: 5, days: 365, reportsPerDay: 55 }).reports);
  const terms = [...new Set(table.columns.events.term.values)];
  const rows = terms.flatMap((node) => [{ node, parent: node.split(" ")[0]! }]);
  const tops = [...new Set(rows.map(({ parent }) => parent))].map((node) => ({ node }));
  for (const tree of ["maker-product-lot", { of: "reaction", rows: [...tops, ...rows] }] as const) {
    const { reports, excluded } = findTreeAlerts(table, { asOf: "2022-12-31", tree, seed: 1 });
    expect(reports).toBeGreaterThan(19_000);
    expect(excluded.receivedLater).toBeGreaterThan(0);
  }
}, 60_000);
