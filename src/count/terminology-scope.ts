import { PvError } from "../error.ts";
import { terminologyKey, terminologyOf } from "../report/terminology.ts";
import type { UnmappedReason, UnmappedRule } from "./terminology-level.ts";
import type { ReportTable } from "./table.ts";

/**
 * How terms of several terminologies may stand in one count. `"one"`: not at all. `"mix"`: as they are. `only`: events of that
 * terminology count, the others are left out. `undeclared`: events that declare none are taken to be of that terminology.
 */
export type TerminologyRule = "one" | "mix" | { readonly only: string } | { readonly undeclared: string };

/** Terminologies of the events in scope, and what was done about them. Counts are of events (rows), not of reports. */
export interface TerminologyEcho {
  readonly rule: TerminologyRule;
  /** By name; several versions are no mistake, but are told. */
  readonly declared: readonly {
    readonly name: string;
    readonly versions: readonly string[];
    readonly events: number;
  }[];
  readonly undeclared: number;
  /** Events that `only` left out. */
  readonly leftOut: number;
  /** Of a level of a dictionary: what had a place in it and what had none. */
  readonly mapping?:
    | {
        readonly dictionary: string;
        readonly level: string;
        readonly paths: "all" | "primary";
        readonly scope?: "narrow" | "broad" | undefined;
        readonly unmapped: UnmappedRule;
        readonly mapped: number;
        readonly notCurrent: number;
        /** Events without a place, and how many different terms they are. */
        readonly without: { readonly events: number; readonly terms: number } & Readonly<
          Record<UnmappedReason, number>
        >;
      }
    | undefined;
}

/** The events that count, by row, with what is echoed. */
export interface TerminologyScope {
  readonly echo: TerminologyEcho;
  /** Absent when all count. */
  readonly keep: ((eventRow: number) => boolean) | undefined;
}

interface Declared {
  readonly name: string;
  readonly versions: Set<string>;
  events: number;
}

/**
 * Finds the terminologies of the events of the given reports. Marks of a form are none. Nothing declared at all is no matter:
 * most sources say nothing. But events with and without a declared terminology are as little of one kind as those of two,
 * and must be told apart by the caller: one may be a hospital's free text beside a holder's coded terms.
 *
 * @param isMapped - the terms go through a dictionary or are not used
 * @throws PvError `MIXED_TERMINOLOGIES`; `INVALID_OPTION`; `EMPTY_SCOPE` when `only` names a terminology that does not occur
 */
export function terminologyScope(
  table: ReportTable,
  rows: Uint32Array,
  rule: TerminologyRule,
  isMapped: boolean,
): TerminologyScope {
  checkRule(rule);
  const { eventOffsets, details } = table.columns;
  const { codes, values } = details.events.dictionary;
  const terminologies = values.map((value) => terminologyOf(value));
  const keys = terminologies.map((one) => (one === undefined ? undefined : terminologyKey(one.name)));
  const tally = new Float64Array(values.length);
  let undeclared = 0;
  for (const row of rows) {
    if (values.length === 0) {
      undeclared += eventOffsets[row + 1]! - eventOffsets[row]!;
      continue;
    }
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      const code = codes[j] ?? -1;
      if (code >= 0 && keys[code] !== undefined) tally[code]!++;
      else undeclared++;
    }
  }
  const found = new Map<string, Declared>();
  for (let code = 0; code < values.length; code++) {
    const one = terminologies[code];
    if (one === undefined || tally[code] === 0) continue;
    const key = keys[code]!;
    let declared = found.get(key);
    if (declared === undefined) found.set(key, (declared = { name: one.name, versions: new Set(), events: 0 }));
    if (one.version !== "") declared.versions.add(one.version);
    declared.events += tally[code]!;
  }
  const echo = {
    rule,
    declared: [...found.keys()].sort().map((key) => {
      const { name, versions, events } = found.get(key)!;
      return { name, versions: [...versions].sort(), events };
    }),
    undeclared,
    leftOut: 0,
  };
  if (rule === "mix" || (rule === "one" && isMapped)) return { echo, keep: undefined };
  if (rule !== "one" && "only" in rule) {
    const wanted = terminologyKey(rule.only);
    const kept = found.get(wanted)?.events ?? 0;
    if (kept === 0)
      throw new PvError("EMPTY_SCOPE", `terminologies: no event in scope is of ${rule.only}; ${spoken(echo)}`);
    const leftOut = undeclared - kept + echo.declared.reduce((sum, { events }) => sum + events, 0);
    const keep = (j: number): boolean => keys[codes[j] ?? -1] === wanted;
    return { echo: { ...echo, leftOut }, keep: leftOut === 0 ? undefined : keep };
  }
  const kinds = new Set(found.keys());
  if (undeclared > 0 && kinds.size > 0) kinds.add(rule === "one" ? "" : terminologyKey(rule.undeclared));
  if (kinds.size > 1) {
    throw new PvError(
      "MIXED_TERMINOLOGIES",
      `terms of one terminology cannot be counted against those of another: ${spoken(echo)}. Map them with eventLevel, ` +
        `or set terminologies to { only: name }, { undeclared: name } or "mix"`,
    );
  }
  return { echo, keep: undefined };
}

function checkRule(rule: unknown): void {
  const named =
    typeof rule === "object" && rule !== null
      ? "only" in rule
        ? rule.only
        : "undeclared" in rule && rule.undeclared
      : 0;
  if (rule === "one" || rule === "mix" || (typeof named === "string" && named !== "")) return;
  throw new PvError(
    "INVALID_OPTION",
    `terminologies: expected "one", "mix", { only } or { undeclared }, got ${JSON.stringify(rule)}`,
  );
}

function spoken({ declared, undeclared }: Pick<TerminologyEcho, "declared" | "undeclared">): string {
  const parts = declared.map(({ name, events }) => `${events} events are of ${name}`);
  if (undeclared > 0) parts.push(`${undeclared} declare none`);
  return parts.join(", ");
}
