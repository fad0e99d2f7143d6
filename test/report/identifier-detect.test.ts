import fc from "fast-check";
import { expect, test } from "vitest";
import { parseApprovalNumber } from "../../src/report/identifier-approval.ts";
import { parseCosmeticClass } from "../../src/report/identifier-cosmetic-class.ts";
import { parseCosmeticNumber } from "../../src/report/identifier-cosmetic.ts";
import { isAuthorityNumber, parseIdentifier } from "../../src/report/identifier-detect.ts";
import { parseDeviceNumber } from "../../src/report/identifier-device.ts";
import { parseNationalDrugCode, parseTraceCode } from "../../src/report/identifier-drug-code.ts";
import { parseCreditCode } from "../../src/report/identifier-organisation.ts";
import { PROVINCE_SIGNS, PROVINCES, provinceOf } from "../../src/report/identifier-province.ts";
import { IDENTIFIER_FAULTS, IDENTIFIER_WARNINGS, identifierCodeText } from "../../src/report/identifier-text.ts";
import { parseUdi } from "../../src/report/identifier-udi.ts";

const samples = [
  ["国药准字H14020749", "domestic"],
  ["国药准字HJ20150001", "domestic"],
  ["国药准字J20171011", "domestic"],
  ["BH20150001", "import-certificate"],
  ["晋药制字Z20190001", "hospital-preparation"],
  ["晋械注准20152640012", "registration"],
  ["国械备20151134号", "filing"],
  ["浙温械备20140027号", "filing"],
  ["国食药监械(准)字2004第3660603号", "former-registration"],
  ["国妆特字G20150123", "special"],
  ["国妆特进字J20161234", "special"],
  ["国妆特字20210001", "special"],
  ["晋G妆网备字2021000123", "ordinary"],
  ["国妆网备进字(沪)2021000123", "ordinary"],
  ["86901110000020", "national-drug-code"],
  ["81234560000000000001", "trace-code"],
  ["(01)06901234567892(11)141231(17)150707(10)A213B1(21)1234", "gs1"],
  ["MA.156.M0.100001.10000023.S1", "ma"],
  ["AHM0001.000023(BN)L1", "ahm"],
  ["91350100M000100Y43", "credit-code"],
] as const;

const parsers = {
  parseApprovalNumber,
  parseDeviceNumber,
  parseCosmeticNumber,
  parseCosmeticClass,
  parseNationalDrugCode,
  parseTraceCode,
  parseUdi,
  parseCreditCode,
  parseIdentifier,
};

test.each(samples)("%s is found to be of kind %s", (raw, kind) => {
  expect(parseIdentifier(raw)).toMatchObject({ ok: true, kind, canonical: raw });
});

test("a cell that holds no identifier says why", () => {
  expect(parseIdentifier("2024年购入")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
  expect(parseIdentifier("无")).toMatchObject({ ok: false, reason: "PLACEHOLDER" });
  expect(parseIdentifier("8.1E+19")).toMatchObject({ ok: false, reason: "NUMBER_DAMAGED" });
});

/** ASCII to full width, as Chinese input methods write it. */
const widen = (text: string): string =>
  Array.from(text, (c) => (c > " " && c < "\u007f" ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join("");

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(""));
const sign = fc.constantFrom(...Array.from(PROVINCE_SIGNS));
const word = fc.string({ unit: fc.constantFrom(...Array.from("0123456789ABCXYZ-./()")), minLength: 1, maxLength: 12 });
const written = fc.oneof(
  fc.constantFrom(...samples.map(([raw]) => raw)),
  fc.tuple(fc.constantFrom("国药准字H", "国药试字S", "国药准字ZC", "Z", "BS", "F"), digits(8)).map((t) => t.join("")),
  fc
    .tuple(sign, fc.constantFrom("械注准", "械注进"), digits(4), fc.constantFrom("2", "3"), digits(6))
    .map((t) => t.join("")),
  fc.tuple(sign, fc.constantFrom("械备", "温械备", "G妆网备字"), digits(10)).map((t) => t.join("")),
  fc.tuple(fc.constant("869"), digits(11)).map((t) => t.join("")),
  digits(20),
  fc
    .tuple(digits(14), digits(6), word, word)
    .map(([gtin, day, lot, serial]) => `01${gtin}17${day}10${lot}\u001d21${serial}`),
  fc.tuple(digits(13), word, word).map(([gtin, lot, serial]) => `(01)0${gtin}(10)${lot}(21)${serial}`),
);

test("the canonical text reads the same again, whatever the warnings", () => {
  fc.assert(
    fc.property(written, (raw) => {
      const found = parseIdentifier(raw);
      fc.pre(found.ok);
      const again = parseIdentifier(found.canonical);
      expect(again).toMatchObject({ ok: true, kind: found.kind, canonical: found.canonical });
    }),
    { numRuns: 2000 },
  );
});

test("width, case and white space change nothing", () => {
  fc.assert(
    fc.property(
      written,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(" ", "\u3000", "\t", "\n", "\u00a0", "\ufeff"))),
      (raw, blanks) => {
        const spaced = blanks.reduce((text, [at, blank]) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + blank + text.slice(place);
        }, raw);
        const same = (text: string): void => {
          expect({ ...parseIdentifier(text), raw: "" }).toEqual({ ...parseIdentifier(raw), raw: "" });
        };
        same(spaced);
        same(widen(spaced));
        same(raw.toLowerCase());
      },
    ),
  );
});

