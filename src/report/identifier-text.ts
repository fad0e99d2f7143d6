import type { Locale } from "./issue.ts";

/** What is odd about an identifier that was read all the same; `identifierCodeText` says each in words. */
export const IDENTIFIER_WARNINGS = [
  "PREFIX_MISSING",
  "PREFIX_UNCERTAIN",
  "UNVERIFIED_FORM",
  "YEAR_IMPLAUSIBLE",
  "UNKNOWN_PROVINCE",
  "UNUSUAL_LENGTH",
  "UNUSUAL_LEAD",
  "CLASS_NOT_REGISTERED",
  "CATALOGUE_UNDETERMINED",
  "CATEGORY_AGAINST_YEAR",
  "CHECK_MISMATCH",
  "CHECK_RULE_UNVERIFIED",
  "BARE_GTIN",
  "MISSING_GTIN",
  "UNKNOWN_ELEMENT",
  "REPEATED_ELEMENT",
  "ELEMENT_LENGTH",
  "UNREAD_REST",
  "BAD_DATE",
  "DAY_UNSTATED",
  "DATE_ORDER",
] as const;
/** One of {@link IDENTIFIER_WARNINGS}. */
export type IdentifierWarning = (typeof IDENTIFIER_WARNINGS)[number];

/** Why a cell could not be read as an identifier; `identifierCodeText` says each in words. */
export const IDENTIFIER_FAULTS = ["EMPTY", "PLACEHOLDER", "TOO_LONG", "NUMBER_DAMAGED", "NOT_RECOGNISED"] as const;
/** One of {@link IDENTIFIER_FAULTS}. */
export type IdentifierFault = (typeof IDENTIFIER_FAULTS)[number];

/** A cell that holds no identifier of the kind asked for. It is a finding about the cell, never a reason to drop its report. */
export interface UnreadIdentifier {
  readonly ok: false;
  /** Never set; here so that `parse…(cell).canonical` can be asked without looking at `ok` first. */
  readonly canonical?: undefined;
  /** Never set. */
  readonly kind?: undefined;
  readonly reason: IdentifierFault;
  /** The cell as it stood. */
  readonly raw: string;
}

const wording: Readonly<Record<IdentifierWarning | IdentifierFault, readonly [zh: string, en: string]>> = {
  PREFIX_MISSING: ["缺少“国药准字”等前缀", "the prefix such as 国药准字 is missing"],
  PREFIX_UNCERTAIN: [
    "无前缀，可能是进口注册证号，也可能是缺前缀的国药准字",
    "no prefix: an import certificate, or a domestic number that lost its prefix",
  ],
  UNVERIFIED_FORM: ["该编号格式尚未核实", "the form of this number is not verified"],
  YEAR_IMPLAUSIBLE: ["年份不合理", "the year is not plausible"],
  UNKNOWN_PROVINCE: ["省份代码不存在", "no province has this code"],
  UNUSUAL_LENGTH: ["位数与规定不符", "not of the prescribed length"],
  UNUSUAL_LEAD: ["首位数字与常见编码不同", "does not begin as such codes usually do"],
  CLASS_NOT_REGISTERED: ["第一类器械实行备案，不应有注册证号", "class I devices are filed, not registered"],
  CATALOGUE_UNDETERMINED: [
    "新旧分类目录交替之年，类别代码含义不确定",
    "the catalogue changed in that year, the category code can mean two things",
  ],
  CATEGORY_AGAINST_YEAR: ["类别代码不在该年份所用目录中", "the category code is not in the catalogue of that year"],
  CHECK_MISMATCH: ["校验位不符", "the check digit does not fit"],
  CHECK_RULE_UNVERIFIED: [
    "按未经核实的规则，校验位不符",
    "the check digit does not fit a rule that is itself not verified",
  ],
  BARE_GTIN: ["只有商品条码，没有应用标识符", "a bare trade item number without application identifiers"],
  MISSING_GTIN: ["缺少产品标识（01）", "the device identifier (01) is missing"],
  UNKNOWN_ELEMENT: ["有未识别的应用标识符", "an application identifier is not known"],
  REPEATED_ELEMENT: ["应用标识符重复，取第一个", "an application identifier repeats, the first is kept"],
  ELEMENT_LENGTH: ["应用标识符的数据长度不符", "the data of an application identifier has the wrong length"],
  UNREAD_REST: ["末尾有无法拆分的内容", "the end could not be split into elements"],
  BAD_DATE: ["日期无法识别", "not a date"],
  DAY_UNSTATED: ["日期未给出日，取当月最后一天", "the day is not stated, the last of the month is taken"],
  DATE_ORDER: ["有效期早于生产日期", "expires before it was made"],
  EMPTY: ["空白", "empty"],
  PLACEHOLDER: ["占位值", "a placeholder"],
  TOO_LONG: ["文本过长，不是编号", "too long to be an identifier"],
  NUMBER_DAMAGED: [
    "编号被电子表格转成了科学计数法，无法还原",
    "a spreadsheet turned the number into scientific notation, digits are lost",
  ],
  NOT_RECOGNISED: ["不是该类编号", "not an identifier of this kind"],
};

