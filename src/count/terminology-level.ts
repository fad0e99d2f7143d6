import { PvError } from "../error.ts";
import type { ListScope, TermLists } from "../report/dictionary-lists.ts";
import type { Dictionary, DictionaryPaths } from "../report/dictionary.ts";
import { terminologyKey, terminologyOf } from "../report/terminology.ts";
import type { KeyFunction } from "./axis.ts";
import type { EventView } from "./view.ts";

/** What becomes of a term that the dictionary has nothing for: it stays as it stands, is left out, or stops the count. */
export type UnmappedRule = "keep" | "drop" | "error";

/** What {@link eventLevel} may be told. */
export interface EventLevelOptions {
  /** `"error"` unless told: a count in which terms went missing must be asked for. */
  readonly unmapped?: UnmappedRule | undefined;
  /** Count an event at every parent its term has (the default), or only on its primary path. */
  readonly paths?: DictionaryPaths | undefined;
  /** For term lists: `"narrow"`, or `"broad"` which includes narrow (the default is `"narrow"`). */
  readonly scope?: ListScope | undefined;
  /**
   * Other terminologies whose terms may be looked up by name. Without it a term that declares another terminology is
   * unmapped even where the words agree: what WHO-ART means by a word MedDRA may not.
   */
  readonly accept?: readonly string[] | undefined;
}

/** Why a term has no place at a level: not in the dictionary, of another terminology, several terms of one name, or above it. */
export type UnmappedReason = "unknown" | "foreign" | "ambiguous" | "above";

/** The place of a term at a level. */
export type Resolution =
  { readonly labels: readonly string[]; readonly current: boolean } | { readonly reason: UnmappedReason };

/** A level of a dictionary as an event key: hand it to `countPairs` as `event`. It can also be called like any key function. */
export interface EventLevel extends KeyFunction<EventView> {
  readonly dictionary: Dictionary;
  /** Name of the level, or of the lists. */
  readonly level: string;
  readonly unmapped: UnmappedRule;
  readonly paths: DictionaryPaths;
  readonly scope: ListScope | undefined;
  /** Where a term belongs; the same for the same term, code and terminology. */
  readonly resolve: (term: string, code: string | undefined, terminology: string | undefined) => Resolution;
}

/** Whether an event key is a level of a dictionary. */
export function isEventLevel(key: unknown): key is EventLevel {
  return typeof key === "function" && "resolve" in key && "dictionary" in key;
}

/**
 * Events counted at a level of a dictionary, or by lists of terms (SMQ): a report counts once for each label however many of
 * its events lie below it. A code counts where the event declares this terminology, otherwise and failing that the name.
 * An event that is in no list has no label, yet its report stays in the background.
 *
 * @throws PvError `INVALID_OPTION` for a level or terminology the dictionary does not have
 * @example
 * countPairs(table, { event: eventLevel(meddra, "SOC", { paths: "primary", unmapped: "keep" }) });
 */
export function eventLevel(
  dictionary: Dictionary,
  level: string | TermLists,
  options: EventLevelOptions = {},
): EventLevel {
  const { unmapped = "error", paths = "all", accept = [] } = options;
  const lists = typeof level === "string" ? undefined : level;
  const scope = lists === undefined ? undefined : (options.scope ?? "narrow");
  if (!["keep", "drop", "error"].includes(unmapped))
    throw new PvError("INVALID_OPTION", `unmapped: expected keep, drop or error, got ${JSON.stringify(unmapped)}`);
  if (paths === "primary" && !dictionary.hasPrimary)
    throw new PvError("INVALID_OPTION", `paths: ${dictionary.label} has no primary paths`);
  if (lists !== undefined && lists.dictionary !== dictionary)
    throw new PvError("INVALID_OPTION", `${lists.name} was made for ${lists.dictionary.label}, another dictionary`);
  const own = new Set([dictionary.name, ...accept].map(terminologyKey));
  const place =
    typeof level === "string"
      ? atLevel(dictionary, level, paths, "refuse")
      : inLists(dictionary, level, options.scope ?? "narrow");
  const resolve = (term: string, code: string | undefined, declared: string | undefined): Resolution => {
    const terminology = terminologyOf(declared);
    if (terminology !== undefined && !own.has(terminologyKey(terminology.name))) return { reason: "foreign" };
    const isOwn = terminology !== undefined && terminologyKey(terminology.name) === terminologyKey(dictionary.name);
    const byCode = isOwn && code !== undefined ? dictionary.numbersOfCode(code) : [];
    // MedDRA gives a preferred term and its lowest level twin one code: where the level is declared, it decides.
    const atDeclared = byCode.filter((number) => dictionary.levels[dictionary.levelOf(number)] === terminology?.level);
    if (atDeclared.length > 0) return place(atDeclared);
    return place(byCode.length > 0 ? byCode : dictionary.numbersOf(term));
  };
  const key = (event: EventView): readonly string[] => {
    const found = resolve(event.term, event.code, event.dictionary);
    if ("labels" in found) return found.labels;
    if (unmapped === "error")
      throw new PvError(
        "UNKNOWN_TERM",
        `${JSON.stringify(event.term)} has no place in ${dictionary.label}: ${found.reason}`,
      );
    return unmapped === "keep" ? [event.term] : [];
  };
  return Object.assign(key, {
    dictionary,
    level: typeof level === "string" ? level : `${level.name} ${level.version}`.trim(),
    unmapped,
    paths,
    scope,
    resolve,
  });
}

