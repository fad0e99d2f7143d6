import { betaQuantile } from "../math/beta-quantile.ts";
import { PvError } from "../error.ts";
import type { DecisionLog, DecisionState } from "./decision.ts";

/** How candidates of one band of scores turned out. */
export interface YieldBand {
  /** Scores from this one up to below the next band's. */
  readonly from: number;
  /** Reviews that came to an outcome, and those of them that validated the candidate. */
  readonly reviewed: number;
  readonly validated: number;
}

/** What share of reviews validates a candidate, by score, as the decision log tells. */
export interface YieldCalibration {
  /** Ascending. */
  readonly bands: readonly YieldBand[];
  /** Outcomes that could not be used: no entry of their review gave a score. */
  readonly withoutScore: number;
}

const OUTCOMES: readonly DecisionState[] = ["validated", "refuted", "monitored", "closed"];

/**
 * Reads the decision log for what became of candidates by their score. Each review counts once: from `detected` (or a fresh
 * `under-review`) to its first outcome, with the last score that an entry gave up to then. `monitored` and `closed` count as not
 * validated. An outcome that was corrected counts as corrected.
 *
 * @param edges - lower ends of the bands, ascending; steps of 200 points unless told. A lower score belongs to the first band
 * @throws PvError `INVALID_OPTION` when the edges do not ascend or there is none
 * @example
 * calibrateYield([]).bands.length; // 5
 */
export function calibrateYield(log: DecisionLog, edges: readonly number[] = [0, 200, 400, 600, 800]): YieldCalibration {
  if (edges.length === 0 || !edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]!)))
    throw new PvError("INVALID_OPTION", `edges: expected ascending scores, got ${edges.join(", ")}`);
  const reviews = new Map<number, { readonly score: number | null; outcome: DecisionState | null }>();
  const open = new Map<string, { score: number | null; isOpen: boolean }>();
  for (const entry of log) {
    const review = open.get(entry.key) ?? { score: null, isOpen: false };
    open.set(entry.key, review);
    const score = entry.evidence?.score ?? null;
    if (entry.corrects !== null) {
      const corrected = reviews.get(entry.corrects);
      if (corrected !== undefined) corrected.outcome = OUTCOMES.includes(entry.state) ? entry.state : null;
      review.isOpen = !OUTCOMES.includes(entry.state);
      continue;
    }
    if (!OUTCOMES.includes(entry.state)) {
      if (!review.isOpen) review.score = null;
      review.isOpen = true;
      review.score = score ?? review.score;
    } else if (review.isOpen) {
      reviews.set(entry.seq, { score: score ?? review.score, outcome: entry.state });
      review.isOpen = false;
    }
  }
  const bands = edges.map((from) => ({ from, reviewed: 0, validated: 0 }));
  let withoutScore = 0;
  for (const { score, outcome } of reviews.values()) {
    if (outcome === null) continue;
    if (score === null) {
      withoutScore++;
      continue;
    }
    const band = bands[bandOf(bands, score)]!;
    band.reviewed++;
    if (outcome === "validated") band.validated++;
  }
  return { bands, withoutScore };
}

/** How many of some candidates a review is expected to validate. */
export interface ExpectedYield {
  /** Σ over candidates of the share validated in their band, (v + ½)/(n + 1). */
  readonly expected: number;
  /**
   * Limits of that sum: each band's exact (Clopper–Pearson) limits at a level shared out over the bands in use, so that all of them
   * hold together with at least the level asked for. It is the uncertainty of the shares, not the play of chance in one week.
   */
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
  /** Candidates whose band has never been reviewed; they enter with a share between 0 and 1, expected at ½. */
  readonly withoutHistory: number;
}

/**
 * Expected yield of candidates with these scores; `null` when nothing has been reviewed in any band.
 *
 * @throws PvError `INVALID_LEVEL`
 * @see Clopper, Pearson (1934) doi:10.1093/biomet/26.4.404; Jeffreys' prior for the shares
 * @example
 * expectedYield([500, 500], { bands: [{ from: 0, reviewed: 9, validated: 2 }], withoutScore: 0 }).expected; // 0.5
 */
export function expectedYield(
  scores: readonly number[],
  { bands }: YieldCalibration,
  level = 0.95,
): ExpectedYield | null {
  if (!(level > 0 && level < 1)) throw new PvError("INVALID_LEVEL", `level: expected 0 < level < 1, got ${level}`);
  if (bands.every(({ reviewed }) => reviewed === 0)) return null;
  const counts = bands.map(() => 0);
  for (const score of scores) counts[bandOf(bands, score)]!++;
  const used = counts.filter((count) => count > 0).length;
  const tail = (1 - level) / 2 / Math.max(1, used);
  let [expected, lower, upper, withoutHistory] = [0, 0, 0, 0];
  bands.forEach(({ reviewed: n, validated: v }, i) => {
    const count = counts[i]!;
    expected += (count * (v + 0.5)) / (n + 1);
    lower += count * (v === 0 ? 0 : betaQuantile(tail, v, n - v + 1));
    upper += count * (v === n ? 1 : betaQuantile(1 - tail, v + 1, n - v));
    if (n === 0) withoutHistory += count;
  });
  return { expected, lower, upper, level, withoutHistory };
}

function bandOf(bands: readonly { readonly from: number }[], score: number): number {
  const above = bands.findIndex(({ from }) => from > score);
  return above < 0 ? bands.length - 1 : Math.max(0, above - 1);
}
