import { PvError } from "../error.ts";
import { collectTerms, refuseSevere, type DictionaryIssue, type DictionaryParts } from "./dictionary-build.ts";
import type { DictionaryLayout } from "./dictionary-layouts.ts";
import { dictionaryRows, type DictionaryRow, type DictionaryTextOptions } from "./dictionary-rows.ts";
import { NearTerms, type NearTerm } from "./terminology-nearest.ts";
import { termKey } from "./terminology.ts";

/** What {@link createDictionary} must know besides the rows. */
export interface DictionaryOptions extends DictionaryTextOptions {
  /** Name of the terminology, as events declare it: `"MedDRA"`. */
  readonly name: string;
  readonly version: string;
  readonly language?: string | undefined;
  readonly layout: DictionaryLayout;
  /** Other words for a term: alias → name or code. They count before the names of the dictionary itself. */
  readonly synonyms?: Readonly<Record<string, string>> | Iterable<readonly [alias: string, term: string]> | undefined;
  /** What contradicts itself stops the making, or is only listed in `issues` and left out as far as it must be. */
  readonly problems?: "throw" | "list" | undefined;
}

/** A term of a dictionary at one of its levels. */
export interface DictionaryTerm {
  readonly code: string;
  readonly name: string;
  readonly level: string;
  /** Still in use. Reports coded to a term that is not keep their place in the hierarchy. */
  readonly current: boolean;
}

/** All paths upwards, or only the primary one where a term has one. */
export type DictionaryPaths = "all" | "primary";

/**
 * A terminology with its hierarchy. Names are compared by `termKey`; a code is looked up at the lowest level that has it.
 * Immutable.
 */
export class Dictionary {
  readonly name: string;
  readonly version: string;
  readonly language: string | undefined;
  /** Lowest level first. */
  readonly levels: readonly string[];
  /** Level that reports are coded to by preference. */
  readonly preferredLevel: string;
  /** Number of terms, counted at each of their levels. */
  readonly size: number;
  readonly issues: readonly DictionaryIssue[];
  readonly #parts: DictionaryParts;
  readonly #byName = new Map<string, number[]>();
  readonly #byCode = new Map<string, number[]>();
  readonly #synonyms = new Map<string, readonly number[]>();
  /** Terms above a term, by 2 · level + (primary only), then by term; filled as they are asked for. */
  readonly #above: (readonly number[] | undefined)[][];
  #near: NearTerms | undefined;

