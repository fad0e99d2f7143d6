import fc from "fast-check";
import { expect, test } from "vitest";
import { NearTerms } from "../../src/report/terminology-nearest.ts";
import { terminologyKey, terminologyOf, termKey } from "../../src/report/terminology.ts";
import { syntheticDictionary } from "./synthetic.ts";

test.each([
  ["MedDRA 27.0 LLT", { name: "MedDRA", version: "27.0", level: "LLT" }],
  ["MedDRA 24.1 pt", { name: "MedDRA", version: "24.1", level: "PT" }],
  ["MedDRA LLT", { name: "MedDRA", version: "", level: "LLT" }],
  ["CTCAE v5.0", { name: "CTCAE", version: "5.0", level: "" }],
  ["WHO-ART", { name: "WHO-ART", version: "", level: "" }],
  ["ＭｅｄＤＲＡ　２７．０", { name: "MedDRA", version: "27.0", level: "" }],
  ["ICD-10", { name: "ICD-10", version: "", level: "" }],
  ["27.0", { name: "27.0", version: "", level: "" }],
])("%j declares a terminology", (text, expected) => {
  expect(terminologyOf(text)).toEqual(expected);
});

test.each([undefined, "", "  ", "device-injury", "device-failure", "cosmetic-symptom"])("%j declares none", (text) => {
  expect(terminologyOf(text)).toBeUndefined();
});

test("spellings of one terminology agree, other terminologies do not", () => {
  expect(new Set(["WHO-ART", "who art", "ＷＨＯＡＲＴ", "WHO_ART"].map(terminologyKey)).size).toBe(1);
  expect(terminologyKey("ICD-10")).not.toBe(terminologyKey("ICD-9"));
});

test.each([
  ["Crohn’s disease", "crohn's disease"],
  ["  ＲＡＳＨ　 pruritic ", "rash pruritic"],
  ["non–serious", "non-serious"],
  ["皮\u200b疹", "皮疹"],
  ["ﬁts", "fits"],
])("%j is compared as %j", (text, key) => {
  expect(termKey(text)).toBe(key);
});

test("a key is its own key, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
      expect(termKey(termKey(text))).toBe(termKey(text));
    }),
    { numRuns: 1000 },
  );
});

const letters = (text: string): Set<string> => {
  const key = Array.from(termKey(text));
  return new Set([
    ...key.filter((letter) => letter >= "\u2e80"),
    ...[...key, "$"].map((letter, i) => (key[i - 1] ?? "^") + letter),
  ]);
};
const dice = (x: string, y: string): number => {
  const [a, b] = [letters(x), letters(y)];
  return (2 * [...a].filter((gram) => b.has(gram)).length) / (a.size + b.size);
};

test("near terms are those of a search through the whole vocabulary", () => {
  const word = fc.string({ unit: fc.constantFrom(...Array.from("abcd皮疹")), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 30 }), word, fc.integer({ min: 1, max: 4 }), (names, text, limit) => {
      const expected = names
        .map((name) => ({ name, similarity: dice(text, name) }))
        .filter(({ similarity }) => similarity >= 0.4)
        .sort((x, y) => y.similarity - x.similarity || x.name.length - y.name.length || (x.name < y.name ? -1 : 1));
      expect(new NearTerms(names).find(text, limit)).toEqual(expected.slice(0, limit));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["urticria", "urticaria"],
  ["Seizures", "seizure"],
  ["皮诊", "皮疹"],
])("%j is near %j", (text, name) => {
  expect(new NearTerms(["urticaria", "seizure", "皮疹", "purpura"]).find(text)[0]?.name).toBe(name);
});

test("1,000 unknown terms are compared with 80,000 in seconds", () => {
  const dictionary = syntheticDictionary(20_000, 4);
  const names = [...dictionary.terms()].filter(({ level }) => level === "LLT").map(({ name }) => name);
  expect(names.length).toBe(80_000);
  const wrong = names.filter((_, i) => i % 80 === 0).map((name) => `${name.slice(0, 3)}q${name.slice(4)}`);
  const before = performance.now();
  let found = 0;
  for (const [i, text] of wrong.entries()) if (dictionary.nearest(text, 1)[0]?.name === names[80 * i]) found++;
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(found / wrong.length).toBeGreaterThan(0.95);
});
