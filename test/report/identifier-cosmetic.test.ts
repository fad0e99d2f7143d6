import { expect, test } from "vitest";
import { parseCosmeticClass } from "../../src/report/identifier-cosmetic-class.ts";
import { parseCosmeticNumber } from "../../src/report/identifier-cosmetic.ts";

test.each([
  ["国妆特字G20150123", "国妆特字G20150123", "domestic", 2015, "0123", []],
  ["国妆特进字J20161234", "国妆特进字J20161234", "imported", 2016, "1234", []],
  ["国妆特字20210001", "国妆特字20210001", undefined, 2021, "0001", ["UNVERIFIED_FORM"]],
  ["国妆特进字J２０１６１２３４号", "国妆特进字J20161234", "imported", 2016, "1234", []],
  ["国妆特制字20210001", "国妆特制字20210001", undefined, 2021, "0001", ["UNVERIFIED_FORM"]],
])("%s is the special cosmetic %s", (raw, canonical, origin, year, serial, warnings) => {
  expect(parseCosmeticNumber(raw)).toEqual({ ok: true, kind: "special", canonical, origin, year, serial, warnings });
});

test.each([
  ["晋G妆网备字2021000123", "晋G妆网备字2021000123", "domestic", "14", []],
  ["国妆网备进字（沪）2021000123", "国妆网备进字(沪)2021000123", "imported", "31", []],
  ["国妆网备制字(粤)2021000123号", "国妆网备制字(粤)2021000123", undefined, "44", ["UNVERIFIED_FORM"]],
])("%s is the ordinary cosmetic %s", (raw, canonical, origin, code, warnings) => {
  expect(parseCosmeticNumber(raw)).toMatchObject({
    kind: "ordinary",
    canonical,
    origin,
    province: { code },
    year: 2021,
    serial: "000123",
    warnings,
  });
});

test.each(["国妆特字G2015012", "国妆网备进字2021000123", "G妆网备字2021000123"])("%s is no cosmetic number", (raw) => {
  expect(parseCosmeticNumber(raw)).toEqual({ ok: false, reason: "NOT_RECOGNISED", raw });
});

test("a classification code has five groups, each with one or more values", () => {
  expect(parseCosmeticClass("05/26－02–01/02-04-01")).toEqual({
    ok: true,
    kind: "cosmetic-class",
    canonical: "05/26-02-01/02-04-01",
    efficacy: ["05", "26"],
    site: ["02"],
    user: ["01", "02"],
    form: ["04"],
    method: ["01"],
    newEfficacy: false,
    warnings: [],
  });
});

test("a letter in efficacy, site or user group is a new-efficacy claim, in form or method it is odd", () => {
  for (const code of ["A-01-03-04-01", "01-B-03-04-01", "01-01-c-04-01"]) {
    expect(parseCosmeticClass(code)).toMatchObject({ newEfficacy: true, warnings: [] });
  }
  expect(parseCosmeticClass("01-01-03-A-01")).toMatchObject({ newEfficacy: false, warnings: ["UNUSUAL_LENGTH"] });
});

test("the draft of 2020 has the form before the user group", () => {
  expect(parseCosmeticClass("01-02-05-03-04", { order: "2020-draft" })).toMatchObject({
    user: ["03"],
    form: ["05"],
    canonical: "01-02-03-05-04",
  });
});

test.each(["01-02-03-04", "01-02-03-04-05-06", "01--03-04-05", "01/-02-03-04-05", "祛斑-02-03-04-05"])(
  "%s is no classification code",
  (raw) => {
    expect(parseCosmeticClass(raw)).toEqual({ ok: false, reason: "NOT_RECOGNISED", raw });
  },
);
