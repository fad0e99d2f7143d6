import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import type { PriorityFacts } from "./priority-facts.ts";
import {
  priorityModels,
  type PriorityComponent,
  type PriorityModel,
  type PriorityTransform,
} from "./priority-models.ts";

/** What one component gave a candidate. */
export interface PriorityContribution {
  readonly name: string;
  /** The fact as it is; null when it is not known. */
  readonly raw: number | null;
  /** From 0 to 1; 0 when the fact is not known. */
  readonly transformed: number;
  readonly weight: number;
  /** Whole points: weight × transformed, rounded. */
  readonly points: number;
}

/** One candidate with its place. Plain data, safe for JSON. */
export interface Priority {
  readonly key: string;
  /** 1 is the most urgent; candidates with the same score keep different ranks. */
  readonly rank: number;
  /** The sum of the points. */
  readonly score: number;
  /** In the order of the model. */
  readonly contributions: readonly PriorityContribution[];
  readonly facts: PriorityFacts;
}

/**
 * Ranks candidates by what their evidence adds up to. Every component gives whole points, so that the points of a candidate add up
 * to its score exactly and anybody can check the sum. A fact that is not known gives no points and is shown as not known.
 *
 * Equal scores are put in the order of IC025 (unknown last), reports, and key: the order of input does not matter.
 *
 * @param model - `priorityModels.centre` unless told
 * @throws PvError `INVALID_OPTION` for a model without components, two of one name, or a weight or transformation that is none;
 *   `DUPLICATE_KEY` for a candidate given twice
 * @see Caster, Juhlin, Watson, Norén (2014) doi:10.1007/s40264-014-0204-5 for ranking by several aspects of the evidence
 * @example
 * rankCandidates([]); // []
 */
export function rankCandidates(
  facts: readonly PriorityFacts[],
  model: PriorityModel = priorityModels.centre,
): readonly Priority[] {
  checkModel(model);
  const scored = facts.map((one) => {
    const contributions = model.components.map((component) => contributionOf(component, one));
    const score = contributions.reduce((sum, { points }) => sum + points, 0);
    return { key: one.key, score, contributions, facts: one };
  });
  scored.sort(
    (x, y) =>
      y.score - x.score ||
      compare(y.facts.ic025 ?? -Infinity, x.facts.ic025 ?? -Infinity) ||
      y.facts.reports - x.facts.reports ||
      compareText(x.key, y.key),
  );
  const ranked = scored.map(({ key, score, contributions, facts: own }, i) => ({
    key,
    rank: i + 1,
    score,
    contributions,
    facts: own,
  }));
  const seen = new Set<string>();
  for (const { key } of ranked) {
    if (seen.has(key)) throw new PvError("DUPLICATE_KEY", `the candidate ${key} is given twice`);
    seen.add(key);
  }
  return ranked;
}

/**
 * A raw value as a number from 0 to 1.
 *
 * @example
 * transformed({ kind: "ramp", from: 0, to: 3 }, 1.5); // 0.5
 */
export function transformed(transform: PriorityTransform, raw: number): number {
  if (transform.kind === "saturating") {
    const x = Math.max(0, raw);
    return x === Infinity ? 1 : x / (x + transform.half);
  }
  return Math.min(1, Math.max(0, (raw - transform.from) / (transform.to - transform.from)));
}

function contributionOf(
  { name, measure, transform, weight }: PriorityComponent,
  facts: PriorityFacts,
): PriorityContribution {
  const raw = facts[measure];
  const value = raw === null || Number.isNaN(raw) ? 0 : transformed(transform, raw);
  return { name, raw, transformed: value, weight, points: Math.round(weight * value) };
}

const compare = (x: number, y: number): number => (x < y ? -1 : x > y ? 1 : 0);

function checkModel({ name, components }: PriorityModel): void {
  const fault = (what: string): PvError => new PvError("INVALID_OPTION", `model ${JSON.stringify(name)}: ${what}`);
  if (components.length === 0) throw fault("no component");
  if (new Set(components.map((one) => one.name)).size < components.length) throw fault("two components have one name");
  for (const { name: component, weight, transform } of components) {
    // Below 0 more evidence would make a candidate less urgent.
    if (!(Number.isSafeInteger(weight) && weight >= 0))
      throw fault(`${component}: expected a weight in whole points from 0, got ${weight}`);
    const isTransform =
      transform.kind === "saturating"
        ? transform.half > 0 && transform.half < Infinity
        : Number.isFinite(transform.from) && Number.isFinite(transform.to) && transform.from !== transform.to;
    if (!isTransform) throw fault(`${component}: ${JSON.stringify(transform)} is no transformation`);
  }
}
