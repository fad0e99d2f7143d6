import { describe, expect, test } from "vitest";
import type { Report } from "pvsignal";
import { deviceForm2019, isOtherNumber } from "../../src/quality/device-form.ts";
import { defineForm, scoreForm, type FormScore } from "../../src/quality/form-score.ts";
import { make } from "./make.ts";

const device = (extra: Partial<Report> = {}, product: Partial<Report["products"][number]> = {}): Report =>
  make({
    domain: "device",
    products: [
      {
        name: "一次性使用无菌注射器",
        role: "suspect",
        code: "国械注准20153660603",
        model: "5ml",
        lots: ["20190312"],
        madeOn: "2019-03-12",
        expires: "2021-03-11",
        indication: "输液",
        start: "2019-06-01",
        ...product,
      },
    ],
    events: [
      { term: "皮疹", dictionary: "device-injury" },
      { term: "漏液", dictionary: "device-failure" },
    ],
    serious: [],
    eventDate: "2019-06-02",
    awareDate: "2019-06-02",
    patient: { sex: "male", ageYears: 50 },
    classification: "产品原因",
    narrativeLength: 140,
    filled: ["报告人", "联系人", "联系电话", "使用场所", "合并用药/械情况说明", "初步处置情况", "产品批号"],
    ...extra,
  });
const marksOf = (report: Report, name: string): number =>
  scoreForm(report, deviceForm2019).items.find(({ item }) => item === name)!.marks;

test("full marks of the device form are 92, not 100", () => {
  expect(deviceForm2019.full).toBe(92);
  expect(deviceForm2019.items.reduce((sum, { marks }) => sum + marks, 0)).toBe(92);
  const { marks, full, percent, items } = scoreForm(device(), deviceForm2019);
  expect({ marks, full, percent }).toEqual({ marks: 92, full: 92, percent: 100 });
  expect(items).toHaveLength(23);
});

test("an empty report has no marks, and every item says why", () => {
  const empty = make({ domain: "device", products: [], events: [] });
  const { marks, items } = scoreForm(empty, deviceForm2019);
  expect(marks).toBe(0);
  expect(items.every(({ present, reasons }) => !present && reasons.length === 1)).toBe(true);
});

test("the names of filled items alone give presence, but no marks for the length of the narrative", () => {
  const filled = deviceForm2019.items.map(({ filled: [name] }) => name!);
  const { marks, items } = scoreForm(make({ domain: "device", products: [], events: [], filled }), deviceForm2019);
  // The lot item was filled, but no lot came of it.
  expect(marks).toBe(92 - 18 - 4);
  expect(items.filter(({ present }) => !present)).toEqual([]);
});

describe("faults a machine can find take the item's marks", () => {
  test.each([
    ["注册证编号", device({}, { code: "注册证见附件" })],
    ["产品批号和产品编号", device({}, { lots: ["国械注准20153660603"] })],
    ["产品批号和产品编号", device({}, { lots: ["YZB/国 1234-2009"] })],
    ["产品批号和产品编号", device({}, { lots: ["不详"] })],
    ["产品批号和产品编号", device({}, { lots: undefined })],
    ["有效期至", device({}, { expires: "2019-03-12" })],
    ["有效期至", device({}, { expires: "2018" })],
    ["发现或获知日期", device({ awareDate: "2019-06-01" })],
    ["器械使用日期", device({}, { start: "2019-06-03" })],
    [
      "器械故障表现",
      device({
        events: [
          { term: "漏液", dictionary: "device-injury" },
          { term: "漏液", dictionary: "device-failure" },
        ],
      }),
    ],
  ])("%s", (item, report) => {
    expect(marksOf(report, item)).toBe(0);
    const lost = scoreForm(report, deviceForm2019);
    expect(lost.marks).toBe(92 - deviceForm2019.items.find((entry) => entry.item === item)!.marks);
    expect(lost.items.find((entry) => entry.item === item)!.reasons[0]).toMatchObject({
      zh: expect.stringContaining(item) as string,
    });
  });

  test("dates known in part are no fault while an order is possible", () => {
    expect(marksOf(device({ awareDate: "2019-06" }), "发现或获知日期")).toBe(5);
    expect(marksOf(device({}, { expires: "2019" }), "有效期至")).toBe(2);
  });
});

test("of 使用过程 presence and length are all that is marked, and the total says how much that is", () => {
  const marks = [1, 30, 60, 99, 100].map((narrativeLength) => marksOf(device({ narrativeLength }), "使用过程"));
  expect(marks).toEqual([4.5, 9, 13.5, 13.5, 18]);
  const { items, unjudged } = scoreForm(device(), deviceForm2019);
  expect(items.find(({ item }) => item === "使用过程")).toMatchObject({ judged: "length" });
  // The checked items are 注册证编号 8, 批号 4, 有效期 2, 获知日期 5, 故障表现 6, 使用日期 2.
  expect(unjudged).toBe(92 - 27);
});

test("lots of makers are not taken for standards", () => {
  expect(["GB190301", "GB2019", "20190312", "JB-0403", "YY12"].map(isOtherNumber)).toEqual(new Array(5).fill(false));
  expect(["GB 8368-2018", "YY/T 0469-2011", "YZB/粤 0123-2012", "晋械注准20152640012"].map(isOtherNumber)).toEqual(
    new Array(4).fill(true),
  );
});

test("a form of one's own must add up", () => {
  const form: FormScore = {
    name: "own",
    title: { zh: "自定", en: "own" },
    domains: ["drug"],
    full: 100,
    basis: "test",
    status: { marks: "local", checks: "default" },
    items: [
      { item: "a", marks: 60, filled: ["甲"] },
      {
        item: "b",
        marks: 40,
        filled: ["乙"],
        checks: [{ wording: { zh: "错", en: "wrong" }, loses: 30, fails: () => true }],
      },
    ],
  };
  expect(scoreForm(make({ filled: ["甲", "乙"] }), defineForm(form))).toMatchObject({ marks: 70, percent: 70 });
  for (const wrong of [
    { ...form, full: 92 },
    { ...form, items: [...form.items, form.items[0]!] },
    { ...form, items: [{ ...form.items[0]!, marks: -1 }] },
    { ...form, items: [{ ...form.items[1]!, marks: 20 }] },
    {
      ...form,
      items: [
        {
          ...form.items[0]!,
          marks: 100,
          length: [
            { atLeast: 5, share: 1 },
            { atLeast: 2, share: 1 },
          ],
        },
      ],
    },
  ])
    expect(() => defineForm(wrong)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(() => scoreForm(make(), deviceForm2019)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
