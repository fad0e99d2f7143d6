import { parseApprovalNumber } from "../report/identifier-approval.ts";
import { parseCosmeticNumber } from "../report/identifier-cosmetic.ts";
import { parseDeviceNumber } from "../report/identifier-device.ts";
import { normaliseLot } from "../report/lot.ts";
import type { Domain, Report, ReportProduct } from "../report/report.ts";
import { isImpossibleOrder } from "./day-interval.ts";
import { isOtherNumber } from "./device-form.ts";
import { fourElements } from "./validity.ts";
import type { Wording } from "../report/wording.ts";

/** One named check of the logic of a report. */
export interface LogicCheck {
  readonly code: string;
  readonly domains: "all" | readonly Domain[];
  readonly wording: Wording;
  /** What contradicts what, as text that is the same in every language; empty when nothing does. */
  readonly test: (report: Report) => readonly string[];
}

const isSuspect = ({ role }: ReportProduct): boolean => role === "suspect" || role === "interacting";

/** One text when the second date lies before the first however both are completed. */
function order(
  earlierName: string,
  earlier: string | undefined,
  laterName: string,
  later: string | undefined,
): readonly string[] {
  return isImpossibleOrder(earlier, later) ? [`${earlierName} ${earlier ?? ""} > ${laterName} ${later ?? ""}`] : [];
}

const perProduct =
  (test: (product: ReportProduct, report: Report) => readonly string[]) =>
  (report: Report): readonly string[] =>
    report.products.flatMap((product) => test(product, report).map((text) => `${product.name}: ${text}`));

const isFatal = (report: Report): boolean =>
  report.serious?.includes("death") === true || report.events.some(({ outcome }) => outcome === "fatal");

/** Anything said about how it ended, so that the lack of a death means something. */
const hasOutcome = (report: Report): boolean =>
  report.events.some(({ outcome }) => outcome !== undefined && outcome !== "unknown");

/** What kind of product an authority number belongs to; `undefined` when it is none, or a bare one that could be several. */
function kindOfNumber(code: string): "drug" | "device" | "cosmetic" | undefined {
  const drug = parseApprovalNumber(code);
  if (drug.ok) return drug.warnings.length === 0 ? "drug" : undefined;
  if (parseDeviceNumber(code).ok) return "device";
  return parseCosmeticNumber(code).ok ? "cosmetic" : undefined;
}

const numberKinds: Partial<Record<Domain, readonly string[]>> = {
  drug: ["drug"],
  vaccine: ["drug"],
  // In-vitro diagnostics for blood screening are approved as drugs, all others as devices.
  device: ["device", "drug"],
  cosmetic: ["cosmetic"],
};

/** Letters of approval numbers, and how a source words the class of a product. */
const classWords: readonly { readonly letter: string; readonly words: RegExp }[] = [
  { letter: "chinese-medicine", words: /中药|中成药|chinese/i },
  { letter: "chemical", words: /化学|化药|chemical/i },
  { letter: "biological", words: /生物|疫苗|biologic/i },
];

function classAgainstNumber(product: ReportProduct, report: Report): readonly string[] {
  const { code, category } = product;
  const domain = product.domain ?? report.domain;
  if (code === undefined) return [];
  const kind = kindOfNumber(code);
  if (kind !== undefined && numberKinds[domain]?.includes(kind) === false) return [`${code} / ${domain}`];
  const number = parseApprovalNumber(code);
  // J, imported and repackaged, says nothing about the class.
  if (!number.ok || number.productClass === "imported-repackaged") return [];
  if (domain === "vaccine" && number.productClass !== "biological") return [`${code} / ${domain}`];
  const stated = category === undefined ? undefined : classWords.find(({ words }) => words.test(category))?.letter;
  const known = classWords.some(({ letter }) => letter === number.productClass);
  return stated !== undefined && known && stated !== number.productClass ? [`${code} / ${category ?? ""}`] : [];
}

/**
 * The logic checks, as data: leave some out or add your own. Dates known in part are compared as the stretches they can mean,
 * so a finding says that the order is impossible, never that it might be.
 */
