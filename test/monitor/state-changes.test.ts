import { buildTable, ebgm, fitGps, ReportTable, type Report } from "pvsignal";
import { expect, test } from "vitest";
import { countPairs } from "../../src/count/count.ts";
import type { ReportChanges } from "../../src/monitor/state-changes.ts";
import { ReportState } from "../../src/monitor/state.ts";

const code = (expected: string, words = ""): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(words) as string });

const report = (id: string, more: Partial<Report> = {}): Report => ({
  id,
  source: "s",
  version: 1,
  domain: "drug",
  products: [{ name: `P${id}`, role: "suspect" }],
  events: [{ term: "rash" }],
  ...more,
});
const key = (id: string): { readonly source: string; readonly id: string } => ({ source: "s", id });
const ids = (table: ReportTable): string[] => Array.from(table.reports(), ({ id }) => id);

/** Applies changes on one day, and tells of each report what became of it and why. */
function told(state: ReportState, changes: Omit<ReportChanges, "receivedOn">, receivedOn = "2024-05-01"): string[] {
  const found = [...state.apply({ receivedOn, ...changes }).changes()];
  return found.map(({ id, kind, reason }) => (reason === undefined ? `${id} ${kind}` : `${id} ${kind}: ${reason}`));
}

test("each report is told what became of it", () => {
  const state = new ReportState();
  expect(told(state, { reports: [report("1"), report("2"), report("3")] })).toEqual(["1 added", "2 added", "3 added"]);
  expect(told(state, { reports: [report("1")] })).toEqual(["1 ignored: repeat"]);
  expect(told(state, { reports: [report("1", { version: 3 })] })).toEqual(["1 amended"]);
  expect(told(state, { reports: [report("1", { version: 2 })] })).toEqual(["1 ignored: older-version"]);
  expect(told(state, { reports: [report("2", { version: 2, retracted: true })] })).toEqual(["2 retracted"]);
  expect(told(state, { reports: [report("2", { version: 3 })] })).toEqual(["2 restored"]);
  expect(told(state, { withdraw: [key("2")] })).toEqual(["2 retracted"]);
  expect(told(state, { withdraw: [key("2")] })).toEqual(["2 ignored: repeat"]);
  expect(told(state, { reports: [report("2", { version: 4 })] })).toEqual(["2 ignored: withdrawn"]);
  expect(told(state, { reinstate: [key("2")] })).toEqual(["2 restored"]);
  expect(told(state, { merge: [{ keep: key("1"), drop: [key("2"), key("3")] }] })).toEqual(["2 merged", "3 merged"]);
  expect(told(state, { merge: [{ keep: key("1"), drop: [key("3")] }] })).toEqual(["3 ignored: repeat"]);
  expect(told(state, { reports: [report("3", { version: 2 })] })).toEqual(["3 ignored: merged"]);
  expect(told(state, { unmerge: [key("3")] })).toEqual(["3 unmerged"]);
  expect(ids(state.table())).toEqual(["1", "3"]);
  // The order of a form's items says nothing: whichever came first stays, as when a table is built.
  expect(told(state, { reports: [report("4", { filled: ["a", "b"] })] })).toEqual(["4 added"]);
  expect(told(state, { reports: [report("4", { filled: ["b", "a"] })] })).toEqual(["4 ignored: repeat"]);
  // Two versions in one batch are one change.
  expect(told(state, { reports: [report("3", { version: 5 }), report("3", { version: 4 })] })).toEqual(["3 amended"]);
});

