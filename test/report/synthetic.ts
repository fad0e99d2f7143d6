import { createDictionary, type Dictionary } from "../../src/report/dictionary.ts";
import { dictionaryLayouts } from "../../src/report/dictionary-layouts.ts";
import type { DictionaryRow } from "../../src/report/dictionary-rows.ts";
import { seededRandom } from "../../src/math/random.ts";

const SYLLABLES = "ab er ic ol um it an os ex ra mi to ne ka su pe".split(" ");

/** Rows of a made-up terminology in the layout of MedDRA: `pts` preferred terms of up to two paths, with `perPt` lowest terms each. */
export function syntheticRows(pts: number, perPt: number, seed = 1): DictionaryRow[] {
  const random = seededRandom(seed);
  const pick = (n: number): number => random.integer(n);
  const word = (): string => Array.from({ length: 3 + pick(4) }, () => SYLLABLES[pick(SYLLABLES.length)]!).join("");
  const rows: DictionaryRow[] = [];
  const [hlts, hlgts, socs] = [Math.ceil(pts / 12), Math.ceil(pts / 60), 27];
  for (let p = 0; p < pts; p++) {
    const name = `${word()} ${word()} ${p}`;
    const paths = pick(3) === 0 ? 2 : 1;
    for (let path = 0; path < paths; path++) {
      const hlt = pick(hlts);
      const hlgt = path === 0 ? hlt % hlgts : pick(hlgts);
      const soc = (hlgt * 7 + path) % socs;
      rows.push({
        pt_code: `P${p}`,
        pt_name: name,
        hlt_code: `H${hlt}`,
        hlt_name: `high ${hlt}`,
        hlgt_code: `G${hlgt}`,
        hlgt_name: `group ${hlgt}`,
        soc_code: `S${soc}`,
        soc_name: `class ${soc}`,
        primary_soc_fg: path === 0 ? "Y" : "N",
      });
    }
    rows.push({ llt_code: `P${p}`, llt_name: name, pt_code: `P${p}`, pt_name: name, llt_currency: "Y" });
    for (let l = 1; l < perPt; l++)
      rows.push({
        llt_code: `L${p}-${l}`,
        llt_name: `${word()} ${word()} ${p}.${l}`,
        pt_code: `P${p}`,
        pt_name: name,
        llt_currency: l === 1 ? "Y" : "N",
      });
  }
  return rows;
}

export const syntheticDictionary = (pts: number, perPt: number, seed = 1): Dictionary =>
  createDictionary(syntheticRows(pts, perPt, seed), {
    name: "MedDRA",
    version: "0.0",
    layout: dictionaryLayouts.meddra,
  });

const path = (
  llt: string,
  pt: string,
  hlt: string,
  soc: string,
  more: Readonly<Record<string, string>> = {},
): DictionaryRow => ({
  llt_code: `l-${llt}`,
  llt_name: llt,
  pt_code: `p-${pt}`,
  pt_name: pt,
  hlt_code: `h-${hlt}`,
  hlt_name: hlt,
  hlgt_code: `g-${hlt}`,
  hlgt_name: `${hlt} group`,
  soc_code: `s-${soc}`,
  soc_name: soc,
  primary_soc_fg: "Y",
  ...more,
});

/** A few made-up terms: hives and weals are urticaria, fits are seizures; angioedema has two classes, skin the primary one. */
export const smallRows: readonly DictionaryRow[] = [
  path("hives", "urticaria", "wheals", "skin"),
  path("weals", "urticaria", "wheals", "skin", { llt_currency: "N" }),
  path("urticaria", "urticaria", "wheals", "skin"),
  path("angioedema", "angioedema", "wheals", "skin"),
  path("angioedema", "angioedema", "allergies", "immune", { primary_soc_fg: "N" }),
  path("itching", "pruritus", "itches", "skin"),
  path("fits", "seizure", "seizures", "nerves"),
  path("Crohn's disease", "Crohn's disease", "bowel inflammation", "gut"),
];

export const smallDictionary = (rows: readonly DictionaryRow[] = smallRows, version = "1.0"): Dictionary =>
  createDictionary(rows, {
    name: "MedDRA",
    version,
    layout: dictionaryLayouts.meddra,
    synonyms: { 荨麻疹: "urticaria", nettlerash: "p-urticaria" },
  });
