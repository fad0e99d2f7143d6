import { PvError } from "../error.ts";
import { compareText } from "../count/build.ts";
import type { EventLevel, UnmappedReason } from "../count/terminology-level.ts";
import type { TerminologyEcho, TerminologyRule } from "../count/terminology-scope.ts";
import { terminologyKey, terminologyOf } from "../report/terminology.ts";

/** Events that are alike in what decides whether and where they count, and how many there are in scope. */
export interface EventKind {
  /** As declared; `undefined` when the event declares nothing. */
  readonly dictionary: string | undefined;
  /** Whether the rule about terminologies lets it count. */
  readonly isKept: boolean;
  /** At a level of a dictionary: its term, the numbers of its labels, and how it was placed. */
  readonly place?: EventPlace | undefined;
  events: number;
}

interface EventPlace {
  readonly term: string;
  readonly labels: readonly number[];
  readonly reason: UnmappedReason | undefined;
  readonly current: boolean;
}

/** Keeps count of the terminologies of the events in scope, and of how they were placed at a level of a dictionary. */
export class TermTally {
  readonly kinds: EventKind[] = [];
  readonly #rule: TerminologyRule;
  readonly #level: EventLevel | undefined;
  readonly #label: (label: string) => number;
  readonly #index = new Map<string, number>();

  /** @param label - number of a label of the event axis */
  constructor(rule: TerminologyRule, level: EventLevel | undefined, label: (label: string) => number) {
    this.#rule = rule;
    this.#level = level;
    this.#label = label;
  }

  /** Number of the kind of an event; term and code matter only at a level of a dictionary. */
  kind(dictionary: string | undefined, term: string, code: string | undefined): number {
    const key = JSON.stringify(this.#level === undefined ? [dictionary] : [dictionary, term, code]);
    let number = this.#index.get(key);
    if (number === undefined) {
      const place = this.#level === undefined ? undefined : this.#place(this.#level, dictionary, term, code);
      number = this.kinds.length;
      this.kinds.push({ dictionary, isKept: this.#isKept(dictionary), place, events: 0 });
      this.#index.set(key, number);
    }
    return number;
  }

  /**
   * What is echoed of the terminologies in scope.
   *
   * @param isMapped - the terms go through a dictionary
   * @throws PvError `MIXED_TERMINOLOGIES`; `EMPTY_SCOPE` when `only` names one that does not occur
   */
  echo(isMapped: boolean): TerminologyEcho {
    const rule = this.#rule;
    const declared = new Map<string, { name: string; versions: Set<string>; events: number }>();
    let undeclared = 0;
    let leftOut = 0;
    for (const kind of this.kinds.toSorted((x, y) => compareText(x.dictionary ?? "", y.dictionary ?? ""))) {
      if (kind.events === 0) continue;
      if (!kind.isKept) leftOut += kind.events;
      const one = terminologyOf(kind.dictionary);
      if (one === undefined) {
        undeclared += kind.events;
        continue;
      }
      const key = terminologyKey(one.name);
      let found = declared.get(key);
      if (found === undefined) declared.set(key, (found = { name: one.name, versions: new Set(), events: 0 }));
      if (one.version !== "") found.versions.add(one.version);
      found.events += kind.events;
    }
    const echo: TerminologyEcho = {
      rule,
      declared: [...declared.keys()].sort(compareText).map((key) => {
        const { name, versions, events } = declared.get(key)!;
        return { name, versions: [...versions].sort(compareText), events };
      }),
      undeclared,
      leftOut,
    };
    if (rule === "mix" || (rule === "one" && isMapped)) return echo;
    if (rule !== "one" && "only" in rule) {
      if (declared.has(terminologyKey(rule.only))) return echo;
      throw new PvError("EMPTY_SCOPE", `terminologies: no event in scope is of ${rule.only}; ${spoken(echo)}`);
    }
    const keys = new Set(declared.keys());
    if (undeclared > 0 && keys.size > 0) keys.add(rule === "one" ? "" : terminologyKey(rule.undeclared));
    if (keys.size <= 1) return echo;
    throw new PvError(
      "MIXED_TERMINOLOGIES",
      `terms of one terminology cannot be counted against those of another: ${spoken(echo)}; map them with eventLevel, or set terminologies`,
    );
  }

  /**
   * What had a place at the level, `undefined` when events are not counted at one.
   *
   * @throws PvError `UNKNOWN_TERM` when terms have none and the level says `"error"`
   */
  mapping(): TerminologyEcho["mapping"] {
    const level = this.#level;
    if (level === undefined) return undefined;
    const without = { events: 0, terms: 0, unknown: 0, foreign: 0, ambiguous: 0, above: 0 };
    const terms = new Set<string>();
    let [mapped, notCurrent] = [0, 0];
    for (const { place, isKept, events } of this.kinds) {
      if (events === 0 || !isKept || place === undefined) continue;
      if (place.reason === undefined) {
        mapped += events;
        if (!place.current) notCurrent += events;
      } else {
        without.events += events;
        without[place.reason] += events;
        terms.add(place.term);
      }
    }
    const { dictionary, scope } = level;
    if (level.unmapped === "error" && terms.size > 0) {
      const shown = [...terms].sort(compareText).slice(0, 5);
      throw new PvError(
        "UNKNOWN_TERM",
        `${terms.size} terms have no place at ${level.level} of ${dictionary.label}: ${shown.map((term) => JSON.stringify(term)).join(", ")}${terms.size > 5 ? " …" : ""}`,
      );
    }
    return {
      dictionary: dictionary.label,
      level: level.level,
      paths: level.paths,
      ...(scope === undefined ? {} : { scope }),
      unmapped: level.unmapped,
      mapped,
      notCurrent,
      without: { ...without, terms: terms.size },
    };
  }

  #isKept(dictionary: string | undefined): boolean {
    const rule = this.#rule;
    if (typeof rule === "string" || !("only" in rule)) return true;
    const one = terminologyOf(dictionary);
    return one !== undefined && terminologyKey(one.name) === terminologyKey(rule.only);
  }

  #place(level: EventLevel, dictionary: string | undefined, term: string, code: string | undefined): EventPlace {
    const resolved = level.resolve(term, code, dictionary);
    const isMapped = "labels" in resolved;
    const labels = isMapped ? resolved.labels : level.unmapped === "keep" && term !== "" ? [term] : [];
    return {
      term,
      labels: labels.map(this.#label),
      reason: isMapped ? undefined : resolved.reason,
      current: isMapped ? resolved.current : true,
    };
  }
}

function spoken({ declared, undeclared }: TerminologyEcho): string {
  const parts = declared.map(({ name, events }) => `${events} events are of ${name}`);
  if (undeclared > 0) parts.push(`${undeclared} declare none`);
  return parts.join(", ");
}