/**
 * What a warning or a fault of an identifier means, in words.
 *
 * @example
 * identifierCodeText("CHECK_MISMATCH", "zh"); // "校验位不符"
 */
export function identifierCodeText(code: IdentifierWarning | IdentifierFault, locale: Locale): string {
  return wording[code][locale === "zh" ? 0 : 1];
}

/** Entries that state that there is no number. */
const PLACEHOLDERS = new Set("NAN NULL NONE N/A NA UNK UNKNOWN 0 未填写 不详 不知道 不清楚 不清 不明 无".split(" "));

/**
 * Canonical reordering of combining marks makes NFKC quadratic (a cell of 100,000 marks takes seconds), so a cell longer than
 * any identifier with its padding is turned away unread.
 */
export const CELL_LIMIT = 4096;

/**
 * The text of a cell in which two spellings of an identifier agree: full-width characters made half-width, white space and
 * zero-width characters removed, upper case, the brackets 〔〕【】〖〗 made round. FNC1 (0x1D) stays.
 */
export function normaliseIdentifier(raw: string): { readonly ok: true; readonly text: string } | UnreadIdentifier {
  if (raw.length > CELL_LIMIT) return unread(raw, "TOO_LONG");
  const text = raw
    .normalize("NFKC")
    .toUpperCase()
    .normalize("NFKC")
    .replace(/[\s\u200b-\u200d\u2060\0]/g, "")
    .replace(/[〔【〖]/g, "(")
    .replace(/[〕】〗]/g, ")");
  if (text === "") return unread(raw, "EMPTY");
  if (PLACEHOLDERS.has(text) || !/[\p{L}\p{N}]/u.test(text)) return unread(raw, "PLACEHOLDER");
  return { ok: true, text };
}

/** {@link normaliseIdentifier} for numbers of the authority: square brackets made round too, a label before the number cut. */
export function normaliseRegistration(raw: string): { readonly ok: true; readonly text: string } | UnreadIdentifier {
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const text = cell.text
    .replace(/\[/g, "(")
    .replace(/\]/g, ")")
    .replace(/^(?:批准文号|注册证编号|注册证号|注册证书编号|备案编号|备案号)[:;]?/, "");
  return text === "" ? unread(raw, "EMPTY") : { ok: true, text };
}

/** The answer for a cell that could not be read. */
export function unread(raw: string, reason: IdentifierFault): UnreadIdentifier {
  return { ok: false, reason, raw };
}

/** Whether a spreadsheet has turned a long number into a float, losing digits: `8.1234E+19`. */
export function isScientific(text: string): boolean {
  return /^\d(?:\.\d+)?E\+?\d+$/.test(text);
}

/** Whether a year written into a number can be the year of an approval; no clock is asked, so the far future passes. */
export function isPlausibleYear(year: number, from = 1949, to = 2099): boolean {
  return year >= from && year <= to;
}
