/**
 * What became of the data an issue speaks of.
 * `report-rejected`: a report record was left out. `row-rejected`: a row or a child record was left out, its report (if any) stayed.
 * `value-dropped`: one value was left out. `repaired`: read differently from how it stood. `noted`: kept as it is.
 */
export const ISSUE_EFFECTS = ["report-rejected", "row-rejected", "value-dropped", "repaired", "noted"] as const;
/** One of {@link ISSUE_EFFECTS}. */
export type IssueEffect = (typeof ISSUE_EFFECTS)[number];

/** What can be wrong with data; `issueCodeText` says each in words. */
export const ISSUE_CODES = [
  "RAGGED_ROW",
  "JOINED_LINES",
  "CONTINUED_LINE",
  "SURPLUS_DELIMITER",
  "REPEATED_HEADER",
  "TRAILING_FIELD",
  "MISSING_COLUMN",
  "UNKNOWN_COLUMN",
  "BAD_QUOTE",
  "FIELD_TOO_LONG",
  "MISSING_ID",
  "INVALID_REPORT",
  "ORPHAN_ROW",
  "MISSING_TABLE",
  "NO_PRODUCT",
  "NO_EVENT",
  "REPEATED_TERM",
  "REPEATED_RECORD",
  "CONFLICTING_VALUE",
  "BAD_DATE",
  "DATE_ORDER",
  "BAD_NUMBER",
  "AGE_WITHOUT_UNIT",
  "IMPLAUSIBLE_AGE",
  "UNKNOWN_CODE",
  "REDACTED",
  "PLACEHOLDER",
  "MOJIBAKE",
  "ENCODING_FALLBACK",
  "CONTROL_CHARACTER",
  "TRUNCATED_LIST",
  "PERSONAL_FIELD",
  "RETRACTION_UNMATCHED",
  "TRUNCATED_FILE",
  "LAYOUT_DETECTED",
  "SKIPPED_FILE",
  "MANGLED_ID",
  "FLAGGED_DUPLICATE",
  "FLAGGED_DELETED",
  "DATE_ARTEFACT",
] as const;
/** One of {@link ISSUE_CODES}. */
export type IssueCode = (typeof ISSUE_CODES)[number];

/** Something in the data that was not as it should be. It never throws and never vanishes: it is counted by code. */
export interface Issue {
  readonly code: IssueCode;
  readonly effect: IssueEffect;
  /** Base name of the file. */
  readonly file?: string | undefined;
  /** Line number in the file, the header being line 1. */
  readonly row?: number | undefined;
  readonly field?: string | undefined;
  /** The value as it stood, cut to 80 characters; never of a personal field. */
  readonly value?: string | undefined;
  /** What it concerns, as text that is the same in every language: counts, names. */
  readonly detail?: string | undefined;
}

type Wording = readonly [zh: string, en: string];

