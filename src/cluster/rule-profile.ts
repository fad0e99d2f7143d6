import type { Criterion } from "../rule/criterion.ts";
import type { Domain } from "../report/report.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";
import type { Clock, LegalClock } from "./alert.ts";
import type { ProductPart } from "./rule-product.ts";

/** One number of a profile and where it comes from. */
export interface SourcedNumber {
  readonly what: string;
  readonly value: number;
  readonly status: NumberStatus;
  readonly source: string;
}

/**
 * A written cluster condition as data. Copy one and change it to make a local profile: `{ ...profiles.gvp2021, windowDays: 14 }`
 * (and say so in `numbers`).
 */
export interface RuleProfile {
  readonly name: string;
  readonly title: Wording;
  readonly domains: readonly Domain[] | "all";
  readonly clock: Clock;
  readonly windowDays: number;
  /** What the text calls the same product; the name alone where it does not say. `product` of the run goes before it. */
  readonly sameProduct?: readonly ProductPart[] | undefined;
  /** Only products of these classes of their source, or all but these; a product without a class is of none. */
  readonly category?: { readonly only: readonly string[] } | { readonly except: readonly string[] } | undefined;
  /** Groups are formed by product and by each of these. */
  readonly groupBy: readonly ("lot" | "region" | "unit")[];
  /** With `lot`: how far apart in the maker's numbering lots may be to count as adjacent; 0 is the same lot only. */
  readonly lotReach: number;
  /** Met by a window; reads {@link PREDICATE_COLUMNS}. */
  readonly predicate: Criterion;
  /** Where each number comes from; a default is never called official. */
  readonly numbers: readonly SourcedNumber[];
  readonly basis: string;
  readonly legal: readonly LegalClock[];
}

/**
 * Columns a profile's predicate can read, for `parseCriterion`.
 *
 * - `reports`, `serious`, `notSerious`, `deaths`: reports in the window; one that says nothing of seriousness is neither
 * - `units`, `unitDays`: reporting units; one per unit and day
 * - `similar`, `similarSerious`, `similarNotSerious`: the largest number of such reports that share one reaction
 * - `reportsP`, `notSeriousP`: chance of as many such reports or more at the group's own earlier rate, a Poisson tail over the
 *   uncertainty of that rate (Jeffreys' prior); 1 where there is no history
 */
export const PREDICATE_COLUMNS = [
  "reports",
  "serious",
  "notSerious",
  "deaths",
  "units",
  "unitDays",
  "similar",
  "similarSerious",
  "similarNotSerious",
  "reportsP",
  "notSeriousP",
] as const;

/** `left >= right`. */
export const atLeast = (left: string, right: number): Criterion => ({ compare: ">=", left, right });

/** Source of a number that no text gives. */
export const ours = "pvsignal: no text gives this number; set it to your centre's";
