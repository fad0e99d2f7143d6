import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, type Report, type ReportEvent, type ReportProduct } from "pvsignal";
import { countPairs } from "../../src/count/count.ts";
import type { PairCounts } from "../../src/count/pairs.ts";
import { eventLevel, type EventLevelOptions } from "../../src/count/terminology-level.ts";
import { mapTerms, termEvents } from "../../src/count/terminology-map.ts";
import { mapProducts, productKey, productLevel } from "../../src/count/terminology-products.ts";
import type { TerminologyRule } from "../../src/count/terminology-scope.ts";
import { createTermLists } from "../../src/report/dictionary-lists.ts";
import { createDictionary } from "../../src/report/dictionary.ts";
import { dictionaryLayouts } from "../../src/report/dictionary-layouts.ts";
import { dictionaryDrift } from "../../src/report/dictionary-drift.ts";
import { productNames } from "../../src/report/product-name.ts";
import { smallDictionary, syntheticDictionary } from "../report/synthetic.ts";

const code = (expected: string, words = ""): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(words) as string });

type EventText = string | ReportEvent;
const report = (
  id: string,
  products: readonly (string | Partial<ReportProduct>)[],
  ...events: readonly EventText[]
): Report => ({
  id,
  source: "s",
  version: 1,
  domain: "drug",
  products: products.map((product) => ({
    name: "?",
    role: "suspect",
    ...(typeof product === "string" ? { name: product } : product),
  })),
  events: events.map((event) => (typeof event === "string" ? { term: event } : event)),
});
const meddra = smallDictionary();
const coded = (term: string, dictionary = "MedDRA 27.0 LLT", more: Partial<ReportEvent> = {}): ReportEvent => ({
  term,
  dictionary,
  ...more,
});
const margins = (counts: PairCounts): Record<string, number> =>
  Object.fromEntries(counts.events.map((event, i) => [event, counts.m1[i]!]));

const table = buildTable([
  report("1", ["A"], "hives", "weals", "angioedema"),
  report("2", ["A"], "Urticaria", "itching"),
  report("3", ["B"], "fits", "荨麻疹"),
  report("4", ["B"], "Crohn’s disease"),
  report("5", ["B"], "urticria", "hives"),
]);

test("a report counts once at each level, at every parent or at the primary one", () => {
  const at = (level: string, more: EventLevelOptions = {}): Record<string, number> =>
    margins(countPairs(table, { event: eventLevel(meddra, level, { unmapped: "drop", ...more }) }));
  expect(at("PT")).toEqual({ urticaria: 4, angioedema: 1, pruritus: 1, seizure: 1, "Crohn's disease": 1 });
  expect(at("SOC")).toEqual({ skin: 4, immune: 1, nerves: 1, gut: 1 });
  expect(at("SOC", { paths: "primary" })).toEqual({ skin: 4, nerves: 1, gut: 1 });
});

test("what was mapped and what was not is echoed", () => {
  const counts = countPairs(table, { event: eventLevel(meddra, "SOC", { unmapped: "keep", paths: "primary" }) });
  expect(counts.events).toContain("urticria");
  expect(counts.options.event).toBe("MedDRA 1.0 SOC");
  expect(counts.options.terminology).toEqual({
    rule: "one",
    declared: [],
    undeclared: 10,
    leftOut: 0,
    mapping: {
      dictionary: "MedDRA 1.0",
      level: "SOC",
      paths: "primary",
      unmapped: "keep",
      mapped: 9,
      notCurrent: 1,
      without: { events: 1, terms: 1, unknown: 1, foreign: 0, ambiguous: 0, above: 0 },
    },
  });
  expect(countPairs(table, { event: eventLevel(meddra, "SOC", { unmapped: "drop" }) }).events).not.toContain(
    "urticria",
  );
  expect(() => countPairs(table, { event: eventLevel(meddra, "SOC") })).toThrow(
    code("UNKNOWN_TERM", 'near "urticaria"'),
  );
});

