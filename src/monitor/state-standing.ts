import { Ints } from "../count/growing.ts";
import type { ConfirmedDuplicate } from "../quality/apply-duplicates.ts";
import type { ReportKey } from "../quality/duplicate-columns.ts";
import {
  CHANGE_KINDS,
  IGNORED_REASONS,
  type ChangeColumns,
  type ChangeKind,
  type IgnoredReason,
  type Refusal,
} from "./state-changes.ts";
import type { ReportDecision, ReportDecisions } from "./state-decisions.ts";
import type { VersionStore } from "./state-records.ts";

/** Where a report stands. */
export const STANDINGS = ["awaited", "counted", "retracted", "withdrawn", "merged"] as const;
/** One of {@link STANDINGS}. */
export type ReportStanding = (typeof STANDINGS)[number];

/** The decisions of a batch. */
export interface Decisions {
  readonly reinstate: readonly ReportKey[];
  readonly withdraw: readonly ReportKey[];
  readonly unmerge: readonly ReportKey[];
  readonly merge: readonly ConfirmedDuplicate[];
}

/** What one batch says about a report. */
export const NEW_VERSION = 1;
export const REPEAT = 2;
const DECIDED = 4;
/** It is on the list of what was touched. */
const LISTED = 8;

/** What a batch touched, and the versions that counted before it. */
export interface Touched {
  readonly report: Ints;
  readonly before: Int32Array;
}

/** Where every report stands now, kept up to date for what a batch touches. */
export class Standings {
  /** By report: the version that counts, -1 for none. */
  readonly current = new Ints();
  readonly #standing = new Ints();
  readonly #noted = new Ints();
  readonly #touched = new Ints();
  readonly #store: VersionStore;
  readonly #log: ReportDecisions;

  constructor(store: VersionStore, log: ReportDecisions) {
    this.#store = store;
    this.#log = log;
    this.#extend();
    for (let report = 0; report < store.reports; report++) this.#stand(report);
  }

