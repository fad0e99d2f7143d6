import type { Wording } from "../report/wording.ts";
import type { ThresholdStatus } from "../signal/presets.ts";
import type { PriorityFacts } from "./priority-facts.ts";

/** Numbers of the facts that can be weighed. */
export type PriorityMeasure = Exclude<keyof PriorityFacts, "key" | "firstSeen" | "largestUnitShare">;

/**
 * How a raw value becomes a number from 0 to 1. `ramp`: 0 at `from`, 1 at `to`, straight between and level beyond; `from` above
 * `to` makes the smaller value the more urgent. `saturating`: x / (x + half), so that the first reports count most.
 */
export type PriorityTransform =
  | { readonly kind: "ramp"; readonly from: number; readonly to: number }
  | { readonly kind: "saturating"; readonly half: number };

/** One aspect of the strength of evidence. */
export interface PriorityComponent {
  readonly name: string;
  readonly measure: PriorityMeasure;
  readonly transform: PriorityTransform;
  /** Most points it can give; a whole number. */
  readonly weight: number;
  readonly wording: Wording;
}

/** A way to rank. */
export interface PriorityModel {
  readonly name: string;
  readonly components: readonly PriorityComponent[];
  readonly status: ThresholdStatus;
  readonly source: string;
}

const saturating = (half: number): PriorityTransform => ({ kind: "saturating", half });
const ramp = (from: number, to: number): PriorityTransform => ({ kind: "ramp", from, to });

/** Every aspect once, with its measure, transformation and words; the models below give the weights. */
const aspects = {
  disproportionality: {
    measure: "ic025",
    transform: ramp(0, 3),
    wording: { zh: "报告不相称性（IC025）", en: "disproportionate reporting (IC025)" },
  },
  informative: {
    measure: "informative",
    transform: saturating(2),
    wording: { zh: "信息完整的报告", en: "informative reports" },
  },
  recent: { measure: "recent", transform: saturating(3), wording: { zh: "近期报告", en: "recent reports" } },
  narratives: {
    measure: "narratives",
    transform: saturating(3),
    wording: { zh: "有过程描述的报告", en: "reports with a narrative" },
  },
  countries: { measure: "countries", transform: ramp(1, 5), wording: { zh: "涉及国家", en: "countries" } },
  regions: { measure: "regions", transform: ramp(1, 5), wording: { zh: "涉及地区", en: "regions" } },
  units: { measure: "units", transform: ramp(1, 8), wording: { zh: "报告单位", en: "reporting organisations" } },
  deaths: { measure: "deaths", transform: saturating(1), wording: { zh: "死亡报告", en: "reports of death" } },
  serious: { measure: "serious", transform: saturating(3), wording: { zh: "严重报告", en: "serious reports" } },
  unlisted: { measure: "unlisted", transform: ramp(0, 1), wording: { zh: "说明书未载", en: "not in the label" } },
  newness: {
    measure: "daysKnown",
    transform: ramp(365, 0),
    wording: { zh: "首次报告距今天数", en: "days since the first report" },
  },
  clusters: {
    measure: "clusters",
    transform: ramp(0, 6),
    wording: { zh: "聚集性预警强度", en: "strength of cluster alerts" },
  },
} as const satisfies Record<string, Omit<PriorityComponent, "name" | "weight">>;

const weighed = (weights: Partial<Record<keyof typeof aspects, number>>): readonly PriorityComponent[] =>
  (Object.keys(aspects) as (keyof typeof aspects)[]).flatMap((name) =>
    weights[name] === undefined ? [] : [{ name, ...aspects[name], weight: weights[name] }],
  );

/**
 * Ways to rank, each out of 1,000 points.
 *
 * `vigiRank`: the five aspects that a predictive model found to tell emerging safety issues from other pairs in VigiBase. The
 * aspects are published; the weights here are *not* those of the paper but equal ones, and the transformations are ours: it is
 * called by that name for what it looks at. Whoever has the published coefficients can put them into a model of their own.
 *
 * `centre`: the default, for a provincial or national centre. A quarter for disproportionality; half for the reports themselves
 * (what they tell, how recent, how far spread, how grave); a quarter for novelty and clusters. Regions stand for countries, and
 * distinct reporting organisations are asked for because one hospital's habit is not a signal. The numbers are ours.
 */
export const priorityModels = {
  vigiRank: {
    name: "vigiRank",
    components: weighed({ disproportionality: 200, informative: 200, recent: 200, narratives: 200, countries: 200 }),
    status: "practice",
    source:
      "aspects after Caster, Juhlin, Watson, Norén 2014, doi:10.1007/s40264-014-0204-5 (informative: completeness at least 0.9); equal weights, not the published coefficients",
  },
  centre: {
    name: "centre",
    components: weighed({
      disproportionality: 250,
      informative: 100,
      recent: 100,
      narratives: 25,
      regions: 75,
      units: 75,
      deaths: 100,
      serious: 75,
      unlisted: 75,
      newness: 25,
      clusters: 100,
    }),
    status: "practice",
    source: "own default; aspects after Caster et al. 2014 with seriousness, novelty, reporter spread and clusters",
  },
} as const satisfies Record<string, PriorityModel>;