test("events counted at a level are the union of the reports below it, whatever the order of reports", () => {
  const dictionary = syntheticDictionary(40, 3);
  const lowest = [...dictionary.terms()].filter(({ level }) => level === "LLT");
  const term = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...lowest.map(({ name }) => name)) },
    { weight: 1, arbitrary: fc.constantFrom("x", "y") },
  );
  const reports = fc.array(fc.tuple(fc.constantFrom("A", "B", "C"), fc.array(term, { maxLength: 5 })), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      reports,
      fc.constantFrom(...dictionary.levels),
      fc.constantFrom("all", "primary"),
      (given, level, paths) => {
        const sets = new Map<string, Set<number>>();
        const [cells, products] = [new Map<string, Set<number>>(), new Map<string, Set<number>>()];
        const add = (map: Map<string, Set<number>>, key: string, i: number): unknown =>
          map.set(key, (map.get(key) ?? new Set()).add(i));
        for (const [i, [product, terms]] of given.entries()) {
          for (const name of terms) {
            const found = dictionary.find(name);
            for (const above of found === undefined ? [] : dictionary.ancestors(found, level, paths)) {
              add(sets, above.name, i);
              add(cells, `${product} ${above.name}`, i);
              add(products, product, i);
            }
          }
        }
        const made = given.map(([product, terms], i) => report(String(i), [product], ...terms));
        if (sets.size === 0) return;
        const event = eventLevel(dictionary, level, { paths, unmapped: "drop" });
        const counts = countPairs(buildTable(made), { event });
        expect(margins(counts)).toEqual(Object.fromEntries([...sets].map(([name, set]) => [name, set.size])));
        for (const row of counts.rows()) {
          expect(row.a).toBe(cells.get(`${row.product} ${row.event}`)!.size);
          expect(row.n1).toBe(products.get(row.product)!.size);
        }
        expect([...countPairs(buildTable(made.toReversed()), { event }).rows()]).toEqual([...counts.rows()]);
        // As a plain function the key counts the same.
        expect([...countPairs(buildTable(made), { event: (view) => event(view) }).rows()]).toEqual([...counts.rows()]);
      },
    ),
    { numRuns: 100 },
  );
});

test("a list counts its members in their scope, and reports in no list stay in the background", () => {
  const columns = { list: "list", term: "term", scope: "scope" };
  const lists = createTermLists(
    "list,term,scope\nAllergy,p-urticaria,narrow\nAllergy,p-pruritus,broad\nSwelling,p-angioedema,\n",
    meddra,
    { name: "SMQ", version: "1", columns },
  );
  const narrow = countPairs(table, { event: eventLevel(meddra, lists, { unmapped: "drop" }) });
  expect([margins(narrow), narrow.n]).toEqual([{ Allergy: 4, Swelling: 1 }, 5]);
  expect(narrow.options.terminology?.mapping).toMatchObject({ level: "SMQ 1", scope: "narrow" });
  const only = createTermLists("list,term,scope\nItch,p-pruritus,broad\n", meddra, {
    name: "SMQ",
    version: "1",
    columns,
  });
  const broad = countPairs(table, { event: eventLevel(meddra, only, { unmapped: "drop", scope: "broad" }) });
  expect(broad.pair("A", "Itch")).toMatchObject({ a: 1, b: 1, c: 0, d: 3 });
  expect(countPairs(table, { event: eventLevel(meddra, only, { unmapped: "drop" }) }).size).toBe(0);
  expect(() => eventLevel(smallDictionary(), lists)).toThrow(code("INVALID_OPTION", "another dictionary"));
});

test("a code decides where the event declares the terminology, and the declared level between twins", () => {
  const { resolve } = eventLevel(meddra, "PT");
  expect(resolve("nonsense", "l-hives", "MedDRA 27.0 LLT")).toEqual({ labels: ["urticaria"], current: true });
  expect(resolve("hives", "l-fits", undefined)).toEqual({ labels: ["urticaria"], current: true });
  expect(resolve("hives", "unknown", "MedDRA")).toEqual({ labels: ["urticaria"], current: true });
  expect(resolve("hives", undefined, "WHO-ART")).toEqual({ reason: "foreign" });
  expect(resolve("hives", undefined, "device-injury")).toEqual({ labels: ["urticaria"], current: true });
  expect(resolve("skin", undefined, undefined)).toEqual({ reason: "above" });
  expect(resolve("", undefined, undefined)).toEqual({ reason: "unknown" });
  expect(eventLevel(meddra, "PT", { accept: ["who art"] }).resolve("hives", undefined, "WHO-ART")).toHaveProperty(
    "labels",
  );
  const twins = createDictionary(
    [
      { llt_code: "7", llt_name: "low", pt_code: "1", pt_name: "one" },
      { pt_code: "7", pt_name: "other" },
    ],
    { name: "MedDRA", version: "", layout: dictionaryLayouts.meddra },
  );
  expect(eventLevel(twins, "PT").resolve("", "7", "MedDRA PT")).toMatchObject({ labels: ["other"] });
  expect(eventLevel(twins, "PT").resolve("", "7", "MedDRA LLT")).toMatchObject({ labels: ["one"] });
});

test("one name for two terms is ambiguous, one name for two labels is told apart by code", () => {
  const layout = dictionaryLayouts.meddra;
  const dictionary = createDictionary(
    [
      { llt_code: "1", llt_name: "pain", pt_code: "a", pt_name: "headache", soc_code: "x", soc_name: "nerves" },
      { llt_code: "2", llt_name: "pain", pt_code: "b", pt_name: "sore throat", soc_code: "y", soc_name: "nerves" },
    ],
    { name: "M", version: "", layout },
  );
  expect(eventLevel(dictionary, "PT").resolve("pain", undefined, undefined)).toEqual({ reason: "ambiguous" });
  expect(eventLevel(dictionary, "SOC").resolve("headache", undefined, undefined)).toMatchObject({
    labels: ["nerves (x)"],
  });
});

