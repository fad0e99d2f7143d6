import { PvError } from "../error.ts";
import { CHINESE_DOSE_FORMS, NOT_DOSE_FORMS, PACK_UNITS, STRENGTH_UNITS } from "./product-name-forms.ts";
import { termKey } from "./terminology.ts";

/** What {@link productNames} may be told. */
export interface ProductNameOptions {
  /** Alias → name. Looked up before anything is taken off, and again after. */
  readonly aliases?: Readonly<Record<string, string>> | Iterable<readonly [alias: string, name: string]> | undefined;
  /** Take strengths and pack sizes off: `0.25g*24粒`, `(0.9% 100ml)`. Not unless told. */
  readonly strengths?: "keep" | "strip" | undefined;
  /** Take dosage forms off the end, by the list of Chinese ones or by the caller's own. Not unless told. */
  readonly doseForms?: "keep" | "strip" | readonly string[] | undefined;
}

/** A product name after normalisation. */
export interface ProductName {
  readonly name: string;
  /** An alias of the table led to it. */
  readonly mapped: boolean;
}

/** Normalises product names, the same text always to the same name. */
export type ProductNormaliser = (text: string) => ProductName;

/** A longer text is no product name: nothing is taken off it. */
const LONGEST = 200;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const alternatives = (words: readonly string[]): string =>
  [...words]
    .sort((x, y) => y.length - x.length || (x < y ? -1 : 1))
    .map(escape)
    .join("|");

const number = String.raw`\d+(?:[.,]\d+)*`;
const unit = `(?:${alternatives(STRENGTH_UNITS)})(?![a-z])`;
const amount = String.raw`${number}\s*(?:${unit}|万(?=\s*(?:${unit})))(?:\s*(?:${unit}))?`;
const pack = String.raw`\s*[*×x]\s*${number}\s*(?:${alternatives(PACK_UNITS)})?(?![a-z\d])`;
const per = String.raw`\s*[:/]\s*(?:${amount}|(?:${alternatives([...PACK_UNITS, "ml", "l", "g", "支", "片"])})(?![a-z]))`;
const strength = String.raw`${amount}(?:${per})*(?:${pack})*`;
/** A strength, in brackets of its own or bare; not inside a word such as B12 or 5-FU. */
const strengths = new RegExp(
  String.raw`\(\s*(?:规格\s*:?\s*)?${strength}(?:[\s,;、]+${strength})*\s*\)|(?<![\p{L}\d.,-])${strength}|(?<=\p{Script=Han})${strength}`,
  "giu",
);

/**
 * Makes a normaliser of product names: compatibility characters folded, blanks collapsed (none between Chinese characters),
 * Latin letters in capitals; then, when asked, strengths and dosage forms taken off; then the caller's aliases. What
 * is left is never empty: a name that is nothing but a strength or a form stays.
 *
 * @throws PvError `INVALID_OPTION` when two aliases of one spelling lead to different names
 * @example
 * productNames({ strengths: "strip", doseForms: "strip" })("阿莫西林胶囊　０．２５ｇ×２４粒").name; // "阿莫西林"
 * @example
 * productNames({ aliases: { 扑热息痛: "对乙酰氨基酚" } })("扑热息痛"); // { name: "对乙酰氨基酚", mapped: true }
 */
export function productNames(options: ProductNameOptions = {}): ProductNormaliser {
  const { strengths: onStrengths = "keep", doseForms = "keep" } = options;
  const aliases = aliasTable(options.aliases);
  const forms = doseForms === "strip" ? CHINESE_DOSE_FORMS : doseForms === "keep" ? [] : doseForms;
  const form = forms.length === 0 ? undefined : new RegExp(`(?:${alternatives(forms.map(folded))})$`, "u");
  const isChinese = doseForms === "strip";
  const strip = (name: string): string => {
    let now = name;
    // A strength may hide a form and a form a strength: until nothing is left to take off.
    for (let before = ""; before !== now;) {
      before = now;
      if (onStrengths === "strip") now = kept(now.replace(strengths, " "), now);
      if (isChinese) now = kept(now.replace(/^注射用/u, ""), now);
      if (form !== undefined && !NOT_DOSE_FORMS.some((word) => now.endsWith(word)))
        now = kept(now.replace(form, ""), now);
    }
    return now;
  };
  return (text) => {
    const whole = folded(text);
    const direct = aliases.get(termKey(whole));
    if (direct !== undefined) return { name: direct, mapped: true };
    const name = whole.length > LONGEST ? whole : strip(whole);
    const after = aliases.get(termKey(name));
    return after === undefined ? { name, mapped: false } : { name: after, mapped: true };
  };
}

function aliasTable(aliases: ProductNameOptions["aliases"]): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  if (aliases === undefined) return table;
  for (const [alias, name] of Symbol.iterator in aliases ? aliases : Object.entries(aliases)) {
    const key = termKey(folded(alias));
    const target = folded(name);
    const before = table.get(key);
    if (key === "" || target === "")
      throw new PvError("INVALID_OPTION", `aliases: an empty alias or name (${JSON.stringify([alias, name])})`);
    if (before !== undefined && before !== target)
      throw new PvError("INVALID_OPTION", `aliases: ${JSON.stringify(alias)} leads to ${before} and to ${target}`);
    table.set(key, target);
  }
  return table;
}

/** One spelling for what differs in width, case and blanks only. */
function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .normalize("NFKC")
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/\s+/g, " ")
    .replace(/(?<=\p{Script=Han}) (?=[\p{Script=Han}(])|(?<=\)) (?=\p{Script=Han})/gu, "")
    .trim();
}

/** What is left, tidied, unless too little is left to be a name. */
function kept(left: string, before: string): string {
  const tidy = folded(left.replace(/\(\s*\)/g, " ")).replace(/^[\s,;:、/*×-]+|[\s,;:、/*×-]+$/gu, "");
  return [...tidy.matchAll(/\p{L}/gu)].length >= 2 ? tidy : before;
}