export const logicChecks: readonly LogicCheck[] = [
  {
    code: "NO_PATIENT",
    domains: ["drug", "vaccine", "cosmetic", "abuse"],
    wording: { zh: "没有可识别的患者信息", en: "nothing identifies a patient" },
    test: (r) => (fourElements(r).patient ? [] : ["–"]),
  },
  {
    code: "NO_REPORTER",
    domains: "all",
    wording: { zh: "没有可识别的报告者", en: "nothing identifies a reporter" },
    test: (r) => (fourElements(r).reporter ? [] : ["–"]),
  },
  {
    code: "NO_PRODUCT",
    domains: "all",
    wording: { zh: "没有产品", en: "no product" },
    test: (r) => (fourElements(r).product ? [] : ["–"]),
  },
  {
    code: "NO_EVENT",
    domains: "all",
    wording: { zh: "没有不良反应/事件", en: "no event" },
    test: (r) => (fourElements(r).event ? [] : ["–"]),
  },
  {
    code: "NO_SUSPECT",
    domains: "all",
    wording: { zh: "没有怀疑产品", en: "no suspect product" },
    test: (r) => (r.products.length > 0 && !r.products.some(isSuspect) ? [`${r.products.length}`] : []),
  },
  {
    code: "START_AFTER_ONSET",
    domains: "all",
    wording: { zh: "怀疑产品使用晚于事件发生", en: "the suspect product was started after the event began" },
    test: perProduct((p, r) => (isSuspect(p) ? lastOnset(r, p) : [])),
  },
  {
    code: "STOP_BEFORE_START",
    domains: "all",
    wording: { zh: "终止使用早于开始使用", en: "stopped before it was started" },
    test: perProduct((p) => order("start", p.start, "stop", p.end)),
  },
  {
    code: "AWARE_BEFORE_EVENT",
    domains: "all",
    wording: { zh: "获知日期早于事件发生日期", en: "learnt of before it happened" },
    test: (r) => order("event", r.eventDate, "aware", r.awareDate),
  },
  {
    code: "REPORT_BEFORE_EVENT",
    domains: "all",
    wording: { zh: "报告日期早于事件发生日期", en: "reported before it happened" },
    test: (r) => order("event", r.eventDate, "reported", r.reportedDate),
  },
  {
    code: "REPORT_BEFORE_AWARE",
    domains: "all",
    wording: { zh: "报告日期早于获知日期", en: "reported before it was learnt of" },
    test: (r) => order("aware", r.awareDate, "reported", r.reportedDate),
  },
  {
    code: "FUTURE_DATE",
    domains: "all",
    wording: { zh: "日期晚于接收日期", en: "a date after the day of receipt" },
    test: (r) => [
      ...order("event", r.eventDate, "received", r.receivedDate),
      ...order("aware", r.awareDate, "received", r.receivedDate),
      ...order("reported", r.reportedDate, "received", r.receivedDate),
      ...order("death", r.deathDate, "received", r.receivedDate),
      ...r.events.flatMap(({ onset }) => order("onset", onset, "received", r.receivedDate)),
      ...r.products.flatMap(({ start, madeOn }) => [
        ...order("start", start, "received", r.receivedDate),
        ...order("made", madeOn, "received", r.receivedDate),
      ]),
    ],
  },
  {
    code: "DEATH_BEFORE_EVENT",
    domains: "all",
    wording: { zh: "死亡日期早于事件发生日期", en: "died before the event" },
    test: (r) => order("event", r.eventDate, "death", r.deathDate),
  },
  {
    code: "DEATH_DATE_WITHOUT_DEATH",
    domains: "all",
    wording: {
      zh: "有死亡日期，但结果和严重程度均非死亡",
      en: "a date of death, but neither outcome nor seriousness says death",
    },
    test: (r) =>
      r.deathDate !== undefined && !isFatal(r) && (r.serious !== undefined || hasOutcome(r)) ? [r.deathDate] : [],
  },
  {
    code: "FATAL_NOT_SERIOUS",
    domains: "all",
    wording: { zh: "结果为死亡，但未标为严重", en: "a fatal outcome, but not marked serious" },
    test: (r) => (r.serious?.length === 0 && r.events.some(({ outcome }) => outcome === "fatal") ? ["fatal"] : []),
  },
  {
    code: "SERIOUS_WITHOUT_CRITERION",
    domains: ["drug", "vaccine"],
    wording: { zh: "标为严重，但未注明属于哪种情形", en: "marked serious without saying by which criterion" },
    test: (r) =>
      r.serious !== undefined && r.serious.length > 0 && r.serious.every((s) => s === "unspecified")
        ? ["unspecified"]
        : [],
  },
  {
    code: "PREGNANT_MALE",
    domains: "all",
    wording: { zh: "男性患者标为妊娠", en: "a male patient marked pregnant" },
    test: (r) => (r.patient?.sex === "male" && r.patient.pregnant === true ? ["male"] : []),
  },
  {
    code: "LOT_PLACEHOLDER",
    domains: "all",
    wording: { zh: "批号为占位值", en: "the lot is a placeholder" },
    test: perProduct((p) => (p.lots ?? []).filter((lot) => normaliseLot(lot) === undefined)),
  },
  {
    code: "LOT_OTHER_NUMBER",
    domains: "all",
    wording: {
      zh: "批号填的是标准号、许可证号、注册证号或批准文号",
      en: "the lot is a standard, licence, registration or approval number",
    },
    test: perProduct((p) => (p.lots ?? []).filter(isOtherNumber)),
  },
  {
    code: "EXPIRES_BEFORE_MADE",
    domains: "all",
    wording: { zh: "有效期早于生产日期", en: "expires before it was made" },
    test: perProduct((p) => order("made", p.madeOn, "expires", p.expires)),
  },
  {
    code: "MADE_AFTER_EVENT",
    domains: "all",
    wording: { zh: "怀疑产品的生产日期晚于事件发生日期", en: "the suspect product was made after the event" },
    test: perProduct((p, r) => (isSuspect(p) ? order("made", p.madeOn, "event", r.eventDate) : [])),
  },
  {
    code: "NUMBER_AGAINST_KIND",
    domains: ["drug", "vaccine", "device", "cosmetic"],
    wording: { zh: "批准文号/注册证号与产品类别不符", en: "the approval number is of another kind of product" },
    test: perProduct(classAgainstNumber),
  },
];

/** A product may follow one event and precede another: only one started after every dated event contradicts. */
function lastOnset(report: Report, product: ReportProduct): readonly string[] {
  const onsets = report.events.flatMap(({ onset }) => (onset === undefined ? [] : [onset]));
  if (onsets.length < report.events.length && report.eventDate !== undefined) onsets.push(report.eventDate);
  const after = onsets.filter((onset) => isImpossibleOrder(product.start, onset));
  return onsets.length > 0 && after.length === onsets.length
    ? [`start ${product.start ?? ""} > onset ${after.join(", ")}`]
    : [];
}
