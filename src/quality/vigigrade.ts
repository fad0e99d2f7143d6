import { PvError } from "../error.ts";
import type { Report, ReportEvent, ReportProduct } from "../report/report.ts";
import { daysBetween } from "./day-interval.ts";

/** What a report is asked for, in the order of the published table. */
export const COMPLETENESS_DIMENSIONS = [
  "timeToOnset",
  "indication",
  "outcome",
  "sex",
  "age",
  "dose",
  "country",
  "reporter",
  "kind",
  "comments",
] as const;
/** One of {@link COMPLETENESS_DIMENSIONS}. */
export type CompletenessDimension = (typeof COMPLETENESS_DIMENSIONS)[number];

/** Penalties of a missing dimension, and of those that can be half known. */
export interface VigiGradeWeights extends Readonly<Record<CompletenessDimension, number>> {
  /** Time to onset known only within more than `monthDays`. */
  readonly timeToOnsetVague: number;
  /** Time to onset imprecise, but within `monthDays`. */
  readonly timeToOnsetImprecise: number;
  /** Only an age group is known. */
  readonly ageGroup: number;
  /** Days of "one month". */
  readonly monthDays: number;
  /** A report whose score is above this is well documented. */
  readonly wellDocumentedAbove: number;
}

/** The penalties as published. */
export const vigiGradeWeights: VigiGradeWeights = {
  timeToOnset: 0.5,
  timeToOnsetVague: 0.3,
  timeToOnsetImprecise: 0.1,
  indication: 0.3,
  outcome: 0.3,
  sex: 0.3,
  age: 0.3,
  ageGroup: 0.1,
  dose: 0.1,
  country: 0.1,
  reporter: 0.1,
  kind: 0.1,
  comments: 0.1,
  monthDays: 31,
  wellDocumentedAbove: 0.8,
};

/** What {@link vigiGrade} takes for granted unless told. */
export interface VigiGradeOptions {
  readonly weights?: VigiGradeWeights | undefined;
  /** Characters of free text that say something; 20 unless told, a number of ours. */
  readonly minNarrativeLength?: number | undefined;
  /** Whether an indication can be mapped to a terminology; any text can unless told. */
  readonly isIndication?: ((text: string) => boolean) | undefined;
  /** Whether at least an age group is known, for sources that give one; unknown unless told, as the model has no such field. */
  readonly hasAgeGroup?: ((report: Report) => boolean) | undefined;
}

/** One product–event pair: what it lacks, and the product of what is left. */
export interface PairCompleteness {
  readonly product: string;
  readonly event: string;
  readonly score: number;
  /** Penalty of every dimension, 0 where nothing is missing. */
  readonly penalties: Readonly<Record<CompletenessDimension, number>>;
}

/** Completeness of one report. */
export interface Completeness {
  /** Mean over the pairs, between 0 and 1; null when there is no suspect (or interacting) product or no event. */
  readonly score: number | null;
  readonly wellDocumented: boolean;
  readonly pairs: readonly PairCompleteness[];
}

/**
 * vigiGrade completeness of a report: every pair of a suspect or interacting product and an event starts at 1 and is multiplied
 * by 1 − penalty for each dimension that is missing; the score is the mean over the pairs.
 *
 * Time to onset runs from the product's start to the event's onset (or the event date of the report). It is imprecise when the
 * two dates leave more than one number of days possible, and counts as missing when the event lies before the product however
 * the dates are completed. A division code stands for the country. An outcome `"unknown"` is missing.
 *
 * @throws PvError `INVALID_OPTION` for a penalty outside 0 to 1
 * @see Bergvall, Norén, Lindquist (2014) doi:10.1007/s40264-013-0131-x
 * @example
 * vigiGrade({ id: "1", source: "", version: 1, domain: "drug", products: [{ name: "A", role: "suspect" }], events: [{ term: "rash" }] }).score; // 0.0708883
 */
export function vigiGrade(report: Report, options: VigiGradeOptions = {}): Completeness {
  const weights = options.weights ?? vigiGradeWeights;
  checkWeights(weights);
  const { shared, factor } = sharedPenalties(report, weights, options);
  const pairs: PairCompleteness[] = [];
  let sum = 0;
  for (const product of report.products) {
    if (product.role !== "suspect" && product.role !== "interacting") continue;
    const indicated = product.indication !== undefined && (options.isIndication?.(product.indication) ?? true);
    const indication = indicated ? 0 : weights.indication;
    const dose = product.dose === undefined ? weights.dose : 0;
    for (const event of report.events) {
      const timeToOnset = onsetPenalty(report, product, event, weights);
      const outcome = event.outcome === undefined || event.outcome === "unknown" ? weights.outcome : 0;
      const score = factor * (1 - timeToOnset) * (1 - indication) * (1 - outcome) * (1 - dose);
      sum += score;
      pairs.push({
        product: product.name,
        event: event.term,
        score,
        penalties: { timeToOnset, indication, outcome, dose, ...shared },
      });
    }
  }
  const score = pairs.length === 0 ? null : sum / pairs.length;
  return { score, wellDocumented: score !== null && score > weights.wellDocumentedAbove, pairs };
}

type SharedDimension = Exclude<CompletenessDimension, "timeToOnset" | "indication" | "outcome" | "dose">;

function sharedPenalties(
  report: Report,
  weights: VigiGradeWeights,
  options: VigiGradeOptions,
): { shared: Record<SharedDimension, number>; factor: number } {
  const { patient } = report;
  const length = report.narrativeLength ?? report.narrative?.length ?? 0;
  const noAge = (): number => (options.hasAgeGroup?.(report) === true ? weights.ageGroup : weights.age);
  const shared = {
    sex: patient?.sex === undefined ? weights.sex : 0,
    age: patient?.ageYears === undefined ? noAge() : 0,
    country: report.country === undefined && report.division === undefined ? weights.country : 0,
    reporter: report.reporter === undefined ? weights.reporter : 0,
    kind: report.kind === undefined ? weights.kind : 0,
    comments: length < (options.minNarrativeLength ?? 20) ? weights.comments : 0,
  };
  const factor = Object.values(shared).reduce((product, penalty) => product * (1 - penalty), 1);
  return { shared, factor };
}

function onsetPenalty(report: Report, product: ReportProduct, event: ReportEvent, weights: VigiGradeWeights): number {
  const days = daysBetween(product.start, event.onset ?? report.eventDate);
  if (days === undefined || days.most < 0) return weights.timeToOnset;
  const width = days.most - days.least;
  if (width === 0) return 0;
  return width > weights.monthDays ? weights.timeToOnsetVague : weights.timeToOnsetImprecise;
}

function checkWeights(weights: VigiGradeWeights): void {
  for (const [name, value] of Object.entries(weights)) {
    if (name !== "monthDays" && !(value >= 0 && value <= 1))
      throw new PvError("INVALID_OPTION", `weights.${name}: expected 0 to 1, got ${value}`);
  }
}
