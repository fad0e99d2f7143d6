import fc from "fast-check";
import { expect, test } from "vitest";
import { createDictionary, type Dictionary, type DictionaryOptions } from "../../src/report/dictionary.ts";
import { dictionaryLayouts } from "../../src/report/dictionary-layouts.ts";
import { createTermLists, type TermListOptions } from "../../src/report/dictionary-lists.ts";
import { dictionaryRows, type DictionaryRow } from "../../src/report/dictionary-rows.ts";
import { smallDictionary, smallRows, syntheticRows } from "./synthetic.ts";

const code = (expected: string, words = ""): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(words) as string });
const namesAt = (dictionary: Dictionary, text: string, level: string, paths?: "primary"): string[] =>
  dictionary.ancestors(dictionary.find(text)!, level, paths).map(({ name }) => name);

test("a term is found by its name, its synonyms and its code, at its lowest level", () => {
  const dictionary = smallDictionary();
  expect(dictionary.find(" ＨＩＶＥＳ ")).toEqual({ code: "l-hives", name: "hives", level: "LLT", current: true });
  expect(dictionary.find("crohn’s disease")?.level).toBe("LLT");
  expect(dictionary.find("荨麻疹")?.name).toBe("urticaria");
  expect(dictionary.find("nettlerash")?.code).toBe("p-urticaria");
  expect(dictionary.find("weals")?.current).toBe(false);
  expect(dictionary.byCode("p-urticaria")).toEqual({
    code: "p-urticaria",
    name: "urticaria",
    level: "PT",
    current: true,
  });
  expect(dictionary.byCode("p-urticaria", "LLT")).toBeUndefined();
  expect(dictionary.find("nothing")).toBeUndefined();
  expect([dictionary.label, dictionary.preferredLevel, dictionary.hasPrimary]).toEqual(["MedDRA 1.0", "PT", true]);
});

test("a term belongs to all its parents at each level, or to the primary one", () => {
  const dictionary = smallDictionary();
  expect(namesAt(dictionary, "hives", "PT")).toEqual(["urticaria"]);
  expect(namesAt(dictionary, "angioedema", "SOC")).toEqual(["immune", "skin"]);
  expect(namesAt(dictionary, "angioedema", "SOC", "primary")).toEqual(["skin"]);
  expect(namesAt(dictionary, "angioedema", "HLT", "primary")).toEqual(["wheals"]);
  expect(dictionary.ancestors(dictionary.byCode("s-skin")!, "PT")).toEqual([]);
  expect(() => dictionary.ancestors(dictionary.find("hives")!, "XYZ")).toThrow(code("INVALID_OPTION", "LLT, PT"));
});

