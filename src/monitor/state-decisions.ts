import { Ints } from "../count/growing.ts";

/** What people decide about reports, beside what the records say. */
export const REPORT_DECISIONS = ["withdraw", "reinstate", "merge", "unmerge"] as const;
/** One of {@link REPORT_DECISIONS}. */
export type ReportDecision = (typeof REPORT_DECISIONS)[number];

/** By decision, in the order in which they were taken: the day, index into {@link REPORT_DECISIONS}, the report, and for a merge the one kept (else -1). */
export interface ReportDecisionColumns {
  readonly day: Ints;
  readonly kind: Ints;
  readonly report: Ints;
  readonly kept: Ints;
}

/** Which reports are withdrawn or merged at some time. */
export class Standing {
  readonly withdrawn = new Set<number>();
  /** The report each merged one is merged into. */
  readonly keptFor = new Map<number, number>();
  /** The reports merged into each. */
  readonly mergedInto = new Map<number, Set<number>>();

  decide(kind: ReportDecision, report: number, kept: number): void {
    if (kind === "withdraw") this.withdrawn.add(report);
    else if (kind === "reinstate") this.withdrawn.delete(report);
    else if (kind === "merge") {
      this.keptFor.set(report, kept);
      const merged = this.mergedInto.get(kept);
      if (merged === undefined) this.mergedInto.set(kept, new Set([report]));
      else merged.add(report);
    } else {
      const before = this.keptFor.get(report)!;
      this.keptFor.delete(report);
      const merged = this.mergedInto.get(before)!;
      merged.delete(report);
      if (merged.size === 0) this.mergedInto.delete(before);
    }
  }

  /**
   * Whether another report stands for this one: the one it is merged into, or one that this in turn is merged into. As long as
   * none of them is there (all retracted or withdrawn), the report counts for itself, for otherwise the case would vanish.
   */
  isReplaced(report: number, isThere: (report: number) => boolean): boolean {
    for (let kept = this.keptFor.get(report); kept !== undefined; kept = this.keptFor.get(kept))
      if (isThere(kept)) return true;
    return false;
  }

  /** Whether `report` is `kept` or is one of those `kept` is merged into, one after another. */
  leadsTo(kept: number, report: number): boolean {
    for (let at: number | undefined = kept; at !== undefined; at = this.keptFor.get(at)) if (at === report) return true;
    return false;
  }
}

/** Decisions in the order in which they were taken; nothing is ever removed. */
export class ReportDecisions {
  readonly columns: ReportDecisionColumns;
  readonly now: Standing;

  constructor(
    columns: ReportDecisionColumns = { day: new Ints(), kind: new Ints(), report: new Ints(), kept: new Ints() },
  ) {
    this.columns = columns;
    this.now = this.asOf(Infinity);
  }

  take(day: number, kind: ReportDecision, report: number, kept = -1): void {
    const c = this.columns;
    c.day.push(day);
    c.kind.push(REPORT_DECISIONS.indexOf(kind));
    c.report.push(report);
    c.kept.push(kept);
    this.now.decide(kind, report, kept);
  }

  /** What was decided by the end of a day; days never go backwards. */
  asOf(day: number): Standing {
    const { day: days, kind, report, kept } = this.columns;
    const standing = new Standing();
    for (let i = 0; i < days.length && days.data[i]! <= day; i++)
      standing.decide(REPORT_DECISIONS[kind.data[i]!]!, report.data[i]!, kept.data[i]!);
    return standing;
  }
}