test("options of a level that cannot be are the caller's mistake", () => {
  expect(() => eventLevel(meddra, "XX")).toThrow(code("INVALID_OPTION", "HLGT"));
  expect(() => eventLevel(meddra, "PT", { unmapped: "maybe" as "keep" })).toThrow(code("INVALID_OPTION"));
  const flat = createDictionary([{ pt_code: "1", pt_name: "x" }], {
    name: "W",
    version: "",
    layout: dictionaryLayouts.whoArt,
  });
  expect(() => eventLevel(flat, "PT", { paths: "primary" })).toThrow(code("INVALID_OPTION", "no primary"));
});

const mixed = [
  report("1", ["A"], coded("Rash", "WHO-ART")),
  report("2", ["A"], coded("Rash")),
  report("3", ["B"], coded("Itch", "MedDRA 26.1")),
];
const counted = (reports: readonly Report[], terminologies?: TerminologyRule): PairCounts =>
  countPairs(buildTable(reports), { terminologies });

test("terms of two terminologies are refused unless told", () => {
  expect(() => counted(mixed)).toThrow(code("MIXED_TERMINOLOGIES", "2 events are of MedDRA, 1 events are of WHO-ART"));
  expect(counted(mixed, "mix").pair("A", "Rash").a).toBe(2);
  const only = counted(mixed, { only: "meddra" });
  expect([only.n, only.excluded.withoutEvent, only.options.terminology?.leftOut]).toEqual([2, 1, 1]);
  expect(() => counted(mixed, { only: "ICD-10" })).toThrow(code("EMPTY_SCOPE", "WHO-ART"));
  const groups = { groups: { all: ["1", "2", "3"] } };
  expect(countPairs(buildTable(mixed), { event: groups }).n).toBe(3);
  expect(() => countPairs(buildTable(mixed), { event: (event) => event.term })).toThrow(code("MIXED_TERMINOLOGIES"));
  expect(countPairs(buildTable(mixed), { where: ({ id }) => id !== "1" }).n).toBe(2);
});

test("versions of one terminology are no mistake, and are told", () => {
  expect(counted(mixed.slice(1)).options.terminology).toEqual({
    rule: "one",
    declared: [{ name: "MedDRA", versions: ["26.1", "27.0"], events: 2 }],
    undeclared: 0,
    leftOut: 0,
  });
});

test("events that declare none are refused beside others that do, and as before by themselves", () => {
  const free = report("4", ["B"], "皮疹");
  const some = [...mixed.slice(1), free];
  expect(() => counted(some)).toThrow(code("MIXED_TERMINOLOGIES", "1 declare none"));
  expect(counted(some, { undeclared: "MedDRA" }).n).toBe(3);
  expect(() => counted(some, { undeclared: "WHO-ART" })).toThrow(code("MIXED_TERMINOLOGIES"));
  expect(counted(some, { only: "MedDRA" }).n).toBe(2);
  const plain = counted([free]);
  expect([plain.n, "terminology" in plain.options]).toEqual([1, false]);
  const form = [report("5", ["P"], coded("cut", "device-injury"), coded("leak", "device-failure"))];
  expect("terminology" in counted(form).options).toBe(false);
});

test("a level maps what is mixed, and refuses what is foreign to it unless told", () => {
  const reports = [
    report("1", ["A"], coded("hives", "WHO-ART")),
    report("2", ["A"], coded("weals")),
    report("3", ["B"], "fits"),
  ];
  const at = (options: EventLevelOptions): PairCounts =>
    countPairs(buildTable(reports), { event: eventLevel(meddra, "PT", options) });
  expect(() => at({})).toThrow(code("UNKNOWN_TERM", '"hives" (1'));
  expect(margins(at({ unmapped: "drop" }))).toEqual({ seizure: 1, urticaria: 1 });
  expect(at({ unmapped: "keep" }).options.terminology?.mapping?.without.foreign).toBe(1);
  expect(margins(at({ accept: ["WHO-ART"] }))).toEqual({ seizure: 1, urticaria: 2 });
  const only = countPairs(buildTable(reports), { event: eventLevel(meddra, "PT"), terminologies: { only: "MedDRA" } });
  expect(margins(only)).toEqual({ urticaria: 1 });
});

test.each(["both", { only: "" }, {}, null])("terminologies %j is the caller's mistake", (rule) => {
  expect(() => counted(mixed, rule as unknown as TerminologyRule)).toThrow(code("INVALID_OPTION", "terminologies"));
});