test("the order of rows changes nothing", () => {
  const order = fc.shuffledSubarray([...smallRows], { minLength: smallRows.length });
  const told = (dictionary: Dictionary): unknown =>
    [...dictionary.terms()].map((term) => [
      term,
      dictionary.levels.map((level) => dictionary.ancestors(term, level, "primary")),
    ]);
  const expected = told(smallDictionary());
  fc.assert(
    fc.property(order, (rows) => {
      expect(told(smallDictionary(rows))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

const atc = (text: string, more: Partial<DictionaryOptions> = {}): Dictionary =>
  createDictionary(text, { name: "ATC", version: "x", layout: dictionaryLayouts.atc, ...more });

test("a code hierarchy by prefix: parents are the codes cut shorter", () => {
  const dictionary = atc(
    "code,name\nA,tract\nA02,acid\nA02B,ulcer\nA02BC,pump\nA02BC01,omeprazole\nA02BC02,pantoprazole\n",
  );
  expect(namesAt(dictionary, "Omeprazole", "ATC2")).toEqual(["acid"]);
  expect(namesAt(dictionary, "pump", "ATC1")).toEqual(["tract"]);
  expect(dictionary.hasPrimary).toBe(false);
  expect(() => atc("code,name\nA02,acid\n")).toThrow(code("MISSING_PARENT", "ATC1 A"));
  expect(atc("code,name\nA02,acid\n", { problems: "list" }).issues[0]?.code).toBe("MISSING_PARENT");
  expect(atc("code,name\nA,tract\nA0,?\n", { problems: "list" }).issues).toEqual([
    { code: "UNKNOWN_LEVEL", subject: "A0", detail: "no level has codes of 2 characters" },
  ]);
});

const tree = { shape: "tree", code: "id", name: "text", parent: "up", levels: ["leaf", "middle", "top"] } as const;
const treeOf = (rows: readonly DictionaryRow[], problems: "throw" | "list" = "throw"): Dictionary =>
  createDictionary(rows, { name: "T", version: "", layout: tree, problems });

test("a tree by parent column, with several parents", () => {
  const dictionary = treeOf([
    { id: 1, text: "one" },
    { id: 2, text: "two", up: "" },
    { id: 3, text: "three", up: 1 },
    { id: 3, text: "three", up: 2 },
    { id: 4, text: "four", up: 3 },
  ]);
  expect(namesAt(dictionary, "four", "top")).toEqual(["one", "two"]);
  expect(namesAt(dictionary, "four", "middle")).toEqual(["three"]);
  expect(dictionary.label).toBe("T");
});

const faults: readonly (readonly [string, string, readonly DictionaryRow[], number])[] = [
  [
    "a cycle",
    "CYCLE",
    [
      { id: "a", text: "a", up: "b" },
      { id: "b", text: "b", up: "a" },
      { id: "c", text: "c", up: "a" },
      { id: "d", text: "d" },
    ],
    4,
  ],
  ["its own parent", "CYCLE", [{ id: "a", text: "a", up: "a" }], 1],
  ["a missing parent", "MISSING_PARENT", [{ id: "a", text: "a", up: "b" }], 1],
  [
    "a code with two names",
    "DUPLICATE_KEY",
    [
      { id: "a", text: "a" },
      { id: "a", text: "b" },
    ],
    1,
  ],
];

test.each(faults)("%s is refused, or listed and left out", (_, expected, rows, size) => {
  expect(() => treeOf(rows)).toThrow(code(expected));
  const listed = treeOf(rows, "list");
  expect(listed.issues.map((issue) => issue.code)).toEqual([expected]);
  expect(listed.size).toBe(size);
});

test("a tree deeper than its levels, a name without a code and an unknown flag are listed", () => {
  const rows = [1, 2, 3, 4].map((id) => ({ id, text: `t${id}`, up: id === 1 ? "" : id - 1 }));
  expect(treeOf(rows).issues.map((issue) => [issue.code, issue.subject])).toEqual([["UNKNOWN_LEVEL", "4"]]);
  expect(treeOf([{ id: "a", text: "a" }, { text: "b" }]).issues[0]?.code).toBe("MISSING_NAME");
  const flagged = smallRows.map((row, i) => (i === 0 ? { ...row, llt_currency: "perhaps" } : row));
  expect(smallDictionary(flagged).issues).toEqual([
    { code: "UNKNOWN_FLAG", subject: "perhaps", detail: "llt_currency: neither yes nor no" },
  ]);
});

test("a giant cycle takes no longer than a giant tree", () => {
  const rows = Array.from({ length: 80_000 }, (_, i) => ({ id: i, text: `t${i}`, up: (i + 1) % 80_000 }));
  expect(() => treeOf(rows)).toThrow(code("CYCLE"));
});

test("two names of one code and two primary paths are told whatever comes first", () => {
  const twice = [...smallRows, { pt_code: "p-urticaria", pt_name: "nettle rash" }];
  for (const rows of [twice, twice.toReversed()])
    expect(() => smallDictionary(rows)).toThrow(code("DUPLICATE_KEY", "nettle rash and urticaria"));
  const primaries = smallRows.map((row) => ({ ...row, primary_soc_fg: "Y" }));
  expect(() => smallDictionary(primaries)).toThrow(code("DUPLICATE_KEY", "two primary paths"));
});

test("a term referred to by a code that nobody names is a missing parent", () => {
  const rows = [{ llt_code: "1", llt_name: "hives", pt_code: "2" }];
  expect(() => smallDictionary(rows)).toThrow(code("MISSING_PARENT", "PT 2"));
});

test("synonyms that lead nowhere or hide a term are listed", () => {
  const dictionary = createDictionary(smallRows, {
    name: "M",
    version: "1",
    layout: dictionaryLayouts.meddra,
    synonyms: new Map([
      ["hives", "pruritus"],
      ["x", "nothing"],
    ]),
  });
  expect(dictionary.issues.map(({ code: of, subject }) => [of, subject])).toEqual([
    ["SHADOWED_TERM", "hives"],
    ["UNKNOWN_SYNONYM", "x"],
  ]);
  expect(dictionary.find("HIVES")?.name).toBe("pruritus");
});

test("text of tables: quotes, line breaks, a mark, a final delimiter, no header", () => {
  expect(dictionaryRows('\ufeffa,b\r\n"x, ""y""\nz",2\r\n\r\n3,\r\n')).toEqual([
    { a: 'x, "y"\nz', b: "2" },
    { a: "3", b: "" },
  ]);
  expect(dictionaryRows('1$"x$\n2$y$\n', { delimiter: "$", header: ["code", "name"] })).toEqual([
    { code: "1", name: '"x' },
    { code: "2", name: "y" },
  ]);
  expect(() => dictionaryRows("a\n1,2\n")).toThrow(code("INVALID_ARGUMENT", "line 2"));
  expect(() => dictionaryRows('a\n"1')).toThrow(code("INVALID_ARGUMENT", "never closes"));
  expect(() => dictionaryRows("a", { delimiter: ", " })).toThrow(code("INVALID_OPTION"));
  expect(dictionaryRows("")).toEqual([]);
  expect(dictionaryRows("__proto__,a\nx,y\n").map((row) => Object.keys(row))).toEqual([["__proto__", "a"]]);
});

test("text that is written as CSV comes back", () => {
  const cell = fc.string({ unit: fc.constantFrom(...Array.from('ab,"\n\r 皮')), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const text = ["a,b", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
      expect(dictionaryRows(text)).toEqual(rows.map(([a, b]) => ({ a, b })));
    }),
  );
});

test("wrong options are the caller's mistake", () => {
  const make =
    (options: Partial<DictionaryOptions>, rows: readonly DictionaryRow[] = smallRows) =>
    (): Dictionary =>
      createDictionary(rows, { name: "M", version: "1", layout: dictionaryLayouts.meddra, ...options });
  expect(make({ name: " " })).toThrow(code("INVALID_OPTION", "name"));
  expect(make({ layout: { ...dictionaryLayouts.meddra, preferred: "XX" } })).toThrow(code("INVALID_OPTION"));
  expect(make({ layout: { ...dictionaryLayouts.meddra, levels: [] } })).toThrow(code("INVALID_OPTION"));
  expect(make({ layout: { ...dictionaryLayouts.atc, lengths: [1, 3] } })).toThrow(code("INVALID_OPTION"));
  expect(make({ layout: { ...tree, lengths: [1] } })).toThrow(code("INVALID_OPTION"));
  expect(make({}, [])).toThrow(code("EMPTY_SCOPE"));
  expect(make({}, [{ other: "x" }])).toThrow(code("EMPTY_SCOPE", "columns"));
});

test("hostile names are names", () => {
  const names = ["__proto__", "constructor", "toString", "=1+1", "a".repeat(100_000)];
  const dictionary = treeOf(names.map((text, i) => ({ id: i, text })));
  for (const name of names) expect(dictionary.find(name)?.name).toBe(name);
  expect(dictionary.find("hasOwnProperty")).toBeUndefined();
  expect(dictionary.nearest("a".repeat(99_999))[0]?.name).toHaveLength(100_000);
});

const smq = {
  list: "smq_code",
  listName: "smq_name",
  term: "term_code",
  kind: "term_level",
  scope: "term_scope",
  current: "status",
};
const smqRows: readonly DictionaryRow[] = [
  { smq_code: "1", smq_name: "Hypersensitivity", term_code: "2", term_level: 0 },
  { smq_code: "1", smq_name: "Hypersensitivity", term_code: "p-pruritus", term_level: 4, term_scope: 1 },
  { smq_code: "2", smq_name: "Angioedema", term_code: "p-angioedema", term_level: 4, term_scope: 2, status: "A" },
  { smq_code: "2", smq_name: "Angioedema", term_code: "p-urticaria", term_level: 4, term_scope: 1 },
  { smq_code: "1", smq_name: "Hypersensitivity", term_code: "p-urticaria", term_level: 4, term_scope: 2 },
  { smq_code: "2", smq_name: "Angioedema", term_code: "l-fits", term_level: 5, term_scope: 2, status: "I" },
];
const lists = (
  rows: readonly DictionaryRow[],
  more: Partial<TermListOptions> = {},
): ReturnType<typeof createTermLists> =>
  createTermLists(rows, smallDictionary(), { name: "SMQ", version: "1.0", columns: smq, ...more });

test("a list has its members and those of the lists in it, each in its narrower scope", () => {
  const { lists: found, dictionary, issues } = lists(smqRows);
  const told = found.map(({ name, members }) => [
    name,
    [...members].map(([number, scope]) => `${dictionary.termAt(number).name} ${scope}`).sort(),
  ]);
  expect(told).toEqual([
    ["Hypersensitivity", ["angioedema narrow", "pruritus broad", "urticaria narrow"]],
    ["Angioedema", ["angioedema narrow", "urticaria broad"]],
  ]);
  expect(issues).toEqual([]);
});

test("lists that contain themselves or lists that are not there are refused, unknown members listed", () => {
  const row = (list: string, term: string, kind: number): DictionaryRow => ({
    smq_code: list,
    smq_name: list,
    term_code: term,
    term_level: kind,
  });
  expect(() => lists([row("1", "2", 0), row("2", "3", 0), row("3", "1", 0)])).toThrow(code("CYCLE"));
  expect(() => lists([row("1", "9", 0)])).toThrow(code("MISSING_PARENT"));
  expect(lists([row("1", "nothing", 4)]).issues.map((issue) => issue.code)).toEqual(["UNKNOWN_MEMBER"]);
  expect(() => lists([row("1", "", 4), { ...row("1", "", 4), smq_name: "x" }])).toThrow(code("DUPLICATE_KEY"));
  expect(() => lists([])).toThrow(code("EMPTY_SCOPE"));
  const kept = lists([row("1", "2", 0), row("2", "1", 0), row("2", "p-urticaria", 4)], { problems: "list" });
  expect(kept.lists.map(({ members }) => members.size)).toEqual([1, 1]);
  expect(kept.issues.map((issue) => issue.code)).toEqual(["CYCLE"]);
});

test("lists nested by the thousand are closed without a stack of calls", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ smq_code: `${i}`, term_code: `${i + 1}`, term_level: 0 }));
  const deep = lists([...rows, { smq_code: "20000", term_code: "p-urticaria", term_level: 4 }]);
  expect(deep.lists.find((list) => list.code === "0")?.members.size).toBe(1);
});

test("80,000 terms are read, found and rolled up in seconds", () => {
  const rows = syntheticRows(20_000, 4);
  const before = performance.now();
  const dictionary = createDictionary(rows, { name: "MedDRA", version: "0.0", layout: dictionaryLayouts.meddra });
  let [tops, terms] = [0, 0];
  for (const term of dictionary.terms()) {
    if (term.level !== "LLT") continue;
    terms++;
    tops += dictionary.ancestors(dictionary.find(term.name)!, "SOC").length;
  }
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(terms).toBe(80_000);
  expect(tops).toBeGreaterThanOrEqual(80_000);
});
