import { NO_DAY } from "../report/date.ts";
import type { CaseFacts, DuplicateColumns, ReportKey } from "./duplicate-columns.ts";
import type { DuplicateScorer } from "./duplicate-score.ts";
import type { Wording } from "../report/wording.ts";

/**
 * Where two reports of one case came from. `adr-aefi`: one as a drug, one as a vaccine report. `unknown`: at least one gives
 * neither unit nor kind of unit.
 */
export type PairKind =
  "same-unit" | "same-kind" | "adr-aefi" | "patient-hospital" | "holder-hospital" | "other-cross-source" | "unknown";

/** A pair by places. */
export interface ScoredPair {
  readonly i: number;
  readonly j: number;
  readonly score: number;
  readonly exact: readonly string[];
}

/** Reports connected by suspected pairs. */
export interface DuplicateGroup {
  readonly members: readonly ReportKey[];
  /** The report to keep if a reviewer confirms, and why. */
  readonly keeper: ReportKey;
  readonly why: Wording;
  /** Scores of the pairs that connect it. */
  readonly lowest: number;
  readonly highest: number;
  readonly kinds: readonly PairKind[];
  /**
   * Why the group should not be confirmed as one case unread: `large` (more members than asked), `chain` (two of its members
   * speak against each other: A like B like C, but A unlike C). Empty when nothing is against it.
   */
  readonly unsuitable: readonly ("large" | "chain")[];
}

/** Members up to this many are compared with each other in full. */
const CHAIN_LIMIT = 60;

/** Tells how two reports are related. */
export function pairKind(x: CaseFacts, y: CaseFacts): PairKind {
  const domains = [x.domain, y.domain];
  if (domains.includes("drug") && domains.includes("vaccine")) return "adr-aefi";
  if (x.unit !== undefined && x.unit === y.unit) return "same-unit";
  if (x.unitKind === undefined || y.unitKind === undefined) return "unknown";
  if (x.unitKind === y.unitKind) return "same-kind";
  const kinds = [x.unitKind, y.unitKind];
  const care = kinds.includes("medical") || kinds.includes("vaccination");
  if (care && kinds.includes("person")) return "patient-hospital";
  if (care && kinds.includes("holder")) return "holder-hospital";
  return "other-cross-source";
}

/** Joins pairs into groups and suggests which report of each to keep. */
export function groupDuplicates(
  { facts }: DuplicateColumns,
  scorer: DuplicateScorer,
  pairs: readonly ScoredPair[],
  maxGroup: number,
): DuplicateGroup[] {
  const parent = new Map<number, number>();
  const root = (i: number): number => {
    let at = i;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    parent.set(i, at);
    return at;
  };
  for (const { i, j } of pairs) {
    const a = root(i);
    const b = root(j);
    // The smaller place is the root, so that a group does not depend on the order of its pairs.
    parent.set(Math.max(a, b), Math.min(a, b));
  }
  const groups = new Map<number, { members: Set<number>; pairs: ScoredPair[] }>();
  for (const pair of pairs) {
    const at = root(pair.i);
    let group = groups.get(at);
    if (group === undefined) groups.set(at, (group = { members: new Set(), pairs: [] }));
    group.members.add(pair.i).add(pair.j);
    group.pairs.push(pair);
  }
  return [...groups]
    .sort(([x], [y]) => x - y)
    .map(([, group]) => {
      const members = [...group.members].sort((x, y) => x - y);
      const scores = group.pairs.map(({ score }) => score);
      const unsuitable: ("large" | "chain")[] = [];
      if (members.length > maxGroup) unsuitable.push("large");
      if (hasChain(members, scorer)) unsuitable.push("chain");
      const keeper = members.reduce((best, member) => (isBetter(facts[member]!, facts[best]!) ? member : best));
      return {
        members: members.map((member) => facts[member]!.key),
        keeper: facts[keeper]!.key,
        why: why(facts[keeper]!),
        lowest: scores.reduce((low, score) => Math.min(low, score)),
        highest: scores.reduce((high, score) => Math.max(high, score)),
        kinds: [...new Set(group.pairs.map(({ i, j }) => pairKind(facts[i]!, facts[j]!)))].sort(),
        unsuitable,
      };
    });
}

/** Two members whose score speaks against one case. */
function hasChain(members: readonly number[], scorer: DuplicateScorer): boolean {
  if (members.length < 3) return false;
  const some = members.slice(0, CHAIN_LIMIT);
  return some.some((i, at) => some.slice(at + 1).some((j) => scorer.score(i, j) < 0));
}

/** More complete, then received earlier; members come in the order of source and id, which decides the rest. */
function isBetter(x: CaseFacts, y: CaseFacts): boolean {
  if (x.completeness !== y.completeness) return x.completeness > y.completeness;
  const day = (facts: CaseFacts): number => (facts.receivedDay === NO_DAY ? Infinity : facts.receivedDay);
  return day(x) < day(y);
}

const why = ({ completeness }: CaseFacts): Wording => {
  const score = completeness.toFixed(2);
  return {
    zh: `完整性得分最高（${score}）；相同者取最早接收`,
    en: `most complete (${score}); among equals the one received first`,
  };
};
