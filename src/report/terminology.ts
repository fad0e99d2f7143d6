import { DOMAINS } from "./report.ts";

/** A terminology and its version, read out of the `dictionary` of an event. */
export interface Terminology {
  /** As it stood, such as `"MedDRA"`. */
  readonly name: string;
  /** `""` where none was given. */
  readonly version: string;
  /** Level of the term, such as `"LLT"`; `""` where none was given. */
  readonly level: string;
}

/** A version begins with a digit: `27.0`, `v5.0`, `2024Q1`. */
const versionWord = /^v?\d[\w.]*$/i;
const levelWord = /^(?:LLT|PT|HLT|HLGT|SOC|IT)$/i;
// Device and cosmetic forms ask for several kinds of events; such a mark says which question a term answers, not whose term it is.
const formMark = new RegExp(`^(?:${DOMAINS.join("|")})-[a-z-]+$`);

/**
 * The terminology an event declares. A mark of a form (`"device-injury"`) declares none.
 *
 * @example
 * terminologyOf("MedDRA 27.0 LLT"); // { name: "MedDRA", version: "27.0", level: "LLT" }
 */
export function terminologyOf(dictionary: string | undefined): Terminology | undefined {
  const words = (dictionary ?? "")
    .normalize("NFKC")
    .split(/\s+/)
    .filter((word) => word !== "");
  const level = words.length > 1 && levelWord.test(words.at(-1)!) ? words.pop()!.toUpperCase() : "";
  const version = words.length > 1 && versionWord.test(words.at(-1)!) ? words.pop()!.replace(/^v/i, "") : "";
  const name = words.join(" ");
  return name === "" || formMark.test(name) ? undefined : { name, version, level };
}

/** Form in which the spellings of a terminology's name agree: `"WHO-ART"` and `"who art"` are one. */
export function terminologyKey(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_-]+/g, "");
}

/**
 * Form in which terms are compared: compatibility characters folded (full width, ligatures), lower case, blanks collapsed,
 * typographic apostrophes and dashes made plain.
 *
 * @example
 * termKey(" Ｃｒｏｈｎ’ｓ　disease "); // "crohn's disease"
 */
export function termKey(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u02bc\u2032]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