  constructor(options: DictionaryOptions, parts: DictionaryParts) {
    this.name = options.name;
    this.version = options.version;
    this.language = options.language;
    this.levels = parts.levels;
    this.preferredLevel = parts.levels[parts.preferred]!;
    this.size = parts.codes.length;
    this.#parts = parts;
    this.#above = Array.from({ length: 2 * this.levels.length }, () => []);
    for (let i = 0; i < this.size; i++) {
      push(this.#byName, termKey(parts.names[i]!), i);
      push(this.#byCode, parts.codes[i]!, i);
    }
    this.issues = [...parts.issues, ...this.#addSynonyms(options.synonyms)];
  }

  /** Name and version: `"MedDRA 27.0"`. */
  get label(): string {
    return this.version === "" ? this.name : `${this.name} ${this.version}`;
  }

  get hasPrimary(): boolean {
    return this.#parts.primary.size > 0;
  }

  /** The term of a name or synonym, at the lowest level that has it; `undefined` when there is none. */
  find(text: string): DictionaryTerm | undefined {
    const [first] = this.numbersOf(text);
    return first === undefined ? undefined : this.termAt(first);
  }

  /** The term of a code, at the lowest level that has it, or at the one named. */
  byCode(code: string, level?: string): DictionaryTerm | undefined {
    const wanted = level === undefined ? undefined : this.levelNumber(level);
    const found = this.#byCode.get(code)?.find((i) => wanted === undefined || this.#parts.level[i] === wanted);
    return found === undefined ? undefined : this.termAt(found);
  }

  /**
   * The terms that a term belongs to at a level (itself at its own), in the order of their codes.
   *
   * @param term - one this dictionary gave
   * @throws PvError `INVALID_OPTION` for a level it does not have, `UNKNOWN_TERM` for a term it does not have
   */
  ancestors(term: DictionaryTerm, level: string, paths: DictionaryPaths = "all"): DictionaryTerm[] {
    const own = this.levelNumber(term.level);
    const number = this.#byCode.get(term.code)?.find((i) => this.#parts.level[i] === own);
    if (number === undefined)
      throw new PvError("UNKNOWN_TERM", `${this.label}: no ${term.level} of code ${JSON.stringify(term.code)}`);
    return this.above(number, this.levelNumber(level), paths).map((i) => this.termAt(i));
  }

  /** Every term, by level and code. */
  *terms(): Generator<DictionaryTerm> {
    for (let i = 0; i < this.size; i++) yield this.termAt(i);
  }

  /** Names that look like a text, best first. */
  nearest(text: string, limit = 3): NearTerm[] {
    this.#near ??= new NearTerms([...new Set(this.#parts.names)].sort());
    return this.#near.find(text, limit);
  }

  /** Number of a level, 0 the lowest. */
  levelNumber(level: string): number {
    const found = this.levels.indexOf(level);
    if (found < 0)
      throw new PvError(
        "INVALID_OPTION",
        `${this.label} has no level ${JSON.stringify(level)}; it has ${this.levels.join(", ")}`,
      );
    return found;
  }

  /** Terms of a name or synonym by their numbers, the lowest level first. Numbers are places in {@link terms}. */
  numbersOf(text: string): readonly number[] {
    const key = termKey(text);
    return this.#synonyms.get(key) ?? this.#byName.get(key) ?? [];
  }

  /** Terms of a code by their numbers, the lowest level first. */
  numbersOfCode(code: string): readonly number[] {
    return this.#byCode.get(code) ?? [];
  }

  /** Number of the level of a term. */
  levelOf(number: number): number {
    return this.#parts.level[number]!;
  }

  /** The term of a number. */
  termAt(number: number): DictionaryTerm {
    const { codes, names, level, current } = this.#parts;
    return {
      code: codes[number]!,
      name: names[number]!,
      level: this.levels[level[number]!]!,
      current: current[number] === 1,
    };
  }

  /** Terms above one at a level by their numbers, ascending; itself at its own level, none below. */
  above(number: number, level: number, paths: DictionaryPaths): readonly number[] {
    const own = this.#parts.level[number]!;
    if (own === level) return [number];
    if (own > level) return [];
    const table = this.#above[2 * level + Number(paths === "primary")]!;
    const known = table[number];
    if (known !== undefined) return known;
    const primary = paths === "primary" ? this.#parts.primary.get(number) : undefined;
    const found =
      primary?.filter((i) => this.#parts.level[i] === level) ??
      // Parents are always of a higher level, so this ends.
      [...new Set(this.#parts.parents[number]!.flatMap((parent) => this.above(parent, level, paths)))].sort(
        (x, y) => x - y,
      );
    table[number] = found;
    return found;
  }

  #addSynonyms(synonyms: DictionaryOptions["synonyms"]): DictionaryIssue[] {
    const issues: DictionaryIssue[] = [];
    if (synonyms === undefined) return issues;
    const pairs = Symbol.iterator in synonyms ? synonyms : Object.entries(synonyms);
    for (const [alias, target] of pairs) {
      const key = termKey(alias);
      const found = this.#byName.get(termKey(target)) ?? this.#byCode.get(target);
      if (found === undefined || key === "") {
        issues.push({ code: "UNKNOWN_SYNONYM", subject: alias, detail: `${JSON.stringify(target)} is no term` });
        continue;
      }
      if (this.#byName.has(key) && this.#byName.get(key) !== found)
        issues.push({ code: "SHADOWED_TERM", subject: alias, detail: `also a term; read as ${target}` });
      this.#synonyms.set(key, found);
    }
    return issues;
  }
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * Makes a dictionary from the tables of a terminology the caller holds a licence for, as rows or as delimited text.
 *
 * @throws PvError `DUPLICATE_KEY` when a code has two names or a term two primary paths, `MISSING_PARENT` when one is referred
 *   to but not there, `CYCLE`, each unless `problems` is `"list"`; `EMPTY_SCOPE` without a term; `INVALID_OPTION`
 * @example
 * createDictionary("code,name\nA,Alimentary tract\nA02,Acid\n", { name: "ATC", version: "x", layout: { shape: "tree", code: "code", name: "name", levels: ["ATC2", "ATC1"], lengths: [3, 1] } }).find("ACID"); // { code: "A02", name: "Acid", level: "ATC2", current: true }
 */
export function createDictionary(source: string | readonly DictionaryRow[], options: DictionaryOptions): Dictionary {
  if (typeof options.name !== "string" || options.name.trim() === "")
    throw new PvError("INVALID_OPTION", "name: expected the name of the terminology");
  const rows = typeof source === "string" ? dictionaryRows(source, options) : source;
  const parts = collectTerms(rows, options.layout);
  if (parts.codes.length === 0)
    throw new PvError(
      "EMPTY_SCOPE",
      `${options.name}: no term in ${rows.length} rows; do the columns have other names?`,
    );
  if (options.problems !== "list") refuseSevere(options.name, parts.issues);
  return new Dictionary(options, parts);
}
