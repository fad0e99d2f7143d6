/** Entries that say that nothing was entered, in lower case; 无 is one only where it is no answer. */
const BLANKS: ReadonlySet<string> = new Set([
  ...["nan", "null", "none", "n/a", "#n/a", "-", "--", "---", "—", "——", "/", "\\", ".", "?", "-1"],
  ...["未填写", "-未填写-", "未填", "不详", "不知道", "不清楚", "不清", "不明", "未知", "未提供", "暂无"],
]);
const UNKNOWN: ReadonlySet<string> = new Set(["不详", "不明", "不知道", "不清楚", "不清", "未知"]);

/** Which blanks are answers in a column. */
export interface BlankRule {
  readonly none: boolean;
  readonly unknown: boolean;
}

const plain = /^[\x21-\x7e\u4e00-\u9fff、。]*$/;

/**
 * A cell in the form in which values are compared: full-width letters, digits and punctuation made half-width (NFKC), every
 * run of blanks one space, and the apostrophe gone with which spreadsheets mark text.
 *
 * @example
 * cleanText("　国药准字Ｈ１４０２０７４９（示例） "); // "国药准字H14020749(示例)"
 */
export function cleanText(cell: string): string {
  if (plain.test(cell) && !cell.startsWith("'")) return cell;
  return cell
    .normalize("NFKC")
    .replace(/[\s\u200b\u2060\ufeff]+/gu, " ")
    .replace(/^ ?'(?=.)/u, "")
    .trim();
}

/** The value of a cleaned cell; empty where the cell only says that there is none. */
export function valueOf(clean: string, rule: BlankRule): string {
  if (clean === "无") return rule.none ? clean : "";
  if (UNKNOWN.has(clean)) return rule.unknown ? clean : "";
  return BLANKS.has(clean.toLowerCase()) ? "" : clean;
}

const SHORT = 12;

/**
 * Cuts a cleaned cell into the terms it lists. Semicolons separate wherever there is one, and then nothing else does: the
 * national system writes them. Without one the marks of hand-made files separate, 、 and commas (but not within a number such
 * as `3,000`); a term that holds one of these cannot be told from two terms. Brackets keep together what they enclose; a `*`
 * at either end of a term and a full stop after it are dropped, and so is 无.
 *
 * @param free - the cell may be a sentence: it is cut at 、 and commas only when every part has at most 12 characters and none
 *   but the last ends a sentence
 * @example
 * splitTerms("恶心*;皮疹(面部、颈部)"); // ["恶心", "皮疹(面部、颈部)"]
 */
export function splitTerms(cell: string, free = false): string[] {
  if (/[;|]/.test(cell)) return tidy(cutOutside(cell, ";|"));
  const parts = tidy(cutOutside(cell, "、,"));
  const sentence = free && (/。./.test(cell) || parts.some((part) => part.length > SHORT));
  return sentence ? tidy([cell]) : parts;
}

function tidy(parts: readonly string[]): string[] {
  return parts
    .map((part) => part.replace(/^[\s*、,]+|[\s*、,。]+$/g, ""))
    .filter((part) => part !== "" && part !== "无");
}

/** Cuts at the separators outside brackets; where brackets do not pair they keep nothing together. */
function cutOutside(cell: string, separators: string): string[] {
  const paired = depthAtEnd(cell) === 0;
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < cell.length; i++) {
    const ch = cell.charAt(i);
    if (paired) depth += step(ch);
    if (depth > 0 || !separators.includes(ch)) continue;
    if (ch === "," && /\d,\d/.test(cell.slice(Math.max(0, i - 1), i + 2))) continue;
    parts.push(cell.slice(from, i));
    from = i + 1;
  }
  parts.push(cell.slice(from));
  return parts;
}

const step = (ch: string): number => (ch === "(" || ch === "[" ? 1 : ch === ")" || ch === "]" ? -1 : 0);

/** 0 where brackets pair, anything else where they do not. */
function depthAtEnd(cell: string): number {
  let depth = 0;
  for (let i = 0; i < cell.length; i++) {
    depth += step(cell.charAt(i));
    if (depth < 0) return depth;
  }
  return depth;
}
