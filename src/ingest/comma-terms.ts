/**
 * MedDRA terms (of any version) with a comma in them. In a list that is joined with commas nothing else tells them from two
 * terms. Upper case; the comparison ignores case.
 */
export const COMMA_TERMS: readonly string[] = [
  "DELUSIONAL DISORDER, EROTOMANIC TYPE",
  "DELUSIONAL DISORDER, GRANDIOSE TYPE",
  "DELUSIONAL DISORDER, JEALOUS TYPE",
  "DELUSIONAL DISORDER, MIXED TYPE",
  "DELUSIONAL DISORDER, PERSECUTORY TYPE",
  "DELUSIONAL DISORDER, SOMATIC TYPE",
  "DELUSIONAL DISORDER, UNSPECIFIED TYPE",
  "DEMENTIA OF THE ALZHEIMER'S TYPE, UNCOMPLICATED",
  "DEMENTIA OF THE ALZHEIMER'S TYPE, WITH DELIRIUM",
  "DEMENTIA OF THE ALZHEIMER'S TYPE, WITH DELUSIONS",
  "DEMENTIA OF THE ALZHEIMER'S TYPE, WITH DEPRESSED MOOD",
  "EAR, NOSE AND THROAT DISORDER",
  "EAR, NOSE AND THROAT EXAMINATION",
  "EAR, NOSE AND THROAT EXAMINATION ABNORMAL",
  "EAR, NOSE AND THROAT EXAMINATION NORMAL",
  "EAR, NOSE AND THROAT INFECTION",
  "HALLUCINATION, AUDITORY",
  "HALLUCINATION, GUSTATORY",
  "HALLUCINATION, OLFACTORY",
  "HALLUCINATION, SYNAESTHETIC",
  "HALLUCINATION, TACTILE",
  "HALLUCINATION, VISUAL",
  "HALLUCINATIONS, MIXED",
  "SCHIZOPHRENIA, CATATONIC TYPE",
  "SCHIZOPHRENIA, DISORGANISED TYPE",
  "SCHIZOPHRENIA, PARANOID TYPE",
  "SCHIZOPHRENIA, RESIDUAL TYPE",
  "SCHIZOPHRENIA, UNDIFFERENTIATED TYPE",
  "URINE PROTEIN, QUANTITATIVE",
];

/** Splits one cell into its terms; empty terms are left out. */
export type TermSplitter = (cell: string) => string[];

/**
 * Splits a list of terms at its separator and puts terms together again that hold the separator themselves.
 *
 * @param separator - for a term with a comma only a separator that is cut out of `", "` matters
 * @param wholeTerms - terms that hold the separator, compared without regard to case
 * @example
 * listSplitter(", ", COMMA_TERMS)("RASH, HALLUCINATION, AUDITORY, FALL"); // ["RASH", "HALLUCINATION, AUDITORY", "FALL"]
 */
export function listSplitter(separator: string | RegExp, wholeTerms: readonly string[]): TermSplitter {
  const cut = (text: string): string[] => text.split(separator).map((part) => part.trim());
  const whole = wholeParts(separator, wholeTerms);
  const starts = wholeStarts(separator, wholeTerms);
  const longest = Math.max(1, ...whole.values());
  return (cell) => {
    const parts = cut(cell);
    const terms: string[] = [];
    for (let i = 0; i < parts.length;) {
      const length = starts.has(parts[i]!.toUpperCase()) ? wholeLength(parts, i, longest, whole) : 1;
      // The text between was the separator; a regular expression does not say what it matched, so a comma is written.
      const joint = typeof separator === "string" ? separator : ", ";
      const term = length === 1 ? parts[i]! : parts.slice(i, i + length).join(joint);
      if (term !== "") terms.push(term);
      i += length;
    }
    return terms;
  };
}

/** First parts, in upper case, of the terms that hold the separator: a list without them is cut at every separator. */
export function wholeStarts(separator: string | RegExp, wholeTerms: readonly string[]): ReadonlySet<string> {
  return new Set([...wholeParts(separator, wholeTerms).keys()].map((key) => key.slice(0, key.indexOf("\n"))));
}

/** Number of parts of each whole term, by its parts in upper case. */
function wholeParts(separator: string | RegExp, wholeTerms: readonly string[]): ReadonlyMap<string, number> {
  const cut = (text: string): string[] => text.split(separator).map((part) => part.trim());
  return new Map(wholeTerms.map((term) => [cut(term.toUpperCase()).join("\n"), cut(term).length]));
}

/** How many parts from `i` on make a whole term, the longest first; 1 when none does. */
function wholeLength(parts: readonly string[], i: number, longest: number, whole: ReadonlyMap<string, number>): number {
  for (let length = Math.min(longest, parts.length - i); length > 1; length--) {
    const key = parts.slice(i, i + length).join("\n");
    if (whole.has(key.toUpperCase())) return length;
  }
  return 1;
}
