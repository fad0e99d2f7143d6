import { expect, test } from "vitest";
import { parseDeviceNumber } from "../../src/report/identifier-device.ts";

test("a provincial registration is taken apart", () => {
  expect(parseDeviceNumber("晋械注准 ２０１５２６４００１２")).toEqual({
    ok: true,
    kind: "registration",
    canonical: "晋械注准20152640012",
    issuer: { level: "province", province: { code: "14", zh: "山西", en: "Shanxi", signs: "晋" }, city: undefined },
    origin: "domestic",
    year: 2015,
    deviceClass: 2,
    category: "64",
    catalogue: "68xx",
    serial: "0012",
    warnings: [],
  });
});

test.each([
  ["国械注进20153640123", "imported"],
  ["国械注许20153640123", "hong-kong-macao-taiwan"],
  ["国械注准20153640123号", "domestic"],
])("%s is national and %s", (raw, origin) => {
  expect(parseDeviceNumber(raw)).toMatchObject({ issuer: { level: "national" }, origin, deviceClass: 3 });
});

test.each([
  ["国械备20151134号", "国械备20151134号", "national", undefined, "1134"],
  ["浙温械备20140027号", "浙温械备20140027号", "city", "温", "0027"],
  ["浙温械备20140027", "浙温械备20140027号", "city", "温", "0027"],
  ["沪械备20150001号", "沪械备20150001号", "province", undefined, "0001"],
])("%s is the filing %s", (raw, canonical, level, city, serial) => {
  expect(parseDeviceNumber(raw)).toMatchObject({
    kind: "filing",
    canonical,
    issuer: { level, city },
    deviceClass: 1,
    serial,
    warnings: [],
  });
});

test("the form before October 2014 is read with either bracket, with or without 号", () => {
  for (const raw of [
    "国食药监械(准)字2004第3660603号",
    "国食药监械（准）字2004第3660603",
    "国食药监械〔准〕字2004第3660603号",
  ]) {
    expect(parseDeviceNumber(raw)).toEqual({
      ok: true,
      kind: "former-registration",
      canonical: "国食药监械(准)字2004第3660603号",
      issuer: { level: "national", province: undefined, city: undefined },
      origin: "domestic",
      year: 2004,
      deviceClass: 3,
      category: "66",
      catalogue: "68xx",
      serial: "0603",
      trial: false,
      amended: false,
      warnings: [],
    });
  }
  expect(parseDeviceNumber("国药管械(试)字2001第3220123号(更)")).toMatchObject({ trial: true, amended: true });
  expect(parseDeviceNumber("苏苏食药监械(准)字2013第1640123号")).toMatchObject({
    issuer: { level: "city", province: { code: "32" }, city: "苏" },
    deviceClass: 1,
  });
});

test.each([
  ["国械注准20173120001", "68xx", []],
  ["国械注准20193120001", "2018", []],
  ["国械注准20183120001", "undetermined", ["CATALOGUE_UNDETERMINED"]],
  ["国械注准20183770001", "68xx", []],
  ["国械注准20193770001", "68xx", ["CATEGORY_AGAINST_YEAR"]],
  ["国械注准20193400001", "ivd", []],
  ["国械注准20183400001", "undetermined", ["CATALOGUE_UNDETERMINED"]],
  ["国械注准20173400001", "68xx", []],
  ["国械注准20193000001", "undetermined", ["CATEGORY_AGAINST_YEAR"]],
])("the category of %s is of the catalogue %s", (raw, catalogue, warnings) => {
  expect(parseDeviceNumber(raw)).toMatchObject({ catalogue, warnings });
});

test("what breaks a rule is read and warned of", () => {
  expect(parseDeviceNumber("国械注准20151640001")).toMatchObject({
    deviceClass: 1,
    warnings: ["CLASS_NOT_REGISTERED"],
  });
  expect(parseDeviceNumber("国械注准201536400012")).toMatchObject({ serial: "00012", warnings: ["UNUSUAL_LENGTH"] });
  expect(parseDeviceNumber("国械注准20053640001")).toMatchObject({ warnings: ["YEAR_IMPLAUSIBLE"] });
  expect(parseDeviceNumber("国食药监械(准)字2019第3660603号")).toMatchObject({ warnings: ["YEAR_IMPLAUSIBLE"] });
});

test.each(["国械注准2015364", "美械注准20153640123", "国药准字Z20053908", "YZB/国 1234-2012"])(
  "%s is no device number",
  (raw) => {
    expect(parseDeviceNumber(raw)).toEqual({ ok: false, reason: "NOT_RECOGNISED", raw });
  },
);
