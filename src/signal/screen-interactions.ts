import { PvError } from "../error.ts";
import type { InteractionTable } from "../count/interaction-table.ts";
import type { TripleCounts } from "../count/triples.ts";
import { additiveInteraction, type AdditiveInteraction } from "./additive-interaction.ts";
import { combinationRiskRatio, type CombinationRiskRatio } from "./combination-risk-ratio.ts";
import { multiplicativeInteraction, type MultiplicativeInteraction } from "./multiplicative-interaction.ts";
import { omegaColumns, type Omega } from "./omega.ts";

/** Every interaction score of one triple. Plain data. */
export interface InteractionRow {
  readonly first: string;
  readonly second: string;
  readonly event: string;
  readonly table: InteractionTable;
  readonly omega: Omega;
  readonly additive: AdditiveInteraction;
  readonly multiplicative: MultiplicativeInteraction;
  readonly combination: CombinationRiskRatio;
}

/** What {@link InteractionScreening.rows} lists. */
export interface InteractionRowsOptions {
  /** Only triples with Ω025 above this; all unless told. */
  readonly above?: number | undefined;
  readonly limit?: number | undefined;
}

/** Ω of every triple of some counts, and the other scores of those that are looked at. */
export class InteractionScreening {
  readonly triples: TripleCounts;
  /** In the order of the triples. */
  readonly columns: Readonly<Record<keyof Omega, Float64Array>>;

  constructor(triples: TripleCounts) {
    this.triples = triples;
    this.columns = omegaColumns(triples.columns());
  }

  /** Triples with Ω025 above `threshold`. */
  flagged(threshold = 0): number {
    return this.columns.omega025.reduce((sum, value) => sum + (value > threshold ? 1 : 0), 0);
  }

  /**
   * All scores of one triple.
   *
   * @throws RangeError for a number that is none
   */
  row(i: number): InteractionRow {
    const { first, second, event, ...table } = this.triples.row(i);
    const { omega, omega025, omega975, expected } = this.columns;
    return {
      first,
      second,
      event,
      table,
      omega: { omega: omega[i]!, omega025: omega025[i]!, omega975: omega975[i]!, expected: expected[i]! },
      additive: additiveInteraction(table),
      multiplicative: multiplicativeInteraction(table),
      combination: combinationRiskRatio(table),
    };
  }

  /**
   * Triples by Ω025, highest first; equal ones keep the order of first product, second product and event, and those without
   * an Ω (NaN) come last.
   *
   * @throws PvError `INVALID_OPTION` for a limit that is not a whole number
   */
  rows({ above, limit }: InteractionRowsOptions = {}): InteractionRow[] {
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0))
      throw new PvError("INVALID_OPTION", `limit: a whole number from 0, got ${limit}`);
    const { omega025 } = this.columns;
    const rank = (i: number): number => (Number.isNaN(omega025[i]!) ? -Infinity : omega025[i]!);
    return Array.from(omega025.keys())
      .filter((i) => above === undefined || omega025[i]! > above)
      .sort((i, j) => rank(j) - rank(i) || i - j)
      .slice(0, limit)
      .map((i) => this.row(i));
  }
}

/**
 * Scores pairs of products for interaction on an event. Ω025 > 0 is the usual threshold: the event is reported more often with
 * both products than their separate risks explain. Thousands of triples are screened at once and products are often given
 * together for a reason that is itself related to the event, so that a flagged triple is a candidate and nothing more.
 *
 * @see Norén, Sundberg, Bate, Edwards (2008) doi:10.1002/sim.3247
 * @example
 * screenInteractions(countTriples(countPairs(table))).rows({ above: 0, limit: 20 });
 */
export function screenInteractions(triples: TripleCounts): InteractionScreening {
  return new InteractionScreening(triples);
}
