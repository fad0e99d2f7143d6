import { PvError } from "../error.ts";
import { countPairs, type CountOptions } from "../count/count.ts";
import { Ints } from "../count/growing.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import type { ReportKey } from "../quality/duplicate-columns.ts";
import { isoDay, requireDay } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { Contributions } from "./incremental-read.ts";
import { rescorePairs, type RescoredPairs, type RescoreOptions } from "./incremental-scores.ts";
import { IncrementalCounts } from "./incremental.ts";
import { arrivals } from "./state-arrivals.ts";
import { AppliedChanges, TouchedPairs, type Refusal, type ReportChanges } from "./state-changes.ts";
import { ReportDecisions, REPORT_DECISIONS, type ReportDecision } from "./state-decisions.ts";
import { REPEATED, VersionStore, type ArrivingVersions } from "./state-records.ts";
import { readSections, writeSections, type RestoredState, type StateSection } from "./state-sections.ts";
import { NEW_VERSION, REPEAT, Standings, type ReportStanding, type Touched } from "./state-standing.ts";

/** Counts to keep, by name. */
export interface ReportStateOptions {
  readonly counts?: Readonly<Record<string, CountOptions>> | undefined;
}

/** What is known of one report, and since when. */
export interface ReportHistory extends ReportKey {
  readonly standing: ReportStanding;
  /** The report that it is merged into, also when that one is not there. */
  readonly mergedInto?: ReportKey | undefined;
  /** Every version, the standing one first. */
  readonly versions: readonly { readonly knownOn: string; readonly report: Report }[];
  /** Withdrawals and merges of this report, in the order in which they were taken. */
  readonly decisions: readonly {
    readonly day: string;
    readonly decision: ReportDecision;
    readonly kept?: ReportKey | undefined;
  }[];
}

/** Rows read between two looks at an abort signal. */
const SLICE = 1 << 13;

/**
 * The reports of a centre as they stand and as they stood on every earlier day, with counts that follow each change. All
 * versions lie in immutable columns, superseded ones too; what stands is told by numbers beside them. After any sequence of
 * changes, `table()` and `counts()` equal those built anew from everything known; `table(day)` those of that day.
 *
 * Of the versions of one report the order of `buildTable` says which stands. A report is out while it stands retracted, while a
 * withdrawal names it, and while it is merged into one that is there.
 *
 * @throws PvError `INVALID_OPTION` for counts that cannot be kept incrementally, see {@link IncrementalCounts}
 * @example
 * new ReportState().apply({ receivedOn: "2026-03-02", withdraw: [{ source: "s", id: "1" }] }).tally.ignored; // 1
 * const state = new ReportState({ counts: { drugs: { domain: "drug" } } });
 * const { touched } = state.apply({ receivedOn: "2026-03-02", reports });
 * state.rescore("drugs", touched.drugs.pair).scores.ic025;
 */
export class ReportState {
  readonly #store: VersionStore;
  readonly #log: ReportDecisions;
  readonly #standings: Standings;
  readonly #counts = new Map<string, IncrementalCounts>();
  #lastDay: number;

  constructor(options: ReportStateOptions = {}, restored?: RestoredState) {
    this.#store = restored?.store ?? new VersionStore();
    this.#log = restored?.log ?? new ReportDecisions();
    this.#lastDay = restored?.lastDay ?? -Infinity;
    this.#standings = new Standings(this.#store, this.#log);
    for (const [name, count] of Object.entries(options.counts ?? {})) this.watch(name, count);
  }

  /** Reports that count. */
  get size(): number {
    const { data, length } = this.#standings.current;
    let size = 0;
    for (let report = 0; report < length; report++) if (data[report]! >= 0) size++;
    return size;
  }

  /** Versions kept, superseded and retracted ones included. */
  get versions(): number {
    return this.#store.versions;
  }

  /** Day of the last change; `undefined` before the first. */
  get lastDay(): string | undefined {
    return this.#lastDay === -Infinity ? undefined : isoDay(this.#lastDay);
  }

