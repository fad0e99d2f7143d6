import { PvError } from "../error.ts";
import type { FourfoldColumns } from "../count/fourfold.ts";
import { ebgmColumns } from "../signal/ebgm-columns.ts";
import type { GpsPrior } from "../signal/ebgm.ts";
import { measures, type Measure, type MeasureName, type ScoreColumns } from "../signal/measures.ts";
import type { IncrementalCounts } from "./incremental.ts";

/** What is scored anew. */
export interface RescoreOptions {
  /** PRR, ROR, chi-square and IC unless told. */
  readonly measures?: readonly MeasureName[] | undefined;
  /** Prior for EBGM, such as that of the last full screening: a few pairs cannot be fitted. */
  readonly prior?: GpsPrior | undefined;
}

/** Cells and scores of some pairs, one entry a pair in every column, in the order in which they were asked for. */
export interface RescoredPairs {
  readonly pair: Int32Array;
  readonly cells: FourfoldColumns;
  /** NaN for a pair that has no report any more. */
  readonly scores: ScoreColumns;
}

/**
 * Scores of some pairs at the counts as they stand, by the column kernels of `screen`. Each value has the bits it has in a full
 * screening of the same counts, but for EBGM: a full screening may interpolate it (to 1e-9), here each is solved (`ebgm`).
 *
 * @throws PvError `UNKNOWN_MEASURE`; `INVALID_OPTION` for EBGM without a prior; those of {@link IncrementalCounts.cells}
 */
export function rescorePairs(
  counts: IncrementalCounts,
  pairs: Int32Array,
  options: RescoreOptions = {},
): RescoredPairs {
  const cells = counts.cells(pairs);
  const standing = Uint32Array.from(pairs.keys()).filter((i) => cells.a[i]! > 0);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(standing, (i) => column[i]!);
  const occurring: FourfoldColumns =
    standing.length === pairs.length
      ? cells
      : { a: pick(cells.a), b: pick(cells.b), c: pick(cells.c), d: pick(cells.d), expected: pick(cells.expected) };
  const scores: Record<string, Float64Array> = {};
  for (const name of options.measures ?? (["prr", "ror", "chiSquare", "ic"] as const)) {
    for (const [column, values] of Object.entries(compute(name, occurring, options.prior))) {
      const placed = new Float64Array(pairs.length).fill(NaN);
      standing.forEach((i, k) => (placed[i] = values[k]!));
      scores[column] = placed;
    }
  }
  return { pair: pairs, cells, scores };
}

function compute(name: MeasureName, cells: FourfoldColumns, prior: GpsPrior | undefined): ScoreColumns {
  if (!Object.hasOwn(measures, name)) {
    throw new PvError(
      "UNKNOWN_MEASURE",
      `${JSON.stringify(name)} is not a measure; there are ${Object.keys(measures).join(", ")}`,
    );
  }
  const gpsPrior = (): GpsPrior => {
    if (prior !== undefined) return prior;
    throw new PvError("INVALID_OPTION", "prior: EBGM of some pairs needs the prior of a full screening");
  };
  // Which pairs are interpolated depends on the pairs beside them; solved, each has the same bits in every company.
  if (name === "ebgm") return { ...ebgmColumns(cells.a, cells.expected, gpsPrior(), { exact: true }) };
  const measure: Measure = measures[name];
  return measure.compute(cells, { gpsPrior });
}
