import { PvError } from "../error.ts";
import type { FourfoldColumns } from "../count/fourfold.ts";
import { chiSquareSf } from "../math/chi-square.ts";
import { gammaP } from "../math/incomplete-gamma.ts";
import { normalSf } from "../math/normal.ts";
import { ebProbabilityBelow } from "./ebgm.ts";
import { adjustP, posteriorFdr, type AdjustMethod } from "./fdr.ts";
import { fisherColumns } from "./fisher.ts";
import type { MeasureContext } from "./measures.ts";
import { prrColumns } from "./prr.ts";
import { Z95, type RatioColumns } from "./ratio.ts";
import { rorColumns } from "./ror.ts";

/** What the multiplicity of a screening is judged by: a one-sided p value, or a posterior probability of no over-reporting. */
export type FdrBasis = "fisher" | "fisherMidP" | "prr" | "ror" | "chi2Yates" | "ic" | "ebgm";

/** How a screening accounts for the number of pairs it looks at. */
export interface FdrOptions {
  readonly of: FdrBasis;
  /** For p values Benjamini–Hochberg unless told; for `ic` and `ebgm` always the mean of posterior probabilities. */
  readonly method?: AdjustMethod | undefined;
  /** Pairs with fewer reports are not tested; 3 unless told. */
  readonly minimumA?: number | undefined;
  /**
   * `"all"`, unless told: adjust for every product × event combination, listed or not, those without a tested pair having p = 1.
   * `"tested"`: only for the pairs tested. A pair is tested because it has reports, and its p value is then not uniform under
   * the null: in a simulation without any effect (2,000 cells, expected counts up to ½) Benjamini–Hochberg at 5 % over the pairs
   * with 3 or more reports raised a false alarm in 200 of 200 data sets, over all combinations in 4 of 200. Always `"tested"`
   * with `"lbe"`, which reads the share of true nulls from the p values themselves.
   */
  readonly hypotheses?: "tested" | "all" | undefined;
}

/** What was adjusted, and how. */
export interface FdrSummary {
  readonly of: FdrBasis;
  readonly method: AdjustMethod | "posterior";
  readonly minimumA: number;
  readonly tested: number;
  /** Pairs with enough reports but without a p value or probability. */
  readonly undefinedP: number;
  readonly hypotheses: number;
  /** Estimated share of pairs without over-reporting, where the method estimates it. */
  readonly pi0: number | null;
}

type Basis =
  | { readonly kind: "p"; readonly of: (counts: FourfoldColumns) => Float64Array }
  | { readonly kind: "posterior"; readonly of: (counts: FourfoldColumns, context: MeasureContext) => Float64Array };

// ln ratio / standard error against the normal upper tail; the error is read back from the limits.
const waldP = ({ estimate, lower }: RatioColumns): Float64Array =>
  estimate.map((ratio, i) => normalSf((Math.log(ratio) * Z95) / Math.log(ratio / lower[i]!)));

const bases: Readonly<Record<FdrBasis, Basis>> = {
  fisher: { kind: "p", of: (counts) => fisherColumns(counts).p },
  fisherMidP: { kind: "p", of: (counts) => fisherColumns(counts).midP },
  prr: { kind: "p", of: (counts) => waldP(prrColumns(counts)) },
  ror: { kind: "p", of: (counts) => waldP(rorColumns(counts)) },
  chi2Yates: {
    kind: "p",
    // One-sided: half the two-sided tail when there are more reports than expected, one minus half of it otherwise.
    of: ({ a, expected, b, c, d }) =>
      a.map((count, i) => {
        const e = expected[i]!;
        const distance = Math.max(0, Math.abs(count - e) - 0.5);
        const n1 = count + b[i]!;
        const m1 = count + c[i]!;
        const n = n1 + c[i]! + d[i]!;
        const variance = e * (1 - n1 / n) * (1 - m1 / n);
        const half = chiSquareSf((distance * distance) / variance, 1) / 2;
        return count >= e ? half : 1 - half;
      }),
  },
  ic: { kind: "posterior", of: ({ a, expected }) => a.map((count, i) => gammaP(count + 0.5, expected[i]! + 0.5)) },
  ebgm: {
    kind: "posterior",
    of: ({ a, expected }, { gpsPrior }) => {
      const prior = gpsPrior();
      return a.map((count, i) => ebProbabilityBelow(count, expected[i]!, prior));
    },
  },
};

/**
 * The `fdr` column of a screening: for each tested pair the level at which it is declared; NaN where it was not tested.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function screenFdr(
  counts: FourfoldColumns,
  combinations: number,
  { of, method, minimumA = 3, hypotheses = method === "lbe" ? "tested" : "all" }: FdrOptions,
  context: MeasureContext,
): { readonly column: Float64Array; readonly summary: FdrSummary } {
  const basis = (bases as Partial<typeof bases>)[of];
  if (basis === undefined) {
    throw new PvError("INVALID_OPTION", `fdr.of: ${JSON.stringify(of)} is not one of ${Object.keys(bases).join(", ")}`);
  }
  const tested = Uint8Array.from(counts.a, (a) => (a >= minimumA ? 1 : 0));
  if (basis.kind === "posterior") {
    if (method !== undefined)
      throw new PvError("INVALID_OPTION", `fdr.method: ${of} has posterior probabilities, not p values`);
    const { fdr, tested: ranked, undefinedP } = posteriorFdr(basis.of(counts, context), tested);
    return {
      column: fdr,
      summary: { of, method: "posterior", minimumA, tested: ranked, undefinedP, hypotheses: ranked, pi0: null },
    };
  }
  if (method === "lbe" && of !== "fisher" && of !== "fisherMidP") {
    // A clamped statistic and a ratio of 1 give p values of exactly ½ in numbers, which the estimator of π0 cannot take.
    throw new PvError("INVALID_OPTION", `fdr.method: "lbe" needs fisher or fisherMidP, got ${of}`);
  }
  const adjusted = adjustP(basis.of(counts), method ?? "bh", tested, hypotheses === "all" ? combinations : undefined);
  const { q, pi0, undefinedP } = adjusted;
  return {
    column: q,
    summary: {
      of,
      method: adjusted.method,
      minimumA,
      tested: adjusted.tested,
      undefinedP,
      hypotheses: adjusted.hypotheses,
      pi0,
    },
  };
}
