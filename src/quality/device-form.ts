import { parseDeviceNumber } from "../report/identifier-device.ts";
import { isAuthorityNumber } from "../report/identifier-detect.ts";
import { normaliseLot } from "../report/lot.ts";
import type { Report, ReportProduct } from "../report/report.ts";
import { isImpossibleOrder } from "./day-interval.ts";
import { defineForm, type FormScore } from "./form-score.ts";

const someProduct = (report: Report, has: (product: ReportProduct) => boolean): boolean =>
  report.products.some((product) => product.role !== "concomitant" && has(product));

/**
 * A standard (YY/T 0469, GB 8368-2018, YZB/国 …), or a production or business licence. Makers' lots may begin with the same
 * letters, so a bare "GB" and digits is a standard only with a year behind it.
 */
const STANDARD_OR_LICENCE =
  /^YZB|^(?:YY|GB|ISO|JB|WS)(?:\/T ?| )\d|^(?:YY|GB)\d{4,5}(?:\.\d+)?-(?:19|20)\d{2}$|械生产许|械经营许|械生产备|械经营备|生产许可证|经营许可证/;

/**
 * Whether what stands in a lot field is another number: a standard, a production licence, a registration or filing number.
 *
 * @example
 * isOtherNumber("YZB/国 1234-2009"); // true
 */
export function isOtherNumber(lot: string): boolean {
  const text = lot.normalize("NFKC").toUpperCase().trim();
  return STANDARD_OR_LICENCE.test(text) || isAuthorityNumber(text);
}

/** The injury and the failure are the same text: one was copied into the other. */
const isCopied = (report: Report): boolean => {
  const { injury, failure } = deviceTexts(report);
  return injury.length > 0 && failure.length > 0 && injury.join("；") === failure.join("；");
};

/** Terms by the item they stood in, as readers of the device form mark them in place of a terminology. */
function deviceTexts(report: Report): { injury: string[]; failure: string[] } {
  const of = (mark: string): string[] =>
    report.events.filter(({ dictionary }) => dictionary === mark).map(({ term }) => term.trim());
  return { injury: of("device-injury"), failure: of("device-failure") };
}

/** The form's lot item was filled, but its reader took no lot from it: a standard, a licence, a placeholder. */
const holdsNoLot = (report: Report): boolean =>
  report.filled?.includes("产品批号") === true &&
  !report.filled.includes("产品编号") &&
  !report.products.some(({ lots, serial }) => serial !== undefined || (lots?.length ?? 0) > 0);

const narrativeSteps = [
  { atLeast: 1, share: 0.25 },
  { atLeast: 30, share: 0.5 },
  { atLeast: 60, share: 0.75 },
  { atLeast: 100, share: 1 },
] as const;

const present = (value: unknown): boolean => value !== undefined;

/**
 * The score in use for the device form of 2019: 23 items, 92 marks in full. The marks of the items are as used; how much a
 * machine-found fault takes (all of its item) and the lengths of text are ours.
 * Of 使用过程 (18 marks: operation 5, event 5, effect on the patient 4, treatment and result 4) only presence and length can be
 * told without reading; that part of a total is given as `unjudged`.
 *
 * @example
 * deviceForm2019.full; // 92
 */
