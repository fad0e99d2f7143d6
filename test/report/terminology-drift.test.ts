import { expect, test } from "vitest";
import { dictionaryDrift } from "../../src/report/dictionary-drift.ts";
import { createDictionary } from "../../src/report/dictionary.ts";
import { dictionaryLayouts } from "../../src/report/dictionary-layouts.ts";
import type { DictionaryRow } from "../../src/report/dictionary-rows.ts";
import { smallDictionary, smallRows } from "./synthetic.ts";

const changed = (change: (row: DictionaryRow) => DictionaryRow | undefined, more: readonly DictionaryRow[] = []) =>
  smallDictionary([...smallRows.map(change).filter((row) => row !== undefined), ...more], "2.0");
const old = smallDictionary();
const told = (drift: ReturnType<typeof dictionaryDrift>): unknown =>
  drift.entries.map(({ code, kinds, moves }) => [
    code,
    kinds.join(),
    ...moves.map(({ level, from, to }) => `${level} ${from.join()}→${to.join()}`),
  ]);

test("a dictionary has not drifted from itself", () => {
  const drift = dictionaryDrift(old, smallDictionary(smallRows, "2.0"));
  expect([drift.from, drift.to, drift.entries]).toEqual(["MedDRA 1.0", "MedDRA 2.0", []]);
});

test("another name is a renaming, another class moves everything below", () => {
  const renamed = changed((row) => (row["pt_code"] === "p-seizure" ? { ...row, pt_name: "convulsion" } : row));
  expect(told(dictionaryDrift(old, renamed))).toEqual([["p-seizure", "renamed"]]);
  const moved = changed((row) =>
    row["soc_name"] === "nerves" ? { ...row, soc_code: "s-new", soc_name: "brain" } : row,
  );
  expect(told(dictionaryDrift(old, moved))).toEqual([
    ["g-seizures", "moved", "SOC nerves→brain"],
    ["h-seizures", "moved", "SOC nerves→brain"],
    ["l-fits", "moved", "SOC nerves→brain"],
    ["p-seizure", "moved", "SOC nerves→brain"],
    ["s-nerves", "gone"],
    ["s-new", "new"],
  ]);
});

test("another primary path alone is told apart from a move", () => {
  const swapped = changed((row) =>
    row["pt_code"] === "p-angioedema" ? { ...row, primary_soc_fg: row["soc_name"] === "immune" ? "Y" : "N" } : row,
  );
  expect(told(dictionaryDrift(old, swapped))).toEqual([
    ["l-angioedema", "primary-moved"],
    ["p-angioedema", "primary-moved"],
  ]);
});

test("a preferred term that becomes a lowest level term is demoted, and the other way round promoted", () => {
  const row = (pt: string): DictionaryRow => ({
    llt_code: "9",
    llt_name: "wheal",
    pt_code: pt,
    pt_name: pt === "9" ? "wheal" : "urticaria",
    hlt_code: "h-wheals",
    hlt_name: "wheals",
  });
  const [before, after] = [changed((r) => r, [row("9")]), changed((r) => r, [row("p-urticaria")])];
  const [entry] = dictionaryDrift(before, after).entries;
  expect(entry).toMatchObject({ code: "9", kinds: ["demoted"], level: "PT", newLevel: "LLT" });
  expect(dictionaryDrift(after, before).entries[0]?.kinds).toEqual(["promoted"]);
});

test("terms retired, revived, gone and new are counted with their events", () => {
  const next = changed(
    (row) =>
      row["llt_name"] === "itching"
        ? undefined
        : row["llt_name"] === "hives"
          ? { ...row, llt_currency: "N" }
          : { ...row, llt_currency: "Y" },
    [{ llt_code: "l-x", llt_name: "stye", pt_code: "p-x", pt_name: "stye" }],
  );
  const events = new Map([
    ["HIVES", 5],
    ["hives ", 2],
    ["itching", 3],
    ["fits", 100],
    ["nonsense", 1],
  ]);
  const drift = dictionaryDrift(old, next, events);
  expect(told(drift)).toEqual([
    ["l-hives", "retired"],
    ["l-itching", "gone"],
  ]);
  expect([drift.events.retired, drift.events.gone, drift.counts.retired]).toEqual([7, 3, 1]);
  expect(drift.unknown).toEqual(["nonsense"]);
  const all = dictionaryDrift(old, next);
  expect([all.counts.revived, all.counts.new, all.counts.gone]).toEqual([1, 2, 4]);
  expect(dictionaryDrift(old, next, ["itching"]).entries.map(({ events: count }) => count)).toEqual([0]);
});

test("other terminologies and other levels cannot be compared", () => {
  const other = (
    name: string,
    layout: typeof dictionaryLayouts.meddra | typeof dictionaryLayouts.whoArt,
  ): (() => unknown) => {
    const dictionary = createDictionary([{ pt_code: "1", pt_name: "x" }], { name, version: "1", layout });
    return () => dictionaryDrift(old, dictionary);
  };
  expect(other("WHO-ART", dictionaryLayouts.whoArt)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(other("MedDRA", dictionaryLayouts.whoArt)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("levels numbered alike are not one term", () => {
  const layout = dictionaryLayouts.whoArt;
  const make = (soc: string) =>
    createDictionary([{ pt_code: "1", pt_name: "rash", soc_code: "1", soc_name: soc }], {
      name: "W",
      version: soc,
      layout,
    });
  expect(told(dictionaryDrift(make("skin"), make("skin and appendages")))).toEqual([["1", "renamed"]]);
});