test("terms without a place are listed with their counts and near terms", () => {
  const reports = [
    ...table.reports(),
    report("6", ["A"], "Urticria", coded("hives", "WHO-ART")),
    report("7", ["A"], "urticria", "urticria", "weals"),
  ];
  const mapping = mapTerms(buildTable(reports), meddra);
  expect(mapping).toMatchObject({
    dictionary: "MedDRA 1.0",
    level: "PT",
    events: { total: 15, mapped: 10 },
    terms: { total: 11, mapped: 8 },
  });
  expect(
    mapping.unmapped.map(({ term, reason, events, reports: of, near }) => [term, reason, events, of, near[0]?.name]),
  ).toEqual([
    ["urticria", "unknown", 3, 2, "urticaria"],
    ["Urticria", "unknown", 1, 1, "urticaria"],
    ["hives", "foreign", 1, 1, "hives"],
  ]);
  expect(mapping.notCurrent).toEqual([{ term: "weals", events: 2, reports: 2 }]);
  expect(mapTerms(buildTable(reports), meddra, { near: 0 }).unmapped[0]?.near).toEqual([]);
});

test("events of a table are counted by term for the drift of its dictionary", () => {
  expect(termEvents(table).get("hives")).toBe(2);
  const next = smallDictionary([{ pt_code: "p-seizure", pt_name: "fit" }], "2");
  expect(dictionaryDrift(meddra, next, termEvents(table)).entries.find(({ name }) => name === "hives")).toMatchObject({
    kinds: ["gone"],
    events: 2,
  });
});

const atc = createDictionary(
  "code,name\nJ,抗感染药\nJ01,抗菌药\nJ01C,青霉素类\nJ01CA,广谱青霉素\nJ01CA04,阿莫西林\nA,消化道\nA02,抗酸药\nA02B,溃疡药\nA02BD,幽门螺杆菌\nA02BD04,阿莫西林\n",
  {
    name: "ATC",
    version: "1",
    layout: dictionaryLayouts.atc,
  },
);

test("products roll up by their normalised names, at every place they have", () => {
  const products = buildTable([
    report("1", ["阿莫西林胶囊0.25g"], "x"),
    report("2", [{ name: "商品", ingredient: "阿莫西林" }, "阿莫西林颗粒"], "x", "y"),
    report("3", ["头孢克洛片"], "y"),
  ]);
  const normalise = productNames({ strengths: "strip", doseForms: "strip" });
  expect(countPairs(products, { product: productKey(normalise) }).products).toEqual(["商品", "头孢克洛", "阿莫西林"]);
  expect(countPairs(products, { product: productKey(normalise, "ingredient") }).pair("阿莫西林", "x").a).toBe(2);
  const level = productLevel(atc, "ATC2", { normalise, unmapped: "keep" });
  expect(countPairs(products, { product: level }).products).toEqual(["头孢克洛", "抗菌药", "抗酸药"]);
  const single = createDictionary(
    "code,name\nJ,抗感染药\nJ01,抗菌药\nJ01C,青霉素类\nJ01CA,广谱青霉素\nJ01CA04,阿莫西林\n",
    { name: "ATC", version: "1", layout: dictionaryLayouts.atc },
  );
  expect(
    countPairs(products, { product: productLevel(single, "ATC2", { normalise, unmapped: "drop" }) }).pair("抗菌药", "x")
      .a,
  ).toBe(2);
  expect(() => countPairs(products, { product: productLevel(single, "ATC2", { normalise }) })).toThrow(
    code("UNKNOWN_TERM", "头孢克洛"),
  );
  const mapping = mapProducts(products, normalise, { dictionary: single });
  expect(mapping).toMatchObject({ rows: { total: 4, mapped: 2 }, names: { total: 3, mapped: 1 } });
  expect(mapping.unmapped.map(({ name, spellings, reports }) => [name, spellings, reports])).toEqual([
    ["商品", ["商品"], 1],
    ["头孢克洛", ["头孢克洛片"], 1],
  ]);
});

test("half a million events are rolled up in seconds", () => {
  const dictionary = syntheticDictionary(20_000, 4);
  const names = [...dictionary.terms()].filter(({ level }) => level === "LLT").map(({ name }) => name);
  const big = buildTable(
    Array.from({ length: 100_000 }, (_, i) =>
      report(
        String(i),
        [`P${i % 500}`],
        ...Array.from({ length: 5 }, (_, k) => names[(i * 7919 + k * 104_729) % 80_000]!),
      ),
    ),
  );
  const before = performance.now();
  const counts = countPairs(big, { event: eventLevel(dictionary, "SOC", { paths: "primary" }) });
  expect(performance.now() - before).toBeLessThan(10_000);
  expect([counts.n, counts.options.terminology?.mapping?.mapped]).toEqual([100_000, 500_000]);
});
