import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { ReportKey } from "./duplicate-columns.ts";

/** A reviewer's decision: these reports are the case that `keep` stands for. */
export interface ConfirmedDuplicate {
  readonly keep: ReportKey;
  readonly drop: readonly ReportKey[];
}

/** One report and the one that stands for it. */
export interface LeftOut extends ReportKey {
  readonly duplicateOf: ReportKey;
}

/** A stream of reports with decisions applied. The reports themselves are never changed. */
export interface DuplicateApplication {
  /** The reports without confirmed duplicates. Can be walked as often as the input can. */
  readonly reports: () => Generator<Report>;
  /** All reports, each with the one that stands for it, or null. */
  readonly marked: () => Generator<{ readonly report: Report; readonly duplicateOf: ReportKey | null }>;
  /** Every decision as one line a report; {@link applyDuplicates} without a line brings its report back. */
  readonly decisions: readonly LeftOut[];
}

const nameOf = ({ source, id }: ReportKey): string => `${source}\u0000${id}`;

/**
 * Applies confirmed duplicates to a stream of reports. Nothing is deleted: the stream leaves reports out, and the same call
 * without a decision brings them back. A duplicate whose kept report never comes stays in (at the end of the stream), for
 * otherwise the case would vanish. Decisions may form chains; the end of the chain stands for all.
 *
 * @throws PvError `INVALID_ARGUMENT` when a report is dropped for two others, or for itself through a circle
 */
export function applyDuplicates(
  reports: Iterable<Report>,
  confirmed: readonly ConfirmedDuplicate[],
): DuplicateApplication {
  const next = new Map<string, ReportKey>();
  const dropped = new Map<string, ReportKey>();
  for (const { keep, drop } of confirmed) {
    for (const key of drop) {
      const name = nameOf(key);
      const before = next.get(name);
      if (before !== undefined && nameOf(before) !== nameOf(keep))
        throw new PvError("INVALID_ARGUMENT", `${key.source} ${key.id} is dropped for ${before.id} and for ${keep.id}`);
      next.set(name, keep);
      dropped.set(name, key);
    }
  }
  const standsFor = new Map<string, ReportKey>();
  for (const name of next.keys()) {
    let at = next.get(name)!;
    for (let steps = 0; next.has(nameOf(at)); steps++) {
      if (steps > next.size || nameOf(at) === name)
        throw new PvError(
          "INVALID_ARGUMENT",
          `${at.source} ${at.id} is dropped for itself, through a circle of decisions`,
        );
      at = next.get(nameOf(at))!;
    }
    standsFor.set(name, at);
  }

  function* kept(): Generator<Report> {
    const seen = new Set<string>();
    const kept = new Set<string>();
    for (const key of standsFor.values()) kept.add(nameOf(key));
    const waiting: { readonly report: Report; readonly keeper: string }[] = [];
    for (const report of reports) {
      const name = nameOf(report);
      if (kept.has(name)) seen.add(name);
      const keeper = standsFor.get(name);
      if (keeper === undefined) yield report;
      else if (!seen.has(nameOf(keeper))) waiting.push({ report, keeper: nameOf(keeper) });
    }
    for (const { report, keeper } of waiting) if (!seen.has(keeper)) yield report;
  }

  function* marked(): Generator<{ readonly report: Report; readonly duplicateOf: ReportKey | null }> {
    for (const report of reports) yield { report, duplicateOf: standsFor.get(nameOf(report)) ?? null };
  }

  return {
    reports: kept,
    marked,
    decisions: [...dropped].map(([name, { source, id }]) => ({ source, id, duplicateOf: standsFor.get(name)! })),
  };
}