  of(report: number): ReportStanding {
    return STANDINGS[this.#standing.data[report]!]!;
  }

  /** Notes what the batch says about a report. */
  note(report: number, what: number): void {
    this.#extend();
    if (this.#noted.data[report] === 0) this.#touched.push(report);
    this.#noted.data[report]! |= what | LISTED;
  }

  /** Takes the decisions of a batch; those that cannot be taken are refused. */
  decide({ reinstate, withdraw, unmerge, merge }: Decisions, day: number, refused: Refusal[]): void {
    const { now } = this.#log;
    const refuse = (what: ReportDecision, reason: Refusal["reason"], { source, id }: ReportKey): void => {
      refused.push({ what, reason, source, id });
    };
    const take = (kind: ReportDecision, report: number, kept?: number): void => {
      this.#log.take(day, kind, report, kept);
      this.note(report, DECIDED);
    };
    for (const key of reinstate) {
      const report = this.#store.find(key);
      if (now.withdrawn.has(report)) take("reinstate", report);
      else refuse("reinstate", "not-withdrawn", key);
    }
    for (const key of withdraw) {
      if (key.id === "") {
        refuse("withdraw", "missing-id", key);
        continue;
      }
      const report = this.#store.await(key);
      if (now.withdrawn.has(report)) this.note(report, REPEAT);
      else take("withdraw", report);
    }
    for (const key of unmerge) {
      const report = this.#store.find(key);
      if (now.keptFor.has(report)) take("unmerge", report);
      else refuse("unmerge", "not-merged", key);
    }
    for (const { keep, drop } of merge) {
      const kept = this.#store.find(keep);
      if (!this.#hasArrived(kept)) {
        refuse("merge", "unknown-report", keep);
        continue;
      }
      for (const key of drop) {
        const report = this.#store.find(key);
        const into = now.keptFor.get(report);
        if (!this.#hasArrived(report)) refuse("merge", "unknown-report", key);
        else if (report === kept) refuse("merge", "same-report", key);
        else if (into === kept) this.note(report, REPEAT);
        else if (into !== undefined) refuse("merge", "merged-elsewhere", key);
        else if (now.leadsTo(kept, report)) refuse("merge", "circle", key);
        else take("merge", report, kept);
      }
    }
  }

  /** Brings what the batch touched up to date, with all that is merged into it, and says what became of what it named. */
  settle(): { readonly touched: Touched; readonly changes: ChangeColumns } {
    const { now } = this.#log;
    const report = new Ints();
    for (let i = 0; i < this.#touched.length; i++) report.push(this.#touched.data[i]!);
    if (now.mergedInto.size > 0) {
      // Whether a merged report counts hangs on those it is merged into.
      for (let i = 0; i < report.length; i++) {
        for (const merged of now.mergedInto.get(report.data[i]!) ?? []) {
          if (this.#noted.data[merged] !== 0) continue;
          this.#noted.data[merged] = LISTED;
          report.push(merged);
        }
      }
    }
    const size = report.length;
    const before = new Int32Array(size);
    const listed = new Ints();
    const kinds = new Uint8Array(size);
    const reasons = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      const one = report.data[i]!;
      const noted = this.#noted.data[one]!;
      const was = this.of(one);
      this.#noted.data[one] = 0;
      before[i] = this.current.data[one]!;
      this.#stand(one);
      const kind = changeKind(before[i]!, this.current.data[one]!, was, this.of(one));
      if (kind === "ignored") {
        if (noted === LISTED) continue;
        reasons[listed.length] = IGNORED_REASONS.indexOf(this.#whyIgnored(one, noted));
      }
      kinds[listed.length] = CHANGE_KINDS.indexOf(kind);
      listed.push(one);
    }
    this.#touched.length = 0;
    const { length } = listed;
    return {
      touched: { report, before },
      changes: {
        report: listed.data.slice(0, length),
        kind: kinds.slice(0, length),
        reason: reasons.slice(0, length),
      },
    };
  }

  /** By what was known at the end of a day: tells the version of a report that counted, -1 for none. */
  on(day: number): (report: number) => number {
    const standing = this.#log.asOf(day);
    const { retracted } = this.#store.columns;
    const there = (report: number): number => {
      const version = this.#store.standingOn(report, day);
      return version >= 0 && retracted.data[version] === 0 && !standing.withdrawn.has(report) ? version : -1;
    };
    return (report) => {
      const version = there(report);
      return version < 0 || standing.isReplaced(report, (kept) => there(kept) >= 0) ? -1 : version;
    };
  }

  #stand(report: number): void {
    const { now } = this.#log;
    const version = this.#store.columns.newest.data[report]!;
    let standing: ReportStanding = "counted";
    if (version < 0) standing = "awaited";
    else if (now.withdrawn.has(report)) standing = "withdrawn";
    else if (this.#store.columns.retracted.data[version] === 1) standing = "retracted";
    else if (now.isReplaced(report, (kept) => this.#isThere(kept))) standing = "merged";
    this.#standing.data[report] = STANDINGS.indexOf(standing);
    this.current.data[report] = standing === "counted" ? version : -1;
  }

  #isThere(report: number): boolean {
    const version = this.#store.columns.newest.data[report]!;
    return version >= 0 && this.#store.columns.retracted.data[version] === 0 && !this.#log.now.withdrawn.has(report);
  }

  #hasArrived(report: number): boolean {
    return report >= 0 && this.#store.columns.newest.data[report]! >= 0;
  }

  #whyIgnored(report: number, noted: number): IgnoredReason {
    if ((noted & (NEW_VERSION | DECIDED)) === 0) return "repeat";
    const standing = this.of(report);
    if (standing === "awaited") return "not-arrived";
    if (standing !== "counted") return standing;
    if ((noted & NEW_VERSION) !== 0) return "older-version";
    return this.#log.now.keptFor.has(report) ? "kept-absent" : "undone";
  }

  #extend(): void {
    while (this.current.length < this.#store.reports) {
      this.current.push(-1);
      this.#standing.push(STANDINGS.indexOf("awaited"));
      this.#noted.push(0);
    }
  }
}

function changeKind(before: number, now: number, was: ReportStanding, is: ReportStanding): ChangeKind {
  if (before === now) return "ignored";
  if (before >= 0 && now >= 0) return "amended";
  if (now < 0) return is === "merged" ? "merged" : "retracted";
  return was === "awaited" ? "added" : was === "merged" ? "unmerged" : "restored";
}
