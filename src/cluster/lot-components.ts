import { hypergeometricLogSfGe } from "../math/hypergeometric.ts";
import { seededRandom } from "../math/random.ts";
import { textAt, type ReportTable } from "../count/table.ts";

/**
 * log10 of the chance that a lot has as many of its unit-days in one reaction group, given the other lots of the product in the
 * same days: Fisher's exact test, upper tail.
 */
export function log10LotShare(inLot: number, lot: number, inAll: number, all: number): number {
  return hypergeometricLogSfGe(inLot, lot, inAll, all) / Math.LN10;
}

/** Draws for the similarity of reactions. */
const DRAWS = 199;
const MOST_MEMBERS = 60;

/**
 * log10 of the permutation p for the likeness of the reactions of a group of reports: mean Jaccard index of the term sets of all
 * pairs, against as many reports drawn from the others of the product. 0 when there are too few to draw from.
 */
export function log10Similarity(
  table: ReportTable,
  members: readonly number[],
  others: readonly number[],
  seed: number,
): number {
  const size = Math.min(members.length, MOST_MEMBERS);
  if (size < 2 || others.length < 2 * size) return 0;
  const sets = new Map<number, ReadonlySet<string>>();
  const terms = (row: number): ReadonlySet<string> => {
    let found = sets.get(row);
    if (found === undefined) sets.set(row, (found = termsOf(table, row)));
    return found;
  };
  const observed = likeness(members.slice(0, size).map(terms));
  const random = seededRandom(seed);
  let asLike = 0;
  const pool = [...others];
  for (let draw = 0; draw < DRAWS; draw++) {
    // The first `size` places of a partial shuffle are a sample without replacement.
    for (let i = 0; i < size; i++) {
      const j = i + random.integer(pool.length - i);
      [pool[i], pool[j]] = [pool[j]!, pool[i]!];
    }
    if (likeness(pool.slice(0, size).map(terms)) >= observed) asLike++;
  }
  return Math.log10((1 + asLike) / (DRAWS + 1));
}

function termsOf(table: ReportTable, row: number): Set<string> {
  const { eventOffsets, events } = table.columns;
  const found = new Set<string>();
  for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) found.add(textAt(events.term, j) ?? "");
  return found;
}

function likeness(sets: readonly ReadonlySet<string>[]): number {
  let sum = 0;
  for (let i = 0; i < sets.length; i++) {
    for (let j = 0; j < i; j++) {
      let both = 0;
      for (const term of sets[i]!) if (sets[j]!.has(term)) both++;
      const either = sets[i]!.size + sets[j]!.size - both;
      sum += either === 0 ? 0 : both / either;
    }
  }
  return (2 * sum) / (sets.length * (sets.length - 1));
}