  /** Names of the counts that are kept. */
  get watched(): string[] {
    return [...this.#counts.keys()];
  }

  /**
   * Takes in what the centre learnt. A call that throws has changed nothing.
   *
   * @throws PvError `INVALID_DATE` for a day that is none, or before that of an earlier call; the reason of `signal`; what the
   *   functions of the counts throw
   */
  apply(changes: ReportChanges): AppliedChanges {
    const day = requireDay("receivedOn", changes.receivedOn);
    if (day < this.#lastDay) {
      throw new PvError(
        "INVALID_DATE",
        `receivedOn: ${changes.receivedOn} is before ${isoDay(this.#lastDay)}, the day of an earlier change; what was known on a past day stays as it was`,
      );
    }
    const refused: Refusal[] = [];
    const batches = arrivals(changes, day, refused);
    const { reinstate = [], withdraw = [], unmerge = [], merge = [] } = changes;
    const decisions = { reinstate: [...reinstate], withdraw: [...withdraw], unmerge: [...unmerge], merge: [...merge] };
    // Own functions run on everything new before the first change is made.
    const reads = [...this.#counts.values()].map((counts) => readAll(counts, batches, changes.signal));
    this.#lastDay = day;
    const firstVersion = this.#store.versions;
    // Of each new version, its row among all that arrived.
    const arrivedAs = new Ints();
    let arrived = 0;
    for (const batch of batches) {
      this.#store.take(batch, (row, report, version) => {
        this.#standings.note(report, version === REPEATED ? REPEAT : NEW_VERSION);
        if (version !== REPEATED) arrivedAs.push(arrived + row);
      });
      arrived += batch.table.size;
    }
    this.#standings.decide(decisions, day, refused);
    const { touched, changes: made } = this.#standings.settle();
    const touchedPairs: Record<string, TouchedPairs> = {};
    let k = 0;
    for (const [name, counts] of this.#counts) {
      const read = reads[k++]!;
      this.#follow(counts, touched, (version, scratch) => {
        if (version >= firstVersion) return [read, read.offsets.data[arrivedAs.data[version - firstVersion]!]!];
        const { table, row } = this.#store.place(version);
        scratch.clear();
        return [counts.read(table, Uint32Array.of(row), scratch), 0];
      });
      touchedPairs[name] = new TouchedPairs(counts, counts.takeChanges());
    }
    return new AppliedChanges(changes.receivedOn, made, (report) => this.#store.key(report), refused, touchedPairs);
  }

  /**
   * Keeps one more count, beginning with all reports that count now.
   *
   * @throws PvError `INVALID_ARGUMENT` for a name that is taken; `INVALID_OPTION` as {@link IncrementalCounts}
   */
  watch(name: string, options: CountOptions, signal?: AbortSignal): void {
    if (this.#counts.has(name))
      throw new PvError("INVALID_ARGUMENT", `a count called ${JSON.stringify(name)} is kept already`);
    const counts = new IncrementalCounts(options);
    const read = new Contributions();
    for (const segment of this.#store.segments) {
      if (segment === undefined) continue;
      const rows = Uint32Array.from(segment.versions.keys()).filter((row) => this.#isCurrent(segment.versions[row]!));
      for (let from = 0; from < rows.length; from += SLICE) {
        signal?.throwIfAborted();
        read.clear();
        counts.read(segment.table, rows.subarray(from, from + SLICE), read);
        for (let i = 0; i < read.offsets.length; i++) counts.add(read, read.offsets.data[i]!, 1);
      }
    }
    counts.takeChanges();
    this.#counts.set(name, counts);
  }

  /**
   * The reports that count: now, or by what was known at the end of a day.
   *
   * @throws PvError `INVALID_DATE`
   */
  table(asOf?: string): ReportTable {
    const day = asOf === undefined ? Infinity : requireDay("asOf", asOf);
    const { data } = this.#standings.current;
    return this.#store.table(day >= this.#lastDay ? (report) => data[report]! : this.#standings.on(day));
  }

  /**
   * The counts of a name: now, or by what was known at the end of a day (then counted anew, with their reports behind them).
   *
   * @throws PvError `INVALID_ARGUMENT` for a name that is not kept; those of `countPairs`
   */
  counts(name: string, asOf?: string): PairCounts {
    const counts = this.#named(name);
    if (asOf === undefined || requireDay("asOf", asOf) >= this.#lastDay) return counts.counts();
    return countPairs(this.table(asOf), counts.options);
  }

  /**
   * Scores pairs of a count anew, such as those that a change touched; see {@link rescorePairs}.
   *
   * @throws PvError `INVALID_ARGUMENT` for a name that is not kept; those of {@link rescorePairs}
   */
  rescore(name: string, pairs: Int32Array, options: RescoreOptions = {}): RescoredPairs {
    return rescorePairs(this.#named(name), pairs, options);
  }

  /** The count behind a name, for its single pairs. */
  incremental(name: string): IncrementalCounts {
    return this.#named(name);
  }

  /** Everything known of one report; `undefined` when nothing is. */
  history(key: ReportKey): ReportHistory | undefined {
    const report = this.#store.find(key);
    if (report < 0) return undefined;
    const { newest, older, knownOn } = this.#store.columns;
    const versions: { knownOn: string; report: Report }[] = [];
    for (let version = newest.data[report]!; version >= 0; version = older.data[version]!) {
      const { table, row, isRetracted } = this.#store.place(version);
      const stored = table.report(row);
      versions.push({
        knownOn: isoDay(knownOn.data[version]!),
        report: isRetracted ? { ...stored, retracted: true } : stored,
      });
    }
    const { day, kind, report: of, kept } = this.#log.columns;
    const decisions: { day: string; decision: ReportDecision; kept?: ReportKey }[] = [];
    for (let i = 0; i < day.length; i++) {
      if (of.data[i] !== report) continue;
      const decision = { day: isoDay(day.data[i]!), decision: REPORT_DECISIONS[kind.data[i]!]! };
      decisions.push(kept.data[i]! < 0 ? decision : { ...decision, kept: this.#store.key(kept.data[i]!) });
    }
    const mergedInto = this.#log.now.keptFor.get(report);
    return {
      ...this.#store.key(report),
      standing: this.#standings.of(report),
      ...(mergedInto === undefined ? {} : { mergedInto: this.#store.key(mergedInto) }),
      versions,
      decisions,
    };
  }

  /**
   * The state as named runs of bytes, for {@link fromSections}; counts are told by their options and not among them. Most are
   * views of the columns themselves: write them out before the next change.
   */
  sections(): IterableIterator<StateSection> {
    return writeSections({ store: this.#store, log: this.#log, lastDay: this.#lastDay });
  }

  /**
   * The state that gave the sections, with its history. The counts are built from its reports.
   *
   * @throws PvError `CORRUPT_STATE` naming the section that is missing or does not fit
   */
  static fromSections(sections: Iterable<StateSection>, options: ReportStateOptions = {}): ReportState {
    return new ReportState(options, readSections(sections));
  }

  /** Takes from a count what no longer counts, and adds what does. */
  #follow(
    counts: IncrementalCounts,
    { report, before }: Touched,
    contribution: (version: number, scratch: Contributions) => readonly [Contributions, number],
  ): void {
    const scratch = new Contributions();
    for (let i = 0; i < report.length; i++) {
      const now = this.#standings.current.data[report.data[i]!]!;
      if (before[i] === now) continue;
      if (before[i]! >= 0) counts.add(...contribution(before[i]!, scratch), -1);
      if (now >= 0) counts.add(...contribution(now, scratch), 1);
    }
  }

  #isCurrent(version: number): boolean {
    return this.#standings.current.data[this.#store.columns.report.data[version]!] === version;
  }

  #named(name: string): IncrementalCounts {
    const counts = this.#counts.get(name);
    if (counts !== undefined) return counts;
    throw new PvError(
      "INVALID_ARGUMENT",
      `no count is called ${JSON.stringify(name)}; there are ${this.watched.join(", ") || "none"}`,
    );
  }
}

/** What all rows that arrived add to a count. */
function readAll(counts: IncrementalCounts, batches: readonly ArrivingVersions[], signal?: AbortSignal): Contributions {
  const read = new Contributions();
  for (const { table } of batches) {
    const rows = Uint32Array.from({ length: table.size }, (_, row) => row);
    for (let from = 0; from < rows.length; from += SLICE) {
      signal?.throwIfAborted();
      counts.read(table, rows.subarray(from, from + SLICE), read);
    }
  }
  return read;
}