export const deviceForm2019: FormScore = defineForm({
  name: "deviceForm2019",
  title: { zh: "医疗器械不良事件报告表（2019）质量评分", en: "quality score of the device form of 2019" },
  domains: ["device"],
  full: 92,
  basis: "form score in use at monitoring centres; full marks 92",
  status: { marks: "local", checks: "default" },
  items: [
    { item: "报告人", marks: 1, filled: ["报告人"], value: (r) => present(r.reporter) },
    { item: "联系人", marks: 1, filled: ["联系人"] },
    { item: "联系电话", marks: 1, filled: ["联系电话"] },
    {
      item: "注册证编号",
      marks: 8,
      filled: ["注册证编号", "注册证编号/曾用注册证编号", "注册证号"],
      value: (r) => someProduct(r, ({ code }) => present(code)),
      checks: [
        {
          wording: { zh: "编号格式不符", en: "not in the form of a registration number" },
          loses: 8,
          // A source that keeps the number out of the model leaves nothing to check.
          fails: (r) => someProduct(r, ({ code }) => code !== undefined && !parseDeviceNumber(code).ok),
        },
      ],
    },
    {
      item: "产品名称",
      marks: 4,
      filled: ["产品名称"],
      value: (r) => someProduct(r, ({ name }) => name !== ""),
    },
    {
      item: "型号和规格",
      marks: 4,
      filled: ["型号", "规格"],
      value: (r) => someProduct(r, ({ model, strength }) => present(model) || present(strength)),
    },
    {
      item: "产品批号和产品编号",
      marks: 4,
      filled: ["产品批号", "产品编号"],
      value: (r) => someProduct(r, ({ lots, serial }) => present(serial) || (lots?.length ?? 0) > 0),
      checks: [
        {
          wording: {
            zh: "批号填的是标准号、许可证号或注册证号",
            en: "the lot is a standard, licence or registration number",
          },
          loses: 4,
          fails: (r) => someProduct(r, ({ lots }) => lots?.some(isOtherNumber) === true),
        },
        {
          wording: { zh: "批号为占位值，或所填不是批号", en: "a placeholder, or no lot" },
          loses: 4,
          fails: (r) =>
            holdsNoLot(r) ||
            someProduct(
              r,
              ({ lots, serial }) => !present(serial) && lots?.some((lot) => normaliseLot(lot) === undefined) === true,
            ),
        },
      ],
    },
    {
      item: "生产日期",
      marks: 2,
      filled: ["生产日期"],
      value: (r) => someProduct(r, ({ madeOn }) => present(madeOn)),
    },
    {
      item: "有效期至",
      marks: 2,
      filled: ["有效期至"],
      value: (r) => someProduct(r, ({ expires }) => present(expires)),
      checks: [
        {
          wording: { zh: "有效期不晚于生产日期", en: "expires no later than it was made" },
          loses: 2,
          fails: (r) => someProduct(r, ({ madeOn, expires }) => expiresTooEarly(madeOn, expires)),
        },
      ],
    },
    { item: "事件发生日期", marks: 2, filled: ["事件发生日期"], value: (r) => present(r.eventDate) },
    {
      item: "发现或获知日期",
      marks: 5,
      filled: ["发现或获知日期"],
      value: (r) => present(r.awareDate),
      checks: [
        {
          wording: { zh: "早于事件发生日期", en: "before the event" },
          loses: 5,
          fails: (r) => isImpossibleOrder(r.eventDate, r.awareDate),
        },
      ],
    },
    { item: "伤害", marks: 8, filled: ["伤害"], value: (r) => present(r.serious) },
    { item: "伤害表现", marks: 6, filled: ["伤害表现"], value: (r) => deviceTexts(r).injury.length > 0 },
    {
      item: "器械故障表现",
      marks: 6,
      filled: ["器械故障表现"],
      value: (r) => deviceTexts(r).failure.length > 0,
      checks: [
        {
          wording: { zh: "与伤害表现内容相同", en: "the same text as the injury" },
          loses: 6,
          fails: isCopied,
        },
      ],
    },
    { item: "年龄", marks: 1, filled: ["年龄"], value: (r) => present(r.patient?.ageYears) },
    { item: "性别", marks: 1, filled: ["性别"], value: (r) => present(r.patient?.sex) },
    {
      item: "预期治疗疾病或作用",
      marks: 4,
      filled: ["预期治疗疾病或作用"],
      value: (r) => someProduct(r, ({ indication }) => present(indication)),
    },
    {
      item: "器械使用日期",
      marks: 2,
      filled: ["器械使用日期"],
      value: (r) => someProduct(r, ({ start }) => present(start)),
      checks: [
        {
          wording: { zh: "晚于事件发生日期", en: "after the event" },
          loses: 2,
          fails: (r) => someProduct(r, ({ start }) => isImpossibleOrder(start, r.eventDate)),
        },
      ],
    },
    { item: "使用场所和场所名称", marks: 2, filled: ["使用场所", "场所名称"] },
    {
      item: "使用过程",
      marks: 18,
      filled: ["使用过程"],
      value: (r) => (r.narrativeLength ?? r.narrative?.length ?? 0) > 0,
      length: narrativeSteps,
      unjudged: {
        zh: "使用过程：操作（5）、事件（5）、对患者的影响（4）、处置与结果（4）须人工评判，此处仅按有无与字数计分",
        en: "使用过程: operation (5), event (5), effect on the patient (4), treatment and result (4) need a reader; marked by presence and length alone",
      },
    },
    { item: "合并用药/械情况", marks: 4, filled: ["合并用药/械情况", "合并用药/械情况说明"] },
    {
      item: "事件原因分析",
      marks: 4,
      filled: ["事件原因分析", "事件原因分析描述"],
      value: (r) => present(r.classification),
    },
    { item: "初步处置情况", marks: 2, filled: ["初步处置情况"] },
  ],
});

/** Expiry must be later than the day of making; the same day is a fault when both are exact. */
function expiresTooEarly(madeOn: string | undefined, expires: string | undefined): boolean {
  const exact = madeOn?.length === 10 && madeOn === expires;
  return exact || isImpossibleOrder(madeOn, expires);
}