const wording: Readonly<Record<IssueCode, Wording>> = {
  RAGGED_ROW: ["列数与表头不符", "number of fields differs from the header"],
  JOINED_LINES: ["两条记录连在一行，已按主键拆开", "two records on one line, split at the key"],
  CONTINUED_LINE: ["文本内含换行，已与上一行合并", "line break inside a text, joined to the line before"],
  SURPLUS_DELIMITER: ["字段内含分隔符，已并入末列文本", "delimiter inside a value, joined back"],
  REPEATED_HEADER: ["数据中再次出现表头，已跳过", "the header occurs again among the data, skipped"],
  TRAILING_FIELD: ["行末多一个空字段，已忽略", "one empty field after the last column, ignored"],
  MISSING_COLUMN: ["缺少列", "a column is missing"],
  UNKNOWN_COLUMN: ["有未识别的列，未使用", "a column is not known and not used"],
  BAD_QUOTE: ["引号不配对", "unbalanced quotation mark"],
  FIELD_TOO_LONG: ["字段过长，该行未采用", "a field is too long, the row was left out"],
  MISSING_ID: ["缺少报告编号", "the report has no id"],
  INVALID_REPORT: ["报告不符合数据模型", "the report does not fit the model"],
  ORPHAN_ROW: ["子表记录找不到对应的报告", "a child row belongs to no report"],
  MISSING_TABLE: ["缺少子表文件", "a file of the set is missing"],
  NO_PRODUCT: ["报告没有产品", "the report names no product"],
  NO_EVENT: ["报告没有事件", "the report names no event"],
  REPEATED_TERM: ["同一报告内术语重复，只计一次", "a term repeats within the report, counted once"],
  REPEATED_RECORD: ["重复记录，只计一次", "the record repeats, counted once"],
  CONFLICTING_VALUE: ["同一报告各行数值不一致，取最先一行", "rows of one report disagree, the first is kept"],
  BAD_DATE: ["日期无法识别", "not a date"],
  DATE_ORDER: ["日期先后矛盾", "dates in impossible order"],
  BAD_NUMBER: ["数值无法识别", "not a number"],
  AGE_WITHOUT_UNIT: ["年龄没有单位，未换算", "age without a unit, not converted"],
  IMPLAUSIBLE_AGE: ["年龄超出 0–120 岁，未采用", "age outside 0–120 years, left out"],
  UNKNOWN_CODE: ["代码不在代码表中", "code not in the code list"],
  REDACTED: ["名称已被隐去，不能作为产品使用", "the name was redacted and cannot stand for a product"],
  PLACEHOLDER: ["占位值，按缺失处理", "a placeholder, read as missing"],
  MOJIBAKE: ["乱码已修复", "damaged characters were repaired"],
  ENCODING_FALLBACK: [
    "文件不是有效的 UTF-8，改用其他编码读取",
    "the file is not valid UTF-8, read in another encoding",
  ],
  CONTROL_CHARACTER: ["含控制字符，已去除", "control character removed"],
  TRUNCATED_LIST: ["列表被源系统截断", "the list was cut off by the source"],
  PERSONAL_FIELD: ["个人信息列，未读取", "personal field, not read"],
  RETRACTION_UNMATCHED: ["撤回清单中的编号不在数据中", "a withdrawn id is not among the data"],
  TRUNCATED_FILE: ["文件末尾不完整", "the file ends in the middle of a record"],
  LAYOUT_DETECTED: ["已识别表格版式", "the layout of the table was recognised"],
  SKIPPED_FILE: ["文件夹中有其他类型的文件，未读取", "a file of another kind in the folder, not read"],
  MANGLED_ID: ["报告编号被电子表格改成数字", "a spreadsheet turned the report id into a number"],
  FLAGGED_DUPLICATE: ["源系统标为重复或合并报告", "flagged as a duplicate or merged report by the source"],
  FLAGGED_DELETED: ["源系统标为删除或误报", "flagged as deleted or mistaken by the source"],
  DATE_ARTEFACT: ["日期疑为代填", "the date looks filled in"],
};

const effectWording: Readonly<Record<IssueEffect, Wording>> = {
  "report-rejected": ["报告未采用", "report left out"],
  "row-rejected": ["该行未采用", "row left out"],
  "value-dropped": ["该值未采用", "value left out"],
  repaired: ["已修复", "repaired"],
  noted: ["仅提示", "noted"],
};

/** Language of wording. */
export type Locale = "zh" | "en";

/** What an issue code means, in words. */
export function issueCodeText(code: IssueCode, locale: Locale): string {
  return wording[code][locale === "zh" ? 0 : 1];
}

/** What was done about an issue, in words. */
export function issueEffectText(effect: IssueEffect, locale: Locale): string {
  return effectWording[effect][locale === "zh" ? 0 : 1];
}

/**
 * One issue as a sentence.
 *
 * @example
 * issueText({ code: "BAD_DATE", effect: "value-dropped", file: "DEMO17Q2.txt", row: 7, field: "event_dt", value: "20171345" }, "zh");
 * // "DEMO17Q2.txt 第 7 行 event_dt：日期无法识别（“20171345”）；该值未采用"
 */
export function issueText(issue: Issue, locale: Locale): string {
  const zh = locale === "zh";
  const row = issue.row === undefined ? "" : zh ? `第 ${issue.row} 行` : `line ${issue.row}`;
  const where = [issue.file, row, issue.field].filter((part) => part !== undefined && part !== "").join(" ");
  const shown = [
    issue.value === undefined ? "" : zh ? `“${issue.value}”` : JSON.stringify(issue.value),
    issue.detail ?? "",
  ];
  const what = shown.filter((part) => part !== "").join(zh ? "，" : ", ");
  const text = issueCodeText(issue.code, locale);
  const effect = issueEffectText(issue.effect, locale);
  const lead = where === "" ? "" : zh ? `${where}：` : `${where}: `;
  return zh
    ? `${lead}${text}${what === "" ? "" : `（${what}）`}；${effect}`
    : `${lead}${text}${what === "" ? "" : ` (${what})`}; ${effect}`;
}