test("records that differ in one thing only are two versions, and which of them stands does not hang on the order", () => {
  const [product, event] = [{ name: "A", role: "suspect", lots: ["L1"] }, { term: "rash" }] as const;
  const plain = report("1", { products: [product], events: [event] });
  const others: readonly Partial<Report>[] = [
    { unit: "hospital" },
    { serious: ["death"] },
    { eventDate: "2024-01" },
    { patient: { ageYears: 4 } },
    { patient: { pregnant: true } },
    { classification: "x" },
    { filled: ["a"] },
    { products: [product, product] },
    { products: [{ ...product, lots: ["L2"] }] },
    { products: [{ ...product, lots: ["L1", "L1"] }] },
    { products: [{ ...product, brand: "B" }] },
    { products: [{ ...product, start: "2024" }] },
    { events: [event, event] },
    { events: [{ ...event, outcome: "fatal" }] },
    { events: [{ ...event, dictionary: "D" }] },
  ];
  for (const more of others) {
    const pair = [plain, { ...plain, ...more }];
    const standing = [pair, pair.toReversed()].map((reports) => {
      const state = new ReportState();
      for (const one of reports) state.apply({ receivedOn: "2024-01-01", reports: [one] });
      expect([state.versions, more]).toEqual([2, more]);
      return state.table().report(0);
    });
    expect(standing[0]).toEqual(standing[1]);
    expect(standing[0]).toEqual(buildTable(pair).report(0));
  }
});

test("a withdrawal is remembered until the report arrives, and a retraction may come first", () => {
  const state = new ReportState();
  expect(told(state, { withdraw: [key("1")] })).toEqual(["1 ignored: not-arrived"]);
  expect(state.history(key("1"))).toMatchObject({ standing: "awaited", versions: [] });
  expect(told(state, { reports: [report("1"), report("2", { retracted: true })] })).toEqual([
    "1 ignored: withdrawn",
    "2 ignored: retracted",
  ]);
  expect(state.size).toBe(0);
  expect(told(state, { reinstate: [key("1")], reports: [report("2", { version: 2 })] })).toEqual([
    "2 restored",
    "1 restored",
  ]);
});

test("a merged report stands in as long as the one it is merged into is not there", () => {
  const state = new ReportState();
  state.apply({ receivedOn: "2024-01-01", reports: ["1", "2", "3"].map((id) => report(id)) });
  // 3 into 2 into 1: only 1 counts.
  told(state, { merge: [{ keep: key("2"), drop: [key("3")] }, { keep: key("1"), drop: [key("2")] }] }); // prettier-ignore
  expect(ids(state.table())).toEqual(["1"]);
  expect(told(state, { withdraw: [key("1")] })).toEqual(["1 retracted", "2 unmerged"]);
  expect(ids(state.table())).toEqual(["2"]);
  expect(told(state, { withdraw: [key("2")] })).toEqual(["2 retracted", "3 unmerged"]);
  expect(told(state, { unmerge: [key("3")], merge: [{ keep: key("1"), drop: [key("3")] }] })).toEqual([
    "3 ignored: kept-absent",
  ]);
  expect(told(state, { reinstate: [key("1")] })).toEqual(["1 restored", "3 merged"]);
  expect(state.history(key("3"))).toMatchObject({ standing: "merged", mergedInto: key("1") });
  expect(state.history(key("3"))!.decisions.map(({ decision }) => decision)).toEqual(["merge", "unmerge", "merge"]);
});

test("what cannot be used is refused with a reason, and the rest is done", () => {
  const state = new ReportState();
  const applied = state.apply({
    receivedOn: "2024-05-01",
    reports: [report("1"), report(""), report("2", { version: 1.5 }), report("3"), report("4")],
    reinstate: [key("1")],
    withdraw: [key("")],
    unmerge: [key("1"), key("9")],
    merge: [
      { keep: key("9"), drop: [key("1")] },
      { keep: key("1"), drop: [key("9"), key("1"), key("3")] },
      { keep: key("4"), drop: [key("3")] },
      { keep: key("3"), drop: [key("1")] },
    ],
  });
  expect(applied.refused.map(({ what, id, reason }) => `${what} ${id}: ${reason}`)).toEqual([
    "report : missing-id",
    "report 2: invalid-version",
    "reinstate 1: not-withdrawn",
    "withdraw : missing-id",
    "unmerge 1: not-merged",
    "unmerge 9: not-merged",
    "merge 9: unknown-report",
    "merge 9: unknown-report",
    "merge 1: same-report",
    "merge 3: merged-elsewhere",
    "merge 1: circle",
  ]);
  expect(applied.tally).toMatchObject({ added: 2, ignored: 1, merged: 0 });
  expect(ids(state.table())).toEqual(["1", "4"]);
  const rows = buildTable([report("7"), report("8")]);
  const { id } = rows.columns.reports;
  const nameless = new ReportTable({
    ...rows.columns,
    reports: { ...rows.columns.reports, id: { codes: Int32Array.of(-1, id.codes[1]!), values: id.values } },
  });
  expect(state.apply({ receivedOn: "2024-05-01", reports: nameless }).refused).toEqual([
    { what: "report", reason: "missing-id", source: "s", id: "" },
  ]);
  expect(ids(state.table())).toEqual(["1", "4", "8"]);
});

