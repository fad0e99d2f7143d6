import { expect, test } from "vitest";
import { parseApprovalNumber } from "../../src/report/identifier-approval.ts";

test.each([
  ["国药准字H14020749", "H14020749", "chemical", "domestic"],
  ["国药准字Ｚ20053908", "Z20053908", "chinese-medicine", "domestic"],
  ["国药准字 HJ20150001", "HJ20150001", "chemical", "imported"],
  ["国药准字J20171011", "J20171011", "imported-repackaged", "imported"],
  ["国药准字SC20210003", "SC20210003", "biological", "hong-kong-macao-taiwan"],
  ["批准文号：国药准字b20020012号", "B20020012", "health", "domestic"],
])("%s is the approval number %s", (raw, number, productClass, origin) => {
  expect(parseApprovalNumber(raw)).toMatchObject({
    ok: true,
    kind: "domestic",
    canonical: `国药准字${number}`,
    number,
    status: "approved",
    productClass,
    origin,
  });
});

test("the digits 14 are Shanxi and 02 the year of renumbering, not the year 1402", () => {
  for (const raw of ["国药准字H14020749", "H14020749"]) {
    expect(parseApprovalNumber(raw)).toMatchObject({
      kind: "domestic",
      authority: "province",
      province: { code: "14", zh: "山西", en: "Shanxi" },
      year: 2002,
      yearMeaning: "renumbering",
      serial: "0749",
    });
  }
  expect(parseApprovalNumber("国药准字H14020749")).toMatchObject({ warnings: [] });
  expect(parseApprovalNumber("H14020749")).toMatchObject({ warnings: ["PREFIX_MISSING"] });
});

test("19 and 20 are the national authority and begin a year, 10 is the former ministry and does not", () => {
  expect(parseApprovalNumber("国药准字Z20053908")).toMatchObject({
    authority: "national",
    province: undefined,
    year: 2005,
    yearMeaning: "approval",
    warnings: [],
  });
  expect(parseApprovalNumber("国药准字H19990123")).toMatchObject({ authority: "national", year: 1999 });
  expect(parseApprovalNumber("国药准字H10970001")).toMatchObject({
    authority: "former-ministry-of-health",
    year: 1997,
    yearMeaning: "approval",
  });
});

test("digits that give no plausible year or no province are kept and warned of", () => {
  expect(parseApprovalNumber("国药准字H19120001")).toMatchObject({ year: undefined, warnings: ["YEAR_IMPLAUSIBLE"] });
  expect(parseApprovalNumber("国药准字H38020001")).toMatchObject({
    authority: "unknown",
    province: undefined,
    warnings: ["UNKNOWN_PROVINCE"],
  });
});

test("a second letter C or J is not verified and says so", () => {
  expect(parseApprovalNumber("国药准字HC20200001")).toMatchObject({ warnings: ["UNVERIFIED_FORM"] });
  expect(parseApprovalNumber("HJ20150001")).toMatchObject({
    kind: "domestic",
    warnings: ["PREFIX_MISSING", "UNVERIFIED_FORM"],
  });
});

test("国药试字 is a trial", () => {
  expect(parseApprovalNumber("国药试字Z20010001")).toMatchObject({ status: "trial", canonical: "国药试字Z20010001" });
});

test("a leading B is a large pack, a C Hong Kong, Macao or Taiwan; a plain certificate may be a domestic number", () => {
  expect(parseApprovalNumber("BH20150001")).toMatchObject({
    kind: "import-certificate",
    largePack: true,
    origin: "imported",
    year: 2015,
    serial: "0001",
    warnings: [],
  });
  expect(parseApprovalNumber("BZC20150001")).toMatchObject({ largePack: true, origin: "hong-kong-macao-taiwan" });
  expect(parseApprovalNumber("HC20150001")).toMatchObject({
    kind: "import-certificate",
    largePack: false,
    warnings: [],
  });
  expect(parseApprovalNumber("S20150001")).toMatchObject({
    kind: "import-certificate",
    warnings: ["PREFIX_UNCERTAIN"],
  });
});

test("a hospital preparation names its province and is never taken as verified", () => {
  expect(parseApprovalNumber("晋药制备字Z20190001")).toMatchObject({
    kind: "hospital-preparation",
    province: { code: "14" },
    filed: true,
    productClass: "chinese-medicine",
    year: 2019,
    warnings: ["UNVERIFIED_FORM"],
  });
  expect(parseApprovalNumber("京药制字F20020001")).toMatchObject({ filed: false, productClass: undefined });
});

test.each([
  ["", "EMPTY"],
  [" \u3000", "EMPTY"],
  ["不详", "PLACEHOLDER"],
  ["/", "PLACEHOLDER"],
  ["2.0053908E+7", "NUMBER_DAMAGED"],
  ["国药准字Z2005390", "NOT_RECOGNISED"],
  ["国药准字X20053908", "NOT_RECOGNISED"],
  ["国药准字Z20053908国药准字Z20053909", "NOT_RECOGNISED"],
  ["国械注准20153640123", "NOT_RECOGNISED"],
])("%j is no approval number: %s", (raw, reason) => {
  expect(parseApprovalNumber(raw)).toEqual({ ok: false, reason, raw });
});
