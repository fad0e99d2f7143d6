import fc from "fast-check";
import { expect, test } from "vitest";
import { CREDIT_CODE_ALPHABET, creditCheckCharacter, gs1CheckDigit } from "../../src/report/check-digit.ts";
import { parseNationalDrugCode, parseTraceCode } from "../../src/report/identifier-drug-code.ts";
import { parseCreditCode } from "../../src/report/identifier-organisation.ts";

test.each([
  ["0690123456789", 2],
  ["8690111000002", 0],
])("the check digit after %s is %i", (body, digit) => {
  expect(gs1CheckDigit(body)).toBe(digit);
});

test.each([
  ["91350100M000100Y4", "3"],
  ["91110000600037341", "L"],
])("the check character after %s is %s", (body, character) => {
  expect(creditCheckCharacter(body)).toBe(character);
});

test("a body of other characters has no check digit", () => {
  expect(gs1CheckDigit("")).toBeNaN();
  expect(gs1CheckDigit("069A")).toBeNaN();
  expect(creditCheckCharacter("91350100I000100Y4")).toBeUndefined();
});

test("any one wrong digit shows in the check digit, and so does any one wrong character", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 17 }),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      (digits, at, by) => {
        const other = digits.with(at % digits.length, (digits[at % digits.length]! + by) % 10);
        expect(gs1CheckDigit(other.join(""))).not.toBe(gs1CheckDigit(digits.join("")));
      },
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 17, maxLength: 17 }),
      fc.nat({ max: 16 }),
      fc.integer({ min: 1, max: 30 }),
      (values, at, by) => {
        const text = (list: number[]): string => list.map((value) => CREDIT_CODE_ALPHABET[value]!).join("");
        const other = values.with(at, (values[at]! + by) % 31);
        expect(creditCheckCharacter(text(other))).not.toBe(creditCheckCharacter(text(values)));
      },
    ),
  );
});

test("a national drug code is 86, 9, company, product and check; the check only warns", () => {
  expect(parseNationalDrugCode("８６９０１１１ 0000020")).toEqual({
    ok: true,
    kind: "national-drug-code",
    canonical: "86901110000020",
    company: "01110",
    product: "00002",
    check: "0",
    warnings: [],
  });
  expect(parseNationalDrugCode("86901110000021")).toMatchObject({ ok: true, warnings: ["CHECK_RULE_UNVERIFIED"] });
  expect(parseNationalDrugCode("8690111000002")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
  expect(parseNationalDrugCode("8.690111E+13")).toMatchObject({ ok: false, reason: "NUMBER_DAMAGED" });
});

test("a trace code has twenty digits, or is a GS1 code", () => {
  expect(parseTraceCode("8123 4560 0000 0000 0001")).toEqual({
    ok: true,
    kind: "trace-code",
    canonical: "81234560000000000001",
    packPrefix: "8123456",
    warnings: [],
  });
  expect(parseTraceCode("71234560000000000001")).toMatchObject({ kind: "trace-code", warnings: ["UNUSUAL_LEAD"] });
  expect(parseTraceCode("(01)06901234567892(21)1234")).toMatchObject({ kind: "gs1", serial: "1234" });
  expect(parseTraceCode("01069012345678922112")).toMatchObject({ kind: "gs1", serial: "12" });
  expect(parseTraceCode("8.123456E+19")).toMatchObject({ ok: false, reason: "NUMBER_DAMAGED" });
  expect(parseTraceCode("8123456")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
});

test("a credit code is taken apart; its check character warns", () => {
  expect(parseCreditCode("91350100m000100y43")).toEqual({
    ok: true,
    kind: "credit-code",
    canonical: "91350100M000100Y43",
    registration: "91",
    division: "350100",
    organisation: "M000100Y4",
    check: "3",
    warnings: [],
  });
  expect(parseCreditCode("91110000600037341L")).toMatchObject({ division: "110000", warnings: [] });
  expect(parseCreditCode("91110000600037341K")).toMatchObject({ warnings: ["CHECK_MISMATCH"] });
  expect(parseCreditCode("91110000600037341I")).toMatchObject({ ok: false, reason: "NOT_RECOGNISED" });
});