test("days do not go backwards, and a call that throws has changed nothing", () => {
  const where = (view: { readonly id: string }): boolean => {
    if (view.id === "bad") throw new Error("own function");
    return true;
  };
  const state = new ReportState({ counts: { all: { where } } });
  state.apply({ receivedOn: "2024-05-02", reports: [report("1")] });
  const before = [...state.sections()].map(({ name, bytes }) => [name, bytes.slice()]);
  expect(() => state.apply({ receivedOn: "2024-05-01", reports: [report("2")] })).toThrow(
    code("INVALID_DATE", "before 2024-05-02"),
  );
  expect(() => state.apply({ receivedOn: "2024-05" })).toThrow(code("INVALID_DATE"));
  expect(() => state.apply({ receivedOn: "2024-06-01", reports: [report("2"), report("bad")] })).toThrow(
    "own function",
  );
  expect(() =>
    state.apply({ receivedOn: "2024-06-01", reports: [report("2")], signal: AbortSignal.abort(new Error("stop")) }),
  ).toThrow("stop");
  expect(() =>
    state.apply({
      receivedOn: "2024-06-01",
      reports: [report("2")],
      withdraw: (function* () {
        yield key("1");
        throw new Error("cut off");
      })(),
    }),
  ).toThrow("cut off");
  expect([...state.sections()].map(({ name, bytes }) => [name, bytes])).toEqual(before);
  expect(state.lastDay).toBe("2024-05-02");
  expect(state.counts("all").n).toBe(1);
  expect(() => state.counts("none")).toThrow(code("INVALID_ARGUMENT", "there are all"));
  expect(() => {
    state.watch("all", {});
  }).toThrow(code("INVALID_ARGUMENT"));
});

test("counts that do not add up report by report are refused", () => {
  const refused = [
    { unit: "cell" },
    { background: { products: ["A"] } },
    { product: { groups: { g: ["1"] } } },
    { event: { groups: { g: ["1"] } } },
    { strata: ["shoe size"] },
  ] as const;
  for (const options of refused)
    expect(() => new ReportState({ counts: { all: options as never } })).toThrow(code("INVALID_OPTION"));
});

test("a past day shows what was known then, and a file of past reports may say when that was", () => {
  const state = new ReportState({ counts: { all: {} } });
  state.apply({ receivedOn: "2024-01-10", reports: [report("1"), report("2")] });
  state.apply({ receivedOn: "2024-01-20", reports: [report("1", { version: 2, domain: "drug", events: [] })] });
  state.apply({ receivedOn: "2024-02-01", merge: [{ keep: key("1"), drop: [key("2")] }] });
  expect(ids(state.table("2024-01-09"))).toEqual([]);
  expect([...state.table("2024-01-19").reports()].map(({ version }) => version)).toEqual([1, 1]);
  expect(ids(state.table("2024-01-31"))).toEqual(["1", "2"]);
  expect(ids(state.table("2024-02-01"))).toEqual(["1"]);
  expect(state.counts("all", "2024-01-15").n).toBe(2);
  expect(state.counts("all", "2024-01-25").excluded.withoutEvent).toBe(1);
  const past = [
    report("a", { receivedDate: "2023-03" }),
    report("b", { receivedDate: "2023" }),
    report("c"),
    report("d", { receivedDate: "2023-12" }),
    report("f", { receivedDate: "2023-11" }),
    report("e", { receivedDate: "2025-01-01" }),
  ];
  state.apply({ receivedOn: "2024-03-01", reports: past, knownOn: "receivedDate" });
  expect(ids(state.table("2023-03-30"))).toEqual([]);
  expect(ids(state.table("2023-03-31"))).toEqual(["a"]);
  expect(ids(state.table("2023-11-29"))).toEqual(["a"]);
  expect(ids(state.table("2023-12-30"))).toEqual(["a", "f"]);
  expect(ids(state.table("2023-12-31"))).toEqual(["a", "b", "d", "f"]);
  expect(state.history(key("c"))!.versions[0]!.knownOn).toBe("2024-03-01");
  expect(state.history(key("e"))!.versions[0]!.knownOn).toBe("2024-03-01");
  expect(state.history(key("none"))).toBeUndefined();
});

