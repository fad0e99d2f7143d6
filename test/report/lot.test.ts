import fc from "fast-check";
import { expect, test } from "vitest";
import { lotSequence, neighbourLots, normaliseLot } from "pvsignal";
import { lotFault } from "../../src/report/lot.ts";

test.each([
  [" ａｂ 1203 ", "AB1203"],
  ["批号：20140315", "20140315"],
  ["Lot No. 12a", "12A"],
  ["lot#77", "77"],
  ["b20282", "B20282"],
  ["20140315批", "20140315"],
  ["生产批号:140315-1", "140315-1"],
  ["批 次 # 12", "12"],
  ["ΐ12", "Ϊ́12".normalize("NFKC")],
])("%j is the lot %s", (text, lot) => {
  expect(normaliseLot(text)).toBe(lot);
});

test.each([
  "",
  "  ",
  "UNK",
  "unknown",
  "nan",
  "N/A",
  "不详",
  "无",
  "批号：不详",
  "-未填写-",
  "—",
  "--",
  "/",
  "-",
  "0",
  "批",
])("%j names no lot", (text) => {
  expect(normaliseLot(text)).toBeUndefined();
});

test("normalising twice changes nothing", () => {
  const unit = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 3 }),
    fc.constantFrom("LOT", "lot no.", "batch", "批", "批号", "#", " ", ":", "L", "OT", "0", "-", "生产", "号"),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 6 }), (units) => {
      const once = normaliseLot(units.join(""));
      fc.pre(once !== undefined);
      expect(normaliseLot(once)).toBe(once);
    }),
    { numRuns: 1000 },
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

test("dated lots stay neighbours over the end of a month and of a year, others do not", () => {
  const six = neighbourLots(["140331", "140401", "140402", "141231", "150101", "140399"], 1);
  expect(six.get("140331")).toEqual(["140331", "140401"]);
  expect(six.get("140401")).toEqual(["140331", "140401", "140402"]);
  expect(six.get("141231")).toEqual(["141231", "150101"]);
  expect(six.get("140399")).toEqual(["140399"]);
  const eight = neighbourLots(["A20160228", "A20160229", "A20160301", "B20160301"], 1);
  expect(eight.get("A20160229")).toEqual(["A20160228", "A20160229", "A20160301"]);
  expect(eight.get("B20160301")).toEqual(["B20160301"]);
  expect(neighbourLots(["0331", "0401"], 1).get("0331")).toEqual(["0331"]);
});

test("numbers of one series and dates agree with comparing every two lots", () => {
  const lot = fc
    .tuple(fc.constantFrom("", "A"), fc.constantFrom("1402", "1403", "2014"), fc.integer({ min: 0, max: 40 }))
    .map(([head, month, day]) => `${head}${month}${String(day).padStart(2, "0")}`);
  const dayOf = (digits: string): number => {
    const [year = 0, month = 0, day = 0] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
    const date = new Date(Date.UTC(2000 + year, month - 1, day));
    return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date.getTime() / 864e5 : NaN;
  };
  fc.assert(
    fc.property(fc.uniqueArray(lot), fc.integer({ min: 1, max: 5 }), (lots, reach) => {
      const near = neighbourLots(lots, reach);
      for (const x of lots) {
        const expected = lots.filter((y) => {
          if (x.replace(/\d+/, "") !== y.replace(/\d+/, "")) return false;
          const [a, b] = [x.replace(/\D/, ""), y.replace(/\D/, "")];
          return Math.abs(Number(a) - Number(b)) <= reach || Math.abs(dayOf(a) - dayOf(b)) <= reach;
        });
        expect(near.get(x)).toEqual(expected.sort());
      }
    }),
  );
});

test("a long cell is turned away or scanned at once", () => {
  expect(normaliseLot("1".repeat(100_000))).toBeUndefined();
  expect(normaliseLot("\u0301\u0316".repeat(50_000))).toBeUndefined();
  const from = performance.now();
  expect(lotSequence(`${"1".repeat(100_000)}A1`)?.number).toBe(1);
  expect(lotSequence("1".repeat(100_000))).toBeUndefined();
  expect(lotSequence("A".repeat(100_000))).toBeUndefined();
  // Linear: under a millisecond. A backtracking pattern takes 10^10 steps for the first.
  expect(performance.now() - from).toBeLessThan(500);
});

test.each([
  ["YZB/国 1234-2012", "standard-number"],
  ["YZB/沪0123-40-2013", "standard-number"],
  ["YY0123-2010", "standard-number"],
  ["YY/T 0316-2016", "standard-number"],
  ["ＧＢ 9706.1－2007", "standard-number"],
  ["GB/T 16886", "standard-number"],
  ["京食药监械生产许20150001号", "licence-number"],
  ["沪食药监械经营许20101234号", "licence-number"],
  ["生产许可证:XK12", "licence-number"],
  ["晋械注准20152640012", "registration-number"],
  ["国食药监械(准)字2004第3660603号", "registration-number"],
  ["国药准字Z20053908", "registration-number"],
  ["国妆特字G20150123", "registration-number"],
])("%s in a lot field is a %s", (raw, fault) => {
  expect(lotFault(raw)).toBe(fault);
});

test.each(["", "不详", "A213B1", "20140315", "H14020749", "GB1203", "YY140315", "WS12", "20152640012", "140315批"])(
  "%j can be a lot",
  (raw) => {
    expect(lotFault(raw)).toBeUndefined();
  },
);

test("the product's own number is told without its wording, but not by its serial alone", () => {
  const registration = "晋械注准20152640012";
  expect(lotFault("2015 2640012", { registration })).toBe("registration-number");
  expect(lotFault("20152640013", { registration })).toBeUndefined();
  expect(lotFault("640012", { registration })).toBeUndefined();
  expect(lotFault("h14020749", { registration: "国药准字H14020749" })).toBe("registration-number");
  expect(lotFault("20040603", { registration: "无" })).toBeUndefined();
});
