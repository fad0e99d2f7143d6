import { PvError } from "../error.ts";
import { normalQuantileUpper } from "../math/normal.ts";
import { seededRandom } from "../math/random.ts";
import type { Report } from "../report/report.ts";
import { blockings, walkBlocks, walkExact, type Blocking, type BlockingTally } from "./duplicate-blocks.ts";
import { duplicateColumns, type DuplicateColumns, type ReportKey } from "./duplicate-columns.ts";
import { duplicateFields, type DuplicateField } from "./duplicate-fields.ts";
import { groupDuplicates, pairKind, type DuplicateGroup, type PairKind, type ScoredPair } from "./duplicate-groups.ts";
import { DuplicateScorer, type FieldWeight } from "./duplicate-score.ts";
import { checkExactKey, exactKeys, type ExactKey } from "./exact-keys.ts";

/** How {@link findDuplicates} compares. */
export interface DuplicateOptions {
  readonly fields?: readonly DuplicateField[] | undefined;
  readonly blockings?: readonly Blocking[] | undefined;
  /** Deterministic keys; a pair that agrees in one is suspected whatever its score. `[]` for none. */
  readonly exactKeys?: readonly ExactKey[] | undefined;
  /**
   * Bits from which a pair is suspected: a number, or how to find it. `"posterior"` (the default) asks for the odds of one case
   * to be `posterior` when `expectedShare` of the reports have a duplicate. `"random-pairs"` asks that `expectedFalse` of all
   * pairs pass by chance, if their scores were normal.
   */
  readonly threshold?: number | "posterior" | "random-pairs" | undefined;
  /** Share of the reports that have a duplicate; 0.05 unless told, a number of ours. */
  readonly expectedShare?: number | undefined;
  /** Probability of one case a pair must reach; 0.95 unless told. */
  readonly posterior?: number | undefined;
  /** Of all pairs, how many may pass by chance; 1 unless told. */
  readonly expectedFalse?: number | undefined;
  /** Random pairs drawn for the threshold; 20,000 unless told. */
  readonly randomPairs?: number | undefined;
  readonly seed?: number | undefined;
  /** Reports a block may hold to be compared in full; 100 unless told. */
  readonly maxBlock?: number | undefined;
  /** In a larger block each report is compared with so many next by onset; 20 unless told. */
  readonly window?: number | undefined;
  /** A group larger than this does not suit automatic grouping; 10 unless told. */
  readonly maxGroup?: number | undefined;
}

/** Two reports suspected to be of one case. */
export interface DuplicatePair {
  readonly first: ReportKey;
  readonly second: ReportKey;
  /** Bits: log2 of the likelihood ratio of one case to two. */
  readonly score: number;
  /** Whether the score passed, and the deterministic keys that agree. */
  readonly passed: boolean;
  readonly exact: readonly string[];
  readonly kind: PairKind;
  /** Field by field; the weights add up to the score. */
  readonly fields: readonly FieldWeight[];
}

/** What {@link findDuplicates} found, and how it looked. */
export interface Duplicates {
  /** Highest score first. */
  readonly pairs: readonly DuplicatePair[];
  /** Connected pairs, by their first report. */
  readonly groups: readonly DuplicateGroup[];
  readonly reports: number;
  /** Records left out because another version of the same case is there. */
  readonly merged: number;
  readonly threshold: {
    readonly bits: number;
    readonly method: "given" | "posterior" | "random-pairs";
    /** Mean and standard deviation of the scores of random pairs; null for the other methods. */
    readonly random: {
      readonly pairs: number;
      readonly mean: number;
      readonly sd: number;
      readonly largest: number;
    } | null;
  };
  readonly blocking: readonly BlockingTally[];
}

/**
 * Reports suspected to be of one case, by deterministic keys and by a hit–miss score: for each field the log likelihood ratio
 * of agreement, near agreement or disagreement, with rare values telling more and blanks nothing. Only reports that share a block
 * are compared. It suspects and explains; it deletes nothing. The result does not depend on the order of the reports.
 *
 * The threshold, unless given, is where the score outweighs how unlikely it is that two reports taken at random are one case. The
 * normal approximation of random pairs is there for comparison: the scores' upper tail is much longer than a normal one (pairs
 * that share a rare product share its reactions and lots too), and most of what passes it is chance. Frequencies come from the
 * reports themselves: among a handful nothing is rare, and only the deterministic keys find anything.
 *
 * @throws PvError `INVALID_OPTION`
 * @see Norén, Orre, Bate, Edwards (2007) doi:10.1007/s10618-006-0052-8; the rates are not those of the paper, see `duplicateFields`
 */