test("touched pairs are those whose reports changed, with their numbers before and after", () => {
  const state = new ReportState({ counts: { all: {} } });
  const named = (name: string, term: string): Partial<Report> => ({
    products: [{ name, role: "suspect" }],
    events: [{ term }],
  });
  state.apply({ receivedOn: "2024-01-01", reports: ["1", "2", "3"].map((id) => report(id, named("A", "rash"))) });
  const { touched } = state.apply({
    receivedOn: "2024-01-02",
    reports: [
      report("1", { version: 2, ...named("A", "fever") }),
      // Amended in what is not counted: its pair is not touched.
      report("2", { version: 2, unit: "hospital", ...named("A", "rash") }),
      report("4", named("B", "fever")),
    ],
  });
  expect(touched["all"]!.rows()).toEqual([
    { product: "A", event: "fever", before: 0, after: 1 },
    { product: "A", event: "rash", before: 3, after: 2 },
    { product: "B", event: "fever", before: 0, after: 1 },
  ]);
  expect(state.apply({ receivedOn: "2024-01-02" }).touched["all"]!.size).toBe(0);
});

test("EBGM of touched pairs has the bits of the single form, and needs a prior", () => {
  const state = new ReportState({ counts: { all: {} } });
  const reports = Array.from({ length: 400 }, (_, i) =>
    report(String(i), {
      products: [{ name: `P${i % 7}`, role: "suspect" }],
      events: [{ term: `E${(i * i) % 11}` }],
    }),
  );
  const { touched } = state.apply({ receivedOn: "2024-01-01", reports });
  const { prior } = fitGps(state.counts("all"));
  const { cells, scores } = state.rescore("all", touched["all"]!.pair, { measures: ["ebgm"], prior });
  for (let i = 0; i < cells.a.length; i++) {
    const single = ebgm(cells.a[i]!, cells.expected[i]!, prior);
    expect([scores["ebgm"]![i], scores["eb05"]![i], scores["eb95"]![i]]).toEqual([
      single.ebgm,
      single.eb05,
      single.eb95,
    ]);
  }
  expect(() => state.rescore("all", touched["all"]!.pair, { measures: ["ebgm"] })).toThrow(
    code("INVALID_OPTION", "prior"),
  );
  expect(() => state.rescore("all", touched["all"]!.pair, { measures: ["none" as never] })).toThrow(
    code("UNKNOWN_MEASURE"),
  );
});

test("expected counts over many strata have the bits of a full count, also those of single pairs", () => {
  const strata = ["unit", "sex"] as const;
  const state = new ReportState({ counts: { all: { strata } } });
  // Strata arrive in no order: the sum follows their names.
  const reports = Array.from({ length: 900 }, (_, i) =>
    report(String(i), {
      products: [{ name: `P${i % 4}`, role: "suspect" }],
      events: [{ term: `E${(i * i) % 5}` }],
      unit: `U${(i * 37) % 41}`,
      patient: { sex: i % 3 === 0 ? "male" : "female" },
    }),
  );
  const { touched } = state.apply({ receivedOn: "2024-01-01", reports });
  const full = countPairs(buildTable(reports), { strata });
  expect(state.counts("all").columns().expected).toEqual(full.columns().expected);
  const { pair } = touched["all"]!;
  const { expected } = state.incremental("all").cells(pair);
  pair.forEach((number, i) => {
    const { product, event } = state.incremental("all").pairAt(number);
    expect(expected[i]).toBe(full.pair(product, event).expected);
  });
});

