import { PvError } from "../error.ts";
import { AxisBuilder, type Axis } from "./axis-builder.ts";
import type { ReportTable } from "./table.ts";
import type { EventLevel, UnmappedReason } from "./terminology-level.ts";
import type { TerminologyEcho } from "./terminology-scope.ts";

/** What the events of one term, code and terminology come to. */
interface Entry {
  readonly term: string;
  readonly labels: readonly number[];
  readonly reason: UnmappedReason | undefined;
  readonly current: boolean;
  events: number;
}

/**
 * The event axis at a level of a dictionary. Each term is looked up once however many events have it.
 *
 * @throws PvError `UNKNOWN_TERM` when terms have no place and the level's rule is `"error"`; the message names the most frequent
 *   ones with near terms
 */
export function levelAxis(
  table: ReportTable,
  rows: Uint32Array,
  level: EventLevel,
  keep: ((eventRow: number) => boolean) | undefined,
): { readonly axis: Axis; readonly mapping: NonNullable<TerminologyEcho["mapping"]> } {
  const { eventOffsets, events, details } = table.columns;
  const { dictionary } = details.events;
  const found = new AxisBuilder(rows.length);
  const present = new Uint8Array(rows.length);
  const entries = new Map<number, Entry>();
  const [codeValues, dictionaryValues] = [events.code.values.length + 1, dictionary.values.length + 1];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      if (keep !== undefined && !keep(j)) continue;
      const [t, c, d] = [events.term.codes[j]!, events.code.codes[j]!, dictionary.codes[j] ?? -1];
      const key = ((t + 1) * codeValues + c + 1) * dictionaryValues + d + 1;
      let entry = entries.get(key);
      if (entry === undefined) {
        const term = t < 0 ? "" : events.term.values[t]!;
        const resolved = level.resolve(term, events.code.values[c], dictionary.values[d]);
        const mapped = "labels" in resolved;
        const labels = mapped ? resolved.labels : level.unmapped === "keep" && term !== "" ? [term] : [];
        entry = {
          term,
          labels: labels.map((label) => found.code(label)),
          reason: mapped ? undefined : resolved.reason,
          current: mapped ? resolved.current : true,
          events: 0,
        };
        entries.set(key, entry);
      }
      entry.events++;
      if (entry.reason === undefined) present[i] = 1;
      for (const label of entry.labels) found.add(label);
    }
    found.close();
  }
  const mapping = tally(level, [...entries.values()]);
  if (level.unmapped === "error" && mapping.without.events > 0) throw unmapped(level, [...entries.values()]);
  return { axis: { ...found.axis(), present }, mapping };
}

function tally(level: EventLevel, entries: readonly Entry[]): NonNullable<TerminologyEcho["mapping"]> {
  const without = { events: 0, terms: 0, unknown: 0, foreign: 0, ambiguous: 0, above: 0 };
  const terms = new Set<string>();
  let [mapped, notCurrent] = [0, 0];
  for (const { term, reason, current, events } of entries) {
    if (reason === undefined) {
      mapped += events;
      if (!current) notCurrent += events;
    } else {
      without.events += events;
      without[reason] += events;
      terms.add(term);
    }
  }
  return {
    dictionary: level.dictionary.label,
    level: level.level,
    paths: level.paths,
    ...(level.scope === undefined ? {} : { scope: level.scope }),
    unmapped: level.unmapped,
    mapped,
    notCurrent,
    without: { ...without, terms: terms.size },
  };
}

function unmapped({ dictionary, level }: EventLevel, entries: readonly Entry[]): PvError {
  const events = new Map<string, number>();
  for (const { term, reason, events: count } of entries)
    if (reason !== undefined) events.set(term, (events.get(term) ?? 0) + count);
  const worst = [...events.keys()].sort((x, y) => events.get(y)! - events.get(x)! || (x < y ? -1 : 1)).slice(0, 5);
  const shown = worst.map((term) => {
    const [near] = dictionary.nearest(term, 1);
    return `${JSON.stringify(term)} (${events.get(term)!}${near === undefined ? "" : `, near ${JSON.stringify(near.name)}`})`;
  });
  return new PvError(
    "UNKNOWN_TERM",
    `${events.size} terms have no place at ${level} of ${dictionary.label}: ${shown.join(", ")}${events.size > 5 ? " …" : ""}; ` +
      `mapTerms lists them all; set unmapped to "keep" or "drop" to count without a place`,
  );
}