test("no text makes a parser throw, and an answer is one or the other", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes)),
    fc.tuple(written, fc.string({ unit: "grapheme", maxLength: 5 })).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(hostile, (raw) => {
      for (const parse of Object.values(parsers)) {
        const found = parse(raw);
        if (found.ok) expect(found.warnings.every((code) => IDENTIFIER_WARNINGS.includes(code))).toBe(true);
        else expect(found).toEqual({ ok: false, reason: found.reason, raw });
      }
    }),
    { numRuns: 1000 },
  );
});

// The slowest measured takes 32 ms (NFKC over 4,096 combining marks, ten parsers); unguarded, 100,000 of them take 2.4 s in one.
test.each(Object.entries(parsers))("%s turns away long hostile text at once", (_, parse) => {
  const units = [
    "8",
    "a1",
    "(01)",
    "(10)a",
    "\u0301\u0316",
    "\ud800",
    "\0",
    " ",
    "温",
    "01-",
    "国药准字",
    "\u001d",
    "()",
    "/",
    ".A",
    "ﷺ",
  ];
  for (const length of [4096, 100_000]) {
    for (const unit of units) {
      for (const head of ["", "(01)06901234567892(10)", "010690123456789210", "国食药监械(", "浙", "MA.156.M0."]) {
        const text = (head + unit.repeat(length)).slice(0, length);
        const from = performance.now();
        const found = parse(text);
        expect(performance.now() - from).toBeLessThan(1000);
        if (length > 4096) expect(found).toEqual({ ok: false, reason: "TOO_LONG", raw: text });
      }
    }
  }
});

test("only numbers with their wording are surely of the authority", () => {
  expect(isAuthorityNumber("国药准字H14020749")).toBe(true);
  expect(isAuthorityNumber("晋械注准20152640012")).toBe(true);
  expect(isAuthorityNumber("国妆特字G20150123")).toBe(true);
  expect(isAuthorityNumber("H14020749")).toBe(false);
  expect(isAuthorityNumber("批号20140315")).toBe(false);
});

test("every sign is of one province, every province has a code and a name", () => {
  expect(PROVINCE_SIGNS).toHaveLength(36);
  expect([...new Set("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕秦甘陇青宁新")].sort()).toEqual(
    Array.from(PROVINCE_SIGNS).sort(),
  );
  expect(new Set(PROVINCES.map(({ code }) => code)).size).toBe(34);
  expect(provinceOf("蜀")).toBe(provinceOf("51"));
  expect(provinceOf("00")).toBeUndefined();
});

test("every warning and every fault has its wording in both languages", () => {
  const codes = [...IDENTIFIER_WARNINGS, ...IDENTIFIER_FAULTS];
  for (const locale of ["zh", "en"] as const) {
    expect(new Set(codes.map((code) => identifierCodeText(code, locale))).size).toBe(codes.length);
  }
  expect(codes.every((code) => /\p{Script=Han}/u.test(identifierCodeText(code, "zh")))).toBe(true);
});
