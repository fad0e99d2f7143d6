import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { NO_DAY, partialDay } from "../report/date.ts";
import type { Domain, Report, UnitKind } from "../report/report.ts";
import type { DuplicateField } from "./duplicate-fields.ts";
import { exactKeyOf, type ExactKey } from "./exact-keys.ts";
import { vigiGrade } from "./vigigrade.ts";

/** Stands for a blank in number columns. */
export const BLANK = -0x80000000;

/** A report by the name of its case. */
export interface ReportKey {
  readonly source: string;
  readonly id: string;
}

/** What of a report is needed beside the compared fields. */
export interface CaseFacts {
  readonly key: ReportKey;
  readonly version: number;
  readonly recordId: string;
  readonly domain: Domain;
  readonly unitKind: UnitKind | undefined;
  readonly unit: string | undefined;
  readonly completeness: number;
  readonly receivedDay: number;
}

/** Words of a field: `ids` of report i from `offsets[i]` to `offsets[i + 1]`, sorted and distinct. */
export interface WordColumn {
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
  readonly words: readonly string[];
  /** Reports with each word. */
  readonly counts: Uint32Array;
  /** Reports with at least one. */
  readonly filled: number;
}

/** Numbers of a field; `counts[value - min]` reports have each. */
export interface NumberColumn {
  readonly values: Int32Array;
  readonly min: number;
  readonly counts: Uint32Array;
  readonly filled: number;
}

/** Reports as columns to compare, in the order of source and id, whatever order they came in. */
export interface DuplicateColumns {
  readonly facts: readonly CaseFacts[];
  /** By the fields' places; a number field has a `NumberColumn`, every other a `WordColumn`. */
  readonly columns: readonly (WordColumn | NumberColumn)[];
  /** By the exact keys' places: number of the key's text, -1 where a part is blank. */
  readonly exact: readonly Int32Array[];
  /** Records left out because another version of the same case is there. */
  readonly merged: number;
}

interface Encoded {
  readonly facts: CaseFacts;
  readonly values: (number | readonly number[])[];
  readonly exact: number[];
}

class Words {
  readonly codes = new Map<string, number>();

  code(word: string): number {
    let code = this.codes.get(word);
    if (code === undefined) this.codes.set(word, (code = this.codes.size));
    return code;
  }
}

/**
 * Takes from each report what is compared and forgets the rest.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function duplicateColumns(
  reports: Iterable<Report>,
  fields: readonly DuplicateField[],
  exactKeys: readonly ExactKey[],
): DuplicateColumns {
  const vocabularies = fields.map(() => new Words());
  const exactWords = exactKeys.map(() => new Words());
  const cases = new Map<string, Encoded>();
  let merged = 0;
  for (const report of reports) {
    const name = `${report.source}\u0000${report.id}`;
    const before = cases.get(name);
    if (before !== undefined) {
      merged++;
      if (!isLater(report, before.facts)) continue;
    }
    cases.set(name, {
      facts: factsOf(report),
      values: fields.map((field, f) => encode(field, report, vocabularies[f]!)),
      exact: exactKeys.map((key, k) => {
        const text = exactKeyOf(report, key);
        return text === undefined ? -1 : exactWords[k]!.code(text);
      }),
    });
  }
  const sorted = [...cases.values()].sort(
    ({ facts: { key: x } }, { facts: { key: y } }) => compareText(x.source, y.source) || compareText(x.id, y.id),
  );
  return {
    facts: sorted.map(({ facts }) => facts),
    columns: fields.map((field, f) =>
      field.kind === "number" ? numberColumn(sorted, f) : wordColumn(sorted, f, [...vocabularies[f]!.codes.keys()]),
    ),
    exact: exactKeys.map((_, k) => Int32Array.from(sorted, ({ exact }) => exact[k]!)),
    merged,
  };
}

const isLater = (report: Report, before: CaseFacts): boolean =>
  report.version - before.version > 0 ||
  (report.version === before.version && compareText(report.recordId ?? "", before.recordId) > 0);

function factsOf(report: Report): CaseFacts {
  const received = report.receivedDate === undefined ? undefined : partialDay(report.receivedDate);
  return {
    key: { source: report.source, id: report.id },
    version: report.version,
    recordId: report.recordId ?? "",
    domain: report.domain,
    unitKind: report.unitKind,
    unit: report.unit,
    completeness: vigiGrade(report).score ?? 0,
    receivedDay: received?.day ?? NO_DAY,
  };
}

function encode(field: DuplicateField, report: Report, vocabulary: Words): number | readonly number[] {
  if (field.kind === "number") {
    const value = field.read(report);
    if (value === undefined) return BLANK;
    if (!Number.isInteger(value) || Math.abs(value) > 1e6)
      throw new PvError("INVALID_OPTION", `${field.name}: expected a whole number within a million, got ${value}`);
    return value;
  }
  if (field.kind === "category") {
    const word = field.read(report);
    return word === undefined || word === "" ? [] : [vocabulary.code(word)];
  }
  const words = new Set<number>();
  for (const word of field.read(report)) if (word !== "") words.add(vocabulary.code(word));
  return [...words];
}

/** Words are renumbered in their own order, so that nothing depends on which report came first. */
function wordColumn(sorted: readonly Encoded[], f: number, words: readonly string[]): WordColumn {
  const order = Uint32Array.from(words.keys()).sort((x, y) => compareText(words[x]!, words[y]!));
  const place = new Uint32Array(words.length);
  order.forEach((code, i) => (place[code] = i));
  const offsets = new Uint32Array(sorted.length + 1);
  sorted.forEach(({ values }, i) => (offsets[i + 1] = offsets[i]! + (values[f] as readonly number[]).length));
  const ids = new Uint32Array(offsets[sorted.length]!);
  const counts = new Uint32Array(words.length);
  let filled = 0;
  sorted.forEach(({ values }, i) => {
    const own = values[f] as readonly number[];
    if (own.length > 0) filled++;
    own.forEach((code, k) => (ids[offsets[i]! + k] = place[code]!));
    ids.subarray(offsets[i], offsets[i + 1]).sort();
  });
  for (const id of ids) counts[id]!++;
  return { offsets, ids, words: Array.from(order, (code) => words[code]!), counts, filled };
}

function numberColumn(sorted: readonly Encoded[], f: number): NumberColumn {
  const values = Int32Array.from(sorted, (entry) => entry.values[f] as number);
  let min = Infinity;
  let max = -Infinity;
  let filled = 0;
  for (const value of values) {
    if (value === BLANK) continue;
    filled++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (filled === 0) return { values, min: 0, counts: new Uint32Array(0), filled };
  const counts = new Uint32Array(max - min + 1);
  for (const value of values) if (value !== BLANK) counts[value - min]!++;
  return { values, min, counts, filled };
}
