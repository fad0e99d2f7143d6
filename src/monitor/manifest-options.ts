import type { ReportGroups } from "../count/axis.ts";
import { canonicalJson, sha256 } from "../count/exchange-digest.ts";
import { isEventLevel } from "../count/terminology-level.ts";
import { PvError } from "../error.ts";
import type { TermLists } from "../report/dictionary-lists.ts";
import { Dictionary } from "../report/dictionary.ts";
import { criterionText, type Criterion } from "../rule/criterion.ts";

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Name and version that the user vouches for, and the dictionaries that a function works with. */
export interface FunctionLabel {
  readonly name: string;
  readonly version: string;
  readonly dictionaries: readonly Dictionary[];
}

/** A function in the options of a run, and what is known of it. */
export interface FunctionEcho {
  /** Where it stands in the options: `screenings.drug.count.product`. */
  readonly path: string;
  /** `"custom"` for a function that nobody gave a name: whether it is still the same, nobody can say. */
  readonly name: string;
  readonly version: string | null;
}

/** A terminology that the options use. */
export interface VocabularyEcho {
  readonly path: string;
  readonly label: string;
  /** SHA-256 of its terms and hierarchy (of the members, for term lists). */
  readonly digest: string;
}

/** Options as a manifest tells them. */
export interface OptionsEcho {
  readonly options: Json;
  readonly functions: readonly FunctionEcho[];
  readonly vocabularies: readonly VocabularyEcho[];
}

/**
 * Gives a function of the options (`where`, a product or event key, strata) a name and a version, because code cannot be digested:
 * change the version whenever the function does something else. Name the dictionaries it looks terms up in, so that a new version of
 * one of them shows as a change of the dictionary.
 *
 * @throws PvError `INVALID_ARGUMENT` for an empty name or version
 * @example
 * namedFunction("shout", "1", (text) => text.toUpperCase())("a"); // "A"
 */
export function namedFunction<Arguments extends readonly unknown[], Result>(
  name: string,
  version: string,
  of: (...values: Arguments) => Result,
  dictionaries: readonly Dictionary[] = [],
): ((...values: Arguments) => Result) & { readonly label: FunctionLabel } {
  if (typeof name !== "string" || name === "" || typeof version !== "string" || version === "") {
    throw new PvError("INVALID_ARGUMENT", "a named function needs a name and a version");
  }
  return Object.assign((...values: Arguments) => of(...values), { label: { name, version, dictionaries } });
}

/** The label of a named function; `undefined` for any other. */
export function functionLabel(value: unknown): FunctionLabel | undefined {
  return typeof value === "function" && "label" in value ? (value.label as FunctionLabel) : undefined;
}

/** Lists longer than this (report ids, coordinates) stand as their length and digest. */
const LONGEST_LIST = 64;

/** The options of a run as plain data: criteria as text, terminologies by digest, functions by the name that was given to them. */
export function echoOptions(options: unknown): OptionsEcho {
  const functions: FunctionEcho[] = [];
  const vocabularies: VocabularyEcho[] = [];
  const dictionary = (path: string, of: Dictionary): Json => {
    vocabularies.push({ path, label: of.label, digest: dictionaryDigest(of) });
    return { dictionary: of.label };
  };
  const ofFunction = (value: object, path: string): Json => {
    if (isEventLevel(value)) {
      const { level, unmapped, paths, scope } = value;
      return { ...(dictionary(path, value.dictionary) as object), level, unmapped, paths, scope: scope ?? null };
    }
    const label = functionLabel(value);
    functions.push({ path, name: label?.name ?? "custom", version: label?.version ?? null });
    label?.dictionaries.forEach((one) => dictionary(path, one));
    return { function: label?.name ?? "custom", version: label?.version ?? null };
  };
  const echo = (value: unknown, path: string): Json => {
    if (value === null || value === undefined) return null;
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "function") return ofFunction(value, path);
    if (typeof value !== "object") return typeof value;
    if (value instanceof Dictionary) return dictionary(path, value);
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const list = Array.from(value as ArrayLike<unknown>, (one, i) => echo(one, `${path}[${i}]`));
      return list.length > LONGEST_LIST ? digested(list) : list;
    }
    if (isTermLists(value)) {
      vocabularies.push({ path, label: `${value.name} ${value.version}`.trim(), digest: listsDigest(value) });
      return { lists: `${value.name} ${value.version}`.trim() };
    }
    // A detector made with options says all of them; its working parts are code of this library.
    if ("prepare" in value && "options" in value && "name" in value) {
      return { detector: echo(value.name, path), options: echo(value.options, `${path}.options`) };
    }
    if (isReportGroups(value)) {
      // Ids of reports do not belong in a manifest, however few they are.
      const groups = Object.entries(value.groups).map(([name, ids]) => [name, digested([...ids].sort())] as const);
      return { groups: Object.fromEntries(groups) };
    }
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(
      fields.map(([name, field]) => [
        name,
        isCriterion(field) ? criterionText(field) : echo(field, path === "" ? name : `${path}.${name}`),
      ]),
    );
  };
  return { options: echo(options, ""), functions, vocabularies };
}

/** By its whole shape: a screening, too, may be called `all`. */
function isCriterion(value: unknown): value is Criterion {
  if (typeof value !== "object" || value === null) return false;
  if ("compare" in value) return typeof value.compare === "string" && "left" in value && "right" in value;
  if ("not" in value) return isCriterion(value.not);
  const parts = "all" in value ? value.all : "any" in value ? value.any : undefined;
  return Array.isArray(parts) && parts.every(isCriterion);
}

const digested = (list: readonly Json[]): Json => ({ items: list.length, digest: sha256(canonicalJson(list)) });

const isReportGroups = (value: object): value is ReportGroups => "groups" in value && Object.keys(value).length === 1;

const isTermLists = (value: object): value is TermLists =>
  "lists" in value && "dictionary" in value && value.dictionary instanceof Dictionary;

// Dictionaries never change, and have 100,000 terms.
const digests = new WeakMap<Dictionary, string>();

/** SHA-256 of a terminology: its names, levels, terms, and the terms above each at every level. Synonyms are not told by it. */
export function dictionaryDigest(dictionary: Dictionary): string {
  const known = digests.get(dictionary);
  if (known !== undefined) return known;
  const { name, version, language, levels, preferredLevel } = dictionary;
  const terms: Json[] = [];
  let number = 0;
  for (const { code, name: term, level, current } of dictionary.terms()) {
    const above = levels.flatMap((_, up) =>
      up <= dictionary.levelOf(number)
        ? []
        : [
            dictionary.above(number, up, "all").map((one) => dictionary.termAt(one).code),
            ...(dictionary.hasPrimary
              ? [dictionary.above(number, up, "primary").map((one) => dictionary.termAt(one).code)]
              : []),
          ],
    );
    terms.push([code, term, level, current, above]);
    number++;
  }
  const digest = sha256(canonicalJson([name, version, language ?? null, levels, preferredLevel, terms]));
  digests.set(dictionary, digest);
  return digest;
}

function listsDigest({ name, version, dictionary, lists }: TermLists): string {
  const members = lists.map((list) => [
    list.code,
    list.name,
    [...list.members].map(([number, scope]) => [dictionary.termAt(number).code, scope]),
  ]);
  return sha256(canonicalJson([name, version, dictionaryDigest(dictionary), members]));
}
