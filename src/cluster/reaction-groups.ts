import type { EventKey, ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import type { ReportTable } from "../count/table.ts";
import { EventView } from "../count/view.ts";

/** Reaction groups of the reports: those of row i are `codes[j]` for j from `offsets[i]` to `offsets[i + 1]`, each once, in order. */
export interface ReactionGroups {
  /** Sorted; codes point into it. */
  readonly names: readonly string[];
  readonly offsets: Int32Array;
  readonly codes: Int32Array;
}

/** Numbers the reaction groups of all reports. */
export function reactionGroups(table: ReportTable, key: Exclude<EventKey, ReportGroups>): ReactionGroups {
  const { eventOffsets } = table.columns;
  const codesOf = typeof key === "string" ? columnCodes(table, key) : keyedCodes(table, key);
  const offsets = new Int32Array(table.size + 1);
  const found: number[] = [];
  for (let row = 0; row < table.size; row++) {
    const from = found.length;
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      for (const code of codesOf.at(j)) if (found.indexOf(code, from) < 0) found.push(code);
    }
    offsets[row + 1] = found.length;
  }
  // The numbers given on the way depend on the order of rows; those of the sorted names do not.
  const used = codesOf.names();
  const names = [...used].sort(compareText);
  const place = new Map(names.map((name, code) => [name, code]));
  const rank = Int32Array.from(used, (name) => place.get(name)!);
  const codes = Int32Array.from(found, (code) => rank[code]!);
  for (let row = 0; row < table.size; row++) {
    if (offsets[row + 1]! - offsets[row]! > 1) codes.subarray(offsets[row], offsets[row + 1]).sort();
  }
  return { names, offsets, codes };
}

interface EventCodes {
  /** Numbers of the groups of an event row. */
  readonly at: (eventRow: number) => readonly number[];
  /** Names by number, once all rows were asked for. */
  readonly names: () => readonly string[];
}

/** A coded column needs no text: its codes are numbered as they come. */
function columnCodes(table: ReportTable, key: "term" | "code"): EventCodes {
  const { codes, values } = table.columns.events[key];
  const numbered: (readonly number[] | undefined)[] = [];
  const names: string[] = [];
  const at = (eventRow: number): readonly number[] => {
    const code = codes[eventRow] ?? -1;
    if (code < 0) return [];
    let number = numbered[code];
    if (number === undefined) {
      numbered[code] = number = [names.length];
      names.push(values[code]!);
    }
    return number;
  };
  return { at, names: () => names };
}

function keyedCodes(table: ReportTable, key: Exclude<EventKey, ReportGroups | string>): EventCodes {
  const view = new EventView(table);
  const numbers = new Map<string, number>();
  const number = (name: string): number => {
    let code = numbers.get(name);
    if (code === undefined) numbers.set(name, (code = numbers.size));
    return code;
  };
  const at = (eventRow: number): readonly number[] => {
    view.row = eventRow;
    const names = key(view);
    return names === undefined ? [] : typeof names === "string" ? [number(names)] : names.map(number);
  };
  return { at, names: () => [...numbers.keys()] };
}
