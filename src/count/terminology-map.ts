import type { Dictionary } from "../report/dictionary.ts";
import type { NearTerm } from "../report/terminology-nearest.ts";
import { eventLevel, type UnmappedReason } from "./terminology-level.ts";
import type { ReportTable } from "./table.ts";

/** What {@link mapTerms} may be told. */
export interface MapTermsOptions {
  /** The level terms must have a place at; the preferred one unless told. */
  readonly level?: string | undefined;
  /** Other terminologies whose terms may be looked up by name. */
  readonly accept?: readonly string[] | undefined;
  /** Most near terms a term (default 3; 0 looks for none). */
  readonly near?: number | undefined;
}

/** A term of the table with the number of its events and reports. */
export interface MappedTerm {
  readonly term: string;
  /** As its events declare it. */
  readonly dictionary?: string | undefined;
  readonly code?: string | undefined;
  readonly events: number;
  readonly reports: number;
}

/** A term without a place in the dictionary. */
export interface UnmappedTerm extends MappedTerm {
  readonly reason: UnmappedReason;
  /** Terms of the dictionary that look like it, best first: to be judged by a person, never taken unseen. */
  readonly near: readonly NearTerm[];
}

/** How the terms of a table fit a dictionary. Lists are by falling number of reports. */
export interface TermMapping {
  readonly dictionary: string;
  readonly level: string;
  readonly events: { readonly total: number; readonly mapped: number };
  /** Different terms, codes and terminologies. */
  readonly terms: { readonly total: number; readonly mapped: number };
  readonly unmapped: readonly UnmappedTerm[];
  /** Mapped, but to a term that is no longer current. */
  readonly notCurrent: readonly MappedTerm[];
}

/**
 * Looks every term of a table up in a dictionary, and lists what has no place there with near terms and counts.
 *
 * @throws PvError `INVALID_OPTION` for a level the dictionary does not have
 */
export function mapTerms(table: ReportTable, dictionary: Dictionary, options: MapTermsOptions = {}): TermMapping {
  const { level = dictionary.preferredLevel, accept, near = 3 } = options;
  const { resolve } = eventLevel(dictionary, level, { accept });
  const unmapped: UnmappedTerm[] = [];
  const notCurrent: MappedTerm[] = [];
  const events = { total: 0, mapped: 0 };
  const terms = { total: 0, mapped: 0 };
  for (const term of tableTerms(table)) {
    const found = resolve(term.term, term.code, term.dictionary);
    events.total += term.events;
    terms.total++;
    if ("reason" in found) {
      unmapped.push({ ...term, reason: found.reason, near: near > 0 ? dictionary.nearest(term.term, near) : [] });
    } else {
      events.mapped += term.events;
      terms.mapped++;
      if (!found.current) notCurrent.push(term);
    }
  }
  return { dictionary: dictionary.label, level, events, terms, unmapped, notCurrent };
}

/**
 * Number of events (rows) of each term of a table, for `dictionaryDrift`.
 */
export function termEvents(table: ReportTable): Map<string, number> {
  const { codes, values } = table.columns.events.term;
  const counts = new Float64Array(values.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return new Map(values.flatMap((value, code) => (counts[code]! > 0 ? [[value, counts[code]!]] : [])));
}

/** The different terms, codes and terminologies of a table, by falling number of reports, then by name. */
function tableTerms(table: ReportTable): MappedTerm[] {
  const { eventOffsets, events, details } = table.columns;
  const { dictionary } = details.events;
  const [codeValues, dictionaryValues] = [events.code.values.length + 1, dictionary.values.length + 1];
  interface Tally {
    readonly term: string;
    readonly code: string | undefined;
    readonly dictionary: string | undefined;
    events: number;
    reports: number;
    last: number;
  }
  const tallies = new Map<number, Tally>();
  for (let row = 0; row < table.size; row++) {
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      const [t, c, d] = [events.term.codes[j]!, events.code.codes[j]!, dictionary.codes[j] ?? -1];
      const key = ((t + 1) * codeValues + c + 1) * dictionaryValues + d + 1;
      let tally = tallies.get(key);
      if (tally === undefined) {
        tally = {
          term: t < 0 ? "" : events.term.values[t]!,
          code: events.code.values[c],
          dictionary: dictionary.values[d],
          events: 0,
          reports: 0,
          last: -1,
        };
        tallies.set(key, tally);
      }
      tally.events++;
      if (tally.last !== row) tally.reports++;
      tally.last = row;
    }
  }
  const order = ({ term, code, dictionary: of }: MappedTerm): string => JSON.stringify([term, code, of]);
  return [...tallies.values()]
    .map(({ term, code, dictionary: of, events: rows, reports }) => ({
      term,
      ...(code === undefined ? {} : { code }),
      ...(of === undefined ? {} : { dictionary: of }),
      events: rows,
      reports,
    }))
    .sort((x, y) => y.reports - x.reports || (order(x) < order(y) ? -1 : 1));
}
