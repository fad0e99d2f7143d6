import fc from "fast-check";
import { expect, test } from "vitest";
import { lotSequence, neighbourLots, normaliseLot } from "pvsignal";

test.each([
  [" ａｂ 1203 ", "AB1203"],
  ["批号：20140315", "20140315"],
  ["Lot No. 12a", "12A"],
  ["lot#77", "77"],
  ["b20282", "B20282"],
])("%j is the lot %s", (text, lot) => {
  expect(normaliseLot(text)).toBe(lot);
});

test.each(["", "  ", "UNK", "unknown", "N/A", "不详", "无", "—".normalize("NFKC") && "-", "0"])(
  "%j names no lot",
  (text) => {
    expect(normaliseLot(text)).toBeUndefined();
  },
);

test("normalising twice changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (text) => {
      const once = normaliseLot(text);
      fc.pre(once !== undefined && !/^(LOT|BATCH|批号|#)/.test(once));
      expect(normaliseLot(once)).toBe(once);
    }),
  );
});

test("the place in the sequence is the last run of digits", () => {
  expect(lotSequence("A101")).toEqual({ series: "A|3|", number: 101 });
  expect(lotSequence("2014-031B")).toEqual({ series: "2014-|3|B", number: 31 });
  expect(lotSequence("ABC")).toBeUndefined();
});

test("neighbours lie within reach in the same series", () => {
  const near = neighbourLots(["A101", "A102", "A104", "B102", "XYZ", "A1010"], 2);
  expect(near.get("A101")).toEqual(["A101", "A102"]);
  expect(near.get("A102")).toEqual(["A101", "A102", "A104"]);
  expect(near.get("B102")).toEqual(["B102"]);
  expect(near.get("XYZ")).toEqual(["XYZ"]);
  expect(near.get("A1010")).toEqual(["A1010"]);
  expect(neighbourLots(["A101", "A102"], 0).get("A101")).toEqual(["A101"]);
});

test("being neighbours is mutual", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60 }).map((n) => `L${String(n).padStart(2, "0")}`)),
      fc.integer({ min: 0, max: 5 }),
      (lots, reach) => {
        const near = neighbourLots(lots, reach);
        for (const [lot, others] of near) for (const other of others) expect(near.get(other)).toContain(lot);
      },
    ),
  );
});