test("many small batches gather in few segments and lose nothing", () => {
  const state = new ReportState({ counts: { all: {} } });
  const reports = Array.from({ length: 3_000 }, (_, i) =>
    report(String((i * 7) % 2_500), { version: i < 2_500 ? 1 : 2, unit: `U${i % 13}`, recordId: String(i) }),
  );
  for (let from = 0, size = 1; from < reports.length; from += size, size = (size % 5) + 1)
    state.apply({ receivedOn: "2024-01-01", reports: reports.slice(from, from + size) });
  // As one table, and all at once, the same reports give the same state.
  const atOnce = new ReportState({ counts: { all: {} } });
  atOnce.apply({ receivedOn: "2024-01-01", reports });
  expect(state.table().columns).toEqual(buildTable(reports).columns);
  expect(atOnce.table().columns).toEqual(state.table().columns);
  expect(state.versions).toBe(3_000);
  expect(state.counts("all").columns()).toEqual(countPairs(buildTable(reports)).columns());
  const segments = new Set([...state.sections()].map(({ name }) => /^segment\/(\d+)/.exec(name)?.[1]));
  expect(segments.size).toBeLessThan(50);
  for (const i of [0, 1_234, 2_999]) {
    const { versions } = state.history(key(reports[i]!.id))!;
    expect(versions.map((version) => version.report)).toContainEqual(reports[i]);
  }
});

test("a state restored from its sections goes on like the one that was saved; a damaged section is named", () => {
  const state = new ReportState({ counts: { all: {} } });
  expect(ReportState.fromSections(state.sections()).size).toBe(0);
  state.apply({ receivedOn: "2024-01-01", reports: [report("1"), report("2")], withdraw: [key("9")] });
  state.apply({ receivedOn: "2024-01-05", reports: [report("1", { version: 2, retracted: true })] });
  // Sections as a reader may hand them over: at any place in a larger buffer, in any order.
  const sections = [...state.sections()].map(({ name, bytes }) => {
    const buffer = new Uint8Array(bytes.length + 3);
    buffer.set(bytes, 3);
    return { name, bytes: buffer.subarray(3) };
  });
  const restored = ReportState.fromSections(sections.toReversed(), { counts: { all: {} } });
  const next = { receivedOn: "2024-01-06", reports: [report("1", { version: 3 }), report("9")] };
  expect([...restored.apply(next).changes()]).toEqual([...state.apply(next).changes()]);
  expect(restored.table().columns).toEqual(state.table().columns);
  expect(restored.table("2024-01-04").columns).toEqual(state.table("2024-01-04").columns);
  expect(restored.history(key("1"))).toEqual(state.history(key("1")));
  expect(restored.lastDay).toBe("2024-01-06");
  const without = (name: string): unknown => ReportState.fromSections(sections.filter((one) => one.name !== name));
  const damaged = (name: string, bytes: Uint8Array): unknown =>
    ReportState.fromSections(sections.map((one) => (one.name === name ? { name, bytes } : one)));
  expect(() => without("state.json")).toThrow(code("CORRUPT_STATE", "state.json"));
  expect(() => without("version/older")).toThrow(code("CORRUPT_STATE", "version/older"));
  expect(() => damaged("version/older", new Uint8Array(5))).toThrow(code("CORRUPT_STATE", "version/older"));
  expect(() => damaged("state.json", Uint8Array.of(0xff))).toThrow(code("CORRUPT_STATE", "JSON"));
  expect(() => damaged("state.json", new TextEncoder().encode('{"format":9}'))).toThrow(
    code("CORRUPT_STATE", "format 9"),
  );
  const terms = sections.find(({ name }) => name.endsWith("events/term/values"))!.name;
  expect(() => damaged(terms, new TextEncoder().encode('["a","b","c"]'))).toThrow(code("CORRUPT_STATE", terms));
});
