import { compareText } from "../count/build.ts";
import type { Report } from "../report/report.ts";
import { wilsonShare, type Share } from "./limits.ts";
import { groupOf, type Grouping } from "./grouping.ts";
import { COMPLETENESS_DIMENSIONS, vigiGrade, type CompletenessDimension, type VigiGradeOptions } from "./vigigrade.ts";

/** Completeness of the reports of one unit, division or month. */
export interface CompletenessRow {
  /** Null for the reports that do not say. */
  readonly key: string | null;
  readonly reports: number;
  /** Reports with at least one pair to score. */
  readonly scored: number;
  /** Mean score of those scored; null when there is none. */
  readonly meanScore: number | null;
  /** Well documented among those scored, with its Wilson interval. */
  readonly wellDocumented: Share;
  /** Share of the scored reports that lack the dimension in at least one pair, wholly or in part. */
  readonly lacking: Readonly<Record<CompletenessDimension, number | null>>;
}

/**
 * Completeness by unit, division or month of receipt: one row each, sorted by key, the reports that do not say last, and all
 * of them together.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function completenessSummary(
  reports: Iterable<Report>,
  options: VigiGradeOptions & { readonly by?: Grouping | undefined } = {},
): { readonly all: CompletenessRow; readonly rows: readonly CompletenessRow[] } {
  const read = groupOf(options.by ?? "unit");
  const groups = new Map<string | null, Tally>();
  const all = new Tally();
  for (const report of reports) {
    const key = read(report) ?? null;
    let tally = groups.get(key);
    if (tally === undefined) groups.set(key, (tally = new Tally()));
    tally.add(report, options);
    all.add(report, options);
  }
  const keys = [...groups.keys()].sort((x, y) =>
    x === null ? (y === null ? 0 : 1) : y === null ? -1 : compareText(x, y),
  );
  return { all: all.row(null), rows: keys.map((key) => groups.get(key)!.row(key)) };
}

class Tally {
  #reports = 0;
  #scored = 0;
  #sum = 0;
  #well = 0;
  readonly #lacking = new Map<CompletenessDimension, number>();

  add(report: Report, options: VigiGradeOptions): void {
    this.#reports++;
    const { score, wellDocumented, pairs } = vigiGrade(report, options);
    if (score === null) return;
    this.#scored++;
    this.#sum += score;
    if (wellDocumented) this.#well++;
    for (const dimension of COMPLETENESS_DIMENSIONS) {
      if (pairs.some(({ penalties }) => penalties[dimension] > 0))
        this.#lacking.set(dimension, (this.#lacking.get(dimension) ?? 0) + 1);
    }
  }

  row(key: string | null): CompletenessRow {
    const share = (dimension: CompletenessDimension): number | null =>
      this.#scored === 0 ? null : (this.#lacking.get(dimension) ?? 0) / this.#scored;
    return {
      key,
      reports: this.#reports,
      scored: this.#scored,
      meanScore: this.#scored === 0 ? null : this.#sum / this.#scored,
      wellDocumented: wilsonShare(this.#well, this.#scored),
      lacking: Object.fromEntries(COMPLETENESS_DIMENSIONS.map((d) => [d, share(d)])) as Record<
        CompletenessDimension,
        number | null
      >,
    };
  }
}