export function findDuplicates(reports: Iterable<Report>, options: DuplicateOptions = {}): Duplicates {
  const fields = options.fields ?? duplicateFields;
  const keys = options.exactKeys ?? exactKeys;
  const limits = {
    maxBlock: wholeOption("maxBlock", options.maxBlock ?? 100, 2),
    window: wholeOption("window", options.window ?? 20, 1),
  };
  const maxGroup = wholeOption("maxGroup", options.maxGroup ?? 10, 2);
  keys.forEach(checkExactKey);
  const data = duplicateColumns(reports, fields, keys);
  const size = data.facts.length;
  const scorer = new DuplicateScorer(data, fields);
  const threshold = thresholdOf(scorer, size, options);

  const found = new Map<number, { score: number; exact: string[] }>();
  const blocking: BlockingTally[] = [];
  keys.forEach(({ name }, k) => {
    blocking.push(
      walkExact(data, fields, `exact: ${name}`, data.exact[k]!, limits, (i, j) => {
        const pair = found.get(i * size + j);
        if (pair === undefined) found.set(i * size + j, { score: scorer.score(i, j), exact: [name] });
        else pair.exact.push(name);
      }),
    );
  });
  for (const one of options.blockings ?? blockings) {
    blocking.push(
      walkBlocks(data, fields, one, limits, (i, j) => {
        if (scorer.bound(i, j) < threshold.bits || found.has(i * size + j)) return;
        const score = scorer.score(i, j);
        if (score >= threshold.bits) found.set(i * size + j, { score, exact: [] });
      }),
    );
  }

  const scored: ScoredPair[] = [...found]
    .map(([key, { score, exact }]) => ({ i: Math.floor(key / size), j: key % size, score, exact }))
    .sort((x, y) => y.score - x.score || x.i - y.i || x.j - y.j);
  return {
    pairs: scored.map((pair) => describe(data, scorer, pair, threshold.bits)),
    groups: groupDuplicates(data, scorer, scored, maxGroup),
    reports: size,
    merged: data.merged,
    threshold,
    blocking,
  };
}

function describe(data: DuplicateColumns, scorer: DuplicateScorer, pair: ScoredPair, bits: number): DuplicatePair {
  const first = data.facts[pair.i]!;
  const second = data.facts[pair.j]!;
  const { score, fields } = scorer.explain(pair.i, pair.j);
  return {
    first: first.key,
    second: second.key,
    score,
    passed: score >= bits,
    exact: pair.exact,
    kind: pairKind(first, second),
    fields,
  };
}

function thresholdOf(scorer: DuplicateScorer, size: number, options: DuplicateOptions): Duplicates["threshold"] {
  const asked = options.threshold ?? "posterior";
  const all = (size * (size - 1)) / 2;
  if (typeof asked === "number") {
    if (Number.isNaN(asked)) throw new PvError("INVALID_OPTION", "threshold: expected a number of bits, got NaN");
    return { bits: asked, method: "given", random: null };
  }
  if (asked === "posterior") {
    const share = openShare("expectedShare", options.expectedShare ?? 0.05);
    const posterior = openShare("posterior", options.posterior ?? 0.95);
    // A report with a duplicate makes one pair of all; of two reports the prior is a half at most.
    const prior = Math.min(0.5, (share * size) / Math.max(all, 1));
    return {
      bits: Math.log2(((1 - prior) / prior) * (posterior / (1 - posterior))),
      method: "posterior",
      random: null,
    };
  }
  const expectedFalse = options.expectedFalse ?? 1;
  const draws = wholeOption("randomPairs", options.randomPairs ?? 20_000, 100);
  if (!(expectedFalse > 0))
    throw new PvError("INVALID_OPTION", `expectedFalse: expected a number above 0, got ${expectedFalse}`);
  // With no more pairs than may pass by chance, no score tells anything.
  if (all <= expectedFalse) return { bits: Infinity, method: "random-pairs", random: null };
  const random = seededRandom(options.seed ?? 1);
  let mean = 0;
  let squares = 0;
  let largest = -Infinity;
  for (let k = 1; k <= draws; k++) {
    const i = random.integer(size);
    const shifted = random.integer(size - 1);
    const score = scorer.score(i, shifted < i ? shifted : shifted + 1);
    const delta = score - mean;
    mean += delta / k;
    squares += delta * (score - mean);
    if (score > largest) largest = score;
  }
  const sd = Math.sqrt(squares / (draws - 1));
  const bits = mean + sd * normalQuantileUpper(expectedFalse / all);
  return { bits, method: "random-pairs", random: { pairs: draws, mean, sd, largest } };
}

function openShare(name: string, value: number): number {
  if (!(value > 0 && value < 1))
    throw new PvError("INVALID_OPTION", `${name}: expected a number between 0 and 1, got ${value}`);
  return value;
}

function wholeOption(name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least)
    throw new PvError("INVALID_OPTION", `${name}: expected a whole number of at least ${least}, got ${value}`);
  return value;
}
