import { expect, test } from "vitest";
import { parseGs1 } from "../../src/report/identifier-gs1.ts";
import { parseUdi } from "../../src/report/identifier-udi.ts";

const bracketed = "(01)06901234567892(11)141231(17)150707(10)A213B1(21)1234";
const plain = "01069012345678921114123117150707" + "10A213B1\u001d" + "211234";

test("a bracketed GS1 code is taken apart", () => {
  expect(parseUdi(bracketed)).toEqual({
    ok: true,
    kind: "gs1",
    canonical: bracketed,
    gtin: "06901234567892",
    lot: "A213B1",
    serial: "1234",
    madeOn: "2014-12-31",
    packedOn: undefined,
    bestBefore: undefined,
    expiresOn: "2015-07-07",
    elements: [
      { ai: "01", value: "06901234567892" },
      { ai: "11", value: "141231" },
      { ai: "17", value: "150707" },
      { ai: "10", value: "A213B1" },
      { ai: "21", value: "1234" },
    ],
    rest: "",
    warnings: [],
  });
});

test.each([
  plain,
  `]C1${plain}`,
  `]d2${plain}`,
  `\u001d${plain}\u001d`,
  plain.replace("\u001d", "<GS>"),
  plain.replace("\u001d", "␝"),
  "（０１）06901234567892 (21)1234 (10)a213b1 (17)150707 (11)141231",
  "【01】06901234567892【11】141231【17】150707【10】A213B1【21】1234",
])("%j is the same code", (raw) => {
  expect(parseUdi(raw)).toEqual(parseUdi(bracketed));
});

test("a lot without FNC1 after it runs to the end", () => {
  expect(parseUdi(plain.replace("\u001d", ""))).toMatchObject({ lot: "A213B1211234", serial: undefined });
});

test("day 00 is the last of the month", () => {
  expect(parseUdi("(01)06901234567892(11)240200(17)991200")).toMatchObject({
    madeOn: "2024-02-29",
    expiresOn: "1999-12-31",
    warnings: ["DAY_UNSTATED", "DATE_ORDER"],
  });
  expect(parseUdi("(01)06901234567892(17)250231")).toMatchObject({ expiresOn: undefined, warnings: ["BAD_DATE"] });
  expect(parseUdi("(01)06901234567892(17)251300")).toMatchObject({ expiresOn: undefined, warnings: ["BAD_DATE"] });
});

test.each([
  [undefined, "75", 2075],
  [undefined, "76", 1976],
  [2025, "00", 2000],
  [2060, "10", 2110],
  [2060, "11", 2011],
  [1990, "40", 2040],
  [1990, "41", 1941],
  [1999, "49", 2049],
  [2000, "50", 2050],
  [2000, "51", 1951],
])("seen from %s the year %s is %i", (referenceYear, yy, year) => {
  expect(parseGs1(`(01)06901234567892(17)${yy}0101`, { referenceYear })).toMatchObject({ expiresOn: `${year}-01-01` });
});

test("a reference year that is no year is the caller's mistake", () => {
  for (const referenceYear of [NaN, 25, 2024.5]) {
    expect(() => parseUdi(bracketed, { referenceYear })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  }
});

test.each([
  ["(01)06901234567893(10)A1", ["CHECK_MISMATCH"]],
  ["(10)A1(21)2", ["MISSING_GTIN"]],
  ["(01)06901234567892(10)A1(10)B1", ["REPEATED_ELEMENT"]],
  ["(01)06901234567892(10)A1(10)A1", []],
  ["(01)06901234567892(88)X", ["UNKNOWN_ELEMENT"]],
  ["(01)06901234567892(10)123456789012345678901", ["ELEMENT_LENGTH"]],
  ["(01)06901234567892(10)(21)7", ["ELEMENT_LENGTH"]],
  ["0106901234567892171507", ["ELEMENT_LENGTH", "UNREAD_REST"]],
  ["010690123456789289", ["UNKNOWN_ELEMENT", "UNREAD_REST"]],
])("%s is read with the warnings %j", (raw, warnings) => {
  expect(parseUdi(raw)).toMatchObject({ ok: true, warnings });
});

test("a date cut short is not read as one", () => {
  expect(parseUdi("0106901234567892171507")).toMatchObject({ expiresOn: undefined, rest: "171507" });
});

test("a bare trade item number is read only when its check digit fits", () => {
  for (const raw of ["6901234567892", "06901234567892"]) {
    expect(parseUdi(raw)).toMatchObject({
      gtin: "06901234567892",
      canonical: "(01)06901234567892",
      warnings: ["BARE_GTIN"],
    });
  }
  expect(parseUdi("6901234567893")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
  expect(parseUdi("6.90123E+12")).toMatchObject({ ok: false, reason: "NUMBER_DAMAGED" });
});

test("a lot with an identifier in brackets inside is written plain, so that it reads the same again", () => {
  const udi = parseUdi("]C1010690123456789210A(21)B\u001d21C");
  expect(udi).toMatchObject({ lot: "A(21)B", serial: "C", canonical: "]C1010690123456789210A(21)B\u001d21C\u001d" });
  expect(parseUdi(udi.canonical!)).toEqual(udi);
});

test("an MA code names holder and product; its production segments stay as written", () => {
  expect(parseUdi("ma.156.m0.100001.10000023.S1.M200101")).toEqual({
    ok: true,
    kind: "ma",
    canonical: "MA.156.M0.100001.10000023.S1.M200101",
    deviceIdentifier: "MA.156.M0.100001.10000023",
    holder: "100001",
    packageLevel: "1",
    item: "000002",
    check: "3",
    segments: ["S1", "M200101"],
    warnings: [],
  });
  expect(parseUdi("MA.156.M0.10000.10000023")).toMatchObject({ kind: "ma", warnings: ["UNUSUAL_LENGTH"] });
  expect(parseUdi("MA.999.M0.100001.10000023")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
});

test("an AHM code is taken apart by its bracketed tags and never taken as verified", () => {
  expect(parseUdi("AHM0001.000023(sn)77(BN)L1(ED)20250101(MD)20230101")).toEqual({
    ok: true,
    kind: "ahm",
    canonical: "AHM0001.000023(BN)L1(SN)77(MD)20230101(ED)20250101",
    deviceIdentifier: "AHM0001.000023",
    lot: "L1",
    serial: "77",
    madeOn: "20230101",
    bestBefore: undefined,
    expiresOn: "20250101",
    warnings: ["UNVERIFIED_FORM"],
  });
});

test.each(["", "不详", "A213B1", "20150707", "(AB)12", "x(01)06901234567892"])("%j is no UDI", (raw) => {
  expect(parseUdi(raw).ok).toBe(false);
});