type Place = (candidates: readonly number[]) => Resolution;

/**
 * Names at the level; where two codes share a name, the code tells them apart.
 *
 * @param several - whether one name for several terms is refused as ambiguous, or has the places of all of them
 */
export function atLevel(
  dictionary: Dictionary,
  levelName: string,
  paths: DictionaryPaths,
  several: "refuse" | "all",
): Place {
  const level = dictionary.levelNumber(levelName);
  const times = new Map<string, number>();
  for (const term of dictionary.terms())
    if (term.level === levelName) times.set(term.name, (times.get(term.name) ?? 0) + 1);
  const label = (number: number): string => {
    const { name, code } = dictionary.termAt(number);
    return times.get(name) === 1 ? name : `${name} (${code})`;
  };
  return (candidates) =>
    lowest(dictionary, candidates, several, (number) => {
      const above = dictionary.above(number, level, paths);
      return above.length === 0 ? undefined : above.map(label);
    });
}

function inLists(dictionary: Dictionary, { lists }: TermLists, scope: ListScope): Place {
  const of = new Map<number, string[]>();
  const times = new Map<string, number>();
  for (const { name } of lists) times.set(name, (times.get(name) ?? 0) + 1);
  for (const { code, name, members } of lists) {
    for (const [number, its] of members) {
      if (its === "broad" && scope === "narrow") continue;
      const labels = of.get(number);
      const label = times.get(name) === 1 ? name : `${name} (${code})`;
      if (labels === undefined) of.set(number, [label]);
      else labels.push(label);
    }
  }
  const preferred = dictionary.levelNumber(dictionary.preferredLevel);
  return (candidates) =>
    lowest(dictionary, candidates, "refuse", (number) => {
      const labels = new Set(of.get(number));
      for (let level = dictionary.levelOf(number) + 1; level <= preferred; level++)
        for (const above of dictionary.above(number, level, "all"))
          for (const label of of.get(above) ?? []) labels.add(label);
      return [...labels];
    });
}

/** The candidates of the lowest level that has a place; unless all count, several of one level must agree on it. */
function lowest(
  dictionary: Dictionary,
  candidates: readonly number[],
  several: "refuse" | "all",
  labelsOf: (number: number) => readonly string[] | undefined,
): Resolution {
  if (candidates.length === 0) return { reason: "unknown" };
  let found: { readonly level: number; readonly number: number; readonly labels: readonly string[] } | undefined;
  for (const number of candidates) {
    const level = dictionary.levelOf(number);
    if (found !== undefined && level !== found.level) break;
    const labels = labelsOf(number);
    if (labels === undefined) continue;
    if (found === undefined) found = { level, number, labels };
    else if (several === "all") found = { ...found, labels: [...new Set([...found.labels, ...labels])] };
    else if (labels.join("\n") !== found.labels.join("\n")) return { reason: "ambiguous" };
  }
  if (found === undefined) return { reason: "above" };
  return { labels: found.labels, current: dictionary.termAt(found.number).current };
}
