import fc from "fast-check";
import { expect, test } from "vitest";
import { productNames } from "../../src/report/product-name.ts";

const strip = productNames({ strengths: "strip", doseForms: "strip" });

test.each([
  ["阿莫西林胶囊", "阿莫西林"],
  ["阿莫西林胶囊　０．２５ｇ×２４粒", "阿莫西林"],
  ["硝苯地平控释片(30mg*7片)", "硝苯地平"],
  ["注射用头孢曲松钠 1.0g", "头孢曲松钠"],
  ["0.9%氯化钠注射液 250ml", "氯化钠"],
  ["氯化钠注射液（0.9% 100ml）", "氯化钠"],
  ["左氧氟沙星氯化钠注射液", "左氧氟沙星氯化钠"],
  ["葡萄糖氯化钠注射液", "葡萄糖氯化钠"],
  ["盐酸左氧氟沙星滴眼液5ml:15mg", "盐酸左氧氟沙星"],
  ["青霉素钠80万单位", "青霉素钠"],
  ["重组人胰岛素30R注射液300IU/3ml", "重组人胰岛素30R"],
  ["维生素B12片 25μg", "维生素B12"],
  ["六味地黄丸", "六味地黄"],
  ["阿片", "阿片"],
  ["片", "片"],
  ["100mg", "100MG"],
  ["5-FU 250 mg", "5-FU"],
  ["Ibuprofen 400mg x 20 tablets", "IBUPROFEN"],
  ["COVID-19 mRNA", "COVID-19 MRNA"],
])("%j is %j without strength and form", (text, name) => {
  expect(strip(text)).toEqual({ name, mapped: false });
});

test("nothing is taken off unless asked", () => {
  expect(productNames()("  阿莫西林　胶囊 0.25ｇ ").name).toBe("阿莫西林胶囊 0.25G");
  expect(productNames({ strengths: "strip" })("阿莫西林胶囊0.25g").name).toBe("阿莫西林胶囊");
  expect(productNames({ doseForms: ["TABLETS"] })("aspirin tablets").name).toBe("ASPIRIN");
});

test("aliases lead to their names before and after what is taken off", () => {
  const normalise = productNames({
    aliases: { 扑热息痛: "对乙酰氨基酚", "Tylenol PM": "对乙酰氨基酚/苯海拉明" },
    strengths: "strip",
    doseForms: "strip",
  });
  expect(normalise("扑热息痛片 0.5g")).toEqual({ name: "对乙酰氨基酚", mapped: true });
  expect(normalise("ＴＹＬＥＮＯＬ  pm")).toEqual({ name: "对乙酰氨基酚/苯海拉明", mapped: true });
  expect(normalise("阿司匹林片")).toEqual({ name: "阿司匹林", mapped: false });
});

test("aliases that contradict each other are refused", () => {
  const make = (aliases: [string, string][]) => () => productNames({ aliases });
  expect(
    make([
      ["a", "b"],
      ["Ａ", "c"],
    ]),
  ).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(make([["", "c"]])).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  const agreeing = make([
    ["a", "b"],
    ["A", "B"],
  ])();
  expect(agreeing("a").name).toBe("B");
  expect(agreeing("Ａ").name).toBe("B");
  expect(productNames({ aliases: { constructor: "x" } })("toString").mapped).toBe(false);
});

test("a normalised name stays as it is, and is never empty", () => {
  const piece = fc.constantFrom(
    "阿莫西林",
    "胶囊",
    "片",
    "0.25g",
    "*24粒",
    "（",
    "）",
    " ",
    "注射用",
    "5ml:",
    "B12",
    "缓释",
    "/片",
    "x",
    "0.9%",
    "İ",
    "ß",
    "，",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  fc.assert(
    fc.property(text, (raw) => {
      const { name } = strip(raw);
      expect(strip(name).name).toBe(name);
      if (/\p{L}/u.test(raw)) expect(name).not.toBe("");
    }),
    { numRuns: 2000 },
  );
});

test("long hostile text takes no time", () => {
  const before = performance.now();
  for (const text of ["1,", "1 ", "1.1 ", "1mg", "(1mg ", "1 万", "片", "1mg*", "注射用"])
    for (const length of [200, 4000]) strip(text.repeat(length / text.length));
  expect(performance.now() - before).toBeLessThan(2000);
});
