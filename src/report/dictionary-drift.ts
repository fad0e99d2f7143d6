import { PvError } from "../error.ts";
import type { Dictionary } from "./dictionary.ts";
import { termKey, terminologyKey } from "./terminology.ts";

/** What happened to a term between two versions of a dictionary. */
export type DriftKind =
  "renamed" | "moved" | "primary-moved" | "demoted" | "promoted" | "retired" | "revived" | "new" | "gone";

/** A level at which a term belongs to something else than before. */
export interface DriftMove {
  readonly level: string;
  /** Names, in the order of their codes. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** One term that is not what it was. */
export interface DriftEntry {
  readonly code: string;
  /** Name in the old version, or in the new one of a term that is new. */
  readonly name: string;
  readonly newName: string;
  /** Highest level it had as a term of its own, and has. */
  readonly level: string | null;
  readonly newLevel: string | null;
  readonly kinds: readonly DriftKind[];
  readonly moves: readonly DriftMove[];
  /** Events that bear its old or new name; 0 when no terms were given. */
  readonly events: number;
}

/** Differences between two versions of a dictionary. */
export interface DictionaryDrift {
  readonly from: string;
  readonly to: string;
  /** Terms changed, by kind; a term can be of several. */
  readonly counts: Readonly<Record<DriftKind, number>>;
  /** Events of changed terms, by kind. */
  readonly events: Readonly<Record<DriftKind, number>>;
  /** By falling number of events, then by code. */
  readonly entries: readonly DriftEntry[];
  /** Of the terms given: those in neither version. */
  readonly unknown: readonly string[];
}

const KINDS: readonly DriftKind[] = [
  "renamed",
  "moved",
  "primary-moved",
  "demoted",
  "promoted",
  "retired",
  "revived",
  "new",
  "gone",
];

/**
 * Compares two versions of a dictionary by the codes of their terms. `moved`: at some level above its own the term belongs to
 * other terms than before, be it that a level between moved. `primary-moved`: only its primary path differs. `demoted`: its
 * highest level is lower than before, such as a PT that is only an LLT now.
 *
 * @param terms - look only at the terms with these names; as a map with the number of events of each (`termEvents(table)`)
 * @throws PvError `INVALID_ARGUMENT` when the dictionaries are not of one terminology or have other levels
 */
export function dictionaryDrift(
  from: Dictionary,
  to: Dictionary,
  terms?: Iterable<string> | ReadonlyMap<string, number>,
): DictionaryDrift {
  if (terminologyKey(from.name) !== terminologyKey(to.name))
    throw new PvError(
      "INVALID_ARGUMENT",
      `expected two versions of one terminology, got ${from.label} and ${to.label}`,
    );
  if (from.levels.join("\n") !== to.levels.join("\n"))
    throw new PvError("INVALID_ARGUMENT", `levels: ${from.levels.join(", ")} and ${to.levels.join(", ")} differ`);
  const events = eventsByName(terms);
  const [before, after] = [conceptsOf(from), conceptsOf(to)];
  const entries: DriftEntry[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const entry = compare(from, to, before.get(key), after.get(key));
    if (entry === undefined) continue;
    const names = new Set([termKey(entry.name), termKey(entry.newName)]);
    if (events !== undefined && ![...names].some((name) => events.has(name))) continue;
    let count = 0;
    for (const name of names) count += events?.get(name) ?? 0;
    entries.push({ ...entry, events: count });
  }
  entries.sort((x, y) => y.events - x.events || (x.code < y.code ? -1 : 1));
  const zero = (): Record<DriftKind, number> =>
    Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<DriftKind, number>;
  const [counts, affected] = [zero(), zero()];
  for (const { kinds, events: count } of entries) {
    for (const kind of kinds) {
      counts[kind]++;
      affected[kind] += count;
    }
  }
  const known = (name: string): boolean => from.numbersOf(name).length > 0 || to.numbersOf(name).length > 0;
  const unknown = terms === undefined ? [] : [...namesOf(terms)].filter((name) => !known(name)).sort();
  return { from: from.label, to: to.label, counts, events: affected, entries, unknown };
}

const namesOf = (terms: Iterable<string> | ReadonlyMap<string, number>): Set<string> =>
  new Set(terms instanceof Map ? (terms.keys() as Iterable<string>) : (terms as Iterable<string>));

function eventsByName(
  terms: Iterable<string> | ReadonlyMap<string, number> | undefined,
): Map<string, number> | undefined {
  if (terms === undefined) return undefined;
  const events = new Map<string, number>();
  for (const name of namesOf(terms)) {
    const count = terms instanceof Map ? (terms.get(name) as number) : 0;
    events.set(termKey(name), (events.get(termKey(name)) ?? 0) + count);
  }
  return events;
}

/**
 * Numbers of a term at each of its levels, the lowest first. A code used at two levels is one term where the one lies below
 * the other (a preferred term and its lowest level twin); elsewhere levels are merely numbered alike.
 */
function conceptsOf(dictionary: Dictionary): Map<string, readonly number[]> {
  const concepts = new Map<string, number[]>();
  for (const { code } of dictionary.terms()) {
    if (concepts.has(code)) continue;
    const [lowest, ...others] = dictionary.numbersOfCode(code);
    const twins = [lowest!];
    concepts.set(code, twins);
    for (const number of others) {
      const level = dictionary.levelOf(number);
      if (dictionary.above(lowest!, level, "all").includes(number)) twins.push(number);
      else concepts.set(`${code} ${dictionary.levels[level]!}`, [number]);
    }
  }
  return concepts;
}

function compare(
  from: Dictionary,
  to: Dictionary,
  before: readonly number[] | undefined,
  after: readonly number[] | undefined,
): Omit<DriftEntry, "events"> | undefined {
  const old = before === undefined ? undefined : from.termAt(before.at(-1)!);
  const now = after === undefined ? undefined : to.termAt(after.at(-1)!);
  const kinds: DriftKind[] = [];
  const moves: DriftMove[] = [];
  if (old === undefined || now === undefined) kinds.push(old === undefined ? "new" : "gone");
  else {
    if (termKey(old.name) !== termKey(now.name)) kinds.push("renamed");
    const [was, is] = [from.levelOf(before!.at(-1)!), to.levelOf(after!.at(-1)!)];
    const own = Math.max(was, is);
    const low = Math.max(from.levelOf(before![0]!), to.levelOf(after![0]!));
    for (let level = low + 1; level < from.levels.length; level++) {
      // At a level that is only now (or no longer) its own, the change of level says it.
      if ((level <= was && level > is) || (level <= is && level > was)) continue;
      const a = namesAbove(from, before!, level, "all");
      const b = namesAbove(to, after!, level, "all");
      if (a.codes !== b.codes) moves.push({ level: from.levels[level]!, from: a.names, to: b.names });
    }
    if (moves.length > 0) kinds.push("moved");
    else if (from.hasPrimary && to.hasPrimary && primaryOf(from, before!, own) !== primaryOf(to, after!, own))
      kinds.push("primary-moved");
    if (was !== is) kinds.push(is < was ? "demoted" : "promoted");
    const [wasCurrent, isCurrent] = [from.termAt(before![0]!).current, to.termAt(after![0]!).current];
    if (wasCurrent !== isCurrent) kinds.push(wasCurrent ? "retired" : "revived");
  }
  if (kinds.length === 0) return undefined;
  return {
    code: (old ?? now)!.code,
    name: (old ?? now)!.name,
    newName: (now ?? old)!.name,
    level: old?.level ?? null,
    newLevel: now?.level ?? null,
    kinds,
    moves,
  };
}

function namesAbove(
  dictionary: Dictionary,
  numbers: readonly number[],
  level: number,
  paths: "all" | "primary",
): { readonly names: readonly string[]; readonly codes: string } {
  const above = new Set(numbers.flatMap((number) => dictionary.above(number, level, paths)));
  const terms = [...above].sort((x, y) => x - y).map((number) => dictionary.termAt(number));
  return { names: terms.map(({ name }) => name), codes: terms.map(({ code }) => code).join("\n") };
}

const primaryOf = (dictionary: Dictionary, numbers: readonly number[], own: number): string =>
  dictionary.levels
    .map((_, level) => (level > own ? namesAbove(dictionary, numbers, level, "primary").codes : ""))
    .join("\n\n");
